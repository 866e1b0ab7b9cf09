"""The input tables: their declared columns, and the reader that holds each row to them."""

from __future__ import annotations

from kg.tables.declared import ANTIBODY, ANTIGEN, EVIDENCE, TABLES, TUMOR, Column, Row, Table, Vocabulary
from kg.tables.files import (
    SHAPES,
    check_cell,
    doubled,
    read_lines,
    read_table,
    row_complaints,
    table_of,
    write_table,
)

__all__ = [
    "ANTIBODY",
    "ANTIGEN",
    "EVIDENCE",
    "SHAPES",
    "TABLES",
    "TUMOR",
    "Column",
    "Row",
    "Table",
    "Vocabulary",
    "check_cell",
    "doubled",
    "read_lines",
    "read_table",
    "row_complaints",
    "table_of",
    "write_table",
]
