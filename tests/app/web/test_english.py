"""The page in English: every sentence translated, no French left but what is marked as French."""

from __future__ import annotations

import ast
import http.client
import json
import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from app import background
from app.access.passwords import PasswordRefused, check
from app.airtight import report
from app.errors import set_aside_line, spoken
from app.journal.entries import Journal
from app.opinions import Judgement, Opinion, note
from app.settings import SettingsInvalid, load
from app.web.rules import ADMINISTRATION, PAGES
from app.words import _, as_french, day, language, ngettext, number, quoting, speaking
from tests.app.web.catalogue import (
    MO,
    ROOT,
    Found,
    compiled,
    english,
    found,
    holes,
    of_python,
    tags,
)
from tests.app.web.conftest import Settings, Site
from tests.app.web.hall import FINE, NOWHERE, Hall, hall_of
from tests.app.web.serving import serving
from tests.app.web.test_accessible import Eye, paths, states_of_the_chat
from tests.app.web.town_hall import Desk
from tests.command_line import PATIENCE_S, free_port, started, wait_until_open

# Gradio 6.31 computes its queue's figures in ways that pandas 3 gives up
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

FRENCH = re.compile(
    r"[àâçéèêëîïôùûœÀÂÇÉÈÊËÎÏÔÙÛŒ]|\b(?:le|la|les|des|du|une|est|sont|pas|vous|votre|dans|sur|avec"
    r"|pour|cette|qui|que|aux|au|ou|et|ne|sans|aucune?|tous?|par|lus?|fichiers?|actes?|jamais|oui"
    r"|chaque|depuis|selon|leur|ses|jours?|autres?)\b"
)
# the words of a page, those of attributes too, that stand in nothing marked as French
WORDS = """() => {
  const told = [];
  const walk = (element) => {
    if (element.lang === "fr" || ["SCRIPT", "STYLE"].includes(element.tagName)) return;
    for (const name of ["aria-label", "title", "alt", "placeholder", "data-titre"]) {
      if (element.hasAttribute(name)) told.push(element.getAttribute(name));
    }
    for (const child of element.childNodes) {
      if (child.nodeType === 3) told.push(child.data);
      else if (child.nodeType === 1) walk(child);
    }
  };
  walk(document.documentElement);
  return told;
}"""


def french_words(page: Any) -> list[str]:
    """What is French on a page and not marked so."""
    return [words.strip() for words in page.evaluate(WORDS) if FRENCH.search(words)]


class Reader(Eye):
    """A browser that looks at pages as axe-core does, and reads them."""

    def look(self, state: str) -> None:
        """Look at the page as it is; French that is not marked is a fault too."""
        super().look(state)
        assert self.page.evaluate("document.documentElement.lang") == "en"
        self.faults += [f"{state} : {words[:200]}" for words in french_words(self.page)]


@pytest.fixture
def reader(browser: Any) -> Iterator[Reader]:
    looking = Reader(browser)
    yield looking
    looking.context.close()


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    from app.web import build_app

    data = tmp_path_factory.mktemp("townhall")
    desk = Desk(data)
    with speaking("en"), serving(build_app(desk, Settings(data))) as address:
        yield Site(address, desk, data)


@pytest.fixture(scope="module")
def office(indexed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with speaking("en"), hall_of(indexed, tmp_path_factory.mktemp("office")) as hall:
        yield hall


def sentences() -> list[tuple[str, str, bool]]:
    """Each French sentence of the catalogue, its English, and whether it is one of a pair."""
    pairs: list[tuple[str, str, bool]] = []
    for kept in english():
        if not kept.id:
            continue
        both = isinstance(kept.id, tuple)
        ids = kept.id if isinstance(kept.id, tuple) else (kept.id,)
        said = kept.string if isinstance(kept.string, tuple) else (kept.string,)
        pairs += [(one, other, both) for one, other in zip(ids, said, strict=True)]
    return pairs


def test_every_sentence_of_the_sources_has_its_english_and_the_catalogue_no_other() -> None:
    kept = {(one.id, one.context) for one in english() if one.id}
    used = {(one.id, one.context) for one in found()}
    assert len(used) > 1000
    assert used - kept == set()
    assert kept - used == set()
    assert [french for french, said, _pair in sentences() if not said] == []


def test_a_translation_has_the_holes_and_the_html_of_its_sentence() -> None:
    faults = []
    for french, said, pair in sentences():
        plain = re.sub(r'<span lang="fr">|</span>', "", said)
        if tags(french) != tags(plain):
            faults.append((french, said))
        if not (holes(said) <= holes(french) if pair else holes(said) == holes(french)):
            faults.append((french, said))
        ends = [text != text.strip() and text[-1:].isspace() for text in (french, said)]
        if ends[0] != ends[1]:
            faults.append((french, said))
    assert faults == []


def test_no_english_sentence_has_french_words_but_what_it_quotes() -> None:
    quoted = re.compile(r"«.*?»|&laquo;.*?&raquo;|<span lang=\"fr\">.*?</span>|`.*?`|\{\w*\}")
    names = re.compile(r"docs/[\w-]+\.md|greffe \w+.*?</code>|<[^>]*>")
    left = [
        said
        for _id, said, _pair in sentences()
        if FRENCH.search(names.sub("", quoted.sub("", said)))
    ]
    assert left == []


def test_what_the_program_reads_is_the_catalogue() -> None:
    assert compiled(english()) == MO.read_bytes()


def test_a_sentence_is_found_wherever_it_is_said() -> None:
    source = (
        '_("un"); N_("deux"); ngettext("trois", "{count} trois", 3); f"{_(\'quatre\')}"; other("x")'
    )
    said = ["un", "deux", ("trois", "{count} trois"), "quatre"]
    assert [*of_python(source)] == [(one, None) for one in said]
    assert [*of_python('pgettext("several", "Fonds")')] == [("Fonds", "several")]
    assert Found("Envoyer", "app/web/static/index.html") in found()
    assert Found("Référence copiée.", "app/web/static/greffe.js") in found()


# strings of app/web with French letters or words that nobody reads as a sentence, and why
KEPT = {
    "app/web/asking.py": ["question en erreur, référence %s", "trace non conservée"],  # the log
    "app/web/spacing.py": ["(?:[:;?!»€%]", "«", " (?={_MARKS})", "class="],  # patterns
    "app/web/admin/charts.py": ["août", "févr.", "déc."],  # app.words.month
    "app/web/admin/evaluation.py": ["question;attendu", "Questions : ("],  # of its example
    "app/web/admin/state.py": ["(?:relancez avec"],  # a pattern
}  # fmt: skip
_HTML = re.compile(r"<[^<>]*>|^[^<>]*>|<[^<>]*$|\b[\w-]+=\"[^\"]*\"?")


def untranslated(path: Path) -> list[str]:
    """The strings of a module that a reader would take for French, and that no call translates."""
    tree = ast.parse(path.read_text("utf-8"))
    aside: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            aside |= (
                set(node.args) if node.func.id in ("_", "N_", "ngettext", "pgettext") else set()
            )
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            aside.add(body[0].value)  # a docstring
    texts = [
        node.value for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in aside
    ]  # fmt: skip
    shown = [text for text in texts if not re.fullmatch(r"[a-z_?=-]+|/.*", text)]  # ours
    return [text for text in shown if FRENCH.search(_HTML.sub(" ", text))]


def test_no_sentence_of_the_page_is_left_untranslated() -> None:
    left = []
    for path in sorted((ROOT / "app" / "web").rglob("*.py")):
        place = path.relative_to(ROOT).as_posix()
        known = KEPT.get(place, [])
        left += [
            (place, text) for text in untranslated(path)
            if not any(text.startswith(one) for one in known)
        ]  # fmt: skip
    for path in sorted((ROOT / "app" / "web" / "static").iterdir()):
        if path.suffix == ".html":
            text = re.sub(r"\{\{[^{}]*\}\}|<[^<>]*>", " ", path.read_text("utf-8"))
            left += [(path.name, line.strip()) for line in text.split("\n") if FRENCH.search(line)]
        if path.suffix == ".js":
            said = re.sub(r"//.*|\b_\(\"[^\"]+\"\)", "", path.read_text("utf-8"))
            left += [(path.name, one) for one in re.findall(r'["`]([^"`]*)["`]', said)
                     if re.search(r"[À-ÿ]", one)]  # fmt: skip
    assert left == []


def test_the_test_of_untranslated_sentences_sees_them(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text('"""Où."""\nX = f"<p>Rien n\'est là</p>"\nY = _("Où ?")\nZ = "class-name"\n')
    assert untranslated(module) == ["<p>Rien n'est là</p>"]


def test_the_measures_of_an_evaluation_are_named_in_english() -> None:
    from app.web.admin.evaluation import MEASURES, _measures, verdict
    from evals.table import NAMES

    assert set(MEASURES) == set(NAMES.values())
    figures = {name: {"value": 0.5, "low": 0.4, "high": 0.6, "n": 1200} for name in NAMES}
    with speaking("en"):
        shown = _measures("x", figures, NAMES)
        assert verdict({"refused": 0.0}) == ("should have refused", False)
    assert "40% to 60%" in shown
    assert "1,200" in shown
    assert not FRENCH.search(re.sub(r"<[^>]*>", " ", shown))


def test_an_exported_answer_is_in_english_with_its_records_marked_as_french() -> None:
    from io import BytesIO
    from zipfile import ZipFile

    from pypdf import PdfReader

    from app.document import as_document
    from app.printed import as_pdf

    with speaking("en"):
        word, pdf = as_document(EXPORTED), PdfReader(BytesIO(as_pdf(EXPORTED, [])))
    inside = ZipFile(BytesIO(word)).read("word/document.xml").decode()
    assert "Written with the help of an AI, to be checked." in inside
    assert "(exact quotation)" in inside
    french = [run for run in re.findall(r"<w:r>.*?</w:r>", inside, re.S) if "fr-FR" in run]
    assert len(french) == 4  # the question, the sentence, its source, the words cited
    others = inside
    for run in french:
        others = others.replace(run, "")
    assert not FRENCH.search(re.sub(r"<[^>]*>|«.*?»", " ", others))
    root = pdf.trailer["/Root"]
    assert root["/Lang"] == "en-GB"
    elements = [one.get_object() for one in root["/StructTreeRoot"]["/K"][0].get_object()["/K"]]
    assert [one.get("/Lang") for one in elements].count("fr-FR") == 4
    said = " ".join(page.extract_text() for page in pdf.pages)
    assert "Contested by Anne on 20 November 2026" in said


EXPORTED = {
    "question": "Quelle est l'amende ?", "answer": "0123456789ab", "model": "extractif",
    "at": "2026-11-22T10:00:00+00:00", "validated": None, "text": "", "notes": [],
    "sentences": [{"text": "L'amende est de 180 €.", "status": "verbatim", "citations": [1]}],
    "citations": [{
        "number": 1, "label": "Délibération n° 1, p. 2", "fonds": "mairie", "source": "a/b.pdf",
        "sha256": "ab" * 32, "page": 2, "quote": "L'amende est de 180 €.", "ocr": True,
    }],
    "judged": [{"citation": 1, "verdict": "contested", "by": "Anne", "at": "2026-11-20T10:00:00",
                "text": ""}],
}  # fmt: skip


def test_nothing_that_translates_hides_the_function_that_does() -> None:
    hidden = []
    for path in sorted((ROOT / "app").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            own = [inner for inner in ast.walk(node) if isinstance(inner, ast.Name)]
            bound = {n.id for n in own if isinstance(n.ctx, ast.Store)} - _in_comprehensions(node)
            calls = {n.id for n in own if isinstance(n.ctx, ast.Load)}
            if "_" in bound and "_" in calls:
                hidden.append(f"{path.name} {node.name}")
    assert hidden == []


def _in_comprehensions(node: ast.AST) -> set[str]:
    """Names that are bound by comprehensions, which have a scope of their own, and nowhere else."""
    inside: list[str] = []
    everywhere = [n.id for n in ast.walk(node) if isinstance(n, ast.Name) and _stored(n)]
    for one in ast.walk(node):
        if isinstance(one, ast.comprehension):
            inside += [n.id for n in ast.walk(one.target) if isinstance(n, ast.Name)]
    return {name for name in inside if inside.count(name) == everywhere.count(name)}


def _stored(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store)


def test_words_dates_and_numbers_follow_the_language_and_french_comes_back() -> None:
    assert (_("Envoyer"), number(1200.5, 2), day("2014-05-22")) == (
        "Envoyer", "1\u202f200,50", "22/05/2014",
    )  # fmt: skip
    with speaking("en"):
        assert (_("Envoyer"), number(1200.5, 2), day("2014-05-22")) == (
            "Send", "1,200.50", "22 May 2014",
        )  # fmt: skip
        assert [ngettext("{count} acte", "{count} actes", n) for n in (0, 1, 2)] == [
            "{count} records", "{count} record", "{count} records",
        ]  # fmt: skip
        assert as_french("Arrêté") == '<span lang="fr">Arrêté</span>'
        assert quoting("No « arrêté » found") == 'No <span lang="fr">« arrêté »</span> found'
    assert language() == "fr"
    assert as_french("Arrêté") == "Arrêté"


def test_the_chat_speaks_english_in_each_of_its_states(reader: Reader, chat: Site) -> None:
    page = reader.page
    page.goto(chat.address)
    for state in states_of_the_chat(reader, "Search stopped.", "the limit is 2,000"):
        reader.look(state)
        if state == "answered, source open":
            assert "✓ exact quotation" in page.inner_text("#reponse")
            page.click("a[href='#copier-1']")
            page.wait_for_selector("#reponse:has-text('copied')")
    assert not reader.faults, "\n".join(reader.faults)


def test_every_page_of_an_agent_and_of_legal_staff_speaks_english(
    reader: Reader, office: Hall
) -> None:
    answer, refused = office.asked(FINE, "chef"), office.asked(NOWHERE, "chef")
    journal = Journal(office.desk.data)
    note(journal, "chef", "", Opinion(answer.id, False, "outdated", "il y en a une autre"))
    note(journal, "anne", "", Judgement(answer.id, 1, "contested", "Anne", "mauvaise page"))
    reader.visit(f"{office.address}/comment-ca-marche")
    reader.visit(f"{office.address}/connexion")
    page = reader.page
    page.fill("#identifiant", "marie")
    page.fill("#motdepasse", "un autre")
    page.press("#motdepasse", "Enter")
    page.wait_for_selector(".avis")
    reader.look("login refused")
    office.enter(page, "chef")
    reader.look("the notice of the first time")
    page.click(".usages button")
    page.wait_for_selector(".usages", state="detached")
    reader.ask(FINE)
    page.wait_for_selector("#vue-c-1-1")
    reader.look("a real answer")
    reader.ask("Que dit la délibération n° 9999-999 ?")
    reader.look("a real refusal")
    for path in (f"/reponse/{refused.id}", *paths(answer), "/source/999999/1", "/nulle-part"):
        reader.visit(office.address + path)
    page.goto(f"{office.address}/reponse/{answer.id}")
    page.click(".valider button")
    page.wait_for_selector(".validee")
    reader.look("an approved answer")
    for path in ("/validees", "/historique?q=introuvable", "/avis?motif=outdated"):
        reader.visit(office.address + path)
    assert not reader.faults, "\n".join(reader.faults)


# as `greffe eval` writes it
REPORT = json.dumps({
    "date": "2026-11-22T09:14:00", "conditions": {"model": "", "generation": "g"},
    "names": {"correct": "réponse juste", "hit@1": "lieu @1"},
    "rows": [{"set": "questions", "group": "ensemble", "n": 2, "figures": {
        "correct": {"value": 0.5, "low": 0.1, "high": 0.9, "n": 2},
        "hit@1": {"value": 1.0, "low": None, "high": None, "n": 2},
    }}],
    "outcomes": [{"id": "1", "values": {"correct": 0.0}}, {"id": "2", "values": {"hit@5": 1.0}}],
})  # fmt: skip


def test_every_page_of_an_administrator_speaks_english(reader: Reader, office: Hall) -> None:
    office.asked(NOWHERE, "marie")
    folder = office.desk.data / "evaluations" / "20261122-091400"
    folder.mkdir(parents=True)
    (folder / "rapport.json").write_text(REPORT, "utf-8")
    page = reader.page
    office.enter(page, "chef")
    for name in ("", *(f"/{one}" for one in PAGES)):
        reader.visit(f"{office.address}{ADMINISTRATION}{name}")
    asked = (
        "/journal?chercher=oui", "/journal?controler=oui", "/journal?depuis=hier",
        "/documents?cherche=a", "/documents?retirer=1", "/graphiques?jours=365",
    )  # fmt: skip
    for path in asked:
        reader.visit(f"{office.address}{ADMINISTRATION}{path}")
    reader.visit(f"{office.address}/egress")
    page.goto(f"{office.address}{ADMINISTRATION}/documents")
    page.set_input_files("#fichiers", str(Path(__file__)))
    page.click("button.fort:has-text('Drop')")
    page.wait_for_selector(".avis, .notice")
    reader.look("a file refused")
    page.goto(f"{office.address}{ADMINISTRATION}/comptes")
    page.click("summary:has-text('Add an account')")
    page.fill("#identifiant", "neuf")
    page.fill("#nom", "Neuf")
    page.click("button.fort:has-text('Add')")
    page.wait_for_selector(".avis")
    reader.look("an account added")
    assert report.last(office.desk.data) is None
    assert not reader.faults, "\n".join(reader.faults)


def test_what_a_command_begun_on_the_page_has_said_is_in_english(
    reader: Reader, office: Hall
) -> None:
    data, page = office.desk.data, reader.page
    office.enter(page, "chef")
    source = office.desk.catalogue.sources()[0]
    for name, code, said in (
        ("nulle-part.pdf", 3, "Neither an indexed file nor the number of an indexed record"),
        (str(source.file), 0, "Receipt no. 1:"),
    ):
        background.start(data, "withdraw", ["withdraw", name, "--yes"], "chef")
        while (job := background.job(data, "withdraw")) is None or job.running:
            time.sleep(0.1)
        assert job.code == code, job.err
        assert said in job.out + job.err
        reader.visit(f"{office.address}{ADMINISTRATION}/documents")
        assert said in page.inner_text("#suivi")
    background.start(data, "ingest", ["ingest", str(data / "nowhere"), "--fonds", "neuf"], "chef")
    while (job := background.job(data, "ingest")) is None or job.running:
        time.sleep(0.1)
    assert job.code == 3, job.err
    reader.visit(f"{office.address}{ADMINISTRATION}/indexation")
    assert not reader.faults, "\n".join(reader.faults)


def test_the_setting_opens_the_page_in_english_and_the_terminal_stays_french(
    own_town: Path,
) -> None:
    (own_town / "greffe.toml").write_text('town = "Saint-Aubin"\n[page]\nlanguage = "en"\n')
    port = free_port()
    server = started(own_town, "serve", "--port", str(port))
    try:
        wait_until_open(server, port)
        with closing(
            http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        ) as connection:
            connection.request("GET", "/")
            page = connection.getresponse().read().decode()
    finally:
        os.killpg(server.pid, signal.SIGINT)
        told = server.communicate(timeout=PATIENCE_S)[1]
    assert '<html lang="en"' in page
    assert "Answers drawn from the records" in page
    assert "La page est ouverte" in told


def test_a_language_that_there_is_not_is_refused(tmp_path: Path) -> None:
    (tmp_path / "greffe.toml").write_text('[page]\nlanguage = "de"\n')
    with pytest.raises(SettingsInvalid) as refused:
        load(tmp_path)
    assert refused.value.facts["detail"] == (
        "page.language (ce n'est pas une des valeurs possibles)"
    )


def test_why_something_was_refused_is_in_english_and_what_is_not_is_quoted() -> None:
    aside = {"source": "x.pdf", "reason": "damaged", "detail": "ce n'est pas une page"}
    with speaking("en"):
        with pytest.raises(PasswordRefused) as refused:
            check("court", "marie", "")
        assert spoken(refused.value) == (
            "This password is not suitable: at least 12 characters are needed. Choose another."
        )
        assert set_aside_line(aside) == (
            "x.pdf: the file is damaged (« ce n'est pas une page »); drop the original again"
        )
        assert set_aside_line(aside | {"detail": "EOF marker not found"}) == (
            "x.pdf: the file is damaged (EOF marker not found); drop the original again"
        )
