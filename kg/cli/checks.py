"""`kg check`."""

from __future__ import annotations

import click

from kg.cli.options import find_root, format_option, print_answer, progress_bar, root_option


@click.command()
@format_option
@click.option("--all", "show_all", is_flag=True, help="Also findings that are only information.")
@click.option("-q", "--quiet", is_flag=True, help="No words on stderr.")
@root_option
def check(style: str, show_all: bool, quiet: bool, root: str | None) -> int:
    """Check tables, freshness, provenance, rules, shapes and reasoner; exit code 1 when there is an error."""
    from kg.query import records
    from kg.store import open_store
    from kg.validate import check as check_root
    from kg.view import View

    where = find_root(root)
    bar = None if quiet else progress_bar()
    checked = check_root(open_store(where, View(), bar), open_store(where, View("", True), bar))
    shown = [finding for finding in checked.findings if show_all or finding.severity != "info"]
    print_answer(
        records(
            ("severity", "rule", "where", "what", "hint"),
            [{"severity": f.severity, "rule": f.rule, "where": f.where, "what": f.what, "hint": f.hint} for f in shown],
        ),
        style,
    )
    if not quiet:
        counts = {s: sum(f.severity == s for f in checked.findings) for s in ("error", "warning", "info")}
        click.echo(
            f"errors: {counts['error']}, warnings: {counts['warning']}, remarks: {counts['info']}"
            f"{'' if show_all else ' (--all shows them)'}; ran {', '.join(checked.ran)}",
            err=True,
        )
        for skipped in checked.skipped:
            click.echo(f"skipped {skipped}", err=True)
    return 1 if checked.errors else 0
