"""Open pairs as `kg.pairs` ranks them, for the tumors with most antibodies, with the cards of the best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kg.errors import KgError, NotFoundError
from kg.query import Record
from kg.report.pair_card import Feature, PairCard
from kg.store import Opened

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
    """Cards by tumor (their antigens are HGNC symbols), what was ranked there, and the explained pairs.

    `reasons` is what a feature says of a pair, by intent and feature.
    """

    cards: dict[str, tuple[PairCard, ...]]
    told: dict[str, str]
    explained: tuple[Explained, ...]
    reasons: Mapping[tuple[str, str], str] = field(default_factory=dict)


NOTHING = Ranked({}, {}, ())


def rank(opened: Opened, tumors: Sequence[str]) -> Ranked:
    """The best open pairs of tumor antigens on each tumor that has expression, for each intent.

    Nothing is ranked without expression.
    """
    if not (opened.root.expression / "universe.tsv").is_file():
        return NOTHING
    from kg.expression import open_expression
    from kg.pairs.card import explain
    from kg.pairs.families import DEFAULT, family_named
    from kg.pairs.ranking import rank_pairs, read_pairs
    from kg.pairs.weights import read_reasons, read_weights

    try:
        pairs, weights = read_pairs(opened, open_expression(opened.root)), read_weights(opened.root)
    except KgError:
        return NOTHING
    family = family_named(DEFAULT)
    cards: dict[str, tuple[PairCard, ...]] = {}
    told: dict[str, str] = {}
    explained: list[Explained] = []
    for tumor in tumors:
        if len(cards) == TUMORS:
            break
        found: list[PairCard] = []
        try:
            for intent in family.intents:
                ranking = rank_pairs(pairs, family, intent, tumor, weights[intent], TOP, only_open=True)
                found += [_card(one, intent, tumor, family.name) for one in ranking.pairs]
                told[tumor] = f"{ranking.ranked:,} pairs of tumor antigens ranked on {', '.join(ranking.columns)}"
        except NotFoundError:
            continue  # no expression column is near
        if found:
            cards[tumor] = tuple(found)
        if found and len(explained) < CARDS:  # here, where the board of the tumor is at hand
            card = next((one for one in found if one.rank == 1), found[0])
            known = explain(opened, pairs, *card.antigens, weights, tumor)
            explained.append(Explained(*card.antigens, tumor, known.tumor_label, card.intent, known.rows))
    return Ranked(cards, told, tuple(explained), read_reasons(opened.root))


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
