"""Two trainings for sellers: one that works and one that does not.

True effects: the negotiation course adds 0.40 to the log-odds of moving on from Discovery, Proposal and Negotiation, for
every decision after a seller completed it; who goes, and in which of three waves, is drawn by lot. The social selling
course adds nothing, but the best sellers are sent: a naive comparison of those who went with those who did not credits it
with their gift.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from salesanalytics.base.types import Ints
from salesanalytics.demo.calendar import Calendar, number
from salesanalytics.demo.company import Company
from salesanalytics.demo.people import AE, AM

NEGOTIATION, SOCIAL = "TR-NEGOTIATION", "TR-SOCIAL"
EFFECT = 0.40
WAVES = (0.36, 0.48, 0.60)
SHARE = 0.5
SOCIAL_AT, SOCIAL_SHARE = 0.54, 0.35
LENGTH_DAYS = {NEGOTIATION: 3, SOCIAL: 2}


@dataclass(frozen=True, slots=True)
class Course:
    """Who took a course and when: people, first and last day.

    `after` is every person's position from which the effect holds.
    """

    rep: Ints
    started: Ints
    completed: Ints
    after: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Gain:
    """What the negotiation course added: mean rise of the chance to be won over the `deals` reached, and of the chance to move
    on over the `decisions` made after it, up to `as_of`.
    """

    won: float
    deals: int
    moved_on: float
    decisions: int


def courses(company: Company, calendar: Calendar) -> dict[str, Course]:
    """The two courses, by id."""
    rng = company.settings.rng("trainings")
    waves: list[Ints] = []
    for share in WAVES:
        there = _there(company, company.settings.day(share))
        taken = np.concatenate(waves) if waves else np.empty(0, np.int64)
        free = np.setdiff1d(there, taken)
        waves.append(rng.permutation(free)[: round(len(there) * SHARE / len(WAVES))])
    there = _there(company, company.settings.day(SOCIAL_AT))
    seen = company.closing_skill[there] + rng.normal(0, 0.5, len(there))
    best = there[np.argsort(-seen)[: round(len(there) * SOCIAL_SHARE)]]
    return {
        NEGOTIATION: _course(NEGOTIATION, list(zip(WAVES, waves, strict=True)), company, calendar),
        SOCIAL: _course(SOCIAL, [(SOCIAL_AT, best)], company, calendar),
    }


def _there(company: Company, day: date) -> Ints:
    """Sellers with the company from a month before `day` until a week after."""
    people = company.people
    here = (people.hired < number(day) - 30) & (people.left > number(day) + 7)
    return np.flatnonzero(here & np.isin(people.role, (AE, AM)))


def _course(training_id: str, groups: list[tuple[float, Ints]], company: Company, calendar: Calendar) -> Course:
    starts = [_tuesday(company.settings.day(share)) for share, _ in groups]
    rep = np.concatenate([people for _, people in groups]).astype(np.int64)
    started = np.repeat([number(day) for day in starts], [len(people) for _, people in groups]).astype(np.int64)
    completed = started + LENGTH_DAYS[training_id] - 1
    after = np.full(len(company.people.role), np.inf)
    after[rep] = calendar.position(completed + 1)
    return Course(rep, started, completed, after)


def _tuesday(day: date) -> date:
    return day - timedelta(days=(day.weekday() - 1) % 7)


def truth(gain: Gain) -> dict[str, Any]:
    """What is planted about trainings."""
    return {
        NEGOTIATION: {
            "unit": "log-odds of moving on from Discovery, Proposal and Negotiation, each, for decisions after completed_on",
            "effect": EFFECT,
            "effect_on_win_share": gain.won,
            "deals_reached": gain.deals,
            "effect_on_step_share": gain.moved_on,
            "decisions_reached": gain.decisions,
            "step_share_estimand": "mean over decisions after it in these stages, up to as_of: P(moved on) minus P without it",
            "win_share_estimand": "mean over deals in Discovery or later decided after it: P(won) minus P(won) without it",
            "assigned": f"by lot, {len(WAVES)} waves, about {SHARE:.0%} of the sellers present",
        },
        SOCIAL: {
            "unit": "log-odds",
            "effect": 0.0,
            "assigned": "the best sellers were sent",
            "naive": "those sent win more: they did before",
        },
        "TR-ONBOARDING": {
            "unit": "log-odds",
            "effect": 0.0,
            "assigned": "every new hire in the first month; the ramp curve holds anyway",
        },
    }
