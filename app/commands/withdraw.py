"""`greffe withdraw`: take files out, so that nothing of them is left in the data folder."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.shared import AsJson, Data, administered, settings_of
from ingest.trouble import Trouble

if TYPE_CHECKING:
    from app.settings import Settings
    from ingest.catalogue import Catalogue
    from ingest.rows import Source
    from ingest.withdrawals import Withdrawal

NAME = "withdraw"


class NotIndexed(Trouble):
    """Neither a file nor the number of an act that the catalogue knows. Facts: name."""


class NotConfirmed(Trouble):
    """Nobody said yes. Facts: files, records."""


Names = Annotated[
    list[str],
    typer.Argument(metavar="FICHIER|NUMÉRO…", help="Fichiers, ou numéros d'actes qu'ils portent."),
]
From = Annotated[
    str, typer.Option(help="Retirer de ce fonds seulement ; par défaut, de tous.")
]  # fmt: skip
Yes = Annotated[bool, typer.Option("--yes", help="Retirer sans demander confirmation.")]


def command(
    names: Names, fonds: From = "", yes: Yes = False, as_json: AsJson = False, data: Data = None
) -> None:
    """Retirer des fichiers et effacer tout ce que Greffe en garde ; le reçu dit quoi."""
    from app import receipts

    settings = settings_of(data)
    done = run(settings, names, fonds, yes=yes)
    administered(settings, "withdraw", receipts=[one.id for one in done], fonds=fonds)
    if as_json:
        typer.echo(json.dumps([receipts.shape(one) for one in done], ensure_ascii=False))
    else:
        typer.echo("\n\n".join(receipts.described(one, settings.store.url) for one in done))


def run(settings: Settings, names: Sequence[str], fonds: str, *, yes: bool) -> list[Withdrawal]:
    """Withdraw under the run lock; the page goes on answering. The receipts.

    Raises:
        NotIndexed, NotConfirmed: nothing was withdrawn.
        FondsUnknown, NoIndex, RunLocked, and what `open_parts` raises.
    """
    from app import receipts
    from app.answer import FondsUnknown
    from app.assembly import catalogue_of, open_parts
    from ingest.erasure import settle, withdraw
    from ingest.run_lock import run_lock

    catalogue_of(settings, create=False).close()
    with run_lock(settings.data), open_parts(settings, writing=True) as parts:
        catalogue, model = parts.catalogue, parts.embedder.model_id
        # 1. complete what a run that was killed has begun
        settle(catalogue, parts.indexes, model)
        done = receipts.finish(settings.data, catalogue)
        # 2. which files these are, with their copies
        known = sorted({source.fonds for source in catalogue.sources()})
        if fonds and fonds not in known:
            raise FondsUnknown(fonds=fonds, known=", ".join(known))
        chosen = chosen_by(catalogue, names, fonds, done)
        if chosen:
            _confirm(catalogue, chosen, yes)
            # 3. withdraw them, 4. the journal and the receipts
            withdraw(catalogue, parts.indexes, model, chosen, receipts.who(), scope=fonds)
            done += receipts.finish(settings.data, catalogue)
    return done


def chosen_by(
    catalogue: Catalogue, names: Iterable[str], fonds: str, done: Sequence[Withdrawal] = ()
) -> list[Source]:
    """The sources that these names mean, in any state, and all that have the same content.

    `done`: receipts that were completed just now, whose names are no longer known.

    Raises:
        NotIndexed: a name means nothing.
    """
    known = [s for s in catalogue.sources(fonds=fonds) if s.state != "retired"]
    chosen: dict[int, Source] = {}
    for name in names:
        found = _by_path(known, name) or _by_number(catalogue, known, name)
        if not found and not done:
            raise NotIndexed(name=name)
        places = {source.file for source in found}
        contents = {source.sha256 for source in found if source.sha256}
        chosen |= {s.id: s for s in known if s.file in places or s.sha256 in contents}
    return list(chosen.values())


def _by_path(known: Sequence[Source], name: str) -> list[Source]:
    places = {Path(name).absolute(), Path(name).resolve()}
    return [source for source in known if source.file in places or source.path == name]


def _by_number(catalogue: Catalogue, known: Sequence[Source], name: str) -> list[Source]:
    """Files that hold an act of this number; other acts in them go too."""
    from ingest.records.numbers import key

    fonds = sorted({source.fonds for source in known})
    records = catalogue.records_of(catalogue.acts_numbered(key(name), fonds))
    holders = {record.source_id for record in records.values()}
    return [source for source in known if source.id in holders]


def _confirm(catalogue: Catalogue, chosen: Sequence[Source], yes: bool) -> None:
    """Say what would go, and ask; where nobody can answer, --yes is needed."""
    counts = {source.id: catalogue.count_records(source.id) for source in chosen}
    for source in chosen:
        print(f"{source.fonds} : {source.path} ({counts[source.id]} actes)", file=sys.stderr)
    if yes:
        return
    if not (sys.stdin.isatty() and typer.confirm("Retirer et effacer ?", err=True)):
        raise NotConfirmed(files=len(chosen), records=sum(counts.values()))
