"""WHERE A FILE GOES: discover → read → (OCR) → records → passages → embed → publish."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ingest import erasure, findability, publication, withdrawals
from ingest.belt import Belt
from ingest.catalogue import Catalogue
from ingest.contents import Cut, contents
from ingest.discover import Found, Shut, walk
from ingest.embedding import Embedder, embed, work_in_all, work_left
from ingest.findability import KnownItems
from ingest.pages import Document
from ingest.passages import CUTTING
from ingest.plan import Plan, plan
from ingest.progress import Pace, Progress, Tell
from ingest.readers import READING, Limits
from ingest.reading import Bounds, Read, read_all
from ingest.report import Report
from ingest.rows import Source
from ingest.trouble import TooManyGone, Unreadable

# Passages without a vector that are worth a round of embedding and publishing, while one is under
# way; when none is, what was read need not wait.
ENOUGH = 1024


class Index(publication.Index, Protocol):
    """What the pipeline needs of the indexes: caches of what the catalogue holds."""

    def holds(self, fonds: str, passages: int) -> bool:
        """Whether they hold so many passages of a fonds."""

    def missing_and_extra(self, fonds: str, live: set[str]) -> tuple[set[str], set[str]]:
        """Ids that should be there and are not; ids that are there and should not be."""

    def known_items(self, catalogue: Catalogue, fonds: str) -> KnownItems:
        """Ready to look for records of a fonds by their own words."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a run goes about it."""

    workers: int = 2
    limits: Limits = field(default_factory=Limits)
    bounds: Bounds = field(default_factory=Bounds)
    retry: bool = False  # read set-aside files again
    yes: bool = False  # withdraw even more than a tenth of a fonds
    restore: bool = False  # let in what `greffe withdraw` took out
    who: str = ""  # account that runs it, for the receipts


def ingest(
    targets: Sequence[Path], fonds: str, catalogue: Catalogue, embedder: Embedder, index: Index,
    options: Options | None = None, tell: Tell = lambda progress: None,
) -> Report:  # fmt: skip
    """Bring a fonds up to date with folders and files on disk.

    Raises:
        InputMissing, TooManyGone, DiskFull: nothing that was published before is lost.
    """
    run = _Run(fonds, catalogue, embedder, index, options or Options(), tell, Report(fonds))
    started = time.monotonic()
    run_id = catalogue.begin_run(fonds)
    state = "failed"
    try:
        # 1. what is new, changed, moved or gone
        todos = [run.discover(target, run_id) for target in targets]
        for todo in todos:
            # 2. read it, 3. cut it into records and passages, 4. embed, 5. publish
            run.bring_in(todo, run_id)
            # 6. withdraw what is gone
            run.withdraw(todo.gone, todo.forgotten)
        # 7. sweep what a stopped run left behind
        run.sweep(run_id)
        # 8. erase what was removed from every file of the data folder
        run.erase()
        # 9. look for each new record by its own words
        run.look_for()
        state = "done"
    except KeyboardInterrupt:
        state = "interrupted"
        raise
    finally:
        run.report.seconds = time.monotonic() - started
        with suppress(Exception):  # a full disk must not hide the trouble itself
            catalogue.end_run(run_id, state, run.report.as_dict())
    return run.report


@dataclass(slots=True)
class _Run:
    fonds: str
    catalogue: Catalogue
    embedder: Embedder
    index: Index
    options: Options
    tell: Tell
    report: Report = field(default_factory=Report)
    pace: Pace = field(default_factory=Pace)
    seen: set[str] = field(default_factory=set)  # what a folder named before holds too
    begun: dict[int, int] = field(default_factory=dict)  # ids of files that come in parts
    telling: threading.Lock = field(default_factory=threading.Lock)
    check: Callable[[], None] = lambda: None  # raises once the run is over

    def discover(self, target: Path, run_id: int) -> Plan:
        shut: list[Shut] = []
        walked = list(walk(target, shut.append))
        twice = {file.path for file in walked if file.place in self.seen} if self.seen else set()
        found = [file for file in walked if file.path not in twice] if twice else walked
        whole = target.resolve() if target.is_dir() else None
        closed = [item.path for item in shut if item.reason == "forbidden"]
        closed += twice
        self.seen.update(file.place for file in found)
        barred = withdrawals.kept_out(self.catalogue, self.fonds)
        todo = plan(
            self.catalogue, self.fonds, found, whole, self.options.retry,
            tuple(closed),
            frozenset() if self.options.restore else frozenset(barred),
        )  # fmt: skip
        total = self.catalogue.count_live(self.fonds)
        if len(todo.gone) > max(1, 0.1 * total) and not self.options.yes:
            raise TooManyGone(fonds=self.fonds, gone=len(todo.gone), total=total)
        self.report.found += todo.found + len(shut)
        self.report.unchanged += todo.unchanged
        self.report.still_aside += len(todo.still_aside)
        self.report.left_aside += [
            {"source": source.path, "reason": source.reason, "detail": source.detail}
            for source in todo.still_aside
            if whole is None
        ]
        self.report.kept_out += todo.kept_out
        self._let_in(barred & {content for _, content in todo.to_read})
        for item in shut:
            self.report.shut(item.path, item.reason, item.detail)
        if whole is not None:
            self.report.folders.append(str(whole))
            self.catalogue.note_shut(self.fonds, whole, shut, (READING, CUTTING), run_id)
        self._weigh(todo)
        return todo

    def _weigh(self, todo: Plan) -> None:
        """Count what is to be brought in, for whoever watches the run."""
        resumed = self.catalogue.sources_of(todo.to_resume).values()
        self.pace.resumed += sum(source.size for source in resumed)
        self.pace.total += sum(source.size for source in resumed)
        self.pace.total += sum(found.size for found, _ in [*todo.to_read, *todo.to_cut])
        self.pace.files_in_all += len(todo.to_resume) + len(todo.to_read) + len(todo.to_cut)
        self.pace.files += len(todo.to_resume)

    def _let_in(self, contents: set[str]) -> None:
        """Withdrawn before, and asked for again: `plan` has let them through."""
        if contents:
            withdrawals.let_in(self.catalogue, self.fonds, contents)
            self.report.restored += len(contents)

    def bring_in(self, todo: Plan, run_id: int) -> None:
        for source_id, found in todo.moved:
            self.catalogue.touch(source_id, found)
            self.report.moved += 1
        for source_id, found in todo.touched:
            self.catalogue.touch(source_id, found)
        waiting = list(todo.to_resume)
        self.report.count_resumed(self.catalogue, waiting)
        size, work = work_left(self.catalogue, self.embedder.model_id, waiting)
        self.pace.kept += work
        self.pace.resume(self._bytes(waiting), self._share_embedded(waiting, work))
        started = self.pace.begin()
        with Belt(self._embed, self._publish, self.catalogue.close) as belt:
            self.check = belt.check
            for source_id in self._stage(todo, run_id):
                waiting.append(source_id)
                missing, work = work_left(self.catalogue, self.embedder.model_id, [source_id])
                self.pace.found += work
                size += missing
                if size >= ENOUGH or belt.idle:
                    belt.put(waiting)
                    waiting, size = [], 0
            self.report.seconds_reading += time.monotonic() - started
            if waiting:
                belt.put(waiting)
            belt.finish()

    def _share_embedded(self, source_ids: list[int], left: float) -> float:
        whole = work_in_all(self.catalogue, source_ids)
        return 1 - left / whole if whole else 0.0

    def _bytes(self, source_ids: list[int]) -> int:
        return sum(source.size for source in self.catalogue.sources_of(source_ids).values())

    def _say(self, stage: str, current: str = "") -> None:
        """Tell how much of the whole run is behind us. Three threads have something to say."""
        with self.telling:
            done, left = self.pace.done(), self.pace.left()
            files, pages = (self.pace.files, self.pace.files_in_all), self.report.pages
            self.tell(Progress(stage, done, self.pace.total, current, left, *files, pages))

    def _stage(self, todo: Plan, run_id: int) -> Iterator[int]:
        """Read and cut; yields the ids of staged sources."""
        for found, source in todo.to_cut:
            staged = self._cut_again(found, source, run_id)
            self._came(found, staged)
            if staged is not None:
                yield staged
        jobs = ((key, found.file) for key, (found, _) in enumerate(todo.to_read))
        workers = min(self.options.workers, len(todo.to_read))
        limits, bounds = self.options.limits, self.options.bounds
        names = [found.path for found, _ in todo.to_read]
        for result in read_all(jobs, workers, limits, bounds, names.__getitem__):
            found, content = todo.to_read[result.key]
            staged = self._take(found, content, result, run_id)
            if result.last:
                self._came(found, staged)
            if staged is not None:
                yield staged

    def _take(self, found: Found, content: str, result: Read, run_id: int) -> int | None:
        """What a reader made of a file, or of a part of it. The source's id once it is staged."""
        if result.trouble is not None:
            self.begun.pop(result.key, None)
            self._set_aside(found, content, result, run_id)
            return None
        assert result.cut is not None
        if result.key in self.begun or not result.last:
            return self._store_part(found, content, result.cut, result, run_id)
        return self._store(found, content, result.cut, run_id, result.seconds)

    def _came(self, found: Found, staged: int | None) -> None:
        """A file was read, or set aside."""
        self.pace.reading(found.size)
        if staged is None:
            self.pace.over(found.size)
        self._say("reading", found.path)

    def _cut_again(self, found: Found, source: Source, run_id: int) -> int | None:
        """The rules that cut have changed; pages read by OCR need not be read again."""
        document = Document(tuple(self.catalogue.pages(source.id)), None, source.warnings)
        cut = Cut(document, *contents(document, found.path))
        return self._store(found, source.sha256, cut, run_id, 0.0)

    def _store(
        self, found: Found, content: str, cut: Cut, run_id: int, seconds: float
    ) -> int | None:  # fmt: skip
        document, records, pieces = cut.document, cut.records, cut.passages
        if not (pieces or document.versions or document.may_be_empty):
            trouble = Unreadable("no_text", "; ".join(document.warnings))
            self._set_aside(found, content, Read(0, None, trouble, seconds), run_id)
            return None
        with self.catalogue.writing():
            staged = self.catalogue.stage(
                self.fonds, found, content, "staged", (READING, CUTTING), run_id, seconds=seconds
            )
            self.catalogue.add_content(staged, document, records, pieces)
        self.report.read += 1
        self.report.count(document, len(records), len(pieces))
        self.report.warn(found.path, document.warnings)
        return staged

    def _store_part(
        self, found: Found, content: str, cut: Cut, result: Read, run_id: int
    ) -> int | None:  # fmt: skip
        """Add a part of a large file (law). Its source's id once it is whole.

        Until then the source has no hash: a run that is stopped leaves nothing to be taken up.
        """
        begun = self.begun.get(result.key)
        if begun is None:
            versions = (READING, CUTTING)
            source_id = self.catalogue.stage(self.fonds, found, "", "staged", versions, run_id)
            begun = self.begun[result.key] = source_id
        self.catalogue.add_content(begun, cut.document, cut.records, cut.passages)
        self.report.count(cut.document, len(cut.records), len(cut.passages))
        if not result.last:
            return None
        del self.begun[result.key]
        self.catalogue.complete(begun, content, result.seconds)
        self.report.warn(found.path, cut.document.warnings)
        self.report.read += 1
        return begun

    def _set_aside(self, found: Found, content: str, result: Read, run_id: int) -> None:
        trouble = result.trouble
        assert trouble is not None
        self.catalogue.stage(
            self.fonds, found, content, "set_aside", (READING, CUTTING), run_id,
            trouble.reason, trouble.detail, result.seconds,
        )  # fmt: skip
        self.report.shut(found.path, trouble.reason, trouble.detail)

    def _embed(self, source_ids: list[int]) -> None:
        started = time.monotonic()
        _, work = work_left(self.catalogue, self.embedder.model_id, source_ids)
        kept = self._share_embedded(source_ids, work)
        with self.pace.embedding(work, self._bytes(source_ids), kept) as made:
            self._say("embedding")

            def hear(share: float) -> None:
                made(share)
                self._say("embedding")
                self.check()

            self.report.embedded += embed(self.catalogue, self.embedder, source_ids, hear)
        self.report.seconds_embedding += time.monotonic() - started

    def _publish(self, source_ids: list[int]) -> None:
        started = time.monotonic()
        self._say("publishing")
        model = self.embedder.model_id
        publication.publish(self.catalogue, self.index, model, self.fonds, source_ids)
        self.pace.publish(self._bytes(source_ids))
        self.report.seconds_publishing += time.monotonic() - started

    def withdraw(self, sources: Sequence[Source], forgotten: Sequence[int] = ()) -> None:
        with self.catalogue.writing():
            withdrawals.note(self.catalogue, sources, "vanished", self.options.who)
            if sources:
                withdrawals.owe(self.catalogue, self.fonds)
            self.catalogue.retire(source.id for source in sources)
        self._remove([*(source.id for source in sources), *forgotten])
        self.report.withdrawn += len(sources)

    def _remove(self, source_ids: Sequence[int]) -> None:
        erasure.remove(self.catalogue, self.index, self.fonds, source_ids)

    def sweep(self, run_id: int) -> None:
        retired = self.catalogue.sources("retired", self.fonds)
        self._remove([source.id for source in retired])
        # only a stopped run leaves one passage in the place of another: a count tells the rest
        calm = self.catalogue.ended_well(self.fonds, run_id) and not retired
        if calm and self.index.holds(self.fonds, self.catalogue.count_passages(self.fonds)):
            return
        live = self.catalogue.live_ids(self.fonds)
        missing, extra = self.index.missing_and_extra(self.fonds, live)
        if extra:
            withdrawals.owe(self.catalogue, self.fonds)
        self.index.remove(self.fonds, sorted(extra))
        ids = sorted({int(passage.split(".")[0]) for passage in missing})
        self.report.embedded += embed(self.catalogue, self.embedder, ids, lambda share: None)
        model = self.embedder.model_id
        publication.add(self.catalogue, self.index, model, self.fonds, ids, missing)
        if missing or extra:
            self.index.commit()

    def erase(self) -> None:
        started = time.monotonic()
        erasure.settle(self.catalogue, self.index, self.embedder.model_id)
        self.report.seconds_erasing = time.monotonic() - started

    def look_for(self) -> None:
        started = time.monotonic()
        self.report.unfound = findability.look_for_new(self.catalogue, self.index, self.fonds)
        self.report.seconds_looking = time.monotonic() - started
