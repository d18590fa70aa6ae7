"""Two maps that bring agents' questions nearer to the passages of acts that answer them.

They were learnt from questions written over real records by people who knew the page that answers:
`evals/learn_act_maps.py`; docs/adaptation.md has the data, the figures and what they are worse at.
"""

from __future__ import annotations

from vectorstore.law_maps import LawMaps, packaged

_FILE = "actes.safetensors"


def act_maps_of(model: str, centre: str) -> LawMaps | None:
    """The maps for a model and its means, as `law_maps_of` has them; None for any other."""
    return packaged(_FILE, model, centre)
