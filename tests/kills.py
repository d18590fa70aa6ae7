"""Kill runs and withdrawals, hundreds of times: `python -m tests.kills --kills 200 --keep FOLDER`.

A trial begins with an indexed folder. Its files change, one is to be withdrawn, and what has to be
done about it is killed four times, at a boundary between two steps or at any moment, the run or its
Chroma server. Then it is let go to its end, and all that is stored is compared row by row with what
undisturbed runs have stored. FOLDER/kills.jsonl holds the trials that are done: the same command
goes on from there. A dozen such kills are made by tests/ingest/test_killed.py.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ingest import withdrawals
from tests.canary import CANARY, traces
from tests.command_line import ROOT, environment
from tests.conftest import wait_until_unserved
from tests.ingest.doomed import BOUNDARIES, OF_A_RUN
from tests.ingest.small_town import FONDS, SmallTown, small_town

PER_TRIAL = 4
SECRET = "secret.txt"
_LONGEST_S = 600.0


@dataclass(frozen=True, slots=True)
class Kill:
    """Where a command is killed."""

    withdraw: bool  # the withdrawal, or the run over the folder
    at: str = ""  # boundary, « publish:after:2 »; empty: at a moment
    seconds: float = 0.0  # after its start
    server: bool = False  # the Chroma server, not the command

    def __str__(self) -> str:
        what = "withdraw" if self.withdraw else "ingest"
        where = self.at or f"{'server ' if self.server else ''}{self.seconds:.2f} s"
        return f"{what} {where}"


def drawn(dice: random.Random, boundary: str) -> Kill:
    """Half of the kills at the boundary whose turn it is, half at a moment."""
    withdraw = dice.random() < 0.4
    if boundary:
        at = f"{boundary}:{dice.choice(('before', 'after'))}:{dice.choice((1, 1, 1, 2))}"
        return Kill(withdraw and boundary not in OF_A_RUN, at)
    return Kill(withdraw, seconds=dice.uniform(0.4, 4.0), server=dice.random() < 0.25)


def written(folder: Path, *, later: bool) -> Path:
    """The clerks' files; `later`: some new, changed, moved, gone."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(6):
        version = 2 if later and number == 1 else 1
        lines = (
            f"Article {n} de la note {number}, version {version}. " + "La commune décide. " * 30
            for n in range(1 + number)
        )
        (folder / f"note-{number}.txt").write_text("\n\n".join(lines))
    (folder / SECRET).write_text(f"Madame {CANARY} est relogée. " * 30)
    if later:
        (folder / "note-2.txt").rename(folder / "tarifs.txt")
        (folder / "note-3.txt").unlink()
        (folder / "vide.txt").write_text("")
        for number in range(3):
            (folder / f"neuf-{number}.txt").write_text(f"Acte neuf {number}. " * 200)
    return folder


def command(data: Path, folder: Path, kill: Kill) -> subprocess.Popen[bytes]:
    """The command that is to be killed, in a process of its own."""
    words = ["--at", kill.at] if kill.at else []
    words += ["--withdraw", SECRET] if kill.withdraw else []
    return subprocess.Popen(
        [sys.executable, "-m", "tests.ingest.doomed", str(data), str(folder), *words],
        cwd=ROOT, env=environment(data), start_new_session=True, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def killed(data: Path, folder: Path, kill: Kill) -> bool:
    """Run a command and kill it. Whether it, or its server, was still there to be killed."""
    run = command(data, folder, kill)
    if kill.at:
        return run.wait(_LONGEST_S) == -signal.SIGKILL
    with suppress(subprocess.TimeoutExpired):
        run.wait(kill.seconds)
    if kill.server:
        hit = _kill_server(data)
        with suppress(subprocess.TimeoutExpired):
            run.wait(_LONGEST_S)
        return hit
    alive = run.poll() is None
    if alive:
        os.kill(run.pid, signal.SIGKILL)
    run.wait()
    return alive


def _kill_server(data: Path) -> bool:
    with suppress(OSError, ValueError):
        address = json.loads((data / "run" / "chroma.json").read_bytes())
        os.kill(address["pid"], signal.SIGKILL)
        return True
    return False


def completed(data: Path, folder: Path) -> None:
    """The withdrawal and the run over the folder, to their ends."""
    for withdraw in (True, False):
        code = command(data, folder, Kill(withdraw)).wait(_LONGEST_S)
        assert code == 0, f"{'withdraw' if withdraw else 'ingest'} ended with {code}"


def rows(town: SmallTown) -> dict[str, Any]:
    """All that is stored, named by file and order instead of by the catalogue's own ids."""
    catalogue = town.catalogue
    ask = catalogue.connection.execute
    name = {r["id"]: r["path"] for r in ask("SELECT id, path FROM sources").fetchall()}
    stored = {
        passage["id"]: (name[passage["source_id"]], passage["ordinal"], passage["input_sha"])
        for passage in ask("SELECT * FROM passages").fetchall()
    }
    return {
        "sources": table(ask("SELECT path, fonds, size, sha256, state, reading, cutting, reason"
                             " FROM sources")),
        "pages": table(ask("SELECT path, number, text, ocr, words FROM pages"
                           " JOIN sources ON sources.id = source_id")),
        "records": table(ask("SELECT path, ordinal, kind, number, title, date, label, spans"
                             " FROM records JOIN sources ON sources.id = source_id")),
        "passages": table(ask("SELECT path, ordinal, heading, text, spans, input_sha FROM passages"
                              " JOIN sources ON sources.id = source_id")),
        "vectors": table(ask("SELECT model, input_sha, vector FROM vectors")),
        "unfound": table(ask("SELECT path, ordinal, unfound.reason FROM unfound JOIN records"
                             " ON records.id = record_id JOIN sources ON sources.id = source_id")),
        "looked_for": table(ask("SELECT path FROM looked_for"
                                " JOIN sources ON sources.id = source_id")),
        "chroma": sorted(stored.get(i, ("?", 0, i)) for i in town.indexes.dense.ids(FONDS)),
        "tantivy": sorted(stored.get(i, ("?", 0, i)) for i in town.indexes.lexical.ids(FONDS)),
        "words": {word: sorted(town.found(word)) for word in ("version", "neuf", "relogée")},
        "withdrawn": sorted({w.path for w in withdrawals.withdrawals(catalogue)}),
        "still owed": [*withdrawals.owed(catalogue), *withdrawals.not_erased(catalogue)],
    }  # fmt: skip


def table(found: Any) -> list[tuple[Any, ...]]:
    """Rows in an order that does not depend on their ids."""
    return sorted((tuple(row) for row in found.fetchall()), key=repr)


def wrong_vectors(town: SmallTown) -> list[str]:
    """Ids whose vector in Chroma is not the one that the catalogue keeps."""
    dense: Any = town.indexes.dense
    found = dense._on(FONDS, lambda held: held.get(include=["embeddings"]), None)
    rows = town.catalogue.live_passages(found["ids"])
    kept = town.catalogue.vectors("mots", [row.input_sha for row in rows.values()])
    wrong = []
    for id_, vector in zip(found["ids"], found["embeddings"], strict=True):
        raw = np.frombuffer(kept[rows[id_].input_sha], np.float16)[None, :]
        if np.abs(town.indexes.centre.passages(raw)[0] - vector).max() > 1e-4:
            wrong.append(id_)
    return wrong


def differences(data: Path, wanted: dict[str, Any]) -> list[str]:
    """What is not as an undisturbed run leaves it."""
    with small_town(data) as town:
        found = rows(town)
        wrong = [name for name in wanted if found[name] != wanted[name]]
        wrong += [f"vector of {id_}" for id_ in wrong_vectors(town)]
    return wrong + [f"canary in {place}" for place in traces(data, CANARY)]


class Trials:
    """Trials in a folder of their own, all from the same beginning."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.base, self.files = place / "base", written(place / "avant" / "actes", later=False)
        self.later = place / "actes"
        if not (place / "base.json").exists():
            shutil.rmtree(self.base, ignore_errors=True)
            self._begin()
        self.wanted = self._undisturbed()

    def _begin(self) -> None:
        """One folder, indexed, then changed: the same path before and after."""
        shutil.rmtree(self.later, ignore_errors=True)
        shutil.copytree(self.files, self.later)
        assert command(self.base, self.later, Kill(False)).wait(_LONGEST_S) == 0
        wait_until_unserved(self.base)
        written(self.later, later=True)
        (self.place / "base.json").write_text("{}")

    def _undisturbed(self) -> dict[str, Any]:
        data = self._copy("calme")
        completed(data, self.later)
        with small_town(data) as town:
            wanted = rows(town)
        wait_until_unserved(data)
        shutil.rmtree(data)
        return wanted

    def _copy(self, name: str) -> Path:
        data = self.place / name
        shutil.rmtree(data, ignore_errors=True)
        return Path(shutil.copytree(self.base, data, ignore=shutil.ignore_patterns("run")))

    def trial(self, kills: Sequence[Kill]) -> dict[str, Any]:
        """Kill, complete, compare. What came of it."""
        data = self._copy("tue")
        hits = [str(kill) for kill in kills if killed(data, self.later, kill)]
        completed(data, self.later)
        wrong = differences(data, self.wanted)
        wait_until_unserved(data)
        if wrong:
            shutil.copytree(data, self.place / f"faux-{time.time_ns()}")
        return {"kills": list(map(str, kills)), "hit": hits, "wrong": wrong}


def kills_of(trial: int, seed: int) -> list[Kill]:
    """The kills of a trial: boundaries in turn, and moments."""
    dice = random.Random(seed + trial)
    names = list(BOUNDARIES)
    turn = trial * PER_TRIAL // 2
    chosen = [names[(turn + n) % len(names)] for n in range(PER_TRIAL // 2)]
    kills = [drawn(dice, name) for name in (*chosen, *[""] * (PER_TRIAL - len(chosen)))]
    dice.shuffle(kills)
    return kills


def main() -> int:
    """Trials until enough kills have hit; one line for each, and a summary."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir(), "greffe-kills"))
    parser.add_argument("--seed", type=int, default=20140522)
    asked = parser.parse_args()
    trials = Trials(asked.keep.resolve())
    log = trials.place / "kills.jsonl"
    done = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    while sum(len(trial["hit"]) for trial in done) < asked.kills:
        done.append(trials.trial(kills_of(len(done), asked.seed)))
        with log.open("a") as stream:
            stream.write(json.dumps(done[-1]) + "\n")
        print(json.dumps(done[-1]), flush=True)
    hits = [hit for trial in done for hit in trial["hit"]]
    kinds = Counter(" ".join(hit.split()[:1]) for hit in hits)
    at = sum(":" in hit for hit in hits)
    wrong = [trial for trial in done if trial["wrong"]]
    print(
        f"{len(hits)} kills ({at} at boundaries, {len(hits) - at} at moments; {dict(kinds)})"
        f" in {len(done)} trials: {len(wrong)} ended otherwise than an undisturbed run"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
