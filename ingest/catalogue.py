"""The catalogue: what is known of each file, page, record and passage. SQLite in WAL mode.

A source is `staged` while it is read and embedded, `live` once published, `retired` when a
newer version took its place (until it is purged), `set_aside` when it could not be read.
Readers see `live` alone, so a publication is visible at once and as a whole.
"""

from __future__ import annotations

import json
import re
import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any

from ingest import full_disk
from ingest.discover import Found, Shut
from ingest.pages import Document, Page
from ingest.passages import Passage
from ingest.records.label import label
from ingest.records.numbers import key
from ingest.records.record import KINDS, Fact, Record
from ingest.records.version import Version, VersionRow, standing, unpack
from ingest.rows import (
    SHUT,
    PassageRow,
    RecordRow,
    Source,
    fact_of,
    pack_spans,
    pack_words,
    page_of,
    passage_of,
    record_of,
    source_of,
    version_of,
)
from ingest.transaction import roll_back, transaction
from ingest.trouble import CatalogueUnusable

SCHEMA = 6  # raise it when catalogue.sql gains something: the script is run again on old ones
_LIVE_RECORDS = (
    "SELECT records.id, number, body FROM records JOIN sources ON sources.id = source_id"
    " WHERE state = 'live'"
)
# Of the passages and records of law, those which no newer state of the law replaces.
_STANDS = (
    "NOT EXISTS (SELECT 1 FROM versions v WHERE v.replaced = 1 AND v.source_id = {0}.source_id"
    " AND v.page = {0}.page_first)"
)
_LIVE_VERSIONS = (
    "SELECT versions.*, pages.text AS page_text FROM versions"
    " CROSS JOIN sources ON sources.id = versions.source_id"
    " LEFT JOIN pages ON current = 1 AND pages.source_id = versions.source_id"
    " AND pages.number = versions.page WHERE state = 'live'"
)
_UNREPLACE = "UPDATE versions SET replaced = 0 WHERE replaced = 1"
# A newer state of the law speaks of the same version (withdrawn, ended, or told again), or has
# another version of the article as its record.
_REPLACE = """
UPDATE versions SET replaced = 1 FROM sources ours
WHERE current = 1 AND ours.id = source_id AND ours.state = 'live' AND EXISTS (
  SELECT 1 FROM versions newer JOIN sources theirs ON theirs.id = newer.source_id
  WHERE newer.article_id = versions.article_id AND newer.stamp > versions.stamp
    AND (newer.current = 1 OR newer.date = versions.date)
    AND theirs.state = 'live' AND theirs.fonds = ours.fonds
  UNION ALL
  SELECT 1 FROM versions newer JOIN sources theirs ON theirs.id = newer.source_id
  WHERE versions.version_id <> '' AND newer.version_id <> ''
    AND newer.version_id = versions.version_id AND newer.stamp > versions.stamp
    AND theirs.state = 'live' AND theirs.fonds = ours.fonds)
"""
# What SQLite and the system say when nothing can be written.
_WRITING = re.compile(r"disk is full|disk I/O|unable to open|No space left|quota")
_FULL = re.compile(r"disk is full|No space left|quota")
_MANY = 500  # parameters per statement; SQLite's own limit is far above


class Catalogue:
    """One SQLite file. Each thread gets its own connection; writers take turns."""

    def __init__(self, path: Path) -> None:
        """Open or create.

        On a full disk it is read as it was closed, and nothing can be written.

        Raises:
            CatalogueUnusable: not a database, damaged, or written by a newer program.
            DiskFull: and it was not closed in order, or there is none.
        """
        self.path = path
        self._local = threading.local()
        self._still: full_disk.Files | None = None  # as the files were found on a full disk
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._create()
        except (sqlite3.DatabaseError, OSError) as error:
            if _WRITING.search(str(error)) and full_disk.without_room(path.parent):
                self._create_still(error)
            elif _FULL.search(str(error)):  # and there is room again
                raise full_disk.disk_full(path) from error
            else:
                raise CatalogueUnusable(path=str(path), detail=str(error)) from error

    def _create_still(self, error: Exception) -> None:
        self.close()
        if not self.path.exists():
            raise full_disk.disk_full(self.path) from error
        self._still = full_disk.files(self.path)
        try:
            self._create()
        except sqlite3.DatabaseError as again:  # of an older schema, which would be written
            self.close()
            raise full_disk.disk_full(self.path) from again

    def _create(self) -> None:
        known = int(self.meta("schema", "0")) if self._has_meta() else 0
        if known > SCHEMA:
            raise CatalogueUnusable(path=str(self.path), detail=f"schema {known} > {SCHEMA}")
        if known < SCHEMA:
            script = resources.files("ingest").joinpath("catalogue.sql").read_text("utf-8")
            self.connection.executescript(script)
            self.set_meta("schema", str(SCHEMA))

    def _has_meta(self) -> bool:
        return self._one("SELECT 1 FROM sqlite_master WHERE name = 'meta'") is not None

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection."""
        if self._still is not None and self._still != full_disk.files(self.path):
            self._still = None  # there is room again, and somebody has written
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is not None and self._local.still != self._still:
            found.close()
            found = None
        if found is None and self._still is not None:
            found = full_disk.still(self.path)
            found.row_factory = sqlite3.Row
            self._local.connection, self._local.still = found, self._still
        elif found is None:
            found = sqlite3.connect(self.path, timeout=60, isolation_level=None)
            found.row_factory = sqlite3.Row
            found.execute("PRAGMA journal_mode = WAL")
            found.execute("PRAGMA synchronous = FULL")
            found.execute("PRAGMA foreign_keys = ON")
            found.execute("PRAGMA secure_delete = ON")
            # One connection a thread, and 104 threads. Nothing is mapped: the file would count in
            # the process's memory once for each of them, and is read no faster for it.
            found.execute("PRAGMA cache_size = -4096")  # KiB
            found.execute("PRAGMA mmap_size = 0")
            self._local.connection, self._local.still = found, None
        return found

    def close(self) -> None:
        """Close this thread's connection."""
        if getattr(self._local, "connection", None) is not None:
            self._local.connection.close()
            self._local.connection = None

    def writing(self) -> AbstractContextManager[sqlite3.Connection]:
        """One transaction: all of it, or nothing; inside another one, the outer decides."""
        return transaction(self.connection)

    def _one(self, sql: str, *values: object) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self.connection.execute(sql, values).fetchone()
        return row

    def _all(self, sql: str, *values: object) -> list[sqlite3.Row]:
        return self.connection.execute(sql, values).fetchall()

    def _in(self, sql: str, keys: Sequence[object], *first: object) -> Iterator[sqlite3.Row]:
        """Rows of a statement that ends in one `IN (?)`, for any number of keys.

        `first` fills the question marks before it.
        """
        for at in range(0, len(keys), _MANY):
            part = keys[at : at + _MANY]
            marks = f"({','.join('?' * len(part))})"
            yield from self._all(sql.replace("(?)", marks), *first, *part)

    # --- meta

    def meta(self, key: str, default: str = "") -> str:
        """A value remembered with the index."""
        row = self._one("SELECT value FROM meta WHERE key = ?", key)
        return row["value"] if row else default

    def set_meta(self, key: str, value: str) -> None:
        """Remember a value with the index."""
        self.set_metas({key: value})

    def set_metas(self, values: Mapping[str, str]) -> None:
        """Remember several values, all of them or, stopped in between, none."""
        with self.writing() as connection:
            connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    # --- sources

    def source(self, source_id: int) -> Source | None:
        """A source by its id, in any state."""
        row = self._one("SELECT * FROM sources WHERE id = ?", source_id)
        return source_of(row) if row else None

    def sources(self, state: str = "", fonds: str = "", root: str = "") -> list[Source]:
        """Sources, by state, fonds or root; an empty string means all."""
        asked = {"state": state, "fonds": fonds, "root": root}
        named = [f"{name} = ?" for name, value in asked.items() if value]  # an index may help
        rows = self._all(
            f"SELECT * FROM sources WHERE {' AND '.join(named) or '1'} ORDER BY fonds, path",  # noqa: S608
            *filter(None, asked.values()),
        )
        return [source_of(row) for row in rows]

    def count_live(self, fonds: str) -> int:
        """How many live sources a fonds has."""
        row = self._one("SELECT count(*) n FROM sources WHERE state = 'live' AND fonds = ?", fonds)
        return int(row["n"]) if row else 0

    def sources_named(self, words: str, limit: int) -> list[Source]:
        """Sources that are live or set aside, whose path holds these words or an act's number."""
        rows = self._all(
            "SELECT * FROM sources WHERE state IN ('live', 'set_aside') AND mtime_ns <> ?4 AND"
            " (instr(lower(path), lower(?1)) OR id IN (SELECT source_id FROM records"
            " WHERE number_key = ?2 AND number_key <> '')) ORDER BY fonds, path LIMIT ?3",
            words.strip(), key(words), limit, SHUT,
        )  # fmt: skip
        return [source_of(row) for row in rows]

    def with_content(self, sha256: str) -> list[Source]:
        """The live sources whose file has this SHA-256."""
        rows = self._all(
            "SELECT * FROM sources WHERE state = 'live' AND sha256 = ? ORDER BY id", sha256
        )
        return [source_of(row) for row in rows]

    def is_live(self, fonds: str, path: str) -> bool:
        """Whether a fonds shows a source of this path."""
        found = self._one(
            "SELECT 1 FROM sources WHERE state = 'live' AND fonds = ? AND path = ?", fonds, path
        )
        return found is not None

    def are_live(self, source_ids: Collection[int]) -> bool:
        """Whether each of these sources is shown."""
        live = "SELECT id FROM sources WHERE state = 'live' AND id IN (?)"
        return {row["id"] for row in self._in(live, [*source_ids])} == {*source_ids}

    def is_shown(self, sha256: str) -> bool:
        """Whether any fonds shows this content."""
        found = self._one("SELECT 1 FROM sources WHERE state = 'live' AND sha256 = ?", sha256)
        return found is not None

    def earlier(self, sha256: str) -> set[str]:
        """The contents that this one has replaced under the same name, by one correction or more.

        One that is shown elsewhere today was moved away from there: no further than that.
        """
        rows = self._all(
            "WITH RECURSIVE past (sha256) AS (SELECT sha256 FROM earlier WHERE became = ?"
            " UNION SELECT earlier.sha256 FROM past JOIN earlier ON became = past.sha256"
            " WHERE past.sha256 NOT IN (SELECT sha256 FROM sources WHERE state = 'live'))"
            " SELECT sha256 FROM past",
            sha256,
        )
        return {row["sha256"] for row in rows}

    def titles(self, source_id: int | None = None) -> list[str]:
        """The objects of the acts of a source; None: of all live ones."""
        rows = self._all(
            "SELECT DISTINCT title FROM records JOIN sources ON sources.id = source_id"
            " WHERE kind <> 'article' AND title <> ''"
            " AND iif(?1 IS NULL, state = 'live', source_id = ?1)",
            source_id,
        )
        return [row["title"] for row in rows]

    def fonds(self) -> list[str]:
        """Names of the fonds that have live sources."""
        rows = self._all("SELECT DISTINCT fonds FROM sources WHERE state = 'live' ORDER BY fonds")
        return [row["fonds"] for row in rows]

    def stage(
        self, fonds: str, found: Found, sha256: str, state: str, versions: tuple[int, int],
        run_id: int, reason: str = "", detail: str = "", seconds: float = 0.0,
    ) -> int:  # fmt: skip
        """Add a source row; an older staged or set-aside row of the same file goes. Its id."""
        with self.writing() as connection:
            connection.execute(
                "DELETE FROM sources WHERE fonds = ? AND root || '/' || path = ?"
                " AND state IN ('staged', 'set_aside')",
                (fonds, str(found.file)),
            )
            cursor = connection.execute(
                "INSERT INTO sources (fonds, root, path, size, mtime_ns, sha256, state, reading,"
                " cutting, reason, detail, seconds, run_id) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
                (fonds, str(found.root), found.path, found.size, found.mtime_ns, sha256, state,
                 *versions, reason, detail, seconds, run_id),
            )  # fmt: skip
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def note_shut(
        self, fonds: str, root: Path, shut: Iterable[Shut], versions: tuple[int, int], run_id: int
    ) -> None:
        """Remember, as set aside, what a walk through a folder could not look at; nothing else.

        What an older walk could not look at there is forgotten.
        """
        with self.writing() as connection:
            old = [s for s in self.sources("set_aside", fonds) if s.shut]
            connection.executemany(
                "DELETE FROM sources WHERE id = ?",
                [(source.id,) for source in old if source.file.is_relative_to(root)],
            )
            connection.executemany(
                "INSERT INTO sources (fonds, root, path, size, mtime_ns, sha256, state, reading,"
                " cutting, reason, detail, run_id) VALUES (?,?,?,0,?,'','set_aside',?,?,?,?,?)",
                [(fonds, str(root), one.path, SHUT, *versions, one.reason, one.detail, run_id)
                 for one in shut],
            )  # fmt: skip

    def complete(self, source_id: int, sha256: str, seconds: float) -> None:
        """A source that came in parts is whole."""
        with self.writing() as connection:
            connection.execute(
                "UPDATE sources SET sha256 = ?, seconds = ? WHERE id = ?",
                (sha256, seconds, source_id),
            )

    def touch(self, source_id: int, found: Found) -> None:
        """The content is the same: remember the file's new place, size and time."""
        with self.writing() as connection:
            connection.execute(
                "UPDATE sources SET root = ?, path = ?, size = ?, mtime_ns = ? WHERE id = ?",
                (str(found.root), found.path, found.size, found.mtime_ns, source_id),
            )

    def retire(self, source_ids: Iterable[int]) -> None:
        """Make live sources invisible at once; `purge` removes them."""
        ids = list(source_ids)
        with self.writing() as connection:
            connection.executemany(
                "UPDATE sources SET state = 'retired' WHERE id = ?", [(i,) for i in ids]
            )
            self._settle_versions(ids)

    def purge(self, source_ids: Iterable[int]) -> None:
        """Delete sources and all that hangs on them, and vectors that nothing uses."""
        with self.writing() as connection:
            for source_id in source_ids:
                for table in ("passages", "records", "pages"):
                    connection.execute(f"DELETE FROM {table} WHERE source_id = ?", (source_id,))  # noqa: S608
                connection.execute("DELETE FROM sources WHERE id = ?", (source_id,))
            connection.execute(
                "DELETE FROM vectors WHERE input_sha NOT IN (SELECT input_sha FROM passages)"
            )

    def publish(self, source_ids: Sequence[int]) -> list[int]:
        """Make staged sources live, and retire the versions they replace. Ids retired."""
        retired: list[int] = []
        with self.writing() as connection:
            for source_id in source_ids:
                rows = connection.execute(
                    "SELECT old.id, new.sha256 became, old.sha256"
                    " FROM sources old JOIN sources new ON old.fonds = new.fonds"
                    " AND old.root || '/' || old.path = new.root || '/' || new.path"
                    " WHERE new.id = ? AND old.id <> new.id AND old.state = 'live'",
                    (source_id,),
                ).fetchall()
                retired += [row["id"] for row in rows]
                connection.executemany(
                    "INSERT OR IGNORE INTO earlier VALUES (?, ?)",
                    [(new, old) for _, new, old in rows if old and old != new],
                )
                connection.execute("UPDATE sources SET state = 'live' WHERE id = ?", (source_id,))
            self.retire(retired)
            self._settle_versions([*source_ids, *retired])
        return retired

    # --- content

    def add_content(
        self,
        source_id: int,
        document: Document,
        records: Sequence[Record],
        passages: Sequence[Passage],
    ) -> None:
        """Store pages, records and passages of a staged source, as one transaction."""
        path = self.source(source_id).path  # type: ignore[union-attr]
        with self.writing() as connection:
            connection.executemany(
                "INSERT INTO pages VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (source_id, p.number, p.text, int(p.ocr), p.confidence, pack_words(p.words))
                    for p in document.pages
                ],
            )
            connection.execute(
                "UPDATE sources SET warnings = ? WHERE id = ?",
                (json.dumps(document.warnings, ensure_ascii=False), source_id),
            )
            self._add_versions(connection, source_id, document.versions)
            ids = [self._add_record(connection, source_id, record, path) for record in records]
            connection.executemany(
                "INSERT OR REPLACE INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (f"{source_id}.{p.ordinal}", source_id, ids[p.record], p.ordinal, p.heading,
                     p.text, pack_spans(p.spans), p.spans[0].page, p.spans[-1].page, p.input_sha)
                    for p in passages
                ],
            )  # fmt: skip

    @staticmethod
    def _add_record(
        connection: sqlite3.Connection, source_id: int, record: Record, path: str
    ) -> int:
        vote = json.dumps(asdict(record.vote)) if record.vote else None
        cursor = connection.execute(
            "INSERT INTO records (source_id, ordinal, kind, number, number_key, date, date_end,"
            " title, body, article_id, label, section_path, vote, spans, page_first, page_last)"
            " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (source_id, record.ordinal, record.kind, record.number,
             key(record.number) if record.number else None, record.date, record.date_end,
             record.title, record.body, record.article_id, label(record, path),
             json.dumps(record.section_path, ensure_ascii=False), vote, pack_spans(record.spans),
             record.spans[0].page, record.spans[-1].page),
        )  # fmt: skip
        assert cursor.lastrowid is not None
        connection.executemany(
            "INSERT INTO facts VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (cursor.lastrowid, ordinal, f.name, f.value, f.span.page, f.span.start, f.span.end)
                for ordinal, f in enumerate(record.facts)
            ],
        )
        return cursor.lastrowid

    def page(self, source_id: int, number: int) -> Page | None:
        """One page of a source."""
        row = self._one("SELECT * FROM pages WHERE source_id = ? AND number = ?", source_id, number)
        if row:
            return page_of(row)
        row = self._one(
            "SELECT text FROM versions WHERE source_id = ? AND page = ? AND text IS NOT NULL",
            source_id,
            number,
        )  # past versions of articles are kept packed
        return Page(number, unpack(row["text"])) if row else None

    def pages(self, source_id: int) -> list[Page]:
        """All pages of a source, in order."""
        rows = self._all("SELECT * FROM pages WHERE source_id = ? ORDER BY number", source_id)
        return [page_of(row) for row in rows]

    def page_seen(self, source_id: int, number: int) -> tuple[bool, float | None]:
        """Whether a page was read by OCR, and how surely (0 to 1); its text stays where it is."""
        asked = "SELECT ocr, confidence FROM pages WHERE source_id = ? AND number = ?"
        row = self._one(asked, source_id, number)
        return (bool(row["ocr"]), row["confidence"]) if row else (False, None)

    def text_of(self, source_id: int) -> str:
        """The text of all pages of a source."""
        rows = self._all("SELECT text FROM pages WHERE source_id = ? ORDER BY number", source_id)
        return "\n".join(row["text"] for row in rows)

    def last_page(self, source_id: int) -> int:
        """The number of a source's last page; 0 where it has none."""
        row = self._one("SELECT max(number) AS last FROM pages WHERE source_id = ?", source_id)
        return int(row["last"] or 0) if row else 0

    def record(self, record_id: int) -> RecordRow | None:
        """A record by its id."""
        row = self._one("SELECT * FROM records WHERE id = ?", record_id)
        return record_of(row) if row else None

    def records_of_source(self, source_id: int) -> list[RecordRow]:
        """The records of a source, in order."""
        rows = self._all("SELECT * FROM records WHERE source_id = ? ORDER BY ordinal", source_id)
        return [record_of(row) for row in rows]

    def records_on(self, source_id: int, page: int) -> list[RecordRow]:
        """The records of a source that stand on one of its pages, or over it."""
        sql = "SELECT * FROM records WHERE source_id = ? AND ? BETWEEN page_first AND page_last"
        return [record_of(row) for row in self._all(f"{sql} ORDER BY ordinal", source_id, page)]

    def count_records(self, source_id: int) -> int:
        """How many records a source has."""
        row = self._one("SELECT count(*) n FROM records WHERE source_id = ?", source_id)
        return int(row["n"]) if row else 0

    def records_of(self, record_ids: Sequence[int]) -> dict[int, RecordRow]:
        """Records by id."""
        rows = self._in("SELECT * FROM records WHERE id IN (?)", record_ids)
        return {row["id"]: record_of(row) for row in rows}

    def facts_of(self, record_id: int) -> list[Fact]:
        """What a record states, each with its place: its own fields first, then in text order."""
        rows = self._all("SELECT * FROM facts WHERE record_id = ? ORDER BY ordinal", record_id)
        return [fact_of(row) for row in rows]

    def naming(self, value: str, fonds: Sequence[str]) -> list[tuple[int, str]]:
        """(record id, role) of the live acts that name a norm or an act.

        `value` is normalised as `ingest.records.references` does: "CGCT L2121-29".
        """
        rows = self._in(
            "SELECT record_id, name FROM facts JOIN records ON records.id = record_id"
            " JOIN sources ON sources.id = source_id WHERE state = 'live' AND value = ?"
            " AND name IN ('visa', 'renvoi', 'rapporte') AND fonds IN (?)",
            fonds,
            value,
        )
        return [(row["record_id"], row["name"]) for row in rows]

    def sources_of(self, source_ids: Sequence[int]) -> dict[int, Source]:
        """Sources by id."""
        rows = self._in("SELECT * FROM sources WHERE id IN (?)", source_ids)
        return {row["id"]: source_of(row) for row in rows}

    def live_passages(self, ids: Sequence[str]) -> dict[str, PassageRow]:
        """Those of the passages which are live: a hit that is not here is dropped."""
        rows = self._in(
            # CROSS JOIN holds SQLite to this order; left to itself it reads every passage
            "SELECT passages.* FROM passages CROSS JOIN sources ON sources.id = source_id"  # noqa: S608
            f" WHERE state = 'live' AND {_STANDS.format('passages')} AND passages.id IN (?)",
            ids,
        )
        return {row["id"]: passage_of(row) for row in rows}

    def passages_of_source(self, source_id: int) -> list[PassageRow]:
        """The passages of a source, in order, those that a newer state of the law replaces too."""
        rows = self._all("SELECT * FROM passages WHERE source_id = ? ORDER BY ordinal", source_id)
        return [passage_of(row) for row in rows]

    def standing_passages(self, source_id: int) -> list[PassageRow]:
        """Those of a source that belong in the indexes, in order."""
        rows = self._all(
            f"SELECT * FROM passages WHERE source_id = ? AND {_STANDS.format('passages')}"  # noqa: S608
            " ORDER BY ordinal",
            source_id,
        )
        return [passage_of(row) for row in rows]

    def passages_on(self, source_id: int, page: int) -> list[PassageRow]:
        """The passages of a source that begin on a page, in order."""
        rows = self._all(
            "SELECT * FROM passages WHERE source_id = ? AND page_first = ? ORDER BY ordinal",
            source_id,
            page,
        )
        return [passage_of(row) for row in rows]

    def passages_of_record(self, record_id: int, most: int = -1) -> list[PassageRow]:
        """The passages of a record, in order: the first `most` of them; -1 for all."""
        rows = self._all(
            "SELECT * FROM passages WHERE record_id = ? ORDER BY ordinal LIMIT ?", record_id, most
        )
        return [passage_of(row) for row in rows]

    def count_passages(self, fonds: str) -> int:
        """How many live passages a fonds has."""
        row = self._one(
            "SELECT count(*) n FROM sources CROSS JOIN passages ON sources.id = source_id"  # noqa: S608
            f" WHERE state = 'live' AND fonds = ? AND {_STANDS.format('passages')}",
            fonds,
        )
        return int(row["n"]) if row else 0

    def live_ids(self, fonds: str) -> set[str]:
        """Ids of all live passages of a fonds."""
        rows = self._all(
            "SELECT passages.id FROM passages JOIN sources ON sources.id = source_id"  # noqa: S608
            f" WHERE state = 'live' AND fonds = ? AND {_STANDS.format('passages')}",
            fonds,
        )
        return {row["id"] for row in rows}

    def acts_of_each_file(self, fonds: Sequence[str], most: int) -> list[RecordRow]:
        """Live titled acts of these fonds, `most` a file: one of each file, then another of each.

        Latest first within a turn. Those of one file are taken from all over it.
        """
        rows = self._all(
            "SELECT * FROM (SELECT records.*, row_number() OVER (PARTITION BY source_id"
            " ORDER BY records.id * 7919 % 1009) AS turn"
            " FROM records JOIN sources ON sources.id = source_id"
            " WHERE state = 'live' AND kind <> 'article' AND title IS NOT NULL"
            " AND fonds IN (SELECT value FROM json_each(?)))"
            " WHERE turn <= ? ORDER BY turn, date DESC, id",
            json.dumps(list(fonds)),
            most,
        )
        return [record_of(row) for row in rows]

    def most_named(self, fonds: Sequence[str], most: int) -> list[str]:
        """What live acts of these fonds name most, as `naming` takes it."""
        rows = self._all(
            "SELECT value FROM facts JOIN records ON records.id = record_id"
            " JOIN sources ON sources.id = source_id WHERE state = 'live'"
            " AND name IN ('visa', 'renvoi') AND fonds IN (SELECT value FROM json_each(?))"
            " GROUP BY value ORDER BY count(DISTINCT source_id) DESC, value LIMIT ?",
            json.dumps(list(fonds)),
            most,
        )
        return [row["value"] for row in rows]

    def bodies(self, fonds: Sequence[str]) -> list[str]:
        """Who decided: the collectivities that live acts of these fonds name."""
        rows = self._in(
            "SELECT DISTINCT body FROM records JOIN sources ON sources.id = source_id"
            " WHERE state = 'live' AND body IS NOT NULL AND kind <> 'article' AND fonds IN (?)",
            fonds,
        )
        return sorted(row["body"] for row in rows)

    def kinds(self, fonds: Sequence[str]) -> list[str]:
        """The kinds of live records of these fonds, in the order of KINDS."""
        rows = self._in(
            "SELECT DISTINCT kind FROM records JOIN sources ON sources.id = source_id"
            " WHERE state = 'live' AND fonds IN (?)",
            fonds,
        )
        return sorted((row["kind"] for row in rows), key=KINDS.index)

    def acts_dated(
        self, periods: Sequence[tuple[str, str]], kinds: Sequence[str], fonds: Sequence[str]
    ) -> list[RecordRow]:
        """Live records of these kinds, dated from the first to the last day of a period, by date.

        `periods`: ISO dates, « 2022-06-01 » to « 2022-06-31 ».
        """
        rows = self._all(
            "SELECT records.* FROM records JOIN sources ON sources.id = source_id"
            " WHERE state = 'live' AND EXISTS (SELECT 1 FROM json_each(?1) AS one"
            " WHERE date BETWEEN one.value ->> 0 AND one.value ->> 1)"
            " AND kind IN (SELECT value FROM json_each(?2))"
            " AND fonds IN (SELECT value FROM json_each(?3))"
            " ORDER BY date, number_key IS NULL, number_key, source_id, ordinal",
            *(json.dumps(list(some)) for some in (periods, kinds, fonds)),
        )
        return [record_of(row) for row in rows]

    def acts_numbered(self, number_key: str, fonds: Sequence[str]) -> list[int]:
        """Ids of live acts with this look-up key (ingest.records.numbers.key)."""
        rows = self._in(
            f"{_LIVE_RECORDS} AND number_key = ? AND kind <> 'article' AND fonds IN (?)",
            fonds,
            number_key,
        )
        return [row["id"] for row in rows]

    def articles_named(self, article: str, fonds: Sequence[str]) -> list[tuple[int, str]]:
        """(id, code) of live articles with this number ("L2121-29"; the letter may be missing)."""
        wanted = bare_number(article)
        rows = self._in(
            f"{_LIVE_RECORDS} AND number_key = ? AND kind = 'article'"
            f" AND {_STANDS.format('records')} AND fonds IN (?)",
            fonds,
            key(article),
        )
        return [
            (row["id"], row["body"] or "")
            for row in rows
            if wanted[0].isdigit() or bare_number(row["number"]) == wanted
        ]

    def articles_with_id(self, id: str) -> list[int]:
        """Ids of the live articles of this id, or of which it names a version (LEGIARTI…)."""
        rows = self._all(
            # CROSS JOIN holds SQLite to this order; left to itself it reads every record
            "SELECT records.id FROM records CROSS JOIN sources ON sources.id = source_id"  # noqa: S608
            " WHERE state = 'live' AND kind = 'article' AND article_id IN (SELECT ?1 UNION"
            " SELECT article_id FROM versions WHERE version_id = ?1 AND version_id <> '')"
            f" AND {_STANDS.format('records')} ORDER BY records.id",
            id,
        )
        return [row["id"] for row in rows]

    def some_articles(self, most: int) -> list[int]:
        """Ids of live articles, `most` of them at most, taken from all over the law."""
        rows = self._all(
            "SELECT records.id FROM records JOIN sources ON sources.id = source_id"  # noqa: S608
            f" WHERE state = 'live' AND kind = 'article' AND {_STANDS.format('records')}"
            " ORDER BY records.id * 7919 % 100003, records.id LIMIT ?",
            most,
        )
        return [row["id"] for row in rows]

    def articles_beginning(self, number: str, fonds: Sequence[str]) -> list[RecordRow]:
        """Live articles of a beginning: « L2121 » → « L2121-1 »; the letter may be missing."""
        rows = self._in(
            "SELECT records.* FROM records JOIN sources ON sources.id = source_id"  # noqa: S608
            " WHERE state = 'live' AND kind = 'article' AND (number_key = ? OR number_key LIKE ?)"
            f" AND {_STANDS.format('records')} AND fonds IN (?)",
            fonds,
            key(number),
            f"{key(number)}-%",
        )
        return [
            record_of(row)
            for row in rows
            if number[0].isdigit() or bare_number(row["number"]).startswith(number)
        ]

    # --- versions of articles of law

    def _add_versions(
        self, connection: sqlite3.Connection, source_id: int, versions: Sequence[Version]
    ) -> None:
        connection.executemany(
            "INSERT INTO versions (source_id, page, article_id, version_id, date, date_end, etat,"
            " number, number_key, body, by, stamp, current, text)"
            " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            [
                (source_id, v.page, v.article_id, v.version_id, v.date, v.date_end, v.etat,
                 v.number or "", key(v.number or ""), v.body or "", v.by or "", v.stamp,
                 v.current, v.text)
                for v in versions
            ],
        )  # fmt: skip

    def versions(self, article_id: str, fonds: Sequence[str] | None = None) -> list[VersionRow]:
        """The versions of an article that live sources give, oldest first.

        `fonds`: those that may be read; None for all.
        """
        names = json.dumps(self.fonds() if fonds is None else list(fonds))
        rows = self._all(
            f"{_LIVE_VERSIONS} AND article_id = ? AND fonds IN (SELECT value FROM json_each(?))",  # noqa: S608
            article_id,
            names,
        )
        rows += self._all(  # renumbered or withdrawn by a newer state of the law
            f"{_LIVE_VERSIONS} AND article_id <> ? AND fonds IN (SELECT value FROM json_each(?))"  # noqa: S608
            " AND version_id <> '' AND version_id IN (SELECT value FROM json_each(?))",
            article_id,
            names,
            json.dumps([row["version_id"] for row in rows if row["version_id"]]),
        )
        return standing([version_of(row) for row in rows], article_id)

    def articles_on(self, source_id: int, page: int) -> list[RecordRow]:
        """The live articles of which a page of a source gives a version."""
        rows = self._all(
            "SELECT DISTINCT records.* FROM versions JOIN records USING (article_id)"
            " JOIN sources ON sources.id = records.source_id"
            " WHERE versions.source_id = ? AND page = ? AND article_id <> '' AND state = 'live'",
            source_id,
            page,
        )
        return [record_of(row) for row in rows]

    def version_on(
        self, article_id: str, day: str, fonds: Sequence[str] | None = None
    ) -> VersionRow | None:  # fmt: skip
        """The version of an article in force on a day (ISO); None where there was none.

        Where a file has two at once, the one that began last.
        """
        stood = [row for row in self.versions(article_id, fonds) if row.stood_on(day)]
        return stood[-1] if stood else None

    def versions_named(self, article: str, fonds: Sequence[str]) -> list[tuple[str, str]]:
        """(article id, code) of articles with this number, those no longer in force included."""
        wanted = bare_number(article)
        rows = self._in(
            "SELECT DISTINCT article_id, number, body FROM versions CROSS JOIN sources"
            " ON sources.id = source_id"
            " WHERE state = 'live' AND number_key = ? AND article_id <> '' AND fonds IN (?)",
            fonds,
            key(article),
        )
        return list(
            dict.fromkeys(
                (row["article_id"], row["body"])
                for row in rows
                if wanted[0].isdigit() or bare_number(row["number"]) == wanted
            )
        )

    def _settle_versions(self, source_ids: Sequence[int]) -> None:
        """Say again which records of law a newer state replaces, if these sources hold any."""
        touched = self._in("SELECT 1 FROM versions WHERE source_id IN (?) LIMIT 1", source_ids)
        if next(touched, None) is None:
            return
        self.connection.execute(_UNREPLACE)
        self.connection.execute(_REPLACE)

    # --- vectors

    def without_vector(self, model: str, source_ids: Sequence[int]) -> list[tuple[str, str, str]]:
        """(input_sha, heading, text) of passages that the model has not embedded yet."""
        rows = self._in(
            "SELECT input_sha, heading, text FROM passages WHERE source_id IN (?)", source_ids
        )
        wanted = {row["input_sha"]: (row["input_sha"], row["heading"], row["text"]) for row in rows}
        known = self._in(
            "SELECT input_sha FROM vectors WHERE model = ? AND input_sha IN (?)",
            list(wanted),
            model,
        )
        for row in known:
            wanted.pop(row["input_sha"], None)
        return list(wanted.values())

    def input_lengths(self, source_ids: Sequence[int]) -> dict[str, int]:
        """Characters of each text that is embedded for these sources, by its input_sha."""
        rows = self._in(
            "SELECT input_sha, LENGTH(heading) + LENGTH(text) AS length FROM passages"
            " WHERE source_id IN (?)",
            source_ids,
        )
        return {row["input_sha"]: row["length"] for row in rows}

    def add_vectors(self, model: str, vectors: Iterable[tuple[str, bytes]]) -> None:
        """Keep vectors (float16 bytes) by the hash of what was embedded."""
        with self.writing() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)",
                [(model, sha, blob) for sha, blob in vectors],
            )

    def vectors(self, model: str, input_shas: Sequence[str]) -> dict[str, bytes]:
        """Vectors (float16 bytes) by the hash of what was embedded."""
        rows = self._in(
            "SELECT input_sha, vector FROM vectors WHERE model = ? AND input_sha IN (?)",
            input_shas,
            model,
        )
        return {row["input_sha"]: row["vector"] for row in rows}

    def compact(self) -> bool:
        """Write the file anew without what was deleted, and empty its journal.

        False: somebody is reading, and the journal still holds what was written before.

        `secure_delete` overwrites what it deletes; SQLite promises it of no page whose rows were
        moved. Measured on 425 MB: 4 s; readers go on reading.
        """
        self.purge(())
        self.connection.execute("VACUUM")
        busy, _, _ = self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def forget_vectors(self, keep: str) -> None:
        """Drop the vectors of every model but one."""
        with self.writing() as connection:
            connection.execute("DELETE FROM vectors WHERE model <> ?", (keep,))

    # --- runs and figures

    def begin_run(self, fonds: str = "") -> int:
        """Note that a run starts, for a fonds. Its id."""
        with self.writing() as connection:
            cursor = connection.execute(
                "INSERT INTO runs (started, state, report) VALUES (?, 'running', ?)",
                (_now(), json.dumps({"fonds": fonds} if fonds else {})),
            )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def end_run(self, run_id: int, state: str, report: dict[str, object]) -> None:
        """Note how a run ended, even if Ctrl-C has left a transaction open between two lines."""
        roll_back(self.connection)
        with self.writing() as connection:
            connection.execute(
                "UPDATE runs SET ended = ?, state = ?, report = ? WHERE id = ?",
                (_now(), state, json.dumps(report, ensure_ascii=False), run_id),
            )

    def ended_well(self, fonds: str, before: int) -> bool:
        """Whether the last run of a fonds before this one (its id) came to its end."""
        row = self._one(
            "SELECT state FROM runs WHERE report ->> 'fonds' = ? AND id < ? ORDER BY id DESC",
            fonds,
            before,
        )
        return row is not None and row["state"] == "done"

    def last_run(self) -> dict[str, object] | None:
        """The newest run, as plain values."""
        row = self._one("SELECT * FROM runs ORDER BY id DESC LIMIT 1")
        return {**dict(row), "report": json.loads(row["report"])} if row else None

    def runs(self) -> list[dict[str, Any]]:
        """The runs, newest first, as plain values."""
        rows = self._all("SELECT * FROM runs ORDER BY id DESC")
        return [{**dict(row), "report": json.loads(row["report"])} for row in rows]

    def places(self) -> list[dict[str, Any]]:
        """Each fonds and root of live sources: `fonds`, `root`, `bytes` of files, `run_id`."""
        rows = self._all(
            "SELECT fonds, root, sum(size) AS bytes, max(run_id) AS run_id FROM sources"
            " WHERE state = 'live' GROUP BY fonds, root ORDER BY fonds, root"
        )
        return [dict(row) for row in rows]

    def acts_by_year(self) -> list[tuple[str, str, int]]:
        """(year, kind, how many) of the live acts; the year is empty where none was read."""
        rows = self._all(
            "SELECT COALESCE(substr(date, 1, 4), '') AS year, kind, count(*) AS n FROM records"
            " JOIN sources ON sources.id = source_id WHERE state = 'live' AND kind <> 'article'"
            " GROUP BY 1, 2 ORDER BY 1, 2"
        )
        return [(row["year"], row["kind"], row["n"]) for row in rows]

    def read_in_part(self) -> list[Source]:
        """The live sources of which something could not be read."""
        rows = self._all(
            "SELECT * FROM sources WHERE state = 'live' AND warnings <> '[]' ORDER BY fonds, path"
        )
        return [source_of(row) for row in rows]

    def counts(self) -> dict[str, dict[str, int]]:
        """Per fonds: live sources, pages, records, passages, and sources set aside."""
        figures: dict[str, dict[str, int]] = {}
        statements = {
            "sources": "SELECT fonds, count(*) n FROM sources WHERE state = 'live' GROUP BY fonds",
            "set_aside": "SELECT fonds, count(*) n FROM sources WHERE state = 'set_aside'"
            " GROUP BY fonds",
        }
        for table in ("pages", "records", "passages"):
            statements[table] = (
                f"SELECT fonds, count(*) n FROM {table} JOIN sources ON sources.id = source_id"  # noqa: S608
                " WHERE state = 'live' GROUP BY fonds"
            )
        for name, sql in statements.items():
            for row in self._all(sql):
                figures.setdefault(row["fonds"], dict.fromkeys(statements, 0))[name] = row["n"]
        return figures


def bare_number(number: str) -> str:
    """« L. 2121-29 », « R*421-14 » → « L2121-29 », « R421-14 »."""
    return re.sub(r"[\s.*]", "", number).upper()


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")
