"""The report of a proof: kept in the data folder as JSON and as text, read by who shows it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from app.airtight.recording import Attempt
from app.words import N_

FOLDER = "egress"
Verdict = Literal["airtight", "way_out", "incomplete"]
VERDICTS: dict[Verdict, str] = {
    "airtight": N_("Aucune tentative de sortie."),
    "way_out": N_("Des tentatives de sortie ont été vues."),
    "incomplete": N_("La preuve est incomplète : rien ne peut en être conclu."),
}
KINDS = {
    "network": "réseau",
    "dns": "nom demandé au DNS",
    "family": "famille de sockets inhabituelle",
    "hidden": "voie que l'enregistreur ne suit pas",
    "unread": "appel dont l'adresse n'a pas pu être lue",
    "stopped": "arrêtée dans le processus par Greffe",
    "page": "demande de la page à un autre site",
    "no_route": "paquets sans route que le noyau a comptés et que l'enregistreur n'a pas vus",
    "no_port": "envois à un service absent de cette machine, que le noyau a comptés",
}


@dataclass(frozen=True, slots=True)
class StepReport:
    """One step: what was run, how it ended, how many calls were recorded."""

    name: str
    role: str
    command: str
    code: int | None
    expected: bool
    seconds: float
    calls: int
    attempts: list[Attempt]


@dataclass(frozen=True, slots=True)
class Report:
    """What was run, on what, and what was seen."""

    at: str  # local time, ISO 8601
    seconds: float
    verdict: Verdict
    versions: dict[str, str]
    client: str  # what visited the page
    requests: int  # that the page made
    resolvers_hidden: bool
    steps: list[StepReport]
    attempts: list[Attempt]  # that count
    browser: list[Attempt]  # of the browser's own accord
    missing: list[str]  # why it is incomplete

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def save(report: Report, data: Path) -> Path:
    """Write both files. The readable one."""
    folder = data / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stem = f"report-{report.at[:19].replace(':', '').replace('-', '').replace('T', '-')}"
    told = json.dumps(report.as_dict(), ensure_ascii=False, indent=1)
    (folder / f"{stem}.json").write_text(told, "utf-8")
    text = folder / f"{stem}.txt"
    text.write_text(described(report.as_dict()), "utf-8")
    return text


def last(data: Path) -> dict[str, Any] | None:
    """The newest report of a data folder, as `Report.as_dict` gives it; None if there is none."""
    for path in sorted((data / FOLDER).glob("report-*.json"), reverse=True):
        try:
            return dict(json.loads(path.read_text("utf-8")))
        except (ValueError, OSError):  # cut short by a full disk: the one before
            continue
    return None


def described(report: dict[str, Any]) -> str:
    """The report as text, for a person."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: dict[str, Any]) -> Iterator[str]:
    yield f"Preuve de non-sortie, {report['at']}"
    yield f"Verdict : {VERDICTS[report['verdict']]}"
    yield from (f"  à compléter : {why}" for why in report["missing"])
    yield ""
    yield (
        "Toute la vie de Greffe a été jouée dans un espace réseau sans route, chaque processus"
        " enregistré sous Python (strace)."
    )
    yield f"Durée : {report['seconds']:.0f} s. Page lue par : {report['client']}."
    yield "Versions : " + ", ".join(f"{name} {v}" for name, v in report["versions"].items())
    if not report["resolvers_hidden"]:
        yield "Les services de noms de la machine n'ont pas pu être masqués (port 53 surveillé)."
    for title, role in _ROLES.items():
        steps = [step for step in report["steps"] if step["role"] == role]
        yield from ["", title] if steps else []
        for step in steps:
            yield (
                f"  {step['name']} : appels réseau enregistrés : {step['calls']} ;"
                f" tentatives : {len(step['attempts'])} ; code {step['code']} ;"
                f" {step['seconds']:.0f} s"
            )
    yield ""
    yield f"Demandes de la page : {report['requests']}, toutes comparées à son adresse."
    yield f"Tentatives comptées : {len(report['attempts'])}"
    yield from (_attempt(attempt) for attempt in report["attempts"])
    if report["browser"]:
        yield f"Du navigateur, de lui-même (non comptées) : {len(report['browser'])}"
        yield from (_attempt(attempt) for attempt in report["browser"])


_ROLES = {
    "Témoins : des tentatives faites exprès, qui doivent être vues": "witness",
    "Greffe": "greffe",
    "Le navigateur": "browser",
}


def _attempt(attempt: dict[str, Any]) -> str:
    how = f"{attempt['call']}, {attempt['result']}" if attempt["result"] else attempt["call"]
    return (
        f"  {attempt['step']} : {KINDS[attempt['kind']]} : {attempt['address']}"
        f" ({attempt['program']}, {how})"
    )
