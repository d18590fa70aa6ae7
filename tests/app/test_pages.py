"""Page images: the quoted words are boxed where they stand, and nothing crashes."""

from __future__ import annotations

import io
from pathlib import Path

import pypdf
import pytest
from PIL import Image

from app.citations import Quote
from app.pages import (
    Box,
    Drawn,
    Undrawable,
    _Images,
    draw_page,
    drawn_page,
    excerpt,
    locate,
    merge_by_line,
)
from ingest.pages import Page
from tests.app.web.town_hall import CANTEEN, FILLER, ROOM, draw_pdf, draw_scan

LINES = ["Délibération n° 2024/12", FILLER, CANTEEN, "", FILLER, "Fait à Saint-Aubin."]


def quoted(page: Page, words: str, nth: int = 0) -> Quote:
    start = -1
    for _ in range(nth + 1):
        start = page.text.index(words, start + 1)
    return Quote(words, page.number, start, start + len(words))


def yellow_rows(image: bytes, least: int = 30) -> list[int]:
    """Rows that have at least so many yellow pixels."""
    picture = Image.open(io.BytesIO(image)).convert("RGB")
    wide = picture.width
    pixels = picture.tobytes()
    rows = []
    for row in range(picture.height):
        line = pixels[3 * wide * row : 3 * wide * (row + 1)]
        if sum(blue < 170 < red for red, blue in zip(line[::3], line[2::3], strict=True)) >= least:
            rows.append(row)
    return rows


@pytest.fixture
def printed(tmp_path: Path) -> tuple[Path, Page]:
    file = tmp_path / "deliberation.pdf"
    return file, Page(1, draw_pdf(file, [LINES])[0])


def test_the_quoted_line_of_a_born_digital_page_is_boxed(printed: tuple[Path, Page]) -> None:
    file, page = printed
    drawn = drawn_page(file, 1, quote=quoted(page, CANTEEN), text_page=page)
    assert Image.open(io.BytesIO(drawn.image)).format == "WEBP"
    assert drawn.width == 900
    # the third line stands 40 points below the first, at 780 of 842
    expected = (842 - 780 + 40) / 842
    assert drawn.top == pytest.approx(expected, abs=0.02)
    rows = yellow_rows(drawn.image)
    assert 10 <= len(rows) <= 30
    assert rows[0] / drawn.height == pytest.approx(expected, abs=0.02)


def test_of_two_equal_sentences_the_quoted_one_is_boxed(printed: tuple[Path, Page]) -> None:
    file, page = printed
    tops = [
        drawn_page(file, 1, quote=quoted(page, FILLER, nth), text_page=page).top for nth in (0, 1)
    ]
    assert tops[0] is not None
    assert tops[1] is not None
    assert tops[1] - tops[0] == pytest.approx(60 / 842, abs=0.01)


def test_a_page_without_quote_or_with_another_pages_quote_is_drawn_plain(
    printed: tuple[Path, Page],
) -> None:
    file, page = printed
    assert yellow_rows(draw_page(file, 1, quote=None, text_page=page)) == []
    elsewhere = Quote(CANTEEN, 2, 0, len(CANTEEN))
    assert yellow_rows(draw_page(file, 1, quote=elsewhere, text_page=page)) == []


def test_a_quote_that_is_not_on_the_page_boxes_nothing(printed: tuple[Path, Page]) -> None:
    file, page = printed
    drawn = drawn_page(file, 1, quote=Quote("La piscine ouvre à 9 h.", 1, 0, 9), text_page=page)
    assert drawn.top is None


def test_the_words_of_a_scan_are_boxed_from_its_ocr(tmp_path: Path) -> None:
    file = tmp_path / "scan.pdf"
    page = draw_scan(file, ["Arrêté n° 7", ROOM, FILLER])
    drawn = drawn_page(file, 1, quote=quoted(page, ROOM), text_page=page)
    assert drawn.top == pytest.approx(210 / 1754, abs=0.01)
    rows = yellow_rows(drawn.image)
    assert 15 <= len(rows) <= 45


def test_the_words_of_a_photographed_act_are_boxed_upright(tmp_path: Path) -> None:
    page = draw_scan(tmp_path / "scan.pdf", ["Arrêté n° 7", ROOM, FILLER])
    pdf = pypdf.PdfReader(tmp_path / "scan.pdf")
    photo = pdf.pages[0].images[0].image
    assert photo is not None
    turned = Image.Exif()
    turned[0x0112] = 6  # the camera lay on its side: turn clockwise
    photo.rotate(90, expand=True).save(tmp_path / "photo.JPG", exif=turned)
    drawn = drawn_page(tmp_path / "photo.JPG", 1, quote=quoted(page, ROOM), text_page=page)
    assert (drawn.width, drawn.height) == (900, 1273)
    assert drawn.top == pytest.approx(210 / 1754, abs=0.01)
    assert 15 <= len(yellow_rows(drawn.image)) <= 45


def test_a_page_on_its_side_is_boxed_where_it_is_read(tmp_path: Path) -> None:
    from pypdf import PdfReader, PdfWriter

    file = tmp_path / "paysage.pdf"
    page = Page(1, draw_pdf(file, [LINES])[0])
    writer = PdfWriter()
    writer.add_page(PdfReader(file).pages[0].rotate(90))
    writer.write(file)
    drawn = drawn_page(file, 1, quote=quoted(page, CANTEEN), text_page=page)
    assert drawn.height < drawn.width
    assert len(yellow_rows(drawn.image, least=8)) > 200  # the line runs from top to bottom


@pytest.mark.parametrize(
    ("name", "content", "number", "said"),
    [
        ("absent.pdf", None, 1, "n'est plus à sa place"),
        ("abime.pdf", b"%PDF-1.7 rien", 1, "illisible"),
        ("photo.jpg", b"\xff\xd8\xff coupe", 1, "illisible"),
        ("acte.docx", b"PK", 1, "n'a pas de pages"),
    ],
)
def test_a_page_that_cannot_be_drawn_says_why(
    tmp_path: Path, name: str, content: bytes | None, number: int, said: str
) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(Undrawable, match=said):
        draw_page(file, number, quote=None, text_page=Page(number, ""))


@pytest.mark.parametrize("number", [0, 2, 10**6])
def test_a_page_out_of_range_says_so(printed: tuple[Path, Page], number: int) -> None:
    with pytest.raises(Undrawable, match="n'a pas cette page"):
        draw_page(printed[0], number, quote=None, text_page=Page(number, ""))


def test_a_file_that_changed_is_drawn_again(printed: tuple[Path, Page]) -> None:
    file, page = printed
    before = draw_page(file, 1, quote=None, text_page=page)
    draw_pdf(file, [["Un autre texte, plus long que le premier."] * 9])
    assert draw_page(file, 1, quote=None, text_page=page) != before


def test_spaces_hyphens_quotation_marks_and_case_do_not_count() -> None:
    drawn = "L’élu « Rapporteur » pro\x02\r\npose un  vice\x02président."
    text = 'L\'élu "rapporteur" propose un vice-président.'
    found = locate(drawn, text, Quote(text, 1, 0, len(text)))
    assert found == [(0, len(drawn))]


def test_a_quote_interrupted_by_a_stamp_is_boxed_from_head_to_tail() -> None:
    head = "Le conseil municipal fixe le tarif du repas servi aux enfants"
    tail = "à trois euros et vingt centimes à compter de la rentrée prochaine."
    drawn = f"{head}\r\nReçu en préfecture le 3 juin 2024\r\n{tail}"
    text = f"{head}\n{tail}"
    assert locate(drawn, text, Quote(text, 1, 0, len(text))) == [(0, len(drawn) - 1)]


def test_boxes_of_one_line_become_one_and_two_columns_stay_two() -> None:
    line = [Box(10, 10, 50, 20), Box(55, 11, 90, 21)]
    assert merge_by_line(line) == [Box(10, 10, 90, 21)]
    assert len(merge_by_line([*line, Box(10, 30, 50, 40)])) == 2
    assert len(merge_by_line([*line, Box(400, 10, 450, 20)])) == 2


def test_the_text_around_a_quote_is_cut_to_1500_characters_each_side() -> None:
    page = Page(1, "a" * 4000 + "CITÉ" + "b" * 4000)
    around = excerpt(page, Quote("CITÉ", 1, 4000, 4004))
    assert around.quoted == "CITÉ"
    assert around.before == "…" + "a" * 1500
    assert around.after == "b" * 1500 + "…"
    assert excerpt(Page(1, "court"), None).before == "court"


def test_the_images_kept_never_weigh_more_than_the_limit() -> None:
    kept = _Images(limit=100)
    for key in range(50):
        kept.put(key, Drawn(bytes(30), 1, 1, None))
    assert kept.held <= 100
    assert kept.get(49) is not None
    assert kept.get(0) is None
