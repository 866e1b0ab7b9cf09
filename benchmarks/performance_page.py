"""The page docs/performance.md and the block of the README, from the tables that performance.py left."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE = DOCS / "performance.md"

Row = Mapping[str, str]


def path_of(part: str) -> Path:
    """Where the table of a part is."""
    return DOCS / f"performance-{part}.tsv"


def read(part: str) -> list[dict[str, str]]:
    """The rows of a part; none where it was not measured."""
    return _rows(path_of(part))


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    header, *lines = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    return [dict(zip(header, line, strict=True)) for line in lines]


def rdflib_seconds(row: Row) -> float:
    """Seconds that rdflib counts with: parsing and query, 60 where it was stopped."""
    return float(row["rdflib_parse_s"]) + float(row["rdflib_query_s"])


def geometric_mean(values: Iterable[float]) -> float:
    """The mean of ratios."""
    logs = [math.log(value) for value in values]
    return math.exp(sum(logs) / len(logs))


def goals() -> list[tuple[str, str, str, str]]:
    """What should be reached on the real graph: goal, limit, measured, whether it is met."""
    rows = read("questions")
    faster = {row["question"]: rdflib_seconds(row) / float(row["kg_process_s"]) for row in rows}
    over = {row["question"]: float(row["kg_ask_s"]) / float(row["pyoxigraph_s"]) for row in rows}
    slow = {row["question"]: float(row["kg_ask_s"]) for row in rows}
    least, most, slowest = (
        min(faster, key=faster.__getitem__),
        max(over, key=over.__getitem__),
        max(slow, key=slow.__getitem__),
    )
    mean, overhead = geometric_mean(faster.values()), geometric_mean(over.values())
    whole = [row for row in _rows(DOCS / "benchmarks.tsv") if row["command"].startswith(("kg ask", "kg chains"))]
    worst = max(whole, key=lambda row: float(row["ratio"]))
    return [
        _goal("times faster than rdflib, geometric mean", "at least 10", f"{mean:.0f}", mean >= 10),
        _goal("the same, the least", "at least 1", f"{faster[least]:.0f} (`{least}`)", faster[least] >= 1),
        _goal("time over that of pyoxigraph alone, geometric mean", "at most 1.3", f"{overhead:.2f}", overhead <= 1.3),
        _goal("the same, the most", "at most 1.3", f"{over[most]:.2f} (`{most}`)", over[most] <= 1.3),
        _goal("slowest question", "at most 0.3 s", f"{slow[slowest]:.3f} s (`{slowest}`)", slow[slowest] <= 0.3),
        _goal(
            "whole process over `python -c 'import rdflib'`, the most",
            "at most 1",
            f"{worst['ratio']} (`{worst['command']}`)",
            float(worst["ratio"]) <= 1,
        ),
    ]  # fmt: skip


def _goal(what: str, limit: str, measured: str, met: bool) -> tuple[str, str, str, str]:
    return what, limit, measured, "yes" if met else "no"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def summary() -> str:
    """The goals as a table, for the README too."""
    return table(("on the real graph", "goal", "measured", "met"), goals())


def page() -> str:
    """The whole page."""
    facts = {row["what"]: row["value"] for row in read("machine")}
    questions, growth, paths = read("questions"), read("growth"), read("paths")
    stopped = sum(bool(row["stopped"]) for row in questions)
    parts = [
        "<!-- Written by benchmarks/performance.py; do not edit. -->\n",
        "# Performance\n",
        "How long do answers take, beside rdflib and beside the engine alone, and how does that grow? One command\n"
        "measures it and writes this page:\n",
        "```sh\npython benchmarks/performance.py --write\n```\n",
        f"Data {facts['data']}, {int(facts['triples']):,} triples in the store of the default view; {facts['cores']} "
        f"cores, {facts['memory_gb']} GB of\nmemory, Python {facts['python']}, pyoxigraph {facts['pyoxigraph']}. All "
        "seconds are CPU seconds, user plus system.\n",
        summary(),
        "## Questions\n",
        "Each named question with the examples of its header. `kg ask` is the whole process: Python starts, the store\n"
        "is opened, the question is read and answered, the rows are printed. In process, kg and pyoxigraph take turns\n"
        "on one open store; kg looks names up and gives values, pyoxigraph alone gets IRIs and gives the text of each\n"
        "cell. rdflib parses the same view and then answers; that Python and rdflib have to be loaded first is not\n"
        "counted. It was stopped when parsing and query had taken 60 seconds, and counts as 60 then. That happened\n"
        f"to {stopped} of {len(questions)} questions.\n",
        table(
            ("question", "rows", "`kg ask` s", "opened, asked s", "asked s", "pyoxigraph s", "over", "rdflib s",
             "times faster"),
            (_question(row) for row in questions),
        ),
        "## Growth\n",
        "Trees made by `benchmarks/synthetic.py`: copies of antibodies and escape observations with all that hangs\n"
        "on them, with antigens drawn so that few are common. Stored is what the default view holds of the triples,\n"
        "with its derived triples and the index of names. Compiling holds the whole graph in memory once. Questions\n"
        "are asked in fresh processes, opening included; one that took more than 60 seconds was stopped.\n",
        table(
            ("triples", "stored", "compile s", "memory GB", "store MB", "open s", "questions", "geometric mean s",
             "slowest s", "stopped", "network s", "5 paths s", "chains of one s", "all chains s", "chains"),
            (_grown(row) for row in growth),
        ),
        "## Paths and chains\n",
        "On the real graph, in one run. The graph is the projection that `kg path` walks; the first row is what it\n"
        "takes to put it into the forms of all three libraries. The last column says how many times faster an engine\n"
        "is than the first one of its task.\n",
        table(
            ("task", "engine", "s", "counted", "times faster"),
            (tuple(row.values()) for row in paths),
        ),
        "networkx serves what a command does, one search between two entities; most of the time of `kg path` goes\n"
        "into reading the network and loading libraries. For all pairs at once a sparse matrix is the tool: the\n"
        "number of four-edge paths follows from products of the adjacency matrix (`four_edge_paths` in\n"
        "`benchmarks/of_paths.py`), and equals that of the paths counted one by one. rustworkx is the fastest at\n"
        "listing the paths of one pair. kg depends on neither: no command asks for all pairs.\n",
    ]  # fmt: skip
    return "\n".join(parts)


def _question(row: Row) -> tuple[str, ...]:
    took = rdflib_seconds(row)
    return (
        f"`{row['question']}`",
        row["rows"],
        f"{float(row['kg_process_s']):.3f}",
        f"{float(row['kg_open_and_ask_s']):.3f}",
        f"{float(row['kg_ask_s']):.4f}",
        f"{float(row['pyoxigraph_s']):.4f}",
        f"{float(row['kg_ask_s']) / float(row['pyoxigraph_s']):.2f}",
        f"{took:.1f}{' (stopped)' if row['stopped'] else ''}",
        f"{took / float(row['kg_process_s']):.0f}",
    )


def _grown(row: Row) -> tuple[str, ...]:
    slowest = f"{row['slowest_s']} (`{row['slowest']}`)"
    stopped = ", ".join(f"`{name}`" for name in row["stopped"].split()) or "none"
    told = [row[name] for name in ("network_s", "path_s", "chains_one_s", "chains_all_s", "chains")]
    first = [row[name] for name in ("compile_s", "compile_gb", "store_mb", "open_s", "questions", "geometric_mean_s")]
    return (
        f"{int(row['triples']):,}",
        f"{int(row['stored']):,}",
        *first,
        slowest,
        stopped,
        *(one or "-" for one in told),
    )
