"""A data folder that cannot be used: which of the system's errors say so, and in what words."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from ingest.trouble import CatalogueUnusable, DataUnusable

_RIGHTS = frozenset({errno.EACCES, errno.EPERM})
_A_FILE = frozenset({errno.EEXIST, errno.ENOTDIR})
_OTHERS = frozenset({errno.EROFS, errno.EIO, errno.ESTALE, errno.ELOOP, errno.ENAMETOOLONG})


def data_unusable(error: BaseException, data: Path) -> DataUnusable | None:
    """The trouble that an error stands for, if what it names is in the data folder or above it."""
    if isinstance(error, CatalogueUnusable):  # SQLite never says that the folder is the reason
        shut = data.is_dir() and not os.access(data, os.W_OK | os.X_OK)
        return DataUnusable(path=str(data), detail=_rights(data)) if shut else None
    if not isinstance(error, OSError) or not _concerns(error.filename, data):
        return None
    if error.errno in _RIGHTS:
        return DataUnusable(path=str(data), detail=_rights(Path(error.filename)))
    if error.errno in _A_FILE:
        return DataUnusable(path=str(data), detail=_file_in_the_way(Path(error.filename)))
    if error.errno in _OTHERS:
        return DataUnusable(path=str(data), detail=os.strerror(error.errno or 0))
    return None


def _concerns(named: object, data: Path) -> bool:
    if not isinstance(named, str | os.PathLike):
        return False
    path = Path(os.path.abspath(named))
    return path.is_relative_to(data) or data.is_relative_to(path)


def _rights(path: Path) -> str:
    """What is not allowed, at the place itself or at the nearest one above that is there."""
    there = next(place for place in (path, *path.parents) if os.path.lexists(place))
    if os.access(there, os.R_OK):
        return f"vous n'avez pas le droit d'écrire dans {there}"
    act = "d'entrer dans" if there.is_dir() else "de lire"
    return f"vous n'avez pas le droit {act} {there}"


def _file_in_the_way(path: Path) -> str:
    """The nearest place that is there and is no folder."""
    there = next(place for place in (path, *path.parents) if os.path.lexists(place))
    if there.is_symlink() and not os.path.exists(there):
        return f"{there} est un lien qui ne mène nulle part"
    return f"{there} est un fichier, pas un dossier"
