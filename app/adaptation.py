"""The city's own maps for the law: where they are kept, which serve, installed and removed.

The catalogue names the file by its SHA-256, so a change of maps is one transaction: until it is
made the old ones serve, and after it the new.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.errors import spoken
from app.words import N_, _
from ingest.catalogue import Catalogue
from vectorstore.maps import (
    Kept,
    Maps,
    MapsUnusable,
    act_maps_of,
    law_maps_of,
    phrase_maps_of,
    write_whole,
)

FOLDER = "adaptation"  # of the data folder
_META = "adaptation"

# Which maps serve, in words.
SERVES = {
    "own": N_("celle de la collectivité"),
    "packaged": N_("celle du paquet"),
    "none": N_("aucune pour ce modèle"),
}
OF_ANOTHER = N_("L'adaptation apprise ici l'a été pour un autre modèle : elle ne sert pas.")


def installed(catalogue: Catalogue) -> dict[str, Any]:
    """What was noted of the city's maps when they were installed; empty where there are none."""
    return dict(json.loads(catalogue.meta(_META) or "{}"))


def kept(data: Path, catalogue: Catalogue) -> Kept | None:
    """The city's file of maps; None where it has installed none."""
    told = installed(catalogue)
    return Kept(data / FOLDER / _file(told["sha256"]), told["sha256"]) if told else None


def _file(sha256: str) -> str:
    return f"loi-{sha256[:16]}.safetensors"


def install(data: Path, catalogue: Catalogue, content: bytes, told: Mapping[str, Any]) -> None:
    """Let these maps serve from the next start on.

    Args:
        data: the data folder.
        catalogue: its catalogue.
        content: a file of maps.
        told: what is noted of them, `sha256` with it.
    """
    folder = data / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with catalogue.writing():  # two commands at once take turns
        write_whole(content, folder / _file(told["sha256"]))
        catalogue.set_meta(_META, json.dumps(told, ensure_ascii=False))
    sweep(data, catalogue)


def remove(data: Path, catalogue: Catalogue) -> bool:
    """Go back to the package's maps. Whether there were any of the city's."""
    had = bool(installed(catalogue))
    catalogue.set_meta(_META, "")
    sweep(data, catalogue)
    return had


def sweep(data: Path, catalogue: Catalogue) -> None:
    """Delete the files that the catalogue does not name, those of a stopped command too."""
    with catalogue.writing():
        named = kept(data, catalogue)
        for file in (data / FOLDER).glob("loi-*"):
            if named is None or file != named.path:
                file.unlink(missing_ok=True)


def name_of(maps: Maps | None) -> str:
    """Which maps these are: a key of `SERVES`."""
    return "none" if maps is None else "own" if maps.own else "packaged"


def of_law(state: Mapping[str, Any]) -> str:
    """« celle du paquet (a250079a) », and what is wrong with the city's. `state`: by `state_of`."""
    digest = f" ({state['sha256'][:8]})" if state["sha256"] else ""
    problem = f". {_(state['problem'])}" if state["problem"] else ""
    return f"{_(SERVES[state['serves']])}{digest}{problem}"


def of_package(sha256: str) -> str:
    """« celle du paquet (67005c59) », or that there is none."""
    return f"{_(SERVES['packaged'])} ({sha256[:8]})" if sha256 else _(SERVES["none"])


def state_of(data: Path, catalogue: Catalogue) -> dict[str, Any]:
    """Which maps serve the index as it is, and what was noted of the city's own.

    Returns:
        `serves`: a key of `SERVES`; `sha256`: of their file, empty where none serves; `own`: what
        was noted of the city's, or None; `problem`: why these do not serve, in French; `acts`,
        `phrases`: SHA-256 of the package's for these, empty where they are for another model.
    """
    model, _, centre = catalogue.meta("generation").partition("-")
    own, maps, problem = installed(catalogue) or None, None, ""
    try:
        maps = law_maps_of(model, centre, kept(data, catalogue))
        problem = OF_ANOTHER if own and not (maps and maps.own) else ""
    except MapsUnusable as trouble:
        problem = spoken(trouble)
    return {
        "serves": name_of(maps), "sha256": _digest(maps), "own": own, "problem": problem,
        "acts": _digest(act_maps_of(model, centre)),
        "phrases": _digest(phrase_maps_of(model, centre)),
    }  # fmt: skip


def _digest(maps: Maps | None) -> str:
    return maps.sha256 if maps else ""
