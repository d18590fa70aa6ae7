"""Prompts: French Markdown with named holes, versioned by the hash of their text."""

from __future__ import annotations

import hashlib
from importlib import resources


def prompt(name: str) -> str:
    """The text of prompts/<name>.md."""
    return resources.files("prompts").joinpath(f"{name}.md").read_text("utf-8")


def version(name: str) -> str:
    """Names a prompt's exact text: « reponse@1a2b3c4d »."""
    return f"{name}@{hashlib.sha256(prompt(name).encode()).hexdigest()[:8]}"
