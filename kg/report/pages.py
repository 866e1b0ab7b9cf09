"""The pages of a report: one an antibody, one a tumor, their lists, and the answered questions."""

from __future__ import annotations

from collections.abc import Mapping

from kg.describe import Description, Statement, describe
from kg.errors import AmbiguousError, NotFoundError
from kg.lookup import Match
from kg.neighborhood import neighborhood
from kg.query import Answer, Question, Record, ask, question, records, select, sparql
from kg.report.rows import answer_section, path_of, state_of, statement_rows, text_of, with_labels
from kg.store import Opened
from kg.terms import expand
from kg.views.shapes import Edge, Link, Node, Page, Section

_GRAPH_NODES = 80
_COLUMNS = ("what", "state", "support", "source")
# Property labels of the ontology -> title of the section that they stand in, in order.
_SECTIONS = (
    (
        "Format, Fc and mechanism",
        (
            *("has format", "has Fc activity", "has mechanism", "payload", "has payload kind"),
            *("conditional activation", "activated by", "developer"),
        ),
    ),
    ("Course", ("has event",)),
    ("Results", ("has result",)),
    ("Told of efficacy and safety", ("reported efficacy", "reported toxicity", "has toxicity")),
    ("Escapes documented for it", ("escaped through",)),
    ("Tested in", ("tested in",)),
    ("Trials", ("tested in trial",)),
    ("Pairs", ("has pair",)),
)


def graph_of(
    opened: Opened, curie: str, pages: Mapping[str, str], depth: int = 2
) -> tuple[tuple[Node, ...], tuple[Edge, ...]] | None:
    """The neighborhood of an entity, its nodes linked to the report's pages; None where there is no edge."""
    nodes, edges, _ = neighborhood(opened, [curie], depth, _GRAPH_NODES)
    if not edges:
        return None
    linked = tuple(
        Node(node.id, node.label, node.kind, node.detail, pages.get(node.id, node.href), node.year) for node in nodes
    )
    return linked, edges


def antibody_page(opened: Opened, match: Match, pages: Mapping[str, str]) -> Page:
    """All that is known of one antibody."""
    told = describe(opened, match)
    sections = [_arms(told)]
    for title, properties in _SECTIONS:
        chosen = [line for line in told.statements if line.property in properties and not line.about]
        if chosen:
            chosen = sorted(chosen, key=_when) if title == "Course" else chosen
            sections.append(_section(title, chosen, pages, named=len(properties) > 1))
    facts = (
        ("Identifier", told.id),
        ("Also called", "; ".join(told.synonyms)),
        ("Scope", next((line.value for line in told.statements if line.property == "disease scope"), "")),
    )
    lead = " x ".join(dict.fromkeys(_antigen_names(told))) or "targets not known in this view"
    return Page(
        path_of(told.id),
        told.label,
        lead,
        tuple(fact for fact in facts if fact[1]),
        tuple(section for section in sections if section.rows),
        graph_of(opened, told.id, pages),
    )


def _when(statement: Statement) -> str:
    """The first date in an event's line; undated ones last."""
    words = [word for word in statement.value.split() if len(word) == 10 and word[:4].isdecimal()]
    return words[0] if words else "9999"


def _antigen_names(told: Description) -> list[str]:
    return [line.value for line in told.statements if line.about and line.property == "binds"]


def _arms(told: Description) -> Section:
    rows = []
    for line in told.statements:
        if line.about and line.property != "has arm":
            rows.append((line.about.partition(", ")[2], line.property, *statement_rows([line], {})[0]))
    return Section(
        "Arms", ("arm", "property", *_COLUMNS), tuple(sorted(rows, key=lambda row: (row[0], row[1], str(row[2]))))
    )


def _section(title: str, statements: list[Statement], pages: Mapping[str, str], named: bool) -> Section:
    rows = statement_rows(statements, pages)
    if not named:
        return Section(title, _COLUMNS, rows)
    return Section(
        title, ("property", *_COLUMNS), tuple((line.property, *row) for line, row in zip(statements, rows, strict=True))
    )


def pairs_by_tumor(opened: Opened) -> dict[str, Answer]:
    """The answer to `pairs-in-tumor` for every tumor, from one query: asked tumor by tumor it takes a minute."""
    answer = select(opened.store, question("pairs-in-tumor").sparql)
    found: dict[str, list[Record]] = {}
    for row in answer.rows:
        found.setdefault(text_of(row["tumor"]), []).append(row)
    return {tumor: records(answer.columns, rows) for tumor, rows in found.items()}


def tumor_page(opened: Opened, match: Match, pages: Mapping[str, str], pairs: Answer) -> Page:
    """Pairs tried in a tumor and its subtypes, what stopped, escapes seen in it, and antigens on it."""
    told = describe(opened, match)
    sections = [
        with_labels(
            pairs,
            pages,
            "antibody",
            "label",
            "Pairs tried in this tumor and its subtypes",
            drop=("tumor", "claim", "claims"),
            note="Stage is the furthest that the antibody got in any tumor.",
        ),
    ]
    incoming = [line for line in told.statements if line.value.startswith("this") and line.property != "tested in"]
    expressed = [line for line in incoming if line.property == "expressed on"]
    if expressed:
        sections.append(
            Section(
                "Antigens seen on it",
                ("antigen", "state", "support", "source"),
                tuple((line.about, *statement_rows([line], pages)[0][1:]) for line in expressed),
            )
        )
    escapes = escapes_in(opened, match.curie)
    if escapes.rows:
        sections.append(answer_section("Escapes observed in it", escapes, pages))
    reached = {row["label"] for row in pairs.rows}
    lead = f"{len(reached)} antibodies, {len({row['pair'] for row in pairs.rows})} antigen pairs"
    facts = (("Identifier", match.curie), ("Also called", "; ".join(told.synonyms)))
    return Page(
        path_of(match.curie),
        match.label,
        lead,
        tuple(fact for fact in facts if fact[1]),
        tuple(section for section in sections if section.rows),
        graph_of(opened, match.curie, pages),
    )


def escapes_in(opened: Opened, tumor: str) -> Answer:
    """Escape observations in a tumor or its subtypes."""
    result = sparql(
        opened,
        f"""
        SELECT DISTINCT ?escape ?scope ?from ?stance ?setting ?timing ?carried_over ?summary ?source WHERE {{
          {{ BIND(<{expand(tumor)}> AS ?narrower) }}
          UNION {{ GRAPH graph:mondo {{ ?narrower rdfs:subClassOf+ <{expand(tumor)}> }} }}
          ?seen bsab:observedIn ?narrower ; bsab:escapeMechanism ?kind ; bsab:setting/skos:notation ?setting ;
            bsab:timing/skos:notation ?timing ; bsab:transferred ?carried_over ; bsab:summary ?summary .
          ?kind rdfs:label ?escape ; bsab:hasScope/skos:notation ?scope .
          ?line bsab:observation ?seen ; bsab:stance/skos:notation ?stance ; bsab:source ?cited .
          BIND(STR(?cited) AS ?source)
          OPTIONAL {{ ?seen bsab:escapesFrom/rdfs:label ?from }}
        }} ORDER BY ?carried_over ?scope ?escape ?summary ?from ?source""",
    )
    assert isinstance(result, Answer)
    return result


def question_page(opened: Opened, asked: Question, pages: Mapping[str, str]) -> tuple[Page, int]:
    """A question with its example, its answer, and the command that asks it; also the number of rows."""
    given = {p.name: p.example for p in asked.parameters if p.example}
    parameters = "; ".join(f"{p.name}: {p.text}" for p in asked.parameters) or "none"
    try:
        answer = ask(opened, asked, given)
        told = ("Rows", str(len(answer.rows)))
    except (NotFoundError, AmbiguousError) as error:  # the example of another view or tree
        answer = records(asked.columns, ())
        told = ("Example", error.what)
    facts = (("Command", asked.example), ("Parameters", parameters), told)
    both = {"antibody", "label"} <= set(answer.columns)
    section = (
        with_labels(answer, pages, "antibody", "label", "Answer") if both else answer_section("Answer", answer, pages)
    )
    return Page(f"question/{asked.name}.html", asked.title, asked.question, facts, (section,), None), len(answer.rows)


def list_page(path: str, title: str, lead: str, columns: tuple[str, ...], rows: list[tuple[str | Link, ...]]) -> Page:
    """An index of pages."""
    return Page(path, title, lead, (), (Section(title, columns, tuple(rows)),), None)


__all__ = ["antibody_page", "list_page", "question_page", "state_of", "text_of", "tumor_page"]
