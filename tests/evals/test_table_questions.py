"""A town's own questions, as its spreadsheet writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.questions import Gold, QuestionsInvalid, read_questions


def written(folder: Path, content: str, code: str = "utf-8") -> Path:
    file = folder / "mairie.csv"
    file.write_bytes(content.encode(code))
    return file


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("between", [";", ",", "\t"])
def test_a_table_is_read_however_a_spreadsheet_wrote_it(
    tmp_path: Path, code: str, between: str
) -> None:
    rows = [
        ["Numéro", "Question", "Réponse attendue", "Fichier", "Page", "Remarque"],
        ["c1", "Combien coûte un repas ?", "4.95|2024", "cantine/2024-06.pdf", "2", "à revoir"],
        ["", "", "", "", "", ""],
        ["", "Quelle est la capitale de l'Italie ?", "", "", "", ""],
        ["l1", "Qui préside ?", "", "LEGIARTI000006390138", "", ""],
    ]
    file = written(tmp_path, "\r\n".join(between.join(row) for row in rows), code)
    found = read_questions(file)
    assert found.name == "mairie"
    canteen, italy, law = found.questions
    assert (canteen.id, canteen.must) == ("c1", ("4.95", "2024"))
    assert canteen.gold == (Gold(file="cantine/2024-06.pdf", page=2),)
    assert (italy.id, italy.gold, italy.must) == ("ligne 4", (), ())
    assert law.gold == (Gold(article_id="LEGIARTI000006390138", grade=2),)
    assert law.must is None  # looked for, and no answer judged


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        ("demande;fichier\nCombien ?;a.pdf", 1, "colonne « question »"),
        ("question;attendu\nCombien ?;4,95", 2, "« attendu » demande « fichier »"),
        ("question;fichier;page\nCombien ?;a.pdf;deux", 2, "« page » doit être un nombre"),
        ("question;fichier\n;a.pdf", 2, "« question » manque"),
        ("question;suite\nEt après ?;c9", 2, "« after » nomme « c9 »"),
        ("question\n", 0, "aucune question"),
    ],
)
def test_what_is_wrong_with_a_table_is_said_with_its_line(
    tmp_path: Path, content: str, line: int, said: str
) -> None:
    with pytest.raises(QuestionsInvalid) as refused:
        read_questions(written(tmp_path, content))
    assert refused.value.line == line
    assert said in str(refused.value)
