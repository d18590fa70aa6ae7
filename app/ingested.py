"""What a run does and did, in French: the same words on a terminal and on the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from app.errors import set_aside_line, told

if TYPE_CHECKING:
    from ingest.report import Report

STAGES = {"reading": "Lecture", "embedding": "Vecteurs", "publishing": "Publication"}
STATES = {
    "done": "terminée",
    "running": "en cours ou arrêtée net (elle reprendra)",
    "interrupted": "interrompue (elle reprendra)",
    "failed": "arrêtée par une erreur (elle reprendra)",
}


def described(report: Report) -> str:
    """The report in French, as a clerk would read it."""
    parts = [
        (report.read, "lus"), (report.unchanged, "inchangés"), (report.moved, "déplacés"),
        (report.resumed, "repris d'une indexation arrêtée"),
        (len(report.set_aside) + report.still_aside, "mis de côté"),
        (len(report.kept_out), "laissés dehors"),
    ]  # fmt: skip
    # the last three only where there are any; the parts add up to what was found
    counts = ", ".join(f"{n} {what}" for at, (n, what) in enumerate(parts) if n or at < 3)
    lines = [
        f"{report.found} fichiers trouvés : {counts}.",
        f"{report.pages} pages (dont {report.ocr_pages} par OCR), {report.records} actes,"
        f" {report.passages} passages, en {duration(report.seconds)}.",
    ]
    if report.withdrawn:
        lines.append(f"{report.withdrawn} fichiers disparus du dossier, retirés du fonds.")
    lines += [f"  mis de côté : {set_aside_line(item)}." for item in report.set_aside]
    for item in report.left_aside:
        lines.append(f"  toujours mis de côté : {set_aside_line(item)}.")
        lines.append("    Le fichier n'a pas changé : relancez avec --retry pour le relire.")
    others = report.still_aside - len(report.left_aside)
    if others:
        lines.append(f"{others} mis de côté auparavant, inchangés : voir `greffe status`.")
    for one in report.partial:
        lines.append(f"  lu en partie : {one['source']} : {' ; '.join(map(told, one['warnings']))}")
    if report.kept_out:
        lines.append(f"{len(report.kept_out)} retirés par `greffe withdraw`, laissés dehors :")
        lines += [f"  {path}" for path in report.kept_out]
    if report.unfound:
        lines.append(
            f"{report.unfound} actes ne se trouvent pas par leur objet et leur numéro :"
            " voir `greffe status`."
        )
    return "\n".join(lines)


def of_run(report: Mapping[str, Any]) -> Report | None:
    """The report that the catalogue keeps of a run; None where it had not come to one."""
    from ingest.report import Report

    names = {field.name for field in fields(Report)}
    if "found" not in report:
        return None
    return Report(**{name: value for name, value in report.items() if name in names})


def duration(seconds: float) -> str:
    """« 3 min 05 s »."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
