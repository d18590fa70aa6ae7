"""Who may speak to the server, and what it answers."""

from __future__ import annotations

import http.client
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from app.web.guard import known_host
from app.web.server import listen
from tests.app.access.slapd import write_certificates
from tests.app.web.conftest import Settings, Site
from tests.app.web.town_hall import Desk
from tests.command_line import PATIENCE_S

HEADERS = {"Content-Type": "application/json"}


def fetch(
    site: Site,
    path: str,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    body: str = "",
) -> tuple[int, http.client.HTTPMessage, bytes]:
    """One request as it is, without a browser's help."""
    connection = http.client.HTTPConnection(urlsplit(site.address).netloc, timeout=PATIENCE_S)
    try:
        connection.request(method, path, body or None, headers or {})
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def test_the_page_carries_a_strict_policy(site: Site) -> None:
    status, headers, body = fetch(site, "/")
    assert status == 200
    policy = headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert b"http://" not in body
    assert b"https://" not in body
    assert b"<script>" not in body


def test_a_page_image_is_served_for_a_live_source_alone(site: Site) -> None:
    status, headers, body = fetch(site, "/page/1/1.webp?record=1&start=0&end=20")
    assert (status, headers["content-type"]) == (200, "image/webp")
    assert body[8:12] == b"WEBP"
    assert headers["cache-control"] == "no-store"
    from dataclasses import replace

    sources = site.desk.catalogue.sources
    live = sources[1]
    sources[1] = replace(live, state="retired")
    try:
        assert fetch(site, "/page/1/1.webp")[0] == 404
    finally:
        sources[1] = live


@pytest.mark.parametrize(
    "path",
    [
        "/page/9/1.webp",
        "/page/1/3.webp",
        "/page/1/0.webp",
        "/page/3/1.webp",  # a web page: no paper
        "/page/1/1.webp?record=2",  # a record of another source
        "/page/1/1.webp?record=zz",
        "/page/1/1.webp?start=5&end=99999",
        "/page/1/1.webp?start=-5&end=3",
        "/page/1/1.webp?start=x",
        "/page/999999999999999999999/1.webp",
        "/page/1/1.png",
        "/greffe/../server.py",
        "/greffe/%2e%2e/server.py",
    ],
)
def test_what_does_not_exist_is_a_404_in_french(site: Site, path: str) -> None:
    status, _, body = fetch(site, path)
    assert status == 404
    assert b"Traceback" not in body
    assert b"detail" not in body


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/docs", "GET"),
        ("/openapi.json", "GET"),
        ("/gradio_api/openapi.json", "GET"),
        ("/gradio_api/runs", "GET"),
        ("/gradio_api/file=/etc/passwd", "GET"),
        ("/gradio_api/proxy=http://example.org", "GET"),
        ("/gradio_api/upload", "POST"),
        ("/gradio_api/run/predict", "POST"),
        ("/monitoring", "GET"),
        ("/login", "POST"),
        ("/gradio_api/queue/join", "PUT"),
    ],
)
def test_of_gradio_only_what_the_page_needs_is_there(site: Site, path: str, method: str) -> None:
    assert fetch(site, path, method, HEADERS, "{}" if method != "GET" else "")[0] == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://autre.example"},
        {"Origin": "null"},
    ],
)
def test_a_post_from_another_site_is_refused(site: Site, headers: dict[str, str]) -> None:
    status, _, body = fetch(site, "/gradio_api/queue/join", "POST", HEADERS | headers, "{}")
    assert status == 403
    assert "refusée" in body.decode()


def test_a_link_from_another_site_may_lead_here_but_not_its_images(site: Site) -> None:
    cross = {"Sec-Fetch-Site": "cross-site"}
    assert fetch(site, "/", headers=cross | {"Sec-Fetch-Mode": "navigate"})[0] == 200
    assert fetch(site, "/page/1/1.webp", headers=cross | {"Sec-Fetch-Mode": "no-cors"})[0] == 403


def test_a_name_that_is_not_ours_is_refused(site: Site) -> None:
    assert fetch(site, "/", headers={"Host": "rebond.example"})[0] == 421
    assert fetch(site, "/", headers={"Host": "127.0.0.1.rebond.example"})[0] == 421


def test_a_post_that_is_too_long_is_refused(site: Site) -> None:
    assert fetch(site, "/gradio_api/queue/join", "POST", HEADERS, "x" * 300_000)[0] == 413


@pytest.mark.parametrize(
    ("header", "host", "known"),
    [
        ("localhost:7860", "127.0.0.1", True),
        ("[::1]:7860", "127.0.0.1", True),
        ("greffe.mairie.lan", "greffe.mairie.lan", True),
        ("greffe.mairie.lan:80", "127.0.0.1", False),
        ("192.168.1.4:7860", "0.0.0.0", True),
        ("autre.example", "0.0.0.0", False),
        ("192.168.1.4", "127.0.0.1", False),
        ("", "0.0.0.0", False),
    ],
)
def test_which_names_are_ours(header: str, host: str, known: bool) -> None:
    assert known_host(header, host) is known


def test_a_port_that_is_taken_is_told_at_once() -> None:
    with listen("127.0.0.1", 0) as taken, pytest.raises(OSError, match="in use"):
        listen("127.0.0.1", taken.getsockname()[1])


def test_the_page_is_said_to_be_open_once_it_answers() -> None:
    program = (
        "import fastapi, threading, urllib.request, os\n"
        "from app.web.server import listen, serve\n"
        "app = fastapi.FastAPI()\n"
        "app.get('/')(lambda: 'ouvert')\n"
        "door = listen('127.0.0.1', 0)\n"
        "address = 'http://127.0.0.1:%d/' % door.getsockname()[1]\n"
        "def visit():\n"
        "    print(urllib.request.urlopen(address, timeout=120).read().decode(), flush=True)\n"
        "    os._exit(0)\n"
        "serve(app, door, lambda: threading.Thread(target=visit).start())\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True,
                          check=True)  # fmt: skip
    assert done.stdout == '"ouvert"\n'


def test_with_a_certificate_the_page_is_served_by_tls_alone(tmp_path: Path) -> None:
    write_certificates(tmp_path)
    program = (
        "import fastapi, threading, urllib.request, urllib.error, os, ssl, pathlib, sys\n"
        "from app.web.server import listen, serve\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "app = fastapi.FastAPI()\n"
        "app.get('/')(lambda: 'ouvert')\n"
        "door = listen('127.0.0.1', 0)\n"
        "place = '127.0.0.1:%d/' % door.getsockname()[1]\n"
        "trust = ssl.create_default_context(cafile=folder / 'ca.pem')\n"
        "def visit():\n"
        "    read = urllib.request.urlopen('https://' + place, timeout=120, context=trust).read()\n"
        "    print(read.decode(), flush=True)\n"
        "    try:\n"
        "        urllib.request.urlopen('http://' + place, timeout=120)\n"
        "    except (OSError, urllib.error.URLError):\n"
        "        print('fermé', flush=True)\n"
        "    os._exit(0)\n"
        "opened = lambda: threading.Thread(target=visit).start()\n"
        "serve(app, door, opened, folder / 'server.pem', folder / 'server.key')\n"
    )
    done = subprocess.run([sys.executable, "-c", program, tmp_path], capture_output=True,
                          text=True, check=True)  # fmt: skip
    assert done.stdout == '"ouvert"\nfermé\n'


def test_the_package_does_not_load_gradio() -> None:
    """`greffe --help` must answer in a blink; Gradio alone takes 2.9 s."""
    program = "import app.web, sys; assert not {'gradio', 'fastapi', 'PIL'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_pages_that_were_left_are_forgotten(tmp_path: Path, monkeypatch: Any) -> None:
    from app.web import build_app, server

    monkeypatch.setattr(server, "PAGES", 5)
    app: Any = build_app(Desk(tmp_path), Settings(tmp_path))
    mounted = [getattr(route, "app", None) for route in app.routes]
    [held] = [one.state_holder for one in mounted if hasattr(one, "state_holder")]
    for number in range(20):
        assert held[f"page {number}"] is not None
    assert [*held.session_data][-1] == "page 19"
    assert len(held.session_data) <= 6
