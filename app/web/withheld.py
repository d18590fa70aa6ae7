"""What of a conversation is withheld from a reader to whom a fonds was closed meanwhile."""

from __future__ import annotations

from dataclasses import replace

from app.access.reader import Fonds
from app.citations import Answer, Citation, Quote
from app.conversation import Conversation
from app.words import N_

CLOSED = N_("Cette réponse repose sur un fonds qui ne vous est plus ouvert.")


def left_of(conversation: Conversation, readable: Fonds) -> Conversation:
    """The conversation as it may still be read: the questions, and what rests on open fonds.

    A citation keeps its place in its list: the links of the page count by it.
    """
    if readable is None:
        return conversation
    turns = tuple((asked, _left(asked, answer, readable)) for asked, answer in conversation.turns)
    return replace(conversation, turns=turns)


def is_withheld(citation: Citation) -> bool:
    """Whether nothing is left of a citation but its place."""
    return not citation.fonds


def _left(question: str, answer: Answer, readable: frozenset[str]) -> Answer:
    cited = {citation.fonds for citation in (*answer.citations, *answer.nearest)}
    if {*answer.searched, *cited} <= readable:
        return answer
    return Answer(
        "", question, "closed", message=CLOSED, searched=answer.searched,
        citations=tuple(_kept(one, readable) for one in answer.citations),
        nearest=tuple(_kept(one, readable) for one in answer.nearest),
    )  # fmt: skip


def _kept(citation: Citation, readable: frozenset[str]) -> Citation:
    if citation.fonds in readable:
        return citation
    nothing = Quote("", citation.quote.page, 0, 0)
    return Citation(citation.number, "", "", "", 0, "", nothing, ocr=False, confidence=None)
