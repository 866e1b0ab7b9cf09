"""All pairs of antigens scored in all tumors at once, and the best of each tumor.

The score of a pair in a tumor, in the unit of the levels (log2: a log-ratio):

    score = meet(tumor) - sum over normals of the worst place of meet(normal) + terms + bonus

`meet` is the lower of both levels where both antigens are needed (logic `and`), and the higher one where either is
enough (`or`). Levels are float32, and what is missing is NaN: a pair is not ranked in a tumor in which one of its
levels is missing, nor anywhere when it has fewer than `least` normal places in which both are known.

    ranking = Ranking(log_levels(tumor), "and", (Normal(log_levels(normal), "and"),))
    best = rank(ranking, top=100)
    best.first[t], best.second[t], best.scores[t]        # of tumor t, best first

The order of the sum is fixed, so that a score is the same to the bit whichever tile, block or machine computes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from kg.errors import KgError
from kg.pairs.executors import gather
from kg.pairs.shifts import (
    Block,
    Positions,
    antigens_of,
    blocks,
    in_runs,
    largest,
    places_of,
    repeated,
    tiles,
    windows,
)

Numbers = NDArray[np.float32]
Mask = NDArray[np.bool_]
Logic = Literal["and", "or"]
Join = Literal["sum", "min", "max"]

_JOINS: dict[str, np.ufunc] = {"sum": np.add, "min": np.minimum, "max": np.maximum, "and": np.minimum, "or": np.maximum}
_NEVER = np.float32(-np.inf)  # the score of a pair that is not ranked
_LOWEST = np.finfo(np.float32).min
_GROUPS = 4  # of tumors, in the bound
_PICKED = 1 << 14  # pairs that are looked at in every tumor at a time


def log_levels(levels: Numbers, pseudo: float = 1.0) -> Numbers:
    """log2(level + pseudo), float32; NaN stays NaN."""
    return np.log2(levels.astype(np.float64) + pseudo).astype(np.float32)


@dataclass(frozen=True)
class Normal:
    """Normal places (tissues, cell types) and what harms them.

    Parameters
    ----------
    levels
        [antigens, places]; NaN where it is not known. A place in which one of the two is missing does not count for
        `and`; for `or` the known one counts, since the union is at least that.
    logic
        `and`: only where both antigens are; `or`: wherever either is.
    least
        So many places must be known of both antigens, or the pair is not ranked.
    """

    levels: Numbers
    logic: Logic = "and"
    least: int = 1

    @cached_property
    def known(self) -> Mask:
        """[antigens, places]"""
        return ~np.isnan(self.levels)

    def shared(self) -> tuple[NDArray[np.int32], Mask]:
        """The pattern of known places of each antigen, and [patterns, patterns] whether two share enough of them."""
        of, examples = _patterns(self.known)
        found = self.known[examples].astype(np.float32)
        enough: Mask = np.asarray(found @ found.T) >= self.least
        return of, enough


@dataclass(frozen=True)
class Term:
    """What each antigen adds to the score of its pairs.

    Parameters
    ----------
    values
        [antigens] or [antigens, tumors]. A pair is not ranked where one of its values is NaN.
    join
        `sum` of both, or the `min` (weakest link) or `max` of them.
    """

    values: Numbers
    join: Join = "sum"


@dataclass(frozen=True)
class Ranking:
    """A question to all pairs of n antigens: the parts of the score, and which pairs it leaves out.

    Parameters
    ----------
    tumor
        [n, tumors], NaN where it is not known.
    logic
        How two antigens meet in the tumor.
    normals
        Groups of normal places; the worst place of each is subtracted.
    terms
        Added, in this order.
    bonus
        What a pair adds as a pair, in every tumor: [n, n], of which [lower, higher] is read, or a function of both
        positions (arrays of one shape, lower < higher) that gives an array of that shape. NaN: not ranked.
    excluded
        Pairs that are left out: [n, n] bool, or a function, likewise.

    Raises
    ------
    KgError
        Shapes do not fit each other, or a number is infinite.
    """

    tumor: Numbers
    logic: Logic = "and"
    normals: tuple[Normal, ...] = ()
    terms: tuple[Term, ...] = ()
    bonus: Numbers | Callable[[Positions, Positions], Numbers] | None = None
    excluded: Mask | Callable[[Positions, Positions], Mask] | None = None

    def __post_init__(self) -> None:
        if self.tumor.ndim != 2 or not self.tumor.shape[1]:
            raise KgError(f"levels in tumors are {self.tumor.shape}", "ranking", "give antigens x tumors")
        n, tumors = self.tumor.shape
        parts: list[tuple[str, Numbers, tuple[tuple[int, ...], ...]]] = [("tumor", self.tumor, ((n, tumors),))]
        for number, normal in enumerate(self.normals):
            places = normal.levels.shape[-1]
            parts.append((f"normals[{number}]", normal.levels, ((n, places),)))
            if normal.least < 1:
                raise KgError(
                    f"normals[{number}] asks for {normal.least} known places", "ranking", "ask for at least 1"
                )
        for number, term in enumerate(self.terms):
            parts.append((f"terms[{number}]", term.values, ((n,), (n, tumors))))
        if isinstance(self.bonus, np.ndarray):
            parts.append(("bonus", self.bonus, ((n, n),)))
        for name, values, shapes in parts:
            if values.shape not in shapes:
                raise KgError(
                    f"{name} is {values.shape}", "ranking", f"{' or '.join(map(str, shapes))} fits the tumors"
                )
            if values.dtype != np.float32:
                raise KgError(f"{name} holds {values.dtype}", "ranking", "give float32")
            if np.isinf(values).any():
                raise KgError(f"{name} holds an infinite number", "ranking", "give NaN for what is missing")
        if isinstance(self.excluded, np.ndarray) and self.excluded.shape != (n, n):
            raise KgError(f"excluded is {self.excluded.shape}", "ranking", f"{(n, n)} fits the tumors")

    @property
    def n(self) -> int:
        """Antigens."""
        return len(self.tumor)

    def known(self, first: Positions, second: Positions) -> NDArray[np.int64]:
        """In how many normal places both antigens of each pair are known: [pairs, normals]."""
        counts = [(one.known[first] & one.known[second]).sum(axis=1) for one in self.normals]
        return np.stack(counts, axis=1) if counts else np.zeros((len(first), 0), dtype=np.int64)


@dataclass(frozen=True)
class Top:
    """The best pairs of each tumor, best first; ties stand by the lower, then the higher position.

    Parameters
    ----------
    scores
        [tumors, top], NaN beyond the pairs that there are.
    first, second
        [tumors, top], positions of the antigens, first < second; -1 beyond the pairs that there are.
    ranked
        [tumors], how many pairs have a score there.
    """

    scores: Numbers
    first: Positions
    second: Positions
    ranked: NDArray[np.int64]


def rank(ranking: Ranking, top: int = 100, executor: Executor | None = None, count: int | None = None) -> Top:
    """The best pairs of every tumor, the same to the bit whatever computes them.

    Parameters
    ----------
    top
        How many of each tumor.
    executor
        Where blocks are computed (`kg.pairs.executors`); None: in this thread.
    count
        Into how many blocks the pairs are cut: 1 without an executor, else 16.

    Raises
    ------
    KgError
        `top` is not positive.
    """
    if top < 1:
        raise KgError(f"a list of {top} pairs", "top", "ask for at least 1")
    count = count or (16 if executor else 1)
    calls = [(ranking, block, top) for block in blocks(ranking.n, count)]
    return merge(gather(executor, rank_block, calls), ranking.tumor.shape[1], top)


@in_runs
def rank_block(ranking: Ranking, block: Block, top: int) -> Top:
    """The best pairs of a block; what `rank` sends to an executor.

    A bound of the score leaves out most pairs, which cannot enter any list; the others are looked at tumor by tumor.
    """
    n, tumors = ranking.tumor.shape
    lists = _Lists(tumors, top)
    counts = np.zeros(tumors, dtype=np.int64)
    prepared = _Prepared(ranking, block)
    for shifts, positions in tiles(n, block):
        base = prepared.base(shifts, positions)
        counts += prepared.count(base, shifts, positions)
        near = np.flatnonzero(prepared.within_reach(base, lists.lowest, shifts, positions))
        for start in range(0, near.size, _PICKED):
            some = near[start : start + _PICKED]
            one, other = places_of(n, some, shifts, positions)
            lists.add(prepared.picked(base.reshape(-1)[some], one, other), one, other)
    return lists.closed(counts)


def merge(parts: Iterable[Top], tumors: int, top: int) -> Top:
    """The best pairs of disjoint blocks together, in whatever order they come."""
    scores = np.full((tumors, top), np.nan, dtype=np.float32)
    first, second = np.full((2, tumors, top), -1, dtype=np.int32)
    ranked = np.zeros(tumors, dtype=np.int64)
    for part in parts:
        ranked += part.ranked
        for tumor in range(tumors):
            both = [np.concatenate(pair) for pair in ((scores[tumor], part.scores[tumor]),
                                                      (first[tumor], part.first[tumor]),
                                                      (second[tumor], part.second[tumor]))]  # fmt: skip
            order = np.lexsort((both[2], both[1], -both[0]))[:top]  # NaN goes last
            scores[tumor], first[tumor], second[tumor] = (values[order] for values in both)
    return Top(scores, first, second, ranked)


def score_of(ranking: Ranking, first: Positions, second: Positions) -> Numbers:
    """The scores of named pairs, [pairs, tumors], as `rank` computes them; NaN where a pair is not ranked."""
    low, high = np.minimum(first, second).astype(np.int32), np.maximum(first, second).astype(np.int32)
    base = np.zeros(len(low), dtype=np.float32)
    for term in ranking.terms:
        if term.values.ndim == 1:
            base += _JOINS[term.join](term.values[low], term.values[high])
    if ranking.bonus is not None:
        base += _looked_up(ranking.bonus, low, high)
    for number, normal in enumerate(ranking.normals):
        levels = np.where(normal.known, normal.levels, _NEVER)
        met = _JOINS[normal.logic](levels[low], levels[high])
        with np.errstate(invalid="ignore"):
            base -= np.max(met, axis=1, initial=_NEVER)
        base[ranking.known(low, high)[:, number] < normal.least] = np.nan
    if ranking.excluded is not None:
        base[_looked_up(ranking.excluded, low, high)] = np.nan
    base[low == high] = np.nan
    scores: Numbers = _JOINS[ranking.logic](ranking.tumor[low], ranking.tumor[high])
    scores += base[:, None]
    for term in ranking.terms:
        if term.values.ndim == 2:
            scores += _JOINS[term.join](term.values[low], term.values[high])
    return scores


@in_runs
def score_matrix(ranking: Ranking, tumor: int) -> Numbers:
    """The scores of all pairs in one tumor, [n, n] and symmetric; NaN where a pair is not ranked, and on the diagonal.

    Four bytes a cell: 39 MB for 3,113 antigens.
    """
    terms = tuple(
        term if term.values.ndim == 1 else replace(term, values=term.values[:, [tumor]]) for term in ranking.terms
    )
    one = replace(ranking, tumor=ranking.tumor[:, [tumor]], terms=terms)
    matrix = np.full((ranking.n, ranking.n), np.nan, dtype=np.float32)
    for block in blocks(ranking.n, 1):
        prepared = _Prepared(one, block)
        for shifts, positions in tiles(ranking.n, block):
            base = prepared.base(shifts, positions)
            for _, scores in prepared.scores(base, shifts, positions):
                kept = scores >= _LOWEST
                first, second = (side[kept] for side in antigens_of(ranking.n, shifts, positions))
                matrix[first, second] = matrix[second, first] = scores[kept]
    return matrix


def worst(levels: Numbers, logic: Logic, shifts: slice, positions: slice, out: Numbers, met: Numbers) -> None:
    """The min / max kernel: the worst place of every pair of a tile, into `out`; `met` is a buffer of the same shape.

    `levels` are windows [places, shifts + 1, n] without NaN (`kg.pairs.shifts.windows`).
    """
    join = _JOINS[logic]
    out.fill(_NEVER)
    for place in levels:
        join(place[0, positions], place[shifts, positions], out=met)
        np.maximum(out, met, out=out)


class _Prepared:
    """A ranking laid out for its tiles, with buffers that they share."""

    def __init__(self, ranking: Ranking, block: Block) -> None:
        self.ranking = ranking
        n = ranking.n
        self.buffers = np.empty((3, largest(n, block)), dtype=np.float32)
        self.flags = np.empty((2, largest(n, block)), dtype=np.bool_)
        self.normals: list[Numbers] = []
        self.patterns: list[tuple[NDArray[np.int32], Mask] | None] = []
        known = ~np.isnan(ranking.tumor)
        for normal in ranking.normals:
            levels = np.where(normal.known, normal.levels, _NEVER)
            if normal.logic == "or":  # the worst of the higher levels is the higher of the worst
                levels = np.max(levels, axis=1, keepdims=True, initial=_NEVER)
            self.normals.append(windows(levels.T))
            of, enough = normal.shared()
            some: Mask = np.asarray(enough.any(axis=1))  # what shares enough with no antigen is ranked nowhere
            known &= some[of][:, None]
            self.patterns.append(None if enough[np.ix_(some, some)].all() else (of, enough))
        self.reach = np.ascontiguousarray(np.where(known, ranking.tumor, _NEVER).T)
        self.rows = np.where(known, ranking.tumor, np.float32(np.nan))
        self.tumor = windows(self.rows.T)
        self.terms = [(term.join, windows(np.atleast_2d(term.values.T))) for term in ranking.terms]
        self.fixed = [term.values.ndim == 1 for term in ranking.terms]
        self.peaks = [  # the highest value of each antigen in any tumor
            windows(np.where(np.isnan(values[:, 0]), _NEVER, values[:, 0]).max(axis=0, initial=_NEVER)[None])
            for _, values in self.terms
        ]
        sizes = (ranking.tumor, *(part.levels for part in ranking.normals), *(part.values for part in ranking.terms))
        self.scale = sum(_largest(values) for values in sizes)  # of the parts of a score
        self.bonus = 0.0  # the largest so far
        for term in ranking.terms:
            if term.values.ndim == 2:
                known &= ~np.isnan(term.values)
        self.pattern, examples = _patterns(known.T)
        self.known = windows(known.T[examples])

    def _buffer(self, number: int, shifts: slice, positions: slice) -> Numbers:
        shape = (shifts.stop - shifts.start, positions.stop - positions.start)
        return self.buffers[number, : shape[0] * shape[1]].reshape(shape)

    def _flags(self, number: int, shape: tuple[int, ...]) -> Mask:
        return self.flags[number, : shape[0] * shape[1]].reshape(shape)

    def base(self, shifts: slice, positions: slice) -> Numbers:
        """What a pair of the tile scores before its tumor; minus infinity or NaN where it is not ranked."""
        ranking = self.ranking
        base, met, far = (self._buffer(number, shifts, positions) for number in range(3))
        base.fill(0)
        for fixed, (join, values) in zip(self.fixed, self.terms, strict=True):
            if fixed:
                base += _JOINS[join](values[0, 0, positions], values[0, shifts, positions], out=met)
        if ranking.bonus is not None or ranking.excluded is not None:
            first, second = antigens_of(ranking.n, shifts, positions)
        if ranking.bonus is not None:
            bonus = _looked_up(ranking.bonus, first, second)
            self.bonus = max(self.bonus, _largest(bonus))
            base += bonus
        for normal, levels, pattern in zip(ranking.normals, self.normals, self.patterns, strict=True):
            worst(levels, normal.logic, shifts, positions, far, met)
            with np.errstate(invalid="ignore"):  # two infinities, where nothing is known
                base -= far
            if pattern:
                of, enough = pattern
                spread = windows(of[None])[0]
                np.putmask(base, ~enough[spread[0, positions], spread[shifts, positions]], _NEVER)
        if ranking.excluded is not None:
            np.putmask(base, _looked_up(ranking.excluded, first, second), _NEVER)
        twice = repeated(ranking.n, shifts, positions)
        if twice:
            base[twice] = _NEVER
        return base

    def scores(self, base: Numbers, shifts: slice, positions: slice) -> Iterator[tuple[int, Numbers]]:
        """Each tumor with the scores of the tile; the array is filled again for the next."""
        scores, met = (self._buffer(number, shifts, positions) for number in (1, 2))
        join = _JOINS[self.ranking.logic]
        for tumor, levels in enumerate(self.tumor):
            join(levels[0, positions], levels[shifts, positions], out=scores)
            scores += base
            for fixed, (how, values) in zip(self.fixed, self.terms, strict=True):
                if not fixed:
                    scores += _JOINS[how](values[tumor, 0, positions], values[tumor, shifts, positions], out=met)
            yield tumor, scores

    def within_reach(self, base: Numbers, lowest: Numbers, shifts: slice, positions: slice) -> Mask:
        """Which pairs of the tile may score `lowest` in some tumor: none that does is left out.

        In place of the tumors of a group, each antigen has one level: how far it is above what its best tumor asks for.
        """
        above = self.reach - lowest[:, None]
        size = -(-len(above) // _GROUPS)
        levels = windows(np.stack([above[at : at + size].max(axis=0) for at in range(0, len(above), size)]))
        bound, met = (self._buffer(number, shifts, positions) for number in (1, 2))
        join = _JOINS[self.ranking.logic]
        join(levels[0, 0, positions], levels[0, shifts, positions], out=bound)
        for level in levels[1:]:
            join(level[0, positions], level[shifts, positions], out=met)
            np.maximum(bound, met, out=bound)
        with np.errstate(invalid="ignore"):  # two infinities: a pair that is not ranked
            bound += base
            for fixed, (how, _), peak in zip(self.fixed, self.terms, self.peaks, strict=True):
                if not fixed:
                    bound += _JOINS[how](peak[0, 0, positions], peak[0, shifts, positions], out=met)
        slack = np.float32(1e-5 * (self.scale + self.bonus))  # many times what rounding can do
        return np.greater_equal(bound, -slack, out=self._flags(0, base.shape))

    def picked(self, base: Numbers, one: Positions, other: Positions) -> Numbers:
        """The scores of some pairs of a tile, [pairs, tumors], from what they score before the tumor."""
        scores: Numbers = _JOINS[self.ranking.logic](self.rows[one], self.rows[other])
        scores += base[:, None]
        for term in self.ranking.terms:
            if term.values.ndim == 2:
                scores += _JOINS[term.join](term.values[one], term.values[other])
        return scores

    def count(self, base: Numbers, shifts: slice, positions: slice) -> NDArray[np.int64]:
        """How many pairs of the tile have a score in each tumor."""
        allowed, both = self._flags(0, base.shape), self._flags(1, base.shape)
        np.greater_equal(base, _LOWEST, out=allowed)
        counts = []
        for known in self.known:
            np.logical_and(known[0, positions], known[shifts, positions], out=both)
            np.logical_and(both, allowed, out=both)
            counts.append(np.count_nonzero(both))
        return np.array(counts, dtype=np.int64)[self.pattern]


class _Lists:
    """The best pairs of every tumor so far."""

    def __init__(self, tumors: int, top: int) -> None:
        self.tumors, self.top = tumors, top
        self.lowest = np.full(tumors, _LOWEST, dtype=np.float32)  # what a pair must score to be looked at
        empty = np.empty(0, dtype=np.int32)
        self._waiting = [(empty, empty.astype(np.float32), empty, empty)]  # tumor, score, lower, higher position
        self._size = 0

    def add(self, scores: Numbers, one: Positions, other: Positions) -> None:
        """Take in the scores of some pairs, [pairs, tumors]."""
        hit = scores >= self.lowest
        room = 2 * self.tumors * self.top
        if np.count_nonzero(hit) > room and len(scores) > self.top:
            edge = len(scores) - self.top
            known = np.where(hit, scores, _NEVER)
            self.lowest = np.maximum(self.lowest, np.partition(known, edge, axis=0)[edge])
            hit = scores >= self.lowest
        found = np.flatnonzero(hit)  # several times as fast as the nonzero of two dimensions
        at, tumor = np.divmod(found, self.tumors)
        ends = one[at], other[at]
        self._waiting.append((tumor.astype(np.int32), scores.ravel()[found], np.minimum(*ends), np.maximum(*ends)))
        self._size += len(at)
        if self._size > room:
            self._sort()

    def closed(self, counts: NDArray[np.int64]) -> Top:
        """The lists, with how many pairs each tumor has."""
        tumor, place = self._sort()
        ((_, found, low, high),) = self._waiting
        scores = np.full((self.tumors, self.top), np.nan, dtype=np.float32)
        first, second = np.full((2, self.tumors, self.top), -1, dtype=np.int32)
        scores[tumor, place], first[tumor, place], second[tumor, place] = found, low, high
        return Top(scores, first, second, counts)

    def _sort(self) -> tuple[Positions, NDArray[np.intp]]:
        """Cut every list to its length; tumor and place in its list of what is left."""
        tumor, scores, first, second = (np.concatenate(side) for side in zip(*self._waiting, strict=True))
        order = np.lexsort((second, first, -scores, tumor))
        tumor = tumor[order]
        place = np.arange(len(order)) - np.searchsorted(tumor, np.arange(self.tumors))[tumor]
        kept = place < self.top
        order, tumor, place = order[kept], tumor[kept], place[kept]
        self._waiting = [(tumor, scores[order], first[order], second[order])]
        self._size = len(order)
        full = place == self.top - 1
        self.lowest[tumor[full]] = scores[order[full]]
        return tumor, place


def _patterns(rows: Mask) -> tuple[NDArray[np.int32], list[int]]:
    """Number of the pattern of each row, equal for equal rows, and a row of each pattern."""
    numbers: dict[bytes, int] = {}
    of = [numbers.setdefault(row.tobytes(), len(numbers)) for row in np.packbits(rows, axis=1)]
    examples: dict[int, int] = {}
    for position, number in enumerate(of):
        examples.setdefault(number, position)
    return np.array(of, dtype=np.int32), list(examples.values())


def _largest(values: NDArray[Any]) -> float:
    """The largest number of either sign; 0 if there is none."""
    return float(np.max(np.abs(values), initial=0, where=~np.isnan(values)))


def _looked_up(
    pairs: NDArray[Any] | Callable[[Positions, Positions], NDArray[Any]], first: Positions, second: Positions
) -> NDArray[Any]:
    return pairs(first, second) if callable(pairs) else pairs[first, second]
