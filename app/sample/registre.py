"""The register of the council: a deliberation's extract and the minutes of a meeting."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER
from reportlab.platypus import Flowable, KeepTogether, Paragraph, Spacer, Table

from app.sample import letterhead
from app.sample.conseil import COMMUNE, MAIRE, Act, Member, Seance, day, weekday
from app.sample.markup import Block, blocks, typo
from app.sample.pdf import FACES, Look, Page, build, flow, rich, style, styles

if TYPE_CHECKING:
    from collections.abc import Sequence

EXTRACT = Look("times", 11, 13.6)
RECOURS = (
    "La présente délibération peut faire l'objet d'un recours devant le tribunal administratif "
    "compétent dans un délai de deux mois à compter de sa publication."
)


def listed(members: Sequence[Member]) -> str:
    """« Mme PÉRIGAULT, M. MONTAUZE »."""
    return ", ".join(m.short for m in members)


def voices(count: int) -> str:
    """« 1 voix », « 12 voix »."""
    return f"{count} voix"


def vote_phrase(act: Act) -> str:
    """The result of a vote, as the dispositif announces it."""
    if not act.contre and not act.abstention:
        text = f"à l'unanimité ({act.pour} voix pour)"
    else:
        text = f"par {voices(act.pour)} pour"
        text += f", {voices(len(act.contre))} contre"
        text += f" ({listed(act.contre)})" if act.contre else ""
        text += f" et {len(act.abstention)} abstention" + "s" * (len(act.abstention) > 1)
        text += f" ({listed(act.abstention)})" if act.abstention else ""
    if act.apart:
        verb = "n'ont pas pris" if len(act.apart) > 1 else "n'a pas pris"
        text += f", étant précisé que {listed(act.apart)} {verb} part au vote"
    return text


def vote_rows(act: Act) -> Block:
    """The vote of an act as a one-line table, as minutes show it."""
    contre = str(len(act.contre)) + (f" ({listed(act.contre)})" if act.contre else "")
    stood = str(len(act.abstention)) + (f" ({listed(act.abstention)})" if act.abstention else "")
    rows = [("Votants", "Pour", "Contre", "Abstentions")]
    rows.append((str(act.counted), str(act.pour), contre, stood))
    return Block("table", "", tuple(tuple(typo(c) for c in r) for r in rows), (False,) * 4)


def decided(act: Act, look: Look) -> list[Any]:
    """The line that opens the dispositif."""
    verb = act.head.get("verbe", "DÉCIDE")
    text = typo(f"Le conseil municipal, après en avoir délibéré, {vote_phrase(act)}, **{verb}** :")
    return [Spacer(1, 3), Paragraph(rich(text, look.hyphens), styles(look)["p"])]


def body(act: Act, look: Look) -> list[Any]:
    """The flowables of an act; « ::decide » and « ::vote » are put in their place."""
    out: list[Any] = []
    for block in act.blocks:
        if block.kind == "order" and block.text == "decide":
            out += decided(act, look)
        elif block.kind == "order" and block.text == "vote":
            out.append(KeepTogether(flow([vote_rows(act)], look)))
        else:
            out += flow([block], look)
    return out


def attendance(seance: Seance) -> list[Block]:
    """Who was there, as the head of an extract tells it."""
    lines = [f"**Étaient présents :** {', '.join(m.full for m in seance.present)}."]
    if seance.proxies:
        given = ", ".join(f"{a.full} (pouvoir à {b.short})" for a, b in seance.proxies)
        lines.append(f"**Absents ayant donné procuration :** {given}.")
    if seance.absent:
        lines.append(f"**Absents excusés :** {', '.join(m.full for m in seance.absent)}.")
    lines.append(f"**Secrétaire de séance :** {seance.secretary.full}.")
    return [Block("p", typo(line)) for line in lines]


def opening(seance: Seance) -> Block:
    """The sentence that opens the record of a meeting."""
    return Block(
        "p",
        typo(
            f"Le {weekday(seance.date)}, à {seance.time}, le conseil municipal de la commune de "
            f"{COMMUNE['nom']}, régulièrement convoqué le {day(seance.convened)}, s'est réuni en "
            f"séance publique dans la salle du conseil de la mairie, sous la présidence de "
            f"{MAIRE.full}, maire."
        ),
    )


def numbers(seance: Seance, gone: Sequence[Member] = ()) -> Block:
    """The small table of members in office, present and voting."""
    present = len([m for m in seance.present if m not in gone])
    rows = (
        ("Conseillers en exercice", "Présents", "Procurations", "Votants"),
        ("19", str(present), str(len(seance.proxies)), str(seance.voters(tuple(gone)))),
    )
    return Block("table", "", rows, (False,) * 4)


class Signed(Flowable):  # type: ignore[misc]
    """Two names, two hands and the seal, kept on one page."""

    def __init__(self, left: tuple[str, str], right: tuple[str, str], face: str) -> None:
        super().__init__()
        self.left, self.right, self.face = left, right, face

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """The room it takes, in points."""
        self.width = width
        return width, 106

    def draw(self) -> None:
        """Draw it, its bottom left at the origin."""
        for k, (role, name) in enumerate((self.left, self.right)):
            x = k * (self.width - 190) + 95
            self.canv.setFont(FACES[self.face][0], 10.5)
            self.canv.drawCentredString(x, 88, role)
            self.canv.setFont(FACES[self.face][1], 10.5)
            self.canv.drawCentredString(x, 10, name)
            letterhead.signature(self.canv, x - 48, 38, sum(map(ord, name)))
        letterhead.seal(self.canv, self.width - 170, 50)


def signed(seance: Seance, look: Look) -> Signed:
    """The signatures of the secretary and of the mayor."""
    title = "La secrétaire" if seance.secretary.title == "Mme" else "Le secrétaire"
    return Signed(
        (f"{title} de séance,", f"{seance.secretary.first} {seance.secretary.last}"),
        ("La maire,", f"{MAIRE.first} {MAIRE.last}"),
        look.face,
    )


def stamp_lines(act: Act) -> list[str]:
    """The lines of the préfecture's stamp on an act."""
    sent = dt.date.fromisoformat(act.head["transmission"])
    received = dt.date.fromisoformat(act.head.get("reception", act.head["transmission"]))
    shown = dt.date.fromisoformat(act.head["publication"])
    return [
        f"Envoyé en préfecture le {sent:%d/%m/%Y}",
        f"Reçu en préfecture le {received:%d/%m/%Y}",
        f"Publié le {shown:%d/%m/%Y}",
        f"ID : {act.actes_id}",
    ]


def titled(act: Act, look: Look) -> Any:
    """The framed title of an extract."""
    text = f"**OBJET : {act.objet}**"
    line = Paragraph(rich(typo(text)), style(look, alignment=TA_CENTER, spaceAfter=3))
    box = Table([[line]], colWidths=["100%"])
    box.setStyle([("BOX", (0, 0), (-1, -1), 0.8, colors.black)])
    return box


def extract_story(act: Act, look: Look) -> list[Any]:
    """The flowables of an extract from the register."""
    head = blocks(
        f"# EXTRAIT DU REGISTRE DES DÉLIBÉRATIONS\n\n"
        f"## Délibération n° {act.number} – Séance du {day(act.seance.date)}"
    )
    out = flow(head, look)
    out += flow([opening(act.seance), numbers(act.seance, act.gone)], look)
    out += flow(attendance(act.seance), look)
    out += [Spacer(1, 4), titled(act, look), Spacer(1, 8)]
    out += flow([Block("p", typo(f"**Rapporteur :** {act.rapporteur.full}"))], look)
    out += body(act, look)
    closing = flow(
        [
            Block("p", "Pour extrait certifié conforme au registre."),
            Block("p", typo(f"*{RECOURS}*")),
        ],
        look,
    )
    return [*out, KeepTogether([*closing, Spacer(1, 6), signed(act.seance, look)])]


def extract(act: Act, look: Look = EXTRACT, stamped: bool = True) -> bytes:
    """The PDF of a deliberation's extract."""

    def decorate(canvas: Any, page: Page) -> None:
        face = FACES[look.face]
        if page.number == 1:
            letterhead.mairie(canvas, face)
        else:
            letterhead.running(canvas, face[0], COMMUNE["nom"], "")
        if stamped:
            letterhead.stamp(canvas, stamp_lines(act))
        letterhead.footer(
            canvas, face[0], f"Délibération n° {act.number}", f"Page {page.number}/{page.count}"
        )

    title = f"Délibération {act.number}"
    return build(lambda: extract_story(act, look), look, decorate, title)


def act_story(act: Act, look: Look) -> list[Any]:
    """An act within minutes: number, title, debate, vote."""
    head = [
        Block("h2", typo(f"Délibération n° {act.number} – {act.objet}")),
        Block("p", typo(f"**Rapporteur :** {act.rapporteur.full}")),
    ]
    return [*flow(head, look), *body(act, look), Spacer(1, 6)]


def minutes(
    seance: Seance, before: Sequence[Block], acts: Sequence[Act], after: Sequence[Block], look: Look
) -> bytes:
    """The PDF of the minutes of a meeting."""
    title = f"Procès-verbal de la séance du {day(seance.date)}"

    def story() -> list[Any]:
        head = list(
            blocks(f"# PROCÈS-VERBAL DU CONSEIL MUNICIPAL\n\n# Séance du {weekday(seance.date)}")
        )
        out = flow([*head, opening(seance), numbers(seance), *attendance(seance)], look)
        out += flow(before, look)
        for act in acts:
            out += act_story(act, look)
        return [*out, *flow(after, look), KeepTogether([signed(seance, look)])]

    def decorate(canvas: Any, page: Page) -> None:
        face = FACES[look.face]
        if page.number == 1:
            letterhead.mairie(canvas, face)
        else:
            letterhead.running(canvas, face[0], f"Commune de {COMMUNE['nom']}", title)
        left = f"PV du conseil municipal – {seance.date:%d/%m/%Y}"
        letterhead.footer(canvas, face[0], left, f"Page {page.number} sur {page.count}")

    return build(story, look, decorate, title)
