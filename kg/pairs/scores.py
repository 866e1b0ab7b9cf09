"""Scores of pairs for an intent: features between 0 and 1, higher is better, and their weighted mean.

What is missing is NaN: it takes no part in the mean, and the share of the weights that do is told beside the score.
A pair without a level on the tumor, or without any vital place known, has no score.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kg.pairs.families import Positions
from kg.pairs.kernels import Normal, Ranking, score_matrix
from kg.pairs.known import Known
from kg.pairs.levels import Levels, Numbers, mean_of, scaled

INTENTS: Mapping[str, str] = {
    "and-gate": "kill or engage only cells that carry both",
    "or-coverage": "reach cells that carry either, so that losing one is no escape",
    "dual-blockade": "shut off two signals that the tumor depends on",
    "bispecific-adc": "bring a payload into cells through both",
    "engager": "bring an effector cell, a costimulus or a checkpoint to one antigen: the other arm is constant",
    "immune-modulation": "act on two receptors of the immune cells in the tumor",
}
Mask = NDArray[np.bool_]

_TILE = 64  # rows at once: a tile stays in the cache of the processor
NEEDED = ("level", "window")
_RUNGS = {"": 0.2, "preclinical": 0.2, "phase-1": 0.4, "phase-1-2": 0.5, "phase-2": 0.6, "phase-2-3": 0.7}
_LATE, _APPROVED, _FAILED = 0.8, 1.0, 0.2
_GONE = frozenset({"failed", "stopped", "withdrawn"})


@dataclass(frozen=True)
class Single:
    """What is known of each antigen of the universe alone, 0 to 1, NaN where nothing is known.

    Parameters
    ----------
    precedent, conjugate
        How far any drug, or an antibody-drug conjugate, got: 0 where none is known, 1 where one is approved.
    uptake
        1 where internalization is sourced, else NaN.
    dependence
        1 where an antibody of the view blocks its signal, or escape from blocking it was seen, else 0.
    loss
        1 where an antigen-specific escape is documented, else 0.
    """

    precedent: Numbers
    conjugate: Numbers
    uptake: Numbers
    dependence: Numbers
    loss: Numbers


def read_single(levels: Levels, known: Known) -> Single:
    """The antigens' own features from what the view knows."""
    at = {symbol: position for position, symbol in enumerate(levels.symbols)}
    size = len(at)
    precedent, conjugate, dependence, loss = (np.zeros(size, dtype=np.float32) for _ in range(4))
    uptake = np.full(size, np.nan, dtype=np.float32)
    for antigen, programs in known.by_antigen.items():
        if antigen in at:
            reached = max((_rung(program.phase) for program in programs if program.solid), default=0.0)
            precedent[at[antigen]] = max(precedent[at[antigen]], reached)
    for antigen, rows in known.precedents.items():
        if antigen not in at:
            continue
        place = at[antigen]
        for row in rows:
            value = _outcome(str(row["outcome"]), str(row["phase"] or ""))
            precedent[place] = max(precedent[place], value)
            if row["agent_class"] == "adc":
                conjugate[place] = max(conjugate[place], value)
    for antigen in known.uptake:
        if antigen in at:
            uptake[at[antigen]] = 1
    for antigen in known.blocked & at.keys():
        dependence[at[antigen]] = 1
    for antigen, rows in known.escapes.items():
        links: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            links[str(row["escape"])].add(str(row["link"]))
            if antigen in at and row["scope"] == "antigen-specific":
                loss[at[antigen]] = 1
        for row in rows:
            if links[str(row["escape"])] == {"block"}:  # an escape from blocking, and from nothing else
                for needed in (antigen, str(row["through"])):
                    if needed in at:
                        dependence[at[needed]] = 1
    return Single(precedent, conjugate, uptake, dependence, loss)


def _rung(phase: str) -> float:
    return _APPROVED if phase == "approved" else _RUNGS.get(phase, _LATE)


def _outcome(outcome: str, phase: str) -> float:
    if outcome == "approved":
        return _APPROVED
    return _FAILED if outcome in _GONE else _rung(phase)


@dataclass(frozen=True)
class Board:
    """The pairs of some rows and columns of the universe on one tumor, and their features.

    Parameters
    ----------
    rows, columns
        Positions in the universe. Where they are the same, each unordered pair stands twice, and a pair of an antigen
        with itself has no score.
    tumor
        Columns of `levels.tumor` that tell of the tumor; the mean of those known counts.
    """

    levels: Levels
    single: Single
    known: Known
    rows: Positions
    columns: Positions
    tumor: tuple[int, ...]
    on_tumor_cells: bool = True
    together: Numbers | None = None

    def _two(self, values: Numbers) -> tuple[Numbers, Numbers]:
        return values[self.rows][:, None], values[self.columns][None, :]

    @cached_property
    def level(self) -> Numbers:
        """Level of each antigen of the universe on the tumor; in the whole biopsy where it is sought on other cells."""
        return mean_of(self.levels.tumor if self.on_tumor_cells else scaled(self.levels.bulk), self.tumor)

    @cached_property
    def stained(self) -> Numbers:
        return mean_of(self.levels.stained, self.tumor)

    @cached_property
    def lower(self) -> Numbers:
        return np.minimum(*self._two(self.level))

    @cached_property
    def danger_of_both(self) -> Numbers:
        """The level of the lower one in the vital place where that is highest."""
        normal = self.levels.normal
        if np.array_equal(self.rows, self.columns):
            return worst_of_all(normal[self.rows])
        return worst_of_both(normal[self.rows], normal[self.columns])

    @cached_property
    def danger_of_either(self) -> Numbers:
        return np.maximum(*self._two(self.levels.worst))

    def features(self, intent: str, wanted: Mapping[str, float]) -> Iterator[tuple[str, Numbers]]:
        """The features of an intent that have a weight: name, rows x columns."""
        for name, weight in wanted.items():
            if weight:
                values = np.broadcast_to(self._feature(intent, name), (len(self.rows), len(self.columns)))
                yield name, values

    def _feature(self, intent: str, name: str) -> Numbers:
        engager = intent == "engager"
        either = intent == "or-coverage"
        if name == "level":
            return np.minimum(self.level[self.rows][:, None] if engager else self.lower, np.float32(1))
        if name == "window":
            return self._window(intent)
        if name == "cover":
            first, second = self._two(np.minimum(self.level, np.float32(1)))
            return np.float32(1) - (np.float32(1) - first) * (np.float32(1) - second)
        if name == "gain":
            return np.maximum(np.minimum(*self._two(self.levels.worst)) - self.danger_of_both, np.float32(0))
        if name in ("staining", "complement"):
            first, second = self._two(self.stained)
            if engager:
                return first
            if not either:
                return np.minimum(first, second)
            union = np.float32(1) - (np.float32(1) - first) * (np.float32(1) - second)
            return union if name == "staining" else union - np.maximum(first, second)
        if name == "together":
            shape = (len(self.rows), len(self.columns))
            return self.together if self.together is not None else np.full(shape, np.nan, dtype=np.float32)
        if name == "confined":
            return self._confined(intent)
        if name == "bypass":
            return self._bypass()
        if name in ("surface", "agreement"):
            first, second = self._two(self.levels.surface if name == "surface" else self.levels.agreement)
            return first if engager else np.minimum(first, second)
        first, second = self._two(getattr(self.single, name))
        if engager:
            return first
        if name == "loss":
            return np.maximum(first, second)
        if name == "uptake":  # one of two is half of it, and nothing known is nothing known
            return np.where(
                np.isnan(first) & np.isnan(second), np.nan, _filled(first) / 2 + _filled(second) / 2
            ).astype(np.float32)
        return (first + second) / np.float32(2)

    def _window(self, intent: str) -> Numbers:
        """A half where the tumor has as much as the worst vital place; 0 and 1 where 32 times less and more."""
        alone = self.level - self.levels.worst
        if intent == "engager":
            over = alone[self.rows][:, None]
        elif intent == "and-gate":
            over = self.lower - self.danger_of_both
        elif intent == "or-coverage":
            over = np.minimum(*self._two(alone))
        elif intent == "bispecific-adc":
            over = self.lower - (self.danger_of_both + self.danger_of_either) / np.float32(2)
        else:
            over = self.lower - self.danger_of_either
        window: Numbers = np.clip(np.float32(0.5) + over, np.float32(0), np.float32(1))
        return window

    def _confined(self, intent: str) -> Numbers:
        """Share of the vital places that carry neither what is attacked: both for a gate, either for the others."""
        first, second = self.levels.carries[self.rows], self.levels.carries[self.columns]
        places = np.float32(first.shape[1])
        if intent == "engager":
            carried = first.sum(axis=1)[:, None]
        else:
            carried = first @ second.T
            if intent != "and-gate":
                carried = first.sum(axis=1)[:, None] + second.sum(axis=1)[None, :] - carried
        confined: Numbers = np.float32(1) - carried / places
        return confined

    def _bypass(self) -> Numbers:
        found = np.zeros((len(self.rows), len(self.columns)), dtype=np.float32)
        at_row = {self.levels.symbols[position]: at for at, position in enumerate(self.rows)}
        at_column = {self.levels.symbols[position]: at for at, position in enumerate(self.columns)}
        for antigen, escapes in self.known.escapes.items():
            for row in escapes:
                other = str(row["through"])
                for one, two in ((antigen, other), (other, antigen)):
                    if one in at_row and two in at_column and one != two:
                        found[at_row[one], at_column[two]] = 1
        return found

    def added(self, intent: str, weights: Mapping[str, float]) -> tuple[Numbers, Numbers, Mask]:
        """Weighted sum of the features that are known, their weights, and where a needed one is not: rows x columns."""
        total = np.zeros((len(self.rows), len(self.columns)), dtype=np.float32)
        share = np.zeros_like(total)
        out = np.zeros(total.shape, dtype=bool)
        for name, values in self.features(intent, weights):
            missing = np.isnan(values)
            weight = np.float32(weights[name])
            if not missing.any():
                total += weight * values
                share += weight
                continue
            total += np.where(missing, np.float32(0), weight * values)
            share += np.where(missing, np.float32(0), weight)
            if name in NEEDED:
                out |= missing
        return total, share, out

    def score(self, intent: str, weights: Mapping[str, float]) -> tuple[Numbers, Numbers]:
        """Score and share of the weights that are known, rows x columns.

        An antigen with itself, and what has no level or window, is NaN.
        """
        total, share, out = self.added(intent, weights)
        out |= self.rows[:, None] == self.columns[None, :]
        with np.errstate(invalid="ignore", divide="ignore"):
            score = total / share
        score[out] = np.nan
        return score, share / np.float32(sum(weights.values()))


def _filled(values: Numbers) -> Numbers:
    return np.nan_to_num(values, nan=0.0)


def worst_of_all(levels: Numbers) -> Numbers:
    """`worst_of_both` of all pairs of n antigens, n x n, by the kernel of all pairs; the diagonal is NaN."""
    nowhere = np.zeros((len(levels), 1), dtype=np.float32)
    worst: Numbers = -score_matrix(Ranking(nowhere, "and", (Normal(levels, "and"),)), 0)
    return worst


def worst_of_both(first: Numbers, second: Numbers) -> Numbers:
    """Over places, the highest of the lower level of two: n x places and m x places give n x m.

    A place where either is missing takes no part; NaN where none is left.
    """
    worst = np.full((len(first), len(second)), -1, dtype=np.float32)
    one, two = (np.ascontiguousarray(np.where(np.isnan(side), np.float32(-1), side).T) for side in (first, second))
    for start in range(0, len(first), _TILE):
        tile = worst[start : start + _TILE]
        level = np.empty_like(tile)
        for left, right in zip(one, two, strict=True):
            np.minimum(left[start : start + _TILE, None], right[None, :], out=level)
            np.maximum(tile, level, out=tile)
    worst[worst < 0] = np.nan
    return worst
