"""The page of the kernels says what was measured, and its plot is the same wherever it is drawn."""

from __future__ import annotations

import re

import kernels_page
import pytest
from conftest import REPOSITORY

ROWS = kernels_page.read()


def test_the_figures_of_the_page_are_those_of_the_table() -> None:
    text = kernels_page.PAGE.read_text(encoding="utf-8")
    assert kernels_page.OPEN in text and kernels_page.CLOSE in text
    assert kernels_page.page(text, ROWS) == text


def test_a_changed_figure_changes_the_page() -> None:
    text = kernels_page.PAGE.read_text(encoding="utf-8")
    for place, row in enumerate(ROWS):
        if (row["part"], row["task"]) in (("ranking", "kernel"), ("joint", "bits"), ("executors", "dask")):
            changed = [*ROWS[:place], row | {"seconds": "99.0000"}, *ROWS[place + 1 :]]
            told = kernels_page.page(text, changed) != text
            shown = row["part"] != "ranking" or (row["tumors"] == "33" and int(row["antigens"]) > 2500)
            assert told == shown


def test_the_table_reads_as_it_was_written() -> None:
    assert kernels_page.TABLE.read_bytes() == kernels_page.table_of(ROWS)
    assert {row["part"] for row in ROWS} == {"ranking", "joint", "triples", "executors"}
    assert all(float(row["seconds"]) > 0 for row in ROWS)


def test_the_plot_has_no_date_and_is_drawn_alike_twice() -> None:
    pytest.importorskip("matplotlib", reason="the extra bsab-kg[plot] is not installed")
    drawn = kernels_page.plot(ROWS)
    assert drawn == kernels_page.plot(ROWS)
    for picture in (drawn, kernels_page.PLOT.read_bytes()):
        text = picture.decode()
        assert "<dc:date>" not in text and "antigens (33 tumors)" in text
        assert not re.search(r"\b20\d\d-\d\d-\d\d", text)


def test_the_extras_that_the_page_names_are_declared() -> None:
    page = kernels_page.PAGE.read_text(encoding="utf-8")
    declared = (REPOSITORY / "setup.cfg").read_text(encoding="utf-8").partition("[options.extras_require]")[2]
    for extra in re.findall(r"bsab-kg\[(\w+)\]", page):
        assert f"\n{extra} =\n" in declared
