"""The report of the toy and of the real graph: whole, linked, offline, the same twice, and right to an expert's eye."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from browsing import NARROW, WIDE, Tab
from conftest import REPOSITORY

from kg.errors import KgError
from kg.output import MARKER
from kg.paths import Root
from kg.report.beside import Beside
from kg.store import Opened

Kg = Callable[..., tuple[int, str, str]]
KINDS = {
    "start": "index.html",
    "landscape": "landscape.html",
    "tumor": "tumor/mondo-0008433.html",
    "antibody": "antibody/ab-tarlatamab.html",
    "antigen": "antigen/uniprot-p04626.html",
    "pair": "pair/pair-egfr-met.html",
    "escape": "escape/bsab-antigenloss.html",
    "question": "question/antibodies-joining.html",
    "list": "antibody/index.html",
    "review": "review.html",
    "card": "pair/card-*.html",
    "evidence": "evidence.html",
    "tumors": "tumor/index.html",
    "pairs": "pair/index.html",
    "escapes": "escape/index.html",
    "questions": "question/index.html",
}


def _page_of(report: Path, kind: str) -> str:
    """The address of a page of this kind: the first of those that the pattern names."""
    return sorted(report.glob(KINDS[kind]))[0].as_uri()


class _Page(HTMLParser):
    """A page as data: cells of its tables by heading, ids, links, headings, and pictures."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.rows: dict[str, list[list[str]]] = {}
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self._heading, self._cell, self._in = "", "", ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append((tag, given))
        if "id" in given:
            self.ids.append(given["id"])
        self.links += [given[name] for name in ("href", "src") if name in given]
        if tag == "h2":
            self._heading, self._in = "", "h2"
        elif tag == "tr":
            self.rows.setdefault(self._heading, []).append([])
        elif tag in ("td", "th"):
            self._cell, self._in = "", tag

    def handle_data(self, data: str) -> None:
        if self._in == "h2":
            self._heading += data
        elif self._in:
            self._cell += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "h2":
            self._heading = re.sub(r"\s*\d+\s*$", "", self._heading).strip()
            self._in = ""
        elif tag in ("td", "th"):
            self.rows[self._heading][-1].append(" ".join(self._cell.split()))
            self._in = ""

    def table(self, heading: str) -> list[dict[str, str]]:
        """The rows under a heading by the names of their columns."""
        header, *rows = self.rows[heading]
        return [dict(zip(header, row, strict=True)) for row in rows]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory, real_root: Root) -> Path:
    """The report of the committed data, made by one of the test processes; `KG_REPORT` names one that is there."""
    if os.environ.get("KG_REPORT"):
        return Path(os.environ["KG_REPORT"])
    from kg.cli import run

    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder, failed = shared / "made" / "report", shared / "made" / "failed"
    try:
        folder.parent.mkdir()
    except FileExistsError:  # another process makes it, and renames it into place when it is whole
        while not (folder.is_dir() or failed.exists()):
            time.sleep(0.5)
        assert not failed.exists(), "another process could not make the report"
    else:
        try:
            assert run(["report", "-q", "-o", str(folder), "--root", str(real_root.path)]) == 0
        except BaseException:
            failed.touch()
            raise
    return folder


@pytest.fixture(scope="module")
def pages(report: Path) -> dict[str, _Page]:
    """Every page of it by its path, graphs apart."""
    return {
        str(path.relative_to(report)): _Page(path)
        for path in sorted(report.rglob("*.html"))
        if not path.name.endswith("-graph.html")
    }


# ---- the command --------------------------------------------------------------------------------------


def test_the_report_prints_findings_and_where_to_look(kg: Kg, tmp_path: Path, toy_root: Root) -> None:
    code, out, err = kg("report", "-o", str(tmp_path / "out"), "--root", str(toy_root.path))
    assert code == 0
    assert "antigen pairs" in out and f"open {tmp_path / 'out' / 'index.html'}" in out
    assert "check: 0 errors; ran tables, provenance, freshness" in err
    assert (tmp_path / "out" / MARKER).is_file()


def test_the_same_data_give_the_same_bytes(kg: Kg, tmp_path: Path, built_toy: Root) -> None:
    contents = []
    for name in ("one", "two"):
        kg("report", "-q", "-o", str(tmp_path / name), "--root", str(built_toy.path))
        files = sorted(path for path in (tmp_path / name).rglob("*") if path.is_file())
        contents.append({str(path.relative_to(tmp_path / name)): path.read_bytes() for path in files})
    assert contents[0] == contents[1]
    assert len(contents[0]) > 20


def test_a_finding_of_severity_error_ends_with_1_and_is_told(kg: Kg, tmp_path: Path, toy_root: Root) -> None:
    sources = toy_root.data / "sources.tsv"
    sources.write_text(sources.read_text().replace("\t1001", "\t1002"))
    arms = toy_root.data / "curated" / "arms.tsv"
    broken = arms.read_text().replace("tumor-binding", "tumour-binding", 1)
    arms.write_text(broken)
    code, out, err = kg("report", "-o", str(tmp_path / "out"), "--root", str(toy_root.path))
    assert (code, out) == (1, "")
    assert re.search(r"arms\.tsv:\d+: .*tumour-binding", err)
    assert not (tmp_path / "out").exists()


def test_what_the_user_has_is_never_wiped(kg: Kg, tmp_path: Path, built_toy: Root) -> None:
    precious = tmp_path / "precious.txt"
    precious.write_text("mine")
    code, _, err = kg("report", "-o", str(tmp_path), "--root", str(built_toy.path))
    assert code == 2 and str(tmp_path) in err
    assert precious.read_text() == "mine" and list(tmp_path.iterdir()) == [precious]


def test_a_report_of_an_earlier_day_says_so_and_knows_less(kg: Kg, tmp_path: Path) -> None:
    kg("report", "-o", str(tmp_path / "then"), "--as-of", "2015", "-q", "--root", str(REPOSITORY))
    text = (tmp_path / "then" / "index.html").read_text(encoding="utf-8")
    assert "as of 2015-12-31" in text
    assert not (tmp_path / "then" / "antibody" / "ab-tarlatamab.html").exists()
    assert (tmp_path / "then" / "antibody" / "ab-catumaxomab.html").is_file()


def test_without_matplotlib_the_charts_are_simple_and_the_page_says_so(
    kg: Kg, tmp_path: Path, built_toy: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kg.report import plots

    monkeypatch.setattr(plots, "available", lambda: False)
    kg("report", "-q", "-o", str(tmp_path / "out"), "--root", str(built_toy.path))
    text = (tmp_path / "out" / "landscape.html").read_text(encoding="utf-8")
    assert "matplotlib) is not installed" in text and "<svg" in text


# ---- work beside --------------------------------------------------------------------------------------


def _process(opened: Opened, number: int) -> tuple[int, int, bool, str]:
    return os.getpid(), number, opened.root.checkout, os.environ.get("OPENBLAS_NUM_THREADS", "")


def _slow(_opened: Opened) -> int:
    time.sleep(2)
    return os.getpid()


def _broken(_opened: Opened) -> None:
    raise KgError("does not work", "here", "mend it", exit_code=2)


def test_work_beside_is_done_in_another_process_with_the_same_root_and_one_thread(real: Any) -> None:
    before = os.environ.get("OPENBLAS_NUM_THREADS")
    installed = real._replace(root=real.root._replace(checkout=False))
    with Beside(installed) as beside:
        process, number, checkout, threads = beside.start(_process, 3).outcome()
    assert process != os.getpid() and (number, checkout, threads) == (3, False, "1")
    assert os.environ.get("OPENBLAS_NUM_THREADS") == before


def test_what_the_other_process_has_not_come_to_is_done_here(real: Any) -> None:
    with Beside(real) as beside:
        tasks = [beside.start(_slow), *(beside.start(_process, number) for number in range(4))]
        done = [task.outcome() for task in reversed(tasks)]
    assert done[0][:2] == (os.getpid(), 3) and done[-1] != os.getpid()


def test_errors_of_work_beside_are_those_of_the_function(real: Any) -> None:
    with Beside(real) as beside, pytest.raises(KgError, match="does not work") as caught:
        beside.start(_broken).outcome()
    assert (caught.value.where, caught.value.hint, caught.value.exit_code) == ("here", "mend it", 2)


def test_a_store_in_memory_is_worked_on_here(real: Any) -> None:
    with Beside(real._replace(place="memory")) as beside:
        assert beside.start(_process, 1).outcome()[0] == os.getpid()


# ---- every page ---------------------------------------------------------------------------------------


def test_every_entity_of_the_view_has_a_page(report: Path, real: Any) -> None:
    from kg.report.field import Field

    field = Field(real)
    for folder, known in (
        ("antibody", field.antibodies),
        ("antigen", field.of("Antigen")),
        ("escape", field.of("EscapeMechanism")),
        ("pair", [pair for pair in field.of("Pair") if field.who("hasPair", pair)]),
    ):
        made = [path for path in (report / folder).glob("*.html") if not path.name.endswith("-graph.html")]
        made = [path for path in made if path.name != "index.html" and not path.name.startswith("card-")]
        assert len(made) == len(known), folder


def test_every_link_inside_leads_to_a_page_and_every_fragment_to_a_place(report: Path, pages: dict[str, _Page]) -> None:
    files = {str(path.relative_to(report)) for path in report.rglob("*") if path.is_file()}
    dead = []
    for path, page in pages.items():
        for link in page.links:
            if re.match(r"[a-z]+:", link):
                continue
            target, _, fragment = link.partition("#")
            inside = os.path.normpath(Path(path).parent / unquote(target)) if target else path
            lost = fragment and inside in pages and fragment not in _known(pages[inside])
            if inside not in files or lost:
                dead.append((path, link))
    assert dead[:10] == []


_IDS: dict[int, frozenset[str]] = {}


def _known(page: _Page) -> frozenset[str]:
    return _IDS.setdefault(id(page), frozenset(page.ids))


def test_no_page_asks_for_anything_outside(report: Path) -> None:
    for page in report.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        loaded = re.findall(r'<(?:script|link|img|iframe|image|use)\b[^>]*?(?:src|href)="([^"]*)"', text)
        assert [address for address in loaded if "//" in address] == [], page.name


def test_every_page_says_what_it_is(report: Path) -> None:
    for page in report.rglob("*.html"):
        text = " ".join(unescape(page.read_text(encoding="utf-8")).split())
        assert "For research use; not medical advice" in text, page.name
        if not page.name.endswith("-graph.html"):
            assert "no clinician has reviewed it" in text, page.name


def test_every_page_has_one_h1_landmarks_captions_and_named_pictures(pages: dict[str, _Page]) -> None:
    for path, page in pages.items():
        counted = [tag for tag, _ in page.tags]
        assert counted.count("h1") == 1 and counted.count("main") == 1 and "nav" in counted, path
        assert counted.count("table") == counted.count("caption"), path
        assert len(page.ids) == len(set(page.ids)), (path, sorted(i for i in page.ids if page.ids.count(i) > 1)[:3])
        for tag, given in page.tags:
            if tag == "svg" and given.get("aria-hidden") != "true":
                assert given.get("role") in ("img", "group") and given.get("aria-label"), path
            if tag == "th" and "scope" not in given:
                raise AssertionError(f"{path}: a header cell without scope")
        html = next(given for tag, given in page.tags if tag == "html")
        assert html["lang"] == "en"


def test_the_report_stays_within_sixty_megabytes_and_no_file_above_two(report: Path) -> None:
    sizes = [path.stat().st_size for path in report.rglob("*") if path.is_file()]
    assert sum(sizes) < 60_000_000
    assert max(sizes) < 2_000_000


def test_a_graph_holds_two_hundred_nodes_at_most(report: Path) -> None:
    counts = [
        int(found.group(1))
        for path in report.rglob("*.html")
        if not path.name.endswith("-graph.html")
        for found in re.finditer(r"<p>(\d+) nodes, \d+ edges", path.read_text(encoding="utf-8"))
    ]
    assert len(counts) > 300
    assert max(counts) <= 200


def test_no_column_is_a_name_of_the_engine(pages: dict[str, _Page]) -> None:
    for path, page in pages.items():
        headers = {cell for rows in page.rows.values() for cell in (rows[0] if rows else ())}
        assert not {name for name in headers if "_" in name or name in ("on earliest", "label", "met")}, path


def test_links_to_datasets_of_ours_are_not_links_that_do_not_resolve(pages: dict[str, _Page]) -> None:
    for path, page in pages.items():
        assert not [link for link in page.links if link.startswith("https://w3id.org/bsab/")], path


# ---- to an expert's eye -------------------------------------------------------------------------------


def test_tarlatamab_reads_right(pages: dict[str, _Page]) -> None:
    page = pages["antibody/ab-tarlatamab.html"]
    arms = {(row["antigen"], row["role"], row["moiety"]) for row in page.table("The molecule")}
    assert {("CD3", "trigger", "scFv"), ("DLL3", "tumor-binding", "scFv")} <= arms
    course = [(row["date"], row["event"], row["region"], row["tumor"]) for row in page.table("Course")]
    assert ("2024-05-16", "approval", "US", "small cell lung carcinoma") in course
    ways = [(row["held by"], row["acts on"], row["effect"]) for row in page.table("How it acts")]
    assert ("DLL3", "CD3", "perforin-granzyme killing") in ways
    left = {
        (row["kind of escape"], row["what is left"], row["basis"])
        for row in page.table("Escape, and what is left of it")
    }
    assert ("antigen loss", "fails", "documented") in left
    others = [row["antibody"] for row in page.table("Alternatives")]
    assert "obrixtamig" in others and "tarlatamab" not in others
    survival = [row for row in page.table("Results") if row["end point"].startswith("overall survival")]
    assert any("13.6 months" in row["value"] and "0.6" in row["against"] and "met" in row["value"] for row in survival)


def test_the_molecule_is_drawn_arm_by_arm(report: Path) -> None:
    text = (report / "antibody" / "ab-tarlatamab.html").read_text(encoding="utf-8")
    drawing = re.search(r'<svg[^>]*aria-label="Schematic of tarlatamab".*?</svg>', text, re.DOTALL)
    assert drawing and "scFv on DLL3 (tumor-binding, valency 1)" in drawing.group(0)
    assert len(re.findall(r'class="arm-tumor domain"', drawing.group(0))) == 2  # an scFv has two domains
    assert len(re.findall(r'class="fc"', drawing.group(0))) == 4
    without = (report / "antibody" / "ab-blinatumomab.html").read_text(encoding="utf-8")
    assert "no Fc" in without and 'class="fc"' not in without


def test_small_cell_lung_carcinoma_reads_right(pages: dict[str, _Page]) -> None:
    page = pages["tumor/mondo-0008433.html"]
    tried = {row["pair"]: row["antibodies"] for row in page.table("Pairs tried")}
    assert "tarlatamab" in tried["CD3 x DLL3"] and "obrixtamig" in tried["CD3 x DLL3"]
    assert not {pair for pair in tried if "HLA" in pair or "albumin" in pair.lower()}
    assert {row["openness"] for row in page.table("Pairs that nobody targeted yet")} == {"none found"}
    joined = set(tried)
    for row in page.table("Pairs that nobody targeted yet"):
        first, _, second = row["pair"].partition(" × ")
        assert not {f"{first} x {second}", f"{second} x {first}"} & joined
    kinds = {(row["kind of escape"], row["in patients on a bispecific"]) for row in page.table("Escape map")}
    assert ("antigen loss", "yes") in kinds


def test_open_pairs_are_ranked_where_expression_is_known(pages: dict[str, _Page]) -> None:
    rows = pages["tumor/mondo-0008433.html"].table("Open pairs, ranked")
    assert {"and gate", "or coverage", "dual blockade", "bispecific adc"} == {row["intent"] for row in rows}
    assert any("DLL3" in row["pair"] for row in rows)
    assert not {row["openness"] for row in rows} & {"active", "stopped"}
    cards = [path for path in pages if path.startswith("pair/card-")]
    assert cards and all("Would refute it" in pages[path].rows for path in cards)


def test_an_antigen_tells_who_targets_it_and_where_it_stands(pages: dict[str, _Page]) -> None:
    page = pages["antigen/uniprot-p04626.html"]  # HER2
    binders = {row["antibody"]: row["furthest stage"] for row in page.table("Multispecific antibodies that bind it")}
    assert binders["zanidatamab"] == "approved"
    classes = {(row["class"], row["outcome"]) for row in page.table("Drugs of other classes, and what became of them")}
    assert ("antibody-drug conjugate", "approved") in classes
    levels = {row["place"]: row for row in page.table("Tissue heat map")}
    assert levels["heart"]["class"] == "vital"
    assert any(row["class"] == "tumor" for row in levels.values())


def test_the_levels_of_a_page_are_those_of_the_expression_layer(pages: dict[str, _Page]) -> None:
    from kg.expression import open_expression

    expression = open_expression()
    dense = expression.read("normal", "gtex", "median")
    value = float(dense.layers["median"][expression.universe.find("HER2"), dense.ids.index("UBERON:0000948")])
    page = pages["antigen/uniprot-p04626.html"]
    (heart,) = [row for row in page.table("Tissue heat map") if row["place"] == "heart"]
    assert float(heart["RNA, GTEx (TPM)"]) == pytest.approx(value, rel=1e-3)


def test_a_kind_of_escape_tells_whom_it_stops_and_who_stays(pages: dict[str, _Page]) -> None:
    page = pages["escape/bsab-antigenloss.html"]
    left = {row["antibody"]: row["what is left"] for row in page.table("Which antibodies it stops, and which stay")}
    assert left["tarlatamab"] == "fails"
    assert "works" in left.values()
    assert page.table("What counters it")


def test_an_escape_map_counts_the_rows_of_its_table(report: Path, pages: dict[str, _Page]) -> None:
    told: list[tuple[str, ...]] = []
    for path, heading in (("tumor/mondo-0008433.html", "Escape map"), ("escape/index.html", "All observations")):
        rows = pages[path].table(heading)
        cells = re.findall(
            r"<title>([^<,]*), ([^<]*?): (\d+) observations?, [^<]*</title></rect>\s*<text[^>]*>([^<]*)</text>",
            (report / path).read_text(encoding="utf-8"),
        )
        assert len(cells) > 5, path
        for kind, other, count, shown in cells:
            name = "^$" if other == "the drug or its class" else rf"(?<![\w-]){re.escape(other)}(?![\w-])"
            own = [row for row in rows if row["kind of escape"] == kind and re.search(name, row["from"])]
            direct = sum(row["in patients on a bispecific"] == "yes" for row in own)
            assert int(count) == len(own), (path, kind, other)
            assert shown == (f"{direct}/{len(own)}" if direct else str(len(own))), (path, kind, other)
        told += cells
    assert len({count for _, _, count, _ in told}) > 2  # not one number for all


def test_escapes_are_counted_alike_wherever_they_are_counted(report: Path, pages: dict[str, _Page]) -> None:
    rows = pages["escape/index.html"].table("All observations")
    escapes = [row for row in rows if row["scope"] != "not escape"]
    direct = sum(row["in patients on a bispecific"] == "yes" for row in escapes)
    assert len(escapes) < len(rows)
    start = " ".join(re.sub(r"<[^>]+>", " ", (report / "index.html").read_text(encoding="utf-8")).split())
    # the number beside the headings, in a finding, and in the note of the section
    assert len(re.findall(rf"\b{direct} of {len(escapes)} observations", start)) == 3
    assert f"({len(rows) - len(escapes)} more are of limits that are no escape)" in start
    assert f"of {len(rows)} observations" not in start
    listed = " ".join(re.sub(r"<[^>]+>", " ", (report / "escape/index.html").read_text(encoding="utf-8")).split())
    assert f"solid tumor: {direct} of {len(escapes)} observations of an escape, and" in listed


def test_what_is_approved_elsewhere_does_not_lead_the_page_of_a_tumor(report: Path) -> None:
    text = (report / "tumor/mondo-0008433.html").read_text(encoding="utf-8")
    lead = re.search(r'<p class="lead">(.*?)</p>', text, re.DOTALL)
    assert lead and "Approved in it: tarlatamab" in lead.group(1) and "cadonilimab" not in lead.group(1)
    text = (report / "tumor/mondo-0008315.html").read_text(encoding="utf-8")  # prostate cancer
    lead = re.search(r'<p class="lead">(.*?)</p>', text, re.DOTALL)
    assert lead and "None is on record as approved in it; furthest in any tumor: " in lead.group(1)


def test_a_card_says_what_its_features_mean(report: Path, pages: dict[str, _Page]) -> None:
    cards = [path for path in pages if path.startswith("pair/card-")]
    for path in cards:
        for row in pages[path].table("What speaks for it"):
            assert row["intent"] == "" or 0 <= float(row["value, 0 to 1"] or 0) <= 1
            assert "; more than" in row["what it says"] or not row["value, 0 to 1"], (path, row)
        text = (report / path).read_text(encoding="utf-8")
        assert "0 to 1</td>" not in text and "e-0" not in re.sub(r"<[^>]+>", "", text)


def _contrast(one: str, other: str) -> float:
    """WCAG's ratio of two colors written #rrggbb."""

    def light(color: str) -> float:
        parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dim = sorted((light(one), light(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def test_text_on_the_colors_of_charts_can_be_read_in_both_schemes() -> None:
    from kg.report.charts import INK

    styles = (REPOSITORY / "kg" / "views" / "base.css").read_text() + (REPOSITORY / "kg/views/site.css").read_text()
    light, dark = {}, {}
    for block, scheme in re.findall(r":root \{([^}]*)\}(\s*\})?", styles):
        (dark if scheme else light).update(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
    fills = dict(re.findall(r"\.([\w-]+) \{ fill: var\(--([\w-]+)\)", styles))
    inks = {"on-strong": "on5", "on-mid": "on-mid", "": "ink"}
    written = [f"p{n}" for n in range(8)] + [f"q{n}" for n in range(6)] + ["direct", "carried"]
    assert len(dark) > 30
    for colors, style in product((light, light | dark), written):
        ratio = _contrast(colors[fills[style]], colors[inks[INK.get(style, "")]])
        assert ratio >= 4.5, (style, ratio)


def test_a_pair_tells_for_and_against(pages: dict[str, _Page]) -> None:
    page = pages["pair/pair-egfr-met.html"]
    ways = {(row["which way"], row["what"]) for row in page.table("For and against")}
    assert ("for", "approved") in ways and any(way == "against" for way, _ in ways)
    assert {"if it kills through CD3", "if it blocks"} <= set(page.rows["What escape leaves"][0])


def test_every_evidence_line_of_the_view_stands_on_one_page(pages: dict[str, _Page], real: Any) -> None:
    from kg.report.field import Field

    claims = Field(real).claims
    anchors = [one for page in pages.values() for one in page.ids if one.startswith("c-")]
    assert len(anchors) == len(set(anchors)) == len(claims)
    lines = sum(
        len(rows) - 1 for page in pages.values() for title, rows in page.rows.items() if "Evidence, line" in title
    )
    assert lines == sum(len(cited.lines) for cited in claims.values())


def test_the_landscape_counts_what_the_graph_holds(pages: dict[str, _Page]) -> None:
    page = pages["landscape.html"]
    (row,) = [
        r for r in page.table("Who was joined with whom") if (r["tumor antigen"], r["partner"]) == ("DLL3", "CD3")
    ]
    assert row["furthest stage"] == "approved" and int(row["antibodies"]) >= 6
    years = page.table("First in the clinic, by year")
    groups = [name for name in years[0] if name not in ("year", "all", "among them")]
    assert all(int(row["all"]) == sum(int(row[name] or 0) for name in groups) for row in years)
    flow = page.table("Modality, antigen, tumor, outcome")
    solid = sum(int(row["antibodies"]) for row in flow)
    assert f"{solid} antibodies against solid tumors" in " ".join(page.rows) or solid > 300


def test_the_start_page_tells_the_numbers_of_stats(report: Path, kg: Kg) -> None:
    import json

    counted = json.loads(kg("stats", "--format", "json")[1])
    text = " ".join(re.sub(r"<[^>]+>", " ", (report / "index.html").read_text(encoding="utf-8")).split())
    assert f"Antibodies against solid tumors {counted['headline']['antibodies, solid tumors']}" in text
    reading = counted["claims_by_reading"]
    assert f"{reading['read']} read, {reading['record']} from database" in text
    assert len(_Page(report / "index.html").table("Three findings")) == 3


# ---- text of the data ---------------------------------------------------------------------------------

NASTY = (
    "<img src=x onerror=window.hacked=1>",
    "\"'</script><script>window.hacked=1</script>",
    "‮שלום <b>עולם",
    "x" * 500,
)


@pytest.fixture
def nasty(tmp_path: Path, toy_root: Root, kg: Kg) -> Path:
    """A report whose antibodies and tumors are called like nothing should be."""
    table = toy_root.data / "curated" / "antibodies.tsv"
    header, *rows = table.read_text(encoding="utf-8").splitlines()
    at = header.split("\t").index("label")
    known = [row.split("\t")[at] for row in rows]
    for name, text in zip(known, NASTY, strict=False):
        for path in (toy_root.data / "curated").glob("*.tsv"):
            lines = path.read_text(encoding="utf-8").splitlines()
            cells = [[text if cell == name else cell for cell in line.split("\t")] for line in lines]
            path.write_text("".join("\t".join(line) + "\n" for line in cells), encoding="utf-8")
    folder = tmp_path / "out"
    code, _, err = kg("report", "-q", "-o", str(folder), "--root", str(toy_root.path))
    assert folder.is_dir(), (code, err)
    return folder


def test_text_of_the_data_never_becomes_markup(nasty: Path) -> None:
    told = ""
    for path in nasty.rglob("*.html"):
        page = _Page(path)
        assert not [tag for tag, given in page.tags if tag == "img" or any(name.startswith("on") for name in given)]
        told += path.read_text(encoding="utf-8")
    assert "&lt;img src=x onerror" in told and "<img src=x" not in told


# ---- in a real browser --------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_page_opens_from_disk_without_error_or_request(tab: Tab, report: Path, kind: str) -> None:
    tab.visit(_page_of(report, kind))
    tab.expect_quiet()
    assert tab.run("document.querySelectorAll('h1').length") == 1


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_no_serious_violation(tab: Tab, report: Path, kind: str, scheme: str) -> None:
    tab.page.emulate_media(color_scheme=scheme)
    tab.visit(_page_of(report, kind))
    assert tab.violations() == []


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_no_page_is_wider_than_a_telephone(tab: Tab, report: Path, kind: str, scheme: str) -> None:
    tab.page.emulate_media(color_scheme=scheme)
    tab.page.set_viewport_size(NARROW)
    tab.visit(_page_of(report, kind))
    assert tab.run("document.documentElement.scrollWidth") <= NARROW["width"]
    tab.page.set_viewport_size(WIDE)


@pytest.mark.browser
@pytest.mark.parametrize(
    ("typed", "heading"),
    [
        ("tarlat", "tarlatamab"),
        ("AMG 757", "tarlatamab"),
        ("HER2", "HER2"),
        ("erbb2", "HER2"),
        ("antigen loss", "antigen loss"),
     ("SCLC", "small cell lung carcinoma"), ("EGFR x MET", "EGFR x MET")],
)  # fmt: skip
def test_the_search_finds_entities_by_any_of_their_names(tab: Tab, report: Path, typed: str, heading: str) -> None:
    tab.visit((report / "tumor/index.html").as_uri())
    tab.page.fill(".finder input", typed)
    tab.page.press(".finder input", "Enter")
    tab.page.wait_for_load_state()
    assert tab.text("h1") == heading


@pytest.mark.browser
def test_three_clicks_lead_from_the_start_to_the_evidence_of_a_pair(tab: Tab, report: Path) -> None:
    tab.visit((report / "index.html").as_uri())
    tab.page.click("main a:text-is('non-small cell lung carcinoma')")
    tab.page.click("section[aria-labelledby=tried] a:text-is('EGFR x MET')")
    assert tab.text("h1") == "EGFR x MET"
    tab.page.click("section[aria-labelledby=reasons] tbody tr >> nth=0 >> a[href*='#c-']")
    tab.page.wait_for_load_state()
    row = tab.page.locator("tr:target")
    assert row.is_visible()  # the table that it stands in was folded
    assert row.locator("a[href^='http']").count() >= 1
    tab.expect_quiet()


@pytest.mark.browser
def test_an_open_pair_and_its_evidence_are_three_clicks_away(tab: Tab, report: Path) -> None:
    tab.visit((report / "index.html").as_uri())
    tab.page.click("main a:text-is('non-small cell lung carcinoma')")
    tab.page.click("section[aria-labelledby=open] tbody tr >> nth=0 >> a[href*='#c-'] >> nth=0")
    tab.page.wait_for_load_state()
    assert tab.page.locator("tr:target").is_visible()


@pytest.mark.browser
def test_the_card_of_an_open_pair_and_its_evidence_are_three_clicks_away(tab: Tab, report: Path) -> None:
    tab.visit((report / "index.html").as_uri())
    tab.page.locator("main tr", has_text="small cell lung carcinoma").locator("a:text-is('open pairs')").last.click()
    tab.page.wait_for_load_state()
    assert tab.text("h1") == "small cell lung carcinoma"
    tab.page.click("section[aria-labelledby=ranked] tbody a[href*='pair/card-'] >> nth=0")
    tab.page.wait_for_load_state()
    assert "on small cell lung carcinoma" in tab.text("h1")
    tab.page.click("main a[href*='#c-'] >> nth=0")
    tab.page.wait_for_load_state()
    assert tab.page.locator("tr:target a[href^='http']").first.is_visible()
    tab.expect_quiet()


@pytest.mark.browser
def test_the_head_of_a_column_sorts_by_it(tab: Tab, report: Path) -> None:
    tab.visit((report / "tumor/index.html").as_uri())
    column = "Array.from(document.querySelectorAll('tbody tr'), (row) => row.cells[2].textContent)"
    before = [int(text) for text in tab.run(column)]
    tab.page.click("thead button:text-is('antibodies')")
    assert [int(text) for text in tab.run(column)] == sorted(before, reverse=True) != before
    tab.page.press("thead button:text-is('antibodies')", "Enter")
    assert [int(text) for text in tab.run(column)] == sorted(before)
    assert tab.run("document.querySelector('[aria-sort]').getAttribute('aria-sort')") == "ascending"
    tab.visit((report / "evidence.html").as_uri())  # a line without a statement belongs to the one above it
    assert tab.run("document.querySelectorAll('thead button').length") == 0


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["start", "tumor", "antibody", "card"])
def test_a_page_prints_without_its_controls_and_with_the_heads_of_its_tables(tab: Tab, report: Path, kind: str) -> None:
    tab.page.set_viewport_size({"width": 718, "height": 1000})  # A4 less its margins
    tab.page.emulate_media(media="print", color_scheme="dark")
    tab.visit(_page_of(report, kind))
    assert not tab.page.locator(".bar, .filter input, iframe").filter(visible=True).count()
    assert tab.page.locator("thead th").first.is_visible()
    heads = tab.page.locator(".scroll:not(details *) thead button")
    assert all(heads.evaluate_all("(all) => all.map((one) => one.getBoundingClientRect().width > 0)"))
    assert tab.run("document.documentElement.scrollWidth") <= 718
    assert tab.run("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


@pytest.mark.browser
def test_the_first_column_stays_in_sight_on_a_narrow_screen(tab: Tab, report: Path) -> None:
    tab.page.set_viewport_size(NARROW)
    tab.visit((report / "tumor/mondo-0008433.html").as_uri())
    table = tab.page.locator(".scroll", has=tab.page.locator("th a:text-is('tarlatamab')")).first
    table.evaluate("(box) => { box.scrollLeft = 300; }")
    cell = table.locator("tbody th").first.bounding_box()
    assert table.evaluate("(box) => box.scrollLeft") > 100
    assert cell and cell["x"] >= 0 and cell["x"] + cell["width"] <= NARROW["width"] / 2


@pytest.mark.browser
def test_rows_are_filtered(tab: Tab, report: Path) -> None:
    tab.visit((report / "antibody/index.html").as_uri())
    tab.page.fill(".filter input", "DLL3 approved")
    shown = "Array.from(document.querySelectorAll('tbody tr:not([hidden])'), (row) => row.cells[0].textContent)"
    assert tab.run(shown) == ["tarlatamab"]


@pytest.mark.browser
def test_text_of_the_data_never_runs_nor_breaks_a_page(tab: Tab, nasty: Path) -> None:
    pages = [path for path in nasty.rglob("*.html") if not path.name.endswith("-graph.html")]
    headings = set()
    tab.page.set_viewport_size(NARROW)
    for path in pages:
        tab.visit(path.as_uri())
        headings.add(tab.text("h1"))
        assert tab.run("window.hacked === undefined"), path
        assert tab.run("document.documentElement.scrollWidth") <= NARROW["width"], path
    tab.expect_quiet()
    assert {text for text in NASTY if len(text) < 100} <= headings
