"""Tables: a report and a comparison as a person reads them, in French."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from evals.compare import Comparison, Difference
    from evals.report import Figure, Report, Row

SEARCH = {
    "hit@1": "lieu\n@1",
    "hit@5": "lieu\n@5",
    "hit@10": "lieu\n@10",
    "doc@1": "acte\n@1",
    "doc@5": "acte\n@5",
    "doc@10": "acte\n@10",
    "MRR@10": "MRR\n@10",
    "nDCG@10": "nDCG\n@10",
    "R@100": "rappel\n@100",
    "search_p50_s": "méd.\n(ms)",
    "search_p95_s": "p95\n(ms)",
}
ANSWERS = {
    "correct": "réponse\njuste",
    "citation_precision": "citations\njustes",
    "citation_recall": "lieux\ncités",
    "checked": "phrases\nprouvées",
    "refused": "refus à\nraison",
    "wrong_refusals": "refus à\ntort",
    "errors": "erreurs",
    "sentences": "phrases\n(méd.)",
    "ask_p50_s": "méd.\n(ms)",
    "ask_p95_s": "p95\n(ms)",
}
MODEL = {
    "by_model": "réponses\ndu modèle",
    "struck": "phrases\nbarrées",
    "first_p50_s": "1re phrase\nméd. (ms)",
    "first_p95_s": "1re phrase\np95 (ms)",
}
DASH = "\u2013"
GROUPS = {"kind": "genre", "collection": "commune", "scanned": "numérisé"}
KINDS = {
    "amount": "montant", "vote": "vote", "date": "date", "duration": "durée", "person": "qui",
    "list": "liste", "yes_no": "oui ou non", "legal_basis": "texte de loi", "fact": "fait",
    "number": "nombre", "number_lookup": "acte par son numéro", "followup": "suite d'une question",
    "synthesis": "synthèse", "temporal": "d'une année à l'autre", "opinion": "avis",
    "purpose": "pourquoi", "unanswerable": "sans réponse",
}  # fmt: skip
NAMES = {name: " ".join(title.split()) for name, title in (SEARCH | ANSWERS | MODEL).items()} | {
    "search_p50_s": "recherche, durée médiane (ms)",
    "search_p95_s": "recherche, durée p95 (ms)",
    "ask_p50_s": "réponse, durée médiane (ms)",
    "ask_p95_s": "réponse, durée p95 (ms)",
    "sentences": "phrases, médiane",
    "search_s": "durée d'une recherche",
    "ask_s": "durée d'une réponse",
    "first_s": "durée jusqu'à la première phrase",
}


_TABLES = (("Recherche", SEARCH), ("Réponses", ANSWERS), ("Modèle de langue", MODEL))


def report_tables(report: Report) -> RenderableType:
    """The tables, what they hold for, and how to read them."""
    tables = [
        _table(title, columns, report.rows)
        for title, columns in _TABLES
        if any(columns.keys() & row.figures.keys() for row in report.rows)
    ]
    return Group(*tables, Text(conditions(report)), Text(NOTE, style="dim"))


NOTE = (
    "lieu : la page (ou l'article) attendue est parmi les n premiers passages ; acte : le fichier "
    "l'est.\nSous les chiffres d'ensemble : intervalle à 95 % (bootstrap sur les questions)."
)


def named(row: Row) -> str:
    """What a row stands for, in French where the label is one of ours."""
    return KINDS.get(row.label, row.label) if row.group == "kind" else row.label


def conditions(report: Report) -> str:
    """One line: model, prompt, index, settings."""
    held = report.conditions
    named = {
        "modèle": held.model,
        "consigne": held.prompt_version or "aucune",
        "génération": held.generation,
        **held.settings,
    }
    return f"{report.date} · " + " · ".join(f"{k} : {v}" for k, v in named.items() if v)


def _table(title: str, columns: dict[str, str], rows: Iterable[Row]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column("questions")
    table.add_column("n", justify="right")
    for name in columns.values():
        table.add_column(name, justify="right")
    for row in rows:
        if not columns.keys() & row.figures.keys():
            continue
        whole = row.group == "ensemble"
        label = row.set if whole else f"  {GROUPS.get(row.group, row.group)} : {named(row)}"
        cells = [_cell(name, row.figures.get(name), interval=whole) for name in columns]
        table.add_row(label, str(row.n), *cells, style="bold" if whole else "")
    return table


def _cell(name: str, figure: Figure | None, *, interval: bool) -> str:
    if figure is None:
        return DASH
    value = number(name, figure.value)
    if not interval or figure.low is None or figure.high is None:
        return value
    return f"{value}\n{number(name, figure.low)}{DASH}{number(name, figure.high)}"


def number(name: str, value: float) -> str:
    """A figure as French readers write it: times in milliseconds, shares to two decimals."""
    scale, digits = (1000, 0) if name.endswith("_s") else (1, 0 if name == "sentences" else 2)
    rounded = round(value * scale, digits) + 0.0  # no « -0 »
    return f"{rounded:.{digits}f}".replace(".", ",")


def comparison_tables(comparison: Comparison) -> RenderableType:
    """What changed beyond noise, and what else is not the same on both sides."""
    lines = [f"{comparison.shared} questions communes"]
    if comparison.only_baseline or comparison.only_report:
        lines.append(
            f"sans vis-à-vis : {comparison.only_baseline} dans la référence, "
            f"{comparison.only_report} dans ce rapport"
        )
    lines += [f"{name} : {a or DASH} → {b or DASH}" for name, (a, b) in comparison.changed.items()]
    if not comparison.differences:
        lines.append("Aucun écart au-delà du bruit.")
        return Text("\n".join(lines))
    return Group(_differences(comparison.differences), Text("\n".join(lines)))


def _differences(differences: Iterable[Difference]) -> Table:
    table = Table(title="Écarts avec la référence", title_justify="left", title_style="bold")
    for name in ("questions", "mesure", "verdict"):
        table.add_column(name)
    for name in ("référence", "ici", "écart (95 %)", "n"):
        table.add_column(name, justify="right")
    verdicts = {True: "mieux", False: "moins bien", None: "autre"}
    for one in differences:
        name = one.measure
        table.add_row(
            one.set,
            NAMES.get(name, name),
            verdicts[one.better],
            number(name, one.before),
            number(name, one.after),
            f"{number(name, one.low)} à {number(name, one.high)}",
            str(one.n),
        )
    return table
