"""One answer in four formats: a table for the eye, TSV, JSON and Markdown."""

from __future__ import annotations

import json

from kg.query import Answer, Value

FORMATS = ("table", "tsv", "json", "md")
_WIDTH = 60


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


def render(answer: Answer, style: str, width: int | None = None) -> str:
    """The text of an answer, ending with a line end (a table without rows is its header).

    Parameters
    ----------
    style
        One of `FORMATS`.
    width
        Total width that a `table` should keep to; cells are wrapped. None: as wide as it gets.
    """
    if style == "json":
        return json.dumps([dict(row) for row in answer.rows], ensure_ascii=False, indent=1) + "\n"
    cells = [[_text(row[name]) for name in answer.columns] for row in answer.rows]
    if style == "tsv":
        lines = [answer.columns, *cells]
        return "".join("\t".join(" ".join(cell.split()) for cell in line) + "\n" for line in lines)
    from tabulate import tabulate

    if style == "md":
        escaped = [[cell.replace("|", "\\|").replace("\n", " ") for cell in line] for line in cells]
        return tabulate(escaped, headers=answer.columns, tablefmt="pipe", disable_numparse=True) + "\n"
    limits = _column_limits(answer, cells, width)
    return (
        tabulate(
            cells,
            headers=answer.columns,
            tablefmt="simple",
            disable_numparse=True,
            maxcolwidths=limits,
            break_long_words=False,
        )
        + "\n"
    )


def _column_limits(answer: Answer, cells: list[list[str]], width: int | None) -> list[int | None] | None:
    """Widths that make the table fit: wide columns give way first."""
    if width is None or not cells:
        return None
    wanted = [max(len(name), *(len(line[index]) for line in cells)) for index, name in enumerate(answer.columns)]
    room = width - 2 * (len(wanted) - 1)
    if sum(wanted) <= room:
        return None
    limit = max(wanted)
    while limit > 12 and sum(min(width_, limit) for width_ in wanted) > room:
        limit -= 1
    return [limit if width_ > limit else None for width_ in wanted]
