"""`kg import` and its rows: phrases that nobody has mapped are complaints, and what is written is a pure function."""

from __future__ import annotations

import gzip
import hashlib
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from upstream.dense_small import import_dense
from upstream.small import ORDER, REPOSITORY, contents, edit, import_all, read_tsv, set_cell

from kg.errors import FactsError
from kg.paths import find_root
from kg.sources import ADAPTERS, run_import

Run = Callable[..., tuple[int, str, str]]
FULL = {  # where the folders of the full upstream copies lie below KG_UPSTREAM
    "hgnc": "ontology/hgnc",
    "mondo": "ontology/mondo",
    "cl": "ontology/cl",
    "merged": "antibodies/merged",
    "therasabdab": "antibodies/therasabdab",
    "gdc": "antibodies/gdc_ncit",
    "pirlygenes": "expression/pirlygenes",
    "fih": "antibodies/fih_evidence",
    "dated": "antibodies/dated",
    "evidence": "evidence",
}


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("imported")
    import_all(folder)
    return folder


@pytest.fixture
def place(imported: Path, tmp_path: Path) -> Path:
    """A copy that the test may break: `tree` and `upstream`."""
    shutil.copytree(imported, tmp_path, dirs_exist_ok=True)
    return tmp_path


def complaints(place: Path, source: str) -> list[str]:
    """What an import that must fail complains of; the tree is as it was."""
    before = contents(place / "tree")
    with pytest.raises(FactsError) as caught:
        run_import(source, place / "upstream" / source, find_root(place / "tree"))
    assert contents(place / "tree") == before
    return [str(finding) for finding in caught.value.findings]


UNMAPPED = [
    pytest.param(
        "merged",
        "molecules.tsv",
        ("tarlatamab", "format", "a new shape"),
        "'a new shape' is not in data/crosswalks/format-phrases.tsv (add a row for it)",
        id="format",
    ),
    pytest.param(
        "merged",
        "molecules.tsv",
        ("tarlatamab", "arms", "tumor_binding:DLL3:ninth domain:1:scFv | trigger:CD3E:?:1:scFv"),
        "'DLL3 ninth domain' is not in data/crosswalks/epitope-phrases.tsv (add a row for it)",
        id="epitope",
    ),
    pytest.param(
        "merged",
        "molecules.tsv",
        ("tarlatamab", "arms", "tumor_binding:DLL3:?:1:knottin | trigger:CD3E:?:1:scFv"),
        "'knottin' is no moiety that we know (add it to the adapter)",
        id="moiety",
    ),
    pytest.param(
        "merged",
        "molecules.tsv",
        ("tarlatamab", "arms", "DLL3 and CD3"),
        "'DLL3 and CD3' is no arm (ROLE:ANTIGEN:EPITOPE:VALENCY:MOIETY)",
        id="arm notation",
    ),
    pytest.param(
        "merged",
        "molecules.tsv",
        ("tarlatamab", "scope", "pets"),
        "column scope: 'pets' is not one of: ",
        id="vocabulary",
    ),
    pytest.param(
        "merged",
        "molecules.tsv",
        ("tarlatamab", "name", "tarla\ntamab"),
        "column label holds a tab or a line end (mend the upstream cell)",
        id="line end in a cell",
    ),
    pytest.param(
        "therasabdab",
        "TheraSAbDab_SeqStruc_2025-02-19.csv",
        ("Tarlatamab", "Highest_Clin_Trial (Feb '25)", "Phase-IV"),
        "'Phase-IV' is no phase that we know (add it to the adapter)",
        id="phase",
    ),
    pytest.param(
        "therasabdab",
        "TheraSAbDab_SeqStruc_2025-02-19.csv",
        ("Tarlatamab", "Conditions Active", "Cancer of the tail"),
        "tumor phrase 'Cancer of the tail' is not mapped (add it to data/crosswalks/tumor-phrases.tsv "
        "(no tumors: leave the cell empty))",
        id="tumor in Thera-SAbDab",
    ),
    pytest.param(
        "pirlygenes",
        "multispecific-tcell-engager-trials.csv",
        ("JANX007", "Disease_Area", "Cancer (tail)"),
        "tumor phrase 'Cancer (tail)' is not mapped",
        id="tumor in pirlygenes",
    ),
    pytest.param(
        "dated",
        "dated.tsv",
        ("JANX007", "tumour_types", "tail tumours"),
        "tumor phrase 'tail tumours' is not mapped",
        id="tumor in dated",
    ),
    pytest.param(
        "evidence",
        "bsabs_solid.tsv",
        ("BS075", "tumour_types", "tail tumours"),
        "tumor phrase 'tail tumours' is not mapped",
        id="tumor in evidence",
    ),
    pytest.param(
        "fih",
        "fih_evidence.csv",
        ("tarlatamab", "date_kind", "press rumor"),
        "'press rumor' is no kind of date that we know",
        id="kind of date",
    ),
    pytest.param(
        "fih",
        "fih_evidence.csv",
        ("tarlatamab", "inn_or_code", "tarlatamib"),
        None,
        id="molecule joined by its code all the same",
    ),
    pytest.param(
        "fih",
        "fih_evidence.csv",
        ("catumaxomab", "inn_or_code", "catumaxomib"),
        "'catumaxomib' joins no antibody (add the name to who is who)",
        id="molecule",
    ),
    pytest.param(
        "dated",
        "dated.tsv",
        ("JANX007", "nct_verified", "NCT123"),
        "'NCT123' is no registry id (NCT and eight digits)",
        id="registry id",
    ),
    pytest.param(
        "dated",
        "dated.tsv",
        ("xaluritamig", "date", "spring 2020"),
        "'spring 2020' is no date",
        id="date",
    ),
    pytest.param(
        "evidence",
        "bsabs_solid.tsv",
        ("BS075", "id", "BS999"),
        "'BS999' is not in data/crosswalks/status-phrases.tsv (add a row for it)",
        id="status",
    ),
    pytest.param(
        "evidence",
        "bsabs_solid.tsv",
        ("BS004", "key_efficacy", "ORR 99%"),
        "key_efficacy is not what correction 4 expects (upstream has changed: read the correction again)",
        id="cell that a correction expects",
    ),
    pytest.param(
        "dated",
        "dated.tsv",
        ("zenocutuzumab", "status_as_of", "2027"),
        "status_as_of is not what correction 110 expects (upstream has changed: read the correction again)",
        id="cell of dated that a correction expects",
    ),
    pytest.param(
        "evidence",
        "escape_mechanisms.tsv",
        ("EM003", "id", "EM999"),
        "'EM999' is not in data/crosswalks/escapes.tsv (add a row for it)",
        id="escape",
    ),
    pytest.param(
        "evidence",
        "formats.tsv",
        ("FM001", "id", "FM999"),
        "'FM999' is not in data/crosswalks/formats.tsv (add a row for it)",
        id="format of the evidence tables",
    ),
]


@pytest.mark.parametrize(("source", "file", "cell", "complaint"), UNMAPPED)
def test_an_unmapped_phrase_is_told_with_file_and_line(
    place: Path, source: str, file: str, cell: tuple[str, str, str], complaint: str | None
) -> None:
    line = set_cell(place / "upstream" / source / file, *cell)
    if complaint is None:
        run_import(source, place / "upstream" / source, find_root(place / "tree"))
        return
    # A cell of two lines ends on the next one.
    line += cell[2].count("\n")
    assert any(found.startswith(f"{file}:{line}: {complaint}") for found in complaints(place, source))


def test_all_complaints_come_at_once_in_the_order_of_the_files(place: Path) -> None:
    folder = place / "upstream/evidence"
    lines = [
        set_cell(folder / "bsabs_solid.tsv", "BS015", "tumour_types", "tail"),
        set_cell(folder / "bsabs_solid.tsv", "BS002", "tumour_types", "fin; gill"),
        set_cell(folder / "antigens.tsv", "AG015", "expressing_tumours", "scale"),
    ]
    found = [text.partition(" (")[0] for text in complaints(place, "evidence")]
    assert found == [
        f"antigens.tsv:{lines[2]}: tumor phrase 'scale' is not mapped",
        f"bsabs_solid.tsv:{lines[1]}: tumor phrase 'fin' is not mapped",
        f"bsabs_solid.tsv:{lines[1]}: tumor phrase 'gill' is not mapped",
        f"bsabs_solid.tsv:{lines[0]}: tumor phrase 'tail' is not mapped",
    ]


def test_a_correction_of_a_row_that_is_gone_is_told(place: Path) -> None:
    edit(
        place / "upstream/evidence/bsabs_solid.tsv",
        lambda rows: rows.remove(next(cells for cells in rows if cells[0] == "BS138")),
    )
    assert {text.partition(" (mend")[0] for text in complaints(place, "evidence")} == {
        f"data/crosswalks/corrections.tsv (correction 37): no cell BS138 {column} in bsabs_solid.tsv"
        for column in ("name", "aliases")
    }


@pytest.mark.parametrize(
    ("source", "name", "change", "complaint"),
    [
        ("merged", "format-phrases", "phrase\tnotation", "data/crosswalks/format-phrases.tsv:1: has another header"),
        ("dated", "status-phrases", "dated\tJANX007\tphase-reached", ": has 6 cells, the header has 5"),
        ("evidence", "escapes", "EM003\t", ": has 18 cells, the header has 17"),
        ("cl", "engagements", "EE001\t", ": has 9 cells, the header has 8"),
    ],
)
def test_a_broken_crosswalk_is_told(place: Path, source: str, name: str, change: str, complaint: str) -> None:
    path = place / "tree/data/crosswalks" / f"{name}.tsv"
    path.write_text(path.read_text("utf-8").replace(change, change + "\tmore", 1), "utf-8")
    found = complaints(place, source)
    assert any(complaint in text and text.startswith(f"data/crosswalks/{name}.tsv:") for text in found)


def test_a_source_without_a_row_in_the_list_of_sources_is_told(place: Path) -> None:
    path = place / "tree/data/sources.tsv"
    path.write_text("".join(line for line in path.read_text().splitlines(True) if not line.startswith("gdc")))
    assert complaints(place, "gdc") == [
        "data/sources.tsv:1: source 'gdc-ncit' has no row (add it with version and license)"
    ]


def test_an_import_into_a_tree_with_a_broken_table_tells_that_first(place: Path) -> None:
    path = place / "tree/data/imported/arms-merged.tsv"
    path.write_text(path.read_text().replace("\tunread\t\t", "\tseen\t\t", 1))
    assert "data/imported/arms-merged.tsv:2: column reading: 'seen' is not one of" in complaints(place, "gdc")[0]


@pytest.mark.parametrize("source", ORDER)
def test_a_second_import_writes_the_same_bytes_and_says_so(kg: Run, place: Path, source: str) -> None:
    before = contents(place / "tree")
    code, out, err = kg("import", source, "--from", place / "upstream" / source, "--root", place / "tree")
    assert (code, out) == (0, "")
    assert "; 0 files changed" in err
    assert contents(place / "tree") == before


def test_quiet_says_nothing_and_loud_names_what_changed(kg: Run, place: Path) -> None:
    (place / "tree/data/imported/arms-gdc.tsv").unlink()
    command = ("import", "gdc", "--from", place / "upstream/gdc", "--root", place / "tree")
    assert kg(*command, "-q") == (0, "data/imported/arms-gdc.tsv\n", "")
    (place / "tree/data/imported/arms-gdc.tsv").unlink()
    code, out, err = kg(*command)
    assert (code, out) == (0, "data/imported/arms-gdc.tsv\n")
    assert "agents that join no antibody: Anti-CD123 x Anti-CD3 Bispecific Antibody XmAb1404" in err


def shuffle(rows: list[list[str]]) -> None:
    body = rows[1:]
    random.Random(7).shuffle(body)
    rows[1:] = body


@pytest.mark.parametrize("source", ORDER)
def test_the_order_of_upstream_rows_does_not_count(place: Path, source: str) -> None:
    before = contents(place / "tree/data/imported")
    for path in sorted((place / "upstream" / source).rglob("*.*sv*")):
        if path.name != "corrections.tsv":  # corrections are known by their line
            edit(path, shuffle)
    run_import(source, place / "upstream" / source, find_root(place / "tree"))
    assert contents(place / "tree/data/imported") == before


def test_imported_rows_are_sorted_and_stand_once(imported: Path) -> None:
    paths = [*(imported / "tree/data/imported").glob("*.tsv"), *(REPOSITORY / "data/imported").glob("*.tsv")]
    for path in paths:
        lines = path.read_text("utf-8").removesuffix("\n").split("\n")[1:]
        assert lines == sorted(set(lines)), path


@pytest.mark.parametrize("source", ORDER)
def test_the_checksum_of_every_upstream_file_is_recorded(place: Path, source: str) -> None:
    def recorded() -> dict[str, str]:
        return {row["id"]: row["sha256"] for row in read_tsv(place / "tree/data/sources.tsv")}

    before = recorded()
    for identifier, file in ADAPTERS[source].files.items():
        path = place / "upstream" / source / file
        assert before[identifier] == hashlib.sha256(path.read_bytes()).hexdigest()
        # The same rows in other bytes: the tables stay, the checksum does not.
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        content += b"\r\n" if b"\r\n" in content else b"\n"
        path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)
    done = run_import(source, place / "upstream" / source, find_root(place / "tree"))
    assert done.changed == ("data/sources.tsv",)
    changed = {name for name, value in recorded().items() if before[name] != value}
    assert changed == set(ADAPTERS[source].files)


def test_the_committed_list_of_sources_has_a_checksum_for_every_file_of_every_adapter() -> None:
    recorded = {row["id"]: row for row in read_tsv(REPOSITORY / "data/sources.tsv")}
    for adapter in ADAPTERS.values():
        for identifier, file in adapter.files.items():
            assert len(recorded[identifier]["sha256"]) == 64
            assert recorded[identifier]["file"] == file


def test_every_committed_table_has_an_adapter_that_writes_it(tmp_path: Path) -> None:
    done = [*import_all(tmp_path / "tables").done.values(), *import_dense(tmp_path / "dense")[2].values()]
    written = {stem for one in done for stem in one.rows if not stem.startswith("expression/")}
    assert written == {path.stem for path in (REPOSITORY / "data/imported").glob("*.tsv")}


if os.environ.get("KG_UPSTREAM"):  # the full copies are at hand

    def test_what_is_committed_is_what_the_full_upstream_gives(tmp_path: Path) -> None:
        for name in ("ontology", "data"):
            shutil.copytree(REPOSITORY / name, tmp_path / name)
        root = find_root(tmp_path)
        full = Path(os.environ["KG_UPSTREAM"])
        changed = {name: run_import(name, full / folder, root).changed for name, folder in FULL.items()}
        assert changed == dict.fromkeys(FULL, ())
