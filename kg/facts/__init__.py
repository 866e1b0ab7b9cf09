"""From checked rows to entities, claims and evidence. `load_facts` is the whole of it."""

from __future__ import annotations

from kg.facts.load import FACT_FOLDERS, Loaded, load_facts

__all__ = ["FACT_FOLDERS", "Loaded", "load_facts"]
