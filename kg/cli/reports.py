"""`kg report`."""

from __future__ import annotations

import gc

import click

from kg.cli.options import find_root, progress_bar, view_options


@click.command()
@click.option("-o", "--output", default="report", show_default=True, metavar="DIR", help="Folder to write.")
@view_options
def report(output: str, as_of: str | None, include_unread: bool, quiet: bool, root: str | None) -> int:
    """The main job: build, check, answer and draw into a folder that opens offline."""
    gc.disable()  # there is hardly a cycle, and to look for them takes a tenth of the time
    try:
        return _report(output, as_of, include_unread, quiet, root)
    finally:
        gc.enable()


def _report(output: str, as_of: str | None, include_unread: bool, quiet: bool, root: str | None) -> int:
    from pathlib import Path

    from kg.output import require_replaceable
    from kg.report import make_report
    from kg.store import make_view, open_store
    from kg.triples import build
    from kg.view import View

    where = find_root(root)
    bar = None if quiet else progress_bar()

    def say(text: str) -> None:
        if not quiet:
            click.echo(text, err=True)

    view = make_view(as_of, include_unread)
    require_replaceable(Path(output))  # before the work, not after it
    if where.checkout:
        changed = build(where)
        say(f"build: {len(changed)} files changed" if changed else "build: all triples are what the tables say")
    else:
        say("build: an installed copy takes the shipped triples")
    opened = open_store(where, view, bar)
    made = make_report(opened, open_store(where, View("", True), bar), Path(output), bar, just_built=where.checkout)
    checked = made.checked
    say(f"check: {checked.errors} errors; ran {', '.join(checked.ran)}")
    for skipped in checked.skipped:
        say(f"skipped {skipped}")
    for finding in checked.findings:
        if finding.severity == "error":
            click.echo(str(finding), err=True)
    for line in made.highlights:
        click.echo(line)
    click.echo(f"{made.pages} pages, {made.questions} questions: open {made.folder / 'index.html'}")
    say(opened.footer())
    return 1 if checked.errors else 0
