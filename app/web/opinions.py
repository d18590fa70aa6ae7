"""Opinions over HTTP: on an answer, on each of its citations, and the list of them for admins.

Imports FastAPI: loaded by app/web/server.py alone, when the page is built.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from app.opinions import (
    LONGEST,
    REASONS,
    VERDICTS,
    Judgement,
    Opinion,
    Said,
    all_said,
    note,
)  # fmt: skip
from app.replay import AnswerUnknown, Replay, replayed
from app.web.cited import way_back
from app.web.entrance import STALE, form_of
from app.web.guard import ADDRESS
from app.web.kept_markup import moment
from app.web.markup import address, notice
from app.web.plain import Plain, from_here, reader_of
from app.web.refused import NO_ANSWER as UNKNOWN
from app.words import N_, _, as_french, french

THANKS = N_("Merci : votre avis est noté, avec la réponse.")
NO_REASON = N_("Dites ce qui ne va pas : choisissez un motif.")
NO_ANSWER = N_("Le texte de cette réponse a été effacé : votre avis n'a pas été gardé.")
TITLE = N_("Avis sur les réponses")
SHOWN = 200


def add_opinions(app: FastAPI, plain: Plain) -> None:
    """Add the routes."""
    opinions = Opinions(plain)
    app.post("/reponse/{answer}/avis")(opinions.say)
    app.post("/reponse/{answer}/citation")(opinions.judge)
    app.get("/avis")(opinions.listed)


class Opinions:
    """The handlers of the routes. Of an answer that one may not see, nothing is said."""

    def __init__(self, plain: Plain) -> None:
        self.plain = plain

    async def say(self, request: Request, answer: str) -> Response:
        """Note what somebody says of an answer."""
        form = await form_of(request)
        return await run_in_threadpool(self._say, request, answer, form)

    async def judge(self, request: Request, answer: str) -> Response:
        """Note what legal staff say of a citation."""
        form = await form_of(request)
        return await run_in_threadpool(self._judge, request, answer, form)

    def listed(self, request: Request, motif: str = "") -> Response:
        """All of them, the newest first; those with one reason, if one is asked for."""
        everything = all_said(self.plain.data)
        shown = [one for one in everything if not motif or key_of(one) == motif]
        reason = {"reason": motif} if motif in _NAMES else {}
        looked = {"kinds": ["opinion", "judged"], **reason, "found": len(shown)}
        self.plain.note(request, "search", {"what": looked})
        content = "\n".join([
            f"<h2>{_(TITLE)}</h2>", _counts(everything, motif), _items(shown[:SHOWN]),
            f"<p>{_('Les {count} derniers sont montrés.').format(count=SHOWN)}</p>"
            if len(shown) > SHOWN else "",
        ])  # fmt: skip
        return self.plain.page(request, TITLE, content)

    def _say(self, request: Request, answer: str, form: Mapping[str, str]) -> Response:
        if not from_here(request, form):
            return self.plain.told(request, TITLE, STALE, 400)
        useful, reason = form.get("utile") == "oui", form.get("motif", "")
        if not useful and reason not in REASONS:
            return self.plain.told(request, TITLE, NO_REASON, 400)
        found = self._seen(request, answer)
        if found is None:
            return self.plain.told(request, TITLE, UNKNOWN, 404)
        if "answer" in found.entry.erased:  # it was open when its document was withdrawn
            return self.plain.told(request, TITLE, NO_ANSWER, 409)
        said = Opinion(answer, useful, "" if useful else reason, _text(form))
        self._note(request, said)
        back = f'<p><a href="{address(answer)}">{_("Revenir à la réponse")}</a></p>'
        return self.plain.page(request, TITLE, notice(THANKS, "status") + back)

    def _judge(self, request: Request, answer: str, form: Mapping[str, str]) -> Response:
        if not from_here(request, form):
            return self.plain.told(request, TITLE, STALE, 400)
        number, verdict = form.get("numero", ""), form.get("verdict", "")
        found = self._seen(request, answer)
        cited = {str(kept["number"]) for kept, _ in found.citations} if found else ()
        if number not in cited or verdict not in VERDICTS:
            return self.plain.told(request, TITLE, UNKNOWN, 404)
        reader = reader_of(request)
        said = Judgement(answer, int(number), verdict, reader.name or reader.login, _text(form))
        self._note(request, said)
        return RedirectResponse(way_back(form, answer, int(number)), 303)

    def _seen(self, request: Request, answer: str) -> Replay | None:
        """The answer, if whoever asks may see it."""
        try:
            return replayed(self.plain.data, self.plain.catalogue, answer, reader_of(request))
        except AnswerUnknown:
            return None

    def _note(self, request: Request, said: Opinion | Judgement) -> None:
        login, place = reader_of(request).login, request.scope[ADDRESS]
        note(self.plain.journal, login, place, said)


def key_of(said: Said) -> str:
    """How it is counted and filtered."""
    if isinstance(said.what, Judgement):
        return said.what.verdict
    return "useful" if said.what.useful else said.what.reason


_NAMES = {
    "useful": N_("utile"), **REASONS,
    "confirmed": N_("citation confirmée"), "contested": N_("citation contestée"),
}  # fmt: skip


def _text(form: Mapping[str, str]) -> str:
    return form.get("texte", "").replace("\r\n", "\n").strip()[:LONGEST]


def _counts(everything: Sequence[Said], motif: str) -> str:
    if not everything:
        return "<p>" + _("Aucun avis pour l'instant.") + "</p>"
    counts = Counter(map(key_of, everything))
    links = [
        (
            f'<a href="/avis"{_current(motif == "")}>'
            + _("tous ({count})").format(count=len(everything))
            + "</a>"
        )
    ]
    links += [
        f'<a href="/avis?motif={key}"{_current(motif == key)}>{_(name)} ({counts[key]})</a>'
        for key, name in _NAMES.items()
        if counts[key]
    ]
    return f'<nav aria-label="{_("Motifs")}" class="motifs">{" ".join(links)}</nav>'


def _current(yes: bool) -> str:
    return ' aria-current="true"' if yes else ""


def _items(shown: Sequence[Said]) -> str:
    items = "".join(
        f"<li><p><b>{_what(one)}</b></p>"
        + (f"<blockquote{french()}>{escape(one.what.text)}</blockquote>" if one.what.text else "")
        + f'<p><a href="{address(one.what.answer)}">'
        + (as_french(escape(one.question)) if one.question else _("[question effacée]"))
        + '</a></p><p class="note">'
        + _("{at}, par {who}").format(
            at=moment(one.at), who=escape(one.who) if one.who else _("[effacé]")
        )
        + "</p></li>"
        for one in shown
    )
    return f'<ul role="list" class="avis-liste">{items}</ul>' if items else ""


def _what(one: Said) -> str:
    if isinstance(one.what, Judgement):
        good = one.what.verdict == "confirmed"
        said = (
            _("✓ Citation [{number}] confirmée") if good else _("✗ Citation [{number}] contestée")
        )
        return said.format(number=one.what.citation)
    return (
        _("✓ Réponse utile")
        if one.what.useful
        else _("✗ Réponse {reason}").format(reason=_(REASONS[one.what.reason]))
    )
