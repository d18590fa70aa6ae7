"""Take files out of a fonds, so that no file of the data folder holds anything of them.

Invisible in one transaction; then out of the indexes and the catalogue; then the stores are written
anew from the catalogue, because all three keep bytes of what they have deleted (docs/log.md).
What is owed is noted first, so a run that is killed leaves the rest to the next one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from ingest import withdrawals
from ingest.catalogue import Catalogue
from ingest.rows import Source
from ingest.withdrawals import Cause


class Stores(Protocol):
    """What an erasure needs of the indexes."""

    def remove(self, fonds: str, ids: Sequence[str]) -> None:
        """Remove passages."""

    def commit(self) -> None:
        """Make what was removed visible to other processes."""

    def renew(self, catalogue: Catalogue, model: str, fonds: Sequence[str]) -> None:
        """Write these fonds anew from the catalogue, and wipe what was removed."""


def withdraw(
    catalogue: Catalogue, stores: Stores, model: str, sources: Sequence[Source], who: str,
    cause: Cause = "asked", scope: str = "",
) -> list[int]:  # fmt: skip
    """Take sources out for good. Ids of the receipts.

    Args:
        catalogue: where they are known.
        stores: the indexes.
        model: id of the model whose vectors the dense index holds.
        sources: in whatever state.
        who: the account that asks.
        cause: why they go.
        scope: the fonds that their content is kept out of; empty for all.
    """
    # 1. invisible at once, with a receipt and the debt
    with catalogue.writing():
        receipts = withdrawals.note(catalogue, sources, cause, who, scope)
        for fonds in {source.fonds for source in sources}:
            withdrawals.owe(catalogue, fonds)
        catalogue.retire(source.id for source in sources)
    # 2. out of the indexes and the catalogue, 3. no byte left
    settle(catalogue, stores, model)
    return receipts


def remove(catalogue: Catalogue, stores: Stores, fonds: str, source_ids: Iterable[int]) -> None:
    """Out of the indexes first, then out of the catalogue: a kill between leaves no orphan."""
    ids = list(source_ids)
    if not ids:
        return
    withdrawals.owe(catalogue, fonds)
    for source_id in ids:
        rows = catalogue.passages_of_source(source_id)
        stores.remove(fonds, [row.id for row in rows])
    stores.commit()
    catalogue.purge(ids)


def settle(catalogue: Catalogue, stores: Stores, model: str) -> None:
    """Erase what is still owed; nothing to do costs nothing."""
    fonds = withdrawals.owed(catalogue)
    if not fonds:
        return
    for name in fonds:
        retired = catalogue.sources("retired", name)
        remove(catalogue, stores, name, [source.id for source in retired])
    emptied = catalogue.compact()
    stores.renew(catalogue, model, fonds)
    if emptied or catalogue.compact():  # else the debt stays, and the next run pays it
        withdrawals.paid(catalogue, fonds)
