"""The metagraph as a picture: which kinds of thing there are, how they are joined, and how many."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from html import escape

from kg.views.kinds import styles_of

# Laid by hand, column and row; what is not named here stands in the last row.
_PLACES: dict[str, tuple[float, float]] = {
    "antibody": (0, 1), "pair": (0, 0), "trial": (0, 2), "arm": (1, 0.5), "event": (0, 3), "result": (1, 2.5),
    "epitope": (2, 0), "antigen": (2, 1), "mechanism": (1, 1.5), "cell": (3, 0), "function": (4, 0.5),
    "tissue": (3, 2), "tumor": (3, 1), "escape": (4, 1.5), "counter": (4, 2.5), "gene": (2, 2),
    "toxicity": (2, 3), "claim": (3, 3), "source": (4, 3.5),
}  # fmt: skip
_WIDE, _HIGH, _STEP_X, _STEP_Y = 136.0, 52.0, 244.0, 122.0
Point = tuple[float, float]


def schema_svg(nodes: Iterable[tuple[str, int]], edges: Iterable[tuple[str, str, str, int]]) -> str:
    """An inline SVG of classes (name, count) and what joins them (class, class, predicate, count).

    Colors follow the page through CSS variables. Predicates between the same two classes share one line,
    its label one row for each; a class that only edges name is drawn without a count.
    """
    counts = dict(sorted(nodes))
    joined: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    for source, target, predicate, count in sorted(edges):
        counts.setdefault(source, -1)
        counts.setdefault(target, -1)
        joined[source, target].append((predicate, count))
    places = _place(counts)
    shapes = [_line(pair, places, (pair[1], pair[0]) in joined) for pair in joined]
    boxes = [_box(kind, counts[kind], places[kind]) for kind in counts]
    labels = [_label(pair, names, places, (pair[1], pair[0]) in joined) for pair, names in joined.items()]
    left = min((x for x, _ in places.values()), default=0) - _WIDE / 2 - 16
    top = min((y for _, y in places.values()), default=0) - _HIGH / 2 - 46
    width = max((x for x, _ in places.values()), default=0) + _WIDE / 2 + 16 - left
    height = max((y for _, y in places.values()), default=0) + _HIGH / 2 + 16 - top
    said = "; ".join(f"{a} {p} {b} ({n})" for (a, b), names in joined.items() for p, n in names)
    return (
        f'<svg class="schema" viewBox="{left:g} {top:g} {width:g} {height:g}" role="img" '
        f'aria-label="{escape("Schema: " + said)}" font-family="inherit" font-size="12">'
        '<defs><marker id="schema-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
        'orient="auto"><path d="M0 0L8 4L0 8z" fill="var(--edge)"/></marker></defs>'
        + "".join((*shapes, *boxes, *labels))
        + "</svg>\n"
    )


def _place(kinds: Iterable[str]) -> dict[str, Point]:
    known: dict[str, Point] = {}
    rest: list[str] = []
    taken: set[Point] = set()
    for kind in kinds:
        spot = _PLACES.get(kind.lower())
        if spot is None or spot in taken:
            rest.append(kind)
        else:
            taken.add(spot)
            known[kind] = spot
    columns = {x: place for place, x in enumerate(sorted({x for x, _ in known.values()}))}
    floor = max((y for _, y in known.values()), default=-1.0)
    for place, kind in enumerate(rest):
        known[kind] = (place % 5, floor + 1 + place // 5)
    return {
        kind: ((columns.get(x, x) if kind not in rest else x) * _STEP_X, y * _STEP_Y)
        for kind, (x, y) in known.items()
    }


def _ends(one: Point, other: Point, shift: float) -> tuple[Point, Point]:
    """Where a line between two middles leaves the boxes; `shift` parts the lines of a pair both ways."""
    dx, dy = other[0] - one[0], other[1] - one[1]
    length = math.hypot(dx, dy) or 1.0
    aside = (-dy / length * shift, dx / length * shift)

    def border(middle: Point, sign: int) -> Point:
        reach = min(
            (_WIDE / 2 + 4) / abs(dx) if dx else math.inf, (_HIGH / 2 + 4) / abs(dy) if dy else math.inf
        )
        return middle[0] + sign * dx * reach + aside[0], middle[1] + sign * dy * reach + aside[1]

    return border(one, 1), border(other, -1)


def _line(pair: tuple[str, str], places: dict[str, Point], both: bool) -> str:
    style = 'fill="none" stroke="var(--edge)" stroke-width="1.4" marker-end="url(#schema-tip)"'
    (x, y), there = places[pair[0]], places[pair[1]]
    if pair[0] == pair[1]:
        top = y - _HIGH / 2
        return f'<path d="M{x + 18:g} {top:g}c10-26-46-26-36-2" {style}/>'
    (x1, y1), (x2, y2) = _ends((x, y), there, 9 if both else 0)
    return f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" {style}/>'


def _label(pair: tuple[str, str], names: list[tuple[str, int]], places: dict[str, Point], both: bool) -> str:
    x, y = places[pair[0]]
    if pair[0] == pair[1]:
        y -= _HIGH / 2 + 28
    else:
        (x1, y1), (x2, y2) = _ends((x, y), places[pair[1]], 9 if both else 0)
        at = 0.36 if both or math.hypot(x2 - x1, y2 - y1) > 1.3 * _STEP_X else 0.5
        x, y = x1 + (x2 - x1) * at, y1 + (y2 - y1) * at
    shown = names if len(names) <= 3 else [*names[:2], (f"and {len(names) - 2} more", -1)]
    rows = [name if count < 0 else f"{name} {count:,}" for name, count in shown]
    start = y - (len(rows) - 1) * 6.5 + 4
    return "".join(
        f'<text x="{x:.1f}" y="{start + 13 * place:.1f}" text-anchor="middle" fill="var(--soft)" '
        f'stroke="var(--ground)" stroke-width="4" paint-order="stroke">{escape(row)}</text>'
        for place, row in enumerate(rows)
    )


def _box(kind: str, count: int, middle: Point) -> str:
    from kg.views.network_page import MARKS

    style = styles_of([kind])[kind]
    x, y = middle
    number = f'<tspan x="{x + 8:g}" dy="17" fill="var(--soft)">{count:,}</tspan>' if count >= 0 else ""
    return (
        f'<rect x="{x - _WIDE / 2:g}" y="{y - _HIGH / 2:g}" width="{_WIDE:g}" height="{_HIGH:g}" rx="9" '
        f'fill="var(--raised)" stroke="var(--line)" stroke-width="1.5"/>'
        f'<path transform="translate({x - 52:g} {y:g})" d="{MARKS[style.shape]}" fill="{style.color}" '
        'stroke="var(--outline)"/>'
        f'<text x="{x + 8:g}" y="{y - 3 if count >= 0 else y + 5:g}" text-anchor="middle" fill="var(--ink)" '
        f'font-weight="600" font-size="13">{escape(kind)}{number}</text>'
    )
