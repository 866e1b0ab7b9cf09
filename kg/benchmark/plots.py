"""Pictures of the results: SVG, the same bytes for the same table."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from kg.benchmark.protocol import CUTS, JUDGED
from kg.benchmark.run import NAMED_RANK, RANK
from kg.query import Record

_COLORS = {"baseline": "#7a7a7a", "ours": "#0072b2"}


def pictures(rows: Sequence[Record]) -> dict[str, bytes]:
    """Name of a file -> its SVG; those for which the table has figures.

    - `benchmark-precision.svg`: average precision with its interval, where it was computed.
    - `benchmark-ranks.svg`: median rank of the positives as a share of the list.
    - `benchmark-named.svg`: rank of the named pairs as a share of the list.

    Raises
    ------
    ImportError
        matplotlib is not installed.
    """
    made = {
        "benchmark-precision.svg": [row for row in rows if _is(row, "average_precision", "all")],
        "benchmark-ranks.svg": [row for row in rows if _is(row, RANK, "all")],
        "benchmark-named.svg": [row for row in rows if row["metric"] == NAMED_RANK],
    }
    labels = {
        "benchmark-precision.svg": ("average precision (logarithmic), 95 % interval", False),
        "benchmark-ranks.svg": ("median rank of positives over length of the list (logarithmic)", True),
        "benchmark-named.svg": ("rank over length of the list (logarithmic)", True),
    }
    return {name: _drawn(own, *labels[name]) for name, own in made.items() if own}


def _is(row: Record, metric: str, stratum: str) -> bool:
    return row["metric"] == metric and row["stratum"] == stratum and row["value"] is not None


def _panels(rows: Sequence[Record]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    order = list(JUDGED)
    for row in sorted(rows, key=lambda row: (list(CUTS).index(str(row["cut"])), order.index(str(row["family"])))):
        named = row["metric"] == NAMED_RANK
        title = f"{row['stratum']}, {row['day']}" if named else f"{row['family']}\n{row['cut']}"
        found.setdefault(title, []).append(row)
    return found


def _drawn(rows: Sequence[Record], label: str, share: bool) -> bytes:
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    panels = _panels(rows)
    # Text as text, and identifiers from a fixed salt: the same table gives the same bytes.
    with mpl.rc_context({"svg.hashsalt": "bsab-kg", "svg.fonttype": "none", "font.size": 8}):
        across = min(3, len(panels))
        down = -(-len(panels) // across)
        tallest = max(len(own) for own in panels.values())
        figure = Figure(figsize=(4.2 * across, down * (0.6 + 0.17 * tallest)), layout="constrained")
        FigureCanvasSVG(figure)
        axes: Any = figure.subplots(down, across, squeeze=False)
        for axis, (title, own) in zip(axes.flat, panels.items(), strict=False):
            _panel(axis, title, own, share)
        for axis in axes.flat[len(panels) :]:
            axis.set_axis_off()
        figure.supxlabel(label, fontsize=8)
        stream = io.BytesIO()
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return b"".join(line.rstrip() + b"\n" for line in stream.getvalue().splitlines())


def _panel(axis: Any, title: str, rows: Sequence[Record], share: bool) -> None:
    for height, row in enumerate(reversed(rows)):
        scale = _of(row, "pairs") if share else 1
        color = _COLORS[str(row["kind"])]
        value = _of(row, "value") / scale
        axis.plot([value], [height], "o", color=color, markersize=4)
        if row["low"] is not None and row["high"] is not None:
            axis.plot([max(_of(row, "low"), 1e-7), _of(row, "high")], [height, height], "-", color=color, linewidth=1)
    axis.set_xscale("log")
    axis.set_yticks(range(len(rows)), [str(row["ranker"]) for row in reversed(rows)])
    axis.set_title(title, fontsize=8)
    if share:
        axis.axvline(0.5, color="#bbbbbb", linewidth=0.8)


def _of(row: Record, name: str) -> float:
    value = row[name]
    return float(value) if isinstance(value, int | float) else float("nan")
