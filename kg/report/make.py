"""Put a report together, page by page, from a view that is read once; then write it as one folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from kg.neighborhood import neighborhood
from kg.output import replaced_folder
from kg.query import questions
from kg.report.answers import list_page, question_page, review_page
from kg.report.antibodies import antibody_page, targets_of
from kg.report.antigens import antigen_page, gene_of
from kg.report.beside import Beside, Task
from kg.report.citing import OTHERS, Pages, evidence_section, path_of
from kg.report.escape_map import COLUMNS as ESCAPE_COLUMNS
from kg.report.escape_map import escape_map, is_direct, observation_rows, scopes
from kg.report.escapes import escape_page, observations_of
from kg.report.field import Field
from kg.report.landscape import landscape_page
from kg.report.levels import Levels
from kg.report.pairs import card_page, pair_page, tried_card
from kg.report.palette import GROUPS, group_of
from kg.report.ranked import rank
from kg.report.schema import counted_schema, in_words
from kg.report.start import start_page
from kg.report.tumors import tumor_page
from kg.report.words import many, plain, stage_of
from kg.report.workings import Workings
from kg.store import Opened, Progress, open_store
from kg.validate import Checked, check
from kg.view import View
from kg.views.schema_picture import schema_svg
from kg.views.shapes import Cell, Edge, Link, Mark, Node, Page, Section
from kg.views.site import Frame, navigation_of, render_pages, shared_files

TITLE = "Bispecific antibodies against solid tumors"
CANDOR = (
    "Curation is machine-assisted and no clinician has reviewed it. Unread claims are stored, marked and left out of "
    "these pages. Unknown stays unknown and is never counted as zero.\n"
    "Curated facts and tables: CC BY 4.0. What derives from the Human Protein Atlas: CC BY-SA 4.0. Code: Apache 2.0."
)
# Name, path and title, as the pages say themselves: known before the last of them is made.
NAVIGATION = (
    ("Start", "index.html", "Start"),
    ("Landscape", "landscape.html", "Landscape"),
    ("Tumors", "tumor/index.html", "Tumors"),
    ("Antibodies", "antibody/index.html", "Antibodies"),
    ("Antigens", "antigen/index.html", "Antigens"),
    ("Pairs", "pair/index.html", "Pairs"),
    ("Escapes", "escape/index.html", "Escapes"),
    ("Questions", "question/index.html", "Questions"),
    ("2021 review", "review.html", "What has become of the 2021 review"),
)
_BATCH = 60  # pages that are rendered at a time, in one process or the other
_GRAPH_NODES = 32
_SORTED = "Press the head of a column to sort by it."
Graph = tuple[tuple[Node, ...], tuple[Edge, ...]]


@dataclass(frozen=True, slots=True)
class Made:
    """What was written: the folder, its pages, and the findings worth telling first."""

    folder: Path
    pages: int
    questions: int
    highlights: tuple[str, ...]
    checked: Checked


def make_report(
    opened: Opened, unread: Opened, folder: Path, progress: Progress | None = None, just_built: bool = False
) -> Made:
    """Check a view, and write its report into `folder`, which is replaced only if it is empty or ours.

    Parameters
    ----------
    unread
        The store with unread claims, which is checked, too.
    just_built
        As of `kg.validate.check`.

    Raises
    ------
    UsageError
        The folder holds something else.
    """
    asked = questions()

    def tell(done: int, of: int) -> None:
        if progress:
            progress("drawing pages", done, of)

    with replaced_folder(folder) as fresh, Beside(opened) as beside:
        checking = beside.start(_checked, unread.view, just_built)
        field = Field(opened)
        pages = Pages(field, paths_of(field))
        ranking = beside.start(rank, _ranked_tumors(field))
        frame = Frame(TITLE, f"{opened.footer()}\n{CANDOR}", NAVIGATION)
        workings, levels = Workings(field), Levels(field)
        makers = _makers(field, pages, workings, levels)
        of = len(makers) + len(asked)
        made: list[Page] = []
        batches: list[Task[dict[str, bytes]]] = []
        for start in range(0, len(makers), _BATCH):
            batch = []
            for number, make in enumerate(makers[start : start + _BATCH], start=start):
                tell(number, of)
                batch.append(make())
            batches.append(beside.start(_rendered, frame, batch))
            made += batch
        answered: list[tuple[Cell, ...]] = []
        rest: list[Page] = []
        for number, one in enumerate(asked, start=len(makers)):
            tell(number, of)
            page, rows = question_page(opened, field, pages, one)
            rest.append(page)
            answered.append((str(one.number), Link(one.title, page.path), one.question, str(rows)))
        ranked = ranking.outcome()
        rest += [
            tumor_page(field, pages, one, _around(field, pages, one), ranked)
            for one in pages.paths
            if one.startswith("MONDO:")
        ]
        rest += [
            card_page(field, pages, levels, one, number < 2, ranked.reasons)
            for number, one in enumerate(ranked.explained)
        ]
        batches += [beside.start(_rendered, frame, rest[at : at + _BATCH]) for at in range(0, len(rest), _BATCH)]
        checked = checking.outcome()
        started = start_page(opened, field, pages, workings, checked, frozenset(ranked.cards))
        front = [
            started.page,
            landscape_page(field, pages),
            *_lists(field, pages),
            list_page(
                "question/index.html",
                "Questions",
                "What the graph answers, each question with the answer to its example and the command that asks it of "
                "anything else. Questions of one group belong together.",
                ("group", "question", "asks", "rows"),
                answered,
            ),
            review_page(opened, field, pages),
            _others(field, pages),
        ]
        everything = (*front, *made, *rest)
        assert navigation_of(everything) == NAVIGATION
        files = shared_files(everything)
        files |= render_pages(frame, front[:1], schema_svg(*in_words(field, *counted_schema(opened.store))))
        files |= render_pages(frame, front[1:])
        for task in reversed(batches):  # the last ones are done here, until the two processes meet
            files |= task.outcome()
        for path, content in sorted(files.items()):
            target = fresh / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        tell(of, of)
    return Made(folder, len(everything), len(asked), started.highlights, checked)


def _checked(opened: Opened, unread: View, just_built: bool) -> Checked:
    return check(opened, open_store(opened.root, unread), just_built)


def _rendered(_opened: Opened, frame: Frame, pages: Sequence[Page]) -> dict[str, bytes]:
    return render_pages(frame, pages)


def paths_of(field: Field) -> dict[str, str]:
    """CURIE -> page of every antibody, antigen, pair and kind of escape, and of each tumor that is named by a claim."""
    known = [*field.antibodies, *field.of("Antigen"), *field.of("EscapeMechanism")]
    known += [pair for pair in field.of("Pair") if field.who("hasPair", pair)]
    for tumor in field.of("Tumor"):
        if any(one in field.antibodies for one in field.who("testedIn", tumor)) or field.who("observedIn", tumor):
            known.append(tumor)
    return {curie: path_of(curie) for curie in known}


def _makers(field: Field, pages: Pages, workings: Workings, levels: Levels) -> list[Callable[[], Page]]:
    """A function a page, so that progress can be told and nothing is made twice."""

    def around(curie: str) -> Graph | None:
        return _around(field, pages, curie)

    def page_of(curie: str) -> Page:
        if curie in field.antibodies:
            return antibody_page(field, pages, workings, field.antibodies[curie])
        if curie.startswith("pair:"):
            return pair_page(field, pages, workings, tried_card(field, pages, levels, curie), curie)
        if curie.startswith("bsab:"):
            return escape_page(field, pages, workings, curie)
        return antigen_page(field, pages, levels, curie, around(curie))

    return [partial(page_of, curie) for curie in pages.paths if not curie.startswith("MONDO:")]


def _around(field: Field, pages: Pages, curie: str) -> Graph | None:
    """The neighborhood of an entity, its nodes linked to pages; None where there is no edge."""
    nodes, edges, _ = neighborhood(field.opened, [curie], 2, _GRAPH_NODES)
    linked = tuple(replace(node, href=pages.paths.get(node.id, node.href)) for node in nodes)
    return (linked, edges) if edges else None


def _ranked_tumors(field: Field) -> tuple[str, ...]:
    """Tumors by how many antibodies against solid tumors name them: those that open pairs may be ranked on."""
    named = Counter(tumor for antibody in field.antibodies.values() if antibody.solid for tumor in antibody.tumors)
    return tuple(tumor for tumor, _ in sorted(named.items(), key=lambda pair: (-pair[1], pair[0]))[:40])


def _lists(field: Field, pages: Pages) -> Sequence[Page]:
    """The lists of tumors, antibodies, antigens, pairs and escapes."""
    tumors = [
        (
            pages.link(tumor),
            "yes" if field.one(tumor, "solid") == "true" else "no" if field.one(tumor, "solid") else "",
            str(len(field.tested_in(tumor))),
            str(
                len({s for one in field.below(tumor) for s in field.who("observedIn", one) if s.startswith("escape:")})
            ),
        )
        for tumor in field.of("Tumor")
        if tumor in pages.paths
    ]
    antibodies = [
        (
            pages.link(a.curie),
            targets_of(field, a),
            GROUPS[group_of(field, a)],
            "solid tumors" if a.solid else "blood cancers only",
            stage_of(a.stage),
            a.first.when if a.first else "",
            Mark(f"stopped {a.stopped.when}".strip(), "bad") if a.stopped else "",
        )
        for a in field.antibodies.values()
    ]
    antigens = [
        (
            pages.link(antigen),
            gene_of(field, antigen),
            field.labels(field.get(antigen, "hasLocation")).replace(" location", ""),
            str(len(field.binders.get(antigen, ()))),
            stage_of(field.antibodies[field.binders[antigen][0]].stage) if field.binders.get(antigen) else "",
            str(len(field.get(antigen, "hasPrecedent"))),
            str(len(field.who("escapesFrom", antigen))),
        )
        for antigen in field.of("Antigen")
    ]
    return (
        list_page(
            "tumor/index.html",
            "Tumors",
            f"By name; counts include the subtypes of a tumor. {_SORTED}",
            ("tumor", "solid", "antibodies", "escape observations"),
            tumors,
        ),
        list_page(
            "antibody/index.html",
            "Antibodies",
            f"{many(len(antibodies), 'antibody', 'antibodies')} in this view, by name. {_SORTED}",
            ("antibody", "targets", "modality", "against", "furthest stage", "first in the clinic", "state"),
            antibodies,
        ),
        list_page(
            "antigen/index.html",
            "Antigens",
            f"Targets of arms, and antigens that drugs of other classes or escapes are about, by name. {_SORTED}",
            (
                "antigen",
                "gene",
                "location",
                "antibodies",
                "furthest of them",
                "drugs of other classes",
                "escape observations",
            ),
            antigens,
        ),
        _pair_list(field, pages),
        _escape_list(field, pages),
    )


def _pair_list(field: Field, pages: Pages) -> Page:
    """The pairs that exist. Families are never mixed in one list."""
    by_family: dict[str, list[tuple[tuple[int, int, str], tuple[Cell, ...]]]] = {}
    for pair in field.of("Pair"):
        own = [
            field.antibodies[one]
            for one in field.by_stage(o for o in field.who("hasPair", pair) if o in field.antibodies)
        ]
        own = [a for a in own if a.solid]
        if own:
            family = field.label(field.one(pair, "family"))
            row = (
                pages.link(pair),
                str(len(own)),
                stage_of(own[0].stage),
                pages.links(a.curie for a in own[:4]),
                str(sum(bool(a.stopped) for a in own)),
            )
            by_family.setdefault(family, []).append(((-own[0].rank, -len(own), field.label(pair)), row))
    sections = tuple(
        Section(
            family[:1].upper() + family[1:],
            ("pair", "antibodies", "furthest stage", "the furthest of them", "stopped"),
            tuple(row for _, row in sorted(rows, key=lambda p: p[0])),
        )
        for family, rows in sorted(by_family.items(), key=lambda item: (-len(item[1]), item[0]))
    )
    lead = (
        "Pairs of antigens that antibodies against solid tumors join, by family, the furthest first. Pairs that nobody "
        "joined stand on the pages of the tumors."
    )
    return Page("pair/index.html", "Pairs", lead, (), sections, None)


def _escape_list(field: Field, pages: Pages) -> Page:
    seen = list(field.of("EscapeObservation"))
    kinds = [
        (
            pages.link(kind),
            plain(field.label(field.one(kind, "hasScope")).removesuffix(" scope")),
            field.labels(field.get(kind, "breaksLink")).replace(" link", ""),
            str(len(own)),
            str(sum(is_direct(field, one) for one in own)),
        )
        for kind in field.of("EscapeMechanism")
        for own in [observations_of(field, kind)]
    ]
    sections = (
        Section(
            "Kinds of escape",
            ("kind", "scope", "links that it breaks", "observations", "in patients on a bispecific"),
            tuple(kinds),
            "By name. Scope: where it happens; what is no escape, but limits a drug all the same, is marked as not "
            "escape and counted apart. Links: the steps of a mechanism, such as hold, activate and kill.",
        ),
        Section(
            "All observations",
            ESCAPE_COLUMNS,
            observation_rows(field, pages, seen),
            scopes(field, seen),
            escape_map(field, pages, seen, "escapesFrom", "All escapes: kinds by antigen"),
            "observations",
            folded=True,
        ),
    )
    return Page(
        "escape/index.html",
        "Escapes",
        "Who saw which escape of a tumor, under which drug, in which tumor; both sides where sources disagree.",
        (),
        sections,
        None,
    )


def _others(field: Field, pages: Pages) -> Page:
    """The evidence of claims on what has no page of its own: cells, trials, formats, statements of papers."""
    claims = [cited for cited in field.claims.values() if pages.home(cited) == OTHERS]
    claims.sort(key=lambda cited: (cited.predicate, cited.subject, cited.object, cited.claim))
    section = evidence_section(field, pages, claims)
    lead = (
        "Claims on cells, trials, formats and statements of papers. All other evidence stands at the foot of the "
        "page that it is about."
    )
    return Page(
        OTHERS,
        "Other evidence",
        lead,
        (),
        (Section(section.title, section.columns, section.rows, section.note, (), "evidence", section.row_ids),),
        None,
        short="-",
    )
