"""What adapters of dense numbers share: rows joined to antigens, cells read as numbers, columns mapped to CURIEs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kg.errors import KgError
from kg.expression.antigens import Universe, read_universe
from kg.expression.dense import Dense, Numbers
from kg.sources.crosswalk import read_crosswalk
from kg.sources.registry import Context
from kg.sources.upstream import read_upstream

_ABSENT = {"", "NA", "N/A", "NaN", "nan"}


@dataclass
class Gathering:
    """Numbers as they come, row by row, in layers of antigens x columns.

    Of two rows that lead to one antigen, the one by Ensembl gene counts before the one by symbol, and that before the
    one by a previous symbol; of two alike, the first in the alphabet.
    """

    universe: Universe
    columns: Sequence[str]
    names: Sequence[str]
    layers: dict[str, Numbers] = field(init=False)
    held: dict[int, tuple[int, str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shape = (len(self.universe.symbols), len(self.columns))
        self.layers = {name: np.full(shape, np.nan, dtype=np.float32) for name in self.names}

    def row(self, ensembl: str, symbol: str) -> int | None:
        """The row that a gene's numbers belong to; None for a gene of no antigen, or one that must give way."""
        placed = self.universe.place(ensembl, symbol)
        if placed is None:
            return None
        position, rank = placed
        claim = (rank, ensembl, symbol)
        holder = self.held.setdefault(position, claim)
        if holder < claim:
            return None
        if holder > claim:
            self.held[position] = claim
            for layer in self.layers.values():
                layer[position] = np.nan
        return position


def universe_of(context: Context) -> Universe | None:
    """The universe of the root; a complaint where there is none."""
    try:
        return read_universe(context.root)
    except KgError as error:
        context.complain(error.where or "data/expression", error.what, error.hint)
        return None


def numbers(context: Context, cells: Iterable[str], where: str) -> Numbers:
    """Cells as numbers, what is absent as NaN; what is neither is a complaint."""
    found = []
    for cell in cells:
        try:
            found.append(np.nan if cell in _ABSENT else float(cell))
        except ValueError:
            context.complain(where, f"{cell!r} is no number", "fetch it again")
            found.append(np.nan)
    return np.array(found, dtype=np.float32)


@dataclass
class Wide:
    """A file of genes x columns: its numbers, and the sum of each column over all its genes."""

    gathering: Gathering
    totals: NDArray[np.float64]

    @property
    def columns(self) -> Sequence[str]:
        return self.gathering.columns

    @property
    def values(self) -> Numbers:
        return self.gathering.layers["value"]


def read_wide(
    context: Context,
    universe: Universe,
    file: str,
    *,
    ensembl: str = "",
    symbol: str = "",
    beside: Sequence[str] = (),
    delimiter: str = "\t",
    names: Sequence[str] = (),
    dropped: Sequence[str] = (),
) -> Wide:
    """The numbers of a file with a gene a row.

    Parameters
    ----------
    ensembl, symbol
        The columns that name the gene; one of them may be absent.
    beside, dropped
        Columns that hold no numbers, and columns that are left out.
    """
    keys = [name for name in (ensembl, symbol, *beside) if name]
    wide = Wide(Gathering(universe, (), ()), np.zeros(0))
    for row in read_upstream(context.folder / file, keys, context.findings, delimiter, exact=False, names=names):
        if not wide.columns:
            columns = [name for name in row.cells if name and name not in keys and name not in dropped]
            wide = Wide(Gathering(universe, columns, ("value",)), np.zeros(len(columns)))
        values = numbers(context, (row[name] for name in wide.columns), row.where)
        wide.totals += np.nan_to_num(values)
        position = wide.gathering.row(row[ensembl] if ensembl else "", row[symbol] if symbol else "")
        if position is not None:
            wide.values[position] = values
    return wide if wide.columns else Wide(Gathering(universe, (), ("value",)), wide.totals)


class Place(NamedTuple):
    """What a column stands for: a tissue of UBERON, or a tumor of MONDO with its label."""

    curie: str = ""
    label: str = ""


def mapped(context: Context, table: str, source: str, names: Iterable[str], where: str) -> dict[str, Place]:
    """Name of a column -> what it stands for, by `data/crosswalks/{table}.tsv`; a name without a row is a complaint."""
    columns = {"tissues": ("source", "name", "tissue", "note"), "cohorts": ("source", "name", "tumor", "label", "note")}
    rows = [row for row in read_crosswalk(context, table, columns[table]) if row["source"] == source]
    known = {row["name"]: Place(row.get("tissue") or row.get("tumor", ""), row.get("label", "")) for row in rows}
    places: dict[str, Place] = {}
    for name in names:
        if name not in known:
            context.complain(
                where, f"{name!r} is not in data/crosswalks/{table}.tsv", f"add a row for it, source {source}"
            )
        places[name] = known.get(name, Place())
    return places


def store(
    context: Context,
    name: str,
    symbols: Sequence[str],
    *,
    sources: Sequence[str],
    unit: str,
    columns: Sequence[str],
    layers: Mapping[str, Numbers],
    groups: Sequence[str] = (),
    ids: Sequence[str] = (),
    steps: Mapping[str, float] | None = None,
    totals: Iterable[float] = (),
    only_known_rows: bool = False,
) -> None:
    """Put a file `kind-source` of numbers into the import; nothing where there are complaints.

    `only_known_rows` leaves out the antigens of which the source knows nothing (for files of many columns).
    """
    if context.findings:
        return
    rows, kept = tuple(symbols), dict(layers)
    if only_known_rows:
        known = np.flatnonzero(np.any([~np.isnan(values).all(axis=1) for values in layers.values()], axis=0))
        rows = tuple(symbols[position] for position in known.tolist())
        kept = {layer: values[known] for layer, values in layers.items()}
    blank = [""] * len(columns)
    dense = Dense(
        name.partition("-")[0],
        tuple(sources),
        unit,
        rows,
        tuple(columns),
        tuple(groups or blank),
        tuple(ids or blank),
        kept,
        dict(steps or {}),
        tuple(float(total) for total in totals),
    )
    try:
        context.dense[f"{name}.npz"] = dense.to_bytes()
    except ValueError as error:
        context.complain(name, str(error), "look at the numbers of the upstream")
        return
    context.dense_rows[f"expression/{name}.npz"] = len(rows)
