"""What the pages of graphs promise, in a real browser: they draw from disk, ask for nothing, and do what they say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from browsing import NARROW, Tab
from test_views import FOOTER, NASTY, _fill, _many, _page, _site, _small

from kg.picture import Picture
from kg.views.assets import asset_files
from kg.views.layout import LARGE
from kg.views.shapes import Edge, Node

pytestmark = pytest.mark.browser

STAMP = (("data", "0f0f0f0f0f0f"), ("view", "read and record claims"), ("as of", "2026-01-01"))


def write(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def whole(nodes: Any, edges: Any, **more: Any) -> str:
    """A page as `kg view` writes it, with everything in it."""
    return _page(nodes, edges, **{"assets": None, "stamp": STAMP} | more)


def rows(tab: Tab) -> set[str]:
    return set(tab.run("Array.from(document.querySelectorAll('#edges tbody tr:not([hidden])'), (row) => row.id)"))


# ---- drawing ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("assets", ["assets", None])
@pytest.mark.parametrize(("count", "edge_count"), [(20, 30), (1000, 2000), (5000, 10_000)])
def test_a_page_draws_from_disk_without_error_or_request(
    tab: Tab, tmp_path: Path, count: int, edge_count: int, assets: str | None
) -> None:
    if count == 5000 and assets:
        pytest.skip("the weight of 5,000 nodes is the same in both")
    write(tmp_path, {f"assets/{key}": value for key, value in asset_files().items()})
    tab.show(_page(*_many(count, edge_count), assets=assets))
    assert tab.ink > 1000
    assert tab.shown == [count, edge_count]
    tab.expect_quiet()


def test_a_thousand_nodes_are_drawn_within_three_seconds_of_work(tab: Tab) -> None:
    work = tab.page.context.new_cdp_session(tab.page)
    work.send("Performance.enable", {"timeDomain": "threadTicks"})
    tab.show(whole(*_many(1000, 2000)))
    assert tab.ink > 1000
    metrics = {each["name"]: each["value"] for each in work.send("Performance.getMetrics")["metrics"]}
    assert metrics["TaskDuration"] < 3  # of the processor, so that other work on the machine does not count


def test_what_the_graph_is_stands_below_its_title(tab: Tab) -> None:
    tab.show(whole(*_small(), title="amivantamab"))
    assert tab.page.title() == "amivantamab" and tab.text("h1") == "amivantamab"
    words = " ".join(tab.text("#stamp").split())
    for part in ("data 0f0f0f0f0f0f", "view read and record claims", "as of 2026-01-01", "for research use"):
        assert part in words
    footer = tab.text("footer")
    assert FOOTER in footer and "CC BY 4.0" in footer and "no clinician" in footer
    assert tab.run("document.documentElement.lang") == "en"


@pytest.mark.parametrize("count", [20, 200, 1000])
def test_no_label_covers_another_and_labels_thin_out(tab: Tab, count: int) -> None:
    tab.show(whole(*_many(count, 2 * count)))
    boxes = [label["box"] for label in tab.run("kgGraph.labels")]
    for place, (left, top, right, bottom) in enumerate(boxes):
        for other in boxes[:place]:
            assert right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top
    assert len(boxes) >= 10
    assert len(boxes) < 250


def test_columns_of_chains_have_headings_and_run_from_antibody_to_escape(tab: Tab) -> None:
    tab.show(whole(*_small(), layout="layers"))
    columns = tab.run("kgGraph.graph.columns")
    assert [column["text"] for column in columns] == ["antibody", "arm", "antigen", "tumor", "escape"]
    assert [column["x"] for column in columns] == sorted(column["x"] for column in columns)


def test_without_javascript_the_table_holds_every_edge(browser: Any, tmp_path: Path) -> None:
    tab = Tab(browser, tmp_path, java_script_enabled=False)
    nodes, edges = _small()
    tab.page.goto((write(tmp_path, {"plain.html": whole(nodes, edges).encode()}), tmp_path / "plain.html")[1].as_uri())
    tab.page.locator("#edges-details summary").click()
    label = {node.id: node.label for node in nodes}
    cells = [row.locator("td").all_inner_texts() for row in tab.page.locator("#edges tbody tr").all()]
    read = [(one, relation.removesuffix(" contested"), other) for one, relation, other, *_ in cells]
    assert read == [(label[edge.source], edge.label, label[edge.target]) for edge in edges]
    assert "The picture needs JavaScript" in tab.text("#canvas")
    tab.close()


def test_the_picture_and_the_table_hold_the_same_edges(tab: Tab) -> None:
    nodes, edges = _many(200, 400)
    tab.show(whole(nodes, edges))
    drawn = tab.run("""kgGraph.network.body.data.edges.get().map((edge) => {
        const name = (id) => kgGraph.nodeOf.get(id).label;
        return [name(edge.from), kgGraph.edgeOf.get(edge.id).label, name(edge.to)]; })""")
    table = tab.run("""Array.from(document.querySelectorAll("#edges tbody tr"), ({ cells }) =>
        [cells[0].textContent.trim(), cells[1].querySelector("a").textContent, cells[2].textContent.trim()])""")
    label = {node.id: node.label for node in nodes}
    assert drawn == table == [[label[edge.source], edge.label, label[edge.target]] for edge in edges]


def test_dark_and_narrow_screens_do_not_break(tab: Tab) -> None:
    tab.page.emulate_media(color_scheme="dark")
    tab.show(whole(*_small()))
    assert tab.run("getComputedStyle(document.body).backgroundColor") == "rgb(20, 24, 30)"
    tab.page.set_viewport_size(NARROW)
    tab.visit(tab.page.url)
    assert tab.run("document.documentElement.scrollWidth") <= 390
    assert tab.ink > 1000
    tab.expect_quiet()


@pytest.mark.parametrize("layout", ["clusters", "layers"])
def test_on_a_narrow_screen_the_picture_comes_first_and_evidence_lies_over_it(tab: Tab, layout: str) -> None:
    tab.page.set_viewport_size(NARROW)
    tab.show(whole(*_many(120, 240), layout=layout, title="Mechanism chains of an antibody (32 of 80 chains)"))

    def box(selector: str) -> dict[str, float]:
        return dict(tab.page.locator(selector).bounding_box())

    picture = box("#canvas")
    assert picture["y"] < 300 and picture["y"] + picture["height"] <= NARROW["height"]
    assert box("#fit")["y"] + box("#fit")["height"] < NARROW["height"]
    assert tab.run("document.querySelector('h1').scrollHeight <= document.querySelector('h1').clientHeight")
    assert tab.run("kgGraph.headings") == [column["text"] for column in tab.run("kgGraph.graph.columns")]
    assert not tab.page.locator("#node-list").is_visible()
    tab.page.locator("#search").focus()
    assert tab.page.locator("#node-list").is_visible() and box("#canvas") == picture  # nothing moves under the finger
    tab.page.keyboard.type("antibody 17")
    tab.page.keyboard.press("Enter")
    assert tab.heading == "bispecific antibody 17" and not tab.page.locator("#node-list").is_visible()
    panel, node = box("#panel"), tab.run("kgGraph.network.canvasToDOM(kgGraph.network.getPosition('n17')).y")
    assert panel["y"] + panel["height"] <= NARROW["height"] and picture["y"] + node < panel["y"]
    tab.page.locator("#panel .close").click()
    assert box("#panel")["y"] >= picture["y"] + picture["height"]


def test_shared_evidence_is_shown_on_click_and_its_links_keep_the_view(tab: Tab) -> None:
    nodes, edges = _many(300, 600)
    tab.show(whole(nodes, edges), "#node=ab%3Abispecific-17&no-kind=escape")
    tab.run("kgGraph.choose('e7')")
    told = tab.run("Array.from(document.querySelectorAll('#panel .evidence li > a'), (link) => link.textContent)")
    assert told == [source.label for source in edges[7].sources]
    shown = tab.shown
    tab.run("location.hash = '#s3'")
    tab.page.wait_for_timeout(100)
    assert tab.shown == shown and tab.run("document.getElementById('lines-details').open")


def test_an_edge_chosen_in_the_panel_is_moved_into_view(tab: Tab) -> None:
    tab.show(whole(*_many(300, 600)))
    tab.run("kgGraph.choose('n2', true)")
    tab.run("kgGraph.network.moveTo({ position: { x: 9e5, y: 9e5 } })")
    tab.page.locator("#panel .steps button").first.click()
    ends = tab.run("""["from", "to"].map((end) => kgGraph.network.canvasToDOM(
        kgGraph.network.getPosition(kgGraph.edgeOf.get(kgGraph.state.chosen)[end])))""")
    wide, high = tab.run("[kgGraph.network.canvas.frame.clientWidth, kgGraph.network.canvas.frame.clientHeight]")
    assert all(0 <= end["x"] <= wide and 0 <= end["y"] <= high for end in ends)


def test_a_print_keeps_the_legend_and_what_the_panel_lists(tab: Tab) -> None:
    tab.show(whole(*_small(), center="1956"))
    tab.page.emulate_media(media="print")
    assert tab.page.locator("#kinds").is_visible() and tab.page.locator("#panel .steps button").first.is_visible()
    assert not tab.page.locator("#search").is_visible() and not tab.page.locator("#reset").is_visible()


def test_a_print_is_light_and_shows_the_table(tab: Tab) -> None:
    tab.page.emulate_media(color_scheme="dark")
    tab.show(whole(*_small()))
    tab.run("window.dispatchEvent(new Event('beforeprint'))")
    assert tab.run("kgGraph.theme.ground") == "#ffffff"
    assert tab.run("document.getElementById('edges-details').open")
    tab.run("window.dispatchEvent(new Event('afterprint'))")
    assert tab.run("kgGraph.theme.ground") == "#14181e"
    assert not tab.run("document.getElementById('edges-details').open")


# ---- search, click, keyboard --------------------------------------------------------------------------


@pytest.mark.parametrize("count", [20, 1000, LARGE + 100])
def test_search_by_keyboard_chooses_a_node(tab: Tab, count: int) -> None:
    tab.show(whole(*_many(count, 2 * count)))
    tab.page.keyboard.press("Tab")  # the link to the table
    tab.page.keyboard.press("Tab")
    assert tab.run("document.activeElement.id") == "search"
    tab.page.keyboard.type("bispecific antibody 17")
    assert tab.text("#node-list [role=option]") == "bispecific antibody 17"
    tab.page.keyboard.press("Enter")
    assert tab.heading == "bispecific antibody 17"
    middle, place = tab.run("[kgGraph.network.getViewPosition(), kgGraph.network.getPosition('n17')]")
    assert abs(middle["x"] - place["x"]) < 2 and abs(middle["y"] - place["y"]) < 2
    assert "node=ab%3Abispecific-17" in tab.page.url
    tab.expect_quiet()


def test_the_list_of_nodes_is_used_by_keyboard(tab: Tab) -> None:
    tab.show(whole(*_small()))
    tab.page.locator("#search").press("Tab")
    assert tab.run("document.activeElement.id") == "node-list"
    tab.page.keyboard.press("ArrowDown")
    tab.page.keyboard.press("Enter")
    assert tab.heading == "antigen loss"
    tab.page.keyboard.press("Escape")
    assert tab.heading == "Evidence"


def test_a_click_on_an_edge_shows_its_evidence(tab: Tab) -> None:
    nodes, edges = _small()
    twice = Edge("1956", "escape:loss", "escapes through (lung adenocarcinoma)", "claim:09", 0.5, others=("claim:10",))
    tab.show(whole(nodes, (*edges, twice)))
    tab.click_at("kgGraph.network.body.edges.e5.edgeType.getPoint(0.5)")
    panel = tab.text("#panel")
    assert tab.heading == "lung adenocarcinoma escapes through antigen loss"
    for words in ("Contested", "claim:06", "0.40", "PMID:30000005", "refutes", "clinical", "read", "2021-03"):
        assert words in panel
    links = tab.run("Array.from(document.querySelectorAll('#panel a'), (link) => link.href)")
    assert links == [f"https://pubmed.ncbi.nlm.nih.gov/3000000{last}" for last in (5, 6)]
    assert "#edge=5" in tab.page.url
    tab.run("kgGraph.choose('e8')")
    assert "claim:09" in tab.text("#panel") and "claim:10" in tab.text("#panel")


def test_a_click_on_a_node_shows_what_is_known_and_lights_its_neighbors(tab: Tab) -> None:
    tab.show(whole(*_small()))
    tab.click_at("kgGraph.network.getPosition('n3')")
    panel = tab.text("#panel")
    assert tab.heading == "EGFR" and "ERBB1" in panel and "on the surface of" in panel
    faded = tab.run("kgGraph.network.body.data.nodes.get().filter((node) => node.opacity < 1).map((node) => node.id)")
    assert set(faded) == {"n0", "n2", "n4", "n6"}  # all but EGFR, its arm and the tumor


def test_contested_edges_are_marked_in_picture_panel_and_table(tab: Tab) -> None:
    tab.show(whole(*_small()))
    lines = tab.run("kgGraph.network.body.data.edges.get().filter((edge) => edge.dashes).map((edge) => edge.id)")
    assert lines == ["e5"]
    tab.run("kgGraph.choose('n5')")
    assert "contested" in tab.text("#panel .steps")
    tab.page.locator("#edges-details summary").click()
    assert "contested" in tab.text("#e5")


# ---- filters, focus, clusters, address ----------------------------------------------------------------


@pytest.mark.parametrize("count", [20, 1000])
def test_a_box_of_the_legend_hides_nodes_edges_and_rows(tab: Tab, count: int) -> None:
    nodes, edges = _many(count, 2 * count)
    tab.show(whole(nodes, edges))
    before = tab.ink
    tab.page.locator('input[data-facet=kind][value="arm"]').click()
    tab.settle()
    kinds = {node.id: node.kind for node in nodes}
    left = [edge for edge in edges if "arm" not in (kinds[edge.source], kinds[edge.target])]
    assert tab.shown == [sum(kind != "arm" for kind in kinds.values()), len(left)]
    assert len(rows(tab)) == len(left)
    assert tab.run("kgGraph.network.body.nodes.n1.options.hidden") is True and tab.ink != before
    tab.page.locator("#reset").click()
    assert tab.text("#status") == f"{len(nodes)} nodes, {len(edges)} edges"


def test_filters_by_level_stance_year_tumor_and_contest_agree_with_the_table(tab: Tab) -> None:
    nodes, edges = _small()
    nodes = (*nodes, Node("tu:nsclc", "non-small cell lung carcinoma", "tumor"))
    edges = (
        *edges,
        Edge("1956", "tu:nsclc", "on the surface of"),
        Edge("1956", "escape:loss", "escapes through (melanoma)", tumors=("melanoma",)),
    )
    tab.show(whole(nodes, edges))

    def after(step: str) -> set[str]:
        tab.run(step)
        found = rows(tab)
        assert found == set(tab.run("Array.from(kgGraph.shownEdges)"))
        tab.page.locator("#reset").click()
        assert len(rows(tab)) == len(edges)
        return found

    def where(keep: Any) -> set[str]:
        return {f"e{place}" for place, edge in enumerate(edges) if keep(edge)}

    click = "document.querySelector('{}').click()"
    clinical = click.format('[data-facet=level][value="clinical"]')
    assert after(clinical) == where(lambda edge: edge.label == "binds" or not edge.sources)
    stance = click.format('[data-facet=stance][value="supports"]')
    assert after(stance) == where(lambda edge: edge.contested or not edge.sources)
    assert after(click.format("#hide-contested")) == where(lambda edge: not edge.contested)
    assert after(click.format("#undated")) == where(lambda edge: edge.year is not None)
    slide = "const it = document.getElementById('{}'); it.value = {}; it.dispatchEvent(new Event('input'))"
    assert after(slide.format("to", 2016)) == where(lambda edge: edge.year is None or edge.year <= 2016)
    assert after(slide.format("from", 2020)) == where(lambda edge: edge.year is None or edge.year >= 2020)
    tumors = tab.page.locator("#tumor option").all_inner_texts()
    assert tumors == ["all of 3", "lung adenocarcinoma", "melanoma", "non-small cell lung carcinoma"]
    select = "const it = document.getElementById('tumor'); it.value = '{}'; it.dispatchEvent(new Event('change'))"
    assert after(select.format(0)) == {f"e{place}" for place in range(8)}
    assert after(select.format(1)) == {"e0", "e1", "e2", "e3", "e9"}


def test_focus_shows_neighbors_and_expand_shows_theirs(tab: Tab) -> None:
    tab.show(whole(*_small(), center="1956"))
    tab.page.locator("#panel .focus").click()
    assert tab.shown == [3, 2]  # EGFR, its arm, the tumor
    tab.page.locator("#panel .steps button").first.click()
    tab.run("kgGraph.choose('n5')")
    tab.page.locator("#panel .expand").click()
    assert tab.shown == [5, 6]  # the antibody and the escape too
    address = tab.page.url
    assert "focus=1956" in address and "focus=tu%3Aluad" in address
    tab.page.locator("#panel .all").click()
    assert tab.shown == [7, 8]
    tab.visit(address)
    assert tab.shown == [5, 6]
    tab.page.locator("#search").fill("MET")
    tab.page.locator("#search").press("Enter")  # out of focus: the focus ends
    assert tab.heading == "MET" and tab.shown == [7, 8]


def test_a_double_click_focuses(tab: Tab) -> None:
    tab.show(whole(*_small()))
    tab.click_at("kgGraph.network.getPosition('n3')", count=2)
    assert tab.shown == [3, 2]


def test_a_large_graph_opens_as_clusters_and_drills_down(tab: Tab) -> None:
    nodes, edges = _many(LARGE + 300, 2 * LARGE)
    tab.show(whole(nodes, edges))
    clusters = tab.run("kgGraph.groups.length")
    assert tab.shown == [len(nodes), len(edges)]
    drawn = "kgGraph.network.body.data.nodes.getIds()"
    assert len(tab.run(drawn)) == clusters < 150
    assert f"{clusters} clusters are closed" in tab.text("#status")
    tab.page.locator("#panel .steps button").nth(3).click()
    tab.page.locator("#panel .open-group").click()
    members = tab.run("kgGraph.groups[3].members")
    assert set(members) < set(tab.run(drawn)) and "g3" not in tab.run(drawn)
    assert "open=3" in tab.page.url
    tab.run("kgGraph.choose(kgGraph.groups[5].members[0])")
    assert set(tab.run("kgGraph.groups[5].members")) < set(tab.run(drawn))
    address = tab.page.url
    tab.page.get_by_role("button", name="Close its cluster").click()
    assert "g5" in tab.run(drawn)
    tab.visit(address)
    assert set(members) < set(tab.run(drawn)) and "g5" not in tab.run(drawn)
    tab.page.locator("#reset").click()
    assert len(tab.run(drawn)) == clusters
    tab.expect_quiet()


def test_the_address_restores_the_view(tab: Tab) -> None:
    tab.show(whole(*_small()), "#node=1956&no-kind=escape&contested=no&tumor=lung%20adenocarcinoma&to=2020")
    assert tab.heading == "EGFR"
    assert not tab.page.locator('input[value="escape"]').is_checked()
    assert tab.page.locator("#hide-contested").is_checked()
    assert tab.page.locator("#tumor").input_value() == "0" and tab.page.locator("#to").input_value() == "2020"
    shown, address = tab.shown, tab.page.url
    for part in ("node=1956", "no-kind=escape", "contested=no", "tumor=lung%20adenocarcinoma", "to=2020"):
        assert part in address  # what was read is written
    tab.run("kgGraph.choose('n3')")
    assert tab.page.url == address
    tab.visit(address)
    assert tab.shown == shown
    tab.visit(address.partition("#")[0] + "#edge=4&node=nobody&no-kind=nothing&from=x&focus=nobody&open=99&tumor=none")
    assert tab.heading == "EGFR on the surface of lung adenocarcinoma"
    tab.expect_quiet()


def test_the_picture_is_saved_as_png_with_its_stamp(tab: Tab) -> None:
    tab.show(whole(*_small(), title='a "title" / of <its> own'))
    with tab.page.expect_download() as waiting:
        tab.page.locator("#save").click()
    saved = waiting.value
    assert saved.suggested_filename == "a-title-of-its-own.png"
    content = Path(saved.path()).read_bytes()
    assert content.startswith(b"\x89PNG") and len(content) > 5000


def test_nodes_move_only_while_the_switch_is_on(tab: Tab) -> None:
    tab.show(whole(*_many(20, 40)))
    where = "JSON.stringify(kgGraph.network.getPositions())"
    first = tab.run(where)
    tab.page.wait_for_timeout(300)
    assert tab.run(where) == first
    tab.page.locator("#physics").click()
    tab.page.wait_for_timeout(600)
    assert tab.run(where) != first
    tab.page.locator("#reset").click()
    assert tab.run(where) == first


# ---- text of the data, accessibility, frames ----------------------------------------------------------


@pytest.mark.parametrize("text", NASTY)
def test_text_of_the_data_never_runs_and_never_breaks_a_page(tab: Tab, text: str) -> None:
    tab.show(whole(*_fill(text), title=text, footer=text, center=text, stamp=((text, text),)))
    for chosen in ("e0", "n0", "n1"):
        tab.run(f"kgGraph.choose('{chosen}')")
    tab.page.locator("#search").fill("x")
    tab.settle()
    assert tab.shown == [2, 1]
    assert tab.run("document.querySelectorAll('img, iframe, script:not([id])').length") == 4  # our scripts
    told = text.replace("\x00", "")  # which HTML cannot hold
    assert tab.run("document.querySelector('h1').textContent") == told
    assert tab.page.title().replace("\ufffd", "").split() == told.split()
    assert tab.run("document.documentElement.scrollWidth") <= 1440
    assert tab.run("document.querySelector('header').offsetHeight") < 260
    tab.page.set_viewport_size(NARROW)
    assert tab.run("document.documentElement.scrollWidth") <= 390
    tab.expect_quiet()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_axe_finds_no_serious_violation(tab: Tab, scheme: str, size: str) -> None:
    tab.page.emulate_media(color_scheme=scheme)
    if size == "narrow":
        tab.page.set_viewport_size(NARROW)
    tab.show(whole(*_small(), center="1956"))
    for details in tab.page.locator("details").all():
        details.evaluate("(each) => { each.open = true; }")
    assert tab.violations() == []
    tab.run("kgGraph.choose('e5')")
    assert tab.violations() == []


def test_axe_finds_no_serious_violation_among_clusters(tab: Tab) -> None:
    tab.show(whole(*_many(LARGE + 50, LARGE + 50)))
    tab.run("kgGraph.choose('g1')")
    assert tab.violations() == []


def test_a_notebook_shows_a_picture_in_a_frame_of_its_own(tab: Tab) -> None:
    nodes, edges = _small()
    title = "a \"title\"</iframe><img src=x onerror='parent.hacked=1'>"
    picture = Picture(title, whole(nodes, edges, title=title), len(nodes), len(edges))
    tab.show(f"<!doctype html><title>notebook</title><h1>before</h1>{picture._repr_html_()}<p id=after>after</p>")
    [frame] = [frame for frame in tab.page.frames if frame != tab.page.main_frame]
    frame.wait_for_function("window.kgGraph")
    assert frame.evaluate("kgGraph.shownEdges.size") == len(edges)
    frame.locator("#search").fill("EGFR")
    frame.locator("#search").press("Enter")
    assert frame.locator("#panel h2").inner_text() == "EGFR"
    assert frame.evaluate("(() => { try { return parent.document.title; } catch (error) { return ''; } })()") == ""
    assert tab.text("#after") == "after" and tab.page.locator("img").count() == 0
    assert [text for text in tab.said if "replaceState" not in text] == []
    tab.expect_quiet()


def test_a_report_opens_from_disk_filters_searches_and_shows_its_graph(tab: Tab, tmp_path: Path) -> None:
    write(tmp_path, _site())
    tab.visit((tmp_path / "tumor/luad.html").as_uri())
    tab.page.locator(".filter input").first.fill("antibody 29")
    assert tab.run("document.querySelectorAll('tbody tr:not([hidden])').length") == 1
    tab.page.locator("iframe").scroll_into_view_if_needed()
    frame = tab.page.frames[1]
    frame.wait_for_function("window.kgGraph")
    assert frame.locator("#panel h2").inner_text() == "lung adenocarcinoma"
    tab.page.locator(".finder input").fill("amiv")
    tab.page.locator(".finder input").press("Enter")
    tab.page.wait_for_url("**/ami.html")
    assert tab.text("h1") == "amivantamab"
    tab.expect_quiet()
