"""What of a conversation is withheld: a fonds was closed to its reader, or a document withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from app.access.reader import Fonds
from app.citations import Answer, Citation, Quote
from app.conversation import Conversation
from app.withdrawn import GONE
from app.words import N_

CLOSED = N_("Cette réponse repose sur un fonds qui ne vous est plus ouvert.")

IsLive = Callable[[int], bool]  # whether a source, by its id, still may be shown


def left_of(conversation: Conversation, readable: Fonds, is_live: IsLive) -> Conversation:
    """The conversation as it may still be read: the questions, and what rests on what is open.

    A citation keeps its place in its list: the links of the page count by it.
    """
    rights = _Rights(readable, is_live)
    turns = tuple((asked, rights.left(asked, answer)) for asked, answer in conversation.turns)
    return replace(conversation, turns=turns)


def is_withheld(citation: Citation) -> bool:
    """Whether nothing is left of a citation but its place."""
    return not citation.fonds


def is_gone(citation: Citation) -> bool:
    """Whether it is withheld because its document was withdrawn or replaced."""
    return is_withheld(citation) and bool(citation.source_id)


@dataclass(frozen=True, slots=True)
class _Rights:
    readable: Fonds
    is_live: IsLive

    def left(self, question: str, answer: Answer) -> Answer:
        cited = (*answer.citations, *answer.nearest)
        closed = any(not self._opens(one) for one in (*answer.searched, *(c.fonds for c in cited)))
        if not closed and all(map(self.is_live, answer.sources)):
            return answer
        return Answer(
            "", question, "closed", message=CLOSED if closed else GONE, searched=answer.searched,
            citations=tuple(map(self._kept, answer.citations)),
            nearest=tuple(map(self._kept, answer.nearest)),
        )  # fmt: skip

    def _opens(self, fonds: str) -> bool:
        return self.readable is None or fonds in self.readable

    def _kept(self, citation: Citation) -> Citation:
        opens, live = self._opens(citation.fonds), self.is_live(citation.source_id)
        if opens and live:
            return citation
        nothing = Quote("", citation.quote.page, 0, 0)
        gone = citation.source_id if opens else 0
        return Citation(citation.number, "", "", "", gone, "", nothing, ocr=False, confidence=None)
