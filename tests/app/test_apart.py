"""A page that never ends being drawn, or fills the memory, costs a child and nobody else's page."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import subprocess
import sys
import threading
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

import psutil
import pytest

from app import pages
from app.apart import DRAWS, Children, Failed, TooMuch
from app.pages import Undrawable, draw_page, drawn_page
from ingest.pages import Page
from ingest.trouble import Trouble
from tests.app.web.town_hall import draw_pdf
from tests.command_line import PATIENCE_S, ROOT, wait_for

DEEP, FAN = 8, 10  # forms in forms: 10 ** 8 rectangles


def _stream(head: str, body: bytes) -> bytes:
    return f"<<{head}/Length {len(body)}>>stream\n".encode() + body + b"\nendstream"


def _pdf(file: Path, resource: str, objects: list[bytes]) -> Path:
    """A PDF of one page that draws object 5, called X."""
    page = f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R{resource}>>"
    all_of_them = [
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page.encode(),
        _stream("", b"595 0 0 842 0 0 cm /X Do"), *objects,
    ]  # fmt: skip
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(all_of_them, 1):
        places.append(len(out))
        out += b"%d 0 obj" % number + body + b"endobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(all_of_them) + 1
    out += (f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer<</Size {size}/Root 1 0 R>>\n"
            f"startxref\n{len(out)}\n%%EOF").encode()  # fmt: skip
    file.write_bytes(out)
    return file


_X = "/Resources<</XObject<</X {} 0 R>>>>"


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    """One page, 2 kB, that asks for a hundred million rectangles."""
    forms = []
    for level in range(DEEP):
        innermost = level == DEEP - 1
        body = b"0 0 1 1 re f" if innermost else b"/X Do " * FAN
        inner = "" if innermost else _X.format(6 + level)
        head = "/Type/XObject/Subtype/Form/BBox[0 0 1 1]/Group<</S/Transparency>>"
        forms.append(_stream(head + inner, body))
    return _pdf(tmp_path / "sans-fin.pdf", _X.format(5), forms)


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> Children:
    """Those that draw."""
    few = Children(2, seconds=PATIENCE_S)
    monkeypatch.setattr(pages, "_children", few)
    monkeypatch.setattr(pages, "_given_up", {})
    return few


def at_work() -> set[BaseProcess]:
    """Children that draw, or have drawn and wait for the next page."""
    return {child for child in multiprocessing.active_children() if child.name == DRAWS}


def draw(file: Path) -> bytes:
    return draw_page(file, 1, quote=None, text_page=Page(1, ""))


def test_a_page_without_end_is_given_up_and_not_begun_again(
    endless: Path, children: Children, monkeypatch: pytest.MonkeyPatch
) -> None:
    children.seconds = 2.0
    with pytest.raises(Undrawable, match="secondes"):
        draw(endless)
    monkeypatch.setattr(children, "do", lambda *given: pytest.fail("drawn again"))
    with pytest.raises(Undrawable, match="secondes"):
        draw(endless)


def test_others_see_their_pages_while_one_is_without_end(
    endless: Path, tmp_path: Path, children: Children
) -> None:
    draw_pdf(tmp_path / "acte.pdf", [["Le conseil approuve le budget."]])
    said: list[str] = []

    def insist() -> None:
        try:
            draw(endless)
        except Undrawable as trouble:
            said.append(str(trouble.facts["detail"]))

    before = at_work()
    thread = threading.Thread(target=insist)
    thread.start()
    wait_for(lambda: at_work() - before)
    [busy] = at_work() - before
    drawn = draw(tmp_path / "acte.pdf")
    assert said == []  # the other one is still at it
    busy.kill()
    thread.join()
    assert drawn[:4] == b"RIFF"
    assert len(said) == 1


def _eats(megabytes: int) -> int:
    return len(bytes(megabytes * 2**20))


def _ends(code: int) -> None:
    os.abort() if code == 6 else os._exit(code)


def _raises(kind: str) -> None:
    raise Undrawable(page=3, detail="abîmée") if kind == "trouble" else KeyError(kind)


def test_a_child_that_takes_too_much_memory_is_refused_it_and_goes_on(children: Children) -> None:
    with pytest.raises(TooMuch) as raised:
        children.do(_eats, 5000)
    assert raised.value.reason == "memory"
    assert children.do(_eats, 1) == 2**20


@pytest.mark.parametrize(("code", "reason"), [(6, "memory"), (3, "crashed")])
def test_a_child_that_ends_is_followed_by_another(
    children: Children, code: int, reason: str
) -> None:
    with pytest.raises(TooMuch) as raised:
        children.do(_ends, code)
    assert raised.value.reason == reason
    assert children.do(_eats, 1) == 2**20


def test_trouble_comes_back_as_itself_and_a_bug_with_its_traceback(children: Children) -> None:
    with pytest.raises(Undrawable) as raised:
        children.do(_raises, "trouble")
    assert raised.value.facts == {"page": 3, "detail": "abîmée"}
    assert isinstance(raised.value, Trouble)
    with pytest.raises(Failed, match=r"KeyError: 'bug'"):
        children.do(_raises, "bug")


_WORKS = """
import os, sys, threading
from app.apart import Children
from tests.app import test_apart
children = Children(1, seconds=300)
child = children.do(os.getpid)
threading.Thread(target=children.do, args=(test_apart._native, sys.argv[1]), daemon=True).start()
print(child, flush=True)
sys.stdin.read()  # until the test hangs up
"""


def _native(begun: str) -> None:
    """Native code without end, as PDFium's: nothing of Python runs meanwhile."""
    Path(begun).touch()
    ctypes.PyDLL(None).pause()


def test_a_child_at_work_dies_with_its_parent_whatever_ends_that(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    words = [sys.executable, "-c", _WORKS, str(begun)]
    piped = subprocess.PIPE
    with subprocess.Popen(words, stdin=piped, stdout=piped, cwd=ROOT) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        wait_for(begun.exists)
        wait_for(lambda: child.status() == psutil.STATUS_SLEEPING)
        parent.kill()
    gone, left = psutil.wait_procs([child], timeout=PATIENCE_S)
    for one in left:
        one.kill()
    assert gone == [child]


def test_a_child_outlives_the_thread_that_needed_it_first(children: Children) -> None:
    known: list[object] = []
    thread = threading.Thread(target=lambda: known.append(children.do(os.getpid)))
    thread.start()
    thread.join()
    assert known == [children.do(os.getpid)]


def _sleeps(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def test_what_the_machine_does_meanwhile_is_not_counted_but_to_a_point(
    children: Children, monkeypatch: pytest.MonkeyPatch
) -> None:
    children.do(_sleeps, 0.0)  # now it has imported what it needs
    children.seconds = 0.5
    monkeypatch.setattr("app.apart._BUSY", 1000)
    assert children.do(_sleeps, 1.0) == 1.0
    monkeypatch.setattr("app.apart._BUSY", 1)
    with pytest.raises(TooMuch) as raised:
        children.do(_sleeps, 600.0)
    assert raised.value.reason == "time"


def test_who_waits_for_a_child_too_long_is_told_so(
    endless: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = Children(1, seconds=2.0)
    monkeypatch.setattr(pages, "_children", alone)
    monkeypatch.setattr(pages, "_given_up", {})
    alone._free.get()  # the only one is busy, for good
    with pytest.raises(Undrawable, match="de nouveau"):
        drawn_page(endless, 1, quote=None, text_page=Page(1, ""))
