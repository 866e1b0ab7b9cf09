"""The page of a kind of escape: what it is, who saw it, what counters it, which antibodies it stops and which stay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kg.report.antibodies import targets_of
from kg.report.charts import matrix
from kg.report.citing import Pages, evidence_section, path_of
from kg.report.escape_map import COLUMNS, KEY, cell_size, direct_of, entry_of, escape_map, observation_rows, scopes
from kg.report.field import Cited, Field
from kg.report.words import plain, stage_of, tone_of
from kg.report.workings import Workings
from kg.views.drawing import Figure
from kg.views.shapes import Cell, Mark, Page, Section

_VERDICTS = ("fails", "unknown", "works")


def observations_of(field: Field, kind: str) -> list[str]:
    """The observations of a kind of escape."""
    return [one for one in field.who("escapeMechanism", kind) if one.startswith("escape:")]


def escape_page(field: Field, pages: Pages, workings: Workings, kind: str) -> Page:
    """One kind of escape."""
    seen = observations_of(field, kind)
    scope = field.label(field.one(kind, "hasScope")).removesuffix(" scope")
    breaks = field.labels(field.get(kind, "breaksLink"))
    counters = [counter for one in seen for counter in field.get(one, "counteredBy")]
    verdicts = workings.by_kind.get(kind, [])
    worst: dict[str, str] = {}
    for antibody, verdict in verdicts:
        before = worst.get(antibody, "works")
        worst[antibody] = min((before, verdict.verdict), key=_VERDICTS.index)
    tally = Counter(worst.values())
    facts: tuple[tuple[str, Cell], ...] = (
        ("Scope", plain(scope)),
        ("Breaks", breaks or "no link of a chain"),
        (
            "Seen in patients on a bispecific",
            direct_of(field, seen),
        ),
        ("Counter-measures told", str(len(counters))),
        ("Antibodies that fail under it", str(tally["fails"])),
        ("Antibodies that still work", str(tally["works"])),
        ("May arise", field.labels(field.get(kind, "mayArise")).replace(" timing", "") or "not said"),
        ("Runs through", pages.links(field.get(kind, "runsThrough")) or "no protein named"),
    )
    claims: list[Cited] = [
        cited for cited in field.claims_on(kind, "escapedThrough") if pages.home(cited) == path_of(kind)
    ]
    claims += [cited for one in seen for cited in field.claims_of(one)]
    figures = escape_map(field, pages, seen, "escapesFrom", f"{field.label(kind)}: antigens")
    across = _by_tumor(field, pages, seen, kind)
    sections = (
        Section(
            "Who saw it",
            COLUMNS[2:],
            tuple(row[2:] for row in observation_rows(field, pages, seen)),
            scopes(field, seen) if seen else "",
            across or figures,
            "observations",
        ),
        _counters(field, pages, counters),
        _stays(field, pages, workings, kind, worst),
        evidence_section(field, pages, claims),
    )
    lead = field.one(kind, "skos:definition")
    note = field.one(kind, "skos:scopeNote")
    return Page(
        path_of(kind),
        field.label(kind),
        f"{lead}\n{note}" if note else lead,
        facts,
        sections,
        None,
        kind="Kind of escape",
        also=(field.word(kind),),
    )


def _by_tumor(field: Field, pages: Pages, seen: Sequence[str], kind: str) -> tuple[Figure, ...]:
    """Antigens x tumors of one kind, since the kind is the same in all."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in seen:
        for antigen in field.get(one, "escapesFrom") or ("",):
            for tumor in field.get(one, "observedIn") or ("",):
                found.setdefault((antigen, tumor), []).append(one)
    if len(found) < 2:
        return ()
    antigens = sorted({a for a, _ in found}, key=lambda a: (a == "", field.label(a).lower()))
    tumors = sorted({t for _, t in found}, key=lambda t: (t == "", field.label(t).lower()))
    entries = {}
    for (antigen, tumor), own in found.items():
        entries[antigens.index(antigen), tumors.index(tumor)] = entry_of(
            field, own, f"{field.label(antigen) or 'drug or class'}, {field.label(tumor) or 'no tumor named'}"
        )
    drawing = matrix(
        [(field.label(a) or "drug or class", pages.href(a)) for a in antigens],
        [(field.label(t) or "no tumor named", pages.href(t)) for t in tumors],
        entries,
        f"{field.label(kind)}: antigens by tumor",
        "; ".join(e.title for e in entries.values()),
        cell_size(entries.values()),
    )
    return (Figure(drawing, "Rows: from which antigen. Columns: in which tumor. The numbers count observations.", KEY),)


def _counters(field: Field, pages: Pages, counters: Sequence[str]) -> Section:
    rows: list[tuple[Cell, ...]] = []
    tones = {"supported-clinical": "good", "supported-preclinical": "good", "failed": "bad", "harmful": "bad"}
    for counter in sorted(
        set(counters), key=lambda c: (field.word(field.one(c, "outcome")), field.one(c, "description"), c)
    ):
        outcome = field.word(field.one(counter, "outcome"))
        rows.append(
            (
                field.one(counter, "description"),
                plain(field.word(field.one(counter, "counterKind"))),
                pages.links(field.get(counter, "counterAntibody")) or "",
                Mark(plain(outcome), tones.get(outcome, "plain")),
                pages.cite(field.claims_on(counter, "counteredBy")),
            )
        )
    columns = ("counter-measure", "what changes", "antibody", "what became of it", "evidence")
    return Section("What counters it", columns, tuple(rows), "", (), "counters", optional=True)


def _stays(field: Field, pages: Pages, workings: Workings, kind: str, worst: dict[str, str]) -> Section:
    rows: list[tuple[tuple[object, ...], tuple[Cell, ...]]] = []
    once: set[tuple[str, str]] = set()
    for antibody, verdict in workings.by_kind.get(kind, []):
        if (antibody, verdict.verdict) in once or verdict.verdict != worst[antibody]:
            continue
        once.add((antibody, verdict.verdict))
        known = field.antibodies[antibody]
        links = {link for chain in verdict.broken for link in workings.escapes.broken(chain, verdict.escape)}
        order = (_VERDICTS.index(verdict.verdict), verdict.basis != "documented", -known.rank, known.label.lower())
        row: tuple[Cell, ...] = (
            pages.link(antibody),
            targets_of(field, known),
            stage_of(known.stage),
            Mark(verdict.verdict, tone_of(verdict.verdict)),
            verdict.basis,
            field.labels(sorted(links)).replace(" link", "") or "none",
            verdict.reason,
        )
        rows.append((order, row))
    rows.sort(key=lambda pair: pair[0])
    note = (
        "Antibodies for which it is documented of them, their class or their antigens. Each stands once, with "
        "its worst verdict in any tumor. "
        "By structure: it follows from arms and links, and nobody has tested it. All other antibodies: not "
        "documented of their antigens."
    )
    columns = ("antibody", "targets", "furthest stage", "what is left", "basis", "links that it breaks", "why")
    return Section(
        "Which antibodies it stops, and which stay",
        columns,
        tuple(row for _, row in rows),
        note,
        (),
        "stays",
        optional=True,
    )
