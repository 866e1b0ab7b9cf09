"""What the pages promise: nothing from the data runs, nothing leaves the page, and all edges are there.

`test_pages_in_browser.py` says it of a real browser.
"""

from __future__ import annotations

import copy
import json
import math
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from conftest import REPOSITORY

from kg.errors import KgError, UsageError
from kg.views.assets import asset, asset_files
from kg.views.kinds import MARKS, STYLES, styles_of
from kg.views.layout import LARGE, LAYOUTS, clusters, positions
from kg.views.network_page import build_network, network_page
from kg.views.shapes import Edge, Link, Node, Page, Section, Source, safe_href
from kg.views.site import relative, render_site, schema_svg

FOOTER = "For research use; not medical advice. Data version 0f0f, as of 2026-01-01."
NASTY = (
    "</script><script>window.hacked=1</script>",
    "<img src=x onerror=window.hacked=1>",
    "quotes \" ' ` and \\ backslash",
    "{{ 7*7 }} {% raw %} ${7*7} {0} $title",
    "<!-- <script> ]]>",
    "\u2028 line \u2029 separators \u0000",
    "CLDN18.2 × 4‑1BB, β₂ (日本語) 👩‍🔬",
    "אנטי-EGFR مضاد",
    "x" * 500,
)


class _Parsed(HTMLParser):
    """Tags with their attributes, rows of each table, and the text of each script."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.rows: dict[str, int] = {}
        self.scripts: dict[str, str] = {}
        self.text = ""
        self._table = self._script = ""
        self._in_head = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append((tag, given))
        if tag == "table":
            self._table = given.get("id", "")
        elif tag in ("thead", "tbody"):
            self._in_head = tag == "thead"
        elif tag == "tr" and not self._in_head:
            self.rows[self._table] = self.rows.get(self._table, 0) + 1
        elif tag == "script":
            self._script = given.get("id", "-")

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._script = ""

    def handle_data(self, data: str) -> None:
        if self._script:
            self.scripts[self._script] = self.scripts.get(self._script, "") + data
        else:
            self.text += data

    @property
    def graph(self) -> dict[str, Any]:
        graph: dict[str, Any] = json.loads(self.scripts["graph"])
        for edge in graph["edges"]:
            edge["label"] = graph["labels"][edge["label"]]
        return graph


def _source(number: int, stance: str = "supports", level: str = "clinical") -> Source:
    return Source(f"PMID:{30_000_000 + number}", f"https://pubmed.ncbi.nlm.nih.gov/{30_000_000 + number}",
                  "Table 2, row 4", level, stance, "read", "2021-03")  # fmt: skip


def _small() -> tuple[tuple[Node, ...], tuple[Edge, ...]]:
    """An antibody with two arms, their antigens, a tumor and an escape; one claim is contested."""
    nodes = (
        Node("ab:amivantamab", "amivantamab", "antibody", (("format", "IgG"),), "https://a.example", 2015),
        Node("arm:a-egfr", "EGFR arm", "arm"),
        Node("arm:a-met", "MET arm", "arm"),
        Node("1956", "EGFR", "antigen", (("synonyms", "ERBB1"),)),
        Node("4233", "MET", "antigen"),
        Node("tu:luad", "lung adenocarcinoma", "tumor"),
        Node("escape:loss", "antigen loss", "escape"),
    )
    in_vitro = _source(2, level="in-vitro")
    edges = (
        Edge("ab:amivantamab", "arm:a-egfr", "has arm", "claim:01", 0.9, year=2015, sources=(_source(1),)),
        Edge("ab:amivantamab", "arm:a-met", "has arm", "claim:02", 0.9, year=2015, sources=(_source(1),)),
        Edge("arm:a-egfr", "1956", "binds", "claim:03", 0.8, year=2015, sources=(in_vitro,)),
        Edge("arm:a-met", "4233", "binds", "claim:04", 0.8, year=2016, sources=(in_vitro,)),
        Edge("1956", "tu:luad", "on the surface of", "claim:05", 0.9, sources=(_source(3), _source(4))),
        Edge("tu:luad", "escape:loss", "escapes through", "claim:06", 0.4, True, 2021,
             (_source(5), _source(6, "refutes"))),
        Edge("ab:amivantamab", "tu:luad", "tested in", "claim:07", 0.98, year=2020, sources=(_source(7),)),
        Edge("ab:amivantamab", "tu:luad", "approved for", "claim:08", 0.98, year=2021, sources=(_source(8),)),
    )  # fmt: skip
    return nodes, edges


def _many(count: int, edge_count: int) -> tuple[tuple[Node, ...], tuple[Edge, ...]]:
    """A graph of realistic weight: hubs, long names, details, one or two sources an edge."""
    dice = random.Random(count)
    kinds = ("antibody", "arm", "arm", "antigen", "tumor", "escape", "cell", "function")
    nodes = tuple(
        Node(f"ab:bispecific-{number}", f"bispecific antibody {number}", kinds[number % len(kinds)],
             (("format", "IgG-like 1+1"), ("stage", "phase 1/2")), "", 2000 + number % 25)
        for number in range(count)
    )  # fmt: skip
    ends = [node.id for node in nodes]
    edges = []
    for number in range(edge_count):
        there = ends[min(int(dice.paretovariate(0.7)), count) - 1]
        sources = tuple(_source(number + place) for place in range(1 + number % 2))
        edges.append(Edge(ends[number % count], there, "on the surface of", f"claim:{number:016x}", 0.75,
                          number % 19 == 0, 2001 + number % 24, sources))  # fmt: skip
    return nodes, tuple(edges)


def _page(nodes: Any, edges: Any, **more: Any) -> str:
    return network_page(nodes, edges, **{"title": "A picture", "footer": FOOTER, "assets": "assets"} | more)


# ---- the page of one graph ----------------------------------------------------------------------------


def test_input_json_and_table_hold_the_same_edges() -> None:
    nodes, edges = _small()
    parsed = _Parsed(_page(nodes, edges))
    assert parsed.rows == {"edges": len(edges), "nodes": len(nodes)}
    graph = parsed.graph
    key = {node["id"]: node["key"] for node in graph["nodes"]}
    drawn = [(key[edge["from"]], key[edge["to"]], edge["label"]) for edge in graph["edges"]]
    assert drawn == [(edge.source, edge.target, edge.label) for edge in edges]
    assert [edge.get("contested", False) for edge in graph["edges"]] == [edge.contested for edge in edges]
    for edge in edges:
        for source in edge.sources:
            assert source.label in parsed.text


def test_parallel_edges_both_ways_and_loops_are_kept_apart() -> None:
    nodes = (Node("1", "one", "antigen"), Node("2", "two", "antigen"))
    ends = [("1", "2"), ("1", "2"), ("2", "1"), ("1", "1"), ("1", "2")]
    network = build_network(nodes, [Edge(a, b, f"r{place}") for place, (a, b) in enumerate(ends)])
    assert len(network.edges) == len(ends)
    lanes = [(edge["from"], edge["to"], str(edge.get("smooth"))) for edge in network.edges]
    assert len(set(lanes)) == len(lanes)


@pytest.mark.parametrize("text", NASTY)
@pytest.mark.parametrize("assets", ["assets", None])
def test_text_of_the_data_never_becomes_markup_or_script(text: str, assets: str | None) -> None:
    plain = _Parsed(_page(*_fill("plain"), title="plain", footer="plain", assets=assets))
    nasty = _Parsed(_page(*_fill(text), title=text, footer=text, assets=assets))
    # bdi stands only around text that may run from right to left
    assert [tag for tag, _ in nasty.tags if tag != "bdi"] == [tag for tag, _ in plain.tags if tag != "bdi"]
    assert not any(name.startswith("on") for _, attributes in nasty.tags for name in attributes)
    assert nasty.graph["nodes"][0]["label"] == text
    assert nasty.graph["edges"][0]["label"] == text
    assert nasty.graph["title"] == text


def _fill(text: str) -> tuple[tuple[Node, ...], tuple[Edge, ...]]:
    nodes = (
        Node(text, text, text, ((text, text),), "javascript:" + text, 2020),
        Node("7" + text, text, text + "2"),
    )
    source = Source(text, "javascript:" + text, "at " + text, text, text, text, text)
    return nodes, (Edge(text, "7" + text, text, text, 0.5, True, 2020, (source,)),)


@pytest.mark.parametrize("href", ["javascript:x()", " JaVa\tScRiPt:x()", "data:text/html,x", "vbscript:x",
                                  "//evil.example", "\\\\evil.example", "file:///etc/passwd"])  # fmt: skip
def test_only_links_that_open_pages_pass(href: str) -> None:
    assert safe_href(href) == ""
    page = _Parsed(_page([Node("a", "a", "antigen", href=href)], []))
    assert not any(attributes.get("href", "#")[:1] not in "#a" for tag, attributes in page.tags if tag == "a")


@pytest.mark.parametrize("assets", ["assets", "../assets", None])
def test_no_address_outside_is_loaded(assets: str | None) -> None:
    html = _page(*_small(), assets=assets)
    parsed = _Parsed(html)
    for tag, attributes in parsed.tags:
        if tag in ("script", "link", "img", "iframe", "source", "object", "embed"):
            for name in ("src", "href", "srcset", "data"):
                value = attributes.get(name, "")
                assert not value.startswith(("http:", "https:", "//")), (tag, value)
                assert not value or value.startswith(f"{assets}/")
    assert "cdnjs" not in html and "jsdelivr" not in html
    policies = [given["content"] for tag, given in parsed.tags if tag == "meta" and "http-equiv" in given]
    assert len(policies) == 1 and policies[0].startswith("default-src 'none'")


def test_digit_and_prototype_ids_are_drawn() -> None:
    ids = ("1", "01", "1.0", "-1", "__proto__", "constructor", "toString", "é")
    edges = [Edge(one, other, "next to") for one, other in pairwise(ids)]
    graph = _Parsed(_page([Node(name, name, "antigen") for name in ids], edges)).graph
    assert [node["key"] for node in graph["nodes"]] == list(ids)
    assert len(graph["edges"]) == len(edges)


def test_the_graph_that_was_given_is_unchanged() -> None:
    nodes, edges = map(list, _small())
    before = copy.deepcopy((nodes, edges))
    _page(nodes, edges)
    assert (nodes, edges) == before


def test_the_same_input_gives_the_same_bytes() -> None:
    assert _page(*_small()) == _page(*_small())
    many = _many(120, 240)
    assert _page(*many) == _page(*many)


def test_the_places_do_not_hang_on_the_hashes_of_names() -> None:
    code = (
        "import sys; sys.path.insert(0, 'tests'); from test_views import _many; from kg.views.layout import *;"
        "graph = _many(300, 500); print([positions(*graph, layout=layout) for layout in LAYOUTS], clusters(*graph))"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", code], env=os.environ | {"PYTHONHASHSEED": seed}, cwd=REPOSITORY,
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }  # fmt: skip
    assert len(printed) == 1


def test_a_thousand_nodes_stay_below_two_megabytes() -> None:
    assert len(_page(*_many(1000, 2000), assets=None).encode()) <= 2_000_000


def test_evidence_that_many_edges_share_stands_once_and_each_edge_points_to_its_own() -> None:
    nodes, edges = _many(400, 800)
    shared = tuple(replace(edge, sources=(_source(place % 7), _source(place % 11))) for place, edge in enumerate(edges))
    html = _page(nodes, shared)
    lines = dict(re.findall(r'<li class="for" id="s(\d+)"><a [^>]*>([^<]*)</a>', html))
    assert sorted(lines.values()) == sorted({source.label for edge in shared for source in edge.sources})
    rows = re.findall(r'<tr id="e\d+".*?(?=<tr id="e|</tbody>)', html, re.DOTALL)
    pointed = [[lines[number] for number in re.findall(r'<a href="#s(\d+)">', row)] for row in rows]
    assert pointed == [[source.label for source in edge.sources] for edge in shared]
    assert len(html) < 0.8 * len(_page(nodes, edges))


def test_an_address_is_told_once_and_short_and_links_in_full() -> None:
    address = "https://www.x.example/" + 20 * "guidance/"
    source = Source(address, address, address + " (table 2)", "review", "supports", "read", "")
    html = _page([Node("a", "a", "antigen"), Node("b", "b", "tumor")], [Edge("a", "b", "on", sources=(source,))])
    assert f'<a href="{address}"><bdi>x.example/' in html and "<q>(table 2)</q>" in html
    assert html.count(address) == 1


@pytest.mark.parametrize("nodes", [[], [Node("a", "alone", "antigen")]])
def test_a_page_without_edges_is_a_page(nodes: list[Node]) -> None:
    assert len(_Parsed(_page(nodes, [])).graph["nodes"]) == len(nodes)


def test_all_offenders_are_named_at_once() -> None:
    nodes = [Node("a", "a", "antigen"), Node("a", "again", "antigen")]
    with pytest.raises(KgError) as caught:
        _page(nodes, [Edge("a", "nowhere", "binds"), Edge("missing", "a", "binds")])
    assert all(word in str(caught.value) for word in ("nowhere", "missing", "twice"))


def test_center_layout_and_links_change_the_page() -> None:
    plain = _page(*_small())
    assert _Parsed(plain).graph["center"] == ""
    graph = _Parsed(_page(*_small(), center="1956")).graph
    chosen = [node["key"] for node in graph["nodes"] if node["id"] == graph["center"]]
    assert chosen == ["1956"]
    assert len({_page(*_small(), layout=layout) for layout in LAYOUTS}) >= 3
    assert 'href="../index.html"' in _page(*_small(), links=[Link("Back", "../index.html")])
    with pytest.raises(UsageError):
        _page(*_small(), layout="spiral")
    with pytest.raises(UsageError):
        _page(*_small(), center="nobody")


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("count", [1, 2, 20, 200])
def test_no_two_nodes_stand_on_one_spot(layout: str, count: int) -> None:
    nodes, edges = _many(count, 2 * count)
    places = positions(nodes, edges, layout=layout)
    assert set(places) == {node.id for node in nodes}
    spots = sorted(places.values())
    assert len(set(spots)) == count
    if count <= 20:
        for node, (x, y) in places.items():
            assert all(abs(x - a) + abs(y - b) > 40 for other, (a, b) in places.items() if other != node)


def test_five_thousand_nodes_are_laid_out_within_seconds() -> None:
    nodes, edges = _many(5000, 10_000)
    begun = time.process_time()
    places = positions(nodes, edges)
    assert time.process_time() - begun < 15
    assert len(set(places.values())) == len(nodes)


def test_clusters_hold_every_node_once_and_are_no_crumbs() -> None:
    nodes, edges = _many(2000, 3000)
    alone = Node("alone", "alone", "antigen")
    found = clusters((*nodes, alone), edges)
    members = [node for part in found for node in part]
    assert sorted(members) == sorted(node.id for node in (*nodes, alone))
    assert found == clusters((*reversed(nodes), alone), list(reversed(edges)))
    assert [len(part) for part in found[:-1]] == sorted(map(len, found[:-1]), reverse=True)
    graph = _Parsed(_page((*nodes, alone), edges)).graph
    assert sorted(name for part in graph["groups"] for name in part) == sorted(node["id"] for node in graph["nodes"])
    assert _Parsed(_page(*_many(LARGE, LARGE))).graph["groups"] == []


def test_what_is_told_of_tumors_goes_with_each_edge() -> None:
    nodes, edges = _small()
    told = Edge("1956", "escape:loss", "escapes through (melanoma)", tumors=("melanoma",))
    graph = _Parsed(_page(nodes, (*edges, told))).graph
    assert graph["tumorNames"] == ["lung adenocarcinoma", "melanoma"]
    assert graph["tumors"] == [[], [], [], [], [0], [0], [0], [0], [1]]


def test_a_column_of_another_kind_is_where_a_node_stands() -> None:
    nodes, edges = _small()
    counter = Node("ab:counter", "a counter", "antibody", column="counter")
    edge = Edge("escape:loss", "ab:counter", "countered by")
    graph = _Parsed(_page((*nodes, counter), (*edges, edge), layout="layers")).graph
    assert [column["text"] for column in graph["columns"]][-2:] == ["escape", "counter"]
    across = {node["key"]: node["x"] for node in graph["nodes"]}
    assert across["ab:counter"] > across["escape:loss"] > across["ab:amivantamab"]


def _luminance(color: str) -> float:
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_words_have_contrast_aa_and_marks_are_outlined(scheme: str) -> None:
    sheet = asset("base.css" if scheme != "print" else "network.css")
    blocks = re.findall(r":root(?:\[data-print\])? \{(.*?)\}", sheet, re.DOTALL)
    colors = dict(re.findall(r"--(\w+): (#\w{6})", blocks[1 if scheme == "dark" else 0]))
    for name in ("ink", "soft", "link", "contested", "for", "against", "open"):
        assert _contrast(colors[name], colors["ground"]) >= 4.5, name
    assert _contrast(colors["outline"], colors["ground"]) >= 4.5
    assert _contrast(colors["edge"], colors["ground"]) >= 3


def test_chains_run_from_antibody_to_escape() -> None:
    nodes, edges = _small()
    across = {node.kind: positions(nodes, edges, layout="layers")[node.id][0] for node in nodes}
    assert across["antibody"] < across["arm"] < across["antigen"] < across["tumor"] < across["escape"]


def test_every_kind_has_its_own_color_and_shape() -> None:
    assert len({style.shape for style in STYLES.values()}) == len(STYLES)  # no color vision is needed
    grey = ("trial", "event", "result", "claim", "source")
    colored = [style.color for kind, style in STYLES.items() if kind not in grey]
    assert len(set(colored)) == len(colored)
    styles = styles_of(["Antibody", "antibodies", "EffectorFunction", "unheard of", "never seen"])
    assert styles["Antibody"] == styles["antibodies"] == STYLES["antibody"]
    assert styles["EffectorFunction"] == STYLES["function"]
    assert styles["unheard of"] != styles["never seen"]
    assert {style.shape for style in STYLES.values()} <= set(MARKS)


def test_assets_keep_their_license_headers() -> None:
    files = asset_files()
    assert b"@license" in files["vis-network.min.js"][:1000]
    assert b"http://" not in files["network.js"] + files["site.js"] + files["base.css"]
    for name, content in files.items():
        if name.endswith(".js") and not name.startswith("vis-"):
            assert b"import " not in content and b"fetch(" not in content and b"innerHTML" not in content, name


# ---- the report ---------------------------------------------------------------------------------------


def _pages() -> list[Page]:
    nodes, edges = _small()
    linked = tuple(
        Node(node.id, node.label, node.kind, node.detail, "tumor/luad.html" if node.kind == "tumor" else "")
        for node in nodes
    )
    rows = tuple((Link(f"antibody {row}", "antibody/ami.html"), f"phase {row % 3}") for row in range(30))
    who = Section("Antibodies", ("Antibody", "Stage"), rows, "Sorted by name.")
    empty = Section("Escapes", ("Escape",), ())
    facts = (("antibodies", "30"), ("as of", "2026-01-01"))
    return [
        Page("index.html", "Start", "What is here.", facts, (), None),
        Page("antibody/index.html", "Antibodies", "", (), (who,), None),
        Page("tumor/index.html", "Tumors", "", (), (), None),
        Page("antibody/ami.html", "amivantamab", "EGFR × MET", facts, (empty,), (linked, edges)),
        Page("tumor/luad.html", NASTY[0], NASTY[3], ((NASTY[1], NASTY[2]),), (who,), (linked, edges)),
    ]


def _site(pages: list[Page] | None = None) -> dict[str, bytes]:
    return render_site(pages or _pages(), site_title="bsab-kg", footer=FOOTER, version_note="view now")


def test_every_link_inside_a_report_leads_to_a_file_of_it() -> None:
    files = _site()
    for path, content in files.items():
        if not path.endswith(".html"):
            continue
        for tag, attributes in _Parsed(content.decode()).tags:
            for name in ("href", "src"):
                target = attributes.get(name, "").partition("#")[0]
                if target and not target.startswith("https://"):
                    inside = os.path.normpath(Path(path).parent / target)
                    assert inside in files, (path, tag, target)


def test_every_page_has_navigation_crumbs_footer_and_version() -> None:
    for path, content in _site().items():
        if path.endswith(".html") and not path.endswith("-graph.html"):
            html = content.decode()
            assert "For research use" in html and "view now" in html and ">Tumors</a>" in html
            assert path == "index.html" or 'aria-label="Breadcrumb"' in html
            assert "<html lang=" in html and 'name="viewport"' in html


def test_text_of_the_data_never_becomes_markup_in_a_report() -> None:
    for path, content in _site().items():
        if path.endswith(".html"):
            parsed = _Parsed(content.decode())
            assert "window.hacked" not in parsed.scripts.get("-", "")
            assert not any(name.startswith("on") for _, given in parsed.tags for name in given)
            assert all(tag != "img" for tag, _ in parsed.tags)
        elif path.endswith("search-index.js"):
            assert b"</script" not in content


def test_a_report_is_the_same_twice_and_its_frames_are_about_their_page() -> None:
    assert _site() == _site()
    graph = _Parsed(_site()["tumor/luad-graph.html"].decode()).graph
    assert [node["key"] for node in graph["nodes"] if node["id"] == graph["center"]] == ["tu:luad"]


def test_dead_links_and_double_paths_are_all_reported() -> None:
    pages = _pages()
    gone = Section("S", ("A", "B"), ((Link("gone", "antibody/gone.html"), ""), ("one cell",)))
    pages += [Page("index.html", "again", "", (), (gone,), None), Page("../up.html", "up", "", (), (), None)]
    with pytest.raises(KgError) as caught:
        _site(pages)
    for words in ("antibody/gone.html", "two pages", "../up.html", "1 cells"):
        assert words in str(caught.value)


def test_links_are_relative_to_their_page() -> None:
    assert relative("index.html", "tumor/luad.html") == "../index.html"
    assert relative("https://doi.org/10.1/x", "tumor/luad.html") == "https://doi.org/10.1/x"
    assert relative("javascript:x()", "index.html") == ""
    assert relative("antibody/a b?.html", "index.html") == "antibody/a%20b%3F.html"


def test_the_schema_is_one_picture_with_every_count() -> None:
    classes = [("Antibody", 312), ("Arm", 640), ("Antigen", 118), ("Tumor", 41), ("<Odd> & new", 1)]
    joins = [("Antibody", "Arm", "hasArm", 640), ("Arm", "Antigen", "binds", 655)]
    joins += [("Tumor", "Tumor", "kindOf", 12)]
    svg = schema_svg(classes, joins)
    assert svg == schema_svg(list(reversed(classes)), list(reversed(joins)))
    assert all(str(count) in svg for _, count in classes)
    assert "hasArm 640" in svg and "<Odd>" not in svg and 'role="img"' in svg
    start = render_site(_pages(), site_title="t", footer=FOOTER, version_note="", schema=svg)["index.html"]
    assert svg.encode().strip() in start


def test_a_long_column_is_folded_and_the_picture_stays_as_wide_as_high() -> None:
    nodes = [Node(f"a{place}", f"antibody {place}", "antibody") for place in range(300)]
    nodes += [Node(f"t{place}", f"tumor {place}", "tumor") for place in range(40)]
    edges = [Edge(f"a{place}", f"t{place * place % 40}", "tested in") for place in range(300)]
    places = positions(nodes, edges, layout="layers")
    across, down = zip(*places.values(), strict=True)
    assert 0.2 < (max(across) - min(across)) / (max(down) - min(down)) < 2.5
    columns = Counter(places[f"a{place}"][0] for place in range(300))
    assert len(columns) == 7 and max(columns.values()) <= 45
    assert max(columns) < min(places[f"t{place}"][0] for place in range(40))
    assert len(set(places.values())) == len(nodes)
    graph = _Parsed(_page(nodes, edges, layout="layers")).graph
    assert [column["text"] for column in graph["columns"]] == ["antibody", "tumor"]
    assert graph["columns"][0]["x"] == (max(columns) + min(columns)) / 2


def test_no_node_of_a_small_picture_stands_on_a_line_that_is_not_its_own() -> None:
    nodes = [Node(f"n{place}", f"n{place}", "antigen") for place in range(24)]
    ends = [(0, place) for place in range(1, 16)] + [(place, place + 8) for place in range(8, 16)]
    places = positions(nodes, [Edge(f"n{a}", f"n{b}", "to") for a, b in ends], layout="clusters", center="n0")
    for one, other in ends:
        (x, y), (to_x, to_y) = places[f"n{one}"], places[f"n{other}"]
        for node, (at_x, at_y) in places.items():
            if node in (f"n{one}", f"n{other}"):
                continue
            length = math.hypot(to_x - x, to_y - y)
            along = ((at_x - x) * (to_x - x) + (at_y - y) * (to_y - y)) / length
            if 0 < along < length:
                assert abs((at_x - x) * (to_y - y) - (at_y - y) * (to_x - x)) / length > 14


def test_kinds_that_nobody_named_are_told_apart_by_shape() -> None:
    kinds = ["antibody", "antigen", *(f"unheard-{place}" for place in range(14))]
    styles = styles_of(kinds)
    assert len({style.shape for style in styles.values()}) == len(kinds)
