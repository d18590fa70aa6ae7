"""The open-data table of deliberations, in the columns of the SCDL « délibérations » schema."""

from __future__ import annotations

import csv
import io
import tomllib
from typing import TYPE_CHECKING, Any

from app.sample.conseil import COMMUNE, CONTENT, SEANCES, Act, Seance
from app.sample.markup import typo

if TYPE_CHECKING:
    from collections.abc import Iterable

COLUMNS = [
    "COLL_NOM", "COLL_SIRET", "DELIB_ID", "DELIB_DATE", "DELIB_MATIERE_CODE",
    "DELIB_MATIERE_NOM", "DELIB_OBJET", "BUDGET_ANNEE", "BUDGET_NOM", "PREF_ID", "PREF_DATE",
    "VOTE_EFFECTIF", "VOTE_REEL", "VOTE_POUR", "VOTE_CONTRE", "VOTE_ABSTENTION", "DELIB_URL",
]  # fmt: skip


def table(register: Iterable[Act], minutes: Iterable[Act]) -> bytes:
    """The CSV, in UTF-8; of the minutes, the acts that `scdl.toml` lists.

    VOTE_REEL counts the members who took part, present or represented.
    """
    listed = tomllib.loads((CONTENT / "scdl.toml").read_text(encoding="utf-8"))
    kept = [*register, *(a for a in minutes if a.number in listed["proces_verbal"])]
    rows = [_of_act(a) for a in kept] + [_of_listed(r) for r in listed["acte"]]
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(sorted(rows, key=lambda r: r["DELIB_ID"]))
    return out.getvalue().encode("utf-8")


def _of_act(act: Act) -> dict[str, str]:
    """The row of an act that the sample holds in full."""
    votes = (act.counted, act.pour, len(act.contre), len(act.abstention))
    sent = act.head["transmission"]
    return _row(act.number, act.seance, act.head["domaine"], act.objet, sent, votes)


def _of_listed(row: dict[str, Any]) -> dict[str, str]:
    """The row of an act known by this table only."""
    seance = SEANCES[row["seance"]]
    contre, stood = row["contre"], row["abstention"]
    votes = (seance.voters(), seance.voters() - contre - stood, contre, stood)
    sent = seance.date.replace(day=seance.date.day + 2).isoformat()
    return _row(row["numero"], seance, row["domaine"], row["objet"], sent, votes)


def _row(
    number: str, seance: Seance, domain: str, objet: str, sent: str, votes: tuple[int, ...]
) -> dict[str, str]:
    """A row; `votes` are the members voting, then for, against, abstaining."""
    code, _, name = domain.partition(" ")
    money = code.startswith("7.")
    values = (
        COMMUNE["nom"], COMMUNE["siret"], number, seance.date.isoformat(), code, name,
        typo(objet).replace("\u00a0", " "), str(seance.date.year) if money else "",
        "Budget principal" if money else "", "PREF099", sent, "19", *map(str, votes),
        f"{COMMUNE['site']}/deliberations/{number}",
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))
