"""The forms by which an answer and its citations are judged, and what was said of a citation."""

from __future__ import annotations

from html import escape

from app.opinions import LONGEST, REASONS, VERDICTS, Judgement, Said
from app.web.kept_markup import day
from app.web.markup import address


def opinion_form(answer: str, token: str) -> str:
    """« Utile », or what is wrong and why."""
    hidden = f'<input type="hidden" name="jeton" value="{escape(token)}">'
    place = f"{address(answer)}/avis"
    return (
        '<section id="avis" class="avis-form"><h3>Votre avis sur cette réponse</h3>'
        f'<form method="post" action="{place}">{hidden}'
        '<button name="utile" value="oui">Utile</button></form>'
        f"<details><summary>Signaler un problème</summary>"
        f'<form method="post" action="{place}">{hidden}{reasons(answer)}'
        "<button>Envoyer le signalement</button></form></details></section>"
    )


def reasons(name: str) -> str:
    """The choice of a reason, and a few words; `name` keeps ids apart."""
    choices = "".join(
        f'<label><input type="radio" name="motif" value="{key}" required> {words}</label>'
        for key, words in REASONS.items()
    )
    return (
        f"<fieldset><legend>Cette réponse est</legend>{choices}</fieldset>"
        f'<label for="texte-{name}">Précisez, si vous le pouvez</label>'
        f'<textarea id="texte-{name}" name="texte" rows="3" maxlength="{LONGEST}"></textarea>'
    )


def judging_form(answer: str, number: int, token: str, here: str = "") -> str:
    """A citation is confirmed, or contested with a reason; `here`: the page to come back to."""
    back = f'<input type="hidden" name="retour" value="{escape(here)}">' if here else ""
    return (
        f'<details class="juger"><summary>Juger la citation [{number}]</summary>'
        f'<form method="post" action="{address(answer)}/citation">'
        f'<input type="hidden" name="jeton" value="{escape(token)}">'
        f'<input type="hidden" name="numero" value="{number}">{back}'
        f'<label for="juge-{number}">Remarque</label>'
        f'<textarea id="juge-{number}" name="texte" rows="2" maxlength="{LONGEST}"></textarea>'
        '<p><button name="verdict" value="confirmed">✓ Confirmer</button> '
        '<button name="verdict" value="contested">✗ Contester</button></p></form></details>'
    )


def judged(said: Said | None) -> str:
    """« ✓ Confirmée par Anne le 22/11/2026 : … »."""
    if said is None or not isinstance(said.what, Judgement):
        return ""
    good = said.what.verdict == "confirmed"
    words = VERDICTS[said.what.verdict].capitalize()
    text = f" : « {escape(said.what.text)} »" if said.what.text else ""
    return (
        f'<p class="etat {"tenu" if good else "perdu"}">{"✓" if good else "✗"} {words} par'
        f" {escape(said.what.name)} le {day(said.at)}{text}</p>"
    )
