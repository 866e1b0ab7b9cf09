"""Reading and writing of input tables: each row is held to the declared columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import pyoxigraph as ox

from kg.errors import Finding
from kg.tables.declared import ANTIBODY, TABLES, TUMOR, Column, Row, Table, Vocabulary
from kg.terms import expand
from kg.view import PartialDate

_SYMBOL = r"[A-Za-z0-9][A-Za-z0-9-]*"
_ANTIGEN = rf"(?:(?:GLYCAN|HAPTEN):)?{_SYMBOL}"
_SLUG = r"[a-z0-9]+(-[a-z0-9]+)*"
_SOURCE = (
    r"PMID:[1-9]\d{0,8}|PMC:PMC\d{3,9}|DOI:10\.\d{4,9}/\S+|NCT:NCT\d{8}|ACTRN:ACTRN\d{14}"
    r"|url:https?://[^\s/]+\S*|[a-z0-9][a-z0-9.-]*"
)

SHAPES = {
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
            "cellkind",
            r"epithelium|leukocyte|stroma|nerve|muscle|germ|placenta|other",
            "epithelium, leukocyte, stroma, nerve, muscle, germ, placenta or other",
        ),
        (
            "role",
            r"effector|costimulation|checkpoint|stroma|infiltrate|ligand|tumor",
            "effector, costimulation, checkpoint, stroma, infiltrate, ligand or tumor",
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
    if kind in SHAPES:
        pattern, shape = SHAPES[kind]
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
