"""Options that several commands share, and what they open."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from kg.paths import Root
    from kg.query import Answer
    from kg.store import Opened, Progress

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def root_option(function: Decorated) -> Decorated:
    """`--root` and `--debug`."""
    function = click.option("--debug", is_flag=True, expose_value=False, help="Show tracebacks.")(function)
    return click.option(
        "--root", metavar="DIR", envvar="KG_ROOT", help="Another tree with ontology/ and data/ [KG_ROOT]."
    )(function)


def view_options(function: Decorated) -> Decorated:
    """`--as-of`, `--include-unread`, `--root`, `-q` and `--debug`."""
    function = root_option(function)
    function = click.option("-q", "--quiet", is_flag=True, help="No words on stderr.")(function)
    function = click.option("--include-unread", is_flag=True, help="Also claims whose source was not read.")(function)
    return click.option("--as-of", metavar="DATE", help="Only what was known by then (YYYY[-MM[-DD]]).")(function)


def format_option(function: Decorated) -> Decorated:
    """`--format`."""
    return click.option(
        "--format",
        "style",
        type=click.Choice(("table", "tsv", "json", "md")),
        default="table",
        show_default=True,
        help="Form of the answer.",
    )(function)


def find_root(given: str | None) -> Root:
    """The tree of `--root`, loaded late: see `kg.paths.find_root`."""
    from kg.paths import find_root as find

    return find(given)


def open_view(root: str | None, as_of: str | None, include_unread: bool, quiet: bool) -> Opened:
    """The store of the view that the options name."""
    from kg.store import make_view, open_store

    return open_store(find_root(root), make_view(as_of, include_unread), None if quiet else progress_bar())


def progress_bar() -> Progress:
    """A progress bar on stderr; silent where stderr is no terminal."""
    state: dict[str, Any] = {}

    def tell(what: str, done: int, of: int) -> None:
        if "bar" not in state:
            state["bar"] = click.progressbar(length=of, label=what, file=sys.stderr, hidden=not sys.stderr.isatty())
            state["at"] = 0
            state["bar"].__enter__()
        state["bar"].update(done - state["at"])
        state["at"] = done
        if done >= of:
            state["bar"].__exit__(None, None, None)
            del state["bar"]

    return tell


def print_answer(answer: Answer, style: str) -> None:
    """An answer on stdout."""
    from kg.tabular import render

    width = None
    if style == "table" and sys.stdout.isatty():
        import shutil

        width = shutil.get_terminal_size().columns
    click.echo(render(answer, style, width or 200), nl=False)


def print_footer(opened: Opened, quiet: bool, rows: int | None = None) -> None:
    """What stands on every output, on stderr."""
    if not quiet:
        count = "" if rows is None else f"{rows} row{'s' if rows != 1 else ''}. "
        click.echo(count + opened.footer(), err=True)
