"""A real llama.cpp server with a model of 135 million weights: what it invents is never a fact."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.answer import SILENT, Desk
from app.assembly import open_desk
from app.ledger import squeeze
from app.llm import Chat
from app.settings import load
from app.web import build_app
from tests.app.real_model import llama
from tests.app.scripted_model import Script, model_server
from tests.app.web.conftest import Settings
from tests.app.web.serving import serving
from tests.command_line import PATIENCE_S, greffe
from tests.conftest import FONDS, new_town

QUESTIONS = (
    "Quelle est l'amende maximale pour un dépôt sauvage ?",
    "Combien coûte la cantine pour une famille qui gagne peu ?",
)
SMALL = {"GREFFE_MODEL__CONTEXT": "2048", "GREFFE_MODEL__LENGTH": "50"}  # quick on two cores
SECRET = "QUETZAL-7731"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with llama() as address:
        yield address


@pytest.fixture(scope="module")
def desk(town: Path) -> Iterator[Desk]:
    with open_desk(load(town)) as opened:
        yield opened


def stands(desk: Desk, text: str, cited: list[tuple[str, int]]) -> bool:
    """Whether each figure of a sentence, and each long word's beginning, is on a page it cites."""
    pages = " ".join(
        page.text
        for name, number in cited
        for source in desk.catalogue.sources(fonds=FONDS)
        if source.path == name and (page := desk.catalogue.page(source.id, number))
    )
    there = squeeze(pages)
    figures = all(figure in re.findall(r"\d+", pages) for figure in re.findall(r"\d+", text))
    words = [squeeze(word[:5]) for word in re.findall(r"[^\W\d_]{6,}", text)]
    return figures and sum(word in there for word in words) >= len(words) / 2


@pytest.mark.parametrize("question", QUESTIONS)
def test_whatever_it_writes_only_what_is_proved_is_told_as_fact(
    town: Path, desk: Desk, url: str, question: str
) -> None:
    ran = greffe(
        town, "ask", question, "--json", GREFFE_MODEL__URL=url, GREFFE_MODEL__SECONDS="600", **SMALL
    )
    assert ran.code in (0, 1), ran.err
    assert SILENT not in ran.json["notes"]
    for sentence in ran.json["sentences"]:
        cited = [ran.json["citations"][number - 1] for number in sentence["citations"]]
        if sentence["status"] == "unverified":
            assert sentence["text"] not in ran.json["text"]
        else:
            assert stands(desk, sentence["text"], [(one["source"], one["page"]) for one in cited])


# Gradio 6.31 computes its queue's figures in ways that pandas 3 gives up
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_on_the_page_its_words_are_unchecked_struck_or_proved(
    browser: Any, desk: Desk, url: str
) -> None:
    chat = Chat(url, "smollm2", "", 600, context=2048, length=50)
    with serving(build_app(replace(desk, chat=chat), Settings(desk.data))) as address:
        context = browser.new_context()
        context.set_default_timeout(600_000)
        page = context.new_page()
        page.goto(address)
        page.wait_for_selector("#exemples button:visible")
        page.fill("#question textarea", QUESTIONS[0])
        page.press("#question textarea", "Enter")
        page.wait_for_selector("#reponse .en-cours")
        page.wait_for_selector("#reponse .pied", state="attached")
        told = page.locator("#reponse .phrase").all()
        mentions = [one.locator(".mention").inner_text() for one in told]
        assert all(
            mention.startswith(("✓", "≈")) or one.locator("del").count() == 1
            for one, mention in zip(told, mentions, strict=True)
        )
        for one in told:
            if one.locator("del").count() == 0:
                assert one.locator("a.renvoi").count() > 0
        context.close()


def test_a_closed_fonds_never_reaches_the_models_prompt(
    tmp_path: Path, records: Path, models: Path
) -> None:
    (closed := tmp_path / "reserve").mkdir()
    (closed / "paie.txt").write_text(
        f"Note du régisseur\n\nLe code du coffre de la régie est {SECRET}.", "utf-8"
    )
    data = new_town(tmp_path / "donnees", models)
    assert greffe(data, "ingest", records / "notes", "--fonds", "notes").code == 0
    assert greffe(data, "ingest", closed, "--fonds", "reserve").code == 0
    asked = ("Quel est le code du coffre de la régie ?", "Que dit la note du régisseur ?")
    with model_server(Script(["NON TROUVÉ"])) as server, open_desk(load(data)) as opened:
        writing = replace(opened, chat=Chat(server.url, "", "", PATIENCE_S))
        writing.ask(asked[0])
        assert SECRET in " ".join(server.read)  # open, it is read
        server.read.clear()
        reader = writing.within(frozenset({"notes"}))
        for question in (*asked, "Quel est le budget participatif en 2025 ?"):
            reader.ask(question)
            writing.ask(question, fonds=["notes"])
        assert server.read  # the model was asked about the rest
        assert SECRET not in " ".join(server.read)
