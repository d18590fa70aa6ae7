"""What the journal has lines for: each kind, its French name, and whose retention it follows."""

from __future__ import annotations

from typing import Literal, get_args

Retention = Literal["question", "access", "login", "admin", "chain"]
RETENTIONS: tuple[Retention, ...] = get_args(Retention)

# kind → (name, retention); the lines of « chain » hold no words, and are never erased
KINDS: dict[str, tuple[str, Retention]] = {
    "question": ("question", "question"),
    "named": ("conversation nommée", "question"),
    "opinion": ("avis sur une réponse", "question"),
    "judged": ("citation jugée", "question"),
    "informed": ("usages lus", "question"),
    "login": ("connexion", "login"),
    "refused": ("connexion refusée", "login"),
    "logout": ("déconnexion", "login"),
    "limited": ("limite atteinte", "login"),
    "denied": ("accès refusé", "login"),
    "password": ("mot de passe changé", "login"),
    "open": ("page ouverte", "access"),
    "download": ("document téléchargé", "access"),
    "replay": ("réponse rejouée", "access"),
    "export": ("réponse exportée", "access"),
    "search": ("journal consulté", "admin"),
    "admin": ("administration", "admin"),
    "egress": ("sortie arrêtée", "admin"),
    "erased": ("effacement", "chain"),
    "mended": ("écriture interrompue", "chain"),
    "carried": ("journal repris", "chain"),
}
EGRESS = "egress"  # taken over from the wall's own file (app/journal/stopped.py)
NAMED = {kind: name for kind, (name, _) in KINDS.items()}
PSEUDONYMISED = frozenset({"question", "named", "opinion", "open", "download", "replay", "export"})


def kept_as(retention: Retention) -> list[str]:
    """The kinds that are kept for this time."""
    return [kind for kind, (_, kept) in KINDS.items() if kept == retention]
