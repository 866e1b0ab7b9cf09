"""The page of results, from the table of results alone: every number on it is one of the table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from kg.benchmark.metrics import METRICS
from kg.benchmark.protocol import CUTS, DRAWS, ENOUGH, JUDGED
from kg.benchmark.run import NAMED_RANK, RANK
from kg.query import Record, records
from kg.tabular import render

PAGE = Path("docs") / "benchmark.md"
NOTICE = "<!-- Written by kg benchmark --write; do not edit. -->\n"
_STRATA = ("both-seen", "one-new", "both-new")
_CLAIMED = ("average_precision", "hits_100")


def page(rows: Sequence[Record], pictures: Iterable[str] = ()) -> str:
    """Markdown of all results in a table of `kg.benchmark.run.COLUMNS`.

    Parameters
    ----------
    pictures
        Names of the SVG files beside it that are shown.
    """
    versions = sorted({str(row["data"]) for row in rows})
    parts = [
        f"{NOTICE}# How good the ranking is\n",
        "Where did the pairs that came into the open stand in a ranking made before? "
        "[The protocol](benchmark-protocol.md) says how it is judged; it was written first. "
        "[Every run](benchmark_log.tsv) is logged; [the table](benchmark.tsv) has all figures of this page.\n",
        f"Data {', '.join(versions)}. For research use; not medical advice. `undated` names inputs that hold what "
        "became known after the day; intervals are for 95 %, by drawing antigens; `gain` is `yes` where the interval "
        "of the difference to the best baseline excludes zero.\n",
    ]
    for cut in CUTS.values():
        own = [row for row in rows if row["cut"] == cut.name]
        if own:
            parts += _cut(cut.name, own)
    missing = [cut.name for cut in CUTS.values() if not any(row["cut"] == cut.name for row in rows)]
    if missing:
        parts.append(f"Not run yet: {', '.join(missing)}.\n")
    parts += [f"![{name.removesuffix('.svg').replace('-', ' ')}]({name})\n" for name in pictures]
    return "\n".join(parts)


def _cut(name: str, rows: Sequence[Record]) -> list[str]:
    cut = CUTS[name]
    plain = [row for row in rows if row["metric"] != NAMED_RANK]
    until = max((str(row["until"]) for row in plain), default="")
    about = f"Ranked as of {cut.day}, judged on pairs disclosed after it, to {until}."
    if cut.purpose == "development":
        about += " Features and weights were chosen here: no figure below is a test."
    if name == "wide":
        about += f" Positives up to {CUTS['development'].until} were seen in development."
    parts = [f"## Cut {name}\n", f"{about}\n"]
    for family in JUDGED:
        own = [row for row in plain if row["family"] == family]
        if own:
            parts += _family(family, own)
    named = [row for row in rows if row["metric"] == NAMED_RANK]
    if named:
        parts += ["### Named pairs\n", _named(named)]
    return parts


def _family(family: str, rows: Sequence[Record]) -> list[str]:
    whole = [row for row in rows if row["stratum"] == "all"]
    pairs, positives = int(_number(whole[0], "pairs")), int(_number(whole[0], "positives"))
    parts = [
        f"### {family}\n",
        f"{positives} positives among {pairs:,} ranked (prevalence {positives / pairs:.2g}). "
        f"The median of their ranks by chance is {(pairs + 1) / 2:,.0f}.\n",
    ]
    if positives < ENOUGH:
        parts.append(f"Fewer than {ENOUGH} positives: no other metric is computed.\n")
    parts.append(_ranker_table(whole))
    strata = [row for row in rows if row["stratum"] != "all"]
    if strata:
        parts += ["By stratum, median rank of positives, and AUROC and average precision where there are enough:\n"]
        parts.append(_strata_table(strata))
    return parts


def _by_ranker(rows: Iterable[Record]) -> dict[str, dict[str, Record]]:
    found: dict[str, dict[str, Record]] = {}
    for row in rows:
        found.setdefault(str(row["ranker"]), {})[str(row["metric"])] = row
    return found


def _ranker_table(rows: Sequence[Record]) -> str:
    lines: list[Record] = []
    enough = any(row["metric"] in METRICS for row in rows)
    for ranker, metrics in _by_ranker(rows).items():
        any_row = next(iter(metrics.values()))
        line: Record = {"ranker": ranker, "kind": any_row["kind"], "undated": any_row["undated"]}
        line["median rank"] = _plain(metrics.get(RANK))
        if enough:
            for metric in METRICS:
                line[metric.replace("_", " ")] = _with_interval(metrics.get(metric))
            line["gain"] = _gain(metrics)
        lines.append(line)
    return render(records(tuple(lines[0]), lines), "md")


def _gain(metrics: Mapping[str, Record]) -> str | None:
    """Of the two metrics for which a gain is claimed: the difference, its interval, against whom."""
    told = []
    for metric in _CLAIMED:
        row = metrics.get(metric)
        if row is None or row["best"] is None:
            return None
        low = row["difference_low"]
        won = "yes" if isinstance(low, float) and low > 0 else "no"
        span = f"{_text(row['difference'])} ({_text(low)} to {_text(row['difference_high'])})"
        told.append(f"{metric.replace('_', ' ')}: {won}, {span} to {row['best']}")
    return "; ".join(told)


def _strata_table(rows: Sequence[Record]) -> str:
    lines: list[Record] = []
    for ranker, _ in _by_ranker(rows).items():
        line: Record = {"ranker": ranker}
        for stratum in _STRATA:
            own = {str(row["metric"]): row for row in rows if row["ranker"] == ranker and row["stratum"] == stratum}
            first = next(iter(own.values()), None)
            if first is None:
                line[stratum] = "no positive"
                continue
            cell = f"{_plain(own.get(RANK))} of {int(_number(first, 'pairs')):,}, n={int(_number(first, 'positives'))}"
            for metric, short in (("auroc", "AUROC"), ("average_precision", "AP")):
                if metric in own:
                    cell += f"; {short} {_with_interval(own[metric])}"
            line[stratum] = cell
        lines.append(line)
    return render(records(("ranker", *_STRATA), lines), "md")


def _named(rows: Sequence[Record]) -> str:
    pairs = list(dict.fromkeys((str(row["stratum"]), str(row["day"]), _number(row, "pairs")) for row in rows))
    names = {pair: f"{pair} ({day}, of {int(size):,})" for pair, day, size in pairs}
    lines: list[Record] = []
    for ranker in dict.fromkeys(str(row["ranker"]) for row in rows):
        own = {str(row["stratum"]): row for row in rows if row["ranker"] == ranker}
        lines.append({"ranker": ranker, **{shown: _plain(own.get(pair)) for pair, shown in names.items()}})
    return render(records(("ranker", *names.values()), lines), "md")


def _number(row: Record, name: str) -> float:
    value = row[name]
    return float(value) if isinstance(value, int | float) else float("nan")


def _text(value: object) -> str:
    return "?" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _plain(row: Record | None) -> str | None:
    return None if row is None or row["value"] is None else f"{_number(row, 'value'):g}"


def _with_interval(row: Record | None) -> str | None:
    if row is None or row["value"] is None:
        return None
    return f"{_text(row['value'])} ({_text(row['low'])} to {_text(row['high'])})"


__all__ = ["DRAWS", "NOTICE", "PAGE", "page"]
