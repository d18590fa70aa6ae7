"""Markers: what a model writes, character by character, as sentences with the extracts they name.

A marker is `[1]`, `[1, 3]`, `[1 ; 3]`, `[1 et 3]` or `[1-3]`, with the word « extrait » before the
numbers or not. It belongs to the sentence that it ends or follows; at the head of a line, to the
sentence that it opens. Between quotes, in code, and where its numbers could not be extracts
(`[2024]`, `[12-3]`), it is text. How the text was cut into chunks changes nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBERS = r"\d{1,3}(?:\s?(?:[,;–-]|et)\s?\d{1,3})*"
_MARKER = re.compile(rf"\[\s?(?:[Ee]xtraits?\s)?({_NUMBERS})\s?\]")
_MAYBE = re.compile(r"\[\s?(?:[Ee](?:x(?:t(?:r(?:a(?:i(?:ts?)?)?)?)?)?)?\s?)?[\det,;– -]*")
_LONGEST_MARKER = 60
_LONGEST = 1500  # characters of a sentence: what goes on without an end is cut
_CLOSES = {"«": "»", '"': '"', "“": "”", "`": "`"}
_FENCE = "```"
# A full stop, and what may close after it; not that of an initial, an abbreviation, a numbered item
_STOP = re.compile(
    r"(?<!\b[A-ZÉ])(?<!\bMM)(?<!\bMme)(?<!\b[Aa]rt)(?<!\bal)(?<!\bn)(?<!\bp)(?<!\bpp)(?<!\bcf)"
    r"(?<!^\d)(?<!^\d\d)[.!?…]+[\s»”\")*_]*$"
)
_DRESS = re.compile(r"^(?:[-–•*>]\s+|#+\s+|\d{1,2}[.)]\s+)+|\*\*|__")


@dataclass(frozen=True, slots=True)
class Written:
    """One sentence of a model."""

    text: str  # without its markers, on one line
    marks: tuple[int, ...]  # extracts that exist, 1-based, in the order named


class Sentences:
    """Takes chunks, gives sentences; `extracts` is how many there are to name."""

    def __init__(self, extracts: int) -> None:
        self._extracts = extracts
        self._begin(())
        self._held = ""  # from a bracket on: a marker perhaps
        self._closer = ""  # what ends the quote or the code that is open
        self._fenced = False
        self._line = ""
        self._over: list[Written] = []

    def feed(self, chunk: str) -> list[Written]:
        """The sentences that are complete now."""
        for char in chunk:
            self._step(char)
        return self._taken()

    def close(self) -> list[Written]:
        """What is left when no more comes."""
        self._let_go()
        self._marks += self._opening
        self._end(())
        return self._taken()

    @property
    def pending(self) -> str:
        """The sentence under way, as far as it goes."""
        return _tidy(self._text)

    @property
    def finished(self) -> bool:
        """Whether the sentence under way has its full stop or its marker."""
        if self._held:
            return False
        return not self.pending or self._marked or _STOP.search(self._text.strip()) is not None

    def _taken(self) -> list[Written]:
        over, self._over = self._over, []
        return over

    def _begin(self, marks: tuple[int, ...]) -> None:
        self._text = ""
        self._marks = marks
        self._opening: tuple[int, ...] = ()  # read after a line's end: of this sentence or the next
        self._marked = self._gap = self._broken = False

    def _end(self, next_marks: tuple[int, ...]) -> None:
        text = _tidy(self._text)
        if re.search(r"\w", text):
            self._over.append(Written(text, tuple(dict.fromkeys(self._marks))))
        self._begin(next_marks)

    def _step(self, char: str) -> None:
        if self._held:
            self._hold(char)
        elif char == "\n":
            self._new_line()
        elif char == "[" and not self._closer and not self._fenced:
            self._held = char
        else:
            self._put(char)

    def _hold(self, char: str) -> None:
        held = self._held + char
        if found := _MARKER.fullmatch(held):
            marks = self._named(found[1])
            if marks is not None:
                self._held = ""
                self._mark(marks)
                return
        if _MAYBE.fullmatch(held) and len(held) <= _LONGEST_MARKER:
            self._held = held
            return
        self._let_go()
        self._step(char)

    def _let_go(self) -> None:
        """What was held is text."""
        held, self._held = self._held, ""
        for char in held:
            self._put(char)

    def _mark(self, marks: tuple[int, ...]) -> None:
        if self._broken:
            self._opening += marks
        else:
            self._marks += marks
            self._marked, self._gap = True, bool(_STOP.search(self._text))

    def _put(self, char: str) -> None:
        self._line += char
        if char.isspace():
            self._gap = True
            self._text += char
            return
        if not self._closer and not self._fenced and self._ends_before(char):
            self._end(self._opening)
        if self._opening:  # the line goes on after all
            self._marks, self._opening = self._marks + self._opening, ()
        self._text += char
        self._marked = self._gap = self._broken = False
        if self._closer:
            self._closer = "" if char == self._closer else self._closer
        else:
            self._closer = _CLOSES.get(char, "")

    def _ends_before(self, char: str) -> bool:
        if self._broken or len(self._text) > _LONGEST:
            return True
        if not self._gap or char.islower() or not re.search(r"\w", self.pending):
            return False
        return (self._marked and char.isupper()) or _STOP.search(self._text) is not None

    def _new_line(self) -> None:
        if self._line.lstrip().startswith(_FENCE):
            self._fenced = not self._fenced
        self._line = self._closer = ""
        if self._opening:  # a line of markers alone is of the sentence before it
            self._marks, self._opening = self._marks + self._opening, ()
        self._text += " "
        self._broken = bool(self._text.strip()) and not self._fenced
        self._gap = True

    def _named(self, numbers: str) -> tuple[int, ...] | None:
        """The extracts that a marker names; None where it can be no marker."""
        named: list[int] = []
        for part in re.split(r"\s?(?:[,;]|et)\s?", numbers):
            first, *rest = map(int, re.split(r"\s?[–-]\s?", part))
            last = rest[-1] if rest else first
            if len(rest) > 1 or last < first:
                return None
            named += range(max(first, 1), min(last, self._extracts) + 1)
        return tuple(named)


def sentences(text: str, extracts: int) -> list[Written]:
    """The sentences of a whole text."""
    reader = Sentences(extracts)
    return [*reader.feed(text), *reader.close()]


def _tidy(text: str) -> str:
    """On one line, without a marker's traces nor Markdown."""
    line = re.sub(r"\s\(\s*\)", "", " ".join(text.split()))
    return " ".join(_DRESS.sub("", re.sub(r"\s+([.,])(?!\w)", r"\1", line)).split())
