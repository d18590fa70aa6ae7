"""Indexing: begun, followed and stopped on the page; a process of its own does it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from app import background, watched
from app.daily import Daily, plan, planned, unplan
from app.errors import INTERRUPTED, spoken
from app.ingested import STAGES, STATES, described, of_run
from app.schedule import Timer, timers
from app.web.admin.markup import (
    TITLES,
    box,
    button,
    choice,
    field,
    folded,
    form,
    hidden,
    place,
    said,
    section,
    table,
    text,
    unopened,
)
from app.web.admin.office import Office, fields_of, first
from app.web.admin.state import RETRY
from app.web.kept_markup import moment
from app.web.plain import token_of
from app.words import N_, _, as_french, french
from ingest.trouble import Trouble

NONE = N_(
    "Aucun fonds encore : déposez des fichiers à la page Documents, ou lancez"
    " `greffe ingest DOSSIER --fonds NOM` sur la machine."
)
ONLY_NEW = N_(
    "Seul ce qui est neuf ou changé est relu, et la page reste ouverte. Un dossier nouveau"
    " s'apporte par `greffe ingest DOSSIER --fonds NOM` sur la machine."
)
ASKED = N_("L'indexation commence.")
STOPPING = N_("L'arrêt est demandé : ce qui est publié reste, la suite sera reprise.")
WHILE_OPEN = N_(
    "Tant que la page est ouverte, Greffe indexe lui-même les fonds prévus, l'un après l'autre, et"
    " rattrape une heure manquée. Là où systemd gère la machine, une minuterie le fait aussi page"
    " fermée : `systemctl enable --now greffe-ingest@FONDS.timer` (voir « Pour la DSI »)."
)
PLANNED = N_("Le fonds « {fonds} » sera indexé chaque jour à {at}.")
UNPLANNED = N_("Le fonds « {fonds} » n'est plus indexé de lui-même.")
NOTHING = N_("Rien n'est en cours.")
NO_FOLDER = N_("Choisissez au moins un dossier de ce fonds.")
REREAD = N_("Relire les fichiers mis de côté")
CUT = N_("La dernière a été arrêtée net : lancez-la de nouveau, elle reprendra.")
NOT_OURS = N_("L'indexation appartient à un autre compte de la machine : arrêtez-la de là.")


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

    async def plan(self, request: Request) -> Response:
        """Have a fonds indexed each day."""
        fields = await fields_of(request)
        fonds, at = first(fields, "fonds"), first(fields, "heure")
        new = await run_in_threadpool(plan, self.office.data, self.office.catalogue, fonds, at)
        self.office.note(request, "schedule set", fonds=fonds, at=new.at)
        return self.show(request, _(PLANNED).format(fonds=fonds, at=new.at))

    async def unplan(self, request: Request) -> Response:
        """Have it indexed by hand only."""
        fonds = first(await fields_of(request), "fonds")
        if await run_in_threadpool(unplan, self.office.data, fonds):
            self.office.note(request, "schedule remove", fonds=fonds)
        return self.show(request, _(UNPLANNED).format(fonds=fonds))

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
        try:
            background.index(self.office.data, name, targets, self.office.who(request), options)
        except Trouble as trouble:
            return self.show(request, spoken(trouble), 409)
        self.office.note(request, "ingest", fonds=name, targets=targets, options=options)
        self.office.forget()
        return RedirectResponse(place("indexation"), 303)

    def _stop(self, request: Request) -> Response:
        try:
            stopped = watched.stop(self.office.data) or background.stop(
                self.office.data, background.INGEST
            )
        except PermissionError:
            return self.show(request, NOT_OURS, 409)
        if stopped:
            self.office.note(request, "ingest stop")
        self.office.forget()
        return self.show(request, STOPPING if stopped else NOTHING)

    def _parts(self, state: Mapping[str, Any], token: str) -> Iterator[str]:
        job = background.job(self.office.data, background.INGEST)
        goes_on = bool(state["running"]) or (job is not None and job.running)
        running = "oui" if goes_on else "non"
        yield unopened(state)
        yield f'<div id="suivi" data-en-cours="{running}">'
        if goes_on:
            yield from following(state["running"], job, token)
        else:
            yield section(_("Dernière indexation"), *_last(state, job))
        yield "</div>"
        if not goes_on:
            yield section(_("Lancer une indexation"), *_forms(state, token))
        yield section(
            _("Chaque jour"), *_daily(state, planned(self.office.data), token), *_timers(timers())
        )


def following(
    run: Mapping[str, Any] | None, job: background.Job | None, token: str
) -> Iterator[str]:
    """Where a run is, and the button that stops it."""
    now = watched.Watched(**run) if run else None
    share = round(100 * now.share) if now else 0
    words = watched.described(now) if now else _("Préparation")
    doing = now.command if now else "greffe " + " ".join(job.words) if job else ""
    stage = _(STAGES.get(now.stage, N_("Préparation"))) if now else ""
    link = f'<a href="{place("indexation")}">{_("actualiser")}</a>'
    yield (
        f"<section><h3>{_('En cours')}"
        f'</h3><div class="avancement"><progress max="100" value="{share}" aria-label="'
        f'{_("Avancement")}"></progress><p>{escape(words)}</p>'
        f'<p class="note"{french()}>{escape(now.current) if now and now.current else "…"}</p></div>'
        f'<p class="annonce lu" role="status">{stage}'
        f'</p><p class="note"><code>{escape(doing)}</code></p>'
    )
    if now is None or "ingest" in now.command.split():
        yield form("indexation/arreter", token, button(_("Arrêter")), kind="bref")
    yield (
        '<p class="note">'
        + _(
            "Cette page se met à jour d'elle-même. Sans JavaScript : {link}."
            " Elle peut être fermée : l'indexation continue."
        ).format(link=link)
        + "</p></section>"
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
        yield f'<p class="avis" role="alert">{escape(_(CUT))}</p>'
    if not run:
        yield text(_("Aucune encore."))
        return
    fonds = run["report"].get("fonds")
    which = _(", fonds « {fonds} »").format(fonds=fonds) if fonds else ""
    yield text(
        _("Commencée le {started}{which} : {state}.").format(
            started=moment(run["started"]), which=which, state=_(STATES[run["state"]])
        )
    )
    report = of_run(run["report"])
    yield said(_in_boxes(described(report))) if report is not None else ""


def _in_boxes(told: str) -> str:
    """What is told, its option and its command as the box and the page that stand for them."""
    again = _("relancez en cochant « {box} », sous « {options} »")
    told = RETRY.sub(again.format(box=_(REREAD), options=_("Options")), told)
    state = _("la page « {title} »").format(title=_(TITLES[""]))
    return told.replace("`greffe status`", state)


def _forms(state: Mapping[str, Any], token: str) -> Iterator[str]:
    """A form for each fonds: its folders, and how to go about it."""
    if not state["fonds"]:
        yield text(_(NONE))
    for name, held in state["fonds"].items():
        boxes = "".join(
            box("dossier", one["path"], one["path"] + ("" if one["whole"] else _(_ONE_BY_ONE)),
                checked=one["whole"])
            for one in held["folders"]
        )  # fmt: skip
        more = folded(
            _("Options"),
            box("retry", "oui", _(REREAD)),
            box(
                "yes",
                "oui",
                _("Retirer même plus d'un dixième du fonds, si des fichiers ont disparu"),
            ),
            box("restore", "oui", _("Reprendre les fichiers retirés auparavant")),
        )
        yield (
            f'<div id="{escape(name)}">' + form(
                "indexation/lancer", token, hidden("fonds", name),
                f"<fieldset><legend{french()}>{escape(name)}</legend>{boxes}{more}</fieldset>",
                button(_("Indexer"), said=_("Indexer le fonds {name}").format(name=name)),
            ) + "</div>"
        )  # fmt: skip
    yield text(
        _(ONLY_NEW), "note",
    )  # fmt: skip


_ONE_BY_ONE = N_(" (pas encore indexé en entier depuis cette version : tout le dossier serait lu)")


def _daily(state: Mapping[str, Any], found: Sequence[Daily], token: str) -> Iterator[str]:
    """What is planned, and a form to plan."""
    now = datetime.now().astimezone()
    rows = [
        [as_french(escape(one.fonds)), escape(one.at), moment(one.next(now).isoformat()),
         form("indexation/oublier", token, hidden("fonds", one.fonds),
              button(_("Ne plus prévoir"), plain=True,
                     said=_("Ne plus prévoir le fonds {name}").format(name=one.fonds)),
              kind="bref")]
        for one in found
    ]  # fmt: skip
    if rows:
        titles = (_("Fonds"), _("Heure"), _("Prochaine"), _("Action"))
        yield table(_("Fonds indexés chaque jour"), titles, rows, hidden=True)
    whole = [
        (name, name) for name, held in state["fonds"].items()
        if any(one["whole"] for one in held["folders"])
    ]  # fmt: skip
    if whole:
        yield form(
            "indexation/prevoir", token, choice("fonds", _("Fonds"), whole),
            field("heure", _("Heure"), "02:30", kind="time", more="required"),
            button(_("Prévoir")),
        )  # fmt: skip
    yield text(_(WHILE_OPEN), "note")


def _timers(found: list[Timer] | None) -> Iterator[str]:
    """The timers of systemd, where there are any."""
    if found:
        rows = [
            [as_french(escape(t.fonds)), moment(t.next) if t.next else _("pas prévue"),
             moment(t.last) if t.last else _("jamais")] for t in found
        ]  # fmt: skip
        yield table(_("Minuteries de systemd"), (_("Fonds"), _("Prochaine"), _("Dernière")), rows)
