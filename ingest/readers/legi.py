"""LEGI as DILA ships it: XML files, one a version of an article, alone or in a tar.gz.

The full archive (`Freemium_legi_global_20230714-120000.tar.gz`) holds
`legi/global/code_et_TNC_en_vigueur/…/article/LEGI/ARTI/…/LEGIARTI….xml`; a daily increment
(`LEGI_20231206-203015.tar.gz`) holds the same below `20231206-203015/`, with the files that
changed and `liste_suppression_legi.dat`, the paths that are withdrawn. Files that tell the
structure (section_ta, texte/struct, texte/version) are passed over: an article repeats the
titles above it in its CONTEXTE.
"""

from __future__ import annotations

import re
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.clean import clean
from ingest.pages import Document
from ingest.readers import Limits, page_done
from ingest.readers.law_parts import Part, joined
from ingest.records.record import Record, Span
from ingest.records.version import WITHDRAWN, Version, end
from ingest.trouble import Unreadable

if TYPE_CHECKING:
    from lxml.etree import _Element

_MOST_BYTES = 100_000_000_000  # unpacked, of a whole archive: a bound against bombs
_LARGEST = 20_000_000  # one XML file; the largest annexes have a few megabytes
_ARTICLE = re.compile(r"(?:^|/)LEGIARTI\d{12}\.xml$")
_SUPPRESSED = re.compile(r"(LEGIARTI\d{12})(?:\.xml)?\s*$", re.M)
_SUPPRESSION = "liste_suppression_legi.dat"
_STAMP = re.compile(r"(?<!\d)(20\d\d)(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)(?!\d)")
_STRUCTURE = frozenset({"SECTION_TA", "TEXTELR", "TEXTE_VERSION"})
_IN_FORCE = frozenset({"VIGUEUR", "ABROGE_DIFF"})
_MAKES = ("MODIF", "CREE", "CREATION", "ABROG", "TRANSF", "CODIF", "RECTIF", "PERIM", "ANNUL")
_BLOCKS = frozenset({"p", "div", "br", "tr", "li", "ul", "ol", "table", "blockquote", "h1", "h2",
                     "h3", "h4", "h5", "h6", "pre", "dl", "dt", "dd"})  # fmt: skip


def read(file: Path, limits: Limits) -> Document:
    """The whole file at once, for tests and small files. See `read_parts`."""
    return joined(read_parts(file, limits))


def read_parts(file: Path, limits: Limits) -> Iterator[Document]:
    """The versions of articles; the ones in force are records too. A page's number counts files.

    Raises:
        Unreadable: a damaged archive, an XML file that is none, or no file of LEGI.
    """
    part = Part()
    count = 0
    for name, content in _files(file):
        if name.endswith(_SUPPRESSION):
            part.versions += _withdrawn(content, _stamp(name, file))
            part.may_be_empty = True
            continue
        count += 1
        if count % 500 == 0:
            page_done()
        _add(part, _parsed(content, name), count, _stamp(name, file))
        if part.is_full():
            yield part.document()
            part = part.next()
    if not count and not part.may_be_empty:
        raise Unreadable("unknown_format", "ni article ni liste de LEGI")
    yield part.document()


def _files(file: Path) -> Iterator[tuple[str, bytes]]:
    """The article files and suppression lists: the file itself, or what its archive holds."""
    name = file.name.lower()
    if not name.endswith((".tar.gz", ".tgz")):
        if name.endswith(".dat") and name != _SUPPRESSION:
            raise Unreadable("unknown_format", file.name)
        if file.stat().st_size > _LARGEST:
            raise Unreadable("too_large", file.name)
        yield str(file), file.read_bytes()
        return
    size = 0
    try:
        with tarfile.open(file, "r|gz") as archive:
            for member in archive:
                size += member.size
                if size > _MOST_BYTES:
                    raise Unreadable("too_large", "archive dépliée")
                wanted = _ARTICLE.search(member.name) or member.name.endswith(_SUPPRESSION)
                stream = archive.extractfile(member) if member.isreg() and wanted else None
                if stream is None:
                    continue
                if member.size > _LARGEST:
                    raise Unreadable("too_large", member.name[-100:])
                yield member.name, stream.read()
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise Unreadable("damaged", str(error)[:200]) from error


def _stamp(name: str, file: Path) -> str:
    """« 20231206-203015 » in a path inside the archive, else in the archive's own, as ISO."""
    found = _STAMP.search(name) or _STAMP.search(file.name)
    return "{}-{}-{}T{}:{}:{}".format(*found.groups()) if found else ""


def _withdrawn(content: bytes, stamp: str) -> list[Version]:
    """What a suppression list names, as versions without article or dates."""
    return [
        Version("", "", None, 0, version_id=id, etat=WITHDRAWN, stamp=stamp)
        for id in _SUPPRESSED.findall(content.decode("utf-8", "replace"))
    ]


def _parsed(content: bytes, name: str) -> _Element:
    """The root. Entities stay folded, nothing is fetched, depth and size are bounded."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        return etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable("damaged", f"{name[-60:]} : {error}"[:200]) from error


def _add(part: Part, root: _Element, page: int, stamp: str) -> None:
    """Add the article of one XML file."""
    if root.tag in _STRUCTURE:
        part.may_be_empty = True
        return
    if root.tag != "ARTICLE":
        raise Unreadable("unknown_format", f"XML : {root.tag}"[:100])
    version = _version(root, page, stamp)
    if version is None:
        part.may_be_empty = True  # of the JORF: not consolidated, without dates
        return
    text = _text(root.find("BLOC_TEXTUEL/CONTENU"))
    if version.etat in _IN_FORCE and text:
        record = Record(
            ordinal=part.records_before, kind="article", spans=(Span(page, 0, len(text)),),
            number=version.number, date=version.date, date_end=version.date_end,
            body=version.body, article_id=version.article_id,
            section_path=_sections(root, version.date),
        )  # fmt: skip
        part.add_record(record, version, text)
    else:
        part.add_version(version, text)


def _version(root: _Element, page: int, stamp: str) -> Version | None:
    id = root.findtext("META/META_COMMUN/ID", "").strip()
    meta = root.find("META/META_SPEC/META_ARTICLE")
    context = root.find("CONTEXTE/TEXTE")
    if not id.startswith("LEGIARTI") or meta is None or context is None:
        return None
    date = meta.findtext("DATE_DEBUT", "").strip()
    number = meta.findtext("NUM", "").strip()
    return Version(
        article_id=f"{context.get('cid', '')}/{number.upper() or _first_id(root, id)}",
        date=date,
        date_end=end(meta.findtext("DATE_FIN", "").strip()),
        page=page,
        version_id=id,
        etat=meta.findtext("ETAT", "").strip(),
        number=number or None,
        body=_titled(context.findall("TITRE_TXT"), date),
        by=" ; ".join(_makers(root)) or None,
        stamp=stamp,
    )


def _first_id(root: _Element, id: str) -> str:
    """What names an article without number: its first version."""
    listed = root.findall("VERSIONS/VERSION/LIEN_ART")
    known = [(str(link.get("debut")), str(link.get("id"))) for link in listed]
    return min((pair for pair in known if pair[1].startswith("LEGIARTI")), default=("", id))[1]


def _makers(root: _Element) -> list[str]:
    """The acts that made or ended this version, as LIENS words them."""
    return [
        " ".join("".join(link.itertext()).split())
        for link in root.findall("LIENS/LIEN")
        if link.get("sens") == "cible" and (link.get("typelien") or "").startswith(_MAKES)
    ]


def _titled(titles: list[Any], day: str) -> str | None:
    """The title that was valid on a day, of those that a text or section had; else the last."""
    valid = [t for t in titles if (t.get("debut") or "") <= day < (t.get("fin") or "9")]
    words = " ".join((valid or titles)[-1].itertext()).split() if titles else []
    return " ".join(words).rstrip(".") or None


def _sections(root: _Element, day: str) -> tuple[str, ...]:
    """The titles above an article, outermost first, as they were on a day."""
    found = []
    level = root.find("CONTEXTE/TEXTE/TM")
    while level is not None:
        title = _titled(level.findall("TITRE_TM"), day)
        found += [title] if title else []
        level = level.find("TM")
    return tuple(found)


def _text(content: _Element | None) -> str:
    """The words of the HTML in CONTENU: a line a block, cells of a table apart."""
    if content is None:
        return ""
    pieces: list[str] = []
    _spell(content, pieces)
    lines = clean("".join(pieces)).split("\n")
    plain = (line.rstrip(" |").strip() for line in lines)
    return "\n".join(line for line in plain if line)


def _spell(element: _Element, pieces: list[str]) -> None:
    """The element's words into `pieces`. Line ends of the XML itself are spaces."""
    if not isinstance(element.tag, str):  # an entity that stays folded
        return
    block = element.tag.lower() in _BLOCKS
    pieces += ["\n" if block else "", (element.text or "").replace("\n", " ")]
    for child in element:
        _spell(child, pieces)
        pieces.append((child.tail or "").replace("\n", " "))
    pieces.append("\n" if block else " | " if element.tag.lower() in ("td", "th") else "")
