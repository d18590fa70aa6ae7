"""A server in a thread, for as long as a test needs it, and what its page says."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from app.web.spacing import as_typed
from tests.command_line import PATIENCE_S, wait_for


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """A server in a thread. Its address: http://127.0.0.1:port."""
    import uvicorn

    from app.web.server import listen

    with listen("127.0.0.1", 0) as listening:
        server = uvicorn.Server(
            uvicorn.Config(
                app, log_level="warning", timeout_graceful_shutdown=1, proxy_headers=False
            )
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the server has ended"
            time.sleep(0.05)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(PATIENCE_S)


def until(page: Any, expression: str) -> None:
    """Wait until an expression holds. (Playwright's own way needs eval: the policy bars it.)"""
    wait_for(lambda: page.evaluate(expression), expression)


def seen(page: Any, selector: str) -> str:
    """What stands there, with the spaces that a keyboard has."""
    return as_typed(str(page.inner_text(selector)))
