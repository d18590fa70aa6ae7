"""Boxes to tick: what comes from no page of ours is refused in French.

Imports Gradio: loaded by app/web/layout.py alone, when the page is built.
"""

from __future__ import annotations

from typing import Any

import gradio as gr

NOT_OFFERED = "Ce choix n'est pas proposé : rechargez la page, puis choisissez dans la liste."


def refuse_in_french() -> None:
    """Have Gradio's boxes take what they offer, and refuse the rest by our sentence.

    Its own is in English and lists what is offered. A class of ours would not do: Gradio writes a
    file beside the module of each, and makes the boxes of a visitor anew from their class.
    """
    gr.CheckboxGroup.preprocess = _offered


def _offered(boxes: gr.CheckboxGroup, payload: Any) -> Any:
    values = [value for _, value in boxes.choices]
    if not isinstance(payload, list) or any(value not in values for value in payload):
        raise gr.Error(NOT_OFFERED)
    return payload
