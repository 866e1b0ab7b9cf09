"""How open a pair is in a tumor, in five values, and how many pairs nobody of our sources has seen.

A program counts for a tumor when it was tested in it, in a kind of it, or in a wider one (a trial in carcinomas takes
lung cancer, too). One that names no tumor is `active` nowhere in particular: it counts as in the clinic elsewhere.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from kg.pairs.known import Known, Pair, Program
from kg.pairs.levels import Levels
from kg.query import Answer, sparql
from kg.store import Opened

VALUES = ("none-found", "preclinical-or-patent-only", "clinic-other-tumor", "stopped", "active")
OPEN = frozenset(VALUES[:3])
OTHER_SOURCES = "papers, pages and registries"

_SEEN = """
SELECT DISTINCT ?pair ?family ?source ?dataset WHERE {
  ?antibody bsab:hasPair ?pair ; bsab:scope ?scope . VALUES ?scope { bsab:SolidScope bsab:BothScope }
  ?pair bsab:family/skos:notation ?family .
  ?claim rdf:subject ?antibody ; rdf:predicate bsab:hasPair ; rdf:object ?pair .
  ?line bsab:evidenceFor ?claim ; bsab:source ?source ; bsab:stance bsab:SupportsStance .
  BIND(EXISTS { ?source a bsab:Dataset } AS ?dataset)
} ORDER BY ?pair ?family ?source
"""


@dataclass(frozen=True, slots=True)
class Openness:
    """One of `VALUES`, and why.

    Parameters
    ----------
    programs
        Antibodies that join the pair, best first.
    epitopes
        Those that an arm of them was said to bind; a program on another epitope leaves this one open.
    """

    value: str
    why: str
    programs: tuple[Program, ...]
    epitopes: tuple[str, ...]


def openness(known: Known, levels: Levels, pair: Pair, tumor: str = "") -> Openness:
    """How open a pair is for multispecific antibodies, in a tumor (in any, if empty)."""
    programs = tuple(sorted(known.by_pair.get(pair, ()), key=lambda one: (-one.rank, one.label)))
    epitopes = tuple(sorted({place for one in programs for antigen, _, place in one.arms if antigen in pair and place}))
    clinical = [one for one in programs if one.clinical]
    near = levels.ancestors(tumor) | levels.kinds(tumor) if tumor else frozenset()
    here = [one for one in clinical if not tumor or one.tumors & near]
    going = [one for one in here if not one.stopped]
    if going:
        return Openness("active", _named("goes on", going), programs, epitopes)
    if here:
        reasons = ", ".join(sorted({one.stopped for one in here}))
        return Openness("stopped", f"{_named('ended', here)} ({reasons})", programs, epitopes)
    if clinical:
        return Openness(
            "clinic-other-tumor", _named("tested elsewhere, or no tumor is named", clinical), programs, epitopes
        )
    traces = [row for row in known.disclosures.get(pair, ()) if row["kind"] != "proposal"]
    if programs or traces:
        words = [_named("no trial is known of", programs)] if programs else []
        words += sorted({f"{row['modality']} ({row['kind']} {str(row['from'])[:4]})" for row in traces})
        return Openness("preclinical-or-patent-only", "; ".join(words), programs, epitopes)
    return Openness("none-found", "no antibody and no other trace in this view", programs, epitopes)


def _named(words: str, programs: Iterable[Program]) -> str:
    labels = [one.label for one in programs]
    more = f" and {len(labels) - 3} more" if len(labels) > 3 else ""
    return f"{words}: {', '.join(labels[:3])}{more}"


@dataclass(frozen=True, slots=True)
class Unseen:
    """An estimate of the pairs that exist and that none of our sources names.

    Parameters
    ----------
    sources
        Occasions: each data set is one, all papers, pages and registries together are one.
    seen, once, twice
        Pairs that any, exactly one, exactly two of the sources name.
    unseen, low, high
        The estimate (a lower bound, by its nature), and its 95 % interval.
    """

    sources: tuple[str, ...]
    seen: int
    once: int
    twice: int
    unseen: float
    low: float
    high: float


def estimate_unseen(opened: Opened, family: str = "") -> Unseen:
    """How many pairs against solid tumors are likely missing, of a family (of all, if empty): Chao2, bias-corrected.

    Chao A. Estimating the population size for capture-recapture data with unequal catchability. Biometrics 1987. Our
    sources are neither independent nor alike, and what a company has not told is in none of them: a lower bound.
    """
    answer = sparql(opened, _SEEN)
    assert isinstance(answer, Answer)
    named: dict[str, set[str]] = {}
    for row in answer.rows:
        if family in ("", row["family"]):
            # Releases of one database, named name-YYYY-MM, are one occasion: decision 9.
            source = re.sub(r"-\d{4}-\d{2}$", "", str(row["source"])) if row["dataset"] else OTHER_SOURCES
            named.setdefault(str(row["pair"]), set()).add(source)
    return chao2([frozenset(sources) for sources in named.values()])


def chao2(captures: Iterable[frozenset[str]]) -> Unseen:
    """The bias-corrected Chao2 estimate of what none of the sources captured, with a log-normal 95 % interval.

    Examples
    --------
    >>> found = chao2([frozenset("a"), frozenset("b"), frozenset("ab"), frozenset("abc")])
    >>> found.seen, found.once, found.twice, round(found.unseen, 2)
    (4, 2, 1, 0.33)
    """
    captured = list(captures)
    sources = tuple(sorted(set().union(*captured)))
    count = len(sources)
    once, twice = (sum(len(one) == times for one in captured) for times in (1, 2))
    if count < 2 or not once:
        return Unseen(sources, len(captured), once, twice, 0.0, 0.0, 0.0)
    ratio = (count - 1) / count
    unseen = ratio * once * (once - 1) / (2 * (twice + 1))
    variance = (
        ratio * once * (once - 1) / (2 * (twice + 1))
        + ratio**2 * once * (2 * once - 1) ** 2 / (4 * (twice + 1) ** 2)
        + ratio**2 * once**2 * twice * (once - 1) ** 2 / (4 * (twice + 1) ** 4)
    )
    if not unseen:
        return Unseen(sources, len(captured), once, twice, 0.0, 0.0, 0.0)
    spread = math.exp(1.96 * math.sqrt(math.log(1 + variance / unseen**2)))
    return Unseen(sources, len(captured), once, twice, unseen, unseen / spread, unseen * spread)
