"""What a page is made of: nodes, edges with their sources, tables and pages. Values only, no drawing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from kg.errors import Finding, KgError
from kg.views.drawing import Figure

_SCHEME = re.compile(r"^[a-zA-Z][a-zA-Z0-9+.\-]*:")
_BROWSER_IGNORES = re.compile(r"[\x00-\x20\x7f]")


@dataclass(frozen=True, slots=True)
class Node:
    """One thing in a picture; `kind` gives it color and shape, `detail` is shown when it is chosen.

    `column` is the kind in whose column it stands where that is not its own: an antibody that counters an escape
    stands among the counters.
    """

    id: str
    label: str
    kind: str
    detail: tuple[tuple[str, str], ...] = ()
    href: str = ""
    year: int | None = None
    column: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """One evidence line as people see it; `level`, `stance` and `reading` are notations of the ontology."""

    label: str
    href: str
    locator: str
    level: str
    stance: str
    reading: str
    date: str


@dataclass(frozen=True, slots=True)
class Edge:
    """What claims say of two nodes, with their evidence; `claim` is the CURIE of the best one, `support` lies in 0..1.

    `tumors` are the labels of those that it is said of, none where it is said of no tumor in particular; `others` are
    the claims that say the same beside `claim`.
    """

    source: str
    target: str
    label: str
    claim: str = ""
    support: float | None = None
    contested: bool = False
    year: int | None = None
    sources: tuple[Source, ...] = ()
    tumors: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """Text that leads somewhere: an http(s) address, or a path from the root of the report."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A word in a colored frame: `good`, `bad`, `open` or `plain`. The word says it, the color only helps."""

    text: str
    tone: str = "plain"


Piece = str | Link | Mark
Cell = Piece | tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A titled table of a page, with a picture above it; every row has one cell a column.

    `anchor` is its fragment (one is made from its place, if empty); `row_ids` are fragments of rows, empty or one a
    row. A `folded` one is opened by the reader. `optional` leaves it out where there are neither rows nor figures.
    """

    title: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    note: str = ""
    figures: tuple[Figure, ...] = ()
    anchor: str = ""
    row_ids: tuple[str, ...] = ()
    folded: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a report; `path` is relative to its root and ends in `.html`.

    `kind` stands above its title, `also` are names that the search finds it by, `graph_layout` is one of
    `layout.LAYOUTS`, `graph_title` says what the graph
    shows, and `short` is its name in the navigation (its title, if empty; left out, if `-`).
    """

    path: str
    title: str
    lead: str
    facts: tuple[tuple[str, Cell], ...]
    sections: tuple[Section, ...]
    graph: tuple[tuple[Node, ...], tuple[Edge, ...]] | None
    kind: str = ""
    also: tuple[str, ...] = ()
    graph_layout: str = "auto"
    graph_title: str = "The graph"
    short: str = ""


def pieces(cell: Cell) -> tuple[Piece, ...]:
    """The parts of a cell."""
    return cell if isinstance(cell, tuple) else (cell,)


def safe_href(href: str) -> str:
    """`href` when a click on it can only open a page, else an empty text.

    Data may hold `javascript:` and its disguises: only http, https, mailto and paths are let through.

    Examples
    --------
    >>> safe_href("https://doi.org/10.1/x"), safe_href("tumor/luad.html"), safe_href(" java\\tscript:x()")
    ('https://doi.org/10.1/x', 'tumor/luad.html', '')
    """
    bare = _BROWSER_IGNORES.sub("", href)
    scheme = _SCHEME.match(bare)
    if scheme and scheme.group(0).lower() not in ("http:", "https:", "mailto:"):
        return ""
    if not scheme and bare.replace("\\", "/").startswith("//"):
        return ""
    return href.strip()


def is_external(href: str) -> bool:
    """Whether a link leaves the folder that its page stands in."""
    return bool(_SCHEME.match(href))


def check_graph(nodes: Iterable[Node], edges: Iterable[Edge]) -> None:
    """Check that ids are unique and that every edge joins two nodes that are there.

    Raises
    ------
    KgError
        All offenders, one a line.
    """
    known: set[str] = set()
    offenders: list[Finding] = []
    for node in nodes:
        if node.id in known:
            offenders.append(Finding("error", "graph", node.id, "stands twice among the nodes", "keep one"))
        known.add(node.id)
    for edge in edges:
        offenders += [
            Finding("error", "graph", end, f"is an end of {edge.label!r}, and no node", "add the node")
            for end in dict.fromkeys((edge.source, edge.target))
            if end not in known
        ]
    if offenders:
        raise KgError("\n".join(map(str, offenders)), hint="no page was made")
