"""What learned rankers and the degree regression share: which pairs are learned from, and the regression itself."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg.benchmark.protocol import SEED
from kg.benchmark.training import Positions, Training

Numbers = NDArray[np.float64]

NEGATIVES = 50  # drawn for each known pair
AT_LEAST = 2000  # drawn in all
STRENGTH = 0.1  # C of the regression: the inverse of its penalty


def sample_pairs(training: Training) -> tuple[Training, Positions, Positions, NDArray[np.int64]]:
    """What to learn from, and how it looked before: an earlier training set, and pairs with what became of them.

    Learned is which pairs became known in the years before the day, from what was known at their beginning: the task
    itself, once before. Where none did, the known pairs are learned from what is known of them now.

    Returns
    -------
    source, rows, columns, labels
        The set to take features from; rows and columns of the pairs in its matrix; 1 where the pair became known, 0 of
        those that are drawn, by a seed, from what is open at the day.
    """
    source, fresh = training, training.known
    if training.earlier is not None and (training.known & ~training.earlier.known).any():
        source, fresh = training.earlier, training.known & ~training.earlier.known
    one, other = np.nonzero(np.triu(fresh) if training.symmetric else fresh)
    drawn = np.random.default_rng(SEED)
    count = max(AT_LEAST, NEGATIVES * len(one))
    rows, columns = (drawn.integers(0, size, count) for size in training.shape)
    kept = ~training.known[rows, columns] & (training.rows[rows] != training.columns[columns])
    labels = np.concatenate([np.ones(len(one), dtype=np.int64), np.zeros(int(kept.sum()), dtype=np.int64)])
    i, j = np.concatenate([one, rows[kept]]), np.concatenate([other, columns[kept]])
    return source, i, j, labels


def fitted(features: Numbers, labels: NDArray[np.int64]) -> Any:
    """A logistic regression on standardized features, known pairs and others weighing alike; missing is the mean."""
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(
        SimpleImputer(keep_empty_features=True),
        StandardScaler(),
        LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=1000),
    )
    return model.fit(features, labels)
