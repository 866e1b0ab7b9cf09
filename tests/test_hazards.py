"""Tables as a careless user leaves them: every command works, or says what is wrong, where, and what to do."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from typing import NamedTuple

import careless
import pyoxigraph as ox
import pytest
from careless import (
    COMMANDS,
    OF_TABLES,
    Break,
    Project,
    Result,
    again,
    cell,
    columns,
    folder_instead,
    gone,
    in_tree,
    lines,
    link_instead,
    placeless,
    table,
)

whole, project, do, healthy = careless.whole, careless.project, careless.do, careless.healthy

Run = Callable[..., Result]


class Hazard(NamedTuple):
    """One way to break the tables, and the complaint that it must bring: where, what, and what to do.

    `last` in `where` is the last line of the file.
    `imports`: whether an import goes on, as it does where it reads only its own upstream.
    """

    name: str
    breaks: Break
    where: str
    what: str
    hint: str
    imports: bool = False


ARMS, ANTIBODIES, SOURCES = "data/curated/arms.tsv", "data/curated/antibodies.tsv", "data/sources.tsv"
CLAIMS = "data/curated/claims.tsv"
# fmt: off
HAZARDS = (
    # Files.
    Hazard("empty file", table("arms", lambda _: b""), f"{ARMS}:1", "is empty", "header"),
    Hazard("blank file", table("arms", lambda _: b"\n \n"), f"{ARMS}:1", "is empty", "header"),
    Hazard("folder for a table", folder_instead(ARMS), f"{ARMS}:1", "cannot be read: Is a dir", "look at"),
    Hazard("link to nothing", link_instead(ARMS, "no.tsv"), f"{ARMS}:1", "cannot be read: No such", "look at"),
    Hazard("link to itself", link_instead(ARMS, "arms.tsv"), f"{ARMS}:1", "cannot be read: Too many", "look at"),
    Hazard("no sources", gone(SOURCES), f"{SOURCES}:1", "cannot be read: No such file", "look at"),
    Hazard("folder for sources", folder_instead(SOURCES), f"{SOURCES}:1", "cannot be read: Is a dir", "look at"),
    Hazard("unknown table", in_tree("data/curated/armz.tsv"), "data/curated/armz.tsv:1",
           "belongs to no table: 'armz'", "one of: antibodies, arms", imports=True),
    Hazard("table of a spreadsheet", in_tree("data/curated/arms-new.csv"), "data/curated/arms-new.csv",
           "would not be read", "save a table as .tsv", imports=True),
    # Encodings and line ends.
    Hazard("Latin-1", table("arms", lambda old: old.replace(b"row 1", b"r\xf6w 1", 1)), f"{ARMS}:2",
           "is not UTF-8 (byte 0xf6)", "save it as UTF-8"),
    Hazard("UTF-16", table("arms", lambda old: old.decode().encode("utf-16")), f"{ARMS}:1",
           "is not UTF-8", "save it as UTF-8"),
    Hazard("byte order mark", table("arms", lambda old: b"\xef\xbb\xbf" + old), f"{ARMS}:1",
           "starts with a byte order mark", "without BOM"),
    Hazard("CRLF", table("arms", lambda old: old.replace(b"\n", b"\r\n")), f"{ARMS}:1",
           "has carriage returns", "plain LF"),
    Hazard("one CRLF", table("sources", lambda old: old[:-1] + b"\r\n"), f"{SOURCES}:last",
           "has carriage returns", "plain LF"),
    Hazard("no final line end", table("arms", lambda old: old[:-1]), f"{ARMS}:last",
           "does not end with a line end", "may be cut"),
    Hazard("NUL", cell("arms", "note", "a\0b", 3), f"{ARMS}:3", "holds a NUL character", "remove it"),
    Hazard("escape sequence", cell("arms", "note", "\x1b[2J", 3), f"{ARMS}:3", "U+001B", "remove it"),
    Hazard("line separator", cell("arms", "note", "a\u2028b", 3), f"{ARMS}:3", "U+2028", "remove it"),
    # Columns and rows.
    Hazard("shuffled columns", columns("arms", lambda cells: cells[::-1]), f"{ARMS}:1",
           "the columns are in another order", "the header must be: antibody arm antigen"),
    Hazard("missing column", columns("antibodies", lambda cells: cells[:-1]), f"{ANTIBODIES}:1",
           "column scope is missing", "the header must be: id label"),
    Hazard("doubled column", columns("arms", lambda cells: [*cells, cells[0]]), f"{ARMS}:1",
           "column antibody stands twice", "the header must be"),
    Hazard("unknown column", columns("arms", lambda cells: [*cells, "colour"]), f"{ARMS}:1",
           "column 'colour' is not known", "the header must be"),
    Hazard("commas for tabs", table("arms", lambda old: old.replace(b"\t", b",")), f"{ARMS}:1",
           "column antibody, arm, antigen", "the header must be"),
    Hazard("cut row", lines("arms", lambda rows: [*rows[:3], rows[3][:15], *rows[4:]]), f"{ARMS}:4",
           "has 3 cells, the header has 16", "a missing or an extra tab"),
    Hazard("extra tab", lines("arms", lambda rows: [*rows[:3], rows[3] + "\t", *rows[4:]]), f"{ARMS}:4",
           "has 17 cells", "a missing or an extra tab"),
    Hazard("blank line", lines("arms", lambda rows: [*rows[:3], "", *rows[3:]]), f"{ARMS}:4",
           "is a blank line", "remove it"),
    Hazard("doubled row", again("arms", 2), f"{ARMS}:last", "is the same as line 2", "remove one"),
    Hazard("doubled identifier", again("antibodies", 2, "dual block", "other block"), f"{ANTIBODIES}:last",
           f"'dual-block' stands already at {ANTIBODIES}:2", "merge the two", imports=True),
    Hazard("doubled source", again("sources", 3, "Toy database", "Another"), f"{SOURCES}:last",
           f"'toy-db' stands already at {SOURCES}:3", "merge the two"),
    Hazard("two values where one source says one", again("arms", 3, "\t1\tfab\t", "\t2\tfab\t"), f"{ARMS}:last",
           f"column valency is '2', and the same source says '1' at {ARMS}:3", "keep what it says", imports=True),
    Hazard("one name for two antibodies", cell("antibodies", "synonyms", "eng 1", 6), f"{ANTIBODIES}:6",
           "the name 'eng1' stands for several antibodies: engager-one, two-site", "leave it to one", imports=True),
    # Cells.
    Hazard("no such day", cell("arms", "date", "2024-02-30"), f"{ARMS}:2", "there is no such day", "date"),
    Hazard("no such month", cell("arms", "date", "2024-13"), f"{ARMS}:2", "there is no month 13", "date"),
    Hazard("two-digit year", cell("arms", "date", "24-01-01"), f"{ARMS}:2", "is no date: write YYYY", "date"),
    Hazard("date in words", cell("arms", "date", "May 2024"), f"{ARMS}:2", "is no date: write YYYY", "date"),
    Hazard("date in other digits", cell("arms", "date", "٢٠٢٤"), f"{ARMS}:2", "is no date: write YYYY", "date"),
    Hazard("wrong notation", cell("arms", "role", "Trigger"), f"{ARMS}:2", "'Trigger' is not one of: ", "trigger"),
    Hazard("blanks around", cell("arms", "note", " x"), f"{ARMS}:2", "blanks around its value", "remove them"),
    Hazard("empty cell", cell("arms", "source", ""), f"{ARMS}:2", "column source is empty", "PMID:"),
    Hazard("empty part of a list", cell("antibodies", "synonyms", "A;;B"), f"{ANTIBODIES}:2",
           "column synonyms has an empty part", "write a;b"),
    Hazard("read, but not where", cell("arms", "locator", ""), f"{ARMS}:2", "column locator is empty", "where in the"),
    Hazard("huge number", cell("arms", "valency", "9" * 5000), f"{ARMS}:2", "is not a whole number", "…"),
    Hazard("number in words", cell("arms", "valency", "two"), f"{ARMS}:2", "'two' is not a whole number", "sites"),
    Hazard("decimal comma", cell("results", "value", "3,60"), "data/curated/results.tsv:2",
           "'3,60' is not a plain number", "value in the unit"),
    Hazard("unknown prefix", cell("claims", "subject", "pmid:1008"), f"{CLAIMS}:2",
           "unknown prefix in 'pmid:1008'", "CURIE"),
    Hazard("text without quotes", cell("claims", "object", "no MHC is needed"), f"{CLAIMS}:2",
           "is not prefix:name, or text in double quotes", "CURIE"),
    Hazard("brackets in an address", cell("arms", "source", "url:http://[x"), f"{ARMS}:2", "makes no IRI", "url:"),
    Hazard("percent in a DOI", cell("arms", "source", "DOI:10.1000/5%"), f"{ARMS}:2", "makes no IRI", "DOI:"),
    Hazard("braces in an identifier", cell("antibodies", "id", "dual{block}"), f"{ANTIBODIES}:2",
           "'dual{block}' is not lower-case letters", "label in lower case"),
    Hazard("quotes in a symbol", cell("antigens", "antigen", '"EGFR"', 5), "data/curated/antigens.tsv:5",
           "is not an HGNC symbol", "GLYCAN:"),
    Hazard("angles in an epitope", cell("epitopes", "epitope", "ERBB2/<ecd2>"), "data/curated/epitopes.tsv:2",
           "is not antigen/name", "SYMBOL/name"),
    Hazard("number for an identifier", cell("imported/genes-hgnc", "hgnc", "399"), "data/imported/genes-hgnc.tsv:2",
           "'399' is not HGNC: and digits", "HGNC id"),
    # Names that no other table has; an import does not look at them.
    Hazard("unknown antibody", cell("properties", "antibody", "nobody"), "data/curated/properties.tsv:2",
           "no antibody 'nobody'", "add it to antibodies.tsv", imports=True),
    Hazard("unknown antigen", cell("expression", "antigen", "DLL4"), "data/curated/expression.tsv:2",
           "no antigen 'DLL4'", "add it to antigens.tsv", imports=True),
    Hazard("unknown tumor", cell("expression", "tumor", "MONDO:9999999"), "data/curated/expression.tsv:2",
           "no tumor 'MONDO:9999999'", "add it to tumors.tsv", imports=True),
    Hazard("unknown source", cell("arms", "source", "nowhere"), f"{ARMS}:2",
           "no source 'nowhere'", "add it to sources.tsv", imports=True),
    Hazard("unknown property", cell("properties", "property", "shape"), "data/curated/properties.tsv:2",
           "no property 'shape'", "one of: format", imports=True),
)
# fmt: on


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard.name)
def test_a_broken_table_is_told_with_its_line_and_changes_nothing(
    hazard: Hazard, project: Project, do: Run, healthy: dict[str, str]
) -> None:
    hazard.breaks(project)
    before = project.contents()
    file, _, line = hazard.where.partition(":")
    where = f"{file}:{len((project.tree / file).read_bytes().splitlines())}" if line == "last" else hazard.where
    for command in COMMANDS:
        result = do(command)
        assert project.contents() == before, command
        if command in OF_TABLES and not (hazard.imports and command == "import"):
            assert result.code == 1, command
            told = [line for line in result.said.splitlines() if at(line, where)]
            assert len(told) == 1, result.said
            assert hazard.what in told[0], command
            assert hazard.hint in told[0], command
            assert len(told[0]) < 1200, "a wrong cell is shown by its beginning"
        else:
            assert result.code == 0, f"{command}: {result.said}"
            assert placeless(result.out, project) == healthy.get(command, placeless(result.out, project)), command
    assert do("build").err.endswith("\n1 complaint about the input tables; nothing was written\n")


def at(line: str, where: str) -> bool:
    """Whether a line of `kg build` or `kg check` complains of this place."""
    return line.removeprefix("kg: ").startswith(f"{where}: ") or f"\t{where}\t" in line


def test_all_complaints_come_at_once_by_file_and_line(project: Project, do: Run) -> None:
    for breaks in (
        *(cell("arms", "role", "catcher", line) for line in (10, 9, 2)),
        cell("arms", "date", "2024-02-30", 10),
        cell("events", "event", "begin", 3),
        cell("properties", "antibody", "nobody", 3),
        cell("trials", "phase", "phase-9", 2),
    ):
        breaks(project)
    told = do("build").err.removeprefix("kg: ").splitlines()
    files = [line.split(": ")[0].removeprefix("data/curated/") for line in told[:-1]]
    assert files[:4] == ["arms.tsv:2", "arms.tsv:9", "arms.tsv:10", "arms.tsv:10"]
    assert files[4:] == ["events.tsv:3", "properties.tsv:3", "trials.tsv:2"]
    assert told[-1] == "7 complaints about the input tables; nothing was written"


def test_a_refused_table_of_names_hides_no_other_complaint_and_adds_none(project: Project, do: Run) -> None:
    """Every row that names an antibody would else be a complaint of its own."""
    columns("antibodies", lambda cells: cells[::-1])(project)
    cell("arms", "role", "catcher")(project)
    told = do("build").err.splitlines()
    assert len(told) == 3
    assert f"{ANTIBODIES}:1: the columns are in another order" in told[0]
    assert f"{ARMS}:2: column role" in told[1]


def test_a_tree_without_its_tables_is_not_built_into_an_empty_graph(project: Project, do: Run) -> None:
    shutil.rmtree(project.tree / "data" / "curated")
    before = project.contents()
    for command in ("build", "build --check", "check", "report"):
        result = do(command)
        assert result.code == 1
        assert "data/curated" in result.said
        assert "holds no table" in result.said
        assert "restore it from git" in result.said
    assert project.contents() == before


# What looks odd and is legal.


def test_the_order_of_rows_and_their_spread_over_files_are_no_facts(project: Project, do: Run) -> None:
    # Rows that say the same with another level, date or remark: only one of them can stay.
    again("events", 2, "clinical\tsupports\t2021-11", "review\tsupports\t2021-12")(project)
    again("arms", 3, "\tclinical\tsupports\t2019-05\tread\t\t", "\tpress\tsupports\t\tread\t\tseen twice")(project)
    again("arms", 3, "\ttumor-binding\t1\tfab\t\tPMID:1001", "\tcheckpoint\t1\tfab\t\tPMID:1002")(project)
    assert do("build").code == 0
    chance = random.Random(5)
    for path in sorted((project.tree / "data" / "curated").glob("*.tsv")):
        head, *rows = path.read_text().splitlines()
        chance.shuffle(rows)
        half = len(rows) // 2
        path.write_text("\n".join([head, *rows[:half]]) + "\n")
        path.with_name(f"{path.stem}-more.tsv").write_text("\n".join([head, *rows[half:]]) + "\n")
    assert do("build --check").err == "all generated files are what the tables say\n"


def test_two_sources_may_contradict_each_other(project: Project, do: Run) -> None:
    again("arms", 3, "\t1\tfab\t\tPMID:1001", "\t2\tfab\t\tPMID:1002")(project)
    assert [do(command).code for command in ("build", "check")] == [0, 0]
    stored = ox.parse((project.tree / "data/triples/edges.ttl").read_bytes(), ox.RdfFormat.TURTLE)
    assert sorted(
        quad.object.value
        for quad in stored
        if quad.predicate.value.endswith("/valency") and quad.subject.value.endswith("dual-block.EGFR")
    ) == ["1", "2"]


def test_a_table_with_a_header_only_is_an_empty_table(project: Project, do: Run) -> None:
    lines("expression", lambda rows: [rows[0], ""])(project)
    built = do("build")
    assert built.code == 0
    assert "data/triples/claims-expressed-on.ttl" in built.out.splitlines()
    assert not (project.tree / "data/triples/claims-expressed-on.ttl").exists()
    assert [do(command).code for command in ("build --check", "check", "stats", "report")] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("written", "earliest", "latest"),
    [
        ("2019", "2019-01-01", "2019-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2023-02-28", "2023-02-28", "2023-02-28"),
    ],
)
def test_a_partial_date_is_legal_and_spans_its_days(
    written: str, earliest: str, latest: str, project: Project, do: Run
) -> None:
    cell("expression", "date", written)(project)
    assert do("build").code == 0
    turtle = (project.tree / "data/triples/claims-expressed-on.ttl").read_text()
    assert f'bsab:dateEarliest "{earliest}"^^xsd:date' in turtle
    assert f'bsab:dateLatest "{latest}"^^xsd:date' in turtle


def test_a_very_long_cell_comes_through(project: Project, do: Run) -> None:
    long = "word " * 200_000 + "end"
    cell("escapes", "summary", long)(project)
    assert [do(command).code for command in ("build", "check", "show", "report")] == [0, 0, 0, 0]
    stored = ox.parse((project.tree / "data/triples/entities-escape-observation.ttl").read_bytes(), ox.RdfFormat.TURTLE)
    assert long in {quad.object.value for quad in stored if isinstance(quad.object, ox.Literal)}
