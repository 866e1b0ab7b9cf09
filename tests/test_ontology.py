"""Promises about `ontology/`: how a term is written, the profile, the escapes, and the mappings."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from conftest import REPOSITORY
from rdflib import OWL, RDF, RDFS, SKOS, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from kg.paths import Root
from kg.terms import BASE, PREFIXES
from kg.vocabulary import read_vocabulary

BSAB = Namespace(BASE)
TURTLE = REPOSITORY / "ontology" / "bsab.ttl"
SSSOM = REPOSITORY / "ontology" / "mappings.sssom.tsv"
ONTOLOGY = URIRef(f"{BASE}ontology")
DCTERMS = Namespace(PREFIXES["dcterms"])
XSD = Namespace(PREFIXES["xsd"])
RESERVED = (PREFIXES["rdf"], PREFIXES["rdfs"], PREFIXES["owl"])
MATCHES = (SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch, SKOS.narrowMatch, SKOS.relatedMatch)
COLUMNS = ["subject_id", "subject_label", "predicate_id", "object_id", "object_label", "mapping_justification"]

# The lines of a term, in order. What stands in no list is an axiom, which goes between scope note and matches.
OPENING = ["a", "rdfs:label", "skos:notation", "skos:definition", "dcterms:source", "skos:example", "skos:scopeNote"]

# OWL 2 EL by its specification, https://www.w3.org/TR/owl2-profiles/, sections 2.2.1 to 2.2.6: the vocabulary of RDF,
# RDFS and OWL that an ontology of this profile may use (annotations and declarations included).
EL_PREDICATES = {
    RDF.type, RDF.first, RDF.rest,
    RDFS.label, RDFS.comment, RDFS.isDefinedBy, RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range,
    OWL.equivalentClass, OWL.disjointWith, OWL.intersectionOf, OWL.onProperty, OWL.someValuesFrom, OWL.hasValue,
    OWL.versionIRI, OWL.priorVersion, OWL.versionInfo, OWL.deprecated,
}  # fmt: skip
EL_TYPES = {
    OWL.Ontology, OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, OWL.NamedIndividual,
    OWL.Restriction, OWL.TransitiveProperty, OWL.ReflexiveProperty,
}  # fmt: skip
EL_DATATYPES = {XSD.string, XSD.decimal, XSD.integer, XSD.nonNegativeInteger, XSD.anyURI, XSD.dateTime}

# What the field speaks of, and what this vocabulary therefore must not lack.
FORMATS = """bite hle-bite dart tandab crossmab duobody triomab knobs-into-holes dvd-ig igg-scfv immtac vhh-fusion
    trispecific-engager conditionally-active bispecific-adc receptor-trap-fusion"""
ESCAPES = """antigen-loss antigen-downregulation antigen-heterogeneity antigen-plasticity antigen-shedding
    soluble-antigen-sink epitope-masking antigen-truncation antigen-isoform-switch trogocytosis antigen-internalization
    antigen-presentation-loss peptide-hla-loss jak-stat-loss interferon-gamma-insensitivity cd58-loss icam1-loss
    caspase-resistance death-receptor-loss pd-l1-upregulation alternative-checkpoint-upregulation t-cell-exhaustion
    t-cell-anergy treg-suppression mdsc-suppression macrophage-suppression fibroblast-barrier tgf-beta-suppression
    ido-suppression adenosine-suppression vegf-immunosuppression t-cell-exclusion binding-site-barrier poor-penetration
    met-bypass her3-nrg1-bypass target-mutation lineage-plasticity anti-drug-antibodies fc-receptor-genotype
    peripheral-sink"""


@pytest.fixture(scope="module")
def graph() -> Graph:
    return Graph().parse(TURTLE)


@pytest.fixture(scope="module")
def blocks() -> dict[str, list[str]]:
    """The lines of each term as they stand in the file: name -> predicates in order."""
    found: dict[str, list[str]] = {}
    for match in re.finditer(r"^bsab:(\w+)\n((?:    .*\n)+)", TURTLE.read_text(encoding="utf-8"), re.MULTILINE):
        assert match[1] not in found, f"{match[1]} stands twice in the file"
        found[match[1]] = [line.split()[0] for line in match[2].splitlines()]
    return found


def name(node: Node | None) -> str:
    return str(node).removeprefix(BASE)


def terms(graph: Graph) -> set[URIRef]:
    """All that the file declares in our namespace."""
    declared = {s for s in graph.subjects(RDF.type) if isinstance(s, URIRef) and s.startswith(BASE)}
    return declared - {ONTOLOGY}


def instances(graph: Graph, vocabulary: str) -> set[URIRef]:
    return {s for s in graph.subjects(RDF.type, BSAB[vocabulary]) if isinstance(s, URIRef)}


def vocabularies(graph: Graph) -> set[str]:
    return {name(s) for s in graph.subjects(RDFS.subClassOf, BSAB.ControlledTerm)}


def notations(graph: Graph, found: Iterable[Node]) -> set[str]:
    return {str(graph.value(term, SKOS.notation)) for term in found}


def leaves(graph: Graph, vocabulary: str) -> set[URIRef]:
    """The terms of a vocabulary that no other is narrower than."""
    return instances(graph, vocabulary) - {o for o in graph.objects(None, SKOS.broader) if isinstance(o, URIRef)}


def tab_separated(path: Path) -> Iterator[dict[str, str]]:
    return csv.DictReader(path.read_text(encoding="utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)


# --- how a term is written


def test_each_term_has_one_label_definition_source_example_scope_note_and_home(graph: Graph) -> None:
    needed = (RDFS.label, SKOS.definition, DCTERMS.source, SKOS.example, SKOS.scopeNote, RDFS.isDefinedBy)
    wrong = [
        f"{name(term)}: {count} x {predicate}"
        for term in sorted(terms(graph))
        for predicate in needed
        if (count := len(set(graph.objects(term, predicate)))) != 1
    ]
    assert wrong == []
    assert {graph.value(term, RDFS.isDefinedBy) for term in terms(graph)} == {ONTOLOGY}


def test_the_lines_of_a_term_stand_in_the_same_order(blocks: dict[str, list[str]]) -> None:
    wrong = []
    for term, lines in blocks.items():
        opening = [line for line in OPENING if line != "skos:notation" or line in lines]
        size = len(opening)
        matches = [line for line in lines if line.endswith("Match")]
        axioms = [line for line in lines if line not in OPENING and line != "rdfs:isDefinedBy" and line not in matches]
        if lines != [*opening, *axioms, *sorted(matches), "rdfs:isDefinedBy"] or lines[:size] != opening:
            wrong.append(f"{term}: {' '.join(lines)}")
    assert wrong == []


def test_each_declared_term_is_written_as_a_block_of_its_own(graph: Graph, blocks: dict[str, list[str]]) -> None:
    assert {name(term) for term in terms(graph)} == set(blocks)


def test_each_definition_is_one_sentence(graph: Graph) -> None:
    texts = {name(s): str(o) for s, o in graph.subject_objects(SKOS.definition)}
    sentence = re.compile(r"[A-Z](?:[^.!?\n]|\.(?=\d))*\.")
    assert [term for term, text in texts.items() if not sentence.fullmatch(text)] == []
    assert [text for text, count in Counter(texts.values()).items() if count > 1] == []


def test_no_two_terms_share_a_label(graph: Graph) -> None:
    labels: dict[str, set[str]] = defaultdict(set)
    for term in terms(graph):
        labels[str(graph.value(term, RDFS.label))].add(name(term))
    assert {label: sorted(found) for label, found in labels.items() if len(found) > 1} == {}


def test_each_controlled_term_has_one_vocabulary_and_one_notation_that_is_unique_in_it(graph: Graph) -> None:
    known = vocabularies(graph)
    taken: dict[tuple[str, str], list[str]] = defaultdict(list)
    for term in terms(graph):
        kinds = {name(kind) for kind in graph.objects(term, RDF.type)} & known
        found = [str(notation) for notation in graph.objects(term, SKOS.notation)]
        assert len(kinds) == len(found) <= 1, f"{name(term)}: vocabularies {kinds}, notations {found}"
        if kinds:
            taken[kinds.pop(), found[0]].append(name(term))
            assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", found[0]), f"{name(term)}: {found[0]!r} is no notation"
    assert {key: found for key, found in taken.items() if len(found) > 1} == {}
    assert {vocabulary for vocabulary, _ in taken} == known, "a vocabulary without terms"


def test_all_that_is_named_in_our_namespace_is_declared(graph: Graph) -> None:
    named = {node for triple in graph for node in triple if isinstance(node, URIRef) and node.startswith(BASE)}
    versions = {o for p in (OWL.versionIRI, OWL.priorVersion) for o in graph.objects(ONTOLOGY, p)}
    assert sorted(map(name, named - terms(graph) - versions - {ONTOLOGY})) == []


def test_a_broader_term_is_of_the_same_vocabulary_and_never_its_own_ancestor(graph: Graph) -> None:
    for term, broader in graph.subject_objects(SKOS.broader):
        shared = set(graph.objects(term, RDF.type)) & set(graph.objects(broader, RDF.type))
        assert {name(kind) for kind in shared} & vocabularies(graph), f"{name(term)} below {name(broader)}"
        assert term not in set(graph.transitive_objects(broader, SKOS.broader)), f"{name(term)} is below itself"


# --- the profile


def test_only_constructs_of_owl_2_el_are_used(graph: Graph) -> None:
    used = {p for p in graph.predicates() if str(p).startswith(RESERVED)}
    assert used - EL_PREDICATES == set()
    kinds = {o for o in graph.objects(None, RDF.type) if isinstance(o, URIRef) and str(o).startswith(RESERVED)}
    assert kinds - EL_TYPES == set()
    fillers = [o for p in (OWL.someValuesFrom, OWL.hasValue, OWL.onProperty) for o in graph.objects(None, p)]
    assert [o for o in fillers if isinstance(o, Literal)] == []


def test_each_property_is_of_one_kind_and_its_range_fits_the_kind(graph: Graph) -> None:
    kinds = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
    for property_ in {s for kind in kinds for s in graph.subjects(RDF.type, kind)}:
        found = [kind for kind in kinds if (property_, RDF.type, kind) in graph]
        assert len(found) == 1, f"{name(property_)} is of several kinds"
        ranges = set(graph.objects(property_, RDFS.range))
        if found == [OWL.DatatypeProperty]:
            assert ranges <= EL_DATATYPES and len(ranges) == 1, f"{name(property_)}: {ranges}"
        if found == [OWL.ObjectProperty]:
            assert all((range_, RDF.type, OWL.Class) in graph for range_ in ranges), f"{name(property_)}: {ranges}"


def test_each_property_that_is_used_is_declared_and_used_as_its_kind_allows(graph: Graph) -> None:
    for subject, predicate, value in graph:
        if str(predicate).startswith(RESERVED):
            continue
        kind = graph.value(predicate, RDF.type)
        assert kind is not None, f"{predicate} is not declared"
        if kind == OWL.ObjectProperty:
            assert (value, RDF.type, OWL.NamedIndividual) in graph, f"{name(subject)} {name(predicate)} {value}"
        if kind == OWL.DatatypeProperty:
            assert isinstance(value, Literal) and (value.datatype or XSD.string) in EL_DATATYPES, f"{value!r}"


def test_values_are_of_the_class_that_the_property_says(graph: Graph) -> None:
    wrong = []
    for property_, range_ in graph.subject_objects(RDFS.range):
        if not str(range_).startswith(BASE) or range_ == BSAB.ControlledTerm:
            continue
        for subject, value in graph.subject_objects(property_):
            if str(value).startswith(BASE) and (value, RDF.type, range_) not in graph:
                wrong.append(f"{name(subject)} {name(property_)} {name(value)}: not of {name(range_)}")
    assert wrong == []


def test_the_kinds_of_entity_and_the_vocabularies_are_disjoint_pair_by_pair(graph: Graph) -> None:
    known = sorted(vocabularies(graph))
    apart = {frozenset((name(s), name(o))) for s, o in graph.subject_objects(OWL.disjointWith)}
    assert [f"{a} {b}" for a in known for b in known if a < b and frozenset((a, b)) not in apart] == []


# --- completeness


def test_there_are_at_least_thirty_formats_and_those_that_the_field_names(graph: Graph) -> None:
    assert len(leaves(graph, "Format")) >= 30
    assert set(FORMATS.split()) - notations(graph, instances(graph, "Format")) == set()


def test_there_are_at_least_forty_five_kinds_of_escape_and_those_that_the_field_names(graph: Graph) -> None:
    kinds = {kind for kind in leaves(graph, "EscapeMechanism")
             if graph.value(kind, BSAB.hasScope) != BSAB.NotEscapeScope}  # fmt: skip
    assert len(kinds) >= 45
    assert set(ESCAPES.split()) - notations(graph, instances(graph, "EscapeMechanism")) == set()


def test_each_kind_of_escape_has_one_scope_and_at_least_one_link_and_timing(graph: Graph) -> None:
    for kind in instances(graph, "EscapeMechanism"):
        assert len(list(graph.objects(kind, BSAB.hasScope))) == 1, name(kind)
        assert list(graph.objects(kind, BSAB.breaksLink)), f"{name(kind)} breaks no link"
        timings = set(graph.objects(kind, BSAB.mayArise))
        assert timings and BSAB.TimingUnknown not in timings, f"{name(kind)} arises {timings}"


def test_a_narrower_escape_shares_a_link_with_the_broader_and_arises_no_other_way(graph: Graph) -> None:
    for kind in instances(graph, "EscapeMechanism"):
        for broader in graph.objects(kind, SKOS.broader):
            links = set(graph.objects(kind, BSAB.breaksLink)) & set(graph.objects(broader, BSAB.breaksLink))
            assert links, f"{name(kind)} shares no link with {name(broader)}"
            more = set(graph.objects(kind, BSAB.mayArise)) - set(graph.objects(broader, BSAB.mayArise))
            assert not more, f"{name(kind)} may arise as {name(broader)} may not: {more}"
            assert graph.value(kind, BSAB.hasScope) == graph.value(broader, BSAB.hasScope), name(kind)


def test_antigen_specific_escapes_break_the_hold_and_nothing_else(graph: Graph) -> None:
    """A second tumor arm helps only against these: what breaks another link is no matter of one antigen."""
    for kind in graph.subjects(BSAB.hasScope, BSAB.AntigenSpecificScope):
        assert set(graph.objects(kind, BSAB.breaksLink)) == {BSAB.HoldLink}, name(kind)


def test_only_escapes_that_break_the_kill_withstand_a_killing_mechanism(graph: Graph) -> None:
    for kind in graph.subjects(BSAB.withstands):
        assert BSAB.KillLink in set(graph.objects(kind, BSAB.breaksLink)), name(kind)


def test_each_link_is_broken_and_each_end_of_a_chain_is_reached(graph: Graph) -> None:
    assert {name(link) for link in instances(graph, "ChainLink")} == {
        name(link) for link in graph.objects(None, BSAB.breaksLink)
    }
    ends = instances(graph, "KillingMechanism") | instances(graph, "BlockingMechanism")
    reached = set(graph.objects(None, BSAB.actsThrough))
    assert reached <= ends
    assert {name(end) for end in ends - reached} == {"ComplementKilling"}  # not by definition of any active Fc


def test_cell_types_that_the_escapes_concern_are_cells_of_the_data(graph: Graph, real_root: Root) -> None:
    lines = (real_root.data / "imported" / "hierarchy-cl.tsv").read_text(encoding="utf-8").splitlines()
    known = {PREFIXES["CL"] + line.split("\t")[0].removeprefix("CL:") for line in lines}
    assert {str(cell) for cell in graph.objects(None, BSAB.actsOnCell)} - known == set()


def test_no_observation_has_a_timing_that_its_mechanism_does_not_allow(graph: Graph, real_root: Root) -> None:
    observed = Graph().parse(real_root.triples / "entities-escape-observation.ttl")
    wrong = []
    for observation, timing in observed.subject_objects(BSAB.timing):
        for kind in observed.objects(observation, BSAB.escapeMechanism):
            if timing != BSAB.TimingUnknown and (kind, BSAB.mayArise, timing) not in graph:
                wrong.append(f"{name(observation)}: {name(kind)} is {name(timing)}")
    assert wrong == [], "mend the row, or let the mechanism arise so in ontology/bsab.ttl"


def test_words_that_stand_as_text_are_notations_of_the_vocabulary_too(graph: Graph, real_root: Root) -> None:
    vocabulary = read_vocabulary(real_root.ontology)
    kinds = {row["kind"] for row in tab_separated(real_root.data / "curated" / "epitopes.tsv")}
    assert kinds - set(vocabulary["EpitopeKind"]) == set()
    for format_, word in graph.subject_objects(BSAB.halfLifeClass):
        term = graph.value(format_, BSAB.hasHalfLifeClass)
        assert str(graph.value(term, SKOS.notation)) == str(word), name(format_)


def test_a_toxicity_or_payload_as_a_term_stands_beside_the_words_that_it_comes_from(real_root: Root) -> None:
    words = {"toxicity": "reported-toxicity", "payload-kind": "payload"}
    rows = [row for path in sorted(real_root.data.glob("*/properties-*.tsv")) for row in tab_separated(path)]
    told = {(row["antibody"], row["property"], row["source"]) for row in rows}
    lone = {
        (row["antibody"], row["value"])
        for row in rows
        if row["note"].startswith("from the words in")
        and (row["antibody"], words[row["property"]], row["source"]) not in told
    }
    assert lone == set()
    assert sum(row["note"].startswith("from the words in") for row in rows) > 50


# --- versions


def test_version_license_and_creators_are_told_and_the_same_everywhere(graph: Graph) -> None:
    version = str(graph.value(ONTOLOGY, OWL.versionInfo))
    assert graph.value(ONTOLOGY, OWL.versionIRI) == URIRef(f"{ONTOLOGY}/{version}")
    assert graph.value(ONTOLOGY, DCTERMS.license) and graph.value(ONTOLOGY, DCTERMS.creator)
    assert f"#mapping_set_version: {version}\n" in SSSOM.read_text(encoding="utf-8")
    changes = (REPOSITORY / "ontology" / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (\S+)", changes, re.MULTILINE)
    assert headings[0] == version
    assert str(graph.value(ONTOLOGY, OWL.priorVersion)) == f"{ONTOLOGY}/{headings[1]}"


# --- mappings


def mappings() -> Iterator[dict[str, str]]:
    rows = [line for line in SSSOM.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return iter(csv.DictReader(rows, delimiter="\t"))


def curie_map() -> dict[str, str]:
    found = re.findall(r"^#  (\w+): (\S+)$", SSSOM.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(found) == len(dict(found)), "a prefix stands twice"
    return dict(found)


def expanded(curie: str) -> URIRef:
    prefix, _, local = curie.partition(":")
    return URIRef(curie_map()[prefix] + local)


def test_the_mappings_have_the_columns_of_sssom_and_are_sorted() -> None:
    rows = [line for line in SSSOM.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert rows[0].split("\t") == COLUMNS
    found = list(mappings())
    assert [row for row in found if not all(row[column] for column in COLUMNS)] == []
    assert {row["mapping_justification"] for row in found} <= {"semapv:ManualMappingCuration"}
    keys = [(row["subject_id"], row["predicate_id"], row["object_id"]) for row in found]
    assert keys == sorted(set(keys))


def test_each_mapped_subject_is_declared_and_each_prefix_is_known_and_used(graph: Graph) -> None:
    for row in mappings():
        subject = expanded(row["subject_id"])
        assert str(graph.value(subject, RDFS.label)) == row["subject_label"], row["subject_id"]
    used = {value.split(":")[0] for row in mappings() for column, value in row.items() if not column.endswith("label")}
    assert used == set(curie_map())


def test_mappings_and_the_matches_of_the_ontology_agree(graph: Graph) -> None:
    mapped = {tuple(expanded(row[key]) for key in ("subject_id", "predicate_id", "object_id")) for row in mappings()}
    stated = {
        (s, p, o)
        for p in (*MATCHES, RDFS.subPropertyOf)
        for s, o in graph.subject_objects(p)
        if not str(o).startswith(BASE)
    }
    assert mapped == stated


def test_a_label_of_an_upstream_is_the_same_in_every_row() -> None:
    labels: dict[str, set[str]] = defaultdict(set)
    for row in mappings():
        labels[row["object_id"]].add(row["object_label"])
    assert {curie: found for curie, found in labels.items() if len(found) > 1} == {}


def test_an_exact_match_is_one_to_one_within_a_vocabulary() -> None:
    subjects: dict[str, set[str]] = defaultdict(set)
    objects: dict[tuple[str, str], set[str]] = defaultdict(set)
    others: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in mappings():
        others[row["subject_id"], row["object_id"]].add(row["predicate_id"])
        if row["predicate_id"] == "skos:exactMatch":
            subjects[row["object_id"]].add(row["subject_id"])
            objects[row["subject_id"], row["object_id"].split(":")[0]].add(row["object_id"])
    assert subjects, "no exact match at all"
    assert {curie: found for curie, found in subjects.items() if len(found) > 1} == {}
    assert {key: found for key, found in objects.items() if len(found) > 1} == {}
    assert {key: found for key, found in others.items() if len(found) > 1} == {}
