"""Which paths exist, and to whom: what stands here with no rule is not there for anybody.

Of Gradio 6.31, which mounts some sixty routes, only those that the page uses are let through.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, NamedTuple

from app.access.reader import Role

Who = Literal["anyone"] | Role  # a role stands for those above it too
MAX_BODY = 256 * 2**10  # bytes of a post: a question has at most 2,000 characters
MAX_DROP = 500_000_000  # of files dropped into a fonds at once
MAX_QUESTIONS = 2**20  # of a table of questions
ADMINISTRATION = "/administration"
PAGES = ("indexation", "documents", "graphiques", "evaluation", "journal", "comptes")
Place = Literal["", "query", "path", "body", "join"]  # where a request names its page


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of request."""

    method: Literal["GET", "POST"]  # HEAD goes with GET
    path: re.Pattern[str]
    who: Who
    page: Place = ""  # "join": in the body, with the function that is called
    first: bool = False  # open before a first password is changed
    file: bool = False  # one of the page's own files: cheap, and many at once
    most: int = MAX_BODY  # bytes of a post


def _rule(
    method: Literal["GET", "POST"], path: str, who: Who, page: Place = "", first: bool = False,
    file: bool = False, most: int = MAX_BODY,
) -> Rule:  # fmt: skip
    return Rule(method, re.compile(path), who, page, first, file, most)


RULES = (
    _rule("GET", r"/", "agent"),
    _rule("GET", r"/greffe/[\w./-]+", "anyone", first=True, file=True),  # style, script, icon
    _rule("GET", r"/connexion", "anyone", first=True),
    _rule("POST", r"/connexion", "anyone", first=True),
    _rule("GET", r"/oidc/(aller|retour)", "anyone", first=True),
    _rule("POST", r"/deconnexion", "agent", first=True),
    _rule("GET", r"/mot-de-passe", "agent", first=True),
    _rule("POST", r"/mot-de-passe", "agent", first=True),
    _rule("GET", r"/page/\d{1,12}/\d{1,7}\.webp", "agent"),
    _rule("GET", r"/source/\d{1,12}/(\d{1,7}(\.pdf|\.txt)?|fichier)", "agent"),
    _rule("GET", r"/acte/\d{1,12}", "agent"),
    _rule("GET", r"/reponse/[0-9a-f]{12}(/preuve\.json|/reponse\.(docx|pdf))?", "agent"),
    _rule("POST", r"/reponse/[0-9a-f]{12}/valider", "juriste"),
    _rule("POST", r"/reponse/[0-9a-f]{12}/avis", "agent"),
    _rule("POST", r"/reponse/[0-9a-f]{12}/citation", "juriste"),
    _rule("GET", r"/avis", "admin"),
    _rule("GET", r"/historique", "agent"),
    _rule("POST", r"/historique/[0-9a-f]{12}/(nommer|effacer)", "agent"),
    _rule("GET", r"/(comment-ca-marche|accessibilite)", "anyone", first=True),
    _rule("POST", r"/usages", "agent"),
    _rule("GET", r"/validees", "juriste"),
    _rule("POST", r"/validees/\d{1,9}/oter", "juriste"),
    _rule("GET", rf"{ADMINISTRATION}(/({'|'.join(PAGES)}))?", "admin"),
    _rule("GET", r"/administration/(journal\.csv|evaluation/rapport\.json)", "admin"),
    _rule("POST", r"/administration/(indexation|evaluation)/arreter", "admin"),
    _rule("POST", r"/administration/comptes/[a-z-]{1,20}", "admin"),
    _rule(
        "POST", r"/administration/(indexation/(lancer|prevoir|oublier)|documents/retirer)", "admin"
    ),
    _rule("POST", r"/administration/documents/deposer", "admin", most=MAX_DROP),
    _rule("POST", r"/administration/evaluation/lancer", "admin", most=MAX_QUESTIONS),
    _rule("GET", r"/egress", "admin"),
    _rule("GET", r"/(config|theme\.css)", "agent"),
    _rule("GET", r"/(assets|static)/[\w./-]+", "agent", file=True),
    _rule("GET", r"/gradio_api/(info|startup-events|app_id/?)", "agent"),
    _rule("GET", r"/gradio_api/queue/data", "agent", "query"),
    _rule("GET", r"/gradio_api/heartbeat/\w{1,64}", "agent", "path"),
    _rule("POST", r"/gradio_api/queue/join/?", "agent", "join"),
    _rule("POST", r"/gradio_api/cancel/?", "agent", "body"),
    _rule("POST", r"/gradio_api/reset/?", "agent"),
)
# what a browser opens as a page of its own: without a session, it leads to the login
OPENED = re.compile(
    r"/|/reponse/[0-9a-f]{12}|/validees|/historique|/avis|/source/\d{1,12}/\d{1,7}|/acte/\d{1,12}"
    rf"|/egress|{ADMINISTRATION}(/[a-z]+)?"
)
LOGIN_PATHS = re.compile(r"/(connexion|deconnexion|mot-de-passe|oidc/\w+)")


class Function(NamedTuple):
    """A function of the page, as Gradio counts them."""

    name: str
    inputs: int


# what the page may have done: the names of the functions in app/web/chat.py → to whom
FUNCTIONS: dict[str, Role] = {
    **dict.fromkeys(("ask_typed", "ask_clicked", "stop", "begin_anew", "open"), "agent"),
    **dict.fromkeys(("greet", "take_up"), "agent"),
    **{f"ask_example_{number}": "agent" for number in range(1, 5)},
    **{f"move_{number}": "agent" for number in range(1, 5)},
}

QUESTIONS = frozenset({"ask_typed", "ask_clicked", *(f"ask_example_{n}" for n in range(1, 5))})


def rule_of(method: str, path: str) -> Rule | None:
    """The rule of a request; None where there is no such thing."""
    method = "GET" if method == "HEAD" else method
    if ".." in path:
        return None
    return next((r for r in RULES if r.method == method and r.path.fullmatch(path)), None)
