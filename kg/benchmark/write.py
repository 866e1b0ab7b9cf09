"""What `kg benchmark --write` writes into the folder `docs` of a checkout."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from kg.benchmark.log import TABLE, merged_table, read_table
from kg.benchmark.run import COLUMNS
from kg.errors import KgError
from kg.output import write_files
from kg.paths import Root
from kg.query import Answer, Record, records
from kg.tabular import render

PROTOCOL = Path("docs") / "benchmark-protocol.md"
_BLOCK = re.compile(r"(<!-- counts -->\n).*?(<!-- end counts -->)", re.DOTALL)


def write_counts(root: Root, counts: Answer) -> Path:
    """Put the counts of positives into the protocol; returns its path.

    Raises
    ------
    KgError
        The protocol is missing, or has no place for them.
    """
    path = root.path / PROTOCOL
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise KgError(f"cannot be read: {error.strerror}", str(path), "restore it from git") from None
    table = render(counts, "md")
    fresh, found = _BLOCK.subn(lambda match: f"{match[1]}{table}{match[2]}", text)
    if not found:
        raise KgError("has no lines <!-- counts --> and <!-- end counts -->", str(path), "restore it from git")
    write_files({path: fresh.encode()})
    return path


def write_results(root: Root, rows: Sequence[Record]) -> list[Path]:
    """Merge the rows of a run into `docs/benchmark.tsv`, and write page and pictures from it again.

    Raises
    ------
    KgError
        Something cannot be written: then nothing was.
    """
    from kg.benchmark.page import PAGE, page
    from kg.benchmark.plots import pictures

    # Numbers as the table will have them: the page is made of it again by whoever checks it.
    told = [{key: float(f"{cell:g}") if isinstance(cell, float) else cell for key, cell in row.items()} for row in rows]
    table = merged_table(read_table(root.path / TABLE), told)
    drawn = pictures(table)
    contents = {
        root.path / TABLE: render(records(COLUMNS, table), "tsv").encode(),
        root.path / PAGE: page(table, sorted(drawn)).encode(),
        **{root.path / "docs" / name: content for name, content in drawn.items()},
    }
    write_files(contents)
    return list(contents)
