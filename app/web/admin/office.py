"""What every page for administrators has at hand: who asks, the state, the frame, the journal."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from app.access.gate import Gate
from app.journal.entries import Journal
from app.settings import Settings, load
from app.state import state_of
from app.web import entrance
from app.web.admin import markup
from app.web.frame import Frame
from app.web.guard import ADDRESS, VISIT
from app.web.plain import from_here, head_of, reader_of
from app.words import _
from ingest.catalogue import Catalogue
from ingest.trouble import Trouble

FRESH = 2.0  # seconds: counting takes 0.3 s with 45,000 records, and a page that follows asks often
_LONGEST = 64 * 2**10  # bytes of a form without files
_MOST = 200  # its fields
_FIELDS_BESIDE = 20  # of a form with files


class Stale(Trouble):
    """A form of another session, or of one that has ended. No facts."""


class TooManyFiles(Trouble):
    """A form with more files than it may have, or one that is no form. Facts: most."""


@dataclass
class Office:
    """What the handlers share."""

    catalogue: Catalogue
    data: Path
    gate: Gate
    frame: Frame
    journal: Journal
    _known: tuple[float, dict[str, Any]] = (-FRESH, {})
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def state(self) -> dict[str, Any]:
        """The state of the data folder, two seconds old at most."""
        with self._lock:
            since, known = self._known
            if time.monotonic() - since >= FRESH:
                known = state_of(self.data, self.catalogue, login=self.gate.asks_login)
                self._known = (time.monotonic(), known)
            return known

    def forget(self) -> None:
        """Something was changed: the state is to be looked at anew."""
        self._known = (-FRESH, {})

    def settings(self) -> Settings:
        """The settings as they are now. Raises SettingsInvalid."""
        return load(self.data)

    def shown(
        self, request: Request, name: str, parts: Iterable[str], said: str = "", status: int = 200
    ) -> HTMLResponse:
        """A page, and what there is to say on it."""
        content = markup.page(name, parts, said, well=status < 400)
        title = _("{title}, administration").format(title=_(markup.TITLES[name]))
        ways = head_of(request.scope[VISIT], "/administration")
        page = self.frame.around(
            title, content, ways=ways, kind="fiche administration", head=markup.HEAD
        )
        return HTMLResponse(page, status, headers={"cache-control": "no-store"})

    def who(self, request: Request) -> str:
        """Who asks, where people log in; else empty: the account that runs the page."""
        return reader_of(request).login if self.gate.asks_login else ""

    def note(self, request: Request, command: str, **what: Any) -> None:
        """A line in the journal: an action of administration."""
        given = {key: value for key, value in what.items() if value}
        self.journal.note(
            "admin", reader_of(request).login, address=request.scope[ADDRESS],
            parts={"what": {"command": command, **given}},
        )  # fmt: skip

    def looked(self, request: Request, **what: Any) -> None:
        """A line in the journal: somebody has read what people asked, as by `greffe journal`."""
        given = {key: value for key, value in what.items() if value not in ("", ())}
        self.journal.note(
            "search", reader_of(request).login, address=request.scope[ADDRESS],
            parts={"what": given},
        )  # fmt: skip


async def fields_of(request: Request) -> dict[str, list[str]]:
    """The fields of a form without files. Raises Stale: it is not one of this session."""
    fields = await entrance.fields_of(request, _LONGEST, _MOST)
    check_token(request, fields)
    return fields


@asynccontextmanager
async def sent_with(request: Request, most: int) -> AsyncIterator[FormData]:
    """A form with files, `most` at most. Raises TooManyFiles."""
    try:
        given = await request.form(max_files=most, max_fields=_FIELDS_BESIDE)
    except HTTPException as error:  # Starlette's, in English
        raise TooManyFiles(most=most) from error
    try:
        yield given
    finally:
        await given.close()


def check_token(request: Request, fields: Mapping[str, list[str]]) -> None:
    """Raises Stale: the form is not one of this session; the guard knows where it comes from."""
    if not from_here(request, {name: values[0] for name, values in fields.items()}):
        raise Stale


def first(fields: Mapping[str, list[str]], name: str) -> str:
    """The first value of a field; empty where there is none."""
    return fields[name][0].strip() if name in fields else ""
