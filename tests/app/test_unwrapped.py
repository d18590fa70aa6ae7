"""JSON that a server was asked to keep to, as the text that it holds, however it is cut."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.llm import Chat
from app.markers import sentences
from app.unwrapped import Unwrapped
from tests.app.scripted_model import Script, model_server

PHRASES = st.lists(
    st.tuples(
        st.text(st.characters(codec="utf-8"), max_size=30),
        st.lists(st.integers(0, 9), max_size=3),
    ),
    max_size=4,
)


def written(phrases: list[tuple[str, list[int]]], **how: bool) -> str:
    return json.dumps({"phrases": [{"texte": t, "extraits": e} for t, e in phrases]}, **how)


def unwrapped(text: str) -> str:
    return Unwrapped().feed(text)


def test_sentences_come_with_their_markers() -> None:
    said = written([("Le repas coûte 3 €.", [1, 2]), ("Il est « servi »\nà midi.", [3])])
    assert [(one.text, one.marks) for one in sentences(unwrapped(said), 5)] == [
        ("Le repas coûte 3 €.", (1, 2)),
        ("Il est « servi » à midi.", (3,)),
    ]


def test_extracts_that_come_first_are_of_their_own_sentence() -> None:
    rows = [{"extraits": [n], "texte": f"Phrase {word}."} for n, word in ((1, "une"), (2, "deux"))]
    found = sentences(unwrapped(json.dumps({"phrases": rows})), 5)
    assert [(one.text, one.marks) for one in found] == [
        ("Phrase une.", (1,)),
        ("Phrase deux.", (2,)),
    ]


@pytest.mark.parametrize("said", ['{"phrases": []}', '{"phrases":[{"texte":"","extraits":[]}]}'])
def test_no_sentence_is_nothing_found(said: str) -> None:
    assert unwrapped(said).strip() == "NON TROUVÉ"


@pytest.mark.parametrize("said", ["Le repas coûte 3 € [1].", " \nNON TROUVÉ", "```json\n{}\n```"])
def test_what_is_no_json_is_given_as_it_is(said: str) -> None:
    assert unwrapped(said).strip() == said.strip()


@given(phrases=PHRASES, ascii=st.booleans(), cuts=st.lists(st.integers(0, 300), max_size=8))
def test_any_way_of_cutting_the_json_gives_the_same_text(
    phrases: list[tuple[str, list[int]]], ascii: bool, cuts: list[int]
) -> None:
    said, reader, found, before = written(phrases, ensure_ascii=ascii), Unwrapped(), "", 0
    for cut in [*sorted(cuts), len(said)]:
        found += reader.feed(said[before:cut])
        before = max(before, cut)
    assert found == unwrapped(said)
    for text, _ in phrases:
        assert basic(text) in basic(found)


def basic(text: str) -> str:
    """Without what JSON may write as two halves, each space a plain one."""
    return "".join(" " if char.isspace() else char for char in text if char <= "\uffff")


@pytest.mark.parametrize(
    ("owner", "constrained"), [("vllm", True), ("llamacpp", True), ("library", True), ("x", False)]
)
def test_a_server_is_held_to_the_schema_if_it_is_one_that_can(
    owner: str, constrained: bool
) -> None:
    says = written([("Oui.", [1])]) if constrained else "Oui. [1]"
    with model_server(Script(list(says), owner=owner)) as server:
        chat = Chat(server.url, "", "", 120, schema=True)
        for _ in range(2):
            chat.ask_what_it_offers()
            assert "".join(chat.write("Quoi ?", ["Oui."])).strip() == "Oui. [1]"
        assert server.looked == 1  # once, and no question was spent on it
        assert ["response_format" in body for body in server.bodies] == [constrained] * 2
        assert ("+phrases@" in chat.prompt_version) is constrained


def test_nobody_is_held_to_it_against_the_settings() -> None:
    with model_server(Script(["Oui. [1]"], owner="vllm")) as server:
        chat = Chat(server.url, "", "", 120, schema=False)
        chat.ask_what_it_offers()
        assert "".join(chat.write("Quoi ?", ["Oui."])) == "Oui. [1]"
        assert server.looked == 0
