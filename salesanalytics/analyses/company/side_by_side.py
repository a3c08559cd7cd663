"""All teams side by side, for the company's own page only: where each lands against its goal, and the win rate of 12 months.

In: the tables of each team, and where they land. Out: one row per team. Whose shortfall it is, is said in money. A team's win
rate is called different only where chance does not explain it, all teams looked at.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from salesanalytics.base.calendar import Period, trailing_year
from salesanalytics.base.finding import Evidence, Finding
from salesanalytics.base.result import Result
from salesanalytics.base.types import Tables
from salesanalytics.kpi import kpis
from salesanalytics.stats.compare import each_against_the_others

LEVEL = 0.05
LEAST_TEAMS = 2
SLIGHT = 0.02  # of all goals; less is missing to nobody
UNLIKELY = 0.2  # to reach the goal


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SideBySide(Result):
    """`table`: one row per team: team_id, name, booked, goal, attainment, open (pipeline), the likely end with ends_low and
    ends_high (P10 to P90), p_hit (chance of the goal) and short (what it misses by the likely end), all of these missing where
    they cannot be told; and the win rate of 12 months with low, high (95%), n, and `differs`: more than chance explains, all
    teams looked at.
    """


def side_by_side(
    by_team: Mapping[str, Tables], *, as_of: date, period: Period, landings: pd.DataFrame | None = None
) -> SideBySide:
    """Every team's bookings, goal, pipeline and end of `period`, and its win rate of the last 12 months. `landings`: what
    `landings_for_teams` says of the period.
    """
    rows = [_row(team_id, tables, as_of, period) for team_id, tables in by_team.items()]
    numbers = ["booked", "goal", "attainment", "open", "win_rate", "low", "high", "won"]
    board = pd.DataFrame(rows, columns=["team_id", "name", *numbers, "n"]).astype(dict.fromkeys(numbers, "float64"))
    won = board["won"].where(board["win_rate"].notna())
    differs = each_against_the_others(won, board["n"] - won) < LEVEL
    board = board.assign(differs=differs).drop(columns="won").merge(_ends(landings), on="team_id", how="left")
    board["short"] = (board["goal"] - board["likely"]).clip(lower=0).where(board["goal"] > 0)
    answer = SideBySide(as_of=as_of, period=period, table=board)
    return answer.saying(*_findings(answer))


def _ends(landings: pd.DataFrame | None) -> pd.DataFrame:
    names = {"middle": "likely", "low": "ends_low", "high": "ends_high"}
    known = pd.DataFrame(columns=["team_id", *names, "p_hit"]) if landings is None else landings
    numbers = dict.fromkeys([*names.values(), "p_hit"], "float64")
    return known.rename(columns=names)[["team_id", *numbers]].astype(numbers)


def _findings(found: SideBySide) -> list[Finding]:
    """Whose shortfall it is, where more than one team has a goal."""
    known = found.table.dropna(subset=["short"])
    total = float(known["short"].sum())
    if len(known) < LEAST_TEAMS or total <= SLIGHT * float(known["goal"].sum()):
        return []
    short = known[known["short"] > 0].sort_values(["short", "name"], ascending=[False, True])
    worst = short.iloc[0]
    values = {"team": worst["name"], "gap": float(worst["short"]), "total": total, "n": len(short), "of": len(known)}
    values |= {"likely": float(worst["likely"]), "goal": float(worst["goal"]), "share": float(worst["short"]) / total}
    evidence = Evidence(len(known), "teams", period=found.period.span)
    told = Finding("side_by_side.short", "act" if worst["p_hit"] < UNLIKELY else "watch", values, evidence, weight=total)
    return [told.of(("team", str(worst["team_id"])), "check")]


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
