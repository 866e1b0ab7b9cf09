"""What is drawn in which color: classes of `site.css`, with the words that stand for them in a key."""

from __future__ import annotations

from kg.report.field import Antibody, Field

# Notations of phases in order; their colors are p0 to p7.
PHASES = ("preclinical", "phase-1", "phase-1-2", "phase-2", "phase-2-3", "phase-3", "filed", "approved")
# Roles of arms, those that say most of a molecule first: class, and a word for the key.
ROLES = {
    "bsab:TumorBindingRole": ("arm-tumor", "tumor-binding"),
    "bsab:TriggerRole": ("arm-trigger", "trigger"),
    "bsab:CostimulationRole": ("arm-help", "costimulation"),
    "bsab:CheckpointRole": ("arm-check", "checkpoint"),
    "bsab:DeathReceptorRole": ("arm-tumor", "death receptor"),
    "bsab:LigandBlockingRole": ("arm-block", "ligand-blocking"),
    "bsab:TrapRole": ("arm-soluble", "trap"),
    "bsab:CytokineRole": ("arm-soluble", "cytokine"),
    "bsab:PayloadCaptureRole": ("arm-other", "payload capture"),
    "bsab:HalfLifeRole": ("arm-other", "half-life"),
    "bsab:MaskRole": ("arm-other", "mask"),
}
UNKNOWN_ROLE = ("arm-other", "role not known")

# Groups of mechanisms for charts of the whole field, in the order of their colors.
GROUPS = (
    "T-cell engager",
    "NK, myeloid or gamma-delta engager",
    "checkpoint",
    "costimulation",
    "signal blockade",
    "bispecific ADC",
    "other or not known",
)
_BY_TYPE = {
    "bsab:TCellEngager": 0,
    "bsab:NKCellEngager": 1,
    "bsab:MyeloidEngager": 1,
    "bsab:GammaDeltaTCellEngager": 1,
}
_BY_MECHANISM = {
    "bsab:BispecificAdcMechanism": 5,
    "bsab:TCellEngagerMechanism": 0,
    "bsab:DualSignalingBlockadeMechanism": 4,
    "bsab:BiparatopicBlockadeMechanism": 4,
}


def role_of(roles: tuple[str, ...]) -> tuple[str, str]:
    """Class and word of an arm's foremost role."""
    return next((ROLES[role] for role in ROLES if role in roles), UNKNOWN_ROLE)


def phase_class(rank: int) -> str:
    """The color of a stage; that of preclinical for one that is not known."""
    return f"p{max(rank, 0)}"


def group_of(field: Field, antibody: Antibody) -> int:
    """The place in `GROUPS` of an antibody: by its inferred types, its mechanism, then the roles of its arms."""
    mechanisms = field.get(antibody.curie, "hasMechanism")
    if "bsab:BispecificAdcMechanism" in mechanisms or field.get(antibody.curie, "hasPayloadKind"):
        return 5
    found = [_BY_TYPE[kind] for kind in field.inferred[antibody.curie] if kind in _BY_TYPE]
    found += [_BY_MECHANISM[name] for name in mechanisms if name in _BY_MECHANISM]
    if found:
        return min(found)
    roles = {role for arm in antibody.arms for role in arm.roles}
    if "bsab:CostimulationRole" in roles:
        return 3
    if "bsab:CheckpointRole" in roles:
        return 2
    blocking = {"bsab:TumorBindingRole", "bsab:LigandBlockingRole", "bsab:TrapRole"}
    return 4 if roles and roles <= blocking else 6


def phase_key() -> tuple[tuple[str, str], ...]:
    """The key of stages."""
    from kg.report.words import stage_of

    return tuple((f"p{number}", stage_of(name)) for number, name in enumerate(PHASES))
