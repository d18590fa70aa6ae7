"""A chat model in the building, through any OpenAI-compatible server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.trouble import Trouble
from prompts import prompt, version

_MOST_CHARACTERS = 6000  # of extracts: whole ones are dropped, the best are kept
NOT_FOUND = "NON TROUVÉ"


class ModelServerSilent(Trouble):
    """No usable answer from the server. Facts: url, detail."""


@dataclass(frozen=True, slots=True)
class Chat:
    """Where the model is, and how long it may take."""

    url: str
    name: str
    key: str
    seconds: int

    @property
    def prompt_version(self) -> str:
        """Of the prompt in use."""
        return version("reponse")

    def write(self, question: str, extracts: Sequence[str]) -> str:
        """The model's text, with its [n] markers.

        Raises:
            ModelServerSilent: refused, too slow, an error, or an empty text.
        """
        import httpx
        import openai
        from langchain_core.prompts import PromptTemplate
        from langchain_openai import ChatOpenAI
        from pydantic import SecretStr

        text = PromptTemplate.from_template(prompt("reponse")).format(
            extraits=_numbered(extracts), question=question
        )
        try:
            # no proxy of the environment, and nobody is followed out of the building
            with httpx.Client(trust_env=False, follow_redirects=False) as http:
                model = ChatOpenAI(
                    base_url=self.url, model=self.name or "default",
                    api_key=SecretStr(self.key or "aucune"), temperature=0, timeout=self.seconds,
                    max_retries=0, max_completion_tokens=400, http_client=http,
                )  # fmt: skip
                reply = model.invoke(text)
        except (openai.OpenAIError, ValueError, OSError, TypeError, LookupError) as error:
            # TypeError, LookupError: a reply without choices, from a server that is no model
            detail = f"{type(error).__name__}"
            raise ModelServerSilent(url=self.url, detail=detail) from error
        content = reply.content if isinstance(reply.content, str) else ""
        if not content.strip():
            raise ModelServerSilent(url=self.url, detail="réponse vide")
        return content.strip()


def kept(extracts: Sequence[str]) -> int:
    """How many extracts fit, best first; one always does."""
    size = 0
    for count, extract in enumerate(extracts):
        size += len(extract)
        if count and size > _MOST_CHARACTERS:
            return count
    return len(extracts)


def _numbered(extracts: Sequence[str]) -> str:
    return "\n\n".join(f"[{number}] {extract}" for number, extract in enumerate(extracts, 1))
