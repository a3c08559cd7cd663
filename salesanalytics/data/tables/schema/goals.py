"""What was promised: quota and forecast_submission."""

import pandas as pd
import pandera.pandas as pa

from salesanalytics.data.tables.schema.columns import Day, Moment, Text, choice, day, moment, money, string, whole
from salesanalytics.data.tables.schema.table import OWN_RULE, Dated, Table, not_before


class Quota(Table, dated=Dated(born="set_on"), whose=OWN_RULE):
    """One row per scope, metric, period, product family and version."""

    scope: Text = choice("rep", "manager", "team", "region", "company", "territory", meaning="whose quota", default="rep")
    scope_id: Text = string(
        "id of the rep, manager (a rep), team or territory, or name of the region or company", required=True
    )
    metric: Text = string("what is counted", default="bookings")
    period_start: Day = day("first day of the period", required=True)
    period_end: Day = day("last day of the period", required=True)
    amount: float = money("the quota", required=True)
    product_family: Text = string("family it is limited to; * for all", default="*")
    version: int = whole("the highest version set by a date holds on it", default=1, least=0)
    set_on: Day = day("day this version was set")

    class Config(Table.Config):
        unique = ["scope", "scope_id", "metric", "period_start", "period_end", "product_family", "version"]

    @pa.dataframe_check(name="ends before it starts", error="period_end is before period_start")
    def ends_after_start(cls, quota: pd.DataFrame) -> "pd.Series[bool]":
        return not_before(quota["period_end"], quota["period_start"])


class ForecastSubmission(Table, dated=Dated(born="submitted_at"), whose=OWN_RULE):
    """One row per scope, period, moment, category and source of a forecast."""

    scope: Text = choice("rep", "team", meaning="whose forecast", default="rep")
    scope_id: Text = string("id of the rep or team", required=True)
    period_start: Day = day("first day of the period forecast", required=True)
    submitted_at: Moment = moment("when it was given", required=True)
    category: Text = choice("commit", "best_case", "pipeline", meaning="what it promises", default="commit")
    amount: float = money("bookings expected in the whole period", required=True)
    source: Text = choice("rep", "manager", "model", meaning="who forecast", default="rep")

    class Config(Table.Config):
        unique = ["scope", "scope_id", "period_start", "submitted_at", "category", "source"]
