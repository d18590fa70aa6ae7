"""A model server that fails: the answer is given all the same, and the code says so."""

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from app.answer import Desk
from app.assembly import open_desk
from app.ledger import squeeze
from app.llm import Chat, ModelServerSilent
from app.settings import load
from tests.command_line import Ran, greffe

QUESTION = "Quelle est l'amende maximale pour un dépôt sauvage ?"


def completion(content: object) -> bytes:
    return json.dumps(
        {
            "id": "1", "object": "chat.completion", "created": 1, "model": "essai",
            "choices": [{"index": 0, "finish_reason": "stop",
                         "message": {"role": "assistant", "content": content}}],
        }
    ).encode()  # fmt: skip


@contextlib.contextmanager
def model_server(
    status: int, body: bytes, pause: threading.Event | None = None, place: str = ""
) -> Iterator[str]:
    """A server that says the same to everyone; with `pause`, nothing until it is set.

    With `place`, it sends them there.
    """
    asked: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.rfile.read(int(self.headers["Content-Length"])))
            if pause is not None:
                pause.wait(60)
            with contextlib.suppress(OSError):  # nobody waits any more
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                if place:
                    self.send_header("Location", place)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        assert asked, "the model was not asked"
    finally:
        if pause is not None:
            pause.set()
        server.shutdown()
        server.server_close()
        thread.join()


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
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}/v1"
    check_fallback(ask(town, url), url)


def test_the_model_does_not_answer_in_time(town: Path) -> None:
    with model_server(200, completion("Trop tard."), threading.Event()) as url:
        check_fallback(ask(town, url), url)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b'{"error": "out of memory"}'),
        (401, b'{"error": {"message": "bad key"}}'),
        (200, b"<html>Bienvenue sur nginx</html>"),
        (200, b"{}"),
        (200, b'{"choices": []}'),
        (200, b'["une", "liste"]'),
        (200, completion("  ")),
        (200, completion(None)),
    ],
)
def test_the_model_server_answers_nonsense(desk: Desk, status: int, body: bytes) -> None:
    with model_server(status, body) as url:
        answer = replace(desk, chat=Chat(url, "", "", 1)).ask(QUESTION)
    assert answer.status == "answered"
    assert {sentence.status for sentence in answer.sentences} == {"verbatim"}
    assert isinstance(answer.trouble, ModelServerSilent)
    assert answer.trouble.facts["url"] == url
    assert answer.notes


def test_a_model_server_cannot_send_the_question_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)

    def ask_where_a_redirection_and_a_proxy_lead_elsewhere() -> None:
        with model_server(200, completion("Détourné.")) as elsewhere:
            monkeypatch.setenv("HTTP_PROXY", elsewhere)
            with model_server(307, b"", place=elsewhere) as url, pytest.raises(ModelServerSilent):
                Chat(url, "", "", 2).write(QUESTION, ["Un extrait."])

    with pytest.raises(AssertionError, match="the model was not asked"):
        ask_where_a_redirection_and_a_proxy_lead_elsewhere()


def test_a_batch_goes_on_with_the_extractive_answers(town: Path) -> None:
    rows = [{"id": str(n), "question": QUESTION} for n in range(2)]
    with model_server(500, b"{}") as url:
        ran = greffe(
            town, "ask", "--batch", "-", stdin="\n".join(map(json.dumps, rows)),
            GREFFE_MODEL__URL=url,
        )  # fmt: skip
    assert ran.code == 6
    assert [(line["id"], line["status"]) for line in ran.lines] == [
        ("0", "answered"),
        ("1", "answered"),
    ]


def test_what_the_model_invents_is_not_shown_as_an_answer(desk: Desk) -> None:
    written = "L'amende est de 987 654 € et le préfet Dupont la prononce [1]."
    with model_server(200, completion(written)) as url:
        answer = replace(desk, chat=Chat(url, "", "", 5)).ask(QUESTION)
    assert answer.status == "not_in_records"
    assert answer.trouble is None
    assert "987" not in answer.text


def rank_of(desk: Desk, words: str) -> int:
    """The number of the extract that holds these words."""
    hits = desk.search(QUESTION)
    return next(hit.rank for hit in hits if squeeze(words[:-1]) in squeeze(hit.passage.text))


def test_what_the_model_takes_from_the_sources_is_shown_with_its_proof(desk: Desk) -> None:
    quoted = "Le coût pour la commune est estimé à 17 600 €."
    rank = rank_of(desk, quoted)
    with model_server(200, completion(f"{quoted} [{rank}]")) as url:
        answer = replace(desk, chat=Chat(url, "essai", "", 5)).ask(QUESTION)
    assert (answer.status, answer.model) == ("answered", "essai")
    assert answer.prompt_version
    [sentence] = answer.sentences
    assert (sentence.text, sentence.status, sentence.citations) == (quoted, "verbatim", (1,))
    assert answer.citations[0].act_number == "2024-031"


def test_an_article_that_a_sentence_names_does_not_cut_it_in_two(desk: Desk) -> None:
    quoted = "Vu le code de l’environnement, notamment les articles L. 541-2 et L. 541-3 ;"
    rank = rank_of(desk, quoted)
    with model_server(200, completion(f"{quoted} [{rank}]")) as url:
        answer = replace(desk, chat=Chat(url, "essai", "", 5)).ask(QUESTION)
    assert [sentence.text for sentence in answer.sentences] == [quoted]
