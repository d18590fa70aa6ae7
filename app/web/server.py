"""The server: FastAPI with the page, its images and Gradio behind the guard; uvicorn to run it."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable
from html import escape
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.web.desk import Desk, Settings
from ingest import wall

if TYPE_CHECKING:
    from fastapi import FastAPI

VISITORS = 128  # questions under way at once; Gradio's own default is one
STATIC = Path(str(resources.files("app.web"))) / "static"


def build_app(desk: Desk, settings: Settings) -> FastAPI:
    """The whole web application. Imports Gradio (2.9 s)."""
    # read by Gradio when it is launched: the argument of Blocks alone is not enough
    os.environ |= {
        "GRADIO_ANALYTICS_ENABLED": "False",
        "GRADIO_RUN_HISTORY": "False",
        "HF_HUB_OFFLINE": "1",
    }
    from fastapi import FastAPI
    from fastapi.staticfiles import StaticFiles

    from app.web.guard import Guard
    from app.web.images import add_page_images

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Guard, host=settings.host)
    add_page_images(app, desk.catalogue)
    _add_index(app, desk, settings.town)
    app.mount("/greffe", StaticFiles(directory=STATIC))
    return _with_gradio(app, desk, settings.data)


def serve(app: FastAPI, listening: socket.socket, opened: Callable[[], None]) -> None:
    """Serve on a socket until interrupted, and close it; `opened` is called once it answers."""
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            opened()

    # uvloop's libuv opens an io_uring, through which calls go that no recording sees
    config = uvicorn.Config(
        app, loop="asyncio", log_level="warning", access_log=False, server_header=False,
        proxy_headers=False, timeout_graceful_shutdown=3,
    )  # fmt: skip
    with listening:
        Server(config).run(sockets=[listening])


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there: who comes before the page is ready waits for it.

    Raises:
        OSError: the port is taken, or the address is not ours.
    """
    with wall.looking_up(host):  # the page may be set to listen under a name of this machine
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(2048)
    except OSError:
        listening.close()
        raise
    return listening


def _with_gradio(app: FastAPI, desk: Desk, data: Path) -> FastAPI:
    import gradio as gr

    from app.conversation import EMPTY
    from app.web.chat import Chat

    blocks = Chat(desk, data, EMPTY).build()
    blocks.max_threads = VISITORS
    blocks.queue(max_size=4 * VISITORS, default_concurrency_limit=VISITORS)
    mounted: FastAPI = gr.mount_gradio_app(
        app, blocks, path="/", footer_links=[], run_history=False, ssr_mode=False, pwa=False,
        mcp_server=False, show_error=False, theme=_theme(gr), blocked_paths=["/"],
        max_file_size="1kb",
    )  # fmt: skip
    return mounted


def _theme(gr: Any) -> Any:
    """Gradio's plainest theme, with the fonts of the machine."""
    system = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Liberation Sans", "sans-serif")
    return gr.themes.Base(font=system, font_mono=("ui-monospace", "monospace"))


def _add_index(app: FastAPI, desk: Desk, town: str) -> None:
    """Our own page around Gradio's component: in French, with no inline script.

    Gradio's has lang="en", scripts that the CSP blocks, and addresses on other sites.
    """
    from fastapi.responses import HTMLResponse

    page = (STATIC / "index.html").read_text("utf-8")
    script, style = _gradio_assets()
    page = page.replace("{{script}}", script).replace("{{style}}", style)

    @app.get("/")
    def index() -> HTMLResponse:
        told = " · ".join(part for part in (town, holdings(desk)) if part)
        shown = page.replace("{{holdings}}", escape(told))
        return HTMLResponse(shown, headers={"cache-control": "no-store"})


def holdings(desk: Desk) -> str:
    """« 34 sources, 61 actes », from the desk's summary."""
    summary = desk.summary()
    counts = []
    for key, one, many in (("sources", "source", "sources"), ("records", "acte", "actes")):
        number = summary.get(key)
        if isinstance(number, int):
            said = f"{number:,}".replace(",", "\u202f")
            counts.append(f"{said} {one if number < 2 else many}")
    return ", ".join(counts)


def _gradio_assets() -> tuple[str, str]:
    """Addresses of the script and the stylesheet that Gradio's own page loads."""
    template = resources.files("gradio").joinpath("templates/frontend/index.html").read_text()
    script = re.search(r'<script type="module"[^>]* src="\.(/assets/[\w.-]+\.js)"', template)
    style = re.search(r'<link rel="stylesheet"[^>]* href="\.(/assets/[\w.-]+\.css)"', template)
    if script is None or style is None:
        raise RuntimeError("this version of Gradio names its assets otherwise")
    return script[1], style[1]
