"""A page of a source beside its text, and the card of an act, as HTML without any script."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode

from app.card import Card, Reference
from app.citations import Quote
from app.pages import has_paper
from app.reference import reference
from app.web.cited import Cited, place_of, ways_of
from ingest.pages import Page
from ingest.records.label import KIND_NAMES, french_date
from ingest.records.record import Fact, Vote
from ingest.records.version import VersionRow
from ingest.rows import RecordRow, Source
from vectorstore.versions import dated_label, period

SIZES = {"100": 900, "150": 1350, "200": 1800}  # per cent → pixels of width
SHOWN = 30  # acts that name another
# facts of an act, in the order of the card; one that decides should state those marked
_FACTS = {
    "numero": ("Numéro", True), "date": ("Date", True), "objet": ("Objet", True),
    "vote": ("Vote", True), "presidence": ("Présidence", False),
    "rapporteur": ("Rapporteur", False), "presents": ("Présents", False),
    "procurations": ("Procurations", False), "absents": ("Absents", False),
    "montant": ("Montant dans l'objet", False),
    "identifiant": ("Identifiant de l'acte", False),
    "transmission": ("Reçu en préfecture", True), "publication": ("Publié", True),
}  # fmt: skip
_DATES = frozenset({"date", "transmission", "publication"})
_OUTCOMES = {"adopte": "adopté", "rejete": "rejeté", "retire": "retiré"}
_ROLES = {"visa": "Vise", "renvoi": "Cite", "rapporte": "Rapporte, modifie ou abroge"}
_NAMED = {"visa": "vise", "renvoi": "cite", "rapporte": "rapporte, modifie ou abroge"}
_ABSENT = '<span class="manque">non trouvé dans le texte</span>'


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of a source, and what is looked for on it."""

    source: Source
    page: Page
    last: int  # number of the source's last page
    act: RecordRow | None
    quote: Quote | None
    cited: Cited | None = None  # of which answer the quote is a citation
    versions: Sequence[VersionRow] = ()  # of the article of law that the page holds

    @property
    def article(self) -> RecordRow | None:
        """The article of law that the page holds; None for a page of anything else."""
        return self.act if self.versions else None

    @property
    def version(self) -> VersionRow | None:
        """The one that stands on this page."""
        here = (self.source.id, self.page.number)
        return next((row for row in self.versions if (row.source_id, row.page) == here), None)


def sheet_page(sheet: Sheet, size: str) -> str:
    """The page, its text beside it, and the ways from there."""
    size = size if size in SIZES else "100"
    name = sheet.act.label if sheet.act else sheet.source.path
    paper = has_paper(sheet.source.file)
    shown = _image(sheet, SIZES[size]) if paper else ""
    where = f", page {sheet.page.number} sur {sheet.last}" if sheet.article is None else ""
    used = sheet.version.date if sheet.version else ""
    return "\n".join([
        f"<h2>{escape(name)}</h2>",
        f'<p class="note">Fonds {escape(sheet.source.fonds)}, fichier'
        f" {escape(sheet.source.path)}{where}{escape(_read_by(sheet.page))}</p>",
        _name(sheet),
        ways_of(sheet.cited),
        _ways(sheet, size, paper=paper),
        f'<div class="cote{"" if paper else " seul"}">{shown}{_text(sheet)}</div>',
        _versions(sheet.versions, used),
    ])  # fmt: skip


def card_page(
    card: Card, versions: Sequence[VersionRow], used: str, pages: Sequence[Page]
) -> str:  # fmt: skip
    """What is known of an act, what is missing, what it names, and what names it.

    Args:
        card: of the act.
        versions: of an article, oldest first.
        used: first day of the version that an answer used, if one did.
        pages: on which the act stands.
    """
    act, source = card.record, card.source
    place = place_of(source.id, act.page_first, str(act.id))
    last = f" à {act.page_last}" if act.page_last != act.page_first else ""
    read = "l'article" if versions else f"l'acte (p. {act.page_first}{last})"
    whole = reference(act.label, act.kind, act.body)
    stood = next((row for row in versions if row.date == (used or act.date)), None)
    whole = dated_label(whole, stood) if stood else whole
    return "\n".join([
        f"<h2>{escape(act.label)}</h2>",
        f'<p class="note">Fonds {escape(source.fonds)}, fichier {escape(source.path)}</p>',
        f'<p>Référence : <span class="reference">'
        f"{escape(whole)}</span></p>",
        f'<p class="ways"><a href="{escape(place)}">Lire {read}</a></p>',
        _facts(card, pages),
        _versions(versions, used or (act.date or "")),
        _references(card),
        _named_by(card),
    ])  # fmt: skip


def _name(sheet: Sheet) -> str:
    said = named(sheet)
    return f'<p>Référence : <span class="reference">{escape(said)}</span></p>' if said else ""


def named(sheet: Sheet) -> str:
    """The whole name of what the page holds: with the version, for an article of law."""
    if sheet.act is None:
        return ""
    if sheet.article is not None:
        label = sheet.article.label
        return dated_label(label, sheet.version) if sheet.version else label
    label = f"{sheet.act.label}, p. {sheet.page.number}" if _numbered(sheet) else sheet.act.label
    return reference(label, sheet.act.kind, sheet.act.body)


def _numbered(sheet: Sheet) -> bool:
    return has_paper(sheet.source.file)


def _read_by(page: Page) -> str:
    if not page.ocr:
        return ""
    sure = "" if page.confidence is None else f" (confiance {round(100 * page.confidence)} %)"
    return f", lue par OCR{sure}"


def _ways(sheet: Sheet, size: str, *, paper: bool) -> str:
    """Before and after, larger and smaller, the files, the card."""
    number, id = sheet.page.number, sheet.source.id
    record = str(sheet.act.id) if sheet.act else ""

    def link(address: str, words: str, *, more: str = "", on: bool = True) -> str:
        if not on:
            return f'<span class="inactif">{words}</span>'
        return f'<a href="{escape(address)}"{more}>{words}</a>'

    def sized(page: int, wanted: str) -> str:
        kept = sheet.cited.asked if sheet.cited else None
        address = place_of(id, page, record, sheet.quote, kept)
        return address if wanted == "100" else _with(address, taille=wanted)

    links = [
        link(sized(number - 1, size), "← Page précédente", on=number > 1),
        link(sized(number + 1, size), "Page suivante →", on=number < sheet.last),
    ]
    if sheet.article is not None:  # the file holds all articles, one a line: no page to turn
        links = []
    if paper:
        links += [
            link(sized(number, one), f"Zoom {one} %",
                 more=' aria-current="true"' if one == size else "")
            for one in SIZES
        ]  # fmt: skip
    if sheet.act:
        links.append(
            link(
                f"/acte/{sheet.act.id}",
                "Fiche de l'article" if sheet.article else "Fiche de l'acte",
            )
        )
    if sheet.source.file.suffix.lower() == ".pdf":
        links.append(link(f"/source/{id}/{number}.pdf", "Télécharger la page"))
    if sheet.article is not None:
        links.append(link(f"/source/{id}/{number}.txt", "Télécharger le texte"))
    else:
        links.append(link(f"/source/{id}/fichier", "Télécharger le fichier"))
    return f'<nav class="ways" aria-label="Page et document">{" ".join(links)}</nav>'


def _with(address: str, **more: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(more)}"


def _image(sheet: Sheet, width: int) -> str:
    asked: dict[str, str | int] = {"largeur": width}
    what = f"Page {sheet.page.number} du document"
    if sheet.quote is not None:
        asked |= {"start": sheet.quote.start, "end": sheet.quote.end}
        what += ", passage cité encadré"
    address = f"/page/{sheet.source.id}/{sheet.page.number}.webp?{urlencode(asked)}"
    return (
        '<div class="papier" role="region" aria-label="Image de la page" tabindex="0">'
        f'<img src="{escape(address)}" alt="{what}" width="{width}"></div>'
    )


def _text(sheet: Sheet) -> str:
    text, quote = sheet.page.text, sheet.quote
    what = "Texte de la page" if sheet.article is None else "Texte de l'article"
    shown = escape(text)
    if quote is not None:
        shown = (
            f"{escape(text[: quote.start])}<mark>{escape(text[quote.start : quote.end])}</mark>"
            f"{escape(text[quote.end :])}"
        )
    return (
        f'<section class="texte" aria-label="{what}" tabindex="0">'
        f"<h3>{what}</h3><div>{shown}</div></section>"
    )


def _facts(card: Card, pages: Sequence[Page]) -> str:
    """Each fact with the place where it was read; what an act should state and does not."""
    found: dict[str, list[Fact]] = {}
    for fact in card.facts:
        found.setdefault(fact.name, []).append(fact)
    votes = card.record.kind == "deliberation"
    decides = votes or card.record.kind in ("arrete", "decision")
    rows = [_row("Nature", KIND_NAMES.get(card.record.kind, "Document"))]
    if card.record.body:
        rows.append(_row("Qui décide", escape(card.record.body)))
    for name, (title, expected) in _FACTS.items():
        if name in found:
            rows.append(_row(title, "<br>".join(_fact(card, one) for one in found[name])))
        elif name == "vote" and card.record.vote is not None and (said := _vote(card.record.vote)):
            rows.append(_row(title, escape(said)))
        elif expected and ((name == "vote" and votes) or (name != "vote" and decides)):
            rows.append(_row(title, _ABSENT))
    steps = found.get("dispositif", [])
    if steps:
        rows.append(_row("Dispositif", f"{len(steps)} points ({_at(card, steps[0])})"))
    rows.append(_row("Lecture", _reading(pages)))
    return f'<h3>Ce que l\'acte énonce</h3><dl class="faits">{"".join(rows)}</dl>'


def _row(title: str, value: str) -> str:
    return f"<dt>{title}</dt><dd>{value}</dd>"


def _fact(card: Card, fact: Fact) -> str:
    value = escape(fact.value)
    if fact.name in _DATES and fact.value[:4].isdecimal():
        value = french_date(fact.value[:10])
    if fact.name == "vote" and card.record.vote is not None:
        value = escape(_vote(card.record.vote)) or value
    return f"{value} ({_at(card, fact)})"


def _vote(vote: Vote) -> str:
    parts = [_OUTCOMES[vote.outcome]] if vote.outcome else []
    parts += ["à l'unanimité"] if vote.unanimite else []
    counts = (
        (vote.pour, "pour"), (vote.contre, "contre"), (vote.abstentions, "abstention(s)"),
        (vote.ne_prend_pas_part, "ne prend pas part au vote"),
    )  # fmt: skip
    parts += [f"{count} {what}" for count, what in counts if count is not None]
    return ", ".join(parts)


def _at(card: Card, fact: Fact) -> str:
    span = fact.span
    quote = Quote("", span.page, span.start, span.end)
    place = place_of(card.source.id, span.page, str(card.record.id), quote)
    where = "texte" if card.record.kind == "article" else f"p. {span.page}"
    return f'<a href="{escape(place)}">{where}</a>'


def _reading(pages: Sequence[Page]) -> str:
    scanned = [page for page in pages if page.ocr]
    if not scanned:
        return "texte du fichier"
    sure = [page.confidence for page in scanned if page.confidence is not None]
    told = f", confiance {round(100 * min(sure))} % au moins" if sure else ""
    many = f"{len(scanned)} page{'s' if len(scanned) > 1 else ''} sur {len(pages)}"
    return f"{many} lue{'s' if len(scanned) > 1 else ''} par OCR{told}"


def _versions(rows: Sequence[VersionRow], used: str) -> str:
    """The versions of an article, the newest first, the one used marked."""
    if not rows:
        return ""
    since = used and rows[-1].date > used
    banner = '<p class="avis" role="status">Article modifié depuis cette version.</p>'
    items = "".join(_version(row, used) for row in reversed(rows))
    return (
        f"<h3>Les versions de cet article</h3>{banner if since else ''}"
        f'<ul role="list" class="versions">{items}</ul>'
    )


def _version(row: VersionRow, used: str) -> str:
    words = escape(period(row)) + (f" ({escape(row.by)})" if row.by else "")
    if row.date == used:
        words = f"<strong>{words} — celle-ci</strong>"
    if not row.text:
        return f"<li>{words} : texte absent de l'index</li>"
    return (
        f'<li><details><summary>{words}</summary><div class="feuille">{escape(row.text)}</div>'
        "</details></li>"
    )


def _references(card: Card) -> str:
    """What it names, with links to what of it is indexed."""
    if not card.references:
        return ""
    items = "".join(_reference(card, one) for one in card.references)
    return f'<h3>Ce que l\'acte vise et cite</h3><ul class="vises">{items}</ul>'


def _reference(card: Card, one: Reference) -> str:
    known = _links((act, "") for act in one.records) or _not_indexed(one)
    stood = f" — {escape(period(one.version))}" if one.version else ""
    return (
        f"<li>{_ROLES[one.fact.name]} {escape(one.fact.value)} ({_at(card, one.fact)})"
        f" : {known}{stood}</li>"
    )


def _not_indexed(one: Reference) -> str:
    return "" if one.version else '<span class="manque">pas dans l\'index</span>'


def _named_by(card: Card) -> str:
    """« Actes qui visent cet article »."""
    what = "cet article" if card.record.kind == "article" else "cet acte"
    head = f"<h3>Actes qui visent ou citent {what}</h3>"
    if not card.named_by:
        return f"{head}<p>Aucun, parmi les actes indexés qui vous sont ouverts.</p>"
    items = "".join(
        f'<li>{_link(act)} <span class="note">({_NAMED[role]} {what})</span></li>'
        for act, role in card.named_by[:SHOWN]
    )
    more = len(card.named_by) - SHOWN
    rest = f"<p>… et {more} autres, plus anciens.</p>" if more > 0 else ""
    return f'{head}<ul class="visants">{items}</ul>{rest}'


def _links(acts: Iterable[tuple[RecordRow, str]]) -> str:
    return " ; ".join(_link(act) for act, _ in acts)


def _link(act: RecordRow) -> str:
    return f'<a href="/acte/{act.id}">{escape(act.label)}</a>'
