"""How compiling, opening, questions, the network, paths and chains grow with the graph."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from synthetic import make_tree

from kg.paths import find_root
from kg.query import questions

HEADER = ("triples", "stored", "compile_s", "compile_gb", "store_mb", "open_s", "questions", "geometric_mean_s",
          "slowest_s", "slowest", "stopped", "network_s", "path_s", "chains_one_s", "chains_all_s",
          "chains")  # fmt: skip
STOP = 60.0  # seconds for one question

Run = Callable[..., dict[str, Any]]


def measured(run: Run, folder: Path, sizes: tuple[int, ...]) -> Iterator[tuple[str, ...]]:
    """One row for each size, smallest first; the tree of each is made, measured and removed."""
    for size in sorted(sizes):
        root = folder / f"{size}"
        made = make_tree(find_root(None), root, size)
        yield _row(run, root, made)
        shutil.rmtree(root)


def _row(run: Run, root: Path, made: int) -> tuple[str, ...]:
    compiled = run("compile", root=root)
    place = Path(compiled["place"])
    asked: dict[str, float] = {}
    stopped: list[str] = []
    for one in questions():
        told = run("question", one.name, root=root, limit=STOP)
        if told["stopped"]:
            stopped.append(one.name)
        elif "s" in told:  # a smaller graph may not know an antibody of the examples
            asked[one.name] = told["s"]
    slowest = max(asked, key=lambda name: asked[name])
    mean = math.exp(sum(math.log(seconds) for seconds in asked.values()) / len(asked))
    network, path, chains = (run(job, root=root, limit=600.0) for job in ("network", "path", "chains"))
    return (
        str(made),
        str(compiled["triples"]),
        f"{compiled['cpu']:.1f}",
        f"{compiled['gb']:.2f}",
        f"{sum(file.stat().st_size for file in place.iterdir()) / 1e6:.0f}",
        f"{run('open', root=root)['s']:.4f}",
        str(len(asked)),
        f"{mean:.4f}",
        f"{asked[slowest]:.3f}",
        slowest,
        " ".join(stopped),
        _seconds(network, "s"),
        _seconds(path, "s"),
        _seconds(chains, "one"),
        _seconds(chains, "all"),
        str(chains.get("chains", "")),
    )


def _seconds(told: dict[str, Any], key: str) -> str:
    return "stopped" if told["stopped"] else f"{told[key]:.4f}" if key in told else ""
