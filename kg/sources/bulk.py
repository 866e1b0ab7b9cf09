"""Bulk RNA: normal tissues (HPA, GTEx), cell types (HPA) and tumors (TCGA medians) for every antigen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kg.expression.antigens import Universe
from kg.sources.dense import Wide, mapped, read_wide, store, universe_of
from kg.sources.registry import Adapter, Context, Output, register

PAN_CANCER = "pan-cancer-expression.v4.50.15.csv.gz"
CELLS = "hpa-cell-type-expression.v4.50.15.csv.gz"
ROLLUPS = "pan-cancer-expression-rollups.v6.0.18.csv.gz"
GTEX = {name: f"gtex_{name}.tsv.gz" for name in ("median", "lower_quartile", "upper_quartile", "fraction_zero")}
K562 = "Bone Marrow"  # in recount2 this column of GTEx is the leukemia line K-562
# These are medians of GDC's TPM in spite of their names; the other FPKM_ columns are HPA's medians of FPKM.
TPM = ("SARC", "ACC", "CHOL", "DLBC", "ESCA", "LAML", "LGG", "MESO", "PCPG", "THYM", "UCS", "UVM")
MILLION = 1e6


def read_pirlygenes(context: Context) -> Output:
    """HPA consensus of 50 tissues, 81 HPA cell types, medians of 33 TCGA cohorts and of five rollups.

    FPKM and TPM are made comparable by rescaling each tumor column to a sum of 10^6 over all genes of the source.
    """
    universe = universe_of(context)
    if universe is None:
        return {}
    gene = {"ensembl": "Ensembl_Gene_ID", "symbol": "Symbol", "delimiter": ","}
    wide = read_wide(context, universe, PAN_CANCER, **gene)
    tissues = [name for name in wide.columns if name.startswith("nTPM_")]
    names = [name.removeprefix("nTPM_") for name in tissues]
    places = mapped(context, "tissues", "hpa-rna", names, PAN_CANCER)
    store(
        context,
        "normal-hpa",
        universe.symbols,
        sources=("pirlygenes-pan-cancer",),
        unit="nTPM (HPA consensus)",
        columns=names,
        ids=[places[name].curie for name in names],
        layers={"median": wide.values[:, [wide.columns.index(name) for name in tissues]]},
    )
    cohorts = [name.removeprefix("FPKM_") for name in wide.columns if name.startswith("FPKM_")]
    by_source = {"hpa": [name for name in cohorts if name not in TPM], "gdc": [name for name in cohorts if name in TPM]}
    for source, names in by_source.items():
        unit = f"TPM (median {'FPKM' if source == 'hpa' else 'TPM'}, column rescaled to 10^6)"
        _tumors(context, universe, f"tumor-{source}", wide, "FPKM_", names, "tcga", "pirlygenes-pan-cancer", unit)
    cells = read_wide(context, universe, CELLS, **gene)
    store(
        context,
        "cell-hpa",
        universe.symbols,
        sources=("pirlygenes-cell-types",),
        unit="nTPM (HPA single-cell types)",
        columns=cells.columns,
        layers={"mean": cells.values},
    )
    rollups = read_wide(context, universe, ROLLUPS, ensembl="Ensembl_Gene_ID", delimiter=",")
    names = [name.removeprefix("TPM_") for name in rollups.columns]
    unit = "TPM (median, column rescaled to 10^6)"
    _tumors(context, universe, "tumor-rollup", rollups, "TPM_", names, "rollup", "pirlygenes-rollups", unit)
    return {}


def _tumors(
    context: Context,
    universe: Universe,
    file: str,
    wide: Wide,
    prefix: str,
    names: Sequence[str],
    crosswalk: str,
    source: str,
    unit: str,
) -> None:
    at = [wide.columns.index(prefix + name) for name in names]
    places = mapped(context, "cohorts", crosswalk, names, source)
    totals = wide.totals[at]
    store(
        context,
        file,
        universe.symbols,
        sources=(source,),
        unit=unit,
        columns=names,
        groups=[places[name].label for name in names],
        ids=[places[name].curie for name in names],
        layers={"median": (wide.values[:, at] * (MILLION / totals)).astype(np.float32)},
        totals=totals,
    )


def read_gtex(context: Context) -> Output:
    """GTEx by tissue: median, quartiles and the fraction of samples without a read. K-562 is left out."""
    universe = universe_of(context)
    if universe is None:
        return {}
    wides = {
        name: read_wide(context, universe, file, ensembl="ensembl_gene_id", symbol="symbol", dropped=(K562,))
        for name, file in GTEX.items()
    }
    columns = wides["median"].columns
    for name, wide in wides.items():
        if list(wide.columns) != list(columns):
            context.complain(f"{GTEX[name]}:1", f"has other columns than {GTEX['median']}", "fetch it again")
    places = mapped(context, "tissues", "gtex", columns, GTEX["median"])
    store(
        context,
        "normal-gtex",
        universe.symbols,
        sources=("gtex-recount2",),
        unit="TPM (recount2 counts by length; fraction_zero: share of samples)",
        columns=columns,
        ids=[places[name].curie for name in columns],
        layers={name: wide.values for name, wide in wides.items()},
    )
    return {}


register(
    Adapter(
        "pirlygenes-expression",
        "RNA in normal tissues, cell types and tumors",
        {
            "pirlygenes-pan-cancer": PAN_CANCER,
            "pirlygenes-cell-types": CELLS,
            "pirlygenes-rollups": ROLLUPS,
        },
        read_pirlygenes,
    )
)
register(Adapter("gtex", "RNA in normal tissues with its spread", {"gtex-recount2": "gtex_*.tsv.gz"}, read_gtex))
