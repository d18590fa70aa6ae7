"""A kept answer rests on all the fonds that were searched for it, cited or not.

Its count, or what it does not find, tells of a closed fonds without citing it: whoever may not read
that fonds sees the answer nowhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.access.accounts import Accounts
from app.access.attempts import Attempts
from app.access.gate import LoginGate
from app.access.groups import Groups
from app.access.reader import Role
from app.access.sessions import Sessions
from app.access.store import Store
from app.answer import Desk
from app.assembly import open_desk
from app.curated import Curated
from app.journal.entries import Journal
from app.journal.search import entry_of
from app.settings import load
from tests.app.web.closed_town import CLOSED, Caller, set_up
from tests.app.web.serving import serving
from tests.app.web.test_kept import Office, send, token, told
from tests.command_line import greffe
from tests.conftest import FONDS, copy_town, wait_until_unserved

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

COUNTED = "Combien de délibérations ont été adoptées en 2031 ?"
REFUSED = "Quelle est la capitale de l'Italie ?"
ACT = (
    "Commune de Courvallon-sur-Sélande\n\nDélibération n° 2031-{number:03} du {day} {month} 2031\n"
    "Objet : travaux de la rue {street}\n\n"
    "Le conseil municipal approuve les travaux de la rue {street}.\n"
)
OPEN_ACTS, CLOSED_ACTS = 33, 4  # more than are shown: none that is closed is cited
PEOPLE: tuple[tuple[str, Role, list[str]], ...] = (
    ("marie", "agent", ["lecteurs"]), ("anne", "juriste", ["lecteurs"]),
    ("dedans", "juriste", ["lecteurs", "cabinet"]), ("chef", "admin", []),
)  # fmt: skip


def write_acts(folder: Path, numbers: range, month: str) -> Path:
    folder.mkdir()
    for n in numbers:
        act = ACT.format(number=n, day=2 + n % 28, month=month, street=f"Louise-{n}")
        (folder / f"acte-{n}.txt").write_text(act, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def office(indexed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    from app.web import build_app

    data = copy_town(indexed, tmp_path_factory.mktemp("comptees") / "donnees")
    act = write_acts(data.parent / "2031", range(1, 1 + OPEN_ACTS), "mars")
    shut = write_acts(data.parent / "ferme", range(900, 900 + CLOSED_ACTS), "mai")
    assert greffe(data, "ingest", act, "--fonds", FONDS).code == 0
    assert greffe(data, "ingest", shut, "--fonds", CLOSED).code == 0
    wait_until_unserved(data)
    store = Store(data)
    gate = LoginGate(Accounts(store), Attempts(store), Sessions(store, 3600, 36000))
    Groups(store).open("lecteurs", [FONDS])
    Groups(store).open("cabinet", [CLOSED])
    for login, role, groups in PEOPLE:
        set_up(gate.accounts, login, role, groups)
    with open_desk(load(data)) as desk, serving(build_app(desk, load(data), gate)) as address:
        yield Office(address, desk, gate, act)


def narrow(desk: Desk) -> Desk:
    """The desk of somebody to whom the closed fonds is closed."""
    return desk.within(frozenset({FONDS}))


def asked_by_chef(office: Office, question: str = COUNTED) -> str:
    answer = office.desk.ask(question, who="chef")
    assert {citation.fonds for citation in answer.citations} <= {FONDS}
    return answer.id


def test_the_count_of_an_admin_tells_of_the_closed_fonds_without_citing_it(office: Office) -> None:
    entry = entry_of(office.desk.data, "question", asked_by_chef(office))
    assert entry is not None
    assert str(OPEN_ACTS + CLOSED_ACTS) in entry.parts["answer"]["notes"][0]
    assert {fonds for fonds, *_ in entry.parts["cited"]} == {FONDS}
    assert entry.rests_on == {FONDS, CLOSED}


@pytest.mark.parametrize("question", [COUNTED, REFUSED])
def test_it_is_as_one_that_does_not_exist_for_who_may_not_read_all_that_was_searched(
    office: Office, question: str
) -> None:
    id = asked_by_chef(office, question)
    for login in ("anne", "marie"):
        caller = office.caller(login)
        for tail in ("", "/preuve.json", "/reponse.docx"):
            shut, none = (caller.get(f"/reponse/{one}{tail}") for one in (id, "0123456789ab"))
            assert (shut.status, shut.body) == (none.status, none.body) == (404, shut.body)
            assert "n'existe pas ici" in told(shut.body)
        for command in (("replay", id), ("export", id, office.act / "a.json")):
            ran = greffe(office.desk.data, *command, "--as", login)
            assert (ran.code, ran.out) == (3, "")
    for login in ("dedans", "chef"):
        assert office.caller(login).get(f"/reponse/{id}").status == 200
    assert greffe(office.desk.data, "replay", id, "--as", "dedans").code == 0


def test_ones_own_answer_over_what_one_may_read_still_opens(office: Office) -> None:
    answer = narrow(office.desk).ask(COUNTED, who="marie")
    for login in ("marie", "anne", "chef"):
        got = office.caller(login).get(f"/reponse/{answer.id}")
        assert got.status == 200
        assert f"{OPEN_ACTS} actes trouvés" in told(got.body)
    assert office.caller("marie").get(f"/reponse/{answer.id}/preuve.json").status == 200


def test_one_of_before_that_says_not_what_was_searched_is_for_who_reads_all(
    office: Office,
) -> None:
    answer = narrow(office.desk).ask(COUNTED, who="marie")
    old = replace(answer, id="0123456789cd", searched=())
    Journal(office.desk.data).answer(old, "marie", lambda fonds, source: True)
    entry = entry_of(office.desk.data, "question", old.id)
    assert entry is not None
    assert entry.rests_on is None
    seen = {who: office.caller(who).get(f"/reponse/{old.id}").status for who, *_ in PEOPLE}
    assert seen == {"marie": 404, "anne": 404, "dedans": 404, "chef": 200}


def validate(office: Office, caller: Caller, id: str) -> str:
    """What the form says, which is then sent."""
    page = caller.get(f"/reponse/{id}").body
    assert send(caller, f"/reponse/{id}/valider", jeton=token(page)).status == 303
    return told(page)


def test_once_validated_it_is_given_and_listed_to_those_alone_who_read_what_was_searched(
    office: Office,
) -> None:
    chef, curated = office.caller("chef"), Curated(office.desk.data)
    said = validate(office, chef, asked_by_chef(office))
    assert f"qui peut lire tous les fonds cherchés pour elle : {CLOSED}, {FONDS}." in said
    [item] = curated.all()
    assert office.desk.ask(COUNTED).validated is not None
    assert office.desk.within(frozenset({FONDS, CLOSED})).ask(COUNTED).validated is not None
    theirs = narrow(office.desk).ask(COUNTED, who="marie")
    assert theirs.validated is None
    assert theirs.notes == (f"{OPEN_ACTS} actes trouvés ; les 30 premiers sont montrés.",)
    # nor to somebody who asks in one fonds: its count is of two
    assert office.desk.ask(COUNTED, fonds=[FONDS]).validated is None
    listed = {who: COUNTED in told(office.caller(who).get("/validees").body)
              for who in ("anne", "dedans", "chef")}  # fmt: skip
    assert listed == {"anne": False, "dedans": True, "chef": True}
    curated.remove(item.id)


def test_what_was_asked_within_an_open_fonds_is_given_to_its_readers(office: Office) -> None:
    id = office.desk.ask(COUNTED, fonds=[FONDS], who="chef").id
    assert f"pour elle : {FONDS}." in validate(office, office.caller("anne"), id)
    [item] = Curated(office.desk.data).all()
    given = narrow(office.desk).ask(COUNTED, who="marie")
    assert given.validated is not None
    assert office.caller("marie").get(f"/reponse/{given.id}").status == 200
    # validated by an older program, which did not say: given to who reads all
    old = replace(item, facts={"model": "", "prompt_version": ""})
    assert (old.may_be_seen(None), old.may_be_seen({FONDS, CLOSED})) == (True, False)
    Curated(office.desk.data).remove(item.id)


def test_the_exported_answer_does_not_name_what_was_searched(office: Office) -> None:
    id = office.desk.ask(COUNTED, fonds=[FONDS], who="chef").id
    shape = json.loads(office.caller("anne").get(f"/reponse/{id}/preuve.json").body)
    assert CLOSED not in json.dumps(shape)
