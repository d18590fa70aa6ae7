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
from app.web.kept_markup import moment
from app.web.markup import address
from app.web.spacing import NO_BREAK, number
from app.words import N_, _, as_french, ngettext, quoting

SHOWN = 100  # lines, the newest
EXPORTED = 100_000
_FIELDS = {"since": "depuis", "until": "jusqu", "who": "qui", "text": "texte"}
BAD_DAY = N_("Un jour s'écrit AAAA-MM-JJ.")
UNKNOWN = N_("Ce genre de ligne n'existe pas : choisissez-en un dans la liste.")
REVERSED = N_("Le premier jour vient après le dernier : échangez-les.")


class JournalPage:
    """The handlers of /administration/journal."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def show(self, request: Request) -> Response:
        """The form; once something is asked, the newest lines that fit."""
        asked = request.query_params
        sought = _sought(asked)
        if not isinstance(sought, Sought):
            return self.office.shown(request, "journal", [_form(asked)], sought, 400)
        parts = [_form(asked)]
        if "chercher" in asked:
            found = list(entries(self.office.data, sought))
            self._note(request, "search", sought, len(found))
            parts.append(_found(found, str(request.url.query)))
        if "controler" in asked:
            parts.append(section(_("Contrôle"), _checked(verify(self.office.data))))
        else:
            parts.append(section(_("Contrôle"), *_check_form()))
        return self.office.shown(request, "journal", parts)

    def export(self, request: Request) -> Response:
        """The lines that fit, as a table for a spreadsheet."""
        sought = _sought(request.query_params)
        if not isinstance(sought, Sought):
            return self.office.shown(request, "journal", [], sought, 400)
        found = list(entries(self.office.data, sought))[-EXPORTED:]
        self._note(request, "export", sought, len(found))
        name = f"journal-{date.today().isoformat()}.csv"
        headers = {
            "content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"
        }  # fmt: skip
        return Response(_csv(found), media_type="text/csv; charset=utf-8", headers=headers)

    def _note(self, request: Request, how: str, sought: Sought, found: int) -> None:
        """As `greffe journal` notes it."""
        self.office.looked(
            request, **asdict(sought), found=found, how="" if how == "search" else how
        )  # fmt: skip


def _sought(asked: Mapping[str, str]) -> Sought | str:
    """What is looked for, or why it cannot be, as a French sentence."""
    given = {name: asked.get(field, "").strip()[:200] for name, field in _FIELDS.items()}
    try:
        since, until = (given[n] and date.fromisoformat(given[n]) for n in ("since", "until"))
    except ValueError:
        return BAD_DAY
    if isinstance(since, date) and isinstance(until, date) and until < since:
        return REVERSED
    kind = asked.get("genre", "").strip()
    if kind and kind not in NAMED:
        return UNKNOWN
    return Sought(**given, kinds=(kind,) if kind else ())


def _form(asked: Mapping[str, str]) -> str:
    def held(name: str) -> str:
        return asked.get(name, "")[:200]

    kinds = [("", _("tous")), *((kind, _(name)) for kind, name in NAMED.items())]
    fields = (
        field("depuis", _("Depuis le"), held("depuis"), kind="date"),
        field("jusqu", _("Jusqu'au"), held("jusqu"), kind="date"),
        field("qui", _("Qui (identifiant)"), held("qui"), more='autocomplete="off"'),
        choice("genre", _("Genre"), kinds, held("genre")),
        field("texte", _("Mots"), held("texte")),
    )
    cells = "".join(f"<div>{one}</div>" for one in fields)
    return section(
        _("Chercher"),
        f'<form method="get" action="{place("journal")}" class="reglage" role="search">'
        f'<div class="champs">{cells}</div><input type="hidden" name="chercher" value="oui">'
        f"{button(_('Chercher'))}</form>",
        text(_("Ce que vous cherchez est noté dans le journal aussi."), "note"),
    )


def _found(found: list[Entry], query: str) -> str:
    if not found:
        return section(_("Lignes"), f'<p role="status">{_("Aucune ligne.")}</p>')
    newest = found[: -SHOWN - 1 : -1]
    rows = [
        [
            moment(e.at).replace(" ", NO_BREAK), escape(person(e) or "–"),
            escape(_(NAMED.get(e.kind, e.kind))), _about(e),
        ]
        for e in newest
    ]  # fmt: skip
    many = ngettext("{count} ligne.", "{count} lignes.", len(found)).format(
        count=number(len(found))
    )
    if len(found) > SHOWN:
        many = _("{count} lignes ; les {shown} dernières sont montrées.").format(
            count=number(len(found)), shown=SHOWN
        )
    return section(
        _("Lignes"), f'<p role="status">{many}</p>',
        f'<p><a href="{place("journal")}.csv?{escape(query)}" download>'
        f"{_('Exporter en CSV')}</a></p>",
        table(_("Lignes du journal"), (_("Quand"), _("Qui"), _("Quoi"), _("Sur quoi")), rows,
              hidden=True),
    )  # fmt: skip


def _about(entry: Entry) -> str:
    shown = quoting(escape(about(entry)))
    if entry.kind == "question" and "answer" in entry.parts:
        return f'<a href="{address(entry.id)}">{shown or escape(entry.id)}</a>'
    return shown


def _check_form() -> Iterator[str]:
    yield text(_("Chaque ligne est-elle à sa place, et telle qu'elle a été écrite ?"))
    yield (
        f'<form method="get" action="{place("journal")}" class="bref">'
        '<input type="hidden" name="controler" value="oui">'
        f"{button(_('Contrôler la chaîne'), plain=True)}</form>"
    )


def _checked(checked: Checked) -> str:
    if checked.findings:
        items = "".join(
            (
                "<li>"
                + _("journal/{file}, ligne {line} : {what}").format(
                    file=escape(f.file), line=f.line, what=as_french(escape(f.what))
                )
                + "</li>"
            )
            for f in checked.findings[:SHOWN]
        )
        lead = (
            '<p class="avis" role="alert">'
            + _("✗ Le journal n'est pas tel qu'il a été écrit.")
            + "</p>"
        )
        return f'{lead}<ul class="liste">{items}</ul>'
    return (
        '<p class="tient" role="status">'
        + _(
            "✓ {lines} lignes, chacune à sa place et telle qu'écrite ; {erased} parties"
            " effacées, toutes notées."
        ).format(lines=number(checked.lines), erased=number(checked.erased))
        + "</p><p>"
        + _("Dernière empreinte, à garder ailleurs : <code>{hash}</code>").format(
            hash=escape(checked.hash)
        )
        + "</p>"
    )


def _csv(found: list[Entry]) -> bytes:
    """With a mark of UTF-8 and semicolons, as French spreadsheets expect them."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow(
        [
            _("numéro"),
            _("quand"),
            _("qui"),
            _("depuis"),
            _("genre"),
            _("identifiant"),
            _("sur quoi"),
        ]
    )
    for entry in found:
        who = entry.parts.get("who") or {}
        cells = [entry.n, entry.at, who.get("name", ""), who.get("from", ""),
                 _(NAMED.get(entry.kind, entry.kind)), entry.id, about(entry)]  # fmt: skip
        writer.writerow([_plain(cell) for cell in cells])
    return stream.getvalue().encode("utf-8-sig", "replace")


def _plain(cell: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = " ".join(str(cell).split())
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
