"""A fonds that is planned is indexed each day, once, at its hour or as soon after as may be."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app import background
from app.assembly import catalogue_of
from app.daily import FILE, Clock, Daily, HourRefused, NoFolder, plan, planned, unplan
from app.settings import load
from ingest.catalogue import Catalogue
from tests.command_line import greffe
from tests.conftest import FONDS, copy_town, wait_until_unserved

NEW = "neuf.txt"  # in the folder of records, by a test


def moment(words: str) -> datetime:
    return datetime.fromisoformat(words).astimezone()


class House:
    """A town hall of the test's own, its folder of records, and its clock."""

    def __init__(self, data: Path, records: Path) -> None:
        self.data, self.records = data, records
        self.begun: list[tuple[str, list[str]]] = []
        self.clock = Clock(data, self.catalogue, self.note)

    def catalogue(self) -> Catalogue:
        return catalogue_of(load(self.data), create=False)

    def note(self, fonds: str, targets: Sequence[str]) -> None:
        self.begun.append((fonds, [*targets]))

    def plan(self, at: str, fonds: str = FONDS) -> Daily:
        with closing(self.catalogue()) as catalogue:
            return plan(self.data, catalogue, fonds, at)

    def ended(self) -> background.Job:
        while (job := background.job(self.data, background.INGEST)) is None or job.running:
            time.sleep(0.1)
        return job


@pytest.fixture(scope="module")
def home(indexed: Path, records: Path, tmp_path_factory: pytest.TempPathFactory) -> House:
    """With a folder of records of its own, to be copied."""
    place = tmp_path_factory.mktemp("chaque-jour")
    own = place / FONDS
    shutil.copytree(records, own)
    data = copy_town(indexed, place / "donnees")
    assert greffe(data, "ingest", own, "--fonds", FONDS, "--yes").code == 0
    wait_until_unserved(data)
    return House(data, own)


@pytest.fixture
def house(home: House, tmp_path: Path) -> Iterator[House]:
    yield House(copy_town(home.data, tmp_path / "donnees"), home.records)
    (home.records / NEW).unlink(missing_ok=True)


def test_the_hour_is_that_of_each_day_and_of_the_season() -> None:
    one = Daily(FONDS, "02:30", "2031-01-01T00:00:00+00:00")
    assert one.last(moment("2031-03-10T02:29:59")) == moment("2031-03-09T02:30:00")
    assert one.last(moment("2031-03-10T02:30:00")) == moment("2031-03-10T02:30:00")
    assert one.next(moment("2031-03-10T02:30:00")) == moment("2031-03-11T02:30:00")
    assert one.next(moment("2031-03-30T23:00:00")) == moment("2031-03-31T02:30:00")


def test_a_planned_fonds_is_indexed_once_a_day(house: House) -> None:
    house.plan("02:30")
    tomorrow = datetime.now().astimezone() + timedelta(days=1)
    day = f"{tomorrow:%Y-%m-%d}"
    house.clock.look(moment(f"{day}T02:29:00") - timedelta(days=1))
    assert house.begun == [], "planned after this hour: not due before the next day"
    (house.records / NEW).write_text(
        "Délibération n° 2031-099\nObjet : tarif de la patinoire\nL'entrée est à 4 euros.\n"
    )
    house.clock.look(moment(f"{day}T02:30:05"))
    assert [(fonds, str(house.records) in folders) for fonds, folders in house.begun] == [
        (FONDS, True)
    ]
    assert house.ended().code == 0
    shown = greffe(house.data, "search", "tarif de la patinoire", "--json").json
    assert "patinoire" in shown["hits"][0]["text"]
    house.clock.look(moment(f"{day}T02:31:00"))
    house.clock.look(moment(f"{day}T23:59:00"))
    assert len(house.begun) == 1, "once a day"
    house.clock.look(moment(f"{day}T02:31:00") + timedelta(days=1))
    house.ended()
    assert len(house.begun) == 2


def test_an_hour_that_was_missed_is_made_up_for_by_whoever_opens_the_page(house: House) -> None:
    house.plan("02:30")
    late = datetime.now().astimezone() + timedelta(days=3)
    again = Clock(house.data, house.catalogue, house.note)  # a page that was closed meanwhile
    again.look(late)
    house.ended()
    assert len(house.begun) == 1


def test_what_was_indexed_by_hand_since_its_hour_is_not_begun_again(house: House) -> None:
    now = datetime.now().astimezone()
    house.plan(f"{now - timedelta(minutes=1):%H:%M}")
    known = planned(house.data)[0]
    old = Daily(known.fonds, known.at, (now - timedelta(days=9)).isoformat(timespec="seconds"))
    assert old.last(now) > moment(old.since), "due, but for a run since"
    (house.data / FILE).write_text(
        f'[{{"fonds": "{old.fonds}", "at": "{old.at}", "since": "{old.since}"}}]'
    )
    assert greffe(house.data, "ingest", house.records, "--fonds", FONDS).code == 0
    house.clock.look(datetime.now().astimezone())
    assert house.begun == []


def test_nothing_is_begun_beside_another_run(house: House) -> None:
    house.plan("02:30")
    later = datetime.now().astimezone() + timedelta(days=1, hours=1)
    background.index(house.data, FONDS, [str(house.records)])
    house.clock.look(later)
    assert house.begun == []
    house.ended()
    house.clock.look(later)
    assert len(house.begun) == 1, "at the next look"
    house.ended()


def test_what_cannot_be_planned_is_said_so(house: House) -> None:
    with pytest.raises(HourRefused):
        house.plan("24:00")
    with pytest.raises(NoFolder):
        house.plan("02:30", "inconnu")
    assert planned(house.data) == []
    assert not unplan(house.data, FONDS)
    (house.data / FILE).write_text("pas du JSON")
    assert planned(house.data) == []
    house.plan("2:05")
    assert [one.at for one in planned(house.data)] == ["02:05"]
    assert unplan(house.data, FONDS)


def test_the_command_plans_and_says_what_is_planned(house: House) -> None:
    none = greffe(house.data, "schedule")
    assert "Rien n'est prévu" in none.out
    shown = greffe(house.data, "schedule", "set", FONDS, "--at", "03:10")
    assert shown.out == f"{FONDS} : chaque jour à 03:10, tant que la page est ouverte\n"
    wrong = greffe(house.data, "schedule", "set", FONDS, "--at", "midi")
    assert (wrong.code, "L'heure « midi » n'existe pas." in wrong.err) == (2, True)
    assert greffe(house.data, "schedule", "remove", FONDS).code == 0
    again = greffe(house.data, "schedule", "remove", FONDS)
    assert (again.code, "rien n'est prévu" in again.err.lower()) == (2, True)
