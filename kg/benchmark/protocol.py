"""What is judged, and how: the numbers of `docs/benchmark-protocol.md`, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kg.errors import UsageError
from kg.pairs.families import DEFAULT, FAMILIES, Family, family_named


@dataclass(frozen=True, slots=True)
class Cut:
    """A day on which pairs are ranked, and the day on which the ranking is judged.

    Parameters
    ----------
    name
        What `--cut` takes.
    day
        Training sees the view as of this day, and nothing later.
    until
        Pairs disclosed after it are no positives; empty: the day that the sources reach.
    purpose
        `development` (features and weights are chosen here) or `test` (run once).
    """

    name: str
    day: str
    until: str
    purpose: str

    def window(self, as_of: str) -> str:
        """The cut in words, for tables."""
        return f"after {self.day}, to {self.until or as_of}"


# Development ends where the first test begins: who tunes on it has seen no pair that a test asks for.
CUTS: Mapping[str, Cut] = {
    cut.name: cut
    for cut in (
        Cut("development", "2016-12-31", "2019-12-31", "development"),
        Cut("2019", "2019-12-31", "", "test"),
        Cut("2021", "2021-12-31", "", "test"),
        Cut("wide", "2016-12-31", "", "test"),
    )
}

# Families that are judged. Where one antigen stands on a side, the list ranks the antigens of the other side.
JUDGED: Mapping[str, tuple[str, ...]] = {
    name: ("CD3E",) if name == "tumor-antigen-x-trigger" else ()
    for name in (
        DEFAULT,
        "tumor-antigen-x-trigger",
        "tumor-antigen-x-costimulation",
        "tumor-antigen-x-immune-checkpoint",
        "tumor-antigen-x-innate-checkpoint",
        "immune-x-immune",
    )
}

# Pairs whose rank is always told, each on the day before it was first disclosed.
NAMED: tuple[tuple[str, str], ...] = (
    ("EGFR", "MET"),
    ("ERBB2", "ERBB3"),
    ("CDH3", "MSLN"),
    ("EGFR", "ERBB3"),
    ("CLDN18", "TNFRSF9"),
    ("CD3E", "DLL3"),
)

ENOUGH = 30  # positives, below which no metric is computed
DEPTHS = (10, 50, 100)  # of hits
TOP = 0.02  # of the list, for the enrichment
DRAWS = 1000  # of antigens, for the intervals
LEVEL = 0.95
SEED = 20161231
# Family -> the ranker of ours for which a gain may be claimed, named before any test was run.
NAMED_RANKERS = {"tumor-antigen-x-tumor-antigen": "known-and-fit", "immune-x-immune": "learned"}
HISTORY = 4  # years before the day, on whose pairs learned rankers are trained
COPIES = 5  # of the permuted graph


def cut_named(name: str) -> Cut:
    """The cut of that name.

    Raises
    ------
    UsageError
        There is none.
    """
    if name not in CUTS:
        raise UsageError(f"no cut {name!r}", "--cut", f"one of: {', '.join(CUTS)}")
    return CUTS[name]


def judged_family(name: str) -> Family:
    """The family of that name, if it is judged.

    Raises
    ------
    UsageError
        It is not.
    """
    if name not in JUDGED:
        raise UsageError(f"family {name!r} is not judged", "--family", f"one of: {', '.join(JUDGED)}")
    return family_named(name)


__all__ = ["CUTS", "FAMILIES", "JUDGED", "NAMED", "Cut", "cut_named", "judged_family"]
