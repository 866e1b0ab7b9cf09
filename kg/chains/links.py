"""What joins two things in a view, as chains need it: claims that a line supports, and what holds by definition."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple, Protocol

import pyoxigraph as ox

from kg.evidence import OBJECT, PREDICATE, SUBJECT
from kg.nodes import bulk, objects, statements, subjects
from kg.terms import PREFIXES, compress, expand

if TYPE_CHECKING:
    from kg.network import MultiDiGraph

_BSAB = PREFIXES["bsab"]
_SUPPORT, _CONTESTED, _BEST_SOURCE = (_BSAB + name for name in ("support", "contested", "bestSource"))
_MARKS = {_SUPPORT, _CONTESTED, _BEST_SOURCE}
# What chains are made of: an antibody has many more claims, of events, trials and results.
_WALKED = frozenset(
    PREFIXES["bsab"] + name
    for name in (
        "hasArm", "hasRole", "binds", "bindsEpitope", "hasMechanism", "hasFcActivity", "testedIn", "expressedOn",
        "expressedByCell", "effectorFunction", "escapedThrough", "counteredBy", "docksOn", "actsThrough", "bindingMode",
    )
)  # fmt: skip
_SUBCLASS = ox.NamedNode(PREFIXES["rdfs"] + "subClassOf")


class Link(NamedTuple):
    """One step of a chain, from `source` to `target` (CURIEs).

    `claim` is empty for what holds by definition of the vocabulary; its support is then 1.
    """

    source: str
    predicate: str
    target: str
    claim: str = ""
    support: float = 1.0
    contested: bool = False
    best_source: str = ""
    qualifiers: tuple[tuple[str, str], ...] = ()

    def qualifier(self, name: str) -> str:
        """The value of a qualifier, or an empty text."""
        return dict(self.qualifiers).get(name, "")


class Links(Protocol):
    """A graph to walk: an open store, or its network of claims."""

    def claimed(self, node: str, predicate: str) -> tuple[Link, ...]:
        """The claims about a node that a line of the view supports, by target and claim."""

    def defined(self, node: str, predicate: str) -> tuple[str, ...]:
        """What a property of an entity or a term names by definition, sorted."""

    def broader(self, node: str) -> frozenset[str]:
        """A cell or a tumor and all that it is a kind of."""

    def antibodies(self) -> tuple[str, ...]:
        """All antibodies, sorted."""


class StoreLinks:
    """The links of an open store; what was read is kept, since a store never changes."""

    def __init__(self, store: ox.Store) -> None:
        self.store = store
        self._claims: dict[str, dict[str, list[Link]]] = {}
        self._unsupported: dict[str, list[Link]] = {}
        self._defined: dict[tuple[str, str], tuple[str, ...]] = {}
        self._broader: dict[str, frozenset[str]] = {}

    def claimed(self, node: str, predicate: str) -> tuple[Link, ...]:
        if node not in self._claims:
            self._claims[node] = self._read(node)
        return tuple(self._claims[node].get(predicate, ()))

    def _read(self, node: str) -> dict[str, list[Link]]:
        found: dict[str, list[Link]] = {}
        for claim in subjects(self.store, SUBJECT, ox.NamedNode(expand(node))):
            if next(objects(self.store, claim, PREDICATE)).value not in _WALKED:
                continue
            parts = {predicate.value: value for predicate, value in statements(self.store, claim)}
            target, predicate = parts[OBJECT.value], compress(parts[PREDICATE.value].value)
            support = float(parts[_SUPPORT].value) if _SUPPORT in parts else 0.0
            if not isinstance(target, ox.NamedNode):
                continue
            qualifiers = sorted(
                (compress(name), compress(value.value))
                for name, value in parts.items()
                if name.startswith(_BSAB) and name not in _MARKS
            )
            link = Link(
                node,
                predicate,
                compress(target.value),
                compress(claim.value),
                support,
                _CONTESTED in parts,
                compress(parts[_BEST_SOURCE].value),
                tuple(qualifiers),
            )
            together = found.setdefault(predicate, []) if support > 0 else self._unsupported.setdefault(node, [])
            together.append(link)
        for links in found.values():
            links.sort(key=lambda link: (link.target, link.claim))
        return found

    def unsupported(self, node: str) -> tuple[Link, ...]:
        """The claims about a node that no line of the view supports: refuted, or inconclusive only."""
        self.claimed(node, "")
        return tuple(self._unsupported.get(node, ()))

    def defined(self, node: str, predicate: str) -> tuple[str, ...]:
        if (node, predicate) not in self._defined:
            found = objects(self.store, ox.NamedNode(expand(node)), ox.NamedNode(expand(predicate)))
            named = (compress(value.value) for value in found if isinstance(value, ox.NamedNode))
            self._defined[node, predicate] = tuple(sorted(named))
        return self._defined[node, predicate]

    def broader(self, node: str) -> frozenset[str]:
        if node not in self._broader:
            found = {node}
            waiting = [node]
            while waiting:
                for _, predicate, parent in bulk(self.store, ox.NamedNode(expand(waiting.pop()))):
                    curie = compress(parent.value)
                    if predicate == _SUBCLASS and curie not in found:
                        found.add(curie)
                        waiting.append(curie)
            self._broader[node] = frozenset(found)
        return self._broader[node]

    def antibodies(self) -> tuple[str, ...]:
        kind, antibody = ox.NamedNode(PREFIXES["rdf"] + "type"), ox.NamedNode(_BSAB + "Antibody")
        return tuple(sorted(compress(node.value) for node in subjects(self.store, kind, antibody)))


class NetworkLinks:
    """The links of a network of claims (`kg.network.claim_network`): walking all of it is faster in memory."""

    def __init__(self, network: MultiDiGraph) -> None:
        self.network = network
        self._broader = cache(self._climb)

    def claimed(self, node: str, predicate: str) -> tuple[Link, ...]:
        if node not in self.network:
            return ()
        found = []
        for target, edges in self.network.adj[node].items():
            for edge in edges.values():
                if edge["claim"] and edge["predicate"] == predicate and edge["support"] > 0:
                    qualifiers = tuple(sorted((name, value) for name, value in edge.items() if ":" in name))
                    said = (edge["claim"], edge["support"], edge["contested"], edge["source"])
                    found.append(Link(node, predicate, target, *said, qualifiers))
        return tuple(sorted(found, key=lambda link: (link.target, link.claim)))

    def defined(self, node: str, predicate: str) -> tuple[str, ...]:
        if node not in self.network:
            return ()
        return tuple(sorted(target for target, edges in self.network.adj[node].items() if predicate in edges))

    def broader(self, node: str) -> frozenset[str]:
        return self._broader(node)

    def _climb(self, node: str) -> frozenset[str]:
        found = {node}
        waiting = [node]
        while waiting:
            above = set(self.defined(waiting.pop(), "rdfs:subClassOf")) - found
            found |= above
            waiting += sorted(above)
        return frozenset(found)

    def antibodies(self) -> tuple[str, ...]:
        nodes = self.network.nodes
        return tuple(sorted(node for node in nodes if nodes[node]["kind"] == "antibody"))
