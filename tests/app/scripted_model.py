"""A model server that follows a script: what it says, how fast, and how it fails."""

from __future__ import annotations

import contextlib
import json
import select
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Script:
    """What the server does with a question."""

    says: Sequence[str] | Callable[[str], str] = ()  # chunks; or the text, given what it reads
    ends: str = "stop"  # stop, length, cut (no last word), error (in the stream), hang (silence)
    pause: float = 0.0  # seconds before each chunk
    status: int = 200
    body: bytes | None = None  # sent as it is, instead of a stream
    place: str = ""  # where it sends people
    mute: bool = False  # not even a header
    owner: str = "essai"  # of its models
    gated: bool = False  # each chunk waits for `go` to be released


@dataclass
class ModelServer:
    """A server that runs, and what it saw."""

    url: str
    read: list[str] = field(default_factory=list)  # the text of each prompt
    bodies: list[dict[str, Any]] = field(default_factory=list)
    looked: int = 0  # times that its models were asked for
    left: threading.Event = field(default_factory=threading.Event)  # somebody hung up early
    go: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    released: threading.Event = field(default_factory=threading.Event)


def chunk(content: str | None, reason: str | None = None) -> bytes:
    """One event of a stream."""
    delta = {} if content is None else {"role": "assistant", "content": content}
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    event = {
        "id": "1", "object": "chat.completion.chunk", "created": 1, "model": "essai",
        "choices": [choice],
    }  # fmt: skip
    return f"data: {json.dumps(event)}\n\n".encode()


@contextlib.contextmanager
def model_server(script: Script) -> Iterator[ModelServer]:
    """A server on loopback, for as long as a test needs it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    seen = ModelServer(f"http://127.0.0.1:{server.server_address[1]}/v1")
    server.script, server.seen = script, seen  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        seen.released.set()
        seen.go.release(10_000)
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Any

    def do_GET(self) -> None:
        self.server.seen.looked += 1
        models = {"object": "list", "data": [{"id": "essai", "owned_by": self.server.script.owner}]}
        self._send(Script(body=json.dumps(models).encode()))

    def do_POST(self) -> None:
        script, seen = self.server.script, self.server.seen
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        seen.bodies.append(body)
        seen.read.append(" ".join(str(message["content"]) for message in body["messages"]))
        try:
            if script.mute:
                self._hang()
            elif script.body is not None or script.status != 200:
                self._send(script)
            else:
                self._stream(script, seen.read[-1])
        except OSError:
            seen.left.set()

    def _send(self, script: Script) -> None:
        body = script.body or b""
        self.send_response(script.status)
        self.send_header("Content-Type", "application/json")
        if script.place:
            self.send_header("Location", script.place)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, script: Script, read: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for words in [script.says(read)] if callable(script.says) else script.says:
            while script.gated and not self.server.seen.go.acquire(timeout=0.05):
                self._wait(0)
            if script.pause:
                self._wait(script.pause)
            self.wfile.write(chunk(words))
            self.wfile.flush()
        if script.ends == "hang":
            self._hang()
        elif script.ends == "error":
            self.wfile.write(b'data: {"error": {"message": "out of memory", "code": 500}}\n\n')
        elif script.ends != "cut":
            self.wfile.write(chunk(None, script.ends) + b"data: [DONE]\n\n")

    def _hang(self) -> None:
        """Say nothing until the other side hangs up, or the test is over."""
        while not self.server.seen.released.is_set():
            self._wait(0.05)

    def _wait(self, seconds: float) -> None:
        readable, _, _ = select.select([self.connection], [], [], seconds)
        if readable and not self.connection.recv(1):
            raise ConnectionResetError

    def log_message(self, format: str, *args: object) -> None:
        pass
