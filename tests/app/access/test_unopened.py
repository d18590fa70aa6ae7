"""A fonds that no group opens is read by admins alone, and they are told so."""

from __future__ import annotations

from pathlib import Path

from tests.command_line import greffe
from tests.conftest import FONDS

LOGIN = {"GREFFE_ACCESS__LOGIN": "true"}


def test_status_and_doctor_tell_of_a_fonds_that_nobody_may_read(own_town: Path) -> None:
    told = greffe(own_town, "status", **LOGIN)
    line = f"greffe groups open GROUPE {FONDS}"
    assert line in told.out
    assert greffe(own_town, "status", "--json", **LOGIN).json["unopened"] == [FONDS]
    doctor = greffe(own_town, "doctor", **LOGIN)
    assert f"réduit  Droits : aucun groupe n'ouvre le fonds « {FONDS} »" in doctor.out
    assert line in doctor.out
    assert greffe(own_town, "groups", "open", "tous", FONDS).code == 0
    assert line not in greffe(own_town, "status", **LOGIN).out
    assert "bon     Droits : chaque fonds est ouvert à un groupe" in (
        greffe(own_town, "doctor", **LOGIN).out
    )


def test_where_nobody_logs_in_nothing_is_said_of_groups(own_town: Path) -> None:
    assert greffe(own_town, "status", "--json").json["unopened"] == []
    assert "Droits" not in greffe(own_town, "doctor").out
    assert not (own_town / "accounts.sqlite").exists()
