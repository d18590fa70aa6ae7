"""Images of acts: photographed, scanned to TIFF, faxed, cut short."""

import textwrap
from pathlib import Path

import PIL.Image
import pytest
from PIL import ImageDraw, ImageFont

from ingest import ocr
from ingest.readers import Limits, read
from ingest.readers.image import page_image
from ingest.trouble import Unreadable

WORDS = "Le conseil municipal fixe le prix de la concession trentenaire à deux cents euros."

needs_tesseract = pytest.mark.skipif(not ocr.available(), reason="tesseract is not installed")


def sheet(words: str = WORDS, mode: str = "L") -> PIL.Image.Image:
    """Words in black, as on a page drawn at 150 dpi."""
    paper = PIL.Image.new(mode, (900, 300), "white")
    lines = "\n".join(textwrap.wrap(words, 40))
    ImageDraw.Draw(paper).text((40, 40), lines, "black", ImageFont.load_default(30), spacing=18)
    return paper


def reason(file: Path) -> str:
    with pytest.raises(Unreadable) as raised:
        read(file, Limits())
    return raised.value.reason


@needs_tesseract
def test_each_page_of_a_tiff_is_read_with_the_places_of_its_words(tmp_path: Path) -> None:
    second = sheet("Article 2 : le maire signe la convention avec la commune voisine.")
    sheet().save(tmp_path / "acte.tif", save_all=True, append_images=[second])
    document = read(tmp_path / "acte.tif", Limits())
    assert [page.number for page in document.pages] == [1, 2]
    assert all(page.ocr and page.confidence and page.words for page in document.pages)
    assert "concession trentenaire" in " ".join(document.pages[0].text.split())
    assert "signe la convention" in " ".join(document.pages[1].text.split())
    first = document.pages[0].words[0]
    assert (first.left, first.top) == pytest.approx((40 / 900, 45 / 300), abs=0.04)


@needs_tesseract
def test_a_photo_on_its_side_and_a_transparent_png_are_read(tmp_path: Path) -> None:
    turned = PIL.Image.Exif()
    turned[0x0112] = 6
    sheet().rotate(90, expand=True).save(tmp_path / "photo.jpeg", exif=turned)
    clear = sheet(mode="RGBA")
    clear.putalpha(sheet().point(lambda grey: 255 - grey))  # what is white lets through
    clear.save(tmp_path / "image.png")
    for name in ("photo.jpeg", "image.png"):
        [page] = read(tmp_path / name, Limits()).pages
        assert "concession trentenaire" in " ".join(page.text.split()), name


def test_a_fax_is_read_as_tall_as_it_was(tmp_path: Path) -> None:
    sheet().resize((900, 150)).convert("1").save(tmp_path / "fax.tif", dpi=(204, 98))
    assert page_image(tmp_path / "fax.tif", 1).size == (900, 312)


def test_a_16_bit_scan_keeps_its_greys(tmp_path: Path) -> None:
    sheet().convert("I").point(lambda grey: grey * 256).convert("I;16").save(tmp_path / "a.tif")
    low, high = page_image(tmp_path / "a.tif", 1).getextrema()
    assert low == 0
    assert high == 255


@needs_tesseract
@pytest.mark.parametrize("name", ["photo.png", "photo.jpg", "photo.tiff"])
def test_an_image_cut_short_is_damaged(tmp_path: Path, name: str) -> None:
    sheet().save(tmp_path / name)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 3])
    assert reason(tmp_path / name) == "damaged"


@needs_tesseract
def test_a_page_that_is_damaged_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    sheet().save(tmp_path / "acte.tif", save_all=True, append_images=[sheet()])
    whole = (tmp_path / "acte.tif").read_bytes()
    (tmp_path / "acte.tif").write_bytes(whole[:-1000])
    document = read(tmp_path / "acte.tif", Limits())
    [told] = document.warnings
    assert told.startswith("page 2 : ")
    assert [bool(page.text) for page in document.pages] == [True, False]


@needs_tesseract
def test_a_picture_without_words_has_no_text(tmp_path: Path) -> None:
    PIL.Image.new("RGB", (400, 300), "navy").save(tmp_path / "photo.png")
    assert reason(tmp_path / "photo.png") == "no_text"


@needs_tesseract
def test_an_image_of_too_many_pixels_is_not_unpacked(tmp_path: Path) -> None:
    PIL.Image.new("1", (20_000, 20_000)).save(tmp_path / "immense.png")
    assert reason(tmp_path / "immense.png") == "too_large"
    sheet().save(tmp_path / "acte.tif", save_all=True, append_images=[sheet(), sheet()])
    with pytest.raises(Unreadable) as raised:
        read(tmp_path / "acte.tif", Limits(pages=2))
    assert raised.value.reason == "too_large"


def test_an_image_waits_for_tesseract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "available", lambda: False)
    sheet().save(tmp_path / "acte.png")
    assert reason(tmp_path / "acte.png") == "ocr_missing"


def test_a_text_named_as_an_image_is_misnamed(tmp_path: Path) -> None:
    (tmp_path / "acte.png").write_text("Le conseil municipal")
    assert reason(tmp_path / "acte.png") == "misnamed"
