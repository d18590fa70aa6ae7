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
from app.leaf import Leaf, described, jpeg
from app.words import N_, _, day, language

TAGS = {"fr": "fr-FR", "en": "en-GB"}
AIDED = N_("Rédigé avec l'aide d'une IA, à vérifier.")
CHECK = N_(
    "Pour contrôler cette réponse, exportez aussi son fichier de preuve (JSON), puis :"
    " greffe verify FICHIER."
)

MOST_BYTES = 12 * 2**20  # bytes of all pages of a document; twenty pages of councils take 6 MB
_ABOVE = 80  # points for the name of a page
_EMU = 12700  # in a point


def as_document(shape: Mapping[str, Any], leaves: Sequence[Leaf] = ()) -> bytes:
    """The bytes of a DOCX.

    Args:
        shape: as app/export.py gives it.
        leaves: the cited pages that can be drawn, in the order of the citations.
    """
    from docx import Document

    shape = _for_xml(shape)
    document = Document()
    _speaks(document, TAGS[language()])
    _on_a4(document.sections[0])
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
    _add_leaves(document, leaves)
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


def _on_a4(section: Any) -> None:
    """Word's own template is for American paper."""
    from docx.shared import Mm

    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(25)


def _add_leaves(document: Any, leaves: Sequence[Leaf]) -> None:
    """Each cited page on a page of its own, under its name, as a picture with the words boxed."""
    left, added = MOST_BYTES, 0
    for leaf in leaves:
        picture, size = jpeg(leaf.image, leaf.boxes)
        left -= len(picture)
        if left < 0:
            break
        _add_leaf(document, leaf, picture, size)
        added += 1
    if added < len(leaves):
        document.add_paragraph(_("Les autres pages citées sont dans l'export en PDF."))


def _add_leaf(document: Any, leaf: Leaf, picture: bytes, size: tuple[int, int]) -> None:
    section, (wide, high) = document.sections[0], size
    heading = document.add_heading(_for_xml(leaf.name), 2)
    heading.paragraph_format.page_break_before = True
    _in_french(heading.runs[0])
    across = section.page_width - section.left_margin - section.right_margin
    # a name of four lines stands above
    down = section.page_height - section.top_margin - section.bottom_margin - _ABOVE * _EMU
    scale = min(across / wide, down / high)
    shown = document.add_picture(io.BytesIO(picture), int(scale * wide), int(scale * high))
    shown._inline.docPr.set("descr", _for_xml(described(leaf)))


def _for_xml(value: Any) -> Any:
    """The same, without the control characters that XML has no place for."""
    if isinstance(value, str):
        return re.sub(r"[^\t\n -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", " ", value)
    if isinstance(value, Mapping):
        return {key: _for_xml(one) for key, one in value.items()}
    return [_for_xml(one) for one in value] if isinstance(value, list | tuple) else value
