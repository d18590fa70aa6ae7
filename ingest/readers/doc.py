"""Old Word documents (DOC), through LibreOffice when it is installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from ingest.pages import Document
from ingest.readers import Limits, docx
from ingest.trouble import Unreadable

_SECONDS = 90
_ALONE = ("unshare", "--user", "--map-root-user", "--net", "--")
# its own settings: no link of a document is followed, and HTTP goes to a port where nobody is
_SHUT = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Inet/Settings">
<prop oor:name="ooInetProxyType" oor:op="fuse"><value>2</value></prop>
<prop oor:name="ooInetHTTPProxyName" oor:op="fuse"><value>127.0.0.1</value></prop>
<prop oor:name="ooInetHTTPProxyPort" oor:op="fuse"><value>9</value></prop>
<prop oor:name="ooInetHTTPSProxyName" oor:op="fuse"><value>127.0.0.1</value></prop>
<prop oor:name="ooInetHTTPSProxyPort" oor:op="fuse"><value>9</value></prop></item>
</oor:items>
"""


def read(file: Path, limits: Limits) -> Document:
    """Convert to DOCX in a folder of its own, then read that.

    Raises:
        Unreadable: LibreOffice is missing, or cannot convert the file.
    """
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        raise Unreadable("office_missing")
    with tempfile.TemporaryDirectory() as folder:
        profile = Path(folder, "profile")
        (profile / "user").mkdir(parents=True)
        (profile / "user" / "registrymodifications.xcu").write_text(_SHUT, "utf-8")
        command = [*_without_network(), office, f"-env:UserInstallation=file://{profile}",
                   "--headless", "--convert-to", "docx", "--outdir", folder, str(file)]  # fmt: skip
        try:
            subprocess.run(command, capture_output=True, timeout=_SECONDS, check=True)
        except (subprocess.SubprocessError, OSError) as error:
            raise Unreadable("damaged", f"LibreOffice : {error}"[:200]) from error
        made = Path(folder, file.stem + ".docx")
        if not made.exists():
            raise Unreadable("damaged", "LibreOffice n'a rien produit")
        return docx.read(made, limits)


@cache
def _without_network() -> tuple[str, ...]:
    """What puts a program in a network of its own, where the system lets us; else nothing.

    LibreOffice fetches the images that a .doc names on other sites (seen with 7.4), and it is
    native code: only the system can stop it. Where no namespace is to be had, `_SHUT` is left;
    under our systemd units namespaces are shut, and the network too.
    """
    try:
        tried = subprocess.run([*_ALONE, "true"], capture_output=True, timeout=10, check=False)
    except (subprocess.SubprocessError, OSError):
        return ()
    return _ALONE if tried.returncode == 0 else ()
