"""An answer in a file, and that file checked without Greffe's index: each quote in its source."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

from app import ledger
from app.journal.search import Entry
from app.passages import content, place_texts, stands
from app.replay import AnswerUnknown
from app.words import N_, _
from ingest.catalogue import Catalogue
from ingest.discover import sha256
from ingest.readers import READERS, Limits, suffix_of
from ingest.reading import Bounds, read_all
from ingest.records.version import unpack
from ingest.trouble import Trouble

FORMAT = "greffe-reponse-1"
STATUSES = {
    "verbatim": N_("citation exacte"),
    "supported": N_("appuyée"),
    "unverified": N_("non vérifiée"),
}


class ExportInvalid(Trouble):
    """A file that is no exported answer. Facts: path, detail."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of a verification."""

    good: bool
    said: str  # French


@dataclass(frozen=True, slots=True)
class Place:
    """Where the texts of a content were looked for, and those found; None: not there."""

    name: str
    texts: Sequence[str] | None


class Sources(Protocol):
    """Where the texts of a citation's source are found again."""

    def place(self, citation: Mapping[str, Any]) -> Place:
        """The texts in which the quote should stand."""
        ...


def of_entry(
    id: str, entry: Entry | None, judged: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """An answer of the journal as a file holds it, with how it reads.

    Args:
        id: of the answer.
        entry: its line.
        judged: what legal staff said of its citations, as app/opinions.py gives it.

    Raises:
        AnswerUnknown: it is not in the journal, or no longer whole.
    """
    parts = entry.parts if entry else {}
    said = parts.get("answer") or {}
    if entry is None or "citations" not in said or "question" not in parts:
        raise AnswerUnknown(id=id)
    kept = ("status", "model", "prompt_version", "generation")
    return {
        "format": FORMAT,
        "greffe": version("greffe"),
        "answer": id,
        "at": entry.at,
        "question": parts["question"],
        **{name: entry.facts.get(name, "") for name in kept},
        "validated": said.get("validated"),
        "text": said["text"],
        "sentences": said["sentences"],
        "citations": said["citations"],
        "notes": said["notes"],
        "judged": list(judged),
        "reading": _reading(parts["question"], entry.at, said),
    }


def _reading(question: str, at: str, said: Mapping[str, Any]) -> str:
    """The answer for a human eye, whole."""
    lines = [_("Question : {question}").format(question=question)]
    lines += [_("Réponse du {day} :").format(day=at[:10]), ""]
    if not said["sentences"]:
        lines.append(_(said["text"]))
    for sentence in said["sentences"]:
        marks = "".join(f" [{number}]" for number in sentence["citations"])
        lines.append(f"{sentence['text']}{marks} ({_(STATUSES[sentence['status']])})")
    if said["citations"]:
        lines += ["", _("Sources :")]
    for one in said["citations"]:
        lines.append(
            _("[{number}] {label} — fonds {fonds}, {source}, SHA-256 {sha256}").format_map(one)
        )
        lines.append(f"    « {one['quote']} »")
    return "\n".join(lines)


def write(path: Path, content: bytes) -> None:
    """Write an exported answer, whole or not at all."""
    new = path.with_name(f"{path.name}.new")
    new.write_bytes(content)
    new.replace(path)


def read(path: Path) -> dict[str, Any]:
    """An exported answer.

    Raises:
        ExportInvalid.
    """
    try:
        found = json.loads(path.read_text("utf-8"))
        if found["format"] != FORMAT:
            raise ExportInvalid(path=str(path), detail=f"format {found['format']} inconnu")
        for one in found["citations"]:
            _ = one["number"], one["quote"], one["start"], one["end"], one["page"], one["sha256"]
            _ = one["label"], one["fonds"], one["source"]
        for one in found["sentences"]:
            _ = one["text"], one["status"], one["citations"]
    except (OSError, ValueError) as error:
        raise ExportInvalid(path=str(path), detail=str(error)) from error
    except (KeyError, TypeError) as error:
        raise ExportInvalid(path=str(path), detail=f"il manque {error}") from error
    return dict(found)


def check(shape: Mapping[str, Any], sources: Sources) -> Iterator[Check]:
    """Each quote in its source, then each sentence in the texts that it cites."""
    texts: dict[int, Sequence[str]] = {}
    for citation in shape["citations"]:
        name = f"[{citation['number']}] {citation['label']}"
        place = sources.place(citation)
        if place.texts is None:
            yield Check(False, f"{name} : la source n'est pas là ({place.name})")
        elif not stands(citation, place.texts):
            yield Check(
                False, f"{name} : les mots cités ne sont pas à leur place dans {place.name}"
            )
        else:
            texts[citation["number"]] = place.texts
            yield Check(True, f"{name} : même empreinte, mots à leur place dans {place.name}")
    for number, sentence in enumerate(shape["sentences"], 1):
        yield _sentence(number, sentence, texts, shape["citations"])


def _sentence(
    number: int, sentence: Mapping[str, Any], texts: Mapping[int, Sequence[str]],
    citations: Sequence[Mapping[str, Any]],
) -> Check:  # fmt: skip
    name, status = f"phrase {number}", sentence["status"]
    if status == "unverified":
        return Check(True, f"{name} : donnée pour non vérifiée, rien à contrôler")
    cited = sentence["citations"]
    if not cited or any(one not in texts for one in cited):
        return Check(False, f"{name} : l'une de ses sources n'est pas établie")
    pages = [text for one in cited for text in texts[one]]
    around = "\n".join(one["label"] for one in citations if one["number"] in cited)
    found = ledger.verdict(sentence["text"], pages, around)
    if found == "unverified" or (status == "verbatim" and found != "verbatim"):
        return Check(False, f"{name} : ses sources ne l'établissent pas")
    return Check(True, f"{name} : {STATUSES[status]}")


@dataclass(frozen=True, slots=True)
class Indexed:
    """Sources of the data folder, as they are indexed; the file too, where it can be opened."""

    catalogue: Catalogue

    def place(self, citation: Mapping[str, Any]) -> Place:
        """The page of a live source of the same content."""
        found = content(
            self.catalogue, citation["sha256"], citation["fonds"], citation["source"], None
        )
        if not found:
            return Place(f"aucun fichier indexé n'a l'empreinte {_short(citation)}", None)
        source = found[0]
        if source.file.is_file() and sha256(source.file) != citation["sha256"]:
            return Place(f"{source.path} a changé sur le disque", None)
        return Place(source.path, place_texts(self.catalogue, citation, source))


@dataclass(frozen=True, slots=True)
class Folder:
    """Original files in a folder, read again by the same readers."""

    folder: Path
    limits: Limits
    bounds: Bounds

    def place(self, citation: Mapping[str, Any]) -> Place:
        """The page of the file that has the same content, whatever it is called."""
        file = self._file(citation)
        if file is None:
            return Place(f"aucun fichier de {self.folder} n'a l'empreinte {_short(citation)}", None)
        texts: list[str] = []
        for part in read_all([(0, file)], 1, self.limits, self.bounds):
            document = part.document
            if document is None:
                return Place(f"{file.name} ne peut pas être lu", None)
            texts += [page.text for page in document.pages if page.number == citation["page"]]
            texts += [
                unpack(one.text)
                for one in document.versions
                if one.text and one.article_id == citation.get("article_id")
                and one.date == citation.get("date")
            ]  # fmt: skip
        return Place(file.name, texts)

    def _file(self, citation: Mapping[str, Any]) -> Path | None:
        name = Path(citation["source"]).name
        files = [one for one in self.folder.rglob("*") if one.is_file() and _is_read(one)]
        files.sort(key=lambda one: (one.name != name, str(one)))
        return next((one for one in files if sha256(one) == citation["sha256"]), None)


def _is_read(file: Path) -> bool:
    return suffix_of(file) in READERS


def _short(citation: Mapping[str, Any]) -> str:
    return f"{citation['sha256'][:12]}…"
