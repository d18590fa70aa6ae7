"""One's own conversations over HTTP: /historique.

Imports FastAPI: loaded by app/web/server.py alone, when the page is built.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from app.errors import spoken
from app.history import LONGEST_NAME, Talk, TalkUnknown, erase_talk, name_talk, talks
from app.web.entrance import STALE, form_of
from app.web.kept_markup import moment
from app.web.markup import address, notice
from app.web.plain import Plain, from_here, reader_of, token_of
from app.web.spacing import number
from app.words import N_, _, as_french, french, ngettext

TITLE = N_("Mes conversations")
SHOWN = 50  # conversations on a page
_KEPT = N_(
    "Vos questions et leurs réponses sont gardées sur le serveur, dans le"
    " journal. Vous seul voyez cette liste ; les personnes qui contrôlent le"
    " journal peuvent le lire."
)
_ERASING = N_(
    "Les questions et les réponses seront effacées. Restent au journal, pour sa"
    " durée : qui a demandé, quand, et quelles pages ont été citées."
)
ERASED = N_("La conversation a été effacée.")


def add_history(app: FastAPI, plain: Plain, days: int) -> None:
    """Add the routes. `days`: how long questions are kept; 0: for ever."""
    history = History(plain, days)
    app.get("/historique")(history.show)
    app.post("/historique/{talk}/nommer")(history.name)
    app.post("/historique/{talk}/effacer")(history.erase)


class History:
    """The handlers of the routes. Nobody is told of a conversation of somebody else's."""

    def __init__(self, plain: Plain, days: int) -> None:
        self.plain, self.days = plain, days

    def show(self, request: Request, q: str = "", page: str = "") -> Response:
        """The conversations, the last first; those with some words, if any are sought."""
        number = int(page) if page.isdecimal() and len(page) < 6 else 1
        return self._list(request, q[:200], max(1, number))

    async def name(self, request: Request, talk: str) -> Response:
        """Give a conversation a name."""
        form = await form_of(request)
        return await run_in_threadpool(self._name, request, talk, form)

    async def erase(self, request: Request, talk: str) -> Response:
        """Erase a conversation."""
        form = await form_of(request)
        return await run_in_threadpool(self._erase, request, talk, form)

    def _name(self, request: Request, talk: str, form: Mapping[str, str]) -> Response:
        if not from_here(request, form):
            return self._list(request, said=STALE, status=400)
        login = reader_of(request).login
        try:
            name_talk(self.plain.journal, login, talk, form.get("nom", ""))
        except TalkUnknown as trouble:
            return self._list(request, said=spoken(trouble), status=404)
        return RedirectResponse(f"/historique#c-{talk}", 303)

    def _erase(self, request: Request, talk: str, form: Mapping[str, str]) -> Response:
        if not from_here(request, form):
            return self._list(request, said=STALE, status=400)
        try:
            erase_talk(self.plain.data, reader_of(request).login, talk)
        except TalkUnknown as trouble:
            return self._list(request, said=spoken(trouble), status=404)
        return self._list(request, said=ERASED)

    def _list(
        self, request: Request, text: str = "", page: int = 1, said: str = "", status: int = 200
    ) -> Response:
        found = talks(self.plain.data, reader_of(request).login, text)
        shown = found[(page - 1) * SHOWN : page * SHOWN]
        content = "\n".join([
            f"<h2>{_(TITLE)}</h2>", notice(said, "status"),
            f'<p class="note">{escape(_(_KEPT))} {escape(self._for_how_long())}</p>',
            _search(text),
            _count(found, text),
            _items(shown, token_of(request)),
            _pages(text, page, len(found)),
        ])  # fmt: skip
        return self.plain.page(request, TITLE, content, status)

    def _for_how_long(self) -> str:
        if not self.days:
            return _("Elles le sont sans limite de durée.")
        return _("Elles en sont effacées après {days} jours.").format(days=number(self.days))


def _search(text: str) -> str:
    return (
        '<form class="chercher" method="get" action="/historique" role="search">'
        f'<label for="q">{_("Chercher dans mes questions")}</label>'
        f'<input id="q" name="q" type="search" maxlength="200" value="{escape(text)}"><button>'
        f"{_('Chercher')}</button></form>"
    )


def _count(found: list[Talk], text: str) -> str:
    many = len(found)
    if not many:
        none = _("Aucune conversation ne contient ces mots.") if text else _("Aucune conversation.")
        return f"<p>{none}</p>"
    words = ngettext("{many} conversation", "{many} conversations", many).format(many=many)
    whole = f' <a href="/historique">{_("Voir toutes")}</a>' if text else ""
    return f"<p>{words}.{whole}</p>"


def _items(shown: list[Talk], token: str) -> str:
    items = "".join(_item(one, token) for one in shown)
    return f'<ul role="list" class="conversations">{items}</ul>' if items else ""


def _item(talk: Talk, token: str) -> str:
    title, place = as_french(escape(talk.title)), f"/historique/{talk.id}"
    hidden = f'<input type="hidden" name="jeton" value="{escape(token)}">'
    questions = "".join(
        f'<li><a href="{address(turn.answer)}"{french()}>{escape(turn.question)}</a>'
        f' <span class="note">{moment(turn.at)}{_status(turn.status)}</span></li>'
        for turn in talk.asked
    )
    return (
        f'<li id="c-{talk.id}"><h3>{title}</h3><ol>{questions}</ol><div class="gestes">'
        f'<a href="/?reprendre={talk.id}">{_("Reprendre")}'
        f'<span class="lu"> : {title}</span></a><details><summary>{_("Renommer")}'
        f'<span class="lu"> : {title}</span></summary>'
        f'<form method="post" action="{place}/nommer">{hidden}<label for="nom-{talk.id}">'
        f"{_('Nouveau nom')}</label>"
        f'<input id="nom-{talk.id}" name="nom" maxlength="{LONGEST_NAME}"'
        f' value="{escape(talk.name)}">'
        f"<button>{_('Enregistrer')}</button></form></details><details><summary>{_('Effacer')}"
        f'<span class="lu"> : {title}</span></summary>'
        f'<form method="post" action="{place}/effacer">{hidden}<p>{escape(_(_ERASING))}</p>'
        f"<button>{_('Effacer définitivement')}</button></form></details></div></li>"
    )


def _status(status: str) -> str:
    return "" if status == "answered" else _(", sans réponse")


def _pages(text: str, page: int, count: int) -> str:
    from urllib.parse import urlencode

    links = [
        f'<a href="/historique?{escape(urlencode({"q": text, "page": number}))}">{words}</a>'
        for number, words in ((page - 1, _("← Plus récentes")), (page + 1, _("Plus anciennes →")))
        if 0 < number <= -(-count // SHOWN)
    ]
    return f'<nav aria-label="{_("Suite de la liste")}">{" ".join(links)}</nav>' if links else ""
