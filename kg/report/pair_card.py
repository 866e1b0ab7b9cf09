"""What a page tells of one pair of antigens: a seam between the report and whatever ranks pairs."""

from __future__ import annotations

from dataclasses import dataclass

from kg.views.shapes import Cell


@dataclass(frozen=True, slots=True)
class Feature:
    """One reason for or against a pair; `evidence` is a cell that leads to its source."""

    name: str
    value: str
    for_it: bool | None
    evidence: Cell = ""


@dataclass(frozen=True, slots=True)
class PairCard:
    """A pair of antigens in a tumor for an intent, as it is told to people.

    Parameters
    ----------
    antigens
        Two CURIEs, or HGNC symbols where a ranking names them.
    tumor, intent
        "" where the card is about any.
    score, rank
        None where nothing ranks the pair.
    openness
        One of `none found`, `preclinical or patent only`, `in the clinic elsewhere`, `stopped`, `active`.
    searched
        What was searched before a pair was called open.
    levels
        Label of a tissue or tumor -> level of the first and the second antigen, for plots.
    plotted
        Whether it is one of the few cards that a plotting library draws, where it is installed.
    steady
        The ranks that it takes when weights change.
    """

    antigens: tuple[str, str]
    tumor: str = ""
    intent: str = ""
    family: str = ""
    score: float | None = None
    rank: int | None = None
    openness: str = ""
    searched: str = ""
    features: tuple[Feature, ...] = ()
    refuted_by: str = ""
    nearest: str = ""
    levels: tuple[tuple[str, float | None, float | None], ...] = ()
    plotted: bool = False
    steady: str = ""
