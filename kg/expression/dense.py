"""Dense numbers of antigens as one file: arrays with the names of their rows and columns, to bytes and back."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kg.errors import KgError

Numbers = NDArray[np.float32]
_FIXED = ((np.dtype(np.uint8), 255, 0, 254), (np.dtype(np.int16), -32768, -32767, 32767))


@dataclass(frozen=True, slots=True)
class Dense:
    """What one source says of antigens, in numbers.

    Parameters
    ----------
    kind
        One of `kg.expression.KINDS`.
    sources
        Ids of `data/sources.tsv`.
    unit
        The unit of the first layer, and what was done to it.
    rows
        HGNC symbols, one a row.
    columns
        Tissues, cells, cohorts or samples as the source names them, one a column.
    groups
        What narrows or explains each column (the cell type of a tissue, the tumor of a cohort, the cohort of a
        sample, the state of a cell), or "".
    ids
        The CURIE of each column (UBERON, MONDO), or "".
    layers
        Arrays of rows x columns by name, float32; what is missing is NaN.
    steps
        Layer -> its resolution, for layers that are kept as multiples of it (in one or two bytes); others are kept as
        float32.
    totals
        Sum of each column over all genes of the source before it was rescaled to 10^6; empty where it was not.
    """

    kind: str
    sources: tuple[str, ...]
    unit: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    groups: tuple[str, ...]
    ids: tuple[str, ...]
    layers: Mapping[str, Numbers]
    steps: Mapping[str, float] = field(default_factory=dict)
    totals: tuple[float, ...] = ()

    def to_bytes(self) -> bytes:
        """A compressed `.npz`. The same numbers give the same bytes wherever zlib is the same.

        Raises
        ------
        ValueError
            A layer has another shape, or a number that its step cannot hold.
        """
        about = {"kind": self.kind, "sources": self.sources, "unit": self.unit, "steps": dict(self.steps)}
        arrays: dict[str, NDArray[np.generic]] = {
            "about": np.array(json.dumps(about, ensure_ascii=False, sort_keys=True)),
            "rows": np.array(self.rows, dtype=np.str_),
            "columns": np.array(self.columns, dtype=np.str_),
            "groups": np.array(self.groups, dtype=np.str_),
            "ids": np.array(self.ids, dtype=np.str_),
            "totals": np.array(self.totals, dtype=np.float64),
        }
        shape = (len(self.rows), len(self.columns))
        for name, values in self.layers.items():
            if values.shape != shape or not len(self.columns) == len(self.groups) == len(self.ids):
                raise ValueError(f"layer {name} is {values.shape}, and the names are {shape}")
            arrays[f"layer.{name}"] = _packed(values, self.steps.get(name, 0))
        stream = io.BytesIO()
        np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]  # numpy's stub of `allow_pickle`
        return stream.getvalue()


def _packed(values: Numbers, step: float) -> NDArray[np.generic]:
    if not step:
        return np.ascontiguousarray(values, dtype=np.float32)
    known = ~np.isnan(values)
    whole = np.rint(np.where(known, values, 0).astype(np.float64) / step)
    for dtype, missing, least, most in _FIXED:
        if whole.size == 0 or (whole.min() >= least and whole.max() <= most):
            return np.where(known, whole, missing).astype(dtype)
    raise ValueError(f"a number is beyond what two bytes hold in steps of {step}")


def _unpacked(kept: NDArray[np.generic], step: float) -> Numbers:
    for dtype, missing, _, _ in _FIXED:
        if kept.dtype == dtype:
            # In double precision, or 1,500 thousandths would not be 1.5.
            values = (kept if step == 1 else np.multiply(kept, step, dtype=np.float64)).astype(np.float32)
            values[kept == missing] = np.nan
            return values
    return kept.astype(np.float32, copy=False)


def from_bytes(content: bytes, shown: str, layers: Collection[str] | None = None) -> Dense:
    """The numbers of a file; `layers` names those that are wanted (all, if None).

    Raises
    ------
    KgError
        It is damaged.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            about = json.loads(str(file["about"]))
            steps = about["steps"]
            rows, columns, groups, ids = (tuple(file[name].tolist()) for name in ("rows", "columns", "groups", "ids"))
            wanted = [
                name
                for member in file.files
                if (name := member.removeprefix("layer.")) != member and (layers is None or name in layers)
            ]
            unpacked = {name: _unpacked(file[f"layer.{name}"], steps.get(name, 0)) for name in wanted}
            totals = tuple(file["totals"].tolist())
        sources = tuple(about["sources"])
        return Dense(about["kind"], sources, about["unit"], rows, columns, groups, ids, unpacked, steps, totals)
    except Exception as error:  # zipfile, zlib, numpy and json each have their own
        raise KgError(f"is damaged: {error}", shown, "run kg import again, or restore it from git") from None


def read_dense(path: Path, layers: Collection[str] | None = None) -> Dense:
    """The numbers of a file of `data/expression`.

    Raises
    ------
    KgError
        It cannot be read, or is damaged.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise KgError(f"cannot be read: {error.strerror or error}", str(path), "restore it from git") from None
    return from_bytes(content, str(path), layers)


def fingerprint(content: bytes) -> str:
    """A hash of what the arrays of an `.npz` hold, whatever compressed them; empty if it is none."""
    digest = hashlib.sha256()
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            for name in sorted(file.files):
                array = np.ascontiguousarray(file[name])
                digest.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
                digest.update(array.tobytes())
    except Exception:
        return ""
    return digest.hexdigest()
