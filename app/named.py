"""What is asked of acts and articles by their number: which one, is there one, who relies on it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from app.citations import Quote
from app.listing import Listed, Listing, decided_by, hit_of, line_of, title_of
from app.units import quote_of, units
from app.words import _, ngettext
from ingest.catalogue import Catalogue, bare_number
from ingest.links import naming, reference_to
from ingest.records.label import MONTHS, in_a_sentence
from ingest.rows import RecordRow
from vectorstore.narrow import EVERYTHING, Narrow
from vectorstore.question import Reading, read_question
from vectorstore.references import of_the_code
from vectorstore.retriever import Found, Hit

_MOST_CANDIDATES = 8
_NEAREST = 3

# What surrounds a reference without asking for anything beyond it.
_AROUND = re.compile(
    r"\b(?:articles?|délibérations?|arrêtés?|décisions?|actes?|codes?|lois?|numéro|texte|contenu"
    r"|objet|général\w*|dispose|disait|décident?|prévoi\w*|contien\w*|porte\w*|quel\w*|dit|dire"
    rf"|{'|'.join(MONTHS)}|version|vigueur)\b",
    re.I,
)
_CODE = re.compile(r"\bcode\b|\b(?:CG|CR|CA|CJ|CC|CS)[A-Z0-9]+\b")
_RELIES = re.compile(
    r"\b(?:quel(?:le)?s|combien d\S*|list\w+)\b[^?]{0,40}\b(?:acte|délibération|arrêté|décision)s\b"
    r"[^?]{0,40}?\b(?:visent|visant|s['’]appuient|se fondent|citent|citant|mentionnent|mentionnant"
    r"|font référence|invoquent|appliquent|reposent)\b",
    re.I,
)


def only_names_it(question: str) -> bool:
    """« Que dit l'article 2131-1 ? » asks for the article and nothing else."""
    return not re.findall(r"[^\W\d_]{5,}", _AROUND.sub(" ", question))


def next_to(question: str, steps: int, catalogue: Catalogue, fonds: Sequence[str]) -> str:
    """« l'article L. 2121-18 du code … »: so many steps from the last one a question names, or "".

    It stays in the chapter that the number begins with: « L. 2121 ».
    """
    named = read_question(question, ()).articles
    codes = of_the_code(catalogue.articles_named(named[-1], fonds), question) if named else []
    if len(codes) != 1:
        return ""
    record = catalogue.records_of(codes)[codes[0]]
    number = bare_number(record.number or "")
    chapter = catalogue.articles_beginning(number.split("-")[0], fonds)
    numbers = {bare_number(one.number or "") for one in chapter if one.body == record.body}
    order = sorted(numbers, key=_in_order)
    at = order.index(number) + steps
    return in_a_sentence(order[at], record.body) if 0 <= at < len(order) else ""


def _in_order(number: str) -> list[tuple[int, str]]:
    """« L2121-2 » before « L2121-10 », « L2121-1A » before « L2121-1B »."""
    parts = re.findall(r"\d+|[^\W\d]+", number)
    return [(int(part), "") if part.isdigit() else (0, part) for part in parts]


def by_number(
    found: Found, catalogue: Catalogue, fonds: Sequence[str], narrow: Narrow = EVERYTHING
) -> Listing | None:
    """Acts that rely on the one named, or those among which a number does not choose.

    None for any other question. `narrow`: the only acts that may be listed.
    """
    if not found.exact:
        return None
    records = _as_written(found.reading.text, [*catalogue.records_of(list(found.exact)).values()])
    if not records:  # withdrawn meanwhile, or a past version alone
        return None
    if _RELIES.search(found.reading.text):
        return _relying_on(records, found.reading, catalogue, fonds, narrow)
    one = len(found.reading.articles) + len(found.reading.numbers) == 1
    if one and only_names_it(found.reading.text) and not found.named:
        return _candidates([one for one in records if narrow.fits(one)], catalogue)
    return None


def _as_written(question: str, records: list[RecordRow]) -> list[RecordRow]:
    """Those whose number stands in the question to the letter, « D2025-024 », if there are any."""
    written = re.sub(r"[\s.*]", "", question).upper()
    return [r for r in records if r.number and bare_number(r.number) in written] or records


def _relying_on(
    records: Sequence[RecordRow], reading: Reading, catalogue: Catalogue, fonds: Sequence[str],
    narrow: Narrow,
) -> Listing | None:  # fmt: skip
    """The acts that name one of these records, oldest first, each by the line that does.

    None where the question narrows them further, by a year or a day.
    """
    if reading.years or reading.days or reading.months:
        return None
    found: dict[int, Listed] = {}
    for record in records:
        values = reference_to(record)
        for act, _role in reversed(naming(catalogue, record, fonds)):
            fits = act.kind != "autre" and decided_by(act, reading) and narrow.fits(act)
            if fits and (line := _line_that_names(act, values, catalogue)):
                found.setdefault(act.id, Listed(act, line))
    acts = sorted(found.values(), key=lambda one: (one.record.date or "", one.record.id))
    law = [in_a_sentence(r.number, r.body) for r in records if r.kind == "article" and r.number]
    name = law[0] if law else _("cet acte")
    if not acts:
        return Listing((), _("Aucun acte indexé ne cite {name}.").format(name=name))
    said = ngettext("Un acte cite {name}", "{count} actes citent {name}", len(acts))
    return Listing(tuple(acts), said.format(count=len(acts), name=name))


def _line_that_names(
    act: RecordRow, values: Sequence[str], catalogue: Catalogue
) -> Quote | None:  # fmt: skip
    """« Vu l'article L. 2121-29 du CGCT », from the beginning of its line to the end."""
    span = next((f.span for f in catalogue.facts_of(act.id) if f.value in values), None)
    return line_of(span, act, catalogue) if span else None


def _candidates(records: Sequence[RecordRow], catalogue: Catalogue) -> Listing | None:
    """What a number may mean; None where it means one thing, be it in several files."""
    different = {(r.kind == "article", r.body, r.number and bare_number(r.number), r.date): r
                 for r in records}  # fmt: skip
    if len(different) < 2:
        return None
    shown: list[Listed] = []
    for record in different.values():
        if quote := _first_words(record, catalogue):
            shown.append(Listed(record, quote))
    if len(shown) < 2:
        return None
    said = _("{count} actes portent ce numéro ; précisez lequel (code, commune, date)")
    if all(one.record.kind == "article" for one in shown):
        said = _("{count} articles portent ce numéro ; précisez lequel (code, commune, date)")
    return Listing(tuple(shown[:_MOST_CANDIDATES]), said.format(count=len(shown)))


def _first_words(record: RecordRow, catalogue: Catalogue) -> Quote | None:
    if record.kind != "article" and (title := title_of(record, catalogue)):
        return title
    hit = hit_of(record, catalogue)
    unit = next(iter(units(hit)), None) if hit else None
    return quote_of(unit) if unit else None


def no_such_article(
    found: Found, catalogue: Catalogue, fonds: Sequence[str]
) -> tuple[str, list[Hit]] | None:
    """The sentence for an article that is not there, and the first passages of its neighbours.

    None unless the question asks for an article alone, with neighbours in the code it names.
    """
    if found.exact or found.named or not found.reading.articles:
        return None
    if not only_names_it(found.reading.text):
        return None
    wanted = bare_number(found.reading.articles[0])
    beside = catalogue.articles_beginning(wanted.rpartition("-")[0] or wanted, fonds)
    named = of_the_code([(r.id, r.body or "") for r in beside], found.reading.text)
    of_another = _CODE.search(found.reading.text) and len(named) == len(beside)
    if not beside or (of_another and len({record.body for record in beside}) > 1):
        return None
    by_name = {bare_number(r.number or ""): r for r in beside if r.id in set(named)}
    nearest = difflib.get_close_matches(wanted, by_name, _NEAREST, 0.6)
    hits = [hit for name in nearest if (hit := hit_of(by_name[name], catalogue))]
    shown = re.sub(r"^([A-Z]+)", r"\1. ", wanted)
    said = _("Aucun article indexé ne porte le numéro « {shown} ».")
    if hits:
        said = _(
            "Aucun article indexé ne porte le numéro « {shown} » ; voici les numéros les plus"
            " proches."
        )
    return said.format(shown=shown), hits
