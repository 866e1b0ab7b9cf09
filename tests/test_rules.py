"""What `kg check` finds: each rule and each shape on a toy case that breaks it and on a near one that does not.

Rows are broken where a row can break the promise; where the tables cannot say it, triples are put into the store.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg import validate
from kg.compile_store import compile_in_memory
from kg.errors import Finding, KgError
from kg.paths import Root
from kg.store import Opened
from kg.terms import PREFIXES
from kg.triples import build
from kg.validate import Checked, check, parse_rule, rules
from kg.view import View

Edits = Mapping[str, tuple[str, str]]  # table below data/ -> old text (once in it; empty: append), new text

LOSS = "claim:2dcb15e957a72d93"  # DLL3, escaped through, antigen loss, in SCLC
PREAMBLE = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())


def edit(root: Root, edits: Edits) -> None:
    for table, (old, new) in edits.items():
        path = root.data / f"{table}.tsv"
        text = path.read_text(encoding="utf-8")
        if old:
            assert text.count(old) == 1, f"{table}: {old!r} must stand there once"
            text = text.replace(old, new)
        else:
            text += new
        path.write_text(text, encoding="utf-8")


def in_memory(root: Root, view: View) -> Opened:
    """The store of a view without a folder in the cache: some hundred toy trees are opened here once."""
    return Opened(compile_in_memory(root, view), root, view, "", "", "memory")


def both_views(root: Root) -> tuple[Opened, Opened]:
    return in_memory(root, View()), in_memory(root, View("", True))


def tinkered(opened: Opened, more: str, less: str) -> Opened:
    """The store with triples more and triples less (Turtle), in memory."""
    if not more and not less:
        return opened
    store = ox.Store()
    store.bulk_extend(opened.store)
    store.load((PREAMBLE + more).encode(), format=ox.RdfFormat.TURTLE)
    for quad in ox.parse((PREAMBLE + less).encode(), format=ox.RdfFormat.TURTLE):
        assert quad in store, f"is not there to be removed: {quad}"
        store.remove(quad)
    return opened._replace(store=store)


def checked(root: Root, edits: Edits | None = None, more: str = "", less: str = "") -> Checked:
    """What `kg check` finds in the toy tree after the edits."""
    edit(root, edits or {})
    build(root)
    opened, unread = both_views(root)
    return check(tinkered(opened, more, less), tinkered(unread, more, less))


def line_of(root: Root, table: str, text: str) -> str:
    """`file:line` of the first line of a table that holds the text."""
    lines = (root.data / f"{table}.tsv").read_text(encoding="utf-8").splitlines()
    number = next(number for number, line in enumerate(lines, start=1) if text in line)
    return f"data/{table}.tsv:{number}"


@dataclass(frozen=True)
class Case:
    """A way to break a promise (`finds`: severity, entity and words of each finding), or a near one that keeps it."""

    name: str
    edits: Edits = field(default_factory=dict)
    more: str = ""
    less: str = ""
    finds: tuple[tuple[str, str], ...] = ()  # where (a regular expression), what (words of it)


def arm(antibody: str, antigen: str, role: str, source: str = "PMID:1001", stance: str = "supports") -> str:
    cells = (antibody, antigen, antigen, "", role, "1", "fab", "", source, "abstract", "clinical", stance, "2019-05")
    return "\t".join((*cells, "read", "", "")) + "\n"


def property_row(antibody: str, name: str, value: str) -> str:
    cells = (antibody, name, value, "PMID:1001", "abstract", "clinical", "supports", "2019-05", "read", "", "")
    return "\t".join(cells) + "\n"


LONE = "lone\tlone arm\t\tcode\tsolid\n"
GENE_HLA_A = "HLA-A\tHGNC:4931\tP04439\t\tmajor histocompatibility complex, class I, A\t\n"
TOY_STOP = "twice-told\tstop" + 7 * "\t"

RULES: dict[str, list[Case]] = {
    "antibody-has-two-targets": [
        Case(
            "an antibody of one arm",
            {"curated/antibodies": ("", LONE), "curated/arms": ("", arm("lone", "EGFR", "tumor-binding"))},
            finds=((r"data/curated/antibodies\.tsv:8 \(ab:lone\)", "has no pair in this view"),),
        ),
        Case(
            "an antibody whose second arm is for half-life",
            {
                "curated/antibodies": ("", LONE),
                "curated/arms": ("", arm("lone", "EGFR", "tumor-binding") + arm("lone", "ALB", "half-life")),
            },
            finds=((r"data/curated/antibodies\.tsv:8 \(ab:lone\)", "has no pair in this view"),),
        ),
        Case(
            "an antibody of two arms",
            {
                "curated/antibodies": ("", LONE),
                "curated/arms": ("", arm("lone", "EGFR", "tumor-binding") + arm("lone", "CD3E", "trigger")),
            },
        ),
        Case(
            "a dual-action arm",
            {
                "curated/antibodies": ("", LONE),
                "curated/arms": (
                    "",
                    arm("lone", "EGFR", "tumor-binding").replace("\tEGFR\tEGFR", "\tboth\tEGFR")
                    + arm("lone", "MET", "tumor-binding").replace("\tMET\tMET", "\tboth\tMET"),
                ),
            },
        ),
    ],
    "antigen-has-location": [
        Case(
            "an antigen without a location",
            {"curated/antigens": ("HGFR\tcell-surface", "HGFR\t")},
            finds=((r"data/curated/antigens\.tsv:9 \(UniProt:P08581\)", "has no location"),),
        ),
        Case("a soluble antigen", {"curated/antigens": ("HGFR\tcell-surface", "HGFR\tsoluble")}),
    ],
    "approval-has-date": [
        Case(
            "an approval without a date",
            {"curated/events": ("approved\t2024-05\tdecision\tUS", "approved\t\t\tUS")},
            finds=((r"data/curated/events\.tsv:3 \(event:engager-one\..*\)", "has no date"),),
        ),
        Case(
            "an approval without a region",
            {"curated/events": ("approved\t2024-05\tdecision\tUS", "approved\t2024-05\tdecision\t")},
            finds=((r"data/curated/events\.tsv:3 \(event:engager-one\..*\)", "has no region"),),
        ),
        Case(
            "a first dose without date and region",
            {"curated/events": ("first-in-clinic\tphase-1\t2016\tupper-bound", "first-in-clinic\tphase-1\t\t")},
        ),
    ],
    "edge-has-claim": [
        Case(
            "an edge without a claim",
            more="ab:two-site bsab:hasPair pair:EGFR--MET .",
            finds=((r"data/curated/antibodies\.tsv:\d+ \(ab:two-site\)", "no claim backs its hasPair to"),),
        ),
        Case(
            "an edge whose claim is only refuted",
            more="ab:engager-one bsab:testedInTrial NCT:NCT00000002 .",
            finds=((r".*\(ab:engager-one\)", "no claim backs its testedInTrial to"),),
        ),
        Case("an edge that a claim backs, once more", more="ab:dual-block bsab:hasPair pair:EGFR--MET ."),
    ],
    "engager-has-trigger": [
        Case(
            "an engager whose CD3 arm costimulates",
            {
                "curated/arms": (
                    "CD3E\tCD3E\t\ttrigger\t1\tscfv\t\tPMID:1001",
                    "CD3E\tCD3E\t\tcostimulation\t1\tscfv\t\tPMID:1001",
                )
            },
            finds=((r"data/curated/antibodies\.tsv:\d+ \(ab:engager-one\)", "and has no trigger arm"),),
        ),
        Case(
            "a T-cell engager whose trigger is a tumor antigen",
            {
                "curated/arms": (
                    "CD3E\tCD3E\t\ttrigger\t1\tscfv\t\tPMID:1001",
                    "MET\tMET\t\ttrigger\t1\tscfv\t\tPMID:1001",
                )
            },
            finds=((r".*\(ab:engager-one\)", "its trigger is neither CD3 nor the T-cell receptor"),),
        ),
        Case(
            "an NK-cell engager whose trigger is not CD3",
            {
                "curated/arms": (
                    "CD3E\tCD3E\t\ttrigger\t1\tscfv\t\tPMID:1001",
                    "MET\tMET\t\ttrigger\t1\tscfv\t\tPMID:1001",
                ),
                "curated/properties": ("mechanism\tt-cell-engager", "mechanism\tnk-cell-engager"),
            },
        ),
        Case(
            "a blocker without a trigger",
            {"curated/properties": ("", property_row("dual-block", "mechanism", "dual-signaling-blockade"))},
        ),
    ],
    "entity-edge-is-known": [
        Case(
            "a property between two antibodies that no claim brings",
            more="ab:two-site bsab:resembles ab:dual-block .",
            finds=(
                (r"data/curated/antibodies\.tsv:\d+ \(ab:two-site\)", "by https://w3id.org/bsab/resembles without"),
            ),
        ),
        Case("a property to a term of the vocabulary", more="ab:two-site bsab:resembles bsab:SolidScope ."),
        Case(
            "a property that a claim brings",
            {
                "curated/claims": (
                    "",
                    "ab:two-site\tbsab:counterAntibody\tab:dual-block\t\tPMID:1001\tabstract\tclinical\tsupports\t2019\tread\t\t\n",
                )
            },
        ),
    ],
    "evidence-not-before-event": [
        Case(
            "an approval that was reported a year before",
            {"curated/events": ("approval\tsupports\t\tread", "approval\tsupports\t2023-04\tread")},
            finds=(
                (r"data/curated/events\.tsv:3 \(claim:\w+\)", "evidence of 2023-04-30 tells of an event of 2024-05-01"),
            ),
        ),
        Case(
            "an approval that was reported in the same month",
            {"curated/events": ("approval\tsupports\t\tread", "approval\tsupports\t2024-05\tread")},
        ),
        Case(
            "a denial in advance",
            {
                "curated/events": (
                    "\trefutes\t2022-06\tread\t\t\nengager-one\tstop",
                    "\trefutes\t2021-01\tread\t\t\nengager-one\tstop",
                )
            },
        ),
    ],
    "half-life-makes-no-pair": [
        Case(
            "an albumin arm that is called tumor-binding",
            {"curated/arms": ("ALB\tALB\t\thalf-life", "ALB\tALB\t\ttumor-binding")},
            finds=(
                (r".*\(pair:ALB--CD3E\)", "albumin makes a pair"),
                (r".*\(pair:ALB--DLL3\)", "albumin makes a pair"),
            ),
        ),
        Case(
            "an HLA molecule as an antigen",
            {
                "imported/genes-toy": ("", GENE_HLA_A),
                "curated/antigens": ("", "HLA-A\tHLA-A\t\tcell-surface\t\n"),
            },
            finds=((r"data/curated/antigens\.tsv:10 \(UniProt:P04439\)", "a restriction element is an antigen"),),
        ),
        Case(
            "HLA-G, which is a target",
            {
                "imported/genes-toy": ("", GENE_HLA_A.replace("HLA-A", "HLA-G").replace("P04439", "P17693")),
                "curated/antigens": ("", "HLA-G\tHLA-G\t\tcell-surface\t\n"),
            },
        ),
    ],
    "node-is-claimed": [
        Case(
            "an event that nobody tells",
            more="event:two-site.0000 a bsab:StatusEvent ; rdfs:label 'two-site: stop' .",
            finds=((r"event:two-site\.0000", "no claim has it"),),
        ),
        Case(
            "a counter-measure that nobody tells",
            more="counter:MX001.0000 a bsab:CounterMeasure ; rdfs:label 'MX001: none' .",
            finds=((r"counter:MX001\.0000", "no claim has it"),),
        ),
        Case(
            "an observation that an evidence line reports",
            more="escape:MX100 a bsab:EscapeObservation . ev:0000 bsab:observation escape:MX100 .",
        ),
    ],
    "one-label": [
        Case(
            "two antigens of one label, but for its case",
            {"curated/antigens": ("MET\tMET\tHGFR", "MET\tegfr\tHGFR")},
            finds=((r"data/curated/antigens\.tsv:5 \(UniProt:P00533\)", "shares its label with http"),),
        ),
        Case(
            "an antibody and an antigen of one label",
            {"curated/antibodies": ("twice-told\ttwice told", "twice-told\tMET")},
        ),
        Case("a synonym that is another's label", {"curated/antigens": ("MET\tMET\tHGFR", "MET\tMET\tEGFR")}),
    ],
    "read-has-locator": [
        Case(
            "a line that was read nowhere",
            more=f"ev:0000 bsab:evidenceFor {LOSS} ; bsab:reading bsab:ReadState .",
            finds=((rf"data/curated/escapes\.tsv:2 \({LOSS}\)", "evidence that was read has no locator"),),
        ),
        Case(
            "a record with an empty locator",
            more=f"ev:0000 bsab:evidenceFor {LOSS} ; bsab:reading bsab:RecordState ; bsab:locator '' .",
            finds=((rf"data/curated/escapes\.tsv:2 \({LOSS}\)", "evidence that was read has no locator"),),
        ),
        Case("a line that nobody read", more=f"ev:0000 bsab:evidenceFor {LOSS} ; bsab:reading bsab:UnreadState ."),
        Case(
            "a line that was read on page 3",
            more=f"ev:0000 bsab:evidenceFor {LOSS} ; bsab:reading bsab:ReadState ; bsab:locator 'page 3' .",
        ),
    ],
    "solid-tested-in-solid": [
        Case(
            "antibodies for solid tumors in a hematologic one",
            {"curated/tumors": ("\tSCLC\tyes", "\tSCLC\tno")},
            finds=(
                (r"data/curated/antibodies\.tsv:3 \(ab:engager-one\)", "was tested in small cell lung carcinoma"),
                (r"data/curated/antibodies\.tsv:4 \(ab:late-comer\)", "was tested in small cell lung carcinoma"),
            ),
        ),
        Case(
            "an antibody for both in a hematologic tumor",
            {
                "curated/tumors": ("gastric carcinoma\t\tyes", "gastric carcinoma\t\tno"),
                "curated/properties": (
                    "twice-told\ttested-in\tMONDO:0004950",
                    "one-fab\ttested-in\tMONDO:0004950",
                ),
            },
        ),
    ],
    "stop-has-reason": [
        Case(
            "a stop without a class of reason",
            finds=((r"data/curated/events\.tsv:11 \(event:twice-told\.\w+\)", "has no class of reason"),),
        ),
        Case(
            "a stop of which it was said that nobody said",
            {"curated/events": (TOY_STOP, TOY_STOP + "not-stated")},
        ),
    ],
}
RULE_CASES = [pytest.param(name, case, id=f"{name}: {case.name}") for name, cases in RULES.items() for case in cases]


@pytest.fixture
def without_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the extra `check` is not installed."""
    monkeypatch.setattr(validate, "find_spec", lambda _: None)


@pytest.mark.usefixtures("without_engines")
@pytest.mark.parametrize(("name", "case"), RULE_CASES)
def test_a_rule_finds_what_breaks_it_and_nothing_else(toy_root: Root, name: str, case: Case) -> None:
    (rule,) = (rule for rule in rules() if rule.name == name)
    found = [f for f in checked(toy_root, case.edits, case.more, case.less).findings if f.rule == name]
    assert [finding for finding in found if finding.severity != rule.severity or finding.hint != rule.hint] == []
    assert len(found) == len(case.finds), found
    for finding, (where, what) in zip(sorted(found), case.finds, strict=True):
        assert re.fullmatch(where, finding.where), finding
        assert what in finding.what


def test_every_rule_has_a_case_that_breaks_it_and_one_that_does_not() -> None:
    assert set(RULES) == {rule.name for rule in rules()} == {path.stem for path in validate.RULES.glob("*.rq")}
    assert [name for name, cases in RULES.items() if not any(case.finds for case in cases)] == []
    assert [name for name, cases in RULES.items() if all(case.finds for case in cases)] == []


def test_the_toy_graph_breaks_no_promise_but_one_for_information(toy_root: Root) -> None:
    found = checked(toy_root)
    assert [(finding.severity, finding.rule) for finding in found.findings] == [("info", "stop-has-reason")]
    assert found.errors == 0
    assert found.skipped == ()
    assert found.ran == (
        "tables",
        "provenance",
        "freshness",
        f"{len(RULES)} rules",
        "shapes",
        "reasoner on the vocabulary",
    )


def test_the_rules_hold_for_what_nobody_read_too(toy_root: Root) -> None:
    """The half-life arm is only tumor-binding in an unread row: the default view has no such pair."""
    row = arm("late-comer", "ALB", "tumor-binding", "PMID:1005").replace("2019-05\tread", "2023-02\tunread")
    found = checked(toy_root, {"curated/arms": ("", row)})
    where = {
        finding.where.rpartition(" ")[2] for finding in found.findings if finding.rule == "half-life-makes-no-pair"
    }
    assert where == {"(pair:ALB--CD3E)", "(pair:ALB--GLYCAN.GD2)"}
    assert not list(
        in_memory(toy_root, View()).store.quads_for_pattern(
            ox.NamedNode(PREFIXES["pair"] + "ALB--CD3E"), None, None, None
        )
    )


def test_errors_come_first_and_three_offenders_are_three_findings(toy_root: Root) -> None:
    more = " ".join(f"ab:{name} bsab:resembles ab:late-comer ." for name in ("dual-block", "engager-one", "two-site"))
    found = checked(toy_root, {"curated/antigens": ("HGFR\tcell-surface", "HGFR\t")}, more)
    assert [finding.severity for finding in found.findings] == ["error", "error", "error", "info", "info"]
    assert found.errors == 3


# --- headers of rule files


@pytest.mark.parametrize(
    ("header", "line"),
    [
        ("# severity: error\n# promise: one\n", 1),
        ("# severity: grave\n# promise: one\n# hint: two\n", 1),
        ("# severity: error\n# promise: one\n# hint: two\n# hint: three\n", 4),
        ("# severity: error\n# promise: one\n# hint: two\n# color: red\n", 4),
        ("# severity: error\n# just a remark\n# promise: one\n# hint: two\n", 2),
    ],
)
def test_a_rule_with_a_wrong_header_is_refused_with_its_line(tmp_path: Path, header: str, line: int) -> None:
    path = tmp_path / "wrong.rq"
    path.write_text(header + "SELECT ?where ?what WHERE { ?where ?what ?x }\n")
    with pytest.raises(KgError) as refused:
        parse_rule(path)
    assert refused.value.where == f"{path}:{line}"


# --- shapes

ESCAPE = "escape:MX001"
SHAPES: dict[str, list[Case]] = {
    "ClaimShape": [
        Case(
            "a claim without evidence",
            more="claim:0000 a bsab:Claim ; rdf:subject ab:one-fab ; rdf:predicate bsab:hasPair ;"
            " rdf:object pair:EGFR--MET ; bsab:support 0.5 .",
            finds=(("claim:0000", "a claim needs evidence"),),
        ),
        Case(
            "a claim with two subjects",
            more=f"{LOSS} rdf:subject ab:one-fab .",
            finds=((rf"data/curated/escapes\.tsv:2 \({LOSS}\)", "rdf:subject must be one IRI"),),
        ),
        Case(
            "a claim whose predicate is a text",
            more=f"{LOSS} rdf:predicate 'escapes' .",
            less=f"{LOSS} rdf:predicate bsab:escapedThrough .",
            finds=((rf".*\({LOSS}\)", "rdf:predicate must be one IRI"),),
        ),
        Case(
            "a claim without an object",
            less=f"{LOSS} rdf:object bsab:AntigenLoss .",
            finds=((rf".*\({LOSS}\)", "rdf:object must be one node"),),
        ),
        Case(
            "a claim with a second support, above one",
            more=f"{LOSS} bsab:support 1.5 .",
            finds=((rf".*\({LOSS}\)", "bsab:support must be one number between 0 and 1"),),
        ),
    ],
    "EvidenceLineShape": [
        Case(
            "a line without source, level and stance",
            more=f"ev:0000 a bsab:EvidenceLine ; bsab:evidenceFor {LOSS} ; bsab:reading bsab:UnreadState .",
            finds=(
                ("ev:0000", "bsab:level must have one level"),
                ("ev:0000", "bsab:source must have one source"),
                ("ev:0000", "bsab:stance must have one stance"),
            ),
        ),
        Case(
            "a line for what is no claim, in a reading state that is none",
            more="ev:0000 a bsab:EvidenceLine ; bsab:evidenceFor ab:one-fab ; bsab:reading bsab:SolidScope ;"
            " bsab:source PMID:1001 ; bsab:level bsab:ClinicalLevel ; bsab:stance bsab:SupportsStance .",
            finds=(
                ("ev:0000", "bsab:evidenceFor must be for one claim"),
                ("ev:0000", "bsab:reading must have one reading state"),
            ),
        ),
        Case(
            "a line dated by a year",
            more=f"ev:0000 a bsab:EvidenceLine ; bsab:evidenceFor {LOSS} ; bsab:reading bsab:UnreadState ;"
            " bsab:source PMID:1001 ; bsab:level bsab:ClinicalLevel ; bsab:stance bsab:SupportsStance ;"
            " bsab:dateEarliest '2020'^^xsd:gYear ; bsab:dateLatest '2020-12-31'^^xsd:date .",
            finds=(("ev:0000", "bsab:dateEarliest must be a day"),),
        ),
    ],
    "AntibodyShape": [
        Case(
            "an antibody of two labels and no scope",
            more="ab:one-fab rdfs:label 'another' .",
            less="ab:one-fab bsab:scope bsab:BothScope .",
            finds=(
                (r"data/curated/antibodies\.tsv:5 \(ab:one-fab\)", "bsab:scope must have one scope"),
                (r"data/curated/antibodies\.tsv:5 \(ab:one-fab\)", "rdfs:label must have one label"),
            ),
        ),
        Case(
            "an antibody whose format is a cell",
            more="ab:one-fab bsab:hasFormat CL:0000084 .",
            finds=((r".*\(ab:one-fab\)", "bsab:hasFormat must be a format"),),
        ),
    ],
    "ArmShape": [
        Case(
            "an arm of no binding site",
            {
                "curated/arms": (
                    "MET\tMET\t\ttumor-binding\t1\tfab\t\tPMID:1001",
                    "MET\tMET\t\ttumor-binding\t0\tfab\t\tPMID:1001",
                )
            },
            finds=(
                (r"data/curated/arms\.tsv:\d+ \(arm:dual-block\.MET\)", "valency must be a number of binding sites"),
            ),
        ),
        Case(
            "an arm of two antibodies",
            more="ab:one-fab bsab:hasArm arm:dual-block.MET .",
            finds=((r".*\(arm:dual-block\.MET\)", "must belong to one antibody"),),
        ),
        Case(
            "an arm without a role",
            less="arm:dual-block.MET bsab:hasRole bsab:TumorBindingRole .",
            finds=((r".*\(arm:dual-block\.MET\)", "bsab:hasRole must have a role"),),
        ),
        Case(
            "an arm that binds a tumor",
            more="arm:dual-block.MET bsab:binds MONDO:0005138 .",
            finds=((r".*\(arm:dual-block\.MET\)", "bsab:binds must bind an antigen"),),
        ),
    ],
    "PairShape": [
        Case(
            "a pair of three",
            more="pair:EGFR--MET bsab:hasMember UniProt:P21860 .",
            finds=((r".*\(pair:EGFR--MET\)", "bsab:hasMember must have one or two antigens"),),
        ),
        Case(
            "a pair of no family",
            less="pair:EGFR--MET bsab:family bsab:TumorAntigenXTumorAntigenFamily .",
            finds=((r".*\(pair:EGFR--MET\)", "bsab:family must have a family"),),
        ),
    ],
    "EpitopeShape": [
        Case(
            "an epitope of two antigens",
            more="ep:ERBB2.ecd2 bsab:epitopeOf UniProt:P21860 .",
            finds=((r"data/curated/epitopes\.tsv:2 \(ep:ERBB2\.ecd2\)", "must be on one antigen"),),
        ),
    ],
    "StatusEventShape": [
        Case(
            "an event that ends before it begins",
            more="event:x.0000 a bsab:StatusEvent ; bsab:onEarliest '2020-02-01'^^xsd:date ;"
            " bsab:onLatest '2020-01-01'^^xsd:date .",
            finds=(("event:x.0000", "bsab:onEarliest must not be after the latest day"),),
        ),
        Case(
            "an event of two antibodies",
            more="event:x.0000 a bsab:StatusEvent . ab:one-fab bsab:hasEvent event:x.0000 ."
            " ab:two-site bsab:hasEvent event:x.0000 .",
            finds=(("event:x.0000", "must belong to one antibody"),),
        ),
        Case(
            "an event on a year",
            more="event:x.0000 a bsab:StatusEvent ; bsab:onEarliest '2020'^^xsd:gYear .",
            finds=(("event:x.0000", "bsab:onEarliest must be a day"),),
        ),
    ],
    "EscapeObservationShape": [
        Case(
            "an observation that says neither timing nor transfer",
            less=f"{ESCAPE} bsab:timing bsab:AcquiredTiming ; bsab:transferred false .",
            finds=(
                (rf"data/curated/escapes\.tsv:2 \({ESCAPE}\)", "bsab:timing must have a timing"),
                (rf"data/curated/escapes\.tsv:2 \({ESCAPE}\)", "bsab:transferred must say whether it is carried over"),
            ),
        ),
        Case(
            "an observation of no mechanism",
            less=f"{ESCAPE} bsab:escapeMechanism bsab:AntigenLoss .",
            finds=((rf".*\({ESCAPE}\)", "bsab:escapeMechanism must have a mechanism"),),
        ),
    ],
    "EscapeMechanismShape": [
        Case(
            "a mechanism of two scopes",
            more="bsab:AntigenLoss bsab:hasScope bsab:PharmacologyScope .",
            finds=(("bsab:AntigenLoss", "bsab:hasScope must have one scope"),),
        ),
    ],
    "ResultShape": [
        Case(
            "a result whose limits are swapped",
            {"curated/results": ("1.88\t1.1\t3.2", "1.88\t3.2\t1.1")},
            finds=((r"data/curated/results\.tsv:2 \(result:dual-block\.\w+\)", "must not be above the upper limit"),),
        ),
        Case(
            "a result whose unread interval is swapped",
            {"curated/results": ("29.1\t51.0", "51.0\t29.1")},
            finds=((r"data/curated/results\.tsv:3 \(result:engager-one\.\w+\)", "must not be above the upper limit"),),
        ),
        Case(
            "a result of no end point",
            more="result:x.0000 a bsab:Result .",
            finds=(("result:x.0000", "bsab:endPoint must have an end point"),),
        ),
    ],
    "TumorShape": [
        Case(
            "a tumor of two labels",
            more="MONDO:0004950 rdfs:label 'stomach cancer' .",
            finds=((r"data/curated/tumors\.tsv:2 \(MONDO:0004950\)", "rdfs:label must have one label"),),
        ),
    ],
}
SHAPE_CASES = [pytest.param(case, id=f"{name}: {case.name}") for name, cases in SHAPES.items() for case in cases]


@pytest.mark.parametrize("case", SHAPE_CASES)
def test_a_shape_finds_what_breaks_it_and_nothing_else(toy_root: Root, case: Case) -> None:
    found = sorted(f for f in checked(toy_root, case.edits, case.more, case.less).findings if f.rule == "shape")
    assert {finding.severity for finding in found} == {"error"}
    assert len({(f.where, f.what) for f in found}) == len(case.finds), found
    for finding, (where, what) in zip(found, case.finds, strict=True):
        assert re.fullmatch(where, finding.where), finding
        assert what in finding.what


def test_every_shape_has_a_case_that_breaks_it(real_root: Root) -> None:
    shapes = set()
    for quad in ox.parse(path=str(real_root.ontology / "shapes.ttl"), format=ox.RdfFormat.TURTLE):
        if getattr(quad.object, "value", "") == "http://www.w3.org/ns/shacl#NodeShape":
            shapes.add(getattr(quad.subject, "value", "").removeprefix(PREFIXES["bsab"]))
    assert set(SHAPES) == shapes


# --- the reasoner


def with_axioms(root: Root, axioms: str) -> Checked:
    path = root.ontology / "bsab.ttl"
    path.write_text(path.read_text(encoding="utf-8") + axioms, encoding="utf-8")
    return checked(root)


def test_the_reasoner_finds_a_class_that_can_have_no_instance(toy_root: Root) -> None:
    axioms = "bsab:Chimera a owl:Class ; rdfs:subClassOf bsab:Antibody , bsab:Tumor ."
    found = [finding for finding in with_axioms(toy_root, axioms).findings if finding.rule == "reasoner"]
    assert found == [
        Finding("error", "reasoner", "ontology/bsab.ttl:1", "bsab:Chimera can have no instance", "undo the last axiom")
    ]


def test_the_reasoner_finds_an_inconsistent_vocabulary(toy_root: Root) -> None:
    axioms = "bsab:chimera a owl:NamedIndividual , bsab:Antibody , bsab:Tumor ."
    found = [finding for finding in with_axioms(toy_root, axioms).findings if finding.rule == "reasoner"]
    assert [finding.what for finding in found] == ["the vocabulary is inconsistent"]


def test_the_reasoner_is_content_with_an_axiom_that_contradicts_nothing(toy_root: Root) -> None:
    axioms = "bsab:Chimera a owl:Class ; rdfs:subClassOf bsab:Antibody ."
    assert not [finding for finding in with_axioms(toy_root, axioms).findings if finding.rule == "reasoner"]


@pytest.mark.usefixtures("without_engines")
def test_without_the_extra_shapes_and_reasoner_are_named_as_skipped_and_the_rules_run(toy_root: Root) -> None:
    found = checked(toy_root)
    assert [skipped.partition(":")[0] for skipped in found.skipped] == ["shapes", "reasoner"]
    assert all("bsab-kg[check]" in skipped for skipped in found.skipped)
    assert f"{len(RULES)} rules" in found.ran


# --- tables, provenance, freshness, checksums


def test_a_broken_row_is_found_at_its_line_and_stops_the_rest(toy_root: Root) -> None:
    stores = both_views(toy_root)
    edit(toy_root, {"curated/arms": ("DLL3\tDLL3\t\ttumor-binding", "DLL3\tDLL3\t\ttumour-binding")})
    found = check(*stores)
    (finding,) = found.findings
    assert finding.where == line_of(toy_root, "curated/arms", "tumour-binding")
    assert "column role: 'tumour-binding' is not one of:" in finding.what
    assert found.errors == 1
    assert found.ran == ("tables",)
    assert found.skipped == ("everything else: the tables come first",)


@pytest.mark.usefixtures("without_engines")
@pytest.mark.parametrize(
    ("file", "sha256", "cited", "broken"),
    [
        ("toy.csv", "", True, True),
        ("toy.csv", "0" * 63, True, True),
        ("toy.csv", "not a checksum", True, True),
        ("toy.csv", "0" * 64, True, False),
        ("", "", True, False),  # our own: no file, so no checksum
        ("toy.csv", "", False, False),  # nothing rests on it
    ],
)
def test_a_data_set_that_is_cited_has_the_checksum_of_its_file(
    toy_root: Root, file: str, sha256: str, cited: bool, broken: bool
) -> None:
    name = "toy-db" if cited else "uncited"
    start = f"{name}\tToy database\t2020-01\t2024-12-31\tCC0-1.0\tyes\t\t2024-12-31\t"
    edits = {"sources": (start + "\t\n" if cited else "", f"{start}{file}\t{sha256}\n")}
    found = [finding for finding in checked(toy_root, edits).findings if finding.rule == "provenance"]
    expected = Finding("error", "provenance", "data/sources.tsv:2", "toy-db has no checksum", "run kg import")
    assert found == ([expected] if broken else [])


def tampered(root: Root, tamper: Callable[[Root], None]) -> set[tuple[str, str, str]]:
    stores = both_views(root)
    tamper(root)
    return {(f.severity, f.rule, f.where) for f in check(*stores).findings if f.rule in ("fresh", "checksum")}


def flip(root: Root) -> None:
    path = root.triples / "claims-binds.ttl"
    path.write_bytes(path.read_bytes().replace(b"bsab:binds", b"bsab:bindz", 1))


def remove_file(root: Root) -> None:
    (root.triples / "claims-binds.ttl").unlink()


def remove_manifest_line(root: Root) -> None:
    lines = root.manifest.read_text().splitlines(keepends=True)
    assert sum("claims-binds.ttl" in line for line in lines) == 1
    root.manifest.write_text("".join(line for line in lines if "claims-binds.ttl" not in line))


def change_checksum(root: Root) -> None:
    text = root.manifest.read_text()
    old = re.search(r"claims-binds\.ttl\t(\w{64})", text)
    assert old
    root.manifest.write_text(text.replace(old[1], "0" * 64))


def add_file(root: Root) -> None:
    (root.triples / "claims-mine.ttl").write_text("")


def change_table(root: Root) -> None:
    edit(root, {"curated/antigens": ("HGFR", "c-Met")})


BINDS, MANIFEST = "data/triples/claims-binds.ttl", "data/MANIFEST"


@pytest.mark.usefixtures("without_engines")
@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        (flip, {("fresh", BINDS), ("checksum", BINDS)}),
        (remove_file, {("fresh", BINDS), ("checksum", BINDS)}),
        (remove_manifest_line, {("fresh", MANIFEST)}),
        (change_checksum, {("fresh", MANIFEST), ("checksum", BINDS)}),
        (add_file, {("fresh", "data/triples/claims-mine.ttl")}),
        (change_table, {("fresh", MANIFEST), ("fresh", "data/triples/entities-antigen.ttl")}),
    ],
)
def test_whatever_does_not_follow_from_the_tables_is_found(
    toy_root: Root, tamper: Callable[[Root], None], found: set[tuple[str, str]]
) -> None:
    assert tampered(toy_root, tamper) == {("error", rule, where) for rule, where in found}


@pytest.mark.usefixtures("without_engines")
def test_an_installed_copy_is_not_told_to_build_but_an_edited_file_is_found(toy_root: Root) -> None:
    installed = toy_root._replace(checkout=False)
    stores = both_views(installed)
    flip(installed)
    found = check(*stores)
    assert {finding.rule for finding in found.findings if finding.severity == "error"} == {"checksum"}
    assert "freshness: an installed copy is not built" in found.skipped


# --- the command


def test_the_command_fails_on_an_error_and_names_the_line(
    kg: Callable[..., tuple[int, str, str]], toy_root: Root
) -> None:
    edit(toy_root, {"curated/results": ("1.88\t1.1\t3.2", "1.88\t3.2\t1.1")})
    build(toy_root)
    code, out, err = kg("check", "--root", toy_root.path, "--format", "tsv")
    assert code == 1
    assert "data/curated/results.tsv:2" in out
    assert "stop-has-reason" not in out, "information is shown on demand"
    assert err.startswith("errors: 1, warnings: 0, remarks: 1")


def test_the_command_succeeds_on_a_warning_and_shows_information_on_demand(
    kg: Callable[..., tuple[int, str, str]], toy_root: Root
) -> None:
    edit(toy_root, {"curated/tumors": ("\tSCLC\tyes", "\tSCLC\tno")})
    build(toy_root)
    code, out, _ = kg("check", "--root", toy_root.path, "--format", "tsv", "--all")
    assert code == 0
    assert [line.split("\t")[:2] for line in out.splitlines()[1:]] == [
        ["warning", "solid-tested-in-solid"],
        ["warning", "solid-tested-in-solid"],
        ["info", "stop-has-reason"],
    ]


def test_the_command_names_an_edited_generated_file(kg: Callable[..., tuple[int, str, str]], toy_root: Root) -> None:
    flip(toy_root)
    code, out, err = kg("check", "--root", toy_root.path)
    assert code == 1
    assert "claims-binds.ttl" in out + err
    assert "run kg build" in out + err


def test_the_committed_graph_has_no_error(real: Opened, real_unread: Opened) -> None:
    found = check(real, real_unread)
    assert [finding for finding in found.findings if finding.severity == "error"] == []
    assert found.skipped == ()
