"""The source beside the answer: which citation is open, on which page, and how it is shown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlencode

from app.citations import Citation, Quote
from app.errors import sentence
from app.opinions import Judgement, Said
from app.pages import Drawn, Undrawable, drawn_page, excerpt, has_paper
from app.web.cited import place_of
from app.web.desk import Catalogue, Conversation, Source
from app.web.in_force import in_force
from app.web.markup import confidence, escape, notice
from app.web.spacing import spaced
from app.web.withheld import is_gone, is_withheld
from app.words import N_, _, as_french, day, french
from ingest.discover import sha256
from ingest.pages import Page

GONE = N_("Ce document a été retiré ou remplacé depuis cette réponse.")
CLOSED = N_(
    "Ce document ne vous est plus ouvert : son fonds vous a été fermé depuis cette réponse."
)
_REFERENCE = re.compile(r"#?([cp])-(\d{1,4})-(\d{1,4})")
_PAGE = re.compile(r",\s+p\.\s+\d+$")  # at the end of a citation's name


@dataclass(frozen=True, slots=True)
class View:
    """What the panel shows."""

    turn: int  # 1-based, of the conversation
    nearest: bool  # among the nearest passages of a refusal, not the citations
    position: int  # 0-based, in that list
    page: int  # 1-based: the quote's page, or one that was leafed to

    @property
    def reference(self) -> str:
        """As in the answer's links: « c-2-1 » is citation 1 of the second answer."""
        return f"{'p' if self.nearest else 'c'}-{self.turn}-{self.position + 1}"


@dataclass(frozen=True, slots=True)
class Panel:
    """The panel's content and which of its four buttons lead somewhere."""

    title: str  # what the source is
    head: str  # the quoted words, and what can be done with them
    body: str  # its page
    previous_citation: bool = False
    next_citation: bool = False
    previous_page: bool = False
    next_page: bool = False


def open_reference(conversation: Conversation, reference: str) -> View | None:
    """The view of a link « #c-2-1 » or « #p-2-1 »; None where the conversation has no such."""
    found = _REFERENCE.match(reference)
    if found is None or not 1 <= int(found[2]) <= len(conversation.turns):
        return None
    answer = conversation.turns[int(found[2]) - 1][1]
    for position, citation in enumerate(answer.nearest if found[1] == "p" else answer.citations):
        number = position + 1 if found[1] == "p" else citation.number
        if number == int(found[3]):
            return View(int(found[2]), found[1] == "p", position, citation.quote.page)
    return None


def first_view(conversation: Conversation) -> View | None:
    """The first citation of the last answer."""
    number = len(conversation.turns)
    if not number or not conversation.turns[-1][1].citations:
        return None
    return View(number, False, 0, conversation.turns[-1][1].citations[0].quote.page)


def move(conversation: Conversation, view: View, citations: int, pages: int) -> View:
    """The view after so many citations or pages; the same at either end of the list."""
    if citations:
        choice = listed(conversation, view)
        position = min(max(0, view.position + citations), len(choice) - 1)
        return replace(view, position=position, page=choice[position].quote.page)
    return replace(view, page=max(1, view.page + pages))


def panel(
    catalogue: Catalogue, conversation: Conversation, view: View, said: Said | None = None
) -> Panel:  # fmt: skip
    """What the panel shows for a view; `said`: what legal staff said of the citation."""
    choice = listed(conversation, view)
    citation = choice[view.position]
    if is_withheld(citation):
        return _withheld(view, len(choice), gone=is_gone(citation))
    source = catalogue.source(citation.source_id)
    page = catalogue.page(citation.source_id, view.page)
    if source is None or source.state != "live" or page is None:
        body = notice(GONE)
        before = after = False
    else:
        body = _body(citation, source, page) + _versions(catalogue, citation)
        leafed = citation.article_id is None  # a file of the law has an article a line, no pages
        before = leafed and catalogue.page(citation.source_id, view.page - 1) is not None
        after = leafed and catalogue.page(citation.source_id, view.page + 1) is not None
    return Panel(
        spaced(_title(citation, _named(catalogue, citation, view.page), view, len(choice))),
        spaced(
            _head(citation)
            + _tools(catalogue, citation, view.page, answer_of(conversation, view))
            + _judging(answer_of(conversation, view), citation.number, said)
        ),
        spaced(body),
        view.position > 0,
        view.position < len(choice) - 1,
        before,
        after,
    )


def _withheld(view: View, count: int, *, gone: bool) -> Panel:
    """A citation of which nothing may be shown any more: its fonds was closed, or it is gone."""
    title = _("Document retiré") if gone else _("Document fermé")
    named = f'<h2 id="vue-{view.reference}" tabindex="-1">{title}</h2>'
    head = f'<p class="suites"><a href="#retour">{_("Revenir à la réponse")}</a></p>'
    body = spaced(notice(GONE if gone else CLOSED))
    return Panel(spaced(named), spaced(head), body, view.position > 0, view.position < count - 1)


def image_address(citation: Citation, page: int) -> str:
    """Where the image of a page is served, with the quote boxed when it stands on that page."""
    place: dict[str, str | int] = {"record": citation.record_id}
    if page == citation.quote.page:
        place |= {"start": citation.quote.start, "end": citation.quote.end}
    return f"/page/{citation.source_id}/{page}.webp?{urlencode(place)}"


def listed(conversation: Conversation, view: View) -> Sequence[Citation]:
    """The list in which the view goes from one to the next."""
    answer = conversation.turns[view.turn - 1][1]
    return answer.nearest if view.nearest else answer.citations


def _named(catalogue: Catalogue, citation: Citation, page: int) -> str:
    """The name of what is shown: the act cited, on the page leafed to; past its pages, the file."""
    cut = _PAGE.search(citation.label)
    if page == citation.quote.page or cut is None:
        return citation.label
    id, source = citation.record_id, catalogue.source(citation.source_id)
    act = catalogue.record(int(id)) if id.isdecimal() else None
    within = act is None or act.page_first <= page <= act.page_last
    name = citation.label[: cut.start()] if within or source is None else source.path
    return f"{name}, p. {page}"


def _title(citation: Citation, name: str, view: View, count: int) -> str:
    if view.nearest:
        rank = _("Passage proche {position} sur {count}, qui ne répond pas à la question").format(
            position=view.position + 1, count=count
        )
    else:
        rank = _("Citation {number}, source {position} sur {count}").format(
            number=citation.number, position=view.position + 1, count=count
        )
    return (
        f'<p class="rang">{escape(rank)}</p>'
        f'<h2 id="vue-{view.reference}" tabindex="-1"{french()}>{escape(name)}</h2>'
    )


def _head(citation: Citation) -> str:
    read = confidence(citation)
    return (
        f'<p class="ocr">{escape(read)}</p>' if read else ""
    ) + f'<blockquote class="passage"{french()}>{escape(citation.quote.text)}</blockquote>'


def answer_of(conversation: Conversation, view: View) -> str:
    """The id of the kept answer that a view is about; empty where it is no citation of one."""
    id = conversation.turns[view.turn - 1][1].id
    return id if not view.nearest and re.fullmatch(r"[0-9a-f]{12}", id) else ""


def _judging(answer: str, number: int, said: Said | None) -> str:
    """What was said of the citation; for who may, what greffe.js sends to say it anew."""
    if not answer:
        return ""
    return (
        f"{_verdict(said)}"
        f'<p class="suites jugement valide"><span>{_("Cette citation :")}</span> '
        f'<a href="#confirmer-{answer}-{number}">{_("✓ Confirmer")}</a>'
        f' <a href="#contester-{answer}-{number}">{_("✗ Contester")}</a></p>'
    )


def _verdict(said: Said | None) -> str:
    """« ✗ Contestée par Anne le 22/11/2026 : « Ce n'est pas la dernière version. » »."""
    if said is None or not isinstance(said.what, Judgement):
        return ""
    good = said.what.verdict == "confirmed"
    by = _("✓ Confirmée par {name} le {at}") if good else _("✗ Contestée par {name} le {at}")
    text = as_french(escape(f" : « {said.what.text} »")) if said.what.text else ""
    told = escape(by.format(name=said.what.name, at=day(said.at)))
    return f'<p class="note verdict">{told}{text}</p>'


def _tools(catalogue: Catalogue, citation: Citation, page: int, answer: str) -> str:
    """The act's whole name, to be copied, and the ways to its page in full and its card."""
    record = citation.record_id
    act = catalogue.record(int(record)) if record.isdecimal() else None
    named = citation.reference or citation.label
    ways = [
        f'<a href="#retour">{_("Revenir à la réponse")}</a>',
        f'<a href="#reference">{_("Copier la référence")}</a>',
    ]
    source = catalogue.source(citation.source_id)
    if source is not None and source.state == "live":
        asked: dict[str, str | int] = {"reponse": answer, "citation": citation.number}
        kept = asked if answer else None
        place = place_of(citation.source_id, page, record, citation.quote, kept)
        ways.append(f'<a href="{escape(place)}" target="_blank">{_("Page en grand et texte")}</a>')
        if act is not None:
            since = f"?version={citation.date}" if citation.article_id and citation.date else ""
            card = escape(f"/acte/{record}{since}")
            ways.append(f'<a href="{card}" target="_blank">{_("Fiche")}</a>')
    return (
        f'<p class="note">{_("Référence :")}'
        f' <span class="reference"{french()}>{escape(named)}</span></p>'
        f'<p class="suites">{" ".join(ways)}</p>'
    )


def _versions(catalogue: Catalogue, citation: Citation) -> str:
    """The versions of an article of law, newest first, the one cited marked."""
    rows = catalogue.versions(citation.article_id) if citation.article_id else ()
    if len(rows) < 2:
        return ""
    lines = []
    for row in reversed(rows):
        words = in_force(row, escape)
        cited = row.date == citation.date
        marked = f"<strong>{_('{words} — citée ici').format(words=words)}</strong>"
        lines.append(marked if cited else words)
    since = rows[-1].date > (citation.date or "")
    head = _("Article modifié depuis : ses versions") if since else _("Les versions de cet article")
    items = "".join(f"<li>{line}</li>" for line in lines)
    return f'<p class="note">{head}</p><ul class="versions">{items}</ul>'


def _body(citation: Citation, source: Source, page: Page) -> str:
    """The page itself, drawn where it can be, else its text."""
    here = citation.quote if citation.quote.page == page.number else None
    if has_paper(source.file):
        shown = _drawn(citation, source, page, here)
    else:
        shown = f'<p class="note">{_("Texte du document")}</p>' + _text(page, here)
    return (
        _elsewhere(citation, page) + _changed(source) + shown
        + ('<p class="fichier">' + _("Fonds {fonds}, fichier {path}").format(
            fonds=as_french(escape(source.fonds)), path=as_french(escape(source.path))
        ) + "</p>")
    )  # fmt: skip


def _drawn(citation: Citation, source: Source, page: Page, quote: Quote | None) -> str:
    try:
        drawn = drawn_page(source.file, page.number, quote=quote, text_page=page)
    except Undrawable as trouble:
        said = sentence(trouble)
        return notice((said.happened if said else "") + f" {_('En voici le texte.')}") + _text(
            page, quote
        )
    unfound = quote is not None and drawn.top is None
    said_so = notice(_("Le passage n'a pas pu être encadré sur l'image.")) if unfound else ""
    return said_so + _figure(citation, page.number, drawn) + _folded_text(page, quote)


def _figure(citation: Citation, page: int, drawn: Drawn) -> str:
    address = escape(image_address(citation, page))
    what = _("Page {page} du document").format(page=page)
    place = ""
    if drawn.top is not None:
        what += _(", passage cité encadré")
        place = f'<span id="passage" style="top: {100 * drawn.top:.1f}%"></span>'
    return (
        f'<figure><a href="{address}" title="'
        f'{_("Ouvrir l&#39;image de la page dans un nouvel onglet")}">'
        f'<img src="{address}" alt="{escape(what)}" width="{drawn.width}"'
        f' height="{drawn.height}">{place}'
        f"</a><figcaption>{escape(what)}</figcaption></figure>"
    )


def _folded_text(page: Page, quote: Quote | None) -> str:
    return f"<details><summary>{_('Texte de la page')}</summary>{_text(page, quote)}</details>"


def _text(page: Page, quote: Quote | None) -> str:
    around = excerpt(page, quote)
    mark = f"<mark>{escape(around.quoted)}</mark>" if around.quoted else ""
    return (
        f'<div class="feuille"{french()}>{escape(around.before)}{mark}{escape(around.after)}</div>'
    )


def _elsewhere(citation: Citation, page: Page) -> str:
    if page.number == citation.quote.page:
        return ""
    return notice(_("Le passage cité est à la page {page}.").format(page=citation.quote.page))


def _changed(source: Source) -> str:
    """Said when the file on disk is no longer the one that was read."""
    try:
        stat = source.file.stat()
    except OSError:
        return ""
    if (stat.st_size, stat.st_mtime_ns) == (source.size, source.mtime_ns):
        return ""
    if stat.st_size == source.size and _content(source.file, stat.st_mtime_ns) == source.sha256:
        return ""  # copied or touched: the same bytes under a new date
    return notice(_("Le fichier a changé depuis son indexation : relisez la page avec prudence."))


@lru_cache(maxsize=256)
def _content(file: Path, mtime_ns: int) -> str:
    """SHA-256 of a file as of that date, worked out once; empty when it cannot be opened."""
    try:
        return sha256(file)
    except OSError:
        return ""
