"""Who is who: antibodies, antigens, epitopes, tumors, cells and sources as entities."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from kg.facts.names import Names
from kg.model import Entity, Facts, Lit, Node, boolean
from kg.tables import Row
from kg.terms import squeeze

Rows = Mapping[str, Sequence[Row]]


def read_identity(rows: Rows, facts: Facts, names: Names) -> None:
    """Fill `names` and add every entity that has an identity of its own."""
    names.sources = {row["id"] for row in rows["sources"]}
    for row in rows["sources"]:
        facts.add_entity(_source(row))
    _antigens(rows, facts, names)
    _epitopes(rows, facts, names)
    _tumors_and_cells(rows, facts, names)
    for row in rows["antibodies"]:
        names.antibodies.add(row["id"])
        description: list[tuple[str, Node]] = [
            ("bsab:innStatus", names.term("InnStatus", row["inn_status"])),
            ("bsab:scope", names.term("Scope", row["scope"])),
        ]
        facts.add_entity(
            Entity(
                f"ab:{row['id']}",
                "bsab:Antibody",
                row["label"],
                row.many("synonyms"),
                tuple(description),
                row.where,
            )
        )
    for row in rows["escapes"]:
        names.escapes.add(row["id"])
    _complain_of_shared_names(rows["antibodies"], names)


def _source(row: Row) -> Entity:
    description: list[tuple[str, Node]] = [
        ("bsab:version", Lit(row["version"])),
        ("bsab:license", Lit(row["license"])),
        ("bsab:licenseSeen", boolean(row["license_seen"] == "yes")),
        ("bsab:retrieved", Lit(row["retrieved"], "date" if len(row["retrieved"]) == 10 else "string")),
    ]
    if row["url"]:
        description.append(("bsab:url", Lit(row["url"])))
    return Entity(f"src:{row['id']}", "bsab:Dataset", row["title"], (), tuple(description), row.where)


def _antigens(rows: Rows, facts: Facts, names: Names) -> None:
    genes = {row["symbol"]: row for row in rows["genes"]}
    for row in rows["antigens"]:
        key = row["antigen"]
        gene = genes.get(key)
        if gene is None and ":" not in key:
            names.complain(
                row.where,
                f"{key!r} is no symbol of the genes table",
                "write the HGNC symbol; run kg import hgnc after adding one",
            )
            continue
        curie = f"UniProt:{gene['uniprot']}" if gene and gene["uniprot"] else f"ag:{key.rpartition(':')[2]}"
        names.antigens[key] = curie
        description: list[tuple[str, Node]] = [("skos:notation", Lit(key))]
        if row["location"]:
            description.append(("bsab:hasLocation", names.term("AntigenLocation", row["location"])))
        synonyms = [key.rpartition(":")[2], *row.many("synonyms")]
        if gene:
            facts.add_bulk("graph:hgnc", curie, "bsab:encodedBy", gene["hgnc"])
            facts.add_bulk("graph:hgnc", gene["hgnc"], "rdf:type", "bsab:Gene")
            facts.add_bulk("graph:hgnc", gene["hgnc"], "rdfs:label", Lit(gene["symbol"]))
            facts.add_bulk("graph:hgnc", gene["hgnc"], "skos:definition", Lit(gene["name"]))
        label = row["common_name"]
        facts.add_entity(
            Entity(
                curie,
                "bsab:Antigen",
                label,
                tuple(name for name in dict.fromkeys(synonyms) if name != label),
                tuple(description),
                row.where,
            )
        )


def _epitopes(rows: Rows, facts: Facts, names: Names) -> None:
    for row in rows["epitopes"]:
        curie = f"ep:{row['epitope'].replace('/', '.').replace(':', '.')}"
        names.epitopes[row["epitope"]] = curie
        antigen = names.antigen(row["antigen"], row.where)
        description: list[tuple[str, Node]] = [
            ("bsab:epitopeOf", antigen),
            ("bsab:epitopeKind", Lit(row["kind"])),
        ]
        if row["hla"]:
            description.append(("bsab:restrictedBy", Lit(row["hla"])))
        # The name of an isoform is its own (CLDN18.2); a domain's is not (ECD2 of which receptor?).
        synonyms = (row["epitope"].partition("/")[2],) if row["kind"] == "isoform" else ()
        facts.add_entity(Entity(curie, "bsab:Epitope", row["label"], synonyms, tuple(description), row.where))


def _tumors_and_cells(rows: Rows, facts: Facts, names: Names) -> None:
    for row in rows["tumors"]:
        names.tumors.add(row["id"])
        facts.add_entity(
            Entity(
                row["id"],
                "bsab:Tumor",
                row["label"],
                row.many("synonyms"),
                (("bsab:solid", boolean(row["solid"] == "yes")),),
                row.where,
            )
        )
    known = {row["id"] for row in rows["hierarchy"]}
    labels = {row["id"]: row["label"] for row in rows["hierarchy"]}
    for row in rows["tumors"]:
        if labels.get(row["id"], row["label"]) != row["label"]:
            names.complain(
                row.where,
                f"label {row['label']!r} is not MONDO's {labels[row['id']]!r}",
                "write the upstream label; put other names among the synonyms",
            )
    for row in rows["hierarchy"]:
        tumor = row["id"].startswith("MONDO:")
        if not tumor:
            names.cells.add(row["id"])
        facts.add_entity(Entity(row["id"], "bsab:Tumor" if tumor else "bsab:Cell", row["label"], (), (), row.where))
        graph = "graph:mondo" if tumor else "graph:cl"
        for parent in row.many("parents"):
            if parent in known:
                facts.add_bulk(graph, row["id"], "rdfs:subClassOf", parent)
        for match in row.many("mappings"):
            facts.add_bulk(graph, row["id"], "skos:notation", Lit(match))


def _complain_of_shared_names(antibodies: Sequence[Row], names: Names) -> None:
    """No two antibodies may share a label or a synonym: a shared name is a wrong join waiting to happen."""
    owners: dict[str, list[Row]] = defaultdict(list)
    for row in antibodies:
        for key in {squeeze(name) for name in (row["label"], *row.many("synonyms"))}:
            owners[key].append(row)
    for key, sharing in sorted(owners.items()):
        if len({row["id"] for row in sharing}) > 1:
            others = ", ".join(sorted({row["id"] for row in sharing}))
            names.complain(
                sharing[-1].where,
                f"the name {key!r} stands for several antibodies: {others}",
                "leave it to one of them, or merge the rows",
            )
