"""Requests that no page would send get an answer that is no error of the server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.knocked import Door, knock, opened, undescribed

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with opened(tmp_path_factory.mktemp("frappe")) as found:
        yield found


def test_every_rule_is_knocked_at() -> None:
    assert undescribed() == [], "describe them in tests/knocked.py"


def test_no_request_is_an_error_of_the_server(door: Door) -> None:
    faults: list[str] = []
    knock(door, 4, faults.append, same=True)
    assert faults == []
    assert {200, 401, 403, 404} <= set(door.statuses)
