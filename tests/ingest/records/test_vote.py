"""Votes, as acts state them."""

import pytest

from ingest.records.record import Vote
from ingest.records.vote import read_vote


@pytest.mark.parametrize(
    ("text", "vote"),
    [
        ("Pour : 46\nContre : 10\nAdopté à la majorité", Vote("adopte", 46, 10)),
        ("2 contre 3 absentions 6 votes pour", Vote(None, 6, 2, 3)),
        ("14 voix POUR, 4 CONTRE", Vote(None, 14, 4)),
        ("Vote : pour à l'unanimité", Vote("adopte", unanimite=True)),
        ("Le Conseil, après en avoir délibéré, à l'unanimité :", Vote("adopte", unanimite=True)),
        ("Pour : 62\nContre : \nAbstentions : 3\nAdopté.", Vote("adopte", 62, None, 3)),
        ("Vote : 1 contre (M. A)\n\n3 abstentions (Mme B)\n7 pour", Vote(None, 7, 1, 3)),
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
