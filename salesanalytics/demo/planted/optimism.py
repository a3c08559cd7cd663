"""How far each person's forecast lies from what comes.

True effect: a forecast of a quarter is what is won so far plus the rest, times (1 + the person's optimism), times noise
that shrinks as the quarter goes by. Optimism is a person's own and lasts. A naive look at the last weeks of a quarter finds
everyone accurate, because little is left to be wrong about.
"""

from typing import Any

import numpy as np

from salesanalytics.base.types import Floats
from salesanalytics.demo.company import Company
from salesanalytics.demo.people import MANAGER

MEAN, SPREAD = 0.12, 0.22
MANAGER_MEAN, MANAGER_SPREAD = -0.03, 0.08
NOISE = 0.30
BEST_CASE = 0.35
"""What a best case adds to the rest, on top of optimism."""


def optimism(company: Company) -> Floats:
    """Share by which each person overstates what is still to come in a quarter."""
    rng, role = company.settings.rng("optimism"), company.people.role
    draw = rng.standard_normal(len(role))
    leads = role == MANAGER
    return np.clip(np.where(leads, MANAGER_MEAN, MEAN) + np.where(leads, MANAGER_SPREAD, SPREAD) * draw, -0.6, 1.2)


def forecast(won: Floats, final: Floats, optimism: Floats, left: Floats, rng: np.random.Generator) -> Floats:
    """Commit for the whole quarter, given what is won so far, what it will come to, and the share of time left."""
    noise = np.exp(rng.normal(0, 1, np.shape(final)) * NOISE * np.sqrt(left) - NOISE**2 * left / 2)
    return np.asarray(won + (final - won) * (1 + optimism) * noise)


def truth(company: Company) -> dict[str, Any]:
    """What is planted about forecasts."""
    ids = company.rep_ids.to_pylist()
    return {
        "unit": "share by which (commit - won so far) exceeds (final - won so far), on average over a person's weeks",
        "best_case_adds": BEST_CASE,
        "noise": {
            "unit": "standard deviation of the log at the quarter's start; shrinks with the square root of the time left",
            "value": NOISE,
        },
        "by_person": dict(zip(ids, optimism(company).tolist(), strict=True)),
        "manager_calls_are_for": "the team's whole bookings; rep calls for their own",
    }
