"""The page of the 2021 review: its statements, and what has happened to each since."""

from __future__ import annotations

from collections.abc import Mapping

from kg.query import ask, question, records, select
from kg.report.rows import text_of, with_labels
from kg.store import Opened
from kg.views.shapes import Page

PATH = "review.html"
_STATED = """
SELECT ?statement ?states WHERE {
  ?claim rdf:subject <https://doi.org/10.3390/ph14090884> ; rdf:predicate bsab:states ; rdf:object ?states ;
    bsab:qualifier ?statement FILTER(STRSTARTS(?statement, "abstract statement"))
} ORDER BY ?statement
"""
_LEAD = (
    "This graph grew from Antonarelli et al. 2021, of which the abstract could be read and the full text could not. "
    "Each statement of the abstract, in our words, with approvals, results and escapes that support it, refine it or "
    "contradict it. Which way a finding points is our judgment; that it was found is its source's."
)


def review_page(opened: Opened, pages: Mapping[str, str]) -> Page:
    """A table for each statement of the abstract: what bears on it, which way, when, and who says so."""
    answer = ask(opened, question("review-since"), {})
    sections = []
    for row in select(opened.store, _STATED).rows:
        number = text_of(row["statement"]).removeprefix("abstract statement ")
        own = records(answer.columns, [found for found in answer.rows if found["statement"] == row["statement"]])
        bearings = [text_of(found["bearing"]) for found in own.rows]
        counted = ", ".join(f"{bearings.count(word)} {word}" for word in ("supports", "refines", "contradicts"))
        title = f"{number}. {text_of(row['states'])}"
        drop = ("statement", "states", "claim")
        sections.append(with_labels(own, pages, "antibody", "label", title, drop, f"Of what follows: {counted}."))
    return Page(PATH, "What has become of the 2021 review", _LEAD, (), tuple(sections), None)
