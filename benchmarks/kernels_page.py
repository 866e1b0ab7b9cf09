"""The figures and the plot of docs/scale.md, from the table that of_kernels.py left."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from performance_page import table

from kg.pairs.shifts import pairs_of

DOCS = Path(__file__).resolve().parent.parent / "docs"
TABLE, PLOT, PAGE = DOCS / "kernels.tsv", DOCS / "kernels.svg", DOCS / "scale.md"
HEADER = ("part", "task", "antigens", "tumors", "places", "samples", "workers", "gates", "seconds")
OPEN, CLOSE = "<!-- figures: written by benchmarks/of_kernels.py -->", "<!-- end figures -->"
ALL = 3115  # antigens of the universe

Row = Mapping[str, str]


def read() -> list[dict[str, str]]:
    """The measured rows; none where nothing was measured."""
    if not TABLE.is_file():
        return []
    header, *lines = (line.split("\t") for line in TABLE.read_text(encoding="utf-8").splitlines())
    return [dict(zip(header, line, strict=True)) for line in lines]


def table_of(rows: Iterable[Row]) -> bytes:
    """The table as a file."""
    return "".join(
        "\t".join(one) + "\n" for one in (HEADER, *([row[name] for name in HEADER] for row in rows))
    ).encode()


def seconds(rows: Iterable[Row], part: str, task: str, **sizes: int) -> float:
    """The seconds of a row."""
    wanted = {"part": part, "task": task} | {name: str(size) for name, size in sizes.items()}
    (found,) = (float(row["seconds"]) for row in rows if all(row[name] == value for name, value in wanted.items()))
    return found


def series(rows: Iterable[Row], part: str, task: str, along: str, **fixed: int) -> list[tuple[int, float]]:
    """(size, seconds) of a task, by size."""
    kept = {name: str(size) for name, size in fixed.items()}
    chosen = (row for row in rows if row["part"] == part and row["task"] == task and row[along])
    return sorted((int(row[along]), float(row["seconds"])) for row in chosen if kept.items() <= dict(row).items())


def pays_from(rows: Sequence[Row], task: str, job: str = "") -> str:
    """The smallest measured number of antigens from which on a task is always faster than one process."""
    alone = dict(series(rows, "executors", f"serial{job}", "antigens"))
    least = ""
    for n, took in reversed(series(rows, "executors", f"{task}{job}", "antigens")):
        if took >= alone[n]:
            break
        least = f"{n:,}"
    return least


def figures(rows: Sequence[Row]) -> str:
    """The generated block of the page."""
    n = max(int(row["antigens"]) for row in rows if row["part"] == "ranking")
    at = {"antigens": n, "tumors": 33}
    bare, kernel, ranked, square = (
        seconds(rows, "ranking", task, **at) for task in ("bare", "kernel", "rank", "square")
    )
    most = max(size for size, _ in series(rows, "joint", "bits", "samples"))
    bits = seconds(rows, "joint", "bits", samples=most)
    products = [task for task in dict.fromkeys(row["task"] for row in rows if row["part"] == "joint") if task != "bits"]
    times = {task: seconds(rows, "joint", task, samples=most) / bits for task in products}
    counted = next(row for row in rows if (row["part"], row["task"]) == ("triples", "count"))
    rate = int(counted["gates"]) / float(counted["seconds"])
    triples = ALL * (ALL - 1) // 2 * (ALL - 2)
    plain = "float32, general"
    parts = [
        f"All pairs of {n:,} antigens in 33 tumors and 50 normal tissues, one core, CPU seconds:\n",
        table(
            ("", "s", "goal", "measured", "met"),
            (
                ("`np.minimum` and `np.maximum` on our tiles, nothing else", f"{bare:.3f}", "", "", ""),
                ("the same calls on square tiles of 512", f"{square:.3f}", "", f"{square / bare:.1f} times", ""),
                ("min / max kernel", f"{kernel:.3f}", "at least 0.9 of the rate of the bare calls",
                 f"{bare / kernel:.2f}", _met(bare / kernel >= 0.9)),
                ("whole ranking, 100 best pairs of every tumor", f"{ranked:.3f}", "at most 2 times the kernel",
                 f"{ranked / kernel:.2f}", _met(ranked / kernel <= 2)),
            ),
        ),
        "Joint positivity of all pairs over samples; the last columns say how many times longer a product of float\n"
        "matrices takes. `X @ Y` is the general product, `X @ X.T` the one of which numpy computes half:\n",
        table(
            ("antigens", "samples", "bits s", "float32 `X @ Y`", "float32 `X @ X.T`", "float64 `X @ X.T`"),
            (
                (row["antigens"], row["samples"], row["seconds"], *(
                    f"{seconds(rows, 'joint', task, samples=int(row['samples'])) / float(row['seconds']):.1f}"
                    for task in products))
                for row in rows if (row["part"], row["task"]) == ("joint", "bits")
            ),
        ),
        f"The goal is four times, at {most:,} samples: {times[plain]:.1f} against the general product of float32 "
        f"(met: {_met(times[plain] >= 4)}),\n{times['float32, symmetric']:.1f} against the symmetric one "
        f"(met: {_met(times['float32, symmetric'] >= 4)}).\n",
        "Triples, malignant against other cells of lung cancer (LUAD), CPU seconds; the search leaves out what\n"
        "cannot reach the list:\n",
        table(
            ("antigens", "cells", "gates", "s"),
            ((row["antigens"], row["samples"], f"{int(row['gates']):,}", row["seconds"])
             for row in rows if (row["part"], row["task"]) == ("triples", "search")),
        ),
        f"Counted one by one, {rate / 1e6:.1f} million gates a second pass one core at {counted['samples']} cells: all "
        f"{triples / 1e9:.1f} billion\ntriples of {ALL:,} antigens would be {triples / rate / 3600:.1f} hours for one "
        "tumor, before anything is left out.\n",
        "One ranking (33 tumors, 50 tissues) in wall seconds, of executors that had started:\n",
        table(
            ("antigens", "pairs", "this process", "2 processes", "Dask, 2 workers"),
            ((f"{size:,}", f"{size * (size - 1) // 2:,}", f"{took:.2f}", *(
                f"{seconds(rows, 'executors', task, antigens=size):.2f}" for task in ("processes", "dask")))
             for size, took in series(rows, "executors", "serial", "antigens")),
        ),
        f"To start them took {seconds(rows, 'executors', 'processes, start'):.1f} s and "
        f"{seconds(rows, 'executors', 'dask, start'):.1f} s. {_pays(rows, '')}\n",
        "All gates (A and B, not C) of antigens that are drawn from the cells of lung cancer, wall seconds likewise:\n",
        table(
            ("antigens", "gates", "this process", "2 processes", "Dask, 2 workers"),
            ((f"{size:,}", f"{pairs_of(size) * (size - 2):,}", f"{took:.1f}", *(
                f"{seconds(rows, 'executors', f'{task}, triples', antigens=size):.1f}"
                for task in ("processes", "dask")))
             for size, took in series(rows, "executors", "serial, triples", "antigens")),
        ),
        f"{_pays(rows, ', triples')}\n",
    ]  # fmt: skip
    return "\n".join(parts)


def _pays(rows: Sequence[Row], job: str) -> str:
    """From which size on each executor pays; `job` is what follows its name in the table."""
    said = []
    for task, name in (("processes", "Two processes"), ("dask", "A local Dask cluster")):
        least = pays_from(rows, task, job)
        said.append(f"{name} paid from {least} antigens on." if least else f"{name} did not pay at any size.")
    return " ".join(said)


def _met(met: bool) -> str:
    return "yes" if met else "no"


def page(text: str, rows: Sequence[Row]) -> str:
    """The page with its generated block written again."""
    return re.sub(
        f"{re.escape(OPEN)}.*?{re.escape(CLOSE)}",
        lambda _: f"{OPEN}\n\n{figures(rows)}\n{CLOSE}",
        text,
        flags=re.DOTALL,
    )


def plot(rows: Sequence[Row]) -> bytes:
    """Growth with antigens, tumors, samples and workers as an SVG; the same rows give the same bytes."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot
    from matplotlib.ticker import ScalarFormatter

    n = max(int(row["antigens"]) for row in rows if row["part"] == "ranking")
    names = {"bare": "bare np.minimum", "kernel": "min / max kernel", "rank": "whole ranking, top 100"}
    bits = {"bits": "bits", "float32, general": "float32 X @ Y", "float32, symmetric": "float32 X @ X.T"}
    places = {"serial": "this process", "processes": "2 processes", "dask": "Dask, 2 workers"}
    panels = (
        ("ranking", names, "antigens", {"tumors": 33}, "antigens (33 tumors)", "CPU s"),
        ("ranking", names, "tumors", {"antigens": n}, f"tumors ({n:,} antigens)", "CPU s"),
        ("joint", bits, "samples", {}, "samples", "CPU s"),
        ("executors", places, "antigens", {}, "antigens (33 tumors)", "wall s"),
    )
    style = {"svg.hashsalt": "bsab-kg", "svg.fonttype": "none", "font.size": 9, "axes.spines.top": False,
             "axes.spines.right": False}  # fmt: skip
    with matplotlib.rc_context(style):
        figure, axes = pyplot.subplots(2, 2, figsize=(8, 6), layout="constrained")
        for axis, (part, tasks, along, fixed, label, unit) in zip(axes.flat, panels, strict=True):
            for (task, name), marker in zip(tasks.items(), "so^", strict=True):
                found = series(rows, part, task, along, **fixed)
                axis.plot(*zip(*found, strict=True), marker=marker, markersize=4, linewidth=1.2, label=name)
            if part != "ranking":
                axis.set_xscale("log")
                axis.set_yscale("log")
                for one in (axis.xaxis, axis.yaxis):
                    one.set_major_formatter(ScalarFormatter())
            else:
                axis.set_xlim(left=0)
                axis.set_ylim(bottom=0)
            axis.set_xlabel(label)
            axis.set_ylabel(unit)
            axis.legend(frameon=False)
        stream = io.BytesIO()
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
        pyplot.close(figure)
    return b"".join(line.rstrip() + b"\n" for line in stream.getvalue().splitlines())
