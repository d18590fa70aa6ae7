"""`greffe status`: what is indexed, what was set aside and why."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import typer

from app.commands.shared import AsJson, Data, settings_of

NAME = "status"


def command(as_json: AsJson = False, data: Data = None) -> None:
    """Dire ce qui est indexé, et ce qui a été mis de côté avec la raison."""
    from app import receipts
    from app.assembly import catalogue_of
    from app.errors import told
    from ingest.findability import not_ready
    from ingest.withdrawals import withdrawals

    settings = settings_of(data)
    catalogue = catalogue_of(settings, create=False)
    aside = catalogue.sources("set_aside")
    state: dict[str, Any] = {
        "data": str(settings.data),
        "model": catalogue.meta("model"),
        "generation": catalogue.meta("generation"),
        "fonds": catalogue.counts(),
        "set_aside": [
            {"fonds": s.fonds, "source": s.path, "reason": s.reason, "detail": s.detail}
            for s in aside
        ],
        "warnings": [
            {"fonds": s.fonds, "source": s.path, "warnings": [told(w) for w in s.warnings]}
            for s in catalogue.sources("live")
            if s.warnings
        ],
        "not_ready": not_ready(catalogue),
        "withdrawn": [receipts.shape(one) for one in withdrawals(catalogue)],
        "last_run": catalogue.last_run(),
    }
    catalogue.close()
    typer.echo(json.dumps(state, ensure_ascii=False) if as_json else _described(state))


def _described(state: dict[str, Any]) -> str:
    from app.errors import UNFOUND, set_aside_line

    lines = [f"Données : {state['data']}", f"Modèle : {state['model'] or 'aucun encore'}"]
    for name, figures in state["fonds"].items():
        lines.append(
            f"Fonds « {name} » : {figures['sources']} fichiers, {figures['pages']} pages,"
            f" {figures['records']} actes, {figures['passages']} passages,"
            f" {figures['set_aside']} mis de côté"
        )
    if not state["fonds"]:
        lines.append("Rien n'est indexé : `greffe ingest DOSSIER`.")
    for item in state["set_aside"]:
        lines.append(f"  mis de côté : {set_aside_line(item)}.")
    for item in state["warnings"]:
        lines.append(f"  lu en partie : {item['source']} : {' ; '.join(item['warnings'])}")
    reasons = Counter((item["fonds"], item["reason"]) for item in state["not_ready"])
    for (fonds, reason), count in sorted(reasons.items()):
        lines.append(f"  pas prêts : {count} actes du fonds « {fonds} » : {UNFOUND[reason]}.")
    out = [item for item in state["withdrawn"] if item["cause"] == "asked" and not item["restored"]]
    for item in out:
        lines.append(f"  retiré : {item['source']} le {item['at']} (reçu n° {item['receipt']})")
    if any(item["erased"] is None for item in state["withdrawn"]):
        lines.append("  effacement à terminer : relancez `greffe ingest` ou `greffe withdraw`.")
    run = state["last_run"]
    if run:
        lines.append(f"Dernière indexation : {run['started']}, {_STATES.get(run['state'])}")
    return "\n".join(lines)


_STATES = {
    "done": "terminée",
    "running": "en cours ou arrêtée net (elle reprendra)",
    "interrupted": "interrompue (elle reprendra)",
    "failed": "arrêtée par une erreur (elle reprendra)",
}
