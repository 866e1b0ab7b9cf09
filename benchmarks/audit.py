"""Draw the sample of the blind audit, hand it to auditors without its sources, and count what they said.

python benchmarks/audit.py sample --seed 20261127 -o FOLDER   key.tsv (kept from the auditors) and items.tsv (for them)
python benchmarks/audit.py write FOLDER/key.tsv VERDICTS ...   docs/audit.tsv; `outcome` is then filled in by hand,
                                                               and docs/generate.py writes docs/audit.md

Half of the items are read claims of the default view, drawn at random; the other half are decoys: other such claims
in which one thing was changed for another that the graph holds elsewhere (partner, tumor, phase, date, value), so
that it looks right, is not claimed here by anybody, read or unread, and is wrong in fact as far as the graph can tell:
a changed tumor is no relative of any that the antibody was tested in, a changed phase is beyond the furthest that it
reached. Claims of which a subject has many true ones (toxicities, escapes, what an antigen stands on) make no decoys:
that nobody claims another one says nothing.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from kg.describe import told
from kg.evidence import shown
from kg.lookup import label_of
from kg.output import write_file
from kg.paths import find_root
from kg.query import select
from kg.store import Opened, open_store
from kg.terms import expand
from kg.view import View

FOLDER = Path(__file__).resolve().parent.parent / "docs"
TABLE = FOLDER / "audit.tsv"
PAGE = FOLDER / "audit.md"
VERDICTS = ("supported", "not supported", "cannot tell")
COLUMNS = ("item", "truth", "changed", "claim", "statement", "auditor", "verdict", "reason", "outcome")
# How the outcome of a decoy begins that is true after all, or was never wrong.
UNFAIR = ("true after all", "true in a way", "no fair decoy")
# What follows from another claim of the same row (an arm and its role), or says nothing of the world (families; what
# a paper states, and what we hold to bear on it).
LEFT_OUT = (
    *("hasArm", "hasRole", "family", "performs"),
    *("states", "supportsStatement", "refinesStatement", "contradictsStatement"),
)

# A report says how things stood on its day: another day does not make it wrong. These days can be wrong.
DATED = (
    "bsab:DecisionDate",
    "bsab:StudyStartDate",
    "bsab:FirstDoseDate",
    "bsab:FirstPostedDate",
    "bsab:FirstEnrollmentDate",
)

# Of these a subject has many: another one is often true, and only not in the graph.
MANY = (
    *("hasToxicity", "reportedToxicity", "reportedEfficacy", "expressedOn", "expressedByCell", "escapedThrough"),
    *("counteredBy", "hasPrecedent", "internalization", "solubleForm", "shedBy", "hasParalog", "actsThrough"),
    "effectorFunction",
)
LEAP = 2  # ranks between phases that nobody takes for one another: a phase 1/2 trial is a phase 1 trial, too
_WIDE = 0.2  # share of all tumors that are kinds of one, from which on sharing that one makes no relatives

_CLAIMS = """
SELECT DISTINCT ?claim ?subject ?predicate ?object WHERE {
  ?line bsab:stance bsab:SupportsStance ; bsab:evidenceFor ?claim %s .
  ?claim rdf:subject ?subject ; rdf:predicate ?predicate ; rdf:object ?object
} ORDER BY ?claim
"""
_READ = "; bsab:reading bsab:ReadState"


class Drawn(NamedTuple):
    """A claim of the sample: its parts as CURIEs or texts, what was changed in it, and its sentence."""

    claim: str
    changed: str
    statement: str


class Claims(NamedTuple):
    """The read claims that can be drawn, and what anybody claims."""

    opened: Opened
    read: list[dict[str, str]]
    claimed: dict[tuple[str, str], set[str]]  # subject, predicate -> objects, read or not
    objects: dict[str, list[str]]  # predicate -> objects of read claims
    above: dict[str, set[str]]  # tumor, cell or term -> what it is a kind of
    wide: set[str]  # tumors that a fifth of all others are kinds of
    tumors: dict[str, set[str]]  # antibody -> tumors that anybody says it was tested in
    ranks: dict[str, int]  # phase -> its rank
    furthest: dict[str, int]  # antibody or trial -> rank of the furthest phase that anybody tells of it


def claims_of(opened: Opened, everything: Opened) -> Claims:
    read = [
        {name: str(value) for name, value in row.items()}
        for row in select(opened.store, _CLAIMS % _READ).rows
        if str(row["predicate"]).partition(":")[2] not in LEFT_OUT
    ]
    claimed: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in select(everything.store, _CLAIMS % "").rows:
        claimed[str(row["subject"]), str(row["predicate"])].add(str(row["object"]))
    objects: dict[str, set[str]] = defaultdict(set)
    for row in read:
        objects[row["predicate"]].add(row["object"])
    above: dict[str, set[str]] = defaultdict(set)
    for row in select(
        opened.store,
        """SELECT DISTINCT ?a ?b WHERE {
          { GRAPH graph:mondo { ?a rdfs:subClassOf+ ?b } } UNION { GRAPH graph:cl { ?a rdfs:subClassOf+ ?b } }
          UNION { ?a rdfs:subClassOf+ ?b } UNION { ?a skos:broader+ ?b } FILTER(isIRI(?b)) }""",
    ).rows:
        above[str(row["a"])].add(str(row["b"]))
    named = {name: sorted(found) for name, found in objects.items()}
    ranks = {
        str(row["o"]): int(str(row["r"])) for row in select(opened.store, "SELECT ?o ?r WHERE { ?o bsab:rank ?r }").rows
    }
    count = Counter(wider for below, wider_ones in above.items() if below.startswith("MONDO:") for wider in wider_ones)
    most = _WIDE * sum(one.startswith("MONDO:") for one in above)
    wide = {one for one in count if count[one] >= most}
    return Claims(opened, read, claimed, named, above, wide, *_reached(everything, claimed, ranks))


def _reached(
    everything: Opened, claimed: dict[tuple[str, str], set[str]], ranks: dict[str, int]
) -> tuple[dict[str, set[str]], dict[str, int], dict[str, int]]:
    tumors: dict[str, set[str]] = defaultdict(set)
    furthest: dict[str, int] = defaultdict(int)
    for (subject, predicate), values in claimed.items():
        if predicate == "bsab:testedIn":
            tumors[subject] |= values
        if predicate == "bsab:phase":
            furthest[subject] = max(furthest[subject], *(ranks.get(one, 0) for one in values))
    asked = """SELECT ?antibody ?tumor ?phase WHERE {
      ?antibody bsab:hasEvent|bsab:hasResult|bsab:testedInTrial ?node
      OPTIONAL { ?node bsab:eventTumor|bsab:observedIn ?tumor } OPTIONAL { ?node bsab:phase ?phase } }"""
    for row in select(everything.store, asked).rows:
        antibody = str(row["antibody"])
        if row["tumor"]:
            tumors[antibody].add(str(row["tumor"]))
        furthest[antibody] = max(furthest[antibody], ranks.get(str(row["phase"]), 0))
    return dict(tumors), ranks, dict(furthest)


def sample(claims: Claims, size: int, seed: int) -> Iterator[Drawn]:
    """`size` claims as they are and as many decoys, no claim twice; the same for the same seed and data."""
    chance = random.Random(seed)
    drawn = chance.sample(claims.read, len(claims.read))
    for row in drawn[:size]:
        yield Drawn(row["claim"], "", sentence(claims.opened, row, row["object"]))
    found = 0
    for row in drawn[size:]:
        if found == size:
            return
        decoy = None if row["predicate"].partition(":")[2] in MANY else _decoy(claims, row, chance)
        if decoy:
            found += 1
            yield decoy


def sentence(opened: Opened, row: dict[str, str], value: str) -> str:
    """Subject, predicate and object in words, with what the claim is narrowed to."""
    store = opened.store
    if row["subject"].startswith("disclosure:"):
        return _joined(opened, row, value)
    predicate = label_of(store, ox.NamedNode(expand(row["predicate"]))) or row["predicate"]
    return f"{_subject(opened, row['subject'])}: {predicate}: {_value(opened, value)}{_narrowed(opened, row['claim'])}"


def _joined(opened: Opened, row: dict[str, str], value: str) -> str:
    """A trace by the partner of what is judged: its label names both, and would tell."""
    label = label_of(opened.store, ox.NamedNode(expand(row["subject"]))) or ""
    asked = f"SELECT ?o WHERE {{ <{expand(row['subject'])}> bsab:joins ?o FILTER(?o != <{expand(row['object'])}>) }}"
    (partner,) = select(opened.store, asked).rows
    return f"{_value(opened, str(partner['o']))} ({label.partition(': ')[2]}): joined with: {_value(opened, value)}"


def _subject(opened: Opened, curie: str) -> str:
    """An arm goes under its antibody; an escape observation under what was seen."""
    store, node = opened.store, ox.NamedNode(expand(curie))
    if curie.startswith("arm:"):
        rows = select(
            store, f"SELECT ?antibody WHERE {{ ?owner bsab:hasArm <{node.value}> ; rdfs:label ?antibody }}"
        ).rows
        return f"arm of {rows[0]['antibody'] if rows else curie.removeprefix('arm:').rpartition('.')[0]}"
    if curie.startswith("escape:"):
        (row,) = select(store, f"SELECT ?told WHERE {{ <{node.value}> bsab:summary ?told }}").rows
        return f"escape seen thus: {row['told']}"
    return label_of(store, node) or curie


def _value(opened: Opened, value: str) -> str:
    try:
        node = ox.NamedNode(expand(value))
    except ValueError:
        return value
    if not value.startswith("result:"):
        return told(opened.store, node)
    rows = select(opened.store, f"SELECT ?tumor WHERE {{ <{node.value}> bsab:observedIn/rdfs:label ?tumor }}").rows
    return "; in ".join([told(opened.store, node), *sorted(str(row["tumor"]) for row in rows)])


def _narrowed(opened: Opened, claim: str) -> str:
    rows = select(
        opened.store,
        f"SELECT ?what WHERE {{ <{expand(claim)}> ?p ?what "
        "FILTER(?p IN (bsab:inTumor, bsab:byCell, bsab:ofAntibody, bsab:atEpitope, bsab:inTrial)) } ORDER BY ?p ?what",
    ).rows
    found = [shown(opened.store, ox.NamedNode(expand(str(row["what"])))) for row in rows]
    return f" [{', '.join(found)}]" if found else ""


def _decoy(claims: Claims, row: dict[str, str], chance: random.Random) -> Drawn | None:
    """The claim with another object that nobody claims of this subject, or with a changed figure; or none."""
    if row["object"].startswith(("event:", "result:")):
        return _changed_node(claims, row, chance)
    own = claims.claimed[row["subject"], row["predicate"]]
    near = own | {wider for one in own for wider in claims.above[one]}
    others = [
        other
        for other in claims.objects[row["predicate"]]
        if other not in near and not claims.above[other] & own and _comparable(row["object"], other)
    ]
    if row["predicate"] == "bsab:testedIn":
        others = [other for other in others if not _relatives(claims, row["subject"], other)]
    if row["predicate"] == "bsab:phase":
        others = [other for other in others if _leap(claims, row["subject"], other)]
    if not others:
        return None
    other = chance.choice(others)
    return Drawn(row["claim"], "object", sentence(claims.opened, row, other))


def _relatives(claims: Claims, antibody: str, tumor: str) -> bool:
    """Whether a tumor shares an ancestor that is not wide with one that the antibody was tested in, or is unknown."""
    own = claims.tumors.get(antibody, set())
    lines = [{one, *claims.above[one]} for one in (tumor, *own)]
    narrow = [line - claims.wide for line in lines]
    # Who was tested in something wide (solid tumors, carcinomas) was tested in anything.
    wide = any(one not in line for one, line in zip(own, narrow[1:], strict=True))
    return not own or wide or any(narrow[0] & line for line in narrow[1:])


def _leap(claims: Claims, subject: str, phase: str) -> bool:
    """Whether a phase is well beyond the furthest that the antibody or trial reached."""
    return phase != "bsab:FiledPhase" and claims.ranks.get(phase, 0) >= claims.furthest.get(subject, 0) + LEAP


def _comparable(one: str, other: str) -> bool:
    """A pair is changed for a pair that shares a member: a wrong partner looks more right than a wrong pair.

    What is not disclosed, or other than the rest, is no right-looking value.
    """
    if re.search("Undisclosed|Other|MultispecificFormat", other):
        return False
    if not one.startswith("pair:"):
        return True
    members = [set(pair.removeprefix("pair:").split("--")) for pair in (one, other)]
    return bool(members[0] & members[1])


def _changed_node(claims: Claims, row: dict[str, str], chance: random.Random) -> Drawn | None:
    """An event or a result with one thing changed: its date, its phase, its tumor, or its value."""
    store, node = claims.opened.store, expand(row["object"])
    cells = {str(cell["p"]): str(cell["o"]) for cell in select(store, f"SELECT ?p ?o WHERE {{ <{node}> ?p ?o }}").rows}
    before = _value(claims.opened, row["object"])
    changes: list[tuple[str, str, str]] = []
    day = cells.get("bsab:onLatest", "")
    if day and cells.get("bsab:onEarliest") == day and cells.get("bsab:dateKind") in DATED:
        changes.append(("date", day, _moved(day, chance)))
    traced = cells.get("bsab:eventKind") == "bsab:FirstPublicTraceEventKind"  # its phase says nothing
    for name, change in (("bsab:phase", "phase"), ("bsab:eventTumor", "tumor"), ("bsab:observedIn", "tumor")):
        if name in cells and not (traced and change == "phase"):
            old = _value(claims.opened, cells[name]) if change == "tumor" else _notation(store, cells[name])
            others = _others(claims, name, cells[name], row["subject"], change)
            if old in before and others:
                changes.append((change, old, chance.choice(others)))
    if "bsab:value" in cells and cells.get("bsab:unit") in ("percent", "months"):
        changes.append(("value", *_other_value(cells, chance)))
    changes = [(what, old, new) for what, old, new in changes if before.count(old) == 1 and new.strip()]
    if not changes:
        return None
    what, old, new = chance.choice(changes)
    text = sentence(claims.opened, row, row["object"])
    return Drawn(row["claim"], what, text.replace(before, before.replace(old, new)))


def _moved(day: str, chance: random.Random) -> str:
    """A day two to four years away, before or after, never after the last that the graph knows of."""
    whole = date.fromisoformat(day)
    years = chance.choice([-4, -3, -2, 2, 3, 4])
    if whole.year + years > 2026:
        years = -abs(years)
    return whole.replace(year=whole.year + years, day=min(whole.day, 28)).isoformat()


def _notation(store: ox.Store, curie: str) -> str:
    rows = select(store, f"SELECT ?n WHERE {{ <{expand(curie)}> skos:notation ?n }}").rows
    return str(rows[0]["n"]) if rows else curie


def _others(claims: Claims, name: str, own: str, antibody: str, change: str) -> list[str]:
    """What else may stand there, and is wrong as far as the graph can tell."""
    store = claims.opened.store
    rows = select(store, f"SELECT DISTINCT ?o WHERE {{ ?node {name} ?o FILTER(isIRI(?o)) }} ORDER BY ?o").rows
    found = [str(row["o"]) for row in rows if str(row["o"]) != own]
    if change == "phase":
        return [_notation(store, one) for one in found if _leap(claims, antibody, one)]
    return [label_of(store, ox.NamedNode(expand(one))) or one for one in found if not _relatives(claims, antibody, one)]


def _other_value(cells: dict[str, str], chance: random.Random) -> tuple[str, str]:
    """Value and interval as they are told, and the same at least two fifths away; percentages stay below 100."""
    told_first = [cells[name] for name in ("bsab:value", "bsab:ciLow", "bsab:ciHigh") if name in cells]
    most = max(float(one) for one in told_first)
    factors = [f for f in (0.4, 0.5, 0.6, 1.4, 1.6, 1.8) if cells["bsab:unit"] != "percent" or most * f <= 100]
    if not factors or not float(told_first[0]):
        return "", ""
    factor = chance.choice(factors)
    moved = [f"{float(one) * factor:.{len(one.partition('.')[2])}f}" for one in told_first]
    old, new = (_interval(numbers, cells["bsab:unit"]) for numbers in (told_first, moved))
    return old, new


def _interval(numbers: Sequence[str], unit: str) -> str:
    """As `told` writes it."""
    value, *limits = numbers
    return f" {value} {unit}" + (f" ({limits[0]} to {limits[1]})" if len(limits) == 2 else "")


def table(rows: Iterable[Sequence[str]], columns: Sequence[str]) -> bytes:
    lines = [
        "\t".join(columns),
        *("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in row) for row in rows),
    ]
    return ("\n".join(lines) + "\n").encode()


def read_table(path: Path) -> list[dict[str, str]]:
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    return [dict(zip(header.split("\t"), line.split("\t"), strict=True)) for line in lines if line]


def draw(seed: int, size: int, folder: Path) -> None:
    root = find_root(None)
    claims = claims_of(open_store(root, View()), open_store(root, View("", True)))
    drawn = list(sample(claims, size, seed))
    random.Random(seed + 1).shuffle(drawn)
    items = [(f"A{number:03}", one) for number, one in enumerate(drawn, start=1)]
    folder.mkdir(parents=True, exist_ok=True)
    key = [(item, "decoy" if one.changed else "claim", one.changed, one.claim, one.statement) for item, one in items]
    write_file(folder / "key.tsv", table(key, COLUMNS[:5]))
    write_file(folder / "items.tsv", table([(item, one.statement) for item, one in items], ("item", "statement")))


def gather(key: Path, verdicts: Sequence[Path]) -> None:
    """Key and verdicts (columns item, auditor, verdict, reason) as one table; each item judged once."""
    judged: dict[str, dict[str, str]] = {}
    for path in verdicts:
        for row in read_table(path):
            assert row["verdict"] in VERDICTS, f"{path}: {row['item']}: {row['verdict']!r} is no verdict"
            assert row["item"] not in judged, f"{path}: {row['item']} was judged twice"
            judged[row["item"]] = row
    rows = [
        [*(one[name] for name in COLUMNS[:5]), *(judged[one["item"]][name] for name in COLUMNS[5:8]), ""]
        for one in read_table(key)
    ]
    write_file(TABLE, table(rows, COLUMNS))


RIGHT = {"claim": "supported", "decoy": "not supported"}


def counted(rows: Sequence[dict[str, str]]) -> list[str]:
    """The lines of the table of verdicts: claims, decoys, and the decoys that are wrong in fact."""
    fair = [row for row in rows if row["truth"] == "decoy" and not row["outcome"].startswith(UNFAIR)]
    groups = {f"{truth}s": [row for row in rows if row["truth"] == truth] for truth in RIGHT}
    groups["decoys that are wrong in fact"] = fair
    lines = [
        "| items | n | supported | not supported | cannot tell | as it should be |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, own in groups.items():
        counts = Counter(row["verdict"] for row in own)
        share = sum(row["verdict"] == RIGHT[row["truth"]] for row in own) / len(own) if own else 0.0
        cells = [str(counts[verdict]) for verdict in VERDICTS]
        lines.append(f"| {name} | {len(own)} | {' | '.join(cells)} | {share:.1%} |")
    return lines


def page(rows: Sequence[dict[str, str]], words: str) -> str:
    """The page: how it was done (`words`), what came out, and every item that was not judged as it should be."""
    lines = [words.rstrip(), "", "## What came out", "", *counted(rows)]
    lines += ["", "Decoys by what was changed:", "", "| changed | n | rejected |", "| --- | --- | --- |"]
    for what in sorted({row["changed"] for row in rows if row["changed"]}):
        own = [row for row in rows if row["changed"] == what]
        lines.append(f"| {what} | {len(own)} | {sum(row['verdict'] == 'not supported' for row in own)} |")
    lines += ["", "## Items that were not judged as they should be", ""]
    lines += [
        "| item | is a | statement | verdict | why | what became of it |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    shown = ("item", "truth", "statement", "verdict", "reason", "outcome")
    for row in rows:
        if row["verdict"] != RIGHT[row["truth"]]:
            lines.append(f"| {' | '.join(row[name].replace('|', '/') for name in shown)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    sampling = commands.add_parser("sample")
    sampling.add_argument("--seed", type=int, required=True)
    sampling.add_argument("--size", type=int, default=150)
    sampling.add_argument("-o", "--output", type=Path, required=True)
    gathering = commands.add_parser("write")
    gathering.add_argument("key", type=Path)
    gathering.add_argument("verdicts", type=Path, nargs="+")
    given = parser.parse_args()
    if given.command == "sample":
        draw(given.seed, given.size, given.output)
    else:
        gather(given.key, given.verdicts)


if __name__ == "__main__":
    main()
