"""When owners say a deal will close, and how often they change their mind.

In: opened deals and their paths. Out: `Expected`: the day shown at `as_of` and every change before. A first date is set at
creation, often a month's or quarter's end; some stages bring a new estimate; a date that comes near without a close is
pushed out, by most owners; the rest leave it standing in the past. A close sets it to the day of closing.
"""

from dataclasses import dataclass

import numpy as np

from salesanalytics.base.types import Floats, Ints
from salesanalytics.demo.calendar import Calendar, month_end
from salesanalytics.demo.company import Company
from salesanalytics.demo.creation import Opened
from salesanalytics.demo.paths import Path
from salesanalytics.demo.planted.conversion import DURATION_DAYS, SEGMENT_PACE, STEPS

CALENDAR_DAYS = 1.45
"""Calendar days per working day."""
REVISED, PUSHED = 0.45, 0.74
LONG_SHOT = 0.07
PUSHES = 3


@dataclass(frozen=True, slots=True)
class Expected:
    """Day number shown per deal; and one row per change: deal, position, day before, day after."""

    day: Ints
    deal: Ints
    position: Floats
    old: Ints
    new: Ints


class _Book:
    """The dates as they stand while time goes by, and the changes so far."""

    def __init__(self, day: Ints, since: Floats) -> None:
        self.day, self.last = day, since.copy()
        self.rows: list[tuple[Ints, Floats, Ints, Ints]] = []

    def change(self, deal: Ints, position: Floats, new: Ints, limit: Floats) -> None:
        """Sets new dates, where they differ by some days and there is still time before `limit`."""
        at = np.maximum(position, self.last[deal] + 0.03)
        keep = (np.abs(new - self.day[deal]) > 3) & (at < limit - 0.02)
        deal, at, new = deal[keep], at[keep], new[keep]
        self.rows.append((deal, at, self.day[deal], new))
        self.day[deal], self.last[deal] = new, at

    def close(self, deal: Ints, position: Floats, new: Ints) -> None:
        """Sets the day of closing, at the moment of closing."""
        keep = new != self.day[deal]
        self.rows.append((deal[keep], position[keep], self.day[deal[keep]], new[keep]))
        self.day[deal] = new


def expectations(company: Company, calendar: Calendar, deals: Opened, path: Path) -> Expected:
    """Follows every deal from stage to stage up to `as_of`."""
    rng = company.settings.rng("expectations")
    left = np.cumsum(np.array(DURATION_DAYS)[::-1])[::-1] * CALENDAR_DAYS
    pace = np.array(SEGMENT_PACE)[deals.segment]
    guess = left[0] * pace * rng.lognormal(-0.05, 0.42, len(pace)) + np.where(
        rng.random(len(pace)) < LONG_SHOT, rng.uniform(60, 240, len(pace)), 0
    )
    book = _Book(_usual(calendar.day(deals.created) + guess.astype(np.int64) + 3, rng), deals.created)
    ends = np.minimum(path.closed, calendar.now)
    for stage in range(STEPS):
        here = np.flatnonzero(path.entered > stage)
        limit = np.minimum(path.times[here, stage + 1], ends[here])
        if stage:
            some = rng.random(len(here)) < REVISED
            deal, entered = here[some], path.times[here[some], stage]
            fresh = left[stage] * pace[deal] * rng.lognormal(0, 0.3, len(deal))
            book.change(deal, entered, _usual(calendar.day(entered) + fresh.astype(np.int64) + 2, rng), limit[some])
        _push(book, calendar, here, limit, rng)
    over = np.flatnonzero(path.over)
    book.close(over, path.closed[over], calendar.day(path.closed[over]))
    deal, position, old, new = (np.concatenate(column) for column in zip(*book.rows, strict=True))
    return Expected(book.day, deal, position, old, new)


def _push(book: _Book, calendar: Calendar, deal: Ints, limit: Floats, rng: np.random.Generator) -> None:
    """Moves dates that come due before the stage ends, a few times at most."""
    for _ in range(PUSHES):
        due = calendar.position(book.day[deal]) + 1.0
        soon = (due < limit) & (rng.random(len(deal)) < PUSHED)
        deal, limit, due = deal[soon], limit[soon], due[soon]
        when = np.maximum(due - rng.uniform(0.02, 4.0, len(deal)), book.last[deal] + 0.03)
        base = np.maximum(book.day[deal], calendar.day(np.minimum(when, calendar.end)))
        book.change(deal, when, _usual(base + rng.integers(8, 46, len(deal)), rng), limit)


def _usual(day: Ints, rng: np.random.Generator) -> Ints:
    """The date as people write it: often the end of the month, or of the quarter, else a weekday."""
    draw = rng.random(len(day))
    weekday = (day + 3) % 7
    day = day - np.maximum(weekday - 4, 0)
    return np.where(draw < 0.16, month_end(day, 3), np.where(draw < 0.50, month_end(day), day))
