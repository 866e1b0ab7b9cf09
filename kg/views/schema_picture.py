"""The metagraph as a picture: which kinds of thing there are, how they are joined, and how many."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from html import escape

from kg.views.kinds import MARKS, kind_of, styles_of

# Laid by hand, column and row; what is not named here stands in the last row.
_PLACES: dict[str, tuple[float, float]] = {
    "pair": (0, 0), "antibody": (0, 1.3), "event": (0, 2.6), "arm": (1, 0.7), "mechanism": (1, 1.7),
    "trial": (1, 2.6), "epitope": (2, 0), "antigen": (2, 1.2), "gene": (2, 2.2), "result": (2, 3.2),
    "cell": (3, 0), "tissue": (3, 3.2), "tumor": (3, 1.9), "function": (4, 0.5), "toxicity": (4, 3.4),
    "escape": (4, 1.6), "counter": (4, 2.6), "claim": (1, 3.6), "source": (0, 3.6),
}  # fmt: skip
_WIDE, _HIGH, _STEP_X, _STEP_Y = 184.0, 50.0, 296.0, 118.0
Point = tuple[float, float]
Box = tuple[float, float, float, float]


def schema_svg(
    nodes: Iterable[tuple[str, int]],
    edges: Iterable[tuple[str, str, str, int]],
    laid: Mapping[str, tuple[float, float]] | None = None,
) -> str:
    """An inline SVG of classes (name, count) and what joins them (class, class, predicate, count).

    Colors follow the page through CSS variables. Predicates between the same two classes share one line,
    its label one row for each; a class that only edges name, or with a count below zero, is drawn without a count.
    `laid` gives column and row of each class; without it, they stand where the report has them.
    """
    counts = dict(sorted(nodes))
    joined: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    for source, target, predicate, count in sorted(edges):
        counts.setdefault(source, -1)
        counts.setdefault(target, -1)
        joined[source, target].append((predicate, count))
    places = {kind: (x * _STEP_X, y * _STEP_Y) for kind, (x, y) in laid.items()} if laid else _place(counts)
    solid = {kind: _around(middle, _WIDE / 2, _HIGH / 2) for kind, middle in places.items()}
    taken = list(solid.values())
    lines: list[str] = []
    labels: list[str] = []
    for (source, target), names in sorted(joined.items(), key=lambda pair: pair[0][0] != pair[0][1]):
        both = source != target and (target, source) in joined
        path, points = _route(source, target, places, solid, 9 if both else 0)
        lines.append(path)
        labels.append(_label(points, names, taken))
    boxes = [_box(kind, counts[kind], places[kind]) for kind in counts]
    left = min((box[0] for box in taken), default=0) - 14
    top = min((box[1] for box in taken), default=0) - 14
    width = max((box[2] for box in taken), default=0) + 14 - left
    height = max((box[3] for box in taken), default=0) + 14 - top
    said = "; ".join(f"{a} {p} {b} ({n})" for (a, b), names in joined.items() for p, n in names)
    return (
        f'<svg class="schema" viewBox="{left:g} {top:g} {width:g} {height:g}" role="img" '
        f'aria-label="{escape("Schema: " + said)}" font-family="inherit" font-size="12">'
        '<defs><marker id="schema-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
        'orient="auto"><path d="M0 0L8 4L0 8z" fill="var(--edge)"/></marker></defs>'
        + "".join((*lines, *boxes, *labels))
        + "</svg>\n"
    )


def _place(kinds: Iterable[str]) -> dict[str, Point]:
    """Class -> middle of its box; columns and rows that nothing needs are closed up."""
    spots: dict[str, Point] = {}
    rest: list[str] = []
    for kind in kinds:
        spot = _PLACES.get(kind_of(kind))
        if spot is None or spot in spots.values():
            rest.append(kind)
        else:
            spots[kind] = spot
    columns = {x: float(number) for number, x in enumerate(sorted({x for x, _ in spots.values()}))}
    floor = max((y for _, y in spots.values()), default=-1.0) + 1
    found = {kind: (columns[x] * _STEP_X, y * _STEP_Y) for kind, (x, y) in spots.items()}
    for number, kind in enumerate(rest):
        found[kind] = (number % 5 * _STEP_X, (floor + number // 5) * _STEP_Y)
    return found


def _around(middle: Point, half_wide: float, half_high: float) -> Box:
    return middle[0] - half_wide, middle[1] - half_high, middle[0] + half_wide, middle[1] + half_high


def _border(middle: Point, toward: Point) -> Point:
    """Where a line from the middle of a box leaves it, with a little air."""
    dx, dy = toward[0] - middle[0], toward[1] - middle[1]
    reach = min((_WIDE / 2 + 4) / abs(dx) if dx else math.inf, (_HIGH / 2 + 4) / abs(dy) if dy else math.inf)
    return middle[0] + dx * min(reach, 1), middle[1] + dy * min(reach, 1)


def _route(
    source: str, target: str, places: dict[str, Point], solid: dict[str, Box], shift: float
) -> tuple[str, list[Point]]:
    """A path that goes through no third box, straight where it can be, and points along it.

    `shift` parts the two lines of classes that are joined both ways.
    """
    style = 'fill="none" stroke="var(--edge)" stroke-width="1.4" marker-end="url(#schema-tip)"'
    start, end = places[source], places[target]
    if source == target:
        x, y = start[0], start[1] - _HIGH / 2
        return f'<path d="M{x + 18:g} {y:g}c10-26-46-26-36-2" {style}/>', [(x, y - 28)]
    others = [box for kind, box in solid.items() if kind not in (source, target)]
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = math.hypot(dx, dy)
    best: tuple[int, str, list[Point]] | None = None
    for bend in (0.0, 50.0, -50.0, 100.0, -100.0, 160.0, -160.0, 220.0, -220.0):
        aside = 2 * (shift + bend)
        knee = (start[0] + end[0]) / 2 - dy / length * aside, (start[1] + end[1]) / 2 + dx / length * aside
        first, last = _border(start, knee), _border(end, knee)
        points = [_along(first, knee, last, step / 24) for step in range(25)]
        hits = sum(x1 - 6 < x < x2 + 6 and y1 - 6 < y < y2 + 6 for x, y in points for x1, y1, x2, y2 in others)
        if best is None or hits < best[0]:
            way = f"M{first[0]:.1f} {first[1]:.1f}Q{knee[0]:.1f} {knee[1]:.1f} {last[0]:.1f} {last[1]:.1f}"
            best = hits, f'<path d="{way}" {style}/>', points
        if hits == 0:
            break
    assert best is not None
    return best[1], best[2]


def _along(first: Point, knee: Point, last: Point, at: float) -> Point:
    """A point of a quadratic curve."""
    a, b, c = (1 - at) ** 2, 2 * at * (1 - at), at**2
    return a * first[0] + b * knee[0] + c * last[0], a * first[1] + b * knee[1] + c * last[1]


def _label(points: list[Point], names: list[tuple[str, int]], taken: list[Box]) -> str:
    """Text at the first point, from the middle outwards, where it covers nothing; its box is then taken."""
    shown = names if len(names) <= 3 else [*names[:2], (f"and {len(names) - 2} more", -1)]
    rows = [name if count < 0 else f"{name} {count:,}" for name, count in shown]
    half_wide, half_high = max(map(len, rows)) * 3.3 + 3, len(rows) * 6.5 + 1
    order = sorted(range(len(points)), key=lambda place: (abs(place - len(points) // 2), place))
    overlaps: list[tuple[float, int, int]] = []
    for place in order:
        box = _around(points[place], half_wide, half_high)
        overlaps.append((sum(_overlap(box, other) for other in taken), len(overlaps), place))
        if overlaps[-1][0] == 0:
            break
    x, y = points[min(overlaps)[2]]
    taken.append(_around((x, y), half_wide, half_high))
    start = y - (len(rows) - 1) * 6.5 + 4
    return "".join(
        f'<text x="{x:.1f}" y="{start + 13 * number:.1f}" text-anchor="middle" fill="var(--soft)" '
        f'stroke="var(--ground)" stroke-width="4" paint-order="stroke">{escape(row)}</text>'
        for number, row in enumerate(rows)
    )


def _overlap(one: Box, other: Box) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return wide * high if wide > 0 and high > 0 else 0.0


def _box(kind: str, count: int, middle: Point) -> str:
    style = styles_of([kind])[kind]
    x, y = middle
    number = f'<tspan x="{x + 8:g}" dy="17" fill="var(--soft)">{count:,}</tspan>' if count >= 0 else ""
    return (
        f'<rect x="{x - _WIDE / 2:g}" y="{y - _HIGH / 2:g}" width="{_WIDE:g}" height="{_HIGH:g}" rx="9" '
        f'fill="var(--raised)" stroke="var(--line)" stroke-width="1.5"/>'
        f'<path transform="translate({x - 77:g} {y:g})" d="{MARKS[style.shape]}" fill="{style.color}" '
        'stroke="var(--outline)"/>'
        f'<text x="{x + 8:g}" y="{y - 3 if count >= 0 else y + 5:g}" text-anchor="middle" fill="var(--ink)" '
        f'font-weight="600" font-size="13">{escape(kind)}{number}</text>'
    )
