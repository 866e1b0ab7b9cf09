"""Which adapters there are, and how an import is run: everything checked, then everything written."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kg.errors import FactsError, Finding, NotFoundError, UsageError
from kg.expression import checksums
from kg.output import write_files
from kg.paths import Root
from kg.sources.upstream import Cells, Join
from kg.tables import TABLES, Row, Vocabulary, doubled, read_table, row_complaints, table_of, write_table
from kg.terms import squeeze
from kg.vocabulary import read_vocabulary


@dataclass(slots=True)
class Context:
    """What an adapter may use: the folder, our tables as they are, the crosswalks, and where to complain.

    An adapter of dense numbers puts its files into `dense`, by name below `data/expression`.
    """

    folder: Path
    root: Root
    vocabulary: Vocabulary
    rows: Mapping[str, Sequence[Row]]
    join: Join
    findings: list[Finding] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    dense: dict[str, bytes] = field(default_factory=dict)
    dense_rows: dict[str, int] = field(default_factory=dict)

    def complain(self, where: str, what: str, hint: str) -> None:
        self.findings.append(Finding("error", "import", where, what, hint))


# File stem, e.g. `arms-merged` -> rows; a cell `where`, which is not written, holds `file:line` of the upstream row.
Output = dict[str, list[Cells]]


@dataclass(frozen=True, slots=True)
class Adapter:
    """An upstream: its name, what it brings, its files by source id, and the function that reads them.

    A name with `*` stands for all files that match it.
    """

    name: str
    doc: str
    files: Mapping[str, str]
    read: Callable[[Context], Output]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: the files written, the rows of each, and remarks for the reader."""

    rows: Mapping[str, int]
    changed: tuple[str, ...]
    remarks: tuple[str, ...]


ADAPTERS: dict[str, Adapter] = {}


def register(adapter: Adapter) -> Adapter:
    """Make an adapter known by its name."""
    ADAPTERS[adapter.name] = adapter
    return adapter


def adapter_named(name: str) -> Adapter:
    """The adapter of that name.

    Raises
    ------
    NotFoundError
        There is none; the hint lists them.
    """
    from kg.sources import (  # noqa: F401
        bulk,
        cancers,
        dated,
        evidence,
        fih,
        gdc,
        hgnc,
        merged,
        obo,
        pirlygenes,
        precedents,
        samples,
        staining,
        surface,
        therasabdab,
        universe,
    )

    if name not in ADAPTERS:
        raise NotFoundError(f"no source is called {name!r}", "kg import", f"one of: {', '.join(sorted(ADAPTERS))}")
    return ADAPTERS[name]


def load_context(root: Root, folder: Path) -> Context:
    """The context of an import into a root.

    Raises
    ------
    FactsError
        A table that is there already is wrong.
    """
    vocabulary = read_vocabulary(root.ontology)
    findings: list[Finding] = []
    rows: dict[str, list[Row]] = defaultdict(list)
    paths = [
        root.data / "sources.tsv",
        *sorted((root.data / "curated").glob("*.tsv")),
        *sorted((root.data / "imported").glob("*.tsv")),
    ]
    for path in paths:
        table = table_of(path)
        if table:
            rows[table.name] += read_table(path, table, vocabulary, findings, str(path.relative_to(root.path)))
    findings += doubled(rows["sources"], ("id",))  # sources.tsv is written again, one row an id
    if findings:
        raise FactsError(findings)
    context = Context(folder, root, vocabulary, rows, Join())
    for row in rows["antibodies"]:
        context.join.add_antibody(row["id"], [row["id"], row["label"], *row.many("synonyms")])
    for row in rows["antigens"]:
        names = [row["antigen"], row["antigen"].rpartition(":")[2], row["common_name"], *row.many("synonyms")]
        for name in names:
            context.join.antigens.setdefault(squeeze(name), row["antigen"])
    for row in rows["epitopes"]:
        if row["kind"] == "isoform":  # a source that names CLDN18.2 as the target names an isoform of CLDN18
            for name in (row["label"], row["epitope"].partition("/")[2]):
                context.join.antigens.setdefault(squeeze(name), row["antigen"])
    for row in rows["arms"]:
        if "arms-merged" in row.where:
            context.join.arms.setdefault(row["antibody"], []).append(dict(row.cells))
    return context


def run_import(name: str, folder: Path, root: Root) -> Imported:
    """Read an upstream and write `data/imported/*.tsv` and the checksums in `data/sources.tsv`.

    Raises
    ------
    UsageError
        The folder is none, or the root is an installed copy.
    FactsError
        With every complaint about upstream rows; nothing is written then.
    """
    root.require_checkout("kg import")
    adapter = adapter_named(name)
    if not folder.is_dir():
        raise UsageError("is not a folder", str(folder), "--from names the folder that holds the upstream files")
    context = load_context(root, folder)
    output = adapter.read(context)
    content: dict[str, bytes] = {}
    for stem, rows in output.items():
        table = TABLES[stem.partition("-")[0]]
        for row in rows:
            cells = {name: row.get(name, "") for name in table.header}
            where = row.get("where") or f"{stem}, {' '.join(cells.values())[:60]}"
            for what, hint in row_complaints(cells, table, context.vocabulary):
                context.complain(where, what, hint)
            for column, cell in cells.items():
                if any(character in cell for character in "\t\n\r"):
                    context.complain(where, f"column {column} holds a tab or a line end", "mend the upstream cell")
    sources = _checksums(adapter, context)
    if context.findings:
        raise FactsError(context.findings)
    for stem, rows in output.items():
        content[stem] = write_table(rows, TABLES[stem.partition("-")[0]])
    files = {root.data / "imported" / f"{stem}.tsv": written for stem, written in content.items()}
    files[root.data / "sources.tsv"] = sources
    files |= _dense_files(context)
    changed = {path: new for path, new in files.items() if not path.is_file() or path.read_bytes() != new}
    write_files(changed)
    counts = {stem: data.count(b"\n") - 1 for stem, data in content.items()} | context.dense_rows
    names = tuple(str(path.relative_to(root.path)) for path in changed)
    return Imported(counts, names, tuple(context.remarks))


def _dense_files(context: Context) -> dict[Path, bytes]:
    """The files of `data/expression` with their checksums; one that holds the same numbers stays as it is."""
    if not context.dense:
        return {}
    from kg.expression.dense import fingerprint

    folder, fresh = context.root.expression, {}
    for name, content in context.dense.items():
        path = folder / name
        old = path.read_bytes() if path.is_file() else b""
        same = name.endswith(".npz") and fingerprint(content) == fingerprint(old)
        fresh[name] = old if same else content
    fresh[checksums.NAME] = checksums.checksums(context.root, fresh)
    return {folder / name: content for name, content in fresh.items()}


def _checksum(folder: Path, file: str) -> str:
    """The sha256 of a file; of the lines that `sha256sum` prints of them, where the name stands for several."""
    if "*" not in file:
        return hashlib.sha256((folder / file).read_bytes()).hexdigest()
    paths = sorted(folder.glob(file))
    if not paths:
        raise FileNotFoundError(2, "No such file or directory")
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in paths]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _checksums(adapter: Adapter, context: Context) -> bytes:
    """`sources.tsv` with the checksums of the files that were read."""
    known = {row["id"]: dict(row.cells) for row in context.rows["sources"]}
    for source, file in adapter.files.items():
        if source not in known:
            context.complain("data/sources.tsv:1", f"source {source!r} has no row", "add it with version and license")
            continue
        try:
            known[source]["sha256"] = _checksum(context.folder, file)
        except OSError as error:
            context.complain(f"{context.folder / file}:1", f"cannot be read: {error.strerror}", "look at --from")
    return write_table(list(known.values()), TABLES["sources"])
