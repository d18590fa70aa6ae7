"""What anyone may read of the page: how it works, how accessible it is, what it is for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.web.about import About
from tests.app.web.closed_town import Caller
from tests.app.web.conftest import Settings, Site
from tests.app.web.hall import Hall, send, token, told
from tests.app.web.serving import serving
from tests.app.web.town_hall import Desk

# Gradio 6.31 computes its queue's figures in ways that pandas 3 gives up
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def set_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """A page whose town says to whom one writes, and that a model writes."""
    from app.web import build_app

    data = tmp_path_factory.mktemp("apropos")
    about = About("Saint-Aubin", "dpo@saint-aubin.example", "mistral-small", {"question": 90})
    with serving(build_app(Desk(data), Settings(data), about=about)) as address:
        yield Caller(address)


def test_who_has_no_session_reads_how_it_works_and_nothing_of_the_records(hall: Hall) -> None:
    nobody = Caller(hall.address)
    for path in ("/comment-ca-marche", "/accessibilite"):
        page = nobody.get(path)
        assert page.status == 200
        assert "Se connecter" in told(page.body)
        assert "Mes conversations" not in told(page.body)
        assert "mairie" not in told(page.body).lower()
    assert nobody.get("/historique").status == 303


def test_what_is_said_is_what_is_set(set_up: Caller, site: Site) -> None:
    said = told(set_up.get("/comment-ca-marche").body)
    assert "Un modèle de langue, mistral-small, rédige" in said
    assert "vos questions, les réponses, vos avis : 90 jours" in said
    assert "les connexions et les refus : sans limite de durée" in said
    assert "Écrivez à : dpo@saint-aubin.example." in said
    assert "article L. 311-3-1" in said
    plain = told(Caller(site.address).get("/comment-ca-marche").body)
    assert "recopiées mot pour mot des actes, sans modèle" in plain
    assert "mistral" not in plain


def test_the_statement_does_not_claim_an_audit_that_was_not_made(site: Site) -> None:
    said = told(Caller(site.address).get("/accessibilite").body)
    assert "non conforme au référentiel" in said
    assert "aucun audit" in said
    assert "Défenseur des droits" in said
    for path in ("/", "/historique"):
        assert "Accessibilité : non conforme" in told(Caller(site.address).get(path).body)


def test_the_uses_are_shown_until_they_are_read_and_to_each_login(hall: Hall) -> None:
    marie = hall.caller("marie")
    page = marie.get("/").body
    assert "Avant de commencer" in told(page)
    assert send(marie, "/usages", jeton="un autre").status == 400
    assert "greffe-usages" not in marie.cookies
    got = send(marie, "/usages", jeton=token(page))
    assert (got.status, got.headers["location"]) == (303, "/")
    cookie = got.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "marie" not in cookie
    assert hall.noted("informed").who == "marie"
    assert "Avant de commencer" not in told(marie.get("/").body)
    paul = hall.caller("paul")
    paul.cookies["greffe-usages"] = marie.cookies["greffe-usages"]
    assert "Avant de commencer" in told(paul.get("/").body)


def test_where_nobody_logs_in_the_uses_are_read_too(tmp_path: Path, site: Site) -> None:
    caller = Caller(site.address)
    assert send(caller, "/usages", jeton="").status == 303
    assert "Avant de commencer" not in told(caller.get("/").body)
