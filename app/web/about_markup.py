"""How it works, the accessibility statement and the notice of uses, as HTML."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from app.journal.kinds import Retention
from app.web.spacing import number

HOW = "Comment ça marche"
ACCESSIBLE = "Déclaration d'accessibilité"
# measured by tests/app/web/test_accessible.py, which fails if less is found to hold
AXE = "axe-core 4.12"
AXE_RULES = 50  # that apply, at least, over all pages and states
AXE_STATES = 25  # pages and states, at least, each light and dark
_KEPT: tuple[tuple[Retention, str], ...] = (
    ("question", "vos questions, les réponses, vos avis"),
    ("access", "les pages ouvertes, les documents téléchargés, les réponses rejouées ou exportées"),
    ("login", "les connexions et les refus"),
    ("admin", "les actes d'administration"),
)
USES = (
    "<ul><li><b>Pour</b> : retrouver un acte, citer une règle avec sa page, préparer une note.</li>"
    "<li><b>Avant de vous en servir au-dehors</b> : ouvrez la source et lisez-la. Une citation"
    " exacte peut être d'une autre année, ou d'un acte abrogé depuis.</li>"
    "<li><b>Jamais pour</b> : décider seul de la situation d'une personne, juger de la légalité"
    " d'un acte, rassembler des renseignements sur quelqu'un.</li>"
    "<li><b>N'écrivez pas</b> de données personnelles inutiles : vos questions sont notées dans"
    " un journal.</li></ul>"
)


def uses_form(token: str) -> str:
    """The notice of the first time, and the button by which it is left."""
    return (
        '<section class="usages fiche" aria-labelledby="usages-titre">'
        f'<h2 id="usages-titre">Avant de commencer</h2>{USES}'
        '<form method="post" action="/usages" class="gestes">'
        f'<input type="hidden" name="jeton" value="{escape(token)}">'
        "<button>J'ai compris</button>"
        ' <a href="/comment-ca-marche">Comment ça marche</a>'
        "</form></section>"
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
        f"<h2>{HOW}</h2>",
        _what(town), _steps(model), _limits(), f"<h3>Ce qui est permis</h3>{USES}",
        _journal(days, login=login), _rights(town, contact),
    ])  # fmt: skip


def _what(town: str) -> str:
    whose = f" de {escape(town)}" if town else " de la collectivité"
    return (
        "<h3>Ce que c'est</h3><p>Greffe cherche dans les actes"
        f"{whose} (délibérations, arrêtés, procès-verbaux, et la loi si elle y a été mise) les"
        " phrases qui répondent à une question. C'est un système automatique : il peut se tromper,"
        " et personne n'a relu la réponse, sauf si elle porte « Réponse validée par… ».</p>"
        "<p>Il ne prend aucune décision, ne note ni ne classe personne. Tout se passe sur les"
        " machines de la collectivité : ni la question ni les actes n'en sortent.</p>"
    )


def _steps(model: str) -> str:
    written = (
        f"Un modèle de langue, {escape(model)}, rédige la réponse à partir de ces passages, sur une"
        " machine de la collectivité. Ses phrases sont produites par une intelligence artificielle."
        if model
        else "Les phrases de la réponse sont recopiées mot pour mot des actes, sans modèle de"
        " langue."
    )
    return (
        "<h3>Comment la réponse se fait</h3><ol>"
        "<li>Les numéros d'actes, les articles, les dates et les communes de la question sont"
        " reconnus et cherchés exactement.</li>"
        "<li>Les passages sont cherchés par leurs mots et par leur sens, dans les seuls fonds qui"
        " vous sont ouverts, puis classés. Comptent : les mots rares de la question, la proximité"
        " de sens, le numéro, la date et la commune nommés, et dans une conversation les actes"
        " déjà cités. Ni votre nom ni vos questions d'autrefois n'y changent rien.</li>"
        f"<li>{written}</li>"
        "<li>Chaque phrase est comparée aux passages qu'elle cite, par un calcul qui n'emploie pas"
        " de modèle. Elle porte le résultat : « citation exacte », « appuyée », ou barrée,"
        " « non vérifiée ».</li>"
        "<li>Si les passages ne suffisent pas, Greffe le dit au lieu de répondre.</li></ol>"
    )


def _limits() -> str:
    return (
        "<h3>Ses limites</h3><ul>"
        "<li>Il ne connaît que ce qui a été indexé : ne pas trouver n'est pas prouver"
        " l'absence.</li>"
        "<li>Il ne sait pas si un acte a été retiré ou abrogé depuis.</li>"
        "<li>Une page numérisée est lue par OCR, qui se trompe parfois : le chiffre se vérifie sur"
        " l'image.</li>"
        "<li>« Appuyée » veut dire que les chiffres, les dates et les noms sont dans la source, non"
        " que le sens est le même.</li></ul>"
    )


def _journal(days: Mapping[Retention, int], *, login: bool) -> str:
    def kept(retention: Retention) -> str:
        count = days.get(retention, 0)
        return f"{number(count)} jours" if count else "sans limite de durée"

    who = "Avec votre identifiant" if login else "Sans nom : aucune connexion n'est demandée"
    items = "".join(f"<li>{words} : {kept(retention)}</li>" for retention, words in _KEPT)
    return (
        f"<h3>Ce qui est noté, et pour combien de temps</h3><p>{who}, avec la date et l'adresse du"
        f" poste :</p><ul>{items}</ul><p>Les administrateurs peuvent lire ce journal, et ce qu'ils"
        " y cherchent est noté aussi. Le navigateur ne garde rien des actes ; trois témoins"
        " (cookies) au plus y sont mis : la session, le formulaire de connexion, et le fait que"
        " vous avez lu les usages.</p>"
    )


def _rights(town: str, contact: str) -> str:
    return (
        "<h3>Vos droits</h3><p>Vous pouvez demander à voir ce qui est noté de vous, à le rectifier"
        " ou à l'effacer, et vous opposer (règlement général sur la protection des données) ; vous"
        " effacez vous-même vos conversations. Une décision prise à votre sujet avec l'aide d'un"
        " traitement algorithmique doit le dire, et l'on doit vous en communiquer les règles à"
        " votre demande (code des relations entre le public et l'administration,"
        " article L. 311-3-1). Une réponse exportée porte la mention « rédigé avec l'aide d'une IA,"
        " à vérifier » (règlement européen sur l'intelligence artificielle, article"
        f" 50).</p><p>{_contact(town, contact)} Vous pouvez"
        " aussi saisir la CNIL (3 place de Fontenoy, TSA 80715, 75334 Paris Cedex 07).</p>"
    )


def _contact(town: str, contact: str) -> str:
    if contact:
        return f"Écrivez à : {escape(contact)}."
    return f"Écrivez à {escape(town) if town else 'la collectivité'}, qui vous dira à qui."


def statement(town: str, contact: str) -> str:
    """In the form of the RGAA's model statement."""
    who = escape(town) if town else "La collectivité"
    return (
        f"<h2>{ACCESSIBLE}</h2><p>{who} s'engage à rendre ses services numériques accessibles,"
        " conformément à l'article 47 de la loi n° 2005-102 du 11 février 2005. Cette déclaration"
        " s'applique à Greffe, à cette adresse.</p>"
        "<h3>État de conformité</h3><p>Greffe est <b>non conforme</b> au référentiel général"
        " d'amélioration de l'accessibilité (RGAA), version 4.1 : aucun audit de ses 106 critères"
        " n'a encore été mené. Ce qui suit est un contrôle automatique, qui n'en couvre qu'une"
        " partie.</p>"
        f"<h3>Résultats des tests</h3><p>{AXE} examine plus de {AXE_STATES} pages et états, en"
        f" clair et en sombre, à chaque version : <b>100 %</b> des règles applicables (plus de"
        f" {AXE_RULES}, des niveaux A et AA des WCAG 2.2 et des bonnes pratiques) sont"
        " respectées. Sont essayés aussi, par des tests : le parcours au clavier, la largeur de"
        " 320 pixels (qui vaut un zoom de 400 %), les annonces aux lecteurs d'écran, le réglage"
        " « réduire les animations ».</p>"
        "<h3>Contenus non accessibles</h3><ul>"
        "<li>Les images de pages : leur texte est donné à côté (« Page en grand et texte »), mais"
        " les tableaux, les tampons et les signatures n'y sont pas décrits.</li>"
        "<li>Les fichiers d'origine que l'on télécharge : ils sont comme la collectivité les a"
        " reçus.</li><li>L'essai avec un lecteur d'écran par une personne qui s'en sert n'a pas"
        " été fait.</li></ul>"
        "<h3>Établissement de cette déclaration</h3><p>Elle accompagne la version installée."
        " Technologies : HTML, CSS, JavaScript, WebP, PDF. Outil : axe-core, dans Chromium.</p>"
        f"<h3>Retour d'information et contact</h3><p>{_contact(town, contact)}</p>"
        "<h3>Voies de recours</h3><p>Si vous signalez un défaut qui vous empêche d'accéder à un"
        " contenu et n'obtenez pas de réponse satisfaisante, vous pouvez saisir le Défenseur des"
        " droits (Libre réponse 71120, 75342 Paris Cedex 07 ; téléphone 09 69 39 00 00) ou son"
        " délégué dans votre département.</p>"
    )
