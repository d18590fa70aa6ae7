"""The web page: questions, answers, and beside them the page of the source."""

from app.web.server import build_app, serve

__all__ = ["build_app", "serve"]
