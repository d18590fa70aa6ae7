"""Votes, as acts state them."""

import pytest

from ingest.records.record import Vote
from ingest.records.vote import read_vote


@pytest.mark.parametrize(
    ("text", "vote"),
    [
        ("Pour : 46\nContre : 10\nAdopté à la majorité", Vote("adopte", 46, 10)),
        ("2 contre 3 absentions 6 votes pour", Vote("adopte", 6, 2, 3)),
        ("14 voix POUR, 4 CONTRE", Vote("adopte", 14, 4)),
        ("Vote : pour à l'unanimité", Vote("adopte", unanimite=True)),
        ("Le Conseil, après en avoir délibéré, à l'unanimité :", Vote("adopte", unanimite=True)),
        ("Pour : 62\nContre : \nAbstentions : 3\nAdopté.", Vote("adopte", 62, None, 3)),
        ("Vote : 1 contre (M. A)\n\n3 abstentions (Mme B)\n7 pour", Vote("adopte", 7, 1, 3)),
        (
            "Vu la délibération en date du 4 mai\nVu le code\nAprès avoir délibéré, les membres du"
            " conseil ont, à l'unanimité :\n- approuvé le tarif",
            Vote("adopte", unanimite=True),
        ),
        (
            "Vote :\n- Abstentions : 3 (M. A, M. B, Mme C) Ils indiquent qu'ils\nne sont pas contre"
            "\nau projet mais auraient voulu\nune réunion\nplus tôt.\n- Pour : 16",
            Vote("adopte", 16, None, 3),
        ),
        ("Pour : 3\nContre : 12", Vote("rejete", 3, 12)),
        ("Pour : 7\nContre : 7", Vote(None, 7, 7)),
        (
            "adopté par le bureau le 3 mai\nVote :\n- Pour : 15\n- Abstentions : 3, M. A, Mme B",
            Vote("adopte", 15, None, 3),
        ),
        (
            "après en avoir délibéré, à l'unanimité :\n- AUTORISE\n\nAbstentions 4 : M. A, Mme B",
            Vote("adopte", None, None, 4, unanimite=True),
        ),
        ("27- AFFAIRE RETIREE", Vote("retire")),
        ("Contre : / ", Vote(None, None, 0)),
    ],
)  # fmt: skip
def test_a_vote_is_read_as_stated(text: str, vote: Vote) -> None:
    assert read_vote(text) == vote


@pytest.mark.parametrize(
    "text",
    [
        "une somme de 12 pour la ville",
        "Par délibération en date du 22 juillet 2013, le conseil municipal a approuvé à "
        "l'unanimité la convention",
        "Pour : 12 € par enfant",
    ],
)
def test_what_is_no_vote_of_this_act_is_left_out(text: str) -> None:
    assert read_vote(text) is None


def test_two_votes_that_differ_leave_the_counts_empty() -> None:
    vote = read_vote(
        "Pour : 46\nContre : 10\nAdopté\n\nun\ndeux\ntrois\nPour : 50\nContre : 6\nAdopté"
    )
    assert vote == Vote("adopte")
