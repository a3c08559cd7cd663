"""What makes a deal more or less likely to be won.

True effect: the log-odds of moving on from Discovery, from Proposal and from Negotiation each shift by the same sum of
coefficients. Each team's level is then set so that its planted stage conversions hold on average over the deals that got
there. Naive looks: `closed` fields (loss_reason, probability, stage) know the outcome; source, segment and deal size go
together, so a win rate by one of them mixes in the others; and a rep's raw win rate is mostly luck, as the true spread
between reps is small.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from salesanalytics.base.types import Floats

SOURCES = ("Website", "Outbound", "Partner", "Referral", "Event", "Webinar", "Customer")
SOURCE_MIX = (0.27, 0.22, 0.15, 0.14, 0.10, 0.12, 0.0)
SOURCE_EFFECT = (0.0, -0.40, 0.25, 0.55, 0.05, -0.25, 0.45)
COMPETITOR_SHARE, COMPETITOR_EFFECT = 0.45, -0.45
SEGMENT_EFFECT = (0.0, -0.10, -0.25)
SIZE_EFFECT = -0.20
SKILL_EFFECT = 0.16
FIRST_STEP = 2
"""Drivers act from this step (Discovery) on."""


def deal_score(
    source: NDArray[np.int64], competitor: NDArray[np.bool_], segment: NDArray[np.int64], log_size: Floats
) -> Floats:
    """Log-odds a deal brings with it, whoever sells it."""
    by_source, by_segment = np.array(SOURCE_EFFECT)[source], np.array(SEGMENT_EFFECT)[segment]
    return np.asarray(by_source + by_segment + COMPETITOR_EFFECT * competitor + SIZE_EFFECT * log_size)


def chance(score: Floats, group: NDArray[np.int64], target: Floats) -> tuple[Floats, Floats]:
    """Probability of each row, and the level per group, such that the mean in each group is its target."""
    level = np.log(target / (1 - target))
    count = np.maximum(np.bincount(group, minlength=len(target)), 1)
    for _ in range(8):
        p = logistic(level[group] + score)
        mean = np.bincount(group, p, len(target)) / count
        slope = np.bincount(group, p * (1 - p), len(target)) / count
        level = level + np.where(slope > 0, (target - mean) / np.maximum(slope, 1e-9), 0)
    return logistic(level[group] + score), level


def logistic(score: Floats) -> Floats:
    """Probability of log-odds."""
    return np.asarray(1 / (1 + np.exp(-score)))


def truth(win_share: dict[str, dict[str, float]]) -> dict[str, Any]:
    """What is planted about winning. `win_share` is what the coefficients come to for the deals of this company."""
    return {
        "unit": "log-odds of moving on from Discovery, Proposal and Negotiation, each",
        "estimand": "logit of (moved on | resolved) at each of the three steps, with a level per team and step",
        "lead_source": dict(zip(SOURCES, SOURCE_EFFECT, strict=True)),
        "competitor_present": COMPETITOR_EFFECT,
        "segment": dict(zip(("small", "mid-market", "enterprise"), SEGMENT_EFFECT, strict=True)),
        "log_size": {"coefficient": SIZE_EFFECT, "field": "ln(amount / the segment's median amount)"},
        "owner_skill": {
            "coefficient": SKILL_EFFECT,
            "field": "hidden gift of the owner, standard normal; assessments show it with noise",
        },
        "no_effect": ["type", "product_id", "account.country", "account.industry", "number of activities", "campaign_id"],
        "expected_win_share": {
            "unit": "mean probability that a deal with this value, from creation on, is ever won; other fields as they fall",
            **win_share,
        },
        "naive": "a plain comparison of win rates mixes the drivers; fields filled at closing leak the outcome",
    }
