"""`kg chains` and `kg coverage`."""

from __future__ import annotations

import click

from kg.cli.options import format_option, open_view, print_answer, print_footer, view_options


@click.command()
@click.option("--antibody", default="", metavar="NAME", help="Chains of this antibody.")
@click.option("--antigen", default="", metavar="NAME", help="Chains that hold by this antigen or act on it.")
@click.option("--tumor", default="", metavar="NAME", help="Chains in this tumor or its subtypes.")
@click.option("--effector", default="", metavar="NAME", help="Chains by this cell or its kinds, or by this receptor.")
@click.option("--escape", default="", metavar="NAME", help="Chains that this escape breaks.")
@click.option("--mode", type=click.Choice(("cis", "trans", "soluble")), help="How the two targets lie.")
@click.option(
    "--format",
    "style",
    type=click.Choice(("table", "tsv", "json", "md", "prose")),
    default="table",
    show_default=True,
    help="Form of the answer.",
)
@click.option("-o", "--output", metavar="FILE.html", help="Draw the chains as one page instead.")
@click.option("--max-nodes", default=200, show_default=True, type=click.IntRange(5, 5000), help="Nodes of the page.")
@view_options
def chains(
    antibody: str,
    antigen: str,
    tumor: str,
    effector: str,
    escape: str,
    mode: str | None,
    style: str,
    output: str | None,
    max_nodes: int,
    as_of: str | None,
    include_unread: bool,
    quiet: bool,
    root: str | None,
) -> None:
    """Show how antibodies act, link by link, which escapes break a link, and what counters these."""
    from kg.knowledge_graph import KnowledgeGraph

    opened = open_view(root, as_of, include_unread, quiet)
    answer = KnowledgeGraph(opened).chains(
        antibody, antigen=antigen, tumor=tumor, effector=effector, escape=escape, mode=mode or "", output=output,
        max_nodes=max_nodes,
    )  # fmt: skip
    if output:
        if not quiet:
            click.echo(f"{output}: drawn", err=True)
    elif style == "json":
        import json

        click.echo(json.dumps(answer.as_json(), ensure_ascii=False, indent=1))
    elif style == "prose":
        from kg.chains.prose import in_prose

        click.echo(in_prose(answer), nl=False)
    else:
        print_answer(answer.table(), style)
    print_footer(opened, quiet, len(answer.traced))


@click.command()
@click.argument("antigens", nargs=-1, metavar="[ANTIGEN ANTIGEN]")
@click.option("--antibody", metavar="NAME", help="The antibody; or name two antigens for any molecule on both.")
@format_option
@view_options
def coverage(
    antigens: tuple[str, ...],
    antibody: str | None,
    style: str,
    as_of: str | None,
    include_unread: bool,
    quiet: bool,
    root: str | None,
) -> None:
    """Tell of each documented escape whether the rest of a molecule still works, fails, or nobody knows."""
    from kg.errors import UsageError
    from kg.knowledge_graph import KnowledgeGraph

    if (antibody is None) != (len(antigens) == 2) or (antibody is not None and antigens):
        raise UsageError("name an antibody or two antigens", "kg coverage", "kg coverage --antibody amivantamab")
    opened = open_view(root, as_of, include_unread, quiet)
    names = antigens if antibody is None else (antibody,)
    answer = KnowledgeGraph(opened).coverage(*names)
    print_answer(answer, style)
    print_footer(opened, quiet, len(answer.rows))
