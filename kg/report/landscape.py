"""The landscape: which targets were joined and how far, when the field entered the clinic, and where it led."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from kg.report import plots
from kg.report.charts import Entry, Stop, bars, matrix, streams
from kg.report.citing import Pages
from kg.report.field import Antibody, Field
from kg.report.palette import GROUPS, PHASES, group_of, phase_key
from kg.report.words import many, stage_of
from kg.views.drawing import Figure
from kg.views.shapes import Cell, Page, Section

PATH = "landscape.html"
_TARGETS, _COLUMNS, _ANTIGENS, _TUMORS = 32, 24, 14, 12
_OUTCOMES = ("approved", "late (phase 2/3 to filed)", "early (up to phase 2)", "stopped")


def landscape_page(field: Field, pages: Pages) -> Page:
    """Three pictures of all antibodies against solid tumors, each with the table of its numbers."""
    solid = [antibody for antibody in field.antibodies.values() if antibody.solid]
    sections = (_matrix(field, pages, solid), _years(field, pages, solid), _flow(field, pages, solid))
    made = "" if plots.available() else " Simple charts: the extra `plot` (matplotlib) is not installed."
    lead = (
        f"{many(len(solid), 'antibody', 'antibodies')} against solid tumors: which targets they join, since when, and "
        f"what became of them.{made}"
    )
    return Page(PATH, "Landscape", lead, (), sections, None, kind="All of the field")


def _matrix(field: Field, pages: Pages, solid: Sequence[Antibody]) -> Section:
    """Tumor antigens down, partners across: the pairs that somebody joined, colored by the furthest stage."""
    joined: dict[tuple[str, str], list[Antibody]] = defaultdict(list)
    pair_of: dict[tuple[str, str], str] = {}
    tumor_side: Counter[str] = Counter()
    other_side: Counter[str] = Counter()
    role = "bsab:TumorBindingRole"
    for antibody in solid:
        on_tumor = set(antibody.antigens(role))
        for antigen in on_tumor:
            tumor_side[antigen] += 1
        for pair in antibody.pairs:
            ends = field.get(pair, "hasMember")
            if len(ends) != 2 or not on_tumor & set(ends):
                continue
            for one, other in (ends, ends[::-1]):
                if one in on_tumor:
                    joined[one, other].append(antibody)
                    pair_of[one, other] = pair
                    other_side[other] += 1
    rows = [
        one
        for one, _ in sorted(tumor_side.items(), key=lambda p: (-p[1], field.label(p[0])))
        if any(one == a for a, _ in joined)
    ][:_TARGETS]
    columns = [one for one, _ in sorted(other_side.items(), key=lambda p: (-p[1], field.label(p[0])))][:_COLUMNS]
    entries: dict[tuple[int, int], Entry] = {}
    open_cells = 0
    for number, one in enumerate(rows):
        for place, other in enumerate(columns):
            own = joined.get((one, other))
            names = f"{field.label(one)} × {field.label(other)}"
            if own:
                best = max(own, key=lambda a: a.rank)
                title = (
                    f"{names}: {many(len(own), 'antibody', 'antibodies')}, furthest {best.label} "
                    f"({stage_of(best.stage)})"
                )
                entries[number, place] = Entry(
                    f"p{max(best.rank, 0)}", str(len(own)) + _stage_mark(best), title, pages.href(pair_of[one, other])
                )
            elif one != other:
                open_cells += 1
                entries[number, place] = Entry("open-cell", "", f"{names}: no antibody of this view joins them")
    table = [
        (
            (-max(a.rank for a in own), -len(own), field.label(one), field.label(other)),
            (
                pages.link(one),
                pages.link(other),
                pages.link(pair_of[one, other]),
                str(len(own)),
                stage_of(max(own, key=lambda a: a.rank).stage),
                pages.links(a.curie for a in sorted(own, key=lambda a: -a.rank)[:4]),
            ),
        )
        for (one, other), own in joined.items()
    ]
    told = "; ".join(entry.title for entry in entries.values() if entry.style != "open-cell")
    drawing = matrix(
        [(field.label(one), pages.href(one)) for one in rows],
        [(field.label(one), pages.href(one)) for one in columns],
        entries,
        "Pairs of targets by furthest stage",
        told,
        25,
    )
    caption = (
        f"Down: the {len(rows)} tumor antigens with most antibodies. Across: their {len(columns)} most frequent "
        "partners. The number counts the antibodies that join the two; the color is the furthest stage of these in any "
        f"tumor, {_APPROVED} an approval, {_LATE} phase 2/3 to filed. {open_cells} cells are open: no antibody of this "
        "view joins the two, which does not say that joining them helps. White: an antigen with itself."
    )
    figure = Figure(drawing, caption, (*phase_key(), ("open-cell", "open: nobody joins them")))
    titles = ("tumor antigen", "partner", "pair", "antibodies", "furthest stage", "the furthest of them")
    return Section(
        "Who was joined with whom",
        titles,
        tuple(row for _, row in sorted(table, key=lambda p: p[0])),
        "",
        (figure,),
        "matrix",
        folded=True,
    )


_APPROVED, _LATE = "★", "▴"


def _stage_mark(best: Antibody) -> str:
    """What says without color how far a cell came."""
    return _APPROVED if best.stage == "approved" else _LATE if best.rank >= PHASES.index("phase-2-3") else ""


def _years(field: Field, pages: Pages, solid: Sequence[Antibody]) -> Section:
    dated = [(int(antibody.first.latest[:4]), antibody) for antibody in solid if antibody.first]
    if not dated:
        return Section(
            "First in the clinic, by year",
            note="No antibody of this view has a dated first in the clinic.",
            optional=True,
        )
    first, last = min(year for year, _ in dated), max(year for year, _ in dated)
    years = list(range(first, last + 1))
    counts = Counter((year - first, group_of(field, antibody)) for year, antibody in dated)
    series = [(f"bar{number}", name) for number, name in enumerate(GROUPS)]
    told = "; ".join(f"{year}: {sum(n for (y, _), n in counts.items() if y == year - first)}" for year in years)
    caption = (
        f"Stacked from the bottom up in the order of the key. "
        f"{len(dated)} of {len(solid)} antibodies have a dated first dose, enrollment, study start or posting; "
        "the others are in no bar. "
        "The latest years are incomplete: dates reach the sources late."
    )
    name = "Antibodies by year of first in the clinic and modality"
    rows: list[tuple[Cell, ...]] = []
    for year in years:
        own = [antibody for when, antibody in dated if when == year]
        numbers = tuple(str(counts[year - first, kind] or "") for kind in range(len(GROUPS)))
        rows.append((str(year), str(len(own)), *numbers, pages.links(a.curie for a in field_order(own)[:6])))
    if plots.available():
        figure = Figure(None, caption, (), plots.years(years, GROUPS, dict(counts), name, told))
    else:
        figure = Figure(bars([str(year) for year in years], series, dict(counts), name, told), caption, tuple(series))
    return Section(
        "First in the clinic, by year",
        ("year", "all", *GROUPS, "among them"),
        tuple(rows),
        "",
        (figure,),
        "years",
        folded=True,
    )


def field_order(antibodies: Sequence[Antibody]) -> list[Antibody]:
    """Antibodies, the furthest first."""
    return sorted(antibodies, key=lambda a: (-a.rank, a.label.lower(), a.curie))


def outcome_of(antibody: Antibody) -> int:
    """The place in `_OUTCOMES` of an antibody: how far it came, unless it was stopped short of approval."""
    if antibody.stage == "approved":
        return 0
    if antibody.stopped:
        return 3
    return 1 if antibody.rank >= PHASES.index("phase-2-3") else 2


def _flow(field: Field, pages: Pages, solid: Sequence[Antibody]) -> Section:
    """Modality, leading antigen, tumor and outcome: each antibody once, by its first tumor antigen and first tumor."""
    ways: Counter[tuple[str, str, str, str]] = Counter()
    leading = {a.curie: (a.antigens("bsab:TumorBindingRole") or a.antigens() or ("",)) for a in solid}
    popular = Counter(antigen for antigens in leading.values() for antigen in antigens)
    common = Counter(tumor for a in solid for tumor in a.tumors)
    named = {one for one, _ in sorted(popular.items(), key=lambda p: (-p[1], p[0]))[:_ANTIGENS]}
    places = {one for one, _ in sorted(common.items(), key=lambda p: (-p[1], p[0]))[:_TUMORS]}
    for antibody in solid:
        antigen = max(leading[antibody.curie], key=lambda one: (popular[one], one))
        tumor = max(antibody.tumors, key=lambda one: (common[one], one), default="")
        ways[
            GROUPS[group_of(field, antibody)],
            antigen if antigen in named else "other antigens",
            tumor if tumor in places else ("other tumors" if tumor else "no tumor named"),
            _OUTCOMES[outcome_of(antibody)],
        ] += 1
    totals: list[Counter[str]] = [Counter() for _ in range(4)]
    for way, number in ways.items():
        for place, key in enumerate(way):
            totals[place][key] += number
    stops: dict[str, Stop] = {}
    last = {"other antigens", "other tumors", "no tumor named", GROUPS[-1]}
    for place, counted in enumerate(totals):
        keys = sorted(
            counted, key=lambda k: _OUTCOMES.index(k) if place == 3 else (k in last, -counted[k], field.label(k))
        )
        for key in keys:
            style = (
                "arm-trigger",
                "arm-tumor",
                "arm-soluble",
                ("p7", "p5", "p3", "stopped")[_OUTCOMES.index(key)] if place == 3 else "",
            )[place]
            stops[f"{place}:{key}"] = Stop(place, f"{field.label(key)} {counted[key]}", style, pages.href(key))
    order = {key: number for number, key in enumerate(stops)}
    flows: list[tuple[str, str, float, str]] = []
    for place in range(3):
        steps: Counter[tuple[str, str, str]] = Counter()
        for way, number in ways.items():
            steps[f"{place}:{way[place]}", f"{place + 1}:{way[place + 1]}", way[3]] += number
        for (one, other, outcome), number in sorted(
            steps.items(), key=lambda p: (order[p[0][0]], order[p[0][1]], _OUTCOMES.index(p[0][2]))
        ):
            flows.append((one, other, float(number), ("s-good", "s-mid", "s-low", "s-bad")[_OUTCOMES.index(outcome)]))
    told = "; ".join(
        f"{name}: " + ", ".join(f"{field.label(k)} {n}" for k, n in totals[place].most_common(6))
        for place, name in enumerate(("modality", "antigen", "tumor", "outcome"))
    )
    caption = (
        "Each antibody once: by its modality, the most frequent of its tumor antigens (any antigen, if it has "
        "none), the most frequent of its tumors, "
        "and how far it came in any tumor. Numbers and the width of a stream count antibodies; streams are "
        "colored by outcome. Stopped: and not outdone by later activity."
    )
    rows: list[tuple[Cell, ...]] = [
        (
            way[0],
            pages.link(way[1]) if ":" in way[1] else way[1],
            pages.link(way[2]) if ":" in way[2] else way[2],
            way[3],
            str(number),
        )
        for way, number in sorted(ways.items(), key=lambda p: (-p[1], p[0]))
    ]
    columns = ("modality", "antigen", "tumor", "outcome")
    drawing = streams(columns, stops, flows, "From modality to outcome", told, scale=1.9, gap=8)
    legend = tuple(zip(("p7", "p5", "p3", "stopped"), _OUTCOMES, strict=True))
    return Section(
        "Modality, antigen, tumor, outcome",
        (*columns, "antibodies"),
        tuple(rows),
        "",
        (Figure(drawing, caption, legend),),
        "flow",
        folded=True,
    )
