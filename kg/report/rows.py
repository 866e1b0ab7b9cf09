"""Rows of tables for pages: links to pages of the report and to sources outside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kg.describe import Statement
from kg.evidence import Line
from kg.query import Answer, Value
from kg.terms import expand, slug
from kg.views.shapes import Link, Section

Cell = str | Link
_OUTSIDE = ("http", "https", "DOI", "PMID", "PMC", "NCT")  # what a click can open
_LONGEST = 50
_FOLDERS = {"ab:": "antibody", "MONDO:": "tumor"}


def page_of(curie: str, pages: Mapping[str, str]) -> str:
    """The page of an entity in this report, or an empty text."""
    return pages.get(curie, "")


def path_of(curie: str) -> str:
    """Where the page of an entity stands."""
    for prefix, folder in _FOLDERS.items():
        if curie.startswith(prefix):
            return f"{folder}/{slug(curie)}.html"
    raise ValueError(f"no page for {curie}")


def text_of(value: Value) -> str:
    """A value as a cell of a page: empty where it is missing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def cited(text: str, more: str = "") -> Cell:
    """A source or a trial as a link out; a dataset of ours, and any other text, as it is."""
    prefix = text.partition(":")[0]
    if prefix not in _OUTSIDE:
        return text.removeprefix("src:") + more
    short = text.removeprefix("https://").removeprefix("http://")
    return Link((short if len(short) <= _LONGEST else short[: _LONGEST - 1] + "…") + more, expand(text))


def source_link(lines: Iterable[Line]) -> Cell:
    """The first source as a link, with the number of others."""
    kept = list(lines)
    if not kept:
        return ""
    first = min(kept, key=lambda line: (line.source.startswith("src:"), line.reading, line.source))
    others = len({line.source for line in kept}) - 1
    return cited(first.source, f" and {others} more" if others else "")


def state_of(statement: Statement) -> str:
    """How well a statement is founded, in a word or two."""
    if statement.contested:
        return "contested"
    if statement.refuted:
        return "refuted" if any(line.stance == "refutes" for line in statement.lines) else "inconclusive"
    return statement.reading


def statement_rows(statements: Iterable[Statement], pages: Mapping[str, str]) -> tuple[tuple[Cell, ...], ...]:
    """Value, state, support, source of each statement."""
    rows = []
    for statement in statements:
        page = page_of(statement.value_id, pages)
        value: Cell = Link(statement.value, page) if page else statement.value
        support = "" if statement.support is None else f"{statement.support:.2f}"
        rows.append((value, state_of(statement), support, source_link(statement.lines)))
    return tuple(rows)


def answer_section(
    title: str, answer: Answer, pages: Mapping[str, str], note: str = "", drop: Iterable[str] = ()
) -> Section:
    """A table of an answer; entities with a page are linked, and so are sources."""
    columns = tuple(name for name in answer.columns if name not in set(drop))
    rows = []
    for record in answer.rows:
        cells: list[Cell] = []
        for name in columns:
            text = text_of(record[name])
            page = page_of(text, pages)
            cells.append(Link(text, page) if page else cited(text))
        rows.append(tuple(cells))
    return Section(title, columns, tuple(rows), note)


def with_labels(
    answer: Answer,
    pages: Mapping[str, str],
    curie: str,
    label: str,
    title: str,
    drop: Iterable[str] = (),
    note: str = "",
) -> Section:
    """Like `answer_section`, with the column `label` linked to the page of the entity in column `curie`."""
    left_out = {curie, *drop}
    plain = answer_section(title, answer, pages, note, left_out)
    place = plain.columns.index(label)
    rows = []
    for record, cells in zip(answer.rows, plain.rows, strict=True):
        page = page_of(text_of(record[curie]), pages)
        linked = Link(text_of(record[label]), page) if page else cells[place]
        rows.append((*cells[:place], linked, *cells[place + 1 :]))
    return Section(title, plain.columns, tuple(rows), note)
