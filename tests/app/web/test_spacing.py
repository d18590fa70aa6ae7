"""French spacing of what is shown; what is quoted or copied stays as it is."""

from __future__ import annotations

import pytest

from app.web.markup import escape, turn
from app.web.spacing import as_typed, number, spaced, spaced_text
from tests.app.web.closed_town import Caller
from tests.app.web.conftest import Site

# Gradio 6.31 computes its queue's figures in ways that pandas 3 gives up
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

WRITTEN = (
    ("Que dire ? Rien !", "Que dire~? Rien~!"),
    ("« Oui » : non ; si", "«~Oui~»~: non~; si"),
    ("2 400 € et 20 %", "2_400~€ et 20~%"),
    ("1 234 567 euros", "1_234_567~euros"),
    ("la délibération n° 12, p. 3", "la délibération n°~12, p.~3"),
    ("en 2024 150 habitants", "en 2024 150 habitants"),
    ("2014/182 150", "2014/182 150"),
    ("à 9:30, http://x", "à 9:30, http://x"),
)


@pytest.mark.parametrize(("written", "shown"), WRITTEN)
def test_a_sentence_is_spaced_as_in_print(written: str, shown: str) -> None:
    found = spaced_text(written)
    assert found.replace("\u00a0", "~").replace("\u202f", "_") == shown
    assert as_typed(found) == written
    # the same where all is written in entities, for Gradio
    entities = spaced(f"<p>{escape(written)}</p>")
    assert entities == "<p>" + spaced_text(escape(written)) + "</p>"
    assert entities.count("\u00a0") == shown.count("~")
    assert spaced(entities) == entities  # once is enough


@pytest.mark.parametrize(
    "quoted",
    ["<blockquote>{}</blockquote>", "<mark>{}</mark>", "<pre>{}</pre>", "<code>{}</code>",
     '<p class="extrait">{}</p>', '<span class="reference">{}</span>', '<img alt="{}">',
     '<section class="texte" aria-label="x"><h3>a</h3><div>{}</div></section>'],
)  # fmt: skip
def test_what_is_quoted_stays_as_it_is(quoted: str) -> None:
    html = quoted.format("a : b ? 2 400 €")
    assert spaced(html) == html
    assert spaced(f"{html}<p>a : b</p>") == f"{html}<p>a\u00a0: b</p>"


def test_numbers_are_written_in_one_way() -> None:
    assert number(1095) == "1\u202f095"
    assert spaced_text("1 095 jours").startswith(number(1095))


def test_in_an_answer_each_space_put_in_can_be_taken_out() -> None:
    shown = turn(1, "Combien ?", None)
    assert 'Combien<span class="fine">\u00a0</span>&#63;' in shown


def test_every_page_is_spaced(site: Site) -> None:
    for path in ("/", "/comment-ca-marche", "/accessibilite", "/historique", "/egress"):
        text = Caller(site.address).get(path).body.decode()
        for mark in (" :", " ;", " ?", " !", "« ", " »"):
            assert mark not in text.split("<main", 1)[-1].split("<footer", 1)[0], (path, mark)


def test_a_bullet_of_a_font_of_its_own_is_shown_as_one() -> None:
    assert escape("\uf0b7 fixe le tarif") == escape("• fixe le tarif")
    assert escape("é") == "é"
