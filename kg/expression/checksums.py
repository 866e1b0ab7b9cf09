"""Checksums of `data/expression`, as `sha256sum -c SHA256SUMS` reads them (loads no numpy)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from kg.errors import Finding
from kg.paths import Root

NAME = "SHA256SUMS"


def checksums(root: Root, fresh: Mapping[str, bytes]) -> bytes:
    """The lines of the files that are there, with those of `fresh` (by name) in place of the old ones."""
    content = {path.name: path.read_bytes() for path in root.expression.glob("[!.]*") if path.name not in fresh}
    files = sorted({**content, **fresh}.items())
    return "".join(f"{hashlib.sha256(made).hexdigest()}  {name}\n" for name, made in files if name != NAME).encode()


def complaints(root: Root) -> list[Finding]:
    """A finding for each file of `data/expression` that is not what the checksums say."""
    if not root.expression.is_dir():
        return []
    hint = "restore data/expression from git, or run kg import again"
    try:
        listed = (root.expression / NAME).read_text(encoding="utf-8").splitlines()
        present = checksums(root, {}).decode().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        return [Finding("error", "expression", "data/expression", f"cannot be read: {error}", hint)]
    names = sorted({line.partition("  ")[2] for line in set(listed) ^ set(present)})
    return [
        Finding("error", "expression", f"data/expression/{name}", f"is not what {NAME} says", hint) for name in names
    ]
