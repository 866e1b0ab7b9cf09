"""Measure what docs/scale.md says of the kernels of all pairs, and write it.

python benchmarks/of_kernels.py                        measure all, print the rows
python benchmarks/of_kernels.py --write                also write docs/kernels.tsv, docs/kernels.svg, docs/scale.md
python benchmarks/of_kernels.py joint executors        only these parts; the rows of others stay
python benchmarks/of_kernels.py --render               measure nothing; write plot and page from the table again

The plot needs matplotlib (the extra `plot`), the part `executors` Dask (the extra `scale`). What is compared is run in
turns, and the best of the rounds counts, so that a busy machine does not decide. Products of matrices run on one
thread, as the kernels do.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is loaded

import argparse
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from typing import Any

import kernels_page
import numpy as np

from kg.expression import Expression, open_expression
from kg.output import write_file
from kg.pairs.executors import dask_cluster, local_processes
from kg.pairs.joint import count_both, count_joint, packed
from kg.pairs.kernels import Normal, Ranking, log_levels, rank, worst
from kg.pairs.shifts import blocks, in_runs, largest, pairs_of, tiles, windows
from kg.pairs.triples import best_triples

ROUNDS = 5
WORKERS = 2
TOP = 100
TCGA = 33  # cohorts
SEED = 20240601
Row = dict[str, str]
Numbers = Any


def rounds(tasks: Mapping[str, Callable[[], Any]], number: int = ROUNDS, clock: str = "cpu") -> dict[str, float]:
    """The best seconds of each task, all run in turns."""
    now = time.process_time if clock == "cpu" else time.perf_counter
    best = dict.fromkeys(tasks, float("inf"))
    for _ in range(number):
        for name, task in tasks.items():
            start = now()
            task()
            best[name] = min(best[name], now() - start)
    return best


def levels(expression: Expression) -> tuple[Numbers, Numbers]:
    """log2 levels in tumors (TCGA first) and in normal tissues of antigens that are known in TCGA and these tissues."""
    kinds = (("tumor", "hpa"), ("tumor", "gdc"), ("subtype", "pirlygenes"), ("tumor", "rollup"))
    tumor = np.concatenate([expression.read(*kind, "median").layers["median"] for kind in kinds], axis=1)
    normal = expression.read("normal", "hpa", "median").layers["median"]
    known = ~(np.isnan(tumor[:, :TCGA]).any(axis=1) | np.isnan(normal).any(axis=1))
    return log_levels(tumor[known]), log_levels(normal[known])


@in_runs
def bare(tumor: Numbers, normal: Numbers) -> None:
    """The calls of np.minimum and np.maximum that all pairs need, and nothing else, on the tiles of the kernel."""
    n = tumor.shape[1]
    (block,) = blocks(n, 1)
    tumor, normal = windows(tumor), windows(normal)
    buffers = np.empty((2, largest(n, block)), dtype=np.float32)
    for shifts, positions in tiles(n, block):
        shape = (shifts.stop - shifts.start, positions.stop - positions.start)
        met, far = (buffer[: shape[0] * shape[1]].reshape(shape) for buffer in buffers)
        far.fill(-np.inf)
        for place in normal:
            np.minimum(place[0, positions], place[shifts, positions], out=met)
            np.maximum(far, met, out=far)
        for place in tumor:
            np.minimum(place[0, positions], place[shifts, positions], out=met)


def square(tumor: Numbers, normal: Numbers, side: int = 512) -> None:
    """The same calls on square tiles of a column and a row, as one would write them first."""
    n = tumor.shape[1]
    for top in range(0, n, side):
        for left in range(top, n, side):
            rows, columns = slice(top, min(top + side, n)), slice(left, min(left + side, n))
            met, far = np.empty((2, rows.stop - rows.start, columns.stop - columns.start), dtype=np.float32)
            far.fill(-np.inf)
            for place in normal:
                np.minimum(place[rows, None], place[None, columns], out=met)
                np.maximum(far, met, out=far)
            for place in tumor:
                np.minimum(place[rows, None], place[None, columns], out=met)


@in_runs
def kernel(tumor: Numbers, normal: Numbers) -> None:
    """The kernel that `rank` calls, with the levels of all pairs in all tumors."""
    n = tumor.shape[1]
    (block,) = blocks(n, 1)
    tumor, normal = windows(tumor), windows(normal)
    buffers = np.empty((2, largest(n, block)), dtype=np.float32)
    for shifts, positions in tiles(n, block):
        shape = (shifts.stop - shifts.start, positions.stop - positions.start)
        met, far = (buffer[: shape[0] * shape[1]].reshape(shape) for buffer in buffers)
        worst(normal, "and", shifts, positions, far, met)
        for place in tumor:
            np.minimum(place[0, positions], place[shifts, positions], out=met)


def row(part: str, task: str, seconds: float, **sizes: int | str) -> Row:
    empty = dict.fromkeys(kernels_page.HEADER, "")
    return empty | {"part": part, "task": task, "seconds": f"{seconds:.4f}"} | {k: str(v) for k, v in sizes.items()}


def of_ranking(expression: Expression) -> Iterator[Row]:
    """Kernel and whole ranking beside the bare calls, and their growth with antigens and with tumors."""
    tumor, normal = levels(expression)
    draw = np.random.default_rng(SEED)
    order = draw.permutation(len(tumor))
    whole = len(tumor)
    sizes = [(n, TCGA) for n in (500, 1000, 1500, 2000, 2500)] + [(whole, t) for t in (8, 16, TCGA, 50, tumor.shape[1])]
    for n, tumors in sizes:
        some, rest = tumor[order[:n], :tumors], normal[order[:n]]
        rows, places = np.ascontiguousarray(some.T), np.ascontiguousarray(rest.T)
        asked = Ranking(some, "and", (Normal(rest, "and"),))
        tasks: dict[str, Callable[[], Any]] = {
            "bare": lambda rows=rows, places=places: bare(rows, places),
            "kernel": lambda rows=rows, places=places: kernel(rows, places),
            "rank": lambda asked=asked: rank(asked, TOP),
        }
        if (n, tumors) == (whole, TCGA):
            tasks["square"] = lambda rows=rows, places=places: square(rows, places)
        for task, seconds in rounds(tasks, 2 * ROUNDS if n == whole else ROUNDS).items():
            yield row("ranking", task, seconds, antigens=n, tumors=tumors, places=normal.shape[1])


def of_joint(expression: Expression) -> Iterator[Row]:
    """Joint positivity beside the product of float matrices; beyond the 592 real samples they are drawn from these."""
    values = expression.read("sample", "coadread", "value").layers["value"]
    values = values[~np.isnan(values).any(axis=1)]
    positive = values >= np.median(values)
    draw = np.random.default_rng(SEED)
    for samples in (64, 592, 2000, 10000):
        columns = draw.permutation(592)[:samples] if samples <= 592 else draw.integers(0, 592, samples)
        chosen = np.ascontiguousarray(positive[:, columns])
        single, double = chosen.astype(np.float32), chosen.astype(np.float64)
        other = single.T.copy()  # numpy would see that it is the same matrix
        tasks: dict[str, Callable[[], Any]] = {
            "bits": lambda chosen=chosen: count_joint(chosen),
            "float32, general": lambda single=single, other=other: single @ other,
            "float32, symmetric": lambda single=single: single @ single.T,
            "float64, symmetric": lambda double=double: double @ double.T,
        }
        for task, seconds in rounds(tasks, ROUNDS).items():
            yield row("joint", task, seconds, antigens=len(chosen), samples=samples)


def of_triples(expression: Expression) -> Iterator[Row]:
    """Gates of malignant against other cells of lung cancer: all triples of some antigens, and the bare count."""
    dense = expression.read("single", "luad", "value")
    values = dense.layers["value"]
    positive = values[~np.isnan(values).any(axis=1)] >= 1
    malignant = np.array([group.startswith("Malignant") for group in dense.groups])
    tumor, normal = positive[:, malignant], positive[:, ~malignant]
    draw = np.random.default_rng(SEED)
    order = draw.permutation(len(positive))
    for n in (200, 400, len(positive)):
        some, rest = tumor[order[:n]], normal[order[:n]]
        seconds = rounds({"search": lambda some=some, rest=rest: best_triples(some, rest, TOP)}, 1)
        tried = pairs_of(n) * (n - 2)
        yield row("triples", "search", seconds["search"], antigens=n, samples=positive.shape[1], gates=tried)
    words = packed(tumor), packed(normal)
    pairs = 64
    counted = rounds({"count": lambda: [count_both(one[:, :pairs], one) for one in words]})
    gates = pairs * len(positive)
    yield row("triples", "count", counted["count"], antigens=len(positive), samples=positive.shape[1], gates=gates)


def drawn_cells(expression: Expression, n: int) -> tuple[Numbers, Numbers]:
    """Positivity of n antigens in malignant and in other cells of lung cancer, one bit in 200 turned."""
    dense = expression.read("single", "luad", "value")
    values = dense.layers["value"]
    positive = values[~np.isnan(values).any(axis=1)] >= 1
    malignant = np.array([group.startswith("Malignant") for group in dense.groups])
    draw = np.random.default_rng(SEED)
    chosen = positive[draw.integers(0, len(positive), n)] ^ (draw.random((n, positive.shape[1])) < 0.005)
    return chosen[:, malignant], chosen[:, ~malignant]


def triples_row(task: str, seconds: float, n: int, tumor: Numbers, normal: Numbers, workers: int) -> Row:
    cells = tumor.shape[1] + normal.shape[1]
    tried = pairs_of(n) * (n - 2)
    return row("executors", f"{task}, triples", seconds, antigens=n, samples=cells, workers=workers, gates=tried)


def of_executors(expression: Expression) -> Iterator[Row]:
    """Wall seconds of one ranking in this process, in two others, and on a Dask cluster of two workers."""
    tumor, normal = levels(expression)
    tumor = tumor[:, :TCGA]
    draw = np.random.default_rng(SEED)
    askings = {}
    for n in (1000, 2000, 3000, 6000, 12000):
        order = draw.permutation(len(tumor))[:n] if n <= len(tumor) else draw.integers(0, len(tumor), n)
        # Antigens drawn twice differ by less than any measurement does, so that no list is made of ties alone.
        noise = draw.uniform(0, 0.01, (n, 1)).astype(np.float32)
        askings[n] = Ranking(tumor[order] + noise, "and", (Normal(normal[order], "and"),))
    gates = {n: drawn_cells(expression, n) for n in (1000, 2000, 4000)}
    for n, asked in askings.items():
        seconds = rounds({"serial": lambda asked=asked: rank(asked, TOP)}, 2, "wall")["serial"]
        yield row("executors", "serial", seconds, antigens=n, tumors=TCGA, places=50, workers=1)
    for n, (some, rest) in gates.items():
        seconds = rounds({"serial": lambda some=some, rest=rest: best_triples(some, rest, TOP)}, 1, "wall")["serial"]
        yield triples_row("serial", seconds, n, some, rest, 1)
    opened: dict[str, Callable[[], AbstractContextManager[Executor]]] = {
        "processes": lambda: local_processes(WORKERS),
        "dask": lambda: dask_cluster(workers=WORKERS),
    }
    for name, opening in opened.items():
        start = time.perf_counter()
        with opening() as executor:
            rank(askings[1000], TOP, executor, WORKERS)  # workers have loaded numpy and kg then
            started = time.perf_counter() - start
            yield row("executors", f"{name}, start", started, workers=WORKERS)
            for n, asked in askings.items():
                task = {name: lambda asked=asked, executor=executor: rank(asked, TOP, executor, 4 * WORKERS)}
                seconds = rounds(task, 2, "wall")[name]
                yield row("executors", name, seconds, antigens=n, tumors=TCGA, places=50, workers=WORKERS)
            for n, (some, rest) in gates.items():
                search = {
                    name: lambda some=some, rest=rest, executor=executor: best_triples(
                        some, rest, TOP, executor=executor, count=4 * WORKERS
                    )
                }
                yield triples_row(name, rounds(search, 1, "wall")[name], n, some, rest, WORKERS)


PARTS = {"ranking": of_ranking, "joint": of_joint, "triples": of_triples, "executors": of_executors}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all of them if none")
    parser.add_argument("--write", action="store_true", help="write table, plot and page")
    parser.add_argument("--render", action="store_true", help="write plot and page from the table")
    given = parser.parse_args()
    if set(given.parts) - set(PARTS):
        parser.error(f"there are the parts {', '.join(PARTS)}")
    rows = kernels_page.read()
    if not given.render:
        expression = open_expression()
        for part in given.parts or PARTS:
            fresh = []
            for one in PARTS[part](expression):
                print("\t".join(one.values()), flush=True)
                fresh.append(one)
            rows = [one for one in rows if one["part"] != part] + fresh
        rows.sort(key=lambda one: list(PARTS).index(one["part"]))
    if given.write or given.render:
        write_file(kernels_page.TABLE, kernels_page.table_of(rows))
        write_file(kernels_page.PLOT, kernels_page.plot(rows))
        write_file(kernels_page.PAGE, kernels_page.page(kernels_page.PAGE.read_text(encoding="utf-8"), rows).encode())


if __name__ == "__main__":
    main()
