"""A small project as a user has it on disk, to be broken: tree, cache, upstream files, a query, earlier outputs."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import make_toy

from kg.cli import run
from kg.sources.hgnc import COLUMNS, FILE

QUERY = "SELECT ?label WHERE { ?a a bsab:Antibody ; rdfs:label ?label } ORDER BY ?label"

# Every command that reads or writes files. {out}, {upstream} and {query} are places beside the tree.
COMMANDS: dict[str, tuple[str, ...]] = {
    "build": ("build",),
    "build --check": ("build", "--check"),
    "import": ("import", "hgnc", "--from", "{upstream}"),
    "check": ("check", "--format", "tsv"),
    "report": ("report", "-o", "{out}/report"),
    "stats": ("stats", "--format", "json"),
    "show": ("show", "ab:engager-one", "--format", "json"),
    "ask": ("ask", "stopped-programs", "--format", "tsv"),
    "sparql": ("sparql", QUERY),
    "sparql -f": ("sparql", "-f", "{query}", "--format", "md"),
    "sparql -f -": ("sparql", "-f", "-"),
    "view": ("view", "ab:engager-one", "-o", "{out}/page.html"),
    "cache path": ("cache", "path"),
    "cache clear": ("cache", "clear"),
}
OF_TABLES = ("build", "build --check", "check", "report", "import")  # what reads data/curated and data/imported
OF_TRIPLES = ("stats", "show", "ask", "sparql", "sparql -f", "sparql -f -", "view")  # what reads data/triples
UNSAID = ("Traceback", "internal error", "Errno", "NoneType", "RuntimeError")  # never in what a user reads


@dataclass(frozen=True, slots=True)
class Result:
    """What a command did. `said` is all that it printed."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


@dataclass(frozen=True, slots=True)
class Project:
    """The folder of one test."""

    path: Path

    @property
    def tree(self) -> Path:
        return self.path / "tree"

    @property
    def out(self) -> Path:
        return self.path / "out"

    @property
    def cache(self) -> Path:
        return self.path / "cache"

    @property
    def stores(self) -> Path:
        return self.cache / "stores"

    def table(self, name: str) -> Path:
        """`arms` is data/curated/arms.tsv; a name with a slash is below data/."""
        return self.tree / "data" / (f"{name}.tsv" if "/" in name or name == "sources" else f"curated/{name}.tsv")

    def args(self, command: str) -> list[str]:
        places = {"out": self.out, "upstream": self.path / "upstream", "query": self.path / "query.rq"}
        words = [word if word == QUERY else word.format(**places) for word in COMMANDS[command]]
        return [*words, "--root", str(self.tree)]

    def contents(self) -> dict[str, str]:
        """Every file, folder and link but the cache, with a hash of the bytes."""
        found = {}
        for path in sorted(self.path.rglob("*")):
            name = str(path.relative_to(self.path))
            if name.split("/")[0] == "cache":
                continue
            if path.is_symlink():
                found[name] = f"link to {path.readlink()}"
            else:
                found[name] = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        return found

    def process(
        self,
        args: Sequence[str],
        env: Mapping[str, str] | None = None,
        before: Sequence[str] = (),
        preexec: Callable[[], None] | None = None,
        stdin: str = QUERY,
        stdout: int = subprocess.PIPE,
    ) -> Result:
        """Run `kg` as a process of its own; `before` are words before the command, such as `unshare`."""
        done = subprocess.run(
            [*before, sys.executable, "-m", "kg", *args],
            cwd=self.path,
            env={**os.environ, "KG_CACHE": str(self.cache), **(env or {})},
            input=stdin.encode(),
            stdout=stdout,
            stderr=subprocess.PIPE,
            preexec_fn=preexec,
            timeout=60,
        )
        return Result(done.returncode, (done.stdout or b"").decode(errors="replace"), done.stderr.decode())


Break = Callable[[Project], None]


def make_project(folder: Path) -> Project:
    """A built toy tree with an import, a page and a report made from it, and a warm cache."""
    project = Project(folder)
    make_toy(project.tree)
    genes = project.table("imported/genes-toy").rename(project.table("imported/genes-hgnc"))
    upstream = ["\t".join(COLUMNS)]
    for line in genes.read_text().splitlines()[1:]:
        symbol, hgnc, uniprot, _, name, _ = line.split("\t")
        upstream.append("\t".join([hgnc, symbol, name, "", uniprot, "", "", "", "gene with protein product"]))
    (folder / "upstream").mkdir()
    (folder / "upstream" / FILE).write_bytes(gzip.compress(("\n".join(upstream) + "\n").encode(), mtime=0))
    row = "hgnc\tgenes\t2024-01\t2024-01-01\tCC0-1.0\tyes\t\t2024-01-01\t" + FILE + "\t\n"
    sources = project.table("sources")
    sources.write_text(sources.read_text() + row)
    (folder / "query.rq").write_text(QUERY)
    project.out.mkdir()
    (project.out / "mine.txt").write_text("of the user")
    with pytest.MonkeyPatch.context() as patch:
        for command in ("import", "build", "report", "view", "check"):
            result = in_process(project, command, patch)
            assert result.code == 0, f"{command}: {result.said}"
    return project


def copied(project: Project, folder: Path) -> Project:
    """A copy for one test to break."""
    shutil.copytree(project.path, folder, dirs_exist_ok=True, symlinks=True)
    return Project(folder)


def in_process(project: Project, command: str, patch: pytest.MonkeyPatch, *more: str) -> Result:
    """Run one of COMMANDS in this process, with the project's own cache."""
    patch.setenv("KG_CACHE", str(project.cache))
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
    with pytest.MonkeyPatch.context() as streams:
        streams.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(QUERY.encode()), "utf-8"))
        streams.setattr(sys, "stdout", out)
        streams.setattr(sys, "stderr", err)
        code = run([*project.args(command), *more])
        out.flush()
        err.flush()
    return Result(code, out.buffer.getvalue().decode(), err.buffer.getvalue().decode())


# Fixtures: a module of tests takes them over by name.


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project that nobody has broken, and nobody may."""
    return make_project(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def project(whole: Project, tmp_path: Path) -> Project:
    return copied(whole, tmp_path)


@pytest.fixture
def do(project: Project, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run one of COMMANDS on the project of the test."""

    def call(command: str, *more: str) -> Result:
        result = in_process(project, command, monkeypatch, *more)
        assert not [word for word in UNSAID if word in result.said], result.said
        return result

    return call


@pytest.fixture(scope="session")
def healthy(whole: Project) -> Iterator[dict[str, str]]:
    """What the commands that read triples print when nothing is wrong."""
    with pytest.MonkeyPatch.context() as patch:
        yield {name: placeless(in_process(whole, name, patch).out, whole) for name in OF_TRIPLES}


def placeless(text: str, project: Project) -> str:
    return text.replace(str(project.path), "PLACE")


# How a user breaks a file.


def table(name: str, change: Callable[[bytes], bytes]) -> Break:
    """The bytes of a table changed; `arms` is data/curated/arms.tsv."""

    def apply(project: Project) -> None:
        path = project.table(name)
        path.write_bytes(change(path.read_bytes()))

    return apply


def in_tree(name: str, change: Callable[[bytes], bytes] = lambda _: b"x\n") -> Break:
    """The bytes of any file of the tree changed, or a new one beside it."""

    def apply(project: Project) -> None:
        path = project.tree / name
        path.write_bytes(change(path.read_bytes() if path.exists() else b""))

    return apply


def put(name: str, old: bytes, new: bytes) -> Break:
    """`new` for `old` in a file of the tree."""
    return in_tree(name, lambda content: content.replace(old, new))


def added(name: str, more: bytes) -> Break:
    return in_tree(name, lambda content: content + more)


def lines(name: str, change: Callable[[list[str]], list[str]]) -> Break:
    return table(name, lambda old: "\n".join(change(old.decode().split("\n"))).encode())


def cell(name: str, column: str, value: str, line: int = 2) -> Break:
    def change(rows: list[str]) -> list[str]:
        cells = rows[line - 1].split("\t")
        cells[rows[0].split("\t").index(column)] = value
        return [*rows[: line - 1], "\t".join(cells), *rows[line:]]

    return lines(name, change)


def columns(name: str, change: Callable[[list[str]], list[str]]) -> Break:
    return lines(name, lambda rows: ["\t".join(change(row.split("\t"))) if row else row for row in rows])


def again(name: str, line: int, old: str = "", new: str = "") -> Break:
    """A line of a table once more at its end, with `new` for `old`."""
    return lines(name, lambda rows: [*rows[:-1], rows[line - 1].replace(old, new), ""])


def gone(name: str) -> Break:
    def apply(project: Project) -> None:
        path = project.tree / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()

    return apply


def folder_instead(name: str) -> Break:
    def apply(project: Project) -> None:
        (project.tree / name).unlink()
        (project.tree / name).mkdir()

    return apply


def link_instead(name: str, target: str) -> Break:
    def apply(project: Project) -> None:
        (project.tree / name).unlink()
        (project.tree / name).symlink_to(target)

    return apply
