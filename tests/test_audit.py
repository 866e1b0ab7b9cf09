"""The blind audit: what is drawn, that decoys are claimed by nobody, and that the page is what the table says."""

from __future__ import annotations

from collections import Counter

import audit
import pytest

from kg.query import select
from kg.store import Opened


@pytest.fixture(scope="module")
def claims(real: Opened, real_unread: Opened) -> audit.Claims:
    return audit.claims_of(real, real_unread)


def test_half_of_the_sample_are_claims_and_the_same_seed_draws_the_same(claims: audit.Claims) -> None:
    drawn = list(audit.sample(claims, 40, 7))
    assert Counter(bool(one.changed) for one in drawn) == {False: 40, True: 40}
    assert len({one.claim for one in drawn}) == 80, "no claim twice"
    assert drawn == list(audit.sample(claims, 40, 7)) != list(audit.sample(claims, 40, 8))


def test_only_read_claims_are_drawn(claims: audit.Claims, real: Opened) -> None:
    read = {
        str(row["claim"])
        for row in select(
            real.store,
            "SELECT DISTINCT ?claim WHERE { ?line bsab:reading bsab:ReadState ; bsab:stance bsab:SupportsStance ; "
            "bsab:evidenceFor ?claim }",
        ).rows
    }
    assert {one.claim for one in audit.sample(claims, 40, 7)} <= read


def test_a_decoy_differs_from_its_claim_and_nobody_claims_it(claims: audit.Claims) -> None:
    by_claim = {row["claim"]: row for row in claims.read}
    decoys = [one for one in audit.sample(claims, 60, 11) if one.changed]
    assert {one.changed for one in decoys} >= {"object", "tumor", "value"}
    for one in decoys:
        row = by_claim[one.claim]
        assert one.statement != audit.sentence(claims.opened, row, row["object"])
        if one.changed == "object":
            claimed = claims.claimed[row["subject"], row["predicate"]]
            said = {audit.sentence(claims.opened, row, other) for other in claimed}
            assert one.statement not in said


def test_the_page_counts_what_the_table_holds() -> None:
    rows = audit.read_table(audit.TABLE)
    assert Counter(row["truth"] for row in rows) == {"claim": 150, "decoy": 150}
    assert {row["verdict"] for row in rows} <= set(audit.VERDICTS)
    words = (audit.FOLDER / "audit-method.md").read_text(encoding="utf-8")
    assert audit.PAGE.read_text(encoding="utf-8") == audit.page(rows, words)
    wrong = [row for row in rows if row["verdict"] != {"claim": "supported", "decoy": "not supported"}[row["truth"]]]
    assert all(row["outcome"] for row in wrong), "what became of it stands beside"


def test_the_words_count_the_decoys_as_the_table_does() -> None:
    decoys = [row for row in audit.read_table(audit.TABLE) if row["truth"] == "decoy"]
    true = sum(row["outcome"].startswith("true after all") for row in decoys)
    unfair = sum(row["outcome"].startswith(audit.UNFAIR) for row in decoys) - true
    number = {2: "two", 3: "three"}
    words = (audit.FOLDER / "audit-method.md").read_text(encoding="utf-8").replace("\n", " ")
    assert f"{number[true]} are true after all, {number[unfair]} are no fair decoys" in words
