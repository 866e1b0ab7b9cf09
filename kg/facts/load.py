"""Read all tables of a root and turn them into facts; all complaints at once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from kg.errors import FactsError, Finding
from kg.facts.binding import read_arms
from kg.facts.course import read_events, read_properties, read_results, read_trials
from kg.facts.escape import read_claims, read_counters, read_engagements, read_escapes, read_expression
from kg.facts.identity import read_identity
from kg.facts.names import Names
from kg.model import Facts
from kg.paths import Root
from kg.tables import TABLES, Row, read_table, table_of
from kg.vocabulary import read_vocabulary

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
    facts, names = Facts(), Names(vocabulary, findings=findings)
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
    read_claims(rows["claims"], facts, names)
    if findings:
        raise FactsError(findings)
    return Loaded(facts, rows, names)


def _read_rows(root: Root, vocabulary: dict[str, dict[str, str]], findings: list[Finding]) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = defaultdict(list)
    sources = root.data / "sources.tsv"
    rows["sources"] = list(read_table(sources, TABLES["sources"], vocabulary, findings, "data/sources.tsv"))
    for folder in FACT_FOLDERS:
        for path in sorted((root.data / folder).glob("*.tsv")):
            shown = f"data/{folder}/{path.name}"
            table = table_of(path)
            if table is None or table.name == "sources":
                findings.append(
                    Finding(
                        "error",
                        "table",
                        f"{shown}:1",
                        f"belongs to no table: {path.stem!r}",
                        f"name it after one of: {', '.join(TABLES)}",
                    )
                )
                continue
            rows[table.name] += read_table(path, table, vocabulary, findings, shown)
    for name, table in TABLES.items():
        _complain_of_doubles(rows[name], table.key, findings)
    return rows


def _complain_of_doubles(rows: list[Row], key: tuple[str, ...], findings: list[Finding]) -> None:
    if not key:
        return
    seen: dict[tuple[str, ...], str] = {}
    for row in rows:
        own = tuple(row[name] for name in key)
        if own in seen:
            findings.append(
                Finding(
                    "error",
                    "table",
                    row.where,
                    f"{' '.join(own)!r} stands already at {seen[own]}",
                    "one row each: merge the two",
                )
            )
        seen.setdefault(own, row.where)
