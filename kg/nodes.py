"""What stands around a node in the default graph of an open store: IRIs and literals, typed."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

Node = ox.NamedNode | ox.Literal

_DEFAULT = ox.DefaultGraph()


def text(term: object) -> str:
    """The IRI or the lexical form of a term."""
    return term.value if isinstance(term, ox.NamedNode | ox.Literal | ox.BlankNode) else str(term)


def statements(store: ox.Store, node: ox.NamedNode) -> Iterator[tuple[ox.NamedNode, Node]]:
    """Predicate and object of every triple about a node; anonymous objects (OWL expressions) are left out."""
    for quad in store.quads_for_pattern(node, None, None, _DEFAULT):
        if isinstance(quad.object, Node):
            yield quad.predicate, quad.object


def bulk(store: ox.Store, node: ox.NamedNode) -> Iterator[tuple[str, ox.NamedNode, Node]]:
    """Graph, predicate and object of every triple about a node in the named source graphs."""
    for quad in store.quads_for_pattern(node, None, None):
        if isinstance(quad.graph_name, ox.NamedNode) and isinstance(quad.object, Node):
            yield quad.graph_name.value, quad.predicate, quad.object


def objects(store: ox.Store, node: ox.NamedNode, predicate: ox.NamedNode) -> Iterator[Node]:
    """The objects of one predicate of a node."""
    for quad in store.quads_for_pattern(node, predicate, None, _DEFAULT):
        if isinstance(quad.object, Node):
            yield quad.object


def subjects(store: ox.Store, predicate: ox.NamedNode, node: Node) -> Iterator[ox.NamedNode]:
    """The nodes that a predicate joins to an object."""
    for quad in store.quads_for_pattern(None, predicate, node, _DEFAULT):
        if isinstance(quad.subject, ox.NamedNode):
            yield quad.subject
