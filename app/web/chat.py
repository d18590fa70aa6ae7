"""What happens on the page: a question is asked, a citation is opened, a page is turned."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from fastapi.concurrency import run_in_threadpool

from app.access.gate import Gate, OpenGate
from app.answer import LONGEST_QUESTION
from app.citations import Answer, Draft
from app.errors import spoken
from app.history import TalkUnknown, conversation_of, same_question
from app.journal.entries import Journal
from app.memory import MemoryShort
from app.narrowed import KINDS, PeriodRefused, narrow_of
from app.opinions import Said, judgements
from app.pages import has_paper
from app.web.asking import MAX_TURNS, Asking, objection
from app.web.bounds import Bounds, TooMany, payer_of
from app.web.desk import Conversation, Desk
from app.web.images import note_opened
from app.web.layout import Parts, lay_out
from app.web.markup import notice, stopped, turn, turns, working
from app.web.proof import (
    Panel,
    View,
    answer_of,
    first_view,
    listed,
    move,
    open_reference,
    panel,
)  # fmt: skip
from app.web.room import Room, served
from app.web.spacing import as_typed, spaced_text
from app.words import N_, _
from vectorstore.narrow import EVERYTHING, Narrow

Changes = dict[Any, Any]  # component → its new value or update
UNREADABLE = N_(
    "Les réponses de cette conversation ont été effacées, ou ne vous sont plus ouvertes."
)
EXAMPLES_AWAITED = 120.0  # seconds
LOOKED_AGAIN = 0.5  # seconds
CONVERSATION_KEPT = 12 * 3600  # seconds after which a visitor's conversation is forgotten


class Chat:
    """The handlers of the page. One object for all visitors: what is theirs is in gr.State.

    What is seen while a question is under way is decided by the stylesheet, from what stands in
    the stage: when two answers of Gradio 6.31 follow closely, it loses changes of `visible`.
    """

    def __init__(
        self, desk: Desk, data: Path, empty: Conversation, gate: Gate | None = None,
        journal: Journal | None = None, bounds: Bounds | None = None,
    ) -> None:  # fmt: skip
        self.desk = desk
        self.data = data
        self.empty = empty
        self.gate: Gate = gate or OpenGate()
        self.journal = journal or Journal(data)
        self.bounds = bounds or Bounds()
        self.running: dict[str, Asking] = {}  # by ticket

    def build(self) -> Any:
        """The Gradio Blocks, wired."""
        import gradio as gr

        with gr.Blocks(title="Greffe", analytics_enabled=False) as blocks:
            self.parts: Parts = lay_out()
            self.conversation = gr.State(self.empty, time_to_live=CONVERSATION_KEPT)
            self.view = gr.State(None, time_to_live=CONVERSATION_KEPT)
            self.ticket = gr.State("", time_to_live=CONVERSATION_KEPT)
            self._wire(blocks)
        return blocks

    def _wire(self, blocks: Any) -> None:
        """Each function has a name of its own: app/web/rules.py says to whom it is open."""
        p, states = self.parts, [self.conversation, self.view]
        panel_out = [p.title, p.head, p.sheet, *p.moves, self.view]
        asked = [
            p.before, p.current, p.stage, p.question, self.conversation, p.talk, self.ticket,
            *panel_out,
        ]  # fmt: skip
        filters = [p.fonds, p.kinds, p.since, p.until, p.talk]
        inputs = [p.question, self.conversation, *filters]
        # sent while the page of the answer before is drawn, a question waits for its turn
        waits = {"trigger_mode": "always_last"}
        self._on(p.question.submit, "ask_typed", self.ask, inputs, asked, **waits)
        self._on(p.ask.click, "ask_clicked", self.ask, inputs, asked, **waits)
        for number, button in enumerate(p.examples, 1):
            example = [button, self.conversation, *filters]
            self._on(button.click, f"ask_example_{number}", self.ask, example, asked)
        self._on(p.stop.click, "stop", self.stop, [self.ticket], None)
        self._on(p.anew.click, "begin_anew", self.begin_anew, None, asked)
        # not `input`: Gradio fires that on key presses alone
        opening = [p.choice, *states, self.ticket, p.talk]
        self._on(p.choice.change, "open", self.open, opening, [*panel_out, self.conversation])
        steps = ((-1, 0), (1, 0), (0, -1), (0, 1))
        for number, (button, step) in enumerate(zip(p.moves, steps, strict=True), 1):
            self._on(button.click, f"move_{number}", _moving(self, *step), states, panel_out)
        self._on(p.taken.change, "take_up", self.take_up, [p.taken], asked)
        greeted = [p.choose, p.fonds, p.kinds, p.examples_row, *p.examples]
        self._on(blocks.load, "greet", self.greet, None, greeted)

    def _on(
        self, event: Any, name: str, does: Any, inputs: Any, outputs: Any, **how: Any
    ) -> None:  # fmt: skip
        """Have a handler called in the room of whoever asks."""
        event(
            served(does, self.desk, self.gate), inputs, outputs, api_name=name,
            show_progress="hidden", api_visibility="private", **how,
        )  # fmt: skip

    async def ask(
        self, room: Room, question: str, conversation: Conversation, fonds: list[str],
        kinds: object = None, since: object = "", until: object = "", talk: object = "",
    ) -> AsyncIterator[Changes]:  # fmt: skip
        """Ask the desk, and show its stages and its answer."""
        p = self.parts
        conversation = await run_in_threadpool(self._kept, room, conversation, talk)
        if not isinstance(question, str):  # the page sends text; a request by hand, anything
            question = ""
        question = as_typed(question)  # an example is shown with spaces that do not break
        if conversation.turns and not question.strip():
            # Enter, twice; or after a notice, which goes
            yield {p.stage: ""}
            return
        narrow, refused = _narrowed(kinds, since, until)
        refused = refused or objection(question, conversation) or self._no_room(room)
        if refused:
            if len(question) > LONGEST_QUESTION:
                self.bounds.note("length", room.reader, room.address)
            yield {p.stage: notice(refused)}
            return
        question, ticket = question.strip(), secrets.token_hex(8)
        before = conversation  # what is asked again takes the place of its last answer
        if conversation.turns and same_question(question, conversation.turns[-1][0]):
            before = conversation.before_last()
        number = len(before.turns) + 1
        payer = payer_of(room.reader, room.address)
        asking = self.running[ticket] = Asking(
            room.desk, self.data, room.reader.login, room.address,
            seconds=self.bounds.seconds, over=lambda: self.bounds.end(payer),
        )  # fmt: skip
        answer = None
        try:
            yield self._started(before, number, question, ticket)
            async for piece in asking.news(question, before, fonds or None, narrow):
                if isinstance(piece, Answer):
                    answer = piece
                elif isinstance(piece, Draft):
                    yield {p.current: turn(number, question, piece)}
                else:
                    yield {p.stage: working(piece)}
            if answer is None:
                kept = None if before is conversation else conversation.turns[-1][1]
                yield {p.stage: stopped(), p.current: turn(number, question, kept)}
                return
            if answer.status != "error":
                conversation = before.then(question, answer)
            # both at once: who follows a link as soon as it is there finds what it leads to
            shown = {p.stage: "", p.current: turn(number, question, answer)}
            yield {**shown, self.conversation: conversation, p.talk: conversation.id}
            if answer.status != "error":
                # a page is drawn, which takes up to a second: not on the event loop
                first = await asyncio.to_thread(self._first, room, conversation)
                if first and asking.followed != number:  # a refusal may have nothing to open
                    yield first
        finally:
            asking.leave()
            del self.running[ticket]

    def _kept(self, room: Room, conversation: Conversation, talk: object) -> Conversation:
        """The conversation of the page; where the server has forgotten it, as the journal has it.

        `talk`: the one that the page shows, by its id; the browser keeps it over a restart.
        """
        if conversation.turns or not isinstance(talk, str) or not talk:
            return conversation
        try:
            return conversation_of(
                self.data, room.desk.catalogue, room.reader, talk[:12], MAX_TURNS - 1
            )
        except TalkUnknown:  # erased meanwhile
            return conversation

    def _no_room(self, room: Room) -> str:
        """Take a place for a question; why there is none, as a French sentence."""
        try:
            self.bounds.begin(payer_of(room.reader, room.address))
        except (TooMany, MemoryShort) as trouble:
            limit = str(trouble.facts.get("reason", "memory"))
            self.bounds.note(limit, room.reader, room.address)
            return spoken(trouble)
        return ""

    def _started(
        self, conversation: Conversation, number: int, question: str, ticket: str
    ) -> Changes:
        p = self.parts
        return {
            p.before: turns(conversation.turns),
            p.current: turn(number, question, None),
            p.stage: working(_("Question reçue…")),
            p.question: "",
            self.ticket: ticket,
            **self._closed(),
        }

    async def stop(self, room: Room, ticket: str) -> None:
        """Stop the question under way. The page puts it back into the box, if that is empty."""
        if ticket in self.running:
            self.running[ticket].stop()

    def begin_anew(self, room: Room) -> Changes:
        """Forget the conversation."""
        p = self.parts
        return {
            p.before: "",
            p.current: "",
            p.stage: "",
            p.question: "",
            p.talk: "",
            self.conversation: self.empty,
            **self._closed(),
        }

    def take_up(self, room: Room, id: object) -> Changes:
        """Go on with a conversation of theirs that the journal keeps."""
        p = self.parts
        said = id if isinstance(id, str) else ""
        try:
            taken = conversation_of(
                self.data, room.desk.catalogue, room.reader, said[:12], MAX_TURNS - 1
            )
        except TalkUnknown as trouble:
            return {p.stage: notice(spoken(trouble))}
        if not taken.turns:
            return {p.stage: notice(UNREADABLE)}
        question, answer = taken.turns[-1]
        return {
            p.before: turns(taken.turns[:-1]),
            p.current: turn(len(taken.turns), question, answer),
            p.stage: "",
            p.talk: taken.id,
            self.conversation: taken,
            **self._first(room, taken),
        }

    async def greet(self, room: Room) -> AsyncIterator[Changes]:
        """What the page learns when it is opened: the fonds, then questions to begin with."""
        import gradio as gr

        p, fonds = self.parts, room.desk.fonds()
        greeted: Changes = {
            p.choose: gr.update(visible=bool(fonds)),
            p.fonds: gr.update(choices=fonds, value=[], visible=len(fonds) > 1),
            p.kinds: gr.update(
                choices=[(_(KINDS[one]), one) for one in room.desk.kinds()], value=[]
            ),
        }
        found = await run_in_threadpool(room.desk.examples)
        if found is None:  # who comes first after an indexing sees the page without waiting
            yield greeted
            greeted = {}
        waited = 0.0
        while found is None and waited < EXAMPLES_AWAITED:
            await asyncio.sleep(LOOKED_AGAIN)
            waited += LOOKED_AGAIN
            found = await run_in_threadpool(room.desk.examples)
        yield greeted | self._examples(found or [])

    def _examples(self, found: Sequence[str]) -> Changes:
        import gradio as gr

        p = self.parts
        changes: Changes = {p.examples_row: gr.update(visible=bool(found))}
        texts = [*found, *[""] * len(p.examples)]
        for button, text in zip(p.examples, texts, strict=False):
            changes[button] = gr.update(value=spaced_text(text), visible=bool(text))
        return changes

    def open(
        self, room: Room, choice: str, conversation: Conversation, view: View | None,
        ticket: str = "", talk: object = "",
    ) -> Changes:  # fmt: skip
        """Open the citation whose link was followed."""
        kept = self._kept(room, conversation, talk)
        chosen = open_reference(kept, str(choice)[:40])
        if chosen is None:
            return {self.view: view}
        if ticket in self.running:  # the first one is still being drawn
            self.running[ticket].followed = chosen.turn
        # never what is known already: an answer that came meanwhile would be lost
        again = {} if kept is conversation else {self.conversation: kept}
        return {**self._opened(room, kept, chosen), **again}

    def move(
        self, room: Room, conversation: Conversation, view: View | None, citations: int, pages: int
    ) -> Changes:
        """Go so many citations or pages further."""
        if view is None:
            return {self.view: None}
        moved = move(conversation, view, citations, pages)
        cited = listed(conversation, moved)[moved.position]
        if room.shelf.page(cited.source_id, moved.page) is None and pages:
            moved = view  # past the last page
        return self._opened(room, conversation, moved)

    def _first(self, room: Room, conversation: Conversation) -> Changes:
        view = first_view(conversation)
        return self._opened(room, conversation, view) if view else {}

    def _opened(self, room: Room, conversation: Conversation, view: View) -> Changes:
        import gradio as gr

        shown: Panel = panel(room.shelf, conversation, view, self._said(conversation, view))
        self._note_opened(room, conversation, view)
        p = self.parts
        leads = (
            shown.previous_citation, shown.next_citation, shown.previous_page, shown.next_page
        )  # fmt: skip
        changes: Changes = {
            p.title: shown.title, p.head: shown.head, p.sheet: shown.body, self.view: view
        }  # fmt: skip
        for button, somewhere in zip(p.moves, leads, strict=True):
            changes[button] = gr.update(interactive=somewhere)
        return changes

    def _said(self, conversation: Conversation, view: View) -> Said | None:
        """What legal staff said of the citation."""
        number = listed(conversation, view)[view.position].number
        answer = answer_of(conversation, view)
        return judgements(self.data, answer).get(number) if answer else None

    def _note_opened(self, room: Room, conversation: Conversation, view: View) -> None:
        """A page shown as text; one that is drawn is noted when its image is asked for."""
        cited = listed(conversation, view)[view.position]
        source = room.shelf.source(cited.source_id)
        if source is not None and not has_paper(source.file):
            note_opened(
                self.journal, room.shelf, room.reader.login, room.address, cited.source_id,
                view.page,
            )  # fmt: skip

    def _closed(self) -> Changes:
        p = self.parts
        return {p.title: "", p.head: "", p.sheet: "", self.view: None}


def _narrowed(kinds: object, since: object, until: object) -> tuple[Narrow, str]:
    """What the search is narrowed to, or why it cannot be, as a French sentence."""
    try:
        return narrow_of(kinds, since, until), ""
    except PeriodRefused as trouble:
        return EVERYTHING, spoken(trouble)


def _moving(chat: Chat, citations: int, pages: int) -> Any:
    """A handler for one of the four buttons."""

    def moving(room: Room, conversation: Conversation, view: View | None) -> Changes:
        return chat.move(room, conversation, view, citations, pages)

    return moving
