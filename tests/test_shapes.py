"""Every property shape on a node that breaks it and nothing else; pyshacl says the same as the engine of `kg check`.

For each shape there is a node that keeps all its promises, put into the toy graph; each break changes one thing of it.
The shapes are read from the file, so that a promise without a break fails.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib
import shacl
from broken import PREAMBLE, Case, arm, checked
from conftest import REPOSITORY

from kg.paths import Root
from kg.store import Opened
from kg.terms import compress

SHAPES = (REPOSITORY / "ontology" / "shapes.ttl").read_text(encoding="utf-8")
SH = "http://www.w3.org/ns/shacl#"

Properties = Mapping[str, str]  # path (`^` for the inverse) -> objects in Turtle; empty leaves it out
Promise = tuple[str, str, str]  # shape, path, message
Found = frozenset[tuple[str, str, str, str]]  # shape, path, message, severity


@dataclass(frozen=True)
class Sound:
    """A node that keeps every promise of its shape, and for each promise what breaks it: objects, or properties."""

    name: str
    properties: Properties
    breaks: Mapping[tuple[str, str], str | Properties]

    def turtle(self, broken: str | Properties = "", path: str = "") -> str:
        changes = {path: broken} if isinstance(broken, str) else broken
        return "".join(
            f"{objects} {name[1:]} {self.name} .\n" if name.startswith("^") else f"{self.name} {name} {objects} .\n"
            for name, several in {**self.properties, **changes}.items()
            for objects in (several.split(" , ") if name.startswith("^") else [several])
            if name and objects
        )


TWO_LABELS = "'one' , 'another'"
ONE_LABEL = {("rdfs:label", "must have one label"): TWO_LABELS}
TERM = {"rdfs:label": "'new'", "skos:definition": "'A new term.'"}
NO_DAY = "'2020'^^xsd:gYear"

SOUND: dict[str, Sound] = {
    "ClaimShape": Sound(
        "claim:0000",
        {
            "a": "bsab:Claim",
            "rdf:subject": "ab:one-fab",
            "rdf:predicate": "bsab:testedIn",
            "rdf:object": "MONDO:0004950",
            "bsab:support": "0.5",
            "bsab:bestSource": "PMID:1001",
            "^bsab:evidenceFor": "ev:0001",
        },
        {
            ("rdf:subject", "must be one IRI"): "ab:one-fab , ab:two-site",
            ("rdf:predicate", "must be one IRI"): "'tested in'",
            ("rdf:object", "must be one node"): "",
            ("bsab:support", "must be one number between 0 and 1"): "1.5",
            ("bsab:bestSource", "must be one source"): "",
            ("bsab:contested", "must be true or absent"): "'yes'",
            ("^bsab:evidenceFor", "a claim needs evidence"): "",
            ("bsab:inTumor", "must be one tumor"): "ab:one-fab",
            ("bsab:inTrial", "must be one trial"): "NCT:NCT00000001 , NCT:NCT00000002",
            ("bsab:atEpitope", "must be one epitope"): "UniProt:P04626",
            ("bsab:byCell", "must be one cell"): "MONDO:0004950",
            ("bsab:ofAntibody", "must be one antibody"): "ab:one-fab , ab:two-site",
            ("bsab:qualifier", "must be one text"): "'one' , 'another'",
        },
    ),
    "EvidenceLineShape": Sound(
        "ev:0000",
        {
            "a": "bsab:EvidenceLine",
            "bsab:evidenceFor": "claim:2dcb15e957a72d93",
            "bsab:source": "PMID:1001",
            "bsab:level": "bsab:ClinicalLevel",
            "bsab:stance": "bsab:SupportsStance",
            "bsab:reading": "bsab:UnreadState",
            "bsab:dateEarliest": "'2020-01-01'^^xsd:date",
            "bsab:dateLatest": "'2020-12-31'^^xsd:date",
        },
        {
            ("bsab:evidenceFor", "must be for one claim"): "ab:one-fab",
            ("bsab:source", "must have one source"): "ab:one-fab",
            ("bsab:level", "must have one level"): "",
            ("bsab:stance", "must have one stance"): "bsab:SupportsStance , bsab:RefutesStance",
            ("bsab:reading", "must have one reading state"): "bsab:SolidScope",
            ("bsab:locator", "must be one place in the source"): "'page 1' , 'page 2'",
            ("bsab:observation", "must be one escape observation"): "bsab:AntigenLoss",
            ("bsab:note", "must be a text"): "3",
            ("bsab:dateEarliest", "must be a day"): {
                "bsab:dateEarliest": "'2020-01-01'^^xsd:date , '2020-02-01'^^xsd:date"
            },
            ("bsab:dateLatest", "must be a day"): {"bsab:dateLatest": NO_DAY, "bsab:dateEarliest": ""},
            ("bsab:dateEarliest", "must not be after the latest day"): "'2021-01-01'^^xsd:date",
        },
    ),
    "SourceShape": Sound(
        "PMID:9999",
        {"a": "bsab:Source", "rdfs:label": "'PMID:9999'", "bsab:states": "'engagers need no MHC'"},
        {**ONE_LABEL, ("bsab:states", "must be a text"): "3"},
    ),
    "DatasetShape": Sound(
        "src:new",
        {
            "a": "bsab:Dataset",
            "rdfs:label": "'new'",
            "bsab:version": "'1'",
            "bsab:retrieved": "'2024-12-31'^^xsd:date",
            "bsab:license": "'CC0-1.0'",
            "bsab:licenseSeen": "true",
        },
        {
            ("bsab:version", "must have one version"): "",
            ("bsab:retrieved", "must say the day on which it was taken"): NO_DAY,
            ("bsab:license", "must have one license, or say that it is unknown"): "",
            ("bsab:licenseSeen", "must say whether the license text was seen"): "'yes'",
            ("bsab:url", "must be an address that can be opened"): "'www.example.org'",
        },
    ),
    "AntibodyShape": Sound(
        "ab:new",
        {"a": "bsab:Antibody", "rdfs:label": "'new'", "bsab:scope": "bsab:SolidScope"},
        {
            **ONE_LABEL,
            ("bsab:scope", "must have one scope"): "",
            ("bsab:innStatus", "must be one kind of name"): "bsab:SolidScope",
            ("bsab:hasArm", "must be an arm"): "arm:x",
            ("bsab:hasPair", "must be a pair"): "pair:x",
            ("bsab:hasFormat", "must be a format"): "CL:0000084",
            ("bsab:narrowestFormat", "must be the narrowest format"): "CL:0000084",
            ("bsab:hasFcActivity", "must be an Fc activity"): "bsab:SolidScope",
            ("bsab:hasMechanism", "must be a mechanism of action"): "bsab:AntigenLoss",
            ("bsab:payload", "must be a text"): "3",
            ("bsab:conditionalActivation", "must be a text"): "bsab:SolidScope",
            ("bsab:testedIn", "must be a tumor"): "ab:one-fab",
            ("bsab:testedInTrial", "must be a trial"): "PMID:1001",
            ("bsab:hasEvent", "must be a status event"): "event:x",
            ("bsab:hasResult", "must be a result"): "result:x",
            ("bsab:highestPhase", "must be one phase"): "bsab:Phase1 , bsab:Phase2",
        },
    ),
    "ArmShape": Sound(
        "arm:new.MET",
        {
            "a": "bsab:Arm",
            "^rdf:object": "claim:0001",
            "^bsab:hasArm": "ab:one-fab",
            "bsab:hasRole": "bsab:TumorBindingRole",
            "bsab:binds": "UniProt:P08581",
        },
        {
            ("^rdf:object", "must be claimed of an antibody"): "",
            ("^bsab:hasArm", "must belong to one antibody"): "ab:one-fab , ab:two-site",
            ("bsab:hasRole", "must be a role"): "bsab:SolidScope",
            ("bsab:hasMoiety", "must be a moiety"): "bsab:SolidScope",
            ("bsab:binds", "must bind an antigen"): "MONDO:0005138",
            ("bsab:bindsEpitope", "must be an epitope"): "UniProt:P08581",
            ("bsab:exclusiveWith", "must be an antigen"): "arm:dual-block.MET",
            ("bsab:affinity", "must be a dissociation constant in nanomolar"): "'3 nM'",
            ("bsab:valency", "must be a number of binding sites"): "0",
        },
    ),
    "ArmOfAntibodyShape": Sound(
        "arm:new.MET",
        {"^bsab:hasArm": "ab:one-fab", "^rdf:object": "claim:0001", "a": "bsab:Arm", "bsab:hasRole": "bsab:MaskRole"},
        {("bsab:hasRole", "must have a role"): ""},
    ),
    "EpitopeShape": Sound(
        "ep:ERBB2.new",
        {
            "a": "bsab:Epitope",
            "rdfs:label": "'new'",
            "bsab:epitopeOf": "UniProt:P04626",
            "bsab:epitopeKind": "'peptide-hla'",
            "bsab:restrictedBy": "'HLA-A*02:01'",
        },
        {
            **ONE_LABEL,
            ("bsab:epitopeOf", "must be on one antigen"): "UniProt:P04626 , UniProt:P08581",
            ("bsab:epitopeKind", "must be one kind of epitope"): "'loop'",
            ("bsab:restrictedBy", "must be an HLA allele"): "'A2'",
        },
    ),
    "AntigenShape": Sound(
        "UniProt:Q99999",
        {"a": "bsab:Antigen", "rdfs:label": "'new'", "skos:notation": "'NEW'"},
        {
            **ONE_LABEL,
            ("skos:notation", "must have a symbol"): "",
            ("bsab:hasLocation", "must be a location"): "bsab:SolidScope",
            ("bsab:expressedOn", "must be a tumor"): "CL:0000084",
            ("bsab:expressedByCell", "must be a cell"): "MONDO:0005138",
            ("bsab:effectorFunction", "must be an effector function"): {
                "bsab:effectorFunction": "bsab:SolidScope",
                "bsab:expressedByCell": "CL:0000084",
            },
            ("bsab:hasTopology", "must be a topology class"): "bsab:SolidScope",
            ("bsab:surfaceVote", "must be a surface resource"): "'cspa'",
            ("bsab:surfaceVotes", "must be a number of votes, 0 to 7"): "8",
            ("bsab:membraneSegments", "must be a number of segments"): "'seven'",
            ("bsab:extracellularLength", "must be a number of residues"): "0",
            ("bsab:residuesToMembrane", "must be a number of residues"): "2.5",
            ("bsab:shedBy", "must be the symbol of a protease"): "UniProt:P08581",
            ("bsab:solubleForm", "must be a text"): "3",
            ("bsab:internalization", "must be a text"): "true",
            ("bsab:hasParalog", "must be an antigen"): "HGNC:7029",
            ("bsab:hasPrecedent", "must be a precedent"): "event:x",
        },
    ),
    "PrecedentShape": Sound(
        "precedent:new",
        {
            "a": "bsab:Precedent",
            "rdfs:label": "'new'",
            "^rdf:object": "claim:0001",
            "^bsab:hasPrecedent": "UniProt:P04626",
            "bsab:agent": "'a conjugate'",
            "bsab:agentClass": "bsab:AdcAgent",
            "bsab:precedentOutcome": "bsab:FailedPrecedent",
            "bsab:onEarliest": "'2020-01-01'^^xsd:date",
            "bsab:onLatest": "'2020-01-31'^^xsd:date",
            "bsab:dateKind": "bsab:ReportDate",
            "bsab:region": "'US'",
        },
        {
            **ONE_LABEL,
            ("^bsab:hasPrecedent", "must be of one antigen"): "UniProt:P04626 , UniProt:P08581",
            ("bsab:agent", "must be one name"): "'one' , 'another'",
            ("bsab:agentClass", "must be one class of agents"): "bsab:AdcAgent , bsab:CarTAgent",
            ("bsab:precedentOutcome", "must have one outcome"): "bsab:FailedPrecedent , bsab:ActivePrecedent",
            ("bsab:phase", "must be one phase"): "bsab:Phase1 , bsab:Phase2",
            ("bsab:observedIn", "must be a tumor"): "CL:0000084",
            ("bsab:onEarliest", "must be a day"): "'2020-01-01'^^xsd:date , '2020-01-02'^^xsd:date",
            ("bsab:onLatest", "must be a day"): {"bsab:onLatest": NO_DAY, "bsab:onEarliest": ""},
            ("bsab:onEarliest", "must not be after the latest day"): "'2020-02-01'^^xsd:date",
            ("bsab:region", "must be a country of two letters, EU or global"): "'Europe'",
            ("bsab:inTrial", "must be one trial"): "PMID:1001",
            ("bsab:hasToxicity", "must be a kind of toxicity"): "bsab:SolidScope",
            ("bsab:reason", "must be a text"): "'one' , 'another'",
        },
    ),
    "DisclosureShape": Sound(
        "disclosure:new",
        {
            "a": "bsab:Disclosure",
            "rdfs:label": "'new'",
            "bsab:joins": "UniProt:P00533 , UniProt:P04626",
            "bsab:agent": "'a tandem receptor'",
            "bsab:agentClass": "bsab:DualCarTAgent",
            "bsab:traceKind": "bsab:PaperTrace",
            "bsab:dateKind": "bsab:TraceDate",
            "bsab:onEarliest": "'2020-01-01'^^xsd:date",
            "bsab:onLatest": "'2020-01-31'^^xsd:date",
        },
        {
            **ONE_LABEL,
            ("bsab:joins", "must join two antigens"): "UniProt:P00533 , UniProt:P04626 , UniProt:P08581",
            ("bsab:agent", "must be one name"): "'one' , 'another'",
            ("bsab:agentClass", "must be one class of agents"): "bsab:AdcAgent , bsab:CarTAgent",
            ("bsab:traceKind", "must be one kind of trace"): "bsab:PaperTrace , bsab:PatentTrace",
            ("bsab:dateKind", "must be the date of a trace"): "bsab:ReportDate",
            ("bsab:observedIn", "must be a tumor"): "CL:0000084",
            ("bsab:onEarliest", "must be a day"): "'2020-01-01'^^xsd:date , '2020-01-02'^^xsd:date",
            ("bsab:onLatest", "must be a day"): {"bsab:onLatest": NO_DAY, "bsab:onEarliest": ""},
            ("bsab:onEarliest", "must not be after the latest day"): "'2020-02-01'^^xsd:date",
            ("bsab:inTrial", "must be one trial"): "PMID:1001",
        },
    ),
    "ReceptorShape": Sound(
        "UniProt:Q99999",
        {"bsab:effectorFunction": "bsab:PhagocytosisFunction", "bsab:expressedByCell": "CL:0000084"},
        {("bsab:expressedByCell", "a receptor that acts must be on a cell"): ""},
    ),
    "PairShape": Sound(
        "pair:new",
        {
            "a": "bsab:Pair",
            "rdfs:label": "'new'",
            "bsab:hasMember": "UniProt:P00533 , UniProt:P08581",
            "bsab:family": "bsab:OtherFamily",
        },
        {
            **ONE_LABEL,
            ("bsab:hasMember", "must have one or two antigens"): "UniProt:P00533 , UniProt:P08581 , UniProt:P04626",
            ("bsab:family", "must be a family"): "bsab:SolidScope",
        },
    ),
    "PairOfAntibodyShape": Sound(
        "pair:new",
        {
            "^bsab:hasPair": "ab:one-fab",
            "a": "bsab:Pair",
            "rdfs:label": "'new'",
            "bsab:hasMember": "UniProt:P00533",
            "bsab:family": "bsab:BiparatopicFamily",
        },
        {("bsab:family", "must have a family"): ""},
    ),
    "StatusEventShape": Sound(
        "event:new",
        {
            "a": "bsab:StatusEvent",
            "^bsab:hasEvent": "ab:one-fab",
            "bsab:eventKind": "bsab:StopEventKind",
            "bsab:onEarliest": "'2020-01-01'^^xsd:date",
            "bsab:onLatest": "'2020-01-31'^^xsd:date",
            "bsab:dateKind": "bsab:ReportDate",
            "bsab:region": "'EU'",
        },
        {
            ("^bsab:hasEvent", "must belong to one antibody"): "ab:one-fab , ab:two-site",
            ("bsab:eventKind", "must be of one kind"): "",
            ("bsab:phase", "must be one phase"): "bsab:Phase1 , bsab:Phase2",
            ("bsab:onEarliest", "must be a day"): "'2020-01-01'^^xsd:date , '2020-01-02'^^xsd:date",
            ("bsab:onLatest", "must be a day"): {"bsab:onLatest": NO_DAY, "bsab:onEarliest": ""},
            ("bsab:onEarliest", "must not be after the latest day"): "'2020-02-01'^^xsd:date",
            ("bsab:dateKind", "must be one kind of date"): "bsab:ReportDate , bsab:DecisionDate",
            ("bsab:region", "must be a country of two letters, EU or global"): "'Europe'",
            ("bsab:eventTumor", "must be a tumor"): "CL:0000084",
            ("bsab:inTrial", "must be one trial"): "PMID:1001",
            ("bsab:stopReason", "must be one class of reason"): "bsab:SafetyReason , bsab:EfficacyReason",
            ("bsab:reason", "must be a text"): "'one' , 'another'",
        },
    ),
    "DatedEventShape": Sound(
        "event:new",
        {"bsab:onLatest": "'2020-01-31'^^xsd:date", "bsab:dateKind": "bsab:ReportDate"},
        {("bsab:dateKind", "a date must say what it is the date of"): ""},
    ),
    "TrialShape": Sound(
        "NCT:NCT99999999",
        {"a": "bsab:Trial", "rdfs:label": "'NCT99999999'"},
        {
            ("rdfs:label", "must be a registry number"): "'NCT9999'",
            ("bsab:phase", "must be a phase"): "bsab:SolidScope",
            ("bsab:firstInHuman", "must be true or false"): "'yes'",
        },
    ),
    "ResultShape": Sound(
        "result:new",
        {
            "a": "bsab:Result",
            "bsab:endPoint": "bsab:OrrEndPoint",
            "bsab:regimen": "'10 mg weekly'",
            "bsab:value": "40.0",
            "bsab:ciLow": "30.0",
            "bsab:ciHigh": "50.0",
            "bsab:hazardRatio": "0.5",
            "bsab:hrLow": "0.3",
            "bsab:hrHigh": "0.8",
        },
        {
            ("bsab:endPoint", "must have one end point"): "",
            ("bsab:regimen", "must have one regimen"): "",
            ("bsab:line", "must be a text"): "2",
            ("bsab:population", "must be a text"): "3",
            ("bsab:adverseEvent", "must be a text"): "3",
            ("bsab:observedIn", "must be one tumor"): "CL:0000084",
            ("bsab:inTrial", "must be one trial"): "PMID:1001",
            ("bsab:sampleSize", "must be a number of patients"): "0",
            ("bsab:value", "must be one number"): "40.0 , 41.0",
            ("bsab:value", "must not be above its interval"): "60.0",
            ("bsab:unit", "must be one unit"): "'percent' , 'months'",
            ("bsab:ciLow", "must be one number"): "30.0 , 31.0",
            ("bsab:ciLow", "must not be above the upper limit"): {"bsab:ciLow": "55.0", "bsab:value": ""},
            ("bsab:ciLow", "must not be above the value"): "45.0",
            ("bsab:ciHigh", "must be one number"): "50.0 , 51.0",
            ("bsab:comparator", "must be a text"): "3",
            ("bsab:comparatorValue", "must be one number"): "'seven'",
            ("bsab:hazardRatio", "must be one number above zero"): {"bsab:hazardRatio": "0.0", "bsab:hrLow": ""},
            ("bsab:hazardRatio", "must not be above its interval"): "0.9",
            ("bsab:hrLow", "must be one number above zero"): "-0.3",
            ("bsab:hrLow", "must not be above the upper limit"): {"bsab:hrLow": "0.9", "bsab:hazardRatio": ""},
            ("bsab:hrLow", "must not be above the hazard ratio"): "0.6",
            ("bsab:hrHigh", "must be one number"): "0.8 , 0.9",
            ("bsab:pValue", "must be a text"): "0.05",
            ("bsab:endPointMet", "must be true or false"): "'no'",
        },
    ),
    "EscapeObservationShape": Sound(
        "escape:MX100",
        {
            "a": "bsab:EscapeObservation",
            "bsab:escapeMechanism": "bsab:AntigenLoss",
            "bsab:agentClass": "bsab:BispecificAgent",
            "bsab:setting": "bsab:PatientsSetting",
            "bsab:timing": "bsab:AcquiredTiming",
            "bsab:transferred": "false",
            "bsab:summary": "'It was lost.'",
        },
        {
            ("bsab:escapeMechanism", "must have one mechanism"): "",
            ("bsab:agentClass", "must have one agent class"): "bsab:SolidScope",
            ("bsab:setting", "must have one setting"): "bsab:PatientsSetting , bsab:MouseSetting",
            ("bsab:timing", "must have one timing"): "",
            ("bsab:transferred", "must say whether it is carried over"): "'no'",
            ("bsab:summary", "must have one summary"): "",
            ("bsab:escapesFrom", "must be an antigen"): "ab:one-fab",
            ("bsab:observedIn", "must be a tumor"): "CL:0000084",
            ("bsab:observedUnder", "must be an antibody"): "UniProt:P08581",
            ("bsab:agent", "must be a text"): "ab:one-fab",
            ("bsab:counteredBy", "must be a counter-measure"): "escape:MX001",
        },
    ),
    "EscapedShape": Sound(
        "ab:one-fab",
        {"bsab:escapedThrough": "bsab:AntigenLoss"},
        {("bsab:escapedThrough", "must be an escape mechanism"): "escape:MX001"},
    ),
    "CounterMeasureShape": Sound(
        "counter:new",
        {
            "a": "bsab:CounterMeasure",
            "bsab:counterKind": "bsab:SecondArmCounter",
            "bsab:outcome": "bsab:ProposedOutcome",
            "bsab:description": "'a second arm'",
        },
        {
            ("bsab:counterKind", "must be of one kind"): "bsab:SecondArmCounter , bsab:DosingCounter",
            ("bsab:outcome", "must have an outcome"): "",
            ("bsab:description", "must have one description"): "",
            ("bsab:counterAntibody", "must be an antibody"): "UniProt:P08581",
        },
    ),
    "EscapeMechanismShape": Sound(
        "bsab:NewEscape",
        {
            "a": "bsab:EscapeMechanism",
            **TERM,
            "bsab:hasScope": "bsab:PharmacologyScope",
            "bsab:breaksLink": "bsab:HoldLink",
            "bsab:mayArise": "bsab:PrimaryTiming",
        },
        {
            ("bsab:hasScope", "must have one scope"): "bsab:PharmacologyScope , bsab:EffectorSideScope",
            ("bsab:breaksLink", "must say which link of a chain it breaks"): "bsab:SolidScope",
            ("bsab:mayArise", "must say when it may arise"): "",
            ("bsab:runsThrough", "must be a protein"): "HGNC:3430",
            ("bsab:relievedByRole", "must be a role"): "bsab:SolidScope",
            ("bsab:actsOnCell", "must be a cell"): "UniProt:P08581",
        },
    ),
    "CellShape": Sound(
        "CL:9999999",
        {"a": "bsab:Cell", "rdfs:label": "'new'"},
        {**ONE_LABEL, ("bsab:performs", "must be an effector function"): "bsab:SolidScope"},
    ),
    "TumorShape": Sound(
        "MONDO:9999999",
        {"a": "bsab:Tumor", "rdfs:label": "'new'"},
        {**ONE_LABEL, ("bsab:solid", "must be true or false"): "'yes'"},
    ),
    "ControlledTermShape": Sound(
        "bsab:NewTerm",
        {"a": "bsab:ControlledTerm", **TERM, "skos:notation": "'new'"},
        {
            **ONE_LABEL,
            ("skos:notation", "must be one word of the tables"): "'new' , 'newer'",
            ("skos:definition", "must have one definition"): "",
            ("bsab:rank", "must be one whole number"): "1 , 2",
        },
    ),
    "ArmRoleShape": Sound(
        "bsab:NewRole",
        {"a": "bsab:ArmRole", **TERM, "bsab:bindsForEffect": "true"},
        {("bsab:bindsForEffect", "must say whether it makes pairs"): ""},
    ),
    "FcActivityShape": Sound(
        "bsab:NewFc",
        {"a": "bsab:FcActivity", **TERM, "bsab:engagesReceptor": "UniProt:P08637"},
        {("bsab:engagesReceptor", "must be a protein"): "HGNC:3619"},
    ),
    "ActingShape": Sound(
        "bsab:NewActor",
        {"bsab:actsThrough": "bsab:PhagocyticKilling , bsab:SignalBlockade"},
        {("bsab:actsThrough", "must be a way of killing or of blocking"): "bsab:SolidScope"},
    ),
}
# What a break of one shape needs of another's target: untyped nodes that are the object of a plain edge.
STAND_INS = "arm:x bsab:hasRole bsab:MaskRole . pair:x bsab:family bsab:OtherFamily .\n"

BREAKS = [
    pytest.param((name, path, message), sound.turtle(broken, path), sound.name, id=f"{name}: {path} {message}")
    for name, sound in SOUND.items()
    for (path, message), broken in sound.breaks.items()
]


def promises() -> dict[Promise, str]:
    """Every promise of the shapes file and its severity."""
    by_subject: dict[str, dict[str, list[ox.NamedNode | ox.BlankNode | ox.Literal]]] = {}
    for quad in ox.parse(SHAPES.encode(), format=ox.RdfFormat.TURTLE):
        of = by_subject.setdefault(str(quad.subject), {})
        of.setdefault(quad.predicate.value.removeprefix(SH), []).append(quad.object)  # type: ignore[arg-type]
    found = {}
    for subject, of in by_subject.items():
        for shape in of.get("property", []):
            own = by_subject[str(shape)]
            (path,), (message,), (severity,) = own["path"], own["message"], own["severity"]
            inverse = by_subject.get(str(path), {}).get("inversePath")
            shown = f"^{compress(inverse[0].value)}" if inverse else compress(path.value)
            key = (compress(subject.strip("<>")).removeprefix("bsab:"), shown, message.value)
            assert key not in found, f"two promises with one message: {key}"
            found[key] = severity.value.removeprefix(SH)
    return found


PROMISES = promises()


@pytest.fixture(scope="module")
def toy_triples(toy_unread: Opened) -> str:
    """The toy graph as N-Triples, which is Turtle too."""
    content = toy_unread.store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
    assert content
    return content.decode()


@pytest.fixture(scope="module")
def compiled() -> shacl.Shapes:
    return shacl.Shapes.from_text(SHAPES)


def fast(compiled: shacl.Shapes, triples: str, more: str) -> Found:
    """What the engine of `kg check` finds."""
    report = compiled.validate_turtle(f"{PREAMBLE}{STAND_INS}{more}{triples}", allow_warnings=True)
    return frozenset(
        (
            compress((result.root_shape or "").strip("<>")).removeprefix("bsab:"),
            _path(result.path or ""),
            result.message or "",
            result.severity,
        )
        for result in report.results
    )


def _path(path: str) -> str:
    inverse, iri = path.startswith("^"), path.strip("^()<>")
    return f"{'^' if inverse else ''}{compress(iri)}"


def test_the_toy_graph_breaks_no_shape(compiled: shacl.Shapes, toy_triples: str) -> None:
    assert fast(compiled, toy_triples, "") == frozenset()


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_node_breaks_no_shape(compiled: shacl.Shapes, toy_triples: str, name: str) -> None:
    assert fast(compiled, toy_triples, SOUND[name].turtle()) == frozenset()


@pytest.mark.parametrize(("promise", "more", "name"), BREAKS)
def test_what_breaks_a_promise_breaks_that_one_only(
    compiled: shacl.Shapes, toy_triples: str, promise: Promise, more: str, name: str
) -> None:
    assert name in more
    assert fast(compiled, toy_triples, more) == {(*promise, PROMISES[promise])}


def test_every_promise_has_a_severity_a_message_and_a_break() -> None:
    assert {break_.values[0] for break_ in BREAKS} == set(PROMISES)
    assert set(PROMISES.values()) <= {"Violation", "Warning", "Info"}
    assert len(PROMISES) > 130


# --- pyshacl, the reference


def reference(triples: str) -> frozenset[tuple[str, ...]]:
    """What pyshacl finds: focus node, shape, path, message, severity."""
    data = rdflib.Graph().parse(data=f"{PREAMBLE}{triples}", format="turtle")
    shapes = rdflib.Graph().parse(data=SHAPES, format="turtle")
    sh = rdflib.Namespace(SH)
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inplace=True)
    assert isinstance(report, rdflib.Graph)
    found = set()
    for result in report.subjects(sh.focusNode):
        (shape,) = report.objects(result, sh.sourceShape)
        (path,), (owner,) = shapes.objects(shape, sh.path), shapes.subjects(sh.property, shape)
        inverse = shapes.value(path, sh.inversePath)
        found.add(
            (
                compress(str(report.value(result, sh.focusNode))),
                compress(str(owner)).removeprefix("bsab:"),
                f"^{compress(str(inverse))}" if inverse else compress(str(path)),
                str(report.value(result, sh.resultMessage)),
                str(report.value(result, sh.resultSeverity)).removeprefix(SH),
            )
        )
    return frozenset(found)


def test_pyshacl_finds_nothing_in_the_toy_graph_either(toy_triples: str) -> None:
    assert reference(toy_triples) == frozenset()


def test_pyshacl_finds_each_break_and_nothing_else(toy_triples: str) -> None:
    """All breaks in one graph, each on a node of its own: pyshacl takes a second for a graph."""
    expected, more = set(), STAND_INS
    for number, (promise, turtle, name) in enumerate(break_.values for break_ in BREAKS):
        own = f"{name}-{number}"
        more += re.sub(rf"(?<!\S){re.escape(name)}(?!\S)", own, turtle)
        expected.add((own, *promise, PROMISES[promise]))
    assert reference(more + toy_triples) == expected


# --- as `kg check` tells it

REFUTED = arm("lone", "EGFR", "tumor-binding", stance="refutes") + arm("lone", "MET", "trigger", stance="refutes")


def shape_findings(root: Root, case: Case) -> list[tuple[str, str, str]]:
    """Severity, place and words of what the shapes find in the toy tree."""
    found = checked(root, case.edits, case.more, case.less).findings
    return sorted({(f.severity, f.where, f.what) for f in found if f.rule == "shape"})


@pytest.mark.parametrize(
    ("case", "severity", "where", "what"),
    [
        (
            Case("swapped limits", {"curated/results": ("1.88\t1.1\t3.2", "1.88\t3.2\t1.1")}),
            "error",
            r"data/curated/results\.tsv:2 \(result:dual-block\.\w+\)",
            "bsab:hrLow must not be above the upper limit",
        ),
        (
            Case("swapped limits that nobody read", {"curated/results": ("29.1\t51.0", "51.0\t29.1")}),
            "error",
            r"data/curated/results\.tsv:3 \(result:engager-one\.\w+\)",
            "bsab:ciLow must not be above the upper limit",
        ),
        (
            Case("a hazard ratio outside its interval", {"curated/results": ("1.88\t1.1\t3.2", "3.88\t1.1\t3.2")}),
            "warning",
            r"data/curated/results\.tsv:2 \(result:dual-block\.\w+\)",
            "bsab:hazardRatio must not be above its interval",
        ),
        (
            Case("a region in words", {"curated/events": ("2024-05\tdecision\tUS", "2024-05\tdecision\tAmerica")}),
            "error",
            r"data/curated/events\.tsv:3 \(event:engager-one\.\w+\)",
            "bsab:region must be a country of two letters, EU or global",
        ),
        (
            Case("an arm of two antibodies", more="ab:one-fab bsab:hasArm arm:dual-block.MET ."),
            "error",
            r"data/curated/arms\.tsv:\d+ \(arm:dual-block\.MET\)",
            "must belong to one antibody",
        ),
    ],
    ids=lambda value: value.name if isinstance(value, Case) else "",
)
def test_a_break_is_told_with_its_row(toy_root: Root, case: Case, severity: str, where: str, what: str) -> None:
    found = shape_findings(toy_root, case)
    assert any(one[0] == severity and re.fullmatch(where, one[1]) and what in one[2] for one in found), found


def test_an_arm_that_a_source_only_refutes_is_legal(toy_root: Root) -> None:
    edits = {"curated/antibodies": ("", "lone\tlone\t\tcode\tsolid\n"), "curated/arms": ("", REFUTED)}
    assert shape_findings(toy_root, Case("refuted", edits)) == []
