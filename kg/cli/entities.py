"""`kg show` and `kg view`."""

from __future__ import annotations

import click

from kg.cli.options import format_option, open_view, print_answer, print_footer, view_options


@click.command()
@click.argument("term", nargs=-1, required=True)
@format_option
@view_options
def show(
    term: tuple[str, ...], style: str, as_of: str | None, include_unread: bool, quiet: bool, root: str | None
) -> None:
    """Show all that is known of one entity: by label, synonym, code, HGNC symbol, NCT number or CURIE."""
    from kg.describe import describe
    from kg.lookup import find

    opened = open_view(root, as_of, include_unread, quiet)
    description = describe(opened, find(opened.store, " ".join(term)))
    if style == "json":
        import json

        click.echo(json.dumps(description.as_json(), ensure_ascii=False, indent=1))
    else:
        if style in ("table", "md"):
            title = f"{description.label} ({description.type}, {description.id})"
            also = f"also: {'; '.join(description.synonyms)}" if description.synonyms else ""
            if style == "md":
                from kg.tabular import in_markdown

                title, also = f"# {in_markdown(title)}", in_markdown(also)
            click.echo(title)
            if also:
                click.echo(also)
            click.echo()
        print_answer(description.table(), style)
    print_footer(opened, quiet)


@click.command()
@click.argument("terms", nargs=-1, metavar="[TERM...]")
@click.option("-o", "--output", required=True, metavar="FILE.html", help="Where to write the page.")
@click.option("--chains", is_flag=True, help="Mechanism chains that have all the terms, in place of what is around.")
@click.option("--construct", metavar="FILE.rq", help="Draw what this CONSTRUCT query gives; - is stdin.")
@click.option("--depth", default=2, show_default=True, type=click.IntRange(1, 4), help="Steps from the terms.")
@click.option("--max-nodes", default=200, show_default=True, type=click.IntRange(2, 5000), help="Nodes at most.")
@view_options
def view(
    terms: tuple[str, ...],
    output: str,
    chains: bool,
    construct: str | None,
    depth: int,
    max_nodes: int,
    as_of: str | None,
    include_unread: bool,
    quiet: bool,
    root: str | None,
) -> None:
    """Draw entities, a pair, a tumor, chains, or what a query constructs, as one HTML file that needs no network."""
    from kg.cli.questions import read_query
    from kg.errors import UsageError
    from kg.knowledge_graph import KnowledgeGraph

    if bool(terms) == bool(construct) or (construct and chains):
        raise UsageError("give entities, or a query", "kg view", "kg view tarlatamab -o view.html")
    query = read_query(construct) if construct else ""
    opened = open_view(root, as_of, include_unread, quiet)
    picture = KnowledgeGraph(opened).view(
        terms, output, chains=chains, construct=query, depth=depth, max_nodes=max_nodes
    )
    if not quiet:
        what = "chains" if chains else "nodes"
        more = f"; {picture.left_out} more {what} left out (--max-nodes)" if picture.left_out else ""
        click.echo(f"{output}: {picture.nodes} nodes, {picture.edges} edges{more}", err=True)
    print_footer(opened, quiet)
