"""`kg path` and `kg export`."""

from __future__ import annotations

import click

from kg.cli.options import format_option, open_view, print_answer, print_footer, view_options


@click.command()
@click.argument("start", metavar="FROM")
@click.argument("end", metavar="TO")
@click.option("-k", "count", default=3, show_default=True, type=click.IntRange(1, 1000), help="Paths at most.")
@click.option("--allow", metavar="TYPE", multiple=True, help="Walk these edge types, and not those of the default.")
@click.option("--through", metavar="KIND", multiple=True, help="Pass nodes of this kind, too (tumor, trial, ...).")
@click.option("--max-edges", default=8, show_default=True, type=click.IntRange(1, 12), help="Edges of a path at most.")
@click.option("-o", "--output", metavar="FILE.html", help="Draw the paths into a page that needs no network.")
@format_option
@view_options
def path(
    start: str,
    end: str,
    count: int,
    allow: tuple[str, ...],
    through: tuple[str, ...],
    max_edges: int,
    output: str | None,
    style: str,
    as_of: str | None,
    include_unread: bool,
    quiet: bool,
    root: str | None,
) -> None:
    """Find the best paths between two entities, with the claim, support and source of every step."""
    from kg.knowledge_graph import KnowledgeGraph
    from kg.path_search import as_rows

    opened = open_view(root, as_of, include_unread, quiet)
    graph = KnowledgeGraph(opened)
    found = graph.paths(start, end, count, allow=allow or None, through=through, max_edges=max_edges, output=output)
    if style == "json":
        import json

        click.echo(json.dumps([one.as_json() for one in found], ensure_ascii=False, indent=1))
    else:
        print_answer(as_rows(found), style)
    if not quiet:
        if not found:
            from kg.network import ALLOWED

            types = ", ".join(allow or (name.partition(":")[2] for name in ALLOWED))
            click.echo(
                f"no path of at most {max_edges} edges over: {types} (see --allow, --through, --max-edges)", err=True
            )
        if output:
            click.echo(f"{output}: {len(found)} path{'s' if len(found) != 1 else ''} drawn", err=True)
    print_footer(opened, quiet)


@click.command()
@click.option(
    "--to",
    "form",
    required=True,
    type=click.Choice(("graphml", "gexf", "jsonld", "ttl", "nq", "tsv")),
    help="Format of the file.",
)
@click.option("-o", "--output", metavar="FILE", help="Where to write it; without, stdout.")
@view_options
def export(
    form: str, output: str | None, as_of: str | None, include_unread: bool, quiet: bool, root: str | None
) -> None:
    """Write a view as one file for other tools, and tell what the format leaves out."""
    from kg.export import export as export_view

    opened = open_view(root, as_of, include_unread, quiet)
    made = export_view(opened, form)
    if output:
        from pathlib import Path

        from kg.output import write_file

        write_file(Path(output), made.content)
    else:
        click.echo(made.content, nl=False)
    if not quiet:
        click.echo(f"{output or 'stdout'}: {made.holds}", err=True)
        click.echo(f"left out: {'; '.join(made.loses) or 'nothing'}", err=True)
    print_footer(opened, quiet)
