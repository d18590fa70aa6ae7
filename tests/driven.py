"""Inputs led by the code they reach: `python -m tests.driven --seconds 300`.

atheris (libFuzzer) changes an input and keeps what reaches new lines of ours, so it finds what
chance alone (tests/fuzzed.py) does not. It has wheels for some versions of Python only and is no
dependency: `pip install atheris==3.0.0`, or the extra `atteindre`. One process for each target. An
exception that is no Trouble, a reader that says « crashed », or an input of more than ten seconds
is a fault, and its input is kept.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib import import_module, util
from pathlib import Path
from typing import Any

MISSING = "atheris n'est pas installé : pip install atheris==3.0.0 (Python 3.11 à 3.14, Linux)."
LONGEST = 20_000  # bytes of an input
_SLOW = 10  # seconds for one input
# target → modules whose lines lead it; what is instrumented is slower
TARGETS: dict[str, tuple[str, ...]] = {
    "citations": ("app.markers",),
    "question": ("vectorstore.question", "app.listing"),
    "acts": ("ingest.records.cut", "ingest.records.facts", "ingest.records"),
    "ledger": ("app.ledger",),
    "txt": ("ingest.readers.text",),
    "html": ("ingest.readers.html",),
    "csv": ("ingest.readers.scdl",),
    "rtf": ("ingest.readers.rtf", "striprtf"),
    "eml": ("ingest.readers.eml",),
    "jsonl": ("ingest.readers.law",),
    "xml": ("ingest.readers.legi",),
}
_SEEDS = {"txt": "memo.txt", "html": "pv.html", "csv": "scdl.csv", "rtf": "lettre.rtf",
          "eml": "courriel.eml", "jsonl": "loi.jsonl", "xml": "article.xml"}  # fmt: skip
_WORDS = (
    "Le repas coûte 3,20 € [1]. Il est voté [1, 3] le 22 mai 2014 « par 11 voix ».",
    "Que dit la délibération n° 2024-031 et l'article L. 2122-22 du CGCT au 1er mai 2010 ?",
    "Combien d'arrêtés ont été pris entre 2016 et 2018 à Nîmes ?",
    "Délibération n° 2024-031 du 22 mai 2024\nObjet : tarif\nLe conseil décide :\nArticle 1er",
)


def target(name: str, folder: Path) -> Callable[[bytes], None]:
    """What is done with an input."""
    if name in _SEEDS:
        return _reader(name, folder)
    return {"citations": _citations, "question": _question, "acts": _acts, "ledger": _ledger}[name]


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape").encode("utf-8", "replace").decode()


def _citations(data: bytes) -> None:
    from app.markers import Sentences, sentences

    text = _text(data)
    whole = sentences(text, 4)
    reader = Sentences(4)
    half = len(text) // 2
    cut = [*reader.feed(text[:half]), *reader.feed(text[half:]), *reader.close()]
    assert cut == whole, "the same text, cut otherwise, gives other sentences"
    assert all(1 <= mark <= 4 for one in whole for mark in one.marks)


def _question(data: bytes) -> None:
    from vectorstore.question import read_question

    read_question(_text(data), ("Nîmes", "Courvallon-sur-Sélande"))


def _acts(data: bytes) -> None:
    from ingest.pages import Page
    from ingest.records.cut import cut
    from ingest.records.facts import with_facts

    pages = [Page(1, _text(data))]
    with_facts(pages, cut(pages, "conseil/2024-031.pdf"))


def _ledger(data: bytes) -> None:
    from app import ledger

    sentence, _, source = _text(data).partition("\n")
    found = ledger.verdict(sentence, [source])
    assert found in ("verbatim", "supported", "unverified")


def _reader(name: str, folder: Path) -> Callable[[bytes], None]:
    from ingest.readers import Limits, attempt
    from ingest.trouble import Unreadable

    file, limits = folder / f"essai.{name}", Limits(megabytes=20, pages=200, ocr_seconds=20)

    def read(data: bytes) -> None:
        file.write_bytes(data)
        found = attempt(file, limits)
        if isinstance(found, Unreadable) and found.reason == "crashed":
            raise AssertionError(str(found))

    return read


def seeds(name: str) -> list[bytes]:
    """Inputs to begin with."""
    if name not in _SEEDS:
        return [text.encode() for text in _WORDS]
    from tests.fuzzed import seeds as files

    return [files()[_SEEDS[name]][:LONGEST]]


def lead(name: str, folder: Path, seconds: int) -> None:
    """Lead one target, in this process, which libFuzzer ends."""
    atheris: Any = import_module("atheris")
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(seeds(name)):
        (corpus / f"{number}").write_bytes(seed)
    with atheris.instrument_imports(include=[*TARGETS[name]]):
        for module in TARGETS[name]:
            import_module(module)
    does = target(name, folder)
    does(seeds(name)[0])  # what is loaded late is loaded before time is counted
    kept = [f"-artifact_prefix={Path.cwd() / 'driven'}-{name}-", f"-max_total_time={seconds}",
            f"-timeout={_SLOW}", f"-max_len={LONGEST}", "-rss_limit_mb=3000", "-seed=1",
            "-print_final_stats=1"]  # fmt: skip
    atheris.Setup([sys.argv[0], *kept, str(corpus)], does)
    atheris.Fuzz()


def main(arguments: Sequence[str] | None = None) -> None:
    """Lead each target for as long as asked: how many inputs, how much reached, what fault."""
    parser = argparse.ArgumentParser(prog="python -m tests.driven")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--target", choices=sorted(TARGETS), action="append")
    parser.add_argument("--alone", choices=sorted(TARGETS), help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if util.find_spec("atheris") is None:
        raise SystemExit(MISSING)
    if asked.alone:
        with tempfile.TemporaryDirectory() as folder:
            lead(asked.alone, Path(folder), asked.seconds)
    faults = 0
    for name in asked.target or TARGETS:
        command = [sys.executable, "-m", "tests.driven", "--alone", name]
        ran = subprocess.run(
            [*command, "--seconds", str(asked.seconds)], capture_output=True, check=False
        )
        told = ran.stderr.decode("utf-8", "replace") + ran.stdout.decode("utf-8", "replace")
        faults += ran.returncode != 0
        print(f"{name} : {_figures(told)}{' FAUTE' if ran.returncode else ''}", flush=True)
        if ran.returncode:
            print("\n".join(told.splitlines()[-40:]))
    raise SystemExit(1 if faults else 0)


def _figures(told: str) -> str:
    runs = re.search(r"number_of_executed_units: (\d+)", told)
    reached = re.findall(r"cov: (\d+)", told)
    return f"{runs[1] if runs else '?'} essais, {reached[-1] if reached else '?'} arêtes atteintes"


if __name__ == "__main__":
    main()
