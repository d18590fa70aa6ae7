"""Nothing leaves the building: what is closed, and what is refused."""

import os
from pathlib import Path
from unittest import mock

import pytest

from app.egress import AddressRefused, TracingAsked, check_address, harden
from tests.command_line import greffe


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
     "http://", "http://[::1", "http://127.0.0.1:99999", "http://nulle-part.invalid/"],
)  # fmt: skip
def test_any_other_address_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused) as raised:
        check_address("model.url", url)
    facts = raised.value.facts
    assert (facts["setting"], facts["url"]) == ("model.url", url)
    assert facts["reason"] in ("public", "not_http", "unresolved")


@pytest.mark.parametrize("variable", ["LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2"])
@pytest.mark.parametrize("value", ["true", "1", "Yes"])
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
