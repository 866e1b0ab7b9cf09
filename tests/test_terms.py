"""Prefixes, CURIEs and IRIs, and the two ways in which names are folded."""

from __future__ import annotations

import re

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.terms import BASE, PREFIXES, compress, expand, iri_safe, slug, squeeze

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")

LOCAL = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,20}", fullmatch=True)
NAMES = st.text(st.sampled_from("abcXYZ019 -_/.,()'αβγδκΑΒΓ"), max_size=30)


@given(st.sampled_from(sorted(PREFIXES)), LOCAL)
def test_a_curie_survives_the_way_to_an_iri_and_back(prefix: str, local: str) -> None:
    assert compress(expand(f"{prefix}:{local}")) == f"{prefix}:{local}"


@given(st.sampled_from(sorted(PREFIXES.values())), st.text(st.sampled_from("abz019./-_~"), max_size=20))
def test_an_iri_survives_the_way_to_a_curie_and_back(namespace: str, rest: str) -> None:
    assert expand(compress(namespace + rest)) == namespace + rest


@pytest.mark.parametrize(
    ("curie", "iri"),
    [
        ("ab:tarlatamab", "https://w3id.org/bsab/antibody/tarlatamab"),
        ("bsab:binds", "https://w3id.org/bsab/binds"),
        ("UniProt:P07766", "http://purl.uniprot.org/uniprot/P07766"),
        ("MONDO:0008433", "http://purl.obolibrary.org/obo/MONDO_0008433"),
        ("CL:0000084", "http://purl.obolibrary.org/obo/CL_0000084"),
        ("NCT:NCT03319940", "https://clinicaltrials.gov/study/NCT03319940"),
        ("PMID:34577584", "https://pubmed.ncbi.nlm.nih.gov/34577584"),
        ("DOI:10.3390/ph14090884", "https://doi.org/10.3390/ph14090884"),
    ],
)
def test_public_identifiers_have_the_iris_that_others_use(curie: str, iri: str) -> None:
    assert expand(curie) == iri
    assert compress(iri) == curie


def test_the_longest_namespace_names_an_iri() -> None:
    assert compress(BASE + "antibody/tarlatamab") == "ab:tarlatamab"
    assert compress(BASE + "antibody") == "bsab:antibody"
    assert compress(PREFIXES["ab"]) == "bsab:antibody/", "a bare namespace is no CURIE with an empty name"


def test_no_two_prefixes_share_a_namespace() -> None:
    assert len(set(PREFIXES.values())) == len(PREFIXES)


def test_an_iri_of_no_known_namespace_stays_as_it_is() -> None:
    for iri in ("https://example.org/page?x=1", "http://example.org/"):
        assert expand(iri) == iri
        assert expand(f"<{iri}>") == iri
        assert compress(iri) == iri
        assert expand(f"url:{iri}") == iri


@pytest.mark.parametrize("curie", ["tarlatamab", "nobody:x", "", ":x", "AB:tarlatamab"])
def test_an_unknown_prefix_is_an_error(curie: str) -> None:
    with pytest.raises(ValueError, match="unknown prefix"):
        expand(curie)


@given(st.text(st.sampled_from('ab1./()<>"{}|^`\\ \t\n;:-'), min_size=1, max_size=30))
def test_every_doi_and_address_makes_an_iri(text: str) -> None:
    for curie in (f"DOI:10.1002/{text}", f"url:https://example.org/{text}"):
        iri = ox.NamedNode(expand(curie)).value
        assert expand(compress(iri)) == iri


@given(st.text(st.sampled_from('ab1./()<>"{}|^` \\'), max_size=30))
def test_what_is_safe_already_is_not_escaped_again(text: str) -> None:
    assert iri_safe(iri_safe(text)) == iri_safe(text)


def test_two_dois_that_differ_stay_two() -> None:
    assert expand("DOI:10.1002/a<1>") == "https://doi.org/10.1002/a%3C1%3E"
    assert expand("DOI:10.1002/a<1>") != expand("DOI:10.1002/a1")


# --- slug


@given(st.text(max_size=40))
def test_a_slug_holds_lower_case_letters_digits_and_single_hyphens(label: str) -> None:
    assert re.fullmatch(r"([a-z0-9]+(-[a-z0-9]+)*)?", slug(label))


@given(st.text(max_size=40))
def test_a_slug_of_a_slug_is_itself(label: str) -> None:
    assert slug(slug(label)) == slug(label)


def test_slugs_as_the_tables_write_them(real_root: object) -> None:
    """Every antibody's identifier in the committed tables is the slug of its label."""
    from kg.facts import load_facts
    from kg.paths import Root

    assert isinstance(real_root, Root)
    rows = load_facts(real_root).rows["antibodies"]
    assert rows
    assert [(row["id"], row["label"], row.where) for row in rows if row["id"] != slug(row["label"])] == []


# --- squeeze


@given(st.text(max_size=40))
def test_squeezing_twice_changes_nothing(name: str) -> None:
    assert squeeze(squeeze(name)) == squeeze(name)


@given(NAMES, st.sampled_from([" ", "-", "_", ".", "/", "'", "(", " - "]), st.integers(0, 30))
def test_case_and_separators_do_not_count_in_a_name(name: str, separator: str, place: int) -> None:
    split = name[:place] + separator + name[place:]
    assert squeeze(split.upper()) == squeeze(name) == squeeze(split.lower())


@given(NAMES)
def test_letters_and_digits_count_in_a_name(name: str) -> None:
    kept = [character for character in name.casefold() if character.isalnum()]
    assert list(squeeze(name)) == kept


@pytest.mark.parametrize(
    ("one", "other"),
    [("JNJ-61186372", "jnj 61186372"), ("TGF-β", "TGFβ"), ("4-1BB", "41bb"), ("VEGF-A", "VEGFA"), ("PD-1", "PD1")],
)
def test_spellings_of_one_name_meet(one: str, other: str) -> None:
    assert squeeze(one) == squeeze(other)


@pytest.mark.parametrize(("one", "other"), [("PD-1", "PD-L1"), ("HER2", "HER3"), ("CLDN6", "CLDN18"), ("FRα", "FRβ")])
def test_names_of_two_things_stay_apart(one: str, other: str) -> None:
    assert squeeze(one) != squeeze(other)
