"""What was withdrawn, and whether what an answer rests on went with it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from app.words import N_
from ingest.objects import Object, Sought, objects_of

Place = tuple[str, str]  # fonds, source

GONE = N_(
    "Cette réponse repose sur un document qui a été retiré ou remplacé depuis : posez la question"
    " de nouveau."
)


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Files that were withdrawn, by their content too: a file may have had other names.

    Attributes:
        contents: (fonds, source) of each → SHA-256 of its content; empty where it is not known.
        is_live: whether a fonds shows a source of this name.
        is_shown: whether any fonds shows this content.
        earlier: SHA-256 of one of these contents → of those that it has replaced by corrections.
        objects: of the acts of these files.
        titles: gives the objects of all acts that are shown.
    """

    contents: Mapping[Place, str]
    is_live: Callable[[str, str], bool] = lambda fonds, source: True
    is_shown: Callable[[str], bool] = lambda sha256: False
    earlier: Mapping[str, Collection[str]] = field(default_factory=dict[str, Collection[str]])
    objects: Collection[Object] = ()
    titles: Callable[[], Iterable[str]] = tuple

    def of(self, fonds: str, source: str, sha256: str) -> set[Place]:
        """Those that a place is, by its name or its content, that of before a correction too."""
        found = {(fonds, source)} & self.contents.keys()
        same = {
            place
            for place, content in self.contents.items()
            if sha256 and (content == sha256 or sha256 in self.earlier.get(content, ()))
        }
        return found if not same or self.is_shown(sha256) else found | same

    def takes(self, fonds: str, source: str, sha256: str) -> bool:
        """Whether the words of a place have to go.

        Those too of a name that nothing has any more, where its content is not shown either: it may
        be what the withdrawn file was before.
        """
        if self.of(fonds, source, sha256):
            return True
        return not self.is_live(fonds, source) and not (sha256 and self.is_shown(sha256))

    def naming(self, texts: Mapping[int, str], quoted: Iterable[str] = ()) -> set[int]:
        """Which texts hold the whole object of an act that went, and that no other act shows.

        `quoted`: more of these objects, as the answers that go quote them.
        """
        sought = Sought({*self.objects, *objects_of(quoted)})
        held = {key: found for key, text in texts.items() if (found := sought.held_by(text))}
        if not held:
            return set()
        shown = set[Object]().union(*map(sought.held_by, self.titles()))
        return {key for key, found in held.items() if found - shown}
