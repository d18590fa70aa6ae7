"""SQLite files for us alone."""

import sqlite3
import subprocess
import sys
from pathlib import Path

from ingest.transaction import private, transaction

WRITE = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None)
try:
    connection.execute("INSERT INTO t VALUES (2)")
except sqlite3.OperationalError as error:
    sys.exit("locked" in str(error) and 3)
"""


def written_elsewhere(path: Path) -> bool:
    """Whether another process can write now."""
    return subprocess.run([sys.executable, "-c", WRITE, path], check=False).returncode == 0


def test_a_file_is_made_for_us_alone_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    private(tmp_path / "a.sqlite").close()
    assert [path.name for path in tmp_path.iterdir()] == ["a.sqlite"]
    assert (tmp_path / "a.sqlite").stat().st_mode & 0o777 == 0o600


def test_opening_it_again_drops_no_lock_that_this_process_holds(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    first: sqlite3.Connection = private(path)
    first.execute("CREATE TABLE t (n INTEGER)")
    with transaction(first):
        first.execute("INSERT INTO t VALUES (1)")
        private(path).close()
        assert not written_elsewhere(path)
    assert written_elsewhere(path)
