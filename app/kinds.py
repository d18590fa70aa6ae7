"""What kind of thing a question asks for: an amount, a date, a vote, a name, an article.

Each kind is a pattern that a sentence must hold to give such a thing.
"""

from __future__ import annotations

import re

_TITLE = r"(?:M\.|MM\b\.?|Mme|Mr\b|Monsieur|Madame)"  # of a person
AMOUNT = re.compile(
    r"\d[\d .,]*\s?(?:€|euros?\b|%|k€|m€|pour cent)|\beuro symbolique|\bgratuite?s?\b"
    r"|\b(?:multipli|doubl|tripl)ée?s?\b",
    re.I,
)
DATE = re.compile(
    r"\b\d{1,2}(?:er)?\s+(?:janv|févr|fevr|mars|avril|mai|juin|juil|août|aout|sept|oct|nov|déc|dec)"
    r"|\b\d{1,2}[/.]\d{1,2}[/.]\d{2,4}|\b(?:lundi|mardi|mercredi|jeudi|vendredi|samedi)s?\b",
    re.I,
)
VOTE = re.compile(
    rf"\b(?:pour|contre|abst\w*)\s*[:(]?\s*(?:\d|{_TITLE})"
    r"|\b\d+\s*(?:voix|votes?)?\s*(?:pour|contre|abst\w*)\b|\bunanimité",
    re.I,
)
_NAMES_AGAINST, _NAMES_ABSTAINING, _NAMES_FOR = (
    re.compile(rf"\b{how}\w*\s*(?:\(\w*\)\s*)?[:(]\s*(?:\d+\W+)?{_TITLE}", re.I)
    for how in ("contre", "abs[te]*n", "pour")
)
PERSON = re.compile(
    r"(?:élue?s?|désignée?s?|nommée?s?|sera|seront)\b[^.]*?\b[A-Z][\wé-]+ [A-ZÉÈ]"
    rf"|\b{_TITLE}\s*[A-ZÉ]"
    # « Suppléante : Adeline Roux », as offices are listed
    r"|\b(?:[Tt]itulaire|[Ss]uppléante?|[Rr]esponsable|[Dd]éléguée?|[Rr]éférente?|[Ss]ecrétaire"
    r"|[Pp]résidente?|[Rr]apporteure?|[Aa]djointe?)s?\s?:\s*[A-ZÉÈ][\w'’-]+\s+[A-ZÉÈ]"
)
_OTHER_WORD = r"(?!(?:M|MM|Mme|Mr|Monsieur|Madame|Mesdames|Messieurs|Maire|Préfète?|Le|La|Les)\b)"
_SOMEBODY = (
    rf"(?:{_TITLE}\s+{_OTHER_WORD}[A-ZÉÈ][\w'’-]+|{_OTHER_WORD}[A-ZÉÈ][\w'’-]+)"
    rf"\s+{_OTHER_WORD}[A-ZÉÈ][\w'’-]+"
)
# Who is mayor, or prefect: the office beside a name, and not what the mayor does.
_MAYOR, _PREFECT = (
    re.compile(rf"\b{office}\b(?:\s+de\s+[A-ZÉÈ][\w-]+)?\s?(?:[,:–-]|=>?)?\s+{_SOMEBODY}"
               rf"|{_SOMEBODY}\s?,?\s+(?:le\s+|la\s+)?{office}\b")
    for office in ("[Mm]aire", "[Pp]réfète?")
)  # fmt: skip
_NAME_OF = re.compile(
    r"^\W*(?:quel(?:le)? est le nom (?:du|de la)|comment s['’]appelle (?:le |la )?)\s*", re.I
)
HOLDERS = (_MAYOR, _PREFECT)
_PRESIDES = re.compile(rf"\b[Pp]résid\w+\W[^.;]{{0,40}}{_TITLE}|{_TITLE}[^.;]{{0,40}}\bprésid")
LAW = re.compile(r"\b(?:article|loi|décret|code|ordonnance)s?\b.*\d|\b[LRD]\.? ?\d{3,}", re.I)
NUMBER = re.compile(r"\d")
_DURATION = re.compile(
    r"(?:\d+|\b(?:une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|douze|quinze|vingt|trente"
    r"|quarante|soixante|cent)[\w-]*)\s*(?:ans?|années?|mois|jours?|heures?|h\b|semaines?|minutes?)",
    re.I,
)

_CLOCK = re.compile(r"\b\d{1,2}\s?(?:h|heures?)(?:\s?\d{2})?\b", re.I)
_HOURS = re.compile(r"\b\d{1,2}\s?(?:h|heures?)\s?\d{0,2}\s*(?:[-–—/]|à|et|jusqu\S*)\s*\d{1,2}\s?h",
                    re.I)  # fmt: skip
_OPINION = re.compile(r"\bavis\s+(?:\w+\s+){0,2}(?:dé)?favorable|(?:dé)?favorablement", re.I)
_PURPOSE = re.compile(
    r"\b(?:afin (?:de|d['’]|que)|en vue d|dans le but|destinée?s? à|objectif|permettr\w+"
    r"|pour (?:y |en |la |le |les )?\w{3,}(?:er|ir|re)\b|en raison|car\b|parce qu|compte tenu)",
    re.I,
)
ORGANISATION = re.compile(
    r"\b(?i:société|entreprise|cabinet|association|groupement|bureau d['’]études?|prestataire"
    r"|sarl|sas|eurl|agence|fondation|ets|établissements)\b[^.;:]{0,25}?[ «\"“][A-ZÉÈ]\w"
)

VOTES = (VOTE, _NAMES_AGAINST, _NAMES_ABSTAINING, _NAMES_FOR)

# The first that fits the question says what a sentence should hold.
_WHO_IS = r"^\W*(?:et )?(?:(?:qui|quel(?:le)?) (?:est|était)|comment s['’]appelle) "
_WHO_IS += r"(?:(?:le nom )?(?:du|de la) |le |la )?"
_VOTER = r"\b(?:qui|quel(?:le)?s? (?:élu|conseill[eè]r|membre)\w*(?: d[eu][^?,]{1,30}?)?) "
_ASKS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (re.compile(rf"{_WHO_IS}maire\b(?! adjoint)", re.I), _MAYOR),
    (re.compile(rf"{_WHO_IS}préfète?\b", re.I), _PREFECT),
    (re.compile(rf"{_VOTER}(?:(?:a|ont) voté contre|s['’](?:y )?(?:est|sont) opposé)", re.I),
     _NAMES_AGAINST),
    (re.compile(rf"{_VOTER}s['’](?:y )?(?:est|sont) abstenu", re.I), _NAMES_ABSTAINING),
    (re.compile(rf"{_VOTER}(?:a|ont) voté pour", re.I), _NAMES_FOR),
    (re.compile(r"\bvoix\b|\bvot(?:é|e|ant)s?\b.*\b(?:contre|pour\b(?! \d))|abst|oppos"
                r"|résultat du vote|qui a voté", re.I), VOTE),
    (re.compile(r"\bquel avis\b", re.I), _OPINION),
    (re.compile(r"^\W*(?:et )?(?:qui|par qui)\b.*\bprésid", re.I), _PRESIDES),
    (re.compile(r"quels? articles?|quel(?:le)? (?:texte|loi)|fondement|base légale", re.I), LAW),
    (re.compile(r"combien (?:de (?:temps|jours|semaines|mois)|d['’]années)\b|quelle durée"
                r"|dur(?:e|ée|ent|eraient)\b"
                r"|quels? (?:(?:est|sont|était|étaient) les? )?délais?\b", re.I),
     _DURATION),
    (re.compile(r"(?<!tarif )(?<!tarifs )(?<!prix )(?<!coût )(?<!taux )horaire", re.I), _HOURS),
    (re.compile(r"quelle heure", re.I), _CLOCK),
    (re.compile(r"\bquand\b|quelles? dates?|quels? jours?|jusqu'à quelle", re.I), DATE),
    (re.compile(r"combien (?:coût|risqu|pai|a coûté|un|une)"
                r"|combien (?!d['’e]).*\b(?:pay(?:e|é|er|ait)|pai(?:e|ent)|factur|dépens(?:e|é|er)"
                r"|vers(?:e|é|er|ait|ent)|rembours|reçoi(?:t|vent)|reçu|touche|gagne|perçoi)"
                r"|coût|coûte|prix|tarif|montant|taux"
                r"|somme|subvention|budget|amende|cotisation|indemnité"
                r"|\bquel(?:le)?s?\b[^?,]{0,20}\b(?:loyer|caution|redevance|déficit|excédent|solde"
                r"|dotation|rémunération|gratification|pénalité|remboursement|reste à charge"
                r"|participation financière|aide financière|frais|dépense|recette)s?\b", re.I),
     AMOUNT),
    (re.compile(r"\bquel(?:le)?s? (?:association|entreprise|société|prestataire|cabinet|bureau"
                r"|organisme|fournisseur|fondation|agence)s?\b|\battributaires?\b|\btitulaires? du"
                r" marché\b", re.I), ORGANISATION),
    (re.compile(r"^\s*(?:et\s+)?qui\b|quels? élus?|quelle personne|par qui", re.I), PERSON),
    (re.compile(r"combien|quel nombre", re.I), NUMBER),
    (re.compile(r"pourquoi|dans quel but|à quoi (?:ser|a servi)|que (?:veut|voulait|compte)\w*"
                r"(?:-\w+)? faire", re.I), _PURPOSE),
)  # fmt: skip

# What is measured, and what a sentence that tells it must hold; a number, and its unit.
_MEASURES: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (re.compile(r"\b(?:la|quelle) (?:température|chaleur)|\bpoint (?:d['’]ébullition|de (?:fusion"
                r"|congélation))", re.I),
     re.compile(r"\d\s?(?:°|º|degrés?\b)", re.I)),
    (re.compile(r"\bvitesse (?:du son|de la lumière)\b", re.I),
     re.compile(r"\d\s?(?:km|kilomètres?|m|mètres?)\s?(?:/\s?s|par seconde)", re.I)),
    (re.compile(r"\b(?:la|quelle) vitesse\b", re.I),
     re.compile(r"\d\s?(?:km|kilomètres?|m|mètres?|nœuds?)\s?(?:/|par\b|à l['’])\s?\w|\d km\b",
                re.I)),
    (re.compile(r"\b(?:numéros?|n°) de (?:téléphone|portable|mobile|fax)\b"
                r"|\bquel(?:le)? est le (?:téléphone|portable|fax)\b"
                r"|^\W*(?:téléphone|fax)\b", re.I),
     re.compile(r"(?:\b0|\+33\s?)\d(?:[\s.-]?\d\d){4}\b")),
    (re.compile(r"\badresses? (?:e-?mail|mail|électronique)"
                r"|\bquel(?:le)? est (?:le |l['’])(?:e-?mail|courriel)\b", re.I),
     re.compile(r"\w@\w")),
)  # fmt: skip


def plainly(question: str) -> str:
    """« Quel est le nom du maire ? » as « Qui est le maire ? »: a name is in no other words."""
    return _NAME_OF.sub("Qui est le ", question) if holder(question) else question


_DECIDED = re.compile(
    r"\b(?:séance|réuni\w*|(?:re)?vot\w+|décid\w+|adopt\w+|délibér\w+|attribu\w+|désign\w+|nommée?s?"
    r"|élue?s?|chois\w+|reten\w+|approuv\w+|accord\w+|autoris\w+|créée?s?|fixée?s?|instaur\w+"
    r"|institu\w+|signée?s?|pris(?:es?)?)\b", re.I,
)  # fmt: skip


def asks_day_of_act(question: str) -> bool:
    """« Quand la salle a-t-elle été attribuée ? »: the day of an act says it."""
    return wanted(question) is DATE and _DECIDED.search(question) is not None


def holder(question: str) -> re.Pattern[str] | None:
    """A pattern for the office that a question asks the holder of, with a name beside it."""
    kind = wanted(question)
    return kind if kind in HOLDERS else None


def measured(question: str) -> re.Pattern[str] | None:
    """A pattern for the measure that a question asks for; None where it asks for none."""
    return next((holds for asks, holds in _MEASURES if asks.search(question)), None)


def wanted(question: str) -> re.Pattern[str] | None:
    """A pattern for the kind of thing that is asked; None when any sentence may answer."""
    for asks, holds in _ASKS:
        if asks.search(question):
            return holds
    return None


# what `wanted` gives, by name; a question that wants none of these wants a fact
_NAMES = {
    VOTE: "vote", _NAMES_AGAINST: "vote", _NAMES_ABSTAINING: "vote", _NAMES_FOR: "vote",
    _OPINION: "opinion", LAW: "legal_basis", _DURATION: "duration", _HOURS: "date",
    _CLOCK: "date", DATE: "date", AMOUNT: "amount", ORGANISATION: "person", PERSON: "person",
    _PRESIDES: "person", _MAYOR: "person", _PREFECT: "person",
    NUMBER: "number", _PURPOSE: "purpose",
}  # fmt: skip
_LISTS = re.compile(r"\bquel(?:le)?s\b|\bliste|énumère", re.I)
_YES_OR_NO = re.compile(
    r"^\W*(?:est-ce que|(?:l[ea]s?|l['’]|une?|des|ce(?:tte)?)\b.*?\w-t?-?(?:ils?|elles?)\b)", re.I
)


def named(question: str) -> str:
    """The kind of thing that a question asks for, as a word: « amount », « date », « list » …"""
    holds = wanted(question)
    if holds is not None:
        return _NAMES.get(holds, "fact")
    if _YES_OR_NO.search(question):
        return "yes_no"
    return "list" if _LISTS.search(question) else "fact"


def others_wanted(question: str, first: re.Pattern[str] | None) -> tuple[re.Pattern[str], ...]:
    """The kinds of things that the other parts of a question ask for."""
    parts = re.split(r"\bet\b|,|\bpuis\b", question)
    kinds = [wanted(part) for part in parts]
    return tuple(dict.fromkeys(kind for kind in kinds if kind is not None and kind is not first))
