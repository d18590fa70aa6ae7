"""Opening: the desk of a data folder as an examiner uses it, and the facts of the day."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.conversation import EMPTY, Conversation
from app.journal.figures import EXAMINER as EXAMINER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from app.answer import Desk
    from app.citations import Answer
    from app.settings import Settings
    from vectorstore.maps import Maps
    from vectorstore.retriever import Hit


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a hit stands."""

    source: str  # path below the ingested folder
    page_first: int  # 1-based
    page_last: int
    article_id: str | None  # `id` of the law file


@dataclass(frozen=True, slots=True)
class ExaminerDesk:
    """The users' desk, asked by name in the journal; a hit is reduced to its place."""

    desk: Desk

    def search(
        self, question: str, *, conversation: Conversation, fonds: Sequence[str] | None, limit: int
    ) -> list[Spot]:
        hits = self.desk.search(question, conversation=conversation, fonds=fonds, limit=limit)
        return [spot(hit) for hit in hits]

    def ask(
        self, question: str, *, conversation: Conversation, fonds: Sequence[str] | None
    ) -> Answer:
        return self.desk.ask(question, conversation=conversation, fonds=fonds, who=EXAMINER)


def spot(hit: Hit) -> Spot:
    """The place of a hit."""
    passage = hit.passage
    return Spot(hit.source.path, passage.page_first, passage.page_last, hit.record.article_id)


@contextmanager
def opened(settings: Settings) -> Iterator[tuple[ExaminerDesk, Conversation, Mapping[str, str]]]:
    """The desk of these settings, the empty conversation, and the facts to keep.

    Raises as `app.assembly.open_desk`.
    """
    from app.assembly import open_desk

    with open_desk(settings) as desk:
        yield ExaminerDesk(desk), EMPTY, facts(desk, settings)


def facts(desk: Desk, settings: Settings) -> dict[str, str]:
    """What the figures hold for, beside the model and the prompt."""
    from ingest import ocr

    held = desk.summary()
    asked = {"modèle demandé": settings.model.name or settings.model.url}
    return (asked if settings.model.url else {}) | {
        "generation": desk.generation,
        "vecteurs": desk.catalogue.meta("model"),
        "adaptation": _maps(desk.retriever.law_maps),
        "matrices des actes": _digest(desk.retriever.act_maps),
        "matrices des phrases": _digest(desk.retriever.phrase_maps),
        "index": f"{held['sources']} fichiers, {held['pages']} pages, {held['passages']} passages",
        "ocr": f"tesseract, {settings.reading.ocr_dpi} ppp" if ocr.available() else "absente",
    }


def _maps(maps: Maps | None) -> str:
    """« celle du paquet (a250079a) »: which maps for the law these figures hold for."""
    from app.adaptation import SERVES, name_of

    return SERVES[name_of(maps)] + (f" ({_digest(maps)})" if maps else "")


def _digest(maps: Maps | None) -> str:
    return maps.sha256[:8] if maps else "aucune"
