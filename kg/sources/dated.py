"""The dated table: first trial, first date in the clinic with its kind, status and stop reason, by molecule."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kg.sources.crosswalk import missing_crosswalk, read_crosswalk, tumor_phrases, tumors_of
from kg.sources.registry import Adapter, Context, Output, register
from kg.sources.upstream import Cells, UpstreamRow, read_upstream
from kg.view import PartialDate

FILE, ANCHORS = "dated.tsv", "nct_date_anchors.csv"
COLUMNS = (
    "name",
    "aliases",
    "targets_hgnc",
    "format",
    "earliest_nct",
    "date",
    "date_kind",
    "year_first_in_clinic",
    "nct_verified",
    "nct_rejected",
    "tumour_types",
    "highest_phase",
    "status",
    "status_as_of",
    "stop_reason",
    "source",
    "support",
    "note",
)
_URL = re.compile(r"https?://[^\s;]+")
_TRIAL = re.compile(r"^(NCT\d{8}|ACTRN\d{14})$")
# The words of the `support` column, and the cells that they cover.
_CELLS = {
    "ncts": "nct",
    "id": "nct",
    "registry id": "nct",
    "tumor": "tumour",
    "phase 1": "phase",
    "target": "targets",
    "dates": "date",
}


@dataclass(frozen=True, slots=True)
class Support:
    """Which cells of a row were read."""

    read: frozenset[str]

    def covers(self, cell: str) -> bool:
        return "all" in self.read or cell in self.read


def parse_support(text: str) -> Support:
    """`nct,date:read; phase:recall` -> nct and date were read."""
    read: set[str] = set()
    for part in text.split(";"):
        names, _, state = part.rpartition(":")
        if state.strip() == "read":
            read |= {_CELLS.get(name.strip(), name.strip()) for name in names.split(",")}
    return Support(frozenset(read))


def date_kind(kind: str, support: Support, has_trial: bool) -> str:
    """Our notation of an upstream kind of date; empty where the date is not accepted and bounds nothing."""
    low = kind.lower()
    if not low or "unverified" in low or "not verified" in low or "company-planned" in low:
        return ""
    if "upper bound" in low:
        return "upper-bound"
    if "lower bound" in low:
        return "lower-bound"
    if "interpolation" in low:
        # Only where the trial number was read together with the molecule.
        return "nct-interpolation" if has_trial and support.covers("nct") else ""
    for start, notation in (
        ("first dose", "first-dose"),
        ("study start", "study-start"),
        ("first posted", "first-posted"),
        ("first enrol", "first-enrollment"),
    ):
        if low.startswith(start):
            return notation
    return "announcement" if low.startswith(("trials began", "first-in-human year")) else ""


def read(context: Context) -> Output:
    """First-in-clinic events, status events with stop reasons, trials, tumors and stated arms."""
    phrases = tumor_phrases(context)
    statuses = {
        row["name"]: row
        for row in read_crosswalk(context, "status-phrases", ("table", "name", "event", "phase", "note"))
        if row["table"] == "dated"
    }
    reasons = {
        row["name"]: row
        for row in read_crosswalk(context, "stop-reasons", ("name", "reason_class", "reason", "reading"))
    }
    output: Output = {f"{table}-dated": [] for table in ("arms", "events", "trials", "properties")}
    unjoined = []
    for row in read_upstream(context.folder / FILE, COLUMNS, context.findings):
        antibody = context.join.antibody(row["name"], *re.split(r"[;,]", row["aliases"]))
        if antibody is None:
            unjoined.append(row["name"])
            continue
        support = parse_support(row["support"])
        page = _URL.search(row["source"])

        def evidence(
            cell: str, page: re.Match[str] | None = page, row: UpstreamRow = row, support: Support = support
        ) -> Cells:
            covered = support.covers(cell) and bool(page)
            return {
                "source": f"url:{page.group(0)}" if page and covered else "dated",
                "locator": row["source"] if covered else f"dated.tsv, {row['name']}",
                "level": "registry"
                if page and covered and re.search(r"NCT|trial", page.group(0))
                else ("press" if covered else "database"),
                "stance": "supports",
                "reading": "read" if covered else "unread",
            }

        output["arms-dated"] += context.join.stated_arms(antibody, row["targets_hgnc"].split(";"), evidence("targets"))
        trials = [number for number in row["nct_verified"].split(";") if number]
        output["trials-dated"] += _trials(antibody, trials, row, evidence("nct"), context)
        output["events-dated"] += _first(antibody, row, support, evidence("date"), context)
        output["events-dated"] += _status(antibody, row, statuses, reasons, evidence, context)
        for tumor in tumors_of(context, phrases, row["tumour_types"], row.where):
            output["properties-dated"].append(
                {"antibody": antibody, "property": "tested-in", "value": tumor, **evidence("tumour")}
            )
    if unjoined:
        context.remarks.append(f"rows that join no antibody (out of scope or excluded): {'; '.join(unjoined)}")
    counted = Counter(row["event"] for row in output["events-dated"])
    context.remarks.append(", ".join(f"{number} {event}" for event, number in sorted(counted.items())))
    return output


def _trials(antibody: str, trials: list[str], row: UpstreamRow, evidence: Cells, context: Context) -> Iterator[Cells]:
    for number in trials:
        if not _TRIAL.match(number):
            context.complain(row.where, f"{number!r} is no registry id", "NCT and eight digits")
            continue
        prefix = "NCT" if number.startswith("NCT") else "ACTRN"
        yield {"trial": f"{prefix}:{number}", "antibody": antibody, **evidence}


def _first(antibody: str, row: UpstreamRow, support: Support, evidence: Cells, context: Context) -> Iterator[Cells]:
    # A number stands for the molecule only where it was read with it.
    trial = row["earliest_nct"] if row["earliest_nct"] and support.covers("nct") else ""
    kind = date_kind(row["date_kind"], support, bool(trial))
    if not kind or not row["date"]:
        return
    try:
        PartialDate(row["date"])
    except ValueError as error:
        context.complain(row.where, str(error), "mend the upstream cell")
        return
    bound = kind in ("upper-bound", "lower-bound")
    prefix = "NCT:" if trial.startswith("NCT") else "ACTRN:"
    yield {
        "antibody": antibody,
        "event": "first-in-clinic",
        "on": row["date"],
        "date_kind": kind,
        "trial": prefix + trial if _TRIAL.match(trial) and not bound else "",
        "note": row["date_kind"] if bound else "",
        **evidence,
    }


def _status(
    antibody: str,
    row: UpstreamRow,
    statuses: Mapping[str, Cells],
    reasons: Mapping[str, Cells],
    evidence: object,
    context: Context,
) -> Iterator[Cells]:
    if not row["status"] and not row["highest_phase"]:
        return
    known = statuses.get(row["name"])
    if known is None:
        missing_crosswalk(context, "status-phrases", row["name"], row.where)
        return
    assert callable(evidence)
    on = "" if row["status_as_of"].startswith("undated") else row["status_as_of"]
    # "approval" as a status has no date of its own: it is a phase that was reached by that day.
    event = known["event"] if known["event"] in ("stop", "hold", "filing") else "phase-reached"
    if event == "phase-reached" and not known["phase"]:
        return
    line: Cells = evidence("status" if event in ("stop", "hold", "filing") else "phase")
    reason = reasons.get(row["name"], {}) if event in ("stop", "hold") else {}
    if row["stop_reason"] and row["name"] not in reasons:
        missing_crosswalk(context, "stop-reasons", row["name"], row.where)
    unread = "reason_class;reason" if reason and reason["reading"] != "read" else ""
    if "recall" in row["status"] or known["note"] == "unread":
        line = {**line, "reading": "unread"}
    yield {
        "antibody": antibody,
        "event": event,
        "phase": known["phase"],
        "on": on,
        "date_kind": "report" if on else "",
        "reason_class": reason.get("reason_class", "not-stated" if event == "stop" else ""),
        "reason": reason.get("reason", ""),
        **line,
        "unread": unread,
    }


register(
    Adapter("dated", "first trial, dates, status and stop reasons", {"dated": FILE, "nct-date-anchors": ANCHORS}, read)
)
