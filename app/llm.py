"""A chat model in the building, through any OpenAI-compatible server."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import AsyncIterator, Generator, Iterator, Sequence
from dataclasses import dataclass

from app.budget import AROUND, fitting, tokens
from app.drawn import drawn
from app.unwrapped import RESPONSE_FORMAT, Unwrapped
from ingest.trouble import Trouble
from prompts import prompt, version

# Who keeps to a JSON schema, by what they call the owner of their models: vLLM, llama.cpp, Ollama
_KEEP_TO_SCHEMA = frozenset({"vllm", "llamacpp", "library"})
_offers: dict[str, bool] = {}  # by address: what a server has said of itself
_ASKING = 3.0  # seconds for a server to say what it is
_BEAT = 0.1  # seconds after which a reader is asked whether it still reads
_CHARACTERS = 8  # at most, on average, of a token: bounds a server that ignores its own
# What could close the frame of the extracts, or be a token of a chat template
_TAG = re.compile(r"<(?=[\w/|!])|\[(?=/?[A-Z_]{3,}\])")


class ModelServerSilent(Trouble):
    """No usable answer from the server. Facts: url, detail."""


class ContextTooSmall(Trouble):
    """Not one passage fits beside the question. Facts: context (tokens)."""


@dataclass(frozen=True, slots=True)
class Chat:
    """Where the model is, how long it may take, how much it may read and write."""

    url: str
    name: str
    key: str
    seconds: int  # for the whole answer
    silence: int = 20  # seconds between two words
    context: int = 4096  # tokens that the server holds: question, extracts and answer
    length: int = 400  # tokens of an answer
    schema: bool = False  # have the server keep to a JSON schema, if it is one that can

    @property
    def prompt_version(self) -> str:
        """Of the prompt in use."""
        names = ("reponse", "phrases") if self._constrained else ("reponse",)
        return "+".join(map(version, names))

    @property
    def _constrained(self) -> bool:
        return self.schema and _offers.get(self.url, False)

    def ask_what_it_offers(self) -> None:
        """Ask the server for its models, once: who serves them tells what it can."""
        import httpx

        if not self.schema or self.url in _offers:
            return
        with (
            contextlib.suppress(httpx.HTTPError, ValueError, TypeError, LookupError),
            httpx.Client(trust_env=False, follow_redirects=False, timeout=_ASKING) as http,
        ):
            key = {"Authorization": f"Bearer {self.key or 'aucune'}"}
            said = http.get(f"{self.url.rstrip('/')}/models", headers=key).raise_for_status()
            owners = {model["owned_by"] for model in said.json()["data"]}
            _offers[self.url] = bool(owners & _KEEP_TO_SCHEMA)

    def kept(self, question: str, extracts: Sequence[str]) -> int:
        """How many extracts fit in the context beside the question, best first.

        Raises:
            ContextTooSmall: not one does.
        """
        bare = tokens(self._prompt(question, ())) + AROUND
        numbered = [_numbered(number, extract) for number, extract in enumerate(extracts, 1)]
        count = fitting(self.context - self.length - bare, numbered)
        if extracts and not count:
            raise ContextTooSmall(context=self.context)
        return count

    def write(self, question: str, extracts: Sequence[str]) -> Generator[str, None, None]:
        """The model's text as it comes, with its [n] markers; "" while nothing comes.

        Closing this generator closes the connection. The text may end before its last sentence
        does: the server stopped it at `length`.

        Raises:
            ModelServerSilent: refused, too slow, an error, cut in the middle, or an empty text.
        """
        import langchain_openai  # noqa: F401 - seconds that are not the server's

        text = self._prompt(question, extracts)
        unwrapped = Unwrapped()
        try:
            with contextlib.closing(drawn(lambda: self._said(text), _BEAT)) as pieces:
                for words in self._in_time(pieces):
                    yield unwrapped.feed(words) if self._constrained else words
        except _expected() as error:
            raise self._silent(_cause(error)) from error

    def _in_time(self, pieces: Iterator[tuple[str, str] | None]) -> Iterator[str]:
        """Within the time and the length that are granted."""
        started = last = time.monotonic()
        written, blank, why = 0, True, ""
        for piece in pieces:
            now = time.monotonic()
            if now - started > self.seconds:
                raise self._silent(f"réponse inachevée après {self.seconds} s")
            if piece is None or not piece[0]:
                if written and now - last > self.silence:
                    raise self._silent(f"interrompu {self.silence} s au milieu de sa réponse")
                why = piece[1] or why if piece else why
                yield ""
                continue
            last, (words, end) = now, piece
            why = end or why
            written += len(words)
            blank = blank and not words.strip()
            yield words
            if written > self.length * _CHARACTERS:
                return
        if blank:
            raise self._silent("réponse vide")
        if not why:
            raise self._silent("coupé au milieu de sa réponse")

    async def _said(self, text: str) -> AsyncIterator[tuple[str, str]]:
        """(words, why it ends) as the server sends them."""
        import httpx
        from langchain_openai import ChatOpenAI
        from pydantic import SecretStr

        # no proxy of the environment, and nobody is followed out of the building
        alone = {"trust_env": False, "follow_redirects": False}
        with httpx.Client(**alone) as unused:  # type: ignore[arg-type]
            async with httpx.AsyncClient(**alone) as http:  # type: ignore[arg-type]
                model = ChatOpenAI(
                    base_url=self.url, model=self.name or "default",
                    api_key=SecretStr(self.key or "aucune"), temperature=0,
                    timeout=self.seconds, stream_chunk_timeout=None, stream_usage=False,
                    max_retries=0, max_completion_tokens=self.length,
                    extra_body=self._besides(),
                    http_client=unused, http_async_client=http,
                )  # fmt: skip
                async for chunk in model.astream(text):
                    words = chunk.content if isinstance(chunk.content, str) else ""
                    yield words, str(chunk.response_metadata.get("finish_reason") or "")

    def _besides(self) -> dict[str, object]:
        """What is asked of the server in its own words."""
        body: dict[str, object] = {"max_tokens": self.length}  # what Ollama calls it
        return body | ({"response_format": RESPONSE_FORMAT} if self._constrained else {})

    def _prompt(self, question: str, extracts: Sequence[str]) -> str:
        form = f"\n{prompt('phrases')}" if self._constrained else ""
        return _prompt(question, extracts) + form

    def _silent(self, detail: str) -> ModelServerSilent:
        return ModelServerSilent(url=self.url, detail=detail)


def _expected() -> tuple[type[Exception], ...]:
    """What a server that is down, or no model server at all, makes the libraries raise."""
    import httpx
    import openai

    return (
        openai.OpenAIError, httpx.HTTPError, ValueError, OSError, TypeError, LookupError,
        AttributeError,
    )  # fmt: skip


def _cause(error: Exception) -> str:
    import httpx
    import openai

    if isinstance(error, openai.APITimeoutError | httpx.TimeoutException):
        return "pas de réponse à temps"
    if isinstance(error, openai.APIStatusError):
        return f"erreur HTTP {error.status_code}"
    if isinstance(error, openai.APIConnectionError):
        return "connexion impossible"
    if isinstance(error, httpx.HTTPError):
        return "coupé au milieu de sa réponse"
    if isinstance(error, openai.APIError):
        return "erreur au milieu de sa réponse"
    return "ce n'est pas la réponse d'un modèle"


def _prompt(question: str, extracts: Sequence[str]) -> str:
    from langchain_core.prompts import PromptTemplate

    numbered = (_numbered(number, extract) for number, extract in enumerate(extracts, 1))
    holes = {"extraits": "\n\n".join(numbered), "question": _inert(question)}
    return str(PromptTemplate.from_template(prompt("reponse")).format(**holes))


def _numbered(number: int, extract: str) -> str:
    return f"[{number}] {_inert(extract)}"


def _inert(text: str) -> str:
    """Text that a chat template or the frame of the extracts cannot be broken by."""
    return _TAG.sub(lambda found: {"<": "‹", "[": "("}[found[0]], text)
