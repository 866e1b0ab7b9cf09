"""RNA of single tumors (TCGA) and single cells (lung cancer), for what medians cannot tell: both on one sample."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from kg.expression.antigens import Universe
from kg.sources.dense import Wide, mapped, read_wide, store, universe_of
from kg.sources.registry import Adapter, Context, Output, register
from kg.sources.upstream import read_upstream

COADREAD = "coadread_592_surface_log2rsem.tsv.gz"
RNASEQ, AGILENT, PAIRED = "*.rnaseqv2.surface_log2rsem.tsv.gz", "*.agilent_mRNA.surface_log2ratio.tsv.gz", "*.tsv.gz"
COUNTS, LABELS = "luad_surface_umi_counts.tsv.gz", "cells.tsv.gz"
# `noncancer` files hold cells of the `allnontumor` files again; 38 genes are CAR targets beside 739 receptors.
NSCLC = "Patient*.txt.gz"
_NSCLC = re.compile(r"Patient(?P<patient>\d)_(?P<kind>cancer|allnontumor)_cells_thresh1_\d+genes\.txt\.gz")
THOUSANDTH = 0.001
_TISSUE = {"01": "tumor", "02": "recurrent tumor", "06": "metastasis", "11": "adjacent"}


def read_coadread(context: Context) -> Output:
    """592 colorectal tumors, log2 of RSEM + 1; masked genes stay missing."""
    return _samples(
        context,
        "sample-coadread",
        "tcga-coadread",
        (context.folder / COADREAD,),
        "log2(RSEM + 1), batch-corrected",
        symbol="Hugo_Symbol",
        beside=("Entrez_Gene_Id",),
        cohort=lambda _: "COADREAD",
    )


def read_rtcga(context: Context) -> Output:
    """Seven small cohorts by RNA-seq, and six by two-color arrays, which serve correlation only."""
    _samples(
        context,
        "sample-rtcga",
        "tcga-rtcga-rnaseq",
        sorted(context.folder.glob(RNASEQ)),
        "log2(RSEM + 1)",
        symbol="symbol",
        beside=("entrez",),
    )
    return _samples(
        context,
        "sample-agilent",
        "tcga-rtcga-agilent",
        sorted(context.folder.glob(AGILENT)),
        "log2 ratio to a reference RNA (for correlation within a cohort only)",
        symbol="symbol",
    )


def read_paired(context: Context) -> Output:
    """Tumors and adjacent tissue of eleven cancers; about a third of the antigens."""
    return _samples(
        context,
        "sample-paired",
        "tcga-metagsca",
        sorted(context.folder.glob(PAIRED)),
        "log2 (normalization not stated: compare within a cohort only)",
        symbol="symbol",
    )


def _samples(
    context: Context,
    name: str,
    source: str,
    paths: Sequence[Path],
    unit: str,
    *,
    symbol: str,
    beside: Sequence[str] = (),
    cohort: Callable[[str], str] = lambda file: file.partition(".")[0],
) -> Output:
    """One file of all cohorts: a column a sample, its group the cohort and the kind of tissue."""
    universe = universe_of(context)
    if universe is None:
        return {}
    wides = {path.name: read_wide(context, universe, path.name, symbol=symbol, beside=beside) for path in paths}
    codes = {file: cohort(file) for file in wides}
    places = mapped(context, "cohorts", "tcga", codes.values(), source)
    columns, groups, ids = [], [], []
    for file, wide in wides.items():
        for barcode in wide.columns:
            sample = barcode.replace(".", "-")
            tissue = _TISSUE.get(sample[13:15], "")
            if not tissue:
                context.complain(f"{file}:1", f"{sample!r} tells no kind of tissue", "look at the barcode")
            columns.append(sample)
            groups.append(f"{codes[file]} {tissue}")
            ids.append(places[codes[file]].curie if tissue != "adjacent" else "")
    _store(context, universe, name, source, unit, list(wides.values()), columns, groups, ids, THOUSANDTH)
    return {}


def _store(
    context: Context,
    universe: Universe,
    name: str,
    source: str,
    unit: str,
    wides: Sequence[Wide],
    columns: Sequence[str],
    groups: Sequence[str],
    ids: Sequence[str],
    step: float,
) -> None:
    if wides and not context.findings:
        store(
            context,
            name,
            universe.symbols,
            sources=(source,),
            unit=unit,
            columns=columns,
            groups=groups,
            ids=ids,
            layers={"value": np.hstack([wide.values for wide in wides])},
            steps={"value": step},
            only_known_rows=True,
        )


def read_luad(context: Context) -> Output:
    """Counts of 6,172 cells of lung adenocarcinoma and normal lung; at most 200 cells a state, so no proportions."""
    universe = universe_of(context)
    if universe is None:
        return {}
    labels = {
        row["cell"]: f"{row['cell_type']} / {row['cell_state']}"
        for row in read_upstream(
            context.folder / LABELS, ("cell", "cell_type", "cell_state"), context.findings, exact=False
        )
    }
    wide = read_wide(context, universe, COUNTS, symbol="symbol")
    for cell in wide.columns:
        if cell not in labels and not context.findings:
            context.complain(f"{COUNTS}:1", f"{cell!r} has no row in {LABELS}", "fetch it again")
    groups = [labels.get(cell, "") for cell in wide.columns]
    ids = ["MONDO:0005061" if group.startswith("Malignant") else "" for group in groups]
    _store(context, universe, "single-luad", "luad-cells", "UMI counts", [wide], wide.columns, groups, ids, 1)
    return {}


def read_nsclc(context: Context) -> Output:
    """Cells of five patients with NSCLC: malignant ones and all others; 739 receptors and 38 CAR targets."""
    universe = universe_of(context)
    if universe is None:
        return {}
    parts: dict[tuple[str, str], list[Wide]] = {}
    for path in sorted(context.folder.glob(NSCLC)):
        match = _NSCLC.fullmatch(path.name)
        if match:
            wide = read_wide(
                context, universe, path.name, ensembl="ensembl", symbol="symbol", names=("symbol", "ensembl")
            )
            parts.setdefault((match["patient"], match["kind"]), []).append(wide)
    wides, columns, groups = [], [], []
    for (patient, kind), files in parts.items():
        if any(list(wide.columns) != list(files[0].columns) for wide in files):
            context.complain(f"Patient{patient}_{kind}", "its files have different cells", "fetch them again")
            continue
        for wide in files[1:]:
            # Both files have the same numbers where both have the gene.
            files[0].values[:] = np.where(np.isnan(files[0].values), wide.values, files[0].values)
        wides.append(files[0])
        columns += [f"patient {patient} {cell}" for cell in files[0].columns]
        groups += [f"patient {patient} {'malignant' if kind == 'cancer' else 'other'}"] * len(files[0].columns)
    ids = ["MONDO:0005233" if group.endswith("malignant") else "" for group in groups]
    _store(context, universe, "single-nsclc", "madhitter", "log2 expression", wides, columns, groups, ids, THOUSANDTH)
    return {}


for _adapter in (
    Adapter("tcga-coadread", "RNA of 592 colorectal tumors", {"tcga-coadread": COADREAD}, read_coadread),
    Adapter(
        "tcga-rtcga",
        "RNA of single tumors of thirteen cohorts",
        {"tcga-rtcga-rnaseq": RNASEQ, "tcga-rtcga-agilent": AGILENT},
        read_rtcga,
    ),
    Adapter("tcga-metagsca", "RNA of tumors and adjacent tissue", {"tcga-metagsca": PAIRED}, read_paired),
    Adapter("luad-cells", "RNA of single cells, lung adenocarcinoma", {"luad-cells": "*.tsv.gz"}, read_luad),
    Adapter("madhitter", "RNA of single cells, NSCLC", {"madhitter": NSCLC}, read_nsclc),
):
    register(_adapter)
