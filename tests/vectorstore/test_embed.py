"""A graphics card whose memory is too small for the batch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from vectorstore.embed import Embedder
from vectorstore.model_folder import write_manifest


class _SmallCard:
    """In place of the model: says that it is on a GPU, which has room for so many texts."""

    prompts = {"document": "passage: "}  # noqa: RUF012 - as the library has it
    device = SimpleNamespace(type="cuda")

    def __init__(self, room: int) -> None:
        self.room = room
        self.batches: list[int] = []

    def encode(
        self, texts: Sequence[str], *, batch_size: int, **how: object
    ) -> NDArray[np.float32]:
        self.batches.append(batch_size)
        if min(batch_size, len(texts)) > self.room:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return np.array([[len(text), 1.0] for text in texts], np.float32)


@pytest.fixture
def embedder(tmp_path: Path) -> Embedder:
    (tmp_path / "model.safetensors").write_bytes(b"")
    (tmp_path / "modules.json").write_text("[]")
    write_manifest(tmp_path, {"name": "petit"})
    return Embedder(tmp_path)


def on(embedder: Embedder, card: _SmallCard) -> Embedder:
    cast(Any, embedder)._loaded = card
    return embedder


def test_a_batch_too_large_for_the_card_is_halved_and_the_passages_come_in_order(
    embedder: Embedder,
) -> None:
    card = _SmallCard(room=40)
    texts = ["a" * (1 + n % 7) for n in range(100)]
    made = on(embedder, card).passages(texts)
    wanted = np.array([[len(text), 1.0] for text in texts])
    assert np.allclose(made, wanted / np.linalg.norm(wanted, axis=1, keepdims=True), atol=1e-3)
    assert card.batches == [128, 64, 32]
    embedder.passages(texts)
    assert card.batches[3:] == [32]  # it is not tried again


def test_a_card_without_room_for_one_text_is_said_so(embedder: Embedder) -> None:
    with pytest.raises(torch.OutOfMemoryError):
        on(embedder, _SmallCard(room=0)).passages(["Un arrêté."])
