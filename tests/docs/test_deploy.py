"""The units and the container shut what docs/installer-dsi.md says they shut."""

from __future__ import annotations

import json
import re
import shutil
import stat
import subprocess
from fnmatch import fnmatch
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest

from app.airtight import inside
from tests.command_line import wait_for
from tests.docs.written import DOCS, ROOT
from vectorstore import chroma_server

SYSTEMD = ROOT / "deploy" / "systemd"
SERVICES = ("greffe.service", "greffe-ingest@.service")
PAGE = (DOCS / "installer-dsi.md").read_text(encoding="utf-8")
SHUT = {
    "IPAddressDeny=any", "PrivateDevices=yes", "ProtectSystem=strict",
    "NoNewPrivileges=yes", "ProtectHome=yes", "PrivateTmp=yes", "CapabilityBoundingSet=",
    "AssertControlGroupController=v2", "RestrictNamespaces=yes", "StateDirectory=greffe",
    "UMask=0077", "TasksMax=1024", "OOMPolicy=continue",
}  # fmt: skip
EXPOSED = 2.0  # of 10; systemd 252 says 1.4

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze n'est pas installé"
)


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units with a program that is there, and one instance of the template."""
    for path in SYSTEMD.glob("greffe*"):
        text = path.read_text("utf-8").replace("/opt/greffe/.venv/bin/greffe", "/bin/true")
        (tmp_path / path.name.replace("@.", "@deliberations.")).write_text(text, "utf-8")
    return tmp_path


@pytest.mark.parametrize("name", SERVICES)
def test_a_unit_shuts_every_door(name: str) -> None:
    lines = (SYSTEMD / name).read_text("utf-8").splitlines()
    assert set(lines) >= SHUT
    assert [line for line in lines if line.startswith(("IPAddressAllow", "ReadWritePaths"))] == [
        "IPAddressAllow=127.0.0.1 ::1"
    ]


@pytest.mark.parametrize("name", SERVICES)
def test_a_unit_reaches_no_resolver_of_this_machine(name: str) -> None:
    """On loopback all but one address, and each socket that the proof counts as a resolver's."""
    text = (SYSTEMD / name).read_text("utf-8")
    allowed = re.findall(r"(?m)^IPAddressAllow=(.+)$", text)
    networks = [ip_network(one) for line in allowed for one in line.split()]
    stubs = ("127.0.0.53", "127.0.0.54", "127.0.1.1", "127.0.0.11")  # systemd, Ubuntu, Docker
    assert not [stub for stub in stubs for net in networks if ip_address(stub) in net]
    assert {chroma_server.HOST, "::1"} == {str(net.network_address) for net in networks}
    (hidden,) = re.findall(r"(?m)^InaccessiblePaths=(.+)$", text)
    assert {path.removeprefix("-") for path in hidden.split()} == set(inside.RESOLVERS)
    for path in (*inside.RESOLVERS, "127.0.0.53"):
        assert f"`{path}`" in PAGE
    assert all(path.startswith("-") for path in hidden.split())  # absent from many machines


def test_the_page_and_an_indexing_together_leave_memory_to_the_machine() -> None:
    shares = []
    for name in SERVICES:
        text = (SYSTEMD / name).read_text("utf-8")
        high, most = (re.findall(rf"(?m)^Memory{kind}=(\d+)%$", text) for kind in ("High", "Max"))
        assert len(high) == len(most) == 1
        assert int(high[0]) < int(most[0])
        shares.append(int(most[0]))
    assert sum(shares) <= 100
    services = compose()["services"].values()
    assert all(service["mem_limit"] and service["pids_limit"] for service in services)


def test_both_services_shut_the_same_doors() -> None:
    first, second = (_hardening(name) for name in SERVICES)
    assert len(first) > 25
    assert first == second


def _hardening(name: str) -> list[str]:
    text = (SYSTEMD / name).read_text("utf-8").split("# Le dossier des données")[1]
    lines = text.split("[Install]")[0].splitlines()
    return [
        line for line in lines if line and not line.startswith(("#", "MemoryHigh", "MemoryMax"))
    ]


@needs_systemd
def test_the_units_are_read_by_systemd_without_a_word(units: Path) -> None:
    files = sorted(map(str, units.glob("greffe*")))
    assert len(files) == 3
    done = subprocess.run(
        ["systemd-analyze", "verify", *files], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@needs_systemd
@pytest.mark.parametrize("name", ["greffe.service", "greffe-ingest@deliberations.service"])
def test_systemd_finds_the_units_little_exposed(units: Path, name: str) -> None:
    assert exposure(units / name) <= EXPOSED
    bare = units / name
    bare.write_text(
        re.sub(r"(?m)^(IPAddress|Protect|Private|SystemCall).*\n", "", bare.read_text())
    )
    assert exposure(bare) > EXPOSED


def exposure(unit: Path) -> float:
    """What systemd says of a unit: 0 is shut, 10 is open."""
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", f"./{unit.name}"],
        capture_output=True, text=True, cwd=unit.parent, check=False,
    )  # fmt: skip
    found = re.search(r"exposure level for \S+: ([\d.]+)", done.stdout)
    assert found, done.stderr
    return float(found[1])


def test_the_graphics_card_is_opened_and_no_other_device() -> None:
    text = (SYSTEMD / "gpu.conf").read_text("utf-8")
    opened = re.findall(r"^DeviceAllow=(\S+) (\w+)$", text, re.M)
    assert "DevicePolicy=closed" in text
    assert opened
    assert all("nvidia" in device and rights == "rw" for device, rights in opened)


def compose() -> dict[str, Any]:
    yaml = pytest.importorskip("yaml")
    return dict(yaml.safe_load((ROOT / "deploy/container/compose.yaml").read_text("utf-8")))


def test_the_containers_have_no_way_out_and_no_port() -> None:
    told = compose()
    assert told["networks"] == {
        "interne": {"internal": True, "ipam": {"config": [{"subnet": "10.77.0.0/24"}]}}
    }
    for name, service in told["services"].items():
        assert service.get("networks") == ["interne"] or service["network_mode"] == "service:greffe"
        assert "ports" not in service, name
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert "privileged" not in json.dumps(service).replace("no-new-privileges", "")
    assert told["services"]["greffe"]["dns"] == ["192.0.2.53"]  # RFC 5737: nobody
    acts = [v for v in told["services"]["greffe"]["volumes"] if v.endswith("/actes:ro")]
    assert len(acts) == 1


def test_the_image_does_not_run_as_root() -> None:
    lines = (ROOT / "deploy/container/Containerfile").read_text("utf-8").splitlines()
    users = [number for number, line in enumerate(lines) if line == "USER greffe"]
    starts = [number for number, line in enumerate(lines) if line.startswith("ENTRYPOINT")]
    assert users
    assert users[-1] < starts[0]


CONTAINERFILE = ROOT / "deploy/container/Containerfile"


def given_to_the_image(ignore: str, files: list[str]) -> list[str]:
    """What a builder hands over of these files: the last line that fits decides."""
    kept = []
    for name in files:
        parts, left_out = name.split("/"), False
        above = ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
        for line in ignore.splitlines():
            pattern = line.strip().removeprefix("!")
            anywhere = pattern.removeprefix("**/")
            if not pattern or pattern.startswith("#"):
                continue
            fits = (any(fnmatch(part, anywhere) for part in parts) if anywhere != pattern
                    else any(fnmatch(folder, pattern) and folder.count("/") == pattern.count("/")
                             for folder in above))  # fmt: skip
            left_out = not line.startswith("!") if fits else left_out
        kept += [] if left_out else [name]
    return kept


def test_the_image_is_given_the_program_and_nothing_of_the_town() -> None:
    ignore = (ROOT / ".dockerignore").read_text("utf-8")
    lines = [line for line in ignore.splitlines() if line and not line.startswith("#")]
    assert lines[0] == "*"  # nothing but what is named after it
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], capture_output=True, text=True, cwd=ROOT, check=True
    ).stdout.split("\0")[:-1]
    private = [".demo/catalogue.sqlite", ".git/config", ".venv/bin/python", "donnees/greffe.toml",
               "greffe.toml", ".env", "app/.env", "app/__pycache__/cli.pyc",
               "evals/.x/reponses"]  # fmt: skip
    given = given_to_the_image(ignore, [*tracked, *private])
    assert not set(given) & set(private)
    first = {name.split("/")[0] for name in given}
    copied = re.findall(r"(?m)^COPY (?!--from)(.+) /opt/source", CONTAINERFILE.read_text("utf-8"))
    assert first == {word for line in copied for word in line.split()}
    assert {name.split("/")[0] for name in tracked} - first >= {"tests", "docs", "deploy"}
    assert {"app/cli.py", "prompts/reponse.md", "constraints.txt"} <= set(given)


def test_the_ignore_file_of_before_would_have_let_the_data_in() -> None:
    """The test above can fail."""
    assert given_to_the_image(".venv", [".demo/catalogue.sqlite", ".venv/x"]) == [
        ".demo/catalogue.sqlite"
    ]


@pytest.mark.skipif(shutil.which("socat") is None, reason="socat n'est pas installé")
def test_the_socket_of_the_page_opens_to_its_group_and_to_nobody_else(tmp_path: Path) -> None:
    listening, *_ = compose()["services"]["porte"]["command"]
    socket = tmp_path / "page.sock"
    process = subprocess.Popen(
        ["socat", listening.replace("/porte/page.sock", str(socket)), "PIPE"]
    )
    try:
        wait_for(lambda: socket.exists() and stat.S_IMODE(socket.stat().st_mode) == 0o660)
    finally:
        process.kill()
        process.wait()
    number = re.search(r"--gid (\d+)", CONTAINERFILE.read_text("utf-8"))
    assert number
    folder = (ROOT / "deploy/container/page.conf").read_text("utf-8").splitlines()[-1]
    assert folder == f"d /run/greffe 0750 {number[1]} {number[1]} -"
    assert f"groupadd --gid {number[1]}" in PAGE


def test_the_page_names_the_files_that_are_there() -> None:
    named = set(re.findall(r"deploy/[\w./@-]+\w", PAGE))
    assert len(named) >= 6
    assert not [name for name in named if not (ROOT / name).exists()]
