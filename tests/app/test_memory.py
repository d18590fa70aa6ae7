"""A question does not begin where Greffe holds more memory than it is allowed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.memory import MemoryShort, check_memory, held_mb
from ingest import readers
from ingest.readers import Limits
from ingest.trouble import Unreadable
from tests.command_line import process

QUESTION = "Quelle est l'amende maximale pour un dépôt sauvage ?"


def test_a_process_that_holds_too_much_asks_nothing(town: Path) -> None:
    ran = process(town, "ask", QUESTION, GREFFE_LIMITS__MEMORY_MB="50")
    assert ran.code == 16
    assert ran.out == ""
    held = re.search(r"manque de mémoire \((\d+) Mo pris, 50 au plus\)", ran.err)
    assert held
    assert 100 < int(held[1]) < 5000  # the model alone takes the first
    assert "limits.memory_mb" in ran.err


def test_a_process_that_holds_less_asks(town: Path) -> None:
    assert process(town, "ask", QUESTION, GREFFE_LIMITS__MEMORY_MB="5000").code == 0


@pytest.mark.usefixtures("counted_memory")
def test_what_was_freed_does_not_count() -> None:
    with pytest.raises(MemoryShort):
        check_memory(1)  # what the tests before have freed goes back
    kept = [b"x" * (100_000 + more) for more in range(3000)]  # 300 MB
    last = b"y" * 100_000  # behind them: what is freed before it does not go back by itself
    most = held_mb() - 150
    with pytest.raises(MemoryShort):
        check_memory(most)
    kept.clear()
    assert held_mb() > most
    check_memory(most)
    assert last
    check_memory(0)  # without a limit


def test_a_text_without_end_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file without pages is one page, which a question that cites it reads in full."""
    file = tmp_path / "long.txt"
    file.write_text("Le conseil approuve.\n" * 10)
    monkeypatch.setattr(readers, "LONGEST_TEXT", 100)
    with pytest.raises(Unreadable) as raised:
        readers.read(file, Limits())
    assert raised.value.reason == "too_long"
