"""`kg stats --coverage`: how many of how many, held against counts that are made in another way."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from broken import edit, in_memory

from kg.completeness import COLUMNS, completeness
from kg.paths import Root
from kg.query import ask, question, select
from kg.store import Opened
from kg.terms import expand
from kg.view import View

Counts = dict[tuple[str, str], tuple[int, int]]
PAIRS = "pairs against solid tumors"
ANTIBODIES = "antibodies against solid tumors"


def counts_of(opened: Opened) -> Counts:
    answer = completeness(opened)
    assert answer.columns == COLUMNS
    return {(str(row["group"]), str(row["what"])): (row["known"], row["of"]) for row in answer.rows}  # type: ignore[misc]


def test_the_toy_is_counted_by_hand(toy: Opened) -> None:
    counts = counts_of(toy)
    assert counts[ANTIBODIES, "second arm (a pair)"] == (6, 6)
    assert counts[ANTIBODIES, "format"] == (2, 6)
    assert (
        counts["antigens and receptors bound", "location"][0] == counts["antigens and receptors bound", "location"][1]
    )
    assert counts["escape observations", "in patients on a bispecific in a solid tumor"][0] > 0


def test_no_more_is_known_than_there_is(real: Opened) -> None:
    counts = counts_of(real)
    assert all(0 <= known <= of for known, of in counts.values())
    assert len(completeness(real).rows) == len(counts), "no row twice"
    groups = [row["group"] for row in completeness(real).rows]
    assert groups == sorted(groups, key=groups.index), "each group in one piece"


def test_dated_pairs_are_those_of_antibodies_with_a_day_of_an_accepted_kind(real: Opened) -> None:
    accepted = {"first-dose", "first-enrollment", "study-start", "first-posted", "nct-interpolation"}
    rows = select(
        real.store,
        """SELECT ?pair ?scope ?event ?kind ?day WHERE {
          ?antibody bsab:hasPair ?pair ; bsab:scope/skos:notation ?scope .
          OPTIONAL { ?antibody bsab:hasEvent ?e . ?e bsab:eventKind/skos:notation ?event ;
            bsab:dateKind/skos:notation ?kind ; bsab:onLatest ?day } }""",
    ).rows
    solid = [row for row in rows if row["scope"] in ("solid", "both")]
    dated = {row["pair"] for row in solid if row["event"] == "first-in-clinic" and row["kind"] in accepted}
    assert counts_of(real)[PAIRS, "first in the clinic, dated"] == (len(dated), len({row["pair"] for row in solid}))


def test_a_scope_has_as_many_kinds_as_the_ontology_gives_it(real: Opened) -> None:
    kinds: dict[str, set[object]] = {}
    for row in select(
        real.store, "SELECT ?k ?s WHERE { ?k bsab:hasScope ?scope . ?scope a bsab:EscapeScope ; rdfs:label ?s }"
    ).rows:
        kinds.setdefault(str(row["s"]), set()).add(row["k"])
    counts = counts_of(real)
    group = "escape scope: kinds with an observation"
    assert {what: of for (name, what), (_, of) in counts.items() if name == group} == {
        scope: len(found) for scope, found in kinds.items()
    }


def test_what_becomes_known_is_counted(toy_root: Root) -> None:
    before = counts_of(in_memory(toy_root, View()))[ANTIBODIES, "developer"]
    edit(
        toy_root,
        {
            "curated/properties": (
                "",
                "dual-block\tdeveloper\tSomebody\tPMID:1001\ttext\tclinical\tsupports\t2019\tread\t\t\n",
            )
        },
    )
    assert counts_of(in_memory(rebuilt(toy_root), View()))[ANTIBODIES, "developer"] == (before[0] + 1, before[1])


def test_a_broad_format_is_not_shown_beside_a_narrow_one(toy_root: Root) -> None:
    broad = "dual-block\tformat\tigg-like\tPMID:1005\trow 1\tdatabase\tsupports\t2019\trecord\t\t\n"
    alone = "late-comer\tformat\tigg-like\tPMID:1005\trow 2\tdatabase\tsupports\t2019\trecord\t\t\n"
    edit(toy_root, {"curated/properties": ("", broad + alone)})
    opened = in_memory(rebuilt(toy_root), View())
    shown = {(row["antibody"], row["format"]) for row in ask(opened, question("antibodies-by-format"), {}).rows}
    assert ("ab:dual-block", "bsab:DuoBody") in shown
    assert ("ab:dual-block", "bsab:IgGLike") not in shown, "a DuoBody is IgG-like"
    assert ("ab:late-comer", "bsab:IgGLike") in shown, "where nothing narrower is known"
    claimed = select(opened.store, "SELECT ?f WHERE { ab:dual-block bsab:hasFormat ?f }").rows
    assert {expand(str(row["f"])) for row in claimed} == {expand("bsab:DuoBody"), expand("bsab:IgGLike")}, (
        "both claimed"
    )


def rebuilt(root: Root) -> Root:
    from kg.triples import build

    build(root)
    return root


@pytest.mark.parametrize("style", ["table", "tsv", "json"])
def test_the_command_prints_it(kg: Callable[..., tuple[int, str, str]], style: str) -> None:
    code, out, err = kg("stats", "--coverage", "--format", style)
    assert code == 0, err
    assert "For research use" in err
    if style == "json":
        assert set(json.loads(out)[0]) == set(COLUMNS)
    else:
        assert out.splitlines()[0].split() == list(COLUMNS)
