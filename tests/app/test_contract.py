"""The contract of the command line: others script against it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import Ran, greffe

RECORD = {"id": str, "kind": str, "number": (str, None), "date": (str, None), "title": (str, None)}
HIT = {
    "rank": int, "score": float, "fonds": str, "source": str, "page_first": int, "page_last": int,
    "record": RECORD, "article_id": (str, None), "text": str,
}  # fmt: skip
SEARCH = {"id": (str, None), "question": str, "seconds": float, "hits": [HIT]}
CITATION = {
    "number": int, "fonds": str, "source": str, "page": int, "record": RECORD,
    "article_id": (str, None), "quote": str, "ocr": bool,
}  # fmt: skip
ASK = {
    "id": (str, None), "question": str, "seconds": float, "status": str, "text": str,
    "sentences": [{"text": str, "status": str, "citations": [int]}], "citations": [CITATION],
    "nearest": [HIT], "model": str, "prompt_version": str, "generation": str,
    "validated": (dict, None),
}  # fmt: skip
QUESTIONS = [
    {"id": "amende", "question": "Quelle est l'amende maximale pour un dépôt sauvage ?"},
    {"id": "italie", "question": "Quelle est la capitale de l'Italie ?"},
    {"id": "suite", "question": "Et pour une entreprise ?", "after": "amende"},
    {"id": "feux", "question": "Que dit l'arrêté AR-2024-098 ?"},
    {"id": "dehors", "question": "Combien coûte la cantine de la commune de Brive ?"},
]


def fits(value: Any, shape: Any, where: str = "") -> None:
    """Check a value against a shape; more keys than the contract names are allowed."""
    if isinstance(shape, dict):
        assert set(shape) <= set(value), where
        for key, inner in shape.items():
            fits(value[key], inner, f"{where}.{key}")
    elif isinstance(shape, list):
        assert isinstance(value, list), where
        for item in value:
            fits(item, shape[0], f"{where}[]")
    elif isinstance(shape, tuple):
        assert value is None or type(value) is shape[0], where
    elif shape is float:
        assert type(value) in (float, int), where
    else:
        assert type(value) is shape, where


def lines(*rows: dict[str, str]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.fixture(scope="module")
def asked(town: Path) -> Ran:
    return greffe(town, "ask", "--batch", "-", "--json", stdin=lines(*QUESTIONS))


@pytest.fixture(scope="module")
def searched(town: Path) -> Ran:
    return greffe(town, "search", "--batch", "-", "--limit", "4", stdin=lines(*QUESTIONS))


def test_a_batch_gives_one_line_for_each_question_in_order(asked: Ran, searched: Ran) -> None:
    for ran in (asked, searched):
        assert (ran.code, ran.err) == (0, "")
        assert [line["id"] for line in ran.lines] == [row["id"] for row in QUESTIONS]
        assert [line["question"] for line in ran.lines] == [row["question"] for row in QUESTIONS]


def test_a_follow_up_is_given_back_as_it_was_asked(town: Path) -> None:
    rows = [
        {"id": "a", "question": "Qui est le maire de Vichy ?"},
        {"id": "b", "question": "Et à Saint-Aubin-sur-Loire ?", "after": "a"},
    ]
    ran = greffe(town, "ask", "--batch", "-", stdin=lines(*rows))
    assert [line["question"] for line in ran.lines] == [row["question"] for row in rows]
    assert "comprise ainsi" in ran.lines[1]["notes"][0]


def test_every_answer_has_the_shape_of_the_contract(asked: Ran) -> None:
    statuses = set()
    for line in asked.lines:
        fits(line, ASK)
        statuses.add(line["status"])
        numbers = [citation["number"] for citation in line["citations"]]
        assert numbers == list(range(1, len(numbers) + 1))
        for sentence in line["sentences"]:
            assert sentence["status"] in ("verbatim", "supported", "unverified")
            assert set(sentence["citations"]) <= set(numbers)
        if line["status"] == "answered":
            assert line["citations"]
            assert line["nearest"] == []
        else:
            assert line["citations"] == line["sentences"] == []
            assert line["text"]
    assert statuses == {"answered", "not_in_records"}


def test_every_search_has_the_shape_of_the_contract(searched: Ran, records: Path) -> None:
    for line in searched.lines:
        fits(line, SEARCH)
        assert len(line["hits"]) == 4
        assert [hit["rank"] for hit in line["hits"]] == [1, 2, 3, 4]
        scores = [hit["score"] for hit in line["hits"]]
        assert scores == sorted(scores, reverse=True)
        for hit in line["hits"]:
            assert (records / hit["source"]).is_file()
            assert 1 <= hit["page_first"] <= hit["page_last"]
            assert hit["fonds"] == "mairie"


def test_a_citation_names_the_act_and_quotes_its_words(asked: Ran, town: Path) -> None:
    from ingest.catalogue import Catalogue

    catalogue = Catalogue(town / "catalogue.sqlite")
    first = asked.lines[0]
    assert "15 000" in first["text"].replace("\u00a0", " ").replace("\u202f", " ")
    citation = first["citations"][0]
    assert citation["source"] == "deliberations/2024-031_depots-sauvages.pdf"
    assert (citation["record"]["number"], citation["record"]["date"]) == ("2024-031", "2024-05-22")
    [source] = [s for s in catalogue.sources("live") if s.path == citation["source"]]
    page = catalogue.page(source.id, citation["page"])
    catalogue.close()
    assert page is not None
    assert " ".join(citation["quote"].split()) in " ".join(page.text.split())


def test_a_question_about_elsewhere_is_refused_with_the_nearest_passages(asked: Ran) -> None:
    by_id = {line["id"]: line for line in asked.lines}
    for name in ("italie", "dehors"):
        assert by_id[name]["status"] == "not_in_records"
        assert by_id[name]["nearest"]
    assert "Brive" in by_id["dehors"]["text"]


def test_a_follow_up_leans_on_the_question_it_names(town: Path, asked: Ran) -> None:
    by_id = {line["id"]: line for line in asked.lines}
    assert by_id["suite"]["citations"][0]["record"]["number"] == "2024-031"
    alone = greffe(town, "search", "--batch", "-", stdin=lines(
        {"id": "seule", "question": "Et pour une entreprise ?"},
        {"id": "a", "question": "Quelle est l'amende pour un dépôt sauvage ?"},
        {"id": "b", "question": "Et pour une entreprise ?", "after": "a"},
    ))  # fmt: skip
    first, _, leaning = alone.lines
    assert leaning["hits"][0]["record"]["number"] == "2024-031"
    assert [h["score"] for h in first["hits"]] != [h["score"] for h in leaning["hits"]]


def test_one_question_gives_one_object_and_the_code_is_the_verdict(town: Path) -> None:
    answered = greffe(town, "ask", QUESTIONS[0]["question"], "--json")
    assert (answered.code, answered.err) == (0, "")
    fits(answered.json, ASK)
    assert answered.json["id"] is None
    refused = greffe(town, "ask", QUESTIONS[1]["question"], "--json")
    assert refused.code == 1
    assert refused.json["status"] == "not_in_records"


def test_a_reader_gets_sentences_sources_and_pages(town: Path) -> None:
    ran = greffe(town, "ask", QUESTIONS[0]["question"])
    assert ran.code == 0
    assert "[1]" in ran.out
    assert "Délibération n°\u00a02024-031 du 22\u00a0mai\u00a02024, p. " in ran.out
    assert "« " in ran.out
    refused = greffe(town, "ask", QUESTIONS[1]["question"])
    assert refused.code == 1
    assert "Greffe n'y a pas trouvé de réponse" in refused.out


def test_search_shows_passages_and_keeps_to_its_limit(town: Path) -> None:
    ran = greffe(town, "search", "tarifs de la cantine", "--json", "--limit", "2")
    fits(ran.json, SEARCH)
    assert ran.code == 0
    assert [hit["rank"] for hit in ran.json["hits"]] == [1, 2]
    assert ran.json["hits"][0]["source"] == "deliberations/2024-038_tarifs-cantine-2024-2025.pdf"


def test_a_fonds_that_is_not_there_is_refused(town: Path) -> None:
    ran = greffe(town, "ask", "Quand ?", "--fonds", "archives")
    assert (ran.code, ran.out) == (2, "")
    assert "archives" in ran.err
    assert "mairie" in ran.err


def test_a_line_that_is_no_question_has_its_answer_and_the_batch_goes_on(town: Path) -> None:
    batch = "\ufeff" + "\n".join([
        '{"id": 7, "question": "Que dit l\'arrêté AR-2024-098 ?"}', "cassé", '{"id": "sans"}',
        '{"id": 2, "question": 12}', '{"id": null, "question": "Que dit l\'arrêté AR-2024-098 ?"}',
    ])  # fmt: skip
    for command, reason in (("ask", "text"), ("search", "error")):
        ran = greffe(town, command, "--batch", "-", stdin=batch)
        assert (ran.code, ran.err) == (3, "")
        assert [line["id"] for line in ran.lines] == [7, None, "sans", 2, None]
        good, *wrong, last = ran.lines
        assert [line[reason] for line in wrong] == [
            "Ligne 2 : le JSON est mal formé.", "Ligne 3 : il manque « question ».",
            "Ligne 4 : « question » n'est pas un texte.",
        ]  # fmt: skip
        if command == "ask":
            for line in ran.lines:
                fits(line, {key: shape for key, shape in ASK.items() if key != "id"})
            assert all(line["status"] == "error" for line in wrong)
            assert good["status"] == last["status"] == "answered"
        else:
            assert good["hits"]
            assert last["hits"]


def test_status_tells_what_is_indexed_and_what_was_set_aside(town: Path) -> None:
    state = greffe(town, "status", "--json").json
    assert state["fonds"]["mairie"]["sources"] >= 9
    assert {item["reason"] for item in state["set_aside"]} == {"encrypted", "damaged"}
    assert state["last_run"]["state"] == "done"
    shown = greffe(town, "status")
    assert shown.code == 0
    assert "protégé par un mot de passe" in shown.out
    assert "Fonds « mairie »" in shown.out


def test_doctor_finds_all_that_is_needed(town: Path) -> None:
    ran = greffe(town, "doctor", "--json")
    assert ran.code == 0
    assert all(found["good"] for found in ran.json if found["needed"])
    assert all(set(found) == {"name", "good", "needed", "detail", "todo"} for found in ran.json)
