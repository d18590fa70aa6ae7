"""Questions with their articles → maps for the law that serve where they pay, and only there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.adaptation import install, kept, name_of
from app.attached import Article, Attached, read_attached, records_named
from app.noise import FEWEST, interval, mean
from ingest.catalogue import Catalogue
from ingest.rows import RecordRow
from ingest.trouble import Trouble
from vectorstore.centring import Centre
from vectorstore.embed import Embedder
from vectorstore.learn_maps import Pairs, gains, learn
from vectorstore.maps import Maps, law_maps_of, packed

LEAST = 100  # questions whose articles are known: below, chance decides
_HELD_OUT = 5  # one group of questions of so many
_PIECE, _PIECES = 1000, 2  # characters of an article that are embedded at a time; at most so many
_OTHERS = 5000  # articles of the index that no question cites, to learn against and to judge among
_BLOCK = 256  # texts embedded between two words of progress, and before Ctrl-C is heard

Tell = Callable[[str, float], None]  # stage: "embedding" | "learning"; share done, 0 to 1


class TooFewQuestions(Trouble):
    """Not enough to learn from, or to judge by. Facts: reason (alike), usable, least."""


@dataclass(frozen=True, slots=True)
class Adapted:
    """What was learnt, what it gives on the questions kept out, and whether it serves now."""

    questions: int  # with an article that is known; the same question twice counts once
    articles: int  # which they cite
    held: int  # questions of these kept out of the learning
    left_out: int  # lines without an article that is known
    unknown: tuple[str, ...]  # articles that are neither in the index nor given in full
    compared_with: str  # the maps before: a key of app.adaptation.SERVES
    before: float  # nDCG@10 of the questions kept out
    after: float
    low: float  # 95 % interval of the difference
    high: float
    installed: bool
    sha256: str  # of what was learnt

    def as_dict(self) -> dict[str, Any]:
        """For JSON (docs/commandes.md)."""
        return asdict(self) | {"unknown": list(self.unknown)}


@dataclass(slots=True)
class Law:
    """The articles to learn from, as passages: of the index, or of texts that the file gives."""

    place: dict[str, int] = field(default_factory=dict)  # what names an article → its number
    indexed: list[tuple[int, str, str]] = field(default_factory=list)  # article, hash, text
    given: list[tuple[int, str]] = field(default_factory=list)  # article, text

    def add_record(self, catalogue: Catalogue, row: RecordRow) -> int | None:
        """An article of the index. Its number; None where the index has no text of it."""
        name = row.article_id or str(row.id)
        if name not in self.place:
            passages = catalogue.passages_of_record(row.id, _PIECES)
            if not passages:
                return None
            at = self.place.setdefault(name, len(self.place))
            self.indexed += [(at, one.input_sha, f"{one.heading}\n{one.text}") for one in passages]
        return self.place[name]

    def add_text(self, article: Article) -> int:
        """An article given in full. Its number."""
        if article.name not in self.place:
            at = self.place.setdefault(article.name, len(self.place))
            self.given += [(at, text) for text in pieces(article)]
        return self.place[article.name]


@dataclass(frozen=True, slots=True)
class Gathered:
    """Questions with the numbers of their articles in the law, and what was not found."""

    cited: dict[str, frozenset[int]]
    law: Law
    left_out: int
    unknown: tuple[str, ...]


def adapt(
    path: Path, data: Path, catalogue: Catalogue, embedder: Embedder, centre: Centre, tell: Tell
) -> Adapted:
    """Learn the city's maps for the law from a file of questions, and let them serve if they pay.

    Nothing is changed before the end: a command that is stopped leaves what served before.

    Args:
        path: JSON lines, each a question with its articles (`app/attached.py`).
        data: the data folder.
        catalogue: its catalogue.
        embedder: the model whose vectors the index holds.
        centre: its means.
        tell: hears of the progress.

    Raises:
        InputMissing, AttachedInvalid: the file.
        TooFewQuestions: too few of them cite an article that is known.
        MapsUnusable: the maps that serve now are damaged.
    """
    # 1. read the questions, and see what serves today
    lines = read_attached(path)
    serving = law_maps_of(embedder.model_id, centre.id, kept(data, catalogue))
    # 2. find their articles in the index, or take their text
    gathered = gather(lines, catalogue)
    if len(gathered.cited) < LEAST:
        raise TooFewQuestions(usable=len(gathered.cited), least=LEAST)
    # 3. vectors: those of the index, and those that are missing
    add_others(gathered.law, catalogue)
    pairs = pairs_of(gathered, catalogue, embedder, centre, tell)
    # 4. learn, from where the package's maps are
    start = law_maps_of(embedder.model_id, centre.id)
    learnt = learn(pairs, start, tell=lambda share: tell("learning", share))
    # 5. judge by the questions kept out
    content = packed(learnt, embedder.model_id, centre.id)
    done = _judged(gathered, pairs, serving, learnt, hashlib.sha256(content).hexdigest())
    # 6. install what is better beyond chance
    if done.installed:
        told = {key: value for key, value in done.as_dict().items() if key in _NOTED}
        day = datetime.now().astimezone().isoformat(timespec="seconds")
        install(data, catalogue, content, {**told, "at": day})
    return done


_NOTED = ("sha256", "questions", "articles", "held", "before", "after", "low", "high")


def gather(lines: Sequence[Attached], catalogue: Catalogue) -> Gathered:
    """Each question once, with the articles that are known."""
    law, fonds = Law(), catalogue.fonds()
    cited: dict[str, frozenset[int]] = {}
    unknown: dict[str, None] = {}
    known: dict[Article, list[int]] = {}
    left_out = 0
    for line in lines:
        for article in line.articles:
            if article not in known:
                known[article] = _numbers(article, catalogue, fonds, law)
            if not known[article]:
                unknown[article.name] = None
        found = frozenset(at for article in line.articles for at in known[article])
        if found:
            cited[line.question] = cited.get(line.question, frozenset()) | found
        else:
            left_out += 1
    return Gathered(cited, law, left_out, tuple(unknown))


def _numbers(article: Article, catalogue: Catalogue, fonds: Sequence[str], law: Law) -> list[int]:
    rows = catalogue.records_of(records_named(catalogue, article, fonds)).values()
    found = [at for row in rows if (at := law.add_record(catalogue, row)) is not None]
    return found or ([law.add_text(article)] if article.text else [])


def add_others(law: Law, catalogue: Catalogue, most: int = _OTHERS) -> None:
    """Articles of the index that no question cites: they are found beside the right ones."""
    for row in catalogue.records_of(catalogue.some_articles(most)).values():
        law.add_record(catalogue, row)


def pieces(article: Article) -> list[str]:
    """The beginning of an article in passages, each under its code, its places and its number."""
    places = [part.strip() for part in article.section.split(">")][-3:]
    heading = " — ".join([article.code, *filter(None, places), f"Article {article.num}"])
    text = article.text
    starts = range(0, min(len(text), _PIECE * _PIECES), _PIECE)
    return [f"{heading}\n{text[start : start + _PIECE]}" for start in starts]


def pairs_of(
    gathered: Gathered, catalogue: Catalogue, embedder: Embedder, centre: Centre, tell: Tell,
    one_in: int = _HELD_OUT,
) -> Pairs:  # fmt: skip
    """The vectors of what was gathered, as an index and its questions have them.

    `one_in`: one group of questions of so many is kept out.

    Raises:
        TooFewQuestions: nearly all cite the same articles, so that none can be kept out.
    """
    law, questions = gathered.law, list(gathered.cited)
    cited = list(gathered.cited.values())
    names = list(law.place)
    held = np.array([_is_held(sorted(names[at] for at in one), one_in) for one in cited])
    if min(held.sum(), (~held).sum()) < FEWEST:
        raise TooFewQuestions(reason="alike", usable=len(cited), least=LEAST)
    kept = catalogue.vectors(embedder.model_id, [sha for _, sha, _ in law.indexed])
    ready = [(at, kept[sha]) for at, sha, _ in law.indexed if sha in kept]
    todo = law.given + [(at, text) for at, sha, text in law.indexed if sha not in kept]
    made = _embedded(embedder, questions, [text for _, text in todo], tell)
    parts = [np.frombuffer(blob, np.float16)[None, :] for _, blob in ready] + [made[1]]
    return Pairs(
        questions=np.stack([centre.question(vector) for vector in made[0]]),
        passages=centre.passages(np.concatenate(parts)),
        article=np.array([at for at, _ in ready] + [at for at, _ in todo]),
        cited=cited,
        held=held,
    )


def _embedded(
    embedder: Embedder, questions: Sequence[str], passages: Sequence[str], tell: Tell
) -> tuple[NDArray[np.float32], NDArray[np.float16]]:
    """Vectors (n, d) of questions and (m, d) of passages, a block at a time."""
    total, done = sum(map(len, [*questions, *passages])), 0

    def in_blocks(texts: Sequence[str], embed: Callable[[Sequence[str]], Any], kind: Any) -> Any:
        nonlocal done
        made = [np.empty((0, embedder.dimension), kind)]
        for at in range(0, len(texts), _BLOCK):
            block = texts[at : at + _BLOCK]
            made.append(embed(block))
            done += sum(map(len, block))
            tell("embedding", done / total)
        return np.concatenate(made)

    return (
        in_blocks(questions, embedder.questions, np.float32),
        in_blocks(passages, embedder.passages, np.float16),
    )


def _is_held(articles: Sequence[str], one_in: int) -> bool:
    """By the articles, so that two wordings of one question are on the same side."""
    digest = hashlib.sha256("\n".join(articles).encode()).hexdigest()
    return int(digest, 16) % one_in == 0


def _judged(
    gathered: Gathered, pairs: Pairs, serving: Maps | None, learnt: Maps, sha256: str
) -> Adapted:
    before, after = gains(pairs, serving), gains(pairs, learnt)
    low, high = interval([a - b for a, b in zip(after, before, strict=True)], mean) or (0.0, 0.0)
    return Adapted(
        questions=len(gathered.cited),
        articles=len(frozenset().union(*gathered.cited.values())),
        held=int(pairs.held.sum()),
        left_out=gathered.left_out,
        unknown=gathered.unknown,
        compared_with=name_of(serving),
        before=float(np.mean(before)),
        after=float(np.mean(after)),
        low=low,
        high=high,
        installed=low > 0,
        sha256=sha256,
    )
