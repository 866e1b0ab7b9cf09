"""Metrics of one ranked list, from where its positives stand; and the same under weights of antigens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from kg.benchmark.protocol import DEPTHS, TOP

Numbers = NDArray[np.float64]

METRICS = ("auroc", "average_precision", *(f"hits_{depth}" for depth in DEPTHS), "enrichment")


@dataclass(frozen=True)
class Ranked:
    """A list by the scores of its positives.

    Scores fall into levels: those that a positive has (odd levels) and the gaps between (even levels), from the
    lowest. Everything that is computed follows from how many pairs, and how many positives, are on each level.

    Parameters
    ----------
    rows, columns
        Of each pair, its row and column in the matrix of candidates.
    level
        Of each pair, its level.
    positive
        Of each pair, whether it is one.
    """

    rows: NDArray[np.intp] = field(repr=False)
    columns: NDArray[np.intp] = field(repr=False)
    level: NDArray[np.intp] = field(repr=False)
    positive: NDArray[np.bool_] = field(repr=False)

    @property
    def levels(self) -> int:
        return 2 * len(np.unique(self.level[self.positive])) + 1


def rank_list(scores: NDArray[np.float32], listed: NDArray[np.bool_], positive: NDArray[np.bool_]) -> Ranked:
    """The list of the pairs that are `listed` (n x m each); what has no score stands below everything else."""
    rows, columns = np.nonzero(listed)
    values = scores[rows, columns]
    values = np.where(np.isnan(values), -np.inf, values)
    hit = positive[rows, columns]
    thresholds = np.unique(values[hit])
    level = np.searchsorted(thresholds, values, "left") + np.searchsorted(thresholds, values, "right")
    return Ranked(rows, columns, level, hit)


def ranks(ranked: Ranked) -> Numbers:
    """Rank of each positive in the list, 1 the best, in the order of the pairs; equal scores share the mean rank."""
    counts = np.bincount(ranked.level, minlength=ranked.levels).astype(np.float64)
    above = counts[::-1].cumsum()[::-1] - counts
    level = ranked.level[ranked.positive]
    return np.asarray(above[level] + (counts[level] + 1) / 2)


def measure(counts: Numbers, positives: Numbers) -> Mapping[str, Numbers]:
    """The metrics of lists from how many pairs and positives are on each level.

    Parameters
    ----------
    counts, positives
        Levels x lists, level 0 the lowest score; positives are among the counts.

    Returns
    -------
    mapping
        Each of `METRICS`, one number a list; NaN where a list has no positive, or nothing else.

        - `auroc`: probability that a positive stands above another pair, equal scores counting half.
        - `average_precision`: mean, over positives, of the precision of all that is at or above their score.
        - `hits_k`: positives among the first k; equal scores share their places evenly.
        - `enrichment`: positives among the top 2 %, over those expected by chance.
    """
    others = counts - positives
    all_above = counts[::-1].cumsum(axis=0)[::-1]  # at or above a level
    hits_above = positives[::-1].cumsum(axis=0)[::-1]
    total, hits = all_above[0], hits_above[0]
    below = others.cumsum(axis=0) - others
    with np.errstate(invalid="ignore", divide="ignore"):
        won = (positives * (below + others / 2)).sum(axis=0)
        precision = np.where(all_above > 0, hits_above / all_above, 0)
        found: dict[str, Numbers] = {
            "auroc": won / (hits * (total - hits)),
            "average_precision": (positives * precision).sum(axis=0) / hits,
        }
        before = all_above - counts
        for depth in DEPTHS:
            found[f"hits_{depth}"] = _within(depth, before, counts, positives, hits)
        top = TOP * total
        found["enrichment"] = _within(top, before, counts, positives, hits) / (TOP * hits)
    return found


def _within(depth: Numbers | float, before: Numbers, counts: Numbers, positives: Numbers, hits: Numbers) -> Numbers:
    share = np.clip(np.divide(depth - before, counts, out=np.zeros_like(counts), where=counts > 0), 0, 1)
    return np.where(hits > 0, (share * positives).sum(axis=0), np.nan)


def measured(ranked: Ranked) -> Mapping[str, float]:
    """The metrics of one list."""
    size = ranked.levels
    counts = np.bincount(ranked.level, minlength=size).astype(np.float64)
    positives = np.bincount(ranked.level[ranked.positive], minlength=size).astype(np.float64)
    return {name: float(value[0]) for name, value in measure(counts[:, None], positives[:, None]).items()}


def weighted_levels(ranked: Ranked, rows: Numbers, columns: Numbers) -> tuple[Numbers, Numbers]:
    """Weight of all pairs, and of the positives, on each level: levels x draws each.

    Parameters
    ----------
    rows, columns
        Antigens of either side x draws: how often each was drawn. A pair weighs the product.
    """
    shape = (len(rows), len(columns))
    one, other = (np.ascontiguousarray(side, dtype=np.float32) for side in (rows, columns))
    order = np.argsort(ranked.level, kind="stable")
    starts = np.searchsorted(ranked.level[order], np.arange(ranked.levels + 1))

    def weigh(picked: NDArray[np.intp]) -> Numbers:
        i, j = ranked.rows[picked], ranked.columns[picked]
        matrix = sparse.csr_array((np.ones(len(picked), dtype=np.float32), (i, j)), shape=shape)
        used = np.unique(i)
        # The sum over columns is exact in single precision: it is far below 2^24.
        met = np.asarray(matrix[used] @ other)
        return np.asarray(np.einsum("rd,rd->d", one[used], met, dtype=np.float64, casting="same_kind"))

    counts = np.zeros((ranked.levels, rows.shape[1]))
    positives = np.zeros_like(counts)
    for level, (start, end) in enumerate(pairwise(starts)):
        picked = order[start:end]
        if len(picked):
            counts[level] = weigh(picked)
        hit = picked[ranked.positive[picked]]
        if len(hit):
            positives[level] = weigh(hit)
    return counts, positives


def draws_of(rng: np.random.Generator, size: int, draws: int) -> Numbers:
    """How often each of `size` antigens is drawn, `size` times with replacement: size x draws.

    Of a single antigen there is nothing to draw: it counts once.
    """
    if size == 1:
        return np.ones((1, draws))
    return np.asarray(rng.multinomial(size, np.full(size, 1 / size), size=draws).T, dtype=np.float64)


def interval(values: Sequence[float] | Numbers, level: float) -> tuple[float, float]:
    """Percentile interval of a level, NaN left out; two NaN where nothing is left."""
    kept = np.asarray(values, dtype=np.float64)
    kept = kept[~np.isnan(kept)]
    if not len(kept):
        return float("nan"), float("nan")
    low, high = np.quantile(kept, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
