"""Escape and its counter-measures, receptors on effector cells, antigens on tumors, and generic claims."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kg.facts.course import Described, add_node
from kg.facts.names import Names
from kg.model import Claim, Entity, Facts, Lit, Node, boolean, decimal, digest
from kg.tables import Row

_BISPECIFIC = ("bispecific", "t-cell-engager")  # an engager is a bispecific


def read_escapes(rows: Sequence[Row], facts: Facts, names: Names, hematologic: set[str]) -> None:
    """Add escape observations, and the claims that they are evidence for.

    The claim is "this antigen (or antibody, or else this class of agent) is escaped through that mechanism,
    in this tumor, at this epitope"; supporting and refuting observations meet at one claim. `hematologic` holds
    the tumors that are not solid: an observation is transferred unless it is of patients on a bispecific in a
    solid tumor.
    """
    for row in rows:
        curie = f"escape:{row['id']}"
        mechanism = names.term("EscapeMechanism", row["mechanism"])
        antigens = [names.antigen(key, row.where) for key in row.many("antigen")]
        tumors = [names.tumor(tumor, row.where) for tumor in row.many("tumors")]
        agents = [f"ab:{key}" for key in row.many("agent") if key in names.antibodies]
        others = [key for key in row.many("agent") if key not in names.antibodies]
        direct = (
            row["agent_class"] in _BISPECIFIC
            and row["setting"] == "patients"
            and bool(tumors)
            and not hematologic.intersection(tumors)
        )
        nodes: Described = [
            ("bsab:escapeMechanism", mechanism, "mechanism"),
            ("bsab:agentClass", names.term("AgentClass", row["agent_class"]), "agent_class"),
            ("bsab:setting", names.term("Setting", row["setting"]), "setting"),
            ("bsab:timing", names.term("Timing", row["timing"]), "timing"),
            ("bsab:transferred", boolean(not direct), "setting"),
            ("bsab:summary", Lit(row["summary"]), "summary"),
        ]
        nodes += [("bsab:escapesFrom", antigen, "antigen") for antigen in antigens]
        nodes += [("bsab:observedIn", tumor, "tumors") for tumor in tumors]
        nodes += [("bsab:observedUnder", agent, "agent") for agent in agents]
        nodes += [("bsab:agent", Lit(agent), "agent") for agent in others]
        subjects = [*antigens, *agents] or [names.term("AgentClass", row["agent_class"])]
        places: list[tuple[tuple[str, Node], ...]] = [(("bsab:inTumor", tumor),) for tumor in tumors] or [()]
        site: tuple[tuple[str, Node], ...] = ()
        if row["epitope"]:
            site = (("bsab:atEpitope", names.epitope(row["epitope"], row.where)),)
            if row["epitope"].partition("/")[0] not in row.many("antigen"):
                names.complain(
                    row.where, f"epitope {row['epitope']!r} is on no antigen of the row", "name its antigen, too"
                )
        at = names.antigen(row["epitope"].partition("/")[0], row.where) if site else ""
        facts.add_entity(Entity(curie, "bsab:EscapeObservation", f"{row['id']}: {row['mechanism']}", (), (), row.where))
        add_node(
            facts, names, row, Entity(curie, "bsab:EscapeObservation", f"{row['id']}: {row['mechanism']}"), [], nodes
        )
        for subject in subjects:
            for place in places:
                line = names.evidence(row, ("mechanism", "antigen"), observation=curie)
                where = (*place, *site) if subject == at else place
                facts.add(Claim(subject, "bsab:escapedThrough", mechanism, where), [line], row.where)


def read_counters(rows: Sequence[Row], facts: Facts, names: Names) -> None:
    """Add what counters an observed escape."""
    for row in rows:
        if row["escape"] not in names.escapes:
            names.complain(row.where, f"no escape observation {row['escape']!r}", "mend the id")
        curie = f"counter:{row['escape']}.{digest(row['kind'], row['antibody'], row['description'])[:8]}"
        nodes: Described = [
            ("bsab:counterKind", names.term("CounterKind", row["kind"]), "kind"),
            ("bsab:description", Lit(row["description"]), "description"),
            ("bsab:outcome", names.term("CounterOutcome", row["outcome"]), "outcome"),
        ]
        if row["antibody"]:
            nodes.append(("bsab:counterAntibody", names.antibody(row["antibody"], row.where), "antibody"))
        add_node(
            facts,
            names,
            row,
            Entity(curie, "bsab:CounterMeasure", f"{row['escape']}: {row['description']}"),
            [Claim(f"escape:{row['escape']}", "bsab:counteredBy", curie)],
            nodes,
        )


def read_engagements(rows: Sequence[Row], facts: Facts, names: Names) -> None:
    """Add which cell a receptor sits on and what engaging it does."""
    for row in rows:
        receptor = names.antigen(row["receptor"], row.where)
        cell = names.cell(row["cell"], row.where)
        function = names.term("EffectorFunction", row["function"])
        line = [names.evidence(row, ("receptor", "cell", "function"))]
        facts.add(Claim(receptor, "bsab:expressedByCell", cell), line, row.where)
        facts.add(Claim(receptor, "bsab:effectorFunction", function, (("bsab:byCell", cell),)), line, row.where)
        facts.add(Claim(cell, "bsab:performs", function), line, row.where)


def read_expression(rows: Sequence[Row], facts: Facts, names: Names) -> None:
    """Add antigens on tumors."""
    for row in rows:
        antigen, tumor = names.antigen(row["antigen"], row.where), names.tumor(row["tumor"], row.where)
        facts.add(Claim(antigen, "bsab:expressedOn", tumor), [names.evidence(row, ("tumor",))], row.where)


_NUMBERS = frozenset({"bsab:affinity"})  # properties whose text is a number
_NUMBER = re.compile(r"\d+(\.\d+)?")
_CITED = ("DOI:", "PMID:", "PMC:")  # a paper is known by being cited


def read_claims(rows: Sequence[Row], facts: Facts, names: Names) -> None:
    """Add generic claims; the object is a CURIE, or text in double quotes."""
    for row in rows:
        text = row["object"]
        if row["predicate"] not in names.properties:
            names.complain(row.where, f"no property {row['predicate']!r}", "name one that ontology/bsab.ttl declares")
        known = row["subject"] in facts.entities or row["subject"] in names.terms
        if not known and not row["subject"].startswith(_CITED):
            names.complain(row.where, f"nothing is {row['subject']!r}", "name an entity, or a term of the ontology")
        quoted = len(text) > 1 and text.startswith('"') and text.endswith('"')
        if not quoted and text not in facts.entities and text not in names.terms:
            names.complain(row.where, f"nothing is {text!r}", "name an entity or a term, or put a text in quotes")
        node: Node = Lit(text[1:-1]) if quoted else text
        if row["predicate"] in _NUMBERS:
            if not quoted or not _NUMBER.fullmatch(text[1:-1]):
                names.complain(row.where, f"{text!r} is no number", 'write it in quotes: "1.7"')
                continue
            node = decimal(text[1:-1])
        qualifiers: tuple[tuple[str, Node], ...] = (
            (("bsab:qualifier", Lit(row["qualifier"])),) if row["qualifier"] else ()
        )
        facts.add(Claim(row["subject"], row["predicate"], node, qualifiers), [names.evidence(row)], row.where)
