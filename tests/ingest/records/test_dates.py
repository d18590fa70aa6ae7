"""Dates as French acts and file names write them."""

import pytest

from ingest.records.dates import date_in_name, parse


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("22 mai 2014", "2014-05-22"),
        ("1er janvier 2024", "2024-01-01"),
        ("séance publique du \njeudi 24 avril 2014", "2014-04-24"),
        ("03/04/2025", "2025-04-03"),
        ("L\u2019an deux mille vingt-cinq, le 3 avril à 19h00", "2025-04-03"),
        ("L'an deux mille vingt et un le trente et un mars à dix-huit heures", "2021-03-31"),
        ("L'an deux mille vingt-cinq, dix-huit décembre à dix-neuf heures", "2025-12-18"),
        ("l'an mille neuf cent quatre-vingt-dix-neuf, le premier juin", "1999-06-01"),
        ("31 février 2020", None),
        ("l'article L. 2121-29", None),
    ],
)
def test_a_date_is_read_however_it_is_written(written: str, iso: str | None) -> None:
    assert parse(written) == iso


@pytest.mark.parametrize(
    ("name", "iso"),
    [
        ("20250403-PV.pdf", "2025-04-03"),
        ("PV_CM_09_02_2009.doc", "2009-02-09"),
        ("CM-02-JUILLET-2021.pdf", "2021-07-02"),
        ("2014-04-24-0000071216.pdf", "2014-04-24"),
        ("COMPTE_RENDU_DU_15_OCTOBRE.pdf", None),
        ("2025.12.22-CR-du-18-decembre-2025.pdf", None),
    ],
)
def test_a_file_name_gives_its_date_only_when_there_is_one(name: str, iso: str | None) -> None:
    assert date_in_name(name) == iso
