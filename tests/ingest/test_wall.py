"""The wall inside a process: what it stops, what it writes down, what it lets through."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ingest import wall
from tests.command_line import ROOT, process

NOBODY = "192.0.2.1"  # RFC 5737: an address of documentation
ATTEMPTS = {
    f"socket.create_connection(('{NOBODY}', 443), 1)": ("socket.connect", f"{NOBODY}:443"),
    f"socket.socket().connect_ex(('{NOBODY}', 80))": ("socket.connect", f"{NOBODY}:80"),
    "socket.socket(socket.AF_INET6).connect(('2001:db8::1', 80))": (
        "socket.connect", "[2001:db8::1]:80"),
    f"socket.socket(socket.AF_INET6).connect(('::ffff:{NOBODY}', 80))": (
        "socket.connect", f"[::ffff:{NOBODY}]:80"),
    f"socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('{NOBODY}', 53))": (
        "socket.sendto", f"{NOBODY}:53"),
    f"socket.socket(type=socket.SOCK_DGRAM).sendmsg([b'x'], [], 0, ('{NOBODY}', 53))": (
        "socket.sendmsg", f"{NOBODY}:53"),
    "socket.getaddrinfo('exemple.invalid', 443)": ("socket.getaddrinfo", "exemple.invalid"),
    "socket.gethostbyname('exemple.invalid')": ("socket.gethostbyname", "exemple.invalid"),
    f"socket.gethostbyaddr('{NOBODY}')": ("socket.gethostbyaddr", NOBODY),
    f"socket.getnameinfo(('{NOBODY}', 80), 0)": ("socket.getnameinfo", NOBODY),
    "__import__('urllib.request').request.urlopen('http://exemple.invalid/')": (
        "socket.getaddrinfo", "exemple.invalid"),
    "__import__('httpx').get('http://exemple.invalid/')": (
        "socket.getaddrinfo", "exemple.invalid"),
    f"asyncio.run(asyncio.open_connection('{NOBODY}', 8080))": (
        "socket.connect", f"{NOBODY}:8080"),
    "socket.getaddrinfo('2130706433.', 80)": ("socket.getaddrinfo", "2130706433."),
}  # fmt: skip


LIES = """
import _socket
class Elsewhere(socket.socket): family = property(lambda self: socket.AF_UNIX)
class Local(str):
    __str__ = lambda self: "127.0.0.1"
    lower = lambda self: "localhost"
    split = lambda self, *rest: ["127.0.0.1"]
class Spelt(str):  # what C makes of it is what its `encode` says
    encode = lambda self, *rest: b"192.0.2.1"
class Bytes(bytes): __bytes__ = __str__ = lambda self: b"127.0.0.1"
class Pair(tuple): __getitem__ = lambda self, at: ("127.0.0.1", 80)[at]
class Port(int):
    __eq__ = lambda self, other: True
    __hash__ = lambda self: hash(8000)
class Index:
    __index__ = lambda self: 443
    __eq__ = lambda self, other: True
    __hash__ = lambda self: hash(8000)
tcp, udp = socket.socket, lambda: socket.socket(type=socket.SOCK_DGRAM)
"""
# what says one thing to Python and another to C -> the address of the attempt
FORGED = {
    f"Elsewhere().connect(('{NOBODY}', 443))": f"{NOBODY}:443",
    f"Elsewhere(type=socket.SOCK_DGRAM).sendto(b'x', ('{NOBODY}', 53))": f"{NOBODY}:53",
    f"Elsewhere(type=socket.SOCK_DGRAM).sendmsg([b'x'], [], 0, ('{NOBODY}', 53))": f"{NOBODY}:53",
    f"_socket.socket().connect(('{NOBODY}', 443))": f"{NOBODY}:443",
    f"_socket.socket.connect(Elsewhere(), ('{NOBODY}', 443))": f"{NOBODY}:443",
    f"tcp().connect((Local('{NOBODY}'), 443))": "<Local>:443",
    "tcp().connect((Spelt('127.0.0.1'), 443))": "<Spelt>:443",
    f"tcp().connect((bytearray(b'{NOBODY}'), 443))": "<bytearray>:443",
    f"tcp().connect((Bytes(b'{NOBODY}'), 443))": "<Bytes>:443",
    f"tcp().connect((b'{NOBODY}', 443))": f"{NOBODY}:443",
    f"tcp().connect(Pair(('{NOBODY}', 443)))": f"{NOBODY}:443",
    f"tcp().connect(('{NOBODY}', Port(443)))": f"{NOBODY}:443",
    f"tcp().connect(('{NOBODY}', Index()))": f"{NOBODY}:<Index>",
    f"udp().sendto(b'x', (Local('{NOBODY}'), 53))": "<Local>:53",
    f"udp().sendmsg([b'x'], [], 0, Pair(('{NOBODY}', 53)))": f"{NOBODY}:53",
    "socket.getaddrinfo(Local('exemple.invalid'), 443)": "<Local>",
    "socket.getaddrinfo(Spelt('127.0.0.1'), 443)": "<Spelt>",
    "socket.getaddrinfo('127.0.0.1%exemple.invalid', 443)": "127.0.0.1%exemple.invalid",
    "socket.gethostbyname(Local('exemple.invalid'))": "<Local>",
    "socket.gethostbyname_ex(bytearray(b'exemple.invalid'))": "<bytearray>",
    f"socket.gethostbyaddr(Local('{NOBODY}'))": "<Local>",
    f"socket.getnameinfo(Pair(('{NOBODY}', 80)), 0)": NOBODY,
}


def run(
    code: str, journal: Path, *, loopback: bool = True, opens: str = "lambda address: False"
) -> subprocess.CompletedProcess[str]:
    """Python code in a process behind the wall."""
    before = (
        "import asyncio, os, socket; from pathlib import Path; from ingest import wall;"
        f"wall.stand(lambda: Path({str(journal)!r}), 'essai', loopback={loopback}, opens={opens})\n"
    )
    return subprocess.run(
        [sys.executable, "-c", before + code], capture_output=True, text=True, check=False,
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def answer(listening: socket.socket, times: int) -> None:
    for _ in range(times):
        listening.accept()[0].close()


@pytest.mark.parametrize("code", ATTEMPTS)
def test_an_attempt_is_stopped_and_written_down(tmp_path: Path, code: str) -> None:
    journal = tmp_path / "egress" / "attempts.jsonl"
    ran = run(code, journal)
    assert ran.returncode == 1
    event, address = ATTEMPTS[code]
    first = wall.attempts(journal)[0]
    assert (first["event"], first["address"], first["process"]) == (event, address, "essai")
    assert first["at"][:2] == "20"
    assert any(place.startswith("<string>:2") for place in first["where"])
    assert f"Connexion arrêtée : {address}" in ran.stderr
    assert journal.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("code", FORGED)
def test_what_says_one_thing_to_python_and_another_to_c_does_not_pass(
    tmp_path: Path, code: str
) -> None:
    journal = tmp_path / "attempts.jsonl"
    lied = f"wall.allow('{NOBODY}', 8000)\n{LIES}\n{code}"
    ran = run(lied, journal, opens="lambda address: True")
    assert ran.stderr.rstrip().splitlines()[-1].startswith("ingest.wall.ConnectionStopped")
    assert [line["address"] for line in wall.attempts(journal)] == [FORGED[code]]


def test_what_stays_on_this_machine_passes(tmp_path: Path) -> None:
    journal = tmp_path / "attempts.jsonl"
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=answer, args=(listening, 4), daemon=True).start()
        port = listening.getsockname()[1]
        ran = run(
            f"for place in ('127.0.0.1', 'localhost', '0.0.0.0', '::ffff:127.0.0.1'):\n"
            f"  socket.create_connection((place, {port}), 120)\n"
            "one, other = socket.socketpair(); one.send(b'x'); one.sendmsg([b'y'])\n"
            "socket.getfqdn(); socket.getaddrinfo('192.0.2.1', 80); socket.getaddrinfo(None, 80)\n"
            f"unix = socket.socket(socket.AF_UNIX); unix.bind({str(tmp_path / 's')!r})\n"
            f"unix.listen(); socket.socket(socket.AF_UNIX).connect({str(tmp_path / 's')!r})",
            journal,
        )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert not journal.exists()


def test_a_reader_does_not_even_reach_this_machine(tmp_path: Path) -> None:
    journal = tmp_path / "attempts.jsonl"
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        for host in ("127.0.0.1", ""):
            ran = run(f"socket.socket().connect(({host!r}, {port}))", journal, loopback=False)
            assert ran.returncode == 1
    assert [one["address"] for one in wall.attempts(journal)] == [f"127.0.0.1:{port}", f":{port}"]


def test_an_address_that_was_allowed_passes_on_its_port_only(tmp_path: Path) -> None:
    journal = tmp_path / "attempts.jsonl"
    code = (
        f"wall.allow('{NOBODY}', 8000)\n"
        f"for port in (8000, 8001):\n"
        f"  s = socket.socket(); s.setblocking(False)\n"
        f"  try: print(s.connect_ex(('{NOBODY}', port)))\n"
        f"  except PermissionError as error: print(type(error).__name__, error.facts['address'])"
    )
    ran = run(code, journal, opens="lambda address: True")
    assert ran.stdout.splitlines()[1] == f"ConnectionStopped {NOBODY}:8001"
    assert [line["address"] for line in wall.attempts(journal)] == [f"{NOBODY}:8001"]


def test_who_asks_the_wall_to_open_further_than_it_was_put_up_for_is_stopped(
    tmp_path: Path,
) -> None:
    journal = tmp_path / "attempts.jsonl"
    ran = run(f"wall.allow('{NOBODY}', 443)", journal)
    assert ran.returncode == 1
    (line,) = wall.attempts(journal)
    assert (line["event"], line["address"]) == ("wall.allow", f"{NOBODY}:443")


def test_a_name_may_be_looked_up_while_its_setting_is_checked_and_no_longer_if_refused(
    tmp_path: Path,
) -> None:
    journal = tmp_path / "attempts.jsonl"
    code = (
        "def ask():\n"
        "  try: socket.getaddrinfo('modele.invalid', 80)\n"
        "  except OSError as error: print(type(error).__name__)\n"
        "try:\n"
        "  with wall.looking_up('modele.invalid'): ask(); raise ValueError\n"
        "except ValueError: ask()\n"
        "with wall.looking_up('modele.invalid'): pass\n"
        "ask()"
    )
    assert run(code, journal).stdout.split() == ["gaierror", "ConnectionStopped", "gaierror"]
    assert len(wall.attempts(journal)) == 1


def test_a_full_disk_does_not_open_the_wall(tmp_path: Path) -> None:
    ran = run(f"socket.create_connection(('{NOBODY}', 443), 1)", Path("/dev/full"))
    assert "ConnectionStopped" in ran.stderr


def test_a_line_cut_short_hides_no_other(tmp_path: Path) -> None:
    journal = tmp_path / "attempts.jsonl"
    journal.write_text('{"address": "a"}\n{"addr\n{"address": "b"}\n')
    assert [line["address"] for line in wall.attempts(journal)] == ["a", "b"]


PLANTED = f"""
import socket, sys
def plant(event, args):
    if event == "open" and str(args[0]).endswith(("piege.txt", "chroma.new")):
        try: socket.create_connection(("{NOBODY}", 443), 1)
        except OSError: pass
sys.addaudithook(plant)
"""


def test_an_attempt_in_any_of_our_processes_is_stopped_and_the_work_goes_on(
    empty_town: Path, tmp_path: Path
) -> None:
    (tmp_path / "plant").mkdir()
    (tmp_path / "plant" / "sitecustomize.py").write_text(PLANTED)
    folder = tmp_path / "actes"
    folder.mkdir()
    (folder / "piege.txt").write_text("Le marché a lieu le mardi matin sur la place du village.")
    path = os.pathsep.join([str(tmp_path / "plant"), str(ROOT)])
    ran = process(empty_town, "ingest", folder, "--json", PYTHONPATH=path)
    assert ran.code == 0, ran.err
    assert ran.json["read"] == 1
    found = wall.attempts(empty_town / wall.JOURNAL)
    assert {line["process"] for line in found} == {"cli.py ingest", "lecteur", "serveur Chroma"}
    assert {line["address"] for line in found} == {f"{NOBODY}:443"}
    told = {f["name"]: f for f in process(empty_town, "doctor", "--json").json}
    stopped = told["Tentatives de sortie arrêtées"]
    assert not stopped["good"]
    assert f"vers {NOBODY}:443" in stopped["detail"]


def test_what_is_asked_is_not_in_the_journal(tmp_path: Path) -> None:
    code = (
        "import sys; sys.argv = ['greffe', 'ask', 'Combien gagne Madame Untel ?']\n"
        "from ingest import wall; from pathlib import Path\n"
        f"wall.stand(lambda: Path({str(tmp_path / 'j')!r}))\n"
        "import socket; socket.getaddrinfo('exemple.invalid', 80)"
    )
    subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT, check=False)
    (line,) = wall.attempts(tmp_path / "j")
    assert line["process"] == "greffe ask"
    assert "Untel" not in json.dumps(line)
