"""The compiled store of one view: built once into the cache, then opened read-only.

The key is a hash of the inputs (MANIFEST, ontology, engine, layout) and the view, so a store is never stale
and never updated. Builders that race for one key build beside each other; the first rename wins.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as package_version
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg.errors import KgError
from kg.model import PartialDate, View
from kg.paths import Root, cache_home
from kg.terms import PREFIXES

if TYPE_CHECKING:
    import rdflib

    from kg.triples import Manifest

LAYOUT = "1"  # raise it when compiling changes what a store holds
KEPT_STORES = 8

Progress = Callable[[str, int, int], None]  # what, done, of


@dataclass(frozen=True, slots=True)
class Opened:
    """An open store. `place` is its folder, or `memory`."""

    store: ox.Store
    root: Root
    view: View
    data_version: str
    as_of: str
    place: str

    def footer(self) -> str:
        """What stands on every output."""
        unread = ", with unread claims" if self.view.include_unread else ""
        return (
            f"For research use; not medical advice. Data {self.data_version[:12]}, "
            f"as of {self.view.as_of or self.as_of}{unread}."
        )


def make_view(as_of: str | None, include_unread: bool) -> View:
    """The view of the options `--as-of` and `--include-unread`; a partial date means its last day.

    Raises
    ------
    KgError
        The date is none.
    """
    if not as_of:
        return View("", include_unread)
    try:
        return View(PartialDate(as_of).latest, include_unread)
    except ValueError as error:
        raise KgError(str(error), "--as-of", "for instance 2021-06-30", exit_code=2) from None


def _engine() -> str:
    try:
        return package_version("pyoxigraph")
    except PackageNotFoundError:  # pragma: no cover - a vendored engine without metadata
        return "unknown"


def store_key(root: Root, view: View, manifest_content: bytes) -> str:
    """The name of the store of a view of these inputs."""
    ontology = (root.ontology / "bsab.ttl").read_bytes()
    parts = [
        LAYOUT,
        _engine(),
        view.name,
        hashlib.sha256(manifest_content).hexdigest(),
        hashlib.sha256(ontology).hexdigest(),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def stores_folder() -> Path:
    return cache_home() / "stores"


def open_store(root: Root, view: View, progress: Progress | None = None) -> Opened:
    """The store of a view, compiled when the cache does not hold it.

    An unwritable cache is no failure: the store is then built in memory, with one line on stderr.

    Raises
    ------
    KgError
        A generated file is missing, damaged or edited, or `as_of` lies after what the sources tell.
    """
    try:
        content = root.manifest.read_bytes()
        key = store_key(root, view, content)
    except OSError as error:
        raise KgError(
            f"cannot be read: {error.strerror or error}",
            str(error.filename or root.manifest),
            "run kg build, or restore it from git",
        ) from None
    as_of = content.partition(b"\n")[0].decode("utf-8", "replace").removeprefix("# as-of ").strip()
    if view.as_of and as_of and view.as_of > as_of:
        raise KgError(f"the sources tell nothing after {as_of}", "--as-of", "name an earlier day", exit_code=2)
    version = hashlib.sha256(content).hexdigest()
    folder = stores_folder() / key
    try:
        if not folder.is_dir():
            _compile_into(folder, root, view, progress)
        with contextlib.suppress(OSError):
            os.utime(folder)
        return Opened(ox.Store.read_only(str(folder)), root, view, version, as_of, str(folder))
    except OSError as error:
        print(f"kg: the cache cannot be used ({error}); working in memory", file=sys.stderr)
    store = ox.Store()
    for quads in compiled_quads(root, view, progress):
        store.extend(quads)
    return Opened(store, root, view, version, as_of, "memory")


def _compile_into(folder: Path, root: Root, view: View, progress: Progress | None) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    sweep(folder.parent)
    building = Path(tempfile.mkdtemp(prefix=f"building-{os.getpid()}-", dir=folder.parent))
    try:
        store = ox.Store(str(building / "db"))
        for quads in compiled_quads(root, view, progress):
            store.bulk_extend(quads)
        store.flush()
        store.optimize()
        del store
        # Losing the race is fine: the winner's store was built from the same inputs.
        with contextlib.suppress(FileExistsError, NotADirectoryError):
            try:
                os.rename(building / "db", folder)
            except OSError:
                if not folder.is_dir():
                    raise
    finally:
        shutil.rmtree(building, ignore_errors=True)


def sweep(folder: Path, everything: bool = False) -> int:
    """Remove what dead builders left behind and all but the newest stores; returns how many folders went."""
    removed = 0
    stores = []
    for path in sorted(folder.glob("*")):
        if path.name.startswith("building-"):
            owner = path.name.split("-")[1]
            if everything or not _alive(owner):
                shutil.rmtree(path, ignore_errors=True)
                removed += 1
        elif path.is_dir():
            stores.append(path)
    stores.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in stores if everything else stores[KEPT_STORES - 1 :]:
        shutil.rmtree(path, ignore_errors=True)
        removed += 1
    return removed


def _alive(pid: str) -> bool:
    if not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def compiled_quads(root: Root, view: View, progress: Progress | None = None) -> Iterator[list[ox.Quad]]:
    """All quads of a view, in batches: the default graph with the ontology in it, and the named graphs."""
    # Compiling is the slow path: what only it needs is loaded here, so that a warm `kg ask` stays light.
    from kg.select_view import read_support, reckoning, select
    from kg.triples import DEFAULT_GRAPH, EDGES, read_generated, read_manifest
    from kg.vocabulary import parse_turtle, read_vocabulary

    def tell(done: int, of: int) -> None:
        if progress:
            progress("compiling the store", done, of)

    manifest: Manifest = read_manifest(root)
    rows = [row for row in manifest.rows if row.path.endswith(".ttl") and not row.path.endswith(EDGES)]
    steps = len(rows) + 2
    default: list[ox.Quad] = []
    for number, row in enumerate(rows):
        tell(number, steps)
        content = read_generated(root, row)
        try:
            parsed = list(ox.parse(content, format=ox.RdfFormat.TURTLE))
        except SyntaxError as error:
            raise KgError(
                f"is not Turtle: {error.msg}",
                f"{root.data / row.path}:{error.lineno or 1}",
                "run kg build, or restore it from git",
            ) from None
        if row.graph == DEFAULT_GRAPH:
            default += parsed
        else:
            graph = ox.NamedNode(PREFIXES["graph"] + row.graph.removeprefix("graph:"))
            yield [ox.Quad(quad.subject, quad.predicate, quad.object, graph) for quad in parsed]
    tell(len(rows), steps)
    weigh = reckoning(read_support(root.data / "support.tsv"), read_vocabulary(root.ontology))
    selected = select(default, view, weigh)
    yield selected.kept + selected.edges + selected.marks
    tell(len(rows) + 1, steps)
    yield [ox.Quad(*triple) for triple in parse_turtle(root.ontology / "bsab.ttl")]
    tell(steps, steps)


def as_rdflib(opened: Opened) -> rdflib.Graph:
    """The default graph of an open store as an rdflib Graph (read-only, no copy)."""
    from oxrdflib import OxigraphStore
    from rdflib import Graph
    from rdflib.graph import DATASET_DEFAULT_GRAPH_ID

    return Graph(store=OxigraphStore(store=opened.store), identifier=DATASET_DEFAULT_GRAPH_ID)
