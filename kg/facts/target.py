"""What an antigen is like, what became of drugs of other classes against it, and where it was joined to another."""

from __future__ import annotations

from collections.abc import Sequence

from kg.facts.course import Described, add_node, add_trial, date_nodes, value_of
from kg.facts.names import Names
from kg.model import Claim, Entity, Facts, Lit, digest
from kg.tables import Row

_TRAITS: dict[str, tuple[str, str]] = {  # trait -> predicate, vocabulary class (or what else)
    "topology": ("bsab:hasTopology", "TopologyClass"),
    "surface-vote": ("bsab:surfaceVote", "SurfaceResource"),
    "surface-votes": ("bsab:surfaceVotes", "integer"),
    "membrane-segments": ("bsab:membraneSegments", "integer"),
    "extracellular-length": ("bsab:extracellularLength", "integer"),
    "membrane-distance": ("bsab:residuesToMembrane", "integer"),
    "shed-by": ("bsab:shedBy", "text"),
    "soluble-form": ("bsab:solubleForm", "text"),
    "internalization": ("bsab:internalization", "text"),
    "paralog": ("bsab:hasParalog", "antigen"),
}
_TERMS = {  # column of a precedent -> predicate, vocabulary class
    "agent_class": ("bsab:agentClass", "AgentClass"),
    "phase": ("bsab:phase", "Phase"),
    "outcome": ("bsab:precedentOutcome", "PrecedentOutcome"),
    "date_kind": ("bsab:dateKind", "DateKind"),
    "toxicity": ("bsab:hasToxicity", "ToxicityKind"),
}
_WORDS = {"agent": "bsab:agent", "region": "bsab:region", "reason": "bsab:reason"}
_KEY = (
    "agent",
    "agent_class",
    "tumors",
    "phase",
    "outcome",
    "on",
    "date_kind",
    "region",
    "trial",
    "toxicity",
    "reason",
)


def read_traits(rows: Sequence[Row], facts: Facts, names: Names) -> None:
    """Add what an antigen is like: one claim a row."""
    for row in rows:
        antigen = names.antigen(row["antigen"], row.where)
        stated = value_of(row, "trait", _TRAITS, names)
        if stated:
            facts.add(Claim(antigen, *stated), [names.evidence(row, ("value",))], row.where)


def read_precedents(rows: Sequence[Row], facts: Facts, names: Names) -> None:
    """Add precedents. One is known from the day of its outcome, unless its evidence is dated later."""
    for row in rows:
        antigen = names.antigen(row["antigen"], row.where)
        curie = f"precedent:{row['antigen'].replace(':', '.')}.{digest(*(row[name] for name in _KEY))[:8]}"
        nodes: Described = [
            (predicate, names.term(kind, value), column)
            for column, (predicate, kind) in _TERMS.items()
            for value in row.many(column)
        ]
        nodes += [(predicate, Lit(row[column]), column) for column, predicate in _WORDS.items() if row[column]]
        nodes += [("bsab:observedIn", names.tumor(tumor, row.where), "tumors") for tumor in row.many("tumors")]
        nodes += date_nodes(row["on"])
        if row["trial"]:
            add_trial(row["trial"], facts, row.where)
            nodes.append(("bsab:inTrial", row["trial"], "trial"))
        told = (row["agent"] or f"{row['agent_class']} without a name", row["outcome"], row["phase"], row["on"])
        label = f"{row['antigen']}: {' '.join(part for part in told if part)}"
        entity = Entity(curie, "bsab:Precedent", label)
        add_node(facts, names, row, entity, [Claim(antigen, "bsab:hasPrecedent", curie)], nodes, row["on"])


def read_disclosures(rows: Sequence[Row], facts: Facts, names: Names) -> None:
    """Add disclosures of antigen pairs: two claims a row, one an antigen, and no pair, which antibodies alone make.

    One is known from the day of its trace, unless its evidence is dated later.
    """
    for row in rows:
        if not row["first"] < row["second"]:
            what = f"column first, {row['first']!r}, does not sort before second, {row['second']!r}"
            names.complain(row.where, what, "write the two antigens in the order of their symbols, capitals first")
        antigens = [names.antigen(row[column], row.where) for column in ("first", "second")]
        key = (row["modality"], row["kind"], row["agent"], row["tumors"], row["on"], row["trial"])
        both = ".".join(row[column].replace(":", ".") for column in ("first", "second"))
        curie = f"disclosure:{both}.{digest(*key)[:8]}"
        nodes: Described = [
            ("bsab:agentClass", names.term("AgentClass", row["modality"]), "modality"),
            ("bsab:traceKind", names.term("TraceKind", row["kind"]), "kind"),
            ("bsab:dateKind", names.term("DateKind", "trace"), "on"),
            *date_nodes(row["on"]),
        ]
        if row["agent"]:
            nodes.append(("bsab:agent", Lit(row["agent"]), "agent"))
        nodes += [("bsab:observedIn", names.tumor(tumor, row.where), "tumors") for tumor in row.many("tumors")]
        if row["trial"]:
            add_trial(row["trial"], facts, row.where)
            nodes.append(("bsab:inTrial", row["trial"], "trial"))
        told = (row["modality"], row["kind"], row["agent"], row["on"])
        label = f"{row['first']} x {row['second']}: {' '.join(part for part in told if part)}"
        joined = [Claim(curie, "bsab:joins", antigen) for antigen in antigens]
        add_node(facts, names, row, Entity(curie, "bsab:Disclosure", label), joined, nodes, row["on"])
