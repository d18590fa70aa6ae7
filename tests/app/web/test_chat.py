"""What happens when a question is asked, without a browser."""

import asyncio
import errno
import threading
from pathlib import Path
from typing import Any
from unittest import mock

from app.access.reader import LOCAL
from app.conversation import EMPTY
from app.history import talk
from app.web.asking import failed, objection
from app.web.chat import Chat
from app.web.room import Room, room_of
from tests.app.web.hall import FINE, Hall
from tests.app.web.town_hall import Desk


class Watched(Chat):
    """Notes which thread draws the page."""

    drawn_in: int = 0

    def _first(self, room: Room, conversation: Any) -> dict[Any, Any]:
        self.drawn_in = threading.get_ident()
        return {}


def test_a_page_is_drawn_while_the_others_are_still_served(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    chat = Watched(desk, tmp_path, EMPTY)
    chat.parts, chat.conversation, chat.view, chat.ticket = (mock.MagicMock() for _ in range(4))

    told: list[dict[Any, Any]] = []

    async def ask() -> None:
        async for changes in chat.ask(room_of(desk, LOCAL), "Combien coûte un repas ?", EMPTY, []):
            told.append(changes)

    # a thread of its own: Playwright's loop may be running in this one
    serving = threading.Thread(target=lambda: asyncio.run(ask()))
    serving.start()
    serving.join()
    assert chat.drawn_in not in (0, serving.ident)
    assert told
    assert all(told)  # Gradio takes no changes for a function that lacks its values


def test_a_full_disk_is_a_sentence_on_the_page_too(tmp_path: Path) -> None:
    answer = failed("Quand ?", OSError(errno.ENOSPC, "No space left on device"), tmp_path)
    assert answer.status == "error"
    assert "est plein" in answer.message
    assert not list(tmp_path.iterdir())


def test_what_is_no_text_is_no_question(tmp_path: Path) -> None:
    """The page sends text; a request made by hand may send anything."""
    desk = Desk(tmp_path)
    chat = Watched(desk, tmp_path, EMPTY)
    chat.parts, chat.conversation, chat.view, chat.ticket = (mock.MagicMock() for _ in range(4))

    async def said(sent: Any) -> list[Any]:
        asked = chat.ask(room_of(desk, LOCAL), sent, EMPTY, [])
        return [value async for changes in asked for value in changes.values()]

    found: list[Any] = []
    for sent in (None, {"a": "b"}, 7, ["a"]):
        thread = threading.Thread(target=lambda sent=sent: found.extend(asyncio.run(said(sent))))
        thread.start()
        thread.join()
    assert ["Écrivez une question" in one for one in found] == [True] * 4
    assert desk.heard == []


def test_half_a_character_is_not_asked() -> None:
    assert "illisible" in objection("\ud800 ?", EMPTY)


def test_a_page_whose_server_was_begun_again_goes_on_with_its_conversation(hall: Hall) -> None:
    first = hall.asked(FINE, LOCAL.login)
    chat = Watched(hall.desk, hall.desk.data, EMPTY)
    chat.parts, chat.conversation, chat.view, chat.ticket = (mock.MagicMock() for _ in range(4))
    chat.parts.moves = tuple(mock.MagicMock() for _ in range(4))
    room, told = room_of(hall.desk, LOCAL), []

    async def ask() -> None:
        followed = chat.ask(
            room, "Et pour une entreprise ?", EMPTY, [], None, "", "", first.id
        )  # fmt: skip
        told.extend([changes async for changes in followed])

    serving = threading.Thread(target=lambda: asyncio.run(ask()))
    serving.start()
    serving.join()
    asked = [turn.question for turn in talk(hall.desk.data, LOCAL.login, first.id).turns]
    assert asked == [FINE, "Et pour une entreprise ?"]
    assert any(changes.get(chat.parts.talk) == first.id for changes in told)
    opened = chat.open(room, "c-1-1 1", EMPTY, None, "", first.id)
    assert len(opened[chat.conversation].turns) == 2
    assert "c-1-1" in opened[chat.parts.title]
    theirs = hall.asked(FINE, "marie")
    for id in (theirs.id, "0123456789ab"):  # of somebody else, of nobody
        assert chat.open(room, "c-1-1 1", EMPTY, None, "", id) == {chat.view: None}
