"""An answer of the journal, shown again with the same passages, or with what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.access.reader import Reader
from app.journal.entries import names_of
from app.journal.search import Entry, entry_of
from app.passages import Again, find_again
from app.words import N_, _
from ingest.catalogue import Catalogue
from ingest.trouble import Trouble

STATES = {
    "same": N_("le même passage"),
    "recut": N_("les mêmes mots, découpés autrement aujourd'hui"),
    "reread": N_("le même fichier, mais lu autrement aujourd'hui"),
    "changed": N_("le fichier a été remplacé par une autre version"),
    "withdrawn": N_("le fichier a été retiré"),
    "gone": N_("le fichier n'est plus dans l'index"),
}
FOUND = frozenset({"same", "recut"})  # says today what it said then


class AnswerUnknown(Trouble):
    """The journal has no such answer, or who asks may not see it. Facts: id."""


@dataclass(frozen=True, slots=True)
class Replay:
    """An answer as it was given, and its passages as they are found today."""

    entry: Entry
    passages: tuple[tuple[Mapping[str, Any], Again], ...]  # as kept, and as found
    citations: tuple[tuple[Mapping[str, Any], Again], ...]
    prompt: str  # of the model, if it is still the same text
    generation: str  # of the index today

    @property
    def same(self) -> bool:
        """Whether every passage says today what it said then."""
        found = [again.state for _, again in (*self.passages, *self.citations)]
        return not self.entry.erased and all(state in FOUND for state in found)


def replayed(data: Path, catalogue: Catalogue, id: str, reader: Reader) -> Replay:
    """Find an answer and its passages again, as far as a reader may see them.

    An agent sees their own answers, legal staff and admins everybody's. One that was searched for
    in a fonds that is not open to them is as one that does not exist: what it counts, and what it
    does not find, tells of that fonds without citing it.

    Raises:
        AnswerUnknown.
    """
    entry = entry_of(data, "question", id)
    if entry is None or not _may_see(data, entry, reader):
        raise AnswerUnknown(id=id)
    if not reader.may_act_as("admin"):
        entry = replace(entry, parts={k: v for k, v in entry.parts.items() if k != "who"})
    kept = entry.parts.get("passages") or []
    shown = [one for one in kept if reader.fonds is None or one["fonds"] in reader.fonds]
    cited = (entry.parts.get("answer") or {}).get("citations", [])
    return Replay(
        entry,
        tuple((one, find_again(catalogue, one, reader.fonds)) for one in shown),
        tuple((one, find_again(catalogue, as_passage(one), reader.fonds)) for one in cited),
        _prompt(str(entry.facts.get("prompt_version", ""))),
        catalogue.meta("generation"),
    )


def _may_see(data: Path, entry: Entry, reader: Reader) -> bool:
    rests_on = entry.rests_on
    if reader.fonds is not None and (rests_on is None or not rests_on <= reader.fonds):
        return False
    own = entry.who in names_of(data, reader.login)
    return own or reader.may_act_as("juriste")


def became(again: Again) -> str:
    """What became of a passage, as a clause."""
    words = _(STATES[again.state])
    if again.receipt is not None:
        words += _(" le {day} (reçu n° {number})").format(
            day=again.receipt.at[:10], number=again.receipt.id
        )
    if again.state == "changed" and again.source is not None:
        words += f" (SHA-256 {again.source.sha256[:12]}…)"
    return words


def as_passage(citation: Mapping[str, Any]) -> dict[str, Any]:
    """A citation of the journal, in the shape in which passages are found again."""
    place = [citation["page"], citation["start"], citation["end"]]
    return {
        **citation, "spans": [place], "page_first": citation["page"],
        "page_last": citation["page"], "words": citation["quote"], "text_sha256": "",
    }  # fmt: skip


def _prompt(version: str) -> str:
    """The text of a prompt, where this version still is the one of today."""
    import prompts

    name = version.partition("@")[0]
    if not name:
        return ""
    try:
        return prompts.prompt(name) if prompts.version(name) == version else ""
    except OSError:
        return ""
