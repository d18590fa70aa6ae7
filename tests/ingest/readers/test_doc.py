"""Old Word documents: the converter has no network."""

from __future__ import annotations

import shutil
import socket
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ingest.readers import Limits, doc
from ingest.trouble import Unreadable

DATA = Path(__file__).parents[2] / "data"
needs_namespace = pytest.mark.skipif(
    not doc._without_network(), reason="pas d'espace réseau à part sur cette machine"
)
CONVERTER = """#!{python}
import pathlib, socket
try:
    socket.create_connection(("127.0.0.1", {port}), 5)
    said = "joint"
except OSError as error:
    said = str(error)
pathlib.Path("{told}").write_text(said)
"""


@pytest.fixture
def converter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A « soffice » that tries to reach a server of this machine, and says what came of it."""
    told = tmp_path / "dit"
    with socket.create_server(("127.0.0.1", 0)) as listening:
        program = tmp_path / "soffice"
        program.write_text(
            CONVERTER.format(python=sys.executable, port=listening.getsockname()[1], told=told)
        )
        program.chmod(0o755)
        monkeypatch.setattr(shutil, "which", lambda name: str(program))
        (tmp_path / "courrier.doc").write_bytes(b"x")
        yield told


@needs_namespace
def test_the_converter_reaches_nobody(converter: Path) -> None:
    with pytest.raises(Unreadable, match="LibreOffice n'a rien produit"):
        doc.read(converter.parent / "courrier.doc", Limits())
    assert "unreachable" in converter.read_text()


def test_where_the_system_does_not_allow_it_the_converter_still_works(
    converter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doc, "_ALONE", ("false",))
    doc._without_network.cache_clear()
    try:
        assert doc._without_network() == ()
        with pytest.raises(Unreadable):
            doc.read(converter.parent / "courrier.doc", Limits())
    finally:
        doc._without_network.cache_clear()
    assert converter.read_text() == "joint"


class _Caught(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        self.send_error(404)

    do_HEAD = do_OPTIONS = do_GET

    def log_message(self, format: str, *words: object) -> None:
        pass


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice n'est pas installé")
@pytest.mark.parametrize("alone", [True, False])
def test_an_image_that_an_old_document_names_elsewhere_is_not_fetched(
    monkeypatch: pytest.MonkeyPatch, alone: bool
) -> None:
    """With a namespace of its own, and by LibreOffice's settings alone."""
    if not alone:
        monkeypatch.setattr(doc, "_without_network", lambda: ())
    elif not doc._without_network():
        pytest.skip("pas d'espace réseau à part sur cette machine")
    with ThreadingHTTPServer(("127.0.0.1", 8123), _Caught) as server:  # the port in the file
        server.asked = []  # type: ignore[attr-defined]
        serving = threading.Thread(target=server.serve_forever, daemon=True)
        serving.start()
        read = doc.read(DATA / "linked-image.doc", Limits())
        server.shutdown()
        serving.join()
    assert [page.text.strip() for page in read.pages] == ["Bonjour"]
    assert server.asked == []  # type: ignore[attr-defined]
