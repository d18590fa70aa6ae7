"""Questions for an empty page: made of acts of the index, and asked before they are shown.

An example is shown only where the answer says something: a vote, a sum, a decision, an article;
not the title again, not a row of a table. They are looked for in the background, once for each
state of the index and each set of fonds that a reader may read. What is kept on disk is which act
and which form of question, never a word of an act: what is withdrawn leaves nothing here.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

from app.citations import Answer, Citation
from ingest.catalogue import Catalogue
from ingest.links import targets
from ingest.objects import objects_of
from ingest.records.fold import fold
from ingest.records.label import in_a_sentence
from ingest.rows import RecordRow
from ingest.trouble import Trouble

FILE = Path("run") / "exemples.json"
SHOWN = 3
LONGEST = 60.0  # seconds looked for, for one set of fonds
_TRIED = 25  # acts asked about, for each form
_SETS = 50  # sets of fonds whose examples are kept
_WORDS = 8  # that a sentence has at least
_LINE = 400  # characters of its first line at most

_PROPOSED = re.compile(r"\bpropos(?:e|ition)\b|\bdemande\b|\bexpose\b|\brappelle\b")
_DECIDED = re.compile(
    r"^article (?:1|premier|unique)|\b(?:decid|approuv|autoris|fix|accord|adopt|attribu|accept"
    r"|institu|valid|interdi|reglement)(?:e|ent|ee|ees|es|t|te|tes)\b"
)
_VOTED = re.compile(r"\b(?:unanimite|\d+ voix|(?:pour|contre|abstentions?) ?: ?\d+|\d+ pour)\b")
_SUM = re.compile(
    r"\b(?:s['’]elev\w+|fixee?s?|portee?s?|maintenue?s?|au prix|d['’]un montant|pour un montant"
    r"|estimee?s?|une subvention)\b[^.;]{0,80}\d\s?(?:€|euros?\b)"
)
_ANYTHING = re.compile("")
_OF_SUMS = re.compile(
    r"\b(?:tarifs?|prix|loyer|cotisation|subventions?|redevance|participation|indemnite|vente"
    r"|acquisition|emprunt|cession|amende|remboursement|fonds de concours|prime)\b"
)
_OPENS = re.compile(  # what stands above a decision rather than in it
    r"(?:objet|rapporteur|deliberation n|arrete n|decision n|del ?\d|d ?\d{4}|proces|extrait"
    r"|seance|convoque|\d+ ?[.)-]|[-–—] |vu\b|considerant\b|vote ?:)"
)
_PERSON = re.compile(
    r"\b(?:M\.|MM\.|Mlle|Mesdames|Messieurs"
    r"|(?:Mme|Monsieur|Madame)(?! l[ae] (?:[Mm]air|[Pp]r[ée]s)))"
)


class Asked(Protocol):
    """The desk, as far as examples need it."""

    @property
    def data(self) -> Path: ...
    @property
    def catalogue(self) -> Catalogue: ...
    @property
    def generation(self) -> str: ...
    @property
    def readable(self) -> frozenset[str] | None: ...

    def fonds(self) -> list[str]: ...
    def tried(self, question: str) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Form:
    """One way to ask about an act, and how to see that the answer says it."""

    fits: Callable[[RecordRow], bool]
    question: Callable[[RecordRow], str]
    says: re.Pattern[str]  # in the first sentence, folded


def _titled(act: RecordRow) -> bool:
    """Whether a title reads as one within a question: not capitals, not a list, nobody's name."""
    title = act.title or ""
    shouted = re.search(r"[A-ZÀ-Ü]{4,}.*[A-ZÀ-Ü]{4,}", title)
    plain = re.match(r"[A-ZÀ-Ü][a-zà-ü’']", title) and not re.search(r"[«»\n|_:*]|\d{6}", title)
    if not plain or shouted or not 20 <= len(title) <= 90 or _PERSON.search(title):
        return False
    return bool(objects_of([title]))  # so that it is known again, and goes with its act


def _council(act: RecordRow) -> bool:
    return act.kind == "deliberation" and _titled(act)


def _named(act: RecordRow) -> str:
    name = act.label[0].lower() + act.label[1:]
    return f"l'{name}" if fold(name)[0] in "aeiouy" else f"la {name}"


FORMS = {
    "sum": Form(
        lambda act: _council(act) and _OF_SUMS.search(fold(act.title or "")) is not None,
        lambda act: f"Quel est le montant prévu pour « {act.title} » ?",
        _SUM,
    ),
    "vote": Form(
        lambda act: _council(act) and act.vote is not None,
        lambda act: f"Comment le conseil a-t-il voté sur « {act.title} » ?",
        _VOTED,
    ),
    "act": Form(
        lambda act: act.number is not None and act.kind in ("arrete", "decision", "deliberation"),
        lambda act: f"Que décide {_named(act)} ?",
        _DECIDED,
    ),
    "council": Form(
        lambda act: _council(act) and act.number is None,
        lambda act: f"Qu'a décidé le conseil sur « {act.title} » ?",
        _DECIDED,
    ),
    "law": Form(
        lambda act: act.kind == "article" and act.number is not None,
        lambda act: f"Que dit {in_a_sentence(act.number or '', act.body)} ?",
        _ANYTHING,
    ),
}


def says_something(answer: Answer, act: RecordRow, form: Form) -> bool:
    """Whether an answer is worth showing: of this act, in sentences, with what was asked."""
    if answer.status != "answered" or not answer.sentences:
        return False
    cited = {citation.number: citation for citation in answer.citations}
    first = answer.sentences[0]
    if not all(_is_of(cited[number], act) for number in first.citations):
        return False
    if any(citation.ocr for citation in answer.citations):
        return False
    said = fold(first.text)
    if form.says is _VOTED:
        return _VOTED.search(said) is not None and not _PERSON.search(answer.text)
    if form.says is not _ANYTHING and _PROPOSED.search(said):
        return False
    if not form.says.search(said) or not _opens_well(first.text):
        return False
    return all(_tells(one.text, act.title or "") for one in answer.sentences)


def _is_of(citation: Citation, act: RecordRow) -> bool:
    """Whether a citation is of this act, or of the same act in another file."""
    same = act.number is not None and (citation.act_number, citation.date) == (act.number, act.date)
    return citation.record_id == str(act.id) or same


def _opens_well(text: str) -> bool:
    """Whether a text begins as a sentence does, and ends: no heading, no beginning of a list."""
    first, *rest = text.split("\n")
    folded = fold(first)
    ends = (".", ";", ":") if rest or _VOTED.search(folded) else (".", ";")
    return (
        first[:1].isupper() and first.rstrip().endswith(ends) and len(first) <= _LINE
        and not _OPENS.match(folded)
    )  # fmt: skip


def _tells(text: str, title: str) -> bool:
    """Whether a text says something: not a title again, not a row of a table, nobody's name."""
    words = re.findall(r"[a-z]{2,}", fold(text))
    fresh = set(words) - set(re.findall(r"[a-z]{2,}", fold(title)))
    return (
        len(words) >= _WORDS and len(fresh) >= _WORDS // 2 and "|" not in text
        and all(_letters(line) >= 0.6 for line in text.split("\n"))
        and not _PERSON.search(re.sub(r"\([^)]*\)", "", text))
    )  # fmt: skip


def _letters(line: str) -> float:
    """The share of letters among the signs of a line."""
    return sum(one.isalpha() for one in line) / max(1, sum(not one.isspace() for one in line))


@dataclass(frozen=True, slots=True)
class Example:
    """An act, and the form of the question about it: a key of FORMS."""

    record: int
    form: str


def candidates(catalogue: Catalogue, fonds: Sequence[str]) -> dict[str, list[RecordRow]]:
    """The acts that each form may ask about, those of the latest files first."""
    acts = catalogue.acts_of_each_file(fonds, 10)
    found = {name: [act for act in acts if form.fits(act)] for name, form in FORMS.items()}
    found["law"] = []
    for value in catalogue.most_named(fonds, 2 * _TRIED):
        found["law"] += [one for one in targets(catalogue, value, None, fonds)[:1]
                         if FORMS["law"].fits(one)]  # fmt: skip
    return {name: some[:_TRIED] for name, some in found.items()}


def look_for(desk: Asked, until: float, ended: threading.Event) -> list[Example]:
    """Examples whose answers were seen, each of another form and another file where it can be.

    Args:
        desk: is asked, within the fonds that its reader may read.
        until: when to stop, by time.monotonic().
        ended: set when nobody waits any more.
    """
    found: dict[str, Example] = {}  # by form
    spare: list[Example] = []
    files: set[int] = set()
    acts = candidates(desk.catalogue, desk.fonds())
    for name, act in chain.from_iterable(_in_turn(acts)):
        if len(found) >= SHOWN or time.monotonic() > until or ended.is_set():
            break
        if act.source_id in files or (len(spare) + len(found) >= SHOWN and name in found):
            continue
        if says_something(desk.tried(FORMS[name].question(act)), act, FORMS[name]):
            files.add(act.source_id)
            spare += [Example(act.id, name)] if name in found else []
            found.setdefault(name, Example(act.id, name))
    return [*found.values(), *spare][:SHOWN]


def _in_turn(acts: Mapping[str, Sequence[RecordRow]]) -> Iterator[list[tuple[str, RecordRow]]]:
    """One act of each form, then another of each."""
    for turn in range(max(map(len, acts.values()))):
        yield [(name, some[turn]) for name, some in acts.items() if turn < len(some)]


@dataclass
class Examples:
    """The examples of every set of fonds, found once for each state of the index. Thread-safe."""

    seconds: float = LONGEST
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _one: threading.Lock = field(default_factory=threading.Lock)  # one set at a time
    _known: dict[str, list[Example]] = field(default_factory=dict[str, list[Example]])
    _sought: set[str] = field(default_factory=set[str])
    _ended: threading.Event = field(default_factory=threading.Event)
    _looking: list[threading.Thread] = field(default_factory=list[threading.Thread])

    def of(self, desk: Asked) -> list[str] | None:
        """The questions for a reader; None while they are looked for, in the background."""
        key = _key(desk)
        with self._lock:
            known = self._known.get(key)
            known = _read(desk.data).get(key) if known is None else known
            if known is not None:
                self._known[key] = known
            elif key not in self._sought and not self._ended.is_set():
                self._sought.add(key)
                self._looking.append(
                    threading.Thread(target=self._look, args=(key, desk), daemon=True)
                )
                self._looking[-1].start()
        return None if known is None else list(_worded(desk, known))

    def end(self) -> None:
        """Look for no more: the desk closes. Waits for the question under way."""
        with self._lock:
            self._ended.set()
        for thread in self._looking:
            thread.join()

    def _look(self, key: str, desk: Asked) -> None:
        found: list[Example] = []
        with closing(desk.catalogue), self._one, suppress(Trouble):
            found = look_for(desk, time.monotonic() + self.seconds, self._ended)
        with self._lock:
            self._sought.discard(key)
            if not self._ended.is_set():
                self._known[key] = found
                _write(desk.data, key, found)


def _worded(desk: Asked, known: Sequence[Example]) -> Iterator[str]:
    """The questions, of the acts that are still there and that this reader may read."""
    acts = desk.catalogue.records_of([one.record for one in known])
    sources = desk.catalogue.sources_of([act.source_id for act in acts.values()])
    open_ones = set(desk.fonds())
    for one in known:
        act = acts.get(one.record)
        source = sources.get(act.source_id) if act else None
        if act and source and source.state == "live" and source.fonds in open_ones:
            yield FORMS[one.form].question(act)


def _key(desk: Asked) -> str:
    """Of a state of the index and a set of fonds: what is found holds for both alone."""
    run = desk.catalogue.last_run() or {}
    state = [version("greffe"), desk.generation, run.get("id"), desk.fonds(),
             None if desk.readable is None else sorted(desk.readable)]  # fmt: skip
    return hashlib.sha256(json.dumps(state).encode()).hexdigest()[:16]


def _read(data: Path) -> dict[str, list[Example]]:
    try:
        known: dict[str, Any] = json.loads((data / FILE).read_text("utf-8"))
        return {
            key: [Example(int(record), form) for record, form in some if form in FORMS]
            for key, some in known.items()
        }
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _write(data: Path, key: str, found: Sequence[Example]) -> None:
    """Keep what was found; of older states, the last few."""
    kept = {**_read(data), key: list(found)}
    shape = {name: [(one.record, one.form) for one in some]
             for name, some in list(kept.items())[-_SETS:]}  # fmt: skip
    path = data / FILE
    with suppress(OSError):  # a full disk: they are looked for again next time
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = path.with_name(f"{path.name}.new")
        new.write_text(json.dumps(shape), encoding="utf-8")
        new.chmod(0o600)
        new.replace(path)
