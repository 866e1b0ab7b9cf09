"""Small charts as inline SVG: shapes with a class, a place and a text, filled into one template.

Colors are classes of `site.css`, so that a chart follows light, dark and print. A chart is an image with a name and a
description; one whose shapes lead somewhere is a group, since an image has no parts for a screen reader.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

# Widths of letters in units of the font's size, for layouts that need no font: a sans serif is about as wide.
_NARROW, _WIDE = set("fijlrt.,:;|!'()[] "), set("mwMW@%")


@dataclass(frozen=True, slots=True)
class Shape:
    """One element: `tag` with attributes, its text, a `title` that shows on hover, and a link."""

    tag: str
    attributes: tuple[tuple[str, str], ...]
    text: str = ""
    title: str = ""
    href: str = ""


@dataclass(frozen=True)
class Drawing:
    """A picture of `width` x `height` pixels; `name` and `told` say in words what it shows."""

    width: float
    height: float
    name: str
    told: str
    shapes: tuple[Shape, ...] = field(repr=False)

    @property
    def linked(self) -> bool:
        """Whether a part of it leads somewhere."""
        return any(shape.href for shape in self.shapes)


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture with its caption; `key` are class and word of each color, for a legend.

    `markup` is an SVG that a plotting library made, in place of `drawing`.
    """

    drawing: Drawing | None
    caption: str = ""
    key: tuple[tuple[str, str], ...] = ()
    markup: str = ""


def rect(x: float, y: float, wide: float, high: float, style: str, title: str = "", href: str = "", round_: float = 2,
         ) -> Shape:  # fmt: skip
    """A rectangle by its upper left corner."""
    return Shape("rect", _attributes(x=x, y=y, width=wide, height=high, rx=round_ or "", class_=style), "", title, href)


def line(x1: float, y1: float, x2: float, y2: float, style: str, title: str = "") -> Shape:
    """A straight line."""
    return Shape("line", _attributes(x1=x1, y1=y1, x2=x2, y2=y2, class_=style), "", title)


def circle(x: float, y: float, radius: float, style: str, title: str = "", href: str = "") -> Shape:
    """A circle by its middle."""
    return Shape("circle", _attributes(cx=x, cy=y, r=radius, class_=style), "", title, href)


def path(way: str, style: str, title: str = "", turn: str = "", href: str = "") -> Shape:
    """A path; `turn` is an SVG transformation."""
    return Shape("path", _attributes(d=way, class_=style, transform=turn), "", title, href)


def words(x: float, y: float, text: str, style: str = "", anchor: str = "start", href: str = "", turn: str = "",
          title: str = "") -> Shape:  # fmt: skip
    """A line of text on its base line."""
    style = style if anchor == "start" else f"{style} {anchor[:3]}".strip()
    given = _attributes(x=x, y=y, class_=style, transform=turn)
    return Shape("text", given, text, title, href)


def _attributes(**given: str | float) -> tuple[tuple[str, str], ...]:
    shown = {
        name.rstrip("_").replace("_", "-"): f"{value:.0f}" if isinstance(value, float) else str(value)
        for name, value in given.items()
    }
    return tuple((name, value) for name, value in shown.items() if value)


def width_of(text: str, size: float = 12) -> float:
    """About how wide a text is, in pixels."""
    return sum(0.36 if letter in _NARROW else 0.95 if letter in _WIDE else 0.62 for letter in text) * size


def fitted(text: str, width: float, size: float = 12) -> str:
    """The text, cut with an ellipsis where it would be wider than `width` pixels."""
    if width_of(text, size) <= width:
        return text
    kept = text
    while kept and width_of(kept + "…", size) > width:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def all_of(*groups: Iterable[Shape]) -> tuple[Shape, ...]:
    """Shapes of several groups in their order: later ones lie above earlier ones."""
    return tuple(shape for group in groups for shape in group)
