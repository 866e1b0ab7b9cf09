"""Toy trees with one thing broken: rows edited where a row can break a promise, triples put in where none can."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyoxigraph as ox

from kg.compile_store import compile_in_memory
from kg.paths import Root
from kg.store import Opened
from kg.terms import PREFIXES
from kg.triples import build
from kg.validate import Checked, check
from kg.view import View

Edits = Mapping[str, tuple[str, str]]  # table below data/ -> old text (once in it; empty: append), new text

PREAMBLE = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())


def edit(root: Root, edits: Edits) -> None:
    for table, (old, new) in edits.items():
        path = root.data / f"{table}.tsv"
        text = path.read_text(encoding="utf-8")
        if old:
            assert text.count(old) == 1, f"{table}: {old!r} must stand there once"
            text = text.replace(old, new)
        else:
            text += new
        path.write_text(text, encoding="utf-8")


def in_memory(root: Root, view: View) -> Opened:
    """The store of a view without a folder in the cache: some hundred toy trees are opened here once."""
    return Opened(compile_in_memory(root, view), root, view, "", "", "memory")


def both_views(root: Root) -> tuple[Opened, Opened]:
    return in_memory(root, View()), in_memory(root, View("", True))


def tinkered(opened: Opened, more: str, less: str) -> Opened:
    """The store with triples more and triples less (Turtle), in memory."""
    if not more and not less:
        return opened
    store = ox.Store()
    store.bulk_extend(opened.store)
    store.load((PREAMBLE + more).encode(), format=ox.RdfFormat.TURTLE)
    for quad in ox.parse((PREAMBLE + less).encode(), format=ox.RdfFormat.TURTLE):
        assert quad in store, f"is not there to be removed: {quad}"
        store.remove(quad)
    return opened._replace(store=store)


def checked(root: Root, edits: Edits | None = None, more: str = "", less: str = "") -> Checked:
    """What `kg check` finds in the toy tree after the edits."""
    edit(root, edits or {})
    build(root)
    opened, unread = both_views(root)
    return check(tinkered(opened, more, less), tinkered(unread, more, less))


@dataclass(frozen=True)
class Case:
    """A way to break a promise (`finds`: severity, entity and words of each finding), or a near one that keeps it."""

    name: str
    edits: Edits = field(default_factory=dict)
    more: str = ""
    less: str = ""
    finds: tuple[tuple[str, str], ...] = ()  # where (a regular expression), what (words of it)


def arm(antibody: str, antigen: str, role: str, source: str = "PMID:1001", stance: str = "supports") -> str:
    cells = (antibody, antigen, antigen, "", role, "1", "fab", "", source, "abstract", "clinical", stance, "2019-05")
    return "\t".join((*cells, "read", "", "")) + "\n"


def property_row(antibody: str, name: str, value: str) -> str:
    cells = (antibody, name, value, "PMID:1001", "abstract", "clinical", "supports", "2019-05", "read", "", "")
    return "\t".join(cells) + "\n"
