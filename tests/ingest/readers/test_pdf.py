"""PDF: born-digital, scanned, stamped, locked, damaged."""

import io
from pathlib import Path

import pytest

from ingest import ocr
from ingest.readers import Limits, listen, read
from ingest.trouble import Unreadable
from tests.conftest import SAMPLE

BORN_DIGITAL = SAMPLE / "deliberations/2024-038_tarifs-cantine-2024-2025.pdf"
STAMPED = SAMPLE / "deliberations/2024-032_acquisition-parcelle.pdf"
LOCKED = SAMPLE / "personnel/Rapport social unique 2023 (protege).pdf"
DAMAGED = SAMPLE / "proces-verbaux/PV_2021-12-08_scan-abime.pdf"

needs_tesseract = pytest.mark.skipif(not ocr.available(), reason="tesseract is not installed")


@pytest.fixture
def no_tesseract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "available", lambda: False)


def reason(file: Path) -> str:
    with pytest.raises(Unreadable) as raised:
        read(file, Limits())
    return raised.value.reason


def test_a_born_digital_pdf_gives_its_pages_in_order_without_ocr() -> None:
    document = read(BORN_DIGITAL, Limits())
    assert [page.number for page in document.pages] == [1, 2]
    assert not any(page.ocr or page.words for page in document.pages)
    assert document.records is None
    assert document.warnings == ()
    assert "2024-038" in document.pages[0].text
    assert "restauration scolaire" in " ".join(document.pages[0].text.split())


def test_each_page_is_told_as_soon_as_it_is_read() -> None:
    told: list[int] = []
    listen(lambda: told.append(1))
    try:
        read(BORN_DIGITAL, Limits())
    finally:
        listen(lambda: None)
    assert len(told) == 2


@needs_tesseract
def test_a_page_with_nothing_but_a_stamp_is_read_by_ocr_with_places_and_confidence() -> None:
    first = read(STAMPED, Limits()).pages[0]
    assert first.ocr
    assert "parcelle" in first.text.lower()
    assert first.confidence is not None
    assert 0.5 < first.confidence <= 1
    assert " ".join(first.text[w.start : w.end] for w in first.words) == " ".join(
        first.text.split()
    )
    assert all(0 <= w.left < w.right <= 1 and 0 <= w.top < w.bottom <= 1 for w in first.words)


@needs_tesseract
def test_a_page_that_takes_too_long_to_ocr_is_left_out_with_a_warning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import pytesseract

    def slow(*args: object, **kwargs: object) -> None:
        raise RuntimeError("Tesseract process timeout")

    monkeypatch.setattr(pytesseract, "image_to_data", slow)
    with pytest.raises(Unreadable) as raised:
        read(STAMPED, Limits())
    assert raised.value.reason == "no_text"
    assert "timeout" in raised.value.detail


@pytest.mark.usefixtures("no_tesseract")
def test_a_scan_waits_for_tesseract() -> None:
    assert reason(STAMPED) == "ocr_missing"


@pytest.mark.usefixtures("no_tesseract")
def test_a_pdf_with_one_scanned_page_is_read_but_for_that_page(tmp_path: Path) -> None:
    import pypdf

    writer = pypdf.PdfWriter()
    writer.append(BORN_DIGITAL, pages=(0, 1))
    writer.append(STAMPED, pages=(0, 1))
    file = tmp_path / "mixte.pdf"
    writer.write(file)
    writer.close()
    document = read(file, Limits())
    assert [bool(page.text) for page in document.pages] == [True, False]
    assert document.warnings == (f"pages numérisées non lues : 1 ; {ocr.MISSING}",)


def test_a_pdf_under_a_password_is_said_to_be_so() -> None:
    assert reason(LOCKED) == "encrypted"


@pytest.mark.parametrize("content", [b"%PDF-1.7\n", b"%PDF-1.4\n" + b"\xff" * 5000])
def test_a_damaged_pdf_is_said_to_be_so(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "abime.pdf"
    file.write_bytes(content)
    assert reason(file) == "damaged"
    assert reason(DAMAGED) == "damaged"


def test_a_damaged_pdf_does_not_take_its_reason_from_the_file_before(tmp_path: Path) -> None:
    import pypdf

    writer = pypdf.PdfWriter()  # no page: PDFium refuses it without a reason of its own
    writer.write(tmp_path / "vide.pdf")
    writer.close()
    assert reason(LOCKED) == "encrypted"
    assert reason(tmp_path / "vide.pdf") == "damaged"


def test_a_pdf_with_rights_but_no_password_to_open_is_read(tmp_path: Path) -> None:
    import pypdf

    writer = pypdf.PdfWriter(clone_from=BORN_DIGITAL)
    writer.encrypt("", owner_password="secret-du-maire", algorithm="AES-256")
    file = tmp_path / "protege.pdf"
    writer.write(file)
    writer.close()
    assert read(file, Limits()).pages == read(BORN_DIGITAL, Limits()).pages


def test_a_title_page_keeps_its_few_words_and_a_blank_page_has_none(tmp_path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.drawString(100, 700, "Budget primitif 2024")
    canvas.showPage()
    canvas.showPage()
    canvas.save()
    file = tmp_path / "budget.pdf"
    file.write_bytes(out.getvalue())
    assert [page.text for page in read(file, Limits()).pages] == ["Budget primitif 2024", ""]
