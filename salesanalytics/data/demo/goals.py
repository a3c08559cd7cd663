"""What was promised: quota and forecast_submission.

In: who worked when, and what deals were worth. Out: frames. Quotas are the planners' work: they know the season, the land and how new a
seller is, but not who is gifted, and they stretch. Forecasts are given every Monday by sellers, and by managers for their team.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from . import frames
from .calendar import Calendar, month_number, number
from .company import Company
from .creation import AMOUNT_SPREAD, FOCUS_PACE, MEDIAN_AMOUNT, TEAM_PRICE, Opened, Work
from .paths import Path
from .people import NEVER
from .planted import optimism
from .settings import quarters

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

STRETCH = 1.12
OVER_ASSIGNED = 1.08
PLAN_ERROR = 0.06
LAG_MONTHS = 2
"""Bookings follow new deals by about so many months."""
LEAST_SHARE = 0.30
KNOWN_OF_WIN_RATE = 0.75
REVISED = 0.04


@dataclass(frozen=True, slots=True)
class Quotas:
    """Quota per person (row) and quarter (column), NaN where none was set; `days_set` is when; `spans` the quarters."""

    amount: Floats
    team: Ints
    set_on: Ints
    spans: list[tuple[date, date]]


def quotas(company: Company, calendar: Calendar, done: Work, deals: Opened, path: Path, planted: Floats) -> Quotas:
    """Shares out each quarter's expected bookings, stretched, by what each seller's plan says."""
    spans = quarters(company.settings.history_from, company.settings.as_of)
    rng, spells = company.settings.rng("quotas"), company.people.spells
    expected = _expected(calendar, deals, path, spans) * STRETCH
    team_error = rng.lognormal(0, PLAN_ERROR, (company.settings.teams, len(spans)))
    amount, team = np.full((len(company.people.role), len(spans)), np.nan), np.zeros((len(company.people.role), len(spans)), np.int64)
    set_on = np.zeros_like(team)
    worth, full = _worth(company, planted)[done.spell], _full(company)[done.spell]
    for column, (first, last) in enumerate(spans):
        start = month_number(first) - done.first_month - LAG_MONTHS
        share = done.plan[:, max(start, 0) : start + 3].sum(axis=1) * worth
        here = _here(company, calendar, done.spell, first, last)
        share = np.where(here > 0, np.maximum(share, LEAST_SHARE * 3 * full * worth), 0) * here
        part = share / max(share.sum(), 1e-9) * expected[column] * team_error[spells.team[done.spell], column]
        rows = np.flatnonzero(here > 0.12)
        amount[spells.rep[done.spell[rows]], column] = np.maximum(np.round(part[rows], -3), 1_000)
        team[spells.rep[done.spell[rows]], column] = spells.team[done.spell[rows]]
        set_on[spells.rep[done.spell[rows]], column] = np.maximum(spells.since[done.spell[rows]], number(first) - 12)
    return Quotas(amount, team, set_on, spans)


def _expected(calendar: Calendar, deals: Opened, path: Path, spans: list[tuple[date, date]]) -> Floats:
    """Bookings to be expected per quarter; where `as_of` cuts a quarter short, the rest is taken at the pace of the year before or the quarter itself."""
    month = calendar.month[path.times[:, -1].astype(np.int64)]
    value = deals.size * path.p_win
    total = np.bincount(month, value, minlength=int(month.max(initial=0)) + 4)
    by_quarter = [total[month_number(first) : month_number(first) + 3].sum() for first, _ in spans]
    if len(spans) > 4:
        growth = sum(by_quarter[-4:-1]) / max(sum(by_quarter[-8:-5]), 1) if len(spans) > 8 else 1.1
        by_quarter[-1] = max(by_quarter[-1], by_quarter[-5] * min(growth, 1.3))
    return np.asarray(by_quarter) if len(spans) else np.empty(0)


def _worth(company: Company, planted: Floats) -> Floats:
    """What a new deal brings in each spell's seat, relative: its usual amount, and most of what sets the team's win rate apart."""
    mean = np.array(MEDIAN_AMOUNT) * np.exp(np.square(AMOUNT_SPREAD) / 2)
    price = np.array([TEAM_PRICE.get(team, 1.0) for team in company.team_ids])
    wins = planted.prod(axis=1) ** KNOWN_OF_WIN_RATE
    return np.where(company.spell_seat >= 0, mean[company.focus[company.spell_seat]], 0) * (price * wins)[company.people.spells.team]


def _full(company: Company) -> Floats:
    return np.where(company.spell_seat >= 0, np.array(FOCUS_PACE)[company.focus[company.spell_seat]], 0)


def _here(company: Company, calendar: Calendar, spell: Ints, first: date, last: date) -> Floats:
    """Share of the quarter each spell can work, as known when its quota is set: leavers are not foreseen, starters are."""
    spells = company.people.spells
    start, end = calendar.at(first), calendar.at(last + timedelta(days=1))
    since = np.maximum(calendar.position(spells.since[spell]), start)
    there = (spells.since[spell] <= min(number(last), number(company.settings.as_of))) & (spells.until[spell] >= number(first))
    moved = (spells.until[spell] < NEVER) & (spells.until[spell] < company.people.left[spells.rep[spell]])
    until = np.where(moved, np.minimum(calendar.position(spells.until[spell] + 1), end), end)
    return np.where(there, np.maximum(until - since, 0) / (end - start), 0)


def quota_table(company: Company, quotas: Quotas) -> pd.DataFrame:
    """Sellers' quotas, a few of them lowered in mid-quarter (version 2), and the teams', which are a little less than their sum."""
    rng = company.settings.rng("quota")
    rep, column = np.nonzero(~np.isnan(quotas.amount))
    starts, ends = (np.array([number(span[side]) for span in quotas.spans]) for side in (0, 1))
    amount, set_on = quotas.amount[rep, column], quotas.set_on[rep, column]
    changed_on = starts[column] + rng.integers(20, 60, len(rep))
    again = np.flatnonzero((rng.random(len(rep)) < REVISED) & (changed_on <= number(company.settings.as_of)) & (changed_on > set_on))
    again = again[company.people.left[rep[again]] > changed_on[again]]
    team_amount = _team_quota(company, quotas)
    team, quarter = np.nonzero(team_amount > 0)
    everything = np.concatenate
    columns = everything([column, column[again], quarter])
    return frames.frame(
        "quota",
        scope=frames.taken(("rep", "team"), np.repeat([0, 1], [len(rep) + len(again), len(team)])),
        scope_id=pa.concat_arrays([frames.taken(company.rep_ids, everything([rep, rep[again]])), frames.taken(company.team_ids, team)]),
        metric="bookings",
        period_start=frames.days(starts[columns]),
        period_end=frames.days(ends[columns]),
        amount=everything([amount, np.round(amount[again] * 0.88, -3) + 1_000, team_amount[team, quarter]]),
        product_family="*",
        version=np.repeat([1, 2, 1], [len(rep), len(again), len(team)]),
        set_on=frames.days(everything([set_on, changed_on[again], starts[quarter] - 20])),
    )


def _team_quota(company: Company, quotas: Quotas) -> Floats:
    """Teams' quotas as set before the quarter: the sum over sellers, less the over-assignment."""
    total = np.zeros((company.settings.teams, len(quotas.spans)))
    rep, column = np.nonzero(~np.isnan(quotas.amount))
    np.add.at(total, (quotas.team[rep, column], column), quotas.amount[rep, column])
    return np.asarray(np.round(total / OVER_ASSIGNED / 5_000) * 5_000)


@dataclass(frozen=True, slots=True)
class Won:
    """Deals won, also those that will be: owner, team, day number, amount."""

    rep: Ints
    team: Ints
    day: Ints
    amount: Floats


def forecast_table(company: Company, quotas: Quotas, won: Won) -> pd.DataFrame:
    """A commit and a best case every Monday of a quarter, from each seller with a quota and each manager."""
    rng, hopes = company.settings.rng("forecasts"), optimism.optimism(company)
    teams = company.settings.teams
    parts = []
    for column, (first, last) in enumerate(quotas.spans):
        mondays = _mondays(first, last, company.settings.as_of)
        sellers = np.flatnonzero(~np.isnan(quotas.amount[:, column]))
        people = company.people
        there = (people.hired[sellers, None] <= mondays) & (people.left[sellers, None] > mondays)
        inside = (won.day >= number(first)) & (won.day <= number(last))
        left = (number(last) + 1 - mondays) / (number(last) + 1 - number(first))
        for scope, who, key, count, here in (
            (0, sellers, won.rep, len(people.role), there),
            (1, np.arange(teams), won.team, teams, np.ones((teams, len(mondays)), bool)),
        ):
            so_far, final = _course(key[inside], won.day[inside], won.amount[inside], mondays, count)
            commit = optimism.forecast(so_far[who], final[who, None], hopes[who, None], left[None, :], rng)
            best = commit + (commit - so_far[who]) * optimism.BEST_CASE
            row, week = np.nonzero(here)
            parts.append((np.full(len(row), scope), who[row], np.full(len(row), column), mondays[week], commit[row, week], best[row, week]))
    scope, who, column, day, commit, best = (np.concatenate(values) for values in zip(*parts, strict=True))
    return _submissions(company, quotas, scope, who, column, day, np.stack([commit, best]))


def _submissions(company: Company, quotas: Quotas, scope: Ints, who: Ints, column: Ints, day: Ints, amounts: Floats) -> pd.DataFrame:
    rng, count = company.settings.rng("submission times"), len(scope)
    seconds = day * 86_400 + 8 * 3_600 + rng.integers(0, 5 * 3_600, count)
    names = pa.concat_arrays([company.rep_ids, frames.texts(company.team_ids)])
    place = np.where(scope == 0, who, len(company.rep_ids) + who)
    starts = np.array([number(first) for first, _ in quotas.spans])
    both = np.tile(np.arange(count), 2)
    return frames.frame(
        "forecast_submission",
        scope=frames.taken(("rep", "team"), scope[both]),
        scope_id=frames.taken(names, place[both]),
        period_start=frames.days(starts[column[both]]),
        submitted_at=frames.moments(seconds[both]),
        category=frames.taken(("commit", "best_case"), np.repeat([0, 1], count)),
        amount=np.maximum(np.round(amounts.ravel(), -2), 0),
        source=frames.taken(("rep", "manager"), scope[both]),
    )


def _mondays(first: date, last: date, as_of: date) -> Ints:
    start, end = number(first), min(number(last), number(as_of))
    days = np.arange(start, end + 1)
    return days[(days + 3) % 7 == 0]


def _course(key: Ints, day: Ints, amount: Floats, mondays: Ints, count: int) -> tuple[Floats, Floats]:
    """Won before each Monday, and in the whole quarter, per key."""
    total = np.zeros((count, len(mondays) + 1))
    np.add.at(total, (key, np.searchsorted(mondays, day, side="right")), amount)
    running = np.cumsum(total, axis=1)
    return running[:, :-1], running[:, -1]
