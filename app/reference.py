"""How a note names an act: « Conseil municipal de Montpellier, délibération n° …, p. 3 ».

An article of law is named with the version that is meant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from ingest.records.fold import fold
from ingest.records.label import assembly
from ingest.records.version import VersionRow
from vectorstore.versions import dated_label

_COUNCIL = ("deliberation", "proces_verbal")
_SEANCE = "Séance"  # what `assembly` says where it does not know


class Versions(Protocol):
    """Where the versions of an article are known."""

    def versions(
        self, article_id: str, fonds: Sequence[str] | None = ...
    ) -> Sequence[VersionRow]: ...


def article_reference(
    known: Versions, label: str, article_id: str, day: str | None, fonds: str
) -> str:
    """« Article L. 2121-29 du code …, version en vigueur depuis le … »: of that first day."""
    if ", version " in label:
        return label
    version = next((row for row in known.versions(article_id, [fonds]) if row.date == day), None)
    return dated_label(label, version) if version else label


def whole_name(
    known: Versions, label: str, kind: str, body: str | None,
    article: tuple[str, str | None, str] | None,
) -> str:  # fmt: skip
    """The whole name of what a citation is from.

    Args:
        known: the catalogue.
        label: as the citation bears it.
        kind: one of ingest.records.record.KINDS.
        body: who decided; None where it is not known.
        article: of the law: its id, the first day of the version that is meant, its fonds.
    """
    if article is not None:
        return article_reference(known, label, *article)
    return reference(label, kind, body)


def reference(label: str, kind: str, body: str | None) -> str:
    """The whole name of an act.

    Args:
        label: as a citation bears it.
        kind: one of ingest.records.record.KINDS.
        body: who decided; None where it is not known.
    """
    if not body or kind == "article":
        return label
    who = assembly(body) if kind in _COUNCIL else ""
    if who and label.startswith(who):  # « Conseil municipal du 22 mai 2014, « … » »
        return f"{who} {_of(body)}{label[len(who) :]}"
    plain = re.match(r"[A-ZÉÀ][a-zéêè-]+ (?:n°|du )", label) is not None
    named = label[:1].lower() + label[1:] if plain else label
    if not who or who == _SEANCE:
        return f"{body}, {named}"
    return f"{who} {_of(body)}, {named}"


def _of(body: str) -> str:
    """« de Montpellier », « d'Uzès », « du Vigan », « de la communauté de communes … »."""
    folded = fold(body)
    if folded.startswith(("communaute ", "metropole ")):
        return f"de la {body[0].lower()}{body[1:]}"
    if folded.startswith("syndicat "):
        return f"du {body[0].lower()}{body[1:]}"
    if folded.startswith("le "):
        return f"du {body[3:]}"
    if folded.startswith("les "):
        return f"des {body[4:]}"
    return f"d'{body}" if folded[:1] in "aeiouyh" else f"de {body}"
