"""What of an antibody, or of a pair, still works under each documented escape: works, fails, or nobody knows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import pyoxigraph as ox

from kg.chains.escapes import ANTIGEN_SPECIFIC, Escape, Escapes
from kg.chains.links import StoreLinks
from kg.chains.walk import STRENGTHENING, T_CELL, Chain, chains_of, killer_of
from kg.errors import UsageError
from kg.lookup import find, label_of
from kg.query import Answer, Record, records
from kg.store import Opened
from kg.terms import expand

WORKS, FAILS, UNKNOWN = "works", "fails", "unknown"
_BLOCK, _HOLD = "bsab:BlockLink", "bsab:HoldLink"
_OF_MOLECULE = frozenset({"second-arm", "other-antibody"})
_WORKED = frozenset({"supported-clinical", "supported-preclinical"})
_DID_NOT = frozenset({"failed", "harmful"})


class Verdict(NamedTuple):
    """Whether the rest of a molecule works under one escape.

    `basis` is `documented` (seen under this very antibody, or tested as a counter) or `by structure` (it follows from
    arms, roles and the links that the escape breaks; nobody has tested it).
    """

    escape: Escape
    broken: tuple[Chain, ...]
    whole: tuple[Chain, ...]
    verdict: str
    basis: str
    reason: str


def coverage_of_antibody(escapes: Escapes, antibody: str) -> tuple[Verdict, ...]:
    """A verdict for each escape documented of the antibody, its class or its antigens; by scope and kind."""
    chains = _without_tumor(chains_of(escapes.links, antibody))
    bound = _antigens(escapes, antibody)
    return tuple(_verdict(escapes, antibody, chains, escape) for escape in escapes.of_antibody(antibody, bound))


def _without_tumor(chains: Iterable[Chain]) -> tuple[Chain, ...]:
    """Each chain once, whatever the tumor: it works or fails alike."""
    once = {chain._replace(tumor="").key: chain for chain in chains}
    return tuple(once[key] for key in sorted(once))


def _antigens(escapes: Escapes, antibody: str) -> tuple[str, ...]:
    arms = [link.target for link in escapes.links.claimed(antibody, "bsab:hasArm")]
    return tuple(sorted({binds.target for arm in arms for binds in escapes.links.claimed(arm, "bsab:binds")}))


def _verdict(escapes: Escapes, antibody: str, chains: Sequence[Chain], escape: Escape) -> Verdict:
    broken = tuple(chain for chain in chains if escapes.broken(chain, escape))
    whole = tuple(chain for chain in chains if chain not in broken)
    told = _documented(escapes, antibody, chains, escape) or _by_structure(escapes, chains, broken, whole, escape)
    return Verdict(escape, broken, whole, *told)


def _documented(
    escapes: Escapes, antibody: str, chains: Sequence[Chain], escape: Escape
) -> tuple[str, str, str] | None:
    """The verdict that somebody reported of this very antibody, if anybody did."""
    tested = [
        counter
        for counter in escapes.counters(antibody, chains, escape)
        # A combination or another dose that helped says nothing of the molecule by itself.
        if counter.basis == "documented" and antibody in counter.by and counter.kind in _OF_MOLECULE
    ]
    for outcomes, verdict in ((_WORKED, WORKS), (_DID_NOT, FAILS)):
        for counter in tested:
            if counter.outcome in outcomes:
                return verdict, "documented", f"{counter.text} ({counter.outcome})"
    if escape.is_of(antibody):
        contested = "; others contradict" if escape.contested else ""
        return FAILS, "documented", f"{escape.seen(antibody)}{contested}"
    claim = escapes.refuted(antibody).get(escape.kind)
    if claim:
        return WORKS, "documented", f"a source looked for it under this antibody, and speaks against it ({claim})"
    return None


def _by_structure(
    escapes: Escapes, chains: Sequence[Chain], broken: Sequence[Chain], whole: Sequence[Chain], escape: Escape
) -> tuple[str, str, str]:
    basis = "by structure"
    if not chains:
        return UNKNOWN, basis, "no chain of this antibody is known"
    if not escape.breaks:
        return UNKNOWN, basis, "which link it breaks is not known"
    if not broken and any(escapes.is_open(chain, escape) for chain in chains):
        return UNKNOWN, basis, "it concerns one epitope, and that of the arm is not known"
    if not broken:
        return WORKS, basis, "it breaks no link that this antibody needs"
    if escape.scope == "bsab:PharmacologyScope":
        return UNKNOWN, basis, "it lies in the drug as much as in the tumor, and was not seen under this antibody"
    if escape.agents == ("kinase-inhibitor",) and not escapes.links.defined(escape.kind, "bsab:runsThrough"):
        return UNKNOWN, basis, "it was seen under kinase inhibitors only"
    answering = escapes.answering_arms(chains, escape)
    if answering:
        return WORKS, basis, "; ".join(f"{_label(escapes, arm)} {c.text}" for c in answering for arm in c.by)
    left = [chain for chain in whole if _acts_alone(chain, chains)]
    if _BLOCK in escape.breaks and _HOLD not in escape.breaks:
        # A bypassed tumor grows, whatever else is blocked: only killing helps.
        left = [chain for chain in left if not escapes.is_blocking(chain.effect)]
    if not left:
        return FAILS, basis, "every chain that acts by itself is broken"
    rest = "; ".join(sorted({_brief(escapes, chain) for chain in left}))
    if _HOLD in escape.breaks and escape.scope != ANTIGEN_SPECIFIC:
        return UNKNOWN, basis, f"a cell that changes so may lose the other antigen, too; else left: {rest}"
    if _BLOCK in escape.breaks and all(chain.acting_arm.startswith("bsab:") for chain in left):
        # Cetuximab, with an active Fc, fails in tumors with RAS mutations: the Fc alone is no safe rest.
        return UNKNOWN, basis, f"whether the Fc alone suffices is not known; left: {rest}"
    return WORKS, basis, f"left: {rest}"


def _acts_alone(chain: Chain, chains: Iterable[Chain]) -> bool:
    """A costimulating arm only strengthens, where another arm of the antibody has to trigger."""
    triggered = any(other.cell and other.function not in STRENGTHENING for other in chains)
    return chain.function not in STRENGTHENING or not triggered


def _label(escapes: Escapes, curie: str) -> str:
    return label_of(escapes.links.store, ox.NamedNode(expand(curie)))


def _brief(escapes: Escapes, chain: Chain) -> str:
    """How a chain ends, in a few words."""
    if not chain.cell:
        return f"{_label(escapes, chain.effect)} of {_label(escapes, chain.target)}"
    held = f", held by {_label(escapes, chain.held)}" if chain.held else ""
    return f"killing by {_label(escapes, killer_of(escapes.links, chain))}{held}"


class PairVerdict(NamedTuple):
    """Whether a pair of tumor antigens still works under one escape: if its arms kill, and if they block."""

    escape: Escape
    other: str
    if_killing: str
    if_blocking: str
    reason: str


def coverage_of_pair(escapes: Escapes, first: str, second: str) -> tuple[PairVerdict, ...]:
    """A verdict for each escape documented of either antigen, for a molecule with one tumor arm on each: one that also
    triggers T cells through CD3, and one that blocks both antigens.
    """
    found = []
    documented = {antigen: {escape.kind for escape in escapes.of_antigens((antigen,))} for antigen in (first, second)}
    for antigen, other in ((first, second), (second, first)):
        for escape in escapes.of_antigens((antigen,)):
            shared = escape.kind in documented[other]
            killing, why_killing = _of_pair(escapes, escape, _engager_on(first, second), other, shared)
            blocking, why_blocking = _of_pair(escapes, escape, _blocker_of(first, second), other, shared)
            reason = why_killing if why_killing == why_blocking else f"{why_killing}; {why_blocking}"
            found.append(PairVerdict(escape, other, killing, blocking, reason))
    return tuple(found)


def _engager_on(*antigens: str) -> tuple[Chain, ...]:
    kill = ("bsab:TCellCytotoxicityFunction", "bsab:PerforinGranzymeKilling")
    return tuple(
        Chain("", "trans", f"arm:{held}", held, "arm:trigger", "UniProt:P07766", T_CELL, *kill, "") for held in antigens
    )


def _blocker_of(first: str, second: str) -> tuple[Chain, ...]:
    pairs = ((first, second), (second, first))
    return tuple(
        Chain("", "cis", f"arm:{held}", held, f"arm:{target}", target, "", "", "bsab:SignalBlockade", "")
        for held, target in pairs
    )


def _of_pair(escapes: Escapes, escape: Escape, chains: Sequence[Chain], other: str, shared: bool) -> tuple[str, str]:
    name = _label(escapes, other)
    whole = [chain for chain in chains if not escapes.broken(chain, escape)]
    blocks = escapes.is_blocking(chains[0].effect)
    if escape.epitopes and _HOLD in escape.breaks:
        return UNKNOWN, "it concerns one epitope; another on the same antigen may stay"
    if len(whole) == len(chains):
        return WORKS, "it breaks nothing that blockade needs" if blocks else "it breaks nothing that killing needs"
    if _HOLD in escape.breaks and escape.scope != ANTIGEN_SPECIFIC:
        return UNKNOWN, f"it may take {name} along"
    if _HOLD in escape.breaks and shared:
        return UNKNOWN, f"it is documented of {name}, too; whether of the same cells is not known"
    if _BLOCK in escape.breaks and _HOLD not in escape.breaks:
        if other in escapes.links.defined(escape.kind, "bsab:runsThrough"):
            return WORKS, f"it runs through {name}, which the other arm binds"
        return FAILS, "a blocked signal is bypassed" if blocks else "it breaks killing, too"
    if whole:
        return WORKS, f"the arm on {name} still binds, if the format works with one arm"
    return FAILS, "it breaks blockade whatever the antigen" if blocks else "it breaks killing whatever the antigen"


_SHARED_COLUMNS = ("escape", "scope", "of", "epitope", "tumor", "direct", "contested")
ANTIBODY_COLUMNS = (*_SHARED_COLUMNS, "seen", "breaks", "verdict", "basis", "reason", "support", "claims")
PAIR_COLUMNS = (*_SHARED_COLUMNS, "other", "if_killing", "if_blocking", "reason", "support", "claims")


def antibody_table(opened: Opened, name: str) -> Answer:
    """The verdicts on one antibody as rows, those that were seen in patients on a bispecific first.

    Raises
    ------
    NotFoundError, AmbiguousError
        The name stands for nothing, or for several.
    """
    escapes = Escapes(StoreLinks(opened.store))
    rows = []
    antibody = find(opened.store, name, ("antibody",)).curie
    for verdict in coverage_of_antibody(escapes, antibody):
        broken = {link for chain in verdict.broken for link in escapes.broken(chain, verdict.escape)}
        rows.append(
            _row(escapes, verdict.escape)
            | {
                "seen": verdict.escape.seen(antibody).removeprefix("seen "),
                "breaks": "; ".join(sorted(_label(escapes, link).removesuffix(" link") for link in broken)) or None,
                "verdict": verdict.verdict,
                "basis": verdict.basis,
                "reason": verdict.reason,
            }
        )
    return records(ANTIBODY_COLUMNS, sorted(rows, key=lambda row: not row["direct"]))


def pair_table(opened: Opened, first: str, second: str) -> Answer:
    """The verdicts on a pair of tumor antigens as rows.

    Raises
    ------
    NotFoundError, AmbiguousError
        A name stands for nothing, or for several.
    UsageError
        Both are the same antigen.
    """
    escapes = Escapes(StoreLinks(opened.store))
    ends = [find(opened.store, name, ("antigen",)).curie for name in (first, second)]
    if ends[0] == ends[1]:
        raise UsageError("the two names stand for one antigen", f"{first}, {second}", "name two")
    rows: list[Record] = [
        _row(escapes, verdict.escape)
        | {
            "other": _label(escapes, verdict.other),
            "if_killing": verdict.if_killing,
            "if_blocking": verdict.if_blocking,
            "reason": verdict.reason,
        }
        for verdict in coverage_of_pair(escapes, *ends)
    ]
    for curie in ends:
        if not escapes.of_antigens((curie,)):
            none = "no escape from it is documented in this view, which does not say that there is none"
            rows.append({"of": _label(escapes, curie), "if_killing": UNKNOWN, "if_blocking": UNKNOWN, "reason": none})
    return records(PAIR_COLUMNS, rows)


def _row(escapes: Escapes, escape: Escape) -> Record:
    of = sorted(escape.antigens) or escape.subjects
    return {
        "escape": _label(escapes, escape.kind),
        "scope": _label(escapes, escape.scope).removesuffix(" scope"),
        "of": "; ".join(_label(escapes, curie) for curie in of),
        "epitope": "; ".join(_label(escapes, curie) for curie in sorted(escape.epitopes)) or None,
        "tumor": _label(escapes, escape.tumor) if escape.tumor else None,
        "direct": escape.direct,
        "contested": escape.contested,
        "support": round(escape.support, 4),
        "claims": " ".join(claim.claim for claim in escape.claims),
    }
