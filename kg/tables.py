"""The declared columns of every input table, and the reader that holds each row to them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pyoxigraph as ox

from kg.errors import Finding
from kg.terms import expand
from kg.view import PartialDate

Vocabulary = Mapping[str, Mapping[str, str]]  # class -> notation -> CURIE of the term


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `kind` names a check of `CHECKS`, or a vocabulary class of the ontology after `term:`."""

    name: str
    doc: str
    kind: str = "text"
    required: bool = False
    many: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns in order. Fact tables end with the eight evidence columns.

    `key` names the columns that no two rows of all files of the table may share. One source, at one place, says one
    thing about what `about` names: two values there in a column of `single` are a slip, not a contradiction of sources.
    """

    name: str
    doc: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    evidence: bool = field(default=False)
    about: tuple[str, ...] = ()
    single: tuple[str, ...] = ()

    @property
    def all_columns(self) -> tuple[Column, ...]:
        return self.columns + (EVIDENCE if self.evidence else ())

    @property
    def header(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.all_columns)


@dataclass(frozen=True, slots=True)
class Row:
    """One checked row; `where` is its `file:line`."""

    cells: Mapping[str, str]
    where: str

    def __getitem__(self, name: str) -> str:
        return self.cells[name]

    def many(self, name: str) -> tuple[str, ...]:
        """The parts of a `;` list; empty for an empty cell."""
        return tuple(part for part in self.cells[name].split(";") if part)


def _column(name: str, doc: str, kind: str = "text", *flags: str) -> Column:
    return Column(name, doc, kind, required="required" in flags, many="many" in flags)


EVIDENCE = (
    _column("source", "PMID:, DOI:, PMC:, NCT: or url: of the source, or an id of sources.tsv", "source", "required"),
    _column("locator", "where in the source it stands: page seen, table, section, row", "text"),
    _column("level", "kind of evidence", "term:EvidenceLevel", "required"),
    _column("stance", "whether it supports the claim", "term:Stance", "required"),
    _column("date", "date of the evidence; empty if unknown", "date"),
    _column("reading", "read: the passage was seen; record: a database row; unread", "term:ReadingState", "required"),
    _column("unread", "columns of this row that were not seen although the row was", "columns", "many"),
    _column("note", "short remark"),
)

ANTIBODY = "antibody"
TUMOR = "tumor"
ANTIGEN = "antigen"

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "antibodies",
            "Who is who: one row an antibody, its one label and every other name. Identity only, no facts. A curated"
            " row replaces the imported one with its id: to correct a name or the scope, copy the row and mend it.",
            (
                _column("id", "the label in lower case, other characters as hyphens", "slug", "required"),
                _column("label", "INN, else code, else the name that papers use", "text", "required"),
                _column("synonyms", "codes, brands, spellings", "text", "many"),
                _column("inn_status", "what the label is", "term:InnStatus", "required"),
                _column("scope", "solid tumors, hematology, both", "term:Scope", "required"),
            ),
            key=("id",),
        ),
        Table(
            "arms",
            "What an antibody binds: one row an arm and antigen. A dual-action Fab is one arm on two "
            "rows; where it has another role for each antigen, two arms that exclude each other.",
            (
                _column("antibody", "id of the antibody", ANTIBODY, "required"),
                _column("arm", "key of the arm within the antibody, e.g. ERBB2-ecd4", "armkey", "required"),
                _column("antigen", "HGNC symbol, GLYCAN:… or HAPTEN:…; empty for a mask", ANTIGEN),
                _column("epitope", "SYMBOL/name of epitopes.tsv; empty if unknown", "epitope"),
                _column("role", "what the arm is for", "term:ArmRole", "required"),
                _column("valency", "number of binding sites of this arm", "integer"),
                _column("moiety", "what the arm is made of", "term:Moiety"),
                _column("exclusive_with", "antigen that the same site binds instead", ANTIGEN),
            ),
            evidence=True,
            about=("antibody", "arm", "antigen"),
            single=("epitope", "role", "valency", "moiety"),
        ),
        Table(
            "events",
            "Dated status events of an antibody: first in the clinic, approvals, stops, holds.",
            (
                _column("antibody", "id of the antibody", ANTIBODY, "required"),
                _column("event", "kind of event", "term:EventKind", "required"),
                _column("phase", "phase or status that it reached or left", "term:Phase"),
                _column("on", "date of the event; empty if unknown", "date"),
                _column("date_kind", "what the date is the date of", "term:DateKind"),
                _column("region", "FDA, EMA, NMPA … or a country"),
                _column("tumors", "tumors concerned", TUMOR, "many"),
                _column("trial", "registry id", "trial"),
                _column("reason_class", "why it was stopped", "term:StopReason"),
                _column("reason", "the reason in our words"),
            ),
            evidence=True,
        ),
        Table(
            "trials",
            "Trials of an antibody.",
            (
                _column("trial", "NCT:… or ACTRN:…", "trial", "required"),
                _column("antibody", "id of the antibody", ANTIBODY, "required"),
                _column("phase", "phase of the trial", "term:Phase"),
                _column("first_in_human", "yes or no; empty if not known", "yesno"),
                _column("tumors", "tumors enrolled", TUMOR, "many"),
            ),
            evidence=True,
            about=("trial", "antibody"),
            single=("phase", "first_in_human"),
        ),
        Table(
            "results",
            "One end point of one regimen in one population of one trial a row; failures as well as successes.",
            (
                _column("antibody", "id of the antibody", ANTIBODY, "required"),
                _column("trial", "registry id; empty if not known", "trial"),
                _column("regimen", "dose, schedule, route, combination", "text", "required"),
                _column("line", "line of treatment"),
                _column("population", "who was analyzed"),
                _column("tumor", "tumor", TUMOR),
                _column("n", "patients analyzed", "integer"),
                _column("endpoint", "end point", "term:EndPoint", "required"),
                _column("value", "value in the unit", "number"),
                _column("unit", "percent, months, days, count …"),
                _column("ci_low", "lower limit of the 95 % interval", "number"),
                _column("ci_high", "upper limit of the 95 % interval", "number"),
                _column("comparator", "control regimen"),
                _column("comparator_value", "value of the control, same unit", "number"),
                _column("hazard_ratio", "hazard ratio against the control", "number"),
                _column("hr_low", "lower limit", "number"),
                _column("hr_high", "upper limit", "number"),
                _column("p_value", "as printed, e.g. <0.001"),
                _column("met", "whether the end point was met", "yesno"),
            ),
            evidence=True,
        ),
        Table(
            "escapes",
            "One observation of a tumor's escape (or of its absence: stance refutes) a row.",
            (
                _column("id", "EM… (imported) or MX… (curated)", "escapekey", "required"),
                _column("mechanism", "kind of escape", "term:EscapeMechanism", "required"),
                _column("antigen", "antigen that is escaped from", ANTIGEN, "many"),
                _column("epitope", "SYMBOL/name of epitopes.tsv for which alone it is stated; else empty", "epitope"),
                _column("tumors", "tumors that were studied", TUMOR, "many"),
                _column("agent", "antibody id where it stands in the graph, else free text", "text", "many"),
                _column("agent_class", "what the pressure was", "term:AgentClass", "required"),
                _column("setting", "where it was seen", "term:Setting", "required"),
                _column("timing", "primary, adaptive, acquired", "term:Timing", "required"),
                _column("summary", "one sentence with the figures, our words", "text", "required"),
            ),
            key=("id",),
            evidence=True,
        ),
        Table(
            "counters",
            "What counters an observed escape, and whether that has been tested.",
            (
                _column("escape", "id of the observation", "escapekey", "required"),
                _column("kind", "kind of counter-measure", "term:CounterKind", "required"),
                _column("antibody", "id where the counter is an antibody of the graph", ANTIBODY),
                _column("description", "the counter in our words", "text", "required"),
                _column("outcome", "how it went", "term:CounterOutcome", "required"),
            ),
            evidence=True,
        ),
        Table(
            "engagements",
            "Which cell a receptor sits on and what engaging it does.",
            (
                _column("receptor", "HGNC symbol", ANTIGEN, "required"),
                _column("cell", "Cell Ontology CURIE", "cell", "required"),
                _column("function", "effector function", "term:EffectorFunction", "required"),
                _column("description", "mechanism in our words"),
            ),
            evidence=True,
        ),
        Table(
            "expression",
            "Antigens on tumors, as stated in words.",
            (
                _column("antigen", "HGNC symbol or GLYCAN:…", ANTIGEN, "required"),
                _column("tumor", "MONDO CURIE", TUMOR, "required"),
                _column("description", "how much, where, our words"),
            ),
            evidence=True,
        ),
        Table(
            "properties",
            "One property of an antibody a row: format, fc, payload, mechanism, developer and the like.",
            (
                _column("antibody", "id of the antibody", ANTIBODY, "required"),
                _column("property", "name of the property", "property", "required"),
                _column(
                    "value",
                    "a notation for format, fc, mechanism; a MONDO CURIE for tested-in; else text",
                    "text",
                    "required",
                ),
            ),
            evidence=True,
        ),
        Table(
            "claims",
            "Everything else: any claim between two things of the graph.",
            (
                _column("subject", "CURIE", "curie", "required"),
                _column("predicate", "property of the ontology, e.g. bsab:states", "curie", "required"),
                _column("object", "CURIE, or text in double quotes", "object", "required"),
                _column("qualifier", "text that narrows the claim"),
            ),
            evidence=True,
        ),
        Table(
            "antigens",
            "Antigens and receptors under the names that the field uses.",
            (
                _column("antigen", "HGNC symbol, GLYCAN:… or HAPTEN:…", "antigenkey", "required"),
                _column("common_name", "the field's name", "text", "required"),
                _column("synonyms", "other names", "text", "many"),
                _column("location", "where an antibody finds it", "term:AntigenLocation"),
                _column("note", "short remark"),
            ),
            key=("antigen",),
        ),
        Table(
            "sources",
            "Every data set once, with version and license; papers and pages are named by their identifiers.",
            (
                _column("id", "short name", "source", "required"),
                _column("title", "what it is", "text", "required"),
                _column("version", "release or date of the copy", "text", "required"),
                _column("date", "day up to which it tells; empty if undated", "date"),
                _column("license", "license of the upstream, or what is believed", "text", "required"),
                _column("license_seen", "whether the license text itself was seen", "yesno", "required"),
                _column("url", "where it is published"),
                _column("retrieved", "when our copy was found", "date", "required"),
                _column("file", "file below the folder given to kg import; empty for our own"),
                _column("sha256", "sha256 of that file, written by kg import"),
            ),
            key=("id",),
        ),
        Table(
            "genes",
            "Registry identity of the antigens (HGNC).",
            (
                _column("symbol", "HGNC symbol", "antigenkey", "required"),
                _column("hgnc", "HGNC id", "hgnc", "required"),
                _column("uniprot", "UniProt accession; empty where HGNC gives none", "uniprot"),
                _column("ensembl", "Ensembl gene"),
                _column("name", "gene name", "text", "required"),
                _column("aliases", "alias and previous symbols", "text", "many"),
            ),
            key=("symbol",),
        ),
        Table(
            "epitopes",
            "Named epitopes: domains, isoforms, peptide-HLA complexes.",
            (
                _column("epitope", "SYMBOL/name", "epitopekey", "required"),
                _column("antigen", "HGNC symbol or GLYCAN:…", ANTIGEN, "required"),
                _column("label", "what people call it", "text", "required"),
                _column("kind", "domain, isoform, peptide-hla, glycan, chain, site", "text", "required"),
                _column("domain", "domain of the antigen"),
                _column("hla", "restriction element"),
                _column("peptide", "source peptide"),
                _column("note", "short remark"),
            ),
            key=("epitope",),
        ),
        Table(
            "tumors",
            "Tumors that the graph names, with the names that users type.",
            (
                _column("id", "MONDO CURIE", TUMOR, "required"),
                _column("label", "MONDO's label", "text", "required"),
                _column("synonyms", "abbreviations and other names", "text", "many"),
                _column("solid", "whether it is a solid tumor (curated)", "yesno", "required"),
                _column("note", "short remark"),
            ),
            key=("id",),
        ),
        Table(
            "hierarchy",
            "Parents of the tumors and cells that the graph names, from MONDO and CL.",
            (
                _column("id", "CURIE", "curie", "required"),
                _column("label", "label", "text", "required"),
                _column("parents", "CURIEs of the parents within this table", "curie", "many"),
                _column("mappings", "CURIEs of exact matches in other vocabularies", "text", "many"),
            ),
            key=("id",),
        ),
        Table(
            "roles",
            "What an antigen does beside standing on tumor cells: the pairs of each family are ranked apart.",
            (
                _column("antigen", "HGNC symbol", "antigenkey", "required"),
                _column("role", "effector, costimulation, checkpoint, stroma, infiltrate, ligand", "role", "required"),
                _column("note", "short remark"),
            ),
            key=("antigen", "role"),
        ),
        Table(
            "tissues",
            "How bad it is to lose a normal tissue: a judgment with its source, for the reading of expression.",
            (
                _column("id", "UBERON CURIE", "tissue", "required"),
                _column("label", "UBERON's label", "text", "required"),
                _column(
                    "class",
                    "vital: losing it threatens life or sight; expendable: an adult lives without it; privileged: "
                    "sheltered from immune cells, in part; other",
                    "tissueclass",
                    "required",
                    "many",
                ),
                _column("source", "who says so", "source", "required"),
                _column("locator", "where in the source it stands", "text", "required"),
                _column("note", "short remark"),
            ),
            key=("id",),
        ),
    )
}

# Symbols and keys become parts of IRIs, so each is held to the characters that no IRI needs to escape.
_SYMBOL = r"[A-Za-z0-9][A-Za-z0-9-]*"
_ANTIGEN = rf"(?:(?:GLYCAN|HAPTEN):)?{_SYMBOL}"
_SLUG = r"[a-z0-9]+(-[a-z0-9]+)*"
_SOURCE = (
    r"PMID:[1-9]\d{0,8}|PMC:PMC\d{3,9}|DOI:10\.\d{4,9}/\S+|NCT:NCT\d{8}|ACTRN:ACTRN\d{14}"
    r"|url:https?://[^\s/]+\S*|[a-z0-9][a-z0-9.-]*"
)

_SHAPES = {
    name: (re.compile(pattern, re.ASCII), shape)
    for name, pattern, shape in (
        ("slug", _SLUG, "lower-case letters, digits and single hyphens"),
        ("armkey", r"[A-Za-z0-9.+-]+", "letters, digits, dot, plus and hyphen"),
        ("escapekey", r"(EM|MX)\d{3}", "EM or MX and three digits"),
        ("trial", r"NCT:NCT\d{8}|ACTRN:ACTRN\d{14}", "NCT:NCT and eight digits, or ACTRN:ACTRN and fourteen"),
        ("source", _SOURCE, "PMID:, PMC:, DOI:, NCT:, ACTRN:, url: or an id of sources.tsv"),
        ("curie", r"[A-Za-z]+:\S+", "prefix:name"),
        ("object", r'".*"|[A-Za-z]+:\S+', "prefix:name, or text in double quotes"),
        ("number", r"-?\d{1,15}(\.\d{1,10})?", "a plain number with a decimal point"),
        ("integer", r"\d{1,9}", "a whole number"),
        ("yesno", r"yes|no", "yes or no"),
        ("cell", r"CL:\d{7}", "CL: and seven digits"),
        ("tissue", r"UBERON:\d{7}", "UBERON: and seven digits"),
        ("tissueclass", r"vital|expendable|privileged|other", "vital, expendable, privileged or other"),
        (
            "role",
            r"effector|costimulation|checkpoint|stroma|infiltrate|ligand",
            "effector, costimulation, checkpoint, stroma, infiltrate or ligand",
        ),
        (TUMOR, r"MONDO:\d{7}", "MONDO: and seven digits"),
        (ANTIBODY, _SLUG, "an id of antibodies.tsv"),
        ("antigenkey", _ANTIGEN, "an HGNC symbol, or GLYCAN: or HAPTEN: and letters, digits and hyphens"),
        ("epitopekey", rf"{_ANTIGEN}/[A-Za-z0-9.-]+", "antigen/name of letters, digits, dots and hyphens"),
        ("hgnc", r"HGNC:\d+", "HGNC: and digits"),
        ("uniprot", r"[A-Z0-9]{6,10}", "a UniProt accession"),
    )
}
_SHOWN = 80  # characters of a wrong cell in a message
_IRIS = ("source", "curie", "object")  # kinds whose values the shape alone does not make an IRI


def check_cell(column: Column, value: str, header: Sequence[str], vocabulary: Vocabulary) -> str:
    """What is wrong with a cell's part, or an empty string."""
    kind = column.kind
    shown = _shortened(value)
    if kind in _SHAPES:
        pattern, shape = _SHAPES[kind]
        if not pattern.fullmatch(value):
            return f"{shown!r} is not {shape}"
        return _iri_complaint(value) if kind in _IRIS and ":" in value and not value.startswith('"') else ""
    if kind == "date":
        try:
            PartialDate(shown)  # whatever was shortened is no date
        except ValueError as error:
            return str(error)
    elif kind == "columns":
        return "" if value in header else f"{shown!r} is no column of this table"
    elif kind.startswith("term:"):
        known = vocabulary.get(kind[5:], {})
        if value not in known:
            return f"{shown!r} is not one of: {', '.join(known) or 'nothing (the vocabulary is empty)'}"
    return ""


@cache
def _iri_complaint(curie: str) -> str:
    try:
        ox.NamedNode(expand(curie))
    except ValueError as error:
        return f"{_shortened(curie)!r} makes no IRI: {_shortened(str(error))}"
    return ""


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


# Terminals obey them, and XML cannot hold them. Line separators are here because editors break lines at them.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


def table_of(path: Path) -> Table | None:
    """The table of a file: `arms.tsv` and `arms-approved.tsv` are both table `arms`."""
    return TABLES.get(path.stem.partition("-")[0])


def read_lines(path: Path, findings: list[Finding], shown: str) -> list[str]:
    """The lines of a text file without line ends; what is wrong with the file as a whole goes to findings."""

    def complain(what: str, hint: str, line: int = 1) -> None:
        findings.append(Finding("error", "table", f"{shown}:{line}", what, hint))

    try:
        content = path.read_bytes()
    except OSError as error:
        complain(f"cannot be read: {error.strerror or error}", "look at the path and its permissions")
        return []
    if not content.strip():
        complain("is empty", "it needs at least its header line")
        return []
    if content.startswith(b"\xef\xbb\xbf"):
        complain("starts with a byte order mark", "save it as UTF-8 without BOM")
        content = content[3:]
    if b"\r" in content:
        line = content[: content.index(b"\r")].count(b"\n") + 1
        complain("has carriage returns", "save it with plain LF line ends", line)
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        complain(f"is not UTF-8 (byte {content[error.start]:#04x})", "save it as UTF-8", line)
        return []
    control = _CONTROL.search(text)
    if control:
        name = "a NUL character" if control[0] == "\0" else f"the control character U+{ord(control[0]):04X}"
        complain(f"holds {name}", "remove it", text[: control.start()].count("\n") + 1)
        return []
    if not text.endswith("\n"):
        complain("does not end with a line end", "the last row may be cut", text.count("\n") + 1)
    return text.removesuffix("\n").split("\n")


def read_table(
    path: Path, table: Table, vocabulary: Vocabulary, findings: list[Finding], shown: str = ""
) -> Iterator[Row]:
    """Yield the checked rows of one file; every complaint goes to `findings` as `file:line`.

    A row with a complaint is not yielded.
    """
    shown = shown or str(path)
    lines = read_lines(path, findings, shown)
    if not lines:
        return
    header = table.header
    found = tuple(lines[0].split("\t"))
    if found != header:
        findings.append(Finding("error", "table", f"{shown}:1", *_header_complaint(found, header)))
        return
    seen: dict[str, int] = {}
    for number, line in enumerate(lines[1:], start=2):
        where = f"{shown}:{number}"
        cells = line.split("\t")
        if not line.strip():
            findings.append(Finding("error", "table", where, "is a blank line", "remove it"))
            continue
        if len(cells) != len(header):
            what = f"has {len(cells)} cells, the header has {len(header)}"
            findings.append(Finding("error", "table", where, what, "look for a missing or an extra tab"))
            continue
        if line in seen:
            what = f"is the same as line {seen[line]}"
            findings.append(Finding("error", "table", where, what, "remove one of the two"))
            continue
        seen[line] = number
        complaints = list(row_complaints(dict(zip(header, cells, strict=True)), table, vocabulary))
        findings.extend(Finding("error", "table", where, what, hint) for what, hint in complaints)
        if not complaints:
            yield Row(dict(zip(header, cells, strict=True)), where)


def _header_complaint(found: Sequence[str], header: Sequence[str]) -> tuple[str, str]:
    doubled = sorted({_shortened(name) for name in found if found.count(name) > 1})
    missing = [name for name in header if name not in found]
    extra = [_shortened(name) for name in found if name not in header]
    parts = []
    if doubled:
        parts.append(f"column {', '.join(doubled)} stands twice")
    if missing:
        parts.append(f"column {', '.join(missing)} is missing")
    if extra:
        parts.append(f"column {', '.join(repr(name) for name in extra)} is not known")
    what = "; ".join(parts) or "the columns are in another order"
    return what, f"the header must be: {' '.join(header)}"


def row_complaints(cells: Mapping[str, str], table: Table, vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    """What is wrong with a row, and what to do, cell by cell; `cells` holds every column of the table."""
    for column in table.all_columns:
        value = cells[column.name]
        if _CONTROL.search(value):
            yield f"column {column.name} holds a control character", "remove it"
            continue
        if value != value.strip():
            yield f"column {column.name} has blanks around its value", "remove them"
            continue
        if not value:
            if column.required:
                yield f"column {column.name} is empty", column.doc
            continue
        for part in value.split(";") if column.many else (value,):
            if not part or part != part.strip():
                yield f"column {column.name} has an empty part, or blanks around one", "write a;b"
                continue
            wrong = check_cell(column, part, table.header, vocabulary)
            if wrong:
                yield f"column {column.name}: {wrong}", column.doc
    if table.evidence and cells["reading"] in ("read", "record") and not cells["locator"]:
        yield "column locator is empty in a row that was read", "say where in the source it stands"


def doubled(rows: Sequence[Row], key: Sequence[str]) -> Iterator[Finding]:
    """A finding for each row whose key another row has."""
    seen: dict[tuple[str, ...], str] = {}
    for row in rows if key else ():
        own = tuple(row[name] for name in key)
        if own in seen:
            what, hint = f"{' '.join(own)!r} stands already at {seen[own]}", "one row each: merge the two"
            yield Finding("error", "table", row.where, what, hint)
        seen.setdefault(own, row.where)


def write_table(rows: Sequence[Mapping[str, str]], table: Table) -> bytes:
    """The bytes of a table: header, then the distinct rows, sorted.

    Raises
    ------
    ValueError
        A cell holds a tab or a line end.
    """
    lines = set()
    for row in rows:
        cells = [row.get(name, "") for name in table.header]
        if any(character in cell for cell in cells for character in "\t\n\r"):
            raise ValueError(f"a cell of table {table.name} holds a tab or a line end: {cells}")
        lines.add("\t".join(cells))
    return ("\n".join(["\t".join(table.header), *sorted(lines)]) + "\n").encode()
