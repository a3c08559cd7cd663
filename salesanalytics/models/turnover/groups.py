"""Where leavers come from: by year of hire, source of hire, manager. Groups of at least five people, and a test that is honest.

In: `Staff` and a group per row. Out: per group the rate with its exact interval, and whether groups differ (log-rank on the
clock of tenure with late entry, so that a group of newcomers is not called bad for being new). Small groups are put together;
where what is left over is under five, the smallest group joins it, or a reader could work it out.
"""

from dataclasses import dataclass

import pandas as pd

from salesanalytics.base.types import Tables
from salesanalytics.facts.leaving import Staff
from salesanalytics.facts.people import YEAR_DAYS
from salesanalytics.models.survival.logrank import log_rank
from salesanalytics.models.survival.spells import spells
from salesanalytics.stats.intervals import rate_interval
from salesanalytics.stats.suppression import FEW

TOGETHER = ""  # the name of small groups put together
COLUMNS = ["group", "people", "leavers", "years", "rate", "low", "high"]
SOURCES = ("hire source", "source of hire", "hiring source", "recruiting source", "source")


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """`table`: one row per group (see COLUMNS); `p`: of "all groups leave alike" at equal tenure.

    `n`: people whose group is known, of `people`. `p` is missing where fewer than two groups have enough people.
    """

    table: pd.DataFrame
    p: float | None
    n: int
    people: int


def by_group(staff: Staff, group: "pd.Series[str]", few: int = FEW) -> Groups:
    """`group`: of each row of the staff's table; missing where unknown."""
    rows = staff.table.assign(group=group.to_numpy())
    known = rows[rows["group"].notna()]
    people = int(rows["rep_id"].nunique())
    if known["rep_id"].nunique() < few:
        return Groups(pd.DataFrame(columns=COLUMNS), None, 0, people)
    known = known.assign(group=_gathered(known, few))
    table = pd.DataFrame([_row(str(name), part) for name, part in known.groupby("group")], columns=COLUMNS)
    table = table.sort_values("group", key=lambda names: names.replace(TOGETHER, "\U0010ffff"), ignore_index=True)
    return Groups(table, _alike(known), int(known["rep_id"].nunique()), people)


def _gathered(rows: pd.DataFrame, few: int) -> list[str]:
    """Groups as told: small ones together under one name, with the next smallest as long as they are under five."""
    sizes = rows.groupby("group")["rep_id"].nunique().sort_values(kind="stable")
    small = list(sizes.index[sizes < few])
    rest = [name for name in sizes.index if name not in small]
    while small and rest and rows.loc[rows["group"].isin(small), "rep_id"].nunique() < few:
        small.append(rest.pop(0))
    return [TOGETHER if name in small else str(name) for name in rows["group"]]


def _row(name: str, rows: pd.DataFrame) -> dict[str, object]:
    years = float(((rows["until"] - rows["since"]).dt.days + 1).sum() / YEAR_DAYS)
    left = int(rows["left"].sum())
    low, high = rate_interval(left, years)
    people = int(rows["rep_id"].nunique())
    return {"group": name, "people": people, "leavers": left, "years": years, "rate": left / years, "low": low, "high": high}


def _alike(rows: pd.DataFrame) -> float | None:
    """p-value of "all groups leave alike", at equal tenure."""
    dated = rows[rows["hired"].notna()].reset_index(drop=True)
    told = spells(dated["exit"], dated["cause"].to_numpy(), dated["entry"], dated["rep_id"])
    together = log_rank(told, dated["group"])
    return None if together is None else together.p


def hire_cohort(staff: Staff) -> "pd.Series[str]":
    """The year each row's stay began; missing where it is unknown."""
    year: pd.Series[str] = staff.table["hired"].dt.strftime("%Y")
    return year


def manager(staff: Staff, tables: Tables) -> "pd.Series[str]":
    """Who leads the team of each row, told by the names of all teams they lead: a manager of two teams is one group."""
    team = tables["team"]
    leader = team["manager_rep_id"].fillna(team["team_id"])
    names = team["name"].groupby(leader).agg(lambda one: ", ".join(sorted(one)))
    by_team = pd.Series(leader.map(names).to_numpy(), index=team["team_id"].to_numpy())
    return staff.table["team_id"].map(by_team)


def hire_source(staff: Staff, tables: Tables) -> "pd.Series[str]":
    """Where each person was found, as `rep_trait` tells; missing where it does not."""
    if "rep_trait" not in tables:
        return pd.Series(None, index=staff.table.index, dtype=object)
    traits = tables["rep_trait"]
    told = traits[traits["name"].str.lower().isin(SOURCES) & traits["value"].notna()].sort_values("observed_on", kind="stable")
    return staff.table["rep_id"].map(told.drop_duplicates("rep_id", keep="last").set_index("rep_id")["value"])
