"""The main job: a folder of pages that opens offline, from the answers and pictures of one view."""

from __future__ import annotations

from kg.report.make import Made, make_report

__all__ = ["Made", "make_report"]
