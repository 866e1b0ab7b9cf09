"""Weights of the features of each intent: `data/pair-weights.tsv`, or a file of the user's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kg.errors import KgError, UsageError
from kg.paths import Root

Weights = Mapping[str, Mapping[str, float]]  # intent -> feature -> weight
FILE = "pair-weights.tsv"
_MOST = 1000.0


def read_weights(root: Root, own: Path | None = None) -> Weights:
    """The weights of a root, with those of the user's file in place of them.

    A file has a header `intent, feature, weight` (and any other columns), tabs between; a weight of 0 leaves a
    feature out. What the user's file does not name stays as it is.

    Raises
    ------
    KgError
        The file cannot be read; or a row has an intent or a feature that is none, or no number from 0 to 1000
        (exit code 2).
    """
    weights = _read(root.data / FILE, None)
    if own is not None:
        for intent, features in _read(own, weights).items():
            weights[intent] |= features
        for intent, features in weights.items():
            if not any(features.values()):
                raise UsageError(f"no feature of {intent} has a weight left", str(own), "leave one above 0")
    return weights


def read_reasons(root: Root) -> Mapping[tuple[str, str], str]:
    """(intent, feature) -> what the feature says, in words; empty for a table without the column `reason`."""
    header, *lines = (root.data / FILE).read_text(encoding="utf-8").splitlines()
    names = header.split("\t")
    rows = [dict(zip(names, line.split("\t"), strict=False)) for line in lines if line.strip()]
    return {(row["intent"], row["feature"]): row["reason"] for row in rows if row.get("reason")}


def _read(path: Path, known: Weights | None) -> dict[str, dict[str, float]]:
    try:
        header, *lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot be read: {error}", str(path), "name a table of weights") from None
    except ValueError:
        raise UsageError("is empty", str(path), "its header is: intent, feature, weight") from None
    names = header.split("\t")
    if missing := [name for name in ("intent", "feature", "weight") if name not in names]:
        raise UsageError(f"lacks the columns {', '.join(missing)}", f"{path}:1", "intent, feature, weight, with tabs")
    found: dict[str, dict[str, float]] = {}
    for number, line in enumerate(lines, start=2):
        if not line.strip():
            continue
        cells = dict(zip(names, line.split("\t"), strict=False))
        where = f"{path}:{number}"
        intent, feature, weight = (cells.get(name, "").strip() for name in ("intent", "feature", "weight"))
        if known is not None and intent not in known:
            raise KgError(f"no intent {intent!r}", where, f"one of: {', '.join(known)}", exit_code=2)
        if known is not None and feature not in known[intent]:
            raise KgError(
                f"{intent} has no feature {feature!r}", where, f"one of: {', '.join(known[intent])}", exit_code=2
            )
        try:
            value = float(weight)
        except ValueError:
            value = -1
        if not 0 <= value <= _MOST:
            raise KgError(f"{weight!r} is no weight", where, f"a number from 0 to {_MOST:g}", exit_code=2)
        found.setdefault(intent, {})[feature] = value
    return found
