"""Who decided: the short name of the collectivity, « Montpellier », « Préfecture du Gard »."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from ingest.records.fold import fold

# On folded text; the name follows on the same line, or on the next.
_COMMUNE = re.compile(
    r"\b(?:(?:ville|commune|mairie|municipalite)[ \n]{1,3}d(?:e[ \n]+|')"
    r"|conseil municipal (?:de (?:la )?)(?:(?:ville|commune)[ \n]{1,3}d(?:e[ \n]+|'))?)"
)
_GROUP = re.compile(
    r"\b(?P<type>communaute (?:de communes|d'agglomeration|urbaine)|metropole"
    r"|syndicat (?:mixte|intercommunal)[a-z ']{0,40}?)[ \n]{1,3}"
    r"(?P<of>d(?:e la |e l'|es |u |e |')|)"
)
_PREFECT = re.compile(r"\bpref(?:ecture|ete?)[ \n](?P<of>d(?:u |e la |e l'|es |e |'))")
_COUNCIL = re.compile(r"conseil (communautaire|metropolitain|municipal)|comite syndical")
_NAME_WORD = re.compile(r"[ ]?([\w'\u2019-]+)")
# Words with a capital that begin the next thing on the line, and so end a name.
_STOP = re.compile(
    r"conseil|municipal|extrait|seance|departement|arrondissement|canton|republique|proces"
    r"|compte|registre|arrete|decision|deliberation|madame|monsieur|hotel|direction|service"
    r"|maire|convoque|nombre|date|objet|present|presents|page"
)
_PARTICLES = re.compile(r"de|du|des|la|le|les|sur|sous|en|et|lez|aux|au|a|d|l")
_NOT_A_COMMUNE = re.compile(
    r"actes|archives|arretes|autres|budget|budgets|comptes|conseil|conseils|convocations"
    r"|csv|conventions|courrier|courriers|crcm|data|decisions|delib|delibs|deliberation"
    r"|deliberations|documents|docs|droit|divers|dossiers|export|fichiers|files|finances"
    r"|fonds|import|juridique|marches|pdf|personnel|proces-verbaux|public|rapports|recueil"
    r"|recueils|records|registre|registres|reglements|ressources|scans|seances|tests|tmp"
    r"|urbanisme|web|voirie|technique|techniques|etat-civil|elections|ecole|ecoles|cantine"
    r"|social|test|home|work|srv|var|mnt|shared|users|partage|commun|mairie|ville|commune"
)
_FOLDER = re.compile(r"[^\W\d_]{3,}(?:[-' ][^\W\d_]+)*$")
_HEAD = 4000  # characters in which a collectivity names itself
_END_OF_HEAD = re.compile(r"\n\W*(?:(?:l')?ordre du jour\b|vu (?:le|la|l'|les)\b|objet ?:)")


def body_of(text: str, source: str, *, ocr: bool) -> str | None:
    """Whose record this is: the collectivity that its head names, else that of its folder.

    A name that OCR read only once, in a text that also holds the folder's name, is a misreading:
    « Le Rar Sr » for « le maire sur ».
    """
    named, filed = read_body(text), body_from_folder(source)
    if named is None and _of_a_group(text):  # never that of a commune's folder
        return _most_named_group(text)
    if named is None or filed is None:
        return named or filed
    folded = fold(text)
    misread = ocr and folded.count(fold(named)) < 2 and fold(filed) in folded
    return filed if misread or fold(named) == fold(filed) else named


def read_body(text: str) -> str | None:
    """The collectivity named at the head of a record's text; None where none is named."""
    head = _head(text)
    folded = fold(head)
    council = _COUNCIL.search(folded)
    if council is None:
        prefecture = _first(_PREFECT, head, folded)
        if prefecture:
            return f"Préfecture {prefecture}"
    communes = _first(_COMMUNE, head, folded)
    group = _first(_GROUP, head, folded)
    if council is not None and council[1] != "municipal":
        return group or communes
    return communes or group


def _of_a_group(text: str) -> bool:
    council = _COUNCIL.search(fold(_head(text)))
    return council is not None and council[1] != "municipal"


def _head(text: str) -> str:
    folded = fold(text[:_HEAD])
    end = _END_OF_HEAD.search(folded)
    return text[: end.start() if end else _HEAD]


def _most_named_group(text: str) -> str | None:
    """The group of communes that a text names most often, as it first writes it."""
    written = [*_named(_GROUP, text, fold(text))]
    often = Counter(map(fold, written))
    return max(written, key=lambda name: often[fold(name)], default=None)


def body_from_folder(source: str) -> str | None:
    """« couthenans/CR.pdf » → « Couthenans »; None where no folder looks like a commune."""
    for folder in source.replace("\\", "/").split("/")[:-1]:
        if not _NOT_A_COMMUNE.fullmatch(fold(folder)) and _FOLDER.match(folder):
            return _title_case(folder)
    return None


def _first(trigger: re.Pattern[str], head: str, folded: str) -> str | None:
    """The first name behind the trigger."""
    return next(_named(trigger, head, folded), None)


def _named(trigger: re.Pattern[str], head: str, folded: str) -> Iterator[str]:
    """The names behind the trigger, each with the type and article that belong to it."""
    for match in trigger.finditer(folded):
        name = _name(head[match.end() : match.end() + 80])
        if name is None:
            continue
        groups = match.groupdict()
        kind, article = groups.get("type"), groups.get("of")
        name = (article or "") + name
        if kind is None:
            yield name
            continue
        written = " ".join(head[match.start("type") : match.end("type")].lower().split())
        joint = "" if not article and name.startswith("-") else " "
        yield written[0].upper() + written[1:] + joint + name


def _name(rest: str) -> str | None:
    """The words of a proper name at the start of `rest`: capitals and small words between."""
    line = rest.lstrip("\n ").split("\n", 1)[0]
    kept: list[str] = []
    position = 0
    while match := _NAME_WORD.match(line, position):
        word, folded = match[1], fold(match[1])
        small = _PARTICLES.fullmatch(folded)
        proper = word[0].isupper() or (folded[:2] in ("d'", "l'") and word[2:3].isupper())
        if not small and (not proper or _STOP.fullmatch(folded)):
            break
        kept.append(word)
        position = match.end()
    while kept and (_PARTICLES.fullmatch(fold(kept[-1])) or kept[-1] in ("-", "'")):
        kept.pop()
    joined = " ".join(kept)
    return _title_case(joined) if len(joined) > 1 and len(kept) <= 7 else None


def _title_case(name: str) -> str:
    """« SAINT-QUENTIN-LA-POTERIE » → « Saint-Quentin-la-Poterie »; mixed case is kept."""
    shown = []
    for position, part in enumerate(re.split(r"([- ])", name)):
        if position and _PARTICLES.fullmatch(fold(part)):
            shown.append(part.lower())
        elif part.isupper() or part.islower():
            head, apostrophe, tail = part.replace("'", "\u2019").partition("\u2019")
            elided = head.lower() if position else head.capitalize()
            shown.append(f"{elided}\u2019{tail.capitalize()}" if apostrophe else part.capitalize())
        else:
            shown.append(part)
    return "".join(shown)
