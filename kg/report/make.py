"""Put a report together: numbers, findings, questions, antibodies, tumors; then write it as one folder."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from kg.errors import Finding
from kg.lookup import Match
from kg.output import replaced_folder
from kg.query import Answer, ask, question, questions, records, sparql
from kg.report.pages import antibody_page, list_page, pairs_by_tumor, question_page, tumor_page
from kg.report.review import review_page
from kg.report.rows import answer_section, path_of, text_of, with_labels
from kg.report.schema import counted_schema
from kg.stats import statistics
from kg.store import Opened, Progress
from kg.validate import Checked
from kg.views.schema_picture import schema_svg
from kg.views.shapes import Link, Page, Section
from kg.views.site import render_site

TITLE = "Bispecific antibodies against solid tumors"
CANDOR = (
    "Curation is machine-assisted and no clinician has reviewed it. Unread claims are stored, marked and left out of "
    "these pages. Unknown stays unknown and is never counted as zero."
)

_ANTIBODIES = """
SELECT ?antibody ?label ?scope ?stage (COUNT(DISTINCT ?pair) AS ?pairs) (MIN(COALESCE(?name, "")) AS ?first_pair)
WHERE {
  ?antibody a bsab:Antibody ; rdfs:label ?label ; bsab:scope/skos:notation ?scope .
  OPTIONAL { ?antibody bsab:hasPair ?pair . ?pair rdfs:label ?name }
  OPTIONAL { ?antibody bsab:highestPhase/skos:notation ?stage }
} GROUP BY ?antibody ?label ?scope ?stage ORDER BY LCASE(?label)
"""
_TUMORS = """
SELECT ?tumor ?label ?solid (COUNT(DISTINCT ?antibody) AS ?antibodies) (COUNT(DISTINCT ?seen) AS ?escapes) WHERE {
  ?tumor a bsab:Tumor ; rdfs:label ?label .
  OPTIONAL { ?tumor bsab:solid ?solid }
  OPTIONAL { ?antibody bsab:testedIn ?tumor }
  OPTIONAL { ?seen bsab:observedIn ?tumor }
} GROUP BY ?tumor ?label ?solid HAVING (COUNT(DISTINCT ?antibody) + COUNT(DISTINCT ?seen) > 0) ORDER BY LCASE(?label)
"""
_DIRECT = """
SELECT ?escape ?scope ?under ?tumor ?stance ?timing ?summary ?source WHERE {
  ?seen bsab:transferred false ; bsab:escapeMechanism ?kind ; bsab:summary ?summary .
  ?seen bsab:timing/skos:notation ?timing .
  ?kind rdfs:label ?escape ; bsab:hasScope/skos:notation ?scope .
  { SELECT ?seen (MIN(?word) AS ?stance) (MIN(STR(?cited)) AS ?source) (MIN(COALESCE(?place, "")) AS ?tumor)
      (MIN(COALESCE(?drug, "")) AS ?under) WHERE {
      ?line bsab:observation ?seen ; bsab:stance/skos:notation ?word ; bsab:source ?cited .
      OPTIONAL { ?seen bsab:observedIn/rdfs:label ?place }
      OPTIONAL { ?seen bsab:observedUnder/rdfs:label ?drug }
    } GROUP BY ?seen }
  FILTER(?scope != "not-escape")
} ORDER BY ?scope ?escape ?under ?summary ?source
"""
_PAIRS = """
SELECT ?pair ?family ?antibodies ?stage WHERE {
  { SELECT ?node (COUNT(DISTINCT ?antibody) AS ?antibodies) (MAX(?rank) AS ?highest) WHERE {
      ?antibody bsab:hasPair ?node ; bsab:scope ?scope . VALUES ?scope { bsab:SolidScope bsab:BothScope }
      OPTIONAL { ?antibody bsab:hasEvent/bsab:phase/bsab:rank ?known } BIND(COALESCE(?known, 0) AS ?rank)
    } GROUP BY ?node }
  ?node rdfs:label ?pair ; bsab:family/skos:notation ?family .
  OPTIONAL { ?phase a bsab:Phase ; bsab:rank ?highest ; skos:notation ?stage }
} ORDER BY DESC(?antibodies) ?pair ?family
"""


@dataclass(frozen=True, slots=True)
class Made:
    """What was written: the folder, its pages, and the findings worth telling first."""

    folder: Path
    pages: int
    questions: int
    highlights: tuple[str, ...]


def make_report(opened: Opened, checked: Checked, folder: Path, progress: Progress | None = None) -> Made:
    """Write the report of a view into `folder`, which is replaced only if it is empty or ours.

    Raises
    ------
    UsageError
        The folder holds something else.
    """
    antibodies, tumors = _select(opened, _ANTIBODIES), _select(opened, _TUMORS)
    pages = {text_of(row["antibody"]): path_of(text_of(row["antibody"])) for row in antibodies.rows}
    pages |= {text_of(row["tumor"]): path_of(text_of(row["tumor"])) for row in tumors.rows}
    asked = questions()
    steps = len(pages) + len(asked)

    def tell(done: int) -> None:
        if progress:
            progress("drawing pages", done, steps)

    with replaced_folder(folder) as fresh:
        made: list[Page] = []
        for number, row in enumerate(antibodies.rows):
            tell(number)
            made.append(
                antibody_page(opened, Match(text_of(row["antibody"]), text_of(row["label"]), "antibody"), pages)
            )
        tried = pairs_by_tumor(opened)
        none = records(question("pairs-in-tumor").columns, ())
        for number, row in enumerate(tumors.rows, start=len(antibodies.rows)):
            tell(number)
            match = Match(text_of(row["tumor"]), text_of(row["label"]), "tumor")
            made.append(tumor_page(opened, match, pages, tried.get(match.curie, none)))
        answered = []
        for number, each in enumerate(asked, start=len(pages)):
            tell(number)
            page, rows = question_page(opened, each, pages)
            made.append(page)
            answered.append((str(each.number), Link(each.title, page.path), each.question, str(rows)))
        index, highlights = _index(opened, checked, pages, tumors)
        front = [
            index,
            _antibody_list(antibodies, pages),
            _tumor_list(tumors, pages),
            list_page(
                "question/index.html",
                "Questions",
                "Each question is one command; here with its example.",
                ("no", "question", "asks", "rows"),
                list(answered),
            ),
            _pair_list(opened),
            _escape_list(opened, pages),
            review_page(opened, pages),
        ]
        footer = opened.footer()
        files = render_site(
            [*front, *made],
            site_title=TITLE,
            footer=footer,
            version_note=CANDOR,
            schema=schema_svg(*counted_schema(opened.store)),
        )
        for path, content in files.items():
            target = fresh / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        tell(steps)
    return Made(folder, len(front) + len(made), len(asked), highlights)


def _select(opened: Opened, query: str) -> Answer:
    answer = sparql(opened, query)
    assert isinstance(answer, Answer)
    return answer


def _index(opened: Opened, checked: Checked, pages: dict[str, str], tumors: Answer) -> tuple[Page, tuple[str, ...]]:
    counted = statistics(opened)
    headline = counted.groups["headline"]
    reading = counted.groups["claims_by_reading"]
    year = int((opened.view.as_of or opened.as_of)[:4])
    recent = ask(opened, question("changes-since"), {"since": f"{year}-01-01"})
    contested = ask(opened, question("contested-claims"), {})
    targets = ask(opened, question("antigens-by-programs"), {})
    direct = _select(opened, _DIRECT)
    pairs = _select(opened, _PAIRS)
    facts = (
        ("Antibodies against solid tumors", str(headline["antibodies, solid tumors"])),
        ("Antigen pairs among them", str(headline["pairs of antibodies against solid tumors"])),
        ("Claims", f"{reading['read']} read, {reading['record']} from database or registry records"),
        (
            "Escape seen in patients on a bispecific in a solid tumor",
            f"{headline['escape observations in patients on a bispecific in a solid tumor']} of "
            f"{counted.groups['entities'].get('EscapeObservation', 0)} observations",
        ),
        ("Contested claims", str(headline["contested claims"])),
        (
            "Checks",
            f"{_many(checked.errors, 'error')}, {_many(_count(checked.findings, 'warning'), 'warning')}",
        ),
    )
    sections = (
        with_labels(recent, pages, "antibody", "label", f"What happened in {year}", drop=("since", "claim")),
        answer_section(
            "Escapes seen in patients on a bispecific in a solid tumor",
            direct,
            pages,
            "Everything else is carried over from other drugs, cells, hematology or models.",
        ),
        answer_section("Claims that sources contradict each other on", contested, pages),
        Section(
            "Most engaged targets",
            ("target", "antibodies", "solid", "pairs"),
            tuple(
                (text_of(row["label"]), text_of(row["antibodies"]), text_of(row["solid"]), text_of(row["pairs"]))
                for row in targets.rows[:15]
            ),
            "Popularity, not promise: CD3 and the PD-1 axis flatter every count.",
        ),
        Section(
            "What the checks found",
            ("severity", "rule", "where", "what"),
            tuple(
                (finding.severity, finding.rule, finding.where, finding.what)
                for finding in checked.findings
                if finding.severity != "info"
            ),
            f"Ran {', '.join(checked.ran)}."
            + (f" Skipped {'; '.join(checked.skipped)}." if checked.skipped else "")
            + f" {_many(_count(checked.findings, 'info'), 'remark')}: kg check --all.",
        ),
    )
    lead = (
        "How each antibody works, how tumors escape it, what counters that, and who says so. "
        "An open, evidence-backed graph; every statement names its source."
    )
    index = Page("index.html", "Start", lead, facts, tuple(section for section in sections if section.rows), None)
    busiest = max(tumors.rows, key=lambda row: (int(row["antibodies"] or 0), text_of(row["label"])), default=None)
    crowded = Counter(text_of(row["family"]) for row in pairs.rows)
    highlights = (
        f"{facts[0][1]} antibodies against solid tumors form {facts[1][1]} antigen pairs "
        f"({crowded.get('tumor-antigen-x-trigger', 0)} of them tumor antigen x trigger, "
        f"{crowded.get('tumor-antigen-x-tumor-antigen', 0)} tumor antigen x tumor antigen)",
        f"most programs in one tumor: {text_of(busiest['label'])} ({text_of(busiest['antibodies'])} antibodies)"
        if busiest
        else "",
        f"escape seen in patients on a bispecific in a solid tumor: {facts[3][1]}",
        f"{len(contested.rows)} claims are contested; {len(recent.rows)} dated events since {year}-01-01",
    )
    return index, tuple(line for line in highlights if line)


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _count(findings: tuple[Finding, ...], severity: str) -> int:
    return sum(finding.severity == severity for finding in findings)


def _antibody_list(antibodies: Answer, pages: dict[str, str]) -> Page:
    rows: list[tuple[str | Link, ...]] = [
        (
            Link(text_of(row["label"]), pages[text_of(row["antibody"])]),
            text_of(row["scope"]),
            text_of(row["stage"]),
            text_of(row["first_pair"]),
            text_of(row["pairs"]),
        )
        for row in antibodies.rows
    ]
    return list_page(
        "antibody/index.html",
        "Antibodies",
        f"{len(rows)} antibodies in this view.",
        ("antibody", "scope", "highest stage", "pair (first of them)", "pairs"),
        rows,
    )


def _tumor_list(tumors: Answer, pages: dict[str, str]) -> Page:
    rows: list[tuple[str | Link, ...]] = [
        (
            Link(text_of(row["label"]), pages[text_of(row["tumor"])]),
            text_of(row["solid"]),
            text_of(row["antibodies"]),
            text_of(row["escapes"]),
        )
        for row in tumors.rows
    ]
    return list_page(
        "tumor/index.html",
        "Tumors",
        "Counts are of the tumor itself; its page includes its subtypes.",
        ("tumor", "solid", "antibodies", "escape observations"),
        rows,
    )


def _pair_list(opened: Opened) -> Page:
    """The pairs that exist, by number of programs: what can be ranked so far. Families are never mixed in one list."""
    pairs = _select(opened, _PAIRS)
    families = sorted({text_of(row["family"]) for row in pairs.rows})
    sections = tuple(
        Section(
            family,
            ("pair", "antibodies", "highest stage"),
            tuple(
                (text_of(row["pair"]), text_of(row["antibodies"]), text_of(row["stage"]))
                for row in pairs.rows
                if text_of(row["family"]) == family
            ),
        )
        for family in families
    )
    lead = (
        "Pairs of effect-bearing arms in antibodies against solid tumors, by number of programs. "
        "Pairs that nobody has targeted are not ranked yet."
    )
    return Page("pairs.html", "Pairs", lead, (), sections, None)


def _escape_list(opened: Opened, pages: dict[str, str]) -> Page:
    section = answer_section(
        "All observations in this view",
        _select(
            opened,
            _DIRECT.replace("?seen bsab:transferred false ;", "?seen bsab:transferred ?carried_over ;").replace(
                "?stance ?timing ?summary", "?stance ?timing ?carried_over ?summary"
            ),
        ),
        pages,
    )
    return Page(
        "escapes.html",
        "Escapes",
        "Who saw which escape, under which drug, in which tumor; both sides where sources disagree.",
        (),
        (section,),
        None,
    )
