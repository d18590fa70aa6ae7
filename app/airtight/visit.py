"""A visit to the page: a question, an answer, its page image; every request is written down.

`python -m app.airtight.visit ADDRESS OUT`: with chromium where playwright and chromium are
installed, else with a plain HTTP client that follows what the page names. OUT says which.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from importlib import util
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from urllib.request import ProxyHandler, build_opener

QUESTION = "Quel est le montant de l'amende pour un dépôt sauvage ?"
PATIENCE_S = 300  # for whatever is awaited: the recording makes all of it slower
# what chromium does of its own accord, switched off; what is left is in the report
QUIET = [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--no-default-browser-check",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-default-apps", "--disable-domain-reliability", "--no-pings", "--disable-breakpad",
    "--disable-client-side-phishing-detection", "--disable-dev-shm-usage", "--disable-gpu",
    "--disable-features=MediaRouter,DialMediaRouteProvider,OptimizationHints,Translate,"
    "AutofillServerCommunication,CertificateTransparencyComponentUpdater,AsyncDns,DnsOverHttps",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]  # fmt: skip


def chromium() -> str | None:
    """The browser that playwright can drive here."""
    if util.find_spec("playwright") is None:
        return None
    return shutil.which("chromium") or shutil.which("google-chrome")


def with_chromium(address: str, program: str) -> dict[str, Any]:
    """Ask the question on the page as an agent does."""
    from playwright.sync_api import sync_playwright

    requested: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        page = browser.new_page()
        page.set_default_timeout(1000 * PATIENCE_S)
        page.on("request", lambda request: requested.append(request.url))
        page.on("websocket", lambda socket: requested.append(socket.url))
        page.goto(address)
        page.fill("#question textarea", QUESTION)
        page.press("#question textarea", "Enter")
        page.wait_for_selector("#reponse .tour p")
        page.wait_for_selector("#feuillet img")
        answer = page.inner_text("#reponse")
        version = browser.version
        browser.close()
    return {"client": f"chromium {version}", "requested": requested, "answer": answer[:300]}


def with_http(address: str) -> dict[str, Any]:
    """Read the page and what it names: its scripts, styles, images. No script runs."""
    opener = build_opener(ProxyHandler({}))
    requested = [address]
    page = opener.open(address, timeout=PATIENCE_S).read().decode()
    named = re.findall(r'(?:src|href)="([^"#]+)"', page)
    for place in dict.fromkeys(urljoin(address, name) for name in named):
        requested.append(place)
        if place.startswith(address):
            opener.open(place, timeout=PATIENCE_S).read()
    return {"client": "client HTTP, sans navigateur", "requested": requested, "answer": ""}


def main() -> int:
    """Visit, and write down what was requested."""
    address, out = sys.argv[1], Path(sys.argv[2])
    program = chromium()
    seen = with_chromium(address, program) if program else with_http(address)
    out.write_text(json.dumps(seen, ensure_ascii=False), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
