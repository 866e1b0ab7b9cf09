"""pirlygenes: hand-kept lists of approved bispecifics and of T-cell engagers in trials."""

from __future__ import annotations

import re

from kg.sources.crosswalk import tumor_phrases, tumors_of
from kg.sources.registry import Adapter, Context, Output, register
from kg.sources.upstream import Cells, read_upstream

APPROVED, TRIALS = "bispecific-antibodies-approved.csv", "multispecific-tcell-engager-trials.csv"
_TARGET_COLUMNS = {
    # The approved list puts any second arm in the T-cell column (amivantamab: MET), so only symbols are read.
    APPROVED: ("Tumor_Target_Symbols", "Tcell_Target_Symols", "Other_Symbols"),
    TRIALS: ("Tumor_Target_Symbols", "Tcell_Target_Symbols", "Costim_Target_Symbols"),
}
_SAME_MOLECULE = {"M-01": "M701", "M-02": "M802"}  # by owner, target and format


def read(context: Context) -> Output:
    """Arms by target symbols, and the tumors of the trials list."""
    arms: list[Cells] = []
    properties: list[Cells] = []
    phrases = tumor_phrases(context)
    for source, file in (("pirlygenes-approved", APPROVED), ("pirlygenes-trials", TRIALS)):
        columns = ("Drug_Name", "Disease_Area", *_TARGET_COLUMNS[file])
        for row in read_upstream(context.folder / file, columns, context.findings, ",", exact=False):
            name = row["Drug_Name"]
            bare = re.sub(r"\s*\(.*?\)", "", name)
            inside = re.findall(r"\(([^)]*)\)", name)
            aliases = [alias.strip() for text in inside for alias in re.split(r"[,;/]", text)]
            antibody = context.join.antibody(_SAME_MOLECULE.get(bare, ""), bare, *aliases)
            if antibody is None:
                continue
            evidence = {
                "where": row.where,
                "source": source,
                "locator": f"row {name}",
                "level": "database",
                "stance": "supports",
                "reading": "record",
            }
            targets = [symbol for column in _TARGET_COLUMNS[file] for symbol in row[column].split(";") if symbol]
            arms += context.join.stated_arms(antibody, targets, evidence)
            if file == TRIALS:
                for tumor in tumors_of(context, phrases, row["Disease_Area"], row.where):
                    properties.append({"antibody": antibody, "property": "tested-in", "value": tumor, **evidence})
    return {"arms-pirlygenes": arms, "properties-pirlygenes": properties}


register(
    Adapter(
        "pirlygenes",
        "approved bispecifics and T-cell engagers in trials",
        {"pirlygenes-approved": APPROVED, "pirlygenes-trials": TRIALS},
        read,
    )
)
