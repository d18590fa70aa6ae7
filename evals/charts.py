"""Charts: a report as PNG, for people who read French.

Points with their 95 % intervals, no bars from zero for shares; the colours are those of Okabe and
Ito, which colour-blind readers tell apart, and shapes say the same as colours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from evals.table import KINDS, NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from evals.compare import Difference
    from evals.report import Figure, Report, Row

BLUE, VERMILLION, ORANGE = "#0072B2", "#D55E00", "#E69F00"
INK, GREY, PALE = "#1b1b1b", "#6b6b6b", "#dcdcd8"
DPI = 150
SHARES = (
    "correct", "citation_precision", "citation_recall", "checked", "refused", "wrong_refusals",
)  # fmt: skip
BY_KIND = ("correct", "citation_precision", "citation_recall", "checked")
FOUND = ("hit@1", "hit@5", "hit@10")
_STYLE: Any = {
    "font.family": "DejaVu Sans", "font.size": 10, "axes.titlesize": 10.5, "text.color": INK,
    "axes.labelcolor": INK, "xtick.color": GREY, "ytick.color": INK, "axes.edgecolor": GREY,
    "axes.spines.top": False, "axes.spines.right": False, "axes.spines.left": False,
    "ytick.major.size": 0, "axes.titlelocation": "left", "axes.grid": False,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Point:
    """A figure at its height."""

    y: int
    figure: Figure
    colour: str = BLUE
    marker: str = "o"


def answers(path: Path, row: Row, before: Row | None = None) -> None:
    """Each share of one set with its interval; that of the other run beside it."""
    wanted = [name for name in SHARES if name in row.figures]
    with _drawing(path, 7.6, 1.1 + 0.42 * len(wanted)) as figure:
        axes = figure.subplots()
        _shares(axes)
        for y, name in enumerate(wanted):
            if before is not None and name in before.figures:
                _point(axes, Point(y, before.figures[name], GREY, "D"), shift=0.2, label=False)
            _point(axes, Point(y, row.figures[name]), shift=-0.08 if before else 0.0)
        _rows(axes, [f"{NAMES[name]} ({row.figures[name].n})" for name in wanted])
        if before is not None:
            _legend(figure, (("o", BLUE, "ce rapport"), ("D", GREY, "référence")))


def kinds(path: Path, rows: Sequence[Row]) -> None:
    """The same by kind of question; a hollow point stands for fewer than ten questions."""
    rows = sorted(rows, key=lambda row: (row.label == "unanswerable", -row.n))
    with _drawing(path, 10.4, 1.3 + 0.34 * len(rows)) as figure:
        panels = figure.subplots(1, len(BY_KIND), sharey=True, squeeze=False)[0]
        for axes, measure in zip(panels, BY_KIND, strict=True):
            _shares(axes, ticks=(0, 0.5, 1))
            axes.set_title(NAMES[measure])
            for y, row in enumerate(rows):
                found = row.figures.get(measure)
                if found is not None:
                    _point(axes, Point(y, found), label=False)
                elif measure == "correct" and "refused" in row.figures:
                    _point(axes, Point(y, row.figures["refused"], VERMILLION, "s"), label=False)
        _rows(panels[0], [f"{KINDS.get(row.label, row.label)} ({row.n})" for row in rows])
        marks = [("o", BLUE, "dix questions ou plus, avec l'intervalle à 95 %"),
                 ("hollow", BLUE, "moins de dix questions")]  # fmt: skip
        if any("refused" in row.figures and "correct" not in row.figures for row in rows):
            marks.append(("s", VERMILLION, "refus à raison"))
        _legend(figure, marks)


def time_and_length(
    path: Path, seconds: Sequence[float], sentences: Sequence[float],
    before: Sequence[float] = (),
) -> None:  # fmt: skip
    """How long answers take, as the share that came within a time; how many sentences they have."""
    with _drawing(path, 10.4, 3.3) as figure:
        left, right = figure.subplots(1, 2, width_ratios=(3, 2))
        left.set_title("Part des réponses données en moins de… (ms)")
        if before:
            left.ecdf(np.asarray(before) * 1000, color=GREY, linestyle="--", linewidth=1.4)
        milliseconds = np.sort(np.asarray(seconds)) * 1000
        left.ecdf(milliseconds, color=BLUE, linewidth=2)
        _time_axis(left, milliseconds)
        if before:
            _legend(figure, (("-", BLUE, "ce rapport"), ("--", GREY, "référence")))
        right.set_title("Phrases par réponse (nombre de réponses)")
        counts = np.bincount(np.asarray(sentences, dtype=int), minlength=2)
        right.bar(range(1, len(counts)), counts[1:], color=BLUE, width=0.7)
        for place, count in enumerate(counts[1:], 1):
            if count:
                right.annotate(str(count), (place, count), (0, 3), textcoords="offset points",
                               ha="center")  # fmt: skip
        right.set_xticks(range(1, len(counts)))
        right.set_yticks([])


def search(path: Path, rows: Sequence[Row]) -> None:
    """How often the right place is among the first passages, by set."""
    with _drawing(path, 10.4, 1.1 + 0.36 * len(rows)) as figure:
        panels = figure.subplots(1, len(FOUND), sharey=True, squeeze=False)[0]
        for axes, measure in zip(panels, FOUND, strict=True):
            _shares(axes, ticks=(0, 0.5, 1))
            axes.set_title(f"Bon endroit parmi les {measure[4:]} premiers"
                           if measure != "hit@1" else "Bon endroit en premier")  # fmt: skip
            for y, row in enumerate(rows):
                _point(axes, Point(y, row.figures[measure]))
        _rows(panels[0], [f"{row.set} ({row.figures[FOUND[0]].n})" for row in rows])


def differences(path: Path, found: Sequence[Difference]) -> None:
    """What changed from one run to the other, in points, with 95 % intervals."""
    with _drawing(path, 8.6, 1.2 + 0.36 * len(found)) as figure:
        axes = figure.subplots()
        axes.axvline(0, color=GREY, linewidth=1)
        for y, one in enumerate(found):
            colour, marker = _verdict(one)
            axes.plot((100 * one.low, 100 * one.high), (y, y), color=colour, linewidth=1.8)
            axes.plot(100 * (one.after - one.before), y, marker, color=colour, markersize=7)
        reach = max([abs(100 * end) for one in found for end in (one.low, one.high)] + [5]) * 1.08
        axes.set_xlim(-reach, reach)
        axes.set_xlabel("écart avec la référence, en points")
        _rows(axes, [f"{one.set} · {NAMES.get(one.measure, one.measure)} ({one.n})"
                     for one in found])  # fmt: skip
        marks = (
            ("^", BLUE, "mieux"),
            ("v", VERMILLION, "moins bien"),
            ("o", GREY, "dans le bruit"),
        )
        _legend(figure, marks)


def draw(folder: Path, report: Report, before: Report | None, named: Mapping[str, str]) -> None:
    """The charts of each set that is answered, and that of the search.

    `named`: the file of a set's chart begins with this.
    """
    by_set: dict[str, list[Row]] = {}
    for row in report.rows:
        by_set.setdefault(row.set, []).append(row)
    earlier = {row.set: row for row in before.rows if row.group == "ensemble"} if before else {}
    for name, rows in by_set.items():
        if "ask_p50_s" not in rows[0].figures:
            continue
        answers(folder / f"{named[name]}-reponses.png", rows[0], earlier.get(name))
        by_kind = [row for row in rows if row.group == "kind"]
        if by_kind:
            kinds(folder / f"{named[name]}-genres.png", by_kind)
        time_and_length(
            folder / f"{named[name]}-durees.png", values(report, name, "ask_s"),
            values(report, name, "sentences"), values(before, name, "ask_s") if before else (),
        )  # fmt: skip
    found = [rows[0] for rows in by_set.values() if "hit@1" in rows[0].figures]
    if found:
        search(folder / "recherche.png", found)


def values(report: Report, name: str, measure: str) -> list[float]:
    """What each question of a set gave."""
    mine = (one.values for one in report.outcomes if one.set == name)
    return [found[measure] for found in mine if measure in found]


# -- parts of a chart ----------------------------------------------------------------------


class _drawing:
    """A figure in our style, written when its block ends."""

    def __init__(self, path: Path, width: float, height: float) -> None:
        self.path, self.size = path, (width, height)

    def __enter__(self) -> Any:
        import matplotlib as mpl
        from matplotlib.figure import Figure as Sheet

        self.style = mpl.rc_context(_STYLE)
        self.style.__enter__()
        self.sheet = Sheet(figsize=self.size, layout="constrained")
        return self.sheet

    def __exit__(self, kind: type[BaseException] | None, *rest: Any) -> None:
        try:
            if kind is None:
                self.sheet.savefig(self.path, dpi=DPI, metadata={"Software": None})
        finally:
            self.style.__exit__(None, None, None)


def _shares(axes: Any, ticks: Sequence[float] = (0, 0.25, 0.5, 0.75, 1)) -> None:
    axes.set_xlim(-0.03, 1.14)
    axes.set_xticks(ticks, [f"{100 * one:.0f} %" for one in ticks])
    axes.spines["bottom"].set_bounds(0, 1)
    for one in ticks:
        axes.axvline(one, color=PALE, linewidth=0.8, zorder=0)


def _rows(axes: Any, labels: Sequence[str]) -> None:
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.4, -0.6)


def _point(axes: Any, point: Point, *, shift: float = 0.0, label: bool = True) -> None:
    found, y = point.figure, point.y + shift
    sure = found.low is not None and found.high is not None
    if sure:
        axes.plot((found.low, found.high), (y, y), color=point.colour, linewidth=1.8)
    axes.plot(
        found.value, y, point.marker, markersize=7, markeredgecolor=point.colour,
        markerfacecolor=point.colour if sure else "white", markeredgewidth=1.5,
    )  # fmt: skip
    if label:
        side = max(found.value, found.high or 0)
        axes.annotate(f"{100 * found.value:.0f}", (side, y), (7, 0), textcoords="offset points",
                      va="center", fontsize=9)  # fmt: skip


def _time_axis(axes: Any, milliseconds: Any) -> None:
    """A logarithmic axis with plain numbers; the median and the 95th of a hundred are named."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    axes.set_xscale("log")
    axes.set_xlim(milliseconds[0] * 0.7, milliseconds[-1] * 1.6)
    ticks = [10**k * m for k in range(5) for m in (1, 2, 5)]
    inside = [one for one in ticks if milliseconds[0] * 0.7 <= one <= milliseconds[-1] * 1.6]
    axes.set_xticks(inside)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda one, _: f"{one:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_yticks((0, 0.5, 0.95, 1), ("0 %", "50 %", "95 %", ""))
    for share in (0.5, 0.95):
        axes.axhline(share, color=PALE, linewidth=0.8, zorder=0)
        at = milliseconds[min(int(len(milliseconds) * share), len(milliseconds) - 1)]
        axes.plot(at, share, "o", color=BLUE, markersize=6)
        axes.annotate(f"{at:.0f} ms", (at, share), (-8, 4), textcoords="offset points",
                      ha="right")  # fmt: skip


def _legend(figure: Any, marks: Sequence[tuple[str, str, str]]) -> None:
    figure.legend(
        handles=[_mark(*one) for one in marks], loc="outside lower left", ncols=len(marks),
        frameon=False, fontsize=9,
    )  # fmt: skip


def _mark(shape: str, colour: str, said: str) -> Any:
    from matplotlib.lines import Line2D

    if shape == "-":
        return Line2D([], [], color=colour, linestyle="-", label=said)
    if shape == "--":
        return Line2D([], [], color=colour, linestyle="--", label=said)
    inside = "white" if shape == "hollow" else colour
    marker = "o" if shape == "hollow" else shape
    return Line2D([], [], color=colour, marker=marker, markerfacecolor=inside, linestyle="",
                  label=said)  # fmt: skip


def _verdict(one: Difference) -> tuple[str, str]:
    if not one.beyond or one.better is None:
        return GREY, "o"
    return (BLUE, "^") if one.better else (VERMILLION, "v")
