"""A learned ranker: logistic regression of antigens and pairs, on what was known by the day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kg.benchmark.expression_baselines import highest_normal, highest_tumor, tumor_over_normal
from kg.benchmark.graph_baselines import adamic_adar
from kg.benchmark.regression import fitted, sample_pairs
from kg.benchmark.traces import symbols_of
from kg.benchmark.training import Positions, Scores, Training
from kg.query import select

Numbers = NDArray[np.float64]

BLOCK = 256  # rows that are scored at once


@dataclass(frozen=True)
class _Features:
    """What the regression sees. `antigens` are features of an antigen, `pairs` n x m features of a pair."""

    training: Training
    antigens: Numbers  # features x universe
    pairs: Sequence[Scores]

    def of(self, i: Positions, j: Positions) -> Numbers:
        """Pairs x features, of rows i and columns j."""
        ends = [values[side] for values in self.antigens for side in (self.training.rows[i], self.training.columns[j])]
        found = []
        for first, second in zip(ends[::2], ends[1::2], strict=True):
            if self.training.symmetric:
                found += [np.maximum(first, second), np.minimum(first, second)]
            else:
                found += [first, second]
        found += [matrix[i, j] for matrix in self.pairs]
        return np.column_stack(found)


def precedents(training: Training) -> Numbers:
    """Drugs of other classes against each antigen that the view as of the day tells of."""
    symbol, where = symbols_of(training.universe), training.universe.by_symbol
    text = "SELECT ?antigen (COUNT(DISTINCT ?p) AS ?n) WHERE { ?antigen bsab:hasPrecedent ?p } GROUP BY ?antigen"
    counts = np.zeros(len(where))
    for row in select(training.view.store, text).rows:
        if symbol.get(str(row["antigen"])) in where:
            counts[where[symbol[str(row["antigen"])]]] = float(str(row["n"]))
    return counts


def _features(training: Training, dated: bool) -> _Features:
    counted = (training.degrees, training.antibodies, precedents(training))
    antigens = [np.log1p(values.astype(np.float64)) for values in counted]
    pairs = [adamic_adar(training)]
    if not dated:
        votes = np.array([len(antigen.surface) for antigen in training.universe.antigens], dtype=np.float64)
        antigens += [votes, highest_tumor(training.expression), highest_normal(training.expression)]
        pairs.append(tumor_over_normal(training))
    return _Features(training, np.array(antigens), pairs)


def _rank(training: Training, dated: bool) -> Scores:
    scores = np.full(training.shape, np.nan, dtype=np.float32)
    if not training.known.any():
        return scores  # nothing to learn from
    source, i, j, labels = sample_pairs(training)
    model = fitted(_features(source, dated).of(i, j), labels)
    features = _features(training, dated)
    every = np.arange(len(training.columns))
    for start in range(0, len(training.rows), BLOCK):
        block = np.arange(start, min(start + BLOCK, len(training.rows)))
        pairs = (np.repeat(block, len(every)), np.tile(every, len(block)))
        scores[block] = model.decision_function(features.of(*pairs)).reshape(len(block), -1)
    return scores


def learned(training: Training) -> Scores:
    """Log-odds that a pair becomes known, by logistic regression on the years before; NaN where there was no pair.

    Features of either antigen: partners, antibodies and precedents known by the day; surface votes, highest tumor
    median and worst normal tissue. Of the pair: Adamic-Adar, and tumor over normal tissue. What is missing takes the
    mean.
    """
    return _rank(training, dated=False)


def learned_dated(training: Training) -> Scores:
    """The same without expression and surface votes: only what is dated."""
    return _rank(training, dated=True)
