"""A small tree of the project with dense numbers, and the cut-down upstream files that they come from."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

from upstream.small import REPOSITORY, first_cells, keep_lines

from kg.paths import Root, find_root
from kg.sources import Imported, run_import

HERE = Path(__file__).resolve().parent / "dense"
# The universe comes first: all others join to it.
DENSE = (
    "universe",
    "pirlygenes-expression",
    "gtex",
    "hpa-protein",
    "pirlygenes-subtypes",
    "oncoref",
    "tcga-coadread",
    "tcga-rtcga",
    "tcga-metagsca",
    "luad-cells",
    "madhitter",
)


def copy_dense(folder: Path) -> Path:
    """A copy of the files that a test may break, compressed as they come."""
    for path in HERE.rglob("*.*"):
        packed = folder / path.relative_to(HERE).with_name(f"{path.name}.gz")
        packed.parent.mkdir(parents=True, exist_ok=True)
        packed.write_bytes(gzip.compress(path.read_bytes(), mtime=0))
    return folder


def make_dense_tree(folder: Path) -> Root:
    """A tree with our ontology, crosswalks and curated names, as far as the cut-down HGNC goes; nothing imported."""
    shutil.copytree(REPOSITORY / "ontology", folder / "ontology")
    shutil.copytree(REPOSITORY / "data" / "crosswalks", folder / "data" / "crosswalks")
    shutil.copy(REPOSITORY / "data" / "sources.tsv", folder / "data" / "sources.tsv")
    curated = folder / "data" / "curated"
    curated.mkdir()
    symbols = first_cells(HERE / "universe/ontology/hgnc/hgnc_protein_coding.tsv", column=1)
    for name in ("antigens", "epitopes", "roles", "tissues", "tumors"):
        shutil.copy(REPOSITORY / "data" / "curated" / f"{name}.tsv", curated / f"{name}.tsv")
        if name not in ("tissues", "tumors"):
            keep_lines(curated / f"{name}.tsv", lambda row: row["antigen"] in symbols)
    return find_root(folder)


def import_dense(folder: Path) -> tuple[Root, Path, dict[str, Imported]]:
    """Import the cut-down files into a fresh tree: the tree, the files, and what each import said."""
    root, upstream = make_dense_tree(folder / "tree"), copy_dense(folder / "upstream")
    return root, upstream, {name: run_import(name, upstream / name, root) for name in DENSE}
