"""What a seller at full speed books per month, where that is heading, and how months and quarters differ.

In: a team's sellers by month (`facts.people.rep_months`), its won deals, and the ramp curve. Out: `FullSeller`. All bookings of
the team are held against all its sellers, each at the speed of their tenure, so that no person is judged; months before the
records hold deals of every length say nothing. One season, one spread between quarters and one trend serve every plan that
looks ahead (`stats.level`).
"""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from salesanalytics.base.calendar import Period
from salesanalytics.base.types import Floats, Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.people import Ramp, bookings_settled, rep_months
from salesanalytics.stats import dispersion, season
from salesanalytics.stats.level import Level, learn

DRAWS = 2000
QUARTERS = 16  # the last ones that the level is learned from
AMOUNT_HALF_LIFE, YEAR_DAYS = 2.0, 365.25


@dataclass(frozen=True, slots=True)
class FullSeller:
    """A full seller's bookings per month, in the base currency.

    `level`: in each draw, of the months just over; `mean` of all; `course`: the level and its trend, and the error that
    quarters share; `season`: factor by calendar month, January first; `dispersion` of sums of deals (variance per unit of
    their mean); `sellers` looked at.
    """

    level: Floats
    mean: float
    course: Level
    season: Floats
    dispersion: float
    sellers: int

    @classmethod
    def of(cls, tables: Tables, as_of: date, curve: Ramp, rng: np.random.Generator) -> "FullSeller | None":
        """From the months that are over on `as_of`. None where nothing was booked in the last twelve, or nobody was there."""
        tables = known_on(tables, as_of)
        now = (pd.Timestamp(as_of) + pd.Timedelta(days=1)).to_period("M").start_time
        people = rep_months(tables, as_of)
        people = people[people["month"] < now]
        if people.empty:
            return None
        people = people.assign(fte=people["part"] * curve.at(people["tenure"].to_numpy(dtype=np.float64)))
        won = tables["opportunity"][tables["opportunity"]["is_won"]]
        won = won.assign(month=won["closed_on"].dt.to_period("M").dt.start_time)
        months = _months(people, won, bookings_settled(tables, as_of))
        if months.empty or months["booked"].iloc[-12:].sum() <= 0 or months["fte"].iloc[-12:].sum() <= 0:
            return None
        factor = season.of_months(season.detrended(months["booked"], months["fte"]))
        luck = _dispersion(won[won["month"] >= months.index[0]], months, factor)
        wins = learn(*_quarters(months, factor), 1.0, rng, DRAWS)
        course = replace(wins, level=wins.level * _amount(won[won["month"] >= months.index[0]], rng))
        recent = people[people["month"] > people["month"].max() - pd.DateOffset(months=12)]
        return cls(course.level, float(course.level.mean()), course, factor, luck, int(recent["rep_id"].nunique()))

    def over(self, period: Period) -> float:
        """Mean of a whole period."""
        return float(self.mean * self.season[pd.date_range(period.start, period.end, freq="MS").month - 1].sum())

    def value(self, month: "pd.Series[pd.Timestamp]", part: Floats, rng: np.random.Generator) -> Floats:
        """(draws, months): what a full seller books in a part of each month ahead, without the quarters' shared error."""
        periods = np.arange(len(month)) / 3 + part[0] / 6
        return self.course.ahead(periods, rng) * self.season[month.dt.month.to_numpy() - 1] * part


def _months(people: pd.DataFrame, won: pd.DataFrame, settled: pd.Timestamp) -> pd.DataFrame:
    """One row per month from which on bookings are settled: fte, booked and won."""
    fte = people.groupby("month")["fte"].sum()
    fte = fte[fte.index >= settled.to_period("M").start_time + pd.offsets.MonthBegin(int(settled.day > 1))]
    by = won.groupby("month")["amount"]
    return pd.DataFrame({"fte": fte, "booked": by.sum(), "won": by.size()}).reindex(fte.index).fillna(0.0)


def _quarters(months: pd.DataFrame, factor: Floats) -> tuple[Floats, Floats]:
    """Wins, and full sellers' months × season, of each calendar quarter, oldest first; the ends may be parts of one."""
    index = pd.DatetimeIndex(months.index)
    rows = (
        months.assign(exposure=months["fte"] * factor[index.month - 1]).groupby(index.to_period("Q"))[["won", "exposure"]].sum()
    )
    rows = rows.iloc[-QUARTERS:]
    return rows["won"].to_numpy(dtype=np.float64), rows["exposure"].to_numpy(dtype=np.float64)


def _amount(won: pd.DataFrame, rng: np.random.Generator) -> Floats:
    """Draws of what a win brings on average; wins of two years ago count half."""
    age = (won["month"].max() - won["month"]).dt.days.to_numpy() / YEAR_DAYS
    weight, amount = 0.5 ** (age / AMOUNT_HALF_LIFE), won["amount"].fillna(0.0).to_numpy(dtype=np.float64)
    mean = float(np.average(amount, weights=weight))
    variance = float(np.average((amount - mean) ** 2, weights=weight)) * float((weight**2).sum()) / float(weight.sum()) ** 2
    width = np.sqrt(np.log1p(variance / mean**2)) if mean > 0 else 0.0
    return np.asarray(mean * np.exp(width * rng.standard_normal(DRAWS) - width**2 / 2))


def _dispersion(won: pd.DataFrame, months: pd.DataFrame, factor: Floats) -> float:
    """Variance of bookings per unit of their mean, were deals independent; 1 where no won deal has an amount."""
    amount = won.loc[won["amount"] > 0, "amount"]
    if amount.empty:
        return 1.0
    usual = months["fte"] * factor[pd.DatetimeIndex(months.index).month - 1]
    expected = usual * (months["won"].sum() / max(float(usual.sum()), 1e-9))
    return dispersion.of_deals(amount, months["won"], expected)
