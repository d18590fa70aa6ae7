"""A citation of a kept answer, as it is verified on its page: the one before, after, its verdict.

Imports no FastAPI: the routes are in app/web/sheet.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from app.access.reader import Reader
from app.citations import Quote
from app.opinions import judgements
from app.passages import Again
from app.replay import FOUND, AnswerUnknown, replayed
from app.web.markup import address
from app.web.opinion_forms import judged, judging_form
from app.words import _
from ingest.catalogue import Catalogue

_ANSWER = re.compile(r"[0-9a-f]{12}")
_BACK = re.compile(r"/source/\d{1,12}/\d{1,7}(\?[\w=&.%-]{0,300})?(#passage)?")


@dataclass(frozen=True, slots=True)
class Cited:
    """The citation that a page is opened for."""

    answer: str  # id
    number: int  # of the citation
    rank: str  # « source 2 sur 3 »
    before: str = ""  # address of the citation before; empty: it is the first
    after: str = ""
    verdict: str = ""  # what was said of it and the form for who may say, as HTML

    @property
    def asked(self) -> dict[str, str | int]:
        """What an address bears, to come back to the same citation."""
        return {"reponse": self.answer, "citation": self.number}


def place_of(
    source_id: int, page: int, record: str = "", quote: Quote | None = None,
    cited: Mapping[str, str | int] | None = None,
) -> str:  # fmt: skip
    """The address of a page, with the quote boxed and led to when it stands there.

    `cited`: of which answer it is which citation, as `Cited.asked` says it.
    """
    asked: dict[str, str | int] = {"record": record} if record else {}
    boxed = quote is not None and quote.page == page
    if quote is not None and boxed:
        asked |= {"start": quote.start, "end": quote.end}
    asked |= cited or {}
    led = "#passage" if boxed else ""
    return f"/source/{source_id}/{page}" + (f"?{urlencode(asked)}" if asked else "") + led


def cited(
    data: Path, catalogue: Catalogue, reader: Reader, token: str, answer: str, number: str
) -> Cited | None:
    """The citation, if the reader may see the answer and it has one of this number."""
    if not _ANSWER.fullmatch(answer) or not number.isdecimal() or len(number) > 4:
        return None
    try:
        found = replayed(data, catalogue, answer, reader)
    except AnswerUnknown:
        return None
    open_ = [(kept, again) for kept, again in found.citations if again.state in FOUND]
    at = next((n for n, (kept, _) in enumerate(open_) if kept["number"] == int(number)), None)
    if at is None:
        return None
    verdict = judged(judgements(data, answer).get(int(number)))
    if reader.may_act_as("juriste"):
        verdict += judging_form(answer, int(number), token, here=_place(answer, *open_[at]))
    return Cited(
        answer, int(number), _("source {at} sur {count}").format(at=at + 1, count=len(open_)),
        _place(answer, *open_[at - 1]) if at else "",
        _place(answer, *open_[at + 1]) if at + 1 < len(open_) else "", verdict,
    )  # fmt: skip


def ways_of(one: Cited | None) -> str:
    """The way along the citations of the answer, as HTML."""
    if one is None:
        return ""
    moves = ((one.before, _("← Citation précédente")), (one.after, _("Citation suivante →")))
    links = [
        f'<a href="{escape(place)}">{words}</a>'
        if place
        else f'<span class="inactif">{words}</span>'
        for place, words in moves
    ]
    links.append(f'<a href="{address(one.answer)}#source-{one.number}">{_("Toute la réponse")}</a>')
    return (
        f'<nav class="ways" aria-label="{_("Citations de la réponse")}">'
        + _("<b>Citation [{number}], {rank}</b>").format(number=one.number, rank=one.rank)
        + f" {' '.join(links)}</nav>{one.verdict}"
    )


def way_back(form: Mapping[str, str], answer: str, number: int) -> str:
    """Where a judgement leads: to the page that it was made on, else to the answer."""
    here = form.get("retour", "")
    return here if _BACK.fullmatch(here) else f"{address(answer)}#source-{number}"


def _place(answer: str, kept: Mapping[str, Any], again: Again) -> str:
    if again.source is None:
        return ""
    quote = Quote(kept["quote"], kept["page"], kept["start"], kept["end"])
    asked: dict[str, str | int] = {"reponse": answer, "citation": kept["number"]}
    return place_of(again.source.id, kept["page"], "", quote, asked)
