"""`kg benchmark`."""

from __future__ import annotations

from importlib.util import find_spec

import click

from kg.cli.options import find_root, format_option, print_answer, progress_bar, root_option

_NEEDS = ("scipy", "sklearn")


@click.command()
@click.option("--family", "families", multiple=True, metavar="FAMILY", help="Family to judge [all that are judged].")
@click.option("--cut", "cut_name", default="development", show_default=True, metavar="CUT", help="Day of the ranking.")
@click.option("--ranker", "names", multiple=True, metavar="NAME", help="Ranker to run, beside the baselines [all].")
@click.option("--counts", is_flag=True, help="Only count the positives, by family and cut.")
@click.option("--draws", default=1000, show_default=True, type=click.IntRange(10, 100_000), help="Bootstrap draws.")
@click.option("--log", "logged", is_flag=True, help="Append the run to docs/benchmark_log.tsv.")
@click.option("--note", default="", metavar="TEXT", help="Why this run was made, for the log.")
@click.option("--write", is_flag=True, help="Write docs/benchmark.tsv, page and pictures; or the counts.")
@format_option
@click.option("-q", "--quiet", is_flag=True, help="No words on stderr.")
@root_option
def benchmark(
    families: tuple[str, ...],
    cut_name: str,
    names: tuple[str, ...],
    counts: bool,
    draws: int,
    logged: bool,
    note: str,
    write: bool,
    style: str,
    quiet: bool,
    root: str | None,
) -> None:
    """Judge the rankings of pairs by time: rank as of a past day, and see where later pairs stand.

    The protocol is docs/benchmark-protocol.md. Cuts: development, for choosing features and weights; 2019, 2021 and
    wide are tests, to be run once, with --log.
    """
    from kg.errors import KgError

    where = find_root(root)
    if logged or write:
        where.require_checkout("kg benchmark --log, --write")
    if counts:
        _count(root, style, quiet, write)
        return
    missing = [name for name in _NEEDS if find_spec(name) is None]
    if write and find_spec("matplotlib") is None:
        missing.append("matplotlib")
    if missing:
        raise KgError(
            f"needs {', '.join(missing)}, which is not installed",
            "kg benchmark",
            "pip install 'bsab-kg[benchmark,plot]'",
        )
    from kg.benchmark.log import append_log, commit_of
    from kg.benchmark.protocol import CUTS, JUDGED, cut_named, judged_family
    from kg.benchmark.rankers import rankers
    from kg.benchmark.run import COLUMNS, open_bench, run
    from kg.benchmark.write import write_results
    from kg.query import records

    cut = cut_named(cut_name)
    chosen = [judged_family(name).name for name in families] or list(JUDGED)
    baselines = [ranker.name for ranker in rankers() if ranker.kind == "baseline"] if names else []
    wanted = [ranker.name for ranker in rankers(names={*names, *baselines})] if names else []
    if cut.purpose == "test" and not logged and not quiet:
        click.echo(f"kg: cut {cut.name} is a test: the protocol wants it run once, with --log", err=True)
    bench = open_bench(where)
    commit = commit_of(where)
    rows = run(bench, cut, chosen, wanted, draws=draws, tell=None if quiet else progress_bar())
    if logged:
        append_log(where, rows, commit, note)
    if write:
        for path in write_results(where, rows):
            click.echo(f"wrote {path}", err=True)
    shown = [name for name in COLUMNS if name not in ("data", "until", "draws", "kind", "undated")]
    print_answer(records(shown, rows), style)
    if not quiet:
        later = "" if cut.until else f", the day that the sources reach ({bench.truth.as_of})"
        click.echo(
            f"Cut {cut.name}: {cut.window(bench.truth.as_of)}{later}; test cuts: "
            f"{', '.join(one.name for one in CUTS.values() if one.purpose == 'test')}. Metrics need 30 positives. "
            f"{bench.now.footer()}",
            err=True,
        )


def _count(root: str | None, style: str, quiet: bool, write: bool) -> None:
    from kg.benchmark.counts import count_positives
    from kg.benchmark.truth import read_truth
    from kg.benchmark.write import write_counts
    from kg.expression import read_universe
    from kg.store import open_store
    from kg.view import View

    where = find_root(root)
    now = open_store(where, View())
    universe = read_universe(where)
    answer = count_positives(read_truth(now, open_store(where, View("", True)), universe), universe)
    if write:
        click.echo(f"wrote {write_counts(where, answer)}", err=True)
    print_answer(answer, style)
    if not quiet:
        click.echo(now.footer(), err=True)
