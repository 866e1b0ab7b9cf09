"""What of an antibody, or of a pair, still works under each documented escape: works, fails, or nobody knows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import pyoxigraph as ox

from kg.chains.escapes import ANTIGEN_SPECIFIC, STRENGTHENING, Escape, Escapes
from kg.chains.links import StoreLinks
from kg.chains.walk import Chain, chains_of
from kg.errors import UsageError
from kg.lookup import find, label_of
from kg.query import Answer, Record, records
from kg.store import Opened
from kg.terms import expand

WORKS, FAILS, UNKNOWN = "works", "fails", "unknown"
_BLOCK, _HOLD, _REACH = "bsab:BlockLink", "bsab:HoldLink", "bsab:ReachLink"
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
        if counter.basis == "documented" and antibody in counter.by
    ]
    for outcomes, verdict in ((_WORKED, WORKS), (_DID_NOT, FAILS)):
        for counter in tested:
            if counter.outcome in outcomes:
                return verdict, "documented", f"{counter.text} ({counter.outcome})"
    if antibody in escape.subjects:
        where = "in patients" if escape.direct else "outside patients with a solid tumor"
        contested = ", and others contradict" if escape.contested else ""
        return FAILS, "documented", f"it was seen under this antibody, {where}{contested}"
    return None


def _by_structure(
    escapes: Escapes, chains: Sequence[Chain], broken: Sequence[Chain], whole: Sequence[Chain], escape: Escape
) -> tuple[str, str, str]:
    basis = "by structure"
    if not chains:
        return UNKNOWN, basis, "no chain of this antibody is known"
    if not escape.breaks:
        return UNKNOWN, basis, "which link it breaks is not known"
    if not broken:
        return WORKS, basis, "it breaks no link that this antibody needs"
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
    return f"killing by {_label(escapes, chain.cell)}{held}"


class PairVerdict(NamedTuple):
    """Whether a pair of tumor antigens still works under one escape: if its arms kill, and if they block."""

    escape: Escape
    other: str
    if_killing: str
    if_blocking: str
    reason: str


def coverage_of_pair(escapes: Escapes, first: str, second: str) -> tuple[PairVerdict, ...]:
    """A verdict for each escape documented of either antigen, for any molecule with one tumor arm on each."""
    found = []
    documented = {antigen: {escape.kind for escape in escapes.of_antigens((antigen,))} for antigen in (first, second)}
    for antigen, other in ((first, second), (second, first)):
        for escape in escapes.of_antigens((antigen,)):
            shared = escape.kind in documented[other]
            found.append(PairVerdict(escape, other, *_of_pair(escapes, escape, other, shared)))
    return tuple(found)


def _of_pair(escapes: Escapes, escape: Escape, other: str, shared: bool) -> tuple[str, str, str]:
    name = _label(escapes, other)
    if not escape.breaks:
        return UNKNOWN, UNKNOWN, "which link it breaks is not known"
    if _REACH in escape.breaks:
        return FAILS, FAILS, "it keeps the whole molecule away"
    if _HOLD in escape.breaks:
        if escape.scope != ANTIGEN_SPECIFIC:
            return UNKNOWN, UNKNOWN, f"it may take {name} along"
        if shared:
            return UNKNOWN, UNKNOWN, f"it is documented of {name}, too; whether of the same cells is not known"
        return WORKS, WORKS, f"the arm on {name} still binds, if the format works with one arm"
    if escape.breaks == {_BLOCK}:
        if other in escapes.links.defined(escape.kind, "bsab:runsThrough"):
            return WORKS, WORKS, f"it runs through {name}, which the other arm binds"
        return WORKS, FAILS, "killing does not need the signal; a blocked one is bypassed"
    if _BLOCK in escape.breaks:
        return FAILS, FAILS, "it breaks killing and blockade alike"
    return FAILS, WORKS, f"killing fails whatever the antigen; blockade of {name} does not need it"


_SHARED_COLUMNS = ("escape", "scope", "of", "tumor", "direct", "contested")
ANTIBODY_COLUMNS = (*_SHARED_COLUMNS, "breaks", "verdict", "basis", "reason", "support", "claims")
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
    for verdict in coverage_of_antibody(escapes, find(opened.store, name, ("antibody",)).curie):
        broken = {link for chain in verdict.broken for link in escapes.broken(chain, verdict.escape)}
        rows.append(
            _row(escapes, verdict.escape)
            | {
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
    rows = [
        _row(escapes, verdict.escape)
        | {
            "other": _label(escapes, verdict.other),
            "if_killing": verdict.if_killing,
            "if_blocking": verdict.if_blocking,
            "reason": verdict.reason,
        }
        for verdict in coverage_of_pair(escapes, *ends)
    ]
    return records(PAIR_COLUMNS, rows)


def _row(escapes: Escapes, escape: Escape) -> Record:
    of = sorted(escape.antigens) or escape.subjects
    return {
        "escape": _label(escapes, escape.kind),
        "scope": _label(escapes, escape.scope).removesuffix(" scope"),
        "of": "; ".join(_label(escapes, curie) for curie in of),
        "tumor": _label(escapes, escape.tumor) if escape.tumor else None,
        "direct": escape.direct,
        "contested": escape.contested,
        "support": round(escape.support, 4),
        "claims": " ".join(claim.claim for claim in escape.claims),
    }
