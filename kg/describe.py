"""All that is known of one entity, with the evidence beside every statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import pyoxigraph as ox

from kg.evidence import Line, Stated, claim, claims, notation, shown
from kg.infer import INFERRED_GRAPH
from kg.lookup import LABEL, LOOKUP_KEY, NAME_PROPERTIES, TYPE, Match, label_of
from kg.nodes import Node, bulk, objects, statements, subjects
from kg.query import Answer, Record, records, to_value
from kg.store import Opened
from kg.terms import PREFIXES, compress, expand

_BSAB = PREFIXES["bsab"]
_DESCRIBED_ELSEWHERE = {LABEL, *NAME_PROPERTIES, TYPE}
_MARKS = {_BSAB + name for name in ("support", "contested", "bestSource")}
# Properties of other vocabularies, which have no label in ours.
_REUSED = {
    PREFIXES["rdfs"] + "subClassOf": "is a kind of",
    PREFIXES["skos"] + "notation": "code",
    PREFIXES["rdf"] + "type": "inferred type",  # the type that is stated is told as `type`
}
_NODES = {"StatusEvent", "Result", "CounterMeasure", "Precedent"}  # n-ary nodes, told in one line


class Statement(NamedTuple):
    """One line of a description; `claim` is empty for what merely describes the entity."""

    about: str
    property: str
    value: str
    value_id: str
    claim: str
    reading: str
    support: float | None
    contested: bool
    refuted: bool
    lines: tuple[Line, ...]


class Description(NamedTuple):
    """An entity and its statements, in a stable order."""

    id: str
    label: str
    type: str
    synonyms: tuple[str, ...]
    statements: tuple[Statement, ...]
    arms: tuple[dict[str, Any], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The documented JSON object of `kg show --format json`."""
        object_: dict[str, Any] = {
            "id": self.id,
            "label": self.label,
            "type": self.type,
            "synonyms": list(self.synonyms),
        }
        if self.type == "antibody":
            object_["arms"] = list(self.arms)
        object_["statements"] = [
            {
                "about": line.about,
                "property": line.property,
                "value": line.value,
                "value_id": line.value_id,
                "claim": line.claim,
                "reading": line.reading,
                "support": line.support,
                "contested": line.contested,
                "refuted": line.refuted,
                "evidence": [
                    {
                        "source": e.source,
                        "locator": e.locator,
                        "level": e.level,
                        "stance": e.stance,
                        "reading": e.reading,
                        "date": e.date,
                        "note": e.note,
                        "observation": e.observation,
                    }
                    for e in line.lines
                ],
            }
            for line in self.statements
        ]
        return object_

    def table(self) -> Answer:
        """The statements as rows."""
        rows: list[Record] = []
        for line in self.statements:
            stances = {e.stance for e in line.lines}
            mark = line.reading
            if line.contested:
                mark = "contested"
            elif line.refuted:
                mark = "refuted" if "refutes" in stances else "inconclusive"
            rows.append(
                {
                    "about": line.about,
                    "property": line.property,
                    "value": line.value,
                    "state": mark,
                    "support": line.support,
                    "sources": "; ".join(dict.fromkeys(e.brief for e in line.lines)),
                    "claim": line.claim,
                }
            )
        return records(("about", "property", "value", "state", "support", "sources", "claim"), rows)


def describe(opened: Opened, match: Match) -> Description:
    """Everything that the view holds about an entity: what it is, what is claimed of it and through it."""
    store = opened.store
    node = ox.NamedNode(expand(match.curie))
    claimed = list(claims(store, node))
    told = list(_own(store, node, claimed))
    if match.kind == "claim":
        stated = claim(store, node)
        told += [_statement(store, stated, "")] if stated else []
    arms: tuple[dict[str, Any], ...] = ()
    told += [_statement(store, stated, "") for stated in claimed]
    told += [_incoming(store, stated) for stated in claims(store, None, None, node)]
    if match.kind == "antibody":
        own_arms = [
            stated.object
            for stated in claimed
            if stated.predicate == "bsab:hasArm" and isinstance(stated.object, ox.NamedNode)
        ]
        for arm in own_arms:
            told += [_statement(store, stated, label_of(store, arm)) for stated in claims(store, arm)]
        arms = tuple(_arm(store, arm) for arm in own_arms)
    if match.kind == "observation":
        for line in sorted(subjects(store, _property("observation"), node), key=str):
            for reported in objects(store, line, _property("evidenceFor")):
                stated = claim(store, reported) if isinstance(reported, ox.NamedNode) else None
                if stated:
                    told.append(_statement(store, stated, shown(store, ox.NamedNode(expand(stated.subject)))))
    synonyms = sorted({name.value for prop in NAME_PROPERTIES[1:] for name in objects(store, node, prop)})
    return Description(match.curie, match.label, match.kind, tuple(synonyms), tuple(told), arms)


def _property(name: str) -> ox.NamedNode:
    return ox.NamedNode(_BSAB + name)


def _own(store: ox.Store, node: ox.NamedNode, claimed: Iterable[Stated]) -> Iterator[Statement]:
    """What describes the entity without being a claim: in the default graph, then in the named source graphs."""
    known = {(stated.predicate, str(stated.object)) for stated in claimed}
    for predicate, value in sorted(statements(store, node), key=str):
        plain = (compress(predicate.value), str(value)) not in known
        if predicate not in _DESCRIBED_ELSEWHERE and plain and not _is_reification(predicate):
            yield _described(store, predicate, value, "", ())
    for graph, predicate, value in sorted(bulk(store, node), key=str):
        if graph == INFERRED_GRAPH.value:
            yield _described(store, predicate, value, "", ())
        elif predicate != LOOKUP_KEY:
            line = Line(compress(graph), "", "database", "supports", "record", "", "", "")
            yield _described(store, predicate, value, "record", (line,))


def _described(
    store: ox.Store, predicate: ox.NamedNode, value: Node, reading: str, lines: tuple[Line, ...]
) -> Statement:
    return Statement(
        about="",
        property=_REUSED.get(predicate.value) or label_of(store, predicate),
        value=shown(store, value),
        value_id=_identifier(value),
        claim="",
        reading=reading,
        support=None,
        contested=False,
        refuted=False,
        lines=lines,
    )


def _is_reification(predicate: ox.NamedNode) -> bool:
    return predicate.value.startswith(PREFIXES["rdf"]) or predicate.value in _MARKS


def _identifier(node: Node) -> str:
    return compress(node.value) if isinstance(node, ox.NamedNode) else ""


def _statement(store: ox.Store, stated: Stated, about: str) -> Statement:
    value = told(store, stated.object)
    if stated.qualifiers:
        parts = [_qualifier(store, value_) for _, value_ in stated.qualifiers]
        value += f" [{', '.join(parts)}]"
    return Statement(
        about,
        label_of(store, ox.NamedNode(expand(stated.predicate))),
        value,
        _identifier(stated.object),
        stated.claim,
        stated.reading,
        stated.support,
        stated.contested,
        stated.refuted,
        stated.lines,
    )


def _incoming(store: ox.Store, stated: Stated) -> Statement:
    forward = _statement(store, stated, "")
    subject = ox.NamedNode(expand(stated.subject))
    return Statement(
        shown(store, subject),
        forward.property,
        "this" + (forward.value[forward.value.index(" [") :] if " [" in forward.value else ""),
        stated.subject,
        forward.claim,
        forward.reading,
        forward.support,
        forward.contested,
        forward.refuted,
        forward.lines,
    )


def _qualifier(store: ox.Store, value: object) -> str:
    if isinstance(value, str) and ":" in value:
        try:
            return shown(store, ox.NamedNode(expand(value)))
        except ValueError:
            return value
    return str(value)


def told(store: ox.Store, node: Node) -> str:
    """An n-ary node in one line; anything else as it is shown."""
    if isinstance(node, ox.Literal):
        return shown(store, node)
    kinds = {kind.value.removeprefix(_BSAB) for kind in objects(store, node, TYPE)}
    if not kinds & _NODES:
        return shown(store, node)
    cells: dict[str, list[str]] = {}
    for predicate, term in statements(store, node):
        name = predicate.value.removeprefix(_BSAB)
        short = (
            notation(store, term)
            if isinstance(term, ox.NamedNode) and term.value.startswith(_BSAB)
            else shown(store, term)
        )
        cells.setdefault(name, []).append(short)
    one = {name: ", ".join(sorted(values)) for name, values in cells.items()}
    if "StatusEvent" in kinds:
        return _told_event(one)
    if "Precedent" in kinds:
        return _told_precedent(one)
    return (
        _told_result(one)
        if "Result" in kinds
        else f"{one.get('description', '')} ({one.get('counterKind', '')}, {one.get('outcome', '')})"
    )


def _told_event(one: dict[str, str]) -> str:
    early, late = one.get("onEarliest", ""), one.get("onLatest", "")
    when = early if early == late else f"{early} to {late}"
    parts = [
        one.get("eventKind", ""),
        one.get("phase", ""),
        one.get("region", ""),
        when,
        f"({one['dateKind']})" if one.get("dateKind") else "",
        one.get("eventTumor", ""),
        f"because of {one['stopReason']}: {one.get('reason', '')}".rstrip(": ") if one.get("stopReason") else "",
    ]
    return " ".join(part for part in parts if part)


def _told_precedent(one: dict[str, str]) -> str:
    early, late = one.get("onEarliest", ""), one.get("onLatest", "")
    parts = [
        f"{one.get('agent', 'unnamed')} ({one.get('agentClass', '')}):",
        one.get("precedentOutcome", ""),
        one.get("phase", "") if one.get("phase") != one.get("precedentOutcome") else "",
        one.get("region", ""),
        early if early == late else f"{early} to {late}",
        f"in {one['observedIn']}" if one.get("observedIn") else "",
        f"({one['reason']})" if one.get("reason") else "",
        f"[toxicity: {one['hasToxicity']}]" if one.get("hasToxicity") else "",
    ]
    return " ".join(part for part in parts if part)


def _told_result(one: dict[str, str]) -> str:
    value = f"{one.get('value', '')} {one.get('unit', '')}".strip()
    interval = f" ({one['ciLow']} to {one['ciHigh']})" if one.get("ciLow") and one.get("ciHigh") else ""
    against = (
        f" v {one.get('comparatorValue', '')} {one.get('comparator', '')}".rstrip()
        if one.get("comparator") or one.get("comparatorValue")
        else ""
    )
    ratio = f", HR {one['hazardRatio']}" if one.get("hazardRatio") else ""
    limits = f" ({one['hrLow']} to {one['hrHigh']})" if one.get("hrLow") and one.get("hrHigh") else ""
    tail = [
        one.get("regimen", ""),
        one.get("population", ""),
        f"n={one['sampleSize']}" if one.get("sampleSize") else "",
        {"yes": "end point met", "no": "end point NOT met"}.get(one.get("endPointMet", ""), ""),
    ]
    counted = f" ({one['adverseEvent']})" if one.get("adverseEvent") else ""
    measured = f"{one.get('endPoint', '')}{counted} {value}{interval}{against}{ratio}{limits}"
    return "; ".join(part for part in (measured, *tail) if part)


def _arm(store: ox.Store, arm: ox.NamedNode) -> dict[str, Any]:
    """An arm as the JSON of `kg show` gives it; antigens by HGNC symbol, lists where there is more than one."""
    found: dict[str, list[Any]] = {}
    for stated in claims(store, arm):
        name = stated.predicate.removeprefix("bsab:")
        node = stated.object
        if stated.refuted:
            continue
        if isinstance(node, ox.NamedNode):
            found.setdefault(name, []).append(
                label_of(store, node) if name == "bindsEpitope" else notation(store, node)
            )
        else:
            found.setdefault(name, []).append(to_value(node))

    def one(name: str) -> Any:
        values = list(dict.fromkeys(found.get(name, [])))
        return None if not values else values[0] if len(values) == 1 else values

    return {
        "id": compress(arm.value),
        "antigen": one("binds"),
        "epitope": one("bindsEpitope"),
        "role": one("hasRole"),
        "valency": one("valency"),
        "moiety": one("hasMoiety"),
    }
