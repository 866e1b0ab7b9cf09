"""What of a pair that came after the day can be reached from its training set. There must be nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pyoxigraph as ox

from kg.benchmark.traces import Pair, symbols_of
from kg.benchmark.training import POSITIVE, Case, Positions
from kg.benchmark.truth import Truth
from kg.errors import Finding
from kg.facts.binding import pair_curie
from kg.nodes import text
from kg.query import select
from kg.store import Opened
from kg.terms import compress, expand

_LATER = """SELECT ?line ?day WHERE { ?line bsab:evidenceFor ?claim ; bsab:dateLatest ?day FILTER(STR(?day) > "%s") }"""
_UNDATED = """SELECT ?line WHERE { ?line bsab:evidenceFor ?claim FILTER NOT EXISTS { ?line bsab:dateLatest ?day } }"""
_ARMS = """SELECT ?ab ?antigen WHERE { ?ab bsab:hasArm/bsab:binds ?antigen }"""
# Definitions of the vocabulary give examples of today; they are no facts of a view.
_TEACHING = frozenset(
    expand(f"skos:{name}") for name in ("definition", "example", "scopeNote", "editorialNote", "historyNote")
)
_SHORTEST = 5  # letters and digits of a name that is looked for in texts: shorter ones stand in others by chance


def leaks(case: Case, truth: Truth, names: Opened) -> list[Finding]:
    """Everything by which the training set of a case tells of pairs that are disclosed after its day.

    Looked for are pairs among the known ones or the partners; nodes of the pair, and of every antibody or disclosure
    that joins it; antibodies with both arms; the name or a synonym of such an antibody in any text; a line of evidence
    that is dated later, or not at all; and the role by which the universe tells what the graph of now names.

    Parameters
    ----------
    names
        The view of now, for the names of the antibodies.
    """
    training = case.training
    after = [pair for pair, state in truth.states(training.day).items() if state in ("positive", "later")]
    findings = [*_in_matrices(case, after), *_in_store(case, truth, after, names)]
    if any("named" in antigen.roles for antigen in training.universe.antigens):
        findings.append(Finding("error", "leak", "universe", "tells which antigens the graph of now names"))
    return findings


def _in_matrices(case: Case, after: list[Pair]) -> Iterator[Finding]:
    training, where = case.training, case.training.universe.by_symbol
    if bool((training.known & (case.codes == POSITIVE)).any()):
        yield Finding("error", "leak", "known", "holds a positive")
    for pair in after:
        if pair[0] in where and pair[1] in where:
            one, other = (where[symbol] for symbol in pair)
            if training.partners[one, other] or training.partners[other, one]:
                yield Finding("error", "leak", "partners", f"hold {' x '.join(pair)}")
            for first, second in ((one, other), (other, one)):
                i, j = _index(training.rows, first), _index(training.columns, second)
                if i is not None and j is not None and training.known[i, j]:
                    yield Finding("error", "leak", "known", f"holds {' x '.join(pair)}")


def _index(side: Positions, position: int) -> int | None:
    found = np.flatnonzero(side == position)
    return int(found[0]) if len(found) else None


def _in_store(case: Case, truth: Truth, after: list[Pair], names: Opened) -> Iterator[Finding]:
    view, day = case.training.view, case.training.day
    for row in select(view.store, _LATER % day).rows:
        yield Finding("error", "leak", str(row["line"]), f"is dated {row['day']}, after {day}")
    for row in select(view.store, _UNDATED).rows:
        yield Finding("error", "leak", str(row["line"]), "is not dated")
    carriers = {carrier: pair for pair in after for carrier in truth.carriers_of.get(pair, ())}
    nodes = {expand(carrier): " x ".join(pair) for carrier, pair in carriers.items()}
    nodes |= {expand(pair_curie(*pair)): " x ".join(pair) for pair in after}
    aliases = {alias: nodes[expand(carrier)] for carrier in carriers for alias in _names(names, carrier)}
    for quad in view.store:
        for term in (quad.subject, quad.object):
            if isinstance(term, ox.NamedNode) and term.value in nodes:
                yield Finding("error", "leak", compress(term.value), f"tells of {nodes[term.value]}")
        if isinstance(quad.object, ox.Literal) and quad.predicate.value not in _TEACHING:
            for alias in _words(text(quad.object)) & aliases.keys():
                yield Finding("error", "leak", str(quad.subject), f"{alias!r} tells of {aliases[alias]}")
    symbol = symbols_of(case.training.universe)
    arms: dict[str, set[str]] = {}
    for row in select(view.store, _ARMS).rows:
        arms.setdefault(str(row["ab"]), set()).add(symbol.get(str(row["antigen"]), str(row["antigen"])))
    for antibody, antigens in arms.items():
        for pair in after:
            if set(pair) <= antigens:
                yield Finding("error", "leak", antibody, f"has both arms of {' x '.join(pair)}")


def _names(names: Opened, carrier: str) -> set[str]:
    query = f"SELECT ?name WHERE {{ <{expand(carrier)}> rdfs:label|skos:altLabel ?name }}"
    found = {_squeezed(str(row["name"])) for row in select(names.store, query).rows}
    return {name for name in found if len(name) >= _SHORTEST}


def _squeezed(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _words(words: str) -> set[str]:
    """Every word of a text, and two and three words in a row, squeezed as names are."""
    parts = [part for word in re.split(r"[\s,;:/()]+", words) if (part := _squeezed(word))]
    return {"".join(parts[at : at + size]) for size in (1, 2, 3) for at in range(len(parts) - size + 1)}
