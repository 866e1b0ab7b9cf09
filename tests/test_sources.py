"""`kg import` and its files: what is refused, in which words, and that nothing is written then."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from upstream.small import ORDER, contents, edit, import_all

from kg.errors import UsageError
from kg.paths import Root
from kg.sources import ADAPTERS, run_import
from kg.sources.registry import adapter_named

adapter_named("hgnc")  # fills ADAPTERS
Run = Callable[..., tuple[int, str, str]]
FILES = [(source, file) for source in ORDER for file in ADAPTERS[source].files.values()]


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree with every source imported, and the files that it came from."""
    folder = tmp_path_factory.mktemp("imported")
    import_all(folder)
    return folder


@pytest.fixture
def place(imported: Path, tmp_path: Path) -> Path:
    """A copy of it that the test may break: `tree` and `upstream`."""
    shutil.copytree(imported, tmp_path, dirs_exist_ok=True)
    return tmp_path


def refused(kg: Run, place: Path, source: str) -> str:
    """The complaints of an import that must fail and change nothing."""
    before = contents(place / "tree")
    code, out, err = kg("import", source, "--from", place / "upstream" / source, "--root", place / "tree")
    assert (code, out) == (1, ""), err
    assert contents(place / "tree") == before
    assert "nothing was written" in err
    assert "Traceback" not in err
    assert "internal error" not in err
    return err


def test_an_unknown_source_is_answered_with_the_list_of_sources(kg: Run, place: Path) -> None:
    code, _, err = kg("import", "drugbank", "--from", place, "--root", place / "tree")
    assert code == 1
    assert "'drugbank'" in err
    assert all(source in err for source in ORDER)


def test_the_folder_must_be_named(kg: Run, place: Path) -> None:
    code, _, err = kg("import", "merged", "--root", place / "tree")
    assert code == 2
    assert "--from" in err


@pytest.mark.parametrize("name", ["nowhere", "upstream/merged/molecules.tsv"])
def test_a_folder_that_is_none_is_wrong_usage(kg: Run, place: Path, name: str) -> None:
    before = contents(place)
    code, _, err = kg("import", "merged", "--from", place / name, "--root", place / "tree")
    assert code == 2
    assert f"{place / name}: is not a folder" in err
    assert contents(place) == before


def test_a_root_that_is_no_tree_is_wrong_usage(kg: Run, place: Path) -> None:
    code, _, err = kg("import", "merged", "--from", place / "upstream/merged", "--root", place / "upstream")
    assert code == 2
    assert "not a tree of this project" in err


def test_an_installed_copy_refuses_and_names_the_option(place: Path) -> None:
    installed = Root(place / "tree", checkout=False)
    before = contents(place)
    with pytest.raises(UsageError) as caught:
        run_import("merged", place / "upstream" / "merged", installed)
    assert caught.value.exit_code == 2
    assert "--root DIR" in str(caught.value)
    assert contents(place) == before


@pytest.mark.parametrize("source", ORDER)
def test_the_wrong_folder_is_told_once_for_each_file_that_it_lacks(kg: Run, place: Path, source: str) -> None:
    shutil.rmtree(place / "upstream" / source)
    (place / "upstream" / source).mkdir()
    err = refused(kg, place, source)
    lacking = [file for name, file in FILES if name == source]
    for file in lacking:
        line = f"{place / 'upstream' / source / file}:1: cannot be read: No such file or directory (look at --from)"
        assert err.count(line) == 1
    # No noise about what the missing files would have said.
    assert f"{len(lacking)} complaint" in err


@pytest.mark.parametrize(("source", "file"), FILES)
def test_a_changed_file_name_is_told(kg: Run, place: Path, source: str, file: str) -> None:
    path = place / "upstream" / source / file
    path.rename(path.with_name("renamed.tsv"))
    assert f"{path}:1: cannot be read: No such file" in refused(kg, place, source)


@pytest.mark.parametrize(("source", "file"), FILES)
def test_a_directory_in_place_of_a_file_is_told(kg: Run, place: Path, source: str, file: str) -> None:
    path = place / "upstream" / source / file
    path.unlink()
    path.mkdir()
    assert f"{path}:1: cannot be read: Is a directory" in refused(kg, place, source)


# One column of each file that is read (the anchors of dates and the list of what is missing are only listed).
COLUMNS = [
    ("mondo", "mondo_neoplasm_terms.tsv", "parents"),
    ("mondo", "mondo_exactmatch_ncit.neoplasm.sssom.tsv", "object_id"),
    ("mondo", "mondo_hasdbxref_oncotree.neoplasm.sssom.tsv", "subject_id"),
    ("cl", "cl_terms.tsv", "replaced_by"),
    ("merged", "molecules.tsv", "arms"),
    ("therasabdab", "TheraSAbDab_SeqStruc_2025-02-19.csv", "Highest_Clin_Trial (Feb '25)"),
    ("therasabdab", "snapshots/TheraSAbDab_SeqStruc_2023-03-01_phases-Jan23.csv", "Target"),
    ("therasabdab", "snapshots/TheraSAbDab_SeqStruc_2021-06-30_phases-Jan20.csv", "Format"),
    ("therasabdab", "snapshots/TheraSAbDab_SeqStruc_BioPhi_pre2021-08_phases-Jan20.csv", "Est. Status"),
    ("gdc", "gdc_bispecific_agents.csv", "pair_from_name"),
    ("pirlygenes", "bispecific-antibodies-approved.csv", "Tcell_Target_Symols"),
    ("pirlygenes", "multispecific-tcell-engager-trials.csv", "Disease_Area"),
    ("fih", "fih_evidence.csv", "date_kind"),
    ("dated", "dated.tsv", "support"),
    ("evidence", "bsabs_solid.tsv", "support_page"),
    ("evidence", "escape_mechanisms.tsv", "source_ids"),
    ("evidence", "antigens.tsv", "hgnc"),
    ("evidence", "effector_engagement.tsv", "support"),
    ("evidence", "formats.tsv", "half_life"),
    ("evidence", "claims_of_the_review.tsv", "section"),
    ("evidence", "corrections.tsv", "source"),
    ("surface", "accessible_surfaceome/per_protein_features.tsv.gz", "topo_gpi_anchored"),
    ("surface", "surfy_cspa/surfy_2886.tsv.gz", "topology"),
    ("precedents", "ADC-approved.csv", "Approvals"),
    ("precedents", "ADC-withdrawn.csv", "Withdrawals"),
    ("precedents", "ADC-trials.csv", "notes"),
    ("precedents", "CAR-T-approved.csv", "Ensembl_Gene_ID"),
    ("precedents", "radioligand-targets.csv", "Status_Bucket"),
]


@pytest.mark.parametrize(("source", "file", "column"), COLUMNS)
def test_a_missing_column_is_named(kg: Run, place: Path, source: str, file: str, column: str) -> None:
    path = place / "upstream" / source / file

    def drop(rows: list[list[str]]) -> None:
        index = rows[0].index(column)
        for cells in rows:
            del cells[index]

    edit(path, drop)
    err = refused(kg, place, source)
    assert f"{path.name}:1: column {column} is missing (expected: " in err
    assert "1 complaint about" in err


@pytest.mark.parametrize(("source", "file", "column"), [COLUMNS[4], COLUMNS[5], COLUMNS[12]])
def test_a_column_that_stands_twice_is_named(kg: Run, place: Path, source: str, file: str, column: str) -> None:
    path = place / "upstream" / source / file

    def double(rows: list[list[str]]) -> None:
        index = rows[0].index(column)
        for cells in rows:
            cells.append(cells[index])

    edit(path, double)
    assert f"{path.name}:1: column {column} stands twice" in refused(kg, place, source)


def test_columns_in_another_order_are_told(kg: Run, place: Path) -> None:
    edit(place / "upstream/merged/molecules.tsv", lambda rows: [cells.reverse() for cells in rows])
    assert "molecules.tsv:1: the columns are in another order" in refused(kg, place, "merged")


def test_a_row_with_an_extra_cell_is_told_with_its_line(kg: Run, place: Path) -> None:
    edit(place / "upstream/gdc/gdc_bispecific_agents.csv", lambda rows: rows[4].append("more"))
    err = refused(kg, place, "gdc")
    assert "gdc_bispecific_agents.csv:5: has 10 cells, the header has 9 (fetch it again)" in err


def test_lines_are_counted_from_the_first_line_of_the_file_though_it_opens_with_a_preamble(
    kg: Run, place: Path
) -> None:
    path = place / "upstream/mondo/mondo_exactmatch_ncit.neoplasm.sssom.tsv"
    edit(path, lambda rows: rows[2].append("more"))
    lines = path.read_text("utf-8").splitlines()
    at = next(number for number, line in enumerate(lines, start=1) if line.endswith("\tmore"))
    assert at > 10
    assert f"{path.name}:{at}: has 7 cells" in refused(kg, place, "mondo")


def test_a_cell_that_spans_lines_does_not_shift_the_count(kg: Run, place: Path) -> None:
    path = place / "upstream/gdc/gdc_bispecific_agents.csv"

    def change(rows: list[list[str]]) -> None:
        rows[1][rows[0].index("definition")] = "two\nlines"
        rows[3].append("more")

    edit(path, change)
    assert "gdc_bispecific_agents.csv:5: has 10 cells" in refused(kg, place, "gdc")


def test_bytes_that_are_no_utf8_are_told_with_their_line(kg: Run, place: Path) -> None:
    path = place / "upstream/dated/dated.tsv"
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([*lines[:2], b"\xff" + lines[2], *lines[3:]]))
    assert "dated.tsv:3: is not UTF-8 (fetch it again)" in refused(kg, place, "dated")


def test_a_null_byte_is_told_with_its_line(kg: Run, place: Path) -> None:
    path = place / "upstream/dated/dated.tsv"
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([*lines[:2], lines[2] + b"\0", *lines[3:]]))
    assert "dated.tsv:3: holds a NUL character" in refused(kg, place, "dated")


@pytest.mark.parametrize("damage", ["cut", "scrambled", "not compressed"])
def test_a_damaged_compressed_file_is_told(kg: Run, place: Path, damage: str) -> None:
    path = place / "upstream/hgnc/hgnc_protein_coding.tsv.gz"
    whole = path.read_bytes()
    middle = len(whole) // 2
    path.write_bytes(
        {
            "cut": whole[:middle],
            "scrambled": whole[:middle]
            + bytes(255 - byte for byte in whole[middle : middle + 40])
            + whole[middle + 40 :],
            "not compressed": b"hgnc_id\tsymbol\n",
        }[damage]
    )
    assert f"{path}:1: cannot be read: " in refused(kg, place, "hgnc")


def test_an_empty_file_lacks_its_columns(kg: Run, place: Path) -> None:
    (place / "upstream/fih/fih_evidence.csv").write_bytes(b"")
    assert "fih_evidence.csv:1: column inn_or_code, codes, target_pair" in refused(kg, place, "fih")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda content: content.removeprefix(b"\xef\xbb\xbf"), id="without the byte order mark"),
        pytest.param(lambda content: content.replace(b"\r\n", b"\n"), id="with LF"),
        pytest.param(lambda content: content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), id="with CRLF"),
    ],
)
def test_byte_order_marks_and_line_ends_of_thera_sabdab_change_no_row(
    place: Path, change: Callable[[bytes], bytes]
) -> None:
    before = contents(place / "tree/data/imported")
    for path in (place / "upstream/therasabdab").rglob("*.csv"):
        path.write_bytes(change(path.read_bytes()))
    run_import("therasabdab", place / "upstream/therasabdab", Root(place / "tree", checkout=True))
    assert contents(place / "tree/data/imported") == before
    assert b"\ntarlatamab\tDLL3\t" in before["arms-therasabdab.tsv"]


def test_the_fixtures_keep_the_upstream_formats(imported: Path) -> None:
    """Byte order marks, CRLF and quoting are what the adapters must cope with: git must not tidy them away."""
    upstream = imported / "upstream"
    for path in (upstream / "therasabdab").rglob("*.csv"):
        assert path.read_bytes().startswith(b"\xef\xbb\xbfTherapeutic,")
    for path in (upstream / "therasabdab/snapshots").glob("*.csv"):
        assert path.read_bytes().count(b"\r\n") == len(path.read_bytes().splitlines())
    with (upstream / "evidence/corrections.tsv").open(newline="") as stream:
        assert any('"' in cell for row in csv.reader(stream, delimiter="\t") for cell in row)
