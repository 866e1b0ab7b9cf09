"""The expression layer: the file format, the reader, `kg expression`, and promises about the committed numbers."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import REPOSITORY
from hypothesis import given
from hypothesis import strategies as st
from upstream.small import read_tsv

from kg.errors import KgError, NotFoundError
from kg.expression import KINDS, Dense, Expression, checksums, open_expression
from kg.expression.dense import fingerprint, from_bytes
from kg.expression.levels import SHOWN, levels
from kg.paths import Root, find_root

Run = Callable[..., tuple[int, str, str]]
MEGABYTES = 25


@pytest.fixture(scope="module")
def committed() -> Expression:
    return open_expression(find_root(REPOSITORY))


@pytest.fixture
def copied(tmp_path: Path) -> Root:
    """The committed numbers in a tree that the test may break."""
    for name in ("ontology", "data/expression", "data/curated"):
        shutil.copytree(REPOSITORY / name, tmp_path / name)
    shutil.copy(REPOSITORY / "data/MANIFEST", tmp_path / "data/MANIFEST")
    return find_root(tmp_path)


# --- the format


def dense_of(values: list[list[float]], step: float = 0) -> Dense:
    layer = np.array(values, dtype=np.float32)
    rows, columns = layer.shape
    names = tuple(f"c{number}" for number in range(columns))
    return Dense(
        "normal",
        ("toy",),
        "TPM",
        tuple(f"A{number}" for number in range(rows)),
        names,
        ("",) * columns,
        ("UBERON:0002107",) * columns,
        {"median": layer},
        {"median": step} if step else {},
        (1.0,) * columns,
    )


tables = st.integers(1, 4).flatmap(
    lambda width: st.lists(
        st.lists(st.one_of(st.just(float("nan")), st.integers(0, 20_000)), min_size=width, max_size=width),
        min_size=1,
        max_size=5,
    )
)


@given(tables)
def test_numbers_come_back_as_they_were_and_missing_ones_stay_missing(values: list[list[float]]) -> None:
    for step in (0, 1):
        dense = dense_of(values, step)
        back = from_bytes(dense.to_bytes(), "toy")
        np.testing.assert_array_equal(back.layers["median"], dense.layers["median"])
        assert replace(back, layers={}) == replace(dense, layers={})


def test_thousandths_are_exact_to_half_a_step() -> None:
    values = np.linspace(-9, 20, 1000, dtype=np.float32).reshape(10, 100)
    dense = dense_of(values.tolist(), 0.001)
    error = np.abs(from_bytes(dense.to_bytes(), "toy").layers["median"] - values)
    assert error.max() <= 0.0005 + 1e-6


def test_a_number_that_two_bytes_cannot_hold_is_refused_and_not_cut() -> None:
    with pytest.raises(ValueError, match="two bytes"):
        dense_of([[40_000.0]], 1).to_bytes()


def test_a_layer_of_another_shape_is_refused() -> None:
    dense = dense_of([[1.0, 2.0]])
    with pytest.raises(ValueError, match="layer median"):
        replace(dense, rows=("A", "B")).to_bytes()


def test_the_same_numbers_give_the_same_bytes() -> None:
    assert dense_of([[1.0, 2.0]]).to_bytes() == dense_of([[1.0, 2.0]]).to_bytes()
    assert fingerprint(dense_of([[1.0, 2.0]]).to_bytes()) != fingerprint(dense_of([[1.0, 2.5]]).to_bytes())
    assert fingerprint(b"no numbers") == ""


def test_only_the_layers_that_are_wanted_are_read() -> None:
    dense = replace(
        dense_of([[1.0]]), layers={"median": np.ones((1, 1), np.float32), "q1": np.zeros((1, 1), np.float32)}
    )
    assert set(from_bytes(dense.to_bytes(), "toy", ("q1",)).layers) == {"q1"}


@pytest.mark.parametrize("damage", [lambda old: old[:200], lambda _: b"", lambda old: old[:99] + b"xx" + old[101:]])
def test_a_damaged_file_is_named(copied: Root, damage: Callable[[bytes], bytes]) -> None:
    path = copied.expression / "normal-gtex.npz"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(KgError, match="is damaged") as caught:
        open_expression(copied).read("normal", "gtex")
    assert caught.value.where == str(path)


# --- the reader


def test_a_file_that_is_not_there_is_told_with_those_that_are(committed: Expression) -> None:
    with pytest.raises(NotFoundError, match="no normal numbers of 'fantom'") as caught:
        committed.read("normal", "fantom")
    assert "normal gtex" in caught.value.hint


def test_layers_are_those_that_were_asked_for(committed: Expression) -> None:
    assert set(committed.read("normal", "gtex", "median", "fraction_zero").layers) == {"median", "fraction_zero"}
    assert committed.sources("normal") == ("gtex", "hpa")


def test_a_tree_without_a_universe_is_told(built_toy: Root) -> None:
    with pytest.raises(KgError, match="no universe"):
        open_expression(built_toy)


def test_rows_are_those_of_the_universe_though_a_file_leaves_some_out(committed: Expression) -> None:
    paired = committed.read("sample", "paired")
    assert paired.rows == committed.universe.symbols
    values = paired.layers["value"]
    assert not np.isnan(values[committed.universe.find("HER2")]).any()
    assert np.isnan(values[committed.universe.find("EPCAM")]).all()  # the file has genes of pathways only


def test_everything_that_the_kernel_needs_is_read_in_well_under_a_second(committed: Expression) -> None:
    started = time.perf_counter()
    for kind, source in committed.files:
        if kind in ("normal", "cell", "protein", "tumor", "subtype", "stain"):
            committed.read(kind, source)
    assert time.perf_counter() - started < 1


def test_importing_the_package_loads_no_numpy() -> None:
    code = (
        "import sys, kg.expression, kg.expression.checksums, kg.expression.antigens; sys.exit('numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, check=False).returncode == 0


# --- the command


def test_the_command_shows_where_an_antigen_is_highest(kg: Run) -> None:
    code, out, err = kg("expression", "PSMA", "--kind", "tumor", "--top", "2", "--format", "json")
    assert code == 0
    rows = json.loads(out)
    assert list(rows[0]) == ["kind", "place", "id", "value", "unit", "detail", "source"]
    assert rows[0]["place"] == "PRAD (prostate adenocarcinoma)"
    assert (rows[0]["id"], rows[0]["unit"]) == ("MONDO:0005082", "TPM")
    assert rows[0]["value"] > 10 * rows[1]["value"]
    assert "FOLH1" in err and "not medical advice" in err and "undated" in err


def test_top_and_kind_change_the_rows(kg: Run) -> None:
    def rows(*options: str, antigen: str = "DLL3") -> list[dict[str, str]]:
        return list(json.loads(kg("expression", antigen, *options, "--format", "json", "-q")[1]))

    assert {row["kind"] for row in rows(antigen="HER2")} == set(SHOWN)
    assert rows("--kind", "protein") == []  # HPA 22 has not stained for it: nothing is known, which is not zero
    assert len(rows("--kind", "cell", "--top", "3")) == 3
    assert len(rows("--kind", "cell", "--top", "500")) == 81
    assert {row["source"] for row in rows("--kind", "normal")} == {"gtex-recount2", "pirlygenes-pan-cancer"}
    subtypes = [row["place"] for row in rows("--kind", "tumor") if row["source"] == "pirlygenes-subtypes"]
    assert subtypes[0] == "SCLC (small cell lung carcinoma, SCLC_UCOLOGNE_2015)"


def test_isoforms_lead_to_the_gene_and_the_command_says_so(kg: Run) -> None:
    code, out, err = kg("expression", "CLDN18.2", "--kind", "normal", "--top", "2", "--format", "tsv")
    assert code == 0
    assert [line.split("\t")[1] for line in out.splitlines()[1:]] == ["Stomach", "Lung", "stomach", "lung"]
    assert "no isoforms apart" in err


def test_quiet_says_nothing(kg: Run) -> None:
    assert kg("expression", "HER2", "--top", "1", "-q")[2] == ""


def test_an_unknown_antigen_has_near_misses(kg: Run) -> None:
    code, out, err = kg("expression", "NECTN4")
    assert (code, out) == (1, "")
    assert "no antigen of the universe is called 'NECTN4'" in err and "NECTIN4" in err


@pytest.mark.parametrize("options", [("--kind", "blood"), ("--top", "0"), ()])
def test_wrong_usage_is_two(kg: Run, options: tuple[str, ...]) -> None:
    assert kg("expression", *(("HER2", *options) if options else ()))[0] == 2


def test_a_tree_without_numbers_is_told(kg: Run, built_toy: Root) -> None:
    code, _, err = kg("expression", "HER2", "--root", built_toy.path)
    assert code == 1
    assert "run kg import universe" in err and "Traceback" not in err


@pytest.mark.parametrize("kind", ["protein", "tumor"])
def test_a_share_of_patients_comes_with_their_number(committed: Expression, kind: str) -> None:
    rows = levels(committed, "FOLH1", kind, 1)
    if kind == "protein":
        assert rows[-1]["detail"] == "7 high, 0 medium, 0 low of 7 patients" and rows[-1]["value"] == 1
    else:
        assert "model-derived" in str(rows[-1]["detail"])


# --- checksums


def test_an_edited_file_a_missing_one_and_a_stranger_are_found(copied: Root) -> None:
    assert checksums.complaints(copied) == []
    (copied.expression / "cell-hpa.npz").write_bytes(b"mine")
    (copied.expression / "stain-hpa.npz").unlink()
    (copied.expression / "notes.txt").write_text("mine")
    found = [finding.where for finding in checksums.complaints(copied)]
    assert found == [f"data/expression/{name}" for name in ("cell-hpa.npz", "notes.txt", "stain-hpa.npz")]


def test_the_checksums_themselves_are_vouched_for_by_the_manifest() -> None:
    assert "\nexpression/SHA256SUMS\t" in (REPOSITORY / "data/MANIFEST").read_text()


# --- promises about what is committed


def test_the_committed_numbers_are_what_the_checksums_say_and_small(committed: Expression) -> None:
    assert checksums.complaints(committed.root) == []
    size = sum(path.stat().st_size for path in committed.root.expression.iterdir())
    assert size < MEGABYTES * 2**20


def test_every_file_is_of_a_known_kind_and_of_known_sources(committed: Expression) -> None:
    known = {row["id"]: row for row in read_tsv(REPOSITORY / "data/sources.tsv")}
    assert {kind for kind, _ in committed.files} == set(KINDS)
    for kind, source in committed.files:
        dense = committed.read(kind, source)
        assert dense.kind == kind
        assert all(len(known[identifier]["sha256"]) == 64 for identifier in dense.sources)
        assert all(values.dtype == np.float32 and not np.isinf(values).any() for values in dense.layers.values())


def test_what_comes_from_hpa_stands_in_files_that_say_so(committed: Expression) -> None:
    """The 21 TCGA columns of HPA count: without them and the files here, the core is free of HPA."""
    by_hpa = {source for _, source in committed.files if source == "hpa"}
    assert by_hpa == {"hpa"}
    assert {kind for kind, source in committed.files if source == "hpa"} == {
        "agreement", "cell", "normal", "protein", "stain", "surface", "tumor",
    }  # fmt: skip


def test_the_universe_holds_the_surface_and_is_in_order(committed: Expression) -> None:
    universe = committed.universe
    surface = [antigen for antigen in universe.antigens if "surface" in antigen.roles]
    assert 2_800 <= len(surface) <= 3_200
    assert list(universe.symbols) == sorted(set(universe.symbols))
    assert all(antigen.hgnc.startswith("HGNC:") for antigen in universe.antigens)


def test_every_antigen_that_the_graph_names_by_a_gene_is_in_the_universe(committed: Expression) -> None:
    genes = [
        row["antigen"]
        for path in (REPOSITORY / "data/curated").glob("antigens*.tsv")
        for row in read_tsv(path)
        if ":" not in row["antigen"]
    ]
    assert sorted(set(genes) - set(committed.universe.symbols)) == []


def test_identifiers_agree_with_those_of_the_graph(committed: Expression) -> None:
    rows = {row["symbol"]: row for row in read_tsv(REPOSITORY / "data/imported/genes-hgnc.tsv")}
    for antigen in committed.universe.antigens:
        if antigen.symbol in rows:
            row = rows[antigen.symbol]
            assert (antigen.hgnc, antigen.ensembl[:1]) == (row["hgnc"], (row["ensembl"],) if row["ensembl"] else ())
            assert antigen.uniprot == row["uniprot"]


@pytest.mark.parametrize(
    ("antigen", "tumor", "source", "least"),
    [
        ("PSMA", "PRAD", "hpa", 300),
        ("CEACAM5", "COAD", "hpa", 1000),
        ("CLDN18", "STAD", "hpa", 100),
        ("GPC3", "LIHC", "hpa", 50),
        ("MSLN", "MESO", "gdc", 100),
        ("PMEL", "UVM", "gdc", 500),
    ],
)
def test_known_antigens_stand_where_they_are_known_to(
    committed: Expression, antigen: str, tumor: str, source: str, least: float
) -> None:
    dense = committed.read("tumor", source)
    column = dense.layers["median"][:, dense.columns.index(tumor)]
    assert column[committed.universe.find(antigen)] > least


def test_the_facts_of_the_graph_are_those_of_the_dense_numbers(committed: Expression) -> None:
    """Every row of staining tells the counts of the file, and every count that is enough has its row."""
    stain, protein = committed.read("stain", "hpa"), committed.read("protein", "hpa")
    counts = {name: stain.layers[name] for name in ("high", "medium", "low", "not_detected")}
    patients = np.sum(list(counts.values()), axis=0)
    trusted = np.any(protein.layers["reliability"] >= 2, axis=1)
    told = set()
    for row in read_tsv(REPOSITORY / "data/imported/expression-hpa.tsv"):
        position, column = committed.universe.by_symbol[row["antigen"]], stain.ids.index(row["tumor"])
        figures = {name.replace("_", " "): int(values[position, column]) for name, values in counts.items()}
        assert row["note"].startswith(", ".join(f"{number} {name}" for name, number in figures.items()))
        positive = figures["high"] + figures["medium"]
        total = int(patients[position, column])
        assert row["description"] == f"stained medium or high in {positive} of {total} patients"
        assert (row["level"], row["reading"], row["stance"]) == ("ex-vivo", "record", "supports")
        told.add((row["antigen"], row["tumor"]))
    cell_surface = {
        row["antigen"]
        for path in (REPOSITORY / "data/curated").glob("antigens*.tsv")
        for row in read_tsv(path)
        if row["location"] == "cell-surface"
    }
    elsewhere = {row["antigen"] for row in read_tsv(REPOSITORY / "data/curated/roles.tsv")}
    tumors = {row["id"] for path in (REPOSITORY / "data/curated").glob("tumors*.tsv") for row in read_tsv(path)}
    with np.errstate(invalid="ignore"):
        enough = trusted[:, None] & (patients >= 6) & (2 * (counts["high"] + counts["medium"]) >= patients)
    due = {
        (committed.universe.symbols[position], stain.ids[column])
        for position, column in np.argwhere(enough).tolist()
        if committed.universe.symbols[position] in cell_surface - elsewhere and stain.ids[column] in tumors
    }
    assert told == due
    assert ("CDH17", "MONDO:0024331") in told and ("IL3RA", "MONDO:0024331") not in told


def test_tissues_and_tumors_are_mapped(committed: Expression) -> None:
    for kind, source in committed.files:
        dense = committed.read(kind, source)
        if kind in ("normal", "protein"):
            assert set(dense.ids) <= set(committed.tissues), source
        if kind in ("tumor", "subtype", "stain"):
            assert all(curie.startswith("MONDO:") for curie in dense.ids), source


def test_no_tissue_is_vital_and_expendable(committed: Expression) -> None:
    for tissue in committed.tissues.values():
        assert not {"vital", "expendable"} <= set(tissue.classes), tissue.label
        assert "other" not in tissue.classes or tissue.classes == ("other",)
    vital = {tissue.label for tissue in committed.tissues.values() if "vital" in tissue.classes}
    assert {"brain", "heart", "lung", "liver", "kidney", "bone marrow", "small intestine"} <= vital
