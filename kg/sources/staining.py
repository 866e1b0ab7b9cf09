"""Protein by antibodies on tissue (HPA): normal tissue by cell type, tumors by patient; how well RNA tells of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kg.expression.antigens import Universe
from kg.expression.dense import Numbers
from kg.sources.dense import Gathering, Place, mapped, numbers, store, universe_of
from kg.sources.registry import Adapter, Context, Output, register
from kg.sources.upstream import Cells, UpstreamRow, read_upstream

NORMAL, PATHOLOGY = "normal_tissue.tsv.gz", "pathology.tsv.gz"
CPTAC, PRIORS = "rna-protein-calibrations.surface.tsv.gz", "rna-protein-hpa-priors.csv.gz"
LEVELS = {"Not detected": 0, "Low": 1, "Medium": 2, "High": 3}  # Ascending, Descending, N/A ...: no level
RELIABILITY = {"Uncertain": 0, "Approved": 1, "Supported": 2, "Enhanced": 3}
PATIENTS = ("high", "medium", "low", "not_detected")
# An antigen counts as documented on a tumor from these on: a choice of ours, for want of a published one.
LEAST_PATIENTS, LEAST_SHARE, LEAST_RELIABLE = 6, 0.5, "Supported"
AGREEMENT = {
    "pearson": "pearson_r",
    "slope": "quantitative_slope",
    "detected": "protein_detection_rate",
    "samples": "n_matched_samples",
}
PRIOR = {"spearman": "rna_ihc_spearman_rho", "detection_auc": "detection_auc", "tissues": "n_matched_tissues"}


def read_hpa(context: Context) -> Output:
    """Levels of staining with their reliability, patients by level for 20 cancers, and what of it the graph takes."""
    universe = universe_of(context)
    if universe is None:
        return {}
    normal = _normal(context, universe)
    return {"expression-hpa": _pathology(context, universe, normal.layers["reliability"])}


def _placed(context: Context, universe: Universe, file: Path, columns: Sequence[str]) -> Iterator[UpstreamRow]:
    """The rows of genes that the universe has."""
    for row in read_upstream(file, columns, context.findings, exact=False):
        if universe.place(row["ensembl"], row["gene"]) is not None:
            yield row


def _normal(context: Context, universe: Universe) -> Gathering:
    columns = ("ensembl", "gene", "tissue", "cell_type", "level", "reliability")
    rows = [
        row
        for row in _placed(context, universe, context.folder / NORMAL, columns)
        if row["tissue"] != "N/A" and row["level"] in LEVELS
    ]
    sites = sorted({(row["tissue"], row["cell_type"]) for row in rows})
    at = {site: number for number, site in enumerate(sites)}
    gathering = Gathering(universe, [tissue for tissue, _ in sites], ("level", "reliability"))
    for row in rows:
        position = gathering.row(row["ensembl"], row["gene"])
        if row["reliability"] not in RELIABILITY:
            context.complain(row.where, f"reliability {row['reliability']!r} is not known", "look at the release")
        elif position is not None:
            column = at[row["tissue"], row["cell_type"]]
            gathering.layers["level"][position, column] = LEVELS[row["level"]]
            gathering.layers["reliability"][position, column] = RELIABILITY[row["reliability"]]
    places = mapped(context, "tissues", "hpa-protein", gathering.columns, NORMAL)
    store(
        context,
        "protein-hpa",
        universe.symbols,
        sources=("hpa-tissue",),
        unit="level of staining, 0 not detected, 1 low, 2 medium, 3 high (reliability: 0 uncertain to 3 enhanced)",
        columns=gathering.columns,
        groups=[cell for _, cell in sites],
        ids=[places[tissue].curie for tissue in gathering.columns],
        layers=gathering.layers,
        steps={"level": 1, "reliability": 1},
    )
    return gathering


def _pathology(context: Context, universe: Universe, reliability: Numbers) -> list[Cells]:
    rows = list(_placed(context, universe, context.folder / PATHOLOGY, ("ensembl", "gene", "cancer", *PATIENTS)))
    cancers = sorted({row["cancer"] for row in rows})
    at = {name: number for number, name in enumerate(cancers)}
    gathering = Gathering(universe, cancers, PATIENTS)
    for row in rows:
        position = gathering.row(row["ensembl"], row["gene"])
        if position is not None:
            counts = numbers(context, (row[name] for name in PATIENTS), row.where)
            for name, count in zip(PATIENTS, counts, strict=True):
                gathering.layers[name][position, at[row["cancer"]]] = count
    places = mapped(context, "cohorts", "hpa-pathology", cancers, PATHOLOGY)
    store(
        context,
        "stain-hpa",
        universe.symbols,
        sources=("hpa-pathology",),
        unit="patients by level of staining of their tumor",
        columns=cancers,
        groups=[places[name].label for name in cancers],
        ids=[places[name].curie for name in cancers],
        layers=gathering.layers,
        steps=dict.fromkeys(PATIENTS, 1),
    )
    trusted = np.any(reliability >= RELIABILITY[LEAST_RELIABLE], axis=1, keepdims=True)
    return list(_facts(context, universe, gathering, places, trusted))


def _facts(
    context: Context,
    universe: Universe,
    gathering: Gathering,
    places: Mapping[str, Place],
    trusted: NDArray[np.bool_],  # antigens x 1
) -> Iterator[Cells]:
    """Rows of antigens on tumors, where at least half of six patients or more are stained medium or high.

    Only of surface antigens that the graph names, on tumors that it names, by antibodies that HPA itself calls at
    least supported: others stain what no RNA is found of (CD123 on colorectal cancer). HPA judges the tumor cells. What
    immune cells, vessels or stroma carry (a role in `roles`) is left out: on those a stain tells nothing of the tumor.
    """
    on_surface = {row["antigen"] for row in context.rows["antigens"] if row["location"] == "cell-surface"}
    elsewhere = {row["antigen"] for row in context.rows["roles"]}
    tumors = {row["id"] for row in context.rows["tumors"]}
    counts = {name: gathering.layers[name] for name in PATIENTS}
    patients = np.sum(list(counts.values()), axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (counts["high"] + counts["medium"]) / patients
    stained = trusted & (patients >= LEAST_PATIENTS) & (share >= LEAST_SHARE)
    for position, column in np.argwhere(stained).tolist():
        symbol, cancer = universe.symbols[position], gathering.columns[column]
        if symbol not in on_surface - elsewhere or places[cancer].curie not in tumors:
            continue
        high, medium, low, none = (int(counts[name][position, column]) for name in PATIENTS)
        yield {
            "antigen": symbol,
            "tumor": places[cancer].curie,
            "description": f"stained medium or high in {high + medium} of {high + medium + low + none} patients",
            "source": "hpa-pathology",
            "locator": f"pathology, {symbol}, {cancer}",
            "level": "ex-vivo",
            "stance": "supports",
            "date": "2023-02-20",
            "reading": "record",
            "note": f"{high} high, {medium} medium, {low} low, {none} not detected; one antibody, tissue cores",
        }


def read_oncoref(context: Context) -> Output:
    """Agreement of RNA and protein: by CPTAC cohort, and over normal tissues by HPA."""
    universe = universe_of(context)
    if universe is None:
        return {}
    columns = ("canonical_gene_id", "symbol", "cancer_code", *AGREEMENT.values())
    rows = list(read_upstream(context.folder / CPTAC, columns, context.findings, exact=False))
    cohorts = sorted({row["cancer_code"] for row in rows})
    gathering = Gathering(universe, cohorts, tuple(AGREEMENT))
    for row in rows:
        position = gathering.row(row["canonical_gene_id"], row["symbol"])
        if position is not None:
            values = numbers(context, (row[name] for name in AGREEMENT.values()), row.where)
            for name, value in zip(AGREEMENT, values, strict=True):
                gathering.layers[name][position, cohorts.index(row["cancer_code"])] = value
    places = mapped(context, "cohorts", "cptac", cohorts, CPTAC)
    store(
        context,
        "agreement-cptac",
        universe.symbols,
        sources=("oncoref-cptac",),
        unit="Pearson's r of RNA and protein over tumors",
        columns=cohorts,
        groups=[places[name].label for name in cohorts],
        ids=[places[name].curie for name in cohorts],
        layers=gathering.layers,
        steps={"samples": 1},
    )
    prior = Gathering(universe, ("normal tissues",), (*PRIOR, "reliability"))
    columns = ("canonical_gene_id", "gene_symbol", "ihc_reliability", *PRIOR.values())
    for row in read_upstream(context.folder / PRIORS, columns, context.findings, ",", exact=False):
        position = prior.row(row["canonical_gene_id"], row["gene_symbol"])
        if position is not None:
            values = numbers(context, (row[name] for name in PRIOR.values()), row.where)
            for name, value in zip(PRIOR, values, strict=True):
                prior.layers[name][position, 0] = value
            prior.layers["reliability"][position, 0] = RELIABILITY.get(row["ihc_reliability"], np.nan)
    store(
        context,
        "agreement-hpa",
        universe.symbols,
        sources=("oncoref-hpa",),
        unit="Spearman's rho of RNA and staining over normal tissues",
        columns=prior.columns,
        layers=prior.layers,
        steps={"tissues": 1, "reliability": 1},
    )
    return {}


register(
    Adapter(
        "hpa-protein",
        "staining of normal tissue and of tumors",
        {"hpa-tissue": NORMAL, "hpa-pathology": PATHOLOGY},
        read_hpa,
    )
)
register(
    Adapter(
        "oncoref",
        "how well RNA tells of protein",
        {"oncoref-cptac": CPTAC, "oncoref-hpa": PRIORS},
        read_oncoref,
    )
)
