"""Which files a withdrawal takes out: those that are named, and their copies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from app.dropped import unread
from ingest.catalogue import Catalogue
from ingest.records.numbers import key
from ingest.rows import Source
from ingest.trouble import Trouble
from ingest.withdrawals import Withdrawal


class NotIndexed(Trouble):
    """Neither a file nor the number of an act that the catalogue knows. Facts: name."""


def chosen_by(
    data: Path, catalogue: Catalogue, names: Iterable[str], fonds: str,
    done: Sequence[Withdrawal] = (),
) -> list[Source]:  # fmt: skip
    """The sources that these names mean, in any state, and all that have the same content.

    Files that were dropped on the page are among them before they are read.

    Args:
        data: the data folder.
        catalogue: of that folder.
        names: of files, or numbers of acts.
        fonds: the only one that is looked at; empty for all.
        done: receipts that were completed just now, whose names are no longer known.

    Raises:
        NotIndexed: a name means nothing.
    """
    known = [s for s in catalogue.sources(fonds=fonds) if s.state != "retired"]
    known += unread(data, known, fonds)
    chosen: dict[tuple[Path, str], Source] = {}
    for name in names:
        found = _by_path(known, name) or _by_number(catalogue, known, name)
        if not found and not done:
            raise NotIndexed(name=name)
        places = {source.file for source in found}
        contents = {source.sha256 for source in found if source.sha256}
        meant = (s for s in known if s.file in places or s.sha256 in contents)
        chosen |= {(s.file, s.sha256): s for s in meant}
    return list(chosen.values())


def _by_path(known: Sequence[Source], name: str) -> list[Source]:
    places = {Path(name).absolute(), Path(name).resolve()}
    return [source for source in known if source.file in places or source.path == name]


def _by_number(catalogue: Catalogue, known: Sequence[Source], name: str) -> list[Source]:
    """Files that hold an act of this number; other acts in them go too."""
    fonds = sorted({source.fonds for source in known})
    records = catalogue.records_of(catalogue.acts_numbered(key(name), fonds))
    holders = {record.source_id for record in records.values()}
    return [source for source in known if source.id in holders]
