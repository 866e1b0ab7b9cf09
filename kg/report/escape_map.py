"""Escapes as a map and as rows: kinds against antigens or tumors, those seen in patients on a bispecific marked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from kg.report.charts import Entry, matrix
from kg.report.citing import Pages
from kg.report.field import Cited, Field
from kg.report.words import many, plain
from kg.views.drawing import Figure, width_of
from kg.views.shapes import Cell, Mark, Piece

COLUMNS = (
    "kind of escape",
    "scope",
    "from",
    "tumor",
    "under",
    "seen in",
    "when",
    "in patients on a bispecific",
    "what was seen",
    "evidence",
)
KEY = (
    ("direct", "1/3: of three observations, one in patients on a bispecific in a solid tumor"),
    ("carried", "3: three observations, all carried over from elsewhere"),
)
_NOT_ESCAPE = "bsab:NotEscapeScope"
LIMITS = "a limit that is no escape (toxicity, exposure, host)"


def is_direct(field: Field, seen: str) -> bool:
    """Whether an observation was made in patients on a bispecific in a solid tumor."""
    return field.one(seen, "transferred") == "false"


def is_escape(field: Field, seen: str) -> bool:
    """Whether an observation is of an escape, and not of what was looked for and is none."""
    return field.one(field.one(seen, "escapeMechanism"), "hasScope") != _NOT_ESCAPE


def lines_of(field: Field, seen: str) -> list[Cited]:
    """The claims whose evidence lines name an observation."""
    found = []
    for line in field.who("observation", seen):
        found += [field.claims[claim] for claim in field.get(line, "evidenceFor") if claim in field.claims]
    return found


def observation_rows(field: Field, pages: Pages, observations: Iterable[str]) -> tuple[tuple[Cell, ...], ...]:
    """Rows under `COLUMNS`: direct ones first, then by scope, kind and antigen."""
    order = sorted(
        set(observations),
        key=lambda seen: (
            not is_direct(field, seen),
            field.label(field.one(field.one(seen, "escapeMechanism"), "hasScope")),
            field.label(field.one(seen, "escapeMechanism")),
            field.labels(field.get(seen, "escapesFrom")),
            seen,
        ),
    )
    return tuple(_row(field, pages, seen) for seen in order)


def _row(field: Field, pages: Pages, seen: str) -> tuple[Cell, ...]:
    kind = field.one(seen, "escapeMechanism")
    under: tuple[Piece, ...] = (
        *(pages.link(one) for one in field.get(seen, "observedUnder")),
        *field.get(seen, "agent"),
    ) or (field.labels(field.get(seen, "agentClass")).removesuffix(" agent"),)
    scope = field.label(field.one(kind, "hasScope")).removesuffix(" scope")
    return (
        pages.link(kind),
        plain(scope),
        pages.links(field.get(seen, "escapesFrom")) or "",
        pages.links(field.get(seen, "observedIn")) or "",
        under,
        field.label(field.one(seen, "setting")).removesuffix(" setting"),
        field.word(field.one(seen, "timing")),
        Mark("yes", "bad") if is_direct(field, seen) else "carried over",
        field.one(seen, "summary"),
        pages.cite(lines_of(field, seen)),
    )


def escape_map(field: Field, pages: Pages, observations: Iterable[str], across: str, name: str) -> tuple[Figure, ...]:
    """Kinds of escape x what stands under `across` (`escapesFrom`: antigens; `observedIn`: tumors); empty for none."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for seen in observations:
        if is_escape(field, seen):
            for other in field.get(seen, across) or ("",):
                found[field.one(seen, "escapeMechanism"), other].append(seen)
    if not found:
        return ()
    kinds = sorted({kind for kind, _ in found}, key=lambda k: (field.label(field.one(k, "hasScope")), field.label(k)))
    others = sorted({other for _, other in found}, key=lambda one: (one == "", field.label(one).lower()))
    none = "the drug or its class" if across == "escapesFrom" else "no tumor named"
    entries = {}
    for (kind, other), own in found.items():
        entries[kinds.index(kind), others.index(other)] = entry_of(
            field, own, f"{field.label(kind)}, {field.label(other) or none}"
        )
    rows = [(field.label(kind), pages.href(kind)) for kind in kinds]
    drawing = matrix(
        rows,
        [(field.label(o) or none, pages.href(o)) for o in others],
        entries,
        name,
        "; ".join(entry.title for entry in entries.values()),
        cell_size(entries.values()),
    )
    return (
        Figure(
            drawing,
            "Rows: kinds of escape, grouped by scope. The numbers count observations; the table has each.",
            KEY,
        ),
    )


def cell_size(entries: Iterable[Entry]) -> float:
    """How wide the cells of a map must be, in pixels, to hold its longest text."""
    return max(24.0, *(width_of(entry.text, 10.5) + 6 for entry in entries))


def entry_of(field: Field, own: Sequence[str], name: str) -> Entry:
    """A cell of a map: how many observations; before a slash, how many of them are direct, so that color only helps."""
    direct = sum(is_direct(field, one) for one in own)
    title = f"{name}: {many(len(own), 'observation')}"
    if direct:
        return Entry("direct", f"{direct}/{len(own)}", f"{title}, {direct} in patients on a bispecific")
    return Entry("carried", str(len(own)), f"{title}, carried over")


def scopes(field: Field, observations: Sequence[str]) -> str:
    """How many observations are direct, in words; limits that are no escape are counted apart, here and everywhere."""
    escapes = [seen for seen in observations if is_escape(field, seen)]
    limits = [seen for seen in observations if not is_escape(field, seen)]
    parts = [f"{direct_of(field, escapes)} of an escape"] if escapes else []
    parts += [f"{direct_of(field, limits)} of {LIMITS}"] if limits else []
    told = f"In patients on a bispecific in a solid tumor: {', and '.join(parts) or 'none'}."
    if all(is_direct(field, seen) for seen in observations):
        return told
    return told + " The others are carried over from other drugs, cells, blood cancers or models."


def direct_of(field: Field, observations: Sequence[str]) -> str:
    """How many of how many observations are direct."""
    return f"{sum(is_direct(field, one) for one in observations)} of {many(len(observations), 'observation')}"
