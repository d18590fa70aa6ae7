"""What of the catalogue is shown to one reader: sources of the fonds open to them, no other.

A source of a closed fonds is as one that does not exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.access.reader import Fonds
from app.web.desk import Catalogue, Record, Source
from ingest.pages import Page
from ingest.records.version import VersionRow


@dataclass(frozen=True, slots=True)
class Shelf:
    """The catalogue, behind the rights of a reader."""

    catalogue: Catalogue
    readable: Fonds

    def source(self, source_id: int) -> Source | None:
        """A source, in any state."""
        found = self.catalogue.source(source_id)
        if found is None or self.readable is None or found.fonds in self.readable:
            return found
        return None

    def is_live(self, source_id: int) -> bool:
        """Whether a source may be shown: open to this reader, and not withdrawn."""
        found = self.source(source_id)
        return found is not None and found.state == "live"

    def page(self, source_id: int, number: int) -> Page | None:
        """A page of a source."""
        if self.source(source_id) is None:
            return None
        return self.catalogue.page(source_id, number)

    def record(self, record_id: int) -> Record | None:
        """An act or an article."""
        found = self.catalogue.record(record_id)
        return found if found and self.source(found.source_id) is not None else None

    def versions(
        self, article_id: str, fonds: Sequence[str] | None = None
    ) -> Sequence[VersionRow]:  # fmt: skip
        """The versions of an article that open fonds give; of `fonds` among them, if named."""
        if self.readable is None:
            return self.catalogue.versions(article_id, fonds)
        wanted = self.readable if fonds is None else self.readable & set(fonds)
        return self.catalogue.versions(article_id, sorted(wanted))
