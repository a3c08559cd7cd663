"""Four incentives and what they really did.

True effects: `INC-BOOST` raises the amount of deals decided in its window by 25% for sellers drawn by lot. `INC-CLUB`,
recognition for half of the teams, does nothing. `INC-RESCUE` goes to the sellers who brought in least in the quarter before
and does nothing: they recover because bad luck does not last (regression to the mean), and a naive before/after sees a
large gain. `INC-SPRINT` pays for one quarter's end; it pulls deals forward from the next quarter and makes none, and a
naive look at its weeks sees a jump.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from salesanalytics.base.types import Floats, Ints
from salesanalytics.demo.calendar import Calendar, number
from salesanalytics.demo.company import Company
from salesanalytics.demo.people import AE, AM
from salesanalytics.demo.planted.season import Spiff
from salesanalytics.demo.settings import Settings, month_before, quarter_start

BOOST, CLUB, RESCUE, SPRINT = "INC-BOOST", "INC-CLUB", "INC-RESCUE", "INC-SPRINT"
UPLIFT = 0.25
BOOST_FROM, BOOST_TO = 0.62, 0.80
CLUB_FROM, CLUB_TO = 0.45, 0.70
RESCUE_AT, SPRINT_AT = 0.70, 0.86
RESCUED_SHARE = 0.25
SETTLED_DAYS = 270


@dataclass(frozen=True, slots=True)
class Window:
    """First and last day of an incentive."""

    first: date
    last: date

    def holds(self, days: Ints) -> NDArray[np.bool_]:
        """Which day numbers lie in it."""
        return np.asarray((days >= number(self.first)) & (days <= number(self.last)))


def windows(settings: Settings) -> dict[str, Window]:
    """When each incentive ran. RESCUE fills a quarter, SPRINT the last three weeks of one."""
    rescue = quarter_start(settings.day(RESCUE_AT))
    after = month_before(quarter_start(settings.day(SPRINT_AT)), -3)
    if after > settings.as_of:
        after = quarter_start(settings.as_of)
    return {
        BOOST: Window(settings.day(BOOST_FROM), settings.day(BOOST_TO)),
        CLUB: Window(settings.day(CLUB_FROM), settings.day(CLUB_TO)),
        RESCUE: Window(rescue, month_before(rescue, -3) - timedelta(days=1)),
        SPRINT: Window(after - timedelta(days=21), after - timedelta(days=1)),
    }


def spiff(settings: Settings) -> Spiff:
    """The quarter-end bonus: every second team, beginning with the first."""
    return Spiff(np.arange(0, settings.teams, 2), windows(settings)[SPRINT].last + timedelta(days=1))


def club_teams(settings: Settings) -> Ints:
    """Places of the teams with recognition: the second half."""
    return np.arange(settings.teams // 2, settings.teams)


def boosted(company: Company) -> Ints:
    """Sellers drawn by lot for BOOST, from those with the company on its first day."""
    people, first = company.people, number(windows(company.settings)[BOOST].first)
    there = np.flatnonzero((people.hired <= first) & (people.left > first) & np.isin(people.role, (AE, AM)))
    return np.sort(company.settings.rng("boost").permutation(there)[: (len(there) + 1) // 2])


def uplift(company: Company, calendar: Calendar, owner: Ints, decided: Floats) -> Floats:
    """Factor on the amount of deals decided at `decided` by `owner`."""
    treated = np.isin(owner, boosted(company)) & windows(company.settings)[BOOST].holds(calendar.day(decided))
    return np.where(treated, 1 + UPLIFT, 1.0)


def looked_at(settings: Settings) -> Window:
    """The quarter whose bookings decided who gets RESCUE."""
    first = windows(settings)[RESCUE].first
    return Window(month_before(first, 3), first - timedelta(days=1))


def rescued(company: Company, owner: Ints, amount: Floats, closed: Ints) -> Ints:
    """Sellers picked for RESCUE: they won least in the quarter before, among the fully ramped who were there in both."""
    people, window = company.people, windows(company.settings)[RESCUE]
    before = looked_at(company.settings)
    inside = before.holds(closed)
    booked = np.bincount(owner[inside], amount[inside], len(people.role))
    there = (
        (people.hired < number(before.first) - SETTLED_DAYS)
        & (people.left > number(window.last))
        & np.isin(people.role, (AE, AM))
    )
    candidates = np.flatnonzero(there)
    return np.sort(candidates[np.argsort(booked[candidates], kind="stable")[: round(len(candidates) * RESCUED_SHARE)]])


def truth(settings: Settings) -> dict[str, Any]:
    """What is planted about incentives."""
    notes: dict[str, dict[str, Any]] = {
        BOOST: {
            "effect": UPLIFT,
            "unit": "share added to the amount of deals decided in the window by eligible sellers",
            "assigned": "by lot, half of the sellers",
            "groups": "written down before: tenure; the effect is the same in both",
        },
        CLUB: {
            "effect": 0.0,
            "unit": "share of bookings",
            "assigned": "half of the teams",
            "naive": "few clusters: chance differences look sure",
        },
        RESCUE: {
            "effect": 0.0,
            "unit": "share of bookings",
            "assigned": "lowest bookings of the quarter before",
            "naive": "regression to the mean",
        },
        SPRINT: {
            "effect": 0.0,
            "unit": "share of bookings over the quarter and the next one",
            "assigned": "every second team",
            "naive": "pull-forward: its weeks gain what the next weeks lose",
        },
    }
    spans = windows(settings)
    return {
        name: {**note, "first_day": spans[name].first.isoformat(), "last_day": spans[name].last.isoformat()}
        for name, note in notes.items()
    }
