"""Partial dates and views: what may be known, and by when."""

from __future__ import annotations

import re
from typing import NamedTuple


class PartialDate(str):
    """A year, a month or a day; `earliest` and `latest` are the first and the last day that it can mean.

    Raises
    ------
    ValueError
        It is no date, or lies outside 1950 to 2100.

    Examples
    --------
    >>> PartialDate("2024-02").earliest, PartialDate("2024-02").latest
    ('2024-02-01', '2024-02-29')
    """

    __slots__ = ()

    def __new__(cls, text: str) -> PartialDate:
        match = re.fullmatch(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", text, re.ASCII)
        if not match:
            raise ValueError(f"{text!r} is no date: write YYYY, YYYY-MM or YYYY-MM-DD")
        year, month, day = (int(part) if part else None for part in match.groups())
        if year is None or not 1950 <= year <= 2100:
            raise ValueError(f"{text!r}: the year must lie between 1950 and 2100")
        if month is not None and not 1 <= month <= 12:
            raise ValueError(f"{text!r}: there is no month {month:02}")
        if month is not None and day is not None and not 1 <= day <= _days(year, month):
            raise ValueError(f"{text!r}: there is no such day")
        return super().__new__(cls, text)

    @property
    def earliest(self) -> str:
        return f"{self}-01-01"[:10] if len(self) == 4 else f"{self}-01"[:10]

    @property
    def latest(self) -> str:
        year = int(self[:4])
        month = int(self[5:7]) if len(self) >= 7 else 12
        day = int(self[8:]) if len(self) == 10 else _days(year, month)
        return f"{year:04}-{month:02}-{day:02}"


def _days(year: int, month: int) -> int:
    from calendar import monthrange  # slow to load, and a warm `kg ask` has no date to read

    return monthrange(year, month)[1]


class View(NamedTuple):
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
