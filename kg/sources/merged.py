"""The merged molecule table: who is who, and the arms of every molecule.

Its names join the other upstreams. Epitope, valency, moiety, format and Fc in it are largely recalled, so every
claim that rests on it alone is unread; the databases and pages that other adapters bring make claims read.
"""

from __future__ import annotations

import re
from collections import Counter

from kg.sources.crosswalk import missing_crosswalk, read_crosswalk
from kg.sources.registry import Adapter, Context, Output, register
from kg.sources.upstream import Cells, UpstreamRow, read_upstream
from kg.terms import slug, squeeze

FILE = "molecules.tsv"
COLUMNS = (
    "name",
    "inn_status",
    "synonyms",
    "scope",
    "arms",
    "fc",
    "payload",
    "format",
    "first_in_clinic_date",
    "date_kind",
    "date_source_table",
    "highest_phase",
    "status",
    "status_as_of",
    "tumors",
    "nct_verified",
    "in_tables",
    "conflicts",
    "certainty",
)
ARM = re.compile(r"^([a-z_]+):((?:GLYCAN|HAPTEN):[^:]+|[^:]+):(.*):([^:]*):([^:]*)$")
_MOIETIES = {
    "Fab": "fab",
    "scFv": "scfv",
    "VHH": "vhh",
    "VH": "vh",
    "Fv": "fv",
    "receptor domain": "receptor-domain",
    "DARPin": "darpin",
    "TCR": "tcr",
    "dual-Fab": "dual-fab",
    "cytokine": "cytokine-moiety",
    "scFab": "scfab",
    "anticalin": "anticalin",
    "peptide": "peptide",
    "Fcab": "fcab",
    "ligand": "ligand",
    "ligand domain": "ligand",
    "XTEN": "polymer",
    "small-molecule ligand": "small-molecule",
    "CD58 domain": "ligand",
    "HSA": "albumin",
    "": "",
}
_FC = {"silent": "fc-silent", "active": "fc-active", "enhanced": "fc-enhanced", "none": "fc-none", "?": ""}
_EXCLUSIVE = re.compile(r"exclusive with (\w+)")


def read(context: Context) -> Output:
    """Antibodies, arms and properties of every molecule."""
    formats = {
        row["phrase"]: row["notation"] for row in read_crosswalk(context, "format-phrases", ("phrase", "notation"))
    }
    epitopes = {
        (row["antigen"], row["phrase"]): row["epitope"]
        for row in read_crosswalk(context, "epitope-phrases", ("antigen", "phrase", "epitope", "note"))
    }
    antibodies: list[Cells] = []
    arms: list[Cells] = []
    properties: list[Cells] = []
    owners: dict[str, str] = {}
    for row in read_upstream(context.folder / FILE, COLUMNS, context.findings):
        identifier = slug(row["name"])
        synonyms = []
        for name in [part.strip() for part in row["synonyms"].split(";") if part.strip()]:
            # A name that two molecules share joins neither: it is left out and told.
            if owners.setdefault(squeeze(name), identifier) != identifier:
                context.remarks.append(f"{row.where}: {name!r} stands already for {owners[squeeze(name)]}; left out")
            elif squeeze(name) != squeeze(row["name"]):
                synonyms.append(name)
        owners.setdefault(squeeze(row["name"]), identifier)
        antibodies.append(
            {
                "where": row.where,
                "id": identifier,
                "label": row["name"],
                "synonyms": ";".join(synonyms),
                "inn_status": row["inn_status"],
                "scope": row["scope"],
            }
        )
        evidence = {
            "where": row.where,
            "source": "merged-molecules",
            "locator": f"molecules.tsv, {row['name']}",
            "level": "database",
            "stance": "supports",
            "reading": "unread",
        }
        arms += [{"antibody": identifier, **arm, **evidence} for arm in _arms(row, epitopes, context)]
        if row["format"] not in formats:
            missing_crosswalk(context, "format-phrases", row["format"], row.where)
        elif formats[row["format"]] != "unspecified-format":
            properties.append(
                {"antibody": identifier, "property": "format", "value": formats[row["format"]], **evidence}
            )
        if _FC.get(row["fc"]):
            properties.append({"antibody": identifier, "property": "fc", "value": _FC[row["fc"]], **evidence})
        if row["payload"] not in ("", "-", "?"):
            properties.append({"antibody": identifier, "property": "payload", "value": row["payload"], **evidence})
    return {"antibodies-merged": antibodies, "arms-merged": arms, "properties-merged": properties}


def _arms(row: UpstreamRow, epitopes: dict[tuple[str, str], str], context: Context) -> list[Cells]:
    parsed = []
    for text in row["arms"].split(" | "):
        match = ARM.match(text)
        if not match:
            context.complain(row.where, f"{text!r} is no arm", "ROLE:ANTIGEN:EPITOPE:VALENCY:MOIETY")
            continue
        parsed.append(match.groups())
    # Several arms on one antigen need their epitope, or a number, in their key.
    count = Counter(antigen for _, antigen, *_ in parsed)
    roles = {antigen: role for role, antigen, *_ in parsed}
    seen: Counter[str] = Counter()
    arms = []
    for role, antigen, phrase, valency, moiety in parsed:
        seen[antigen] += 1
        if antigen == "?" and role != "mask":
            context.remarks.append(f"{row.where}: {row['name']} has an arm on an undisclosed antigen; left out")
            continue
        if (antigen, phrase) not in epitopes and phrase not in ("?", ""):
            missing_crosswalk(context, "epitope-phrases", f"{antigen} {phrase}", row.where)
        epitope = epitopes.get((antigen, phrase), "")
        exclusive = _EXCLUSIVE.search(phrase)
        key = antigen.replace(":", ".")
        # A site with two roles stands as two arms: a role belongs to the arm, and would be told of both antigens.
        if exclusive and roles.get(exclusive.group(1)) == role:
            key = "+".join(sorted((antigen, exclusive.group(1))))
        elif role == "mask":
            key = "mask"
        elif count[antigen] > 1:
            key += "-" + (epitope.partition("/")[2] if epitope else str(seen[antigen]))
        bare = moiety.rstrip("?")
        if bare not in _MOIETIES:
            context.complain(row.where, f"{moiety!r} is no moiety that we know", "add it to the adapter")
        arms.append(
            {
                "arm": key,
                # Masks cover, and fused albumin is no binder: neither has an antigen.
                "antigen": "" if role == "mask" or "not a binder" in phrase else antigen,
                "epitope": epitope,
                "role": _role(role, antigen),
                "valency": valency.rstrip("?"),
                "moiety": _MOIETIES.get(bare, ""),
                "exclusive_with": exclusive.group(1) if exclusive else "",
            }
        )
    return arms


def _role(role: str, antigen: str) -> str:
    if role == "other":
        return "death-receptor" if antigen == "TNFRSF10B" else "other-role"
    return role.replace("_", "-")


register(Adapter("merged", "who is who, and arms (unread)", {"merged-molecules": FILE}, read))
