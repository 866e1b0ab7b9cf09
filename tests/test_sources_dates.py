"""Dates, trials and statuses: which of them count, which are bounds, and which nobody has seen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from upstream.small import REPOSITORY, Small, import_all, matching, read_tsv, set_cell

from kg.sources import run_import
from kg.sources.dated import Support, date_kind, page_of, parse_support
from kg.sources.upstream import page_level
from kg.store import Opened
from kg.terms import PREFIXES

Tables = dict[str, list[dict[str, str]]]
IMPORTED = REPOSITORY / "data" / "imported"
BSAB = PREFIXES["bsab"]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    return import_all(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module", params=["cut-down", "committed"])
def tables(request: pytest.FixtureRequest, small: Small) -> Tables:
    """The imported tables: from the cut-down files, and as committed."""
    if request.param == "cut-down":
        return dict(small.tables)
    return {path.stem: read_tsv(path) for path in IMPORTED.glob("*.tsv")}


def one(rows: list[dict[str, str]], **cells: str) -> dict[str, str]:
    (row,) = matching(rows, **cells)
    return row


def test_only_the_tables_of_first_trials_date_the_first_time_in_the_clinic(tables: Tables) -> None:
    stems = [stem for stem in tables if stem.startswith("events-")]
    assert {"events-therasabdab", "events-evidence"} <= set(stems)
    dating = {stem for stem in stems if matching(tables[stem], event="first-in-clinic")}
    assert dating == {"events-fih", "events-dated"}


def test_release_dates_and_inn_years_are_no_dates_of_events(tables: Tables) -> None:
    """Thera-SAbDab's phases hold on the day of the phases; the year that an INN was proposed dates nothing."""
    events = tables["events-therasabdab"]
    days = {
        "therasabdab-2025-02": ("2025-02", "2025-02-19"),
        "therasabdab-2023-03": ("2023-01", "2023-03-01"),
        "therasabdab-2021-06": ("2020-01", "2021-06-30"),
        "therasabdab-2021-08": ("2020-01", "2021-08-24"),
    }
    assert {row["source"] for row in events} == set(days)
    assert all((row["on"], row["date"]) == days[row["source"]] for row in events)
    assert {row["date_kind"] for row in events} == {"database-version"}
    assert {row["event"] for row in events} == {"phase-reached", "stop"}
    # Amivantamab's INN was proposed in 2019, and it had entered the clinic in 2015.
    first = one(tables["events-fih"], antibody="amivantamab", event="first-in-clinic")
    assert (first["on"], first["date_kind"]) == ("2015-11-09", "nct-interpolation")


def test_only_the_newest_release_stops_an_antibody(tables: Tables) -> None:
    stops = matching(tables["events-therasabdab"], event="stop")
    assert {row["source"] for row in stops} == {"therasabdab-2025-02"}
    assert one(stops, antibody="bavunalimab")["reason_class"] == "not-stated"


@pytest.mark.parametrize(
    "antibody",
    [
        pytest.param("petosemtamab", id="petosemtamab: in phase 3, not stopped in phase 1"),
        pytest.param("bintrafusp-alfa", id="bintrafusp: never approved"),
        pytest.param("cinrebafusp-alfa", id="cinrebafusp: not active"),
    ],
)
def test_a_status_that_is_known_to_be_wrong_is_not_taken_over_but_the_targets_are(
    tables: Tables, antibody: str
) -> None:
    for stem in ("events-therasabdab", "properties-therasabdab"):
        assert matching(tables[stem], antibody=antibody) == []
    assert matching(tables["arms-therasabdab"], antibody=antibody, source="therasabdab-2025-02")


def test_a_status_that_is_not_taken_over_is_told(small: Small) -> None:
    told = "therasabdab-2025-02: status of petosemtamab not taken over: phase 3 active, not phase 1 discontinued"
    assert told in small.done["therasabdab"].remarks


def test_petosemtamab_is_in_phase_3_and_not_stopped(real: Opened) -> None:
    query = f"""PREFIX bsab: <{BSAB}> SELECT ?kind ?phase WHERE {{
        <{PREFIXES["ab"]}petosemtamab> bsab:hasEvent ?event .
        ?event bsab:eventKind/<{PREFIXES["skos"]}notation> ?kind .
        OPTIONAL {{ ?event bsab:phase/<{PREFIXES["skos"]}notation> ?phase }} }}"""
    found = {tuple(term.value if term else "" for term in row) for row in real.store.query(query)}
    assert ("phase-reached", "phase-3") in found
    assert "stop" not in {kind for kind, _ in found}


def test_a_phase_to_be_confirmed_is_no_phase(tables: Tables) -> None:
    assert matching(tables["events-therasabdab"], antibody="pumitamig") == []
    assert matching(tables["arms-therasabdab"], antibody="pumitamig")


def test_a_condition_that_is_a_company_is_no_tumor(tables: Tables) -> None:
    assert matching(tables["arms-therasabdab"], antibody="vonsetamig")
    assert matching(tables["properties-therasabdab"], antibody="vonsetamig") == []


FIRST_IN_HUMAN = [
    ("amivantamab", "2015-11-09", "nct-interpolation", "record", "fih-evidence", "registry"),
    (
        "tarlatamab",
        "2017-12-26",
        "study-start",
        "read",
        "url:https://meddatax.com/clinical-trials/NCT03319940",
        "registry",
    ),
    (
        "zanidatamab",
        "2016-09-28",
        "first-dose",
        "read",
        "url:http://ovariancancernewstoday.com/2016/09/28/"
        "phase-1-trial-of-treatment-for-advanced-her2-positive-cancers-doses-first-patient/",
        "press",
    ),
    ("acasunlimab", "2019-05-14", "study-start", "record", "fih-evidence", "registry"),
    ("m802", "2020-08-06", "first-posted", "record", "fih-evidence", "registry"),
]


@pytest.mark.parametrize(
    ("antibody", "on", "kind", "reading", "source", "level"), FIRST_IN_HUMAN, ids=[case[0] for case in FIRST_IN_HUMAN]
)
def test_first_in_human_dates_keep_their_kind_and_their_source(
    tables: Tables, antibody: str, on: str, kind: str, reading: str, source: str, level: str
) -> None:
    row = one(tables["events-fih"], antibody=antibody)
    assert (row["event"], row["on"], row["date_kind"]) == ("first-in-clinic", on, kind)
    assert (row["reading"], row["source"], row["level"]) == (reading, source, level)
    assert row["trial"].startswith("NCT:NCT")


def test_an_interpolated_date_is_on_no_page_though_its_trial_is(tables: Tables) -> None:
    for stem in ("events-fih", "events-dated"):
        for row in matching(tables[stem], date_kind="nct-interpolation"):
            assert row["reading"] == "record", row
            assert not row["source"].startswith("url:"), row
    read = one(tables["trials-dated"], antibody="tqb2102", trial="NCT:NCT07008976")
    assert read["source"] == "url:https://meddatax.com/clinical-trials/NCT07008976"


@pytest.mark.parametrize("antibody", ["catumaxomab"])
def test_a_later_trial_is_no_first_in_human_trial(tables: Tables, antibody: str) -> None:
    assert one(tables["trials-fih"], antibody=antibody)["first_in_human"] == "no"
    assert matching(tables["events-fih"], antibody=antibody) == []


def test_a_row_that_excludes_itself_is_left_out_and_told(small: Small) -> None:
    assert "fih_evidence.csv:15: (QL1706, MabPair not bsAb) is out of scope by its own note; left out" in (
        small.done["fih"].remarks
    )


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
    pytest.param("tilatamig", "phase-reached", "all but the id is recall", id="tilatamig"),
    pytest.param("erfonrilimab", "phase-reached", "from a tertiary page that was rejected", id="erfonrilimab"),
    pytest.param("zenocutuzumab", "phase-reached", "from a local table, not re-read", id="zenocutuzumab"),
]


@pytest.mark.parametrize(("antibody", "event", "why"), UNSOURCED)
def test_an_unsourced_status_phrase_stays_unread(antibody: str, event: str, why: str) -> None:
    rows = matching(read_tsv(IMPORTED / "events-dated.tsv"), antibody=antibody, event=event)
    assert [row["reading"] for row in rows] == ["unread"], why


def test_a_reason_that_was_not_read_is_marked_within_a_status_that_was(small: Small) -> None:
    """The registry's word for acapatamab was read; the reason for pasotuxizumab's end was not."""
    rows = read_tsv(IMPORTED / "events-dated.tsv")
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


# Numbers that upstream remarks recall ("recall, unseen: NCT03619681"), or that corrections name as leads to verify.
RECOLLECTED = [
    "NCT03619681",
    "NCT05411133",
    "NCT04397276",
    "NCT03529526",
    "NCT02674152",
    "NCT01207323",
    "NCT01946074",
    "NCT05109442",
    "NCT05978284",
    "NCT05735496",
    "NCT03530397",
    "NCT01688206",
    "NCT02298387",
    "NCT03710265",
    "NCT05159388",
    "NCT06150664",
    "NCT06650566",
    "NCT05473156",
    "NCT06234397",
    "NCT05180474",
    "NCT04991740",
    "NCT05527184",
]


@pytest.mark.parametrize("number", RECOLLECTED)
def test_an_unsourced_recollection_of_a_trial_is_imported_from_nowhere(number: str) -> None:
    for path in IMPORTED.glob("*.tsv"):
        assert number not in path.read_text("utf-8"), path.name


def test_the_numbers_that_the_evidence_table_recalls_are_not_read_from_it(small: Small) -> None:
    upstream = REPOSITORY / "tests/upstream/evidence/bsabs_solid.tsv"
    lines = [line.split("\t") for line in upstream.read_text("utf-8").splitlines()]
    at = lines[0].index("nct_recall_unverified")
    recalled = {number for cells in lines[1:] for number in re.findall(r"NCT\d{8}", cells[at])}
    assert len(recalled) > 8
    # Correction 21 found three of them read in the dated table.
    corrected = {"NCT05499390", "NCT05184712", "NCT05840016"}
    assert corrected < recalled
    imported = {row["trial"].partition(":")[2] for row in small.tables["trials-evidence"]}
    assert imported & recalled == corrected


def test_a_recalled_year_does_not_date_a_status_that_was_read(tables: Tables) -> None:
    row = one(tables["events-evidence"], antibody="mdx-210")
    assert (row["reading"], row["phase"], row["on"], row["date_kind"]) == ("read", "phase-1-2", "", "")


def test_a_kind_of_date_that_upstream_changes_to_a_plan_takes_the_date_away(tmp_path: Path) -> None:
    small = import_all(tmp_path, ["hgnc", "merged"])
    set_cell(small.upstream / "dated/dated.tsv", "xaluritamig", "date_kind", "company-planned start")
    run_import("dated", small.upstream / "dated", small.root)
    assert (
        Small(small.root, small.upstream, {}).rows("events-dated", antibody="xaluritamig", event="first-in-clinic")
        == []
    )
