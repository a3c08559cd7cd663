"""How likely a deal is to go on from each stage, team by team.

True effect: of the deals of a team that enter a stage, the planted share ever goes on to the next one, the same in all
months; the rest is lost from that stage. How long a deal stays does not depend on which of the two happens. A naive funnel
that divides by all deals ever entered, open ones included, sees too little, most of all for recent cohorts; one over
resolved deals is right here.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

STAGES = ("Prospecting", "Qualified", "Discovery", "Proposal", "Negotiation", "Closed Won", "Closed Lost")
STEPS = 5
WON, LOST = 5, 6
DEFAULT_PROBABILITY = (0.10, 0.20, 0.35, 0.55, 0.75, 1.0, 0.0)
CATEGORY = ("pipeline", "pipeline", "pipeline", "best_case", "commit", "closed", "omitted")

AVERAGE = (0.82, 0.81, 0.79, 0.77, 0.76)
BY_TEAM = {
    "north": (0.84, 0.83, 0.80, 0.79, 0.78),
    "south": (0.83, 0.82, 0.80, 0.62, 0.75),
    "east": (0.82, 0.80, 0.77, 0.77, 0.76),
    "west": (0.83, 0.83, 0.80, 0.79, 0.66),
    "enterprise": (0.80, 0.82, 0.83, 0.79, 0.80),
    "romania": (0.70, 0.82, 0.80, 0.79, 0.79),
}
DURATION_DAYS = (5.5, 7.5, 10.0, 10.5, 9.0)
DURATION_SPREAD = 0.65
SEGMENT_PACE = (0.80, 1.0, 1.35)
STALLED, STALLED_TIMES = 0.035, 5.0


def step_probability(teams: list[str], rng: np.random.Generator) -> NDArray[np.float64]:
    """Planted share that goes on, one row per team and one column per step."""
    drawn = np.clip(np.array(AVERAGE) + rng.normal(0, 0.035, (len(teams), STEPS)), 0.5, 0.92).round(3)
    return np.array([BY_TEAM.get(team, tuple(row)) for team, row in zip(teams, drawn, strict=True)])


def truth(teams: list[str], planted: NDArray[np.float64], last_year: NDArray[np.float64]) -> dict[str, Any]:
    """What is planted about the funnel."""
    return {
        "unit": "share of deals entering the stage that ever enter the next one (the last: Closed Won)",
        "estimand": "cohort of entries into the stage; deals still in it are left out or censored; over the whole history",
        "team_of_a_deal": "its owner's by rep_assignment on the day of closing, on as_of while open; deals never change team",
        "by_team": {team: dict(zip(STAGES, row, strict=False)) for team, row in zip(teams, planted.tolist(), strict=True)},
        "by_team_last_12_months": {
            team: dict(zip(STAGES, row, strict=False)) for team, row in zip(teams, last_year.round(6).tolist(), strict=True)
        },
        "win_rate_by_team": dict(zip(teams, planted.prod(axis=1).tolist(), strict=True)),
        "duration": {
            "unit": "working days in the stage, log-normal, whether the deal goes on or is lost",
            "mean": dict(zip(STAGES, DURATION_DAYS, strict=False)),
            "sigma": DURATION_SPREAD,
            "factor_by_segment": dict(zip(("small", "mid-market", "enterprise"), SEGMENT_PACE, strict=True)),
            "stalled": {"share_of_stays": STALLED, "times_longer": STALLED_TIMES},
            "then": "the end of Negotiation is moved as told under seasonality.closing_days and seasonality.pull_forward",
        },
        "last_12_months": "the same of the deals that entered in the 365 days up to as_of: higher, as trained sellers are more",
        "naive": "dividing by all entries counts open deals as failures",
    }
