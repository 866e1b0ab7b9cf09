"""Pictures of pairs by matplotlib (extra `plot`), as SVG text: the same input gives the same bytes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from kg.errors import KgError
from kg.pairs.card import Card
from kg.pairs.levels import FULL, Levels, Numbers
from kg.pairs.ranking import Ranking

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Okabe and Ito's colors, which the color-blind tell apart; both have contrast on white and on black.
_TUMOR, _VITAL, _RANGE = "#D55E00", "#0072B2", "#767676"
_NAMED = 3  # places and tumors that get their name


class Picture(str):
    """SVG text, which a notebook shows as a picture."""

    __slots__ = ()

    def _repr_svg_(self) -> str:
        return str(self)


def plot_levels(levels: Levels, card: Card) -> Picture:
    """Level of the one antigen against that of the other: a dot a tumor and a vital place, the card's tumor a diamond.

    A gate wants the tumor above and right of all vital places; coverage wants these near the corner.

    Raises
    ------
    KgError
        matplotlib is not installed.
    """
    figure = _figure(5.2, 4.6)
    axes = figure.subplots()
    one, two = (levels.symbols.index(symbol) for symbol in (card.first, card.second))
    own = [at for at, column in enumerate(levels.tumors) if column.name in card.columns]
    for values, color, label in ((levels.tumor, _TUMOR, "tumors"), (levels.normal, _VITAL, "vital tissues and cells")):
        axes.scatter(values[one], values[two], s=14, color=color, alpha=0.65, label=label, linewidths=0)
    axes.scatter(
        levels.tumor[one, own], levels.tumor[two, own], s=80, marker="D", color=_TUMOR, edgecolors="black",
        label=card.tumor_label,
    )  # fmt: skip
    _name(axes, levels.normal[one], levels.normal[two], [column.label for column in levels.vital])
    ticks = np.array([0, 1, 10, 100, 1000])
    places = np.log2(1 + ticks) / np.log2(1 + FULL)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks(places, [str(tick) for tick in ticks])
    axes.set_xlabel(f"{card.first}, TPM or nTPM")
    axes.set_ylabel(f"{card.second}, TPM or nTPM")
    axes.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(0, 1.14), ncols=3, columnspacing=0.8)
    return _svg(figure, f"{card.first} against {card.second} in tumors and vital tissues")


def plot_ranking(ranking: Ranking) -> Picture:
    """Score of each pair of a ranking, best on top, with the ranks that it takes under other weights beside it.

    Raises
    ------
    KgError
        matplotlib is not installed.
    """
    count = max(len(ranking.pairs), 1)
    figure = _figure(6.4, 0.6 + 0.26 * count)
    axes = figure.subplots()
    names = [f"{one.first} x {one.second}" for one in ranking.pairs]
    height = np.arange(len(names))[::-1]
    scores = [one.score for one in ranking.pairs]
    axes.barh(height, scores, color=[_VITAL if one.openness.value == "none-found" else _TUMOR for one in ranking.pairs])
    for place, one in zip(height, ranking.pairs, strict=True):
        axes.text(one.score + 0.01, place, f"{one.best} to {one.worst}", va="center", fontsize=7, color=_RANGE)
    axes.set_yticks(height, names, fontsize=8)
    axes.set_xlim(0, 1)
    axes.margins(y=0.01)
    axes.set_xlabel("score (blue: none found, orange: tried or traced; gray: ranks under other weights)", fontsize=8)
    return _svg(figure, f"Pairs ranked for {ranking.intent}")


def plot_features(card: Card) -> Picture:
    """The features of each intent of a card: value, and the share of the tumor's pairs that have less of it.

    Raises
    ------
    KgError
        matplotlib is not installed.
    """
    rows = [
        (one.intent, name, value, one.quantiles.get(name))
        for one in card.intents
        for name, value in one.features.items()
    ]
    figure = _figure(6.4, 0.6 + 0.19 * max(len(rows), 1))
    axes = figure.subplots()
    height = np.arange(len(rows))[::-1]
    values: Sequence[float] = [0.0 if np.isnan(value) else value for _, _, value, _ in rows]
    axes.barh(height, values, color=_VITAL)
    for place, (_, _, value, quantile) in zip(height, rows, strict=True):
        words = "not known" if np.isnan(value) else "" if quantile is None else f"more than {int(100 * quantile)}%"
        axes.text((0 if np.isnan(value) else value) + 0.01, place, words, va="center", fontsize=6.5, color=_RANGE)
    axes.set_yticks(height, [f"{intent}: {name}" for intent, name, _, _ in rows], fontsize=7)
    axes.set_xlim(0, 1.2)
    axes.margins(y=0.01)
    axes.set_xlabel("feature, 0 to 1 (gray: of the pairs on this tumor)", fontsize=8)
    return _svg(figure, f"What speaks for and against {card.first} x {card.second}")


def _name(axes: object, first: Numbers, second: Numbers, names: Sequence[str]) -> None:
    """Write the name of the places that carry most of both."""
    both = np.nan_to_num(np.minimum(first, second), nan=-1)
    told: set[str] = set()
    for at in np.argsort(-both, kind="stable").tolist():
        if len(told) == _NAMED or both[at] < 0:
            return
        if names[at] not in told:
            told.add(names[at])
            axes.annotate(names[at], (first[at], second[at]), fontsize=7, xytext=(3, 3), textcoords="offset points")  # type: ignore[attr-defined]


def _figure(width: float, height: float) -> Figure:
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise KgError("matplotlib is not installed", "kg.pairs.plots", "pip install 'bsab-kg[plot]'") from None
    return Figure(figsize=(width, height), layout="constrained")


def _svg(figure: Figure, title: str) -> Picture:
    """Text stays text, and neither day nor chance gets in."""
    import matplotlib as mpl

    stream = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": title, "font.family": "sans-serif"}):
        figure.savefig(stream, format="svg", metadata={"Date": None, "Title": title, "Creator": None})
    return Picture(stream.getvalue())
