"""A picture of a graph as one page: what `kg view` writes, and what a notebook shows in a frame of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path

from kg.output import write_file
from kg.store import Opened
from kg.views.shapes import Edge, Node

_HEIGHT = 640  # pixels of the frame in a notebook


@dataclass(frozen=True, slots=True)
class Picture:
    """One HTML page that needs no network, and how much is in it; `left_out` nodes (or chains) did not fit."""

    title: str
    html: str = field(repr=False)
    nodes: int
    edges: int
    left_out: int = 0

    def save(self, path: str | PathLike[str]) -> None:
        """Write the page.

        Raises
        ------
        KgError
            It cannot be written; what stood there is as it was.
        """
        write_file(Path(path), self.html.encode())

    def _repr_html_(self) -> str:
        """A frame for notebooks: its scripts and styles reach nothing outside, and nothing outside reaches them."""
        from markupsafe import escape

        allowed = "allow-scripts allow-downloads allow-popups allow-popups-to-escape-sandbox"
        return (
            f'<iframe title="{escape(self.title)}" sandbox="{allowed}" srcdoc="{escape(self.html)}" '
            f'style="width: 100%; height: {_HEIGHT}px; border: 1px solid #d5d9e0"></iframe>'
        )


def draw(
    opened: Opened, nodes: Sequence[Node], edges: Sequence[Edge], title: str, *, center: str = "",
    layout: str = "auto", left_out: int = 0,
) -> Picture:  # fmt: skip
    """The picture of nodes and edges of a view, with data version, view and as-of date on it.

    Raises
    ------
    KgError
        An id stands twice, or an edge has no node at an end.
    """
    from kg.views.network_page import network_page

    page = network_page(
        nodes, edges, title=title, footer=opened.footer(), center=center, layout=layout, stamp=stamp(opened)
    )
    return Picture(title, page, len(nodes), len(edges), left_out)


def stamp(opened: Opened) -> tuple[tuple[str, str], ...]:
    """Data version, view and as-of date of a page, each with its name."""
    view = "read, record and unread claims" if opened.view.include_unread else "read and record claims"
    return (("data", opened.data_version[:12]), ("view", view), ("as of", opened.view.as_of or opened.as_of))
