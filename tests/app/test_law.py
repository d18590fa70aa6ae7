"""What a question about an article on a day gets: that version, or word that there is none."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.law import made_by
from tests.command_line import greffe
from tests.law_town import law_town

CODE = "Code général des collectivités territoriales"
TEXTS = {
    "1996-02-24": "Le conseil municipal règle par ses délibérations les affaires de la commune.",
    "2011-01-01": "Le conseil municipal règle par ses délibérations les affaires de la commune et"
    " tient un registre relié.",
    "2019-07-01": "Le conseil municipal règle par ses délibérations les affaires de la commune et"
    " tient un registre numérique.",
}
ENDS = {"1996-02-24": "2011-01-01", "2011-01-01": "2015-08-09", "2019-07-01": None}


def version(number: str, date: str, text: str, stop: str | None) -> dict[str, Any]:
    return {
        "id": f"T/{number}@{date}", "article": f"T/{number}", "code": CODE, "num": number,
        "etat": "MODIFIE", "date_debut": date, "date_fin": stop, "text": text,
    }  # fmt: skip


@pytest.fixture(scope="module")
def law(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Path:
    """A data folder with one article in force, its past, and one that was repealed."""
    now = {
        "id": "T/L9121-29", "code": CODE, "num": "L9121-29", "text": TEXTS["2019-07-01"],
        "etat": "VIGUEUR", "date_debut": "2019-07-01", "date_fin": None,
    }  # fmt: skip
    next_ = {**now, "id": "T/L9121-30", "num": "L9121-30", "text": "Le registre est public."}
    other = {**now, "id": "T/L9122-1", "num": "L9122-1", "text": "Le maire préside le conseil."}
    past = [version("L9121-29", date, text, ENDS[date]) for date, text in TEXTS.items()]
    past.append(version("L9199-1", "1996-02-24", "Le registre est coté.", "2006-01-01"))
    past.append(version("L9199-2", "2001-12-31", "⚠️Missing data from [legifrance](…)⚠️", None))
    return law_town(tmp_path_factory.mktemp("droit"), models, [now, next_, other], past)


@pytest.fixture(scope="module")
def ask(law: Path) -> Callable[[str], dict[str, Any]]:
    def asked(question: str) -> dict[str, Any]:
        ran = greffe(law, "ask", question, "--json")
        answer: dict[str, Any] = json.loads(ran.out)
        return answer

    return asked


def test_the_version_of_the_day_is_quoted_and_named_with_its_dates(
    ask: Callable[[str], dict[str, Any]],
) -> None:
    answer = ask("Que disait l'article L. 9121-29 du CGCT au 22 mai 2014 ?")
    assert answer["status"] == "answered", answer
    (cited,) = answer["citations"]
    assert "registre relié" in cited["quote"]
    label = cited["record"]["label"].replace("\u00a0", " ")
    assert label.startswith("Article L. 9121-29 du code général")
    assert label.endswith(", version du 1er janvier 2011 au 8 août 2015")
    assert (cited["record"]["date"], cited["article_id"]) == ("2011-01-01", "T/L9121-29")
    (note,) = answer["notes"]
    assert "a été modifié depuis (une fois)" in note
    assert "1er juillet 2019" in note.replace("\u00a0", " ")
    assert all(sentence["status"] == "verbatim" for sentence in answer["sentences"])


def test_the_next_article_is_the_one_that_follows_it_in_its_chapter(law: Path) -> None:
    asked = [
        {"id": "1", "question": "Que dit l'article L. 9121-29 du CGCT ?"},
        {"id": "2", "question": "Et l'article suivant ?", "after": "1"},
        {"id": "3", "question": "et le précédent ?", "after": "2"},
        {"id": "4", "question": "Et le suivant ?", "after": "2"},  # of another chapter
    ]
    lines = "\n".join(json.dumps(one) for one in asked)
    ran = greffe(law, "ask", "--batch", "-", "--json", stdin=lines)
    answers = [json.loads(line) for line in ran.out.splitlines()]
    ids = [[one["article_id"] for one in answer["citations"]][:1] for answer in answers]
    assert ids[:3] == [["T/L9121-29"], ["T/L9121-30"], ["T/L9121-29"]]
    assert "T/L9122-1" not in ids[3]
    assert not any("comprise" in note for note in answers[3]["notes"])


def test_a_year_is_the_version_at_its_end(ask: Callable[[str], dict[str, Any]]) -> None:
    for year, words in (("2010", "commune."), ("2011", "relié"), ("2022", "numérique")):
        answer = ask(f"Que dit l'article L. 9121-29 du CGCT en {year} ?")
        assert answer["citations"], answer
        assert words in answer["citations"][0]["quote"]
    assert answer["notes"] == [], "the version in force has not been modified since"
    label = answer["citations"][0]["record"]["label"].replace("\u00a0", " ")
    assert label.endswith(", version en vigueur depuis le 1er juillet 2019")


def test_without_a_day_the_version_in_force_is_named_as_ever(
    ask: Callable[[str], dict[str, Any]],
) -> None:
    answer = ask("Que dit l'article L. 9121-29 du CGCT ?")
    assert "numérique" in answer["citations"][0]["quote"]
    assert "version" not in answer["citations"][0]["record"]["label"]
    assert answer["notes"] == []


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ("Que disait l'article L. 9121-29 du CGCT en 1985 ?", "n'a pas de version"),
        ("Que disait l'article L. 9121-29 du CGCT au 3 mars 2017 ?", "n'était pas en vigueur"),
        ("Que dit l'article L. 9199-1 du CGCT ?", "n'est plus en vigueur depuis le 1er"),
        ("Que dit l'article L. 9199-2 du CGCT ?", "n'est pas dans l'index (version en vigueur"),
    ],
)
def test_no_other_version_is_quoted_where_there_was_none(
    ask: Callable[[str], dict[str, Any]], question: str, why: str
) -> None:
    answer = ask(question)
    assert (answer["status"], answer["citations"]) == ("not_in_records", [])
    assert why in answer["text"].replace("\u00a0", " ")


def test_an_article_repealed_since_is_quoted_as_it_stood(
    ask: Callable[[str], dict[str, Any]],
) -> None:
    answer = ask("Que disait l'article L. 9199-1 du CGCT en 2003 ?")
    assert answer["citations"][0]["quote"] == "Le registre est coté."
    assert "n'est plus en vigueur depuis le 1er" in answer["notes"][0].replace("\u00a0", " ")


def test_search_gives_the_passages_of_the_day(law: Path) -> None:
    ran = greffe(law, "search", "article L. 9121-29 CGCT en 2012", "--json")
    first = json.loads(ran.out)["hits"][0]
    assert "registre relié" in first["text"]
    assert (first["record"]["date"], first["article_id"]) == ("2011-01-01", "T/L9121-29")
    assert first["source"] == "versions.jsonl"


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("Modifications par Loi 2014-58 2014-01-27 1 & Décret n°2013-938  du 18 octobre 2013  1",
         "loi n° 2014-58 du 27 janvier 2014, décret n° 2013-938 du 18 octobre 2013"),
        ("Modifications par du 12 juillet 2010", "texte du 12 juillet 2010"),
        ("Modifications par Loi 96-142 1996-02-21 & Décret & mars 2007",
         "loi n° 96-142 du 21 février 1996"),
        ("Modifié par un texte d'une portée générale", "un texte d'une portée générale"),
        ("Modifications par 1", ""),
    ],
)  # fmt: skip
def test_the_texts_that_changed_an_article_are_named_or_left_out(said: str, named: str) -> None:
    assert made_by(said).replace("\xa0", " ") == named
