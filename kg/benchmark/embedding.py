"""A knowledge-graph embedding as a baseline: the factorized form of random walks, over the graph as of the day."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from kg.benchmark.protocol import SEED
from kg.benchmark.traces import symbols_of
from kg.benchmark.training import Scores, Training

DIMENSIONS = 32
WINDOW = 5  # steps of the walk that count as near
NEGATIVE = 1  # negative samples of the walk's model


def graph_embedding(training: Training) -> Scores:
    """Cosine of the two antigens in a graph embedding; NaN where the graph of the day does not know one of them.

    Nodes are entities of the view as of the day (antibodies, arms, epitopes, antigens, tumors, cells, mechanisms,
    precedents ...), edges its dated claims, whatever they say. The embedding is NetMF (Qiu et al. 2018): the closed
    form of what DeepWalk samples, so that the same graph gives the same numbers.
    """
    from kg.network import claim_network

    # What needs no claim has no date: that somebody entered an antigen later would tell that it was drugged later.
    network = claim_network(training.view)
    edges = [(a, b) for a, b, edge in network.edges(data=True) if edge["claim"]]
    names = sorted({end for edge in edges for end in edge})
    scores = np.full(training.shape, np.nan, dtype=np.float32)
    if len(names) <= DIMENSIONS:
        return scores
    at = {name: index for index, name in enumerate(names)}
    ends = np.array([(at[a], at[b]) for a, b in edges], dtype=np.intp).reshape(-1, 2)
    adjacency = sparse.csr_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(len(names),) * 2)
    vectors = netmf(sparse.csr_array(((adjacency + adjacency.T) > 0).astype(np.float64)))
    curie = {symbol: name for name, symbol in symbols_of(training.universe).items()}
    where = np.array([at.get(curie.get(symbol, ""), -1) for symbol in training.universe.symbols])
    rows, columns = where[training.rows], where[training.columns]
    i, j = np.flatnonzero(rows >= 0), np.flatnonzero(columns >= 0)
    scores[np.ix_(i, j)] = vectors[rows[i]] @ vectors[columns[j]].T
    return scores


def netmf(adjacency: sparse.csr_array, dimensions: int = DIMENSIONS) -> NDArray[np.float32]:
    """Unit vectors of the nodes of an undirected graph, a row each; those of a node without an edge are zero.

    The matrix of the mean transition probabilities of 1 to `WINDOW` steps, over what chance gives, in logarithms and
    cut at zero, is factorized by a seeded truncated singular value decomposition. Memory is quadratic in the nodes.
    """
    from sklearn.decomposition import TruncatedSVD

    degrees = np.asarray(adjacency.sum(axis=1), dtype=np.float64).ravel()
    inverse = np.divide(1, degrees, out=np.zeros_like(degrees), where=degrees > 0)
    step = np.asarray((sparse.diags_array(inverse) @ adjacency).todense(), dtype=np.float32)
    power, total = step.copy(), step.copy()
    for _ in range(WINDOW - 1):
        power = power @ step
        total += power
    total *= degrees.sum() / (WINDOW * NEGATIVE) * inverse[None, :].astype(np.float32)
    near = np.log(np.maximum(total, 1, dtype=np.float32))
    vectors = TruncatedSVD(dimensions, algorithm="randomized", random_state=SEED).fit_transform(near)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return np.asarray(unit, dtype=np.float32)
