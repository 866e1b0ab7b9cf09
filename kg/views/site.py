"""A report: a folder of pages that opens from disk, with one navigation, tables, graphs, and no network."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote, urlsplit

from kg.errors import Finding, KgError
from kg.views.assets import asset_files
from kg.views.drawing import Figure
from kg.views.network_page import network_page
from kg.views.schema_picture import schema_svg
from kg.views.shapes import Cell, Link, Mark, Node, Page, Piece, Section, is_external, pieces, safe_href
from kg.views.templates import drawn, head_of, json_for_html, render

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["render_site", "schema_svg"]

ASSETS = "assets"
_LONG = 8  # rows; a longer table gets a filter


def render_site(
    pages: Iterable[Page], *, site_title: str, footer: str, version_note: str, schema: str = ""
) -> dict[str, bytes]:
    """Relative path -> content of every file of the report, ordered by path.

    Pages at the top, and `index.html` of a folder, make the navigation, in the order they are given. A page
    with a graph gets a second file, `<page>-graph.html`, shown in a frame and linked. Links between pages
    are written from the root (`tumor/luad.html`) and become relative ones, so the folder can stand anywhere.

    Parameters
    ----------
    version_note
        Data version, view and as-of date; it stands on every page.
    schema
        The picture of `schema_svg`, for the first page.

    Raises
    ------
    KgError
        All links to pages that are not there, and all paths that are given twice or cannot be a page's.
    """
    pages = tuple(pages)
    frame = Frame(site_title, "\n".join(filter(None, (footer, version_note))), navigation_of(pages))
    files = shared_files(pages) | render_pages(frame, pages[:1], schema) | render_pages(frame, pages[1:])
    return dict(sorted(files.items()))


class Frame(NamedTuple):
    """What all pages share: title of the report, small print, and name, path and title of each page to navigate by."""

    site_title: str
    small_print: str
    navigation: tuple[tuple[str, str, str], ...]


def navigation_of(pages: Iterable[Page]) -> tuple[tuple[str, str, str], ...]:
    """Name, path and title of the pages at the top, and of `index.html` of a folder, in the order they are given."""
    return tuple(
        (page.short or page.title, page.path, page.title)
        for page in pages
        if page.short != "-" and ("/" not in page.path or _is_folder_index(page))
    )


def shared_files(pages: Sequence[Page]) -> dict[str, bytes]:
    """Path -> content of what all pages read: assets and search index.

    Raises
    ------
    KgError
        As `render_site`, of all pages: each is looked at here, and nowhere else.
    """
    _check(pages)
    files = {f"{ASSETS}/{name}": content for name, content in asset_files().items()}
    return files | {f"{ASSETS}/search-index.js": _search_index(pages)}


def render_pages(frame: Frame, pages: Iterable[Page], schema: str = "") -> dict[str, bytes]:
    """Path -> content of pages and their graphs; other pages are not needed, so that pages can be shared out."""
    files = {}
    for page in pages:
        files[page.path] = _page(page, frame, schema)
        if page.graph is not None:
            files[graph_path(page.path)] = _graph(page, frame.small_print)
    return files


def graph_path(path: str) -> str:
    """The path of a page's graph.

    Examples
    --------
    >>> graph_path("tumor/luad.html")
    'tumor/luad-graph.html'
    """
    return path.removesuffix(".html") + "-graph.html"


def relative(href: str, page: str) -> str:
    """A link from the root of the report as it stands on `page`; addresses and anchors stay as they are.

    Examples
    --------
    >>> relative("antigen/egfr.html#who", "tumor/luad.html"), relative("index.html", "index.html")
    ('../antigen/egfr.html#who', 'index.html')
    """
    return _from_folder(href, posixpath.dirname(page))


@lru_cache(maxsize=1 << 15)
def _from_folder(href: str, folder: str) -> str:
    href = safe_href(href)
    if not href or is_external(href) or href.startswith("#"):
        return href
    path, hash_sign, anchor = href.partition("#")
    here = posixpath.relpath(unquote(path), folder or ".")
    return quote(here) + hash_sign + anchor


def _is_folder_index(page: Page) -> bool:
    return page.path.count("/") == 1 and page.path.endswith("/index.html")


def _page(page: Page, frame: Frame, schema: str) -> bytes:
    from markupsafe import Markup

    assets = relative(ASSETS, page.path)
    styles, scripts, policy = head_of(("base.css", "site.css"), ("search-index.js", "site.js"), assets)
    shown = [section for section in page.sections if section.rows or section.figures or not section.optional]
    text = render(
        "page.html",
        page=page,
        site_title=frame.site_title,
        small_print=frame.small_print,
        navigation=[
            (name, relative(path, page.path), path == page.path, _above(path, page))
            for name, path, _ in frame.navigation
        ],
        crumbs=_crumbs(page, frame),
        facts=[(name, cell_of(value, page.path)) for name, value in page.facts],
        sections=[_section(section, number, page.path) for number, section in enumerate(shown, start=1)],
        graph=relative(graph_path(page.path), page.path) if page.graph is not None else "",
        size=tuple(map(len, page.graph)) if page.graph is not None else (0, 0),
        schema=Markup(schema),
        root=posixpath.relpath(".", posixpath.dirname(page.path) or ".") + "/",
        styles=styles,
        scripts=scripts,
        policy=policy,
    )
    return text.encode()


def _section(section: Section, number: int, page: str) -> dict[str, object]:
    return {
        "anchor": section.anchor or f"s{number}",
        "title": section.title,
        "note": section.note,
        "columns": section.columns,
        "body": table_body(section, page),
        "count": len(section.rows),
        "long": len(section.rows) > _LONG,
        "folded": section.folded,
        "figures": [_figure(figure, page) for figure in section.figures],
    }


def _figure(figure: Figure, page: str) -> dict[str, object]:
    from markupsafe import Markup

    svg = drawn(figure.drawing, lambda href: relative(href, page)) if figure.drawing else figure.markup
    return {"svg": Markup(svg), "caption": figure.caption, "key": figure.key}


def _above(path: str, page: Page) -> bool:
    """Whether a page lies in the folder that the navigation's entry of this path stands for."""
    folder = page.path.partition("/")[0] if "/" in page.path else ""
    return bool(folder) and path == f"{folder}/index.html" and path != page.path


def table_body(section: Section, page: str) -> Markup:
    """The rows of a table. Made here and not in the template: cells are most of what a report renders."""
    from markupsafe import Markup

    out = []
    for number, row in enumerate(section.rows):
        anchor = f' id="{escape(section.row_ids[number])}"' if section.row_ids and section.row_ids[number] else ""
        out.append(f"<tr{anchor}>")
        head = len(row) > 1
        for cell in row:
            parts = pieces(cell)
            size = sum([len(_text_of(piece)) for piece in parts])
            short = "" if size <= 12 else ' class="long"' if size > 100 else " class=w"
            body = " ".join([_piece(piece, page) for piece in parts])
            out.append(f'<th scope="row"{short}>{body}</th>' if head else f"<td{short}>{body}</td>")
            head = False
        out.append("</tr>\n")
    return Markup("".join(out))


def cell_of(cell: Cell, page: str) -> Markup:
    """A cell as HTML: text, links and marks, each kept apart from the direction of the text around it."""
    from markupsafe import Markup

    return Markup(" ".join([_piece(piece, page) for piece in pieces(cell)]))


def _piece(piece: Piece, page: str) -> str:
    text = piece if isinstance(piece, str) else piece.text
    words = escape(text) if text.isascii() else f"<bdi>{escape(text)}</bdi>"  # only these can turn the line around
    if isinstance(piece, Mark):
        return f'<span class="mark {escape(piece.tone)}">{words}</span>'
    href = relative(piece.href, page) if isinstance(piece, Link) else ""
    return f'<a href="{escape(href)}">{words}</a>' if href else words


def _text_of(piece: Piece) -> str:
    return piece if isinstance(piece, str) else piece.text


def _crumbs(page: Page, frame: Frame) -> list[tuple[str, str]]:
    """Title and link of every page above this one, the start page first."""
    titles = {path: title for _, path, title in frame.navigation}
    folder = posixpath.dirname(page.path)
    wanted = ["index.html", f"{folder}/index.html" if folder else ""]
    return [
        (frame.site_title if path == "index.html" else titles[path], relative(path, page.path))
        for path in wanted
        if path in titles and path != page.path
    ]


def _graph(page: Page, small_print: str) -> bytes:
    path = graph_path(page.path)
    nodes, edges = page.graph or ((), ())
    linked = [replace(node, href=relative(node.href, path)) for node in nodes]
    text = network_page(
        linked,
        edges,
        title=page.title
        if page.graph_layout == "auto"
        else f"{page.title}: {page.graph_title[:1].lower()}{page.graph_title[1:]}",
        layout=page.graph_layout,
        footer=small_print,
        center=_center(linked, page.path, path),
        assets=relative(ASSETS, path),
        links=(Link(f"Back to {page.title}", relative(page.path, path)),),
    )
    return text.encode()


def _center(nodes: Sequence[Node], page: str, graph: str) -> str:
    """The one node that links to the page itself: the thing that the page is about."""
    here = [node.id for node in nodes if node.href == relative(page, graph)]
    return here[0] if len(here) == 1 else ""


def _search_index(pages: Sequence[Page]) -> bytes:
    """A script, since pages opened from disk may not fetch: title, path, kind and other names of every page."""
    rows = [
        [page.title, quote(page.path), page.kind.lower() or page.path.rpartition("/")[0], "; ".join(page.also)]
        for page in pages
    ]
    return f"window.kgPages = {json_for_html(rows)};\n".encode()


def _links(page: Page) -> Iterator[str]:
    """Every address that a page's facts, tables and pictures lead to."""
    cells = [
        *(value for _, value in page.facts),
        *(c for section in page.sections for row in section.rows for c in row),
    ]
    yield from (piece.href for cell in cells for piece in pieces(cell) if isinstance(piece, Link))
    for section in page.sections:
        for figure in section.figures:
            yield from (shape.href for shape in (figure.drawing.shapes if figure.drawing else ()) if shape.href)


def _check(pages: Sequence[Page]) -> None:
    known: set[str] = set()
    offenders: list[Finding] = []

    def complain(where: str, what: str, hint: str) -> None:
        offenders.append(Finding("error", "report", where, what, hint))

    for page in pages:
        paths = (page.path, graph_path(page.path)) if page.graph is not None else (page.path,)
        for path in paths:
            if path in known:
                complain(path, "is the path of two pages", "rename one")
            known.add(path)
        path = page.path
        if not path.endswith(".html") or posixpath.normpath(path) != path or path.startswith(("/", "../")):
            complain(path, "cannot be the path of a page", "write folder/name.html")
    for page in pages:
        links = list(_links(page))
        links += [node.href for node in page.graph[0]] if page.graph is not None else []
        for section in page.sections:
            for row in section.rows:
                if len(row) != len(section.columns):
                    cells = f"{len(row)} cells, not {len(section.columns)}"
                    complain(page.path, f"a row of {section.title!r} has {cells}", "write one cell a column")
        for href in dict.fromkeys(map(safe_href, links)):
            target = unquote(urlsplit(href).path) if href and not is_external(href) else ""
            if target and target not in known:
                complain(page.path, f"links to {target}, which is no page", "add the page, or drop the link")
    if offenders:
        raise KgError("\n".join(map(str, offenders)), hint="no report was made")
