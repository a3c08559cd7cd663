"""The team at a glance: one row per rep, and a total that is exactly their sum.

In: `rep`, `opportunity`, and `quota` where it is kept. Out: one row per rep who is in the team or has deals in the period;
those who left are marked. It shows what was sold, never what somebody is expected to do: no risk score, no ranking by chance.
`differs` is True only where a rep's win rate cannot be explained by chance (Fisher against the others, Holm-adjusted over all
reps).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from salesanalytics.base.calendar import Period, trailing_year
from salesanalytics.base.finding import Evidence, Finding
from salesanalytics.base.result import Result
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.data.tables.teams import spans
from salesanalytics.facts.goal import team_quota
from salesanalytics.facts.quotas import rep_quotas
from salesanalytics.kpi.measure import keeps_losses
from salesanalytics.stats.compare import each_against_the_others
from salesanalytics.stats.intervals import share_interval

LEVEL = 0.05
COLUMNS = [
    "rep_id",
    "name",
    "left",
    "booked",
    "won",
    "quota",
    "attainment",
    "closed",
    "win_rate",
    "win_low",
    "win_high",
    "differs",
    "open_deals",
    "open_amount",
]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Scoreboard(Result):
    """`table`: one row per rep, most booked first, with bookings and quota of the period and the win rate of 12 months.

    `total`: the sums over its rows, by column; `goal`: the team's own quota of the period, None where there is none.
    """

    total: Mapping[str, float]
    goal: float | None


def scoreboard(tables: Tables, *, as_of: date, period: Period) -> Scoreboard:
    """Who booked what in `period`, up to `as_of`."""
    tables = known_on(tables, as_of)
    deals = tables["opportunity"]
    owner = deals["owner_rep_id"]
    booked = deals["amount"].where(deals["is_won"] & period.holds(deals["closed_on"]))
    year = deals["is_closed"] & trailing_year(as_of).holds(deals["closed_on"])
    rows = pd.DataFrame(
        {
            "booked": booked.groupby(owner).sum(),
            "won": booked.notna().groupby(owner).sum(),
            "closed": year.groupby(owner).sum(),
            "wins": (year & deals["is_won"]).groupby(owner).sum(),
            "open_deals": (~deals["is_closed"]).groupby(owner).sum(),
            "open_amount": deals["amount"].where(~deals["is_closed"]).groupby(owner).sum(),
        }
    ).rename_axis("rep_id")
    table = _members(tables, as_of).join(rows, how="outer").fillna(dict.fromkeys(rows, 0)).reset_index()
    table = table.merge(rep_quotas(tables, period, as_of)[["rep_id", "quota"]], how="left", on="rep_id")
    table["name"] = table["name"].fillna(table["rep_id"])
    table["left"] = table["left"].fillna(True).astype(bool)
    shown = ~table["left"] | (table[["booked", "won", "open_deals"]] != 0).any(axis=1) | (table["quota"].fillna(0) > 0)
    table = _with_win_rate(table[shown], losses=keeps_losses(deals))
    table["attainment"] = (table["booked"] / table["quota"]).where(table["quota"] > 0)
    table = table.sort_values(["booked", "name"], ascending=[False, True], ignore_index=True)[COLUMNS]
    sums = {name: float(table[name].sum()) for name in ("booked", "won", "open_deals", "open_amount", "closed", "quota")}
    answer = Scoreboard(as_of=as_of, period=period, table=table, total=sums, goal=team_quota(tables, period, as_of))
    return answer.saying(*_praise(answer))


def _praise(found: Scoreboard) -> list[Finding]:
    """Whom to praise: who wins more often than the others beyond chance, else who has reached the quota; nobody is blamed."""
    rows, here = found.table, ~found.table["left"]
    wins = float((rows["win_rate"] * rows["closed"]).sum())
    rest = rows["closed"].sum() - rows["closed"]
    others = (wins - rows["win_rate"] * rows["closed"]) / rest.where(rest > 0)
    ahead = rows.assign(others=others)[here & rows["differs"] & (rows["win_rate"] > others)]
    if len(ahead):
        best = ahead.iloc[0]
        values = {"rep": best["name"], "rate": best["win_rate"], "usual": best["others"]}
        evidence = Evidence(int(best["closed"]), "closed_deals", best["win_low"], best["win_high"])
        return [Finding("scoreboard.stands_out", "good", values, evidence).of(("rep", str(best["rep_id"])), "keep")]
    there = rows[here & (rows["attainment"] >= 1)].sort_values(["attainment", "name"], ascending=[False, True])
    if there.empty:
        return []
    values = {"n": len(there), "rep": there["name"].iloc[0], "share": float(there["attainment"].iloc[0])}
    evidence = Evidence(int((here & rows["quota"].gt(0)).sum()), "sellers", period=found.period.until(found.as_of).span)
    return [Finding("scoreboard.reached", "good", values, evidence).of(("rep", str(there["rep_id"].iloc[0])), "keep")]


def _members(tables: Tables, as_of: date) -> pd.DataFrame:
    """Sellers of the team by id, with name and whether they have left it; a manager without deals is no row."""
    rep = tables["rep"].set_index("rep_id")
    gone = rep["leave_date"].notna() & (rep["leave_date"] < pd.Timestamp(as_of))
    stays = spans(tables)
    lasting = stays.loc[~(stays["valid_to"] < pd.Timestamp(as_of)), "rep_id"]
    gone |= rep.index.isin(stays["rep_id"]) & ~rep.index.isin(lasting)
    members = pd.DataFrame({"name": rep["name"], "left": gone})
    selling = ~rep["role"].isin(["manager", "sdr"]) | rep.index.isin(tables["opportunity"]["owner_rep_id"])
    return members[selling]


def _with_win_rate(table: pd.DataFrame, *, losses: bool) -> pd.DataFrame:
    bounds = [
        share_interval(int(wins), int(n)) or (np.nan, np.nan) for wins, n in zip(table["wins"], table["closed"], strict=True)
    ]
    low, high = zip(*bounds, strict=True) if bounds else ((), ())
    rate = (table["wins"] / table["closed"]).where((table["closed"] > 0) & losses)
    differs = each_against_the_others(table["wins"], table["closed"] - table["wins"]) < LEVEL
    return table.assign(win_rate=rate, win_low=low, win_high=high, differs=differs)
