"""Reading the dense numbers: one matrix a kind and source, rows in the order of the universe.

Units are those of the sources, and what is missing is NaN, never zero. Nothing here calls an antigen positive; who
needs a cut-off finds those of the field in `THRESHOLDS`, with where each comes from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from kg.errors import NotFoundError
from kg.expression.antigens import Universe, read_cells, read_universe
from kg.expression.dense import Dense, Numbers, read_dense
from kg.paths import Root, find_root

# Kind -> what it is. A file of `data/expression` is called `kind-source.npz`.
KINDS: Mapping[str, str] = {
    "normal": "RNA in normal tissue (HPA consensus nTPM; GTEx by recount2: quartiles and fraction of zeros)",
    "cell": "RNA in 81 types of normal cells (HPA single-cell, nTPM)",
    "protein": "staining of normal tissue by cell type, 0 not detected to 3 high, with reliability (HPA)",
    "tumor": "median RNA in tumors (TCGA, each column rescaled to 10^6 over all genes; rollups of several cohorts)",
    "subtype": "median and quartiles of RNA in SCLC, sarcomas and subtypes; model-derived (deconvolved) TPM",
    "stain": "patients by staining of their tumor: high, medium, low, not detected (HPA)",
    "sample": "RNA in single tumors and adjacent tissue (TCGA), log2",
    "single": "RNA in single cells of lung cancer: counts (LUAD) or log2 (NSCLC)",
    "agreement": "how well RNA tells of protein (CPTAC by cohort; HPA over normal tissues)",
    "surface": "vote of HPA that the protein is at the plasma membrane; the other six stand in universe.tsv",
}

# Cut-offs that others use, for who needs one: value, unit, who says so and whether that was seen.
THRESHOLDS: Mapping[str, tuple[float, str, str]] = {
    "detected": (1.0, "nTPM", "HPA: detected above nTPM 1 (DOI:10.1038/s41467-023-41132-w, Table 1, seen)"),
    "medium": (10.0, "TPM", "Expression Atlas: up to 10 TPM is low, beyond it medium (its help page, not seen)"),
}


@dataclass(frozen=True, slots=True)
class Tissue:
    """A normal tissue and how bad it is to lose it: `vital`, `expendable`, `privileged`, `other`."""

    id: str
    label: str
    classes: tuple[str, ...]


@dataclass(frozen=True)
class Expression:
    """The expression layer of a root; a file is read whenever it is asked for.

    Examples
    --------
    >>> from kg.expression import open_expression
    >>> expression = open_expression()
    >>> tumor = expression.read("tumor", "gdc")
    >>> values = tumor.layers["median"]           # antigens x cohorts, TPM, float32
    >>> values[expression.universe.find("HER2"), tumor.columns.index("ESCA")] > 10
    np.True_
    """

    root: Root
    universe: Universe = field(repr=False)

    @cached_property
    def files(self) -> dict[tuple[str, str], Path]:
        """(kind, source) -> file."""
        paths = sorted(self.root.expression.glob("[!.]*-*.npz"))
        return {(path.stem.partition("-")[0], path.stem.partition("-")[2]): path for path in paths}

    @cached_property
    def tissues(self) -> dict[str, Tissue]:
        """The curated tissues by CURIE."""
        rows = read_cells(self.root, "curated", "tissues", ("id", "label", "class"))
        return {curie: Tissue(curie, label, tuple(classes.split(";"))) for curie, label, classes in rows}

    def sources(self, kind: str) -> tuple[str, ...]:
        """The sources of a kind, such as `hpa` and `gtex` of `normal`."""
        return tuple(source for one, source in self.files if one == kind)

    def read(self, kind: str, source: str, *layers: str) -> Dense:
        """The numbers of a kind from a source; `layers` are those wanted (all, if none is named).

        Returns
        -------
        Dense
            Layers of antigens x columns, float32. Rows are those of `universe.symbols`, in that order; an antigen that
            the source lacks is a row of NaN.

        Raises
        ------
        NotFoundError
            There is no such file.
        KgError
            It is damaged.
        """
        if (kind, source) not in self.files:
            there = ", ".join(f"{one} {other}" for one, other in self.files)
            raise NotFoundError(f"no {kind} numbers of {source!r}", str(self.root.expression), f"there are: {there}")
        dense = read_dense(self.files[kind, source], layers or None)
        return dense if dense.rows == self.universe.symbols else _aligned(dense, self.universe)


def _aligned(dense: Dense, universe: Universe) -> Dense:
    """The same numbers with the rows of the universe: files name their own, and leave out what they do not know."""
    at = {symbol: position for position, symbol in enumerate(dense.rows)}
    pairs = [(new, at[symbol]) for new, symbol in enumerate(universe.symbols) if symbol in at]
    new, old = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
    layers: dict[str, Numbers] = {}
    for name, values in dense.layers.items():
        layers[name] = np.full((len(universe.symbols), len(dense.columns)), np.nan, dtype=np.float32)
        layers[name][new] = values[old]
    return replace(dense, rows=universe.symbols, layers=layers)


def open_expression(root: Root | None = None) -> Expression:
    """The expression layer of a root (that of `kg.paths.find_root`, if None); only the universe is read.

    Raises
    ------
    KgError
        The root has none.
    """
    where = root or find_root()
    return Expression(where, read_universe(where))
