"""Every export is read back by a reader that is not ours and holds what it says; one view gives the same bytes."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import pyoxigraph as ox
import pytest
import rdflib
from conftest import opened_in

import kg as package
from kg.errors import UsageError
from kg.export import CANDOR, CLAIMED, COLUMNS, FORMATS, UNCLAIMED, about, export, exported_network, version_iri
from kg.links import read_links
from kg.lookup import LOOKUP_GRAPH
from kg.network import claim_network
from kg.paths import Root
from kg.query import select
from kg.store import Opened
from kg.view import View

Kg = Callable[..., tuple[int, str, str]]


def canonical(quads: set[ox.Quad]) -> set[ox.Quad]:
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return set(dataset)


def facts_of(opened: Opened) -> set[ox.Quad]:
    return canonical({quad for quad in opened.store if quad.graph_name != LOOKUP_GRAPH})


def read_by_rdflib(content: bytes, form: str) -> set[ox.Quad]:
    """What rdflib reads, by way of its own N-Quads; without what tells the version."""
    dataset = rdflib.Dataset()
    dataset.parse(data=content, format=form)
    text = dataset.serialize(format="nquads")
    assert isinstance(text, str)
    # rdflib writes the default graph under a name of its own
    own = text.replace(" <urn:x-rdflib:default> .\n", " .\n")
    return canonical(set(ox.parse(own, format=ox.RdfFormat.N_QUADS)))


def about_version(quads: set[ox.Quad], opened: Opened) -> set[ox.Quad]:
    return {quad for quad in quads if quad.subject == version_iri(opened)}


pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")  # of its own parts


@pytest.fixture(autouse=True)
def literals_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)


@pytest.mark.parametrize(("form", "theirs"), [("nq", "nquads"), ("jsonld", "json-ld")])
def test_rdflib_reads_the_whole_dataset_with_its_named_graphs(toy: Opened, form: str, theirs: str) -> None:
    read = read_by_rdflib(export(toy, form).content, theirs)
    told = about_version(read, toy)
    assert read - told == facts_of(toy)
    assert len({quad.graph_name for quad in read}) >= 3
    assert {quad.object.value for quad in told} >= {toy.data_version, *CLAIMED.values()}
    assert export(toy, form).loses == ()


def test_rdflib_reads_turtle_without_the_names_of_graphs(toy: Opened) -> None:
    graph = rdflib.Graph().parse(data=export(toy, "ttl").content, format="turtle")
    text = graph.serialize(format="nt")
    read = {ox.Quad(quad.subject, quad.predicate, quad.object) for quad in ox.parse(text, format=ox.RdfFormat.N_QUADS)}
    facts = {ox.Quad(quad.subject, quad.predicate, quad.object) for quad in facts_of(toy)}
    read = canonical(read)
    assert read - about_version(read, toy) == canonical(facts)
    assert any("named graph" in lost for lost in export(toy, "ttl").loses)


@pytest.mark.slow
def test_the_real_graph_is_read_back_whole(real: Opened) -> None:
    read = set(ox.parse(export(real, "jsonld").content, format=ox.RdfFormat.JSON_LD))
    assert canonical(read - about_version(read, real)) == facts_of(real)


def read_by_networkx(content: bytes, form: str) -> nx.MultiDiGraph[str]:
    read: Any
    if form == "graphml":
        read = nx.read_graphml(io.BytesIO(content), force_multigraph=True)
    else:
        read = nx.read_gexf(io.BytesIO(content))
    assert isinstance(read, nx.MultiDiGraph)
    return read


@pytest.mark.parametrize("form", ["graphml", "gexf"])
@pytest.mark.parametrize("which", ["toy", "real"])
def test_networkx_reads_the_network_of_claims(which: str, form: str, request: pytest.FixtureRequest) -> None:
    opened: Opened = request.getfixturevalue(which)
    made = export(opened, form)
    read, ours = read_by_networkx(made.content, form), claim_network(opened)
    drop = {"networkx_key", "id"}
    assert {name: {k: v for k, v in node.items() if k not in drop} for name, node in read.nodes(data=True)} == {
        name: dict(node) for name, node in ours.nodes(data=True)
    }
    theirs = {
        (s, t, str(key)): {k: v for k, v in e.items() if k not in drop}
        for s, t, key, e in read.edges(keys=True, data=True)
    }
    assert len(theirs) == ours.number_of_edges()
    for source, target, edge in ours.edges(data=True):
        told = theirs[source, target, edge["claim"] or f"{source} {edge['predicate']} {target}"]
        assert told.pop("levels") == " ".join(edge["levels"])
        assert told.pop("best_source") == edge["source"]
        made_how = CLAIMED if edge["claim"] else UNCLAIMED
        assert {name: told.pop(name) for name in made_how} == made_how
        assert told == {k: v for k, v in edge.items() if k not in ("levels", "source") and v is not None}
    assert made.holds == f"{len(ours)} nodes, {ours.number_of_edges()} edges"


def test_graphml_carries_version_and_terms_as_attributes_of_the_graph(toy: Opened) -> None:
    assert read_by_networkx(export(toy, "graphml").content, "graphml").graph | about(toy) == {
        **about(toy),
        "edge_default": {},
        "node_default": {},
    }


def test_what_a_network_leaves_out_is_counted(toy: Opened) -> None:
    rows = select(
        toy.store,
        "SELECT DISTINCT ?claim { ?l bsab:evidenceFor ?claim ; bsab:stance bsab:SupportsStance . "
        "?claim rdf:object ?o FILTER(isLiteral(?o)) }",
    ).rows
    assert len(rows) > 3
    assert export(toy, "graphml").loses[0] == f"{len(rows)} claims about text and numbers"


def test_csv_reads_the_table_of_links(toy: Opened) -> None:
    lines = export(toy, "tsv").content.decode().splitlines(keepends=True)
    comments = [line for line in lines if line.startswith("# ")]
    assert len(comments) == 3 and lines[:3] == comments
    rows = list(csv.DictReader(lines[3:], dialect="excel-tab"))
    assert list(rows[0]) == list(COLUMNS)
    links = read_links(toy.store)
    assert [(row["subject"], row["predicate"], row["object"], row["claim"]) for row in rows] == [
        (link.source, link.predicate, link.target, link.claim) for link in links
    ]
    assert [row["support"] for row in rows] == [str(link.support) if link.claim else "" for link in links]
    (told,) = [
        row for row in rows if row["predicate"] == "bsab:escapedThrough" and row["subject_label"] == "engager one"
    ]
    assert (told["object_label"], told["object_kind"], told["contested"]) == ("antigen loss", "escape", "true")
    assert (told["qualifiers"], told["levels"], told["year"]) == ("bsab:inTumor=MONDO:0008433", "clinical", "2023")
    assert told["agent_type"] == "automated_agent"
    nasty = [row["object"] for row in rows if row["predicate"] == "bsab:reportedToxicity"]
    assert 'braces {{ }} and "quotes" </script>' in nasty


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_says_what_it_is_and_gives_the_same_bytes(
    form: str, built_toy: Root, toy: Opened, tmp_path: Path
) -> None:
    again = opened_in(tmp_path, built_toy, View())  # compiled again: blank nodes have other labels
    content = export(toy, form).content
    assert export(again, form).content == content and content.endswith(b"\n")
    text = content.decode()
    for words in (toy.footer(), CANDOR, "CC BY 4.0", "knowledge_assertion", "automated_agent"):
        assert words in text
    assert toy.data_version[:12] in text


def test_gexf_is_dated_by_the_data_and_not_by_the_clock(toy: Opened) -> None:
    assert re.findall(rb'lastmodifieddate="([^"]*)"', export(toy, "gexf").content) == [toy.as_of.encode()]


def test_an_export_leaves_its_network_to_the_caller(toy: Opened) -> None:
    before = exported_network(toy)
    export(toy, "gexf")
    assert nx.utils.graphs_equal(before, exported_network(toy))


def test_an_unknown_format_is_told(toy: Opened) -> None:
    with pytest.raises(UsageError, match=r"no format 'csv'.*graphml"):
        export(toy, "csv")


@pytest.fixture
def on_toy(kg: Kg, built_toy: Root) -> Kg:
    def call(*args: str) -> tuple[int, str, str]:
        return kg(*args, "--root", str(built_toy.path))

    return call


def test_the_command_offers_every_format() -> None:
    from kg.cli.networks import export as command

    (choice,) = [one.type for one in command.params if one.name == "form"]
    assert list(getattr(choice, "choices", ())) == list(FORMATS)


@pytest.mark.parametrize("form", FORMATS)
def test_the_command_writes_to_a_file_or_to_stdout(on_toy: Kg, tmp_path: Path, toy: Opened, form: str) -> None:
    file = tmp_path / f"toy.{form}"
    code, out, err = on_toy("export", "--to", form, "-o", str(file))
    assert (code, out) == (0, "")
    assert err.startswith(f"{file}: ") and "\nleft out: " in err and "not medical advice" in err
    assert file.read_bytes() == export(toy, form).content
    code, out, err = on_toy("export", "--to", form, "-q")
    assert (code, err) == (0, "")
    assert out.encode() == file.read_bytes()


def test_a_view_exports_what_it_knows(on_toy: Kg) -> None:
    now = on_toy("export", "--to", "tsv", "-q")[1]
    then = on_toy("export", "--to", "tsv", "-q", "--as-of", "2019")[1]
    more = on_toy("export", "--to", "tsv", "-q", "--include-unread")[1]
    assert "as of 2019-12-31" in then and "with unread claims" in more
    assert then.count("\n") < now.count("\n") < more.count("\n")


def test_nothing_is_written_where_nothing_can_be(on_toy: Kg, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    assert on_toy("export", "--to", "nq", "-o", str(file / "below"))[0] == 1
    assert on_toy("export", "--to", "nq", "-o", str(tmp_path))[0] == 2
    assert on_toy("export", "--to", "rdfxml", "-o", str(file))[0] == 2
    assert file.read_text() == "mine" and list(tmp_path.iterdir()) == [file]


def test_the_public_api_exports_the_same_bytes(built_toy: Root, tmp_path: Path, toy: Opened) -> None:
    graph = package.open(root=built_toy.path)
    assert graph.export("ttl", tmp_path / "a.ttl") == export(toy, "ttl").loses
    assert (tmp_path / "a.ttl").read_bytes() == export(toy, "ttl").content
