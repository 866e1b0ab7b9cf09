"""MONDO and the Cell Ontology: labels, parents and mappings of the tumors and cells that the tables name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from kg.sources.crosswalk import read_crosswalk
from kg.sources.registry import Adapter, Context, Output, register
from kg.sources.upstream import UpstreamRow, read_upstream

COLUMNS = ("id", "label", "parents", "synonyms", "deprecated", "replaced_by", "definition")
MONDO_FILE, NCIT_FILE, ONCOTREE_FILE = (
    "mondo_neoplasm_terms.tsv",
    "mondo_exactmatch_ncit.neoplasm.sssom.tsv",
    "mondo_hasdbxref_oncotree.neoplasm.sssom.tsv",
)
CL_FILE = "cl_terms.tsv"
_ROOT_CELL = "CL:0000000"


def _hierarchy(
    terms: Mapping[str, UpstreamRow], wanted: Mapping[str, str], matches: Mapping[str, Iterable[str]], context: Context
) -> list[dict[str, str]]:
    """Rows of the wanted terms and all their ancestors; a wanted term that is missing is a complaint."""
    if context.findings:
        return []  # without its files, every term would be missing
    rows: dict[str, dict[str, str]] = {}
    waiting = sorted(wanted)
    while waiting:
        curie = waiting.pop()
        if curie in rows:
            continue
        term = terms.get(curie)
        if term is None or term["deprecated"] == "true":
            if curie in wanted:
                replaced = f"it was replaced by {term['replaced_by']}" if term and term["replaced_by"] else "look it up"
                context.complain(wanted[curie], f"{curie} is not in the upstream, or is obsolete", replaced)
            continue
        parents = [parent for parent in term["parents"].split("|") if parent in terms]
        rows[curie] = {
            "where": term.where,
            "id": curie,
            "label": term["label"],
            "parents": ";".join(sorted(parents)),
            "mappings": ";".join(sorted(matches.get(curie, ()))),
        }
        waiting += parents
    return list(rows.values())


def _terms(context: Context, file: str) -> dict[str, UpstreamRow]:
    return {row["id"]: row for row in read_upstream(context.folder / file, COLUMNS, context.findings)}


def read_mondo(context: Context) -> Output:
    """The hierarchy above every tumor of tumors.tsv, with NCIt and OncoTree matches."""
    matches: dict[str, set[str]] = defaultdict(set)
    for file in (NCIT_FILE, ONCOTREE_FILE):
        columns = ("subject_id", "predicate_id", "object_id")
        for row in read_upstream(context.folder / file, columns, context.findings, exact=False):
            matches[row["subject_id"]].add(row["object_id"])
    wanted = {row["id"]: row.where for row in context.rows["tumors"]}
    return {"hierarchy-mondo": _hierarchy(_terms(context, MONDO_FILE), wanted, matches, context)}


def read_cl(context: Context) -> Output:
    """The hierarchy above every effector cell that an engagement names."""
    crosswalk = read_crosswalk(
        context, "engagements", ("id", "receptor", "cell", "function", "description", "reading", "level", "note")
    )
    wanted = {
        cell: f"data/crosswalks/engagements.tsv:{line}"
        for line, row in enumerate(crosswalk, start=2)
        for cell in row["cell"].split(";")
        if cell
    }
    wanted |= {row["cell"]: row.where for row in context.rows["engagements"]}
    return {"hierarchy-cl": _hierarchy(_terms(context, CL_FILE), wanted, {}, context)}


register(
    Adapter(
        "mondo",
        "tumor hierarchy and mappings",
        {"mondo": MONDO_FILE, "mondo-ncit": NCIT_FILE, "mondo-oncotree": ONCOTREE_FILE},
        read_mondo,
    )
)
register(Adapter("cl", "cell hierarchy", {"cl": CL_FILE}, read_cl))
