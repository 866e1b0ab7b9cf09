"""What the antigens are like: surface votes, topology and lengths, from Accessible Surfaceome and from SURFY.

SURFY writes a topology as `SP:1-22;NC:23-652;TM:653-675;CY:676-1255`: signal peptide, not cytoplasmic, membrane
segment, cytoplasmic, in residues of UniProt's canonical chain. Columns that a language model wrote are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from kg.sources.registry import Adapter, Context, Output, register
from kg.sources.upstream import Cells, UpstreamRow, read_upstream

FEATURES, SURFY = "accessible_surfaceome/per_protein_features.tsv.gz", "surfy_cspa/surfy_2886.tsv.gz"
RESOURCES = ("uniprot", "go", "surfy", "cspa", "hpa", "deeptmhmm", "compartments")
_CLASSES = {  # column of the features -> topology class; other columns say nothing that we can use
    "topo_gpi_anchored": "gpi-anchored",
    "topo_gpcr_7tm": "multi-pass",
    "topo_multi_pass_tm": "multi-pass",
    "topo_single_pass_tm": "single-pass",
    "topo_signal_only_secreted": "secreted",
    "topo_no_tm_no_signal": "none",
}
_TYPED = {"I": "single-pass-type-1", "II": "single-pass-type-2", "III": "single-pass-type-3"}
_TYPE = re.compile(r"Single-pass type (I{1,3}) membrane protein")

Segment = tuple[str, int, int]  # SP, NC, TM or CY; first and last residue


def segments(topology: str) -> list[Segment]:
    """The segments of a topology, in order.

    Raises
    ------
    ValueError
        It is no topology, or a segment does not begin where the one before it ends.
    """
    found = []
    for part in topology.split(";"):
        match = re.fullmatch(r"(SP|NC|TM|CY):(\d+)-(\d+)", part)
        if not match:
            raise ValueError(f"{part!r} is no segment")
        found.append((match[1], int(match[2]), int(match[3])))
    if any(first > last for _, first, last in found) or any(a[2] + 1 != b[1] for a, b in pairwise(found)):
        raise ValueError("the segments do not follow one another")
    return found


def lengths(found: Sequence[Segment]) -> tuple[int, int, int]:
    """Membrane segments, extracellular residues, and how far along the chain these get from the membrane.

    A stretch between two membrane segments is at most half its length away, a tail its whole length.

    Examples
    --------
    >>> lengths(segments("CY:1-6;TM:7-27;NC:28-79;TM:80-101;CY:102-261"))
    (2, 52, 26)
    """
    outside, farthest = 0, 0
    for number, (kind, first, last) in enumerate(found):
        if kind == "NC":
            length = last - first + 1
            beside = [found[other][0] for other in (number - 1, number + 1) if 0 <= other < len(found)]
            outside += length
            farthest = max(farthest, (length + 1) // 2 if beside.count("TM") == 2 else length)
    return sum(kind == "TM" for kind, _, _ in found), outside, farthest


def read(context: Context) -> Output:
    """Traits of the antigens, joined by UniProt accession."""
    symbols = {row["uniprot"]: row["symbol"] for row in context.rows["genes"] if row["uniprot"]}
    columns = ("uniprot_accession", *(f"{name}_flag" for name in RESOURCES), *_CLASSES)
    features = {
        symbols[row["uniprot_accession"]]: row
        for row in read_upstream(context.folder / FEATURES, columns, context.findings, exact=False)
        if row["uniprot_accession"] in symbols
    }
    columns = ("UniProt accession", "topology", "topology source", "UniProt subcellular")
    surfy = {
        symbols[row["UniProt accession"]]: row
        for row in read_upstream(context.folder / SURFY, columns, context.findings, exact=False)
        if row["UniProt accession"] in symbols
    }
    traits = [cells for symbol, row in features.items() for cells in _voted(context, symbol, row, symbol in surfy)]
    traits += [cells for symbol, row in surfy.items() for cells in _computed(context, symbol, row)]
    if not context.findings:
        missing = sorted(set(symbols.values()) - set(features))
        context.remarks.append(f"{len(missing)} antigens are not in the features: {', '.join(missing)}")
        missing = sorted(set(symbols.values()) - set(surfy))
        context.remarks.append(f"{len(missing)} antigens have no topology in SURFY: {', '.join(missing)}")
    return {"traits-surface": traits}


def _evidence(source: str, row: UpstreamRow, accession: str, level: str = "database") -> Cells:
    return {
        "where": row.where,
        "source": source,
        "locator": f"row {accession}",
        "level": level,
        "stance": "supports",
        "reading": "record",
    }


def _voted(context: Context, symbol: str, row: UpstreamRow, typed: bool) -> Iterator[Cells]:
    """Votes, and the class of the topology unless SURFY will tell the type of a single pass."""
    stated = {"antigen": symbol, **_evidence("accessible-surfaceome", row, row["uniprot_accession"])}
    votes = [name for name in RESOURCES if row[f"{name}_flag"] == "1"]
    if {row[f"{name}_flag"] for name in RESOURCES} - {"0", "1"}:
        context.complain(row.where, "has a flag that is neither 0 nor 1", "fetch it again")
    yield {**stated, "trait": "surface-votes", "value": str(len(votes))}
    for name in votes:
        yield {**stated, "trait": "surface-vote", "value": name}
    classes = {value for column, value in _CLASSES.items() if row[column] == "1.0"}
    for value in sorted(classes if len(classes) == 1 else ()):
        if not (typed and value == "single-pass"):
            yield {**stated, "trait": "topology", "value": value}


def _computed(context: Context, symbol: str, row: UpstreamRow) -> Iterator[Cells]:
    """The class that UniProt words, and what follows from the segments.

    The site of a GPI anchor is no segment, so that nothing is computed for a protein without a membrane segment.
    """
    predicted = row["topology source"].startswith(("phobius", "constrained"))
    level, note = ("in-silico", "topology predicted by Phobius") if predicted else ("database", "topology of UniProt")
    stated = {"antigen": symbol, **_evidence("surfy", row, row["UniProt accession"], level), "note": note}
    try:
        crossed, outside, farthest = lengths(segments(row["topology"]))
    except ValueError as error:
        context.complain(row.where, f"topology {row['topology']!r}: {error}", "fetch it again")
        return
    if not crossed:
        return
    computed = {
        "topology": _worded(row["UniProt subcellular"], crossed),
        "membrane-segments": str(crossed),
        "extracellular-length": str(outside),
        "membrane-distance": str(farthest),
    }
    for trait, value in computed.items():
        yield {**stated, "trait": trait, "value": value}


def _worded(subcellular: str, crossed: int) -> str:
    """The topology class: the type of a single pass as UniProt words it, or what the number of segments says."""
    types = set(_TYPE.findall(subcellular))
    if crossed > 1:
        return "multi-pass"
    return _TYPED[types.pop()] if len(types) == 1 else "single-pass"


register(
    Adapter(
        "surface",
        "surface votes, topology and lengths of the antigens",
        {"accessible-surfaceome": FEATURES, "surfy": SURFY},
        read,
    )
)
