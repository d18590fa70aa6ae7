"""`greffe journal`: what was asked and done; is it as it was written; what is to be erased."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.shared import AsJson, Data, journaled, settings_of

if TYPE_CHECKING:
    from app.journal.erase import Erased
    from app.journal.search import Entry, Sought
    from app.settings import Settings

NAME = "journal"


@dataclass(frozen=True, slots=True)
class _Asked:
    """The command line, as each action reads it."""

    sought: Sought
    who: str
    limit: int
    as_json: bool


def command(
    action: Annotated[
        str,
        typer.Argument(
            metavar="ACTION",
            help="`list` (chercher), `figures` (les questions en chiffres, sur 30 jours ou de"
            " --since à --until), `verify` (contrôler la chaîne), `erase` (effacer l'historique"
            " d'une personne : --who) ou `expire` (effacer ce qui a passé sa durée).",
            show_default=False,
        ),
    ] = "list",
    since: Annotated[str, typer.Option("--since", help="Depuis ce jour (AAAA-MM-JJ).")] = "",
    until: Annotated[str, typer.Option("--until", help="Jusqu'à ce jour, compris.")] = "",
    who: Annotated[str, typer.Option("--who", help="L'identifiant d'une personne.")] = "",
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", help="Genre de lignes, comme `question` (peut être répété)."),
    ] = None,
    text: Annotated[str, typer.Option("--text", help="Des mots de la ligne.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="Les dernières lignes.")] = 200,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Le journal : qui a demandé quoi, ce qui a été fait ; le contrôler, en effacer."""
    from app.journal.kinds import NAMED
    from app.journal.search import Sought

    if action not in _ACTIONS:
        raise typer.BadParameter(f"l'action « {action} » n'existe pas")
    if action == "erase" and not who:
        raise typer.BadParameter("dites de qui : --who IDENTIFIANT")
    unknown = [one for one in kind or () if one not in NAMED]
    if unknown:
        raise typer.BadParameter(f"le genre « {unknown[0]} » n'existe pas : {', '.join(NAMED)}")
    for day in (since, until):
        _check_day(day)
    sought = Sought(since, until, who, tuple(kind or ()), text)
    _ACTIONS[action](settings_of(data), _Asked(sought, who, limit, as_json))


def _check_day(day: str) -> None:
    from datetime import datetime

    try:
        datetime.fromisoformat(day or "2000-01-01")
    except ValueError as error:
        raise typer.BadParameter(f"« {day} » n'est pas un jour : AAAA-MM-JJ") from error


def _list(settings: Settings, asked: _Asked) -> None:
    from app.journal.search import entries
    from app.journal.told import described

    found = list(entries(settings.data, asked.sought))[-asked.limit :]
    looked = {name: value for name, value in asdict(asked.sought).items() if value}
    journaled(settings, "search", {"what": {**looked, "found": len(found)}})
    for entry in found:
        typer.echo(json.dumps(shape(entry), ensure_ascii=False) if asked.as_json
                   else described(entry))  # fmt: skip
    if not found:
        print("Aucune ligne.", file=sys.stderr)


def _figures(settings: Settings, asked: _Asked) -> None:
    from contextlib import closing
    from datetime import date, timedelta

    from app.act_at import act_at
    from app.answer import NoIndex
    from app.assembly import catalogue_of
    from app.journal.figures import figures
    from app.journal.figures import shape as figures_shape

    sought = asked.sought
    until = date.fromisoformat(sought.until[:10]) if sought.until else date.today()
    since = date.fromisoformat(sought.since[:10]) if sought.since else until - timedelta(days=29)
    try:
        with closing(catalogue_of(settings, create=False)) as catalogue:
            found = figures(settings.data, since, until, act_at(catalogue))
    except NoIndex:
        found = figures(settings.data, since, until)
    looked = {"how": "figures", "since": since.isoformat(), "until": until.isoformat()}
    journaled(settings, "search", {"what": looked})
    if asked.as_json:
        typer.echo(json.dumps(figures_shape(found), ensure_ascii=False))
        return
    whole = found.whole
    typer.echo(
        f"{whole.questions} questions depuis le {found.since} : {whole.answered} répondues,"
        f" {whole.refused} sans réponse, {whole.errors} erreurs ; {whole.proven} phrases prouvées"
        f" sur {whole.sentences} ; médiane {found.median:.1f} s, 95 % en {found.p95:.1f} s."
    )
    for one in found.cited:
        typer.echo(f"  cité {one.answers} fois : {one.name} ({one.where})")
    for question, times, last in found.unanswered:
        typer.echo(f"  sans réponse, {times} fois, le {last} : {question}")


def _verify(settings: Settings, asked: _Asked) -> None:
    from app.journal.verify import JournalBroken, verify

    checked = verify(settings.data)
    if not checked.lines and not checked.findings:
        _say_nothing_there(settings, asked)
        return
    if asked.as_json:
        typer.echo(json.dumps(asdict(checked), ensure_ascii=False))
    else:
        for finding in checked.findings:
            typer.echo(f"✗ {_place(finding.file, finding.line)} : {finding.what}")
        if checked.interrupted:
            typer.echo("La dernière écriture a été coupée net : la prochaine le notera.")
        if not checked.findings:
            typer.echo(f"✓ {checked.lines} lignes, chacune à sa place et telle qu'écrite ;"
                       f" {checked.erased} parties effacées, toutes notées.\n"
                       f"Dernière empreinte : {checked.hash}")  # fmt: skip
    if checked.findings:
        first = checked.findings[0]
        raise JournalBroken(
            count=len(checked.findings), file=first.file, line=first.line, what=first.what
        )


def _say_nothing_there(settings: Settings, asked: _Asked) -> None:
    """No line at all: right for a new folder, wrong for one in which somebody has worked.

    Raises:
        JournalGone.
    """
    from app.journal.verify import JournalGone, witnesses

    there = witnesses(settings.data)
    if there:
        raise JournalGone(what=", ".join(there))
    typer.echo(json.dumps({"lines": 0, "findings": []}) if asked.as_json
               else "Le journal est vide, et rien dans le dossier ne dit qu'il devrait ne pas"
               " l'être.")  # fmt: skip


def _place(file: str, line: int) -> str:
    return f"journal/{file}, ligne {line}" if line else f"journal/{file}"


def _erase(settings: Settings, asked: _Asked) -> None:
    from app.access.accounts import spelled
    from app.curated import Curated
    from app.journal.erase import erase_person

    erased = erase_person(settings.data, asked.who)
    validated = Curated(settings.data).forget_person(spelled(asked.who))
    what = {"command": "journal erase", "line": erased.line, "curated": validated}
    journaled(settings, "admin", {"what": what})
    _tell(erased, asked, f"L'historique de « {asked.who} »")
    if validated:
        print(f"Réponses validées par cette personne, gardées sans son nom : {validated}.",
              file=sys.stderr)  # fmt: skip


def _expire(settings: Settings, asked: _Asked) -> None:
    from app.journal.erase import expire

    _tell(expire(settings.data, settings.journal.days), asked, "Ce qui avait passé sa durée")


def _tell(erased: Erased, asked: _Asked, what: str) -> None:
    """The receipt: what was erased, without it."""
    if asked.as_json:
        typer.echo(json.dumps(asdict(erased), ensure_ascii=False))
    elif not erased.parts:
        typer.echo(f"{what} : rien dans le journal.")
    else:
        typer.echo(
            f"{what} a été effacé le {erased.at} : {erased.lines} lignes du journal,"
            f" {erased.parts} parties.\n"
            f"Noté à la ligne n° {erased.line}, empreinte {erased.hash}."
        )


_ACTIONS: dict[str, Callable[[Settings, _Asked], None]] = {
    "list": _list, "figures": _figures, "verify": _verify, "erase": _erase, "expire": _expire,
}  # fmt: skip


def shape(entry: Entry) -> dict[str, Any]:
    """A line as JSON (docs/commandes.md)."""
    person = entry.parts.get("who") or {}
    return {
        "n": entry.n, "at": entry.at, "kind": entry.kind, "id": entry.id,
        "who": person.get("name"), "from": person.get("from"),
        "question": entry.parts.get("question"),
        "answer": (entry.parts.get("answer") or {}).get("text"),
        "cited": entry.parts.get("cited"),
        "what": entry.parts.get("what"), "facts": entry.facts, "erased": entry.erased,
    }  # fmt: skip
