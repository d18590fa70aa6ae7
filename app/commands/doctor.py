"""`greffe doctor`: is everything there, and what to do where it is not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import typer

from app.commands.shared import AsJson, Data, settings_of
from app.errors import DONE, PROGRAM_MISSING

if TYPE_CHECKING:
    from app.settings import Settings

NAME = "doctor"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    good: bool
    needed: bool  # without it Greffe does not work; else it works less well
    detail: str
    todo: str = ""


def command(as_json: AsJson = False, data: Data = None) -> int:
    """Vérifier l'installation et dire quoi faire."""
    findings = list(_look(settings_of(data)))
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            mark = "bon     " if finding.good else "manque  " if finding.needed else "réduit  "
            typer.echo(f"{mark}{finding.name} : {finding.detail}")
            if not finding.good and finding.todo:
                typer.echo(f"        → {finding.todo}")
    lacking = any(finding.needed and not finding.good for finding in findings)
    return PROGRAM_MISSING if lacking else DONE


def _look(settings: Settings) -> Iterator[Finding]:
    yield _ocr()
    yield _office()
    yield _disk(settings)
    yield _model(settings)
    yield _processor()
    yield _index(settings)


def _ocr() -> Finding:
    from ingest import ocr

    good = ocr.available()
    return Finding(
        "OCR (tesseract, français)", good, False,
        "installé" if good else "absent : les documents numérisés seront mis de côté",
        "sudo apt install tesseract-ocr tesseract-ocr-fra",
    )  # fmt: skip


def _office() -> Finding:
    good = bool(shutil.which("soffice") or shutil.which("libreoffice"))
    return Finding(
        "LibreOffice (anciens .doc)", good, False,
        "installé" if good else "absent : les .doc seront mis de côté",
        "sudo apt install libreoffice-writer-nogui",
    )  # fmt: skip


def _disk(settings: Settings) -> Finding:
    place = settings.data
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free / 1e9
    return Finding(
        "Place sur le disque", free > 2, True, f"{free:.1f} Go libres", "faites de la place"
    )


def _model(settings: Settings) -> Finding:
    from ingest.trouble import Trouble
    from vectorstore import e5
    from vectorstore.embed import check_folder

    named = settings.embedding.folder
    try:
        folder = named.expanduser() if named else e5.folder(settings.models)
        check_folder(folder)
    except Trouble as trouble:
        return _wrong("Modèle de plongement", trouble)
    return Finding("Modèle de plongement", True, True, folder.name)


def _processor() -> Finding:
    from vectorstore.embed import fast_bfloat16

    good = fast_bfloat16()
    return Finding(
        "Processeur", good, False,
        "multiplie en bfloat16" if good else "sans bfloat16 : l'indexation prend 2 à 3 fois plus",
    )  # fmt: skip


def _index(settings: Settings) -> Finding:
    from app.answer import NoIndex
    from app.assembly import catalogue_of
    from ingest.trouble import Trouble

    try:
        catalogue = catalogue_of(settings, create=False)
    except NoIndex:
        return Finding("Index", False, False, "aucun", "greffe ingest DOSSIER, ou greffe demo")
    except Trouble as trouble:
        return _wrong("Index", trouble)
    passages = sum(figures["passages"] for figures in catalogue.counts().values())
    catalogue.close()
    return Finding(
        "Index", passages > 0, False, f"{passages} passages",
        "greffe ingest DOSSIER, ou greffe demo",
    )  # fmt: skip


def _wrong(name: str, trouble: Exception) -> Finding:
    from app.errors import sentence

    known = sentence(trouble)
    assert known is not None
    return Finding(name, False, True, known.happened, known.todo)
