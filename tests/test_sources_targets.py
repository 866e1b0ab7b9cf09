"""Who is who and what binds what: names that must join, symbols that must not be mistaken, targets that are missing."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from upstream.small import REPOSITORY, Small, import_all, matching, read_tsv, set_cell

from kg.errors import FactsError
from kg.paths import Root, find_root
from kg.sources import run_import
from kg.sources.registry import load_context
from kg.store import Opened
from kg.terms import PREFIXES

IMPORTED = REPOSITORY / "data" / "imported"
ARMS = sorted(path.stem for path in IMPORTED.glob("arms-*.tsv"))
PREFIX_LINES = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    return import_all(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module", params=["cut-down", "committed"])
def tables(request: pytest.FixtureRequest, small: Small) -> dict[str, list[dict[str, str]]]:
    """The imported tables: from the cut-down files, and as committed."""
    if request.param == "cut-down":
        return dict(small.tables)
    return {path.stem: read_tsv(path) for path in IMPORTED.glob("*.tsv")}


def select(opened: Opened, columns: str, where: str) -> list[tuple[str, ...]]:
    """The rows of a SELECT as plain text."""
    found = opened.store.query(f"{PREFIX_LINES}SELECT {columns} WHERE {{ {where} }}")
    return [tuple(term.value for term in row) for row in found]


def ask(opened: Opened, where: str) -> bool:
    return bool(opened.store.query(f"{PREFIX_LINES}ASK {{ {where} }}"))


TARGETS = [
    ("targets joined by a semicolon", "amivantamab", "therasabdab-2025-02", ["EGFR", "MET"]),
    ("targets joined by ' and '", "cibisatamab", "therasabdab-2025-02", ["CD3E", "CEACAM5"]),
    ("targets joined by '&'", "clesitamig", "therasabdab-2025-02", ["CD3E", "DLL3", "TNFRSF9"]),
    ("CD3D&CD3E is one CD3", "nebratamig", "therasabdab-2023-03", ["CD274", "CD3E", "ROR1", "TNFRSF9"]),
    ("one molecule on two rows", "nebratamig", "therasabdab-2025-02", ["CD274", "CD3E", "ROR1", "TNFRSF9"]),
    ("format reads Bispec (pumitamig)", "pumitamig", "therasabdab-2025-02", ["CD274", "VEGFA"]),
    ("slash-separated synonyms, HER2 is ERBB2", "zanidatamab", "therasabdab-2021-06", ["ERBB2", "ERBB2"]),
    ("PD-1 is PDCD1 and VEGF is VEGFA", "ivonescimab", "therasabdab-2025-02", ["PDCD1", "VEGFA"]),
    ("PD-L1 is CD274 and 4-1BB is TNFRSF9", "acasunlimab", "therasabdab-2025-02", ["CD274", "TNFRSF9"]),
    ("IAP is CD47", "simridarlimab", "therasabdab-2025-02", ["CD274", "CD47"]),
    ("EGFRvIII is an EGFR", "umizortamig", "therasabdab-2025-02", ["CD274", "CD3E", "EGFR", "TNFRSF9"]),
    ("missing target: tebentafusp lacks gp100", "tebentafusp", "therasabdab-2025-02", ["CD3E"]),
    ("missing target: brenetafusp lacks PRAME", "brenetafusp", "therasabdab-2025-02", ["CD3E"]),
    ("missing target: tovecimig lacks DLL4", "tovecimig", "therasabdab-2025-02", ["VEGFA"]),
    ("missing target: duligotuzumab lacks EGFR", "duligotuzumab", "therasabdab-2025-02", ["ERBB3"]),
    ("missing target: cinrebafusp lacks 4-1BB", "cinrebafusp-alfa", "therasabdab-2025-02", ["ERBB2"]),
    ("bavunalimab under its older name", "bavunalimab", "therasabdab-2021-06", ["CTLA4", "LAG3"]),
    ("gp100 peptide-HLA is PMEL", "tebentafusp", "pirlygenes-approved", ["CD3E", "PMEL"]),
    ("gp100-HLA-A2 is PMEL", "tebentafusp", "fih-evidence", ["CD3E", "PMEL"]),
    ("PRAME T-cell receptor is PRAME", "brenetafusp", "gdc-ncit", ["CD3E", "PRAME"]),
    ("PRAME/HLA-A*02:01 is PRAME", "ima402", "dated", ["CD3E", "PRAME"]),
    ("peptide-HLA after the correction", "tebentafusp", "PMC:PMC9514125", ["CD3E", "PMEL"]),
    ("CLDN18.2 is on CLDN18", "ibi389", "fih-evidence", ["CD3E", "CLDN18"]),
    ("EGFRvIII of an NCIt name", "etevritamab", "gdc-ncit", ["CD3E", "EGFR"]),
    ("B7-H3 behind 'Dual-affinity'", "obrindatamab", "gdc-ncit", ["CD276", "CD3E"]),
    ("TGFb of an NCIt name", "ficerafusp-alfa", "gdc-ncit", ["EGFR", "TGFB1"]),
    ("the T-cell column of pirlygenes holds any arm", "amivantamab", "pirlygenes-approved", ["EGFR", "MET"]),
]


@pytest.mark.parametrize(
    ("antibody", "source", "antigens"), [case[1:] for case in TARGETS], ids=[case[0] for case in TARGETS]
)
def test_the_targets_that_a_source_states(
    tables: dict[str, list[dict[str, str]]], antibody: str, source: str, antigens: list[str]
) -> None:
    found = [row for stem in ARMS for row in matching(tables[stem], antibody=antibody, source=source)]
    assert sorted(row["antigen"] for row in found) == antigens
    assert {row["reading"] for row in found} <= {"read", "record"}


def test_hla_a_is_never_a_target(tables: dict[str, list[dict[str, str]]], real_unread: Opened) -> None:
    named = {row["antigen"] for stem in ARMS for row in tables[stem]}
    assert {"PMEL", "PRAME"} <= named
    assert not {name for name in named if name.startswith("HLA-") and name != "HLA-G"}
    assert not ask(real_unread, '?antigen a bsab:Antigen ; skos:notation "HLA-A"')
    pairs = {
        name for (name,) in select(real_unread, "?pair", "?pair a bsab:Pair FILTER(CONTAINS(STR(?pair), 'HLA-A'))")
    }
    assert not pairs


def test_a_peptide_hla_target_is_one_epitope_with_its_restriction_element(real_unread: Opened) -> None:
    found = select(
        real_unread,
        "?antigen ?hla",
        "arm:tebentafusp.PMEL bsab:bindsEpitope ?epitope . ?epitope bsab:epitopeOf ?antigen ; bsab:restrictedBy ?hla",
    )
    assert found == [(PREFIXES["UniProt"] + "P40967", "HLA-A*02:01")]


@pytest.mark.parametrize(
    ("antibody", "arm", "epitope", "antigen", "uniprot"),
    [
        pytest.param("ibi389", "CLDN18", "CLDN18/cldn18.2", "CLDN18", "P56856", id="CLDN18.2"),
        pytest.param("etevritamab", "EGFR", "EGFR/egfrviii", "EGFR", "P00533", id="EGFRvIII"),
    ],
)
def test_an_isoform_is_an_epitope_of_its_antigen_and_no_antigen(
    tables: dict[str, list[dict[str, str]]],
    real_unread: Opened,
    antibody: str,
    arm: str,
    epitope: str,
    antigen: str,
    uniprot: str,
) -> None:
    (row,) = matching(tables["arms-merged"], antibody=antibody, arm=arm)
    assert (row["antigen"], row["epitope"]) == (antigen, epitope)
    known = {row["antigen"] for row in read_tsv(REPOSITORY / "data/curated/antigens.tsv")}
    assert antigen in known
    assert not {name for name in known if name.startswith(("CLDN18.", "EGFRv"))}
    node = f"<{PREFIXES['ep']}{epitope.replace('/', '.')}>"
    assert ask(real_unread, f"arm:{antibody}.{arm} bsab:bindsEpitope {node} ; bsab:binds UniProt:{uniprot}")
    assert ask(real_unread, f"{node} a bsab:Epitope ; bsab:epitopeOf UniProt:{uniprot}")
    assert not ask(real_unread, f"{node} a bsab:Antigen")


@pytest.mark.parametrize(
    ("symbol", "hgnc", "uniprot"),
    [("ERBB2", "HGNC:3430", "P04626"), ("CD3E", "HGNC:1674", "P07766"), ("PDCD1", "HGNC:8760", "Q15116")],
)
def test_the_gene_is_not_the_protein(
    tables: dict[str, list[dict[str, str]]], real: Opened, symbol: str, hgnc: str, uniprot: str
) -> None:
    (row,) = matching(tables["genes-hgnc"], symbol=symbol)
    assert (row["hgnc"], row["uniprot"]) == (hgnc, uniprot)
    antigen, gene = f"UniProt:{uniprot}", f"<{PREFIXES['HGNC']}{hgnc.partition(':')[2]}>"
    assert ask(real, f"{antigen} a bsab:Antigen . GRAPH graph:hgnc {{ {antigen} bsab:encodedBy {gene} }}")
    assert ask(real, f"GRAPH graph:hgnc {{ {gene} a bsab:Gene }}")
    assert not ask(real, f"{gene} a bsab:Antigen")
    assert not ask(real, f"?arm bsab:binds {gene}")


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
    tables: dict[str, list[dict[str, str]]], stem: str, locator: str, antibody: str
) -> None:
    assert {row["antibody"] for row in matching(tables[stem], locator=locator)} == {antibody}


def test_what_stands_twice_upstream_is_one_antibody(tables: dict[str, list[dict[str, str]]]) -> None:
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
def test_what_is_no_bispecific_of_ours_stays_out(tables: dict[str, list[dict[str, str]]], name: str) -> None:
    for rows in tables.values():
        for row in rows:
            assert name not in (row.get("antibody"), row.get("id"))


def test_who_is_who_is_unread_throughout(tables: dict[str, list[dict[str, str]]]) -> None:
    rows = tables["arms-merged"] + tables["properties-merged"]
    assert {row["reading"] for row in rows} == {"unread"}
    # Its dates, phases and tumors come from the other tables: they are not taken a second time.
    assert {row["property"] for row in tables["properties-merged"]} <= {"format", "fc", "payload"}
    assert "events-merged" not in tables


def test_an_arm_is_shown_once_another_source_confirms_it(real: Opened, real_unread: Opened) -> None:
    confirmed, stated = set(), set()
    for path in [*IMPORTED.glob("arms-*.tsv"), *(REPOSITORY / "data/curated").glob("arms-*.tsv")]:
        for row in read_tsv(path):
            key = f"{row['antibody']}.{row['arm']}"
            if path.stem == "arms-merged":
                stated.add(key)
            elif row["reading"] != "unread":
                confirmed.add(key)
    assert len(stated - confirmed) > 20
    assert len(stated & confirmed) > 400
    namespace = PREFIXES["arm"]
    shown = {iri.removeprefix(namespace) for (iri,) in select(real, "?arm", "?arm a bsab:Arm")}
    everything = {iri.removeprefix(namespace) for (iri,) in select(real_unread, "?arm", "?arm a bsab:Arm")}
    assert stated <= everything
    assert stated & shown == stated & confirmed


def test_releases_of_one_database_count_once_as_support(real: Opened) -> None:
    found = select(
        real,
        "?claim ?support ?source",
        "?claim a bsab:Claim ; rdf:predicate bsab:binds ; bsab:support ?support ."
        " ?line bsab:evidenceFor ?claim ; bsab:source ?source",
    )
    sources, support = defaultdict(set), {}
    for claim, value, source in found:
        sources[claim].add(source.removeprefix(PREFIXES["src"]))
        support[claim] = float(value)
    alone = {name for name in sources if all(source.startswith("therasabdab-") for source in sources[name])}
    several = {name for name in alone if len(sources[name]) > 1}
    assert len(several) > 10
    assert {support[name] for name in alone} == {0.8}  # a database row, however often it was said
    # Beside another source it does count.
    both = [name for name in sources if sources[name] >= {"therasabdab-2025-02", "gdc-ncit"}]
    assert both
    assert all(support[name] >= 0.96 for name in both)


ARMS_OF = [
    pytest.param(
        "clesitamig",
        {("CD3E+TNFRSF9", "CD3E", "TNFRSF9"), ("CD3E+TNFRSF9", "TNFRSF9", "CD3E"), ("DLL3", "DLL3", "")},
        id="a dual-action Fab is one arm",
    ),
    pytest.param(
        "zanidatamab",
        {("ERBB2-ecd2", "ERBB2", ""), ("ERBB2-ecd4", "ERBB2", "")},
        id="a biparatopic antibody has two arms",
    ),
    pytest.param(
        "alveltamig",
        {("DLL3-1", "DLL3", ""), ("DLL3-2", "DLL3", ""), ("CD3E", "CD3E", "")},
        id="unnamed epitopes are numbered",
    ),
    pytest.param(
        "mm-111", {("ALB", "", ""), ("ERBB2", "ERBB2", ""), ("ERBB3", "ERBB3", "")}, id="fused albumin binds nothing"
    ),
    pytest.param(
        "gocatamig",
        {("ALB", "ALB", ""), ("CD3E", "CD3E", ""), ("DLL3", "DLL3", "")},
        id="an albumin binder is a half-life arm",
    ),
    pytest.param("catumaxomab", {("EPCAM", "EPCAM", ""), ("CD3E", "CD3E", "")}, id="an engaged Fc is no arm"),
]


@pytest.mark.parametrize(("antibody", "arms"), ARMS_OF)
def test_the_arms_of_who_is_who(
    tables: dict[str, list[dict[str, str]]], antibody: str, arms: set[tuple[str, str, str]]
) -> None:
    rows = matching(tables["arms-merged"], antibody=antibody)
    assert {(row["arm"], row["antigen"], row["exclusive_with"]) for row in rows} == arms
    assert {row["role"] for row in rows if row["arm"] == "ALB"} <= {"half-life"}


def test_a_mask_covers_and_has_no_antigen(tables: dict[str, list[dict[str, str]]]) -> None:
    masks = matching(tables["arms-merged"], role="mask")
    assert masks
    assert {(row["arm"], row["antigen"]) for row in masks} == {("mask", "")}


def test_an_undisclosed_arm_is_left_out_and_told(small: Small) -> None:
    assert small.rows("arms-merged", antibody="agen1223") == []
    told = [remark for remark in small.done["merged"].remarks if "AGEN1223" in remark]
    assert all(remark.endswith("has an arm on an undisclosed antigen; left out") for remark in told)
    assert len(told) == 2


def test_an_arm_that_a_source_names_once_is_stated_once(tables: dict[str, list[dict[str, str]]]) -> None:
    """pirlygenes and dated name DLL3 once for alveltamig, which has two DLL3 arms: one of them is confirmed."""
    rows = matching(tables["arms-dated"], antibody="alveltamig") + matching(
        tables["arms-pirlygenes"], antibody="alveltamig"
    )
    assert {(row["source"], row["arm"]) for row in rows} == {
        ("dated", "CD3E"),
        ("dated", "DLL3-1"),
        ("pirlygenes-trials", "CD3E"),
        ("pirlygenes-trials", "DLL3-1"),
    }


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
        run_import("cl", small.upstream / "cl", find_root(small.root.path))
    assert [str(finding) for finding in caught.value.findings] == [
        f"data/crosswalks/engagements.tsv:{line}: {cell} is not in the upstream, or is obsolete ({advice})"
    ]
