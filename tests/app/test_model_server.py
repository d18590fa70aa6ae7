"""A model server that fails: the answer is given all the same, and the code says so."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.answer import CUT, OMITTED, SILENT, UNPROVED, Desk
from app.assembly import open_desk
from app.budget import tokens
from app.citations import Draft
from app.ledger import squeeze
from app.llm import Chat, ModelServerSilent
from app.settings import load
from tests.app.scripted_model import Script, model_server
from tests.command_line import PATIENCE_S, Ran, free_port, greffe

QUESTION = "Quelle est l'amende maximale pour un dépôt sauvage ?"


def ask(town: Path, url: str) -> Ran:
    return greffe(town, "ask", QUESTION, "--json", GREFFE_MODEL__URL=url, GREFFE_MODEL__SECONDS="1")


def check_fallback(ran: Ran, url: str) -> None:
    """The extractive answer on stdout, the trouble on stderr, code 6."""
    assert ran.code == 6, ran.err
    assert ran.json["status"] == "answered"
    assert ran.json["model"] == "extractif"
    assert {s["status"] for s in ran.json["sentences"]} == {"verbatim"}
    assert ran.json["citations"][0]["record"]["number"] == "2024-031"
    assert url in ran.err
    assert "Vérifiez le serveur" in ran.err


@pytest.fixture(scope="module")
def desk(town: Path) -> Iterator[Desk]:
    with open_desk(load(town)) as opened:
        yield opened


def test_nobody_listens_at_the_models_address(town: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}/v1"
    check_fallback(ask(town, url), url)


def test_the_model_does_not_answer_in_time(town: Path) -> None:
    with model_server(Script(mute=True)) as server:
        check_fallback(ask(town, server.url), server.url)


SAID = ["Le coût pour la commune est estimé à 17 600 €. [1]", " Il est "]


@pytest.mark.parametrize(
    "script",
    [
        Script(SAID, ends="cut"),
        Script(SAID, ends="error"),
        Script(SAID, ends="hang"),
        Script(SAID * 20, pause=0.1),
        Script(["  "]),
        Script(),
        Script(status=500, body=b'{"error": "out of memory"}'),
        Script(body=b"<html>Bienvenue sur nginx</html>"),
    ],
)
def test_a_server_that_fails_costs_its_words_and_not_the_answer(desk: Desk, script: Script) -> None:
    with model_server(script) as server:
        answer = replace(desk, chat=Chat(server.url, "", "", 1)).ask(QUESTION)
    assert (answer.status, answer.model, answer.notes) == ("answered", "extractif", (SILENT,))
    assert {sentence.status for sentence in answer.sentences} == {"verbatim"}
    assert isinstance(answer.trouble, ModelServerSilent)
    assert answer.trouble.facts["url"] == server.url


def test_a_batch_goes_on_with_the_extractive_answers(town: Path) -> None:
    rows = [{"id": str(n), "question": QUESTION} for n in range(2)]
    with model_server(Script(status=500, body=b"{}")) as server:
        ran = greffe(
            town, "ask", "--batch", "-", stdin="\n".join(map(json.dumps, rows)),
            GREFFE_MODEL__URL=server.url,
        )  # fmt: skip
    assert ran.code == 6
    assert [(line["id"], line["status"]) for line in ran.lines] == [
        ("0", "answered"),
        ("1", "answered"),
    ]


def test_what_the_model_invents_is_not_shown_as_an_answer(desk: Desk) -> None:
    written = "L'amende est de 987 654 € et le préfet Dupont la prononce [1]."
    with model_server(Script([written])) as server:
        answer = replace(desk, chat=Chat(server.url, "", "", PATIENCE_S)).ask(QUESTION)
    assert (answer.status, answer.model, answer.notes) == ("answered", "extractif", (UNPROVED,))
    assert {sentence.status for sentence in answer.sentences} == {"verbatim"}
    assert answer.trouble is None
    assert "987" not in answer.text


def test_a_model_that_does_not_find_is_not_made_to_answer(desk: Desk) -> None:
    with model_server(Script(["NON ", "TROUVÉ"])) as server:
        answer = replace(desk, chat=Chat(server.url, "essai", "", PATIENCE_S)).ask(QUESTION)
    assert (answer.status, answer.model) == ("not_in_records", "essai")
    assert "n'a pas trouvé" in answer.message
    assert answer.nearest


INVENTED = "Le préfet Dupont prononce 987 654 € d'amende [1]."


@pytest.mark.parametrize("omit", [False, True])
def test_a_sentence_without_proof_is_struck_or_left_out(desk: Desk, omit: bool) -> None:
    quoted = "Le coût pour la commune est estimé à 17 600 €."
    said = f"{INVENTED} {quoted} [{rank_of(desk, quoted)}]"
    with model_server(Script([said])) as server:
        asked = replace(desk, chat=Chat(server.url, "", "", PATIENCE_S), omit=omit)
        answer = asked.ask(QUESTION)
    statuses = [sentence.status for sentence in answer.sentences]
    assert statuses == (["verbatim"] if omit else ["unverified", "verbatim"])
    assert "987" not in answer.text
    assert (OMITTED.format(count=1) in answer.notes) is omit


def test_a_sentence_that_was_cut_is_left_out(desk: Desk) -> None:
    quoted = "Le coût pour la commune est estimé à 17 600 €."
    said = f"{quoted} [{rank_of(desk, quoted)}] Le conseil approuve le"
    with model_server(Script([said], ends="length")) as server:
        answer = replace(desk, chat=Chat(server.url, "", "", PATIENCE_S)).ask(QUESTION)
    assert [sentence.text for sentence in answer.sentences] == [quoted]
    assert CUT in answer.notes


def test_each_sentence_has_its_verdict_while_the_next_is_written(desk: Desk) -> None:
    quoted = "Le coût pour la commune est estimé à 17 600 €."
    said = f"{INVENTED} {quoted} [{rank_of(desk, quoted)}]"
    drafts: list[Draft] = []
    with model_server(Script(list(said))) as server:
        answer = replace(desk, chat=Chat(server.url, "", "", PATIENCE_S)).ask(
            QUESTION, draft=drafts.append
        )
    seen = list(dict.fromkeys((tuple(d.sentences), d.pending) for d in drafts))
    assert ((), INVENTED[:20].strip()) in seen
    [first, second] = answer.sentences
    assert ((first,), quoted[:12].strip()) in seen
    assert seen[-1][0] == (first,)  # the last takes its verdict with the answer
    assert (first.status, second.status) == ("unverified", "verbatim")


def test_who_no_longer_wants_the_answer_closes_the_connection(desk: Desk) -> None:
    class Enough(Exception):
        pass

    def leave(draft: Draft) -> None:
        if draft.pending:
            raise Enough

    with model_server(Script(["Le coût "], ends="hang")) as server:
        with pytest.raises(Enough):
            replace(desk, chat=Chat(server.url, "", "", PATIENCE_S)).ask(QUESTION, draft=leave)
        assert server.left.wait(PATIENCE_S)


def test_passages_without_room_are_dropped_and_the_journal_says_how_many(own_town: Path) -> None:
    for context in (2048, 32000):
        with model_server(Script(["NON TROUVÉ"])) as server:
            ran = greffe(
                own_town, "ask", QUESTION, GREFFE_MODEL__URL=server.url,
                GREFFE_MODEL__CONTEXT=str(context),
            )  # fmt: skip
            assert ran.code == 1, ran.err
        assert sum(map(tokens, server.read)) <= context
    [journal] = (own_town / "journal").glob("*.jsonl")
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    little, much = (line["facts"]["dropped"] for line in lines if line["kind"] == "question")
    assert little > 0 == much


def rank_of(desk: Desk, words: str) -> int:
    """The number of the extract that holds these words."""
    hits = desk.search(QUESTION)
    return next(hit.rank for hit in hits if squeeze(words[:-1]) in squeeze(hit.passage.text))


def test_what_the_model_takes_from_the_sources_is_shown_with_its_proof(desk: Desk) -> None:
    quoted = "Le coût pour la commune est estimé à 17 600 €."
    rank = rank_of(desk, quoted)
    with model_server(Script([f"{quoted} [{rank}]"])) as server:
        answer = replace(desk, chat=Chat(server.url, "essai", "", PATIENCE_S)).ask(QUESTION)
    assert (answer.status, answer.model) == ("answered", "essai")
    assert answer.prompt_version
    [sentence] = answer.sentences
    assert (sentence.text, sentence.status, sentence.citations) == (quoted, "verbatim", (1,))
    assert answer.citations[0].act_number == "2024-031"


def test_an_article_that_a_sentence_names_does_not_cut_it_in_two(desk: Desk) -> None:
    quoted = "Vu le code de l’environnement, notamment les articles L. 541-2 et L. 541-3 ;"
    rank = rank_of(desk, quoted)
    with model_server(Script([f"{quoted} [{rank}]"])) as server:
        answer = replace(desk, chat=Chat(server.url, "essai", "", PATIENCE_S)).ask(QUESTION)
    assert [sentence.text for sentence in answer.sentences] == [quoted]
