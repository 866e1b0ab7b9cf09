"""The universe: every antigen that has a row, its identifiers, and who says that it is on the surface."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from kg.errors import KgError, NotFoundError
from kg.paths import Root
from kg.terms import squeeze

FILE = "universe.tsv"
VOTES = ("compartments", "cspa", "deeptmhmm", "go", "surfy", "uniprot")
ENOUGH = 2


@dataclass(frozen=True, slots=True)
class Antigen:
    """One row of the universe.

    Parameters
    ----------
    symbol, hgnc, uniprot
        HGNC symbol and id, UniProt accession ("" where HGNC gives none).
    ensembl
        Ensembl genes, of which HGNC names the first.
    previous
        Previous HGNC symbols that mean no other gene today.
    surface
        Which of `VOTES` say that the protein is on the cell surface.
    roles
        Curated roles, `surface` where at least `ENOUGH` votes say so, `named` where the graph names it.
    """

    symbol: str
    hgnc: str
    uniprot: str
    ensembl: tuple[str, ...]
    previous: tuple[str, ...]
    surface: tuple[str, ...]
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Universe:
    """All antigens in their order, which is that of the symbols."""

    antigens: tuple[Antigen, ...]
    common: Mapping[str, str]  # squeezed name of the field -> symbol

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        return tuple(antigen.symbol for antigen in self.antigens)

    @cached_property
    def by_symbol(self) -> dict[str, int]:
        return {antigen.symbol: position for position, antigen in enumerate(self.antigens)}

    @cached_property
    def by_ensembl(self) -> dict[str, int]:
        return {gene: position for position, antigen in enumerate(self.antigens) for gene in antigen.ensembl}

    @cached_property
    def by_previous(self) -> dict[str, int]:
        return {old: position for position, antigen in enumerate(self.antigens) for old in antigen.previous}

    def place(self, ensembl: str, symbol: str) -> tuple[int, int] | None:
        """Position of a gene as a source names it, and how it was found: 0 Ensembl, 1 symbol, 2 previous symbol."""
        for rank, (found, key) in enumerate(
            (
                (self.by_ensembl, ensembl.partition(".")[0]),
                (self.by_symbol, symbol),
                (self.by_previous, symbol),
            )
        ):
            if key in found:
                return found[key], rank
        return None

    def find(self, name: str) -> int:
        """Position of an antigen by symbol, previous symbol, identifier, or a name that the field uses (HER2, PSMA).

        An isoform or domain (CLDN18.2) leads to its gene.

        Raises
        ------
        NotFoundError
            There is none; near misses are in the hint.
        """
        wanted = squeeze(name)
        if wanted not in self._names:
            near = difflib.get_close_matches(wanted, self._names, n=3)
            symbols = dict.fromkeys(self.symbols[self._names[one]] for one in near)
            hint = f"did you mean {', '.join(symbols)}?" if near else "name it by its HGNC symbol"
            raise NotFoundError(f"no antigen of the universe is called {name!r}", "kg expression", hint)
        return self._names[wanted]

    @cached_property
    def _names(self) -> dict[str, int]:
        names: dict[str, int] = {}
        for position, antigen in enumerate(self.antigens):
            for name in (antigen.symbol, antigen.hgnc, antigen.uniprot, *antigen.ensembl):
                if name:
                    names.setdefault(squeeze(name), position)
        for name, symbol in self.common.items():
            if symbol in self.by_symbol:
                names.setdefault(name, self.by_symbol[symbol])
        for old, position in self.by_previous.items():
            names.setdefault(squeeze(old), position)
        return names


def read_cells(root: Root, folder: str, table: str, columns: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Cells of a table, of all its files in a folder of `data/`.

    They are taken as they are: `kg build` and `kg import` have checked them, and `kg check` tells what was edited.

    Raises
    ------
    KgError
        A file has no such column, or a row that is too short.
    """
    for path in sorted((root.data / folder).glob(f"{table}*.tsv")):
        if path.stem.partition("-")[0] != table:
            continue
        try:
            header, *lines = path.read_text(encoding="utf-8").splitlines()
            at = [header.split("\t").index(name) for name in columns]
            for line in lines:
                cells = line.split("\t")
                yield tuple(cells[index] for index in at)
        except (OSError, ValueError, IndexError) as error:
            raise KgError(f"is no table of {table}: {error}", str(path), "restore it from git") from None


def read_universe(root: Root) -> Universe:
    """The universe of a root.

    Raises
    ------
    KgError
        The root has none, or a table is damaged.
    """
    if not (root.expression / FILE).is_file():
        raise KgError("has no universe of antigens", str(root.expression), "run kg import universe --from DIR")
    roles: dict[str, list[str]] = defaultdict(list)
    for antigen, role in read_cells(root, "curated", "roles", ("antigen", "role")):
        roles[antigen].append(role)
    named, common = _named(root)
    antigens = []
    columns = ("symbol", "hgnc", "uniprot", "ensembl", "previous", "surface")
    for symbol, hgnc, uniprot, *lists in read_cells(root, "expression", "universe", columns):
        ensembl, previous, surface = (tuple(part for part in cell.split(";") if part) for cell in lists)
        said = ("surface",) if len(surface) >= ENOUGH else ()
        own = (*said, *sorted(roles[symbol]), *(("named",) if symbol in named else ()))
        antigens.append(Antigen(symbol, hgnc, uniprot, ensembl, previous, surface, own))
    return Universe(tuple(antigens), common)


def _named(root: Root) -> tuple[set[str], dict[str, str]]:
    """Symbols that the graph names, and the symbol of each name that the field uses."""
    named: set[str] = set()
    common: dict[str, str] = {}
    for symbol, name, synonyms in read_cells(root, "curated", "antigens", ("antigen", "common_name", "synonyms")):
        named.add(symbol)
        for known in (name, *synonyms.split(";")):
            if known:
                common.setdefault(squeeze(known), symbol)
    for epitope, antigen, label in read_cells(root, "curated", "epitopes", ("epitope", "antigen", "label")):
        for known in (label, epitope.partition("/")[2]):
            common.setdefault(squeeze(known), antigen)
    return named, common
