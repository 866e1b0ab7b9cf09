"""Open pairs as `kg.pairs` ranks them, for the tumors with most antibodies, with the cards of the best.

Ranking is numpy on all pairs of the universe, and takes as long as all pages together: it runs in a process of its own
beside them, where the cache holds the store for both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from kg.errors import KgError, NotFoundError
from kg.paths import find_root
from kg.query import Record
from kg.report.pair_card import Feature, PairCard
from kg.store import Opened, open_store
from kg.view import View

TUMORS, TOP, CARDS = 12, 8, 10  # tumors that are ranked, pairs of each intent that are listed, cards that get a page


@dataclass(frozen=True, slots=True)
class Explained:
    """The card of one pair on a tumor, as `kg explain` tells it: symbols, tumor, and records by aspect."""

    first: str
    second: str
    tumor: str
    tumor_label: str
    intent: str
    rows: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """Cards by tumor (their antigens are HGNC symbols), what was ranked there, and the explained pairs."""

    cards: dict[str, tuple[PairCard, ...]]
    told: dict[str, str]
    explained: tuple[Explained, ...]


NOTHING = Ranked({}, {}, ())


def start_ranking(opened: Opened, tumors: Sequence[str]) -> Callable[[], Ranked]:
    """Begin to rank; the function that is returned waits for the outcome. Nothing is ranked without expression."""
    if not (opened.root.expression / "universe.tsv").is_file():
        return lambda: NOTHING
    if opened.place == "memory":  # another process would have to compile the view again
        return lambda: rank(opened, tumors)
    pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
    waiting = pool.submit(_rank_beside, str(opened.root.path), opened.view, tuple(tumors))

    def outcome() -> Ranked:
        try:
            return waiting.result()
        finally:
            pool.shutdown()

    return outcome


def _rank_beside(root: str, view: View, tumors: tuple[str, ...]) -> Ranked:
    return rank(open_store(find_root(root), view), tumors)


def rank(opened: Opened, tumors: Sequence[str]) -> Ranked:
    """The best open pairs of tumor antigens on each tumor that has expression, for each intent."""
    from kg.expression import open_expression
    from kg.pairs.card import explain
    from kg.pairs.families import DEFAULT, family_named
    from kg.pairs.ranking import rank_pairs, read_pairs
    from kg.pairs.weights import read_weights

    try:
        pairs, weights = read_pairs(opened, open_expression(opened.root)), read_weights(opened.root)
    except KgError:
        return NOTHING
    family = family_named(DEFAULT)
    cards: dict[str, tuple[PairCard, ...]] = {}
    told: dict[str, str] = {}
    best: list[PairCard] = []
    for tumor in tumors:
        if len(cards) == TUMORS:
            break
        found: list[PairCard] = []
        try:
            for intent in family.intents:
                ranking = rank_pairs(pairs, family, intent, tumor, weights[intent], TOP, only_open=True)
                found += [_card(one, intent, tumor, family.name) for one in ranking.pairs]
                told[tumor] = f"{ranking.ranked} pairs of tumor antigens ranked on {', '.join(ranking.columns)}"
        except NotFoundError:
            continue  # no expression column is near
        if found:
            cards[tumor] = tuple(found)
            best.append(next((one for one in found if one.rank == 1), found[0]))
    explained = []
    for card in best[:CARDS]:
        first, second = card.antigens
        known = explain(opened, pairs, first, second, weights, card.tumor)
        explained.append(Explained(first, second, card.tumor, known.tumor_label, card.intent, known.rows))
    return Ranked(cards, told, tuple(explained))


def _card(one: object, intent: str, tumor: str, family: str) -> PairCard:
    from kg.pairs.ranking import RankedPair

    assert isinstance(one, RankedPair)
    known = {name: value for name, value in one.features.items() if value == value}
    order = sorted(known.items(), key=lambda pair: (-pair[1], pair[0]))
    features = tuple(Feature(name, f"{value:.2f}", value >= 0.5) for name, value in order)
    return PairCard(
        (one.first, one.second),
        tumor,
        intent,
        family,
        round(one.score, 4),
        one.rank,
        one.openness.value,
        one.openness.why,
        features,
        steady=f"{one.best} to {one.worst}",
    )
