"""The shapes of `--json`: fixed, because others script against them (docs/commandes.md)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from app.card import Card
from app.citations import Answer, Citation
from ingest.records.record import Fact
from ingest.records.version import VersionRow
from ingest.rows import RecordRow
from vectorstore.retriever import Hit


def hit_shape(hit: Hit) -> dict[str, Any]:
    """One hit of `search --json`."""
    record = hit.record
    return {
        "rank": hit.rank,
        "score": round(hit.score, 4),
        "fonds": hit.fonds,
        "source": hit.source.path,
        "page_first": hit.passage.page_first,
        "page_last": hit.passage.page_last,
        "record": {
            "id": str(record.id),
            "kind": record.kind,
            "number": record.number,
            "date": record.date,
            "title": record.title,
        },
        "article_id": record.article_id,
        "text": hit.passage.text,
    }


def search_shape(id: object, question: str, seconds: float, hits: list[Hit]) -> dict[str, Any]:
    """One line of `search --json`."""
    return {
        "id": id,
        "question": question,
        "seconds": round(seconds, 4),
        "hits": [hit_shape(hit) for hit in hits],
    }


def _record(citation: Citation) -> dict[str, Any]:
    return {
        "id": citation.record_id,
        "kind": citation.kind,
        "number": citation.act_number,
        "date": citation.date,
        "title": citation.title,
        "label": citation.label,
    }


def _citation(citation: Citation) -> dict[str, Any]:
    return {
        "number": citation.number,
        "fonds": citation.fonds,
        "source": citation.source,
        "page": citation.quote.page,
        "record": _record(citation),
        "article_id": citation.article_id,
        "quote": citation.quote.text,
        "ocr": citation.ocr,
    }


def _nearest(rank: int, citation: Citation) -> dict[str, Any]:
    return {
        "rank": rank,
        "score": citation.score,
        "fonds": citation.fonds,
        "source": citation.source,
        "page_first": citation.quote.page,
        "page_last": citation.page_last or citation.quote.page,
        "record": _record(citation),
        "article_id": citation.article_id,
        "text": citation.quote.text,
    }


def validated_shape(answer: Answer) -> dict[str, str] | None:
    """By whom and when an answer was validated."""
    known = answer.validated
    return {"by": known.by, "on": known.on} if known else None


def answer_shape(id: object, question: str, answer: Answer) -> dict[str, Any]:
    """One line of `ask --json`. `answer` is the key under which it can be found again.

    `question`: as asked; how a follow-up was understood stands in `notes`.
    """
    return {
        "id": id,
        "answer": answer.id,
        "question": question,
        "seconds": answer.seconds,
        "status": answer.status,
        "text": answer.text,
        "sentences": [
            {"text": s.text, "status": s.status, "citations": list(s.citations)}
            for s in answer.sentences
        ],
        "citations": [_citation(citation) for citation in answer.citations],
        "nearest": [_nearest(rank, c) for rank, c in enumerate(answer.nearest, 1)],
        "model": answer.model,
        "prompt_version": answer.prompt_version,
        "generation": answer.generation,
        "notes": list(answer.notes),
        "validated": validated_shape(answer),
    }


def card_shape(card: Card) -> dict[str, Any]:
    """One card of `show --json`."""
    record = card.record
    return {
        "fonds": card.source.fonds,
        "source": card.source.path,
        "page_first": record.page_first,
        "page_last": record.page_last,
        "record": _row(record),
        "article_id": record.article_id,
        "vote": asdict(record.vote) if record.vote else None,
        "facts": [_fact(fact) for fact in card.facts],
        "references": [
            _fact(reference.fact)
            | {"records": [_row(one) for one in reference.records]}
            | {"version": _version(reference.version)}
            for reference in card.references
        ],
        "named_by": [{"role": role, "record": _row(act)} for act, role in card.named_by],
    }


def _row(record: RecordRow) -> dict[str, Any]:
    return {
        "id": str(record.id),
        "kind": record.kind,
        "number": record.number,
        "date": record.date,
        "title": record.title,
        "label": record.label,
        "body": record.body,
    }


def _version(version: VersionRow | None) -> dict[str, Any] | None:
    if version is None:
        return None
    return {"id": version.version_id, "date": version.date, "date_end": version.date_end}


def _fact(fact: Fact) -> dict[str, Any]:
    span = fact.span
    return {
        "name": fact.name,
        "value": fact.value,
        "page": span.page,
        "start": span.start,
        "end": span.end,
    }
