"""Every route and every function of the page, as nobody, as another agent, and as admin.

The lists come from the application that runs: a route or a function without a rule fails here.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.access.accounts import Accounts
from app.access.attempts import Attempts
from app.access.gate import LoginGate
from app.access.sessions import Sessions
from app.access.store import Store
from app.answer import Desk
from app.assembly import open_desk
from app.journal.search import Entry, Sought, entries
from app.settings import load
from app.web.rules import FUNCTIONS, OPENED, rule_of
from tests.app.web.closed_town import (
    CANARIES,
    CLOSED,
    FILE,
    PROBES,
    Caller,
    Got,
    add_closed,
    add_people,
    canaries_in,
    set_up,
)
from tests.app.web.serving import serving
from tests.command_line import wait_for
from tests.conftest import copy_town

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

# Gradio's routes that the page does not use: no rule, so there for nobody, admins included.
SHUT = re.compile(
    r"/(openapi\.json|login/?|logout|svelte/.*|favicon\.ico|robots\.txt|pwa_icon.*|manifest\.json"
    r"|monitoring.*|config/)"
    r"|/gradio_api/(deep_link|user/?|login_check/?|token/?|app_id/?|dev/reload|runs/?|info/"
    r"|openapi\.json|custom_component/.*|proxy=.*|file=.*|file/.*|stream/.*|api/.*|run/.*|call/.*"
    r"|component_server/?|queue/status|upload_progress|upload|theme\.css|process_recording|vibe-.*"
    r"|undo-vibe-.*)"
)
FIRST = ["c-1-1", None, None, None, ""]  # what « open » is given for the first citation
YEARS = ("depuis", "jusqua")  # fields in which words are refused before they are searched
FILLED = {
    "action": "ajouter",
    "answer": "0123456789ab",
    "talk": "0123456789ab",
    "source_id": "1",
    "number": "1",
    "session_hash": "abc",
    "path": "x.js",
}


@dataclass(frozen=True)
class Town:
    """The page, with its desk, its gate and its application."""

    address: str
    desk: Desk
    gate: LoginGate
    app: Any

    def caller(self, login: str = "") -> Caller:
        """Somebody who is logged in, or nobody."""
        return Caller.logged_in(self.address, login) if login else Caller(self.address)


@pytest.fixture(scope="module")
def town(indexed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    from app.web import build_app

    data = copy_town(indexed, tmp_path_factory.mktemp("droits") / "donnees")
    add_closed(data, tmp_path_factory.mktemp("ferme"))
    store = Store(data)
    gate = LoginGate(Accounts(store), Attempts(store), Sessions(store, 3600, 36000))
    add_people(gate)
    settings = load(data)
    with open_desk(settings) as desk:
        app = build_app(desk, settings, gate)
        with serving(app) as address:
            yield Town(address, desk, gate, app)


def routes(app: Any) -> list[tuple[str, str]]:
    """(method, path with its holes) of every route, those of mounted applications too."""
    found: list[tuple[str, str]] = []
    for route in getattr(app, "routes", ()):
        inner = getattr(route, "original_router", None) or route
        if getattr(inner, "routes", None):
            found += [(m, getattr(route, "path", "") + path) for m, path in routes(inner)]
        elif getattr(route, "methods", None):
            found += [(method, route.path) for method in route.methods]
        else:
            found.append(("GET", f"{route.path}/{{path:path}}"))  # a folder of files
    return found


def filled(path: str) -> str:
    """A path with its holes filled."""
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda hole: FILLED.get(hole[1], "1"), path)


def functions(caller: Caller) -> list[dict[str, Any]]:
    """What the page can have done, as the running application tells it."""
    return list(json.loads(caller.get("/config").body)["dependencies"])


# --- the rules


def test_every_route_has_a_rule_or_is_shut(town: Town) -> None:
    known = routes(town.app)
    assert len(known) > 80  # the walk reaches Gradio's own
    without = [
        (method, path)
        for method, path in known
        if method != "HEAD" and rule_of(method, filled(path)) is None and not SHUT.fullmatch(path)
    ]
    assert without == [], "give them a rule in app/web/rules.py"


def test_a_new_route_would_be_found(town: Town) -> None:
    from fastapi import APIRouter, FastAPI

    router = APIRouter()
    router.post("/exports/{id}")(lambda: None)
    app = FastAPI()
    app.include_router(router, prefix="/api")
    (path,) = [path for method, path in routes(app) if method == "POST"]
    assert rule_of("POST", filled(path)) is None
    assert not SHUT.fullmatch(path)


def test_every_function_of_the_page_has_a_rule(town: Town) -> None:
    chef = town.caller("chef")
    named = {str(one["api_name"]) for one in functions(chef)}
    assert named == set(FUNCTIONS)
    info = json.loads(chef.get("/gradio_api/info").body)
    assert {name.strip("/") for name in info["named_endpoints"]} <= set(FUNCTIONS)


@pytest.mark.parametrize("login", ["", "perdu", "dehors", "chef"])
def test_every_route_answers_each_one_as_its_rule_says(town: Town, login: str) -> None:
    caller = town.caller(login)
    for method, path in routes(town.app):
        if path in ("/connexion", "/deconnexion", "/mot-de-passe"):  # see test_login.py
            continue
        place = filled(path)
        rule = rule_of(method, place)
        got = caller.ask(method, place, "{}" if method == "POST" else "")
        if rule is None:
            assert got.status == 404, (method, path)
        elif rule.who != "anyone" and not login:
            opened = method == "GET" and OPENED.fullmatch(place)
            assert got.status == (303 if opened else 401), (method, path)
        else:
            assert got.status not in (401, 403, 500), (method, path)
        if login != "chef":
            assert canaries_in(got.body) == [], (method, path)
            assert canaries_in(str(got.headers)) == [], (method, path)


# --- the canary


def values(function: dict[str, Any], components: dict[int, str], words: str) -> list[Any]:
    """Something for each input of a function: words, the closed fonds, no year, or nothing."""
    kinds = [components[one] for one in function["inputs"]]
    given = {"checkboxgroup": [CLOSED], "state": None, "year": ""}
    return [given.get(kind, words) for kind in kinds]


def functions_of(caller: Caller) -> tuple[list[Any], dict[int, str]]:
    """The functions of the page, and the kind of each of its components."""
    config = json.loads(caller.get("/config").body)
    components = {
        one["id"]: "year" if one["props"].get("elem_id") in YEARS else one["type"]
        for one in config["components"]
    }
    return config["dependencies"], components


def called(caller: Caller, function: int, data: object, page: str = "") -> Got:
    """What a call of a function is answered at once."""
    sent = {"data": data, "fn_index": function, "session_hash": page or secrets.token_hex(6)}
    return caller.ask("POST", "/gradio_api/queue/join", json.dumps(sent))


def heard(caller: Caller, words: str) -> list[str]:
    """The canaries in all that the functions of the page say when each is called with these words,
    but for what was sent with them."""
    functions, components = functions_of(caller)
    page, found = secrets.token_hex(6), []
    for function in functions:
        sent = values(function, components, words)
        free = [[] if value == [CLOSED] else value for value in sent]
        found += canaries_in(caller.call(function["id"], free, page), asked=words)
        if free != sent:
            told = caller.call(function["id"], sent, page)
            found += canaries_in(told, asked=f"{words} {CLOSED}")
    return found


@pytest.mark.parametrize("words", [*PROBES, "c-1-1", "p-1-1"])
def test_no_function_of_the_page_tells_another_agent_of_a_closed_fonds(
    town: Town, words: str
) -> None:
    for login in ("dehors", "perdu"):
        assert heard(town.caller(login), words) == []


def test_a_function_given_too_few_values_or_too_many_says_so(town: Town) -> None:
    caller = town.caller("dehors")
    functions, components = functions_of(caller)
    for function in functions:
        sent = values(function, components, "canari")
        for wrong in (*([sent[:-1], []] if sent else []), [*sent, "de trop"], None, {"0": "a"}):
            got = called(caller, function["id"], wrong)
            assert got.status == 400, function["api_name"]
            assert "Demande incomplète" in got.body.decode()


@pytest.mark.parametrize("wrong", [None, 7, {"a": [1]}, [["a"], 2], True])
def test_a_function_given_anything_answers_or_says_why_not(town: Town, wrong: object) -> None:
    caller = town.caller("dehors")
    for function in functions_of(caller)[0]:
        page = secrets.token_hex(6)
        assert called(caller, function["id"], [wrong] * len(function["inputs"]), page).status == 200
        stream = caller.get(f"/gradio_api/queue/data?session_hash={page}").body.decode()
        lines = [line[6:] for line in stream.splitlines() if "process_completed" in line]
        ended = [json.loads(line) for line in lines]
        assert ended, stream
        assert all(one["success"] or one["output"]["error"] for one in ended), (function, stream)


def test_the_same_walk_finds_the_canary_where_it_may_be_seen(town: Town) -> None:
    for login in ("dedans", "chef"):
        caller = town.caller(login)
        told = {canary for words in PROBES[:3] for canary in heard(caller, words)}
        assert {"zxqv", "quorblinex", "ombrifuge", "8 765 432", "plourvenec"} <= told


def test_the_page_itself_counts_only_what_may_be_read(town: Town) -> None:
    def counted(login: str) -> int:
        found = re.search(r"(\d+) sources?", town.caller(login).get("/").body.decode())
        return int(found[1]) if found else -1

    assert counted("perdu") == 0
    assert counted("dedans") == counted("dehors") + 1 == counted("chef")
    assert "Aucun fonds ne vous est ouvert" in town.caller("perdu").get("/").body.decode()


def test_a_page_image_of_a_closed_fonds_is_as_one_that_does_not_exist(town: Town) -> None:
    catalogue = town.desk.catalogue
    (closed,) = catalogue.sources(fonds=CLOSED)
    (record, *_) = catalogue.records_of_source(closed.id)
    dehors, dedans = town.caller("dehors"), town.caller("dedans")
    for tail in ("/1.webp", "/2.webp", f"/1.webp?record={record.id}&start=0&end=9", "/99.webp"):
        shut, nowhere = dehors.get(f"/page/{closed.id}{tail}"), dehors.get(f"/page/999999{tail}")
        assert (shut.status, shut.body) == (nowhere.status, nowhere.body) == (404, shut.body)
        assert town.caller().get(f"/page/{closed.id}{tail}").status == 401
    assert dedans.get(f"/page/{closed.id}/1.webp").status == 200
    [*_, opened] = entries(town.desk.data, Sought(kinds=("open",)))
    assert opened.parts["who"] == {"name": "dedans", "from": "127.0.0.1"}
    assert opened.parts["what"] == {"fonds": CLOSED, "source": FILE, "page": 1}
    (mine, *_) = catalogue.sources(state="live", fonds="mairie")
    # a record of the closed fonds beside an open page says nothing either
    assert dehors.get(f"/page/{mine.id}/1.webp?record={record.id}").status == 404


def test_a_closed_fonds_and_one_that_does_not_exist_are_refused_in_the_same_words(
    town: Town,
) -> None:
    from app.answer import FondsUnknown

    desk = town.desk.within(frozenset({"mairie"}))
    said = []
    for name in (CLOSED, "nulle-part"):
        with pytest.raises(FondsUnknown) as refused:
            desk.ask("Combien ?", fonds=[name])
        said.append({**refused.value.facts, "fonds": ""})
    assert said[0] == said[1] == {"fonds": "", "known": "mairie"}


# --- sessions and pages


def test_one_agents_page_is_out_of_reach_of_another(town: Town) -> None:
    dedans, dehors = town.caller("dedans"), town.caller("dehors")
    by_name = {one["api_name"]: one["id"] for one in functions(dedans)}
    asked = ["Que dit la délibération 2031-777 ?", None, [], [], "", "", ""]
    told = dedans.call(by_name["ask_typed"], asked, "p1")
    assert "quorblinex" in canaries_in(told)
    opened = dehors.call(by_name["open"], FIRST, "p1")  # the same page's name
    assert canaries_in(opened) == []
    assert "quorblinex" in canaries_in(dedans.call(by_name["open"], FIRST, "p1"))


def test_rights_that_are_taken_away_act_on_the_page_that_is_open(town: Town) -> None:
    from app.access.groups import Groups

    groups = Groups(town.gate.accounts.store)
    dedans = town.caller("dedans")
    by_name = {one["api_name"]: one["id"] for one in functions(dedans)}
    asked = ["Que dit la délibération 2031-777 ?", None, [], [], "", "", ""]
    assert "quorblinex" in canaries_in(dedans.call(by_name["ask_typed"], asked, "p2"))
    groups.close("cabinet", [CLOSED])
    try:
        for name, given in (("open", FIRST), *((f"move_{n}", [None, None]) for n in (1, 2, 3, 4))):
            opened = re.sub(r"&#(\d+);", lambda m: chr(int(m[1])),
                            dedans.call(by_name[name], given, "p2").decode())  # fmt: skip
            assert canaries_in(opened) == [], name
            assert "ne vous est plus ouvert" in opened
            assert "retir" not in opened
        again = ["Et qui garde l'usage du potager ?", *asked[1:]]
        followed = dedans.call(by_name["ask_typed"], again, "p2")
        assert canaries_in(followed, asked[0] or "") == []
        assert "repose sur un fonds qui ne vous est plus ouvert" in re.sub(
            r"&#(\d+);", lambda m: chr(int(m[1])), followed.decode()
        )
        assert canaries_in(dedans.call(by_name["ask_typed"], asked, "p3"), asked[0] or "") == []
    finally:
        groups.open("cabinet", [CLOSED])


def test_a_document_that_is_withdrawn_is_taken_off_the_page_that_is_open(town: Town) -> None:
    def now(state: str) -> None:
        with town.desk.catalogue.writing() as connection:
            connection.execute("UPDATE sources SET state = ? WHERE fonds = ?", (state, CLOSED))

    dedans = town.caller("dedans")
    by_name = {one["api_name"]: one["id"] for one in functions(dedans)}
    asked = ["Que dit la délibération 2031-777 ?", None, [], [], "", "", ""]
    assert "quorblinex" in canaries_in(dedans.call(by_name["ask_typed"], asked, "p4"))
    now("retired")  # as `greffe withdraw` marks it
    try:
        opened = dedans.call(by_name["open"], FIRST, "p4")
        assert canaries_in(opened) == []
        assert "retir" in opened.decode()
        again = dedans.call(by_name["ask_typed"], ["Quel temps fait-il ?", *asked[1:]], "p4")
        assert canaries_in(again, asked[0] or "") == []
        assert "posez la question de nouveau" in re.sub(
            r"&#(\d+);|\\u00a0|\xa0", lambda m: chr(int(m[1])) if m[1] else " ", again.decode()
        )
    finally:
        now("live")
    assert "quorblinex" in canaries_in(dedans.call(by_name["ask_typed"], asked, "p5"))


@pytest.mark.parametrize("forged", [["rh"], [["rh"]], "rh", 7, [{"a": 1}]])
def test_a_choice_that_the_page_does_not_offer_is_refused_in_french(
    town: Town, forged: object
) -> None:
    caller = town.caller("dehors")
    functions, components = functions_of(caller)
    refused = 0
    for function in functions:
        sent = values(function, components, "Combien ?")
        if [CLOSED] in sent:
            told = caller.call(function["id"], [forged if v == [CLOSED] else v for v in sent], "p9")
            assert b"list of choices" not in told
            assert b"Value:" not in told
            refused += b"Ce choix n'est pas propos" in told
    assert refused


def test_a_request_that_names_no_page_or_no_function_is_refused(town: Town) -> None:
    chef = town.caller("chef")
    for body, status in (
        ("[]", 400), ("{", 400), ('{"fn_index": 0}', 400), ('{"session_hash": "a"}', 404),
        ('{"fn_index": 9999, "session_hash": "a"}', 404),
        ('{"fn_index": "ask", "session_hash": "a"}', 404),
        ('{"fn_index": 0, "session_hash": 7}', 400),
    ):  # fmt: skip
        assert chef.ask("POST", "/gradio_api/queue/join", body).status == status, body


# --- before the search


def examples(desk: Desk) -> list[str]:
    """What an empty page offers, once it was looked for."""
    while (found := desk.examples()) is None:
        time.sleep(0.05)
    assert found
    return found


def test_what_is_closed_changes_no_answer(town: Town, own_town: Path) -> None:
    """To whom the fonds is closed, the town answers as if it were not there."""
    path = Path(__file__).parents[3] / "app" / "sample" / "questions.jsonl"
    asked = [json.loads(line)["question"] for line in path.read_text("utf-8").splitlines()]
    narrow = town.desk.within(frozenset({"mairie"}))
    with open_desk(load(own_town)) as alone:
        for question in (*asked, *PROBES):
            one, other = narrow.ask(question), alone.ask(question)
            assert (one.status, one.message, one.text) == (other.status, other.message, other.text)
            quotes = [
                [(c.source, c.quote) for c in (*a.citations, *a.nearest)] for a in (one, other)
            ]
            assert quotes[0] == quotes[1], question
        assert examples(narrow) == examples(alone)
        assert narrow.summary() == alone.summary() | {"set_aside": narrow.summary()["set_aside"]}


def test_nothing_of_a_closed_fonds_is_looked_at(town: Town, monkeypatch: Any) -> None:
    """The indexes are asked for the open fonds alone: rights stand before the search."""
    searched: list[str] = []
    dense = type(town.desk.retriever.indexes.dense)
    search = dense.search

    def noting(self: Any, fonds: str, *rest: Any) -> Any:
        searched.append(fonds)
        return search(self, fonds, *rest)

    monkeypatch.setattr(dense, "search", noting)
    town.desk.within(frozenset({"mairie"})).ask("Combien coûte le manoir ?")
    assert set(searched) == {"mairie"}
    town.desk.ask("Combien coûte le manoir ?")
    assert set(searched) == {"mairie", CLOSED}


def test_the_canaries_are_words_of_the_closed_fonds(town: Town) -> None:
    (source,) = town.desk.catalogue.sources(fonds=CLOSED)
    text = " ".join(page.text for page in town.desk.catalogue.pages(source.id))
    told = canaries_in(f"{text} {source.path} {source.fonds} 8765432 2031/777")
    assert set(told) == set(CANARIES)
    assert source.path == FILE


# --- what was refused is noted


def denied(town: Town, who: str, count: int) -> list[tuple[str, int]]:
    """(what, status) of the refusals noted of somebody; waits until there are as many."""

    def found() -> list[Entry]:
        return list(entries(town.desk.data, Sought(kinds=("denied",), who=who)))

    wait_for(lambda: len(found()) >= count)
    return [((e.parts.get("what") or {}).get("path"), e.facts["status"]) for e in found()]


def test_what_is_refused_for_want_of_a_right_is_in_the_journal(town: Town) -> None:
    set_up(town.gate.accounts, "curieux", "agent", ["voirie"])
    (closed,) = town.desk.catalogue.sources(fonds=CLOSED)
    caller = town.caller("curieux")
    for path in (f"/page/{closed.id}/1.webp", "/validees", "/reponse/0123456789ab"):
        assert caller.get(path).status == 404
    asked = json.dumps({"data": [], "fn_index": 999, "session_hash": "a"})
    assert caller.ask("POST", "/gradio_api/queue/join", asked).status == 404
    by_name = {one["api_name"]: one["id"] for one in functions(caller)}
    caller.call(by_name["ask_typed"], ["Combien ?", None, [CLOSED], [], "", "", ""], "p9")
    assert caller.get("/greffe/nulle-part.css").status == 404  # a file of the page: nobody's right
    assert denied(town, "curieux", 5) == [
        (f"/page/{closed.id}/1.webp", 404), ("/validees", 404), ("/reponse/0123456789ab", 404),
        ("/gradio_api/queue/join (999)", 404), (f"fonds {CLOSED}", 404),
    ]  # fmt: skip
    [*_, last] = entries(town.desk.data, Sought(kinds=("denied",), who="curieux"))
    assert last.parts["who"]["from"] == "127.0.0.1"
