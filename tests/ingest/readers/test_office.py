"""Word and OpenDocument: paragraphs and tables, in the order of the text."""

import zipfile
from pathlib import Path

import pytest

from ingest.readers import Limits, read
from ingest.trouble import Unreadable
from tests.conftest import SAMPLE


def text_of(file: Path) -> str:
    document = read(file, Limits())
    [page] = document.pages
    assert page.number == 1
    return page.text


def test_a_word_file_gives_its_articles_in_order() -> None:
    text = text_of(SAMPLE / "arretes/AR-2024-117_circulation-rue-des-tanneurs.docx")
    places = [text.index(f"ARTICLE {n}") for n in range(1, 6) if f"ARTICLE {n}" in text] or [
        text.lower().index(f"article {n}") for n in range(1, 6)
    ]
    assert places == sorted(places)
    assert len(places) == 5


def test_a_word_table_stands_between_its_paragraphs_one_row_a_line(tmp_path: Path) -> None:
    import docx

    made = docx.Document()
    made.sections[0].header.paragraphs[0].text = "Mairie de Valbourg"
    made.add_paragraph("Article 1 : les tarifs sont :")
    table = made.add_table(rows=2, cols=3)
    for row, words in zip(
        table.rows, (("Repas", "Enfant", "3,10 €"), ("Repas", "Adulte", "5,20 €")), strict=True
    ):
        for cell, word in zip(row.cells, words, strict=True):
            cell.text = word
    merged = table.add_row().cells
    merged[0].merge(merged[2]).text = "Gratuit pour les agents"
    made.add_paragraph("Article 2 : ils s'appliquent le 1er septembre.")
    made.save(str(tmp_path / "tarifs.docx"))
    assert text_of(tmp_path / "tarifs.docx").split("\n") == [
        "Mairie de Valbourg",
        "Article 1 : les tarifs sont :",
        "Repas | Enfant | 3,10 €",
        "Repas | Adulte | 5,20 €",
        "Gratuit pour les agents",
        "",
        "Article 2 : ils s'appliquent le 1er septembre.",
    ]


def test_two_prices_that_are_the_same_are_two_columns(tmp_path: Path) -> None:
    import docx

    made = docx.Document()
    table = made.add_table(rows=1, cols=3)
    for cell, word in zip(table.rows[0].cells, ("Adulte", "5,00 €", "5,00 €"), strict=True):
        cell.text = word
    made.save(str(tmp_path / "tarifs.docx"))
    assert text_of(tmp_path / "tarifs.docx").strip() == "Adulte | 5,00 € | 5,00 €"


def test_an_odt_gives_paragraphs_lists_and_table_rows(tmp_path: Path) -> None:
    from odf.opendocument import OpenDocumentText
    from odf.table import Table, TableCell, TableRow
    from odf.text import H, List, ListItem, P

    made = OpenDocumentText()
    made.text.addElement(H(outlinelevel=1, text="Arrêté municipal"))
    points = List()
    for words in ("les feux d'herbe", "les barbecues"):
        item = ListItem()
        item.addElement(P(text=words))
        points.addElement(item)
    made.text.addElement(points)
    row = TableRow()
    for words in ("Amende", "135 €"):
        cell = TableCell()
        cell.addElement(P(text=words))
        row.addElement(cell)
    table = Table()
    table.addElement(row)
    made.text.addElement(table)
    made.save(str(tmp_path / "feux.odt"))
    assert text_of(tmp_path / "feux.odt").split("\n") == [
        "Arrêté municipal",
        "les feux d'herbe",
        "les barbecues",
        "Amende | 135 €",
    ]


@pytest.mark.parametrize(
    ("name", "inner"), [("x.docx", "word/document.xml"), ("x.odt", "content.xml")]
)
def test_an_archive_with_broken_xml_inside_is_damaged(
    tmp_path: Path, name: str, inner: str
) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / name, "w") as archive:
        archive.writestr(inner, "<text><p>sans fin")
        archive.writestr("META-INF/manifest.xml", "application/vnd.oasis.opendocument.text")
    with pytest.raises(Unreadable) as raised:
        read(tmp_path / name, Limits())
    assert raised.value.reason == "damaged"


def test_an_odt_whose_text_ends_short_is_damaged_and_none_of_it_is_printed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "arrete.odt"
    good = SAMPLE / "arretes/AR-2024-098_interdiction-feux.odt"
    with zipfile.ZipFile(good) as before, zipfile.ZipFile(file, "w") as after:
        for entry in before.infolist():
            held = before.read(entry)
            after.writestr(entry, held[:-80] if entry.filename == "content.xml" else held)
    with pytest.raises(Unreadable) as refused:
        read(file, Limits())
    assert refused.value.reason == "damaged"
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("what", "put"),
    [("flag", b"\x00\x08"), ("flag", b"\x01\x00"), ("method", b"\x63\x00")],
    ids=["a name that is not UTF-8", "under a password", "an unknown compression"],
)
def test_an_odt_whose_manifest_cannot_be_unpacked_is_damaged(
    what: str, put: bytes, tmp_path: Path
) -> None:
    """As the archive's own table says, which is at its end."""
    file = tmp_path / "arrete.odt"
    content = (SAMPLE / "arretes/AR-2024-098_interdiction-feux.odt").read_bytes()
    name = b"META-INF/manifest.xml"
    entry, local = content.rindex(name) - 46, content.index(name) - 30
    for start, place in ((entry, 8 if what == "flag" else 10), (local, 6 if what == "flag" else 8)):
        content = content[: start + place] + put + content[start + place + 2 :]
    content = content.replace(name, b"\xe9" + name[1:], 1) if put == b"\x00\x08" else content
    file.write_bytes(content)
    with pytest.raises(Unreadable) as refused:
        read(file, Limits())
    assert refused.value.reason == "damaged"
