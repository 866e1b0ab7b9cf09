"""The page of a pair: who joins it, how far that came, why it stopped, where both stand, what escape leaves."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping

from kg.chains.coverage import coverage_of_pair
from kg.report import plots
from kg.report.antibodies import HARM_WORDS, MARKS_TOLD, result_row, spot_of, targets_of
from kg.report.charts import Block, Lane, Point, blocks, scatter, shown, timeline
from kg.report.citing import Pages, evidence_section, path_of
from kg.report.field import Antibody, Field
from kg.report.levels import CLASSES, KEY, STEPS, Levels
from kg.report.pair_card import Feature, PairCard
from kg.report.palette import phase_key
from kg.report.ranked import Explained
from kg.report.tumors import INTENTS, card_of
from kg.report.words import many, plain, stage_of, tone_of
from kg.report.workings import Workings
from kg.views.drawing import Drawing, Figure
from kg.views.shapes import Cell, Mark, Page, Piece, Section

_LATE = 7  # approved: the cards that a plotting library draws
_MOST = 14  # places of a kind in the picture; the table has all
_ON_ONE_CELL = tuple(f"tumor-antigen-x-{other}" for other in ("tumor-antigen", "innate-checkpoint", "death-receptor"))


def tried_card(field: Field, pages: Pages, levels: Levels, pair: str) -> PairCard:
    """What is known of a pair that an antibody joins, as reasons for and against."""
    antigens = field.get(pair, "hasMember")
    first, second = (*antigens, antigens[0] if antigens else "")[:2]
    own = [
        field.antibodies[one] for one in field.by_stage(o for o in field.who("hasPair", pair) if o in field.antibodies)
    ]
    going = [a for a in own if not a.stopped]
    openness = "active" if going else "stopped" if own else "none found"
    features: list[Feature] = []
    if own:
        best = own[0]
        claims = field.claims_of(best.curie, "hasPair", pair)
        features.append(
            Feature(
                "furthest antibody", f"{best.label}, {stage_of(best.stage)}", best.rank >= 5 or None, pages.cite(claims)
            )
        )
    approved = [a for a in own if a.stage == "approved"]
    if approved:
        features.append(
            Feature(
                "approved",
                ", ".join(a.label for a in approved),
                True,
                pages.cite(
                    c
                    for a in approved
                    for e in a.events
                    if e.kind == "bsab:ApprovalEventKind"
                    for c in field.claims_of(a.curie, "hasEvent", e.curie)
                ),
            )
        )
    for antibody in own:
        if antibody.stopped:
            why = (
                field.label(antibody.stopped.stop_reason).removesuffix(" reason")
                if antibody.stopped.stop_reason
                else "not stated"
            )
            features.append(
                Feature(
                    "stopped",
                    f"{antibody.label} {antibody.stopped.when}: {why}".replace(" : ", ": "),
                    False,
                    pages.cite(field.claims_of(antibody.curie, "hasEvent", antibody.stopped.curie)),
                )
            )
        for result in field.get(antibody.curie, "hasResult"):
            met = field.one(result, "endPointMet")
            if met:
                name = field.label(field.one(result, "endPoint")).removesuffix(" end point")
                where = field.labels(field.get(result, "observedIn"))
                features.append(
                    Feature(
                        f"end point {'met' if met == 'true' else 'not met'}",
                        f"{antibody.label}: {name}" + (f", {where}" if where else ""),
                        met == "true",
                        pages.cite(field.claims_of(antibody.curie, "hasResult", result)),
                    )
                )
    return PairCard(
        (first, second),
        family=field.label(field.one(pair, "family")),
        openness=openness,
        features=tuple(features),
        levels=joint(levels, first, second) if _on_one_cell(field, pair) else (),
        plotted=bool(own) and own[0].rank >= _LATE,
    )


def _on_one_cell(field: Field, pair: str) -> bool:
    """Whether both antigens may stand on a tumor cell: what a T cell or a fluid carries says nothing of a gate."""
    return field.word(field.one(pair, "family")) in _ON_ONE_CELL


def joint(levels: Levels, first: str, second: str) -> tuple[tuple[str, float | None, float | None], ...]:
    """Where two antigens stand: place and both RNA levels (HPA tissues, cohorts of tumors), where one is at least 1."""
    if first == second:
        return ()
    rows: dict[str, list[float | None]] = defaultdict(lambda: [None, None])
    for number, antigen in enumerate((first, second)):
        for level in levels.normal(antigen):
            if level.hpa is not None:
                rows[f"{level.kind}: {level.place}"][number] = level.hpa
        for tumor in levels.tumors(antigen):
            if tumor.rna is not None:
                rows[f"tumor: {tumor.place}"][number] = tumor.rna
    shown = {place: ends for place, ends in rows.items() if max(ends[0] or 0, ends[1] or 0) >= 1}
    return tuple((place, one, other) for place, (one, other) in shown.items())


def pair_page(field: Field, pages: Pages, workings: Workings, card: PairCard, pair: str) -> Page:
    """A pair that was tried."""
    first, second = card.antigens
    own = [
        field.antibodies[one] for one in field.by_stage(o for o in field.who("hasPair", pair) if o in field.antibodies)
    ]
    tumors = sorted({tumor for antibody in own for tumor in antibody.tumors}, key=field.label)
    tone = {"active": "good", "stopped": "bad"}.get(card.openness, "open")
    facts: tuple[tuple[str, Cell], ...] = (
        ("Family", card.family),
        ("Openness", Mark(card.openness, tone)),
        ("Antibodies", str(len(own))),
        ("Furthest stage", stage_of(own[0].stage) if own else "none"),
        ("Tumors it was tested in", str(len(tumors))),
        ("First in the clinic", min((a.first.when for a in own if a.first), default="not known")),
        ("Antigens", pages.links(dict.fromkeys((first, second)))),
    )
    claims = [
        *field.claims_of(pair),
        *(cited for antibody in own for cited in field.claims_of(antibody.curie, "hasPair", pair)),
    ]
    sections = (
        _antibodies(field, pages, own, pair),
        reasons(card),
        _in_tumors(field, pages, own, tumors),
        _levels(field, card),
        _escapes(field, pages, workings, card),
        _harm(field, pages, own),
        evidence_section(field, pages, [cited for cited in claims if pages.home(cited) == path_of(pair)]),
    )
    names = field.get(pair, "skos:altLabel")
    lead = f"{card.family}: joined by {many(len(own), 'antibody', 'antibodies')}, in {many(len(tumors), 'tumor')}."
    return Page(path_of(pair), field.label(pair), lead, facts, sections, None, kind="Antigen pair", also=names)


# Heading, columns and note of each part of a card; a column that is empty in all rows is left out.
_ASPECTS = {
    "rank": (
        "Where it ranks",
        ("intent", "of", "rank", "score", "source"),
        "Among all pairs of tumor antigens on this tumor, tried or open, for each intent: "
        + "; ".join(f"{name}, to {purpose}" for name, purpose in INTENTS.items())
        + ".",
    ),
    "for": (
        "What speaks for it",
        ("feature", "intent", "value, 0 to 1", "what it says", "source"),
        "Features in which nine of ten pairs on this tumor have less. The values sort, and are no probabilities.",
    ),
    "against": (
        "What speaks against it",
        ("feature", "intent", "value, 0 to 1", "what it says", "source"),
        "Features in which the pair is in the lower half of this tumor, and what is not known.",
    ),
    "base rate": (
        "Base rate",
        (),
        "How few of all possible pairs of this family anybody joined, and how far these got.",
    ),
    "openness": ("Openness", ("found", "tumor", "value", "what was searched", "source"), ""),
    "vital tissue": (
        "Vital tissue",
        ("what", "place", "level", "detail", "source"),
        "Healthy places that one cannot do without. RNA of a whole tissue does not tell its cells apart.",
    ),
    "escape": (
        "Escape",
        ("kind of escape", "from", "scope", "what is left", "evidence"),
        "Documented for either antigen. What is left follows from the arms; nobody has tested it.",
    ),
    "would refute it": ("Would refute it", (), "Findings that would take the pair off the list."),
}
_PLAIN = "what", "of", "value", "detail", "source"


def card_page(
    field: Field,
    pages: Pages,
    levels: Levels,
    card: Explained,
    plotted: bool,
    reasons: Mapping[tuple[str, str], str] | None = None,
) -> Page:
    """An open pair on a tumor, as `kg explain` tells it, with where both antigens stand."""
    grouped: dict[str, list[tuple[Cell, ...]]] = defaultdict(list)
    for row in card.rows:
        aspect = str(row["aspect"]).partition(" ")[2]
        what, of, detail = (str(row[name] or "") for name in ("what", "of", "detail"))
        reason = (reasons or {}).get((of, what), "") if aspect in ("for", "against") else ""
        if aspect in ("rank", "for", "against", "openness"):
            what, of = (plain(one) if _NOTATION.fullmatch(one) else one for one in (what, of))
        cells = (
            what,
            of,
            _amount(row["value"], str(row["unit"] or "")),
            _readable(f"{reason}; {detail}" if reason else detail),
            _source(pages, str(row["source"] or "")),
        )
        grouped[aspect].append(cells)
    antigens = tuple(field.antigen_of(symbol) or symbol for symbol in (card.first, card.second))
    told = PairCard(
        (antigens[0], antigens[1]), card.tumor, card.intent, levels=joint(levels, *antigens), plotted=plotted
    )
    sections = [_told(aspect, rows) for aspect, rows in grouped.items()]
    facts: tuple[tuple[str, Cell], ...] = (
        ("Tumor", pages.link(card.tumor)),
        ("Antigens", pages.links(antigens)),
        ("Best for", f"{plain(card.intent)}: to {INTENTS.get(plain(card.intent), '')}".removesuffix(": to ")),
        ("Command", f"kg explain {card.first} {card.second} --tumor '{card.tumor_label}'"),
    )
    lead = (
        f"A pair of tumor antigens on {card.tumor_label} that no program joins there: what speaks for it, and what "
        "against. Nobody has tested it: what follows is a reason to look, and no more."
    )
    title = f"{card.first} x {card.second} on {card.tumor_label}"
    path = card_of(card)
    return Page(path, title, lead, facts, (*sections[:3], _levels(field, told), *sections[3:]), None, kind="Open pair")


_NOTATION = re.compile("[a-z]+(-[a-z]+)+")


def _told(aspect: str, rows: list[tuple[Cell, ...]]) -> Section:
    """One part of a card, without the columns that none of its rows fills."""
    title, columns, note = _ASPECTS.get(aspect, (aspect[:1].upper() + aspect[1:], (), ""))
    kept = [place for place in range(len(_PLAIN)) if place == 0 or any(row[place] for row in rows)]
    names = tuple((columns or _PLAIN)[place] for place in kept)
    return Section(title, names, tuple(tuple(row[place] for place in kept) for row in rows), note)


def _amount(value: object, unit: str) -> str:
    """A value with its unit: that of a feature stands in the head of its column."""
    if value is None:
        return _readable(unit)
    number = f"{value:g}" if isinstance(value, float) else str(value)
    unit = {"0 to 1": "", "0 to 3": "(of 0 to 3)"}.get(unit, unit)
    if number == "1" and unit == "antibodies":
        unit = "antibody"
    return _readable(f"{number} {unit}".strip())


def _readable(text: str) -> str:
    """Large counts with commas, shares that are tiny as so many in a million, phases as they are said.

    Examples
    --------
    >>> _readable("1 of 370230"), _readable("3.95e-06"), _readable("4 phase-1, 1 phase-1-2")
    ('1 of 370,230', '4 in a million', '4 phase 1, 1 phase 1/2')
    """
    if re.fullmatch(r"\d\.\d+e-0[4-9]", text):
        return f"{float(text) * 1e6:.2g} in a million"
    text = re.sub(r"\bphase-(\d)-(\d)", r"phase \1/\2", text)
    text = re.sub(r"\bphase-(\d)", r"phase \1", text)
    return re.sub(r"(?<=\bof )\d{4,}\b|^\d{4,}(?= of )", lambda found: f"{int(found[0]):,}", text)


def _source(pages: Pages, text: str) -> Cell:
    """The sources of a line of a card: claims, antibodies, data sets, or the name of a table."""
    cells: list[Piece] = []
    for one in text.replace(",", " ").split() if ":" in text else (text,):
        if one in pages.field.claims:
            cited = pages.cite([pages.field.claims[one]])
            cells += cited if isinstance(cited, tuple) else (cited,)
        elif one in pages.paths:
            cells.append(pages.link(one))
        else:
            cells.append(pages.cited_source(one))
    return tuple(cells[:6])


def reasons(card: PairCard) -> Section:
    """The reasons of a card, those for it first."""
    order = sorted(card.features, key=lambda f: (f.for_it is False, f.for_it is None, f.name, f.value))
    words = {True: Mark("for", "good"), False: Mark("against", "bad"), None: Mark("neutral")}
    rows = tuple((words[one.for_it], one.name, one.value, one.evidence) for one in order)
    return Section(
        "For and against",
        ("which way", "what", "value", "evidence"),
        rows,
        card.refuted_by,
        (),
        "reasons",
        optional=True,
    )


def _antibodies(field: Field, pages: Pages, own: list[Antibody], pair: str) -> Section:
    rows: list[tuple[Cell, ...]] = []
    for antibody in own:
        valencies = [str(arm.valency) for arm in antibody.arms if arm.valency]
        stopped = antibody.stopped
        why = field.label(stopped.stop_reason).removesuffix(" reason") if stopped and stopped.stop_reason else ""
        rows.append(
            (
                pages.link(antibody.curie),
                targets_of(field, antibody),
                field.label(field.one(antibody.curie, "narrowestFormat") or field.one(antibody.curie, "hasFormat")),
                "+".join(valencies),
                stage_of(antibody.stage),
                antibody.first.when if antibody.first else "",
                Mark(f"stopped {stopped.when} {why}".strip(), "bad") if stopped else "",
                pages.cite(field.claims_of(antibody.curie, "hasPair", pair)),
            )
        )
    dated = [a for a in own if any(e.earliest for e in a.events)][:30]
    figures: tuple[Figure, ...] = ()
    if dated:
        lanes = [
            Lane(a.label, pages.href(a.curie), tuple(spot_of(field, e) for e in a.events if e.earliest)) for a in dated
        ]
        told = "; ".join(f"{a.label}: {stage_of(a.stage)}" for a in dated)
        figures = (
            Figure(
                timeline(lanes, "Antibodies that join the pair, by year", told, 900),
                MARKS_TOLD,
                phase_key(),
            ),
        )
    columns = (
        "antibody",
        "targets",
        "format",
        "valency",
        "furthest stage",
        "first in the clinic",
        "state",
        "evidence that it joins the pair",
    )
    return Section("Antibodies that join it", columns, tuple(rows), "", figures, "antibodies")


def _in_tumors(field: Field, pages: Pages, own: list[Antibody], tumors: list[str]) -> Section:
    rows: list[tuple[Cell, ...]] = []
    for tumor in tumors:
        here = [a for a in own if tumor in a.tumors]
        approved = [
            a.label for a in here if any(e.kind == "bsab:ApprovalEventKind" and tumor in e.tumors for e in a.events)
        ]
        state: Cell = Mark("approved: " + ", ".join(approved), "good") if approved else ""
        claims = [cited for a in here for cited in field.claims_of(a.curie, "testedIn", tumor)]
        rows.append((pages.link(tumor), pages.links(a.curie for a in here), state, pages.cite(claims)))
    return Section(
        "Tumors it was tested in",
        ("tumor", "antibodies", "state", "evidence"),
        tuple(rows),
        "",
        (),
        "tumors",
        optional=True,
    )


def _levels(field: Field, card: PairCard) -> Section:
    if not card.levels:
        return Section("Where both stand", optional=True)
    first, second = (field.label(one) for one in card.antigens)
    groups = []
    for kind in (*CLASSES, "tumor"):
        rows = [
            (place.partition(": ")[2], one, other) for place, one, other in card.levels if place.startswith(f"{kind}: ")
        ]
        rows.sort(key=lambda r: (-min(r[1] or 0, r[2] or 0), -max(r[1] or 0, r[2] or 0), r[0]))
        if rows:
            title = "tumors (TPM)" if kind == "tumor" else f"{kind} tissues (nTPM)"
            groups.append(
                Block(title, (first, second), tuple((place, (one, other)) for place, one, other in rows[:_MOST]))
            )
    both = [
        place.partition(": ")[2]
        for place, one, other in card.levels
        if place.startswith("vital") and min(one or 0, other or 0) >= 10
    ]
    told = f"Both at 10 nTPM or more in vital tissue: {', '.join(sorted(both)) or 'none'}."
    table = tuple(
        (
            place.partition(": ")[2],
            place.partition(":")[0],
            "" if one is None else f"{one:.4g}",
            "" if other is None else f"{other:.4g}",
        )
        for place, one, other in card.levels
    )
    caption = told + (
        f" The first {_MOST} of each, sorted by the lower of the two; places where both are below 1 are left out. "
        "An AND gate harms only cells with both; every other format harms what carries either. RNA of a whole "
        "tissue does not say same cell."
    )
    name = f"{first} and {second} in normal tissues and tumors"
    figures: tuple[Figure, ...] = (Figure(blocks(groups, STEPS, name, told), caption, KEY),)
    beside = (
        "Each mark is a tissue or a tumor, by its RNA of both; the dashed lines stand at 10. Upper right: both are "
        "there."
    )
    if card.plotted and plots.available():
        svg = plots.both_levels(card.levels, first, second, f"{first} against {second}", told)
        figures = (Figure(None, beside, (), svg), *figures)
    else:
        key = (
            ("arm-tumor", "tumors (median TPM): dots"),
            ("arm-trigger", "vital tissues (nTPM): squares"),
            ("arm-other", "other tissues (nTPM): triangles"),
        )
        figures = (Figure(_scatter(card, first, second, told), beside, key), *figures)
    columns = ("place", "class", f"RNA of {first}", f"RNA of {second}")
    return Section("Where both stand", columns, table, "", figures, "tissues", folded=True, optional=True)


def _scatter(card: PairCard, first: str, second: str, told: str) -> Drawing:
    """Every place by its levels of both; the three highest of each kind are named."""
    named: Counter[str] = Counter()
    points = []
    for place, one, other in sorted(card.levels, key=lambda r: (-min(r[1] or 0, r[2] or 0), r[0])):
        if one is None or other is None:
            continue
        kind, _, where = place.partition(": ")
        style = {"tumor": "arm-tumor", "vital": "arm-trigger"}.get(kind, "arm-other")
        named[style] += 1
        name = where.partition(" (")[0] if named[style] <= 3 else ""
        points.append(Point(one, other, style, f"{where}: {shown(one)} and {shown(other)}", name))
    return scatter(points, first, second, f"{first} against {second}", told)


def _escapes(field: Field, pages: Pages, workings: Workings, card: PairCard) -> Section:
    first, second = card.antigens
    if not card.family.startswith("tumor antigen x tumor antigen") or first == second:
        return Section("What escape leaves", optional=True)
    rows: list[tuple[Cell, ...]] = []
    for verdict in coverage_of_pair(workings.escapes, first, second):
        escape = verdict.escape
        cited = [field.claims[link.claim] for link in escape.claims if link.claim in field.claims]
        rows.append(
            (
                pages.link(escape.kind),
                plain(field.label(escape.scope).removesuffix(" scope")),
                pages.links(sorted(escape.antigens)) or "",
                pages.link(escape.tumor) if escape.tumor else "",
                Mark("yes", "bad") if escape.direct else "carried over",
                Mark(verdict.if_killing, tone_of(verdict.if_killing)),
                Mark(verdict.if_blocking, tone_of(verdict.if_blocking)),
                verdict.reason,
                pages.cite(cited),
            )
        )
    columns = (
        "kind of escape",
        "scope",
        "from",
        "tumor",
        "in patients on a bispecific",
        "if it kills through CD3",
        "if it blocks",
        "why",
        "evidence",
    )
    note = "By structure, for a molecule with one arm on each antigen; nobody has tested it."
    return Section("What escape leaves", columns, tuple(rows), note, (), "escape", optional=True)


def _harm(field: Field, pages: Pages, own: list[Antibody]) -> Section:
    rows: list[tuple[Cell, ...]] = []
    for antibody in own:
        for result in field.get(antibody.curie, "hasResult"):
            if field.word(field.one(result, "endPoint")) in HARM_WORDS:
                row = result_row(field, pages, result, field.claims_of(antibody.curie, "hasResult", result))
                rows.append((pages.link(antibody.curie), *row))
        for cited in field.claims_of(antibody.curie, "reportedToxicity"):
            rows.append(
                (pages.link(antibody.curie), "told in words", cited.object, "", "", "", "", "", pages.cite([cited]))
            )
    columns = ("antibody", "harm", "value", "against", "regimen", "patients", "tumor", "trial", "evidence")
    return Section(
        "Harm seen with it",
        columns,
        tuple(rows),
        "Of these antibodies, at the regimen named.",
        (),
        "harm",
        optional=True,
    )
