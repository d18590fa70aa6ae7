"""Boxes to tick: what comes from no page of ours is refused in a sentence of ours.

Imports Gradio: loaded by app/web/layout.py alone, when the page is built.
"""

from __future__ import annotations

from typing import Any

import gradio as gr

from app.words import N_, _

NOT_OFFERED = N_("Ce choix n'est pas proposé : rechargez la page, puis choisissez dans la liste.")


def refuse_in_our_words() -> None:
    """Have Gradio's boxes take what they offer, and refuse the rest by our sentence.

    Its own lists what is offered. A class of ours would not do: Gradio writes a
    file beside the module of each, and makes the boxes of a visitor anew from their class.
    """
    gr.CheckboxGroup.preprocess = _offered


def _offered(boxes: gr.CheckboxGroup, payload: Any) -> Any:
    values = [choice[1] for choice in boxes.choices]
    if not isinstance(payload, list) or any(value not in values for value in payload):
        raise gr.Error(_(NOT_OFFERED), print_exception=False)
    return payload
