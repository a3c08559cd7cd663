"""What each team's last call said in past periods with as many days left as now, and what came; and its quota read as a call.

In: `forecast_submission`, `quota`, `opportunity`. Out: one row per team and period, the running one included: the manager's
commit, or where no manager calls, the sum of the reps'. Never uses a call made later than that day, nor one more than a month
old. A quota says where a period ends as far as the team reaches about the same share of it every time.
"""

from datetime import date, timedelta

import pandas as pd

from salesanalytics.analyses.dashboard.calls import commits
from salesanalytics.base.calendar import GRACE_DAYS, Period
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import Known, known_on
from salesanalytics.facts.goal import team_quota
from salesanalytics.models.forecast.panel import MOST_PERIODS

STALE = pd.Timedelta(days=31)
COLUMNS = ["team_id", "source", "period_start", "call", "so_far", "booked", "actual"]


def past_calls(tables: Tables, *, as_of: date, period: Period) -> pd.DataFrame:
    """team_id, source (manager, rep), period_start, call, so_far (won when it was made), booked (won by that many days before
    the end), actual (won in the period; of the running one so far)."""
    tables = known_on(tables, as_of)
    if "forecast_submission" not in tables or tables["forecast_submission"].empty:
        return pd.DataFrame(columns=COLUMNS)
    given = commits(tables, as_of, period)
    given = given[(given["day"] < given["moment"]) & (given["day"] >= given["moment"] - STALE)]
    by_manager = given[(given["source"] == "manager") & (given["scope"] == "team")]
    of_reps = _with_team(tables, given[(given["source"] == "rep") & (given["scope"] == "rep")])
    without = of_reps[~of_reps["team_id"].isin(by_manager["scope_id"])]
    rows = pd.concat([by_manager.assign(team_id=by_manager["scope_id"]), without], ignore_index=True)
    last = rows.sort_values("submitted_at").drop_duplicates(["scope", "scope_id", "period_start"], keep="last")
    keys = ["team_id", "source", "period_start"]
    summed = last.rename(columns={"amount": "call"}).groupby(keys, as_index=False, observed=True)
    return summed[["call", "so_far", "booked", "actual"]].sum()[COLUMNS]


def quotas_as_calls(tables: Tables, team: str, *, as_of: date, period: Period) -> pd.DataFrame:
    """The rows of `past_calls` for a team's own tables, its quota in the place of a call (`source` quota): of past periods that
    the data hold whole, as far back as quotas go, and of the running one.
    """
    tables = known_on(tables, as_of)
    deals = tables["opportunity"]
    won, left = deals.loc[deals["is_won"], ["closed_on", "amount"]], (period.end - as_of).days
    rows, known_since = [], deals["closed_on"].min()
    for back in range(MOST_PERIODS + 1):
        one = period.shift(-back)
        quota = team_quota(tables, one, as_of)
        if not quota or not known_since <= pd.Timestamp(one.start) + pd.Timedelta(days=GRACE_DAYS):
            break
        mine = won[one.holds(won["closed_on"])]
        early = mine[mine["closed_on"] <= pd.Timestamp(one.end - timedelta(days=left))]
        rows.append((team, "quota", pd.Timestamp(one.start), quota, 0.0, early["amount"].sum(), mine["amount"].sum()))
    return pd.DataFrame(rows, columns=COLUMNS)


def _with_team(tables: Known, rows: pd.DataFrame) -> pd.DataFrame:
    if "rep" not in tables:
        return rows.assign(team_id="").iloc[:0]
    team = tables["rep"].set_index("rep_id")["team_id"]
    return rows.assign(team_id=rows["scope_id"].map(team)).dropna(subset=["team_id"])
