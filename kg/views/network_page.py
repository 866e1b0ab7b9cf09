"""An interactive graph as one HTML page that needs no network: built by pyvis, laid out by networkx."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from kg.views.kinds import MARKS, Style, styles_of
from kg.views.layout import LARGE, clusters, positions
from kg.views.shapes import Edge, Link, Node, Source, check_graph
from kg.views.templates import head_of, json_for_html, render

if TYPE_CHECKING:
    from pyvis.network import Network

# The order in which filters list what they know; other notations follow by name.
LEVELS = ("approval", "clinical", "registry", "database", "in-vivo", "ex-vivo", "in-vitro", "in-silico",
          "review", "press")  # fmt: skip
READINGS = ("read", "record", "unread")
STANCES = ("supports", "refutes", "inconclusive")
NOT_STATED = "not stated"
SCRIPTS = ("vis-network.min.js", "picture.js", "panel.js", "network.js")

_LINES = 300  # evidence lines; above, each stands once, in a list that the edges point to
_MANY = 400  # nodes; above, edges are not drawn while the picture moves


def build_network(nodes: Sequence[Node], edges: Sequence[Edge], *, center: str = "", layout: str = "auto") -> Network:
    """A directed pyvis network with fixed places; nodes are named n0, n1 ..., edges e0, e1 ... in order.

    Ids of our own, since pyvis and vis-network stumble over ids that look like numbers or like `__proto__`;
    the real one is in `key`. `label` of an edge is its relation.

    Raises
    ------
    KgError
        An id stands twice, or an edge has no node at an end.
    """
    from pyvis.edge import Edge as VisEdge
    from pyvis.network import Network
    from pyvis.node import Node as VisNode

    check_graph(nodes, edges)
    places = positions(nodes, edges, center=center, layout=layout)
    styles = styles_of(node.kind for node in nodes)
    degree = Counter(end for edge in edges for end in {edge.source, edge.target})
    name = {node.id: f"n{number}" for number, node in enumerate(nodes)}
    network = Network(directed=True)
    many = len(nodes) > _MANY
    network.options = _options(many)
    for node in nodes:
        x, y = places[node.id]
        style = styles[node.kind]
        size = round(min(28.0, 10 + 2.4 * math.sqrt(degree[node.id])) * (1.5 if many else 1.0), 1)
        if node.id == center:
            size = round(size * 1.2, 1)
        drawn = VisNode(
            name[node.id], style.shape, node.label, key=node.id, kind=node.kind, color=style.color,
            size=size, x=x, y=y,
        ).options  # fmt: skip
        if node.year is not None:
            drawn["year"] = node.year
        network.nodes.append(drawn)
        network.node_ids.append(drawn["id"])
        network.node_map[drawn["id"]] = drawn
    beside: Counter[tuple[str, str]] = Counter()
    both_ways = {(edge.source, edge.target) for edge in edges}
    for number, edge in enumerate(edges):
        drawn = VisEdge(name[edge.source], name[edge.target], True, id=f"e{number}", label=edge.label).options
        drawn["width"] = round(1 + 2.5 * edge.support, 2) if edge.support is not None else 1.5
        if edge.contested:
            drawn |= {"dashes": [7, 5], "contested": True}
        if edge.year is not None:
            drawn["year"] = edge.year
        ends = edge.source, edge.target
        lane = beside[ends] + (1 if ends[::-1] in both_ways else 0)
        beside[ends] += 1
        if lane and edge.source != edge.target:  # side by side, so that none hides another
            drawn["smooth"] = {"enabled": True, "type": "curvedCW", "roundness": round(0.14 * lane, 2)}
        network.edges.append(drawn)
    return network


def network_page(
    nodes: Iterable[Node], edges: Iterable[Edge], *, title: str, footer: str, center: str = "",
    assets: str | None = None, layout: str = "auto", links: Iterable[Link] = (), stamp: Iterable[tuple[str, str]] = (),
) -> str:  # fmt: skip
    """One HTML page: the graph, search, filters, an evidence panel, and the same edges as a table.

    Above `layout.LARGE` nodes it opens as clusters, which open on demand (`decisions/0016`).

    Parameters
    ----------
    footer
        What stands below every picture: research use, data version, as-of date, licenses.
    center
        The node that the page is about; it is chosen when the page opens.
    assets
        Relative path of a folder with `assets.asset_files()`; None puts all into the page (0.7 MB more).
    layout
        One of `layout.LAYOUTS`.
    links
        Ways out of the page, above the title.
    stamp
        What the graph is, below the title: data version, view, as-of date, each with its name.

    Raises
    ------
    KgError
        An id stands twice, or an edge has no node at an end.
    """
    nodes, edges = tuple(nodes), tuple(edges)
    if len(nodes) > LARGE:
        layout = "clusters"
    network = build_network(nodes, edges, center=center, layout=layout)
    styles = styles_of(node.kind for node in nodes)
    facets = _facets(edges)
    lookup = {facet: {value: place for place, value in enumerate(values)} for facet, values in facets.items()}
    evidence = [
        tuple(
            sorted(
                {
                    (lookup["level"][level], lookup["reading"][reading], lookup["stance"][stance])
                    for level, reading, stance in _kinds_of_evidence(edge)
                }
            )
        )
        for edge in edges
    ]
    # What many edges share stands once, and each edge has its place.
    kinds_at = {kinds: place for place, kinds in enumerate(dict.fromkeys(evidence))}
    labels = {label: place for place, label in enumerate(dict.fromkeys(edge.label for edge in edges))}
    names = {node.id: f"n{number}" for number, node in enumerate(nodes)}
    tumors = _tumors(nodes, edges)
    tumor_at = {tumor: place for place, tumor in enumerate(tumors)}
    drawn_nodes, drawn_edges, _, _, _, options = network.get_network_data()
    payload = {
        "title": title,
        "nodes": [_without(node, "color", "shape") for node in drawn_nodes],
        "edges": [{**_without(edge, "arrows", "id"), "label": labels[edge["label"]]} for edge in drawn_edges],
        "labels": list(labels),
        "options": json.loads(options),
        "styles": {kind: {"color": style.color, "shape": style.shape} for kind, style in styles.items()},
        "marks": {style.shape: MARKS[style.shape] for style in styles.values()},
        "facets": facets,
        "evidence": [kinds_at[kinds] for kinds in evidence],
        "kindsOfEvidence": list(kinds_at),
        "claims": [" ".join((edge.claim, *edge.others)).strip() for edge in edges],
        "tumors": [[tumor_at[tumor] for tumor in told] for told in _told_of(nodes, edges)],
        "tumorNames": tumors,
        "center": names.get(center, ""),
        "columns": _columns(nodes, drawn_nodes) if layout == "layers" else [],
        "groups": _groups(nodes, edges, names) if len(nodes) > LARGE else [],
    }
    sheets, scripts, policy = head_of(("base.css", "network.css"), SCRIPTS, assets)
    dated = (*(node.year for node in nodes), *(edge.year for edge in edges))
    years = [year for year in dated if year is not None]
    label = {node.id: node.label for node in nodes}
    return render(
        "network.html",
        title=title,
        footer=footer,
        links=tuple(links),
        nodes=nodes,
        edges=edges,
        lines=_shared_lines(edges),
        label=label,
        name=names,
        stamp=tuple(stamp),
        kinds=_legend(nodes, styles),
        facets=facets,
        years=(min(years), max(years)) if years and min(years) < max(years) else None,
        contested=sum(edge.contested for edge in edges),
        marks=MARKS,
        payload=json_for_html(payload),
        tumors=tumors,
        styles=sheets,
        scripts=scripts,
        policy=policy,
    )  # fmt: skip


def _without(drawn: dict[str, Any], *keys: str) -> dict[str, Any]:
    """What pyvis drew, without what the page knows by kind or by order: a fifth less to carry."""
    return {key: value for key, value in drawn.items() if key not in keys}


def _shared_lines(edges: Sequence[Edge]) -> dict[Source, int]:
    """Evidence line -> its number from 1, where the page lists each line once; empty where every edge has its own."""
    lines = [source for edge in edges for source in edge.sources]
    if len(lines) <= _LINES:
        return {}
    return {source: place for place, source in enumerate(dict.fromkeys(lines), start=1)}


def _legend(nodes: Sequence[Node], styles: dict[str, Style]) -> list[tuple[str, Style, int]]:
    count = Counter(node.kind for node in nodes)
    return [(kind, style, count[kind]) for kind, style in styles.items()]


def _told_of(nodes: Sequence[Node], edges: Sequence[Edge]) -> list[list[str]]:
    """The tumors that each edge is said of: those of its claims, and those at its ends."""
    label = {node.id: node.label for node in nodes if node.kind == "tumor"}
    ends = [{label[end] for end in (edge.source, edge.target) if end in label} for edge in edges]
    return [sorted({*edge.tumors, *found}) for edge, found in zip(edges, ends, strict=True)]


def _tumors(nodes: Sequence[Node], edges: Sequence[Edge]) -> list[str]:
    found = {tumor for told in _told_of(nodes, edges) for tumor in told}
    return sorted(found | {node.label for node in nodes if node.kind == "tumor"}, key=lambda text: (text.lower(), text))


def _columns(nodes: Sequence[Node], drawn: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Place and heading of each column of a picture in layers; that of a folded one stands above its middle."""
    found: dict[str, list[int]] = {}
    for node, place in zip(nodes, drawn, strict=True):
        found.setdefault(node.column or node.kind, []).append(place["x"])
    columns = sorted((round((min(across) + max(across)) / 2), kind) for kind, across in found.items())
    return [{"x": x, "text": kind} for x, kind in columns]


def _groups(nodes: Sequence[Node], edges: Sequence[Edge], names: dict[str, str]) -> list[list[str]]:
    return [[names[node] for node in part] for part in clusters(nodes, edges)]


def _options(many: bool) -> dict[str, Any]:
    return {
        "physics": {
            "enabled": False,
            "solver": "forceAtlas2Based",
            "forceAtlas2Based": {"springLength": 90, "avoidOverlap": 0.4},
            "stabilization": {"enabled": False},
        },
        "interaction": {
            "hover": True,
            "hoverConnectedEdges": False,
            "selectConnectedEdges": False,
            "keyboard": {"enabled": True, "bindToWindow": False},
            "hideEdgesOnDrag": many,
            "hideEdgesOnZoom": many,
            "tooltipDelay": 10_000,
        },
        "layout": {"improvedLayout": False},
        "nodes": {"borderWidth": 1, "borderWidthSelected": 3},
        "edges": {
            "smooth": False,
            "arrows": {"to": {"enabled": True, "scaleFactor": 0.45}},
            "selectionWidth": 1.5,
            "hoverWidth": 0.5,
        },
    }


def _kinds_of_evidence(edge: Edge) -> list[tuple[str, str, str]]:
    """Level, reading and stance of each source; one unstated line for an edge that names no source."""
    lines = [
        (source.level or NOT_STATED, source.reading or NOT_STATED, source.stance or NOT_STATED)
        for source in edge.sources
    ]
    return lines or [(NOT_STATED, NOT_STATED, NOT_STATED)]


def _facets(edges: Iterable[Edge]) -> dict[str, list[str]]:
    """Level, reading and stance -> the notations that these edges have."""
    lines = {line for edge in edges for line in _kinds_of_evidence(edge)}
    found: dict[str, list[str]] = {}
    for place, (facet, known) in enumerate((("level", LEVELS), ("reading", READINGS), ("stance", STANCES))):
        values = {line[place] for line in lines}
        order = [*known, *sorted(values - {*known, NOT_STATED}), NOT_STATED]
        found[facet] = [value for value in order if value in values]
    return found
