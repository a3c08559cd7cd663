"""Who leaves, and when.

True effect: the yearly hazard of leaving is the tenure band's times the team manager's, and all in all 34% a year. It does not
depend on sales, pay or anything else. Naive looks go wrong three ways: people who left before the history began are not in
the tables (left truncation: a curve that ignores late entry shows too good a survival); those still here have not "stayed for
good" (censoring); and leavers sell little in their last months only because many of them are new (immortal time).
"""

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from salesanalytics.base.types import Floats

YEARLY_TURNOVER = 0.34
BANDS_YEARS = np.array([0.0, 0.5, 1.0, 2.0, 4.0])
BAND_SHAPE = np.array([0.75, 1.35, 1.25, 0.95, 0.65])
MANAGERS = np.array([0.85, 1.0, 1.7, 0.9, 0.7, 1.15])
MOVES_A_YEAR = 0.05
LEAVE_TYPES = {"voluntary": 0.72, "involuntary": 0.22, "transfer": 0.06}
GRID_YEARS = np.linspace(0, 45, 9_001)


class Turnover:
    """Draws how long people stay. Tenure is in years; `team` is a team's place in the list of teams."""

    def __init__(self, teams: int) -> None:
        self.manager = np.resize(MANAGERS, teams)

    @cached_property
    def scale(self) -> float:
        """Brings the teams' average rate to `YEARLY_TURNOVER`: where leavers are replaced, the rate is 1 / mean stay."""
        low, high = 0.01, 5.0
        for _ in range(60):
            middle = (low + high) / 2
            rate = np.mean([1 / self._mean_stay(middle * manager) for manager in np.unique(self.manager)])
            low, high = (middle, high) if rate < YEARLY_TURNOVER else (low, middle)
        return low

    @cached_property
    def hazard(self) -> Floats:
        """Yearly hazard of each tenure band under a manager with factor 1."""
        return BAND_SHAPE * self.scale

    def leave_at(self, tenure: Floats, team: NDArray[np.int64], rng: np.random.Generator) -> Floats:
        """Tenure at which people of `tenure` leave, if they stay in `team`."""
        risk = self._cumulative(tenure) + rng.exponential(size=len(tenure)) / self.manager[team]
        return self._inverse(risk)

    def present_tenure(self, team: NDArray[np.int64], rng: np.random.Generator) -> Floats:
        """Tenure of people met on an arbitrary day in a company that has always replaced its leavers."""
        tenure = np.empty(len(team))
        draw = rng.random(len(team))
        for one in np.unique(team):
            staying = np.exp(-self._cumulative(GRID_YEARS) * self.manager[one])
            share = np.cumsum(staying) / staying.sum()
            mine = team == one
            tenure[mine] = np.interp(draw[mine], share, GRID_YEARS)
        return tenure

    def _cumulative(self, tenure: Floats) -> Floats:
        return _integral(self.hazard, tenure)

    def _inverse(self, risk: Floats) -> Floats:
        edges = np.append(BANDS_YEARS, 500.0)
        return np.asarray(np.interp(risk, _integral(self.hazard, edges), edges))

    @staticmethod
    def _mean_stay(factor: float) -> float:
        return float(np.trapezoid(np.exp(-_integral(BAND_SHAPE * factor, GRID_YEARS)), GRID_YEARS))


def _integral(hazard: Floats, tenure: Floats) -> Floats:
    """Cumulative hazard at `tenure` of a hazard that is constant within bands."""
    width = np.diff(np.append(BANDS_YEARS, np.inf))
    spent = np.clip(tenure[:, None] - BANDS_YEARS, 0, width)
    return np.asarray(spent @ hazard)


def truth(turnover: Turnover, teams: list[str]) -> dict[str, Any]:
    """What is planted about leaving."""
    names = ["0-6 months", "6-12 months", "1-2 years", "2-4 years", "over 4 years"]
    rows = zip(names, BANDS_YEARS.tolist(), turnover.hazard.tolist(), strict=True)
    return {
        "unit": "leavers per person-year; hazard = tenure band's hazard x manager's factor; moving teams is not leaving",
        "estimand": "rep.hire_date to rep.leave_date of sellers and SDRs (role is not manager), entered late at observed_from",
        "yearly_rate_long_run": YEARLY_TURNOVER,
        "hazard_by_tenure": [{"band": name, "from_years": start, "hazard": hazard} for name, start, hazard in rows],
        "factor_by_team_manager": dict(zip(teams, turnover.manager.tolist(), strict=True)),
        "leave_type_share": LEAVE_TYPES,
        "moves_between_teams_per_person_year": MOVES_A_YEAR if len(teams) > 1 else 0.0,
        "naive": "ignoring late entry hides those who left before the records began and flatters survival",
    }
