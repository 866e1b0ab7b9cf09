"""Where the ontology, the data and the cache are."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from kg.errors import KgError, UsageError

PACKAGE = Path(__file__).resolve().parent


class Root(NamedTuple):
    """A tree that holds `ontology/` and `data/`.

    `checkout` is true where facts may be edited and built: a source tree, not an installed copy.
    """

    path: Path
    checkout: bool

    @property
    def ontology(self) -> Path:
        return self.path / "ontology"

    @property
    def data(self) -> Path:
        return self.path / "data"

    @property
    def triples(self) -> Path:
        return self.data / "triples"

    @property
    def expression(self) -> Path:
        return self.data / "expression"

    @property
    def manifest(self) -> Path:
        return self.data / "MANIFEST"

    def require_checkout(self, command: str) -> None:
        """Raise UsageError where facts must not be written."""
        if not self.checkout:
            raise UsageError(
                f"`{command}` writes into a checkout, and this copy is installed",
                str(self.path),
                "clone the repository and say --root DIR, or set KG_ROOT",
            )


def find_root(given: str | os.PathLike[str] | None = None) -> Root:
    """The tree to use: `given`, else `KG_ROOT`, else beside the package, else one level up (a checkout).

    Raises
    ------
    UsageError
        A tree was named that has no `ontology/bsab.ttl` or no `data/`.
    """
    named = given or os.environ.get("KG_ROOT")
    if named:
        path = _expanded(named)
        if not (path / "ontology" / "bsab.ttl").is_file() or not (path / "data").is_dir():
            raise UsageError("not a tree of this project", str(path), "it needs ontology/bsab.ttl and data/")
        return Root(path, checkout=True)
    # A wheel maps ontology and data into the package; a checkout (and an editable install) has them one up.
    for path, checkout in ((PACKAGE, False), (PACKAGE.parent, True)):
        if (path / "ontology" / "bsab.ttl").is_file() and (path / "data").is_dir():
            return Root(path, checkout)
    raise KgError("the ontology and the data are missing from this copy", str(PACKAGE), "install it again")


def _expanded(name: str | os.PathLike[str]) -> Path:
    """An absolute path; `~` stays as it is for somebody without a home."""
    return Path(os.path.expanduser(name)).absolute()  # noqa: PTH111 - Path.expanduser raises RuntimeError


def cache_home() -> Path:
    """The folder under which compiled stores are kept (`KG_CACHE`, else the XDG cache folder)."""
    own = os.environ.get("KG_CACHE")
    if own:
        return _expanded(own)
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return _expanded(base) / "bsab-kg"
