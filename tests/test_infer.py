"""Inferred types: what follows from the arms of the view, in a graph of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest
from broken import arm, edit, in_memory

from kg.infer import INFERENCES, INFERRED_GRAPH, infer_types
from kg.paths import Root
from kg.store import Opened
from kg.terms import PREFIXES, compress
from kg.triples import build
from kg.view import View

TYPE = ox.NamedNode(PREFIXES["rdf"] + "type")


def kinds(opened: Opened) -> dict[str, set[str]]:
    """Kind -> entities, as `graph:inferred` has them."""
    found: dict[str, set[str]] = {}
    for quad in opened.store.quads_for_pattern(None, None, None, INFERRED_GRAPH):
        assert quad.predicate == TYPE and isinstance(quad.subject, ox.NamedNode)
        found.setdefault(compress(quad.object.value), set()).add(compress(quad.subject.value))
    return found


def test_the_toy_antibodies_and_arms_are_of_these_kinds(toy: Opened) -> None:
    cd3 = {"arm:engager-one.CD3E", "arm:late-comer.CD3E", "arm:twice-told.CD3E"}
    assert kinds(toy) == {
        "bsab:Cd3TriggerArm": cd3,
        "bsab:TCellTriggerArm": cd3,
        "bsab:TCellEngager": {"ab:engager-one", "ab:late-comer", "ab:twice-told"},
        # engager one binds albumin as well, which is no specificity; one fab binds two antigens with one arm
        "bsab:BispecificAntibody": {"ab:dual-block", "ab:engager-one", "ab:late-comer", "ab:one-fab", "ab:two-site"},
        "bsab:TrispecificAntibody": {"ab:twice-told"},
        "bsab:BiparatopicAntibody": {"ab:two-site"},
    }


def test_what_nobody_has_read_counts_in_the_view_with_unread_claims_only(toy: Opened, toy_unread: Opened) -> None:
    assert "ab:late-comer" in kinds(toy)["bsab:BispecificAntibody"]
    assert "ab:late-comer" in kinds(toy_unread)["bsab:TrispecificAntibody"]
    assert "ab:late-comer" not in kinds(toy_unread)["bsab:BispecificAntibody"]


def test_an_arm_that_was_told_of_later_makes_no_engager_before(built_toy: Root) -> None:
    before = kinds(in_memory(built_toy, View("2021-12-31")))
    assert before["bsab:TCellEngager"] == {"ab:engager-one"}
    assert "ab:twice-told" in before["bsab:BispecificAntibody"]


@pytest.mark.parametrize(
    ("antigen", "role", "kind"),
    [
        ("CD3E", "trigger", "bsab:TCellEngager"),
        ("CD3E", "costimulation", "bsab:CostimulatoryBispecific"),
        ("MET", "checkpoint", "bsab:CheckpointBispecific"),
        ("MET", "trigger", None),  # no kind of trigger arm binds MET
        ("CD3E", "tumor-binding", None),
    ],
)
def test_role_and_antigen_together_make_the_kind(toy_root: Root, antigen: str, role: str, kind: str | None) -> None:
    row = arm("lone", antigen, role) + arm("lone", "EGFR", "tumor-binding")
    edit(toy_root, {"curated/antibodies": ("", "lone\tlone\t\tcode\tsolid\n"), "curated/arms": ("", row)})
    build(toy_root)
    of_lone = {found for found, who in kinds(in_memory(toy_root, View())).items() if "ab:lone" in who}
    assert of_lone == {"bsab:BispecificAntibody", kind} - {None}


def test_four_antigens_make_a_tetraspecific_and_a_single_one_makes_none(toy_root: Root) -> None:
    one = arm("lone", "EGFR", "tumor-binding")
    four = "".join(arm("many", antigen, "tumor-binding") for antigen in ("EGFR", "MET", "ERBB2", "ERBB3"))
    names = "lone\tlone\t\tcode\tsolid\nmany\tmany\t\tcode\tsolid\n"
    edit(toy_root, {"curated/antibodies": ("", names), "curated/arms": ("", one + four)})
    build(toy_root)
    found = kinds(in_memory(toy_root, View()))
    assert found["bsab:TetraspecificAntibody"] == {"ab:many"}
    assert not [kind for kind, who in found.items() if "ab:lone" in who]


def test_inferred_types_stand_in_their_own_graph_only(toy: Opened, real: Opened) -> None:
    for opened in (toy, real):
        inferred = list(opened.store.quads_for_pattern(None, None, None, INFERRED_GRAPH))
        assert inferred
        doubled = [quad for quad in inferred if len(list(opened.store.quads_for_pattern(*quad.triple, None))) > 1]
        assert doubled == []


def test_every_file_infers_something_of_the_toy_graph(toy: Opened, tmp_path: Path) -> None:
    ontology = list(toy.store.quads_for_pattern(None, None, None, ox.DefaultGraph()))
    whole = len(infer_types(ontology, ontology))
    for path in sorted(INFERENCES.glob("*.rq")):
        assert path.read_text(encoding="utf-8").startswith("# "), path
        fewer = tmp_path / path.stem
        shutil.copytree(INFERENCES, fewer, ignore=shutil.ignore_patterns(path.name))
        assert len(infer_types(ontology, ontology, fewer)) < whole, path.name


def test_known_antibodies_are_of_their_kinds(real: Opened) -> None:
    found = kinds(real)
    for kind, antibody in (
        ("bsab:TCellEngager", "ab:tarlatamab"),
        ("bsab:BispecificAntibody", "ab:amivantamab"),
        ("bsab:BiparatopicAntibody", "ab:zanidatamab"),
        ("bsab:CheckpointBispecific", "ab:ivonescimab"),
        ("bsab:NKCellEngager", "ab:afm24"),
    ):
        assert antibody in found[kind]
    assert "ab:amivantamab" not in found["bsab:TCellEngager"]
