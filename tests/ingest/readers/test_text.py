"""HTML, Markdown, plain text: the words, whatever the encoding."""

from pathlib import Path

import pytest

from ingest.readers import Limits, read
from tests.conftest import SAMPLE

DATA = Path(__file__).parents[2] / "data"


def text_of(file: Path) -> str:
    [page] = read(file, Limits()).pages
    return page.text


def test_a_note_in_windows_1252_keeps_its_accents_and_euros() -> None:
    raw = (SAMPLE / "notes/memo-etat-civil.txt").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    text = text_of(SAMPLE / "notes/memo-etat-civil.txt")
    assert "é" in text
    assert "œ" in text or "€" in text
    assert "\r" not in text
    assert "�" not in text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_note_says_the_same_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    words = "Le marché coûte 12 € ; l’élu s’y oppose.\nCœur de ville"
    (tmp_path / "note.txt").write_bytes(words.replace("\n", "\r\n").encode(encoding))
    assert text_of(tmp_path / "note.txt") == words


def test_markdown_is_kept_as_it_was_typed() -> None:
    source = SAMPLE / "notes/note-budget-participatif-2025.md"
    typed = [line.strip() for line in source.read_text(encoding="utf-8").splitlines() if line]
    assert [line for line in text_of(source).split("\n") if line] == [
        " ".join(line.split()) for line in typed
    ]


def test_a_page_of_the_site_is_read_without_its_menu_and_scripts() -> None:
    source = SAMPLE / "proces-verbaux/compte-rendu-2022-05-18.html"
    text = text_of(source)
    assert "18 mai 2022" in text
    assert "<" not in text
    assert "&eacute;" not in text
    assert "function" not in text


def test_the_blocks_of_a_page_are_lines_and_the_cells_of_a_row_share_one(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        "<html><head><title>t</title><style>p{}</style></head><body><nav>menu</nav>"
        "<h1>Tarifs</h1><p>Les&nbsp;prix<br>sont&nbsp;:</p><table><tr><th>Repas</th><td>3,10 &euro;"
        "</td></tr></table><ul><li>un</li><li>deux</li></ul><script>x()</script></body></html>"
    )
    lines = [line for line in text_of(tmp_path / "a.html").split("\n") if line]
    assert lines == ["Tarifs", "Les prix", "sont :", "Repas | 3,10 €", "un", "deux"]


def test_an_old_page_is_read_in_the_encoding_it_announces(tmp_path: Path) -> None:
    page = '<html><head><meta charset="iso-8859-15"></head><body><p>Prêt de 12 ¤</p></body></html>'
    (tmp_path / "a.htm").write_bytes(page.encode("iso-8859-1"))
    assert text_of(tmp_path / "a.htm") == "Prêt de 12 €"


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
@pytest.mark.parametrize("announced", ["iso-8859-1", "us-ascii", "utf-8"])
def test_a_page_that_announces_the_wrong_encoding_keeps_its_euros_and_apostrophes(
    tmp_path: Path, encoding: str, announced: str
) -> None:
    page = f'<html><head><meta charset="{announced}"></head><body>L’école : 12 €</body></html>'
    (tmp_path / "a.html").write_bytes(page.encode(encoding))
    assert text_of(tmp_path / "a.html") == "L’école : 12 €"


def test_a_page_in_an_encoding_that_nobody_knows_is_read_all_the_same() -> None:
    words = "Le marché a lieu le mercredi, place de la Mairie."
    assert text_of(DATA / "unknown-encoding.html") == words


def test_soft_hyphens_do_not_cut_words() -> None:
    words = "Le règlement intérieur du conseil municipal est adopté."
    assert text_of(DATA / "soft-hyphens.html") == words
