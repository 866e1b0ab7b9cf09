"""`kg path`."""

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
