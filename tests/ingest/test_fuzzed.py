"""Files that are damaged in any way are read or set aside with a reason, and cost no reader."""

from __future__ import annotations

import gzip
import io
import threading
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

from app.errors import SET_ASIDE
from ingest.pages import Document
from ingest.readers import Limits
from ingest.reading import Bounds, _Worker
from tests.fuzzed import BOUNDS, FILES, Change, Reader, changed, seeds


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    patient = replace(BOUNDS, silence=120, seconds=240)  # beside other tests, on a busy machine
    found = Reader(tmp_path_factory.mktemp("abimes"), patient)
    yield found
    found.close()


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(file=FILES)
def test_a_file_that_is_damaged_anyhow_costs_no_reader(
    reader: Reader, file: tuple[str, list[Change], bool]
) -> None:
    assert reader.fault(file[0], changed(*file)) == ""


@pytest.mark.parametrize("name", sorted(seeds()))
def test_the_files_that_are_damaged_were_good(reader: Reader, name: str) -> None:
    before = reader.met["read"]
    assert reader.fault(name, seeds()[name]) == ""
    assert reader.met["read"] == before + (name != "protege.pdf")


# --- bombs: a small file that unfolds into more than the machine has


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def pdf(stream: bytes, more: bytes = b"") -> bytes:
    """A PDF of one page with this compressed content."""
    packed = zlib.compress(stream, 9)
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R"
        b"/Resources<</Font<</F 5 0 R>>>>>>endobj\n"
        b"4 0 obj<</Length " + str(len(packed)).encode() + b"/Filter/FlateDecode>>stream\n"
        + packed + b"\nendstream endobj\n"
        b"5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n" + more
        + b"trailer<</Root 1 0 R/Size 6>>\n"
    )  # fmt: skip


HUGE = 48 * 2**20
LAUGHS = b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY a0 'ha'>" + b"".join(
    f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>".encode() for n in range(1, 12)
)
BOMBS = {
    "gonfle.docx": lambda: zipped(**{"word/document.xml": b"<a>" + b" " * HUGE}),
    "manifeste.odt": lambda: zipped(
        **{"content.xml": b"<a/>", "META-INF/manifest.xml": b" " * HUGE}
    ),
    "rires.docx": lambda: zipped(**{"word/document.xml": LAUGHS + b"]><a>&a11;</a>"}),
    "rires.xml": lambda: LAUGHS + b"]><ARTICLE>&a11;</ARTICLE>",
    "profond.html": lambda: b"<div>" * 12_000 + b"x",
    "profond.rtf": lambda: b"{\\rtf1" + b"{" * 300_000,
    "gonfle.jsonl.gz": lambda: gzip.compress(b" " * (HUGE // 4)),
    "gonfle.pdf": lambda: pdf(b"(x) Tj " * (HUGE // 28)),
    "pages.pdf": lambda: pdf(b"BT /F 12 Tf (Le maire) Tj ET").replace(
        b"/Kids[3 0 R]/Count 1", b"/Kids[2 0 R 2 0 R 3 0 R]/Count 99999999"
    ),
    "parties.eml": lambda: b"".join(
        f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n".encode() for n in range(5000)
    ),
    "points.csv": lambda: b";" * 5_000_000 + b"\n" + b"a;" * 100_000,
}


@pytest.mark.parametrize("name", sorted(BOMBS))
def test_a_file_that_unfolds_without_end_is_bounded(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_bytes(BOMBS[name]())
    worker = _Worker(Limits(megabytes=100, pages=500), Bounds(120, 240, 600))
    try:
        outcome, last = worker.read(file, threading.Event())
        while not last:
            outcome, last = worker.read(file, threading.Event())
    finally:
        worker.kill()
    assert isinstance(outcome, Document) or outcome.reason in set(SET_ASIDE) - {"crashed"}, outcome
