"""Triples: gates of two antigens and a third whose absence spares normal tissue (A and B, not C).

A gate opens in a place (a sample, a cell, a tissue) that is positive for A and B and negative for C. It is judged like
a test that tells tumor from normal (Youden's J):

    J = share of tumor places in which it opens - share of normal places in which it opens

A triple is listed when C spares at least one normal place in which A and B alone would open; otherwise any antigen
that nobody has would do. J is compared as the integer J x tumor places x normal places, so ties are exact, and they
stand by A, B, C.

All triples of 3,113 antigens are 15 billion gates: the job that needs more than one machine. `first` and `second`
restrict it to some pairs. A pair of which A and B alone cannot reach the list is left out with all of its triples.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kg.errors import KgError
from kg.pairs.executors import gather
from kg.pairs.joint import Mask, Words, count_both, packed
from kg.pairs.shifts import Positions

_COUNTED = 1 << 10  # pairs that are counted at a time
_PAIRS = 64  # at a time: their counts with all antigens stay in the caches
_NEVER = np.iinfo(np.int64).min  # below every J


@dataclass(frozen=True)
class Triples:
    """The best gates, best first.

    Parameters
    ----------
    first, second, third
        [gates], positions of A < B, and of C.
    tumor, normal
        [gates], places in which the gate opens.
    pair_tumor, pair_normal
        [gates], places in which A and B are positive, whatever C is.
    tumor_places, normal_places
        How many there are.
    tried
        Gates of the pairs that were asked for.
    """

    first: Positions
    second: Positions
    third: Positions
    tumor: NDArray[np.int64]
    normal: NDArray[np.int64]
    pair_tumor: NDArray[np.int64]
    pair_normal: NDArray[np.int64]
    tumor_places: int
    normal_places: int
    tried: int

    @property
    def score(self) -> NDArray[np.float64]:
        """J of each gate."""
        return self.tumor / self.tumor_places - self.normal / self.normal_places

    @property
    def pair_score(self) -> NDArray[np.float64]:
        """J of A and B alone."""
        return self.pair_tumor / self.tumor_places - self.pair_normal / self.normal_places


@dataclass(frozen=True)
class Gates:
    """The positivity of antigens in tumor and in normal places as bits (`kg.pairs.joint.packed`)."""

    tumor: Words
    normal: Words
    tumor_places: int
    normal_places: int


_Found = NDArray[np.int64]  # [8, gates]: J as an integer, A, B, C, and the four counts


def best_triples(
    tumor: Mask,
    normal: Mask,
    top: int = 100,
    first: Positions | None = None,
    second: Positions | None = None,
    executor: Executor | None = None,
    count: int | None = None,
) -> Triples:
    """The best gates A and B, not C.

    Parameters
    ----------
    tumor, normal
        [antigens, places], positive or not; leave out antigens that are not known everywhere.
    first, second
        The pairs A, B to try, such as those that `rank` lists; all, if None.
    executor, count
        Where blocks of pairs are computed, and how many: as in `kg.pairs.kernels.rank`.

    Raises
    ------
    KgError
        The two do not have the same antigens, one has no places, or a pair has one antigen twice.
    """
    if tumor.ndim != 2 or normal.ndim != 2 or len(tumor) != len(normal) or not (tumor.shape[1] and normal.shape[1]):
        raise KgError(f"tumor is {tumor.shape}, normal {normal.shape}", "triples", "give the same antigens x places")
    n = len(tumor)
    if first is None or second is None:
        low, high = (side.astype(np.int32) for side in np.triu_indices(n, 1))
    else:
        low, high = np.minimum(first, second).astype(np.int32), np.maximum(first, second).astype(np.int32)
        codes = np.unique(low.astype(np.int64) * n + high)
        low, high = (codes // n).astype(np.int32), (codes % n).astype(np.int32)
        if (low == high).any():
            raise KgError("a pair has one antigen twice", "triples", "name two antigens")
    places = tumor.shape[1], normal.shape[1]
    gates = Gates(packed(tumor), packed(normal), *places)
    parts = max(1, min(count or (16 if executor else 1), len(low)))
    # Every n-th pair goes to the same block: so all blocks hold pairs of all antigens, and take about as long.
    calls = [(gates, low[part::parts], high[part::parts], top) for part in range(parts)]
    found = _best(gather(executor, triples_block, calls), top)
    one, other, third = (side.astype(np.int32) for side in found[1:4])
    tried = len(low) * max(0, n - 2)
    return Triples(one, other, third, found[4], found[5], found[6], found[7], *places, tried)


def triples_block(gates: Gates, first: Positions, second: Positions, top: int) -> _Found:
    """The best gates of some pairs; what `best_triples` sends to an executor."""
    tumor_of, normal_of = (_both(words, first, second) for words in (gates.tumor, gates.normal))
    # At best C takes away all normal places of the pair, and none in the tumor.
    reach = tumor_of * gates.normal_places
    order = np.argsort(-reach, kind="stable")
    order = order[normal_of[order] > 0]
    best = np.empty((8, 0), dtype=np.int64)
    for start in range(0, len(order), _PAIRS):
        chosen = order[start : start + _PAIRS]
        lowest = best[0, -1] if best.shape[1] == top else _NEVER
        chosen = chosen[reach[chosen] >= lowest]
        if not chosen.size:
            break
        best = _best((best, _gates_of(gates, first[chosen], second[chosen], int(lowest))), top)
    return best


def _both(words: Words, first: Positions, second: Positions) -> NDArray[np.int64]:
    """In how many places both of each pair are positive; a few pairs at a time, whose words fit into the cache."""
    counts = np.empty(len(first), dtype=np.int64)
    for start in range(0, len(first), _COUNTED):
        some = slice(start, start + _COUNTED)
        common = words[:, first[some]] & words[:, second[some]]
        counts[some] = np.bitwise_count(common).sum(axis=0, dtype=np.int64)
    return counts


def _gates_of(gates: Gates, first: Positions, second: Positions, lowest: int) -> _Found:
    """All gates of some pairs that spare a normal place and reach `lowest`."""
    tumor_pair, normal_pair = (words[:, first] & words[:, second] for words in (gates.tumor, gates.normal))
    of = [np.bitwise_count(pair).sum(axis=0, dtype=np.int64)[:, None] for pair in (tumor_pair, normal_pair)]
    tumor = of[0] - count_both(tumor_pair, gates.tumor)
    spared = count_both(normal_pair, gates.normal).astype(np.int64)
    normal = of[1] - spared
    score = tumor * gates.normal_places - normal * gates.tumor_places
    listed = (spared > 0) & (score >= lowest)
    rows = np.arange(len(first))
    listed[rows, first] = listed[rows, second] = False
    row, third = np.nonzero(listed)
    counts = tumor[row, third], normal[row, third], of[0][row, 0], of[1][row, 0]
    return np.stack([score[row, third], first[row], second[row], third, *counts]).astype(np.int64)


def _best(parts: Iterable[_Found], top: int) -> _Found:
    """The best gates of disjoint parts together, in whatever order they come."""
    best = np.empty((8, 0), dtype=np.int64)
    for part in parts:
        both = np.concatenate([best, part], axis=1)
        if both.shape[1] > top:
            edge = np.partition(both[0], both.shape[1] - top)[both.shape[1] - top]
            both = both[:, both[0] >= edge]
        best = both[:, np.lexsort((both[3], both[2], both[1], -both[0]))[:top]]
    return best
