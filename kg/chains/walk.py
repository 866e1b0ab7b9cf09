"""All mechanism chains of an antibody, walked link by link: the same set as the question `mechanism-chains`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from kg.chains.links import Link, Links

TUMOR_BINDING = "bsab:TumorBindingRole"
# Roles of arms that do not bind for effect: they neither act nor hold.
PASSIVE_ROLES = frozenset({"bsab:HalfLifeRole", "bsab:MaskRole"})
# Functions that strengthen an attack of T cells, and do not start one where a trigger has to.
STRENGTHENING = frozenset(
    f"bsab:{name}Function"
    for name in ("CostimulationSignal", "CheckpointRelease", "AntigenPresentation", "CytokineSignal")
)
T_CELL, NK_CELL = "CL:0000084", "CL:0000623"
# What a tumor arm itself can do, where the antibody's mechanism says so.
ARM_EFFECTS = frozenset({"bsab:SignalBlockade", "bsab:ReceptorDownregulation", "bsab:PayloadKilling"})
# Suppressor cells end no chain: what an engager makes of them is an escape.
SUPPRESSORS = frozenset({"CL:0000815"})
_CIS = frozenset({"bsab:CisMode", "bsab:CisTumorCellMode", "bsab:CisEffectorCellMode"})
_TRANS = frozenset({"bsab:TransMode", "bsab:TransTumorEffectorMode", "bsab:TransImmuneMode"})
_SOLUBLE = frozenset({"bsab:SolubleLocation", "bsab:HaptenLocation"})


class Chain(NamedTuple):
    """One way in which an antibody acts on a tumor. All parts are CURIEs; empty is not known, or not needed.

    `acting_arm` acts on `target`: a receptor of an effector `cell`, which then performs `function`; or the target that
    is blocked. For an Fc it is the Fc activity. `holding_arm` keeps the antibody in place by `held`: a tumor arm or,
    where there is none, any other arm on something that does not float. `mode` says how the two targets lie: on one
    cell (`cis`), on two (`trans`), or at least one of them soluble.
    """

    antibody: str
    mode: str
    holding_arm: str
    held: str
    acting_arm: str
    target: str
    cell: str
    function: str
    effect: str
    tumor: str
    links: tuple[Link, ...] = ()

    @property
    def key(self) -> tuple[str, ...]:
        """The parts of a chain: two chains with the same parts are one."""
        return self[:10]

    @property
    def support(self) -> float:
        """The product over its steps, each as good as its weakest link: never above the weakest link of the chain.

        The links of one arm (has arm, role, binds) are one step, and so are the cell and the function of a receptor:
        they mostly stand in one row of one source. That the antigen is on the tumor backs a chain and is no step of it.
        """
        steps: dict[str, float] = {}
        for link in self.links:
            if link.predicate != "bsab:expressedOn":
                step = link.target if link.predicate == "bsab:hasArm" else link.source
                step += "" if step != self.antibody else link.predicate
                steps[step] = min(steps.get(step, 1.0), link.support)
        return math.prod(steps.values())

    @property
    def weakest(self) -> Link:
        """The link with the least support; the first of them from the left."""
        return min(self.links, key=lambda link: link.support)

    @property
    def contested(self) -> bool:
        """Whether sources contradict each other on one of its links."""
        return any(link.contested for link in self.links)


class Site(NamedTuple):
    """An arm and one antigen that it binds, with the links from the antibody to that antigen."""

    arm: str
    antigen: str
    roles: frozenset[str]
    links: tuple[Link, ...]


class _Action(NamedTuple):
    arm: str
    target: str
    cell: str
    function: str
    effect: str
    links: tuple[Link, ...]


def chains_of(links: Links, antibody: str) -> tuple[Chain, ...]:
    """The chains of one antibody, sorted by parts. Where two walks give the same parts, the better supported stays."""
    sites = tuple(_sites(links, antibody))
    tumors = _best(links.claimed(antibody, "bsab:testedIn")) or (None,)
    found: dict[tuple[str, ...], Chain] = {}
    for action in _actions(links, antibody, sites):
        for holding in _holding(links, sites, action) or (None,):
            for tumor in tumors:
                chain = _chain(links, antibody, sites, action, holding, tumor)
                known = found.get(chain.key)
                if known is None or (chain.support, known.links) > (known.support, chain.links):
                    found[chain.key] = chain
    return tuple(found[key] for key in sorted(found))


def _sites(links: Links, antibody: str) -> Iterator[Site]:
    for has in _best(links.claimed(antibody, "bsab:hasArm")):
        roles = _best(links.claimed(has.target, "bsab:hasRole"))
        active = [role for role in roles if role.target not in PASSIVE_ROLES]
        if not active:
            continue
        epitopes = _best(links.claimed(has.target, "bsab:bindsEpitope"))
        for binds in _best(links.claimed(has.target, "bsab:binds")):
            through = [link for link in epitopes if binds.target in links.defined(link.target, "bsab:epitopeOf")]
            of = [Link(link.target, "bsab:epitopeOf", binds.target) for link in through]
            steps = (has, *active, *(through[:1]), *(of[:1]), binds)
            yield Site(has.target, binds.target, frozenset(role.target for role in active), steps)


def _best(links: Iterable[Link]) -> tuple[Link, ...]:
    """One link for each target: claims that differ in a qualifier only say the same here."""
    best: dict[str, Link] = {}
    for link in links:
        known = best.get(link.target)
        if known is None or (link.support, known.claim) > (known.support, link.claim):
            best[link.target] = link
    return tuple(best[target] for target in sorted(best))


def _actions(links: Links, antibody: str, sites: Sequence[Site]) -> Iterator[_Action]:
    for site in sites:
        if site.roles - {TUMOR_BINDING}:
            yield from _engaging(links, site.arm, site.antigen, site.links)
        if TUMOR_BINDING in site.roles and not _docks(links, site):
            for effect, how in _arm_effects(links, antibody):
                yield _Action(site.arm, site.antigen, "", "", effect, (*site.links, *how))
        if not _kills_by(links, site.antigen):
            for role in sorted(site.roles):
                for effect in links.defined(role, "bsab:actsThrough"):
                    by = Link(role, "bsab:actsThrough", effect)
                    yield _Action(site.arm, site.antigen, "", "", effect, (*site.links, by))
    for activity in _best(links.claimed(antibody, "bsab:hasFcActivity")):
        for receptor in links.defined(activity.target, "bsab:engagesReceptor"):
            by = Link(activity.target, "bsab:engagesReceptor", receptor)
            yield from _engaging(links, activity.target, receptor, (activity, by))


def _arm_effects(links: Links, antibody: str) -> Iterator[tuple[str, tuple[Link, ...]]]:
    """What the tumor arms of an antibody do: by its mechanism, or because it is claimed of the antibody."""
    for mechanism in links.claimed(antibody, "bsab:hasMechanism"):
        for effect in sorted(ARM_EFFECTS.intersection(links.defined(mechanism.target, "bsab:actsThrough"))):
            yield effect, (mechanism, Link(mechanism.target, "bsab:actsThrough", effect))
    for acts in links.claimed(antibody, "bsab:actsThrough"):
        if acts.target in ARM_EFFECTS:
            yield acts.target, (acts,)


def _docks(links: Links, site: Site) -> bool:
    return any(link.target == site.antigen for link in links.claimed(site.arm, "bsab:docksOn"))


def _floats(links: Links, antigen: str) -> bool:
    """Whether an antigen is in solution: it holds nothing in place."""
    return not _SOLUBLE.isdisjoint(links.defined(antigen, "bsab:hasLocation"))


def _kills_by(links: Links, receptor: str) -> bool:
    return any(
        links.defined(function.target, "bsab:actsThrough")
        for function in links.claimed(receptor, "bsab:effectorFunction")
    )


def _engaging(links: Links, arm: str, receptor: str, before: tuple[Link, ...]) -> Iterator[_Action]:
    """From a receptor to the cells that carry it, what they do, and how that kills."""
    carriers = {link.target: link for link in _best(links.claimed(receptor, "bsab:expressedByCell"))}
    for function in links.claimed(receptor, "bsab:effectorFunction"):
        cell = function.qualifier("bsab:byCell")
        if cell in SUPPRESSORS:
            continue
        on = (carriers[cell],) if cell in carriers else ()
        for effect in links.defined(function.target, "bsab:actsThrough"):
            by = Link(function.target, "bsab:actsThrough", effect)
            yield _Action(arm, receptor, cell, function.target, effect, (*before, *on, function, by))


def _holding(links: Links, sites: Sequence[Site], action: _Action) -> tuple[Site, ...]:
    """The other arms that can keep the antibody in place: the tumor arms, or all where there is none."""
    others = [site for site in _others(sites, action) if not _floats(links, site.antigen)]
    on_tumor = [site for site in others if TUMOR_BINDING in site.roles]
    elsewhere = any(TUMOR_BINDING in site.roles for site in sites if site.arm != action.arm)
    return tuple(on_tumor if elsewhere else others)


def _others(sites: Sequence[Site], action: _Action) -> list[Site]:
    return [site for site in sites if (site.arm, site.antigen) != (action.arm, action.target)]


def _chain(
    links: Links, antibody: str, sites: Sequence[Site], action: _Action, holding: Site | None, tumor: Link | None
) -> Chain:
    held = holding.antigen if holding else ""
    steps = [*(holding.links if holding else ()), *action.links, *([tumor] if tumor else [])]
    if tumor:
        # On this tumor, or on one that it is a kind of.
        places = links.broader(tumor.target)
        on = [link for end in (held, action.target) if end for link in _best(links.claimed(end, "bsab:expressedOn"))]
        steps += [link for link in on if link.target in places]
    return Chain(
        antibody,
        _mode(links, antibody, sites, action, holding),
        holding.arm if holding else "",
        held,
        action.arm,
        action.target,
        action.cell,
        action.function,
        action.effect,
        tumor.target if tumor else "",
        tuple(dict.fromkeys(steps)),
    )


def _mode(links: Links, antibody: str, sites: Sequence[Site], action: _Action, holding: Site | None) -> str:
    """How target and held antigen lie to each other; empty where that is not known."""
    partners = [holding] if holding else _others(sites, action)
    if _floats(links, action.target) or any(_floats(links, site.antigen) for site in partners):
        return "soluble"
    if holding is None:
        return ""
    acts_on_tumor = any(site.arm == action.arm and TUMOR_BINDING in site.roles for site in sites)
    held_on_tumor = TUMOR_BINDING in holding.roles
    if acts_on_tumor and held_on_tumor:
        return "cis"
    if acts_on_tumor or held_on_tumor:
        end = action.target if held_on_tumor else holding.antigen
        if links.claimed(end, "bsab:expressedByCell"):
            return "trans"
        return "cis" if links.claimed(end, "bsab:expressedOn") else ""
    # Two receptors of immune cells may lie either way: only evidence tells.
    claimed = {link.target for link in links.claimed(antibody, "bsab:bindingMode")}
    if bool(claimed & _CIS) == bool(claimed & _TRANS):
        return ""
    return "cis" if claimed & _CIS else "trans"


def killer_of(links: Links, chain: Chain) -> str:
    """The cell that kills at the end of a chain: the engaged one or, where it only strengthens an attack or presents
    antigen without being a T or NK cell itself, the T cell that it helps. Empty where no cell kills.
    """
    if chain.function not in STRENGTHENING:
        return T_CELL if not chain.cell and chain.effect == "bsab:CheckpointBlockade" else chain.cell
    return chain.cell if links.broader(chain.cell) & {T_CELL, NK_CELL} else T_CELL


def one_lineage(links: Links, one: str, other: str) -> bool:
    """Whether one cell (or tumor) is a kind of the other, either way round."""
    return one in links.broader(other) or other in links.broader(one)
