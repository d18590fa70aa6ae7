"""A page shows no back quotes of a terminal, and no bare option."""

from __future__ import annotations

from html import escape

import pytest

from app.errors import SENTENCES, SET_ASIDE
from app.web import markup
from app.web.admin.indexing import _in_boxes
from app.web.admin.markup import said, text
from app.web.coded import coded
from app.words import speaking


@pytest.mark.parametrize("escaped", [escape, markup.escape])
@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("Voir `greffe status`.", ["greffe status"]),
        ("Refaites-le avec `greffe eval … --save`.", ["greffe eval … --save"]),
        ("Vérifiez le chemin (--data, ou GREFFE_DATA).", ["--data"]),
        ("Relancez avec --yes ; voir --dry-run.", ["--yes", "--dry-run"]),
        ("Une phrase -- entre tirets, a--b, et un ` seul.", []),
    ],
)
def test_commands_and_options_are_code(escaped: object, sentence: str, shown: list[str]) -> None:
    assert callable(escaped)
    html = coded(escaped(sentence))
    assert [part.split("</code>")[0] for part in html.split("<code>")[1:]] == [
        escaped(one) for one in shown
    ]


@pytest.mark.parametrize("show", [markup.notice, text, said])
def test_no_advice_on_a_page_has_the_marks_of_a_terminal(show: object) -> None:
    assert callable(show)
    for one in SENTENCES.values():
        html = show(f"{one.happened} {one.todo}")
        assert "`" not in html
        assert "&#96;" not in html


def test_what_a_run_says_of_its_option_names_the_box_of_the_page() -> None:
    for _happened, todo in SET_ASIDE.values():
        assert "--" not in _in_boxes(todo)
    assert _in_boxes("le fichier ; relancez avec --retry") == (
        "le fichier ; relancez en cochant « Relire les fichiers mis de côté », sous « Options »"
    )
    assert _in_boxes("1 mis de côté : voir `greffe status`.") == (
        "1 mis de côté : voir la page « État »."
    )
    with speaking("en"):
        assert "--" not in _in_boxes("report the file; run again with --retry")
