"""A page of a source beside its text, and the card of an act, as HTML without any script."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode

from app.card import Card, Reference
from app.citations import Quote
from app.pages import Drawn, has_paper
from app.reference import reference
from app.web.cited import Cited, place_of, ways_of
from app.web.in_force import in_force
from app.web.markup import notice
from app.words import N_, _, as_french, french, long_day, ngettext
from ingest.links import in_words
from ingest.pages import Page
from ingest.records.label import KIND_NAMES
from ingest.records.record import Fact, Vote
from ingest.records.version import VersionRow
from ingest.rows import RecordRow, Source
from vectorstore.versions import dated_label

SIZES = {"100": 900, "150": 1350, "200": 1800}  # per cent → pixels of width
SHOWN = 30  # acts that name another
# facts of an act, in the order of the card; one that decides should state those marked
_FACTS = {
    "numero": (N_("Numéro"), True), "date": (N_("Date"), True), "objet": (N_("Objet"), True),
    "vote": (N_("Vote"), True), "presidence": (N_("Présidence"), False),
    "rapporteur": (N_("Rapporteur"), False), "presents": (N_("Présents"), False),
    "procurations": (N_("Procurations"), False), "absents": (N_("Absents"), False),
    "montant": (N_("Montant dans l'objet"), False),
    "identifiant": (N_("Identifiant de l'acte"), False),
    "transmission": (N_("Reçu en préfecture"), True), "publication": (N_("Publié"), True),
}  # fmt: skip
_DATES = frozenset({"date", "transmission", "publication"})
_OUTCOMES = {"adopte": N_("adopté"), "rejete": N_("rejeté"), "retire": N_("retiré")}
_ROLES = {"visa": N_("Vise"), "renvoi": N_("Cite"), "rapporte": N_("Rapporte, modifie ou abroge")}
_ABSENT = N_("non trouvé dans le texte")
# what an act does with the article, with the act that the card is of
_NAMED_ARTICLE = {
    "visa": N_("vise cet article"), "renvoi": N_("cite cet article"),
    "rapporte": N_("rapporte, modifie ou abroge cet article"),
}  # fmt: skip
_NAMED_ACT = {
    "visa": N_("vise cet acte"), "renvoi": N_("cite cet acte"),
    "rapporte": N_("rapporte, modifie ou abroge cet acte"),
}  # fmt: skip


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
    drawn: Drawn | None = None  # as large as it is shown; None: no paper, or not drawn
    undrawn: str = ""  # why the paper cannot be shown

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
    shown = _image(sheet, SIZES[size]) if paper and not sheet.undrawn else ""
    where = _(", page {number} sur {last}").format(number=sheet.page.number, last=sheet.last)
    where = where if sheet.article is None else ""
    used = sheet.version.date if sheet.version else ""
    return "\n".join([
        f"<h2{french()}>{escape(name)}</h2>",
        f'<p class="note">{_file(sheet.source)}{where}{escape(_read_by(sheet.page))}</p>',
        _name(sheet),
        ways_of(sheet.cited),
        _ways(sheet, size, paper=paper),
        notice(sheet.undrawn),
        f'<div class="cote{"" if shown else " seul"}">{shown}{_text(sheet)}</div>',
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
    read = (
        _("Lire l'acte (p. {first} à {last})")
        if act.page_last != act.page_first
        else (_("Lire l'acte (p. {first})"))
    )
    read = _("Lire l'article") if versions else read
    whole = reference(act.label, act.kind, act.body)
    stood = next((row for row in versions if row.date == (used or act.date)), None)
    whole = dated_label(whole, stood) if stood else whole
    return "\n".join([
        f"<h2{french()}>{escape(act.label)}</h2>",
        f'<p class="note">{_file(source)}</p>', _referred(whole),
        f'<p class="ways"><a href="{escape(place)}">'
        f"{read.format(first=act.page_first, last=act.page_last)}</a></p>",
        _facts(card, pages),
        _versions(versions, used or (act.date or "")),
        _references(card),
        _named_by(card),
    ])  # fmt: skip


def _name(sheet: Sheet) -> str:
    said = named(sheet)
    return _referred(said) if said else ""


def _file(source: Source) -> str:
    return _("Fonds {fonds}, fichier {path}").format(
        fonds=as_french(escape(source.fonds)), path=as_french(escape(source.path))
    )


def _referred(name: str) -> str:
    return f'<p>{_("Référence :")} <span class="reference"{french()}>{escape(name)}</span></p>'


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
    if page.confidence is None:
        return _(", lue par OCR")
    return _(", lue par OCR (confiance {sure} %)").format(sure=round(100 * page.confidence))


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
        link(sized(number - 1, size), _("← Page précédente"), on=number > 1),
        link(sized(number + 1, size), _("Page suivante →"), on=number < sheet.last),
    ]
    if sheet.article is not None:  # the file holds all articles, one a line: no page to turn
        links = []
    if paper:
        links += [
            link(sized(number, one), _("Zoom {percent} %").format(percent=one),
                 more=' aria-current="true"' if one == size else "")
            for one in SIZES
        ]  # fmt: skip
    if sheet.act:
        links.append(
            link(
                f"/acte/{sheet.act.id}",
                _("Fiche de l'article") if sheet.article else _("Fiche de l'acte"),
            )
        )
    if sheet.source.file.suffix.lower() == ".pdf":
        links.append(link(f"/source/{id}/{number}.pdf", _("Télécharger la page")))
    if sheet.article is not None:
        links.append(link(f"/source/{id}/{number}.txt", _("Télécharger le texte")))
    else:
        links.append(link(f"/source/{id}/fichier", _("Télécharger le fichier")))
    return f'<nav class="ways" aria-label="{_("Page et document")}">{" ".join(links)}</nav>'


def _with(address: str, **more: str) -> str:
    place, led, passage = address.partition("#")
    return f"{place}{'&' if '?' in place else '?'}{urlencode(more)}{led}{passage}"


def _image(sheet: Sheet, width: int) -> str:
    asked: dict[str, str | int] = {"largeur": width}
    what = _("Page {number} du document").format(number=sheet.page.number)
    if sheet.quote is not None:
        asked |= {"start": sheet.quote.start, "end": sheet.quote.end}
        what += _(", passage cité encadré")
    address = f"/page/{sheet.source.id}/{sheet.page.number}.webp?{urlencode(asked)}"
    high = f' height="{sheet.drawn.height}"' if sheet.drawn else ""  # its place is kept for it
    return (
        f'<div class="papier" role="region" aria-label="{_("Image de la page")}" tabindex="0">'
        f'<div class="dessin"><img src="{escape(address)}" alt="{what}" width="{width}"{high}>'
        f"{_passage(sheet)}</div></div>"
    )


def _passage(sheet: Sheet) -> str:
    """Where the boxed words stand on the image: what an address leads to, and the keyboard."""
    if sheet.drawn is None or not sheet.drawn.boxes:
        return ""
    boxes, wide, high = sheet.drawn.boxes, sheet.drawn.width, sheet.drawn.height
    left, top = min(box.left for box in boxes), min(box.top for box in boxes)
    right, bottom = max(box.right for box in boxes), max(box.bottom for box in boxes)
    sides = {
        "left": left / wide, "top": top / high,
        "width": (right - left) / wide, "height": (bottom - top) / high,
    }  # fmt: skip
    style = ";".join(f"{name}:{100 * share:.2f}%" for name, share in sides.items())
    return (
        f'<span id="passage" tabindex="-1" style="{style}"><span class="lu">'
        f"{_('Passage cité encadré')}</span></span>"
    )


def _text(sheet: Sheet) -> str:
    text, quote = sheet.page.text, sheet.quote
    what = _("Texte de la page") if sheet.article is None else _("Texte de l'article")
    shown = escape(text)
    led = "" if _passage(sheet) else ' id="passage" tabindex="-1"'
    if quote is not None:
        before, cited = escape(text[: quote.start]), escape(text[quote.start : quote.end])
        shown = f"{before}<mark{led}>{cited}</mark>{escape(text[quote.end :])}"
    return (
        f'<section class="texte" aria-label="{what}" tabindex="0">'
        f"<h3>{what}</h3><div{french()}>{shown}</div></section>"
    )


def _facts(card: Card, pages: Sequence[Page]) -> str:
    """Each fact with the place where it was read; what an act should state and does not."""
    found: dict[str, list[Fact]] = {}
    for fact in card.facts:
        found.setdefault(fact.name, []).append(fact)
    votes = card.record.kind == "deliberation"
    decides = votes or card.record.kind in ("arrete", "decision")
    rows = [_row(_("Nature"), as_french(KIND_NAMES.get(card.record.kind, "Document")))]
    if card.record.body:
        whose = _("Code ou texte") if card.record.kind == "article" else _("Qui décide")
        rows.append(_row(whose, as_french(escape(card.record.body))))
    for name, (title, expected) in _FACTS.items():
        if name in found:
            rows.append(_row(_(title), "<br>".join(_fact(card, one) for one in found[name])))
        elif name == "vote" and card.record.vote is not None and (said := _vote(card.record.vote)):
            rows.append(_row(_(title), escape(said)))
        elif expected and ((name == "vote" and votes) or (name != "vote" and decides)):
            rows.append(_row(_(title), f'<span class="manque">{_(_ABSENT)}</span>'))
    steps = found.get("dispositif", [])
    if steps:
        rows.append(
            _row(
                _("Dispositif"),
                _("{count} points ({place})").format(count=len(steps), place=_at(card, steps[0])),
            )
        )
    rows.append(_row(_("Lecture"), _reading(pages)))
    title = _("L'article") if card.record.kind == "article" else _("Ce que l'acte énonce")
    return f'<h3>{title}</h3><dl class="faits">{"".join(rows)}</dl>'


def _row(title: str, value: str) -> str:
    return f"<dt>{title}</dt><dd>{value}</dd>"


def _fact(card: Card, fact: Fact) -> str:
    value = as_french(escape(fact.value))
    if fact.name in _DATES and fact.value[:4].isdecimal():
        value = long_day(fact.value)
    if fact.name == "vote" and card.record.vote is not None:
        value = escape(_vote(card.record.vote)) or value
    return f"{value} ({_at(card, fact)})"


def _vote(vote: Vote) -> str:
    parts = [_(_OUTCOMES[vote.outcome])] if vote.outcome else []
    parts += [_("à l'unanimité")] if vote.unanimite else []
    counts = (
        (vote.pour, _("{count} pour")), (vote.contre, _("{count} contre")),
        (vote.abstentions, _abstaining(vote.abstentions or 0)),
        (vote.ne_prend_pas_part, _("{count} ne prend pas part au vote")),
    )  # fmt: skip
    parts += [said.format(count=count) for count, said in counts if count is not None]
    return ", ".join(parts)


def _abstaining(count: int) -> str:
    return ngettext("{count} abstention", "{count} abstentions", count)


def _at(card: Card, fact: Fact) -> str:
    span = fact.span
    quote = Quote("", span.page, span.start, span.end)
    place = place_of(card.source.id, span.page, str(card.record.id), quote)
    where = _("texte") if card.record.kind == "article" else f"p. {span.page}"
    return f'<a href="{escape(place)}">{where}</a>'


def _reading(pages: Sequence[Page]) -> str:
    scanned = [page for page in pages if page.ocr]
    if not scanned:
        return _("texte du fichier")
    sure = [page.confidence for page in scanned if page.confidence is not None]
    told = _(", confiance {sure} % au moins").format(sure=round(100 * min(sure))) if sure else ""
    many = ngettext(
        "{count} page sur {all} lue par OCR", "{count} pages sur {all} lues par OCR", len(scanned)
    )
    return many.format(count=len(scanned), all=len(pages)) + told


def _versions(rows: Sequence[VersionRow], used: str) -> str:
    """The versions of an article, the newest first, the one used marked.

    One that two files of the law give is listed once.
    """
    if not rows:
        return ""
    rows = list({row.date: row for row in rows}.values())
    since = used and rows[-1].date > used
    banner = f'<p class="avis" role="status">{_("Article modifié depuis cette version.")}</p>'
    items = "".join(_version(row, used) for row in reversed(rows))
    return (
        f"<h3>{_('Les versions de cet article')}</h3>"
        f'{banner if since else ""}<ul role="list" class="versions">{items}</ul>'
    )


def _version(row: VersionRow, used: str) -> str:
    words = in_force(row, escape)
    if row.date == used:
        words = f"<strong>{_('{words} — celle-ci').format(words=words)}</strong>"
    if not row.text:
        return "<li>" + _("{words} : texte absent de l'index").format(words=words) + "</li>"
    return (
        f'<li><details><summary>{words}</summary><div class="feuille"{french()}>'
        f"{escape(row.text)}</div></details></li>"
    )


def _references(card: Card) -> str:
    """What it names, with links to what of it is indexed."""
    if not card.references:
        return ""
    items = "".join(_reference(card, one) for one in card.references)
    return "<h3>" + _("Ce que l'acte vise et cite") + f'</h3><ul class="vises">{items}</ul>'


def _reference(card: Card, one: Reference) -> str:
    known = _links((act, "") for act in one.records) or _not_indexed(one)
    stood = f" — {in_force(one.version, escape)}" if one.version else ""
    return (
        f"<li>{_(_ROLES[one.fact.name])} {as_french(escape(in_words(one.fact.value)))}"
        f" ({_at(card, one.fact)}){_(' : ')}{known}{stood}</li>"
    )


def _not_indexed(one: Reference) -> str:
    return "" if one.version else ('<span class="manque">' + _("pas dans l'index") + "</span>")


def _named_by(card: Card) -> str:
    """« Actes qui visent cet article »."""
    of_law = card.record.kind == "article"
    title = _("Actes qui visent ou citent cet acte")
    title = _("Actes qui visent ou citent cet article") if of_law else title
    head, roles = f"<h3>{title}</h3>", _NAMED_ARTICLE if of_law else _NAMED_ACT
    if not card.named_by:
        return f"{head}<p>{_('Aucun, parmi les actes indexés qui vous sont ouverts.')}</p>"
    items = "".join(
        f'<li>{_link(act)} <span class="note">({_(roles[role])})</span></li>'
        for act, role in card.named_by[:SHOWN]
    )
    more = len(card.named_by) - SHOWN
    rest = f"<p>{_('… et {more} autres, plus anciens.').format(more=more)}</p>" if more > 0 else ""
    return f'{head}<ul class="visants">{items}</ul>{rest}'


def _links(acts: Iterable[tuple[RecordRow, str]]) -> str:
    return " ; ".join(_link(pair[0]) for pair in acts)


def _link(act: RecordRow) -> str:
    return f'<a href="/acte/{act.id}"{french()}>{escape(act.label)}</a>'
