"""The evidence tables: corrections applied first, recalled cells left unread, nothing cited that was not seen."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from pathlib import Path

import pytest
from upstream.small import HERE, REPOSITORY, Small, committed_tables, import_all, matching, read_tsv, set_cell

from kg.errors import FactsError
from kg.sources import run_import
from kg.sources.evidence import cite
from kg.terms import squeeze

Tables = dict[str, list[dict[str, str]]]
IMPORTED = REPOSITORY / "data" / "imported"
CORRECTIONS = read_tsv(REPOSITORY / "data/crosswalks/corrections.tsv")
ESCAPES = {row["id"]: row for row in read_tsv(REPOSITORY / "data/crosswalks/escapes.tsv")}
BY_LINE: dict[str, list[dict[str, str]]] = defaultdict(list)
for _row in CORRECTIONS:
    BY_LINE[_row["line"]].append(_row)


def upstream_corrections() -> list[tuple[str, dict[str, str]]]:
    """Line and cells of every correction (all 114 stand in the cut-down file, without their words)."""
    with (HERE / "evidence/corrections.tsv").open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream, delimiter="\t")
        return [(str(reader.line_num), row) for row in reader]


UPSTREAM = upstream_corrections()
# Columns that the list names in words of its own; the numbers that it bears out belong to `nct_read`.
OTHER_WORDS = {"nct_recall_unverified", "(new) precedent", "scope", "tumour scope", "Traps, last line"}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    return import_all(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module", params=["cut-down", "committed"])
def tables(request: pytest.FixtureRequest, small: Small) -> Tables:
    """The imported tables: from the cut-down files, and as committed."""
    return dict(small.tables) if request.param == "cut-down" else committed_tables()


@pytest.fixture(scope="module")
def antibodies() -> dict[str, str]:
    """The antibody of each row of bsabs_solid.tsv that joined, by its id; from what is committed."""
    found = {}
    for path in IMPORTED.glob("*-evidence.tsv"):
        for row in read_tsv(path):
            marks = re.findall(r"\bBS\d{3}\b", f"{row['note']} {row['locator']}")
            if "antibody" in row and marks:
                found[marks[-1]] = row["antibody"]
    return found


def test_there_are_114_corrections() -> None:
    assert [line for line, _ in UPSTREAM] == [str(number) for number in range(2, 116)]


@pytest.mark.parametrize(
    ("line", "correction"), UPSTREAM, ids=[f"{line} {row['id_or_name']}" for line, row in UPSTREAM]
)
def test_every_correction_is_applied_or_declared_with_a_reason(line: str, correction: dict[str, str]) -> None:
    rows = BY_LINE[line]
    assert rows, "no row of data/crosswalks/corrections.tsv names this line"
    named = set(re.findall(r"\b(?:BS|EM|AG|EE|FM|CL)\d{3}\b", correction["id_or_name"]))
    assert named <= {row["row"] for row in rows}
    columns = {column.strip() for column in correction["column"].split(";")}
    assert columns - {row["column"] for row in rows} <= OTHER_WORDS
    if not named and correction["table"] == "dated.tsv":
        # Molecules by name, parted by `;` or `,`; "tovecimig row absent" says that there is none.
        names = re.split(r"[;,]| and ", correction["id_or_name"].replace(" row absent", ""))
        assert {squeeze(name) for name in names} == {squeeze(row["row"].removesuffix(" alfa")) for row in rows}
    for row in rows:
        where = f"{row['table']} {row['row']} {row['column']}"
        if row["disposition"] == "patch":
            assert row["reading"] in ("read", "unread", "as-before"), where
        elif row["disposition"] == "elsewhere":
            # The hand-made rows of the escapes carry it, and say so.
            concerned = [ESCAPES[row["row"]]] if row["row"] != "*" else list(ESCAPES.values())
            assert all(line in escape["corrections"].split(";") for escape in concerned), where
        else:
            assert row["disposition"] in ("modeled", "noted", "declined"), where
            assert len(row["note"]) > 15, where
            assert not row["value"], where


PATCHES = [row for row in CORRECTIONS if row["disposition"] == "patch"]
IN_WORDS = [row for row in PATCHES if row["column"] in ("key_efficacy", "key_toxicity")]


@pytest.mark.parametrize("patch", IN_WORDS, ids=[f"{row['row']} {row['column']}" for row in IN_WORDS])
def test_the_corrected_words_are_imported_and_the_uncorrected_ones_are_gone(
    patch: dict[str, str], antibodies: dict[str, str]
) -> None:
    antibody = antibodies[patch["row"]]
    name = patch["column"].replace("key_", "reported-")
    values = {
        row["value"]
        for row in matching(read_tsv(IMPORTED / "properties-evidence.tsv"), antibody=antibody)
        if row["property"] == name
    }
    assert values == {" ".join(patch["value"].split())}
    assert patch["expect"] not in values


MECHANISMS = [row for row in PATCHES if row["column"] == "mechanism_class"]


@pytest.mark.parametrize("patch", MECHANISMS, ids=[row["row"] for row in MECHANISMS])
def test_the_corrected_mechanism_takes_the_place_of_the_uncorrected_one(
    patch: dict[str, str], antibodies: dict[str, str]
) -> None:
    rows = matching(read_tsv(IMPORTED / "properties-evidence.tsv"), antibody=antibodies[patch["row"]])
    assert [row["value"] for row in rows if row["property"] == "mechanism"] == [patch["value"]]


TARGETS = [row for row in PATCHES if row["table"] == "bsabs_solid.tsv" and row["column"] == "targets_hgnc"]


@pytest.mark.parametrize("patch", TARGETS, ids=[row["row"] for row in TARGETS])
def test_the_corrected_targets_are_the_arms_that_are_stated(patch: dict[str, str], antibodies: dict[str, str]) -> None:
    rows = matching(read_tsv(IMPORTED / "arms-evidence.tsv"), antibody=antibodies[patch["row"]])
    assert sorted(row["antigen"] for row in rows) == sorted(patch["value"].split(";"))


TRIALS = [row for row in PATCHES if row["column"] == "nct_read"]


@pytest.mark.parametrize("patch", TRIALS, ids=[row["row"] for row in TRIALS])
def test_the_corrected_trials_take_the_place_of_the_uncorrected_ones(
    patch: dict[str, str], antibodies: dict[str, str]
) -> None:
    rows = matching(read_tsv(IMPORTED / "trials-evidence.tsv"), antibody=antibodies[patch["row"]])
    assert {row["trial"].partition(":")[2] for row in rows} == set(patch["value"].split(";"))


YEARS = [row for row in PATCHES if row["column"] == "status_year"]


@pytest.mark.parametrize("patch", YEARS, ids=[row["row"] for row in YEARS])
def test_the_corrected_year_dates_the_status(patch: dict[str, str], antibodies: dict[str, str]) -> None:
    rows = matching(read_tsv(IMPORTED / "events-evidence.tsv"), antibody=antibodies[patch["row"]])
    assert [row["on"] for row in rows] == [patch["value"]]


STATUSES = [
    pytest.param("afm24", "stop", "phase-2", id="AFM24: monotherapy ended, sponsor gone"),
    pytest.param("alveltamig", "phase-reached", "phase-3", id="ZG006: phase 3"),
    pytest.param("lorigerlimab", "hold", "phase-2", id="lorigerlimab: partial hold"),
    pytest.param("givastomig", "phase-reached", "phase-2", id="givastomig: phase 2"),
    pytest.param("solabafusp", "stop", "phase-1-2", id="S095012: discontinued"),
    pytest.param("regn5093-m114", "stop", "phase-1-2", id="REGN5093-M114: discontinued"),
    pytest.param("vudalimab", "stop", "phase-2", id="vudalimab: discontinued"),
    pytest.param("tobemstomig", "stop", "phase-2", id="tobemstomig: discontinued"),
    pytest.param("runimotamab", "stop", "phase-1", id="runimotamab: discontinued"),
    pytest.param("imcnyeso", "stop", "phase-1", id="IMCnyeso: discontinued"),
    pytest.param("avzo-1418", "phase-reached", "phase-1-2", id="AVZO-1418: in the clinic"),
    pytest.param("js212", "phase-reached", "phase-1", id="JS212: in the clinic"),
]


@pytest.mark.parametrize(("antibody", "event", "phase"), STATUSES)
def test_the_corrected_status_is_the_event(antibody: str, event: str, phase: str) -> None:
    rows = matching(read_tsv(IMPORTED / "events-evidence.tsv"), antibody=antibody)
    assert [(row["event"], row["phase"]) for row in rows] == [(event, phase)]


OF_DATED = [
    pytest.param("vepsitamab", "stop", "2025-02", id="AMG 199: discontinued by 2025-02"),
    pytest.param("gresonitamab", "stop", "2025-02", id="AMG 910: discontinued by 2025-02"),
    pytest.param("zenocutuzumab", "phase-reached", "2026-05-08", id="zenocutuzumab: cholangiocarcinoma"),
    pytest.param("ivonescimab", "phase-reached", "2026-11-22", id="ivonescimab: outcome unknown"),
]


@pytest.mark.parametrize(("antibody", "event", "on"), OF_DATED)
def test_the_dated_table_is_corrected_too_and_the_corrected_day_has_no_page(
    tables: Tables, antibody: str, event: str, on: str
) -> None:
    (row,) = matching(tables["events-dated"], antibody=antibody, event=event)
    assert (row["on"], row["unread"]) == (on, "on;date_kind")


@pytest.mark.parametrize(
    "phrase",
    [
        pytest.param("grokipedia", id="erfonrilimab: tertiary page"),
        pytest.param("morningglorysciences", id="tarlatamab: unreliable page"),
        pytest.param("droracle", id="EM019: question page"),
        pytest.param("particle.news", id="EM004: news summary"),
        pytest.param("cti2.1230", id="EM025: guessed DOI"),
        pytest.param("oregovomab", id="EM023: wrong example"),
        pytest.param("KLK2 x CD3 to evade antibodies", id="EM017: no counter to antibodies"),
    ],
)
def test_what_a_correction_rejects_is_cited_nowhere(phrase: str) -> None:
    for path in IMPORTED.glob("*.tsv"):
        assert phrase.lower() not in path.read_text("utf-8").lower(), path.name


def test_the_counter_that_a_correction_removes_is_gone() -> None:
    rows = matching(read_tsv(IMPORTED / "counters-evidence.tsv"), escape="EM017")
    assert rows
    assert "pasritamig" not in {row["antibody"] for row in rows}


def test_a_correction_from_knowledge_leaves_what_it_adds_unread(tables: Tables) -> None:
    readings = defaultdict(set)
    for row in tables["expression-evidence"]:
        readings[row["antigen"]].add(row["reading"])
    assert readings["TGFB1"] == {"read"}
    assert readings["TGFB3"] == {"unread"}
    assert readings["CTAG2"] == {"unread"}
    assert not {"TRGV9", "ALB", "HLA-A"} & set(readings)


@pytest.mark.parametrize("row", ["AG065", "AG066"])
def test_albumin_and_hla_are_antigens_of_no_tumor(tmp_path: Path, row: str) -> None:
    small = import_all(tmp_path, ["hgnc", "merged"])
    set_cell(small.upstream / "evidence/antigens.tsv", row, "expressing_tumours", "melanoma")
    run_import("evidence", small.upstream / "evidence", small.root)
    antigens = {line["antigen"] for line in Small(small.root, small.upstream, {}).rows("expression-evidence")}
    assert "DLL3" in antigens
    assert not {"ALB", "HLA-A"} & antigens


def test_a_page_that_a_correction_voids_leaves_the_row_unread(tables: Tables) -> None:
    rows = [row for row in tables["expression-evidence"] if "AG040" in row["locator"] + row["note"]]
    assert {row["reading"] for row in rows} <= {"unread"}


def test_lineage_markers_and_ligands_are_no_engaging_receptors(tables: Tables) -> None:
    receptors = {row["receptor"] for row in tables["engagements-evidence"]}
    assert {"CD3E", "TRAV10"} <= receptors
    assert not receptors & {"FOXP3", "CD1D", "TRGV9"}


RECALLED = [
    pytest.param("tarlatamab", "reported-toxicity", {"read"}, id="tarlatamab: corrected and read"),
    pytest.param("zanidatamab", "reported-toxicity", {"read"}, id="zanidatamab: the label was read by correction 17"),
    pytest.param("amivantamab", "format", {"unread"}, id="amivantamab: format is recall"),
    pytest.param("amivantamab", "tested-in", {"read"}, id="amivantamab: tumors were read"),
    pytest.param("amivantamab", "reported-toxicity", {"unread"}, id="amivantamab: correction 15 is knowledge"),
    pytest.param("petosemtamab", "reported-efficacy", {"unread"}, id="petosemtamab: figures from notes only"),
    pytest.param("petosemtamab", "mechanism", {"read"}, id="petosemtamab: mechanism was read"),
    pytest.param("catumaxomab", "mechanism", {"unread"}, id="catumaxomab: read, but no page is named"),
    pytest.param("ficerafusp-alfa", "mechanism", {"read"}, id="ficerafusp: corrected as before"),
]


@pytest.mark.parametrize(("antibody", "name", "readings"), RECALLED)
def test_a_cell_that_was_recalled_is_unread_in_a_row_that_was_read(
    tables: Tables, antibody: str, name: str, readings: set[str]
) -> None:
    rows = matching(tables["properties-evidence"], antibody=antibody, property=name)
    assert rows
    assert {row["reading"] for row in rows} == readings


def test_a_row_without_a_page_is_unread_whatever_it_claims(tmp_path: Path) -> None:
    small = import_all(tmp_path, ["hgnc", "merged"])
    path = small.upstream / "evidence/bsabs_solid.tsv"
    set_cell(path, "BS003", "support_page", "")
    run_import("evidence", path.parent, small.root)
    rows = Small(small.root, small.upstream, {})
    tested = rows.rows("properties-evidence", antibody="zenocutuzumab", property="tested-in")
    assert {row["reading"] for row in tested} == {"unread"}
    # What a correction read on a page of its own stays read.
    (efficacy,) = rows.rows("properties-evidence", antibody="zenocutuzumab", property="reported-efficacy")
    assert (efficacy["reading"], efficacy["note"]) == ("read", "correction 2")


@pytest.mark.parametrize(
    ("source_ids", "page", "recalled", "cited"),
    [
        (
            "DOI:10.1016/S0140-6736(24)02135-4 (COMPASSION-16); OncLive",
            "https://x.org/a",
            False,
            "DOI:10.1016/S0140-6736(24)02135-4",
        ),
        ("a paper (DOI:10.1000/x1)", "https://x.org/a", False, "DOI:10.1000/x1"),
        ("DOI:10.1000/x1.", "https://x.org/a", False, "DOI:10.1000/x1"),
        ("PMID:123; PMCID:PMC456", "https://pmc.example/PMC456/", False, "PMC:PMC456"),
        ("PMID: 123; PMCID:PMC456", "https://x.org/a", False, "PMID:123"),
        ("Fierce, NCT00000001", "https://x.org/a", False, "NCT:NCT00000001"),
        ("PMID:123", "https://x.org/a b", True, "url:https://x.org/a%20b"),
        ("PMID:123", "https://pubmed.example/123/", True, "PMID:123"),
        ("a talk", "https://x.org/a", False, "url:https://x.org/a"),
        ("a talk", "", False, ""),
        ("a talk", "page 4", False, ""),
    ],
)
def test_what_is_cited_for_a_page(source_ids: str, page: str, recalled: bool, cited: str) -> None:
    assert cite(source_ids, page, recalled) == cited


def test_no_identifier_is_cut_short_or_recalled(tables: Tables) -> None:
    sources = {row["source"] for rows in tables.values() for row in rows if "source" in row}
    assert "DOI:10.1016/S0140-6736(24)02135-4" in sources
    assert not [source for source in sources if source.count("(") != source.count(")")]
    # Upstream says of these that the number itself is recalled or inferred: the page is cited instead.
    cited = {row["id"]: row["source"] for row in tables["escapes-evidence"]}
    for escape in ("EM020", "EM101"):
        assert cited[escape].startswith("url:https://")
    assert "DOI:10.1158/2159-8290.CD-21-1345" not in sources


def test_what_the_review_was_not_read_to_say_is_not_attributed_to_it() -> None:
    rows = read_tsv(IMPORTED / "claims-review.tsv")
    attributed = matching(rows, source="DOI:10.3390/ph14090884")
    others = matching(rows, source="evidence-claims-of-the-review")
    # 18 are expected content, and correction 114 calls CL009 an inference.
    assert (len(rows), len(others)) == (38, 19)
    assert {row["reading"] for row in attributed} == {"read"}
    assert {row["reading"] for row in others} == {"unread"}
    assert "CL009" in {row["qualifier"] for row in others}


def test_molecular_weights_are_unread_and_few_half_lives_are_read() -> None:
    rows = read_tsv(IMPORTED / "claims-formats.tsv")
    assert {row["reading"] for row in matching(rows, predicate="bsab:molecularWeight")} == {"unread"}
    assert matching(rows, predicate="bsab:structureClass", reading="read")


ESCAPE_ROWS = [
    ("EM003", "patients", "bispecific", "supports", "read"),
    ("EM009", "review-statement", "antibody", "inconclusive", "unread"),
    ("EM012", "patients", "antibody", "refutes", "read"),
    ("EM019", "ex-vivo-patient-material", "no-agent", "supports", "read"),
    ("EM020", "patients", "kinase-inhibitor", "supports", "read"),
    ("EM027", "cell-line", "antibody", "refutes", "read"),
]


@pytest.mark.parametrize(
    ("escape", "setting", "agent", "stance", "reading"), ESCAPE_ROWS, ids=[row[0] for row in ESCAPE_ROWS]
)
def test_an_escape_keeps_where_it_was_seen_and_for_which_drug(
    tables: Tables, escape: str, setting: str, agent: str, stance: str, reading: str
) -> None:
    (row,) = matching(tables["escapes-evidence"], id=escape)
    assert (row["setting"], row["agent_class"], row["stance"], row["reading"]) == (setting, agent, stance, reading)


def test_few_escapes_are_patients_on_a_bispecific() -> None:
    rows = read_tsv(IMPORTED / "escapes-evidence.tsv")
    assert len(rows) == 103
    assert 5 <= len(matching(rows, setting="patients", agent_class="bispecific")) <= 15


def test_counters_that_are_inference_are_unread_beside_an_escape_that_was_read(tables: Tables) -> None:
    escape = {row["id"]: row["reading"] for row in tables["escapes-evidence"]}
    counters = {row["reading"] for row in matching(tables["counters-evidence"], escape="EM003")}
    assert (escape["EM003"], counters) == ("read", {"unread"})


@pytest.mark.parametrize(
    "stem", ["escapes-evidence", "counters-evidence", "expression-evidence", "properties-evidence"]
)
def test_an_unread_row_names_its_table_and_row_and_a_read_one_its_page(tables: Tables, stem: str) -> None:
    for row in tables[stem]:
        if row["reading"] == "read":
            assert row["locator"].startswith("http"), row
            assert not row["source"].startswith("evidence-"), row
    unread = [row for row in tables[stem] if row["source"].startswith("evidence-")]
    assert unread
    assert all(re.fullmatch(r"[a-z_]+\.tsv, [A-Z]{2}\d{3}", row["locator"]) for row in unread)
    assert {row["reading"] for row in unread} == {"unread"}


def test_a_status_cites_the_page_that_was_seen_and_no_paper_beside_it() -> None:
    read = [row for row in read_tsv(IMPORTED / "events-evidence.tsv") if row["reading"] == "read"]
    assert len(read) > 40
    assert [row for row in read if row["source"].partition(":")[2].lower() not in row["locator"].lower()] == []


def test_a_status_that_its_page_does_not_bear_out_is_unread_and_cites_no_page() -> None:
    doubted = {
        row["name"]
        for row in read_tsv(REPOSITORY / "data/crosswalks/status-phrases.tsv")
        if row["table"] == "bsabs" and row["note"] == "unread"
    }
    rows = [row for row in read_tsv(IMPORTED / "events-evidence.tsv") if row["locator"][-5:] in doubted]
    assert {row["locator"][-5:] for row in rows} == doubted
    assert {(row["source"], row["reading"]) for row in rows} == {("evidence-bsabs-solid", "unread")}


def test_several_cells_with_several_functions_go_in_pairs() -> None:
    rows = read_tsv(IMPORTED / "engagements-evidence.tsv")
    macrophage, dendritic_cell = "CL:0000235", "CL:0000451"
    pairs = {(row["cell"], row["function"]) for row in matching(rows, locator="effector_engagement.tsv, EE024")}
    assert pairs == {(macrophage, "phagocytosis"), (dendritic_cell, "antigen-presentation")}


def test_cells_and_functions_of_different_number_are_a_complaint(tmp_path: Path) -> None:
    small = import_all(tmp_path)
    path = small.root.data / "crosswalks/engagements.tsv"
    text = path.read_text(encoding="utf-8")
    line = next(line for line in text.split("\n") if line.startswith("EE001\t"))
    cells = line.split("\t")
    cells[2:4] = ["CL:0000624;CL:0000625;CL:0000084", "t-cell-cytotoxicity;suppression"]
    path.write_text(text.replace(line, "\t".join(cells)), encoding="utf-8")
    with pytest.raises(FactsError, match=r"\(EE001\): 3 cells and 2 functions"):
        run_import("evidence", tmp_path / "upstream" / "evidence", small.root)


def test_an_engager_of_the_gamma_delta_receptor_is_told_from_other_t_cell_engagers() -> None:
    rows = matching(read_tsv(IMPORTED / "properties-evidence.tsv"), antibody="lava-1207", property="mechanism")
    assert [row["value"] for row in rows] == ["gamma-delta-t-engager"]
