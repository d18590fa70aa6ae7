"""A run as it goes on, for whoever watches it from another process: the page, `greffe status`.

The run writes `run/progress.json`; the lock says whether it still is there.
"""

from __future__ import annotations

import json
import os
import signal
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from app.ingested import STAGES, duration
from app.words import _, ngettext
from ingest.progress import Progress
from ingest.run_lock import owner

FILE = Path("run") / "progress.json"
_EVERY = 1.0  # seconds between two writings
_ENOUGH = 0.05  # of the whole: a pace taken from less says little of the rest
_SOON = 10.0  # seconds: and so does one taken from less


@dataclass(frozen=True, slots=True)
class Watched:
    """Where a run is."""

    pid: int
    command: str
    since: str  # local time
    stage: str = ""  # of ingest.progress.Progress; empty: it has just begun
    share: float = 0.0  # 0 to 1
    files: int = 0
    files_in_all: int = 0
    pages: int = 0
    pages_a_minute: int | None = None  # None: too early to tell
    left: float | None = None  # seconds
    current: str = ""  # the file that was just read


class Notes:
    """Writes down where this process's run is."""

    def __init__(self, data: Path) -> None:
        self.path = data / FILE
        self.began = time.monotonic()
        self.told = -_EVERY

    def tell(self, progress: Progress) -> None:
        """To be called at each step; writes once a second."""
        now = time.monotonic()
        if now - self.told < _EVERY:
            return
        self.told, spent = now, now - self.began
        early = progress.share < _ENOUGH or spent < _SOON
        shape = {
            "pid": os.getpid(), "stage": progress.stage, "share": round(progress.share, 4),
            "files": progress.files, "files_in_all": progress.files_in_all,
            "pages": progress.pages, "left": None if early else progress.left,
            "pages_a_minute": round(60 * progress.pages / spent) if spent >= _SOON else None,
            "current": progress.current,
        }  # fmt: skip
        beside = self.path.with_suffix(".new")
        try:
            beside.write_text(json.dumps(shape), encoding="utf-8")
            beside.replace(self.path)
        except OSError:  # a full disk: the run itself will say so
            return


def watched(data: Path) -> Watched | None:
    """The run that holds the data folder's lock now; None where there is none."""
    held = owner(data)
    if held is None:
        return None
    try:
        told = json.loads((data / FILE).read_text("utf-8"))
    except (OSError, ValueError):
        told = {}
    known = told if told.get("pid") == held.pid else {}
    return Watched(**{"command": held.command, "since": held.since, "pid": held.pid, **known})


def stop(data: Path) -> bool:
    """Ask the indexing that goes on to stop, as Ctrl-C does, whoever began it.

    Whether there was one. Raises PermissionError: it belongs to another account.
    """
    held = owner(data)
    if held is None or "ingest" not in held.command.split():
        return False
    with suppress(ProcessLookupError):
        os.kill(held.pid, signal.SIGINT)
    return True


def shape(run: Watched | None) -> dict[str, object] | None:
    """A run as JSON (docs/commandes.md)."""
    return asdict(run) if run is not None else None


def described(run: Watched) -> str:
    """« Lecture : 45 %, 12 fichiers sur 40, 120 pages, reste environ 2 min 05 s »."""
    if not run.stage:
        known = _("En cours : {command}").format(command=run.command)
        return _("Préparation") if "ingest" in run.command.split() else known
    share = int(100 * run.share)
    words = [_("{stage} : {share} %").format(stage=_(STAGES[run.stage]), share=share)]
    if run.files_in_all:
        files = ngettext("{count} fichier sur {all}", "{count} fichiers sur {all}", run.files)
        pages = ngettext("{count} page", "{count} pages", run.pages).format(count=run.pages)
        pace = _(" ({count} par minute)").format(count=run.pages_a_minute)
        words.append(files.format(count=run.files, all=run.files_in_all))
        words.append(pages + (pace if run.pages_a_minute else ""))
    if run.left:
        words.append(_("reste environ {time}").format(time=duration(run.left)))
    return ", ".join(words)
