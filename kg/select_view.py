"""What is in a view: its claims and evidence, the plain edges that follow, and the support of each claim."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from kg.errors import Finding, KgError
from kg.model import READINGS, decimal
from kg.nodes import text
from kg.tables import read_lines
from kg.terms import PREFIXES, expand
from kg.view import View

_BSAB, _RDF, _XSD = PREFIXES["bsab"], PREFIXES["rdf"], PREFIXES["xsd"]
_TYPE = ox.NamedNode(_RDF + "type")
_CLAIM, _LINE = ox.NamedNode(_BSAB + "Claim"), ox.NamedNode(_BSAB + "EvidenceLine")
_COUNTER_ANTIBODY = ox.NamedNode(_BSAB + "counterAntibody")
_SOURCE_CLASS = ox.NamedNode(_BSAB + "Source")
_SUBJECT, _PREDICATE, _OBJECT = (ox.NamedNode(_RDF + name) for name in ("subject", "predicate", "object"))
_FOR, _SOURCE, _LEVEL, _STANCE, _READING, _LATEST, _OBSERVATION = (
    ox.NamedNode(_BSAB + name)
    for name in ("evidenceFor", "source", "level", "stance", "reading", "dateLatest", "observation")
)
_SUPPORT, _CONTESTED, _BEST_SOURCE = (ox.NamedNode(_BSAB + name) for name in ("support", "contested", "bestSource"))
_TRUE = ox.Literal("true", datatype=ox.NamedNode(_XSD + "boolean"))

# Releases of one database are one source: saying it again is no second opinion.
_RELEASE = re.compile(r"(?<=/source/)([a-z]+)-\d{4}-\d{2}$")

# Entities of these namespaces exist only through what is claimed of them: no claim in the view, no entity.
_CLAIMED = ("ab", "arm", "pair", "event", "escape", "counter", "result", "precedent", "disclosure")
MINTED = tuple(PREFIXES[prefix] for prefix in (*_CLAIMED, "NCT", "ACTRN", "PMID", "PMC", "DOI"))


class _Line(NamedTuple):
    claim: object
    source: str
    level: str
    stance: str
    reading: str
    latest: str
    observation: object


@dataclass(frozen=True, slots=True)
class Reckoning:
    """How evidence is weighed: support by (level, stance) notation, and which IRI is which notation."""

    support: Mapping[tuple[str, str], float]
    words: Mapping[str, str]

    def word(self, iri: str) -> str:
        """The notation of an IRI of the evidence vocabulary."""
        try:
            return self.words[iri]
        except KeyError:
            raise KgError("is no term of the evidence vocabulary", iri, "run kg build") from None

    def of(self, line: _Line) -> float:
        """What a line weighs, by its level and stance."""
        return self.support.get((self.word(line.level), self.word(line.stance)), 0.0)


def reckoning(table: Mapping[tuple[str, str], float], vocabulary: Mapping[str, Mapping[str, str]]) -> Reckoning:
    """Put the support table and the vocabulary together."""
    kinds = ("EvidenceLevel", "Stance", "ReadingState")
    words = {expand(curie): notation for kind in kinds for notation, curie in vocabulary.get(kind, {}).items()}
    return Reckoning(table, words)


@dataclass(frozen=True, slots=True)
class Selection:
    """The quads of a view: `kept` from the files, `edges` and `marks` (support, contested) derived."""

    kept: list[ox.Quad]
    edges: list[ox.Quad]
    marks: list[ox.Quad]


def read_support(path: Path) -> dict[tuple[str, str], float]:
    """The committed table of support by level and stance (notations), between 0 and 1.

    Raises
    ------
    KgError
        The table cannot be read, or a value lies outside 0 to 1.
    """
    table: dict[tuple[str, str], float] = {}
    findings: list[Finding] = []
    lines = read_lines(path, findings, str(path))
    if findings:
        raise KgError(findings[0].what, findings[0].where, findings[0].hint)
    if not lines or lines[0] != "level\tstance\tsupport\treason":
        raise KgError("has not the columns level, stance, support, reason", f"{path}:1", "restore it from git")
    for number, line in enumerate(lines[1:], start=2):
        try:
            level, stance, support, _ = line.split("\t")
            if (level, stance) in table:
                raise KgError(f"{level} {stance} stands twice", f"{path}:{number}", "keep one")
            table[level, stance] = float(support)
            if not 0 <= table[level, stance] <= 1:
                raise ValueError
        except ValueError:
            raise KgError(
                "is no row of level, stance, support (0 to 1), reason", f"{path}:{number}", "mend it"
            ) from None
    return table


def noisy_or(values: Iterable[float]) -> float:
    """Support of one claim from independent sources: one minus the product of the complements."""
    doubt = 1.0
    for value in values:
        doubt *= 1.0 - value
    return 1.0 - doubt


def select(quads: Iterable[ox.Quad], view: View, weigh: Reckoning) -> Selection:
    """The part of the default graph that a view shows, with its plain edges.

    A claim is in the view when one of its evidence lines is; its plain edge exists when a supporting line is;
    the claim is marked contested when a refuting line is too. Entities that only exist through claims go with
    them. Time is linear in the number of quads.
    """
    by_subject: dict[object, list[ox.Quad]] = defaultdict(list)
    of_type: dict[object, list[object]] = defaultdict(list)
    counters: list[ox.Quad] = []
    for quad in quads:  # the only pass over all of them: each look at a part of a quad makes an object
        subject, predicate, value, _ = quad
        by_subject[subject].append(quad)
        if predicate == _TYPE:
            of_type[value].append(subject)
        elif predicate == _COUNTER_ANTIBODY:
            counters.append(quad)
    lines = {subject: _read_line(by_subject[subject]) for subject in of_type[_LINE]}
    claims = [subject for subject in of_type[_CLAIM] if isinstance(subject, ox.NamedNode)]
    sources = set(of_type[_SOURCE_CLASS])
    admitted: dict[object, list[_Line]] = defaultdict(list)
    dropped: set[object] = set()
    for subject, line in lines.items():
        if view.admits(weigh.word(line.reading), line.latest):
            admitted[line.claim].append(line)
        else:
            dropped.add(subject)
    edges: dict[ox.Quad, None] = {}  # a set that keeps its order
    marks: list[ox.Quad] = []
    mentioned: set[object] = set()
    for claim in claims:
        own_lines = admitted.get(claim, [])
        if not own_lines:
            dropped.add(claim)
            continue
        parts = {quad.predicate: quad.object for quad in by_subject[claim]}
        mentioned.update(part for part in parts.values() if isinstance(part, ox.NamedNode))
        mentioned.update(line.observation for line in own_lines if line.observation)
        mentioned.update(ox.NamedNode(line.source) for line in own_lines)
        marks += _mark(claim, own_lines, weigh)
        if any(weigh.word(line.stance) == "supports" for line in own_lines):
            subject, predicate = parts[_SUBJECT], parts[_PREDICATE]
            if isinstance(subject, ox.NamedNode) and isinstance(predicate, ox.NamedNode):
                edges[ox.Quad(subject, predicate, parts[_OBJECT])] = None
    # A counter-measure is as old as the escape that it counters, and not as the antibody that was put to it since.
    later = {quad for quad in counters if quad.object not in mentioned}
    _mention_descriptions(by_subject, mentioned, later)
    for subject in by_subject:
        iri = getattr(subject, "value", "")
        # A page on the web is a source wherever it is: its address alone may tell what came after the day.
        if subject not in mentioned and (iri.startswith(MINTED) or subject in sources):
            dropped.add(subject)
    kept = [quad for subject, own in by_subject.items() if subject not in dropped for quad in own if quad not in later]
    return Selection(kept, list(edges), marks)


def _mention_descriptions(
    by_subject: Mapping[object, list[ox.Quad]], mentioned: set[object], later: set[ox.Quad]
) -> None:
    """Add what the mentioned nodes point to: an event that is in the view brings its trial along."""
    for subject in list(mentioned):
        for quad in by_subject.get(subject, ()):
            if isinstance(quad.object, ox.NamedNode) and quad not in later:
                mentioned.add(quad.object)


def _read_line(quads: Iterable[ox.Quad]) -> _Line:
    parts = {quad.predicate: quad.object for quad in quads}
    source, level, stance, reading, latest = (
        text(parts[name]) if name in parts else "" for name in (_SOURCE, _LEVEL, _STANCE, _READING, _LATEST)
    )
    return _Line(parts.get(_FOR), source, level, stance, reading, latest, parts.get(_OBSERVATION))


def _mark(claim: ox.NamedNode, lines: list[_Line], weigh: Reckoning) -> Iterable[ox.Quad]:
    """What a view derives of a claim: its support, its best source and, where both sides stand, contested.

    Support is the noisy-or over sources, of the best line of each.
    """
    best: dict[str, float] = {}
    for line in lines:
        if weigh.word(line.stance) == "supports":
            origin = _RELEASE.sub(r"\1", line.source)
            best[origin] = max(best.get(origin, 0.0), weigh.of(line))
    support = decimal(round(noisy_or(best.values()), 4)).value
    yield ox.Quad(claim, _SUPPORT, ox.Literal(support, datatype=ox.NamedNode(_XSD + "decimal")))
    strongest = min(
        lines,
        key=lambda line: (
            weigh.word(line.stance) != "supports",
            READINGS.index(weigh.word(line.reading)),
            -weigh.of(line),
            line.source,
        ),
    )
    yield ox.Quad(claim, _BEST_SOURCE, ox.NamedNode(strongest.source))
    stances = {weigh.word(line.stance) for line in lines}
    if {"supports", "refutes"} <= stances:
        yield ox.Quad(claim, _CONTESTED, _TRUE)
