"""Make the records of the sample town again: `python -m app.sample.make`.

Two runs give the same bytes: dates, seeds and identifiers are fixed. The Python packages
that it needs (ReportLab, Pillow, NumPy, pypdfium2, pypdf, python-docx, odfpy) and the
DejaVu fonts change the bytes with their versions, not the text.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from reportlab.platypus import KeepTogether, Spacer

from app.sample import conseil, hostile, letterhead, office, pdf, registre, scan, scdl
from app.sample.conseil import COMMUNE, CONTENT, SEANCES
from app.sample.markup import Sheet, sheet
from app.sample.pdf import FACES, Look, Page

RECORDS = Path(__file__).parent / "records"
Made = Iterator[tuple[str, bytes]]

LONG = Look("dejavu-serif", 10.5, 15.2, margin=64, hyphens=True)
TYPED = Look("courier", 10.5, 13, margin=60)
PRINTED = Look("times", 12, 15)
SCAN_OF_JANUARY = scan.Copier(dpi=150, skew=0.7, noise=2.6, quality=52, seed=1)
SCAN_OF_MARCH = scan.Copier(dpi=200, skew=-0.5, noise=3.2, quality=46, seed=2)
SCAN_OF_MAY = scan.Copier(dpi=170, skew=0.3, noise=2.2, quality=50, seed=3)
SCAN_DAMAGED = scan.Copier(dpi=150, skew=0.2, noise=2.2, quality=50, seed=4)


def main() -> int:
    """Write every record under `records/` and print its name, size and fingerprint."""
    pdf.fonts()
    for name, content in everything():
        path = RECORDS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        print(f"{len(content):>8}  {hashlib.sha256(content).hexdigest()[:12]}  {name}")
    return 0


def everything() -> Made:
    """Each record: its path under `records/` and its bytes."""
    # 1. the register: extracts, of which one is scanned under its préfecture's stamp
    yield from deliberations()
    # 2. the minutes: a long one, two scanned ones, and one on the web
    yield from minutes()
    # 3. the mayor's orders and the other office files
    yield from office_files()
    # 4. rules, prices, contracts
    yield from printed_files()
    # 5. plain files, as they are typed
    yield from plain_files()
    # 6. the open-data table
    listed = scdl.table(conseil.acts("deliberations"), conseil.acts("pv_2025_09_24"))
    yield "opendata/deliberations-courvallon-scdl.csv", listed
    # 7. files that cannot be read
    yield from hostile_files()


def deliberations() -> Made:
    """Extracts from the register; 2024-032 is an image whose only text is the stamp."""
    for act in conseil.acts("deliberations"):
        name = f"deliberations/{act.head['fichier']}"
        if act.number == "2024-032":
            paper = registre.extract(act, PRINTED, stamped=False)
            stamp = [line for line in registre.stamp_lines(act) if "Publié" not in line]
            yield name, scan.scanned(paper, SCAN_OF_MAY, stamp)
        else:
            yield name, registre.extract(act)


def minutes() -> Made:
    """Minutes of meetings."""
    yield "proces-verbaux/PV_2025-09-24.pdf", _minutes("2025-09-24", LONG)
    january = scan.scanned(_minutes("2022-01-26", PRINTED), SCAN_OF_JANUARY)
    yield "proces-verbaux/PV_2022-01-26_scan.pdf", january
    march = scan.scanned(_minutes("2022-03-30", TYPED), SCAN_OF_MARCH)
    yield "proces-verbaux/PV_2022-03-30_scan.pdf", march
    page = (CONTENT / "autres" / "compte-rendu.html").read_bytes()
    yield "proces-verbaux/compte-rendu-2022-05-18.html", page


def _minutes(date: str, look: Look) -> bytes:
    """The minutes of the meeting of an ISO date, from the content folder of that date."""
    folder = f"pv_{date.replace('-', '_')}"
    before, after = (sheet(CONTENT / folder / f"{n}.md").blocks for n in ("ouverture", "cloture"))
    return registre.minutes(SEANCES[date], before, conseil.acts(folder), after, look)


def office_files() -> Made:
    """DOCX and ODT files: five orders of the mayor, a rule, a notice of meeting."""
    writers: dict[str, Callable[[Sheet], bytes]] = {".docx": office.word, ".odt": office.writer}
    for path in sorted((CONTENT / "arretes").glob("*.md")):
        order = sheet(path)
        name = order.head["fichier"]
        yield f"arretes/{name}", writers[Path(name).suffix](order)
    for stem in ("reglement-cantine", "convocation"):
        paper = sheet(CONTENT / "autres" / f"{stem}.md")
        yield paper.head["fichier"], office.word(paper)


def printed_files() -> Made:
    """Born-digital PDFs outside the register."""
    looks = {
        "reglement-interieur": Look("times", 12, 19.2),
        "tarifs": Look("dejavu", 9.5, 12.5),
        "convention": Look("helvetica", 10.5, 14),
    }
    for stem, look in looks.items():
        paper = sheet(CONTENT / "autres" / f"{stem}.md")
        yield paper.head["fichier"], printed(paper, look)


def printed(paper: Sheet, look: Look) -> bytes:
    """The PDF of a content file, with the letterhead; « ::signe » puts the signatures."""

    def story() -> list[Any]:
        out: list[Any] = []
        for block in paper.blocks:
            if block.kind == "order" and block.text.startswith("signe "):
                a, b, c, d = (part.strip() for part in block.text[6:].split("|"))
                signed = registre.Signed((a, b), (c, d), look.face)
                out.append(KeepTogether([Spacer(1, 14), signed]))
            else:
                out += pdf.flow([block], look)
        return out

    def decorate(canvas: Any, page: Page) -> None:
        face = FACES[look.face]
        if page.number == 1:
            letterhead.mairie(canvas, face)
        else:
            letterhead.running(canvas, face[0], COMMUNE["nom"], paper.head["titre"])
        letterhead.footer(canvas, face[0], paper.head["pied"], f"{page.number}/{page.count}")

    return pdf.build(story, look, decorate, paper.head["titre"])


def plain_files() -> Made:
    """A note in Markdown, and a memo in the encoding of Windows."""
    folder = CONTENT / "autres"
    yield (
        "notes/note-budget-participatif-2025.md",
        (folder / "note-budget-participatif.md").read_bytes(),
    )
    memo = (folder / "memo-etat-civil.txt").read_text(encoding="utf-8")
    yield "notes/memo-etat-civil.txt", memo.replace("\n", "\r\n").encode("cp1252")


def hostile_files() -> Made:
    """One file under a password, one cut in its middle."""
    social = sheet(CONTENT / "autres" / "rapport-social.md")
    yield social.head["fichier"], hostile.locked(printed(social, Look("helvetica", 10.5, 14)))
    lost = sheet(CONTENT / "autres" / "pv-abime.md")
    image = scan.scanned(printed(lost, PRINTED), SCAN_DAMAGED)
    yield lost.head["fichier"], hostile.cut(image)


if __name__ == "__main__":
    sys.exit(main())
