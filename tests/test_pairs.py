"""Pairs: families, features, scores, openness, rankings and cards; and what they say of pairs that the field knows."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import opened_in
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import KgError, UsageError
from kg.expression import open_expression
from kg.pairs.card import Card, explain
from kg.pairs.families import DEFAULT, FAMILIES, candidates, classes, family_named, intent_of
from kg.pairs.known import Known, Program, pair_of
from kg.pairs.levels import Column, Levels, scaled
from kg.pairs.openness import OPEN, VALUES, chao2, estimate_unseen, openness
from kg.pairs.presence import CELL, Presence, presences
from kg.pairs.ranking import Pairs, Ranking, _pool, rank_everywhere, rank_pairs, read_pairs
from kg.pairs.scores import INTENTS, Board, Single, worst_of_all, worst_of_both
from kg.pairs.weights import Weights, read_weights
from kg.paths import Root
from kg.store import Opened
from kg.view import View

Run = Callable[..., tuple[int, str, str]]
NAN = float("nan")
LUAD, SCLC, STAD, PAAD = "MONDO:0005061", "MONDO:0008433", "MONDO:0005036", "MONDO:0006047"


@pytest.fixture(scope="module")
def real_pairs(real: Opened, real_root: Root) -> Pairs:
    return read_pairs(real, open_expression(real_root))


@pytest.fixture(scope="module")
def weights(real_root: Root) -> Weights:
    return read_weights(real_root)


def numbers(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def made_levels(tumor: list[list[float]], normal: list[list[float]], **changed: object) -> Levels:
    """Levels of antigens A, B, C ... in tumors T0, T1 ... and vital places."""
    size, tumors = len(tumor), len(tumor[0])
    columns = tuple(Column(f"T{at}", f"MONDO:{at}", f"tumor {at}", "toy") for at in range(tumors))
    places = tuple(Column(f"P{at}", f"UBERON:{at}", f"place {at}", "toy") for at in range(len(normal[0])))
    levels = Levels(
        tuple("ABCDEFGH"[:size]),
        columns,
        np.array(tumor, dtype=np.float32),
        np.array(tumor, dtype=np.float32),
        np.zeros(size, dtype=np.float32),
        places,
        np.array(normal, dtype=np.float32),
        np.full(size, NAN, dtype=np.float32),
        np.ones(size, dtype=np.float32),
        np.ones(size, dtype=np.float32),
        np.full((size, tumors), NAN, dtype=np.float32),
        {},
    )
    return replace(levels, **changed)  # type: ignore[arg-type]


def made_known(*programs: Program, **changed: object) -> Known:
    by_pair: dict[tuple[str, str], tuple[Program, ...]] = {}
    for program in programs:
        for first, second, _ in program.pairs:
            by_pair[first, second] = (*by_pair.get((first, second), ()), program)
    known = Known(programs, {}, {}, {}, {}, frozenset(), frozenset(), {}, by_pair, {})
    return replace(known, **changed)  # type: ignore[arg-type]


def single_of(size: int) -> Single:
    zeros = np.zeros(size, dtype=np.float32)
    return Single(zeros, zeros, np.full(size, NAN, dtype=np.float32), zeros, zeros)


def board_of(levels: Levels, known: Known | None = None) -> Board:
    every = np.arange(len(levels.symbols))
    return Board(levels, single_of(len(every)), known or made_known(), every, every, (0,))


# --- families


def test_antigens_stand_on_the_sides_that_the_field_gives_them(real_root: Root) -> None:
    universe = open_expression(real_root).universe
    sides = {name: classes(universe.antigens[universe.find(name)]) for name in ("HER2", "CD3", "PD-1", "FAP", "B7-H3")}
    assert sides == {
        "HER2": {"tumor"},
        "CD3": {"trigger", "immune"},
        "PD-1": {"immune-checkpoint", "immune"},
        "FAP": {"stroma"},
        "B7-H3": {"tumor", "immune-checkpoint", "immune"},
    }
    for name in ("HLA-A", "PTPRC", "VEGFA", "B2M"):
        assert "tumor" not in classes(universe.antigens[universe.find(name)])


def test_families_are_not_mixed_and_hold_the_pairs_of_the_field(real_root: Root) -> None:
    universe = open_expression(real_root).universe
    for family in FAMILIES.values():
        rows, columns = candidates(universe, family)
        assert len(rows) and len(columns)
        for side, wanted in ((rows, family.rows), (columns, family.columns)):
            assert all(wanted in classes(universe.antigens[at]) for at in side)
            assert list(side) == sorted(set(side))
    rows, columns = candidates(universe, FAMILIES[DEFAULT])
    assert len(rows) > 2500
    assert list(rows) == list(columns)
    for name in ("EGFR", "MET", "ERBB2", "ERBB3", "MSLN", "CDH3", "CLDN18", "DLL3", "STEAP1"):
        assert universe.find(name) in rows


def test_a_family_or_an_intent_that_is_none_is_refused_with_those_that_are() -> None:
    with pytest.raises(UsageError, match="tumor-antigen-x-trigger"):
        family_named("tumor")
    with pytest.raises(UsageError, match="and-gate, or-coverage"):
        intent_of(FAMILIES[DEFAULT], "engager")
    assert intent_of(FAMILIES["immune-x-immune"], None) == "immune-modulation"
    assert {intent for family in FAMILIES.values() for intent in family.intents} == set(INTENTS)


# --- features and scores


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.lists(st.one_of(st.just(NAN), st.floats(0, 2, width=32)), min_size=3, max_size=3), min_size=1, max_size=9
    )
)
def test_the_worst_place_of_two_is_that_of_a_double_loop(rows: list[list[float]]) -> None:
    values = np.array(rows, dtype=np.float32)
    found = worst_of_both(values, values)
    for one, first in enumerate(values):
        for two, second in enumerate(values):
            both = [min(a, b) for a, b in zip(first, second, strict=True) if not (np.isnan(a) or np.isnan(b))]
            assert np.isnan(found[one, two]) if not both else found[one, two] == max(both)


def test_the_worst_place_does_not_depend_on_the_tiles() -> None:
    values = np.random.default_rng(1).random((150, 4), dtype=np.float32)
    brute = np.minimum(values[:, None, :], values[None, :, :]).max(axis=2)
    assert np.array_equal(worst_of_both(values, values), brute)


def test_the_kernel_of_all_pairs_finds_the_same_worst_places() -> None:
    rng = np.random.default_rng(3)
    values = rng.random((90, 7), dtype=np.float32)
    values[rng.random(values.shape) < 0.3] = NAN
    values[4] = NAN
    expected = worst_of_both(values, values)
    np.fill_diagonal(expected, NAN)
    assert np.array_equal(worst_of_all(values), expected, equal_nan=True)


def test_a_score_is_the_weighted_mean_of_what_is_known() -> None:
    levels = made_levels([[0.8], [0.6]], [[0.5, 0.1], [0.2, 0.4]], agreement=numbers(NAN, NAN))
    board = board_of(levels)
    wanted = {"level": 2.0, "window": 3.0, "agreement": 5.0}
    features = {name: float(values[0, 1]) for name, values in board.features("and-gate", wanted)}
    # Both stand at 0.6 on the tumor; the worst place of both is the first one, where the lower has 0.2.
    assert features["level"] == pytest.approx(0.6)
    assert features["window"] == pytest.approx(0.5 + 0.6 - 0.2)
    assert np.isnan(features["agreement"])
    score, share = board.score("and-gate", wanted)
    assert score[0, 1] == score[1, 0] == pytest.approx((2 * 0.6 + 3 * 0.9) / 5)
    assert share[0, 1] == pytest.approx(0.5)
    assert np.isnan(np.diag(score)).all()


def test_each_intent_looks_at_another_danger() -> None:
    levels = made_levels([[0.5], [0.5]], [[0.5, 0.0], [0.1, 0.4]])
    board = board_of(levels)
    window = {
        intent: float(dict(board.features(intent, {"window": 1.0}))["window"][0, 1])
        for intent in ("and-gate", "or-coverage", "bispecific-adc", "dual-blockade", "engager")
    }
    assert window == pytest.approx(
        {
            "and-gate": 0.5 + 0.5 - 0.1,
            "or-coverage": 0.5 + min(0.5 - 0.5, 0.5 - 0.4),
            "bispecific-adc": 0.5 + 0.5 - (0.1 + 0.5) / 2,
            "dual-blockade": 0.5 + 0.5 - 0.5,
            "engager": 0.5 + 0.5 - 0.5,
        }
    )


def test_what_has_no_level_or_no_vital_place_has_no_score() -> None:
    levels = made_levels([[0.8], [NAN], [0.7], [0.6]], [[0.1], [0.1], [NAN], [0.2]])
    score, _ = board_of(levels).score("and-gate", {"level": 1.0, "window": 1.0})
    known = {(int(a), int(b)) for a, b in zip(*np.nonzero(~np.isnan(score)), strict=True)}
    assert known == {(0, 3), (3, 0)}


def test_confined_counts_the_places_by_the_logic_of_the_intent() -> None:
    much = float(scaled(numbers(50))[0])
    levels = made_levels([[0.8], [0.8]], [[much, much, 0, 0], [much, 0, much, 0]])
    board = board_of(levels)
    confined = {
        intent: float(dict(board.features(intent, {"confined": 1.0}))["confined"][0, 1])
        for intent in ("and-gate", "or-coverage", "engager")
    }
    assert confined == {"and-gate": 0.75, "or-coverage": 0.25, "engager": 0.5}


def test_a_bypass_counts_in_either_direction_and_for_no_other_pair() -> None:
    escape = {"antigen": "A", "escape": "B bypass", "scope": "tumor-intrinsic", "link": "block", "through": "B"}
    levels = made_levels([[0.5]] * 3, [[0.1]] * 3)
    board = board_of(levels, made_known(escapes={"A": (escape,)}))
    bypass = dict(board.features("dual-blockade", {"bypass": 1.0}))["bypass"]
    assert bypass.tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 0]]


def test_on_the_same_cell_is_the_share_of_the_rarer_one() -> None:
    rng = np.random.default_rng(2)
    carried = rng.random((5, 200)) < np.array([0.9, 0.5, 0.3, 0.2, 0.01])[:, None]
    found = Presence(CELL, "toy", "cells", carried, np.array([True, True, True, False, True]))
    every = np.arange(5)
    overlap = found.overlap(every, every)
    expected = (carried[1] & carried[2]).sum() / carried[2].sum()
    assert overlap[1, 2] == overlap[2, 1] == pytest.approx(expected)
    assert np.isnan(overlap[3]).all(), "an antigen that was not measured"
    assert np.isnan(overlap[4]).all(), "an antigen on too few cells"


# --- openness


def program(name: str, phase: str, tumors: tuple[str, ...] = (), stopped: str = "") -> Program:
    rank = {"": 0, "preclinical": 0, "phase-1": 1, "phase-2": 3, "approved": 7}[phase]
    return Program(
        f"ab:{name}",
        name,
        True,
        (("A", "tumor-binding", "A ECD2"), ("B", "tumor-binding", "")),
        (("A", "B", DEFAULT),),
        phase,
        rank,
        frozenset(tumors),
        stopped,
        ("", ""),
    )


LUNG = {"MONDO:1": ("MONDO:0",), "MONDO:2": ("MONDO:1",), "MONDO:9": ("MONDO:0",)}


@pytest.mark.parametrize(
    ("programs", "value"),
    [
        ((), "none-found"),
        ((program("x", "preclinical"),), "preclinical-or-patent-only"),
        ((program("x", ""),), "preclinical-or-patent-only"),
        ((program("x", "phase-1", ("MONDO:9",)),), "clinic-other-tumor"),
        ((program("x", "phase-1"),), "clinic-other-tumor"),
        ((program("x", "phase-1", ("MONDO:1",)),), "active"),
        ((program("x", "phase-1", ("MONDO:2",)),), "active"),  # a kind of it
        ((program("x", "phase-1", ("MONDO:0",)),), "active"),  # a wider one
        ((program("x", "phase-2", ("MONDO:1",), "efficacy"),), "stopped"),
        ((program("x", "phase-2", ("MONDO:1",), "safety"), program("y", "phase-1", ("MONDO:1",))), "active"),
        ((program("x", "phase-2", ("MONDO:1",), "safety"), program("y", "phase-1", ("MONDO:9",))), "stopped"),
    ],
)
def test_openness_has_five_values(programs: tuple[Program, ...], value: str) -> None:
    levels = made_levels([[0.5]], [[0.1]], parents=LUNG)
    found = openness(made_known(*programs), levels, ("A", "B"), "MONDO:1")
    assert found.value == value
    assert value in VALUES
    assert (value in OPEN) == (value not in ("stopped", "active"))
    if programs:
        assert found.epitopes == ("A ECD2",)
        assert any(one.label in found.why for one in programs)
    if value == "stopped":
        assert programs[0].stopped in found.why


def test_a_trace_of_another_kind_closes_nothing_in_the_clinic_and_a_proposal_none() -> None:
    levels = made_levels([[0.5]], [[0.1]])
    trace = {"kind": "paper", "modality": "dual-car-t", "from": "2019-03-01", "agent": None, "source": None}
    seen = openness(made_known(disclosures={("A", "B"): (trace,)}), levels, ("A", "B"))
    assert seen.value == "preclinical-or-patent-only"
    assert "dual-car-t (paper 2019)" in seen.why
    proposed = openness(made_known(disclosures={("A", "B"): (trace | {"kind": "proposal"},)}), levels, ("A", "B"))
    assert proposed.value == "none-found"


def test_what_nobody_saw_is_estimated_from_what_one_or_two_saw() -> None:
    captures = [frozenset("a")] * 6 + [frozenset("ab")] * 3 + [frozenset("abc")] * 2
    found = chao2(captures)
    # Chao 1987, bias-corrected: (m - 1) / m * Q1 (Q1 - 1) / (2 (Q2 + 1)), with m = 3 sources.
    assert found.unseen == pytest.approx(2 / 3 * 6 * 5 / (2 * 4))
    assert found.low < found.unseen < found.high
    assert (found.seen, found.once, found.twice, found.sources) == (11, 6, 3, ("a", "b", "c"))
    assert chao2([frozenset("ab")] * 5).unseen == 0
    assert chao2([]).seen == 0


def test_the_real_sources_miss_pairs_and_releases_of_one_database_are_one_occasion(real: Opened) -> None:
    found = estimate_unseen(real)
    assert found.seen > 150
    assert found.unseen > 0
    assert sum("therasabdab" in source for source in found.sources) == 1


# --- weights


def test_weights_have_reasons_and_name_features_that_exist(real_root: Root, weights: Weights) -> None:
    lines = (real_root.data / "pair-weights.tsv").read_text().splitlines()
    assert all(line.split("\t")[3] for line in lines[1:])
    assert set(weights) == set(INTENTS)
    levels = made_levels([[0.5]] * 2, [[0.1]] * 2)
    for intent, wanted in weights.items():
        values = dict(board_of(levels).features(intent, wanted))
        assert list(values) == list(wanted)
        assert all(each.shape == (2, 2) for each in values.values())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is empty"),
        ("intent\tfeature\n", "lacks the columns weight"),
        ("intent\tfeature\tweight\nand\tlevel\t1\n", ":2: no intent 'and'"),
        ("intent\tfeature\tweight\nand-gate\tlevels\t1\n", ":2: and-gate has no feature 'levels'"),
        ("intent\tfeature\tweight\nand-gate\tlevel\t-1\n", ":2: '-1' is no weight"),
        ("intent\tfeature\tweight\nand-gate\tlevel\tnan\n", ":2: 'nan' is no weight"),
        ("intent\tfeature\tweight\nand-gate\tlevel\tmuch\n", "'much' is no weight"),
    ],
)
def test_wrong_weights_are_told_with_their_line(real_root: Root, tmp_path: Path, content: str, words: str) -> None:
    own = tmp_path / "own.tsv"
    own.write_text(content)
    with pytest.raises(KgError, match=words) as found:
        read_weights(real_root, own)
    assert found.value.exit_code == 2


def test_own_weights_take_the_place_of_those_they_name_and_none_may_be_left(
    real_root: Root, weights: Weights, tmp_path: Path
) -> None:
    own = tmp_path / "own.tsv"
    own.write_text("intent\tfeature\tweight\nand-gate\tlevel\t7\n")
    changed = read_weights(real_root, own)
    assert changed["and-gate"]["level"] == 7
    assert {**changed["and-gate"], "level": weights["and-gate"]["level"]} == weights["and-gate"]
    assert changed["engager"] == weights["engager"]
    own.write_text("intent\tfeature\tweight\n" + "".join(f"engager\t{name}\t0\n" for name in weights["engager"]))
    with pytest.raises(UsageError, match="no feature of engager has a weight left"):
        read_weights(real_root, own)


# --- rankings


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 7), st.integers(1, 30), st.integers(0, 1000))
def test_the_pool_is_the_head_of_a_full_sort(size: int, most: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    half = rng.integers(0, 4, (size, size)).astype(np.float32)
    score = np.triu(half, 1) + np.triu(half, 1).T
    np.fill_diagonal(score, np.nan)
    pairs = [(one, two) for one in range(size) for two in range(one + 1, size)]
    expected = sorted(pairs, key=lambda pair: (-score[pair], pair))[:most]
    assert _pool(score, True, most) == expected


def ranked(pairs: Pairs, weights: Weights, tumor: str, intent: str, family: str = DEFAULT, **more: object) -> Ranking:
    return rank_pairs(pairs, FAMILIES[family], intent, tumor, weights[intent], **more)  # type: ignore[arg-type]


def test_a_ranking_is_sorted_repeatable_and_its_ranks_lie_in_their_range(real_pairs: Pairs, weights: Weights) -> None:
    found = ranked(real_pairs, weights, SCLC, "and-gate", top=50)
    again = ranked(real_pairs, weights, SCLC, "and-gate", top=50)
    assert found.table() == again.table()
    assert [one.rank for one in found.pairs] == list(range(1, 51))
    assert sorted((one.score for one in found.pairs), reverse=True) == [one.score for one in found.pairs]
    assert all(one.best <= one.rank <= one.worst for one in found.pairs)
    assert any(one.best < one.worst for one in found.pairs)
    assert len({one.pair for one in found.pairs}) == 50
    assert found.columns == ("SCLC",)


def test_only_open_leaves_out_what_is_tried_there_and_keeps_the_ranks(real_pairs: Pairs, weights: Weights) -> None:
    every = ranked(real_pairs, weights, LUAD, "dual-blockade", top=30)
    left = ranked(real_pairs, weights, LUAD, "dual-blockade", top=20, only_open=True)
    assert any(one.openness.value == "active" for one in every.pairs)
    assert all(one.openness.value in OPEN for one in left.pairs)
    kept = [(one.rank, one.pair) for one in every.pairs if one.openness.value in OPEN]
    assert [(one.rank, one.pair) for one in left.pairs][: len(kept)] == kept[:20]


def test_with_keeps_one_antigen_in_every_pair(real_pairs: Pairs, weights: Weights) -> None:
    found = ranked(real_pairs, weights, LUAD, "or-coverage", top=10, partner="HER2")
    assert all("ERBB2" in one.pair for one in found.pairs)
    with pytest.raises(UsageError, match="PDCD1 stands on no side"):
        ranked(real_pairs, weights, LUAD, "or-coverage", partner="PD-1")


def test_a_constant_partner_ranks_antigens(real_pairs: Pairs, weights: Weights) -> None:
    found = ranked(real_pairs, weights, SCLC, "engager", "tumor-antigen-x-trigger")
    assert {one.second for one in found.pairs} == {"CD3E"}
    assert len({one.first for one in found.pairs}) == len(found.pairs)


def test_over_all_tumors_each_pair_stands_once_where_it_is_best(real_pairs: Pairs, weights: Weights) -> None:
    family = FAMILIES["tumor-antigen-x-innate-checkpoint"]
    found = rank_everywhere(real_pairs, family, "engager", weights["engager"], 15)
    assert len({one.pair for one in found.pairs}) == 15
    assert len({one.tumor for one in found.pairs}) > 3
    best = found.pairs[0]
    (tumor,) = {column.id for column in real_pairs.levels.tumors if column.label == best.tumor}
    own = ranked(real_pairs, weights, tumor, "engager", family.name, top=1)
    assert own.pairs[0].pair == best.pair
    assert own.pairs[0].score == pytest.approx(best.score)


def test_infiltrate_stroma_and_what_is_everywhere_are_no_tumor_antigens(real_pairs: Pairs, weights: Weights) -> None:
    artefacts = {"PTPRC", "CD248", "FAP", "HLA-A", "HLA-DRA", "B2M", "CD74", "FN1", "VCAM1", "COL1A1"}
    for tumor in (LUAD, SCLC, STAD, PAAD):
        for intent in FAMILIES[DEFAULT].intents:
            found = ranked(real_pairs, weights, tumor, intent, top=100)
            assert not artefacts & {antigen for one in found.pairs for antigen in one.pair}
    levels = real_pairs.levels
    fap, at = levels.symbols.index("FAP"), levels.columns_of(LUAD)[0]
    assert levels.tumor[fap, at] < scaled(levels.bulk)[fap, at], "what stroma may lend is taken off"


def test_gene_figures_stand_for_isoforms_and_nothing_joins_by_guessing(real_pairs: Pairs) -> None:
    universe = real_pairs.expression.universe
    assert universe.symbols[universe.find("CLDN18.2")] == "CLDN18"
    assert universe.symbols[universe.find("HER2")] == "ERBB2"
    assert universe.symbols[universe.find("CD3")] == "CD3E"


# --- pairs that the field knows


@pytest.mark.parametrize(
    ("first", "second", "tumor", "intent", "rank"),
    [
        ("EGFR", "MET", LUAD, "dual-blockade", 10),
        ("ERBB2", "ERBB3", LUAD, "dual-blockade", 3),
        ("EGFR", "ERBB3", LUAD, "dual-blockade", 10),
        ("MSLN", "CDH3", PAAD, "or-coverage", 100),
        ("DLL3", "CD3", SCLC, "engager", 3),
        ("CLDN18.2", "4-1BB", STAD, "engager", 100),
    ],
)
def test_known_answers_rank_where_they_should(
    real: Opened, real_pairs: Pairs, weights: Weights, first: str, second: str, tumor: str, intent: str, rank: int
) -> None:
    card = explain(real, real_pairs, first, second, weights, tumor)
    (found,) = [one for one in card.intents if one.intent == intent]
    assert found.rank <= rank
    assert card.openness.value in ("active", "clinic-other-tumor", "preclinical-or-patent-only")


def test_mesothelin_and_p_cadherin_rank_high_in_the_view_that_does_not_know_who_joins_them(
    cache: Path, real_root: Root, weights: Weights
) -> None:
    then = opened_in(cache, real_root, View("2021-12-31"))
    card = explain(then, read_pairs(then, open_expression(real_root)), "MSLN", "CDH3", weights, PAAD)
    assert card.openness.value == "none-found"
    ranks = {one.intent: (one.rank, one.ranked) for one in card.intents}
    assert ranks["or-coverage"] == (10, 591_328) and ranks["and-gate"] == (446, 591_328)  # as docs/pairs.md says


def aspects(card: Card) -> Mapping[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = {}
    for row in card.rows:
        found.setdefault(str(row["aspect"]).partition(" ")[2], []).append(dict(row))
    return found


def test_a_card_tells_for_against_base_rate_escapes_tissues_programs_and_what_would_refute(
    real: Opened, real_pairs: Pairs, weights: Weights
) -> None:
    card = explain(real, real_pairs, "MET", "EGFR", weights, LUAD)
    assert (card.first, card.second) == ("EGFR", "MET")
    told = aspects(card)
    assert {"rank", "for", "against", "base rate", "openness", "nearest known pair", "vital tissue", "escape"} <= set(
        told
    )
    assert any(row["what"] == "skin toxicity" and row["of"] == "EGFR" for row in told["toxicity"])
    assert {"precedent", "fitting format", "would refute it", "same cell"} <= set(told)
    assert {row["what"] for row in told["rank"]} == set(card.family.intents)
    assert any(row["of"] == "amivantamab" and row["value"] == "approved" for row in told["openness"])
    bypass = [row for row in told["escape"] if str(row["what"]).startswith("MET bypass")]
    assert bypass
    assert all("if it blocks: works" in str(row["detail"]) for row in bypass)
    assert any(row["of"] == "amivantamab" for row in told["fitting format"])
    assert all(str(row["source"]).startswith("claim:") for row in told["escape"] if row["value"])
    places = [row for row in told["vital tissue"] if row["what"] == "carries both"]
    figures = [float(str(row["value"])) for row in places]
    assert figures == sorted(figures, reverse=True)


def test_without_a_tumor_a_card_tells_of_the_best_one(real: Opened, real_pairs: Pairs, weights: Weights) -> None:
    card = explain(real, real_pairs, "DLL3", "CD3", weights)
    assert card.tumor_label
    assert card.intents[0].rank >= 1
    other = explain(real, real_pairs, "DLL3", "CD3", weights, LUAD)
    assert card.intents[0].score >= (other.intents[0].score if other.intents else 0)


def test_a_card_of_what_is_not_there_says_so(real: Opened, real_pairs: Pairs, weights: Weights) -> None:
    card = explain(real, real_pairs, "DLL3", "GUCY2C", weights, LUAD)
    assert not card.intents
    assert aspects(card)["rank"][0]["what"] == "not ranked"
    with pytest.raises(UsageError, match="one antigen"):
        explain(real, real_pairs, "HER2", "ERBB2", weights)
    with pytest.raises(UsageError, match="no family"):
        explain(real, real_pairs, "FAP", "CD248", weights)


def test_single_cells_tell_of_tumors_that_have_them(real_pairs: Pairs) -> None:
    levels = real_pairs.levels
    found = list(presences(real_pairs.expression, levels, levels.columns_of(LUAD)))
    assert found[0].kind == CELL
    assert not list(presences(real_pairs.expression, levels, levels.columns_of(SCLC)))


# --- the commands


def test_kg_pairs_and_kg_explain_print_what_the_library_says(kg: Run, real_pairs: Pairs, weights: Weights) -> None:
    code, out, err = kg(
        "pairs", "--tumor", "SCLC", "--family", "tumor-antigen-x-trigger", "--top", "3", "--format", "json"
    )
    assert code == 0, err
    rows = json.loads(out)
    found = ranked(real_pairs, weights, SCLC, "engager", "tumor-antigen-x-trigger", top=3)
    assert rows == [dict(row) for row in found.table().rows]
    assert "For research use; not medical advice" in err
    assert "tumor-antigen-x-trigger for engager on SCLC" in err
    code, out, _ = kg("explain", "EGFR", "MET", "--tumor", "lung adenocarcinoma", "--format", "json")
    assert code == 0
    assert {row["aspect"] for row in json.loads(out)} >= {"1 rank", "8 escape", "11 would refute it"}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("pairs", "--tumor", "nonsense"), 1, "nonsense"),
        (("pairs", "--tumor", "SCLC", "--family", "x"), 2, "no family 'x' is ranked"),
        (("pairs", "--tumor", "SCLC", "--intent", "engager"), 2, "has no intent 'engager'"),
        (("pairs", "--tumor", "SCLC", "--with", "EGFRx"), 1, "no antigen of the universe"),
        (("pairs", "--tumor", "SCLC", "--weights", "/nowhere.tsv"), 2, "cannot be read"),
        (("explain", "EGFR", "nonsense"), 1, "no antigen of the universe"),
        (("explain", "EGFR", "MET", "--tumor", "nonsense"), 1, "nonsense"),
    ],
)
def test_wrong_questions_get_a_clear_answer(kg: Run, arguments: tuple[str, ...], code: int, words: str) -> None:
    found, out, err = kg(*arguments)
    assert found == code
    assert words in err
    assert not out
    assert "Traceback" not in err


def test_pairs_keep_their_order() -> None:
    assert pair_of("MET", "EGFR") == pair_of("EGFR", "MET") == ("EGFR", "MET")


def test_a_tumor_goes_by_the_names_of_the_graph_and_of_the_expression_columns(kg: Run) -> None:
    code, by_label, err = kg("pairs", "--tumor", "colon adenocarcinoma", "--top", "3", "--format", "tsv")
    assert code == 0, err
    assert kg("pairs", "--tumor", "COAD", "--top", "3", "--format", "tsv")[1] == by_label
    assert "on COAD" in err


def test_pictures_are_the_same_bytes_each_time_and_hold_what_they_show(
    real: Opened, real_pairs: Pairs, weights: Weights
) -> None:
    pytest.importorskip("matplotlib", reason="pictures need the extra plot")
    from kg.pairs.plots import plot_features, plot_levels, plot_ranking

    card = explain(real, real_pairs, "MSLN", "CDH3", weights, PAAD)
    found = ranked(real_pairs, weights, PAAD, "and-gate", top=5)
    for make in (
        lambda: plot_levels(real_pairs.levels, card),
        lambda: plot_features(card),
        lambda: plot_ranking(found),
    ):
        picture = make()
        assert picture == make()
        assert "<svg" in picture
        assert "<dc:date>" not in picture
    assert all(f"{one.first} x {one.second}" in plot_ranking(found) for one in found.pairs)
    assert "MSLN, TPM" in plot_levels(real_pairs.levels, card)


def test_the_benchmark_ranks_by_the_score_of_kg_pairs_on_the_best_tumor(
    real: Opened, real_pairs: Pairs, weights: Weights
) -> None:
    from types import SimpleNamespace
    from typing import cast

    from kg.benchmark.own import score_of_intent
    from kg.benchmark.training import Training
    from kg.pairs.ranking import tumors_with_levels

    rows = np.array(sorted(real_pairs.expression.universe.find(name) for name in ("EGFR", "MET", "HER2", "DLL3")))
    training = SimpleNamespace(
        view=real,
        expression=real_pairs.expression,
        family=FAMILIES[DEFAULT],
        rows=rows,
        columns=rows,
        shape=(4, 4),
        symmetric=True,
    )
    found = score_of_intent(cast(Training, training), "and-gate")
    tumors = [real_pairs.levels.columns_of(tumor) for tumor in tumors_with_levels(real_pairs.levels)]
    boards = [Board(real_pairs.levels, real_pairs.single, real_pairs.known, rows, rows, each) for each in tumors]
    best = np.nanmax(
        [board.score("and-gate", weights["and-gate"])[0][np.triu_indices(4, 1)] for board in boards], axis=0
    )
    assert found[np.triu_indices(4, 1)] == pytest.approx(best)
