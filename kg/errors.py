"""Errors that a reader can act on: what is wrong, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

SEVERITIES = ("error", "warning", "info")


class Finding(NamedTuple):
    """One complaint. `where` is `file:line`, a CURIE or a path; `rule` names the promise that is broken."""

    severity: str
    rule: str
    where: str
    what: str
    hint: str = ""

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}"
        return f"{text} ({self.hint})" if self.hint else text


class KgError(Exception):
    """The base of every error that `kg` raises on purpose.

    Parameters
    ----------
    what
        What is wrong, in one sentence.
    where
        `file:line`, a CURIE or a path.
    hint
        What the reader can do.
    exit_code
        1 for a failure or findings, 2 for wrong usage.
    """

    def __init__(self, what: str, where: str = "", hint: str = "", exit_code: int = 1) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint
        self.exit_code = exit_code

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text} ({self.hint})" if self.hint else text


class FactsError(KgError):
    """All complaints about the input tables at once; nothing has been written when it is raised."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(sorted(set(findings), key=lambda finding: (_position(finding.where), finding)))
        count = len(self.findings)
        super().__init__(f"{count} complaint{'s' if count != 1 else ''} about the input tables; nothing was written")

    def __str__(self) -> str:
        return "\n".join([*(str(finding) for finding in self.findings), self.what])


def _position(where: str) -> tuple[str, int]:
    """`file:line` ordered by file, then by line as a number."""
    path, _, line = where.rpartition(":")
    return (path, int(line)) if line.isdecimal() else (where, 0)


class UsageError(KgError):
    """The command was called wrongly (exit code 2)."""

    def __init__(self, what: str, where: str = "", hint: str = "") -> None:
        super().__init__(what, where, hint, exit_code=2)


class NotFoundError(KgError):
    """No entity, question or file of that name; near misses are in the hint."""


class AmbiguousError(KgError):
    """A name that stands for several entities; the candidates are listed in the hint."""
