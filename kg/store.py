"""The compiled store of one view, opened read-only; compiled into the cache when it is not there.

The key is a hash of the inputs (MANIFEST, ontology, engine, layout) and the view, so a store is never stale
and never updated.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from kg.errors import KgError
from kg.paths import Root, cache_home
from kg.view import PartialDate, View

if TYPE_CHECKING:
    import rdflib

LAYOUT = "10"  # raise it when compiling changes what a store holds

Progress = Callable[[str, int, int], None]  # what, done, of


class Opened(NamedTuple):
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
    if as_of is None:
        return View("", include_unread)
    try:
        return View(PartialDate(as_of).latest, include_unread)
    except ValueError as error:
        raise KgError(str(error), "--as-of", "for instance 2021-06-30", exit_code=2) from None


def store_key(root: Root, view: View, manifest_content: bytes) -> str:
    """The name of the store of a view of these inputs."""
    ontology = (root.ontology / "bsab.ttl").read_bytes()
    digests = [hashlib.sha256(content).hexdigest() for content in (manifest_content, ontology)]
    return hashlib.sha256("\n".join([LAYOUT, ox.__version__, view.name, *digests]).encode()).hexdigest()[:24]


def stores_folder() -> Path:
    """The folder of all compiled stores."""
    return cache_home() / "stores"


def open_store(root: Root, view: View, progress: Progress | None = None) -> Opened:
    """The store of a view, compiled when the cache does not hold it.

    A damaged store is compiled again. An unwritable cache is no failure: the store is then built in memory,
    with one line on stderr.

    Raises
    ------
    KgError
        A generated file is missing, damaged or edited, or `as_of` lies after what the sources tell.
    """
    try:
        content = root.manifest.read_bytes()
        folder = stores_folder() / store_key(root, view, content)
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
    try:
        store = _open_or_compile(folder, root, view, progress)
        return Opened(store, root, view, version, as_of, str(folder))
    except OSError as error:
        _tell_once(f"kg: {folder.parent}: the cache cannot be used ({error.strerror or error}); working in memory")
    from kg.compile_store import compile_in_memory

    return Opened(compile_in_memory(root, view, progress), root, view, version, as_of, "memory")


@cache
def _tell_once(text: str) -> None:
    """A command that opens two stores tells it once."""
    print(text, file=sys.stderr)


def _open_or_compile(folder: Path, root: Root, view: View, progress: Progress | None) -> ox.Store:
    if folder.is_dir():
        try:
            store = ox.Store.read_only(str(folder))
        except (OSError, RuntimeError):  # the engine raises RuntimeError for what it finds corrupted
            from kg.compile_store import discard

            discard(folder)
        else:
            with contextlib.suppress(OSError):
                os.utime(folder)  # the sweep spares what was used last
            return store
    # Compiling is the slow path: what only it needs is loaded here, so that a warm `kg ask` stays light.
    from kg.compile_store import compile_into

    compile_into(folder, root, view, progress)
    return ox.Store.read_only(str(folder))


def as_rdflib(opened: Opened) -> rdflib.Graph:
    """The default graph of an open store as an rdflib Graph (read-only, no copy)."""
    from oxrdflib import OxigraphStore
    from rdflib import Graph
    from rdflib.graph import DATASET_DEFAULT_GRAPH_ID

    return Graph(store=OxigraphStore(store=opened.store), identifier=DATASET_DEFAULT_GRAPH_ID)
