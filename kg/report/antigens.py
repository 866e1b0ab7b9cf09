"""The page of an antigen: who targets it and what became of them, where it stands, its traits, escapes from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kg.report.antibodies import targets_of
from kg.report.charts import bars
from kg.report.citing import Pages, evidence_section, path_of
from kg.report.escape_map import COLUMNS as ESCAPE_COLUMNS
from kg.report.escape_map import escape_map, observation_rows, scopes
from kg.report.field import Cited, Field
from kg.report.levels import COLUMNS as LEVEL_COLUMNS
from kg.report.levels import Levels
from kg.report.palette import GROUPS, PHASES, group_of, role_of
from kg.report.tumors import OUTCOMES, precedent_row
from kg.report.words import many, stage_of
from kg.views.drawing import Figure
from kg.views.shapes import Cell, Edge, Link, Mark, Node, Page, Section

_TRAITS = (
    "hasLocation",
    "surfaceVotes",
    "surfaceVote",
    "hasTopology",
    "extracellularLength",
    "membraneSegments",
    "residuesToMembrane",
    "shedBy",
    "solubleForm",
    "internalization",
    "hasParalog",
    "expressedByCell",
    "effectorFunction",
)


def antigen_page(
    field: Field, pages: Pages, levels: Levels, antigen: str, graph: tuple[tuple[Node, ...], tuple[Edge, ...]] | None
) -> Page:
    """Who targets an antigen by modality, with outcome; where it is in the body; how tumors escape from it."""
    label, symbol = field.label(antigen), field.word(antigen)
    binders = [field.antibodies[one] for one in field.binders.get(antigen, ())]
    claims = field.claims_of(antigen)
    precedents = field.claims_of(antigen, "hasPrecedent")
    seen = [one for one in field.who("escapesFrom", antigen) if one.startswith("escape:")]
    pairs = [pair for pair in field.who("hasMember", antigen) if field.who("hasPair", pair)]
    best = binders[0] if binders else None
    facts: tuple[tuple[str, Cell], ...] = (
        ("Gene", gene_of(field, antigen)),
        ("Location", field.labels(field.get(antigen, "hasLocation")).replace(" location", "") or "not on record"),
        ("Multispecific antibodies", f"{len(binders)}, of these {sum(a.solid for a in binders)} against solid tumors"),
        (
            "Furthest of them",
            (pages.link(best.curie), f"({stage_of(best.stage) if best.stage else 'stage not known'})")
            if best
            else "none",
        ),
        ("Drugs of other classes", many(len(precedents), "precedent")),
        ("Pairs with it", str(len(pairs))),
        ("Escapes documented", many(len(seen), "observation")),
        (
            "Identifier",
            Link(antigen, "https://www.uniprot.org/uniprotkb/" + antigen[8:])
            if antigen.startswith("UniProt:")
            else antigen,
        ),
    )
    sections = (
        _antibodies(field, pages, antigen),
        _others(field, pages, antigen),
        _levels(levels, antigen, label, symbol),
        _tumors(field, pages, antigen),
        _pairs(field, pages, pairs),
        _escapes(field, pages, seen, label),
        _traits(field, pages, antigen),
        evidence_section(field, pages, claims),
    )
    roles = Counter(role_of(arm.roles)[1] for a in binders for arm in a.arms if antigen in arm.antigens)
    lead = (
        "Bound by " + ", ".join(many(count, f"{role} arm") for role, count in roles.most_common())
        if roles
        else "No antibody of this view binds it."
    )
    return Page(
        path_of(antigen),
        label,
        lead + ("." if roles else ""),
        facts,
        sections,
        graph,
        kind="Antigen",
        also=(symbol, *field.get(antigen, "skos:altLabel")),
        graph_title="What stands around it",
    )


def gene_of(field: Field, antigen: str) -> str:
    """The symbol of its gene; in words what is no product of one gene."""
    symbol = field.word(antigen)
    return f"none: {symbol.partition(':')[0].lower()}" if ":" in symbol else symbol


def _antibodies(field: Field, pages: Pages, antigen: str) -> Section:
    binders = [field.antibodies[one] for one in field.binders.get(antigen, ())]
    rows: list[tuple[Cell, ...]] = []
    for antibody in binders:
        arms = [arm for arm in antibody.arms if antigen in arm.antigens]
        claims = [cited for arm in arms for cited in field.claims_of(arm.curie, "binds", antigen)]
        rows.append(
            (
                pages.link(antibody.curie),
                targets_of(field, antibody),
                GROUPS[group_of(field, antibody)],
                ", ".join(dict.fromkeys(role_of(arm.roles)[1] for arm in arms)),
                stage_of(antibody.stage),
                antibody.first.when if antibody.first else "",
                Mark(f"stopped {antibody.stopped.when}".strip(), "bad") if antibody.stopped else "",
                pages.cite(claims),
            )
        )
    figures: tuple[Figure, ...] = ()
    if len(binders) > 2:
        counts = Counter((max(a.rank, 0), group_of(field, a)) for a in binders)
        series = [(f"bar{number}", name) for number, name in enumerate(GROUPS)]
        used = sorted({kind for _, kind in counts})
        told = "; ".join(f"{GROUPS[kind]}, {stage_of(PHASES[rank])}: {n}" for (rank, kind), n in sorted(counts.items()))
        drawing = bars(
            [stage_of(p) if p != "preclinical" else "preclinical or not known" for p in PHASES],
            series,
            dict(counts),
            "Antibodies on it by stage and modality",
            told,
            820,
        )
        figures = (
            Figure(
                drawing,
                "Up: number of multispecific antibodies. Across: the furthest stage in any tumor. Stacked from the "
                "bottom up in the order of the key.",
                tuple(series[kind] for kind in used),
            ),
        )
    columns = (
        "antibody",
        "targets",
        "modality",
        "role of this arm",
        "furthest stage",
        "first in the clinic",
        "state",
        "evidence",
    )
    return Section("Multispecific antibodies that bind it", columns, tuple(rows), "", figures, "antibodies")


def _others(field: Field, pages: Pages, antigen: str) -> Section:
    claims = field.claims_of(antigen, "hasPrecedent")
    order = sorted(
        claims,
        key=lambda c: (
            field.label(field.one(c.object, "agentClass")),
            _outcome(field, c.object),
            field.one(c.object, "agent"),
            c.object,
        ),
    )
    rows = tuple(precedent_row(field, pages, cited) for cited in order)
    counts = Counter(
        (
            field.label(field.one(c.object, "agentClass")).removesuffix(" agent"),
            field.word(field.one(c.object, "precedentOutcome")),
        )
        for c in claims
    )
    note = "; ".join(f"{name}: {n} {word}" for (name, word), n in sorted(counts.items())) + "." if counts else ""
    columns = ("class", "agent", "outcome", "phase", "tumors", "date", "reason or harm", "evidence")
    return Section(
        "Drugs of other classes, and what became of them", columns, rows, note, (), "precedents", optional=True
    )


def _outcome(field: Field, node: str) -> int:
    word = field.word(field.one(node, "precedentOutcome"))
    return list(OUTCOMES).index(word) if word in OUTCOMES else len(OUTCOMES)


def _levels(levels: Levels, antigen: str, label: str, symbol: str) -> Section:
    key = antigen if antigen.startswith("UniProt:") else symbol
    return Section(
        "Tissue heat map",
        LEVEL_COLUMNS,
        levels.rows(key),
        "",
        levels.figure(key, label),
        "tissues",
        folded=True,
        optional=True,
    )


def _tumors(field: Field, pages: Pages, antigen: str) -> Section:
    by: dict[str, list[Cited]] = {}
    for cited in field.claims_of(antigen, "expressedOn"):
        by.setdefault(cited.object, []).append(cited)
    rows = tuple(
        (pages.link(tumor), pages.cite(claims)) for tumor, claims in sorted(by.items(), key=lambda p: field.label(p[0]))
    )
    return Section(
        "Tumors on which it was seen",
        ("tumor", "evidence"),
        rows,
        "Facts of papers and records, beside the numbers above.",
        (),
        "tumors",
        optional=True,
    )


def _pairs(field: Field, pages: Pages, pairs: Sequence[str]) -> Section:
    rows: list[tuple[tuple[object, ...], tuple[Cell, ...]]] = []
    for pair in pairs:
        own = [
            field.antibodies[one]
            for one in field.by_stage(one for one in field.who("hasPair", pair) if one in field.antibodies)
        ]
        if not own:
            continue
        rows.append(
            (
                (-len(own), field.label(pair)),
                (
                    pages.link(pair),
                    field.label(field.one(pair, "family")),
                    str(len(own)),
                    stage_of(own[0].stage),
                    pages.links(a.curie for a in own[:5]),
                ),
            )
        )
    columns = ("pair", "family", "antibodies", "furthest stage", "the furthest of them")
    return Section(
        "Pairs with it",
        columns,
        tuple(row for _, row in sorted(rows, key=lambda p: p[0])),
        "",
        (),
        "pairs",
        optional=True,
    )


def _escapes(field: Field, pages: Pages, seen: Sequence[str], label: str) -> Section:
    figures = escape_map(field, pages, seen, "observedIn", f"Escapes from {label} by tumor")
    return Section(
        f"Escape from {label}",
        ESCAPE_COLUMNS,
        observation_rows(field, pages, seen),
        scopes(field, seen) if seen else "",
        figures,
        "escapes",
        optional=True,
    )


def _traits(field: Field, pages: Pages, antigen: str) -> Section:
    rows: list[tuple[Cell, ...]] = []
    for name in _TRAITS:
        for cited in field.claims_of(antigen, name):
            narrowed = [field.label(value) for _, value in cited.qualifiers]
            value = field.label(cited.object) + (f" [{', '.join(narrowed)}]" if narrowed else "")
            rows.append((field.label(f"bsab:{name}"), value, pages.cite([cited])))
    return Section(
        "Traits",
        ("trait", "value", "evidence"),
        tuple(rows),
        "Surface votes count independent resources; lengths are computed from topology.",
        (),
        "traits",
        folded=True,
        optional=True,
    )
