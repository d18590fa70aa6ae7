"""One server and one browser for the tests of the web page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.app.web.hall import Hall, hall_of
from tests.app.web.serving import serving
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
def hall(indexed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with hall_of(indexed, tmp_path_factory.mktemp("guichet")) as found:
        yield found


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    from app.web import build_app

    data = tmp_path_factory.mktemp("mairie")
    desk = Desk(data)
    with serving(build_app(desk, Settings(data))) as address:
        yield Site(address, desk, data)
