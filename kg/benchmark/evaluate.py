"""Run rankers on a case, and compare each with the best baseline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kg.benchmark.metrics import (
    METRICS,
    Ranked,
    draws_of,
    interval,
    measure,
    measured,
    rank_list,
    ranks,
    weighted_levels,
)
from kg.benchmark.protocol import DRAWS, ENOUGH, LEVEL, SEED
from kg.benchmark.rankers import Ranker
from kg.benchmark.training import POSITIVE, Case

STRATA = ("all", "both-seen", "one-new", "both-new")

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Measure:
    """One metric of one ranker: its value, its interval, and the difference to the best baseline with its own.

    Numbers that were not computed are NaN.
    """

    value: float
    low: float = float("nan")
    high: float = float("nan")
    best: str = ""
    difference: float = float("nan")
    difference_low: float = float("nan")
    difference_high: float = float("nan")

    @property
    def gain(self) -> bool:
        """Whether the interval of the difference excludes zero, from above."""
        return self.difference_low > 0


@dataclass(frozen=True)
class Result:
    """What a ranker did in one stratum of a case.

    Parameters
    ----------
    ranks
        Of the positives, in the order of the matrix.
    measures
        Of `METRICS`; empty where there are too few positives.
    """

    ranker: Ranker
    stratum: str
    pairs: int
    positives: int
    ranks: tuple[float, ...] = field(repr=False)
    measures: Mapping[str, Measure]
    empty_draws: int = 0

    @property
    def prevalence(self) -> float:
        return self.positives / self.pairs if self.pairs else float("nan")


def strata(case: Case) -> NDArray[np.int8]:
    """n x m: how many of the two antigens had no arm on the day (0, 1, 2); of a side with one antigen, it is seen."""
    new = ~case.training.seen
    columns = new[case.training.columns][None, :]
    if columns.size == 1:
        columns = np.zeros_like(columns)
    return (new[case.training.rows][:, None].astype(np.int8) + columns).astype(np.int8)


def evaluate(
    case: Case,
    rankers: Sequence[Ranker],
    *,
    draws: int = DRAWS,
    enough: int = ENOUGH,
    tell: Tell | None = None,
) -> tuple[Result, ...]:
    """Results of every ranker in every stratum, in the order of the rankers.

    Parameters
    ----------
    draws
        Bootstrap draws of antigens; the same for all rankers.
    enough
        Positives below which no metric is computed.
    tell
        Told after each ranker: what, done, of.
    """
    new = strata(case)
    listed = case.listed
    positive = case.codes == POSITIVE
    parts = {name: listed if name == "all" else listed & (new == STRATA.index(name) - 1) for name in STRATA}
    weights = _weights(case, draws)
    lists: dict[str, dict[str, Ranked]] = {name: {} for name in STRATA}
    levels: dict[str, dict[str, Mapping[str, NDArray[np.float64]]]] = {name: {} for name in STRATA}
    for done, ranker in enumerate(rankers, start=1):
        scores = ranker(case.training)
        for name, part in parts.items():
            ranked = rank_list(scores, part, positive)
            if ranked.positive.sum() >= enough:
                levels[name][ranker.name] = measure(*weighted_levels(ranked, *weights))
            lists[name][ranker.name] = ranked
        if tell:
            tell(f"{case.training.family.name}, {case.training.day}", done, len(rankers))
    return tuple(
        _result(ranker, stratum, lists[stratum], levels[stratum], rankers) for ranker in rankers for stratum in STRATA
    )


def _weights(case: Case, draws: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    rng = np.random.default_rng(SEED)
    rows = draws_of(rng, case.training.shape[0], draws)
    return rows, rows if case.training.symmetric else draws_of(rng, case.training.shape[1], draws)


def _result(
    ranker: Ranker,
    stratum: str,
    lists: Mapping[str, Ranked],
    levels: Mapping[str, Mapping[str, NDArray[np.float64]]],
    rankers: Iterable[Ranker],
) -> Result:
    ranked = lists[ranker.name]
    count = int(ranked.positive.sum())
    own = levels.get(ranker.name)
    if own is None:
        return Result(ranker, stratum, len(ranked.level), count, tuple(ranks(ranked).tolist()), {})
    points = {one.name: measured(lists[one.name]) for one in rankers if one.kind == "baseline" and one.name in lists}
    points[ranker.name] = measured(ranked)
    measures = {}
    for metric in METRICS:
        others = [name for name in points if name != ranker.name]
        value, drawn = points[ranker.name][metric], own[metric]
        best = max(others, key=lambda name: (points[name][metric], name), default="")
        if best and ranker.kind != "baseline":
            against = levels[best][metric]
            measures[metric] = Measure(
                value,
                *interval(drawn, LEVEL),
                best,
                value - points[best][metric],
                *interval(drawn - against, LEVEL),
            )
        else:
            measures[metric] = Measure(value, *interval(drawn, LEVEL))
    empty = int(np.isnan(own["auroc"]).sum())
    return Result(ranker, stratum, len(ranked.level), count, tuple(ranks(ranked).tolist()), measures, empty)
