"""Does the time that a refusal takes tell that a closed fonds holds something?

    python -m evals.closed_fonds --open FOLDER --closed FOLDER --questions FILE [--rounds 20]
    python -m evals.closed_fonds --data COPY --close FONDS [--words 48] [--rounds 3]
    python -m evals.closed_fonds --data COPY --close FONDS --without COPY [--common 50]

Two indexes are made: one of the open folder alone, one with the closed folder as a second fonds.
The same reader, to whom the first fonds alone is open, asks the same questions of both, in turn.
What an onlooker could tell is given as the share of pairs in which the index with the closed fonds
was the slower one: 0.5 tells nothing, 1 everything. Questions are JSON lines with `question`.

With --data, of an index that is there (a copy: its journal is written to), one fonds is taken for
closed. A reader of all the others asks about words that only the closed one holds, often or once,
and about words of the same letters that nothing holds.

With --without, the same words of both kinds are asked of that index too, which never held the
closed fonds. The share is then given beside what chance gives: the two indexes are swapped for half
of the words, drawn a thousand times, and 95 % of the shares lie in that interval. A difference that
words of nowhere show as well is one of the two folders, and tells nothing of a word.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from evals.closed_words import COMMON, invented, texts_of, words_of_the_closed
from evals.run import timed
from evals.timing import machine, times, times_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.answer import Desk

OPEN, CLOSED = "ouvert", "ferme"
SAMPLES = 200  # of the bootstrap
SWAPS = 1000
_ABOUT = "Que prévoit le conseil municipal au sujet de {} ?"


def slower(with_it: Sequence[float], without: Sequence[float]) -> float:
    """The share of pairs in which the first took longer; a tie counts one half."""
    pairs = itertools.product(with_it, without)
    won = sum((one > other) + 0.5 * (one == other) for one, other in pairs)
    return won / (len(with_it) * len(without))


def interval(with_it: Sequence[float], without: Sequence[float]) -> tuple[float, float]:
    """The 95 % interval of that share, by bootstrap over at most 200 of each."""
    chance = random.Random(7)  # noqa: S311 - a bootstrap
    shares = sorted(
        slower(chance.choices(with_it, k=min(200, len(with_it))),
               chance.choices(without, k=min(200, len(without))))
        for _ in range(SAMPLES)
    )  # fmt: skip
    return shares[int(0.025 * len(shares))], shares[int(0.975 * len(shares))]


def by_chance(
    with_it: Sequence[float], without: Sequence[float], words: int
) -> tuple[float, float]:
    """Where the share lies, 95 times of 100, when chance says which index is which.

    Args:
        with_it: seconds, of all words in turn, round after round.
        without: the same of the other index.
        words: how many there are. All rounds of a word are swapped together: they are no
            independent questions.
    """
    both = np.array([with_it, without]).reshape(2, -1, words)
    draw = np.random.default_rng(7)
    shares = []
    for swapped in draw.random((SWAPS, words)) < 0.5:
        one, other = np.where(swapped, both[::-1], both).reshape(2, -1)
        below = np.searchsorted(np.sort(other), one, "left")
        up_to = np.searchsorted(np.sort(other), one, "right")
        shares.append((below + up_to).mean() / 2 / other.size)
    low, high = np.percentile(shares, (2.5, 97.5))
    return float(low), float(high)


def asked_in_turn(
    desks: Sequence[Desk], questions: Sequence[str], rounds: int
) -> list[list[float]]:  # fmt: skip
    """Seconds of each question, for each desk; which one is first changes with each question."""
    spent: list[list[float]] = [[] for _ in desks]
    for desk, question in itertools.product(desks, questions):  # embedded and opened once before
        desk.ask(question)
    for turn in range(rounds):
        for at, question in enumerate(questions):
            order = list(enumerate(desks))
            for place, desk in order if (turn + at) % 2 else reversed(order):
                spent[place].append(timed(partial(desk.ask, question))[1])
    return spent


def main(words: Sequence[str] | None = None) -> int:
    """The exit code of the first command that fails; else 0."""
    options = _options().parse_args(words)
    if options.data:
        return _of_words(options)
    questions = [json.loads(line)["question"] for line in options.questions.open(encoding="utf-8")]
    with tempfile.TemporaryDirectory() as place, ExitStack() as stack:
        folders = [Path(place, name) for name in ("avec", "sans")]
        for data, fonds, folder in (
            (folders[0], OPEN, options.open), (folders[1], OPEN, options.open),
            (folders[0], CLOSED, options.closed),
        ):  # fmt: skip
            code = _ingest(data, fonds, folder)
            if code:
                return code
        desks = [_reader_of(data, stack.enter_context) for data in folders]
        with_it, without = asked_in_turn(desks, questions, options.rounds)
    _show(with_it, without)
    return 0


def _of_words(options: argparse.Namespace) -> int:
    from app.assembly import open_desk
    from app.settings import load

    with ExitStack() as stack:
        desk = stack.enter_context(open_desk(load(options.data)))
        lexical, catalogue = desk.retriever.indexes.lexical, desk.catalogue
        others = frozenset(desk.fonds()) - {options.close}
        kinds = words_of_the_closed(
            texts_of(catalogue, [options.close]), texts_of(catalogue, others), lexical.terms,
            options.words, options.common,
        )  # fmt: skip
        reader, never = desk.within(others), None
        if options.without:
            never = stack.enter_context(open_desk(load(options.without))).within(others)
        unheard = lexical.idf("")
        for name, held in zip(("souvent", "une fois"), kinds, strict=True):
            made = invented(held, lambda word: all(
                lexical.idf(term) == unheard for term in lexical.terms(word)))  # fmt: skip
            closed, nowhere = f"mots du seul fonds fermé, {name}", "mots de nulle part"
            if never is None:
                _show(*words_in_turn(reader, held, made, options.rounds), closed, nowhere)
            elif held:
                _beside([reader, never], {closed: held, nowhere: made}, options.rounds)
    return 0


def _beside(desks: Sequence[Desk], words: dict[str, Sequence[str]], rounds: int) -> None:
    """The same words, asked where the closed fonds is and where it never was."""
    kinds = [(kind, _ABOUT.format(word)) for kind, some in words.items() for word in some]
    spent = np.array(asked_in_turn(desks, [question for _, question in kinds], rounds))
    spent = spent.reshape(2, rounds, len(kinds))
    for kind, some in words.items():
        chosen = [at for at, (of, _) in enumerate(kinds) if of == kind]
        with_it, without = (one[:, chosen].ravel().tolist() for one in spent)
        _show(with_it, without, f"{kind} ; avec lui", f"{kind} ; sans lui")
        low, high = by_chance(with_it, without, len(some))
        apart = np.median(np.subtract(with_it, without)) * 1000
        print(f"par hasard : {low:.3f} à {high:.3f} ({len(some)} mots, {rounds} fois) ;"
              f" écart médian d'une même question : {apart:+.2f} ms")  # fmt: skip


def words_in_turn(
    desk: Desk, held: Sequence[str], made: Sequence[str], rounds: int
) -> tuple[list[float], list[float]]:
    """Seconds of a question about each word, in an order that chance draws."""
    asked = [(word, kind) for kind, some in enumerate((held, made)) for word in some]
    spent: tuple[list[float], list[float]] = ([], [])
    draw = random.Random(7)  # noqa: S311 - the same at each call
    desk.ask(_ABOUT.format("cantine"))  # opened once before
    for _ in range(rounds):
        for word, kind in draw.sample(asked, len(asked)):
            spent[kind].append(timed(partial(desk.ask, _ABOUT.format(word)))[1])
    return spent


def _ingest(data: Path, fonds: str, folder: Path) -> int:
    command = [sys.executable, "-m", "app.cli", "ingest", str(folder), "--fonds", fonds]
    return subprocess.run([*command, "--data", str(data)], check=False).returncode


def _reader_of(data: Path, entered: Callable[..., Desk]) -> Desk:
    from app.assembly import open_desk
    from app.settings import load

    return entered(open_desk(load(data))).within(frozenset({OPEN}))


def _show(
    with_it: Sequence[float], without: Sequence[float], first: str = "avec le fonds fermé",
    second: str = "sans lui",
) -> None:  # fmt: skip
    from rich.console import Console

    rows = {first: times(with_it), second: times(without)}
    console = Console()
    console.print(times_table("Durées d'une réponse au même lecteur", rows))
    low, high = interval(with_it, without)
    console.print(
        f"{first}, plus long : {slower(with_it, without):.3f} des paires ({low:.2f} à {high:.2f})"
    )
    console.print(", ".join(f"{name} : {value}" for name, value in machine().items()))


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="evals.closed_fonds", description=__doc__)
    parser.add_argument("--open", type=Path)
    parser.add_argument("--closed", type=Path)
    parser.add_argument("--questions", type=Path)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--close")
    parser.add_argument("--without", type=Path)
    parser.add_argument("--words", type=int, default=48)
    parser.add_argument("--common", type=int, default=COMMON)
    parser.add_argument("--rounds", type=int, default=20)
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
