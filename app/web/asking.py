"""A question under way: the desk works in a thread, its news come to the page as they happen."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from app.answer import LONGEST_QUESTION
from app.batch import is_text
from app.citations import Answer, Draft
from app.errors import as_trouble, keep_traceback, spoken
from app.web.desk import Conversation, Desk
from app.web.spacing import number
from app.words import _
from ingest.trouble import Trouble
from vectorstore.narrow import EVERYTHING, Narrow

News = str | Draft | Answer
MAX_TURNS = 40  # of a conversation: it is held in memory for each visitor
_DRAWN_AGAIN = 0.25  # seconds: a sentence under way is not drawn for each of its words

_log = logging.getLogger(__name__)
# a question may wait on a chat model: many more threads than cores
_workers = ThreadPoolExecutor(max_workers=64, thread_name_prefix="question")


class Stopped(Exception):
    """The user no longer wants the answer: raised inside the desk's work, at its next news."""


class TookTooLong(Trouble):
    """A question has had all the time that is given to one. Facts: seconds."""


class _Seen:
    """Which drafts are worth drawing: a sentence more, or some words after a while."""

    def __init__(self) -> None:
        self._last = Draft((), "")
        self._at = 0.0

    def worth(self, draft: Draft) -> bool:
        now = time.monotonic()
        if draft == self._last:
            return False
        void = not draft.sentences and not draft.pending  # what was drawn must not stay
        same = draft.sentences == self._last.sentences
        if same and not void and now - self._at < _DRAWN_AGAIN:
            return False
        self._last, self._at = draft, now
        return True


class Asking:
    """One question while the desk works on it."""

    def __init__(
        self, desk: Desk, data: Path, who: str = "local", address: str = "", *,
        seconds: float | None = None, over: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        """`seconds`: for the whole answer; `over` is called when the work has ended, however."""
        self.desk = desk
        self.data = data
        self.who = who
        self.address = address
        self.seconds = seconds
        self.over = over
        self.stopped = False
        self.begun = False
        self.followed = 0  # the turn whose citation was opened meanwhile; 0: none was
        self._news: asyncio.Queue[News | None] = asyncio.Queue()

    def stop(self) -> None:
        """End the news now, and the work at its next. Called on the event loop."""
        self.stopped = True
        self._news.put_nowait(None)

    async def news(
        self, question: str, conversation: Conversation, fonds: Sequence[str] | None,
        narrow: Narrow = EVERYTHING,
    ) -> AsyncIterator[News]:  # fmt: skip
        """Stages in French, what a model writes, then the answer; nothing more once stopped."""
        loop = asyncio.get_running_loop()

        def tell(piece: News) -> None:
            loop.call_soon_threadsafe(self._news.put_nowait, piece)

        def stage(sentence: str) -> None:
            if self.stopped:
                raise Stopped
            tell(sentence)

        seen = _Seen()

        def draft(piece: Draft) -> None:
            if self.stopped:
                raise Stopped
            if seen.worth(piece):
                tell(piece)

        def work() -> None:
            try:
                answer = self.desk.ask(
                    question, conversation=conversation, fonds=fonds, stage=stage, draft=draft,
                    who=self.who, address=self.address, narrow=narrow,
                )  # fmt: skip
                tell(answer)
            except Stopped:
                pass
            except Exception as error:
                tell(failed(question, error, self.data))
            finally:
                self.over()

        self.begun = True
        _workers.submit(work)
        deadline = None if self.seconds is None else loop.time() + self.seconds
        try:
            while (piece := await self._next(deadline)) is not None:
                yield piece
                if isinstance(piece, Answer):
                    return
        except TimeoutError:
            yield failed(question, TookTooLong(seconds=self.seconds), self.data)
        finally:
            self.stopped = True  # the browser went away

    def leave(self) -> None:
        """Nobody waits any more. What was never begun is over."""
        if not self.begun:
            self.over()

    async def _next(self, deadline: float | None) -> News | None:
        left = None if deadline is None else deadline - asyncio.get_running_loop().time()
        return await asyncio.wait_for(self._news.get(), left)


def failed(question: str, error: Exception, data: Path) -> Answer:
    """The answer after an error, as French sentences.

    An expected trouble is told by its own; of a bug of ours the traceback is kept in
    `data`/logs, and the user gets a reference that names it.
    """
    reference = secrets.token_hex(4)
    known = as_trouble(error, data)
    if told := spoken(known):
        return Answer(reference, question, "error", message=told)
    _log.error("question en erreur, référence %s", reference, exc_info=error)
    try:
        reference = keep_traceback(error, data).stem
    except OSError:  # a full disk must not hide the first error
        _log.exception("trace non conservée")
    told = _(
        "Une erreur s'est produite et la question n'a pas reçu de réponse. Réessayez"
        " ; si l'erreur revient, donnez la référence {reference} à votre"
        " administrateur."
    ).format(reference=reference)
    return Answer(reference, question, "error", message=told)


def objection(question: str, conversation: Conversation) -> str:
    """Why a question cannot be asked, as a French sentence; empty when it can."""
    if not question.strip():
        return _("Écrivez une question.")
    if len(question) > LONGEST_QUESTION:
        said, most = (number(n) for n in (len(question), LONGEST_QUESTION))
        return _(
            "Votre question compte {said} caractères ; la limite est de {most}."
            " Raccourcissez-la, puis envoyez-la de nouveau."
        ).format(said=said, most=most)
    if not is_text(question):
        return _("Votre question contient un caractère illisible : tapez-la de nouveau.")
    if len(conversation.turns) >= MAX_TURNS:
        return _("Cette conversation est longue : commencez-en une nouvelle.")
    return ""
