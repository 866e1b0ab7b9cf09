"""Every question with its examples: kg as a whole process, in process, pyoxigraph alone, and rdflib alone."""

from __future__ import annotations

import gc
import multiprocessing
import os
import statistics
import sys
import time
from collections.abc import Iterator, Mapping
from multiprocessing.connection import Connection

import pyoxigraph as ox
from rdflib import Dataset
from rdflib_oracle import by_rdflib, load
from whole_process import cpu_and_wall
from worker import examples

from kg.paths import find_root
from kg.query import Question, bind, questions
from kg.store import open_store
from kg.view import View

HEADER = ("question", "rows", "kg_process_s", "kg_open_and_ask_s", "kg_ask_s", "pyoxigraph_s", "rdflib_parse_s",
          "rdflib_query_s", "stopped")  # fmt: skip
STOP = 60.0  # seconds that rdflib may take, its parsing included
RUNS = 5

Bound = Mapping[str, ox.NamedNode | ox.Literal]


def measured(run: object, names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """One row for each question, as it is measured."""
    view = open_store(find_root(None), View())
    start = time.process_time()
    dataset = load(view)
    parsing = time.process_time() - start
    gc.freeze()  # children share what was parsed
    for asked in questions():
        if names and asked.name not in names:
            continue
        given = examples(asked)
        words = [word for key, value in given.items() for word in ("-p", f"{key}={value}")]
        command = (sys.executable, "-m", "kg", "ask", asked.name, *words, "--format", "tsv", "-q")
        process = statistics.median(cpu_and_wall(command, dict(os.environ))[0] for _ in range(RUNS))
        told = run("overhead", asked.name)  # type: ignore[operator]
        query = _by_rdflib(dataset, asked, bind(view, asked, given), STOP - parsing)
        yield (
            asked.name,
            str(told["rows"]),
            *(f"{seconds:.4f}" for seconds in (process, told["cold"], told["ask"], told["bare"], parsing)),
            f"{STOP - parsing if query is None else query:.4f}",
            "stopped" if query is None else "",
        )


def _answer(pipe: Connection, dataset: Dataset, asked: Question, bound: Bound) -> None:
    start = time.process_time()
    by_rdflib(dataset, asked, bound)
    pipe.send(time.process_time() - start)


def _by_rdflib(dataset: Dataset, asked: Question, bound: Bound, limit: float) -> float | None:
    """CPU seconds of the query alone, in a child that is stopped at the limit; None when it was."""
    here, there = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=_answer, args=(there, dataset, asked, bound))
    child.start()
    there.close()
    try:
        return float(here.recv()) if here.poll(limit) else None
    finally:
        child.kill()
        child.join()
