"""The dated table: first trial, first date in the clinic with its kind, status and stop reason, by molecule."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from kg.sources.corrections import Patched, apply_corrections
from kg.sources.crosswalk import missing_crosswalk, read_crosswalk, tumor_phrases, tumors_of
from kg.sources.registry import Adapter, Context, Output, register
from kg.sources.upstream import Cells, page_level, read_upstream
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
# The second notation names groups of cells; its status covers the phase, too.
_GROUPS = {"tumours": ("tumour",), "status": ("status", "phase")}
_READ = ("read", "read(upper bound)", "read(year)")


@dataclass(frozen=True, slots=True)
class Support:
    """Which cells of a row were read."""

    read: frozenset[str]

    def covers(self, cell: str) -> bool:
        return "all" in self.read or cell in self.read


def parse_support(text: str) -> Support:
    """`nct,date:read; phase:recall` and `nct=read;date=read;status=local` -> nct and date were read.

    What is read only in part, or in a text that is no page (`read(GitHub)`), is not read.
    """
    read: set[str] = set()
    for part in text.split(";"):
        group, equals, state = part.partition("=")
        if equals and state.strip() in _READ:
            read.update(_GROUPS.get(group.strip(), (group.strip(),)))
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
    if "press release" in low:
        return "announcement"  # the day that the company told of it, not the day itself
    for start, notation in (
        ("first dose", "first-dose"),
        ("study start", "study-start"),
        ("first posted", "first-posted"),
        ("first enrol", "first-enrollment"),
    ):
        if low.startswith(start):
            return notation
    return "announcement" if low.startswith(("trials began", "first-in-human year")) else ""


def page_of(sources: str, number: str = "") -> str:
    """The page that a cell can be cited from; empty where several sources stand and none can be told from the others.

    It is the page whose address holds the trial number, or the only source.

    Examples
    --------
    >>> page_of("https://example.org/NCT00000001 | https://example.org/NCT00000002", "NCT00000002")
    'https://example.org/NCT00000002'
    >>> page_of("public code text ; https://example.org/a")
    ''
    """
    parts = [part.strip() for part in re.split(r"\s[;|](?:\s|$)", sources) if part.strip()]
    pages = [part for part in parts if _URL.fullmatch(part)]
    for page in pages:
        if number and number.lower() in page.lower():
            return page
    return pages[0] if pages and len(parts) == 1 else ""


def _evidence(row: Patched, seen: bool, page: str) -> Cells:
    """Read where the cell was seen on a page, a record where it was seen in something else, else unread.

    Several pages stand in the locator, under the table's own name: which of them bears the cell out is not told.
    """
    return {
        "where": row.where,
        "source": f"url:{page}" if seen and page else "dated",
        "locator": row["source"] if seen else f"dated.tsv, {row['name']}",
        "level": page_level(page) if seen and page else "database",
        "stance": "supports",
        "reading": ("read" if _URL.search(row["source"]) else "record") if seen else "unread",
    }


def _arms(antibody: str, row: Patched, evidence: Callable[[str], Cells], context: Context) -> Iterator[Cells]:
    # A peptide-HLA target is named by the gene of its peptide.
    targets = [target.partition("/HLA-")[0] for target in row["targets_hgnc"].split(";")]
    for arm in context.join.stated_arms(antibody, targets, evidence("targets")):
        recalled = arm["antigen"] == "ALB" and "albumin arm" in row["support"]
        yield {**arm, **evidence("albumin arm")} if recalled else arm


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
    rows = read_upstream(context.folder / FILE, COLUMNS, context.findings)
    for row in apply_corrections(context, FILE, "name", rows, {}):
        antibody = context.join.antibody(row["name"], *re.split(r"[;,]", row["aliases"]))
        if antibody is None:
            unjoined.append(row["name"])
            continue
        support = parse_support(row["support"])

        def evidence(cell: str, number: str = "", row: Patched = row, support: Support = support) -> Cells:
            return _evidence(row, support.covers(cell), page_of(row["source"], number))

        output["arms-dated"] += _arms(antibody, row, evidence, context)
        trials = [number for number in row["nct_verified"].split(";") if number]
        output["trials-dated"] += _trials(antibody, trials, row, evidence, context)
        output["events-dated"] += _first(antibody, row, support, evidence("date", row["earliest_nct"]), context)
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


def _trials(
    antibody: str, trials: list[str], row: Patched, evidence: Callable[[str, str], Cells], context: Context
) -> Iterator[Cells]:
    for number in trials:
        if not _TRIAL.match(number):
            context.complain(row.where, f"{number!r} is no registry id", "NCT and eight digits")
            continue
        prefix = "NCT" if number.startswith("NCT") else "ACTRN"
        # A number may be marked as read on its own.
        line = min((evidence(cell, number) for cell in ("nct", number)), key=lambda cells: cells["reading"] == "unread")
        yield {"trial": f"{prefix}:{number}", "antibody": antibody, **line}


def _first(antibody: str, row: Patched, support: Support, evidence: Cells, context: Context) -> Iterator[Cells]:
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
    if kind == "nct-interpolation":
        # Computed from a number that was read: no page says so.
        evidence = {**evidence, "source": "dated", "locator": f"dated.tsv, {row['name']}", "level": "database"}
        evidence["reading"] = "record"
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
    row: Patched,
    statuses: Mapping[str, Cells],
    reasons: Mapping[str, Cells],
    evidence: Callable[[str], Cells],
    context: Context,
) -> Iterator[Cells]:
    if not row["status"] and not row["highest_phase"]:
        return
    known = statuses.get(row["name"])
    if known is None:
        missing_crosswalk(context, "status-phrases", row["name"], row.where)
        return
    on = "" if row["status_as_of"].startswith("undated") else row["status_as_of"]
    # "approval" as a status has no date of its own: it is a phase that was reached by that day.
    event = known["event"] if known["event"] in ("stop", "hold", "filing") else "phase-reached"
    if event == "phase-reached" and not known["phase"]:
        return
    line: Cells = evidence("status" if event in ("stop", "hold", "filing") else "phase")
    reason = reasons.get(row["name"], {}) if event in ("stop", "hold") else {}
    if row["stop_reason"] and row["name"] not in reasons:
        missing_crosswalk(context, "stop-reasons", row["name"], row.where)
    unread = ["reason_class", "reason"] if reason and reason["reading"] != "read" else []
    # A corrected day has no page of its own.
    unread += ["on", "date_kind"] if on and "status_as_of" in row.patches else []
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
        "unread": ";".join(unread),
    }


register(
    Adapter("dated", "first trial, dates, status and stop reasons", {"dated": FILE, "nct-date-anchors": ANCHORS}, read)
)
