"""Documents: dropped into a fonds, looked up, and withdrawn with a receipt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import UploadFile

from app import background
from app.chosen import chosen_by
from app.dropped import Dropped, drop, fonds_named
from app.errors import spoken
from app.settings import Settings
from app.state import size
from app.web.admin.markup import (
    box,
    button,
    choice,
    field,
    form,
    hidden,
    place,
    said,
    section,
    table,
    text,
    unopened,
)
from app.web.admin.office import Office, check_token, fields_of, first, sent_with
from app.web.coded import coded
from app.web.kept_markup import moment
from app.web.markup import named
from app.web.plain import token_of
from app.web.rules import MAX_DROP
from app.web.spacing import number
from app.words import N_, _, as_french, ngettext
from ingest.readers import READERS, Limits
from ingest.rows import Source
from ingest.trouble import Trouble

JOB = "withdraw"
MOST = 200  # files of one drop
FOUND = 50  # files that a search shows
NEW = N_("Un nouveau fonds")
WITHDRAWING = N_(
    "Le document est retiré, puis effacé de tous les fichiers du dossier des données."
    " Cela peut prendre quelques minutes."
)
DROPPING = N_(
    "Chaque fichier est contrôlé (nom, taille, contenu), puis gardé dans le dossier des données."
    " Un fichier du même nom n'est jamais remplacé sans que vous le demandiez."
)
EITHER = N_(
    "Rien n'a été gardé : le fonds « {chosen} » est choisi, et « {new} » nommé comme nouveau fonds."
    " Choisissez « Un nouveau fonds », ou effacez le nom."
)
LEAVING = N_(
    "Fichiers : {count} ; actes : {records}. Le document disparaît des réponses aussitôt, puis"
    " tout ce que Greffe en garde est effacé ; un reçu dit quoi. Le fichier lui-même reste à sa"
    " place, sauf s'il a été déposé sur cette page."
)
EMPTY = N_("Choisissez au moins un fichier.")
OUTCOMES = {
    "kept": N_("gardé"), "replaced": N_("gardé à la place de l'ancien"),
    "same": N_("était déjà là, identique"),
}  # fmt: skip
GONE = N_("Ce fichier n'est plus dans le fonds.")


class Documents:
    """The handlers of /administration/documents."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def show(
        self, request: Request, told: str = "", status: int = 200, more: Sequence[str] = ()
    ) -> Response:
        """The drop, the search, and what the last withdrawal has said."""
        asked = request.query_params
        parts = [*more, unopened(self.office.state()), *self._withdrawing(request)]
        if asked.get("retirer", "").isdigit():
            parts.append(self._confirmation(request, int(asked["retirer"][:12])))
        else:
            parts.append(self._dropping(token_of(request)))
            parts.append(self._search(asked.get("cherche", "")[:200]))
        return self.office.shown(request, "documents", parts, told, status)

    async def drop(self, request: Request) -> Response:
        """Keep files in the folder of a fonds, and index them if that was asked for."""
        async with sent_with(request, MOST) as given:
            texts = {k: [v] for k, v in given.multi_items() if isinstance(v, str)}
            check_token(request, texts)
            files = [f for f in given.getlist("fichiers") if isinstance(f, UploadFile)]
            named = [file for file in files if file.filename]
            return await run_in_threadpool(self._drop, request, texts, named)

    async def withdraw(self, request: Request) -> Response:
        """Withdraw a file and its copies."""
        fields = await fields_of(request)
        return await run_in_threadpool(self._withdraw, request, fields)

    def _drop(
        self, request: Request, texts: Mapping[str, list[str]], files: Sequence[UploadFile]
    ) -> Response:
        if not files:
            return self.show(request, EMPTY, 400)
        chosen, new = first(texts, "fonds"), first(texts, "nouveau").strip()
        if chosen and new:  # into which one, nobody can tell
            return self.show(request, _(EITHER).format(chosen=chosen, new=new), 400)
        fonds = fonds_named(chosen or new)
        limits = _limits(self.office.settings())
        kept: list[Dropped] = []
        refused: list[str] = []
        for file in files:
            try:
                kept.append(drop(self.office.data, fonds, file.filename or "", file.file, limits,
                                 replace="remplacer" in texts))  # fmt: skip
            except Trouble as trouble:
                refused.append(spoken(trouble))
        names = [one.name for one in kept if one.outcome != "same"]
        self.office.note(request, "drop", fonds=fonds, files=names, refused=len(refused))
        self.office.forget()
        more = [_outcome(kept, refused)]
        if kept and "indexer" in texts:  # what was there already may wait to be indexed
            more.append(self._index(request, fonds))
        told = _("Fonds « {fonds} » : {outcome}.").format(
            fonds=fonds, outcome=_counted(len(names), len(kept) - len(names), len(refused))
        )
        return self.show(request, told, 200 if kept else 400, more)

    def _index(self, request: Request, fonds: str) -> str:
        """Begin a run on the folder of what was dropped; where it may be followed."""
        held = self.office.state()["fonds"][fonds]["folders"]
        targets = [one["path"] for one in held if one["whole"]]
        try:
            background.index(self.office.data, fonds, targets, self.office.who(request))
        except Trouble as trouble:
            return f'<p class="avis">{coded(escape(spoken(trouble)))}</p>'
        self.office.note(request, "ingest", fonds=fonds, targets=targets)
        link = f'<a href="{place("indexation")}">{_("la suivre")}</a>'
        begins = _("L'indexation commence : {link}.")
        return f"<p>{begins.format(link=link)}</p>"

    def _withdraw(self, request: Request, fields: Mapping[str, list[str]]) -> Response:
        source = self._source(first(fields, "source"))
        if source is None:
            return self.show(request, GONE, 404)
        scope = [f"--fonds={source.fonds}"] if "ici" in fields else []
        words = ["withdraw", str(source.file), *scope, "--yes"]
        try:
            background.start(self.office.data, JOB, words, self.office.who(request))
        except Trouble as trouble:
            return self.show(request, spoken(trouble), 409)
        self.office.note(request, "withdraw", source=source.path, fonds=source.fonds)
        self.office.forget()
        return RedirectResponse(place("documents"), 303)

    def _source(self, id: str) -> Source | None:
        found = self.office.catalogue.source(int(id)) if id.isdigit() and len(id) < 16 else None
        return found if found is not None and found.state != "retired" else None

    def _withdrawing(self, request: Request) -> Iterator[str]:
        """What goes on, or what the last withdrawal has said: the receipt."""
        job = background.job(self.office.data, JOB)
        if job is None:
            return
        running = "oui" if job.running else "non"
        yield f'<div id="suivi" data-en-cours="{running}">'
        if job.running:
            yield section(
                _("Retrait en cours"),
                f'<p class="annonce" role="status">{_(WITHDRAWING)}</p>',
            )
        else:
            title = _("Dernier retrait, {began}").format(began=moment(job.began))
            bad = f'<div class="avis" role="alert">{said(job.err)}</div>' if job.code != 0 else ""
            yield section(title, bad, said(job.out))
        yield "</div>"

    def _dropping(self, token: str) -> str:
        names = [(name, name) for name in self.office.state()["fonds"]]
        suffixes = ",".join(READERS)
        fields = (
            choice("fonds", _("Fonds"), [*names, ("", _(NEW))]),
            field("nouveau", _("Nom du nouveau fonds, s'il y a lieu"), more='maxlength="60"'),
            field(
                "fichiers",
                _("Fichiers, {size} au plus en une fois").format(size=size(MAX_DROP)),
                kind="file",
                more=f'multiple required accept="{suffixes}"',
            ),
            box("remplacer", "oui", _("Remplacer un fichier du même nom")),
            box("indexer", "oui", _("Indexer aussitôt"), checked=True),
            button(_("Déposer")),
        )
        return section(
            _("Déposer des fichiers"),
            form("documents/deposer", token, *fields, files=True),
            text(_(DROPPING), "note"),
        )  # fmt: skip

    def _search(self, words: str) -> str:
        shown = (
            f'<form method="get" action="{place("documents")}" class="reglage" role="search">'
            + field("cherche", _("Nom du fichier, ou numéro d'un acte"), words, kind="search")
            + button(_("Chercher"), plain=True)
            + "</form>"
        )
        return section(_("Retirer un document"), shown, self._hits(words) if words.strip() else "")

    def _hits(self, words: str) -> str:
        found = self.office.catalogue.sources_named(words, FOUND)
        if not found:
            return (
                '<p role="status">'
                + _("Aucun fichier indexé n'a ce nom ni ne porte ce numéro.")
                + "</p>"
            )
        rows = []
        for one in found:
            said, shown = named(_("Retirer {about}"), _("Retirer…"), one.path)
            link = f'<a href="{place("documents")}?retirer={one.id}"{said}>{shown}</a>'
            rows.append([*_file(one), size(one.size), link])
        titles = (_("Fichier"), _("Fonds"), _("Taille"), _("Action"))
        most = (
            text(_("Les {found} premiers : précisez.").format(found=FOUND), "note")
            if len(found) == FOUND
            else ""
        )
        return table(_("Fichiers trouvés"), titles, rows, hidden=True) + most

    def _confirmation(self, request: Request, id: int) -> str:
        source = self._source(str(id))
        if source is None:
            return section(_("Retirer un document"), text(_(GONE)))
        chosen = chosen_by(self.office.data, self.office.catalogue, [str(source.file)], "")
        records = sum(self.office.catalogue.count_records(one.id) for one in chosen)
        rows = [_file(one) for one in chosen]
        only = box("ici", "oui", _("Du fonds « {fonds} » seulement").format(fonds=source.fonds))
        several = len({one.fonds for one in chosen}) > 1
        return section(
            _("Retirer ce document ?"),
            table(_("Ce qui sera retiré"), (_("Fichier"), _("Fonds")), rows),
            text(_(LEAVING).format(count=number(len(chosen)), records=number(records))),
            form("documents/retirer", token_of(request), hidden("source", str(id)),
                 only if several else "", button(_("Retirer et effacer"))),
            f'<p><a href="{place("documents")}">{_("Ne rien retirer")}</a></p>',
        )  # fmt: skip


def _file(source: Source) -> list[str]:
    return [as_french(escape(source.path)), as_french(escape(source.fonds))]


def _outcome(kept: Iterable[Dropped], refused: Iterable[str]) -> str:
    lines = [f"{escape(one.name)} : {_(OUTCOMES[one.outcome])}" for one in kept]
    lines += [coded(escape(sentence)) for sentence in refused]
    return f'<ul class="liste">{"".join(f"<li>{line}</li>" for line in lines)}</ul>'


def _counted(kept: int, same: int, refused: int) -> str:
    """« 2 fichiers déposés ; 1 fichier était déjà là, identique ; 1 refusé »."""
    counts = (
        (kept, ngettext("{count} fichier déposé", "{count} fichiers déposés", kept)),
        (same, ngettext("{count} fichier était déjà là, identique",
                        "{count} fichiers étaient déjà là, identiques", same)),
        (refused, ngettext("{count} refusé", "{count} refusés", refused)),
    )  # fmt: skip
    said = [words.format(count=count) for count, words in counts if count]
    return " ; ".join(said)


def _limits(settings: Settings) -> Limits:
    reading = settings.reading
    return Limits(reading.max_megabytes, reading.max_pages, reading.ocr_dpi)
