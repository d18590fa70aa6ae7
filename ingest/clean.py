"""Clean text as extractors give it: one spelling for spaces, hyphens, ligatures and lines."""

from __future__ import annotations

import re
import unicodedata

_CONTROL = re.compile(
    r"[\x00-\x01\x03-\x08\x0b\x0e-\x1f\x7f\xad\u200b-\u200f\u202a-\u202e\ufeff\ufffe]"
)
_LIGATURES = str.maketrans({"ﬁ": "fi", "ﬂ": "fl", "ﬀ": "ff", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st"})
_SOFT = re.compile(r"(?<=\w)\xad(?=\w)")  # HTML's &shy; inside a line: never a real hyphen
_BROKEN = re.compile(r"(\w+)[\x02\ufffe\u00ad]\n?(?=(\w+))")  # a word may be broken twice

# A hyphen lost at a line's end belongs to the word after these, or before those.
_KEEPS_HYPHEN_AFTER = frozenset(
    [
        "peut",
        "celui",
        "celle",
        "ceux",
        "celles",
        "grand",
        "grande",
        "grands",
        "saint",
        "sainte",
        "vice",
        "sous",
        "mi",
        "demi",
        "non",
        "avant",
        "après",
        "au",
        "ci",
        "rendez",
        "procès",
        "compte",
        "extra",
        "inter",
        "post",
        "pré",
        "ex",
        "hors",
        "arc",
        "porte",
        "garde",
        "plus",
        "là",
        "moi",
        "toi",
        "lui",
        "elle",
        "nous",
        "vous",
        "eux",
        "elles",
        "soi",
        "jean",
        "marie",
        "anne",
        "vingt",
        "trente",
        "quarante",
        "cinquante",
        "soixante",
        "quatre",
        "dix",
        "deux",
        "trois",
        "contre",
    ]
)
_KEEPS_HYPHEN_BEFORE = frozenset(
    [
        "là",
        "ci",
        "même",
        "mêmes",
        "être",
        "dessus",
        "dessous",
        "verbal",
        "verbaux",
        "vous",
        "nous",
        "il",
        "elle",
        "ils",
        "elles",
        "on",
        "ce",
        "rendu",
        "rendus",
        "en",
        "vingt",
        "dix",
        "deux",
        "trois",
        "quatre",
        "cinq",
        "six",
        "sept",
        "huit",
        "neuf",
    ]
)


def clean(raw: str) -> str:
    """One page of text: NFC, plain spaces, "\\n" between lines, words joined again."""
    text = raw.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n")
    if any(ligature in text for ligature in "ﬁﬂﬀﬃﬄﬅ"):  # most pages have none: 0.13 ms saved
        text = text.translate(_LIGATURES)
    if "\xad" in text:
        text = _SOFT.sub("", text)
    text = unicodedata.normalize("NFC", text)
    text = _CONTROL.sub("", _join_broken_words(text))
    lines = text.replace("\x02", "-").split("\n")
    return "\n".join(" ".join(line.split()) for line in lines).strip("\n")


def _join_broken_words(text: str) -> str:
    """PDFium writes U+0002 where a line ends in a hyphen, for real compounds too."""
    if not any(mark in text for mark in "\x02\ufffe\u00ad"):
        return text
    lowered = text.lower()

    def join(match: re.Match[str]) -> str:
        left, right = match.group(1), match.group(2)
        whole, compound = (left + right).lower(), f"{left}-{right}".lower()
        if compound in lowered:
            return f"{left}-"
        if whole in lowered:
            return left
        keeps = (
            left.lower() in _KEEPS_HYPHEN_AFTER
            or right.lower() in _KEEPS_HYPHEN_BEFORE
            or right[0].isupper()
            or right[0].isdigit()
        )
        return f"{left}-" if keeps else left

    return _BROKEN.sub(join, text)


def looks_like_text(text: str) -> bool:
    """Whether a text layer is usable: enough characters, and words rather than garbage.

    A télétransmission stamp alone has about 105 characters; a broken font gives private-use
    characters, or letters without vowels.
    """
    letters = sum(map(len, text.split()))
    if letters < 50:
        return False
    signs = set(text)  # some eighty on a page: each is looked up once
    odd = (s for s in signs if not s.isspace() and unicodedata.category(s) in _ODD)
    if sum(map(text.count, odd)) > 0.2 * letters:
        return False
    foreign = any(sign > "ɏ" and sign.isalnum() for sign in signs)
    words = (_WORD if foreign else _LATIN).findall(text)
    if len(words) < 8:
        return True  # a table of figures has few words
    return len(list(filter(_VOWEL.search, words))) > 0.7 * len(words)


_ODD = frozenset({"Co", "Cn", "Cc", "So"})
_WORD = re.compile(r"[^\W\d_]{3,}")
_LATIN = re.compile(
    r"[A-Za-zªµº²³¹¼½¾À-ÖØ-öø-ɏ]{3,}"
)  # the same up to ɏ, in two thirds of the time
_VOWEL = re.compile(r"[aeiouyàâäéèêëîïôöùûüœæ]", re.I)
_STAMP_LINE = re.compile(
    r"envoy[ée] en pr[ée]fecture|re[çc]u en pr[ée]fecture|affich[ée] le|publi[ée] le"
    r"|^\s*ID\s*:\s*\d|accus[ée] de r[ée]ception|berger[- ]levrault|slow$|s2low",
    re.I,
)


def is_stamp_only(text: str) -> bool:
    """Whether a page's text layer holds nothing but a télétransmission stamp."""
    stamped = False
    rest = 0  # characters that are no stamp's
    for line in text.split("\n"):
        if _STAMP_LINE.search(line):
            stamped = True
        elif line.strip():
            rest += len(line)
            if rest >= 50:
                return False
    return stamped
