"""The command line. Each command parses, calls one library function, and prints."""

from __future__ import annotations

import contextlib
import gc
import os
import re
import sys
from importlib import import_module

import click

# Command -> module and its line in `kg --help`: the module is loaded only when the command is called.
COMMANDS: dict[str, tuple[str, str]] = {
    "ask": ("questions", "Answer a named question; without a name, list them."),
    "build": ("facts", "Write triples from the tables of facts."),
    "cache": ("stores", "Show or clear the folder of compiled stores."),
    "chains": ("chains", "Show how antibodies act, link by link, and what breaks it."),
    "check": ("checks", "Check rules, shapes and provenance of the graph."),
    "coverage": ("chains", "Tell what still works under each documented escape."),
    "explain": ("pairs", "Tell what speaks for and against a pair of antigens, and what would refute it."),
    "export": ("networks", "Write the graph as one file for other tools."),
    "expression": ("expression", "Show where an antigen is highest, in tumors and in normal tissue."),
    "import": ("facts", "Write tables of facts from upstream files."),
    "pairs": ("pairs", "Rank antigen pairs of one family for one intent, and tell how open each is."),
    "path": ("networks", "Find the best paths between two entities, with evidence at every step."),
    "report": ("reports", "Build, check, answer and draw into a folder that opens offline."),
    "show": ("entities", "Show all that is known of one entity, with evidence."),
    "sparql": ("questions", "Run a read-only SPARQL query."),
    "stats": ("stores", "Count what there is, by type, source, level and reading."),
    "view": ("entities", "Draw the neighborhood of entities as one HTML file."),
}
_ATTRIBUTES = {"import": "import_"}


class LazyGroup(click.Group):
    """A group that knows its commands by name and loads one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"kg.cli.{COMMANDS[cmd_name][0]}")
        command = getattr(module, _ATTRIBUTES.get(cmd_name, cmd_name))
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in sorted(COMMANDS.items())])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=3)
            hint = f" Did you mean {' or '.join(near)}?" if near else ""
            raise click.UsageError(f"No command {args[0]!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="bsab-kg", prog_name="kg")
def cli() -> None:
    """A knowledge graph of bispecific antibodies against solid tumors.

    For research use; not medical advice. Curation is machine-assisted and no clinician has reviewed it.
    """


def main(args: list[str] | None = None) -> None:
    """Run the command line and exit: 0 fine, 1 findings or failure, 2 wrong usage, 130 interrupted."""
    # A short process: collecting cycles and taking the interpreter apart would be a sixth of `kg show`.
    gc.disable()
    for name in ("stdin", "stdout", "stderr"):  # closed by the caller: nothing comes in, and nobody listens
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w"))  # noqa: SIM115, PTH123
    code = run(args)
    with contextlib.suppress(OSError):  # said by `run` already
        sys.stdout.flush()
    with contextlib.suppress(OSError):
        sys.stderr.flush()
    os._exit(code)


def run(args: list[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    given = sys.argv[1:] if args is None else args
    debug = "--debug" in given
    try:
        code = cli.main(args=given, prog_name="kg", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.UsageError as error:
        error.show()
        return 2
    except click.ClickException as error:
        error.show()
        return 1
    except (click.Abort, KeyboardInterrupt):
        click.echo("kg: interrupted", err=True)
        return 130
    except (BrokenPipeError, SystemExit):  # click turns the one into the other
        # The reader has gone: say nothing, and keep Python from complaining at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _report(error, debug)


def _report(error: Exception, debug: bool) -> int:
    from kg.errors import KgError

    if debug:
        raise error
    if isinstance(error, KgError):
        click.echo(f"kg: {error}", err=True)
        return error.exit_code
    if isinstance(error, OSError):
        _discard_stdout()
        click.echo(f"kg: {error.strerror or error}{f': {error.filename}' if error.filename else ''}", err=True)
        return 1
    if isinstance(error, RuntimeError) and str(error).startswith("Corruption"):  # of a compiled store, while reading
        click.echo("kg: the compiled store is damaged (run kg cache clear, and again)", err=True)
        return 1
    if isinstance(error, UnicodeEncodeError) and re.search("[\ud800-\udfff]", str(error.object)):
        click.echo("kg: an argument is not in this locale's encoding (set PYTHONUTF8=1, or write UTF-8)", err=True)
        return 2
    if isinstance(error, UnicodeEncodeError):
        click.echo("kg: the terminal's encoding cannot show the answer (set PYTHONUTF8=1)", err=True)
        return 1
    if isinstance(error, MemoryError | RecursionError):
        click.echo(f"kg: out of memory ({type(error).__name__})", err=True)
        return 1
    click.echo(f"kg: internal error: {type(error).__name__}: {error} (run again with --debug and report it)", err=True)
    return 1


def _discard_stdout() -> None:
    """Drop what could not be written, so that the interpreter does not try again at exit."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
