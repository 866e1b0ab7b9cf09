"""Paths: the best come first, over the edges that are allowed, and none is better supported than its weakest step."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as some

import kg as package
from kg.errors import NotFoundError, UsageError
from kg.network import claim_network, projection
from kg.path_search import (
    PASSED,
    FoundPath,
    Step,
    chain_support,
    cheapest_paths,
    drawn_paths,
    edge_types,
    find_paths,
)
from kg.paths import Root
from kg.store import Opened

Kg = Callable[..., tuple[int, str, str]]
SUPPORT = some.floats(0, 1)
NAMES = "abcdefg"
# Few different weights, so that there are ties.
GRAPHS = some.dictionaries(
    some.tuples(some.sampled_from(NAMES), some.sampled_from(NAMES)).filter(lambda ends: ends[0] < ends[1]),
    some.sampled_from([0.1, 0.2, 0.3, 0.7]),
    max_size=14,
)


def graph_of(edges: dict[tuple[str, str], float]) -> nx.Graph[str]:
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(NAMES)
    graph.add_weighted_edges_from((*ends, weight) for ends, weight in edges.items())
    return graph


@given(GRAPHS, some.integers(1, 6), some.integers(1, 8), some.sets(some.sampled_from(NAMES)))
def test_the_cheapest_paths_are_those_of_all_paths(
    edges: dict[tuple[str, str], float], max_edges: int, count: int, passable: set[str]
) -> None:
    graph = graph_of(edges)
    every = [
        (round(sum(graph.edges[ends]["weight"] for ends in pairwise(names)), 9), tuple(names))
        for names in nx.all_simple_paths(graph, "a", "b", cutoff=max_edges)
        if set(names[1:-1]) <= passable
    ]
    found = cheapest_paths(graph, "a", "b", count, max_edges, passable)
    assert found == [names for _, names in sorted(every)[:count]]


@given(GRAPHS, some.randoms(use_true_random=False))
def test_ties_are_decided_by_name_and_not_by_the_order_of_edges(
    edges: dict[tuple[str, str], float], order: random.Random
) -> None:
    shuffled = list(edges)
    order.shuffle(shuffled)
    other = graph_of({ends: edges[ends] for ends in shuffled})
    assert cheapest_paths(graph_of(edges), "a", "b", 4, 5, NAMES) == cheapest_paths(other, "a", "b", 4, 5, NAMES)


@given(some.lists(SUPPORT, min_size=1, max_size=9), SUPPORT)
def test_a_chain_is_never_above_its_weakest_link_and_no_link_raises_it(values: list[float], more: float) -> None:
    assert chain_support(values) <= min(values)
    assert chain_support([*values, more]) <= chain_support(values)


def step(support: float) -> Step:
    return Step("a", "A", "b", "B", "bsab:binds", "binds", True, "claim:1", support, False, "PMID:1")


def test_the_support_of_a_path_is_the_product_of_its_steps() -> None:
    found = FoundPath((step(0.5), step(0.8)))
    assert (found.support, found.weakest) == (0.4, 0.5)


def names_of(paths: tuple[FoundPath, ...]) -> list[list[str]]:
    return [[paths[0].steps[0].start, *(one.end for one in found.steps)] for found in paths]


def test_every_step_is_a_claim_of_the_network_in_one_direction_or_the_other(real: Opened) -> None:
    network = claim_network(real)
    found = find_paths(network, "ab:tarlatamab", "MONDO:0008433", 5)
    assert len(found) == 5
    assert names_of(found)[0] == ["ab:tarlatamab", "MONDO:0008433"]
    assert ["ab:tarlatamab", "arm:tarlatamab.DLL3", "UniProt:Q9NYJ7", "MONDO:0008433"] in names_of(found)
    for one in found:
        assert one.support <= one.weakest
        for first, second in pairwise(one.steps):
            assert first.end == second.start
        for walked in one.steps:
            ends = (walked.start, walked.end) if walked.forward else (walked.end, walked.start)
            edge = network.edges[(*ends, walked.claim or walked.predicate)]
            assert (edge["support"], edge["source"], edge["label"]) == (walked.support, walked.source, walked.label)
            best = max(e["support"] for e in network[ends[0]][ends[1]].values() if e["predicate"] == walked.predicate)
            assert walked.support == best


@pytest.mark.parametrize(
    ("changed", "more"),
    [
        ({"count": 2}, True),
        ({"count": 1, "max_edges": 3}, False),
        ({"count": 1, "allow": ["bsab:hasArm"]}, False),
    ],
    ids=["count", "max-edges", "allow"],
)
def test_every_parameter_changes_what_is_found(toy: Opened, changed: dict[str, object], more: bool) -> None:
    network = claim_network(toy)
    usual = find_paths(network, "ab:dual-block", "ab:twice-told", 1)
    found = find_paths(network, "ab:dual-block", "ab:twice-told", **changed)  # type: ignore[arg-type]
    assert len(usual) == 1
    assert len(found) > 1 if more else not found


def test_a_tumor_is_no_thoroughfare_but_on_demand(toy: Opened) -> None:
    network = claim_network(toy)
    ends = ("ab:engager-one", "ab:late-comer")

    def tumors_passed(**given: object) -> set[str]:
        found = find_paths(network, *ends, 20, **given)  # type: ignore[arg-type]
        assert found
        return {one.end for path in found for one in path.steps[:-1] if one.end.startswith("MONDO:")}

    assert tumors_passed() == set()
    assert tumors_passed(through=["tumor"]) == {"MONDO:0008433"}


def test_every_kind_that_allowed_edges_reach_is_passed_or_is_no_thoroughfare(real: Opened) -> None:
    graph = projection(claim_network(real))
    reached = {graph.nodes[end]["kind"] for ends in graph.edges for end in ends}
    assert reached - set(PASSED) <= {"tumor", "agent", "role"}
    assert reached >= {"tumor", "killing", "blocking"}


def test_wrong_ends_and_types_are_told(toy: Opened) -> None:
    network = claim_network(toy)
    with pytest.raises(UsageError, match="ab:nobody: is no node of the network"):
        find_paths(network, "ab:nobody", "ab:dual-block")
    with pytest.raises(UsageError, match="two different ends"):
        find_paths(network, "ab:dual-block", "ab:dual-block")
    assert edge_types(network, ["hasArm", "bsab:binds", "expressed by cell"]) == (
        "bsab:hasArm",
        "bsab:binds",
        "bsab:expressedByCell",
    )
    with pytest.raises(UsageError, match=r"no edge is of type 'hasarms'.*hasArm"):
        edge_types(network, ["binds", "hasarms"])


def test_a_picture_of_paths_has_each_step_once_with_its_evidence(toy: Opened) -> None:
    network = claim_network(toy)
    found = find_paths(network, "ab:dual-block", "ab:twice-told", 3)
    nodes, edges = drawn_paths(toy, network, found)
    assert {node.id for node in nodes} == {end for path in found for one in path.steps for end in (one.start, one.end)}
    claims = {one.claim for path in found for one in path.steps if one.claim}
    assert {edge.claim for edge in edges if edge.claim} == claims
    assert all(edge.sources for edge in edges if edge.claim)
    assert {node.kind for node in nodes} >= {"antibody", "arm", "antigen"}


@pytest.fixture
def on_toy(kg: Kg, built_toy: Root) -> Kg:
    def call(*args: str) -> tuple[int, str, str]:
        return kg(*args, "--root", str(built_toy.path))

    return call


def test_the_command_prints_steps_in_every_format(on_toy: Kg) -> None:
    code, out, err = on_toy("path", "dual block", "EGFR", "-k", "1", "--format", "tsv")
    header, *rows = (line.split("\t") for line in out.splitlines())
    assert code == 0 and "not medical advice" in err
    assert header == ["path", "support", "step", "from", "direction", "link", "to", "claim", "step_support", "source"]
    assert [row[3:7] for row in rows] == [
        ["dual block", "->", "has arm", "dual block, arm EGFR"],
        ["dual block, arm EGFR", "->", "binds", "EGFR"],
    ]
    assert all(row[7].startswith("claim:") and row[9] for row in rows)
    (found,) = json.loads(on_toy("path", "dual block", "EGFR", "-k", "1", "--format", "json")[1])
    assert found["support"] == float(rows[0][1])
    assert [one["claim"] for one in found["steps"]] == [row[7] for row in rows]
    back = on_toy("path", "EGFR", "dual block", "-k", "1", "--format", "tsv")[1]
    assert [line.split("\t")[4] for line in back.splitlines()[1:]] == ["<-", "<-"]


def test_no_path_is_an_empty_answer_with_a_word_on_what_was_allowed(on_toy: Kg) -> None:
    code, out, err = on_toy("path", "dual block", "EGFR", "--allow", "hasArm", "--max-edges", "5", "--format", "json")
    assert (code, json.loads(out)) == (0, [])
    assert err.startswith("no path of at most 5 edges over: hasArm (see --allow")


@pytest.mark.parametrize(
    ("arguments", "expected", "words"),
    [
        (("nobody", "EGFR"), 1, "nothing is called 'nobody'"),
        (("EGFR", "EGFR"), 2, "two different ends"),
        (("EGFR",), 2, "Missing argument 'TO'"),
        (("EGFR", "MET", "-k", "0"), 2, "0 is not in the range"),
        (("EGFR", "MET", "--max-edges", "99"), 2, "99 is not in the range"),
        (("EGFR", "MET", "--allow", "bindz"), 2, "no edge is of type 'bindz'"),
        (("EGFR", "MET", "--through", "tumour"), 2, "there is no kind 'tumour'"),
        (("EGFR", "PMID:1001"), 2, "is no node of the network"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_usage_of_the_command_is_told(on_toy: Kg, arguments: tuple[str, ...], expected: int, words: str) -> None:
    code, out, err = on_toy("path", *arguments)
    assert (code, out) == (expected, "")
    assert words in err


def test_the_command_draws_an_offline_page(on_toy: Kg, tmp_path: Path) -> None:
    page = tmp_path / "paths.html"
    code, _, err = on_toy("path", "dual block", "twice told", "-k", "2", "-o", str(page))
    assert code == 0 and f"{page}: 2 paths drawn" in err
    text = page.read_text(encoding="utf-8")
    assert "Paths from dual block to twice told" in text and "not medical advice" in text
    assert 'src="http' not in text


def test_the_public_api_finds_what_the_command_finds(on_toy: Kg, built_toy: Root) -> None:
    found = package.open(root=built_toy.path).paths("dual block", "twice told", 2)
    told = json.loads(on_toy("path", "dual block", "twice told", "-k", "2", "--format", "json")[1])
    assert [one.as_json() for one in found] == told
    with pytest.raises(NotFoundError):
        package.open(root=built_toy.path).paths("dual block", "nobody")
