"""The frame of a page that Gradio does not draw: its head, its header, the way to other pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from pathlib import Path

from app.web.spacing import spaced
from app.words import _, as_french, french, language

HOLE = re.compile(r"\{\{(?:_ ([^{}]+)|(\w+))\}\}")


class Frame:
    """The frame of every such page."""

    def __init__(self, static: Path, town: str) -> None:
        self._static, self._town = static, town
        self._page = self.part("cadre")

    def part(self, name: str) -> str:
        """A part of a page, with its holes."""
        return (self._static / f"{name}.html").read_text("utf-8")

    def around(
        self, title: str, content: str, *, ways: str = "", kind: str = "", head: str = "",
        in_french: bool = False,
    ) -> str:  # fmt: skip
        """The page.

        Args:
            title: of the page, as text.
            content: HTML of ours.
            ways: links to other pages, as HTML of ours.
            kind: the class of `main`.
            head: what the head holds besides, as HTML of ours.
            in_french: the title is the name of a record.
        """
        shown = filled(self._page, {
            "titre": escape(title), "langue_du_titre": french() if in_french else "",
            "ville": as_french(escape(self._town)), "chemins": nav(ways),
            "genre": kind, "contenu": content, "tete": head,
        })  # fmt: skip
        return spaced(shown)


def nav(ways: str) -> str:
    """The links at the head of a page; nothing where there are none."""
    return f'<nav class="qui" aria-label="{_("Pages")}">{ways}</nav>' if ways else ""


def filled(page: str, holes: Mapping[str, str]) -> str:
    """A page of ours with its holes filled: « {{name}} » becomes HTML, in which no hole is seen.

    « {{_ words}} » becomes the words in the language of the page, « {{langue}} » that language.
    """
    return HOLE.sub(
        lambda hole: _(hole[1]) if hole[1] else {**holes, "langue": language()}[hole[2]], page
    )
