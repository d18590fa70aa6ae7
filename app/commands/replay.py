"""`greffe replay`: an answer of the journal, with the same passages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.shared import AsJson, Data, journaled, settings_of
from app.errors import DONE, INCOMPLETE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.access.reader import Reader
    from app.passages import Again
    from app.replay import Replay
    from app.settings import Settings

NAME = "replay"
_SHOWN = 300  # characters of a passage on the terminal

Id = Annotated[str, typer.Argument(metavar="RÉPONSE", help="Identifiant de la réponse (`answer`).")]
As = Annotated[
    str, typer.Option("--as", help="Comme la verrait ce compte local, avec ses seuls droits.")
]


def command(id: Id, seen_by: As = "", as_json: AsJson = False, data: Data = None) -> int:
    """Rejouer une réponse : la question, ses passages, ce qu'ils sont devenus depuis."""
    from app.assembly import catalogue_of
    from app.replay import replayed

    settings = settings_of(data)
    reader = reader_named(settings, seen_by)
    catalogue = catalogue_of(settings, create=False)
    try:
        found = replayed(settings.data, catalogue, id, reader)
    finally:
        catalogue.close()
    journaled(settings, "replay", {"what": {"as": seen_by}} if seen_by else {}, id)
    if as_json:
        typer.echo(json.dumps(shape(found), ensure_ascii=False))
    else:
        typer.echo(described(found))
    return DONE if found.same else INCOMPLETE


def reader_named(settings: Settings, login: str) -> Reader:
    """Whoever sits at the machine, or a local account.

    Raises:
        AccountUnknown.
    """
    from app.access.reader import LOCAL

    if not login:
        return LOCAL
    from app.access.sessions import local_reader
    from app.access.store import Store

    store = Store(settings.data)
    try:
        return local_reader(store, login)
    finally:
        store.close()


def shape(found: Replay) -> dict[str, Any]:
    """The replay as JSON (docs/commandes.md)."""
    entry = found.entry
    said = entry.parts.get("answer") or {}
    return {
        "answer": entry.id, "at": entry.at, "who": entry.who or None,
        "question": entry.parts.get("question"), "status": entry.facts.get("status", ""),
        "same": found.same, "text": said.get("text"), "sentences": said.get("sentences", []),
        "citations": [_kept(*one) for one in found.citations],
        "passages": [_kept(*one) for one in found.passages],
        "model": entry.facts.get("model", ""),
        "prompt_version": entry.facts.get("prompt_version", ""), "prompt": found.prompt or None,
        "generation": entry.facts.get("generation", ""), "generation_now": found.generation,
        "erased": entry.erased,
    }  # fmt: skip


def _kept(kept: Mapping[str, Any], again: Again) -> dict[str, Any]:
    names = ("number", "label", "fonds", "source", "sha256", "page", "page_first",
             "page_last", "quote", "score")  # fmt: skip
    receipt = again.receipt
    return {name: kept[name] for name in names if name in kept} | {
        "state": again.state,
        "record": again.label or None,
        "source_now": again.source.path if again.source else None,
        "sha256_now": again.source.sha256 if again.source else None,
        "withdrawn": {"receipt": receipt.id, "at": receipt.at} if receipt else None,
        "text": again.text or None,
    }


def described(found: Replay) -> str:
    """The replay for a terminal."""
    from app.replay import became

    entry = found.entry
    asked = f" par {entry.who}" if entry.who else ""
    lines = [
        f"Réponse {entry.id} du {entry.at[:19].replace('T', ' ')}{asked}",
        f"Question : {entry.parts.get('question', '[effacée]')}",
    ]
    said = entry.parts.get("answer")
    lines.append(f"Réponse : {said['text'] if said else '[effacée]'}")
    if entry.erased:
        lines.append(f"Effacé le {max(entry.erased.values())[:10]} : {_parts(entry.erased)}.")
    lines += [*_made(found), ""]
    for kept, again in found.citations:
        lines.append(f"{_mark(again)} [{kept['number']}] {kept['label']} : {became(again)}")
    if found.passages:
        lines += ["", "Passages regardés, du meilleur au moins bon :"]
    for rank, (kept, again) in enumerate(found.passages, 1):
        place = f"{kept['source']}, p. {kept['page_first']}"
        lines.append(f"{_mark(again)} {rank}. {again.label or '—'} – {place} : {became(again)}")
        if again.text:
            text = " ".join(again.text.split())
            lines.append(f"    « {text if len(text) <= _SHOWN else text[:_SHOWN] + ' …'} »")
    return "\n".join(lines)


def _made(found: Replay) -> list[str]:
    """By which model, prompt and index."""
    facts = found.entry.facts
    lines = [f"Modèle : {facts.get('model', '')}"]
    version = facts.get("prompt_version")
    if version:
        today = "la même aujourd'hui" if found.prompt else "une autre aujourd'hui"
        lines.append(f"Consigne : {version} ({today})")
    same = facts.get("generation") == found.generation
    today = "la même aujourd'hui" if same else f"aujourd'hui {found.generation}"
    return [*lines, f"Génération de l'index : {facts.get('generation', '')} ({today})"]


def _mark(again: Again) -> str:
    from app.replay import FOUND

    return "✓" if again.state in FOUND else "✗"


def _parts(erased: Mapping[str, str]) -> str:
    from app.journal.verify import PARTS

    return ", ".join(PARTS.get(part, part) for part in erased)
