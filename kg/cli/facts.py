"""`kg build` and `kg import`."""

from __future__ import annotations

import click

from kg.cli.options import find_root, root_option


@click.command()
@click.option("--check", is_flag=True, help="Only tell whether the committed files are what the tables say.")
@click.option("-q", "--quiet", is_flag=True, help="No words on stderr.")
@root_option
def build(check: bool, quiet: bool, root: str | None) -> int:
    """Write triples and MANIFEST from the tables of facts."""
    from kg.triples import build as build_triples
    from kg.triples import check_fresh

    where = find_root(root)
    if check:
        findings = check_fresh(where)
        for finding in findings:
            click.echo(str(finding), err=True)
        if not findings and not quiet:
            click.echo("all generated files are what the tables say", err=True)
        return 1 if findings else 0
    changed = build_triples(where)
    for path in changed:
        click.echo(f"data/{path}")
    if not quiet:
        click.echo(f"{len(changed)} file{'s' if len(changed) != 1 else ''} changed", err=True)
    return 0


@click.command("import")
@click.argument("source")
@click.option("--from", "folder", required=True, metavar="DIR", help="The folder that holds the upstream files.")
@click.option("-q", "--quiet", is_flag=True, help="No words on stderr.")
@root_option
def import_(source: str, folder: str, quiet: bool, root: str | None) -> None:
    """Write tables of facts from the upstream files of a SOURCE (facts only; run kg build afterwards)."""
    from pathlib import Path

    from kg.sources import run_import

    done = run_import(source, Path(folder), find_root(root))
    for path in done.changed:
        click.echo(path)
    if not quiet:
        for remark in done.remarks:
            click.echo(f"note: {remark}", err=True)
        rows = ", ".join(f"{number} rows in {stem}" for stem, number in done.rows.items())
        click.echo(f"{source}: {rows}; {len(done.changed)} files changed", err=True)
