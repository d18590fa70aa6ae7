"""What a run does and did, in words: the same words on a terminal and on the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from app.errors import set_aside_line, told
from app.words import N_, _, ngettext, number

if TYPE_CHECKING:
    from ingest.report import Report

STAGES = {"reading": N_("Lecture"), "embedding": N_("Vecteurs"), "publishing": N_("Publication")}
_LONGEST = {
    "reading": N_("la lecture"), "embedding": N_("les vecteurs"),
    "publishing": N_("la publication"),
}  # fmt: skip
STATES = {
    "done": N_("terminée"),
    "running": N_("en cours ou arrêtée net (elle reprendra)"),
    "interrupted": N_("interrompue (elle reprendra)"),
    "failed": N_("arrêtée par une erreur (elle reprendra)"),
}


def described(report: Report) -> str:
    """The report, as a clerk would read it."""
    aside = len(report.set_aside) + report.still_aside
    parts = [
        (report.read, ngettext("{n} lu", "{n} lus", report.read)),
        (report.unchanged, ngettext("{n} inchangé", "{n} inchangés", report.unchanged)),
        (report.moved, ngettext("{n} déplacé", "{n} déplacés", report.moved)),
        (report.resumed, _("{n} repris d'une indexation arrêtée")),
        (aside, _("{n} mis de côté")),
        (len(report.kept_out), ngettext(
            "{n} laissé dehors", "{n} laissés dehors", len(report.kept_out))),
    ]  # fmt: skip
    # the last three only where there are any; the parts add up to what was found
    said = [what.format(n=number(n)) for at, (n, what) in enumerate(parts) if n or at < 3]
    found = ngettext(
        "{found} fichier trouvé : {counts}.", "{found} fichiers trouvés : {counts}.", report.found
    )
    made = _("{pages} (dont {ocr_pages} par OCR), {records}, {passages}, en {seconds}.")
    lines = [
        found.format(found=number(report.found), counts=", ".join(said)),
        made.format(
            pages=_counted(ngettext("{n} page", "{n} pages", report.pages), report.pages),
            ocr_pages=number(report.ocr_pages),
            records=_counted(ngettext("{n} acte", "{n} actes", report.records), report.records),
            passages=_counted(
                ngettext("{n} passage", "{n} passages", report.passages), report.passages
            ),
            seconds=duration(report.seconds),
        ),
    ]
    if report.slowest:
        slowest = _("Le plus long : {stage}. Lecture {r}, vecteurs {v}, publication {p}, de front.")
        lines.append(
            slowest.format(
                stage=_(_LONGEST[report.slowest]),
                r=duration(report.seconds_reading),
                v=duration(report.seconds_embedding),
                p=duration(report.seconds_publishing),
            )
        )
    if report.withdrawn:
        gone = ngettext(
            "{withdrawn} fichier disparu du dossier, retiré du fonds.",
            "{withdrawn} fichiers disparus du dossier, retirés du fonds.", report.withdrawn,
        )  # fmt: skip
        lines.append(gone.format(withdrawn=number(report.withdrawn)))
    lines += _left_out(report)
    if report.unfound:
        unfound = ngettext(
            "{unfound} acte ne se trouve pas par son objet et son numéro : voir `greffe status`.",
            "{unfound} actes ne se trouvent pas par leur objet et leur numéro : voir"
            " `greffe status`.", report.unfound,
        )  # fmt: skip
        lines.append(unfound.format(unfound=number(report.unfound)))
    return "\n".join(lines)


def _counted(words: str, count: int) -> str:
    return words.format(n=number(count))


def _left_out(report: Report) -> Iterator[str]:
    """What was not read, or not whole."""
    for item in report.set_aside:
        yield "  " + _("mis de côté : {item}.").format(item=set_aside_line(item))
    for item in report.left_aside:
        yield "  " + _("toujours mis de côté : {item}.").format(item=set_aside_line(item))
        yield "    " + _("Le fichier n'a pas changé : relancez avec --retry pour le relire.")
    if others := report.still_aside - len(report.left_aside):
        before = _("{others} mis de côté auparavant, inchangés : voir `greffe status`.")
        yield before.format(others=number(others))
    for one in report.partial:
        warnings = " ; ".join(map(told, one["warnings"]))
        part = _("lu en partie : {source} : {told}")
        yield "  " + part.format(source=one["source"], told=warnings)
    if report.kept_out:
        out = ngettext(
            "{count} retiré par `greffe withdraw`, laissé dehors :",
            "{count} retirés par `greffe withdraw`, laissés dehors :", len(report.kept_out),
        )  # fmt: skip
        yield out.format(count=len(report.kept_out))
        yield from (f"  {path}" for path in report.kept_out)


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
    return (
        _("{minutes} min {rest:02d} s").format(minutes=minutes, rest=rest)
        if minutes
        else f"{rest} s"
    )
