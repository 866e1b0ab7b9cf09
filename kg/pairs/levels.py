"""What the rankings read of expression: levels of every antigen in tumors and in vital normal places.

Levels are scaled by `scaled`: 0 for nothing, 1 for 1,000 TPM. What is missing is NaN, and stays so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kg.errors import NotFoundError
from kg.expression import Dense, Expression
from kg.expression.antigens import VOTES, read_cells

Numbers = NDArray[np.float32]

FULL = 1000.0  # TPM at level 1; few surface antigens are beyond it
CARRIED = 10.0  # TPM from which a place carries an antigen: Expression Atlas calls up to 10 low
# What leukocytes and stroma may lend to the bulk figure of a tumor: shares of a biopsy. A judgment; cohorts of TCGA
# are mostly between half and nine tenths tumor cells.
LEUKOCYTES, STROMA = 0.10, 0.15
_RELIABLE = 2  # of staining: supported by other methods, or enhanced


@dataclass(frozen=True, slots=True)
class Column:
    """A tumor column or a vital place: what the source calls it, its CURIE, label, and the id of its source.

    `derived` is true of figures that a model made from bulk (deconvolved subtypes).
    """

    name: str
    id: str
    label: str
    source: str
    derived: bool = False


@dataclass(frozen=True)
class Levels:
    """Levels of the antigens of the universe, in its order.

    Parameters
    ----------
    symbols
        HGNC symbols, one a row.
    tumors, tumor, bulk
        Solid tumors; scaled level after what other cells may lend is taken off; TPM as the source has it.
    lent
        TPM that leukocytes and stroma may lend to a biopsy.
    vital, normal
        Vital places (tissues of HPA and GTEx, cells of HPA); scaled level there.
    staining
        Highest reliable staining (0 to 1) in vital tissue, by HPA.
    surface
        Share of the six resources that say it is on the surface.
    agreement
        How well RNA tells of the protein: Pearson's r over CPTAC's cohorts, else Spearman's rho over HPA's tissues.
    stained
        Antigens x tumors: share of patients whose tumor stains medium or high, by HPA.
    """

    symbols: tuple[str, ...]
    tumors: tuple[Column, ...]
    tumor: Numbers
    bulk: Numbers
    lent: Numbers
    vital: tuple[Column, ...]
    normal: Numbers
    staining: Numbers
    surface: Numbers
    agreement: Numbers
    stained: Numbers
    parents: Mapping[str, tuple[str, ...]]

    @cached_property
    def worst(self) -> Numbers:
        """The highest level of each antigen in a vital place; NaN where no place is known."""
        worst = np.nan_to_num(self.normal, nan=-1.0).max(axis=1)
        return np.where(worst < 0, np.nan, worst).astype(np.float32)

    @cached_property
    def carries(self) -> Numbers:
        """Antigens x vital places: 1 where the level is that of `CARRIED` TPM or more, 0 where less or not known."""
        least = scaled(np.array([CARRIED], dtype=np.float32))[0]
        return np.where(np.nan_to_num(self.normal, nan=-1.0) >= least, 1.0, 0.0).astype(np.float32)

    def kinds(self, tumor: str) -> frozenset[str]:
        """A tumor and all that are of its kind, by MONDO."""
        below: set[str] = {tumor}
        grown = True
        while grown:
            more = {child for child, parents in self.parents.items() if below & set(parents)} - below
            grown = bool(more)
            below |= more
        return frozenset(below)

    def ancestors(self, tumor: str) -> frozenset[str]:
        """A tumor and all that it is a kind of, by MONDO."""
        above, waiting = {tumor}, [tumor]
        while waiting:
            new = set(self.parents.get(waiting.pop(), ())) - above
            above |= new
            waiting += sorted(new)
        return frozenset(above)

    def columns_of(self, tumor: str) -> tuple[int, ...]:
        """Columns that tell of a tumor: its own, else those of its kinds, else those of the nearest wider tumor.

        Of its own columns, cohorts come before model-derived subtypes.

        Raises
        ------
        NotFoundError
            No column is near.
        """
        own = self._with({tumor})
        if not own:
            own = self._with(self.kinds(tumor))
        wider = [tumor]
        seen = {tumor}
        while not own and wider:
            wider = [parent for one in wider for parent in self.parents.get(one, ()) if parent not in seen]
            seen |= set(wider)
            own = self._with(set(wider))
        if not own:
            there = ", ".join(sorted({column.label for column in self.tumors}))
            raise NotFoundError(f"no tumor with expression is near {tumor}", "--tumor", f"there are: {there}")
        return own

    def _with(self, ids: Iterable[str]) -> tuple[int, ...]:
        found = [at for at, column in enumerate(self.tumors) if column.id in ids]
        cohorts = [at for at in found if not self.tumors[at].derived]
        return tuple(cohorts or found)


def scaled(tpm: Numbers) -> Numbers:
    """log2(1 + x) over log2(1 + 1000): a tenth is a factor of two. NaN stays NaN.

    Examples
    --------
    >>> [f"{level:.2f}" for level in scaled(np.array([0, 1, 10, 100, 1000, 9999], dtype=np.float32))]
    ['0.00', '0.10', '0.35', '0.67', '1.00', '1.33']
    """
    return (np.log2(1 + tpm.astype(np.float32)) / np.float32(np.log2(1 + FULL))).astype(np.float32)


def read_levels(expression: Expression) -> Levels:
    """All levels of a root, in some 0.1 s; solid tumors and vital places only."""
    root = expression.root
    cells = {
        name: (grade, kind) for name, grade, kind in read_cells(root, "curated", "cells", ("name", "class", "kind"))
    }
    labels = {
        id_: (label, solid) for id_, label, solid in read_cells(root, "curated", "tumors", ("id", "label", "solid"))
    }
    parents = {
        id_: tuple(filter(None, above.split(";")))
        for id_, above in read_cells(root, "imported", "hierarchy", ("id", "parents"))
    }
    by_cell = expression.read("cell", "hpa", "mean")
    lent = _lent(by_cell, {name: kind for name, (_, kind) in cells.items()})

    tumors: list[Column] = []
    bulk: list[Numbers] = []
    corrected: list[Numbers] = []
    for kind in ("tumor", "subtype"):
        for source in expression.sources(kind):
            dense = expression.read(kind, source, "median")
            for at, (name, id_) in enumerate(zip(dense.columns, dense.ids, strict=True)):
                label, solid = labels.get(id_, (dense.groups[at].partition(",")[0], ""))
                if solid == "no" or "leukemia" in label or "lymphoma" in label:
                    continue  # a tumor that the graph does not name is solid unless its name says otherwise
                values = dense.layers["median"][:, at]
                tumors.append(Column(name, id_, label, dense.sources[0], kind == "subtype"))
                bulk.append(values)
                # Subtypes were deconvolved, and still hold marks of vessels and leukocytes.
                corrected.append(np.maximum(values - lent, np.float32(0)))
    vital, normal = _vital(expression, by_cell, {name: grade for name, (grade, _) in cells.items()})
    levels = Levels(
        expression.universe.symbols,
        tuple(tumors),
        scaled(np.stack(corrected, axis=1)),
        np.stack(bulk, axis=1),
        lent,
        vital,
        normal,
        _staining(expression),
        np.array([len(antigen.surface) / len(VOTES) for antigen in expression.universe.antigens], dtype=np.float32),
        _agreement(expression),
        np.empty(0, dtype=np.float32),
        parents,
    )
    object.__setattr__(levels, "stained", _stained(expression.read("stain", "hpa"), levels))
    return levels


def _lent(by_cell: Dense, kinds: Mapping[str, str]) -> Numbers:
    mean = by_cell.layers["mean"]
    total = np.zeros(len(mean), dtype=np.float32)
    for kind, share in (("leukocyte", LEUKOCYTES), ("stroma", STROMA)):
        own = [at for at, name in enumerate(by_cell.columns) if kinds.get(name) == kind]
        if own:
            total += np.float32(share) * np.nan_to_num(mean[:, own]).max(axis=1)
    return total


def _vital(expression: Expression, by_cell: Dense, grades: Mapping[str, str]) -> tuple[tuple[Column, ...], Numbers]:
    places: list[Column] = []
    values: list[Numbers] = []
    for source in expression.sources("normal"):
        dense = expression.read("normal", source, "median")
        for at, (name, id_) in enumerate(zip(dense.columns, dense.ids, strict=True)):
            tissue = expression.tissues.get(id_)
            if tissue and "vital" in tissue.classes:
                places.append(Column(name, id_, tissue.label, dense.sources[0]))
                values.append(dense.layers["median"][:, at])
    for at, name in enumerate(by_cell.columns):
        if grades.get(name) == "vital":
            places.append(Column(name, by_cell.ids[at], name.lower(), by_cell.sources[0]))
            values.append(by_cell.layers["mean"][:, at])
    return tuple(places), scaled(np.stack(values, axis=1))


def _staining(expression: Expression) -> Numbers:
    dense = expression.read("protein", "hpa")
    vital = [
        at
        for at, id_ in enumerate(dense.ids)
        if "vital" in (tissue.classes if (tissue := expression.tissues.get(id_)) else ())
    ]
    level, reliability = (dense.layers[name][:, vital] for name in ("level", "reliability"))
    told = np.where(reliability >= _RELIABLE, level / np.float32(3), np.float32(-1))
    worst = np.nan_to_num(told, nan=-1).max(axis=1)
    return np.where(worst >= 0, worst, np.nan).astype(np.float32)


def _agreement(expression: Expression) -> Numbers:
    cohorts = expression.read("agreement", "cptac", "pearson").layers["pearson"]
    tissues = expression.read("agreement", "hpa", "spearman").layers["spearman"][:, 0]
    counted = (~np.isnan(cohorts)).sum(axis=1)
    mean = np.where(counted > 0, np.nan_to_num(cohorts).sum(axis=1) / np.maximum(counted, 1), tissues)
    return np.clip(mean, 0, 1).astype(np.float32)


def _stained(dense: Dense, levels: Levels) -> Numbers:
    """The share of each column of HPA that is the same tumor, a wider or a narrower one; the narrowest of them."""
    counts = [dense.layers[name] for name in ("high", "medium", "low", "not_detected")]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = ((counts[0] + counts[1]) / np.sum(counts, axis=0)).astype(np.float32)
    found = np.full(levels.tumor.shape, np.nan, dtype=np.float32)
    for at, column in enumerate(levels.tumors):
        above, below = levels.ancestors(column.id), levels.kinds(column.id)
        near = [other for other, id_ in enumerate(dense.ids) if id_ and (id_ in above or id_ in below)]
        if near:
            nearest = max(near, key=lambda other: (len(levels.ancestors(dense.ids[other])), -other))
            found[:, at] = share[:, nearest]
    return found


def mean_of(values: Numbers, columns: Sequence[int]) -> Numbers:
    """The mean over some columns, of those that are known; NaN where none is."""
    chosen = values[:, list(columns)]
    known = ~np.isnan(chosen)
    count = known.sum(axis=1)
    mean = np.where(count > 0, np.nan_to_num(chosen).sum(axis=1) / np.maximum(count, 1), np.nan)
    return mean.astype(np.float32)
