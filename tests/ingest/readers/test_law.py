"""Articles of law, as JSON lines, packed or not."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from ingest.readers import Limits, read
from ingest.trouble import Unreadable

DATA = Path(__file__).parents[2] / "data"
ARTICLE: dict[str, Any] = {
    "id": "LEGIARTI000006390201",
    "code": "Code général des collectivités territoriales",
    "num": "L2121-29",
    "section_path": ["Chapitre Ier : Le conseil municipal", "Section 4 fonctionnement"],
    "text": "Le conseil municipal règle par ses délibérations les affaires de la commune.",
    "date_debut": "1996-02-24",
    "date_fin": None,
}


def lines(*articles: object) -> bytes:
    return "".join(json.dumps(a, ensure_ascii=False) + "\n" for a in articles).encode()


@pytest.mark.parametrize("name", ["loi.jsonl", "loi.jsonl.gz"])
def test_an_article_is_a_record_on_the_page_of_its_line(tmp_path: Path, name: str) -> None:
    content = lines(ARTICLE) + b"\n" + lines({**ARTICLE, "id": "B", "num": "R1", "text": "Bis."})
    packed = gzip.compress(content) if name.endswith(".gz") else content
    (tmp_path / name).write_bytes(packed)
    document = read(tmp_path / name, Limits())
    assert document.records is not None
    first, second = document.records
    assert [page.number for page in document.pages] == [1, 3]
    assert (first.kind, first.number, first.article_id) == ("article", "L2121-29", ARTICLE["id"])
    assert (first.date, first.date_end, first.body) == ("1996-02-24", None, ARTICLE["code"])
    assert first.section_path[1] == "Section 4 : fonctionnement"
    assert (second.spans[0].page, second.spans[0].end) == (3, len("Bis."))


def test_an_article_without_words_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines({**ARTICLE, "text": " "}, ARTICLE))
    document = read(tmp_path / "a.jsonl", Limits())
    assert document.records is not None
    assert [(r.ordinal, r.spans[0].page) for r in document.records] == [(0, 2)]


def test_a_suffix_in_capitals_is_unpacked_too() -> None:
    assert "affaires de la commune" in read(DATA / "LOI.JSONL.GZ", Limits()).pages[0].text


@pytest.mark.parametrize(
    "content",
    [
        lines(ARTICLE) + b"{pas du json}\n",
        lines({"id": "A", "num": "L1"}),
        lines(["une", "liste"]),
        lines(ARTICLE)[:-20] + b"\xff\xfe\n",
    ],
)
def test_a_line_that_is_no_article_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.jsonl").write_bytes(content)
    with pytest.raises(Unreadable) as raised:
        read(tmp_path / "a.jsonl", Limits())
    assert raised.value.reason == "damaged"


@pytest.mark.parametrize("name", ["broken.jsonl.gz", "null-text.jsonl"])
def test_a_damaged_archive_is_said_to_be_so(name: str) -> None:
    with pytest.raises(Unreadable) as raised:
        read(DATA / name, Limits())
    assert raised.value.reason == "damaged"


def test_an_archive_cut_short_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(lines(ARTICLE) * 50)[:-30])
    with pytest.raises(Unreadable) as raised:
        read(tmp_path / "a.jsonl.gz", Limits())
    assert raised.value.reason == "damaged"
