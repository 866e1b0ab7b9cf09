"""The report of the toy and of the real graph: whole, linked, offline, the same twice, and right to an expert's eye."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from conftest import REPOSITORY

from kg.output import MARKER
from kg.paths import Root

Kg = Callable[..., tuple[int, str, str]]


class _Tables(HTMLParser):
    """Text of the cells of every table, row by row, under the heading that stands above it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: dict[str, list[list[str]]] = {}
        self._heading, self._cell, self._in = "", "", ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
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


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory, real_root: Root) -> Path:
    """The report of the committed data."""
    from kg.cli import run

    folder = tmp_path_factory.mktemp("made") / "report"
    assert run(["report", "-q", "-o", str(folder), "--root", str(real_root.path)]) == 0
    return folder


def tables(page: Path) -> dict[str, list[list[str]]]:
    return _Tables(page.read_text(encoding="utf-8")).rows


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


def test_every_antibody_and_tumor_of_the_view_has_a_page_with_a_graph(report: Path) -> None:
    for folder in ("antibody", "tumor"):
        pages = {path.name for path in (report / folder).glob("*.html")} - {"index.html"}
        plain = {name for name in pages if not name.endswith("-graph.html")}
        assert len(plain) > 50
        without = {name for name in plain if name.replace(".html", "-graph.html") not in pages}
        assert len(pages - plain) == len(plain) - len(without)
        assert len(without) < len(plain) / 10
        if folder == "antibody":  # no picture only where nothing is known that could be drawn
            for name in without:
                assert "targets not known in this view" in (report / folder / name).read_text(encoding="utf-8"), name


def test_no_page_asks_for_anything_outside(report: Path) -> None:
    for page in report.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        loaded = re.findall(r'<(?:script|link|img|iframe)\b[^>]*?(?:src|href)="([^"]*)"', text)
        assert [address for address in loaded if "//" in address] == [], page.name


def test_every_page_says_what_it_is(report: Path) -> None:
    for page in report.rglob("*.html"):
        text = " ".join(unescape(page.read_text(encoding="utf-8")).split())
        assert "For research use; not medical advice" in text, page.name
        if not page.name.endswith("-graph.html"):
            assert "no clinician has reviewed it" in text, page.name


def test_pages_stay_below_two_megabytes(report: Path) -> None:
    assert max(path.stat().st_size for path in report.rglob("*") if path.is_file()) < 2_000_000


def test_tarlatamab_reads_right(report: Path) -> None:
    page = tables(report / "antibody" / "ab-tarlatamab.html")
    arms = {(row[0], row[1], row[2]) for row in page["Arms"][1:]}
    assert {("arm CD3E", "binds", "CD3"), ("arm DLL3", "binds", "DLL3")} <= arms
    assert {("arm CD3E", "has role", "trigger role"), ("arm DLL3", "has role", "tumor-binding role")} <= arms
    course = " | ".join(row[0] for row in page["Course"][1:])
    assert "approval approved US 2024-05-16" in course and "small cell lung carcinoma" in course


def test_small_cell_lung_carcinoma_reads_right(report: Path) -> None:
    page = tables(report / "tumor" / "mondo-0008433.html")
    title = next(name for name in page if name.startswith("Pairs tried"))
    tried = {(row[0], row[2]) for row in page[title][1:]}
    assert ("CD3 x DLL3", "tarlatamab") in tried and ("CD3 x DLL3", "obrixtamig") in tried
    assert not {pair for pair, _ in tried if "HLA" in pair or "albumin" in pair.lower()}


def test_the_start_page_tells_the_numbers_of_stats(report: Path, kg: Kg) -> None:
    import json

    counted = json.loads(kg("stats", "--format", "json")[1])
    text = " ".join(re.sub(r"<[^>]+>", " ", (report / "index.html").read_text(encoding="utf-8")).split())
    assert f"Antibodies against solid tumors {counted['headline']['antibodies, solid tumors']}" in text
    reading = counted["claims_by_reading"]
    assert f"{reading['read']} read, {reading['record']} from database" in text


def test_links_to_datasets_of_ours_are_not_links_that_do_not_resolve(report: Path) -> None:
    for page in [report / "index.html", report / "antibody" / "ab-tarlatamab.html"]:
        assert 'href="https://w3id.org/bsab/' not in page.read_text(encoding="utf-8")


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
