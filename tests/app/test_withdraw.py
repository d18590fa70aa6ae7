"""`greffe withdraw`: nothing of a file is left in the data folder, and the receipt says so."""

import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.access.reader import Reader
from app.answer import Desk
from app.assembly import open_desk
from app.citations import Answer, Citation, Draft, Quote, Sentence
from app.dropped import DROPPED
from app.history import conversation_of
from app.journal.chain import lines, writing
from app.journal.entries import Journal
from app.journal.erase import forget
from app.journal.search import Entry, entries
from app.journal.verify import verify
from app.llm import Chat
from app.opinions import Judgement, Opinion, all_said, note
from app.settings import load
from app.web.shelf import Shelf
from app.web.withheld import left_of
from app.withdrawn import GONE, Withdrawn
from ingest.catalogue import Catalogue
from ingest.objects import objects_of
from tests.app.scripted_model import Script, model_server
from tests.canary import CANARY, traces
from tests.command_line import PATIENCE_S, greffe, indexed, process
from tests.conftest import FONDS, wait_until_unserved

NUMBER = "2025-077"
ACT = (
    "Commune de Courvallon-sur-Sélande\n\nConseil municipal du 4 novembre 2025\n\n"
    f"Délibération n° {NUMBER}\nObjet : Relogement de Madame {CANARY}\n\n"
    f"Le conseil municipal décide de reloger Madame {CANARY} au 3 rue du Puits, pour 412 €.\n"
    "Vote : 17 voix pour, 2 voix contre.\n"
)
ASKED = "Qui est relogé au 3 rue du Puits, et pour quel prix ?"


@pytest.fixture
def act(own_town: Path) -> Path:
    """An act that has been indexed, asked for, and quoted in the journal."""
    file = indexed(own_town, "secret/relogement.txt", ACT, FONDS)
    assert CANARY in greffe(own_town, "ask", ASKED).out
    assert len(traces(own_town, CANARY)) > 1  # catalogue and journal at least
    return file


@pytest.mark.parametrize("by", ["number", "file"])
def test_the_canary_is_in_no_file_and_the_receipt_says_what_went(
    own_town: Path, act: Path, by: str
) -> None:
    composed = f"Qu'a décidé le conseil sur « Relogement de Madame {CANARY} » ?"
    assert greffe(own_town, "ask", composed).code == 0
    ran = greffe(own_town, "withdraw", NUMBER if by == "number" else act, "--yes", "--json")
    assert ran.code == 0, ran.err
    [receipt] = ran.json
    assert (receipt["source"], receipt["cause"], receipt["fonds"]) == (act.name, "asked", FONDS)
    assert receipt["removed"]["passages"] > 0
    assert (receipt["removed"]["answers"], receipt["removed"]["questions"]) == (2, 1)
    assert receipt["erased"]
    assert traces(own_town, CANARY) == []
    assert CANARY not in greffe(own_town, "ask", ASKED).out
    wait_until_unserved(own_town)
    assert traces(own_town, CANARY) == []
    line, example = [x for x in questions(own_town) if "answer" in x.erased]
    assert "question" in example.erased
    assert (line.parts["question"], line.parts["cited"][0][1]) == (ASKED, act.name)
    assert not verify(own_town).findings


def questions(data: Path) -> list[Entry]:
    return [entry for entry in entries(data) if entry.kind == "question"]


def test_a_withdrawn_file_stays_out_until_it_is_asked_for(own_town: Path, act: Path) -> None:
    assert greffe(own_town, "withdraw", act, "--yes").code == 0
    again = greffe(own_town, "ingest", act.parent, "--fonds", FONDS)
    assert f"laissé dehors :\n  {act.name}" in again.out
    assert greffe(own_town, "ingest", act, "--fonds", FONDS).code == 3  # named, and not read
    assert f"retiré : {act.name}" in greffe(own_town, "status").out
    back = greffe(own_town, "ingest", act, "--fonds", FONDS, "--restore", "--json")
    assert back.json["restored"] == 1
    assert CANARY in greffe(own_town, "ask", ASKED).out
    assert f"retiré : {act.name}" not in greffe(own_town, "status").out


def test_a_file_that_was_dropped_on_the_page_is_erased_before_it_is_indexed(own_town: Path) -> None:
    dropped = own_town / DROPPED
    secret, copy, other = (dropped / name for name in ("essai/a.txt", "rh/b.txt", "rh/c.txt"))
    for file in (secret, copy, other):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("Un autre." if file == other else ACT)
    ran = greffe(own_town, "withdraw", secret, "--yes")
    assert ran.code == 0, ran.err
    assert ran.out.count("fichier déposé sur la page : effacé") == 2
    assert (secret.exists(), copy.exists(), other.exists()) == (False, False, True)
    assert traces(own_town, CANARY) == []
    [*_, line] = [entry for entry in entries(own_town) if entry.kind == "admin"]
    assert len(line.parts["what"]["receipts"]) == 2
    assert greffe(own_town, "withdraw", other, "--fonds", "rh", "--yes").code == 0
    assert not other.exists()


def test_nothing_is_withdrawn_without_a_yes_or_by_a_name_that_means_nothing(
    own_town: Path, act: Path
) -> None:
    ran = process(own_town, "withdraw", act)
    assert (ran.code, ran.out) == (10, "")
    assert "Relancez avec --yes" in ran.err
    ran = greffe(own_town, "withdraw", act, "nulle-part.pdf", "--yes")
    assert (ran.code, ran.out) == (3, "")
    assert "Ni fichier indexé, ni numéro d'un acte indexé : « nulle-part.pdf »" in ran.err
    assert CANARY in greffe(own_town, "ask", ASKED).out
    assert greffe(own_town, "withdraw", act, "--fonds", "absent", "--yes").code == 2


def test_the_page_goes_on_answering_while_a_file_is_withdrawn(own_town: Path, act: Path) -> None:
    answers: list[Answer] = []
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            answers.append(desk.ask("Quelle est l'amende maximale pour un dépôt sauvage ?"))
            time.sleep(0.02)

    with open_desk(load(own_town)) as desk:
        asking = threading.Thread(target=ask)
        asking.start()
        ran = process(own_town, "withdraw", act, "--yes")
        over.set()
        asking.join()
        assert ran.code == 0, ran.err
        assert len(answers) > 3
        assert {answer.status for answer in answers} == {"answered"}
        assert not [answer.notes for answer in answers if answer.notes]
        assert CANARY not in desk.ask(ASKED).text
    wait_until_unserved(own_town)


FOUND = f"Le conseil municipal décide de reloger Madame {CANARY} au 3 rue du Puits, pour 412 €."
BESIDE = "Le conseil municipal décide de refaire la toiture du 3 rue du Puits, pour 900 €."
OTHER = (
    "Commune de Courvallon-sur-Sélande\n\nConseil municipal du 4 novembre 2025\n\n"
    f"Délibération n° 2025-078\nObjet : Toiture du 3 rue du Puits\n\n{BESIDE}\n"
)


@pytest.fixture
def beside(own_town: Path, act: Path) -> Path:
    """Another act of the same street."""
    return indexed(own_town, "secret/toiture.txt", OTHER, FONDS)


def written(desk: Desk, url: str) -> Desk:
    return replace(desk, chat=Chat(url, "essai", "", 600))


def withdrawn(data: Path, file: Path) -> None:
    assert greffe(data, "withdraw", file, "--yes").code == 0


def cited(quoted: str, read: str) -> str:
    """A sentence with the number of the extract that a model read it in."""
    before = " ".join(read.split()).partition(quoted[:-1])[0]
    number = re.findall(r"\[(\d+)\] ", before)[-1]
    return f"{quoted} [{number}]"


@pytest.mark.parametrize("says", ["nothing found", "unproved", "cited"])
def test_a_document_withdrawn_before_the_model_speaks_is_in_no_part_of_the_answer(
    own_town: Path, act: Path, beside: Path, says: str
) -> None:
    gone = threading.Event()

    def reply(read: str) -> str:
        if CANARY not in read:
            return "NON TROUVÉ"
        withdrawn(own_town, act)
        gone.set()
        if says == "nothing found":
            return "NON TROUVÉ"
        if says == "unproved":
            return f"Le préfet loge Madame {CANARY} [1]. {cited(BESIDE, read)}"
        return cited(FOUND, read)

    drafts: list[Draft] = []
    with open_desk(load(own_town)) as desk, model_server(Script(reply)) as server:
        answer = written(desk, server.url).ask(ASKED, draft=drafts.append)
        assert CANARY in server.read[0]
        assert CANARY not in "".join(server.read[1:])
        assert gone.wait(PATIENCE_S)  # it is answered as soon as the document is not shown
    assert CANARY not in repr(answer)
    assert CANARY not in repr(drafts)
    wait_until_unserved(own_town)
    assert traces(own_town, CANARY) == []


def test_what_a_model_had_written_is_void_once_its_document_is_withdrawn(
    own_town: Path, act: Path
) -> None:
    drafts: list[Draft] = []

    def draft(piece: Draft) -> None:
        drafts.append(piece)
        if CANARY in piece.pending and catalogue.is_live(FONDS, act.name):
            withdrawn(own_town, act)

    script = Script([f"Madame {CANARY} est", " relogée", " au 3 rue du Puits."], pause=0.2)
    with open_desk(load(own_town)) as desk, model_server(script) as server:
        catalogue = desk.catalogue
        answer = written(desk, server.url).ask(ASKED, draft=draft)
    shown = [CANARY in repr(one) for one in drafts]
    assert shown.count(True) == 1
    assert drafts[shown.index(True) + 1] == Draft((), "")
    assert CANARY not in repr(answer)
    wait_until_unserved(own_town)


def test_an_answer_whose_documents_go_each_time_is_not_given(
    town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(Catalogue, "are_live", lambda self, ids: asked.append(ids))
    with open_desk(load(town)) as desk:
        answer = desk.ask("Quelle est l'amende maximale pour un dépôt sauvage ?")
    assert (answer.status, answer.text, answer.sources) == ("closed", GONE, frozenset())
    assert len(asked) == 3


@pytest.mark.parametrize("goes", ["withdrawn", "replaced"])
def test_a_conversation_taken_up_again_goes_with_what_was_read_for_a_sentence_nothing_proves(
    own_town: Path, act: Path, beside: Path, goes: str
) -> None:
    reader = Reader("local", "local", "agent", None)

    def unproved(read: str) -> str:
        return f"Le préfet loge Madame {CANARY} [1]. {cited(BESIDE, read)}"

    with open_desk(load(own_town)) as desk:
        with model_server(Script(unproved)) as server:
            given = written(desk, server.url).ask(ASKED)
        [source] = [one.id for one in desk.catalogue.sources("live") if one.path == act.name]
        assert source in given.read
        assert source not in {citation.source_id for citation in given.citations}
        if goes == "replaced":
            indexed(own_town, f"secret/{act.name}", ACT.replace(CANARY, "Durand"), FONDS)
        taken = conversation_of(own_town, desk.catalogue, reader, given.id, 40)
        assert CANARY in repr(taken)
        if goes == "withdrawn":
            assert set(given.read) == set(taken.turns[0][1].read)
            assert left_of(taken, None, is_live_in(desk)) == taken
            withdrawn(own_town, act)
        left = left_of(taken, None, is_live_in(desk))
        assert left.turns[0][1].message == GONE
        assert CANARY not in repr(left)
    wait_until_unserved(own_town)


def is_live_in(desk: Desk) -> Callable[[int], bool]:
    return Shelf(desk.catalogue, None).is_live


def test_an_answer_that_was_under_way_is_not_written_into_the_journal(tmp_path: Path) -> None:
    cited = Citation(1, "Acte", FONDS, "a.txt", 1, "2", Quote(CANARY, 1, 0, 5), False, None)
    answer = Answer("x", "Qui ?", "answered", (), (cited,))
    Journal(tmp_path).answer(answer, "local", lambda fonds, source: False)
    [line] = questions(tmp_path)
    assert line.facts["withdrawn"]
    assert "answer" not in line.parts
    assert traces(tmp_path, CANARY) == []


def test_what_a_crash_has_left_of_the_old_journal_goes_with_the_withdrawn(tmp_path: Path) -> None:
    path = tmp_path / "journal" / "2025-11.jsonl"
    path.parent.mkdir()
    whole = {"question": "Q", "answer": "texte", "passages": [[FONDS, "b.txt", 1]]}
    path.write_text(f'{{"answer": "Madame {CANARY}\n{json.dumps(whole)}\n')
    assert forget(tmp_path, Withdrawn({(FONDS, "a.txt"): ""})).answers == {(FONDS, "a.txt"): 0}
    [line] = questions(tmp_path)
    assert line.parts["answer"] == {"text": "texte"}
    [carried] = [line for line in lines(tmp_path) if line.kind == "carried"]
    assert carried.facts == {"lines": 1, "cut": 1}
    assert traces(tmp_path, CANARY) == []


def test_an_answer_that_quotes_the_file_under_an_older_name_loses_its_text(tmp_path: Path) -> None:
    with writing(tmp_path) as chain:
        for text, source in ((CANARY, "ancien-nom.txt"), ("texte", "autre.txt")):
            parts = {"question": "Q", "answer": {"text": text}, "cited": [[FONDS, source, 1]]}
            chain.add("question", {}, parts)
    withdrawn = Withdrawn({(FONDS, "nouveau.txt"): ""}, lambda _, source: source == "autre.txt")
    assert forget(tmp_path, withdrawn).answers == {(FONDS, "nouveau.txt"): 0}
    assert ["answer" in line.erased for line in questions(tmp_path)] == [True, False]
    assert traces(tmp_path, CANARY) == []


def test_a_sentence_that_nothing_proves_goes_with_what_the_model_had_read(tmp_path: Path) -> None:
    def answered(status: str, *read: str) -> None:
        cited = Citation(
            1, "Acte", FONDS, "autre.txt", 1, "2", Quote("texte", 1, 0, 5), False, None
        )
        said = (Sentence("texte", "verbatim", (1,)), Sentence(CANARY, status, ()))
        passages = [{"fonds": FONDS, "source": source, "sha256": ""} for source in read]
        answer = Answer(str(read), "Qui ?", "answered", said, (cited,), model="essai")
        Journal(tmp_path).answer(answer, "local", is_live, passages=passages)

    live = {"autre.txt", "secret.txt"}

    def is_live(fonds: str, source: str) -> bool:
        return source in live

    answered("unverified", "autre.txt", "secret.txt")
    answered("unverified", "autre.txt")
    answered("supported", "autre.txt", "secret.txt")  # proved by what it cites
    live.remove("secret.txt")
    answered("unverified", "autre.txt", "secret.txt")  # was under way
    withdrawn = Withdrawn({(FONDS, "secret.txt"): ""}, is_live)
    assert forget(tmp_path, withdrawn).answers == {(FONDS, "secret.txt"): 1}
    first, second, third, fourth = questions(tmp_path)
    assert "answer" in first.erased
    assert "answer" in second.parts
    assert "answer" in third.parts
    assert fourth.facts["withdrawn"]
    assert "answer" not in fourth.parts


def test_a_file_is_known_by_its_content_whatever_it_was_called(tmp_path: Path) -> None:
    def answered(source: str, sha256: str) -> None:
        cited = Citation(1, "Acte", FONDS, source, 1, "2", Quote("texte", 1, 0, 5), False, None)
        answer = Answer(
            source, "Qui ?", "answered", (Sentence(CANARY, "verbatim", (1,)),), (cited,)
        )
        Journal(tmp_path).answer(answer, "local", lambda *_: True, sources={1: sha256})

    answered("a.txt", "secret")  # then renamed to b.txt, and another act put at a.txt
    answered("c.txt", "renamed")  # is d.txt now, and stays
    answered("e.txt", "older")  # nothing has this name or content any more
    withdrawn = Withdrawn(
        {(FONDS, "b.txt"): "secret"}, lambda _, source: source in ("a.txt", "d.txt"),
        lambda content: content == "renamed",
    )  # fmt: skip
    assert forget(tmp_path, withdrawn).answers == {(FONDS, "b.txt"): 1}
    assert ["answer" in one.erased for one in questions(tmp_path)] == [True, False, True]


def test_answers_on_an_earlier_version_go_with_a_file_that_was_corrected_then_renamed(
    own_town: Path, act: Path
) -> None:
    for corrected in (f"Madame {CANARY} âgée", "Madame X"):
        act.write_text(ACT.replace(f"Madame {CANARY}", corrected), encoding="utf-8")
        assert greffe(own_town, "ingest", act.parent, "--fonds", FONDS).code == 0
    renamed = act.rename(act.with_name("nouveau-nom.txt"))
    act.write_text("Note : le stade ouvre le lundi à huit heures.", encoding="utf-8")
    assert greffe(own_town, "ingest", act.parent, "--fonds", FONDS).code == 0
    assert traces(own_town, CANARY)
    [receipt] = greffe(own_town, "withdraw", renamed, "--yes", "--json").json
    assert receipt["removed"]["answers"] == 1
    assert traces(own_town, CANARY) == []
    assert not verify(own_town).findings


def test_what_a_correction_leaves_in_the_journal_goes_by_a_withdrawal(
    own_town: Path, act: Path
) -> None:
    act.write_text(ACT.replace(CANARY, "X"), encoding="utf-8")
    assert greffe(own_town, "ingest", act, "--fonds", FONDS).code == 0
    assert set(traces(own_town, CANARY)) == {"journal/words.sqlite"}
    assert greffe(own_town, "withdraw", act, "--yes").code == 0
    assert traces(own_town, CANARY) == []
    back = greffe(own_town, "ingest", act, "--fonds", FONDS, "--restore", "--json")
    assert back.json["restored"] == 1
    assert "Madame X" in greffe(own_town, "ask", ASKED).out


def answered(
    data: Path, id: str, question: str, title: str = "", source: str = "", note: str = ""
) -> None:
    """An answer in the journal that cites an act of this title, or a refusal."""
    cited = Citation(
        1, "Acte", FONDS, source, 1, "2", Quote("texte", 1, 0, 5), False, None, title=title
    )
    answer = Answer(
        id, question, "answered" if source else "not_in_records",
        citations=(cited,) if source else (), notes=(note,) if note else (),
    )  # fmt: skip
    Journal(data).answer(answer, "local", lambda *_: True)


def test_a_question_that_holds_the_object_of_a_withdrawn_act_goes_with_its_answer(
    tmp_path: Path,
) -> None:
    title = f"Relogement d’une personne, Mme {CANARY}"
    composed = f"Quel est le montant prévu pour « {title} » ?"
    answered(tmp_path, "a", composed, title, "secret.txt")
    answered(tmp_path, "b", f"relogement d'une personne mme {CANARY}, c'était quand")  # refused
    answered(tmp_path, "c", "Et en 2014 ?", note=f"Question comprise ainsi : « {composed} »")
    answered(tmp_path, "d", "Que décide le relogement d'une personne ?", "Autre", "autre.txt")
    answered(tmp_path, "e", "Tarif de la cantine ?", "Tarif de la cantine", "cantine.txt")
    answered(tmp_path, "f", "Le budget ?", "Budget", "secret.txt")  # too short to be known by

    def withdrawn(**more: object) -> Withdrawn:
        gone = {(FONDS, "secret.txt"): "", (FONDS, "cantine.txt"): ""}
        return Withdrawn(gone, lambda _, source: source == "autre.txt", **more)  # type: ignore[arg-type]

    shown = ["Tarif de la cantine scolaire"]  # of an act that stays
    forgotten = forget(tmp_path, withdrawn(titles=lambda: shown))
    assert (forgotten.questions, forgotten.answers[FONDS, "secret.txt"]) == (3, 2)
    assert {one.id: {*one.erased} for one in questions(tmp_path)} == {
        "a": {"answer", "question"}, "b": {"answer", "question"}, "c": {"answer", "question"},
        "d": set(), "e": {"answer"}, "f": {"answer"},
    }  # fmt: skip
    assert traces(tmp_path, CANARY) == []
    assert not verify(tmp_path).findings
    objects = objects_of(["Relogement d'une personne"])  # as the catalogue had it
    assert forget(tmp_path, withdrawn(objects=objects)).questions == 1
    assert "question" in questions(tmp_path)[3].erased


def test_what_was_said_of_an_answer_goes_with_it(tmp_path: Path) -> None:
    answered(tmp_path, "a", "Qui est relogé ?", source="secret.txt")
    answered(tmp_path, "b", "Qui est élu ?", source="autre.txt")
    journal = Journal(tmp_path)
    for id in ("a", "b"):
        text = f"« {CANARY} » : faux" if id == "a" else "bien"
        note(journal, "paul", "", Opinion(id, False, "wrong", text))
        note(journal, "lise", "", Judgement(id, 1, "contested", "Lise Brun", text))
    withdrawn = Withdrawn({(FONDS, "secret.txt"): ""}, lambda _, source: source == "autre.txt")
    assert forget(tmp_path, withdrawn).opinions == 2
    assert [said.what.answer for said in all_said(tmp_path)] == ["b", "b"]
    assert traces(tmp_path, CANARY) == []
    about = [x for x in entries(tmp_path) if x.kind in ("opinion", "judged") and x.id == "a"]
    assert [(x.who, {*x.erased}) for x in about] == [("paul", {"what"}), ("lise", {"what"})]
    note(journal, "paul", "", Opinion("a", True, text=CANARY))  # from a page that was open
    assert forget(tmp_path, withdrawn).opinions == 1
    assert traces(tmp_path, CANARY) == []
    assert not verify(tmp_path).findings


def test_traces_of_errors_go_too(own_town: Path, act: Path) -> None:
    (own_town / "logs" / "bug-20251104.txt").write_text(f"ValueError: {CANARY}")
    assert greffe(own_town, "withdraw", act, "--yes", "--json").json[0]["removed"]["traces"] == 1
    assert traces(own_town, CANARY) == []


def test_a_vanished_file_leaves_no_trace_and_has_its_receipt(own_town: Path, act: Path) -> None:
    (act.parent / "autre.txt").write_text("Note : le stade ouvre le lundi à huit heures.")
    act.unlink()
    ran = greffe(own_town, "ingest", act.parent, "--fonds", FONDS, "--json")
    assert ran.json["withdrawn"] == 1
    assert traces(own_town, CANARY) == []
    [receipt] = greffe(own_town, "status", "--json").json["withdrawn"]
    assert (receipt["cause"], receipt["removed"]["answers"]) == ("vanished", 1)


def test_strict_makes_a_file_that_was_set_aside_a_failure(own_town: Path, act: Path) -> None:
    folder = act.parent
    assert greffe(own_town, "ingest", folder, "--fonds", FONDS, "--strict").code == 0
    (folder / "vide.pdf").write_text("")
    for _ in range(2):  # set aside now, then still aside
        ran = greffe(own_town, "ingest", folder, "--fonds", FONDS, "--strict")
        assert ran.code == 11
    assert greffe(own_town, "ingest", folder, "--fonds", FONDS).code == 0


def test_a_record_that_cannot_be_found_is_listed_with_the_reason(own_town: Path) -> None:
    ready = greffe(own_town, "status", "--json").json["not_ready"]
    assert {item["reason"] for item in ready} <= {"nameless"}
    note = own_town.parent / "n" / "note.txt"
    note.parent.mkdir()
    note.write_text("il pleut sur la place et le marché attend.")
    ran = greffe(own_town, "ingest", note, "--fonds", FONDS, "--json")
    assert ran.json["unfound"] == 1
    after = greffe(own_town, "status", "--json").json["not_ready"]
    assert ("note.txt", "nameless") in {(item["source"], item["reason"]) for item in after}
    assert "ni objet ni numéro" in greffe(own_town, "status").out
