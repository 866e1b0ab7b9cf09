"""Names: aliases that must join, symbols and terms that upstream has given up, and who stays out."""

from __future__ import annotations

from pathlib import Path

import pytest
from upstream.small import Small, committed_tables, import_all, matching, set_cell

from kg.errors import FactsError
from kg.paths import Root
from kg.sources import run_import
from kg.sources.registry import load_context

Tables = dict[str, list[dict[str, str]]]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    return import_all(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module", params=["cut-down", "committed"])
def tables(request: pytest.FixtureRequest, small: Small) -> Tables:
    """The imported tables: from the cut-down files, and as committed."""
    return dict(small.tables) if request.param == "cut-down" else committed_tables()


def test_a_symbol_that_hgnc_has_given_up_is_refused_with_its_line_and_kept_as_a_name(tmp_path: Path) -> None:
    small = import_all(tmp_path, ["hgnc"])
    (row,) = small.rows("genes-hgnc", symbol="NECTIN4")
    assert "PVRL4" in row["aliases"].split(";")
    path = small.root.data / "curated/antigens.tsv"
    path.write_text(path.read_text().replace("NECTIN4\t", "PVRL4\t"))
    line = next(number for number, text in enumerate(path.read_text().splitlines(), 1) if text.startswith("PVRL4\t"))
    with pytest.raises(FactsError) as caught:
        run_import("hgnc", small.upstream / "hgnc", small.root)
    assert [str(finding) for finding in caught.value.findings] == [
        f"data/curated/antigens.tsv:{line}: 'PVRL4' is no approved HGNC symbol (look the current symbol up)"
    ]


def test_of_several_accessions_the_first_is_the_protein(tmp_path: Path) -> None:
    small = import_all(tmp_path, [])
    set_cell(small.upstream / "hgnc/hgnc_protein_coding.tsv.gz", "HGNC:3430", "uniprot", "P04626|A0A000")
    run_import("hgnc", small.upstream / "hgnc", small.root)
    (row,) = Small(small.root, small.upstream, {}).rows("genes-hgnc", symbol="ERBB2")
    assert row["uniprot"] == "P04626"


NAMES = [
    ("AMG 757", "tarlatamab"),
    ("amg-757", "tarlatamab"),
    ("JNJ-61186372", "amivantamab"),
    ("orlotamab", "obrindatamab"),
    ("MGD009", "obrindatamab"),
    ("XmAb22841", "bavunalimab"),
    ("LBL-024", "opamtistomig"),
    ("Opamistomig", "opamtistomig"),
    ("GNC-039", "umizortamig"),
    ("AMG 910", "gresonitamab"),
    ("MCLA-158", "petosemtamab"),
    ("BNT327", "pumitamig"),
]


@pytest.mark.parametrize(("name", "antibody"), NAMES)
@pytest.mark.parametrize("place", ["cut-down", "committed"])
def test_an_alias_joins_its_antibody(small: Small, real_root: Root, place: str, name: str, antibody: str) -> None:
    context = load_context(small.root if place == "cut-down" else real_root, Path())
    assert context.join.antibody(name) == antibody


@pytest.mark.parametrize("name", ["", " - ", "AMG", "tarla", "AMG 7577"])
def test_a_part_of_a_name_or_no_name_joins_nothing(real_root: Root, name: str) -> None:
    assert load_context(real_root, Path()).join.antibody(name) is None


JOINED = [
    ("arms-gdc", "agent Anti-DLL3/CD3 BiTE Antibody AMG 757", "tarlatamab"),
    ("arms-gdc", "agent Anti-EGFR/c-Met Bispecific Antibody JNJ-61186372", "amivantamab"),
    ("arms-gdc", "agent Anti-CTLA-4/LAG-3 Bispecific Antibody XmAb22841", "bavunalimab"),
    ("arms-pirlygenes", "row M-02", "m802"),
    ("arms-pirlygenes", "row AMG-509 (Xaluritamig)", "xaluritamig"),
    ("arms-therasabdab", "row Pavunalimab", "bavunalimab"),
    ("arms-therasabdab", "row Opamistomig", "opamtistomig"),
    ("arms-therasabdab", "rows Nebratamig1, Nebratamig2", "nebratamig"),
    ("events-dated", "dated.tsv, LBL-024", "opamtistomig"),
    ("events-dated", "dated.tsv, Opamistomig", "opamtistomig"),
    ("arms-evidence", "bsabs_solid.tsv, BS138", "obrindatamab"),
    ("events-evidence", "bsabs_solid.tsv, BS114", "bavunalimab"),
    ("arms-evidence", "bsabs_solid.tsv, BS087", "vepsitamab"),
]


@pytest.mark.parametrize(("stem", "locator", "antibody"), JOINED, ids=[f"{case[1]} is {case[2]}" for case in JOINED])
def test_rows_of_the_sources_join_the_antibody_that_they_mean(
    tables: Tables, stem: str, locator: str, antibody: str
) -> None:
    assert {row["antibody"] for row in matching(tables[stem], locator=locator)} == {antibody}


def test_what_stands_twice_upstream_is_one_antibody(tables: Tables) -> None:
    named = {row["id"] for row in tables["antibodies-merged"]}
    assert "opamtistomig" in named
    assert not named & {"lbl-024", "opamistomig", "orlotamab", "xmab22841", "pavunalimab", "mgd009"}


def test_a_name_that_two_molecules_claim_joins_the_first_and_is_told(tmp_path: Path) -> None:
    small = import_all(tmp_path, ["hgnc"])
    path = small.upstream / "merged/molecules.tsv"
    line = set_cell(path, "tebentafusp", "synonyms", "IMCgp100;AMG 757")
    done = run_import("merged", path.parent, small.root)
    assert f"molecules.tsv:{line}: 'AMG 757' stands already for tarlatamab; left out" in done.remarks
    rows = {row["id"]: row["synonyms"] for row in Small(small.root, path.parent, {}).rows("antibodies-merged")}
    assert rows["tebentafusp"] == "IMCgp100"
    assert "AMG 757" in rows["tarlatamab"].split(";")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("pamlectabart", id="pamlectabart: an ADC that Thera-SAbDab takes for a bispecific"),
        pytest.param("isecarosmab", id="isecarosmab: not oncology"),
        pytest.param("nkp46-cd16-nkce-innate", id="a platform without a tumor arm"),
        pytest.param("emicizumab", id="emicizumab: hemophilia"),
        pytest.param("ql1706", id="QL1706: two antibodies"),
        pytest.param("osemitamab", id="osemitamab: monospecific"),
    ],
)
def test_what_is_no_bispecific_of_ours_stays_out(tables: Tables, name: str) -> None:
    for rows in tables.values():
        for row in rows:
            assert name not in (row.get("antibody"), row.get("id"))


def test_tumors_come_with_their_ancestors_within_the_branch_and_both_mappings(small: Small) -> None:
    rows = {row["id"]: row for row in small.tables["hierarchy-mondo"]}
    assert rows["MONDO:0008433"]["parents"] == "MONDO:0005138"  # two of its three parents are no neoplasms
    assert rows["MONDO:0005138"]["parents"] == "MONDO:0004993;MONDO:0008903"
    assert rows["MONDO:0008433"]["mappings"] == "NCIT:C4917;ONCOTREE:SCLC"
    assert rows["MONDO:0008433"]["label"] == "small cell lung carcinoma"
    assert rows["MONDO:0005070"]["parents"] == ""


@pytest.mark.parametrize(
    ("cell", "advice"),
    [
        pytest.param("CL:0000491", "look it up", id="obsolete CL:0000491"),
        pytest.param("CL:0000003", "it was replaced by CL:0000000", id="obsolete with a successor"),
        pytest.param("CL:9999999", "look it up", id="unknown"),
    ],
)
def test_an_obsolete_or_unknown_cell_is_refused_with_its_line(tmp_path: Path, cell: str, advice: str) -> None:
    small = import_all(tmp_path, [])
    path = small.root.data / "crosswalks/engagements.tsv"
    text = path.read_text().replace("\tCL:0000921\t", f"\t{cell}\t")
    path.write_text(text)
    line = next(number for number, row in enumerate(text.splitlines(), 1) if f"\t{cell}\t" in row)
    with pytest.raises(FactsError) as caught:
        run_import("cl", small.upstream / "cl", small.root)
    assert [str(finding) for finding in caught.value.findings] == [
        f"data/crosswalks/engagements.tsv:{line}: {cell} is not in the upstream, or is obsolete ({advice})"
    ]
