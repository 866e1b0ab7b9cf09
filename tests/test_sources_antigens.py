"""What antigens are like and what became of other drugs against them: joins, votes, topology, decisions, outcomes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from upstream.small import REPOSITORY, Small, edit, import_all, matching, one, read_tsv

from kg.sources import run_import
from kg.sources.precedents import _antigen
from kg.sources.registry import load_context
from kg.sources.surface import RESOURCES, lengths, segments
from kg.store import Opened
from kg.terms import PREFIXES

TRAITS, PRECEDENTS = "traits-surface", "precedents-pirlygenes"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    return import_all(tmp_path_factory.mktemp("small"))


def trait(small: Small, antigen: str, name: str) -> set[tuple[str, str]]:
    """The values of a trait, with the source of each."""
    return {(row["value"], row["source"]) for row in small.rows(TRAITS, antigen=antigen, trait=name)}


# --- joins


@pytest.mark.parametrize(
    ("antigen", "locator"),
    [
        pytest.param("ERBB2", "row HER2", id="HER2 is ERBB2"),
        pytest.param("FOLH1", "row PSMA", id="PSMA is FOLH1"),
        pytest.param("NECTIN4", "row Nectin-4", id="PVRL4 is NECTIN4, by its Ensembl gene"),
        pytest.param("TNFRSF17", "row Belantamab mafodotin", id="BCMA is TNFRSF17"),
        pytest.param("TNFRSF17", "row Idecabtagene vicleucel", id="BCMA of a CAR-T"),
    ],
)
def test_a_target_joins_by_name_or_gene(small: Small, antigen: str, locator: str) -> None:
    assert {row["antigen"] for row in small.rows(PRECEDENTS, locator=locator)} == {antigen}


def test_an_isoform_that_is_a_target_is_a_precedent_of_its_antigen(real_root: object) -> None:
    context = load_context(real_root, Path())  # type: ignore[arg-type]
    assert _antigen(context, "CLDN18.2") == "CLDN18"
    assert _antigen(context, "CD79B", "ENSG00000007312") is None


def test_a_drug_against_claudin_18_2_says_that_it_is_of_the_isoform() -> None:
    read = read_tsv(REPOSITORY / "data/curated/precedents-d8.tsv")
    claudin = matching(read, antigen="CLDN18")
    assert {row["agent"] for row in claudin} >= {"zolbetuximab"}
    assert all("isoform 2" in row["note"] for row in claudin)


def test_drugs_against_other_targets_and_bispecific_conjugates_are_left_out(small: Small) -> None:
    agents = {row["agent"] for row in small.rows(PRECEDENTS)}
    assert not agents & {"polatuzumab vedotin", "moxetumomab pasudotox", "BL-B01D1"}
    assert {"antibody", "bispecific"}.isdisjoint(row["agent_class"] for row in small.rows(PRECEDENTS))


def test_an_antibody_of_the_graph_is_no_precedent() -> None:
    """Two biparatopic conjugates are not marked as bispecific in the list of trials."""
    agents = {row["agent"] for row in read_tsv(REPOSITORY / "data/imported" / f"{PRECEDENTS}.tsv")}
    assert "AZD0901" in agents
    assert not agents & {"TQB2102", "IMGN151"}


# --- votes


def test_votes_are_those_of_the_seven_resources_and_none_is_told_as_zero(small: Small) -> None:
    votes = {value for value, _ in trait(small, "ERBB2", "surface-vote")}
    assert votes == set(RESOURCES)
    assert trait(small, "ERBB2", "surface-votes") == {("7", "accessible-surfaceome")}
    assert trait(small, "STEAP1", "surface-votes") == {("1", "accessible-surfaceome")}
    assert not trait(small, "PRAME", "surface-votes"), "asked of nobody is not zero"


def test_what_a_language_model_wrote_is_not_read(small: Small, tmp_path: Path) -> None:
    again = import_all(tmp_path, ("hgnc",))
    path = again.upstream / "surface/accessible_surfaceome/per_protein_features.tsv.gz"

    def contradict(rows: list[list[str]]) -> None:
        for name in ("sonnet_verdict", "sonnet_reason", "pubmed_verdict"):
            for row in rows[1:]:
                row[rows[0].index(name)] = "no"

    edit(path, contradict)
    run_import("surface", again.upstream / "surface", again.root)
    assert again.rows(TRAITS) == small.rows(TRAITS)


def test_a_flag_that_is_none_is_a_complaint(tmp_path: Path) -> None:
    again = import_all(tmp_path, ("hgnc",))
    path = again.upstream / "surface/accessible_surfaceome/per_protein_features.tsv.gz"
    edit(path, lambda rows: rows[2].__setitem__(rows[0].index("cspa_flag"), "maybe"))
    with pytest.raises(Exception, match=r"per_protein_features.tsv.gz:3: has a flag that is neither 0 nor 1"):
        run_import("surface", again.upstream / "surface", again.root)


# --- topology


@pytest.mark.parametrize(
    ("antigen", "topology", "crossed", "outside", "farthest"),
    [
        ("ERBB2", "single-pass-type-1", "1", "630", "630"),
        ("FOLH1", "single-pass-type-2", "1", "707", "707"),
        ("TNFRSF17", "single-pass-type-3", "1", "53", "53"),
        ("CLDN18", "multi-pass", "4", "71", "26"),
        ("LGR5", "multi-pass", "7", "590", "537"),
    ],
)
def test_lengths_follow_from_the_segments(
    small: Small, antigen: str, topology: str, crossed: str, outside: str, farthest: str
) -> None:
    assert (topology, "surfy") in trait(small, antigen, "topology")
    assert trait(small, antigen, "membrane-segments") == {(crossed, "surfy")}
    assert trait(small, antigen, "extracellular-length") == {(outside, "surfy")}
    assert trait(small, antigen, "membrane-distance") == {(farthest, "surfy")}


def test_nothing_is_computed_where_the_anchor_is_no_segment(small: Small) -> None:
    assert trait(small, "CEACAM5", "topology") == {("gpi-anchored", "accessible-surfaceome")}
    assert not trait(small, "CEACAM5", "extracellular-length")
    assert trait(small, "STEAP1", "topology") == {("multi-pass", "accessible-surfaceome")}
    assert not trait(small, "STEAP1", "membrane-distance"), "SURFY does not have it"


@given(st.lists(st.integers(1, 400), min_size=2, max_size=9), st.booleans())
def test_lengths_of_any_alternating_topology(stretches: list[int], outside_first: bool) -> None:
    sides = ["NC", "CY"] if outside_first else ["CY", "NC"]
    parts, first, outside = [], 1, []
    for number, length in enumerate(stretches):
        if number:
            parts.append(f"TM:{first}-{first + 20}")
            first += 21
        parts.append(f"{sides[number % 2]}:{first}-{first + length - 1}")
        first += length
        if sides[number % 2] == "NC":
            outside.append(length)
    crossed, total, farthest = lengths(segments(";".join(parts)))
    assert (crossed, total) == (len(stretches) - 1, sum(outside))
    assert farthest <= max(outside)
    assert 2 * farthest >= max(outside)


@pytest.mark.parametrize("topology", ["", "NC:1-10;TM:12-30", "NC:10-1", "EX:1-10", "NC:1-10,TM:11-30"])
def test_what_is_no_topology_is_refused(topology: str) -> None:
    with pytest.raises(ValueError, match=r"is no segment|do not follow"):
        segments(topology)


# --- decisions and outcomes


def test_each_decision_is_a_precedent_and_a_withdrawal_is_of_the_authority_before_it(small: Small) -> None:
    rows = small.rows(PRECEDENTS, agent="belantamab mafodotin", source="pirlygenes-adc-approved")
    assert sorted((row["on"], row["outcome"], row["region"]) for row in rows) == [
        ("2020", "approved", "US"),
        ("2022", "withdrawn", "US"),
        ("2025", "approved", "US"),
    ]
    withdrawn = one(small.rows(PRECEDENTS, source="pirlygenes-adc-withdrawn"))
    (same,) = (row for row in rows if row["outcome"] == "withdrawn")
    assert {**withdrawn, "source": ""} == {**same, "source": ""}, "two lists, one precedent"


def test_authorities_are_regions(small: Small) -> None:
    found = small.rows(PRECEDENTS, outcome="approved", agent_class="adc")
    assert {(row["agent"], row["region"]) for row in found} >= {
        ("trastuzumab deruxtecan", "US"),
        ("trastuzumab deruxtecan", "CN"),
        ("cetuximab sarotalocan", "JP"),
    }


def test_a_drug_in_trials_is_one_precedent_with_its_furthest_phase_and_its_worst_end(small: Small) -> None:
    row = one(small.rows(PRECEDENTS, agent="rovalpituzumab tesirine"))
    assert (row["antigen"], row["phase"], row["outcome"]) == ("DLL3", "phase-3", "failed")
    assert row["reason"] == "phase 3 (MERU) was ended; phase 3 (TAHOE) failed in 2018"
    assert row["locator"] == "rows Rovalpituzumab tesirine: NCT01901653, NCT02674568, NCT02709889 and 7 more"


def test_an_outcome_that_no_remark_tells_is_unknown_and_a_phase_that_is_missing_is_empty(small: Small) -> None:
    assert one(small.rows(PRECEDENTS, agent="SYD985"))["outcome"] == "unknown"
    row = one(small.rows(PRECEDENTS, agent="disitamab vedotin"))
    assert (row["phase"], row["outcome"]) == ("", "unknown")


def test_a_radioligand_without_a_name_has_none(small: Small) -> None:
    assert one(small.rows(PRECEDENTS, locator="row PSMA"))["agent"] == "177Lu-PSMA-617"
    row = one(small.rows(PRECEDENTS, locator="row DLL3"))
    assert (row["agent"], row["outcome"]) == ("", "active")


def test_a_remark_that_is_not_mapped_is_a_complaint(tmp_path: Path) -> None:
    again = import_all(tmp_path, ("hgnc",))
    path = again.upstream / "precedents/ADC-trials.csv"
    edit(path, lambda rows: rows[1].__setitem__(rows[0].index("notes"), "GONE"))
    with pytest.raises(Exception, match=r"ADC-trials.csv:2: 'GONE' is not in data/crosswalks/trial-notes.tsv"):
        run_import("precedents", again.upstream / "precedents", again.root)


# --- the real graph


def test_the_real_graph_has_traits_and_precedents_of_what_matters(real: Opened) -> None:
    prefixes = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())

    def count(where: str) -> int:
        (row,) = real.store.query(f"{prefixes}SELECT (COUNT(DISTINCT ?a) AS ?n) {{ {where} }}")
        return int(row[0].value)

    assert count("?a bsab:surfaceVotes ?n") >= 120
    assert count("?a bsab:extracellularLength ?n") >= 90
    assert count("?a bsab:hasPrecedent ?p . ?p bsab:agentClass bsab:AdcAgent") >= 30
    for failed in ("DLL3", "CEACAM5", "MSLN", "FOLR1", "EPCAM", "MUC16", "IGF1R", "MET"):
        assert count(f'?a skos:notation "{failed}" ; bsab:hasPrecedent/bsab:precedentOutcome bsab:FailedPrecedent'), (
            failed
        )
    for approved in ("FOLR1", "CLDN18", "TACSTD2", "NECTIN4", "ERBB2", "F3", "FOLH1", "GD2", "EGFR", "MET"):
        notation = f"GLYCAN:{approved}" if approved == "GD2" else approved
        where = f'?a skos:notation "{notation}" ; bsab:hasPrecedent/bsab:precedentOutcome bsab:ApprovedPrecedent'
        assert count(where), approved
