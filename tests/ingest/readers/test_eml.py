"""E-mails of the town hall: the message, and what is attached to it."""

from email.message import EmailMessage
from pathlib import Path

import pytest

from app.errors import SET_ASIDE, told
from ingest.contents import contents
from ingest.readers import Limits, read
from ingest.trouble import Unreadable
from tests.conftest import SAMPLE

PDF = SAMPLE / "deliberations/2024-038_tarifs-cantine-2024-2025.pdf"
LOCKED = SAMPLE / "personnel/Rapport social unique 2023 (protege).pdf"
CSV = SAMPLE / "opendata/deliberations-courvallon-scdl.csv"


def letter(body: str = "Bonjour,\nla cantine sera fermée lundi.") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Élise Nègre <elise@courvallon.fr>"
    message["To"] = "mairie@courvallon.fr"
    message["Subject"] = "Fermeture de l'école"
    message["Date"] = "Mon, 03 Jun 2024 09:05:00 +0200"
    message.set_content(body)
    return message


def attach(message: EmailMessage, file: Path, name: str = "") -> None:
    message.add_attachment(
        file.read_bytes(), maintype="application", subtype="octet-stream",
        filename=name or file.name,
    )  # fmt: skip


def saved(folder: Path, message: EmailMessage | bytes) -> Path:
    file = folder / "courriel.eml"
    file.write_bytes(message if isinstance(message, bytes) else message.as_bytes())
    return file


def test_a_message_says_who_wrote_to_whom_about_what_and_when(tmp_path: Path) -> None:
    [page] = read(saved(tmp_path, letter()), Limits()).pages
    assert page.text.split("\n") == [
        "De : Élise Nègre <elise@courvallon.fr>",
        "À : mairie@courvallon.fr",
        "Objet : Fermeture de l'école",
        "Date : 3 juin 2024 à 9 h 05",
        "",
        "Bonjour,",
        "la cantine sera fermée lundi.",
    ]


def test_of_two_versions_the_plain_one_is_read_and_html_where_it_is_blank(tmp_path: Path) -> None:
    message = letter("Version simple.")
    message.add_alternative("<p>Version <b>riche</b>.</p>", subtype="html")
    text = read(saved(tmp_path, message), Limits()).pages[0].text
    assert "Version simple." in text
    assert "riche" not in text
    message = letter("  \n")
    message.add_alternative("<p>Version&nbsp;<b>riche</b>.</p>", subtype="html")
    assert read(saved(tmp_path, message), Limits()).pages[0].text.endswith("Version riche.")


def test_what_is_attached_follows_page_by_page_and_is_listed_with_its_pages(
    tmp_path: Path,
) -> None:
    message = letter()
    attach(message, PDF, "tarifs été.pdf")
    document = read(saved(tmp_path, message), Limits())
    assert [page.number for page in document.pages] == [1, 2, 3]
    assert document.pages[1].text == read(PDF, Limits()).pages[0].text
    assert document.pages[0].text.endswith("Pièces jointes :\ntarifs été.pdf : pages 2 à 3")


def test_the_message_and_each_file_attached_are_records_of_their_own(tmp_path: Path) -> None:
    message = letter()
    attach(message, PDF)
    attach(message, CSV)
    (tmp_path / "note.txt").write_text("Le marché a lieu le mercredi.")
    attach(message, tmp_path / "note.txt")
    document = read(saved(tmp_path, message), Limits())
    records, passages = contents(document, "courriel.eml")
    texts = {page.number: page.text for page in document.pages}
    first, act, *rows, note = records
    assert (first.title, first.date, first.kind) == ("Fermeture de l'école", "2024-06-03", "autre")
    assert act.number == "2024-038"
    assert (act.spans[0].page, act.spans[-1].page) == (2, 3)
    assert len(rows) == len(read(CSV, Limits()).records or ())
    assert all(row.title and row.title in texts[row.spans[0].page] for row in rows)
    assert note.title == "note.txt"
    assert [r.ordinal for r in records] == list(range(len(records)))
    assert [p.ordinal for p in passages] == list(range(len(passages)))
    for passage in passages:
        spans = [texts[span.page][span.start : span.end] for span in passage.spans]
        assert passage.text == "\n".join(spans)
        held = records[passage.record].spans
        assert held[0].page <= passage.spans[0].page <= held[-1].page


def test_an_attachment_that_cannot_be_read_is_named_with_its_reason(tmp_path: Path) -> None:
    message = letter()
    attach(message, LOCKED, "bilan.pdf")
    message.add_attachment(b"AC1027", maintype="image", subtype="vnd.dwg", filename="plan.dwg")
    document = read(saved(tmp_path, message), Limits())
    assert document.warnings == ("bilan.pdf : {encrypted}", "plan.dwg : {unknown_format}")
    assert told(document.warnings[0]) == f"bilan.pdf : {SET_ASIDE['encrypted'][0]}"
    assert "bilan.pdf : non lu" in document.pages[0].text


def test_a_logo_in_a_signature_is_no_loss(tmp_path: Path) -> None:
    import io

    import PIL.Image

    logo = io.BytesIO()
    PIL.Image.new("RGB", (90, 40), "navy").save(logo, "PNG")
    message = letter()
    message.add_attachment(logo.getvalue(), maintype="image", subtype="png", cid="<logo>",
                           filename="logo.png", disposition="inline")  # fmt: skip
    document = read(saved(tmp_path, message), Limits())
    assert [w for w in document.warnings if "ocr_missing" not in w] == []
    assert len(document.pages) == 1


def test_a_forwarded_message_is_read_with_its_own_attachment_and_no_deeper(tmp_path: Path) -> None:
    deepest = letter("Au fond.")
    attach(deepest, PDF)
    inner = letter("Voici la délibération.")
    attach(inner, PDF)
    inner.add_attachment(deepest)
    outer = letter("Pour information.")
    outer.add_attachment(inner)
    document = read(saved(tmp_path, outer), Limits())
    assert [part.name for part in document.parts] == [
        "", "Fermeture de l'école.eml", f"Fermeture de l'école.eml/{PDF.name}",
    ]  # fmt: skip
    assert document.warnings == ("Fermeture de l'école.eml : Fermeture de l'école.eml : {nested}",)
    assert "Voici la délibération." in document.pages[1].text


def test_an_old_mail_in_windows_1252_keeps_its_accents_and_euros(tmp_path: Path) -> None:
    raw = b"From: a@b.fr\r\nSubject: =?iso-8859-1?Q?March=E9?=\r\nContent-Type: text/plain; charset"
    raw += b"=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\nIl co\xfbte 12 \x80.\r\n"
    text = read(saved(tmp_path, raw), Limits()).pages[0].text
    assert "Objet : Marché" in text
    assert "Il coûte 12 €." in text


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"Ceci n'est pas un courriel.\n", "misnamed"),
        (b"From: a@b.fr\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nMII",
         "encrypted"),
        (b"From: a@b.fr\nContent-Type: multipart/encrypted; boundary=x\n\n--x--\n", "encrypted"),
    ],
)  # fmt: skip
def test_what_is_no_message_or_is_encrypted_is_said_to_be_so(
    tmp_path: Path, raw: bytes, why: str
) -> None:
    with pytest.raises(Unreadable) as raised:
        read(saved(tmp_path, raw), Limits())
    assert raised.value.reason == why


@pytest.mark.parametrize(
    "raw",
    [
        b"From: =?utf-8?q?\nDate: hier\nTo: @@@, <>\n\nBonjour.",
        b"From: a@b.fr\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nBonjour.",
        b"From: a@b.fr\nContent-Type: text/plain; charset=x-inconnu\n\nBonjour.",
        b'From: a@b.fr\nContent-Type: text/plain; charset="u\0"\n\nBonjour. \xe9',
        b"From: a@b.fr\nContent-Transfer-Encoding: base64\n\nQm9uam91ci4",
        b"Subject: \xe9t\xe9\n\nBonjour.",
    ],
)
def test_a_malformed_message_is_read_as_far_as_it_goes(tmp_path: Path, raw: bytes) -> None:
    page = read(saved(tmp_path, raw), Limits()).pages[0]
    assert "Bonjour." in page.text
    page.text.encode("utf-8")  # no half characters, which SQLite would refuse
