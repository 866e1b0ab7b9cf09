"""What a view shows: dates, reading states, support, contested and refuted claims, plain edges."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import KgError
from kg.model import READINGS, Claim, Entity, Evidence, integer
from kg.paths import Root
from kg.select_view import Reckoning, Selection, noisy_or, read_support, reckoning, select
from kg.store import Opened, open_store
from kg.terms import PREFIXES, compress, expand
from kg.triples import claim_triples, entity_triples, to_triple
from kg.view import PartialDate, View
from kg.vocabulary import read_vocabulary

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")

REPOSITORY = Path(__file__).resolve().parent.parent
BSAB = PREFIXES["bsab"]
NOW = View()
WITH_UNREAD = View("", True)

DAYS = st.dates(dt.date(1950, 1, 1), dt.date(2100, 12, 31))
PARTIAL = st.builds(lambda day, precision: PartialDate(day.isoformat()[:precision]), DAYS, st.sampled_from([4, 7, 10]))

# --- partial dates


@given(DAYS)
def test_a_day_is_its_own_first_and_last_day(day: dt.date) -> None:
    date = PartialDate(day.isoformat())
    assert date.earliest == date.latest == day.isoformat()


@given(DAYS)
def test_a_month_and_a_year_reach_from_their_first_day_to_their_last(day: dt.date) -> None:
    for precision, next_begins in (
        (7, (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1)),
        (4, dt.date(day.year + 1, 1, 1)),
    ):
        date = PartialDate(day.isoformat()[:precision])
        first, last = dt.date.fromisoformat(date.earliest), dt.date.fromisoformat(date.latest)
        assert first.isoformat()[:precision] == date
        assert (first - dt.timedelta(days=1)).isoformat()[:precision] != date
        assert last + dt.timedelta(days=1) == next_begins


@given(PARTIAL, DAYS)
def test_a_date_that_straddles_a_day_is_neither_known_by_it_nor_after_it(date: PartialDate, day: dt.date) -> None:
    known = View(day.isoformat()).admits("read", date.latest)
    after = date.earliest > day.isoformat()
    straddles = date.earliest <= day.isoformat() < date.latest
    assert [known, after, straddles].count(True) == 1


@pytest.mark.parametrize(
    "text",
    ["", "2024-13", "2024-00", "2023-02-29", "2024-02-30", "2024-2", "24", "2024-02-1", "1949", "2101", "2024/02",
     "2024-02-01T00:00", " 2024", "2024\n", "٢٠٢٤", "2024-02-"],
)  # fmt: skip
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"date|month|day|year"):
        PartialDate(text)


def test_a_leap_day_is_a_day() -> None:
    assert PartialDate("2024-02").latest == PartialDate("2024-02-29").latest == "2024-02-29"
    assert PartialDate("2023-02").latest == "2023-02-28"


# --- views


@pytest.mark.parametrize(
    ("view", "reading", "latest", "admitted"),
    [
        (NOW, "read", "2020-12-31", True),
        (NOW, "record", "", True),
        (NOW, "unread", "2020-12-31", False),
        (WITH_UNREAD, "unread", "", True),
        (View("2020-12-31"), "read", "2020-12-31", True),
        (View("2020-12-30"), "read", "2020-12-31", False),
        (View("2020-12-31"), "read", "", False),  # undated: in the view of now only
        (View("2020-12-31"), "unread", "2019-12-31", False),
        (View("2020-12-31", True), "unread", "2019-12-31", True),
        (View("2020-12-31", True), "unread", "", False),
    ],
)
def test_a_line_is_in_a_view_by_its_reading_and_its_last_day(
    view: View, reading: str, latest: str, admitted: bool
) -> None:
    assert view.admits(reading, latest) is admitted


def test_views_that_show_different_things_have_different_names() -> None:
    views = [NOW, WITH_UNREAD, View("2020-12-31"), View("2020-12-31", True), View("2020-12-30")]
    assert len({view.name for view in views}) == len(views)


# --- support


@given(st.lists(st.floats(0, 1), max_size=6), st.floats(0, 1))
def test_one_more_source_never_lowers_support_and_it_stays_within_one(values: list[float], another: float) -> None:
    before, after = noisy_or(values), noisy_or([*values, another])
    assert 0 <= before <= after + 1e-12
    assert after <= 1
    assert after >= another - 1e-12


def test_support_of_none_is_nothing_and_of_one_is_its_own() -> None:
    assert noisy_or([]) == 0
    assert noisy_or([0.25]) == 0.25
    assert noisy_or([0.5, 0.5]) == 0.75
    assert noisy_or([1, 0.1]) == 1


def test_a_bad_row_of_the_support_table_is_found_at_its_line(tmp_path: Path) -> None:
    path = tmp_path / "support.tsv"
    header = "level\tstance\tsupport\treason\n"
    for body, line in (
        ("clinical\tsupports\t1.2\twhy\n", 2),
        ("clinical\tsupports\t0.9\twhy\nreview\tsupports\tmuch\twhy\n", 3),
        ("clinical\tsupports\t0.9\n", 2),
        ("clinical\tsupports\t-0.1\twhy\n", 2),
        ("clinical\tsupports\tnan\twhy\n", 2),
    ):
        path.write_text(header + body)
        with pytest.raises(KgError) as refused:
            read_support(path)
        assert refused.value.where == f"{path}:{line}"
    path.write_text("level\tsupport\n")
    with pytest.raises(KgError, match="has not the columns"):
        read_support(path)


def test_every_level_has_a_support_for_and_against_with_its_reason(real_root: Root) -> None:
    table = read_support(real_root.data / "support.tsv")
    levels = read_vocabulary(real_root.ontology)["EvidenceLevel"]
    assert set(table) == {(level, stance) for level in levels for stance in ("supports", "refutes")}
    reasons = [line.split("\t")[3] for line in (real_root.data / "support.tsv").read_text().splitlines()]
    assert all(reasons)


# --- claims of a small graph

WEIGHTS = {("clinical", "supports"): 0.9, ("database", "supports"): 0.8, ("review", "supports"): 0.6,
           ("press", "supports"): 0.5, ("clinical", "refutes"): 0.9}  # fmt: skip
CLAIM = Claim("ab:x", "bsab:hasPair", "pair:EGFR--MET")


@cache
def vocabulary() -> dict[str, dict[str, str]]:
    return read_vocabulary(REPOSITORY / "ontology")


@cache
def weigh() -> Reckoning:
    return reckoning(WEIGHTS, vocabulary())


def line(
    source: str, stance: str = "supports", level: str = "clinical", reading: str = "read", date: str = "2020"
) -> Evidence:
    return Evidence(source, "abstract", level, stance, reading, PartialDate(date) if date else None)


def quads(*claims: tuple[Claim, Sequence[Evidence]], entities: Iterable[Entity] = ()) -> Iterator[ox.Quad]:
    """A graph of claims with their lines, and entities."""
    for claim, lines in claims:
        named = {one.id(claim.id): one for one in lines}
        for triple in claim_triples(claim, named, vocabulary()):
            yield ox.Quad(*to_triple(triple))
    for entity in entities:
        for triple in entity_triples(entity):
            yield ox.Quad(*to_triple(triple))


def shown(selection: Selection) -> set[str]:
    """The CURIEs of everything that a view keeps."""
    return {compress(getattr(quad.subject, "value", "")) for quad in selection.kept}


def marks(selection: Selection, claim: Claim = CLAIM) -> dict[str, str]:
    """What a view derives of a claim."""
    return {
        quad.predicate.value.removeprefix(BSAB): compress(getattr(quad.object, "value", ""))
        for quad in selection.marks
        if quad.subject == ox.NamedNode(expand(claim.id))
    }


def edges(selection: Selection) -> set[tuple[str, str, str]]:
    return {
        (
            compress(getattr(quad.subject, "value", "")),
            compress(quad.predicate.value),
            compress(getattr(quad.object, "value", "")),
        )
        for quad in selection.edges
    }


def of(*lines: Evidence, view: View = NOW) -> Selection:
    return select(quads((CLAIM, lines)), view, weigh())


EDGE = {("ab:x", "bsab:hasPair", "pair:EGFR--MET")}


@pytest.mark.parametrize(
    ("lines", "support"),
    [
        ([line("PMID:1")], 0.9),
        ([line("PMID:1"), line("PMID:2")], 0.99),
        ([line("PMID:1"), line("src:toy-db", level="database")], 0.98),
        # One source counts once, with its best line.
        ([line("PMID:1"), Evidence("PMID:1", "table 2", "review", "supports", "read")], 0.9),
        # Releases of one database are one source; two databases are two.
        ([line("src:toydb-2020-01", level="database"), line("src:toydb-2023-03", level="database")], 0.8),
        ([line("src:toydb-2020-01", level="database"), line("src:other-2020-01", level="database")], 0.96),
        ([line("src:toydb-2020-01", level="database"), line("src:toydb-2023-03", level="review")], 0.8),
        ([line("src:toydb-2020-01", level="database"), line("PMID:1", level="review")], 0.92),
        # What refutes or leaves open adds nothing.
        ([line("PMID:1", level="review"), line("PMID:2", "refutes")], 0.6),
        ([line("PMID:1", level="review"), line("PMID:2", "inconclusive")], 0.6),
        ([line("PMID:1", "refutes")], 0),
        ([line("PMID:1", "inconclusive")], 0),
    ],
)
def test_support_is_the_noisy_or_over_independent_sources(lines: list[Evidence], support: float) -> None:
    assert float(marks(of(*lines))["support"]) == pytest.approx(support)


LINES = st.builds(
    line,
    st.sampled_from(["PMID:1", "PMID:2", "src:toydb-2020-01", "src:toydb-2023-03", "src:toy-db"]),
    st.sampled_from(["supports", "refutes", "inconclusive"]),
    st.sampled_from(["clinical", "database", "review", "press"]),
    st.sampled_from(READINGS),
    st.sampled_from(["", "2019", "2020-05", "2020-05-31", "2021"]),
)
VIEWS = st.builds(View, st.sampled_from(["", "2019-12-31", "2020-05-30", "2020-05-31", "2021-12-31"]), st.booleans())


@given(st.lists(LINES, min_size=1, max_size=5), LINES, VIEWS)
def test_more_evidence_never_lowers_support_nor_takes_an_edge_away(
    lines: list[Evidence], another: Evidence, view: View
) -> None:
    names = {one.id(CLAIM.id) for one in lines}
    if another.id(CLAIM.id) in names:
        return  # the same line again, not another
    before, after = of(*lines, view=view), of(*lines, another, view=view)
    supports = [float(marks(selection).get("support", 0)) for selection in (before, after)]
    assert 0 <= supports[0] <= supports[1] <= 1
    assert edges(before) <= edges(after)


@given(st.lists(LINES, min_size=1, max_size=6, unique_by=lambda one: one.id(CLAIM.id)), VIEWS)
def test_a_claim_shows_exactly_what_its_admitted_lines_say(lines: list[Evidence], view: View) -> None:
    selection = of(*lines, view=view)
    admitted = [one for one in lines if view.admits(one.reading, one.date.latest if one.date else "")]
    stances = {one.stance for one in admitted}
    assert shown(selection) == ({CLAIM.id, *(one.id(CLAIM.id) for one in admitted)} if admitted else set())
    assert edges(selection) == (EDGE if "supports" in stances else set())
    assert ("contested" in marks(selection)) == ({"supports", "refutes"} <= stances)
    assert (float(marks(selection).get("support", 0)) > 0) == ("supports" in stances)


@given(
    st.lists(LINES, min_size=1, max_size=6, unique_by=lambda one: one.id(CLAIM.id)), st.randoms(use_true_random=False)
)
def test_the_order_of_triples_does_not_count(lines: list[Evidence], random: object) -> None:
    ordered = list(quads((CLAIM, lines)))
    shuffled = list(ordered)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = (select(some, WITH_UNREAD, weigh()) for some in (ordered, shuffled))
    assert set(one.kept) == set(other.kept)
    assert (set(one.edges), set(one.marks)) == (set(other.edges), set(other.marks))


def test_a_contested_claim_keeps_its_edge_and_is_marked() -> None:
    selection = of(line("PMID:1"), line("PMID:2", "refutes"))
    assert edges(selection) == EDGE
    assert marks(selection)["contested"] == "true"


def test_a_refuted_claim_stays_without_an_edge() -> None:
    selection = of(line("PMID:1", "refutes"))
    assert CLAIM.id in shown(selection)
    assert edges(selection) == set()
    assert "contested" not in marks(selection)


def test_a_claim_is_contested_only_from_the_day_of_the_contradiction() -> None:
    lines = line("PMID:1", date="2019"), line("PMID:2", "refutes", date="2021")
    assert "contested" not in marks(of(*lines, view=View("2020-12-31")))
    assert "contested" in marks(of(*lines, view=View("2021-12-31")))


def test_one_edge_is_backed_by_any_of_the_claims_that_say_it() -> None:
    here, there = (
        Claim("ab:x", "bsab:testedIn", "MONDO:0008433", (("bsab:inTrial", f"NCT:NCT0000000{n}"),)) for n in (1, 2)
    )
    selection = select(quads((here, [line("PMID:1", "refutes")]), (there, [line("PMID:2")])), NOW, weigh())
    assert [edge for _, _, edge in edges(selection)] == ["MONDO:0008433"]
    assert float(marks(selection, here)["support"]) == 0
    assert float(marks(selection, there)["support"]) == 0.9


def test_a_literal_is_an_edge_as_well() -> None:
    claim = Claim("arm:x.EGFR", "bsab:valency", integer(2))
    assert edges(select(quads((claim, [line("PMID:1")])), NOW, weigh())) == {("arm:x.EGFR", "bsab:valency", "2")}


@pytest.mark.parametrize(
    ("lines", "best"),
    [
        # Support before strength, reading before level, level before name.
        ([line("PMID:1", "refutes"), line("PMID:2", level="press")], "PMID:2"),
        ([line("PMID:1", reading="record"), line("PMID:2", level="press")], "PMID:2"),
        ([line("PMID:1", level="press"), line("PMID:2")], "PMID:2"),
        ([line("PMID:2"), line("PMID:1")], "PMID:1"),
        ([line("PMID:1", "refutes")], "PMID:1"),
        # Not in the view: not its best source.
        ([line("PMID:1", date="2022"), line("PMID:2", level="press", date="2019")], "PMID:2"),
        ([line("PMID:1", reading="unread"), line("PMID:2", level="press")], "PMID:2"),
    ],
)
def test_the_best_source_is_the_strongest_that_the_view_shows(lines: list[Evidence], best: str) -> None:
    assert marks(of(*lines, view=View("2021-12-31")))["bestSource"] == best


# --- entities of a view


def test_what_exists_only_through_claims_goes_with_them() -> None:
    minted = Entity("ab:x", "bsab:Antibody", "ex"), Entity("pair:EGFR--MET", "bsab:Pair", "EGFR x MET")
    registered = Entity("UniProt:P00533", "bsab:Antigen", "EGFR"), Entity("MONDO:0008433", "bsab:Tumor", "SCLC")
    graph = list(quads((CLAIM, [line("PMID:1", date="2021")]), entities=(*minted, *registered)))
    known = {entity.curie for entity in registered}
    assert shown(select(graph, View("2020-12-31"), weigh())) == known
    assert shown(select(graph, NOW, weigh())) >= known | {entity.curie for entity in minted}


def test_an_event_brings_its_trial_along() -> None:
    event = Entity("event:x.0000", "bsab:StatusEvent", "x: stop", (), (("bsab:inTrial", "NCT:NCT00000001"),))
    trial = Entity("NCT:NCT00000001", "bsab:Trial", "NCT00000001")
    stated = Claim("ab:x", "bsab:hasEvent", event.curie)
    graph = list(quads((stated, [line("PMID:1", date="2021")]), entities=(event, trial)))
    assert {event.curie, trial.curie} <= shown(select(graph, NOW, weigh()))
    assert not {event.curie, trial.curie} & shown(select(graph, View("2020-12-31"), weigh()))


# --- the toy graph and the real one


def compiled(opened: Opened, text: str) -> set[tuple[str, ...]]:
    found = opened.store.query(text, prefixes=PREFIXES)
    assert isinstance(found, ox.QuerySolutions)
    return {tuple(str(term) for term in row) for row in found}


def stated(root: Root) -> Iterator[tuple[tuple[str, str, str], list[tuple[str, str, str]]]]:
    """Subject, predicate and object of each claim with (stance, reading, last day) of its lines, from the files."""
    parts: dict[str, dict[str, str]] = defaultdict(dict)
    for path in sorted(root.triples.glob("claims-*.ttl")):
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            parts[str(quad.subject)][quad.predicate.value.rpartition("/")[2].rpartition("#")[2]] = str(quad.object)
    lines: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for own in parts.values():
        if "evidenceFor" in own:
            day = own.get("dateLatest", "").split('"')[1] if "dateLatest" in own else ""
            stance, reading = (own[name].rpartition("/")[2].rstrip(">") for name in ("stance", "reading"))
            lines[own["evidenceFor"]].append((stance, reading, day))
    for claim, own in parts.items():
        if "subject" in own and "evidenceFor" not in own:
            yield (own["subject"], own["predicate"], own["object"]), lines[claim]


@pytest.fixture(scope="module", params=["toy", "real"])
def tree(request: pytest.FixtureRequest, built_toy: Root, real_root: Root) -> Root:
    return built_toy if request.param == "toy" else real_root


@pytest.mark.parametrize("view", [NOW, WITH_UNREAD, View("2020-12-31"), View("2020-12-31", True)], ids=lambda v: v.name)
def test_a_plain_edge_stands_where_a_claim_of_the_view_supports_it_and_nowhere_else(tree: Root, view: View) -> None:
    opened = open_store(tree, view)
    supported, others = set(), set()
    for triple, lines in stated(tree):
        admitted = {
            stance
            for stance, reading, day in lines
            if (reading != "UnreadState" or view.include_unread) and (not view.as_of or "" < day <= view.as_of)
        }
        (supported if "SupportsStance" in admitted else others).add(triple)
    assert supported
    assert others - supported
    held = compiled(opened, "SELECT ?s ?p ?o { ?s ?p ?o . ?claim rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o }")
    described = {  # what n-ary nodes say of themselves is no plain edge
        (str(quad.subject), str(quad.predicate), str(quad.object))
        for path in tree.triples.glob("entities-*.ttl")
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)
    }
    claimed = {(s, p, o) for s, p, o in held if (s, p, o) not in described}
    assert plain(claimed) <= plain(supported)
    assert plain(supported - described) <= plain(held)


def plain(triples: Iterable[tuple[str, ...]]) -> set[tuple[str, ...]]:
    """Triples with their decimals as numbers: engines write them in more than one way."""

    def value(term: str) -> str:
        return str(float(term.split('"')[1])) if term.endswith("#decimal>") else term

    return {tuple(map(value, triple)) for triple in triples}


def test_a_view_of_a_day_is_part_of_a_view_of_a_later_day(built_toy: Root, toy: Opened, toy_unread: Opened) -> None:
    query = "SELECT ?node { { ?node a bsab:Claim } UNION { ?node a bsab:EvidenceLine } }"
    days = ("2014-12-31", "2017-12-31", "2019-05-31", "2020-12-31", "2022-05-31", "2023-12-31", "2024-12-31")
    held = [compiled(open_store(built_toy, View(day)), query) for day in days]
    for earlier, later in pairwise(held):
        assert earlier < later
    assert held[-1] < compiled(toy, query) < compiled(toy_unread, query), "the undated, then the unread"


def test_unread_claims_are_stored_marked_and_left_out_of_the_default_view(toy: Opened, toy_unread: Opened) -> None:
    query = "SELECT ?line { ?line bsab:reading bsab:UnreadState }"
    assert compiled(toy, query) == set()
    assert len(compiled(toy_unread, query)) > 5
    late = "SELECT ?x { arm:late-comer.MET bsab:binds ?x }"
    assert compiled(toy, late) == set()
    assert compiled(toy_unread, late) == {("<http://purl.uniprot.org/uniprot/P08581>",)}


def test_marks_are_in_the_store(toy: Opened, toy_unread: Opened) -> None:
    for opened in (toy, toy_unread):
        claims = compiled(opened, "SELECT ?claim { ?claim a bsab:Claim }")
        for mark in ("support", "bestSource"):
            assert compiled(opened, f"SELECT DISTINCT ?claim {{ ?claim bsab:{mark} ?x }}") == claims
        both = compiled(opened, "SELECT ?claim { ?yes bsab:evidenceFor ?claim ; bsab:stance bsab:SupportsStance ."
                                " ?no bsab:evidenceFor ?claim ; bsab:stance bsab:RefutesStance }")  # fmt: skip
        assert compiled(opened, "SELECT ?claim { ?claim bsab:contested true }") == both
        assert len(both) >= 6


def test_the_command_shows_the_unread_on_demand(kg: Callable[..., tuple[int, str, str]], built_toy: Root) -> None:
    asked = ("ask", "cover-when-lost", "-p", "antigen=GD2", "--format", "tsv", "--root", built_toy.path)
    code, out, _ = kg(*asked)
    assert (code, len(out.splitlines())) == (0, 1)
    code, out, err = kg(*asked, "--include-unread")
    assert (code, len(out.splitlines())) == (0, 2)
    assert "with unread claims" in err


@pytest.mark.parametrize("day", ["2025", "2024-13", "tomorrow"])
def test_a_view_after_what_the_sources_tell_or_of_no_day_is_wrong_usage(
    kg: Callable[..., tuple[int, str, str]], built_toy: Root, day: str
) -> None:
    code, out, err = kg("stats", "--root", built_toy.path, "--as-of", day)
    assert (code, out) == (2, "")
    assert "--as-of" in err


# --- what a view of a past day must not tell


@pytest.fixture(scope="module")
def past(cache: Path, built_toy: Root) -> Opened:
    """The toy graph as of the end of 2016."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KG_CACHE", str(cache))
        return open_store(built_toy, View("2016-12-31"))


def found(opened: Opened, query: str) -> bool:
    return bool(opened.store.query(query, prefixes=PREFIXES))


def test_a_counter_measure_does_not_bring_along_the_antibody_that_was_put_to_it_since(
    past: Opened, toy: Opened
) -> None:
    counter = "ASK { ?counter a bsab:CounterMeasure ; bsab:counterKind ?kind }"
    antibody = "ASK { { ab:dual-block ?p ?o } UNION { ?s ?p ab:dual-block } }"
    assert found(past, counter) and found(toy, "ASK { ?counter bsab:counterAntibody ab:dual-block }")
    assert found(toy, antibody) and not found(past, antibody)


def test_a_source_that_no_line_of_the_view_names_is_not_in_it(past: Opened, toy: Opened) -> None:
    idle = "ASK { ?source a bsab:Source FILTER NOT EXISTS { ?line bsab:source ?source } }"
    assert not found(past, idle) and not found(toy, idle)
    page = "ASK { <https://example.org/approval> a bsab:Source }"
    assert found(toy, page) and not found(past, page)


def test_a_precedent_of_later_is_not_in_a_view(past: Opened, toy: Opened) -> None:
    idle = "ASK { ?precedent a bsab:Precedent FILTER NOT EXISTS { ?antigen bsab:hasPrecedent ?precedent } }"
    assert found(toy, "ASK { ?precedent a bsab:Precedent }")
    assert not found(past, idle) and not found(toy, idle)
