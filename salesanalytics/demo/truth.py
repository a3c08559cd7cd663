"""What is planted in the company, gathered for `truth.json`.

In: everything that was made. Out: plain data with units and estimands, enough for a test to compare an analysis with
without reading code.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from salesanalytics.base.types import Floats
from salesanalytics.demo import billing
from salesanalytics.demo.calendar import Calendar
from salesanalytics.demo.company import FOCUS, Company
from salesanalytics.demo.creation import PER_MONTH, Opened
from salesanalytics.demo.frames import taken
from salesanalytics.demo.paths import Path
from salesanalytics.demo.planted import (
    conversion,
    drivers,
    incentives,
    lead_quality,
    optimism,
    ramp,
    returns,
    season,
    sentiment,
    territories,
    trainings,
)
from salesanalytics.demo.planted.turnover import Turnover
from salesanalytics.demo.planted.turnover import truth as turnover_truth


def truth(
    company: Company, calendar: Calendar, turnover: Turnover, deals: Opened, path: Path, planted: Floats
) -> dict[str, Any]:
    """All planted truths by topic."""
    settings, teams = company.settings, company.team_ids
    return {
        "about": "Planted in the demo company. Every topic names its unit; effects are true by construction, not estimated.",
        "settings": {
            "seed": settings.seed,
            "teams": settings.teams,
            "reps": settings.reps,
            "months": settings.months,
            "deals": settings.deals,
            "as_of": settings.as_of.isoformat(),
            "history_from": settings.history_from.isoformat(),
            "deals_from": settings.deals_from.isoformat(),
            "observed_from": settings.deals_from.isoformat(),
            "note": "deals open from deals_from, bookings are complete from history_from, people are seen from observed_from",
            "opportunities_per_full_seller_and_month": PER_MONTH if settings.deals is None else None,
        },
        "turnover": turnover_truth(turnover, teams),
        "returns": returns.truth(company),
        "ramp": ramp.truth(),
        "seasonality": season.truth() | {"bookings_expected_by_month": _expected_bookings(calendar, deals, path)},
        "stage_conversion": conversion.truth(teams, planted, path.last_year),
        "win_drivers": drivers.truth(_win_share(deals, path)),
        "trainings": trainings.truth(path.training_gain),
        "incentives": incentives.truth(settings),
        "billing": billing.truth(),
        "sentiment": sentiment.truth(settings, teams, turnover.manager),
        "leads": lead_quality.truth(),
        "territories": _territories(company),
        "forecast_optimism": optimism.truth(company),
    }


def _expected_bookings(calendar: Calendar, deals: Opened, path: Path) -> dict[str, Any]:
    """Bookings to be expected in each month of the history, from all deals' chances."""
    ends = path.times[:, -1]
    inside = ends < calendar.now
    month = calendar.month[ends[inside].astype(np.int64)]
    value = np.bincount(month, deals.size[inside] * path.p_win[inside]) if inside.any() else np.zeros(0)
    labels = np.arange(len(value)).astype("datetime64[M]").astype(str)
    by_month = {str(label): round(float(amount), 2) for label, amount in zip(labels, value, strict=True) if amount > 0}
    return {
        "unit": "base currency, before incentives; sum over deals of chance to be won times amount, by month of closing",
        "by_month": by_month,
    }


def _win_share(deals: Opened, path: Path) -> dict[str, dict[str, float]]:
    """Mean chance to be won by value of each driver."""
    fields = {
        "lead_source": (drivers.SOURCES, deals.source),
        "competitor": (("none", "present"), deals.competitor.astype(np.int64)),
        "segment": (FOCUS, deals.segment),
    }
    return {name: _means(labels, place, path.p_win) for name, (labels, place) in fields.items()}


def _means(labels: tuple[str, ...], place: NDArray[np.int64], values: Floats) -> dict[str, float]:
    count = np.bincount(place, minlength=len(labels))
    total = np.bincount(place, values, len(labels))
    return {label: float(total[row] / count[row]) for row, label in enumerate(labels) if count[row]}


def _territories(company: Company) -> dict[str, Any]:
    land = np.flatnonzero(company.has_land)
    team = company.people.seats.team[land]
    names = [company.team_ids[place] for place in team]
    factor = territories.advantage(company.land[land], team)
    return territories.truth(taken(company.territory_ids, land).to_pylist(), names, company.land[land], factor)
