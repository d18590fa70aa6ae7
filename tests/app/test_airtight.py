"""The proof that nothing leaves, and that the proof can fail."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app import errors
from app.airtight import life, proof, recording, report
from app.airtight.inside import Step
from app.airtight.model import STAND_IN, real_model
from app.airtight.proof import ProofImpossible, ProofIncomplete, WayOut, conclude, prove
from app.airtight.recording import Call, attempts, calls, kind_of
from app.airtight.visit import chromium
from tests.command_line import ROOT, greffe, process
from tests.conftest import has_tesseract


def _can_prove() -> bool:
    try:
        proof._namespace()
    except ProofImpossible:
        return False
    return True


needs_namespace = pytest.mark.skipif(
    not _can_prove(), reason="ni strace ni espace réseau à part sur cette machine"
)
PYTHON = [sys.executable, "-c"]
NATIVE = "import ctypes, struct; c = ctypes.CDLL(None);"
GREFFE = [sys.executable, "-m", "app.cli"]

# --- what a trace says


@pytest.mark.parametrize(
    ("line", "kind", "address"),
    [
        ('connect(3, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("192.0.2.1")}, 16)'
         " = -1 ENETUNREACH (Network is unreachable)", "network", "192.0.2.1 port 443"),
        ('connect(3, {sa_family=AF_INET6, sin6_port=htons(80), sin6_flowinfo=htonl(0), inet_pton('
         'AF_INET6, "2001:db8::1", &sin6_addr), sin6_scope_id=0}, 28) = 0', "network",
         "2001:db8::1 port 80"),
        ('connect(3, {sa_family=AF_INET6, sin6_port=htons(80), sin6_flowinfo=htonl(0), inet_pton('
         'AF_INET6, "::ffff:8.8.8.8", &sin6_addr), sin6_scope_id=0}, 28) = 0', "network",
         "::ffff:8.8.8.8 port 80"),
        ('connect(3, {sa_family=AF_INET, sin_port=htons(8000), sin_addr=inet_addr("127.0.0.1")},'
         " 16) = 0", "", ""),
        ('connect(3, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("127.0.0.53")},'
         " 16) = 0", "dns", "127.0.0.53 port 53"),
        ('sendto(4, ""..., 34, MSG_NOSIGNAL, {sa_family=AF_INET, sin_port=htons(5353), sin_addr='
         'inet_addr("224.0.0.251")}, 16) = 34', "dns", "224.0.0.251 port 5353"),
        ('sendto(4, ""..., 34, MSG_NOSIGNAL, NULL, 0) = 34', "", ""),
        ('sendmsg(4, {msg_name={sa_family=AF_INET, sin_port=htons(9), sin_addr=inet_addr('
         '"203.0.113.9")}, msg_namelen=16, msg_iov=[{iov_base=""..., iov_len=1}], msg_iovlen=1,'
         " msg_controllen=0, msg_flags=0}, 0) = 1", "network", "203.0.113.9 port 9"),
        ("sendmmsg(4, [{msg_hdr={msg_name=NULL, msg_namelen=0}, msg_len=9}, {msg_hdr={msg_name="
         '{sa_family=AF_INET, sin_port=htons(9), sin_addr=inet_addr("203.0.113.9")}}}], 2, 0) = 2',
         "network", "203.0.113.9 port 9"),
        ('connect(5, {sa_family=AF_UNIX, sun_path="/tmp/.X11-unix/X0"}, 20) = 0', "", ""),
        ('connect(5, {sa_family=AF_UNIX, sun_path="/var/run/nscd/socket"}, 110) = -1 ENOENT (No)',
         "", ""),
        ('connect(5, {sa_family=AF_UNIX, sun_path="/run/systemd/resolve/io.systemd.Resolve"}, 42)'
         " = 0", "dns", "/run/systemd/resolve/io.systemd.Resolve"),
        ("socket(AF_PACKET, SOCK_RAW, htons(0x3)) = -1 EPERM (Operation not permitted)", "family",
         "AF_PACKET SOCK_RAW"),
        ("socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) = 3", "family", "AF_INET SOCK_RAW"),
        ("socket(AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC, NETLINK_ROUTE) = 3", "", ""),
        ("socket(AF_VSOCK, SOCK_STREAM, 0) = 3", "family", "AF_VSOCK"),
        ("connect(3, {sa_family=AF_UNSPEC, sa_data=\"\"}, 16) = 0", "", ""),
        ("io_uring_setup(256, {flags=0, sq_thread_cpu=0, sq_thread_idle=0}) = 10", "hidden",
         "io_uring"),
        ("io_uring_setup(256, {flags=0}) = -1 EPERM (Operation not permitted)", "", ""),
        ("socket(AF_INET, SOCK_PACKET, htons(0x3)) = 3", "family", "AF_INET SOCK_PACKET"),
        ("socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP) = 3", "family", "AF_INET IPPROTO_SCTP"),
        ("socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_TCP) = 3", "", ""),
        ('connect(3, {sa_family=0x4d /* AF_??? */, sa_data="\\1"}, 16) = 0', "family",
         r'/* AF_??? */, sa_data="\1"'),
        ('connect(5, {sa_family=AF_UNIX, sun_path="/}/../run/systemd/resolve/x"}, 42) = 0', "dns",
         "/}/../run/systemd/resolve/x"),
        # over UDP the kernel reads it as AF_INET
        (r'sendto(4, ""..., 34, 0, {sa_family=AF_UNSPEC, sa_data="\0\0045\300"}, 16) = 34',
         "network", r'sa_data="\0\0045\300"'),
        ('request_key(""..., ""..., NULL, 0) = -1 ENOKEY (x)', "hidden", "request_key"),
    ],
)  # fmt: skip
def test_a_line_of_the_trace_is_judged(line: str, kind: str, address: str) -> None:
    found = attempts("x", calls([f"77<python> 1795315565.361795 {line}"]))
    assert [(a.kind, a.address) for a in found] == ([(kind, address)] if kind else [])


ONE = ('{msg_hdr={msg_name={sa_family=AF_INET, sin_port=htons(8000), sin_addr=inet_addr('
       '"127.0.0.1")}, msg_namelen=16, msg_iov=[{iov_base=""..., iov_len=9}]},'
       " msg_len=9}")  # fmt: skip


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("1<a> 1.0 sendmmsg(3, [...], 1, 0) = 1", False),
        ("1<a> 1.0 sendmmsg(3, 0x8, 1, 0) = -1 EFAULT (Bad address)", False),
        (f"1<a> 1.0 sendmmsg(3, [{ONE}, ... /* 0x7f */], 2, 0) = 2", False),
        ("1<a> 1.0 sendmmsg(5,  <unfinished ...>", False),
        (f"1<a> 1.0 sendmmsg(3, [{ONE}, {ONE}], 2, MSG_DONTWAIT|MSG_NOSIGNAL) = 2", True),
        ("1<a> 1.0 sendmmsg(3, [{msg_hdr={msg_name=NULL, msg_namelen=0}}], 1, 0) = 1", True),
        ("1<a> 1.0 sendmmsg(3, [], 0, 0) = 0", True),
        ("1<a> 1.0 sendmsg(3, 0x8, 0) = -1 EFAULT (Bad address)", False),
        ("1<a> 1.0 sendmsg(3, {msg_name=0x7ffc73ce02f0, msg_namelen=16}, 0) = 9", False),
        ("1<a> 1.0 sendmsg(3, {msg_name=0x7ffc73ce02f0, msg_namelen=0}, 0) = 9", True),
        ('1<a> 1.0 sendto(3, ""..., 26, 0, 0x7ffc73ce02f0, 16) = 26', False),
        ('1<a> 1.0 sendto(3, ""..., 26, MSG_NOSIGNAL, NULL, 0 <unfinished ...>', True),
        ("1<a> 1.0 connect(3, 0x7ffc73ce02f0, 16) = 0", False),
        ("1<a> 1.0 connect(3,  <unfinished ...>", False),
        ("1<a> 1.0 socket(", False),
        ("1<a> 1.0 ???( <unfinished ...>", False),
        ("a program's name with the end of a line in it", False),
        ("1<a> 1.0 +++ superseded by execve in pid 2 +++", True),
        ('1<> 1 +++ > 1.0 connect(3, {sa_family=AF_INET, sin_port=htons(1)}, 16) = 0', False),
        ("", True),
    ],
)  # fmt: skip
def test_a_line_that_does_not_show_where_a_call_goes_is_an_attempt(line: str, shown: bool) -> None:
    assert ([a.kind for a in attempts("x", calls([line]))] == []) is shown


def test_calls_that_the_kernel_interleaved_are_put_together() -> None:
    place = '{sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("192.0.2.1")}, 16'
    lines = [
        f"7<a> 1.0 connect(3, {place} <unfinished ...>",
        '8<b> 1.1 connect(4, {sa_family=AF_UNIX, sun_path=@"x"}, 5 <unfinished ...>',
        "7<a> 1.2 <... connect resumed>) = -1 ENETUNREACH (Network is unreachable)",
        "8<b> 1.3 <... connect resumed>) = 0",
        f"9<c> 1.4 connect(3, {place} <unfinished ...>",
    ]
    found = list(calls(lines))
    assert [(c.pid, c.address, c.result) for c in found] == [
        (7, "192.0.2.1", "ENETUNREACH"), (8, "@x", "0"), (9, "192.0.2.1", ""),
    ]  # fmt: skip
    assert [kind_of(call) for call in found] == ["network", "", "network"]
    assert kind_of(Call(1, "", 0, "connect", "AF_INET", "unreadable", 9, "")) == "network"


# --- the proof can fail


SENDMMSG = life._BY_SENDMMSG.replace("[127, 0, 0, 53]", "[192, 0, 2, 44]").replace("53, ", "4444, ")


def planted(tmp_path: Path, *steps: Step) -> report.Report:
    return prove(steps=list(steps), keep=tmp_path)


@needs_namespace
@pytest.mark.parametrize(
    ("words", "kind", "address"),
    [
        ([*PYTHON, "import socket; socket.create_connection(('192.0.2.9', 443), 1)"], "network",
         "192.0.2.9 port 443"),
        ([*PYTHON, "import socket; s = socket.socket(type=2); s.sendto(b'x', ('192.0.2.9', 9))"],
         "network", "192.0.2.9 port 9"),
        ([*PYTHON, "import socket; socket.socket().connect(('exemple.invalid', 80))"], "dns",
         "192.0.2.53 port 53"),
        ([*PYTHON, NATIVE + "a = struct.pack('=HH4s8x', 2, 0xBB01, bytes([192, 0, 2, 9]));"
          "c.connect(c.socket(2, 1, 0), a, 16)"], "network", "192.0.2.9 port 443"),
        ([*PYTHON, NATIVE + "c.syscall(425, 8, ctypes.create_string_buffer(120))"], "hidden",
         "io_uring"),
        ([*PYTHON, "import socket; socket.socket(socket.AF_PACKET, 3)"], "family",
         "AF_PACKET SOCK_RAW"),
        ([*PYTHON, SENDMMSG], "network", "192.0.2.44 port 4444"),
        ([*PYTHON, life._BY_SENDMMSG], "dns", "127.0.0.53 port 53"),
        (["getent", "ahosts", "exemple.invalid"], "dns", "192.0.2.53 port 53"),
        (["sh", "-c", f"{sys.executable} -c 'import socket; socket.socket().connect_ex(("
          '"192.0.2.9", 1))\' & wait'], "network", "192.0.2.9 port 1"),
    ],
    ids=["python", "udp", "python-name", "native", "io_uring", "raw", "sendmmsg", "resolver",
         "getent", "grandchild"],
)  # fmt: skip
def test_a_planted_attempt_is_caught_below_python(
    tmp_path: Path, words: list[str], kind: str, address: str
) -> None:
    done = planted(tmp_path, Step("planté", words, [0, 1, 2]))
    assert done.verdict == "way_out"
    assert (kind, address) in {(attempt.kind, attempt.address) for attempt in done.attempts}
    assert {attempt.step for attempt in done.attempts} == {"planté"}  # so the kernel saw no more
    with pytest.raises(WayOut) as raised:
        conclude(done, tmp_path)
    known = errors.sentence(raised.value)
    assert known
    assert known.code == 12


@needs_namespace
def test_an_attempt_that_the_wall_stopped_counts_too(tmp_path: Path) -> None:
    """Zero attempts, not merely zero that reached the system."""
    code = life._FROM_PYTHON
    done = planted(tmp_path, Step("planté", [*PYTHON, code, str(tmp_path / "data")], [1]))
    assert done.verdict == "way_out"
    assert [(a.kind, a.address) for a in done.attempts] == [("stopped", "192.0.2.1:443")]
    assert "192.0.2.1:443" not in (tmp_path / "4.trace").read_text()


LISTENING = (
    "import socket, sys; server = socket.create_server(('127.0.0.1', 7860))\n"
    "try:\n    while True:\n        asked = server.accept()[0]\n"
    "        try:\n            exec(sys.argv[1])\n        except SystemExit:\n            pass\n"
    "        asked.close()\n"
    "except KeyboardInterrupt:\n    pass"
)
ASKED = "import socket; socket.create_connection(('127.0.0.1', 7860)).recv(1)"  # until it has acted


@needs_namespace
@pytest.mark.parametrize("role", ["greffe", "browser"])
@pytest.mark.parametrize("code", [SENDMMSG, life._BY_SENDMMSG], ids=["elsewhere", "resolver"])
def test_the_kernels_counters_see_what_a_trace_would_not_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, role: str, code: str
) -> None:
    """Of a server as of a browser: their traces are taken away."""
    kept = proof._trace
    monkeypatch.setattr(proof, "_trace", lambda *at: kept(*at) if at[1]["step"] < 4 else [])
    steps = [Step("planté", [*PYTHON, code], role=role)]
    if role == "greffe":
        steps = [Step("planté", [*PYTHON, LISTENING, code], port=7860), Step("x", [*PYTHON, ASKED])]
    done = planted(tmp_path, *steps)
    assert done.verdict == "way_out"
    kind = "no_route" if code == SENDMMSG else "no_port"
    assert {(attempt.kind, attempt.program) for attempt in done.attempts} == {(kind, "noyau")}


@needs_namespace
def test_a_server_that_sends_while_it_is_asked_is_caught(tmp_path: Path) -> None:
    done = planted(
        tmp_path, Step("planté", [*PYTHON, LISTENING, SENDMMSG], port=7860),
        Step("demande", [*PYTHON, ASKED]),
    )  # fmt: skip
    assert done.verdict == "way_out"
    assert {(a.step, a.kind, a.address) for a in done.attempts} == {
        ("planté", "network", "192.0.2.44 port 4444")
    }


@needs_namespace
def test_no_word_that_is_sent_lands_in_a_trace(tmp_path: Path) -> None:
    code = (
        "import socket, ctypes, struct; a, b = socket.socketpair();"
        "words = b'un mot du document'; a.send(words); a.sendmsg([words, words]);"
        "w = ctypes.create_string_buffer(words);"
        "part = ctypes.create_string_buffer(struct.pack('PN', ctypes.addressof(w), 18));"
        "m = ctypes.create_string_buffer(struct.pack('PIPNPNi4xI4x', 0, 0, ctypes.addressof("
        "part), 1, 0, 0, 0, 0)); ctypes.CDLL(None).sendmmsg(a.fileno(), m, 1, 0);"
        "assert b.recv(999) == 4 * words"
    )
    done = planted(tmp_path, Step("ici", [*PYTHON, code]))
    assert done.verdict == "airtight", (done.attempts, done.missing)
    trace = (tmp_path / "4.trace").read_text()
    assert [name in trace for name in ("sendto(", "sendmsg(", "sendmmsg(")] == [True] * 3
    assert "mot" not in trace


@needs_namespace
def test_an_attempt_of_a_library_inside_a_command_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plant").mkdir()
    (tmp_path / "plant" / "sitecustomize.py").write_text(
        "import sys\n"
        "if 'status' in sys.argv or 'app.cli' in ' '.join(sys.orig_argv):\n"
        f"    {life._FROM_NATIVE_CODE.strip().replace(chr(10), chr(10) + '    ')}\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "plant"))
    words = [*GREFFE, "--data", str(tmp_path / "data"), "status"]
    done = planted(tmp_path, Step("état", words, [5]))
    assert done.verdict == "way_out"
    assert [(a.kind, a.step) for a in done.attempts] == [("network", "état")]


@needs_namespace
def test_what_stays_here_is_no_attempt(tmp_path: Path) -> None:
    code = (
        "import socket, subprocess; s = socket.create_server(('127.0.0.1', 0));"
        "socket.create_connection(s.getsockname()); socket.socketpair();"
        "socket.getaddrinfo('localhost', 80); subprocess.run(['getent', 'passwd', 'root'])"
    )
    done = planted(tmp_path, Step("ici", [*PYTHON, code]))
    assert done.verdict == "airtight", done.attempts
    assert done.steps[-1].calls > 3
    conclude(done, tmp_path)


@needs_namespace
def test_a_step_that_fails_proves_nothing(tmp_path: Path) -> None:
    done = planted(tmp_path, Step("échoue", ["sh", "-c", "echo plus de place >&2; exit 3"]))
    assert done.verdict == "incomplete"
    with pytest.raises(ProofIncomplete, match=r"échoue : code 3 \(plus de place\)") as raised:
        conclude(done, tmp_path)
    known = errors.sentence(raised.value)
    assert known
    assert known.code == 11


@needs_namespace
def test_a_recorder_that_misses_its_witness_proves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blind = [Step("témoin aveugle", ["true"], role="witness")]
    monkeypatch.setattr(life, "witnesses", lambda folder: blind)
    done = planted(tmp_path)
    assert done.verdict == "incomplete"
    assert done.missing[0] == "témoin aveugle : n'a pas été vu"
    assert [why.split(" (")[0] for why in done.missing[1:]] == [
        "témoins : le noyau n'en a pas compté"
    ] * 2


@needs_namespace
def test_a_recorder_that_reads_no_address_proves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A witness is seen by its address: a line that could not be read is not enough."""
    shown = recording._NAMED
    monkeypatch.setattr(recording, "_NAMED", re.compile(shown.pattern.replace("sa_", "unsaid_")))
    done = planted(tmp_path)
    assert done.verdict == "incomplete"
    assert len([why for why in done.missing if why.endswith("n'a pas été vu")]) == 3


@needs_namespace
def test_a_page_that_asks_another_site_is_a_way_out(tmp_path: Path) -> None:
    seen = {"client": "essai", "requested": [
        "http://127.0.0.1:7860/", "data:image/png;base64,x", "https://fonts.example/a.css",
        "http://127.0.0.1:7860.example/"]}  # fmt: skip
    code = f"import pathlib; pathlib.Path('visit.json').write_text({json.dumps(seen)!r})"
    done = planted(tmp_path, Step("la page, visitée", [*PYTHON, code], role="browser"))
    assert done.verdict == "way_out"
    assert [(attempt.kind, attempt.address) for attempt in done.attempts] == [
        ("page", "https://fonts.example/a.css"), ("page", "http://127.0.0.1:7860.example/"),
    ]  # fmt: skip


def test_without_strace_the_proof_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    ran = greffe(tmp_path, "doctor", "--egress")
    assert ran.code == 4
    assert "sudo apt install strace" in ran.err


def test_without_a_namespace_the_proof_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/strace")
    monkeypatch.setattr(proof, "_NAMESPACES", (["sh", "-c", "echo interdit >&2; exit 1"],))
    ran = greffe(tmp_path, "doctor", "--egress")
    assert ran.code == 4
    assert "que cette machine refuse (interdit)" in ran.err


# --- the whole life


@needs_namespace
@pytest.mark.timeout(3600)
def test_greffes_whole_life_tries_to_reach_nobody(tmp_path: Path) -> None:
    data = tmp_path / "donnees"
    # a process of its own, as an administrator runs it
    done = subprocess.run(
        [*GREFFE, "--data", str(data), "doctor", "--egress", "--json"], capture_output=True,
        text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    told = json.loads(done.stdout)
    assert (done.returncode, told["verdict"]) == (0, "airtight"), (
        told["attempts"],
        told["missing"],
    )
    assert told["attempts"] == []
    assert [step["name"] for step in told["steps"]] == [
        step.name for step in [*life.witnesses(tmp_path), *life.life(tmp_path, None, _commands())]
    ]
    recorded = {step["name"]: step["calls"] for step in told["steps"]}
    assert recorded["ingestion de la commune d'exemple, avec OCR"] > 20
    assert recorded["une question, avec un modèle"] > recorded["une question, sans modèle"]
    assert told["requests"] > 3
    assert ("chromium" in told["client"]) is (chromium() is not None)
    assert ("llama.cpp" in told["versions"]["modèle"]) is (real_model() is not None)
    assert (told["versions"]["tesseract"] == "installé") is has_tesseract
    assert report.last(data) == told
    (text,) = (data / "egress").glob("report-*.txt")
    assert "Aucune tentative de sortie." in text.read_text()
    doctor = process(data, "doctor")
    assert "bon     Preuve de non-sortie : Aucune tentative de sortie" in doctor.out


def _commands() -> list[str]:
    from app.cli import app

    return [command.name or "" for command in app.registered_commands]


def test_the_last_report_is_the_newest_that_can_be_read(tmp_path: Path) -> None:
    assert report.last(tmp_path) is None
    folder = tmp_path / report.FOLDER
    folder.mkdir()
    (folder / "report-20261121-080000.json").write_text('{"at": "2026-11-21"}')
    (folder / "report-20261122-080000.json").write_text('{"at": "2026-11-22"}')
    (folder / "report-20261123-080000.json").write_text('{"at": "20')
    assert report.last(tmp_path) == {"at": "2026-11-22"}


def test_the_stand_in_is_named_as_one() -> None:
    assert "doublure" in STAND_IN
