"""The proof: run the life without a route, read what was recorded, judge it, keep the report."""

from __future__ import annotations

import json
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.airtight import counted, life, model, recording, report
from app.airtight.inside import Step
from app.airtight.recording import Attempt, Call
from app.airtight.report import Report, StepReport
from ingest import ocr, wall
from ingest.trouble import Trouble

_LIBRARIES = ("chromadb", "gradio", "torch", "transformers", "sentence-transformers",
              "langchain-core", "langchain-openai", "tantivy")  # fmt: skip
_NAMESPACES = (
    ["unshare", "--user", "--map-root-user", "--net", "--mount"],
    ["unshare", "--net", "--mount"],  # for root, where user namespaces are closed
)
_TRIAL = ["strace", "-f", "--seccomp-bpf", "-qq", "-o", os.devnull, "true"]


class ProofImpossible(Trouble):
    """A program or a right is missing. Facts: reason (strace, namespace), detail."""


class WayOut(Trouble):
    """Something tried to leave. Facts: count, report."""


class ProofIncomplete(Trouble):
    """A step failed, or a witness was not seen. Facts: missing, report."""


def prove(
    gguf: Path | None = None,
    commands: Collection[str] = (),
    *,
    steps: Sequence[Step] | None = None,
    keep: Path | None = None,
) -> Report:
    """Run it all, on the sample town, in a folder of its own.

    Args:
        gguf: a model for llama.cpp; None: the one that is installed, else the stand-in.
        commands: the commands that this version has.
        steps: other steps than the life.
        keep: where traces are left; None: thrown away.

    Raises:
        ProofImpossible: no strace, or no network namespace is to be had here.
    """
    namespace = _namespace()
    gguf = gguf or model.real_model()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="greffe-egress-") as temporary:
        folder = keep or Path(temporary)
        plan = [*life.witnesses(folder)]
        plan += life.life(folder, gguf, list(commands)) if steps is None else steps
        (folder / "plan.json").write_text(json.dumps([asdict(step) for step in plan]))
        subprocess.run(
            [*namespace, "--", sys.executable, "-m", "app.airtight.inside", str(folder)],
            check=True, env=_environment(folder), cwd=folder,
        )  # fmt: skip
        return _judged(folder, plan, gguf, time.monotonic() - started)


def conclude(proof: Report, kept: Path) -> None:
    """Raise what a report says, if it is not that all is well.

    Raises:
        WayOut, ProofIncomplete.
    """
    if proof.verdict == "way_out":
        raise WayOut(count=len(proof.attempts), report=str(kept))
    if proof.verdict == "incomplete":
        raise ProofIncomplete(missing=" ; ".join(proof.missing), report=str(kept))


def _namespace() -> list[str]:
    if shutil.which("strace") is None:
        raise ProofImpossible(reason="strace", detail="")
    said = ""
    for words in _NAMESPACES:
        try:
            done = subprocess.run(
                [*words, "--", *_TRIAL], capture_output=True, text=True, check=False
            )
        except OSError as error:
            said = str(error)
            continue
        if done.returncode == 0:
            return words
        said = done.stderr.strip()
    raise ProofImpossible(reason="namespace", detail=said)


def _environment(folder: Path) -> dict[str, str]:
    """That of this process without Greffe's own settings, and with a home of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GREFFE_")}
    root = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, [root, kept.get("PYTHONPATH")]))
    (folder / "home").mkdir(exist_ok=True)
    return {**kept, "PYTHONPATH": path, "HOME": str(folder / "home")}


def _judged(folder: Path, plan: Sequence[Step], gguf: Path | None, seconds: float) -> Report:
    told = json.loads((folder / "ran.json").read_text())
    visit = _visit(folder)
    steps, missing = [], []
    traces = [_trace(folder, ran) for ran in told["ran"]]
    for step, ran, trace in zip(plan, told["ran"], traces, strict=True):
        done = _step_report(step, ran, trace)
        steps.append(done)
        if not done.expected:
            missing.append(f"{step.name} : code {done.code} ({ran['said'].strip()[-200:]})")
        if step.role == "witness" and all(one.kind == "unread" for one in done.attempts):
            missing.append(f"{step.name} : n'a pas été vu")
    missing += [
        f"témoins : le noyau n'en a pas compté ({report.KINDS[kind]})"
        for kind in counted.unmoved(plan, told["ran"])
    ]
    if any(step.role == "browser" for step in plan) and not visit["requested"]:
        missing.append("la page n'a rien demandé")
    against = [attempt for step in steps if step.role == "greffe" for attempt in step.attempts]
    against += _stopped("Greffe", folder / "data")
    against += counted.unseen(plan, told["ran"], told["counted"], traces)
    against += _elsewhere(visit["requested"])
    return Report(
        at=datetime.now().astimezone().isoformat(timespec="seconds"),
        seconds=round(seconds, 1),
        verdict="way_out" if against else "incomplete" if missing else "airtight",
        versions=_versions(gguf),
        client=visit["client"],
        requests=len(visit["requested"]),
        resolvers_hidden=told["resolvers_hidden"],
        steps=steps,
        attempts=against,
        browser=[attempt for step in steps if step.role == "browser" for attempt in step.attempts],
        missing=missing,
    )


def _trace(folder: Path, ran: dict[str, Any]) -> list[Call]:
    # at \n alone: a program may have other ends of lines in its name
    text = (folder / f"{ran['step']}.trace").read_text("utf-8", "replace")
    return list(recording.calls(text.split("\n")))


def _step_report(step: Step, ran: dict[str, Any], calls: Sequence[Call]) -> StepReport:
    attempts = recording.attempts(step.name, calls)
    if step.journal:
        attempts += _stopped(step.name, Path(step.journal))
    return StepReport(
        step.name, step.role, shlex.join(word.strip()[:80] for word in step.words), ran["code"],
        ran["code"] in step.codes, ran["seconds"], len(calls), attempts,
    )  # fmt: skip


def _stopped(step: str, data: Path) -> list[Attempt]:
    """What the wall stopped: the system has not seen these, and they count all the same."""
    return [
        Attempt(step, "stopped", line["process"], line["event"], line["address"], line["where"][0])
        for line in wall.attempts(data / wall.JOURNAL)
    ]


def _visit(folder: Path) -> dict[str, Any]:
    file = folder / "visit.json"
    seen: dict[str, Any] = {"client": "personne", "requested": []}
    return seen | json.loads(file.read_text("utf-8")) if file.is_file() else seen


def _elsewhere(requested: Sequence[str]) -> list[Attempt]:
    """Requests of the page to anybody but the page's own server."""
    own = f"127.0.0.1:{life.PAGE_PORT}"
    return [
        Attempt("la page, visitée", "page", "navigateur", "request", address, "")
        for address in requested
        if urlsplit(address).scheme not in ("data", "blob") and urlsplit(address).netloc != own
    ]


def _versions(gguf: Path | None) -> dict[str, str]:
    said = subprocess.run(
        ["strace", "--version"], capture_output=True, text=True, check=False
    ).stdout
    found = {
        "greffe": metadata.version("greffe"),
        "python": platform.python_version(),
        "noyau": platform.release(),
        "strace": said.split("\n")[0].split()[-1],
        "tesseract": "installé" if ocr.available() else "absent : rien de numérisé n'a été lu",
        "modèle": f"{gguf.name} (llama.cpp)" if gguf else model.STAND_IN,
    }
    return found | {name: metadata.version(name) for name in _LIBRARIES}
