"""An exported answer as a Word document: for a person, who may paste it into a note.

Its references are text, « [1] », with the numbers of the answer: nothing that Word would renumber.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.export import STATUSES
from app.opinions import VERDICTS
from ingest.records.label import short_date

AIDED = "Rédigé avec l'aide d'une IA, à vérifier."
CHECK = (
    "Pour contrôler cette réponse, exportez aussi son fichier de preuve (JSON), puis :"
    " greffe verify FICHIER."
)


def as_document(shape: Mapping[str, Any]) -> bytes:
    """The bytes of a DOCX.

    Args:
        shape: as app/export.py gives it.
    """
    from docx import Document

    shape = _for_xml(shape)
    document = Document()
    _speaks_french(document)
    properties = document.core_properties
    properties.title, properties.author = shape["question"][:255], "Greffe"
    properties.comments, properties.language = f"Réponse {shape['answer']}", "fr-FR"
    properties.created = properties.modified = datetime.fromisoformat(shape["at"])
    document.add_heading(shape["question"], 1)
    document.add_paragraph().add_run(AIDED).bold = True
    document.add_paragraph(said_when(shape))
    if not shape["sentences"]:
        document.add_paragraph(shape["text"])
    for sentence in shape["sentences"]:
        _add_sentence(document, sentence)
    for note in shape["notes"]:
        document.add_paragraph(note)
    if shape["citations"]:
        document.add_heading("Sources", 2)
    for one in shape["citations"]:
        _add_source(document, one, shape.get("judged", ()))
    document.add_paragraph().add_run(CHECK).italic = True
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def said_when(shape: Mapping[str, Any]) -> str:
    """When the answer was given, how it was made, and who validated it."""
    day = short_date(shape["at"])
    by = (
        "faite de phrases recopiées mot pour mot des sources : l'IA les a cherchées et choisies,"
        " aucun modèle de langue ne les a écrites"
    )
    if shape["model"] != "extractif":
        by = f"rédigée par {shape['model']}, vérifiée phrase à phrase"
    validated = shape["validated"]
    told = f"Réponse de Greffe du {day} (n° {shape['answer']}), {by}."
    if validated:
        told += f" Validée par {validated['by']} le {short_date(validated['on'])}."
    return told


def source_name(one: Mapping[str, Any], judged: Sequence[Mapping[str, Any]]) -> str:
    """« [1] Conseil municipal de …, délibération n° …, p. 3 (citation contestée) »."""
    mark = "".join(
        f" (citation {VERDICTS[said['verdict']]})"
        for said in judged
        if said["citation"] == one["number"]
    )
    return f"[{one['number']}] {one.get('reference') or one['label']}{mark}"


def _speaks_french(document: Any) -> None:
    """Say of the styles too that the text is French: Word's own template says American English."""
    from docx.oxml.ns import qn

    languages = [*document.styles.element.iter(qn("w:lang"))]
    languages += document.settings.element.iter(qn("w:themeFontLang"))
    for one in languages:
        one.set(qn("w:val"), "fr-FR")


def _add_sentence(document: Any, sentence: Mapping[str, Any]) -> None:
    """The sentence, its references and its verdict; struck where nothing proves it."""
    paragraph = document.add_paragraph()
    words = paragraph.add_run(sentence["text"])
    words.font.strike = sentence["status"] == "unverified"
    marks = "".join(f" [{number}]" for number in sentence["citations"])
    paragraph.add_run(f"{marks} ({STATUSES[sentence['status']]})")


def _add_source(
    document: Any, one: Mapping[str, Any], judged: Sequence[Mapping[str, Any]]
) -> None:  # fmt: skip
    paragraph = document.add_paragraph()
    paragraph.add_run(source_name(one, judged)).bold = True
    read = " Lu par OCR." if one["ocr"] else ""
    paragraph.add_run(f"\nFonds {one['fonds']}, {one['source']}, page {one['page']}.{read}")
    paragraph.add_run(f"\n« {one['quote']} »").italic = True
    paragraph.add_run(f"\nSHA-256 du fichier : {one['sha256']}")
    for said in judged:
        if said["citation"] == one["number"]:
            verdict = VERDICTS[said["verdict"]].capitalize()
            text = f" : {said['text']}" if said["text"] else ""
            paragraph.add_run(f"\n{verdict} par {said['by']} le {short_date(said['at'])}{text}")


def _for_xml(value: Any) -> Any:
    """The same, without the control characters that XML has no place for."""
    if isinstance(value, str):
        return re.sub(r"[^\t\n -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", " ", value)
    if isinstance(value, Mapping):
        return {key: _for_xml(one) for key, one in value.items()}
    return [_for_xml(one) for one in value] if isinstance(value, list | tuple) else value
