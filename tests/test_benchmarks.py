"""The benchmarks measure what they say: the synthetic graph has our shape, and the page is what was measured."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from synthetic import make_tree

from kg.paths import Root, find_root
from kg.query import ask, question, select
from kg.store import Opened, open_store
from kg.view import View

SIZE = 6000


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory, built_toy: Root) -> tuple[Opened, int]:
    folder = tmp_path_factory.mktemp("synthetic") / "tree"
    made = make_tree(built_toy, folder, SIZE)
    return open_store(find_root(folder), View()), made


def test_a_synthetic_graph_has_the_size_that_was_asked_for(grown: tuple[Opened, int], toy: Opened) -> None:
    opened, made = grown
    assert SIZE <= made < SIZE * 1.2  # the last one comes whole, and an antigen with all that is said of the old one
    assert len(opened.store) > len(toy.store) + SIZE / 3
    kinds = "SELECT ?type (COUNT(?e) AS ?n) { ?e a ?type } GROUP BY ?type"
    before, after = (
        {row["type"]: int(row["n"] or 0) for row in select(view.store, kinds).rows} for view in (toy, opened)
    )
    for kind in ("Antibody", "Arm", "Antigen", "Pair", "StatusEvent", "Claim", "EvidenceLine", "EscapeObservation"):
        assert after[f"bsab:{kind}"] > before[f"bsab:{kind}"]
    for kind in ("Tumor", "Cell", "Dataset", "EscapeMechanism"):
        assert after[f"bsab:{kind}"] == before[f"bsab:{kind}"]


def test_its_antigens_are_skewed_and_its_claims_have_evidence(grown: tuple[Opened, int]) -> None:
    opened, _ = grown
    bound = Counter(row["g"] for row in select(opened.store, "SELECT ?g { ?arm bsab:binds ?g }").rows)
    ranked = [number for _, number in bound.most_common()]
    assert bound.most_common(1)[0][0] == "UniProt:P07766"  # CD3, which a copy keeps
    assert ranked[0] > 2 * ranked[len(ranked) // 2]
    bare = "SELECT ?c { ?c a bsab:Claim FILTER NOT EXISTS { ?line bsab:evidenceFor ?c } }"
    assert select(opened.store, bare).rows == ()
    two = "SELECT ?c { ?c rdf:subject ?s } GROUP BY ?c HAVING (COUNT(?s) > 1)"
    assert select(opened.store, two).rows == ()


def test_questions_are_answered_on_it(grown: tuple[Opened, int], toy: Opened) -> None:
    opened, _ = grown
    asked, given_ = question("antibodies-joining"), {"antigen": "DLL3", "receptor": "CD3"}
    assert len(ask(opened, asked, given_).rows) > len(ask(toy, asked, given_).rows) > 0


def test_a_seed_decides_all_bytes(built_toy: Root, tmp_path: Path) -> None:
    manifests = []
    for number, seed in enumerate((1, 1, 2)):
        make_tree(built_toy, tmp_path / str(number), SIZE, seed)
        manifests.append((tmp_path / str(number) / "data" / "MANIFEST").read_bytes())
    assert manifests[0] == manifests[1] != manifests[2]


def test_a_smaller_graph_leaves_out_antibodies(built_toy: Root, tmp_path: Path, toy: Opened) -> None:
    make_tree(built_toy, tmp_path / "small", 1300)
    small = open_store(find_root(tmp_path / "small"), View())
    count = "SELECT ?a { ?a a bsab:Antibody }"
    assert 0 < len(select(small.store, count).rows) < len(select(toy.store, count).rows)


NODES = 7
EDGES = some.sets(
    some.tuples(some.integers(0, NODES - 1), some.integers(0, NODES - 1)).filter(lambda ends: ends[0] < ends[1])
)


@settings(max_examples=40, deadline=None)
@given(EDGES)
def test_products_of_matrices_count_the_four_edge_paths(edges: set[tuple[int, int]]) -> None:
    pytest.importorskip("rustworkx")
    pytest.importorskip("scipy")
    from of_paths import four_edge_paths

    graph: nx.Graph[int] = nx.empty_graph(NODES)
    graph.add_edges_from(edges)
    counts = four_edge_paths(nx.to_scipy_sparse_array(graph, dtype=float, format="csr")).toarray()
    for start in range(NODES):
        for end in range(NODES):
            if start != end:
                found = sum(len(names) == 5 for names in nx.all_simple_paths(graph, start, end, cutoff=4))
                assert counts[start, end] == found
