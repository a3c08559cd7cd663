"""Who left and came back, and what is recorded of why people left.

True by construction: a person who comes back after seven months or more is a new stay: tenure, ramp and the hazard of leaving
start again. Reasons are recorded of four leavers in five. A leaver is regretted where the company would have kept them: those
who left of their own accord and win more than the average. Naive looks count a return as never having left, or as two people.
"""

from typing import Any

import numpy as np

from salesanalytics.base.types import Flags, Ints
from salesanalytics.demo.calendar import number
from salesanalytics.demo.company import Company
from salesanalytics.demo.frames import NONE
from salesanalytics.demo.people import MANAGER, NEVER
from salesanalytics.demo.planted.turnover import LEAVE_TYPES

AWAY_DAYS = (210, 1_000)
SHARE = 0.06  # of those hired since the records begin
RECORDED = 0.8
REASONS = ("pay", "manager", "career", "workload", "family", "performance", "restructuring", "other team")
OWN_WISH = (0.30, 0.20, 0.28, 0.12, 0.10, 0.0, 0.0, 0.0)
DISMISSED = (0.0, 0.0, 0.0, 0.0, 0.0, 0.7, 0.3, 0.0)
VOLUNTARY, INVOLUNTARY, TRANSFER = range(3)


def returns(company: Company, taught: Ints) -> Ints:
    """For each person which earlier one they are, NONE for who never left before. Nobody in `taught` comes back or did: a
    course would otherwise be taken twice by one person.
    """
    people, rng = company.people, company.settings.rng("returns")
    new = np.flatnonzero((people.hired >= number(company.settings.deals_from)) & (people.role != MANAGER))
    free = ~np.isin(np.arange(len(people.role)), taught)
    earlier = np.full(len(people.role), NONE)
    for person in rng.permutation(new[free[new]]):
        if (earlier >= 0).sum() >= round(SHARE * len(new)):
            break
        away = people.hired[person] - people.left
        fits = free & (away >= AWAY_DAYS[0]) & (away <= AWAY_DAYS[1]) & (people.role == people.role[person])
        fits &= (people.home == people.home[person]) & (earlier == NONE)
        fits[earlier[earlier >= 0]] = False
        if fits.any():
            earlier[person] = rng.choice(np.flatnonzero(fits))
    return earlier


def leave_types(company: Company, drawn: Ints) -> Ints:
    """Places in LEAVE_TYPES of everybody who left, as `drawn`; who came back had gone of their own accord."""
    earlier = company.people.earlier
    types = np.where(company.people.left < NEVER, drawn, NONE)
    types[earlier[earlier >= 0]] = VOLUNTARY
    return np.asarray(types)


def reasons(company: Company, types: Ints) -> Ints:
    """Places in REASONS of those who left, NONE where nothing is recorded."""
    rng = company.settings.rng("exit reasons")
    count = len(types)
    wish, dismissed = (rng.choice(len(REASONS), count, p=list(chances)) for chances in (OWN_WISH, DISMISSED))
    reason = np.select([types == VOLUNTARY, types == INVOLUNTARY], [wish, dismissed], len(REASONS) - 1)
    return np.where((types >= 0) & (rng.random(count) < RECORDED), reason, NONE)


def regretted(company: Company, types: Ints) -> Flags:
    """Whether the company would have kept each leaver."""
    return np.asarray((types == VOLUNTARY) & (company.closing_skill > 0))


def truth(company: Company) -> dict[str, Any]:
    """What is planted about coming back."""
    earlier = company.people.earlier
    ids = company.rep_ids
    return {
        "unit": "rep ids; a return is a second row of employment",
        "came_back": sorted(ids[int(person)].as_py() for person in np.flatnonzero(earlier >= 0)),
        "reason_recorded_share": RECORDED,
        "reason_share_voluntary": dict(zip(REASONS, OWN_WISH, strict=True)),
        "regretted": "left of their own accord, and better than the average at winning",
        "leave_types": list(LEAVE_TYPES),
        "naive": "taking rep.hire_date and rep.leave_date alone loses the leaving of everybody who came back",
    }
