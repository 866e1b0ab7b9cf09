"""What a ranker may see: the pairs and antibodies known by a day, the view as of that day, and expression."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from kg.benchmark.traces import Pair
from kg.benchmark.truth import Truth
from kg.expression import Expression
from kg.expression.antigens import Antigen, Universe
from kg.pairs.families import Family, candidates
from kg.store import Opened

Positions = NDArray[np.intp]
Scores = NDArray[np.float32]
Codes = NDArray[np.int8]

OPEN, POSITIVE, KNOWN, EXCLUDED, NONE = 0, 1, 2, 3, 4
_CODES = {
    "positive": POSITIVE,
    "later": OPEN,
    "known": KNOWN,
    "straddling": EXCLUDED,
    "undated": EXCLUDED,
    "hematologic": EXCLUDED,
}


@dataclass(frozen=True)
class Training:
    """All that a ranker is given. Nothing in it is dated after `day`, save what is undated and named so.

    Parameters
    ----------
    family
        The family that is ranked.
    day
        As-of day, YYYY-MM-DD.
    universe
        All antigens; positions below are positions in it. Its surface votes and roles are undated; the role `named` is
        not in it, since it tells which antigens somebody has drugged since.
    rows, columns
        Positions of the candidates on either side (n and m of them); equal where the family is symmetric.
    known
        n x m: pairs of this family that were known by the day.
    partners
        All x all antigens, symmetric, 1 where a pair of any family was known by the day.
    antibodies
        For each antigen, how many antibodies with an arm on it were known by the day.
    view
        The store as of the day: facts of the graph that were known then.
    expression
        The dense numbers. Undated: most are of later years than the day.
    earlier
        The same family as of some years before, with the same candidates: what a ranker may learn from is which pairs
        became known between the two days. None, where there is no such day.
    """

    family: Family
    day: str
    universe: Universe = field(repr=False)
    rows: Positions = field(repr=False)
    columns: Positions = field(repr=False)
    known: NDArray[np.bool_] = field(repr=False)
    partners: sparse.csr_array = field(repr=False)
    antibodies: NDArray[np.int64] = field(repr=False)
    view: Opened = field(repr=False)
    expression: Expression = field(repr=False)
    earlier: Training | None = field(default=None, repr=False)

    @property
    def symmetric(self) -> bool:
        return self.family.symmetric

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.rows), len(self.columns)

    @property
    def degrees(self) -> NDArray[np.int64]:
        """For each antigen of the universe, with how many others it was joined by the day."""
        return np.asarray(self.partners.sum(axis=1), dtype=np.int64).ravel()

    @property
    def seen(self) -> NDArray[np.bool_]:
        """For each antigen of the universe, whether an arm against it was known by the day."""
        return (self.degrees > 0) | (self.antibodies > 0)

    def with_partners(self, partners: sparse.csr_array) -> Training:
        """The same with another graph of pairs, such as a permuted one."""
        known = np.asarray(partners[self.rows][:, self.columns].toarray(), dtype=bool)
        return replace(self, partners=partners, known=known)


@dataclass(frozen=True)
class Case:
    """A training set and its answers, which no ranker sees.

    Parameters
    ----------
    codes
        n x m: OPEN, POSITIVE, KNOWN, EXCLUDED (nobody can tell on which side of the cut it belongs) or NONE (no pair:
        an antigen with itself, or a pair that stands elsewhere in the matrix).
    """

    training: Training
    codes: Codes = field(repr=False)
    until: str = ""

    @property
    def listed(self) -> NDArray[np.bool_]:
        """n x m: what is ranked."""
        return self.codes <= POSITIVE

    def place(self, pair: Pair) -> tuple[int, int] | None:
        """Row and column of a pair, or None where it is no candidate."""
        return _place(pair, self.training, _positions(self.training.rows), _positions(self.training.columns))


def _positions(side: Positions) -> dict[int, int]:
    return {int(position): index for index, position in enumerate(side)}


def _place(pair: Pair, training: Training, rows: dict[int, int], columns: dict[int, int]) -> tuple[int, int] | None:
    where = training.universe.by_symbol
    if pair[0] not in where or pair[1] not in where:
        return None
    a, b = sorted(where[symbol] for symbol in pair)
    for first, second in ((a, b), (b, a)):
        if first in rows and second in columns:
            return rows[first], columns[second]
    return None


def make_case(
    family: Family, day: str, until: str, truth: Truth, view: Opened, expression: Expression, only: Collection[str] = ()
) -> Case:
    """The training set of a family as of a day, and its answers.

    Parameters
    ----------
    until
        Judged on this day; the day that the sources reach, if it is empty.
    view
        The store as of `day`.
    only
        Symbols that may stand in the columns; any, if empty.
    """
    universe = _without_names(expression.universe)
    expression = replace(expression, universe=universe)
    rows, columns = candidates(universe, family)
    if only:
        columns = np.array([position for position in columns if universe.symbols[position] in only], dtype=np.intp)
    states = truth.states(day, until)
    size = len(universe.symbols)
    where = universe.by_symbol
    edges = [(where[a], where[b]) for (a, b), state in states.items() if state == "known" and a in where and b in where]
    ends = np.array([*edges, *((b, a) for a, b in edges)], dtype=np.intp).reshape(-1, 2)
    partners = sparse.csr_array((np.ones(len(ends), dtype=np.float64), (ends[:, 0], ends[:, 1])), shape=(size, size))
    antibodies = np.zeros(size, dtype=np.int64)
    for carrier in truth.carriers.values():
        if carrier.known_by(day):
            for symbol in carrier.antigens & where.keys():
                antibodies[where[symbol]] += 1
    training = Training(
        family,
        day,
        universe,
        rows,
        columns,
        np.zeros((len(rows), len(columns)), dtype=bool),
        partners,
        antibodies,
        view,
        expression,
    )
    codes = _codes(training, states)
    return Case(replace(training, known=_mirrored(codes == KNOWN, training)), codes, until or truth.as_of)


def _without_names(universe: Universe) -> Universe:
    def without(antigen: Antigen) -> Antigen:
        return replace(antigen, roles=tuple(role for role in antigen.roles if role != "named"))

    return Universe(tuple(map(without, universe.antigens)), universe.common)


def _codes(training: Training, states: dict[Pair, str]) -> Codes:
    codes = np.zeros(training.shape, dtype=np.int8)
    codes[training.rows[:, None] == training.columns[None, :]] = NONE
    if training.symmetric:
        codes[np.tril_indices(len(training.rows))] = NONE
    else:  # an antigen of both classes: its pairs stand once
        both = np.intersect1d(training.rows, training.columns)
        i, j = (np.flatnonzero(np.isin(side, both)) for side in (training.rows, training.columns))
        twice = training.rows[i][:, None] > training.columns[j][None, :]
        codes[np.ix_(i, j)] = np.where(twice, NONE, codes[np.ix_(i, j)])
    rows, columns = _positions(training.rows), _positions(training.columns)
    for pair, state in states.items():
        place = _place(pair, training, rows, columns)
        if place is not None:
            codes[place] = _CODES[state]
    return codes


def _mirrored(known: NDArray[np.bool_], training: Training) -> NDArray[np.bool_]:
    return known | known.T if training.symmetric else known
