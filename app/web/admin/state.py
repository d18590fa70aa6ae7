"""The first page: each fonds, what was set aside, what is not found, the disk, what is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from app import watched
from app.causes import in_french
from app.errors import SET_ASIDE, told
from app.ingested import STATES
from app.journal.kinds import Retention
from app.settings import Settings
from app.state import size, unready
from app.web.admin.markup import (
    button,
    folded,
    form,
    hidden,
    listed,
    place,
    section,
    table,
    text,
)
from app.web.kept_markup import moment
from app.web.spacing import number

PARTS = {
    "catalogue.sqlite": "catalogue (fait foi)", "chroma": "index dense",
    "lexical": "index des mots",
    "models": "modèles", "journal": "journal", "depots": "fichiers déposés", "logs": "traces",
    "curated.sqlite": "réponses validées", "accounts.sqlite": "comptes et sessions",
    "egress": "preuves que rien ne sort", "run": "travaux en cours", "greffe.toml": "réglages",
}  # fmt: skip
KEPT: dict[Retention, str] = {
    "question": "questions et réponses", "access": "pages ouvertes, réponses rejouées et exportées",
    "login": "connexions et refus", "admin": "actes d'administration",
}  # fmt: skip
AGAIN = "Relire ces fichiers"
_RETRY = re.compile(r"(relancez avec )?--retry")
LOW = 2e9  # bytes left on the disk: below, it is said


def parts(state: Mapping[str, Any], settings: Settings, token: str) -> Iterator[str]:
    """The parts of the page."""
    yield _running(state)
    yield section("Fonds", _fonds(state))
    yield _aside(state, token)
    yield _in_part(state)
    yield _unready(state)
    yield _withdrawn(state)
    yield section("Index", _index(state))
    yield section("Disque", _disk(state))
    yield section("Durées de conservation", _retention(settings))


def _running(state: Mapping[str, Any]) -> str:
    if not state["running"]:
        return ""
    run = watched.Watched(**state["running"])
    where = f'<a href="{place("indexation")}">suivre ou arrêter</a>'
    return f'<p class="avis" role="status">{escape(watched.described(run))}, {where}.</p>'


def _fonds(state: Mapping[str, Any]) -> str:
    if not state["fonds"]:
        return text("Rien n'est indexé. Déposez des fichiers à la page Documents, ou lancez"
                    " `greffe ingest DOSSIER` sur la machine.")  # fmt: skip
    rows = []
    for name, held in state["fonds"].items():
        rows.append([
            f'<a href="{place("indexation")}#{escape(name)}">{escape(name)}</a>',
            _run(held["last_run"]),
            *(number(held[key]) for key in ("sources", "pages", "records", "passages")),
            _aside_count(held["set_aside"]), size(held["bytes"]),
        ])  # fmt: skip
    titles = ("Fonds", "Dernière indexation", "Fichiers", "Pages", "Actes", "Passages",
              "Mis de côté", "Taille des fichiers")  # fmt: skip
    return table("Ce que tient chaque fonds", titles, rows, figures=6, hidden=True)


def _run(run: Mapping[str, Any]) -> str:
    if not run["started"]:
        return "jamais"
    state = STATES[run["state"]].split(" (")[0]
    return f"{moment(run['started'])}, {escape(state)}"


def _aside_count(count: int) -> str:
    return f'<a href="#ecartes">{number(count)}</a>' if count else "0"


def _aside(state: Mapping[str, Any], token: str) -> str:
    """What was set aside, fonds by fonds and reason by reason, and the button that tries again."""
    by_fonds: dict[str, dict[tuple[str, str], list[str]]] = {}
    for item in state["set_aside"]:
        reasons = by_fonds.setdefault(item["fonds"], {})
        reasons.setdefault(why(item), []).append(item["source"])
    shown = []
    for name, reasons in by_fonds.items():
        rows = [
            [f"{_sentence(happened)}{_files(files)}", _sentence(todo), number(len(files))]
            for (happened, todo), files in reasons.items()
        ]
        titles = ("Raison", "Que faire", "Fichiers")
        shown.append(f"<h4>{escape(name)}</h4>")
        shown.append(table(f"Mis de côté, fonds {name}", titles, rows, figures=1, hidden=True))
        if _folders(state, name):
            again = button(AGAIN, plain=True, said=f"{AGAIN} : {name}")
            fields = (hidden("fonds", name), hidden("retry", "oui"), again)
            shown.append(form("indexation/lancer", token, *fields, kind="bref"))
    nothing = text("Aucun fichier : tout ce que les dossiers contiennent a été lu.")
    return section("Fichiers mis de côté", *(shown or [nothing]), name="ecartes")


def _files(files: list[str]) -> str:
    """One file by its name; several folded away."""
    if len(files) == 1:
        return f'<br><span class="note">{escape(files[0])}</span>'
    return folded(f"{number(len(files))} fichiers", listed([escape(file) for file in files]))


def _folders(state: Mapping[str, Any], name: str) -> bool:
    return any(one["whole"] for one in state["fonds"][name]["folders"])


def why(item: Mapping[str, str]) -> tuple[str, str]:
    """Why a file was set aside, and what to do."""
    happened, todo = SET_ASIDE[item["reason"]]
    detail = f" ({told(in_french(item['detail']))})" if item["detail"] else ""
    return happened + detail, _RETRY.sub(f"cliquez sur « {AGAIN} »", todo)


def _sentence(words: str) -> str:
    return escape(words[:1].upper() + words[1:])


def _in_part(state: Mapping[str, Any]) -> str:
    items = [
        f"{escape(i['source'])} : {escape(' ; '.join(i['warnings']))}" for i in state["warnings"]
    ]
    if not items:
        return ""
    return section("Lus en partie", folded(f"{number(len(items))} fichiers", listed(items)))


def _unready(state: Mapping[str, Any]) -> str:
    """Records that a search for their own number and object does not find."""
    rows = [[escape(fonds), escape(why), number(n)] for fonds, n, why in unready(state)]
    if not rows:
        return ""
    items = [
        f"{escape(item['label'] or item['source'])} <span class=\"note\">({escape(item['source'])})"
        "</span>" for item in state["not_ready"]
    ]  # fmt: skip
    return section(
        "Actes difficiles à retrouver",
        text("Leur numéro et leur objet, posés en question, ne mènent pas à eux."),
        table("Actes difficiles à retrouver", ("Fonds", "Raison", "Actes"), rows, figures=1,
              hidden=True),
        folded("Lesquels", listed(items)),
    )  # fmt: skip


def _withdrawn(state: Mapping[str, Any]) -> str:
    rows = [
        [f"n° {item['receipt']}", escape(item["source"]), escape(item["fonds"]),
         moment(item["at"]), _outcome(item)]
        for item in reversed(state["withdrawn"])
    ]  # fmt: skip
    if not rows:
        return ""
    titles = ("Reçu", "Fichier", "Fonds", "Le", "Effacement")
    shown = table("Fichiers retirés", titles, rows[:50], hidden=True)
    more = text(f"Les 50 derniers, sur {number(len(rows))}.", "note") if len(rows) > 50 else ""
    return section("Fichiers retirés", shown, more)


def _outcome(item: Mapping[str, Any]) -> str:
    if item["restored"]:
        return f"repris le {moment(item['restored'])}"
    return f"terminé le {moment(item['erased'])}" if item["erased"] else "à terminer"


def _index(state: Mapping[str, Any]) -> str:
    rows = [
        ["Modèle de plongement", escape(state["model"] or "aucun encore")],
        ["Génération de l'index", escape(state["generation"] or "aucune encore")],
        ["Dossier des données", f"<code>{escape(state['data'])}</code>"],
    ]
    return table("L'index", ("Quoi", "Lequel"), rows, hidden=True)


def _disk(state: Mapping[str, Any]) -> str:
    held = state["disk"]["parts"]
    named = sorted(held.items(), key=lambda part: -part[1])
    rows = [[escape(PARTS.get(name, name)), size(count)] for name, count in named if count]
    rows.append(["<b>En tout</b>", f"<b>{size(sum(held.values()))}</b>"])
    free = state["disk"]["free"]
    left = f"Il reste {size(free)} sur le disque."
    warned = f'<p class="avis" role="alert">{left} Faites de la place avant d\'indexer.</p>'
    return (warned if free < LOW else text(left)) + table(
        "Place que prend le dossier des données", ("Partie", "Taille"), rows, figures=1, hidden=True
    )


def _retention(settings: Settings) -> str:
    rows = [
        [escape(KEPT[kind]), f"{number(days)} jours" if days else "sans limite",
         f"<code>journal.{kind}_days</code>"]
        for kind, days in settings.journal.days.items() if kind in KEPT
    ]  # fmt: skip
    whose = "sous un pseudonyme" if settings.journal.pseudonyms else "avec l'identifiant"
    return table(
        "Combien de temps chaque chose est gardée", ("Quoi", "Durée", "Réglage"), rows, hidden=True
    ) + text(
        f"Les questions sont notées {whose} de qui les pose. Passé leur durée, les mots sont"
        " effacés chaque jour, page ouverte ; sinon par `greffe journal expire`."
    )
