"""Thera-SAbDab: targets, phases, conditions, formats and companies of INN-named multispecifics, in four dated releases.

Formats are those that the release tells by its chains, so most are broad: what tells BiTE from DART is not in it.
Facts only; sequences are not read. A target that the release lists is a record for the arm that binds it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kg.sources.crosswalk import missing_crosswalk, read_crosswalk, tumor_phrases, tumors_of
from kg.sources.registry import Adapter, Context, Output, register
from kg.sources.upstream import Cells, UpstreamRow, read_upstream


@dataclass(frozen=True, slots=True)
class Release:
    """One release: its source id, file, the column of its phases, and the days of phases and of the release."""

    source: str
    file: str
    phase_column: str
    phases_of: str
    known: str


RELEASES = (
    Release(
        "therasabdab-2025-02",
        "TheraSAbDab_SeqStruc_2025-02-19.csv",
        "Highest_Clin_Trial (Feb '25)",
        "2025-02",
        "2025-02-19",
    ),
    Release(
        "therasabdab-2023-03",
        "snapshots/TheraSAbDab_SeqStruc_2023-03-01_phases-Jan23.csv",
        "Highest_Clin_Trial (Jan '23)",
        "2023-01",
        "2023-03-01",
    ),
    Release(
        "therasabdab-2021-06",
        "snapshots/TheraSAbDab_SeqStruc_2021-06-30_phases-Jan20.csv",
        "Highest_Clin_Trial (Jan '20)",
        "2020-01",
        "2021-06-30",
    ),
    Release(
        "therasabdab-2021-08",
        "snapshots/TheraSAbDab_SeqStruc_BioPhi_pre2021-08_phases-Jan20.csv",
        "Highest_Clin_Trial (Jan '20)",
        "2020-01",
        "2021-08-24",
    ),
)
COLUMNS = (
    "Therapeutic",
    "Format",
    "Est. Status",
    "Target",
    "Conditions Approved",
    "Conditions Active",
    "Conditions Discontinued",
    "Companies",
)
_MULTISPECIFIC = re.compile(r"bispec|trispec|tetraspec|dual variable", re.IGNORECASE)
# Multispecific, though the format column does not say so.
_ALSO = {
    "tebentafusp",
    "brenetafusp",
    "duligotuzumab",
    "cinrebafusp",
    "pamlectabart",
    "bintrafusp",
    "ficerafusp",
    "retlirafusp",
    "sotiburafusp",
    "palverafusp",
    "dalutrafusp",
    "lucorafusp",
    "latikafusp",
    "eciskafusp",
    "vislarafusp",
    "solabafusp",
}
# Names of older releases that the newest one gives up for another.
_RENAMED = {"pavunalimab": "bavunalimab"}
CROSSWALK = "therasabdab-formats"
_SPLIT = re.compile(r";|&| and ")
_PHASES = {
    "Phase-I": "phase-1",
    "Phase-I/II": "phase-1-2",
    "Phase-I/Phase-II": "phase-1-2",
    "Phase-II": "phase-2",
    "Phase-II/III": "phase-2-3",
    "Phase-III": "phase-3",
    "Approved": "approved",
    "Preregistration": "filed",
    "Preclinical": "preclinical",
}
# Rows known to be wrong (README of the upstream copies): what they say there is not taken over.
WRONG_STATUS = {
    "petosemtamab": "phase 3 active, not phase 1 discontinued",
    "bintrafusp-alfa": "never approved, discontinued in 2021",
    "cinrebafusp-alfa": "discontinued, not active",
    "dilpacimab": "discontinued, not active",
}
# Symbols and spellings of the release that our names do not hold.
_TARGETS = {
    "CD3": "CD3E",
    "CD3D": "",
    "EGFRvIII": "EGFR",
    "TGFBR2": "TGFB1",
    "VEGFR-1": "VEGFA",
    "SIRPA": "CD47",
    "ANPT2": "ANGPT2",
}


def targets_of(cell: str, context: Context) -> list[str]:
    """The antigens of a target cell, with repeats: `ERBB2/HER2 (Domain II);ERBB2/HER2 (Domain IV)` is ERBB2 twice."""
    found = []
    for part in _SPLIT.split(cell):
        names = [re.sub(r"\(.*?\)", "", name).strip() for name in part.split("/")]
        for name in names:
            if name in _TARGETS:
                found += [_TARGETS[name]] if _TARGETS[name] else []
                break
            antigen = context.join.antigen(name)
            if antigen:
                found.append(antigen)
                break
    return found


def _molecules(context: Context, release: Release) -> Iterator[tuple[str, list[UpstreamRow]]]:
    """Antibody id and its rows (one molecule may span rows with suffix 1, 2, 3)."""
    together: dict[str, list[UpstreamRow]] = {}
    columns = (*COLUMNS, release.phase_column)
    for row in read_upstream(context.folder / release.file, columns, context.findings, ",", exact=False):
        name = row["Therapeutic"].strip()
        if not _MULTISPECIFIC.search(row["Format"]) and name.lower() not in _ALSO:
            continue
        bare = re.sub(r"[123]$", "", name)
        antibody = context.join.antibody(name, bare, f"{name} alfa", _RENAMED.get(name.lower(), ""))
        if antibody:
            together.setdefault(antibody, []).append(row)
    for antibody, own in together.items():
        yield antibody, sorted(own, key=lambda row: row["Therapeutic"])


def read(context: Context) -> Output:
    """Arms by target, phases as dated status events, and tumors tested."""
    phrases = tumor_phrases(context)
    formats = {
        row["format"]: row["notation"] for row in read_crosswalk(context, CROSSWALK, ("format", "notation", "note"))
    }
    arms: list[Cells] = []
    events: list[Cells] = []
    properties: list[Cells] = []
    for release in RELEASES:
        for antibody, rows in _molecules(context, release):
            names = ", ".join(row["Therapeutic"] for row in rows)
            evidence = {
                "where": rows[0].where,
                "source": release.source,
                "locator": f"row{'s' if len(rows) > 1 else ''} {names}",
                "level": "database",
                "stance": "supports",
                "date": release.known,
                "reading": "record",
            }
            targets = [target for row in rows for target in targets_of(row["Target"], context)]
            arms += context.join.stated_arms(antibody, targets, evidence)
            if release is RELEASES[0]:
                properties += _structure(antibody, rows, formats, evidence, context)
            if antibody in WRONG_STATUS:
                context.remarks.append(
                    f"{release.source}: status of {antibody} not taken over: {WRONG_STATUS[antibody]}"
                )
                continue
            events += _events(antibody, rows, release, evidence, context)
            if release is RELEASES[0]:
                properties += _tumors(antibody, rows, phrases, evidence, context)
    return {"arms-therasabdab": arms, "events-therasabdab": events, "properties-therasabdab": properties}


def _events(
    antibody: str, rows: Sequence[UpstreamRow], release: Release, evidence: Cells, context: Context
) -> Iterator[Cells]:
    phase = rows[0][release.phase_column]
    if phase in ("TBC", "na", "", "Unknown"):
        return
    if phase not in _PHASES:
        context.complain(rows[0].where, f"{phase!r} is no phase that we know", "add it to the adapter")
        return
    event = {"antibody": antibody, "phase": _PHASES[phase], "on": release.phases_of, "date_kind": "database-version"}
    yield {"event": "phase-reached", **event, **evidence}
    # Only the newest release carries a status that is of its own day.
    if release is RELEASES[0] and rows[0]["Est. Status"] == "Discontinued":
        yield {"event": "stop", **event, "reason_class": "not-stated", **evidence}


def _structure(
    antibody: str, rows: Sequence[UpstreamRow], formats: dict[str, str], evidence: Cells, context: Context
) -> Iterator[Cells]:
    """The format that the chains tell, and who develops it."""
    for row in rows:
        if row["Format"].strip() not in formats:
            missing_crosswalk(context, CROSSWALK, row["Format"].strip(), row.where)
    notation = formats.get(rows[0]["Format"].strip(), "")
    if notation:
        yield {"antibody": antibody, "property": "format", "value": notation, **evidence}
    for company in rows[0]["Companies"].split(";"):
        if company.strip() not in ("na", "TBC", ""):
            yield {"antibody": antibody, "property": "developer", "value": company.strip(), **evidence}


def _tumors(
    antibody: str, rows: Sequence[UpstreamRow], phrases: dict[str, tuple[str, ...]], evidence: Cells, context: Context
) -> Iterator[Cells]:
    cells = [rows[0][f"Conditions {state}"] for state in ("Approved", "Active", "Discontinued")]
    stated = "; ".join(cell for cell in cells if cell not in ("na", "TBC", ""))
    for tumor in tumors_of(context, phrases, stated, rows[0].where):
        yield {"antibody": antibody, "property": "tested-in", "value": tumor, **evidence}


register(
    Adapter(
        "therasabdab",
        "targets, phases, conditions, formats and companies of INN-named multispecifics, four releases",
        {release.source: release.file for release in RELEASES},
        read,
    )
)
