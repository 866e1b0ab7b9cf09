"""The links between entities of a view, read in a handful of bulk scans: claims with their evidence, and the rest.

A link is a claim that a supporting line backs, or a triple that says what a thing is and needs nobody to say so:
the antigen of an epitope, the members of a pair, what an escape observation reports, hierarchies, the vocabulary.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

import pyoxigraph as ox

from kg.lookup import KINDS, KINDS_ORDER
from kg.query import Value, to_value
from kg.terms import PREFIXES, compress

# What needs no claim: it follows from what the two things are. Hierarchies of tumors and cells stand in named graphs.
IDENTITY = (
    "bsab:epitopeOf",
    "bsab:hasLocation",
    "bsab:hasMember",
    "bsab:escapeMechanism",
    "bsab:escapesFrom",
    "bsab:observedIn",
    "bsab:observedUnder",
    "bsab:agentClass",
    "bsab:precedentOutcome",
    "bsab:traceKind",
    "bsab:counterAntibody",
    "bsab:inTrial",
    "bsab:actsThrough",
    "bsab:breaksLink",
    "bsab:runsThrough",
    "bsab:hasScope",
    "bsab:engagesReceptor",
    "bsab:actsOnCell",
    "bsab:relievedByRole",
    "skos:broader",
    "rdfs:subClassOf",
)
# Kinds that stand in the network although nothing may lead to or from one of them. Claims are links there, and
# what they rest on are attributes.
_STANDING = tuple(kind for kind in KINDS if kind not in ("claim", "evidence", "source", "dataset"))

_CLAIMS = """
SELECT ?claim ?subject ?predicate ?object ?support ?best WHERE {
  ?claim rdf:subject ?subject ; rdf:predicate ?predicate ; rdf:object ?object ;
    bsab:support ?support ; bsab:bestSource ?best
}
"""
# One row a claim and level, of its supporting lines.
_BACKED = """
SELECT ?claim ?level (MIN(?date) AS ?first) WHERE {
  ?line bsab:evidenceFor ?claim ; bsab:stance bsab:SupportsStance ; bsab:level ?level
  OPTIONAL { ?line bsab:dateEarliest ?date }
} GROUP BY ?claim ?level
"""
_LEVELS = "SELECT ?level ?notation WHERE { ?level a bsab:EvidenceLevel ; skos:notation ?notation }"
_CONTESTED = "SELECT ?claim WHERE { ?claim bsab:contested true }"
_QUALIFIERS = """
SELECT ?claim ?name ?value WHERE {
  ?claim a bsab:Claim ; ?name ?value
  FILTER(?name NOT IN (rdf:type, rdf:subject, rdf:predicate, rdf:object, bsab:support, bsab:contested, bsab:bestSource))
}
"""
_TRIPLES = f"""
SELECT DISTINCT ?subject ?predicate ?object WHERE {{
  VALUES ?predicate {{ {" ".join(IDENTITY)} }}
  {{ ?subject ?predicate ?object }} UNION {{ GRAPH ?graph {{ ?subject ?predicate ?object }} }}
  FILTER(isIRI(?subject) && isIRI(?object))
}}
"""
_ENTITIES = """
SELECT ?entity ?label ?type WHERE { ?entity rdfs:label ?label OPTIONAL { ?entity a ?type } FILTER(isIRI(?entity)) }
"""


class Entity(NamedTuple):
    """A node of the network; `kind` is one of `kg.lookup.KINDS`, or `term` for other words of the vocabulary."""

    curie: str
    label: str
    kind: str
    type: str


class Link(NamedTuple):
    """One link. What is no claim has an empty `claim` and `best_source`, and support 1.

    `target` is a CURIE, or the text of a literal where `is_text`. `levels` are the notations of the levels of the
    supporting lines, `year` the earliest of their years, `qualifiers` CURIE and value.
    """

    source: str
    target: str
    predicate: str
    claim: str = ""
    support: float = 1.0
    contested: bool = False
    best_source: str = ""
    levels: tuple[str, ...] = ()
    year: int | None = None
    qualifiers: tuple[tuple[str, Value], ...] = ()
    is_text: bool = False


def read_links(store: ox.Store) -> tuple[Link, ...]:
    """All links of a view, by source, predicate, target and claim. Time is linear in the size of the store.

    A claim that is only refuted, or only inconclusive, is none. A triple that a claim states is told by its claim.
    """
    words = {level: notation.value for level, notation in _select(store, _LEVELS)}
    levels: dict[object, list[str]] = defaultdict(list)
    years: dict[object, int] = {}
    for claim, level, first in _select(store, _BACKED):
        levels[claim].append(words[level])
        if first is not None:
            years[claim] = min(int(first.value[:4]), years.get(claim, 9999))
    contested = {claim for (claim,) in _select(store, _CONTESTED)}
    qualifiers: dict[object, list[tuple[str, Value]]] = defaultdict(list)
    for claim, name, value in _select(store, _QUALIFIERS):
        qualifiers[claim].append((compress(name.value), to_value(value)))
    links = []
    for claim, subject, predicate, node, support, best in _select(store, _CLAIMS):
        if claim not in levels:
            continue
        is_text = isinstance(node, ox.Literal)
        links.append(
            Link(
                compress(subject.value),
                node.value if is_text else compress(node.value),
                compress(predicate.value),
                compress(claim.value),
                float(support.value),
                claim in contested,
                compress(best.value),
                tuple(sorted(levels[claim])),
                years.get(claim),
                tuple(sorted(qualifiers.get(claim, ()), key=lambda pair: (pair[0], str(pair[1])))),
                is_text,
            )
        )
    stated = {(link.source, link.predicate, link.target) for link in links if not link.is_text}
    for subject, predicate, node in _select(store, _TRIPLES):
        told = compress(subject.value), compress(predicate.value), compress(node.value)
        if told not in stated:
            links.append(Link(told[0], told[2], told[1]))
    return tuple(sorted(links, key=lambda link: (link.source, link.predicate, link.target, link.claim)))


def read_entities(store: ox.Store) -> dict[str, Entity]:
    """CURIE -> entity, of everything with a label, in the order of CURIEs."""
    labels: dict[str, str] = {}
    types: dict[str, set[str]] = defaultdict(set)
    for entity, label, kind in _select(store, _ENTITIES):
        curie = compress(entity.value)
        labels[curie] = label.value
        if kind is not None:
            types[curie].add(compress(kind.value))
    return {curie: Entity(curie, label, *_sort_of(types[curie])) for curie, label in sorted(labels.items())}


def standing(entity: Entity) -> bool:
    """Whether an entity is a node of the network even when no link leads to it."""
    return entity.kind in _STANDING


_KIND_OF = {f"bsab:{name}": kind for kind, name in KINDS.items()}


def _sort_of(types: set[str]) -> tuple[str, str]:
    """Kind and class: of several classes the one that `KINDS` names first."""
    kinds = sorted((_KIND_OF[name] for name in types if name in _KIND_OF), key=KINDS_ORDER.__getitem__)
    if kinds:
        return kinds[0], f"bsab:{KINDS[kinds[0]]}"
    return "term", min(types, key=lambda name: (not name.startswith("bsab:"), name), default="")


def _select(store: ox.Store, query: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a query; the terms of each in the order of its columns."""
    result = store.query(query, prefixes=PREFIXES)
    assert isinstance(result, ox.QuerySolutions)
    for solution in result:
        yield tuple(solution)
