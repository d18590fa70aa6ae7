"""A data folder with law of the test's own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.command_line import greffe
from tests.conftest import new_town


def law_town(
    place: Path, models: Path, core: Sequence[dict[str, Any]], versions: Sequence[dict[str, Any]]
) -> Path:
    """The fonds « droit » of these articles in force and past versions, indexed below `place`."""
    folder = place / "loi"
    folder.mkdir()
    for name, articles in (("core", core), ("versions", versions)):
        lines = [json.dumps(article, ensure_ascii=False) for article in articles]
        (folder / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    data = new_town(place / "donnees", models)
    ran = greffe(data, "ingest", folder, "--fonds", "droit")
    assert ran.code == 0, ran.err
    return data
