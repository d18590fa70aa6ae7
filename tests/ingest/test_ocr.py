"""What tesseract says of a page, as a page."""

import unicodedata

from ingest.ocr import _page


def test_the_words_of_a_scan_are_cleaned_and_their_places_stay_true() -> None:
    said = ["de\u0301libe\u0301ration", "\x0c", "o\ufb03ciel\u200b", "du", " "]
    rows = range(len(said))
    table = {name: ["1" for _ in rows] for name in ("block_num", "par_num", "line_num", "conf")}
    table |= {name: [str(row) for row in rows] for name in ("left", "top", "width", "height")}
    page = _page(table | {"text": said}, 1, 100, 100)
    assert page.text == "délibération officiel du"
    assert unicodedata.is_normalized("NFC", page.text)
    assert [page.text[word.start : word.end] for word in page.words] == page.text.split()
