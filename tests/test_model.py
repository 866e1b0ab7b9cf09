"""Claims, evidence and literals: what an identifier depends on, and what it does not."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from itertools import permutations

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.model import READINGS, Claim, Entity, Evidence, Facts, Lit, boolean, decimal, integer
from kg.triples import to_term
from kg.view import PartialDate

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")

BSAB = "https://w3id.org/bsab/"
CURIES = st.sampled_from(["ab:x", "ab:y", "arm:x.EGFR", "UniProt:P00533", "MONDO:0008433", "NCT:NCT00000001"])
NODES = CURIES | st.builds(Lit, st.text(max_size=8), st.sampled_from(["string", "integer", "date"]))
QUALIFIERS = st.dictionaries(
    st.sampled_from(["bsab:inTumor", "bsab:inTrial", "bsab:ofAntibody", "bsab:population"]), NODES, max_size=4
)
SOURCES = st.sampled_from(["PMID:1", "PMID:2", "src:toy-db", "NCT:NCT00000001"])
DATES = st.none() | st.sampled_from(["2019", "2020-05", "2021-06-30"]).map(PartialDate)
LINES = st.builds(
    Evidence,
    SOURCES,
    st.sampled_from(["abstract", "table 1", ""]),
    st.sampled_from(["clinical", "database"]),
    st.sampled_from(["supports", "refutes", "inconclusive"]),
    st.sampled_from(READINGS),
    DATES,
    st.sampled_from(["", "a remark"]),
    st.sampled_from(["", "escape:MX001"]),
)
CLAIM = Claim("ab:x", "bsab:hasPair", "pair:EGFR--MET")


# --- claims


def test_a_claim_is_named_by_the_hash_of_what_it_says() -> None:
    """The first 16 hex digits of the sha256 of subject, predicate, object and sorted qualifiers, one a line."""
    parts = [
        "<http://purl.uniprot.org/uniprot/Q9NYJ7>",
        f"<{BSAB}escapedThrough>",
        f"<{BSAB}AntigenLoss>",
        f"<{BSAB}inTumor>=<http://purl.obolibrary.org/obo/MONDO_0008433>",
    ]
    expected = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
    claim = Claim("UniProt:Q9NYJ7", "bsab:escapedThrough", "bsab:AntigenLoss", (("bsab:inTumor", "MONDO:0008433"),))
    assert claim.id == f"claim:{expected}" == "claim:2dcb15e957a72d93"


def test_a_literal_enters_the_hash_with_its_datatype() -> None:
    expected = hashlib.sha256(f'<{BSAB}arm/x>\n<{BSAB}valency>\n"2"^^integer'.encode()).hexdigest()[:16]
    assert Claim("arm:x", "bsab:valency", integer(2)).id == f"claim:{expected}"
    assert Claim("arm:x", "bsab:valency", Lit("2")).id != f"claim:{expected}"


@given(CURIES, CURIES, NODES, QUALIFIERS, st.randoms(use_true_random=False))
def test_the_order_of_qualifiers_does_not_count(
    subject: str, predicate: str, node: str | Lit, qualifiers: dict[str, str | Lit], random: object
) -> None:
    shuffled = list(qualifiers.items())
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one = Claim(subject, predicate, node, tuple(qualifiers.items()))
    assert Claim(subject, predicate, node, tuple(shuffled)).id == one.id


@given(
    st.tuples(CURIES, CURIES, NODES, QUALIFIERS),
    st.tuples(CURIES, CURIES, NODES, QUALIFIERS),
)
def test_claims_share_an_identifier_only_if_they_say_the_same(
    one: tuple[str, str, str | Lit, dict[str, str | Lit]], other: tuple[str, str, str | Lit, dict[str, str | Lit]]
) -> None:
    ids = [Claim(*parts[:3], tuple(parts[3].items())).id for parts in (one, other)]
    assert (ids[0] == ids[1]) == (one == other)


def test_a_qualifier_makes_another_claim() -> None:
    everywhere = Claim("UniProt:P00533", "bsab:escapedThrough", "bsab:AntigenLoss")
    here = Claim("UniProt:P00533", "bsab:escapedThrough", "bsab:AntigenLoss", (("bsab:inTumor", "MONDO:0005233"),))
    assert everywhere.id != here.id


def test_renaming_a_prefix_leaves_the_identifier() -> None:
    spelled_out = Claim(f"<{BSAB}antibody/x>", f"<{BSAB}hasPair>", f"<{BSAB}pair/EGFR--MET>")
    assert spelled_out.id == CLAIM.id


# --- evidence


@given(LINES, LINES)
def test_an_evidence_line_is_named_by_source_locator_stance_and_observation(one: Evidence, other: Evidence) -> None:
    def named(line: Evidence) -> tuple[str, str, str, str]:
        return line.source, line.locator, line.stance, line.observation

    assert (one.id(CLAIM.id) == other.id(CLAIM.id)) == (named(one) == named(other))


@given(LINES)
def test_one_line_of_two_claims_has_two_names(line: Evidence) -> None:
    assert line.id(CLAIM.id) != line.id(Claim("ab:y", "bsab:hasPair", "pair:EGFR--MET").id)


# --- facts


@given(st.lists(LINES, min_size=1, max_size=5))
def test_sources_change_the_evidence_of_a_claim_and_never_its_identifier(lines: list[Evidence]) -> None:
    facts = Facts()
    assert {facts.add(CLAIM, [line], f"t.tsv:{number}") for number, line in enumerate(lines)} == {CLAIM.id}
    assert list(facts.claims) == [CLAIM.id]
    assert set(facts.evidence[CLAIM.id]) == {line.id(CLAIM.id) for line in lines}
    assert facts.origins[CLAIM.id] == [f"t.tsv:{number}" for number in range(len(lines))]


@given(st.lists(LINES, min_size=1, max_size=5))
def test_a_line_that_stands_twice_counts_once_and_as_its_best_reading(lines: list[Evidence]) -> None:
    facts = Facts()
    facts.add(CLAIM, [*lines, *lines], "t.tsv:2")
    for name, kept in facts.evidence[CLAIM.id].items():
        best = min((line.reading for line in lines if line.id(CLAIM.id) == name), key=READINGS.index)
        assert kept.reading == best


def test_the_best_reading_wins_in_any_order_of_rows() -> None:
    lines = [Evidence("PMID:1", "abstract", "clinical", "supports", reading) for reading in READINGS]
    for order in permutations(lines):
        facts = Facts()
        facts.add(CLAIM, order, "t.tsv:2")
        assert [line.reading for line in facts.evidence[CLAIM.id].values()] == ["read"]


def test_an_entity_that_stands_twice_keeps_its_first_label_and_gathers_the_rest() -> None:
    facts = Facts()
    facts.add_entity(Entity("ab:x", "bsab:Antibody", "ex", ("X-1",), (("bsab:scope", "bsab:SolidScope"),), "a.tsv:2"))
    facts.add_entity(Entity("ab:x", "bsab:Antibody", "why", ("X-1", "X-2"), (("bsab:url", Lit("u")),), "b.tsv:9"))
    assert facts.entities["ab:x"] == Entity(
        "ab:x",
        "bsab:Antibody",
        "ex",
        ("X-1", "X-2"),
        (("bsab:scope", "bsab:SolidScope"), ("bsab:url", Lit("u"))),
        "a.tsv:2",
    )


# --- literals


# As results print them: a hazard ratio, a percentage, months, patients.
PRINTED = st.from_regex(r"-?[0-9]{1,5}(\.[0-9]{1,4})?", fullmatch=True)


@given(PRINTED)
def test_a_decimal_keeps_its_value_in_one_canonical_form(text: str) -> None:
    literal = decimal(text)
    assert literal.datatype == "decimal"
    assert Decimal(literal.value) == Decimal(text)
    assert decimal(literal.value) == literal
    assert decimal(text + "0" if "." in text else text + ".00") == literal


@pytest.mark.parametrize(
    ("text", "canonical"), [("1.50", "1.5"), ("40", "40.0"), ("-0.0", "0.0"), ("0.0001", "0.0001"), ("007", "7.0")]
)
def test_decimals_have_no_exponent_and_no_spare_zero(text: str, canonical: str) -> None:
    assert decimal(text).value == canonical


@given(st.integers(-(10**9), 10**9))
def test_an_integer_has_one_canonical_form(number: int) -> None:
    assert integer(number) == integer(str(number)) == integer(f"{number:+d}") == Lit(str(number), "integer")


def test_a_truth_is_spelled_out() -> None:
    assert (boolean(True), boolean(False)) == (Lit("true", "boolean"), Lit("false", "boolean"))


@given(
    st.one_of(
        PRINTED.map(decimal),
        st.integers(-(10**9), 10**9).map(integer),
        st.booleans().map(boolean),
        st.dates().map(lambda day: Lit(day.isoformat(), "date")),
        st.text(st.characters(codec="utf-8"), max_size=20).map(Lit),
    )
)
def test_a_store_gives_a_literal_back_with_its_value(literal: Lit) -> None:
    term = to_term(literal)
    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), term))
    (quad,) = store
    assert isinstance(quad.object, ox.Literal)
    assert isinstance(term, ox.Literal)
    assert quad.object.datatype == term.datatype
    if literal.datatype == "decimal":
        assert Decimal(quad.object.value) == Decimal(literal.value)
    else:
        assert quad.object.value == literal.value
