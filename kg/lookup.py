"""From what a user types to the entity that is meant: by CURIE, label, synonym or notation."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

import pyoxigraph as ox

from kg.errors import AmbiguousError, NotFoundError
from kg.nodes import objects, subjects, text
from kg.terms import PREFIXES, compress, expand, squeeze

_RDFS, _SKOS, _RDF = PREFIXES["rdfs"], PREFIXES["skos"], PREFIXES["rdf"]
LABEL = ox.NamedNode(_RDFS + "label")
TYPE = ox.NamedNode(_RDF + "type")
NAME_PROPERTIES = (
    LABEL,
    ox.NamedNode(_SKOS + "notation"),
    ox.NamedNode(_SKOS + "altLabel"),
    ox.NamedNode(_SKOS + "hiddenLabel"),
)

# What may be asked for by name, best first: a name that fits an antibody and a format means the antibody.
KINDS = {
    "antibody": "Antibody",
    "antigen": "Antigen",
    "tumor": "Tumor",
    "pair": "Pair",
    "epitope": "Epitope",
    "cell": "Cell",
    "escape": "EscapeMechanism",
    "observation": "EscapeObservation",
    "mechanism": "MechanismOfAction",
    "function": "EffectorFunction",
    "format": "Format",
    "role": "ArmRole",
    "link": "ChainLink",
    "killing": "KillingMechanism",
    "blocking": "BlockingMechanism",
    "toxicity": "ToxicityKind",
    "payload": "PayloadKind",
    "phase": "Phase",
    "endpoint": "EndPoint",
    "agent": "AgentClass",
    "scope": "EscapeScope",
    "stop-reason": "StopReason",
    "event": "StatusEvent",
    "result": "Result",
    "counter": "CounterMeasure",
    "precedent": "Precedent",
    "disclosure": "Disclosure",
    "trial": "Trial",
    "arm": "Arm",
    "dataset": "Dataset",
    "source": "Source",
    "claim": "Claim",
    "evidence": "EvidenceLine",
}
# Squeezed names, so that a name is found without reading all of them: an index of the store, no facts.
LOOKUP_GRAPH = ox.NamedNode(PREFIXES["graph"] + "lookup")
LOOKUP_KEY = ox.NamedNode(PREFIXES["bsab"] + "lookupKey")
PAIR_NAME = re.compile(r"^(.+?)\s*(?: x |×|--|/)\s*(.+)$", re.IGNORECASE)
_CLASS_OF = {PREFIXES["bsab"] + name: kind for kind, name in KINDS.items()}


class Match(NamedTuple):
    """An entity that a name stands for."""

    curie: str
    label: str
    kind: str


@lru_cache(maxsize=1 << 15)
def kinds_of(store: ox.Store, node: ox.NamedNode) -> tuple[str, ...]:
    """The kinds of an entity, in the order of `KINDS`; empty if it is none of ours."""
    found = {_CLASS_OF.get(text(kind)) for kind in objects(store, node, TYPE)}
    return tuple(kind for kind in KINDS if kind in found)


@lru_cache(maxsize=1 << 15)
def label_of(store: ox.Store, node: ox.NamedNode) -> str:
    """The label of a node, or its CURIE."""
    label = next(objects(store, node, LABEL), None)
    return compress(node.value) if label is None else label.value


def find(store: ox.Store, name: str, kinds: Iterable[str] = ()) -> Match:
    """The one entity that `name` stands for.

    Raises
    ------
    NotFoundError
        None; near misses are in the hint.
    AmbiguousError
        Several of the best kind; all are in the hint.
    """
    wanted = tuple(kinds) or tuple(KINDS)
    key = squeeze(name)
    exact = matches(store, name, wanted)
    if not exact:
        raise _not_found(store, name, key, wanted)
    best = min(KINDS_ORDER[match.kind] for match in exact)
    candidates = [match for match in exact if KINDS_ORDER[match.kind] == best]
    named = [match for match in candidates if squeeze(match.label) == key]
    if len(named) == 1:
        return named[0]  # a label goes before another's synonym
    if len(candidates) > 1:
        shown = "; ".join(f"{match.curie} ({match.label})" for match in sorted(candidates, key=lambda m: m.curie))
        raise AmbiguousError(f"{name!r} stands for several", "", f"name one by its CURIE: {shown}")
    return candidates[0]


def matches(store: ox.Store, name: str, kinds: Iterable[str] = ()) -> tuple[Match, ...]:
    """All entities of some kinds (any, if none is named) that `name` stands for; who asks whether there is one wants
    no near misses, which take half a second."""
    wanted = tuple(kinds) or tuple(KINDS)
    direct = _by_curie(store, name, wanted)
    if direct:
        return (direct,)
    key = squeeze(name)
    exact: dict[str, Match] = {}
    for quad in store.quads_for_pattern(None, LOOKUP_KEY, ox.Literal(key), LOOKUP_GRAPH) if key else ():
        node = quad.subject
        assert isinstance(node, ox.NamedNode)
        kind = next((kind for kind in kinds_of(store, node) if kind in wanted), None)
        if kind:
            curie = compress(node.value)
            exact[curie] = Match(curie, label_of(store, node), kind)
    pair = _as_pair(store, name) if not exact and "pair" in wanted else None
    return (pair,) if pair else tuple(exact.values())


KINDS_ORDER = {kind: number for number, kind in enumerate(KINDS)}


def _not_found(store: ox.Store, name: str, key: str, wanted: tuple[str, ...]) -> NotFoundError:
    """Why nothing was found: the name is of another kind, or is nobody's; with near misses."""
    if len(wanted) < len(KINDS) and matches(store, name):
        with contextlib.suppress(AmbiguousError):
            other = find(store, name)
            what = f"{name!r} is of kind {other.kind} ({other.curie}), not {' or '.join(wanted)}"
            return NotFoundError(what, "", f"kg show {other.curie} tells what it belongs to")
    import difflib

    names: dict[str, str] = {}
    for known in _names(store, wanted):
        names.setdefault(squeeze(known), known)
    near = difflib.get_close_matches(key, names, n=5, cutoff=0.72)
    near += [other for other in sorted(names) if len(key) >= 3 and key in other and other not in near][:5]
    hint = "kg ask lists the questions, kg stats counts what there is"
    if near:
        hint = f"did you mean: {', '.join(names[other] for other in near[:6])}"
    return NotFoundError(f"nothing is called {name!r} in this view", "", hint)


def _by_curie(store: ox.Store, name: str, wanted: tuple[str, ...]) -> Match | None:
    if re.fullmatch(r"NCT\d{8}", name, re.IGNORECASE):
        name = f"NCT:{name.upper()}"
    try:
        node = ox.NamedNode(expand(name))
    except ValueError:
        return None
    kind = next((kind for kind in kinds_of(store, node) if kind in wanted), None)
    return Match(compress(node.value), label_of(store, node), kind) if kind else None


def _names(store: ox.Store, wanted: Sequence[str]) -> Iterable[str]:
    for prop in NAME_PROPERTIES:
        for quad in store.quads_for_pattern(None, prop, None, ox.DefaultGraph()):
            named = isinstance(quad.subject, ox.NamedNode) and any(
                kind in wanted for kind in kinds_of(store, quad.subject)
            )
            if named and isinstance(quad.object, ox.Literal):
                yield quad.object.value


def _as_pair(store: ox.Store, name: str) -> Match | None:
    """`EGFR x MET` in either order, under any name of the two."""
    match = PAIR_NAME.match(name)
    if not match:
        return None
    ends = []
    for part in match.groups():
        try:
            ends.append(ox.NamedNode(expand(find(store, part, ("antigen",)).curie)))
        except (NotFoundError, AmbiguousError):
            return None
    member = ox.NamedNode(PREFIXES["bsab"] + "hasMember")
    pairs = [set(subjects(store, member, end)) for end in ends]
    for node in sorted(pairs[0] & pairs[1], key=str):
        if set(objects(store, node, member)) == set(ends):
            return Match(compress(node.value), label_of(store, node), "pair")
    return None
