"""The answer as HTML that a Gradio Markdown shows. All text is escaped here, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape as plainly

from app.citations import Answer, Citation, Draft, Sentence
from app.web.coded import coded
from app.web.spacing import spaced
from app.words import N_, _, as_french, day, french, language, quoting
from app.words import number as decimal

# status → (class, what the reader sees beside the sentence)
STATUS = {
    "verbatim": ("exacte", N_("✓ citation exacte")),
    "supported": ("appuyee", N_("≈ appuyée")),
    "unverified": ("non-verifiee", N_("✗ non vérifiée")),
}
PENDING = N_("… en cours de vérification")
EXTRACT = 280  # characters of a nearest passage shown in the list


def legend() -> str:
    """What is said beside a sentence, told."""
    return (
        '<details class="legende"><summary>'
        + _("Que veulent dire ces mentions ?")
        + "</summary><p>"
        + _("✓ citation exacte : la phrase se lit mot pour mot dans la source.")
        + "</p><p>"
        + _(
            "≈ appuyée : la phrase est reformulée ; ses chiffres, ses dates et ses noms"
            " sont dans la source."
        )
        + "</p><p>"
        + _("✗ non vérifiée : la source ne suffit pas à l&#39;établir ; ne pas s&#39;y fier.")
        + "</p></details>"
    )


def advice() -> str:
    """What to try when the records do not answer."""
    return (
        "<h3>"
        + _("Que faire ?")
        + '</h3><ul class="essais"><li>'
        + _(
            "Dites ce que vous savez : l&#39;année, le numéro de l&#39;acte, la séance, la commune."
        )
        + "</li><li>"
        + _(
            "Employez les mots d&#39;un acte : «&nbsp;tarif&nbsp;» plutôt que"
            " «&nbsp;prix&nbsp;», «&nbsp;subvention&nbsp;» plutôt que «&nbsp;aide&nbsp;»."
        )
        + "</li><li>"
        + _("L&#39;acte manque peut-être : demandez à votre administrateur ce qui est indexé.")
        + "</li></ul>"
    )


def escape(text: str) -> str:
    """Text that stays text, in HTML and in Markdown: all but letters, digits and spaces encoded.

    A line break is encoded too: a blank line would end the HTML and start Markdown. A sign of a
    font's own, which no reader's font has, is a bullet most often: shown as one.
    """
    plain = _OWN_SIGN.sub("•", text)
    return re.sub(r"[^\w ]|_", lambda found: f"&#{ord(found.group())};", plain)


_OWN_SIGN = re.compile(r"[\ue000-\uf8ff]")  # Unicode's private use area


def turn(number: int, question: str, answer: Answer | Draft | None) -> str:
    """One question and its answer; a draft of it, or None, while it is being written."""
    body = ""
    if isinstance(answer, Draft):
        body = _draft(answer)
    elif answer is not None:
        body = _answer(number, answer)
    return spaced(
        (
            f'<section class="tour"><h2 class="question" id="tour-{number}" tabindex="-1">'
            '<span class="lu">'
            + _("Question {number} :").format(number=number)
            + f" </span>{as_french(escape(question))}</h2>{body}</section>"
        ),
        marked=True,
    )


def turns(pairs: Sequence[tuple[str, Answer]]) -> str:
    """The first turns of a conversation, oldest first."""
    return "".join(turn(n, question, answer) for n, (question, answer) in enumerate(pairs, 1))


def notice(sentence: str, role: str = "") -> str:
    """A sentence of the program to the user."""
    heard = f' role="{role}"' if role else ""
    return spaced(f'<p class="avis"{heard}>{told(sentence)}</p>') if sentence else ""


def stopped() -> str:
    """That a question was stopped; greffe.js knows the notice by its class."""
    return spaced(f'<p class="avis arretee">{_("Recherche arrêtée.")}</p>')


def told(sentence: str) -> str:
    """A sentence of ours, translated and escaped; what it quotes is French, its commands code."""
    return coded(quoting(escape(_(sentence))))


def named(said: str, shown: str, about: str) -> tuple[str, str]:
    """An attribute and the words of a link that says more to a screen reader than is shown.

    An attribute has one language: where the records' is another, what is said is hidden words.

    Args:
        said: with a hole, `{about}`.
        shown: what everybody sees.
        about: words of the records.
    """
    whole = said.format(about=as_french(plainly(about)))
    if language() == "fr":
        return f' aria-label="{whole}"', shown
    return "", f'<span aria-hidden="true">{shown}</span><span class="lu">{whole}</span>'


def model_named(model: str) -> str:
    """What wrote an answer; a language model by its own name."""
    return _("aucun : phrases extraites des sources") if model == "extractif" else model


def address(id: str) -> str:
    """Where a kept answer is shown."""
    return f"/reponse/{id}"


def working(sentence: str) -> str:
    """What is being done at this moment."""
    return spaced(f'<p class="travail">{escape(sentence[:1].upper() + sentence[1:])}</p>')


def confidence(citation: Citation) -> str:
    """« lu par OCR (confiance 91 %) », or nothing for a page with its own text."""
    if not citation.ocr:
        return ""
    if citation.confidence is None:
        return _("lu par OCR")
    return _("lu par OCR (confiance {value} %)").format(value=round(100 * citation.confidence))


def _answer(number: int, answer: Answer) -> str:
    if answer.status == "closed":
        return f'<p class="refus">{told(answer.message)}</p>'
    parts = [_validated(answer)] if answer.validated else []
    parts += [_sentence(number, sentence, answer.citations) for sentence in answer.sentences]
    if answer.message:
        kind = "erreur" if answer.status == "error" else "refus"
        parts.append(f'<p class="{kind}">{told(answer.message)}</p>')
    parts += [f'<p class="note">{told(note)}</p>' for note in answer.notes]
    if answer.citations:
        parts.append(f"<h3>{_('Sources citées')}</h3>{_sources(number, answer.citations)}")
    if answer.sentences:
        parts.append(legend())
    if answer.nearest:
        parts.append(
            f'<h3>{_("Passages les plus proches")}</h3><p class="note">'
            + _("Greffe n’y a pas trouvé de réponse ; ils peuvent aider à reformuler la question.")
            + f"</p>{_nearest(number, answer.nearest)}"
        )
    if answer.status == "not_in_records":
        parts.append(advice())
    parts.append(_foot(answer))
    parts.append(_ways(number, answer))
    return "".join(parts)


def _draft(draft: Draft) -> str:
    """Sentences with their verdict; that under way is shown as what nobody has checked."""
    judged = "".join(_sentence(0, sentence, ()) for sentence in draft.sentences)
    return (
        f'{judged}<p class="phrase en-cours"><i{french()}>{escape(draft.pending)}</i>'
        f' <span class="mention">{_(PENDING)}</span></p>'
    )


def _validated(answer: Answer) -> str:
    """« validée par Anne Roy le 22/11/2026 »."""
    known = answer.validated
    assert known is not None
    said = _("✓ Réponse validée par {by} le {on}").format(by=known.by, on=day(known.on))
    return f'<p class="validee">{escape(said)}</p>'


def _sentence(number: int, sentence: Sentence, citations: Sequence[Citation]) -> str:
    name, mention = STATUS.get(sentence.status, STATUS["unverified"])
    lines = sentence.text.split("\n")  # rows of a table, items of a list
    text = as_french("<br>".join(escape(line) for line in lines))
    if name == "non-verifiee":
        text = f"<del>{text}</del>"
    known = {citation.number: citation for citation in citations}
    links = " ".join(
        f'<a class="renvoi" href="#c-{number}-{n}" title="{escape(known[n].label)}"{french()}>'
        f'<span class="lu">{_("Citation")} </span>[{n}]</a>'
        for n in sentence.citations
        if n in known
    )
    return f'<p class="phrase {name}">{text} {links} <span class="mention">{_(mention)}</span></p>'


def _sources(number: int, citations: Sequence[Citation]) -> str:
    items = "".join(
        f'<li><a{french()} href="#c-{number}-{citation.number}" title="[{citation.number}]'
        f' {escape(citation.reference or citation.label)}"><b>[{citation.number}]</b>'
        f" {escape(citation.label)}</a>{_ocr(citation)}</li>"
        for citation in citations
    )
    return f'<ul class="sources" role="list">{items}</ul>'


def _nearest(number: int, nearest: Sequence[Citation]) -> str:
    items = "".join(
        f'<li><a{french()} href="#p-{number}-{position}">{escape(citation.label)}</a>'
        f'{_ocr(citation)}<p class="extrait"{french()}>'
        f"{escape(_shortened(citation.quote.text))}</p></li>"
        for position, citation in enumerate(nearest, 1)
    )
    return f'<ul class="sources proches" role="list">{items}</ul>'


def _ocr(citation: Citation) -> str:
    read = confidence(citation)
    return f' <span class="ocr">{escape(read)}</span>' if read else ""


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= EXTRACT else text[:EXTRACT].rsplit(" ", 1)[0] + " …"


def _foot(answer: Answer) -> str:
    """How the answer was made, in small."""
    if answer.status == "error":
        return ""
    facts = []
    if answer.sentences and answer.model:
        facts.append(
            _("Phrases extraites des sources, sans modèle de langue")
            if answer.model == "extractif"
            else _("Rédigé par {model}, vérifié phrase à phrase").format(model=answer.model)
        )
    if answer.seconds:
        facts.append(f"{decimal(answer.seconds, 1)} s")
    return f'<p class="pied">{escape(" · ".join(facts))}</p>' if facts else ""


def _opinion(id: str) -> str:
    """What the page's own script makes of these two is in greffe.js."""
    return (
        f'<p class="suites jugement"><span>{_("Cette réponse vous aide-t-elle ?")}</span> '
        f'<a href="#utile-{id}">{_("Oui")}</a>'
        f' <a href="#signaler-{id}">{_("Signaler un problème")}</a></p>'
    )


def _ways(number: int, answer: Answer) -> str:
    """What can be done with an answer that the journal keeps."""
    again = f'<a href="#reposer-{number}">{_("Reposer la question")}</a>'
    if answer.status == "error":
        return f'<p class="suites">{again}</p>'
    if not re.fullmatch(r"[0-9a-f]{12}", answer.id):
        return ""
    place = address(answer.id)
    ways = [f'<a href="{place}">{_("Rejouer")}<span class="valide">{_(", valider")}</span></a>']
    if answer.sentences:
        ways = [
            f'<a href="#copier-{number}">{_("Copier avec les références")}</a>',
            f'<a href="{place}/reponse.docx">{_("Exporter en Word")}</a>',
            f'<a href="{place}/reponse.pdf">{_("En PDF")}</a>',
            f'<a href="{place}/preuve.json">{_("Fichier de preuve")}</a>',
            *ways,
        ]
    ways.append(again)
    return f'<p class="suites">{" ".join(ways)}</p>{_opinion(answer.id)}'
