"""The graph as networkx: every triple without loss, the network of claims between entities, and its projection."""

from __future__ import annotations

import math
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import networkx as nx
import pyoxigraph as ox

from kg.errors import KgError
from kg.links import Entity, read_entities, read_links, standing
from kg.lookup import LOOKUP_GRAPH
from kg.store import Opened
from kg.terms import compress, expand

if TYPE_CHECKING:
    MultiDiGraph = nx.MultiDiGraph[str]
    Graph = nx.Graph[str]

# The edge types that paths walk. What would join everything to everything is not among them: phases, roles, formats,
# scopes, hierarchies, events. Nor is what an escape observation reports: it is evidence of a claim, which is walked.
ALLOWED = (
    "bsab:hasArm",
    "bsab:binds",
    "bsab:bindsEpitope",
    "bsab:epitopeOf",
    "bsab:expressedByCell",
    "bsab:performs",
    "bsab:actsThrough",
    "bsab:engagesReceptor",
    "bsab:expressedOn",
    "bsab:testedIn",
    "bsab:escapedThrough",
    "bsab:escapeMechanism",
    "bsab:runsThrough",
    "bsab:counteredBy",
    "bsab:counterAntibody",
)
STEP_COST = 0.1
PASSING_COST = 0.2


def to_networkx(opened: Opened) -> MultiDiGraph:
    """Every quad of a view as an edge, so that `from_networkx` gives the same graph back.

    A node is a term of RDF. Its name is a CURIE, or an IRI where no prefix fits, for an IRI; `_:` and a label for a
    blank node; the form that N-Triples gives it, for a literal. It has these attributes:

    - `term`: `iri`, `literal` or `blank`;
    - `value`: the whole IRI, the label, or the text;
    - `datatype` and `language` of a literal, the language empty where there is none.

    An edge has the attributes `predicate` and `graph`, CURIEs, the graph empty for the default graph, and the two
    with a blank between them as its key. The index of names is no fact and is left out. Time and memory are linear
    in the number of quads: 118,000 take about a second and a half.
    """
    return from_quads(quad for quad in opened.store if quad.graph_name != LOOKUP_GRAPH)


def from_quads(quads: Iterable[ox.Quad]) -> MultiDiGraph:
    """The network of any quads, as `to_networkx` makes it of a view.

    Raises
    ------
    KgError
        A term is a triple, as RDF 1.2 allows: a node cannot be an edge.
    """
    network: MultiDiGraph = nx.MultiDiGraph()
    names: dict[object, str] = {}

    def name(term: object) -> str:
        if term not in names:
            names[term], attributes = _node(term)
            network.add_node(names[term], **attributes)
        return names[term]

    for quad in quads:
        predicate = _curie(quad.predicate.value)
        graph = "" if isinstance(quad.graph_name, ox.DefaultGraph) else _graph_name(quad.graph_name)
        ends = name(quad.subject), name(quad.object)
        network.add_edge(*ends, key=f"{predicate} {graph}".rstrip(), predicate=predicate, graph=graph)
    return network


def from_networkx(network: MultiDiGraph) -> list[ox.Quad]:
    """The quads of a network that `to_networkx` made, sorted; blank nodes keep their labels.

    Raises
    ------
    KgError
        A node or an edge lacks an attribute that says what it is.
    """
    try:
        terms = {name: _term(attributes) for name, attributes in network.nodes(data=True)}
        quads = [
            ox.Quad(
                terms[source],
                ox.NamedNode(expand(edge["predicate"])),
                terms[target],
                _graph_term(edge["graph"]) if edge["graph"] else ox.DefaultGraph(),
            )
            for source, target, edge in network.edges(data=True)
        ]
    except (KeyError, ValueError, TypeError) as error:
        raise KgError(f"is no network of triples: {error}", "from_networkx", "give what to_networkx made") from None
    return sorted(quads, key=str)


def claim_network(opened: Opened) -> MultiDiGraph:
    """Entities and words of the vocabulary, joined by claims that a supporting line backs, and by what needs no claim.

    Claims about text and numbers, and claims that are only refuted or only inconclusive, are not in it.

    A node is a CURIE with the attributes `label`, `kind` (one of `kg.lookup.KINDS`; `term` for other words of the
    vocabulary) and `type` (CURIE of its class). An edge leads from subject to object. Its key is the CURIE of its
    claim, or its predicate where it is none (`kg.links.IDENTITY`). It has these attributes:

    - `predicate` and `label`: CURIE and label of the property;
    - `claim`: CURIE, empty for what is no claim;
    - `support`: 0 to 1; what is no claim has 1;
    - `contested`: whether lines of the view refute it, too;
    - `source`: CURIE of the best source, empty for what is no claim;
    - `levels`: notations of the levels of its supporting lines, a tuple;
    - `year`: earliest year of its supporting lines, or None;
    - and each qualifier under its CURIE, such as `bsab:inTumor`.

    Nodes stand in the order of their CURIEs, edges by source, predicate, target and claim.
    """
    entities = read_entities(opened.store)
    links = [link for link in read_links(opened.store) if not link.is_text]
    ends = {end for link in links for end in (link.source, link.target)}
    network: MultiDiGraph = nx.MultiDiGraph()
    for curie in sorted(ends | {curie for curie, entity in entities.items() if standing(entity)}):
        entity = entities.get(curie) or Entity(curie, curie, "term", "")
        network.add_node(curie, label=entity.label, kind=entity.kind, type=entity.type)
    for link in links:
        known = entities.get(link.predicate)
        network.add_edge(
            link.source,
            link.target,
            key=link.claim or link.predicate,
            predicate=link.predicate,
            label=known.label if known else link.predicate.partition(":")[2],
            claim=link.claim,
            support=link.support,
            contested=link.contested,
            source=link.best_source,
            levels=link.levels,
            year=link.year,
            **dict(link.qualifiers),
        )
    return network


def projection(network: MultiDiGraph, allow: Iterable[str] = ALLOWED) -> Graph:
    """The network as a weighted graph without directions and parallel edges, of the allowed edge types only.

    Of parallel edges the best supported one stays (by claim, where several are): they differ in trial or tumor and
    mostly rest on the same papers, so they are no independent sources of one claim, and no noisy-or is taken.

    The weight of an edge is `-log(support)`, so that the weights of a path add up to the support of a chain of its
    claims; and `STEP_COST`, so that of two paths the shorter is better; and `PASSING_COST` times the mean logarithm
    of the degrees of its ends, so that a path by way of a rare antigen goes before one by way of CD3 (as
    degree-weighted path counts do it: https://het.io/hnep). A claim with support 0 gives no edge.

    Edges keep the attributes of `claim_network`, and `subject`: the end that the claim is about.
    """
    wanted = set(allow)
    graph: Graph = nx.Graph()
    graph.add_nodes_from(network.nodes(data=True))
    best: dict[tuple[str, str], tuple[tuple[float, str], str, dict[str, Any]]] = {}
    for source, target, key, edge in network.edges(keys=True, data=True):
        if edge["predicate"] not in wanted or edge["support"] <= 0 or source == target:
            continue
        ends = (source, target) if source < target else (target, source)
        rank = (-edge["support"], key)
        if ends not in best or rank < best[ends][0]:
            best[ends] = rank, source, edge
    for ends, (_, subject, edge) in sorted(best.items(), key=lambda found: found[0]):
        graph.add_edge(*ends, **edge, subject=subject)
    for one, other, edge in graph.edges(data=True):
        passing = (math.log(graph.degree[one]) + math.log(graph.degree[other])) / 2
        edge["weight"] = STEP_COST + PASSING_COST * passing - math.log(edge["support"])
    return graph


def _curie(iri: str) -> str:
    """The name of an IRI, from which `expand` makes the same IRI again."""
    name = compress(iri)
    with suppress(ValueError):  # what cannot be expanded is no name of ours
        if expand(name) == iri:
            return name
    return f"<{iri}>"


def _graph_name(term: object) -> str:
    return f"_:{term.value}" if isinstance(term, ox.BlankNode) else _curie(_iri(term).value)


def _graph_term(name: str) -> ox.NamedNode | ox.BlankNode:
    return ox.BlankNode(name[2:]) if name.startswith("_:") else ox.NamedNode(expand(name))


def _iri(term: object) -> ox.NamedNode:
    if not isinstance(term, ox.NamedNode):
        raise KgError("a triple cannot be a node of a network", str(term), "leave it out, or reify it")
    return term


def _node(term: object) -> tuple[str, dict[str, str]]:
    if isinstance(term, ox.Literal):
        language = term.language or ""
        attributes = {"term": "literal", "value": term.value, "datatype": _curie(term.datatype.value)}
        return str(term), attributes | {"language": language}
    if isinstance(term, ox.BlankNode):
        return str(term), {"term": "blank", "value": term.value}
    iri = _iri(term).value
    return _curie(iri), {"term": "iri", "value": iri}


def _term(attributes: dict[str, Any]) -> Any:
    kind, value = attributes["term"], attributes["value"]
    if kind == "iri":
        return ox.NamedNode(value)
    if kind == "blank":
        return ox.BlankNode(value)
    if kind != "literal":
        raise ValueError(f"{kind!r} is no kind of term")
    if attributes["language"]:
        return ox.Literal(value, language=attributes["language"])
    return ox.Literal(value, datatype=ox.NamedNode(expand(attributes["datatype"])))
