"""What the pages promise: nothing from the data runs, nothing leaves the page, and all edges are there."""

from __future__ import annotations

import copy
import json
import os
import random
import tempfile
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from kg.errors import KgError, UsageError
from kg.views.assets import asset_files
from kg.views.kinds import MARKS, STYLES, styles_of
from kg.views.layout import LAYOUTS, positions
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
        return json.loads(self.scripts["graph"])


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
    assert [tag for tag, _ in nasty.tags] == [tag for tag, _ in plain.tags]
    assert not any(name.startswith("on") for _, attributes in nasty.tags for name in attributes)
    assert nasty.graph["nodes"][0]["label"] == text
    assert nasty.graph["edges"][0]["label"] == text
    assert nasty.graph["title"] == text


def _fill(text: str) -> tuple[tuple[Node, ...], tuple[Edge, ...]]:
    nodes = (
        Node(text, text, text, ((text, text),), "javascript:" + text, 2020),
        Node("7" + text, text, text + "2"),
    )
    source = Source(text, "javascript:" + text, text, text, text, text, text)
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


def test_a_thousand_nodes_stay_below_two_megabytes() -> None:
    assert len(_page(*_many(1000, 2000)).encode()) <= 2_000_000


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


def test_chains_run_from_antibody_to_escape() -> None:
    nodes, edges = _small()
    across = {node.kind: positions(nodes, edges, layout="layers")[node.id][0] for node in nodes}
    assert across["antibody"] < across["arm"] < across["antigen"] < across["tumor"] < across["escape"]


def test_every_kind_has_its_own_color_and_shape() -> None:
    assert len({(style.color, style.shape) for style in STYLES.values()}) == len(STYLES)
    chain = [STYLES[kind] for kind in ("antibody", "arm", "epitope", "antigen", "cell", "tumor", "escape")]
    assert len({style.shape for style in chain}) == len(chain)
    styles = styles_of(["Antibody", "antibodies", "EffectorFunction", "unheard of", "never seen"])
    assert styles["Antibody"] == styles["antibodies"] == STYLES["antibody"]
    assert styles["EffectorFunction"] == STYLES["function"]
    assert styles["unheard of"] != styles["never seen"]
    assert {style.shape for style in STYLES.values()} <= set(MARKS)


def test_assets_keep_their_license_headers() -> None:
    files = asset_files()
    assert b"@license" in files["vis-network.min.js"][:1000]
    assert b"http://" not in files["network.js"] + files["site.js"] + files["base.css"]
    assert b"import " not in files["network.js"] and b"fetch(" not in files["network.js"] + files["site.js"]


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


# ---- in a real browser --------------------------------------------------------------------------------

CHROMIUM, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync "
    "--disable-background-networking --disable-component-update --window-size=1440,900"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    missing = [path for path in (CHROMIUM, DRIVER) if not Path(path).exists()]
    try:
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service
    except ImportError:
        missing.append("selenium")
    if missing:
        said = "no browser test without " + ", ".join(missing)
        if os.environ.get("CI") == "true" or os.environ.get("KG_BROWSER") == "1":
            pytest.fail(said)
        pytest.skip(said)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        for flag in (*FLAGS.split(), f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        driver = webdriver.Chrome(options=options, service=Service(DRIVER))
        try:
            yield driver
        finally:
            driver.quit()


def _write(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def _open(browser: Any, folder: Path, html: str, name: str = "page.html") -> None:
    _write(folder, {name: html.encode()} | {f"assets/{key}": value for key, value in asset_files().items()})
    _visit(browser, (folder / name).as_uri())


def _visit(browser: Any, address: str) -> None:
    browser.get("about:blank")  # so that only the hash never differs
    for log in ("browser", "performance"):
        browser.get_log(log)
    browser.get(address)


def _requests(browser: Any) -> list[str]:
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    return [
        message["params"]["request"]["url"] for message in messages if message["method"] == "Network.requestWillBeSent"
    ]


def _drawn(browser: Any) -> int:
    """How many pixels of the canvas hold ink."""
    return browser.execute_script("""
        const canvas = document.querySelector("#canvas canvas");
        const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
        let count = 0;
        for (let at = 3; at < pixels.length; at += 4) if (pixels[at]) count += 1;
        return count;""")


def _heading(browser: Any) -> str:
    return browser.find_element("css selector", "#panel h2").text


def _settle(browser: Any) -> None:
    """Wait until the next picture has been drawn."""
    browser.execute_async_script(
        "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()));"
    )


def _click_at(browser: Any, script: str) -> None:
    """Click the canvas where `script` says, in the units of the picture."""
    from selenium.webdriver.common.action_chains import ActionChains

    place = browser.execute_script(f"""
        const graph = window.kgGraph, at = graph.network.canvasToDOM((() => {{ {script} }})());
        const box = document.querySelector("#canvas canvas").getBoundingClientRect();
        return [Math.round(at.x - box.width / 2), Math.round(at.y - box.height / 2)];""")
    canvas = browser.find_element("css selector", "#canvas canvas")
    ActionChains(browser).move_to_element_with_offset(canvas, *place).click().perform()
    browser.execute_async_script("setTimeout(arguments[0], 400)")  # vis-network waits for a second click


@pytest.mark.browser
@pytest.mark.parametrize("assets", ["assets", None])
@pytest.mark.parametrize(("count", "edge_count"), [(20, 30), (1000, 2000)])
def test_a_page_draws_from_disk_without_error_or_request(
    browser: Any, tmp_path: Path, count: int, edge_count: int, assets: str | None
) -> None:
    nodes, edges = _many(count, edge_count)
    _open(browser, tmp_path, _page(nodes, edges, assets=assets))
    _settle(browser)
    assert _drawn(browser) > 1000
    requests = _requests(browser)
    assert requests and all(address.startswith(("file:", "data:")) for address in requests)
    assert browser.get_log("browser") == []
    shown = browser.execute_script("return [kgGraph.shownNodes.size, kgGraph.shownEdges.size]")
    assert shown == [len(nodes), len(edges)]
    timing = browser.execute_script("return performance.now()")
    assert timing < 15_000


@pytest.mark.browser
@pytest.mark.parametrize("count", [20, 1000])
def test_search_by_keyboard_chooses_a_node(browser: Any, tmp_path: Path, count: int) -> None:
    from selenium.webdriver.common.keys import Keys

    _open(browser, tmp_path, _page(*_many(count, 2 * count)))
    box = browser.find_element("id", "search")
    box.send_keys("bispecific antibody 17")
    offers = browser.find_elements("css selector", "#node-list [role=option]")
    assert offers[0].text == "bispecific antibody 17"
    box.send_keys(Keys.ENTER)
    assert _heading(browser) == "bispecific antibody 17"
    middle, place = browser.execute_script(
        "return [kgGraph.network.getViewPosition(), kgGraph.network.getPosition('n17')]"
    )
    assert abs(middle["x"] - place["x"]) < 2 and abs(middle["y"] - place["y"]) < 2
    assert "node=ab%3Abispecific-17" in browser.current_url


@pytest.mark.browser
def test_the_list_of_nodes_is_used_by_keyboard(browser: Any, tmp_path: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    _open(browser, tmp_path, _page(*_small()))
    browser.find_element("id", "search").send_keys(Keys.TAB)
    focused = browser.switch_to.active_element
    assert focused.get_attribute("id") == "node-list"
    focused.send_keys(Keys.ARROW_DOWN, Keys.ENTER)
    assert _heading(browser) == "antigen loss"
    focused.send_keys(Keys.ESCAPE)
    assert _heading(browser) == "Evidence"


@pytest.mark.browser
@pytest.mark.parametrize("count", [20, 1000])
def test_a_box_of_the_legend_hides_nodes_edges_and_rows(browser: Any, tmp_path: Path, count: int) -> None:
    nodes, edges = _many(count, 2 * count)
    _open(browser, tmp_path, _page(nodes, edges))
    before = _drawn(browser)
    browser.find_element("css selector", 'input[data-facet=kind][value="arm"]').click()
    _settle(browser)
    kinds = {node.id: node.kind for node in nodes}
    left = [edge for edge in edges if "arm" not in (kinds[edge.source], kinds[edge.target])]
    shown = browser.execute_script("return [kgGraph.shownNodes.size, kgGraph.shownEdges.size]")
    assert shown == [sum(kind != "arm" for kind in kinds.values()), len(left)]
    rows = browser.execute_script("return document.querySelectorAll('#edges tbody tr:not([hidden])').length")
    assert rows == len(left)
    hidden = browser.execute_script("return kgGraph.network.body.nodes.n1.options.hidden")
    assert hidden is True and _drawn(browser) != before
    browser.find_element("id", "reset").click()
    assert browser.find_element("id", "status").text == f"{len(nodes)} nodes, {len(edges)} edges"


@pytest.mark.browser
def test_a_click_on_an_edge_shows_its_evidence(browser: Any, tmp_path: Path) -> None:
    _open(browser, tmp_path, _page(*_small()))
    _settle(browser)
    _click_at(browser, "return graph.network.body.edges.e5.edgeType.getPoint(0.5)")
    panel = browser.find_element("id", "panel")
    assert _heading(browser) == "lung adenocarcinoma escapes through antigen loss"
    for words in ("Contested", "claim:06", "0.40", "PMID:30000005", "refutes", "clinical", "read", "2021-03"):
        assert words in panel.text
    links = [link.get_attribute("href") for link in panel.find_elements("tag name", "a")]
    assert links == [f"https://pubmed.ncbi.nlm.nih.gov/3000000{last}" for last in (5, 6)]
    assert "#edge=5" in browser.current_url


@pytest.mark.browser
def test_a_click_on_a_node_shows_what_is_known(browser: Any, tmp_path: Path) -> None:
    _open(browser, tmp_path, _page(*_small()))
    _settle(browser)
    _click_at(browser, "return graph.network.getPosition('n3')")
    panel = browser.find_element("id", "panel")
    assert _heading(browser) == "EGFR" and "ERBB1" in panel.text and "on the surface of" in panel.text


@pytest.mark.browser
def test_filters_by_level_year_and_contest_agree_with_the_table(browser: Any, tmp_path: Path) -> None:
    nodes, edges = _small()
    _open(browser, tmp_path, _page(nodes, edges))
    rows = "return Array.from(document.querySelectorAll('#edges tbody tr:not([hidden])'), (row) => row.id)"

    def after(step: str) -> set[str]:
        browser.execute_script(step)
        shown = set(browser.execute_script(rows))
        assert shown == set(browser.execute_script("return Array.from(kgGraph.shownEdges)"))
        browser.find_element("id", "reset").click()
        return shown

    def where(keep: Any) -> set[str]:
        return {f"e{place}" for place, edge in enumerate(edges) if keep(edge)}

    click = "document.querySelector('{}').click()"
    clinical = click.format("[data-facet=level][value=clinical]")
    assert after(clinical) == where(lambda edge: edge.label == "binds")
    assert after(click.format("#hide-contested")) == where(lambda edge: not edge.contested)
    assert after(click.format("#undated")) == where(lambda edge: edge.year is not None)
    slide = "const it = document.getElementById('{}'); it.value = {}; it.dispatchEvent(new Event('input'))"
    assert after(slide.format("to", 2016)) == where(lambda edge: edge.year is None or edge.year <= 2016)
    assert after(slide.format("from", 2020)) == where(lambda edge: edge.year is None or edge.year >= 2020)


@pytest.mark.browser
def test_the_address_restores_the_view(browser: Any, tmp_path: Path) -> None:
    _open(browser, tmp_path, _page(*_small()))
    address = browser.current_url
    _visit(browser, address + "#node=1956&no-kind=escape&contested=no")
    assert _heading(browser) == "EGFR"
    assert not browser.find_element("css selector", 'input[value="escape"]').is_selected()
    assert browser.find_element("id", "hide-contested").is_selected()
    _visit(browser, address + "#edge=4&node=nobody&no-kind=nothing&from=x")
    assert _heading(browser) == "EGFR on the surface of lung adenocarcinoma"
    assert browser.get_log("browser") == []


@pytest.mark.browser
@pytest.mark.parametrize("text", NASTY)
def test_text_of_the_data_never_runs(browser: Any, tmp_path: Path, text: str) -> None:
    _open(browser, tmp_path, _page(*_fill(text), title=text, footer=text, center=text))
    _settle(browser)
    browser.execute_script("kgGraph.choose('e0')")
    browser.find_element("id", "search").send_keys("x")
    _settle(browser)
    assert browser.execute_script("return window.hacked") is None
    assert browser.execute_script("return kgGraph.shownEdges.size") == 1
    assert browser.get_log("browser") == []


@pytest.mark.browser
def test_dark_and_narrow_screens_do_not_break(browser: Any, tmp_path: Path) -> None:
    _open(browser, tmp_path, _page(*_small()))
    try:
        dark = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", dark)
        ground = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
        assert ground == "rgb(20, 24, 30)"
        size = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        _visit(browser, browser.current_url)
        assert browser.execute_script("return document.documentElement.scrollWidth") <= 390
        assert _drawn(browser) > 1000
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.browser
def test_a_report_opens_from_disk_filters_searches_and_shows_its_graph(browser: Any, tmp_path: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    _write(tmp_path, _site())
    _visit(browser, (tmp_path / "tumor/luad.html").as_uri())
    browser.find_element("css selector", ".filter input").send_keys("antibody 29")
    shown = browser.execute_script("return document.querySelectorAll('tbody tr:not([hidden])').length")
    assert shown == 1
    frame = browser.find_element("tag name", "iframe")
    browser.execute_script("arguments[0].scrollIntoView()", frame)
    browser.switch_to.frame(frame)
    _settle(browser)
    assert _drawn(browser) > 500 and _heading(browser) == "lung adenocarcinoma"
    browser.switch_to.default_content()
    finder = browser.find_element("css selector", ".finder input")
    finder.send_keys("amiv")
    finder.send_keys(Keys.ENTER)
    assert browser.find_element("tag name", "h1").text == "amivantamab"
    assert all(address.startswith(("file:", "data:")) for address in _requests(browser))
    assert browser.execute_script("return window.hacked") is None
    assert browser.get_log("browser") == []
