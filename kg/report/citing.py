"""Who says so: every claim has one page of the report where all its evidence lines stand, and cells that lead there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from kg.evidence import Line
from kg.report.field import Cited, Field
from kg.report.words import plain
from kg.terms import expand, slug
from kg.views.shapes import Cell, Link, Mark, Piece, Section

OTHERS = "evidence.html"  # for claims on what has no page of its own
_FOLDERS = {"ab": "antibody", "MONDO": "tumor", "UniProt": "antigen", "ag": "antigen", "pair": "pair", "bsab": "escape"}
_PUBLIC = ("PMID:", "PMC:", "DOI:", "NCT:", "http:", "https:")
_LONGEST = 34
_COLUMNS = ("statement", "source", "where in it", "level", "stance", "read or record", "date")


def path_of(curie: str) -> str:
    """Where the page of an entity stands."""
    prefix = curie.partition(":")[0]
    if prefix not in _FOLDERS:
        raise ValueError(f"no page for {curie}")
    return f"{_FOLDERS[prefix]}/{slug(curie)}.html"


class Pages:
    """The pages of a report by the CURIE that they are about, and what leads to them."""

    def __init__(self, field: Field, paths: Mapping[str, str]) -> None:
        self.field = field
        self.paths = paths

    def link(self, curie: str, text: str = "") -> Piece:
        """A link to the page of an entity with its label; the label alone where it has no page."""
        words = text or self.field.label(curie)
        return Link(words, self.paths[curie]) if curie in self.paths else words

    def links(self, curies: Iterable[str]) -> Cell:
        """Links to several entities, one after the other."""
        return tuple(self.link(curie) for curie in dict.fromkeys(curies))

    def href(self, curie: str) -> str:
        """The page of an entity, or ""."""
        return self.paths.get(curie, "")

    def home(self, cited: Cited) -> str:
        """The page where the evidence of a claim stands."""
        subject = cited.subject
        if subject.startswith("arm:"):
            subject = next(iter(self.field.who("hasArm", subject)), "ab:" + subject[4:].rpartition(".")[0])
        elif subject.startswith("escape:"):
            subject = self.field.one(subject, "escapeMechanism")
        elif subject not in self.paths and cited.predicate == "bsab:escapedThrough":
            subject = cited.object
        return self.paths.get(subject, OTHERS)

    def cite(self, claims: Iterable[Cited]) -> Cell:
        """The best source, as a link out, and a link to all evidence lines; marked where sources disagree."""
        known = list(dict.fromkeys(claims))
        if not known:
            return ""
        best = max(known, key=lambda cited: (cited.support, cited.claim))
        lines = [line for cited in known for line in cited.lines]
        first = next((line for line in best.lines if line.source == best.best), best.lines[0] if best.lines else None)
        cell: list[Piece] = [self._named(first)] if first else []
        count = f"{len(lines)} line{'' if len(lines) == 1 else 's'}"
        cell.append(Link(count, f"{self.home(best)}#{anchor_of(best)}"))
        if any(cited.contested for cited in known):
            cell.append(Mark("contested", "bad"))
        elif all(cited.refuted for cited in known):
            refuting = any(line.stance == "refutes" for line in lines)
            cell.append(Mark("refuted" if refuting else "inconclusive", "bad" if refuting else "open"))
        return tuple(cell)

    def _named(self, line: Line) -> Piece:
        """The source of a line for a narrow cell: a row of a data set of ours by the page that it points to."""
        where = line.locator.split()[0] if line.locator.startswith(("http://", "https://")) else ""
        if line.source.startswith("src:") and where:
            return Link(short_source(where), where)
        return self.source(line)

    def source(self, line: Line) -> Piece:
        """A source as people know it, linked to where it stands."""
        return self.cited_source(line.source, line.locator)

    def cited_source(self, source: str, locator: str = "") -> Piece:
        """A source by its CURIE; a data set of ours leads to its upstream, if that is known."""
        if source.startswith("src:"):
            href = self.field.one(source, "url")
            where = locator.split()[0] if locator.startswith(("http://", "https://")) else ""
            text = self.field.label(source) if self.field.label(source) != source else source[4:]
            text = text if len(text) <= _LONGEST else text[:_LONGEST].rpartition(" ")[0].rstrip(":,;") + "…"
            return Link(text, where or href) if where or href.startswith("http") else text
        if not source.startswith(_PUBLIC):
            return source
        return Link(short_source(source), expand(source))


def anchor_of(cited: Cited) -> str:
    """The fragment of a claim's row: letters first, since a number opens no identifier."""
    return "c-" + cited.claim.partition(":")[2]


def short_source(source: str) -> str:
    """A source in a few letters.

    Examples
    --------
    >>> short_source("PMID:39876075"), short_source("https://www.accessdata.fda.gov/x/y?z=1"), short_source("NCT:NCT1")
    ('PMID 39876075', 'accessdata.fda.gov', 'NCT1')
    """
    prefix, _, rest = source.partition(":")
    if prefix in ("http", "https"):
        return urlsplit(source).netloc.removeprefix("www.") or source
    if prefix in ("PMC", "NCT"):
        return rest
    return f"{prefix} {rest}"


def evidence_section(field: Field, pages: Pages, claims: Iterable[Cited]) -> Section:
    """Every evidence line of these claims; the first line of a claim carries its fragment."""
    rows: list[tuple[Cell, ...]] = []
    anchors: list[str] = []
    for cited in claims:
        said = statement(field, cited)
        mark: tuple[Piece, ...] = (Mark("contested", "bad"),) if cited.contested else ()
        for number, line in enumerate(cited.lines):
            stance = line.stance if line.stance == "supports" else Mark(line.stance, "bad")
            rows.append(
                (
                    (said, *mark) if number == 0 else "",
                    pages.source(line),
                    _where(line),
                    plain(line.level),
                    stance,
                    line.reading,
                    line.date,
                )
            )
            anchors.append(anchor_of(cited) if number == 0 else "")
    note = "Each line: who says it, where, on what kind of evidence, and whether the passage was read or is a record."
    return Section(
        "Evidence, line by line",
        _COLUMNS,
        tuple(rows),
        note,
        anchor="evidence",
        row_ids=tuple(anchors),
        folded=True,
        optional=True,
    )


def _where(line: Line) -> str:
    """The locator, cut where it only repeats the address of the source."""
    where = line.locator
    if where.startswith(("http://", "https://")):
        address, _, rest = where.partition(" ")
        where = rest if rest or address == line.source else address
    words = where if len(where) <= 160 else where[:159] + "…"
    return f"{words}. {line.note}" if line.note and line.note not in words else words


def statement(field: Field, cited: Cited) -> str:
    """A claim in words: subject, property, object and what narrows it."""
    subject = field.label(cited.subject)
    verb = field.label(cited.predicate)
    narrowed = [field.label(value) for name, value in cited.qualifiers]
    more = f" [{', '.join(narrowed)}]" if narrowed else ""
    return f"{subject}: {verb} {field.label(cited.object)}{more}"
