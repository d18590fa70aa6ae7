"""What an administrator does on the page, and that nobody else can."""

from __future__ import annotations

import html
import json
import os
import re
import secrets
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from app import background, receipts
from app.access.accounts import Accounts
from app.access.attempts import Attempts
from app.access.gate import LoginGate
from app.access.groups import ALL, Groups
from app.access.sessions import Sessions
from app.access.store import Store
from app.answer import Desk
from app.assembly import open_desk
from app.dropped import DROPPED
from app.ingested import described, of_run
from app.journal.entries import Journal
from app.journal.search import Sought, entries
from app.settings import load
from ingest.withdrawals import withdrawals
from tests.app.web.closed_town import PASSWORD, Caller, Got, set_up
from tests.app.web.serving import serving
from tests.command_line import greffe
from tests.conftest import FONDS, copy_town

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

ACT = (
    "Commune de Courvallon-sur-Sélande\n\nDélibération n° 2031-099\n"
    "Objet : tarif de la patinoire\n\nLe conseil municipal fixe l'entrée à 4 euros.\n"
)


@dataclass
class Office:
    """A page with a login, and what is behind it."""

    address: str
    desk: Desk
    data: Path

    def caller(self, login: str = "chef") -> Caller:
        return Caller.logged_in(self.address, login)

    def noted(self, command: str) -> list[Any]:
        """Lines of the journal about a command."""
        found = entries(self.data, Sought(kinds=("admin",)))
        return [e for e in found if (e.parts.get("what") or {}).get("command") == command]

    def done(self, name: str) -> background.Job:
        """The job of this name, once it is over."""
        while (job := background.job(self.data, name)) is None or job.running:
            time.sleep(0.1)
        return job


@pytest.fixture(scope="module")
def office(indexed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    from app.web import build_app

    data = copy_town(indexed, tmp_path_factory.mktemp("administration") / "donnees")
    store = Store(data)
    gate = LoginGate(Accounts(store), Attempts(store), Sessions(store, 3600, 36000))
    Groups(store).open("tous", [ALL])
    set_up(gate.accounts, "chef", "admin", [])
    set_up(gate.accounts, "anne", "juriste", ["lecteurs"])
    with open_desk(load(data)) as desk:
        app = build_app(desk, load(data), gate, journal=Journal(data))
        with serving(app) as address:
            yield Office(address, desk, data)


def told(got: Got) -> str:
    """The words of a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", got.body.decode())).split())


def drop(caller: Caller, files: dict[str, bytes], **fields: str) -> Got:
    """Drop files as the form of the page does."""
    return post_files(caller, "documents", "documents/deposer", "fichiers", files, **fields)


def upload(caller: Caller, name: str, content: bytes) -> Got:
    """Send a file of questions as the form of the page does."""
    return post_files(caller, "evaluation", "evaluation/lancer", "questions", {name: content})


def post_files(
    caller: Caller, page: str, action: str, field: str, files: dict[str, bytes], **fields: str
) -> Got:
    """Send a form with files that stands on a page of administration."""
    shown = caller.get(f"/administration/{page}").body.decode()
    found = re.search(r'name="jeton" value="([^"]*)"', shown)
    edge = secrets.token_hex(16)
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in {"jeton": found[1] if found else "", **fields}.items()
    ]
    for name, content in files.items():
        head = f'Content-Disposition: form-data; name="{field}"; filename="{name}"'
        parts.append(
            f"--{edge}\r\n{head}\r\nContent-Type: x/y\r\n\r\n".encode() + content + b"\r\n"
        )
    body = b"".join(parts) + f"--{edge}--\r\n".encode()
    kind = f"multipart/form-data; boundary={edge}"
    return caller.ask("POST", f"/administration/{action}", body, kind)


def send(caller: Caller, page: str, action: str, **fields: str) -> Got:
    """Send a form that stands on a page of administration, to its own address."""
    shown = caller.get(f"/administration/{page}").body.decode()
    found = re.search(r'name="jeton" value="([^"]*)"', shown)
    body = urlencode({"jeton": found[1] if found else "", **fields})
    kind = "application/x-www-form-urlencoded"
    return caller.ask("POST", f"/administration/{action}", body, kind)


# --- who


def test_nobody_but_an_administrator_finds_these_pages(office: Office) -> None:
    anne = office.caller("anne")
    for page in ("", "/indexation", "/documents", "/journal", "/comptes", "/journal.csv"):
        assert anne.get(f"/administration{page}").status == 404
        assert Caller(office.address).get(f"/administration{page}").status in (303, 401)
    assert send(anne, "indexation", "indexation/arreter").status == 404
    assert "Administration" not in told(anne.get("/"))
    assert "Administration" in told(office.caller().get("/"))


def test_a_form_of_another_session_does_nothing(office: Office) -> None:
    chef = office.caller()
    body = urlencode({"jeton": "faux", "fonds": FONDS})
    got = chef.ask("POST", "/administration/indexation/lancer", body,
                   "application/x-www-form-urlencoded")  # fmt: skip
    assert got.status == 400
    assert "recommencez" in told(got)
    assert background.job(office.data, "ingest") is None


# --- state


def test_the_state_on_the_page_is_that_of_the_command(office: Office) -> None:
    state = greffe(office.data, "status", "--json").json
    page = told(office.caller().get("/administration"))
    held = state["fonds"][FONDS]
    assert f"{FONDS} " in page
    for name in ("sources", "pages", "records", "passages", "set_aside"):
        assert str(held[name]) in page
    for item in state["set_aside"]:
        assert item["source"] in page
    assert "Un mot de passe" in page or "mot de passe" in page
    assert state["model"] in page
    assert state["generation"] in page
    assert "Il reste" in page
    assert "365 jours" in page
    assert state["disk"]["free"] > 0
    assert state["disk"]["parts"]["catalogue.sqlite"] > 100_000


# --- what is dropped, indexed, withdrawn


def test_more_files_than_one_drop_may_have_are_refused_in_french_and_none_is_kept(
    office: Office,
) -> None:
    chef = Caller.logged_in(office.address, "chef")
    for got, most in (
        (drop(chef, {f"{n}.txt": b"x" for n in range(201)}, nouveau="trop"), 200),
        (post_files(chef, "evaluation", "evaluation/lancer", "questions",
                    {"a.csv": b"x", "b.csv": b"y"}), 1),
    ):  # fmt: skip
        assert got.status == 409
        assert f"trop de fichiers, ou il n'est pas arrivé entier (maximum : {most})" in told(got)
    assert not (office.data / "depots" / "trop").exists()


def test_a_dropped_file_is_indexed_answered_from_and_withdrawn_with_its_receipt(
    office: Office,
) -> None:
    chef = office.caller()
    got = drop(chef, {"patinoire.txt": ACT.encode()}, fonds="", nouveau="sports", indexer="oui")
    assert got.status == 200, told(got)
    assert "patinoire.txt : gardé" in told(got)
    file = office.data / DROPPED / "sports" / "patinoire.txt"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    # while it runs, any page tells of it, and another one is refused
    following = chef.get("/administration/indexation")
    assert "En cours" in told(following)
    assert 'data-en-cours="oui"' in following.body.decode()
    again = send(chef, "indexation", "indexation/lancer", fonds="sports")
    assert again.status == 409
    job = office.done("ingest")
    assert job.code == 0, job.err
    page = told(chef.get("/administration/indexation"))
    assert "1 fichier trouvé : 1 lu, 0 inchangé" in page
    # the page says what the command said, from the catalogue
    report = of_run(office.desk.catalogue.runs()[0]["report"])
    assert report is not None
    assert described(report) == job.out.strip()
    answer = office.desk.ask("Quel est le tarif de la patinoire ?")
    assert "4 euros" in answer.text
    (by_command,) = office.noted("ingest")[-1:]
    assert by_command.who == "chef"
    # withdrawn: the file was ours, and goes too
    hits = chef.get("/administration/documents?cherche=2031-099").body.decode()
    found = re.search(r"retirer=(\d+)", hits)
    assert found, hits
    asked = chef.get(f"/administration/documents?retirer={found[1]}")
    assert "Retirer ce document ?" in told(asked)
    sent = send(chef, f"documents?retirer={found[1]}", "documents/retirer", source=found[1])
    assert sent.status == 303
    job = office.done("withdraw")
    assert job.code == 0, job.err
    (receipt,) = withdrawals(office.desk.catalogue)
    assert (receipt.path, receipt.who) == ("patinoire.txt", "chef")
    assert job.out.strip() == receipts.described(receipt).strip()
    assert " ".join(job.out.split()) in told(chef.get("/administration/documents"))
    assert not file.exists()
    assert "4 euros" not in office.desk.ask("Quel est le tarif de la patinoire ?").text
    assert "patinoire.txt" in told(chef.get("/administration"))  # among the receipts


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("acte.pdf", b"#!/bin/sh\nrm -rf /\n", "l'extension annonce (.pdf)"),
        ("vide.txt", b"", "le fichier est vide"),
        ("programme.txt", b"\x7fELF\x02\x01\x01\0\0\0", "octets nuls"),
        ("tableau.xls", b"a,b\n", "ce format n'est pas lu (.xls)"),
        (".cache.txt", b"bonjour", "ne convient pas"),
        ("..", b"bonjour", "ne convient pas"),
    ],
)
def test_what_is_no_document_is_not_kept(
    office: Office, name: str, content: bytes, why: str
) -> None:
    got = drop(office.caller(), {name: content}, fonds="", nouveau="rebut")
    assert got.status == 400
    assert why in told(got), told(got)
    assert not (office.data / DROPPED / "rebut").exists()
    for page in ("", "/documents", "/indexation"):
        assert "rebut" not in office.caller().get(f"/administration{page}").body.decode()


def test_files_are_kept_in_no_fonds_where_two_are_named(office: Office) -> None:
    chosen = office.desk.fonds()[0]
    got = drop(office.caller(), {"a.txt": ACT.encode()}, fonds=chosen, nouveau="autre")
    assert got.status == 400
    assert f"le fonds « {chosen} » est choisi, et « autre » nommé" in told(got)
    assert not (office.data / DROPPED / "autre").exists()
    assert not (office.data / DROPPED / chosen / "a.txt").exists()


def test_a_drop_of_which_one_file_is_good_makes_the_new_fonds_and_leaves_nothing_beside(
    office: Office,
) -> None:
    files = {"acte.pdf": b"MZ", "bon.txt": b"Un texte."}
    got = drop(office.caller(), files, fonds="", nouveau="melange")
    assert "1 fichier déposé ; 1 refusé" in told(got)
    assert os.listdir(office.data / DROPPED / "melange") == ["bon.txt"]
    assert not [one.name for one in (office.data / DROPPED).iterdir() if one.is_file()]


# --- a fonds that nobody may read


def test_an_admin_is_told_of_a_fonds_that_no_group_opens(office: Office) -> None:
    chef, groups = office.caller(), Groups(Store(office.data))
    drop(chef, {"secret.txt": b"Un texte."}, fonds="", nouveau="cabinet")
    assert "Aucun groupe n'ouvre" not in told(chef.get("/administration/documents"))
    groups.close("tous", [ALL])
    groups.open("lecteurs", [FONDS])
    try:
        got = drop(chef, {"autre.txt": b"Un autre."}, fonds="cabinet")
        assert "Aucun groupe n'ouvre encore :" in told(got)
        for page in ("", "/documents", "/indexation"):
            shown = chef.get(f"/administration{page}").body.decode()
            listed = re.search(r'<p class="avis fermes">(.*?)</p>', shown, re.S)
            assert listed, page
            assert "cabinet" in listed[1]
            assert FONDS not in listed[1]
            assert 'href="/administration/comptes"' in listed[1]
    finally:
        assert send(chef, "comptes", "comptes/groupe", groupe="tous", tout="oui").status == 200
    assert "fermes" not in chef.get("/administration").body.decode()


def test_files_dropped_again_are_indexed_where_that_is_asked_and_a_run_under_way_is_said_so(
    office: Office,
) -> None:
    chef = office.caller()
    drop(chef, {"neige.txt": b"Le deneigement est confie a la regie."}, fonds="", nouveau="hiver")
    again = drop(
        chef, {"neige.txt": b"Le deneigement est confie a la regie."}, fonds="hiver", indexer="oui"
    )
    assert "Fonds « hiver » : 1 fichier était déjà là, identique." in told(again)
    assert "déposé" not in told(again).partition("Fonds « hiver »")[2].partition("L'indexation")[0]
    assert "L'indexation commence" in told(again)
    beside = drop(chef, {"sel.txt": b"Le sel est stocke au depot."}, fonds="hiver", indexer="oui")
    office.done("ingest")
    assert "Une indexation est déjà en cours." in told(beside)


def test_a_name_with_a_path_stays_in_the_folder_of_its_fonds(office: Office) -> None:
    got = drop(office.caller(), {"../../../evade.txt": b"Un texte."}, fonds="", nouveau="chemins")
    assert got.status == 200
    assert os.listdir(office.data / DROPPED / "chemins") == ["evade.txt"]
    refused = drop(office.caller(), {"a.txt": b"Un texte."}, fonds="", nouveau="../chemins")
    assert "nom de fonds" in told(refused)


def test_no_file_takes_the_place_of_another_unasked(office: Office) -> None:
    chef, place = office.caller(), office.data / DROPPED / "doubles" / "note.txt"
    assert drop(chef, {"note.txt": b"Un."}, fonds="", nouveau="doubles").status == 200
    assert "identique" in told(drop(chef, {"note.txt": b"Un."}, fonds="doubles"))
    refused = drop(chef, {"note.txt": b"Deux."}, fonds="doubles")
    assert (refused.status, place.read_bytes()) == (400, b"Un.")
    assert "un autre fichier de ce nom" in told(refused)
    asked = drop(chef, {"note.txt": b"Deux."}, fonds="doubles", remplacer="oui")
    assert "à la place de l'ancien" in told(asked)
    assert place.read_bytes() == b"Deux."
    assert [path.name for path in place.parent.iterdir()] == ["note.txt"]


def test_a_run_is_stopped_from_the_page_and_can_be_taken_up(office: Office) -> None:
    chef = office.caller()
    drop(chef, {"arret.txt": b"Un texte."}, fonds="", nouveau="arrets")
    started = send(chef, "documents", "indexation/lancer", fonds="arrets")
    assert started.status == 303
    stopped = send(chef, "indexation", "indexation/arreter")
    assert "L'arrêt est demandé" in told(stopped)
    job = office.done("ingest")
    assert (job.code, job.who) == (130, "chef")
    assert "Interrompu" in told(chef.get("/administration/indexation"))
    assert office.noted("ingest stop")


def test_a_folder_that_is_not_of_the_fonds_cannot_be_indexed(office: Office) -> None:
    chef = office.caller()
    got = send(chef, "documents", "indexation/lancer", fonds=FONDS, dossier="/etc")
    assert got.status == 400
    assert "Choisissez au moins un dossier" in told(got)


def test_the_progress_of_any_run_is_seen_from_elsewhere(own_town: Path) -> None:
    from app.watched import Notes, watched
    from ingest.progress import Progress
    from ingest.run_lock import run_lock

    assert watched(own_town) is None
    with run_lock(own_town):
        Notes(own_town).tell(Progress("reading", 50, 100, "a.pdf", 30.0, 3, 6, 42))
        run = watched(own_town)
        assert run is not None
        assert (run.pid, run.share, run.files, run.files_in_all) == (os.getpid(), 0.5, 3, 6)
        state = greffe(own_town, "status", "--json").json["running"]
        assert (state["pages"], state["current"], state["left"]) == (42, "a.pdf", None)
        assert "Lecture : 50 %, 3 fichiers sur 6, 42 pages" in greffe(own_town, "status").out
    assert watched(own_town) is None
    assert json.loads((own_town / "run" / "progress.json").read_text())["share"] == 0.5


# --- what is asked, and measured


def test_the_charts_have_a_table_behind_each(office: Office) -> None:
    office.desk.ask("Quel est le montant de l'amende pour un dépôt sauvage ?", who="anne")
    office.desk.ask("Quelle est la capitale de l'Italie ?", who="anne")
    page = office.caller().get("/administration/graphiques").body.decode()
    assert page.count('<svg class="graphique"') == page.count("<figure>") == 5
    for chart in page.split("<figure>")[1:]:
        assert 'role="img" aria-label="' in chart
        assert "Les chiffres</summary>" in chart
    assert "Quelle est la capitale de l&#x27;Italie" in page
    assert "2024-031_depots-sauvages.pdf" in page
    assert "anne" not in page
    year = told(office.caller().get("/administration/graphiques?jours=365"))
    assert "Questions par mois" in year
    counted = office.desk.catalogue.acts_by_year()
    assert sum(n for year, _, n in counted if year == "2024") > 0
    [*_, noted] = entries(office.data, Sought(kinds=("search",)))  # it shows questions in words
    assert (noted.who, noted.parts["what"]["how"]) == ("chef", "figures")


def test_the_town_s_own_questions_are_measured_in_the_background(office: Office) -> None:
    chef = office.caller()
    table = (
        "Question;Attendu;Fichier;Page\r\n"
        "Quelle est l'amende maximale pour un dépôt sauvage ?;15 000;"
        "deliberations/2024-031_depots-sauvages.pdf;\r\n"
        "Quelle est la capitale de l'Italie ?;;;\r\n"
    )
    refused = upload(chef, "image.png", b"\x89PNG")
    assert refused.status == 400
    assert upload(chef, "nos questions.csv", table.encode("cp1252")).status == 303
    job = office.done("eval")
    assert job.code == 0, job.err
    page = chef.get("/administration/evaluation")
    said = told(page)
    assert "nos_questions : 2 questions" in said
    assert "✓ juste" in said
    assert "✓ refus à raison" in said
    assert "réponse juste 100" in said
    (report,) = (office.data / "evaluations").glob("*/rapport.json")
    got = chef.get(f"/administration/evaluation/rapport.json?du={report.parent.name}")
    assert got.body == report.read_bytes()
    cases = json.loads(got.body)["outcomes"]
    asked = chef.get(f"/reponse/{cases[0]['answer']}")
    assert "dépôt sauvage" in told(asked)
    assert office.caller("anne").get("/administration/evaluation/rapport.json").status == 404


def test_the_page_follows_what_goes_on_by_itself(
    office: Office, browser: Any, tmp_path: Path
) -> None:
    faulty = tmp_path / "mairie.csv"
    faulty.write_text("demande;fichier\nCombien ?;a.pdf\n", encoding="utf-8")
    context = browser.new_context()
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto(f"{office.address}/connexion")
    page.fill("#identifiant", "chef")
    page.fill("#motdepasse", PASSWORD)
    page.click("main button")
    page.wait_for_selector("#exemples button:visible")
    page.goto(f"{office.address}/administration/evaluation")
    page.set_input_files("#questions", faulty)
    page.click("text=Évaluer")
    page.wait_for_selector("[role=alert] >> text=il faut une colonne « question »")
    assert page.url == f"{office.address}/administration/evaluation"
    assert page.locator("h1").count() == 1
    assert complaints == []
    context.close()


def test_the_journal_is_searched_checked_and_exported_and_each_look_is_noted(
    office: Office,
) -> None:
    office.desk.ask("Combien coûte la cantine ?", who="anne")
    Journal(office.data).note("login", "=SOMME(A1)", address="10.0.0.7")
    chef = office.caller()
    assert "Lignes" not in told(chef.get("/administration/journal"))
    found = told(chef.get("/administration/journal?chercher=oui&qui=anne&genre=question"))
    assert "Combien coûte la cantine" in found
    assert "SOMME" not in found
    [*_, noted] = entries(office.data, Sought(kinds=("search",)))
    assert noted.who == "chef"
    assert noted.parts["what"]["who"] == "anne"
    assert "chacune à sa place" in told(chef.get("/administration/journal?controler=oui"))
    exported = chef.get("/administration/journal.csv?chercher=oui&qui=anne")
    lines = exported.body.decode("utf-8-sig").splitlines()
    assert lines[0].split(";")[:3] == ["numéro", "quand", "qui"]
    assert {line.split(";")[2] for line in lines[1:]} == {"anne"}
    everything = chef.get("/administration/journal.csv").body.decode("utf-8-sig")
    assert ";'=SOMME(A1);" in everything
    [*_, noted] = entries(office.data, Sought(kinds=("search",)))
    assert noted.parts["what"]["how"] == "export"
    assert chef.get("/administration/journal?chercher=oui&depuis=hier").status == 400
    unknown = chef.get("/administration/journal?chercher=oui&genre=xx")
    assert unknown.status == 400
    assert "Ce genre de ligne n'existe pas" in told(unknown)
    assert "Lignes" not in told(unknown)
    for page in ("journal", "journal.csv"):
        days = "depuis=2026-03-02&jusqu=2026-03-01"
        got = chef.get(f"/administration/{page}?chercher=oui&{days}")
        assert got.status == 400
        assert "Le premier jour vient après le dernier" in told(got)
        assert "Aucune ligne" not in told(got)
    same = "/administration/journal?chercher=oui&depuis=2026-03-02&jusqu=2026-03-02"
    assert "Aucune ligne" in told(chef.get(same))


def test_accounts_and_groups_are_changed_as_by_the_command(office: Office) -> None:
    chef = office.caller()
    added = send(chef, "comptes", "comptes/ajouter", identifiant="Lea.B", nom="Léa", role="agent",
                 groupes="voirie, urbanisme")  # fmt: skip
    password = re.search(r"une seule fois : (\S+)", told(added))
    assert password
    assert Caller(office.address).log_in("lea.b", password[1]).status == 303
    users = greffe(office.data, "users", "--json").json["users"]
    (lea,) = [user for user in users if user["login"] == "lea.b"]
    assert (lea["name"], lea["role"], sorted(lea["groups"])) == (
        "Léa",
        "agent",
        ["urbanisme", "voirie"],
    )
    send(chef, "comptes", "comptes/groupe", groupe="voirie", fonds=FONDS)
    groups = greffe(office.data, "groups", "--json").json["groups"]
    assert {"name": "voirie", "all": False, "fonds": [FONDS], "role": None} in groups
    send(chef, "comptes", "comptes/groupe", groupe="voirie", tout="oui")
    groups = greffe(office.data, "groups", "--json").json["groups"]
    assert {"name": "voirie", "all": True, "fonds": [], "role": None} in groups
    mine = send(chef, "comptes", "comptes/supprimer", identifiant="chef")
    assert "votre propre compte" in told(mine)
    assert send(chef, "comptes", "comptes/changer", identifiant="lea.b", role="roi").status == 400
    unsure = send(chef, "comptes", "comptes/supprimer", identifiant="lea.b")
    assert "Pour de bon" in told(unsure)
    send(chef, "comptes", "comptes/supprimer", identifiant="lea.b", sur="oui")
    users = greffe(office.data, "users", "--json").json["users"]
    assert "lea.b" not in {user["login"] for user in users}
    assert office.noted("users remove")[-1].who == "chef"
    assert password[1] not in str([entry.parts for entry in entries(office.data, Sought())])


def test_a_fonds_is_planned_on_the_page_as_by_the_command(office: Office) -> None:
    chef = office.caller()
    set_at = send(chef, "indexation", "indexation/prevoir", fonds=FONDS, heure="04:15")
    assert f"Le fonds « {FONDS} » sera indexé chaque jour à 04:15." in told(set_at)
    (known,) = greffe(office.data, "schedule", "--json").json["planned"]
    assert (known["fonds"], known["at"], known["next"][11:16]) == (FONDS, "04:15", "04:15")
    assert office.noted("schedule set")[-1].who == "chef"
    wrong = send(chef, "indexation", "indexation/prevoir", fonds=FONDS, heure="25:00")
    assert wrong.status == 409
    assert "L'heure « 25:00 » n'existe pas." in told(wrong)
    gone = send(chef, "indexation", "indexation/oublier", fonds=FONDS)
    assert f"Le fonds « {FONDS} » n'est plus indexé de lui-même." in told(gone)
    assert greffe(office.data, "schedule", "--json").json == {"planned": []}


def test_the_timers_of_systemd_are_read() -> None:
    from app.schedule import read

    listed = (
        '[{"next":1795314600000000,"left":1,"last":0,"passed":0,'
        '"unit":"greffe-ingest@deliberations.timer","activates":"greffe-ingest@deliberations.service"},'
        '{"next":0,"unit":"apt-daily.timer"}]'
    )
    (timer,) = read(listed)
    assert (timer.fonds, timer.last, timer.next[:4]) == ("deliberations", "", "2026")
    with pytest.raises(ValueError, match="list"):
        read("{}")
