"""The law comes in parts: a file of it holds more articles than fit into memory as one document."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import chain

from ingest.pages import Document, Page
from ingest.readers import page_done
from ingest.records.record import Record
from ingest.records.version import Version, pack

_ARTICLES = 2000  # in one part: 2 to 10 MB
_NAMED = 10  # articles without text that are named; the rest is counted


@dataclass(slots=True)
class Part:
    """What was read since the last part."""

    before: int = 0  # records in the parts before
    pages: list[Page] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)
    may_be_empty: bool = False
    # of the whole file so far: what it names without giving the text
    textless: list[str] = field(default_factory=list)  # numbers of articles
    textless_versions: int = 0

    @property
    def records_before(self) -> int:
        """Records of the file so far: the next one's ordinal."""
        return self.before + len(self.records)

    def add_record(self, record: Record, version: Version, text: str) -> None:
        """An article to be found and cited; without text it is a dated version only."""
        if text:
            self.pages.append(Page(version.page, text))
            self.records.append(record)
        else:
            self.textless.append(version.number or record.article_id or "?")
        if version.date:
            self.versions.append(replace(version, current=bool(text)))

    def add_version(self, version: Version, text: str) -> None:
        """A version to be looked up by its day; one that was never in force is left out."""
        if version.date and (version.date_end is None or version.date < version.date_end):
            self.versions.append(replace(version, text=pack(text) if text else None))
            self.textless_versions += not text

    def is_full(self) -> bool:
        """Whether it is time to hand it over."""
        return max(len(self.records), len(self.versions)) >= _ARTICLES

    def document(self) -> Document:
        """What was read, as a document."""
        page_done()
        return Document(
            tuple(self.pages),
            tuple(self.records),
            self._warnings(),
            versions=tuple(self.versions),
            may_be_empty=self.may_be_empty,
        )

    def next(self) -> Part:
        """An empty part that counts on."""
        return Part(
            before=self.records_before,
            textless=self.textless,
            textless_versions=self.textless_versions,
        )

    def _warnings(self) -> tuple[str, ...]:
        """What the file names without its text, counted from its beginning."""
        said = []
        if self.textless:
            more = ", …" if len(self.textless) > _NAMED else ""
            named = ", ".join(self.textless[:_NAMED]) + more
            said.append(f"{_counted(len(self.textless), 'article')} : {named}")
        if self.textless_versions:
            said.append(_counted(self.textless_versions, "version", "passée"))
        return tuple(said)


def _counted(count: int, what: str, how: str = "") -> str:
    """« 5 articles dont le fichier ne donne pas le texte (gardés pour leurs dates) »."""
    plural = "s" if count > 1 else ""
    words = f"{what}{plural} {how}{plural}" if how else f"{what}{plural}"
    whose = "leurs" if plural else "ses"
    kept = f"gardé{'e' if how else ''}{plural} pour {whose} dates"
    return f"{count} {words} dont le fichier ne donne pas le texte ({kept})"


def joined(parts: Iterable[Document]) -> Document:
    """The parts of one file as one document."""
    found = list(parts)
    return Document(
        tuple(chain.from_iterable(part.pages for part in found)),
        tuple(chain.from_iterable(part.records or () for part in found)),
        found[-1].warnings if found else (),  # each part counts from the beginning
        versions=tuple(chain.from_iterable(part.versions for part in found)),
        may_be_empty=any(part.may_be_empty for part in found),
    )
