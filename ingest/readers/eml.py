"""E-mail (EML): who, to whom, about what, when, the message; then what is attached."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from email import policy
from email.message import Message
from email.parser import BytesParser
from pathlib import Path

from ingest.clean import clean
from ingest.pages import Document, Page, Part
from ingest.readers import Limits
from ingest.readers.html import visible
from ingest.readers.inside import Inside, Member, read_inside
from ingest.readers.text import decode
from ingest.records.label import french_date
from ingest.records.record import Record, Span
from ingest.trouble import Unreadable

_HEADERS = (("from", "De"), ("to", "À"), ("cc", "Copie"), ("subject", "Objet"))


def read(file: Path, limits: Limits) -> Document:
    """Page 1 is the message; the pages of what is attached follow.

    Raises:
        Unreadable: encrypted, or no message.
    """
    message = BytesParser(policy=policy.default).parsebytes(file.read_bytes())
    if not any(name in message for name in ("from", "to", "subject", "date", "received")):
        raise Unreadable("misnamed", ".eml")
    if _is_encrypted(message):
        raise Unreadable("encrypted")
    leaves = list(_leaves(message))
    texts = [_text(leaf) for leaf in leaves if not _is_attached(leaf)]
    attached = [_member(leaf, number) for number, leaf in enumerate(leaves) if _is_attached(leaf)]
    inside = read_inside(attached, limits, first=2)
    page = _first_page(message, texts, inside)
    subject = _header(message, "subject")
    sent = _sent(message)
    letter = Record(
        0, "autre", (Span(1, 0, len(page.text)),), title=subject or None,
        date=sent.date().isoformat() if sent else None,
    )  # fmt: skip
    return Document(
        (page, *inside.pages), None, tuple(inside.warnings),
        (Part("", 1, 1, (letter,)), *inside.parts),
    )  # fmt: skip


def _first_page(message: Message, texts: list[str], inside: Inside) -> Page:
    head = [f"{said} : {_header(message, name)}" for name, said in _HEADERS if name in message]
    sent = _sent(message)
    if sent is not None:
        day = french_date(sent.date().isoformat())
        head.append(f"Date : {day} à {sent.hour} h {sent.minute:02d}")
    blocks = ["\n".join(head), *(text for text in texts if text.strip())]
    if inside.listed():
        blocks.append("\n".join(["Pièces jointes :", *inside.listed()]))
    return Page(1, clean("\n\n".join(blocks)))


def _header(message: Message, name: str) -> str:
    """A header on one line. The parser of the library fails on some that are malformed."""
    try:
        return " ".join(str(message[name] or "").split())
    except Exception:
        raw = next((str(value) for key, value in message.raw_items() if key.lower() == name), "")
        return " ".join(raw.encode("utf-8", "replace").decode().split())


def _sent(message: Message) -> datetime | None:
    with suppress(Exception):  # as above
        sent: datetime | None = message["date"].datetime  # type: ignore[union-attr]
        return sent
    return None


def _is_encrypted(message: Message) -> bool:
    kind = message.get_content_type()
    return kind == "multipart/encrypted" or (
        kind in ("application/pkcs7-mime", "application/x-pkcs7-mime")
        and message.get_param("smime-type") != "signed-data"
    )


def _leaves(part: Message) -> Iterator[Message]:
    """The parts that hold something; of several versions of a text, one."""
    if part.get_content_maintype() != "multipart":
        yield part
        return
    versions = [sub for sub in part.get_payload() if isinstance(sub, Message)]
    if part.get_content_type() != "multipart/alternative":
        for version in versions:
            yield from _leaves(version)
        return
    chosen = _best(versions)
    for version in versions:  # Apple Mail attaches to one version alone
        yield from (leaf for leaf in _leaves(version) if version is chosen or _is_attached(leaf))


def _best(versions: list[Message]) -> Message | None:
    """The plain text unless it is blank, then the one with HTML."""
    for kind in ("text/plain", "text/html"):
        for version in versions:
            if any(leaf.get_content_type() == kind and _text(leaf).strip()
                   for leaf in _leaves(version)):  # fmt: skip
                return version
    return versions[-1] if versions else None


def _is_attached(leaf: Message) -> bool:
    text = leaf.get_content_maintype() == "text" and leaf.get_filename() is None
    return not text or leaf.get_content_disposition() == "attachment"


def _text(leaf: Message) -> str:
    try:
        text = decode(_bytes(leaf), leaf.get_content_charset() or "")
    except Unreadable:  # not text, whatever it says
        return ""
    return visible(text) if leaf.get_content_type() == "text/html" else text


def _bytes(leaf: Message) -> bytes:
    if leaf.get_content_type() == "message/rfc822":
        return bytes(leaf.get_payload(0).as_bytes())  # type: ignore[union-attr]
    content = leaf.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _member(leaf: Message, number: int) -> Member:
    def unpack(file: Path) -> None:
        try:
            file.write_bytes(_bytes(leaf))
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise Unreadable("damaged", str(error)[:200]) from error

    drawn = leaf.get_content_maintype() == "image" and "content-id" in leaf
    return Member(_name(leaf, number), unpack, ornament=drawn)


def _name(leaf: Message, number: int) -> str:
    named = leaf.get_filename()
    if leaf.get_content_type() == "message/rfc822":
        named = named or _header(leaf.get_payload(0), "subject") or f"message {number}"  # type: ignore[arg-type]
        named = named if named.lower().endswith(".eml") else f"{named}.eml"
    elif not named:
        named = f"pièce {number}{mimetypes.guess_extension(leaf.get_content_type()) or ''}"
    return re.sub(r"[\x00-\x1f\ud800-\udfff]+", " ", named).strip()
