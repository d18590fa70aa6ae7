"""What a run did, in figures that add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ingest.catalogue import Catalogue
from ingest.pages import Document


@dataclass(slots=True)
class Report:
    """What a run did. Counts are of this run; totals stand in the catalogue.

    found = read + unchanged + moved + resumed + set_aside + still_aside + kept_out.
    """

    fonds: str = ""
    folders: list[str] = field(default_factory=list)  # walked through, absolute
    found: int = 0  # files, and folders that are shut
    unchanged: int = 0
    read: int = 0
    moved: int = 0
    resumed: int = 0  # read by a run that was stopped, published by this one
    withdrawn: int = 0  # no longer there, so not among those found
    pages: int = 0  # of files read or resumed, as the next three
    ocr_pages: int = 0
    records: int = 0
    passages: int = 0
    embedded: int = 0
    still_aside: int = 0
    set_aside: list[dict[str, str]] = field(default_factory=list)
    left_aside: list[dict[str, str]] = field(default_factory=list)  # of still_aside: named alone
    partial: list[dict[str, Any]] = field(default_factory=list)  # read, but not all that it says
    kept_out: list[str] = field(default_factory=list)  # paths of files withdrawn before
    restored: int = 0
    unfound: int = 0  # records read in this run that a search for their own words does not find
    seconds: float = 0.0
    seconds_reading: float = 0.0  # from the first file to the last, cutting included
    seconds_embedding: float = 0.0  # at work, as the next: the three go on at once
    seconds_publishing: float = 0.0
    seconds_erasing: float = 0.0
    seconds_looking: float = 0.0

    def as_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return {**asdict(self), "slowest": self.slowest}

    @property
    def slowest(self) -> str:
        """Which of the three stages held up the others; empty where nothing went through them."""
        stages = {
            "reading": self.seconds_reading,
            "embedding": self.seconds_embedding,
            "publishing": self.seconds_publishing,
        }
        return max(stages, key=stages.__getitem__) if self.read + self.resumed else ""

    def count(self, document: Document, records: int, passages: int) -> None:
        """A document that was read, or a part of one."""
        self.pages += len(document.pages)
        self.ocr_pages += sum(page.ocr for page in document.pages)
        self.records += records
        self.passages += passages

    def count_resumed(self, catalogue: Catalogue, source_ids: Sequence[int]) -> None:
        """Sources that a stopped run had read."""
        self.resumed += len(source_ids)
        for source_id in source_ids:
            pages = catalogue.pages(source_id)
            self.pages += len(pages)
            self.ocr_pages += sum(page.ocr for page in pages)
            self.records += catalogue.count_records(source_id)
            self.passages += len(catalogue.passages_of_source(source_id))

    def shut(self, source: str, reason: str, detail: str = "") -> None:
        """A file or a folder that could not be read."""
        self.set_aside.append({"source": source, "reason": reason, "detail": detail})

    def warn(self, source: str, warnings: Sequence[str]) -> None:
        """A file that was read, and what of it was not."""
        if warnings:
            self.partial.append({"source": source, "warnings": list(warnings)})
