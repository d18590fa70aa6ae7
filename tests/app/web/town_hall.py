"""A small town hall for the tests of the web page: two PDFs drawn here, a scan, a web page.

It answers from a table, as a desk would: slowly when asked to, badly when asked to.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.citations import Answer, Citation, Draft, Quote, Sentence
from app.words import _
from ingest.discover import sha256
from ingest.pages import Page, Word
from ingest.records.version import VersionRow
from vectorstore.narrow import EVERYTHING, Narrow

CANTEEN = "Le tarif du repas est fixé à 3,20 € à compter du 1er septembre 2024."
LATE = "Toute inscription tardive est majorée de 1,50 €."
ROOM = "La salle des fêtes est louée 150 € par jour aux habitants de la commune."
HOSTILE = '<img src="x" onerror="window.piege=1"><b>Article 1</b> **gras** <script>piege()</script>'
FILLER = "Le conseil municipal, après en avoir délibéré, adopte la proposition du maire."


@dataclass(frozen=True)
class Source:
    """A file of the town hall."""

    id: int
    fonds: str
    path: str
    file: Path
    size: int
    mtime_ns: int
    sha256: str
    state: str = "live"


@dataclass(frozen=True)
class Record:
    """An act."""

    source_id: int
    kind: str = "deliberation"
    body: str | None = "Saint-Aubin"
    page_first: int = 1
    page_last: int = 2


@dataclass
class Catalogue:
    """Sources, pages and records in dictionaries."""

    sources: dict[int, Source] = field(default_factory=dict)
    pages: dict[tuple[int, int], Page] = field(default_factory=dict)
    records: dict[int, Record] = field(default_factory=dict)
    articles: dict[str, list[VersionRow]] = field(default_factory=dict)

    def source(self, source_id: int) -> Source | None:
        return self.sources.get(source_id)

    def page(self, source_id: int, number: int) -> Page | None:
        return self.pages.get((source_id, number))

    def record(self, record_id: int) -> Record | None:
        return self.records.get(record_id)

    def versions(self, article_id: str, fonds: Sequence[str] | None = None) -> list[VersionRow]:
        return self.articles.get(article_id, [])


def draw_pdf(file: Path, pages: Sequence[Sequence[str]]) -> list[str]:
    """Write a PDF with these lines on each page; the text of each page."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(file), pagesize=A4)
    for lines in pages:
        canvas.setFont("Helvetica", 12)
        for row, line in enumerate(lines):
            canvas.drawString(60, 780 - 20 * row, line)
        canvas.showPage()
    canvas.save()
    return ["\n".join(lines) for lines in pages]


def draw_scan(file: Path, lines: Sequence[str]) -> Page:
    """Write a PDF whose page is an image; the page as an OCR would read it, with word boxes."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (1240, 1754), "white")
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(30)
    words: list[Word] = []
    text = ""
    for row, line in enumerate(lines):
        left, top = 120.0, 150.0 + 60 * row
        for word in line.split():
            pen.text((left, top), word, fill="black", font=font)
            right = left + pen.textlength(word, font=font)
            box = (left / 1240, top / 1754, right / 1240, (top + 36) / 1754)
            words.append(Word(len(text), len(text) + len(word), *box))
            text += word + " "
            left = right + 12
        text = text[:-1] + "\n"
    image.save(file, "PDF", resolution=150)
    return Page(1, text.rstrip("\n"), ocr=True, confidence=0.91, words=tuple(words))


class Desk:
    """Answers the questions of the tests."""

    def __init__(self, folder: Path) -> None:
        self.catalogue = Catalogue()
        self.hold = threading.Event()  # the question « attends » waits for it
        self.narrow = EVERYTHING  # of the last question
        self.heard: list[tuple[str, int, Sequence[str] | None]] = []  # question, turns, fonds
        canteen = [
            ["Délibération n° 2024/12 du 3 juin 2024", "", FILLER, CANTEEN, "", LATE],
            ["Annexe à la délibération n° 2024/12", FILLER, FILLER],
        ]
        file = folder / "2024-12.pdf"
        self._add(1, "deliberations", file, [
            Page(n, text) for n, text in enumerate(draw_pdf(file, canteen), 1)
        ])  # fmt: skip
        file = folder / "arrete-7.pdf"
        scan = draw_scan(file, ["Arrêté n° 7 du 2 mai 2023", ROOM, FILLER])
        self._add(2, "arretes", file, [scan])
        file = folder / "reglement.html"
        file.write_text(HOSTILE, "utf-8")
        self._add(3, "deliberations", file, [Page(1, f"Règlement intérieur\n\n{HOSTILE}\n\nFin.")])

    def _add(self, source_id: int, fonds: str, file: Path, pages: Sequence[Page]) -> None:
        found = file.stat()
        self.catalogue.sources[source_id] = Source(
            source_id, fonds, file.name, file, found.st_size, found.st_mtime_ns, sha256(file)
        )
        self.catalogue.records[source_id] = Record(source_id)
        for page in pages:
            self.catalogue.pages[source_id, page.number] = page

    def cite(self, number: int, source_id: int, words: str, label: str) -> Citation:
        """A citation of words that stand on page 1 of a source."""
        page, source = self.catalogue.pages[source_id, 1], self.catalogue.sources[source_id]
        start = page.text.index(words)
        quote = Quote(words, 1, start, start + len(words))
        return Citation(
            number, label, source.fonds, source.path, source_id, str(source_id), quote,
            page.ocr, page.confidence,
        )  # fmt: skip

    def within(self, readable: frozenset[str] | None) -> Desk:
        """Here everybody reads everything: what is closed is looked at in test_rights.py."""
        assert readable is None
        return self

    def ask(
        self,
        question: str,
        *,
        conversation: Any = None,
        fonds: Sequence[str] | None = None,
        stage: Callable[[str], None] = lambda sentence: None,
        who: str = "local",
        draft: Callable[[Draft], None] = lambda draft: None,
        address: str = "",
        narrow: Narrow = EVERYTHING,
    ) -> Answer:
        """An answer from the table below; « attends » waits, « panne » fails."""
        before = conversation.turns if conversation is not None else ()
        self.heard.append((question, len(before), fonds))
        self.narrow = narrow
        searching = _("recherche dans {count} fonds…").format(count=2)
        stage(searching)
        if "attends" in question:
            while not self.hold.wait(0.05):
                stage(searching)
        if "panne" in question:
            raise RuntimeError("le disque est tombé")
        time.sleep(0.1)
        stage("Vérification de chaque phrase…")
        return self._answer(question)

    def _answer(self, question: str) -> Answer:
        canteen = self.cite(1, 1, CANTEEN, "Délibération n° 2024/12 du 3 juin 2024, p. 1")
        room = self.cite(2, 2, ROOM, "Arrêté n° 7 du 2 mai 2023, p. 1")
        if "tardive" in question:
            late = self.cite(1, 1, LATE, canteen.label)
            return Answer(
                "a2", question, "answered", (Sentence(LATE, "verbatim", (1,)),), (late,),
                seconds=0.4, model="extractif",
            )  # fmt: skip
        if "règlement" in question:
            hostile = self.cite(1, 3, HOSTILE, "Règlement <i>intérieur</i>, p. 1")
            sentence = Sentence(HOSTILE, "verbatim", (1,))
            return Answer("a3", question, "answered", (sentence,), (hostile,))
        if "piscine" in question:
            return Answer(
                "a4", question, "not_in_records", nearest=(room, canteen), seconds=0.3,
                message="Greffe n'a pas trouvé de réponse à cette question dans les documents"
                " indexés.",
            )  # fmt: skip
        sentences = (
            Sentence(CANTEEN, "verbatim", (1,)),
            Sentence("La salle des fêtes coûte 150 € par jour.", "supported", (2, 1)),
            Sentence("Le maire habite au 12 rue de la Paix.", "unverified", ()),
        )
        return Answer(
            "a1a1a1a1a1a1",
            question,
            "answered",
            sentences,
            (canteen, room),
            seconds=0.84,
            model="extractif",
        )

    def examples(self) -> list[str]:
        return ["Combien coûte un repas à la cantine ?", "Combien coûte la salle des fêtes ?"]

    def fonds(self) -> list[str]:
        return ["arretes", "deliberations"]

    def kinds(self) -> list[str]:
        return ["deliberation", "arrete"]

    def summary(self) -> dict[str, int]:
        return {"sources": 3, "records": 1061}
