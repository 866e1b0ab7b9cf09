"""Baselines that know only which pairs and antibodies there were: degrees, neighbors, and a permuted graph."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from kg.benchmark.protocol import COPIES, SEED
from kg.benchmark.regression import fitted, sample_pairs
from kg.benchmark.training import Scores, Training

Numbers = NDArray[np.float64]


def _outer(training: Training, values: Numbers) -> tuple[Numbers, Numbers]:
    """The values of both ends, to be broadcast to n x m; of a side with one antigen they are all one."""
    rows, columns = values[training.rows][:, None], values[training.columns][None, :]
    return rows, np.ones_like(columns) if columns.size == 1 else columns


def random(training: Training) -> Scores:
    """Seeded numbers."""
    return np.random.default_rng(SEED).random(training.shape, dtype=np.float32)


def degree_product(training: Training) -> Scores:
    """Number of known partners of one antigen times that of the other (preferential attachment)."""
    rows, columns = _outer(training, training.degrees.astype(np.float64))
    return (rows * columns).astype(np.float32)


def popular_arm(training: Training) -> Scores:
    """Known antibodies on the antigen that has more of them; the other antigen breaks ties."""
    rows, columns = _outer(training, training.antibodies.astype(np.float64))
    most = float(training.antibodies.max(initial=0))
    return (np.maximum(rows, columns) + np.minimum(rows, columns) / (1 + most)).astype(np.float32)


def _between(training: Training, matrix: sparse.csr_array) -> Scores:
    return np.asarray(matrix[training.rows][:, training.columns].toarray(), dtype=np.float32)


def common_neighbors(training: Training) -> Scores:
    """How many antigens both were joined with."""
    return _between(training, sparse.csr_array(training.partners @ training.partners))


def adamic_adar(training: Training) -> Scores:
    """Shared partners, each weighed by one over the logarithm of its degree (Adamic and Adar 2003)."""
    # A partner of two antigens has a degree of at least two: the weight of others is never asked for.
    weights = 1 / np.log(np.maximum(training.degrees, 2))
    return _between(training, sparse.csr_array(training.partners @ sparse.diags_array(weights) @ training.partners))


def degree_regression(training: Training) -> Scores:
    """Logistic regression of the larger and the smaller degree, known pairs against pairs drawn from the others.

    A known pair counts in the degrees of its own ends. Learned from the years before, as our rankers are, it would be a
    weaker baseline where a family is young: with few pairs it learns that hubs do not pair.
    """
    _, rows, columns, labels = sample_pairs(replace(training, earlier=None))
    if not labels.any():
        return np.full(training.shape, np.nan, dtype=np.float32)
    degrees = training.degrees.astype(np.float64)
    model = fitted(_of_degrees(degrees[training.rows[rows]], degrees[training.columns[columns]]), labels)
    levels, level = np.unique(degrees, return_inverse=True)  # few: every pair of them is asked for once
    size = len(levels)
    features = _of_degrees(np.repeat(levels, size), np.tile(levels, size))
    odds = np.asarray(model.decision_function(features), dtype=np.float32).reshape(size, size)
    return odds[np.ix_(level[training.rows], level[training.columns])]


def _of_degrees(one: Numbers, other: Numbers) -> Numbers:
    ends = np.log1p(np.stack([np.maximum(one, other), np.minimum(one, other)], axis=1))
    return np.column_stack([ends, ends[:, 0] * ends[:, 1]])


def permuted(partners: sparse.csr_array, seed: int) -> sparse.csr_array:
    """A graph in which every antigen has as many partners as before, and others (double edge swaps, ten an edge)."""
    graph: nx.Graph[int] = nx.Graph(nx.from_scipy_sparse_array(partners))
    graph.remove_nodes_from([node for node, degree in list(graph.degree()) if not degree])
    if graph.number_of_edges() > 1 and graph.number_of_nodes() > 3:
        swaps = 10 * graph.number_of_edges()
        # A star has nothing to swap; what was swapped before it gave up stays.
        with contextlib.suppress(nx.NetworkXException):
            nx.double_edge_swap(graph, nswap=swaps, max_tries=100 * swaps, seed=seed)
    ends = np.array([*graph.edges(), *((b, a) for a, b in graph.edges())], dtype=np.intp).reshape(-1, 2)
    return sparse.csr_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=partners.shape)


def permuted_graph(training: Training) -> Scores:
    """Adamic-Adar on graphs with the same degrees and permuted pairs, the mean of some: what degree alone explains."""
    copies = [adamic_adar(training.with_partners(permuted(training.partners, SEED + copy))) for copy in range(COPIES)]
    return np.asarray(np.mean(copies, axis=0), dtype=np.float32)
