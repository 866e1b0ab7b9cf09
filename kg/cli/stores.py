"""`kg stats` and `kg cache`."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import click

from kg.cli.options import format_option, open_view, print_answer, print_footer, root_option, view_options


@click.command()
@click.option("--coverage", is_flag=True, help="How many of how many antibodies, tumors and escapes are known.")
@format_option
@view_options
def stats(coverage: bool, style: str, as_of: str | None, include_unread: bool, quiet: bool, root: str | None) -> None:
    """Count what there is: entities by type, claims by reading, evidence by source and level."""
    opened = open_view(root, as_of, include_unread, quiet)
    if coverage:
        from kg.completeness import completeness

        print_answer(completeness(opened), style)
        print_footer(opened, quiet)
        return
    from kg.stats import statistics

    counted = statistics(opened)
    if style == "json":
        import json

        click.echo(json.dumps(counted.as_json(), ensure_ascii=False, indent=1))
    else:
        print_answer(counted.table(), style)
    print_footer(opened, quiet)


@click.command()
@click.argument("action", type=click.Choice(("path", "clear")))
@root_option
def cache(action: str, root: str | None) -> None:  # noqa: ARG001 - the cache serves every root
    """Print the folder of compiled stores, or clear it."""
    from kg.built import note_file
    from kg.compile_store import sweep
    from kg.errors import KgError
    from kg.store import stores_folder

    folder = stores_folder()
    if action == "path":
        click.echo(str(folder))
        return
    try:
        with contextlib.suppress(OSError):  # what else cannot be removed is told below
            note_file().unlink()
        before = _folders(folder)
        if before:
            sweep(folder, everything=True)
        left = _folders(folder)
    except OSError as error:
        raise KgError(f"cannot be cleared: {error.strerror or error}", str(folder), "remove it yourself") from None
    removed = len(before - left)
    click.echo(f"removed {removed} folder{'s' if removed != 1 else ''} from {folder}", err=True)
    if left:
        raise KgError(f"{len(left)} cannot be removed", str(folder), "look at its permissions")


def _folders(folder: Path) -> set[str]:
    """The names of compiled stores and of what builders left; a folder of somebody else's is none."""
    if not folder.is_dir():
        return set()
    return {path.name for path in folder.iterdir() if re.fullmatch(r"[0-9a-f]{24}|building-.+", path.name)}
