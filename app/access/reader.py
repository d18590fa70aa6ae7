"""A reader: who asks, and which fonds are open to them.

This is all that retrieval is told of rights: the names of the fonds, or that all are open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Fonds = frozenset[str] | None  # names of the fonds that may be read; None: all of them
Role = Literal["agent", "juriste", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)  # from the least to the most
EVERYONE = "tous"  # the group that every reader is in


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who may ask."""

    login: str
    name: str  # as it is shown on the page
    role: Role
    fonds: Fonds

    def may_act_as(self, role: Role) -> bool:
        """Whether the reader has this role, or one above it."""
        return ROLES.index(self.role) >= ROLES.index(role)


LOCAL = Reader("local", "", "admin", None)
"""Whoever sits at the machine, where no login is asked for."""


def role_of(text: str) -> Role:
    """A role by its name. Raises ValueError for another word."""
    return ROLES[ROLES.index(text)]
