"""Read all tables of a root and turn them into facts; all complaints at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kg.errors import FactsError, Finding
from kg.facts.binding import read_arms
from kg.facts.course import read_events, read_properties, read_results, read_trials
from kg.facts.escape import read_claims, read_counters, read_engagements, read_escapes, read_expression
from kg.facts.identity import read_identity
from kg.facts.names import Names
from kg.facts.target import read_disclosures, read_precedents, read_traits
from kg.model import Facts
from kg.paths import Root
from kg.tables import TABLES, Row, Table, doubled, read_table, table_of
from kg.vocabulary import read_declared, read_vocabulary

IDENTITY = frozenset({"sources", "antibodies", "antigens", "genes", "epitopes", "tumors", "hierarchy", "escapes"})
FACT_FOLDERS = ("curated", "imported")


@dataclass(frozen=True, slots=True)
class Loaded:
    """The facts of a root and the rows that they came from, by table."""

    facts: Facts
    rows: dict[str, list[Row]]
    names: Names


def load_facts(root: Root) -> Loaded:
    """All facts of `data/curated`, `data/imported` and `data/sources.tsv`.

    Raises
    ------
    FactsError
        With every complaint (`file:line`, what, what to do).
    """
    vocabulary = read_vocabulary(root.ontology)
    findings: list[Finding] = []
    rows = _read_rows(root, vocabulary, findings)
    if any(":" not in finding.where or _table_at(finding.where) in IDENTITY for finding in findings):
        # Who is who is incomplete: every row that names what was refused would be one more complaint.
        raise FactsError(findings)
    facts, names = Facts(), Names(vocabulary, *read_declared(root.ontology), findings=findings)
    read_identity(rows, facts, names)
    read_arms(rows["arms"], facts, names)
    read_events(rows["events"], facts, names)
    read_trials(rows["trials"], facts, names)
    read_results(rows["results"], facts, names)
    read_properties(rows["properties"], facts, names)
    hematologic = {row["id"] for row in rows["tumors"] if row["solid"] == "no"}
    read_escapes(rows["escapes"], facts, names, hematologic)
    read_counters(rows["counters"], facts, names)
    read_engagements(rows["engagements"], facts, names)
    read_expression(rows["expression"], facts, names)
    read_traits(rows["traits"], facts, names)
    read_precedents(rows["precedents"], facts, names)
    read_disclosures(rows["disclosures"], facts, names)
    read_claims(rows["claims"], facts, names)
    if findings:
        raise FactsError(findings)
    return Loaded(facts, rows, names)


def _table_at(where: str) -> str:
    table = table_of(Path(where.rpartition(":")[0]))
    return table.name if table else ""


def _read_rows(root: Root, vocabulary: dict[str, dict[str, str]], findings: list[Finding]) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = defaultdict(list)

    def complain(where: str, what: str, hint: str) -> None:
        findings.append(Finding("error", "table", where, what, hint))

    sources = root.data / "sources.tsv"
    rows["sources"] = list(read_table(sources, TABLES["sources"], vocabulary, findings, "data/sources.tsv"))
    for folder in FACT_FOLDERS:
        paths = sorted((root.data / folder).glob("[!.]*"))
        if not any(path.suffix == ".tsv" for path in paths):
            complain(f"data/{folder}", "holds no table", "restore it from git")
        for path in paths:
            shown = f"data/{folder}/{path.name}"
            table = table_of(path)
            if path.suffix != ".tsv":
                complain(shown, "is no table, and would not be read", "save a table as .tsv; move anything else away")
            elif table is None or table.name == "sources":
                names = ", ".join(TABLES)
                complain(f"{shown}:1", f"belongs to no table: {path.stem!r}", f"name it after one of: {names}")
            else:
                rows[table.name] += read_table(path, table, vocabulary, findings, shown)
    corrected = {row["id"] for row in rows["antibodies"] if row.where.startswith("data/curated/")}
    rows["antibodies"] = [
        row for row in rows["antibodies"] if row.where.startswith("data/curated/") or row["id"] not in corrected
    ]
    for name, table in TABLES.items():
        findings += doubled(rows[name], table.key)
        findings += _two_values(rows[name], table)
    return rows


def _two_values(rows: Sequence[Row], table: Table) -> Iterator[Finding]:
    seen: dict[tuple[str, ...], Row] = {}
    for row in rows:
        for name in table.single:
            if row[name] and row["locator"]:
                place = (name, *(row[part] for part in (*table.about, "source", "locator", "stance")))
                other = seen.setdefault(place, row)
                if other[name] != row[name]:
                    what = f"column {name} is {row[name]!r}, and the same source says {other[name]!r} at {other.where}"
                    hint = "keep what it says; where two sources differ, name both"
                    yield Finding("error", "table", row.where, what, hint)
