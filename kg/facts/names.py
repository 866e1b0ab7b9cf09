"""What a name in a cell stands for: the identifiers of antibodies, antigens, epitopes, tumors, sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from kg.errors import Finding
from kg.model import Evidence
from kg.tables import Row, Vocabulary
from kg.view import PartialDate


@dataclass(slots=True)
class Names:
    """All identifiers that rows may refer to, gathered before any fact is read."""

    vocabulary: Vocabulary
    terms: frozenset[str] = frozenset()  # all that the ontology declares
    properties: frozenset[str] = frozenset()  # those of them that are properties
    antibodies: set[str] = field(default_factory=set)
    antigens: dict[str, str] = field(default_factory=dict)  # key in cells -> CURIE
    epitopes: dict[str, str] = field(default_factory=dict)
    tumors: set[str] = field(default_factory=set)
    cells: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)
    escapes: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)

    def term(self, kind: str, notation: str) -> str:
        """The CURIE of a notation; the table reader has checked that it exists."""
        return self.vocabulary[kind][notation]

    def complain(self, where: str, what: str, hint: str) -> None:
        self.findings.append(Finding("error", "reference", where, what, hint))

    def antibody(self, identifier: str, where: str) -> str:
        """The CURIE of an antibody; an unknown one is a complaint."""
        if identifier not in self.antibodies:
            self.complain(where, f"no antibody {identifier!r}", "add it to antibodies.tsv, or mend its id")
        return f"ab:{identifier}"

    def antigen(self, key: str, where: str) -> str:
        """The CURIE of an antigen; an unknown one is a complaint."""
        if key not in self.antigens:
            self.complain(where, f"no antigen {key!r}", "add it to antigens.tsv (symbols as HGNC writes them)")
        return self.antigens.get(key, f"ag:{key}")

    def epitope(self, key: str, where: str) -> str:
        if key not in self.epitopes:
            self.complain(where, f"no epitope {key!r}", "add it to epitopes.tsv")
        return self.epitopes.get(key, f"ep:{key}")

    def tumor(self, curie: str, where: str) -> str:
        if curie not in self.tumors:
            self.complain(where, f"no tumor {curie!r}", "add it to tumors.tsv with MONDO's label")
        return curie

    def cell(self, curie: str, where: str) -> str:
        if curie not in self.cells:
            self.complain(where, f"no cell {curie!r}", "add it to the hierarchy table with CL's label")
        return curie

    def source(self, cell: str, where: str) -> str:
        """The CURIE of a source; a data set must stand in sources.tsv."""
        if ":" in cell:
            return cell
        if cell not in self.sources:
            self.complain(where, f"no source {cell!r}", "add it to sources.tsv with version and license")
        return f"src:{cell}"

    def evidence(
        self, row: Row, columns: Sequence[str] = (), default_date: str = "", observation: str = ""
    ) -> Evidence:
        """The evidence line of a row for a claim made of `columns`.

        It is unread where any of these columns was not seen; `default_date` dates an undated line.
        """
        unread = set(row.many("unread"))
        reading = "unread" if unread.intersection(columns) else row["reading"]
        date = row["date"] or default_date
        return Evidence(
            source=self.source(row["source"], row.where),
            locator=row["locator"],
            level=row["level"],
            stance=row["stance"],
            reading=reading,
            date=PartialDate(date) if date else None,
            note=row["note"],
            observation=observation,
        )
