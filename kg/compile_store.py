"""From committed triples to the store of one view: selected, derived, written beside and renamed.

Builders that race for one key build beside each other; the first rename wins.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import pyoxigraph as ox

from kg.errors import KgError
from kg.infer import infer_types
from kg.lookup import LOOKUP_GRAPH, LOOKUP_KEY, NAME_PROPERTIES
from kg.nodes import text
from kg.paths import Root
from kg.select_view import Selection, read_support, reckoning, select
from kg.store import Progress
from kg.terms import PREFIXES, compress, squeeze
from kg.triples import DEFAULT_GRAPH, EDGES, read_generated, read_manifest
from kg.view import View
from kg.vocabulary import parse_turtle, read_vocabulary

KEPT_STORES = 8
OURS = re.compile(r"[0-9a-f]{24}|building-.+")

_RANK, _PHASE, _HAS_EVENT, _HIGHEST, _HAS_FORMAT, _NARROWEST = (
    ox.NamedNode(PREFIXES["bsab"] + name)
    for name in ("rank", "phase", "hasEvent", "highestPhase", "hasFormat", "narrowestFormat")
)
_BROADER = ox.NamedNode(PREFIXES["skos"] + "broader")
# An entity is also found by its code elsewhere: HER2 by HGNC:3430, small cell lung carcinoma by ONCOTREE:SCLC.
_NAMING = {*NAME_PROPERTIES, ox.NamedNode(PREFIXES["bsab"] + "encodedBy")}


def compile_into(folder: Path, root: Root, view: View, progress: Progress | None = None) -> None:
    """Compile the store of a view into `folder`, whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    sweep(folder.parent)
    building = Path(tempfile.mkdtemp(prefix=f"building-{os.getpid()}-", dir=folder.parent))
    try:
        store = ox.Store(str(building / "db"))
        # In one go: each call leaves files of its own, and from seventeen on the engine opens a store without looking
        # whether they are whole.
        store.bulk_extend(chain.from_iterable(compiled_quads(root, view, progress)))
        store.flush()
        store.optimize()
        del store
        try:
            (building / "db").rename(folder)
        except OSError:
            # Losing the race is fine: the winner's store was built from the same inputs.
            if not folder.is_dir():
                raise
    finally:
        shutil.rmtree(building, ignore_errors=True)


def compile_in_memory(root: Root, view: View, progress: Progress | None = None) -> ox.Store:
    """The store of a view without a file."""
    store = ox.Store()
    for quads in compiled_quads(root, view, progress):
        store.extend(quads)
    return store


def discard(folder: Path) -> None:
    """Take a damaged store out of the way; what others have open stays open to them."""
    aside = Path(tempfile.mkdtemp(prefix="building-damaged-", dir=folder.parent))
    with contextlib.suppress(FileNotFoundError):
        folder.rename(aside / "db")
    shutil.rmtree(aside, ignore_errors=True)


def sweep(folder: Path, everything: bool = False) -> int:
    """Remove what dead builders left behind and all but the newest stores; returns how many folders went."""
    removed = 0
    stores = []
    for path in sorted(folder.glob("*")):
        if not OURS.fullmatch(path.name):  # KG_CACHE may name a folder that holds other things, too
            continue
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
    """All quads of a view, in batches: the default graph with the ontology in it, named graphs, inferred types."""

    def tell(done: int, of: int) -> None:
        if progress:
            progress("compiling the store", done, of)

    manifest = read_manifest(root)
    for row in manifest.rows:
        if row.path == "support.tsv":  # it weighs the claims of this store, whose key holds MANIFEST only
            read_generated(root, row)
    rows = [row for row in manifest.rows if row.path.endswith(".ttl") and not row.path.endswith(EDGES)]
    steps = len(rows) + 2
    default: list[ox.Quad] = []
    codes: list[ox.Quad] = []
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
            codes += [quad for quad in parsed if quad.predicate in _NAMING]
    tell(len(rows), steps)
    weigh = reckoning(read_support(root.data / "support.tsv"), read_vocabulary(root.ontology))
    selected = select(default, view, weigh)
    ontology = list(_ontology_quads(root.ontology / "bsab.ttl"))
    derived = chain(_highest_phases(selected, ontology), _narrowest_formats(selected, ontology))
    yield [*selected.kept, *selected.edges, *selected.marks, *derived]
    tell(len(rows) + 1, steps)
    yield ontology
    yield infer_types(selected.edges, ontology)
    yield list(_lookup_keys(selected.kept + ontology + codes))
    tell(steps, steps)


def _ontology_quads(path: Path) -> ox.Dataset:
    """The ontology; its blank nodes labeled canonically (RDFC-1.0), so that compiling twice gives the same quads."""
    quads = ox.Dataset(ox.Quad(*triple) for triple in parse_turtle(path))
    quads.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return quads


def _highest_phases(selected: Selection, ontology: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """How far each antibody got in any tumor, by its events in the view: nearly every question asks for it."""
    ranks: dict[object, int] = {quad.subject: int(text(quad.object)) for quad in ontology if quad.predicate == _RANK}
    phases: dict[object, object] = {quad.subject: quad.object for quad in selected.kept if quad.predicate == _PHASE}
    highest: dict[object, ox.Quad] = {}
    for edge in selected.edges:
        phase = phases.get(edge.object) if edge.predicate == _HAS_EVENT else None
        if isinstance(phase, ox.NamedNode):
            known = highest.get(edge.subject)
            if known is None or ranks[phase] > ranks[known.object]:
                highest[edge.subject] = ox.Quad(edge.subject, _HIGHEST, phase)
    yield from highest.values()


def _narrowest_formats(selected: Selection, ontology: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """The formats of each antibody in the view without those that a narrower one of its own implies."""
    parents: dict[object, set[object]] = {}
    for quad in ontology:
        if quad.predicate == _BROADER:
            parents.setdefault(quad.subject, set()).add(quad.object)

    def above(term: object) -> Iterator[object]:
        for parent in parents.get(term, ()):
            yield parent
            yield from above(parent)

    formats = [edge for edge in selected.edges if edge.predicate == _HAS_FORMAT]
    implied = {(edge.subject, broader) for edge in formats for broader in above(edge.object)}
    for edge in formats:
        if (edge.subject, edge.object) not in implied:
            yield ox.Quad(edge.subject, _NARROWEST, edge.object)


def _lookup_keys(quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    for quad in quads:
        if isinstance(quad.subject, ox.NamedNode) and quad.predicate in _NAMING:
            key = squeeze(compress(text(quad.object)))
            yield ox.Quad(quad.subject, LOOKUP_KEY, ox.Literal(key), LOOKUP_GRAPH)
