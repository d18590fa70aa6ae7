"""Old Word documents (DOC), through LibreOffice when it is installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from ingest.pages import Document
from ingest.readers import Limits, docx
from ingest.trouble import Unreadable

_SECONDS = 90


def read(file: Path, limits: Limits) -> Document:
    """Convert to DOCX in a folder of its own, then read that.

    Raises:
        Unreadable: LibreOffice is missing, or cannot convert the file.
    """
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        raise Unreadable("office_missing")
    with tempfile.TemporaryDirectory() as folder:
        command = [office, f"-env:UserInstallation=file://{folder}/profile", "--headless",
                   "--convert-to", "docx", "--outdir", folder, str(file)]  # fmt: skip
        try:
            subprocess.run(command, capture_output=True, timeout=_SECONDS, check=True)
        except (subprocess.SubprocessError, OSError) as error:
            raise Unreadable("damaged", f"LibreOffice : {error}"[:200]) from error
        made = Path(folder, file.stem + ".docx")
        if not made.exists():
            raise Unreadable("damaged", "LibreOffice n'a rien produit")
        return docx.read(made, limits)
