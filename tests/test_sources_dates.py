"""Dates, trials and statuses of the databases: which of them date the clinic, and which nobody has seen."""

from __future__ import annotations

import re

import pytest
from upstream.small import REPOSITORY, Small, committed_tables, import_all, matching, one

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
    return dict(small.tables) if request.param == "cut-down" else committed_tables()


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
    assert matching(tables["events-therasabdab"], antibody=antibody) == []
    assert matching(tables["properties-therasabdab"], antibody=antibody, property="tested-in") == []
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
    assert matching(tables["properties-therasabdab"], antibody="vonsetamig", property="tested-in") == []


def test_formats_are_what_the_chains_tell_and_no_more(tables: Tables) -> None:
    def formats(antibody: str) -> list[str]:
        rows = matching(tables["properties-therasabdab"], antibody=antibody, property="format")
        assert {row["source"] for row in rows} <= {"therasabdab-2025-02"}, "the newest release only"
        return [row["value"] for row in rows]

    assert formats("amivantamab") == ["igg-like"]
    assert formats("tarlatamab") == [], "the release leaves out whether a tandem of scFvs has an Fc"
    developers = matching(tables["properties-therasabdab"], antibody="tarlatamab", property="developer")
    assert [row["value"] for row in developers] == ["Amgen"]


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
    (
        "cadonilimab",
        "2017-08-24",
        "first-posted",
        "read",
        "url:https://uat.anzctr.org.au/Trial/Registration/TrialReview.aspx?id=6669",
        "registry",
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


@pytest.mark.parametrize("antibody", ["catumaxomab", "ertumaxomab"])
def test_a_later_trial_is_no_first_in_human_trial(tables: Tables, antibody: str) -> None:
    assert one(tables["trials-fih"], antibody=antibody)["first_in_human"] == "no"
    assert matching(tables["events-fih"], antibody=antibody) == []


def test_a_row_that_excludes_itself_is_left_out_and_told(small: Small) -> None:
    assert "fih_evidence.csv:17: (QL1706, MabPair not bsAb) is out of scope by its own note; left out" in (
        small.done["fih"].remarks
    )


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
