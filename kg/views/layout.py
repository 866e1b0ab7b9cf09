"""Where the nodes of a picture stand: computed once, so that a page draws at once and always the same."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from kg.errors import UsageError
from kg.views.kinds import styles_of
from kg.views.shapes import Edge, Node

LAYOUTS = ("auto", "layers", "rings", "clusters")
Point = tuple[float, float]

_SEED = 20
_GAP = 90.0  # between two nodes, in the units of the picture
_COLUMN = 260.0
_MANY = 70  # above: columns are too long to read
_ROWS = 45  # above: a column is folded into several, side by side
_APART = 2.0  # rows, the most that is left empty in a folded column
_LINED = 70  # nodes; up to these, none is left on a line that is not its own
_FOLD = 110.0  # between the parts of a folded column
_COMMUNITY = 80  # above: a cluster is split
_SMALL = 4  # below: a cluster joins the one that it has most edges with
_FINEST = 4.0  # resolution of Louvain; above, clusters fall to dust
_CROWD = 150  # above: a disc is filled as a sunflower is, since forces would take too long
LARGE = 1200  # above: columns and rings are never read


def positions(
    nodes: Sequence[Node], edges: Iterable[Edge], *, center: str = "", layout: str = "auto"
) -> dict[str, tuple[int, int]]:
    """Node id -> place, in whole units of some 90 between neighbors; the same input gives the same places.

    Parameters
    ----------
    center
        The node in the middle of `rings`; the busiest where it is empty.
    layout
        `layers`: columns by meaning, antibody to escape, as few crossings as four sweeps find; long columns
        are folded. `rings`:
        steps away from the center. `clusters`: communities (Louvain), each by a spring layout, packed as
        discs. `auto`: clusters around a given center and above some 70 nodes, else layers.

    Notes
    -----
    Kamada-Kawai would need scipy, which nothing else here does. 1,000 nodes and 2,000 edges take half a second,
    5,000 and 10,000 take two. Parallel edges and self-loops do not count. Above `LARGE` nodes all is clusters.
    """
    if layout not in LAYOUTS:
        raise UsageError(f"no layout is called {layout!r}", hint="one of " + ", ".join(LAYOUTS))
    graph = _simple(nodes, edges)
    if center and center not in graph:
        raise UsageError("is not among the nodes", center, "name a node of the picture as its center")
    if not graph:
        return {}
    kinds = {node.id: node.column or node.kind for node in nodes}
    if layout == "auto":
        layout = "layers" if not center and len(set(kinds.values())) > 2 and len(nodes) <= _MANY else "clusters"
    if len(nodes) > LARGE:
        layout = "clusters"
    if layout == "layers":
        places = _layers(graph, kinds)
    elif layout == "rings":
        places = _rings(graph, kinds, center or _busiest(graph))
    else:
        places = _clusters(graph)
    return {node: (round(x), round(y)) for node, (x, y) in places.items()}


def clusters(nodes: Sequence[Node], edges: Iterable[Edge]) -> list[list[str]]:
    """Ids of nodes that hang together (Louvain's communities), the busiest first in each; from large to small.

    These are the discs of the layout `clusters`.
    """
    graph = _simple(nodes, edges)
    return [sorted(part, key=lambda node: (-graph.degree(node), node)) for part in _communities(graph)]


def _simple(nodes: Sequence[Node], edges: Iterable[Edge]) -> nx.Graph[str]:
    """Undirected, without parallel edges and loops, in one order, since Louvain depends on it."""
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(sorted(node.id for node in nodes))
    pairs = {(min(edge.source, edge.target), max(edge.source, edge.target)) for edge in edges}
    graph.add_edges_from(sorted(pair for pair in pairs if pair[0] != pair[1]))
    return graph


def _part(graph: nx.Graph[str], nodes: Iterable[str]) -> nx.Graph[str]:
    """Some nodes with the edges among them, in one order: a view of networkx goes through sets, so by chance."""
    part: nx.Graph[str] = nx.Graph()
    part.add_nodes_from(sorted(nodes))
    part.add_edges_from(sorted((one, other) for one in part for other in graph[one] if one < other and other in part))
    return part


def _louvain(graph: nx.Graph[str], resolution: float) -> list[list[str]]:
    """Louvain's communities. By numbers, since it goes through sets, and sets of names have no fixed order."""
    names = sorted(graph)
    place = {name: number for number, name in enumerate(names)}
    numbered: nx.Graph[int] = nx.Graph()
    numbered.add_nodes_from(range(len(names)))
    numbered.add_edges_from(sorted((place[one], place[other]) for one, other in graph.edges))
    found = nx.community.louvain_communities(numbered, resolution=resolution, seed=_SEED)
    return [[names[number] for number in sorted(piece)] for piece in found]


def _busiest(graph: nx.Graph[str]) -> str:
    return max(graph, key=lambda node: (graph.degree(node), node))


def _layers(graph: nx.Graph[str], kinds: Mapping[str, str]) -> dict[str, Point]:
    """Columns by kind; within each, nodes stand near the mean height of their neighbors.

    A column of more than `_ROWS` is folded: its nodes take turns in parts that stand side by side, so that a picture
    of many chains is not one thin line.
    """
    styles = styles_of(kinds.values())
    columns: dict[tuple[int, str], list[str]] = defaultdict(list)
    for component in sorted(nx.connected_components(graph), key=lambda part: (-len(part), min(part))):
        for node in sorted(component):
            columns[styles[kinds[node]].column, kinds[node]].append(node)
    ordered = [columns[key] for key in sorted(columns)]
    height = {node: float(place) for column in ordered for place, node in enumerate(column)}
    for sweep in range(8):
        for column in ordered if sweep % 2 == 0 else reversed(ordered):
            wish = {
                node: sum(height[other] for other in graph[node]) / graph.degree(node)
                if graph.degree(node)
                else height[node]
                for node in column
            }
            column.sort(key=lambda node: (wish[node], node))
            _spread(column, wish, height, 1 / _parts(column))
            if _parts(column) > 1:
                _draw_in(column, height)
    extent = max(height.values()) - min(height.values())
    row = min(max((len(ordered) - 1) * _COLUMN / 1.4 / max(extent, 1), _GAP * 0.7), _GAP * 1.8)
    places: dict[str, Point] = {}
    left = 0.0
    for column in ordered:
        parts = _parts(column)
        for place, node in enumerate(column):
            places[node] = left + place % parts * _FOLD, height[node] * row
        left += (parts - 1) * _FOLD + _COLUMN
    return places


def _parts(column: Sequence[str]) -> int:
    """Into how many parts a column is folded."""
    return math.ceil(len(column) / _ROWS)


def _spread(column: Sequence[str], wish: Mapping[str, float], height: dict[str, float], gap: float) -> None:
    """Give each node of a column the height it wishes, at least a gap apart, without moving the mean."""
    last = -math.inf
    for node in column:
        last = height[node] = max(wish[node], last + gap)
    drift = sum(height[node] - wish[node] for node in column) / len(column)
    for node in column:
        height[node] -= drift


def _draw_in(column: Sequence[str], height: dict[str, float]) -> None:
    """Bring back what went far from the rest of its column, or it would shrink the whole picture."""
    middle = len(column) // 2
    for one, other in pairwise(column[middle:]):
        height[other] = min(height[other], height[one] + _APART)
    for one, other in pairwise(reversed(column[: middle + 1])):
        height[other] = max(height[other], height[one] - _APART)


def _rings(graph: nx.Graph[str], kinds: Mapping[str, str], center: str) -> dict[str, Point]:
    """Rings by steps from the center; each node near its parent, kinds side by side."""
    order = {kind: place for place, kind in enumerate(styles_of(kinds.values()))}
    children: dict[str, list[str]] = defaultdict(list)
    depth = {center: 0}
    queue = [center]
    for node in queue:
        for other in sorted(graph[node], key=lambda other: (order[kinds[other]], other)):
            if other not in depth:
                depth[other] = depth[node] + 1
                children[node].append(other)
                queue.append(other)
    leaves = dict.fromkeys(queue, 1)
    for node in reversed(queue):
        if children[node]:
            leaves[node] = sum(leaves[child] for child in children[node])
    angle: dict[str, float] = {}
    _fan(center, children, leaves, angle, 0.0, math.tau)
    crowd: dict[int, int] = defaultdict(int)
    for node in queue:
        crowd[depth[node]] += 1
    radius = {0: 0.0}
    for step in range(1, max(crowd) + 1):
        radius[step] = max(radius[step - 1] + _COLUMN * 0.8, crowd[step] * _GAP * 0.8 / math.tau)
    places = {
        node: (1.35 * far * math.cos(angle[node]), far * math.sin(angle[node]))
        for node in queue
        for far in [radius[depth[node]]]
    }
    rest = [node for node in graph if node not in depth]
    if rest:
        floor = max(y for _, y in places.values()) + _COLUMN
        places |= {node: (x, y + floor) for node, (x, y) in _grid(sorted(rest)).items()}
    return places


def _fan(
    root: str, children: Mapping[str, Sequence[str]], leaves: Mapping[str, int], angle: dict[str, float],
    start: float, width: float,
) -> None:  # fmt: skip
    """Angles of a tree: each branch as wide as it has leaves."""
    angle[root] = start + width / 2
    stack = [(root, start, width)]
    while stack:
        node, start, width = stack.pop()
        for child in children.get(node, ()):
            share = width * leaves[child] / leaves[node]
            angle[child] = start + share / 2
            stack.append((child, start, share))
            start += share


def _grid(nodes: Sequence[str]) -> dict[str, Point]:
    wide = max(1, round(math.sqrt(2 * len(nodes))))
    return {node: ((place % wide - wide / 2) * _GAP, place // wide * _GAP) for place, node in enumerate(nodes)}


def _clusters(graph: nx.Graph[str]) -> dict[str, Point]:
    """Communities as discs, side by side where they share many edges."""
    parts = _communities(graph)
    member = {node: number for number, part in enumerate(parts) for node in part}
    inside = [_disc(_part(graph, part), 2.4 * number) for number, part in enumerate(parts)]
    sizes = [max(math.hypot(x, y) for x, y in disc.values()) + _GAP * 0.9 for disc in inside]
    quotient: nx.Graph[int] = nx.Graph()
    quotient.add_nodes_from(range(len(parts)))
    for one, other in graph.edges:
        ends = member[one], member[other]
        if ends[0] != ends[1]:
            weight = quotient.get_edge_data(*ends, {"weight": 0})["weight"]
            quotient.add_edge(*ends, weight=weight + 1)
    middle = _pack(quotient, sizes)
    return {
        node: (middle[number][0] + x, middle[number][1] + y)
        for number, disc in enumerate(inside)
        for node, (x, y) in disc.items()
    }


def _communities(graph: nx.Graph[str]) -> list[list[str]]:
    """Communities from large to small: large ones split again, crumbs joined to a neighbor; lone nodes share one."""
    alone = sorted(node for node in graph if graph.degree(node) == 0)
    found: list[list[str]] = []
    todo = [(sorted(node for node in graph if graph.degree(node)), 1.0)]
    while todo:
        part, resolution = todo.pop()
        if not part:
            continue
        for piece in _louvain(_part(graph, part), resolution):
            if len(piece) <= _COMMUNITY or resolution >= _FINEST:
                found.append(piece)
            else:
                todo.append((piece, resolution * 2))
    found = _without_crumbs(graph, sorted(found, key=lambda part: (-len(part), part[0])))
    return sorted(found, key=lambda part: (-len(part), part[0])) + ([alone] if alone else [])


def _without_crumbs(graph: nx.Graph[str], parts: list[list[str]]) -> list[list[str]]:
    """The same nodes in fewer communities: the smallest join those that they have most edges with, if they have any."""
    member = {node: number for number, part in enumerate(parts) for node in part}
    for number in reversed(range(len(parts))):
        if len(parts[number]) >= _SMALL:
            continue
        beside = Counter(member[other] for node in parts[number] for other in graph[node])
        del beside[number]
        if beside:
            into = min(beside, key=lambda other: (-beside[other], other))
            parts[into] += parts[number]
            member |= dict.fromkeys(parts[number], into)
            parts[number] = []
    return [sorted(part) for part in parts if part]


def _disc(graph: nx.Graph[str], turn: float) -> dict[str, Point]:
    """One community around its own middle: a spring layout, turned, its nodes at least a gap apart."""
    count = graph.number_of_nodes()
    if count == 1:
        return dict.fromkeys(graph, (0.0, 0.0))
    if count > _CROWD:
        return _sunflower(sorted(graph, key=lambda node: (-graph.degree(node), node)))
    if graph.number_of_edges() == 0:
        raw = _grid(sorted(graph))
    else:
        scale = _GAP * 0.62 * math.sqrt(count)
        start = {
            node: (math.cos(turn + math.tau * place / count), math.sin(turn + math.tau * place / count))
            for place, node in enumerate(sorted(graph))
        }
        raw = {node: (x * scale, y * scale) for node, (x, y) in _spring(graph, start).items()}
    names = sorted(raw)
    places = _push_apart(np.array([raw[name] for name in names]), np.full(count, _GAP / 2), 60)
    if count <= _LINED:
        place = {name: number for number, name in enumerate(names)}
        places = _off_lines(places, np.array([(place[one], place[other]) for one, other in graph.edges], dtype=int))
    places -= places.mean(axis=0)
    return {name: (float(x), float(y)) for name, (x, y) in zip(names, places, strict=True)}


def _off_lines(places: NDArray[np.float64], ends: NDArray[np.int_]) -> NDArray[np.float64]:
    """Nodes moved off the lines that pass through them, which would seem to lead to them.

    Parameters
    ----------
    ends
        Rows of `places`, two a line.
    """
    least = 0.36 * _GAP
    count = len(places)
    if not len(ends):
        return places
    own = (ends[:, :1] == np.arange(count)) | (ends[:, 1:] == np.arange(count))
    for _ in range(60):
        start, line = places[ends[:, 0]], places[ends[:, 1]] - places[ends[:, 0]]
        length = np.maximum((line**2).sum(axis=1), 1e-9)
        along = ((places[None] - start[:, None]) * line[:, None]).sum(axis=2) / length[:, None]
        nearest = start[:, None] + np.clip(along, 0, 1)[..., None] * line[:, None]
        away = places[None] - nearest
        distance = np.hypot(away[..., 0], away[..., 1])
        short = np.where(own | (along <= 0) | (along >= 1), 0.0, np.maximum(least - distance, 0.0))
        if not short.max() > 1.0:
            break
        across = np.stack([-line[:, 1], line[:, 0]], axis=1) / np.sqrt(length)[:, None]
        push = np.where(distance[..., None] < 1e-6, across[:, None], away / np.maximum(distance, 1e-6)[..., None])
        places = _push_apart(places + (push * short[..., None]).sum(axis=0) * 0.6, np.full(count, _GAP / 2), 6)
    return places


def _sunflower(nodes: Sequence[str]) -> dict[str, Point]:
    """A disc filled from its middle, each node turned by the golden angle from the one before; a gap apart."""
    golden = math.pi * (3 - math.sqrt(5))
    places = {}
    for number, node in enumerate(nodes):
        far = _GAP * 0.62 * math.sqrt(number)
        places[node] = far * math.cos(golden * number), far * math.sin(golden * number)
    return places


def _spring(graph: nx.Graph[Any], start: Mapping[Any, Point]) -> dict[Any, Point]:
    """Fruchterman and Reingold's layout within -1..1; from 500 nodes on it would need scipy, so not there."""
    count = graph.number_of_nodes()
    if count >= 500:
        return dict(start)
    placed = nx.spring_layout(graph, k=1.4 / math.sqrt(count), pos=dict(start), iterations=40, seed=_SEED)
    return {node: (float(x), float(y)) for node, (x, y) in placed.items()}


def _pack(quotient: nx.Graph[int], sizes: Sequence[float]) -> list[Point]:
    """Middles of discs that do not overlap, wider than high, the larger nearer to the middle."""
    golden = math.pi * (3 - math.sqrt(5))
    root = math.sqrt(len(sizes))
    start = {
        number: (far * math.cos(golden * number), far * math.sin(golden * number))
        for number in range(len(sizes))
        for far in [math.sqrt(number) / root]
    }
    spring = _spring(quotient, start)
    radius = np.array(sizes)
    reach = math.sqrt(float((radius**2).sum()))
    places = np.array([spring[number] for number in range(len(sizes))]) * (1.3 * reach, 0.8 * reach)
    for _ in range(40):  # pull to the middle, push apart: close, without overlap
        places = _push_apart(places * (0.96, 0.93), radius, 4)
    return [(float(x), float(y)) for x, y in _push_apart(places, radius, 200)]


def _push_apart(places: NDArray[np.float64], radius: NDArray[np.float64], rounds: int) -> NDArray[np.float64]:
    """Discs moved apart, each pair by half of its overlap a round, until none overlaps."""
    least = radius[:, None] + radius[None, :]
    for _ in range(rounds):
        apart = places[:, None, :] - places[None, :, :]
        distance = np.hypot(apart[..., 0], apart[..., 1])
        overlap = np.maximum(least - distance, 0.0)
        np.fill_diagonal(overlap, 0.0)
        if not overlap.max(initial=0.0) > 1.0:
            break
        same = distance < 1e-6  # on one spot: part them by their order
        order = np.sign(np.arange(len(places))[:, None] - np.arange(len(places))[None, :])
        apart = np.where(same[..., None], np.stack([order, 0.3 * order], axis=-1), apart)
        distance = np.where(same, 1.0, distance)
        places = places + (apart * (overlap / distance / 2)[..., None]).sum(axis=1) * 0.8
    return places
