"""The ledger: each sentence against its sources, in code, whoever wrote it.

"verbatim": the words stand in the cited passage. "supported": every figure, date, number and
proper name of the sentence stands there, and most of its words, with the same negation.
"unverified": everything else; it is never shown as fact.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "«": '"', "»": '"', "“": '"', "”": '"'})
_FIGURE = re.compile(r"\d+(?:[ .,]\d+)*")
_NAME = re.compile(r"(?<![.!?] )(?<!^)\b[A-ZÉÈÎÔÇ][\wÀ-ÿ'-]{2,}")
_NEGATION = re.compile(
    r"\bn['’e]\b|\bpas\b|\bjamais\b|\baucune?\b|\bsans\b|\brefus|\brejet|\bcontre\b|\binterdi", re.I
)
_SHORTEST = 8  # letters and figures: « oui » stands in « Louis »
_LEAST_SHARED = 0.6  # of a paraphrase's words of four letters and more


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
    """Word for word; without spaces « 5 voix » stands in « 15 voix », so figures count too."""
    return own in squeeze(source) and _figures(sentence) <= _figures(source)


def _supported(sentence: str, source: str) -> bool:
    there = _figures(source)
    if any(figure not in there for figure in _figures(sentence)):
        return False
    plain = squeeze(source)
    if any(squeeze(name) not in plain for name in _NAME.findall(sentence)):
        return False
    if bool(_NEGATION.search(sentence)) != bool(_NEGATION.search(source)):
        return False
    stems = {word[:5] for word in re.findall(r"[a-zà-ÿ]{4,}", source.lower())}
    words = re.findall(r"[a-zà-ÿ]{4,}", sentence.lower())
    shared = sum(word[:5] in stems for word in words)
    return bool(words) and shared >= _LEAST_SHARED * len(words)


def _figures(text: str) -> set[str]:
    """Figures in one spelling: « 1 200,50 » and « 1200.50 » are the same."""
    found: set[str] = set()
    for match in _FIGURE.finditer(text):
        joined = re.sub(r"(?<=\d)[ .](?=\d{3}(?!\d))", "", match.group())
        found.update(piece.replace(",", ".") for piece in re.split(r" +|\.(?=$)", joined) if piece)
    return found
