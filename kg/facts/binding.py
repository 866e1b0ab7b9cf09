"""Arms and what they bind, and the antigen pairs that follow from the arms of one antibody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from kg.facts.names import Names
from kg.model import READINGS, Claim, Entity, Evidence, Facts, Lit, integer
from kg.tables import Row

# Roles that bind for effect: only these make a pair (albumin, masks and half-life arms do not).
PAIR_ROLES = frozenset(
    {
        "tumor-binding",
        "trigger",
        "costimulation",
        "checkpoint",
        "ligand-blocking",
        "trap",
        "cytokine",
        "death-receptor",
        "payload-capture",
        "other-role",
    }
)
_IMMUNE = frozenset({"checkpoint", "costimulation", "trigger"})
_SOLUBLE = frozenset({"ligand-blocking", "trap", "cytokine"})
_INNATE_CHECKPOINTS = frozenset({"CD47", "SIRPA"})
_WITH_TUMOR = {
    "trigger": "tumor-antigen-x-trigger",
    "costimulation": "tumor-antigen-x-costimulation",
    "cytokine": "tumor-antigen-x-cytokine-or-trap",
    "trap": "tumor-antigen-x-cytokine-or-trap",
    "death-receptor": "tumor-antigen-x-death-receptor",
    "payload-capture": "tumor-antigen-x-payload",
}


@dataclass(slots=True)
class Arm:
    """An arm as gathered from all rows that name it."""

    curie: str
    antigens: dict[str, str] = field(default_factory=dict)  # key -> role
    evidence: dict[str, list[Evidence]] = field(default_factory=lambda: defaultdict(list))  # key -> lines
    where: dict[str, str] = field(default_factory=dict)


def read_arms(rows: Sequence[Row], facts: Facts, names: Names) -> None:
    """Add arms, what they bind, and the pairs of each antibody."""
    arms: dict[str, dict[str, Arm]] = defaultdict(dict)
    for row in rows:
        antibody = names.antibody(row["antibody"], row.where)
        curie = f"arm:{row['antibody']}.{row['arm']}"
        arm = arms[antibody].setdefault(row["arm"], Arm(curie))
        label = f"{facts.entities[antibody].label if antibody in facts.entities else row['antibody']}, arm {row['arm']}"
        facts.add_entity(Entity(curie, "bsab:Arm", label, (), (), row.where))

        def claim(predicate: str, node: str | Lit, *columns: str, row: Row = row, curie: str = curie) -> None:
            facts.add(Claim(curie, predicate, node), [names.evidence(row, columns)], row.where)

        facts.add(Claim(antibody, "bsab:hasArm", curie), [names.evidence(row, ("antigen", "arm"))], row.where)
        claim("bsab:hasRole", names.term("ArmRole", row["role"]), "role")
        if row["valency"] and row["role"] != "mask":  # a mask binds nothing; tables count how many there are
            claim("bsab:valency", integer(row["valency"]), "valency")
        if row["moiety"]:
            claim("bsab:hasMoiety", names.term("Moiety", row["moiety"]), "moiety")
        if row["epitope"]:
            claim("bsab:bindsEpitope", names.epitope(row["epitope"], row.where), "epitope")
            if row["epitope"] and not row["epitope"].startswith(row["antigen"] + "/"):
                names.complain(
                    row.where,
                    f"epitope {row['epitope']!r} is not on antigen {row['antigen']!r}",
                    "epitopes are written SYMBOL/name",
                )
        if row["exclusive_with"]:
            claim("bsab:exclusiveWith", names.antigen(row["exclusive_with"], row.where), "exclusive_with")
        if row["antigen"]:
            antigen = names.antigen(row["antigen"], row.where)
            claim("bsab:binds", antigen, "antigen")
            if row["role"] in PAIR_ROLES:
                # Where sources differ on the role, one of them must name the family of the pair: always the same one.
                arm.antigens[row["antigen"]] = min(row["role"], arm.antigens.get(row["antigen"], row["role"]))
                arm.evidence[row["antigen"]].append(names.evidence(row, ("antigen",)))
                arm.where.setdefault(row["antigen"], row.where)
        elif row["role"] not in ("mask", "half-life"):
            names.complain(row.where, "an arm without an antigen", "only a mask and fused albumin have none")
    for antibody, own in sorted(arms.items()):
        _add_pairs(antibody, own.values(), facts, names)


def _add_pairs(antibody: str, arms: Iterable[Arm], facts: Facts, names: Names) -> None:
    # Sorted, since the order of rows is no fact, and the locators of two arms are joined in this order.
    ends = sorted(
        ((arm, key, role) for arm in arms for key, role in arm.antigens.items()), key=lambda end: (end[1], end[0].curie)
    )
    for (arm_a, key_a, role_a), (arm_b, key_b, role_b) in combinations(ends, 2):
        if key_a not in names.antigens or key_b not in names.antigens:
            continue  # already a complaint
        if key_a == key_b and arm_a is arm_b:
            continue
        lines = list(shared_evidence(arm_a.evidence[key_a], arm_b.evidence[key_b]))
        if not lines:
            continue
        curie = pair_curie(key_a, key_b)
        where = arm_b.where[key_b]
        first, second = sorted((key_a, key_b))
        labels = [facts.entities[names.antigens[key]].label for key in (first, second)]
        members = tuple(("bsab:hasMember", names.antigens[key]) for key in dict.fromkeys((first, second)))
        facts.add_entity(Entity(curie, "bsab:Pair", " x ".join(labels), (f"{first} x {second}",), members, where))
        facts.add(Claim(antibody, "bsab:hasPair", curie), lines, where)
        family = names.term("PairFamily", pair_family((key_a, role_a), (key_b, role_b)))
        facts.add(Claim(curie, "bsab:family", family), lines, where)


def pair_curie(a: str, b: str) -> str:
    """The CURIE of an unordered pair of antigens."""
    first, second = sorted((a, b))
    return f"pair:{first.replace(':', '.')}--{second.replace(':', '.')}"


def shared_evidence(a: Sequence[Evidence], b: Sequence[Evidence]) -> Iterable[Evidence]:
    """A line for each source that supports both arms: the weaker reading, the later date.

    A pair is only as well read as its weaker arm, and known only when both arms are.
    """
    for line in a:
        for other in b:
            if (line.source, line.stance) != (other.source, other.stance):
                continue
            reading = max(line.reading, other.reading, key=READINGS.index)
            dates = [date for date in (line.date, other.date) if date]
            date = max(dates, key=lambda day: day.latest) if len(dates) == 2 else None
            locator = line.locator if line.locator == other.locator else f"{line.locator}; {other.locator}"
            yield Evidence(
                line.source, locator, line.level, line.stance, reading, date, "derived: the source names both arms"
            )


def pair_family(a: tuple[str, str], b: tuple[str, str]) -> str:
    """The family of a pair of (antigen, role) ends; the order of the ends does not count.

    Examples
    --------
    >>> pair_family(("DLL3", "tumor-binding"), ("CD3E", "trigger"))
    'tumor-antigen-x-trigger'
    >>> pair_family(("ERBB2", "tumor-binding"), ("ERBB2", "tumor-binding"))
    'biparatopic'
    """
    if a[0] == b[0]:
        return "biparatopic"
    for (_, role), (antigen, other) in ((a, b), (b, a)):
        if role != "tumor-binding":
            continue
        if other == "tumor-binding":
            return "tumor-antigen-x-tumor-antigen"
        if other == "checkpoint":
            innate = antigen in _INNATE_CHECKPOINTS
            return "tumor-antigen-x-innate-checkpoint" if innate else "tumor-antigen-x-immune-checkpoint"
        return _WITH_TUMOR.get(other, "other-family")
    roles = {a[1], b[1]}
    if roles <= _IMMUNE:
        return "immune-x-immune"
    if roles <= _SOLUBLE:
        return "soluble-x-soluble-or-stroma"
    return "immune-x-soluble" if roles <= _IMMUNE | _SOLUBLE else "other-family"
