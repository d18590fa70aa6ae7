"""How it works, the accessibility statement and the notice of uses, as HTML."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from app.journal.kinds import Retention
from app.web.spacing import number
from app.words import N_, _

HOW = N_("Comment ça marche")
ACCESSIBLE = N_("Déclaration d'accessibilité")
# measured by tests/app/web/test_accessible.py, which fails if less is found to hold
AXE = "axe-core 4.12"
AXE_RULES = 50  # that apply, at least, over all pages and states
AXE_STATES = 25  # pages and states, at least, each light and dark
_KEPT: tuple[tuple[Retention, str], ...] = (
    ("question", N_("vos questions, les réponses, vos avis")),
    (
        "access",
        N_("les pages ouvertes, les documents téléchargés, les réponses rejouées ou exportées"),
    ),
    ("login", N_("les connexions et les refus")),
    ("admin", N_("les actes d'administration")),
)


def uses() -> str:
    """What it may be used for, and what not."""
    return (
        "<ul><li>"
        + _("<b>Pour</b> : retrouver un acte, citer une règle avec sa page, préparer une note.")
        + "</li><li>"
        + _(
            "<b>Avant de vous en servir au-dehors</b> : ouvrez la source et lisez-la. Une"
            " citation exacte peut être d'une autre année, ou d'un acte abrogé depuis."
        )
        + "</li><li>"
        + _(
            "<b>Jamais pour</b> : décider seul de la situation d'une personne, juger de"
            " la légalité d'un acte, rassembler des renseignements sur quelqu'un."
        )
        + "</li><li>"
        + _(
            "<b>N'écrivez pas</b> de données personnelles inutiles : vos questions sont"
            " notées dans un journal."
        )
        + "</li></ul>"
    )


def uses_form(token: str) -> str:
    """The notice of the first time, and the button by which it is left."""
    return (
        '<section class="usages fiche" aria-labelledby="usages-titre"><h2 id="usages-titre">'
        + _("Avant de commencer")
        + f'</h2>{uses()}<form method="post" action="/usages" class="gestes">'
        f'<input type="hidden" name="jeton" value="{escape(token)}"><button>'
        + _("J'ai compris")
        + f'</button> <a href="/comment-ca-marche">{_("Comment ça marche")}</a></form></section>'
    )


def how_page(
    town: str, contact: str, model: str, days: Mapping[Retention, int], *, login: bool
) -> str:
    """For who uses it, and for the public (CRPA L. 311-3-1, AI Act article 50).

    Args:
        town: whose it is.
        contact: to whom one writes.
        model: that writes; empty: sentences are copied.
        days: how long the journal keeps what.
        login: whether people log in.
    """
    return "\n".join([
        f"<h2>{_(HOW)}</h2>",
        _what(town), _steps(model), _limits(), f'<h3>{_("Ce qui est permis")}</h3>{uses()}',
        _journal(days, login=login), _rights(town, contact),
    ])  # fmt: skip


def _what(town: str) -> str:
    whose = _("de {town}").format(town=escape(town)) if town else _("de la collectivité")
    return (
        "<h3>"
        + _("Ce que c'est")
        + "</h3><p>"
        + _(
            "Greffe cherche dans les actes {whose} (délibérations, arrêtés,"
            " procès-verbaux, et la loi si elle y a été mise) les phrases qui répondent à"
            " une question. C'est un système automatique : il peut se tromper, et"
            " personne n'a relu la réponse, sauf si elle porte « Réponse validée par… »."
        ).format(whose=whose)
        + "</p><p>"
        + _(
            "Il ne prend aucune décision, ne note ni ne classe personne. Tout se passe"
            " sur les machines de la collectivité : ni la question ni les actes n'en"
            " sortent."
        )
        + "</p>"
    )


def _steps(model: str) -> str:
    written = (
        _(
            "Un modèle de langue, {model}, rédige la réponse à partir de ces passages,"
            " sur une machine de la collectivité. Ses phrases sont produites par une"
            " intelligence artificielle."
        ).format(model=escape(model))
        if model
        else _(
            "Les phrases de la réponse sont recopiées mot pour mot des actes, sans modèle"
            " de langue."
        )
    )
    return (
        f"<h3>{_('Comment la réponse se fait')}</h3><ol><li>"
        + _(
            "Les numéros d'actes, les articles, les dates et les communes de la question"
            " sont reconnus et cherchés exactement."
        )
        + "</li><li>"
        + _(
            "Les passages sont cherchés par leurs mots et par leur sens, dans les seuls"
            " fonds qui vous sont ouverts, puis classés. Comptent : les mots rares de la"
            " question, la proximité de sens, le numéro, la date et la commune nommés, et"
            " dans une conversation les actes déjà cités. Ni votre nom ni vos questions"
            " d'autrefois n'y changent rien."
        )
        + f"</li><li>{written}</li><li>"
        + _(
            "Chaque phrase est comparée aux passages qu'elle cite, par un calcul qui"
            " n'emploie pas de modèle. Elle porte le résultat : « citation exacte », «"
            " appuyée », ou barrée, « non vérifiée »."
        )
        + "</li><li>"
        + _("Si les passages ne suffisent pas, Greffe le dit au lieu de répondre.")
        + "</li></ol>"
    )


def _limits() -> str:
    return (
        f"<h3>{_('Ses limites')}</h3><ul><li>"
        + _("Il ne connaît que ce qui a été indexé : ne pas trouver n'est pas prouver l'absence.")
        + f"</li><li>{_('Il ne sait pas si un acte a été retiré ou abrogé depuis.')}</li><li>"
        + _(
            "Une page numérisée est lue par OCR, qui se trompe parfois : le chiffre se"
            " vérifie sur l'image."
        )
        + "</li><li>"
        + _(
            "« Appuyée » veut dire que les chiffres, les dates et les noms sont dans la"
            " source, non que le sens est le même."
        )
        + "</li></ul>"
    )


def _journal(days: Mapping[Retention, int], *, login: bool) -> str:
    def kept(retention: Retention) -> str:
        count = days.get(retention, 0)
        return (
            _("{count} jours").format(count=number(count)) if count else _("sans limite de durée")
        )

    who = _("Avec votre identifiant") if login else _("Sans nom : aucune connexion n'est demandée")
    items = "".join(f"<li>{_(words)}{_(' : ')}{kept(retention)}</li>" for retention, words in _KEPT)
    return (
        f"<h3>{_('Ce qui est noté, et pour combien de temps')}</h3><p>"
        + _("{who}, avec la date et l'adresse du poste :").format(who=who)
        + f"</p><ul>{items}</ul><p>"
        + _(
            "Les administrateurs peuvent lire ce journal, et ce qu'ils y cherchent est"
            " noté aussi. Le navigateur ne garde rien des actes ; trois témoins (cookies)"
            " au plus y sont mis : la session, le formulaire de connexion, et le fait que"
            " vous avez lu les usages."
        )
        + "</p>"
    )


def _rights(town: str, contact: str) -> str:
    return (
        f"<h3>{_('Vos droits')}</h3><p>"
        + _(
            "Vous pouvez demander à voir ce qui est noté de vous, à le rectifier ou à"
            " l'effacer, et vous opposer (règlement général sur la protection des"
            " données) ; vous effacez vous-même vos conversations. Une décision prise à"
            " votre sujet avec l'aide d'un traitement algorithmique doit le dire, et l'on"
            " doit vous en communiquer les règles à votre demande (code des relations"
            " entre le public et l'administration, article L. 311-3-1). Une réponse"
            " exportée porte la mention « rédigé avec l'aide d'une IA, à vérifier »"
            " (règlement européen sur l'intelligence artificielle, article 50)."
        )
        + "</p><p>"
        + _(
            "{town} Vous pouvez aussi saisir la CNIL (3 place de Fontenoy, TSA 80715,"
            " 75334 Paris Cedex 07)."
        ).format(town=_contact(town, contact))
        + "</p>"
    )


def _contact(town: str, contact: str) -> str:
    if contact:
        return _("Écrivez à : {contact}.").format(contact=escape(contact))
    return _("Écrivez à {town}, qui vous dira à qui.").format(
        town=escape(town) if town else _("la collectivité")
    )


def statement(town: str, contact: str) -> str:
    """In the form of the RGAA's model statement."""
    who = escape(town) if town else _("La collectivité")
    return (
        f"<h2>{_(ACCESSIBLE)}</h2><p>"
        + _(
            "{who} s'engage à rendre ses services numériques accessibles, conformément à"
            " l'article 47 de la loi n° 2005-102 du 11 février 2005. Cette déclaration"
            " s'applique à Greffe, à cette adresse."
        ).format(who=who)
        + f"</p><h3>{_('État de conformité')}</h3><p>"
        + _(
            "Greffe est <b>non conforme</b> au référentiel général d'amélioration de"
            " l'accessibilité (RGAA), version 4.1 : aucun audit de ses 106 critères n'a"
            " encore été mené. Ce qui suit est un contrôle automatique, qui n'en couvre"
            " qu'une partie."
        )
        + f"</p><h3>{_('Résultats des tests')}</h3><p>"
        + _(
            "{axe} examine plus de {axe_states} pages et états, en clair et en sombre, à"
            " chaque version : <b>100 %</b> des règles applicables (plus de {axe_rules},"
            " des niveaux A et AA des WCAG 2.2 et des bonnes pratiques) sont respectées."
            " Sont essayés aussi, par des tests : le parcours au clavier, la largeur de"
            " 320 pixels (qui vaut un zoom de 400 %), les annonces aux lecteurs d'écran,"
            " le réglage « réduire les animations »."
        ).format(axe=AXE, axe_states=AXE_STATES, axe_rules=AXE_RULES)
        + f"</p><h3>{_('Contenus non accessibles')}</h3><ul><li>"
        + _(
            "Les images de pages : leur texte est donné à côté (« Page en grand et texte"
            " »), mais les tableaux, les tampons et les signatures n'y sont pas décrits."
        )
        + "</li><li>"
        + _(
            "Les fichiers d'origine que l'on télécharge : ils sont comme la collectivité"
            " les a reçus."
        )
        + "</li><li>"
        + _("L'essai avec un lecteur d'écran par une personne qui s'en sert n'a pas été fait.")
        + f"</li></ul><h3>{_('Établissement de cette déclaration')}</h3><p>"
        + _(
            "Elle accompagne la version installée. Technologies : HTML, CSS, JavaScript,"
            " WebP, PDF. Outil : axe-core, dans Chromium."
        )
        + "</p><h3>"
        + _("Retour d'information et contact")
        + f"</h3><p>{_contact(town, contact)}</p><h3>{_('Voies de recours')}</h3><p>"
        + _(
            "Si vous signalez un défaut qui vous empêche d'accéder à un contenu et"
            " n'obtenez pas de réponse satisfaisante, vous pouvez saisir le Défenseur des"
            " droits (Libre réponse 71120, 75342 Paris Cedex 07 ; téléphone 09 69 39 00"
            " 00) ou son délégué dans votre département."
        )
        + "</p>"
    )
