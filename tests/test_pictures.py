"""What `kg view` draws: around entities, pairs and tumors, the chains of them, and what a query constructs."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import REPOSITORY

import kg as package
from kg.constructed import constructed
from kg.errors import NotFoundError, UsageError
from kg.knowledge_graph import KnowledgeGraph
from kg.lookup import find
from kg.neighborhood import neighborhood, starts
from kg.paths import Root
from kg.store import Opened

Kg = Callable[..., tuple[int, str, str]]

TESTED = """# title: Where <it> was tested
CONSTRUCT { ?a bsab:testedIn ?t } WHERE { ?a bsab:testedIn ?t . ?a rdfs:label 'tarlatamab' }
"""


def graph_of(html: str) -> Any:
    found = re.search(r'<script type="application/json" id="graph">(.*?)</script>', html, re.DOTALL)
    assert found
    graph = json.loads(found.group(1))
    for edge in graph["edges"]:
        edge["label"] = graph["labels"][edge["label"]]
    return graph


def labels_of(html: str, kind: str) -> set[str]:
    return {node["label"] for node in graph_of(html)["nodes"] if node["kind"] == kind}


# ---- around something ---------------------------------------------------------------------------------


def test_a_pair_is_drawn_with_its_antigens_and_the_antibodies_that_join_them(real: Opened) -> None:
    picture = KnowledgeGraph(real).view("EGFR x MET")
    assert labels_of(picture.html, "pair") == {"EGFR x MET"}
    assert "amivantamab" in labels_of(picture.html, "antibody")
    graph = graph_of(picture.html)
    name = {node["id"]: node["label"] for node in graph["nodes"]}
    members = {name[edge["to"]] for edge in graph["edges"] if edge["label"] == "has member"}
    assert members == {"EGFR", "MET"}


def test_an_open_pair_is_drawn_around_its_two_antigens(real: Opened) -> None:
    assert [match.label for match in starts(real.store, ["DLL3 x CEACAM5"])] == ["DLL3", "CEA"]
    with pytest.raises(NotFoundError, match="'DLL3 x nobody'"):
        starts(real.store, ["DLL3 x nobody"])


def test_a_tumor_is_drawn_with_its_antibodies_and_what_escapes_in_it(real: Opened) -> None:
    tumor = find(real.store, "small cell lung carcinoma")
    nodes, edges, _ = neighborhood(real, [tumor.curie], 1, 200)
    assert {"tarlatamab", "obrixtamig"} <= {node.label for node in nodes if node.kind == "antibody"}
    kinds = {node.id: node.kind for node in nodes}
    escapes = [edge for edge in edges if edge.tumors == (tumor.label,) and kinds[edge.target] == "escape"]
    assert {edge.source for edge in escapes} >= {"ab:tarlatamab"}


def test_what_does_not_fit_are_whole_antibodies(real: Opened) -> None:
    curie = find(real.store, "CD3").curie
    nodes, edges, left_out = neighborhood(real, [curie], 2, 120)
    assert len(nodes) == 120 and left_out > 50
    owned = {edge.target for edge in edges if edge.label == "has arm"}
    arms = {node.id for node in nodes if node.kind == "arm"}
    assert len(arms - owned) <= 1
    assert len([node for node in nodes if node.kind == "antigen"]) > 15
    assert neighborhood(real, [curie], 2, 120) == (nodes, edges, left_out)


def test_claims_that_say_the_same_are_one_edge_with_all_of_them(real: Opened) -> None:
    _, edges, _ = neighborhood(real, ["ab:tarlatamab"], 2, 200)
    several = [edge for edge in edges if edge.others]
    assert several
    for edge in several:
        assert edge.claim not in edge.others and all(other.startswith("claim:") for other in edge.others)


def test_the_page_says_data_version_view_and_day(real_unread: Opened) -> None:
    html = KnowledgeGraph(real_unread).view("tarlatamab", depth=1).html
    stamp = re.search(r'<p id="stamp">(.*?)</p>', html, re.DOTALL)
    assert stamp
    words = re.sub(r"<[^>]+>", "", stamp.group(1))
    assert real_unread.data_version[:12] in words and "unread claims" in words and real_unread.as_of in words


# ---- chains -------------------------------------------------------------------------------------------


def test_chains_are_drawn_left_to_right_and_counters_stand_at_the_end(real: Opened) -> None:
    graph = graph_of(KnowledgeGraph(real).view("amivantamab", chains=True).html)
    headings = [column["text"] for column in graph["columns"]]
    order = ["antibody", "arm", "antigen", "cell", "function", "mechanism", "tumor", "escape", "counter"]
    assert [heading for heading in headings if heading in order] == order
    across = {node["label"]: node["x"] for node in graph["nodes"]}
    assert across["amivantamab"] < across["EGFR"] < across["MET bypass"] < across["AFM24"]


def test_chains_of_a_pair_are_those_of_the_antibodies_that_join_it(real: Opened) -> None:
    html = KnowledgeGraph(real).view("EGFR x MET", chains=True).html
    graph = graph_of(html)
    first = min(node["x"] for node in graph["nodes"])
    own = {node["label"] for node in graph["nodes"] if node["x"] == first}
    asked = package.open(root=REPOSITORY).ask("antibodies-joining", antigen="EGFR", receptor="MET")
    assert "amivantamab" in own
    assert own <= {str(row["label"]) for row in asked.rows}


def test_chains_are_narrowed_by_every_term(real: Opened) -> None:
    graph = KnowledgeGraph(real)
    every = graph.view("tarlatamab", chains=True)
    fewer = graph.view(["tarlatamab", "small cell lung carcinoma"], chains=True)
    assert "small cell lung carcinoma" in labels_of(fewer.html, "tumor") < labels_of(every.html, "tumor")
    with pytest.raises(UsageError, match="one tumor too many"):
        graph.view(["melanoma", "prostate cancer"], chains=True)
    with pytest.raises(UsageError, match="stands in no chain"):
        graph.view("BiTE", chains=True)


# ---- what a query constructs --------------------------------------------------------------------------


def test_constructed_edges_carry_the_evidence_of_their_claims(real: Opened) -> None:
    nodes, edges, left_out = constructed(real, TESTED, 200)
    assert left_out == 0
    assert {node.kind for node in nodes} == {"antibody", "tumor"}
    approved = next(edge for edge in edges if edge.target == "MONDO:0008433")
    assert approved.claim.startswith("claim:") and approved.sources and approved.support


def test_constructed_labels_types_literals_and_blank_nodes_are_drawn(toy: Opened) -> None:
    query = """CONSTRUCT {
      <https://x.example/a> rdfs:label "<b>a</b>" ; a <https://x.example/Gadget> ; bsab:note "a note" ;
        <https://x.example/near> [ a <https://x.example/Antibody> ] . } WHERE {}"""
    nodes, edges, _ = constructed(toy, query, 10)
    kinds = {node.label: node.kind for node in nodes}
    assert kinds == {"<b>a</b>": "Gadget", "nameless": "antibody"}
    assert constructed(toy, query, 10) == (nodes, edges, 0)
    labeled = next(node for node in nodes if node.label == "<b>a</b>")
    assert ("a note" in dict(labeled.detail).values()) and [edge.label for edge in edges] == ["near"]
    assert labeled.href == "https://x.example/a"


def test_the_busiest_stay_where_a_query_gives_too_much(real: Opened) -> None:
    query = "CONSTRUCT { ?a bsab:testedIn ?t } WHERE { ?a bsab:testedIn ?t }"
    nodes, _, left_out = constructed(real, query, 50)
    assert len(nodes) == 50 and left_out > 100
    assert "non-small cell lung carcinoma" in {node.label for node in nodes}


def test_what_is_no_construct_or_gives_nothing_says_so(toy: Opened) -> None:
    with pytest.raises(UsageError, match="no CONSTRUCT"):
        constructed(toy, "SELECT ?a WHERE { ?a a bsab:Antibody }", 10)
    with pytest.raises(NotFoundError, match="constructs nothing"):
        constructed(toy, "CONSTRUCT { ?a a bsab:Antibody } WHERE { ?a a bsab:Nothing }", 10)


# ---- the command --------------------------------------------------------------------------------------


def test_the_command_draws_chains_and_queries(
    kg: Kg, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, real: Opened
) -> None:
    del real  # compiled once
    (tmp_path / "q.rq").write_text(TESTED)
    by_file, by_stdin = tmp_path / "a.html", tmp_path / "b.html"
    code, out, err = kg("view", "--construct", str(tmp_path / "q.rq"), "-o", str(by_file))
    assert (code, out) == (0, "") and "nodes" in err and "not medical advice" in err
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(TESTED.encode())))
    assert kg("view", "--construct", "-", "-o", str(by_stdin), "-q")[0] == 0
    assert by_file.read_bytes() == by_stdin.read_bytes()
    assert "<title>Where &lt;it&gt; was tested</title>" in by_file.read_text(encoding="utf-8")
    code, _, err = kg("view", "tarlatamab", "--chains", "-o", str(tmp_path / "c.html"), "--max-nodes", "12")
    assert code == 0 and "more chains left out" in err


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("tarlatamab", "--construct", "q.rq"),
        ("--chains",),
        ("--construct", "gone.rq"),
        ("--construct", "q.rq", "--chains"),
    ],
    ids=" ".join,
)
def test_wrong_usage_writes_nothing(kg: Kg, tmp_path: Path, built_toy: Root, arguments: tuple[str, ...]) -> None:
    code, out, err = kg("view", *arguments, "-o", str(tmp_path / "x.html"), "--root", str(built_toy.path))
    assert (code, out) == (2, "") and err.startswith("kg: ") and not (tmp_path / "x.html").exists()


def test_a_picture_is_shown_in_an_isolated_frame(toy: Opened, tmp_path: Path) -> None:
    picture = KnowledgeGraph(toy).view("dual block", tmp_path / "a.html")
    assert (tmp_path / "a.html").read_text(encoding="utf-8") == picture.html
    frame = picture._repr_html_()
    assert frame.startswith("<iframe ") and "allow-same-origin" not in frame and "srcdoc=" in frame
    assert picture.html[:200] not in frame  # escaped
    assert "html" not in repr(picture)
