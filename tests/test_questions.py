"""The named questions: golden tables on the toy graph, promises on the real one, rdflib as oracle, and time.

The golden tables stand in `tests/golden`; `tests/golden/asked.py` says what each one answers and how to write it anew.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pyoxigraph as ox
import pytest
from conftest import REPOSITORY
from rdflib import Dataset
from rdflib.plugins.sparql import prepareQuery

from kg.errors import KgError, NotFoundError
from kg.lookup import kinds_of
from kg.paths import Root
from kg.query import Answer, Question, Value, ask, bind, parse_question, question, questions, to_value
from kg.store import Opened, open_store
from kg.terms import PREFIXES, expand
from kg.triples import build
from kg.view import PartialDate, View

GOLDEN = Path(__file__).resolve().parent / "golden"
sys.path[:0] = [str(GOLDEN), str(REPOSITORY / "benchmarks")]

from asked import ASKED, answered  # noqa: E402  (beside the tables, so that it can be run as a script)
from rdflib_oracle import by_rdflib, difference, load  # noqa: E402  (CI runs it on the real graph)

# rdflib's own calls of what it calls old.
pytestmark = pytest.mark.filterwarnings("ignore:Dataset.default_context is deprecated:DeprecationWarning")

QUESTIONS = {asked.name: asked for asked in questions()}


def answer(opened: Opened, name: str, **given: str) -> Answer:
    return ask(opened, question(name), given)


def rows(opened: Opened, name: str, *columns: str, **given: str) -> list[tuple[Value, ...]]:
    """The given columns of an answer, in the order of the answer."""
    return [tuple(row[column] for column in columns) for row in answer(opened, name, **given).rows]


def named(opened: Opened, name: str, **given: str) -> set[Value]:
    """The labels of the antibodies in an answer."""
    return {row["label"] for row in answer(opened, name, **given).rows}


# --- golden tables


@pytest.mark.parametrize("name", ASKED)
def test_the_answer_on_the_toy_graph_is_the_golden_table(toy: Opened, name: str) -> None:
    assert answered(toy, name) == (GOLDEN / f"{name}.tsv").read_text(encoding="utf-8")


def test_every_question_has_a_golden_table_and_every_table_a_question() -> None:
    assert {name.partition("+")[0] for name in ASKED} == set(QUESTIONS) == set(ASKED) & set(QUESTIONS)
    assert {path.stem for path in GOLDEN.glob("*.tsv")} == set(ASKED)


@pytest.mark.parametrize("name", ASKED)
def test_a_golden_table_has_the_declared_columns_and_at_least_one_row(name: str) -> None:
    header, *body = (GOLDEN / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    assert tuple(header.split("\t")) == question(name.partition("+")[0]).columns
    assert body
    assert len(set(body)) == len(body), "a row stands twice"


def test_the_command_prints_the_golden_table(kg: Callable[..., tuple[int, str, str]], built_toy: Root) -> None:
    code, out, err = kg("ask", "cover-when-lost", "-p", "antigen=EGFR", "--format", "tsv", "--root", built_toy.path)
    assert code == 0
    assert out == (GOLDEN / "cover-when-lost.tsv").read_text(encoding="utf-8")
    assert "3 rows. For research use; not medical advice." in err


# --- headers


@pytest.mark.parametrize("asked", QUESTIONS.values(), ids=QUESTIONS)
def test_declared_columns_are_the_projected_ones_and_hold_every_parameter(asked: Question) -> None:
    projected = tuple(map(str, prepareQuery(asked.sparql, initNs=PREFIXES).algebra.PV))
    assert projected == asked.columns
    assert {parameter.name for parameter in asked.parameters} <= set(projected)


HEADER = """# title: T
# question: Q?
# number: 3
# param: antigen | antigen | ! | EGFR | the antigen
# columns: antigen:antigen label:text n:integer
# keywords: k
"""


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("# title: T\n", "", "header lacks title"),
        ("# number: 3", "# number: third", ":3: 'third' is no number"),
        ("# keywords: k", "# keywords: k\n# keywords: l", ":7: key 'keywords' stands twice"),
        ("# keywords: k", "# keywords: k\n# kewords: l", ":7: unknown key 'kewords'"),
        ("label:text", "label", ":5: 'label' is no column"),
        ("label:text", "label:string", ":5: 'label:string' is no column"),
        ("n:integer", "label:integer", ":5: 'label:integer' is no column"),
        ("# param: antigen ", "# param: antygen ", "parameter 'antygen' must stand once, and be a column"),
        ("| EGFR | the", "| EGFR the", ":4: is no parameter"),
        ("| antigen | !", "| gene | !", ":4: is no parameter"),
    ],
)
def test_a_malformed_header_is_refused_with_its_line(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    path = tmp_path / "a-question.rq"
    path.write_text(HEADER + "SELECT * {}")
    assert parse_question(path).types == ("antigen", "text", "integer")
    path.write_text(HEADER.replace(old, new) + "SELECT * {}")
    with pytest.raises(KgError) as error:
        parse_question(path)
    assert complaint in str(error.value)


def fits(opened: Opened, kind: str, cell: Value) -> bool:
    """Whether a cell is what the header says of its column; what is not known fits any."""
    if cell is None:
        return True
    if kind in PLAIN:
        return PLAIN[kind](cell)
    found = kinds_of(opened.store, ox.NamedNode(expand(str(cell))))
    return bool({kind, *(("dataset", "trial") if kind == "source" else ())}.intersection(found))


PLAIN: dict[str, Callable[[Value], bool]] = {
    "text": lambda cell: isinstance(cell, str) and bool(cell.strip()),
    "word": lambda cell: isinstance(cell, str) and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", cell) is not None,
    "date": lambda cell: isinstance(cell, str) and len(PartialDate(cell)) >= 4,
    "integer": lambda cell: isinstance(cell, int) and not isinstance(cell, bool),
    "number": lambda cell: isinstance(cell, int | float) and not isinstance(cell, bool),
    "yes-no": lambda cell: isinstance(cell, bool),
}


def misfits(opened: Opened, asked: Question, given: Mapping[str, str]) -> list[str]:
    """Every cell of an answer that is not what the header says."""
    return [
        f"{asked.name} {column}: {row[column]!r} is no {kind}"
        for row in ask(opened, asked, given).rows
        for column, kind in zip(asked.columns, asked.types, strict=True)
        if not fits(opened, kind, row[column])
    ]


@pytest.mark.parametrize("name", ASKED)
def test_the_cells_on_the_toy_graph_are_of_the_declared_types(toy: Opened, name: str) -> None:
    assert misfits(toy, question(name.partition("+")[0]), ASKED[name]) == []


@pytest.mark.parametrize("asked", QUESTIONS.values(), ids=QUESTIONS)
def test_the_cells_on_the_real_graph_are_of_the_declared_types(real: Opened, asked: Question) -> None:
    given = {parameter.name: parameter.example for parameter in asked.parameters if parameter.example}
    optional = {parameter.name: given[parameter.name] for parameter in asked.parameters if parameter.required}
    assert misfits(real, asked, given) == []
    assert misfits(real, asked, optional) == []


def test_a_wrong_type_is_seen(toy: Opened) -> None:
    assert fits(toy, "antigen", "UniProt:P00533")
    assert not fits(toy, "antibody", "UniProt:P00533")
    assert not fits(toy, "date", 2024) and not fits(toy, "integer", True) and not fits(toy, "word", "Phase 1")


@pytest.mark.parametrize("asked", QUESTIONS.values(), ids=QUESTIONS)
def test_a_question_has_a_fixed_order(asked: Question) -> None:
    assert "ORDER BY" in asked.sparql


# Two values of each parameter that must not give the same rows; None is no value at all.
TELLING: dict[tuple[str, str], tuple[str | None, str | None]] = {
    ("against-comparator", "antibody"): (None, "two-site"),
    ("antibodies-by-format", "format"): (None, "hle-bite"),
    ("antibodies-by-format", "half_life"): (None, "extended"),
    ("antibodies-by-mechanism", "mechanism"): (None, "t-cell-engager"),
    ("antibodies-in-tumor", "tumor"): ("lung carcinoma", "small cell lung carcinoma"),
    ("antibodies-in-tumor", "phase"): (None, "approved"),
    ("antibodies-joining", "antigen"): ("EGFR", "MET"),
    ("antibodies-joining", "receptor"): (None, "MET"),
    ("antigen-cut-offs", "antibody"): (None, "two-site"),
    ("antigen-profile", "antigen"): ("ERBB2", "DLL3"),
    ("antigens-on-tumor", "tumor"): ("lung carcinoma", "small cell lung carcinoma"),
    ("approvals", "region"): (None, "US"),
    ("claims-by-level", "antibody"): ("twice told", "engager one"),
    ("counter-measures", "escape"): (None, "met-bypass"),
    ("counter-measures", "outcome"): (None, "proposed"),
    ("escapes-by-level", "scope"): (None, "tumor-intrinsic"),
    ("escapes-in-tumor", "tumor"): ("lung carcinoma", "gastric carcinoma"),
    ("escapes-under-antibody", "antibody"): ("engager one", "dual block"),
    ("evidence-from-source", "source"): ("PMID:1010", "Toy database"),
    ("logic-and-format", "antigen"): ("DLL3", "EGFR"),
    ("logic-and-format", "second"): ("CD3", "MET"),
    ("logic-and-format", "tumor"): ("lung carcinoma", "gastric carcinoma"),
    ("pair-in-context", "pair"): ("EGFR x MET", "CD3 x DLL3"),
    ("pairs-without-program", "tumor"): ("lung carcinoma", "small cell lung carcinoma"),
    ("disclosures-of-pair", "antigen"): ("ERBB2", "EGFR"),
    ("disclosures-of-pair", "second"): (None, "MET"),
    ("precedents-of-antigen", "antigen"): ("ERBB2", "DLL3"),
    ("precedents-of-antigen", "modality"): (None, "car-t"),
    ("regimens-of-antibody", "antibody"): ("dual block", "two-site"),
    ("results-of-antibody", "antibody"): ("engager one", "two-site"),
    ("results-of-antibody", "endpoint"): (None, "crs"),
    ("sequencing-after", "antibody"): ("dual block", "engager one"),
    ("sequencing-after", "escape"): (None, "antigen loss"),
    ("toxicity-by-format", "antigen"): (None, "DLL3"),
    ("toxicity-of-pair", "antigen"): ("DLL3", "EGFR"),
    ("toxicity-of-pair", "second"): ("CD3", "MET"),
    ("unknown-about", "antibody"): ("engager one", "two-site"),
    ("changes-since", "since"): ("2020-12-31", "2023-12-31"),
    ("cover-when-lost", "antigen"): ("EGFR", "MET"),
    ("escapes-by-agent-class", "agent"): ("bispecific", "antibody"),
    ("escapes-of-antigen", "antigen"): ("DLL3", "ERBB2"),
    ("evidence-for-claim", "claim"): ("claim:2dcb15e957a72d93", "claim:0c1a7ec59e596921"),
    ("mechanism-chains", "antibody"): ("engager one", "late comer"),
    ("pairs-in-tumor", "tumor"): ("lung carcinoma", "small cell lung carcinoma"),
    ("shared-escape", "antibody"): ("dual block", "one fab"),
    ("stopped-programs", "reason"): (None, "safety"),
    ("trials-of-antibody", "antibody"): ("engager one", "dual block"),
}


def test_every_declared_parameter_is_tried() -> None:
    declared = {(asked.name, parameter.name) for asked in QUESTIONS.values() for parameter in asked.parameters}
    assert set(TELLING) == declared


@pytest.mark.parametrize(("name", "parameter"), TELLING)
def test_a_parameter_changes_the_answer(toy: Opened, name: str, parameter: str) -> None:
    asked = question(name)
    others = {key: value for key, value in ASKED[name].items() if key != parameter}
    answers = []
    for value in TELLING[name, parameter]:
        given = others if value is None else {**others, parameter: value}
        found = ask(toy, asked, given).rows
        assert found, f"{name} {given} has no row to tell from another"
        if value is not None:
            # An entity comes back as its CURIE, a text as it is: either way one value, the one that was asked for.
            bound = {to_value(bind(toy, asked, given)[parameter])}
            assert {row[parameter] for row in found} == bound
        answers.append([{key: cell for key, cell in row.items() if key != parameter} for row in found])
    assert answers[0] != answers[1]


def test_an_optional_parameter_narrows_the_answer_and_adds_nothing(toy: Opened) -> None:
    everything = answer(toy, "stopped-programs").rows
    assert answer(toy, "stopped-programs", reason="safety").rows == tuple(
        row for row in everything if row["reason"] == "bsab:SafetyReason"
    )


# --- rdflib as oracle


@pytest.fixture(scope="module")
def oracle(toy: Opened) -> Dataset:
    """The toy store, read by another engine."""
    return load(toy)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        *((name.partition("+")[0], given) for name, given in ASKED.items()),
        ("antibodies-joining", {"antigen": "CD3"}),
        ("against-comparator", {"antibody": "dual block"}),
        ("stopped-programs", {"reason": "not-stated"}),
        ("pairs-in-tumor", {"tumor": "small cell lung carcinoma"}),
        ("cover-when-lost", {"antigen": "DLL3"}),
    ],
    ids=str,
)
def test_rdflib_gives_the_same_rows(toy: Opened, oracle: Dataset, name: str, given: dict[str, str]) -> None:
    asked = question(name)
    ours = [list(row.values()) for row in ask(toy, asked, given).rows]
    assert by_rdflib(oracle, asked, bind(toy, asked, given)) == ours


def test_the_oracle_tells_a_lost_row_a_changed_one_and_another_order() -> None:
    ours: list[list[Value]] = [["a", 1], ["b", 2]]
    assert difference(ours, [["a", 1], ["b", 2]]) == ""
    assert "1 rows only in kg" in difference(ours, [["a", 1]])
    assert "1 rows only in rdflib" in difference(ours, [["a", 1], ["b", 3]])
    assert "another order" in difference(ours, ours[::-1])


# --- what must not be answered


def test_an_antibody_with_two_sites_on_one_antigen_is_told_once(toy: Opened) -> None:
    found = rows(toy, "antibodies-joining", "label", "valency", antigen="ERBB2", receptor="ERBB2")
    assert found == [("two-site", "1+1")]


def test_a_half_life_arm_joins_nothing(toy: Opened, toy_unread: Opened) -> None:
    for opened in (toy, toy_unread):
        assert not answer(opened, "antibodies-joining", antigen="ALB").rows
        assert "albumin" not in {row["partner"] for row in answer(opened, "antibodies-joining", antigen="DLL3").rows}
        assert "albumin" not in named(opened, "antigens-by-programs")


def append(root: Root, table: str, *lines: Iterable[str]) -> None:
    """Add rows to a table of a toy tree, and build it."""
    path = root.data / f"{table}.tsv"
    path.write_text(path.read_text() + "".join("\t".join(line) + "\n" for line in lines))
    build(root)


READ = ("abstract", "clinical", "refutes", "2022-05", "read", "", "")


def test_a_refuted_arm_joins_covers_and_engages_nothing(toy_root: Root) -> None:
    arm = ("dual-block", "CD3E", "CD3E", "", "trigger", "1", "fab", "", "PMID:1010", *READ)
    other = ("engager-one", "EGFR", "EGFR", "", "tumor-binding", "1", "fab", "", "PMID:1010", *READ)
    append(toy_root, "curated/arms", arm, other)
    opened = open_store(toy_root, View())
    kept = select(opened, "SELECT ?claim { ?claim rdf:predicate bsab:binds ; rdf:subject arm:dual-block.CD3E }")
    assert kept, "the refuted claim is data, too"
    told_of_evidence = {"claims-by-level", "evidence-from-source", "refuted-claims", "sources-by-claims"}
    for name in ASKED:
        if name.partition("+")[0] in told_of_evidence:
            continue
        assert answered(opened, name) == (GOLDEN / f"{name}.tsv").read_text(encoding="utf-8")
    assert {row["cell"] for row in answer(opened, "mechanism-chains", antibody="dual block").rows} <= {None}


@pytest.mark.parametrize(
    ("name", "column", "refuted"),
    [
        ("changes-since", "region", "CN"),
        ("stopped-programs", "because", "rumored deaths"),
        ("trials-of-antibody", "trial", "NCT:NCT00000002"),
        ("against-comparator", "endpoint", "os"),
        ("mechanism-chains", "cell", "natural killer cell"),
        ("pairs-in-tumor", "claims", 2),
        ("disclosures-of-pair", "agent", "toy fusion"),
    ],
)
def test_what_is_only_refuted_is_no_answer(
    toy: Opened, toy_unread: Opened, name: str, column: str, refuted: Value
) -> None:
    told = {row[column] for row in answer(toy, name, **ASKED[name]).rows}
    assert told
    assert refuted not in told
    if name != "against-comparator":  # there an unread result has the same end point
        assert refuted not in {row[column] for row in answer(toy_unread, name, **ASKED[name]).rows}


@pytest.mark.parametrize(
    ("name", "given", "column", "unread"),
    [
        ("cover-when-lost", {"antigen": "GD2"}, "second_antigen", "MET"),
        ("changes-since", {"since": "2023-12-31"}, "on", "2024-11"),
        ("against-comparator", {}, "hazard_ratio", 0.5),
        ("escapes-of-antigen", {"antigen": "DLL3"}, "escape", "antigen shedding"),
        ("escapes-by-agent-class", {}, "escape", "antigen shedding"),
        ("disclosures-of-pair", {"antigen": "ERBB2"}, "agent", "toy pair cells"),
        ("antibodies-joining", {"antigen": "MET"}, "label", None),  # one source names MET alone: no pair even unread
    ],
)
def test_what_nobody_read_is_answered_only_when_asked_for(
    toy: Opened, toy_unread: Opened, name: str, given: dict[str, str], column: str, unread: Value
) -> None:
    told, told_unread = (rows(opened, name, column, **given) for opened in (toy, toy_unread))
    assert (unread,) not in told
    if unread is None:
        assert told == told_unread
    else:
        assert (unread,) in told_unread


def test_a_dual_action_arm_joins_its_antigens_and_covers_for_them(toy: Opened) -> None:
    assert rows(toy, "antibodies-joining", "label", "valency", antigen="ERBB3") == [("one fab", "2")]
    assert rows(toy, "cover-when-lost", "label", "second_antigen", antigen="ERBB3") == [("one fab", "EGFR")]


# --- time


@pytest.fixture(scope="module")
def at(built_toy: Root) -> Callable[[str], Opened]:
    """The toy store as of a day."""
    opened: dict[str, Opened] = {}

    def open_at(day: str) -> Opened:
        if day not in opened:
            opened[day] = open_store(built_toy, View(day))
        return opened[day]

    return open_at


AS_OF: list[tuple[str, str, dict[str, str], tuple[str, ...], list[tuple[Value, ...]]]] = [
    # A month is known from its last day.
    ("2019-05-30", "antibodies-joining", {"antigen": "ERBB2"}, ("partner", "label"), []),
    ("2019-05-31", "antibodies-joining", {"antigen": "ERBB2"}, ("partner", "label"), [("HER2", "two-site")]),
    (
        "2020-01-31",
        "antibodies-joining",
        {"antigen": "ERBB2"},
        ("partner", "label", "support"),
        [("HER2", "two-site", 0.9), ("MET", "twice told", 0.8)],
    ),
    ("2023-12-31", "review-since", {}, ("bearing", "label", "words"), [("supports", "antigen loss", "lost in some")]),
    # The second source adds support once it is there.
    ("2020-01-30", "antibodies-joining", {"antigen": "MET"}, ("label", "support", "lines"), [("dual block", 0.9, 1)]),
    # What describes an antigen is always there; a precedent is known from its evidence, which is later than its day.
    ("2019-03-30", "antigen-profile", {"antigen": "ERBB2"}, ("property", "value"), [("location", "cell-surface")]),
    (
        "2019-03-31",
        "antigen-profile",
        {"antigen": "ERBB2"},
        ("property", "value"),
        [
            ("internalization", "slow without cross-linking"),
            ("location", "cell-surface"),
            ("paralog", "HER3"),
            ("shed-by", "ADAM10"),
            ("soluble-form", "ectodomain in serum"),
            ("toxicity-seen", "pulmonary toxicity (toy cells, car-t)"),
        ],
    ),
    ("2019-03-30", "precedents-of-antigen", {"antigen": "DLL3"}, ("agent", "outcome"), []),
    (
        "2019-03-31",
        "precedents-of-antigen",
        {"antigen": "DLL3"},
        ("agent", "outcome", "on", "trial"),
        [("toy conjugate", "failed", "2018-08", "NCT00000009")],
    ),
    # A trace is known from its own last day, and where its evidence is dated later, from that of the evidence.
    ("2013-05-30", "disclosures-of-pair", {"antigen": "EGFR"}, ("partner", "on"), []),
    (
        "2013-05-31",
        "disclosures-of-pair",
        {"antigen": "EGFR", "second": "ERBB2"},
        ("on", "tumor"),
        [
            ("2013-05", "gastric carcinoma"),
            ("2013-05", "small cell lung carcinoma"),
        ],
    ),
    ("2022-03-30", "disclosures-of-pair", {"antigen": "MET"}, ("partner", "on"), []),
    (
        "2022-03-31",
        "disclosures-of-pair",
        {"antigen": "MET"},
        ("partner", "on", "modality"),
        [
            ("HER2", "2021", "bispecific-adc"),
        ],
    ),
    # A year is known from its last day, and no event began after a day that its own date straddles.
    ("2021-11-29", "changes-since", {"since": "2020-12-31"}, ("label", "event"), []),
    ("2021-11-30", "changes-since", {"since": "2020-12-31"}, ("label", "event"), [("dual block", "stop")]),
    ("2021-11-30", "changes-since", {"since": "2021-06-01"}, ("label", "event"), []),
    # An undated stop, and one of later, are not known.
    ("2022-12-31", "stopped-programs", {}, ("label",), [("dual block",)]),
    ("2022-12-30", "escapes-of-antigen", {"antigen": "DLL3"}, ("escape", "stance"), []),
    (
        "2022-12-31",
        "escapes-of-antigen",
        {"antigen": "DLL3"},
        ("escape", "stance"),
        [("immune desert", "inconclusive")],
    ),
    (
        "2023-12-31",
        "escapes-of-antigen",
        {"antigen": "DLL3"},
        ("escape", "stance"),
        [("antigen loss", "supports"), ("immune desert", "inconclusive")],
    ),
    ("2023-12-31", "evidence-for-claim", {"claim": "claim:2dcb15e957a72d93"}, ("source",), [("PMID:1002",)]),
    # Before the refuting reports nothing is contested, and a refuted arm was an arm like any other.
    ("2022-05-30", "contested-claims", {}, ("subject",), []),
    (
        "2022-05-31",
        "contested-claims",
        {},
        ("subject", "predicate"),
        [
            ("engager one", "reported toxicity"),
            ("twice told", "has arm"),
            ("twice told, arm MET", "binds"),
            ("twice told, arm MET", "has role"),
        ],
    ),
    # No trial makes a pair of arms that nobody had named.
    ("2018-12-31", "pairs-in-tumor", {"tumor": "lung carcinoma"}, ("label",), []),
    (
        "2019-05-31",
        "pairs-in-tumor",
        {"tumor": "lung carcinoma"},
        ("label", "stage", "stopped"),
        [("two-site", "phase-1", None), ("engager one", "phase-1", None), ("dual block", None, None)],
    ),
    # The stop stood until the program went on, in March 2024.
    (
        "2024-02-29",
        "pairs-in-tumor",
        {"tumor": "small cell lung carcinoma"},
        ("label", "stage", "stopped", "reason"),
        [("engager one", "phase-1", None, None), ("late comer", "phase-1", "2023-06", "safety")],
    ),
    ("2019-01-30", "trials-of-antibody", {"antibody": "two-site"}, ("trial",), []),
    ("2019-01-31", "trials-of-antibody", {"antibody": "two-site"}, ("trial",), [("NCT:NCT00000002",)]),
    ("2019-05-30", "mechanism-chains", {"antibody": "engager one"}, ("cell",), []),
    ("2019-05-31", "mechanism-chains", {"antibody": "engager one"}, ("cell",), [("T cell",)]),
    ("2021-06-30", "against-comparator", {}, ("label",), [("two-site",)]),
    (
        "2019-12-31",
        "shared-escape",
        {"antibody": "dual block"},
        ("escape", "link", "other_label"),
        [("antigen loss", "hold", "one fab"), ("RAS-RAF activation", "block", "one fab")],
    ),
    ("2019-05-30", "antibodies-by-format", {}, ("label",), []),
    (
        "2019-05-31",
        "antibodies-by-format",
        {},
        ("label", "half_life"),
        [("engager one", "extended"), ("dual block", "igg-like")],
    ),
    ("2019-05-30", "antibodies-by-mechanism", {}, ("label",), []),
    ("2019-05-31", "antibodies-by-mechanism", {}, ("label",), [("engager one",), ("one fab",)]),
    # The program that was approved later was in phase 1, and stood there for its trial.
    (
        "2019-12-31",
        "antibodies-in-tumor",
        {"tumor": "lung carcinoma"},
        ("label", "stage", "phase_here", "approvals_here"),
        [("engager one", "phase-1", "phase-1", 0), ("two-site", "phase-1", "phase-2", 0)],
    ),
    ("2020-12-30", "antigen-cut-offs", {}, ("label", "state"), [("two-site", "no result by level of its antigens")]),
    (
        "2020-12-31",
        "antigen-cut-offs",
        {},
        ("label", "population", "value", "other_value"),
        [("two-site", "HER2 IHC 2+", 10, 50), ("two-site", "HER2 IHC 3+", 50, 10)],
    ),
    (
        "2019-05-31",
        "antigens-by-location",
        {},
        ("role", "antibodies"),
        [("trigger", 1), ("tumor-binding", 4), ("half-life", 1)],
    ),
    ("2020-12-31", "antigens-on-tumor", {"tumor": "lung carcinoma"}, ("label",), [("DLL3",), ("EGFR",), ("GD2",)]),
    ("2024-05-30", "approvals", {}, ("region",), []),
    ("2024-12-31", "approvals", {}, ("region", "on"), [("US", "2024-05")]),
    (
        "2020-01-31",
        "claims-by-level",
        {"antibody": "twice told"},
        ("property", "level"),
        [
            ("binds", "database"),
            ("has arm", "database"),
            ("has pair", "database"),
            ("has role", "database"),
            ("tested in", "database"),
        ],
    ),
    ("2015-12-31", "counter-measures", {}, ("escape_label", "outcome"), [("MET bypass", "proposed")]),
    ("2016-12-30", "effector-receptors", {}, ("cell",), [("T cell",)]),
    ("2016-12-31", "effector-receptors", {}, ("cell", "refuting"), [("T cell", 0), ("natural killer cell", 1)]),
    ("2016-12-31", "escapes-by-level", {}, ("escape", "supporting"), [("MET bypass", 1), ("RAS-RAF activation", 1)]),
    ("2015-12-31", "escapes-in-tumor", {"tumor": "lung carcinoma"}, ("escape",), [("MET bypass",)]),
    (
        "2023-12-31",
        "escapes-under-antibody",
        {"antibody": "engager one"},
        ("escape", "stance"),
        [
            ("antigen loss", "supports"),
            ("immune desert", "inconclusive"),
        ],
    ),
    (
        "2020-12-31",
        "evidence-from-source",
        {"source": "PMID:1004"},
        ("object",),
        [("JAK-STAT loss",), ("MX003: a second drug beside it",)],
    ),
    ("2017-12-25", "first-in-clinic", {}, ("label",), []),
    ("2019-05-31", "first-in-clinic", {}, ("label", "on"), [("engager one", "2017-12-26")]),
    (
        "2019-05-30",
        "known-by-field",
        {},
        ("field", "known"),
        [
            ("trial", 3),
            ("tumor", 3),
            ("phase", 2),
            ("escape seen under it", 1),
            ("result", 1),
            ("Fc activity", 0),
            ("developer", 0),
            ("efficacy in words", 0),
            ("epitope", 0),
            ("format", 0),
            ("mechanism", 0),
            ("moiety", 0),
            ("payload", 0),
            ("second arm (a pair)", 0),
            ("toxicity in words", 0),
            ("valency", 0),
        ],
    ),
    (
        "2019-05-31",
        "logic-and-format",
        {"antigen": "EGFR", "second": "ERBB2", "tumor": "lung carcinoma"},
        ("what", "of"),
        [
            ("cell-surface", "EGFR"),
            ("cell-surface", "HER2"),
            ("non-small cell lung carcinoma", "EGFR"),
            ("no claim in this view", "HER2"),
            ("dual signaling blockade", "EGFR"),
            ("DuoBody", "EGFR"),
        ],
    ),
    (
        "2020-01-30",
        "pair-in-context",
        {"pair": "EGFR x MET"},
        ("what", "n"),
        [
            ("EGFR x MET", 1),
            ("dual block", None),
            ("EGFR", 2),
            ("MET", 1),
            ("EGFR x HER3", 1),
            ("MET bypass", 1),
            ("RAS-RAF activation", 1),
            ("RAS-RAF activation", 1),
            ("antigen loss", 1),
            ("antigen loss", 1),
            ("toxicity limit", 1),
            ("an escape beyond the antigens is documented for both", 1),
            ("its antibody missed an end point against a comparator", 0),
            ("its antibody stopped for lack of efficacy", 0),
            ("its antibody stopped for safety", 0),
        ],
    ),
    (
        "2020-01-30",
        "pairs-by-family",
        {},
        ("family", "antibodies"),
        [("tumor-antigen-x-tumor-antigen", 2), ("biparatopic", 1), ("tumor-antigen-x-trigger", 1)],
    ),
    ("2020-12-31", "pairs-without-program", {"tumor": "lung carcinoma"}, ("pair",), [("DLL3 x GD2",)]),
    (
        "2022-05-30",
        "refuted-claims",
        {},
        ("subject",),
        [
            ("CD3",),
            ("CD3",),
            ("ERBB2 x MET: bispecific poster toy fusion 2018-04-15",),
            ("ERBB2 x MET: bispecific poster toy fusion 2018-04-15",),
            ("natural killer cell",),
        ],
    ),
    ("2021-11-29", "regimens-of-antibody", {"antibody": "two-site"}, ("largest_n", "results"), [(30, 1), (20, 2)]),
    ("2018-12-31", "results-of-antibody", {"antibody": "two-site"}, ("value", "population"), [(30, None)]),
    (
        "2019-12-31",
        "sequencing-after",
        {"antibody": "dual block"},
        ("escape_label", "other_label"),
        [("antigen loss", "two-site"), ("RAS-RAF activation", "two-site")],
    ),
    ("2014-12-31", "sources-by-claims", {}, ("source", "claims"), [("PMID:1008", 4), ("PMID:1032", 2)]),
    ("2021-10-31", "toxicity-by-format", {}, ("label",), []),
    (
        "2022-05-31",
        "toxicity-of-pair",
        {"antigen": "DLL3", "second": "CD3"},
        ("label", "what"),
        [("engager one", "reported"), ("engager one", "reported")],
    ),
    (
        "2019-12-31",
        "tumors-by-programs",
        {},
        ("label", "antibodies"),
        [("non-small cell lung carcinoma", 2), ("small cell lung carcinoma", 1)],
    ),
    (
        "2019-05-30",
        "unknown-about",
        {"antibody": "two-site"},
        ("field", "state"),
        [
            ("first in the clinic", "known"),
            ("phase", "known"),
            ("result", "known"),
            ("trial", "known"),
            ("tumor", "known"),
            ("Fc activity", "not known in this view"),
            ("developer", "not known in this view"),
            ("efficacy in words", "not known in this view"),
            ("epitope", "not known in this view"),
            ("escape seen under it", "not known in this view"),
            ("format", "not known in this view"),
            ("mechanism", "not known in this view"),
            ("moiety", "not known in this view"),
            ("payload", "not known in this view"),
            ("second arm (a pair)", "not known in this view"),
            ("toxicity in words", "not known in this view"),
            ("valency", "not known in this view"),
        ],
    ),
    (
        "2021-12-31",
        "escapes-by-agent-class",
        {},
        ("escape", "supporting", "refuting"),
        [("toxicity limit", 1, 0), ("JAK-STAT loss", 1, 0)],
    ),
    (
        "2019-12-31",
        "antigens-by-programs",
        {},
        ("label", "antibodies"),
        [("EGFR", 2), ("CD3", 1), ("DLL3", 1), ("HER2", 1), ("HER3", 1), ("MET", 1)],
    ),
    (
        "2019-12-31",
        "cover-when-lost",
        {"antigen": "EGFR"},
        ("label", "second_antigen", "state", "shared_escape"),
        [("dual block", "MET", "documented", "RAS-RAF activation"), ("one fab", "HER3", "none documented", None)],
    ),
]


@pytest.mark.parametrize(("day", "name", "given", "columns", "expected"), AS_OF, ids=lambda part: str(part)[:24])
def test_an_earlier_view_answers_what_was_known_by_then(
    at: Callable[[str], Opened],
    day: str,
    name: str,
    given: dict[str, str],
    columns: tuple[str, ...],
    expected: list[tuple[Value, ...]],
) -> None:
    assert rows(at(day), name, *columns, **given) == expected


def test_an_antibody_of_later_is_not_found_in_an_earlier_view(at: Callable[[str], Opened]) -> None:
    with pytest.raises(NotFoundError, match="in this view"):
        answer(at("2017-10-30"), "trials-of-antibody", antibody="engager one")
    assert answer(at("2017-10-31"), "trials-of-antibody", antibody="engager one").rows


def test_every_question_is_tried_in_an_earlier_view() -> None:
    assert {name for _, name, _, _, _ in AS_OF} == set(QUESTIONS)


def test_the_command_takes_the_day(kg: Callable[..., tuple[int, str, str]], built_toy: Root) -> None:
    asked = ("ask", "stopped-programs", "--root", built_toy.path, "--format", "tsv")
    code, out, err = kg(*asked, "--as-of", "2022")
    assert code == 0
    assert [line.split("\t")[2] for line in out.splitlines()[1:]] == ["dual block"]
    assert "as of 2022-12-31" in err


BSAB = PREFIXES["bsab"]
DAY = "2021-06-30"


def known_by(root: Root, day: str) -> dict[str, set[str]]:
    """Claim -> stances of the lines that are read or records and no younger than the day, from the files alone."""
    lines: dict[str, dict[str, str]] = defaultdict(dict)
    for path in sorted(root.triples.glob("claims-*.ttl")):
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            name = quad.predicate.value.removeprefix(BSAB)
            if name in ("evidenceFor", "reading", "stance", "dateLatest"):
                lines[str(quad.subject)][name] = getattr(quad.object, "value", "")
    known: dict[str, set[str]] = defaultdict(set)
    for line in lines.values():
        if line["reading"] != f"{BSAB}UnreadState" and "" < line.get("dateLatest", "") <= day:
            known[line["evidenceFor"]].add(line["stance"].removeprefix(BSAB))
    return known


@pytest.fixture(scope="module", params=["toy", "real"])
def then(request: pytest.FixtureRequest, built_toy: Root, real_root: Root) -> tuple[Opened, dict[str, set[str]]]:
    """An earlier view of the toy and of the real graph, and what the files say was known by then."""
    root, day = (built_toy, "2019-12-31") if request.param == "toy" else (real_root, DAY)
    return open_store(root, View(day)), known_by(root, day)


def select(opened: Opened, text: str) -> list[tuple[str, ...]]:
    found = opened.store.query(text, prefixes=PREFIXES)
    assert isinstance(found, ox.QuerySolutions)
    return [tuple("" if term is None else getattr(term, "value", "") for term in row) for row in found]


def test_an_earlier_view_holds_the_claims_known_by_then_and_no_others(
    then: tuple[Opened, dict[str, set[str]]],
) -> None:
    opened, known = then
    held = {claim for (claim,) in select(opened, "SELECT ?claim { ?claim a bsab:Claim }")}
    assert held == set(known)
    assert len(held) > 20


def test_an_earlier_view_has_no_younger_evidence_and_no_unread(then: tuple[Opened, dict[str, set[str]]]) -> None:
    opened, _ = then
    lines = select(
        opened,
        "SELECT ?line ?latest ?reading { ?line a bsab:EvidenceLine ; bsab:reading/skos:notation ?reading"
        " OPTIONAL { ?line bsab:dateLatest ?latest } }",
    )
    assert lines
    assert [line for line in lines if not "" < line[1] <= opened.view.as_of or line[2] == "unread"] == []


def test_an_earlier_view_has_no_event_that_began_after_it(then: tuple[Opened, dict[str, set[str]]]) -> None:
    opened, _ = then
    events = select(opened, "SELECT ?event ?on { ?event a bsab:StatusEvent ; bsab:onEarliest ?on }")
    assert events
    assert [event for event in events if event[1] > opened.view.as_of] == []


def test_an_earlier_answer_names_only_claims_and_sources_known_by_then(
    then: tuple[Opened, dict[str, set[str]]],
) -> None:
    opened, known = then
    told = 0
    for asked in QUESTIONS.values():
        if asked.name == "evidence-for-claim":
            given = {"claim": min(known)}
        elif opened.view.as_of == DAY:
            given = {parameter.name: parameter.example for parameter in asked.parameters}
        else:
            given = ASKED[asked.name]
        for row in ask(opened, asked, given).rows:
            if row.get("claim"):
                told += 1
                assert expand(str(row["claim"])) in known, f"{asked.name}: {row}"
            if row.get("claim") and row.get("source") and told % 8 == 1:  # every eighth: each asks a question
                lines = answer(opened, "evidence-for-claim", claim=str(row["claim"])).rows
                assert row["source"] in {line["source"] for line in lines}, f"{asked.name}: {row}"
    assert told > 5


# --- promises on the real graph: what an immunologist would look for first

JOINING = [
    ("DLL3", "CD3E", "tarlatamab", "tumor-antigen-x-trigger"),
    ("EGFR", "MET", "amivantamab", "tumor-antigen-x-tumor-antigen"),
    ("ERBB2", "ERBB2", "zanidatamab", "biparatopic"),
    ("PDCD1", "CTLA4", "cadonilimab", "immune-x-immune"),
    ("PDCD1", "VEGFA", "ivonescimab", "immune-x-soluble"),
    ("EPCAM", "CD3E", "catumaxomab", "tumor-antigen-x-trigger"),
    ("PMEL", "CD3E", "tebentafusp", "tumor-antigen-x-trigger"),
    ("EGFR", "ERBB3", "izalontamab", "tumor-antigen-x-tumor-antigen"),
    ("EGFR", "ERBB3", "duligotuzumab", "tumor-antigen-x-tumor-antigen"),
    ("ERBB2", "ERBB3", "zenocutuzumab", "tumor-antigen-x-tumor-antigen"),
    ("EGFR", "LGR5", "petosemtamab", "tumor-antigen-x-tumor-antigen"),
    ("EGFR", "FCGR3A", "AFM24", "tumor-antigen-x-trigger"),
    ("STEAP1", "CD3E", "xaluritamig", "tumor-antigen-x-trigger"),
    ("FOLH1", "CD28", "nezastomig", "tumor-antigen-x-costimulation"),
]


@pytest.mark.parametrize(("antigen", "receptor", "label", "family"), JOINING)
def test_the_antibody_that_joins_two_antigens_is_found_from_either(
    real: Opened, antigen: str, receptor: str, label: str, family: str
) -> None:
    for one, other in ((antigen, receptor), (receptor, antigen)):
        found = [
            row for row in answer(real, "antibodies-joining", antigen=one, receptor=other).rows if row["label"] == label
        ]
        assert len(found) == 1, f"{label} once, from {one}"
        assert str(found[0]["claim"]).startswith("claim:")
        assert found[0]["source"]
    families = select(
        real,
        f'SELECT ?family {{ ?antibody rdfs:label "{label}" ; bsab:hasPair ?pair .'
        f' ?pair bsab:family/skos:notation ?family ; bsab:hasMember/skos:notation "{antigen}" , "{receptor}" }}',
    )
    assert families == [(family,)]


@pytest.mark.parametrize(
    ("antigen", "receptor", "label", "stage"),
    [
        ("DLL3", "CD3E", "tarlatamab", "approved"),
        ("EGFR", "MET", "amivantamab", "approved"),
        ("ERBB2", "ERBB2", "zanidatamab", "approved"),
        ("PDCD1", "CTLA4", "cadonilimab", "approved"),
        ("PDCD1", "VEGFA", "ivonescimab", "approved"),
        ("PMEL", "CD3E", "tebentafusp", "approved"),
        ("EGFR", "LGR5", "petosemtamab", "phase-3"),  # one database calls it a discontinued phase 1
        ("STEAP1", "CD3E", "xaluritamig", "phase-3"),
    ],
)
def test_the_stage_is_the_furthest_that_was_reached(
    real: Opened, antigen: str, receptor: str, label: str, stage: str
) -> None:
    found = rows(real, "antibodies-joining", "label", "stage", antigen=antigen, receptor=receptor)
    assert dict(found)[label] == stage


def test_tebentafusp_shows_the_peptide_antigen_and_never_hla_a(real: Opened, real_unread: Opened) -> None:
    for opened in (real, real_unread):
        partners = rows(opened, "antibodies-joining", "label", "partner", antigen="PMEL")
        assert [partner for label, partner in partners if label == "tebentafusp"] == ["CD3"]
        symbols = select(opened, "SELECT ?symbol { ?antigen a bsab:Antigen ; skos:notation ?symbol }")
        assert not {symbol for (symbol,) in symbols} & {"HLA-A", "HLA-B", "HLA-C"}


def test_albumin_is_counted_as_no_target(real: Opened, real_unread: Opened) -> None:
    for opened in (real, real_unread):
        counted = rows(opened, "antigens-by-programs", "antigen", "label")
        assert ("UniProt:P07766", "CD3") in counted
        assert "UniProt:P02768" not in {antigen for antigen, _ in counted}


def test_cd3_is_the_most_used_receptor_and_most_of_its_antibodies_are_engagers(real: Opened) -> None:
    first, second, *_ = rows(real, "antigens-by-programs", "label", "antibodies", "solid")
    assert first[0] == "CD3"
    assert isinstance(first[1], int) and isinstance(second[1], int) and isinstance(first[2], int)
    assert first[1] > 2 * second[1]
    assert 80 <= first[2] <= first[1]


@pytest.mark.parametrize(
    ("tumor", "pair", "label"),
    [
        ("small cell lung carcinoma", "CD3 x DLL3", "tarlatamab"),
        ("lung cancer", "CD3 x DLL3", "tarlatamab"),  # a subtype counts
        ("NSCLC", "EGFR x MET", "amivantamab"),
        ("NSCLC", "PD-1 x VEGF-A", "ivonescimab"),
        ("uveal melanoma", "CD3 x gp100", "tebentafusp"),
        ("cholangiocarcinoma", "HER2 x HER3", "zenocutuzumab"),
    ],
)
def test_a_pair_is_found_in_the_tumor_where_it_is_approved(real: Opened, tumor: str, pair: str, label: str) -> None:
    found = rows(real, "pairs-in-tumor", "pair", "label", "stage", "stopped", tumor=tumor)
    assert (pair, label, "approved", None) in found


def test_a_tumor_does_not_show_what_was_tried_in_another(real: Opened) -> None:
    assert "tebentafusp" not in named(real, "pairs-in-tumor", tumor="small cell lung carcinoma")
    assert "tarlatamab" not in named(real, "pairs-in-tumor", tumor="uveal melanoma")


def test_a_stop_for_lack_of_efficacy_is_found_and_a_stop_without_a_reason_is_not_lost(real: Opened) -> None:
    assert {"bintrafusp alfa", "AFM24", "HPN424"} <= named(real, "stopped-programs", reason="efficacy")
    stops = select(real, "SELECT DISTINCT ?l { ?a bsab:hasEvent/bsab:eventKind bsab:StopEventKind ; rdfs:label ?l }")
    assert {label for (label,) in stops} <= named(real, "stopped-programs")


def test_what_is_only_doubted_is_no_approval(real: Opened) -> None:
    """One page calls ivonescimab approved in May 2023, a year before; its stance is inconclusive."""
    approvals = [
        row["on"]
        for row in answer(real, "changes-since", since="2020-01-01").rows
        if row["label"] == "ivonescimab" and row["event"] == "approval"
    ]
    assert "2024-05" in approvals
    assert not [on for on in approvals if str(on) < "2024-05"]


def test_failures_stand_beside_successes(real: Opened) -> None:
    results = rows(real, "against-comparator", "endpoint", "met", antibody="ivonescimab")
    assert ("os", False) in results, "HARMONi missed overall survival"
    assert ("os", True) in results or ("pfs", True) in results
    survival = rows(real, "against-comparator", "endpoint", "hazard_ratio", "met", antibody="tarlatamab")
    assert ("os", 0.6, True) in survival


def test_first_in_human_trials_are_told_apart(real: Opened) -> None:
    assert ("NCT:NCT02609776", "phase-1", True) in rows(
        real, "trials-of-antibody", "trial", "phase", "first_in_human", antibody="amivantamab"
    )
    tarlatamab = rows(real, "trials-of-antibody", "trial", "first_in_human", antibody="tarlatamab")
    assert ("NCT:NCT03319940", True) in tarlatamab
    assert "NCT:NCT05740566" in {trial for trial, _ in tarlatamab}, "the phase 3 trial"
    assert ("NCT:NCT05740566", True) not in tarlatamab


def test_an_engager_kills_through_its_trigger_and_a_blocker_has_no_effector_cell(real: Opened) -> None:
    chains = rows(real, "mechanism-chains", "mode", "held", "target", "cell", "function", antibody="tarlatamab")
    assert ("trans", "DLL3", "CD3", "T cell", "T-cell cytotoxicity") in chains
    assert {(mode, target) for mode, _, target, *_ in chains} == {("trans", "CD3")}
    assert "natural killer cell" not in {cell for *_, cell, _ in chains}
    blocking = rows(real, "mechanism-chains", "mode", "held", "target", "cell", "effect", antibody="amivantamab")
    assert {("cis", "MET", "EGFR", None, "signal blockade"), ("cis", "EGFR", "MET", None, "signal blockade")} <= set(
        blocking
    )


def test_a_second_tumor_arm_covers_and_a_trigger_arm_does_not(real: Opened) -> None:
    covered = rows(real, "cover-when-lost", "label", "second_antigen", antigen="EGFR")
    assert {("amivantamab", "MET"), ("izalontamab", "HER3"), ("duligotuzumab", "HER3")} <= set(covered)
    assert "AFM24" not in {label for label, _ in covered}
    assert "tarlatamab" not in named(real, "cover-when-lost", antigen="DLL3")


def test_loss_of_each_of_two_antigens_is_no_shared_escape(real_unread: Opened) -> None:
    scopes = dict(
        select(
            real_unread, "SELECT ?l ?s { ?k a bsab:EscapeMechanism ; rdfs:label ?l ; bsab:hasScope/skos:notation ?s }"
        )
    )
    told = {
        str(escape)
        for antigen in ("EGFR", "ERBB2", "MET", "MSLN", "CEACAM5", "ERBB3")
        for (escape,) in rows(real_unread, "cover-when-lost", "shared_escape", antigen=antigen)
        if escape
    }
    assert told
    assert not {scopes[escape] for escape in told} & {"antigen-specific", "not-escape"}


def test_both_sides_of_her2_loss_are_told(real: Opened) -> None:
    stances = {
        stance
        for escape, stance in rows(real, "escapes-of-antigen", "escape", "stance", antigen="ERBB2")
        if escape == "antigen loss"
    }
    assert {"supports", "refutes"} <= stances
    assert ("HER2", "antigen loss") in rows(real, "contested-claims", "subject", "object")


def test_few_escapes_were_seen_in_patients_on_a_bispecific_in_a_solid_tumor(real: Opened) -> None:
    counted = rows(real, "escapes-by-agent-class", "escape", "transferred", "observations")
    direct = {escape for escape, transferred, _ in counted if transferred is False}
    carried = {escape for escape, transferred, _ in counted if transferred is True}
    assert {"low antigen expression", "anti-drug antibodies"} <= direct
    assert {"CD58 loss", "JAK-STAT loss"} <= carried - direct
    of_engagers = {escape for (escape,) in rows(real, "escapes-by-agent-class", "escape", agent="t-cell-engager")}
    assert "CD58 loss" in of_engagers and "low antigen expression" not in of_engagers


def test_antibodies_on_the_same_antigen_share_its_escapes_and_others_do_not(real: Opened) -> None:
    others = {
        row["other_label"]
        for row in answer(real, "shared-escape", antibody="tarlatamab").rows
        if row["escape"] == "antigen loss" and row["through"] == "DLL3"
    }
    assert {"obrixtamig", "gocatamig"} <= others
    assert not others & {"tarlatamab", "amivantamab", "tebentafusp"}


def test_an_arm_on_the_bypass_and_a_trigger_close_the_bypass(real: Opened) -> None:
    """Amivantamab binds MET, and AFM24 kills through CD16A: MET bypass opens neither, and it opens EGFR x HER3."""
    open_to = {
        row["other_label"]
        for row in answer(real, "shared-escape", antibody="petosemtamab").rows
        if row["escape"] == "MET bypass"
    }
    assert "izalontamab" in open_to
    assert not open_to & {"amivantamab", "AFM24"}
    assert {row["link"] for row in answer(real, "shared-escape", antibody="petosemtamab").rows} >= {"hold", "block"}
    assert "MET bypass" not in {row["escape"] for row in answer(real, "shared-escape", antibody="amivantamab").rows}


def test_who_shares_an_escape_is_no_next_antibody(real: Opened) -> None:
    for antibody in ("tarlatamab", "petosemtamab"):
        shared = {(row["escape"], row["other"]) for row in answer(real, "shared-escape", antibody=antibody).rows}
        after = {
            (row["escape_label"], row["other"]) for row in answer(real, "sequencing-after", antibody=antibody).rows
        }
        assert after
        assert not shared & after
    spared = rows(real, "sequencing-after", "other_label", "why", antibody="tarlatamab", escape="antigen loss")
    assert ("ivonescimab", "binds other antigens") in spared
    assert "obrixtamig" not in {label for label, _ in spared}


def test_a_cut_off_that_selected_responders_stands_beside_the_rest(real: Opened) -> None:
    found = rows(
        real,
        "antigen-cut-offs",
        "endpoint",
        "population",
        "value",
        "other_population",
        "other_value",
        antibody="Ziihera",
    )
    assert ("orr", "HER2-amplified, IHC 3+", 51.6, "HER2-amplified, IHC 2+", 5.6) in found


def test_a_pair_without_a_program_is_joined_by_no_antibody(real: Opened) -> None:
    for row in answer(real, "pairs-without-program", tumor="NSCLC").rows:
        joined = answer(real, "antibodies-joining", antigen=str(row["first"]), receptor=str(row["second"])).rows
        assert not joined, row["pair"]
    assert "EGFR x MET" not in {row["pair"] for row in answer(real, "pairs-without-program", tumor="NSCLC").rows}


def test_what_is_unread_is_told_apart_from_what_is_unknown(toy: Opened, toy_unread: Opened) -> None:
    states = [dict(rows(view, "unknown-about", "field", "state", antibody="two-site")) for view in (toy, toy_unread)]
    assert [state["moiety"] for state in states] == ["not known in this view", "unread only"]
    assert [state["payload"] for state in states] == ["not known in this view"] * 2


def test_toxicity_of_a_pair_is_told_with_figure_regimen_and_format(real: Opened) -> None:
    found = rows(real, "toxicity-of-pair", "label", "binds", "what", "value", "regimen", antigen="DLL3", second="CD3")
    assert ("tarlatamab", "both", "crs", 51, "tarlatamab 10 mg q2w") in found
    assert not {what for _, _, what, _, _ in found} & {"orr", "pfs", "os"}


def test_all_evidence_of_a_claim_is_told(real: Opened) -> None:
    (claim,) = (
        row["claim"]
        for row in answer(real, "antibodies-joining", antigen="DLL3", receptor="CD3").rows
        if row["label"] == "tarlatamab"
    )
    lines = answer(real, "evidence-for-claim", claim=str(claim)).rows
    assert len(lines) >= 5
    assert {line["stance"] for line in lines} == {"supports"}
    assert {line["reading"] for line in lines} == {"read", "record"}


@pytest.fixture(scope="module")
def in_2021(real_root: Root) -> Opened:
    return open_store(real_root, View(DAY))


def test_what_was_not_yet_known_in_june_2021(in_2021: Opened) -> None:
    stages = {
        **dict(rows(in_2021, "antibodies-joining", "label", "stage", antigen="DLL3")),
        **dict(rows(in_2021, "antibodies-joining", "label", "stage", antigen="PMEL")),
        **dict(rows(in_2021, "antibodies-joining", "label", "stage", antigen="EGFR", receptor="LGR5")),
    }
    assert stages["tarlatamab"] == "phase-1"
    assert stages["tebentafusp"] == "phase-3", "approved in January 2022"
    assert "obrixtamig" not in stages, "first in the clinic later"
    assert not answer(in_2021, "changes-since", since=DAY).rows
    assert "tarlatamab" not in {row["label"] for row in answer(in_2021, "against-comparator").rows}


def test_what_was_known_in_june_2021_is_known_today(in_2021: Opened, real: Opened) -> None:
    earlier = {claim for (claim,) in select(in_2021, "SELECT ?claim { ?claim a bsab:Claim }")}
    today = {claim for (claim,) in select(real, "SELECT ?claim { ?claim a bsab:Claim }")}
    assert earlier < today
    assert len(earlier) > 300
