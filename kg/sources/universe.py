"""The universe of antigens: who says that a protein is on the cell surface, and its identifiers by HGNC."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

import numpy as np

from kg.expression.antigens import ENOUGH, FILE
from kg.sources.dense import store
from kg.sources.registry import Adapter, Context, Output, register
from kg.sources.upstream import UpstreamRow, read_upstream
from kg.tables import Column, Table, row_complaints, write_table

SURFACEOME = "expression/accessible_surfaceome/candidate_universe_v3.tsv.gz"
SURFY, CSPA = "expression/surfy_cspa/surfy_2886.tsv.gz", "expression/surfy_cspa/cspa_human_1492.tsv.gz"
HGNC = "ontology/hgnc/hgnc_protein_coding.tsv.gz"
# The two verdict columns beside these come from a language model: they are not read.
FLAGS = {name: f"{name}_flag" for name in ("uniprot", "go", "deeptmhmm", "compartments", "hpa")}
UNIVERSE = Table(
    "universe",
    "Every antigen with expression, in `data/expression/universe.tsv`: two of six sources say that it is on the "
    "surface, or the graph or the table `roles` names it.",
    (
        Column("symbol", "HGNC symbol", "antigenkey", required=True),
        Column("hgnc", "HGNC id", "hgnc", required=True),
        Column("uniprot", "UniProt accession; empty where HGNC gives none", "uniprot"),
        Column("ensembl", "Ensembl genes, HGNC's first", many=True),
        Column("previous", "previous symbols that mean no other gene today", many=True),
        Column("surface", "which of the six say surface; HPA's vote is in a file of its own", many=True),
        Column("cspa", "CSPA: 1 high confidence (this one counts), 2 putative, 3 unspecific", "integer"),
    ),
    key=("symbol",),
)


def parts(cell: str) -> list[str]:
    """The identifiers of a cell: HGNC separates them in two ways."""
    return [name for name in re.split(r"[|,\s]+", cell) if name]


class Genes:
    """HGNC: a gene by id, by accession, by symbol, or by a previous symbol that means no other gene."""

    def __init__(self, rows: list[UpstreamRow]) -> None:
        self.by_symbol = {row["symbol"]: row for row in rows}
        self.by_id = {row["hgnc_id"]: row for row in rows}
        self.by_uniprot = {name: row for row in reversed(rows) for name in parts(row["uniprot"])}
        uses = Counter(old for row in rows for old in set(parts(row["prev_symbol"])))
        self.previous = {
            row["symbol"]: [old for old in parts(row["prev_symbol"]) if uses[old] == 1 and old not in self.by_symbol]
            for row in rows
        }
        self.by_previous = {old: self.by_symbol[symbol] for symbol, olds in self.previous.items() for old in olds}

    def symbol(self, *, hgnc: str = "", uniprot: str = "", symbol: str = "") -> str | None:
        """The approved symbol, or None."""
        found = (
            self.by_id.get(hgnc)
            or self.by_uniprot.get(uniprot)
            or self.by_symbol.get(symbol)
            or self.by_previous.get(symbol)
        )
        return found["symbol"] if found else None


@dataclass
class Said:
    """What the lists say of each symbol, and how many of their rows lead to no gene."""

    votes: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    hpa: dict[str, float] = field(default_factory=dict)
    accession: dict[str, str] = field(default_factory=dict)
    cspa: dict[str, str] = field(default_factory=dict)
    lost: int = 0


def read(context: Context) -> Output:
    """`universe.tsv`: what two of six sources call a surface protein, and what the graph or `roles` names.

    HPA's vote is no reason to be in it, and stands in a file of its own.
    """
    columns = ("hgnc_id", "symbol", "uniprot", "ensembl_gene", "prev_symbol")
    genes = Genes(list(read_upstream(context.folder / HGNC, columns, context.findings, exact=False)))
    said = Said()
    _surfaceome(context, genes, said)
    _surfy(context, genes, said)
    _cspa(context, genes, said)
    if context.findings:
        return {}
    named = {row["antigen"]: row.where for row in (*context.rows["antigens"], *context.rows["roles"])}
    for symbol, where in named.items():
        if ":" not in symbol and symbol not in genes.by_symbol:
            context.complain(where, f"{symbol!r} is no approved HGNC symbol", "look the current symbol up")
    on_surface = {symbol for symbol, votes in said.votes.items() if len(votes) >= ENOUGH}
    members = sorted(on_surface | (set(named) & set(genes.by_symbol)))
    _write(context, genes, members, said)
    store(
        context,
        "surface-hpa",
        members,
        sources=("surfaceome",),
        unit="1 where HPA says plasma membrane, else 0",
        columns=("hpa",),
        layers={"vote": np.array([[said.hpa.get(symbol, np.nan)] for symbol in members], dtype=np.float32)},
        steps={"vote": 1},
    )
    if said.lost:
        context.remarks.append(f"{said.lost} rows of the surface lists lead to no HGNC gene")
    return {}


def _surfaceome(context: Context, genes: Genes, said: Said) -> None:
    columns = ("gene_symbol", "hgnc_id", "uniprot_acc", *FLAGS.values())
    for row in read_upstream(context.folder / SURFACEOME, columns, context.findings, exact=False):
        symbol = genes.symbol(hgnc=row["hgnc_id"], symbol=row["gene_symbol"])
        if symbol is None:
            said.lost += 1
            continue
        said.votes[symbol] |= {name for name, column in FLAGS.items() if row[column] == "1" and name != "hpa"}
        said.hpa[symbol] = float(row[FLAGS["hpa"]] == "1")
        said.accession[symbol] = row["uniprot_acc"]


def _surfy(context: Context, genes: Genes, said: Said) -> None:
    columns = ("UniProt accession", "UniProt gene", "Surfaceome Label")
    for row in read_upstream(context.folder / SURFY, columns, context.findings, exact=False):
        symbol = genes.symbol(uniprot=row["UniProt accession"], symbol=row["UniProt gene"].split(" ")[0])
        if symbol is None:
            said.lost += 1
        elif row["Surfaceome Label"] == "surface":
            said.votes[symbol].add("surfy")


def _cspa(context: Context, genes: Genes, said: Said) -> None:
    columns = ("ID_link", "CSPA category", "ENTREZ gene symbol")
    for row in read_upstream(context.folder / CSPA, columns, context.findings, exact=False):
        symbol = genes.symbol(uniprot=row["ID_link"], symbol=row["ENTREZ gene symbol"].split(" ")[0])
        if symbol is None:
            said.lost += 1
            continue
        category = row["CSPA category"][:1]
        said.cspa[symbol] = min(category, said.cspa.get(symbol, category))
        if category == "1":
            said.votes[symbol].add("cspa")


def _write(context: Context, genes: Genes, members: list[str], said: Said) -> None:
    rows = []
    for symbol in members:
        gene = genes.by_symbol[symbol]
        # Some genes have several accessions: the one of the surface list, where HGNC has it too; else the first.
        proteins = sorted(parts(gene["uniprot"]), key=lambda name: name != said.accession.get(symbol))
        cells = {
            "symbol": symbol,
            "hgnc": gene["hgnc_id"],
            "uniprot": proteins[0] if proteins else "",
            "ensembl": ";".join(parts(gene["ensembl_gene"])),
            "previous": ";".join(genes.previous[symbol]),
            "surface": ";".join(sorted(said.votes.get(symbol, ()))),
            "cspa": said.cspa.get(symbol, ""),
        }
        for what, hint in row_complaints(cells, UNIVERSE, {}):
            context.complain(gene.where, what, hint)
        rows.append(cells)
    context.dense[FILE] = write_table(rows, UNIVERSE)
    context.dense_rows[f"expression/{FILE}"] = len(rows)


register(
    Adapter(
        "universe",
        "the universe of antigens and who calls them surface proteins",
        {"surfaceome": SURFACEOME, "surfy-members": SURFY, "cspa": CSPA, "hgnc-symbols": HGNC},
        read,
    )
)
