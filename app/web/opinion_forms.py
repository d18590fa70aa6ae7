"""The forms by which an answer and its citations are judged, and what was said of a citation."""

from __future__ import annotations

from html import escape

from app.opinions import LONGEST, REASONS, Judgement, Said
from app.web.kept_markup import day
from app.web.markup import address
from app.words import N_, _, as_french


def opinion_form(answer: str, token: str) -> str:
    """« Utile », or what is wrong and why."""
    hidden = f'<input type="hidden" name="jeton" value="{escape(token)}">'
    place = f"{address(answer)}/avis"
    return (
        f'<section id="avis" class="avis-form"><h3>{_("Votre avis sur cette réponse")}'
        f'</h3><form method="post" action="{place}">{hidden}<button name="utile" value="oui">'
        f"{_('Utile')}</button></form><details><summary>{_('Signaler un problème')}"
        f'</summary><form method="post" action="{place}">{hidden}{reasons(answer)}<button>'
        f"{_('Envoyer le signalement')}</button></form></details></section>"
    )


def reasons(name: str) -> str:
    """The choice of a reason, and a few words; `name` keeps ids apart."""
    choices = "".join(
        f'<label><input type="radio" name="motif" value="{key}" required> {_(words)}</label>'
        for key, words in REASONS.items()
    )
    return (
        f"<fieldset><legend>{_('Cette réponse est')}"
        f'</legend>{choices}</fieldset><label for="texte-{name}">'
        + _("Précisez, si vous le pouvez")
        + f'</label><textarea id="texte-{name}" name="texte" rows="3" maxlength="{LONGEST}">'
        "</textarea>"
    )


def judging_form(answer: str, number: int, token: str, here: str = "") -> str:
    """A citation is confirmed, or contested with a reason; `here`: the page to come back to."""
    back = f'<input type="hidden" name="retour" value="{escape(here)}">' if here else ""
    return (
        '<details class="juger"><summary>'
        + _("Juger la citation [{number}]").format(number=number)
        + f'</summary><form method="post" action="{address(answer)}/citation">'
        f'<input type="hidden" name="jeton" value="{escape(token)}">'
        f'<input type="hidden" name="numero" value="{number}">{back}'
        f'<label for="juge-{number}">{_("Remarque")}</label>'
        f'<textarea id="juge-{number}" name="texte" rows="2" maxlength="{LONGEST}">'
        f'</textarea><p><button name="verdict" value="confirmed">{_("✓ Confirmer")}'
        f'</button> <button name="verdict" value="contested">{_("✗ Contester")}'
        "</button></p></form></details>"
    )


def judged(said: Said | None) -> str:
    """« ✓ Confirmée par Anne le 22/11/2026 : … »."""
    if said is None or not isinstance(said.what, Judgement):
        return ""
    good = said.what.verdict == "confirmed"
    text = as_french(f" : « {escape(said.what.text)} »") if said.what.text else ""
    by = N_("✓ Confirmée par {name} le {at}") if good else N_("✗ Contestée par {name} le {at}")
    return (
        f'<p class="etat {"tenu" if good else "perdu"}">'
        + _(by).format(name=escape(said.what.name), at=day(said.at))
        + f"{text}</p>"
    )
