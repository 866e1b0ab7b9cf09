"""One answer in four formats: a table for the eye, TSV, JSON and Markdown.

The layout of `table` is our own: the table libraries cost a quarter of what `kg show` may take.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kg.query import Answer, Value

FORMATS = ("table", "tsv", "json", "md")
_NARROWEST = 12
_UNBROKEN = 24  # as long as a claim's identifier, which must stay whole


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
        Total width that a `table` should keep to; cells are wrapped at spaces. None: as wide as it gets.
    """
    if style == "json":
        import json

        return json.dumps([dict(row) for row in answer.rows], ensure_ascii=False, indent=1) + "\n"
    cells = [[" ".join(_text(row[name]).split()) for name in answer.columns] for row in answer.rows]
    if style == "tsv":
        return "".join("\t".join(line) + "\n" for line in [answer.columns, *cells])
    if style == "md":
        escaped = [[in_markdown(cell) for cell in line] for line in cells]
        lines = [answer.columns, ["---"] * len(answer.columns), *escaped]
        return "".join(f"| {' | '.join(line)} |\n" for line in lines)
    return "".join(f"{line.rstrip()}\n" for line in _laid_out(answer.columns, cells, width))


def in_markdown(text: str) -> str:
    """Text that Markdown shows as it is: no cell ends, no HTML and no link begins in it."""
    return "".join(f"\\{character}" if character in "\\&|<>[]`*_" else character for character in text)


def _laid_out(columns: Sequence[str], cells: Sequence[Sequence[str]], width: int | None) -> Iterator[str]:
    limits = _column_limits(columns, cells, width)
    wrapped = [[_wrapped(cell, limit) for cell, limit in zip(line, limits, strict=True)] for line in [columns, *cells]]
    widths = [max(len(part) for line in wrapped for part in line[index]) for index in range(len(columns))]
    for number, line in enumerate(wrapped):
        for row in range(max(map(len, line))):
            parts = [part[row] if row < len(part) else "" for part in line]
            yield "  ".join(part.ljust(size) for part, size in zip(parts, widths, strict=True))
        if number == 0:
            yield "  ".join("-" * size for size in widths)


def _wrapped(cell: str, limit: int) -> list[str]:
    if len(cell) <= limit:
        return [cell]
    lines: list[str] = []
    longest = max(limit, _UNBROKEN)
    words = [word[at : at + longest] for word in cell.split(" ") for at in range(0, len(word), longest)]
    for word in words:
        if lines and len(lines[-1]) + 1 + len(word) <= limit:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines


def _column_limits(columns: Sequence[str], cells: Sequence[Sequence[str]], width: int | None) -> list[int]:
    """Widths that make the table fit: wide columns give way first."""
    wanted = [max(len(name), *(len(line[index]) for line in cells), 0) for index, name in enumerate(columns)]
    if width is None:
        return wanted
    room = width - 2 * (len(wanted) - 1)
    limit = max(wanted, default=0)
    while limit > _NARROWEST and sum(min(size, limit) for size in wanted) > room:
        limit -= 1
    return [min(size, limit) for size in wanted]
