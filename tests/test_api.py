"""The public API of `import kg` does what the commands do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import kg
from kg.paths import Root


def test_everything_that_is_promised_is_there() -> None:
    assert all(getattr(kg, name) is not None for name in kg.__all__)
    assert set(kg._PLACES) | {"graph"} == set(kg.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        kg.nothing  # noqa: B018


def test_ask_is_the_command_ask(built_toy: Root, kg_run: Callable[..., tuple[int, str, str]]) -> None:
    answer = kg.open(root=built_toy.path).ask("antibodies-joining", antigen="EGFR", receptor="MET")
    arguments = ("ask", "antibodies-joining", "-p", "antigen=EGFR", "-p", "receptor=MET", "--format", "json")
    assert list(answer.rows) == json.loads(kg_run(*arguments, "--root", str(built_toy.path))[1])
    assert answer.rows


@pytest.fixture
def kg_run(request: pytest.FixtureRequest) -> Callable[..., tuple[int, str, str]]:
    """The fixture `kg`, under a name that the package leaves free."""
    call: Callable[..., tuple[int, str, str]] = request.getfixturevalue("kg")
    return call


def test_show_gives_the_arms(real: object) -> None:
    del real
    shown = kg.open().show("Rybrevant")
    assert {arm["antigen"] for arm in shown["arms"]} >= {"EGFR", "MET"}


def test_a_view_of_an_earlier_day_knows_less() -> None:
    then, now = kg.open(as_of="2015").stats(), kg.open().stats()
    assert 0 < then["entities"]["Claim"] < now["entities"]["Claim"]
    assert then["as_of"] == "2015-12-31"


def test_rdflib_gets_the_same_graph(built_toy: Root) -> None:
    graph = kg.open(root=built_toy.path)
    query = "SELECT ?a WHERE { ?a a <https://w3id.org/bsab/Antibody> } ORDER BY ?a"
    ours = graph.sparql(query)
    theirs = [str(row.a) for row in graph.rdflib().query(query)]
    assert len(theirs) == 6
    assert [f"ab:{iri.rpartition('/')[2]}" for iri in theirs] == [row["a"] for row in ours.rows]


def test_the_shared_rdflib_graph_is_that_of_now() -> None:
    from rdflib import RDFS, URIRef

    labels = kg.graph().objects(URIRef("https://w3id.org/bsab/antibody/tarlatamab"), RDFS.label)
    assert [str(label) for label in labels] == ["tarlatamab"]


def test_errors_are_of_one_family(built_toy: Root) -> None:
    graph = kg.open(root=built_toy.path)
    with pytest.raises(kg.NotFoundError):
        graph.show("nobody")
    with pytest.raises(kg.UsageError):
        graph.ask("trials-of-antibody")
    with pytest.raises(kg.KgError, match="no date"):
        kg.open(as_of="soon")
    assert issubclass(kg.NotFoundError, kg.KgError) and issubclass(kg.AmbiguousError, kg.KgError)


def test_view_draws_a_file(built_toy: Root, tmp_path: Path) -> None:
    picture = kg.open(root=built_toy.path).view(["dual block"], tmp_path / "a.html", max_nodes=4)
    assert picture.nodes == 4 and picture.edges >= 3 and picture.left_out > 0
    assert (tmp_path / "a.html").stat().st_size > 10_000
