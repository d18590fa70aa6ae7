"""Files that cannot be read as they are: one under a password, one cut in its middle."""

from __future__ import annotations

import io
import random
from unittest import mock

from pypdf import PdfReader, PdfWriter

PASSWORD = "courvallon-2024"


def locked(pdf: bytes) -> bytes:
    """`pdf` under AES-256, to be opened with `PASSWORD`.

    The salts and keys come from a seeded generator in place of `secrets`: the file guards
    nothing, and it must be the same at each making.
    """
    dice = random.Random(2024)
    with mock.patch("secrets.token_bytes", dice.randbytes):
        writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
        writer.encrypt(PASSWORD, owner_password=PASSWORD + "-maire", algorithm="AES-256")
        out = io.BytesIO()
        writer.write(out)
    return out.getvalue()


def cut(pdf: bytes) -> bytes:
    """The first 45 % of a scanned PDF: its page tree is lost with its end."""
    return pdf[: len(pdf) * 45 // 100]
