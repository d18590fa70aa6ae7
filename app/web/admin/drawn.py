"""Charts as SVG of our own, each with the table that says the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from app.web.admin.markup import folded, table
from app.web.spacing import number
from app.words import _, as_french, percent_sign

WIDTH, HEIGHT = 720, 250
LEFT, RIGHT, TOP, BOTTOM = 46, 8, 12, 30  # around the bars
LABELS = 12  # below the bars, at most


def bars(
    title: str, labels: Sequence[str], series: Mapping[str, Sequence[float]], *, first: str,
    percent: bool = False, names: Sequence[str] = (),
) -> str:  # fmt: skip
    """Bars, one for each label, its series one above the other.

    Args:
        title: of the chart, as text.
        labels: below the bars.
        series: name → a value for each label.
        first: the title of the labels' column in the table.
        percent: the values are shares, 0 to 100; the axis goes to 100.
        names: the labels as the table has them, where they are longer there.
    """
    sums = [sum(values) for values in zip(*series.values(), strict=True)]
    top = 100.0 if percent else _round_up(max(sums, default=0))
    unit = percent_sign() if percent else ""
    rows = [
        [escape(name), *(_cell(values[at], percent) for values in series.values())]
        for at, name in enumerate(names or labels)
        if any(values[at] for values in series.values())
    ]
    most = max(range(len(sums)), key=sums.__getitem__, default=0)
    spoken = _("{title}. {count} barres.").format(title=title, count=len(labels))
    if any(sums):
        spoken += " " + _("La plus haute : {name}, {most}.").format(
            name=(names or labels)[most], most=f"{number(sums[most])}{unit}"
        )
    drawing = (
        f'<svg class="graphique" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' aria-label="{escape(spoken)}">{_axis(top, unit)}{_bars(labels, series, top)}</svg>'
    )
    data = table(title, (first, *series), rows, figures=len(series), hidden=True)
    return (
        f"<figure><figcaption>{escape(title)}</figcaption>{_legend(series)}"
        f'<div class="defile" role="region" aria-label="{escape(title)}'
        f'{_(" : graphique")}" tabindex="0">'
        f"{drawing}</div>{folded(_('Les chiffres'), data) if rows else ''}</figure>"
    )


def lines(title: str, rows: Sequence[tuple[str, str, int]], titles: Sequence[str]) -> str:
    """A table whose figures have a bar beside them: (name, where, how many)."""
    most = max((count for *_, count in rows), default=1)
    cells = [
        [
            as_french(escape(name)),
            as_french(escape(where)),
            f"{_beside(count / most)} {number(count)}",
        ]
        for name, where, count in rows
    ]
    return table(title, titles, cells, figures=1, hidden=True)


def _beside(share: float) -> str:
    wide = 100 * share
    return (
        '<svg class="trait" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="s0" x="{100 - wide:.1f}" width="{wide:.1f}" height="10"/></svg>'
    )


def _bars(labels: Sequence[str], series: Mapping[str, Sequence[float]], top: float) -> str:
    room = (WIDTH - LEFT - RIGHT) / max(1, len(labels))
    wide = min(44.0, max(1.5, room * 0.78))
    tall = HEIGHT - TOP - BOTTOM
    every = -(-len(labels) // LABELS)
    drawn = []
    for at, label in enumerate(labels):
        middle, below = LEFT + room * (at + 0.5), float(HEIGHT - BOTTOM)
        for index, (name, values) in enumerate(series.items()):
            high = tall * values[at] / top if top else 0.0
            if high > 0:
                below -= high
                told = escape(f"{label}, {name}{_(' : ')}{number(values[at])}")
                drawn.append(
                    f'<rect class="s{index}" x="{middle - wide / 2:.1f}" y="{below:.1f}"'
                    f' width="{wide:.1f}" height="{high:.1f}"><title>{told}</title></rect>'
                )
        if at % every == 0:
            place = f'x="{middle:.1f}" y="{HEIGHT - 10}" text-anchor="middle"'
            drawn.append(f"<text {place}>{escape(label)}</text>")
    return "".join(drawn)


def _axis(top: float, unit: str) -> str:
    tall = HEIGHT - TOP - BOTTOM
    drawn = []
    for share in (0.0, 0.5, 1.0):
        y = HEIGHT - BOTTOM - tall * share
        if share in (0.0, 1.0) or (top / 2).is_integer():
            place = f'x="{LEFT - 6}" y="{y + 4}" text-anchor="end"'
            drawn.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>')
            drawn.append(f"<text {place}>{number(top * share)}{unit}</text>")
    return "".join(drawn)


def _legend(series: Mapping[str, Sequence[float]]) -> str:
    if len(series) < 2:
        return ""
    items = "".join(
        f'<li><svg viewBox="0 0 12 12" aria-hidden="true"><rect class="s{index}" width="12"'
        f' height="12"/></svg> {escape(name)}</li>'
        for index, name in enumerate(series)
    )
    return f'<ul class="cles" role="list">{items}</ul>'


def _cell(value: float, percent: bool) -> str:
    return f"{number(value)}{percent_sign()}" if percent else number(value)


def _round_up(value: float) -> float:
    """The end of an axis: 1, 2, 5, 10, 20, 50 … at or above the value, in steps between."""
    step = 1.0
    while step * 10 < value:
        step *= 10
    return next((step * m for m in (1, 2, 3, 4, 5, 6, 8, 10) if step * m >= value), step * 10)
