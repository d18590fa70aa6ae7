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
from app.words import N_, _, day, language

TAGS = {"fr": "fr-FR", "en": "en-GB"}
AIDED = N_("Rédigé avec l'aide d'une IA, à vérifier.")
CHECK = N_(
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
    _speaks(document, TAGS[language()])
    properties = document.core_properties
    properties.title, properties.author = shape["question"][:255], "Greffe"
    properties.comments = _("Réponse {answer}").format(answer=shape["answer"])
    properties.language = TAGS[language()]
    properties.created = properties.modified = datetime.fromisoformat(shape["at"])
    _in_french(document.add_heading(shape["question"], 1).runs[0])
    document.add_paragraph().add_run(_(AIDED)).bold = True
    document.add_paragraph(said_when(shape))
    if not shape["sentences"]:
        document.add_paragraph(_(shape["text"]))
    for sentence in shape["sentences"]:
        _add_sentence(document, sentence)
    for note in shape["notes"]:
        document.add_paragraph(_(note))
    if shape["citations"]:
        document.add_heading(_("Sources"), 2)
    for one in shape["citations"]:
        _add_source(document, one, shape.get("judged", ()))
    document.add_paragraph().add_run(_(CHECK)).italic = True
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def said_when(shape: Mapping[str, Any]) -> str:
    """When the answer was given, how it was made, and who validated it."""
    by = _(
        "faite de phrases recopiées mot pour mot des sources : l'IA les a cherchées et choisies,"
        " aucun modèle de langue ne les a écrites"
    )
    if shape["model"] != "extractif":
        by = _("rédigée par {model}, vérifiée phrase à phrase").format(model=shape["model"])
    validated = shape["validated"]
    told = _("Réponse de Greffe du {day} (n° {answer}), {by}.").format(
        day=day(shape["at"]), answer=shape["answer"], by=by
    )
    if validated:
        told += _(" Validée par {by} le {day}.").format(
            by=validated["by"], day=day(validated["on"])
        )
    return told


def source_name(one: Mapping[str, Any], judged: Sequence[Mapping[str, Any]]) -> str:
    """« [1] Conseil municipal de …, délibération n° …, p. 3 (citation contestée) »."""
    marks = {"confirmed": _(" (citation confirmée)"), "contested": _(" (citation contestée)")}
    mark = "".join(marks[said["verdict"]] for said in judged if said["citation"] == one["number"])
    return f"[{one['number']}] {one.get('reference') or one['label']}{mark}"


def where_it_stands(one: Mapping[str, Any]) -> str:
    """« Fonds arretes, 2024/12.pdf, page 3. Lu par OCR. »"""
    said = _("Fonds {fonds}, {source}, page {page}.").format_map(one)
    return said + (_(" Lu par OCR.") if one["ocr"] else "")


def judgement(said: Mapping[str, Any]) -> str:
    """« Contestée par Anne Roy le 22/11/2026 : … »."""
    good = said["verdict"] == "confirmed"
    words = _("Confirmée par {by} le {day}") if good else _("Contestée par {by} le {day}")
    text = f"{_(' : ')}{said['text']}" if said["text"] else ""
    return words.format(by=said["by"], day=day(said["at"])) + text


def _speaks(document: Any, tag: str) -> None:
    """Say of the styles too which language it is: Word's own template says American English."""
    from docx.oxml.ns import qn

    languages = [*document.styles.element.iter(qn("w:lang"))]
    languages += document.settings.element.iter(qn("w:themeFontLang"))
    for one in languages:
        one.set(qn("w:val"), tag)


def _in_french(run: Any) -> Any:
    """Words of the records, said to be French where the document is not."""
    if language() == "en":
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        mark = OxmlElement("w:lang")
        mark.set(qn("w:val"), TAGS["fr"])
        run._r.get_or_add_rPr().append(mark)
    return run


def _add_sentence(document: Any, sentence: Mapping[str, Any]) -> None:
    """The sentence, its references and its verdict; struck where nothing proves it."""
    paragraph = document.add_paragraph()
    words = _in_french(paragraph.add_run(sentence["text"]))
    words.font.strike = sentence["status"] == "unverified"
    marks = "".join(f" [{number}]" for number in sentence["citations"])
    paragraph.add_run(f"{marks} ({_(STATUSES[sentence['status']])})")


def _add_source(
    document: Any, one: Mapping[str, Any], judged: Sequence[Mapping[str, Any]]
) -> None:  # fmt: skip
    paragraph = document.add_paragraph()
    _in_french(paragraph.add_run(source_name(one, judged))).bold = True
    paragraph.add_run(f"\n{where_it_stands(one)}")
    _in_french(paragraph.add_run(f"\n« {one['quote']} »")).italic = True
    paragraph.add_run("\n" + _("SHA-256 du fichier : {sha256}").format(sha256=one["sha256"]))
    for said in judged:
        if said["citation"] == one["number"]:
            paragraph.add_run(f"\n{judgement(said)}")


def _for_xml(value: Any) -> Any:
    """The same, without the control characters that XML has no place for."""
    if isinstance(value, str):
        return re.sub(r"[^\t\n -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", " ", value)
    if isinstance(value, Mapping):
        return {key: _for_xml(one) for key, one in value.items()}
    return [_for_xml(one) for one in value] if isinstance(value, list | tuple) else value
