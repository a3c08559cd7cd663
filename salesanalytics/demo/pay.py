"""What people earn: incentive_plan and payout.

In: won deals, quotas and the planted incentives. Out: frames. A commission plan a year, with marginal tiers over
attainment, and the four incentives of `planted.incentives`. Everything is paid three to four weeks after its period.
"""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from salesanalytics.base.types import Floats, Ints
from salesanalytics.demo import frames
from salesanalytics.demo.calendar import number
from salesanalytics.demo.company import Company
from salesanalytics.demo.goals import Quotas, Won
from salesanalytics.demo.planted import incentives
from salesanalytics.demo.planted.incentives import BOOST, CLUB, RESCUE, SPRINT, Window

TIERS = ({"from": 0.0, "rate": 0.045}, {"from": 1.0, "rate": 0.070}, {"from": 1.25, "rate": 0.090})
BOOST_RATE, SPRINT_PER_DEAL, RESCUE_BONUS, CLUB_POINTS = 0.012, 250.0, 600.0, 20.0
PAID_AFTER_DAYS = 24
STATED_BEFORE = 14  # days before its first one that a programme's groups were written down
COMPONENT = {BOOST: "bonus", RESCUE: "bonus", SPRINT: "spiff", CLUB: "recognition"}


@dataclass(frozen=True, slots=True)
class _Plan:
    plan_id: str
    name: str
    kind: str
    window: Window
    base_rate: float
    tiers: Any
    eligible: dict[str, Any]
    chosen_by: str = "everybody"
    chosen_in: Window | None = None
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Paid:
    """A payment under a plan: to whom, for which period, how much money, how many units, on which bookings, for which deal."""

    plan_id: str
    rep: Ints
    period: Ints
    amount: Floats
    units: Floats
    credited: Floats
    paid_on: Ints
    deal: Ints


def plan_table(company: Company, rescued: Ints) -> pd.DataFrame:
    """incentive_plan."""
    plans = _plans(company, rescued)
    firsts, lasts = (np.array([number(getattr(plan.window, side)) for plan in plans]) for side in ("first", "last"))
    said = np.array([plan.chosen_in is not None for plan in plans])
    looked = [np.array([number(getattr(plan.chosen_in or plan.window, side)) for plan in plans]) for side in ("first", "last")]
    return frames.frame(
        "incentive_plan",
        plan_id=frames.texts([plan.plan_id for plan in plans]),
        name=frames.texts([plan.name for plan in plans]),
        kind=frames.texts([plan.kind for plan in plans]),
        valid_from=frames.days(firsts),
        valid_to=frames.days(lasts),
        base_rate=np.array([plan.base_rate for plan in plans]),
        accelerators=frames.texts([json.dumps(plan.tiers) for plan in plans]),
        eligible=frames.texts([json.dumps(plan.eligible) for plan in plans]),
        chosen_by=frames.texts([plan.chosen_by for plan in plans]),
        chosen_from=frames.days(looked[0], said),
        chosen_to=frames.days(looked[1], said),
        groups=frames.texts([json.dumps(plan.groups) if plan.groups else None for plan in plans]),
        groups_stated_on=frames.days(firsts - STATED_BEFORE, np.array([bool(plan.groups) for plan in plans])),
    )


def _plans(company: Company, rescued: Ints) -> list[_Plan]:
    settings, ids = company.settings, company.rep_ids.to_pylist()
    spans = incentives.windows(settings)
    sellers = {"roles": ["ae", "am"]}
    years = range(settings.deals_from.year, settings.as_of.year + 1)
    commission = [
        _Plan(_commission(year), f"Commission {year}", "commission", _year(year), 0.045, list(TIERS), sellers) for year in years
    ]
    team_ids = company.team_ids
    boost = {"reps": [ids[rep] for rep in incentives.boosted(company)]}
    club = {"teams": [team_ids[team] for team in incentives.club_teams(settings)]}
    picked = {"reps": [ids[rep] for rep in rescued]}
    sprint = {"teams": [team_ids[team] for team in incentives.spiff(settings).teams], "roles": ["ae", "am"]}
    return [
        *commission,
        _Plan(BOOST, "Big deal bonus", "bonus", spans[BOOST], BOOST_RATE, [], boost, "lot", groups=("tenure",)),
        _Plan(CLUB, "Team of the month", "recognition", spans[CLUB], 0.0, [], club, "teams"),
        _Plan(RESCUE, "Comeback bonus", "bonus", spans[RESCUE], 0.0, [], picked, "results", incentives.looked_at(settings)),
        _Plan(SPRINT, "Quarter-end sprint", "spiff", spans[SPRINT], 0.0, [], sprint, "teams"),
    ]


def _commission(year: int) -> str:
    return f"COM-{year}"


def _year(year: int) -> Window:
    return Window(date(year, 1, 1), date(year, 12, 31))


def payout_table(company: Company, quotas: Quotas, won: Won, rescued: Ints, deal_ids: pa.Array) -> pd.DataFrame:
    """payout: what had been paid by `as_of`."""
    groups = [*_commissions(quotas, won), *_bonuses(company, won, rescued)]
    plan = frames.texts([group.plan_id for group in groups])
    which = np.repeat(np.arange(len(groups)), [len(group.rep) for group in groups])
    parts = frames.texts([COMPONENT.get(group.plan_id, "commission") for group in groups])
    rep, period, amount, units, credited, paid, deal = (
        np.concatenate([getattr(group, name) for group in groups])
        for name in ("rep", "period", "amount", "units", "credited", "paid_on", "deal")
    )
    keep = np.flatnonzero((paid <= number(company.settings.as_of)) & ((amount > 0) | (units > 0)))
    keep = keep[np.argsort(paid[keep], kind="stable")]
    return frames.frame(
        "payout",
        payout_id=frames.ids("Y", len(keep), 5),
        plan_id=frames.taken(plan, which[keep]),
        rep_id=frames.taken(company.rep_ids, rep[keep]),
        period_start=frames.days(period[keep]),
        amount=frames.money(amount[keep]),
        units=units[keep],
        credited_amount=frames.money(credited[keep]),
        paid_on=frames.days(paid[keep]),
        opportunity_id=frames.taken(deal_ids, deal[keep]),
        component=frames.taken(parts, which[keep]),
        plan_version="1",
    )


def _commissions(quotas: Quotas, won: Won) -> list[_Paid]:
    """Quarter by quarter: each tier's rate on the bookings that fall into it."""
    groups = []
    for column, (first, last) in enumerate(quotas.spans):
        rep = np.flatnonzero(~np.isnan(quotas.amount[:, column]))
        booked = _booked(won, Window(first, last), len(quotas.amount))[rep]
        amount = commission(booked, quotas.amount[rep, column])
        paid = number(last) + PAID_AFTER_DAYS
        groups.append(_paid(_commission(first.year), rep, number(first), amount, np.full(len(rep), np.nan), booked, paid))
    return groups


def commission(booked: Floats, quota: Floats) -> Floats:
    """Money paid on bookings, by marginal tiers over attainment."""
    edges = [tier["from"] for tier in TIERS] + [np.inf]
    parts = [
        tier["rate"] * np.clip(booked - low * quota, 0, (high - low) * quota)
        for tier, low, high in zip(TIERS, edges, edges[1:], strict=False)
    ]
    return np.asarray(np.sum(parts, axis=0))


def _bonuses(company: Company, won: Won, rescued: Ints) -> list[_Paid]:
    """The four incentives, each paid once after it ended."""
    spans, people = incentives.windows(company.settings), company.people
    count = len(people.role)
    nothing = np.full(count, np.nan)
    boosted, boost = incentives.boosted(company), _booked(won, spans[BOOST], count)
    sprint_teams = incentives.spiff(company.settings).teams
    inside = np.flatnonzero(spans[SPRINT].holds(won.day) & np.isin(won.team, sprint_teams))
    each = np.full(len(inside), SPRINT_PER_DEAL)
    club = np.flatnonzero(
        np.isin(people.home, incentives.club_teams(company.settings)) & (people.hired <= number(spans[CLUB].first))
    )
    club = club[people.left[club] > number(spans[CLUB].last)]
    ends = {name: number(window.last + timedelta(days=PAID_AFTER_DAYS)) for name, window in spans.items()}
    starts = {name: number(window.first) for name, window in spans.items()}
    return [
        _paid(BOOST, boosted, starts[BOOST], BOOST_RATE * boost[boosted], nothing[boosted], boost[boosted], ends[BOOST]),
        _paid(CLUB, club, starts[CLUB], np.zeros(len(club)), np.full(len(club), CLUB_POINTS), nothing[club], ends[CLUB]),
        _paid(
            RESCUE,
            rescued,
            starts[RESCUE],
            np.full(len(rescued), RESCUE_BONUS),
            nothing[rescued],
            nothing[rescued],
            ends[RESCUE],
        ),
        _paid(
            SPRINT,
            won.rep[inside],
            starts[SPRINT],
            each,
            each * np.nan,
            won.amount[inside],
            ends[SPRINT],
            won.deal[inside],
        ),
    ]


def _paid(
    plan_id: str,
    rep: Ints,
    period: int,
    amount: Floats,
    units: Floats,
    credited: Floats,
    paid_on: int,
    deal: Ints | None = None,
) -> _Paid:
    rows = len(rep)
    of_deal = np.full(rows, frames.NONE) if deal is None else deal
    return _Paid(plan_id, rep, np.full(rows, period), amount, units, credited, np.full(rows, paid_on), of_deal)


def _booked(won: Won, window: Window, count: int) -> Floats:
    inside = window.holds(won.day)
    return np.asarray(np.bincount(won.rep[inside], won.amount[inside], count), np.float64)
