"""Which act or article of law stands on a page, by its name today; what was withdrawn has none."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from ingest.catalogue import Catalogue
from ingest.rows import RecordRow

# (fonds, source, page) → « Délibération n° … »; "" where it is not one act, or not there any more
ActAt = Callable[[str, str, int], str]


def act_at(catalogue: Catalogue) -> ActAt:
    """What looks it up, and remembers the files for as long as it is kept."""

    @cache
    def live(fonds: str) -> dict[str, int]:
        return {one.path: one.id for one in catalogue.sources("live", fonds)}

    @cache
    def found(fonds: str, source: str, page: int) -> str:
        id = live(fonds).get(source)
        if id is None:
            return ""
        acts = catalogue.articles_on(id, page) or _acts(catalogue.records_on(id, page))
        labels = {one.label for one in acts}
        return labels.pop() if len(labels) == 1 else ""

    return found


def _acts(records: list[RecordRow]) -> list[RecordRow]:
    """Those that decide, before the minutes that report them."""
    return [one for one in records if one.kind != "proces_verbal"] or records
