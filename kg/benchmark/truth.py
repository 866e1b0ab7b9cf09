"""The truth of the benchmark: which pairs were known by a day, and which came into the open after it.

A partial date is an interval. Known by D uses its last day, first disclosed after D its first; a pair whose interval
straddles D is in neither, and is taken out of the ranking.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from kg.benchmark.traces import Carrier, Pair, Trace, read_carriers, read_disclosures
from kg.expression.antigens import Universe
from kg.store import Opened

# What a pair is at a cut. Only the first is a positive, and only `later` stands among the negatives.
STATES = ("positive", "later", "known", "straddling", "undated", "hematologic")


@dataclass(frozen=True, slots=True)
class DatedPair:
    """A pair with all of its traces, earliest first.

    Parameters
    ----------
    solid
        Whether it is, or may be, against a solid tumor; a pair that only antibodies against hematologic tumors join
        is not what we look for.
    """

    pair: Pair
    traces: tuple[Trace, ...]
    solid: bool

    @property
    def first(self) -> Trace | None:
        """The earliest trace of any kind; None where none is dated."""
        return self.traces[0] if self.traces else None

    @property
    def clinic(self) -> Trace | None:
        """The first in the clinic with an accepted kind of date, or None."""
        return next((trace for trace in self.traces if trace.origin and trace.kind == "first-in-clinic"), None)

    def state(self, day: str, until: str) -> str:
        """One of `STATES` for a ranking that is made on `day` and judged on `until` (YYYY-MM-DD).

        - `known`: a trace is certainly not after the day.
        - `undated`: it has no trace that a program may be dated by, so that nobody can say when it began.
        - `positive`: all traces are after the day, and one is certainly not after `until`.
        - `later`: all traces are after `until`. On that day nobody could tell it from a pair that stays open.
        - `straddling`: a trace may lie on either side of one of the two days.
        - `hematologic`: not known, and not against a solid tumor.
        """
        if any(trace.latest <= day for trace in self.traces):
            return "known"
        if not self.solid:
            return "hematologic"
        if not any(trace.origin for trace in self.traces):
            return "undated"
        if self.traces[0].earliest <= day:
            return "straddling"
        if any(trace.latest <= until for trace in self.traces):
            return "positive"
        return "later" if self.traces[0].earliest > until else "straddling"


@dataclass(frozen=True)
class Truth:
    """All dated pairs and antibodies of a root, as of the day that its sources reach."""

    pairs: Mapping[Pair, DatedPair]
    carriers: Mapping[str, Carrier]
    as_of: str

    def states(self, day: str, until: str = "") -> dict[Pair, str]:
        """The state of every pair at a cut; `until` is the day that the sources reach, if it is empty."""
        return {pair: dated.state(day, until or self.as_of) for pair, dated in self.pairs.items()}

    @cached_property
    def carriers_of(self) -> dict[Pair, tuple[str, ...]]:
        """CURIEs of the antibodies and disclosures that join a pair."""
        found: dict[Pair, set[str]] = {
            pair: {trace.carrier for trace in dated.traces} for pair, dated in self.pairs.items()
        }
        for carrier in self.carriers.values():
            for pair in carrier.pairs:
                found[pair].add(carrier.curie)
        return {pair: tuple(sorted(own)) for pair, own in found.items()}


def read_truth(opened: Opened, unread: Opened, universe: Universe) -> Truth:
    """The truth of a root from its view of now, and the same view with what nobody has read.

    What nobody has read dates no program; but it is a mention, and so can make a pair known.
    """
    carriers = read_carriers(opened, unread, universe)
    traces: dict[Pair, set[Trace]] = {}
    solid: set[Pair] = set()
    for carrier in carriers.values():
        for pair in carrier.pairs:
            traces.setdefault(pair, set()).update(carrier.traces)
            if carrier.solid:
                solid.add(pair)
    for pair, disclosed in read_disclosures(opened, unread, universe).items():
        traces.setdefault(pair, set()).update(disclosed)
        solid.add(pair)
    pairs = {pair: DatedPair(pair, tuple(sorted(own)), pair in solid) for pair, own in sorted(traces.items())}
    return Truth(pairs, carriers, opened.as_of)
