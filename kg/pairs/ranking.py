"""Ranking the pairs of a family for an intent, on one tumor, with openness and the stability of each rank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from kg.errors import NotFoundError, UsageError
from kg.expression import Expression
from kg.lookup import find
from kg.pairs.families import Family, Positions, candidates
from kg.pairs.known import Known, Pair, pair_of, read_known
from kg.pairs.levels import Levels, Numbers, mean_of, read_levels, scaled
from kg.pairs.openness import OPEN, Openness, openness
from kg.pairs.presence import presences
from kg.pairs.scores import Board, Single, read_single
from kg.query import Answer, records
from kg.store import Opened, Progress
from kg.terms import squeeze

DETECTED = 1.0  # TPM below which an antigen is not on the tumor: THRESHOLDS of kg.expression
# Pairs that the weights are shaken on: a pair beyond it could only come up by a change of many weights at once.
POOL = 4000
_FACTORS = (0.5, 2.0)
COLUMNS = ("rank", "pair", "tumor", "score", "known", "steady", "openness", "why")


@dataclass(frozen=True)
class Pairs:
    """What all rankings of a view read, opened once."""

    expression: Expression
    levels: Levels
    known: Known
    single: Single
    # The last board: all intents of a family on a tumor read the same one, and one is some hundred megabytes.
    last: dict[tuple[str, str, str], Board] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class RankedPair:
    """One pair of a ranking.

    Parameters
    ----------
    tumor
        Label of the tumor, or its CURIE where no column is its own.
    score, known
        Weighted mean of the features that are known, and the share of the weights that these have.
    best, worst
        The ranks that it takes when each weight in turn is halved or doubled.
    features
        Name -> value from 0 to 1; NaN where it is missing.
    """

    rank: int
    first: str
    second: str
    tumor: str
    score: float
    known: float
    best: int
    worst: int
    features: Mapping[str, float]
    openness: Openness

    @property
    def pair(self) -> Pair:
        return pair_of(self.first, self.second)


@dataclass(frozen=True, slots=True)
class Ranking:
    """A ranking: its pairs, what it ranked, and on which tumor columns it looked."""

    family: Family
    intent: str
    tumor: str
    columns: tuple[str, ...]
    ranked: int
    pairs: tuple[RankedPair, ...]

    def table(self) -> Answer:
        """Columns of `COLUMNS`, then the features; `known` is a share, `steady` the range of ranks."""
        names = tuple(self.pairs[0].features) if self.pairs else ()
        rows = [
            {
                "rank": one.rank,
                "pair": f"{one.first} x {one.second}",
                "tumor": one.tumor,
                "score": round(one.score, 4),
                "known": round(one.known, 3),
                "steady": f"{one.best}-{one.worst}",
                "openness": one.openness.value,
                "why": one.openness.why,
                **{name: None if np.isnan(value) else round(value, 3) for name, value in one.features.items()},
            }
            for one in self.pairs
        ]
        return records((*COLUMNS, *names), rows)


def read_pairs(opened: Opened, expression: Expression) -> Pairs:
    """What the rankings of a view read."""
    levels = read_levels(expression)
    known = read_known(opened)
    return Pairs(expression, levels, known, read_single(levels, known))


def tumor_named(opened: Opened, pairs: Pairs, name: str) -> str:
    """CURIE of a tumor by any name of the graph, or by the name or label of an expression column (COAD).

    Raises
    ------
    NotFoundError, AmbiguousError
        It stands for nothing, or for several.
    """
    try:
        return find(opened.store, name, ("tumor",)).curie
    except NotFoundError:
        for column in pairs.levels.tumors:
            if squeeze(name) in (squeeze(column.name), squeeze(column.label), squeeze(column.id)):
                return column.id
        raise


def make_board(pairs: Pairs, family: Family, tumor: str, partner: str = "") -> Board:
    """The board of a family on a tumor: antigens that are detected there; `partner` leaves one antigen on its side.

    Raises
    ------
    NotFoundError
        No tumor column is near; or no antigen is called like the partner.
    UsageError
        The partner stands on neither side of the family.
    """
    key = (family.name, tumor, partner)
    if key not in pairs.last:
        board = _made_board(pairs, family, tumor, partner)
        pairs.last.clear()
        pairs.last[key] = board
    return pairs.last[key]


def _made_board(pairs: Pairs, family: Family, tumor: str, partner: str) -> Board:
    levels = pairs.levels
    columns = levels.columns_of(tumor)
    rows, others = candidates(pairs.expression.universe, family)
    on_tumor_cells = family.rows == "tumor"
    level = mean_of(levels.tumor if on_tumor_cells else scaled(levels.bulk), columns)
    detected = np.nan_to_num(level) >= scaled(np.array([DETECTED], dtype=np.float32))[0]
    rows = rows[detected[rows]]
    if family.symmetric:
        others = others[detected[others]]
    if partner:
        rows, others = _with_partner(pairs, family, rows, others, partner)
    return Board(
        levels,
        pairs.single,
        pairs.known,
        rows,
        others,
        columns,
        on_tumor_cells,
        _together(pairs, family, rows, others, columns),
    )


def _together(
    pairs: Pairs, family: Family, rows: Positions, others: Positions, columns: tuple[int, ...]
) -> Numbers | None:
    """Overlap on single cells, else in samples; None where there are neither, or the antigens are on other cells."""
    if not (family.symmetric and family.rows == "tumor"):
        return None
    nearest = next(presences(pairs.expression, pairs.levels, columns), None)
    return None if nearest is None else nearest.overlap(rows, others)


def _with_partner(
    pairs: Pairs, family: Family, rows: Positions, others: Positions, partner: str
) -> tuple[Positions, Positions]:
    position = pairs.expression.universe.find(partner)
    symbol = pairs.levels.symbols[position]
    for side, known in ((family.columns, others), (family.rows, rows)):
        if position in known:
            only = np.array([position], dtype=np.intp)
            return (rows, only) if side == family.columns else (only, others)
    hint = "it is not detected there, or choose another --family"
    raise UsageError(f"{symbol} stands on no side of {family.name} on this tumor", "--with", hint)


def rank_pairs(
    pairs: Pairs,
    family: Family,
    intent: str,
    tumor: str,
    weights: Mapping[str, float],
    top: int = 20,
    partner: str = "",
    only_open: bool = False,
) -> Ranking:
    """The best pairs of a family for an intent on a tumor; ties by the names of the antigens.

    Parameters
    ----------
    tumor
        CURIE of the tumor.
    partner
        Name of an antigen that every pair must hold; "" for any, or the usual one of a family that has one.
    only_open
        Only pairs without a program that goes on or has ended in this tumor.

    Raises
    ------
    NotFoundError, UsageError
        As `make_board`.
    """
    partner = partner or family.partner
    board = make_board(pairs, family, tumor, partner)
    score, share = board.score(intent, weights)
    chosen = _pool(score, family.symmetric and not partner, POOL)
    symbols = pairs.levels.symbols
    named = [(symbols[board.rows[row]], symbols[board.columns[column]]) for row, column in chosen]
    ranked = int((~np.isnan(score)).sum()) // (2 if family.symmetric and not partner else 1)
    features = {
        name: np.array([values[row, column] for row, column in chosen], dtype=np.float32)
        for name, values in board.features(intent, weights)
    }
    best, worst = _shaken(features, weights)
    label = next((column.label for column in pairs.levels.tumors if column.id == tumor), tumor)
    made: list[RankedPair] = []
    for place, ((row, column), (first, second)) in enumerate(zip(chosen, named, strict=True)):
        if len(made) == top:
            break
        found = openness(pairs.known, pairs.levels, pair_of(first, second), tumor)
        if only_open and found.value not in OPEN:
            continue
        made.append(
            RankedPair(
                place + 1,
                first,
                second,
                label,
                float(score[row, column]),
                float(share[row, column]),
                int(best[place]),
                int(worst[place]),
                {name: float(values[place]) for name, values in features.items()},
                found,
            )
        )
    columns = tuple(pairs.levels.tumors[column].name for column in board.tumor)
    return Ranking(family, intent, tumor, columns, ranked, tuple(made))


def _pool(score: Numbers, unordered: bool, size: int) -> list[tuple[int, int]]:
    """(row, column) of the highest scores, highest first; equal ones in the order of rows and columns."""
    flat = score.copy()
    if unordered:
        flat[np.tril_indices(len(flat))] = np.nan
    flat = np.where(np.isnan(flat), -np.inf, flat).ravel()
    size = min(size, int(np.isfinite(flat).sum()))
    if not size:
        return []
    least = np.partition(flat, len(flat) - size)[len(flat) - size]
    places = np.flatnonzero(flat >= least)
    order = places[np.argsort(-flat[places], kind="stable")][:size]
    return [(int(place) // score.shape[1], int(place) % score.shape[1]) for place in order]


def _shaken(features: Mapping[str, Numbers], weights: Mapping[str, float]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Best and worst rank of each pair of the pool over all changes of one weight."""
    names = list(features)
    values = np.stack([features[name] for name in names])
    known = ~np.isnan(values)
    filled = np.nan_to_num(values)
    ranks = []
    for changed, factor in ((None, 1.0), *((name, factor) for name in names for factor in _FACTORS)):
        own = np.array([weights[name] * (factor if name == changed else 1) for name in names], dtype=np.float32)
        score = (own @ filled) / (own @ known)
        rank = np.empty(values.shape[1], dtype=np.intp)
        rank[np.argsort(-score, kind="stable")] = np.arange(1, values.shape[1] + 1)
        ranks.append(rank)
    return np.min(ranks, axis=0), np.max(ranks, axis=0)


def rank_everywhere(
    pairs: Pairs,
    family: Family,
    intent: str,
    weights: Mapping[str, float],
    top: int = 20,
    partner: str = "",
    only_open: bool = False,
    progress: Progress | None = None,
) -> Ranking:
    """The best pairs over all tumors that have a column of their own: each once, where it scores best.

    `tumor` and `columns` of the answer are empty; each pair names its own. Ranks are those among all pairs of all
    tumors that reach the lists of `top`.

    Raises
    ------
    NotFoundError, UsageError
        As `rank_pairs`; a tumor on which the partner is not detected is passed over.
    """
    tumors = tumors_with_levels(pairs.levels)
    best: dict[Pair, RankedPair] = {}
    ranked = 0
    failed: UsageError | None = None
    for done, tumor in enumerate(tumors):
        if progress:
            progress("ranking", done, len(tumors))
        try:
            found = rank_pairs(pairs, family, intent, tumor, weights, top, partner, only_open)
        except UsageError as error:
            failed = error
            continue
        ranked += found.ranked
        for one in found.pairs:
            if one.pair not in best or one.score > best[one.pair].score:
                best[one.pair] = one
    if progress:
        progress("ranking", len(tumors), len(tumors))
    if failed and not ranked:
        raise failed
    order = sorted(best.values(), key=lambda one: (-one.score, one.first, one.second))[:top]
    chosen = tuple(replace(one, rank=place) for place, one in enumerate(order, start=1))
    return Ranking(family, intent, "", (), ranked, chosen)


def tumors_with_levels(levels: Levels) -> list[str]:
    """CURIEs of the tumors that have a column of their own, in the order of their labels."""
    return [id_ for _, id_ in sorted({(column.label, column.id) for column in levels.tumors})]
