"""Indexing: begun, followed and stopped on the page; a process of its own does it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from app import background, watched
from app.errors import INTERRUPTED, spoken
from app.ingested import STAGES, STATES, described, of_run
from app.schedule import Timer, timers
from app.web.admin.markup import (
    box,
    button,
    folded,
    form,
    hidden,
    place,
    said,
    section,
    table,
    text,
)
from app.web.admin.office import Office, fields_of, first
from app.web.kept_markup import moment
from app.web.plain import token_of
from ingest.trouble import Trouble

JOB = "ingest"
ASKED = "L'indexation commence."
STOPPING = "L'arrêt est demandé : ce qui est publié reste, la suite sera reprise."
NOTHING = "Rien n'est en cours."
NO_FOLDER = "Choisissez au moins un dossier de ce fonds."
CUT = "La dernière a été arrêtée net : lancez-la de nouveau, elle reprendra."
NOT_OURS = "L'indexation appartient à un autre compte de la machine : arrêtez-la de là."


class Indexing:
    """The handlers of /administration/indexation."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def show(self, request: Request, told: str = "", status: int = 200) -> Response:
        """Where the run is, what the last one did, and what may be begun."""
        state = self.office.state()
        return self.office.shown(
            request, "indexation", self._parts(state, token_of(request)), told, status
        )

    async def start(self, request: Request) -> Response:
        """Begin a run on folders of a fonds."""
        fields = await fields_of(request)
        return await run_in_threadpool(self._start, request, fields)

    async def stop(self, request: Request) -> Response:
        """Stop the run, as Ctrl-C does."""
        await fields_of(request)
        return await run_in_threadpool(self._stop, request)

    def _start(self, request: Request, fields: Mapping[str, list[str]]) -> Response:
        name = first(fields, "fonds")
        held = self.office.state()["fonds"].get(name, {"folders": []})
        named = fields.get("dossier")
        targets = [
            one["path"] for one in held["folders"]
            if (one["path"] in named if named is not None else one["whole"])
        ]  # fmt: skip
        if not targets:
            return self.show(request, NO_FOLDER, 400)
        options = [f"--{name}" for name in ("retry", "yes", "restore") if name in fields]
        words = ["ingest", *targets, f"--fonds={name}", *options]
        try:
            background.start(self.office.data, JOB, words, self.office.who(request))
        except Trouble as trouble:
            return self.show(request, spoken(trouble), 409)
        self.office.note(request, "ingest", fonds=name, targets=targets, options=options)
        self.office.forget()
        return RedirectResponse(place("indexation"), 303)

    def _stop(self, request: Request) -> Response:
        try:
            stopped = watched.stop(self.office.data) or background.stop(self.office.data, JOB)
        except PermissionError:
            return self.show(request, NOT_OURS, 409)
        if stopped:
            self.office.note(request, "ingest stop")
        self.office.forget()
        return self.show(request, STOPPING if stopped else NOTHING)

    def _parts(self, state: Mapping[str, Any], token: str) -> Iterator[str]:
        job = background.job(self.office.data, JOB)
        goes_on = bool(state["running"]) or (job is not None and job.running)
        running = "oui" if goes_on else "non"
        yield f'<div id="suivi" data-en-cours="{running}">'
        if goes_on:
            yield from following(state["running"], job, token)
        else:
            yield section("Dernière indexation", *_last(state, job))
        yield "</div>"
        if not goes_on:
            yield section("Lancer une indexation", *_forms(state, token))
        yield section("Chaque nuit", *_timers(timers()))


def following(
    run: Mapping[str, Any] | None, job: background.Job | None, token: str
) -> Iterator[str]:
    """Where a run is, and the button that stops it."""
    now = watched.Watched(**run) if run else None
    share = round(100 * now.share) if now else 0
    words = watched.described(now) if now else "Préparation"
    doing = now.command if now else "greffe " + " ".join(job.words) if job else ""
    yield (
        '<section><h3>En cours</h3><div class="avancement">'
        f'<progress max="100" value="{share}" aria-label="Avancement"></progress>'
        f"<p>{escape(words)}</p>"
        f'<p class="note">{escape(now.current) if now and now.current else "…"}</p></div>'
        # told when the stage changes, not at each file
        f'<p class="annonce lu" role="status">{STAGES.get(now.stage, "Préparation") if now else ""}'
        f'</p><p class="note"><code>{escape(doing)}</code></p>'
    )
    if now is None or "ingest" in now.command.split():
        yield form("indexation/arreter", token, button("Arrêter"), kind="bref")
    yield (
        '<p class="note">Cette page se met à jour d\'elle-même.'
        f' Sans JavaScript : <a href="{place("indexation")}">actualiser</a>.'
        " Elle peut être fermée :"
        " l'indexation continue.</p></section>"
    )


def _last(state: Mapping[str, Any], job: background.Job | None) -> Iterator[str]:
    """What the last run did, in the words of the command; and why it did not, if so."""
    run = state["last_run"]
    if job is not None and job.code not in (None, 0):
        told = [
            line for line in job.err.splitlines() if not line.startswith(tuple(STAGES.values()))
        ]
        kind = "status" if job.code == INTERRUPTED else "alert"
        yield f'<div class="avis" role="{kind}">{said(chr(10).join(told[-20:]))}</div>'
    if job is not None and job.code is None:
        yield f'<p class="avis" role="alert">{escape(CUT)}</p>'
    if not run:
        yield text("Aucune encore.")
        return
    fonds = run["report"].get("fonds")
    which = f", fonds « {fonds} »" if fonds else ""
    yield text(f"Commencée le {moment(run['started'])}{which} : {STATES[run['state']]}.")
    report = of_run(run["report"])
    yield said(described(report)) if report is not None else ""


def _forms(state: Mapping[str, Any], token: str) -> Iterator[str]:
    """A form for each fonds: its folders, and how to go about it."""
    if not state["fonds"]:
        yield text("Aucun fonds encore : déposez des fichiers à la page Documents, ou lancez"
                   " `greffe ingest DOSSIER --fonds NOM` sur la machine.")  # fmt: skip
    for name, held in state["fonds"].items():
        boxes = "".join(
            box("dossier", one["path"], one["path"] + ("" if one["whole"] else _ONE_BY_ONE),
                checked=one["whole"])
            for one in held["folders"]
        )  # fmt: skip
        more = folded(
            "Options",
            box("retry", "oui", "Relire les fichiers mis de côté"),
            box(
                "yes", "oui", "Retirer même plus d'un dixième du fonds, si des fichiers ont disparu"
            ),
            box("restore", "oui", "Reprendre les fichiers retirés auparavant"),
        )
        yield (
            f'<div id="{escape(name)}">' + form(
                "indexation/lancer", token, hidden("fonds", name),
                f"<fieldset><legend>{escape(name)}</legend>{boxes}{more}</fieldset>",
                button("Indexer", said=f"Indexer le fonds {name}"),
            ) + "</div>"
        )  # fmt: skip
    yield text(
        "Seul ce qui est neuf ou changé est relu, et la page reste ouverte. Un dossier nouveau"
        " s'apporte par `greffe ingest DOSSIER --fonds NOM` sur la machine.", "note",
    )  # fmt: skip


_ONE_BY_ONE = " (pas encore indexé en entier depuis cette version : tout le dossier serait lu)"


def _timers(found: list[Timer] | None) -> Iterator[str]:
    if found:
        rows = [
            [escape(t.fonds), moment(t.next) if t.next else "pas prévue",
             moment(t.last) if t.last else "jamais"] for t in found
        ]  # fmt: skip
        yield table("Indexations prévues", ("Fonds", "Prochaine", "Dernière"), rows, hidden=True)
        return
    yield text(
        "Aucune indexation n'est prévue par systemd sur cette machine." if found is not None
        else "systemd ne gère pas cette machine, ou ne se laisse pas interroger : rien à montrer."
    )  # fmt: skip
    yield text("Pour en prévoir une : `systemctl enable --now greffe-ingest@FONDS.timer`"
               " (voir « Pour la DSI »).", "note")  # fmt: skip
