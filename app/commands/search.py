"""`greffe search`: the passages nearest to a question."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.shared import (
    AsJson,
    Batch,
    Data,
    Fonds,
    Kinds,
    Since,
    Until,
    narrowed,
    settings_of,
    tell_unvouched,
)
from app.errors import DONE, INPUT_UNREADABLE, NOT_IN_RECORDS

if TYPE_CHECKING:
    from app.answer import Desk
    from vectorstore.narrow import Narrow
    from vectorstore.retriever import Hit

NAME = "search"


def command(
    question: Annotated[str, typer.Argument(help="La question.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Nombre de passages.")] = 10,
    fonds: Fonds = None,
    kind: Kinds = None,
    since: Since = "",
    until: Until = "",
    batch: Batch = None,
    as_json: AsJson = False,
    data: Data = None,
) -> int:
    """Chercher des passages."""
    from app.assembly import open_desk
    from app.batch import unfit
    from app.shapes import search_shape

    if bool(question.strip()) == (batch is not None):
        raise typer.BadParameter("donnez une question, ou --batch FICHIER")
    wrong = unfit(question) if batch is None else ""
    if wrong:
        raise typer.BadParameter(wrong)
    narrow = narrowed(kind, since, until)
    settings = settings_of(data)
    tell_unvouched(settings)
    with open_desk(settings) as desk:
        if batch is not None:
            return _batch(desk, batch, fonds, narrow, limit)
        started = time.perf_counter()
        hits = desk.search(question, fonds=fonds, narrow=narrow, limit=limit)
        if as_json:
            shape = search_shape(None, question, time.perf_counter() - started, hits)
            typer.echo(json.dumps(shape, ensure_ascii=False))
        else:
            typer.echo("\n\n".join(map(_described, hits)) or "Aucun passage.")
        return DONE if hits else NOT_IN_RECORDS


def _batch(desk: Desk, batch: Path, fonds: list[str] | None, narrow: Narrow, limit: int) -> int:
    from app.batch import in_turn, print_line
    from app.citations import Answer
    from app.conversation import Conversation
    from app.shapes import search_shape

    talks: dict[str, Conversation] = {}
    code = DONE
    for asked, talk, wrong in in_turn(batch, talks):
        if wrong:
            print_line(search_shape(asked.id, asked.question, 0.0, []) | {"error": wrong})
            code = INPUT_UNREADABLE
            continue
        started = time.perf_counter()
        hits = desk.search(
            asked.question, conversation=talk, fonds=fonds, narrow=narrow, limit=limit
        )
        seconds = time.perf_counter() - started
        if asked.key:
            answer = Answer(asked.key, asked.question, "answered")
            talks[asked.key] = talk.then(asked.question, answer)
        print_line(search_shape(asked.id, asked.question, seconds, hits))
    return code


def _described(hit: Hit) -> str:
    pages = f"p. {hit.passage.page_first}" if hit.record.kind != "article" else ""
    head = f"{hit.rank}. {hit.record.label} {pages}".rstrip()
    words = " ".join(hit.passage.text.split())
    return f"{head}\n   {hit.source.path}\n   {words[:300]}{'…' if len(words) > 300 else ''}"
