"""Mechanism chains: how an antibody acts, which escapes break which link, and what of it still works then."""

from __future__ import annotations

from kg.chains.answer import ChainAnswer, Wanted, answer_chains, read_wanted
from kg.chains.coverage import antibody_table, coverage_of_antibody, coverage_of_pair, pair_table
from kg.chains.escapes import Counter, Escape, Escapes
from kg.chains.links import Link, Links, StoreLinks
from kg.chains.walk import Chain, chains_of

__all__ = [
    "Chain",
    "ChainAnswer",
    "Counter",
    "Escape",
    "Escapes",
    "Link",
    "Links",
    "StoreLinks",
    "Wanted",
    "answer_chains",
    "antibody_table",
    "chains_of",
    "coverage_of_antibody",
    "coverage_of_pair",
    "pair_table",
    "read_wanted",
]
