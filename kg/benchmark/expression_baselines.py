"""Baselines that know only expression: tumor over normal tissue, and the AND-gate score of Dannenfelser 2020."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kg.benchmark.training import Scores, Training
from kg.expression import Expression

Numbers = NDArray[np.float64]

# Tissues that a patient can live without, or that no antibody reaches, are no danger.
_SPARED = frozenset({"expendable", "privileged"})


def _tumors(expression: Expression) -> Numbers:
    """log2(TPM + 1) of antigens x the 33 cohorts of TCGA."""
    medians = [expression.read("tumor", source, "median").layers["median"] for source in ("gdc", "hpa")]
    return np.asarray(np.log2(1 + np.hstack(medians)), dtype=np.float64)


def _normals(expression: Expression) -> Numbers:
    """log2(nTPM + 1) of antigens x normal tissues that are not spared, of HPA."""
    dense = expression.read("normal", "hpa", "median")
    kept = [
        index
        for index, curie in enumerate(dense.ids)
        if curie not in expression.tissues or not set(expression.tissues[curie].classes) & _SPARED
    ]
    return np.asarray(np.log2(1 + dense.layers["median"][:, kept]), dtype=np.float64)


def highest_tumor(expression: Expression) -> Numbers:
    """For each antigen of the universe, its median in the cohort that has most of it, log2(TPM + 1); NaN: none."""
    return np.asarray(np.fmax.reduce(_tumors(expression), axis=1))


def highest_normal(expression: Expression) -> Numbers:
    """For each antigen of the universe, its level in the worst normal tissue that is not spared, log2(nTPM + 1)."""
    return np.asarray(np.fmax.reduce(_normals(expression), axis=1))


def _highest_of_both(values: Numbers, training: Training) -> Scores:
    """n x m: over the columns, the highest of what both antigens reach; NaN where one has no figure at all."""
    rows = np.ascontiguousarray(values[training.rows].T, dtype=np.float32)
    columns = np.ascontiguousarray(values[training.columns].T, dtype=np.float32)
    if not training.symmetric:  # the other side is no tumor antigen: its bulk figure says nothing of the tumor cell
        columns = np.full_like(columns, np.inf)
    highest = np.full(training.shape, np.nan, dtype=np.float32)
    for row, column in zip(rows, columns, strict=True):
        np.fmax(highest, np.minimum(row[:, None], column[None, :]), out=highest)
    return highest


def tumor_over_normal(training: Training) -> Scores:
    """Highest tumor median of both antigens over the worst normal tissue of both, in log2.

    On a cell an AND of two is as high as the lower of them. Where only one side is a tumor antigen, it alone counts.
    """
    tumor = _highest_of_both(_tumors(training.expression), training)
    return tumor - _highest_of_both(_normals(training.expression), training)


def and_gate(training: Training) -> Scores:
    """The clustering score of Dannenfelser et al. (Cell Systems 2020, doi:10.1016/j.cels.2020.08.002), the best cohort.

    As in the authors' code: of tumor samples against normal samples, the Davies-Bouldin index (spread of a group: root
    mean square of squared distances to its center; distance of the centers by Manhattan) and the Manhattan distance of
    the centers; both in logarithms and scaled to 0 to 1 over all pairs of the cohort, the index upside down; the score
    is the lower of the two. Only pairs that are higher in the tumor, both, count.

    What differs: they have some 10,000 samples, sketched so that tissues weigh alike, and correct batches; we have a
    median a cohort and three quartiles a tissue (GTEx), so that a tumor has no spread and batches stand uncorrected.
    """
    normal = training.expression.read("normal", "gtex", "median", "lower_quartile", "upper_quartile")
    quartiles = [normal.layers[name] for name in ("lower_quartile", "median", "upper_quartile")]
    points = np.asarray(np.log2(1 + np.hstack(quartiles)), dtype=np.float64)
    center = points.mean(axis=1)  # NaN where a tissue has no figure
    spread = _log_spread(points - center[:, None], training)
    rows, columns = training.rows, training.columns if training.symmetric else training.columns[:0]
    best = np.full(training.shape, np.nan, dtype=np.float32)
    for tumor in _tumors(training.expression).T:
        gap = np.asarray(tumor - center, dtype=np.float32)
        # Without a second tumor antigen it is the score of one antigen.
        distance, higher = np.abs(gap)[rows][:, None], (gap > 0)[rows][:, None]
        if len(columns):
            distance, higher = distance + np.abs(gap)[columns][None, :], higher & (gap > 0)[columns][None, :]
        np.fmax(best, clustering_score(spread, distance, higher), out=best)
    return best


def _log_spread(offsets: Numbers, training: Training) -> Scores:
    """Logarithm of the spread of the normal points of two antigens (n x m), or of one (n x 1).

    The spread is the root of the mean, over points, of the square of the squared distance to their center.
    """
    fourth = np.mean(offsets**4, axis=1)
    spread = fourth[training.rows][:, None]
    if training.symmetric:
        squares = offsets**2
        crossed = squares[training.rows] @ squares[training.columns].T / offsets.shape[1]
        spread = spread + 2 * crossed + fourth[training.columns][None, :]
    with np.errstate(divide="ignore"):  # no spread at all: no index
        return np.asarray(np.log(spread) / 2, dtype=np.float32)


def clustering_score(log_spread: Scores, distance: Scores, higher: NDArray[np.bool_]) -> Scores:
    """The score of every pair in one cohort: the lower of the two, each scaled over all pairs that have both.

    Parameters
    ----------
    log_spread
        Logarithm of the sum of the spreads of both groups; minus infinity, where there is none.
    distance
        Manhattan distance of their centers.
    higher
        Where both antigens are higher in the tumor; the others are NaN.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        far = np.log(distance)
        index = log_spread - far
        known = np.isfinite(index) & np.isfinite(far)
        if not known.any():
            return np.full(known.shape, np.nan, dtype=np.float32)
        score = np.minimum(1 - _scaled(index, known), _scaled(far, known))
    score[~(known & higher)] = np.nan
    return score


def _scaled(values: Scores, known: NDArray[np.bool_]) -> Scores:
    low, high = values.min(initial=np.inf, where=known), values.max(initial=-np.inf, where=known)
    return (values - low) / (high - low) if high > low else np.zeros_like(values)
