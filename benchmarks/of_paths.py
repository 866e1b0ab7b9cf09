"""Four-edge paths, cheapest paths and all chains: networkx, rustworkx and scipy on the same graph in one run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

import networkx as nx
import numpy as np
import rustworkx as rx
from scipy.sparse import csr_array, diags_array
from scipy.sparse.csgraph import dijkstra

from kg.lookup import find
from kg.network import claim_network, projection
from kg.path_search import MAX_EDGES, PASSED, cheapest_paths
from kg.paths import find_root
from kg.store import open_store
from kg.view import View

HEADER = ("task", "engine", "s", "counted", "ratio")
ANTIBODY, TUMOR, COUNT = "tarlatamab", "small cell lung carcinoma", 10

Rows = list[tuple[str, float, int]]  # engine, seconds, what was counted


class Views(NamedTuple):
    """One graph in the form of each engine, with the places of its nodes, and who is an antibody or a tumor."""

    networkx: nx.Graph[str]
    rustworkx: rx.PyGraph[str, float]
    scipy: csr_array
    place: dict[str, int]
    antibodies: list[str]
    tumors: list[str]


def views_of(graph: nx.Graph[str]) -> Views:
    place = {name: number for number, name in enumerate(graph)}
    other: rx.PyGraph[str, float] = rx.PyGraph()
    other.add_nodes_from(list(graph))
    other.add_edges_from([(place[u], place[v], edge["weight"]) for u, v, edge in graph.edges(data=True)])
    matrix = csr_array(nx.to_scipy_sparse_array(graph, weight="weight", dtype=float, format="csr"))
    kinds = {
        kind: [name for name, node in graph.nodes(data=True) if node["kind"] == kind] for kind in ("antibody", "tumor")
    }
    return Views(graph, other, matrix, place, kinds["antibody"], kinds["tumor"])


def four_edge_paths(matrix: csr_array) -> csr_array:
    """How many simple paths of four edges join each two nodes; the diagonal means nothing.

    Walks of four edges by way of k, less those that come back: i m k m j, i j k n j and i m k i j, the last two of
    which have i j k i j in common. Entries are counts, `matrix` any weighted adjacency without loops.
    """
    one = csr_array((np.ones_like(matrix.data), matrix.indices, matrix.indptr), shape=matrix.shape)
    two = one @ one
    degrees = one.sum(axis=1)
    triangles = (two @ one).diagonal()

    def by_ends(entries: csr_array, values: np.ndarray) -> csr_array:
        return diags_array(values) @ entries + entries @ diags_array(values)

    inner = one @ diags_array(degrees - 2) @ one
    return csr_array(two @ two - by_ends(two, degrees) - inner - by_ends(one, triangles) + 3 * one.multiply(two))


def count_paths(views: Views) -> Rows:
    """Simple paths of exactly four edges from every antibody to every other one, each in both directions."""
    places = [views.place[name] for name in views.antibodies]

    def by_networkx() -> int:
        goals = set(views.antibodies)
        found = (nx.all_simple_paths(views.networkx, name, goals, cutoff=4) for name in views.antibodies)
        return sum(len(names) == 5 for paths in found for names in paths)

    def by_rustworkx() -> int:
        return sum(
            len(rx.all_simple_paths(views.rustworkx, start, end, min_depth=5, cutoff=5))
            for start in places
            for end in places
            if start != end
        )

    def by_scipy() -> int:
        counts = four_edge_paths(views.scipy)[places][:, places]
        return int(counts.sum() - counts.diagonal().sum())

    return timed(("networkx", by_networkx), ("rustworkx", by_rustworkx), ("scipy", by_scipy))


def list_paths(views: Views) -> Rows:
    """The same, listed for the two antibodies that have most of them."""
    places = [views.place[name] for name in views.antibodies]
    counts = four_edge_paths(views.scipy)[places][:, places].toarray()
    np.fill_diagonal(counts, 0)
    start, end = (views.antibodies[int(number)] for number in np.unravel_index(counts.argmax(), counts.shape))
    ends = views.place[start], views.place[end]

    def by_networkx() -> int:
        return sum(len(names) == 5 for names in nx.all_simple_paths(views.networkx, start, end, cutoff=4))

    def by_rustworkx() -> int:
        return len(rx.all_simple_paths(views.rustworkx, *ends, min_depth=5, cutoff=5))

    return timed(("networkx", by_networkx), ("rustworkx", by_rustworkx))


def cheapest(views: Views, ends: tuple[str, str]) -> Rows:
    """The cheapest paths between two nodes: of at most so many edges by kg, of any length by networkx."""

    def by_kg() -> int:
        passable = {name for name, node in views.networkx.nodes(data=True) if node["kind"] in PASSED}
        return len(cheapest_paths(views.networkx, *ends, COUNT, MAX_EDGES, passable))

    def by_networkx() -> int:
        kept = [name for name, node in views.networkx.nodes(data=True) if node["kind"] in PASSED or name in ends]
        found = nx.shortest_simple_paths(views.networkx.subgraph(kept).copy(), *ends, weight="weight")
        return sum(1 for _ in islice(found, COUNT))

    return timed(("networkx", by_networkx), ("kg", by_kg))


def least_weights(views: Views) -> Rows:
    """The least weight from every antibody to every tumor that it reaches."""
    goals = [views.place[name] for name in views.tumors]

    def by_networkx() -> int:
        found = (nx.single_source_dijkstra_path_length(views.networkx, name) for name in views.antibodies)
        return sum(tumor in weights for weights in found for tumor in views.tumors)

    def by_rustworkx() -> int:
        found = (
            rx.dijkstra_shortest_path_lengths(views.rustworkx, views.place[name], float) for name in views.antibodies
        )
        return sum(goal in weights for weights in found for goal in goals)

    def by_scipy() -> int:
        weights = dijkstra(views.scipy, directed=False, indices=[views.place[name] for name in views.antibodies])
        return int(np.isfinite(weights[:, goals]).sum())

    return timed(("networkx", by_networkx), ("rustworkx", by_rustworkx), ("scipy", by_scipy))


def all_chains() -> Rows:
    """The chains of every antibody: from the store as they are walked, and from the network, read first."""
    from kg.chains import StoreLinks, chains_of
    from kg.chains.links import Links, NetworkLinks

    view = open_store(find_root(None), View())

    def walked(links: Links) -> int:
        return sum(len(chains_of(links, antibody)) for antibody in links.antibodies())

    return timed(
        ("kg, from the store", lambda: walked(StoreLinks(view.store))),
        ("networkx, reading included", lambda: walked(NetworkLinks(claim_network(view)))),
    )


def timed(*engines: tuple[str, Callable[[], int]]) -> Rows:
    """CPU seconds of each, the best of three where it is short; all must count the same."""
    rows: Rows = []
    for name, count in engines:
        best, counted = float("inf"), 0
        for _ in range(3):
            start = time.process_time()
            counted = count()
            best = min(best, time.process_time() - start)
            if best > 5:
                break
        rows.append((name, best, counted))
    assert len({counted for *_, counted in rows}) == 1, rows
    return rows


def measured() -> Iterator[tuple[str, ...]]:
    """One row for each task and engine."""
    view = open_store(find_root(None), View())
    network = claim_network(view)
    graph = projection(network)
    start = time.process_time()
    views = views_of(graph)
    yield "graph in all three forms", "", f"{time.process_time() - start:.4f}", str(graph.number_of_edges()), ""
    ends = find(view.store, ANTIBODY).curie, find(view.store, TUMOR).curie
    tasks = (
        ("four-edge paths from every antibody to every other, counted", count_paths(views)),
        ("four-edge paths between two antibodies, listed", list_paths(views)),
        (f"the {COUNT} cheapest paths between an antibody and a tumor", cheapest(views, ends)),
        ("least weight from every antibody to every tumor", least_weights(views)),
        # CH        ("all chains of all antibodies", all_chains()),
    )
    for task, rows in tasks:
        first = rows[0][1]
        for engine, seconds, counted in rows:
            yield task, engine, f"{seconds:.4f}", str(counted), f"{first / seconds:.1f}"
