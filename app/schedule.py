"""When each fonds is indexed by itself: systemd's timers, where there are any (deploy/systemd)."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

UNIT = "greffe-ingest@"
_SYSTEMD = Path("/run/systemd/system")  # there where systemd runs the machine


@dataclass(frozen=True, slots=True)
class Timer:
    """The timer of a fonds."""

    fonds: str
    next: str  # local time, ISO 8601; empty: not planned
    last: str  # the same; empty: never yet


def timers() -> list[Timer] | None:
    """The timers of this machine's fonds; None where systemd does not run it, or does not say."""
    if not _SYSTEMD.is_dir() or shutil.which("systemctl") is None:
        return None
    try:
        ran = subprocess.run(
            ["systemctl", "list-timers", "--all", "--output=json", f"{UNIT}*"],
            capture_output=True, text=True, timeout=5, check=True,
        )  # fmt: skip
        return read(ran.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None


def read(listed: str) -> list[Timer]:
    """What `systemctl list-timers --output=json` says: `unit`, `next` and `last` in microseconds.

    Raises ValueError for something else.
    """
    rows = json.loads(listed)
    if not isinstance(rows, list):
        raise ValueError("a list is expected")
    return [
        Timer(_fonds(str(row["unit"])), _moment(row.get("next")), _moment(row.get("last")))
        for row in rows
        if isinstance(row, dict) and str(row.get("unit", "")).startswith(UNIT)
    ]


def _fonds(unit: str) -> str:
    return unit.removeprefix(UNIT).removesuffix(".timer")


def _moment(microseconds: object) -> str:
    if not isinstance(microseconds, int) or microseconds <= 0:
        return ""
    return datetime.fromtimestamp(microseconds / 1e6).astimezone().isoformat(timespec="seconds")
