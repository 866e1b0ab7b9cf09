"""NCI Thesaurus agents in the GDC dictionary: code-named molecules with their targets, dated by first commit."""

from __future__ import annotations

import re

from kg.sources.registry import Adapter, Context, Output, register
from kg.sources.upstream import Cells, read_upstream

FILE = "gdc_bispecific_agents.csv"
COLUMNS = (
    "name",
    "ncit_code",
    "ncit_version",
    "definition",
    "gdc_first_seen",
    "gdc_first_commit",
    "is_cell_or_viral",
    "pair_from_name",
    "linked_inn",
)
_NOISE = re.compile(
    r"\bDual-affinity\b"
    r"|\b(Antigen|Receptor|T-cell|Monoclonal Antibody|Anticalin|Fusion|targeted|targeting|hu3F8|huOKT3|Anti-alpha)\b"
    r"|[()-]?F6-734[)]?|-(?=\s|$)"
)
_TARGETS = {"EGFRvIII": "EGFR", "TGFb": "TGFB1"}  # spellings that our names do not hold


def _join(name: str, linked: str, context: Context) -> str | None:
    """The antibody of an agent: by its INN, its whole name, or the code that ends its name."""
    words = name.split()
    codes = [" ".join(words[-count:]) for count in (3, 2, 1) if len(words) >= count]
    codes += [part for word in words[-1:] for part in word.split("/")]
    return context.join.antibody(linked, name, *codes)


def _targets(pair: str, context: Context) -> list[str]:
    found = []
    for part in re.split(r" x |x(?=CD3)|/", pair):
        bare = _NOISE.sub("", part).strip(" -")
        antigen = _TARGETS.get(bare) or context.join.antigen(
            bare, bare.removeprefix("Anti-"), bare.replace("CD137Anticalin", "CD137")
        )
        if antigen:
            found.append(antigen)
    return found


def read(context: Context) -> Output:
    """Arms by the targets that the agent's name states, dated by the first commit that has it."""
    arms: list[Cells] = []
    unjoined = []
    for row in read_upstream(context.folder / FILE, COLUMNS, context.findings, ","):
        if row["is_cell_or_viral"] == "yes":
            continue
        antibody = _join(row["name"], row["linked_inn"], context)
        if antibody is None:
            unjoined.append(row["name"])
            continue
        evidence = {
            "where": row.where,
            "source": "gdc-ncit",
            "locator": f"agent {row['name']}",
            "level": "database",
            "stance": "supports",
            "date": row["gdc_first_seen"],
            "reading": "record",
        }
        arms += context.join.stated_arms(antibody, _targets(row["pair_from_name"], context), evidence)
    if unjoined:
        context.remarks.append(f"agents that join no antibody: {'; '.join(unjoined)}")
    return {"arms-gdc": arms}


register(Adapter("gdc", "code-named agents of the NCI Thesaurus with their targets", {"gdc-ncit": FILE}, read))
