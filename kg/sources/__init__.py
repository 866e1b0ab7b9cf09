"""Adapters: one module an upstream, each from its real files to rows of the declared tables."""

from __future__ import annotations

from kg.sources.registry import ADAPTERS, Adapter, Imported, run_import

__all__ = ["ADAPTERS", "Adapter", "Imported", "run_import"]
