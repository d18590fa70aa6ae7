"""A report in a folder: Markdown in French, its charts, and the JSON that a later run compares."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from evals import charts
from evals.report import save
from evals.table import ANSWERS, DASH, GROUPS, MODEL, NAMES, NOTE, SEARCH, conditions, named, number
from ingest.records.label import short_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from evals.compare import Comparison, Difference
    from evals.report import Figure, Outcome, Report, Row

MARKDOWN, JSON = "rapport.md", "rapport.json"
VERDICTS = {True: "mieux", False: "moins bien", None: "autre"}
READING = (
    "Chaque chiffre est suivi de son intervalle à 95 % (bootstrap sur les questions : mille"
    " tirages, graine fixe) : jusqu'où il bougerait avec d'autres questions de la même sorte. Sous"
    " dix questions il n'y en a pas. « 1,00 [1,00 ; 1,00] » dit que nulle question n'a échoué, et"
    " non que nulle n'échouera : sur n questions sans échec, la part des échecs peut aller"
    " jusqu'à 3/n."
)
PAIRED = (
    "Les deux rapports sont rapprochés question par question. Un écart est hors du bruit quand son"
    " intervalle à 95 % (bootstrap sur les écarts) exclut zéro ; une durée doit en outre bouger"
    " d'un dixième. Sans aucun changement véritable, une mesure paraît moins bonne dans 2,5 % des"
    " comparaisons au plus."
)


def write_report(
    folder: Path, report: Report, comparison: Comparison | None = None, before: Report | None = None
) -> Path:
    """Write `rapport.md`, `rapport.json` and the charts; the Markdown file.

    `comparison` and `before` go together: what the report is compared with.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = file_names([row.set for row in report.rows])
    charts.draw(folder, report, before, names)
    parts = [_head(report)]
    if comparison is not None and before is not None:
        shares = [one for one in comparison.measured if one.measure in charts.SHARES]
        if shares:
            charts.differences(folder / "ecarts.png", shares)
        parts.append(_comparison(comparison, report, before, drawn=bool(shares)))
    for name, file in names.items():
        rows = [row for row in report.rows if row.set == name]
        parts.append(_set(rows, file))
    if any("hit@1" in row.figures for row in report.rows):
        parts.append("## Recherche, tous les fichiers\n\n![Bons endroits trouvés](recherche.png)")
    parts.append(f"## Lire ces chiffres\n\n{READING}\n\n" + NOTE.split("\n")[0])
    save(report, folder / JSON)
    path = folder / MARKDOWN
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    return path


def file_names(sets: Iterable[str]) -> dict[str, str]:
    """The name of each set as a file may bear it, no two alike."""
    found: dict[str, str] = {}
    for name in dict.fromkeys(sets):
        plain = re.sub(r"[^A-Za-z0-9._-]", "_", name) or "questions"
        while plain in found.values():
            plain += "_"
        found[name] = plain
    return found


def _head(report: Report) -> str:
    day = short_date(report.date)
    return (
        f"# Évaluation du {day}\n\n{conditions(report)}\n\n"
        f"Pour refaire ces chiffres :\n\n```\n{report.command}\n```"
    )


def _set(rows: Sequence[Row], file: str) -> str:
    """One set: its answers, by kind too, then its search."""
    whole = rows[0]
    parts = [f"## {whole.set} : {whole.n} questions"]
    groups = [row for row in rows[1:] if row.group in GROUPS]
    if "ask_p50_s" in whole.figures:
        parts.append(_figures(whole, ANSWERS | MODEL))
        parts.append(f"![Réponses]({file}-reponses.png)")
        if any(row.group == "kind" for row in groups):
            parts.append(f"### Par genre de question\n\n![Par genre]({file}-genres.png)")
        parts += [_grouped(groups, group, ANSWERS) for group in GROUPS]
        parts.append(f"### Durée et longueur\n\n![Durée et longueur]({file}-durees.png)")
    if "hit@1" in whole.figures:
        parts.append("### Recherche\n\n" + _figures(whole, SEARCH))
    return "\n\n".join(part for part in parts if part)


def _figures(row: Row, columns: Mapping[str, str]) -> str:
    lines = ["| mesure | valeur | intervalle à 95 % | questions |", "|---|---:|---:|---:|"]
    for name in columns:
        found = row.figures.get(name)
        if found is not None:
            value, bounds = number(name, found.value), _bounds(name, found)
            lines.append(f"| {NAMES[name]} | {value} | {bounds or DASH} | {found.n} |")
    return "\n".join(lines)


def _grouped(rows: Sequence[Row], group: str, columns: Mapping[str, str]) -> str:
    """A table with a line for each label of a group."""
    rows = sorted((row for row in rows if row.group == group), key=lambda row: -row.n)
    shown = [name for name in columns if any(name in row.figures for row in rows)]
    if not rows:
        return ""
    titles = " | ".join(NAMES[name] for name in shown)
    lines = [f"| {GROUPS[group]} | n | {titles} |", "|---|---:" + "|---:" * len(shown) + "|"]
    for row in rows:
        cells = " | ".join(_cell(name, row.figures.get(name)) for name in shown)
        lines.append(f"| {_escaped(named(row))} | {row.n} | {cells} |")
    return "\n".join(lines)


def _cell(name: str, found: Figure | None) -> str:
    if found is None:
        return DASH
    bounds = _bounds(name, found)
    return number(name, found.value) + (f" [{bounds}]" if bounds else "")


def _bounds(name: str, found: Figure) -> str:
    if found.low is None or found.high is None:
        return ""
    return f"{number(name, found.low)} ; {number(name, found.high)}"


def _comparison(
    comparison: Comparison, report: Report, before: Report, *, drawn: bool
) -> str:  # fmt: skip
    lines = [
        f"{comparison.shared} questions communes avec la référence du {before.date[:10]} ;"
        f" sans vis-à-vis : {comparison.only_baseline} là-bas, {comparison.only_report} ici."
    ]
    lines += [
        f"- {name} : {a or DASH} → {b or DASH}" for name, (a, b) in comparison.changed.items()
    ]
    worse = comparison.regressions
    verdict = "moins bien sur " + ", ".join(NAMES[one.measure] for one in worse) if worse else (
        "aucune mesure n'est moins bonne au-delà du bruit (durées à part)"
    )  # fmt: skip
    parts = ["## Comparaison", "\n".join(lines), f"**Verdict : {verdict}.**", PAIRED]
    if drawn:
        parts.append("![Écarts](ecarts.png)")
    parts += [_differences(comparison.measured), _turned(report, before)]
    return "\n\n".join(part for part in parts if part)


def _differences(found: Sequence[Difference]) -> str:
    head = "| questions | mesure | référence | ici | écart | intervalle à 95 % | n | verdict |"
    lines = [head, "|---|---|---:|---:|---:|---:|---:|---|"]
    for one in found:
        name = one.measure
        cells = [
            _escaped(one.set), NAMES.get(name, name), number(name, one.before),
            number(name, one.after), number(name, one.after - one.before),
            f"{number(name, one.low)} ; {number(name, one.high)}", str(one.n),
            VERDICTS[one.better] if one.beyond else "dans le bruit",
        ]  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _turned(report: Report, before: Report) -> str:
    """Which questions are answered well now, or no more."""
    then = {(one.set, one.id): one for one in before.outcomes}
    lines = []
    for said, sign in (("Perdues", -1), ("Gagnées", 1)):
        turned = [
            f"{one.set}/{one.id}"
            for one in report.outcomes
            if (one.set, one.id) in then and _right(one) - _right(then[one.set, one.id]) == sign
        ]
        if turned:
            lines.append(f"- {said} ({len(turned)}) : {', '.join(map(_escaped, turned))}")
    return "\n".join(lines)


def _right(outcome: Outcome) -> float:
    return outcome.values.get("correct", outcome.values.get("refused", 0.0))


def _escaped(text: str) -> str:
    """Text that stays in its cell."""
    return re.sub(r"([|\\`*_<>\[\]])", r"\\\1", " ".join(text.split()))
