"""The reasoner: the vocabulary holds together, no arm contradicts it, and its engagers are those of `kg/inferences`.

rustdl is asked by `kg check`; HermiT, where there is Java, must say the same of the same triples.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest
from broken import checked, edit, in_memory, tinkered

from kg import infer
from kg.errors import Finding
from kg.paths import Root
from kg.reason import complaints, defined_kinds, individuals, inferred_kinds, reason
from kg.store import Opened
from kg.terms import compress, expand
from kg.triples import build
from kg.view import View

TWO_KINDS = "arm:dual-block.MET a bsab:Antigen ."
EMPTY = "bsab:Chimera a owl:Class ; rdfs:subClassOf bsab:Antibody , bsab:Tumor ."


def with_axioms(root: Root, axioms: str) -> Root:
    path = root.ontology / "bsab.ttl"
    path.write_text(path.read_text(encoding="utf-8") + axioms + "\n", encoding="utf-8")
    return root


def reasoner_findings(root: Root, more: str = "") -> list[Finding]:
    """What the reasoner finds in the toy tree, as `kg check` shows it."""
    return [finding for finding in checked(root, more=more).findings if finding.rule == "reasoner"]


# --- what holds


def test_the_reasoner_infers_what_the_constructs_infer(toy: Opened, toy_unread: Opened) -> None:
    for opened in (toy, toy_unread):
        reasoned = reason(opened)
        assert reasoned.impossible == {}
        assert reasoned.kinds == inferred_kinds(opened)
        assert ("ab:engager-one", "bsab:TCellEngager") in reasoned.kinds


def test_the_committed_graph_contradicts_no_axiom_in_either_view(real: Opened, real_unread: Opened) -> None:
    for opened in (real, real_unread):
        assert list(complaints(opened, reason(opened), {})) == []
        assert len(inferred_kinds(opened)) > 300


def test_the_kinds_that_axioms_define_are_those_of_arms_and_engagers(toy: Opened) -> None:
    defined = {compress(kind) for kind in defined_kinds(toy)}
    assert {
        "bsab:TCellEngager",
        "bsab:NKCellEngager",
        "bsab:MyeloidEngager",
        "bsab:GammaDeltaTCellEngager",
        "bsab:CheckpointBispecific",
        "bsab:CostimulatoryBispecific",
        "bsab:TCellTriggerArm",
    } <= defined
    assert defined.isdisjoint({"bsab:BispecificAntibody", "bsab:BiparatopicAntibody", "bsab:Arm", "bsab:Antibody"})


# --- what is broken is caught


def test_a_class_that_can_have_no_instance_is_named_with_the_axioms_that_clash(toy_root: Root) -> None:
    (found,) = reasoner_findings(with_axioms(toy_root, EMPTY))
    assert (found.severity, found.where) == ("error", "ontology/bsab.ttl:1")
    assert found.what.startswith("bsab:Chimera can have no instance: ")
    assert "bsab:Chimera SubClassOf bsab:Tumor" in found.what
    assert "DisjointWith" in found.what


def test_a_thing_in_two_disjoint_classes_is_found_with_what_clashes(toy_root: Root) -> None:
    (found,) = reasoner_findings(toy_root, "UniProt:P08581 a bsab:Cell .")
    assert found.what.startswith("vocabulary and graph contradict each other: ")
    assert "UniProt:P08581 Type bsab:Antigen; UniProt:P08581 Type bsab:Cell" in found.what


def test_an_arm_in_two_disjoint_classes_is_found_at_its_row_and_so_is_its_antibody(toy_root: Root) -> None:
    found = reasoner_findings(toy_root, TWO_KINDS)
    assert [re.sub(r":\d+", "", finding.where) for finding in found] == [
        "data/curated/antibodies.tsv (ab:dual-block)",
        "data/curated/arms.tsv (arm:dual-block.MET)",
    ]
    assert all(finding.what.startswith("contradicts the vocabulary: ") for finding in found)
    assert "bsab:Arm DisjointWith bsab:Antigen" in found[1].what


def test_an_arm_that_binds_what_is_no_antigen_is_found(toy_root: Root) -> None:
    found = reasoner_findings(toy_root, "arm:dual-block.MET bsab:binds MONDO:0005138 . MONDO:0005138 a bsab:Cell .")
    assert [finding.where.rpartition(" ")[2] for finding in found] == ["(ab:dual-block)", "(arm:dual-block.MET)"]


def test_an_axiom_that_contradicts_nothing_is_no_finding(toy_root: Root) -> None:
    assert reasoner_findings(with_axioms(toy_root, "bsab:Chimera a owl:Class ; rdfs:subClassOf bsab:Antibody .")) == []


def test_a_kind_that_only_the_axioms_give_is_an_error(
    toy_root: Root, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(infer.INFERENCES, tmp_path / "fewer", ignore=shutil.ignore_patterns("2-*"))
    monkeypatch.setattr(infer.infer_types, "__defaults__", (tmp_path / "fewer",))
    found = reasoner_findings(toy_root)
    assert {finding.severity for finding in found} == {"error"}
    assert [finding.what for finding in found] == 3 * ["is a bsab:TCellEngager by the axioms, and not by kg/inferences"]
    assert all("data/curated/antibodies.tsv" in finding.where for finding in found)


def test_a_kind_that_only_the_constructs_give_is_an_error(toy: Opened) -> None:
    store = ox.Store()
    store.bulk_extend(toy.store)
    antibody, kind = (ox.NamedNode(expand(name)) for name in ("ab:dual-block", "bsab:NKCellEngager"))
    store.add(ox.Quad(antibody, ox.NamedNode(expand("rdf:type")), kind, infer.INFERRED_GRAPH))
    opened = toy._replace(store=store)
    (found,) = complaints(opened, reason(opened), {})
    assert found.what == "is a bsab:NKCellEngager by kg/inferences, and not by the axioms"


def test_an_engager_whose_curated_mechanism_contradicts_its_arms_is_found_from_both_sides(toy_root: Root) -> None:
    edit(
        toy_root,
        {"curated/properties": ("engager-one\tmechanism\tt-cell-engager", "engager-one\tmechanism\tmyeloid-engager")},
    )
    found = {finding.rule: finding for finding in checked(toy_root).findings}
    assert found["engager-has-trigger"].severity == "warning"
    assert found["engager-has-trigger"].what.startswith("is curated as myeloid")
    assert found["engager-is-curated"].what.startswith("is by its arms a T-cell engager, and curated as myeloid")
    assert "reasoner" not in found, "arms and axioms agree: only the curated word is off"


# --- HermiT says the same


@pytest.fixture
def hermit() -> None:
    """Skip by name where HermiT cannot run; where it must (KG_JAVA=1), fail."""
    missing = [] if shutil.which("java") else ["java"]
    try:
        import owlready2  # noqa: F401
    except ImportError:
        missing.append("owlready2")
    if missing:
        said = "no HermiT without " + " and ".join(missing)
        if os.environ.get("KG_JAVA") == "1":
            pytest.fail(said)
        pytest.skip(said)


def hermit_says(
    triples: Iterable[ox.Triple], kinds: Iterable[str], folder: Path
) -> tuple[bool, set[str], set[tuple[str, str]]]:
    """Consistent or not, the classes that can have no instance, and who is of which kind: by HermiT."""
    import owlready2

    path = folder / "asked.nt"
    path.write_bytes(ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"")
    world = owlready2.World()
    try:
        ontology = world.get_ontology(path.as_uri()).load()
        with ontology:
            owlready2.sync_reasoner_hermit(world, infer_property_values=False, debug=0)
    except owlready2.OwlReadyInconsistentOntologyError:
        return False, set(), set()
    empty = {compress(one.iri) for one in world.inconsistent_classes() if one is not owlready2.Nothing}
    found = {(compress(one.iri), compress(kind)) for kind in kinds for one in world[kind].instances()}
    return True, empty, found


@pytest.mark.usefixtures("hermit")
def test_hermit_infers_of_the_toy_graph_what_rustdl_infers_and_finds_the_same_empty_class(
    toy_root: Root, tmp_path: Path
) -> None:
    build(with_axioms(toy_root, EMPTY))
    opened = in_memory(toy_root, View("", True))
    reasoned = reason(opened)
    assert len(reasoned.kinds) >= 9
    assert hermit_says(individuals(opened), defined_kinds(opened), tmp_path) == (
        True,
        set(reasoned.impossible),
        reasoned.kinds,
    )
    assert set(reasoned.impossible) == {"bsab:Chimera"}


@pytest.mark.usefixtures("hermit")
def test_hermit_finds_the_same_contradiction(toy: Opened, tmp_path: Path) -> None:
    opened = tinkered(toy, TWO_KINDS, "")
    consistent, _, _ = hermit_says(individuals(opened), (), tmp_path)
    assert not consistent
    assert set(reason(opened).impossible) == {"ab:dual-block", "arm:dual-block.MET"}


@pytest.mark.slow
@pytest.mark.usefixtures("hermit")
def test_hermit_infers_of_the_committed_graph_what_rustdl_infers(real: Opened, tmp_path: Path) -> None:
    consistent, empty, found = hermit_says(individuals(real), defined_kinds(real), tmp_path)
    assert (consistent, empty) == (True, set())
    assert found == reason(real).kinds
