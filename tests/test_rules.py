"""What `kg check` finds: each rule on a toy case that breaks it and on a near one that does not; tables, provenance.

Shapes and reasoner have tests of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from broken import Case, arm, both_views, checked, edit, in_memory, property_row

from kg import validate
from kg.errors import Finding, KgError
from kg.paths import Root
from kg.store import Opened
from kg.terms import PREFIXES
from kg.triples import build
from kg.validate import check, parse_rule, rules
from kg.view import View

LOSS = "claim:2dcb15e957a72d93"  # DLL3, escaped through, antigen loss, in SCLC


def line_of(root: Root, table: str, text: str) -> str:
    """`file:line` of the first line of a table that holds the text."""
    lines = (root.data / f"{table}.tsv").read_text(encoding="utf-8").splitlines()
    number = next(number for number, line in enumerate(lines, start=1) if text in line)
    return f"data/{table}.tsv:{number}"


LONE = "lone\tlone arm\t\tcode\tsolid\n"
GENE_HLA_A = "HLA-A\tHGNC:4931\tP04439\t\tmajor histocompatibility complex, class I, A\t\n"
CD3_OF_ENGAGER = "CD3E\tCD3E\t\ttrigger\t1\tscfv\t\tPMID:1001"
ENGAGES = "engager-one\tmechanism\tt-cell-engager"
TOY_STOP = "twice-told\tstop" + 7 * "\t"


def event(name: str, kind: str, day: str, of: str, *more: str, until: str = "") -> str:
    """A status event of an antibody in Turtle, with its claim."""
    iri = f"event:{name}"
    parts = (
        f"{iri} a bsab:StatusEvent",
        f"bsab:eventKind bsab:{kind}EventKind",
        f"bsab:onEarliest '{day}'^^xsd:date",
        f"bsab:onLatest '{until or day}'^^xsd:date",
        *more,
    )
    return " ; ".join(parts) + f" . {of} bsab:hasEvent {iri} .\n"


def approval(name: str, day: str, of: str = "ab:one-fab", region: str = "US", *more: str) -> str:
    return event(name, "Approval", day, of, f"bsab:region '{region}'", "bsab:dateKind bsab:DecisionDate", *more)


def clinic(name: str, day: str, kind: str, of: str = "ab:one-fab", until: str = "") -> str:
    return event(name, "FirstInClinic", day, of, f"bsab:dateKind bsab:{kind}Date", until=until)


def result(properties: str) -> str:
    return f"result:x.0000 a bsab:Result ; {properties} . claim:0000 rdf:object result:x.0000 ."


def bound_by(antigen: str, role: str, location: str) -> str:
    return f"arm:x.1 bsab:hasRole bsab:{role}Role ; bsab:binds {antigen} . {antigen} bsab:hasLocation {location} ."


DESERT = "immune-desert\tDLL3\t\tMONDO:0008433\tengager-one\tbispecific\tpatients\t"
NO_TIME = ("bsab:dateKind bsab:ReportDate",)
STOPPED = event("x.1", "Stop", "2020-01-31", "ab:one-fab", *NO_TIME)

RULES: dict[str, list[Case]] = {
    "approvals-stand-apart": [
        Case(
            "two approvals a day apart",
            more=approval("x.1", "2024-05-16") + approval("x.2", "2024-05-17"),
            finds=((r"event:x\.1", "is an approval in US of 2024-05-16, and there is another of 2024-05-17"),),
        ),
        Case("two approvals a month apart", more=approval("x.1", "2024-05-16") + approval("x.2", "2024-06-16")),
        Case(
            "two regions a day apart", more=approval("x.1", "2024-05-16") + approval("x.2", "2024-05-17", region="EU")
        ),
        Case(
            "two antibodies a day apart",
            more=approval("x.1", "2024-05-16") + approval("x.2", "2024-05-17", of="ab:two-site"),
        ),
        Case(
            "two tumors a day apart",
            more=approval("x.1", "2024-05-16", "ab:one-fab", "US", "bsab:eventTumor MONDO:0005233")
            + approval("x.2", "2024-05-17", "ab:one-fab", "US", "bsab:eventTumor MONDO:0008433"),
        ),
    ],
    "blockade-has-two-arms": [
        Case(
            "a dual blocker of one arm",
            {
                "curated/antibodies": ("", LONE),
                "curated/arms": ("", arm("lone", "EGFR", "tumor-binding")),
                "curated/properties": ("", property_row("lone", "mechanism", "dual-signaling-blockade")),
            },
            finds=((r".*\(ab:lone\)", "is curated as dual signaling blockade, and binds one antigen for effect"),),
        ),
        Case(
            "a dual blocker of two arms",
            {"curated/properties": ("", property_row("dual-block", "mechanism", "dual-signaling-blockade"))},
        ),
        Case(
            "an engager of one arm",
            {
                "curated/antibodies": ("", LONE),
                "curated/arms": ("", arm("lone", "EGFR", "tumor-binding")),
                "curated/properties": ("", property_row("lone", "mechanism", "t-cell-engager")),
            },
        ),
    ],
    "bounds-leave-room": [
        Case(
            "a bound before the first day that is possible",
            more=clinic("x.1", "2017-01-01", "UpperBound") + clinic("x.2", "2018-03-01", "LowerBound"),
            finds=(
                (r"event:x\.1", "in the clinic by 2017-01-01, and the lower-bound date of another event is 2018-03-01"),
            ),
        ),
        Case(
            "a first dose after the bound",
            more=clinic("x.1", "2017-01-01", "UpperBound") + clinic("x.2", "2018-03-01", "FirstDose"),
            finds=((r"event:x\.1", "2018-03-01"),),
        ),
        Case(
            "a first dose in the year of the bound",
            more=clinic("x.1", "2018-01-01", "UpperBound", until="2018-12-31")
            + clinic("x.2", "2018-03-01", "FirstDose"),
        ),
        Case(
            "a report after the bound",
            more=clinic("x.1", "2017-01-01", "UpperBound") + clinic("x.2", "2018-03-01", "Report"),
        ),
    ],
    "clinic-before-approval": [
        Case(
            "an approval before the first dose",
            more=approval("x.1", "2016-05-16") + clinic("x.2", "2018-03-01", "FirstDose"),
            finds=((r"event:x\.1", "is an approval of 2016-05-16, and the first in the clinic is of 2018-03-01"),),
        ),
        Case(
            "an approval before somebody reported that it is in the clinic",
            more=approval("x.1", "2016-05-16") + clinic("x.2", "2018-03-01", "Report"),
        ),
        Case(
            "an approval after the first dose",
            more=approval("x.1", "2019-05-16") + clinic("x.2", "2018-03-01", "FirstDose"),
        ),
    ],
    "counter-names-antibody": [
        Case(
            "another antibody that worked and is not named",
            {
                "curated/counters": (
                    "second-arm\tdual-block\tthe MET arm of the same molecule\tproposed",
                    "other-antibody\t\tan antibody\tsupported-clinical",
                )
            },
            finds=((r"data/curated/counters\.tsv:2 \(counter:MX004\.\w+\)", "and names no antibody"),),
        ),
        Case(
            "another antibody that was only proposed",
            {"curated/counters": ("second-arm\tdual-block", "other-antibody\t")},
        ),
        Case("a second arm that worked", {"curated/counters": ("molecule\tproposed", "molecule\tsupported-clinical")}),
    ],
    "escape-needs-another": [
        Case(
            "MET that is escaped through MET",
            {"curated/escapes": ("met-bypass\tEGFR", "met-bypass\tMET")},
            finds=(
                (
                    r"data/curated/escapes\.tsv:\d+ \(claim:\w+\)",
                    "MET is escaped through MET bypass, which runs through MET itself",
                ),
            ),
        ),
        Case("MET that is lost", {"curated/escapes": ("met-bypass\tEGFR", "antigen-loss\tMET")}),
    ],
    "met-excludes-no-effect": [
        Case(
            "met, with an interval that holds 1",
            more=result("bsab:endPointMet true ; bsab:hrLow 0.8 ; bsab:hrHigh 1.1"),
            finds=((r"result:x\.0000", "met its end point, with a hazard ratio between 0.8 and 1.1"),),
        ),
        Case("met, with an interval below 1", more=result("bsab:endPointMet true ; bsab:hrLow 0.6 ; bsab:hrHigh 0.9")),
        Case("missed", more=result("bsab:endPointMet false ; bsab:hrLow 0.8 ; bsab:hrHigh 1.1")),
    ],
    "nothing-after-stop": [
        Case(
            "a phase that is reached after the stop",
            more=STOPPED + event("x.2", "PhaseReached", "2021-03-01", "ab:one-fab", *NO_TIME),
            finds=((r"event:x\.1", "stopped by 2020-01-31, and phase reached is dated 2021-03-01"),),
        ),
        Case(
            "a phase that was reached before the stop",
            more=STOPPED + event("x.2", "PhaseReached", "2019-03-01", "ab:one-fab", *NO_TIME),
        ),
        Case(
            "a version of a database after the stop",
            more=STOPPED
            + event("x.2", "PhaseReached", "2021-03-01", "ab:one-fab", "bsab:dateKind bsab:DatabaseVersionDate"),
        ),
        Case(
            "a stop of one trial",
            more=event("x.1", "Stop", "2020-01-31", "ab:one-fab", *NO_TIME, "bsab:inTrial NCT:NCT00000001")
            + event("x.2", "PhaseReached", "2021-03-01", "ab:one-fab", *NO_TIME),
        ),
    ],
    "percent-is-a-share": [
        Case(
            "more than all",
            more=result("bsab:unit 'percent' ; bsab:value 140"),
            finds=((r"result:x\.0000", "has as value 140 percent"),),
        ),
        Case("all", more=result("bsab:unit 'percent' ; bsab:value 100")),
        Case("140 days", more=result("bsab:unit 'days' ; bsab:value 140")),
    ],
    "role-fits-location": [
        Case(
            "a trap for what is on the cell",
            more=bound_by("UniProt:P08581", "Trap", "bsab:CellSurfaceLocation"),
            finds=((r"arm:x\.1", "binds MET in the trap role, and MET is cell surface"),),
        ),
        Case("a trap for what is both", more=bound_by("UniProt:P08581", "Trap", "bsab:SolubleLocation")),
        Case(
            "a tumor-binding arm for what is soluble",
            more="arm:x.1 bsab:hasRole bsab:TumorBindingRole ; bsab:binds UniProt:P02768 .",
            finds=((r"arm:x\.1", "in the tumor-binding role, and albumin is soluble"),),
        ),
        Case(
            "a half-life arm for what is soluble",
            more="arm:x.1 bsab:hasRole bsab:HalfLifeRole ; bsab:binds UniProt:P02768 .",
        ),
    ],
    "source-can-be-opened": [
        Case(
            "a data set without an address beside papers",
            finds=(("src:toy-db|.*sources.*", "has no address, and 13 claims rest on it alone"),),
        ),
        Case("a data set with an address", more="src:toy-db bsab:url 'https://example.org/toy' ."),
    ],
    "timing-is-possible": [
        Case(
            "a desert that is acquired",
            {"curated/escapes": (DESERT + "primary", DESERT + "acquired")},
            finds=(
                (
                    r"data/curated/escapes\.tsv:9 \(escape:MX008\)",
                    "is of immune desert, whose timing is never acquired",
                ),
            ),
        ),
        Case(
            "a desert of which nobody says when", {"curated/escapes": (DESERT + "primary", DESERT + "timing-unknown")}
        ),
        Case(
            "a loss of JAK before treatment",
            {
                "curated/escapes": (
                    "a HER2 engager\tbispecific\tcell-line\tacquired",
                    "a HER2 engager\tbispecific\tcell-line\tprimary",
                )
            },
        ),
    ],
    "trigger-acts": [
        Case(
            "a trigger of which nobody says what it does",
            {"curated/arms": ("", arm("two-site", "MET", "trigger"))},
            finds=((r"data/curated/antigens\.tsv:9 \(UniProt:P08581\)", "is the trigger of 1 arms, and nobody says"),),
        ),
        Case("another CD3 arm", {"curated/arms": ("", arm("two-site", "CD3E", "trigger"))}),
    ],
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
    "disclosure-joins-two": [
        Case(
            "a trace of one antigen",
            more="disclosure:x a bsab:Disclosure . claim:0000 rdf:subject disclosure:x ; rdf:predicate bsab:joins ; "
            "rdf:object UniProt:P00533 .",
            finds=((r"disclosure:x", "joins 1 antigens by claims"),),
        ),
        Case(
            "a trace without a claim",
            more="disclosure:x a bsab:Disclosure ; bsab:joins UniProt:P00533, UniProt:P04626 .",
            finds=((r"disclosure:x", "joins 0 antigens by claims"),),
        ),
        Case(
            "a trace of two antigens",
            more="disclosure:x a bsab:Disclosure ; rdfs:label 'x' . "
            "claim:0000 rdf:subject disclosure:x ; rdf:predicate bsab:joins ; rdf:object UniProt:P00533 . "
            "claim:0001 rdf:subject disclosure:x ; rdf:predicate bsab:joins ; rdf:object UniProt:P04626 .",
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
            {"curated/arms": (CD3_OF_ENGAGER, CD3_OF_ENGAGER.replace("trigger", "costimulation"))},
            finds=(
                (
                    r"data/curated/antibodies\.tsv:\d+ \(ab:engager-one\)",
                    "is curated as T-cell engagement, and by its arms it is no T-cell engager",
                ),
            ),
        ),
        Case(
            "a T-cell engager whose trigger is a tumor antigen",
            {"curated/arms": (CD3_OF_ENGAGER, CD3_OF_ENGAGER.replace("CD3E", "MET"))},
            finds=((r".*\(ab:engager-one\)", "by its arms it is no T-cell engager"),),
        ),
        Case(
            "a T-cell engager that is curated as an NK-cell engager",
            {"curated/properties": (ENGAGES, ENGAGES.replace("t-cell-engager", "nk-cell-engager"))},
            finds=((r".*\(ab:engager-one\)", "is curated as NK-cell engagement"),),
        ),
        Case(
            "a blocker without a trigger",
            {"curated/properties": ("", property_row("dual-block", "mechanism", "dual-signaling-blockade"))},
        ),
        Case(
            "an engager of which no arm is known",
            {
                "curated/antibodies": ("", LONE),
                "curated/properties": ("", property_row("lone", "mechanism", "t-cell-engager")),
            },
        ),
    ],
    "engager-is-curated": [
        Case(
            "a T-cell engager that is curated as an NK-cell engager and as a blocker",
            {
                "curated/properties": (
                    "engager-one\tmechanism\tt-cell-engager",
                    "engager-one\tmechanism\tnk-cell-engager\tPMID:1001\tabstract\tclinical\tsupports\t2019-05\tread\t\t\n"
                    "engager-one\tmechanism\tdual-signaling-blockade",
                )
            },
            finds=(
                (
                    r"data/curated/antibodies\.tsv:\d+ \(ab:engager-one\)",
                    "is by its arms a T-cell engager, and curated as NK-cell engagement, dual signaling blockade",
                ),
            ),
        ),
        Case(
            "an engager of which no mechanism is curated",
            {"curated/properties": (ENGAGES, ENGAGES.replace("mechanism\tt-cell-engager", "developer\tToy Inc"))},
        ),
        Case(
            "an engager that blocks as well",
            {"curated/properties": ("", property_row("engager-one", "mechanism", "dual-signaling-blockade"))},
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
            {"curated/events": ("abstract\tapproval\tsupports\t\tread", "abstract\tapproval\tsupports\t2023-04\tread")},
            finds=(
                (r"data/curated/events\.tsv:3 \(claim:\w+\)", "evidence of 2023-04-30 tells of an event of 2024-05-01"),
            ),
        ),
        Case(
            "an approval that was reported in the same month",
            {"curated/events": ("abstract\tapproval\tsupports\t\tread", "abstract\tapproval\tsupports\t2024-05\tread")},
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


def test_the_toy_graph_breaks_no_promise_but_two_for_information(toy_root: Root) -> None:
    found = checked(toy_root)
    assert [(finding.severity, finding.rule) for finding in found.findings] == [
        ("info", "source-can-be-opened"),
        ("info", "stop-has-reason"),
    ]
    assert found.errors == 0
    assert found.skipped == ()
    assert found.ran == (
        "tables",
        "provenance",
        "freshness",
        f"{len(RULES)} rules",
        "shapes",
        "reasoner",
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
    assert [finding.severity for finding in found.findings] == ["error", "error", "error", "info", "info", "info"]
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


# --- without the extra


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
    assert err.startswith("errors: 1, warnings: 2, remarks: 2"), "the value lies outside of swapped limits, too"


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
        ["info", "source-can-be-opened"],
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
