"""Rich text, as Word and the software of town halls write it."""

from pathlib import Path

import pytest

from ingest.readers import Limits, read
from ingest.trouble import Unreadable

HEAD = r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Times;}}{\info{\author Dupont}}"


def text_of(folder: Path, body: str, name: str = "acte.rtf") -> str:
    (folder / name).write_bytes((HEAD + body + "}").encode("cp1252"))
    [page] = read(folder / name, Limits()).pages
    return page.text


def test_accents_ligatures_and_amounts_are_right(tmp_path: Path) -> None:
    body = (
        r"\pard Au c\u339\'9cur de l\rquote\'e9t\'e9, 1\~200,50\~\'80 : adopt\'e9, sign\u233?.\par"
    )
    assert text_of(tmp_path, body) == "Au cœur de l’été, 1 200,50 € : adopté, signé."
    assert text_of(tmp_path, r"\pard Déjà codé en clair à 12 €\par") == "Déjà codé en clair à 12 €"


def test_a_table_is_read_row_by_row(tmp_path: Path) -> None:
    rows = r"\trowd\intbl Repas\cell Prix\cell\row\trowd\intbl Enfant\cell 3,10 \'80\cell\row "
    assert text_of(tmp_path, rows).split("\n")[:2] == ["Repas | Prix", "Enfant | 3,10 €"]


def test_headers_pictures_and_properties_are_left_out_and_notes_are_kept(tmp_path: Path) -> None:
    body = (
        r"{\header Mairie de Valbourg}{\footer p. {\field{\*\fldinst PAGE}{\fldrslt 1}}}"
        r"{\pict\pngblip 89504e47}\pard Article 1{\footnote\pard Voir l'annexe.} : oui\par"
    )
    assert text_of(tmp_path, body) == "Article 1 Voir l'annexe. : oui"


def test_rich_text_under_the_name_of_a_word_file_is_read(tmp_path: Path) -> None:
    assert text_of(tmp_path, r"\pard Bonjour\par", "lettre.doc") == "Bonjour"


def test_rich_text_cut_short_is_read_as_far_as_it_goes_and_said_to_be_cut(tmp_path: Path) -> None:
    (tmp_path / "a.rtf").write_text(HEAD + r"\pard Article 1 : le pr\'e")
    document = read(tmp_path / "a.rtf", Limits())
    assert document.pages[0].text.startswith("Article 1")
    assert document.warnings == ("le fichier est coupé avant sa fin",)


def test_rich_text_with_a_letter_that_does_not_exist_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "a.rtf").write_text(r"{\rtf1 Article \u9999999 ?}")
    with pytest.raises(Unreadable) as raised:
        read(tmp_path / "a.rtf", Limits())
    assert raised.value.reason == "damaged"
