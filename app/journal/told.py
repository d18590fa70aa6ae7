"""A line of the journal in French: on a terminal, on the page, in a table."""

from __future__ import annotations

from typing import Any

from app.journal.kinds import NAMED
from app.journal.search import Entry
from app.words import N_, _, language

_SHOWN = 100  # characters of a text


def described(entry: Entry) -> str:
    """A line for a terminal: « 2026-11-22 10:02:11  marie  question  « … » (répondue) »."""
    words = [entry.at[:19].replace("T", " "), person(entry) or "—"]
    words += [NAMED.get(entry.kind, entry.kind), entry.id, about(entry)]
    return "  ".join(word for word in words if word)


def person(entry: Entry) -> str:
    """« marie depuis 10.0.0.7 »."""
    known = entry.parts.get("who") or {}
    away = _(" depuis {address}").format(address=known["from"]) if "from" in known else ""
    return f"{known.get('name', '')}{away}"


def about(entry: Entry) -> str:
    """What a line is about: « … » (répondue), or what was done to what."""
    words = []
    if "question" in entry.parts:
        words.append(f"« {_short(entry.parts['question'])} »")
    if entry.facts.get("status"):
        words.append(_(_STATUSES.get(entry.facts["status"], str(entry.facts["status"]))))
    elif entry.kind == "erased":
        words.append(_(_CAUSES.get(entry.facts.get("cause", ""), "")))
    elif entry.facts:
        words.append(_pairs(entry.facts))
    if "what" in entry.parts:
        words.append(_pairs(entry.parts["what"]))
    if entry.erased:
        words.append(_("effacé le {day}").format(day=max(entry.erased.values())[:10]))
    return "  ".join(words)


_CAUSES = {
    "withdrawn": N_("document retiré"),
    "person": N_("historique d'une personne"),
    "own": N_("conversation effacée par qui l'a eue"),
    "expired": N_("durée passée"),
}
_WRITTEN = frozenset({"text", "name", "source", "files", "targets", "fonds"})
_STATUSES = {"answered": N_("(répondue)"), "not_in_records": N_("(sans réponse)")}


# what a line tells, by its name in the journal's files
FACTS = {
    "address": N_("adresse"), "all": N_("tous les fonds"), "answer": N_("réponse"),
    "at": N_("heure"), "by": N_("par"), "citation": N_("citation"), "command": N_("commande"),
    "count": N_("fois"), "file": N_("fichier"), "files": N_("fichiers"), "folder": N_("dossier"),
    "fonds": N_("fonds"), "found": N_("trouvées"), "group": N_("groupe"), "groups": N_("groupes"),
    "host": N_("adresse"), "how": N_("manière"), "kinds": N_("genres"), "limit": N_("limite"),
    "login": N_("identifiant"), "name": N_("nom"), "number": N_("numéro"),
    "options": N_("options"), "page": N_("page"), "passages": N_("passages"), "port": N_("port"),
    "process": N_("programme"), "questions": N_("questions"), "read": N_("lus"),
    "reason": N_("motif"), "receipts": N_("reçus"), "refused": N_("refusés"),
    "restore": N_("repris"), "role": N_("rôle"), "set_aside": N_("mis de côté"),
    "sha256": N_("empreinte"), "since": N_("depuis"), "source": N_("document"),
    "status": N_("code"), "talk": N_("conversation"), "targets": N_("dossiers"),
    "text": N_("texte"), "title": N_("titre"), "toml": N_("réglages"), "until": N_("jusqu'à"),
    "useful": N_("utile"), "verdict": N_("jugement"), "what": N_("objet"), "who": N_("personne"),
    "withdrawn": N_("retirés"),
}  # fmt: skip
_OURS = frozenset({"reason", "verdict", "by", "limit"})  # their values are words of ours
VALUES = {
    "confirmed": N_("confirmée"), "contested": N_("contestée"), "wrong": N_("fausse"),
    "incomplete": N_("incomplète"), "source": N_("mauvaise source"), "outdated": N_("périmée"),
    "other": N_("autre"), "proxy": N_("le serveur mandataire"), "oidc": "OpenID Connect",
    "login_taken": N_("identifiant déjà pris"), "length": N_("longueur"),
}  # fmt: skip


def _pairs(values: dict[str, Any]) -> str:
    return ", ".join(_pair(name, value) for name, value in values.items() if value)


def _pair(name: str, value: object) -> str:
    """What people wrote themselves stands between « » on a page that is not in French."""
    if value is True:
        shown = _("oui")
    elif name in _OURS and value in VALUES:
        shown = _(VALUES[str(value)])
    else:
        shown = _short(value)
    quoted = language() == "en" and name in _WRITTEN
    return f"{_(FACTS.get(name, name))}{_(' : ')}{f'« {shown} »' if quoted else shown}"


def _short(value: object) -> str:
    if isinstance(value, list | tuple):
        value = ", ".join(map(str, value))
    text = " ".join(str(value).split())
    return text if len(text) <= _SHOWN else text[:_SHOWN].rsplit(" ", 1)[0] + " …"
