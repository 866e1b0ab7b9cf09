"""Kernels of all pairs: equal to loops over pairs one by one, and equal to the bit wherever they are computed."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from hypothesis.extra import numpy as arrays

from kg.errors import KgError
from kg.expression import open_expression
from kg.pairs import compiled, joint, kernels, shifts
from kg.pairs.executors import Serial, dask_cluster, gather, local_processes
from kg.pairs.joint import count_both, count_joint, packed
from kg.pairs.kernels import Normal, Ranking, Term, Top, log_levels, merge, rank, rank_block, score_matrix, score_of
from kg.pairs.triples import Triples, best_triples
from kg.paths import Root

LEVELS = some.one_of(some.integers(-2, 3).map(float), some.floats(-8, 8, width=32), some.just(float("nan")))
COMPLETE = some.one_of(some.integers(-2, 3).map(float), some.floats(-8, 8, width=32))


def numbers(shape: tuple[int, ...], elements: some.SearchStrategy[float] = LEVELS) -> some.SearchStrategy[Any]:
    return arrays.arrays(np.float32, shape, elements=elements)


@some.composite
def rankings(draw: some.DrawFn) -> Ranking:
    n, tumors = draw(some.integers(1, 11)), draw(some.integers(1, 6))
    logics = some.sampled_from(["and", "or"])
    normals = tuple(
        Normal(draw(numbers((n, draw(some.integers(1, 4))))), draw(logics), draw(some.integers(1, 2)))
        for _ in range(draw(some.integers(0, 2)))
    )
    terms = tuple(
        Term(
            draw(numbers((n, tumors) if draw(some.booleans()) else (n,))),
            draw(some.sampled_from(["sum", "min", "max"])),
        )
        for _ in range(draw(some.integers(0, 3)))
    )
    bonus = draw(numbers((n, n))) if draw(some.booleans()) else None
    excluded = draw(arrays.arrays(np.bool_, (n, n))) if draw(some.booleans()) else None
    return Ranking(draw(numbers((n, tumors))), draw(logics), normals, terms, bonus, excluded)


def one_by_one(ranking: Ranking) -> list[dict[tuple[int, int], np.float32]]:
    """The score of each pair in each tumor where it is ranked, from the definition."""
    meet = {"and": min, "or": max, "sum": lambda pair: pair[0] + pair[1], "min": min, "max": max}
    found: list[dict[tuple[int, int], np.float32]] = [{} for _ in range(ranking.tumor.shape[1])]
    for i, j in combinations(range(ranking.n), 2):
        if ranking.excluded is not None and ranking.excluded[i, j]:  # type: ignore[index]
            continue
        base, ranked = np.float32(0), True
        for term in ranking.terms:
            if term.values.ndim == 1:
                base += meet[term.join]((term.values[i], term.values[j])) if term.join == "sum" else np.float32(
                    np.nan if np.isnan(term.values[[i, j]]).any() else meet[term.join](term.values[[i, j]].tolist())
                )  # fmt: skip
        if ranking.bonus is not None:
            base += ranking.bonus[i, j]  # type: ignore[index]
        for normal in ranking.normals:
            places = normal.levels[[i, j]].T
            both = [pair for pair in places if not np.isnan(pair).any()]
            ranked &= len(both) >= normal.least
            if normal.logic == "or":  # the union is at least what is known
                both = [pair[~np.isnan(pair)] for pair in places if not np.isnan(pair).all()]
            if both:
                base -= max(meet[normal.logic](pair) for pair in both)
        for tumor, scores in enumerate(found):
            levels = ranking.tumor[[i, j], tumor]
            score = meet[ranking.logic](levels) + base if not np.isnan(levels).any() else np.float32(np.nan)
            for term in ranking.terms:
                if term.values.ndim == 2:
                    values = term.values[[i, j], tumor]
                    score += np.float32(np.nan) if np.isnan(values).any() else meet[term.join](values)
            if ranked and not np.isnan(score):
                scores[i, j] = score
    return found


def equal(one: Top, other: Top) -> bool:
    return all(
        getattr(one, name).tobytes() == getattr(other, name).tobytes()
        for name in ("scores", "first", "second", "ranked")
    )


@settings(max_examples=120, deadline=None)
@given(rankings(), some.integers(1, 6), some.integers(1, 4))
def test_a_ranking_is_that_of_pairs_scored_one_by_one(ranking: Ranking, top: int, count: int) -> None:
    best = rank(ranking, top, count=count)
    for tumor, scores in enumerate(one_by_one(ranking)):
        order = sorted(scores, key=lambda pair: (-float(scores[pair]), pair))[:top]
        listed = len(order)
        assert list(zip(best.first[tumor], best.second[tumor], strict=True))[:listed] == order
        assert best.scores[tumor, :listed].tolist() == [float(scores[pair]) for pair in order]
        assert np.isnan(best.scores[tumor, listed:]).all()
        assert (best.first[tumor, listed:] == -1).all() and (best.second[tumor, listed:] == -1).all()
        assert best.ranked[tumor] == len(scores)


@settings(max_examples=60, deadline=None)
@given(rankings())
def test_scores_of_named_pairs_and_the_matrix_are_those_of_the_ranking(ranking: Ranking) -> None:
    low, high = np.triu_indices(ranking.n, 1)
    named = score_of(ranking, high, low)
    for tumor, scores in enumerate(one_by_one(ranking)):
        expected = np.array([scores.get(pair, np.nan) for pair in zip(low.tolist(), high.tolist(), strict=True)])
        assert np.array_equal(named[:, tumor], expected.astype(np.float32), equal_nan=True)
        matrix = score_matrix(ranking, tumor)
        assert np.array_equal(matrix[low, high], named[:, tumor], equal_nan=True)
        assert np.array_equal(matrix, matrix.T, equal_nan=True) and np.isnan(np.diag(matrix)).all()


def large(seed: int, n: int = 301, ties: bool = False) -> Ranking:
    """More pairs than one tile holds as a whole list, with gaps, terms and exclusions."""
    draw = np.random.default_rng(seed)
    tumor, normal = draw.normal(3, 2, (n, 9)).astype(np.float32), draw.normal(2, 2, (n, 20)).astype(np.float32)
    if ties:
        tumor, normal = np.rint(tumor), np.rint(normal)
    tumor[draw.random(tumor.shape) < 0.05] = np.nan
    normal[draw.random(normal.shape) < 0.05] = np.nan
    by_tumor = np.rint(draw.normal(0, 1, (n, 9))).astype(np.float32)
    return Ranking(
        tumor, "and", (Normal(normal, "and", 18), Normal(normal[:, :5], "or")), (Term(by_tumor, "min"),),
        excluded=draw.random((n, n)) < 0.1,
    )  # fmt: skip


@pytest.mark.parametrize("ties", [False, True], ids=["distinct", "ties"])
@pytest.mark.parametrize("n", [300, 301])
def test_what_the_bound_leaves_out_is_in_no_list(n: int, ties: bool) -> None:
    ranking = large(5, n, ties)
    low, high = np.triu_indices(n, 1)
    scores = score_of(ranking, low, high)
    best = rank(ranking, 20)
    assert not ties or (np.diff(best.scores, axis=1) == 0).any()
    for tumor in range(9):
        kept = np.flatnonzero(~np.isnan(scores[:, tumor]))
        order = kept[np.lexsort((high[kept], low[kept], -scores[kept, tumor]))[:20]]
        assert best.first[tumor].tolist() == low[order].tolist()
        assert best.second[tumor].tolist() == high[order].tolist()
        assert best.scores[tumor].tolist() == scores[order, tumor].tolist()
        assert best.ranked[tumor] == len(kept)


def test_a_large_bonus_rounds_no_pair_out_of_a_list() -> None:
    draw = np.random.default_rng(12)
    tumor = draw.normal(3, 2, (301, 9)).astype(np.float32)
    bonus = (draw.integers(0, 3, (301, 301)) * 1e6).astype(np.float32)
    ranking = Ranking(tumor, normals=(Normal(tumor[:, :3] / 3),), bonus=bonus)
    low, high = np.triu_indices(301, 1)
    scores = score_of(ranking, low, high)
    best = rank(ranking, 20)
    for number in range(9):
        order = np.lexsort((high, low, -scores[:, number]))[:20]
        assert best.first[number].tolist() == low[order].tolist()
        assert best.second[number].tolist() == high[order].tolist()


def test_tiles_and_blocks_of_any_size_give_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    ranking = large(6, ties=True)
    whole = rank(ranking, 30)
    for tile, width, count in ((64, 50, 1), (500, 301, 3), (1 << 20, 4096, 150)):
        monkeypatch.setattr(shifts, "_TILE", tile)
        monkeypatch.setattr(shifts, "_WIDTH", width)
        assert equal(rank(ranking, 30, count=count), whole)
    parts = [rank_block(ranking, block, 30) for block in shifts.blocks(ranking.n, 5)]
    assert equal(merge(parts[::-1], 9, 30), whole)


@pytest.mark.parametrize("n", range(8))
def test_the_circle_holds_every_pair_once(n: int) -> None:
    seen = []
    for block in shifts.blocks(n, 3):
        for rows, columns in shifts.tiles(n, block):
            first, second = shifts.antigens_of(n, rows, columns)
            twice = shifts.repeated(n, rows, columns)
            keep = np.ones(first.shape, dtype=bool)
            if twice:
                keep[twice] = False
            seen += list(zip(first[keep].tolist(), second[keep].tolist(), strict=True))
    assert sorted(seen) == list(combinations(range(n), 2))
    assert len(seen) == shifts.pairs_of(n)


def test_functions_of_pairs_do_what_arrays_do() -> None:
    ranking = large(7)
    bonus = np.random.default_rng(8).normal(size=(301, 301)).astype(np.float32)
    excluded = np.asarray(ranking.excluded)
    parts = (ranking.tumor, ranking.logic, ranking.normals, ranking.terms)
    by_array = rank(Ranking(*parts, bonus, excluded), 25)
    by_function = rank(Ranking(*parts, lambda low, high: bonus[low, high], lambda low, high: excluded[low, high]), 25)
    assert equal(by_array, by_function)
    assert not equal(by_array, rank(ranking, 25))


def test_known_places_are_counted() -> None:
    nan = np.nan
    normal = Normal(np.array([[1, nan, 2], [nan, nan, 1], [3, 2, 1]], dtype=np.float32))
    ranking = Ranking(np.ones((3, 1), dtype=np.float32), normals=(normal,))
    assert ranking.known(np.array([0, 0, 1]), np.array([1, 2, 2])).tolist() == [[1], [2], [1]]
    asked = Ranking(ranking.tumor, normals=(Normal(normal.levels, least=2),))
    best = rank(asked, 3)
    assert best.ranked.tolist() == [1] and (best.first[0, 0], best.second[0, 0]) == (0, 2)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"tumor": np.zeros((4, 0), np.float32)}, "antigens x tumors"),
        ({"tumor": np.zeros((4, 2))}, "float64"),
        ({"tumor": np.full((4, 2), np.inf, np.float32)}, "infinite"),
        ({"normals": (Normal(np.zeros((3, 2), np.float32)),)}, r"normals\[0\] is \(3, 2\)"),
        ({"normals": (Normal(np.zeros((4, 2), np.float32), least=0),)}, "at least 1"),
        ({"terms": (Term(np.zeros((4, 3), np.float32)),)}, r"terms\[0\] is \(4, 3\)"),
        ({"bonus": np.zeros((4, 3), np.float32)}, "bonus"),
        ({"excluded": np.zeros((3, 4), bool)}, "excluded"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(changed: dict[str, Any], told: str) -> None:
    with pytest.raises(KgError, match=told):
        Ranking(**{"tumor": np.zeros((4, 2), np.float32)} | changed)


def test_an_empty_list_is_refused() -> None:
    with pytest.raises(KgError, match="a list of 0 pairs"):
        rank(large(1), 0)


@pytest.fixture(params=["numpy", "compiled"])
def counted_by(request: pytest.FixtureRequest) -> Iterator[str]:
    """Common bits counted by numpy, and by numba however few they are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(joint, "_LARGE", 0 if request.param == "compiled" else 1 << 62)
        yield request.param


POSITIVE = some.tuples(some.integers(1, 8), some.integers(1, 140)).flatmap(lambda shape: arrays.arrays(np.bool_, shape))


@pytest.mark.usefixtures("counted_by")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(POSITIVE, some.randoms(use_true_random=False), some.integers(1, 3))
def test_joint_counts_are_those_of_samples_counted_one_by_one(positive: Any, chance: Any, count: int) -> None:
    n = len(positive)
    known = positive | np.array([[chance.random() < 0.7 for _ in row] for row in positive])
    low, high = (side.astype(np.int32) for side in np.triu_indices(n, 1))
    for seen in (None, known):
        joint = count_joint(positive, seen, count=count)
        there = np.ones_like(positive) if seen is None else seen
        for place, (i, j) in enumerate(zip(low, high, strict=True)):
            both = there[i] & there[j]
            assert joint.both_of(high, low)[place] == (positive[i] & positive[j]).sum()
            assert joint.known_of(low, high)[place] == both.sum()
            assert joint.either_of(low, high)[place] == joint.either_of(high, low)[place]
            assert joint.either_of(low, high)[place] == ((positive[i] | positive[j]) & both).sum()
            assert joint.neither_of(low, high)[place] == (~positive[i] & ~positive[j] & both).sum()
        assert np.array_equal(joint.matrix(), positive.astype(int) @ positive.astype(int).T)
        assert np.array_equal(joint.single, positive.sum(axis=1))


@pytest.mark.usefixtures("counted_by")
@pytest.mark.parametrize("samples", [64 * 1023, 64 * 1024 + 1])
def test_counts_of_many_samples_do_not_overflow(samples: int) -> None:
    positive = np.ones((3, samples), dtype=bool)
    positive[2, ::2] = False
    joint = count_joint(positive)
    assert joint.matrix().tolist() == (positive.astype(np.int64) @ positive.astype(np.int64).T).tolist()


@pytest.mark.usefixtures("counted_by")
def test_joint_counts_of_real_samples_equal_the_float_matrix_product(real_root: Root) -> None:
    dense = open_expression(real_root).read("sample", "coadread", "value")
    values = dense.layers["value"]
    positive = values[~np.isnan(values).any(axis=1)] >= 8
    assert positive.shape[0] > 2000 and 0.1 < positive.mean() < 0.9
    floats = positive.astype(np.float32)
    assert np.array_equal(count_joint(positive).matrix(), floats @ floats.T)


def test_what_is_positive_and_unknown_is_refused() -> None:
    positive = np.ones((2, 3), dtype=bool)
    with pytest.raises(KgError, match="positive and not known"):
        count_joint(positive, ~positive)
    with pytest.raises(KgError, match="known is"):
        count_joint(positive, positive[:, :2])
    with pytest.raises(KgError, match="give bool"):
        count_joint(np.ones((2, 3), dtype=np.uint8))  # type: ignore[arg-type]


def test_only_large_counts_load_a_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[int] = []
    monkeypatch.setattr(compiled, "count_shifts", lambda one, *_rest: called.append(len(one)))
    count_joint(np.ones((40, 64), dtype=bool))
    assert not called
    monkeypatch.setattr(joint, "_LARGE", 40 * 20)
    count_joint(np.ones((40, 64), dtype=bool))
    assert called == [40]
    monkeypatch.setattr(joint, "_has_compiler", lambda: False)
    assert count_joint(np.ones((40, 64), dtype=bool)).matrix().min() == 64
    assert called == [40]


@pytest.mark.usefixtures("counted_by")
def test_bits_of_two_lists_are_counted_pair_by_pair() -> None:
    draw = np.random.default_rng(3)
    left, right = draw.random((5, 333)) < 0.4, draw.random((7, 333)) < 0.4
    assert np.array_equal(count_both(packed(left), packed(right)), left.astype(int) @ right.astype(int).T)


def gates_one_by_one(tumor: Any, normal: Any, top: int, pairs: list[tuple[int, int]]) -> list[tuple[int, ...]]:
    """J as an integer, A, B, C, and in how many places of tumor and normal the gate opens; best first."""
    found = []
    for a, b in pairs:
        for c in set(range(len(tumor))) - {a, b}:
            opened = [(places[a] & places[b] & ~places[c]).sum() for places in (tumor, normal)]
            if (normal[a] & normal[b] & normal[c]).any():
                score = int(opened[0]) * normal.shape[1] - int(opened[1]) * tumor.shape[1]
                found.append((-score, a, b, c, *map(int, opened)))
    return sorted(found)[:top]


def as_rows(triples: Triples) -> list[tuple[int, ...]]:
    score = np.rint(-triples.score * triples.tumor_places * triples.normal_places).astype(int)
    return list(zip(score.tolist(), triples.first.tolist(), triples.second.tolist(), triples.third.tolist(),
                    triples.tumor.tolist(), triples.normal.tolist(), strict=True))  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(some.integers(2, 8), some.integers(1, 70), some.integers(1, 12), some.integers(0, 10**6), some.integers(1, 9))
def test_triples_are_those_of_gates_tried_one_by_one(n: int, tumors: int, normals: int, seed: int, top: int) -> None:
    draw = np.random.default_rng(seed)
    tumor, normal = draw.random((n, tumors)) < draw.random(), draw.random((n, normals)) < draw.random()
    pairs = list(combinations(range(n), 2))
    found = best_triples(tumor, normal, top, count=1 + seed % 3)
    assert as_rows(found) == gates_one_by_one(tumor, normal, top, pairs)
    assert found.tried == len(pairs) * (n - 2)
    some_pairs = pairs[::2]
    first, second = np.array(some_pairs).T
    named = best_triples(tumor, normal, top, second, first)
    assert as_rows(named) == gates_one_by_one(tumor, normal, top, some_pairs)
    for place, (a, b) in enumerate(zip(named.first, named.second, strict=True)):
        assert named.pair_tumor[place] == (tumor[a] & tumor[b]).sum()
        assert named.pair_normal[place] == (normal[a] & normal[b]).sum()


def test_triples_that_cannot_be_asked_for_are_refused() -> None:
    tumor = np.ones((3, 4), dtype=bool)
    with pytest.raises(KgError, match="give the same antigens"):
        best_triples(tumor, tumor[:2])
    with pytest.raises(KgError, match="one antigen twice"):
        best_triples(tumor, tumor, first=np.array([1]), second=np.array([1]))


@pytest.fixture(scope="module", params=["serial", "processes", "dask"])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    if request.param == "serial":
        yield Serial()
    elif request.param == "processes":
        with local_processes(2) as started:
            yield started
    else:
        pytest.importorskip("distributed", reason="the extra bsab-kg[scale] is not installed")
        with dask_cluster(workers=2) as client:
            yield client


def test_every_executor_gives_the_same_bytes(executor: Executor) -> None:
    ranking = large(9, ties=True)
    assert equal(rank(ranking, 40, executor, 7), rank(ranking, 40))
    draw = np.random.default_rng(10)
    tumor, normal = draw.random((40, 90)) < 0.5, draw.random((40, 30)) < 0.3
    one, other = count_joint(tumor), count_joint(tumor, executor=executor, count=5)
    assert one.by_shift.tobytes() == other.by_shift.tobytes()
    assert as_rows(best_triples(tumor, normal, 30)) == as_rows(best_triples(tumor, normal, 30, executor=executor))


def refuse(number: int) -> int:
    if number == 2:
        raise KgError("there is no 2", "refuse", "name another")
    return number


def test_what_a_block_raises_reaches_the_caller(executor: Executor) -> None:
    with pytest.raises(KgError, match="there is no 2") as raised:
        list(gather(executor, refuse, [(1,), (2,), (3,)]))
    assert str(raised.value) == "refuse: there is no 2 (name another)"


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(KgError, match=r"bsab-kg\[scale\]"), dask_cluster():
        pass


def test_real_levels_are_ranked_as_pairs_scored_by_name(real_root: Root) -> None:
    expression = open_expression(real_root)
    tumor = log_levels(expression.read("tumor", "gdc", "median").layers["median"])
    normal = log_levels(expression.read("normal", "hpa", "median").layers["median"])
    ranking = Ranking(tumor, "and", (Normal(normal, "and"),))
    best = rank(ranking, 100)
    for number in range(tumor.shape[1]):
        scores = score_of(ranking, best.first[number], best.second[number])[:, number]
        assert scores.tobytes() == best.scores[number].tobytes()
    matrix = score_matrix(ranking, 0)[np.triu_indices(ranking.n, 1)]
    assert np.count_nonzero(~np.isnan(matrix)) == best.ranked[0]
    assert np.array_equal(np.sort(matrix[~np.isnan(matrix)])[:-101:-1], best.scores[0])


def test_the_kernel_is_the_worst_place_of_each_pair() -> None:
    draw = np.random.default_rng(11)
    levels = draw.random((6, 9), dtype=np.float32)
    tile = slice(1, 4), slice(0, 9)
    out, met = np.empty((2, 3, 9), dtype=np.float32)
    kernels.worst(shifts.windows(levels), "and", *tile, out, met)
    first, second = shifts.antigens_of(9, *tile)
    assert np.array_equal(out, np.minimum(levels[:, first], levels[:, second]).max(axis=0))
