"""Ask every question of rdflib alone, and compare: same rows in the same order, or the run fails.

python benchmarks/rdflib_oracle.py            print the table
python benchmarks/rdflib_oracle.py --write    also write docs/oracle.tsv

The store is read into a plain rdflib Dataset, and each question is asked with its examples, in a child process that is
killed at its limit. There are two rounds within one budget of wall time: a short limit for all, then a long one for
those that did not finish. What did not finish is listed and is no failure; a difference is.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

import pyoxigraph as ox
from rdflib import Dataset, Literal, URIRef, Variable

from kg.output import write_file
from kg.paths import find_root
from kg.query import Question, Value, ask, bind, questions, to_value
from kg.store import Opened, open_store
from kg.terms import PREFIXES
from kg.view import View

TARGET = Path(__file__).resolve().parent.parent / "docs" / "oracle.tsv"
BUDGET = 290.0  # seconds of wall time, loading included
LIMITS = (4.0, 60.0)  # seconds for a question, by round
HEADER = ("question", "rows", "kg_s", "rdflib_s", "outcome")

Rows = list[list[Value]]


def load(opened: Opened) -> Dataset:
    """The store, read by another engine; the default graph holds no named one."""
    content = opened.store.dump(format=ox.RdfFormat.N_QUADS)
    assert content is not None
    with warnings.catch_warnings():
        # rdflib's parser of N-Quads uses what rdflib itself calls old.
        warnings.filterwarnings("ignore", "Dataset.default_context is deprecated", DeprecationWarning)
        return Dataset(default_union=False).parse(data=content.decode(), format="nquads")  # type: ignore[return-value]


def by_rdflib(dataset: Dataset, asked: Question, bound: Mapping[str, ox.NamedNode | ox.Literal]) -> Rows:
    """The answer of rdflib, in its own order."""
    bindings = {
        name: URIRef(term.value) if isinstance(term, ox.NamedNode) else Literal(term.value)
        for name, term in bound.items()
    }
    found = dataset.query(asked.sparql, initNs=PREFIXES, initBindings=bindings)
    return [[plain(row[Variable(column)]) for column in asked.columns] for row in found]  # type: ignore[index]


def plain(term: object) -> Value:
    """A term of rdflib as `kg ask` gives it."""
    if isinstance(term, URIRef):
        return to_value(ox.NamedNode(str(term)))
    if isinstance(term, Literal):
        return to_value(ox.Literal(str(term), datatype=ox.NamedNode(str(term.datatype))) if term.datatype else term)
    return None if term is None else str(term)


def difference(ours: Rows, theirs: Rows) -> str:
    """What differs between two answers, in words; empty where nothing does."""
    if ours == theirs:
        return ""
    mine, other = (Counter(map(tuple, rows)) for rows in (ours, theirs))
    if mine == other:
        return "DIFFERS: same rows in another order"
    only = [
        f"{len(list((one - two).elements()))} rows only in {name}"
        for one, two, name in ((mine, other, "kg"), (other, mine, "rdflib"))
    ]
    examples = [str(next(iter(one - two))) for one, two in ((mine, other), (other, mine)) if one - two]
    return f"DIFFERS: {', '.join(only)}; for instance {' / '.join(examples)}"


def _answer(
    pipe: Connection, dataset: Dataset, asked: Question, bound: Mapping[str, ox.NamedNode | ox.Literal]
) -> None:
    start = time.perf_counter()
    try:
        rows = by_rdflib(dataset, asked, bound)
    except Exception as error:  # rdflib cannot answer it: that is a difference, too
        pipe.send((repr(error), time.perf_counter() - start))
    else:
        pipe.send((rows, time.perf_counter() - start))


def ask_rdflib(
    dataset: Dataset, asked: Question, bound: Mapping[str, ox.NamedNode | ox.Literal], limit: float
) -> tuple[Rows | str, float] | None:
    """Rows (or the error) and seconds, from a child that is killed at the limit; None when it was."""
    here, there = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=_answer, args=(there, dataset, asked, bound))
    child.start()
    there.close()
    try:
        return here.recv() if here.poll(limit) else None
    except EOFError:
        return "the child ended without an answer", limit
    finally:
        child.kill()
        child.join()


def compare(opened: Opened, asked: Sequence[Question], until: float) -> list[tuple[str, ...]]:
    """One row of the table for each question, in the order that they were given."""
    dataset = load(opened)
    table: dict[str, tuple[str, ...]] = {}
    open_ones = list(asked)
    for limit in LIMITS:
        for one in list(open_ones):
            left = min(limit, until - time.monotonic())
            if left <= 0:  # the budget is used up
                table.setdefault(one.name, (one.name, "", "", "", "was not asked: no time was left"))
                continue
            given = {parameter.name: parameter.example for parameter in one.parameters if parameter.example}
            bound = bind(opened, one, given)
            start = time.perf_counter()
            ours = [list(row.values()) for row in ask(opened, one, given).rows]
            first = (one.name, str(len(ours)), f"{time.perf_counter() - start:.3f}")
            answered = ask_rdflib(dataset, one, bound, left)
            if answered is None:
                table[one.name] = (*first, "", f"did not finish in {left:.0f} s")
                continue
            theirs, took = answered
            outcome = (theirs if isinstance(theirs, str) else difference(ours, theirs)) or "agrees"
            if isinstance(theirs, str):
                outcome = f"DIFFERS: {theirs}"
            table[one.name] = (*first, f"{took:.3f}", outcome)
            open_ones.remove(one)
    return [table[one.name] for one in asked]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="QUESTION", help="only these")
    parser.add_argument("--write", action="store_true", help="write docs/oracle.tsv")
    parser.add_argument("--seconds", type=float, default=BUDGET, help="wall time for all, loading included [290]")
    given = parser.parse_args()
    until = time.monotonic() + given.seconds
    asked = [one for one in questions() if not given.names or one.name in given.names]
    lines = [HEADER, *compare(open_store(find_root(None), View()), asked, until)]
    print("".join("\t".join(line) + "\n" for line in lines), end="")
    outcomes = Counter(line[-1].partition(" ")[0].rstrip(":") for line in lines[1:])
    unfinished = outcomes["did"] + outcomes["was"]
    print(
        f"{outcomes['agrees']} of {len(asked)} questions agree with rdflib, {unfinished} did not finish, "
        f"{outcomes['DIFFERS']} differ",
        file=sys.stderr,
    )
    if given.write and not given.names:
        write_file(TARGET, "".join("\t".join(line) + "\n" for line in lines).encode())
    return 1 if outcomes["DIFFERS"] else 0


if __name__ == "__main__":
    sys.exit(main())
