"""Inferred types: the kinds of antibodies and arms that follow from the plain edges of a view.

Each file of `kg/inferences` is one CONSTRUCT. They run in the order of their names, and each sees what those before
it gave. The reasoner (`kg/reason.py`) is their judge.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from kg.terms import PREFIXES

INFERENCES = Path(__file__).resolve().parent / "inferences"
INFERRED_GRAPH = ox.NamedNode(PREFIXES["graph"] + "inferred")

_USED = frozenset(PREFIXES["bsab"] + name for name in ("hasArm", "binds", "hasRole"))


def infer_types(edges: Iterable[ox.Quad], ontology: Iterable[ox.Quad], folder: Path = INFERENCES) -> list[ox.Quad]:
    """The inferred types as quads of `graph:inferred`, sorted.

    Parameters
    ----------
    edges
        The plain edges of a view: what a claim of the view supports.
    ontology
        The triples of `ontology/bsab.ttl`, whose definitions the CONSTRUCTs read.
    """
    store = ox.Store()
    store.extend(ontology)
    store.extend(edge for edge in edges if edge.predicate.value in _USED)
    inferred: set[ox.Triple] = set()
    for path in sorted(folder.glob("*.rq")):
        made = store.query(path.read_text(encoding="utf-8"), prefixes=PREFIXES)
        assert isinstance(made, ox.QueryTriples)
        triples = list(made)
        inferred.update(triples)
        store.extend(ox.Quad(*triple) for triple in triples)
    ordered = sorted(inferred, key=str)
    return [ox.Quad(triple.subject, triple.predicate, triple.object, INFERRED_GRAPH) for triple in ordered]
