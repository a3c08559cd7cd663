"""Nothing that happens after `as_of` changes anything an analysis says."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Any

import pandas as pd
import pytest

from salesanalytics.analyses.company.benchmark import funnel_benchmark, kpi_benchmark, side_by_side
from salesanalytics.analyses.dashboard.attention import deals_needing_help
from salesanalytics.analyses.dashboard.calls import calls
from salesanalytics.analyses.dashboard.headline import headlines
from salesanalytics.analyses.dashboard.landing import landing
from salesanalytics.analyses.dashboard.landing_backtest import backtest_landing
from salesanalytics.analyses.dashboard.pace import pace
from salesanalytics.analyses.dashboard.pipeline import pipeline_by_stage
from salesanalytics.analyses.dashboard.pipeline_change import pipeline_change
from salesanalytics.analyses.dashboard.scoreboard import scoreboard
from salesanalytics.analyses.dashboard.signals import signals
from salesanalytics.analyses.evaluating.funnel import funnel
from salesanalytics.analyses.planning.bookings import bookings_forecast, monthly_bookings
from salesanalytics.analyses.planning.capacity import capacity
from salesanalytics.analyses.planning.leads import campaign_leads, leads
from salesanalytics.analyses.planning.quota_plan import quota_plan
from salesanalytics.analyses.planning.replan import replan
from salesanalytics.analyses.planning.territories import territories
from salesanalytics.base.calendar import period_of, trailing_year
from salesanalytics.base.types import Tables
from salesanalytics.facts.people import ramp_curve, rep_months, stays
from salesanalytics.facts.risk import REASONS, at_risk
from salesanalytics.kpi import kpis
from salesanalytics.models.forecast.hazards import deal_hazards
from tests.conftest import DEMO_DAY

LATER = (pd.Timestamp(DEMO_DAY, tz="UTC") + pd.Timedelta(days=9)).as_unit("us")
QUARTER, YEAR = period_of(DEMO_DAY), trailing_year(DEMO_DAY)
# tables to which the future adds rows, and the column that dates them
HAPPENS = {"activity": "occurred_at", "feedback": "occurred_at", "lead": "created_at", "forecast_submission": "submitted_at"}


def six(tables: Tables) -> dict[str, Tables]:
    return {str(at): tables for at in range(6)}


ANALYSES: dict[str, Callable[[Tables], Any]] = {
    "kpis": lambda tables: kpis(tables, as_of=DEMO_DAY, period=QUARTER),
    "funnel": lambda tables: funnel(tables, as_of=DEMO_DAY, period=YEAR),
    "pace": lambda tables: pace(tables, as_of=DEMO_DAY, period=QUARTER),
    "pipeline": lambda tables: pipeline_by_stage(tables, as_of=DEMO_DAY, period=QUARTER),
    "pipeline_change": lambda tables: pipeline_change(tables, start=QUARTER.start, end=DEMO_DAY, period=QUARTER),
    "leads": lambda tables: leads(tables, as_of=DEMO_DAY, period=YEAR),
    "campaign_leads": lambda tables: campaign_leads(tables, as_of=DEMO_DAY, period=YEAR),
    "replan": lambda tables: replan(tables, as_of=DEMO_DAY),
    "scoreboard": lambda tables: scoreboard(tables, as_of=DEMO_DAY, period=QUARTER),
    "attention": lambda tables: deals_needing_help(tables, as_of=DEMO_DAY, period=QUARTER),
    "at_risk": lambda tables: at_risk(tables, as_of=DEMO_DAY)[["opportunity_id", "amount", *REASONS, "at_risk"]].sort_values(
        "opportunity_id", ignore_index=True
    ),
    "headlines": lambda tables: pd.DataFrame([asdict(one) for one in headlines(tables, as_of=DEMO_DAY, period=QUARTER)]),
    "territories": lambda tables: territories(tables, as_of=DEMO_DAY, tolerance=0.3),
    "kpi_benchmark": lambda tables: kpi_benchmark(tables, six(tables), as_of=DEMO_DAY),
    "funnel_benchmark": lambda tables: funnel_benchmark(tables, six(tables), as_of=DEMO_DAY),
    "side_by_side": lambda tables: side_by_side({"all": tables}, as_of=DEMO_DAY),
    "quota_plan": lambda tables: quota_plan(tables, as_of=DEMO_DAY, period=QUARTER.shift(1)),
    "capacity": lambda tables: capacity(tables, as_of=DEMO_DAY),
    "capacity_quarters": lambda tables: capacity(tables, as_of=DEMO_DAY).quarters,
    "ramp_curve": lambda tables: ramp_curve(tables, as_of=DEMO_DAY),
    "stays": lambda tables: stays(tables, DEMO_DAY),
    "rep_months": lambda tables: rep_months(tables, DEMO_DAY),
    "monthly_bookings": lambda tables: monthly_bookings(tables, as_of=DEMO_DAY),
    "bookings_forecast": lambda tables: bookings_forecast({"all": tables}, as_of=DEMO_DAY, horizon=3),
    "signals": lambda tables: pd.DataFrame(
        [asdict(one) for one in signals(kpis(tables, as_of=DEMO_DAY, period=QUARTER), None, as_of=DEMO_DAY)]
    ),
    "deal_hazards": lambda tables: deal_hazards(tables, as_of=DEMO_DAY),
    "landing": lambda tables: landing(tables, as_of=DEMO_DAY, period=QUARTER, draws=200),
    "backtest_landing": lambda tables: backtest_landing(tables, as_of=DEMO_DAY, period=QUARTER, draws=200),
    "calls": lambda tables: calls(tables, as_of=DEMO_DAY, period=QUARTER),
}


def the_future(tables: Tables) -> dict[str, pd.DataFrame]:
    """The same company nine days later: deals won, moved and opened, reps gone and hired, quotas raised, people heard."""
    later = {name: frame.drop(columns=_calendar_days(frame)) for name, frame in tables.items()}
    deals = later["opportunity"].copy()
    closing = deals.index[~deals["is_closed"] & deals["next_step"].notna()][:40]
    ids = deals.loc[closing, "opportunity_id"]
    moves = pd.DataFrame({"field": "stage", "old_value": deals.loc[closing, "stage"], "new_value": "Closed Won"})
    raises = pd.DataFrame({"field": "amount", "old_value": deals.loc[closing, "amount"].astype(str), "new_value": "999999"})
    history = pd.concat([moves.assign(opportunity_id=ids), raises.assign(opportunity_id=ids)]).assign(changed_at=LATER)
    deals.loc[closing, ["stage", "is_closed", "is_won"]] = ["Closed Won", True, True]
    deals.loc[closing, "closed_at"] = LATER
    deals.loc[closing, "amount"] = 999_999.0
    born = deals.head(30).assign(opportunity_id=[f"new-{at}" for at in range(30)], created_at=LATER)
    later["opportunity"] = pd.concat([deals, born], ignore_index=True)
    later["opportunity_history"] = pd.concat([later["opportunity_history"], history], ignore_index=True)
    for name, column in HAPPENS.items():
        extra = later[name].head(50).copy()
        extra[column] = LATER
        key = next(iter(extra.columns))
        extra[key] = [f"new-{at}" for at in range(len(extra))] if key.endswith("_id") else extra[key]
        later[name] = pd.concat([later[name], extra], ignore_index=True)
    quota, rep, spans, day = later["quota"], later["rep"], later["rep_assignment"], LATER.tz_localize(None)
    raised = quota.assign(version=quota["version"] + 1, amount=quota["amount"] * 3, set_on=day)
    later["quota"] = pd.concat([quota, raised], ignore_index=True)
    later["rep"] = rep.assign(leave_date=rep["leave_date"].fillna(day))
    later["rep_assignment"] = spans.assign(valid_to=spans["valid_to"].fillna(day))
    return {name: frame.astype(tables[name].dtypes[frame.columns].to_dict()) for name, frame in later.items()}


def _calendar_days(frame: pd.DataFrame) -> list[str]:
    """Columns worked out from a moment, such as closed_on from closed_at."""
    return [column for column in frame if column.endswith("_on") and f"{column[:-3]}_at" in frame]


@pytest.fixture(scope="module")
def future(demo: Tables) -> dict[str, pd.DataFrame]:
    return the_future(demo)


@pytest.mark.parametrize("name", ANALYSES)
def test_what_comes_later_changes_nothing(name: str, demo: Tables, future: Tables) -> None:
    now, then = ANALYSES[name](demo), ANALYSES[name](future)
    pd.testing.assert_frame_equal(_table(now), _table(then))
    assert getattr(now, "findings", ()) == getattr(then, "findings", ())


def test_the_future_does_change_what_is_said_of_a_later_day(future: Tables) -> None:
    day = date(2026, 11, 30)
    later, now = (kpis(future, as_of=known, period=QUARTER)["bookings"].value or 0.0 for known in (day, DEMO_DAY))
    assert later > 1.5 * now > 0


@pytest.mark.parametrize("name", ANALYSES)
def test_the_order_of_rows_does_not_matter(name: str, demo: Tables) -> None:
    shuffled = {table: frame.sample(frac=1, random_state=5).reset_index(drop=True) for table, frame in demo.items()}
    now, then = _table(ANALYSES[name](demo)), _table(ANALYSES[name]({**shuffled, "team": demo["team"]}))
    if "opportunity_id" in now:
        now, then = (frame.sort_values("opportunity_id", ignore_index=True) for frame in (now, then))
    loose = {"low", "high"} & set(now)  # resampled intervals depend on the order in which rows are drawn
    pd.testing.assert_frame_equal(now.drop(columns=loose), then.drop(columns=loose), check_exact=False, rtol=1e-9)


def _table(result: Any) -> pd.DataFrame:
    return result if isinstance(result, pd.DataFrame) else result.table
