"""The evaluation: dated truth, training sets without leaks, baselines, metrics with intervals, log and page."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import networkx as nx
import numpy as np
import pytest
from conftest import REPOSITORY, opened_in
from numpy.typing import NDArray
from scipy import sparse
from scipy.stats import rankdata
from sklearn.metrics import average_precision_score, roc_auc_score

from kg.benchmark import expression_baselines, graph_baselines, learned, regression
from kg.benchmark.counts import COLUMNS as COUNTED
from kg.benchmark.counts import count_positives
from kg.benchmark.embedding import netmf
from kg.benchmark.evaluate import STRATA, Measure, evaluate, strata
from kg.benchmark.leaks import leaks
from kg.benchmark.log import LOG, LOG_COLUMNS, TABLE, append_log, commit_of, log_rows, merged_table, read_table
from kg.benchmark.metrics import (
    METRICS,
    draws_of,
    interval,
    measure,
    measured,
    rank_list,
    ranks,
    weighted_levels,
)
from kg.benchmark.page import PAGE, page
from kg.benchmark.plots import pictures
from kg.benchmark.protocol import CUTS, JUDGED, NAMED
from kg.benchmark.rankers import Ranker, rankers, register
from kg.benchmark.run import COLUMNS, Bench, day_before, family_of, named_cut, named_rows, run
from kg.benchmark.traces import Trace
from kg.benchmark.training import EXCLUDED, KNOWN, NONE, OPEN, POSITIVE, Case, Training, make_case
from kg.benchmark.truth import STATES, DatedPair, Truth, read_truth
from kg.benchmark.write import PROTOCOL, write_counts
from kg.errors import KgError, NotFoundError
from kg.expression import open_expression
from kg.expression.antigens import Antigen, Universe
from kg.pairs.families import FAMILIES
from kg.paths import Root
from kg.query import Record, records
from kg.store import Opened
from kg.tabular import render
from kg.view import View

Run = Callable[..., tuple[int, str, str]]

# --- truth


def trace(first: str, last: str = "", kind: str = "patent", origin: bool = True) -> Trace:
    return Trace(first, last or first, kind, "ab:x", origin)


def state(*traces: Trace, day: str = "2016-12-31", until: str = "2019-12-31", solid: bool = True) -> str:
    return DatedPair(("A", "B"), tuple(sorted(traces)), solid).state(day, until)


def test_a_pair_is_known_by_the_last_day_of_a_trace_and_later_by_its_first() -> None:
    assert state(trace("2016-12-31")) == "known"
    assert state(trace("2017-01-01")) == "positive"
    assert state(trace("2016-01-01", "2016-12-31")) == "known"
    assert state(trace("2016-12-01", "2017-01-31")) == "straddling"
    assert state(trace("2019-12-31")) == "positive"
    assert state(trace("2020-01-01")) == "later"
    assert state(trace("2019-12-01", "2020-01-31")) == "straddling"


def test_the_earliest_trace_decides_whatever_its_kind() -> None:
    mention = trace("2015-05-01", kind="evidence", origin=False)
    assert state(trace("2018-01-01"), mention) == "known"
    assert state(trace("2018-01-01"), replace(mention, earliest="2016-06-01", latest="2017-06-01")) == "straddling"


def test_a_mention_alone_dates_no_program() -> None:
    assert state(trace("2018-01-01", kind="evidence", origin=False)) == "undated"
    assert state(trace("2015-01-01", kind="evidence", origin=False)) == "known"
    assert state() == "undated"


def test_what_is_only_against_hematologic_tumors_is_no_positive_but_may_be_known() -> None:
    assert state(trace("2018-01-01"), solid=False) == "hematologic"
    assert state(trace("2015-01-01"), solid=False) == "known"


UNIPROT = {"CD3E": "P07766", "DLL3": "Q9NYJ7", "EGFR": "P00533", "ERBB2": "P04626", "ERBB3": "P21860", "MET": "P08581"}


def small_universe(symbols: Sequence[str] = tuple(UNIPROT)) -> Universe:
    antigens = (
        Antigen(symbol, "", UNIPROT.get(symbol, ""), (), (), ("go", "surfy"), ("surface", "named"))
        for symbol in sorted(symbols)
    )
    return Universe(tuple(antigens), {})


@pytest.fixture(scope="module")
def toy_truth(toy: Opened, toy_unread: Opened) -> Truth:
    return read_truth(toy, toy_unread, small_universe())


def test_traces_of_the_toy_graph_have_their_kinds(toy_truth: Truth) -> None:
    engager = toy_truth.pairs["CD3E", "DLL3"]
    assert engager.clinic == Trace("2017-12-26", "2017-12-26", "first-in-clinic", "ab:engager-one", True)
    # A paper of October 2017 names it before.
    assert [toy_truth.states(day)["CD3E", "DLL3"] for day in ("2017-09-30", "2017-10-15", "2017-10-31")] == [
        "positive",
        "straddling",
        "known",
    ]
    # Papers, a registry, a database: nobody can tell since when. The counter-measure of 2015 is none of them.
    both = toy_truth.pairs["EGFR", "MET"]
    assert not any(one.origin for one in both.traces)
    assert both.first is not None and both.first.earliest == "2018-01-01"
    assert toy_truth.states("2017-12-31")["EGFR", "MET"] == "undated"
    assert toy_truth.states("2019-12-31")["EGFR", "MET"] == "known"


def test_a_biparatopic_antibody_is_no_pair(toy_truth: Truth) -> None:
    assert not any(a == b for a, b in toy_truth.pairs)


def test_what_nobody_has_read_can_make_a_pair_older_and_never_a_positive(toy: Opened, toy_unread: Opened) -> None:
    read_only = read_truth(toy, toy, small_universe())
    both = read_truth(toy, toy_unread, small_universe())
    for pair, dated in read_only.pairs.items():
        with_unread = both.pairs[pair]
        assert set(dated.traces) <= set(with_unread.traces)
        assert [one for one in with_unread.traces if one.origin] == [one for one in dated.traces if one.origin]


# --- a small training set, without a graph


def training_of(
    edges: Sequence[tuple[int, int]],
    size: int = 8,
    rows: Sequence[int] | None = None,
    columns: Sequence[int] | None = None,
) -> Training:
    symmetric = rows is None
    ends = np.array([*edges, *((b, a) for a, b in edges)], dtype=np.intp).reshape(-1, 2)
    partners = sparse.csr_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(size, size))
    family = replace(FAMILIES["immune-x-immune"], rows="a", columns="a" if symmetric else "b")
    r, c = (np.array(side if side is not None else range(size), dtype=np.intp) for side in (rows, columns))
    known = np.asarray(partners[r][:, c].toarray(), dtype=bool)
    antibodies = np.asarray(partners.sum(axis=1), dtype=np.int64).ravel()
    universe = small_universe([f"A{index}" for index in range(size)])
    return Training(family, "2016-12-31", universe, r, c, known, partners, antibodies, cast(Any, None), cast(Any, None))


EDGES = ((0, 1), (0, 2), (0, 3), (1, 2), (2, 4), (3, 4), (4, 5))


def case_of(positives: Sequence[tuple[int, int]], edges: Sequence[tuple[int, int]] = EDGES, size: int = 8) -> Case:
    training = training_of(edges, size)
    codes = np.full((size, size), NONE, dtype=np.int8)
    codes[np.triu_indices(size, 1)] = OPEN
    for code, pairs in ((KNOWN, edges), (POSITIVE, positives)):
        for a, b in pairs:
            codes[min(a, b), max(a, b)] = code
    return Case(training, codes, "2019-12-31")


# --- baselines


def test_neighbors_are_those_of_networkx() -> None:
    training = training_of(EDGES)
    graph = nx.Graph(EDGES)
    graph.add_nodes_from(range(8))
    adamic, common = graph_baselines.adamic_adar(training), graph_baselines.common_neighbors(training)
    pairs = [(a, b) for a in range(8) for b in range(a)]
    for a, b, expected in nx.adamic_adar_index(graph, pairs):
        assert adamic[a, b] == pytest.approx(expected)
        assert common[a, b] == len(list(nx.common_neighbors(graph, a, b)))
    assert adamic.max() > 0


def test_degree_product_and_popular_arm_do_what_they_say() -> None:
    training = training_of(EDGES)
    degrees = training.degrees
    product, popular = graph_baselines.degree_product(training), graph_baselines.popular_arm(training)
    assert product[2, 4] == degrees[2] * degrees[4] == 9
    assert product[6, 7] == popular[6, 7] == 0
    assert popular[0, 7] > popular[1, 3]  # three and none against two and two
    assert popular[0, 1] > popular[0, 7]  # the other one breaks the tie


def test_of_a_side_with_one_antigen_the_other_side_is_ranked() -> None:
    training = training_of(EDGES, rows=range(6), columns=[7])
    product = graph_baselines.degree_product(training)
    assert product[:, 0].tolist() == training.degrees[:6].tolist()


def test_the_permuted_graph_keeps_every_degree_and_changes_pairs() -> None:
    rng = np.random.default_rng(3)
    upper = np.triu(rng.random((40, 40)) < 0.15, 1)
    partners = sparse.csr_array((upper | upper.T).astype(np.float64))
    fresh = graph_baselines.permuted(partners, 1)
    assert fresh.sum(axis=1).tolist() == partners.sum(axis=1).tolist()
    assert (fresh != fresh.T).nnz == 0
    assert fresh.max() == 1
    assert fresh.diagonal().sum() == 0
    assert (fresh != partners).nnz > 40
    assert (graph_baselines.permuted(partners, 1) != fresh).nnz == 0  # seeded


def test_a_star_has_nothing_to_permute() -> None:
    star = training_of([(0, leaf) for leaf in range(1, 8)]).partners
    assert (graph_baselines.permuted(star, 1) != star).nnz == 0


def test_random_is_seeded() -> None:
    training = training_of(EDGES)
    assert np.array_equal(graph_baselines.random(training), graph_baselines.random(training))


def test_degree_regression_finds_that_hubs_pair_even_from_few_pairs() -> None:
    rng = np.random.default_rng(5)
    edges = [(a, b) for a in range(6) for b in range(a) if rng.random() < 0.6]  # the first six are hubs
    for some in (edges, edges[:1]):
        scores = graph_baselines.degree_regression(training_of(some, size=60))
        assert scores[:2, :2].mean() > scores[:2, 30:].mean() > scores[30:, 30:].mean()
    assert np.isnan(graph_baselines.degree_regression(training_of([], size=5))).all()


def plain_score(points: NDArray[np.float64], tumor: NDArray[np.float64]) -> tuple[float, float]:
    """Davies-Bouldin index and distance of one pair, as the authors' R code computes them, for a tumor of one point."""
    center = points.mean(axis=0)
    spread = np.mean(((points - center) ** 2).sum(axis=1) ** 2) ** 0.5
    distance = np.abs(tumor - center).sum()
    return spread / distance, distance


def test_the_and_gate_score_is_that_of_the_authors_code() -> None:
    rng = np.random.default_rng(7)
    normal, tumor = rng.gamma(2, 1, (6, 90)), rng.gamma(4, 1, 6)
    training = training_of([], size=6)
    center = normal.mean(axis=1)
    spread = expression_baselines._log_spread(normal - center[:, None], training)
    gap = tumor - center
    distance = np.abs(gap)[:, None] + np.abs(gap)[None, :]
    higher = (gap > 0)[:, None] & (gap > 0)[None, :]
    scores = expression_baselines.clustering_score(spread, distance.astype(np.float32), higher)
    every = [(a, b) for a in range(6) for b in range(6)]
    index, far = zip(*(plain_score(normal[[a, b]].T, tumor[[a, b]]) for a, b in every), strict=True)

    assert np.allclose(np.exp(spread).ravel(), np.multiply(index, far), rtol=1e-5)

    def scaled(values: Sequence[float]) -> NDArray[np.float64]:
        logs = np.log(values)
        return (logs - logs.min()) / (logs.max() - logs.min())

    wanted = np.minimum(1 - scaled(index), scaled(far)).reshape(6, 6)
    assert np.allclose(scores[higher], wanted[higher], atol=1e-5)
    assert np.isnan(scores[~higher]).all()
    assert higher.any() and not higher.all()


def test_expression_is_the_lower_of_two_and_knows_nothing_of_an_antigen_without_figures() -> None:
    values = np.array([[1.0, 4.0], [3.0, 2.0], [np.nan, np.nan]])
    training = training_of([], size=3)
    highest = expression_baselines._highest_of_both(values, training)
    assert highest[0, 1] == 2  # of both: 1 and 2, not 3 and 4
    assert highest[0, 0] == 4
    assert np.isnan(highest[2]).all()
    single = expression_baselines._highest_of_both(values, training_of([], size=3, rows=[0, 1], columns=[2]))
    assert single[:, 0].tolist() == [4, 3]


def test_the_embedding_puts_near_what_is_near_and_is_repeatable() -> None:
    graph = nx.connected_caveman_graph(4, 8)
    adjacency = sparse.csr_array(nx.to_scipy_sparse_array(graph, dtype=float))
    vectors = netmf(adjacency, dimensions=8)
    same = np.equal.outer(np.arange(32) // 8, np.arange(32) // 8)
    near = vectors @ vectors.T
    assert near[same].mean() > near[~same].mean() + 0.5
    assert np.array_equal(vectors, netmf(adjacency, dimensions=8))
    lone = netmf(sparse.csr_array(sparse.block_diag([adjacency, np.zeros((1, 1))])), dimensions=8)
    assert not lone[-1].any()


def test_negatives_are_drawn_from_what_is_not_known() -> None:
    training = training_of(EDGES)
    source, rows, columns, labels = regression.sample_pairs(training)
    assert source is training
    known = {frozenset(edge) for edge in EDGES}
    assert {frozenset(pair) for pair in zip(rows[labels == 1], columns[labels == 1], strict=True)} == known
    assert not {frozenset(pair) for pair in zip(rows[labels == 0], columns[labels == 0], strict=True)} & known
    assert (rows != columns).all()


def test_learned_are_the_pairs_of_the_years_before_from_what_was_known_then() -> None:
    before, now = training_of(EDGES[:3]), training_of(EDGES)
    source, rows, columns, labels = regression.sample_pairs(replace(now, earlier=before))
    assert source is before
    fresh = {frozenset(edge) for edge in EDGES[3:]}
    assert {frozenset(pair) for pair in zip(rows[labels == 1], columns[labels == 1], strict=True)} == fresh
    # Nothing new: the known ones, as they are now.
    again = replace(now, earlier=now)
    assert regression.sample_pairs(again)[0] is again


# --- metrics


@pytest.fixture(params=[0, 1, 2])
def scored(request: pytest.FixtureRequest) -> tuple[NDArray[np.float32], NDArray[np.bool_], NDArray[np.bool_]]:
    """Scores with many ties, what is listed, and which are positive."""
    rng = np.random.default_rng(request.param)
    scores = np.round(rng.normal(size=(30, 30)), 1).astype(np.float32)
    listed = np.triu(np.ones((30, 30), dtype=bool), 1) & (rng.random((30, 30)) < 0.9)
    positive = listed & (rng.random((30, 30)) < 0.1)
    scores[positive] += np.float32(0.5)
    return scores, listed, positive


def test_areas_are_those_of_scikit_learn(scored: tuple[Any, Any, Any]) -> None:
    scores, listed, positive = scored
    found = measured(rank_list(scores, listed, positive))
    truth, values = positive[listed], scores[listed]
    assert found["auroc"] == pytest.approx(roc_auc_score(truth, values))
    assert found["average_precision"] == pytest.approx(average_precision_score(truth, values))


def test_hits_share_tied_places_evenly(scored: tuple[Any, Any, Any]) -> None:
    scores, listed, positive = scored
    ranked = rank_list(scores, listed, positive)
    found = measured(ranked)
    truth, values = positive[listed], scores[listed]
    rng = np.random.default_rng(0)
    shuffled = [rng.permutation(len(values)) for _ in range(400)]
    orders = [one[np.argsort(-values[one], kind="stable")] for one in shuffled]
    for depth in (10, 50, 100):
        assert found[f"hits_{depth}"] == pytest.approx(np.mean([truth[o[:depth]].sum() for o in orders]), abs=0.3)
    assert found["enrichment"] == pytest.approx(
        np.mean([truth[o[: round(0.02 * len(values))]].sum() for o in orders]) / (0.02 * truth.sum()), rel=0.2
    )
    assert ranks(ranked).tolist() == rankdata(-values)[truth].tolist()


def test_what_is_not_ranked_stands_last() -> None:
    scores = np.array([[0, 3, np.nan], [0, 0, 1], [0, 0, 0]], dtype=np.float32)
    listed = np.triu(np.ones((3, 3), dtype=bool), 1)
    positive = np.zeros((3, 3), dtype=bool)
    positive[0, 2] = True
    ranked = rank_list(scores, listed, positive)
    assert ranks(ranked).tolist() == [3]
    assert measured(ranked)["auroc"] == 0


def test_weights_are_antigens_drawn_again(scored: tuple[Any, Any, Any]) -> None:
    """The weighted levels of a draw give what a list gives in which every pair stands as often as it weighs."""
    scores, listed, positive = scored
    ranked = rank_list(scores, listed, positive)
    draws = draws_of(np.random.default_rng(1), 30, 5)
    found = measure(*weighted_levels(ranked, draws, draws))
    for draw in range(5):
        times = np.outer(draws[:, draw], draws[:, draw]).astype(int)[listed]
        truth, values = np.repeat(positive[listed], times), np.repeat(scores[listed], times)
        assert found["auroc"][draw] == pytest.approx(roc_auc_score(truth, values), abs=1e-6)
        assert found["average_precision"][draw] == pytest.approx(average_precision_score(truth, values), abs=1e-6)


def test_antigens_are_drawn_as_many_as_there_are_and_a_single_one_is_kept() -> None:
    draws = draws_of(np.random.default_rng(0), 50, 20)
    assert draws.sum(axis=0).tolist() == [50] * 20
    assert draws.std() > 0
    assert draws_of(np.random.default_rng(0), 1, 3).tolist() == [[1, 1, 1]]


def test_intervals_bracket_and_leave_out_what_is_not_there() -> None:
    low, high = interval([*np.linspace(0, 1, 1001), float("nan")], 0.95)
    assert (low, high) == pytest.approx((0.025, 0.975))
    assert all(np.isnan(interval([float("nan")], 0.95)))


# --- evaluation


def biased(case: Case, strength: float) -> Ranker:
    noise = np.random.default_rng(11).normal(size=case.training.shape)
    scores = (noise + strength * (case.codes == POSITIVE)).astype(np.float32)
    return Ranker(f"bias {strength}", lambda _: scores, "ours" if strength else "baseline")


@pytest.fixture(scope="module")
def large_case() -> Case:
    rng = np.random.default_rng(2)
    edges = [(a, b) for a in range(30) for b in range(a) if rng.random() < 0.05]
    known = set(edges)
    pairs = [(a, b) for a in range(60) for b in range(a) if (a, b) not in known and rng.random() < 0.05]
    return case_of(pairs, edges, 60)


def test_a_gain_is_found_where_there_is_one_and_nowhere_else(large_case: Case) -> None:
    chance, same, better = (
        biased(large_case, 0),
        replace(biased(large_case, 0), name="same", kind="ours"),
        biased(large_case, 2),
    )
    results = {
        one.ranker.name: one for one in evaluate(large_case, (chance, same, better), draws=200) if one.stratum == "all"
    }
    for result in results.values():
        for metric in METRICS:
            found = result.measures[metric]
            assert found.low <= found.value <= found.high
    won = results["bias 2"].measures["average_precision"]
    assert won.best == "bias 0"
    assert won.gain
    assert won.difference == pytest.approx(won.value - results["bias 0"].measures["average_precision"].value)
    assert not Measure(0.5, difference=0.1, difference_low=-0.1, difference_high=0.3).gain
    even = results["same"].measures["average_precision"]
    assert (even.difference, even.difference_low, even.difference_high) == (0, 0, 0)
    assert not even.gain


def test_strata_add_up(large_case: Case) -> None:
    found = {one.stratum: one for one in evaluate(large_case, (biased(large_case, 1),), draws=10)}
    assert set(found) == set(STRATA)
    parts = [found[name] for name in STRATA[1:]]
    assert sum(one.pairs for one in parts) == found["all"].pairs == int(large_case.listed.sum())
    assert sum(one.positives for one in parts) == found["all"].positives
    assert all(one.pairs for one in parts)
    new = strata(large_case)
    seen = large_case.training.seen
    assert new[0, 1] == 2 - seen[0] - seen[1]


def test_with_too_few_positives_there_are_ranks_and_nothing_else() -> None:
    case = case_of([(1, 3), (2, 5)])
    [whole] = [one for one in evaluate(case, (biased(case, 9),), draws=10) if one.stratum == "all"]
    assert whole.positives == 2
    assert whole.ranks == (1.5, 1.5) or sorted(whole.ranks) == [1, 2]
    assert whole.measures == {}


def test_the_same_run_gives_the_same_numbers(large_case: Case) -> None:
    ranker = biased(large_case, 1)
    assert (
        evaluate(large_case, (ranker,), draws=20)[0].measures == evaluate(large_case, (ranker,), draws=20)[0].measures
    )


# --- the registry


def test_a_ranker_that_gives_another_shape_is_told() -> None:
    wrong = Ranker("wrong", lambda training: np.zeros((2, 2), dtype=np.float32) if training else None, "ours")  # type: ignore[arg-type, return-value]
    with pytest.raises(KgError, match=r"gives float32 of \(2, 2\), not float32 of \(8, 8\)"):
        wrong(training_of(EDGES))


def test_names_are_taken_once_and_unknown_ones_are_told() -> None:
    assert {one.name for one in rankers() if one.kind == "baseline"} == {
        "random", "degree-product", "popular-arm", "common-neighbors", "adamic-adar", "degree-regression",
        "expression", "dannenfelser", "graph-embedding", "permuted-graph",
    }  # fmt: skip
    with pytest.raises(ValueError, match="called 'random' already"):
        register("random", graph_baselines.random)
    with pytest.raises(ValueError, match="kind is one of"):
        register("new", graph_baselines.random, kind="best")
    with pytest.raises(NotFoundError, match="no ranker is called 'nobody'"):
        rankers(names=("nobody",))


def test_a_ranker_of_other_families_is_left_out() -> None:
    assert "pairs-engager" not in {one.name for one in rankers("immune-x-immune")}
    assert "pairs-engager" in {one.name for one in rankers("tumor-antigen-x-trigger")}


# --- the real graph


@pytest.fixture(scope="module")
def bench(real: Opened, real_unread: Opened, real_root: Root) -> Bench:
    expression = open_expression(real_root)
    return Bench(real_root, read_truth(real, real_unread, expression.universe), expression, real)


def real_case(bench: Bench, cache: Path, family: str, day: str, until: str = "") -> Case:
    view = opened_in(cache, bench.root, View(day))
    return make_case(FAMILIES[family], day, until, bench.truth, view, bench.expression, JUDGED[family])


@pytest.mark.parametrize("cut", CUTS)
def test_nothing_of_a_later_pair_can_be_reached_from_training(bench: Bench, cache: Path, cut: str) -> None:
    after = [pair for pair, state in bench.truth.states(CUTS[cut].day).items() if state in ("positive", "later")]
    assert len(after) > 20  # or the test would be about nothing
    for family in ("tumor-antigen-x-tumor-antigen", "immune-x-immune"):
        case = real_case(bench, cache, family, CUTS[cut].day, CUTS[cut].until)
        assert [str(finding) for finding in leaks(case, bench.truth, bench.now)] == []


def test_planted_leaks_are_found(bench: Bench, cache: Path) -> None:
    case = real_case(bench, cache, "immune-x-immune", "2016-12-31")
    training = case.training
    row, column = np.argwhere(case.codes == POSITIVE)[0]

    def told(**changed: Any) -> str:
        leaky = replace(case, training=replace(training, **changed))
        return "\n".join(map(str, leaks(leaky, bench.truth, bench.now)))

    assert told() == ""
    later = told(view=opened_in(cache, bench.root, View("2019-12-31")))
    for sign in ("is dated 2019", "tells of", "has both arms of", "pair:"):
        assert sign in later
    partners = training.partners.tolil()
    partners[training.rows[row], training.columns[column]] = 1
    assert "partners: hold" in told(partners=sparse.csr_array(partners))
    known = training.known.copy()
    known[row, column] = True
    assert "known: holds" in told(known=known)
    assert "universe: tells" in told(universe=bench.expression.universe)


def test_an_alias_in_a_text_is_a_leak(bench: Bench, cache: Path, toy: Opened) -> None:
    """The toy graph, as if it were a training view: its own antibody is put among those of later pairs."""
    case = real_case(bench, cache, "immune-x-immune", "2016-12-31")
    states, carriers = bench.truth.states("2016-12-31"), bench.truth.carriers.values()
    real = next(one for one in carriers if len(one.pairs) == 1 and states[next(iter(one.pairs))] == "positive")
    [pair] = real.pairs
    carrier = replace(real, curie="ab:dual-block")
    late = replace(bench.truth, carriers={"ab:dual-block": carrier}, pairs={pair: bench.truth.pairs[pair]})
    found = leaks(replace(case, training=replace(case.training, view=toy)), late, toy)
    assert any("'dualblock' tells of" in str(finding) for finding in found)


def test_cases_of_the_real_graph_are_consistent(bench: Bench, cache: Path) -> None:
    case = real_case(bench, cache, "tumor-antigen-x-tumor-antigen", "2016-12-31", "2019-12-31")
    place = case.place(("EGFR", "MET"))
    assert place is not None and case.codes[place] == KNOWN
    assert case.training.known[place] and case.training.known[place[::-1]]
    size = len(case.training.rows)
    assert (case.codes != NONE).sum() == size * (size - 1) // 2
    assert case.place(("CD3E", "DLL3")) is None
    trigger = real_case(bench, cache, "tumor-antigen-x-trigger", "2016-12-31")
    assert trigger.training.shape[1] == 1
    assert trigger.place(("CD3E", "DLL3")) is not None
    both = real_case(bench, cache, "tumor-antigen-x-immune-checkpoint", "2016-12-31")
    twice = set(both.training.rows) & set(both.training.columns)
    assert twice  # antigens of both classes: each of their pairs stands once
    at = {
        position: (list(both.training.rows).index(position), list(both.training.columns).index(position))
        for position in twice
    }
    for one in twice:
        assert both.codes[at[one][0], at[one][1]] == NONE
        for other in twice - {one}:
            assert (both.codes[at[one][0], at[other][1]] == NONE) != (both.codes[at[other][0], at[one][1]] == NONE)


def test_counts_are_those_of_the_cases(bench: Bench, cache: Path) -> None:
    table = count_positives(bench.truth, bench.expression.universe)
    assert table.columns == COUNTED
    row = next(r for r in table.rows if (r["family"], r["cut"]) == ("immune-x-immune", "development"))
    case = real_case(bench, cache, "immune-x-immune", CUTS["development"].day, CUTS["development"].until)
    assert row["positive"] == (case.codes == POSITIVE).sum() > 0
    assert row["known"] == (case.codes == KNOWN).sum()
    assert (
        sum(cast(int, row[name]) for name in ("straddling", "undated", "hematologic")) == (case.codes == EXCLUDED).sum()
    )
    assert row["candidates"] == (case.codes != NONE).sum()
    new = strata(case)[case.codes == POSITIVE]
    assert [row["both_seen"], row["one_new"], row["both_new"]] == np.bincount(new, minlength=3).tolist()
    assert cast(int, row["clinic"]) + cast(int, row["other"]) == row["positive"]


def test_development_sees_no_pair_that_a_test_asks_for(bench: Bench) -> None:
    develop = CUTS["development"]
    chosen = {pair for pair, one in bench.truth.states(develop.day, develop.until).items() if one == "positive"}
    for name in ("2019", "2021"):
        asked = {pair for pair, one in bench.truth.states(CUTS[name].day).items() if one == "positive"}
        assert chosen and asked and not chosen & asked
    assert set(STATES) >= set(bench.truth.states(develop.day).values())


def test_named_pairs_have_a_family_and_their_day_decides_the_cut(bench: Bench) -> None:
    assert [family_of(bench, pair) for pair in NAMED] == [
        "tumor-antigen-x-tumor-antigen",
        "tumor-antigen-x-tumor-antigen",
        "tumor-antigen-x-tumor-antigen",
        "tumor-antigen-x-tumor-antigen",
        "tumor-antigen-x-costimulation",
        "tumor-antigen-x-trigger",
    ]
    assert day_before("2017-01-01") == "2016-12-31"
    assert (named_cut("2019-12-31"), named_cut("2020-01-01")) == ("development", "2019")
    rows = list(
        named_rows(
            bench, ("CD3E", "DLL3"), CUTS["development"], ("tumor-antigen-x-trigger",), ("random", "degree-product")
        )
    )
    first = bench.truth.pairs["CD3E", "DLL3"].first
    assert first is not None
    assert [row["day"] for row in rows] == [day_before(first.earliest)] * 2
    assert all(1 <= cast(float, row["value"]) <= cast(int, row["pairs"]) for row in rows)
    assert not list(named_rows(bench, ("CD3E", "DLL3"), CUTS["2019"], ("tumor-antigen-x-trigger",), ("random",)))


@pytest.fixture(scope="module")
def small_run(bench: Bench, cache: Path) -> list[Record]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KG_CACHE", str(cache))
        names = ("random", "degree-product", "learned-dated")
        return run(bench, CUTS["development"], ("immune-x-immune",), names, draws=20, enough=5)


def test_every_shipped_ranker_ranks_a_real_family(bench: Bench, cache: Path) -> None:
    case = real_case(bench, cache, "immune-x-immune", "2016-12-31", "2019-12-31")
    trigger = real_case(bench, cache, "tumor-antigen-x-trigger", "2016-12-31", "2019-12-31")
    for one in (case, trigger):
        for ranker in rankers(one.training.family.name):
            scores = ranker(one.training)
            upper = scores[one.listed]
            assert not np.isnan(upper).all(), ranker.name
            assert len(np.unique(upper[~np.isnan(upper)])) > 2, ranker.name
            assert np.array_equal(scores, ranker(one.training), equal_nan=True), ranker.name


def test_dated_rankers_do_not_look_at_expression_or_surface_votes(bench: Bench, cache: Path) -> None:
    case = real_case(bench, cache, "tumor-antigen-x-trigger", "2016-12-31", "2019-12-31")
    blank = Universe(tuple(replace(one, surface=()) for one in case.training.universe.antigens), {})
    blind = replace(case.training, universe=blank, expression=cast(Any, None))
    for ranker in rankers("tumor-antigen-x-trigger"):
        if not ranker.undated:
            assert np.array_equal(ranker(case.training), ranker(blind), equal_nan=True), ranker.name
    with pytest.raises(AttributeError):
        learned.learned(blind)


# --- log, table and page


def test_a_run_is_appended_to_the_log_and_nothing_before_it_changes(tmp_path: Path, small_run: list[Record]) -> None:
    root = Root(tmp_path, checkout=True)
    added = append_log(root, small_run, "abc", "first")
    first = (tmp_path / LOG).read_text()
    assert added == len(first.splitlines()) - 1 > 0
    append_log(root, small_run, "def")
    second = (tmp_path / LOG).read_text()
    assert second.startswith(first)
    assert len(second.splitlines()) == 2 * added + 1
    row = dict(zip(LOG_COLUMNS, first.splitlines()[1].split("\t"), strict=True))
    assert (row["commit"], row["note"], row["cut"]) == ("abc", "first", "development")
    assert float(row["auroc"]) == next(
        one["value"]
        for one in small_run
        if (one["metric"], one["stratum"], one["ranker"]) == ("auroc", "all", row["ranker"])
    )


def test_a_log_with_other_columns_is_not_touched(tmp_path: Path, small_run: list[Record]) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / LOG).write_text("commit\tother\n")
    with pytest.raises(KgError, match="has not the columns"):
        append_log(Root(tmp_path, checkout=True), small_run, "abc")
    assert (tmp_path / LOG).read_text() == "commit\tother\n"


def test_the_commit_comes_from_git_and_is_unknown_elsewhere(tmp_path: Path) -> None:
    root = Root(tmp_path, checkout=True)
    assert commit_of(root) == "unknown"

    def git(*arguments: str) -> str:
        who = ("-c", "user.name=a", "-c", "user.email=a@b.c")
        command = ["git", "-C", str(tmp_path), *who, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    git("init", "-q")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "x.tsv").write_text("a\n")
    git("add", ".")
    git("commit", "-q", "-m", "x")
    assert commit_of(root) == git("rev-parse", "HEAD")
    (tmp_path / "data" / "x.tsv").write_text("b\n")
    assert commit_of(root) == git("rev-parse", "HEAD") + "-changed"
    inside = tmp_path / "data"
    assert commit_of(Root(inside, checkout=True)) == "unknown"  # another repository's folder is no checkout of ours


def test_a_run_replaces_its_own_cut_and_family_in_the_table(small_run: list[Record]) -> None:
    other = [{**row, "family": "tumor-antigen-x-trigger"} for row in small_run]
    older = [{**row, "value": -1.0} for row in small_run]
    merged = merged_table([*older, *other], small_run)
    assert len(merged) == len(small_run) + len(other)
    assert -1.0 not in {row["value"] for row in merged}


def table_text(rows: Sequence[Record]) -> str:
    return render(records(COLUMNS, rows), "tsv")


def test_the_table_comes_back_as_it_was_written(tmp_path: Path, small_run: list[Record]) -> None:
    path = tmp_path / "benchmark.tsv"
    path.write_text(table_text(small_run))
    assert table_text(read_table(path)) == path.read_text()
    assert read_table(tmp_path / "none.tsv") == []


def test_numbers_of_the_page_are_those_of_the_table(small_run: list[Record]) -> None:
    text = page(small_run)
    for row in small_run:
        if row["stratum"] == "all":
            line = next(one for one in text.splitlines() if one.startswith(f"| {row['ranker']} |"))
            assert f"{row['value']:g}" in line
            if row["low"] is not None:
                assert f"({row['low']:g} to {row['high']:g})" in line
    changed = [{**row, "value": 0.1234567} if row["metric"] == "auroc" else row for row in small_run]
    assert "0.123457" in page(changed) and "0.123457" not in text
    assert "no figure below is a test" in text
    assert "Not run yet: 2019, 2021, wide" in text


def test_pictures_are_the_same_bytes_and_hold_no_date(small_run: list[Record]) -> None:
    first, second = pictures(small_run), pictures(small_run)
    assert first == second
    assert set(first) == {"benchmark-precision.svg", "benchmark-ranks.svg"}
    for content in first.values():
        assert b"<dc:date>" not in content
        assert b"learned-dated" in content  # text as text


def test_the_committed_page_is_that_of_the_committed_table() -> None:
    rows = read_table(REPOSITORY / TABLE)
    if not rows:
        pytest.skip("no results are committed yet")
    drawn = sorted(pictures(rows))
    assert (REPOSITORY / PAGE).read_text(encoding="utf-8") == page(rows, drawn)
    for name, content in pictures(rows).items():
        assert (REPOSITORY / "docs" / name).read_bytes() == content


def test_counts_go_into_the_protocol_and_nothing_else_changes(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    path = tmp_path / PROTOCOL
    path.write_text("before\n<!-- counts -->\nold\n<!-- end counts -->\nafter\n")
    write_counts(Root(tmp_path, checkout=True), records(("family",), [{"family": "x"}]))
    assert path.read_text() == "before\n<!-- counts -->\n| family |\n| --- |\n| x |\n<!-- end counts -->\nafter\n"
    path.write_text("no place\n")
    with pytest.raises(KgError, match="has no lines"):
        write_counts(Root(tmp_path, checkout=True), records(("family",), []))


def test_the_protocol_tells_the_numbers_of_the_code() -> None:
    text = (REPOSITORY / PROTOCOL).read_text(encoding="utf-8")
    for cut in CUTS.values():
        assert f"| {cut.name} | {cut.day} |" in text
    assert f"to {CUTS['development'].until} |" in text
    for ranker in rankers():
        if ranker.kind == "baseline":
            assert f"| `{ranker.name}` |" in text


# --- the command


@pytest.fixture
def linked(tmp_path: Path) -> Path:
    """A checkout with the real data and its own docs."""
    for name in ("data", "ontology"):
        (tmp_path / name).symlink_to(REPOSITORY / name)
    (tmp_path / "docs").mkdir()
    (tmp_path / PROTOCOL).write_text("<!-- counts -->\n<!-- end counts -->\n")
    return tmp_path


def test_the_command_runs_logs_and_writes(kg: Run, linked: Path) -> None:
    options = ("--family", "immune-x-immune", "--draws", "10", "--ranker", "learned-dated", "--format", "tsv")
    code, out, err = kg("benchmark", *options, "--log", "--note", "a try", "--write", "--root", str(linked))
    assert code == 0, err
    assert out.startswith("cut\tday\tfamily\tstratum\tranker")
    assert {"random", "dannenfelser", "learned-dated"} <= {line.split("\t")[4] for line in out.splitlines()}
    assert "\tlearned\t" not in out
    log = (linked / LOG).read_text().splitlines()
    assert len(log) == 12  # ten baselines and one of ours
    assert all(line.startswith("unknown\t") and line.endswith("\ta try") for line in log[1:])
    assert page(read_table(linked / TABLE), sorted(pictures(read_table(linked / TABLE)))) == (linked / PAGE).read_text()
    assert "test cuts: 2019, 2021, wide" in err


def test_counts_by_the_command(kg: Run, linked: Path) -> None:
    code, out, err = kg("benchmark", "--counts", "--write", "--format", "tsv", "-q", "--root", str(linked))
    assert code == 0, err
    assert len(out.splitlines()) == 1 + len(JUDGED) * len(CUTS)
    assert "| immune-x-immune | development |" in (linked / PROTOCOL).read_text()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--cut", "1999"), "no cut '1999'"),
        (("--family", "stroma-x-trigger"), "is not judged"),
        (("--ranker", "nobody"), "no ranker is called 'nobody'"),
        (("--draws", "1"), "--draws"),
    ],
)
def test_wrong_usage_is_told(kg: Run, options: tuple[str, ...], told: str) -> None:
    code, out, err = kg("benchmark", *options)
    assert code == (1 if "nobody" in told else 2)
    assert told in err
    assert out == ""


def test_an_installed_copy_writes_no_log(kg: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.cli.benchmark.find_root", lambda _: Root(REPOSITORY, checkout=False))
    code, _, err = kg("benchmark", "--log")
    assert code == 2
    assert "writes into a checkout" in err


def test_a_missing_library_is_told_with_what_to_install(kg: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.cli.benchmark.find_spec", lambda name: None if name == "sklearn" else True)
    code, _, err = kg("benchmark")
    assert code == 1
    assert "needs sklearn" in err and "bsab-kg[benchmark,plot]" in err


def test_log_rows_hold_named_pairs_apart(bench: Bench) -> None:
    rows = list(named_rows(bench, ("CD3E", "DLL3"), CUTS["development"], ("tumor-antigen-x-trigger",), ("random",)))
    [line] = log_rows(rows, "abc")
    assert (line["named"], line["median_rank"]) == ("CD3E x DLL3", rows[0]["value"])
