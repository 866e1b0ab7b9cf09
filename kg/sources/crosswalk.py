"""Hand-made crosswalks (`data/crosswalks/*.tsv`): how upstream words map to ours."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from kg.errors import Finding
from kg.sources.registry import Context
from kg.tables import read_lines

_OUTSIDE = re.compile(r"[;,](?![^()]*\))")


def read_crosswalk(context: Context, name: str, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a crosswalk; a wrong header or a wrong row is a complaint."""
    path = context.root.data / "crosswalks" / f"{name}.tsv"
    shown = f"data/crosswalks/{name}.tsv"
    lines = read_lines(path, context.findings, shown)
    if not lines:
        return []
    if lines[0].split("\t") != list(columns):
        context.complain(f"{shown}:1", "has another header", f"it must be: {' '.join(columns)}")
        return []
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        cells = line.split("\t")
        if len(cells) != len(columns):
            context.complain(
                f"{shown}:{number}",
                f"has {len(cells)} cells, the header has {len(columns)}",
                "look for a missing or an extra tab",
            )
            continue
        rows.append(dict(zip(columns, cells, strict=True)))
    return rows


def tumor_phrases(context: Context) -> dict[str, tuple[str, ...]]:
    """Phrase -> MONDO CURIEs (none where the phrase names no tumor)."""
    rows = read_crosswalk(context, "tumor-phrases", ("phrase", "tumors", "note"))
    return {row["phrase"]: tuple(part for part in row["tumors"].split(";") if part) for row in rows}


def split_phrases(cell: str) -> list[str]:
    """The phrases of a cell: split at `;` and `,` outside round brackets."""
    return [phrase for part in _OUTSIDE.split(cell) if (phrase := part.strip())]


def tumors_of(context: Context, phrases: Mapping[str, tuple[str, ...]], cell: str, where: str) -> list[str]:
    """The tumors that a cell names; a phrase that the crosswalk lacks is a complaint."""
    found: dict[str, None] = {}
    for phrase in split_phrases(cell):
        if phrase not in phrases:
            context.complain(
                where,
                f"tumor phrase {phrase!r} is not mapped",
                "add it to data/crosswalks/tumor-phrases.tsv (no tumors: leave the cell empty)",
            )
        found.update(dict.fromkeys(phrases.get(phrase, ())))
    return list(found)


def missing_crosswalk(context: Context, name: str, key: str, where: str) -> None:
    """Complain that a crosswalk lacks a row."""
    context.findings.append(
        Finding("error", "import", where, f"{key!r} is not in data/crosswalks/{name}.tsv", "add a row for it")
    )
