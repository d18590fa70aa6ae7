"""How fast files are read: against PDFium alone, tesseract alone, and one core.

    python -m evals.reading_speed --pdf FOLDER… [--scans FILE…] [--pages 10] [--rounds 3] [--n 200]

Of the PDFs, those count whose every page has text of its own. Each is read by PDFium alone (text
of each page, as pypdfium2 gives it) and by Greffe's reader, in turn and in this process, so that
whatever else the machine does falls on both. Then all are read and cut by the worker processes of
a run: one of them on one core, and one a core on all. `--scans` are read page by page: by
tesseract alone from an image on the disk, and by Greffe from the PDF, drawing included.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from evals.timing import machine
from ingest import ocr
from ingest.clean import clean, is_stamp_only, looks_like_text
from ingest.contents import contents
from ingest.readers import Limits, read
from ingest.reading import Bounds, read_all


@dataclass(frozen=True, slots=True)
class Born:
    """Born-digital pages, in one process."""

    files: int
    pages: int
    pdfium_s: float  # PDFium alone
    greffe_s: float  # Greffe's reader
    ratio: float  # its speed, as a share of PDFium's
    pypdf: bool  # whether one of the files had it imported
    cutting_s: float  # afterwards: records and passages


@dataclass(frozen=True, slots=True)
class Cores:
    """The same files read and cut by the worker processes of a run, their start included."""

    one_s: list[float]
    all_s: list[float]
    workers: int
    ratio: float  # median of one over median of all
    # processor time of the last rounds: of who listens (one process), of the readers
    one_processor_s: tuple[float, float]
    all_processor_s: tuple[float, float]
    bound: float  # the ratio where nobody else takes the cores, as these times have it


@dataclass(frozen=True, slots=True)
class Scans:
    """Pages read by OCR, one after the other."""

    pages: int
    tesseract_s: float  # from an image on the disk to its table of words
    greffe_s: float  # from the PDF to words and boxes
    ratio: float


def born_digital(folders: Sequence[Path], most: int) -> list[Path]:
    """PDFs whose every page has text of its own, spread over the folders."""
    files = sorted(file for folder in folders for file in folder.rglob("*.pdf"))
    step = max(1, len(files) // (2 * most))
    chosen = (file for at in range(step) for file in files[at::step])
    return [file for _, file in zip(range(most), filter(_has_text, chosen), strict=False)]


def _has_text(file: Path) -> bool:
    try:
        texts = [clean(text) for text in pdfium_alone(file)]
    except Exception:  # damaged or protected: nothing to compare
        return False
    return all(looks_like_text(text) and not is_stamp_only(text) for text in texts)


def pdfium_alone(file: Path) -> list[str]:
    """The text of each page."""
    import pypdfium2

    pdf = pypdfium2.PdfDocument(file)
    texts = []
    for page in pdf:
        textpage = page.get_textpage()
        texts.append(str(textpage.get_text_range()))
        textpage.close()
        page.close()
    pdf.close()
    return texts


def against_pdfium(files: Sequence[Path], rounds: int) -> Born:
    """Each file by one and by the other, the one that begins changing; the best round counts."""
    pdfium = greffe = cutting = 0.0
    pages = 0
    read(files[0], Limits())  # modules are loaded
    for file in files:
        acts: list[Callable[[], object]] = [
            partial(pdfium_alone, file), partial(read, file, Limits()),
        ]  # fmt: skip
        spent: list[list[float]] = [[], []]
        for at in range(rounds):
            for which in (0, 1) if at % 2 else (1, 0):
                spent[which].append(_seconds(acts[which]))
        pdfium += min(spent[0])
        greffe += min(spent[1])
        document = read(file, Limits())
        cutting += _seconds(partial(contents, document, file.name))
        pages += len(document.pages)
        if any(page.ocr for page in document.pages):
            raise ValueError(f"{file}: a page went to tesseract")
    return Born(
        len(files), pages, round(pdfium, 5), round(greffe, 5), round(pdfium / greffe, 3),
        "pypdf" in sys.modules, round(cutting, 3),
    )  # fmt: skip


def against_one_core(files: Sequence[Path], rounds: int) -> Cores:
    """All files on one core by one worker, on all by one a core, and again."""
    cores = os.sched_getaffinity(0)
    workers = len(cores)
    one, every = [], []
    for _ in range(rounds):
        os.sched_setaffinity(0, {min(cores)})  # the worker's too, and that of who listens to it
        try:
            alone = _processor(lambda: one.append(_seconds(lambda: _by_workers(files, 1))))
        finally:
            os.sched_setaffinity(0, cores)
        both = _processor(lambda: every.append(_seconds(lambda: _by_workers(files, workers))))
    ratio = statistics.median(one) / statistics.median(every)
    bound = sum(alone) / max(both[0], sum(both) / workers)
    return Cores(
        _rounded(one), _rounded(every), workers, round(ratio, 2), alone, both, round(bound, 2)
    )


def _processor(act: Callable[[], object]) -> tuple[float, float]:
    """What this process and those that it began and that ended took, in seconds."""
    before = os.times()
    act()
    after = os.times()
    here = after.user + after.system - before.user - before.system
    children = after.children_user + after.children_system
    children -= before.children_user + before.children_system
    return round(here, 2), round(children, 2)


def _by_workers(files: Sequence[Path], workers: int) -> None:
    for result in read_all(enumerate(files), workers, Limits(), Bounds(), lambda key: "acte"):
        if result.document is None:
            raise ValueError(f"{files[result.key]}: {result.trouble}")


def against_tesseract(files: Sequence[Path], pages: int) -> Scans:
    """The first pages of scans, each by one and by the other."""
    import pypdfium2

    limits = Limits()
    alone = ours = 0.0
    count = 0
    for file in files:
        pdf = pypdfium2.PdfDocument(file)
        for index in range(min(pages, len(pdf))):
            with tempfile.TemporaryDirectory() as folder:
                image = Path(folder) / "page.png"
                pdf[index].render(scale=limits.ocr_dpi / 72, grayscale=True).to_pil().save(image)
                acts = [partial(_tesseract, image), partial(_by_ocr, pdf, index, limits)]
                turns = (0, 1) if count % 2 else (1, 0)
                spent = {turn: _seconds(acts[turn]) for turn in turns}
            alone, ours, count = alone + spent[0], ours + spent[1], count + 1
        pdf.close()
    return Scans(count, round(alone, 2), round(ours, 2), round(alone / ours, 3))


def _by_ocr(pdf: Any, index: int, limits: Limits) -> None:
    ocr.read_page(pdf[index], index + 1, limits.ocr_dpi, limits.ocr_seconds)


def _tesseract(image: Path) -> None:
    subprocess.run(
        ["tesseract", str(image), "stdout", "-l", "fra", "tsv"],
        capture_output=True, check=True, env={**os.environ, "OMP_THREAD_LIMIT": "1"},
    )  # fmt: skip


def _seconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def _rounded(seconds: Sequence[float]) -> list[float]:
    return [round(one, 2) for one in seconds]


def main(words: Sequence[str] | None = None) -> int:
    """The exit code: 0, or 3 when there is nothing to read."""
    asked = _options().parse_args(words)
    files = born_digital(asked.pdf, asked.n)
    if not files and not asked.scans:
        print("aucun PDF dont chaque page ait du texte", file=sys.stderr)
        return 3
    found: dict[str, object] = {"machine": machine()}
    if files:
        found["pages nées numériques"] = asdict(against_pdfium(files, asked.rounds))
        found["cœurs"] = asdict(against_one_core(files, asked.rounds))
    if asked.scans:
        found["numérisations"] = asdict(against_tesseract(asked.scans, asked.pages))
    print(json.dumps(found, ensure_ascii=False, indent=1))
    return 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m evals.reading_speed", description="La lecture.")
    add: Callable[..., Any] = parser.add_argument
    add("--pdf", type=Path, nargs="*", default=[], help="dossiers de PDF")
    add("--n", type=int, default=200, help="PDF nés numériques que l'on prend au plus")
    add("--scans", type=Path, nargs="*", default=[], help="PDF numérisés")
    add("--pages", type=int, default=3, help="premières pages de chaque numérisation")
    add("--rounds", type=int, default=3, help="tours")
    return parser


if __name__ == "__main__":
    sys.exit(main())
