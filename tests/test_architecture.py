"""Imports point one way, the light commands stay light, and the code is checked by its own tools."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import REPOSITORY

PACKAGE = REPOSITORY / "kg"
EXCEPTION = ("store", "compile_store")  # loaded only when the cache has no store
HEAVY = {"rdflib", "oxrdflib", "networkx", "numpy", "pyvis", "jinja2", "shacl", "rustdl", "pyshacl", "owlready2"}
HEAVY |= {"dask", "distributed", "matplotlib"}


def layers() -> dict[str, int]:
    """Module or package of `kg` -> its layer, from the table in CONTRIBUTING.md."""
    text = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", text.partition("## Modules")[2], re.MULTILINE)
    return {name: int(number) for number, cell in rows for name in re.findall(r"`(\w+)`", cell)}


def imported(path: Path) -> set[str]:
    """What a file imports of `kg`, at any depth of the file: the name after `kg.`, or `kg` for the package itself."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "kg":
            names = [f"{node.module}.{alias.name}" for alias in node.names] if node.module == "kg" else [node.module]
            found |= {name.split(".")[1] for name in names}
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("kg.")}
    return found


def owner(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return "kg" if parts == ("__init__",) else parts[0]


def test_every_module_has_a_layer() -> None:
    modules = {owner(path) for path in PACKAGE.rglob("*.py")} - {"__main__", "questions", "rules", "inferences"}
    assert modules == set(layers())


def test_imports_point_one_way() -> None:
    level = layers()
    upward = [
        f"{path.relative_to(REPOSITORY)} imports kg.{name}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for name in sorted(imported(path))
        if owner(path) != "__main__" and name != owner(path) and (owner(path), name) != EXCEPTION
        if level[name] >= level[owner(path)]
    ]
    assert upward == []


def test_there_is_no_cycle_among_modules() -> None:
    graph: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        own = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("kg."):
                graph.setdefault(own, set()).add(str(node.module).removeprefix("kg."))
    graph["store"].discard("compile_store")
    done: set[str] = set()

    def walk(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail, name))
        if name not in done:
            for other in sorted(graph.get(name, ())):
                walk(other, (*trail, name))
            done.add(name)

    for name in sorted(graph):
        walk(name, ())


def loaded_by(code: str) -> set[str]:
    """Top-level packages that a fresh interpreter loads to run `code`."""
    process = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
    )
    return {line.rpartition("|")[2].strip().split(".")[0] for line in process.stderr.splitlines() if "|" in line}


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("ask",),
        ("ask", "mechanism-chains", "-p", "antibody=tarlatamab"),
        ("chains", "--antibody", "tarlatamab"),
        ("chains", "--antibody", "tarlatamab", "--format", "prose"),
        ("coverage", "--antibody", "tarlatamab"),
        ("show", "tarlatamab"),
        ("show", "EGFR x MET", "--format", "json"),
        ("sparql", "ASK { ?a a bsab:Antibody }"),
    ],
    ids=" ".join,
)
def test_light_commands_load_no_heavy_package(arguments: tuple[str, ...], real: object) -> None:
    del real  # only so that the store is compiled: compiling is not light
    code = f"import sys; from kg.cli import run; sys.exit(run({list(arguments)!r}))"
    loaded = loaded_by(code)
    assert "click" in loaded
    assert loaded & HEAVY == set()


def test_import_kg_loads_no_engine() -> None:
    assert loaded_by("import kg") & (HEAVY | {"pyoxigraph", "click"}) == set()


@pytest.mark.parametrize(
    "command",
    [("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",)],
    ids=" ".join,
)
def test_code_passes(command: tuple[str, ...]) -> None:
    process = subprocess.run([sys.executable, "-m", *command], cwd=REPOSITORY, capture_output=True, text=True)
    assert process.returncode == 0, process.stdout + process.stderr


def test_no_module_is_long() -> None:
    long = {
        str(path.relative_to(REPOSITORY)): lines
        for path in PACKAGE.rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 600
    }
    assert long == {}


def test_every_public_thing_has_a_docstring() -> None:
    bare = []
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if not ast.get_docstring(tree) and tree.body:
            bare.append(str(path.relative_to(REPOSITORY)))
        bare += [
            f"{path.relative_to(REPOSITORY)}: {node.name}"
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
            and not node.name.startswith("_")
            and not ast.get_docstring(node)
        ]
    assert bare == []
