"""pirlygenes: hand-kept lists of conjugates, CAR-T cells and radioligands, as precedents of our antigens."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from kg.sources.crosswalk import missing_crosswalk, read_crosswalk, tumor_phrases, tumors_of
from kg.sources.registry import Adapter, Context, Output, register
from kg.sources.upstream import Cells, UpstreamRow, read_upstream

FILES = {
    "pirlygenes-adc-approved": "ADC-approved.csv",
    "pirlygenes-adc-withdrawn": "ADC-withdrawn.csv",
    "pirlygenes-adc-trials": "ADC-trials.csv",
    "pirlygenes-car-t-approved": "CAR-T-approved.csv",
    "pirlygenes-radioligands": "radioligand-targets.csv",
}
_REGIONS = {"FDA": "US", "EMA": "EU", "NMPA": "CN", "NPMA": "CN", "PMDA": "JP"}  # one row misspells the NMPA
_DECISION = re.compile(r"(?:(FDA|EMA|NMPA|NPMA|PMDA)|(withdrawn)) (\d{4})")
_PHASES = {"1.0": "phase-1", "2.0": "phase-2", "3.0": "phase-3"}  # phase 4 says that others came before, not which
_BUCKETS = {  # bucket of a radioligand -> outcome, phase, region
    "FDA_approved": ("approved", "approved", "US"),
    "FDA_approved_historical": ("approved", "approved", "US"),
    "Clinical_trials": ("active", "", ""),
    "Clinical_trials_discontinued": ("stopped", "", ""),
    "Preclinical": ("unknown", "preclinical", ""),
}
_LIGAND = re.compile(r"\^?(\d+[A-Z][a-z]?-[^_]+(?:_tiuxetan)?)")
_WORST_FIRST = ("failed", "stopped")
_LISTS = (  # source, class of its drugs, and its columns of symbol, Ensembl gene and decisions
    ("pirlygenes-adc-approved", "adc", "Tumor_Target_Symbol", "Tumor_Target_Ensembl_Gene_ID", "Approvals"),
    ("pirlygenes-adc-withdrawn", "adc", "Target_Target_Symbol", "", "Withdrawals"),
    ("pirlygenes-car-t-approved", "car-t", "Tumor_Target_Symbol", "Ensembl_Gene_ID", "Approvals"),
)


def read(context: Context) -> Output:
    """A row for each approval or withdrawal, drug in trials, and radioligand against an antigen of ours.

    Antibodies of the graph are left out: their arms and events tell them.
    """
    return {"precedents-pirlygenes": [*_decided(context), *_trials(context), *_radioligands(context)]}


def _rows(context: Context, source: str, *columns: str) -> Iterator[UpstreamRow]:
    return read_upstream(context.folder / FILES[source], columns, context.findings, ",", exact=False)


def _antigen(context: Context, symbol: str, ensembl: str = "") -> str | None:
    """Our key of a target: by Ensembl gene, since older symbols stand in the lists (PVRL4), else by name."""
    by_gene = {row["ensembl"]: row["symbol"] for row in context.rows["genes"] if row["ensembl"]}
    return by_gene.get(ensembl) or context.join.antigen(symbol)


def _evidence(source: str, row: UpstreamRow, locator: str) -> Cells:
    return {
        "where": row.where,
        "source": source,
        "locator": locator,
        "level": "database",
        "stance": "supports",
        "reading": "record",
    }


def _decided(context: Context) -> Iterator[Cells]:
    """One row a decision of a list of approvals or withdrawals, such as `FDA 2000; withdrawn 2010; FDA 2017`.

    A withdrawal is of the authority that stands before it.
    """
    phrases = tumor_phrases(context)
    for source, agent_class, symbol, ensembl, told in _LISTS:
        columns = [name for name in ("Drug_Name", "Disease_Area", symbol, ensembl, told) if name]
        for row in _rows(context, source, *columns):
            antigen = _antigen(context, row[symbol], row[ensembl] if ensembl else "")
            if not antigen or context.join.antibody(row["Drug_Name"]):
                continue
            toxin = "Pseudomonas" in row.cells.get("Payload", "")
            stated = {
                **_evidence(source, row, f"row {row['Drug_Name']}"),
                "antigen": antigen,
                "agent": _inn(row["Drug_Name"]),
                "agent_class": "immunotoxin" if toxin else agent_class,
                "tumors": ";".join(tumors_of(context, phrases, row["Disease_Area"], row.where)),
                "phase": "approved",
                "date_kind": "decision",
                "note": "tumors are those of the drug, whichever authority decided",
            }
            region = ""
            for authority, withdrawn, year in _DECISION.findall(row[told]):
                region = _REGIONS.get(authority, region)
                outcome = "withdrawn" if withdrawn or told == "Withdrawals" else "approved"
                yield {**stated, "outcome": outcome, "on": year, "region": region}


def _inn(name: str) -> str:
    """A name as INN are written; a code keeps its case."""
    return name.lower() if name.replace(" ", "").isalpha() else name


def _trials(context: Context) -> Iterator[Cells]:
    """One row a drug and antigen: the furthest phase, all tumors, and what the remarks say became of it."""
    source, phrases = "pirlygenes-adc-trials", tumor_phrases(context)
    outcomes = {row["note"]: row for row in read_crosswalk(context, "trial-notes", ("note", "outcome", "reason"))}
    trials: dict[tuple[str, str], list[UpstreamRow]] = defaultdict(list)
    columns = ("NCT_Number", "Tumor_Site", "Drug", "Symbols", "bispecific", "Phase", "notes", "Ensembl_Gene_IDs")
    for row in _rows(context, source, *columns):
        antigen, drug = _antigen(context, row["Symbols"], row["Ensembl_Gene_IDs"]), row["Drug"].replace("_", " ")
        # Biparatopic conjugates are not marked as bispecific.
        if antigen and row["bispecific"] == "0" and not context.join.antibody(drug):
            trials[antigen, drug].append(row)
    for (antigen, drug), rows in trials.items():
        sites = [tumor for row in rows for tumor in tumors_of(context, phrases, row["Tumor_Site"], row.where)]
        told = []
        for row in rows:
            for note in filter(None, row["notes"].split(";")):
                if note not in outcomes:
                    missing_crosswalk(context, "trial-notes", note, row.where)
                elif outcomes[note]["outcome"]:
                    told.append(outcomes[note])
        outcome = min((one["outcome"] for one in told), key=_WORST_FIRST.index, default="unknown")
        reasons = sorted({one["reason"] for one in told if one["outcome"] == outcome})
        named = sorted(row["NCT_Number"] for row in rows)
        shown = ", ".join(named[:3]) + (f" and {len(named) - 3} more" if len(named) > 3 else "")
        yield {
            **_evidence(source, rows[0], f"rows {drug}: {shown}"),
            "antigen": antigen,
            "agent": _inn(drug),
            "agent_class": "adc",
            "tumors": ";".join(sorted(set(sites))),
            "phase": max((_PHASES.get(row["Phase"], "") for row in rows), default=""),
            "outcome": outcome,
            "reason": "; ".join(reasons),
        }


def _radioligands(context: Context) -> Iterator[Cells]:
    source = "pirlygenes-radioligands"
    for row in _rows(context, source, "Target_Label", "Symbol", "Ensembl_Gene_ID", "Status_Bucket", "notes"):
        antigen = _antigen(context, row["Symbol"], row["Ensembl_Gene_ID"])
        if not antigen:
            continue
        if row["Status_Bucket"] not in _BUCKETS:
            context.complain(row.where, f"no bucket {row['Status_Bucket']!r}", f"one of: {', '.join(_BUCKETS)}")
            continue
        outcome, phase, region = _BUCKETS[row["Status_Bucket"]]
        ligand = _LIGAND.match(row["notes"])
        reason = row["notes"].partition("stopped_")[2].replace("_", " ")
        yield {
            **_evidence(source, row, f"row {row['Target_Label']}"),
            "antigen": antigen,
            "agent": ligand[1].replace("_", " ") if ligand else "",
            "agent_class": "radioligand",
            "outcome": outcome,
            "phase": phase,
            "region": region,
            "reason": reason,
            "toxicity": "renal-toxicity" if reason == "kidney toxicity" else "",
        }


register(Adapter("precedents", "drugs of other classes against the antigens", FILES, read))
