"""A line of the journal in French: on a terminal, on the page, in a table."""

from __future__ import annotations

from typing import Any

from app.journal.kinds import NAMED
from app.journal.search import Entry
from app.words import N_, _, language

_SHOWN = 100  # characters of a text


def described(entry: Entry) -> str:
    """A line for a terminal: « 2026-11-22 10:02:11  marie  question  « … » (répondue) »."""
    words = [entry.at[:19].replace("T", " "), person(entry) or "—"]
    words += [NAMED.get(entry.kind, entry.kind), entry.id, about(entry)]
    return "  ".join(word for word in words if word)


def person(entry: Entry) -> str:
    """« marie depuis 10.0.0.7 »."""
    known = entry.parts.get("who") or {}
    away = _(" depuis {address}").format(address=known["from"]) if "from" in known else ""
    return f"{known.get('name', '')}{away}"


def about(entry: Entry) -> str:
    """What a line is about: « … » (répondue), or what was done to what."""
    words = []
    if "question" in entry.parts:
        words.append(f"« {_short(entry.parts['question'])} »")
    if entry.facts.get("status"):
        words.append(_(_STATUSES.get(entry.facts["status"], str(entry.facts["status"]))))
    elif entry.kind == "erased":
        words.append(_(_CAUSES.get(entry.facts.get("cause", ""), "")))
    elif entry.facts:
        words.append(_pairs(entry.facts))
    if "what" in entry.parts:
        words.append(_pairs(entry.parts["what"]))
    if entry.erased:
        words.append(_("effacé le {day}").format(day=max(entry.erased.values())[:10]))
    return "  ".join(words)


_CAUSES = {
    "withdrawn": N_("document retiré"),
    "person": N_("historique d'une personne"),
    "own": N_("conversation effacée par qui l'a eue"),
    "expired": N_("durée passée"),
}
_WRITTEN = frozenset({"text", "name", "source", "files", "targets", "fonds"})
_STATUSES = {"answered": N_("(répondue)"), "not_in_records": N_("(sans réponse)")}


def _pairs(values: dict[str, Any]) -> str:
    return ", ".join(_pair(name, _short(value)) for name, value in values.items() if value)


def _pair(name: str, value: str) -> str:
    """What people wrote themselves stands between « » on a page that is not in French."""
    quoted = language() == "en" and name in _WRITTEN
    return f"{name}{_(' : ')}{f'« {value} »' if quoted else value}"


def _short(value: object) -> str:
    if isinstance(value, list | tuple):
        value = ", ".join(map(str, value))
    text = " ".join(str(value).split())
    return text if len(text) <= _SHOWN else text[:_SHOWN].rsplit(" ", 1)[0] + " …"
