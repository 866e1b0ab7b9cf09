"""The scores of `kg pairs` as rankers: each pair on the tumor where it is best, with what the view of the day knows."""

from __future__ import annotations

import numpy as np

from kg.benchmark.training import Scores, Training
from kg.pairs.ranking import read_pairs, tumors_with_levels
from kg.pairs.scores import Board
from kg.pairs.weights import read_weights


def score_of_intent(training: Training, intent: str) -> Scores:
    """The score of an intent, the highest over all tumors, with the weights of the root; NaN where it has none.

    All candidates are ranked, whether or not they are detected on the tumor.
    """
    pairs = read_pairs(training.view, training.expression)
    weights = read_weights(training.expression.root)[intent]
    best = np.full(training.shape, np.nan, dtype=np.float32)
    for tumor in tumors_with_levels(pairs.levels):
        columns = pairs.levels.columns_of(tumor)
        on_tumor_cells = training.family.rows == "tumor"
        board = Board(
            pairs.levels, pairs.single, pairs.known, training.rows, training.columns, columns, on_tumor_cells
        )
        score, _ = board.score(intent, weights)
        np.fmax(best, score, out=best)
    return best
