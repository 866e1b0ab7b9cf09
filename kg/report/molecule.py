"""An antibody as a molecule: its arms around its Fc, drawn from what is on record and dashed where it is not."""

from __future__ import annotations

import math

from kg.report.field import Antibody, Arm, Field
from kg.report.palette import ROLES, UNKNOWN_ROLE, role_of
from kg.views.drawing import Drawing, Figure, Shape, circle, fitted, line, path, rect, words

_SINGLE = frozenset(
    f"bsab:{name}Moiety" for name in ("Vhh", "Vh", "Darpin", "Anticalin", "Cytokine", "Ligand", "ReceptorDomain")
)
_MOST = 8  # binding sites that are drawn; more are counted in words


def molecule(field: Field, antibody: Antibody) -> Figure:
    """The schematic of an antibody: one shape a binding site, colored by role, with antigen, moiety and valency.

    Where an arm sits on the molecule is not on record: the first two are drawn as the arms of a Y, further ones below.
    """
    fc, fc_words = _fc(field, antibody)
    sites: list[tuple[Arm, str]] = []
    for arm in antibody.arms:
        label = field.labels(arm.antigens) or "antigen not known"
        times = max(arm.valency, 1)
        sites += [(arm, f"{label} ({number + 1} of {times})" if times > 1 else label) for number in range(times)]
    more = len(sites) - _MOST
    sites = sites[:_MOST]
    shapes = _around_fc(field, sites, fc) if fc != "none" else _in_a_row(field, sites)
    wide, high = (560.0, 270.0) if fc != "none" else (max(560.0, 40 + 140.0 * len(sites)), 190.0)
    if not sites:
        shapes = [words(20, 40, "No arm of it is known in this view.", "soft")]
        wide, high = 560.0, 70.0
    elif fc != "none":
        shapes.append(words(280, 262, fc_words, "soft small", "middle"))
    payload = field.labels(field.get(antibody.curie, "payload"))
    told = "; ".join(_in_words(field, arm) for arm in antibody.arms) + f". {fc_words}."
    caption = (
        "Drawn from arms, moieties, valency and Fc on record. Where each arm sits on the molecule is not on record."
    )
    if not sites:
        caption = ""
    if any(not arm.moiety for arm in antibody.arms):
        caption += " Dashed: moiety not known."
    if any(not arm.valency for arm in antibody.arms):
        caption += " An arm without a known valency is drawn once."
    if more > 0:
        caption += f" {more} further sites are not drawn."
    if payload:
        caption += f" Payload: {payload}."
    key = tuple(dict.fromkeys(role_of(arm.roles) for arm in antibody.arms))
    return Figure(Drawing(wide, high, f"Schematic of {antibody.label}", told, tuple(shapes)), caption, key)


def _fc(field: Field, antibody: Antibody) -> tuple[str, str]:
    """`yes`, `none` or `unknown`, and what is said of the Fc."""
    activity = field.one(antibody.curie, "hasFcActivity")
    if activity:
        label = field.label(activity)
        return ("none", "no Fc") if label == "no Fc" else ("yes", label)
    said = {value for form in field.get(antibody.curie, "hasFormat") for value in field.get(form, "hasFc")}
    if said == {"true"}:
        return "yes", "Fc by its format; its activity is not on record"
    if said == {"false"}:
        return "none", "no Fc, by its format"
    return "unknown", "whether it has an Fc is not on record"


def _in_words(field: Field, arm: Arm) -> str:
    parts = [
        field.label(arm.moiety) if arm.moiety else "arm",
        "on",
        field.labels(arm.antigens) or "an antigen not known",
    ]
    role = role_of(arm.roles)
    return " ".join(parts) + f" ({role[1]}" + (f", valency {arm.valency})" if arm.valency else ")")


def _around_fc(field: Field, sites: list[tuple[Arm, str]], fc: str) -> list[Shape]:
    """Two arms of a Y above the Fc; the others hang below it."""
    guess = " guess" if fc == "unknown" else ""
    shapes: list[Shape] = []
    hinge = (280.0, 112.0)
    for side in (-1, 1):
        shapes.append(rect(hinge[0] + (3 if side > 0 else -31), hinge[1] + 14, 28, 44, f"fc{guess}", "Fc", round_=12))
        shapes.append(rect(hinge[0] + (3 if side > 0 else -31), hinge[1] + 60, 28, 44, f"fc{guess}", "Fc", round_=12))
    above, below = sites[:2], sites[2:]
    for side, (arm, label) in zip((-1, 1), above, strict=False):
        tip = hinge[0] + side * 92, hinge[1] - 84
        shapes.append(line(hinge[0] + side * 10, hinge[1] + 14, tip[0] - side * 16, tip[1] + 16, "bond"))
        shapes += _site(field, arm, tip, math.degrees(math.atan2(side * 92, 84)))
        shapes += _named(field, arm, label, tip[0] + side * 34, tip[1] - 2, "end" if side < 0 else "start")
    for number, (arm, label) in enumerate(below):
        side = -1 if number % 2 == 0 else 1
        spot = hinge[0] + side * 66, hinge[1] + 116 + 46 * (number // 2) - (0 if len(below) <= 2 else 40)
        shapes.append(line(hinge[0] + side * 17, min(hinge[1] + 100, spot[1]), spot[0], spot[1], "bond"))
        shapes += _site(field, arm, spot, 90.0 * side)
        shapes += _named(field, arm, label, spot[0] + side * 30, spot[1], "end" if side < 0 else "start")
    return shapes


def _in_a_row(field: Field, sites: list[tuple[Arm, str]]) -> list[Shape]:
    """Beads on a string, for molecules without an Fc."""
    shapes: list[Shape] = []
    spots = [(90.0 + 140.0 * number, 70.0) for number in range(len(sites))]
    for one in spots[:-1]:
        shapes.append(path(f"M{one[0] + 16} {one[1]}c30 34 78 34 108 0", "bond"))
    for spot, (arm, label) in zip(spots, sites, strict=True):
        shapes += _site(field, arm, spot, 0.0)
        shapes += _named(field, arm, label, spot[0], spot[1] + 56, "middle")
    return shapes


def _site(field: Field, arm: Arm, middle: tuple[float, float], turn: float) -> list[Shape]:
    """A binding site by its moiety: two pairs of domains for a Fab, one for an scFv, one domain for the small ones."""
    style, word = role_of(arm.roles)
    x, y = middle
    title = f"{field.labels(arm.antigens)}: {word}, {field.label(arm.moiety) if arm.moiety else 'moiety not known'}"
    about = f"rotate({turn:.1f} {x:.1f} {y:.1f})"
    label = field.label(arm.moiety)
    if not arm.moiety:
        return [circle(x, y, 19, f"{style} domain", title), circle(x, y, 23, "bond thin guess", title)]
    if arm.moiety in _SINGLE or "cytokine" in label or "ligand" in label:
        return [circle(x, y, 17, f"{style} domain", title)]
    tall = 26 if "Fab" in label else 0
    domains = [(-15, -24), (1, -24)] + ([(-15, 2), (1, 2)] if tall else [])
    if not tall:
        domains = [(-15, -13), (1, -13)]
    return [
        Shape(
            "rect",
            (
                ("x", f"{x + dx:.1f}"),
                ("y", f"{y + dy:.1f}"),
                ("width", "15"),
                ("height", "26"),
                ("rx", "7"),
                ("class", f"{style} domain"),
                ("transform", about),
            ),
            "",
            title,
        )
        for dx, dy in domains
    ]


def _named(field: Field, arm: Arm, label: str, x: float, y: float, anchor: str) -> list[Shape]:
    word = role_of(arm.roles)[1]
    moiety = field.label(arm.moiety) if arm.moiety else ""
    return [
        words(x, y, fitted(label, 150, 14), "strong large", anchor),
        words(x, y + 16, ", ".join(filter(None, (word, moiety))), "soft small", anchor),
    ]


def role_key() -> tuple[tuple[str, str], ...]:
    """All roles and their colors."""
    return (*ROLES.values(), UNKNOWN_ROLE)
