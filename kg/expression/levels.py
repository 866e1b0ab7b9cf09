"""The highest levels of one antigen, as rows for the eye: where, how much, in which unit, by which source."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from kg.expression.dense import Dense, Numbers
from kg.expression.reader import Expression

COLUMNS = ("kind", "place", "id", "value", "unit", "detail", "source")
_LEVELS = ("not detected", "low", "medium", "high")
_RELIABILITY = ("uncertain", "approved", "supported", "enhanced")

Level = dict[str, str | float | None]
Shown = tuple[Numbers, str, Callable[[int], str]]  # values by column, unit, detail of a column


def levels(expression: Expression, name: str, kind: str = "", top: int = 10) -> list[Level]:
    """Rows of `COLUMNS` for the antigen of that name: of each kind and source the `top` highest, highest first.

    Parameters
    ----------
    kind
        `normal`, `cell`, `tumor` (with subtypes), `protein` (normal tissue and tumors); all, if empty.
    top
        Rows of a kind and source; equal levels stand by name. What a source does not know has no row.

    Raises
    ------
    NotFoundError
        No antigen is called so.
    """
    position = expression.universe.find(name)
    rows: list[Level] = []
    for shown, kinds in SHOWN.items():
        if kind in ("", shown):
            for one in kinds:
                for sources in _ranked_together(expression, one):
                    rows += _highest(expression, shown, one, sources, position, top)
    return rows


def _ranked_together(expression: Expression, kind: str) -> Iterator[tuple[str, ...]]:
    """The sources of a kind; the 33 cohorts of TCGA are one list, though HPA gives 21 of them and GDC 12."""
    sources = expression.sources(kind)
    tcga = tuple(source for source in sources if kind == "tumor" and source in ("gdc", "hpa"))
    if tcga:
        yield tcga
    yield from ((source,) for source in sources if source not in tcga)


def _highest(
    expression: Expression, shown: str, kind: str, sources: tuple[str, ...], position: int, top: int
) -> list[Level]:
    found: list[tuple[float, Level]] = []
    for source in sources:
        dense = expression.read(kind, source)
        values, unit, detail = SHOWN[shown][kind](expression, dense, position)
        for column in np.flatnonzero(~np.isnan(values)).tolist():
            value = float(values[column])
            row: Level = {
                "kind": shown,
                "place": _place(dense, column),
                "id": dense.ids[column] or None,
                "value": float(f"{value:.4g}"),
                "unit": unit,
                "detail": detail(column) or None,
                "source": dense.sources[0],
            }
            found.append((-value, row))
    found.sort(key=lambda pair: (pair[0], str(pair[1]["place"])))
    return [row for _, row in found[:top]]


def _place(dense: Dense, column: int) -> str:
    """The name of a column, with what narrows or explains it: the cell type of a tissue, the tumor of a cohort."""
    name, group = dense.columns[column].replace("_", " "), dense.groups[column]
    if not group or group == name:
        return name
    return f"{name}, {group}" if dense.kind == "protein" else f"{name} ({group})"


def _normal(expression: Expression, dense: Dense, position: int) -> Shown:
    def detail(column: int) -> str:
        tissue = expression.tissues.get(dense.ids[column])
        words = [" and ".join(tissue.classes)] if tissue else []
        if "fraction_zero" in dense.layers:
            low, high, zero = (
                float(dense.layers[name][position, column])
                for name in ("lower_quartile", "upper_quartile", "fraction_zero")
            )
            words.append(f"quartiles {low:.3g} to {high:.3g}, none in {zero:.0%}")
        return "; ".join(words)

    return dense.layers["median"][position], dense.unit.partition(" (")[0], detail


def _cell(_: Expression, dense: Dense, position: int) -> Shown:
    return dense.layers["mean"][position], "nTPM", lambda _: ""


def _tumor(_: Expression, dense: Dense, position: int) -> Shown:
    detail = "median FPKM, rescaled" if "FPKM" in dense.unit else "median TPM, rescaled"
    return dense.layers["median"][position], "TPM", lambda _: detail


def _subtype(_: Expression, dense: Dense, position: int) -> Shown:
    def detail(column: int) -> str:
        low, high, samples = (float(dense.layers[name][position, column]) for name in ("q1", "q3", "samples"))
        return f"model-derived; quartiles {low:.3g} to {high:.3g}, {samples:.0f} samples"

    return dense.layers["median"][position], "TPM", detail


def _protein(_: Expression, dense: Dense, position: int) -> Shown:
    def detail(column: int) -> str:
        level, reliability = (int(dense.layers[name][position, column]) for name in ("level", "reliability"))
        return f"{_LEVELS[level]}, {_RELIABILITY[reliability]}"

    return dense.layers["level"][position], "level 0 to 3", detail


def _stain(_: Expression, dense: Dense, position: int) -> Shown:
    counts = {name: values[position] for name, values in dense.layers.items()}
    patients = np.sum(list(counts.values()), axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):  # no patient: no share
        share = (counts["high"] + counts["medium"]) / patients

    def detail(column: int) -> str:
        words = [f"{counts[name][column]:.0f} {name.replace('_', ' ')}" for name in ("high", "medium", "low")]
        return f"{', '.join(words)} of {patients[column]:.0f} patients"

    return share.astype(np.float32), "share medium or high", detail


SHOWN: Mapping[str, Mapping[str, Callable[[Expression, Dense, int], Shown]]] = {
    "tumor": {"tumor": _tumor, "subtype": _subtype},
    "normal": {"normal": _normal},
    "cell": {"cell": _cell},
    "protein": {"protein": _protein, "stain": _stain},
}
