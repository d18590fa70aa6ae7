"""The parts of the documentation that the code itself can say: `python -m tests.docs.written`.

Each part stands between `<!-- écrit : NAME -->` and `<!-- fin -->` in its page. The command writes
them again after a change; tests/docs/test_written.py fails until it has been run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import typer
from pydantic import BaseModel

from app import cli, errors
from app.commands.shared import DEFAULT_DATA
from app.settings import Settings

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_PART = re.compile(r"(<!-- écrit : (.+?) -->\n)(.*?)(<!-- fin -->)", re.DOTALL)


@cache
def commands() -> dict[str, Any]:
    """The commands of `greffe` by name, `eval` included."""
    return dict(typer.main.get_group(cli.app).commands)


def parts(page: str) -> dict[str, str]:
    """What stands between the markers of a page, by name."""
    return {name: text for _, name, text, _ in _PART.findall(page)}


def rewritten(page: str) -> str:
    """A page with each of its parts written again."""
    return _PART.sub(lambda found: f"{found[1]}{written(found[2])}{found[4]}", page)


def written(name: str) -> str:
    """The text of a part: « options ask », « réglages », « erreurs », « pas prêts »."""
    kind, _, subject = name.partition(" ")
    writers: dict[str, Callable[[], str]] = {
        "réglages": settings_tables,
        "erreurs": errors_table,
        "mis": set_aside_table,
        "pas": unfound_table,
    }
    return options_table(subject) if kind == "options" else writers[kind]()


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n"
                   for line in lines)  # fmt: skip


# --- docs/commandes.md


def options_table(name: str) -> str:
    """What a command does, its usage line, its arguments and options; `greffe`: the program's."""
    own: Any = typer.main.get_group(cli.app) if name == "greffe" else commands()[name]
    shown: list[Any] = [param for param in own.params if "--help" not in param.opts]
    words = [_argument(param) for param in shown if param.param_type_name == "argument"]
    usage = " ".join(["greffe", *([] if name == "greffe" else [name]), *words, "[OPTIONS]"])
    rows = [(f"`{_spelled(param)}`", param.help or "", _default(param)) for param in shown]
    return f"{own.help.strip()}\n\n`{usage}`\n\n" + table(
        ("argument ou option", "sens", "par défaut"), rows
    )


def _argument(param: Any) -> str:
    name = param.metavar or param.name.upper()
    return str(name if param.required else f"[{name}]")


def _spelled(param: Any) -> str:
    if param.param_type_name == "argument":
        return str(param.metavar or param.name.upper())
    return str(max(param.opts, key=len))


def _default(param: Any) -> str:
    value = param.default
    return "" if value in (None, "", False) or callable(value) else f"`{value}`"


# --- docs/reglages.md


def settings_tables() -> str:
    """Every setting: first those that stand alone, then part by part."""
    alone = {n: f for n, f in Settings.model_fields.items() if not _is_part(f)}
    told = table(_HEAD, _settings(alone, "")) + "\n"
    for name, field in Settings.model_fields.items():
        if _is_part(field):
            part = field.annotation
            assert part is not None
            assert part.__doc__
            rows = _settings(part.model_fields, f"{name}.")
            told += f"### `[{name}]`\n\n{part.__doc__}\n\n{table(_HEAD, rows)}\n"
    return told


_HEAD = ("réglage", "par défaut", "sens", "variable")


def _is_part(field: Any) -> bool:
    return isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)


def _settings(fields: dict[str, Any], prefix: str) -> Iterable[tuple[str, str, str, str]]:
    for name, field in fields.items():
        value = DEFAULT_DATA if prefix + name == "data" else field.default
        value = list(value) if isinstance(value, tuple) else value
        shown = "vide" if value in (None, "") else f"`{value}`"
        meaning = f"{field.description}{_bounds(field)}"
        variable = "GREFFE_" + f"{prefix}{name}".upper().replace(".", "__")
        yield f"`{prefix}{name}`", shown, meaning, f"`{variable}`"


def _bounds(field: Any) -> str:
    least = next((m.ge for m in field.metadata if hasattr(m, "ge")), None)
    most = next((m.le for m in field.metadata if hasattr(m, "le")), None)
    if least is not None and most is not None:
        return f" De {least} à {most}."
    return f" Au moins {least}." if least is not None else ""


# --- docs/messages.md


def errors_table() -> str:
    """Every sentence, in the order of the exit codes."""
    rows = sorted(errors.SENTENCES.items(), key=lambda item: item[1].code)
    return table(
        ("code", "ce qui est dit", "que faire", "nom"),
        [
            (str(say.code), _holes(say.happened), _holes(say.todo), f"`{name}`")
            for name, say in rows
        ],
    )


def _holes(sentence: str) -> str:
    return re.sub(r"\{\w+\}", "…", sentence).replace("….", "…")


def set_aside_table() -> str:
    """Every reason why a file is set aside."""
    rows = [(f"`{reason}`", said, todo) for reason, (said, todo) in errors.SET_ASIDE.items()]
    return table(("raison", "ce qui est dit", "que faire"), rows)


def unfound_table() -> str:
    """Every reason why a record is not ready."""
    rows = [(f"`{reason}`", said) for reason, said in errors.UNFOUND.items()]
    return table(("raison", "ce qui est dit"), rows)


def main() -> None:
    """Write all parts of all pages again."""
    for path in sorted(DOCS.rglob("*.md")):
        before = path.read_text(encoding="utf-8")
        after = rewritten(before)
        if after != before:
            path.write_text(after, encoding="utf-8")
            print(f"écrit : {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
