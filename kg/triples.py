"""Facts as Turtle files: sorted, one topic or source a file, listed with checksums in MANIFEST.

The files hold entities, claims and evidence of every reading state and date. Plain edges follow from the
claims of a view; those of the default view are written too (`edges.ttl`), for users who load the files alone.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox

from kg.built import is_built, note_built
from kg.errors import Finding, KgError
from kg.facts import Loaded, load_facts
from kg.model import Claim, Entity, Evidence, Facts, Lit, Node
from kg.output import sweep_leftovers, write_files
from kg.paths import Root
from kg.select_view import read_support, reckoning, select
from kg.terms import PREFIXES, expand
from kg.view import PartialDate, View

EDGES = "edges.ttl"
DEFAULT_GRAPH = "default"
_GENERATED = re.compile(r"triples/((claims|entities|graph)-[a-z0-9-]+|edges)\.ttl")
_HIDDEN_SYNONYMS = {"bsab:Tumor"}  # search keys (stages, abbreviations), not exact names
_SHOWN_PREFIXES = {name: iri for name, iri in PREFIXES.items() if name not in ("url",)}

TextTriple = tuple[str, str, Node]


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One generated file: path below `data/`, sha256, triples, and the graph that it stands in."""

    path: str
    sha256: str
    triples: int
    graph: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """All generated files. `version` is the sha256 of the listing, `as_of` the day up to which sources tell."""

    as_of: str
    rows: tuple[ManifestRow, ...]
    version: str


@lru_cache(maxsize=1 << 17)
def _named(curie: str) -> ox.NamedNode:
    return ox.NamedNode(expand(curie))


def to_term(node: Node) -> ox.NamedNode | ox.Literal:
    """A node as a term of the store."""
    if isinstance(node, Lit):
        if node.datatype == "string":
            return ox.Literal(node.value)
        return ox.Literal(node.value, datatype=ox.NamedNode(PREFIXES["xsd"] + node.datatype))
    return _named(node)


def to_triple(triple: TextTriple) -> ox.Triple:
    """A triple of CURIEs and literals as the engine takes it."""
    subject, predicate, node = triple
    return ox.Triple(_named(subject), _named(predicate), to_term(node))


def entity_triples(entity: Entity) -> Iterable[TextTriple]:
    """Type, label, synonyms and description of an entity."""
    yield entity.curie, "rdf:type", entity.type
    yield entity.curie, "rdfs:label", Lit(entity.label)
    synonym = "skos:hiddenLabel" if entity.type in _HIDDEN_SYNONYMS else "skos:altLabel"
    for name in entity.synonyms:
        yield entity.curie, synonym, Lit(name)
    for predicate, node in entity.description:
        yield entity.curie, predicate, node


def claim_triples(
    claim: Claim, lines: Mapping[str, Evidence], vocabulary: Mapping[str, Mapping[str, str]]
) -> Iterable[TextTriple]:
    """A claim node and its evidence lines."""
    identifier = claim.id
    yield identifier, "rdf:type", "bsab:Claim"
    yield identifier, "rdf:subject", claim.subject
    yield identifier, "rdf:predicate", claim.predicate
    yield identifier, "rdf:object", claim.object
    for name, value in claim.qualifiers:
        yield identifier, name, value
    for key, line in lines.items():
        yield key, "rdf:type", "bsab:EvidenceLine"
        yield key, "bsab:evidenceFor", identifier
        yield key, "bsab:source", line.source
        if line.locator:
            yield key, "bsab:locator", Lit(line.locator)
        yield key, "bsab:level", vocabulary["EvidenceLevel"][line.level]
        yield key, "bsab:stance", vocabulary["Stance"][line.stance]
        yield key, "bsab:reading", vocabulary["ReadingState"][line.reading]
        if line.date:
            yield key, "bsab:dateEarliest", Lit(line.date.earliest, "date")
            yield key, "bsab:dateLatest", Lit(line.date.latest, "date")
        if line.note:
            yield key, "bsab:note", Lit(line.note)
        if line.observation:
            yield key, "bsab:observation", line.observation


def _kebab(curie: str) -> str:
    local = curie.rpartition(":")[2]
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", local).lower()


def _files(facts: Facts, vocabulary: Mapping[str, Mapping[str, str]]) -> dict[str, tuple[str, set[TextTriple]]]:
    """File name -> (graph, triples)."""
    files: dict[str, set[TextTriple]] = defaultdict(set)
    for entity in facts.entities.values():
        files[f"entities-{_kebab(entity.type)}.ttl"].update(entity_triples(entity))
    cited = {line.source for lines in facts.evidence.values() for line in lines.values()}
    for source in cited:
        if not source.startswith("src:"):
            kind = "bsab:Trial" if source.startswith(("NCT:", "ACTRN:")) else "bsab:Source"
            if source not in facts.entities:
                label = source.removeprefix("url:") if source.startswith("url:") else source
                shown = source.partition(":")[2] if kind == "bsab:Trial" else label
                files["entities-source.ttl"].update(entity_triples(Entity(source, kind, shown)))
    for identifier, claim in facts.claims.items():
        lines = facts.evidence[identifier]
        files[f"claims-{_kebab(claim.predicate)}.ttl"].update(claim_triples(claim, lines, vocabulary))
    placed = {name: (DEFAULT_GRAPH, triples) for name, triples in files.items()}
    for graph, triples in facts.bulk.items():
        placed[f"graph-{graph.partition(':')[2]}.ttl"] = (graph, set(triples))
    return placed


def _turtle(triples: Iterable[ox.Triple]) -> bytes:
    """Turtle with subjects, predicates and objects sorted; the same triples give the same bytes."""
    ordered = sorted(triples, key=lambda triple: (str(triple.subject), str(triple.predicate), str(triple.object)))
    content = ox.serialize(ordered, format=ox.RdfFormat.TURTLE, prefixes=_SHOWN_PREFIXES)
    assert content is not None
    used = {name: iri for name, iri in _SHOWN_PREFIXES.items() if f"{name}:".encode() in content}
    slim = ox.serialize(ordered, format=ox.RdfFormat.TURTLE, prefixes=used)
    assert slim is not None
    return slim


def render(root: Root, loaded: Loaded | None = None) -> dict[str, bytes]:
    """All generated files of a root, by path below `data/`: Turtle and MANIFEST. A pure function of its tables.

    `loaded` spares reading the tables again.

    Raises
    ------
    FactsError
        With every complaint about the input tables.
    """
    loaded = loaded or load_facts(root)
    content: dict[str, bytes] = {}
    rows: list[ManifestRow] = []
    default: list[ox.Triple] = []
    for name, (graph, texts) in sorted(_files(loaded.facts, loaded.names.vocabulary).items()):
        triples = [to_triple(text) for text in texts]
        if graph == DEFAULT_GRAPH:
            default += triples
        content[f"triples/{name}"] = _turtle(triples)
        rows.append(_manifest_row(f"triples/{name}", content[f"triples/{name}"], len(triples), graph))
    weigh = reckoning(read_support(root.data / "support.tsv"), loaded.names.vocabulary)
    selected = select((ox.Quad(*triple) for triple in default), View(), weigh)
    edges = [ox.Triple(quad.subject, quad.predicate, quad.object) for quad in selected.edges]
    content[f"triples/{EDGES}"] = _turtle(edges)
    rows.append(_manifest_row(f"triples/{EDGES}", content[f"triples/{EDGES}"], len(edges), DEFAULT_GRAPH))
    table = (root.data / "support.tsv").read_bytes()
    rows.append(_manifest_row("support.tsv", table, 0, "-"))
    dense = root.expression / "SHA256SUMS"
    if dense.is_file():  # vouches for the dense numbers, which `kg import` writes
        rows.append(_manifest_row("expression/SHA256SUMS", dense.read_bytes(), 0, "-"))
    dates = [PartialDate(row["date"]).latest for row in loaded.rows["sources"] if row["date"]]
    lines = [f"# as-of {max(dates, default='')}", "path\tsha256\ttriples\tgraph"]
    lines += [f"{row.path}\t{row.sha256}\t{row.triples}\t{row.graph}" for row in sorted(rows, key=lambda r: r.path)]
    content["MANIFEST"] = ("\n".join(lines) + "\n").encode()
    return content


def _manifest_row(path: str, content: bytes, triples: int, graph: str) -> ManifestRow:
    return ManifestRow(path, hashlib.sha256(content).hexdigest(), triples, graph)


def read_manifest(root: Root) -> Manifest:
    """The manifest of a root.

    Raises
    ------
    KgError
        It is missing or damaged; the hint is the command that mends it.
    """
    hint = "run kg build, or restore it from git"
    try:
        content = root.manifest.read_bytes()
    except OSError as error:
        raise KgError(f"cannot be read: {error.strerror or error}", str(root.manifest), hint) from None
    try:
        lines = content.decode().splitlines()
        as_of = lines[0].removeprefix("# as-of ")
        if not lines[0].startswith("# as-of ") or lines[1] != "path\tsha256\ttriples\tgraph":
            raise ValueError
        rows = []
        for line in lines[2:]:
            path, sha256, triples, graph = line.split("\t")
            rows.append(ManifestRow(path, sha256, int(triples), graph))
    except (ValueError, IndexError):
        raise KgError("is damaged", str(root.manifest), hint) from None
    return Manifest(as_of, tuple(rows), hashlib.sha256(content).hexdigest())


def read_generated(root: Root, row: ManifestRow) -> bytes:
    """The bytes of a generated file, checked against its checksum.

    Raises
    ------
    KgError
        It is missing, or somebody has edited it.
    """
    path = root.data / row.path
    try:
        content = path.read_bytes()
    except OSError as error:
        hint = "run kg build, or restore it from git"
        raise KgError(f"cannot be read: {error.strerror or error}", str(path), hint) from None
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise KgError("is not what MANIFEST says (generated files are never edited)", str(path), "run kg build")
    return content


def build(root: Root) -> list[str]:
    """Write all generated files, all or none; returns the paths that changed.

    Nothing is written when a table is wrong. A file in the folder that was not generated stays as it is. Where neither
    tables nor code nor what was generated has changed since the last build, nothing is made again.

    Raises
    ------
    FactsError
        With every complaint about the input tables.
    KgError
        A file cannot be written.
    """
    root.require_checkout("kg build")
    if is_built(root):
        return []
    content = render(root)
    for folder in (root.data, root.triples):
        sweep_leftovers(folder)
    stale = _stale_files(root, content)
    write_files({root.data / path: content[path] for path in stale if path in content})
    gone = [path for path in stale if path not in content and _GENERATED.fullmatch(path)]
    for path in gone:
        try:
            (root.data / path).unlink()
        except OSError as error:
            raise KgError(f"cannot be removed: {error.strerror}", str(root.data / path), "remove it") from None
    if all(path in content or path in gone for path in stale):
        note_built(root)
    return [path for path in stale if path in content or path in gone]


def check_fresh(root: Root, loaded: Loaded | None = None) -> list[Finding]:
    """A finding for each generated file that is not what the tables say, and for each file that is not generated."""
    content = render(root, loaded)
    findings = []
    for path in _stale_files(root, content):
        what, hint = "is not what the tables say", "run kg build"
        if path not in content and not _GENERATED.fullmatch(path):
            what, hint = "is no generated file", "move it out of data/triples"
        findings.append(Finding("error", "fresh", f"data/{path}", what, hint))
    return findings


def _stale_files(root: Root, content: Mapping[str, bytes]) -> list[str]:
    """Paths below `data/` whose content differs, that are missing, or that should not be there."""
    present = {f"triples/{path.name}" for path in root.triples.glob("[!.]*") if path.is_file()}
    stale = [path for path, wanted in content.items() if not _same(root.data / path, wanted)]
    return sorted([*stale, *(present - set(content))])


def _same(path: Path, wanted: bytes) -> bool:
    try:
        return path.read_bytes() == wanted
    except OSError:
        return False
