"""Which reader reads a file, and what is refused before any reader opens it."""

from pathlib import Path

import pytest

from ingest.readers import READERS, Limits, read, suffix_of
from ingest.trouble import Unreadable
from tests.conftest import SAMPLE

DATA = Path(__file__).parents[2] / "data"
ODT = SAMPLE / "arretes/AR-2024-098_interdiction-feux.odt"
DOCX = SAMPLE / "arretes/AR-2024-117_circulation-rue-des-tanneurs.docx"
PDF = SAMPLE / "deliberations/2024-031_depots-sauvages.pdf"


def reason(file: Path, limits: Limits | None = None) -> str:
    with pytest.raises(Unreadable) as raised:
        read(file, limits or Limits())
    return raised.value.reason


def made(folder: Path, name: str, content: bytes) -> Path:
    file = folder / name
    file.write_bytes(content)
    return file


def test_every_format_has_a_module_that_reads() -> None:
    from importlib import import_module

    for module in set(READERS.values()):
        assert callable(import_module(f"ingest.readers.{module}").read)


@pytest.mark.parametrize(
    ("name", "suffix"),
    [("A.PDF", ".pdf"), ("loi.jsonl.gz", ".jsonl.gz"), ("x.GZ", ".gz"), ("lisezmoi", "")],
)
def test_the_suffix_is_read_in_any_case(name: str, suffix: str) -> None:
    assert suffix_of(Path(name)) == suffix


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("vide.pdf", b"", "empty"),
        ("plan.dwg", b"AC1027", "unknown_format"),
        ("acte.pdf", b"<html>pas un PDF</html>", "misnamed"),
        ("acte.pdf", b"%\xe2\xe3\n1 0 obj\n<</Kids [2 0 R]>>", "damaged"),
        ("acte.docx", b"Le conseil municipal", "misnamed"),
        ("acte.txt", b"\x00\x01\x02\x03" * 300, "misnamed"),
        ("lettre.rtf", b"Bonjour", "misnamed"),
        ("lettre.txt", rb"{\rtf1 }", "no_text"),
        ("tableau.pdf", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "misnamed"),
        ("tableau.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "unknown_format"),
        ("coupe.docx", b"PK\x03\x04" + bytes(200), "damaged"),
        ("coupe.odt", ODT.read_bytes()[:900], "damaged"),
        ("blanc.txt", b" \n\n  \n", "no_text"),
    ],
)
def test_a_bad_file_is_refused_with_its_reason(
    tmp_path: Path, name: str, content: bytes, why: str
) -> None:
    assert reason(made(tmp_path, name, content)) == why


def test_a_file_above_the_limit_is_not_opened(tmp_path: Path) -> None:
    with (tmp_path / "enorme.pdf").open("wb") as stream:
        stream.truncate(2_000_001)
    assert reason(tmp_path / "enorme.pdf", Limits(megabytes=2)) == "too_large"
    assert reason(PDF, Limits(pages=1)) == "too_large"


def test_a_file_that_went_away_is_refused_and_not_a_crash(tmp_path: Path) -> None:
    assert reason(tmp_path / "parti.pdf") == "forbidden"


@pytest.mark.parametrize(
    ("source", "name"), [(PDF, "acte.txt"), (DOCX, "acte.odt"), (ODT, "acte.docx")]
)
def test_a_misnamed_file_is_read_when_its_content_tells_what_it_is(
    tmp_path: Path, source: Path, name: str
) -> None:
    read_again = read(made(tmp_path, name, source.read_bytes()), Limits())
    assert read_again.pages == read(source, Limits()).pages


def test_a_zip_that_is_no_document_is_misnamed(tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "acte.docx", "w") as archive:
        archive.writestr("photo.jpg", b"\xff\xd8")
    assert reason(tmp_path / "acte.docx") == "misnamed"


def test_word_and_odt_files_under_a_password_are_said_to_be_so(tmp_path: Path) -> None:
    import zipfile

    assert reason(DATA / "locked.docx") == "encrypted"
    manifest = "<m:manifest><m:encryption-data/>application/vnd.oasis.opendocument.text"
    with zipfile.ZipFile(tmp_path / "acte.odt", "w") as archive:
        archive.writestr("content.xml", b"\x8f\x11")
        archive.writestr("META-INF/manifest.xml", manifest)
    assert reason(tmp_path / "acte.odt") == "encrypted"


def test_an_old_word_file_asks_for_libreoffice_where_it_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert reason(made(tmp_path, "acte.doc", old)) == "office_missing"
    assert reason(made(tmp_path, "acte.docx", old)) == "office_missing"
