"""Two maps that bring questions nearer to what answers them: for one model and its means alone.

Three pairs come with the package. Those for law were learnt from questions of service-public.fr
with the articles that DILA cites for them (`vectorstore/learn_maps.py`); a city may learn its own
(`app/adaptation.py`), which then serve instead. Those for acts and for the tokens of sentences were
learnt from questions written over real records by readers of the page that answers
(`evals/learn_act_maps.py`, `evals/learn_phrase_maps.py`). docs/adaptation.md has the data, the
figures and what they are worse at.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.trouble import Trouble
from vectorstore.embed import unit

Floats = NDArray[np.float32]
_LAW, _ACTS, _PHRASES = "loi.safetensors", "actes.safetensors", "phrases.safetensors"
_BY = "0.027"  # of the package's own, measured over the candidates of questions
_LARGEST = 200_000_000  # bytes: two maps of 5,000 dimensions
_NOT_OURS = "ce n'est pas une adaptation apprise par `greffe adapt`"


class MapsUnusable(Trouble):
    """The city's maps are not what was installed. Facts: path, detail."""


@dataclass(frozen=True, slots=True)
class Maps:
    """What is added to vectors of questions and of what answers: (d, d) each."""

    question: Floats
    passage: Floats
    by: float = 0.0  # a mapped cosine is higher than the plain one by so much, on average
    sha256: str = ""  # of the file that they were read from
    own: bool = False  # learnt by the city

    def cosines(self, question: Floats, passages: Floats) -> Floats:
        """Cosines (n,) of a question (d,) and passages (n, d), centred, each mapped."""
        found: Floats = self.passages(passages) @ self.questions(question[None, :])[0]
        return found

    def questions(self, vectors: Floats) -> Floats:
        """Questions (n, d), mapped, of length 1."""
        return unit(vectors + vectors @ self.question)

    def passages(self, vectors: Floats) -> Floats:
        """Passages (n, d), mapped, of length 1."""
        return unit(vectors + vectors @ self.passage)


@dataclass(frozen=True, slots=True)
class Kept:
    """The city's file of maps, and the SHA-256 that it had when it was installed."""

    path: Path
    sha256: str


def law_maps_of(model: str, centre: str, own: Kept | None = None) -> Maps | None:
    """The maps for law: the city's where it has some, else the package's.

    None for another model or other means, of whose vectors they say nothing.

    Args:
        model: `Embedder.model_id`, or its beginning.
        centre: `Centre.id`, or its beginning.
        own: the city's, where it has installed some.

    Raises:
        MapsUnusable: the city's are gone, altered, or no maps.
    """
    if own is not None and _is_for(found := _read(own), model, centre):
        return found[0]
    return _of_package(_LAW, model, centre)


def act_maps_of(model: str, centre: str) -> Maps | None:
    """The maps for acts, as `law_maps_of` has those for law; None for any other model."""
    return _of_package(_ACTS, model, centre)


def phrase_maps_of(model: str, centre: str) -> Maps | None:
    """The maps for the tokens of a sentence, likewise."""
    return _of_package(_PHRASES, model, centre)


def maps_in(content: bytes) -> Maps:
    """Maps for whatever model they say. Raises ValueError, in French, where these are none."""
    return _parsed(content)[0]


def _of_package(name: str, model: str, centre: str) -> Maps | None:
    found = _packaged(name)
    return found[0] if _is_for(found, model, centre) else None


Found = tuple[Maps, dict[str, str]]  # and what the file says of itself


def _is_for(found: Found, model: str, centre: str) -> bool:
    told = found[1]
    known = told["model"].startswith(model) and told["centre"].startswith(centre)
    return bool(model and centre) and known


@cache
def _packaged(name: str) -> Found:
    file = resources.files("vectorstore").joinpath("reference", name)
    return _parsed(file.read_bytes())


def _read(own: Kept) -> Found:
    try:
        if own.path.stat().st_size > _LARGEST:
            raise ValueError("il est trop gros")
        content = own.path.read_bytes()
        if hashlib.sha256(content).hexdigest() != own.sha256:
            raise ValueError("son contenu n'est plus celui qui a été installé")
        maps, told = _parsed(content)
    except FileNotFoundError as error:
        raise MapsUnusable(path=str(own.path), detail="il a disparu") from error
    except OSError as error:
        detail = f"il ne peut pas être lu ({error.strerror})"
        raise MapsUnusable(path=str(own.path), detail=detail) from error
    except ValueError as error:
        raise MapsUnusable(path=str(own.path), detail=str(error)) from error
    return replace(maps, own=True), told


def _parsed(content: bytes) -> Found:
    """What a file of maps holds. Raises ValueError, in French, where it is none."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        tensors, told = load(content), _metadata(content)
        question, passage = (tensors[name].astype(np.float32) for name in ("question", "passage"))
        by = float(told.get("by", _BY))
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise ValueError(_NOT_OURS) from error
    square = question.ndim == 2 and question.shape[0] == question.shape[1]
    if not square or question.shape != passage.shape or not {"model", "centre"} <= set(told):
        raise ValueError(_NOT_OURS)
    if not (np.isfinite(question).all() and np.isfinite(passage).all() and np.isfinite(by)):
        raise ValueError("il contient autre chose que des nombres")
    return Maps(question, passage, by, hashlib.sha256(content).hexdigest()), told


def _metadata(content: bytes) -> dict[str, str]:
    """What a safetensors file says of itself: eight bytes of length, then JSON."""
    told = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])["__metadata__"]
    return {str(name): str(value) for name, value in told.items()}


def packed(maps: Maps, model: str, centre: str) -> bytes:
    """A file of maps for a model and its means, as safetensors: numbers, and nothing that runs."""
    from safetensors.numpy import save

    tensors = {name: getattr(maps, name).astype(np.float16) for name in ("question", "passage")}
    return save(tensors, metadata={"model": model, "centre": centre, "by": f"{maps.by:.4f}"})


def write_whole(content: bytes, path: Path) -> None:
    """Write a file under another name first: what is read under its own is all of it, or nothing.

    Another process may write there meanwhile, so the other name is this process's own.
    """
    making = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with making.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        making.replace(path)
    finally:
        making.unlink(missing_ok=True)
