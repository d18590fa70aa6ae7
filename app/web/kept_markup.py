"""A kept answer and the validated ones as HTML, in pages without any script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import urlencode

from app.curated import WHY, Item
from app.journal.search import Entry
from app.passages import Again
from app.replay import FOUND, Replay, became
from app.web.markup import STATUS, address, notice
from ingest.records.label import short_date

EXTRACT = 400  # characters of a passage that was looked at
ERASED = "[effacée]"
VALIDATING = (
    "Vous validez ces phrases et leurs citations telles qu'elles sont. La réponse sera donnée"
    " d'abord à qui pose la même question, avec votre nom et la date ; elle se retirera d'elle-même"
    " si un fichier cité change ou disparaît."
)
TO_SOME = "Elle ne sera donnée qu'à qui peut lire tous les fonds cherchés pour elle"
TO_ALL = "Elle ne sera donnée qu'à qui peut lire tous les fonds."


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
    by = f" par {entry.who}" if entry.who and entry.who != "local" else ""
    parts = [
        notice(said, "alert"),
        f"<h2>{escape(entry.parts.get('question', ERASED))}</h2>",
        f'<p class="pied">Réponse {escape(entry.id)} du {moment(entry.at)}{escape(by)}</p>',
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


def verdict(found: Replay) -> str:
    """Whether it all stands today as it stood then, in a sentence."""
    if found.entry.erased:
        return notice("Une partie de cette réponse a été effacée : elle ne peut plus être rejouée.")
    everything = [again for _, again in (*found.citations, *found.passages)]
    lost = sum(again.state not in FOUND for again in everything)
    if not everything:
        return ""
    if not lost:
        return '<p class="tient">✓ Rien n\'a changé depuis : tout se retrouve tel quel.</p>'
    many = f"{lost} des {len(everything)} passages ne se retrouvent pas tels quels"
    one = "Un passage ne se retrouve pas tel quel"
    return notice(f"✗ Des sources ont changé depuis. {one if lost == 1 else many}.", "status")


def validation_form(entry: Entry, token: str, *, named: bool) -> str:
    """The form by which an answer is validated; `named`: who validates is known already."""
    rests_on = entry.rests_on
    to = TO_ALL if rests_on is None else f"{TO_SOME} : {', '.join(sorted(rests_on))}."
    name = "" if named else (
        '<label for="nom">Votre nom, tel qu\'il sera montré</label>'
        '<input id="nom" name="nom" required maxlength="100" autocomplete="name">'
    )  # fmt: skip
    return (
        f'<form id="valider" class="valider" method="post" action="{address(entry.id)}/valider">'
        f"<h3>Valider cette réponse</h3><p>{escape(VALIDATING)}</p><p>{escape(to)}</p>"
        f'<input type="hidden" name="jeton" value="{escape(token)}">{name}'
        "<button>Valider</button></form>"
    )


def list_page(items: Sequence[Item], token: str, said: str = "") -> str:
    """The validated answers: first those that wait for a review, then those that are given."""
    waiting = [item for item in items if item.withdrawn]
    given = [item for item in items if not item.withdrawn]
    return "\n".join([
        notice(said, "status"),
        "<h2>Réponses validées</h2>",
        f"<h3>À revoir ({len(waiting)})</h3>",
        "<p>Elles ne sont plus données : reposez la question, validez la réponse d'aujourd'hui,"
        " puis ôtez l'ancienne.</p>" if waiting else "<p>Aucune.</p>",
        _items(waiting, token),
        f"<h3>Données aujourd'hui ({len(given)})</h3>",
        "" if given else "<p>Aucune. Une réponse se valide sur sa page : « Rejouer, valider »,"
        " sous la réponse.</p>",
        _items(given, token),
    ])  # fmt: skip


def moment(at: str) -> str:
    """« 22/11/2026 à 09:14 »."""
    return f"{day(at)} à {escape(at[11:16])}"


def day(at: str) -> str:
    """« 22/11/2026 »."""
    return escape(short_date(at))


def _validated(item: Item | None, answer: Mapping[str, Any]) -> str:
    by, on = (item.name, item.at) if item else ("", "")
    if item is not None and item.withdrawn:
        return notice(
            f"Elle avait été validée par {by} ; elle est à revoir : {WHY[item.why]}.", "status"
        )
    if item is None and answer.get("validated"):
        by, on = answer["validated"]["by"], answer["validated"]["on"]
    return f'<p class="validee">✓ Validée par {escape(by)} le {day(on)}</p>' if by else ""


def _sentences(answer: Mapping[str, Any]) -> str:
    if not answer.get("sentences"):
        return f'<p class="refus">{escape(answer.get("text", ERASED))}</p>'
    shown = []
    for one in answer["sentences"]:
        name, mention = STATUS.get(one["status"], STATUS["unverified"])
        text = _lines(one["text"])
        text = f"<del>{text}</del>" if name == "non-verifiee" else text
        marks = " ".join(f'<a href="#source-{n}">[{n}]</a>' for n in one["citations"])
        shown.append(
            f'<p class="phrase {name}">{text} {marks} <span class="mention">{mention}</span></p>'
        )
    shown += [f'<p class="note">{escape(note)}</p>' for note in answer["notes"]]
    return f'<section class="dite">{"".join(shown)}</section>'


def _sources(found: Replay, judging: Mapping[int, str]) -> str:
    if not found.citations:
        return ""
    items = "".join(
        f'<li id="source-{kept["number"]}"><b>[{kept["number"]}] {escape(kept["label"])}</b>'
        f"{_state(again)}<blockquote>{_lines(kept['quote'])}</blockquote>"
        f'<p class="note">Fonds {escape(kept["fonds"])}, {escape(kept["source"])}'
        f"{_see(kept, again)}</p>{judging.get(kept['number'], '')}</li>"
        for kept, again in found.citations
    )
    return f'<h3>Sources citées</h3><ul class="sources" role="list">{items}</ul>'


def _see(kept: Mapping[str, Any], again: Again) -> str:
    """A link to the page where a quote stands today."""
    if again.state not in FOUND or again.source is None:
        return ""
    place = urlencode({"record": "", "start": kept["start"], "end": kept["end"]})
    link = f"/page/{again.source.id}/{kept['page']}.webp?{place}"
    return f' · <a href="{escape(link)}">page {kept["page"]}, passage encadré</a>'


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
        quoted = f'<p class="extrait">{escape(text)}</p>' if text else ""
        name = escape(again.label or kept["source"])
        items.append(
            f"<li><b>{name}</b>, p. {kept['page_first']}{_state(again)}{quoted}</li>"
        )  # fmt: skip
    return (
        f"<details><summary>Les {len(items)} passages regardés, du meilleur au moins bon</summary>"
        f"<ol>{''.join(items)}</ol></details>"
    )


def _made(found: Replay) -> str:
    """By which model, prompt and index."""
    facts = found.entry.facts
    rows = [("Modèle", str(facts.get("model", "")))]
    if facts.get("prompt_version"):
        today = "la même aujourd'hui" if found.prompt else "une autre aujourd'hui"
        rows.append(("Consigne", f"{facts['prompt_version']} ({today})"))
    same = facts.get("generation") == found.generation
    today = "la même aujourd'hui" if same else f"aujourd'hui {found.generation}"
    rows.append(("Génération de l'index", f"{facts.get('generation', '')} ({today})"))
    cells = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows)
    return f"<details><summary>Comment elle a été faite</summary><dl>{cells}</dl></details>"


def _exports(id: str) -> str:
    place = address(id)
    return (
        '<h3>Exporter</h3><ul role="list" class="exports">'
        f'<li><a href="{place}/reponse.docx" download>Document Word</a> : la réponse et ses'
        " sources, à lire ou à coller</li>"
        f'<li><a href="{place}/reponse.pdf" download>PDF</a> : de même, avec les pages citées,'
        " le passage encadré</li>"
        f'<li><a href="{place}/preuve.json" download>Fichier de preuve</a> (JSON) :'
        " <code>greffe verify</code> le contrôle, ici ou ailleurs</li></ul>"
    )


def _items(items: Sequence[Item], token: str) -> str:
    lines = "".join(
        f'<li><a href="{address(item.answer)}">{escape(item.question)}</a>'
        f'<p class="note">Validée par {escape(item.name)} le {day(item.at)}{_why(item)}</p>'
        f'<details class="oter"><summary aria-label="Ôter la réponse à :'
        f' {escape(item.question)}">Ôter…</summary>'
        f'<form method="post" action="/validees/{item.id}/oter">'
        f'<input type="hidden" name="jeton" value="{escape(token)}">'
        f'<button aria-label="Oui, ôter la réponse à : {escape(item.question)}">Oui, l\'ôter'
        "</button></form></details></li>"
        for item in items
    )
    return f'<ul role="list" class="validees">{lines}</ul>' if items else ""


def _why(item: Item) -> str:
    if not item.withdrawn:
        return ""
    return f". Retirée le {day(item.withdrawn)} : {escape(WHY[item.why])}"


def _lines(text: str) -> str:
    return "<br>".join(escape(line) for line in text.split("\n"))
