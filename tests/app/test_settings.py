"""Settings: where they come from, and what is said of a wrong one."""

from pathlib import Path

import pytest

from app.commands.settings import listed
from app.settings import FILE, SettingsInvalid, load
from tests.command_line import greffe


def test_the_environment_comes_before_the_file_and_the_file_before_the_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / FILE).write_text('town = "Valbourg"\n[page]\nport = 8000\n[reading]\nworkers = 3\n')
    monkeypatch.setenv("GREFFE_PAGE__PORT", "9000")
    settings = load(tmp_path)
    assert (settings.town, settings.page.port, settings.reading.workers) == ("Valbourg", 9000, 3)
    assert settings.page.host == "127.0.0.1"
    assert settings.data == tmp_path
    assert load(tmp_path / "autre").town == ""


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('villle = "Valbourg"', "villle (ce nom de réglage n'existe pas)"),
        ("[page]\nporte = 1", "page.porte (ce nom de réglage n'existe pas)"),
        ("[page]\nport = 0", "page.port (il faut au moins 1)"),
        ("[page]\nport = 70000", "page.port (il faut au plus 65535)"),
        ('[page]\nport = "sept"', "page.port (il faut un nombre entier)"),
        ("town = 12", "town (il faut un texte entre guillemets)"),
        ("page = 7860", "page (il faut une table"),
        ("[embedding]\nfolder = 3", "embedding.folder (il faut un chemin entre guillemets)"),
        ("town = Valbourg", "n'est pas du TOML"),
        ("town = 'Valb\ufffdourg", "n'est pas du TOML"),
    ],
)
def test_a_wrong_setting_is_named_in_french(tmp_path: Path, written: str, said: str) -> None:
    (tmp_path / FILE).write_text(written)
    with pytest.raises(SettingsInvalid) as raised:
        load(tmp_path)
    assert said in str(raised.value.facts["detail"])


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes('town = "Vallée"'.encode("latin-1"))
    with pytest.raises(SettingsInvalid, match="TOML"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("variable", "value"), [("GREFFE_PAGE__PORT", "sept"), ("GREFFE_PAGE", "{pas du json")]
)
def test_a_wrong_variable_is_named_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsInvalid) as raised:
        load(tmp_path)
    assert "page" in str(raised.value.facts["detail"])


@pytest.mark.parametrize("command", ["ask", "status", "settings", "doctor", "ingest", "serve"])
def test_every_command_says_so_with_code_2(tmp_path: Path, command: str) -> None:
    data = tmp_path / "donnees"
    data.mkdir()
    (data / FILE).write_text("[page]\nporte = 1\n")
    words = {"ask": ["Quand ?"], "ingest": [str(tmp_path)]}.get(command, [])
    ran = greffe(data, command, *words)
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err.startswith("Un réglage n'est pas valable : page.porte")
    assert "greffe.toml" in ran.err


def test_the_list_of_settings_shows_values_meanings_and_no_secret(tmp_path: Path) -> None:
    secrets = ("model.key", "directory.password", "oidc.secret")
    tables = (name.split(".") for name in secrets)
    written = "".join(f'[{table}]\n{name} = "s3cret"\n' for table, name in tables)
    (tmp_path / FILE).write_text(written)
    ran = greffe(tmp_path, "settings")
    assert ran.code == 0
    assert "s3cret" not in ran.out + ran.err
    assert [name for name in secrets if f'{name} = "***"' not in ran.out] == []
    shown = greffe(tmp_path, "settings", "--json").json
    assert shown["page.port"] == 7860
    assert all(meaning.endswith((".", ")")) for _, _, meaning in listed(load(tmp_path)))


def test_init_makes_a_folder_whose_settings_are_valid_and_keeps_those_there_are(
    tmp_path: Path,
) -> None:
    data = tmp_path / "donnees"
    assert greffe(data, "init").code == 0
    assert load(data).page.port == 7860
    (data / FILE).write_text('town = "Valbourg"\n')
    assert greffe(data, "init").code == 0
    assert load(data).town == "Valbourg"
