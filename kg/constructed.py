"""What a CONSTRUCT query gives, as nodes and edges of a picture; an edge that a claim states has its evidence."""

from __future__ import annotations

import re
from collections import Counter

import pyoxigraph as ox

from kg.errors import NotFoundError, UsageError
from kg.evidence import claims, shown
from kg.lookup import LABEL, TYPE, kinds_of
from kg.neighborhood import merged, to_edge
from kg.query import sparql
from kg.store import Opened
from kg.terms import PREFIXES, compress
from kg.views.kinds import kind_of
from kg.views.shapes import Edge, Node

_MECHANISMS = {"killing": "mechanism", "blocking": "mechanism"}
_OTHER = "term"
_LONGEST = 120  # characters of a label that the query makes

Resource = ox.NamedNode | ox.BlankNode


def constructed(opened: Opened, query: str, max_nodes: int) -> tuple[tuple[Node, ...], tuple[Edge, ...], int]:
    """Nodes and edges of a CONSTRUCT query's triples, and how many nodes were left out.

    A triple between two resources is an edge; a literal is a detail of its subject, and `rdfs:label` its label. The
    kind of a node is that of the graph or, for what the graph does not know, its `rdf:type`. Where there are more
    than `max_nodes`, those in most triples stay.

    Raises
    ------
    UsageError
        It is no CONSTRUCT query, or not SPARQL.
    NotFoundError
        It gives no triple.
    """
    turtle = sparql(opened, query)
    if not isinstance(turtle, bytes):
        raise UsageError("is no CONSTRUCT query", "--construct", "CONSTRUCT { ?a bsab:testedIn ?t } WHERE { ... }")
    found = ox.Dataset(ox.parse(turtle, format=ox.RdfFormat.TURTLE))
    found.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)  # else nameless nodes get a name by chance
    triples = sorted({quad.triple for quad in found}, key=str)
    links: list[tuple[Resource, ox.NamedNode, Resource]] = []
    labels: dict[str, str] = {}
    types: dict[str, str] = {}
    details: dict[str, list[tuple[str, str]]] = {}
    resources: dict[str, Resource] = {}
    degree: Counter[str] = Counter()
    for triple in triples:
        subject, predicate, end = triple.subject, triple.predicate, triple.object
        if isinstance(subject, ox.Triple) or isinstance(end, ox.Triple):
            continue  # a claim about a triple is no edge between two things
        name = _name(subject)
        resources.setdefault(name, subject)
        if predicate == TYPE and isinstance(end, ox.NamedNode):
            types.setdefault(name, re.split(r"[/#:]", end.value)[-1])
        elif isinstance(end, ox.Literal):
            if predicate == LABEL:
                labels.setdefault(name, end.value[:_LONGEST])
            else:
                details.setdefault(name, []).append((_label(opened.store, predicate), end.value))
        else:
            resources.setdefault(_name(end), end)
            degree.update({name, _name(end)})
            links.append((subject, predicate, end))
    if not resources:
        raise NotFoundError("the query constructs nothing, so nothing was drawn", "--construct", "kg sparql shows more")
    kept = set(sorted(resources, key=lambda name: (-degree[name], name))[:max_nodes])
    nodes = tuple(
        _node(opened.store, resources[name], labels, types, tuple(details.get(name, ()))) for name in sorted(kept)
    )
    inside = [link for link in links if _name(link[0]) in kept and _name(link[2]) in kept]
    edges = [edge for link in inside for edge in _edges(opened.store, *link)]
    return nodes, merged(edges), len(resources) - len(kept)


def _label(store: ox.Store, predicate: ox.NamedNode) -> str:
    """The label of a relation; the end of its IRI where it has none."""
    label = shown(store, predicate)
    return re.split(r"[/#:]", predicate.value)[-1] if label == compress(predicate.value) else label


def _name(resource: Resource) -> str:
    return compress(resource.value) if isinstance(resource, ox.NamedNode) else f"_:{resource.value}"


def _node(
    store: ox.Store, resource: Resource, labels: dict[str, str], types: dict[str, str],
    details: tuple[tuple[str, str], ...],
) -> Node:  # fmt: skip
    name = _name(resource)
    type_ = types.get(name, "")
    if isinstance(resource, ox.BlankNode):
        return Node(name, labels.get(name, "nameless"), kind_of(type_) or type_ or _OTHER, details)
    known = next(iter(kinds_of(store, resource)), "")
    kind = _MECHANISMS.get(known, known) or kind_of(type_) or type_ or _OTHER
    # Our own identifiers do not resolve yet: only public ones lead out.
    href = "" if resource.value.startswith(PREFIXES["bsab"]) else resource.value
    return Node(name, labels.get(name) or shown(store, resource), kind, (("identifier", name), *details), href)


def _edges(store: ox.Store, subject: Resource, predicate: ox.NamedNode, end: Resource) -> list[Edge]:
    """The claims that state a triple, each as an edge; one without evidence where none does."""
    if isinstance(subject, ox.NamedNode) and isinstance(end, ox.NamedNode):
        stated = [to_edge(store, found) for found in claims(store, subject, predicate, end)]
        if stated:
            return stated
    return [Edge(_name(subject), _name(end), _label(store, predicate))]
