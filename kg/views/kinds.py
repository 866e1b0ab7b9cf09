"""One color and one shape a kind of node: the same in every picture, legend and schema."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Shape = Literal[
    "dot", "square", "triangle", "triangleDown", "diamond", "star", "hexagon",  # vis-network draws these
    "twin", "pentagon", "plus", "bar", "page", "chevron", "cross", "dome", "octagon", "drop", "tag", "hourglass",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Style:
    """How a kind is drawn; `column` is its place from left (antibody) to right (counter)."""

    color: str
    shape: Shape
    column: int


# Colors of Okabe and Ito (2008) where seven are enough, and of Tol (2021) beyond; the outline carries the contrast.
# No two kinds share a shape, so that no color vision is needed to tell them apart.
STYLES: dict[str, Style] = {
    "antibody": Style("#0072B2", "square", 0),
    "arm": Style("#56B4E9", "triangle", 1),
    "pair": Style("#332288", "twin", 1),
    "epitope": Style("#F0E442", "triangleDown", 2),
    "antigen": Style("#E69F00", "dot", 3),
    "gene": Style("#DDCC77", "drop", 3),
    "cell": Style("#009E73", "hexagon", 4),
    "tissue": Style("#44AA99", "dome", 4),
    "function": Style("#999933", "bar", 5),
    "mechanism": Style("#882255", "pentagon", 5),
    "tumor": Style("#D55E00", "diamond", 6),
    "escape": Style("#CC79A7", "star", 7),
    "counter": Style("#DDE3EA", "plus", 8),
    "toxicity": Style("#AA4499", "octagon", 7),
    "trial": Style("#9AA3AD", "page", 5),
    "event": Style("#9AA3AD", "chevron", 5),
    "result": Style("#9AA3AD", "cross", 6),
    "claim": Style("#9AA3AD", "tag", 9),
    "source": Style("#9AA3AD", "hourglass", 9),
}

# Every shape as an SVG path in a box from -8 to 8: legends draw it, and pictures what vis-network has no shape for.
MARKS: dict[Shape, str] = {
    "dot": "M-6 0a6 6 0 1 0 12 0a6 6 0 1 0-12 0z",
    "square": "M-6-6h12v12h-12z",
    "triangle": "M0-7L7 5.5H-7z",
    "triangleDown": "M0 7L7-5.5H-7z",
    "diamond": "M0-7.5L7.5 0 0 7.5-7.5 0z",
    "star": "M0-8L2.2-2.6 8-2.4 3.5 1.2 5 7 0 3.7-5 7-3.5 1.2-8-2.4-2.2-2.6z",
    "hexagon": "M-7 0L-3.5-6H3.5L7 0 3.5 6H-3.5z",
    "twin": "M-7.5-5.5h6.5v11h-6.5zM1-5.5h6.5v11h-6.5z",
    "pentagon": "M0-7.5L7.2-2.3 4.4 6.2H-4.4L-7.2-2.3z",
    "plus": "M-2.6-7.5h5.2v4.9h4.9v5.2h-4.9v4.9h-5.2v-4.9h-4.9v-5.2h4.9z",
    "bar": "M-8-3.8h16v7.6h-16z",
    "page": "M-4.8-7.5h9.6v15h-9.6z",
    "chevron": "M-7-6H1L7 0 1 6H-7L-2 0z",
    "cross": "M0-3.4L4.2-7.5 7.5-4.2 3.4 0 7.5 4.2 4.2 7.5 0 3.4-4.2 7.5-7.5 4.2-3.4 0-7.5-4.2-4.2-7.5z",
    "dome": "M-7.5 4.5a7.5 9 0 0 1 15 0z",
    "octagon": "M-3-7H3L7-3V3L3 7H-3L-7 3V-3z",
    "drop": "M0-8C3-4 6-1 6 2.5a6 5.5 0 0 1-12 0C-6-1-3-4 0-8z",
    "tag": "M-7-5.5H2L7.5 0 2 5.5H-7z",
    "hourglass": "M-6-7H6L1 0 6 7H-6L-1 0z",
}

_SPARE = ("#9AA3AD", "#56B4E9", "#E69F00", "#0072B2", "#CC79A7", "#F0E442")  # colors of kinds that nobody named
_LAST_COLUMN = 10


def styles_of(kinds: Iterable[str]) -> dict[str, Style]:
    """Kind -> style, ordered by column and name; kinds that nobody named get a spare color and shape.

    `Antibody`, `antibodies` and `antibody` look alike, and so do `EffectorFunction` and `function`.
    """
    asked = sorted(set(kinds))
    taken = {STYLES[name].shape for name in map(kind_of, asked) if name}
    # Shapes that no kind of this picture has come first; then both lists turn, in lengths without a common divisor.
    shapes = sorted(MARKS, key=lambda shape: shape in taken)
    chosen: dict[str, Style] = {}
    spare = 0
    for kind in asked:
        name = kind_of(kind)
        if name:
            style = STYLES[name]
        else:
            style = Style(_SPARE[spare % len(_SPARE)], shapes[spare % len(shapes)], _LAST_COLUMN)
            spare += 1
        chosen[kind] = style
    return dict(sorted(chosen.items(), key=lambda pair: (pair[1].column, pair[0])))


def kind_of(name: str) -> str:
    """The key of `STYLES` that a class or kind goes by; empty for one that nobody named.

    Examples
    --------
    >>> kind_of("EffectorFunction"), kind_of("EscapeMechanism"), kind_of("Antibodies"), kind_of("Mood")
    ('function', 'escape', 'antibody', '')
    """
    words: list[str] = [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)]
    for word in ("".join(words), *words[:1], *words[-1:]):
        for form in (word, word.removesuffix("s"), word.removesuffix("ies") + "y"):
            if form in STYLES:
                return form
    return ""
