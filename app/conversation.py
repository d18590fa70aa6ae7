"""A conversation, and how a follow-up becomes a question that stands alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.citations import Answer
from vectorstore.places import named as places
from vectorstore.question import read_question


@dataclass(frozen=True, slots=True)
class Conversation:
    """What was asked and answered so far, oldest first."""

    turns: tuple[tuple[str, Answer], ...] = ()
    id: str = ""  # of its first answer, in the journal

    def then(self, question: str, answer: Answer) -> Conversation:
        """The conversation with one more turn."""
        return Conversation((*self.turns, (question, answer)), self.id or answer.id)


EMPTY = Conversation()

_LEANS = re.compile(
    r"^\s*(?:et\b|mais\b|alors\b|donc\b|ou\b|sinon\b|qui d'autre|pourquoi\b|comment cela)"
    r"|\b(?:cela|ça|ceux-ci|celui-ci|celle-ci|celles-ci|cette (?:taxe|délibération|décision|mesure"
    r"|aide|subvention|somme)|ce (?:vote|montant|tarif|prix|projet|texte)|ces (?:montants|tarifs)"
    r"|le même|la même|eux)\b|(?<!-)\b(?:elles?|ils?)\b(?!-)",
    re.I,
)
# « Et en 2010 ? », « et au 1er janvier 2015 ? », « et aujourd'hui ? »: a time, and nothing else.
_TIME = (
    r"(?:aujourd['’]hui|maintenant|actuellement|(?:en|au|le|à la date du|fin|début)\s"
    r"(?:(?:\d{1,2}(?:er)?\s)?[a-zà-ÿ]{3,9}\s)?(?:19|20)\d\d)"
)
_BARE_TIME = re.compile(rf"^\W*(?:et|mais|alors)\W+(?P<when>{_TIME})\W*$", re.I)
_OTHER_TIME = re.compile(rf"\W*\b{_TIME}(?!\w)", re.I)
# « et de Pierrefonds ? », « et à Flaux ? »: another commune, and nothing else
_BARE_PLACE = re.compile(
    r"^\W*(?i:et|mais|alors)\W+(?:(?:pour|dans|celui|celle|ceux)\s+)?"
    r"(?:de\s+|d['’]|du\s+|à\s+)?(?P<place>[A-ZÀ-Þ][\w'’ -]+?)\W*$"
)
_CODE = re.compile(r"\b(?:du|de la|de l['’])\s?(?:code\b[^?.,;]*|[A-Z][A-Z0-9]{2,5}\b)")
_NAME = re.compile(r"(?<=[a-zà-ÿ,'’ ] |[ld]['’])[A-ZÉÈ][\w-]{3,}")


def context_of(question: str, conversation: Conversation) -> str:
    """The words of earlier questions that a follow-up leans on; empty when it stands alone."""
    if not conversation.turns or not leans(question):
        return ""
    before: list[str] = []
    for text, _ in reversed(conversation.turns):
        before.insert(0, text)
        if not leans(text):
            break
    context = ""
    for text in before:
        full = in_full(text, context)
        context = full if full != text else f"{context} {text}".strip()
    return context


def in_full(question: str, context: str) -> str:
    """A follow-up on an article or another commune, with what it leaves to the question before.

    « Et de Pierrefonds ? » asks of Pierrefonds what was asked of Flaux, « et en 2010 ? » for the
    same article at another time, « et l'article L. 311-2 ? » for one of the same code. Any other
    question is given back as it is.
    """
    before, other = places(context), _BARE_PLACE.search(question)
    if other and len(before) == 1 and places(question) == (other["place"],):
        return context.replace(before[0], other["place"])
    if not read_question(context, ()).articles:
        return question
    if when := _BARE_TIME.search(question):
        return f"{_OTHER_TIME.sub('', context).rstrip(' ?')} {when['when']} ?"
    if not read_question(question, ()).articles or _CODE.search(question):
        return question
    code = _CODE.findall(_OTHER_TIME.sub("", context))
    return f"{question.rstrip(' ?')} {code[-1].strip()} ?" if code else question


def leans(question: str) -> bool:
    """Whether a question leans on the one before: it opens so, or is too short to stand."""
    if _LEANS.search(question):
        return True
    words = re.findall(r"\w{4,}", question)
    return len(words) <= 3 and not _NAME.search(question)
