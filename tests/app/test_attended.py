"""Who was at a séance is told by the lines that name or count them."""

from __future__ import annotations

from pathlib import Path

from app.answer import Desk
from app.assembly import open_desk
from app.settings import load
from tests.command_line import indexed

MINUTES = """Commune de Courvallon-sur-Sélande
PROCÈS-VERBAL DU CONSEIL MUNICIPAL
Séance du 14 mars 2031
Présents : Odile MARCHEVILLE, Armand SÉVIGNOL, Clarisse DUVERNEUIL,
Jean FAURE
Absente : Sylvie CHANTELAUVE
Ordre du jour :
1. Réfection du lavoir
1. Réfection du lavoir
Le conseil municipal approuve les travaux du lavoir.
Vote : 3 pour, 1 contre
"""
TOLD = "C'est là que la séance nomme ou compte les membres présents, absents ou représentés."
PRESENT = "Présents : Odile MARCHEVILLE, Armand SÉVIGNOL, Clarisse DUVERNEUIL, Jean FAURE"


def test_the_lines_of_that_day_are_told(own_town: Path) -> None:
    indexed(own_town, "pv/2031.txt", MINUTES, "pv")
    with open_desk(load(own_town)) as desk:
        told = {
            "Combien de conseillers étaient présents le 14 mars 2031 ?": PRESENT,
            "Qui était présent au conseil municipal du 14 mars 2031 ?": PRESENT,
            "Quel est le nombre d'absents au conseil du 14 mars 2031 ?": (
                "Absente : Sylvie CHANTELAUVE"
            ),
        }
        for question, line in told.items():
            answer = desk.ask(question)
            assert [sentence.text for sentence in answer.sentences] == [line]
            assert answer.notes == (TOLD,)
        # nobody gave a proxy, a vote is another matter, no séance that day, no day
        for other in (
            "Combien de procurations au conseil du 14 mars 2031 ?",
            "Combien de présents ont voté contre le 14 mars 2031 ?",
            "Combien de conseillers étaient présents le 3 mars 1999 ?",
            "Combien de conseillers étaient présents ?",
        ):
            assert not _is_told(desk, other)


def _is_told(desk: Desk, question: str) -> bool:
    return TOLD in desk.ask(question).notes
