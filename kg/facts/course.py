"""The course of an antibody: status events, trials, results and its own properties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kg.facts.names import Names
from kg.model import Claim, Entity, Facts, Lit, Node, boolean, decimal, digest, integer
from kg.tables import Row
from kg.view import PartialDate

_PROPERTIES: dict[str, tuple[str, str]] = {  # property -> predicate, vocabulary class (or what else)
    "format": ("bsab:hasFormat", "Format"),
    "fc": ("bsab:hasFcActivity", "FcActivity"),
    "mechanism": ("bsab:hasMechanism", "MechanismOfAction"),
    "tested-in": ("bsab:testedIn", "tumor"),
    "payload": ("bsab:payload", "text"),
    "payload-kind": ("bsab:hasPayloadKind", "PayloadKind"),
    "developer": ("bsab:developer", "text"),
    "conditional-activation": ("bsab:conditionalActivation", "text"),
    "activation": ("bsab:activatedBy", "ActivationMode"),
    "reported-efficacy": ("bsab:reportedEfficacy", "text"),
    "reported-toxicity": ("bsab:reportedToxicity", "text"),
    "toxicity": ("bsab:hasToxicity", "ToxicityKind"),
}

Described = list[tuple[str, Node, str]]  # predicate, value, column


def date_nodes(text: str) -> Described:
    """The earliest and the latest day of an event's date, as `xsd:date`."""
    if not text:
        return []
    date = PartialDate(text)
    return [
        ("bsab:onEarliest", Lit(date.earliest, "date"), "on"),
        ("bsab:onLatest", Lit(date.latest, "date"), "on"),
    ]


def add_node(
    facts: Facts,
    names: Names,
    row: Row,
    entity: Entity,
    claims: Sequence[Claim],
    nodes: Described,
    default_date: str = "",
) -> None:
    """Add an n-ary node: what was read describes it, what was not becomes unread claims about it."""
    unread = set(row.many("unread"))
    described = tuple((predicate, value) for predicate, value, column in nodes if column not in unread)
    facts.add_entity(Entity(entity.curie, entity.type, entity.label, (), described, row.where))
    for claim in claims:
        facts.add(claim, [names.evidence(row, (), default_date)], row.where)
    for predicate, value, column in nodes:
        if column in unread:
            facts.add(Claim(entity.curie, predicate, value), [names.evidence(row, (column,), default_date)], row.where)


def read_events(rows: Sequence[Row], facts: Facts, names: Names) -> None:
    """Add status events. An event is known from the day it happened, unless its evidence is dated later."""
    columns = ("event", "phase", "on", "date_kind", "region", "tumors", "trial", "reason_class", "reason")
    for row in rows:
        antibody = names.antibody(row["antibody"], row.where)
        curie = f"event:{row['antibody']}.{digest(*(row[name] for name in columns))[:8]}"
        nodes: Described = [("bsab:eventKind", names.term("EventKind", row["event"]), "event"), *date_nodes(row["on"])]
        if row["phase"]:
            nodes.append(("bsab:phase", names.term("Phase", row["phase"]), "phase"))
        if row["date_kind"]:
            nodes.append(("bsab:dateKind", names.term("DateKind", row["date_kind"]), "date_kind"))
        if row["region"]:
            nodes.append(("bsab:region", Lit(row["region"]), "region"))
        nodes += [("bsab:eventTumor", names.tumor(tumor, row.where), "tumors") for tumor in row.many("tumors")]
        if row["trial"]:
            add_trial(row["trial"], facts, row.where)
            nodes.append(("bsab:inTrial", row["trial"], "trial"))
        if row["reason_class"]:
            nodes.append(("bsab:stopReason", names.term("StopReason", row["reason_class"]), "reason_class"))
        if row["reason"]:
            nodes.append(("bsab:reason", Lit(row["reason"]), "reason"))
        label = " ".join(part for part in (row["event"], row["phase"], row["region"], row["on"]) if part)
        bound = row["date_kind"] in ("upper-bound", "lower-bound")
        add_node(
            facts,
            names,
            row,
            Entity(curie, "bsab:StatusEvent", f"{row['antibody']}: {label}"),
            [Claim(antibody, "bsab:hasEvent", curie)],
            nodes,
            "" if bound else row["on"],
        )


def add_trial(trial: str, facts: Facts, where: str) -> None:
    """Add a trial that a row names; what is known of it comes from the table of trials."""
    facts.add_entity(Entity(trial, "bsab:Trial", trial.partition(":")[2], (), (), where))


def read_trials(rows: Sequence[Row], facts: Facts, names: Names) -> None:
    """Add trials of antibodies, with phase, first-in-human flag and tumors."""
    for row in rows:
        antibody = names.antibody(row["antibody"], row.where)
        trial = row["trial"]
        add_trial(trial, facts, row.where)
        stated: list[tuple[Claim, str]] = [(Claim(antibody, "bsab:testedInTrial", trial), "trial")]
        if row["phase"]:
            stated.append((Claim(trial, "bsab:phase", names.term("Phase", row["phase"])), "phase"))
        if row["first_in_human"]:
            value = boolean(row["first_in_human"] == "yes")
            stated.append(
                (Claim(trial, "bsab:firstInHuman", value, (("bsab:ofAntibody", antibody),)), "first_in_human")
            )
        for tumor in row.many("tumors"):
            qualifier = (("bsab:inTrial", trial),)
            stated.append((Claim(antibody, "bsab:testedIn", names.tumor(tumor, row.where), qualifier), "tumors"))
        for claim, column in stated:
            facts.add(claim, [names.evidence(row, (column,))], row.where)


def read_results(rows: Sequence[Row], facts: Facts, names: Names) -> None:
    """Add results: one end point of one regimen in one population of one trial."""
    numbers = {
        "value": "bsab:value",
        "ci_low": "bsab:ciLow",
        "ci_high": "bsab:ciHigh",
        "comparator_value": "bsab:comparatorValue",
        "hazard_ratio": "bsab:hazardRatio",
        "hr_low": "bsab:hrLow",
        "hr_high": "bsab:hrHigh",
    }
    texts = {
        "regimen": "bsab:regimen",
        "line": "bsab:line",
        "population": "bsab:population",
        "event": "bsab:adverseEvent",
        "unit": "bsab:unit",
        "comparator": "bsab:comparator",
        "p_value": "bsab:pValue",
    }
    for row in rows:
        antibody = names.antibody(row["antibody"], row.where)
        own = [
            name
            for name in row.cells
            if name not in ("source", "locator", "level", "stance", "date", "reading", "unread", "note")
            and (name != "event" or row["event"])  # a later column: results without one keep their ids
        ]
        curie = f"result:{row['antibody']}.{digest(*(row[name] for name in own))[:8]}"
        nodes: Described = [("bsab:endPoint", names.term("EndPoint", row["endpoint"]), "endpoint")]
        nodes += [(predicate, decimal(row[name]), name) for name, predicate in numbers.items() if row[name]]
        nodes += [(predicate, Lit(row[name]), name) for name, predicate in texts.items() if row[name]]
        if row["n"]:
            nodes.append(("bsab:sampleSize", integer(row["n"]), "n"))
        if row["tumor"]:
            nodes.append(("bsab:observedIn", names.tumor(row["tumor"], row.where), "tumor"))
        if row["met"]:
            nodes.append(("bsab:endPointMet", boolean(row["met"] == "yes"), "met"))
        qualifiers: tuple[tuple[str, Node], ...] = ()
        if row["trial"]:
            add_trial(row["trial"], facts, row.where)
            nodes.append(("bsab:inTrial", row["trial"], "trial"))
            qualifiers = (("bsab:inTrial", row["trial"]),)
        value = f"{row['value']} {row['unit']}".strip() or (f"HR {row['hazard_ratio']}" if row["hazard_ratio"] else "")
        counted = f"{row['endpoint']} ({row['event']})" if row["event"] else row["endpoint"]
        label = f"{row['antibody']}: {counted} {value}".strip()
        add_node(
            facts,
            names,
            row,
            Entity(curie, "bsab:Result", label),
            [Claim(antibody, "bsab:hasResult", curie, qualifiers)],
            nodes,
        )


def read_properties(rows: Sequence[Row], facts: Facts, names: Names) -> None:
    """Add format, Fc activity, mechanism, tumors tested in, and what is told in words."""
    for row in rows:
        antibody = names.antibody(row["antibody"], row.where)
        stated = value_of(row, "property", _PROPERTIES, names)
        if stated:
            facts.add(Claim(antibody, *stated), [names.evidence(row, ("value",))], row.where)


def value_of(row: Row, column: str, known: Mapping[str, tuple[str, str]], names: Names) -> tuple[str, Node] | None:
    """Predicate and value of a row that names a property and gives its value; None, and a complaint, if it is wrong.

    `known` has for each property its predicate and what its value is: a vocabulary, `tumor`, `antigen`, `integer`
    or `text`.
    """
    name, value = row[column], row["value"]
    if name not in known:
        names.complain(row.where, f"no {column} {name!r}", f"one of: {', '.join(known)}")
        return None
    predicate, kind = known[name]
    if kind == "text":
        return predicate, Lit(value)
    if kind == "tumor":
        return predicate, names.tumor(value, row.where)
    if kind == "antigen":
        return predicate, names.antigen(value, row.where)
    if kind == "integer" and value.isdecimal():
        return predicate, integer(value)
    if value in names.vocabulary.get(kind, {}):
        return predicate, names.term(kind, value)
    one_of = ", ".join(names.vocabulary.get(kind, {})) or "a whole number"
    names.complain(row.where, f"{value!r} is no {name}", f"one of: {one_of}")
    return None
