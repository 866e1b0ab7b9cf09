"""The page of a tumor: antibodies on a timeline, pairs tried and open, results, escape map, antigens on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from kg.report.antibodies import MARKS_TOLD, spot_of, targets_of, trial_link
from kg.report.charts import Lane, timeline
from kg.report.citing import Pages, path_of
from kg.report.escape_map import COLUMNS as ESCAPE_COLUMNS
from kg.report.escape_map import direct_of, escape_map, is_escape, observation_rows, scopes
from kg.report.field import Antibody, Cited, Field
from kg.report.palette import phase_key
from kg.report.ranked import NOTHING, Explained, Ranked
from kg.report.words import day_of, many, plain, stage_of
from kg.terms import slug
from kg.views.drawing import Figure
from kg.views.shapes import Cell, Edge, Link, Mark, Node, Page, Section

_MOST_LANES = 40
# What a pair of tumor antigens may be for, in the words of the page.
INTENTS = {
    "and gate": "hit only cells that carry both",
    "or coverage": "hit cells that carry either",
    "dual blockade": "block two signals at once",
    "bispecific adc": "bring a payload in through either or both",
}
_SURFACE = ("bsab:CellSurfaceLocation", "bsab:GlycanLocation", "bsab:PeptideHlaLocation")


def tumor_page(
    field: Field,
    pages: Pages,
    tumor: str,
    graph: tuple[tuple[Node, ...], tuple[Edge, ...]] | None,
    ranked: Ranked = NOTHING,
) -> Page:
    """What was tried in a tumor and its subtypes, how far it came, what stopped it, and what nobody tried."""
    below = field.below(tumor)
    tested = field.tested_in(tumor)
    antibodies = [field.antibodies[one] for one in tested]
    seen = sorted({one for narrower in below for one in field.who("observedIn", narrower) if one.startswith("escape:")})
    results = [
        (antibody, result)
        for antibody in antibodies
        for result in field.get(antibody.curie, "hasResult")
        if below & set(field.get(result, "observedIn"))
    ]
    pairs = sorted({pair for antibody in antibodies for pair in antibody.pairs}, key=field.label)
    approved = [a for a in antibodies if _approved_in(a, below)]
    stopped = [a for a in antibodies if a.stopped]
    named = pages.links(a.curie for a in approved)
    facts: tuple[tuple[str, Cell], ...] = (
        ("Antibodies tested in it", str(len(antibodies))),
        ("Approved in it", named if approved else "none on record"),
        ("Stopped, in any tumor", str(len(stopped))),
        ("Antigen pairs tried", str(len(pairs))),
        ("Results on record", str(len(results))),
        (
            "Escapes in patients on a bispecific",
            direct_of(field, [one for one in seen if is_escape(field, one)]),
        ),
        ("Subtypes included", str(len(below) - 1)),
        ("Identifier", Link(tumor, "http://purl.obolibrary.org/obo/" + tumor.replace(":", "_"))),
    )
    sections = (
        _antibodies(field, pages, antibodies, below),
        _tried(field, pages, antibodies, below),
        ranked_pairs(field, pages, tumor, ranked),
        open_pairs(field, pages, tumor),
        _escapes(field, pages, seen),
        _results(field, pages, results),
        _antigens(field, pages, below),
        _precedents(field, pages, below),
    )
    told = (
        f"{many(len(antibodies), 'antibody', 'antibodies')} tested in it, of {many(len(pairs), 'antigen pair')}."
        if antibodies
        else "No antibody of this view is on record as tested in it."
    )
    if approved:
        told += f" Approved in it: {', '.join(a.label for a in approved)}."
    elif antibodies:  # how far it came elsewhere says nothing of this tumor
        best = antibodies[0]
        told += f" None is on record as approved in it; furthest in any tumor: {best.label} ({stage_of(best.stage)})."
    return Page(
        path_of(tumor),
        field.label(tumor),
        told,
        facts,
        sections,
        graph,
        kind="Tumor",
        also=(*field.get(tumor, "skos:altLabel"), *field.get(tumor, "skos:hiddenLabel")),
        graph_title="What stands around it",
    )


def _approved_in(antibody: Antibody, below: frozenset[str]) -> bool:
    return any(e.kind == "bsab:ApprovalEventKind" and below & set(e.tumors) for e in antibody.events)


def _antibodies(field: Field, pages: Pages, antibodies: Sequence[Antibody], below: frozenset[str]) -> Section:
    rows: list[tuple[Cell, ...]] = []
    for antibody in antibodies:
        claims = [
            cited for narrower in sorted(below) for cited in field.claims_of(antibody.curie, "testedIn", narrower)
        ]
        state: Cell = Mark("approved in it", "good") if _approved_in(antibody, below) else ""
        if antibody.stopped:
            state = Mark(f"stopped {antibody.stopped.when}".strip(), "bad")
        rows.append(
            (
                pages.link(antibody.curie),
                targets_of(field, antibody),
                field.labels(field.get(antibody.curie, "hasMechanism")),
                stage_of(antibody.stage),
                antibody.first.when if antibody.first else "",
                state,
                pages.cite(claims),
            )
        )
    dated = [a for a in antibodies if any(e.earliest for e in a.events)][:_MOST_LANES]
    figures: tuple[Figure, ...] = ()
    if dated:
        lanes = [
            Lane(
                a.label,
                pages.href(a.curie),
                tuple(spot_of(field, e) for e in a.events if e.earliest),
                targets_of(field, a),
            )
            for a in dated
        ]
        told = "; ".join(
            f"{a.label}: {stage_of(a.stage)}" + (f", first in the clinic {a.first.when}" if a.first else "")
            for a in dated
        )
        more = (
            f" {len(dated)} of {len(antibodies)} are drawn (dated events, at most {_MOST_LANES}); all are in the table."
            if len(antibodies) > len(dated)
            else ""
        )
        caption = MARKS_TOLD + " Events in any tumor." + more
        figures = (Figure(timeline(lanes, "Antibodies by stage and year", told), caption, phase_key()),)
    columns = (
        "antibody",
        "targets",
        "mechanism",
        "furthest stage, any tumor",
        "first in the clinic",
        "state",
        "evidence that it was tested in it",
    )
    return Section("Antibodies, the furthest first", columns, tuple(rows), "", figures, "antibodies")


def _tried(field: Field, pages: Pages, antibodies: Sequence[Antibody], below: frozenset[str]) -> Section:
    by_pair: dict[str, list[Antibody]] = defaultdict(list)
    for antibody in antibodies:
        for pair in antibody.pairs:
            by_pair[pair].append(antibody)
    rows: list[tuple[Cell, ...]] = []
    for pair, own in sorted(by_pair.items(), key=lambda p: (-max(a.rank for a in p[1]), -len(p[1]), field.label(p[0]))):
        ends = [
            f"{a.label}: "
            f"{field.label(a.stopped.stop_reason).removesuffix(' reason') if a.stopped.stop_reason else 'not stated'}"
            for a in own
            if a.stopped
        ]
        best = max(own, key=lambda a: a.rank)
        claims = [c for a in own for narrower in sorted(below) for c in field.claims_of(a.curie, "testedIn", narrower)]
        rows.append(
            (
                pages.link(pair),
                field.label(field.one(pair, "family")),
                pages.links(a.curie for a in own),
                stage_of(best.stage),
                "; ".join(ends),
                pages.cite(claims),
            )
        )
    columns = ("pair", "family", "antibodies", "furthest stage, any tumor", "stopped, and why", "evidence")
    note = (
        "Pairs of arms that bind for effect, in this tumor and its subtypes. A pair leads to its page, with the "
        "evidence."
    )
    return Section("Pairs tried", columns, tuple(rows), note, (), "tried")


def ranked_pairs(field: Field, pages: Pages, tumor: str, ranked: Ranked) -> Section:
    """The best open pairs of tumor antigens for each intent, as `kg pairs` ranks them."""
    intents = "; ".join(f"{name}, to {INTENTS[name]}" for name in INTENTS)
    rows: list[tuple[Cell, ...]] = []
    for card in ranked.cards.get(tumor, ()):
        path = card_path(*card.antigens, tumor)
        name = " x ".join(card.antigens)
        ends = tuple(pages.link(field.antigen_of(symbol) or symbol) for symbol in card.antigens)
        rows.append(
            (
                Link(name, path) if any(card_of(one) == path for one in ranked.explained) else name,
                plain(card.intent),
                str(card.rank),
                f"{card.score:.3f}",
                card.steady,
                Mark(plain(card.openness), "open"),
                card.searched,
                ", ".join(f"{one.name} {one.value}" for one in card.features[:3]),
                ends,
            )
        )
    note = (
        f"{ranked.told.get(tumor, '')}; those are listed that no program joins here, the best first. Each intent is "
        f"a ranking of its own: {intents}. Score and features go from 0 to 1; a score sorts, and is no probability. "
        "Expression is that of today. A linked pair leads to its card: all that speaks for and against it. "
        "kg pairs and kg explain give more."
    )
    columns = (
        "pair",
        "intent",
        "rank",
        "score",
        "rank if weights change",
        "openness",
        "why open",
        "strongest features",
        "antigens",
    )
    return Section("Open pairs, ranked", columns, tuple(rows), note, (), "ranked", optional=True)


def card_path(first: str, second: str, tumor: str) -> str:
    """Where the card of a pair on a tumor stands."""
    return f"pair/card-{slug(first)}-{slug(second)}-{slug(tumor)}.html"


def card_of(card: Explained) -> str:
    """Where an explained pair stands."""
    return card_path(card.first, card.second, card.tumor)


def open_pairs(field: Field, pages: Pages, tumor: str) -> Section:
    """Pairs that no antibody joins, of antigens that somebody saw on this tumor."""
    on: dict[str, list[Cited]] = defaultdict(list)
    for narrower in sorted(field.below(tumor)):
        for cited in field.claims_on(narrower, "expressedOn"):
            if cited.support > 0 and not cited.refuted and set(field.get(cited.subject, "hasLocation")) & set(_SURFACE):
                on[cited.subject].append(cited)
    found: list[tuple[tuple[float, int, str], tuple[Cell, ...]]] = []
    antigens = sorted(on, key=lambda one: field.label(one).lower())
    for number, one in enumerate(antigens):
        for other in antigens[number + 1 :]:
            if set(field.who("hasMember", one)) & {p for p in field.who("hasMember", other) if field.who("hasPair", p)}:
                continue
            weakest = min(max(c.support for c in on[end]) for end in (one, other))
            known = [sum(field.antibodies[a].solid for a in field.binders.get(end, ())) for end in (one, other)]
            row = (
                (pages.link(one), "×", pages.link(other)),
                Mark("none found", "open"),
                str(known[0]),
                str(known[1]),
                f"{weakest:.2f}",
                pages.cite(on[one]),
                pages.cite(on[other]),
            )
            found.append(((-weakest, -sum(known), field.label(one)), row))
    found.sort(key=lambda pair: pair[0])
    note = (
        "From what sources say, where the list above goes by expression: no antibody of this view joins the two, and "
        "a source that was read, or a record, puts each on this kind of tumor, though not on the same cell. "
        "Best supported first, then by how many antibodies bind either elsewhere; this is no order of promise."
    )
    columns = (
        "pair",
        "openness",
        "antibodies on the first",
        "on the second",
        "weakest support",
        "evidence that the first is on it",
        "that the second is",
    )
    return Section("Pairs that nobody targeted yet", columns, tuple(row for _, row in found[:60]), note, (), "open")


def _escapes(field: Field, pages: Pages, seen: Sequence[str]) -> Section:
    figures = escape_map(field, pages, seen, "escapesFrom", "Escape map: kinds of escape by antigen")
    rows = observation_rows(field, pages, seen)
    return Section(
        "Escape map", ESCAPE_COLUMNS, rows, scopes(field, seen) if seen else "", figures, "escapes", optional=True
    )


def _results(field: Field, pages: Pages, results: Sequence[tuple[Antibody, str]]) -> Section:
    rows: list[tuple[Cell, ...]] = []
    for antibody, result in results:
        word = field.word(field.one(result, "endPoint"))
        if word not in ("orr", "os", "pfs", "psa50", "dor", "dcr"):
            continue
        value, unit = field.one(result, "value"), field.one(result, "unit")
        against = " ".join(filter(None, (field.one(result, "comparatorValue"), field.one(result, "comparator"))))
        ratio = field.one(result, "hazardRatio")
        met: Cell = {"true": Mark("met", "good"), "false": Mark("not met", "bad")}.get(
            field.one(result, "endPointMet"), ""
        )
        rows.append(
            (
                pages.link(antibody.curie),
                field.label(field.one(result, "endPoint")).removesuffix(" end point"),
                f"{float(value):g} {'%' if unit == 'percent' else unit}" if value else "not reached or not told",
                against + (f", HR {ratio}" if ratio else ""),
                met,
                field.one(result, "population"),
                field.one(result, "sampleSize"),
                tuple(trial_link(t) for t in field.get(result, "inTrial")) or "",
                pages.cite(field.claims_of(antibody.curie, "hasResult", result)),
            )
        )
    columns = ("antibody", "end point", "value", "against", "end point met", "patients", "n", "trial", "evidence")
    return Section(
        "Results in it",
        columns,
        tuple(rows),
        "Regimens and dates stand on the antibodies' pages; trials differ.",
        (),
        "results",
        optional=True,
    )


def _antigens(field: Field, pages: Pages, below: frozenset[str]) -> Section:
    on: Mapping[str, list[Cited]] = defaultdict(list)
    for narrower in sorted(below):
        for cited in field.claims_on(narrower, "expressedOn"):
            on[cited.subject].append(cited)
    rows: list[tuple[Cell, ...]] = []
    for antigen in sorted(on, key=lambda one: (-len(field.binders.get(one, ())), field.label(one).lower())):
        seen_on = ", ".join(dict.fromkeys(field.label(c.object) for c in on[antigen]))
        rows.append((pages.link(antigen), str(len(field.binders.get(antigen, ()))), seen_on, pages.cite(on[antigen])))
    return Section(
        "Antigens seen on it",
        ("antigen", "antibodies that bind it", "seen on", "evidence"),
        tuple(rows),
        "",
        (),
        "antigens",
        optional=True,
    )


def _precedents(field: Field, pages: Pages, below: frozenset[str]) -> Section:
    rows: list[tuple[tuple[str, ...], tuple[Cell, ...]]] = []
    for node in sorted(
        {one for narrower in below for one in field.who("observedIn", narrower) if one.startswith("precedent:")}
    ):
        for cited in field.claims_on(node, "hasPrecedent"):
            row = precedent_row(field, pages, cited)
            rows.append(
                (
                    (field.label(cited.subject), field.label(field.one(node, "agentClass")), node),
                    (pages.link(cited.subject), *row),
                )
            )
    columns = ("antigen", "class", "agent", "outcome", "phase", "tumors", "date", "reason or harm", "evidence")
    note = "Conjugates, CAR-T cells, naked antibodies and radioligands against one antigen, tried in this tumor."
    return Section(
        "Drugs of other classes",
        columns,
        tuple(row for _, row in sorted(rows, key=lambda pair: pair[0])),
        note,
        (),
        "precedents",
        optional=True,
    )


OUTCOMES = {"approved": "good", "failed": "bad", "stopped": "bad", "withdrawn": "bad"}


def precedent_row(field: Field, pages: Pages, cited: Cited) -> tuple[Cell, ...]:
    """A precedent: class, agent, outcome, phase, tumors, date, reason or harm, evidence."""
    node = cited.object
    outcome = field.word(field.one(node, "precedentOutcome"))
    harm = field.labels(field.get(node, "hasToxicity"))
    phase = field.one(node, "phase")
    return (
        field.label(field.one(node, "agentClass")).removesuffix(" agent"),
        field.one(node, "agent"),
        Mark(outcome, OUTCOMES.get(outcome, "plain")),
        stage_of(field.word(phase)) if phase else "",
        pages.links(field.get(node, "observedIn")) or "",
        day_of(field.one(node, "onEarliest"), field.one(node, "onLatest")),
        "; ".join(filter(None, (field.one(node, "reason"), harm))),
        pages.cite([cited]),
    )
