"""A page in full beside its text, the card of an act, the file: as far as rights allow."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from app.citations import Citation
from app.journal.verify import verify
from app.reference import reference
from ingest.discover import sha256
from tests.app.web.hall import FINE, Hall, told
from tests.app.web.serving import until

# Gradio 6.31 computes its queue's figures in ways that pandas 3 gives up
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def cited(hall: Hall) -> Citation:
    return hall.asked().citations[0]


def place(cited: Citation) -> str:
    quote = cited.quote
    return (
        f"/source/{cited.source_id}/{quote.page}?record={cited.record_id}"
        f"&start={quote.start}&end={quote.end}"
    )


def test_the_page_stands_beside_its_text_with_the_same_words_marked(
    hall: Hall, cited: Citation
) -> None:
    marie = hall.caller("marie")
    page = marie.get(place(cited)).text
    marked = re.search(r"<mark[^>]*>(.*?)</mark>", page, re.S)
    assert marked is not None
    assert " ".join(marked[1].split()) == " ".join(cited.quote.text.split())
    image = re.search(r'<img src="([^"]+)"', page)
    assert image is not None
    boxed = marie.get(image[1])
    plain = marie.get(f"/page/{cited.source_id}/{cited.quote.page}.webp")
    assert (boxed.headers["content-type"], boxed.status) == ("image/webp", 200)
    assert boxed.body != plain.body
    assert "page 1 sur 2" in page
    assert f'href="/source/{cited.source_id}/2?record={cited.record_id}"' in page
    assert "Page suivante" in page
    last = marie.get(f"/source/{cited.source_id}/2").text
    assert '<span class="inactif">Page suivante →</span>' in last


def test_zoom_draws_the_page_larger_and_no_other_size_is_drawn(hall: Hall, cited: Citation) -> None:
    from PIL import Image

    marie = hall.caller("marie")
    at = f"/page/{cited.source_id}/1.webp?largeur="
    widths = [
        Image.open(io.BytesIO(marie.get(f"{at}{asked}").body)).width
        for asked in ("900", "1350", "1800", "90000", "1")
    ]
    assert widths == [900, 1350, 1800, 900, 900]
    assert 'width="1350"' in marie.get(place(cited) + "&taille=150").text
    assert 'width="900"' in marie.get(place(cited) + "&taille=9000").text


def test_the_card_says_what_the_act_states_where_and_what_is_missing(
    hall: Hall, cited: Citation
) -> None:
    marie = hall.caller("marie")
    page = marie.get(f"/acte/{cited.record_id}")
    said = told(page.body)
    assert "Numéro 2024-031" in said
    assert "22\xa0mai\xa02024" in page.body.decode()
    assert "Reçu en préfecture" in said
    assert re.search(r"Vote [^:]*16 pour", said)
    named = "l'article L. 2121-29 du code général des collectivités territoriales"
    assert f"Vise {named} ( p. 1 ) : pas dans l'index" in said
    assert "Actes qui visent ou citent cet acte" in said
    [other, *_] = hall.asked("Que dit l'arrêté AR-2024-098 ?").citations
    without = told(marie.get(f"/acte/{other.record_id}").body)
    assert "Reçu en préfecture non trouvé dans le texte" in without
    assert "Vote" not in without
    link = re.search(rf'href="(/source/{cited.source_id}/\d+\?[^"]+start[^"]+)"', page.text)
    assert link is not None
    assert "<mark" in marie.get(link[1]).text


def test_a_page_and_a_file_are_given_as_they_were_indexed_and_it_is_noted(
    hall: Hall, cited: Citation
) -> None:
    from pypdf import PdfReader

    marie = hall.caller("marie")
    source = hall.desk.catalogue.source(cited.source_id)
    assert source is not None
    whole = marie.get(f"/source/{cited.source_id}/fichier")
    assert whole.body == source.file.read_bytes()
    assert whole.headers["content-disposition"].startswith("attachment;")
    assert whole.headers["content-type"] == "application/octet-stream"
    assert hall.noted("download").parts["what"] == {
        "fonds": source.fonds, "source": source.path, "page": 0,
    }  # fmt: skip
    leaf = marie.get(f"/source/{cited.source_id}/1.pdf")
    [page] = PdfReader(io.BytesIO(leaf.body)).pages
    assert "dépôts sauvages" in page.extract_text()
    assert hall.noted("download").parts["what"]["page"] == 1
    assert verify(hall.desk.data).findings == ()


def test_a_file_that_was_changed_since_is_not_given(hall: Hall, cited: Citation) -> None:
    source = hall.desk.catalogue.source(cited.source_id)
    assert source is not None
    before, changed = source.file.read_bytes(), source.file.read_bytes() + b"\n%"
    marie = hall.caller("marie")
    try:
        source.file.write_bytes(changed)
        assert sha256(source.file) != source.sha256
        for tail in ("fichier", "1.pdf"):
            got = marie.get(f"/source/{cited.source_id}/{tail}")
            assert got.status == 404
            assert changed[-40:] not in got.body
    finally:
        source.file.write_bytes(before)


def test_what_is_closed_is_as_what_is_not_there(hall: Hall, cited: Citation) -> None:
    loin = hall.caller("loin")
    for path, nowhere in (
        (place(cited), "/source/999999/1"),
        (f"/source/{cited.source_id}/fichier", "/source/999999/fichier"),
        (f"/source/{cited.source_id}/1.pdf", "/source/999999/1.pdf"),
        (f"/acte/{cited.record_id}", "/acte/999999"),
    ):
        got, none = loin.get(path), loin.get(nowhere)
        assert (got.status, got.body) == (none.status, none.body) == (404, got.body)
    marie = hall.caller("marie")
    for path in ("/source/1/0", "/source/1/9999999", "/acte/0", "/source/1/1?start=5&end=2",
                 "/source/1/1?start=0&end=9999999", "/source/1/1?record=x&start=x"):  # fmt: skip
        assert marie.get(path).status in (200, 404)


@pytest.mark.parametrize(
    ("label", "kind", "body", "whole"),
    [
        ("Délibération n° 2014/182 du 22 mai 2014, p. 3", "deliberation", "Montpellier",
         "Conseil municipal de Montpellier, délibération n° 2014/182 du 22 mai 2014, p. 3"),
        ("Conseil municipal du 9 mai 2022, « Cantine »", "deliberation", "Uzès",
         "Conseil municipal d'Uzès du 9 mai 2022, « Cantine »"),
        ("Procès-verbal du 13 juin 2024, p. 2", "proces_verbal",
         "Communauté de communes des Lisières de L’Oise",
         "Conseil communautaire de la communauté de communes des Lisières de L’Oise,"
         " procès-verbal du 13 juin 2024, p. 2"),
        ("Arrêté n° 7 du 2 mai 2023", "arrete", "Préfecture du Gard",
         "Préfecture du Gard, arrêté n° 7 du 2 mai 2023"),
        ("Délibération n° 3", "deliberation", "Le Vigan", "Conseil municipal du Vigan,"
         " délibération n° 3"),
        ("Article L. 1 du code civil", "article", "Code civil", "Article L. 1 du code civil"),
        ("note.txt", "autre", None, "note.txt"),
        ("Note sur le CCAS", "autre", "Flaux", "Flaux, Note sur le CCAS"),
    ],
)  # fmt: skip
def test_the_whole_name_of_an_act(label: str, kind: str, body: str | None, whole: str) -> None:
    assert reference(label, kind, body) == whole


def test_in_two_actions_the_page_in_full_is_open_and_its_reference_copied(
    browser: Any, hall: Hall
) -> None:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="en-US")
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=hall.address)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    hall.enter(page, "marie")
    page.fill("#question textarea", FINE)
    page.press("#question textarea", "Enter")
    page.wait_for_selector("#vue-c-1-1")
    page.click("#preuve a[href='#reference']")
    page.wait_for_selector("#preuve a:has-text('Référence copiée')")
    named = "Conseil municipal de Courvallon-sur-Sélande, délibération n° 2024-031 du 22 mai 2024"
    copied = page.evaluate("navigator.clipboard.readText()").replace("\xa0", " ")
    assert copied == f"{named}, p. 1"
    with context.expect_page() as opened:
        page.click("#preuve a:has-text('Page en grand')")
    full = opened.value
    full.wait_for_selector("mark")
    until(full, "document.querySelector('.papier img')?.naturalWidth > 0")
    full.click("nav a:has-text('Fiche')")
    full.wait_for_selector(".faits")
    heard = list(complaints)
    context.close()
    assert heard == []


SCREENS = [(1366, 768), (390, 844), (320, 640)]
IN_VIEW = """() => {
  const box = document.getElementById("passage").getBoundingClientRect();
  const paper = document.querySelector(".papier").getBoundingClientRect();
  const within = (low, high, from, to) => low < to - 8 && high > from + 8;
  return document.querySelector(".papier img").naturalWidth > 0
    && box.top >= 0 && within(box.top, box.bottom, paper.top, Math.min(paper.bottom, innerHeight))
    && within(box.left, box.right, paper.left, Math.min(paper.right, innerWidth));
}"""


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("size", ["100", "200"])
def test_the_page_in_full_opens_at_the_boxed_words_and_the_keyboard_is_there(
    browser: Any, hall: Hall, screen: tuple[int, int], size: str
) -> None:
    citations = hall.asked("Qui a voté contre les tarifs de la cantine ?").citations
    low = max(citations, key=lambda one: one.quote.start)
    context = browser.new_context(viewport={"width": screen[0], "height": screen[1]})
    page = context.new_page()
    page.set_default_timeout(20_000)
    hall.enter(page, "marie")
    page.goto(f"{hall.address}{place(low)}")
    page.click("nav a:has-text('Zoom 150')")
    page.wait_for_function("document.querySelector('.papier img').width > 0")
    page.click(f"nav a:has-text('Zoom {size}')")
    page.wait_for_url(re.compile(r"#passage$"))
    page.wait_for_function(IN_VIEW)
    assert page.evaluate("document.activeElement.id") == "passage"
    context.close()


def test_a_page_without_paper_opens_at_the_marked_words(hall: Hall) -> None:
    [cited, *_] = hall.asked("Que dit l'arrêté AR-2024-098 ?").citations
    page = hall.caller("marie").get(place(cited)).text
    assert '<mark id="passage" tabindex="-1">' in page


def test_a_page_that_cannot_be_drawn_says_so_and_leads_to_its_text(
    hall: Hall, cited: Citation, tmp_path: Any
) -> None:
    source = hall.desk.catalogue.source(cited.source_id)
    assert source is not None
    aside = source.file.rename(tmp_path / "ailleurs.pdf")
    try:
        page = hall.caller("marie").get(place(cited)).text
    finally:
        aside.rename(source.file)
    assert "le fichier n'est plus à sa place" in told(page.encode())
    assert '<mark id="passage" tabindex="-1">' in page
    assert "<img" not in page
