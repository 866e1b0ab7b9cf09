"""Partial dates and views: what may be known, and by when."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass

_DATE = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$")


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A year, a month or a day; `earliest` and `latest` are the first and the last day that it can mean."""

    text: str

    def __post_init__(self) -> None:
        match = _DATE.match(self.text)
        if not match:
            raise ValueError(f"{self.text!r} is no date: write YYYY, YYYY-MM or YYYY-MM-DD")
        year, month, day = (int(part) if part else None for part in match.groups())
        if year is None or not 1950 <= year <= 2100:
            raise ValueError(f"{self.text!r}: the year must lie between 1950 and 2100")
        if month is not None and not 1 <= month <= 12:
            raise ValueError(f"{self.text!r}: there is no month {month:02}")
        if month is not None and day is not None and not 1 <= day <= monthrange(year, month)[1]:
            raise ValueError(f"{self.text!r}: there is no such day")

    @property
    def earliest(self) -> str:
        return (self.text + "-01-01")[:10] if len(self.text) == 4 else (self.text + "-01")[:10]

    @property
    def latest(self) -> str:
        year = int(self.text[:4])
        month = int(self.text[5:7]) if len(self.text) >= 7 else 12
        day = int(self.text[8:]) if len(self.text) == 10 else monthrange(year, month)[1]
        return f"{year:04}-{month:02}-{day:02}"


@dataclass(frozen=True, slots=True)
class View:
    """What may be known: everything up to `as_of` (empty: now), with or without unread claims."""

    as_of: str = ""
    include_unread: bool = False

    @property
    def name(self) -> str:
        return f"{self.as_of or 'now'}{'+unread' if self.include_unread else ''}"

    def admits(self, reading: str, date_latest: str) -> bool:
        """Whether an evidence line is in this view; `date_latest` is empty for an undated line."""
        if reading == "unread" and not self.include_unread:
            return False
        return not self.as_of or (date_latest != "" and date_latest <= self.as_of)
