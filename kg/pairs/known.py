"""What the view knows of antigens and pairs: programs and their fates, precedents, uptake, bypasses, escapes.

All of it is of the view, so that a view of a past day knows what was known by that day.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kg.query import Answer, Record, sparql
from kg.store import Opened

Pair = tuple[str, str]  # HGNC symbols, sorted

_PAIRS = """
SELECT ?antibody ?label ?scope ?family ?first ?second WHERE {
  ?antibody bsab:hasPair ?pair ; rdfs:label ?label ; bsab:scope/skos:notation ?scope .
  ?pair bsab:family/skos:notation ?family ; bsab:hasMember/skos:notation ?first, ?second .
  FILTER(?first < ?second)
} ORDER BY ?antibody ?first ?second ?family
"""
_ARMS = """
SELECT DISTINCT ?antibody ?label ?scope ?antigen ?role ?epitope WHERE {
  ?antibody bsab:hasArm ?arm ; rdfs:label ?label ; bsab:scope/skos:notation ?scope .
  ?arm bsab:binds/skos:notation ?antigen ; bsab:hasRole ?kind . ?kind bsab:bindsForEffect true ; skos:notation ?role .
  OPTIONAL { ?arm bsab:bindsEpitope ?place . ?place bsab:epitopeOf/skos:notation ?antigen ; rdfs:label ?epitope }
} ORDER BY ?antibody ?antigen ?role ?epitope
"""
_PHASES = """
SELECT ?antibody ?phase ?rank WHERE {
  ?antibody bsab:highestPhase ?reached . ?reached skos:notation ?phase ; bsab:rank ?rank
} ORDER BY ?antibody
"""
_TUMORS = "SELECT DISTINCT ?antibody ?tumor WHERE { ?antibody bsab:testedIn ?tumor } ORDER BY ?antibody ?tumor"
_EVENTS = """
SELECT ?antibody ?kind ?from ?until ?reason ?date_kind WHERE {
  ?antibody bsab:hasEvent ?event . ?event bsab:eventKind/skos:notation ?kind .
  OPTIONAL { ?event bsab:onEarliest ?from ; bsab:onLatest ?until }
  OPTIONAL { ?event bsab:stopReason/skos:notation ?reason }
  OPTIONAL { ?event bsab:dateKind/skos:notation ?date_kind }
} ORDER BY ?antibody ?kind ?from ?until ?reason ?date_kind
"""
_TOXICITIES = """
SELECT ?antibody ?toxicity (IRI(MIN(STR(?stated))) AS ?claim) WHERE {
  ?stated rdf:predicate bsab:hasToxicity ; rdf:subject ?antibody ; rdf:object/rdfs:label ?toxicity ;
    bsab:support ?support .
  ?antibody a bsab:Antibody . FILTER(?support > 0)
} GROUP BY ?antibody ?toxicity ORDER BY ?antibody ?toxicity
"""
_PRECEDENTS = """
SELECT ?antigen ?agent_class ?agent ?outcome ?phase ?rank ?toxicity ?claim WHERE {
  ?claim rdf:predicate bsab:hasPrecedent ; rdf:subject/skos:notation ?antigen ; rdf:object ?node ;
    bsab:support ?support .
  FILTER(?support > 0)
  ?node bsab:agentClass/skos:notation ?agent_class ; bsab:precedentOutcome/skos:notation ?outcome .
  OPTIONAL { ?node bsab:agent ?agent }
  OPTIONAL { ?node bsab:phase ?reached . ?reached skos:notation ?phase ; bsab:rank ?rank }
  OPTIONAL {
    { SELECT ?node (GROUP_CONCAT(?word; separator=", ") AS ?toxicity) WHERE {
        { SELECT DISTINCT ?node ?word WHERE { ?node bsab:hasToxicity/rdfs:label ?word } ORDER BY ?node ?word }
      } GROUP BY ?node }
  }
} ORDER BY ?antigen ?agent_class ?agent ?outcome ?claim
"""
_UPTAKE = """
SELECT ?antigen (IRI(MIN(STR(?stated))) AS ?claim) WHERE {
  ?stated rdf:predicate bsab:internalization ; rdf:subject/skos:notation ?antigen ; bsab:support ?support .
  FILTER(?support > 0)
} GROUP BY ?antigen ORDER BY ?antigen
"""
_ESCAPES = """
SELECT ?antigen ?escape ?scope ?link ?through (IRI(MIN(STR(?stated))) AS ?claim) WHERE {
  ?stated rdf:predicate bsab:escapedThrough ; rdf:subject/skos:notation ?antigen ; rdf:object ?kind ;
    bsab:support ?support .
  FILTER(?support > 0)
  ?kind rdfs:label ?escape ; bsab:hasScope/skos:notation ?scope .
  OPTIONAL { ?kind bsab:breaksLink ?broken . ?broken skos:notation ?link }
  OPTIONAL { ?kind bsab:runsThrough/skos:notation ?through }
} GROUP BY ?antigen ?escape ?scope ?link ?through ORDER BY ?antigen ?escape ?link ?through
"""
_BLOCKED = """
SELECT DISTINCT ?antigen WHERE {
  VALUES ?blocks { bsab:DualSignalingBlockadeMechanism bsab:BiparatopicBlockadeMechanism }
  ?antibody bsab:hasMechanism ?blocks ; bsab:hasArm ?arm .
  ?arm bsab:hasRole bsab:TumorBindingRole ; bsab:binds/skos:notation ?antigen .
} ORDER BY ?antigen
"""
_PARALOGS = """
SELECT DISTINCT ?antigen ?paralog WHERE { ?a bsab:hasParalog/skos:notation ?paralog ; skos:notation ?antigen }
"""
_DISCLOSED = """
SELECT ?node ?first ?second ?kind ?modality ?agent ?from ?until ?source WHERE {
  ?node a bsab:Disclosure ; bsab:joins/skos:notation ?first, ?second ; bsab:traceKind/skos:notation ?kind .
  FILTER(?first < ?second)
  OPTIONAL { ?node bsab:agentClass/skos:notation ?modality }
  OPTIONAL { ?node bsab:agent ?agent }
  OPTIONAL { ?node bsab:onEarliest ?from ; bsab:onLatest ?until }
  OPTIONAL { SELECT ?node (MIN(STR(?cited)) AS ?source) WHERE {
    ?claim rdf:subject ?node ; rdf:predicate bsab:joins ; bsab:bestSource ?cited } GROUP BY ?node }
} ORDER BY ?first ?second ?from ?node
"""
IN_CLINIC_KINDS = frozenset({"study-start", "first-dose", "first-enrollment", "first-posted", "nct-interpolation"})
_LIVELY = frozenset({"phase-reached", "approval", "filing"})


@dataclass(frozen=True, slots=True)
class Program:
    """An antibody of the view, as far as pairs are concerned.

    Parameters
    ----------
    arms
        (antigen, role, epitope or "") of each arm that binds for effect.
    pairs
        (first, second, notation of the family), first < second.
    phase, rank
        The highest phase reached, in any tumor ("" and 0 where none is known; preclinical ranks 1).
    tumors
        Tumors that it was tested in.
    stopped
        The class of reason of its end ("not-stated" where nobody gave one); "" while it goes on, as far as known.
    first_in_clinic
        Earliest and latest day, of an accepted kind; ("", "") where unknown.
    """

    antibody: str
    label: str
    solid: bool
    arms: tuple[tuple[str, str, str], ...]
    pairs: tuple[tuple[str, str, str], ...]
    phase: str
    rank: int
    tumors: frozenset[str]
    stopped: str
    first_in_clinic: tuple[str, str]

    @property
    def clinical(self) -> bool:
        """Whether it reached people: a phase says so, or a dated first in the clinic."""
        return self.phase not in ("", "preclinical") or bool(self.first_in_clinic[0])


@dataclass(frozen=True, slots=True)
class Known:
    """What a view knows. Antigens by HGNC symbol (glycans and haptens by their own)."""

    programs: tuple[Program, ...]
    precedents: Mapping[str, tuple[Record, ...]]
    toxicities: Mapping[str, tuple[Record, ...]]  # by antibody
    uptake: Mapping[str, str]  # antigen -> claim
    escapes: Mapping[str, tuple[Record, ...]]
    blocked: frozenset[str]  # antigens whose signal an antibody of the view blocks
    paralogs: frozenset[Pair]
    disclosures: Mapping[Pair, tuple[Record, ...]]
    by_pair: Mapping[Pair, tuple[Program, ...]] = field(default_factory=dict)
    by_antigen: Mapping[str, tuple[Program, ...]] = field(default_factory=dict)

    def bypasses(self, first: str, second: str) -> tuple[Record, ...]:
        """Escapes of one of two antigens that run through the other one."""
        return tuple(
            row
            for one, other in ((first, second), (second, first))
            for row in self.escapes.get(one, ())
            if row["through"] == other
        )


def pair_of(first: str, second: str) -> Pair:
    """The pair in its order."""
    return (first, second) if first < second else (second, first)


def alike(first: str, second: str) -> bool:
    """Whether two symbols are of one gene family by their names: an arm against one may bind the other.

    Examples
    --------
    >>> alike("CEACAM5", "CEACAM6"), alike("ERBB2", "ERBB3"), alike("EGFR", "MET")
    (True, True, False)
    """
    stems = [re.sub(r"\d+[A-Z]?$", "", symbol) for symbol in (first, second)]
    return stems[0] == stems[1] and stems[0] not in (first, second) and len(stems[0]) > 2 and stems[0] != "CD"


def read_known(opened: Opened) -> Known:
    """What the view knows of pairs, in some 0.1 s."""
    pairs: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
    for row in _rows(opened, _PAIRS):
        pairs[_word(row["antibody"])].add((_word(row["first"]), _word(row["second"]), _word(row["family"])))
    arms: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
    names: dict[str, tuple[str, str]] = {}
    for row in _rows(opened, _ARMS):
        antibody = _word(row["antibody"])
        names[antibody] = (_word(row["label"]), _word(row["scope"]))
        arms[antibody].add((_word(row["antigen"]), _word(row["role"]), _word(row["epitope"])))
    phases = {_word(row["antibody"]): (_word(row["phase"]), int(_word(row["rank"]))) for row in _rows(opened, _PHASES)}
    tumors: dict[str, set[str]] = defaultdict(set)
    for row in _rows(opened, _TUMORS):
        tumors[_word(row["antibody"])].add(_word(row["tumor"]))
    events: dict[str, list[Record]] = defaultdict(list)
    for row in _rows(opened, _EVENTS):
        events[_word(row["antibody"])].append(row)
    programs = tuple(
        Program(
            antibody,
            label,
            scope in ("solid", "both"),
            tuple(sorted(arms[antibody])),
            tuple(sorted(pairs[antibody])),
            *phases.get(antibody, ("", 0)),
            frozenset(tumors[antibody]),
            _stopped(events[antibody]),
            _first(events[antibody]),
        )
        for antibody, (label, scope) in sorted(names.items())
    )
    by_pair: dict[Pair, list[Program]] = defaultdict(list)
    by_antigen: dict[str, list[Program]] = defaultdict(list)
    for program in programs:
        for pair in sorted({(first, second) for first, second, _ in program.pairs}):
            by_pair[pair].append(program)
        for antigen in sorted({antigen for antigen, _, _ in program.arms}):
            by_antigen[antigen].append(program)
    disclosures: dict[Pair, list[Record]] = defaultdict(list)
    for row in _rows(opened, _DISCLOSED):
        disclosures[_word(row["first"]), _word(row["second"])].append(row)
    return Known(
        programs,
        _grouped(_rows(opened, _PRECEDENTS)),
        _grouped(_rows(opened, _TOXICITIES), "antibody"),
        {_word(row["antigen"]): _word(row["claim"]) for row in _rows(opened, _UPTAKE)},
        _grouped(_rows(opened, _ESCAPES)),
        frozenset(_word(row["antigen"]) for row in _rows(opened, _BLOCKED)),
        frozenset(pair_of(_word(row["antigen"]), _word(row["paralog"])) for row in _rows(opened, _PARALOGS)),
        {pair: tuple(rows) for pair, rows in disclosures.items()},
        {pair: tuple(found) for pair, found in by_pair.items()},
        {antigen: tuple(found) for antigen, found in by_antigen.items()},
    )


def _rows(opened: Opened, text: str) -> tuple[Record, ...]:
    answer = sparql(opened, text)
    assert isinstance(answer, Answer)
    return answer.rows


def _word(value: object) -> str:
    return "" if value is None else str(value)


def _grouped(rows: Iterable[Record], by: str = "antigen") -> dict[str, tuple[Record, ...]]:
    found: dict[str, list[Record]] = defaultdict(list)
    for row in rows:
        found[_word(row[by])].append(row)
    return {antigen: tuple(own) for antigen, own in found.items()}


def _stopped(events: Iterable[Record]) -> str:
    """The reason of the last stop, unless something lively came after it, as `pairs-in-tumor` has it."""
    events = tuple(events)
    # The day of a database's version says that it was not known to have ended, which no dated end gives way to.
    lively = (row for row in events if row["kind"] in _LIVELY and row["date_kind"] != "database-version")
    active = max((_word(row["from"]) for row in lively), default="")
    stops = [
        (_word(row["until"]) or "9999", _word(row["reason"]) or "not-stated")
        for row in events
        if row["kind"] == "stop" and not (active and row["until"] and active > _word(row["until"]))
    ]
    reasons = sorted({reason for _, reason in stops} - {"not-stated"})
    return (reasons[0] if reasons else "not-stated") if stops else ""


def _first(events: Iterable[Record]) -> tuple[str, str]:
    days = [
        (_word(row["from"]), _word(row["until"]))
        for row in events
        if row["kind"] == "first-in-clinic" and row["date_kind"] in IN_CLINIC_KINDS and row["from"]
    ]
    return min(days, default=("", ""))
