"""The nodes and edges around entities, as views draw them; every edge with its claim and evidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pyoxigraph as ox

from kg.errors import AmbiguousError, NotFoundError
from kg.evidence import Line, Stated, claim, claims, shown
from kg.lookup import PAIR_NAME, Match, find, kinds_of
from kg.nodes import objects, subjects
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
_IS_PAIRED = "bsab:hasPair"
_DRAWN = ("antibody", "arm", "pair", "epitope", "antigen", "cell", "function", "tumor", "escape")
_FREE = "arm"  # an arm is a part of its antibody: passing it is no step
_IN_TUMOR, _HAS_MEMBER = (ox.NamedNode(PREFIXES["bsab"] + name) for name in ("inTumor", "hasMember"))


def starts(store: ox.Store, names: Iterable[str]) -> tuple[Match, ...]:
    """What the names stand for; `DLL3 x CEACAM5` is two antigens where no antibody of the view joins them.

    Raises
    ------
    NotFoundError, AmbiguousError
        A name stands for nothing, or for several.
    """
    found: dict[str, Match] = {}
    for name in names:
        try:
            matches = [find(store, name)]
        except NotFoundError:
            parts = PAIR_NAME.match(name)
            if not parts:
                raise
            try:
                matches = [find(store, part, ("antigen",)) for part in parts.groups()]
            except (NotFoundError, AmbiguousError):
                matches = []
            if not matches:
                raise
        found |= {match.curie: match for match in matches}
    return tuple(found.values())


def neighborhood(
    opened: Opened, start: Sequence[str], depth: int, max_nodes: int
) -> tuple[tuple[Node, ...], tuple[Edge, ...], int]:
    """Nodes and edges within `depth` steps of `start` (CURIEs), and how many nodes were left out.

    Claims are followed both ways from the start and from arms, and outward only from everything else: else every
    picture would run through CD3 to half of the graph. Around a tumor stands also what escapes in it. Where there are
    more than `max_nodes`, those reached through the best supported claims stay. Deterministic.
    """
    store = opened.store
    types = EDGE_TYPES + (PAIR_EDGES if any(curie.startswith("pair:") for curie in start) else ())
    kept: dict[str, str] = {}
    passed: dict[str, int] = {}  # the least step at which a node was passed
    edges: dict[str, Stated] = {}
    left_out: set[str] = set()
    layers: list[dict[str, float]] = [dict.fromkeys(start, 1.0), *({} for _ in range(depth))]
    for first, layer in enumerate(layers):
        waiting = [(curie, first) for curie in sorted(layer, key=lambda curie: (-layer[curie], curie))]
        while waiting:
            curie, step = waiting.pop(0)
            kind = _kind(store, curie)
            if passed.get(curie, depth + 1) <= step or kind is None:
                continue
            if curie not in kept and len(kept) >= max_nodes:
                left_out.add(curie)
                continue
            kept[curie] = kind
            passed[curie] = step
            both = curie in start or kind == _FREE
            if step == depth and kind != _FREE:
                continue
            parts: dict[str, tuple[float, int]] = {}  # what belongs to one molecule with it: support and step
            for stated in _around(store, curie, types, both):
                if stated.predicate in _FROM_START and curie not in start:
                    continue
                if stated.predicate == _IS_PAIRED and compress(_iri(stated)) not in start:
                    continue  # what else a trispecific joins
                edges[stated.claim] = stated
                for other in (stated.subject, compress(_iri(stated))):
                    if other == curie:
                        continue
                    free = _kind(store, other) == _FREE
                    if free or kind == _FREE:
                        parts[other] = max(parts.get(other, (0.0, 0)), (stated.support, step if free else step + 1))
                    else:
                        layers[step + 1][other] = max(layers[step + 1].get(other, 0.0), stated.support)
            # A molecule is drawn whole before the next one, so that what does not fit are whole molecules.
            best = sorted(parts, key=lambda part: (-parts[part][0], part))
            waiting[:0] = [(part, parts[part][1]) for part in best if parts[part][1] <= depth]
    inside = [stated for stated in edges.values() if stated.subject in kept and compress(_iri(stated)) in kept]
    nodes = tuple(_node(store, curie, kind) for curie, kind in sorted(kept.items()))
    stated_edges = [to_edge(store, stated) for stated in sorted(inside, key=lambda stated: stated.claim)]
    drawn = merged([*stated_edges, *_members(store, [curie for curie in start if curie in kept], kept)])
    return nodes, drawn, len(left_out - set(kept))


def merged(edges: Iterable[Edge]) -> tuple[Edge, ...]:
    """Edges that say the same of the same two nodes as one, with all their sources.

    Claims that differ in the trial only would else draw a bundle of equal lines; the best supported one names it, and
    the others stand beside.
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
        tumors = tuple(sorted({tumor for edge in same for tumor in edge.tumors}))
        others = tuple(sorted({claim for edge in same for claim in (edge.claim, *edge.others)} - {best.claim, ""}))
        year = min(years, default=None)
        drawn.append(replace(best, sources=sources, year=year, contested=contested, tumors=tumors, others=others))
    return tuple(sorted(drawn, key=lambda edge: (edge.source, edge.target, edge.label)))


def _kind(store: ox.Store, curie: str) -> str | None:
    return next((kind for kind in kinds_of(store, ox.NamedNode(expand(curie))) if kind in _DRAWN), None)


def _iri(stated: Stated) -> str:
    return stated.object.value


def _around(store: ox.Store, curie: str, types: Iterable[str], both: bool) -> list[Stated]:
    node = ox.NamedNode(expand(curie))
    wanted = {f"bsab:{name}" for name in types}
    found = [*claims(store, node), *(claims(store, None, None, node) if both else ())]
    if both and _kind(store, curie) == "tumor":
        told = sorted(subjects(store, _IN_TUMOR, node), key=str)
        found += [stated for stated in (claim(store, each) for each in told) if stated]
    return [
        stated
        for stated in found
        if stated.predicate in wanted and isinstance(stated.object, ox.NamedNode) and not stated.refuted
    ]


def _members(store: ox.Store, curies: Iterable[str], kept: Iterable[str]) -> list[Edge]:
    """The antigens of the pairs among these: what a pair is needs no claim."""
    present = set(kept)
    return [
        Edge(curie, antigen, shown(store, _HAS_MEMBER))
        for curie in curies
        for antigen in sorted(compress(node.value) for node in objects(store, ox.NamedNode(expand(curie)), _HAS_MEMBER))
        if antigen in present
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
    tumors = tuple(
        shown(store, ox.NamedNode(expand(str(value)))) for name, value in stated.qualifiers if name == "bsab:inTumor"
    )
    if tumors:
        label += f" ({', '.join(tumors)})"
    return Edge(
        stated.subject,
        compress(_iri(stated)),
        label,
        stated.claim,
        round(stated.support, 4),
        stated.contested,
        min(years) if years else None,
        tuple(to_source(line) for line in stated.lines),
        tumors,
    )


def to_source(line: Line) -> Source:
    """An evidence line as a picture's panel shows it."""
    href = expand(line.source) if not line.source.startswith("src:") else ""
    locator = line.locator
    if locator.startswith(("http://", "https://")) and not href:
        href = locator.split()[0]
    return Source(line.source.removeprefix("src:"), href, locator, line.level, line.stance, line.reading, line.date)
