"""Learns the maps of `vectorstore/law_maps.py` from questions with the articles cited for them.

    python -m evals.learn_maps question_article.jsonl.gz --data DIR --out loi.safetensors

Two matrices of the model's dimension d, A for questions and B for passages, so that the cosine of
q + qA and p + pB is greatest for the articles cited. All passages but those cited for a question
are its negatives. Plain gradient descent on kept vectors: minutes, nearly all of it embedding.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app import egress

Floats = NDArray[np.float32]
_TEMPERATURE = 0.05
_RATE, _DECAY = 1e-3, 0.05  # of AdamW
_STEPS, _BATCH, _FALL = 100, 64, 15  # the rate falls to nothing over the last steps
_SEEDS = 3  # maps learnt from as many orders of the questions are averaged
_PIECE, _PIECES = 1000, 2  # characters of an article that are embedded at a time; at most so many
_HELD_OUT = 20  # one question of so many


@dataclass(frozen=True, slots=True)
class Pairs:
    """Vectors of questions and passages, and which passages answer which question.

    Attributes:
        questions: (n, d), centred.
        passages: (m, d), centred.
        article: (m,), the article that each passage is of.
        cited: for each question, its articles.
        held: (n,), those that are not learnt from.
    """

    questions: Floats
    passages: Floats
    article: NDArray[np.int64]
    cited: Sequence[frozenset[int]]
    held: NDArray[np.bool_]


def learn(pairs: Pairs, *, steps: int = _STEPS, seeds: int = _SEEDS) -> tuple[Floats, Floats]:
    """The maps (d, d) of questions and of passages."""
    made = [_descend(pairs, steps, seed) for seed in range(seeds)]
    first, second = (np.mean([maps[at] for maps in made], axis=0) for at in (0, 1))
    return first.astype(np.float32), second.astype(np.float32)


def _descend(pairs: Pairs, steps: int, seed: int) -> tuple[Floats, Floats]:
    import torch
    from torch.nn.functional import normalize

    draw = np.random.default_rng(seed)
    d = pairs.questions.shape[1]
    questions, passages = torch.from_numpy(pairs.questions), torch.from_numpy(pairs.passages)
    a, b = torch.zeros(d, d, requires_grad=True), torch.zeros(d, d, requires_grad=True)
    descent = torch.optim.AdamW([a, b], lr=_RATE, weight_decay=_DECAY)
    learnt = np.flatnonzero(~pairs.held)
    for step in range(steps):
        for group in descent.param_groups:
            group["lr"] = _RATE * min(1.0, (steps - step) / _FALL)
        batch = draw.choice(learnt, min(_BATCH, len(learnt)), replace=False)
        own = np.stack([np.isin(pairs.article, list(pairs.cited[i])) for i in batch])
        asked = normalize(questions[batch] + questions[batch] @ a, dim=1)
        cosines = asked @ normalize(passages + passages @ b, dim=1).T / _TEMPERATURE
        right = torch.logsumexp(cosines.masked_fill(~torch.from_numpy(own), -math.inf), 1)
        loss = (torch.logsumexp(cosines, 1) - right).mean()
        descent.zero_grad()
        loss.backward()
        descent.step()
    return a.detach().numpy(), b.detach().numpy()


def ndcg(pairs: Pairs, question: Floats, passage: Floats, share: float) -> float:
    """nDCG@10 by article of the held-out questions. `share`: of the mapped cosine."""
    from vectorstore.law_maps import LawMaps

    maps = LawMaps(question, passage)
    found: list[float] = []
    for i in np.flatnonzero(pairs.held).tolist():
        plain = pairs.passages @ pairs.questions[i]
        mapped = maps.cosines(pairs.questions[i], pairs.passages)
        best = np.full(int(pairs.article.max()) + 1, -2.0, np.float32)
        np.maximum.at(best, pairs.article, (1 - share) * plain + share * mapped)
        top = np.argsort(-best)[:10]
        gains = [1 / math.log2(rank + 2) for rank in range(10)]
        gain = sum(gains[rank] for rank, one in enumerate(top) if one in pairs.cited[i])
        found.append(gain / sum(gains[: len(pairs.cited[i])]))
    return float(np.mean(found))


def _pairs(path: Path, data: Path, kept: Path | None) -> tuple[Pairs, str, str]:
    """The pairs of a file, embedded as an index embeds them; the model's id and the centre's."""
    from app.assembly import open_parts
    from app.settings import load

    with gzip.open(path, "rt", encoding="utf-8") as lines:
        asked = [one for line in lines if (one := json.loads(line))["articles"]]
    articles = {article["id"]: article for one in asked for article in one["articles"]}
    place = {id: at for at, id in enumerate(articles)}
    texts = [(place[id], text) for id, article in articles.items() for text in _pieces(article)]
    with open_parts(load(data)) as parts:
        centre, embedder = parts.indexes.centre, parts.embedder
        named = np.array([embedder.model_id, centre.id, _digest(path)])
        had = np.load(kept, allow_pickle=False) if kept and kept.is_file() else {}
        if "named" in had and np.array_equal(had["named"], named):
            questions, passages = had["questions"], had["passages"]
        else:
            vectors = embedder.questions([one["question"] for one in asked])
            questions = np.stack([centre.question(vector) for vector in vectors])
            passages = centre.passages(embedder.passages([text for _, text in texts]))
        if kept:
            with kept.open("wb") as file:
                np.savez(file, questions=questions, passages=passages, named=named)
        model, means = embedder.model_id, centre.id
    cited = [frozenset(place[article["id"]] for article in one["articles"]) for one in asked]
    held = np.array([_is_held(one["question"]) for one in asked])
    return Pairs(questions, passages, np.array([at for at, _ in texts]), cited, held), model, means


def _pieces(article: dict[str, str]) -> list[str]:
    """The beginning of an article in passages, each under its code, its places and its number."""
    places = [part.strip() for part in article["section"].split(">")][-3:]
    heading = " — ".join([article["code"], *filter(None, places), f"Article {article['num']}"])
    text = article["text"]
    starts = range(0, min(len(text), _PIECE * _PIECES), _PIECE) or range(1)
    return [f"{heading}\n{text[start : start + _PIECE]}" for start in starts]


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _is_held(question: str) -> bool:
    return int(hashlib.sha256(question.encode()).hexdigest(), 16) % _HELD_OUT == 0


def main() -> None:
    """Learn, print what the held-out questions say, and write the file."""
    from safetensors.numpy import save_file

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("questions", type=Path, help="JSON lines, gzipped")
    parser.add_argument("--data", type=Path, required=True, help="whose model and means are used")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--kept", type=Path, help="vectors, kept there from one run to the next")
    given = parser.parse_args()
    pairs, model, centre = _pairs(given.questions, given.data, given.kept)
    question, passage = learn(pairs)
    for share in (0.0, 0.3, 0.6, 1.0):
        print(f"{share:.1f}  nDCG@10 {ndcg(pairs, question, passage, share):.4f}")
    tensors = {"question": question.astype(np.float16), "passage": passage.astype(np.float16)}
    save_file(tensors, given.out, metadata={"model": model, "centre": centre})
    print(_digest(given.out))


if __name__ == "__main__":
    egress.harden()
    main()
