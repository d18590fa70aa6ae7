"""What the data folder holds and how it fares: the same for `greffe status` and for the page."""

from __future__ import annotations

import os
import shlex
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from app import adaptation, receipts, watched
from app.access.groups import Groups
from app.access.store import Store
from app.dropped import DROPPED, dropped_for
from app.errors import UNFOUND, set_aside_line, told
from app.ingested import STATES
from app.words import N_, _, counted, language
from ingest.catalogue import Catalogue
from ingest.findability import not_ready
from ingest.withdrawals import withdrawals


def state_of(data: Path, catalogue: Catalogue, *, login: bool) -> dict[str, Any]:
    """The state of a data folder, as plain values (docs/commandes.md).

    `login`: people log in, and read what their groups open.
    """
    runs = catalogue.runs()
    fonds = _fonds(data, catalogue, runs)
    return {
        "data": str(data),
        "model": catalogue.meta("model"),
        "generation": catalogue.meta("generation"),
        "adaptation": adaptation.state_of(data, catalogue),
        "fonds": fonds,
        "unopened": unopened(data, fonds) if login else [],
        "set_aside": [
            {"fonds": s.fonds, "source": s.path, "reason": s.reason, "detail": s.detail}
            for s in catalogue.sources("set_aside")
        ],
        "warnings": [
            {"fonds": s.fonds, "source": s.path, "warnings": [told(w) for w in s.warnings]}
            for s in catalogue.read_in_part()
        ],
        "not_ready": not_ready(catalogue),
        "withdrawn": [receipts.shape(one) for one in withdrawals(catalogue)],
        "last_run": runs[0] if runs else None,
        "running": watched.shape(watched.watched(data)),
        "disk": disk(data),
    }


def unopened(data: Path, fonds: Iterable[str]) -> list[str]:
    """The fonds that no group opens, where people log in."""
    with closing(Store(data)) as store:
        return Groups(store).unopened(fonds)


def _fonds(data: Path, catalogue: Catalogue, runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Each fonds: its figures, the bytes of its files, its folders, its last run."""
    places = catalogue.places()
    found: dict[str, Any] = {}
    nothing = dict.fromkeys(("sources", "set_aside", "pages", "records", "passages"), 0)
    counts = dict.fromkeys(dropped_for(data), nothing) | catalogue.counts()
    for name, figures in sorted(counts.items()):
        own = [place for place in places if place["fonds"] == name]
        newest = max((place["run_id"] for place in own), default=0)
        last = next((r for r in runs if r["report"].get("fonds") == name or r["id"] == newest), {})
        found[name] = {
            **figures,
            "bytes": sum(place["bytes"] for place in own),
            "folders": folders(data, name, runs, (str(place["root"]) for place in own)),
            "last_run": {key: last.get(key) for key in ("started", "ended", "state")},
        }
    return found


def folders(
    data: Path, fonds: str, runs: Iterable[Mapping[str, Any]], roots: Iterable[str]
) -> list[dict[str, Any]]:
    """The folders of a fonds: `path`; `whole`: it was indexed as a folder, not file by file."""
    mine = [run["report"] for run in runs if run["report"].get("fonds") == fonds]
    walked = {folder for report in mine for folder in report.get("folders", ())}
    if Path(data, DROPPED, fonds).is_dir():
        walked.add(str(Path(data, DROPPED, fonds)))
    return [{"path": path, "whole": path in walked} for path in sorted({*walked, *roots})]


def disk(data: Path) -> dict[str, Any]:
    """Bytes that the data folder takes, by part, and bytes that its disk has left."""
    parts: dict[str, int] = {}
    for entry in sorted(data.iterdir()) if data.is_dir() else ():
        name = entry.name.removesuffix("-wal").removesuffix("-shm")
        parts[name] = parts.get(name, 0) + sum(_sizes(entry))
    return {"free": shutil.disk_usage(data).free, "parts": parts}


def _sizes(place: Path) -> Iterator[int]:
    """Bytes of the files of a folder, or of one file; what goes away meanwhile is left out."""
    if place.is_file():
        with suppress(OSError):
            yield place.stat().st_size
    for folder, _folders, names in os.walk(place):
        for name in names:
            with suppress(OSError):
                yield os.lstat(os.path.join(folder, name)).st_size


def described(state: Mapping[str, Any]) -> str:
    """The state in French, for a terminal."""
    lines = [f"Données : {state['data']}", f"Modèle : {state['model'] or 'aucun encore'}"]
    serving = state["adaptation"]
    lines += [
        f"Adaptation au droit : {adaptation.of_law(serving)}",
        f"Adaptation aux actes : {adaptation.of_package(serving['acts'])}",
        f"Adaptation aux phrases : {adaptation.of_package(serving['phrases'])}",
    ]
    for name, figures in state["fonds"].items():
        lines.append(
            f"Fonds « {name} » : {counted(figures['sources'], 'fichier')},"
            f" {counted(figures['pages'], 'page')}, {counted(figures['records'], 'acte')},"
            f" {counted(figures['passages'], 'passage')},"
            f" {figures['set_aside']} mis de côté"
        )
    if not state["fonds"]:
        lines.append("Rien n'est indexé : `greffe ingest DOSSIER`.")
    for name in state["unopened"]:
        lines.append(f"  fermé : {to_open(name)}")
    for item in state["set_aside"]:
        lines.append(f"  mis de côté : {set_aside_line(item)}.")
    for item in state["warnings"]:
        lines.append(f"  lu en partie : {item['source']} : {' ; '.join(item['warnings'])}")
    for fonds, count, reason in unready(state):
        lines.append(f"  pas prêts : {count} actes du fonds « {fonds} » : {reason}.")
    out = [item for item in state["withdrawn"] if item["cause"] == "asked" and not item["restored"]]
    for item in out:
        lines.append(f"  retiré : {item['source']} le {item['at']} (reçu n° {item['receipt']})")
    if any(item["erased"] is None for item in state["withdrawn"]):
        lines.append("  effacement à terminer : relancez `greffe ingest` ou `greffe withdraw`.")
    taken, free = sum(state["disk"]["parts"].values()), state["disk"]["free"]
    lines.append(f"Disque : {size(taken)} de données, {size(free)} libres")
    run = state["last_run"]
    if state["running"]:
        run_now = watched.Watched(**state["running"])
        lines.append(f"En cours depuis {run_now.since} : {watched.described(run_now)}")
    elif run:
        lines.append(f"Dernière indexation : {run['started']}, {STATES.get(run['state'])}")
    return "\n".join(lines)


def to_open(fonds: str) -> str:
    """What is told of a fonds that no group opens, for a terminal."""
    return (
        f"aucun groupe n'ouvre le fonds « {fonds} », les administrateurs seuls le lisent :"
        f" `greffe groups open GROUPE {shlex.quote(fonds)}`."
    )


def unready(state: Mapping[str, Any]) -> list[tuple[str, int, str]]:
    """What is not ready: fonds, how many records, why."""
    counted = Counter((item["fonds"], item["reason"]) for item in state["not_ready"])
    return [(fonds, count, UNFOUND[why]) for (fonds, why), count in sorted(counted.items())]


def size(count: float) -> str:
    """« 515 Mo », « 1,2 Go »."""
    for unit, scale in ((N_("Go"), 1e9), (N_("Mo"), 1e6), (N_("ko"), 1e3)):
        if count >= scale:
            text = f"{count / scale:.0f}" if count >= 10 * scale else f"{count / scale:.1f}"
            return f"{text if language() == 'en' else text.replace('.', ',')} {_(unit)}"
    return _("{count:.0f} octets").format(count=count)
