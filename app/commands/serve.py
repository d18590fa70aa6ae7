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


def run(settings: Settings) -> None:
    """Serve until stopped.

    Raises:
        PortTaken, AddressUnusable, NoIndex, and what `open_desk` raises.
    """
    check_host(settings.page.host)
    check_port(settings.page.host, settings.page.port)
    from app.answer import NoIndex
    from app.assembly import catalogue_of, open_desk

    catalogue = catalogue_of(settings, create=False)
    known = catalogue.fonds()
    catalogue.close()
    if not known:
        raise NoIndex(data=str(settings.data))
    with open_desk(settings) as desk:
        from app.web.server import build_app, serve

        app = build_app(desk, settings)
        address = f"http://{settings.page.host}:{settings.page.port}"
        print(
            f"La page est ouverte : {address}  (Ctrl-C pour arrêter)", file=sys.stderr, flush=True
        )
        serve(app, settings.page.host, settings.page.port)


def check_host(host: str) -> None:
    """There are no accounts yet, so the page is for this machine alone.

    Raises:
        PublicBind: the setting would show the records to the network.
    """
    if host not in ("127.0.0.1", "::1", "localhost"):
        raise PublicBind(host=host)


def check_port(host: str, port: int) -> None:
    """Find out before anything is loaded.

    Raises:
        PortTaken: with a free port to try instead.
        AddressUnusable: no such address here, or no right to that port.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe, socket.socket(family) as free:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                detail = error.strerror or str(error)
                raise AddressUnusable(host=host, port=port, detail=detail) from error
            free.bind((host, 0))
            other = free.getsockname()[1]
            raise PortTaken(host=host, port=port, other=other) from error
