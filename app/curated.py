"""Answers that legal staff have validated: given first to a question that asks the same thing.

`curated.sqlite` in the data folder. An answer holds as long as each quote stands at its place in a
live source of the same content: it is looked at each time it would be given, and when it does not
hold any more it withdraws itself and waits for a review.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.citations import Answer, Citation, Quote, Sentence, Validated
from app.conversation import leans
from app.journal.erase import titles_gone
from app.journal.search import Entry
from app.near import LEAST_COSINE, asked, normal, same
from app.passages import Again, find_again
from app.reference import whole_name
from app.replay import as_passage
from app.withdrawn import Withdrawn
from app.words import N_
from ingest.catalogue import Catalogue
from ingest.rows import Source
from ingest.transaction import private, transaction
from ingest.trouble import Trouble

FILE = "curated.sqlite"
NOWHERE = 0  # no source has this id
NAMELESS = "une personne dont le nom a été effacé"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS curated (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  answer TEXT NOT NULL,            -- id in the journal
  question TEXT NOT NULL,          -- '' once erased
  facts TEXT NOT NULL,             -- JSON: model, prompt_version, rests_on (none in older ones)
  said TEXT NOT NULL,              -- JSON, as in the journal: sentences, citations; '' once erased
  login TEXT NOT NULL, name TEXT NOT NULL, -- who validated it, and as shown
  at TEXT NOT NULL,
  withdrawn TEXT,                  -- when it withdrew itself; NULL: it is given
  why TEXT NOT NULL DEFAULT ''     -- key of WHY
);
"""
# why an answer withdrew itself
WHY = {
    "changed": N_("un fichier cité a été remplacé par une autre version"),
    "withdrawn": N_("un fichier cité a été retiré"),
    "gone": N_("un fichier cité n'est plus dans l'index"),
    "reread": N_("un fichier cité est lu autrement aujourd'hui"),
}

_LEANS = N_(
    "sa question fait suite à une autre : posez-la en entier dans une nouvelle conversation, puis"
    " validez cette réponse-là"
)

Embed = Callable[[Sequence[str]], NDArray[np.float32]]


class CuratedRefused(Trouble):
    """An answer that cannot be validated. Facts: id, detail."""


class CuratedUnknown(Trouble):
    """There is no such validated answer. Facts: id."""


class ValidatorRefused(Trouble):
    """Who validates is neither legal staff nor an admin. Facts: login."""


@dataclass(frozen=True, slots=True)
class Item:
    """A validated answer."""

    id: int
    answer: str
    question: str  # empty once erased
    facts: dict[str, Any]
    said: dict[str, Any]
    login: str
    name: str
    at: str
    withdrawn: str | None
    why: str

    def may_be_seen(self, readable: Collection[str] | None) -> bool:
        """Whether each fonds that it rests on is among these; None: all. Erased: nobody knows."""
        if readable is None:
            return True
        rests_on = self.rests_on
        return bool(self.said) and rests_on is not None and rests_on <= set(readable)

    @property
    def rests_on(self) -> frozenset[str] | None:
        """The fonds that were searched for it; None: not known, so all."""
        kept = self.facts.get("rests_on")
        return None if kept is None else frozenset(kept)


@dataclass(frozen=True, slots=True)
class Curated:
    """The validated answers of a data folder. Thread-safe: each call opens the file."""

    data: Path

    def all(self) -> list[Item]:
        """Each of them, oldest first."""
        return self._rows("SELECT * FROM curated ORDER BY id")

    def add(self, entry: Entry, login: str, name: str, catalogue: Catalogue) -> Item:
        """Validate an answer of the journal, as it was given.

        Raises:
            CuratedRefused: it answers nothing, proves nothing, no longer holds, is one already, or
                its question says nothing without the one before.
        """
        said = entry.parts.get("answer") or {}
        question = entry.parts.get("question", "")
        if entry.facts.get("status") != "answered" or not said.get("citations") or not question:
            raise CuratedRefused(id=entry.id, detail=N_("elle ne répond pas, ou a été effacée"))
        if any(sentence["status"] == "unverified" for sentence in said["sentences"]):
            raise CuratedRefused(id=entry.id, detail=N_("une de ses phrases n'est pas vérifiée"))
        if (entry.parts.get("talk") or {}).get("talk") and leans(question):
            raise CuratedRefused(id=entry.id, detail=_LEANS)
        why = holds(said, catalogue)
        if why:
            raise CuratedRefused(id=entry.id, detail=WHY[why])
        facts: dict[str, Any] = {k: entry.facts.get(k, "") for k in ("model", "prompt_version")}
        if entry.rests_on is not None:
            facts["rests_on"] = sorted(entry.rests_on)
        with self._open() as connection, transaction(connection):
            given = "SELECT 1 FROM curated WHERE answer = ? AND withdrawn IS NULL"
            if connection.execute(given, (entry.id,)).fetchone():
                raise CuratedRefused(id=entry.id, detail=N_("elle est déjà validée"))
            cursor = connection.execute(
                "INSERT INTO curated (answer, question, facts, said, login, name, at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (entry.id, question, json.dumps(facts), json.dumps(said, ensure_ascii=False),
                 login, name, _now()),
            )  # fmt: skip
            [item] = _items(connection, "SELECT * FROM curated WHERE id = ?", cursor.lastrowid)
        return item

    def remove(self, id: int) -> None:
        """Forget a validated answer. Raises CuratedUnknown."""
        with self._open() as connection:
            with transaction(connection):
                gone = connection.execute("DELETE FROM curated WHERE id = ?", (id,)).rowcount
            if not gone:
                raise CuratedUnknown(id=id)
            connection.execute("VACUUM")

    def forget_person(self, login: str) -> int:
        """Erase who validated, where it was somebody: the answers stay, they are the town's."""
        if not self._exists():
            return 0
        with self._open() as connection:
            changed = connection.execute(
                "UPDATE curated SET login = '', name = ? WHERE login = ?", (NAMELESS, login)
            ).rowcount
            connection.execute("VACUUM")
        return changed

    def review(self, catalogue: Catalogue) -> list[Item]:
        """Those that are not given any more; all others are looked at first."""
        for item in self._active():
            self._still(item, catalogue)
        return [item for item in self.all() if item.withdrawn]

    def find(
        self, question: str, fonds: Collection[str], readable: Collection[str] | None,
        catalogue: Catalogue, embed: Embed,
    ) -> Answer | None:  # fmt: skip
        """The validated answer to a question, for somebody who asks in these fonds.

        Its citations lead to where the same content stands today. What somebody may not read is
        as if it were not there: an answer is given whole or not at all.

        Args:
            question: as asked, standing alone.
            fonds: those that are searched.
            readable: those that may be read; None: all of them.
            catalogue: of the sources as they are.
            embed: gives the vectors of questions.
        """
        unasked = set(catalogue.fonds()) - set(fonds)
        for item in self._near(question, embed):
            rests_on = unasked if item.rests_on is None else item.rests_on
            if not item.may_be_seen(readable) or rests_on & unasked:
                continue
            if not self._still(item, catalogue):
                continue
            found = [
                (one, find_again(catalogue, as_passage(one), fonds))
                for one in item.said["citations"]
            ]
            if all(again.state == "same" for _, again in found):
                return _answer(question, item, found, catalogue)
        return None

    def forget(self, withdrawn: Withdrawn) -> int:
        """Erase the words of answers that cite what was withdrawn. How many.

        With them go the questions that hold the object of an act of it, and their answers.
        """
        if not self._exists():
            return 0
        items = self.all()
        cited = {item.id: item.said["citations"] for item in items if item.said}
        titles = titles_gone(chain.from_iterable(cited.values()), withdrawn)
        naming = withdrawn.naming({item.id: item.question for item in items}, titles)
        gone = naming | {
            id
            for id, quoted in cited.items()
            if any(withdrawn.takes(one["fonds"], one["source"], one["sha256"]) for one in quoted)
        }
        with self._open() as connection:
            connection.executemany(
                "UPDATE curated SET said = '', withdrawn = coalesce(withdrawn, ?),"
                " why = 'withdrawn' WHERE id = ?",
                [(_now(), id) for id in gone],
            )
            connection.executemany(
                "UPDATE curated SET question = '' WHERE id = ?", [(id,) for id in naming]
            )
            connection.execute("VACUUM")
        return len(gone)

    def _near(self, question: str, embed: Embed) -> list[Item]:
        """Those that ask the same, the newest first; the model is asked last."""
        said, near = asked(question), []
        for item in reversed(self._active()):
            if normal(item.question) == normal(question):
                near.append(item)
            elif same(asked(item.question), said):
                one, other = embed([item.question, question])
                if float(one @ other) >= LEAST_COSINE:
                    near.append(item)
        return near

    def _active(self) -> list[Item]:
        return self._rows("SELECT * FROM curated WHERE withdrawn IS NULL ORDER BY id")

    def _still(self, item: Item, catalogue: Catalogue) -> bool:
        """Whether it holds; one that does not withdraws itself."""
        why = holds(item.said, catalogue)
        if why:
            # no room, or nobody may write: it is not given all the same
            with suppress(sqlite3.OperationalError), self._open() as connection:
                connection.execute(
                    "UPDATE curated SET withdrawn = ?, why = ? WHERE id = ?", (_now(), why, item.id)
                )
        return not why

    def _exists(self) -> bool:
        return (self.data / FILE).exists()

    def _rows(self, sql: str) -> list[Item]:
        if not self._exists():
            return []
        with self._open() as connection:
            return _items(connection, sql)

    def _open(self) -> _Opened:
        return _Opened(self.data / FILE)


class _Opened:
    """The file, for as long as a block: no log is left beside it that keeps erased bytes."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> sqlite3.Connection:
        self.connection = private(self.path)
        self.connection.row_factory = sqlite3.Row
        self.connection.execute("PRAGMA secure_delete = ON")
        self.connection.executescript(_SCHEMA)
        return self.connection

    def __exit__(self, *trouble: object) -> None:
        self.connection.close()


def _items(connection: sqlite3.Connection, sql: str, *values: object) -> list[Item]:
    return [
        Item(
            row["id"], row["answer"], row["question"], json.loads(row["facts"]),
            json.loads(row["said"] or "{}"), row["login"], row["name"], row["at"],
            row["withdrawn"], row["why"],
        )
        for row in connection.execute(sql, values).fetchall()
    ]  # fmt: skip


def holds(said: Mapping[str, Any], catalogue: Catalogue) -> str:
    """Empty where each quote stands at its place in the same content; else the key of WHY."""
    for one in said.get("citations", ()):
        again = find_again(catalogue, as_passage(one))
        if again.state != "same":
            return again.state
    return ""


def _answer(
    question: str, item: Item, found: Sequence[tuple[Mapping[str, Any], Again]],
    catalogue: Catalogue,
) -> Answer:  # fmt: skip
    return Answer(
        id="", question=question, status="answered",
        sentences=tuple(
            Sentence(one["text"], one["status"], tuple(one["citations"]))
            for one in item.said["sentences"]
        ),
        citations=tuple(
            citation(one, again.source, catalogue) for one, again in found if again.source
        ),
        model=item.facts["model"], prompt_version=item.facts["prompt_version"],
        notes=tuple(item.said["notes"]), validated=Validated(item.name, item.at[:10], item.id),
    )  # fmt: skip


def citation(
    kept: Mapping[str, Any], source: Source | None, catalogue: Catalogue
) -> Citation:  # fmt: skip
    """A citation of the journal, in the source where its words stand today; None: nowhere."""
    quote = Quote(kept["quote"], kept["page"], kept["start"], kept["end"])
    record, label = _record(catalogue, source.id, quote) if source else "", kept["label"]
    id = kept["article_id"]
    act = catalogue.record(int(record)) if record and not id else None
    article = (id, kept["date"], kept["fonds"]) if id else None
    named = whole_name(catalogue, label, kept["kind"], act.body if act else None, article)
    return Citation(
        number=kept["number"], label=label, reference=named,
        fonds=source.fonds if source else kept["fonds"],
        source=source.path if source else kept["source"],
        source_id=source.id if source else NOWHERE,
        record_id=record, quote=quote,
        ocr=kept["ocr"], confidence=kept["confidence"], article_id=kept["article_id"],
        kind=kept["kind"], act_number=kept["number_of_act"], date=kept["date"],
        title=kept["title"],
    )  # fmt: skip


def _record(catalogue: Catalogue, source_id: int, quote: Quote) -> str:
    """The record in which a quote stands today."""
    rows = [
        row
        for page in (quote.page, quote.page - 1)
        for row in catalogue.passages_on(source_id, page)
    ]
    inside = [
        row
        for row in rows
        if any(s.page == quote.page and s.start <= quote.start < s.end for s in row.spans)
    ]
    return str((inside or rows)[0].record_id) if rows else ""


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")
