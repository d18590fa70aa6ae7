"""`greffe serve`: the page."""

from __future__ import annotations

import errno
import hashlib
import socket
import sqlite3
import ssl
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.shared import Data, administered, settings_of, tell_unvouched
from app.words import speaking
from ingest.trouble import Trouble

if TYPE_CHECKING:
    from app.daily import Clock
    from app.journal.entries import Journal
    from app.settings import Settings

NAME = "serve"
_DAY = 86_400.0  # seconds


class PortTaken(Trouble):
    """Another program listens there. Facts: host, port, other."""


class AddressUnusable(Trouble):
    """This machine has no such address, or the port is reserved. Facts: host, port, detail."""


class PublicBind(Trouble):
    """The page would be open to the network without any login. Facts: what (a setting)."""


class PlainBind(Trouble):
    """Passwords would cross the network in the clear. Facts: host."""


class CertificateUnusable(Trouble):
    """TLS cannot begin with these files. Facts: path, detail."""


def command(
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port d'écoute.")] = None,
    data: Data = None,
) -> None:
    """Ouvrir la page des questions sur cette machine."""
    settings = settings_of(data)
    tell_unvouched(settings)
    if port is not None:
        page = settings.page.model_copy(update={"port": port})
        settings = settings.model_copy(update={"page": page})
    run(settings)


def run(settings: Settings, listening: socket.socket | None = None) -> None:
    """Serve until stopped, on a socket that `bound` gave, or on one of its own.

    Raises:
        PortTaken, AddressUnusable, and what `check_page`, `open_desk` and `gate_of` raise.
    """
    check_page(settings)
    # the port is ours from here on, before the model is loaded
    with listening or bound(settings.page.host, settings.page.port) as door:
        _serve(settings, door)


def _serve(settings: Settings, door: socket.socket) -> None:
    from app.assembly import gate_of, journal_of, open_desk
    from app.daily import ticking
    from app.journal.stopped import watched

    page = settings.page
    gate = gate_of(settings)
    with open_desk(settings) as desk, _expiring(settings), speaking(page.language):
        from app.web.about import About
        from app.web.bounds import Allowed
        from app.web.server import build_app, serve

        shown = page.name.split(",")[0].strip() or page.host
        address = address_of(shown, page.port, tls=page.certificate is not None)
        say = f"La page est ouverte : {address}  (Ctrl-C pour arrêter)"
        journal = journal_of(settings)
        app = build_app(
            desk, settings, gate, tls=page.certificate is not None, journal=journal,
            allowed=Allowed(**settings.limits.model_dump()),
            about=About(
                settings.town, settings.contact, _writer(settings), settings.journal.days
            ),
        )  # fmt: skip
        administered(settings, "serve", host=page.host, port=page.port, toml=_digest(settings))
        if not settings.access.login:
            desk.examples()  # begins to look for them
        with watched(settings.data, journal.collect), ticking(_clock(settings, journal)):
            serve(
                app, door, lambda: print(say, file=sys.stderr, flush=True), page.certificate,
                page.key,
            )  # fmt: skip


def _writer(settings: Settings) -> str:
    """The model that writes, as the public is told; empty where none does."""
    return (settings.model.name or "nom non donné") if settings.model.url else ""


def _clock(settings: Settings, journal: Journal) -> Clock:
    """What begins the runs that are planned for each day."""
    from app.assembly import catalogue_of
    from app.background import INGEST
    from app.daily import Clock

    def note(fonds: str, targets: Sequence[str]) -> None:
        what = {"command": INGEST, "fonds": fonds, "targets": [*targets], "planned": True}
        journal.note("admin", "", parts={"what": what})

    return Clock(settings.data, lambda: catalogue_of(settings), note)


@contextmanager
def _expiring(settings: Settings) -> Iterator[None]:
    """Erase from the journal what has had its time: now, and each day that the page is open."""
    from app.journal.erase import expire

    ended = threading.Event()

    def daily() -> None:
        while not ended.wait(_DAY):
            with suppress(OSError, sqlite3.Error):  # a full disk: tomorrow
                expire(settings.data, settings.journal.days)

    with suppress(sqlite3.Error):
        expire(settings.data, settings.journal.days)
    threading.Thread(target=daily, name="journal", daemon=True).start()
    try:
        yield
    finally:
        ended.set()


def _digest(settings: Settings) -> str:
    """Of greffe.toml: a change of settings shows in the journal; what it says does not."""
    path = settings.data / "greffe.toml"
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def address_of(host: str, port: int, *, tls: bool = False) -> str:
    """What is typed into a browser: « http://[::1]:7860 »."""
    scheme = "https" if tls else "http"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def check_page(settings: Settings) -> None:
    """Beyond this machine: only with a login, and by TLS or behind a proxy that speaks it.

    Raises:
        PublicBind, PlainBind, CertificateUnusable.
    """
    page = settings.page
    away = page.host not in ("127.0.0.1", "::1", "localhost")
    beyond = f"page.host = {page.host}" if away else ""
    beyond = beyond or (page.name and "page.name") or (page.proxy and "page.proxy")
    if beyond and not settings.access.login:
        raise PublicBind(what=beyond)
    if page.certificate is not None or page.key is not None:
        _check_certificate(page.certificate, page.key)
    elif away and not page.proxy:
        raise PlainBind(host=page.host)


def _check_certificate(certificate: Path | None, key: Path | None) -> None:
    if certificate is None or key is None:
        missing = "page.certificate" if certificate is None else "page.key"
        raise CertificateUnusable(path=missing, detail="il manque")
    try:
        # an empty password: OpenSSL would ask for one at the terminal
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, lambda: "")
    except (OSError, ValueError) as error:
        detail = getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)
        raise CertificateUnusable(path=str(certificate), detail=detail) from error


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens there, so that nobody else takes the port while we load.

    Raises:
        PortTaken: with a free port to try instead.
        AddressUnusable: no such address here, or no right to that port.
    """
    from app.web.server import listen

    try:
        return listen(host, port)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            detail = error.strerror or str(error)
            reason = "rights" if error.errno == errno.EACCES else ""
            raise AddressUnusable(host=host, port=port, detail=detail, reason=reason) from error
        with listen(host, 0) as free:
            other = free.getsockname()[1]
        raise PortTaken(host=host, port=port, other=other) from error
