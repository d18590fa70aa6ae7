"""Our own page around Gradio's component: in its own language, with no inline script.

Gradio's has lang="en", scripts that the CSP blocks, and addresses on other sites.
Imports FastAPI: loaded by app/web/server.py alone, when the page is built.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable
from html import escape
from importlib import resources
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

from app.access.reader import Fonds
from app.access.sessions import Visit
from app.web.about import Informed, notice_for
from app.web.desk import Desk
from app.web.frame import filled, nav
from app.web.guard import VISIT
from app.web.opinion_forms import reasons
from app.web.plain import head_of
from app.web.spacing import number, spaced
from app.words import N_, _, as_french, language, ngettext

NOTHING = N_("Aucun fonds ne vous est ouvert : demandez-le à votre administrateur.")
SCRIPTED = re.compile(r'\b_\("([^"]+)"\)')  # the sentences of greffe.js
FRESH = 5.0  # seconds: counting 70,000 passages takes 100 ms, and a page may be reloaded at will


def add_index(
    app: FastAPI, desk: Desk, town: str, static: Path, informed: Informed
) -> None:  # fmt: skip
    """Add the route."""
    page = (static / "index.html").read_text("utf-8")
    scripted = SCRIPTED.findall((static / "greffe.js").read_text("utf-8"))
    script, style = _gradio_assets()
    told_lately: dict[Fonds, tuple[float, str]] = {}

    def holdings_of(own: Desk, readable: Fonds) -> str:
        since, told = told_lately.get(readable, (-FRESH, ""))
        if time.monotonic() - since >= FRESH:
            told = holdings(own)
            told_lately[readable] = (time.monotonic(), told)
        return told

    @app.get("/")
    def index(request: Request) -> HTMLResponse:
        visit: Visit = request.scope[VISIT]
        own = desk.within(visit.reader.fonds)
        parts = (as_french(escape(town)), escape(holdings_of(own, visit.reader.fonds)))
        told = " · ".join(part for part in parts if part)
        shown = filled(page, {
            "script": script, "style": style, "usages": notice_for(request, informed),
            "holdings": told, "reader": nav(head_of(visit, "/")),
            "nothing": "" if own.fonds() else f'<p class="avis">{escape(_(NOTHING))}</p>',
            "jeton": escape(visit.csrf), "motifs": reasons("page"),
            "mots": in_its_language(scripted),
            "validates": "oui" if visit.reader.may_act_as("juriste") else "non",
        })  # fmt: skip
        return HTMLResponse(spaced(shown), headers={"cache-control": "no-store"})


def holdings(desk: Desk) -> str:
    """« 34 sources, 61 actes », from the desk's summary."""
    summary = desk.summary()
    counts = []
    if isinstance(count := summary.get("sources"), int):
        said = ngettext("{count} source", "{count} sources", count)
        counts.append(said.format(count=number(count)))
    if isinstance(count := summary.get("records"), int):
        said = ngettext("{count} acte", "{count} actes", count)
        counts.append(said.format(count=number(count)))
    return ", ".join(counts)


def in_its_language(sentences: Iterable[str]) -> str:
    """What greffe.js says in the language of the page, as an attribute; nothing in French."""
    if language() == "fr":
        return ""
    said = {sentence: _(sentence) for sentence in sentences}
    return f' data-mots="{escape(json.dumps(said, ensure_ascii=False))}"'


def _gradio_assets() -> tuple[str, str]:
    """Addresses of the script and the stylesheet that Gradio's own page loads."""
    template = resources.files("gradio").joinpath("templates/frontend/index.html").read_text()
    script = re.search(r'<script type="module"[^>]* src="\.(/assets/[\w.-]+\.js)"', template)
    style = re.search(r'<link rel="stylesheet"[^>]* href="\.(/assets/[\w.-]+\.css)"', template)
    if script is None or style is None:
        raise RuntimeError("this version of Gradio names its assets otherwise")
    return script[1], style[1]
