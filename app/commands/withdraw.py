"""`greffe withdraw`: take files out, so that nothing of them is left in the data folder."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
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
    from app.chosen import chosen_by
    from app.dropped import dropped_for
    from ingest.erasure import settle, withdraw
    from ingest.run_lock import run_lock

    catalogue_of(settings, create=False).close()
    with run_lock(settings.data), open_parts(settings, writing=True) as parts:
        catalogue, model = parts.catalogue, parts.embedder.model_id
        # 1. complete what a run that was killed has begun
        settle(catalogue, parts.indexes, model)
        done = receipts.finish(settings.data, catalogue)
        # 2. which files these are, with their copies
        indexed = {source.fonds for source in catalogue.sources()}
        known = sorted(indexed.union(dropped_for(settings.data)))
        if fonds and fonds not in known:
            raise FondsUnknown(fonds=fonds, known=", ".join(known))
        chosen = chosen_by(settings.data, catalogue, names, fonds, done)
        if chosen:
            _confirm(catalogue, chosen, yes)
            # 3. withdraw them, 4. the journal and the receipts
            withdraw(catalogue, parts.indexes, model, chosen, receipts.who(), scope=fonds)
            done += receipts.finish(settings.data, catalogue)
    return done


def _confirm(catalogue: Catalogue, chosen: Sequence[Source], yes: bool) -> None:
    """Say what would go, and ask; where nobody can answer, --yes is needed."""
    from app.words import ngettext

    counts = {source.id: catalogue.count_records(source.id) for source in chosen}
    for source in chosen:
        held = ngettext("{n} acte", "{n} actes", counts[source.id]).format(n=counts[source.id])
        print(f"{source.fonds} : {source.path} ({held})", file=sys.stderr)
    if yes:
        return
    if not (sys.stdin.isatty() and typer.confirm("Retirer et effacer ?", err=True)):
        raise NotConfirmed(files=len(chosen), records=sum(counts.values()))
