"""The contract of the command line: commands, options, exit codes, formats, JSON."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.cli import COMMANDS
from kg.paths import Root
from kg.query import select
from kg.store import Opened

Kg = Callable[..., tuple[int, str, str]]

TABLES = {
    "ask": ("ask", "antibodies-joining", "-p", "antigen=EGFR", "-p", "receptor=MET"),
    "questions": ("ask",),
    "sparql": ("sparql", "SELECT ?a ?label WHERE { ?a a bsab:Antibody ; rdfs:label ?label } ORDER BY ?a"),
    "stats": ("stats",),
    "check": ("check", "--all"),
}


@pytest.fixture
def on_toy(kg: Kg, built_toy: Root) -> Kg:
    """`kg` on the toy tree."""

    def call(*args: str) -> tuple[int, str, str]:
        return kg(*args, "--root", str(built_toy.path))

    return call


def test_help_tells_every_command_in_a_line(kg: Kg) -> None:
    code, out, _ = kg("--help")
    assert code == 0
    for name, (_, text) in COMMANDS.items():
        assert re.search(rf"^\s+{name}\s+{re.escape(text.split()[0])}", out, re.MULTILINE)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_explains_itself_and_takes_root(kg: Kg, command: str) -> None:
    code, out, _ = kg(command, "--help")
    assert code == 0
    assert "--root" in out
    assert out.startswith(f"Usage: kg {command} ")


def test_version_is_that_of_the_distribution(kg: Kg) -> None:
    from importlib.metadata import version

    assert kg("--version")[1].strip().endswith(version("bsab-kg"))


@pytest.mark.parametrize("arguments", TABLES.values(), ids=TABLES)
def test_json_and_tsv_hold_the_same_columns(on_toy: Kg, arguments: tuple[str, ...]) -> None:
    code, as_json, _ = on_toy(*arguments, "--format", "json")
    assert code == 0
    _, tsv, _ = on_toy(*arguments, "--format", "tsv")
    header, *lines = tsv.rstrip("\n").split("\n")
    if arguments == ("stats",):
        assert header.split("\t") == ["group", "what", "count"]
        return
    rows = json.loads(as_json)
    assert rows and all(list(row) == header.split("\t") for row in rows)
    assert len(lines) == len(rows)


@pytest.mark.parametrize("style", ["table", "md", "tsv"])
def test_words_go_to_stderr_and_rows_to_stdout(on_toy: Kg, style: str) -> None:
    _, out, err = on_toy(*TABLES["ask"], "--format", style)
    assert "dual block" in out and "not medical advice" not in out
    assert "For research use; not medical advice" in err
    assert on_toy(*TABLES["ask"], "--format", style, "-q") == (0, out, "")


def test_markdown_is_a_table_that_pipes_do_not_break(on_toy: Kg) -> None:
    _, out, _ = on_toy("sparql", 'SELECT ("a|b" AS ?x) (1 AS ?y) WHERE {}', "--format", "md")
    assert out == "| x | y |\n| --- | --- |\n| a\\|b | 1 |\n"


def test_an_empty_answer_is_no_failure(on_toy: Kg) -> None:
    code, out, err = on_toy("sparql", "SELECT ?a WHERE { ?a a bsab:NoSuchClass }", "--format", "json")
    assert (code, json.loads(out)) == (0, [])
    assert err.startswith("0 rows.")


def test_show_gives_the_documented_object_with_hgnc_symbols(kg: Kg) -> None:
    code, out, _ = kg("show", "JNJ-61186372", "--format", "json")
    shown = json.loads(out)
    assert code == 0
    assert (shown["id"], shown["label"], shown["type"]) == ("ab:amivantamab", "amivantamab", "antibody")
    assert {(arm["antigen"], arm["role"]) for arm in shown["arms"]} >= {
        ("EGFR", "tumor-binding"),
        ("MET", "tumor-binding"),
    }
    assert all(set(arm) == {"id", "antigen", "epitope", "role", "valency", "moiety"} for arm in shown["arms"])
    claimed = [one for one in shown["statements"] if one["claim"]]
    assert claimed and all(one["evidence"] for one in claimed)


@pytest.mark.parametrize(
    ("name", "curie"),
    [
        ("HER2", "UniProt:P04626"),
        ("ERBB2", "UniProt:P04626"),
        ("her-2/NEU", "UniProt:P04626"),
        ("HGNC:3430", "UniProt:P04626"),
        ("CD3", "UniProt:P07766"),
        ("CD3E", "UniProt:P07766"),
        ("PD-1", "UniProt:Q15116"),
        ("4-1BB", "UniProt:Q07011"),
        ("AMG757", "ab:tarlatamab"),
        ("amg 757", "ab:tarlatamab"),
        ("Imdelltra", "ab:tarlatamab"),
        ("SCLC", "MONDO:0008433"),
        ("ONCOTREE:SCLC", "MONDO:0008433"),
        ("MET x EGFR", "pair:EGFR--MET"),
        ("nct03319940", "NCT:NCT03319940"),
        ("prostate carcinoma", "MONDO:0005159"),
    ],
)
def test_names_lead_to_the_entity_that_is_meant(kg: Kg, name: str, curie: str) -> None:
    code, out, err = kg("show", name, "--format", "json", "-q")
    assert code == 0, err
    assert json.loads(out)["id"] == curie


def test_claudin_18_2_is_an_epitope_and_not_its_antigen(kg: Kg) -> None:
    epitope = json.loads(kg("show", "CLDN18.2", "--format", "json")[1])
    antigen = json.loads(kg("show", "CLDN18", "--format", "json")[1])
    assert (epitope["type"], antigen["type"]) == ("epitope", "antigen")
    assert epitope["id"] != antigen["id"]


def test_a_near_miss_is_helped(kg: Kg) -> None:
    code, out, err = kg("show", "tarlatamap")
    assert (code, out) == (1, "")
    assert err.startswith("kg: nothing is called 'tarlatamap'") and "did you mean: tarlatamab" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("ask", "no-such-question"), "no question is called"),
        (("ask", "mechanism-chain"), "did you mean: mechanism-chains"),
        (("ask", "mechanism-chains", "-p", "antibody=nobody"), "nothing is called 'nobody'"),
        (("show", "nobody-knows-this"), "nothing is called"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_not_found_ends_with_1(kg: Kg, arguments: tuple[str, ...], words: str) -> None:
    code, out, err = kg(*arguments)
    assert (code, out) == (1, "")
    assert words in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), None),
        (("shoe",), "Did you mean show"),
        (("show",), "Missing argument"),
        (("show", "EGFR", "--format", "xml"), "'xml' is not one of"),
        (("show", "EGFR", "--as-of", "yesterday"), "'yesterday' is no date"),
        (("show", "EGFR", "--as-of", "2999"), "between 1950 and 2100"),
        (("show", "EGFR", "--as-of", "2099"), "the sources tell nothing after"),
        (("ask", "trials-of-antibody"), "needs a value for 'antibody'"),
        (("ask", "mechanism-chains", "-p", "antibody"), "is not NAME=VALUE"),
        (("ask", "mechanism-chains", "-p", "arm=x"), "has no parameter 'arm'"),
        (("ask", "mechanism-chains", "-p", "antibody=a", "-p", "antibody=b"), "stands twice"),
        (("ask", "-p", "antibody=a"), "parameters need a question"),
        (("ask", "changes-since", "-p", "since=hello"), "'hello' is no date"),
        (("sparql",), "give one query"),
        (("sparql", "SELECT"), "is not SPARQL"),
        (("sparql", "INSERT DATA { <a:b> <a:b> <a:b> }"), "updates are refused"),
        (("sparql", "SELECT * { SERVICE <http://x.org> { ?a ?b ?c } }"), "SERVICE is refused"),
        (("sparql", "-f", "/no/such/file"), "cannot be read"),
        (("view", "EGFR"), "Missing option '-o'"),
        (("stats", "--root", "/"), "not a tree of this project"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value) if value is not None else "",
)
def test_wrong_usage_ends_with_2(kg: Kg, arguments: tuple[str, ...], words: str | None) -> None:
    code, _, err = kg(*arguments)
    assert code == 2
    assert "Traceback" not in err
    if words:
        assert words in err


def test_a_name_of_two_antibodies_is_refused_where_it_is_typed(toy_root: Root, kg: Kg) -> None:
    table = toy_root.data / "curated" / "antibodies.tsv"
    header, *rows = [line.split("\t") for line in table.read_text().splitlines()]
    for row in rows[:2]:
        row[header.index("synonyms")] = "TOY-99"
    table.write_text("".join("\t".join(row) + "\n" for row in [header, *rows]))
    code, _, err = kg("build", "--root", str(toy_root.path))
    assert code == 1
    assert re.search(r"antibodies\.tsv:\d+: the name 'toy99' stands for several antibodies", err)


def test_ambiguous_names_list_the_candidates(kg: Kg, real: Opened) -> None:
    labels = Counter(
        row["label"] for row in select(real.store, "SELECT ?label { ?r a bsab:Result ; rdfs:label ?label }").rows
    )
    label, count = labels.most_common(1)[0]
    assert count > 1
    code, out, err = kg("show", str(label))
    assert (code, out) == (1, "")
    assert "stands for several" in err and err.count("result:") == count


def test_a_name_of_another_kind_is_told(kg: Kg) -> None:
    code, out, err = kg("ask", "escapes-of-antigen", "-p", "antigen=CLDN18.2")
    assert (code, out) == (1, "")
    assert "'CLDN18.2' is of kind epitope (ep:CLDN18.cldn18.2), not antigen" in err


def test_ask_construct_describe(on_toy: Kg) -> None:
    assert on_toy("sparql", "ASK { ?a a bsab:Antibody }")[1] == "yes\n"
    assert on_toy("sparql", "ASK { ?a a bsab:Antibody }", "--format", "json")[1] == "true\n"
    turtle = on_toy("sparql", "CONSTRUCT { ?a rdfs:label ?l } WHERE { ?a a bsab:Antibody ; rdfs:label ?l }")[1]
    import pyoxigraph as ox

    assert len(list(ox.parse(turtle, format=ox.RdfFormat.TURTLE))) == 6
    assert "rdfs:label" in on_toy("sparql", "DESCRIBE ab:dual-block")[1]


def test_sparql_reads_a_file_and_stdin(on_toy: Kg, tmp_path: Path, built_toy: Root) -> None:
    query = "\ufeffSELECT (COUNT(?a) AS ?n) WHERE { ?a a bsab:Antibody }\r\n"  # as an editor on Windows leaves it
    file = tmp_path / "query.rq"
    file.write_text(query, encoding="utf-8")
    assert on_toy("sparql", "-f", str(file), "--format", "tsv")[1] == "n\n6\n"
    process = subprocess.run(
        [sys.executable, "-m", "kg", "sparql", "-f", "-", "--format", "tsv", "--root", str(built_toy.path)],
        input=query.encode(),
        capture_output=True,
        check=True,
    )
    assert process.stdout == b"n\n6\n"


def test_stats_tell_root_version_view_and_store(kg: Kg, cache: Path) -> None:
    counted = json.loads(kg("stats", "--format", "json")[1])
    assert Path(counted["root"], "ontology", "bsab.ttl").is_file()
    assert re.fullmatch(r"[0-9a-f]{64}", counted["data_version"])
    assert Path(counted["store"]).parent == cache / "stores"
    assert counted["claims_by_reading"]["unread"] == 0
    more = json.loads(kg("stats", "--format", "json", "--include-unread")[1])
    assert more["claims_by_reading"]["unread"] > 0
    assert more["store"] != counted["store"]


def test_cache_path_and_clear(kg: Kg, tmp_path: Path, built_toy: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KG_CACHE", str(tmp_path))
    kg("stats", "--root", str(built_toy.path))
    folder = Path(kg("cache", "path")[1].strip())
    assert len(list(folder.iterdir())) == 1
    kg("build", "--root", str(built_toy.path))
    assert (tmp_path / "built").is_file()
    code, _, err = kg("cache", "clear")
    assert code == 0 and err.startswith("removed 1 folder from ")
    assert list(folder.iterdir()) == [] and not (tmp_path / "built").exists()


def test_as_of_shows_an_earlier_day(kg: Kg) -> None:
    arguments = ("ask", "antibodies-joining", "-p", "antigen=DLL3", "-p", "receptor=CD3", "--format", "json")
    now = {row["label"] for row in json.loads(kg(*arguments)[1])}
    code, out, err = kg(*arguments, "--as-of", "2021")
    then = {row["label"] for row in json.loads(out)}
    assert code == 0 and "as of 2021-12-31" in err
    assert "tarlatamab" in then and then < now


def test_view_writes_one_offline_file(on_toy: Kg, tmp_path: Path) -> None:
    page = tmp_path / "view.html"
    code, out, err = on_toy("view", "dual block", "-o", str(page))
    assert (code, out) == (0, "")
    assert re.search(r"view\.html: \d+ nodes, \d+ edges", err)
    text = page.read_text(encoding="utf-8")
    assert "not medical advice" in text and 'src="http' not in text and 'href="http://cdn' not in text
