"""What the web page asks of the desk behind it (app.assembly.open_desk) and of the settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from app.citations import Answer, Draft
from ingest.catalogue import Catalogue as WholeCatalogue
from ingest.pages import Page
from ingest.records.version import VersionRow
from vectorstore.narrow import Narrow


class Conversation(Protocol):
    """Questions and their answers, oldest first."""

    @property
    def turns(self) -> tuple[tuple[str, Answer], ...]: ...
    @property
    def id(self) -> str: ...  # in the journal

    def then(self, question: str, answer: Answer) -> Conversation: ...
    def before_last(self) -> Conversation: ...


class Source(Protocol):
    """A file which the catalogue knows."""

    @property
    def file(self) -> Path: ...
    @property
    def fonds(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def mtime_ns(self) -> int: ...
    @property
    def sha256(self) -> str: ...


class Record(Protocol):
    """An act or article as the catalogue holds it."""

    @property
    def source_id(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def body(self) -> str | None: ...  # who decided
    @property
    def page_first(self) -> int: ...  # of its source, 1-based
    @property
    def page_last(self) -> int: ...


class Catalogue(Protocol):
    """The catalogue, as far as a page of a source needs it. Read by several threads."""

    def source(self, source_id: int) -> Source | None: ...
    def page(self, source_id: int, number: int) -> Page | None: ...
    def record(self, record_id: int) -> Record | None: ...
    def versions(
        self, article_id: str, fonds: Sequence[str] | None = ...
    ) -> Sequence[VersionRow]: ...


class Desk(Protocol):
    """Answers questions, and shows where the answers stand."""

    @property
    def catalogue(self) -> WholeCatalogue: ...

    def within(self, readable: frozenset[str] | None) -> Desk:
        """The desk of somebody who may read these fonds alone; None: all of them."""
        ...

    def ask(
        self,
        question: str,
        *,
        conversation: Any = ...,
        fonds: Sequence[str] | None = ...,
        stage: Callable[[str], None] = ...,
        draft: Callable[[Draft], None] = ...,
        who: str = ...,
        address: str = ...,
        narrow: Narrow = ...,
    ) -> Answer: ...

    def examples(self) -> list[str] | None: ...  # None: not known yet
    def fonds(self) -> list[str]: ...
    def kinds(self) -> list[str]: ...
    def summary(self) -> Mapping[str, Any]: ...


class Settings(Protocol):
    """The settings that the web page reads."""

    @property
    def data(self) -> Path: ...
    @property
    def host(self) -> str: ...
    @property
    def town(self) -> str: ...
    @property
    def names(self) -> str: ...  # under which it is reached, besides its address
