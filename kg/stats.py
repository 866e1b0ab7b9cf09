"""Counts of an open store: what there is, how well it is read, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from kg.infer import INFERRED_GRAPH
from kg.lookup import LOOKUP_GRAPH, LOOKUP_KEY
from kg.query import Answer, Record, records, select
from kg.store import Opened
from kg.terms import PREFIXES

_BY_TYPE = """
SELECT ?type (COUNT(?entity) AS ?count) WHERE {
  VALUES ?type { bsab:Antibody bsab:Arm bsab:Antigen bsab:Epitope bsab:Pair bsab:Tumor bsab:Cell bsab:StatusEvent
    bsab:Trial bsab:Result bsab:EscapeObservation bsab:CounterMeasure bsab:Precedent bsab:Disclosure bsab:Dataset
    bsab:Source bsab:Claim bsab:EvidenceLine }
  ?entity a ?type
} GROUP BY ?type ORDER BY ?type
"""
# A claim counts once, under the best reading state of its lines.
_READING = """
SELECT ?reading (COUNT(?claim) AS ?count) WHERE {
  { SELECT ?claim (MIN(?rank) AS ?best) WHERE {
      ?line bsab:evidenceFor ?claim ; bsab:reading/bsab:rank ?rank
    } GROUP BY ?claim }
  ?state a bsab:ReadingState ; bsab:rank ?best ; skos:notation ?reading
} GROUP BY ?reading ORDER BY ?reading
"""
_CLAIMS_BY_PREDICATE = """
SELECT ?key (COUNT(?claim) AS ?count) WHERE { ?claim rdf:predicate ?predicate . BIND(STR(?predicate) AS ?key) }
GROUP BY ?key ORDER BY ?key
"""
_LINES_BY = """
SELECT ?key (COUNT(?line) AS ?count) WHERE {{ ?line bsab:evidenceFor ?claim ; bsab:{} / skos:notation ?key }}
GROUP BY ?key ORDER BY ?key
"""
_SOURCES = """
SELECT ?key (COUNT(?line) AS ?count) WHERE {
  ?line bsab:evidenceFor ?claim ; bsab:source ?source .
  BIND(STRAFTER(STR(?source), "https://w3id.org/bsab/source/") AS ?dataset)
  BIND(IF(?dataset = "", "papers, registries and pages", ?dataset) AS ?key)
} GROUP BY ?key ORDER BY ?key
"""
_SINGLE = {
    "antibodies, solid tumors": (
        "SELECT (COUNT(?a) AS ?count) WHERE { ?a a bsab:Antibody ; bsab:scope/skos:notation ?s "
        'FILTER(?s IN ("solid", "both")) }'
    ),
    "pairs of antibodies against solid tumors": (
        "SELECT (COUNT(DISTINCT ?p) AS ?count) WHERE { ?a bsab:hasPair ?p ; bsab:scope/skos:notation ?s "
        'FILTER(?s IN ("solid", "both")) }'
    ),
    "antibodies with a dated first in the clinic": (
        "SELECT (COUNT(DISTINCT ?a) AS ?count) WHERE { ?a bsab:hasEvent ?e . ?e bsab:eventKind/skos:notation "
        '"first-in-clinic" ; bsab:onLatest ?d ; bsab:dateKind/skos:notation ?k '
        'FILTER(?k IN ("study-start", "first-dose", "first-enrollment", "first-posted", "nct-interpolation")) }'
    ),
    "escape observations in patients on a bispecific in a solid tumor": (
        "SELECT (COUNT(?o) AS ?count) WHERE { ?o a bsab:EscapeObservation ; bsab:transferred false }"
    ),
    "contested claims": "SELECT (COUNT(?c) AS ?count) WHERE { ?c bsab:contested true }",
    "inferred types": "SELECT (COUNT(*) AS ?count) WHERE { GRAPH graph:inferred { ?entity a ?type } }",
    "plain edges": (
        "SELECT (COUNT(*) AS ?count) WHERE { ?c rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o . ?s ?p ?o }"
    ),
}


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts by group, and where they come from."""

    root: str
    data_version: str
    as_of: str
    view: str
    store: str
    triples: int
    groups: dict[str, dict[str, int]]

    def as_json(self) -> dict[str, Any]:
        """The documented object of `kg stats --format json`: fixed keys."""
        return {
            "root": self.root,
            "data_version": self.data_version,
            "as_of": self.as_of,
            "view": self.view,
            "store": self.store,
            "triples": self.triples,
            **self.groups,
        }

    def table(self) -> Answer:
        """Rows of group, what, count; the place of data and store first."""
        rows: list[Record] = [
            {"group": "where", "what": name, "count": value}
            for name, value in (
                ("root", self.root),
                ("data version", self.data_version),
                ("as of", self.as_of),
                ("view", self.view),
                ("store", self.store),
            )
        ]
        rows.append({"group": "where", "what": "triples", "count": self.triples})
        rows += [
            {"group": group, "what": name, "count": count}
            for group, counts in self.groups.items()
            for name, count in counts.items()
        ]
        return records(("group", "what", "count"), rows)


def statistics(opened: Opened) -> Statistics:
    """The counts of a view."""

    def counted(query: str, key: str) -> dict[str, int]:
        answer = select(opened.store, query)
        return {
            str(row[key]).replace("bsab:", "").replace(PREFIXES["bsab"], ""): int(row["count"] or 0)
            for row in answer.rows
        }

    groups = {
        "entities": counted(_BY_TYPE, "type"),
        "claims_by_reading": {"read": 0, "record": 0, "unread": 0, **counted(_READING, "reading")},
        "claims_by_predicate": counted(_CLAIMS_BY_PREDICATE, "key"),
        "evidence_by_level": counted(_LINES_BY.format("level"), "key"),
        "evidence_by_stance": counted(_LINES_BY.format("stance"), "key"),
        "evidence_by_source": counted(_SOURCES, "key"),
        "headline": {name: _single(opened.store, query) for name, query in _SINGLE.items()},
    }
    return Statistics(
        str(opened.root.path),
        opened.data_version,
        opened.view.as_of or opened.as_of,
        "with unread claims" if opened.view.include_unread else "read and record",
        opened.place,
        len(opened.store) - sum(1 for _ in _beside_the_facts(opened.store)),
        groups,
    )


def _beside_the_facts(store: ox.Store) -> Iterator[ox.Quad]:
    """What compiling adds: the index of names, and the inferred types."""
    yield from store.quads_for_pattern(None, LOOKUP_KEY, None, LOOKUP_GRAPH)
    yield from store.quads_for_pattern(None, None, None, INFERRED_GRAPH)


def _single(store: ox.Store, query: str) -> int:
    (row,) = select(store, query).rows
    return int(row["count"] or 0)
