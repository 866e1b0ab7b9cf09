"""Measure what docs/performance.md says, and write it.

python benchmarks/performance.py                       measure all, print the rows
python benchmarks/performance.py --write               also write docs/performance-*.tsv and docs/performance.md
python benchmarks/performance.py questions paths       only these parts: questions, growth, paths
python benchmarks/performance.py growth --sizes 1e7    only this size; the rows of other sizes stay
python benchmarks/performance.py --render              measure nothing; write the page from the tables again

All seconds are of CPU, user plus system, so that a busy machine tells nearly the same as an idle one. The part `paths`
needs rustworkx and scipy (benchmarks/requirements.txt).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import performance_page

from kg.output import write_file
from kg.paths import find_root
from kg.store import open_store
from kg.view import View

HERE = Path(__file__).resolve().parent
PARTS = ("questions", "growth", "paths")


def run(job: str, *arguments: str, root: Path | None = None, limit: float | None = None) -> dict[str, Any]:
    """What a worker tells, with `cpu` seconds and `gb` of memory of its process; `stopped` when it took too long.

    A worker that fails, since its graph lacks what the job needs, tells nothing else.
    """
    where = str(root or find_root(None).path)
    command = [sys.executable, str(HERE / "worker.py"), job, where, *arguments]
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        until = None if limit is None else time.monotonic() + limit
        stopped = False
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG if until else 0)
            if pid:
                break
            if until and time.monotonic() > until:
                stopped, until = True, None
                process.kill()
            else:
                time.sleep(0.01)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        told = json.loads(out.read()) if process.returncode == 0 else {}
    cpu, memory = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1e6
    return {"cpu": cpu, "gb": memory, "stopped": stopped, **told}


def machine() -> dict[str, str]:
    """What was measured on, and of what."""
    import platform

    import pyoxigraph

    view = open_store(find_root(None), View())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return {
        "data": view.data_version[:12],
        "triples": str(len(view.store)),
        "cores": str(os.cpu_count()),
        "memory_gb": f"{memory:.0f}",
        "python": platform.python_version(),
        "pyoxigraph": pyoxigraph.__version__,
    }


def table_of(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    return "".join("\t".join(row) + "\n" for row in (header, *rows)).encode()


def told(rows: Iterable[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """The same rows, each printed as it comes."""
    for row in rows:
        print("\t".join(row), flush=True)
        yield row


def merged(part: str, header: Sequence[str], rows: Sequence[tuple[str, ...]]) -> list[Sequence[str]]:
    """New rows of sizes beside those that the table holds already."""
    known = performance_page.read(part)
    size = header.index("triples")
    magnitude = {len(row[size]): row for row in ([list(row.values()) for row in known])}
    magnitude |= {len(row[size]): list(row) for row in rows}
    return [magnitude[key] for key in sorted(magnitude)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all of them if none")
    parser.add_argument("--sizes", default="1e5,1e6", help="of the part growth, with commas between")
    parser.add_argument("--only", default="", help="questions, with commas between; nothing is written then")
    parser.add_argument("--write", action="store_true", help="write the tables and docs/performance.md")
    parser.add_argument("--render", action="store_true", help="write docs/performance.md from the tables")
    given = parser.parse_args()
    if set(given.parts) - set(PARTS):
        parser.error(f"there are the parts {', '.join(PARTS)}")
    parts = () if given.render else tuple(given.parts) or PARTS
    only = tuple(name for name in given.only.split(",") if name)
    write = given.write and not only
    start = time.monotonic()
    tables: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as folder:
        os.environ["KG_CACHE"] = str(Path(folder, "cache"))
        if parts:
            facts = machine()
            tables["machine"] = table_of(("what", "value"), facts.items())
        if "questions" in parts:
            import of_questions

            rows = list(told(of_questions.measured(run, only)))
            tables["questions"] = table_of(of_questions.HEADER, rows)
        if "paths" in parts:
            import of_paths

            tables["paths"] = table_of(of_paths.HEADER, list(told(of_paths.measured())))
        if "growth" in parts:
            import of_growth

            sizes = tuple(int(float(size)) for size in given.sizes.split(","))
            grown = list(told(of_growth.measured(run, Path(folder), sizes)))
            tables["growth"] = table_of(of_growth.HEADER, merged("growth", of_growth.HEADER, grown))
    print(f"{time.monotonic() - start:.0f} s of wall time", file=sys.stderr)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    print(f"{peak:.1f} GB of memory at most in one process", file=sys.stderr)
    if write or given.render:
        for part, content in tables.items():
            write_file(performance_page.path_of(part), content)
        write_file(performance_page.PAGE, performance_page.page().encode())


if __name__ == "__main__":
    main()
