"""What goes wrong is told in French, whoever found it."""

import contextlib
import csv
import errno
import gzip
import json
import os
import re
import socket
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from odf.opendocument import OpenDocumentText

from app.causes import in_french
from app.commands.serve import AddressUnusable
from app.errors import cause, sentence, set_aside_detail, set_aside_line
from app.words import speaking
from ingest.readers import Limits, attempt
from ingest.trouble import CatalogueUnusable, Unreadable
from tests.command_line import free_port, greffe

ENGLISH = re.compile(r"Errno|Expecting|No such|denied|PDFium|error|file is|invalid|refused", re.I)


def failing(act: Callable[[], object]) -> str:
    """The words of the error that something real raises."""
    with pytest.raises(
        (OSError, EOFError, ValueError, sqlite3.Error, zipfile.BadZipFile)
    ) as raised:
        act()
    return str(raised.value)


def refused_port() -> object:
    return socket.create_connection(("127.0.0.1", free_port()))


def asked(database: Path) -> None:
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute("SELECT 1 FROM x")


def test_the_causes_of_every_day_are_told_in_french(tmp_path: Path) -> None:
    (tmp_path / "texte").write_bytes(b"\xff\xfe du texte qui n'est pas une base" * 40)
    damaged = tmp_path / "texte"
    acts: list[Callable[[], object]] = [
        (tmp_path / "absent").read_bytes,
        tmp_path.read_bytes,
        (tmp_path / ("n" * 300)).read_bytes,
        refused_port,
        lambda: json.loads("{pas du json}"),
        lambda: json.loads(""),
        lambda: damaged.read_text("utf-8"),
        lambda: asked(damaged),
        lambda: asked(tmp_path / "non" / "base"),
        lambda: zipfile.ZipFile(damaged),
        lambda: gzip.decompress(gzip.compress(b"La loi." * 50)[:-12]),
        lambda: gzip.decompress(damaged.read_bytes()),
    ]
    for act in acts:
        words = in_french(failing(act))
        assert not ENGLISH.search(words), words
        assert not words.startswith("détail"), words
    assert in_french(os.strerror(errno.EACCES)) == "les droits de lecture manquent"


def test_entities_that_swell_are_told_in_french() -> None:
    from lxml import etree

    levels = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
    swelling = f'<!DOCTYPE a [<!ENTITY e0 "ha">{levels}]><a>&e9;</a>'
    with pytest.raises(etree.XMLSyntaxError) as raised:
        etree.fromstring(swelling)
    words = in_french(f"XMLSyntaxError: {raised.value}")
    assert "entités" in words
    assert not ENGLISH.search(words)
    starved = in_french("XMLSyntaxError: unknown error (<string>, line 0)")
    assert "mémoire" in starved
    assert not ENGLISH.search(starved)


@pytest.mark.parametrize("kind", ["OpenAITimeoutError", "APITimeoutError", "ReadTimeout"])
def test_a_model_server_that_is_too_slow_is_told_in_french(kind: str) -> None:
    assert in_french(kind) == "pas de réponse à temps"


def test_a_table_with_a_lone_carriage_return_is_told_in_french() -> None:
    with pytest.raises(csv.Error) as raised:
        list(csv.reader(["a;b\rc;d"]))
    assert "retour chariot" in in_french(str(raised.value))
    assert not ENGLISH.search(in_french(str(raised.value)))


def test_a_port_that_asks_for_rights_is_told_so() -> None:
    refused = AddressUnusable(host="127.0.0.1", port=80, detail="", reason="rights")
    known = sentence(refused)
    assert known is not None
    assert "sous 1024" in known.happened
    assert "lecture" not in known.happened


def test_another_cause_is_shown_as_it_is_after_the_word_detail() -> None:
    assert in_french("KeyError: the thing is odd") == "détail : KeyError: the thing is odd"
    assert in_french("180 s") == "180 s"
    assert in_french("page.port (il faut un nombre entier)").startswith("page.port")


def test_a_damaged_pdf_is_set_aside_in_french(tmp_path: Path) -> None:
    (tmp_path / "acte.pdf").write_bytes(b"%PDF-1.7\n" + bytes(300))
    unread = attempt(tmp_path / "acte.pdf", Limits())
    assert isinstance(unread, Unreadable)
    item = {"source": "acte.pdf", "reason": unread.reason, "detail": unread.detail}
    assert set_aside_line(item) == (
        "acte.pdf : le fichier est abîmé (ce n'est pas un PDF entier) ; déposez de nouveau"
        " l'original"
    )


def odd_docx(file: Path) -> Path:
    """A Word file whose list of parts is no list of parts."""
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
        archive.writestr("[Content_Types].xml", "<Types/>")
    return file


def test_a_reader_that_meets_what_it_did_not_expect_says_nothing_of_python(
    empty_town: Path, tmp_path: Path
) -> None:
    file = odd_docx(tmp_path / "étrange.docx")
    said = "étrange.docx : le fichier est abîmé ; déposez de nouveau l'original"
    ran = greffe(empty_town, "ingest", file)
    assert said in ran.out + ran.err
    status = greffe(empty_town, "status")
    assert said in status.out
    assert not re.search(r"Error|object|lxml", ran.out + ran.err + status.out)
    (kept,) = greffe(empty_town, "status", "--json").json["set_aside"]
    assert kept["detail"].startswith("AttributeError: ")  # for whoever mends the reader


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        ("KeyError: 'texte'", ""),
        ("xml.parsers.expat.ExpatError: odd", ""),
        ("ligne 4 : KeyError 'text'", " (ligne 4)"),
        ("PackageNotFoundError: Package not found at '/tmp/x'", ""),
        ("BadZipFile: File is not a zip file", " (ce n'est pas une archive ZIP)"),
        ("\"There is no item named 'word/document.xml' in the archive\"",
         " (« word/document.xml » manque dans l'archive)"),
        ("XML", " (XML)"),
        ("180 s", " (180 s)"),
        ("", ""),
    ],
)  # fmt: skip
def test_of_what_python_raised_a_clerk_reads_the_known_causes_alone(detail: str, told: str) -> None:
    assert set_aside_detail(detail) == told


def test_the_english_page_says_nothing_of_python_either() -> None:
    with speaking("en"):
        assert set_aside_detail("AttributeError: 'x' object has no attribute 'overrides'") == ""
        assert "BadZipFile" not in set_aside_detail("BadZipFile: File is not a zip file")


def test_a_sentence_gives_its_detail_in_french(tmp_path: Path) -> None:
    known = sentence(CatalogueUnusable(path="/c", detail="database disk image is malformed"))
    assert known is not None
    assert known.happened == "Le catalogue « /c » ne peut pas être ouvert : le fichier est abîmé."


def test_a_batch_that_is_not_there_or_not_json_is_told_in_french(
    tmp_path: Path, indexed: Path
) -> None:
    missing = greffe(indexed, "ask", "--batch", tmp_path / "absent.jsonl")
    assert missing.code == 3
    assert "ne peut pas être lu : il n'existe pas." in missing.err
    (tmp_path / "mal.jsonl").write_text("pas du json\n")
    wrong = greffe(indexed, "ask", "--batch", tmp_path / "mal.jsonl")
    assert wrong.code == 3
    assert "Ligne 1 : le JSON est mal formé" in wrong.out


def test_a_server_that_is_another_kind_of_server_is_told_by_its_code() -> None:
    asked = httpx.Request("GET", "http://chroma.mairie.local/api")
    with pytest.raises(httpx.HTTPStatusError) as raised:
        httpx.Response(404, request=asked).raise_for_status()
    assert in_french(str(raised.value)) == "il répond par l'erreur 404"


def test_entities_of_a_document_are_refused_in_french(tmp_path: Path) -> None:
    plain, file = tmp_path / "plain.odt", tmp_path / "acte.odt"
    OpenDocumentText().save(str(plain))
    with zipfile.ZipFile(plain) as given, zipfile.ZipFile(file, "w") as archive:
        for name in given.namelist():
            hostile = '<!DOCTYPE a [<!ENTITY a0 "x">]><a>&a0;</a>'
            archive.writestr(name, hostile if name == "content.xml" else given.read(name))
    outcome = attempt(file, Limits())
    assert isinstance(outcome, Unreadable)
    line = set_aside_line({"source": file.name, "reason": outcome.reason, "detail": outcome.detail})
    assert "Forbidden" not in line
    assert "entités" in line


def test_on_the_page_in_english_what_a_library_says_is_in_plain_english() -> None:
    item = {
        "source": "a.pdf", "reason": "damaged",
        "detail": "Failed to load document (PDFium: Data format error).",
    }  # fmt: skip
    assert "(ce n'est pas un PDF entier)" in set_aside_line(item)
    with speaking("en"):
        said = set_aside_line(item)
        assert "(it is not a whole PDF)" in said
        assert "PDFium" not in said
        assert cause("[Errno 28] No space left on device") == "the disk is full"
        assert cause("'utf-8' codec can't decode byte 0xff in position 3: invalid start byte") == (
            "it is not utf-8 text (byte 3)"
        )
