"""What the tests of ingestion share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ingest.small_town import SmallTown, small_town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[SmallTown]:
    """A data folder of one test, with a small index of its own."""
    with small_town(tmp_path / "donnees") as opened:
        yield opened
