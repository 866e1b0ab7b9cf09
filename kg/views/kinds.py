"""One color and one shape a kind of node: the same in every picture, legend and schema."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Shape = Literal["dot", "square", "triangle", "triangleDown", "diamond", "star", "hexagon"]


@dataclass(frozen=True, slots=True)
class Style:
    """How a kind is drawn; `column` is its place from left (antibody) to right (counter)."""

    color: str
    shape: Shape
    column: int


# The eight colors of Okabe and Ito (2008), told apart with any color vision; the outline carries the
# contrast. Kinds that meet on one page differ in shape too.
STYLES: dict[str, Style] = {
    "antibody": Style("#0072B2", "square", 0),
    "arm": Style("#56B4E9", "triangle", 1),
    "pair": Style("#CC79A7", "square", 1),
    "epitope": Style("#F0E442", "triangleDown", 2),
    "antigen": Style("#E69F00", "dot", 3),
    "gene": Style("#F0E442", "dot", 3),
    "cell": Style("#009E73", "hexagon", 4),
    "tissue": Style("#009E73", "triangleDown", 4),
    "function": Style("#F0E442", "star", 5),
    "mechanism": Style("#F0E442", "hexagon", 5),
    "tumor": Style("#D55E00", "diamond", 6),
    "escape": Style("#CC79A7", "star", 7),
    "counter": Style("#009E73", "triangle", 8),
    "toxicity": Style("#D55E00", "triangleDown", 7),
    "trial": Style("#9AA3AD", "square", 5),
    "event": Style("#9AA3AD", "triangle", 5),
    "result": Style("#9AA3AD", "star", 6),
    "claim": Style("#9AA3AD", "hexagon", 9),
    "source": Style("#9AA3AD", "dot", 9),
}

# The shapes of vis-network as SVG paths in a box from -8 to 8, for legends.
MARKS: dict[Shape, str] = {
    "dot": "M-6 0a6 6 0 1 0 12 0a6 6 0 1 0-12 0z",
    "square": "M-6-6h12v12h-12z",
    "triangle": "M0-7L7 5.5H-7z",
    "triangleDown": "M0 7L7-5.5H-7z",
    "diamond": "M0-7.5L7.5 0 0 7.5-7.5 0z",
    "star": "M0-8L2.2-2.6 8-2.4 3.5 1.2 5 7 0 3.7-5 7-3.5 1.2-8-2.4-2.2-2.6z",
    "hexagon": "M-7 0L-3.5-6H3.5L7 0 3.5 6H-3.5z",
}

_SPARE: tuple[tuple[str, Shape], ...] = (
    ("#9AA3AD", "diamond"),
    ("#56B4E9", "hexagon"),
    ("#E69F00", "triangleDown"),
    ("#0072B2", "star"),
    ("#CC79A7", "dot"),
    ("#F0E442", "diamond"),
    ("#56B4E9", "star"),
    ("#0072B2", "triangleDown"),
)
_LAST_COLUMN = 10


def styles_of(kinds: Iterable[str]) -> dict[str, Style]:
    """Kind -> style, ordered by column and name; kinds that nobody named get a spare color and shape.

    `Antibody`, `antibodies` and `antibody` look alike, and so do `EffectorFunction` and `function`.
    """
    chosen: dict[str, Style] = {}
    spare = 0
    for kind in sorted(set(kinds)):
        name = kind_of(kind)
        if name:
            style = STYLES[name]
        else:
            color, shape = _SPARE[spare % len(_SPARE)]
            style = Style(color, shape, _LAST_COLUMN)
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
