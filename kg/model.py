"""Entities, claims and their evidence: the values that everything else is made of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from kg.terms import expand
from kg.view import PartialDate

READINGS = ("read", "record", "unread")  # from the best to the weakest


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

    @property
    def rank(self) -> tuple[int, bool, str, str, str]:
        """Lowest for the line that stays where several rows give the same one: the order of rows is no fact."""
        return READINGS.index(self.reading), self.date is None, self.level, self.date or "", self.note

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
            if known is None or line.rank < known.rank:
                lines[line.id(identifier)] = line
        return identifier

    def add_bulk(self, graph: str, subject: str, predicate: str, node: Node) -> None:
        """Add a triple of a named source graph."""
        self.bulk.setdefault(graph, set()).add((subject, predicate, node))
