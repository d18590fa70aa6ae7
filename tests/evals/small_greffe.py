"""A `greffe` of one page, for the bench scripts: real processes, no index.

It keeps the contract of the command line (`ask --json --batch -`, `ingest`) over one text
file that holds the indexed sources, and can be told to fail (see `main`).
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path


def ask(data: Path) -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        if "s'arrête" in asked["question"]:
            sys.exit(70)
        sources = (data / "sources.txt").read_text().split()
        status = "error" if "panne" in asked["question"] else "answered"
        answer = {"id": asked["id"], "status": status, "citations": [], "nearest": []}
        answer["citations"] = [{"source": source} for source in sources]
        print(json.dumps(answer), flush=True)


def ingest(data: Path, names: list[str]) -> None:
    """Index for half a second; « illisible » cannot be read (code 3)."""
    time.sleep(0.5)
    if "illisible" in names:
        sys.exit(3)
    with (data / "sources.txt").open("a") as sources:
        sources.write(" ".join(names) + "\n")


def main() -> None:
    _, flag, data, command, *rest = sys.argv
    assert flag == "--data"
    if command == "ask":
        assert rest == ["--json", "--batch", "-"]
        ask(Path(data))
    else:
        ingest(Path(data), rest)


main()
