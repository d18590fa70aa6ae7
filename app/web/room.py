"""The room of a reader: the desk and the shelf that their rights leave them."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from app.access.gate import Gate
from app.access.reader import Reader
from app.conversation import Conversation
from app.web.desk import Desk
from app.web.guard import ADDRESS, VISIT
from app.web.shelf import Shelf
from app.web.withheld import left_of
from app.words import N_, _

ENDED = N_("Votre session est terminée : rechargez la page pour vous connecter.")


@dataclass(frozen=True, slots=True)
class Room:
    """What a handler of the page may use: nothing of it reaches a closed fonds."""

    desk: Desk
    shelf: Shelf
    reader: Reader
    address: str = ""  # from where they ask


def room_of(desk: Desk, reader: Reader, address: str = "") -> Room:
    """The room of a reader."""
    return Room(desk.within(reader.fonds), Shelf(desk.catalogue, reader.fonds), reader, address)


def served(does: Any, desk: Desk, gate: Gate) -> Any:
    """A handler as Gradio calls it: in the room of whoever asks, with their rights of now.

    A question may wait in Gradio's queue: the session is looked at again when its turn comes. Of
    the conversation that the page holds, it is given what these rights leave, and of this what
    rests on no document that was withdrawn.
    """
    import gradio as gr

    def enter(request: Any) -> Room:
        visit = gate.still(request.request.scope[VISIT])
        if visit is None:
            raise gr.Error(_(ENDED), print_exception=False)
        return room_of(desk, visit.reader, request.request.scope.get(ADDRESS, ""))

    def given(room: Room, values: tuple[Any, ...]) -> list[Any]:
        return [
            left_of(one, room.reader.fonds, room.shelf.is_live)
            if isinstance(one, Conversation)
            else one
            for one in values
        ]

    if inspect.isasyncgenfunction(does):

        async def stream(request: Any, *values: Any) -> AsyncIterator[Any]:
            room = enter(request)
            async for changes in does(room, *given(room, values)):
                yield changes

        handler: Any = stream
    elif inspect.iscoroutinefunction(does):

        async def answer(request: Any, *values: Any) -> Any:
            room = enter(request)
            return await does(room, *given(room, values))

        handler = answer
    else:

        def work(request: Any, *values: Any) -> Any:  # Gradio runs it in a thread
            room = enter(request)
            return does(room, *given(room, values))

        handler = work
    handler.__annotations__ = {"request": gr.Request}  # by which Gradio knows to hand it over
    return handler
