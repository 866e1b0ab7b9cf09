"""Chains as nodes and edges of a picture, from the antibody on the left to the counters on the right."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg.chains.answer import Break, ChainAnswer, Wanted, answer_chains
from kg.chains.links import Link
from kg.chains.walk import Chain
from kg.errors import NotFoundError, UsageError
from kg.evidence import claim
from kg.lookup import Match
from kg.neighborhood import merged, to_edge
from kg.nodes import subjects
from kg.store import Opened
from kg.terms import PREFIXES, compress, expand
from kg.views.shapes import Edge, Node

if TYPE_CHECKING:
    from kg.picture import Picture

Graph = tuple[tuple[Node, ...], tuple[Edge, ...]]

_PARTS = {"antibody": "antibody", "antigen": "antigen", "tumor": "tumor", "cell": "effector", "escape": "escape"}
_HAS_PAIR = ox.NamedNode(PREFIXES["bsab"] + "hasPair")
_ENDS = {
    "bsab:hasArm": ("antibody", "arm"),
    "bsab:bindsEpitope": ("arm", "epitope"),
    "bsab:epitopeOf": ("epitope", "antigen"),
    "bsab:binds": ("arm", "antigen"),
    "bsab:hasFcActivity": ("antibody", "arm"),
    "bsab:engagesReceptor": ("arm", "antigen"),
    "bsab:expressedByCell": ("antigen", "cell"),
    "bsab:expressedOn": ("antigen", "tumor"),
}


def draw_chains(answer: ChainAnswer, title: str, max_nodes: int) -> Picture:
    """The picture of the chains; those that do not fit are counted in the title and in `left_out`.

    Raises
    ------
    NotFoundError
        There is no chain to draw.
    """
    from kg.picture import draw

    (nodes, edges), left_out = to_graph(answer, max_nodes)
    if not nodes:
        raise NotFoundError("no chain fits, so nothing was drawn", "", "ask for less, or for more nodes")
    more = f" ({len(answer.traced) - left_out} of {len(answer.traced)} chains)" if left_out else ""
    return draw(answer.opened, nodes, edges, title + more, layout="layers", left_out=left_out)


def chains_around(opened: Opened, matches: Iterable[Match]) -> ChainAnswer:
    """The chains that have all that is named: any of the antibodies, and the antigen, tumor, cell, escape and pair.

    Raises
    ------
    UsageError
        Two of one kind are named, antibodies apart, or something that is no part of a chain.
    """
    antibodies, pair, parts = [], "", {}
    for match in matches:
        part = _PARTS.get(match.kind)
        if match.kind == "antibody":
            antibodies.append(match.curie)
        elif match.kind == "pair":
            pair = match.curie
        elif part is None or part in parts:
            what = "stands in no chain" if part is None else f"is one {match.kind} too many"
            raise UsageError(what, match.label, "name antibodies, and at most one antigen, tumor, cell, escape or pair")
        else:
            parts[part] = match.curie
    wanted = Wanted(**parts)
    if pair:
        node = ox.NamedNode(expand(pair))
        joined = {compress(found.value) for found in subjects(opened.store, _HAS_PAIR, node)}
        antibodies = sorted(joined.intersection(antibodies) if antibodies else joined)
        if not antibodies:
            return ChainAnswer(opened)
    answers = [answer_chains(opened, wanted._replace(antibody=antibody)) for antibody in antibodies or [""]]
    answers[0].traced = tuple(traced for answer in answers for traced in answer.traced)
    return answers[0]


def to_graph(answer: ChainAnswer, max_nodes: int) -> tuple[Graph, int]:
    """Nodes and edges of the chains, and how many chains were left out so that at most `max_nodes` are drawn.

    Chains are taken in their order, whole; escapes and counters follow while there is room.
    """
    kinds: dict[str, str] = {}
    edges: list[Edge] = []
    drawn = []

    def add(found: Iterator[tuple[Edge, str, str]]) -> bool:
        new = list(found)
        parts = {end: kind for edge, *ends in new for end, kind in zip((edge.source, edge.target), ends, strict=True)}
        if len(kinds.keys() | parts.keys()) > max_nodes:
            return False
        for curie, kind in parts.items():
            kinds.setdefault(curie, kind)
        edges.extend(edge for edge, *_ in new)
        return True

    for traced in answer.traced:
        if add(_chain(answer, traced.chain)):
            drawn.append(traced)
    for traced in drawn:
        for broken in traced.breaks:
            add(_break(answer, traced.chain, broken, frozenset(kinds)))
    own = {traced.chain.antibody for traced in drawn}
    nodes = tuple(_node(answer, curie, kind, own) for curie, kind in sorted(kinds.items()))
    return (nodes, merged(dict.fromkeys(edges))), len(answer.traced) - len(drawn)


def _chain(answer: ChainAnswer, chain: Chain) -> Iterator[tuple[Edge, str, str]]:
    """The edges of a chain with the kinds of their ends; roles and mechanisms stand in the edges that they explain."""
    for link in chain.links:
        if link.predicate in _ENDS:
            yield _edge(answer, link), *_ENDS[link.predicate]
        elif link.predicate == "bsab:effectorFunction" and chain.cell:
            # From the cell that does it, since a receptor does nothing by itself.
            yield _edge(answer, link._replace(source=chain.cell)), "cell", "function"
            yield _edge(answer, Link(link.target, "bsab:actsThrough", chain.effect)), "function", "mechanism"
        elif link.predicate == "bsab:hasMechanism" or (link.target == chain.effect and not chain.cell):
            yield _edge(answer, link._replace(source=chain.target, target=chain.effect)), "antigen", "mechanism"
        elif link.predicate == "bsab:testedIn":
            yield _edge(answer, link._replace(source=chain.effect)), "mechanism", "tumor"


def _break(
    answer: ChainAnswer, chain: Chain, broken: Break, present: frozenset[str]
) -> Iterator[tuple[Edge, str, str]]:
    kind = broken.escape.kind
    for link in broken.escape.claims:
        # What is documented of the antibody or its class is drawn from the antibody.
        antigen = link.source in (chain.held, chain.target)
        source = link.source if antigen else chain.antibody
        yield _edge(answer, link._replace(source=source)), "antigen" if antigen else "antibody", "escape"
    for counter in answer.counters(chain, broken.escape):
        if counter.basis == "documented":
            for by in counter.by or (counter.measure,):
                stated = Link(kind, "bsab:counteredBy", by, counter.claim, counter.support or 0.0)
                yield _edge(answer, stated), "escape", "antibody" if counter.by else "counter"
        else:
            for arm in present.intersection(counter.by):
                yield Edge(kind, arm, "countered by structure"), "escape", "arm"


def _edge(answer: ChainAnswer, link: Link) -> Edge:
    """A link as an edge between its own ends, with the evidence of its claim."""
    store = answer.opened.store
    stated = claim(store, ox.NamedNode(expand(link.claim))) if link.claim else None
    if stated is None:
        return Edge(link.source, link.target, answer.label(link.predicate))
    edge = to_edge(store, stated)
    evidence = (edge.support, edge.contested, edge.year, edge.sources, edge.tumors)
    return Edge(link.source, link.target, edge.label, edge.claim, *evidence)


def _node(answer: ChainAnswer, curie: str, kind: str, own: Collection[str]) -> Node:
    iri = expand(curie)
    # Our own identifiers do not resolve yet: only public ones lead out.
    href = "" if iri.startswith(PREFIXES["bsab"]) else iri
    # A counter-measure's label opens with the observation that it belongs to, which says nothing in a picture.
    label = answer.label(curie).partition(": ")[2] if kind == "counter" else answer.label(curie)
    # An antibody that counters an escape and has no chain here stands where the other counters do.
    column = "counter" if kind == "antibody" and curie not in own else ""
    return Node(curie, label, kind, (("identifier", curie),), href, None, column)
