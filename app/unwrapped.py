"""Unwraps the JSON that a server was asked to keep to, as it comes, into text with [n] markers.

`{"phrases": [{"texte": "Le repas coûte 3 €.", "extraits": [1, 2]}]}` gives the line
« Le repas coûte 3 €. [1, 2] »; no sentence at all gives « NON TROUVÉ ». What is no such JSON is
given as it is: the server did not keep to what it was asked.
"""

from __future__ import annotations

import json
from typing import Any

NOT_FOUND = "NON TROUVÉ"
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "phrases": {
            "type": "array",
            "maxItems": 5,
            "items": {
                "type": "object",
                "properties": {
                    "texte": {"type": "string"},
                    "extraits": {"type": "array", "items": {"type": "integer"}, "maxItems": 5},
                },
                "required": ["texte", "extraits"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["phrases"],
    "additionalProperties": False,
}
RESPONSE_FORMAT = {
    "type": "json_schema",
    "json_schema": {"name": "reponse", "strict": True, "schema": SCHEMA},
}


class Unwrapped:
    """Takes chunks of JSON, gives the text that they hold."""

    def __init__(self) -> None:
        self._plain: bool | None = None  # not known before the first character
        self._depth = 0
        self._key = ""
        self._value = False  # after a colon
        self._string: str | None = None  # the one that is open, as far as it goes
        self._escape = ""
        self._open = False  # a marker was begun
        self._told = False  # something was said

    def feed(self, chunk: str) -> str:
        """The text that these characters complete."""
        return "".join(map(self._step, chunk))

    def _step(self, char: str) -> str:
        if self._plain is None and not char.isspace():
            self._plain = char != "{"
        if self._plain:
            return char
        if self._string is not None:
            return self._in_string(char)
        if char == '"':
            self._string = ""
        elif char == ":":
            self._value = True
        elif char in "{},":
            return self._structure(char)
        elif self._value and self._key == "extraits":
            return self._number(char)
        return ""

    def _number(self, char: str) -> str:
        """Of an array of extracts: « [ », the first digit opens it, « ] »."""
        if char == "]":
            self._value = False
            closing, self._open = "]" if self._open else "", False
            return closing
        if not char.isdecimal():
            return ""
        opening, self._open = "" if self._open else " [", True
        return opening + char

    def _structure(self, char: str) -> str:
        if char == "," and self._value and self._key == "extraits":
            return ", " if self._open else ""
        self._depth += {"{": 1, "}": -1}.get(char, 0)
        self._value, self._key = False, ""
        if char == "}" and self._depth == 1:
            return "\n"
        return NOT_FOUND if char == "}" and self._depth == 0 and not self._told else ""

    def _in_string(self, char: str) -> str:
        assert self._string is not None
        if self._escape or char == "\\":
            self._escape += char
            return self._escaped()
        if char == '"':
            if not self._value:
                self._key = self._string
            self._string = None
            self._value = False
            return ""
        return self._character(char)

    def _escaped(self) -> str:
        whole = len(self._escape) == 6 if self._escape[1:2] == "u" else len(self._escape) == 2
        if not whole:
            return ""
        escape, self._escape = self._escape, ""
        try:
            char = str(json.loads(f'"{escape}"'))
        except ValueError:
            return ""
        return "" if "\ud800" <= char <= "\udfff" else self._character(char)

    def _character(self, char: str) -> str:
        if self._value and self._key == "texte":
            return self._said(" " if char.isspace() else char)
        self._string = (self._string or "") + char
        return ""

    def _said(self, text: str) -> str:
        self._told = True
        return text
