"""A line of the journal in French: on a terminal, on the page, in a table."""

from __future__ import annotations

from typing import Any

from app.journal.kinds import NAMED
from app.journal.search import Entry
from app.words import N_, _, day, language

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
        words.append(_("effacé le {day}").format(day=day(max(entry.erased.values()))))
    return "  ".join(words)


_CAUSES = {
    "withdrawn": N_("document retiré"),
    "person": N_("historique d'une personne"),
    "own": N_("conversation effacée par qui l'a eue"),
    "expired": N_("durée passée"),
}
_WRITTEN = frozenset({"text", "name", "source", "files", "targets", "fonds"})
_STATUSES = {
    "answered": N_("(répondue)"), "not_in_records": N_("(sans réponse)"),
    "error": N_("(en erreur)"),
}  # fmt: skip


# what a line tells, by its name in the journal's files
FACTS = {
    "address": N_("adresse"), "all": N_("tous les fonds"), "answer": N_("réponse"),
    "as": N_("avec les droits de"), "at": N_("heure"), "by": N_("par"),
    "citation": N_("citation"), "command": N_("action"), "count": N_("fois"),
    "curated": N_("réponses validées"), "file": N_("fichier"), "files": N_("fichiers"),
    "folder": N_("dossier"),
    "fonds": N_("fonds"), "found": N_("trouvées"), "group": N_("groupe"), "groups": N_("groupes"),
    "host": N_("adresse"), "how": N_("manière"), "kinds": N_("genres"), "limit": N_("limite"),
    "line": N_("ligne"),
    "login": N_("identifiant"), "name": N_("nom"), "number": N_("numéro"),
    "options": N_("options"), "page": N_("page"), "passages": N_("passages"),
    "path": N_("adresse demandée"), "port": N_("port"),
    "process": N_("programme"), "questions": N_("questions"), "read": N_("lus"),
    "reason": N_("motif"), "receipts": N_("reçus"), "refused": N_("refusés"),
    "restore": N_("repris"), "role": N_("rôle"), "set_aside": N_("mis de côté"),
    "sha256": N_("empreinte"), "since": N_("depuis"), "source": N_("document"),
    "status": N_("code"), "talk": N_("conversation"), "targets": N_("dossiers"),
    "text": N_("texte"), "title": N_("titre"), "toml": N_("réglages"), "until": N_("jusqu'à"),
    "useful": N_("utile"), "verdict": N_("jugement"), "what": N_("objet"), "who": N_("personne"),
    "withdrawn": N_("retirés"),
}  # fmt: skip
# what was done, by its name in the journal's files; a command of the terminal is told like a form
COMMANDS = {
    "adapt": N_("adaptation au droit"), "adapt --remove": N_("adaptation au droit ôtée"),
    "curated add": N_("réponse validée"), "curated remove": N_("réponse ôtée des validées"),
    "drop": N_("dépôt de fichiers"), "eval": N_("mesure"),
    "groups close": N_("fonds fermés à un groupe"), "groups open": N_("fonds ouverts à un groupe"),
    "groups remove": N_("groupe supprimé"), "groups role": N_("rôle d'un groupe"),
    "ingest": N_("indexation"), "ingest stop": N_("arrêt de l'indexation"),
    "journal erase": N_("historique d'une personne effacé"), "models add": N_("modèle apporté"),
    "rebuild": N_("index refait"), "schedule remove": N_("indexation quotidienne ôtée"),
    "schedule set": N_("indexation quotidienne réglée"), "serve": N_("ouverture de la page"),
    "users add": N_("compte créé"), "users change": N_("compte changé"),
    "users logout": N_("sessions d'un compte fermées"),
    "users release": N_("compte rendu à sa source"), "users remove": N_("compte supprimé"),
    "users reset": N_("nouveau mot de passe"), "users unlock": N_("compte débloqué"),
    "withdraw": N_("retrait"),
}  # fmt: skip
_REASONS = {
    "wrong": N_("fausse"), "incomplete": N_("incomplète"), "source": N_("mauvaise source"),
    "outdated": N_("périmée"), "other": N_("autre"), "login_taken": N_("identifiant déjà pris"),
    "confirmed": N_("confirmée"), "contested": N_("contestée"),
    # what was wrong with the word of an issuer (app/access/oidc.py)
    "state": N_("pas de demande en cours"), "issuer": N_("autre émetteur"),
    "denied": N_("refusé par l'émetteur"), "code": N_("code refusé"),
    "signature": N_("signature fausse"), "claim": N_("identifiant absent"),
    "audience": N_("pour un autre site"), "expired": N_("jeton périmé"),
    "key": N_("clé inconnue"), "nonce": N_("autre demande"), "token": N_("jeton mal formé"),
}  # fmt: skip
_LIMITS = {
    "length": N_("longueur"), "memory": N_("mémoire"), "questions": N_("questions par minute"),
    "requests": N_("demandes par minute"), "files": N_("fichiers par minute"),
    "door": N_("visites sans connexion"), "logins": N_("connexions par minute"),
    "at_once": N_("questions à la fois"), "full": N_("questions de tous à la fois"),
    "denied": N_("refus"), "all_denied": N_("refus de tous"),
}  # fmt: skip
# by name of what a line tells: its values that are words of ours
VALUES = {
    "command": COMMANDS, "reason": _REASONS, "verdict": _REASONS, "limit": _LIMITS,
    "how": {"figures": N_("graphiques"), "export": N_("export")},
    "by": {"proxy": N_("le serveur mandataire"), "oidc": "OpenID Connect"}, "kinds": NAMED,
}  # fmt: skip
_DAYS = frozenset({"since", "until"})


def _pairs(values: dict[str, Any]) -> str:
    return ", ".join(_pair(name, value) for name, value in values.items() if value)


def _pair(name: str, value: object) -> str:
    """What people wrote themselves stands between « » on a page that is not in French."""
    if value is True:
        shown = _("oui")
    elif name in _DAYS:
        shown = day(str(value))
    else:
        ours, values = VALUES.get(name, {}), value if isinstance(value, list | tuple) else [value]
        shown = _short([_(ours.get(str(one), "")) or one for one in values])
    quoted = language() == "en" and name in _WRITTEN
    return f"{_(FACTS.get(name, name))}{_(' : ')}{f'« {shown} »' if quoted else shown}"


def _short(value: object) -> str:
    if isinstance(value, list | tuple):
        value = ", ".join(map(str, value))
    text = " ".join(str(value).split())
    return text if len(text) <= _SHOWN else text[:_SHOWN].rsplit(" ", 1)[0] + " …"
