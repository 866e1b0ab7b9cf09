"""The page and the picture of the ontology, from `ontology/bsab.ttl` and its mappings."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pyoxigraph as ox

from kg.terms import PREFIXES, compress
from kg.views.schema_picture import schema_svg
from kg.vocabulary import parse_turtle

Table = Callable[[Sequence[str], Iterable[Iterable[str]]], str]

# The classes of the picture and where they stand (column, row). What is left out stands in the tables.
PICTURE = {
    "Pair": (0, 0), "MechanismOfAction": (1, 0), "Epitope": (2, 0), "Cell": (3, 0), "EffectorFunction": (4, 0),
    "KillingMechanism": (5, 0), "Antibody": (0, 1.2), "Arm": (1, 1.2), "Antigen": (2, 1.2),
    "EscapeMechanism": (4, 1.2), "ChainLink": (5, 1.2), "StatusEvent": (0, 2.4), "Trial": (1, 2.4), "Tumor": (2, 2.4),
    "EscapeObservation": (4, 2.4), "CounterMeasure": (5, 2.4), "Result": (1, 3.6), "Claim": (2, 3.6),
    "EvidenceLine": (3, 3.6), "Source": (4, 3.6),
}  # fmt: skip
LEFT_OUT = {"ofAntibody", "atEpitope", "inTumor", "inTrial", "byCell", "engages", "observedUnder", "counterAntibody",
            "eventTumor", "approvedFor"}  # fmt: skip
SAID_BY_SCOPE_NOTE = (("EffectorFunction", "KillingMechanism", "acts through"),)  # its domain and range are open

# The variables of the report's style sheet, since a picture of its own has no page around it.
STYLE = """<style>
.schema { --ink: #1b1f24; --soft: #57606a; --raised: #ffffff; --line: #afb8c1; --edge: #6e7781; --ground: #ffffff;
  --outline: #24292f; background: #ffffff; font-family: sans-serif }
@media (prefers-color-scheme: dark) { .schema { --ink: #e6edf3; --soft: #9ea7b3; --raised: #1c2129; --line: #57606a;
  --edge: #8b949e; --ground: #0d1117; --outline: #c9d1d9; background: #0d1117 } }
</style>
"""

INTRODUCTION = """
What does a term of this graph mean, when is it not to be used, and where does one begin? The vocabulary is one file,
[`ontology/bsab.ttl`](../ontology/bsab.ttl) (OWL 2 EL); this page is the same as tables. A word in a cell of a table of
facts is a notation of one of the vocabularies below. Curation is machine-assisted, and no clinician has reviewed it.

![The classes of the ontology and the properties that join them](ontology.svg)
"""

REUSE = """
Entities keep the identifiers of UniProt, HGNC, the Cell Ontology, MONDO and UBERON. Parts are those of BFO, relations
those of RO, sources and evidence lines are entities of PROV, claims and evidence lines follow SEPIO, levels follow ECO,
and all controlled terms are SKOS concepts. [`mappings.sssom.tsv`](../ontology/mappings.sssom.tsv) says how near each
match is; `skos:exactMatch` is kept for the same concept, and most matches are none.
"""


class Ontology:
    """The triples of `bsab.ttl`, for questions about one term at a time."""

    def __init__(self, folder: Path) -> None:
        self.values: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        text = (folder / "bsab.ttl").read_text(encoding="utf-8")
        anchors = re.findall(r"^(?:uniprot|obo):(\w+) a owl:NamedIndividual \.  # (.+)$", text, re.MULTILINE)
        self.names = {code.replace("_", ":", 1): name for code, name in anchors}
        for triple in parse_turtle(folder / "bsab.ttl"):
            if isinstance(triple.subject, ox.NamedNode) and not isinstance(triple.object, ox.BlankNode):
                value = triple.object.value if isinstance(triple.object, ox.Literal | ox.NamedNode) else ""
                if isinstance(triple.object, ox.NamedNode):
                    value = _short(value)
                self.values[_short(triple.subject.value)][_short(triple.predicate.value)].append(value)

    def all(self, term: str, predicate: str) -> list[str]:
        return self.values[term][predicate] if term in self.values else []

    def one(self, term: str, predicate: str) -> str:
        return next(iter(self.all(term, predicate)), "")

    def of(self, kind: str) -> list[str]:
        """The terms of a class of ours, in the order of the file."""
        return [term for term in self.values if kind in self.values[term]["rdf:type"] and term.startswith("bsab:")]

    def word(self, term: str) -> str:
        """How a term is written in a cell: its notation, the name of a protein, cell type or tissue, or the text."""
        notation = self.one(term, "skos:notation")
        return f"`{notation}`" if notation else self.names.get(term.removeprefix("UniProt:"), term)

    def words(self, term: str, predicate: str) -> str:
        return ", ".join(self.word(value) for value in self.all(term, predicate))


def _short(iri: str) -> str:
    if iri.startswith("http://purl.obolibrary.org/obo/"):
        return iri.rpartition("/")[2].replace("_", ":", 1)
    return compress(iri)


def ontology_page(folder: Path, table: Table, notice: str) -> str:
    """The page: how to read it, classes, properties, one table for each vocabulary, reuse."""
    ontology = Ontology(folder)
    vocabularies = [
        term for term in ontology.of("owl:Class") if "bsab:ControlledTerm" in ontology.all(term, "rdfs:subClassOf")
    ]
    parts = [
        "# Ontology\n",
        notice,
        INTRODUCTION,
        _about(ontology),
        "\n## Where to begin\n\n",
        _reading_order(folder),
        "\n## Classes\n\n",
        _classes(ontology, [term for term in ontology.of("owl:Class") if term not in vocabularies], table),
        "\n## Properties\n\n",
        _properties(ontology, table),
        "\n## Vocabularies\n\n",
        "".join(
            f"- [{_title(term)}](#{_title(term).lower()}): {len(ontology.of(term))} terms\n" for term in vocabularies
        ),
    ]
    for vocabulary in vocabularies:
        parts += [f"\n### {_title(vocabulary)}\n\n", _said(ontology, vocabulary), _terms(ontology, vocabulary, table)]
    parts += ["\n## What is reused\n", REUSE, "\n", _mapped(folder, table)]
    return "".join(parts)


def _title(term: str) -> str:
    return term.removeprefix("bsab:")


def _about(ontology: Ontology) -> str:
    home = compress(f"{PREFIXES['bsab']}ontology")
    version, modified, license_ = (
        ontology.one(home, name) for name in ("owl:versionInfo", "dcterms:modified", "dcterms:license")
    )
    return (
        f"\nVersion {version} of {modified}, under <{license_}>; its address,\n"
        f"<{PREFIXES['bsab']}ontology/{version}>, is reserved and does not resolve yet.\n"
        "[`ontology/CHANGELOG.md`](../ontology/CHANGELOG.md) says what changed.\n"
    )


def _reading_order(folder: Path) -> str:
    """The numbered lines of the file's head."""
    head = (folder / "bsab.ttl").read_text(encoding="utf-8").partition("@prefix")[0]
    return "".join(f"{number}. {text}\n" for number, text in re.findall(r"^#   (\d+)\. (.+)$", head, re.MULTILINE))


def _said(ontology: Ontology, term: str) -> str:
    return f"{ontology.one(term, 'skos:definition')} {ontology.one(term, 'skos:scopeNote')}\n\n"


def _classes(ontology: Ontology, classes: Sequence[str], table: Table) -> str:
    def rows() -> Iterable[tuple[str, ...]]:
        for term in classes:
            above = ", ".join(f"`{_title(parent)}`" for parent in ontology.all(term, "rdfs:subClassOf"))
            yield (
                f"`{_title(term)}`", above, ontology.one(term, "skos:definition"),
                ontology.one(term, "skos:example"), ontology.one(term, "skos:scopeNote"),
            )  # fmt: skip

    return table(("class", "below", "definition", "example", "note"), rows())


def _properties(ontology: Ontology, table: Table) -> str:
    def rows() -> Iterable[tuple[str, ...]]:
        for kind in ("owl:ObjectProperty", "owl:DatatypeProperty", "owl:AnnotationProperty"):
            for term in ontology.of(kind):
                ends = [", ".join(f"`{_title(end)}`" for end in ontology.all(term, f"rdfs:{end}")) or "open"
                        for end in ("domain", "range")]  # fmt: skip
                yield (
                    f"`{_title(term)}`", *ends, ontology.one(term, "skos:definition"),
                    ontology.one(term, "skos:example"), ontology.one(term, "skos:scopeNote"),
                )  # fmt: skip

    return table(("property", "of", "to", "definition", "example", "note"), rows())


# Property -> heading of its column, in the tables of vocabularies whose terms have it.
COLUMNS = {
    "skos:broader": "below",
    "bsab:hasScope": "scope",
    "bsab:breaksLink": "breaks",
    "bsab:withstands": "withstands",
    "bsab:mayArise": "may arise",
    "bsab:runsThrough": "runs through",
    "bsab:relievedByRole": "relieved by",
    "bsab:actsOnCell": "acts on cell",
    "bsab:actsThrough": "acts through",
    "bsab:engagesReceptor": "receptor",
    "bsab:affectsTissue": "tissue",
    "bsab:hasHalfLifeClass": "half-life",
    "bsab:hasFc": "Fc",
    "bsab:rank": "rank",
}


def _terms(ontology: Ontology, vocabulary: str, table: Table) -> str:
    found = ontology.of(vocabulary)
    columns = [predicate for predicate in COLUMNS if any(ontology.all(term, predicate) for term in found)]

    def rows() -> Iterable[tuple[str, ...]]:
        for term in found:
            yield (
                ontology.word(term), ontology.one(term, "skos:definition"), ontology.one(term, "skos:example"),
                ontology.one(term, "skos:scopeNote"), *(ontology.words(term, predicate) for predicate in columns),
                ontology.one(term, "dcterms:source"),
            )  # fmt: skip

    header = ("notation", "definition", "example", "note", *(COLUMNS[predicate] for predicate in columns), "source")
    return table(header, rows())


def _mapped(folder: Path, table: Table) -> str:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for line in (folder / "mappings.sssom.tsv").read_text(encoding="utf-8").splitlines():
        cells = line.split("\t")
        if not line.startswith("#") and cells[0] != "subject_id":
            counts[cells[3].partition(":")[0]][cells[2]] += 1
    kinds = sorted({kind for counted in counts.values() for kind in counted})
    rows = ((target, *(str(counted[kind] or "") for kind in kinds)) for target, counted in sorted(counts.items()))
    return table(("target", *(f"`{kind}`" for kind in kinds)), rows)


def ontology_picture(folder: Path) -> str:
    """The picture: the classes of `PICTURE` and what joins them, as domains and ranges say."""
    ontology = Ontology(folder)
    unknown = {name for name in PICTURE if f"bsab:{name}" not in ontology.of("owl:Class")}
    if unknown:
        raise SystemExit(f"docs/ontology_page.py: the picture names classes that are none: {sorted(unknown)}")
    edges = []
    for term in ontology.of("owl:ObjectProperty"):
        ends = [_title(ontology.one(term, f"rdfs:{end}")) for end in ("domain", "range")]
        if _title(term) not in LEFT_OUT and set(ends) <= set(PICTURE):
            edges.append((*ends, ontology.one(term, "rdfs:label"), -1))
    edges += [(source, target, label, -1) for source, target, label in SAID_BY_SCOPE_NOTE]
    svg = schema_svg([(name, -1) for name in PICTURE], edges, PICTURE)
    head, _, rest = svg.replace(" (-1)", "").partition(">")
    return f'<svg xmlns="http://www.w3.org/2000/svg" {head.removeprefix("<svg ")}>{STYLE}{rest}'
