"""Corrections of upstream tables, in their hand-made form (`data/crosswalks/corrections.tsv`).

Each patch names the cell that it expects, so a changed upstream is a complaint and never a silent miss.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kg.sources.crosswalk import read_crosswalk
from kg.sources.registry import Context
from kg.sources.upstream import UpstreamRow

COLUMNS = ("line", "table", "row", "column", "expect", "value", "reading", "disposition", "note")


@dataclass(frozen=True, slots=True)
class Patch:
    """One corrected cell."""

    before: str  # the cell as upstream has it
    value: str
    reading: str  # read, unread, or as-before
    line: str  # line in the upstream's list of corrections
    page: str  # first page that the correction cites


@dataclass(slots=True)
class Patched:
    """An upstream row with its corrections applied; `patches` by column."""

    cells: dict[str, str]
    where: str
    table: str
    patches: dict[str, Patch] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.cells[name]


def apply_corrections(
    context: Context, table: str, key: str, rows: Iterable[UpstreamRow], pages: Mapping[str, str]
) -> list[Patched]:
    """The rows with their corrections applied; a patch that does not fit is a complaint.

    Parameters
    ----------
    key
        The column that names a row.
    pages
        The first page that a correction cites, by its line.
    """
    before = len(context.findings)
    patched = [Patched(dict(row.cells), row.where, table) for row in rows]
    if len(context.findings) > before:
        return patched  # the table itself is broken: what is said of it would be noise
    by_key = {row[key]: row for row in patched}
    for patch in read_crosswalk(context, "corrections", COLUMNS):
        if patch["table"] != table or patch["disposition"] != "patch":
            continue
        row = by_key.get(patch["row"])
        column = patch["column"]
        if row is None or column not in row.cells:
            where = f"data/crosswalks/corrections.tsv (correction {patch['line']})"
            context.complain(where, f"no cell {patch['row']} {column} in {table}", "mend the patch")
            continue
        if " ".join(row[column].split()) != " ".join(patch["expect"].split()):
            context.complain(
                row.where,
                f"{column} is not what correction {patch['line']} expects",
                "upstream has changed: read the correction again",
            )
            continue
        page = pages.get(patch["line"], "")
        row.patches[column] = Patch(row[column], patch["value"], patch["reading"], patch["line"], page)
        row.cells[column] = patch["value"]
    return patched
