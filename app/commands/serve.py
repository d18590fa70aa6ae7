"""`greffe serve`: the page."""

from __future__ import annotations

import errno
import socket
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.shared import Data, settings_of
from ingest.trouble import Trouble

if TYPE_CHECKING:
    from app.settings import Settings

NAME = "serve"


class PortTaken(Trouble):
    """Another program listens there. Facts: host, port, other."""


class AddressUnusable(Trouble):
    """This machine has no such address, or the port is reserved. Facts: host, port, detail."""


class PublicBind(Trouble):
    """The page would be open to the network without any login. Facts: host."""


def command(
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port d'écoute.")] = None,
    data: Data = None,
) -> None:
    """Ouvrir la page des questions sur cette machine."""
    settings = settings_of(data)
    if port is not None:
        page = settings.page.model_copy(update={"port": port})
        settings = settings.model_copy(update={"page": page})
    run(settings)


def run(settings: Settings, listening: socket.socket | None = None) -> None:
    """Serve until stopped, on a socket that `bound` gave, or on one of its own.

    Raises:
        PortTaken, AddressUnusable, NoIndex, and what `open_desk` raises.
    """
    check_host(settings.page.host)
    # the port is ours from here on, before the model is loaded
    with listening or bound(settings.page.host, settings.page.port) as door:
        _serve(settings, door)


def _serve(settings: Settings, door: socket.socket) -> None:
    from app.assembly import open_desk

    with open_desk(settings) as desk:
        from app.web.server import build_app, serve

        address = address_of(settings.page.host, settings.page.port)
        say = f"La page est ouverte : {address}  (Ctrl-C pour arrêter)"
        app = build_app(desk, settings)
        serve(app, door, lambda: print(say, file=sys.stderr, flush=True))


def address_of(host: str, port: int) -> str:
    """What is typed into a browser: « http://[::1]:7860 »."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def check_host(host: str) -> None:
    """There are no accounts yet, so the page is for this machine alone.

    Raises:
        PublicBind: the setting would show the records to the network.
    """
    if host not in ("127.0.0.1", "::1", "localhost"):
        raise PublicBind(host=host)


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
            raise AddressUnusable(host=host, port=port, detail=detail) from error
        with listen(host, 0) as free:
            other = free.getsockname()[1]
        raise PortTaken(host=host, port=port, other=other) from error
