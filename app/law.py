"""What is said of an article of law and its versions: changed since, not yet there, no longer."""

from __future__ import annotations

import re
from datetime import date, timedelta

from app.citations import Answer
from app.words import _, long_day, ngettext
from ingest.records.label import french_date, in_a_sentence
from ingest.records.version import VersionRow
from vectorstore.retriever import Found
from vectorstore.versions import Named, same_words

_MADE = re.compile(r"^(?:modifi|cré|codifi|abrog|transf)\w* par ", re.I)
_TEXT = re.compile(
    r"(?P<kind>loi|décret|ordonnance|arrêté|décision)?(?: organique| constitutionnelle)?\s*"
    r"(?:n\s?°\s*)?(?P<number>\d{2,4}-\d{1,5}(?!-?\d))?\s*"
    r"(?:(?P<iso>\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))"
    r"|du (?P<when>\d{1,2}(?:er)?\s+[a-zéû]+\s+\d{4}))?",
    re.I,
)


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
        said = _("{name} n'est plus en vigueur depuis le {ended}.")
        return said.format(name=name, ended=long_day(ended)) if ended else ""
    times = ngettext("une fois", "{count} fois", len(later)).format(count=len(later))
    now = in_force(last) if last.date_end is None else _latest(last)
    return _("{name} a été modifié depuis ({times}) : {now}.").format(
        name=name, times=times, now=now
    )


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
        said = _("Le texte de {name} n'est pas dans l'index ({period}).")
        return said.format(name=_lower(name), period=in_force(item.used))
    if item.day is None or (last.date_end and item.day >= last.date_end):
        if not last.date_end:
            return _("{name} n'est pas encore en vigueur.").format(name=name)
        said = _("{name} n'est plus en vigueur depuis le {ended} ({latest}).")
        return said.format(name=name, ended=long_day(last.date_end), latest=_latest(last))
    day = long_day(item.day)
    if item.day < first.date:
        return _(
            "L'index n'a pas de version de {name} au {day} : la plus ancienne qu'il connaisse"
            " commence le {first}."
        ).format(name=_lower(name), day=day, first=long_day(first.date))
    return _("{name} n'était pas en vigueur le {day}.").format(name=name, day=day)


def in_force(version: VersionRow) -> str:
    """« version du 29 janvier 2014 au 19 juin 2014 », as vectorstore/versions.py names it."""
    begun = long_day(version.date)
    if version.date_end is None:
        return _("version en vigueur depuis le {begun}").format(begun=begun)
    last = date.fromisoformat(version.date_end) - timedelta(days=1)
    said = _("version du {begun} au {last}")
    return said.format(begun=begun, last=long_day(last.isoformat()))


def made_by(said: str) -> str:
    """The texts that made a version, as the law files word them, each by its name.

    « Modifications par Loi 2014-58 2014-01-27 1 & du 12 juillet 2010 » → « loi n° 2014-58 du
    27 janvier 2014, texte du 12 juillet 2010 »; « Décret » alone names nothing, and is left out.
    """
    parts = (_MADE.sub("", part).strip() for part in re.split(r" [&;] ", said))
    return ", ".join(dict.fromkeys(named for part in parts if (named := _text_named(part))))


def _text_named(part: str) -> str:
    """« loi n° 2014-58 du 27 janvier 2014 »; empty where there is no number and no day."""
    found = _TEXT.match(part)
    if found is None or not (found["number"] or found["iso"] or found["when"]):
        return part if part.startswith("un ") else ""
    when = (
        french_date(found["iso"]) if found["iso"] else "\u00a0".join((found["when"] or "").split())
    )
    named = (found["kind"] or "texte").lower()
    named += f" n°\u00a0{found['number']}" if found["number"] else ""
    return named + (f" du {when}" if when else "")


def _latest(version: VersionRow) -> str:
    return _("dernière {version}").format(version=in_force(version))


def _name(version: VersionRow) -> str:
    """« L'article L. 2122-22 du code général des collectivités territoriales »."""
    said = in_a_sentence(version.number, version.body or None)
    return said[0].upper() + said[1:]


def _lower(name: str) -> str:
    return name.replace("L'", "l'", 1)
