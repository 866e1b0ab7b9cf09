"""From tables to Turtle: the same facts give the same bytes, and what does not follow from the tables is noticed."""

from __future__ import annotations

import hashlib
import random
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from conftest import make_toy
from rdflib import Graph
from rdflib.compare import isomorphic

from kg import built
from kg.built import is_built
from kg.errors import FactsError, KgError, UsageError
from kg.facts import load_facts
from kg.model import Claim
from kg.paths import Root
from kg.store import Opened
from kg.terms import PREFIXES
from kg.triples import build, check_fresh, read_generated, read_manifest, render
from kg.view import PartialDate

Kg = Callable[..., tuple[int, str, str]]


def snapshot(root: Root) -> dict[str, bytes]:
    """Every file below a root, by path."""
    return {str(path.relative_to(root.path)): path.read_bytes() for path in root.path.rglob("*") if path.is_file()}


def tables(root: Root) -> list[Path]:
    return [
        root.data / "sources.tsv",
        *sorted(root.data.glob("curated/*.tsv")),
        *sorted(root.data.glob("imported/*.tsv")),
    ]


def append(root: Root, table: str, *lines: str) -> None:
    path = root.data / f"{table}.tsv"
    path.write_text(path.read_text(encoding="utf-8") + "".join(f"{line}\n" for line in lines), encoding="utf-8")


@pytest.fixture(scope="module", params=["toy", "real"])
def tree(request: pytest.FixtureRequest, built_toy: Root, real_root: Root) -> Root:
    return built_toy if request.param == "toy" else real_root


# --- the same facts, the same bytes


def test_building_twice_gives_the_same_bytes_and_writes_nothing_the_second_time(toy_root: Root) -> None:
    before = snapshot(toy_root)
    times = {path: path.stat().st_mtime_ns for path in toy_root.path.rglob("*") if path.is_file()}
    assert build(toy_root) == []
    assert snapshot(toy_root) == before
    assert {path: path.stat().st_mtime_ns for path in toy_root.path.rglob("*") if path.is_file()} == times


def test_two_trees_of_the_same_tables_have_the_same_triples(tmp_path: Path, built_toy: Root) -> None:
    root = make_toy(tmp_path / "elsewhere")
    build(root)
    assert snapshot(root) == snapshot(built_toy)


# One source names the arms of an antibody at several places, in several rows.
SPREAD = (
    "one-fab\tEGFR+ERBB3\tEGFR\t\ttumor-binding\t2\tdual-fab\t\tPMID:1020\ttable 9\tclinical\tsupports\t2021\tread\t\t",
    "one-fab\tEGFR+ERBB3\tERBB3\t\ttumor-binding\t2\tdual-fab\t\tPMID:1020\ttable 1\treview\tsupports\t2020\tread\t\t",
    "one-fab\tEGFR+ERBB3\tERBB3\t\ttumor-binding\t2\tdual-fab\t\tPMID:1020\ttable 5\tclinical\tsupports\t\tread\t\t",
)


@pytest.mark.parametrize("seed", range(6))
def test_the_order_of_rows_does_not_count(toy_root: Root, seed: int) -> None:
    append(toy_root, "curated/arms", *SPREAD)
    wanted = render(toy_root)
    shuffler = random.Random(seed)
    for path in tables(toy_root):
        header, *rows = path.read_text(encoding="utf-8").splitlines()
        shuffler.shuffle(rows)
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    assert render(toy_root) == wanted


def test_the_order_of_rows_does_not_count_in_the_committed_tables(tmp_path: Path, real_root: Root) -> None:
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(real_root.ontology, copy / "ontology")
    shutil.copytree(real_root.data, copy / "data", ignore=shutil.ignore_patterns("triples", "MANIFEST"))
    root = Root(copy, checkout=True)
    shuffler = random.Random(2021)
    for path in tables(root):
        header, *rows = path.read_text(encoding="utf-8").splitlines()
        shuffler.shuffle(rows)
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    wanted = {row.path: row.sha256 for row in read_manifest(real_root).rows}
    found = {path: hashlib.sha256(content).hexdigest() for path, content in render(root).items() if path != "MANIFEST"}
    assert found == {path: sha256 for path, sha256 in wanted.items() if path.endswith(".ttl")}


def test_a_table_may_be_split_over_files(toy_root: Root) -> None:
    wanted = render(toy_root)
    path = toy_root.data / "curated" / "arms.tsv"
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    for name, part in (("arms-x", rows[::2]), ("arms-y", rows[1::2])):
        (path.parent / f"{name}.tsv").write_text("\n".join([header, *part]) + "\n", encoding="utf-8")
    path.unlink()
    assert render(toy_root) == wanted


@pytest.mark.parametrize("table", ["curated/arms", "curated/events", "imported/genes-toy", "sources"])
def test_columns_in_another_order_are_refused_with_file_and_line_and_nothing_is_written(
    toy_root: Root, table: str
) -> None:
    path = toy_root.data / f"{table}.tsv"
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    path.write_text("".join("\t".join(reversed(row)) + "\n" for row in rows), encoding="utf-8")
    before = snapshot(toy_root)
    with pytest.raises(FactsError) as refused:
        build(toy_root)
    (finding,) = refused.value.findings
    assert finding.where == f"data/{table}.tsv:1"
    assert "the columns are in another order" in finding.what
    assert snapshot(toy_root) == before


def test_nothing_is_written_when_one_row_of_many_is_wrong(toy_root: Root) -> None:
    append(toy_root, "curated/antibodies", "fine\tfine\t\tcode\tsolid")
    append(
        toy_root,
        "curated/arms",
        "nobody\tEGFR\tEGFR\t\ttumor-binding\t1\tfab\t\tPMID:1\tx\tclinical\tsupports\t\tread\t\t",
    )
    before = snapshot(toy_root)
    with pytest.raises(FactsError, match="nothing was written"):
        build(toy_root)
    assert snapshot(toy_root) == before


def test_an_installed_copy_is_not_built(built_toy: Root) -> None:
    with pytest.raises(UsageError, match="installed"):
        build(built_toy._replace(checkout=False))


# --- identifiers


def test_a_new_source_changes_no_identifier(toy_root: Root) -> None:
    before = load_facts(toy_root).facts
    append(
        toy_root,
        "curated/arms",
        "engager-one\tDLL3\tDLL3\t\ttumor-binding\t1\tscfv\t\tPMID:2000\ttable 1\tclinical\tsupports\t2024\tread\t\t",
        "engager-one\tCD3E\tCD3E\t\ttrigger\t1\tscfv\t\tPMID:2000\ttable 1\tclinical\trefutes\t2024\tread\t\t",
    )
    after = load_facts(toy_root).facts
    assert set(after.claims) == set(before.claims)
    grown = {claim for claim in after.claims if set(after.evidence[claim]) != set(before.evidence[claim])}
    assert all(set(before.evidence[claim]) < set(after.evidence[claim]) for claim in grown)
    subjects = {after.claims[claim].subject for claim in grown}
    assert subjects == {"ab:engager-one", "arm:engager-one.DLL3", "arm:engager-one.CD3E"}


def test_a_corrected_label_changes_no_claim(toy_root: Root) -> None:
    before = set(load_facts(toy_root).facts.claims)
    path = toy_root.data / "curated" / "antibodies.tsv"
    path.write_text(path.read_text().replace("\tengager one\t", "\tengagermab\t"))
    assert set(load_facts(toy_root).facts.claims) == before


# --- evidence that follows from rows


def arm_row(antibody: str, antigen: str, locator: str, date: str, reading: str = "read") -> str:
    cells = (antibody, antigen, antigen, "", "tumor-binding", "1", "fab", "", "PMID:2000", locator, "clinical")
    return "\t".join((*cells, "supports", date, reading, "", ""))


@pytest.mark.parametrize(
    ("dates", "readings", "expected"),
    [
        (("2019", "2021-05"), ("read", "read"), ("read", "2021-05")),  # known when both arms are
        (("2021", "2021-05"), ("read", "read"), ("read", "2021")),  # the later last day, not the finer date
        (("2019", ""), ("read", "read"), ("read", None)),
        (("2019", "2019"), ("read", "unread"), ("unread", "2019")),  # only as well read as the weaker arm
        (("2019", "2019"), ("record", "read"), ("record", "2019")),
    ],
)
def test_a_pair_is_known_when_both_arms_are_and_read_as_the_weaker_one(
    toy_root: Root, dates: tuple[str, str], readings: tuple[str, str], expected: tuple[str, str | None]
) -> None:
    rows = [
        arm_row("late-comer", antigen, "page 1", date, reading)
        for antigen, date, reading in zip(("EGFR", "ERBB3"), dates, readings, strict=True)
    ]
    append(toy_root, "curated/arms", *rows)
    facts = load_facts(toy_root).facts
    (line,) = facts.evidence[Claim("ab:late-comer", "bsab:hasPair", "pair:EGFR--ERBB3").id].values()
    assert (line.reading, line.date) == expected


def test_arms_that_no_one_source_names_together_make_no_pair(toy_root: Root) -> None:
    row = arm_row("late-comer", "EGFR", "page 1", "2019")
    append(toy_root, "curated/arms", row, row.replace("EGFR", "ERBB3").replace("PMID:2000", "PMID:2001"))
    assert Claim("ab:late-comer", "bsab:hasPair", "pair:EGFR--ERBB3").id not in load_facts(toy_root).facts.claims


@pytest.mark.parametrize(
    ("date_kind", "evidence_date", "known"),
    [
        ("study-start", "", "2018-03"),  # an event is known from the day it happens
        ("study-start", "2020", "2020"),  # unless the evidence is of later
        ("upper-bound", "", None),  # it may have happened long before
        ("lower-bound", "", None),
        ("upper-bound", "2020", "2020"),
    ],
)
def test_an_event_dates_its_evidence_only_where_it_is_dated_itself(
    toy_root: Root, date_kind: str, evidence_date: str, known: str | None
) -> None:
    cells = ("one-fab", "first-in-clinic", "phase-1", "2018-03", date_kind, "", "", "", "", "", "PMID:2000", "page 1")
    row = "\t".join((*cells, "registry", "supports", evidence_date, "read", "", ""))
    append(toy_root, "curated/events", row)
    facts = load_facts(toy_root).facts
    (claim,) = (
        claim for claim in facts.claims.values() if claim.subject == "ab:one-fab" and "Event" in claim.predicate
    )
    assert [line.date for line in facts.evidence[claim.id].values()] == [known]


# --- staleness


def edit_table(root: Root) -> None:
    path = root.data / "curated" / "antigens.tsv"
    path.write_text(path.read_text().replace("HGFR", "c-Met"))


def edit_triples(root: Root) -> None:
    path = root.triples / "edges.ttl"
    path.write_bytes(path.read_bytes()[:-1])


def edit_support(root: Root) -> None:
    path = root.data / "support.tsv"
    path.write_text(path.read_text().replace("press\tsupports\t0.5", "press\tsupports\t0.4"))


def edit_sources(root: Root) -> None:
    path = root.data / "sources.tsv"
    path.write_text(path.read_text().replace("2024-12-31\tCC0", "2025-01-31\tCC0"))


STALE: list[tuple[Callable[[Root], object], set[str]]] = [
    (edit_table, {"data/MANIFEST", "data/triples/entities-antigen.ttl"}),
    (edit_triples, {"data/triples/edges.ttl"}),
    (edit_support, {"data/MANIFEST"}),
    (edit_sources, {"data/MANIFEST"}),
    (lambda root: (root.triples / "graph-hgnc.ttl").unlink(), {"data/triples/graph-hgnc.ttl"}),
    (lambda root: root.manifest.unlink(), {"data/MANIFEST"}),
    (lambda root: root.manifest.write_bytes(root.manifest.read_bytes() + b"\n"), {"data/MANIFEST"}),
    (lambda root: (root.triples / "claims-old.ttl").write_text(""), {"data/triples/claims-old.ttl"}),
    (lambda root: (root.triples / "notes.txt").write_text("mine"), {"data/triples/notes.txt"}),
]


@pytest.mark.parametrize(("change", "stale"), STALE)
def test_build_check_names_what_is_stale_and_changes_nothing(
    kg: Kg, toy_root: Root, change: Callable[[Root], object], stale: set[str]
) -> None:
    change(toy_root)
    before = snapshot(toy_root)
    code, out, err = kg("build", "--check", "--root", toy_root.path)
    assert code == 1
    assert set(re.findall(r"data/(?:triples/[\w.-]+|MANIFEST)", out + err)) == stale
    assert {finding.where for finding in check_fresh(toy_root)} == stale
    assert snapshot(toy_root) == before


@pytest.mark.parametrize("change", [change for change, stale in STALE if "data/triples/notes.txt" not in stale])
def test_building_mends_what_is_stale(kg: Kg, toy_root: Root, change: Callable[[Root], object]) -> None:
    change(toy_root)
    assert kg("build", "--root", toy_root.path)[0] == 0
    assert kg("build", "--check", "--root", toy_root.path)[0] == 0
    assert not (toy_root.triples / "claims-old.ttl").exists()


def _write(path: Path, content: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)


def _never(*_: object) -> dict[str, bytes]:
    raise AssertionError("made again")


def test_a_tree_that_is_built_is_not_made_again(
    toy_root: Root, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KG_CACHE", str(tmp_path / "cache"))
    (toy_root.triples / "claims-old.ttl").write_text("")
    assert build(toy_root) == ["triples/claims-old.ttl"]
    assert build(toy_root) == []
    monkeypatch.setattr("kg.triples.render", _never)
    assert build(toy_root) == []


@pytest.mark.parametrize(
    "change",
    [
        *(change for change, _ in STALE),
        lambda root: append(root, "support", "# mine"),
        lambda root: (root.data / "curated" / "notes.txt").write_text("mine"),
        lambda root: (root.ontology / "bsab.ttl").open("a").write("\n"),
        lambda root: _write(root.expression / "SHA256SUMS", "other numbers"),
    ],
)
def test_whatever_changes_in_a_built_tree_is_looked_at(
    toy_root: Root, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Root], object]
) -> None:
    monkeypatch.setenv("KG_CACHE", str(tmp_path / "cache"))
    build(toy_root)
    assert is_built(toy_root)
    change(toy_root)
    assert not is_built(toy_root)


def test_other_code_builds_again(toy_root: Root, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KG_CACHE", str(tmp_path / "cache"))
    build(toy_root)
    (tmp_path / "code").mkdir()
    monkeypatch.setattr(built, "PACKAGE", tmp_path / "code")
    assert not is_built(toy_root)


def test_a_tree_with_a_file_of_somebody_else_is_looked_at_each_time(
    toy_root: Root, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KG_CACHE", str(tmp_path / "cache"))
    (toy_root.triples / "notes.txt").write_text("mine")
    build(toy_root)
    assert not is_built(toy_root)


def test_a_cache_that_cannot_be_written_is_no_failure_of_a_build(
    toy_root: Root, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").write_text("a file")
    monkeypatch.setenv("KG_CACHE", str(tmp_path / "cache"))
    assert build(toy_root) == [] and build(toy_root) == []


def test_a_file_of_somebody_else_is_named_and_left_alone(kg: Kg, toy_root: Root) -> None:
    mine = toy_root.triples / "notes.txt"
    mine.write_text("mine")
    kg("build", "--root", toy_root.path)
    assert mine.read_text() == "mine"
    code, out, err = kg("build", "--check", "--root", toy_root.path)
    assert code == 1
    assert "move it out of data/triples" in out + err


def test_the_committed_triples_are_what_the_tables_say(kg: Kg, real_root: Root) -> None:
    assert check_fresh(real_root) == []
    assert kg("build", "--check", "--root", real_root.path)[0] == 0


# --- MANIFEST


def test_the_manifest_lists_every_file_with_its_checksum_and_its_number_of_triples(tree: Root) -> None:
    manifest = read_manifest(tree)
    assert [row.path for row in manifest.rows] == sorted(row.path for row in manifest.rows)
    assert {row.path for row in manifest.rows} == {
        "support.tsv",
        *(["expression/SHA256SUMS"] if tree.expression.is_dir() else []),
        *(f"triples/{path.name}" for path in tree.triples.iterdir()),
    }
    for row in manifest.rows:
        content = (tree.data / row.path).read_bytes()
        assert hashlib.sha256(content).hexdigest() == row.sha256, row.path
        if row.path.endswith(".ttl"):
            assert len(list(ox.parse(content, format=ox.RdfFormat.TURTLE))) == row.triples > 0, row.path
    assert manifest.version == hashlib.sha256(tree.manifest.read_bytes()).hexdigest()


def test_the_graph_knows_until_the_latest_day_of_its_sources_and_never_asks_the_clock(tree: Root) -> None:
    header, *rows = (tree.data / "sources.tsv").read_text(encoding="utf-8").splitlines()
    place = header.split("\t").index("date")
    dates = [row.split("\t")[place] for row in rows]
    assert read_manifest(tree).as_of == max(PartialDate(date).latest for date in dates if date)


def test_bulk_facts_stand_in_the_graph_of_their_source_and_the_rest_in_the_default_one(tree: Root) -> None:
    for row in read_manifest(tree).rows:
        name = Path(row.path).stem
        if row.path.endswith(".ttl"):
            assert row.graph == (f"graph:{name.removeprefix('graph-')}" if name.startswith("graph-") else "default")


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"path\tsha256\ttriples\tgraph\n",
        b"# as-of 2024\n",
        b"# as-of 2024\npath\tsha256\ttriples\tgraph\nonly\ttwo\n",
        b"# as-of 2024\npath\tsha256\ttriples\tgraph\na\tb\tmany\tc\n",
        b"\xff\xfe",
    ],
)
def test_a_damaged_manifest_is_named_with_the_command_that_mends_it(toy_root: Root, damage: bytes) -> None:
    toy_root.manifest.write_bytes(damage)
    with pytest.raises(KgError, match="is damaged") as refused:
        read_manifest(toy_root)
    assert refused.value.where == str(toy_root.manifest)
    assert "kg build" in refused.value.hint


def test_an_edited_file_is_not_read(toy_root: Root) -> None:
    row = next(row for row in read_manifest(toy_root).rows if row.path == "triples/claims-binds.ttl")
    assert read_generated(toy_root, row)
    path = toy_root.data / row.path
    path.write_bytes(path.read_bytes().replace(b"bsab:", b"bsob:", 1))
    with pytest.raises(KgError, match="is not what MANIFEST says") as refused:
        read_generated(toy_root, row)
    assert refused.value.where == str(path)


# --- triples


def triples_of(root: Root) -> dict[str, list[ox.Triple]]:
    return {
        row.path: [
            ox.Triple(quad.subject, quad.predicate, quad.object)
            for quad in ox.parse((root.data / row.path).read_bytes(), format=ox.RdfFormat.TURTLE)
        ]
        for row in read_manifest(root).rows
        if row.path.endswith(".ttl")
    }


def test_no_triple_stands_in_two_files_or_two_graphs(tree: Root) -> None:
    places = Counter(triple for triples in triples_of(tree).values() for triple in triples)
    assert [str(triple) for triple, count in places.items() if count > 1] == []


def test_no_triple_of_a_store_stands_in_two_graphs(toy: Opened, real: Opened) -> None:
    for opened in (toy, real):
        graphs = Counter((str(quad.subject), str(quad.predicate), str(quad.object)) for quad in opened.store)
        assert [triple for triple, count in graphs.items() if count > 1] == []


def test_a_file_is_sorted_by_subject(tree: Root) -> None:
    for path, triples in triples_of(tree).items():
        subjects = [str(triple.subject) for triple in triples]
        assert subjects == sorted(subjects), path


def test_there_are_no_blank_nodes(tree: Root) -> None:
    for path, triples in triples_of(tree).items():
        nodes = {node for triple in triples for node in (triple.subject, triple.object)}
        assert not [node for node in nodes if isinstance(node, ox.BlankNode)], path


def test_the_turtle_of_all_files_is_small(real_root: Root) -> None:
    assert sum(path.stat().st_size for path in real_root.triples.iterdir()) < 20 * 2**20


def test_rdflib_reads_the_same_triples(built_toy: Root) -> None:
    for path, triples in triples_of(built_toy).items():
        content = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)
        assert content
        ours = Graph().parse(data=content.decode(), format="nt")
        assert isomorphic(Graph().parse(built_toy.data / path, format="turtle"), ours), path


def test_awkward_text_survives(toy: Opened) -> None:
    awkward = ox.Literal('braces {{ }} and "quotes" </script>')
    found = {(str(quad.subject), quad.predicate.value) for quad in toy.store.quads_for_pattern(None, None, awkward)}
    assert (f"<{PREFIXES['ab']}engager-one>", f"{PREFIXES['bsab']}reportedToxicity") in found
    assert len(found) == 2, "the plain edge and the object of its claim"


# --- escapes


def escaping(epitope: str) -> str:
    """A row on an escape from HER2 and from an antibody, at an epitope."""
    cells = ("MX900", "epitope-masking", "ERBB2", epitope, "MONDO:0004950", "engager-one", "bispecific", "mouse")
    return "\t".join((*cells, "primary", "Seen.", "PMID:1021", "page 4", "in-vivo", "supports", "2022", "read", "", ""))


def test_an_escape_at_an_epitope_is_another_claim_and_only_of_the_antigen_that_has_it(toy_root: Root) -> None:
    append(toy_root, "curated/escapes", escaping("ERBB2/ecd4"))
    masked = {
        claim.subject: dict(claim.qualifiers).get("bsab:atEpitope")
        for claim in load_facts(toy_root).facts.claims.values()
        if claim.predicate == "bsab:escapedThrough" and claim.object == "bsab:EpitopeMasking"
    }
    assert masked == {"UniProt:P04626": "ep:ERBB2.ecd4", "ab:engager-one": None}


def test_an_escape_at_an_epitope_of_another_antigen_is_refused(toy_root: Root) -> None:
    row = escaping("ERBB2/ecd4").replace("ERBB2\t", "EGFR\t", 1)
    append(toy_root, "curated/escapes", row)
    with pytest.raises(FactsError, match=r"epitope 'ERBB2/ecd4' is on no antigen of the row \(name its antigen, too\)"):
        load_facts(toy_root)


def test_a_curated_antibody_replaces_the_imported_one(toy_root: Root) -> None:
    header, *lines = (toy_root.data / "curated/antibodies.tsv").read_text(encoding="utf-8").splitlines()
    imported = toy_root.data / "imported/antibodies-merged.tsv"
    imported.write_text("\n".join([header, "two-site\ttwo site\twrong name\tcode\tsolid"]) + "\n", encoding="utf-8")
    rows = load_facts(toy_root).rows["antibodies"]
    assert [row["synonyms"] for row in rows if row["id"] == "two-site"] == [
        line.split("\t")[2] for line in lines if line.startswith("two-site\t")
    ]
