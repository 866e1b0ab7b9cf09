"""`kg pairs` and `kg explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kg.cli.options import find_root, format_option, open_view, print_answer, print_footer, progress_bar, view_options

if TYPE_CHECKING:
    from pathlib import Path

    from kg.pairs.ranking import Pairs
    from kg.pairs.weights import Weights
    from kg.store import Opened

_WEIGHTS = click.option(
    "--weights", metavar="FILE", type=click.Path(), help="Own weights: a table of intent, feature, weight."
)


@click.command()
@click.option(
    "--tumor", metavar="TUMOR", help="Rank on this tumor. Without it: each pair on the tumor where it is best."
)
@click.option("--family", metavar="FAMILY", help="Family of the pairs [tumor-antigen-x-tumor-antigen].")
@click.option("--intent", metavar="INTENT", help="What the pair is for [the first intent of the family].")
@click.option("--with", "partner", metavar="ANTIGEN", help="Only pairs with this antigen.")
@click.option(
    "--open", "only_open", is_flag=True, help="Only pairs without a program, ended or going on, in this tumor."
)
@_WEIGHTS
@click.option("--top", default=20, show_default=True, type=click.IntRange(1, 4000), help="Pairs to show.")
@format_option
@view_options
def pairs(
    tumor: str | None,
    family: str | None,
    intent: str | None,
    partner: str | None,
    only_open: bool,
    weights: str | None,
    top: int,
    style: str,
    as_of: str | None,
    include_unread: bool,
    quiet: bool,
    root: str | None,
) -> None:
    """Rank antigen pairs of one family for one intent, and tell how open each is.

    Features lie between 0 and 1, higher is better; the score is their weighted mean over those that are known. It
    sorts, and is no probability. Expression is that of today, whatever the day of the view.
    """
    from kg.pairs.families import DEFAULT, family_named, intent_of
    from kg.pairs.ranking import rank_everywhere, rank_pairs, tumor_named

    chosen = family_named(family or DEFAULT)
    purpose = intent_of(chosen, intent)
    opened, opened_pairs, weighed = _open(root, as_of, include_unread, quiet, weights)
    if tumor is None:
        bar = None if quiet else progress_bar()
        ranking = rank_everywhere(opened_pairs, chosen, purpose, weighed[purpose], top, partner or "", only_open, bar)
    else:
        curie = tumor_named(opened, opened_pairs, tumor)
        ranking = rank_pairs(opened_pairs, chosen, purpose, curie, weighed[purpose], top, partner or "", only_open)
    print_answer(ranking.table(), style)
    if not quiet:
        where = f" on {', '.join(ranking.columns)}" if ranking.columns else ""
        click.echo(
            f"{chosen.name} for {purpose}{where}: {ranking.ranked} pairs ranked; other families and intents are "
            "ranked apart. A score sorts; it is no probability.",
            err=True,
        )
    print_footer(opened, quiet, len(ranking.pairs))


@click.command()
@click.argument("first")
@click.argument("second")
@click.option("--tumor", metavar="TUMOR", help="On this tumor; without it, where the pair ranks best.")
@_WEIGHTS
@format_option
@view_options
def explain(
    first: str,
    second: str,
    tumor: str | None,
    weights: str | None,
    style: str,
    as_of: str | None,
    include_unread: bool,
    quiet: bool,
    root: str | None,
) -> None:
    """Tell what speaks for and against joining the antigens FIRST and SECOND, and what would refute it."""
    from kg.pairs import card
    from kg.pairs.ranking import tumor_named

    opened, opened_pairs, weighed = _open(root, as_of, include_unread, quiet, weights)
    where = tumor_named(opened, opened_pairs, tumor) if tumor else ""
    found = card.explain(opened, opened_pairs, first, second, weighed, where)
    if style in ("table", "md"):
        title = f"{found.first} x {found.second} on {found.tumor_label} ({found.family.name})"
        click.echo(f"# {title}\n" if style == "md" else f"{title}\n")
    print_answer(found.table(), style)
    print_footer(opened, quiet, len(found.rows))


def _open(
    root: str | None, as_of: str | None, include_unread: bool, quiet: bool, weights: str | None
) -> tuple[Opened, Pairs, Weights]:
    from pathlib import Path

    from kg.expression import open_expression
    from kg.pairs.ranking import read_pairs
    from kg.pairs.weights import read_weights

    where = find_root(root)
    own: Path | None = Path(weights) if weights else None
    weighed = read_weights(where, own)
    opened = open_view(root, as_of, include_unread, quiet)
    return opened, read_pairs(opened, open_expression(where)), weighed
