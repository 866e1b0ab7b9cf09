"""The declared columns of every input table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

Vocabulary = Mapping[str, Mapping[str, str]]  # class -> notation -> CURIE of the term


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `kind` names a check of `CHECKS`, or a vocabulary class of the ontology after `term:`."""

    name: str
    doc: str
    kind: str = "text"
    required: bool = False
    many: bool = False


@dataclass(frozen=True)
class Table:
    """A table: its columns in order. Fact tables end with the eight evidence columns.

    `key` names the columns that no two rows of all files of the table may share. One source, at one place, says one
    thing about what `about` names: two values there in a column of `single` are a slip, not a contradiction of sources.
    """

    name: str
    doc: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    evidence: bool = field(default=False)
    about: tuple[str, ...] = ()
    single: tuple[str, ...] = ()

    @cached_property
    def all_columns(self) -> tuple[Column, ...]:
        return self.columns + (EVIDENCE if self.evidence else ())

    @cached_property
    def header(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.all_columns)


@dataclass(frozen=True, slots=True)
class Row:
    """One checked row; `where` is its `file:line`."""

    cells: Mapping[str, str]
    where: str

    def __getitem__(self, name: str) -> str:
        return self.cells[name]

    def many(self, name: str) -> tuple[str, ...]:
        """The parts of a `;` list; empty for an empty cell."""
        return tuple(part for part in self.cells[name].split(";") if part)


def _column(name: str, doc: str, kind: str = "text", *flags: str) -> Column:
    return Column(name, doc, kind, required="required" in flags, many="many" in flags)


EVIDENCE = (
    _column("source", "PMID:, DOI:, PMC:, NCT: or url: of the source, or an id of sources.tsv", "source", "required"),
    _column("locator", "where in the source it stands: page seen, table, section, row", "text"),
    _column("level", "kind of evidence", "term:EvidenceLevel", "required"),
    _column("stance", "whether it supports the claim", "term:Stance", "required"),
    _column("date", "date of the evidence; empty if unknown", "date"),
    _column("reading", "read: the passage was seen; record: a database row; unread", "term:ReadingState", "required"),
    _column("unread", "columns of this row that were not seen although the row was", "columns", "many"),
    _column("note", "short remark"),
)

ANTIBODY = "antibody"
TUMOR = "tumor"
ANTIGEN = "antigen"

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "antibodies",
            "Who is who: one row an antibody, its one label and every other name. Identity only, no facts. A curated"
            " row replaces the imported one with its id: to correct a name or the scope, copy the row and mend it.",
            (
                _column("id", "the label in lower case, other characters as hyphens", "slug", "required"),
                _column("label", "INN, else code, else the name that papers use", "text", "required"),
                _column("synonyms", "codes, brands, spellings", "text", "many"),
                _column("inn_status", "what the label is", "term:InnStatus", "required"),
                _column("scope", "solid tumors, hematology, both", "term:Scope", "required"),
            ),
            key=("id",),
        ),
        Table(
            "arms",
            "What an antibody binds: one row an arm and antigen. A dual-action Fab is one arm on two "
            "rows; where it has another role for each antigen, two arms that exclude each other.",
            (
                _column("antibody", "id of the antibody", ANTIBODY, "required"),
                _column("arm", "key of the arm within the antibody, e.g. ERBB2-ecd4", "armkey", "required"),
                _column("antigen", "HGNC symbol, GLYCAN:… or HAPTEN:…; empty for a mask", ANTIGEN),
                _column("epitope", "SYMBOL/name of epitopes.tsv; empty if unknown", "epitope"),
                _column("role", "what the arm is for", "term:ArmRole", "required"),
                _column("valency", "number of binding sites of this arm", "integer"),
                _column("moiety", "what the arm is made of", "term:Moiety"),
                _column("exclusive_with", "antigen that the same site binds instead", ANTIGEN),
            ),
            evidence=True,
            about=("antibody", "arm", "antigen"),
            single=("epitope", "role", "valency", "moiety"),
        ),
        Table(
            "events",
            "Dated status events of an antibody: first in the clinic, approvals, stops, holds.",
            (
                _column("antibody", "id of the antibody", ANTIBODY, "required"),
                _column("event", "kind of event", "term:EventKind", "required"),
                _column("phase", "phase or status that it reached or left", "term:Phase"),
                _column("on", "date of the event; empty if unknown", "date"),
                _column("date_kind", "what the date is the date of", "term:DateKind"),
                _column("region", "FDA, EMA, NMPA … or a country"),
                _column("tumors", "tumors concerned", TUMOR, "many"),
                _column("trial", "registry id", "trial"),
                _column("reason_class", "why it was stopped", "term:StopReason"),
                _column("reason", "the reason in our words"),
            ),
            evidence=True,
        ),
        Table(
            "trials",
            "Trials of an antibody.",
            (
                _column("trial", "NCT:… or ACTRN:…", "trial", "required"),
                _column("antibody", "id of the antibody", ANTIBODY, "required"),
                _column("phase", "phase of the trial", "term:Phase"),
                _column("first_in_human", "yes or no; empty if not known", "yesno"),
                _column("tumors", "tumors enrolled", TUMOR, "many"),
            ),
            evidence=True,
            about=("trial", "antibody"),
            single=("phase", "first_in_human"),
        ),
        Table(
            "results",
            "One end point of one regimen in one population of one trial a row; failures as well as successes.",
            (
                _column("antibody", "id of the antibody", ANTIBODY, "required"),
                _column("trial", "registry id; empty if not known", "trial"),
                _column("regimen", "dose, schedule, route, combination", "text", "required"),
                _column("line", "line of treatment"),
                _column("population", "who was analyzed"),
                _column("tumor", "tumor", TUMOR),
                _column("n", "patients analyzed", "integer"),
                _column("endpoint", "end point", "term:EndPoint", "required"),
                _column("event", "which adverse event was counted; for the end points that count one"),
                _column("value", "value in the unit", "number"),
                _column("unit", "percent, months, days, count …"),
                _column("ci_low", "lower limit of the 95 % interval", "number"),
                _column("ci_high", "upper limit of the 95 % interval", "number"),
                _column("comparator", "control regimen"),
                _column("comparator_value", "value of the control, same unit", "number"),
                _column("hazard_ratio", "hazard ratio against the control", "number"),
                _column("hr_low", "lower limit", "number"),
                _column("hr_high", "upper limit", "number"),
                _column("p_value", "as printed, e.g. <0.001"),
                _column("met", "whether the end point was met", "yesno"),
            ),
            evidence=True,
        ),
        Table(
            "escapes",
            "One observation of a tumor's escape (or of its absence: stance refutes) a row.",
            (
                _column("id", "EM… (imported) or MX… (curated)", "escapekey", "required"),
                _column("mechanism", "kind of escape", "term:EscapeMechanism", "required"),
                _column("antigen", "antigen that is escaped from", ANTIGEN, "many"),
                _column("epitope", "SYMBOL/name of epitopes.tsv for which alone it is stated; else empty", "epitope"),
                _column("tumors", "tumors that were studied", TUMOR, "many"),
                _column("agent", "antibody id where it stands in the graph, else free text", "text", "many"),
                _column("agent_class", "what the pressure was", "term:AgentClass", "required"),
                _column("setting", "where it was seen", "term:Setting", "required"),
                _column("timing", "primary, adaptive, acquired", "term:Timing", "required"),
                _column("summary", "one sentence with the figures, our words", "text", "required"),
            ),
            key=("id",),
            evidence=True,
        ),
        Table(
            "counters",
            "What counters an observed escape, and whether that has been tested.",
            (
                _column("escape", "id of the observation", "escapekey", "required"),
                _column("kind", "kind of counter-measure", "term:CounterKind", "required"),
                _column("antibody", "id where the counter is an antibody of the graph", ANTIBODY),
                _column("description", "the counter in our words", "text", "required"),
                _column("outcome", "how it went", "term:CounterOutcome", "required"),
            ),
            evidence=True,
        ),
        Table(
            "engagements",
            "Which cell a receptor sits on and what engaging it does.",
            (
                _column("receptor", "HGNC symbol", ANTIGEN, "required"),
                _column("cell", "Cell Ontology CURIE", "cell", "required"),
                _column("function", "effector function", "term:EffectorFunction", "required"),
                _column("description", "mechanism in our words"),
            ),
            evidence=True,
        ),
        Table(
            "expression",
            "Antigens on tumors, as stated in words.",
            (
                _column("antigen", "HGNC symbol or GLYCAN:…", ANTIGEN, "required"),
                _column("tumor", "MONDO CURIE", TUMOR, "required"),
                _column("description", "how much, where, our words"),
            ),
            evidence=True,
        ),
        Table(
            "properties",
            "One property of an antibody a row: format, fc, payload, mechanism, developer and the like.",
            (
                _column("antibody", "id of the antibody", ANTIBODY, "required"),
                _column("property", "name of the property", "property", "required"),
                _column(
                    "value",
                    "a notation for format, fc, mechanism; a MONDO CURIE for tested-in; else text",
                    "text",
                    "required",
                ),
            ),
            evidence=True,
        ),
        Table(
            "traits",
            "One property of an antigen a row: surface votes, topology, lengths, shedding, internalization, paralogs.",
            (
                _column("antigen", "HGNC symbol", ANTIGEN, "required"),
                _column("trait", "name of the property", "trait", "required"),
                _column("value", "a notation, a whole number, an antigen, or text", "text", "required"),
            ),
            evidence=True,
        ),
        Table(
            "precedents",
            "What became of drugs of other classes against an antigen: one statement about one drug a row.",
            (
                _column("antigen", "HGNC symbol or GLYCAN:…", ANTIGEN, "required"),
                _column("agent", "name of the drug; empty where the source names none"),
                _column("agent_class", "what the drug is", "term:AgentClass", "required"),
                _column("tumors", "tumors concerned", TUMOR, "many"),
                _column("phase", "phase that it reached or failed in", "term:Phase"),
                _column("outcome", "what became of it", "term:PrecedentOutcome", "required"),
                _column("on", "date of the outcome; empty if unknown", "date"),
                _column("date_kind", "what the date is the date of", "term:DateKind"),
                _column("region", "country of two letters, EU or global"),
                _column("trial", "registry id", "trial"),
                _column("toxicity", "harm that was seen in patients", "term:ToxicityKind", "many"),
                _column("reason", "why, in our words"),
            ),
            evidence=True,
        ),
        Table(
            "disclosures",
            "Public traces of an antigen pair outside the clinical bispecifics of the graph: one pair at one trace a"
            " row.",
            (
                _column("first", "HGNC symbol or GLYCAN:…; sorts before the second", ANTIGEN, "required"),
                _column("second", "HGNC symbol or GLYCAN:…", ANTIGEN, "required"),
                _column("modality", "what joins the two", "term:AgentClass", "required"),
                _column("kind", "what the trace is", "term:TraceKind", "required"),
                _column("agent", "name of the agent; empty where the source names none"),
                _column("tumors", "tumors concerned", TUMOR, "many"),
                _column("on", "day, month or year of the trace", "date", "required"),
                _column("trial", "registry id", "trial"),
            ),
            evidence=True,
        ),
        Table(
            "claims",
            "Everything else: any claim between two things of the graph.",
            (
                _column("subject", "CURIE", "curie", "required"),
                _column("predicate", "property of the ontology, e.g. bsab:states", "curie", "required"),
                _column("object", "CURIE, or text in double quotes", "object", "required"),
                _column("qualifier", "text that narrows the claim"),
            ),
            evidence=True,
        ),
        Table(
            "antigens",
            "Antigens and receptors under the names that the field uses.",
            (
                _column("antigen", "HGNC symbol, GLYCAN:… or HAPTEN:…", "antigenkey", "required"),
                _column("common_name", "the field's name", "text", "required"),
                _column("synonyms", "other names", "text", "many"),
                _column("location", "where an antibody finds it", "term:AntigenLocation"),
                _column("note", "short remark"),
            ),
            key=("antigen",),
        ),
        Table(
            "sources",
            "Every data set once, with version and license; papers and pages are named by their identifiers.",
            (
                _column("id", "short name", "source", "required"),
                _column("title", "what it is", "text", "required"),
                _column("version", "release or date of the copy", "text", "required"),
                _column("date", "day up to which it tells; empty if undated", "date"),
                _column("license", "license of the upstream, or what is believed", "text", "required"),
                _column("license_seen", "whether the license text itself was seen", "yesno", "required"),
                _column("url", "where it is published"),
                _column("retrieved", "when our copy was found", "date", "required"),
                _column("file", "file below the folder given to kg import; empty for our own"),
                _column("sha256", "sha256 of that file, written by kg import"),
            ),
            key=("id",),
        ),
        Table(
            "genes",
            "Registry identity of the antigens (HGNC).",
            (
                _column("symbol", "HGNC symbol", "antigenkey", "required"),
                _column("hgnc", "HGNC id", "hgnc", "required"),
                _column("uniprot", "UniProt accession; empty where HGNC gives none", "uniprot"),
                _column("ensembl", "Ensembl gene"),
                _column("name", "gene name", "text", "required"),
                _column("aliases", "alias and previous symbols", "text", "many"),
            ),
            key=("symbol",),
        ),
        Table(
            "epitopes",
            "Named epitopes: domains, isoforms, peptide-HLA complexes.",
            (
                _column("epitope", "SYMBOL/name", "epitopekey", "required"),
                _column("antigen", "HGNC symbol or GLYCAN:…", ANTIGEN, "required"),
                _column("label", "what people call it", "text", "required"),
                _column("kind", "domain, isoform, peptide-hla, glycan, chain, site", "text", "required"),
                _column("domain", "domain of the antigen"),
                _column("hla", "restriction element"),
                _column("peptide", "source peptide"),
                _column("note", "short remark"),
            ),
            key=("epitope",),
        ),
        Table(
            "tumors",
            "Tumors that the graph names, with the names that users type.",
            (
                _column("id", "MONDO CURIE", TUMOR, "required"),
                _column("label", "MONDO's label", "text", "required"),
                _column("synonyms", "abbreviations and other names", "text", "many"),
                _column("solid", "whether it is a solid tumor (curated)", "yesno", "required"),
                _column("note", "short remark"),
            ),
            key=("id",),
        ),
        Table(
            "hierarchy",
            "Parents of the tumors and cells that the graph names, from MONDO and CL.",
            (
                _column("id", "CURIE", "curie", "required"),
                _column("label", "label", "text", "required"),
                _column("parents", "CURIEs of the parents within this table", "curie", "many"),
                _column("mappings", "CURIEs of exact matches in other vocabularies", "text", "many"),
            ),
            key=("id",),
        ),
        Table(
            "roles",
            "What an antigen does beside standing on tumor cells: the pairs of each family are ranked apart.",
            (
                _column("antigen", "HGNC symbol", "antigenkey", "required"),
                _column(
                    "role", "effector, costimulation, checkpoint, stroma, infiltrate, ligand, tumor", "role", "required"
                ),
                _column("note", "short remark"),
            ),
            key=("antigen", "role"),
        ),
        Table(
            "tissues",
            "How bad it is to lose a normal tissue: a judgment with its source, for the reading of expression.",
            (
                _column("id", "UBERON CURIE", "tissue", "required"),
                _column("label", "UBERON's label", "text", "required"),
                _column(
                    "class",
                    "vital: losing it threatens life or sight; expendable: an adult lives without it; privileged: "
                    "sheltered from immune cells, in part; other",
                    "tissueclass",
                    "required",
                    "many",
                ),
                _column("source", "who says so", "source", "required"),
                _column("locator", "where in the source it stands", "text", "required"),
                _column("note", "short remark"),
            ),
            key=("id",),
        ),
        Table(
            "cells",
            "Types of normal cells that the Human Protein Atlas has figures of: how bad it is to lose them, and what"
            " they are in a tumor's biopsy. A judgment, for the reading of expression.",
            (
                _column("name", "the name that the source of the figures has", "text", "required"),
                _column("id", "Cell Ontology CURIE; empty where no single term fits", "cell"),
                _column("class", "vital, expendable or other, as in the table tissues", "tissueclass", "required"),
                _column(
                    "kind",
                    "leukocyte and stroma stand in most biopsies, so that bulk figures of a tumor tell of them, too",
                    "cellkind",
                    "required",
                ),
                _column("source", "who says so", "source", "required"),
                _column("locator", "where in the source it stands", "text", "required"),
                _column("note", "short remark"),
            ),
            key=("name",),
        ),
    )
}

# Symbols and keys become parts of IRIs, so each is held to the characters that no IRI needs to escape.
