"""What is said of an article of law and its versions: changed since, not yet there, no longer."""

from __future__ import annotations

from app.citations import Answer
from ingest.records.label import french_date, in_a_sentence
from ingest.records.version import VersionRow
from vectorstore.retriever import Found
from vectorstore.versions import Named, period, same_words


def changes(found: Found, answer: Answer) -> list[str]:
    """For each article cited as it stood on a day: whether it was modified since."""
    cited = {citation.article_id for citation in answer.citations}
    return [
        since
        for item in found.named
        if item.quotable and item.versions[0].article_id in cited and (since := _since(item))
    ]


def _since(item: Named) -> str:
    later = [row for row in item.versions if item.used and row.date > item.used.date]
    later = [row for row in later if item.used and not same_words(row.text, item.used.text)]
    last = item.versions[-1]
    if item.used is None or (last is item.used and last.date_end is None):
        return ""
    name = _name(last)
    if not later:
        ended = last.date_end
        return f"{name} n'est plus en vigueur depuis le {french_date(ended)}." if ended else ""
    times = "une fois" if len(later) == 1 else f"{len(later)} fois"
    now = period(last) if last.date_end is None else f"dernière {period(last)}"
    return f"{name} a été modifié depuis ({times}) : {now}."


def absence(found: Found) -> str:
    """Why no article that the question names can be quoted; empty where one can."""
    if not found.named or any(item.quotable for item in found.named):
        return ""
    if any(hit.evidence.exact for hit in found.hits):  # it names an act, or another article too
        return ""
    return " ".join(_absent(item) for item in found.named[:3])


def _absent(item: Named) -> str:
    first, last = item.versions[0], item.versions[-1]
    name = _name(last)
    if item.used is not None:
        return f"Le texte de {_lower(name)} n'est pas dans l'index ({period(item.used)})."
    if item.day is None or (last.date_end and item.day >= last.date_end):
        ended = french_date(last.date_end) if last.date_end else ""
        said = f"{name} n'est plus en vigueur depuis le {ended} (dernière {period(last)})."
        return said if ended else f"{name} n'est pas encore en vigueur."
    day = french_date(item.day)
    if item.day < first.date:
        return (
            f"L'index n'a pas de version de {_lower(name)} au {day} :"
            f" la plus ancienne qu'il connaisse commence le {french_date(first.date)}."
        )
    return f"{name} n'était pas en vigueur le {day}."


def _name(version: VersionRow) -> str:
    """« L'article L. 2122-22 du code général des collectivités territoriales »."""
    said = in_a_sentence(version.number, version.body or None)
    return said[0].upper() + said[1:]


def _lower(name: str) -> str:
    return name.replace("L'", "l'", 1)
