"""Which leads become deals.

True effect: a share of the leads of each source becomes an opportunity, and a lead answered within the hour is worth more
than one answered within a day, and that more than a later one. The lead's score knows a little of it. Naive looks: leads of
the last weeks had no time to convert; leads without an answer yet are censored, not unanswered; and sources differ in who
answers how fast.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from salesanalytics.base.types import Floats
from salesanalytics.demo.planted.drivers import SOURCES

CONVERSION = {"Website": 0.26, "Outbound": 0.22, "Partner": 0.48, "Referral": 0.58, "Event": 0.30, "Webinar": 0.20}
BANDS = ("within 1 hour", "1 to 24 hours", "more than a day", "no answer")
BAND_SHARE = (0.34, 0.38, 0.22, 0.06)
BAND_WORTH = (1.35, 1.0, 0.6, 0.0)


def conversion() -> Floats:
    """Share of leads that become a deal, by source; 0 where deals come without leads."""
    return np.array([CONVERSION.get(source, 0.0) for source in SOURCES])


def worth() -> Floats:
    """Conversion of each answer band, relative to its source's share."""
    return np.asarray(np.array(BAND_WORTH) / np.dot(BAND_SHARE, BAND_WORTH))


def band_shares(source: NDArray[np.int64], converted: bool) -> Floats:
    """Shares of the answer bands among leads that did, or did not, become a deal (Bayes' rule turned round)."""
    goes = conversion()[source][:, None] * worth()
    share = np.array(BAND_SHARE) * (goes if converted else 1 - goes)
    return np.asarray(share / share.sum(axis=1, keepdims=True))


def truth() -> dict[str, Any]:
    """What is planted about leads."""
    return {
        "unit": "share of leads that ever become an opportunity",
        "conversion_by_source": dict(CONVERSION),
        "factor_by_answer": dict(zip(BANDS, worth().tolist(), strict=True)),
        "answer_share": dict(zip(BANDS, BAND_SHARE, strict=True)),
        "answer": "first_response_at minus created_at, in clock hours",
        "naive": "leads of the last three weeks had no time; count them as open",
    }
