"""French spacing of what is shown: spaces that do not break, digits in groups of three.

For display alone: what is quoted, copied or sent stays as it is written. Source: Lexique des règles
typographiques en usage à l'Imprimerie nationale. A plain no-break space stands before « : ; ? ! »,
as in the names of acts (ingest/records/label.py); digits are grouped by a narrow one. A page in
English is left as it is.
"""

from __future__ import annotations

import re

from app import words

NO_BREAK, NARROW = "\u00a0", "\u202f"
_TAG = re.compile(r"(<[^>]*>)")
_OPENING = re.compile(r"<(\w+)([^>]*)>")
# words of somebody else, or to be copied as they are
_KEPT = frozenset({"blockquote", "mark", "pre", "code", "textarea", "script", "style"})
_KEPT_CLASS = re.compile(r'class="(?:[^"]* )?(?:feuille|texte|reference|extrait|fichier)[ "]')
_MARKS = r"(?:[:;?!»€%]|&#(?:58|59|63|33|187|8364|37);|euros?\b)"
_SPACES = re.compile(
    rf" (?={_MARKS})"
    r"|(?<=«) |(?<=&#171;) |(?<=[nN]°) |(?<=[nN]&#176;) |(?<=\bp\.) (?=\d)|(?<=\bp&#46;) (?=\d)"
    r"|(?<![\d/.-])(\d{1,3}) (?=\d{3}(?!\d))"
)


def number(value: float) -> str:
    """« 42 749 »."""
    return words.number(value)


def spaced_text(text: str) -> str:
    """A sentence without HTML, spaced."""
    return text if words.language() == "en" else _SPACES.sub(_space, text)


def as_typed(text: str) -> str:
    """A text with the spaces that a keyboard has."""
    return text.replace(NO_BREAK, " ").replace(NARROW, " ")


def spaced(html: str, *, marked: bool = False) -> str:
    """HTML of ours, its text spaced; but for what is quoted.

    Args:
        html: whole elements; its text may be written in decimal entities.
        marked: each space that is put in stands in a `<span class="fine">`, by which greffe.js
            takes it out of what is copied.
    """
    if words.language() == "en":
        return html
    shown, kept, depth = [], "", 0
    for piece in _TAG.split(html):
        opening = _OPENING.match(piece)
        if kept:
            depth += 1 if opening and opening[1] == kept else 0
            depth -= 1 if piece == f"</{kept}>" else 0
            kept = kept if depth else ""
        elif opening and (opening[1] in _KEPT or _KEPT_CLASS.search(opening[2])):
            kept, depth = opening[1], 1
        text = not kept and not piece.startswith("<")
        shown.append(_SPACES.sub(_marked if marked else _space, piece) if text else piece)
    return "".join(shown)


def _space(found: re.Match[str]) -> str:
    return f"{found[1]}{NARROW}" if found[1] else NO_BREAK


def _marked(found: re.Match[str]) -> str:
    digits = found[1] or ""
    return f'{digits}<span class="fine">{NARROW if digits else NO_BREAK}</span>'
