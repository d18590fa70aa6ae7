"""One server and one browser for the tests of the web page."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.app.web.town_hall import Desk


@dataclass(frozen=True)
class Settings:
    """The settings that the page reads."""

    data: Path
    host: str = "127.0.0.1"
    town: str = "Saint-Aubin"
    names: str = ""


@dataclass(frozen=True)
class Site:
    """A server that runs."""

    address: str  # http://127.0.0.1:port
    desk: Desk
    data: Path


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    import uvicorn

    from app.web import build_app
    from app.web.server import listen

    data = tmp_path_factory.mktemp("mairie")
    desk = Desk(data)
    app = build_app(desk, Settings(data))
    with listen("127.0.0.1", 0) as listening:
        server = uvicorn.Server(
            uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        yield Site(f"http://127.0.0.1:{listening.getsockname()[1]}", desk, data)
        server.should_exit = True
        thread.join(10)
