"""What follows from the axioms of the vocabulary for the antibodies and arms of a view, by a reasoner for OWL.

Claims are left out: they use `rdf:subject` and its kin, which OWL reserves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from kg.errors import Finding
from kg.infer import INFERRED_GRAPH
from kg.store import Opened
from kg.terms import PREFIXES, compress
from kg.vocabulary import parse_turtle

_BSAB, _OWL = PREFIXES["bsab"], PREFIXES["owl"]
_TYPE, _SUBCLASS = ox.NamedNode(PREFIXES["rdf"] + "type"), ox.NamedNode(PREFIXES["rdfs"] + "subClassOf")
_CLASS, _INDIVIDUAL, _RESTRICTION, _ON, _SOME, _VALUE = (
    ox.NamedNode(_OWL + name)
    for name in (
        "Class",
        "NamedIndividual",
        "Restriction",
        "onProperty",
        "someValuesFrom",
        "hasValue",
    )
)
_ANTIBODY, _ARM = ox.NamedNode(_BSAB + "Antibody"), ox.NamedNode(_BSAB + "Arm")
_KINDS = (_ANTIBODY, _ARM, *(ox.NamedNode(_BSAB + name) for name in ("Antigen", "Epitope", "Cell", "EffectorCell")))
_EDGES = tuple(
    ox.NamedNode(_BSAB + name)
    for name in (
        "hasArm",
        "binds",
        "bindsEpitope",
        "hasRole",
        "hasMoiety",
        "exclusiveWith",
        "hasFormat",
        "hasFcActivity",
        "hasMechanism",
        "epitopeOf",
        "expressedByCell",
    )
)
_LIFTED = (PREFIXES["ab"], PREFIXES["arm"])
_DEFAULT = ox.DefaultGraph()
EXPLAINED = 3


@dataclass(frozen=True, slots=True)
class Reasoned:
    """What a reasoner says of a view, in CURIEs.

    `impossible` maps classes that can have no instance, and antibodies and arms that contradict the axioms, to the
    axioms and edges that clash; the key "" stands for the whole. `kinds` holds entity and kind, for each kind of
    antibody or arm that the axioms define.
    """

    impossible: Mapping[str, str]
    kinds: frozenset[tuple[str, str]]


def individuals(opened: Opened) -> Iterator[ox.Triple]:
    """The vocabulary, and the antibodies, arms, antigens, epitopes and cells of a view, as OWL has it."""
    yield from parse_turtle(opened.root.ontology / "bsab.ttl")
    named: dict[object, None] = {}
    for kind in _KINDS:
        for quad in opened.store.quads_for_pattern(None, _TYPE, kind, _DEFAULT):
            yield quad.triple
            named[quad.subject] = None
    for edge in _EDGES:
        for quad in opened.store.quads_for_pattern(None, edge, None, _DEFAULT):
            yield quad.triple
            named |= {quad.subject: None, quad.object: None}
    for node in named:
        if isinstance(node, ox.NamedNode):
            yield ox.Triple(node, _TYPE, _INDIVIDUAL)


def classes(opened: Opened) -> Iterator[ox.Triple]:
    """The same with each antibody and arm as the class of which it is the only instance.

    `a: C` becomes `A below C`, `a p b` becomes `A below (p some B)`. The same kinds follow, by classification of some
    thousand classes (half a second) instead of a proof for each individual and kind (minutes); and an individual
    that contradicts the axioms is a class that can have no instance, which the reasoner names.
    """
    lifted = {
        quad.subject
        for kind in (_ANTIBODY, _ARM)
        for quad in opened.store.quads_for_pattern(None, _TYPE, kind, _DEFAULT)
    }
    for triple in individuals(opened):
        subject, predicate, node = triple
        if subject not in lifted:
            yield triple
        elif predicate == _TYPE:
            kind = (_TYPE, _CLASS) if node == _INDIVIDUAL else (_SUBCLASS, node)
            yield ox.Triple(subject, *kind)
        else:
            part = ox.BlankNode()
            yield ox.Triple(subject, _SUBCLASS, part)
            yield ox.Triple(part, _TYPE, _RESTRICTION)
            yield ox.Triple(part, _ON, predicate)
            yield ox.Triple(part, _SOME if node in lifted else _VALUE, node)


def defined_kinds(opened: Opened) -> tuple[str, ...]:
    """The IRIs of the kinds of antibody and arm that the axioms define, and of the kinds above these."""
    rows = opened.store.query(
        "SELECT DISTINCT ?kind WHERE { VALUES ?top { bsab:Antibody bsab:Arm } ?kind rdfs:subClassOf+ ?top . "
        "FILTER EXISTS { ?below rdfs:subClassOf* ?kind ; owl:equivalentClass ?definition } } ORDER BY ?kind",
        prefixes=PREFIXES,
    )
    assert isinstance(rows, ox.QuerySolutions)
    return tuple(str(row["kind"].value) for row in rows)


def reason(opened: Opened) -> Reasoned:
    """What rustdl says of a view. It explains the first contradictions only, since each takes it a second."""
    import rustdl

    content = ox.serialize(classes(opened), format=ox.RdfFormat.RDF_XML)
    assert content is not None
    found = rustdl.classify_bytes(content, format="rdf-xml")
    if found.inconsistent:
        return Reasoned({"": _explain(content, ["inconsistent"])}, frozenset())
    impossible = {
        compress(iri): _explain(content, ["unsat", iri]) if number < EXPLAINED else ""
        for number, iri in enumerate(sorted(found.unsatisfiable))
    }
    kinds = frozenset(
        (compress(entity), compress(kind))
        for kind in defined_kinds(opened)
        for entity in found.subclasses_of(kind)
        if entity.startswith(_LIFTED)
    )
    return Reasoned(impossible, kinds)


def _explain(content: bytes, query: list[str]) -> str:
    """The fewest axioms and edges that clash, in one line."""
    import rustdl

    clash = rustdl.prepare_bytes(content, format="rdf-xml").justify(query)
    return "; ".join(re.sub(r"<([^>]*)>", lambda match: compress(match[1]), axiom) for axiom in sorted(clash))


def inferred_kinds(opened: Opened) -> frozenset[tuple[str, str]]:
    """Entity and kind as `graph:inferred` has them, for the kinds that the axioms define."""
    defined = set(defined_kinds(opened))
    return frozenset(
        (compress(quad.subject.value), compress(quad.object.value))
        for quad in opened.store.quads_for_pattern(None, _TYPE, None, INFERRED_GRAPH)
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode)
        if quad.object.value in defined
    )


def complaints(opened: Opened, reasoned: Reasoned, where: Mapping[str, str]) -> Iterator[Finding]:
    """A finding for each contradiction, and for each kind that only the axioms or only `kg/inferences` give.

    `where` maps CURIEs to `file:line`.
    """
    for name, clash in reasoned.impossible.items():
        why = f": {clash}" if clash else ""
        if not name:
            yield _finding(
                "ontology/bsab.ttl:1", f"vocabulary and graph contradict each other{why}", "mend one of these"
            )
        elif name in where:
            yield _finding(f"{where[name]} ({name})", f"contradicts the vocabulary{why}", "mend one of these")
        else:
            yield _finding("ontology/bsab.ttl:1", f"{name} can have no instance{why}", "undo the last axiom")
    if "" in reasoned.impossible:
        return  # everything follows from a contradiction
    by_rules = inferred_kinds(opened)
    for says, denies, pairs in (
        ("the axioms", "kg/inferences", reasoned.kinds - by_rules),
        ("kg/inferences", "the axioms", by_rules - reasoned.kinds),
    ):
        for name, kind in sorted(pairs):
            if name not in reasoned.impossible:
                place = f"{where[name]} ({name})" if name in where else name
                yield _finding(place, f"is a {kind} by {says}, and not by {denies}", "mend whichever is wrong")


def _finding(where: str, what: str, hint: str) -> Finding:
    return Finding("error", "reasoner", where, what, hint)
