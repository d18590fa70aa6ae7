"""`greffe ask`: a question, an answer with its proof."""

from __future__ import annotations

import json
import sys
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
    export_suffix,
    journaled,
    narrowed,
    settings_of,
    tell_unvouched,
)
from app.errors import DONE, INPUT_UNREADABLE, MODEL_SILENT, NOT_IN_RECORDS

if TYPE_CHECKING:
    from app.answer import Desk
    from app.citations import Answer, Citation
    from app.settings import Settings
    from vectorstore.narrow import Narrow

NAME = "ask"

STATUSES = {
    "verbatim": "citation exacte",
    "supported": "appuyée",
    "unverified": "non vérifiée",
}


def command(
    question: Annotated[str, typer.Argument(help="La question.")] = "",
    fonds: Fonds = None,
    kind: Kinds = None,
    since: Since = "",
    until: Until = "",
    batch: Batch = None,
    export: Annotated[
        Path | None,
        typer.Option(
            "--export",
            help="Écrire aussi la réponse dans ce fichier (.json, .docx ou .pdf).",
            readable=False,
        ),
    ] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> int:
    """Poser une question ; chaque phrase de la réponse porte sa preuve."""
    from app.assembly import open_desk
    from app.batch import unfit
    from app.shapes import answer_shape

    if export is not None and batch is not None:
        raise typer.BadParameter("--export écrit une seule réponse : sans --batch")
    if bool(question.strip()) == (batch is not None):
        raise typer.BadParameter("donnez une question, ou --batch FICHIER")
    suffix = export_suffix(export) if export is not None else ""
    wrong = unfit(question) if batch is None else ""
    if wrong:
        raise typer.BadParameter(wrong)
    narrow = narrowed(kind, since, until)
    settings = settings_of(data)
    tell_unvouched(settings)
    with open_desk(settings) as desk:
        if batch is not None:
            return _batch(desk, batch, fonds, narrow)
        answer = desk.ask(question, fonds=fonds, narrow=narrow)
        if export is not None:
            _export(settings, desk, answer, export, suffix)
    if as_json:
        typer.echo(json.dumps(answer_shape(None, question, answer), ensure_ascii=False))
    else:
        typer.echo(described(answer))
    return _verdict(answer)


def _export(settings: Settings, desk: Desk, answer: Answer, file: Path, suffix: str) -> None:
    from app.access.reader import LOCAL
    from app.export import write
    from app.exported import exported
    from app.replay import replayed

    found = replayed(settings.data, desk.catalogue, answer.id, LOCAL)
    write(file, exported(settings.data, desk.catalogue, found, suffix))
    journaled(settings, "export", {"what": {"file": file.name}}, answer.id)


def _verdict(answer: Answer) -> int:
    from app.errors import sentence

    if answer.trouble is not None:
        known = sentence(answer.trouble)
        if known is not None:
            print(f"{known.happened}\n{known.todo}", file=sys.stderr)
        return MODEL_SILENT
    return DONE if answer.status == "answered" else NOT_IN_RECORDS


def _batch(desk: Desk, batch: Path, fonds: list[str] | None, narrow: Narrow) -> int:
    from app.batch import in_turn, print_line
    from app.citations import Answer
    from app.conversation import Conversation
    from app.shapes import answer_shape

    talks: dict[str, Conversation] = {}
    code = DONE
    for asked, talk, wrong in in_turn(batch, talks):
        if wrong:
            answer = Answer("", asked.question, "error", message=wrong)
            code = INPUT_UNREADABLE
        else:
            answer = desk.ask(asked.question, conversation=talk, fonds=fonds, narrow=narrow)
            if answer.trouble is not None and code == DONE:
                code = MODEL_SILENT
            if asked.key:
                talks[asked.key] = talk.then(asked.question, answer)
        print_line(answer_shape(asked.id, asked.question, answer))
    return code


def described(answer: Answer) -> str:
    """The answer for a terminal: sentences with [n], then the sources."""
    lines: list[str] = [f"({note})" for note in answer.notes]
    if answer.validated:
        lines.append(f"(validée par {answer.validated.by} le {answer.validated.on})")
    if answer.status != "answered":
        lines.append(answer.message)
        if answer.nearest:
            lines += ["", "Passages les plus proches (Greffe n'y a pas trouvé de réponse) :"]
            lines += [_source(citation) for citation in answer.nearest]
        return "\n".join(lines)
    for sentence in answer.sentences:
        marks = "".join(f" [{number}]" for number in sentence.citations)
        struck = sentence.status == "unverified"
        text = f"~~{sentence.text}~~" if struck else sentence.text
        lines.append(f"{text}{marks} ({STATUSES[sentence.status]})")
    lines += ["", "Sources :"]
    lines += [_source(citation) for citation in answer.citations]
    return "\n".join(lines)


def _source(citation: Citation) -> str:
    ocr = ""
    if citation.ocr:
        sure = f", confiance {citation.confidence:.0%}" if citation.confidence is not None else ""
        ocr = f" (lu par OCR{sure})"
    quote = citation.quote.text
    quote = quote if len(quote) <= 200 else quote[:200].rsplit(" ", 1)[0] + " …"
    return f"[{citation.number}] {citation.label}{ocr} – {citation.source}\n    « {quote} »"
