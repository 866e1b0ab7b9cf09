"""Time `kg` as its users do: whole processes, beside a yardstick that runs in turn with it.

python benchmarks/whole_process.py            print the table
python benchmarks/whole_process.py --write    also write docs/benchmarks.tsv, which the README quotes

Seconds are medians of user plus system time of the finished process, so that a busy machine tells nearly the same
as an idle one. The ratio is the median of ratios of neighboring runs: kg, yardstick, kg, yardstick ...
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from kg.output import write_file

TARGET = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.tsv"
KG = (sys.executable, "-m", "kg")
RDFLIB = (sys.executable, "-c", "import rdflib")
CLICK = (sys.executable, "-c", "import click")


class Case(NamedTuple):
    """A command, what it is held against, the ratio that it should not exceed, and how often to run it."""

    name: str
    command: tuple[str, ...]
    yardstick: tuple[str, ...] | None
    limit: float | None
    runs: int


def cases(folder: Path) -> tuple[Case, ...]:
    """What is timed. `folder` is for outputs."""
    chains = ("ask", "mechanism-chains", "-p", "antibody=tarlatamab")
    return (
        Case("kg --help", (*KG, "--help"), CLICK, 1.3, 30),
        Case("kg show tarlatamab", (*KG, "show", "tarlatamab"), RDFLIB, 1.0, 30),
        Case("kg show EGFR", (*KG, "show", "EGFR"), RDFLIB, 1.0, 30),
        Case("kg ask " + " ".join(chains[1:]), (*KG, *chains), RDFLIB, 1.0, 30),
        Case(
            "kg ask pairs-in-tumor -p tumor=SCLC", (*KG, "ask", "pairs-in-tumor", "-p", "tumor=SCLC"), RDFLIB, 1.0, 30
        ),
        Case("kg chains --antibody tarlatamab", (*KG, "chains", "--antibody", "tarlatamab"), RDFLIB, 1.0, 30),
        Case("kg coverage --antibody tarlatamab", (*KG, "coverage", "--antibody", "tarlatamab"), RDFLIB, 1.0, 30),
        Case("kg path tarlatamab SCLC", (*KG, "path", "tarlatamab", "SCLC"), None, None, 10),
        Case("kg check", (*KG, "check"), None, None, 3),
        Case("kg report", (*KG, "report", "-o", str(folder / "report")), None, None, 3),
    )


def cpu_and_wall(command: Sequence[str], environment: dict[str, str]) -> tuple[float, float]:
    """Seconds of one run: user plus system of the process and its children, and from start to end."""
    start = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, time.perf_counter() - start


def measure(case: Case, environment: dict[str, str]) -> tuple[str, ...]:
    """One row: name, seconds of CPU, seconds of wall, yardstick, its CPU seconds, ratio, limit."""
    cpu_and_wall(case.command, environment)  # warm: cache, compiled Python files
    own, wall, other, ratios = [], [], [], []
    for _ in range(case.runs):
        cpu, took = cpu_and_wall(case.command, environment)
        own.append(cpu)
        wall.append(took)
        if case.yardstick:
            other.append(cpu_and_wall(case.yardstick, environment)[0])
            ratios.append(own[-1] / other[-1])
    first = (case.name, f"{statistics.median(own):.3f}", f"{statistics.median(wall):.3f}")
    if not case.yardstick:
        return (*first, "", "", "", "")
    yardstick = f"python -c '{case.yardstick[-1]}'"
    return (*first, yardstick, f"{statistics.median(other):.3f}", f"{statistics.median(ratios):.2f}", f"{case.limit}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.tsv")
    given = parser.parse_args()
    lines = [("command", "cpu_s", "wall_s", "yardstick", "yardstick_cpu_s", "ratio", "limit")]
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "KG_CACHE": str(Path(folder, "cache"))}
        for case in cases(Path(folder)):
            lines.append(measure(case, environment))
            print("\t".join(lines[-1]), flush=True)
    if given.write:
        write_file(TARGET, "".join("\t".join(line) + "\n" for line in lines).encode())


if __name__ == "__main__":
    main()
