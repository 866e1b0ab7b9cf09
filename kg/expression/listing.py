"""The listing of `data/expression`: which files there are, with checksums (loads no numpy)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from kg.errors import Finding
from kg.paths import Root

NAME = "MANIFEST"
HEADER = "path\tsha256\tbytes"


def listing(root: Root, fresh: Mapping[str, bytes]) -> bytes:
    """The listing of the files that are there, with those of `fresh` (by name) in place of the old ones."""
    present = {path.name: path for path in root.expression.glob("[!.]*") if path.name != NAME}
    lines = []
    for name in sorted({*present, *fresh}):
        content = fresh[name] if name in fresh else present[name].read_bytes()
        lines.append(f"{name}\t{hashlib.sha256(content).hexdigest()}\t{len(content)}")
    return ("\n".join([HEADER, *lines]) + "\n").encode()


def complaints(root: Root) -> list[Finding]:
    """A finding for each file of `data/expression` that is not what its listing says."""
    path = root.expression / NAME
    if not root.expression.is_dir():
        return []
    hint = "restore data/expression from git, or run kg import again"
    try:
        listed = path.read_text(encoding="utf-8").splitlines()
        now = listing(root, {}).decode().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        return [Finding("error", "expression", "data/expression", f"cannot be read: {error}", hint)]
    names = sorted({line.partition("\t")[0] for line in set(listed) ^ set(now)})
    return [
        Finding("error", "expression", f"data/expression/{name}", f"is not what {NAME} says", hint) for name in names
    ]
