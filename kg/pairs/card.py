"""The card of one pair: what speaks for it and against it, for each intent, with a source or a column at every line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from kg.chains import pair_table
from kg.errors import NotFoundError, UsageError
from kg.lookup import matches
from kg.pairs.families import Family, candidates, classes
from kg.pairs.known import Program, alike, pair_of
from kg.pairs.levels import scaled
from kg.pairs.openness import Openness, openness
from kg.pairs.presence import presence_rows
from kg.pairs.ranking import DETECTED, Pairs, make_board, tumors_with_levels
from kg.pairs.scores import Board
from kg.pairs.weights import Weights
from kg.query import Answer, Record, Value, records
from kg.store import Opened

COLUMNS = ("aspect", "what", "of", "value", "unit", "detail", "source")
_PLACES = 5
_HIGH, _LOW = 0.9, 0.5  # quantiles of a feature, among the pairs detected on the tumor, that speak for and against
_FORMATS = {
    "and-gate": "avidity-driven or split arms of low affinity each (2+2, or halves that meet on the cell), Fc silent",
    "or-coverage": "both arms strong, with a constant third (1+1+1 engager), or two antibodies in turn",
    "dual-blockade": "IgG-like 1+1 or 2+2 that blocks ligand or dimer at both sites; Fc active where killing is wanted",
    "bispecific-adc": "IgG-like 1+1, or 2+2 that clusters both; internalizing epitopes, payload for the rarer antigen",
    "engager": "asymmetric 1+1 or 2+1 with the constant arm monovalent; Fc silent",
    "immune-modulation": "IgG-like 2+2 or 1+1, Fc silent unless depletion is wanted",
}


@dataclass(frozen=True, slots=True)
class IntentScore:
    """Where a pair stands for one intent: rank of so many, score, share of the weights known, features.

    `quantiles` has, for each feature that is known, the share of the pairs on the tumor that have less of it.
    """

    intent: str
    rank: int
    ranked: int
    score: float
    known: float
    features: dict[str, float]
    quantiles: dict[str, float]


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of a pair on a tumor.

    Parameters
    ----------
    first, second
        HGNC symbols, in the order of the family's sides.
    family, tumor, tumor_label, columns
        The family; the tumor's CURIE and label; the expression columns that tell of it.
    intents
        Scores, in the order of the family's intents; empty where an antigen is not detected on the tumor.
    openness
        In this tumor.
    rows
        Records of `COLUMNS`, by aspect.
    """

    first: str
    second: str
    family: Family
    tumor: str
    tumor_label: str
    columns: tuple[str, ...]
    intents: tuple[IntentScore, ...]
    openness: Openness
    rows: tuple[Record, ...]

    def table(self) -> Answer:
        return records(COLUMNS, self.rows)


def explain(opened: Opened, pairs: Pairs, first: str, second: str, weights: Weights, tumor: str = "") -> Card:
    """The card of a pair of antigens, by any of their names, on a tumor (on that where it ranks best, if empty).

    Raises
    ------
    NotFoundError
        An antigen is not in the universe, or no expression column is near the tumor.
    UsageError
        Both are one antigen, or no family holds the two.
    """
    universe = pairs.expression.universe
    one, two = universe.find(first), universe.find(second)
    if one == two:
        raise UsageError("the two names stand for one antigen", f"{first}, {second}", "name two")
    family, one, two = _family_of(pairs, one, two)
    where = tumor or _best_tumor(pairs, family, one, two, weights)
    names = pairs.levels.symbols[one], pairs.levels.symbols[two]
    board = make_board(pairs, family, where, "" if family.symmetric else names[1])
    intents = tuple(_scored(board, family, one, two, weights)) if _on(board, one, two) else ()
    found = openness(pairs.known, pairs.levels, pair_of(*names), where)
    label = next((column.label for column in pairs.levels.tumors if column.id == where), "") or where
    card = Card(
        *names, family, where, label, tuple(pairs.levels.tumors[at].name for at in board.tumor), intents, found, ()
    )
    made = _rows(opened, pairs, board, card, one, two)
    rows = tuple(sorted(made, key=lambda row: int(str(row["aspect"]).partition(" ")[0])))
    return Card(*names, family, where, label, card.columns, intents, found, rows)


def _family_of(pairs: Pairs, one: int, two: int) -> tuple[Family, int, int]:
    from kg.pairs.families import FAMILIES

    sides = {position: classes(pairs.expression.universe.antigens[position]) for position in (one, two)}
    for family in FAMILIES.values():
        for left, right in ((one, two), (two, one)):
            if family.rows in sides[left] and family.columns in sides[right]:
                if family.symmetric and pairs.levels.symbols[left] > pairs.levels.symbols[right]:
                    left, right = right, left
                return family, left, right
    words = "; ".join(f"{pairs.levels.symbols[at]}: {', '.join(sorted(side)) or 'none'}" for at, side in sides.items())
    raise UsageError("no family that is ranked holds both antigens", words, "see data/curated/roles.tsv")


def _best_tumor(pairs: Pairs, family: Family, one: int, two: int, weights: Weights) -> str:
    """Where the pair scores best for the first intent of its family, of the tumors with a column of their own."""
    best = ("", -1.0)
    for tumor in tumors_with_levels(pairs.levels):
        columns = pairs.levels.columns_of(tumor)
        own = Board(
            pairs.levels, pairs.single, pairs.known, np.array([one]), np.array([two]), columns, family.rows == "tumor"
        )
        intent = family.intents[0]
        score = float(own.score(intent, weights[intent])[0][0, 0])
        if _detected(own, one, two, family) and score > best[1]:
            best = (tumor, score)
    if not best[0]:
        raise NotFoundError("no tumor with expression carries both", "kg explain", "name one with --tumor")
    return best[0]


def _detected(board: Board, one: int, two: int, family: Family) -> bool:
    least = scaled(np.array([DETECTED], dtype=np.float32))[0]
    wanted = (one, two) if family.symmetric else (one,)
    return all(board.level[position] >= least for position in wanted)


def _on(board: Board, one: int, two: int) -> bool:
    return one in board.rows and two in board.columns


def _scored(board: Board, family: Family, one: int, two: int, weights: Weights) -> Iterator[IntentScore]:
    row, column = (int(np.flatnonzero(side == at)[0]) for side, at in ((board.rows, one), (board.columns, two)))
    half = 2 if family.symmetric else 1
    for intent in family.intents:
        score, share = board.score(intent, weights[intent])
        known = ~np.isnan(score)
        features: dict[str, float] = {}
        quantiles: dict[str, float] = {}
        for name, values in board.features(intent, weights[intent]):
            value = float(values[row, column])
            features[name] = value
            if not np.isnan(value):
                others = values[known & ~np.isnan(values)]
                quantiles[name] = float((others < value).mean())
        yield IntentScore(
            intent,
            int((score[known] > score[row, column]).sum()) // half + 1,
            int(known.sum()) // half,
            float(score[row, column]),
            float(share[row, column]),
            features,
            quantiles,
        )


def _row(
    aspect: str, what: str, of: str = "", value: Value = None, unit: str = "", detail: str = "", source: str = ""
) -> Record:
    return {
        "aspect": aspect, "what": what, "of": of or None, "value": value, "unit": unit or None,
        "detail": detail or None, "source": source or None,
    }  # fmt: skip


def _rows(opened: Opened, pairs: Pairs, board: Board, card: Card, one: int, two: int) -> Iterator[Record]:
    yield from _ranks(card)
    yield from _base_rate(pairs, card)
    yield from _programs(pairs, card)
    yield from _nearest(pairs, card)
    yield from _places(pairs, one, two, card)
    yield from presence_rows(pairs.expression, one, two, board.tumor, pairs.levels)
    yield from _escapes(opened, card)
    yield from _precedents(pairs, card)
    yield from _formats(card)
    yield from _refutations(pairs, card, one, two)


def _ranks(card: Card) -> Iterator[Record]:
    where = f"{card.tumor_label} ({', '.join(card.columns)})"
    if not card.intents:
        yield _row(
            "1 rank", "not ranked", "", None, "", f"one of the two is below {DETECTED:g} TPM in {where}", "expression"
        )
    for one in card.intents:
        detail = f"score {one.score:.3f}, {one.known:.0%} of the weights known, in {where}"
        yield _row("1 rank", one.intent, "", one.rank, f"of {one.ranked}", detail, "pair-weights.tsv")
    for one in card.intents:
        for aspect, words in (("2 for", "more than"), ("3 against", "more than")):
            for name, value in one.features.items():
                quantile = one.quantiles.get(name)
                if quantile is None:
                    continue
                if (quantile >= _HIGH) if aspect == "2 for" else (quantile < _LOW):
                    detail = f"{words} {int(100 * quantile)}% of the pairs on this tumor"
                    yield _row(aspect, name, one.intent, round(value, 3), "0 to 1", detail, "pair-weights.tsv")
        missing = [name for name, value in one.features.items() if np.isnan(value)]
        if missing:
            yield _row("3 against", "not known", one.intent, None, "", ", ".join(missing), "")


def _base_rate(pairs: Pairs, card: Card) -> Iterator[Record]:
    rows, columns = (set(side.tolist()) for side in candidates(pairs.expression.universe, card.family))
    at = {symbol: position for position, symbol in enumerate(pairs.levels.symbols)}

    def inside(first: str, second: str) -> bool:
        ends = at.get(first, -1), at.get(second, -1)
        return any(left in rows and right in columns for left, right in (ends, ends[::-1]))

    joined = [
        pair
        for pair, programs in pairs.known.by_pair.items()
        if inside(*pair)
        and any(
            one.solid and card.family.notation in {f for a, b, f in one.pairs if (a, b) == pair} for one in programs
        )
    ]
    total = len(rows) * (len(rows) - 1) // 2 if card.family.symmetric else len(rows) * len(columns)
    yield _row(
        "4 base rate",
        "pairs of this family that an antibody joins",
        "",
        len(joined),
        f"of {total}",
        f"{len(joined) / total:.2e}",
        "view",
    )
    best = Counter(_furthest(pairs.known.by_pair[pair]) for pair in joined)
    words = ", ".join(f"{count} {name}" for name, count in sorted(best.items(), key=lambda each: (-each[1], each[0])))
    yield _row("4 base rate", "the furthest that these got", "", None, "", words, "view")


def _furthest(programs: Sequence[Program]) -> str:
    best = max(programs, key=lambda one: (one.rank, one.label))
    if all(one.stopped for one in programs):
        return "stopped"
    return best.phase or "no phase known"


def _programs(pairs: Pairs, card: Card) -> Iterator[Record]:
    yield _row("5 openness", card.openness.value, card.tumor_label, None, "", card.openness.why, "view")
    everywhere = openness(pairs.known, pairs.levels, pair_of(card.first, card.second))
    yield _row("5 openness", everywhere.value, "any tumor", None, "", everywhere.why, "view")
    for one in card.openness.programs:
        fate = f"stopped ({one.stopped})" if one.stopped else "goes on, as far as known"
        epitopes = ", ".join(
            sorted({place for antigen, _, place in one.arms if place and antigen in (card.first, card.second)})
        )
        detail = "; ".join(
            part
            for part in (
                fate,
                f"first in the clinic {one.first_in_clinic[0]}" if one.first_in_clinic[0] else "",
                epitopes,
            )
            if part
        )
        yield _row("5 openness", "program", one.label, one.phase or "phase not known", "", detail, one.antibody)
    for row in pairs.known.disclosures.get(pair_of(card.first, card.second), ()):
        yield _row(
            "5 openness",
            "trace",
            str(row["agent"] or ""),
            str(row["modality"]),
            "",
            f"{row['kind']}, {row['from']}",
            str(row["source"] or ""),
        )


def _nearest(pairs: Pairs, card: Card) -> Iterator[Record]:
    own = pair_of(card.first, card.second)
    near: list[tuple[int, int, str, str, Program]] = []
    for pair, programs in pairs.known.by_pair.items():
        common = set(pair) & set(own)
        solid = [
            one
            for one in programs
            if one.solid and card.family.notation in {f for a, b, f in one.pairs if (a, b) == pair}
        ]
        if pair != own and common and solid:
            best = max(solid, key=lambda one: (one.rank, one.label))
            near.append((-best.rank, -len(solid), " x ".join(pair), min(common), best))
    for _, count, label, shared, best in sorted(near, key=lambda each: each[:4])[:_PLACES]:
        yield _row(
            "6 nearest known pair",
            label,
            shared,
            -count,
            "antibodies",
            f"{best.label}, {best.phase or 'phase not known'}",
            best.antibody,
        )
    if not near:
        yield _row("6 nearest known pair", "none", "", 0, "", "no antibody of this family binds either antigen", "view")


def _places(pairs: Pairs, one: int, two: int, card: Card) -> Iterator[Record]:
    levels = pairs.levels
    for what, values in (
        ("carries both", np.minimum(levels.normal[one], levels.normal[two])),
        (f"carries {card.first}", levels.normal[one]),
        (f"carries {card.second}", levels.normal[two]),
    ):
        order = np.argsort(-np.nan_to_num(values, nan=-1), kind="stable")[:_PLACES]
        for place in order:
            if not np.isnan(values[place]):
                column = levels.vital[place]
                tpm = float(np.expm1(values[place] * np.log(1001.0)))
                unit = "TPM" if column.source.startswith("gtex") else "nTPM"
                detail = "the lower of the two" if what == "carries both" else ""
                yield _row("7 vital tissue", what, column.label, round(tpm, 1), unit, detail, f"src:{column.source}")
    for position, name in ((one, card.first), (two, card.second)):
        if not np.isnan(levels.staining[position]):
            yield _row(
                "7 vital tissue",
                "highest reliable staining",
                name,
                round(float(levels.staining[position]) * 3),
                "0 to 3",
                "",
                "src:hpa-tissue",
            )


def _escapes(opened: Opened, card: Card) -> Iterator[Record]:
    if card.family.rows != "tumor" or not card.family.symmetric:
        return
    if not all(matches(opened.store, name, ("antigen",)) for name in (card.first, card.second)):
        yield _row(
            "8 escape",
            "not known",
            "",
            None,
            "",
            "one of the two is no antigen of the graph: nothing is documented",
            "view",
        )
        return
    for row in pair_table(opened, card.first, card.second).rows:
        if row["escape"] is None:
            yield _row("8 escape", "none documented", str(row["of"]), None, "", str(row["reason"]), "view")
            continue
        detail = f"if it kills: {row['if_killing']}; if it blocks: {row['if_blocking']}: {row['reason']}"
        seen = f" ({row['tumor']})" if row["tumor"] else ""
        yield _row(
            "8 escape",
            f"{row['escape']}{seen}",
            str(row["of"]),
            str(row["scope"]),
            "",
            detail,
            str(row["claims"] or ""),
        )


def _precedents(pairs: Pairs, card: Card) -> Iterator[Record]:
    for antigen in (card.first, card.second):
        programs = [one for one in pairs.known.by_antigen.get(antigen, ()) if one.solid]
        if programs:
            best = max(programs, key=lambda one: (one.rank, one.label))
            stopped = sum(bool(one.stopped) for one in programs)
            detail = f"furthest: {best.label}, {best.phase or 'phase not known'}; {stopped} ended"
            yield _row(
                "9 precedent", "multispecific antibodies", antigen, len(programs), "antibodies", detail, best.antibody
            )
        for row in pairs.known.precedents.get(antigen, ()):
            told = [
                str(row["phase"] or ""),
                str(row["outcome"]),
                f"toxicity: {row['toxicity']}" if row["toxicity"] else "",
            ]
            yield _row(
                "9 precedent",
                str(row["agent_class"]),
                antigen,
                str(row["agent"] or "not named"),
                "",
                "; ".join(filter(None, told)),
                str(row["claim"]),
            )
        if antigen in pairs.known.uptake:
            yield _row("9 precedent", "internalization", antigen, None, "", "sourced", pairs.known.uptake[antigen])
    both = f"{card.first}, {card.second}"
    if pair_of(card.first, card.second) in pairs.known.paralogs:
        yield _row("3 against", "paralogs", both, None, "", "one arm may bind both", "view")
    elif alike(card.first, card.second):
        yield _row(
            "3 against", "one gene family by name", both, None, "", "an arm against one may bind the other", "HGNC"
        )
    yield from _toxicities(pairs, card)


def _toxicities(pairs: Pairs, card: Card) -> Iterator[Record]:
    """Of each antigen: the harm that its antibodies did, by how many of them, and which."""
    for antigen in (card.first, card.second):
        harmed: dict[str, list[tuple[str, str]]] = {}
        for program in pairs.known.by_antigen.get(antigen, ()):
            for row in pairs.known.toxicities.get(program.antibody, ()):
                harmed.setdefault(str(row["toxicity"]), []).append((program.label, str(row["claim"])))
        for harm, seen in sorted(harmed.items(), key=lambda each: (-len(each[1]), each[0])):
            names = ", ".join(label for label, _ in seen[:_PLACES])
            yield _row("9 toxicity", harm, antigen, len(seen), "antibodies", names, seen[0][1])


def _formats(card: Card) -> Iterator[Record]:
    if card.intents:
        best = max(card.intents, key=lambda one: -one.rank)
        yield _row(
            "10 fitting format", best.intent, "", None, "", _FORMATS[best.intent], "judgment, DESIGN of the intents"
        )
    for row in card.openness.programs[:_PLACES]:
        roles = ", ".join(f"{antigen} {role}" for antigen, role, _ in row.arms)
        yield _row("10 fitting format", "as built", row.label, None, "", roles, row.antibody)


def _refutations(pairs: Pairs, card: Card, one: int, two: int) -> Iterator[Record]:
    aspect = "11 would refute it"
    yield _row(
        aspect,
        "single cells that carry one and not the other",
        card.tumor_label,
        None,
        "",
        "for a gate or an ADC; bulk figures cannot tell",
        "",
    )
    for position, name in ((one, card.first), (two, card.second)):
        votes = round(float(pairs.levels.surface[position]) * 6)
        yield _row(
            aspect, "the protein is not on the surface", name, votes, "of 6 resources say it is", "", "universe.tsv"
        )
        agreement = float(pairs.levels.agreement[position])
        if not np.isnan(agreement):
            yield _row(
                aspect,
                "RNA does not tell of the protein",
                name,
                round(agreement, 2),
                "r",
                "",
                "src:oncoref-cptac, src:oncoref-hpa",
            )
    ended = [one for one in card.openness.programs if one.stopped in ("efficacy", "safety")]
    yield _row(
        aspect,
        "a program of the pair ended for efficacy or safety",
        "",
        len(ended),
        "so far",
        ", ".join(one.label for one in ended),
        "view",
    )
