"""Makes the company: every table, and the truth about it.

In: settings. Out: `Demo`. Order matters only for what one table passes on to the next; each table draws from random
numbers of its own.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from salesanalytics.base.types import Floats
from salesanalytics.data.tables.schema import TABLES
from salesanalytics.demo import (
    billing,
    creation,
    deals,
    frames,
    goals,
    growth,
    hiring,
    leads,
    market,
    one_to_ones,
    organisation,
    pay,
)
from salesanalytics.demo.activities import activities
from salesanalytics.demo.amounts import Amounts, amounts, line_table
from salesanalytics.demo.calendar import Calendar, number
from salesanalytics.demo.company import Company
from salesanalytics.demo.creation import Opened, Work
from salesanalytics.demo.expectations import expectations
from salesanalytics.demo.feedback import feedback
from salesanalytics.demo.history import history
from salesanalytics.demo.paths import Path, walk
from salesanalytics.demo.planted import conversion, incentives, returns, trainings
from salesanalytics.demo.planted.trainings import Course
from salesanalytics.demo.planted.turnover import Turnover
from salesanalytics.demo.settings import Settings
from salesanalytics.demo.truth import truth

Tables = dict[str, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Demo:
    """All tables by name, what is planted, and the planted mood of every feedback (which is no table)."""

    tables: dict[str, pd.DataFrame]
    truth: dict[str, Any]
    feedback_truth: pd.DataFrame


@dataclass(frozen=True, slots=True)
class _Made:
    """The company with its deals: what the tables are drawn from."""

    company: Company
    calendar: Calendar
    turnover: Turnover
    planted: Floats
    courses: dict[str, Course]
    work: Work
    opened: Opened
    path: Path
    worth: Amounts
    deal_ids: pa.Array


def build(settings: Settings) -> Demo:
    """The company that `settings` ask for."""
    made = _make(settings)
    company = made.company
    tables = organisation.tables(company)
    tables["rep_trait"] = growth.trait_table(company)
    tables["training_event"] = growth.training_table(company, made.courses)
    tables["assessment"] = growth.assessment_table(company, made.courses)
    tables["commitment"] = one_to_ones.commitment_table(company, tables["rep_trait"])
    tables["product"], tables["stage"] = market.product_table(settings), market.stage_table()
    tables |= _deals(made) | _leads(made) | _promises(made)
    tables["feedback"], moods = feedback(
        company, made.calendar, made.opened, made.path, made.worth.product, made.turnover, made.deal_ids
    )
    known = truth(company, made.calendar, made.turnover, made.opened, made.path, made.planted)
    return Demo({name: tables[name] for name in TABLES}, known, moods)


def _make(settings: Settings) -> _Made:
    """People first, then the deals they open, then how these go on."""
    calendar, turnover = Calendar(settings), Turnover(settings.teams)
    company = organisation.company(settings, hiring.people(settings, turnover))
    courses = trainings.courses(company, calendar)
    company = _with_returns(company, courses)
    planted = conversion.step_probability(company.team_ids, settings.rng("conversion"))
    work = creation.work(company, calendar)
    opened = creation.open_deals(company, calendar, work)
    path = walk(company, calendar, opened, planted, courses[trainings.NEGOTIATION])
    worth = amounts(company, calendar, opened, path)
    return _Made(company, calendar, turnover, planted, courses, work, opened, path, worth, frames.ids("O", len(opened.created)))


def _with_returns(company: Company, courses: dict[str, Course]) -> Company:
    """The company in which some of the people hired are ones who had left."""
    taught = np.concatenate([course.rep for course in courses.values()])
    return replace(company, people=replace(company.people, earlier=returns.returns(company, taught)))


def _deals(made: _Made) -> Tables:
    """account, opportunity, opportunity_history, opportunity_line."""
    company, calendar, opened, path = made.company, made.calendar, made.opened, made.path
    expected = expectations(company, calendar, opened, path)
    names = market.account_names(company, opened.accounts)
    first_won, last_deal = deals.account_days(calendar, opened, path)
    product_ids = frames.ids("P", len(market.PRODUCTS), 2)
    return {
        "account": market.account_table(company, opened.accounts, names, first_won, last_deal),
        "opportunity": deals.opportunity(company, calendar, opened, path, made.worth, expected, names[0]),
        "opportunity_history": history(company, calendar, path, made.worth, expected, made.deal_ids),
        "opportunity_line": line_table(made.worth.lines, path, made.deal_ids, product_ids),
    }


def _leads(made: _Made) -> Tables:
    """lead, campaign, activity."""
    company, calendar, opened = made.company, made.calendar, made.opened
    table, brought, answered = leads.leads(company, calendar, opened, made.deal_ids)
    lead_ids = frames.ids("L", len(table))
    return {
        "lead": table,
        "campaign": market.campaign_table(company.settings, brought),
        "activity": activities(company, calendar, opened, made.path, answered, made.deal_ids, lead_ids),
    }


def _promises(made: _Made) -> Tables:
    """quota, forecast_submission, incentive_plan, payout, opportunity_split, invoice."""
    company, calendar = made.company, made.calendar
    won = _won(made)
    booked = won.until(number(company.settings.as_of))
    quotas = goals.quotas(company, calendar, made.work, made.opened, made.path, made.planted)
    rescued = incentives.rescued(company, booked.rep, booked.amount, booked.day)
    return {
        "quota": goals.quota_table(company, quotas),
        "forecast_submission": goals.forecast_table(company, quotas, won),
        "incentive_plan": pay.plan_table(company, rescued),
        "payout": pay.payout_table(company, quotas, booked, rescued, made.deal_ids),
        "opportunity_split": billing.split_table(company, booked, made.deal_ids),
        "invoice": billing.invoice_table(company, booked, made.deal_ids),
    }


def _won(made: _Made) -> goals.Won:
    """Deals that are won or will be; for those to come the owner is today's."""
    path, calendar = made.path, made.calendar
    deal = np.flatnonzero(path.won)
    owner = path.owners.at(deal, np.minimum(path.closed[deal], calendar.now) - 1e-6)
    return goals.Won(owner, made.opened.team[deal], calendar.day(path.closed[deal]), made.worth.agreed[deal] / 100, deal)
