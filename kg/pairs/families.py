"""Families of pairs: which antigens may stand on either side. They are ranked apart, never in one list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kg.errors import UsageError
from kg.expression.antigens import Antigen, Universe

Positions = NDArray[np.intp]

# A bulk figure of one of these tells of other cells, and a drug against it is another kind of drug.
_NOT_ON_TUMOR_CELLS = frozenset({"effector", "costimulation", "checkpoint", "stroma", "infiltrate", "ligand"})
_INNATE = frozenset({"CD47", "SIRPA"})


@dataclass(frozen=True, slots=True)
class Family:
    """A family of pairs.

    Parameters
    ----------
    name
        What `--family` takes.
    notation
        The notation of `bsab:PairFamily` that pairs of the graph have.
    rows, columns
        Class of the antigens on either side: `tumor`, `stroma`, `trigger`, `costimulation`, `immune-checkpoint`,
        `innate-checkpoint`, `immune` (the last four but `trigger` in one). Equal classes: unordered pairs.
    """

    name: str
    notation: str
    rows: str
    columns: str
    intents: tuple[str, ...]
    partner: str = ""

    @property
    def symmetric(self) -> bool:
        return self.rows == self.columns


DEFAULT = "tumor-antigen-x-tumor-antigen"
_ENGAGER = ("engager",)
FAMILIES: Mapping[str, Family] = {
    family.name: family
    for family in (
        Family(DEFAULT, DEFAULT, "tumor", "tumor", ("and-gate", "or-coverage", "dual-blockade", "bispecific-adc")),
        Family("tumor-antigen-x-trigger", "tumor-antigen-x-trigger", "tumor", "trigger", _ENGAGER, "CD3E"),
        Family(
            "tumor-antigen-x-costimulation",
            "tumor-antigen-x-costimulation",
            "tumor",
            "costimulation",
            _ENGAGER,
            "TNFRSF9",
        ),
        Family(
            "tumor-antigen-x-immune-checkpoint",
            "tumor-antigen-x-immune-checkpoint",
            "tumor",
            "immune-checkpoint",
            _ENGAGER,
            "CD274",
        ),
        Family(
            "tumor-antigen-x-innate-checkpoint",
            "tumor-antigen-x-innate-checkpoint",
            "tumor",
            "innate-checkpoint",
            _ENGAGER,
            "CD47",
        ),
        Family("stroma-x-trigger", "tumor-antigen-x-trigger", "stroma", "trigger", _ENGAGER, "CD3E"),
        Family(
            "stroma-x-costimulation", "tumor-antigen-x-costimulation", "stroma", "costimulation", _ENGAGER, "TNFRSF9"
        ),
        Family("immune-x-immune", "immune-x-immune", "immune", "immune", ("immune-modulation",)),
    )
}


def family_named(name: str) -> Family:
    """The family of that name.

    Raises
    ------
    UsageError
        There is none.
    """
    if name not in FAMILIES:
        raise UsageError(f"no family {name!r} is ranked", "--family", f"one of: {', '.join(FAMILIES)}")
    return FAMILIES[name]


def intent_of(family: Family, name: str | None) -> str:
    """The intent of that name, or the family's first.

    Raises
    ------
    UsageError
        The family has no such intent.
    """
    if name is None:
        return family.intents[0]
    if name not in family.intents:
        raise UsageError(f"{family.name} has no intent {name!r}", "--intent", f"one of: {', '.join(family.intents)}")
    return name


def classes(antigen: Antigen) -> frozenset[str]:
    """The sides of a pair on which an antigen may stand.

    Examples
    --------
    >>> from kg.expression import open_expression
    >>> universe = open_expression().universe
    >>> [sorted(classes(universe.antigens[universe.find(name)])) for name in ("HER2", "CD3", "B7-H3", "FAP")]
    [['tumor'], ['immune', 'trigger'], ['immune', 'immune-checkpoint', 'tumor'], ['stroma']]
    """
    roles = set(antigen.roles)
    found = set()
    if "tumor" in roles or ("surface" in roles and not roles & _NOT_ON_TUMOR_CELLS):
        found.add("tumor")
    if "stroma" in roles and "surface" in roles:
        found.add("stroma")
    if "effector" in roles:
        found.add("trigger")
    if "costimulation" in roles:
        found.add("costimulation")
    if "checkpoint" in roles:
        found.add("innate-checkpoint" if antigen.symbol in _INNATE else "immune-checkpoint")
    if found & {"trigger", "costimulation", "immune-checkpoint", "innate-checkpoint"}:
        found.add("immune")
    return frozenset(found)


def candidates(universe: Universe, family: Family) -> tuple[Positions, Positions]:
    """Positions in the universe of the antigens on either side of a family, ascending."""
    sides = [classes(antigen) for antigen in universe.antigens]
    rows, columns = (
        np.array([position for position, side in enumerate(sides) if wanted in side], dtype=np.intp)
        for wanted in (family.rows, family.columns)
    )
    return rows, columns
