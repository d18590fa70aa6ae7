"""The first page: each fonds, what was set aside, what is not found, the disk, what is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from app import watched
from app.adaptation import of_law, of_package
from app.errors import SET_ASIDE, set_aside_detail
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
    unopened,
)
from app.web.coded import coded
from app.web.kept_markup import moment
from app.web.spacing import number
from app.words import N_, _, as_french, french, pgettext, quoting

PARTS = {
    "catalogue.sqlite": N_("catalogue (fait foi)"), "chroma": N_("index dense"),
    "lexical": N_("index des mots"), "adaptation": N_("adaptation au droit"),
    "models": N_("modèles"), "journal": N_("journal"), "depots": N_("fichiers déposés"),
    "logs": N_("traces"),
    "curated.sqlite": N_("réponses validées"), "accounts.sqlite": N_("comptes et sessions"),
    "egress": N_("preuves que rien ne sort"), "run": N_("travaux en cours"),
    "greffe.toml": N_("réglages"),
}  # fmt: skip
KEPT: dict[Retention, str] = {
    "question": N_("questions et réponses"),
    "access": N_("pages ouvertes, réponses rejouées et exportées"),
    "login": N_("connexions et refus"), "admin": N_("actes d'administration"),
}  # fmt: skip
AGAIN = N_("Relire ces fichiers")
EMPTY = N_(
    "Rien n'est indexé. Déposez des fichiers à la page Documents, ou lancez"
    " `greffe ingest DOSSIER` sur la machine."
)
RETRY = re.compile(r"(?:relancez avec |run again with )?--retry")
LOW = 2e9  # bytes left on the disk: below, it is said


def parts(state: Mapping[str, Any], settings: Settings, token: str) -> Iterator[str]:
    """The parts of the page."""
    yield _running(state)
    yield unopened(state)
    yield section(pgettext("several", "Fonds"), _fonds(state))
    yield _aside(state, token)
    yield _in_part(state)
    yield _unready(state)
    yield _withdrawn(state)
    yield section(_("Index"), _index(state))
    yield section(_("Disque"), _disk(state))
    yield section(_("Durées de conservation"), _retention(settings))


def _running(state: Mapping[str, Any]) -> str:
    if not state["running"]:
        return ""
    run = watched.Watched(**state["running"])
    where = f'<a href="{place("indexation")}">{_("suivre ou arrêter")}</a>'
    return f'<p class="avis" role="status">{escape(watched.described(run))}, {where}.</p>'


def _fonds(state: Mapping[str, Any]) -> str:
    if not state["fonds"]:
        return text(_(EMPTY))
    rows = []
    for name, held in state["fonds"].items():
        rows.append([
            f'<a href="{place("indexation")}#{escape(name)}"{french()}>{escape(name)}</a>',
            _run(held["last_run"]),
            *(number(held[key]) for key in ("sources", "pages", "records", "passages")),
            _aside_count(held["set_aside"]), size(held["bytes"]),
        ])  # fmt: skip
    titles = (_("Fonds"), _("Dernière indexation"), _("Fichiers"), _("Pages"), _("Actes"),
              _("Passages"), _("Mis de côté"), _("Taille des fichiers"))  # fmt: skip
    return table(_("Ce que tient chaque fonds"), titles, rows, figures=6, hidden=True)


def _run(run: Mapping[str, Any]) -> str:
    if not run["started"]:
        return _("jamais")
    state = _(STATES[run["state"]]).split(" (")[0]
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
        titles = (_("Raison"), _("Que faire"), _("Fichiers"))
        shown.append(f"<h4{french()}>{escape(name)}</h4>")
        caption = _("Mis de côté, fonds {name}").format(name=name)
        shown.append(table(caption, titles, rows, figures=1, hidden=True))
        if _folders(state, name):
            again = button(_(AGAIN), plain=True, said=f"{_(AGAIN)}{_(' : ')}{name}")
            fields = (hidden("fonds", name), hidden("retry", "oui"), again)
            shown.append(form("indexation/lancer", token, *fields, kind="bref"))
    nothing = text(_("Aucun fichier : tout ce que les dossiers contiennent a été lu."))
    return section(_("Fichiers mis de côté"), *(shown or [nothing]), name="ecartes")


def _files(files: list[str]) -> str:
    """One file by its name; several folded away."""
    if len(files) == 1:
        return f'<br><span class="note"{french()}>{escape(files[0])}</span>'
    return folded(_many(files), listed([as_french(escape(file)) for file in files]))


def _many(files: Sequence[str]) -> str:
    return _("{count} fichiers").format(count=number(len(files)))


def _folders(state: Mapping[str, Any], name: str) -> bool:
    return any(one["whole"] for one in state["fonds"][name]["folders"])


def why(item: Mapping[str, str]) -> tuple[str, str]:
    """Why a file was set aside, and what to do."""
    happened, todo = map(_, SET_ASIDE[item["reason"]])
    detail = set_aside_detail(item["detail"])
    again = _("cliquez sur « {again} »").format(again=_(AGAIN))
    return happened + detail, RETRY.sub(again, todo)


def _sentence(words: str) -> str:
    return coded(quoting(escape(words[:1].upper() + words[1:])))


def _in_part(state: Mapping[str, Any]) -> str:
    items = [
        as_french(f"{escape(i['source'])} : {escape(' ; '.join(i['warnings']))}")
        for i in state["warnings"]
    ]
    if not items:
        return ""
    return section(_("Lus en partie"), folded(_many(items), listed(items)))


def _unready(state: Mapping[str, Any]) -> str:
    """Records that a search for their own number and object does not find."""
    rows = [
        [as_french(escape(fonds)), escape(_(why)), number(n)] for fonds, n, why in unready(state)
    ]
    if not rows:
        return ""
    items = [
        as_french(f"{escape(item['label'] or item['source'])} <span class=\"note\">"
                  f"({escape(item['source'])})</span>") for item in state["not_ready"]
    ]  # fmt: skip
    return section(
        _("Actes difficiles à retrouver"),
        text(_("Leur numéro et leur objet, posés en question, ne mènent pas à eux.")),
        table(_("Actes difficiles à retrouver"), (_("Fonds"), _("Raison"), _("Actes")), rows,
              figures=1, hidden=True),
        folded(_("Lesquels"), listed(items)),
    )  # fmt: skip


def _withdrawn(state: Mapping[str, Any]) -> str:
    rows = [
        [_("n° {number}").format(number=item["receipt"]), as_french(escape(item["source"])),
         as_french(escape(item["fonds"])),
         moment(item["at"]), _outcome(item)]
        for item in reversed(state["withdrawn"])
    ]  # fmt: skip
    if not rows:
        return ""
    titles = (_("Reçu"), _("Fichier"), _("Fonds"), _("Le"), _("Effacement"))
    shown = table(_("Fichiers retirés"), titles, rows[:50], hidden=True)
    last = _("Les 50 derniers, sur {count}.").format(count=number(len(rows)))
    more = text(last, "note") if len(rows) > 50 else ""
    return section(_("Fichiers retirés"), shown, more)


def _outcome(item: Mapping[str, Any]) -> str:
    if item["restored"]:
        return _("repris le {restored}").format(restored=moment(item["restored"]))
    return (
        _("terminé le {erased}").format(erased=moment(item["erased"]))
        if item["erased"]
        else _("à terminer")
    )


def _index(state: Mapping[str, Any]) -> str:
    rows = [
        [_("Modèle de plongement"), escape(state["model"] or _("aucun encore"))],
        [_("Génération de l'index"), escape(state["generation"] or _("aucune encore"))],
        [_("Adaptation au droit"), escape(of_law(state["adaptation"]))],
        [_("Adaptation aux actes"), escape(of_package(state["adaptation"]["acts"]))],
        [_("Adaptation aux phrases"), escape(of_package(state["adaptation"]["phrases"]))],
        [_("Dossier des données"), f"<code>{escape(state['data'])}</code>"],
    ]
    return table(_("L'index"), (_("Quoi"), _("Lequel")), rows, hidden=True)


def _disk(state: Mapping[str, Any]) -> str:
    held = state["disk"]["parts"]
    named = sorted(held.items(), key=lambda part: -part[1])
    rows = [[escape(_(PARTS.get(name, name))), size(count)] for name, count in named if count]
    rows.append([f"<b>{_('En tout')}</b>", f"<b>{size(sum(held.values()))}</b>"])
    free = state["disk"]["free"]
    left = _("Il reste {free} sur le disque.").format(free=size(free))
    room = _("Faites de la place avant d'indexer.")
    warned = f'<p class="avis" role="alert">{left} {room}</p>'
    return (warned if free < LOW else text(left)) + table(
        _("Place que prend le dossier des données"),
        (_("Partie"), _("Taille")),
        rows,
        figures=1,
        hidden=True,
    )


def _retention(settings: Settings) -> str:
    rows = [
        [escape(_(KEPT[kind])),
         _("{count} jours").format(count=number(days)) if days else _("sans limite"),
         f"<code>journal.{kind}_days</code>"]
        for kind, days in settings.journal.days.items() if kind in KEPT
    ]  # fmt: skip
    whose = _("sous un pseudonyme") if settings.journal.pseudonyms else _("avec l'identifiant")
    return table(
        _("Combien de temps chaque chose est gardée"),
        (_("Quoi"), _("Durée"), _("Réglage")),
        rows,
        hidden=True,
    ) + text(
        _(
            "Les questions sont notées {whose} de qui les pose. Passé leur durée, les"
            " mots sont effacés chaque jour, page ouverte ; sinon par `greffe journal"
            " expire`."
        ).format(whose=whose)
    )
