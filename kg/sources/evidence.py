"""The evidence tables: bispecifics, escape, antigens, engagement, formats and the claims of the 2021 review.

`corrections.tsv` is applied first (see `kg.sources.corrections`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from kg.sources.corrections import Patched, apply_corrections
from kg.sources.crosswalk import missing_crosswalk, read_crosswalk, tumor_phrases, tumors_of
from kg.sources.registry import Adapter, Context, Output, register
from kg.sources.upstream import Cells, read_upstream
from kg.terms import iri_safe

SUPPORTED = ("source_ids", "support_page", "support")
TABLES: dict[str, tuple[str, ...]] = {
    "bsabs_solid.tsv": (
        "id",
        "name",
        "aliases",
        "targets_hgnc",
        "targets",
        "valency",
        "format",
        "mechanism_class",
        "tumour_types",
        "highest_status",
        "status_year",
        "nct_read",
        "nct_recall_unverified",
        "key_efficacy",
        "key_toxicity",
        *SUPPORTED,
        "note",
    ),
    "escape_mechanisms.tsv": (
        "id",
        "mechanism",
        "class",
        "affected",
        "hgnc",
        "tumour_types",
        "therapy_seen",
        "evidence",
        "counter_measure",
        *SUPPORTED,
        "note",
    ),
    "antigens.tsv": (
        "id",
        "common_name",
        "hgnc",
        "role",
        "expressing_tumours",
        "normal_tissue",
        "on_target_off_tumour_toxicity",
        "example_bsabs",
        *SUPPORTED,
        "support_detail",
    ),
    "effector_engagement.tsv": (
        "id",
        "effector_cell",
        "engaging_receptor",
        "hgnc",
        "mechanism",
        "example_bsabs",
        *SUPPORTED,
        "support_detail",
    ),
    "formats.tsv": (
        "id",
        "format",
        "structure_class",
        "fc",
        "valency",
        "mw",
        "half_life",
        "chain_solution",
        "examples",
        *SUPPORTED,
        "support_detail",
    ),
    "claims_of_the_review.tsv": (
        "id",
        "subject",
        "predicate",
        "object",
        "section",
        "support",
        "competency_question",
        "source_ids",
        "support_page",
    ),
}
SOURCE_OF = {name: "evidence-" + name.removesuffix(".tsv").replace("_", "-") for name in TABLES}
CORRECTIONS, MISSING = "corrections.tsv", "missing.tsv"
# A DOI may hold round brackets, but only in pairs: `(DOI:10.1000/x)` ends before the last one.
_DOI = r"10\.\d{4,9}/(?:[^\s;,()]|\([^\s;,()]*\))+"
_CITED = re.compile(rf"PMID:\s?(\d+)|PMCID:\s?(PMC\d+)|DOI:\s?({_DOI})|\b(NCT\d{{8}})\b")
_RECALLED_ID = re.compile(r"\b(DOI|PMID|NCT id) (is recall|inferred)")
_MECHANISMS = {
    "T_cell_engager": "t-cell-engager",
    "dual_checkpoint": "dual-checkpoint",
    "checkpoint_plus_costim": "checkpoint-costimulation",
    "bsADC": "bispecific-adc",
    "dual_signalling_inhibition": "dual-signaling-blockade",
    "TAA_plus_costim": "tumor-targeted-costimulation",
    "myeloid_engager": "myeloid-engager",
    "NK_engager": "nk-cell-engager",
    "checkpoint_plus_VEGF": "checkpoint-angiogenesis",
    "dual_angiogenesis": "dual-angiogenesis-blockade",
    "biparatopic": "biparatopic-blockade",
    "checkpoint_plus_TGFb": "checkpoint-tgf-beta",
    "dual_costim": "dual-costimulation",
    "TAA_plus_deathreceptor": "death-receptor-agonism",
}
REVIEW = "DOI:10.3390/ph14090884"


def cite(source_ids: str, page: str, recalled: bool = False) -> str:
    """What to cite: the identifier that the page is about, else the first given, else the page; else nothing.

    An identifier that is recalled or inferred is cited only where the page is about it.

    Examples
    --------
    >>> cite("PMCID:PMC6314664; DOI:10.1000/x1", "https://example.org/articles/PMC6314664")
    'PMC:PMC6314664'
    """
    cited = []
    for pmid, pmc, doi, nct in _CITED.findall(source_ids):
        curie = f"PMID:{pmid}" if pmid else f"PMC:{pmc}" if pmc else f"DOI:{doi.rstrip('.')}" if doi else f"NCT:{nct}"
        cited.append(curie)
    for curie in cited:
        if curie.partition(":")[2].lower() in page.lower():
            return curie
    if cited and not recalled:
        return cited[0]
    return f"url:{iri_safe(page)}" if re.match(r"https?://[^\s/]", page) else ""


def read_patched(context: Context, name: str) -> list[Patched]:
    """The rows of an evidence table with corrections applied; a patch that does not fit is a complaint."""
    columns = ("table", "id_or_name", "column", "now", "should_be", "certainty", "source")
    pages = {}
    for row in read_upstream(context.folder / CORRECTIONS, columns, context.findings):
        page = re.search(r"https?://[^\s;]+", row["source"])
        pages[row.where.partition(":")[2]] = page.group(0) if page else ""
    rows = read_upstream(context.folder / name, TABLES[name], context.findings)
    return apply_corrections(context, name, "id", rows, pages)


def evidence(row: Patched, column: str, unread: Sequence[str], level: str = "press") -> Cells:
    """The evidence cells for one column of a row: read only where that very cell was."""
    dataset = SOURCE_OF[row.table]
    patch = row.patches.get(column)
    if patch and patch.reading == "read" and patch.page:
        return {
            "where": row.where,
            "source": f"url:{iri_safe(patch.page)}",
            "locator": patch.page,
            "level": level,
            "stance": "supports",
            "reading": "read",
            "note": f"correction {patch.line}",
        }
    page = row["support_page"]
    source = cite(row["source_ids"], page, "source_ids" in unread)
    unseen = "*" in unread or column in unread or bool(patch and patch.reading != "as-before")
    if row["support"] == "read" and page and source and not unseen:
        return {
            "where": row.where,
            "source": source,
            "locator": page,
            "level": level,
            "stance": "supports",
            "reading": "read",
            "note": f"{row['id']}",
        }
    return {
        "where": row.where,
        "source": dataset,
        "locator": f"{row.table}, {row['id']}",
        "level": "database",
        "stance": "supports",
        "reading": "unread",
    }


def read(context: Context) -> Output:
    """All evidence tables."""
    output: Output = {}
    phrases = tumor_phrases(context)
    for part in (
        _bispecifics(context, phrases),
        _escapes(context),
        _antigens(context, phrases),
        _engagements(context),
        _formats(context),
        _review(context),
    ):
        output |= part
    return output


def _bispecifics(context: Context, phrases: Mapping[str, tuple[str, ...]]) -> Output:
    recalled = {
        row["id"]: row["unread"].split(";") for row in read_crosswalk(context, "recall-cells", ("id", "unread"))
    }
    statuses = {
        row["name"]: row
        for row in read_crosswalk(context, "status-phrases", ("table", "name", "event", "phase", "note"))
        if row["table"] == "bsabs"
    }
    formats = {
        row["antibody"]: row["value"]
        for row in context.rows["properties"]
        if row["property"] == "format" and "properties-merged" in row.where
    }
    output: Output = {f"{table}-evidence": [] for table in ("arms", "events", "trials", "properties")}
    skipped = []
    for row in read_patched(context, "bsabs_solid.tsv"):
        antibody = context.join.antibody(row["name"], *row["aliases"].split(";"))
        if antibody is None:
            skipped.append(f"{row['id']} {row['name']}")
            continue
        if row["support"] == "read" and row["id"] not in recalled:
            missing_crosswalk(context, "recall-cells", row["id"], row.where)
        unread = recalled.get(row["id"], ["*"])

        def stated(column: str, row: Patched = row, unread: Sequence[str] = unread) -> Cells:
            return evidence(row, column, unread)

        output["arms-evidence"] += context.join.stated_arms(
            antibody, row["targets_hgnc"].split(";"), stated("targets_hgnc")
        )
        output["trials-evidence"] += [
            {"trial": f"NCT:{number}", "antibody": antibody, **stated("nct_read"), "level": "registry"}
            for number in row["nct_read"].split(";")
            if re.fullmatch(r"NCT\d{8}", number)
        ]
        output["events-evidence"] += _status(
            antibody, row, statuses, stated("highest_status"), stated("status_year"), context
        )
        properties = [
            ("mechanism", _mechanism(value, row["targets_hgnc"]), "mechanism_class")
            for value in row["mechanism_class"].split(";")
            if value
        ]
        properties += [
            ("tested-in", tumor, "tumour_types")
            for tumor in tumors_of(context, phrases, row["tumour_types"], row.where)
        ]
        properties += [
            ("reported-efficacy", row["key_efficacy"], "key_efficacy"),
            ("reported-toxicity", row["key_toxicity"], "key_toxicity"),
        ]
        if row["format"] and antibody in formats:
            properties.append(("format", formats[antibody], "format"))
        output["properties-evidence"] += [
            {"antibody": antibody, "property": name, "value": " ".join(value.split()), **stated(column)}
            for name, value, column in properties
            if value
        ]
    context.remarks.append(f"bsabs_solid rows that are no molecule of ours: {'; '.join(skipped)}")
    return output


def _mechanism(word: str, targets: str) -> str:
    # Upstream has one word for all T cells: what binds the gamma-delta receptor is told by its targets.
    if word == "T_cell_engager" and re.search(r"\bTR[DG]V\d", targets):
        return "gamma-delta-t-engager"
    return _MECHANISMS.get(word, word)


def _status(
    antibody: str, row: Patched, statuses: Mapping[str, Cells], line: Cells, year: Cells, context: Context
) -> Iterator[Cells]:
    known = statuses.get(row["id"])
    if known is None:
        missing_crosswalk(context, "status-phrases", row["id"], row.where)
        return
    event = known["event"] if known["event"] in ("stop", "hold", "filing") else "phase-reached"
    if not known["phase"] and event == "phase-reached":
        return
    if known["note"] == "unread":
        # No page is cited: the one that the row names does not bear the status out.
        seen_in = {"source": SOURCE_OF[row.table], "locator": f"{row.table}, {row['id']}", "level": "database"}
        line = {**line, **seen_in, "reading": "unread", "note": ""}
    if line["reading"] == "read" and line["source"].partition(":")[2].lower() not in line["locator"].lower():
        # A paper does not tell of what came after it: a status is cited from the page that was seen.
        line = {**line, "source": f"url:{iri_safe(line['locator'])}"}
    # A recalled year does not date a status that was read.
    on = row["status_year"] if year["reading"] == "read" or line["reading"] == "unread" else ""
    yield {
        "antibody": antibody,
        "event": event,
        "phase": known["phase"],
        "on": on,
        "date_kind": "report" if on else "",
        "reason_class": "not-stated" if event == "stop" else "",
        **line,
    }


def _escapes(context: Context) -> Output:
    columns = (
        "id",
        "mechanism",
        "antigen",
        "epitope",
        "tumors",
        "agent",
        "agent_class",
        "setting",
        "timing",
        "level",
        "stance",
        "date",
        "reading",
        "summary",
        "counters",
        "corrections",
        "note",
    )
    crosswalk = {row["id"]: row for row in read_crosswalk(context, "escapes", columns)}
    escapes: list[Cells] = []
    counters: list[Cells] = []
    for row in read_patched(context, "escape_mechanisms.tsv"):
        known = crosswalk.get(row["id"])
        if known is None:
            missing_crosswalk(context, "escapes", row["id"], row.where)
            continue
        page = row["support_page"]
        # A better source than the upstream's stands in the crosswalk's note as `cite: <source>`, with the page that
        # was read as `at: <page>` where the source itself is no page.
        better = re.search(r"cite: (\S+)", known["note"])
        recalled = bool(_RECALLED_ID.search(row["note"]))
        source = better.group(1).rstrip(";,") if better else cite(row["source_ids"], page, recalled)
        seen_at = re.search(r"at: (\S+)", known["note"]) if better else None
        locator = seen_at.group(1) if seen_at else source.removeprefix("url:") if better else page
        seen = known["reading"] == "read" and bool(source)
        line = {
            "where": row.where,
            "source": source if seen else SOURCE_OF[row.table],
            "level": known["level"] or "review",
            "locator": locator if seen else f"{row.table}, {row['id']}",
            "stance": known["stance"],
            "date": known["date"],
            "reading": "read" if seen else "unread",
        }
        escapes.append(
            {
                **{
                    name: known[name]
                    for name in (
                        "id",
                        "mechanism",
                        "antigen",
                        "epitope",
                        "tumors",
                        "agent",
                        "agent_class",
                        "setting",
                        "timing",
                        "summary",
                    )
                },
                **line,
            }
        )
        unread = "counters" in known["note"].partition("unread:")[2] or "recall" in row["note"]
        for item in filter(None, known["counters"].split(" ; ")):
            parts = [part.strip() for part in item.split("|")]
            if len(parts) != 4:
                context.complain(
                    f"data/crosswalks/escapes.tsv ({row['id']})",
                    f"{item!r} is no counter-measure",
                    "KIND|ANTIBODY|DESCRIPTION|OUTCOME",
                )
                continue
            kind, antibody, description, outcome = parts
            counters.append(
                {
                    "escape": row["id"],
                    "kind": kind,
                    "antibody": antibody,
                    "description": description,
                    "outcome": outcome,
                    **line,
                    "stance": "supports",
                    "reading": "unread" if unread else line["reading"],
                }
            )
    return {"escapes-evidence": escapes, "counters-evidence": counters}


def _antigens(context: Context, phrases: Mapping[str, tuple[str, ...]]) -> Output:
    expression: list[Cells] = []
    for row in read_patched(context, "antigens.tsv"):
        detail = row["support_detail"]
        # "read (tumour/target); recall (toxicity)": only what stands in the brackets of `read` was read.
        scope = re.search(r"read \(([^)]*)\)", detail)
        seen = detail.startswith("read") and (not scope or "tumour" in scope.group(1))
        for symbol in filter(None, row["hgnc"].split(";")):
            if symbol in ("ALB", "HLA-A"):
                continue  # a half-life ligand and a restriction element: no antigens
            antigen = context.join.antigen(symbol) or symbol
            named = row.patches.get("hgnc")
            # A symbol that only a correction names is as well read as the correction.
            added = named is not None and named.reading != "read" and symbol not in named.before.split(";")
            for tumor in tumors_of(context, phrases, row["expressing_tumours"], row.where):
                expression.append(
                    {
                        "antigen": antigen,
                        "tumor": tumor,
                        **evidence(row, "expressing_tumours", () if seen and not added else ("*",), "review"),
                    }
                )
    return {"expression-evidence": expression}


def _engagements(context: Context) -> Output:
    columns = ("id", "receptor", "cell", "function", "description", "reading", "level", "note")
    crosswalk = {row["id"]: row for row in read_crosswalk(context, "engagements", columns)}
    rows: list[Cells] = []
    for row in read_patched(context, "effector_engagement.tsv"):
        known = crosswalk.get(row["id"])
        if known is None:
            missing_crosswalk(context, "engagements", row["id"], row.where)
            continue
        line = evidence(row, "mechanism", () if known["reading"] == "read" else ("*",), known["level"] or "review")
        cells, functions = known["cell"].split(";"), known["function"].split(";")
        if len(cells) > 1 and len(functions) > 1 and len(cells) != len(functions):
            context.complain(
                f"data/crosswalks/engagements.tsv ({row['id']})",
                f"{len(cells)} cells and {len(functions)} functions",
                "write one function, or one for each cell in their order",
            )
            continue
        # Several cells with several functions go in pairs: a T cell has no NK-cell cytotoxicity.
        each = zip(cells, functions, strict=True) if len(cells) == len(functions) else product(cells, functions)
        rows += [
            {"receptor": receptor, "cell": cell, "function": function, "description": known["description"], **line}
            for cell, function in each
            for receptor in known["receptor"].split(";")
        ]
    return {"engagements-evidence": rows}


def _formats(context: Context) -> Output:
    crosswalk = {
        row["id"]: row
        for row in read_crosswalk(context, "formats", ("id", "notation", "reading_class", "reading_half_life"))
    }
    terms = context.vocabulary.get("Format", {})
    claims: list[Cells] = []
    for row in read_patched(context, "formats.tsv"):
        known = crosswalk.get(row["id"])
        if known is None:
            missing_crosswalk(context, "formats", row["id"], row.where)
            continue
        if not known["notation"]:
            continue
        stated = (
            ("bsab:structureClass", row["structure_class"], known["reading_class"]),
            ("bsab:halfLife", row["half_life"], known["reading_half_life"]),
            ("bsab:molecularWeight", row["mw"], "unread"),
        )
        unknown = [notation for notation in known["notation"].split(";") if notation not in terms]
        if unknown:
            context.complain(
                f"data/crosswalks/formats.tsv ({row['id']})",
                f"{', '.join(unknown)} is no format",
                "write a notation of the ontology",
            )
            continue
        claims += [
            {
                "subject": terms[notation],
                "predicate": predicate,
                "object": f'"{value}"',
                **evidence(row, "format", () if reading == "read" else ("*",), "review"),
            }
            for notation in known["notation"].split(";")
            for predicate, value, reading in stated
            if value
        ]
    return {"claims-formats": claims}


def _review(context: Context) -> Output:
    claims: list[Cells] = []
    for row in read_patched(context, "claims_of_the_review.tsv"):
        text = f"{row['subject']} {row['predicate']} {row['object']}".replace("tumour", "tumor").replace(
            "leukaemia", "leukemia"
        )
        # Rows that are expected content of the review, or inferred from it, are not attributed to it.
        inferred = any(patch.reading == "unread" for patch in row.patches.values())
        seen = row["support"] == "read" and bool(row["support_page"]) and not inferred
        line = {
            "where": row.where,
            "source": REVIEW if seen else SOURCE_OF[row.table],
            "locator": f"{row['support_page']} ({row['section']})" if seen else f"{row.table}, {row['id']}",
            "level": "review",
            "stance": "supports",
            "date": "2021" if seen else "",
            "reading": "read" if seen else "unread",
        }
        claims.append(
            {"subject": REVIEW, "predicate": "bsab:states", "object": f'"{text}"', "qualifier": row["id"], **line}
        )
    return {"claims-review": claims}


register(
    Adapter(
        "evidence",
        "bispecifics, escape, antigens, engagement, formats, the 2021 review; corrections applied first",
        {
            **{source: name for name, source in SOURCE_OF.items()},
            "evidence-corrections": CORRECTIONS,
            "evidence-missing": MISSING,
        },
        read,
    )
)
