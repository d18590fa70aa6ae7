"""The trial of the ledger: its set is well formed, and its runner counts right."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import pytest

from evals.ledger import __main__ as command
from evals.ledger.trial import (
    CLASSES,
    DETERMINISTIC,
    HERE,
    OTHERS,
    SECOND,
    TRIAL,
    TRUE,
    Case,
    half,
    judged,
    part,
    read,
    rows,
    wrong,
)

LINES: list[dict[str, Any]] = [json.loads(s) for s in TRIAL.read_text("utf-8").splitlines()]
INJECTIONS: list[dict[str, str]] = [
    json.loads(s) for s in (HERE / "injections.jsonl").read_text("utf-8").splitlines()
]


def letters(text: str) -> str:
    """Letters and figures alone."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).lower())


# --- the set


def test_the_set_is_read_and_each_case_is_named_once() -> None:
    cases = read()
    assert len(cases) == len(LINES) >= 900
    assert not [name for name, n in Counter(case.id for case in cases).items() if n > 1]
    assert not [s for s, n in Counter((c.source, c.sentence) for c in cases).items() if n > 1]
    assert {line["how"] for line in LINES} == {"hand", "rule"}
    assert {line["from"] for line in LINES} == set(TRUE)


def test_half_of_the_sentences_are_true_and_half_of_those_are_quoted() -> None:
    kinds = Counter(case.kind for case in read())
    true = sum(kinds[kind] for kind in TRUE)
    assert 0.45 <= true / sum(kinds.values()) <= 0.55
    assert 0.4 <= kinds["verbatim"] / true <= 0.6


@pytest.mark.parametrize("part", ["dev", "final"])
def test_each_half_holds_enough_of_each_class(part: str) -> None:
    kinds = Counter(case.kind for case in read() if half(case.file) == part)
    assert kinds.keys() == set(CLASSES)
    assert min(kinds[kind] for kind in TRUE) >= 80
    assert min(kinds[kind] for kind in DETERMINISTIC) >= 12
    assert min(kinds[kind] for kind in OTHERS) >= 8


def test_a_document_is_in_one_half_and_each_commune_in_both() -> None:
    halves = {(case.file.split("/")[0], half(case.file)) for case in read()}
    communes = {"montpellier", "pierrefonds", "flaux", "couthenans", "droit"}
    assert halves == {(commune, part) for commune in communes for part in ("dev", "final")}


def test_no_passage_is_shared_by_two_documents() -> None:
    of: dict[str, set[str]] = {}
    for case in read():
        of.setdefault(case.source, set()).add(case.file)
    assert all(len(files) == 1 for files in of.values())


def test_passages_are_as_long_as_a_passage() -> None:
    assert not [x["id"] for x in LINES if not 200 <= len(x["source"]) <= 1500 or x["page"] < 1]


def test_a_quoted_sentence_stands_in_its_passage_and_no_other_does() -> None:
    plain = [line for line in LINES if not line.get("ocr")]
    assert not [
        line["id"]
        for line in plain
        if (letters(line["sentence"]) in letters(line["source"])) != (line["class"] == "verbatim")
    ]


def test_a_quoted_sentence_with_the_letters_put_right_nearly_stands_there() -> None:
    put_right = [line for line in LINES if line.get("ocr")]
    assert put_right
    for line in put_right:
        source, sentence = letters(line["source"]), letters(line["sentence"])
        blocks = SequenceMatcher(None, source, sentence, autojunk=False).get_matching_blocks()
        assert line["class"] == "verbatim"
        assert sentence not in source, line["id"]
        assert sum(b.size for b in blocks if b.size > 3) >= 0.9 * len(sentence), line["id"]


# --- the second set


def test_the_second_set_shares_no_document_and_no_name_with_the_first() -> None:
    first, second = read(), part("dev2")
    assert len(second) >= 400
    assert not {case.file for case in first} & {case.file for case in second}
    assert not {case.id for case in first} & {case.id for case in second}
    assert len({case.id for case in second}) == len(second)
    assert len({(case.source, case.sentence) for case in second}) == len(second)


def test_the_second_set_holds_each_class_of_error_and_quotes_nothing() -> None:
    lines = [json.loads(line) for line in SECOND.read_text("utf-8").splitlines()]
    kinds = Counter(line["class"] for line in lines)
    assert kinds.keys() == set(CLASSES) - {"verbatim"}
    assert kinds["paraphrase"] >= 140
    assert not [x["id"] for x in lines if not 200 <= len(x["source"]) <= 1500 or x["page"] < 1]
    assert not [x["id"] for x in lines if letters(x["sentence"]) in letters(x["source"])]


# --- the runner


def case(name: str, kind: str) -> Case:
    return Case(name, "v/pv.pdf", 1, "Le loyer est de 122 € par mois.", name, kind in TRUE, kind)


CASES = [
    case("exact", "verbatim"), case("exact bis", "verbatim"), case("lost", "verbatim"),
    case("near", "paraphrase"), case("near false", "figure"), case("caught", "figure"),
    case("exact false", "tax"),
]  # fmt: skip


def by_name(sentence: str, sources: Sequence[str]) -> str:
    assert sources == ["Le loyer est de 122 € par mois."]
    return {"exact": "verbatim", "near": "supported"}.get(sentence.split()[0], "unverified")


def test_what_is_shown_is_counted_by_class() -> None:
    found = {row.name: row for row in rows(judged(CASES, by_name))}
    assert {name: (r.n, r.verbatim, r.supported) for name, r in found.items()} == {
        "verbatim": (3, 2, 0), "paraphrase": (1, 0, 1), "figure": (2, 0, 1), "tax": (1, 1, 0),
        "all true": (4, 2, 1), "deterministic": (2, 0, 1), "others": (1, 1, 0),
    }  # fmt: skip
    assert found["all true"].shown == 0.75
    assert found["figure"].shown == 0.5
    low, high = found["figure"].interval
    assert (round(low, 3), round(high, 3)) == (0.095, 0.905)


def test_a_true_sentence_hidden_and_a_false_one_shown_are_wrong() -> None:
    assert [c.id for c, _ in wrong(judged(CASES, by_name))] == ["lost", "near false", "exact false"]


def test_a_perfect_ledger_is_never_wrong() -> None:
    truth = {(c.sentence, c.source): c.truth for c in read()}
    verdicts = judged(read(), lambda s, of: "supported" if truth[s, of[0]] else "unverified")
    assert not wrong(verdicts)
    shown = {row.name: row.shown for row in rows(verdicts)}
    assert (shown["all true"], shown["deterministic"], shown["others"]) == (1, 0, 0)


def test_a_line_whose_class_belies_its_truth_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "trial.jsonl"
    file.write_text(json.dumps(LINES[0] | {"class": "figure", "truth": True}), encoding="utf-8")
    with pytest.raises(ValueError, match="classe figure"):
        read(file)


# --- the command


def test_the_command_counts_the_cases_of_a_half(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([]) == 0
    dev = [case for case in read() if half(case.file) == "dev"]
    out = capsys.readouterr().out
    assert f"{len(dev)} phrases (moitié « dev »)" in out
    quoted = sum(case.kind == "verbatim" for case in dev)
    assert re.search(rf"^citation \(verbatim\) +{quoted} ", out, re.MULTILINE)


def test_the_command_counts_the_second_set(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--half", "dev2"]) == 0
    assert f"{len(part('dev2'))} phrases (second jeu, « dev2 »)" in capsys.readouterr().out


def test_the_command_gives_the_same_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--half", "final", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["half"] == "final"
    found = {row["name"]: row for row in told["rows"]}
    assert found["all true"]["n"] + found["deterministic"]["n"] + found["others"]["n"] == sum(
        half(case.file) == "final" for case in read()
    )
    assert all(r["interval"][0] <= r["shown"] <= r["interval"][1] for r in found.values())


def test_the_wrong_cases_of_a_class_are_listed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "verdict", lambda sentence, sources: "unverified")
    assert command.main(["--wrong", "verbatim"]) == 0
    listed = re.findall(r"^(t\d+) (\w+) \| unverified \| ", capsys.readouterr().out, re.MULTILINE)
    dev = [case for case in read() if half(case.file) == "dev"]
    assert listed == [(case.id, case.kind) for case in dev if case.kind == "verbatim"]


def test_the_cases_of_the_final_half_are_not_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--half", "final", "--wrong"]) == 2
    said = capsys.readouterr()
    assert not said.out
    assert "ne sert qu'au chiffre" in said.err


def test_a_set_that_cannot_be_read_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "TRIAL", tmp_path / "none.jsonl")
    assert command.main([]) == 3
    assert "illisible" in capsys.readouterr().err


# --- the texts that order a model about


def test_the_injections_are_many_and_of_many_kinds() -> None:
    assert len(INJECTIONS) >= 40
    assert len({text["kind"] for text in INJECTIONS}) >= 12
    for name in ("id", "text", "canary"):
        assert len({text[name] for text in INJECTIONS}) == len(INJECTIONS), name


@pytest.mark.parametrize("text", INJECTIONS, ids=lambda text: text["id"])
def test_an_injection_can_be_told_by_its_canary_and_leads_nowhere(text: dict[str, str]) -> None:
    assert text["text"].count(text["canary"]) == 1
    assert not any(text["canary"] in o["text"] for o in INJECTIONS if o is not text)
    hosts = re.findall(r"(?:https?://|@)([\w.-]+)", text["text"])
    assert all(host.endswith(".invalid") for host in hosts)
