"""Which deals are opened: by whom, when, and with which customer.

In: company and calendar. Out: `Opened`, one row per deal in order of creation, all in numbers. Outcomes are not known here.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from salesanalytics.base.types import Floats, Ints
from salesanalytics.demo.calendar import Calendar, months, number
from salesanalytics.demo.company import FOCUS, Company
from salesanalytics.demo.people import AM, NEVER
from salesanalytics.demo.planted import drivers, ramp, season, territories
from salesanalytics.demo.settings import month_before

PER_MONTH = 7.9
FOCUS_PACE = (1.2, 0.95, 0.62)
AM_PACE = 0.85
MEDIAN_AMOUNT = (10_500.0, 22_500.0, 54_000.0)
AMOUNT_SPREAD = (0.40, 0.40, 0.44)
TEAM_PRICE = {"romania": 0.70, "transylvania": 0.65, "moldova": 0.60, "east": 0.88, "poland": 0.88, "enterprise": 1.10}
YEARLY_PRICE_RISE = 0.03
ACCOUNTS_PER_DEAL = 0.38
OFF_FOCUS, OFF_FOCUS_MIX = 0.12, (0.48, 0.46, 0.06)
CUSTOMER_ALREADY = {True: 0.75, False: 0.20}


@dataclass(frozen=True, slots=True)
class Work:
    """Share of a full seller's output each selling spell gives in each month; `first_month` counts months since 1970-01."""

    spell: Ints
    start: Floats
    length: Floats
    weight: Floats
    plan: Floats
    first_month: int


@dataclass(frozen=True, slots=True)
class Accounts:
    """One row per account: seat (territory), segment, country (place in the team's list), and whether it bought before."""

    seat: Ints
    segment: Ints
    country: Ints
    customer: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Opened:
    """One row per deal: who opened it (spell, person, team), when, with whom and what is known from the start."""

    spell: Ints
    rep: Ints
    team: Ints
    created: Floats
    account: Ints
    segment: Ints
    source: Ints
    competitor: NDArray[np.bool_]
    size: Floats
    log_size: Floats
    accounts: Accounts


def month_starts(calendar: Calendar) -> Floats:
    """Positions where the months begin in which deals are opened, closed by `now`."""
    settings = calendar.settings
    count = months(np.array([number(settings.as_of)]))[0] - months(np.array([number(settings.deals_from)]))[0] + 1
    days: list[date] = [month_before(settings.deals_from, -month) for month in range(int(count))]
    return np.append([calendar.at(day) for day in days], calendar.now)


def work(company: Company, calendar: Calendar) -> Work:
    """Spells by months. `weight` drives deals; `plan` is the same as the planners see it: without anybody's own drive."""
    spells, edges = company.people.spells, month_starts(calendar)
    spell = np.flatnonzero(company.people.selling)
    since = calendar.position(spells.since[spell])[:, None]
    until = np.where(spells.until[spell] < NEVER, calendar.position(spells.until[spell] + 1), calendar.end)[:, None]
    start = np.maximum(since, edges[:-1])
    length = np.maximum(np.minimum(until, edges[1:]) - start, 0)
    hired = company.people.hired[spells.rep[spell]][:, None]
    tenure = np.maximum(calendar.day(start + length / 2) - hired, 0).astype(float)
    seen = season.created_factor(calendar, edges[:-1] + 1)
    plan = length / 21 * ramp.productivity(tenure) * seen * _pace(company)[spell][:, None]
    return Work(
        spell, start, length, plan * company.drive[spells.rep[spell]][:, None], plan, int(calendar.month[int(edges[0])])
    )


def _pace(company: Company) -> Floats:
    """Opportunities a month of a full seller in each spell's seat, relative to `PER_MONTH`."""
    seats = company.people.seats
    land, pace = company.has_land, np.zeros(len(seats.team))
    pace[land] = territories.advantage(company.land[land], seats.team[land])
    pace *= np.array(FOCUS_PACE)[company.focus] * np.where(seats.role == AM, AM_PACE, 1.0)
    return np.where(company.spell_seat >= 0, pace[company.spell_seat], 0.0)


def open_deals(company: Company, calendar: Calendar, done: Work) -> Opened:
    """All deals created up to `as_of`; exactly `settings.deals` of them where that is given."""
    settings, rng = company.settings, company.settings.rng("creation")
    weight = done.weight.ravel()
    total = round(weight.sum() * PER_MONTH) if settings.deals is None else settings.deals
    count = _shared_out(total, weight, rng.random())
    cell = np.repeat(np.arange(len(weight)), count)
    created = done.start.ravel()[cell] + rng.random(len(cell)) * done.length.ravel()[cell]
    order = np.argsort(created, kind="stable")
    cell, created = cell[order], created[order]
    spell = done.spell[cell // done.weight.shape[1]]
    rep, team = company.people.spells.rep[spell], company.people.spells.team[spell]
    accounts, account = _accounts(company, company.spell_seat[spell])
    return _described(company, calendar, spell, rep, team, created, accounts, account)


def _shared_out(total: int, weight: Floats, start: float) -> Ints:
    """Whole numbers in proportion to `weight` that sum to `total`.

    A seller's capacity is steady, so counts keep close to their share.
    """
    running = np.floor(np.cumsum(weight) / weight.sum() * total + start)
    running[-1] = total
    return np.asarray(np.diff(np.minimum(running, total), prepend=0).astype(np.int64))


def _accounts(company: Company, seat: Ints) -> tuple[Accounts, Ints]:
    """Accounts of every territory, some never approached, and the account of each deal; a few are approached often."""
    rng, seats = company.settings.rng("accounts"), company.people.seats
    held = np.bincount(seat, minlength=len(seats.team))
    count = np.where(company.has_land, np.ceil(held * ACCOUNTS_PER_DEAL).astype(np.int64) + 2, 0)
    first = np.cumsum(count) - count
    account = first[seat] + (rng.random(len(seat)) ** 1.25 * (count[seat] - 0.5)).astype(np.int64)
    owner = np.repeat(np.arange(len(count)), count)
    off_focus = rng.random(len(owner)) < OFF_FOCUS
    segment = np.where(off_focus, rng.choice(len(FOCUS), len(owner), p=OFF_FOCUS_MIX), company.focus[owner])
    countries = np.array([len(spec["countries"]) for spec in company.specs])[seats.team[owner]]
    country = (rng.random(len(owner)) ** 1.6 * countries).astype(np.int64)
    share = np.where(seats.role[owner] == AM, CUSTOMER_ALREADY[True], CUSTOMER_ALREADY[False])
    return Accounts(owner, segment.astype(np.int64), country, rng.random(len(owner)) < share), account


def _described(
    company: Company, calendar: Calendar, spell: Ints, rep: Ints, team: Ints, created: Floats, accounts: Accounts, account: Ints
) -> Opened:
    rng, count = company.settings.rng("deals"), len(spell)
    segment = accounts.segment[account]
    source = rng.choice(len(drivers.SOURCES), count, p=drivers.SOURCE_MIX)
    source[accounts.customer[account] & (rng.random(count) < 0.6)] = drivers.SOURCES.index("Customer")
    log_size = np.array(AMOUNT_SPREAD)[segment] * rng.standard_normal(count)
    price = np.array([TEAM_PRICE.get(name, 1.0) for name in company.team_ids])[team]
    years = (created - created.min(initial=calendar.now)) / 252
    size = np.array(MEDIAN_AMOUNT)[segment] * price * (1 + YEARLY_PRICE_RISE) ** years * np.exp(log_size)
    competitor = rng.random(count) < drivers.COMPETITOR_SHARE
    return Opened(spell, rep, team, created, account, segment, source, competitor, size, log_size, accounts)
