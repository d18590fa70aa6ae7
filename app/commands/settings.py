"""`greffe settings`: every setting, its value, what it means."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import typer

from app.commands.shared import AsJson, Data, settings_of

NAME = "settings"
_SECRET = ("model.key", "directory.password", "oidc.secret")


def command(as_json: AsJson = False, data: Data = None) -> None:
    """Montrer les réglages en vigueur."""
    rows = list(listed(settings_of(data, checked=False)))
    if as_json:
        typer.echo(json.dumps({name: value for name, value, _ in rows}, ensure_ascii=False))
        return
    for name, value, meaning in rows:
        typer.echo(f"{name} = {json.dumps(value, ensure_ascii=False)}\n    {meaning}")


def listed(settings: Any, prefix: str = "") -> Iterator[tuple[str, Any, str]]:
    """(dotted name, value, meaning) of each setting; secrets are masked."""
    from pydantic import BaseModel

    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        if isinstance(value, BaseModel):
            yield from listed(value, f"{prefix}{name}.")
            continue
        shown = "***" if f"{prefix}{name}" in _SECRET and value else value
        shown = list(shown) if isinstance(shown, tuple) else shown
        plain = shown if isinstance(shown, str | int | float | bool | list | None) else str(shown)
        yield f"{prefix}{name}", plain, field.description or ""
