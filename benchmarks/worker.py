"""One measurement in a process of its own: prints what it took as JSON. Started by performance.py."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pyoxigraph as ox

from kg.lookup import find
from kg.paths import find_root
from kg.query import Question, ask, bind, question
from kg.store import Opened, open_store
from kg.terms import PREFIXES
from kg.view import View

ENOUGH = 0.4  # seconds to spend on the repetitions of one thing
ANTIBODY, TUMOR = "tarlatamab", "small cell lung carcinoma"


def opened(root: str) -> Opened:
    return open_store(find_root(root), View())


def took(what: Callable[[], object]) -> float:
    """CPU seconds of one call."""
    start = time.process_time()
    what()
    return time.process_time() - start


def repeated(*whats: Callable[[], object], runs: int = 5) -> list[float]:
    """Median CPU seconds of each of some calls, made in turn; more runs where they are short."""
    times: list[list[float]] = [[] for _ in whats]
    until = time.perf_counter() + ENOUGH
    while len(times[0]) < runs or (time.perf_counter() < until and len(times[0]) < 200):
        for what, own in zip(whats, times, strict=True):
            own.append(took(what))
    return [statistics.median(own) for own in times]


def examples(asked: Question) -> dict[str, str]:
    return {parameter.name: parameter.example for parameter in asked.parameters if parameter.example}


def compile_(root: str) -> dict[str, Any]:
    """Compile the store; what it takes is told by the process as a whole."""
    return {"triples": len(opened(root).store), "place": opened(root).place}


def open_(root: str) -> dict[str, Any]:
    return {"s": repeated(lambda: opened(root))[0]}


def one_question(root: str, name: str) -> dict[str, Any]:
    """Seconds for opening, parsing and answering, and rows; once, with everything cold."""
    rows = 0

    def whole() -> None:
        nonlocal rows
        asked = question(name)
        rows = len(ask(opened(root), asked, examples(asked)).rows)

    return {"s": took(whole), "rows": rows}


def overhead(root: str, name: str) -> dict[str, Any]:
    """Seconds with kg and with pyoxigraph alone, in one process and in turn: names bound, rows as values or texts."""
    store, asked = opened(root), question(name)
    given = examples(asked)
    bound = {ox.Variable(key): value for key, value in bind(store, asked, given).items()}

    def bare() -> list[list[str | None]]:
        result = store.store.query(asked.sparql, prefixes=PREFIXES, substitutions=bound)
        assert isinstance(result, ox.QuerySolutions)
        return [[None if term is None else term.value for term in solution] for solution in result]  # type: ignore[union-attr]

    def cold() -> object:
        return ask(opened(root), question(name), given)

    rows = len(ask(store, asked, given).rows)
    assert len(bare()) == rows
    ours, theirs = repeated(lambda: ask(store, asked, given), bare)
    return {"ask": ours, "bare": theirs, "cold": repeated(cold, runs=3)[0], "rows": rows}


def network(root: str) -> dict[str, Any]:
    from kg.network import claim_network, projection

    made = claim_network(opened(root))
    return {
        "s": took(lambda: claim_network(opened(root))),
        "projection": took(lambda: projection(made)),
        "edges": made.number_of_edges(),
    }


def path(root: str) -> dict[str, Any]:
    from kg.network import claim_network
    from kg.path_search import find_paths

    view = opened(root)
    ends = [find(view.store, name).curie for name in (ANTIBODY, TUMOR)]
    made = claim_network(view)
    return {"s": took(lambda: find_paths(made, *ends, 5))}


def chains(root: str) -> dict[str, Any]:
    """Seconds for the chains of one antibody, and for those of all."""
    from kg.chains import StoreLinks, chains_of

    view = opened(root)
    antibody = find(view.store, ANTIBODY).curie
    number = 0

    def every() -> None:
        nonlocal number
        links = StoreLinks(view.store)
        number = sum(len(chains_of(links, one)) for one in links.antibodies())

    return {
        "one": repeated(lambda: chains_of(StoreLinks(view.store), antibody))[0],
        "all": took(every),
        "chains": number,
    }


JOBS: dict[str, Callable[..., dict[str, Any]]] = {
    "compile": compile_,
    "open": open_,
    "question": one_question,
    "overhead": overhead,
    "network": network,
    "path": path,
    "chains": chains,
}


def main(arguments: Iterator[str]) -> None:
    print(json.dumps(JOBS[next(arguments)](*arguments)))


if __name__ == "__main__":
    main(iter(sys.argv[1:]))
