"""Claims, their evidence, partial dates and views: the values that everything else is made of."""

from __future__ import annotations

import hashlib
import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from kg.terms import expand

READINGS = ("read", "record", "unread")  # from the best to the weakest

_DATE = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$")


class Lit(NamedTuple):
    """A literal in its canonical form; `datatype` is an `xsd` local name."""

    value: str
    datatype: str = "string"


Node = str | Lit  # a CURIE, or a literal


def integer(value: int | str) -> Lit:
    """An `xsd:integer`."""
    return Lit(str(int(value)), "integer")


def boolean(value: bool) -> Lit:
    """An `xsd:boolean`."""
    return Lit("true" if value else "false", "boolean")


def decimal(value: float | str) -> Lit:
    """An `xsd:decimal` in canonical form: no exponent, no trailing zero (stores rewrite `1.50` to `1.5`).

    Examples
    --------
    >>> decimal("1.50").value, decimal("40").value, decimal("-0.0").value
    ('1.5', '40.0', '0.0')
    """
    text = f"{float(value):.10f}".rstrip("0")
    text = text + "0" if text.endswith(".") else text
    return Lit("0.0" if text == "-0.0" else text, "decimal")


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A year, a month or a day; `earliest` and `latest` are the first and the last day that it can mean."""

    text: str

    def __post_init__(self) -> None:
        match = _DATE.match(self.text)
        if not match:
            raise ValueError(f"{self.text!r} is no date: write YYYY, YYYY-MM or YYYY-MM-DD")
        year, month, day = (int(part) if part else None for part in match.groups())
        if year is None or not 1950 <= year <= 2100:
            raise ValueError(f"{self.text!r}: the year must lie between 1950 and 2100")
        if month is not None and not 1 <= month <= 12:
            raise ValueError(f"{self.text!r}: there is no month {month:02}")
        if month is not None and day is not None and not 1 <= day <= monthrange(year, month)[1]:
            raise ValueError(f"{self.text!r}: there is no such day")

    @property
    def earliest(self) -> str:
        return (self.text + "-01-01")[:10] if len(self.text) == 4 else (self.text + "-01")[:10]

    @property
    def latest(self) -> str:
        year = int(self.text[:4])
        month = int(self.text[5:7]) if len(self.text) >= 7 else 12
        day = int(self.text[8:]) if len(self.text) == 10 else monthrange(year, month)[1]
        return f"{year:04}-{month:02}-{day:02}"


def digest(*parts: str) -> str:
    """The first 16 hex digits of the sha256 of the parts, one a line."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def canonical(node: Node) -> str:
    """A node as it enters a hash: full IRI, or literal with datatype, so that prefixes may be renamed."""
    if isinstance(node, Lit):
        return f'"{node.value}"^^{node.datatype}'
    return f"<{expand(node)}>"


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement; `qualifiers` (tumor, trial, regimen, population) are part of its identity.

    The identifier is a hash of the content, so a new source never changes it.
    """

    subject: str
    predicate: str
    object: Node
    qualifiers: tuple[tuple[str, Node], ...] = ()

    @property
    def id(self) -> str:
        parts = [canonical(self.subject), canonical(self.predicate), canonical(self.object)]
        parts += sorted(f"{canonical(name)}={canonical(value)}" for name, value in self.qualifiers)
        return "claim:" + digest(*parts)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Who says so: one source at one locator, with level, stance, date and reading state (notations)."""

    source: str
    locator: str
    level: str
    stance: str
    reading: str
    date: PartialDate | None = None
    note: str = ""
    observation: str = ""  # the escape observation that this line reports, if it does

    def id(self, claim_id: str) -> str:
        parts = [claim_id, canonical(self.source), self.locator, self.stance]
        return "ev:" + digest(*parts, self.observation) if self.observation else "ev:" + digest(*parts)


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing with an identity: its type, its one label, its synonyms, and what describes it."""

    curie: str
    type: str
    label: str
    synonyms: tuple[str, ...] = ()
    description: tuple[tuple[str, Node], ...] = ()
    where: str = ""


@dataclass(slots=True)
class Facts:
    """All that the tables say, before it becomes triples.

    `evidence` holds the lines of each claim in order of first appearance; `origins` the `file:line` of
    each claim; `bulk` the triples of facts that stand in a named graph (registry identity, hierarchy).
    """

    entities: dict[str, Entity] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)
    evidence: dict[str, dict[str, Evidence]] = field(default_factory=dict)
    origins: dict[str, list[str]] = field(default_factory=dict)
    bulk: dict[str, set[tuple[str, str, Node]]] = field(default_factory=dict)

    def add_entity(self, entity: Entity) -> None:
        """Add an entity, or merge synonyms and description into the one that is there."""
        known = self.entities.get(entity.curie)
        if known is None:
            self.entities[entity.curie] = entity
            return
        synonyms = tuple(dict.fromkeys((*known.synonyms, *entity.synonyms)))
        description = tuple(dict.fromkeys((*known.description, *entity.description)))
        self.entities[entity.curie] = Entity(known.curie, known.type, known.label, synonyms, description, known.where)

    def add(self, claim: Claim, evidence: Iterable[Evidence], where: str) -> str:
        """Add a claim with its evidence lines; the same line twice counts once. Returns the claim's id."""
        identifier = claim.id
        self.claims.setdefault(identifier, claim)
        self.origins.setdefault(identifier, []).append(where)
        lines = self.evidence.setdefault(identifier, {})
        for line in evidence:
            known = lines.get(line.id(identifier))
            if known is None or READINGS.index(line.reading) < READINGS.index(known.reading):
                lines[line.id(identifier)] = line
        return identifier

    def add_bulk(self, graph: str, subject: str, predicate: str, node: Node) -> None:
        """Add a triple of a named source graph."""
        self.bulk.setdefault(graph, set()).add((subject, predicate, node))


@dataclass(frozen=True, slots=True)
class View:
    """What may be known: everything up to `as_of` (empty: now), with or without unread claims."""

    as_of: str = ""
    include_unread: bool = False

    @property
    def name(self) -> str:
        return f"{self.as_of or 'now'}{'+unread' if self.include_unread else ''}"

    def admits(self, reading: str, date_latest: str) -> bool:
        """Whether an evidence line is in this view; `date_latest` is empty for an undated line."""
        if reading == "unread" and not self.include_unread:
            return False
        return not self.as_of or (date_latest != "" and date_latest <= self.as_of)
