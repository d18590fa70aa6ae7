"""A file of questions, one a line."""

import io
import json
import sys
from pathlib import Path

import pytest

from app.batch import Asked, BatchUnreadable, in_turn, print_line, problem, read_batch
from app.conversation import EMPTY, Conversation


def write(file: Path, *rows: object, encoding: str = "utf-8") -> Path:
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding=encoding)
    return file


def test_questions_come_in_order_and_blank_lines_do_not_count(tmp_path: Path) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text('{"id": "a", "question": "Un ?"}\n\n{"id": "b", "question": "Et ?", '
                    '"after": "a", "plus": 1}\n')  # fmt: skip
    assert list(read_batch(file)) == [Asked("a", "Un ?", None), Asked("b", "Et ?", "a")]


def test_ids_may_be_numbers(tmp_path: Path) -> None:
    file = write(tmp_path / "q", {"id": 1, "question": "Un ?"},
                 {"id": 2, "question": "Et ?", "after": 1})  # fmt: skip
    assert list(read_batch(file)) == [Asked(1, "Un ?", None), Asked(2, "Et ?", "1")]


def test_a_file_typed_in_windows_notepad_is_read(tmp_path: Path) -> None:
    file = write(tmp_path / "q", {"id": "a", "question": "Élu ?"}, encoding="utf-8-sig")
    assert list(read_batch(file)) == [Asked("a", "Élu ?", None)]


def test_standard_input_is_read_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO('{"id": "a", "question": "Un ?"}\nfaux\n'))
    reading = read_batch(Path("-"))
    assert next(reading) == Asked("a", "Un ?", None)
    assert next(reading) == Asked(None, "", None, "Ligne 2 : le JSON est mal formé.")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"pas du json", "le JSON est mal formé"), (b'{"id": "a"}', "« question »"),
        (b'{"question": "Un ?"}', "« id »"), (b'["a", "Un ?"]', "objet"), (b"12", "objet"),
        (b'{"id": "a", "question": null}', "pas un texte"), (b"[" * 100_000, "mal formé"),
        (b'{"id": NaN, "question": "Un ?"}', "mal formé"), (b'{"id": ["a"], "question": "Un ?"}',
        "texte ou un nombre"), ('{"id": "a", "question": "Élu ?"}'.encode("cp1252"), "UTF-8"),
    ],
)  # fmt: skip
def test_a_line_that_is_no_question_is_named_and_the_next_is_read(
    tmp_path: Path, line: bytes, said: str
) -> None:
    file = tmp_path / "q.jsonl"
    file.write_bytes(line + b'\n{"id": "b", "question": "Deux ?"}\n')
    [(wrong, _, why), (good, _, fine)] = in_turn(file, {})
    assert why == wrong.wrong
    assert why.startswith("Ligne 1 : ")
    assert said in why
    assert (good, fine) == (Asked("b", "Deux ?", None), "")


def test_the_same_id_may_serve_twice_as_long_as_nothing_follows_it(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"id": "a", "question": "Un ?"}, {"id": "s", "question": "Et ?", "after": "a"},
        {"id": "a", "question": "Deux ?"}, {"id": "t", "question": "Et ?", "after": "a"},
    ]  # fmt: skip
    talks: dict[str, Conversation] = {}
    wrongs = []
    for asked, _, wrong in in_turn(write(tmp_path / "q", *rows), talks):
        talks[asked.key] = EMPTY
        wrongs.append(wrong)
    assert wrongs[:3] == ["", "", ""]
    assert "plusieurs lignes" in wrongs[3]


def test_a_file_that_is_not_there_or_not_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_bytes(b"\xff\xfe\x00")
    for file in (tmp_path / "absent.jsonl", tmp_path, tmp_path / "q.jsonl"):
        with pytest.raises(BatchUnreadable) as raised:
            list(read_batch(file))
        assert raised.value.facts["path"] == str(file)


def test_standard_input_that_is_not_text_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff\xfe\x00"), "utf-8"))
    with pytest.raises(BatchUnreadable):
        list(read_batch(Path("-")))


def test_half_a_character_is_refused_in_its_line_and_comes_back_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text('{"id": "\\ud800", "question": "\\ud800 ?"}\n{"id": "b", "question": "Un ?"}\n')
    [(first, _, wrong), (_, _, fine)] = in_turn(file, {})
    assert "demi-caractère" in wrong
    assert fine == ""
    print_line({"id": first.id, "question": first.question})
    assert json.loads(capsys.readouterr().out) == {"id": "\ud800", "question": "\ud800 ?"}


@pytest.mark.parametrize(
    ("question", "after", "said"),
    [("  ", None, "vide"), ("x" * 2001, None, "2000"), ("Et ?", "z", "« z »"), ("Et ?", "a", "")],
)
def test_a_question_that_cannot_be_asked_is_told_why(
    question: str, after: str | None, said: str
) -> None:
    wrong = problem(Asked("b", question, after), {"a"})
    assert said in wrong
    assert bool(wrong) == bool(said)
