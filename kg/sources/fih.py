"""First-in-human evidence: trial, date, kind of date and the page that each was seen on."""

from __future__ import annotations

import re

from kg.sources.registry import Adapter, Context, Output, register
from kg.sources.upstream import Cells, page_level, read_upstream

FILE = "fih_evidence.csv"
COLUMNS = (
    "inn_or_code",
    "codes",
    "target_pair",
    "nct",
    "is_first_in_human",
    "exact_date",
    "date_kind",
    "nct_interpolated_registration",
    "year_first_in_clinic",
    "source",
)
DATE_KINDS = {
    "study start": "study-start",
    "registered": "first-posted",
    "first posted": "first-posted",
    "first patient dosed (reported on)": "first-dose",
    "first dose": "first-dose",
}
_URL = re.compile(r"https?://\S+")


def read(context: Context) -> Output:
    """Trials, first-in-clinic events and the arms that the target pair states."""
    arms: list[Cells] = []
    events: list[Cells] = []
    trials: list[Cells] = []
    for row in read_upstream(context.folder / FILE, COLUMNS, context.findings, ","):
        if row["is_first_in_human"] == "exclude":
            context.remarks.append(f"{row.where}: {row['inn_or_code']} is out of scope by its own note; left out")
            continue
        name = row["inn_or_code"].strip("()")
        antibody = context.join.antibody(name, *re.split(r"[/,;]", row["codes"]))
        if antibody is None:
            context.complain(row.where, f"{row['inn_or_code']!r} joins no antibody", "add the name to who is who")
            continue
        page = _URL.search(row["source"])
        record = {
            "where": row.where,
            "source": "fih-evidence",
            "locator": row["source"],
            "level": "registry",
            "stance": "supports",
            "reading": "record",
        }
        evidence = record
        if page:
            seen = page.group(0).rstrip(",;")
            evidence = {**record, "source": f"url:{seen}", "level": page_level(seen), "reading": "read"}
        first = row["is_first_in_human"].startswith("yes")
        trial = f"NCT:{row['nct']}" if row["nct"] else ""
        if trial:
            trials.append(
                {"trial": trial, "antibody": antibody, "first_in_human": "yes" if first else "no", **evidence}
            )
        targets = [
            context.join.antigen(re.sub(r"\(.*?\)|-HLA.*|-peptide.*", "", part).strip())
            for part in row["target_pair"].split(" x ")
        ]
        arms += context.join.stated_arms(antibody, [target for target in targets if target], evidence)
        if not first:
            continue
        if row["exact_date"]:
            if row["date_kind"] not in DATE_KINDS:
                context.complain(row.where, f"{row['date_kind']!r} is no kind of date that we know", "add it")
                continue
            date, kind = row["exact_date"], DATE_KINDS[row["date_kind"]]
        else:
            # Computed from the number: no page says so.
            date, kind, evidence = row["nct_interpolated_registration"], "nct-interpolation", record
        if date:
            events.append(
                {
                    "antibody": antibody,
                    "event": "first-in-clinic",
                    "on": date,
                    "date_kind": kind,
                    "trial": trial,
                    **evidence,
                }
            )
    return {"arms-fih": arms, "events-fih": events, "trials-fih": trials}


register(Adapter("fih", "first-in-human trials with dates and pages", {"fih-evidence": FILE}, read))
