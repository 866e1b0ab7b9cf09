"""SCLC, sarcomas and subtypes of tumors: medians and quartiles of RNA, as a model of purity gives them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kg.sources.dense import Gathering, mapped, numbers, store, universe_of
from kg.sources.registry import Adapter, Context, Output, register
from kg.sources.upstream import UpstreamRow, read_upstream

FILE = "subtype-deconvolved-expression.v4.50.15.csv.gz"
LAYERS = {"median": "tumor_tpm_median", "q1": "tumor_tpm_q1", "q3": "tumor_tpm_q3", "samples": "n_samples"}
COLUMNS = ("symbol", "cancer_code", "subtype", "source_cohort", *LAYERS.values())


def read(context: Context) -> Output:
    """Medians and quartiles of TPM by subtype, with the number of samples of each gene.

    All of it is model-derived: a deconvolution took away what it held for normal tissue, and it wrongly takes lineage
    antigens with it. TCGA has no SCLC, which is why it is here.
    """
    universe = universe_of(context)
    if universe is None:
        return {}
    placed = [row for row in _rows(context) if universe.place("", row["symbol"]) is not None]
    cohorts = {row["subtype"] or row["cancer_code"]: row["source_cohort"] for row in placed}
    columns = sorted(cohorts)
    at = {name: number for number, name in enumerate(columns)}
    gathering = Gathering(universe, columns, tuple(LAYERS))
    for row in placed:
        position = gathering.row("", row["symbol"])
        if position is not None:
            values = numbers(context, (row[column] for column in LAYERS.values()), row.where)
            for name, value in zip(LAYERS, values, strict=True):
                gathering.layers[name][position, at[row["subtype"] or row["cancer_code"]]] = value
    places = mapped(context, "cohorts", "subtype", columns, FILE)
    store(
        context,
        "subtype-pirlygenes",
        universe.symbols,
        sources=("pirlygenes-subtypes",),
        unit="TPM (median; model-derived: deconvolved)",
        columns=columns,
        groups=[f"{places[name].label}, {cohorts[name]}" for name in columns],
        ids=[places[name].curie for name in columns],
        layers={name: values.astype(np.float32) for name, values in gathering.layers.items()},
        steps={"samples": 1},
    )
    return {}


def _rows(context: Context) -> Iterator[UpstreamRow]:
    return read_upstream(context.folder / FILE, COLUMNS, context.findings, ",", exact=False)


register(Adapter("pirlygenes-subtypes", "RNA in SCLC, sarcomas and subtypes", {"pirlygenes-subtypes": FILE}, read))
