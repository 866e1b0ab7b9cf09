"""A view as one file for other tools: written by the libraries that know the format, each with what it loses."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import pyoxigraph as ox

from kg.errors import UsageError
from kg.links import Entity, Link, read_entities, read_links
from kg.lookup import LOOKUP_GRAPH
from kg.query import Value
from kg.store import Opened
from kg.terms import PREFIXES, expand

if TYPE_CHECKING:
    from kg.network import MultiDiGraph

# How a statement was made, in the words of the Biolink model (https://w3id.org/biolink/vocab/): claims were put
# together by machine-assisted curation that nobody has reviewed; for what is no claim nobody says.
CLAIMED = {"knowledge_level": "knowledge_assertion", "agent_type": "automated_agent"}
UNCLAIMED = {"knowledge_level": "not_provided", "agent_type": "not_provided"}
_BIOLINK = "https://w3id.org/biolink/vocab/"
CANDOR = "Curation is machine-assisted and no clinician has reviewed it."
LICENSE = "Own work under CC BY 4.0; facts of other sources keep their terms: see LICENSE-DATA."
COLUMNS = (
    "subject",
    "subject_label",
    "subject_kind",
    "predicate",
    "object",
    "object_label",
    "object_kind",
    "claim",
    "support",
    "contested",
    "source",
    "levels",
    "year",
    "qualifiers",
    "knowledge_level",
    "agent_type",
)
_REDUCED = (
    "of each claim's evidence lines all but the best source, the levels and the earliest year",
    "claims that are only refuted or only inconclusive",
    "synonyms and descriptions of entities",
)


class Exported(NamedTuple):
    """A file: its bytes, what is in it in a few words, and what the format leaves out."""

    content: bytes
    holds: str
    loses: tuple[str, ...]


def export(opened: Opened, style: str) -> Exported:
    """A view in one of `FORMATS`. The same view gives the same bytes.

    Footer, license and how the statements were made stand in the file: as comments where the format knows them, as
    statements about the data version in RDF, as attributes of the graph in GraphML and GEXF.

    Raises
    ------
    UsageError
        There is no such format.
    """
    if style not in FORMATS:
        raise UsageError(f"there is no format {style!r}", "--to", f"one of: {', '.join(FORMATS)}")
    return FORMATS[style](opened)


def about(opened: Opened) -> dict[str, str]:
    """What stands in every file: for what it is, of which data and view, under which terms, and how it was made."""
    return {
        "note": opened.footer(),
        "candor": CANDOR,
        "license": LICENSE,
        "data_version": opened.data_version,
        "as_of": opened.view.as_of or opened.as_of,
        "view": "with unread claims" if opened.view.include_unread else "read and record",
        **CLAIMED,
    }


def version_iri(opened: Opened) -> ox.NamedNode:
    """The IRI that stands for a data version, about which an RDF file says what it is."""
    return ox.NamedNode(f"{PREFIXES['bsab']}version/{opened.data_version[:12]}")


def _quads(opened: Opened) -> list[ox.Quad]:
    """The quads of a view, sorted, and those about its version; blank nodes with canonical labels (RDFC-1.0)."""
    dataset = ox.Dataset(quad for quad in opened.store if quad.graph_name != LOOKUP_GRAPH)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    told, version = about(opened), version_iri(opened)
    properties = {
        "dcterms:description": f"{told['note']} {told['candor']}",
        "dcterms:rights": told["license"],
        "owl:versionInfo": told["data_version"],
        "dcterms:coverage": f"{told['as_of']}, {told['view']}",
    }
    facts = {expand(curie): text for curie, text in properties.items()}
    facts |= {_BIOLINK + name: told[name] for name in CLAIMED}
    for iri, text in facts.items():
        dataset.add(ox.Quad(version, ox.NamedNode(iri), ox.Literal(text)))
    return sorted(dataset, key=str)


def _commented(opened: Opened, content: bytes) -> bytes:
    told = about(opened)
    return "".join(f"# {told[name]}\n" for name in ("note", "candor", "license")).encode() + content


def _written(statements: Iterable[ox.Quad] | Iterable[ox.Triple], form: ox.RdfFormat) -> bytes:
    content = ox.serialize(statements, format=form, prefixes=PREFIXES if form == ox.RdfFormat.TURTLE else None)
    assert content is not None
    return content


def _nquads(opened: Opened) -> Exported:
    quads = _quads(opened)
    return Exported(_commented(opened, _written(quads, ox.RdfFormat.N_QUADS)), f"{len(quads)} quads", ())


def _turtle(opened: Opened) -> Exported:
    triples = dict.fromkeys(ox.Triple(quad.subject, quad.predicate, quad.object) for quad in _quads(opened))
    content = _written(triples, ox.RdfFormat.TURTLE)
    loses = ("which named graph a bulk fact of a registry stands in", "which types are inferred")
    return Exported(_commented(opened, content), f"{len(triples)} triples", loses)


def _json_ld(opened: Opened) -> Exported:
    quads = _quads(opened)
    return Exported(_written(quads, ox.RdfFormat.JSON_LD) + b"\n", f"{len(quads)} quads", ())


def _plain(value: Value) -> str | int | float | bool:
    return "" if value is None else value


def exported_network(opened: Opened) -> MultiDiGraph:
    """The network of claims as files hold it: attributes are texts, numbers and booleans, and each edge has an id.

    The id is the CURIE of the claim, or source, predicate and target where it is none.
    """
    import networkx as nx

    from kg.network import claim_network

    network = claim_network(opened)
    plain: MultiDiGraph = nx.MultiDiGraph()
    plain.graph.update(about(opened))
    plain.add_nodes_from(network.nodes(data=True))
    for source, target, edge in network.edges(data=True):
        told: dict[str, Any] = {name: value for name, value in edge.items() if value is not None}
        told["best_source"] = told.pop("source")  # where other tools read an edge, its source is the node it leaves
        told |= {"levels": " ".join(edge["levels"]), **(CLAIMED if edge["claim"] else UNCLAIMED)}
        plain.add_edge(source, target, key=edge["claim"] or f"{source} {edge['predicate']} {target}", **told)
    return plain


def _held(opened: Opened, network: MultiDiGraph) -> tuple[str, tuple[str, ...]]:
    texts = sum(link.is_text for link in read_links(opened.store))
    holds = f"{network.number_of_nodes()} nodes, {network.number_of_edges()} edges"
    return holds, (f"{texts} claims about text and numbers", *_REDUCED)


def _graphml(opened: Opened) -> Exported:
    from networkx.readwrite.graphml import write_graphml_xml  # not the one by lxml, which writes other bytes

    network, stream = exported_network(opened), io.BytesIO()
    write_graphml_xml(network, stream)
    return Exported(stream.getvalue() + b"\n", *_held(opened, network))


def _gexf(opened: Opened) -> Exported:
    from xml.etree.ElementTree import SubElement

    from networkx.readwrite.gexf import GEXFWriter

    network, stream = exported_network(opened), io.BytesIO()
    for *_, key, edge in network.edges(keys=True, data=True):
        edge["id"] = key
    writer = GEXFWriter(network)
    meta = writer.xml.find("meta")
    assert meta is not None
    told = about(opened)
    meta.set("lastmodifieddate", told["as_of"])  # networkx writes today, and the same view gives the same bytes
    SubElement(meta, "description").text = " ".join(told[name] for name in ("note", "candor", "license"))
    SubElement(meta, "keywords").text = ", ".join(
        f"{name}: {told[name]}" for name in ("data_version", "view", *CLAIMED)
    )
    writer.write(stream)
    return Exported(stream.getvalue() + b"\n", *_held(opened, network))


def _tsv(opened: Opened) -> Exported:
    links, entities = read_links(opened.store), read_entities(opened.store)
    stream = io.StringIO()
    table = csv.writer(stream, dialect="excel-tab", lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows(_row(link, entities) for link in links)
    loses = (*_REDUCED, "entities that no link leads to")
    return Exported(_commented(opened, stream.getvalue().encode()), f"{len(links)} links", loses)


def _row(link: Link, entities: dict[str, Entity]) -> tuple[object, ...]:
    subject = entities.get(link.source) or Entity(link.source, link.source, "term", "")
    named = ("", "text") if link.is_text else (link.target, "term")
    entity = None if link.is_text else entities.get(link.target)
    made = CLAIMED if link.claim else UNCLAIMED
    return (
        link.source,
        subject.label,
        subject.kind,
        link.predicate,
        link.target,
        *((entity.label, entity.kind) if entity else named),
        link.claim,
        link.support if link.claim else "",
        "true" if link.contested else "false",
        link.best_source,
        " ".join(link.levels),
        "" if link.year is None else link.year,
        "; ".join(f"{name}={_plain(value)}" for name, value in link.qualifiers),
        made["knowledge_level"],
        made["agent_type"],
    )


FORMATS: dict[str, Callable[[Opened], Exported]] = {
    "graphml": _graphml,
    "gexf": _gexf,
    "jsonld": _json_ld,
    "ttl": _turtle,
    "nq": _nquads,
    "tsv": _tsv,
}
