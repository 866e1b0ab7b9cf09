"""Claims and their evidence lines, read from an open store.

A store is never changed once it is open, so what was read of it is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import pyoxigraph as ox

from kg.lookup import label_of
from kg.nodes import Node, objects, statements, subjects
from kg.query import Value, to_value
from kg.terms import PREFIXES, compress

_BSAB, _RDF = PREFIXES["bsab"], PREFIXES["rdf"]
SUBJECT, PREDICATE, OBJECT = (ox.NamedNode(_RDF + name) for name in ("subject", "predicate", "object"))
_FOR, _SUPPORT, _CONTESTED, _BEST_SOURCE = (
    ox.NamedNode(_BSAB + name) for name in ("evidenceFor", "support", "contested", "bestSource")
)
_NOTATION = ox.NamedNode(PREFIXES["skos"] + "notation")
_TYPE = ox.NamedNode(_RDF + "type")
_TERM_CELLS = {"level", "stance", "reading"}
_NOT_QUALIFIERS = {SUBJECT, PREDICATE, OBJECT, _SUPPORT, _CONTESTED, _BEST_SOURCE, _TYPE}


class Line(NamedTuple):
    """One evidence line; vocabulary terms as notations, the source as CURIE or URL."""

    source: str
    locator: str
    level: str
    stance: str
    reading: str
    date: str
    note: str
    observation: str

    @property
    def brief(self) -> str:
        """Source, level, reading and stance in a few words."""
        stance = "" if self.stance == "supports" else f", {self.stance}"
        return f"{self.source} ({self.level}, {self.reading}{stance})"


class Stated(NamedTuple):
    """A claim as it stands in a view: its parts, its marks, its evidence."""

    claim: str
    subject: str
    predicate: str
    object: ox.NamedNode | ox.Literal
    qualifiers: tuple[tuple[str, Value], ...]
    support: float
    contested: bool
    lines: tuple[Line, ...]

    @property
    def refuted(self) -> bool:
        """Whether no line of the view supports it."""
        return not any(line.stance == "supports" for line in self.lines)

    @property
    def reading(self) -> str:
        """The best reading state among its lines."""
        states = {line.reading for line in self.lines}
        return next((state for state in ("read", "record", "unread") if state in states), "unread")


def claims(
    store: ox.Store,
    subject: ox.NamedNode | None = None,
    predicate: ox.NamedNode | None = None,
    node: ox.NamedNode | ox.Literal | None = None,
) -> Iterator[Stated]:
    """The claims that match the parts given, by predicate and object. One part at least must be given."""
    parts_given = ((SUBJECT, subject), (OBJECT, node), (PREDICATE, predicate))
    given = [(prop, value) for prop, value in parts_given if value is not None]
    found = []
    for subject_ in subjects(store, *given[0]):
        stated = _stated(store, subject_)
        if stated and all(stated[prop] == value for prop, value in given):
            found.append((subject_, stated))
    for claim, parts in sorted(found, key=lambda pair: (str(pair[1][PREDICATE]), str(pair[1][OBJECT]), str(pair[0]))):
        yield _made(store, claim, parts)


@lru_cache(maxsize=1 << 15)
def claim(store: ox.Store, node: ox.NamedNode) -> Stated | None:
    """One claim by its own IRI, or None."""
    parts = _stated(store, node)
    return _made(store, node, parts) if parts else None


def _made(store: ox.Store, claim: ox.NamedNode, parts: dict[ox.NamedNode, Node]) -> Stated:
    return Stated(
        compress(claim.value),
        compress(parts[SUBJECT].value),
        compress(parts[PREDICATE].value),
        parts[OBJECT],
        tuple(
            sorted(
                (compress(name.value), to_value(value)) for name, value in parts.items() if name not in _NOT_QUALIFIERS
            )
        ),
        float(parts[_SUPPORT].value) if _SUPPORT in parts else 0.0,
        _CONTESTED in parts,
        evidence_lines(store, claim),
    )


@lru_cache(maxsize=1 << 16)
def _stated(store: ox.Store, claim: ox.NamedNode) -> dict[ox.NamedNode, Node]:
    parts = dict(statements(store, claim))
    return parts if {SUBJECT, PREDICATE, OBJECT} <= set(parts) else {}


@lru_cache(maxsize=1 << 16)
def evidence_lines(store: ox.Store, claim: ox.NamedNode) -> tuple[Line, ...]:
    """The evidence lines of a claim, by source and locator."""
    lines = []
    for line in subjects(store, _FOR, claim):
        cells: dict[str, str] = {}
        for predicate, node in statements(store, line):
            name = predicate.value.removeprefix(_BSAB)
            is_term = name in _TERM_CELLS and isinstance(node, ox.NamedNode)
            cells[name] = notation(store, node) if is_term else str(to_value(node))
        earliest, latest = cells.get("dateEarliest", ""), cells.get("dateLatest", "")
        date = earliest if earliest == latest else f"{earliest} to {latest}"
        lines.append(
            Line(
                cells.get("source", ""),
                cells.get("locator", ""),
                cells.get("level", ""),
                cells.get("stance", ""),
                cells.get("reading", ""),
                date,
                cells.get("note", ""),
                cells.get("observation", ""),
            )
        )
    return tuple(sorted(lines, key=lambda line: (line.source, line.locator, line.stance, line.observation)))


@lru_cache(maxsize=1 << 14)
def notation(store: ox.Store, node: ox.NamedNode) -> str:
    """The notation of a controlled term, or its CURIE."""
    word = next(objects(store, node, _NOTATION), None)
    return compress(node.value) if word is None else word.value


def shown(store: ox.Store, node: Node) -> str:
    """A node as people read it: label of an entity, text of a literal."""
    if isinstance(node, ox.Literal):
        value = to_value(node)
        return ("yes" if value else "no") if isinstance(value, bool) else str(node.value)
    return label_of(store, node)
