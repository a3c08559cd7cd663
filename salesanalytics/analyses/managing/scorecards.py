"""Scorecards: how each seller does on each KPI beside peers, with chance taken out, and which differences are left.

In: `rep_measures`, of one team or of all. Out: one row per seller and KPI. Peers are the sellers of the same role in the same
team; where there are fewer than three, nobody is compared, as another role or team sells something else. A value is pulled
towards its peers' middle by how little of what is seen can be more than chance (`stats.shrink`): shares by a beta prior, the
others as normal values, sizes and rates on logarithms. How much sellers truly differ is estimated over all teams. Of all
sellers × KPIs looked at, those are called different that pass Benjamini and Hochberg's procedure (1995) at 5%; where
`0_company` handed the cards over, they were counted once, there. Who differs on what is for analysts; a leader is told whether
the team's sellers differ at all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from scipy import stats

from salesanalytics.analyses.managing.rep_measures import BETTER, LOGS, PARTS, SHARES, YEAR, rep_measures
from salesanalytics.base.calendar import Period, trailing_year
from salesanalytics.base.finding import Evidence, Finding, Unit
from salesanalytics.base.result import Result
from salesanalytics.base.types import Floats, Ints, Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.stats.shrink import Shrunk, shares, values
from salesanalytics.stats.suppression import FEW

LEVEL = 0.05
UNITS: Mapping[str, Unit] = {
    "win_rate": "share", "average_deal": "money", "cycle": "days", "opened": "number", "activities": "number",
    "attainment": "share", "slippage": "share", "forecast_bias": "share",
}  # fmt: skip
NUMBERS = ["raw", "value", "low", "high", "usual", "p", "alike", "spread", *PARTS]
SUMMARY = ["kpi", "sellers", "usual", "spread", "alike", "neutral", "differ", "out"]
CARDS = ["rep_id", "role", "kpi", "n", *NUMBERS, "differs", "looks"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Scorecards(Result):
    """`table`: one row per seller and KPI: rep_id, name, role, kpi, n, raw (as counted), value with low and high (95%, pulled
    towards the peers' middle, `usual`), p (like the peers), alike (p of "no seller of the team differs"), spread (between
    sellers beyond chance: a ratio for sizes, cycles and counts, else in the KPI's unit), q1 … q4 (the last four quarters, the
    oldest first, pulled likewise), differs, good (whether that is to the better; missing where the KPI has no better side),
    looks (tests counted). Shares are 0..1, money in the base currency, opened a month, activities a week.
    `sellers`: present sellers; `summary`: one row per KPI: kpi, sellers (compared), usual, spread, alike, neutral (it has no
    better side), differ (the team's sellers differ beyond chance), out (how many do; missing where that could tell who).
    """

    sellers: int
    summary: pd.DataFrame


def scorecards(tables: Tables, *, as_of: date, period: Period, company: pd.DataFrame | None = None) -> Scorecards:
    """The cards of the sellers who are in the team on `as_of`.

    `company`: the cards as `0_company` handed them over; without any the team's own differences are all there is.
    """
    tables = known_on(tables, as_of)
    cards = company if company is not None and len(company) else cards_of({"": tables}, as_of=as_of, period=period)
    names = tables["rep"].set_index("rep_id")["name"]
    table = cards[CARDS].assign(name=cards["rep_id"].map(names).fillna(cards["rep_id"]))
    better = table["kpi"].map(BETTER)
    above = table["value"] > table["usual"]
    known = better.ne("neither") & (table["value"] != table["usual"]) & table["value"].notna()
    table = table.assign(good=(above == better.eq("higher")).astype("boolean").where(known))
    table = table.sort_values(["name", "rep_id", "kpi"], ignore_index=True)
    answer = Scorecards(
        as_of=as_of,
        period=trailing_year(as_of),
        table=table,
        sellers=int(table["rep_id"].nunique()),
        summary=_summary(table),
    )
    return answer.saying(*_findings(answer))


def cards_of(
    by_team: Mapping[str, Tables], *, as_of: date, period: Period, together: Callable[[Sequence[int]], bool] = bool
) -> pd.DataFrame:
    """The cards of all teams at once: team_id and CARDS, one row per seller and KPI, every look counted.

    `together` says, from each team's rows behind a KPI, whether how much sellers differ may be estimated over all teams; where
    it may not, each team's own sellers have to say it.
    """
    parts = [rep_measures(tables, as_of=as_of, period=period).assign(team_id=team) for team, tables in by_team.items()]
    parts = [part for part in parts if (part["part"] == YEAR).any()]
    if not parts:
        return pd.DataFrame(columns=["team_id", *CARDS])
    rows = pd.concat(parts, ignore_index=True)
    year = rows[rows["part"] == YEAR]
    counts = {kpi: mine["team_id"].value_counts().to_list() for kpi, mine in year.groupby("kpi")}
    apart = rows["kpi"].map({kpi: not together(behind) for kpi, behind in counts.items()}).eq(True)
    rows = rows.assign(pool=rows["team_id"].where(apart, ""))
    year = rows[rows["part"] == YEAR]
    cards = pd.concat([_card(str(kpi), mine) for (kpi, _), mine in year.groupby(["kpi", "pool"])], ignore_index=True)
    cards = cards.merge(_quarters(rows[rows["part"] != YEAR]), how="left", on=["team_id", "rep_id", "kpi"])
    asked = cards["p"].notna()
    adjusted = stats.false_discovery_control(cards.loc[asked, "p"]) if asked.any() else np.zeros(0)
    differs = pd.Series(False, index=cards.index)
    differs[asked] = adjusted <= LEVEL
    cards = cards.assign(differs=differs, looks=int(asked.sum()))
    return cards.astype(dict.fromkeys(NUMBERS, "float64"))[["team_id", *CARDS]]


def _card(kpi: str, rows: pd.DataFrame) -> pd.DataFrame:
    found = _shrunk(kpi, rows)
    told = {name: _natural(kpi, getattr(found, name)) for name in ("value", "low", "high", "usual")}
    spread = float(np.expm1(found.spread)) if kpi in LOGS else found.spread
    return rows[["team_id", "rep_id", "role", "kpi", "n"]].assign(
        raw=_natural(kpi, rows["value"].to_numpy(dtype=np.float64)), **told, p=found.p, alike=found.alike, spread=spread
    )


def _quarters(rows: pd.DataFrame) -> pd.DataFrame:
    """The shrunken value of each quarter, one column each; a quarter whose peers are too few is missing."""
    parts = []
    for (kpi, _, _), mine in rows.groupby(["kpi", "pool", "part"]):
        found = _natural(str(kpi), _shrunk(str(kpi), mine, tested=False).value)
        parts.append(mine[["team_id", "rep_id", "kpi", "part"]].assign(value=found))
    if not parts:
        return pd.DataFrame(columns=["team_id", "rep_id", "kpi", *PARTS])
    wide = pd.concat(parts).set_index(["team_id", "rep_id", "kpi", "part"])["value"].unstack("part")
    return wide.reindex(columns=list(PARTS)).reset_index()


def _shrunk(kpi: str, rows: pd.DataFrame, *, tested: bool = True) -> Shrunk:
    group = _peers(rows)
    if kpi in SHARES:
        return shares(rows["yes"].to_numpy(dtype=np.float64), rows["n"].to_numpy(dtype=np.float64), group, tested=tested)
    return values(rows["value"].to_numpy(dtype=np.float64), rows["error"].to_numpy(dtype=np.float64), group)


def _peers(rows: pd.DataFrame) -> Ints:
    """Number of each row's group: its role in its team."""
    return np.asarray(pd.factorize(rows["team_id"] + "\n" + rows["role"].fillna(""))[0], dtype=np.int64)


def _natural(kpi: str, found: Floats) -> Floats:
    return np.asarray(np.exp(found)) if kpi in LOGS else found


def _summary(table: pd.DataFrame) -> pd.DataFrame:
    """Per KPI whether the team's sellers differ. How many do is told as none, or from five on: one or two of a small team
    could be found by the win rates and bookings that the leader sees with names.
    """
    rows = []
    for kpi, mine in table[table["p"].notna()].groupby("kpi", sort=True):
        out = int(mine["differs"].sum())
        adjusted = float(mine["alike"].min()) * table["kpi"].nunique()
        rows.append(
            {
                "kpi": kpi,
                "sellers": len(mine),
                "usual": float(np.average(mine["usual"], weights=mine["n"].astype("float64"))),
                "spread": float(mine["spread"].iloc[0]),
                "alike": float(mine["alike"].min()),
                "neutral": BETTER[str(kpi)] == "neither",
                "differ": adjusted < LEVEL or out > 0,
                "out": float(out) if out == 0 or out >= FEW else np.nan,
            }
        )
    return pd.DataFrame(rows, columns=SUMMARY)


def _findings(found: Scorecards) -> list[Finding]:
    span = found.period.span
    compared = int(found.summary["sellers"].max()) if len(found.summary) else 0
    evidence = Evidence(compared or found.sellers, "sellers", period=span)
    if compared < FEW:
        return [
            Finding(
                "scorecards.too_few", "watch", {"n": found.sellers, "least": FEW}, evidence, about=("people", ""), says="keep"
            ),
            *_single(found),
        ]
    apart = found.summary[found.summary["differ"]]
    values = {"n": compared, "measures": len(found.summary), "differ": len(apart)}
    if apart.empty:
        told = Finding("scorecards.alike", "good", values, evidence, about=("people", ""), says="keep")
    else:
        values |= {"kpi": apart.sort_values(["neutral", "alike", "kpi"])["kpi"].iloc[0]}
        told = Finding("scorecards.differ", "watch", values, evidence, about=("people", ""), says="talk")
    return [told, *_single(found)]


def _single(found: Scorecards) -> list[Finding]:
    """Who differs on what, for analysts."""
    told = []
    for row in found.table[found.table["differs"]].to_dict("records"):
        good = row["good"] if row["good"] is not pd.NA and BETTER[row["kpi"]] != "neither" else None
        key = "unlike" if good is None else "strength" if good else "gap"
        unit = UNITS[row["kpi"]]
        apart = row["value"] / row["usual"] - 1 if row["kpi"] in LOGS else row["value"] - row["usual"]
        values = {"name": row["name"], "kpi": row["kpi"], "apart": apart, "n": row["n"], "looks": row["looks"]}
        evidence = Evidence(int(row["n"]), COUNTED[row["kpi"]], row["low"], row["high"], unit, period=found.period.span)
        kind = f"scorecards.{key}{'_ratio' if row['kpi'] in LOGS else ''}"
        told.append(
            Finding(
                kind,
                "good" if good else "watch",
                values,
                evidence,
                audience="analyst",
                about=("rep", row["rep_id"]),
                says="talk",
            )
        )
    return told


COUNTED = {
    "win_rate": "closed_deals", "average_deal": "won_deals", "cycle": "won_deals", "opened": "months", "activities": "months",
    "attainment": "past_periods", "slippage": "deals", "forecast_bias": "forecasts",
}  # fmt: skip
