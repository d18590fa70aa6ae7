"""A head without end is refused before it fills the memory; all others are heard as before."""

from __future__ import annotations

import http.client
import socket
import threading
from typing import Any

import pytest

from app.web.heard import LONGEST_HEAD
from app.web.server import listen, serve
from tests.command_line import PATIENCE_S


@pytest.fixture(scope="module")
def address() -> tuple[str, int]:
    """The server of `greffe serve`, before an application that tells what it was sent."""

    async def echo(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        length, more = 0, True
        while more:
            message = await receive()
            length, more = length + len(message["body"]), message.get("more_body")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": str(length).encode()})

    opened = threading.Event()
    door = listen("127.0.0.1", 0)
    place: tuple[str, int] = door.getsockname()
    threading.Thread(target=serve, args=(echo, door, opened.set), daemon=True).start()
    assert opened.wait(PATIENCE_S)
    return place


def answered(address: tuple[str, int], head: bytes, more: bytes) -> bytes:
    """What comes back of a request that goes on for 10 MB, or until it is refused."""
    with socket.create_connection(address, timeout=PATIENCE_S) as line:
        try:
            line.sendall(head)
            for _ in range(10_000_000 // len(more)):
                line.sendall(more)
            return line.recv(1000)
        except ConnectionError:
            return b"closed"


@pytest.mark.parametrize(
    ("head", "more"),
    [
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: ", b"a" * 10_000),
        (b"GET / HTTP/1.1\r\nHost: a\r\n", b"X: a\r\n" * 1000),
        (b"GET /", b"a" * 10_000),
    ],
)
def test_a_head_without_end_is_refused(address: tuple[str, int], head: bytes, more: bytes) -> None:
    said = answered(address, head, more)
    assert said == b"closed" or b" 431 " in said


def test_a_refusal_says_why(address: tuple[str, int]) -> None:
    with socket.create_connection(address, timeout=PATIENCE_S) as line:
        line.sendall(b"GET / HTTP/1.1\r\nX: " + b"a" * LONGEST_HEAD)
        said = line.makefile("rb").read().decode()
    assert said.startswith("HTTP/1.1 431 ")
    assert said.endswith("Demande refusée : son en-tête est trop long.")


def test_bodies_of_any_length_are_heard_one_after_the_other(address: tuple[str, int]) -> None:
    connection = http.client.HTTPConnection(*address, timeout=PATIENCE_S)
    for length in (5 * LONGEST_HEAD, 0, 40 * LONGEST_HEAD, 3):
        connection.request("POST", "/", b"a" * length, {"X-Long": "b" * 20_000})
        assert connection.getresponse().read() == str(length).encode()
    connection.close()
