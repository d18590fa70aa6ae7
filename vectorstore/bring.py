"""A model brought on a stick: a folder, a ZIP or a tar → a checked folder with a manifest.

What is copied: configuration, vocabulary and safetensors. Pickles, code and other engines' files
are left where they are and named. Nothing of an archive is written under a name of its own choice
that leads elsewhere, and nothing in it is run.
"""

from __future__ import annotations

import os
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO

from ingest.trouble import Trouble
from vectorstore.model_folder import (
    MANIFEST,
    ModelFolderInvalid,
    check_folder,
    check_manifest,
    digests,
    write_manifest,
)

KEPT = frozenset({".safetensors", ".json", ".txt", ".model", ".md"})
_MEMBERS = 500
_BYTES = 40_000_000_000
# weights hardly pack: 1.1 at most; a blank page of JSON 20
_RATIO = 30
_SMALL = 50_000_000  # bytes unpacked, below which nobody minds the ratio
_CHUNK = 1 << 20
_ENCRYPTED = 0x1


class ModelRefused(Trouble):
    """The folder or archive is not taken. Facts: path, detail."""


@dataclass(frozen=True, slots=True)
class Brought:
    """A model that is in its place."""

    name: str
    folder: Path
    left_out: list[str]  # files that were not copied
    checked: bool  # it came with a manifest, and agrees with it


def bring(source: Path, models: Path, name: str = "") -> Brought:
    """Copy a model into the folder of models, under its own name or another.

    Raises:
        ModelRefused: no such source, an archive that is damaged, swells or leads elsewhere, a
            model of that name, no room.
        ModelFolderInvalid: not a sentence-transformers folder with safetensors.
        ModelAltered: it came with a manifest that its files do not agree with.
    """
    name = name or _name_of(source)
    if name in ("", ".", "..") or "/" in name or name.startswith("."):
        raise ModelRefused(path=str(source), detail=f"« {name} » ne peut pas être un nom")
    target = models / name
    if target.exists():
        raise ModelRefused(path=str(source), detail=f"un modèle « {name} » est déjà là")
    with _beside(models, name) as making:
        if source.is_dir():
            root, checked, left_out = source, *_copied(source, making)
        else:
            _unpack(source, making / "archive")
            root = _root(making / "archive", source)
            checked, left_out = _copied(root, making)
        check_folder(making / "model")
        facts = {"name": name, "from": source.name, "added": _now()}
        write_manifest(making / "model", facts)
        (making / "model").rename(target)
    return Brought(name, target, left_out, checked)


def _name_of(source: Path) -> str:
    name = source.name
    for suffix in (".tar.gz", ".tgz", ".tar", ".zip"):
        name = name.removesuffix(suffix)
    return name


@contextmanager
def _beside(models: Path, name: str) -> Iterator[Path]:
    """A folder to work in, on the disk of the models, gone at the end."""
    making = models / f".{name}.{os.getpid()}"
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    try:
        yield making
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _copied(source: Path, making: Path) -> tuple[bool, list[str]]:
    """Copy what a model needs to `making/model`; whether a manifest agreed, what was left out."""
    checked = check_manifest(source, digests(source))
    left_out = []
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source)
        hidden = any(part.startswith(".") for part in name.parts)
        if path.is_symlink() and not path.resolve().is_relative_to(source.resolve()):
            raise ModelRefused(path=str(source), detail=f"{name} est un lien qui sort du dossier")
        if not path.is_file() or name.as_posix() == MANIFEST:
            continue
        if hidden or path.suffix.lower() not in KEPT:
            left_out.append(name.as_posix())
            continue
        target = making / "model" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    return checked, left_out


def _root(unpacked: Path, source: Path) -> Path:
    """The folder of the model in what was unpacked: often one deeper than the archive's top."""
    found = sorted({p.parent for name in ("modules.json", "config.json")
                    for p in unpacked.rglob(name)}, key=lambda path: len(path.parts))  # fmt: skip
    if not found:
        raise ModelFolderInvalid(path=str(source), detail="ni modules.json ni config.json")
    return found[0]


def _unpack(source: Path, target: Path) -> None:
    try:
        if zipfile.is_zipfile(source):
            _unzip(source, target)
        elif tarfile.is_tarfile(source):
            _untar(source, target)
        else:
            raise ModelRefused(path=str(source), detail="ni un dossier, ni un ZIP, ni un tar")
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, ValueError,
            NotImplementedError) as error:  # fmt: skip
        raise ModelRefused(path=str(source), detail=f"archive abîmée ({error})"[:200]) from error
    except FileNotFoundError as error:
        raise ModelRefused(path=str(source), detail="n'existe pas") from error


class _Bounds:
    """What may still be unpacked from an archive."""

    def __init__(self, source: Path) -> None:
        self.source = source
        self.most = min(_BYTES, max(_SMALL, _RATIO * source.stat().st_size))
        self.members = 0

    def place(self, name: str, target: Path) -> Path:
        """Where a member goes. Raises ModelRefused: it would go elsewhere, or one too many."""
        self.members += 1
        pure = PurePosixPath(name.replace("\\", "/"))
        if pure.is_absolute() or ".." in pure.parts or ":" in pure.parts[0] or "\0" in name:
            self.refuse(f"l'archive écrirait ailleurs ({name!r})")
        if self.members > _MEMBERS:
            self.refuse(f"plus de {_MEMBERS} fichiers")
        path = target / pure
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def copy(self, packed: IO[bytes], path: Path) -> None:
        """Write a member, as long as it does not swell: what is declared is not believed."""
        with path.open("xb") as plain:
            while chunk := packed.read(_CHUNK):
                self.most -= len(chunk)
                if self.most < 0:
                    self.refuse("l'archive gonfle démesurément quand on l'ouvre")
                plain.write(chunk)

    def refuse(self, detail: str) -> None:
        raise ModelRefused(path=str(self.source), detail=detail)


def _unzip(source: Path, target: Path) -> None:
    bounds = _Bounds(source)
    with zipfile.ZipFile(source) as archive:
        for entry in archive.infolist():
            if entry.is_dir():
                continue
            if entry.flag_bits & _ENCRYPTED:
                bounds.refuse("l'archive est chiffrée")
            if stat.S_ISLNK(entry.external_attr >> 16):
                bounds.refuse(f"l'archive contient un lien ({entry.filename})")
            path = bounds.place(entry.filename, target)
            with archive.open(entry) as packed:
                bounds.copy(packed, path)


def _untar(source: Path, target: Path) -> None:
    bounds = _Bounds(source)
    with tarfile.open(source, "r|*") as archive:  # one pass: a bomb is not unpacked to be listed
        for entry in archive:
            if entry.isdir():
                continue
            if not entry.isreg():
                bounds.refuse(f"l'archive contient un lien ou un périphérique ({entry.name})")
            path = bounds.place(entry.name, target)
            packed = archive.extractfile(entry)
            assert packed is not None
            bounds.copy(packed, path)


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")
