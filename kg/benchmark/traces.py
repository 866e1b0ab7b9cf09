"""Public traces of antigen pairs in the graph: who joined two antigens, from which day to which, and where it stands.

A trace is either the origin of a program (first in the clinic; a disclosure such as a patent, a poster or a paper) or
a mention: any other dated event or evidence line that names an antibody with these arms. A mention proves that the
pair was known by then, and cannot tell since when.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations

from kg.expression.antigens import Universe
from kg.query import select
from kg.store import Opened

Pair = tuple[str, str]  # HGNC symbols, or CURIEs of antigens beyond the universe; sorted

# Kinds of a date that say when something began; a bound, a report or an announcement does not.
ACCEPTED = frozenset({"study-start", "first-dose", "first-enrollment", "first-posted", "nct-interpolation"})
PROPOSAL = "proposal"  # a pair that somebody computed or recommended, and nobody is known to have made
SOLID = frozenset({"solid", "both"})


@dataclass(frozen=True, slots=True, order=True)
class Trace:
    """One dated public trace of a pair.

    Parameters
    ----------
    earliest, latest
        First and last day (YYYY-MM-DD) that its date can mean.
    kind
        `first-in-clinic`, the kind of a disclosure (`patent`, `poster` ...), `event` or `evidence`.
    carrier
        CURIE of the antibody or the disclosure.
    origin
        Whether a program may be dated by it.
    """

    earliest: str
    latest: str
    kind: str
    carrier: str
    origin: bool


@dataclass(frozen=True, slots=True)
class Carrier:
    """An antibody as the truth sees it: its antigens, its pairs, whether it is for solid tumors, and its traces."""

    curie: str
    antigens: frozenset[str]
    pairs: frozenset[Pair]
    solid: bool
    traces: tuple[Trace, ...]

    def known_by(self, day: str) -> bool:
        """Whether it certainly was public by a day."""
        return any(trace.latest <= day for trace in self.traces)


def pair_of(a: str, b: str) -> Pair:
    """The two ends in their order."""
    return (a, b) if a < b else (b, a)


def symbols_of(universe: Universe) -> dict[str, str]:
    """CURIE of an antigen of the graph -> its HGNC symbol."""
    return {f"UniProt:{antigen.uniprot}": antigen.symbol for antigen in universe.antigens if antigen.uniprot}


_PAIRS = """SELECT ?ab ?a ?b WHERE { ?ab bsab:hasPair ?pair . ?pair bsab:hasMember ?a, ?b FILTER(STR(?a) < STR(?b)) }"""
_ARMS = """SELECT ?ab ?a WHERE { ?ab bsab:hasArm ?arm . ?arm bsab:binds ?a }"""
_SCOPES = """SELECT ?ab ?scope WHERE { ?ab bsab:scope/skos:notation ?scope }"""
_EVENTS = """SELECT ?ab ?kind ?date_kind ?first ?last WHERE {
  ?ab bsab:hasEvent ?event . ?event bsab:eventKind/skos:notation ?kind ; bsab:onEarliest ?first ; bsab:onLatest ?last .
  OPTIONAL { ?event bsab:dateKind/skos:notation ?date_kind } }"""
_PARTS = """SELECT ?ab ?part WHERE { VALUES ?has { bsab:hasArm bsab:hasEvent bsab:hasResult } ?ab ?has ?part }"""
# What was observed under an antibody names it. A counter-measure does not: its evidence is that of the escape, and the
# antibody was put to it later.
_NODES = """SELECT ?ab ?part WHERE { ?part bsab:observedUnder ?ab . ?ab a bsab:Antibody }"""
_NAMED = """SELECT ?thing ?claim WHERE { ?claim a bsab:Claim ; rdf:predicate ?of ; ?role ?thing
  FILTER(ISIRI(?thing) && ?of != bsab:counterAntibody) }"""
_LINES = """SELECT ?claim ?first ?last WHERE {
  ?line bsab:evidenceFor ?claim ; bsab:dateEarliest ?first ; bsab:dateLatest ?last }"""
_DISCLOSURES = """SELECT ?node ?kind ?first ?last ?antigen WHERE {
  ?node a bsab:Disclosure ; bsab:joins ?antigen ; bsab:onEarliest ?first ; bsab:onLatest ?last .
  OPTIONAL { ?node bsab:traceKind/skos:notation ?kind } }"""


def _rows(opened: Opened, text: str) -> Iterator[dict[str, str]]:
    for row in select(opened.store, text).rows:
        yield {name: str(value) for name, value in row.items() if value is not None}


def _traces_of_antibodies(opened: Opened) -> dict[str, list[Trace]]:
    """Antibody -> every date of an event of it, or of a line of evidence whose claim names it or a part of it."""
    found: dict[str, list[Trace]] = defaultdict(list)
    owners: dict[str, set[str]] = defaultdict(set)
    for row in _rows(opened, _EVENTS):
        kind, date_kind = row["kind"], row.get("date_kind", "")
        if date_kind == "lower-bound":  # it began then or later, which is no trace
            continue
        began = kind == "first-in-clinic" and date_kind in ACCEPTED
        name = kind if kind == "first-in-clinic" else "event"
        found[row["ab"]].append(Trace(row["first"], row["last"], name, row["ab"], began))
    for row in (*_rows(opened, _PARTS), *_rows(opened, _NODES)):
        owners[row["part"]].add(row["ab"])
        owners[row["ab"]].add(row["ab"])
    dates: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in _rows(opened, _LINES):
        dates[row["claim"]].append((row["first"], row["last"]))
    for row in _rows(opened, _NAMED):
        for antibody in owners.get(row["thing"], ()):
            found[antibody] += [
                Trace(first, last, "evidence", antibody, False) for first, last in dates.get(row["claim"], ())
            ]
    return found


def read_carriers(opened: Opened, unread: Opened, universe: Universe) -> dict[str, Carrier]:
    """The antibodies of a view by CURIE, each with all of its dated traces, read or not.

    Parameters
    ----------
    opened
        The view of now: its arms and pairs count, and only what stands in it can be an origin.
    unread
        The same with what nobody has read: an unread line may make an antibody older, never younger.
    """
    symbol = symbols_of(universe)
    antigens: dict[str, set[str]] = defaultdict(set)
    pairs: dict[str, set[Pair]] = defaultdict(set)
    for row in _rows(opened, _ARMS):
        antigens[row["ab"]].add(symbol.get(row["a"], row["a"]))
    for row in _rows(opened, _PAIRS):
        pairs[row["ab"]].add(pair_of(*(symbol.get(row[end], row[end]) for end in ("a", "b"))))
    scopes = {row["ab"]: row["scope"] for row in _rows(opened, _SCOPES)}
    read = {trace for traces in _traces_of_antibodies(opened).values() for trace in traces if trace.origin}
    traces = _traces_of_antibodies(unread)
    carriers = {}
    for antibody, own in sorted(antigens.items()):
        dated = {trace if trace in read else replace(trace, origin=False) for trace in traces[antibody]}
        solid = scopes.get(antibody, "") in SOLID
        carriers[antibody] = Carrier(antibody, frozenset(own), frozenset(pairs[antibody]), solid, tuple(sorted(dated)))
    return carriers


def read_disclosures(opened: Opened, unread: Opened, universe: Universe) -> dict[Pair, set[Trace]]:
    """Disclosures by pair, without mere proposals; what nobody has read is a mention."""
    symbol = symbols_of(universe)
    read = {row["node"] for row in _rows(opened, _DISCLOSURES)}
    nodes: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in _rows(unread, _DISCLOSURES):
        nodes[row["node"]].append(row)
    found: dict[Pair, set[Trace]] = defaultdict(set)
    for node, rows in nodes.items():
        first, last, kind = rows[0]["first"], rows[0]["last"], rows[0].get("kind", "")
        if kind != PROPOSAL:
            joined = sorted({symbol.get(row["antigen"], row["antigen"]) for row in rows})
            for a, b in combinations(joined, 2):
                found[a, b].add(Trace(first, last, kind or "disclosure", node, node in read and kind != ""))
    return found
