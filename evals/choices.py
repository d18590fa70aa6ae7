"""Questions with the sentences that their answer is chosen from, and which of these are right.

What the package's maps for acts and for phrases are learnt from; their command lines.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evals.measures import holds
from evals.questions import Question, read_questions
from vectorstore.maps import Maps, packed, write_whole

if TYPE_CHECKING:
    from app.answer import Desk
    from app.extract import Chosen


Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Choice:
    """One question.

    Attributes:
        question: as its file has it.
        text: the same, behind what it follows up.
        units: to choose from, best by their words first.
        right: which of them stand on a gold page and hold all that the answer must.
    """

    question: Question
    text: str
    units: list[Chosen]
    right: list[bool]


def choices(desk: Desk, questions: Sequence[Question], read: int) -> list[Choice]:
    """Those of which some of the best `read` units are right, and some are not."""
    found = []
    for question, text, units in _candidates(desk, questions):
        near = units[:read]
        right = [_is_right(unit, question) for unit in near]
        if any(right) and not all(right):
            found.append(Choice(question, text, near, right))
    return found


def flags(found: Sequence[Choice], read: int) -> tuple[Flags, Flags]:
    """Which of `read` units there are, and which are right: (n, read) each."""
    there: Flags = np.zeros((len(found), read), np.bool_)
    right: Flags = np.zeros((len(found), read), np.bool_)
    for row, choice in enumerate(found):
        size = len(choice.right)
        there[row, :size], right[row, :size] = True, choice.right
    return there, right


def _candidates(
    desk: Desk, questions: Sequence[Question]
) -> Iterator[tuple[Question, str, list[Chosen]]]:
    from app.conversation import EMPTY

    talks = {"": EMPTY}
    followed = {one.after for one in questions}
    for question in questions:
        talk = talks[question.after or ""]
        query, units = desk.candidates(question.text, talk)
        yield question, query.whole, units
        if question.id in followed:
            answer = desk.ask(question.text, conversation=talk)
            talks[question.id] = talk.then(question.text, answer)


def _is_right(one: Chosen, question: Question) -> bool:
    from app.units import quote_of

    place = one.unit.hit.source.path, quote_of(one.unit).page
    on = any(gold.file == place[0] and gold.page in (None, place[1]) for gold in question.gold)
    return on and holds(one.unit.text, question.must or ())


def lesson(about: str) -> tuple[list[Question], Path, Path]:
    """What the command line names: questions with an answer, an index's folder, a file to make.

    Args:
        about: the script's docstring; its first line is its help.
    """
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("questions", type=Path, nargs="+", help="JSON lines, as `greffe eval`")
    parser.add_argument("--data", type=Path, required=True, help="an index of the records")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--without", type=Path, nargs="*", default=[],
        help="nothing is learnt from a document that one of these files of questions has",
    )  # fmt: skip
    given = parser.parse_args()
    asked = [one for path in given.questions for one in read_questions(path).questions]
    kept = [one for path in given.without for one in read_questions(path).questions]
    apart = apart_from(kept, asked)
    followed = {one.after for one in apart}
    return [one for one in apart if one.answerable or one.id in followed], given.data, given.out


def apart_from(kept: Sequence[Question], asked: Sequence[Question]) -> list[Question]:
    """Of what is asked, the conversations that have no document of what is kept."""
    theirs = {gold.file for one in kept for gold in one.gold}
    first: dict[str, str] = {}  # of each question's conversation
    for one in asked:
        first[one.id] = first[one.after] if one.after else one.id
    met = {first[one.id] for one in asked for gold in one.gold if gold.file in theirs}
    return [one for one in asked if first[one.id] not in met]


def write_maps(maps: Maps, named: tuple[str, str], out: Path) -> None:
    """Write what was learnt for a model and its means, and print the file's SHA-256."""
    content = packed(maps, *named)
    write_whole(content, out)
    print(hashlib.sha256(content).hexdigest())
