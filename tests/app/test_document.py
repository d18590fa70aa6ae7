"""An exported answer in Word: what is struck stays struck, and no character spoils the file."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

from docx import Document

from app.document import AIDED, as_document


def shape(**changed: Any) -> dict[str, Any]:
    citation = {
        "number": 1, "label": "Arrêté n° 7", "fonds": "arretes", "source": "a.pdf", "page": 2,
        "quote": "Il est\x0c interdit.", "sha256": "ab", "ocr": True,
    }  # fmt: skip
    return {
        "answer": "8eec50c9a646", "at": "2026-11-22T09:14:00+01:00", "question": "Est-ce permis ?",
        "model": "extractif", "validated": {"by": "Anne Roy", "on": "2026-11-21"},
        "sentences": [
            {"text": "Il est interdit.", "status": "verbatim", "citations": [1]},
            {"text": "Il est permis.", "status": "unverified", "citations": []},
        ],
        "citations": [citation], "notes": [], "text": "Rien.",
    } | changed  # fmt: skip


def written(**changed: Any) -> Any:
    return Document(io.BytesIO(as_document(shape(**changed))))


def test_a_sentence_that_was_not_verified_is_struck_and_says_so() -> None:
    proved, struck = (p for p in written().paragraphs if p.text.startswith("Il est "))
    assert (proved.text, proved.runs[0].font.strike) == (
        "Il est interdit. [1] (citation exacte)", False,
    )  # fmt: skip
    assert (struck.text, struck.runs[0].font.strike) == ("Il est permis. (non vérifiée)", True)


def test_the_document_says_when_how_and_by_whom() -> None:
    texts = [paragraph.text for paragraph in written().paragraphs]
    assert texts[1:3] == [
        AIDED,
        (
            "Réponse de Greffe du 22/11/2026 (n° 8eec50c9a646), faite de phrases recopiées mot pour"
            " mot des sources : l'IA les a cherchées et choisies, aucun modèle de langue ne les a"
            " écrites. Validée par Anne Roy le 21/11/2026."
        ),
    ]
    (source,) = [text for text in texts if text.startswith("[1] ")]
    assert "page 2. Lu par OCR." in source
    assert "« Il est  interdit. »" in source  # a form feed has no place in XML


def test_a_refusal_is_exported_in_its_own_words() -> None:
    texts = [p.text for p in written(sentences=[], citations=[], validated=None).paragraphs]
    assert texts[3] == "Rien."
    assert "Sources" not in texts


def test_the_whole_file_is_in_french() -> None:
    """Not only its properties: the defaults of Word's template speak American English."""
    with zipfile.ZipFile(io.BytesIO(as_document(shape()))) as file:
        for part in ("word/styles.xml", "word/settings.xml"):
            xml = file.read(part).decode()
            assert "en-US" not in re.sub(r'w:(?:eastAsia|bidi)="[^"]*"', "", xml), part
        assert '<w:lang w:val="fr-FR"' in file.read("word/styles.xml").decode()


def test_a_source_is_named_whole_with_what_was_said_of_it() -> None:
    citation = shape()["citations"][0] | {"reference": "Conseil municipal d'Uzès, arrêté n° 7"}
    judged = {"citation": 1, "verdict": "contested", "by": "Anne", "at": "2026-11-22", "text": ""}
    texts = [p.text for p in written(citations=[citation], judged=[judged]).paragraphs]
    (source,) = [text for text in texts if text.startswith("[1] ")]
    assert source.startswith("[1] Conseil municipal d'Uzès, arrêté n° 7 (citation contestée)\n")
