"""Everything of a view in memory, read in one pass: a report asks for all, and asking one by one takes minutes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import pyoxigraph as ox

from kg.evidence import Line
from kg.infer import INFERRED_GRAPH
from kg.report.words import day_of
from kg.store import Opened
from kg.terms import PREFIXES, compress

_MARKS = ("rdf:subject", "rdf:predicate", "rdf:object", "rdf:type", "bsab:support", "bsab:contested", "bsab:bestSource")
_MONDO = ox.NamedNode(PREFIXES["graph"] + "mondo")
_ACTIVE = ("bsab:PhaseReachedEventKind", "bsab:ApprovalEventKind", "bsab:FilingEventKind")
FIRST, STOP = "bsab:FirstInClinicEventKind", "bsab:StopEventKind"
# Kinds of date that tell when somebody first got an antibody; the others are plans, papers or database versions.
DATED = tuple(
    f"bsab:{name}Date" for name in ("FirstDose", "FirstEnrollment", "StudyStart", "FirstPosted", "NctInterpolation")
)
VERSION_DATE = "bsab:DatabaseVersionDate"


class Cited(NamedTuple):
    """A claim with its evidence: parts as CURIEs, or the text of a literal object."""

    claim: str
    subject: str
    predicate: str
    object: str
    qualifiers: tuple[tuple[str, str], ...]
    support: float
    contested: bool
    best: str
    lines: tuple[Line, ...]

    @property
    def refuted(self) -> bool:
        """Whether no line of the view supports it."""
        return not any(line.stance == "supports" for line in self.lines)


@dataclass(frozen=True, slots=True)
class Arm:
    """An arm of an antibody; CURIEs, "" where nothing is known. `valency` 0: not known."""

    curie: str
    antigens: tuple[str, ...]
    epitope: str
    roles: tuple[str, ...]
    moiety: str
    valency: int


@dataclass(frozen=True, slots=True)
class Event:
    """A dated event of an antibody; `earliest` and `latest` are days, "" where unknown."""

    curie: str
    kind: str
    phase: str
    region: str
    earliest: str
    latest: str
    date_kind: str
    tumors: tuple[str, ...]
    trials: tuple[str, ...]
    stop_reason: str
    reason: str

    @property
    def when(self) -> str:
        """The date as it is written: a day, a month, a year or a range."""
        return day_of(self.earliest, self.latest)

    @property
    def year(self) -> float:
        """The middle of its dates as a year with a fraction; 0 where unknown."""
        if not self.earliest:
            return 0.0
        ends = [int(day[:4]) + (int(day[5:7]) - 1) / 12 + int(day[8:10]) / 366 for day in (self.earliest, self.latest)]
        return sum(ends) / 2


@dataclass(frozen=True)
class Antibody:
    """An antibody of the view, as the pages need it."""

    curie: str
    label: str
    solid: bool
    stage: str
    rank: int
    arms: tuple[Arm, ...]
    events: tuple[Event, ...] = field(repr=False)
    tumors: tuple[str, ...] = field(repr=False)
    pairs: tuple[str, ...] = field(repr=False)

    @cached_property
    def first(self) -> Event | None:
        """The earliest event that brought it into the clinic, dated by a dose, an enrollment or a registration."""
        dated = [event for event in self.events if event.kind == FIRST and event.date_kind in DATED and event.earliest]
        return min(dated, key=lambda event: (event.latest, event.curie), default=None)

    @cached_property
    def stopped(self) -> Event | None:
        """The last event that ended it; None where it went on later, or where none is known."""
        active = max((e.earliest for e in self.events if e.kind in _ACTIVE), default="")
        stops = [e for e in self.events if e.kind == STOP and (not active or not e.latest or active <= e.latest)]
        return max(stops, key=lambda event: (event.latest, event.curie), default=None)

    def antigens(self, *roles: str) -> tuple[str, ...]:
        """Antigens that arms with one of these roles bind (any role, if none is named)."""
        bound = [one for arm in self.arms if not roles or set(roles) & set(arm.roles) for one in arm.antigens]
        return tuple(dict.fromkeys(bound))


class Field:
    """The default graph of a view as look-up tables. Names are CURIEs; everything that is listed is sorted."""

    def __init__(self, opened: Opened) -> None:
        self.opened = opened
        self._about: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        self._whose: dict[tuple[str, str], list[str]] = defaultdict(list)
        store = opened.store
        about, whose, named = self._about, self._whose, ox.NamedNode
        for subject_, predicate_, node, _ in store.quads_for_pattern(None, None, None, ox.DefaultGraph()):
            if isinstance(subject_, named) and not isinstance(node, ox.BlankNode | ox.Triple):
                subject, predicate = compress(subject_.value), compress(predicate_.value)
                if isinstance(node, named):
                    value = compress(node.value)
                    whose[predicate, value].append(subject)
                else:
                    value = node.value
                about[subject][predicate].append(value)
        self._above: dict[str, set[str]] = defaultdict(set)
        self._below: dict[str, set[str]] = defaultdict(set)
        kind_of = ox.NamedNode(PREFIXES["rdfs"] + "subClassOf")
        for quad in store.quads_for_pattern(None, kind_of, None, _MONDO):
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
                self._above[compress(quad.subject.value)].add(compress(quad.object.value))
                self._below[compress(quad.object.value)].add(compress(quad.subject.value))
        self.inferred: dict[str, list[str]] = defaultdict(list)
        for quad in store.quads_for_pattern(None, None, None, INFERRED_GRAPH):
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
                self.inferred[compress(quad.subject.value)].append(compress(quad.object.value))

    def get(self, curie: str, predicate: str) -> tuple[str, ...]:
        """The values of a property (`hasArm`, or with a prefix), sorted."""
        name = predicate if ":" in predicate else f"bsab:{predicate}"
        about = self._about.get(curie)
        return tuple(sorted(about[name])) if about and name in about else ()

    def one(self, curie: str, predicate: str) -> str:
        """The first value of a property, or ""."""
        return next(iter(self.get(curie, predicate)), "")

    def label(self, curie: str) -> str:
        """The label, or the CURIE itself; "" for ""."""
        return self.one(curie, "rdfs:label") or curie

    def labels(self, curies: Iterable[str]) -> str:
        """Several labels in a line, in the order given."""
        return ", ".join(dict.fromkeys(self.label(curie) for curie in curies))

    def word(self, curie: str) -> str:
        """The notation of a controlled term, or its CURIE."""
        return self.one(curie, "skos:notation") or curie

    def who(self, predicate: str, value: str) -> tuple[str, ...]:
        """The subjects that a property joins to a value, sorted."""
        name = predicate if ":" in predicate else f"bsab:{predicate}"
        return tuple(sorted(set(self._whose.get((name, value), ()))))

    def of(self, kind: str) -> tuple[str, ...]:
        """Everything of a class, by label."""
        return tuple(sorted(self.who("rdf:type", f"bsab:{kind}"), key=lambda one: (self.label(one).lower(), one)))

    def below(self, tumor: str) -> frozenset[str]:
        """A tumor and all that is narrower."""
        return self._closure(tumor, self._below)

    def above(self, tumor: str) -> frozenset[str]:
        """A tumor and all that is broader."""
        return self._closure(tumor, self._above)

    def _closure(self, tumor: str, steps: dict[str, set[str]]) -> frozenset[str]:
        found, waiting = {tumor}, [tumor]
        while waiting:
            new = steps.get(waiting.pop(), set()) - found
            found |= new
            waiting += new
        return frozenset(found)

    @cached_property
    def _symbols(self) -> dict[str, str]:
        return {self.word(antigen): antigen for antigen in self.of("Antigen")}

    def antigen_of(self, symbol: str) -> str:
        """The antigen of a gene symbol; "" where the view does not hold it."""
        return self._symbols.get(symbol, "")

    @cached_property
    def claims(self) -> dict[str, Cited]:
        """Every claim by its CURIE, with its lines by source and locator."""
        lines: dict[str, list[Line]] = defaultdict(list)
        for line in self.who("rdf:type", "bsab:EvidenceLine"):
            told = Line(
                self.one(line, "source"),
                self.one(line, "locator"),
                self.word(self.one(line, "level")),
                self.word(self.one(line, "stance")),
                self.word(self.one(line, "reading")),
                day_of(self.one(line, "dateEarliest"), self.one(line, "dateLatest")),
                self.one(line, "note"),
                self.one(line, "observation"),
            )
            for claim in self.get(line, "evidenceFor"):
                lines[claim].append(told)
        found = {}
        for claim in self.who("rdf:type", "bsab:Claim"):
            about = self._about[claim]
            found[claim] = Cited(
                claim,
                self.one(claim, "rdf:subject"),
                self.one(claim, "rdf:predicate"),
                self.one(claim, "rdf:object"),
                tuple(sorted((name, value) for name in about if name not in _MARKS for value in about[name])),
                float(self.one(claim, "support") or 0),
                bool(self.get(claim, "contested")),
                self.one(claim, "bestSource"),
                tuple(sorted(lines[claim], key=lambda one: (one.reading, one.source, one.locator, one.stance))),
            )
        return found

    @cached_property
    def _by_subject(self) -> dict[str, list[Cited]]:
        found: dict[str, list[Cited]] = defaultdict(list)
        for cited in self.claims.values():
            found[cited.subject].append(cited)
        return found

    @cached_property
    def arms_by_name(self) -> dict[str, tuple[str, ...]]:
        """Antibody -> arms that claims speak of, by their names: and those that no claim of the view gives to it."""
        found: dict[str, list[str]] = defaultdict(list)
        for subject in sorted(self._by_subject):
            if subject.startswith("arm:"):
                found["ab:" + subject[4:].rpartition(".")[0]].append(subject)
        return {antibody: tuple(arms) for antibody, arms in found.items()}

    @cached_property
    def _by_object(self) -> dict[str, list[Cited]]:
        found: dict[str, list[Cited]] = defaultdict(list)
        for cited in self.claims.values():
            found[cited.object].append(cited)
        return found

    def claims_of(self, subject: str, predicate: str = "", value: str = "") -> tuple[Cited, ...]:
        """The claims on a subject, those that nobody supports among them; by predicate, object and id."""
        found = [
            cited
            for cited in self._by_subject.get(subject, ())
            if (not predicate or cited.predicate == f"bsab:{predicate}") and (not value or cited.object == value)
        ]
        return tuple(sorted(found, key=lambda cited: (cited.predicate, cited.object, cited.claim)))

    def claims_on(self, value: str, predicate: str = "") -> tuple[Cited, ...]:
        """The claims whose object it is."""
        found = [c for c in self._by_object.get(value, ()) if not predicate or c.predicate == f"bsab:{predicate}"]
        return tuple(sorted(found, key=lambda cited: (cited.predicate, cited.subject, cited.claim)))

    @cached_property
    def antibodies(self) -> dict[str, Antibody]:
        """Every antibody of the view, by label."""
        return {curie: self._antibody(curie) for curie in self.of("Antibody")}

    def _antibody(self, curie: str) -> Antibody:
        stage = self.one(curie, "highestPhase")
        return Antibody(
            curie,
            self.label(curie),
            self.one(curie, "scope") in ("bsab:SolidScope", "bsab:BothScope"),
            self.word(stage) if stage else "",
            int(self.one(stage, "rank")) if stage else -1,
            tuple(self._arm(arm) for arm in self.get(curie, "hasArm")),
            tuple(sorted(map(self._event, self.get(curie, "hasEvent")), key=lambda e: (e.latest or "9999", e.curie))),
            self.get(curie, "testedIn"),
            self.get(curie, "hasPair"),
        )

    def _arm(self, arm: str) -> Arm:
        return Arm(
            arm,
            self.get(arm, "binds"),
            self.one(arm, "bindsEpitope"),
            self.get(arm, "hasRole"),
            self.one(arm, "hasMoiety"),
            int(self.one(arm, "valency") or 0),
        )

    def _event(self, event: str) -> Event:
        return Event(
            event,
            self.one(event, "eventKind"),
            self.one(event, "phase"),
            self.one(event, "region"),
            self.one(event, "onEarliest"),
            self.one(event, "onLatest"),
            self.one(event, "dateKind"),
            self.get(event, "eventTumor"),
            self.get(event, "inTrial"),
            self.one(event, "stopReason"),
            self.one(event, "reason"),
        )

    @cached_property
    def binders(self) -> dict[str, tuple[str, ...]]:
        """Antigen -> the antibodies that bind it, best stage first."""
        found: dict[str, list[str]] = defaultdict(list)
        for antibody in self.antibodies.values():
            for antigen in antibody.antigens():
                found[antigen].append(antibody.curie)
        return {antigen: self.by_stage(curies) for antigen, curies in sorted(found.items())}

    def by_stage(self, antibodies: Iterable[str]) -> tuple[str, ...]:
        """Antibodies, the furthest first, then by label."""
        known = self.antibodies
        return tuple(sorted(set(antibodies), key=lambda one: (-known[one].rank, known[one].label.lower(), one)))

    def tested_in(self, tumor: str) -> tuple[str, ...]:
        """The antibodies that were tested in a tumor or a narrower one, best stage first."""
        return self.by_stage(
            one for narrower in self.below(tumor) for one in self.who("testedIn", narrower) if one in self.antibodies
        )
