"""French for what typer says by itself: the help's headings, and what is wrong with a command."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

UsageError: Any = typer.BadParameter.__mro__[1]  # typer keeps the class itself to itself
_Formatter: Any = typer.Context.formatter_class

_HEADINGS = {"Options": "Options", "Arguments": "Arguments", "Commands": "Commandes"}
_RANGES = (
    (re.compile(r"(-?\d+)<=x<=(-?\d+)"), r"de \1 à \2"),
    (re.compile(r"\bx>=(-?\d+)"), r"au moins \1"),
    (re.compile(r"\bx<=(-?\d+)"), r"au plus \1"),
)
_CELLS = (
    (re.compile(r"Show this message and exit\."), "Montrer cette aide."),
    (re.compile(r" <list\[Path\]>"), ""),  # the argument's own name says it
    (re.compile(r"<path>"), "CHEMIN"),
    (re.compile(r"<(?:int|float|integer)[^>]*>"), "NOMBRE"),
    (re.compile(r"<(?:list\[)?(?:str|text)[^>]*>"), "TEXTE"),
    (re.compile(r"\[default: ([^\]]*)\]"), r"[par défaut : \1]"),
    (re.compile(r"\[required\]"), "[obligatoire]"),
    (re.compile(r"; required\]"), " ; obligatoire]"),
    (re.compile(r"\bdefault: "), "par défaut : "),
    (re.compile(r"(?<=[^\s;]); (?=[^\[\]]*<=?x|x[<>])"), " ; "),
    *_RANGES,
)
_USAGE = (
    (re.compile(r"COMMAND \[ARGS\]\.\.\."), "COMMANDE [ARGUMENTS]…"),
    (re.compile(r"\{(.+)…\}\.\.\."), r"\1…"),
    (re.compile(r"\.\.\."), "…"),
)
# typer's sentence -> ours; what stands in brackets is kept.
_SAID = (
    (r"No such option: (.+?)(?: \(Possible options: (.+)\))?", "L'option {0} n'existe pas{1}"),
    (r"No such command '(.+)'\.", "La commande « {0} » n'existe pas"),
    (r"Missing command\.", "Il manque la commande"),
    (r"Missing (?:argument|option|parameter) (.+?)\.?", "Il manque {0}"),
    (r"Got unexpected extra argument\(s\) \((.+)\)", "De trop : {0}"),
    (r"Option '(.+)' requires an argument\.?", "L'option {0} attend une valeur"),
    (r"Option '(.+)' does not take a value\.?", "L'option {0} n'attend pas de valeur"),
    (r"Invalid value for (.+?): (.+)", "Valeur refusée pour {0} : {1}"),
    (r"Invalid value: (.+)", "{0}"),
)  # fmt: skip
_VALUES = (
    (r"(.+) is not in the range (.+)\.", r"\1 n'est pas permis : \2"),
    (r"(?:Value )?(.+) is not a valid (?:int|integer)(?: range)?\.", r"\1 n'est pas un entier"),
    (r"(?:Value error, )?'(.*)' is not one of (.+)\.", r"« \1 » n'est pas l'un de \2"),
    (r"Input should be a valid integer.*", "il faut un nombre entier"),
    (r"Input should be greater than or equal to (\S+)", r"il faut au moins \1"),
    (r"Input should be less than or equal to (\S+)", r"il faut au plus \1"),
)  # fmt: skip


class _French(_Formatter):  # type: ignore[misc]
    """Lays a page of help out, its own words in French."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, _replaced(args, _USAGE), prefix or "Emploi : ")

    def write_heading(self, heading: str) -> None:
        super().write_heading(f"{_HEADINGS.get(heading, heading)} ")

    def write_dl(self, rows: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        french = [(_replaced(name, _CELLS), _replaced(words, _CELLS)) for name, words in rows]
        super().write_dl(french, *args, **kwargs)


class _Context(typer.Context):
    formatter_class = _French


class Command(TyperCommand):
    """A command whose help is French."""

    context_class = _Context

    def get_short_help_str(self, limit: int = 45) -> str:
        """The first sentence whole: what is too long for a line goes on in the next."""
        return " ".join((self.help or "").split("\n\n")[0].split())


class Group(TyperGroup):
    """All the commands, with their help in French."""

    context_class = _Context


def explained(error: Any) -> str:
    """What is wrong with the arguments, and how to see what is right; or the help itself."""
    if type(error).__name__ == "NoArgsIsHelpError":
        return str(error.format_message())
    path = error.ctx.command_path if error.ctx is not None else "greffe"
    return f"{_sentence(error.format_message())}.\nVoyez `{path} --help`."


def _sentence(said: str) -> str:
    for pattern, ours in _SAID:
        found = re.fullmatch(pattern, said, re.DOTALL)
        if found:
            parts = [part or "" for part in found.groups()]
            if "Possible" in pattern and parts[1]:
                parts[1] = f" (vouliez-vous dire {parts[1]} ?)"
            filled = ours.format(*(_value(part) for part in parts))
            return (filled[0].upper() + filled[1:]).rstrip(".")
    return _value(said).rstrip(".")


def _value(said: str) -> str:
    for pattern, ours in _VALUES:
        found = re.fullmatch(pattern, said, re.DOTALL)
        if found:
            return _replaced(found.expand(ours), _RANGES)
    return said


def _replaced(text: str, pairs: Sequence[tuple[re.Pattern[str], str]]) -> str:
    for pattern, ours in pairs:
        text = pattern.sub(ours, text)
    return text
