"""Words for readers in place of notations and column names; dates as they are written."""

from __future__ import annotations

STAGES = {
    "preclinical": "preclinical",
    "phase-1": "phase 1",
    "phase-1-2": "phase 1/2",
    "phase-2": "phase 2",
    "phase-2-3": "phase 2/3",
    "phase-3": "phase 3",
    "filed": "filed",
    "approved": "approved",
}
# Columns of named questions whose name says less than it might.
_COLUMNS = {
    "label": "antibody",
    "on": "date",
    "on_earliest": "from",
    "on_latest": "until",
    "n": "patients",
    "met": "end point met",
    "stage": "furthest stage",
    "lines": "evidence lines",
    "carried_over": "carried over",
    "claim": "evidence",
    "kind": "kind",
    "weakest": "weakest support",
    "first_antibodies": "antibodies on the first",
    "second_antibodies": "antibodies on the second",
    "direct": "in patients on a bispecific",
    "other_label": "other antibody",
    "escape_label": "kind of escape",
    "under": "seen under",
    "from": "antigen",
    "timing": "when",
    "hr": "hazard ratio",
    "solid": "against solid tumors",
    "stated": "stated",
    "tested_as": "tested as",
    "known_solid": "known, solid",
    "no": "question number",
}
_VERDICTS = {"works": "good", "fails": "bad", "unknown": "plain"}


def stage_of(notation: str) -> str:
    """A phase as it is said: `phase-1-2` is phase 1/2; "not known" for ""."""
    return STAGES.get(notation, notation.replace("-", " ")) if notation else "not known"


def column_of(name: str) -> str:
    """The name of a column of a named question, for readers.

    Examples
    --------
    >>> column_of("on_earliest"), column_of("sample_size")
    ('from', 'sample size')
    """
    return _COLUMNS.get(name, name.replace("_", " "))


def plain(notation: str) -> str:
    """A notation as words: hyphens are spaces.

    Examples
    --------
    >>> plain("antigen-specific")
    'antigen specific'
    """
    return notation.replace("-", " ")


def tone_of(verdict: str) -> str:
    """How a verdict is marked."""
    return _VERDICTS.get(verdict, "plain")


def day_of(earliest: str, latest: str) -> str:
    """A date that is known to a day, a month or a year; a range otherwise.

    Examples
    --------
    >>> day_of("2024-05-16", "2024-05-16"), day_of("2024-01-01", "2024-12-31"), day_of("2025-02-01", "2025-02-28")
    ('2024-05-16', '2024', '2025-02')
    """
    if earliest == latest or not latest:
        return earliest
    if earliest[:4] == latest[:4] and earliest.endswith("-01-01") and latest.endswith("-12-31"):
        return earliest[:4]
    if earliest[:7] == latest[:7] and earliest.endswith("-01") and int(latest[8:]) >= 28:
        return earliest[:7]
    return f"{earliest} to {latest}"


def many(count: int, noun: str, plural: str = "") -> str:
    """A count with its noun.

    Examples
    --------
    >>> many(1, "pair"), many(3, "antibody", "antibodies")
    ('1 pair', '3 antibodies')
    """
    return f"{count} {noun if count == 1 else plural or noun + 's'}"


__all__ = ["STAGES", "column_of", "day_of", "many", "plain", "stage_of", "tone_of"]
