"""Figures by matplotlib, where the extra `plot` is installed: SVG with text as text, and the colors of the page.

matplotlib knows no style sheet, so each color is drawn as a hexadecimal number that stands for a variable of `site.css`
and is put in its place afterwards: the figure then follows light and dark.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from typing import Any

# Drawn color -> variable of the style sheet.
_COLORS = {
    "#010101": "ink",
    "#020202": "soft",
    "#030303": "grid",
    "#040404": "ground",
    "#110011": "tumor-arm",
    "#110012": "trigger-arm",
    "#110013": "check-arm",
    "#110014": "soluble-arm",
    "#110015": "block-arm",
    "#110016": "help-arm",
    "#110017": "other-arm",
}
_INK, _SOFT, _GRID, _GROUND, *_SERIES = _COLORS


@cache
def available() -> bool:
    """Whether matplotlib is there; it is not loaded to find out."""
    return find_spec("matplotlib") is not None


def years(
    places: Sequence[int], series: Sequence[str], counts: Mapping[tuple[int, int], int], name: str, told: str
) -> str:
    """Stacked bars by year with the running total as a line; `counts` is by place of the year and of the series."""
    figure, axes = _figure(11.4, 4.0)
    floor = [0] * len(places)
    for kind, word in enumerate(series):
        tall = [counts.get((place, kind), 0) for place in range(len(places))]
        if any(tall):
            axes.bar(places, tall, bottom=floor, color=_SERIES[kind], label=word, width=0.78)
            floor = [one + other for one, other in zip(floor, tall, strict=True)]
    running = [sum(floor[: place + 1]) for place in range(len(places))]
    beside = axes.twinx()
    beside.plot(places, running, color=_INK, linewidth=1.6, label="all so far (right)")
    beside.set_ylim(0, max(running) * 1.08)
    axes.set_ylabel("antibodies in the year", color=_SOFT)
    beside.set_ylabel("all so far", color=_SOFT)
    for one in (axes, beside):
        _plain(one)
    axes.set_xlim(places[0] - 0.7, places[-1] + 0.7)
    axes.set_ylim(0, max(floor) * 1.12)
    marks, labels = axes.get_legend_handles_labels()
    more, words = beside.get_legend_handles_labels()
    beside.grid(False)
    axes.set_xticks([year for year in places if len(places) <= 14 or year % 2 == 0])
    figure.legend(
        marks + more, labels + words, loc="outside upper left", frameon=False, labelcolor=_INK, fontsize=9, ncols=4
    )
    return _svg(figure, name, told)


def both_levels(
    levels: Sequence[tuple[str, float | None, float | None]], first: str, second: str, name: str, told: str
) -> str:
    """Every tissue and tumor by the RNA of two antigens on logarithmic axes; the highest of each kind are named."""
    figure, axes = _figure(7.6, 4.8)
    from matplotlib.ticker import NullLocator

    kinds = (("tumor", _SERIES[0], "o"), ("vital", _SERIES[1], "s"), ("", _SERIES[6], "^"))
    known = [(place, one, other) for place, one, other in levels if one is not None and other is not None]
    for kind, color, shape in kinds:
        own = [row for row in known if row[0].startswith(kind) and (kind or not row[0].startswith(("tumor", "vital")))]
        label = {"tumor": "tumors (median TPM)", "vital": "vital tissues (nTPM)", "": "other tissues (nTPM)"}[kind]
        axes.scatter(
            [row[1] + 0.1 for row in own],
            [row[2] + 0.1 for row in own],
            s=24,
            color=color,
            marker=shape,
            label=label,
            alpha=0.85,
            linewidths=0,
        )
        for place, one, other in sorted(own, key=lambda row: (-min(row[1], row[2]), row[0]))[:3]:
            words = place.partition(": ")[2].partition(" (")[0]
            axes.annotate(
                words, (one + 0.1, other + 0.1), textcoords="offset points", xytext=(5, 4), fontsize=8, color=_INK
            )
    for axis, scale in ((axes.xaxis, axes.set_xscale), (axes.yaxis, axes.set_yscale)):
        scale("log")
        axis.set_ticks([0.1, 1, 10, 100, 1000], ["0.1", "1", "10", "100", "1000"])
        axis.set_minor_locator(NullLocator())
    axes.set_xlabel(f"{first}, RNA", color=_SOFT)
    axes.set_ylabel(f"{second}, RNA", color=_SOFT)
    for limit in (axes.axhline, axes.axvline):
        limit(10, color=_SOFT, linewidth=0.8, linestyle=(0, (4, 3)))
    _plain(axes)
    axes.legend(loc="lower left", frameon=False, labelcolor=_INK, fontsize=9)
    return _svg(figure, name, told)


def _figure(wide: float, high: float) -> tuple[Any, Any]:
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "kg", "font.family": "sans-serif", "font.size": 10})
    from matplotlib.figure import Figure

    figure = Figure(figsize=(wide, high), layout="constrained")
    axes = figure.add_subplot()
    return figure, axes


def _plain(axes: Any) -> None:
    axes.tick_params(colors=_SOFT, length=3)
    axes.grid(axis="y", color=_GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.patch.set_alpha(0)
    for spine in axes.spines.values():
        spine.set_color(_GRID)


def _svg(figure: Any, name: str, told: str) -> str:
    """The figure as inline SVG that says what it shows; ids are made its own by its name."""
    from markupsafe import escape

    figure.patch.set_alpha(0)
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = out.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    for drawn, variable in _COLORS.items():
        text = text.replace(drawn, f"var(--{variable})")
    text = re.sub(r"font: ([\d.]+)px[^;\"]*", r"font-size: \1px", text)
    key = re.sub(r"\W+", "-", name.lower())[:40]
    text = re.sub(r'\bid="', f'id="{key}-', text)
    text = re.sub(r'(xlink:href="#|url\(#)', rf"\g<1>{key}-", text)
    label = f'<svg class="chart plot" role="img" aria-label="{escape(name)}"'
    return text.replace("<svg", label, 1).replace(">", f"><desc>{escape(told)}</desc>", 1)
