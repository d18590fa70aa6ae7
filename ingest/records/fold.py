"""The folded form of a text: lower case, no accents, same length, so that offsets stay true."""

from __future__ import annotations

import re
import unicodedata


def _plain(char: str) -> str:
    base = unicodedata.normalize("NFD", char)[0].lower()
    return base if len(base) == 1 else char


_ACCENTED = "àâäáãåçéèêëíìîïñóòôöõúùûüýÿÀÂÄÁÃÅÇÉÈÊËÍÌÎÏÑÓÒÔÖÕÚÙÛÜÝŸİ"
_TABLE: dict[int, str] = {ord(char): _plain(char) for char in _ACCENTED}
_TABLE |= dict.fromkeys(map(ord, "\u2019\u2018\u00b4`\u02bc"), "'")
# Dashes; U+FFFE and \x02 stand where PDFium saw a hyphen at the end of a line.
_TABLE |= dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212\ufffe\x02"), "-")
_TABLE |= {ord(char): " " for char in "\u00a0\u202f\u2009\t\r"}
_TABLE |= {ord("º"): "°", ord("˚"): "°", ord("œ"): "o", ord("Œ"): "o"}  # one char for one char

_WORD = re.compile(r"[a-z0-9]{2,}")
_FUNCTION_WORDS = re.compile(
    r"de|du|des|la|le|les|un|une|et|ou|au|aux|en|sur|par|pour|dans|avec|sans|ce|cette|que|qui"
    r"|est|son|sa|ses|leur|nous|vous|ne|pas"
)


def fold(text: str) -> str:
    """« L'été à Œuilly » → « l'ete a ouilly »: the same number of characters as `text`."""
    return text.translate(_TABLE).lower()


def words(folded: str) -> frozenset[str]:
    """The words of a folded text that carry meaning: two characters or more, no function word."""
    return frozenset(w for w in _WORD.findall(folded) if not _FUNCTION_WORDS.fullmatch(w))
