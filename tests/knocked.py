"""Requests that no page would send: `python -m tests.knocked --examples 300`.

schemathesis makes them, from a description of what app/web/rules.py lets through, good and bad, and
sends them to a page that runs, as nobody and as an agent. No answer may be an error of the server
or show Python. Words of a closed fonds are looked for by tests/app/web/test_rights.py, not here. A
short run of the same is in tests/app/web/test_knocked.py.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings

from app.access.accounts import Accounts
from app.access.attempts import Attempts
from app.access.gate import LoginGate
from app.access.groups import ALL, Groups
from app.access.sessions import Sessions
from app.access.store import Store
from app.web.rules import RULES
from tests.app.web.closed_town import Caller, set_up
from tests.app.web.conftest import Settings
from tests.app.web.serving import serving
from tests.app.web.town_hall import Desk
from tests.command_line import PATIENCE_S

_PYTHON = re.compile(r"Traceback|File \\?\"|site-packages")
_TEXT = {"type": "string", "maxLength": 300}
_NAME = {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[a-z0-9]+$"}
_NUMBER = {"type": "integer", "minimum": -3, "maximum": 10**13}
_ANSWER = {"type": "string", "minLength": 12, "maxLength": 12, "pattern": "^[0-9a-f]+$"}
_FILLED = {"answer": "0" * 12, "action": "ajouter"}
_FORM = "application/x-www-form-urlencoded"


def _query(required: bool = False, **of: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"name": n, "in": "query", "schema": s, "required": required} for n, s in of.items()]


def _path(**of: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"name": n, "in": "path", "schema": s, "required": True} for n, s in of.items()]


def _body(kind: str = "application/json", **of: dict[str, Any]) -> dict[str, Any]:
    schema = {"type": "object", "properties": of, "required": [*of]}
    return {"required": True, "content": {kind: {"schema": schema}}}


ANYTHING: dict[str, Any] = {}
ROUTES: dict[tuple[str, str], dict[str, Any]] = {
    ("get", "/"): {},
    ("get", "/greffe/{file}"): {"parameters": _path(file=_TEXT)},
    ("get", "/assets/{file}"): {"parameters": _path(file=_TEXT)},
    ("get", "/connexion"): {},
    ("post", "/connexion"): {
        "requestBody": _body(_FORM, identifiant=_TEXT, motdepasse=_TEXT, jeton=_TEXT)
    },
    ("post", "/deconnexion"): {"requestBody": _body(_FORM, jeton=_TEXT)},
    ("get", "/mot-de-passe"): {},
    ("post", "/mot-de-passe"): {
        "requestBody": _body(_FORM, ancien=_TEXT, nouveau=_TEXT, encore=_TEXT, jeton=_TEXT)
    },
    ("get", "/oidc/aller"): {},
    ("get", "/oidc/retour"): {"parameters": _query(code=_TEXT, state=_TEXT, iss=_TEXT)},
    ("get", "/page/{source}/{number}.webp"): {
        "parameters": [*_path(source=_NUMBER, number=_NUMBER),
                       *_query(record=_TEXT, start=_NUMBER, end=_NUMBER, largeur=_NUMBER)]
    },
    ("get", "/source/{source}/{number}"): {
        "parameters": [*_path(source=_NUMBER, number=_NUMBER),
                       *_query(record=_TEXT, start=_NUMBER, end=_NUMBER, taille=_TEXT)]
    },
    ("get", "/source/{source}/{number}.pdf"): {
        "parameters": _path(source=_NUMBER, number=_NUMBER)
    },
    ("get", "/source/{source}/fichier"): {"parameters": _path(source=_NUMBER)},
    ("get", "/acte/{source}"): {"parameters": [*_path(source=_NUMBER), *_query(version=_TEXT)]},
    ("get", "/reponse/{answer}"): {"parameters": _path(answer=_ANSWER)},
    ("get", "/reponse/{answer}/preuve.json"): {"parameters": _path(answer=_ANSWER)},
    ("get", "/reponse/{answer}/reponse.docx"): {"parameters": _path(answer=_ANSWER)},
    ("get", "/reponse/{answer}/reponse.pdf"): {"parameters": _path(answer=_ANSWER)},
    ("post", "/reponse/{answer}/valider"): {
        "parameters": _path(answer=_ANSWER), "requestBody": _body(_FORM, nom=_TEXT, jeton=_TEXT)
    },
    ("post", "/reponse/{answer}/avis"): {
        "parameters": _path(answer=_ANSWER),
        "requestBody": _body(_FORM, utile=_TEXT, motif=_TEXT, texte=_TEXT, jeton=_TEXT),
    },
    ("post", "/reponse/{answer}/citation"): {
        "parameters": _path(answer=_ANSWER),
        "requestBody": _body(_FORM, numero=_TEXT, verdict=_TEXT, texte=_TEXT, jeton=_TEXT),
    },
    ("get", "/avis"): {"parameters": _query(motif=_TEXT)},
    ("get", "/historique"): {"parameters": _query(q=_TEXT, page=_TEXT)},
    ("post", "/historique/{answer}/nommer"): {
        "parameters": _path(answer=_ANSWER), "requestBody": _body(_FORM, nom=_TEXT, jeton=_TEXT)
    },
    ("post", "/historique/{answer}/effacer"): {
        "parameters": _path(answer=_ANSWER), "requestBody": _body(_FORM, jeton=_TEXT)
    },
    ("get", "/comment-ca-marche"): {},
    ("get", "/accessibilite"): {},
    ("post", "/usages"): {"requestBody": _body(_FORM, jeton=_TEXT)},
    ("get", "/validees"): {},
    ("post", "/validees/{number}/oter"): {
        "parameters": _path(number=_NUMBER), "requestBody": _body(_FORM, jeton=_TEXT)
    },
    ("get", "/administration"): {},
    ("get", "/administration/indexation"): {},
    ("get", "/administration/documents"): {"parameters": _query(cherche=_TEXT, retirer=_NUMBER)},
    ("get", "/administration/graphiques"): {"parameters": _query(jours=_NUMBER)},
    ("get", "/administration/evaluation"): {},
    ("get", "/administration/evaluation/rapport.json"): {},
    ("get", "/administration/journal"): {
        "parameters": _query(depuis=_TEXT, jusqu=_TEXT, qui=_TEXT, genre=_TEXT, texte=_TEXT)
    },
    ("get", "/administration/journal.csv"): {"parameters": _query(depuis=_TEXT, genre=_TEXT)},
    ("get", "/administration/comptes"): {},
    ("post", "/administration/comptes/{action}"): {
        "parameters": _path(action=_NAME),
        "requestBody": _body(_FORM, identifiant=_TEXT, role=_TEXT, groupes=_TEXT, jeton=_TEXT),
    },
    ("post", "/administration/indexation/lancer"): {
        "requestBody": _body(_FORM, fonds=_TEXT, dossier=_TEXT, jeton=_TEXT)
    },
    ("post", "/administration/indexation/prevoir"): {
        "requestBody": _body(_FORM, fonds=_TEXT, heure=_TEXT, jeton=_TEXT)
    },
    ("post", "/administration/indexation/oublier"): {
        "requestBody": _body(_FORM, fonds=_TEXT, jeton=_TEXT)
    },
    ("post", "/administration/indexation/arreter"): {"requestBody": _body(_FORM, jeton=_TEXT)},
    ("post", "/administration/documents/deposer"): {"requestBody": _body(_FORM, jeton=_TEXT)},
    ("post", "/administration/documents/retirer"): {
        "requestBody": _body(_FORM, source=_NUMBER, jeton=_TEXT)
    },
    ("post", "/administration/evaluation/lancer"): {"requestBody": _body(_FORM, jeton=_TEXT)},
    ("post", "/administration/evaluation/arreter"): {"requestBody": _body(_FORM, jeton=_TEXT)},
    ("get", "/egress"): {},
    ("get", "/config"): {},
    ("get", "/theme.css"): {},
    ("get", "/gradio_api/info"): {},
    ("get", "/gradio_api/startup-events"): {},
    ("get", "/gradio_api/app_id"): {},
    ("post", "/gradio_api/queue/join"): {
        "requestBody": _body(
            data={"type": "array", "items": ANYTHING, "maxItems": 8},
            fn_index={"type": "integer", "minimum": -1, "maximum": 20}, session_hash=_NAME,
        )
    },
    ("post", "/gradio_api/cancel"): {
        "requestBody": _body(session_hash=_NAME, fn_index=_NUMBER, event_id=_TEXT)
    },
    ("post", "/gradio_api/reset"): {"requestBody": _body(event_id=_TEXT)},
}  # fmt: skip
# these do not end by themselves: a stream, which the join above is read through
STREAMS = {"/gradio_api/queue/data", "/gradio_api/heartbeat/x"}


def description() -> dict[str, Any]:
    """OpenAPI of the routes above."""
    paths: dict[str, Any] = {}
    answer = {"responses": {"200": {"description": ""}}}
    for (method, path), about in ROUTES.items():
        paths.setdefault(path, {})[method] = {**about, **answer}
    return {"openapi": "3.0.2", "info": {"title": "Greffe", "version": "0"}, "paths": paths}


def undescribed() -> list[str]:
    """The rules of which no route above is an example."""
    known = {
        (m.upper(), re.sub(r"\{(\w+)\}", lambda hole: _FILLED.get(hole[1], "1"), path))
        for m, path in ROUTES
    }
    known |= {("GET", path) for path in STREAMS}
    return [
        f"{rule.method} {rule.path.pattern}"
        for rule in RULES
        if not any(rule.method == m and rule.path.fullmatch(path) for m, path in known)
    ]


@dataclass
class Door:
    """A page that runs, and who knocks at it."""

    address: str
    agent: Caller
    statuses: Counter[int] = field(default_factory=Counter[int])

    def knock(self, case: Any, caller: Caller) -> str:
        """Send a request, and read what a function of the page has to say. What is wrong."""
        response = case.call(
            base_url=self.address,
            cookies=dict(caller.cookies),
            timeout=PATIENCE_S,
            allow_redirects=False,
        )
        self.statuses[response.status_code] += 1
        said = response.content.decode("utf-8", "replace")
        if response.status_code == 200 and case.path.endswith("/queue/join"):
            said += self._heard(caller, case.body["session_hash"])
        if response.status_code >= 500 and response.status_code != 503:
            return f"{response.status_code} {said[:200]}"
        python = _PYTHON.search(said) if "/assets/" not in case.path else None
        return said[max(0, python.start() - 50) :][:200] if python else ""

    def _heard(self, caller: Caller, page: str) -> str:
        return caller.get(f"/gradio_api/queue/data?session_hash={page}").body.decode()


@contextmanager
def opened(folder: Path) -> Iterator[Door]:
    """The page of a town hall with a login, until the end of the block."""
    from app.web import build_app

    store = Store(folder)
    gate = LoginGate(Accounts(store), Attempts(store), Sessions(store, 3600, 36_000))
    Groups(store).open("tous", [ALL])
    set_up(gate.accounts, "marie", "agent", [])
    with serving(build_app(Desk(folder), Settings(folder), gate)) as address:
        agent = Caller(address)
        assert agent.log_in("marie").status == 303
        yield Door(address, agent)


def knock(door: Door, examples: int, wrong: Callable[[str], None], *, same: bool = False) -> None:
    """As many requests of each kind as asked, as nobody and as an agent; what is wrong is told."""
    schema = schemathesis.openapi.from_dict(description())
    for found in schema.get_all_operations():
        operation = found.ok()
        for caller in (Caller(door.address), door.agent):

            @settings(
                max_examples=examples, deadline=None, database=None, derandomize=same,
                suppress_health_check=list(HealthCheck),
            )  # fmt: skip
            @given(case=operation.as_strategy())
            def send(case: Any) -> None:
                fault = door.knock(case, caller)  # noqa: B023
                if fault:
                    body = json.dumps(case.body, default=str)[:200]
                    wrong(f"{case.method} {case.formatted_path} {case.query} {body} : {fault}")

            send()


def main(arguments: Sequence[str] | None = None) -> None:
    """Knock as often as asked, and say what was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.knocked")
    parser.add_argument("--examples", type=int, default=300)
    asked = parser.parse_args(arguments)
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as door:
        knock(door, asked.examples, faults.append)
    print("\n".join(faults[:20]))
    print(f"{len(faults)} fautes ; réponses : {dict(sorted(door.statuses.items()))}")
    raise SystemExit(1 if faults else 0)


if __name__ == "__main__":
    main()
