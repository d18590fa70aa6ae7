"""The journal on the page: searched, checked, exported; each look is noted, as by the command."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date
from html import escape

from fastapi import Request
from fastapi.responses import Response

from app.journal.kinds import NAMED
from app.journal.search import Entry, Sought, entries
from app.journal.told import about, person
from app.journal.verify import Checked, verify
from app.web.admin.markup import button, choice, field, place, section, table, text
from app.web.admin.office import Office
from app.web.guard import ADDRESS
from app.web.kept_markup import moment
from app.web.markup import address
from app.web.plain import reader_of
from app.web.spacing import number

SHOWN = 100  # lines, the newest
EXPORTED = 100_000
_KINDS = [("", "tous"), *NAMED.items()]
_FIELDS = {"since": "depuis", "until": "jusqu", "who": "qui", "text": "texte"}
BAD_DAY = "Un jour s'écrit AAAA-MM-JJ."


class JournalPage:
    """The handlers of /administration/journal."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def show(self, request: Request) -> Response:
        """The form; once something is asked, the newest lines that fit."""
        asked = request.query_params
        sought = _sought(asked)
        if sought is None:
            return self.office.shown(request, "journal", [_form(asked)], BAD_DAY, 400)
        parts = [_form(asked)]
        if "chercher" in asked:
            found = list(entries(self.office.data, sought))
            self._note(request, "search", sought, len(found))
            parts.append(_found(found, str(request.url.query)))
        if "controler" in asked:
            parts.append(section("Contrôle", _checked(verify(self.office.data))))
        else:
            parts.append(section("Contrôle", *_check_form()))
        return self.office.shown(request, "journal", parts)

    def export(self, request: Request) -> Response:
        """The lines that fit, as a table for a spreadsheet."""
        sought = _sought(request.query_params)
        if sought is None:
            return self.office.shown(request, "journal", [], BAD_DAY, 400)
        found = list(entries(self.office.data, sought))[-EXPORTED:]
        self._note(request, "export", sought, len(found))
        name = f"journal-{date.today().isoformat()}.csv"
        headers = {
            "content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"
        }  # fmt: skip
        return Response(_csv(found), media_type="text/csv; charset=utf-8", headers=headers)

    def _note(self, request: Request, how: str, sought: Sought, found: int) -> None:
        """As `greffe journal` notes it."""
        looked = {name: value for name, value in asdict(sought).items() if value}
        self.office.journal.note(
            "search", reader_of(request).login, address=request.scope[ADDRESS],
            parts={"what": {**looked, "found": found, **({"how": how} if how != "search" else {})}},
        )  # fmt: skip


def _sought(asked: Mapping[str, str]) -> Sought | None:
    """What is looked for; None where a day is none."""
    given = {name: asked.get(field, "").strip()[:200] for name, field in _FIELDS.items()}
    for name in ("since", "until"):
        try:
            date.fromisoformat(given[name] or "2000-01-01")
        except ValueError:
            return None
    kind = asked.get("genre", "")
    return Sought(**given, kinds=(kind,) if kind in NAMED else ())


def _form(asked: Mapping[str, str]) -> str:
    def held(name: str) -> str:
        return asked.get(name, "")[:200]

    fields = (
        field("depuis", "Depuis le", held("depuis"), kind="date"),
        field("jusqu", "Jusqu'au", held("jusqu"), kind="date"),
        field("qui", "Qui (identifiant)", held("qui"), more='autocomplete="off"'),
        choice("genre", "Genre", _KINDS, held("genre")),
        field("texte", "Mots", held("texte")),
    )
    cells = "".join(f"<div>{one}</div>" for one in fields)
    return section(
        "Chercher",
        f'<form method="get" action="{place("journal")}" class="reglage" role="search">'
        f'<div class="champs">{cells}</div><input type="hidden" name="chercher" value="oui">'
        f"{button('Chercher')}</form>",
        text("Ce que vous cherchez est noté dans le journal aussi.", "note"),
    )


def _found(found: list[Entry], query: str) -> str:
    if not found:
        return section("Lignes", '<p role="status">Aucune ligne.</p>')
    newest = found[: -SHOWN - 1 : -1]
    rows = [
        [moment(e.at), escape(person(e) or "–"), escape(NAMED.get(e.kind, e.kind)), _about(e)]
        for e in newest
    ]
    many = f"{number(len(found))} lignes"
    many += f" ; les {SHOWN} dernières sont montrées." if len(found) > SHOWN else "."
    return section(
        "Lignes", f'<p role="status">{many}</p>',
        f'<p><a href="{place("journal")}.csv?{escape(query)}" download>Exporter en CSV</a></p>',
        table("Lignes du journal", ("Quand", "Qui", "Quoi", "Sur quoi"), rows, hidden=True),
    )  # fmt: skip


def _about(entry: Entry) -> str:
    shown = escape(about(entry))
    if entry.kind == "question" and "answer" in entry.parts:
        return f'<a href="{address(entry.id)}">{shown or escape(entry.id)}</a>'
    return shown


def _check_form() -> Iterator[str]:
    yield text("Chaque ligne est-elle à sa place, et telle qu'elle a été écrite ?")
    yield (
        f'<form method="get" action="{place("journal")}" class="bref">'
        '<input type="hidden" name="controler" value="oui">'
        f"{button('Contrôler la chaîne', plain=True)}</form>"
    )


def _checked(checked: Checked) -> str:
    if checked.findings:
        items = "".join(
            f"<li>journal/{escape(f.file)}, ligne {f.line} : {escape(f.what)}</li>"
            for f in checked.findings[:SHOWN]
        )
        lead = '<p class="avis" role="alert">✗ Le journal n\'est pas tel qu\'il a été écrit.</p>'
        return f'{lead}<ul class="liste">{items}</ul>'
    return (
        f'<p class="tient" role="status">✓ {number(checked.lines)} lignes, chacune à sa place et'
        f" telle qu'écrite ; {number(checked.erased)} parties effacées, toutes notées.</p>"
        f"<p>Dernière empreinte, à garder ailleurs : <code>{escape(checked.hash)}</code></p>"
    )


def _csv(found: list[Entry]) -> bytes:
    """With a mark of UTF-8 and semicolons, as French spreadsheets expect them."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow(["numéro", "quand", "qui", "depuis", "genre", "identifiant", "sur quoi"])
    for entry in found:
        who = entry.parts.get("who") or {}
        cells = [entry.n, entry.at, who.get("name", ""), who.get("from", ""),
                 NAMED.get(entry.kind, entry.kind), entry.id, about(entry)]  # fmt: skip
        writer.writerow([_plain(cell) for cell in cells])
    return stream.getvalue().encode("utf-8-sig", "replace")


def _plain(cell: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = " ".join(str(cell).split())
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
