"""The help: in French, in a blink, and the way back from a wrong command."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli import app
from tests.command_line import ROOT, environment, greffe

COMMANDS = (
    "init", "ingest", "ask", "search", "show", "serve", "status", "doctor", "settings", "demo",
    "rebuild", "eval", "withdraw", "models", "users", "groups", "journal", "replay",
    "export", "verify", "curated", "schedule", "adapt",
)  # fmt: skip
ENGLISH = re.compile(
    r"\b(?:Usage|Commands|Show this|message and exit|COMMAND|ARGS|default|required|Try|Error"
    r"|Missing|Invalid|No such|unexpected|PATH|TEXT|INTEGER|path|str|int|list)\b"
)
HEAVY = (
    "torch", "gradio", "chromadb", "sentence_transformers", "transformers", "numpy",
    "tantivy", "langchain_core", "pypdfium2", "rich",
)  # fmt: skip


def test_the_commands_are_those_of_the_contract() -> None:
    assert {command.name for command in app.registered_commands} == set(COMMANDS)


@pytest.mark.parametrize("words", [(), *((name,) for name in COMMANDS)], ids=str)
def test_every_page_of_help_is_in_french(tmp_path: Path, words: tuple[str, ...]) -> None:
    ran = greffe(tmp_path, *words, "--help")
    assert ran.code == 0
    assert ran.out.startswith(f"Emploi : {' '.join(('greffe', *words))} ")
    assert "\nOptions :\n" in ran.out
    assert "Montrer cette aide." in ran.out
    assert ENGLISH.findall(re.sub(r"`[^`]*`", "", ran.out)) == []
    assert not re.search(r"<=|>=|\.\.\.|\w; ", ran.out), ran.out


def test_a_range_is_said_in_words_and_no_summary_is_cut(tmp_path: Path) -> None:
    assert "[par défaut : 10 ; de 1 à 1000]" in greffe(tmp_path, "search", "--help").out
    whole = " ".join(greffe(tmp_path, "--help").out.split())
    for command in app.registered_commands:
        summary = " ".join((command.callback.__doc__ or "").split("\n\n")[0].split())
        assert summary, command.name
        assert summary in whole


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_and_argument_says_what_it_is_for(tmp_path: Path, name: str) -> None:
    described = re.findall(r"^  (-{1,2}\S+(?:, --\S+)?(?: [A-Z]+)?)(.*)$",
                           greffe(tmp_path, name, "--help").out, re.M)  # fmt: skip
    assert described
    assert all(words.strip() for _, words in described)


def test_every_command_takes_the_data_folder(tmp_path: Path) -> None:
    for name in COMMANDS:
        assert "--data CHEMIN" in greffe(tmp_path, name, "--help").out


@pytest.mark.parametrize(
    ("words", "said", "see"),
    [
        (["chercher"], "La commande « chercher » n'existe pas.", "greffe --help"),
        (["ask", "--jsonn"], "L'option --jsonn n'existe pas (vouliez-vous dire --json ?).", "ask"),
        (["ask", "--data"], "L'option --data attend une valeur.", "--help"),
        (["ask", "--json=oui", "x"], "L'option --json n'attend pas de valeur.", "--help"),
        (["ask"], "Donnez une question, ou --batch FICHIER.", "ask --help"),
        (["ask", "un", "deux"], "De trop : deux.", "ask --help"),
        (["ask", "x" * 2001], "La question est trop longue (2000 caractères au plus).", "ask --"),
        (["search", "x" * 2001], "La question est trop longue (2000 caractères au plus).",
         "search --help"),
        (["search", "\udcff"], "La question contient un demi-caractère, qu'aucun texte ne peut"
         " contenir.", "search --help"),
        (["search", "x", "--limit", "0"], "Valeur refusée pour '--limit' : il faut au moins 1.",
         "search --help"),
        (["search", "x", "--limit", "dix"],
         "Valeur refusée pour '--limit' : il faut un nombre entier.", "search --help"),
        (["ingest"], "Il manque 'DOSSIER|FICHIER…'.", "ingest --help"),
    ],
)  # fmt: skip
def test_a_wrong_command_is_explained_in_french_with_code_2(
    tmp_path: Path, words: list[str], said: str, see: str
) -> None:
    ran = greffe(tmp_path / "donnees", *words)
    assert ran.code == 2
    assert ran.out == ""
    first, second = ran.err.strip().split("\n")
    assert first == said
    assert second.startswith("Voyez `greffe")
    assert see in second
    assert not (tmp_path / "donnees").exists()


def test_without_a_word_the_help_is_shown_on_stderr_with_code_2(tmp_path: Path) -> None:
    ran = greffe(tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Emploi : greffe ")


def test_the_version_is_that_of_the_package(tmp_path: Path) -> None:
    from importlib.metadata import version

    assert greffe(tmp_path, "--version").out == f"greffe {version('greffe')}\n"


@pytest.mark.parametrize("words", [["--help"], ["ask", "--help"], ["--version"]])
def test_the_help_imports_no_heavy_library(tmp_path: Path, words: list[str]) -> None:
    code = (
        "import sys; from app.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=True,
        env=environment(tmp_path), cwd=ROOT,
    )  # fmt: skip
    assert done.stderr == "[]\n"
    assert done.stdout
