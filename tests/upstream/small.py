"""A small tree of the project, and the cut-down upstream files to import into it."""

from __future__ import annotations

import csv
import gzip
import io
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from kg.paths import Root, find_root
from kg.sources import Imported, run_import

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
# Who is who comes before what joins by its names; evidence takes formats from the rows of merged.
ORDER = (
    "hgnc",
    "mondo",
    "cl",
    "merged",
    "therasabdab",
    "gdc",
    "pirlygenes",
    "fih",
    "dated",
    "evidence",
    "surface",
    "precedents",
)

Line = Mapping[str, str]


def read_tsv(path: Path) -> list[dict[str, str]]:
    """The rows of one of our own tables."""
    lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    header = lines[0].split("\t")
    return [dict(zip(header, line.split("\t"), strict=True)) for line in lines[1:]]


def keep_lines(path: Path, wanted: Callable[[Line], bool]) -> None:
    """Drop the rows of one of our own tables that are not wanted."""
    header, *lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    names = header.split("\t")
    kept = [line for line in lines if wanted(dict(zip(names, line.split("\t"), strict=True)))]
    path.write_text("\n".join([header, *kept]) + "\n", encoding="utf-8")


def first_cells(path: Path, delimiter: str = "\t", column: int = 0) -> set[str]:
    """The cells of one column of an upstream file."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return {row[column] for row in csv.reader(stream, delimiter=delimiter) if row}


def copy_upstream(folder: Path) -> Path:
    """A copy of the cut-down upstream files that a test may break; compressed where the upstream is."""
    for source in ORDER:
        shutil.copytree(HERE / source, folder / source)
    for plain in (folder / "hgnc" / "hgnc_protein_coding.tsv", *(folder / "surface").rglob("*.tsv")):
        plain.with_suffix(".tsv.gz").write_bytes(gzip.compress(plain.read_bytes(), mtime=0))
        plain.unlink()
    return folder


def make_tree(folder: Path) -> Root:
    """A tree with our ontology, crosswalks and names, as far as the cut-down files go, and nothing imported."""
    shutil.copytree(REPOSITORY / "ontology", folder / "ontology")
    shutil.copytree(REPOSITORY / "data" / "crosswalks", folder / "data" / "crosswalks")
    shutil.copy(REPOSITORY / "data" / "sources.tsv", folder / "data" / "sources.tsv")
    curated = folder / "data" / "curated"
    curated.mkdir()
    for name in ("antigens", "tumors", "epitopes"):
        shutil.copy(REPOSITORY / "data" / "curated" / f"{name}.tsv", curated / f"{name}.tsv")
    symbols = first_cells(HERE / "hgnc" / "hgnc_protein_coding.tsv", column=1)
    keep_lines(curated / "antigens.tsv", lambda row: ":" in row["antigen"] or row["antigen"] in symbols)
    tumors = first_cells(HERE / "mondo" / "mondo_neoplasm_terms.tsv")
    keep_lines(curated / "tumors.tsv", lambda row: row["id"] in tumors)
    cells = first_cells(HERE / "cl" / "cl_terms.tsv")
    keep_lines(folder / "data/crosswalks/engagements.tsv", lambda row: set(row["cell"].split(";")) <= cells)
    known = {path.name: first_cells(path) for path in [*(HERE / "evidence").glob("*.tsv"), HERE / "dated/dated.tsv"]}
    keep_lines(
        folder / "data/crosswalks/corrections.tsv",
        lambda row: row["disposition"] != "patch" or row["row"] in known.get(row["table"], ()),
    )
    return find_root(folder)


@dataclass(frozen=True)
class Small:
    """A small tree with every source imported, and what each import said."""

    root: Root
    upstream: Path
    done: Mapping[str, Imported]

    @cached_property
    def tables(self) -> Mapping[str, list[dict[str, str]]]:
        """The imported rows by file stem."""
        return {path.stem: read_tsv(path) for path in sorted((self.root.data / "imported").glob("*.tsv"))}

    def rows(self, stem: str, **cells: str) -> list[dict[str, str]]:
        """The rows of an imported table that hold these cells."""
        return matching(self.tables[stem], **cells)


def matching(rows: Iterable[Line], **cells: str) -> list[dict[str, str]]:
    return [dict(row) for row in rows if all(row[name] == value for name, value in cells.items())]


def one(rows: Iterable[Line], **cells: str) -> dict[str, str]:
    """The only row that holds these cells."""
    (row,) = matching(rows, **cells)
    return row


def committed_tables() -> dict[str, list[dict[str, str]]]:
    """The rows of data/imported as committed, by file stem."""
    return {path.stem: read_tsv(path) for path in (REPOSITORY / "data/imported").glob("*.tsv")}


def import_all(folder: Path, sources: Iterable[str] = ORDER) -> Small:
    """Import the cut-down files, source by source, into a fresh small tree."""
    root = make_tree(folder / "tree")
    upstream = copy_upstream(folder / "upstream")
    return Small(root, upstream, {name: run_import(name, upstream / name, root) for name in sources})


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def edit(path: Path, change: Callable[[list[list[str]]], object]) -> None:
    """Change the cells of an upstream file; delimiter, byte order mark, opening `#` lines and line ends stay."""
    packed = path.suffix == ".gz"
    raw = gzip.decompress(path.read_bytes()) if packed else path.read_bytes()
    text = raw.decode("utf-8-sig")
    opening = "".join(line for line in text.splitlines(keepends=True) if line.startswith("#"))
    delimiter = "," if path.suffix == ".csv" else "\t"
    rows = list(csv.reader(io.StringIO(text[len(opening) :], newline=""), delimiter=delimiter))
    change(rows)
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator="\r\n" if b"\r\n" in raw else "\n").writerows(rows)
    mark = b"\xef\xbb\xbf" if raw.startswith(b"\xef\xbb\xbf") else b""
    content = mark + (opening + stream.getvalue()).encode()
    path.write_bytes(gzip.compress(content, mtime=0) if packed else content)


def set_cell(path: Path, row: str, column: str, value: str) -> int:
    """Set a cell of the first row that opens with `row`; returns its line (files without opening `#` lines)."""
    lines = []

    def change(rows: list[list[str]]) -> None:
        lines.extend(number for number, cells in enumerate(rows, start=1) if cells[0] == row)
        rows[lines[0] - 1][rows[0].index(column)] = value

    edit(path, change)
    return lines[0]
