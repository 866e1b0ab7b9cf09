"""The log of runs, and the table of results: files of a checkout that runs add to."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from kg.benchmark.metrics import METRICS
from kg.benchmark.protocol import SEED
from kg.benchmark.run import COLUMNS, NAMED_RANK, RANK
from kg.errors import KgError
from kg.output import write_file
from kg.paths import Root
from kg.query import Record, Value, records
from kg.tabular import render

LOG = Path("docs") / "benchmark_log.tsv"
TABLE = Path("docs") / "benchmark.tsv"
LOG_COLUMNS = (
    "commit", "data", "cut", "day", "until", "family", "ranker", "kind", "seed", "draws", "pairs", "positives", RANK,
    *METRICS, "named", "note",
)  # fmt: skip


def commit_of(root: Root) -> str:
    """The commit of a checkout, `-changed` behind it where code, data or ontology are not what it holds.

    `unknown` where git tells nothing.
    """

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(root.path), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip()

    try:
        if Path(git("rev-parse", "--show-toplevel")).resolve() != root.path.resolve():
            return "unknown"
        commit = git("rev-parse", "HEAD")
        changed = git("status", "--porcelain", "--", "kg", "data", "ontology")
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return f"{commit}-changed" if changed else commit


def log_rows(rows: Iterable[Record], commit: str, note: str = "") -> list[Record]:
    """One row of `LOG_COLUMNS` for each cut, family and ranker of a run; of the strata, the whole list only."""
    found: dict[tuple[Value, ...], Record] = {}
    for row in rows:
        named = row["metric"] == NAMED_RANK
        if row["stratum"] != "all" and not named:
            continue
        key = (row["cut"], row["family"], row["ranker"], row["stratum"] if named else "")
        line = found.setdefault(
            key,
            {name: row.get(name) for name in LOG_COLUMNS} | {"commit": commit, "seed": SEED, "note": note or None},
        )
        if named:
            line |= {RANK: row["value"], "named": row["stratum"]}
        else:
            line[str(row["metric"])] = row["value"]
        line["draws"] = row["draws"] or line["draws"]
    return list(found.values())


def append_log(root: Root, rows: Iterable[Record], commit: str, note: str = "") -> int:
    """Add the rows of a run to `docs/benchmark_log.tsv`; returns how many. What stands there is not touched.

    Raises
    ------
    KgError
        The log has other columns, or cannot be written; nothing was changed.
    """
    added = log_rows(rows, commit, note)
    path = root.path / LOG
    before = _read(path, LOG_COLUMNS)
    body = render(records(LOG_COLUMNS, added), "tsv").partition("\n")[2]
    write_file(path, (before + body).encode())
    return len(added)


def _read(path: Path, columns: Sequence[str]) -> str:
    header = "\t".join(columns) + "\n"
    if not path.is_file():
        return header
    text = path.read_text(encoding="utf-8")
    if not text.startswith(header) or not text.endswith("\n"):
        raise KgError("has not the columns that this version writes", f"{path}:1", "restore it from git")
    return text


def read_table(path: Path) -> list[Record]:
    """The rows of a table of results, numbers as numbers; none where there is no file.

    Raises
    ------
    KgError
        It has other columns.
    """
    numbers = {"pairs", "positives", "value", "low", "high", "difference", "difference_low", "difference_high", "draws"}
    rows: list[Record] = []
    for line in _read(path, COLUMNS).splitlines()[1:]:
        cells = dict(zip(COLUMNS, line.split("\t"), strict=True))
        rows.append(
            {name: (float(cell) if name in numbers else cell) if cell else None for name, cell in cells.items()}
        )
    return rows


def merged_table(before: Iterable[Record], fresh: Sequence[Record]) -> list[Record]:
    """The rows of before and of a run; of a cut and family that was run again only the fresh ones. Sorted by cut."""
    again = {(row["cut"], row["family"]) for row in fresh}
    kept = [row for row in before if (row["cut"], row["family"]) not in again]
    order: dict[Value, int] = {}
    for row in (*kept, *fresh):
        order.setdefault(row["cut"], len(order))
    return sorted((*kept, *fresh), key=lambda row: (str(row["cut"]) != "development", str(row["cut"])))
