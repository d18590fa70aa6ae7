"""Files that nobody has written: `python -m tests.fuzzed --examples 5000`.

Good files of each format with bytes changed, cut, doubled and put in, in the archive and in what
it holds, are read by a real reader process. Whatever comes, a file is read or set aside with a
reason: a reader that crashes, hangs or says « crashed » is a fault, and its file is kept. A short
run of the same is in tests/ingest/test_fuzzed.py; the parser of citations has its own in
tests/app/test_markers.py.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import tempfile
import threading
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.pages import Document
from ingest.readers import Limits
from ingest.reading import Bounds, _Worker
from tests.conftest import SAMPLE
from tests.ingest.readers.test_legi import OLD, OLD_XML, archive, place

BOUNDS = Bounds(silence=30, seconds=60, memory_mb=1500)
LIMITS = Limits(megabytes=20, pages=200, ocr_seconds=20)
FAULTS = frozenset({"crashed", "timeout"})
_TOKENS = (
    b"\0", b"\xff\xfe", b"%PDF-1.7", b"<<", b">>", b"endobj", b"/Kids [1 0 R]", 
    b"/Length 99999999",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>&b;", b"<table>" * 50, b"</w:tbl>", b"<w:t>", b"]]>", b"&#0;",
    b"{\\rtf1", b"{" * 300, b"\\bin99999 ", b"\\u-99999?", b"}" * 50,
    b"Content-Type: multipart/mixed", b"=?utf-8?b?////?=", b"--", b'"' * 5, b";" * 200,
    b"\r\n\r\n", b'{"id":', b"null", b"9" * 400,
    b"1e999", "é\u202e\u0000".encode(), b"\xed\xa0\x80", b"PK\x03\x04", b"2999-99-99",
)  # fmt: skip


@cache
def seeds() -> dict[str, bytes]:
    """Good files, by name."""
    sample = {
        "memo.txt": "notes/memo-etat-civil.txt",
        "note.md": "notes/note-budget-participatif-2025.md",
        "pv.html": "proces-verbaux/compte-rendu-2022-05-18.html",
        "arrete.odt": "arretes/AR-2024-098_interdiction-feux.odt",
        "arrete.docx": "arretes/AR-2024-117_circulation-rue-des-tanneurs.docx",
        "acte.pdf": "deliberations/2025-027_bibliotheque-gratuite.pdf",
        "protege.pdf": "personnel/Rapport social unique 2023 (protege).pdf",
        "scdl.csv": "opendata/deliberations-courvallon-scdl.csv",
    }  # fmt: skip
    found = {name: (SAMPLE / path).read_bytes() for name, path in sample.items()}
    law = b'{"id":"LEGIARTI1","code":"CGCT","num":"L1","text":"Le maire."}\n'
    found |= {"loi.jsonl": law * 3, "loi.jsonl.gz": gzip.compress(law * 3),
              "article.xml": OLD_XML.encode()}  # fmt: skip
    found["lettre.rtf"] = (
        b"{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}\\f0 Arr\\'eat\\'e n\\u176? 7\\par\\trowd 1\\cell}"
    )
    letter = EmailMessage()
    letter["From"], letter["Subject"] = "elise@courvallon.fr", "Fermeture de l'école"
    letter.set_content("Bonjour,\nla cantine sera fermée lundi.")
    letter.add_attachment(found["note.md"], maintype="text", subtype="markdown", filename="n.md")
    found["courriel.eml"] = letter.as_bytes()
    with tempfile.TemporaryDirectory() as folder:
        packed = archive(Path(folder, "legi.tar.gz"), {place(OLD): OLD_XML})
        found["LEGI_20231206-203015.tar.gz"] = packed.read_bytes()
    inside = io.BytesIO()
    with zipfile.ZipFile(inside, "w", zipfile.ZIP_DEFLATED) as archived:
        for name in ("memo.txt", "acte.pdf", "courriel.eml"):
            archived.writestr(name, found[name])
    return found | {"lot.zip": inside.getvalue()}


@dataclass(frozen=True, slots=True)
class Change:
    """What is done to some bytes."""

    kind: str  # set | cut | drop | double | put
    at: float  # where, as a fraction
    size: int
    token: bytes

    def of(self, content: bytes) -> bytes:
        """The bytes after it."""
        at = int(self.at * len(content))
        after = content[at:]
        if self.kind == "cut":
            return content[:at]
        if self.kind == "drop":
            return content[:at] + after[self.size :]
        if self.kind == "double":
            return content[:at] + after[: self.size] * 3 + after[self.size :]
        if self.kind == "set":
            return content[:at] + self.token + after[len(self.token) :]
        return content[:at] + self.token + after


CHANGES = st.builds(
    Change, st.sampled_from(["set", "set", "cut", "drop", "double", "put", "put"]),
    st.floats(0, 1), st.integers(1, 3000),
    st.sampled_from(_TOKENS) | st.binary(min_size=1, max_size=6),
)  # fmt: skip
FILES = st.tuples(
    st.sampled_from(sorted(seeds())), st.lists(CHANGES, min_size=1, max_size=6), st.booleans()
)


def changed(name: str, changes: Sequence[Change], inside: bool) -> bytes:
    """A seed with changes made to it, or to what is packed in it."""
    content = seeds()[name]
    if inside and name.endswith(".gz"):
        return gzip.compress(_changed(gzip.decompress(content), changes))
    if inside and content.startswith(b"PK"):
        return _repacked(content, changes)
    return _changed(content, changes)


def _changed(content: bytes, changes: Sequence[Change]) -> bytes:
    for change in changes:
        content = change.of(content)
    return content


def _repacked(content: bytes, changes: Sequence[Change]) -> bytes:
    """The same archive with its largest text changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w") as after:
        chosen = max(before.infolist(), key=lambda e: (e.filename.endswith(".xml"), e.file_size))
        for entry in before.infolist():
            held = before.read(entry)
            after.writestr(entry, _changed(held, changes) if entry is chosen else held)
    return out.getvalue()


@dataclass
class Reader:
    """A reader process, and another when it is lost."""

    folder: Path
    bounds: Bounds = BOUNDS
    met: Counter[str] = field(default_factory=Counter[str])
    _worker: _Worker | None = None

    def fault(self, name: str, content: bytes) -> str:
        """What went wrong with a file; empty where it was read or set aside."""
        file = self.folder / name
        file.write_bytes(content)
        if self._worker is None or self._worker.dead:
            self._worker = _Worker(LIMITS, self.bounds)
        outcome, last = None, False
        while not last:
            outcome, last = self._worker.read(file, threading.Event())
        reason = "read" if isinstance(outcome, Document) else str(getattr(outcome, "reason", ""))
        self.met[reason] += 1
        return str(outcome) if reason in FAULTS else ""

    def close(self) -> None:
        """End the process."""
        if self._worker is not None:
            self._worker.kill()


def main(arguments: Sequence[str] | None = None) -> None:
    """Read as many files as asked; say what became of them, and keep those that are faults."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzed")
    parser.add_argument("--examples", type=int, default=5000)
    parser.add_argument("--keep", type=Path, default=Path("fuzzed"))
    asked = parser.parse_args(arguments)
    faults: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        reader = Reader(Path(folder))

        @settings(
            max_examples=asked.examples, deadline=None, database=None,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(FILES)
        def read(file: tuple[str, list[Change], bool]) -> None:
            content = changed(*file)
            fault = reader.fault(file[0], content)
            if fault and faults.setdefault(f"{file[0]} {fault[:60]}", fault) is fault:
                asked.keep.mkdir(parents=True, exist_ok=True)
                digest = hashlib.sha256(content).hexdigest()[:8]
                (asked.keep / f"{digest}-{file[0]}").write_bytes(content)

        read()
        reader.close()
    for name, fault in faults.items():
        print(f"{name} : {fault}")
    print(", ".join(f"{reason} {count}" for reason, count in reader.met.most_common()))
    raise SystemExit(1 if faults else 0)


if __name__ == "__main__":
    main()
