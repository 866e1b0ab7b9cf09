"""`kg ask` and `kg sparql`."""

from __future__ import annotations

import sys

import click

from kg.cli.options import format_option, open_view, print_answer, print_footer, view_options


@click.command()
@click.argument("name", metavar="[QUESTION]", required=False)
@click.option("-p", "--param", "params", metavar="NAME=VALUE", multiple=True, help="A parameter of the question.")
@format_option
@view_options
def ask(
    name: str | None,
    params: tuple[str, ...],
    style: str,
    as_of: str | None,
    include_unread: bool,
    quiet: bool,
    root: str | None,
) -> None:
    """Answer a named question. Without a name, list the questions with their parameters."""
    from kg.errors import UsageError
    from kg.query import Record, question, questions, records
    from kg.query import ask as answer_question

    if name is None:
        if params:
            raise UsageError("parameters need a question", "-p", "kg ask lists the questions")
        rows: list[Record] = [
            {
                "number": q.number,
                "question": q.name,
                "asks": q.question,
                "parameters": "; ".join(
                    f"{p.name} ({p.type}{', required' if p.required else ''})" for p in q.parameters
                ),
                "example": q.example,
            }
            for q in questions()
        ]
        print_answer(records(("number", "question", "asks", "parameters", "example"), rows), style)
        return
    asked = question(name)
    given: dict[str, str] = {}
    for text in params:
        key, sign, value = text.partition("=")
        if not sign or not key:
            raise UsageError(f"{text!r} is not NAME=VALUE", "-p", f"for instance: {asked.example}")
        if key in given:
            raise UsageError(f"parameter {key!r} stands twice", "-p", "give it once")
        given[key] = value
    opened = open_view(root, as_of, include_unread, quiet)
    answer = answer_question(opened, asked, given)
    print_answer(answer, style)
    print_footer(opened, quiet, len(answer.rows))


@click.command()
@click.argument("query", required=False)
@click.option("-f", "--file", "file", metavar="FILE", help="Read the query from a file; - is stdin.")
@format_option
@view_options
def sparql(
    query: str | None,
    file: str | None,
    style: str,
    as_of: str | None,
    include_unread: bool,
    quiet: bool,
    root: str | None,
) -> None:
    """Run a read-only SPARQL query: SELECT, ASK, CONSTRUCT or DESCRIBE. Prefixes of the project are known."""
    from kg.errors import UsageError
    from kg.query import sparql as run_query

    if (query is None) == (file is None):
        raise UsageError(
            "give one query: as an argument, or with -f",
            "kg sparql",
            "kg sparql 'SELECT ?a WHERE { ?a a bsab:Antibody }'",
        )
    text = query if query is not None else read_query(file or "-")
    opened = open_view(root, as_of, include_unread, quiet)
    result = run_query(opened, text)
    if isinstance(result, bool):
        click.echo(("true" if result else "false") if style == "json" else ("yes" if result else "no"))
        print_footer(opened, quiet)
    elif isinstance(result, bytes):
        click.echo(result.decode(), nl=False)
        print_footer(opened, quiet)
    else:
        print_answer(result, style)
        print_footer(opened, quiet, len(result.rows))


def read_query(file: str) -> str:
    """The text of a query's file; `-` is stdin."""
    from pathlib import Path

    from kg.errors import UsageError

    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError("is not UTF-8", file, "save the query as UTF-8") from None
    except OSError as error:
        raise UsageError(
            f"cannot be read: {error.strerror or error}", file, "name a file that holds the query"
        ) from None
