"""pirlygenes: hand-kept lists of conjugates, CAR-T cells and radioligands, as precedents of our antigens."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import partial

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
_OF_ANY = "tumors are those of the drug, whichever authority decided"


def read(context: Context) -> Output:
    """One row an approval or a withdrawal, a drug in trials, a radioligand; drugs against no antigen of ours are left out."""
    lists = (_approved, _withdrawn, _trials, _car_t, _radioligands)
    return {"precedents-pirlygenes": [cells for of in lists for cells in of(context)]}


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


def _decisions(told: str, stated: Cells) -> Iterator[Cells]:
    """A row for each decision of a cell such as `FDA 2000; withdrawn 2010`; a withdrawal is of the authority before it."""
    region = ""
    for authority, withdrawn, year in _DECISION.findall(told):
        region = _REGIONS.get(authority, region)
        yield {
            **stated,
            "outcome": "withdrawn" if withdrawn else "approved",
            "phase": "approved",
            "on": year,
            "date_kind": "decision",
            "region": region,
            "note": _OF_ANY,
        }


def _approved(context: Context) -> Iterator[Cells]:
    source, phrases = "pirlygenes-adc-approved", tumor_phrases(context)
    columns = ("Drug_Name", "Approvals", "Tumor_Target_Symbol", "Tumor_Target_Ensembl_Gene_ID", "Payload", "Disease_Area")
    for row in _rows(context, source, *columns):
        antigen = _antigen(context, row["Tumor_Target_Symbol"], row["Tumor_Target_Ensembl_Gene_ID"])
        if antigen:
            stated = {
                **_drug(row, antigen, "adc", _evidence(source, row, f"row {row['Drug_Name']}")),
                "tumors": ";".join(tumors_of(context, phrases, row["Disease_Area"], row.where)),
            }
            yield from _decisions(row["Approvals"], stated)


def _drug(row: UpstreamRow, antigen: str, agent_class: str, evidence: Cells) -> Cells:
    name = row["Drug_Name"]
    # One list writes names in title case, INN and codes stand in lower and upper case.
    agent = name.lower() if name.replace(" ", "").isalpha() else name
    return {"antigen": antigen, "agent": agent, "agent_class": agent_class, **evidence}


def _withdrawn(context: Context) -> Iterator[Cells]:
    source, phrases = "pirlygenes-adc-withdrawn", tumor_phrases(context)
    columns = ("Drug_Name", "Withdrawals", "Target_Target_Symbol", "Payload", "Disease_Area")
    for row in _rows(context, source, *columns):
        antigen = _antigen(context, row["Target_Target_Symbol"])
        if antigen:
            kind = "immunotoxin" if "Pseudomonas" in row["Payload"] else "adc"
            stated = {
                **_drug(row, antigen, kind, _evidence(source, row, f"row {row['Drug_Name']}")),
                "tumors": ";".join(tumors_of(context, phrases, row["Disease_Area"], row.where)),
            }
            for cells in _decisions(row["Withdrawals"], stated):
                yield {**cells, "outcome": "withdrawn"}


def _trials(context: Context) -> Iterator[Cells]:
    """One row a drug and antigen: the furthest phase, all tumors, and what the remarks say became of it."""
    source, phrases = "pirlygenes-adc-trials", tumor_phrases(context)
    outcomes = {row["note"]: row for row in read_crosswalk(context, "trial-notes", ("note", "outcome", "reason"))}
    trials: dict[tuple[str, str], list[UpstreamRow]] = defaultdict(list)
    columns = ("NCT_Number", "Tumor_Site", "Drug", "Symbols", "bispecific", "Phase", "notes", "Ensembl_Gene_IDs")
    for row in _rows(context, source, *columns):
        antigen = _antigen(context, row["Symbols"], row["Ensembl_Gene_IDs"])
        if antigen and row["bispecific"] == "0":
            trials[antigen, row["Drug"].replace("_", " ")].append(row)
    for (antigen, drug), rows in trials.items():
        sites = [tumor for row in rows for tumor in tumors_of(context, phrases, row["Tumor_Site"], row.where)]
        told = [outcomes[note] for row in rows for note in row["notes"].split(";") if note in outcomes]
        for row in rows:
            for note in row["notes"].split(";"):
                if note and note not in outcomes:
                    missing_crosswalk(context, "trial-notes", note, row.where)
        told.sort(key=lambda one: _WORST_FIRST.index(one["outcome"]) if one["outcome"] else len(_WORST_FIRST))
        named = sorted(row["NCT_Number"] for row in rows)
        shown = ", ".join(named[:3]) + (f" and {len(named) - 3} more" if len(named) > 3 else "")
        yield {
            **_evidence(source, rows[0], f"rows {drug}: {shown}"),
            "antigen": antigen,
            "agent": drug.lower() if drug.replace(" ", "").isalpha() else drug,
            "agent_class": "adc",
            "tumors": ";".join(sorted(set(sites))),
            "phase": max((_PHASES.get(row["Phase"], "") for row in rows), default=""),
            "outcome": next((one["outcome"] for one in told if one["outcome"]), "unknown"),
            "reason": next((one["reason"] for one in told if one["outcome"]), ""),
        }


def _car_t(context: Context) -> Iterator[Cells]:
    source, phrases = "pirlygenes-car-t-approved", tumor_phrases(context)
    columns = ("Drug_Name", "Tumor_Target_Symbol", "Ensembl_Gene_ID", "Disease_Area", "Approvals")
    for row in _rows(context, source, *columns):
        antigen = _antigen(context, row["Tumor_Target_Symbol"], row["Ensembl_Gene_ID"])
        if antigen:
            stated = {
                **_drug(row, antigen, "car-t", _evidence(source, row, f"row {row['Drug_Name']}")),
                "tumors": ";".join(tumors_of(context, phrases, row["Disease_Area"], row.where)),
            }
            yield from _decisions(row["Approvals"], stated)


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
