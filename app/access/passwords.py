"""Passwords: how they are hashed, made up, and refused."""

from __future__ import annotations

import secrets
import threading
import unicodedata
from typing import TYPE_CHECKING

from app.words import N_, _
from ingest.trouble import Trouble

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 12, 256  # characters
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without those that are mistaken for others
_AT_ONCE = threading.Semaphore(2)  # each takes 64 MiB and about 50 ms: a flood must queue


class PasswordRefused(Trouble):
    """A new password cannot be taken. Facts: detail (French)."""


def first_password() -> str:
    """A password that an admin reads out: 20 letters in groups of four, 99 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(5))


def hashed(password: str) -> str:
    """Argon2id with the library's parameters (RFC 9106, low memory) and a salt of its own."""
    with _AT_ONCE:
        return _hasher().hash(_plain(password))


def matches(password: str, known: str | None) -> bool:
    """Whether a password is the one that was hashed. As slow for an account that is not there."""
    from argon2.exceptions import InvalidHashError, VerificationError

    with _AT_ONCE:
        try:
            return _hasher().verify(known or _nobody(), _plain(password)) and known is not None
        except (VerificationError, InvalidHashError):
            return False


def is_weak(known: str) -> bool:
    """Whether it was hashed with parameters that are no longer the library's."""
    return _hasher().check_needs_rehash(known)


def check(password: str, login: str, known: str) -> None:
    """Refuse a new password that is short, long, or easily guessed from what is known.

    Raises:
        PasswordRefused.
    """
    plain = _plain(password)
    if len(plain) < SHORTEST:
        raise PasswordRefused(
            detail=_("il faut au moins {count} caractères").format(count=SHORTEST)
        )
    if len(plain) > LONGEST:
        raise PasswordRefused(detail=_("{count} caractères au plus").format(count=LONGEST))
    if len(set(plain)) < 5:
        raise PasswordRefused(detail=N_("il faut des caractères plus variés"))
    if login.casefold() in plain.casefold():
        raise PasswordRefused(detail=N_("il contient votre identifiant"))
    if matches(password, known):
        raise PasswordRefused(detail=N_("c'est celui que vous aviez"))


def _plain(password: str) -> str:
    """One spelling of the same keys, whatever the keyboard: « é » may come as one or as two."""
    return unicodedata.normalize("NFKC", password)[: LONGEST + 1]


_kept: list[PasswordHasher] = []
_dummy: list[str] = []


def _hasher() -> PasswordHasher:
    if not _kept:
        from argon2 import PasswordHasher

        _kept.append(PasswordHasher())
    return _kept[0]


def _nobody() -> str:
    """The hash of a password that nobody knows."""
    if not _dummy:
        _dummy.append(_hasher().hash(secrets.token_hex()))
    return _dummy[0]
