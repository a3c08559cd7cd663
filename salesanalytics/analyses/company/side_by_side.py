"""All teams side by side, for the company's own page only: bookings against goal, and the win rate of 12 months.

In: the tables of each team. Out: one row per team. A team is called different only where chance does not explain it, all teams
looked at.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from salesanalytics.base.calendar import Period, trailing_year
from salesanalytics.base.result import Result
from salesanalytics.base.types import Tables
from salesanalytics.kpi import kpis
from salesanalytics.stats.compare import each_against_the_others

LEVEL = 0.05


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SideBySide(Result):
    """`table`: one row per team: team_id, name, booked, goal, attainment, open (pipeline), and the win rate of 12 months with
    low, high (95%), n, and `differs`: more than chance explains, all teams looked at.
    """


def side_by_side(by_team: Mapping[str, Tables], *, as_of: date, period: Period) -> SideBySide:
    """Every team's bookings, goal and pipeline of `period`, and its win rate of the last 12 months."""
    rows = [_row(team_id, tables, as_of, period) for team_id, tables in by_team.items()]
    numbers = ["booked", "goal", "attainment", "open", "win_rate", "low", "high", "won"]
    board = pd.DataFrame(rows, columns=["team_id", "name", *numbers, "n"]).astype(dict.fromkeys(numbers, "float64"))
    won = board["won"].where(board["win_rate"].notna())
    differs = each_against_the_others(won, board["n"] - won) < LEVEL
    return SideBySide(as_of=as_of, period=period, table=board.assign(differs=differs).drop(columns="won"))


def _row(team_id: str, tables: Tables, as_of: date, period: Period) -> dict[str, object]:
    now = kpis(tables, as_of=as_of, period=period, only=("bookings", "attainment", "pipeline"))
    year = kpis(tables, as_of=as_of, period=trailing_year(as_of), only=("win_rate",))["win_rate"]
    name = tables["team"]["name"]
    return {
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
