"""What the journal has lines for: each kind, its French name, and whose retention it follows."""

from __future__ import annotations

from typing import Literal, get_args

from app.words import N_

Retention = Literal["question", "access", "login", "admin", "chain"]
RETENTIONS: tuple[Retention, ...] = get_args(Retention)

# kind → (name, retention); the lines of « chain » hold no words, and are never erased
KINDS: dict[str, tuple[str, Retention]] = {
    "question": (N_("question"), "question"),
    "named": (N_("conversation nommée"), "question"),
    "opinion": (N_("avis sur une réponse"), "question"),
    "judged": (N_("citation jugée"), "question"),
    "informed": (N_("usages lus"), "question"),
    "login": (N_("connexion"), "login"),
    "refused": (N_("connexion refusée"), "login"),
    "logout": (N_("déconnexion"), "login"),
    "limited": (N_("limite atteinte"), "login"),
    "denied": (N_("accès refusé"), "login"),
    "password": (N_("mot de passe changé"), "login"),
    "open": (N_("page ouverte"), "access"),
    "download": (N_("document téléchargé"), "access"),
    "replay": (N_("réponse rejouée"), "access"),
    "export": (N_("réponse exportée"), "access"),
    "search": (N_("journal consulté"), "admin"),
    "admin": (N_("administration"), "admin"),
    "egress": (N_("sortie arrêtée"), "admin"),
    "erased": (N_("effacement"), "chain"),
    "mended": (N_("écriture interrompue"), "chain"),
    "carried": (N_("journal repris"), "chain"),
}
EGRESS = "egress"  # taken over from the wall's own file (app/journal/stopped.py)
ON_AN_ANSWER = frozenset({"opinion", "judged"})  # what people say of one, by its id
NAMED = {kind: name for kind, (name, _) in KINDS.items()}
PSEUDONYMISED = frozenset({"question", "named", "opinion", "open", "download", "replay", "export"})


def kept_as(retention: Retention) -> list[str]:
    """The kinds that are kept for this time."""
    return [kind for kind, (_, kept) in KINDS.items() if kept == retention]
