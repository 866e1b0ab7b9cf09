"""The scores of `kg pairs` as rankers: each pair on the tumor where it is best, with what the view of the day knows."""

from __future__ import annotations

import numpy as np

from kg.benchmark.training import Scores, Training
from kg.pairs.ranking import read_pairs, tumors_with_levels
from kg.pairs.scores import Board
from kg.pairs.weights import read_weights

# Features that differ from tumor to tumor; the others are added up once.
_OF_TUMOR = frozenset({"level", "window", "cover", "staining", "complement", "together"})
# Of a board, what is the same on every tumor and costs most.
_SHARED = ("danger_of_both", "danger_of_either")
_BLOCK = 64  # rows at once: a block stays in the cache of the processor (256 take a third longer)


def score_of_intent(training: Training, intent: str) -> Scores:
    """The score of an intent, the highest over all tumors, with the weights of the root; NaN where it has none.

    It is the weighted mean of `Board.score`; all candidates are ranked, whether or not a tumor has them.
    """
    pairs = read_pairs(training.view, training.expression)
    weights = read_weights(training.expression.root)[intent]
    fixed = {name: weight for name, weight in weights.items() if name not in _OF_TUMOR}
    changing = {name: weight for name, weight in weights.items() if name in _OF_TUMOR}
    tumors = [pairs.levels.columns_of(tumor) for tumor in tumors_with_levels(pairs.levels)]
    best = np.full(training.shape, np.nan, dtype=np.float32)
    for start in range(0, len(training.rows), _BLOCK):
        first = start if training.symmetric else 0  # of a symmetric family the upper triangle is enough
        rows, others = training.rows[start : start + _BLOCK], training.columns[first:]
        tile = best[start : start + _BLOCK, first:]
        shared: dict[str, object] = {}
        base: tuple[Scores, Scores] | None = None
        for columns in tumors:
            on_cells = training.family.rows == "tumor"
            board = Board(pairs.levels, pairs.single, pairs.known, rows, others, columns, on_cells)
            board.__dict__.update(shared)  # a cached property is kept under its name
            if base is None:
                base = board.added(intent, fixed)[:2]
            total, share, out = board.added(intent, changing)
            shared = {name: board.__dict__[name] for name in _SHARED if name in board.__dict__}
            with np.errstate(invalid="ignore", divide="ignore"):
                score = (base[0] + total) / (base[1] + share)
            score[out | (rows[:, None] == others[None, :])] = np.nan
            np.fmax(tile, score, out=tile)
    return best
