"""The charts of the report: timeline, matrix, blocks of levels, bars, dots and streams, each as a `Drawing`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from kg.views.drawing import Drawing, Shape, circle, fitted, line, path, rect, width_of, words

Box = tuple[float, float, float, float]
_ROW = 22.0


class Spot(NamedTuple):
    """A mark on a timeline at a year with a fraction; `hollow` where the day is not that of the event."""

    year: float
    style: str
    title: str
    shape: str = "dot"
    hollow: bool = False


class Lane(NamedTuple):
    """A row of a timeline: what it is of, and its marks; `end` is the year where its line ends."""

    label: str
    href: str
    spots: tuple[Spot, ...]
    note: str = ""


def timeline(lanes: Sequence[Lane], name: str, told: str, wide: float = 1120) -> Drawing:
    """Marks by year, a row a lane; the first year is that of the earliest mark."""
    years = [spot.year for lane in lanes for spot in lane.spots if spot.year]
    first, last = int(min(years, default=2020)), int(max(years, default=2021)) + 1
    last = max(last, first + 3)
    left = min(max((width_of(lane.label) for lane in lanes), default=40) + 16, 230.0)
    right = min(max((width_of(lane.note, 10.5) for lane in lanes), default=0) + 10, 240.0)
    span = wide - left - right - 12
    high = len(lanes) * _ROW + 34

    def at(year: float) -> float:
        return left + (year - first) / (last - first) * span

    shapes: list[Shape] = []
    step = 1 if last - first <= 16 else 2 if last - first <= 30 else 5
    for year in range(first, last + 1):
        if (year - first) % step == 0:
            shapes.append(line(at(year), 18, at(year), high - 12, "grid"))
            if at(year) < left + span - 14 or year == last:
                shapes.append(words(at(year), 12, str(year), "soft small", "middle"))
    for number, lane in enumerate(lanes):
        y = 32 + number * _ROW
        shapes.append(words(left - 8, y + 4, fitted(lane.label, left - 12), "", "end", lane.href))
        known = [spot for spot in lane.spots if spot.year]
        if len(known) > 1:
            shapes.append(line(at(known[0].year), y, at(known[-1].year), y, "axis"))
        shapes += [_spot(at(spot.year), y, spot) for spot in known]
        if lane.note:
            shapes.append(words(left + span + 12, y + 4, fitted(lane.note, right, 10.5), "soft small"))
    return Drawing(wide, high, name, told, tuple(shapes))


def _spot(x: float, y: float, spot: Spot) -> Shape:
    style = f"{spot.style} event guess" if spot.hollow and spot.style == "event" else spot.style
    if spot.shape == "cross":
        return path(f"M{x - 5:.1f} {y - 5:.1f}l10 10m0-10l-10 10", "bond " + style, spot.title)
    if spot.shape == "star":
        return path(
            f"M{x:.1f} {y - 8:.1f}l2.2 5.4 5.8.2-4.5 3.6 1.5 5.8-5-3.3-5 3.3 1.5-5.8-4.5-3.6 5.8-.2z", style, spot.title
        )
    if spot.shape == "square":
        return rect(x - 4.5, y - 4.5, 9, 9, style, spot.title, round_=1)
    return circle(x, y, 4 if spot.hollow else 5.5, style, spot.title)


class Entry(NamedTuple):
    """A cell of a matrix."""

    style: str
    text: str
    title: str
    href: str = ""


def matrix(
    rows: Sequence[tuple[str, str]],
    columns: Sequence[tuple[str, str]],
    entries: dict[tuple[int, int], Entry],
    name: str,
    told: str,
    size: float = 22,
    blank: str = "cell none",
) -> Drawing:
    """Rows x columns (label, link) with a colored cell where there is an entry; labels of columns stand on end."""
    left = min(max((width_of(label) for label, _ in rows), default=0) + 12, 240.0)
    top = min(max((width_of(label) for label, _ in columns), default=0) * 0.72 + 14, 150.0)
    shapes: list[Shape] = []
    for place, (label, href) in enumerate(columns):
        x, y = left + place * size + size / 2 + 4, top - 6
        shapes.append(words(x, y, fitted(label, 190), "", "start", href, f"rotate(-48 {x:.1f} {y:.1f})"))
    for number, (label, href) in enumerate(rows):
        y = top + number * size
        shapes.append(words(left - 6, y + size / 2 + 4, fitted(label, left - 8), "", "end", href))
        for place in range(len(columns)):
            entry = entries.get((number, place))
            x = left + place * size
            if entry is None:
                shapes.append(rect(x, y, size, size, blank, round_=0))
            else:
                shapes.append(rect(x, y, size, size, f"cell {entry.style}", entry.title, entry.href, 0))
                if entry.text:
                    ink = f"{INK[entry.style]} small" if entry.style in INK else "small"
                    shapes.append(words(x + size / 2, y + size / 2 + 4, entry.text, ink, "middle"))
    wide = left + len(columns) * size + min(max((width_of(label) for label, _ in columns), default=0), 190.0) * 0.68 + 8
    return Drawing(wide, top + len(rows) * size + 4, name, told, tuple(shapes))


# Text on a color that is strong in both schemes, and on one that is of middle lightness in both.
INK = dict.fromkeys(("p5", "p6", "p7", "q5", "direct", "fails", "works"), "on-strong") | {
    "carried": "on-mid",
    "q4": "on-mid",
}


class Block(NamedTuple):
    """A list of levels under a heading: rows of a label and one value a column (None: not known).

    `worded` gives a row each the column that holds a word in place of a number, and the word.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[float | None, ...]], ...]
    worded: tuple[tuple[int, str], ...] = ()


def blocks(groups: Sequence[Block], steps: Sequence[float], name: str, told: str, wide: float = 1120) -> Drawing:
    """Blocks side by side, values as colored cells with their number; `steps` are the lower ends of q1 to q5."""
    shapes: list[Shape] = []
    high = 17.0
    x, y, tallest = 0.0, 0.0, 0.0
    widest = 0.0
    for block in groups:
        cell = 46.0
        label = min(max([width_of(row) for row, _ in block.rows] + [60]) + 10, 230.0)
        own = label + cell * len(block.columns) + 22
        if x and x + own > wide:
            x, y, tallest = 0.0, y + tallest + 20, 0.0
        shapes.append(words(x, y + 12, block.title, "strong"))
        for place, column in enumerate(block.columns):
            shapes.append(
                words(
                    x + label + cell * place + cell / 2, y + 28, fitted(column, cell + 6, 10.5), "soft small", "middle"
                )
            )
        for number, (row, values) in enumerate(block.rows):
            at = y + 34 + number * high
            shapes.append(words(x + label - 6, at + 12.5, fitted(row, label - 8), "", "end"))
            worded = dict([block.worded[number]]) if block.worded else {}
            for place, value in enumerate(values):
                level = worded.get(place, shown(value))
                style = _WORDED.get(level, "none") if place in worded else _level(value, steps)
                spot = x + label + cell * place
                if style != "none":
                    shapes.append(rect(spot, at, cell - 2, high - 2, style, round_=0))
                ink = f"{INK[style]} small" if style in INK else "small"
                shapes.append(words(spot + cell / 2 - 1, at + 11.5, level, ink, "middle"))
        tallest = max(tallest, 34 + len(block.rows) * high)
        x += own
        widest = max(widest, x)
    return Drawing(max(widest, 200), y + tallest + 6, name, told, tuple(shapes))


_WORDED = {"no": "q0", "low": "q1", "medium": "q3", "high": "q5"}


def _level(value: float | None, steps: Sequence[float]) -> str:
    return "none" if value is None else f"q{sum(value >= step for step in steps)}"


def shown(value: float | None) -> str:
    """A level in at most four letters; a dash where it is not known."""
    if value is None:
        return "–"
    if value >= 1000:
        return f"{value / 1000:.1f}k"
    return f"{value:.0f}" if value >= 10 or value == 0 else f"{value:.1f}"


def bars(
    places: Sequence[str],
    series: Sequence[tuple[str, str]],
    counts: dict[tuple[int, int], int],
    name: str,
    told: str,
    wide: float = 1120,
) -> Drawing:
    """Stacked bars: `places` along the bottom, `series` (style, word) from the bottom up."""
    totals = [sum(counts.get((place, kind), 0) for kind in range(len(series))) for place in range(len(places))]
    most = max([*totals, 1])
    step = next(one for one in (1, 2, 5, 10, 20, 50, 100, 200, 500) if most / one <= 6)
    top = (most + step - 1) // step * step
    high, left, floor = 230.0, 34.0, 250.0
    each = (wide - left) / max(len(places), 1)
    shapes: list[Shape] = []
    for tick in range(0, top + 1, step):
        y = floor - tick / top * high
        shapes += [line(left, y, wide, y, "grid"), words(left - 6, y + 4, str(tick), "soft small", "end")]
    for place, label in enumerate(places):
        x, y = left + place * each + each * 0.12, floor
        for kind, (style, word) in enumerate(series):
            count = counts.get((place, kind), 0)
            if count:
                tall = count / top * high
                y -= tall
                shapes.append(rect(x, y, each * 0.76, tall, style, f"{label}, {word}: {count}", round_=0))
        if totals[place]:
            shapes.append(words(x + each * 0.38, y - 4, str(totals[place]), "small", "middle"))
        if each > 26 or place % 2 == 0:
            shapes.append(words(x + each * 0.38, floor + 15, label, "soft small", "middle"))
    return Drawing(wide, floor + 24, name, told, tuple(shapes))


class Dot(NamedTuple):
    """A measured value with its interval (None: not told)."""

    label: str
    value: float
    low: float | None
    high: float | None
    note: str
    style: str = "p5"


def dots(rows: Sequence[Dot], unit: str, name: str, told: str, wide: float = 900) -> Drawing:
    """Values with intervals on one scale from zero, a row each."""
    left = min(max((width_of(row.label) for row in rows), default=0) + 14, 520.0)
    wide = max(wide, left + 560.0)
    right = 150.0
    most = max([row.high or row.value for row in rows] + [row.value for row in rows] + [1])
    step = next(one for one in (0.5, 1, 2, 5, 10, 20, 50, 100, 500) if most / one <= 8)
    top = -(-most // step) * step
    span = wide - left - right
    high = len(rows) * _ROW + 36
    shapes: list[Shape] = []
    for tick in range(int(top / step) + 1):
        x = left + tick * step / top * span
        shapes += [line(x, 6, x, high - 22, "grid"), words(x, high - 8, f"{tick * step:g}", "soft small", "middle")]
    shapes.append(words(left + span + 14, high - 8, unit, "soft small"))
    for number, row in enumerate(rows):
        y = 18 + number * _ROW
        shapes.append(words(left - 8, y + 4, fitted(row.label, left - 10), "", "end"))
        if row.low is not None and row.high is not None:
            shapes.append(line(left + row.low / top * span, y, left + row.high / top * span, y, "bond"))
        shapes.append(circle(left + row.value / top * span, y, 5.5, row.style, f"{row.label}: {row.value:g} {unit}"))
        shapes.append(words(left + span + 14, y + 4, fitted(row.note, right - 16, 10.5), "small"))
    return Drawing(wide, high, name, told, tuple(shapes))


class Point(NamedTuple):
    """A place by two levels; `name` is written beside it, if not empty."""

    x: float
    y: float
    style: str
    title: str
    name: str = ""


def scatter(points: Sequence[Point], across: str, up: str, name: str, told: str) -> Drawing:
    """Points on two logarithmic axes from 0.1 on; dashed lines at 10."""
    wide, high, left, floor = 640.0, 430.0, 56.0, 380.0
    most = max([10.0, *(point.x for point in points), *(point.y for point in points)])
    decades = math.ceil(math.log10(most)) + 1

    def at(value: float) -> float:
        return (math.log10(max(value, 0.1)) + 1) / decades

    shapes: list[Shape] = []
    for decade in range(decades + 1):
        x, y = left + decade / decades * (wide - left - 20), floor - decade / decades * (floor - 14)
        style = "axis guess" if decade == 2 else "grid"
        shapes += [line(x, 14, x, floor, style), line(left, y, wide - 20, y, style)]
        tick = f"{10.0 ** (decade - 1):g}"
        shapes += [
            words(x, floor + 16, tick, "soft small", "middle"),
            words(left - 6, y + 4, tick, "soft small", "end"),
        ]
    shapes.append(words((left + wide) / 2, floor + 36, f"RNA of {across}", "soft", "middle"))
    shapes.append(words(14, floor / 2, f"RNA of {up}", "soft", "middle", "", f"rotate(-90 14 {floor / 2:.0f})"))
    taken: list[Box] = []
    for point in points:
        x, y = left + at(point.x) * (wide - left - 20), floor - at(point.y) * (floor - 14)
        style = f"{point.style} domain"
        if point.style == "arm-trigger":
            shapes.append(rect(x - 4, y - 4, 8, 8, style, point.title, round_=0))
        elif point.style == "arm-other":
            shapes.append(path(f"M{x:.0f} {y - 5:.0f}l5 9h-10z", style, point.title))
        else:
            shapes.append(circle(x, y, 4.5, style, point.title))
    for point in points:  # above all marks; a name that has no room is left to the table
        x, y = left + at(point.x) * (wide - left - 20), floor - at(point.y) * (floor - 14)
        text = fitted(point.name, 200, 10.5)
        long = width_of(text, 10.5)
        for start, base in ((x + 8, y + 4), (x - 8 - long, y + 4), (x + 4, y - 8), (x + 4, y + 16)):
            box = (start, base - 9, start + long, base + 3)
            if text and start >= left and box[2] <= wide and not any(_meet(box, other) for other in taken):
                shapes.append(words(start, base, text, "small halo"))
                taken.append(box)
                break
    return Drawing(wide, high, name, told, tuple(shapes))


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


class Stop(NamedTuple):
    """A node of a stream: its column, label, style, link and words."""

    column: int
    label: str
    style: str
    href: str = ""
    title: str = ""


def streams(
    columns: Sequence[str],
    stops: dict[str, Stop],
    flows: Sequence[tuple[str, str, float, str]],
    name: str,
    told: str,
    wide: float = 1120,
    scale: float = 0,
    gap: float = 9,
) -> Drawing:
    """Nodes in columns, joined from left to right by streams as wide as their number; in the order given.

    `flows` are from, to, number and style. `scale` is pixels a unit; 0 draws every stream alike and thin.
    """
    each = (wide - 250) / max(len(columns) - 1, 1)
    into: dict[str, float] = {}
    out: dict[str, float] = {}
    for source, target, number, _ in flows:
        out[source] = out.get(source, 0) + number
        into[target] = into.get(target, 0) + number
    tall = {key: max(into.get(key, 0), out.get(key, 0)) * scale if scale else 16.0 for key in stops}
    tall = {key: max(height, 13.0 if not scale else 2.0) for key, height in tall.items()}
    sums = [sum(max(tall[k], 12.0) + gap for k, s in stops.items() if s.column == c) for c in range(len(columns))]
    high = max([*sums, 40.0]) + 30
    where: dict[str, tuple[float, float]] = {}
    at = [24 + (high - 30 - total) / 2 for total in sums]
    for key, stop in stops.items():
        where[key] = stop.column * each + 2, at[stop.column]
        at[stop.column] += max(tall[key], 12.0) + gap
    shapes = [words(place * each + 2, 12, title, "soft small") for place, title in enumerate(columns)]
    left_at, right_at = dict.fromkeys(stops, 0.0), dict.fromkeys(stops, 0.0)
    for source, target, number, style in flows:
        (x1, y1), (x2, y2) = where[source], where[target]
        thick = number * scale if scale else 2.0
        y1 += (right_at[source] + thick / 2) if scale else tall[source] / 2
        y2 += (left_at[target] + thick / 2) if scale else tall[target] / 2
        right_at[source] += thick
        left_at[target] += thick
        start = x1 + 12 if scale else x1 + min(width_of(stops[source].label) + 22, each - 40)
        bend = (x2 - start) * 0.5
        shape = path(
            f"M{start:.1f} {y1:.1f}C{start + bend:.1f} {y1:.1f} {x2 - bend:.1f} {y2:.1f} {x2:.1f} {y2:.1f}",
            f"stream {style}",
            f"{stops[source].label} to {stops[target].label}: {number:g}",
        )
        shapes.append(
            Shape(shape.tag, (*shape.attributes, ("stroke-width", f"{max(thick, 1.0):.1f}")), "", shape.title)
        )
    for key, stop in stops.items():
        x, y = where[key]
        shapes.append(rect(x, y, 12, tall[key], stop.style, stop.title or stop.label, round_=2))
        shapes.append(
            words(
                x + 17,
                y + min(tall[key] / 2, 60) + 4,
                fitted(stop.label, each - 40 if not scale or stop.column < len(columns) - 1 else 230),
                "halo",
                "start",
                stop.href,
            )
        )
    return Drawing(wide, high, name, told, tuple(shapes))
