"""Pages of named questions, of the 2021 review, and lists: tables of an answer with entities and sources linked."""

from __future__ import annotations

from collections.abc import Iterable

from kg.errors import AmbiguousError, NotFoundError
from kg.query import Answer, Question, Record, Value, ask, question, records, select
from kg.report.citing import Pages
from kg.report.field import Field
from kg.report.words import STAGES, column_of, stage_of
from kg.store import Opened
from kg.views.shapes import Cell, Page, Section

REVIEW = "review.html"
_OUTSIDE = ("http:", "https:", "PMID:", "PMC:", "DOI:", "NCT:", "src:")
_MOST = 1000
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


def text_of(value: Value) -> str:
    """A value as a cell of a page: empty where it is missing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def answer_section(
    field: Field, pages: Pages, title: str, answer: Answer, note: str = "", drop: Iterable[str] = ()
) -> Section:
    """A table of an answer under words for readers; entities, claims and sources are linked."""
    columns = tuple(name for name in answer.columns if name not in set(drop))
    if {"claim", "source"} <= set(columns) and all(_cited(field, one) for one in answer.rows):
        columns = tuple(name for name in columns if name != "source")  # the evidence names it
    rows = []
    for record in answer.rows[:_MOST]:
        row: list[Cell] = []
        for name in columns:
            row.append(_cell(field, pages, name, text_of(record[name])))
        rows.append(tuple(row))
    if len(answer.rows) > _MOST:
        note += f" The first {_MOST} of {len(answer.rows)} rows; the command gives all."
    return Section(title, tuple(column_of(name) for name in columns), tuple(rows), note.strip())


def _cited(field: Field, record: Record) -> bool:
    """Whether the source of a row is the one that the cell of its claim names."""
    claim = field.claims.get(text_of(record["claim"]))
    return claim is not None and claim.best == text_of(record["source"])


def _cell(field: Field, pages: Pages, column: str, text: str) -> Cell:
    if text.startswith("claim:") and text in field.claims and " " not in text:
        return pages.cite([field.claims[text]])
    if column in ("stage", "phase", "furthest") and text in STAGES:
        return stage_of(text)
    if text in pages.paths:
        return pages.link(text)
    if text.startswith(_OUTSIDE) and " " not in text:
        return pages.cited_source(text)
    if ":" in text and " " not in text and column not in ("source", "locator"):
        return field.label(text)
    return text


def question_page(opened: Opened, field: Field, pages: Pages, asked: Question) -> tuple[Page, int]:
    """A question with its example, its answer, and the command that asks it; also the number of rows."""
    given = {p.name: p.example for p in asked.parameters if p.example}
    parameters = "; ".join(f"{p.name}: {p.text}" for p in asked.parameters) or "none"
    try:
        answer = ask(opened, asked, given)
        told = ("Rows", str(len(answer.rows)))
    except (NotFoundError, AmbiguousError) as error:  # the example of another view or tree
        answer = records(asked.columns, ())
        told = ("Example", error.what)
    facts: tuple[tuple[str, Cell], ...] = (("Command", asked.example), ("Parameters", parameters), told)
    drop = {"antibody"} if {"antibody", "label"} <= set(answer.columns) else set()
    linked = _with_antibody(answer) if drop else answer
    section = answer_section(field, pages, "Answer", linked, "", drop and {"label"})
    page = Page(
        f"question/{asked.name}.html",
        asked.title,
        asked.question,
        facts,
        (section,),
        None,
        kind="Question",
        also=asked.keywords,
    )
    return page, len(answer.rows)


def _with_antibody(answer: Answer) -> Answer:
    """The same rows with the antibody in the place of its label: a cell that links needs no second one."""
    columns = tuple(name for name in answer.columns if name != "antibody")
    order = tuple("antibody" if name == "label" else name for name in columns)
    return Answer((*order, "label"), answer.rows)


def review_page(opened: Opened, field: Field, pages: Pages) -> Page:
    """A table for each statement of the abstract: what bears on it, which way, when, and who says so."""
    answer = ask(opened, question("review-since"), {})
    sections = []
    for row in select(opened.store, _STATED).rows:
        number = text_of(row["statement"]).removeprefix("abstract statement ")
        own = records(answer.columns, [found for found in answer.rows if found["statement"] == row["statement"]])
        bearings = [text_of(found["bearing"]) for found in own.rows]
        counted = ", ".join(f"{bearings.count(word)} {word}" for word in ("supports", "refines", "contradicts"))
        title = f"{number}. {text_of(row['states'])}"
        linked = _with_antibody(own) if {"antibody", "label"} <= set(own.columns) else own
        sections.append(
            answer_section(
                field, pages, title, linked, f"Of what follows: {counted}.", ("statement", "states", "label")
            )
        )
    return Page(REVIEW, "What has become of the 2021 review", _LEAD, (), tuple(sections), None, short="2021 review")


def list_page(path: str, title: str, lead: str, columns: tuple[str, ...], rows: Iterable[tuple[Cell, ...]]) -> Page:
    """An index of pages."""
    return Page(path, title, lead, (), (Section(f"All {title.lower()}", columns, tuple(rows)),), None)
