"""Odd names in the data, and names and values typed wrongly: shown as they are, or told what to do."""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import careless
import pyoxigraph as ox
import pytest
from careless import UNSAID, Project, Result, cell, copied, in_process

whole, project, do = careless.whole, careless.project, careless.do

Run = Callable[..., Result]
CLI = Callable[..., tuple[int, str, str]]

NAMES = {  # what HTML, JavaScript, templates, shells, Turtle, SPARQL, Markdown and terminals give a meaning to
    "dual-block": "</script><img src=x onerror=alert(1)>",
    "engager-one": "\"both\" 'quotes' {{ 7*7 }} {% raw %} ${x} %s",
    "late-comer": "back\\slash \\n \\u0041 \\|pipe| [a](b) `c` *d*",
    "one-fab": "<b>bold</b> &amp; ]]> --> <!--",
    "two-site": "𝔘🧬 שלום עולם e\u0301 ﷽ \u200f=1+1",
}
PLAIN = dict(zip(NAMES, ("first name", "second name", "third name", "fourth name", "fifth name"), strict=True))


def name_everything(project: Project, names: dict[str, str]) -> None:
    """Give the names to antibodies, antigens and tumors, and write them wherever something is told in words."""
    rows = [line.split("\t")[0] for line in project.table("antibodies").read_text().splitlines()]
    for identifier, name in names.items():
        cell("antibodies", "label", name, rows.index(identifier) + 1)(project)
    for line, name in enumerate(names.values(), start=2):
        cell("antigens", "common_name", f"antigen {name}", line)(project)
        cell("arms", "locator", f"at {name}", line)(project)
        cell("arms", "note", f"note {name}", line)(project)
        cell("escapes", "summary", f"seen {name}", line)(project)
        cell("events", "reason", f"because of {name}", line)(project)
    tumors = project.table("tumors").read_text().splitlines()
    known = [line.split("\t")[0] for line in project.table("imported/hierarchy-toy").read_text().splitlines()]
    for line, name in zip(range(2, len(tumors) + 1), names.values(), strict=False):
        cell("tumors", "label", f"tumor {name}", line)(project)
        above = known.index(tumors[line - 1].split("\t")[0]) + 1
        cell("imported/hierarchy-toy", "label", f"tumor {name}", above)(project)
    first, second, third, fourth, fifth = names.values()
    cell("results", "regimen", first)(project)
    cell("results", "population", second)(project)
    cell("properties", "value", fourth, 4)(project)
    cell("claims", "object", f'"{third}"')(project)
    cell("counters", "description", first)(project)
    cell("sources", "title", fifth)(project)


@pytest.fixture(scope="module")
def odd_project(whole: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = copied(whole, tmp_path_factory.mktemp("odd"))
    name_everything(project, NAMES)
    with pytest.MonkeyPatch.context() as patch:
        for command in ("build", "check", "report", "view"):
            result = in_process(project, command, patch)
            assert result.code == 0, result.said
    return project


@pytest.fixture
def odd(odd_project: Project, kg: CLI, monkeypatch: pytest.MonkeyPatch) -> CLI:
    """Run any command on the oddly named project."""
    monkeypatch.setenv("KG_CACHE", str(odd_project.cache))
    monkeypatch.setenv("KG_ROOT", str(odd_project.tree))
    return kg


def test_odd_names_come_through_the_build_unchanged(odd_project: Project) -> None:
    parsed = ox.parse((odd_project.tree / "data/triples/entities-antibody.ttl").read_bytes(), ox.RdfFormat.TURTLE)
    labels = {
        quad.subject.value.rpartition("/")[2]: quad.object.value
        for quad in parsed
        if quad.predicate.value.endswith("#label")
    }
    assert {identifier: labels[identifier] for identifier in NAMES} == NAMES


@pytest.mark.parametrize("identifier", NAMES)
def test_an_odd_name_finds_its_entity_and_is_shown_as_it_is(identifier: str, odd: CLI) -> None:
    name = NAMES[identifier]
    code, out, _ = odd("show", name, "--format", "json")
    assert code == 0
    shown = json.loads(out)
    assert (shown["id"], shown["label"]) == (f"ab:{identifier}", name)
    code, out, _ = odd("show", name)
    assert code == 0
    assert out.splitlines()[0] == f"{name} (antibody, ab:{identifier})"
    code, out, _ = odd("show", name, "--format", "md")
    assert code == 0
    assert as_read(out.splitlines()[0]) == f"# {name} (antibody, ab:{identifier})"
    assert holds_no_html(out)


@pytest.mark.parametrize("identifier", NAMES)
def test_an_odd_name_comes_through_sparql_in_every_format(identifier: str, odd: CLI) -> None:
    name = NAMES[identifier]
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    query = f'SELECT ?id ?name WHERE {{ ?id a bsab:Antibody ; rdfs:label ?name . FILTER(?name = "{escaped}") }}'
    found = {style: odd("sparql", query, "--format", style)[1] for style in ("json", "tsv", "table", "md")}
    assert json.loads(found["json"]) == [{"id": f"ab:{identifier}", "name": name}]
    assert found["tsv"] == f"id\tname\nab:{identifier}\t{name}\n"
    assert found["table"].splitlines()[-1].split("  ", 1) == [f"ab:{identifier}", name]
    assert cells_of(found["md"].splitlines()[-1]) == [f"ab:{identifier}", name]
    assert holds_no_html(found["md"])
    whole = odd("sparql", "CONSTRUCT { ?id rdfs:label ?name } WHERE { ?id rdfs:label ?name ; a bsab:Antibody }")[1]
    assert name in {quad.object.value for quad in ox.parse(whole.encode(), ox.RdfFormat.TURTLE)}


def as_read(text: str) -> str:
    """Markdown without its escapes, as GitHub reads them."""
    return re.sub(r"\\([!-/:-@\[-`{-~])|&#?\w+;", lambda found: found[1] or html.unescape(found[0]), text)


def cells_of(row: str) -> list[str]:
    """The cells of a row of a Markdown table."""
    parts = re.findall(r"(?:\\.|[^\\|])+", row.strip().removeprefix("|").removesuffix("|"))
    return [as_read(part).strip() for part in parts]


def holds_no_html(markdown: str) -> bool:
    return "<" not in re.sub(r"\\.", "", markdown)


@pytest.mark.parametrize("style", ["table", "tsv", "json", "md"])
def test_questions_and_counts_answer_among_odd_names(style: str, odd: CLI) -> None:
    for args in (
        ("ask",),
        ("ask", "stopped-programs"),
        ("ask", "contested-claims"),
        ("show", "ab:engager-one"),
        ("stats",),
    ):
        code, out, err = odd(*args, "--format", style)
        assert code == 0
        assert out
        assert not [word for word in UNSAID if word in err]
    asked = odd("ask", "stopped-programs", "--format", style)[1]
    if style != "table":  # where cells are wrapped
        assert NAMES["dual-block"] in (as_read(asked) if style == "md" else asked)


class Tags(HTMLParser):
    """The elements of a page with the names of their attributes, its comments, and what a reader sees.

    A class is left out: it may tell how long a cell is. So is `bdi`, which stands around names of other scripts only.
    """

    def __init__(self, page: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.found: Counter[tuple[str, ...]] = Counter()
        self.text = ""
        self.feed(page.read_text(encoding="utf-8"))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "bdi":
            return
        self.found[(tag, *sorted(name for name, _ in attrs if name != "class"))] += 1

    def handle_comment(self, data: str) -> None:
        self.found["comment", data] += 1

    def handle_data(self, data: str) -> None:
        self.text += data


def test_no_name_becomes_markup_of_a_page(odd_project: Project, project: Project, do: Run) -> None:
    """The pages of the oddly and of the plainly named project have the same elements."""
    name_everything(project, PLAIN)
    assert [do(command).code for command in ("build", "report", "view")] == [0, 0, 0]
    pages = sorted(path.relative_to(project.out) for path in project.out.rglob("*.html"))
    assert pages == sorted(path.relative_to(odd_project.out) for path in odd_project.out.rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        assert Tags(odd_project.out / page).found == Tags(project.out / page).found, page


@pytest.mark.parametrize("identifier", NAMES)
def test_an_odd_name_is_read_on_its_page_as_it_is(identifier: str, odd_project: Project, odd: CLI) -> None:
    for page in ("antibody/index.html", f"antibody/ab-{identifier}.html"):
        assert NAMES[identifier] in Tags(odd_project.out / "report" / page).text, page
    drawn = odd_project.out / f"view-{identifier}.html"
    assert odd("view", NAMES[identifier], "-o", str(drawn))[0] == 0
    assert NAMES[identifier] in Tags(drawn).text
    assert "<img src=x" not in drawn.read_text(encoding="utf-8")


# Names and values on the command line.

# fmt: off
WRONG_USE = (
    ("show engager-onee", 1, "nothing is called 'engager-onee'", "did you mean: "),
    ("show zzzzzzzz", 1, "nothing is called 'zzzzzzzz'", "kg stats"),
    (("show", ""), 1, "nothing is called ''", "kg stats"),
    (("show", "{}<>\"'\\|"), 1, "nothing is called", "kg stats"),
    ("show http://[bad", 1, "nothing is called 'http://[bad'", ""),
    ("show ab:no{body}", 1, "nothing is called 'ab:no{body}'", ""),
    ("show MONDO:9999999", 1, "nothing is called 'MONDO:9999999'", ""),
    ("view nobody -o x.html", 1, "nothing is called 'nobody'", ""),
    ("ask stoped-programs", 1, "no question is called 'stoped-programs'", "stopped-programs"),
    ("ask ../rules/one-label", 1, "no question is called", "kg ask lists all"),
    ("ask 99", 1, "no question is called '99'", "kg ask lists all"),
    (("ask", "stopped-programs", "-p", "reason=bad luck"), 1, "nothing is called 'bad luck'", ""),
    (("ask", "stopped-programs", "-p", 'reason="} #'), 1, "nothing is called", ""),
    ("ask stopped-programs -p cause=safety", 2, "has no parameter 'cause'", "it takes: reason"),
    ("ask stopped-programs -p reason", 2, "'reason' is not NAME=VALUE", "for instance: "),
    ("ask stopped-programs -p reason=", 2, "needs a value for 'reason'", "for instance: "),
    ("ask stopped-programs -p reason=safety -p reason=efficacy", 2, "stands twice", "give it once"),
    ("ask -p reason=safety", 2, "parameters need a question", "kg ask"),
    ("sparql", 2, "give one query", "kg sparql 'SELECT"),
    (("sparql", "ASK {}", "-f", "query.rq"), 2, "give one query", "kg sparql 'SELECT"),
    (("sparql", ""), 2, "is not SPARQL", "SELECT, ASK"),
    (("sparql", "SELECT ?a WHERE { ?a"), 2, "is not SPARQL: error at 1:", "SELECT, ASK"),
    (("sparql", "DELETE WHERE { ?a ?b ?c }"), 2, "updates are refused", "kg build"),
    (("sparql", "SELECT * { SERVICE <http://x> { ?a ?b ?c } }"), 2, "SERVICE is refused", "network"),
    ("sparql -f tree", 2, "tree: cannot be read: Is a directory", "name a file"),
    ("sparql -f nowhere.rq", 2, "nowhere.rq: cannot be read: No such file", "name a file"),
    ("sparql -f empty.rq", 2, "is not SPARQL", "SELECT, ASK"),
    ("sparql -f latin.rq", 2, "latin.rq: is not UTF-8", "save the query as UTF-8"),
    ("import nobody --from upstream", 1, "no source is called 'nobody'", "one of: "),
    ("import hgnc --from nowhere", 2, "nowhere: is not a folder", "--from names"),
    ("import hgnc --from query.rq", 2, "query.rq: is not a folder", "--from names"),
    ("import hgnc --from out", 1, "out/hgnc_protein_coding.tsv.gz:1: cannot be read: No such file", "--from"),
    ("stats --as-of 2024-02-30", 2, "'2024-02-30': there is no such day", "for instance"),
    ("stats --as-of 2024-13", 2, "there is no month 13", "for instance"),
    ("stats --as-of 24-01-01", 2, "is no date: write YYYY", "for instance"),
    ("ask stopped-programs --as-of yesterday", 2, "is no date: write YYYY", "for instance"),
    (("stats", "--as-of", ""), 2, "is no date: write YYYY", "for instance"),
    (("show", "engager-one", "--as-of", "2024-01-01\n"), 2, "is no date: write YYYY", "for instance"),
    ("stats --as-of 2099", 2, "the sources tell nothing after 2024-12-31", "earlier"),
    ("report --as-of soon -o new", 2, "'soon' is no date", "for instance"),
    ("stats --root nowhere", 2, "nowhere: not a tree of this project", "ontology/bsab.ttl"),
    ("build --root out", 2, "out: not a tree of this project", "ontology/bsab.ttl"),
    ("check --root query.rq", 2, "query.rq: not a tree of this project", "ontology/bsab.ttl"),
    ("stats --root ~nobody-of-that-name/x", 2, "not a tree of this project", "ontology/bsab.ttl"),
    ("stats --format xml", 2, "'xml' is not one of", "'table'"),
    ("view engager-one -o x.html --depth 0", 2, "0 is not in the range", "--depth"),
    ("view engager-one", 2, "Missing option '-o'", "--help"),
    ("cache empty", 2, "'empty' is not one of", "'clear'"),
    ("bulid", 2, "No command 'bulid'", "Did you mean build?"),
)
# fmt: on


@pytest.mark.parametrize(
    ("typed", "code", "what", "hint"),
    [pytest.param(*each, id=each[0] if isinstance(each[0], str) else " ".join(each[0])) for each in WRONG_USE],
)
def test_wrong_use_is_told_and_changes_nothing(
    typed: str | tuple[str, ...],
    code: int,
    what: str,
    hint: str,
    project: Project,
    kg: CLI,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (project.path / "latin.rq").write_bytes("ASK { ?a rdfs:label 'é' }".encode("latin-1"))
    (project.path / "empty.rq").write_bytes(b"")
    before = project.contents()
    monkeypatch.chdir(project.path)
    monkeypatch.setenv("KG_ROOT", str(project.tree))
    monkeypatch.setenv("KG_CACHE", str(project.cache))
    got, out, err = kg(*(typed.split() if isinstance(typed, str) else typed))
    assert got == code, err
    assert what in err
    assert hint in err
    assert out == ""
    assert not [word for word in UNSAID if word in err]
    assert project.contents() == before


def test_a_view_before_everything_is_empty_and_no_error(do: Run) -> None:
    for command in ("stats", "ask", "sparql"):
        assert do(command, "--as-of", "1950").code == 0
    assert do("ask", "--as-of", "1950").out.splitlines()[1:] == []
    missing = do("show", "--as-of", "1950")
    assert missing.code == 1
    assert "nothing is called 'ab:engager-one' in this view" in missing.err


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ('SELECT ("abc"^^xsd:integer AS ?x) {}', [{"x": "abc"}]),
        ('SELECT ("x"^^xsd:decimal AS ?x) {}', [{"x": "x"}]),
        ('SELECT ("NaN"^^xsd:double AS ?x) {}', [{"x": "NaN"}]),
        ('SELECT ("INF"^^xsd:double AS ?x) {}', [{"x": "INF"}]),
        ('SELECT ("1"^^xsd:boolean AS ?x) {}', [{"x": True}]),
        ("SELECT (1/0 AS ?x) {}", [{"x": None}]),
        ("SELECT ?x { ?x a bsab:Nothing }", []),
    ],
)
def test_odd_values_of_a_query_are_valid_json(query: str, rows: list[object], odd: CLI) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    code, out, _ = odd("sparql", query, "--format", "json")
    assert code == 0
    assert json.loads(out, parse_constant=refuse) == rows
    for style in ("table", "tsv", "md"):
        assert odd("sparql", query, "--format", style)[0] == 0
