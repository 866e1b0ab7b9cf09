"""The dated table: which cells of a row were read, which dates are accepted or bounds, and what can be cited."""

from __future__ import annotations

from pathlib import Path

import pytest
from upstream.small import Small, committed_tables, import_all, matching, one, set_cell

from kg.sources import run_import
from kg.sources.dated import Support, date_kind, page_of, parse_support
from kg.sources.upstream import page_level

Tables = dict[str, list[dict[str, str]]]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    return import_all(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module", params=["cut-down", "committed"])
def tables(request: pytest.FixtureRequest, small: Small) -> Tables:
    """The imported tables: from the cut-down files, and as committed."""
    return dict(small.tables) if request.param == "cut-down" else committed_tables()


SUPPORT = [
    ("nct,date:read; phase:recall", {"nct", "date"}),
    ("ncts,targets,status:read; date:interpolated", {"nct", "targets", "status"}),
    ("registry id,date:read; status from a weak tertiary page", {"nct", "date"}),
    ('targets,phase:read; status word "discontinued":recall', {"targets", "phase"}),
    ("targets,format,phase 1,tumour:read; year,phase 2,status:recall", {"targets", "format", "phase", "tumour"}),
    ("nct:input id, name link not seen", set()),
    ("all:recall", set()),
    ("nct=read;date=read;tumours=read;status=local", {"nct", "date", "tumour"}),
    ("nct=read;status=read", {"nct", "status", "phase"}),
    ("date=read(upper bound);nct=not seen", {"date"}),
    ("date=interpolated;nct=read(GitHub)", set()),
    ("targets=read(DLL3)/local(CD3,CD137)", set()),
    ("status=read(result)/local(stop, Thera-SAbDab)", set()),
    ("nct=read for GNC-039;INN link=inferred from four identical targets", set()),
    ("all=local", set()),
    ("", set()),
]


@pytest.mark.parametrize(("text", "read"), SUPPORT, ids=[case[0] or "nothing" for case in SUPPORT])
def test_the_support_of_a_row_tells_which_cells_were_read(text: str, read: set[str]) -> None:
    assert parse_support(text).read == read


KINDS = [
    ("study start", "nct", "study-start"),
    ("first dose (month, sponsor)", "", "first-dose"),
    ("first posted (ANZCTR)", "nct", "first-posted"),
    ("first enrolment (trial period Nov 2018-Oct 2019)", "nct", "first-enrollment"),
    ("trials began (news report)", "", "announcement"),
    ("NCT interpolation", "nct", "nct-interpolation"),
    ("first dose (press release date)", "", "announcement"),
    ("NCT interpolation", "", ""),
    ("nct_interpolation", "nct", "nct-interpolation"),
    ("NCT interpolation (input id not verified)", "nct", ""),
    ("nct_interpolation_of_unverified_input_id", "nct", ""),
    ("upper bound: nct_interpolation of earliest id seen", "nct", "upper-bound"),
    ("phase 1 publication (upper bound)", "", "upper-bound"),
    ("ethics approval (lower bound)", "", "lower-bound"),
    ("company-planned start", "nct", ""),
    ("", "nct", ""),
]


@pytest.mark.parametrize(("kind", "read", "notation"), KINDS, ids=[f"{case[0]} / {case[1]}" for case in KINDS])
def test_a_kind_of_date_is_accepted_a_bound_or_nothing(kind: str, read: str, notation: str) -> None:
    assert date_kind(kind, Support(frozenset([read])), has_trial=True) == notation


def test_an_interpolation_needs_a_trial() -> None:
    assert date_kind("NCT interpolation", Support(frozenset(["nct"])), has_trial=False) == ""


A, B = "https://example.org/NCT00000001", "https://example.org/news"
PAGES = [
    (A, "", A),
    (B, "NCT00000001", B),
    (f"{B} ; {A}", "NCT00000001", A),
    (f"{B} | {A.replace('NCT', 'nct')}/x", "NCT00000001", f"{A.replace('NCT', 'nct')}/x"),
    (f"{B} ; {A}", "", ""),
    (f"{B} | {A}", "NCT00000002", ""),
    (f"public code text ; {B}", "", ""),
    ("public code text", "", ""),
    ("", "", ""),
]


@pytest.mark.parametrize(("sources", "number", "page"), PAGES)
def test_a_page_is_cited_only_where_it_can_be_told(sources: str, number: str, page: str) -> None:
    assert page_of(sources, number) == page


@pytest.mark.parametrize(
    ("page", "level"),
    [
        ("https://clinicaltrials.gov/ct2/show/NCT03927573", "registry"),
        ("https://uat.anzctr.org.au/Trial/Registration/TrialReview.aspx?id=6669", "registry"),
        ("https://www.clinicaltrialsregister.eu/ctr-search/trial/2014-003277-42/DE", "registry"),
        ("http://ftp.clinicaltrialbillingbootcamp.com/biotech/roche-drops-her2-bispecific", "press"),
        ("https://oncologypipeline.com/apexonco/node/1144", "press"),
        ("https://clinicaltrialsarena.com/news/merus-starts-dosing", "press"),
    ],
)
def test_a_news_page_about_a_trial_is_no_registry(page: str, level: str) -> None:
    assert page_level(page) == level


DATED = [
    ("xaluritamig", {"on": "2020-03-04", "date_kind": "study-start", "reading": "read", "trial": "NCT:NCT04221542"}),
    ("pumitamig", {"on": "2022-06-15", "date_kind": "upper-bound", "reading": "read", "trial": ""}),
    ("ivonescimab", {"on": "2019-08-07", "date_kind": "nct-interpolation", "reading": "record"}),
    ("erfonrilimab", {"on": "2018-05-21", "date_kind": "first-posted", "trial": "ACTRN:ACTRN12618000848202"}),
    ("duligotuzumab", {"on": "2012-04", "date_kind": "upper-bound", "reading": "unread"}),
    ("catumaxomab", {"on": "2004-05", "date_kind": "upper-bound", "trial": ""}),
]


@pytest.mark.parametrize(("antibody", "cells"), DATED, ids=[case[0] for case in DATED])
def test_dates_of_the_dated_table(tables: Tables, antibody: str, cells: dict[str, str]) -> None:
    row = one(tables["events-dated"], antibody=antibody, event="first-in-clinic")
    assert {name: row[name] for name in cells} == cells


@pytest.mark.parametrize(
    "antibody",
    [
        pytest.param("gresonitamab", id="AMG 910: interpolated from a number that was not read with it"),
        pytest.param("afm24", id="AFM24: the same"),
        pytest.param("bavunalimab", id="bavunalimab: the same, in the other notation"),
        pytest.param("zenocutuzumab", id="zenocutuzumab: registered after it began"),
        pytest.param("bi-836880", id="BI 836880: only a year, recalled"),
    ],
)
def test_a_date_that_nobody_saw_is_no_date(tables: Tables, antibody: str) -> None:
    assert matching(tables["events-dated"], antibody=antibody)
    assert matching(tables["events-dated"], antibody=antibody, event="first-in-clinic") == []


def test_a_molecule_that_stands_twice_has_one_first_date(tables: Tables) -> None:
    rows = matching(tables["events-dated"], antibody="opamtistomig", event="first-in-clinic")
    assert {(row["on"], row["trial"]) for row in rows} == {("2021-12-15", "NCT:NCT05170958")}


UNSOURCED = [
    pytest.param("duligotuzumab", "stop", 'the word "discontinued" is recalled', id="duligotuzumab"),
    pytest.param("bintrafusp-alfa", "stop", 'programme "discontinued": recall', id="bintrafusp"),
    pytest.param("afm24", "stop", "status is not among what was read", id="AFM24"),
    pytest.param("erfonrilimab", "phase-reached", "from a tertiary page that was rejected", id="erfonrilimab"),
    pytest.param("zenocutuzumab", "phase-reached", "from a local table, not re-read", id="zenocutuzumab"),
]


@pytest.mark.parametrize(("antibody", "event", "why"), UNSOURCED)
def test_an_unsourced_status_phrase_stays_unread(tables: Tables, antibody: str, event: str, why: str) -> None:
    rows = matching(tables["events-dated"], antibody=antibody, event=event)
    assert [row["reading"] for row in rows] == ["unread"], why


def test_a_reason_that_was_not_read_is_marked_within_a_status_that_was(small: Small) -> None:
    """The registry's word for acapatamab was read; the reason for pasotuxizumab's end was not."""
    rows = committed_tables()["events-dated"]
    stop = one(rows, antibody="pasotuxizumab", event="stop")
    assert (stop["reading"], stop["unread"]) == ("read", "reason_class;reason")
    stop = one(rows, antibody="acapatamab", event="stop")
    assert (stop["reading"], stop["unread"], stop["reason_class"]) == ("read", "", "not-stated")
    assert small.rows("events-dated", event="stop")


def test_the_albumin_arm_that_was_recalled_is_unread_beside_targets_that_were_read(tables: Tables) -> None:
    rows = {row["arm"]: row["reading"] for row in matching(tables["arms-dated"], antibody="bi-836880")}
    assert rows == {"ALB": "unread", "ANGPT2": "read", "VEGFA": "read"}


def test_several_pages_stand_in_the_locator_and_none_of_them_is_the_source(tables: Tables) -> None:
    row = one(tables["events-dated"], antibody="xaluritamig", event="phase-reached")
    assert (row["source"], row["reading"], row["level"]) == ("dated", "read", "database")
    assert row["locator"].count("https://") == 3
    for stem in ("arms-dated", "events-dated", "properties-dated", "trials-dated"):
        for row in tables[stem]:
            assert row["source"] == "dated" or row["source"].removeprefix("url:") in row["locator"], row


def test_a_kind_of_date_that_upstream_changes_to_a_plan_takes_the_date_away(tmp_path: Path) -> None:
    small = import_all(tmp_path, ["hgnc", "merged"])
    set_cell(small.upstream / "dated/dated.tsv", "xaluritamig", "date_kind", "company-planned start")
    run_import("dated", small.upstream / "dated", small.root)
    assert (
        Small(small.root, small.upstream, {}).rows("events-dated", antibody="xaluritamig", event="first-in-clinic")
        == []
    )
