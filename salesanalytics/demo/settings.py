"""What a demo company is asked to be, and the random numbers it may use.

In: the arguments of `write_demo`. Out: `Settings`, checked once. Never makes data.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np

from salesanalytics.errors import DataError

Format = Literal["csv", "parquet"]
BURN_IN_MONTHS = 4
"""Months of deals before the history proper, so that its first quarter starts with a full pipeline."""

LIMITS = {"teams": (1, 400), "reps": (1, 20_000), "months": (1, 120), "deals": (1, 5_000_000), "seed": (0, 2**63 - 1)}


@dataclass(frozen=True, slots=True)
class Settings:
    """The company asked for. `reps` is the average number of sellers and SDRs employed at a time, managers not counted."""

    seed: int = 7
    teams: int = 6
    reps: int = 60
    months: int = 36
    as_of: date = date(2026, 11, 22)
    deals: int | None = None

    def __post_init__(self) -> None:
        """Raises DataError where a number is out of bounds, or there are fewer reps than teams."""
        for name, (low, high) in LIMITS.items():
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                raise DataError(f"{name} is {value}; expected a whole number from {low:,} to {high:,}.")
        if self.reps < self.teams:
            raise DataError(f"{self.reps} reps cannot fill {self.teams} teams; expected reps to be at least teams.")
        if not date(2015, 1, 1) <= self.as_of <= date(2100, 1, 1):
            raise DataError(f"as_of is {self.as_of}; expected a day from 2015-01-01 to 2100-01-01.")

    @property
    def history_from(self) -> date:
        """First day of the history proper: bookings, quotas and forecasts are complete from here on."""
        return month_before(self.as_of, self.months)

    @property
    def deals_from(self) -> date:
        """First day on which deals are created."""
        return month_before(self.as_of, self.months + BURN_IN_MONTHS)

    def day(self, share: float) -> date:
        """The day that lies `share` of the way from `history_from` to `as_of`."""
        return self.history_from + timedelta(days=int((self.as_of - self.history_from).days * share))

    def rng(self, name: str) -> np.random.Generator:
        """Random numbers of one table or mechanism.

        They depend on `seed` and `name` only, so tables don't disturb each other.
        """
        key = np.frombuffer(hashlib.sha256(name.encode()).digest()[:16], dtype="<u4")
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=tuple(int(part) for part in key)))


def month_before(day: date, months: int) -> date:
    """First day of the month that lies `months` before the month of `day`."""
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


def quarter_start(day: date) -> date:
    """First day of the quarter of `day`."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def quarters(first: date, last: date) -> list[tuple[date, date]]:
    """First and last day of each quarter that begins on or after `first`, up to the one that holds `last` (always given)."""
    spans: list[tuple[date, date]] = []
    start = quarter_start(last)
    while start >= first or not spans:
        spans.append((start, month_before(start, -3) - timedelta(days=1)))
        start = month_before(start, 3)
    return spans[::-1]
