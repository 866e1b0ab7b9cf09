"""How many positives there are, by family and cut: counted before anything is ranked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from kg.benchmark.protocol import CUTS, JUDGED
from kg.benchmark.traces import Pair
from kg.benchmark.truth import STATES, Truth
from kg.expression.antigens import Universe
from kg.pairs.families import candidates, family_named
from kg.query import Answer, Record, records

COLUMNS = (
    "family", "cut", "window", "candidates", *STATES, "clinic", "other", "prevalence",
    "both_seen", "one_new", "both_new",
)  # fmt: skip


def count_positives(truth: Truth, universe: Universe) -> Answer:
    """A row a family and cut.

    `candidates` are the pairs that could be asked for; `positive` to `hematologic` are those of `STATES`; of the
    positives, `clinic` were in the clinic (accepted date) and `other` are known by other traces alone; `prevalence`
    is among the pairs that are ranked; `both_seen`, `one_new`, `both_new` tell how many of their antigens had an arm
    on the day of the cut.
    """
    return records(COLUMNS, _rows(truth, universe))


def _rows(truth: Truth, universe: Universe) -> Iterator[Record]:
    for name, only in JUDGED.items():
        family = family_named(name)
        sides = [{universe.symbols[position] for position in side} for side in candidates(universe, family)]
        rows, columns = sides[0], {symbol for symbol in sides[1] if not only or symbol in only}
        both = len(rows & columns)
        pairs = len(rows) * len(columns) - both * (both + 1) // 2
        for cut in CUTS.values():
            states = {
                pair: state for pair, state in truth.states(cut.day, cut.until).items() if _fits(pair, rows, columns)
            }
            counts = Counter(states.values())
            positives = [pair for pair, state in states.items() if state == "positive"]
            seen = {
                antigen
                for carrier in truth.carriers.values()
                if carrier.known_by(cut.day)
                for antigen in carrier.antigens
            } | {end for pair, state in truth.states(cut.day, cut.until).items() if state == "known" for end in pair}
            new = Counter(sum(end not in seen for end in pair) for pair in positives)
            clinic = sum(truth.pairs[pair].clinic is not None for pair in positives)
            ranked = pairs - sum(counts[state] for state in STATES if state not in ("positive", "later"))
            yield {
                "family": name,
                "cut": cut.name,
                "window": cut.window(truth.as_of),
                "candidates": pairs,
                **{state: counts[state] for state in STATES},
                "clinic": clinic,
                "other": len(positives) - clinic,
                "prevalence": float(f"{len(positives) / ranked:.2g}"),
                "both_seen": new[0],
                "one_new": new[1],
                "both_new": new[2],
            }


def _fits(pair: Pair, rows: set[str], columns: set[str]) -> bool:
    a, b = pair
    return a != b and ((a in rows and b in columns) or (b in rows and a in columns))
