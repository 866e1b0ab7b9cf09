"""A ranker of ours: how far the field has come with each antigen by the day, and what the pair would be good for."""

from __future__ import annotations

import numpy as np

from kg.benchmark.learned import precedents
from kg.benchmark.own import score_of_intent
from kg.benchmark.training import Scores, Training


def known_and_fit(training: Training) -> Scores:
    """Mean of how much is known of both antigens, and the score of the family's last intent; NaN where that has none.

    Known of an antigen is the logarithm of its antibodies and precedents by the day, over that of the most known one.
    The last intent of tumor antigen x tumor antigen is the conjugate's, which weighs gate and coverage alike. The two
    halves weigh alike: that was not tuned.
    """
    counted = np.log1p(training.antibodies.astype(np.float64) + precedents(training))
    known = (counted / max(counted.max(), 1e-9)).astype(np.float32)
    both = (known[training.rows][:, None] + known[training.columns][None, :]) / np.float32(2)
    fit = score_of_intent(training, training.family.intents[-1])
    mean: Scores = (both + fit) / np.float32(2)
    return mean
