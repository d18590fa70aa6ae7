"""The head of one act: its kind, number, date, object and the collectivity.

A head is read on the first lines only: numbers and dates further down belong to other acts,
which visas and considérants quote.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.records.body import body_of
from ingest.records.dates import DATE, date_in_name, date_in_words, of_match
from ingest.records.fold import fold
from ingest.records.lines import Line
from ingest.records.numbers import ANY, DATED, normalise
from ingest.records.title import object_of

_LINES = 45  # lines of a head: stamps and the list of those present come before the object
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("autre", re.compile(r"^\W*(?:attestation|certificat|communique de presse)\b")),
    ("deliberation", re.compile(r"\bextrait d[ue]s? (?:registre|deliberation)")),
    ("deliberation", re.compile(r"^\W*deliberations? (?:du conseil|du bureau|n ?°|numero)")),
    ("proces_verbal", re.compile(
        r"^\W*(?:proces[- ]verb|proces ver\b|pv\b|compte[- ]?rendu|c\.?[- ]?r\b).{0,40}?"
        r"(?:conseil|seance|reunion|\bcm\b|comite|$)|^\W*conseil (?:municipal|communautaire)"
        r" (?:du|de la seance)|^\W*seance (?:publique )?du\b"
    )),
    ("arrete", re.compile(
        r"^\W*arrete(?:$|\W*(?:n ?°|numero|(?:inter-?)?prefectoral|municipal|permanent|temporaire"
        r"|conjoint|du (?:maire|president)|portant|individuel|collectif|de (?:voirie|circulation)"
        r"))(?!.{0,80}\b(?:susvise|du \d))"
        rf"|^\W*arrete (?:[a-z-]{{4,16}} )?n ?°[^a-z]{{3,30}}du {DATE}\W*$"
    )),
    ("decision", re.compile(r"^\W*decision(?:s)?(?:$|\W*(?:n ?°|numero|du (?:maire|president)))")),
    ("convocation", re.compile(r"^\W*convocation(?:$| (?:du|au|a la))")),
    ("convention", re.compile(r"^\W*(?:avenant (?:n ?° ?\d+ )?a la )?convention (?:d|entre|n)")),
    ("reglement", re.compile(r"^\W*reglement (?:interieur|de|du|d')")),
    ("rapport", re.compile(r"^\W*rapport (?:d'orientation|de presentation|annuel|d'activite)")),
)  # fmt: skip
_NAMED: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("autre", re.compile(r"liste[-_ ](?:des?[-_ ])*delib")),
    ("proces_verbal", re.compile(
        r"(?<![a-z])(?:pv|cr|compte[-_ ]?rendu|proces[-_ ]?verb\w*)(?![a-z])"
    )),
    ("arrete", re.compile(r"(?<![a-z])arrete(?![a-z])")),
    ("deliberation", re.compile(r"(?<![a-z])delib(?:eration)?(?![a-z])")),
)  # fmt: skip
_LIST = re.compile(r"^\W*liste des deliberations")
_MET = re.compile(r"conseil[^.]{0,160}s'est reuni")
_QUOTING = re.compile(r"^\W*(?:vu\b|considerant|attendu)")
_N = r"(?:n ?[°o\"]|numero) ?:? ?"
_NUMBER = re.compile(
    rf"^\W*(?:(?:extrait .{{0,40}})?(?P<word>deliberation|arrete|decision)[a-z' ,-]{{0,60}}?:? ?"
    rf"{_N}(?P<any>{ANY})|(?:(?:deliberation|arrete|decision)[a-z' ,-]{{0,40}})?(?:{_N})"
    rf"(?P<dated>{DATED})|(?P<word2>deliberation|arrete|decision) (?P<bare>{DATED}))"
    rf"(?!\s*(?:euros|€))(?: (?:en date )?du (?P<when>{DATE}))?"
)
_SEANCE = re.compile(
    r"(?:seance|conseil|reunion|assemblee|bureau)\b(?:[^\n.;]|\n(?! *\n)){0,90}?"
    r"(?:(?<!compter )(?<!partir )(?<!avant )(?<!depuis )(?<!\bne )(?<!\bnee )"
    r"\b(?:du|le|en date du)[ \n]{1,3}"
    r"|(?:municipal|communautaire|syndical|seance)\s{1,4})"
    rf"(?P<date>{DATE})"
)
_OTHER_SEANCE = re.compile(
    r"approbation|approuv|destinataire|precedent|adopt|proces[- ]verbal de la seance|convoqu[^,;]*$"
)
_SIGNED = re.compile(rf"(?:\bfait|signe|donne) (?:a|en) [^\n]{{0,60}}?,? ?\n? ?le (?P<date>{DATE})")
_PLACE = re.compile(rf"(?:^|[ ])[a-z][a-z'-]{{2,40}}, le {DATE} *$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Head:
    """What the head of an act says; None where it says nothing."""

    kind: str  # one of record.KINDS
    number: str | None = None  # as written
    date: str | None = None  # ISO, of the séance or the signature
    title: str | None = None
    body: str | None = None


def read_head(text: str, lines: Sequence[Line], source: str, *, ocr: bool) -> Head:
    """The head of the act whose text is `text` and whose lines are `lines`."""
    kind = read_kind(lines, source)
    name = source.rsplit("/", 1)[-1]
    number = day = title = None
    if kind in ("deliberation", "arrete", "decision"):
        number, day = _number(lines)
        title = object_of(lines[:150], kind)
    if kind in ("deliberation", "proces_verbal", "convocation"):
        day = seance_date(text) or day
    elif day is None:
        day = _signature_date(text, whole=kind in ("arrete", "decision"))
    return Head(
        kind=kind,
        number=number,
        date=day or date_in_name(name),
        title=title,
        body=body_of(text, source, ocr=ocr),
    )


def read_kind(lines: Sequence[Line], source: str) -> str:
    """The kind that the first telling line names, else the file's name, else « autre »."""
    head = lines[:_LINES]
    for line in head:
        if _LIST.match(line.folded):
            return "autre"
        for kind, pattern in _KINDS:
            if pattern.search(line.folded):
                return kind
    if _MET.search(" ".join(line.folded for line in head)):
        return "proces_verbal"
    name = fold(source.rsplit("/", 1)[-1]).replace("_", " ")
    return next((kind for kind, pattern in _NAMED if pattern.search(name)), "autre")


def seance_date(text: str) -> str | None:
    """The date of the séance: as the head announces it, else « l'an deux mille … »."""
    head = fold(text[:6000])
    present = re.search(r"\n\W*(?:etaient )?(?:presents?|membres presents)\b", head)
    above = head[: present.start()] if present else head[:3000]
    for match in _SEANCE.finditer(above):
        before = above[max(0, match.start() - 60) : match.start("date")]
        found = of_match(match)
        if found and not _OTHER_SEANCE.search(before):
            return found
    return date_in_words(head)


def _signature_date(text: str, *, whole: bool) -> str | None:
    """« Fait à Nîmes, le 15 juin 2020 », the last one of an act; « Nîmes, le … » at its head."""
    folded = fold(text)
    signed = [found for m in _SIGNED.finditer(folded) if (found := of_match(m))]
    if signed and (whole or len(set(signed)) == 1):
        return signed[-1]
    match = _PLACE.search(folded[:1500])
    return of_match(match) if match else None


def _number(lines: Sequence[Line]) -> tuple[str | None, str | None]:
    """The act's number as written, and the date beside it (« arrêté n° 12 du 3 juin 2024 »)."""
    for line in lines[:_LINES]:
        if _QUOTING.match(line.folded):
            break
        match = _NUMBER.match(line.folded)
        if match is None:
            continue
        name = next(n for n in ("any", "dated", "bare") if match[n])
        day = of_match(match) if match["when"] else None
        return line.text[match.start(name) : match.end(name)].strip(), day
    return None, None


def opens_act(lines: Sequence[Line]) -> str | None:
    """The number of the act that these first lines of a page open; None where they open none."""
    kind = next((k for line in lines for k, p in _KINDS if p.search(line.folded)), None)
    if kind not in ("deliberation", "arrete", "decision"):
        return None
    number, _ = _number(lines)
    return normalise(number) if number else None
