"""The journal: one JSON line for each question, kept in the data folder."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from app.citations import Answer


def note(data: Path, answer: Answer, who: str) -> None:
    """Append what was asked and on what the answer rests."""
    line = {
        "at": datetime.now().astimezone().isoformat(timespec="milliseconds"),
        "who": who,
        "id": answer.id,
        "question": answer.question,
        "status": answer.status,
        "answer": answer.text,
        "passages": [[c.fonds, c.source, c.quote.page] for c in answer.citations],
        "sentences": [s.status for s in answer.sentences],
        "model": answer.model,
        "prompt_version": answer.prompt_version,
        "generation": answer.generation,
        "seconds": answer.seconds,
    }
    path = data / "journal" / f"{datetime.now():%Y-%m}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(line, ensure_ascii=False) + "\n")
