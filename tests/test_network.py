"""The graph as networkx: nothing is lost on the way there and back, and the network of claims is what SPARQL says."""

from __future__ import annotations

import math
from collections.abc import Iterable

import networkx as nx
import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as some

import kg
from kg.errors import KgError
from kg.links import IDENTITY
from kg.lookup import KINDS, LOOKUP_GRAPH
from kg.network import (
    ALLOWED,
    PASSING_COST,
    STEP_COST,
    claim_network,
    from_networkx,
    from_quads,
    projection,
    to_networkx,
)
from kg.paths import Root
from kg.query import select
from kg.store import Opened, open_store
from kg.terms import expand
from kg.view import View

TEXTS = some.text(some.characters(exclude_categories=("Cs",)), max_size=8)
IRIS = some.sampled_from(
    [
        "https://w3id.org/bsab/antibody/x",
        "https://w3id.org/bsab/",
        "http://purl.obolibrary.org/obo/MONDO_0000001",
        "https://example.org/a?b#c",
        "urn:x:y",
        "ab:x",  # an IRI that looks like one of our CURIEs
        "bsab:antibody/x",
        "url:http://a",
        "DOI:1/2",
        "https://doi.org/10.1/a%20b",
    ]
).map(ox.NamedNode)
BLANKS = some.sampled_from(["a", "b", "c0"]).map(ox.BlankNode)
LITERALS = some.one_of(
    TEXTS.map(ox.Literal),
    some.builds(lambda text, tag: ox.Literal(text, language=tag), TEXTS, some.sampled_from(["en", "de-ch"])),
    some.builds(lambda text, kind: ox.Literal(text, datatype=kind), TEXTS, IRIS),
)
QUADS = some.lists(
    some.builds(
        ox.Quad,
        some.one_of(IRIS, BLANKS),
        IRIS,
        some.one_of(IRIS, BLANKS, LITERALS),
        some.one_of(IRIS, BLANKS, some.just(ox.DefaultGraph())),
    ),
    max_size=12,
)


def facts_of(opened: Opened) -> set[ox.Quad]:
    return {quad for quad in opened.store if quad.graph_name != LOOKUP_GRAPH}


@given(QUADS)
def test_any_quads_come_back_as_they_were(quads: list[ox.Quad]) -> None:
    network = from_quads(quads)
    assert network.number_of_edges() == len(set(quads))
    assert set(from_networkx(network)) == set(quads)


@pytest.mark.parametrize("which", ["toy", "toy_unread", "real"])
def test_the_whole_graph_comes_back_with_its_named_graphs(which: str, request: pytest.FixtureRequest) -> None:
    opened: Opened = request.getfixturevalue(which)
    network = to_networkx(opened)
    back = from_networkx(network)
    assert set(back) == facts_of(opened) and len(back) == len(set(back))
    assert len({quad.graph_name for quad in back}) >= 3
    assert LOOKUP_GRAPH not in {quad.graph_name for quad in back}


def test_rdflib_finds_the_graph_that_comes_back_isomorphic(toy: Opened) -> None:
    from rdflib import Graph
    from rdflib.compare import isomorphic

    def graph_of(quads: Iterable[ox.Quad]) -> Graph:
        # Other labels on either side, as another reader would give them.
        triples = [ox.Triple(quad.subject, quad.predicate, quad.object) for quad in quads]
        text = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)
        assert text is not None
        return Graph().parse(data=text.decode(), format="nt")

    before, after = facts_of(toy), from_networkx(to_networkx(toy))
    assert any(isinstance(quad.subject, ox.BlankNode) for quad in before)
    assert isomorphic(graph_of(before), graph_of(after))


def test_the_attributes_are_those_that_the_docstring_tells(toy: Opened) -> None:
    network = to_networkx(toy)
    assert network.nodes["ab:dual-block"] == {"term": "iri", "value": "https://w3id.org/bsab/antibody/dual-block"}
    label = network.nodes['"dual block"']
    assert label == {"term": "literal", "value": "dual block", "datatype": "xsd:string", "language": ""}
    assert network.edges["ab:dual-block", '"dual block"', "rdfs:label"] == {"predicate": "rdfs:label", "graph": ""}
    (hierarchy,) = {edge["graph"] for *_, edge in network.edges(data=True) if edge["graph"].endswith("mondo")}
    assert hierarchy == "graph:mondo"


@pytest.mark.parametrize("lack", ["term", "value"])
def test_a_network_of_something_else_is_refused(lack: str) -> None:
    network = from_quads([ox.Quad(ox.NamedNode("urn:a"), ox.NamedNode("urn:b"), ox.Literal("c"))])
    del network.nodes["<urn:a>"][lack]
    with pytest.raises(KgError, match=f"is no network of triples: '{lack}'"):
        from_networkx(network)


def test_a_triple_is_no_node() -> None:
    inner = ox.Triple(ox.NamedNode("urn:a"), ox.NamedNode("urn:b"), ox.NamedNode("urn:c"))
    with pytest.raises(KgError, match="a triple cannot be a node"):
        from_quads([ox.Quad(ox.NamedNode("urn:a"), ox.NamedNode("urn:b"), inner)])


@pytest.mark.parametrize("which", ["toy", "toy_unread", "real"])
def test_the_claims_of_the_network_are_those_with_a_plain_edge(which: str, request: pytest.FixtureRequest) -> None:
    opened: Opened = request.getfixturevalue(which)
    network = claim_network(opened)
    ours = {
        (source, edge["predicate"], target, key, edge["support"], edge["contested"])
        for source, target, key, edge in network.edges(keys=True, data=True)
        if edge["claim"]
    }
    rows = select(
        opened.store,
        """SELECT DISTINCT ?s ?p ?o ?claim ?support ?contested WHERE {
          ?line bsab:stance bsab:SupportsStance ; bsab:evidenceFor ?claim .
          ?claim rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o ; bsab:support ?support .
          OPTIONAL { ?claim bsab:contested ?contested } FILTER(isIRI(?o)) }""",
    ).rows
    theirs = {(*(row[name] for name in ("s", "p", "o", "claim", "support")), bool(row["contested"])) for row in rows}
    assert ours == theirs and len(ours) > 20


@pytest.mark.parametrize("which", ["toy", "real"])
def test_what_is_no_claim_is_identity_and_stands_in_the_store(which: str, request: pytest.FixtureRequest) -> None:
    opened: Opened = request.getfixturevalue(which)
    found = set()
    for source, target, key, edge in claim_network(opened).edges(keys=True, data=True):
        if not edge["claim"]:
            assert key == edge["predicate"] in IDENTITY
            assert (edge["support"], edge["contested"], edge["source"], edge["levels"]) == (1.0, False, "", ())
            ends = (ox.NamedNode(expand(curie)) for curie in (source, edge["predicate"], target))
            assert any(opened.store.quads_for_pattern(*ends, None))
            found.add(key)
    assert found >= {"bsab:epitopeOf", "bsab:hasMember", "bsab:escapeMechanism", "rdfs:subClassOf", "bsab:hasScope"}


def test_every_node_is_told_by_label_kind_and_type(real: Opened) -> None:
    nodes = claim_network(real).nodes
    assert nodes["ab:tarlatamab"] == {"label": "tarlatamab", "kind": "antibody", "type": "bsab:Antibody"}
    assert nodes["UniProt:P04626"]["kind"] == "antigen"
    assert list(nodes) == sorted(nodes)
    bare = [name for name, node in nodes.items() if node["kind"] not in (*KINDS, "term") or not node["label"]]
    assert bare == []
    strange = {node["type"] for node in nodes.values() if node["kind"] == "term"} & {
        f"bsab:{k}" for k in KINDS.values()
    }
    assert strange == set()


def test_an_edge_tells_source_levels_year_and_qualifiers(toy: Opened) -> None:
    network = claim_network(toy)
    ((claim, edge),) = network["arm:dual-block.EGFR"]["UniProt:P00533"].items()
    assert edge == {
        "predicate": "bsab:binds",
        "label": "binds",
        "claim": claim,
        "support": 0.98,  # one minus (1 - 0.8)(1 - 0.9): a database row, and patients
        "contested": False,
        "source": "PMID:1001",
        "levels": ("clinical", "database"),
        "year": 2019,
    }
    ((_, escape),) = network["ab:engager-one"]["bsab:AntigenLoss"].items()
    assert escape["bsab:inTumor"] == "MONDO:0008433"
    assert escape["contested"] is True
    assert (escape["levels"], escape["year"]) == (("clinical",), 2023)  # of the supporting line, not of the other


def test_what_is_only_refuted_or_inconclusive_is_no_edge(toy: Opened) -> None:
    network = claim_network(toy)
    assert not network.has_edge("UniProt:P07766", "CL:0000623")
    assert network.has_edge("UniProt:P07766", "CL:0000084")
    assert not network.has_edge("ab:engager-one", "bsab:ImmuneDesert")


def test_a_view_of_an_earlier_day_has_fewer_claims(cache: object, built_toy: Root) -> None:
    del cache
    then = claim_network(open_store(built_toy, View("2019-12-31")))
    now = claim_network(open_store(built_toy, View()))
    assert then.has_edge("ab:dual-block", "arm:dual-block.EGFR")
    assert not any(then.has_edge(*ends) for ends in now.edges("ab:late-comer"))
    assert set(then.edges) < set(now.edges)


def parallel(*claims: tuple[str, str, float], predicate: str = "bsab:binds") -> nx.MultiDiGraph[str]:
    """A network of claims between two nodes: key, which way, support."""
    network: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    network.add_nodes_from(["a", "b"], label="", kind="term", type="")
    for key, ends, support in claims:
        network.add_edge(*ends, key=key, predicate=predicate, claim=key, support=support)
    return network


def test_of_parallel_claims_the_best_supported_one_stays() -> None:
    graph = projection(parallel(("claim:2", "ab", 0.5), ("claim:3", "ba", 0.9), ("claim:1", "ab", 0.9)))
    assert graph.edges["a", "b"]["claim"] == "claim:1"
    assert graph.edges["a", "b"]["subject"] == "a"
    assert graph.edges["b", "a"]["weight"] == pytest.approx(STEP_COST - math.log(0.9))


def test_an_edge_type_that_is_not_allowed_and_a_claim_without_support_are_left_out() -> None:
    assert projection(parallel(("claim:1", "ab", 0.9), predicate="bsab:hasRole")).number_of_edges() == 0
    assert projection(parallel(("claim:1", "ab", 0.9), predicate="bsab:hasRole"), ["bsab:hasRole"]).has_edge("a", "b")
    assert projection(parallel(("claim:1", "ab", 0.0))).number_of_edges() == 0
    assert projection(parallel(("claim:1", "aa", 0.9))).number_of_edges() == 0


def test_passing_a_hub_costs_more_than_passing_a_rare_node(real: Opened) -> None:
    graph = projection(claim_network(real))
    assert {edge["predicate"] for *_, edge in graph.edges(data=True)} <= set(ALLOWED)
    common, rare = (
        graph.edges["arm:tarlatamab.CD3E", "UniProt:P07766"],
        graph.edges["arm:tarlatamab.DLL3", "UniProt:Q9NYJ7"],
    )
    degrees = graph.degree["UniProt:P07766"], graph.degree["UniProt:Q9NYJ7"]
    assert degrees[0] > 4 * degrees[1]
    dearer = common["weight"] - rare["weight"] + math.log(common["support"] / rare["support"])
    assert dearer == pytest.approx(PASSING_COST * math.log(degrees[0] / degrees[1]) / 2)


def test_the_public_api_gives_both_networks(built_toy: Root, toy: Opened) -> None:
    graph = kg.open(root=built_toy.path)
    assert set(graph.network().edges) == set(claim_network(toy).edges)
    assert set(graph.networkx().nodes) == set(to_networkx(toy).nodes)
