"""How complete a view is: what is known over what could be known, of antibodies, pairs, tumors and escapes.

Unknown means that no claim in the view says it, not that it is absent.
"""

from __future__ import annotations

from typing import NamedTuple

from kg.query import Answer, Record, ask, question, records, select
from kg.store import Opened

COLUMNS = ("group", "what", "known", "of")

# Dates that tell when somebody first got an antibody, or when its first trial began or was posted.
_DATED = """?antibody bsab:hasEvent ?event . ?event bsab:eventKind bsab:FirstInClinicEventKind ; bsab:onLatest ?day ;
    bsab:dateKind ?dated . VALUES ?dated { bsab:FirstDoseDate bsab:FirstEnrollmentDate bsab:StudyStartDate
    bsab:FirstPostedDate bsab:NctInterpolationDate }"""
_SOLID = "?antibody a bsab:Antibody ; bsab:scope ?scope . VALUES ?scope { bsab:SolidScope bsab:BothScope }"


class _Count(NamedTuple):
    """Which entities (`?x`) are counted, and which of them count as known."""

    what: str
    among: str
    known: str


_COUNTS = {
    "antibodies against solid tumors": (
        _Count("first in the clinic, dated", "{solid} BIND(?antibody AS ?x)", "{dated} BIND(?antibody AS ?x)"),
        _Count(
            "reason, where stopped",
            "{solid} ?antibody bsab:hasEvent ?stop . ?stop bsab:eventKind bsab:StopEventKind . BIND(?antibody AS ?x)",
            "?x bsab:hasEvent/bsab:stopReason ?reason . FILTER(?reason != bsab:NotStatedReason)",
        ),
    ),
    "pairs against solid tumors": (
        _Count(
            "first in the clinic, dated",
            "{solid} ?antibody bsab:hasPair ?x",
            "{solid} ?antibody bsab:hasPair ?x . {dated}",
        ),
    ),
    "antigens and receptors bound": (
        _Count("location", "?arm bsab:binds ?x", "?x bsab:hasLocation ?location"),
        _Count("a tumor that carries it", "?arm bsab:binds ?x", "?x bsab:expressedOn ?tumor"),
        _Count("escape", "?arm bsab:binds ?x", "?escape bsab:escapesFrom ?x"),
    ),
    "solid tumors in which an antibody was tested": tuple(
        _Count(what, "{solid} ?antibody bsab:testedIn ?x . ?x bsab:solid true", known)
        for what, known in (
            ("result", "?result a bsab:Result ; bsab:observedIn ?x"),
            ("escape", "?escape a bsab:EscapeObservation ; bsab:observedIn ?x"),
            ("an antigen on it", "?antigen bsab:expressedOn ?x"),
            ("approval", "?event bsab:eventKind bsab:ApprovalEventKind ; bsab:eventTumor ?x"),
        )
    ),
    "escape observations": (
        _Count(
            "in patients on a bispecific in a solid tumor",
            "?x a bsab:EscapeObservation",
            "?x bsab:transferred false",
        ),
        _Count("a counter-measure", "?x a bsab:EscapeObservation", "?x bsab:counteredBy ?counter"),
    ),
}
_BY_TUMOR = """
SELECT ?what (COUNT(DISTINCT ?seen) AS ?known) (COUNT(DISTINCT ?antibody) AS ?of) WHERE {
  ?antibody bsab:testedIn ?tumor . ?tumor bsab:solid true ; rdfs:label ?what .
  OPTIONAL { ?antibody bsab:hasResult ?result . ?result bsab:observedIn ?tumor . BIND(?antibody AS ?seen) }
} GROUP BY ?tumor ?what ORDER BY DESC(?of) ?what
"""
_BY_SCOPE = """
SELECT ?what (COUNT(DISTINCT ?seen) AS ?known) (COUNT(DISTINCT ?kind) AS ?of) WHERE {
  ?kind bsab:hasScope ?scope . ?scope a bsab:EscapeScope ; rdfs:label ?what .
  OPTIONAL { ?escape a bsab:EscapeObservation ; bsab:escapeMechanism ?kind . BIND(?kind AS ?seen) }
} GROUP BY ?scope ?what ORDER BY ?what
"""
_BY_KIND = """
SELECT ?what (COUNT(DISTINCT ?seen) AS ?known) (COUNT(DISTINCT ?escape) AS ?of) WHERE {
  ?escape a bsab:EscapeObservation ; bsab:escapeMechanism ?kind . ?kind rdfs:label ?what .
  OPTIONAL { ?escape bsab:transferred false . BIND(?escape AS ?seen) }
} GROUP BY ?kind ?what ORDER BY DESC(?of) ?what
"""
_TABLES = {
    "tumor: antibodies tested there with a result there": _BY_TUMOR,
    "escape scope: kinds with an observation": _BY_SCOPE,
    "escape kind: observations in patients on a bispecific in a solid tumor": _BY_KIND,
}


def completeness(opened: Opened) -> Answer:
    """Rows of group, what, known and of (counts: how many of how many), groups in a fixed order."""
    rows: list[Record] = [
        {
            "group": "antibodies against solid tumors",
            "what": str(row["field"]),
            "known": int(row["known_solid"] or 0),
            "of": int(row["antibodies_solid"] or 0),
        }
        for row in ask(opened, question("known-by-field"), {}).rows
    ]
    for group, counts in _COUNTS.items():
        rows += [
            {
                "group": group,
                "what": count.what,
                "known": _number(opened, f"{count.among} {{ {count.known} }}"),
                "of": _number(opened, count.among),
            }
            for count in counts
        ]
    for group, text in _TABLES.items():
        rows += [{"group": group, **row} for row in select(opened.store, text).rows]
    return records(COLUMNS, rows)


def _number(opened: Opened, pattern: str) -> int:
    where = pattern.replace("{solid}", _SOLID).replace("{dated}", _DATED)
    (row,) = select(opened.store, f"SELECT (COUNT(DISTINCT ?x) AS ?count) WHERE {{ {where} }}").rows
    return int(row["count"] or 0)
