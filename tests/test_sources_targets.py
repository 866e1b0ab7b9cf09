"""What binds what: the words of the sources as symbols, targets that are missing, arms and what confirms them."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from upstream.small import REPOSITORY, Small, committed_tables, import_all, matching, read_tsv

from kg.paths import Root
from kg.sources.registry import load_context
from kg.sources.therasabdab import targets_of
from kg.store import Opened
from kg.terms import PREFIXES

IMPORTED = REPOSITORY / "data" / "imported"
Tables = dict[str, list[dict[str, str]]]
ARMS = sorted(path.stem for path in IMPORTED.glob("arms-*.tsv"))
PREFIX_LINES = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    return import_all(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module", params=["cut-down", "committed"])
def tables(request: pytest.FixtureRequest, small: Small) -> Tables:
    """The imported tables: from the cut-down files, and as committed."""
    return dict(small.tables) if request.param == "cut-down" else committed_tables()


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
def test_the_targets_that_a_source_states(tables: Tables, antibody: str, source: str, antigens: list[str]) -> None:
    found = [row for stem in ARMS for row in matching(tables[stem], antibody=antibody, source=source)]
    assert sorted(row["antigen"] for row in found) == antigens
    assert {row["reading"] for row in found} <= {"read", "record"}


CELLS = [
    ("IAP/CD47;PDL1/CD274", ["CD47", "CD274"]),
    ("IAP", ["CD47"]),
    ("CD3;ERBB2/HER2 (Domain II);ERBB2/HER2 (Domain IV)", ["CD3E", "ERBB2", "ERBB2"]),
    ("CD3D&CD3E;DLL3", ["CD3E", "DLL3"]),
    ("CEACAM5/CD66e and CD3E", ["CEACAM5", "CD3E"]),
    ("SIRPA", ["CD47"]),
    ("VEGFR-1", ["VEGFA"]),
    ("TGFBR2", ["TGFB1"]),
    ("ANPT2;VEGFA", ["ANGPT2", "VEGFA"]),
    ("EGFRvIII", ["EGFR"]),
    ("something else", []),
    ("", []),
]


@pytest.mark.parametrize(("cell", "antigens"), CELLS)
def test_a_target_cell_of_thera_sabdab_names_what_is_bound(real_root: Root, cell: str, antigens: list[str]) -> None:
    """A receptor domain binds its ligand: the antigen is CD47 for SIRPA, VEGFA for VEGFR-1, TGFB1 for TGFBR2."""
    assert targets_of(cell, load_context(real_root, Path())) == antigens


def test_hla_a_is_never_a_target(tables: Tables, real_unread: Opened) -> None:
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
    tables: Tables,
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
def test_the_gene_is_not_the_protein(tables: Tables, real: Opened, symbol: str, hgnc: str, uniprot: str) -> None:
    (row,) = matching(tables["genes-hgnc"], symbol=symbol)
    assert (row["hgnc"], row["uniprot"]) == (hgnc, uniprot)
    antigen, gene = f"UniProt:{uniprot}", f"<{PREFIXES['HGNC']}{hgnc.partition(':')[2]}>"
    assert ask(real, f"{antigen} a bsab:Antigen . GRAPH graph:hgnc {{ {antigen} bsab:encodedBy {gene} }}")
    assert ask(real, f"GRAPH graph:hgnc {{ {gene} a bsab:Gene }}")
    assert not ask(real, f"{gene} a bsab:Antigen")
    assert not ask(real, f"?arm bsab:binds {gene}")


def test_who_is_who_is_unread_throughout(tables: Tables) -> None:
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
        {("CD3E", "CD3E", "TNFRSF9"), ("TNFRSF9", "TNFRSF9", "CD3E"), ("DLL3", "DLL3", "")},
        id="a dual-action Fab with two roles is two arms that exclude each other",
    ),
    pytest.param(
        "duligotuzumab",
        {("EGFR+ERBB3", "EGFR", "ERBB3"), ("EGFR+ERBB3", "ERBB3", "EGFR")},
        id="a dual-action Fab with one role is one arm",
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
def test_the_arms_of_who_is_who(tables: Tables, antibody: str, arms: set[tuple[str, str, str]]) -> None:
    rows = matching(tables["arms-merged"], antibody=antibody)
    assert {(row["arm"], row["antigen"], row["exclusive_with"]) for row in rows} == arms
    assert {row["role"] for row in rows if row["arm"] == "ALB"} <= {"half-life"}


def test_a_mask_covers_and_has_no_antigen(tables: Tables) -> None:
    masks = matching(tables["arms-merged"], role="mask")
    assert masks
    assert {(row["arm"], row["antigen"]) for row in masks} == {("mask", "")}


def test_an_undisclosed_arm_is_left_out_and_told(small: Small) -> None:
    assert small.rows("arms-merged", antibody="agen1223") == []
    told = [remark for remark in small.done["merged"].remarks if "AGEN1223" in remark]
    assert all(remark.endswith("has an arm on an undisclosed antigen; left out") for remark in told)
    assert len(told) == 2


def test_an_arm_that_a_source_names_once_is_stated_once(tables: Tables) -> None:
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
