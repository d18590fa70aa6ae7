"""An exported answer in Word: what is struck stays struck, and no character spoils the file."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from app.access.reader import LOCAL
from app.assembly import open_desk
from app.document import AIDED, as_document
from app.export import of_entry
from app.leaf import Leaf
from app.leaves import leaves
from app.replay import replayed
from app.settings import load
from tests.command_line import greffe


def shape(**changed: Any) -> dict[str, Any]:
    citation = {
        "number": 1, "label": "Arrêté n° 7", "fonds": "arretes", "source": "a.pdf", "page": 2,
        "quote": "Il est\x0c interdit.", "sha256": "ab", "ocr": True,
    }  # fmt: skip
    return {
        "answer": "8eec50c9a646", "at": "2026-11-22T09:14:00+01:00", "question": "Est-ce permis ?",
        "model": "extractif", "validated": {"by": "Anne Roy", "on": "2026-11-21"},
        "sentences": [
            {"text": "Il est interdit.", "status": "verbatim", "citations": [1]},
            {"text": "Il est permis.", "status": "unverified", "citations": []},
        ],
        "citations": [citation], "notes": [], "text": "Rien.",
    } | changed  # fmt: skip


def written(**changed: Any) -> Any:
    return Document(io.BytesIO(as_document(shape(**changed))))


def test_a_sentence_that_was_not_verified_is_struck_and_says_so() -> None:
    proved, struck = (p for p in written().paragraphs if p.text.startswith("Il est "))
    assert (proved.text, proved.runs[0].font.strike) == (
        "Il est interdit. [1] (citation exacte)", False,
    )  # fmt: skip
    assert (struck.text, struck.runs[0].font.strike) == ("Il est permis. (non vérifiée)", True)


def test_the_document_says_when_how_and_by_whom() -> None:
    texts = [paragraph.text for paragraph in written().paragraphs]
    assert texts[1:3] == [
        AIDED,
        (
            "Réponse de Greffe du 22/11/2026 (n° 8eec50c9a646), faite de phrases recopiées mot pour"
            " mot des sources : l'IA les a cherchées et choisies, aucun modèle de langue ne les a"
            " écrites. Validée par Anne Roy le 21/11/2026."
        ),
    ]
    (source,) = [text for text in texts if text.startswith("[1] ")]
    assert "page 2. Lu par OCR." in source
    assert "« Il est  interdit. »" in source  # a form feed has no place in XML


def test_a_refusal_is_exported_in_its_own_words() -> None:
    texts = [p.text for p in written(sentences=[], citations=[], validated=None).paragraphs]
    assert texts[3] == "Rien."
    assert "Sources" not in texts


def test_the_whole_file_is_in_french() -> None:
    """Not only its properties: the defaults of Word's template speak American English."""
    with zipfile.ZipFile(io.BytesIO(as_document(shape()))) as file:
        for part in ("word/styles.xml", "word/settings.xml"):
            xml = file.read(part).decode()
            assert "en-US" not in re.sub(r'w:(?:eastAsia|bidi)="[^"]*"', "", xml), part
        assert '<w:lang w:val="fr-FR"' in file.read("word/styles.xml").decode()


def test_a_source_is_named_whole_with_what_was_said_of_it() -> None:
    citation = shape()["citations"][0] | {"reference": "Conseil municipal d'Uzès, arrêté n° 7"}
    judged = {"citation": 1, "verdict": "contested", "by": "Anne", "at": "2026-11-22", "text": ""}
    texts = [p.text for p in written(citations=[citation], judged=[judged]).paragraphs]
    (source,) = [text for text in texts if text.startswith("[1] ")]
    assert source.startswith("[1] Conseil municipal d'Uzès, arrêté n° 7 (citation contestée)\n")


# --- the cited pages

FINE = "Quelle est l'amende maximale pour un dépôt sauvage ?"


@pytest.fixture(scope="module")
def cited(town: Path) -> tuple[dict[str, Any], list[Leaf]]:
    with open_desk(load(town)) as desk:
        answer = desk.ask(FINE)
        found = replayed(town, desk.catalogue, answer.id, LOCAL)
        return of_entry(answer.id, found.entry), leaves(desk.catalogue, found, as_pdf=False)


def pictures(document: Any) -> list[tuple[str, Any, bytes]]:
    """Of each picture: what it is said to be, its shape on the page, its bytes."""
    shapes = document.inline_shapes
    held = [shape._inline.graphic.graphicData.pic.blipFill.blip.embed for shape in shapes]
    parts = [document.part.related_parts[one].blob for one in held]
    said = [str(shape._inline.docPr.get("descr")) for shape in shapes]
    return list(zip(said, shapes, parts, strict=True))


def test_each_cited_page_follows_once_as_a_picture_that_says_what_it_is(
    cited: tuple[dict[str, Any], list[Leaf]],
) -> None:
    answer, pages = cited
    places = [(one["source"], one["page"]) for one in answer["citations"]]
    document = Document(io.BytesIO(as_document(answer, pages)))
    found = pictures(document)
    assert len(found) == len(set(places)) > 0
    for (said, _, _), leaf, (file, page) in zip(found, pages, dict.fromkeys(places), strict=True):
        assert leaf.name in said
        assert f", page {page} du fichier {file}, passage cité encadré." in said
        headings = [one for one in document.paragraphs if one.text == leaf.name]
        assert [one.style.name for one in headings] == ["Heading 2"]


def test_the_cited_words_are_boxed_in_the_picture_which_fits_the_paper(
    cited: tuple[dict[str, Any], list[Leaf]],
) -> None:
    from PIL import Image

    answer, pages = cited
    written = as_document(answer, pages)
    document = Document(io.BytesIO(written))
    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    for _, shown, picture in pictures(document):
        assert shown.width <= section.page_width - section.left_margin - section.right_margin
        assert shown.height <= section.page_height - section.top_margin - section.bottom_margin
        with Image.open(io.BytesIO(picture)) as image:
            colours = image.convert("RGB").getcolors(image.width * image.height) or []
            assert image.width == 1350
        assert sum(n for n, (r, g, b) in colours if r > 235 and g > 225 and 170 < b < 225) > 2000
    assert len(written) < (len(pages) + 1) * 700_000


def test_a_document_stays_within_its_bounds_and_says_what_it_leaves_out(
    cited: tuple[dict[str, Any], list[Leaf]], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, pages = cited
    monkeypatch.setattr("app.document.MOST_BYTES", 1000)
    document = Document(io.BytesIO(as_document(answer, pages)))
    assert pictures(document) == []
    assert document.paragraphs[-1].text == "Les autres pages citées sont dans l'export en PDF."


def test_a_page_whose_file_was_withdrawn_is_in_no_document(own_town: Path) -> None:
    with open_desk(load(own_town)) as desk:
        answer = desk.ask(FINE)
        cited = {one.source for one in answer.citations}
        assert leaves(desk.catalogue, replayed(own_town, desk.catalogue, answer.id, LOCAL))
    for source in cited:
        assert greffe(own_town, "withdraw", source, "--yes").code == 0
    with open_desk(load(own_town)) as desk:
        found = replayed(own_town, desk.catalogue, answer.id, LOCAL)
        assert leaves(desk.catalogue, found, as_pdf=False) == []
