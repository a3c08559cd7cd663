"""Every week of every past period as it stood then: the deals open on that day, and what had become of them at the end.

In: the book of deals, a day and a period. Out: `Panel`, counts per period, week and cell, from which `Cells` are learnt: from
the first periods only, or from all. Deals are won, lost or still open (competing risks, landmarked at each week), so no deal
is dropped and none is followed beyond the period. Never looks at a period that has not ended.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from salesanalytics.base.calendar import Period
from salesanalytics.base.types import Floats, Ints
from salesanalytics.models.forecast.book import Book, States, day_number, past_periods
from salesanalytics.models.forecast.cells import DUE, Cells, fit

ANY = "*"
"""The stage that stands for all of them."""
MOST_PERIODS = 12
EDGE_PERIODS = 2
WON, LOST, OPEN = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Panel:
    """Every past week: `counts[period, left, stage, due, size, since, outcome]`, and per period and week the states."""

    counts: Floats
    values: Floats
    stages: Sequence[str]
    edges: Floats
    periods: Sequence[Period]
    weeks: Mapping[tuple[int, int], States]

    def cells(self, until: int) -> Cells:
        """Learnt from the first `until` periods only."""
        return fit(self.counts[:until].sum(axis=0), self.values[:until].sum(axis=0), self.stages, self.edges)


def weeks_in(period: Period) -> int:
    """Weeks that reach from its end back to its start or just before."""
    return -(-period.days // 7)


def panel(deals: Book, as_of: date, period: Period) -> Panel:
    """All weeks of all past periods."""
    periods = past_periods(deals, as_of, period, MOST_PERIODS)
    most = max([weeks_in(one) for one in [*periods, period]])
    weeks = {
        (at, left): deals.open_on(day_number(one.end) - 7 * left)
        for at, one in enumerate(periods)
        for left in range(1, most + 1)
    }
    # thirds of the first periods' amounts, so that no later deal moves a cell's edge in a forecast of the past
    amounts = np.concatenate([np.zeros(0), *(one.amount for (at, _), one in weeks.items() if at < EDGE_PERIODS)])
    known = amounts[np.isfinite(amounts)]
    edges = np.quantile(known, [1 / 3, 2 / 3]) if len(known) else np.zeros(2)
    names = sorted({str(name) for one in weeks.values() for name in pd.unique(pd.Series(one.stage))})
    stages = [ANY, *names]
    shape = (len(periods), most + 1, len(stages), len(DUE), 4, 3)
    counts, values = np.zeros((*shape, 3)), np.zeros((len(periods), len(stages), 2))
    blank = Cells(np.zeros(0), np.zeros(0), np.zeros(0), stages, edges)
    for (at, left), states in weeks.items():
        end = day_number(periods[at].end)
        codes, outcome = blank.codes(states, end - 7 * left, end), outcomes(deals, states.deal, end)
        place = np.ravel_multi_index((*codes, outcome), (*shape[2:], 3))
        counts[at, left] = np.bincount(place, minlength=int(np.prod(shape[2:])) * 3).reshape((*shape[2:], 3))
        known_won = (outcome == WON) & (np.nan_to_num(states.amount) > 0)
        for column, money in enumerate((deals.amount[states.deal], np.nan_to_num(states.amount))):
            values[at, :, column] += np.bincount(codes[0][known_won], money[known_won], len(stages))
    counts[:, :, 0], values[:, 0] = counts.sum(axis=2), values.sum(axis=1)
    return Panel(counts, values, stages, edges, periods, weeks)


def outcomes(deals: Book, deal: Ints, end: int) -> Ints:
    """WON, LOST or still OPEN at the end of the day `end`."""
    over = deals.closed[deal] <= end
    return np.where(over, np.where(deals.won[deal], WON, LOST), OPEN)
