"""The controlled notations of the ontology: which words a cell may hold, and which term each one means."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pyoxigraph as ox

from kg.errors import Finding, KgError
from kg.terms import PREFIXES, compress

_TYPE = ox.NamedNode(PREFIXES["rdf"] + "type")
_NOTATION = ox.NamedNode(PREFIXES["skos"] + "notation")


def parse_turtle(path: Path) -> list[ox.Triple]:
    """The triples of a Turtle file.

    Raises
    ------
    KgError
        It cannot be read or is not Turtle; the message has the line.
    """
    try:
        return [
            ox.Triple(quad.subject, quad.predicate, quad.object)
            for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)
        ]
    except SyntaxError as error:
        raise KgError(
            f"is not Turtle: {error.msg}", f"{path}:{error.lineno or 1}", "mend it, or restore the file from git"
        ) from None
    except OSError as error:
        raise KgError(f"cannot be read: {error.strerror or error}", str(path), "look at the path") from None


def read_vocabulary(ontology: Path) -> dict[str, dict[str, str]]:
    """Class -> notation -> CURIE of the term, of every term in `bsab.ttl` with a `skos:notation`.

    Raises
    ------
    KgError
        The file cannot be read, or two terms of a class share a notation.
    """
    triples = parse_turtle(ontology / "bsab.ttl")
    notations = {triple.subject: triple.object for triple in triples if triple.predicate == _NOTATION}
    if not notations:
        raise KgError("defines no term with a notation", f"{ontology / 'bsab.ttl'}:1", "restore it from git")
    vocabulary: dict[str, dict[str, str]] = defaultdict(dict)
    clashes: list[Finding] = []
    for triple in triples:
        if triple.predicate != _TYPE or triple.subject not in notations:
            continue
        kind = compress(_iri(triple.object))
        if not kind.startswith("bsab:"):
            continue
        notation, term = _iri(notations[triple.subject]), compress(_iri(triple.subject))
        known = vocabulary[kind.removeprefix("bsab:")]
        if known.setdefault(notation, term) != term:
            clashes.append(Finding("error", "vocabulary", term, f"shares notation {notation!r}"))
    if clashes:
        raise KgError("; ".join(map(str, clashes)), "ontology/bsab.ttl", "give each term its own notation")
    return {kind: dict(sorted(known.items())) for kind, known in sorted(vocabulary.items())}


def read_declared(ontology: Path) -> tuple[frozenset[str], frozenset[str]]:
    """The CURIEs of all terms that `bsab.ttl` declares, and of those that are properties.

    Raises
    ------
    KgError
        The file cannot be read.
    """
    kinds = {(compress(_iri(t.subject)), compress(_iri(t.object))) for t in parse_turtle(ontology / "bsab.ttl")
             if t.predicate == _TYPE}  # fmt: skip
    return frozenset(term for term, _ in kinds), frozenset(term for term, kind in kinds if kind.endswith("Property"))


def _iri(term: object) -> str:
    if isinstance(term, ox.NamedNode | ox.Literal):
        return term.value
    return str(term)
