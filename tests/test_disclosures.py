"""Public traces of antigen pairs outside the clinical bispecifics: what a row brings, and what it must not change."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import make_toy

from kg.errors import FactsError
from kg.facts import load_facts
from kg.paths import Root
from kg.triples import render

TABLE = "data/curated/disclosures.tsv"


def without_disclosures(root: Root, tmp_path: Path) -> Root:
    """A copy of a tree whose table of disclosures is gone."""
    shutil.copytree(root.path, tmp_path / "bare")
    bare = Root(tmp_path / "bare", True)
    (bare.path / TABLE).unlink()
    return bare


def test_two_antigens_in_the_wrong_order_are_refused_with_their_line(tmp_path: Path) -> None:
    root = make_toy(tmp_path / "toy")
    path = root.path / TABLE
    path.write_text(path.read_text().replace("ERBB2\tMET\tbispecific-adc", "MET\tERBB2\tbispecific-adc"))
    with pytest.raises(FactsError) as error:
        load_facts(root)
    assert [(finding.where, finding.what) for finding in error.value.findings] == [
        (f"{TABLE}:6", "column first, 'MET', does not sort before second, 'ERBB2'")
    ]


def test_an_antigen_beside_itself_is_no_pair(tmp_path: Path) -> None:
    root = make_toy(tmp_path / "toy")
    path = root.path / TABLE
    path.write_text(path.read_text().replace("ERBB2\tMET\tbispecific-adc", "MET\tMET\tbispecific-adc"))
    with pytest.raises(FactsError, match="does not sort before"):
        load_facts(root)


def test_a_disclosure_joins_two_antigens_by_claims_and_makes_no_pair(built_toy: Root) -> None:
    facts = load_facts(built_toy).facts
    disclosures = [entity for entity in facts.entities.values() if entity.type == "bsab:Disclosure"]
    assert len(disclosures) == 5
    for entity in disclosures:
        joined = [claim for claim in facts.claims.values() if claim.subject == entity.curie]
        assert {claim.predicate for claim in joined} == {"bsab:joins"}
        assert len(joined) == 2
    assert not {"pair:DLL3--EGFR", "pair:DLL3--ERBB2", "pair:EGFR--ERBB2"} & set(facts.entities)


def test_disclosures_change_no_other_triple_of_the_graph(built_toy: Root, tmp_path: Path) -> None:
    told, bare = render(built_toy), render(without_disclosures(built_toy, tmp_path))
    assert set(told) - set(bare) == {"triples/claims-joins.ttl", "triples/entities-disclosure.ttl"}
    changed = {path for path in bare if told[path] != bare[path]}
    # New sources, the new trial, and the plain edges of `joins`: lines more, and none less.
    assert changed == {
        "MANIFEST", "triples/edges.ttl", "triples/entities-source.ttl", "triples/entities-trial.ttl"
    }  # fmt: skip
    edges = set(told["triples/edges.ttl"].splitlines()) - set(bare["triples/edges.ttl"].splitlines())
    assert edges
    assert all(b"joins" in line or line.startswith(b"@prefix disclosure:") for line in edges)


def test_a_cell_that_was_not_seen_becomes_a_claim_of_its_own(tmp_path: Path) -> None:
    root = make_toy(tmp_path / "toy")
    path = root.path / TABLE
    path.write_text(path.read_text().replace("supports\t\tread\t\t\n", "supports\t\tread\ton\t\n", 1))
    facts = load_facts(root).facts
    day = [claim for claim in facts.claims.values() if claim.predicate == "bsab:onLatest"]
    assert len(day) == 1
    assert day[0].subject.startswith("disclosure:DLL3.EGFR.")
    assert {line.reading for line in facts.evidence[day[0].id].values()} == {"unread"}
