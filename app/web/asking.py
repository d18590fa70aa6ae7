"""A question under way: the desk works in a thread, its news come to the page as they happen."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from app.citations import Answer
from app.errors import keep_traceback, sentence
from app.web.desk import Conversation, Desk

MAX_QUESTION = 2000  # characters
MAX_TURNS = 40  # of a conversation: it is held in memory for each visitor

_log = logging.getLogger(__name__)
# a question may wait on a chat model: many more threads than cores
_workers = ThreadPoolExecutor(max_workers=64, thread_name_prefix="question")


class Stopped(Exception):
    """The user no longer wants the answer: raised at the next stage, inside the desk's work."""


class Asking:
    """One question while the desk works on it."""

    def __init__(self, desk: Desk, data: Path) -> None:
        self.desk = desk
        self.data = data
        self.stopped = False
        self._news: asyncio.Queue[str | Answer | None] = asyncio.Queue()

    def stop(self) -> None:
        """End the news now, and the work at its next stage. Called on the event loop."""
        self.stopped = True
        self._news.put_nowait(None)

    async def news(
        self, question: str, conversation: Conversation, fonds: Sequence[str] | None
    ) -> AsyncIterator[str | Answer]:
        """Stages as French sentences, then the answer; nothing more once stopped."""
        loop = asyncio.get_running_loop()

        def tell(piece: str | Answer) -> None:
            loop.call_soon_threadsafe(self._news.put_nowait, piece)

        def stage(sentence: str) -> None:
            if self.stopped:
                raise Stopped
            tell(sentence)

        def work() -> None:
            try:
                tell(self.desk.ask(question, conversation=conversation, fonds=fonds, stage=stage))
            except Stopped:
                pass
            except Exception as error:
                tell(failed(question, error, self.data))

        _workers.submit(work)
        try:
            while (piece := await self._news.get()) is not None:
                yield piece
                if isinstance(piece, Answer):
                    return
        finally:
            self.stopped = True  # the browser went away


def failed(question: str, error: Exception, data: Path) -> Answer:
    """The answer after an error, as French sentences.

    An expected trouble is told by its own; of a bug of ours the traceback is kept in
    `data`/logs, and the user gets a reference that names it.
    """
    reference = secrets.token_hex(4)
    say = sentence(error)
    if say is not None:
        return Answer(reference, question, "error", message=f"{say.happened} {say.todo}")
    _log.error("question en erreur, référence %s", reference, exc_info=error)
    try:
        reference = keep_traceback(error, data).stem
    except OSError:  # a full disk must not hide the first error
        _log.exception("trace non conservée")
    told = (
        "Une erreur s'est produite et la question n'a pas reçu de réponse. Réessayez ; si"
        f" l'erreur revient, donnez la référence {reference} à votre administrateur."
    )
    return Answer(reference, question, "error", message=told)


def objection(question: str, conversation: Conversation) -> str:
    """Why a question cannot be asked, as a French sentence; empty when it can."""
    if not question.strip():
        return "Écrivez une question."
    if len(question) > MAX_QUESTION:
        said = f"{len(question):,}".replace(",", "\u202f")
        return (
            f"Votre question compte {said} caractères ; la limite est de 2\u202f000."
            " Raccourcissez-la, puis envoyez-la de nouveau."
        )
    if len(conversation.turns) >= MAX_TURNS:
        return "Cette conversation est longue : commencez-en une nouvelle."
    return ""
