"""Receipts of withdrawals: the last step of each, its JSON, and its French."""

from __future__ import annotations

import getpass
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from app.curated import Curated
from app.dropped import DROPPED
from app.journal.erase import forget
from app.withdrawn import Withdrawn
from app.words import counted
from ingest import withdrawals
from ingest.catalogue import Catalogue
from ingest.discover import sha256
from ingest.withdrawals import Withdrawal


def who() -> str:
    """The account that runs the command; empty where it has no name."""
    with suppress(KeyError, OSError, ImportError):
        return getpass.getuser()
    return ""


def finish(data: Path, catalogue: Catalogue) -> list[Withdrawal]:
    """The last step of withdrawals whose stores are erased: the journal, and traces of errors.

    A run that was killed leaves it to the next one. The receipts that are complete now.
    """
    pending = withdrawals.not_erased(catalogue)
    if not pending or withdrawals.owed(catalogue):
        return []
    contents = {(one.fonds, one.path): one.sha256 for one in pending}
    earlier = {content: catalogue.earlier(content) for content in contents.values()}
    withdrawn = Withdrawn(
        contents, catalogue.is_live, catalogue.is_shown, earlier, withdrawals.objects(catalogue),
        catalogue.titles,
    )  # fmt: skip
    forgotten = forget(data, withdrawn)
    curated = Curated(data).forget(withdrawn)
    traces = _delete_traces(data)
    _delete_dropped(data, pending)
    for one in pending:
        counts = {
            "answers": forgotten.answers[one.fonds, one.path], "questions": forgotten.questions,
            "opinions": forgotten.opinions, "traces": traces, "curated": curated,
        }  # fmt: skip
        withdrawals.mark_erased(catalogue, one.id, counts)
    return withdrawals.withdrawals(catalogue, [one.id for one in pending])


def _delete_traces(data: Path) -> int:
    """Traces of errors may quote what was being read."""
    traces = list((data / "logs").glob("bug-*.txt"))
    for told in (data / "run" / "jobs").glob("ingest.[oe]*"):  # what it said may quote too
        told.unlink()
    for trace in traces:
        trace.unlink()
    return len(traces)


def _delete_dropped(data: Path, receipts: Iterable[Withdrawal]) -> None:
    """What was dropped on the page is a copy of ours: it goes with all else that was withdrawn."""
    for one in receipts:
        file = _file(one)
        ours = one.cause == "asked" and Path(one.root).parent == data / DROPPED
        if ours and file.is_file() and sha256(file) == one.sha256:
            file.unlink()


def shape(receipt: Withdrawal) -> dict[str, Any]:
    """A receipt as JSON (docs/commandes.md)."""
    return {
        "receipt": receipt.id,
        "fonds": receipt.fonds,
        "source": receipt.path,
        "file": str(_file(receipt)),
        "sha256": receipt.sha256,
        "cause": receipt.cause,
        "scope": receipt.scope,
        "who": receipt.who,
        "at": receipt.at,
        "erased": receipt.erased,
        "restored": receipt.restored,
        "removed": receipt.removed,
    }


def _moment(at: str) -> str:
    """« 23/11/2026 à 00:01 »."""
    return f"{at[8:10]}/{at[5:7]}/{at[:4]} à {at[11:16]}"


def described(receipt: Withdrawal, remote: str = "") -> str:
    """A receipt as a clerk would read it. `remote`: the Chroma server that is not ours."""
    late = ("answers", "questions", "opinions", "traces", "curated")
    count = {**dict.fromkeys(late, 0), **receipt.removed}
    passages = counted(count["passages"], "passage")
    why = "retiré" if receipt.cause == "asked" else "disparu du dossier, retiré"
    lines = [
        f"Reçu n° {receipt.id} : « {receipt.path} », fonds « {receipt.fonds} »",
        f"  {why} le {_moment(receipt.at)}{f' par {receipt.who}' if receipt.who else ''}",
        f"  SHA-256 {receipt.sha256}",
        f"  catalogue : {counted(count['pages'], 'page')}, {counted(count['records'], 'acte')},"
        f" {passages}, {counted(count['vectors'], 'vecteur')} ; fichier réécrit",
        f"  index dense (Chroma) : {counted(count['passages'], 'vecteur')} ; "
        + (f"le serveur {remote} garde ses propres fichiers, à purger là-bas"
           if remote else "collection refaite, fichiers réécrits"),
        f"  index des mots (tantivy) : {passages} ; index refait",
        f"  journal : texte effacé de {counted(count['answers'], 'réponse')},"
        f" et de {counted(count['questions'], 'question')} avec la leur ;"
        f" avis effacés : {count['opinions']}",
        f"  réponses validées : texte effacé de {count['curated']}",
        f"  traces d'erreurs supprimées : {count['traces']}",
        "  images des pages : aucune n'est gardée sur le disque",
        f"  effacement terminé le {_moment(receipt.erased)}" if receipt.erased
        else "  effacement à terminer : relancez la commande",
    ]  # fmt: skip
    if receipt.cause == "asked" and _file(receipt).exists():
        lines.append(
            f"  Le fichier est resté à sa place ({_file(receipt)}). Il ne sera plus indexé,"
            " sauf avec `greffe ingest --restore`."
        )
    elif Path(receipt.root).parent.name == DROPPED and not _file(receipt).exists():
        lines.append("  fichier déposé sur la page : effacé")
    return "\n".join(lines)


def _file(receipt: Withdrawal) -> Path:
    return Path(receipt.root, receipt.path)
