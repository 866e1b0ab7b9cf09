"""Expression: dense numbers of every antigen in normal tissues, cells and tumors (`data/expression`).

    from kg.expression import open_expression

    expression = open_expression()
    normal = expression.read("normal", "gtex", "median")
    normal.layers["median"][expression.universe.find("HER2")]

numpy is loaded when one of these names is used, not before. Bulk expression is undated: no view filters it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kg.expression.antigens import Antigen, Universe, read_universe
    from kg.expression.dense import Dense
    from kg.expression.reader import KINDS, Expression, open_expression

__all__ = ["KINDS", "Antigen", "Dense", "Expression", "Universe", "open_expression", "read_universe"]

_PLACES = {
    "Antigen": "antigens",
    "Dense": "dense",
    "Expression": "reader",
    "KINDS": "reader",
    "Universe": "antigens",
    "open_expression": "reader",
    "read_universe": "antigens",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'kg.expression' has no attribute {name!r}")
    return getattr(import_module(f"kg.expression.{_PLACES[name]}"), name)
