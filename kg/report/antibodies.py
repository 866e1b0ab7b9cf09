"""The page of an antibody: molecule, how it acts, course, results, harm, escapes, alternatives, evidence."""

from __future__ import annotations

from itertools import pairwise

from kg.chains.coverage import Verdict
from kg.report.charts import Dot, Lane, Spot, Stop, dots, streams, timeline
from kg.report.citing import Pages, evidence_section, path_of
from kg.report.field import VERSION_DATE, Antibody, Cited, Event, Field
from kg.report.molecule import molecule
from kg.report.palette import phase_class, phase_key, role_of
from kg.report.words import many, plain, stage_of, tone_of
from kg.report.workings import Workings
from kg.views.drawing import Figure
from kg.views.shapes import Cell, Link, Mark, Page, Section

HARMS = frozenset(
    f"bsab:{name}EndPoint"
    for name in ("AdverseEvent", "Crs", "Icans", "Irr", "Dlt", "Discontinuation", "Death", "AntiDrugAntibodies")
)
HARM_WORDS = ("adverse-event", "crs", "icans", "irr", "dlt", "discontinuation", "death", "anti-drug-antibodies")
_RESULT_COLUMNS = ("end point", "value", "against", "regimen", "patients", "tumor", "trial", "evidence")
_MOST_ALTERNATIVES, _MOST_WAYS = 12, 16
MARKS_TOLD = (
    "Ring: first in the clinic. Star: approval. Cross: stopped, withdrawn or on hold. Small dot: a phase, on the day "
    "of a database version that shows it."
)


def antibody_page(field: Field, pages: Pages, workings: Workings, antibody: Antibody) -> Page:
    """All that is known of one antibody."""
    own = antibody.curie
    arms = {cited.object for cited in field.claims_of(own, "hasArm")} | set(field.arms_by_name.get(own, ()))
    claims = [*field.claims_of(own), *(cited for arm in sorted(arms) for cited in field.claims_of(arm))]
    verdicts = workings.verdicts[own]
    sections = (
        _arms(field, pages, antibody),
        _ways(field, pages, workings, antibody),
        _course(field, pages, antibody),
        *_results(field, pages, antibody),
        _told(field, pages, antibody),
        _trials(field, pages, antibody),
        _tumors(field, pages, antibody),
        _left(field, pages, workings, verdicts),
        _alternatives(field, pages, workings, antibody),
        evidence_section(field, pages, claims),
    )
    return Page(
        path_of(own),
        antibody.label,
        _lead(field, antibody),
        _facts(field, antibody, verdicts),
        sections,
        workings.graph(own) if antibody.solid else None,
        kind="Antibody",
        also=field.get(own, "skos:altLabel"),
        graph_layout="layers",
        graph_title="Chains and escapes",
    )


def against_of(scope: str) -> str:
    """The label of a scope as the tumors that are meant.

    Examples
    --------
    >>> against_of("solid only"), against_of("hematologic only"), against_of("solid and hematologic")
    ('solid tumors only', 'blood cancers only', 'solid tumors and blood cancers')
    """
    return scope.replace("solid", "solid tumors").replace("hematologic", "blood cancers")


def targets_of(field: Field, antibody: Antibody) -> str:
    """Its targets in a line, tumor antigens first."""
    first = antibody.antigens("bsab:TumorBindingRole")
    return " × ".join(dict.fromkeys(field.label(one) for one in (*first, *antibody.antigens())))


def _lead(field: Field, antibody: Antibody) -> str:
    own = antibody.curie
    parts = (
        targets_of(field, antibody) or "Targets not known in this view",
        field.labels(field.get(own, "hasMechanism")),
        field.label(field.one(own, "narrowestFormat") or field.one(own, "hasFormat")),
        field.labels(field.get(own, "developer")),
    )
    return " · ".join(part for part in parts if part)


def _facts(field: Field, antibody: Antibody, verdicts: tuple[Verdict, ...]) -> tuple[tuple[str, Cell], ...]:
    own = antibody.curie
    first, stopped = antibody.first, antibody.stopped
    regions = sorted({e.region for e in antibody.events if e.kind == "bsab:ApprovalEventKind" and e.region})
    stage = stage_of(antibody.stage) + (f" ({', '.join(regions)})" if regions else "")
    seen = {v.escape.kind for v in verdicts if v.escape.is_of(own)}
    fc = field.one(own, "hasFcActivity")
    facts: list[tuple[str, Cell]] = [
        ("Furthest stage, in any tumor", Mark(stage, "good" if antibody.stage == "approved" else "plain")),
        ("First in the clinic", f"{first.when} ({plain(field.word(first.date_kind))})" if first else "not known"),
    ]
    if stopped:
        reason = (
            field.label(stopped.stop_reason).removesuffix(" reason") if stopped.stop_reason else "reason not stated"
        )
        facts.append(("Stopped", Mark(f"{stopped.when or 'day not known'}: {reason}", "bad")))
    facts += [
        ("Format", field.label(field.one(own, "narrowestFormat") or field.one(own, "hasFormat")) or "not known"),
        ("Fc", field.label(fc) if fc else "not on record"),
        ("Results on record", str(len(field.get(own, "hasResult")))),
        ("Escapes seen under it", many(len(seen), "kind")),
        ("Against", against_of(field.label(field.one(own, "scope")).removesuffix(" scope"))),
    ]
    names = field.get(own, "skos:altLabel")
    return (*facts, ("Also called", ", ".join(names))) if names else tuple(facts)


def _arms(field: Field, pages: Pages, antibody: Antibody) -> Section:
    rows: list[tuple[Cell, ...]] = []
    for arm in antibody.arms:
        affinity = field.one(arm.curie, "affinity")
        rows.append(
            (
                pages.links(arm.antigens) or "not known",
                role_of(arm.roles)[1],
                field.label(arm.moiety) if arm.moiety else "",
                str(arm.valency or ""),
                field.label(arm.epitope),
                f"{affinity} nM" if affinity else "",
                pages.cite((*field.claims_of(arm.curie), *field.claims_of(antibody.curie, "hasArm", arm.curie))),
            )
        )
    columns = ("antigen", "role", "moiety", "valency", "epitope", "affinity (KD)", "evidence")
    return Section(
        "The molecule",
        columns,
        tuple(rows),
        "Empty: not on record." if rows else "",
        (molecule(field, antibody),),
        "molecule",
    )


def _ways(field: Field, pages: Pages, workings: Workings, antibody: Antibody) -> Section:
    chains = workings.chains(antibody.curie)
    rows: list[tuple[Cell, ...]] = []
    stops: dict[str, Stop] = {}
    flows: dict[tuple[str, str], str] = {}
    for chain in chains[:_MOST_WAYS]:
        stated = [field.claims[link.claim] for link in chain.links if link.claim in field.claims]
        weakest = chain.weakest
        told = f"{field.label(weakest.source)} {field.label(weakest.predicate)} {field.label(weakest.target)}"
        rows.append(
            (
                field.label(chain.held) or "nothing else",
                pages.link(chain.target),
                field.label(chain.cell),
                field.label(chain.function),
                field.label(chain.effect),
                {"cis": "one cell (cis)", "trans": "two cells (trans)", "soluble": "a soluble target"}.get(
                    chain.mode, ""
                ),
                f"{chain.support:.2f}",
                told,
                pages.cite(stated),
            )
        )
        way = [
            (column, curie)
            for column, curie in enumerate((chain.held, chain.target, chain.cell, chain.function, chain.effect))
            if curie
        ]
        if chain.held == chain.target:
            way = way[1:]
        for column, curie in way:
            key = f"{column}:{curie}"
            style = ("arm-tumor", "arm-trigger", "arm-soluble", "arm-block", "p5")[column]
            stops.setdefault(key, Stop(column, field.label(curie), style, pages.href(curie)))
        for (c1, one), (c2, other) in pairwise(way):
            flows[f"{c1}:{one}", f"{c2}:{other}"] = "s-mid"
    figures: tuple[Figure, ...] = ()
    if flows:
        drawing = streams(
            ("held by", "acts on", "carried by", "which then does", "effect on the tumor"),
            stops,
            [(a, b, 1.0, style) for (a, b), style in flows.items()],
            f"Mechanism chains of {antibody.label}",
            "; ".join(
                " to ".join(field.label(c) for c in (ch.held, ch.target, ch.cell, ch.function, ch.effect) if c)
                for ch in chains
            ),
        )
        figures = (
            Figure(
                drawing, "Left to right: what holds the antibody, what it acts on, and how that tells on the tumor."
            ),
        )
    columns = ("held by", "acts on", "cell", "does", "effect", "on", "support", "weakest link", "evidence")
    note = "Every chain from an arm to the tumor, in any tumor. Support sorts; it is no probability."
    if len(chains) > _MOST_WAYS:
        note += f" The first {_MOST_WAYS} of {len(chains)}; kg chains gives all."
    return Section("How it acts", columns, tuple(rows), note, figures, "chains", folded=True, optional=True)


def _course(field: Field, pages: Pages, antibody: Antibody) -> Section:
    rows: list[tuple[Cell, ...]] = []
    for event in antibody.events:
        rows.append(
            (
                event.when or "not known",
                field.label(event.kind).removesuffix(" event"),
                stage_of(field.word(event.phase)) if event.phase else "",
                event.region,
                pages.links(event.tumors) or "",
                tuple(
                    Link(one[4:], "https://clinicaltrials.gov/study/" + one[4:]) if one.startswith("NCT:") else one
                    for one in event.trials
                )
                or "",
                _reason(field, event),
                plain(field.word(event.date_kind)) if event.date_kind else "",
                pages.cite(field.claims_of(antibody.curie, "hasEvent", event.curie)),
            )
        )
    lanes = [lane for lane in (_lane(field, kind, word, antibody.events) for kind, word in _LANES) if lane.spots]
    figures: tuple[Figure, ...] = ()
    if lanes:
        drawing = timeline(
            lanes,
            f"Course of {antibody.label}",
            "; ".join(f"{e.when} {field.label(e.kind)}" for e in antibody.events if e.earliest),
            900,
        )
        caption = (
            "Small dot: the date of a database version that shows the phase, not of the event."
            if any(s.hollow for lane in lanes for s in lane.spots)
            else ""
        )
        figures = (Figure(drawing, caption, phase_key()),)
    columns = ("date", "event", "phase", "region", "tumor", "trial", "reason", "date is of", "evidence")
    return Section("Course", columns, tuple(rows), "", figures, "course", optional=True)


_LANES = (
    ("bsab:FirstInClinicEventKind", "first in the clinic"),
    ("bsab:PhaseReachedEventKind", "phase reached"),
    ("bsab:StatusEventKind", "status"),
    ("bsab:DesignationEventKind", "designation"),
    ("bsab:FilingEventKind", "filed"),
    ("bsab:ApprovalEventKind", "approved"),
    ("bsab:HoldEventKind", "on hold"),
    ("bsab:StopEventKind", "stopped"),
    ("bsab:WithdrawalEventKind", "withdrawn"),
)


def _lane(field: Field, kind: str, word: str, events: tuple[Event, ...]) -> Lane:
    return Lane(word, "", tuple(spot_of(field, event) for event in events if event.kind == kind and event.earliest))


def spot_of(field: Field, event: Event) -> Spot:
    """An event as a mark: colored by its phase; a star for an approval, a cross for an end."""
    rank = int(field.one(event.phase, "rank") or 0) if event.phase else 0
    words = [
        event.when,
        field.label(event.kind).removesuffix(" event"),
        stage_of(field.word(event.phase)) if event.phase else "",
        event.region,
        field.labels(event.tumors),
    ]
    title = ", ".join(word for word in words if word)
    if event.kind in ("bsab:StopEventKind", "bsab:WithdrawalEventKind", "bsab:HoldEventKind"):
        return Spot(event.year, "stopped", title, "cross")
    if event.kind == "bsab:ApprovalEventKind":
        return Spot(event.year, "p7", title, "star")
    if event.kind == "bsab:FirstInClinicEventKind":
        return Spot(event.year, "event", title)
    return Spot(event.year, phase_class(rank), title, "dot", event.date_kind == VERSION_DATE)


def _reason(field: Field, event: Event) -> str:
    known = field.label(event.stop_reason).removesuffix(" reason") if event.stop_reason else ""
    return ": ".join(part for part in (known, event.reason) if part)


def _results(field: Field, pages: Pages, antibody: Antibody) -> tuple[Section, Section]:
    rows: dict[bool, list[tuple[tuple[str, ...], tuple[Cell, ...]]]] = {True: [], False: []}
    rates: list[tuple[str, Dot]] = []
    for result in field.get(antibody.curie, "hasResult"):
        word = field.word(field.one(result, "endPoint"))
        row = result_row(field, pages, result, field.claims_of(antibody.curie, "hasResult", result))
        tumor = field.labels(field.get(result, "observedIn"))
        population = field.one(result, "population")
        order = (word, tumor, field.one(result, "regimen"), population, result)
        rows[word in HARM_WORDS].append((order, row))
        value = field.one(result, "value")
        if word == "orr" and value and field.one(result, "unit") in ("percent", "%"):
            low, high = field.one(result, "ciLow"), field.one(result, "ciHigh")
            n = field.one(result, "sampleSize")
            label = "; ".join(part for part in (population, tumor) if part)
            note = f"{float(value):g} %" + (f", n = {n}" if n else "")
            rates.append(
                (
                    f"{tumor}; {label}",
                    Dot(
                        label or "patients not told",
                        float(value),
                        float(low) if low else None,
                        float(high) if high else None,
                        note,
                    ),
                )
            )
    figures: tuple[Figure, ...] = ()
    if len(rates) > 1:
        shown = [dot for _, dot in sorted(rates, key=lambda pair: (pair[0], -pair[1].value))[:24]]
        told = "; ".join(f"{dot.label}: {dot.note}" for dot in shown)
        figures = (
            Figure(
                dots(shown, "percent", f"Response rates of {antibody.label}", told),
                "Objective response rate in percent, a dot a result, by tumor; the line is the 95 % interval, if it is "
                "told. Trials and regimens differ: see the table.",
            ),
        )
    good = tuple(row for _, row in sorted(rows[False], key=lambda pair: pair[0]))
    harm = tuple(row for _, row in sorted(rows[True], key=lambda pair: pair[0]))
    return (
        Section(
            "Results",
            _RESULT_COLUMNS,
            good,
            "Of a regimen in a trial, not of the antibody.",
            figures,
            "results",
            optional=True,
        ),
        Section(
            "Safety",
            _RESULT_COLUMNS,
            harm,
            "Rates as told, of the regimen and patients named.",
            (),
            "safety",
            optional=True,
        ),
    )


def result_row(field: Field, pages: Pages, result: str, claims: tuple[Cited, ...]) -> tuple[Cell, ...]:
    """A result: end point, value, against, regimen, patients, tumors, trials, evidence."""

    def one(name: str) -> str:
        return field.one(result, name)

    unit = {"percent": "%"}.get(one("unit"), one("unit"))
    value = f"{float(one('value')):g} {unit}".strip() if one("value") else "not reached or not told"
    if one("ciLow") and one("ciHigh"):
        value += f" ({float(one('ciLow')):g} to {float(one('ciHigh')):g})"
    against = " ".join(
        part
        for part in (f"{float(one('comparatorValue')):g}" if one("comparatorValue") else "", one("comparator"))
        if part
    )
    ratio = one("hazardRatio")
    if ratio and one("hrLow") and one("hrHigh"):
        ratio += f" ({float(one('hrLow')):g} to {float(one('hrHigh')):g})"
    met = {"true": Mark("met", "good"), "false": Mark("not met", "bad")}.get(one("endPointMet"))
    name = field.label(one("endPoint")).removesuffix(" end point")
    event = one("adverseEvent")
    count = f"n = {one('sampleSize')}" if one("sampleSize") else ""
    return (
        f"{name}: {event}" if event else name,
        (value, met) if met else value,
        against + (f"; hazard ratio {ratio}" if ratio else ""),
        one("regimen"),
        ", ".join(part for part in (one("population"), one("line"), count) if part),
        pages.links(field.get(result, "observedIn")) or "",
        tuple(trial_link(trial) for trial in field.get(result, "inTrial")) or "",
        pages.cite(claims),
    )


def trial_link(trial: str) -> Link | str:
    """A trial, linked to its registry."""
    return Link(trial[4:], "https://clinicaltrials.gov/study/" + trial[4:]) if trial.startswith("NCT:") else trial


def _told(field: Field, pages: Pages, antibody: Antibody) -> Section:
    rows: list[tuple[Cell, ...]] = []
    for name, word in (
        ("reportedEfficacy", "benefit"),
        ("reportedToxicity", "harm"),
        ("hasToxicity", "kind of harm"),
        ("conditionalActivation", "active only after"),
    ):
        for cited in field.claims_of(antibody.curie, name):
            rows.append((word, field.label(cited.object), pages.cite([cited])))
    return Section("Told in words", ("of", "what is told", "evidence"), tuple(rows), "", (), "told", optional=True)


def _trials(field: Field, pages: Pages, antibody: Antibody) -> Section:
    rows: list[tuple[Cell, ...]] = []
    results: dict[str, list[str]] = {}
    for result in field.get(antibody.curie, "hasResult"):
        for trial in field.get(result, "inTrial"):
            results.setdefault(trial, []).append(result)
    for trial in field.get(antibody.curie, "testedInTrial"):
        phases = field.get(trial, "phase")
        tumors = [tumor for result in results.get(trial, ()) for tumor in field.get(result, "observedIn")]
        claims = field.claims_of(antibody.curie, "testedInTrial", trial)
        rows.append(
            (
                trial_link(trial),
                ", ".join(stage_of(field.word(p)) for p in phases),
                pages.links(sorted(set(tumors))) or "",
                str(len(results.get(trial, ())) or ""),
                pages.cite(claims),
            )
        )
    columns = ("trial", "phase", "tumors with a result", "results", "evidence")
    return Section("Trials", columns, tuple(rows), "", (), "trials", optional=True)


def _tumors(field: Field, pages: Pages, antibody: Antibody) -> Section:
    rows: list[tuple[Cell, ...]] = []
    for tumor in sorted(antibody.tumors, key=field.label):
        found = sum(tumor in field.get(result, "observedIn") for result in field.get(antibody.curie, "hasResult"))
        rows.append(
            (pages.link(tumor), str(found or ""), pages.cite(field.claims_of(antibody.curie, "testedIn", tumor)))
        )
    return Section(
        "Tumors that it was tested in", ("tumor", "results", "evidence"), tuple(rows), "", (), "tumors", optional=True
    )


def _left(field: Field, pages: Pages, workings: Workings, verdicts: tuple[Verdict, ...]) -> Section:
    ordered = sorted(
        verdicts,
        key=lambda v: (
            v.basis != "documented",
            not v.escape.direct,
            v.escape.scope,
            field.label(v.escape.kind),
            v.escape.tumor,
        ),
    )
    rows: list[tuple[Cell, ...]] = []
    for verdict in ordered:
        escape = verdict.escape
        cited = [field.claims[link.claim] for link in escape.claims if link.claim in field.claims]
        rows.append(
            (
                pages.link(escape.kind),
                plain(field.label(escape.scope).removesuffix(" scope")),
                pages.links(sorted(escape.antigens) or escape.subjects) or "",
                pages.link(escape.tumor) if escape.tumor else "",
                Mark("yes", "bad") if escape.direct else "carried over",
                Mark(verdict.verdict, tone_of(verdict.verdict)),
                verdict.basis,
                verdict.reason,
                pages.cite(cited),
            )
        )
    tally = workings.tally(verdicts)
    note = (
        f"Under {many(sum(tally.values()), 'kind')} of escape documented for it, its class or its antigens: it "
        "works under "
        f"{tally['works']}, fails under {tally['fails']}, and of {tally['unknown']} nobody knows. By structure: "
        "it follows "
        "from arms and links, and nobody has tested it."
    )
    columns = (
        "kind of escape",
        "scope",
        "from",
        "tumor",
        "in patients on a bispecific",
        "what is left",
        "basis",
        "why",
        "evidence",
    )
    return Section(
        "Escape, and what is left of it", columns, tuple(rows), note if rows else "", (), "escape", optional=True
    )


def _alternatives(field: Field, pages: Pages, workings: Workings, antibody: Antibody) -> Section:
    mine = set(antibody.antigens("bsab:TumorBindingRole"))
    kinds = {v.escape.kind for v in workings.verdicts[antibody.curie]}
    found: list[tuple[tuple[object, ...], tuple[Cell, ...]]] = []
    for other in field.antibodies.values():
        theirs = set(other.antigens("bsab:TumorBindingRole"))
        common = sorted(set(antibody.tumors) & set(other.tumors), key=field.label)
        shared = sorted(mine & theirs, key=field.label)
        if other.curie == antibody.curie or not (shared or (common and theirs and other.rank >= 3)):
            continue
        tally = workings.tally(v for v in workings.verdicts[other.curie] if v.escape.kind in kinds)
        relation = f"same antigen ({field.labels(shared)})" if shared else "other antigen, same tumor"
        order = (not shared, -other.rank, -len(common), other.label.lower())
        row = (
            pages.link(other.curie),
            targets_of(field, other),
            stage_of(other.stage) + (", stopped" if other.stopped else ""),
            relation,
            pages.links(common[:4]) or "",
            f"{tally['fails']} of {len(kinds)}",
        )
        found.append((order, row))
    found.sort(key=lambda pair: pair[0])
    more = f" The first {_MOST_ALTERNATIVES} of {len(found)}." if len(found) > _MOST_ALTERNATIVES else ""
    note = (
        "Antibodies on the same tumor antigen, then those of phase 2 or later in the same tumor. Fails under: of "
        "the kinds of escape documented for this one." + more
    )
    columns = ("antibody", "targets", "furthest stage", "how it differs", "tumors in common", "fails under")
    return Section(
        "Alternatives",
        columns,
        tuple(row for _, row in found[:_MOST_ALTERNATIVES]),
        note,
        (),
        "alternatives",
        optional=True,
    )
