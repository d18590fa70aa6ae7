"""What was withdrawn, and whether what an answer rests on went with it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

Place = tuple[str, str]  # fonds, source


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Files that were withdrawn, by their content too: a file may have had other names.

    Attributes:
        contents: (fonds, source) of each → SHA-256 of its content; empty where it is not known.
        is_live: whether a fonds shows a source of this name.
        is_shown: whether any fonds shows this content.
        earlier: SHA-256 of one of these contents → of those that it has replaced by corrections.
    """

    contents: Mapping[Place, str]
    is_live: Callable[[str, str], bool] = lambda fonds, source: True
    is_shown: Callable[[str], bool] = lambda sha256: False
    earlier: Mapping[str, Collection[str]] = field(default_factory=dict[str, Collection[str]])

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
