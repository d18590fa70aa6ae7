"""What is asked of the act that was cited last, and nothing else: « quand ? », « quel vote ? »."""

from __future__ import annotations

from collections.abc import Sequence

from app.conversation import Conversation
from app.follow_up import asks_vote, asks_when
from app.listing import Listed, Listing, hit_of, lines_of
from app.stated import votes_of
from app.words import N_, _
from ingest.catalogue import Catalogue
from vectorstore.narrow import Narrow
from vectorstore.retriever import Hit

_SHOWN = 3  # lines
_ITS_DATE = N_("C'est la date de l'acte que la réponse précédente cite")
_ITS_VOTE = N_("C'est le vote sur l'acte que la réponse précédente cite")


def of_the_act_before(
    question: str, conversation: Conversation, catalogue: Catalogue, fonds: Sequence[str],
    narrow: Narrow, most: int,
) -> Listing | None:  # fmt: skip
    """The lines where it says so; None for any other question, and where it does not say it.

    Args:
        question: as typed.
        conversation: what was asked and answered before.
        catalogue: of the data folder.
        fonds: those that are searched; an act of another one tells nothing.
        narrow: the only acts that may tell it.
        most: passages of the act that are read.
    """
    day, vote = asks_when(question), asks_vote(question)
    hit = _cited_last(conversation, catalogue) if day or vote else None
    if hit is None or hit.fonds not in fonds or not narrow.fits(hit.record):
        return None
    lines = (
        lines_of(hit.record, "date", catalogue) if day else votes_of(hit.record, catalogue, most)
    )
    listed = tuple(Listed(hit.record, line) for line in lines[:_SHOWN])
    return Listing(listed, _(_ITS_DATE if day else _ITS_VOTE)) if listed else None


def _cited_last(conversation: Conversation, catalogue: Catalogue) -> Hit | None:
    """The act that the last answer cited first; None where there is none, or no longer."""
    cited = conversation.turns[-1][1].citations[:1] if conversation.turns else ()
    ids = [int(one.record_id) for one in cited if one.record_id]  # "": its file was withdrawn
    return next((hit_of(act, catalogue) for act in catalogue.records_of(ids).values()), None)
