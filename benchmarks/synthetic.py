"""Make a tree of the shape of the real graph, smaller or larger: the same files give the same bytes.

python benchmarks/synthetic.py TRIPLES FOLDER [--seed N]

What is larger is made of copies of antibodies and of escape observations, each with all that hangs on it: arms, events,
results, trials, claims, evidence lines, counters. A copy keeps the effector receptors of its antibody, and every other
antigen with a chance of one half. The rest are drawn anew: one in five is a new antigen, with the claims of the old
one; four are taken from those drawn so far, so that some antigens become common and most stay rare, as in the real
graph. Tumors, cells, papers and the vocabulary stay what they are. What is smaller leaves out the antibodies and
observations that least is said of.

Nothing in it is a fact. It is for measuring, and for nothing else.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import re
import shutil
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import NamedTuple, TextIO

import pyoxigraph as ox

from kg.paths import Root, find_root
from kg.terms import PREFIXES
from kg.triples import DEFAULT_GRAPH, EDGES, read_generated, read_manifest

KEPT = 0.5  # chance that a copy binds what its antibody binds
NEW = 0.2  # chance that what it binds instead is new
PER_FILE = 1_000_000

_MINTED = re.compile(rf"<{PREFIXES['bsab']}(antibody|arm|event|result|escape|counter)/([^.>]+)[^>]*>")
_OWNER = {"antibody": "ab", "arm": "ab", "event": "ab", "result": "ab", "escape": "escape", "counter": "escape"}
_COPIED_ALONG = tuple(f"<{PREFIXES[prefix]}" for prefix in ("NCT", "ACTRN"))
_PAIR = f"<{PREFIXES['pair']}"
_NEW_ANTIGEN = f"<{PREFIXES['ag']}synthetic-"

Triple = tuple[str, str, str]  # in the form of N-Triples


def _name(curie: str) -> str:
    prefix, _, local = curie.partition(":")
    return f"<{PREFIXES[prefix]}{local}>"


TYPE, LABEL, SUBJECT, PREDICATE, OBJECT, FOR, BINDS, EXPRESSED, MEMBER, PRECEDENT = map(
    _name,
    ("rdf:type", "rdfs:label", "rdf:subject", "rdf:predicate", "rdf:object", "bsab:evidenceFor", "bsab:binds",
     "bsab:expressedByCell", "bsab:hasMember", "bsab:hasPrecedent"),
)  # fmt: skip
_NAMES = {LABEL, _name("skos:altLabel"), _name("skos:hiddenLabel"), _name("skos:notation")}


class Parts(NamedTuple):
    """The default graph, taken apart.

    `base` stands once; `units` are antibodies and escape observations with what hangs on them, `along` trials,
    `antigens` what is said of each antigen, `members` the antigens of each pair, `receptors` those of effector cells.
    """

    base: list[Triple]
    units: dict[str, list[Triple]]
    along: dict[str, list[Triple]]
    antigens: dict[str, list[Triple]]
    members: dict[str, tuple[str, ...]]
    receptors: frozenset[str]


def take_apart(triples: Iterable[Triple]) -> Parts:
    """Sort the triples of the default graph by what they belong to."""
    by_subject: dict[str, list[Triple]] = defaultdict(list)
    for triple in triples:
        by_subject[triple[0]].append(triple)
    about: dict[str, str] = {}  # claim or evidence line -> what it is about
    claimed: dict[str, dict[str, str]] = {}
    for subject, own in by_subject.items():
        parts = {predicate: node for _, predicate, node in own}
        if SUBJECT in parts:
            about[subject], claimed[subject] = parts[SUBJECT], parts
            if parts[PREDICATE] == PRECEDENT:
                about[parts[OBJECT]] = parts[SUBJECT]
    for subject, own in by_subject.items():
        for _, predicate, node in own:
            if predicate == FOR:
                about[subject] = about[node]
    receptors = frozenset(parts[SUBJECT] for parts in claimed.values() if parts[PREDICATE] == EXPRESSED)
    antigens = {parts[OBJECT] for parts in claimed.values() if parts[PREDICATE] == BINDS}
    parts_of = Parts([], defaultdict(list), {}, {antigen: [] for antigen in sorted(antigens)}, {}, receptors)
    for subject, own in by_subject.items():
        owner = about.get(subject, subject)
        unit = _MINTED.match(owner)
        if unit:
            parts_of.units[f"{_OWNER[unit[1]]}:{unit[2]}"] += own
            continue
        parts_of.base.extend(own)
        if owner in antigens:
            parts_of.antigens[owner] += own
        elif subject.startswith(_COPIED_ALONG):
            parts_of.along[subject] = own
        elif subject.startswith(_PAIR):
            parts_of.members[subject] = tuple(sorted(node for _, predicate, node in own if predicate == MEMBER))
    return parts_of


def grown(parts: Parts, triples: int, seed: int) -> Iterator[list[Triple]]:
    """The default graph with some `triples` of them: all of a part at once."""
    chance = random.Random(seed)
    yield parts.base
    made = len(parts.base)
    drawn: list[str] = []
    pairs = dict.fromkeys(parts.members)
    numbers = count(1)
    for round_ in count():
        order = sorted(parts.units, key=lambda name: (-len(parts.units[name]), name))
        if round_:
            chance.shuffle(order)
        along: set[str] = set()
        for name in order:
            if made >= triples:
                return
            own = parts.units[name]
            if round_ == 0:
                yield own
                made += len(own)
                continue
            suffix = f"~{round_}"
            copies = {node: _suffixed(node, suffix) for triple in own for node in triple[::2] if _is_copied(node)}
            extra: list[Triple] = []
            for antigen in sorted({node for *_, node in own if node in parts.antigens} - parts.receptors):
                if chance.random() < KEPT:
                    continue
                if drawn and chance.random() >= NEW:
                    copies[antigen] = chance.choice(drawn)
                else:
                    copies[antigen] = f"{_NEW_ANTIGEN}{next(numbers)}>"
                    mine = {node: _suffixed(node, f"~{copies[antigen][len(_NEW_ANTIGEN):-1]}s")
                            for node, *_ in parts.antigens[antigen] if node != antigen}  # fmt: skip
                    extra += _copied(parts.antigens[antigen], {**mine, antigen: copies[antigen]}, suffix)
                drawn.append(copies[antigen])
            for pair in sorted({node for *_, node in own if node in parts.members}):
                members = [copies.get(member, member) for member in parts.members[pair]]
                if members != list(parts.members[pair]):
                    copies[pair] = f"{_PAIR}{'--'.join(sorted(_local(member) for member in members))}>"
                    if copies[pair] not in pairs:
                        pairs[copies[pair]] = None
                        extra += _new_pair(copies[pair], members)
            for node in sorted(copies.keys() & parts.along.keys()):
                if node not in along:
                    along.add(node)
                    extra += _copied(parts.along[node], copies, suffix)
            extra += _copied(own, copies, suffix)
            yield extra
            made += len(extra)


def _is_copied(node: str) -> bool:
    return bool(_MINTED.match(node)) or node.startswith((f"<{PREFIXES['claim']}", f"<{PREFIXES['ev']}", *_COPIED_ALONG))


def _suffixed(node: str, suffix: str) -> str:
    return f"{node[:-1]}{suffix}>"


def _local(node: str) -> str:
    return node[:-1].rpartition("/")[2]


def _copied(own: Iterable[Triple], copies: Mapping[str, str], suffix: str) -> Iterator[Triple]:
    for subject, predicate, node in own:
        if predicate in _NAMES and node.endswith('"'):
            node = f'{node[:-1]} {suffix}"'
        yield copies.get(subject, subject), predicate, copies.get(node, node)


def _new_pair(pair: str, members: Iterable[str]) -> Iterator[Triple]:
    yield pair, TYPE, _name("bsab:Pair")
    yield pair, LABEL, f'"{_local(pair).replace("--", " x ")}"'
    for member in dict.fromkeys(members):
        yield pair, MEMBER, member


def make_tree(source: Root, folder: Path, triples: int, seed: int = 7) -> int:
    """Write a tree into a new folder; returns how many triples its files hold."""
    manifest = read_manifest(source)
    shutil.copytree(source.ontology, folder / "ontology")
    (folder / "data" / "triples").mkdir(parents=True)
    for name in ("sources.tsv", "support.tsv"):
        shutil.copyfile(source.data / name, folder / "data" / name)
    default: list[Triple] = []
    rows = [("support.tsv", hashlib.sha256((source.data / "support.tsv").read_bytes()).hexdigest(), 0, "-")]
    for row in manifest.rows:
        if not row.path.endswith(".ttl") or row.path.endswith(EDGES):
            continue
        content = read_generated(source, row)
        if row.graph != DEFAULT_GRAPH:
            (folder / "data" / row.path).write_bytes(content)
            rows.append((row.path, row.sha256, row.triples, row.graph))
            continue
        parsed = ox.parse(content, format=ox.RdfFormat.TURTLE)
        default += [(str(quad.subject), str(quad.predicate), str(quad.object)) for quad in parsed]
    named = sum(number for _, _, number, _ in rows)
    parts = take_apart(default)
    for number, (path, held) in enumerate(_written(folder / "data" / "triples", grown(parts, triples - named, seed))):
        assert path.name.startswith(f"claims-synthetic-{number:03}")
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        rows.append((f"triples/{path.name}", digest, held, DEFAULT_GRAPH))
    lines = [f"# as-of {manifest.as_of}", "path\tsha256\ttriples\tgraph"]
    lines += ["\t".join(map(str, row)) for row in sorted(rows)]
    (folder / "data" / "MANIFEST").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return sum(number for _, _, number, _ in rows)


def _written(folder: Path, parts: Iterable[list[Triple]]) -> Iterator[tuple[Path, int]]:
    """Write files of a million triples each; N-Triples is Turtle."""
    stream: TextIO | None = None
    path, held = folder, 0
    for batch in parts:
        if stream is not None and held >= PER_FILE:
            stream.close()
            yield path, held
            stream = None
        if stream is None:
            path = folder / f"claims-synthetic-{len(list(folder.glob('claims-synthetic-*'))):03}.ttl"
            stream, held = path.open("w", encoding="utf-8"), 0
        stream.writelines(f"{subject} {predicate} {node} .\n" for subject, predicate, node in batch)
        held += len(batch)
    if stream is not None:
        stream.close()
        yield path, held


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("triples", type=lambda text: int(float(text)), help="how many, about; 1e6 will do")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    if given.folder.exists():
        sys.exit(f"{given.folder} is there already")
    print(make_tree(find_root(None), given.folder, given.triples, given.seed))


if __name__ == "__main__":
    main()
