"""Mechanism chains: walked and asked in SPARQL alike, broken by the right escapes, and told in every form.

Chains are tried on the toy graph with more rows: what an arm blocks, an Fc, two brakes of T cells, a soluble target.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import make_toy, opened_in
from hypothesis import given
from hypothesis import strategies as st

from kg.chains.answer import COLUMNS, ChainAnswer, Wanted, answer_chains, read_wanted
from kg.chains.coverage import FAILS, UNKNOWN, WORKS, antibody_table, coverage_of_antibody, pair_table
from kg.chains.draw import to_graph
from kg.chains.escapes import Escape, Escapes
from kg.chains.links import Link, NetworkLinks, StoreLinks
from kg.chains.prose import in_prose
from kg.chains.walk import PASSIVE_ROLES, Chain, chains_of
from kg.errors import NotFoundError, UsageError
from kg.network import claim_network
from kg.paths import Root
from kg.query import ask, question, select
from kg.store import Opened
from kg.triples import build
from kg.view import View

Kg = Callable[..., tuple[int, str, str]]

READ = ("PMID:1001", "abstract", "clinical", "supports", "2019-05", "read", "", "")
MORE = {
    "curated/antibodies": [
        ("two-brakes", "two brakes", "", "code", "solid"),
        ("brake-and-vessel", "brake and vessel", "", "code", "solid"),
        ("three-arms", "three arms", "", "code", "solid"),
        ("dock-and-block", "dock and block", "", "code", "solid"),
        ("blood-engager", "blood engager", "", "code", "heme"),
    ],
    "curated/antigens": [
        ("FCGR3A", "CD16A", "", "cell-surface", ""),
        ("PDCD1", "PD-1", "", "cell-surface", ""),
        ("CTLA4", "CTLA-4", "", "cell-surface", ""),
        ("TNFRSF9", "4-1BB", "", "cell-surface", ""),
        ("VEGFA", "VEGF-A", "", "soluble", ""),
    ],
    "imported/genes-toy": [
        ("FCGR3A", "HGNC:3619", "P08637", "", "Fc gamma receptor IIIa", ""),
        ("PDCD1", "HGNC:8760", "Q15116", "", "programmed cell death 1", ""),
        ("CTLA4", "HGNC:2505", "P16410", "", "cytotoxic T-lymphocyte associated protein 4", ""),
        ("TNFRSF9", "HGNC:11924", "Q07011", "", "TNF receptor superfamily member 9", ""),
        ("VEGFA", "HGNC:12680", "P15692", "", "vascular endothelial growth factor A", ""),
    ],
    "imported/hierarchy-toy": [
        ("CL:0000625", "CD8-positive, alpha-beta T cell", "CL:0000084", ""),
        ("CL:0000815", "regulatory T cell", "CL:0000084", ""),
    ],
    "curated/tumors": [("MONDO:0004949", "B-cell neoplasm", "", "no", "")],
    "curated/claims": [
        ("arm:dock-and-block.ERBB2", "bsab:docksOn", "UniProt:P04626", "", *READ),
        ("ab:dock-and-block", "bsab:actsThrough", "bsab:ReceptorDownregulation", "", *READ),
        ("ab:two-brakes", "bsab:bindingMode", "bsab:TransImmuneMode", "", *READ),
    ],
    "curated/arms": [
        ("two-brakes", "PDCD1", "PDCD1", "", "checkpoint", "1", "fab", "", *READ),
        ("two-brakes", "CTLA4", "CTLA4", "", "checkpoint", "1", "fab", "", *READ),
        ("brake-and-vessel", "PDCD1", "PDCD1", "", "checkpoint", "2", "fab", "", *READ),
        ("brake-and-vessel", "VEGFA", "VEGFA", "", "ligand-blocking", "2", "scfv", "", *READ),
        ("three-arms", "EGFR", "EGFR", "", "tumor-binding", "1", "fab", "", *READ),
        ("three-arms", "ERBB2", "ERBB2", "", "tumor-binding", "1", "fab", "", *READ),
        ("three-arms", "CD3E", "CD3E", "", "trigger", "1", "scfv", "", *READ),
        ("three-arms", "TNFRSF9", "TNFRSF9", "", "costimulation", "1", "scfv", "", *READ),
        ("dock-and-block", "ERBB2", "ERBB2", "", "tumor-binding", "1", "fab", "", *READ),
        ("dock-and-block", "ERBB3", "ERBB3", "", "tumor-binding", "1", "fab", "", *READ),
        ("blood-engager", "ERBB3", "ERBB3", "", "tumor-binding", "1", "scfv", "", *READ),
        ("blood-engager", "CD3E", "CD3E", "", "trigger", "1", "scfv", "", *READ),
    ],
    "curated/properties": [
        ("dual-block", "mechanism", "dual-signaling-blockade", *READ),
        ("dual-block", "fc", "fc-active", *READ),
        ("two-site", "mechanism", "biparatopic-blockade", *READ),
        ("one-fab", "mechanism", "dual-signaling-blockade", *READ),
        ("dock-and-block", "mechanism", "dual-signaling-blockade", *READ),
        ("blood-engager", "tested-in", "MONDO:0004949", *READ),
    ],
    "curated/engagements": [
        ("FCGR3A", "CL:0000623", "nk-cytotoxicity", "", *READ),
        ("CD3E", "CL:0000625", "t-cell-cytotoxicity", "", *READ),
        ("CD3E", "CL:0000084", "suppression", "", *READ),
        ("CD3E", "CL:0000815", "t-cell-cytotoxicity", "", *READ),
        ("PDCD1", "CL:0000625", "checkpoint-release", "", *READ),
        ("CTLA4", "CL:0000084", "checkpoint-release", "", *READ),
        ("TNFRSF9", "CL:0000623", "costimulation-signal", "", *READ),
    ],
    "curated/escapes": [
        (
            f"MX1{number:02}",
            kind,
            antigen,
            "",
            "MONDO:0005233",
            "a drug",
            "antibody",
            "patients",
            "acquired",
            "Seen.",
            *READ,
        )
        for number, (kind, antigen) in enumerate(
            [
                ("pd-l1-upregulation", "EGFR"),
                ("icam1-loss", "EGFR"),
                ("anti-drug-antibodies", "EGFR"),
                ("lineage-plasticity", "EGFR"),
                ("t-cell-anergy", "EGFR"),
                ("target-mutation", "EGFR"),
                ("fc-receptor-genotype", "EGFR"),
                ("immune-desert", "EGFR"),
                ("her3-nrg1-bypass", "EGFR"),
                ("angiogenic-bypass", "VEGFA"),
                ("antigen-loss", "ERBB2"),
            ]
        )
    ]
    + [
        ("MX120", "cd58-loss", "", "", "", "engagers", "t-cell-engager", "screen", "acquired", "Lost.", *READ),
        (
            "MX121",
            "anti-drug-antibodies",
            "",
            "",
            "",
            "bispecifics",
            "bispecific",
            "patients",
            "acquired",
            "Seen.",
            *READ,
        ),
        (
            "MX122",
            "anti-drug-antibodies",
            "",
            "",
            "MONDO:0005233",
            "three-arms",
            "bispecific",
            "patients",
            "acquired",
            "Those with them did no worse.",
            *READ[:3],
            "refutes",
            *READ[4:],
        ),
        (
            "MX123",
            "bcl2-family-resistance",
            "EGFR",
            "",
            "MONDO:0005233",
            "an inhibitor",
            "kinase-inhibitor",
            "patients",
            "acquired",
            "Seen.",
            *READ,
        ),
    ],
}


@pytest.fixture(scope="module")
def richer(tmp_path_factory: pytest.TempPathFactory) -> Root:
    """The toy tree with the rows above, built."""
    root = make_toy(tmp_path_factory.mktemp("richer") / "toy")
    for table, rows in MORE.items():
        path = root.data / f"{table}.tsv"
        known = path.read_text()
        more = ["\t".join(row) + "\n" for row in rows]
        path.write_text(known + "".join(line for line in more if line not in known))
    build(root)
    return root


@pytest.fixture(scope="module")
def acting(cache: Path, richer: Root) -> Opened:
    return opened_in(cache, richer, View())


@pytest.fixture(scope="module")
def links(acting: Opened) -> StoreLinks:
    return StoreLinks(acting.store)


@pytest.fixture(scope="module")
def escapes(links: StoreLinks) -> Escapes:
    return Escapes(links)


def told(answer: ChainAnswer) -> set[tuple[str, ...]]:
    """The parts of chains by their labels, without arms and tumor."""
    parts = ("held", "target", "cell", "function", "effect")
    return {
        (traced.chain.mode, *(answer.label(getattr(traced.chain, part)) for part in parts)) for traced in answer.traced
    }


def chains_told(acting: Opened, antibody: str) -> set[tuple[str, ...]]:
    return told(answer_chains(acting, read_wanted(acting, antibody=antibody)))


# --- which chains there are

RELEASE, KILLING = "checkpoint release", "perforin-granzyme killing"
EXPECTED = {
    "engager one": {
        ("trans", "DLL3", "CD3", "T cell", "T-cell cytotoxicity", KILLING),
        ("trans", "DLL3", "CD3", "CD8-positive, alpha-beta T cell", "T-cell cytotoxicity", KILLING),
    },
    "dual block": {
        *(("cis", held, target, "", "", "signal blockade") for held, target in (("EGFR", "MET"), ("MET", "EGFR"))),
        *(("trans", held, "CD16A", "natural killer cell", "NK-cell cytotoxicity", KILLING) for held in ("EGFR", "MET")),
    },
    "two-site": {("cis", "HER2", "HER2", "", "", effect) for effect in ("signal blockade", "receptor downregulation")},
    "one fab": {
        ("cis", held, target, "", "", "signal blockade") for held, target in (("EGFR", "HER3"), ("HER3", "EGFR"))
    },
    # The arm on HER2 only docks; that HER3 also goes down is claimed of the antibody.
    "dock and block": {
        ("cis", "HER2", "HER3", "", "", effect) for effect in ("signal blockade", "receptor downregulation")
    },
    # Two receptors of T cells may lie on one cell or on two: it is trans because a claim says so.
    "two brakes": {
        ("trans", "CTLA-4", "PD-1", "CD8-positive, alpha-beta T cell", RELEASE, KILLING),
        ("trans", "PD-1", "CTLA-4", "T cell", RELEASE, KILLING),
    },
    # What floats holds nothing.
    "brake and vessel": {
        ("soluble", "", "PD-1", "CD8-positive, alpha-beta T cell", RELEASE, KILLING),
        ("soluble", "PD-1", "VEGF-A", "", "", "ligand neutralization"),
    },
    "three arms": {
        *(
            ("trans", held, "CD3", cell, "T-cell cytotoxicity", KILLING)
            for held in ("EGFR", "HER2")
            for cell in ("T cell", "CD8-positive, alpha-beta T cell")
        ),
        *(
            ("trans", held, "4-1BB", "natural killer cell", "costimulation signal", KILLING)
            for held in ("EGFR", "HER2")
        ),
    },
    "late comer": {
        ("trans", "GD2", "CD3", "T cell", "T-cell cytotoxicity", KILLING),
        ("trans", "GD2", "CD3", "CD8-positive, alpha-beta T cell", "T-cell cytotoxicity", KILLING),
    },
}


@pytest.mark.parametrize("antibody", EXPECTED)
def test_an_antibody_has_these_chains_and_no_others(acting: Opened, antibody: str) -> None:
    assert chains_told(acting, antibody) == EXPECTED[antibody]


def test_albumin_neither_holds_nor_acts(acting: Opened) -> None:
    assert not any("albumin" in chain for chain in chains_told(acting, "engager one"))


def test_arms_that_do_not_bind_for_effect_are_those_of_the_vocabulary(acting: Opened) -> None:
    passive = select(acting.store, "SELECT ?role { ?role a bsab:ArmRole ; bsab:bindsForEffect false }")
    assert {row["role"] for row in passive.rows} == set(PASSIVE_ROLES)


def test_a_function_that_does_not_kill_ends_no_chain(acting: Opened) -> None:
    assert not any("suppression" in chain for chain in chains_told(acting, "engager one"))


def test_what_is_only_refuted_is_no_link(toy: Opened) -> None:
    cells = {cell for *_, cell, _, _ in chains_told(toy, "engager one")}
    assert cells == {"T cell"}, "the toy refutes the natural killer cell"


def test_a_chain_goes_to_each_tumor_that_its_antibody_was_tested_in(acting: Opened) -> None:
    answer = answer_chains(acting, read_wanted(acting, antibody="late comer"))
    assert {answer.label(traced.chain.tumor) for traced in answer.traced} == {"small cell lung carcinoma"}


def test_an_epitope_stands_between_arm_and_antigen(acting: Opened) -> None:
    (chain, *_) = (t.chain for t in answer_chains(acting, read_wanted(acting, antibody="two-site")).traced)
    steps = [(link.predicate, link.target) for link in chain.links if link.source.endswith((".ecd2", "ERBB2-ecd2"))]
    assert ("bsab:bindsEpitope", "ep:ERBB2.ecd2") in steps
    assert ("bsab:epitopeOf", "UniProt:P04626") in steps


def test_every_claim_of_a_chain_is_a_claim_of_the_view(acting: Opened) -> None:
    claims = {str(row["c"]) for row in select(acting.store, "SELECT ?c { ?c a bsab:Claim ; bsab:support ?s }").rows}
    answer = answer_chains(acting, Wanted())
    cited = {link.claim for traced in answer.traced for link in traced.chain.links if link.claim}
    assert cited and cited <= claims


@pytest.mark.parametrize("fixture", ["toy", "acting", "toy_unread", "real", "real_unread"])
def test_the_walk_and_the_question_give_the_same_chains(fixture: str, request: pytest.FixtureRequest) -> None:
    opened: Opened = request.getfixturevalue(fixture)
    links = StoreLinks(opened.store)
    answer = ChainAnswer(opened, ())
    walked = {
        (
            chain.antibody,
            chain.mode or None,
            chain.holding_arm or None,
            answer.label(chain.held) or None,
            chain.acting_arm,
            *(
                answer.label(part) or None
                for part in (chain.target, chain.cell, chain.function, chain.effect, chain.tumor)
            ),
        )
        for antibody in links.antibodies()
        for chain in chains_of(links, antibody)
    }
    columns = ("antibody", "mode", "holding_arm", "held", "acting_arm", "target", "cell", "function", "effect", "tumor")
    asked = {tuple(row[column] for column in columns) for row in ask(opened, question("mechanism-chains"), {}).rows}
    assert walked
    assert list(walked ^ asked)[:3] == []  # a diff of thousands of rows would tell less


@pytest.mark.parametrize("fixture", ["acting", "real"])
def test_networkx_gives_the_same_chains_with_the_same_claims(fixture: str, request: pytest.FixtureRequest) -> None:
    opened: Opened = request.getfixturevalue(fixture)
    by_store, by_network = StoreLinks(opened.store), NetworkLinks(claim_network(opened))
    assert by_store.antibodies() == by_network.antibodies()
    for antibody in by_store.antibodies():
        assert chains_of(by_store, antibody) == chains_of(by_network, antibody)


# --- support


def chain_of(supports: list[float]) -> Chain:
    links = tuple(Link(f"x:{n}", "bsab:binds", f"x:{n + 1}", f"claim:{n}", s) for n, s in enumerate(supports))
    return Chain("ab:x", "", "", "", "arm:x", "x:t", "", "", "bsab:SignalBlockade", "", links)


SUPPORTS = st.lists(st.floats(0.01, 1), min_size=1, max_size=9)


@given(SUPPORTS)
def test_a_chain_is_never_better_supported_than_its_weakest_link(supports: list[float]) -> None:
    chain = chain_of(supports)
    assert chain.support <= chain.weakest.support + 1e-12
    assert chain.weakest.support == min(supports)


@given(SUPPORTS, st.floats(0.01, 1))
def test_a_further_link_never_raises_support(supports: list[float], further: float) -> None:
    assert chain_of([*supports, further]).support <= chain_of(supports).support


def test_the_links_of_one_arm_count_once(links: StoreLinks) -> None:
    (chain, *_) = (c for c in chains_of(links, "ab:engager-one") if c.cell == "CL:0000084")
    # Two arms at 0.9 each, whatever the number of links that say so; the function at 0.6; the tumor at 0.9.
    assert chain.support == pytest.approx(0.9 * 0.9 * 0.6 * (0.9 if chain.tumor else 1))


def test_a_contested_link_marks_its_chain(toy: Opened) -> None:
    told = answer_chains(toy, read_wanted(toy, antibody="twice told"))
    contested = {toy_chain.chain.held: toy_chain.chain.contested for toy_chain in told.traced}
    assert contested == {"UniProt:P04626": False, "UniProt:P08581": True}


# --- which escape breaks which chain


def escape_of(escapes: Escapes, antigen: str, kind: str) -> Escape:
    (found,) = (one for one in escapes.of_antigens((antigen,)) if one.kind == f"bsab:{kind}")
    return found


EGFR, ERBB2, VEGFA = "UniProt:P00533", "UniProt:P04626", "UniProt:P15692"
BROKEN = [  # antigen, kind, antibody, what of its chains is broken (target, held)
    (EGFR, "MetBypass", "dual-block", {("EGFR", "MET")}),
    (EGFR, "MetBypass", "three-arms", set()),
    (EGFR, "TargetMutation", "one-fab", {("EGFR", "HER3")}),
    (EGFR, "PdL1Upregulation", "dual-block", set()),
    (EGFR, "PdL1Upregulation", "three-arms", {("CD3", "EGFR"), ("CD3", "HER2")}),
    (EGFR, "Icam1Loss", "three-arms", {(t, h) for t in ("CD3", "4-1BB") for h in ("EGFR", "HER2")}),
    (EGFR, "FcReceptorGenotype", "dual-block", {("CD16A", "EGFR"), ("CD16A", "MET")}),
    (EGFR, "FcReceptorGenotype", "three-arms", set()),
    (EGFR, "LineagePlasticity", "three-arms", {("CD3", "EGFR"), ("4-1BB", "EGFR")}),
    (ERBB2, "AntigenLoss", "three-arms", {("CD3", "HER2"), ("4-1BB", "HER2")}),
    (ERBB2, "AntigenLoss", "two-site", {("HER2", "HER2")}),
    (VEGFA, "AngiogenicBypass", "brake-and-vessel", {("VEGF-A", "PD-1")}),
    (EGFR, "ImmuneDesert", "two-brakes", {("PD-1", "CTLA-4"), ("CTLA-4", "PD-1")}),
    (EGFR, "ImmuneDesert", "brake-and-vessel", {("PD-1", "")}),
    (
        EGFR,
        "AntiDrugAntibodies",
        "dual-block",
        {("EGFR", "MET"), ("MET", "EGFR"), ("CD16A", "EGFR"), ("CD16A", "MET")},
    ),
]


@pytest.mark.parametrize(("antigen", "kind", "antibody", "broken"), BROKEN)
def test_an_escape_breaks_the_chains_that_need_its_link(
    escapes: Escapes, acting: Opened, antigen: str, kind: str, antibody: str, broken: set[tuple[str, str]]
) -> None:
    label = ChainAnswer(acting, ()).label
    escape = escape_of(escapes, antigen, kind)
    found = {
        (label(chain.target), label(chain.held))
        for chain in chains_of(escapes.links, f"ab:{antibody}")
        if escapes.broken(chain, escape)
    }
    assert found == broken


def test_limits_that_are_no_escape_are_left_out(escapes: Escapes) -> None:
    kinds = {escape.kind for escape in escapes.of_antigens((EGFR,))}
    assert "bsab:ToxicityLimit" not in kinds and "bsab:MetBypass" in kinds


def test_an_escape_says_whether_it_was_seen_in_patients_on_a_bispecific(escapes: Escapes) -> None:
    (loss,) = (e for e in escapes.of_antigens(("UniProt:Q9NYJ7",)) if e.kind == "bsab:AntigenLoss")
    assert loss.direct and loss.contested and loss.timings == ("acquired",)
    assert not escape_of(escapes, EGFR, "MetBypass").direct


def counters(escapes: Escapes, antibody: str, escape: Escape) -> list[tuple[str, str, tuple[str, ...]]]:
    chains = chains_of(escapes.links, antibody)
    return [(c.basis, c.kind, c.by) for c in escapes.counters(antibody, chains, escape)]


def test_an_arm_on_the_node_counters_the_bypass_and_so_does_another_antibody(escapes: Escapes) -> None:
    bypass = escape_of(escapes, EGFR, "MetBypass")
    own = counters(escapes, "ab:dual-block", bypass)
    assert ("by structure", "second-arm", ("arm:dual-block.MET",)) in own
    assert ("documented", "second-arm", ("ab:dual-block",)) in own
    other = counters(escapes, "ab:three-arms", bypass)
    assert ("by structure", "other-antibody", ("ab:dual-block", "ab:twice-told")) in other
    assert not any(basis == "by structure" and kind == "second-arm" for basis, kind, _ in other)


def test_a_second_tumor_arm_counters_loss_and_not_a_change_of_lineage(escapes: Escapes) -> None:
    second = ("by structure", "second-arm", ("arm:three-arms.EGFR",))
    assert second in counters(escapes, "ab:three-arms", escape_of(escapes, ERBB2, "AntigenLoss"))
    lineage = counters(escapes, "ab:three-arms", escape_of(escapes, EGFR, "LineagePlasticity"))
    assert not any(kind == "second-arm" for _, kind, _ in lineage)


# --- coverage

DLL3 = "UniProt:Q9NYJ7"
VERDICTS = [
    ("dual-block", EGFR, "MetBypass", WORKS),  # its other arm binds MET
    ("dual-block", EGFR, "TargetMutation", UNKNOWN),  # only the Fc is left
    ("dual-block", EGFR, "Her3Nrg1Bypass", UNKNOWN),
    ("dual-block", EGFR, "AntiDrugAntibodies", UNKNOWN),  # of another drug
    ("dual-block", EGFR, "Bcl2FamilyResistance", UNKNOWN),  # under kinase inhibitors only
    ("dual-block", EGFR, "Icam1Loss", WORKS),  # blockade needs no contact
    ("one-fab", EGFR, "TargetMutation", FAILS),
    ("one-fab", EGFR, "Her3Nrg1Bypass", WORKS),
    ("three-arms", EGFR, "MetBypass", WORKS),  # it needs no signal
    ("three-arms", ERBB2, "AntigenLoss", WORKS),  # EGFR still holds
    ("three-arms", EGFR, "LineagePlasticity", UNKNOWN),
    ("three-arms", EGFR, "TCellAnergy", WORKS),  # it costimulates
    ("three-arms", EGFR, "PdL1Upregulation", FAILS),  # costimulation alone starts nothing
    ("three-arms", EGFR, "ImmuneDesert", FAILS),
    ("two-site", ERBB2, "AntigenLoss", FAILS),
    ("engager-one", DLL3, "AntigenLoss", FAILS),
]


@pytest.mark.parametrize(("antibody", "antigen", "kind", "verdict"), VERDICTS)
def test_the_rest_of_a_molecule_works_fails_or_nobody_knows(
    escapes: Escapes, antibody: str, antigen: str, kind: str, verdict: str
) -> None:
    found = coverage_of_antibody(escapes, f"ab:{antibody}")
    about = [one for one in found if one.escape.kind == f"bsab:{kind}" and one.escape.antigens == {antigen}]
    assert [one.verdict for one in about] == [verdict]


def test_what_was_seen_under_an_antibody_is_documented_of_it(escapes: Escapes) -> None:
    basis = {one.escape.kind: one.basis for one in coverage_of_antibody(escapes, "ab:engager-one")}
    assert basis["bsab:AntigenLoss"] == "documented"
    assert {one.basis for one in coverage_of_antibody(escapes, "ab:one-fab")} == {"by structure"}


def test_an_antibody_without_a_known_chain_is_not_judged(toy: Opened) -> None:
    rows = antibody_table(toy, "two-site").rows  # the toy does not say how it works
    assert rows and {row["verdict"] for row in rows} == {UNKNOWN}


def test_a_pair_is_judged_for_killing_and_for_blockade(acting: Opened) -> None:
    rows = {
        (row["of"], row["escape"]): (row["if_killing"], row["if_blocking"])
        for row in pair_table(acting, "EGFR", "HER2").rows
    }
    assert rows["HER2", "antigen loss"] == (UNKNOWN, UNKNOWN), "loss is documented of EGFR, too"
    assert rows["EGFR", "MET bypass"] == (WORKS, FAILS)
    assert rows["EGFR", "ICAM1 loss"] == (FAILS, WORKS)
    assert rows["EGFR", "anti-drug antibodies"] == (FAILS, FAILS)
    assert rows["EGFR", "lineage plasticity"] == (UNKNOWN, UNKNOWN)
    with_node = {row["escape"]: row["if_blocking"] for row in pair_table(acting, "EGFR", "MET").rows}
    assert with_node["MET bypass"] == WORKS


def test_a_pair_has_two_antigens(acting: Opened) -> None:
    with pytest.raises(UsageError, match="one antigen"):
        pair_table(acting, "HER2", "ERBB2")


def test_what_is_told_of_a_class_is_told_of_its_members_in_solid_tumors(escapes: Escapes) -> None:
    def classes(antibody: str) -> set[str]:
        chains = chains_of(escapes.links, antibody)
        found = escapes.of_antibody(antibody, ())
        return {e.kind for e in found if not e.is_of(antibody) and any(escapes.broken(chain, e) for chain in chains)}

    assert classes("ab:engager-one") == {"bsab:Cd58Loss", "bsab:AntiDrugAntibodies"}
    assert classes("ab:dual-block") == {"bsab:AntiDrugAntibodies"}, "it triggers no T cell"
    assert classes("ab:blood-engager") == set(), "the classes were looked at in solid tumors"


def test_evidence_on_the_antibody_itself_goes_before_that_on_its_class(acting: Opened) -> None:
    rows = [row for row in antibody_table(acting, "three arms").rows if row["escape"] == "anti-drug antibodies"]
    assert [row["of"] for row in rows] == ["EGFR"], "what is told of bispecifics is left out"
    assert (rows[0]["verdict"], rows[0]["basis"]) == (WORKS, "documented")
    assert "speaks against it (claim:" in str(rows[0]["reason"])


def test_an_escape_tells_under_what_it_was_seen(escapes: Escapes) -> None:
    loss = next(e for e in escapes.of_antigens((DLL3,)) if e.kind == "bsab:AntigenLoss")
    assert loss.seen("ab:engager-one") == "seen under this antibody: patients"
    assert loss.seen("ab:three-arms") == "seen under another agent (bispecific): patients"


def test_an_escape_of_one_epitope_takes_only_arms_that_bind_it(escapes: Escapes) -> None:
    loss = escape_of(escapes, ERBB2, "AntigenLoss")
    of_ecd2, of_other = (loss._replace(epitopes=frozenset({e})) for e in ("ep:ERBB2.ecd2", "ep:ERBB2.other"))
    chains = chains_of(escapes.links, "ab:two-site")
    hold = {chain.target: escapes.broken(chain, of_ecd2) for chain in chains if chain.acting_arm.endswith("ecd2")}
    assert hold == {ERBB2: ("bsab:HoldLink",)}
    assert not any(escapes.broken(chain, of_other) for chain in chains)
    unknown = chains_of(escapes.links, "ab:three-arms")
    assert not any(escapes.broken(chain, of_ecd2) for chain in unknown)
    assert any(escapes.is_open(chain, of_ecd2) for chain in unknown)


# --- what may be asked


def asked(acting: Opened, **wanted: str) -> set[tuple[str, str, str]]:
    answer = answer_chains(acting, read_wanted(acting, **wanted))
    return {
        (answer.label(traced.chain.antibody), answer.label(traced.chain.held), answer.label(traced.chain.target))
        for traced in answer.traced
    }


def test_chains_are_found_by_antigen_on_either_end(acting: Opened) -> None:
    assert asked(acting, antigen="CTLA-4") == {("two brakes", "CTLA-4", "PD-1"), ("two brakes", "PD-1", "CTLA-4")}


def test_a_tumor_stands_for_its_subtypes_and_not_for_its_parents(acting: Opened) -> None:
    late_comer = ("late comer", "GD2", "CD3")  # tested in small cell lung carcinoma
    assert late_comer in asked(acting, tumor="lung carcinoma")
    assert late_comer in asked(acting, tumor="small cell lung carcinoma")
    assert late_comer not in asked(acting, tumor="non-small cell lung carcinoma")


def test_an_effector_is_a_cell_with_its_kinds_or_a_receptor(acting: Opened) -> None:
    by_receptor = asked(acting, effector="CD16A")
    assert by_receptor == {("dual block", "EGFR", "CD16A"), ("dual block", "MET", "CD16A")}
    assert ("two brakes", "CTLA-4", "PD-1") in asked(acting, effector="T cell"), "a CD8 T cell is one"
    assert ("two brakes", "PD-1", "CTLA-4") not in asked(acting, effector="CD8-positive, alpha-beta T cell")


def test_chains_are_found_by_escape_and_mode(acting: Opened) -> None:
    assert asked(acting, escape="MET bypass") == {("dual block", "MET", "EGFR"), ("one fab", "HER3", "EGFR")}
    assert {antibody for antibody, *_ in asked(acting, mode="soluble")} == {"brake and vessel"}
    with pytest.raises(UsageError, match="no mode"):
        asked(acting, mode="cross")
    with pytest.raises(NotFoundError):
        asked(acting, escape="EGFR")


# --- every form tells the same


def test_the_table_has_a_row_a_chain(acting: Opened) -> None:
    answer = answer_chains(acting, Wanted())
    table = answer.table()
    assert table.columns == COLUMNS and len(table.rows) == len(answer.traced)
    for (chain, _), row in zip(answer.traced, table.rows, strict=True):
        assert str(row["claims"]).split() == [link.claim for link in chain.links if link.claim]
        assert row["support"] == round(chain.support, 4)


def test_json_holds_every_link_escape_and_counter(kg: Kg, richer: Root, acting: Opened) -> None:
    code, out, _ = kg("chains", "--antibody", "dual block", "--format", "json", "--root", richer.path)
    answer = answer_chains(acting, read_wanted(acting, antibody="dual block"))
    assert code == 0
    for read, (chain, breaks) in zip(json.loads(out), answer.traced, strict=True):
        assert [step["claim"] or "" for step in read["links"]] == [link.claim for link in chain.links]
        assert [escape["kind"]["id"] for escape in read["escapes"]] == [one.escape.kind for one in breaks]
        counted = [len(answer.counters(chain, one.escape)) for one in breaks]
        assert [len(escape["counters"]) for escape in read["escapes"]] == counted


def test_prose_names_every_claim_and_escape(acting: Opened) -> None:
    answer = answer_chains(acting, read_wanted(acting, antibody="dual block"))
    text = in_prose(answer)
    for chain, breaks in answer.traced:
        assert all(link.claim in text for link in chain.links)
        assert all(claim.claim in text for broken in breaks for claim in broken.escape.claims)
    assert "countered by structure: dual block, arm MET: binds MET, which carries it" in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 100


def test_nothing_to_tell_is_no_failure(kg: Kg, richer: Root) -> None:
    code, out, err = kg(
        "chains", "--antibody", "engager one", "--mode", "cis", "--format", "prose", "--root", richer.path
    )
    assert (code, out) == (0, "")
    assert err.startswith("0 rows.")


def test_the_picture_joins_the_ends_of_every_chain(acting: Opened) -> None:
    answer = answer_chains(acting, read_wanted(acting, antibody="dual block"))
    (nodes, edges), left_out = to_graph(answer, 200)
    assert left_out == 0
    kinds = {node.id: node.kind for node in nodes}
    assert kinds["ab:dual-block"] == "antibody" and kinds["bsab:MetBypass"] == "escape"
    assert {edge.source for edge in edges} | {edge.target for edge in edges} == set(kinds)
    drawn = {edge.claim for edge in edges if edge.claim}
    roles = "bsab:hasRole"
    assert {
        link.claim for t in answer.traced for link in t.chain.links if link.claim and link.predicate != roles
    } <= drawn
    assert any(edge.label == "countered by structure" and edge.target == "arm:dual-block.MET" for edge in edges)


def test_a_picture_that_is_full_says_what_was_left_out(kg: Kg, richer: Root, tmp_path: Path) -> None:
    page = tmp_path / "chains.html"
    code, _, err = kg("chains", "-o", page, "--max-nodes", "12", "--root", richer.path)
    assert code == 0 and err.startswith(f"{page}: drawn")
    text = page.read_text()
    assert re.search(r"<title>Mechanism chains \(\d of \d\d chains\)", text)
    assert "blood engager" in text, "whole chains are drawn while there is room"


def test_no_page_is_written_where_no_chain_fits(kg: Kg, richer: Root, tmp_path: Path) -> None:
    page = tmp_path / "chains.html"
    code, _, err = kg("chains", "--antibody", "engager one", "--mode", "cis", "-o", page, "--root", richer.path)
    assert code == 1 and "no chain fits" in err and not page.exists()


@pytest.mark.parametrize(
    "arguments", [(), ("EGFR",), ("EGFR", "MET", "DLL3"), ("EGFR", "MET", "--antibody", "dual block")]
)
def test_coverage_takes_an_antibody_or_two_antigens(kg: Kg, richer: Root, arguments: tuple[str, ...]) -> None:
    code, out, err = kg("coverage", *arguments, "--root", richer.path)
    assert (code, out) == (2, "") and "name an antibody or two antigens" in err


def test_coverage_prints_its_tables(kg: Kg, richer: Root) -> None:
    code, out, _ = kg("coverage", "--antibody", "three arms", "--format", "json", "--root", richer.path)
    assert code == 0 and {row["verdict"] for row in json.loads(out)} == {WORKS, FAILS, UNKNOWN}
    code, out, _ = kg("coverage", "EGFR", "MET", "--format", "tsv", "--root", richer.path)
    assert code == 0 and out.splitlines()[0].split("\t")[:2] == ["escape", "scope"]
