"""The server: FastAPI with the page, its images and Gradio behind the guard; uvicorn to run it."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from html import escape
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.access.gate import Gate, LoginGate, OpenGate
from app.journal.entries import Journal
from app.web.bounds import Allowed, Bounds
from app.web.desk import Desk, Settings
from app.web.rules import Function
from app.words import _
from ingest import wall

if TYPE_CHECKING:
    from fastapi import FastAPI

    from app.access.sessions import Visit
    from app.web.about import About, Informed
    from app.web.chat import Chat
    from app.web.refused import Told

VISITORS = 128  # questions under way at once; Gradio's own default is one
# pages whose conversation is remembered: of each, Gradio keeps 65 kB and more until so many others
# have come, whether it was closed or not
PAGES = 1000
STATIC = Path(str(resources.files("app.web"))) / "static"


def build_app(
    desk: Desk, settings: Settings, gate: Gate | None = None, *, tls: bool = False,
    journal: Journal | None = None, allowed: Allowed | None = None,
    about: About | None = None,
) -> FastAPI:  # fmt: skip
    """The whole web application. Imports Gradio (2.9 s).

    Args:
        desk: where all questions are asked.
        settings: what the page reads of them.
        gate: who is let in; without one, whoever sits at this machine.
        tls: the page itself is served by TLS.
        journal: where logins and opened pages are noted; without one, a plain one.
        allowed: how much one person may ask; without it, as much as they want.
        about: what the public pages say of this installation.
    """
    # read by Gradio when it is launched: the argument of Blocks alone is not enough
    os.environ |= {
        "GRADIO_ANALYTICS_ENABLED": "False",
        "GRADIO_RUN_HISTORY": "False",
        "HF_HUB_OFFLINE": "1",
    }
    from fastapi import FastAPI
    from fastapi.staticfiles import StaticFiles

    from app.conversation import EMPTY
    from app.web.about import Informed
    from app.web.chat import Chat
    from app.web.guard import LOOPBACK, Guard
    from app.web.images import add_page_images
    from app.web.index import add_index

    gate = gate or OpenGate()
    journal = journal or Journal(settings.data)
    bounds = Bounds(allowed, journal)
    proxy = gate.proxy if isinstance(gate, LoginGate) else None
    functions: dict[int, Function] = {}
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(
        Guard, host=settings.host, name=settings.names, gate=gate, proxy=proxy, tls=tls,
        by_proxy_alone=not tls and settings.host not in LOOPBACK and proxy is not None,
        functions=functions, bounds=bounds, journal=journal, told=_told(gate, settings.town),
    )  # fmt: skip
    add_page_images(app, desk.catalogue, journal)
    informed = Informed(settings.data)
    add_index(app, desk, settings.town, STATIC, informed)
    _add_plain_pages(app, desk, settings, gate, journal, about, informed)
    if isinstance(gate, LoginGate):
        from app.web.entrance import add_entrance

        add_entrance(app, gate, STATIC, settings.town, journal)
    app.mount("/greffe", StaticFiles(directory=STATIC))
    chat = Chat(desk, settings.data, EMPTY, gate, journal, bounds)
    return _with_gradio(app, chat, functions)


def _add_plain_pages(
    app: FastAPI, desk: Desk, settings: Settings, gate: Gate, journal: Journal,
    about: About | None, informed: Informed,
) -> None:  # fmt: skip
    """The pages that need no script."""
    from app.web.about import About as Facts
    from app.web.about import add_about
    from app.web.admin.routes import add_administration
    from app.web.egress_page import add_egress
    from app.web.frame import Frame
    from app.web.history import add_history
    from app.web.kept import add_kept
    from app.web.opinions import add_opinions
    from app.web.plain import Plain
    from app.web.sheet import add_sheets

    about = about or Facts(settings.town)
    plain = Plain(desk.catalogue, settings.data, gate, Frame(STATIC, settings.town), journal)
    add_kept(app, plain)
    add_opinions(app, plain)
    add_sheets(app, plain)
    add_history(app, plain, about.days.get("question", 0))
    add_about(app, plain, about, informed)
    add_egress(app, plain)
    add_administration(app, plain)


def _told(gate: Gate, town: str) -> Told:
    """The page of an error: what happened, and the ways from there."""
    from app.web.frame import Frame
    from app.web.guard import VISIT
    from app.web.markup import notice
    from app.web.plain import head_of, log_in

    frame = Frame(STATIC, town)

    def told(scope: Mapping[str, Any], title: str, said: str) -> str:
        visit: Visit | None = scope.get(VISIT)
        if visit is not None:
            links, back = head_of(visit), f'<a href="/">{_("Revenir à la page des questions")}</a>'
        else:
            links = log_in() if gate.asks_login else ""
            back = '<a href="/">' + _("Aller à l'accueil") + "</a>"
        content = f"<h2>{escape(_(title))}</h2>{notice(said)}<p>{back}</p>"
        return frame.around(_(title), content, ways=links, kind="fiche")

    return told


def serve(
    app: FastAPI, listening: socket.socket, opened: Callable[[], None],
    certificate: Path | None = None, key: Path | None = None,
) -> None:  # fmt: skip
    """Serve on a socket until interrupted, and close it; `opened` is called once it answers.

    By TLS where a certificate and its key are given. Raises OSError when they do not fit.
    """
    import uvicorn

    from app.web.heard import BoundedHead

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            opened()

    # uvloop's libuv opens an io_uring, through which calls go that no recording sees
    config = uvicorn.Config(
        app, http=BoundedHead, loop="asyncio", log_level="warning", access_log=False,
        server_header=False, proxy_headers=False, timeout_graceful_shutdown=3,
        ssl_certfile=certificate, ssl_keyfile=key,
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


def _with_gradio(
    app: FastAPI, chat: Chat, functions: dict[int, Function]
) -> FastAPI:  # fmt: skip
    import gradio as gr

    blocks = chat.build()
    functions.update(
        {at: Function(str(fn.api_name), len(fn.inputs)) for at, fn in blocks.fns.items()}
    )
    blocks.max_threads = VISITORS
    blocks.state_session_capacity = PAGES
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
