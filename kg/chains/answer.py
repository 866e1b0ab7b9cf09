"""Chains that fit what was asked, each with the escapes that break it and what counters these."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import pyoxigraph as ox

from kg.chains.escapes import Counter, Escape, Escapes
from kg.chains.links import Link, Links, StoreLinks
from kg.chains.walk import Chain, chains_of
from kg.errors import UsageError
from kg.lookup import find, label_of
from kg.nodes import subjects
from kg.query import Answer, Record, records
from kg.store import Opened
from kg.terms import compress, expand

MODES = ("cis", "trans", "soluble")
COLUMNS = (
    "antibody",
    "mode",
    "held",
    "target",
    "cell",
    "function",
    "effect",
    "tumor",
    "support",
    "weakest",
    "contested",
    "escapes",
    "claims",
)


class Wanted(NamedTuple):
    """What the chains must have, as CURIEs; empty: any. A tumor or a cell stands for its kinds, too."""

    antibody: str = ""
    antigen: str = ""
    tumor: str = ""
    effector: str = ""
    escape: str = ""
    mode: str = ""


class Break(NamedTuple):
    """An escape that breaks a chain, and the links that it breaks."""

    escape: Escape
    links: tuple[str, ...]


class Traced(NamedTuple):
    """A chain with the escapes that break it."""

    chain: Chain
    breaks: tuple[Break, ...]


class ChainAnswer:
    """The chains that fit, by label of the antibody and parts, with the escapes that break them."""

    def __init__(self, opened: Opened, traced: tuple[Traced, ...] = (), escapes: Escapes | None = None) -> None:
        self.opened = opened
        self.traced = traced
        self._escapes = escapes or Escapes(StoreLinks(opened.store))
        self._counters: dict[tuple[str, Escape], tuple[Counter, ...]] = {}
        self._chains: dict[str, tuple[Chain, ...]] = {}

    def counters(self, chain: Chain, escape: Escape) -> tuple[Counter, ...]:
        """What counters an escape from the antibody of a chain; found when asked for, since a table needs none."""
        key = (chain.antibody, escape)
        if key not in self._counters:
            if chain.antibody not in self._chains:
                self._chains[chain.antibody] = chains_of(self._escapes.links, chain.antibody)
            chains = self._chains[chain.antibody]
            self._counters[key] = self._escapes.counters(chain.antibody, chains, escape)
        return self._counters[key]

    def label(self, curie: str) -> str:
        """The label of a part of a chain; empty for a part that is not there."""
        return label_of(self.opened.store, ox.NamedNode(expand(curie))) if curie else ""

    def table(self) -> Answer:
        """A row a chain, parts by their labels; `weakest` is the link with the least support."""
        rows: list[Record] = []
        for chain, breaks in self.traced:
            weakest = chain.weakest
            kinds = dict.fromkeys(self.label(broken.escape.kind) for broken in breaks)
            rows.append(
                {
                    "antibody": self.label(chain.antibody),
                    "mode": chain.mode or None,
                    "held": self.label(chain.held) or None,
                    "target": self.label(chain.target),
                    "cell": self.label(chain.cell) or None,
                    "function": self.label(chain.function) or None,
                    "effect": self.label(chain.effect),
                    "tumor": self.label(chain.tumor) or None,
                    "support": round(chain.support, 4),
                    "weakest": f"{self.tell(weakest)} ({weakest.support:g})",
                    "contested": chain.contested,
                    "escapes": "; ".join(kinds) or None,
                    "claims": " ".join(link.claim for link in chain.links if link.claim),
                }
            )
        return records(COLUMNS, rows)

    def tell(self, link: Link) -> str:
        """A link in words."""
        return f"{self.label(link.source)} {self.label(link.predicate)} {self.label(link.target)}"

    def as_json(self) -> list[dict[str, Any]]:
        """The documented objects of `kg chains --format json`."""
        return [self._object(traced) for traced in self.traced]

    def _object(self, traced: Traced) -> dict[str, Any]:
        chain = traced.chain

        def named(curie: str) -> dict[str, str] | None:
            return {"id": curie, "label": self.label(curie)} if curie else None

        parts = ("antibody", "holding_arm", "held", "acting_arm", "target", "cell", "function", "effect", "tumor")
        return {
            "mode": chain.mode or None,
            **{part: named(getattr(chain, part)) for part in parts},
            "support": round(chain.support, 4),
            "weakest": chain.weakest.claim or None,
            "contested": chain.contested,
            "links": [
                {
                    "from": link.source,
                    "relation": link.predicate,
                    "to": link.target,
                    "text": self.tell(link),
                    "claim": link.claim or None,
                    "support": link.support,
                    "contested": link.contested,
                    "source": link.best_source or None,
                }
                for link in chain.links
            ],
            "escapes": [
                {
                    "kind": named(escape.kind),
                    "scope": self.label(escape.scope),
                    "breaks": [self.label(link) for link in links],
                    "antigens": [named(antigen) for antigen in sorted(escape.antigens)],
                    "epitopes": [named(epitope) for epitope in sorted(escape.epitopes)],
                    "tumor": named(escape.tumor),
                    "seen": escape.seen(chain.antibody).removeprefix("seen "),
                    "direct": escape.direct,
                    "timing": list(escape.timings),
                    "support": escape.support,
                    "contested": escape.contested,
                    "claims": [claim.claim for claim in escape.claims],
                    "counters": [
                        {
                            "basis": counter.basis,
                            "kind": counter.kind,
                            "by": [named(curie) for curie in counter.by],
                            "text": counter.text,
                            "outcome": counter.outcome,
                            "claim": counter.claim or None,
                            "source": counter.source or None,
                        }
                        for counter in self.counters(chain, escape)
                    ],
                }
                for escape, links in traced.breaks
            ],
        }


def read_wanted(
    opened: Opened, antibody: str = "", antigen: str = "", tumor: str = "", effector: str = "", escape: str = "",
    mode: str = "",
) -> Wanted:  # fmt: skip
    """What is wanted, from names as a user types them.

    Raises
    ------
    NotFoundError, AmbiguousError
        A name stands for nothing, or for several.
    UsageError
        The mode is none.
    """
    if mode and mode not in MODES:
        raise UsageError(f"no mode is called {mode!r}", "--mode", f"one of: {', '.join(MODES)}")

    def curie(name: str, *kinds: str) -> str:
        return find(opened.store, name, kinds).curie if name else ""

    return Wanted(
        curie(antibody, "antibody"),
        curie(antigen, "antigen"),
        curie(tumor, "tumor"),
        curie(effector, "cell", "antigen"),
        curie(escape, "escape"),
        mode,
    )


def answer_chains(opened: Opened, wanted: Wanted) -> ChainAnswer:
    """The chains that fit, with escapes and counters; an empty answer where none does."""
    links = StoreLinks(opened.store)
    escapes = Escapes(links)
    traced: list[Traced] = []
    for antibody in _candidates(links, wanted):
        chains = chains_of(links, antibody)
        documented: dict[tuple[str, ...], tuple[Escape, ...]] = {}
        for chain in chains:
            if not _fits(links, chain, wanted):
                continue
            ends = tuple(end for end in (chain.held, chain.target) if end)
            if ends not in documented:
                documented[ends] = escapes.of_antibody(antibody, ends)
            breaks = tuple(Break(*found) for found in escapes.breaking(chain, documented[ends]))
            if not wanted.escape or any(broken.escape.kind == wanted.escape for broken in breaks):
                traced.append(Traced(chain, breaks))
    answer = ChainAnswer(opened, (), escapes)
    answer.traced = tuple(sorted(traced, key=lambda one: (answer.label(one.chain.antibody).lower(), one.chain.key)))
    return answer


def _candidates(links: StoreLinks, wanted: Wanted) -> Iterable[str]:
    """The antibodies whose chains may fit: walking all of them is needed only where nothing narrows them down."""
    if wanted.antibody:
        return (wanted.antibody,)
    known = links.antibodies()
    if not wanted.antigen:
        return known
    binds, has_arm = (ox.NamedNode(expand(name)) for name in ("bsab:binds", "bsab:hasArm"))
    arms = subjects(links.store, binds, ox.NamedNode(expand(wanted.antigen)))
    owners = {compress(owner.value) for arm in arms for owner in subjects(links.store, has_arm, arm)}
    return tuple(antibody for antibody in known if antibody in owners)


def _fits(links: Links, chain: Chain, wanted: Wanted) -> bool:
    if wanted.mode and chain.mode != wanted.mode:
        return False
    if wanted.antigen and wanted.antigen not in (chain.held, chain.target):
        return False
    if wanted.tumor and (not chain.tumor or wanted.tumor not in links.broader(chain.tumor)):
        return False
    if not wanted.effector or wanted.effector == chain.target:
        return True
    return bool(chain.cell) and wanted.effector in links.broader(chain.cell)
