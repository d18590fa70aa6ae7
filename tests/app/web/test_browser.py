"""What an agent lives through on the page, in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from tests.app.web.conftest import Site
from tests.app.web.serving import seen, until
from tests.app.web.town_hall import CANTEEN, HOSTILE, LATE, ROOM
from tests.command_line import PATIENCE_S, wait_for
from vectorstore.narrow import Narrow

# Gradio 6.31 computes its queue's figures in ways that pandas 3 gives up
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

CITATION = "a.renvoi[href='#c-1-{}']"
BOX = "document.querySelector('#{}').getBoundingClientRect()"
ENGLISH = (
    "Submit", "Clear", "Loading", "Examples", "Settings", "Built with", "Use via API", "Error",
    "Textbox", "Share", "Stop", "processing",
)  # fmt: skip


class Visit:
    """A page that is open, with what the browser fetched and complained about."""

    def __init__(self, page: Any, site: Site) -> None:
        self.page, self.site = page, site
        self.requested: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requested.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._console)
        page.goto(site.address)
        page.wait_for_selector("#question textarea")
        page.wait_for_selector("#exemples button:visible")

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def ask(self, question: str) -> None:
        """Type a question, press Enter, and wait for its answer."""
        self.page.fill("#question textarea", question)
        self.page.press("#question textarea", "Enter")
        self.page.wait_for_selector(f"#reponse h2:has-text('{question[:20]}')")
        self.page.wait_for_selector("#envoyer:visible")
        self.page.wait_for_selector("#reponse .tour p")

    def source(self, reference: str) -> None:
        """Wait until the panel shows a citation."""
        self.page.wait_for_selector(f"#vue-{reference}")

    def until(self, expression: str) -> None:
        """Wait until an expression holds."""
        until(self.page, expression)

    def focused(self) -> str:
        """The id of what has the focus, or its link."""
        return str(
            self.page.evaluate(
                "document.activeElement.id || document.activeElement.getAttribute('href') || ''"
            )
        )


def visiting(browser: Any, site: Site, **how: Any) -> Iterator[Visit]:
    how = {"viewport": {"width": 1366, "height": 768}, "locale": "en-US"} | how
    context = browser.new_context(**how)
    visit = Visit(context.new_page(), site)
    yield visit
    complaints = list(visit.complaints)  # what closing cuts short may complain
    context.close()
    assert complaints == []
    elsewhere = [u for u in visit.requested if not u.startswith((site.address, "data:", "blob:"))]
    assert elsewhere == []


@pytest.fixture
def visit(browser: Any, site: Site) -> Iterator[Visit]:
    yield from visiting(browser, site)


@pytest.fixture
def phone(browser: Any, site: Site) -> Iterator[Visit]:
    yield from visiting(browser, site, viewport={"width": 390, "height": 844}, has_touch=True)


def test_an_agent_asks_and_reads_the_answer_beside_its_proof(visit: Visit) -> None:
    visit.ask("Combien coûte un repas ?")
    page = visit.page
    assert CANTEEN in seen(page, "#reponse .exacte")
    assert "citation exacte" in seen(page, "#reponse .exacte")
    assert "appuyée" in seen(page, "#reponse .appuyee")
    visit.source("c-1-1")
    assert seen(page, "#preuve h2") == "Délibération n° 2024/12 du 3 juin 2024, p. 1"
    assert seen(page, "#preuve blockquote").strip() == CANTEEN
    visit.until("document.querySelector('#feuillet img')?.naturalWidth > 0")
    assert page.evaluate("document.querySelector('#feuillet img').naturalWidth") == 900
    visit.until(f"{BOX.format('source')}.left >= {BOX.format('tours')}.right")


def test_a_sentence_that_was_not_verified_is_struck_and_says_so(visit: Visit) -> None:
    visit.ask("Combien coûte un repas ?")
    struck = visit.page.locator("#reponse .non-verifiee")
    assert struck.locator("del").inner_text() == "Le maire habite au 12 rue de la Paix."
    assert "non vérifiée" in struck.inner_text()


def test_a_citation_is_opened_with_the_mouse(visit: Visit) -> None:
    visit.ask("Combien coûte un repas ?")
    visit.page.click(CITATION.format(2))
    visit.source("c-1-2")
    assert "lu par OCR (confiance 91 %)" in seen(visit.page, "#preuve")
    assert seen(visit.page, "#preuve blockquote").strip() == ROOM
    current = visit.page.locator("#tours a[aria-current=true]").first
    assert current.get_attribute("href") == "#c-1-2"


def test_a_citation_that_is_followed_before_the_first_one_is_drawn_stays_open(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue, drawn = visit.site.desk.catalogue, threading.Event()
    page = catalogue.page

    def slowly(source_id: int, number: int) -> Any:
        assert source_id != 1 or drawn.wait(PATIENCE_S)
        return page(source_id, number)

    monkeypatch.setattr(catalogue, "page", slowly)
    visit.page.evaluate(
        "window.panels = [], new MutationObserver(() => {"
        "  const id = document.querySelector('#preuve h2')?.id ?? '';"
        "  if (id !== (panels.at(-1) ?? '')) panels.push(id);"
        "}).observe(document, {childList: true, subtree: true})"
    )
    visit.ask("Combien coûte un repas ?")
    visit.page.click(CITATION.format(2))
    visit.source("c-1-2")
    drawn.set()
    visit.ask("et une inscription tardive ?")  # waits its turn, which is after the drawing
    visit.source("c-2-1")
    assert visit.page.evaluate("panels") == ["vue-c-1-2", "", "vue-c-2-1"]


def test_the_name_of_a_source_stays_in_view_while_its_page_is_scrolled(visit: Visit) -> None:
    visit.ask("Combien coûte un repas ?")
    visit.source("c-1-1")
    visit.until("document.querySelector('#feuillet img')?.naturalWidth > 0")
    visit.page.evaluate("document.querySelector('#source').scrollTop = 9999")
    visit.until("document.querySelector('#source').scrollTop > 300")
    visit.until(f"{BOX.format('vue-c-1-1')}.top >= {BOX.format('source')}.top")
    visit.until(f"{BOX.format('page-apres')}.top >= {BOX.format('vue-c-1-1')}.bottom")
    visit.until(f"{BOX.format('page-apres')}.bottom < {BOX.format('source')}.top + 200")


def test_the_name_of_a_source_stays_in_view_at_the_very_end_of_the_page(visit: Visit) -> None:
    visit.ask("Combien coûte un repas ?")
    visit.ask("et en cas d'inscription tardive ?".replace("'", "’"))
    visit.source("c-2-1")
    visit.until("document.querySelector('#feuillet img')?.naturalWidth > 0")
    visit.page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    visit.until("scrollY + innerHeight >= document.documentElement.scrollHeight - 1")
    visit.until(f"{BOX.format('vue-c-2-1')}.top >= 0")
    visit.until(f"{BOX.format('source')}.bottom <= innerHeight")
    links = "[...document.querySelectorAll('.pied-de-page a')].map(e =>"
    links += " e.getBoundingClientRect().right)"
    right = visit.page.evaluate(f"Math.max(...{links})")
    assert right < visit.page.evaluate(f"{BOX.format('source')}.left")  # it covers none of them


def test_a_citation_is_opened_and_left_with_the_keyboard_alone(visit: Visit) -> None:
    visit.ask("Combien coûte un repas ?")
    visit.source("c-1-1")
    visit.page.evaluate("document.querySelector('#reponse h2').focus()")
    for _ in range(10):
        visit.page.keyboard.press("Tab")
        if visit.focused() == "#c-1-2":
            break
    assert visit.focused() == "#c-1-2"
    outline = visit.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    visit.page.keyboard.press("Enter")
    visit.until("document.activeElement.id === 'vue-c-1-2'")
    visit.page.keyboard.press("Escape")
    assert visit.focused() == "#c-1-2"
    assert "Arrêté n° 7" in seen(visit.page, "#annonce")


def test_sources_and_pages_are_leafed_through(visit: Visit) -> None:
    page = visit.page
    visit.ask("Combien coûte un repas ?")
    visit.source("c-1-1")
    assert page.is_disabled("#citation-avant")
    assert page.is_disabled("#page-avant")
    page.click("#page-apres")
    page.wait_for_selector("#feuillet img[alt='Page 2 du document']")
    assert "Le passage cité est à la page 1." in seen(page, "#feuillet")
    assert seen(page, "#preuve h2") == "Délibération n° 2024/12 du 3 juin 2024, p. 2"
    page.click("#page-avant")
    page.wait_for_selector("#feuillet img[alt='Page 1 du document, passage cité encadré']")
    page.click("#citation-apres")
    visit.source("c-1-2")
    page.wait_for_selector("#citation-apres:disabled")


def test_a_follow_up_is_asked_within_the_conversation(visit: Visit) -> None:
    visit.ask("Combien coûte un repas ?")
    visit.ask("et en cas d'inscription tardive ?".replace("'", "’"))
    assert LATE in seen(visit.page, "#reponse")
    assert CANTEEN in seen(visit.page, "#precedents")
    assert visit.site.desk.heard[-1][1] == 1
    visit.page.click(CITATION.format(2))  # of the first answer
    visit.source("c-1-2")
    visit.page.click("#nouvelle")
    visit.page.wait_for_selector("#exemples button:visible")
    assert seen(visit.page, "#precedents").strip() == ""
    visit.ask("Combien coûte la salle ?")
    assert visit.site.desk.heard[-1][1] == 0


def test_a_follow_up_that_is_asked_again_stands_there_once(visit: Visit) -> None:
    heard = visit.site.desk.heard
    visit.ask("Combien coûte un repas ?")
    visit.ask("Et un repas d'adulte ?".replace("'", "’"))
    assert not visit.page.is_visible("a[href='#reposer-1']")
    before = len(heard)
    visit.page.click("a[href='#reposer-2']")
    wait_for(lambda: len(heard) == before + 1, "asked again")
    visit.page.wait_for_selector("#reponse:has(#tour-2) .phrase")
    visit.page.wait_for_selector("#envoyer:visible")
    assert heard[-1][1] == 1  # after the first question, not after itself
    assert visit.page.locator("h2.question").count() == 2
    visit.ask("et en cas d’inscription tardive ?")
    assert visit.page.locator("h2.question").count() == 3


def test_an_answer_stays_when_it_is_asked_again_and_stopped(visit: Visit) -> None:
    page = visit.page
    visit.site.desk.hold.set()
    visit.ask("attends un repas")
    visit.site.desk.hold.clear()
    page.click("a[href='#reposer-1']")
    page.wait_for_selector("#etape:has-text('recherche dans 2 fonds')")
    page.click("#arreter")
    page.wait_for_selector("#etape:has-text('Recherche arrêtée.')")
    assert CANTEEN in seen(page, "#reponse .exacte")
    assert page.locator("h2.question").count() == 1


def test_a_refusal_shows_the_nearest_passages_as_such(visit: Visit) -> None:
    visit.ask("À quelle heure ouvre la piscine ?")
    answer = seen(visit.page, "#reponse")
    assert "Greffe n'a pas trouvé de réponse à cette question" in answer
    assert "Greffe n’y a pas trouvé de réponse" in answer
    assert ROOM in answer
    assert not visit.page.is_visible("#source")
    visit.page.click("a[href='#p-1-2']")
    visit.source("p-1-2")
    assert "qui ne répond pas à la question" in seen(visit.page, "#preuve")


def test_html_and_markdown_in_a_document_are_shown_as_text(visit: Visit) -> None:
    visit.ask("Que dit le règlement ? <b>gras</b> _ici_")
    page = visit.page
    assert seen(page, "#reponse h2").endswith("Que dit le règlement ? <b>gras</b> _ici_")
    assert HOSTILE in seen(page, "#reponse .phrase")
    visit.source("c-1-1")
    assert seen(page, "#feuillet mark") == HOSTILE
    assert seen(page, "#preuve h2") == "Règlement <i>intérieur</i>, p. 1"
    assert page.locator("#page :is(script, img[src=x], strong, i)").count() == 0
    assert page.evaluate("window.piege") is None


def test_what_is_copied_is_what_is_proved_with_its_references_in_order(visit: Visit) -> None:
    page = visit.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=visit.site.address)
    visit.ask("Combien coûte un repas ?")
    page.click("a[href='#copier-1']")
    page.wait_for_selector(".suites a:has-text('Réponse copiée')")
    assert "avec ses références" in seen(page, "#annonce")
    assert page.evaluate("navigator.clipboard.readText()").split("\n") == [
        "Combien coûte un repas ?", "",
        f"{CANTEEN} [1]", "La salle des fêtes coûte 150 € par jour. [2] [1]", "",
        "Sources :", "[1] Délibération n° 2024/12 du 3 juin 2024, p. 1",
        "[2] Arrêté n° 7 du 2 mai 2023, p. 1",
    ]  # fmt: skip
    assert page.locator(".suites a[href^='/reponse/a1a1a1a1a1a1']").count() == 4


def test_a_question_is_stopped(visit: Visit) -> None:
    page = visit.page
    page.fill("#question textarea", "attends un peu")
    page.press("#question textarea", "Enter")
    page.wait_for_selector("#etape:has-text('recherche dans 2 fonds')")
    page.click("#arreter")
    page.wait_for_selector("#etape:has-text('Recherche arrêtée.')")
    assert page.input_value("#question textarea") == "attends un peu"
    visit.ask("Combien coûte un repas ?")


def test_what_is_written_meanwhile_is_kept_where_a_question_is_stopped(visit: Visit) -> None:
    page = visit.page
    page.fill("#question textarea", "attends un peu")
    page.press("#question textarea", "Enter")
    page.wait_for_selector("#etape:has-text('recherche dans 2 fonds')")
    page.fill("#question textarea", "Combien coûte un repas ?")
    page.click("#arreter")
    page.wait_for_selector("#etape:has-text('Recherche arrêtée.')")
    assert page.input_value("#question textarea") == "Combien coûte un repas ?"


def test_what_is_sent_right_after_a_stop_is_asked_and_not_the_question_before(
    visit: Visit,
) -> None:
    page, heard = visit.page, visit.site.desk.heard
    page.fill("#question textarea", "attends un peu")
    page.press("#question textarea", "Enter")
    page.wait_for_selector("#etape:has-text('recherche dans 2 fonds')")
    before = len(heard)
    page.evaluate(
        "(() => { document.querySelector('#arreter').click();"
        " const field = document.querySelector('#question textarea');"
        " field.value = 'Combien coûte un repas ?';"
        " field.dispatchEvent(new Event('input', { bubbles: true }));"
        " field.dispatchEvent(new KeyboardEvent('keypress', { key: 'Enter', bubbles: true })) })()"
    )
    wait_for(lambda: len(heard) > before, "asked")
    page.wait_for_selector("#reponse .phrase")
    assert [one[0] for one in heard[before:]] == ["Combien coûte un repas ?"]


def test_what_is_typed_after_a_stop_takes_the_place_of_the_question_given_back(
    visit: Visit,
) -> None:
    page = visit.page
    page.fill("#question textarea", "attends un peu")
    page.press("#question textarea", "Enter")
    page.wait_for_selector("#etape:has-text('recherche dans 2 fonds')")
    page.evaluate("document.querySelector('#arreter').click()")  # the box keeps the focus
    visit.until("document.querySelector('#question textarea').value === 'attends un peu'")
    page.keyboard.type("Combien")
    assert page.input_value("#question textarea") == "Combien"


def test_a_blank_question_takes_the_notice_of_the_one_before_away(visit: Visit) -> None:
    page = visit.page
    visit.ask("Combien coûte un repas ?")
    page.fill("#question textarea", "x" * 2001)
    page.press("#question textarea", "Enter")
    page.wait_for_selector("#etape .avis")
    page.fill("#question textarea", "  ")
    page.press("#question textarea", "Enter")
    visit.until("!document.querySelector('#etape .avis')")
    assert page.locator("#reponse .phrase").count() == 3


def test_the_seconds_that_gradio_counts_are_not_read_aloud(visit: Visit) -> None:
    page = visit.page
    page.fill("#question textarea", "attends un peu")
    page.press("#question textarea", "Enter")
    page.wait_for_selector("#etape:has-text('recherche dans 2 fonds')")
    shown = "[...document.querySelectorAll('[data-testid=status-tracker]')].map(e =>"
    shown += " getComputedStyle(e).display)"
    assert set(page.evaluate(shown)) == {"none"}
    assert "queue" not in str(page.locator("main").aria_snapshot())
    page.click("#arreter")


def test_a_follow_up_that_is_stopped_leaves_no_blank_behind(visit: Visit) -> None:
    page = visit.page
    visit.ask("Combien coûte un repas ?")
    page.fill("#question textarea", "attends un peu")
    page.press("#question textarea", "Enter")
    page.wait_for_selector("#etape:has-text('recherche dans 2 fonds')")
    page.click("#arreter")
    page.wait_for_selector("#etape:has-text('Recherche arrêtée.')")
    visit.until(f"{BOX.format('etape')}.top - {BOX.format('tour-2')}.bottom < 60")
    visit.until(f"{BOX.format('question')}.top - {BOX.format('etape')}.bottom < 60")


def test_an_error_gives_a_sentence_and_a_reference_to_its_trace(visit: Visit) -> None:
    visit.ask("une panne ?")
    said = seen(visit.page, "#reponse .erreur")
    assert "donnez la référence" in said
    assert "disque" not in said
    before = len(visit.site.desk.heard)
    visit.page.click("#reponse a[href='#reposer-1']")
    visit.until(f"!document.querySelector('#reponse .erreur')?.innerText.includes({said[-60:]!r})")
    visit.page.wait_for_selector("#reponse .erreur")
    assert [heard[0] for heard in visit.site.desk.heard[before:]] == ["une panne ?"]
    kept = [file for file in (visit.site.data / "logs").iterdir() if file.stem in said]
    assert "le disque est tombé" in kept[0].read_text("utf-8")


def test_a_question_that_is_too_long_is_refused_and_kept_in_the_box(visit: Visit) -> None:
    before = len(visit.site.desk.heard)
    visit.page.fill("#question textarea", "x" * 2001)
    visit.page.press("#question textarea", "Enter")
    visit.page.wait_for_selector("#etape:has-text('la limite est de 2\u202f000')")
    assert len(visit.page.input_value("#question textarea")) == 2001
    assert len(visit.site.desk.heard) == before


@pytest.mark.parametrize("how", ["Enter", "click"])
def test_a_question_that_is_sent_twice_is_asked_once_and_its_answer_stays(
    visit: Visit, how: str
) -> None:
    before, page = len(visit.site.desk.heard), visit.page
    page.fill("#question textarea", "Combien coûte un repas ?")
    if how == "click":
        page.dblclick("#envoyer")
    else:
        page.press("#question textarea", "Enter")
        page.press("#question textarea", "Enter")
    page.wait_for_selector("#reponse .phrase")
    visit.ask("Et pour un adulte ?")  # whatever was sent before has been heard by now
    assert page.is_visible("h2:has-text('Combien coûte un repas')")
    heard = [one[0] for one in visit.site.desk.heard[before:]]
    assert heard == ["Combien coûte un repas ?", "Et pour un adulte ?"]


def test_an_example_is_asked_within_the_limits_that_were_set(visit: Visit) -> None:
    visit.page.click("#choisir > button")
    visit.page.click("#fonds label:has-text('arretes')")
    visit.page.click("#natures label:has-text('arrêtés')")
    visit.page.fill("#depuis :is(input, textarea)", "2024")
    visit.page.fill("#jusqua :is(input, textarea)", "2020")
    visit.page.click("#exemples button:has-text('cantine')")
    visit.page.wait_for_selector("#etape:has-text('Une période ne se comprend pas')")
    visit.page.fill("#depuis :is(input, textarea)", "2020")
    visit.page.click("#exemples button:has-text('cantine')")
    visit.page.wait_for_selector("#reponse .phrase")
    assert visit.site.desk.heard[-1][2] == ["arretes"]
    assert visit.site.desk.narrow == Narrow(("arrete",), "2020-01-01", "2020-12-31")
    assert not visit.page.is_visible("#exemples")


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("Connection to the server was lost.", "La demande n'a pas abouti"),
        ("Ce choix n'est pas proposé.", "Ce choix n'est pas proposé."),
    ],
)
def test_what_gradio_notifies_is_said_in_french_above_the_page(
    visit: Visit, theirs: str, ours: str
) -> None:
    visit.page.set_viewport_size({"width": 390, "height": 400})
    visit.page.evaluate(
        "said => { const notice = document.body.appendChild(document.createElement('div'));"
        " notice.hidden = true; notice.dataset.testid = 'toast-text'; notice.textContent = said }",
        theirs,
    )
    visit.page.wait_for_selector("#limite:visible")
    assert ours in seen(visit.page, "#limite")
    visit.page.evaluate("scrollTo(0, document.body.scrollHeight)")
    visit.until("scrollY > 50")
    assert visit.page.evaluate(f"{BOX.format('limite')}.top") >= 0  # in view all the same


def test_the_page_is_in_french_even_in_an_english_browser(visit: Visit) -> None:
    visit.ask("Combien coûte un repas ?")
    page = visit.page
    assert page.evaluate("document.documentElement.lang") == "fr"
    assert page.title() == "Greffe"
    assert page.locator("h1").count() == 1
    assert page.locator("main").count() == 1
    whole = seen(page, "body") + page.evaluate(
        "[...document.querySelectorAll('[aria-label],[title],[placeholder]')].map(e =>"
        " [e.ariaLabel, e.title, e.placeholder].join(' ')).join(' ')"
    )
    assert [word for word in ENGLISH if word in whole] == []
    assert "Saint-Aubin · 3 sources, 1 061 actes" in whole


def test_a_screen_reader_is_told_what_changes(visit: Visit) -> None:
    visit.ask("Combien coûte un repas ?")
    page = visit.page
    assert page.locator("#reponse [role=log][aria-live=polite] .phrase").count() == 3
    assert page.locator("#etape [role=status]").count() == 1
    assert page.get_by_label("Votre question").count() == 1
    assert page.get_by_role("link", name="Citation [1]").count() >= 1


@pytest.mark.parametrize("dialog", ["signaler", "contester"])
def test_the_labels_of_a_dialog_stand_clear_of_what_is_around_them(
    visit: Visit, dialog: str
) -> None:
    page = visit.page
    page.evaluate(f"document.querySelector('#{dialog}').showModal()")
    parts = f"[...document.querySelectorAll('#{dialog} :is(h2, .note, legend, label, textarea)')]"
    tops = page.evaluate(
        f"{parts}.map(e => [e.tagName, e.getBoundingClientRect()]).map(([tag, box]) =>"
        " [tag, box.top, box.bottom])"
    )
    gaps = [
        (before[0], after[0], after[1] - before[2])
        for before, after in pairwise(tops)
        if {before[0], after[0]} & {"LEGEND", "TEXTAREA"}
    ]
    assert gaps
    assert [gap for gap in gaps if gap[2] < 5] == []
    assert (
        page.evaluate(
            f"getComputedStyle(document.querySelector('#{dialog} label[for]')).fontWeight"
        )
        == "600"
    )


def test_the_page_opens_at_its_top_and_on_a_desk_in_the_box(visit: Visit, phone: Visit) -> None:
    phone.page.wait_for_timeout(300)  # a focus that scrolls comes after the page is drawn
    assert phone.page.evaluate("scrollY") == 0
    visit.until("document.activeElement === document.querySelector('#question textarea')")


def test_on_a_phone_the_source_stands_below_and_nothing_overflows(phone: Visit) -> None:
    page = phone.page
    phone.ask("Combien coûte un repas ?")
    phone.source("c-1-1")
    phone.until("document.querySelector('#feuillet img')?.naturalWidth > 0")
    phone.until(f"{BOX.format('source')}.top >= {BOX.format('tours')}.bottom")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    wide = page.evaluate(
        "[...document.querySelectorAll('#page *')].filter(e => e.getBoundingClientRect().right"
        " > 391).map(e => e.id || e.className)"
    )
    assert wide == []
    page.tap(CITATION.format(2))
    phone.source("c-1-2")
    phone.until("document.querySelector('#source').getBoundingClientRect().top < 200")
