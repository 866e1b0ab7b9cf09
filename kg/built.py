"""Whether a root is as the last build left it: a hash of all that a build reads and writes, kept in the cache."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox

from kg.errors import KgError
from kg.output import write_file
from kg.paths import PACKAGE, Root, cache_home


def note_file() -> Path:
    """Where the state of the tree that was built last is noted."""
    return cache_home() / "built"


def is_built(root: Root) -> bool:
    """Whether nothing has changed since a build of this tree: tables, ontology, code, or what was generated."""
    try:
        return note_file().read_text(encoding="utf-8") == _state(root)
    except (OSError, UnicodeDecodeError):
        return False


def note_built(root: Root) -> None:
    """Note that this tree is built; a cache that cannot be written is no failure."""
    with contextlib.suppress(OSError, KgError):
        note_file().parent.mkdir(parents=True, exist_ok=True)
        write_file(note_file(), _state(root).encode())


def _state(root: Root) -> str:
    digest = hashlib.sha256(ox.__version__.encode())
    for path in _files(root):
        digest.update(f"\n{path}\n{hashlib.sha256(path.read_bytes()).hexdigest()}".encode())
    return digest.hexdigest()


def _files(root: Root) -> Iterator[Path]:
    yield from sorted(PACKAGE.rglob("*.py"))
    for folder in (root.ontology, root.data, root.data / "curated", root.data / "imported", root.triples):
        yield from sorted(path for path in folder.glob("[!.]*") if path.is_file())
    yield from sorted(root.expression.glob("SHA256SUMS"))
