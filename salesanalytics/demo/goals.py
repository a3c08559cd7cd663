"""What was promised: quota and forecast_submission.

In: who worked when, and what deals were worth. Out: frames. Quotas are the planners' work: they know the season, the land
and how new a seller is, but not who is gifted, and they stretch. Forecasts are given every Monday by sellers, and by
managers for their team.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa

from salesanalytics.base.types import Floats, Ints
from salesanalytics.demo import frames
from salesanalytics.demo.calendar import Calendar, month_number, number
from salesanalytics.demo.company import Company
from salesanalytics.demo.creation import AMOUNT_SPREAD, FOCUS_PACE, MEDIAN_AMOUNT, TEAM_PRICE, Opened, Work
from salesanalytics.demo.paths import Path
from salesanalytics.demo.people import AM, NEVER
from salesanalytics.demo.planted import optimism
from salesanalytics.demo.settings import quarters

STRETCH = 1.16
OVER_ASSIGNED = 1.08
PLAN_ERROR = 0.06
LAG_MONTHS = 2
"""Bookings follow new deals by about so many months."""
NO_QUOTA_BELOW, LEAST_SHARE = 0.35, 0.75
KNOWN_OF_WIN_RATE = 0.75
AM_WORTH = 1.12
"""Account managers sell to customers, who are won more often."""
REVISED = 0.04


@dataclass(frozen=True, slots=True)
class Quotas:
    """Quota per person (row) and quarter (column), NaN where none was set, with the day it was set; and per team."""

    amount: Floats
    set_on: Ints
    by_team: Floats
    spans: list[tuple[date, date]]


def quotas(company: Company, calendar: Calendar, done: Work, deals: Opened, path: Path, planted: Floats) -> Quotas:
    """Shares out each quarter's expected bookings, stretched, by what each seller's plan says.

    Who moves teams has a part in each.
    """
    settings, spells = company.settings, company.people.spells
    spans = quarters(settings.history_from, settings.as_of)
    error = settings.rng("quotas").lognormal(0, PLAN_ERROR, (settings.teams, len(spans)))
    parts = _shares(company, calendar, done, planted, spans)
    parts *= _expected(calendar, deals, path, spans) * STRETCH / np.maximum(parts.sum(axis=0), 1e-9)
    team, rep = spells.team[done.spell], spells.rep[done.spell]
    parts = np.round(parts * error[team], -3)
    people, amount, by_team = (
        len(company.people.role),
        np.zeros((len(company.people.role), len(spans))),
        np.zeros((settings.teams, len(spans))),
    )
    np.add.at(amount, rep, parts)
    np.add.at(by_team, team, parts)
    starts = np.array([number(first) - 12 for first, _ in spans])
    set_on = np.maximum(starts, company.people.hired[:people, None])
    return Quotas(np.where(amount > 0, amount, np.nan), set_on, np.round(by_team / OVER_ASSIGNED / 5_000) * 5_000, spans)


def _shares(company: Company, calendar: Calendar, done: Work, planted: Floats, spans: list[tuple[date, date]]) -> Floats:
    """Each spell's share in each quarter's plan, in no unit; none for those too new to bring anything yet."""
    worth, full = _worth(company, planted)[done.spell], _full(company)[done.spell]
    shares = np.zeros((len(done.spell), len(spans)))
    for column, (first, last) in enumerate(spans):
        start = month_number(first) - done.first_month - LAG_MONTHS
        share = done.plan[:, max(start, 0) : start + 3].sum(axis=1)
        new = share < NO_QUOTA_BELOW * full
        share = np.where(new, 0, np.maximum(share, LEAST_SHARE * full))
        shares[:, column] = share * worth * _here(company, calendar, done.spell, first, last)
    return shares


def _expected(calendar: Calendar, deals: Opened, path: Path, spans: list[tuple[date, date]]) -> Floats:
    """Bookings to be expected per quarter. One that `as_of` cuts short is taken from the year before, with the growth since."""
    month = calendar.month[path.times[:, -1].astype(np.int64)]
    value = deals.size * path.p_win
    total = np.bincount(month, value, minlength=int(month.max(initial=0)) + 4)
    by_quarter = [total[month_number(first) : month_number(first) + 3].sum() for first, _ in spans]
    if len(spans) > 4:
        growth = sum(by_quarter[-4:-1]) / max(sum(by_quarter[-8:-5]), 1) if len(spans) > 8 else 1.1
        by_quarter[-1] = max(by_quarter[-1], by_quarter[-5] * min(growth, 1.3))
    return np.asarray(by_quarter) if len(spans) else np.empty(0)


def _worth(company: Company, planted: Floats) -> Floats:
    """What a new deal brings in each spell's seat, relative: its usual amount, and most of the team's own win rate."""
    mean = np.array(MEDIAN_AMOUNT) * np.exp(np.square(AMOUNT_SPREAD) / 2)
    price = np.array([TEAM_PRICE.get(team, 1.0) for team in company.team_ids])
    wins = planted.prod(axis=1) ** KNOWN_OF_WIN_RATE
    wins = wins[company.people.spells.team] * np.where(company.people.role[company.people.spells.rep] == AM, AM_WORTH, 1.0)
    amount = np.where(company.spell_seat >= 0, mean[company.focus[company.spell_seat]], 0)
    return np.asarray(amount * price[company.people.spells.team] * wins)


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
    """Sellers' quotas, a few of them lowered in mid-quarter (version 2), and the teams', a little less than their sum."""
    rng = company.settings.rng("quota")
    rep, column = np.nonzero(~np.isnan(quotas.amount))
    starts, ends = (np.array([number(span[side]) for span in quotas.spans]) for side in (0, 1))
    amount, set_on = quotas.amount[rep, column], quotas.set_on[rep, column]
    changed_on = starts[column] + rng.integers(20, 60, len(rep))
    again = np.flatnonzero(
        (rng.random(len(rep)) < REVISED) & (changed_on <= number(company.settings.as_of)) & (changed_on > set_on)
    )
    again = again[company.people.left[rep[again]] > changed_on[again]]
    team, quarter = np.nonzero(quotas.by_team > 0)
    everything = np.concatenate
    columns = everything([column, column[again], quarter])
    return frames.frame(
        "quota",
        scope=frames.taken(("rep", "team"), np.repeat([0, 1], [len(rep) + len(again), len(team)])),
        scope_id=pa.concat_arrays(
            [frames.taken(company.rep_ids, everything([rep, rep[again]])), frames.taken(company.team_ids, team)]
        ),
        metric="bookings",
        period_start=frames.days(starts[columns]),
        period_end=frames.days(ends[columns]),
        amount=everything([amount, np.round(amount[again] * 0.88, -3) + 1_000, quotas.by_team[team, quarter]]),
        product_family="*",
        version=np.repeat([1, 2, 1], [len(rep), len(again), len(team)]),
        set_on=frames.days(everything([set_on, changed_on[again], starts[quarter] - 20])),
    )


@dataclass(frozen=True, slots=True)
class Won:
    """Deals won, also those that will be: owner, team, day number, amount, and which deal it is."""

    rep: Ints
    team: Ints
    day: Ints
    amount: Floats
    deal: Ints

    def until(self, day: int) -> "Won":
        """Those won by the end of `day`."""
        past = self.day <= day
        return Won(self.rep[past], self.team[past], self.day[past], self.amount[past], self.deal[past])


@dataclass(frozen=True, slots=True)
class _Calls:
    """One row per forecast: of a person (scope 0) or a team (1), which one, for which quarter, when, and what was said."""

    scope: Ints
    who: Ints
    quarter: Ints
    day: Ints
    commit: Floats
    best: Floats


def forecast_table(company: Company, quotas: Quotas, won: Won) -> pd.DataFrame:
    """A commit and a best case every Monday of a quarter, from each seller with a quota and each manager."""
    rng = company.settings.rng("forecasts")
    calls = [_calls(company, quotas, won, quarter, scope, rng) for quarter in range(len(quotas.spans)) for scope in (0, 1)]
    together = [np.concatenate([getattr(call, name) for call in calls]) for name in _Calls.__slots__]
    return _submissions(company, quotas, _Calls(*together))


def _calls(company: Company, quotas: Quotas, won: Won, quarter: int, scope: int, rng: np.random.Generator) -> _Calls:
    """Forecasts of one quarter, by persons or for teams; nobody forecasts before being hired or after leaving."""
    (first, last), people = quotas.spans[quarter], company.people
    mondays = _mondays(first, last, company.settings.as_of)
    who = np.arange(company.settings.teams) if scope else np.flatnonzero(~np.isnan(quotas.amount[:, quarter]))
    here = (people.hired[who, None] <= mondays) & (people.left[who, None] > mondays)
    inside = (won.day >= number(first)) & (won.day <= number(last))
    key = (won.team if scope else won.rep)[inside]
    so_far, final = _course(key, won.day[inside], won.amount[inside], mondays, len(people.role))
    left = (number(last) + 1 - mondays) / (number(last) + 1 - number(first))
    # person i leads team i, so a team's call carries its manager's optimism
    hopes = optimism.optimism(company)[who, None]
    commit = optimism.forecast(so_far[who], final[who, None], hopes, left[None, :], rng)
    best = commit + (commit - so_far[who]) * optimism.BEST_CASE
    row, week = np.nonzero(here)
    same = np.ones(len(row), np.int64)
    return _Calls(same * scope, who[row], same * quarter, mondays[week], commit[row, week], best[row, week])


def _submissions(company: Company, quotas: Quotas, calls: _Calls) -> pd.DataFrame:
    """Two rows per call: commit and best case."""
    rng, count = company.settings.rng("submission times"), len(calls.who)
    seconds = calls.day * 86_400 + 8 * 3_600 + rng.integers(0, 5 * 3_600, count)
    names = pa.concat_arrays([company.rep_ids, frames.texts(company.team_ids)])
    place = np.where(calls.scope == 0, calls.who, len(company.rep_ids) + calls.who)
    starts = np.array([number(first) for first, _ in quotas.spans])
    twice = np.tile(np.arange(count), 2)
    return frames.frame(
        "forecast_submission",
        scope=frames.taken(("rep", "team"), calls.scope[twice]),
        scope_id=frames.taken(names, place[twice]),
        period_start=frames.days(starts[calls.quarter[twice]]),
        submitted_at=frames.moments(seconds[twice]),
        category=frames.taken(("commit", "best_case"), np.repeat([0, 1], count)),
        amount=np.maximum(np.round(np.concatenate([calls.commit, calls.best]), -2), 0),
        source=frames.taken(("rep", "manager"), calls.scope[twice]),
    )


def _mondays(first: date, last: date, as_of: date) -> Ints:
    start, end = number(first), min(number(last), number(as_of))
    days = np.arange(start, end + 1)
    return np.asarray(days[(days + 3) % 7 == 0])


def _course(key: Ints, day: Ints, amount: Floats, mondays: Ints, count: int) -> tuple[Floats, Floats]:
    """Won before each Monday, and in the whole quarter, per key."""
    total = np.zeros((count, len(mondays) + 1))
    np.add.at(total, (key, np.searchsorted(mondays, day, side="right")), amount)
    running = np.cumsum(total, axis=1)
    return running[:, :-1], running[:, -1]
