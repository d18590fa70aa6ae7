"""The passages of an answer, kept so that they can be found again: by content, not by id.

Ids change when a file is read again; its SHA-256, the place on the page and the digest of the words
do not, as long as the file does not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from app.ledger import squeeze
from ingest.catalogue import Catalogue
from ingest.rows import Source
from ingest.withdrawals import Withdrawal, withdrawals
from vectorstore.retriever import Hit
from vectorstore.versions import as_rows

State = Literal["same", "recut", "reread", "changed", "withdrawn", "gone"]


@dataclass(frozen=True, slots=True)
class Again:
    """What became of a passage."""

    # the same passage; its words, cut otherwise today; its place, read otherwise today;
    # the file replaced by another content, withdrawn, no longer there
    state: State
    text: str = ""  # same, recut: the words; reread: those of today
    source: Source | None = None  # where it stands now
    receipt: Withdrawal | None = None  # withdrawn: by which
    label: str = ""  # of the act, as it is known today


def shape(hit: Hit) -> dict[str, Any]:
    """A passage as the journal keeps it: none of its words, nor of its title."""
    passage, record = hit.passage, hit.record
    return {
        "fonds": hit.fonds,
        "source": hit.source.path,
        "sha256": hit.source.sha256,
        "article_id": record.article_id,
        "date": hit.version.date if hit.version else record.date,
        "page_first": passage.page_first,
        "page_last": passage.page_last,
        "spans": [[span.page, span.start, span.end] for span in passage.spans],
        "text_sha256": digest(passage.text),
        "score": round(hit.score, 4),
    }


def digest(text: str) -> str:
    """SHA-256 of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def find_again(
    catalogue: Catalogue, kept: Mapping[str, Any], readable: Collection[str] | None = None
) -> Again:
    """Find a passage that was kept, in the fonds that may be read.

    The same content under another name or in another fonds is the same content. What has `words`
    is a quote: they must stand where they stood.
    """
    for source in content(catalogue, kept["sha256"], kept["fonds"], kept["source"], readable):
        if "words" in kept:
            holds = stands(kept, place_texts(catalogue, kept, source))
            return Again("same" if holds else "reread", kept["words"] if holds else "", source)
        for row in catalogue.passages_on(source.id, kept["page_first"]):
            if digest(row.text) == kept["text_sha256"]:
                act = catalogue.record(row.record_id)
                return Again("same", row.text, source, label=act.label if act else "")
        past = _past(catalogue, kept, source)
        if past:
            return Again("same", past, source)
        text = _words(catalogue, kept, source)
        return Again("recut" if digest(text) == kept["text_sha256"] else "reread", text, source)
    return lost(catalogue, kept)


def lost(catalogue: Catalogue, kept: Mapping[str, Any]) -> Again:
    """Why a content is no longer there: replaced by another, withdrawn, or gone."""
    place = [
        source
        for source in catalogue.sources("live", kept["fonds"])
        if source.path == kept["source"] and source.sha256 != kept["sha256"]
    ]
    if place:
        return Again("changed", source=place[0])
    receipts = [
        one
        for one in withdrawals(catalogue)
        if one.sha256 == kept["sha256"] and one.fonds == kept["fonds"] and not one.restored
    ]
    return Again("withdrawn", receipt=receipts[-1]) if receipts else Again("gone")


def content(
    catalogue: Catalogue, sha256: str, fonds: str, path: str, readable: Collection[str] | None
) -> list[Source]:
    """The live sources of this content, that of this fonds and path first."""
    found = [
        source
        for source in catalogue.with_content(sha256)
        if readable is None or source.fonds in readable
    ]
    return sorted(found, key=lambda one: (one.fonds != fonds, one.path != path, one.id))


def _past(catalogue: Catalogue, kept: Mapping[str, Any], source: Source) -> str:
    """The words of a version of an article that is not indexed."""
    for version in catalogue.versions(kept["article_id"] or "", [source.fonds]):
        if version.date == kept["date"] and version.text:
            _, rows = as_rows(version, None)
            for row in rows:
                if digest(row.text) == kept["text_sha256"]:
                    return row.text
    return ""


def _words(catalogue: Catalogue, kept: Mapping[str, Any], source: Source) -> str:
    """What stands now at the place of the passage: it may be cut otherwise today."""
    pieces = []
    for number, start, end in kept["spans"]:
        page = catalogue.page(source.id, number)
        if page is None or end > len(page.text):
            return ""
        pieces.append(page.text[start:end])
    return "\n".join(pieces)


def place_texts(catalogue: Catalogue, kept: Mapping[str, Any], source: Source) -> list[str]:
    """The texts in which a quote may stand: its page, and the version of its article."""
    page = catalogue.page(source.id, kept["page"])
    texts = [page.text] if page else []
    for version in catalogue.versions(kept.get("article_id") or "", [source.fonds]):
        if version.date == kept.get("date") and version.text:
            texts.append(version.text)
    return texts


def stands(citation: Mapping[str, Any], texts: Sequence[str]) -> bool:
    """Whether quoted words stand at their place in one of these texts.

    Spaces, capitals, quotation marks and hyphens do not count. A row that is quoted with the head
    of its table stands there line by line.
    """
    quote, start, end = citation["quote"], citation["start"], citation["end"]
    lines = [found for line in quote.split("\n") if (found := squeeze(line))]
    for text in texts:
        here = squeeze(text[start:end])
        if here and (squeeze(quote) in here or here in lines):
            whole = squeeze(text)
            if all(line in whole for line in lines):
                return True
    return False
