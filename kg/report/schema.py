"""The schema as the data fill it: how many entities of each class, and how many links between them."""

from __future__ import annotations

import re
from collections import Counter

import pyoxigraph as ox

from kg.lookup import TYPE
from kg.nodes import statements, subjects
from kg.report.field import Field
from kg.terms import PREFIXES

_BSAB = PREFIXES["bsab"]
_FEW = 15  # links; a picture of all would hide those that matter
CLASSES = (
    "Antibody",
    "Arm",
    "Antigen",
    "Epitope",
    "Pair",
    "Cell",
    "Tumor",
    "StatusEvent",
    "Trial",
    "Result",
    "EscapeMechanism",
    "EscapeObservation",
    "CounterMeasure",
    "Precedent",
    "Disclosure",
)


def in_words(
    field: Field, classes: list[tuple[str, int]], links: list[tuple[str, str, str, int]]
) -> tuple[list[tuple[str, int]], list[tuple[str, str, str, int]]]:
    """The same with classes and properties as people say them; links of which there are few are left out."""
    said = {name: re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).capitalize() for name, _ in classes}
    return [(said[name], count) for name, count in classes], [
        (said[source], said[target], field.label(f"bsab:{name}"), count)
        for source, target, name, count in links
        if count >= _FEW
    ]


def counted_schema(store: ox.Store) -> tuple[list[tuple[str, int]], list[tuple[str, str, str, int]]]:
    """The classes with their counts, in the order of `CLASSES`; and (from, to, property, count), sorted.

    Counted here and not in SPARQL: joining everything to everything by type takes the engine minutes.
    """
    class_of = {node: name for name in CLASSES for node in subjects(store, TYPE, ox.NamedNode(_BSAB + name))}
    links: Counter[tuple[str, str, str]] = Counter()
    for node, name in class_of.items():
        for predicate, value in statements(store, node):
            if isinstance(value, ox.NamedNode) and value in class_of and predicate.value.startswith(_BSAB):
                links[name, class_of[value], predicate.value.removeprefix(_BSAB)] += 1
    counts = Counter(class_of.values())
    return [(name, counts[name]) for name in CLASSES if counts[name]], sorted((*key, n) for key, n in links.items())
