"""`greffe show`: the card of an act or an article."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.shared import AsJson, Data, Fonds, settings_of
from app.errors import DONE, NOT_IN_RECORDS

if TYPE_CHECKING:
    from app.card import Card
    from ingest.rows import RecordRow

NAME = "show"
_SHOWN = 20  # acts that name a record, on the terminal
_NAMES = {
    "numero": "numéro", "date": "date", "objet": "objet", "vote": "vote",
    "presidence": "présidence", "rapporteur": "rapporteur", "presents": "présents",
    "procurations": "procurations", "absents": "absents", "montant": "montant dans l'objet",
    "identifiant": "identifiant de l'acte", "transmission": "reçu en préfecture",
    "publication": "publié",
}  # fmt: skip
_ROLES = {"visa": "vise", "renvoi": "cite", "rapporte": "rapporte, modifie ou abroge"}
_NAMED = {"visa": "visé par", "renvoi": "cité par", "rapporte": "rapporté ou modifié par"}


def command(
    reference: Annotated[
        str, typer.Argument(help="« délibération 2014/216 », « L. 2121-29 du CGCT ».")
    ],
    fonds: Fonds = None,
    as_json: AsJson = False,
    data: Data = None,
) -> int:
    """Montrer la fiche d'un acte ou d'un article : ce qu'il énonce, ce qu'il vise, qui le vise."""
    from app.assembly import catalogue_of
    from app.card import cards
    from app.shapes import card_shape

    catalogue = catalogue_of(settings_of(data), create=False)
    found = cards(catalogue, reference, fonds or catalogue.fonds())
    catalogue.close()
    if as_json:
        typer.echo(json.dumps({"cards": [card_shape(one) for one in found]}, ensure_ascii=False))
    elif found:
        typer.echo("\n\n".join(map(_described, found)))
    else:
        typer.echo("Aucun acte ni article indexé n'a ce numéro.")
    return DONE if found else NOT_IN_RECORDS


def _described(card: Card) -> str:
    from ingest.links import in_words
    from vectorstore.versions import period

    record = card.record
    lines = [record.label, f"  fichier : {card.source.path}, {_pages(record)}"]
    for fact in card.facts:
        if fact.name in _NAMES:
            lines.append(f"  {_NAMES[fact.name]} : {fact.value} (p. {fact.span.page})")
    steps = [fact for fact in card.facts if fact.name == "dispositif"]
    if steps:
        lines.append(f"  dispositif : {len(steps)} points (p. {steps[0].span.page})")
    for reference in card.references:
        known = " ; ".join(one.label for one in reference.records) or "pas dans l'index"
        fact = reference.fact
        if reference.version:
            known = period(reference.version)
        named = in_words(fact.value)
        lines.append(f"  {_ROLES[fact.name]} : {named} (p. {fact.span.page}) → {known}")
    for act, role in card.named_by[:_SHOWN]:
        lines.append(f"  {_NAMED[role]} : {act.label}")
    if len(card.named_by) > _SHOWN:
        lines.append(f"  … et {len(card.named_by) - _SHOWN} autres actes (--json les donne tous)")
    return "\n".join(lines)


def _pages(record: RecordRow) -> str:
    if record.page_first == record.page_last:
        return f"p. {record.page_first}"
    return f"p. {record.page_first} à {record.page_last}"
