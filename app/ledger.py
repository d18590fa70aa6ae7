"""The ledger: each sentence against its sources, in code, whoever wrote it.

"verbatim": the words stand in the cited passage. "supported": one or two sentences of the
source that follow each other hold every figure, date, number, vote and proper name of the
sentence and most of its words, with the same negation. "unverified": everything else; it is
never shown as fact.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

_QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "«": '"', "»": '"', "“": '"', "”": '"'})
_FIGURE = re.compile(r"(?:(?<!\S)[-−](?=\d))?\d+(?:[ .,]\d+)*")
_NAME = re.compile(
    r"(?:(?<=\bM\. )|(?<=\bMM\. )|(?<=\bMme )|(?<![.!?] )(?<!^))\b[A-ZÉÈÎÔÇ][\wÀ-ÿ'-]{2,}"
)
_NEGATION = re.compile(
    r"\bn['’e]\b|\bpas\b|\bjamais\b|\baucune?\b|\brefus|\brejet|\binterdi|\bdéfavorable", re.I
)
_COUNTED = re.compile(r"(\d+)\W+(?:voix\W+|votes?\W+)?(pour|contre|abst)", re.I)
_COUNTED_AFTER = re.compile(r"\b(pour|contre|abst)\w*\s*:\s*(\d+)", re.I)
_END = re.compile(r"(?<=[.!?;])\s+(?=[A-ZÉÈÀÂÎÔÇ«\-–•\d])")
_BETWEEN = r"[\s\-‐-―_\"'*|]*"
_SHORTEST = 8  # letters and figures: « oui » stands in « Louis »
_LEAST_SHARED = 0.7  # of a paraphrase's words of four letters and more


def squeeze(text: str) -> str:
    """Letters and figures alone, one spelling: spaces, hyphens, quotes and case do not count."""
    text = unicodedata.normalize("NFKC", text).translate(_QUOTES).lower()
    return re.sub(r"[\s\-‐-―_\"'*|]+", "", text)


def verdict(sentence: str, sources: Sequence[str]) -> str:
    """The status of a sentence, given the texts of the passages that it cites."""
    bare = re.sub(r"\s*\[\d+\]", "", sentence).strip()
    if not bare or not sources:
        return "unverified"
    own = squeeze(bare).rstrip(".;:,")
    if len(own) >= _SHORTEST and any(_stands_in(bare, own, source) for source in sources):
        return "verbatim"
    return "supported" if _supported(bare, " ".join(sources)) else "unverified"


def _stands_in(sentence: str, own: str, source: str) -> bool:
    """Word for word, whole words: « 5 voix » does not stand in « 15 voix »."""
    if own not in squeeze(source) or not _figures(sentence) <= _figures(source):
        return False
    plain = unicodedata.normalize("NFKC", source).translate(_QUOTES).lower()
    spaced = _BETWEEN.join(map(re.escape, own))
    return re.search(rf"(?<!\w){spaced}(?!\w)", plain) is not None


def _supported(sentence: str, source: str) -> bool:
    """Whether one sentence of the source, or two that follow each other, say as much."""
    pieces = _END.split(" ".join(source.split()))
    windows = [*pieces, *(f"{one} {next_}" for one, next_ in pairwise(pieces))]
    return any(_says_as_much(sentence, window) for window in windows)


def _says_as_much(sentence: str, window: str) -> bool:
    if not _figures(sentence) <= _figures(window) or not _votes(sentence) <= _votes(window):
        return False
    plain = squeeze(window)
    if any(squeeze(name) not in plain for name in _NAME.findall(sentence)):
        return False
    if bool(_NEGATION.search(sentence)) != bool(_NEGATION.search(window)):
        return False
    stems = {word[:5] for word in re.findall(r"[a-zà-ÿ]{4,}", window.lower())}
    words = re.findall(r"[a-zà-ÿ]{4,}", sentence.lower())
    shared = sum(word[:5] in stems for word in words)
    return bool(words) and shared >= _LEAST_SHARED * len(words)


def _votes(text: str) -> set[tuple[str, str]]:
    """(what, how many) of the votes that a text counts: { ("pour", "14"), … }."""
    found = {(what.lower(), count) for count, what in _COUNTED.findall(text)}
    return found or {(what.lower(), count) for what, count in _COUNTED_AFTER.findall(text)}


def _figures(text: str) -> set[str]:
    """Figures in one spelling: « 1 200,50 » and « 1200.50 » are the same."""
    found: set[str] = set()
    for match in _FIGURE.finditer(text):
        joined = re.sub(r"(?<=\d)[ .](?=\d{3}(?!\d))", "", match.group())
        found.update(piece.replace(",", ".") for piece in re.split(r" +|\.(?=$)", joined) if piece)
    return found
