"""LEGI as DILA ships it: a full archive, daily increments, single XML files."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path

import pytest

from ingest.readers import Limits, read
from ingest.records.version import unpack
from ingest.trouble import Unreadable
from tests.ingest.small_town import FONDS, SmallTown

TEXT = "LEGITEXT000099000001"
ID = f"{TEXT}/L9121-1"
FULL = "Freemium_legi_global_20230714-120000.tar.gz"
STAMP = "20231206-203015"
INCREMENT = f"LEGI_{STAMP}.tar.gz"
OLD, NOW, NEXT = (f"LEGIARTI{n:012}" for n in (1, 2, 3))


def article(
    id: str, start: str, stop: str, etat: str, words: str, number: str = "L9121-1",
    links: str = "",
) -> str:  # fmt: skip
    """One version of an article of the « Code des essais », in the shape of DILA's files."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<ARTICLE>
<META><META_COMMUN><ID>{id}</ID><ANCIEN_ID/><ORIGINE>LEGI</ORIGINE>
<URL>article/LEGI/ARTI/{id}.xml</URL><NATURE>Article</NATURE></META_COMMUN>
<META_SPEC><META_ARTICLE><NUM>{number}</NUM><ETAT>{etat}</ETAT><DATE_DEBUT>{start}</DATE_DEBUT>
<DATE_FIN>{stop}</DATE_FIN><TYPE>AUTONOME</TYPE></META_ARTICLE></META_SPEC></META>
<CONTEXTE><TEXTE cid="{TEXT}" date_publi="2999-01-01" nature="CODE" nor="" num="">
<TITRE_TXT c_titre_court="Code des essais" debut="1996-02-24" fin="2999-01-01" id_txt="{TEXT}">Code
des essais.</TITRE_TXT>
<TM><TITRE_TM debut="1996-02-24" fin="2999-01-01" id="LEGISCTA1">Partie législative</TITRE_TM>
<TM><TITRE_TM debut="1996-02-24" fin="2015-08-09" id="LEGISCTA2">Chapitre Ier : Papier</TITRE_TM>
<TITRE_TM debut="2015-08-09" fin="2999-01-01" id="LEGISCTA3">Chapitre Ier : Numérique</TITRE_TM>
</TM></TM></TEXTE></CONTEXTE>
<VERSIONS><VERSION etat="{etat}"><LIEN_ART debut="{start}" etat="{etat}" fin="{stop}" id="{id}"
num="{number}" origine="LEGI"/></VERSION></VERSIONS>
<NOTA><CONTENU/></NOTA>
<BLOC_TEXTUEL><CONTENU>{words}</CONTENU></BLOC_TEXTUEL>
<LIENS>{links}</LIENS>
</ARTICLE>"""


def place(id: str, below: str = "") -> str:
    folders = "/".join(id[8 + n : 10 + n] for n in range(0, 10, 2))
    return (
        f"{below}legi/global/code_et_TNC_en_vigueur/code_en_vigueur/LEGI/TEXT/00/00/99/00/00/"
        f"{TEXT}/article/LEGI/ARTI/{folders}/{id}.xml"
    )


def archive(file: Path, files: dict[str, str]) -> Path:
    with tarfile.open(file, "w:gz") as packed:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content.encode())
            packed.addfile(member, io.BytesIO(content.encode()))
    return file


OLD_XML = article(
    OLD, "1996-02-24", "2015-08-09", "MODIFIE", "<p>Le maire tient un registre.</p>",
    links='<LIEN cidtexte="J" sens="cible" typelien="MODIFIE">LOI n°2015-991 - art. 3</LIEN>'
    '<LIEN cidtexte="J" sens="source" typelien="CITATION">Code civil - art. 1</LIEN>',
)  # fmt: skip
NOW_XML = article(
    NOW, "2015-08-09", "2999-01-01", "VIGUEUR",
    "<p>Le maire tient un <i>registre</i> &#233;lectronique,\nqui comprend :<br/>1° les actes ;</p>"
    "<table><tr><td>Commune</td><td>Prix</td></tr></table>",
)  # fmt: skip


def full(folder: Path) -> Path:
    struct = f"legi/global/code_et_TNC_en_vigueur/{TEXT}/section_ta/LEGI/SCTA/LEGISCTA1.xml"
    return archive(
        folder / FULL,
        {place(OLD): OLD_XML, place(NOW): NOW_XML, struct: "<SECTION_TA/>"},
    )


def increment(folder: Path, *, withdrawn: str = "", **articles: str) -> Path:
    files = {place(id, f"{STAMP}/"): xml for id, xml in articles.items()}
    if withdrawn:
        files[f"{STAMP}/liste_suppression_legi.dat"] = place(withdrawn)[: -len(".xml")] + "\n"
    return archive(folder / INCREMENT, files)


@pytest.fixture
def law(tmp_path: Path) -> Path:
    folder = tmp_path / "droit"
    folder.mkdir()
    return folder


def searched(town: SmallTown) -> list[str]:
    rows = town.catalogue.live_passages(list(town.catalogue.live_ids(FONDS))).values()
    return [row.text for row in rows]


def test_an_archive_gives_articles_with_their_versions_titles_and_acts(law: Path) -> None:
    document = read(full(law), Limits())
    assert document.records is not None
    (record,) = document.records
    assert (record.article_id, record.number, record.body) == (ID, "L9121-1", "Code des essais")
    assert record.section_path == ("Partie législative", "Chapitre Ier : Numérique")
    assert document.pages[0].text == (
        "Le maire tient un registre électronique, qui comprend :\n1° les actes ;\nCommune | Prix"
    )
    old, now = document.versions
    assert (old.date, old.date_end, old.etat, old.version_id) == (
        "1996-02-24", "2015-08-09", "MODIFIE", OLD
    )  # fmt: skip
    assert (old.by, old.stamp) == ("LOI n°2015-991 - art. 3", "2023-07-14T12:00:00")
    assert unpack(old.text or b"") == "Le maire tient un registre."
    assert (now.date_end, now.current, now.text) == (None, True, None)


def test_an_increment_brings_a_new_version_and_ends_the_old_one(town: SmallTown, law: Path) -> None:
    full(law)
    town.run(law)
    assert len(searched(town)) == 1
    ended = NOW_XML.replace("2999-01-01</DATE_FIN>", "2024-01-01</DATE_FIN>")
    ended = ended.replace("<ETAT>VIGUEUR", "<ETAT>MODIFIE")
    new = article(NEXT, "2024-01-01", "2999-01-01", "VIGUEUR", "<p>Le maire tient deux livres.</p>")
    increment(law, **{NOW: ended, NEXT: new})
    report = town.run(law)
    assert (report.read, report.unchanged) == (1, 1)
    assert searched(town) == ["Le maire tient deux livres."]
    periods = [(row.version_id, row.date_end) for row in town.catalogue.versions(ID)]
    assert periods == [(OLD, "2015-08-09"), (NOW, "2024-01-01"), (NEXT, None)]
    assert town.agrees()


def test_what_the_suppression_list_names_is_withdrawn(town: SmallTown, law: Path) -> None:
    increment(law, withdrawn=NOW, **{NEXT: article(NEXT, "1996-02-24", "2999-01-01", "VIGUEUR",
                                                   "<p>Autre.</p>", "L1")})  # fmt: skip
    full(law)  # read after or before: the dates of the archives decide
    town.run(law)
    assert searched(town) == ["Autre."]
    assert [row.version_id for row in town.catalogue.versions(ID)] == [OLD]
    assert town.catalogue.version_on(ID, "2020-01-01") is None
    assert town.agrees()


def test_a_file_moved_by_an_increment_is_withdrawn_at_one_path_and_kept_at_the_other(
    town: SmallTown, law: Path
) -> None:
    full(law)
    increment(law, withdrawn=NOW, **{NOW: NOW_XML.replace("électronique", "moderne")})
    town.run(law)
    assert [row.version_id for row in town.catalogue.versions(ID)] == [OLD, NOW]
    assert len(searched(town)) == 1


def test_an_increment_of_suppressions_alone_is_read(town: SmallTown, law: Path) -> None:
    full(law)
    increment(law, withdrawn=OLD)
    report = town.run(law)
    assert (report.read, report.set_aside) == (2, [])
    assert [row.version_id for row in town.catalogue.versions(ID)] == [NOW]


def test_an_increment_taken_away_gives_the_word_back_to_the_archive(
    town: SmallTown, law: Path
) -> None:
    full(law)
    taken = increment(law, withdrawn=NOW)
    town.run(law)
    assert searched(town) == []
    taken.unlink()
    town.run(law)
    assert len(searched(town)) == 1
    assert town.agrees()


def test_a_version_that_begins_later_is_known_and_not_yet_searched(
    town: SmallTown, law: Path
) -> None:
    archive(law / FULL, {
        place(NOW): NOW_XML.replace("2999-01-01</DATE_FIN>", "2030-01-01</DATE_FIN>"),
        place(NEXT): article(NEXT, "2030-01-01", "2999-01-01", "VIGUEUR_DIFF", "<p>Demain.</p>"),
    })  # fmt: skip
    town.run(law)
    assert "Demain." not in searched(town)
    found = town.catalogue.version_on(ID, "2030-01-01")
    assert found is not None
    assert found.text == "Demain."


def test_articles_without_number_are_told_apart_by_their_first_version(law: Path) -> None:
    archive(law / FULL, {
        place(id): article(id, "2015-08-09", "2999-01-01", "VIGUEUR", "<p>Annexe.</p>", "")
        for id in (OLD, NOW)
    })  # fmt: skip
    document = read(law / FULL, Limits())
    assert [v.article_id for v in document.versions] == [f"{TEXT}/{OLD}", f"{TEXT}/{NOW}"]


def test_single_files_are_read_too_and_the_structure_of_a_code_is_passed_over(
    town: SmallTown, law: Path
) -> None:
    (law / f"{NOW}.xml").write_text(NOW_XML, encoding="utf-8")
    (law / "LEGISCTA1.xml").write_text("<SECTION_TA><ID>LEGISCTA1</ID></SECTION_TA>")
    (law / "liste_suppression_legi.dat").write_text(f"legi/article/{OLD}\n")
    report = town.run(law)
    assert (report.read, report.records, report.set_aside) == (3, 1, [])
    assert town.run(law).unchanged == 3


def test_an_entity_is_never_expanded_and_a_file_outside_never_read(law: Path) -> None:
    (law / "secret.txt").write_text("mot de passe")
    bombs = '<!ENTITY a "bombe"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    outside = f'<!ENTITY s SYSTEM "file://{law}/secret.txt">'
    head, _, tail = NOW_XML.partition("<ARTICLE>")
    evil = f"{head}<!DOCTYPE ARTICLE [{bombs}{outside}]><ARTICLE>{tail}"
    (law / f"{NOW}.xml").write_text(evil.replace("les actes", "les &b; &s; actes"), "utf-8")
    text = read(law / f"{NOW}.xml", Limits()).pages[0].text
    assert "bombe" not in text
    assert "mot de passe" not in text


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.xml", b"<ARTICLE><META>", "damaged"),
        ("a.xml", b"<facture/>", "unknown_format"),
        ("a.dat", b"autre chose", "unknown_format"),
        ("a.tar.gz", b"\x1f\x8b pas une archive", "damaged"),
        ("a.tar.gz", gzip.compress(b"pas un tar" * 100, mtime=0), "damaged"),
    ],
)
def test_what_is_not_legi_is_set_aside_with_its_reason(
    law: Path, name: str, content: bytes, reason: str
) -> None:
    (law / name).write_bytes(content)
    with pytest.raises(Unreadable) as caught:
        read(law / name, Limits())
    assert caught.value.reason == reason


def test_an_archive_cut_short_is_damaged_and_one_of_other_things_is_not_legi(law: Path) -> None:
    whole = full(law).read_bytes()
    (law / "court.tar.gz").write_bytes(whole[: len(whole) * 2 // 3])
    archive(law / "photos.tar.gz", {"photo.txt": "rien"})
    for name, reason in (("court.tar.gz", "damaged"), ("photos.tar.gz", "unknown_format")):
        with pytest.raises(Unreadable) as caught:
            read(law / name, Limits())
        assert caught.value.reason == reason
