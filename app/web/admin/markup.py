"""What the pages for administrators are made of: the way between them, tables, forms, figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from app.web.coded import coded
from app.web.markup import notice
from app.web.rules import ADMINISTRATION
from app.web.spacing import number
from app.words import N_, _, as_french, quoting

TITLES = {
    "": N_("État"), "indexation": N_("Indexation"),
    "documents": N_("Documents"), "graphiques": N_("Graphiques"),
    "evaluation": N_("Évaluation"), "journal": N_("Journal"), "comptes": N_("Comptes"),
}  # fmt: skip
HEAD = (
    '<link rel="stylesheet" href="/greffe/administration.css">'
    '<script src="/greffe/administration.js" defer></script>'
)
_HERE, _HEARD = ' aria-current="page"', ' class="lu"'
SHOWN = 100  # lines of a list that may be long


def page(name: str, parts: Iterable[str], said: str = "", *, well: bool = True) -> str:
    """The content of a page: the way to the others, what there is to say, its parts."""
    ways = "".join(
        f'<li><a href="{place(one)}"{_HERE if one == name else ""}>{_(title)}</a></li>'
        for one, title in TITLES.items()
    )
    return "\n".join([
        f'<nav class="volets" aria-label="{_("Administration")}">'
        f'<ul role="list">{ways}</ul></nav>',
        f"<h2>{escape(_(TITLES[name]))}</h2>",
        notice(said, "status" if well else "alert"),
        *(part for part in parts if part),
    ])  # fmt: skip


def unopened(state: Mapping[str, Any]) -> str:
    """The fonds that nobody but admins reads, and where that is changed."""
    if not state["unopened"]:
        return ""
    names = ", ".join(as_french(f"« {escape(name)} »") for name in state["unopened"])
    link = f'<a href="{place("comptes")}">{_("ouvrez-les à un groupe")}</a>'
    said = _(
        "Aucun groupe n'ouvre encore : {names}. Les administrateurs seuls les lisent ; {link}."
    )
    return f'<p class="avis fermes">{said.format(names=names, link=link)}</p>'


def place(name: str) -> str:
    """Where a page stands."""
    return f"{ADMINISTRATION}/{name}" if name else ADMINISTRATION


def section(title: str, *parts: str, name: str = "") -> str:
    """A part of a page under its title; `name`: its anchor."""
    anchor = f' id="{name}"' if name else ""
    body = "\n".join(part for part in parts if part)
    return f"<section{anchor}><h3>{escape(title)}</h3>\n{body}</section>"


def text(sentence: str, kind: str = "") -> str:
    """A paragraph; its code between back quotes is shown as code."""
    shown = coded(quoting(escape(sentence)))
    return f'<p class="{kind}">{shown}</p>' if kind else f"<p>{shown}</p>"


def table(
    caption: str, titles: Sequence[str], rows: Iterable[Sequence[str]], *, figures: int = 0,
    hidden: bool = False,
) -> str:  # fmt: skip
    """A table. On a narrow screen each row is a list of what it says, with the columns' titles.

    The style then takes the table apart: its roles say that it is one all the same.

    Args:
        caption: what it says, as text.
        titles: of the columns, as text.
        rows: cells as HTML; the first of each is its title.
        figures: how many of the last columns are numbers.
        hidden: the caption is for screen readers alone.
    """
    first = len(titles) - figures
    kind = [' class="n"' if at >= first else "" for at in range(len(titles))]
    head = "".join(
        f'<th scope="col" role="columnheader"{kind[at]}>{escape(title)}</th>'
        for at, title in enumerate(titles)
    )
    lines = "".join(
        '<tr role="row">' + "".join(
            f'<th scope="row" role="rowheader">{cell}</th>' if not at
            else f'<td role="cell" data-titre="{escape(titles[at])}"{kind[at]}>{cell}</td>'
            for at, cell in enumerate(row)
        ) + "</tr>"
        for row in rows
    )  # fmt: skip
    said = f"<caption{_HEARD if hidden else ''}>{escape(caption)}</caption>"
    return (
        f'<div class="defile" role="region" aria-label="{escape(caption)}" tabindex="0">'
        f'<table role="table">{said}<thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f'<tbody role="rowgroup">{lines}</tbody></table></div>'
    )


def form(action: str, token: str, *parts: str, kind: str = "", files: bool = False) -> str:
    """A form of ours."""
    coded = ' enctype="multipart/form-data"' if files else ""
    return (
        f'<form method="post" action="{place(action)}" class="{kind or "reglage"}"{coded}>'
        f'<input type="hidden" name="jeton" value="{escape(token)}">{"".join(parts)}</form>'
    )


def hidden(name: str, value: str) -> str:
    """A field that nobody sees."""
    return f'<input type="hidden" name="{name}" value="{escape(value)}">'


def box(
    name: str, value: str, label: str, *, checked: bool = False, required: bool = False
) -> str:  # fmt: skip
    """A box to tick."""
    on = (" checked" if checked else "") + (" required" if required else "")
    return (
        f'<label class="case"><input type="checkbox" name="{name}" value="{escape(value)}"{on}>'
        f" <span>{quoting(escape(label))}</span></label>"
    )


def button(label: str, *, plain: bool = False, said: str = "") -> str:
    """A button that sends its form; `said`: what it does, where its label alone does not tell."""
    spoken = f' aria-label="{escape(said)}"' if said else ""
    return f'<button class="{"simple" if plain else "fort"}"{spoken}>{escape(label)}</button>'


def choice(
    name: str, label: str, options: Iterable[tuple[str, str]], chosen: str | None = None
) -> str:
    """A list to choose one of: (value, what is shown)."""
    shown = "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(said)}'
        "</option>"
        for value, said in options
    )
    return (
        f'<label for="{name}">{escape(label)}</label>'
        f'<select id="{name}" name="{name}">{shown}</select>'
    )


def field(name: str, label: str, value: str = "", *, kind: str = "text", more: str = "") -> str:
    """A field to write in; `more`: other attributes, as HTML of ours."""
    return (
        f'<label for="{name}">{escape(label)}</label>'
        f'<input id="{name}" name="{name}" type="{kind}" value="{escape(value)}" {more}>'
    )


def folded(title: str, *parts: str) -> str:
    """Folded away until somebody wants it."""
    return f"<details><summary>{escape(title)}</summary>{''.join(parts)}</details>"


def listed(items: Sequence[str], shown: int = SHOWN) -> str:
    """A list of HTML items; of a long one the beginning, and how many more there are."""
    lines = "".join(f"<li>{item}</li>" for item in items[:shown])
    more = len(items) - shown
    rest = text(
        _("… et {more} autres : `greffe status` les donne tous.").format(more=number(more)), "note"
    )
    return f'<ul class="liste">{lines}</ul>{rest if more > 0 else ""}'


def said(output: str) -> str:
    """What a command has said, as it said it; what it quotes is French, what it names is code."""
    shown = f'<pre class="dit" tabindex="0">{coded(quoting(escape(output)))}</pre>'
    return shown if output.strip() else ""
