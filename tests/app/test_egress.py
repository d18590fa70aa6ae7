"""Nothing leaves the building: what is closed, and what is refused."""

import json
import os
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest

from app.egress import (
    AddressRefused,
    TracingAsked,
    check_address,
    check_contacts,
    harden,
    is_public,
)
from app.errors import spoken
from tests.command_line import environment, greffe, process
from tests.docs.written import ROOT


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8000/v1", "http://localhost:11434", "https://[::1]:8000",
     "http://10.1.2.3/v1", "http://192.168.1.20:8000", "http://172.16.0.9", "http://[fd00::1]/"],
)  # fmt: skip
def test_an_address_in_the_building_passes(url: str) -> None:
    check_address("model.url", url)


@pytest.mark.parametrize(
    "url",
    ["http://8.8.8.8/v1", "https://[2001:4860:4860::8888]", "http://0.0.0.0:8000",
     "http://127.0.0.1@8.8.8.8/", "ftp://127.0.0.1/", "file:///etc/passwd", "127.0.0.1:8000",
     "http://169.254.169.254/latest", "http://198.18.0.1/", "http://[::ffff:8.8.8.8]/",
     "http://[64:ff9b::808:808]/", "http://100.64.0.1/", "http://", "http://[::1",
     "http://127.0.0.1:99999", "http://nulle-part.invalid/",
     "http://127.0.0.1/ http://8.8.8.8/", "http://127.0.0.1,8.8.8.8/"],
)  # fmt: skip
def test_any_other_address_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused) as raised:
        check_address("model.url", url)
    facts = raised.value.facts
    assert (facts["setting"], facts["url"]) == ("model.url", url)
    assert facts["reason"] in ("public", "not_http", "unresolved", "several", "port")


@pytest.mark.parametrize(
    ("url", "allowed"),
    [("https://203.0.113.7/v1", "203.0.113.7"), ("https://203.0.113.7/v1", "203.0.113.0/24"),
     ("https://[2001:db8::7]/v1", "2001:db8::/64")],
)  # fmt: skip
def test_a_public_address_passes_where_it_is_listed_and_no_other(url: str, allowed: str) -> None:
    (address,) = check_address("model.url", url, [allowed])
    assert is_public(address)
    with pytest.raises(AddressRefused):
        check_address("model.url", "https://203.0.114.8/v1", [allowed])


@pytest.mark.parametrize("allowed", ["0.0.0.0/0", "203.0.0.0/16", "::/0", "exemple.fr", "x"])
def test_a_list_that_lists_the_whole_world_or_a_name_is_no_setting(
    tmp_path: Path, allowed: str
) -> None:
    ran = greffe(tmp_path, "settings", GREFFE_EGRESS__ALLOWED=json.dumps([allowed]))
    assert ran.code == 2
    assert "egress.allowed" in ran.err
    assert allowed in ran.err


SEALED = """
import sys
from pathlib import Path
from app import egress
egress.stand_wall(lambda: Path(sys.argv[1]))
egress.list_outside(["203.0.113.7"])
egress.list_outside(["198.51.100.7"])  # by whoever comes later
for url in ("http://10.1.2.3", "http://203.0.113.7", "http://198.51.100.7"):
    try: print(egress.check_address("model.url", url, ["203.0.113.7", "198.51.100.7"]))
    except PermissionError as error: print(type(error).__name__, error.facts["address"])
"""


def test_the_wall_opens_to_no_address_outside_that_was_not_listed_when_it_was_begun(
    tmp_path: Path,
) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", SEALED, tmp_path], capture_output=True, text=True, check=True,
        cwd=tmp_path, env=environment(tmp_path),
    )  # fmt: skip
    assert ran.stdout.splitlines() == [
        "[IPv4Address('10.1.2.3')]", "[IPv4Address('203.0.113.7')]",
        "ConnectionStopped 198.51.100.7:80",
    ]  # fmt: skip


def test_a_command_seals_what_its_settings_list(tmp_path: Path) -> None:
    listed = process(
        tmp_path / "donnees", "status", GREFFE_MODEL__URL="http://203.0.113.7/v1",
        GREFFE_EGRESS__ALLOWED='["203.0.113.7"]',
    )  # fmt: skip
    assert "Connexion arrêtée" not in listed.err
    assert listed.code == 5  # it has no index


def test_a_refused_address_stops_the_start_even_where_it_is_not_used(
    town: Path, records: Path
) -> None:
    ran = greffe(town, "ingest", records, GREFFE_MODEL__URL="https://8.8.8.8/v1")
    assert ran.code == 10
    assert "model.url" in ran.err
    check_contacts({"model.url": "http://serveur-eteint.invalid/v1"})  # needed by nobody yet


def test_the_doctor_says_that_a_listed_address_is_a_way_out(tmp_path: Path) -> None:
    settings = {"GREFFE_MODEL__URL": "https://203.0.113.7/v1"}
    listed = greffe(tmp_path, "doctor", **settings, GREFFE_EGRESS__ALLOWED='["203.0.113.7"]')
    assert "réduit  Machine contactée (model.url) : https://203.0.113.7/v1, adresse" in listed.out
    refused = greffe(tmp_path, "doctor", **settings)
    assert refused.code == 4
    assert "manque  Machine contactée (model.url) : Le réglage model.url désigne" in refused.out
    assert "celle-ci seule" in greffe(tmp_path, "doctor").out


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "mairie.fr", ""])
def test_the_page_does_not_open_beyond_this_machine_without_a_login(
    tmp_path: Path, host: str
) -> None:
    assert greffe(tmp_path, "serve", GREFFE_PAGE__HOST=host).code == 10


@pytest.mark.parametrize(
    "url", ["ldap://192.168.1.2", "ldaps://192.168.1.2:3636", "LDAPS://192.168.1.2"]
)
def test_a_directory_is_asked_in_its_own_language_and_in_the_building(url: str) -> None:
    check_address("directory.url", url)
    for setting, other in (("directory.url", "ldap://8.8.8.8"), ("directory.url", "http://10.0.0.1"),
                           ("model.url", url)):  # fmt: skip
        with pytest.raises(AddressRefused):
            check_address(setting, other)


@pytest.mark.parametrize(
    ("setting", "url", "said"),
    [("journal.syslog", "8.8.8.8", "udp:// ou tcp://"),
     ("directory.url", "127.0.0.1", "ldaps:// ou ldap://"),
     ("model.url", "127.0.0.1", "http:// ou https://"),
     ("directory.url", "ldaps://127.0.0.1:99999", "de 1 à 65535"),
     ("model.url", "http://127.0.0.1:0/v1", "de 1 à 65535")],
)  # fmt: skip
def test_a_refusal_says_how_an_address_of_that_setting_is_written(
    setting: str, url: str, said: str
) -> None:
    with pytest.raises(AddressRefused) as refused:
        check_contacts({setting: url})
    assert said in spoken(refused.value)


@pytest.mark.parametrize(
    "url",
    ["ldaps://127.0.0.1:1/ ldaps://8.8.8.8", "ldaps://127.0.0.1,ldaps://8.8.8.8",
     "ldaps://127.0.0.1/\tldaps://8.8.8.8", "ldaps://127.0.0.1/dc=ville",
     "ldaps://8.8.8.8%00@127.0.0.1", "ldaps://127.0.0.1%2f", "ldaps://qui:mot@127.0.0.1",
     "ldaps://8.8.8.8\\@127.0.0.1", "ldaps://127.0.0.1?x", "ldaps://[::1]:636,8.8.8.8"],
)  # fmt: skip
def test_a_directory_is_one_server_and_no_list(tmp_path: Path, url: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        check_address("directory.url", url)
    assert refused.value.facts["reason"] in ("several", "not_ldap")
    ran = greffe(tmp_path, "serve", GREFFE_DIRECTORY__URL=url)
    assert ran.code == 10
    assert "directory.url" in ran.err


@pytest.mark.parametrize(
    "url", [" //8.8.8.8:514", "udp:\n//8.8.8.8:514", "8.8.8.8:514", "//8.8.8.8"]
)
def test_a_syslog_is_a_socket_of_this_machine_or_an_address_in_full(
    tmp_path: Path, url: str
) -> None:
    ran = greffe(tmp_path, "status", GREFFE_JOURNAL__SYSLOG=url)
    assert ran.code == 10
    assert "journal.syslog" in ran.err


@pytest.mark.parametrize("variable", ["GRADIO_SHARE", "GRADIO_HISTORY_BUCKET", "GRADIO_VIBE_MODE"])
def test_a_public_link_or_a_history_elsewhere_is_refused(tmp_path: Path, variable: str) -> None:
    ran = greffe(tmp_path / "donnees", "status", **{variable: "True"})
    assert ran.code == 10
    assert variable in ran.err


# what an environment may hold that points a library elsewhere without asking in so many words
HOSTILE = {
    "HF_HUB_OFFLINE": "0", "TRANSFORMERS_OFFLINE": "0", "HF_HUB_DISABLE_TELEMETRY": "0",
    "HF_ENDPOINT": "http://192.0.2.1", "HF_TOKEN": "hf_x", "DO_NOT_TRACK": "0",
    "ANONYMIZED_TELEMETRY": "True", "GRADIO_ANALYTICS_ENABLED": "True", "SPACE_ID": "x/y",
    "GRADIO_SHARE_SERVER_ADDRESS": "192.0.2.1:7000", "GRADIO_RUN_HISTORY": "True",
    "CHROMA_OTEL_COLLECTION_ENDPOINT": "http://192.0.2.1", "CHROMA_OTEL_GRANULARITY": "all",
    "chroma_server_host": "192.0.2.1", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://192.0.2.1",
    "OTEL_SDK_DISABLED": "false", "LANGSMITH_ENDPOINT": "http://192.0.2.1",
    "LANGSMITH_API_KEY": "x", "LANGCHAIN_PROJECT": "x", "LANGSMITH_RUNS_ENDPOINTS": "{}",
    "OPENAI_BASE_URL": "http://192.0.2.1", "OPENAI_API_BASE": "http://192.0.2.1",
    "https_proxy": "http://192.0.2.1", "ALL_PROXY": "http://192.0.2.1", "NO_PROXY": "x",
}  # fmt: skip
READ = """
import json, os, urllib.request
from app import egress
egress.harden()
import chromadb.config, gradio, gradio.analytics, gradio.utils, huggingface_hub.constants as hub
import langchain_openai, langsmith.utils, opentelemetry.sdk.trace, sentence_transformers
import transformers.utils.hub
from langchain_core.tracers.context import _tracing_v2_is_enabled
from pydantic import SecretStr
from gradio.blocks import Blocks
blocks = Blocks()
chroma = chromadb.config.Settings(_env_file=None)
traced = opentelemetry.sdk.trace.TracerProvider().get_tracer("x")
chat = langchain_openai.ChatOpenAI(api_key=SecretStr("x"), model="x")
print(json.dumps({
    "hub offline": hub.HF_HUB_OFFLINE, "hub telemetry off": hub.HF_HUB_DISABLE_TELEMETRY,
    "hub update check off": hub.HF_HUB_DISABLE_UPDATE_CHECK,
    "hub is the public one, never asked": "192.0.2.1" not in hub.ENDPOINT,
    "transformers offline": transformers.utils.hub.is_offline_mode(),
    "gradio analytics off": not gradio.analytics.analytics_enabled(),
    "blocks analytics off": not blocks.analytics_enabled,
    "gradio in no space": not gradio.utils.get_space(),
    "langsmith off": langsmith.utils.tracing_is_enabled() is False,
    "langchain off": not _tracing_v2_is_enabled(),
    "chroma telemetry off": chroma.anonymized_telemetry is False,
    "chroma traces nowhere": not chroma.chroma_otel_collection_endpoint,
    "chroma has its own host": chroma.chroma_server_host is None,
    "spans are not recorded": not traced.start_span("x").is_recording(),
    "openai has no other base": "192.0.2.1" not in str(chat.openai_api_base),
    "no proxy": set(urllib.request.getproxies()) <= {"no"},
    "switches stay": [k for k, v in egress._SWITCHES.items()
                      if os.environ.get(k, "").lower() not in
                      ({v.lower(), "true"} if v == "1" else {v.lower()})] == [],
}))
"""


def test_what_the_libraries_read_is_off_whatever_the_environment_says(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", READ], capture_output=True, text=True, cwd=tmp_path,
        env=environment(tmp_path, **HOSTILE), check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    read = json.loads(ran.stdout)
    assert len(read) == 17
    assert [name for name, off in read.items() if off is not True] == []


def test_without_our_switches_the_libraries_would_go_out(tmp_path: Path) -> None:
    """The test above can fail: the same environment, not hardened."""
    tracing = {"LANGSMITH_TRACING": "true", "LANGCHAIN_TRACING_V2": "true"}
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", READ.replace("egress.harden()", "")],
        capture_output=True, text=True, cwd=tmp_path, check=False,
        env=environment(tmp_path, **HOSTILE, **tracing),
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    on = [name for name, off in json.loads(ran.stdout).items() if off is not True]
    assert len(on) > 10, on


@pytest.mark.parametrize(
    "variable",
    ["LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING_V2", "LANGCHAIN_TRACING",
     "LANGSMITH_OTEL_ENABLED"],
)  # fmt: skip
@pytest.mark.parametrize("value", ["true", "1", "Yes", "oui"])
def test_tracing_is_refused_before_anything_is_loaded(
    tmp_path: Path, variable: str, value: str
) -> None:
    ran = greffe(tmp_path / "donnees", "status", **{variable: value})
    assert ran.code == 10
    assert variable in ran.err
    assert not (tmp_path / "donnees").exists()


def test_every_switch_is_set_and_no_proxy_stays() -> None:
    with mock.patch.dict(os.environ, {"HTTPS_PROXY": "http://x", "http_proxy": "http://x"}):
        harden()
        assert os.environ["HF_HUB_OFFLINE"] == os.environ["TRANSFORMERS_OFFLINE"] == "1"
        assert os.environ["GRADIO_ANALYTICS_ENABLED"] == "False"
        assert not {"HTTPS_PROXY", "http_proxy"} & set(os.environ)
    openai = {"OPENAI_PROXY": "http://x", "OPENAI_BASE_URL": "http://x", "OPENAI_ORG_ID": "x"}
    with mock.patch.dict(os.environ, openai):
        harden()
        assert not [name for name in os.environ if name.startswith("OPENAI_")]
    with mock.patch.dict(os.environ, {"LANGCHAIN_TRACING_V2": "false"}):
        harden()


def test_tracing_that_is_off_is_no_trouble_and_one_that_is_on_is_named() -> None:
    with (
        mock.patch.dict(os.environ, {"LANGSMITH_TRACING": "on"}),
        pytest.raises(TracingAsked) as raised,
    ):
        harden()
    assert raised.value.facts == {"variable": "LANGSMITH_TRACING"}


@pytest.mark.parametrize(
    ("variable", "setting"),
    [("GREFFE_MODEL__URL", "model.url"), ("GREFFE_STORE__URL", "store.url")],
)
def test_a_question_is_not_asked_through_an_address_outside(
    town: Path, variable: str, setting: str
) -> None:
    ran = greffe(town, "ask", "Combien coûte la cantine ?", **{variable: "http://8.8.8.8/v1"})
    assert ran.code == 10
    assert ran.out == ""
    assert setting in ran.err
    assert "8.8.8.8" in ran.err


@pytest.mark.parametrize(
    "words",
    [("status",), ("search", "cantine"), ("ingest", "."), ("init",), ("users", "list"),
     ("rebuild",), ("journal", "verify"), ("models",), ("groups", "list"), ("curated", "list"),
     ("serve",), ("doctor", "--egress")],
)  # fmt: skip
def test_no_command_starts_with_an_address_outside(tmp_path: Path, words: tuple[str, ...]) -> None:
    ran = greffe(tmp_path / "donnees", *words, GREFFE_MODEL__URL="http://8.8.8.8/v1")
    assert (ran.code, ran.out) == (10, ""), ran.err
    assert "model.url" in ran.err


@pytest.mark.parametrize("words", [("settings",), ("doctor",)])
def test_what_shows_the_settings_shows_the_address_that_is_refused(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    ran = greffe(tmp_path / "donnees", *words, GREFFE_MODEL__URL="http://8.8.8.8/v1")
    assert ran.code != 10
    assert "8.8.8.8" in ran.out


def test_there_is_no_mail_relay_to_set_and_nothing_speaks_to_one(tmp_path: Path) -> None:
    ran = greffe(tmp_path / "donnees", "status", GREFFE_MAIL__URL="smtp://10.0.0.1")
    (tmp_path / "donnees").mkdir()
    (tmp_path / "donnees" / "greffe.toml").write_text('[mail]\nurl = "smtp://10.0.0.1"\n')
    set_there = greffe(tmp_path / "donnees", "status")
    assert set_there.code == 2
    assert "mail" in set_there.err
    assert ran.code != 0
    with pytest.raises(AddressRefused):
        check_address("mail.url", "smtp://10.0.0.1")
    ours = [file for package in ("app", "ingest", "vectorstore", "prompts", "evals")
            for file in (ROOT / package).rglob("*.py")]  # fmt: skip
    assert len(ours) > 100
    assert not [file for file in ours if "smtplib" in file.read_text("utf-8")]
