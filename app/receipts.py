"""Receipts of withdrawals: the last step of each, its JSON, and its words."""

from __future__ import annotations

import getpass
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from app.curated import Curated
from app.dropped import DROPPED
from app.journal.erase import forget
from app.withdrawn import Withdrawn
from app.words import _, moment, ngettext
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


def described(receipt: Withdrawal, remote: str = "") -> str:
    """A receipt as a clerk would read it. `remote`: the Chroma server that is not ours."""
    return "\n".join(_lines(receipt, remote))


def _lines(receipt: Withdrawal, remote: str) -> Iterator[str]:
    late = ("answers", "questions", "opinions", "traces", "curated")
    count = {**dict.fromkeys(late, 0), **receipt.removed}
    pages = ngettext("{n} page", "{n} pages", count["pages"]).format(n=count["pages"])
    records = ngettext("{n} acte", "{n} actes", count["records"]).format(n=count["records"])
    passages = ngettext("{n} passage", "{n} passages", count["passages"]).format(
        n=count["passages"]
    )
    vectors = ngettext("{n} vecteur", "{n} vecteurs", count["vectors"]).format(n=count["vectors"])
    dense = ngettext("{n} vecteur", "{n} vecteurs", count["passages"]).format(n=count["passages"])
    there = (
        _("le serveur {remote} garde ses propres fichiers, à purger là-bas").format(remote=remote)
        if remote
        else _("collection refaite, fichiers réécrits")
    )
    yield _("Reçu n° {id} : « {path} », fonds « {fonds} »").format(
        id=receipt.id, path=receipt.path, fonds=receipt.fonds
    )
    yield "  " + _why(receipt)
    yield f"  SHA-256 {receipt.sha256}"
    yield "  " + _(
        "catalogue : {pages}, {records}, {passages}, {vectors} ; fichier réécrit"
    ).format(pages=pages, records=records, passages=passages, vectors=vectors)
    yield "  " + _("index dense (Chroma) : {vectors} ; {there}").format(vectors=dense, there=there)
    yield "  " + _("index des mots (tantivy) : {passages} ; index refait").format(passages=passages)
    yield "  " + _(
        "journal : texte effacé de {answers}, et de {questions} avec la leur ; avis effacés :"
        " {opinions}"
    ).format(
        answers=ngettext("{n} réponse", "{n} réponses", count["answers"]).format(
            n=count["answers"]
        ),
        questions=ngettext("{n} question", "{n} questions", count["questions"]).format(
            n=count["questions"]
        ),
        opinions=count["opinions"],
    )
    yield "  " + _("réponses validées : texte effacé de {count}").format(count=count["curated"])
    yield "  " + _("traces d'erreurs supprimées : {count}").format(count=count["traces"])
    yield "  " + _("images des pages : aucune n'est gardée sur le disque")
    yield "  " + (
        _("effacement terminé le {at}").format(at=moment(receipt.erased))
        if receipt.erased
        else _("effacement à terminer : relancez la commande")
    )
    if receipt.cause == "asked" and _file(receipt).exists():
        yield "  " + _(
            "Le fichier est resté à sa place ({file}). Il ne sera plus indexé, sauf avec"
            " `greffe ingest --restore`."
        ).format(file=_file(receipt))
    elif Path(receipt.root).parent.name == DROPPED and not _file(receipt).exists():
        yield "  " + _("fichier déposé sur la page : effacé")


def _why(receipt: Withdrawal) -> str:
    asked = receipt.cause == "asked"
    why = _("retiré le {at}") if asked else _("disparu du dossier, retiré le {at}")
    by = _(" par {who}").format(who=receipt.who) if receipt.who else ""
    return why.format(at=moment(receipt.at)) + by


def _file(receipt: Withdrawal) -> Path:
    return Path(receipt.root, receipt.path)
