"""The company beside the team: all teams pooled, for the teams' pages, and all teams side by side, for the company's own page.

In: the company's tables, and each team's. Out: tidy tables. What goes to a team's page is pooled over at least 5 teams, so that
no other team's number can be worked out from it; below that it is empty.
"""

from collections.abc import Mapping
from datetime import date

import pandas as pd

from salesanalytics.analyses._stats.looks import differ, holm
from salesanalytics.analyses.forecast.hazards import deal_hazards
from salesanalytics.analyses.funnel import COLUMNS as FUNNEL_COLUMNS
from salesanalytics.analyses.funnel import funnel
from salesanalytics.analyses.kpi import kpis
from salesanalytics.analyses.leads import campaign_leads
from salesanalytics.analyses.period import Period, PeriodKind, period_of, trailing_year

Tables = Mapping[str, pd.DataFrame]
LEAST_TEAMS = 5
LEVEL = 0.05
BENCHMARK_COLUMNS = ["period", "key", "value", "n", "numerator", "denominator", "teams"]
# sums of the company say nothing to a team
COMPARABLE = (
    "attainment", "coverage", "win_rate", "win_rate_amount", "average_deal", "average_lost_deal", "cycle", "cycle_lost",
    "slippage", "at_risk", "forecast_accuracy", "forecast_bias", "activities",
    "lead_response", "lead_response_slow", "lead_response_kept", "nps", "enps",
)  # fmt: skip


def kpi_benchmark(company: Tables, teams: int, *, as_of: date, fiscal_year_start: int = 1) -> pd.DataFrame:
    """The company's KPIs of the month and the quarter that hold `as_of`; empty below 5 teams.

    One row per period and KPI that has a value: period, key, value, n, numerator, denominator.
    """
    if teams < LEAST_TEAMS:
        return pd.DataFrame(columns=BENCHMARK_COLUMNS)
    kinds: tuple[PeriodKind, ...] = ("month", "quarter")
    parts = [
        kpis(company, as_of=as_of, period=period_of(as_of, kind, fiscal_year_start), only=COMPARABLE).table.assign(
            period=kind, teams=teams
        )
        for kind in kinds
    ]
    return pd.concat(parts)[BENCHMARK_COLUMNS].dropna(subset=["value"]).reset_index(drop=True)


def funnel_benchmark(company: Tables, teams: int, *, as_of: date) -> pd.DataFrame:
    """The company's funnel over the last 12 months (see `funnel`). Empty below 5 teams."""
    if teams < LEAST_TEAMS:
        return pd.DataFrame(columns=FUNNEL_COLUMNS)
    return funnel(company, as_of=as_of, period=trailing_year(as_of)).table


def hazards_benchmark(company: Tables, teams: int, *, as_of: date, period: Period) -> pd.DataFrame:
    """How all teams' deals go on in periods like `period` (see `DealHazards.table`). Empty below 5 teams."""
    found = deal_hazards(company, as_of=as_of, period=period).table
    return found if teams >= LEAST_TEAMS else found.iloc[:0]


def leads_benchmark(company: Tables, teams: int, *, as_of: date) -> pd.DataFrame:
    """Leads per campaign over the last 12 months (see `campaign_leads`). Empty below 5 teams."""
    found = campaign_leads(company, as_of=as_of, period=trailing_year(as_of))
    return found if teams >= LEAST_TEAMS else found.iloc[:0]


def side_by_side(
    by_team: Mapping[str, Tables], *, as_of: date, period: PeriodKind = "quarter", fiscal_year_start: int = 1
) -> pd.DataFrame:
    """One row per team, for the company's page only.

    Columns: team_id, name, booked, goal, attainment, open (pipeline), and the win rate of 12 months with low, high (95%), n,
    and `differs`: more than chance explains, all teams looked at.
    """
    rows = []
    current = period_of(as_of, period, fiscal_year_start)
    for team_id, tables in by_team.items():
        now = kpis(tables, as_of=as_of, period=current, only=("bookings", "attainment", "pipeline"))
        year = kpis(tables, as_of=as_of, period=trailing_year(as_of), only=("win_rate",))["win_rate"]
        name = tables["team"]["name"]
        rows.append(
            {
                "team_id": team_id,
                "name": name.iloc[0] if len(name) else team_id,
                "booked": now["bookings"].value,
                "goal": now["attainment"].denominator,
                "attainment": now["attainment"].value,
                "open": now["pipeline"].value,
                "win_rate": year.value,
                "low": year.low,
                "high": year.high,
                "n": year.n,
                "won": year.numerator,
            }
        )
    numbers = ["booked", "goal", "attainment", "open", "win_rate", "low", "high", "won"]
    board = pd.DataFrame(rows, columns=["team_id", "name", *numbers, "n"]).astype(dict.fromkeys(numbers, "float64"))
    return board.assign(differs=_differs(board)).drop(columns="won")


def _differs(board: pd.DataFrame) -> "pd.Series[bool]":
    """Teams whose win rate differs from that of the others by more than chance explains (Fisher, Holm over the teams)."""
    rated = board[board["win_rate"].notna()]
    won, lost = rated["won"], rated["n"] - rated["won"]
    p = [differ(int(won[at]), int(lost[at]), int(won.sum() - won[at]), int(lost.sum() - lost[at])) for at in rated.index]
    return pd.Series(holm(p) < LEVEL, index=rated.index).reindex(board.index, fill_value=False)
