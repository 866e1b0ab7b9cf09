"""The nodes and edges around entities, as views draw them; every edge with its claim and evidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pyoxigraph as ox

from kg.evidence import Line, Stated, claims, shown
from kg.lookup import kinds_of
from kg.store import Opened
from kg.terms import PREFIXES, compress, expand
from kg.views.shapes import Edge, Node, Source

# What a picture follows. Formats, phases and other vocabulary would join everything to everything.
EDGE_TYPES = (
    "hasArm",
    "binds",
    "bindsEpitope",
    "expressedByCell",
    "performs",
    "testedIn",
    "escapedThrough",
    "expressedOn",
)
PAIR_EDGES = ("hasPair",)
# Followed from the start only: what else an antibody was tested in says nothing about the thing in the middle.
_FROM_START = frozenset({"bsab:testedIn", "bsab:expressedOn"})
_DRAWN = ("antibody", "arm", "pair", "epitope", "antigen", "cell", "function", "tumor", "escape")
_FREE = "arm"  # an arm is a part of its antibody: passing it is no step


def neighborhood(
    opened: Opened, start: Sequence[str], depth: int, max_nodes: int
) -> tuple[tuple[Node, ...], tuple[Edge, ...], int]:
    """Nodes and edges within `depth` steps of `start` (CURIEs), and how many nodes were left out.

    Claims are followed both ways from the start and from arms, and outward only from everything else: else every
    picture would run through CD3 to half of the graph. Where there are more than `max_nodes`, those reached through
    the best supported claims stay. Deterministic.
    """
    store = opened.store
    types = EDGE_TYPES + (PAIR_EDGES if any(curie.startswith("pair:") for curie in start) else ())
    kept: dict[str, str] = {}
    edges: dict[str, Stated] = {}
    left_out: set[str] = set()
    layer = dict.fromkeys(start, 1.0)
    for step in range(depth + 1):
        reached: dict[str, float] = {}
        waiting = sorted(layer, key=lambda curie: (-layer[curie], curie))
        while waiting:
            curie = waiting.pop(0)
            kind = _kind(store, curie)
            if curie in kept or kind is None:
                continue
            if len(kept) >= max_nodes:
                left_out.add(curie)
                continue
            kept[curie] = kind
            both = curie in start or kind == _FREE
            if step == depth and kind != _FREE:
                continue
            for stated in _around(store, curie, types, both):
                if stated.predicate in _FROM_START and curie not in start:
                    continue
                edges[stated.claim] = stated
                other = compress(_iri(stated)) if stated.subject == curie else stated.subject
                if other in kept:
                    continue
                if _kind(store, other) == _FREE:
                    waiting.append(other)
                else:
                    reached[other] = max(reached.get(other, 0.0), stated.support)
        layer = reached
    inside = [stated for stated in edges.values() if stated.subject in kept and compress(_iri(stated)) in kept]
    nodes = tuple(_node(store, curie, kind) for curie, kind in sorted(kept.items()))
    drawn = merged(to_edge(store, stated) for stated in sorted(inside, key=lambda stated: stated.claim))
    return nodes, drawn, len(left_out - set(kept))


def merged(edges: Iterable[Edge]) -> tuple[Edge, ...]:
    """Edges that say the same of the same two nodes as one, with all their sources.

    Claims that differ in the trial only would else draw a bundle of equal lines; the best supported one names it.
    """
    together: dict[tuple[str, str, str], list[Edge]] = {}
    for edge in edges:
        together.setdefault((edge.source, edge.target, edge.label), []).append(edge)
    drawn = []
    for same in together.values():
        best = max(same, key=lambda edge: (edge.support or 0.0, edge.claim))
        years = [edge.year for edge in same if edge.year]
        sources = tuple(dict.fromkeys(source for edge in same for source in edge.sources))
        contested = any(edge.contested for edge in same)
        drawn.append(replace(best, sources=sources, year=min(years, default=None), contested=contested))
    return tuple(sorted(drawn, key=lambda edge: (edge.source, edge.target, edge.label)))


def _kind(store: ox.Store, curie: str) -> str | None:
    return next((kind for kind in kinds_of(store, ox.NamedNode(expand(curie))) if kind in _DRAWN), None)


def _iri(stated: Stated) -> str:
    return stated.object.value


def _around(store: ox.Store, curie: str, types: Iterable[str], both: bool) -> list[Stated]:
    node = ox.NamedNode(expand(curie))
    wanted = {f"bsab:{name}" for name in types}
    found = [*claims(store, node), *(claims(store, None, None, node) if both else ())]
    return [
        stated
        for stated in found
        if stated.predicate in wanted and isinstance(stated.object, ox.NamedNode) and not stated.refuted
    ]


def _node(store: ox.Store, curie: str, kind: str) -> Node:
    iri = expand(curie)
    # Our own identifiers do not resolve yet: only public ones lead out.
    href = "" if iri.startswith(PREFIXES["bsab"]) else iri
    return Node(curie, shown(store, ox.NamedNode(iri)), kind, (("identifier", curie),), href)


def to_edge(store: ox.Store, stated: Stated) -> Edge:
    """A claim as an edge of a picture."""
    years = [int(line.date[:4]) for line in stated.lines if line.date]
    label = shown(store, ox.NamedNode(expand(stated.predicate)))
    qualifiers = [str(value) for name, value in stated.qualifiers if name == "bsab:inTumor"]
    if qualifiers:
        label += f" ({', '.join(shown(store, ox.NamedNode(expand(value))) for value in qualifiers)})"
    return Edge(
        stated.subject,
        compress(_iri(stated)),
        label,
        stated.claim,
        round(stated.support, 4),
        stated.contested,
        min(years) if years else None,
        tuple(to_source(line) for line in stated.lines),
    )


def to_source(line: Line) -> Source:
    """An evidence line as a picture's panel shows it."""
    href = expand(line.source) if not line.source.startswith("src:") else ""
    locator = line.locator
    if locator.startswith(("http://", "https://")) and not href:
        href = locator.split()[0]
    return Source(line.source.removeprefix("src:"), href, locator, line.level, line.stance, line.reading, line.date)
