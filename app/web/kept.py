"""Kept answers over HTTP: replayed, exported, validated, and the list of the validated ones.

Imports FastAPI: loaded by app/web/server.py alone, when the page is built.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from app.curated import Curated, CuratedUnknown, Item
from app.errors import spoken
from app.exported import exported
from app.opinions import judgements
from app.replay import FOUND, AnswerUnknown, Replay, replayed
from app.validator import validator
from app.web import kept_markup
from app.web.entrance import STALE, form_of
from app.web.markup import address
from app.web.opinion_forms import judged, judging_form, opinion_form
from app.web.plain import Plain, from_here, reader_of, token_of
from app.web.refused import NO_ANSWER as UNKNOWN
from app.words import N_, _
from ingest.trouble import Trouble

KINDS = {
    ".json": "application/json", ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}  # fmt: skip
NAMELESS = N_("Écrivez votre nom : il sera montré avec la réponse.")
GONE = N_("La réponse n'est plus parmi les validées.")


def add_kept(app: FastAPI, plain: Plain) -> None:
    """Add the routes."""
    kept = Kept(plain)
    app.get("/reponse/{answer}")(kept.show)
    app.get("/reponse/{answer}/preuve.json")(kept.proof)
    app.get("/reponse/{answer}/reponse.docx")(kept.document)
    app.get("/reponse/{answer}/reponse.pdf")(kept.printed)
    app.post("/reponse/{answer}/valider")(kept.validate)
    app.get("/validees")(kept.listed)
    app.post("/validees/{number}/oter")(kept.remove)


class Kept:
    """The handlers of the routes. Nothing is told of an answer that the reader may not see."""

    def __init__(self, plain: Plain) -> None:
        self.plain, self.gate = plain, plain.gate
        self.catalogue, self.data = plain.catalogue, plain.data
        self.curated = Curated(plain.data)

    def show(self, request: Request, answer: str) -> Response:
        """The answer as it was given, and what became of its passages."""
        try:
            found = self._found(request, answer)
        except Trouble as trouble:
            return self._told(request, trouble, 404)
        self.plain.note(request, "replay", {}, answer)
        return self._replayed(request, found)

    def proof(self, request: Request, answer: str) -> Response:
        """The file that `greffe verify` checks."""
        return self._exported(request, answer, ".json")

    def document(self, request: Request, answer: str) -> Response:
        """The answer as a Word document, with the pages that it cites."""
        return self._exported(request, answer, ".docx")

    def printed(self, request: Request, answer: str) -> Response:
        """The answer as a PDF, with the pages that it cites."""
        return self._exported(request, answer, ".pdf")

    async def validate(self, request: Request, answer: str) -> Response:
        """Validate an answer, as it was given."""
        form = await form_of(request)
        return await run_in_threadpool(self._validate, request, answer, form)

    def listed(self, request: Request) -> Response:
        """The validated answers, those to review first."""
        self.curated.review(self.catalogue)
        return self._list(request)

    async def remove(self, request: Request, number: int) -> Response:
        """Take an answer out of the validated ones."""
        form = await form_of(request)
        return await run_in_threadpool(self._remove, request, number, form)

    def _validate(self, request: Request, answer: str, form: Mapping[str, str]) -> Response:
        try:
            found = self._found(request, answer)
            if not from_here(request, form):
                return self._replayed(request, found, STALE, 400)
            if not self.gate.asks_login and not form.get("nom", "").strip():
                return self._replayed(request, found, NAMELESS, 400)
            login, name = self._validator(request, form)
            item = self.curated.add(found.entry, login, name, self.catalogue)
        except Trouble as trouble:
            return self._told(request, trouble, 404 if isinstance(trouble, AnswerUnknown) else 409)
        self._administered(request, "curated add", answer=answer, number=item.id, by=login)
        return RedirectResponse(address(answer), 303)

    def _validator(self, request: Request, form: Mapping[str, str]) -> tuple[str, str]:
        reader = reader_of(request)
        if self.gate.asks_login:
            return reader.login, reader.name
        by = " ".join(form.get("nom", "").split())[:100]
        return validator(self.data, by, asks_login=False)

    def _remove(self, request: Request, number: int, form: Mapping[str, str]) -> Response:
        if not from_here(request, form):
            return self._list(request, STALE, 400)
        try:
            if number not in {item.id for item in self._items(request)}:
                raise CuratedUnknown(id=number)
            self.curated.remove(number)
        except Trouble as trouble:
            return self._told(request, trouble, 404)
        self._administered(request, "curated remove", number=number)
        return self._list(request, GONE)

    def _found(self, request: Request, answer: str) -> Replay:
        """The answer, if the reader may see it. Raises AnswerUnknown."""
        return replayed(self.data, self.catalogue, answer, reader_of(request))

    def _items(self, request: Request) -> list[Item]:
        readable = reader_of(request).fonds
        return [item for item in self.curated.all() if item.may_be_seen(readable)]

    def _exported(self, request: Request, answer: str, suffix: str) -> Response:
        try:
            found = self._found(request, answer)
            written = exported(self.data, self.catalogue, found, suffix)
        except Trouble as trouble:
            return self._told(request, trouble, 404)
        name = f"reponse-{answer}{suffix}"
        self.plain.note(request, "export", {"what": {"file": name}}, answer)
        return _download(written, name, KINDS[suffix])

    def _replayed(
        self, request: Request, found: Replay, said: str = "", status: int = 200
    ) -> Response:
        known = self._validation(found.entry.id)
        given = known is not None and not known.withdrawn
        form = ""
        if not given and reader_of(request).may_act_as("juriste") and _may_be_validated(found):
            form = kept_markup.validation_form(
                found.entry, token_of(request), named=self.gate.asks_login
            )  # fmt: skip
        content = kept_markup.replay_page(
            found, known, form, said, self._judging(request, found),
            opinion_form(found.entry.id, token_of(request)),
        )  # fmt: skip
        return self.plain.page(request, _("Une réponse"), content, status)

    def _judging(self, request: Request, found: Replay) -> dict[int, str]:
        """By number of a citation: what was said of it, and the form for who may say."""
        id, said = found.entry.id, judgements(self.data, found.entry.id)
        judges = reader_of(request).may_act_as("juriste")
        return {
            (number := kept["number"]): judged(said.get(number))
            + (judging_form(id, number, token_of(request)) if judges else "")
            for kept, _ in found.citations
        }

    def _validation(self, id: str) -> Item | None:
        """The last validation of an answer, looked at again; one that is given comes first."""
        if not any(item.answer == id for item in self.curated.all()):
            return None
        self.curated.review(self.catalogue)
        mine = [item for item in self.curated.all() if item.answer == id]
        return min(reversed(mine), key=lambda item: bool(item.withdrawn), default=None)

    def _list(self, request: Request, said: str = "", status: int = 200) -> Response:
        content = kept_markup.list_page(self._items(request), token_of(request), said)
        return self.plain.page(request, _("Réponses validées"), content, status)

    def _told(self, request: Request, trouble: Trouble, status: int) -> Response:
        hidden = isinstance(trouble, AnswerUnknown | CuratedUnknown)
        said = UNKNOWN if hidden else spoken(trouble)
        return self.plain.told(request, _("Réponse"), said, status)

    def _administered(self, request: Request, command: str, **what: Any) -> None:
        self.plain.note(request, "admin", {"what": {"command": command, **what}})


def _may_be_validated(found: Replay) -> bool:
    """Whether an answer is one that somebody could validate today."""
    said = found.entry.parts.get("answer") or {}
    holds = all(again.state in FOUND for _, again in found.citations)
    return bool(found.citations) and holds and not said.get("validated")


def _download(content: bytes, name: str, kind: str) -> Response:
    headers = {
        "content-disposition": f'attachment; filename="{quote(name)}"', "cache-control": "no-store",
    }  # fmt: skip
    return Response(content, media_type=kind, headers=headers)
