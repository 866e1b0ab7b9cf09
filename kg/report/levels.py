"""Expression of antigens for pages: normal tissues by what their loss means, and tumors; every matrix is read once."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import NamedTuple

from kg.errors import KgError
from kg.expression.dense import Dense
from kg.expression.reader import Expression, open_expression
from kg.report.charts import Block, blocks, shown
from kg.report.field import Field
from kg.report.words import many
from kg.views.drawing import Figure
from kg.views.shapes import Cell

CLASSES = ("vital", "expendable", "privileged", "other")
STEPS = (1.0, 5.0, 10.0, 50.0, 200.0)
KEY = (("q0", "below 1"), ("q1", "1"), ("q2", "5"), ("q3", "10"), ("q4", "50"), ("q5", "200 or more"))
_PROTEIN = ("no", "low", "medium", "high")


class Level(NamedTuple):
    """What is known of an antigen in a place: RNA by two sources (nTPM, TPM), staining 0 to 3 (None: unknown)."""

    place: str
    kind: str
    hpa: float | None
    gtex: float | None
    stain: float | None


class TumorLevel(NamedTuple):
    """Median RNA in a cohort (TPM, rescaled), and the share of patients whose tumor stains medium or high."""

    place: str
    tumor: str
    rna: float | None
    share: float | None


class Levels:
    """The expression layer of a root as rows a place; empty where the root has none."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self._normal: dict[str, tuple[Level, ...]] = {}
        self._tumors: dict[str, tuple[TumorLevel, ...]] = {}
        try:
            self._expression: Expression | None = open_expression(field.opened.root)
        except KgError:
            self._expression = None

    @cached_property
    def _places(self) -> dict[str, int]:
        if self._expression is None:
            return {}
        antigens = self._expression.universe.antigens
        places = {antigen.symbol: place for place, antigen in enumerate(antigens)}
        return places | {
            f"UniProt:{antigen.uniprot}": place for place, antigen in enumerate(antigens) if antigen.uniprot
        }

    def position(self, antigen: str) -> int | None:
        """The row of an antigen by CURIE or symbol; None where the universe does not hold it."""
        return self._places.get(antigen)

    @cached_property
    def _read(self) -> dict[tuple[str, str], Dense]:
        assert self._expression is not None
        wanted = (
            ("normal", "hpa", "median"),
            ("normal", "gtex", "median"),
            ("protein", "hpa", "level"),
            ("tumor", "hpa", "median"),
            ("tumor", "gdc", "median"),
            ("tumor", "rollup", "median"),
            ("subtype", "pirlygenes", "median"),
            ("stain", "hpa"),
        )
        files = self._expression.files
        return {
            (kind, source): self._expression.read(kind, source, *layers)
            for kind, source, *layers in wanted
            if (kind, source) in files
        }

    def normal(self, antigen: str) -> tuple[Level, ...]:
        """Levels in normal tissues, by class of the tissue, the highest first."""
        if antigen not in self._normal:
            self._normal[antigen] = self._read_normal(antigen)
        return self._normal[antigen]

    def tumors(self, antigen: str) -> tuple[TumorLevel, ...]:
        """Levels in tumors, the highest RNA first, then what is only stained."""
        if antigen not in self._tumors:
            self._tumors[antigen] = self._read_tumors(antigen)
        return self._tumors[antigen]

    def _read_normal(self, antigen: str) -> tuple[Level, ...]:
        at = self.position(antigen)
        if at is None:
            return ()
        assert self._expression is not None
        names: dict[str, str] = {}
        values: dict[str, dict[str, float]] = defaultdict(dict)
        for (kind, source), dense in self._read.items():
            if kind not in ("normal", "protein"):
                continue
            row = dense.layers["median" if kind == "normal" else "level"][at]
            for column, (curie, name) in enumerate(zip(dense.ids, dense.columns, strict=True)):
                value = float(row[column])
                if value == value:
                    key = curie or name
                    names.setdefault(key, name.replace("_", " "))
                    of = source if kind == "normal" else "stain"
                    values[key][of] = max(value, values[key].get(of, value))
        rows = []
        for key, found in values.items():
            tissue = self._expression.tissues.get(key)
            kind = next((one for one in CLASSES if tissue and one in tissue.classes), "other")
            rows.append(
                Level(
                    tissue.label if tissue else names[key],
                    kind,
                    found.get("hpa"),
                    found.get("gtex"),
                    found.get("stain"),
                )
            )
        return tuple(sorted(rows, key=lambda r: (CLASSES.index(r.kind), -max(r.hpa or 0, r.gtex or 0), r.place)))

    def _read_tumors(self, antigen: str) -> tuple[TumorLevel, ...]:
        at = self.position(antigen)
        if at is None:
            return ()
        rows: list[TumorLevel] = []
        for (kind, _), dense in self._read.items():
            if kind in ("tumor", "subtype"):
                row = dense.layers["median"][at]
                for column, (curie, name) in enumerate(zip(dense.ids, dense.columns, strict=True)):
                    value = float(row[column])
                    if value == value:
                        rows.append(TumorLevel(self._cohort(dense, column, name), curie, value, None))
            elif kind == "stain":
                counts = {layer: values[at] for layer, values in dense.layers.items()}
                for column, (curie, name) in enumerate(zip(dense.ids, dense.columns, strict=True)):
                    total = float(sum(values[column] for values in counts.values()))
                    if total == total and total > 0:
                        share = float(counts["high"][column] + counts["medium"][column]) / total
                        rows.append(TumorLevel(name, curie, None, share))
        return tuple(sorted(rows, key=lambda r: (r.rna is None, -(r.rna or 0), -(r.share or 0), r.place)))

    def _cohort(self, dense: Dense, column: int, name: str) -> str:
        group = dense.groups[column].partition(",")[0]
        return f"{group} ({name.replace('_', ' ')})" if group else name

    def figure(self, antigen: str, label: str) -> tuple[Figure, ...]:
        """The heat map of one antigen; empty where nothing is known."""
        normal, tumors = self.normal(antigen), self.tumors(antigen)
        if not normal and not tumors:
            return ()
        below = sum(not _stands_out(row) for row in normal)
        groups = [
            Block(
                f"{kind} tissues",
                ("HPA", "GTEx", "protein"),
                tuple((r.place, (r.hpa, r.gtex, None)) for r in rows),
                tuple((2, _PROTEIN[int(r.stain)] if r.stain is not None else "–") for r in rows),
            )
            for kind in CLASSES
            if (rows := [row for row in normal if row.kind == kind and _stands_out(row)])
        ]
        rna = [row for row in tumors if row.rna is not None][:24]
        if rna:
            groups.append(Block("tumors, highest 24", ("RNA",), tuple((r.place, (r.rna,)) for r in rna)))
        worst = max((r for r in normal if r.kind == "vital"), key=lambda r: max(r.hpa or 0, r.gtex or 0), default=None)
        told = (
            f"Highest in vital tissue: {worst.place}, {shown(max(worst.hpa or 0, worst.gtex or 0))}. " if worst else ""
        )
        told += f"Highest in a tumor: {rna[0].place}, {shown(rna[0].rna)}." if rna else ""
        caption = (
            "RNA: HPA consensus (nTPM), GTEx (median TPM), tumors (median TPM, rescaled). Protein: the strongest "
            "staining of any "
            f"cell type (HPA). {told} RNA is no protein, and neither tells which cell of a tumor carries it. "
            f"Undated: no as-of date filters it. {many(below, 'normal tissue')} with RNA below 1 and no staining "
            "above low: in the table only."
        )
        return (
            Figure(blocks(groups, STEPS, f"Where {label} stands in normal tissues and tumors", told), caption, KEY),
        )

    def rows(self, antigen: str) -> tuple[tuple[Cell, ...], ...]:
        """The same numbers as rows: place, class, RNA, RNA by GTEx, protein; tumors from RNA 2 on."""
        rows: list[tuple[Cell, ...]] = []
        for level in self.normal(antigen):
            stain = _PROTEIN[int(level.stain)] if level.stain is not None else ""
            rows.append((level.place, level.kind, _number(level.hpa), _number(level.gtex), stain))
        for tumor in self.tumors(antigen):
            if tumor.share is not None or (tumor.rna or 0) >= 2:
                share = f"{tumor.share:.0%} medium or high" if tumor.share is not None else ""
                rows.append((tumor.place, "tumor", _number(tumor.rna), "", share))
        return tuple(rows)


def _stands_out(level: Level) -> bool:
    return max(level.hpa or 0, level.gtex or 0, (level.stain or 0) - 1) >= 1


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


COLUMNS = ("place", "class", "RNA (HPA nTPM; tumors TPM)", "RNA, GTEx (TPM)", "protein, or share of patients")
