"""Checks of a root and its store: tables, freshness, provenance, rules; with the extra, shapes and reasoner too."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pyoxigraph as ox

from kg.errors import SEVERITIES, FactsError, Finding, KgError
from kg.expression import checksums
from kg.facts import Loaded, load_facts
from kg.query import select
from kg.reason import complaints, reason
from kg.store import Opened
from kg.tables import Row
from kg.terms import compress
from kg.triples import check_fresh, read_generated, read_manifest
from kg.vocabulary import parse_turtle

RULES = Path(__file__).resolve().parent / "rules"
_HEADER = re.compile(r"^#\s*([a-z]+)\s*:\s*(.*?)\s*$")
_KEYS = ("severity", "promise", "hint")


@dataclass(frozen=True, slots=True)
class Rule:
    """One promise: a SELECT of `?where` (an entity or claim) and `?what`; every row is a finding."""

    name: str
    severity: str
    promise: str
    hint: str
    sparql: str


@dataclass(frozen=True, slots=True)
class Checked:
    """All findings, what ran, and what was skipped and why."""

    findings: tuple[Finding, ...]
    ran: tuple[str, ...]
    skipped: tuple[str, ...]

    @property
    def errors(self) -> int:
        return sum(finding.severity == "error" for finding in self.findings)


def parse_rule(path: Path) -> Rule:
    """A rule from its file: header lines `# severity:`, `# promise:`, `# hint:`, then the query.

    Raises
    ------
    KgError
        A key is unknown, repeated or missing, or the severity is none.
    """
    text = path.read_text(encoding="utf-8")
    header: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.startswith("#"):
            break
        match = _HEADER.match(line)
        if not match or match[1] not in _KEYS or match[1] in header:
            raise KgError("is no header line, or stands twice", f"{path}:{number}", f"keys: {', '.join(_KEYS)}")
        header[match[1]] = match[2]
    if set(header) != set(_KEYS) or header["severity"] not in SEVERITIES:
        raise KgError(
            "header lacks a key, or has no such severity", f"{path}:1", f"severities: {', '.join(SEVERITIES)}"
        )
    return Rule(path.stem, header["severity"], header["promise"], header["hint"], text)


def rules(folder: Path = RULES) -> tuple[Rule, ...]:
    """All rules, by name."""
    return tuple(parse_rule(path) for path in sorted(folder.glob("*.rq")))


def run_rules(store: ox.Store, where: Mapping[str, str], folder: Path = RULES) -> list[Finding]:
    """A finding for each row of each rule; `where` maps CURIEs to `file:line`."""
    findings = []
    for rule in rules(folder):
        for row in select(store, rule.sparql).rows:
            curie = str(row["where"])
            place = f"{where[curie]} ({curie})" if curie in where else curie
            findings.append(Finding(rule.severity, rule.name, place, str(row["what"]), rule.hint))
    return findings


def check(opened: Opened, unread: Opened, just_built: bool = False) -> Checked:
    """Everything that can be checked of a root.

    Parameters
    ----------
    opened
        The store of the view that users see.
    unread
        The same with unread claims: the rules hold there, too.
    just_built
        The caller has built the triples this moment: they are fresh, and are not made once more to see that.
    """
    root = opened.root
    try:
        loaded = load_facts(root)
    except FactsError as error:
        return Checked(error.findings, ("tables",), ("everything else: the tables come first",))
    ran, skipped = ["tables", "provenance"], []
    findings = _provenance(loaded)
    if root.checkout:
        if not just_built:
            findings += check_fresh(root, loaded)
        ran.append("freshness")
    else:
        skipped.append("freshness: an installed copy is not built")
    findings += _checksums(opened)
    findings += checksums.complaints(root)
    where = {claim: places[0] for claim, places in loaded.facts.origins.items()}
    where |= {curie: entity.where for curie, entity in loaded.facts.entities.items()}
    by_both = {*run_rules(opened.store, where), *run_rules(unread.store, where)}
    findings += sorted(by_both)
    ran.append(f"{len(rules())} rules")
    if find_spec("shacl"):
        findings += _shapes(unread, where)
        ran.append("shapes")
    else:
        skipped.append("shapes: install the extra, pip install 'bsab-kg[check]'")
    if find_spec("rustdl"):
        findings += complaints(unread, reason(unread), where)
        ran.append("reasoner")
    else:
        skipped.append("reasoner: install the extra, pip install 'bsab-kg[check]'")
    order = {severity: number for number, severity in enumerate(SEVERITIES)}
    findings = sorted(set(findings), key=lambda finding: (order[finding.severity], finding))
    return Checked(tuple(findings), tuple(ran), tuple(skipped))


def _provenance(loaded: Loaded) -> list[Finding]:
    """Every data set that is cited has version, license and, where it is a file, its checksum."""
    cited = {line.source for lines in loaded.facts.evidence.values() for line in lines.values()}
    rows: dict[str, Row] = {f"src:{row['id']}": row for row in loaded.rows["sources"]}
    findings = []
    for source in sorted(source for source in cited if source.startswith("src:")):
        row = rows[source]
        if row["file"] and not re.fullmatch(r"[0-9a-f]{64}", row["sha256"]):
            findings.append(Finding("error", "provenance", row.where, f"{row['id']} has no checksum", "run kg import"))
    return findings


def _checksums(opened: Opened) -> list[Finding]:
    findings = []
    for row in read_manifest(opened.root).rows:
        try:
            read_generated(opened.root, row)
        except KgError as error:
            findings.append(Finding("error", "checksum", f"data/{row.path}", error.what, error.hint))
    return findings


@contextlib.contextmanager
def _working_folder() -> Iterator[Path]:
    """A folder for what the engine reads from disk; gone afterwards."""
    try:
        with tempfile.TemporaryDirectory(prefix="bsab-kg-") as folder:
            yield Path(folder)
    except OSError as error:
        what = f"the shapes need a temporary folder: {error.strerror or error}"
        raise KgError(what, os.environ.get("TMPDIR", "/tmp"), "set TMPDIR to a folder with room") from None


def _shapes(opened: Opened, where: Mapping[str, str]) -> list[Finding]:
    """SHACL on the whole graph, by the Rust engine of the package `shacl`."""
    import shacl

    shapes = opened.root.ontology / "shapes.ttl"
    try:
        parse_turtle(shapes)
        with _working_folder() as folder:
            data = folder / "data.nt"
            opened.store.dump(str(data), format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
            report = shacl.validate(str(data), str(shapes), allow_warnings=True)
    except ValueError as error:  # Turtle, but no shapes
        return [Finding("error", "shape", "ontology/shapes.ttl:1", f"cannot be used: {error}", "restore it from git")]
    severities = {"Violation": "error", "Warning": "warning", "Info": "info"}
    findings = []
    for result in report.results:
        curie = compress(result.focus_node.strip("<>"))
        place = f"{where[curie]} ({curie})" if curie in where else curie
        path = compress((result.path or "").strip("<>"))
        findings.append(
            Finding(
                severities.get(result.severity, "error"),
                "shape",
                place,
                f"{path} {result.message or result.component}".strip(),
                "see ontology/shapes.ttl",
            )
        )
    return findings
