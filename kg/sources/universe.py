"""The universe of antigens: who says that a protein is on the cell surface, and its identifiers by HGNC."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping

import numpy as np

from kg.expression.antigens import ENOUGH, FILE
from kg.sources.dense import store
from kg.sources.registry import Adapter, Context, Output, register
from kg.sources.upstream import UpstreamRow, read_upstream
from kg.tables import TABLES, row_complaints, write_table

SURFACEOME = "expression/accessible_surfaceome/candidate_universe_v3.tsv.gz"
SURFY, CSPA = "expression/surfy_cspa/surfy_2886.tsv.gz", "expression/surfy_cspa/cspa_human_1492.tsv.gz"
HGNC = "ontology/hgnc/hgnc_protein_coding.tsv.gz"
# The two verdict columns beside these come from a language model: they are not read.
FLAGS = {name: f"{name}_flag" for name in ("uniprot", "go", "deeptmhmm", "compartments", "hpa")}


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
            row["symbol"]: [
                old for old in parts(row["prev_symbol"]) if uses[old] == 1 and old not in self.by_symbol
            ]
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


def read(context: Context) -> Output:
    """`universe.tsv`: what two of six sources call a surface protein, and what the graph or `roles` names.

    HPA's vote is no reason to be in it, and stands in a file of its own.
    """
    columns = ("hgnc_id", "symbol", "uniprot", "ensembl_gene", "prev_symbol")
    genes = Genes(list(read_upstream(context.folder / HGNC, columns, context.findings, exact=False)))
    votes: dict[str, set[str]] = defaultdict(set)
    by_hpa: dict[str, float] = {}
    accession: dict[str, str] = {}
    unknown = 0
    columns = ("gene_symbol", "hgnc_id", "uniprot_acc", *FLAGS.values())
    for row in read_upstream(context.folder / SURFACEOME, columns, context.findings, exact=False):
        symbol = genes.symbol(hgnc=row["hgnc_id"], symbol=row["gene_symbol"])
        if symbol is None:
            unknown += 1
            continue
        votes[symbol] |= {name for name, column in FLAGS.items() if row[column] == "1" and name != "hpa"}
        accession[symbol] = row["uniprot_acc"]
        by_hpa[symbol] = float(row[FLAGS["hpa"]] == "1")
    columns = ("UniProt accession", "UniProt gene", "Surfaceome Label")
    for row in read_upstream(context.folder / SURFY, columns, context.findings, exact=False):
        symbol = genes.symbol(uniprot=row["UniProt accession"], symbol=row["UniProt gene"].split(" ")[0])
        if symbol and row["Surfaceome Label"] == "surface":
            votes[symbol].add("surfy")
        unknown += symbol is None
    category: dict[str, str] = {}
    columns = ("ID_link", "CSPA category", "ENTREZ gene symbol")
    for row in read_upstream(context.folder / CSPA, columns, context.findings, exact=False):
        symbol = genes.symbol(uniprot=row["ID_link"], symbol=row["ENTREZ gene symbol"].split(" ")[0])
        if symbol is None:
            unknown += 1
            continue
        number = row["CSPA category"][:1]
        category[symbol] = min(number, category.get(symbol, number))
        if number == "1":
            votes[symbol].add("cspa")
    if context.findings:
        return {}
    named = {row["antigen"]: row.where for row in (*context.rows["antigens"], *context.rows["roles"])}
    for symbol, where in named.items():
        if ":" not in symbol and symbol not in genes.by_symbol:
            context.complain(where, f"{symbol!r} is no approved HGNC symbol", "look the current symbol up")
    members = sorted({symbol for symbol, of in votes.items() if len(of) >= ENOUGH} | (set(named) & set(genes.by_symbol)))
    _write(context, genes, members, accession, votes, category)
    values = np.array([[by_hpa.get(symbol, np.nan)] for symbol in members], dtype=np.float32)
    store(
        context,
        "surface-hpa",
        members,
        sources=("surfaceome",),
        unit="1 where HPA says plasma membrane, else 0",
        columns=("hpa",),
        layers={"vote": values},
        steps={"vote": 1},
    )
    if unknown:
        context.remarks.append(f"{unknown} rows of the surface lists lead to no HGNC gene")
    return {}


def _write(
    context: Context,
    genes: Genes,
    members: list[str],
    accession: Mapping[str, str],
    votes: Mapping[str, set[str]],
    category: Mapping[str, str],
) -> None:
    rows = []
    for symbol in members:
        gene = genes.by_symbol[symbol]
        # Some genes have several accessions: the one of the surface list, where HGNC has it too; else the first.
        proteins = sorted(parts(gene["uniprot"]), key=lambda name: name != accession.get(symbol))
        cells = {
            "symbol": symbol,
            "hgnc": gene["hgnc_id"],
            "uniprot": proteins[0] if proteins else "",
            "ensembl": ";".join(parts(gene["ensembl_gene"])),
            "previous": ";".join(genes.previous[symbol]),
            "surface": ";".join(sorted(votes.get(symbol, ()))),
            "cspa": category.get(symbol, ""),
        }
        for what, hint in row_complaints(cells, TABLES["universe"], {}):
            context.complain(gene.where, what, hint)
        rows.append(cells)
    context.dense[FILE] = write_table(rows, TABLES["universe"])
    context.dense_rows[f"expression/{FILE}"] = len(rows)


register(
    Adapter(
        "universe",
        "the universe of antigens and who calls them surface proteins",
        {"surfaceome": SURFACEOME, "surfy": SURFY, "cspa": CSPA, "hgnc-symbols": HGNC},
        read,
    )
)
