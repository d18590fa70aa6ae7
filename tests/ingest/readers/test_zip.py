"""Archives: what a town hall puts into them, and what an attacker does."""

import io
import struct
import zipfile
from pathlib import Path

import pytest

from ingest.contents import contents
from ingest.readers import Limits, read
from ingest.trouble import Unreadable
from tests.conftest import SAMPLE

PDF = SAMPLE / "deliberations/2024-038_tarifs-cantine-2024-2025.pdf"
ODT = SAMPLE / "arretes/AR-2024-098_interdiction-feux.odt"
LOCKED = SAMPLE / "personnel/Rapport social unique 2023 (protege).pdf"


def packed(file: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file


def reason(file: Path, limits: Limits | None = None) -> str:
    with pytest.raises(Unreadable) as raised:
        read(file, limits or Limits())
    return raised.value.reason


def encrypted(file: Path) -> Path:
    """The same archive with the flag of encryption on each file, in both of its places."""
    raw = bytearray(file.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = raw.find(mark)
        while at >= 0:
            raw[at + offset] |= 1
            at = raw.find(mark, at + 4)
    file.write_bytes(raw)
    return file


def test_each_file_of_an_archive_is_read_and_page_1_says_where_it_is(tmp_path: Path) -> None:
    file = packed(tmp_path / "lot.zip", {
        "2024/tarifs.pdf": PDF.read_bytes(), "feux.odt": ODT.read_bytes(), "2024/": b"",
        ".DS_Store": b"x", "__MACOSX/._feux.odt": b"x", "note.txt": b"March\xe9 le mercredi.",
    })  # fmt: skip
    document = read(file, Limits())
    assert document.pages[0].text.split("\n") == [
        "Archive de 3 fichiers :", "2024/tarifs.pdf : pages 2 à 3", "feux.odt : page 4",
        "note.txt : page 5",
    ]  # fmt: skip
    assert [page.number for page in document.pages] == [1, 2, 3, 4, 5]
    assert document.pages[1].text == read(PDF, Limits()).pages[0].text
    assert document.warnings == ()
    records, _ = contents(document, "lot.zip")
    assert [record.number for record in records] == ["2024-038", "AR-2024-098", None]
    assert [(r.spans[0].page, r.spans[-1].page) for r in records] == [(2, 3), (4, 4), (5, 5)]
    assert records[2].title == "note.txt"


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    file = packed(tmp_path / "lot.zip", {
        "bilan.pdf": LOCKED.read_bytes(), "plan.dwg": b"AC1027", "coupe.docx": b"PK\x03\x04xx",
        "feux.odt": ODT.read_bytes(),
    })  # fmt: skip
    document = read(file, Limits())
    assert document.warnings == (
        "bilan.pdf : {encrypted}", "plan.dwg : {unknown_format}", "coupe.docx : {damaged}",
    )  # fmt: skip
    assert len(document.parts) == 1


def test_a_reader_that_fails_on_one_file_does_not_lose_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingest.readers import odt

    monkeypatch.setattr(odt, "read", lambda *_: 1 / 0)
    file = packed(tmp_path / "a.zip", {"feux.odt": ODT.read_bytes(), "note.txt": b"Bonjour."})
    assert read(file, Limits()).warnings == ("feux.odt : {crashed}",)


def test_names_of_an_old_windows_keep_their_accents(tmp_path: Path) -> None:
    file = packed(tmp_path / "a.zip", {"XtX.txt": b"Bonjour."})
    file.write_bytes(file.read_bytes().replace(b"XtX", "ÉtÀ".encode("cp850")))
    assert [part.name for part in read(file, Limits()).parts] == ["ÉtÀ.txt"]


def test_no_name_leads_out_of_the_archive(tmp_path: Path) -> None:
    names = [
        "../../etc/passwd.txt",
        "/tmp/formats-absolu.txt",
        "C:\\ici.txt",
        "a.t\x01/x",
        "z" * 300,
    ]
    file = packed(tmp_path / "a.zip", dict.fromkeys(names, b"Bonjour."))
    before = set(tmp_path.rglob("*"))
    document = read(file, Limits())
    assert len(document.parts) == 3
    assert set(tmp_path.rglob("*")) == before
    assert not Path("/tmp/formats-absolu.txt").exists()


def test_an_archive_under_a_password_is_said_to_be_so(tmp_path: Path) -> None:
    file = packed(tmp_path / "a.zip", {"note.txt": b"Bonjour.", "feux.odt": ODT.read_bytes()})
    assert reason(encrypted(file)) == "encrypted"


def test_what_goes_beyond_the_bounds_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = packed(tmp_path / "bombe.zip", {"a.txt": bytes(11_000_000)})
    assert reason(bomb) == "bomb"
    noise = packed(tmp_path / "gros.zip", {f"{n}.txt": b"mot " * 100_000 for n in range(6)})
    assert reason(noise, Limits(megabytes=2)) == "too_large"
    many = packed(tmp_path / "multitude.zip", {f"{n}.txt": b"a" for n in range(1001)})
    assert reason(many) == "too_large"


def test_a_size_that_lies_unpacks_no_more_than_it_says(tmp_path: Path) -> None:
    file = packed(tmp_path / "a.zip", {"a.txt": bytes(50_000_000), "b.txt": b"Bonjour."})
    raw = file.read_bytes()
    file.write_bytes(raw.replace(struct.pack("<L", 50_000_000), struct.pack("<L", 1000)))
    assert read(file, Limits()).warnings == ("a.txt : {damaged}",)


def test_the_pages_of_all_files_count_together(tmp_path: Path) -> None:
    content = PDF.read_bytes()
    file = packed(tmp_path / "a.zip", {"1.pdf": content, "2.pdf": content})
    assert read(file, Limits(pages=3)).warnings == ("2.pdf : {too_large}",)


def test_an_archive_in_an_archive_is_opened_and_a_third_one_is_not(tmp_path: Path) -> None:
    def around(name: str, content: bytes, note: bytes) -> bytes:
        return packed(tmp_path / "x.zip", {name: content, "note.txt": note}).read_bytes()

    third = around("feux.odt", ODT.read_bytes(), b"trois")
    second = around("trois.zip", third, b"deux")
    file = tmp_path / "un.zip"
    file.write_bytes(around("deux.zip", second, b"un"))
    document = read(file, Limits())
    assert [part.name for part in document.parts] == ["deux.zip/note.txt", "note.txt"]
    assert document.warnings == ("deux.zip : trois.zip : {nested}",)


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({}, "empty"),
        ({"a.dwg": b"x", "b.dwg": b"y"}, "unknown_format"),
        ({"a.dwg": b"x", "b.pdf": b"%PDF-1.4 x"}, "no_text"),
    ],
)
def test_an_archive_in_which_nothing_can_be_read_is_set_aside_with_its_reason(
    tmp_path: Path, members: dict[str, bytes], why: str
) -> None:
    assert reason(packed(tmp_path / "a.zip", {**members, "dossier/": b""})) == why


def test_an_archive_cut_short_is_damaged_and_a_workbook_is_no_archive(tmp_path: Path) -> None:
    whole = packed(tmp_path / "a.zip", {"feux.odt": ODT.read_bytes()}).read_bytes()
    (tmp_path / "b.zip").write_bytes(whole[:-100])
    assert reason(tmp_path / "b.zip") == "damaged"
    assert reason(packed(tmp_path / "b.xlsx", {"xl/workbook.xml": b"<x/>"})) == "unknown_format"
    sheet = {"content.xml": b"<x/>", "META-INF/manifest.xml": b"opendocument.spreadsheet"}
    assert reason(packed(tmp_path / "b.ods", sheet)) == "unknown_format"
    out = io.BytesIO(b"Bonjour.")
    (tmp_path / "c.zip").write_bytes(out.getvalue())
    assert reason(tmp_path / "c.zip") == "misnamed"
