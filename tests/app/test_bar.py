"""What speaks for an answer raises the confidence in it, what speaks against lowers it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.bar import Bar, Evidence

SOME = Evidence(nearest=0.4, coverage=0.5, like=0.8)


@pytest.mark.parametrize("name", ["nearest", "coverage", "like"])
def test_nearer_fuller_and_more_alike_is_surer(name: str) -> None:
    more = replace(SOME, **{name: getattr(SOME, name) + 0.2})
    assert Bar().confidence(more) > Bar().confidence(SOME)


@pytest.mark.parametrize(
    "name", ["other_kind", "uncounted", "other_time", "other_day", "scant", "beside"]
)
def test_what_is_amiss_is_less_sure(name: str) -> None:
    assert Bar().confidence(replace(SOME, **{name: True})) < Bar().confidence(SOME)


def test_a_follow_up_needs_less_of_its_own_words() -> None:
    little = Evidence(nearest=0.3, coverage=0.3, like=0.7)
    bar = Bar()
    assert bar.confidence(little) < bar.threshold < bar.confidence(replace(little, follow_up=True))


def test_nothing_alike_and_no_word_is_refused_and_all_of_it_is_answered() -> None:
    bar = Bar()
    assert bar.confidence(Evidence(0.0, 0.0)) < 0.1
    assert bar.confidence(Evidence(0.7, 1.0, 1.4)) > 0.8
