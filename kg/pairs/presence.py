"""Whether two antigens stand on the same cell, or in the same sample of a tumor, where single figures are at hand.

A malignant cell carries an antigen where any transcript was counted: many are missed, so shares are low and only
comparable within a data set. A sample carries it where its figure is above the sample's median over all antigens.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kg.expression import Dense, Expression
from kg.pairs.families import Positions
from kg.pairs.levels import Levels, Numbers
from kg.query import Record

CELL, SAMPLE = "same cell", "same sample"
FEWEST = 20  # cells or samples that carry an antigen, below which a share of them says nothing


@dataclass(frozen=True)
class Presence:
    """Antigens of the universe x cells or samples of one tumor: carried or not; `known` is False where not measured."""

    kind: str
    source: str
    group: str
    carried: NDArray[np.bool_]
    known: NDArray[np.bool_]

    def overlap(self, rows: Positions, columns: Positions) -> Numbers:
        """Of the cells or samples with the rarer antigen, the share that carries both; NaN where too few carry it."""
        first, second = (self.carried[side].astype(np.float32) for side in (rows, columns))
        fewer = np.minimum(first.sum(axis=1)[:, None], second.sum(axis=1)[None, :])
        enough = (fewer >= FEWEST) & self.known[rows][:, None] & self.known[columns][None, :]
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(enough, (first @ second.T) / fewer, np.nan).astype(np.float32)


def presences(expression: Expression, levels: Levels, columns: tuple[int, ...]) -> Iterator[Presence]:
    """Those of the tumors of some columns, or of a kind of them; single cells (of wider tumors, too) come first."""
    ids = {levels.tumors[at].id for at in columns}
    near: set[str] = ids.union(*(levels.kinds(id_) for id_ in ids))
    wider: set[str] = set().union(*(levels.ancestors(id_) for id_ in ids))
    found: list[Presence] = []
    for kind in ("single", "sample"):
        for source in expression.sources(kind):
            if source == "agilent":
                continue  # ratios to a reference tell no antigen from another
            head = expression.read(kind, source, "none")
            groups: dict[str, list[int]] = {}
            for at, id_ in enumerate(head.ids):
                if id_ and (id_ in near or (kind == "single" and id_ in wider)):
                    groups.setdefault(id_, []).append(at)
            if groups:
                dense = expression.read(kind, source)
                found += [_presence(kind, dense, own) for own in groups.values()]
    yield from sorted(found, key=lambda one: (one.kind != CELL, -one.carried.shape[1], one.source, one.group))


def _presence(kind: str, dense: Dense, columns: list[int]) -> Presence:
    values = dense.layers["value"][:, columns]
    known: NDArray[np.bool_] = np.isnan(values).sum(axis=1) == 0
    if kind == "single":
        carried = np.nan_to_num(values) > 0
        group = "malignant cells"
    else:
        middle = np.nanmedian(values, axis=0)
        carried = np.nan_to_num(values, nan=-np.inf) > middle
        group = dense.groups[columns[0]]
    return Presence(CELL if kind == "single" else SAMPLE, dense.sources[0], group, carried & known[:, None], known)


def presence_rows(
    expression: Expression, one: int, two: int, columns: tuple[int, ...], levels: Levels
) -> Iterator[Record]:
    """Lines of a card: how many cells or samples carry both, either and neither, for each data set."""
    first, second = levels.symbols[one], levels.symbols[two]
    for found in presences(expression, levels, columns):
        if not (found.known[one] and found.known[two]):
            continue
        a, b = found.carried[one], found.carried[two]
        counts = {
            "both": int((a & b).sum()),
            f"{first} only": int((a & ~b).sum()),
            f"{second} only": int((b & ~a).sum()),
        }
        total = len(a)
        expected = a.mean() * b.mean() * total
        detail = f"{', '.join(f'{name} {count}' for name, count in counts.items())}; by chance both {expected:.1f}"
        yield {
            "aspect": "7 " + found.kind,
            "what": found.group,
            "of": f"{first}, {second}",
            "value": counts["both"],
            "unit": f"of {total}",
            "detail": detail,
            "source": f"src:{found.source}",
        }
