"""Makes the company: every table, and the truth about it.

In: settings. Out: `Demo`. Order matters only for what is handed on; each table draws from random numbers of its own.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from salesanalytics.data.schema import TABLES

from . import company as companies
from . import creation, deals, frames, goals, growth, leads, market, pay, people
from .activities import activities
from .amounts import amounts, line_table
from .calendar import Calendar
from .company import Company
from .expectations import expectations
from .feedback import feedback
from .history import history
from .paths import Path, walk
from .planted import conversion, incentives, trainings
from .planted.turnover import Turnover
from .settings import Settings
from .truth import truth


@dataclass(frozen=True, slots=True)
class Demo:
    """All tables by name, what is planted, and the planted mood of every feedback (which is no table)."""

    tables: dict[str, pd.DataFrame]
    truth: dict[str, Any]
    feedback_truth: pd.DataFrame


def build(settings: Settings) -> Demo:
    """The company that `settings` ask for."""
    calendar, turnover = Calendar(settings), Turnover(settings.teams)
    company = companies.company(settings, people.people(settings, turnover))
    courses = trainings.courses(company, calendar)
    planted = conversion.step_probability(company.team_ids, settings.rng("conversion"))
    work = creation.work(company, calendar)
    opened = creation.open_deals(company, calendar, work)
    path = walk(company, calendar, opened, planted, courses[trainings.NEGOTIATION])
    tables = companies.tables(company) | {"rep_trait": growth.trait_table(company)}
    answers = _market(tables, company, calendar, opened, path, turnover)
    _promises(tables, company, calendar, work, opened, path, planted)
    tables["training_event"] = growth.training_table(company, courses)
    tables["assessment"] = growth.assessment_table(company, courses)
    known = truth(company, calendar, turnover, opened, path, planted)
    return Demo({name: tables[name] for name in TABLES}, known, answers)


def _market(tables: dict[str, pd.DataFrame], company: Company, calendar: Calendar, opened: creation.Opened, path: Path, turnover: Turnover) -> pd.DataFrame:
    """What is sold to whom, all that happens to deals, and what is said about them."""
    worth = amounts(company, calendar, opened, path)
    expected = expectations(company, calendar, opened, path)
    deal_ids = frames.ids("O", len(opened.created))
    names = market.account_names(company, opened.accounts)
    tables["product"], tables["stage"] = market.product_table(company.settings), market.stage_table()
    tables["account"] = _accounts(company, calendar, opened, path, names)
    tables["opportunity"] = deals.opportunity(company, calendar, opened, path, worth, expected, names[0])
    tables["opportunity_history"] = history(company, calendar, path, worth, expected, deal_ids)
    tables["opportunity_line"] = line_table(worth.lines, path, deal_ids, tables["product"]["product_id"].array.__arrow_array__())
    tables["lead"], brought, answered = leads.leads(company, calendar, opened, deal_ids)
    tables["campaign"] = market.campaign_table(company.settings, brought)
    lead_ids = frames.ids("L", len(tables["lead"]))
    tables["activity"] = activities(company, calendar, opened, path, answered, deal_ids, lead_ids)
    tables["feedback"], moods = feedback(company, calendar, opened, path, worth.product, turnover, deal_ids)
    return moods


def _accounts(company: Company, calendar: Calendar, opened: creation.Opened, path: Path, names: Any) -> pd.DataFrame:
    won = deals.first_wins(opened, path)
    first = np.where(np.isfinite(won), calendar.day(np.where(np.isfinite(won), won, 0)), people.NEVER)
    last = np.zeros(len(first), np.int64)
    np.maximum.at(last, opened.account, calendar.day(np.where(path.over, path.closed, calendar.now - 1)))
    return market.account_table(company, opened.accounts, names, first, last)


def _promises(tables: dict[str, pd.DataFrame], company: Company, calendar: Calendar, work: creation.Work, opened: creation.Opened, path: Path, planted: Any) -> None:
    """Quotas, forecasts, plans and pay."""
    worth = amounts(company, calendar, opened, path)
    won = _won(calendar, opened, path, worth.agreed)
    past = won.day < calendar.days[int(calendar.now)]
    booked = goals.Won(won.rep[past], won.team[past], won.day[past], won.amount[past])
    quotas = goals.quotas(company, calendar, work, opened, path, planted)
    rescued = incentives.rescued(company, booked.rep, booked.amount, booked.day)
    tables["quota"] = goals.quota_table(company, quotas)
    tables["forecast_submission"] = goals.forecast_table(company, quotas, won)
    tables["incentive_plan"] = pay.plan_table(company, rescued)
    tables["payout"] = pay.payout_table(company, quotas, booked, rescued)


def _won(calendar: Calendar, opened: creation.Opened, path: Path, cents: Any) -> goals.Won:
    """Deals that are won or will be; for those to come the owner is today's."""
    deal = np.flatnonzero(path.won)
    owner = path.owners.at(deal, np.minimum(path.closed[deal], calendar.now) - 1e-6)
    return goals.Won(owner, opened.team[deal], calendar.day(path.closed[deal]), cents[deal] / 100)
