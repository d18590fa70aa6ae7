"""A command of ours as a process of its own: begun by the page, followed from files.

It holds a lock for as long as it lives, and leaves its exit code: the page may be reloaded, or the
server restarted, and still tell what became of it. It speaks the language of the page. One of each
name at a time.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from app.words import language, speaking
from ingest.trouble import Trouble

FOLDER = Path("run") / "jobs"
INGEST = "ingest"  # the command, and its job
_TO_HEAR = 60.0  # seconds until a job that has begun hears Ctrl-C, on a machine that is busy
_MOST = 200_000  # characters of what a job has said that are shown


class JobRunning(Trouble):
    """A job of this name goes on already. Facts: name, reason (the name)."""


@dataclass(frozen=True, slots=True)
class Job:
    """A command that was begun, and what came of it."""

    name: str
    words: tuple[str, ...]  # after « greffe »
    who: str  # asked for it; empty for the account that runs the page
    began: str  # local time, ISO 8601
    pid: int
    running: bool
    code: int | None  # None while it runs, and where it was killed
    out: str  # what it said on standard output
    err: str


def start(data: Path, name: str, words: Sequence[str], who: str = "") -> None:
    """Begin `greffe WORDS` on a data folder, in a session of its own.

    Args:
        data: the data folder.
        name: of the job; its files bear it.
        words: the command line, after « greffe ».
        who: asks for it: stands for the account in receipts and in the journal.

    Raises:
        JobRunning: one of this name goes on.
    """
    folder = data / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _opened(folder / f"{name}.lock") as lock:
        if not _taken(lock, tries=20):
            raise JobRunning(name=name, reason=name)
        code = folder / f"{name}.code"
        code.unlink(missing_ok=True)
        with _opened(folder / f"{name}.out") as out, _opened(folder / f"{name}.err") as err:
            for stream in (out, err):
                stream.truncate(0)
            process = subprocess.Popen(
                [sys.executable, "-m", "app.background", str(code), language(), *words],
                stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True,
                pass_fds=[lock.fileno()], env=_environment(data, who),
            )  # fmt: skip
        shape = {
            "words": [*words], "who": who, "pid": process.pid,
            "began": datetime.now().astimezone().isoformat(timespec="seconds"),
        }  # fmt: skip
        with _opened(folder / f"{name}.json") as record:
            record.truncate(0)
            json.dump(shape, record)
    threading.Thread(target=process.wait, name=f"travail {name}", daemon=True).start()


def index(
    data: Path, fonds: str, folders: Sequence[str], who: str = "", options: Sequence[str] = ()
) -> None:
    """Begin to index folders of a fonds; `options` of the command besides, « --retry ».

    Raises:
        JobRunning: an indexing goes on.
    """
    start(data, INGEST, [INGEST, *folders, f"--fonds={fonds}", *options], who)


def job(data: Path, name: str) -> Job | None:
    """The last job of this name; None where there was none."""
    folder = data / FOLDER
    try:
        known = json.loads((folder / f"{name}.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    with _opened(folder / f"{name}.lock") as lock:
        running = not _taken(lock)
    code = _text(folder / f"{name}.code")
    return Job(
        name, tuple(known["words"]), known["who"], known["began"], known["pid"], running,
        int(code) if code.isdigit() and not running else None,
        _text(folder / f"{name}.out"), _text(folder / f"{name}.err"),
    )  # fmt: skip


def stop(data: Path, name: str) -> bool:
    """Ask a job to stop, as Ctrl-C does. Whether there was one."""
    known = job(data, name)
    if known is None or not known.running:
        return False
    listening = data / FOLDER / f"{name}.code"
    until = time.monotonic() + _TO_HEAR
    while not listening.exists() and time.monotonic() < until:  # it has just begun
        time.sleep(0.05)
    with suppress(ProcessLookupError):
        os.kill(known.pid, signal.SIGINT)
    return True


def _opened(path: Path) -> IO[str]:
    return open(os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600), "a+", encoding="utf-8")


def _taken(lock: IO[str], tries: int = 1) -> bool:
    """Take the lock, if no job has it; it is held until the last copy of the file is closed.

    `job` takes it for a moment to see whether it is free: another try may be worth it.
    """
    for left in reversed(range(tries)):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            time.sleep(0.01 if left else 0)
    return False


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")[-_MOST:]
    except OSError:
        return ""


def _environment(data: Path, who: str) -> dict[str, str]:
    named = {"LOGNAME": who} if who else {}  # the first that getpass looks at
    return {**os.environ, "GREFFE_DATA": str(data), **named}


def main() -> None:
    """`python -m app.background CODE_FILE LANGUAGE WORDS…`: run a command, leave its code there."""
    # a server in the background of a shell ignores Ctrl-C, and so would its children
    signal.signal(signal.SIGINT, signal.default_int_handler)
    path, tongue, *words = sys.argv[1:]
    sys.argv = ["greffe", *words]
    code: object = 1
    try:
        _opened(Path(path)).close()  # from here on, it hears
        from app.start import main as run

        with speaking("en" if tongue == "en" else "fr"):
            run()
    except KeyboardInterrupt:
        code = 130
    except SystemExit as ended:
        code = ended.code
    finally:
        with _opened(Path(path)) as record:
            record.write(str(code or 0))
    sys.exit(code if isinstance(code, int) else 1)


if __name__ == "__main__":
    main()
