"""Documented escapes: which link of which chain each one breaks, and what counters it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pyoxigraph as ox

from kg.chains.links import Link, StoreLinks
from kg.chains.walk import (
    ARM_EFFECTS,
    PASSIVE_ROLES,
    STRENGTHENING,
    T_CELL,
    TUMOR_BINDING,
    Chain,
    killer_of,
    one_lineage,
)
from kg.evidence import notation
from kg.lookup import label_of
from kg.nodes import bulk, objects, statements, subjects
from kg.terms import PREFIXES, compress, expand

# What was seen under a class is told of each of its members.
BISPECIFICS, ENGAGERS = "bsab:BispecificAgent", "bsab:TCellEngagerAgent"
_ENGAGER = PREFIXES["bsab"] + "TCellEngager"
ANTIGEN_SPECIFIC = "bsab:AntigenSpecificScope"
_NOT_ESCAPE = "bsab:NotEscapeScope"
_RANK, _FOR, _STANCE, _OBSERVATION, _SUPPORTS, _REFUTES = (
    ox.NamedNode(PREFIXES["bsab"] + name)
    for name in ("rank", "evidenceFor", "stance", "observation", "SupportsStance", "RefutesStance")
)
_SOLID = ox.NamedNode(PREFIXES["bsab"] + "solid")
_OF_CELL = frozenset(
    {"bsab:RecruitLink", "bsab:ActivateLink", "bsab:RecognizeLink", "bsab:KillLink", "bsab:EngageFcLink"}
)
_REACH, _HOLD, _RECRUIT, _ENGAGE_FC, _ACTIVATE, _RECOGNIZE, _KILL, _BLOCK = (
    f"bsab:{name}Link" for name in ("Reach", "Hold", "Recruit", "EngageFc", "Activate", "Recognize", "Kill", "Block")
)


class Escape(NamedTuple):
    """One kind of escape in one tumor (empty: none named), with the claims that document it.

    `antigens` are those that it concerns, and `epitopes` what of them; empty: documented of the antibody or its class
    as a whole, or of the whole antigen. `direct` is true where it was seen in patients on a bispecific in a solid
    tumor; else it is carried over from elsewhere. `under` are the antibodies of the graph under which it was seen,
    `agents` the classes of all agents, `settings` where: patients, mouse, cell line and so on (notations).
    """

    kind: str
    scope: str
    breaks: frozenset[str]
    antigens: frozenset[str]
    epitopes: frozenset[str]
    tumor: str
    claims: tuple[Link, ...]
    observations: tuple[str, ...]
    direct: bool
    timings: tuple[str, ...]
    settings: tuple[str, ...]
    agents: tuple[str, ...]
    under: tuple[str, ...]

    def seen(self, antibody: str) -> str:
        """Where it was seen, from the point of view of an antibody, in a few words."""
        if self.is_of(antibody):
            whose = "under this antibody"
        elif self.antigens:
            whose = f"under another agent ({', '.join(self.agents)})"
        else:
            whose = "under its class"
        return f"seen {whose}: {', '.join(self.settings)}"

    def is_of(self, antibody: str) -> bool:
        """Whether it was seen under this very antibody."""
        return antibody in self.under or antibody in self.subjects

    @property
    def support(self) -> float:
        """That of its best supported claim: the same observation may stand behind several."""
        return max(claim.support for claim in self.claims)

    @property
    def contested(self) -> bool:
        return any(claim.contested for claim in self.claims)

    @property
    def subjects(self) -> tuple[str, ...]:
        """What it is documented of: antigens, the antibody, or a class that it is of."""
        return tuple(sorted({claim.source for claim in self.claims}))


class Counter(NamedTuple):
    """What counters an escape. `basis` is `documented` (a claim says so) or `by structure` (it follows from the arms).

    `by` holds arms of the same antibody, or antibodies, those that got furthest first; empty where the counter is
    neither. `measure` is the counter-measure that the claim names.
    """

    basis: str
    kind: str
    by: tuple[str, ...]
    text: str
    outcome: str
    measure: str = ""
    claim: str = ""
    support: float | None = None
    source: str = ""


class Escapes:
    """The documented escapes of an open view."""

    def __init__(self, links: StoreLinks) -> None:
        self.links = links
        self._of: dict[str, tuple[_Documented, ...]] = {}

    def of_antibody(self, antibody: str, antigens: Iterable[str]) -> tuple[Escape, ...]:
        """What is documented of an antibody, of its class, and of the antigens that it binds; by scope and kind.

        Where sources speak of the antibody itself, for or against, what is told of its class is left out.
        """
        own = {link.target for link in self.links.claimed(antibody, "bsab:escapedThrough")} | set(
            self.refuted(antibody)
        )
        classes = (BISPECIFICS, ENGAGERS) if self.is_engager(antibody) else (BISPECIFICS,)
        found = self._merged((antibody, *classes, *antigens))
        return tuple(e for e in found if e.kind not in own or not {*classes}.issuperset(e.subjects))

    def refuted(self, antibody: str) -> dict[str, str]:
        """Kinds of escape that were looked for under an antibody and not found to matter, each with its claim."""
        found = {}
        for link in self.links.unsupported(antibody):
            if link.predicate == "bsab:escapedThrough":
                lines = subjects(self.links.store, _FOR, ox.NamedNode(expand(link.claim)))
                stances = {stance for line in lines for stance in objects(self.links.store, line, _STANCE)}
                if stances == {_REFUTES}:
                    found[link.target] = link.claim
        return found

    def is_engager(self, antibody: str) -> bool:
        """Whether an antibody triggers T cells, as it is inferred from its arms."""
        return any(node.value == _ENGAGER for _, _, node in bulk(self.links.store, ox.NamedNode(expand(antibody))))

    def of_antigens(self, antigens: Iterable[str]) -> tuple[Escape, ...]:
        """What is documented of antigens, whatever the drug."""
        return self._merged(antigens)

    def breaking(self, chain: Chain, escapes: Iterable[Escape]) -> tuple[tuple[Escape, tuple[str, ...]], ...]:
        """The escapes that break the chain, each with the links that it breaks, in the order given."""
        found = ((escape, self.broken(chain, escape)) for escape in escapes)
        return tuple((escape, broken) for escape, broken in found if broken)

    def broken(self, chain: Chain, escape: Escape) -> tuple[str, ...]:
        """The links of a chain that an escape breaks, sorted; empty where it leaves the chain whole."""
        if not escape.antigens and escape.subjects[0].startswith("bsab:") and self._is_of_blood(chain.tumor):
            return ()  # what is documented of a class, is of solid tumors
        breaks = escape.breaks
        cells = self.links.defined(escape.kind, "bsab:actsOnCell")
        killer = killer_of(self.links, chain)
        if cells and not any(killer and one_lineage(self.links, cell, killer) for cell in cells):
            breaks -= _OF_CELL
        return tuple(sorted(link for link in breaks if self._uses(chain, escape, link, killer)))

    def _uses(self, chain: Chain, escape: Escape, link: str, killer: str) -> bool:
        if link == _HOLD:
            return not escape.antigens or any(self._holds(chain, escape, antigen) for antigen in _needed(chain))
        if link in (_RECRUIT, _ACTIVATE):
            return bool(killer)
        if link == _KILL:
            return chain.effect in self.links.defined(escape.kind, "bsab:withstands")
        if link == _ENGAGE_FC:
            return chain.acting_arm.startswith("bsab:")
        if link == _RECOGNIZE:
            # A trigger arm stands in for what the T cell's own receptor would see.
            own = chain.function in STRENGTHENING or chain.effect == "bsab:CheckpointBlockade"
            return own and one_lineage(self.links, killer, T_CELL) and not self._has_trigger(chain.antibody)
        if link == _BLOCK:
            return self.is_blocking(chain.effect) and (not escape.antigens or chain.target in escape.antigens)
        return link == _REACH

    def _holds(self, chain: Chain, escape: Escape, antigen: str) -> bool:
        """Whether a chain loses its hold on an antigen; an escape of one epitope takes only arms that bind it."""
        if antigen not in escape.antigens:
            return False
        return not escape.epitopes or bool(escape.epitopes & epitopes_of(chain, antigen))

    def is_open(self, chain: Chain, escape: Escape) -> bool:
        """Whether nobody can tell if an escape of one epitope breaks a chain, since that of its arm is not known."""
        needed = escape.antigens & _needed(chain)
        return bool(escape.epitopes) and any(not epitopes_of(chain, antigen) for antigen in needed)

    def _is_of_blood(self, tumor: str) -> bool:
        flags = objects(self.links.store, ox.NamedNode(expand(tumor)), _SOLID) if tumor else ()
        return any(flag.value == "false" for flag in flags)

    def _has_trigger(self, antibody: str) -> bool:
        arms = (link.target for link in self.links.claimed(antibody, "bsab:hasArm"))
        return any("bsab:TriggerRole" in self.links.defined(arm, "bsab:hasRole") for arm in arms)

    def is_blocking(self, effect: str) -> bool:
        """Whether a chain ends by blocking a signal or a ligand, and not by killing."""
        return "bsab:BlockingMechanism" in self.links.defined(effect, "rdf:type")

    def counters(self, antibody: str, chains: Iterable[Chain], escape: Escape) -> tuple[Counter, ...]:
        """What counters an escape from an antibody with these chains: its own arms, then what is documented, then
        other antibodies that bind the node which carries the escape."""
        known = tuple(chains)
        own = (*self.answering_arms(known, escape), *self._remaining_arms(known, escape))
        return (*own, *self._documented(escape), *self._on_node(antibody, escape))

    def answering_arms(self, chains: Iterable[Chain], escape: Escape) -> tuple[Counter, ...]:
        """Arms of the antibody that meet the escape: they bind the node that carries it, or their role relieves it."""
        nodes = self.links.defined(escape.kind, "bsab:runsThrough")
        roles = self.links.defined(escape.kind, "bsab:relievedByRole")
        found = []
        for arm, target in sorted({(chain.acting_arm, chain.target) for chain in chains}):
            if target in nodes and target not in escape.antigens:
                found.append((arm, f"binds {self._label(target)}, which carries it"))
            elif any(role.target in roles for role in self.links.claimed(arm, "bsab:hasRole")):
                found.append((arm, "has the role that relieves it"))
        return tuple(Counter("by structure", "second-arm", (arm,), text, "proposed") for arm, text in found)

    def _remaining_arms(self, chains: Iterable[Chain], escape: Escape) -> Iterator[Counter]:
        """Arms that still bind where the antigen of another is out of reach."""
        # What changes the whole cell may take the second antigen along.
        if _HOLD not in escape.breaks or not escape.antigens or escape.scope != ANTIGEN_SPECIFIC:
            return
        whole = [chain for chain in chains if not self.broken(chain, escape)]
        left = {(c.acting_arm, c.target) for c in whole if _acts_itself(c)}
        left |= {(c.holding_arm, c.held) for c in whole if not _acts_itself(c) and self._is_tumor_arm(c.holding_arm)}
        for arm, antigen in sorted(left):
            yield Counter("by structure", "second-arm", (arm,), f"still binds {self._label(antigen)}", "proposed")

    def _is_tumor_arm(self, arm: str) -> bool:
        return bool(arm) and any(role.target == TUMOR_BINDING for role in self.links.claimed(arm, "bsab:hasRole"))

    def _documented(self, escape: Escape) -> Iterator[Counter]:
        store = self.links.store
        for observation in escape.observations:
            for link in self.links.claimed(observation, "bsab:counteredBy"):
                cells: dict[str, str] = {}
                for predicate, node in statements(store, ox.NamedNode(expand(link.target))):
                    name = predicate.value.removeprefix(PREFIXES["bsab"])
                    if isinstance(node, ox.NamedNode):
                        cells[name] = compress(node.value) if name == "counterAntibody" else notation(store, node)
                    else:
                        cells[name] = node.value
                yield Counter(
                    "documented",
                    cells.get("counterKind", ""),
                    (cells["counterAntibody"],) if "counterAntibody" in cells else (),
                    cells.get("description", ""),
                    cells.get("outcome", ""),
                    link.target,
                    link.claim,
                    link.support,
                    link.best_source,
                )

    def _on_node(self, antibody: str, escape: Escape) -> Iterator[Counter]:
        """Other antibodies with an arm on the node that carries the escape."""
        store = self.links.store
        binds, has_arm = (ox.NamedNode(expand(f"bsab:{name}")) for name in ("binds", "hasArm"))
        for node in self.links.defined(escape.kind, "bsab:runsThrough"):
            if node in escape.antigens:
                continue
            owners: set[str] = set()
            for arm in subjects(store, binds, ox.NamedNode(expand(node))):
                roles = self.links.defined(compress(arm.value), "bsab:hasRole")  # plain edges: which claim is no matter
                if not PASSIVE_ROLES.issuperset(roles):
                    owners.update(compress(owner.value) for owner in subjects(store, has_arm, arm))
            others = tuple(sorted(owners - {antibody}, key=lambda owner: (-self._phase(owner), owner)))
            if others:
                yield Counter("by structure", "other-antibody", others, f"binds {self._label(node)}", "proposed")

    def _phase(self, antibody: str) -> int:
        """How far an antibody got, as the rank of its highest phase; 0 where none is known."""
        phases = (ox.NamedNode(expand(phase)) for phase in self.links.defined(antibody, "bsab:highestPhase"))
        ranks = (rank.value for phase in phases for rank in objects(self.links.store, phase, _RANK))
        return max(map(int, ranks), default=0)

    def _label(self, curie: str) -> str:
        return label_of(self.links.store, ox.NamedNode(expand(curie)))

    def _merged(self, of: Iterable[str]) -> tuple[Escape, ...]:
        together: dict[tuple[str, str, frozenset[str], frozenset[str]], list[_Documented]] = defaultdict(list)
        for subject in dict.fromkeys(of):
            for one in self._documented_of(subject):
                together[one.link.target, one.tumor, one.antigens, one.epitopes].append(one)
        escapes = []
        for (kind, tumor, antigens, epitopes), same in together.items():
            scope = next(iter(self.links.defined(kind, "bsab:hasScope")), "")
            if scope == _NOT_ESCAPE:
                continue
            breaks = frozenset(self.links.defined(kind, "bsab:breaksLink"))
            claims = tuple(sorted(one.link for one in same))
            direct = any(one.direct for one in same)
            said = ("observations", "timings", "settings", "agents", "under")
            seen = {name: tuple(sorted({value for one in same for value in getattr(one, name)})) for name in said}
            escapes.append(Escape(kind, scope, breaks, antigens, epitopes, tumor, claims=claims, direct=direct, **seen))
        return tuple(sorted(escapes, key=lambda e: (e.scope, e.kind, e.tumor, sorted(e.antigens), sorted(e.epitopes))))

    def _documented_of(self, subject: str) -> tuple[_Documented, ...]:
        if subject not in self._of:
            self._of[subject] = tuple(self._read(link) for link in self.links.claimed(subject, "bsab:escapedThrough"))
        return self._of[subject]

    def _read(self, link: Link) -> _Documented:
        """What the observations say that support a claim."""
        store = self.links.store
        lines = [line for line in subjects(store, _FOR, ox.NamedNode(expand(link.claim)))
                 if _SUPPORTS in objects(store, line, _STANCE)]  # fmt: skip
        observations = {one.value for line in lines for one in objects(store, line, _OBSERVATION)}
        told: dict[str, set[str]] = defaultdict(set)
        for observation in observations:
            for predicate, node in statements(store, ox.NamedNode(observation)):
                name = predicate.value.removeprefix(PREFIXES["bsab"])
                term = name in ("timing", "setting", "agentClass") and isinstance(node, ox.NamedNode)
                told[name].add(notation(store, node) if term else compress(node.value))
        # A claim on one antigen concerns that one, also where the observation names several.
        of_antigen = not link.source.startswith(("ab:", "bsab:"))
        epitope = link.qualifier("bsab:atEpitope")
        return _Documented(
            link,
            link.qualifier("bsab:inTumor"),
            frozenset({link.source} if of_antigen else told["escapesFrom"]),
            frozenset({epitope} if epitope else ()),
            tuple(sorted(compress(observation) for observation in observations)),
            "false" in told["transferred"],
            tuple(sorted(told["timing"])),
            tuple(sorted(told["setting"])),
            tuple(sorted(told["agentClass"])),
            tuple(sorted(told["observedUnder"])),
        )


def epitopes_of(chain: Chain, antigen: str) -> frozenset[str]:
    """The epitopes of an antigen that the arms of a chain are known to bind."""
    on = {link.source for link in chain.links if link.predicate == "bsab:epitopeOf" and link.target == antigen}
    return frozenset(link.target for link in chain.links if link.predicate == "bsab:bindsEpitope" and link.target in on)


def _acts_itself(chain: Chain) -> bool:
    """Whether the acting arm is a tumor arm that blocks or brings a payload: the other arm helps, and is not needed."""
    return not chain.cell and chain.effect in ARM_EFFECTS


def _needed(chain: Chain) -> frozenset[str]:
    """The antigens that must be bound for a chain to work."""
    return frozenset({chain.target} if _acts_itself(chain) else {chain.target, chain.held})


class _Documented(NamedTuple):
    link: Link
    tumor: str
    antigens: frozenset[str]
    epitopes: frozenset[str]
    observations: tuple[str, ...]
    direct: bool
    timings: tuple[str, ...]
    settings: tuple[str, ...]
    agents: tuple[str, ...]
    under: tuple[str, ...]
