"""`kg expression`."""

from __future__ import annotations

import click

from kg.cli.options import find_root, format_option, print_answer, root_option


@click.command()
@click.argument("antigen")
@click.option(
    "--kind",
    type=click.Choice(("tumor", "normal", "cell", "protein")),
    help="RNA in tumors, in normal tissue, in normal cells; or protein. All, if not given.",
)
@click.option("--top", default=10, show_default=True, type=click.IntRange(1, 500), help="Rows of each source.")
@format_option
@click.option("-q", "--quiet", is_flag=True, help="No words on stderr.")
@root_option
def expression(antigen: str, kind: str | None, top: int, style: str, quiet: bool, root: str | None) -> None:
    """Show where an ANTIGEN is highest, in tumors and in normal tissue, with unit and source."""
    from kg.expression import open_expression
    from kg.expression.levels import COLUMNS, levels
    from kg.query import records
    from kg.triples import read_manifest

    where = find_root(root)
    opened = open_expression(where)
    rows = levels(opened, antigen, kind or "", top)
    print_answer(records(COLUMNS, rows), style)
    if not quiet:
        found = opened.universe.antigens[opened.universe.find(antigen)]
        votes = ", ".join(found.surface) or "none of six sources"
        click.echo(
            f"{found.symbol} (surface by {votes}): figures of the gene, which tell no isoforms apart; undated. "
            f"{len(rows)} rows. For research use; not medical advice. Data {read_manifest(where).version[:12]}.",
            err=True,
        )
