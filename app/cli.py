"""The commands. stdout is the answer, stderr the talk, the exit code the verdict."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from importlib.metadata import entry_points, version
from pathlib import Path
from typing import Annotated

import typer

from app import egress, errors, usage
from app.commands import (
    adapt,
    ask,
    curated,
    demo,
    doctor,
    export,
    groups,
    ingest,
    init,
    journal,
    models,
    rebuild,
    replay,
    schedule,
    search,
    serve,
    settings,
    show,
    status,
    users,
    verify,
    withdraw,
)
from app.commands.shared import data_folder, note_stopped

app = typer.Typer(
    name="greffe",
    cls=usage.Group,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)

for module in (
    init, ingest, ask, search, show, serve, status, doctor, settings, demo, rebuild, withdraw,
    models, schedule, adapt,
    users, groups, journal, replay, export, verify, curated,
):  # fmt: skip
    app.command(module.NAME)(module.command)
for entry in entry_points(group="greffe.commands"):
    entry.load()(app)
for known in app.registered_commands:
    known.cls = usage.Command


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"greffe {version('greffe')}")
        raise typer.Exit


@app.callback()
def _options(
    data: Annotated[
        Path | None, typer.Option(help="Dossier des données (ou GREFFE_DATA).", show_default=False,
                                  readable=False)
    ] = None,
    shown: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True,
                           help="Version du programme.")
    ] = False,
) -> None:  # fmt: skip
    """Des réponses prouvées, tirées des actes de la collectivité, sans que rien n'en sorte."""
    if data is not None:
        os.environ["GREFFE_DATA"] = str(data)


def main() -> None:
    """Run a command inside the one error boundary; exits with the documented code."""
    egress.stand_wall(data_folder)
    os.umask(0o077)  # what is indexed and asked is for the account that runs Greffe alone
    code = guarded(lambda: app(standalone_mode=False, prog_name="greffe"))
    note_stopped()
    sys.exit(code)


def guarded(run: Callable[[], object]) -> int:
    """Run something; expected trouble becomes its sentence and its exit code."""
    try:
        egress.harden()
        outcome = run()
        if outcome == errors.INTERRUPTED:  # typer makes a code of Ctrl-C
            return _interrupted()
        return outcome if isinstance(outcome, int) else errors.DONE
    except (KeyboardInterrupt, typer.Abort):
        return _interrupted()
    except BrokenPipeError:  # `greffe … | head`: the reader has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return errors.DONE
    except Exception as error:
        return _explain(error)


def _explain(error: Exception) -> int:
    if isinstance(error, usage.UsageError):
        _say(usage.explained(error))
        return errors.USAGE
    known = errors.sentence(errors.as_trouble(error, data_folder()))
    if known is not None:
        _say(f"{known.happened}\n{known.todo}")
        return known.code
    try:
        path = errors.keep_traceback(error, data_folder())
        _say(f"Erreur inattendue. Détail gardé dans {path} : signalez-le.")
    except OSError:  # no place for it: the one who reports it has nothing else
        _say("Erreur inattendue, à signaler avec ce qui suit.")
        traceback.print_exception(error)
    return errors.BUG


def _interrupted() -> int:
    _say("Interrompu. Ce qui était publié sert toujours ; relancez pour reprendre.")
    return errors.INTERRUPTED


def _say(text: str) -> None:
    print(text, file=sys.stderr)


if __name__ == "__main__":
    main()
