"""All mechanism chains of an antibody, walked link by link: the same set as the question `mechanism-chains`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from kg.chains.links import Link, Links

TUMOR_BINDING = "bsab:TumorBindingRole"
# Roles of arms that do not bind for effect: they neither act nor hold.
PASSIVE_ROLES = frozenset({"bsab:HalfLifeRole", "bsab:MaskRole"})
# What a tumor arm itself can do, where the antibody's mechanism says so.
ARM_EFFECTS = frozenset({"bsab:SignalBlockade", "bsab:ReceptorDownregulation", "bsab:PayloadKilling"})
_SOLUBLE = frozenset({"bsab:SolubleLocation", "bsab:HaptenLocation"})


class Chain(NamedTuple):
    """One way in which an antibody acts on a tumor. All parts are CURIEs; empty is not known, or not needed.

    `acting_arm` acts on `target`: a receptor of an effector `cell`, which then performs `function`; or the target that
    is blocked. For an Fc it is the Fc activity. `holding_arm` keeps the antibody in place by `held`: a tumor arm or,
    where there is none, any other arm that binds for effect. `mode` says how the two targets lie: on one cell (`cis`),
    on two (`trans`), or at least one of them soluble.
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
        """The product over its links: a chain is never better supported than its weakest link."""
        return math.prod(link.support for link in self.links)

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
        for holding in _holding(sites, action) or (None,):
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
        if TUMOR_BINDING in site.roles:
            for mechanism in links.claimed(antibody, "bsab:hasMechanism"):
                for effect in links.defined(mechanism.target, "bsab:actsThrough"):
                    if effect in ARM_EFFECTS:
                        by = Link(mechanism.target, "bsab:actsThrough", effect)
                        yield _Action(site.arm, site.antigen, "", "", effect, (*site.links, mechanism, by))
        if not _kills_by(links, site.antigen):
            for role in sorted(site.roles):
                for effect in links.defined(role, "bsab:actsThrough"):
                    by = Link(role, "bsab:actsThrough", effect)
                    yield _Action(site.arm, site.antigen, "", "", effect, (*site.links, by))
    for activity in _best(links.claimed(antibody, "bsab:hasFcActivity")):
        for receptor in links.defined(activity.target, "bsab:engagesReceptor"):
            by = Link(activity.target, "bsab:engagesReceptor", receptor)
            yield from _engaging(links, activity.target, receptor, (activity, by))


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
        on = (carriers[cell],) if cell in carriers else ()
        for effect in links.defined(function.target, "bsab:actsThrough"):
            by = Link(function.target, "bsab:actsThrough", effect)
            yield _Action(arm, receptor, cell, function.target, effect, (*before, *on, function, by))


def _holding(sites: Sequence[Site], action: _Action) -> tuple[Site, ...]:
    """The other arms that can keep the antibody in place: the tumor arms, or all where there is none."""
    others = [site for site in sites if (site.arm, site.antigen) != (action.arm, action.target)]
    on_tumor = [site for site in others if TUMOR_BINDING in site.roles]
    elsewhere = any(TUMOR_BINDING in site.roles for site in sites if site.arm != action.arm)
    return tuple(on_tumor if elsewhere else others)


def _chain(
    links: Links, antibody: str, sites: Sequence[Site], action: _Action, holding: Site | None, tumor: Link | None
) -> Chain:
    held = holding.antigen if holding else ""
    steps = [*(holding.links if holding else ()), *action.links, *([tumor] if tumor else [])]
    if tumor and held:
        steps += [link for link in links.claimed(held, "bsab:expressedOn") if link.target == tumor.target]
    return Chain(
        antibody,
        _mode(links, sites, action, holding),
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


def _mode(links: Links, sites: Sequence[Site], action: _Action, holding: Site | None) -> str:
    """How target and held antigen lie to each other; empty where that is not known."""
    ends = (action.target, holding.antigen) if holding else (action.target,)
    if any(_SOLUBLE.intersection(links.defined(end, "bsab:hasLocation")) for end in ends):
        return "soluble"
    if holding is None:
        return ""
    acts_on_tumor = any(site.arm == action.arm and TUMOR_BINDING in site.roles for site in sites)
    held_on_tumor = TUMOR_BINDING in holding.roles
    if acts_on_tumor and held_on_tumor:
        return "cis"
    cells = {link.target for link in links.claimed(action.target, "bsab:expressedByCell")}
    others = {link.target for link in links.claimed(holding.antigen, "bsab:expressedByCell")}
    if acts_on_tumor or held_on_tumor:
        elsewhere, end = (cells, action.target) if held_on_tumor else (others, holding.antigen)
        if elsewhere:
            return "trans"
        return "cis" if links.claimed(end, "bsab:expressedOn") else ""
    if not cells or not others:
        return ""
    own = {action.cell} if action.cell else cells
    return "cis" if any(one_lineage(links, one, other) for one in own for other in others) else "trans"


def one_lineage(links: Links, one: str, other: str) -> bool:
    """Whether one cell (or tumor) is a kind of the other, either way round."""
    return one in links.broader(other) or other in links.broader(one)
