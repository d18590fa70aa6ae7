"""A kept answer and the validated ones as HTML, in pages without any script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import urlencode

from app import words
from app.curated import WHY, Item
from app.journal.search import Entry
from app.passages import Again
from app.replay import FOUND, Replay, became
from app.web.markup import STATUS, address, model_named, named, notice
from app.words import N_, _, as_french, french, quoting

EXTRACT = 400  # characters of a passage that was looked at
ERASED = N_("[effacée]")
VALIDATING = N_(
    "Vous validez ces phrases et leurs citations telles qu'elles sont. La réponse"
    " sera donnée d'abord à qui pose la même question, avec votre nom et la date"
    " ; elle se retirera d'elle-même si un fichier cité change ou disparaît."
)
TO_SOME = N_("Elle ne sera donnée qu'à qui peut lire tous les fonds cherchés pour elle : {fonds}.")
TO_REVIEW = N_(
    "Elles ne sont plus données : reposez la question, validez la réponse d'aujourd'hui,"
    " puis ôtez l'ancienne."
)
NONE_GIVEN = N_(
    "Aucune. Une réponse se valide sur sa page : « Rejouer, valider », sous la réponse."
)
TO_ALL = N_("Elle ne sera donnée qu'à qui peut lire tous les fonds.")


def replay_page(
    found: Replay, known: Item | None, validation: str, said: str = "",
    judging: Mapping[int, str] | None = None, opinion: str = "",
) -> str:  # fmt: skip
    """A kept answer as it was given, and what became of its passages.

    Args:
        found: the answer.
        known: its validation, if it was validated, withdrawn meanwhile or not.
        validation: the form by which it is validated, or nothing.
        said: a sentence of the program.
        judging: by number of a citation, what is said of it.
        opinion: the form by which the answer is judged.
    """
    entry = found.entry
    answer = entry.parts.get("answer") or {}
    foot = {"id": escape(entry.id), "at": moment(entry.at), "who": escape(entry.who or "")}
    named = entry.who and entry.who != "local"
    made = _("Réponse {id} du {at} par {who}") if named else _("Réponse {id} du {at}")
    parts = [
        notice(said, "alert"),
        f"<h2>{_asked(entry)}</h2>",
        f'<p class="pied">{made.format_map(foot)}</p>',
        _validated(known, answer),
        verdict(found),
        _sentences(answer),
        _sources(found, judging or {}),
        _exports(entry.id) if answer.get("sentences") else "",
        opinion if entry.parts.get("answer") else "",
        validation,
        _passages(found),
        _made(found),
    ]
    return "\n".join(part for part in parts if part)


def _asked(entry: Entry) -> str:
    question = entry.parts.get("question")
    return escape(_(ERASED)) if question is None else as_french(escape(question))


def verdict(found: Replay) -> str:
    """Whether it all stands today as it stood then, in a sentence."""
    if found.entry.erased:
        return notice(
            _("Une partie de cette réponse a été effacée : elle ne peut plus être rejouée.")
        )
    everything = [again for _, again in (*found.citations, *found.passages)]
    lost = sum(again.state not in FOUND for again in everything)
    if not everything:
        return ""
    if not lost:
        return (
            '<p class="tient">'
            + _("✓ Rien n'a changé depuis : tout se retrouve tel quel.")
            + "</p>"
        )
    if lost == 1:
        changed = _("✗ Des sources ont changé depuis. Un passage ne se retrouve pas tel quel.")
        return notice(changed, "status")
    changed = _(
        "✗ Des sources ont changé depuis. {lost} des {count} passages ne se retrouvent pas tels"
        " quels."
    )
    return notice(changed.format(lost=lost, count=len(everything)), "status")


def validation_form(entry: Entry, token: str, *, named: bool) -> str:
    """The form by which an answer is validated; `named`: who validates is known already."""
    rests_on = entry.rests_on
    to = _(TO_ALL) if rests_on is None else _(TO_SOME).format(fonds=", ".join(sorted(rests_on)))
    name = "" if named else (
        '<label for="nom">' + _("Votre nom, tel qu'il sera montré") + "</label>"
        '<input id="nom" name="nom" required maxlength="100" autocomplete="name">'
    )  # fmt: skip
    return (
        f'<form id="valider" class="valider" method="post" action="{address(entry.id)}/valider">'
        f"<h3>{_('Valider cette réponse')}</h3><p>{escape(_(VALIDATING))}</p><p>{escape(to)}</p>"
        f'<input type="hidden" name="jeton" value="{escape(token)}">{name}<button>'
        f"{_('Valider')}</button></form>"
    )


def list_page(items: Sequence[Item], token: str, said: str = "") -> str:
    """The validated answers: first those that wait for a review, then those that are given."""
    waiting = [item for item in items if item.withdrawn]
    given = [item for item in items if not item.withdrawn]
    return "\n".join([
        notice(said, "status"),
        f'<h2>{_("Réponses validées")}</h2>',
        "<h3>" + _("À revoir ({count})").format(count=len(waiting)) + "</h3>",
        f"<p>{_(TO_REVIEW) if waiting else _('Aucune.')}</p>",
        _items(waiting, token),
        "<h3>" + _("Données aujourd'hui ({count})").format(count=len(given)) + "</h3>",
        "" if given else f"<p>{_(NONE_GIVEN)}</p>",
        _items(given, token),
    ])  # fmt: skip


def moment(at: str) -> str:
    """« 22/11/2026 à 09:14 »."""
    return escape(words.moment(at))


def day(at: str) -> str:
    """« 22/11/2026 »."""
    return escape(words.day(at))


def _validated(item: Item | None, answer: Mapping[str, Any]) -> str:
    by, on = (item.name, item.at) if item else ("", "")
    if item is not None and item.withdrawn:
        return notice(
            _("Elle avait été validée par {by} ; elle est à revoir : {why}.").format(
                by=by, why=_(WHY[item.why])
            ),
            "status",
        )
    if item is None and answer.get("validated"):
        by, on = answer["validated"]["by"], answer["validated"]["on"]
    return (
        (
            '<p class="validee">'
            + _("✓ Validée par {by} le {on}").format(by=escape(by), on=day(on))
            + "</p>"
        )
        if by
        else ""
    )


def _sentences(answer: Mapping[str, Any]) -> str:
    if not answer.get("sentences"):
        return f'<p class="refus">{quoting(escape(_(answer.get("text", ERASED))))}</p>'
    shown = []
    for one in answer["sentences"]:
        name, mention = STATUS.get(one["status"], STATUS["unverified"])
        text = as_french(_lines(one["text"]))
        text = f"<del>{text}</del>" if name == "non-verifiee" else text
        marks = " ".join(f'<a href="#source-{n}">[{n}]</a>' for n in one["citations"])
        shown.append(
            f'<p class="phrase {name}">{text} {marks} <span class="mention">{_(mention)}</span></p>'
        )
    shown += [f'<p class="note">{quoting(escape(_(note)))}</p>' for note in answer["notes"]]
    return f'<section class="dite">{"".join(shown)}</section>'


def _sources(found: Replay, judging: Mapping[int, str]) -> str:
    if not found.citations:
        return ""
    items = "".join(
        (
            f'<li id="source-{kept["number"]}"><b{french()}>[{kept["number"]}]'
            f" {escape(kept['label'])}</b>{_state(again)}"
            f'<blockquote{french()}>{_lines(kept["quote"])}</blockquote><p class="note">'
            + _("Fonds {fonds}, {source}").format(
                fonds=as_french(escape(kept["fonds"])), source=as_french(escape(kept["source"]))
            )
            + f"{_see(kept, again)}</p>{judging.get(kept['number'], '')}</li>"
        )
        for kept, again in found.citations
    )
    return f'<h3>{_("Sources citées")}</h3><ul class="sources" role="list">{items}</ul>'


def _see(kept: Mapping[str, Any], again: Again) -> str:
    """A link to the page where a quote stands today."""
    if again.state not in FOUND or again.source is None:
        return ""
    place = urlencode({"record": "", "start": kept["start"], "end": kept["end"]})
    link = f"/page/{again.source.id}/{kept['page']}.webp?{place}"
    where = _("page {page}, passage encadré").format(page=kept["page"])
    return f' · <a href="{escape(link)}">{where}</a>'


def _state(again: Again) -> str:
    kind, mark = ("tenu", "✓") if again.state in FOUND else ("perdu", "✗")
    return f'<p class="etat {kind}">{mark} {escape(became(again))}</p>'


def _passages(found: Replay) -> str:
    """The passages that were looked at, folded away."""
    if not found.passages:
        return ""
    items = []
    for kept, again in found.passages:
        text = " ".join(again.text.split())
        text = text if len(text) <= EXTRACT else text[:EXTRACT].rsplit(" ", 1)[0] + " …"
        quoted = f'<p class="extrait"{french()}>{escape(text)}</p>' if text else ""
        name = escape(again.label or kept["source"])
        items.append(
            f"<li><b{french()}>{name}</b>, p. {kept['page_first']}{_state(again)}{quoted}</li>"
        )  # fmt: skip
    return (
        "<details><summary>"
        + _("Les {count} passages regardés, du meilleur au moins bon").format(count=len(items))
        + f"</summary><ol>{''.join(items)}</ol></details>"
    )


def _made(found: Replay) -> str:
    """By which model, prompt and index."""
    facts = found.entry.facts
    rows = [(_("Modèle"), model_named(str(facts.get("model", ""))))]
    if facts.get("prompt_version"):
        today = _("la même aujourd'hui") if found.prompt else _("une autre aujourd'hui")
        rows.append((_("Consigne"), f"{facts['prompt_version']} ({today})"))
    same = facts.get("generation") == found.generation
    today = (
        _("la même aujourd'hui") if same else _("aujourd'hui {now}").format(now=found.generation)
    )
    rows.append((_("Génération de l'index"), f"{facts.get('generation', '')} ({today})"))
    cells = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows)
    return f"<details><summary>{_('Comment elle a été faite')}</summary><dl>{cells}</dl></details>"


def _exports(id: str) -> str:
    place = address(id)
    return (
        f'<h3>{_("Exporter")}</h3><ul role="list" class="exports"><li>'
        + _(
            '<a href="{place}/reponse.docx" download>Document Word</a> : la réponse et'
            " ses sources, à lire ou à coller, avec les pages citées, le passage encadré"
        ).format(place=place)
        + "</li><li>"
        + _(
            '<a href="{place}/reponse.pdf" download>PDF</a> : de même, avec les pages'
            " citées, le passage encadré"
        ).format(place=place)
        + "</li><li>"
        + _(
            '<a href="{place}/preuve.json" download>Fichier de preuve</a> (JSON) :'
            " <code>greffe verify</code> le contrôle, ici ou ailleurs"
        ).format(place=place)
        + "</li></ul>"
    )


def _items(items: Sequence[Item], token: str) -> str:
    lines = "".join(_item(item, token) for item in items)
    return f'<ul role="list" class="validees">{lines}</ul>' if items else ""


def _item(item: Item, token: str) -> str:
    by = _("Validée par {name} le {at}").format(name=escape(item.name), at=day(item.at))
    about = item.question or _("[question effacée]")
    first = named(_("Ôter la réponse à : {about}"), _("Ôter…"), about)
    sure = named(_("Oui, ôter la réponse à : {about}"), _("Oui, l'ôter"), about)
    asked = as_french(escape(item.question)) if item.question else escape(about)
    return (
        f'<li><a href="{address(item.answer)}">{asked}</a>'
        f'<p class="note">{by}{_why(item)}</p>'
        f'<details class="oter"><summary{first[0]}>{first[1]}</summary>'
        f'<form method="post" action="/validees/{item.id}/oter">'
        f'<input type="hidden" name="jeton" value="{escape(token)}">'
        f"<button{sure[0]}>{sure[1]}</button></form></details></li>"
    )


def _why(item: Item) -> str:
    if not item.withdrawn:
        return ""
    return _(". Retirée le {withdrawn} : {why}").format(
        withdrawn=day(item.withdrawn), why=escape(_(WHY[item.why]))
    )


def _lines(text: str) -> str:
    return "<br>".join(escape(line) for line in text.split("\n"))
