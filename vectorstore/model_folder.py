"""A model's folder: what may be in it, and the SHA-256 of each file, checked before it is opened.

Weights are safetensors, which hold numbers and nothing else; a pickle runs code when it is read.
No code comes with a model either: neither Python files, nor a configuration that names some. The
manifest is written when a model is brought in (`greffe models add`) or unpacked.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ingest.trouble import Trouble

MANIFEST = "manifest.json"
# written by pickle, or read by libraries that take it for one
PICKLES = frozenset({".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib", ".npy", ".h5"})
CODE = frozenset({".py", ".pyc", ".so", ".dll", ".sh"})
_OWN_MODULES = "sentence_transformers."


class ModelFolderInvalid(Trouble):
    """Not a sentence-transformers folder with safetensors. Facts: path, detail."""


class ModelAltered(Trouble):
    """A file is not the one that the manifest names. Facts: path, detail."""


def check_folder(folder: Path) -> None:
    """Refuse what is not a plain safetensors model before any library opens it.

    Raises:
        ModelFolderInvalid: with what is wrong.
    """
    if not (folder / "config.json").is_file() and not (folder / "modules.json").is_file():
        raise ModelFolderInvalid(path=str(folder), detail="ni modules.json ni config.json")
    if not list(folder.rglob("*.safetensors")):
        raise ModelFolderInvalid(path=str(folder), detail="aucun poids au format safetensors")
    for path in sorted(folder.rglob("*")):
        why = _unfit(folder, path)
        if why:
            name = path.relative_to(folder)
            raise ModelFolderInvalid(path=str(folder), detail=f"{name} : {why}")


def _unfit(folder: Path, path: Path) -> str:
    if path.suffix.lower() in PICKLES:
        return "des poids au format pickle, qui peut exécuter du code"
    if path.suffix.lower() in CODE:
        return "du code"
    if path.is_symlink() and not path.resolve().is_relative_to(folder.resolve()):
        return "un lien qui sort du dossier"
    if path.name in ("config.json", "modules.json", "tokenizer_config.json"):
        return _names_code(path)
    return ""


def _names_code(path: Path) -> str:
    """A configuration may name a class to be imported: only the library's own is."""
    try:
        content = json.loads(path.read_text("utf-8"))
    except (ValueError, OSError):
        return ""  # the library says what is wrong with it
    if isinstance(content, dict) and content.get("auto_map"):
        return "demande du code à part (auto_map)"
    if path.name == "modules.json" and isinstance(content, list):
        for module in content:
            kind = str(module.get("type", _OWN_MODULES)) if isinstance(module, dict) else ""
            if kind and not kind.startswith(_OWN_MODULES):
                return f"demande du code à part ({kind})"
    return ""


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of each file by its path in the folder, the manifest's own left out."""
    found = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        if name != MANIFEST:
            found[name] = _sha256(path)
    return found


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def folder_hash(files: Mapping[str, str]) -> str:
    """SHA-256 over the names and contents of a folder's files (`digests`): names the model."""
    digest = hashlib.sha256()
    for name, content in files.items():
        digest.update(name.encode())
        digest.update(bytes.fromhex(content))
    return digest.hexdigest()


def write_manifest(folder: Path, facts: Mapping[str, Any]) -> None:
    """Write down what each file is now."""
    told = {**facts, "files": digests(folder)}
    (folder / MANIFEST).write_text(json.dumps(told, ensure_ascii=False, indent=1), "utf-8")


def manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of a folder; None where it has none.

    Raises:
        ModelAltered: it cannot be read.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return None
    try:
        told = dict(json.loads(path.read_text("utf-8")))
        told["files"] = {str(name): str(digest) for name, digest in told["files"].items()}
    except (ValueError, TypeError, KeyError, AttributeError, OSError) as error:
        raise ModelAltered(path=str(folder), detail="son manifeste est illisible") from error
    return told


def check_manifest(folder: Path, files: Mapping[str, str]) -> bool:
    """Hold the files (`digests`) against the manifest; False where the folder has none.

    Raises:
        ModelAltered: a file was changed, added or taken away.
    """
    told = manifest(folder)
    if told is None:
        return False
    known = told["files"]
    for name in sorted({*known, *files}):
        if known.get(name) != files.get(name):
            why = "manque" if name not in files else "en trop" if name not in known else "altéré"
            raise ModelAltered(path=str(folder), detail=f"{name} {why}")
    return True
