"""One run of the benchmark: families x cuts x rankers, and the named pairs, as rows of one table."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from statistics import median

from kg.benchmark.evaluate import Result, Tell, evaluate
from kg.benchmark.metrics import rank_list
from kg.benchmark.protocol import CUTS, DRAWS, ENOUGH, HISTORY, JUDGED, NAMED, Cut, judged_family
from kg.benchmark.rankers import Ranker, rankers
from kg.benchmark.traces import Pair
from kg.benchmark.training import Case, make_case
from kg.benchmark.truth import Truth, read_truth
from kg.expression import Expression, open_expression
from kg.paths import Root
from kg.query import Record
from kg.store import Opened, open_store
from kg.view import View

COLUMNS = (
    "cut", "day", "until", "family", "stratum", "ranker", "kind", "undated", "pairs", "positives", "metric", "value",
    "low", "high", "best", "difference", "difference_low", "difference_high", "draws", "data",
)  # fmt: skip
RANK = "median_rank"
NAMED_RANK = "rank"


@dataclass(frozen=True)
class Bench:
    """What every run needs, read once: the truth, expression, and the root to open views of."""

    root: Root
    truth: Truth
    expression: Expression
    now: Opened

    def case(self, family: str, day: str, until: str) -> Case:
        """The training set of a family as of a day, and its answers."""
        judged, only = judged_family(family), JUDGED[family]

        def case(day: str, until: str) -> Case:
            view = open_store(self.root, View(day))
            return make_case(judged, day, until, self.truth, view, self.expression, only)

        made, before = case(day, until), years_before(day)
        return replace(made, training=replace(made.training, earlier=case(before, day).training))

    @property
    def version(self) -> str:
        """The data version, twelve digits."""
        return self.now.data_version[:12]


def open_bench(root: Root) -> Bench:
    """The bench of a root.

    Raises
    ------
    KgError
        Its graph or its expression cannot be read.
    """
    now, unread = open_store(root, View()), open_store(root, View("", True))
    expression = open_expression(root)
    return Bench(root, read_truth(now, unread, expression.universe), expression, now)


def run(
    bench: Bench,
    cut: Cut,
    families: Sequence[str] = tuple(JUDGED),
    names: Collection[str] = (),
    *,
    draws: int = DRAWS,
    enough: int = ENOUGH,
    tell: Tell | None = None,
) -> list[Record]:
    """Rows of `COLUMNS`: a family after another, in each the rankers, their strata and metrics; then the named pairs.

    Parameters
    ----------
    names
        Rankers to run; all, if empty. Without a baseline there is nothing to be better than.
    """
    rows: list[Record] = []
    for family in families:
        case = bench.case(family, cut.day, cut.until)
        for result in evaluate(case, rankers(family, names), draws=draws, enough=enough, tell=tell):
            rows += _rows(result, cut.name, case, family, draws, bench.version)
    for pair in NAMED:
        rows += named_rows(bench, pair, cut, families, names, tell)
    return rows


def _rows(result: Result, cut: str, case: Case, family: str, draws: int, version: str) -> Iterator[Record]:
    def row(metric: str, value: float, **others: str | float | None) -> Record:
        return {
            **dict.fromkeys(COLUMNS),
            "cut": cut,
            "day": case.training.day,
            "until": case.until,
            "family": family,
            "stratum": result.stratum,
            "ranker": result.ranker.name,
            "kind": result.ranker.kind,
            "undated": ";".join(result.ranker.undated) or None,
            "pairs": result.pairs,
            "positives": result.positives,
            "metric": metric,
            "value": _short(value),
            "data": version,
            **others,
        }

    if result.ranks:
        yield row(RANK, median(result.ranks))
    for name, measure in result.measures.items():
        yield row(
            name,
            measure.value,
            low=_short(measure.low),
            high=_short(measure.high),
            best=measure.best or None,
            difference=_short(measure.difference),
            difference_low=_short(measure.difference_low),
            difference_high=_short(measure.difference_high),
            draws=draws - result.empty_draws,
        )


def _short(value: float) -> float | None:
    return float(f"{value:.4g}") if value == value else None


def years_before(day: str) -> str:
    """The last day of the year, `HISTORY` years before that of a day: what learned rankers learn from begins there."""
    return f"{int(day[:4]) - HISTORY}-12-31"


def day_before(day: str) -> str:
    """The day before one, YYYY-MM-DD."""
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def family_of(bench: Bench, pair: Pair) -> str:
    """The judged family of a pair: the first in whose matrix it has a place; empty if none."""
    from kg.pairs.families import candidates, family_named

    universe = bench.expression.universe
    for name, only in JUDGED.items():
        sides = [{universe.symbols[p] for p in side} for side in candidates(universe, family_named(name))]
        rows, columns = sides[0], {symbol for symbol in sides[1] if not only or symbol in only}
        if any(a in rows and b in columns for a, b in (pair, pair[::-1])):
            return name
    return ""


def named_cut(day: str) -> str:
    """The cut with which a named pair of that day is ranked: development, or the first test."""
    return "development" if day <= CUTS["development"].until else "2019"


def named_rows(
    bench: Bench, pair: Pair, cut: Cut, families: Collection[str], names: Collection[str], tell: Tell | None = None
) -> Iterator[Record]:
    """Rank of a named pair by every ranker, in the view of the day before its first trace; none at another cut."""
    dated = bench.truth.pairs.get(pair)
    family = family_of(bench, pair)
    if dated is None or dated.first is None or family not in families:
        return
    day = day_before(dated.first.earliest)
    if named_cut(day) != cut.name:
        return
    case = bench.case(family, day, "")
    place = case.place(pair)
    if place is None or not case.listed[place]:
        return
    chosen = rankers(family, names)
    for done, ranker in enumerate(chosen, start=1):
        yield {
            **dict.fromkeys(COLUMNS),
            "cut": cut.name,
            "day": day,
            "until": case.until,
            "family": family,
            "stratum": " x ".join(pair),
            "ranker": ranker.name,
            "kind": ranker.kind,
            "undated": ";".join(ranker.undated) or None,
            "pairs": int(case.listed.sum()),
            "positives": 1,
            "metric": NAMED_RANK,
            "value": rank_of(ranker, case, place),
            "data": bench.version,
        }
        if tell:
            tell(f"{' x '.join(pair)}, {day}", done, len(chosen))


def rank_of(ranker: Ranker, case: Case, place: tuple[int, int]) -> float:
    """Rank of one pair among all that are listed, 1 the best; equal scores share the mean rank."""
    from kg.benchmark.metrics import ranks

    only = case.codes < 0
    only[place] = True
    return float(ranks(rank_list(ranker(case.training), case.listed, only))[0])
