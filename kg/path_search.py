"""The best paths between two entities, over an allow-list of edge types, with the claim at every step."""

from __future__ import annotations

import difflib
import heapq
import math
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import pyoxigraph as ox

from kg.errors import KgError, UsageError
from kg.evidence import claim
from kg.lookup import KINDS
from kg.neighborhood import merged, to_edge
from kg.network import ALLOWED, projection
from kg.query import Answer, Record, records
from kg.store import Opened
from kg.terms import PREFIXES, expand
from kg.views.shapes import Edge, Node

if TYPE_CHECKING:
    from kg.network import Graph, MultiDiGraph

# What a path may lead through. It may begin and end at any kind, but by way of a tumor, a trial or an agent class
# everything is near to everything.
PASSED = (
    "antibody",
    "arm",
    "epitope",
    "antigen",
    "cell",
    "function",
    "mechanism",
    "killing",
    "blocking",
    "escape",
    "observation",
    "counter",
    "term",
)
MAX_EDGES = 8  # from an antibody over a shared antigen to what another antibody binds
COLUMNS = ("path", "support", "step", "from", "direction", "link", "to", "claim", "step_support", "source")


class Step(NamedTuple):
    """One edge of a path, as it is walked; `forward` when it is said in this direction.

    What is no claim has an empty `claim` and `source`, and support 1.
    """

    start: str
    start_label: str
    end: str
    end_label: str
    predicate: str
    label: str
    forward: bool
    claim: str
    support: float
    contested: bool
    source: str


class FoundPath(NamedTuple):
    """A path and its steps, in order."""

    steps: tuple[Step, ...]

    @property
    def support(self) -> float:
        """The product of the support of its steps: never above its weakest one."""
        return chain_support(step.support for step in self.steps)

    @property
    def weakest(self) -> float:
        """The least support among its steps."""
        return min(step.support for step in self.steps)

    def as_json(self) -> dict[str, Any]:
        """The documented object of `kg path --format json`."""
        return {
            "support": round(self.support, 4),
            "weakest": round(self.weakest, 4),
            "contested": any(step.contested for step in self.steps),
            "steps": [
                {
                    "from": step.start,
                    "from_label": step.start_label,
                    "to": step.end,
                    "to_label": step.end_label,
                    "predicate": step.predicate,
                    "link": step.label,
                    "forward": step.forward,
                    "claim": step.claim,
                    "support": round(step.support, 4) if step.claim else None,
                    "contested": step.contested,
                    "source": step.source,
                }
                for step in self.steps
            ],
        }


def chain_support(values: Iterable[float]) -> float:
    """Support of links that must all hold: their product."""
    return math.prod(values)


def find_paths(
    network: MultiDiGraph,
    start: str,
    end: str,
    count: int = 3,
    *,
    allow: Collection[str] = ALLOWED,
    max_edges: int = MAX_EDGES,
    through: Collection[str] = (),
) -> tuple[FoundPath, ...]:
    """The `count` best paths between two nodes, best first; fewer, or none, where there are no more.

    Best is the least weight of `kg.network.projection`, and at equal weight the first by the CURIEs of the nodes. No
    path meets a node twice.

    Parameters
    ----------
    network
        As `kg.network.claim_network` gives it.
    start, end
        CURIEs of two nodes.
    allow
        CURIEs of the edge types to walk, in either direction.
    max_edges
        The most edges of a path.
    through
        Kinds of node to pass beside `PASSED`.

    Raises
    ------
    UsageError
        Both ends are the same, an end is no node of the network, or no edge of the network has an allowed type.
    """
    for curie in (start, end):
        if curie not in network:
            raise UsageError("is no node of the network of claims", curie, "name an entity that claims are about")
    if start == end:
        raise UsageError("a path needs two different ends", start, "name another one")
    graph = projection(network, allow)
    kinds = {*PASSED, *through}
    passable = {name for name, node in graph.nodes(data=True) if node["kind"] in kinds}
    found = cheapest_paths(graph, start, end, count, max_edges, passable)
    return tuple(FoundPath(tuple(_step(graph, *ends) for ends in pairwise(names))) for names in found)


def cheapest_paths(
    graph: Graph, start: str, end: str, count: int, max_edges: int, passable: Collection[str]
) -> list[tuple[str, ...]]:
    """The nodes of the cheapest simple paths of at most `max_edges` edges, by weight and then by name.

    Best-first search: what is left to the end is never overestimated, since it is the least weight of a walk of so
    many edges (Hart, Nilsson and Raphael 1968). So paths come out in order, and only what may be among the best is
    looked at. networkx has the k cheapest simple paths (Yen), but not with a bound on their length.
    """
    left = _weight_left(graph, end, max_edges, passable)
    found: list[tuple[str, ...]] = []
    waiting: list[tuple[float, tuple[str, ...], float]] = []
    if start in left[max_edges]:
        waiting.append((left[max_edges][start], (start,), 0.0))
    while waiting and len(found) < count:
        _, names, weight = heapq.heappop(waiting)
        if names[-1] == end:
            found.append(names)
            continue
        ahead = left[max_edges - len(names)]
        for name, edge in graph[names[-1]].items():
            if name in ahead and name not in names and (name == end or name in passable):
                so_far = weight + edge["weight"]
                # Rounded, so that equal weights stay equal in whatever order they were added up.
                heapq.heappush(waiting, (round(so_far + ahead[name], 9), (*names, name), so_far))
    return found


def _weight_left(graph: Graph, end: str, max_edges: int, passable: Collection[str]) -> list[dict[str, float]]:
    """For each number of edges: node -> least weight of a walk to the end with no more edges than that."""
    left: list[dict[str, float]] = [{end: 0.0}]
    for _ in range(max_edges):
        nearer = left[-1]
        further = dict(nearer)
        for name, weight in nearer.items():
            if name != end and name not in passable:
                continue
            for other, edge in graph[name].items():
                if weight + edge["weight"] < further.get(other, math.inf):
                    further[other] = weight + edge["weight"]
        left.append(further)
    return left


def _step(graph: Graph, start: str, end: str) -> Step:
    edge = graph.edges[start, end]
    return Step(
        start,
        graph.nodes[start]["label"],
        end,
        graph.nodes[end]["label"],
        edge["predicate"],
        edge["label"],
        edge["subject"] == start,
        edge["claim"],
        edge["support"],
        edge["contested"],
        edge["source"],
    )


def edge_types(network: MultiDiGraph, names: Sequence[str]) -> tuple[str, ...]:
    """The CURIEs of edge types that are given by CURIE, by local name or by label.

    Raises
    ------
    UsageError
        The network has no such edges; near misses are in the hint.
    """
    known = {edge["predicate"]: edge["label"] for *_, edge in network.edges(data=True)}
    called: dict[str, str] = {}
    for curie, label in sorted(known.items()):
        for name in (curie, curie.partition(":")[2], label):
            called.setdefault(name.casefold(), curie)
    unknown = [name for name in names if name.casefold() not in called]
    if unknown:
        short = sorted(curie.partition(":")[2] for curie in known)
        near = difflib.get_close_matches(unknown[0], short, n=3) or short
        raise UsageError(f"no edge is of type {unknown[0]!r}", "--allow", f"for instance: {', '.join(near)}")
    return tuple(dict.fromkeys(called[name.casefold()] for name in names))


def node_kinds(names: Sequence[str]) -> tuple[str, ...]:
    """Kinds of node, checked.

    Raises
    ------
    UsageError
        There is no such kind.
    """
    for name in names:
        if name not in (*KINDS, "term"):
            raise UsageError(f"there is no kind {name!r}", "--through", f"one of: {', '.join(KINDS)}")
    return tuple(names)


def as_rows(paths: Iterable[FoundPath]) -> Answer:
    """Paths as rows, one a step."""
    rows: list[Record] = [
        {
            "path": number,
            "support": round(path.support, 4),
            "step": place,
            "from": step.start_label,
            "direction": "->" if step.forward else "<-",
            "link": step.label,
            "to": step.end_label,
            "claim": step.claim or None,
            "step_support": round(step.support, 4) if step.claim else None,
            "source": step.source or None,
        }
        for number, path in enumerate(paths, start=1)
        for place, step in enumerate(path.steps, start=1)
    ]
    return records(COLUMNS, rows)


def drawn_paths(
    opened: Opened, network: MultiDiGraph, paths: Iterable[FoundPath]
) -> tuple[tuple[Node, ...], tuple[Edge, ...]]:
    """The nodes and edges of some paths, as a picture shows them: each once, with all evidence of its claim."""
    nodes: dict[str, Node] = {}
    edges: list[Edge] = []
    for step in sorted({step for path in paths for step in path.steps}):
        for curie in (step.start, step.end):
            known, iri = network.nodes[curie], expand(curie)
            # Our own identifiers do not resolve yet: only public ones lead out.
            href = "" if iri.startswith(PREFIXES["bsab"]) else iri
            nodes[curie] = Node(curie, known["label"], known["kind"], (("identifier", curie),), href)
        if step.claim:
            stated = claim(opened.store, ox.NamedNode(expand(step.claim)))
            if stated is None:
                raise KgError("is not in this store", step.claim, "find the paths in the view that is drawn")
            edges.append(to_edge(opened.store, stated))
        else:
            ends = (step.start, step.end) if step.forward else (step.end, step.start)
            edges.append(Edge(*ends, step.label))
    return tuple(nodes[curie] for curie in sorted(nodes)), merged(edges)
