"""The answer to where a period will land: the range of its end, what it is made of, and each open deal's chance.

In: numbers. Out: `Landing`, which the page, the plans and the pay chapters read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from salesanalytics.base.calendar import Period
from salesanalytics.base.result import Result
from salesanalytics.models.forecast.cells import Cells
from salesanalytics.models.forecast.period_end import PeriodEndInputs


@dataclass(frozen=True, slots=True)
class Call:
    """What the team itself calls: its `source` (manager, rep), the `call` and what it is `corrected`; its `weight` beside the
    deals (0..1), and the mean absolute errors of either (`call_error`, `deals_error`) in the rest of so many past `periods`.
    """

    source: str
    call: float
    corrected: float
    weight: float
    periods: int
    call_error: float
    deals_error: float


@dataclass(frozen=True, slots=True)
class Basis:
    """What a landing was worked out from: what was known on its day (`seen`), the chances of deals by cell (`cells`), and the
    past periods looked at (`past`).
    """

    seen: PeriodEndInputs
    cells: Cells
    past: tuple[Period, ...]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Landing(Result):
    """The end of `period` as seen on `as_of`; money in the base currency.

    `table`: one row per open deal, most expected money first: opportunity_id, name, owner_rep_id, owner, stage, category
    (forecast category, or `unset`), amount, p_won_in_period (0..1), expected (amount × chance), likely (its part of the likely
    end). `parts`: one row per part (won, open, new, total) with low (P10), high (P90), mean, and likely: these add up to the
    total's, `middle`. `course`: one row per day: booked (missing after as_of), and low, middle, high, which lead from today to
    the end as past periods went on.
    `p_hit`: chance to reach `goal` (None without one). `needed`: extra open pipeline for a chance of 50, 80 and 90%, if it is
    won as today's is (inf: cannot be). `new_by`: last day on which half of new deals would still close in time. `low` … `mean`
    are None where fewer than three past periods can be used. `said`: the team's call, where one was taken into account;
    `by_deals`: the middle without it. `year_ago`: how the same period ended a year before; `reached`: the share of its quota
    that each past period ended at, oldest first; `held`: how many of how many such forecasts held before; `basis`: what the
    draws were made from.
    """

    goal: float | None
    booked: float
    parts: pd.DataFrame
    course: pd.DataFrame
    low: float | None
    middle: float | None
    high: float | None
    mean: float | None
    p_hit: float | None
    needed: Mapping[float, float]
    new_by: date | None
    periods: int
    by_deals: float | None = None
    said: Call | None = None
    year_ago: float | None = None
    reached: tuple[float, ...] = ()
    held: tuple[int, int] | None = None
    basis: Basis | None = None

    @property
    def is_over(self) -> bool:
        """Whether the period has ended by `as_of`."""
        return self.as_of >= self.period.end

    @property
    def foretells(self) -> bool:
        """Whether it says where the period will end: that is not over, and enough is known."""
        return self.middle is not None and not self.is_over
