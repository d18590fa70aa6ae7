"""An answer as a tagged PDF: what is read, in which order, with which pages."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from app.access.reader import LOCAL
from app.assembly import open_desk
from app.export import of_entry
from app.leaves import leaves
from app.printed import Leaf, as_pdf
from app.replay import replayed
from app.settings import load

FINE = "Quelle est l'amende maximale pour un dépôt sauvage ?"


@pytest.fixture(scope="module")
def made(town: Path) -> tuple[dict[str, Any], list[Leaf], PdfReader]:
    with open_desk(load(town)) as desk:
        answer = desk.ask(FINE)
        found = replayed(town, desk.catalogue, answer.id, LOCAL)
        shape, pages = of_entry(answer.id, found.entry), leaves(desk.catalogue, found)
    return shape, pages, PdfReader(io.BytesIO(as_pdf(shape, pages)))


def elements(reader: PdfReader) -> list[Any]:
    """The parts of the document, in reading order."""
    root: Any = reader.root_object["/StructTreeRoot"]
    return [one.get_object() for one in root["/K"][0].get_object()["/K"]]


def words(reader: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_it_says_all_that_the_answer_says(made: tuple[Any, Any, PdfReader]) -> None:
    shape, _, reader = made
    said = words(reader)
    assert FINE in said
    assert "Rédigé avec l'aide d'une IA, à vérifier." in said
    for one in shape["sentences"]:
        marks = "".join(f" [{number}]" for number in one["citations"])
        assert " ".join(f"{one['text']}{marks} (citation exacte)".split()) in said
    for one in shape["citations"]:
        assert " ".join(f"[{one['number']}] {one['label']}".split()) in said
        assert one["sha256"] in said


def test_a_screen_reader_is_told_language_headings_and_images(
    made: tuple[Any, list[Leaf], PdfReader],
) -> None:
    _, pages, reader = made
    root: Any = reader.root_object
    assert root["/Lang"] == "fr-FR"
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert reader.metadata is not None
    assert reader.metadata.title == FINE
    found = elements(reader)
    assert [one["/S"] for one in found[:3]] == ["/H1", "/P", "/P"]
    figures = [one for one in found if one["/S"] == "/Figure"]
    assert len(figures) == len(pages) > 0
    assert all("passage cité encadré" in one["/Alt"] for one in figures)
    parents: Any = root["/StructTreeRoot"]["/ParentTree"]["/Nums"]
    for number, page in enumerate(reader.pages):
        assert page["/StructParents"] == number
        held = parents[2 * number + 1]
        assert page.get_contents().get_data().count(b"BDC") == len(held)  # type: ignore[union-attr]


def test_each_cited_page_follows_once_with_its_own_text(
    made: tuple[Any, list[Leaf], PdfReader],
) -> None:
    shape, pages, reader = made
    places = {(one["sha256"], one["page"]) for one in shape["citations"]}
    assert len(pages) == len(places) <= len(shape["citations"])
    for page, leaf in zip(reader.pages[-len(pages) :], pages, strict=True):
        assert not page.images  # the page of a PDF, not a picture of it
        said = " ".join(page.extract_text().split())
        assert " ".join(leaf.name.split())[:80] in said
        assert leaf.boxes
    last = " ".join(" ".join(p.extract_text() for p in reader.pages[-len(pages) :]).split())
    for one in shape["citations"]:
        assert " ".join(one["quote"].split())[:30] in last


def test_the_box_stands_on_the_cited_words(made: tuple[Any, list[Leaf], PdfReader]) -> None:
    """Drawn by another program, the boxed part of the page is yellow and holds the words."""
    import pypdfium2 as pdfium

    shape, pages, _ = made
    document = pdfium.PdfDocument(as_pdf(shape, pages))
    page = document[len(document) - len(pages)]
    image = page.render(scale=1).to_pil().convert("RGB")
    colours = image.getcolors(image.width * image.height) or []
    assert sum(n for n, (r, g, b) in colours if r > 240 and g > 230 and 180 < b < 225) > 200
    document.close()


def test_a_page_that_is_no_pdf_is_a_picture(made: tuple[Any, list[Leaf], PdfReader]) -> None:
    shape, pages, _ = made
    for broken in (b"", b"%PDF-1.4 rien"):
        reader = PdfReader(io.BytesIO(as_pdf(shape, [replace(pages[0], page=broken)])))
        [image] = reader.pages[-1].images
        assert image.image is not None
        assert image.image.width == 1350


def test_a_long_answer_runs_over_pages_and_loses_nothing(
    made: tuple[Any, Any, PdfReader],
) -> None:
    shape = dict(made[0])
    shape["sentences"] = [
        {"text": f"Phrase {n} : {'très longue ' * 30}fin {n} € ≈ m³ \x07", "status": "unverified",
         "citations": []}
        for n in range(40)
    ]  # fmt: skip
    reader = PdfReader(io.BytesIO(as_pdf(shape, [])))
    said = words(reader)
    assert len(reader.pages) > 3
    assert all(f"fin {n} €" in said for n in range(40))
    over = [one for one in elements(reader) if len(one["/K"]) > 1]
    assert over  # paragraphs that go on on the next page are one paragraph
