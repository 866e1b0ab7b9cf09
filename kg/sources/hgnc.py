"""HGNC: the registry identity of every antigen that the tables name."""

from __future__ import annotations

from kg.sources.registry import Adapter, Context, Output, register
from kg.sources.upstream import read_upstream

FILE = "hgnc_protein_coding.tsv.gz"
COLUMNS = ("hgnc_id", "symbol", "name", "ncbi_gene", "uniprot", "ensembl_gene", "alias", "prev_symbol", "locus_type")


def read(context: Context) -> Output:
    """A `genes` row for each symbol of antigens.tsv; a symbol that HGNC does not have is a complaint."""
    wanted = {row["antigen"]: row.where for row in context.rows["antigens"] if ":" not in row["antigen"]}
    genes = []
    for row in read_upstream(context.folder / FILE, COLUMNS, context.findings):
        if row["symbol"] not in wanted:
            continue
        wanted.pop(row["symbol"])
        aliases = [name for cell in (row["alias"], row["prev_symbol"]) for name in cell.split("|") if name]
        genes.append(
            {
                "where": row.where,
                "symbol": row["symbol"],
                "hgnc": row["hgnc_id"],
                # Some genes have several accessions; the first is the canonical protein.
                "uniprot": row["uniprot"].split("|")[0],
                "ensembl": row["ensembl_gene"].split("|")[0],
                "name": row["name"],
                "aliases": ";".join(name.replace(";", ",") for name in dict.fromkeys(aliases)),
            }
        )
    if not context.findings:
        for symbol, where in wanted.items():
            context.complain(where, f"{symbol!r} is no approved HGNC symbol", "look the current symbol up")
    return {"genes-hgnc": genes}


register(Adapter("hgnc", "gene and protein identity of antigens", {"hgnc": FILE}, read))
