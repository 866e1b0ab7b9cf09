"""Reading upstream files as they are: their encodings, quoting and headers, and what is wrong with them."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kg.errors import Finding
from kg.terms import squeeze

EvidenceCells = dict[str, str]
Cells = dict[str, str]


@dataclass(frozen=True, slots=True)
class UpstreamRow:
    """One row of an upstream file; `where` is its `file:line` (the line that the row ends on)."""

    cells: Mapping[str, str]
    where: str

    def __getitem__(self, name: str) -> str:
        return self.cells[name]


def read_upstream(
    path: Path,
    columns: Sequence[str],
    findings: list[Finding],
    delimiter: str = "\t",
    exact: bool = True,
    names: Sequence[str] = (),
) -> Iterator[UpstreamRow]:
    """Yield the rows of a delimited upstream file (quoted as CSV is, BOM and CRLF tolerated, gzip by name).

    Parameters
    ----------
    columns
        The columns that the adapter reads.
    exact
        Whether the header must be these columns in this order, or only hold them.
    names
        Names of the first columns in place of the upstream's own, where those do not tell them apart.
    """
    shown = path.name
    try:
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
        text = content.decode("utf-8-sig")
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        findings.append(Finding("error", "import", f"{path}:1", f"cannot be read: {reason}", "look at --from"))
        return
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        findings.append(Finding("error", "import", f"{shown}:{line}", "is not UTF-8", "fetch it again"))
        return
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        findings.append(Finding("error", "import", f"{shown}:{line}", "holds a NUL character", "fetch it again"))
        return
    # SSSOM files open with a block of `#` lines.
    skipped = 0
    while text.startswith("#"):
        text = text.partition("\n")[2]
        skipped += 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        header = next(reader, [])
        header[: len(names)] = names[: len(header)]
        doubled = sorted({name for name in header if header.count(name) > 1})
        missing = [name for name in columns if name not in header]
        if doubled or missing or (exact and header != list(columns)):
            parts = ([f"column {', '.join(doubled)} stands twice"] if doubled else []) + (
                [f"column {', '.join(missing)} is missing"] if missing else []
            )
            findings.append(
                Finding(
                    "error",
                    "import",
                    f"{shown}:1",
                    "; ".join(parts) or "the columns are in another order",
                    f"expected: {' '.join(columns)}",
                )
            )
            return
        for cells in reader:
            where = f"{shown}:{reader.line_num + skipped}"
            if not any(cells):
                continue
            if len(cells) != len(header):
                findings.append(
                    Finding(
                        "error",
                        "import",
                        where,
                        f"has {len(cells)} cells, the header has {len(header)}",
                        "fetch it again",
                    )
                )
                continue
            yield UpstreamRow({name: cell.strip() for name, cell in zip(header, cells, strict=True)}, where)
    except csv.Error as error:
        findings.append(
            Finding(
                "error", "import", f"{shown}:{reader.line_num + skipped}", f"is no table: {error}", "fetch it again"
            )
        )


# Pages of a trial registry or of a copy of one; a news page about a trial is none.
_REGISTRY_PAGE = re.compile(
    r"NCT\d{8}|/(clinical-)?trials?/|/clinical-trials-registry/|clinicaltrials\.(gov|eu)/", re.I
)


def page_level(page: str) -> str:
    """The level of evidence of a web page: `registry` or `press`."""
    return "registry" if _REGISTRY_PAGE.search(page) else "press"


@dataclass(slots=True)
class Join:
    """Joins upstream names to our identifiers: by squeezed name, only where exactly one antibody has it."""

    antibodies: dict[str, str] = field(default_factory=dict)  # squeezed name -> id
    antigens: dict[str, str] = field(default_factory=dict)  # squeezed name -> key in cells
    arms: dict[str, list[Cells]] = field(default_factory=dict)  # antibody id -> arm rows of who is who

    def add_antibody(self, identifier: str, names: Sequence[str]) -> None:
        for name in names:
            self.antibodies.setdefault(squeeze(name), identifier)

    def antibody(self, *names: str) -> str | None:
        """The id of the first name that joins, or None."""
        for name in names:
            found = self.antibodies.get(squeeze(name))
            if found and squeeze(name):
                return found
        return None

    def antigen(self, *names: str) -> str | None:
        for name in names:
            found = self.antigens.get(squeeze(name))
            if found and squeeze(name):
                return found
        return None

    def stated_arms(self, antibody: str, targets: Sequence[str], evidence: EvidenceCells) -> Iterator[Cells]:
        """The arms of an antibody that a source states by naming their targets.

        A target named once states one arm: a biparatopic antibody needs its antigen named twice.
        """
        left = list(targets)
        for arm in self.arms.get(antibody, []):
            if arm["antigen"] in left:
                # A dual-action Fab stands on two rows of one arm; each row needs its own antigen.
                left.remove(arm["antigen"])
                yield {
                    "antibody": antibody,
                    "arm": arm["arm"],
                    "antigen": arm["antigen"],
                    "role": arm["role"],
                    **evidence,
                }
