"""The start page: what the graph knows, its numbers, three findings, and ways in."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import NamedTuple

from kg.errors import Finding
from kg.query import ask, question
from kg.report.answers import text_of
from kg.report.charts import bars
from kg.report.citing import Pages
from kg.report.escape_map import COLUMNS as ESCAPE_COLUMNS
from kg.report.escape_map import escape_map, is_direct, is_escape, observation_rows, scopes
from kg.report.field import Field
from kg.report.landscape import PATH as LANDSCAPE
from kg.report.palette import GROUPS, PHASES, group_of
from kg.report.words import many, stage_of
from kg.report.workings import Workings
from kg.stats import statistics
from kg.store import Opened
from kg.validate import Checked
from kg.views.drawing import Figure
from kg.views.shapes import Cell, Link, Mark, Page, Section

_LEAD = (
    "How each bispecific or other multispecific antibody against solid tumors works, how tumors escape it, what "
    "counters that, which pairs of antigens "
    "were tried in which tumor, and who says so: with source, date and kind of evidence on every claim.\n"
    "Begin with a tumor, an antibody or an antigen: type its name above, or follow the links. Every table leads "
    "to its evidence."
)


class Started(NamedTuple):
    """The start page, and the findings that the command prints."""

    page: Page
    highlights: tuple[str, ...]


def start_page(
    opened: Opened,
    field: Field,
    pages: Pages,
    workings: Workings,
    checked: Checked,
    ranked: frozenset[str] = frozenset(),
) -> Started:
    """The start page; `ranked` are the tumors whose pages rank open pairs."""
    counted = statistics(opened)
    headline, reading = counted.groups["headline"], counted.groups["claims_by_reading"]
    solid = [antibody for antibody in field.antibodies.values() if antibody.solid]
    observed = field.of("EscapeObservation")
    seen = [one for one in observed if is_escape(field, one)]
    direct = [one for one in seen if is_direct(field, one)]
    pairs = {pair for antibody in solid for pair in antibody.pairs}
    approved = [a for a in solid if a.stage == "approved"]
    tumors = {tumor for antibody in solid for tumor in antibody.tumors if tumor in pages.paths}
    facts: tuple[tuple[str, Cell], ...] = (
        ("Antibodies against solid tumors", Link(str(headline["antibodies, solid tumors"]), "antibody/index.html")),
        ("Approved somewhere", Link(str(len(approved)), "antibody/index.html")),
        ("Tumors that they were tested in", Link(str(len(tumors)), "tumor/index.html")),
        ("Antigens", Link(str(counted.groups["entities"].get("Antigen", 0)), "antigen/index.html")),
        (
            "Antigen pairs that they join",
            Link(str(headline["pairs of antibodies against solid tumors"]), "pair/index.html"),
        ),
        (
            "From the clinic",
            f"{counted.groups['entities'].get('Trial', 0)} trials, "
            f"{counted.groups['entities'].get('Result', 0)} results",
        ),
        (
            "Escapes, seen in patients on a bispecific in a solid tumor",
            (
                Link(f"{len(direct)} of {len(seen)} observations", "escape/index.html"),
                f"({len(observed) - len(seen)} more are of limits that are no escape)",
            ),
        ),
        ("Claims", f"{reading['read']} read, {reading['record']} from database or registry records"),
        ("Contested claims", Link(str(headline["contested claims"]), "question/contested-claims.html")),
        (
            "Checks of the data",
            f"{many(checked.errors, 'error')}, {many(_count(checked.findings, 'warning'), 'warning')}",
        ),
    )
    findings, told = _findings(field, pages, workings, direct)
    year = int((opened.view.as_of or opened.as_of)[:4])
    sections = (
        Section(
            "Three findings",
            ("finding", "what the graph shows", "look"),
            findings,
            "From the claims of this view, counted when this report was made.",
        ),
        _where_to_begin(field, pages, ranked),
        _by_stage(field, pages),
        _recent(opened, field, pages, year),
        Section(
            "Escapes seen in patients on a bispecific in a solid tumor",
            ESCAPE_COLUMNS,
            observation_rows(field, pages, direct),
            scopes(field, observed),
            escape_map(field, pages, direct, "observedIn", "Escapes in patients on a bispecific, by tumor"),
            "direct",
            folded=True,
            optional=True,
        ),
        _checks(checked),
    )
    families = Counter(field.word(field.one(pair, "family")) for pair in pairs)
    in_tumor = Counter(tumor for antibody in field.antibodies.values() for tumor in antibody.tumors)
    busiest = min(in_tumor.items(), key=lambda pair: (-pair[1], field.label(pair[0])), default=None)
    recent = sum(1 for a in field.antibodies.values() for e in a.events if e.latest >= f"{year}-01-01")
    highlights = [
        f"{headline['antibodies, solid tumors']} antibodies against solid tumors form "
        f"{headline['pairs of antibodies against solid tumors']} antigen pairs "
        f"({families.get('tumor-antigen-x-trigger', 0)} of them tumor antigen x trigger, "
        f"{families.get('tumor-antigen-x-tumor-antigen', 0)} tumor antigen x tumor antigen)",
    ]
    if busiest:
        highlights.append(
            f"most programs in one tumor: {field.label(busiest[0])} ({many(busiest[1], 'antibody', 'antibodies')})"
        )
    highlights += told
    highlights.append(
        f"{headline['contested claims']} claims are contested; {many(recent, 'dated event')} since {year}-01-01"
    )
    page = Page("index.html", "Start", _LEAD, facts, sections, None)
    return Started(page, tuple(highlights))


def _findings(
    field: Field, pages: Pages, workings: Workings, direct: list[str]
) -> tuple[tuple[tuple[Cell, ...], ...], list[str]]:
    """Three things that the claims say together: crowding, how thin escape is known, and which escapes leave most."""
    solid = [antibody for antibody in field.antibodies.values() if antibody.solid]
    rows: list[tuple[Cell, ...]] = []
    told: list[str] = []
    triggers = Counter(antigen for a in solid for antigen in a.antigens("bsab:TriggerRole"))
    if triggers:
        antigen, count = min(triggers.items(), key=lambda pair: (-pair[1], pair[0]))
        all_triggers = sum(triggers.values())
        approved = [a for a in solid if antigen in a.antigens("bsab:TriggerRole") and a.stage == "approved"]
        words = (
            f"{count} of {all_triggers} trigger arms bind {field.label(antigen)}; "
            f"{many(len(approved), 'antibody', 'antibodies')} of these {'is' if len(approved) == 1 else 'are'} "
            f"approved: {', '.join(a.label for a in approved) or 'none'}."
        )
        rows.append(("One trigger carries the field", words, (pages.link(antigen), Link("landscape", LANDSCAPE))))
    observed = [one for one in field.of("EscapeObservation") if is_escape(field, one)]
    under = Counter(antibody for one in direct for antibody in field.get(one, "observedUnder"))
    if observed:
        leading = sorted(under.items(), key=lambda pair: (-pair[1], field.label(pair[0])))[:3]
        words = (
            f"{len(direct)} of {len(observed)} observations of an escape come from patients on a bispecific in a "
            "solid tumor"
            + (f", most under {', '.join(f'{field.label(a)} ({n})' for a, n in leading)}" if leading else "")
            + f". The other {len(observed) - len(direct)} are carried over from other drugs, cells, blood cancers or "
            "models."
        )
        rows.append(
            (
                "Escape is thinly known",
                words,
                (*(pages.link(a) for a, _ in leading), Link("escapes", "escape/index.html")),
            )
        )
        told.append(
            f"escape seen in patients on a bispecific in a solid tumor: {len(direct)} of {len(observed)} observations"
        )
    stays: dict[str, Counter[str]] = defaultdict(Counter)
    for kind, verdicts in workings.by_kind.items():
        worst: dict[str, str] = {}
        for antibody, verdict in verdicts:
            if field.antibodies[antibody].solid and (worst.get(antibody) != "fails"):
                worst[antibody] = verdict.verdict
        stays[kind] = Counter(worst.values())
    if stays:
        kind, tally = min(stays.items(), key=lambda pair: (-pair[1]["fails"], pair[0]))
        words = (
            f"{field.label(kind)}: of {sum(tally.values())} antibodies that it concerns (it is documented of them, of "
            f"their class or of their antigens), {tally['fails']} are left without a way to act, {tally['works']} keep "
            f"one, and of {tally['unknown']} it is not known. This follows from how they are built; "
            "nobody has tested it."
        )
        rows.append(("One escape stops most molecules", words[:1].upper() + words[1:], (pages.link(kind),)))
    return tuple(rows), told


def _where_to_begin(field: Field, pages: Pages, ranked: frozenset[str]) -> Section:
    """The tumors that most antibodies name, as the way in: a broad group such as carcinoma is named by few."""
    rows: list[tuple[tuple[object, ...], tuple[Cell, ...]]] = []
    named = Counter(tumor for a in field.antibodies.values() if a.solid for tumor in a.tumors)
    for tumor, _ in sorted(named.items(), key=lambda pair: (-pair[1], field.label(pair[0])))[:16]:
        tested = [field.antibodies[one] for one in field.tested_in(tumor)]
        below = field.below(tumor)
        approved = [
            a for a in tested if any(e.kind == "bsab:ApprovalEventKind" and below & set(e.tumors) for e in a.events)
        ]
        pairs = {pair for a in tested for pair in a.pairs}
        go = (
            Link("pairs tried", f"{pages.href(tumor)}#tried"),
            Link("open pairs", f"{pages.href(tumor)}#{'ranked' if tumor in ranked else 'open'}"),
        )
        row = (pages.link(tumor), str(len(tested)), str(len(pairs)), pages.links(a.curie for a in approved) or "", go)
        rows.append(((-len(tested), field.label(tumor)), row))
    columns = ("tumor, with its subtypes", "antibodies", "pairs tried", "approved in it", "go to")
    body = tuple(row for _, row in sorted(rows, key=lambda pair: pair[0]))
    return Section(
        "Begin with a tumor",
        columns,
        body,
        "The sixteen that most antibodies against solid tumors name, with their subtypes counted in; all others stand "
        "under Tumors. Open pairs are those that no antibody joins there.",
        (),
        "tumors",
        optional=True,
    )


def _by_stage(field: Field, pages: Pages) -> Section:
    solid = [antibody for antibody in field.antibodies.values() if antibody.solid]
    counts = Counter((max(a.rank, 0), group_of(field, a)) for a in solid)
    series = [(f"bar{number}", name) for number, name in enumerate(GROUPS)]
    told = "; ".join(
        f"{stage_of(phase)}: {sum(n for (rank, _), n in counts.items() if rank == place)}"
        for place, phase in enumerate(PHASES)
    )
    names = [stage_of(phase) if phase != "preclinical" else "preclinical or not known" for phase in PHASES]
    figure = Figure(
        bars(names, series, dict(counts), "Antibodies against solid tumors by stage and modality", told),
        "Up: number of antibodies against solid tumors. Across: the furthest stage in any tumor. Stacked from the "
        "bottom up in the order of the key. The landscape has the pairs, the years and the outcomes.",
        tuple(series),
    )
    rows: list[tuple[Cell, ...]] = []
    for place, name in enumerate(names):
        own = sorted((a for a in solid if max(a.rank, 0) == place), key=lambda a: a.label.lower())
        numbers = tuple(str(counts[place, kind] or "") for kind in range(len(GROUPS)))
        rows.append((name, str(len(own)), *numbers, pages.links(a.curie for a in own[:9])))
    return Section(
        "How far they came",
        ("furthest stage", "all", *GROUPS, "among them"),
        tuple(rows),
        "",
        (figure,),
        "stages",
        folded=True,
        optional=True,
    )


def _recent(opened: Opened, field: Field, pages: Pages, year: int) -> Section:
    answer = ask(opened, question("changes-since"), {"since": f"{year}-01-01"})
    rows: list[tuple[Cell, ...]] = []
    for row in answer.rows:
        claim = text_of(row["claim"])
        event = text_of(row["event"])
        tone = {"approval": "good", "stop": "bad", "hold": "bad", "withdrawal": "bad"}.get(event, "plain")
        rows.append(
            (
                text_of(row["on"]),
                pages.link(text_of(row["antibody"])),
                Mark(event.replace("-", " "), tone),
                stage_of(text_of(row["phase"])) if row["phase"] else "",
                text_of(row["region"]),
                text_of(row["tumor"]),
                text_of(row["reason"]),
                pages.cite([field.claims[claim]]) if claim in field.claims else text_of(row["source"]),
            )
        )
    columns = ("date", "antibody", "event", "phase", "region", "tumor", "reason", "evidence")
    return Section(f"What happened in {year}", columns, tuple(rows), "The latest first.", (), "recent", optional=True)


def _checks(checked: Checked) -> Section:
    rows = tuple((f.severity, f.rule, f.where, f.what) for f in checked.findings if f.severity != "info")
    note = f"Ran {', '.join(checked.ran)}." + (f" Skipped {'; '.join(checked.skipped)}." if checked.skipped else "")
    note += f" {many(_count(checked.findings, 'info'), 'remark')}: kg check --all."
    return Section(
        "What the checks found",
        ("severity", "rule", "where", "what"),
        rows,
        note,
        (),
        "checks",
        folded=True,
        optional=True,
    )


def _count(findings: tuple[Finding, ...], severity: str) -> int:
    return sum(finding.severity == severity for finding in findings)
