"""Who stays and who comes up to speed, by what was known when they came: source of hire, kind of work, the first ratings.

In: the company's tables. Out: one row per group with two numbers, each leaning on 1 as far as groups of people differ by
chance: how often its people leave beside what is usual at their tenure, and how many deals its newcomers open beside what is
usual in their months. Association, not cause: who hires by referral may hire others as well. Ratings count from the day they
were given (who left before had none), and only those of the first months. Traits of character are never looked at.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from salesanalytics.base.types import Flags, Floats, Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.leaving import Staff, staff
from salesanalytics.facts.people import TENURED, YEAR_DAYS, rep_months
from salesanalytics.models.turnover.bands import bands, usual_leavers
from salesanalytics.models.turnover.groups import hire_source
from salesanalytics.stats.compare import holm
from salesanalytics.stats.suppression import FEW

RATED_WITHIN = 150  # days: later ratings see how somebody came on, not whom one hired
PRIOR_LEAVERS = 4.0  # what is usual weighs at least as much as so many leavers
PRIOR_NEWCOMERS = 3.0  # and as so many newcomers' openings
REDRAWS = 999
STAY = ["people", "leavers", "usual_leavers", "leaves", "leaves_low", "leaves_high"]
RAMP = ["newcomers", "opened", "usual_opened", "opens", "opens_low", "opens_high"]
COLUMNS = ["by", "group", *STAY, "leaves_p", *RAMP, "opens_p"]


@dataclass(frozen=True, slots=True, eq=False)
class Newcomers:
    """`table`: one row per group of at least five people (see COLUMNS): `leaves` and `opens` are multiples of what is usual,
    with 95% intervals; p-values of "as all others", Holm over all rows. `people` looked at, `newcomers` of them in the first
    year.
    """

    table: pd.DataFrame
    people: int
    newcomers: int


def newcomers(tables: Tables, *, as_of: date, seed: int = 0) -> Newcomers:
    """Of all employees whose first day is known, by source of hire, kind of work, and the first ratings."""
    tables = known_on(tables, as_of)
    people = staff(tables, as_of=as_of)
    told = bands(people)
    rows = people.table[people.table["hired"].notna()].reset_index(drop=True)
    by_rep = _opened(tables, as_of)
    found = [
        row
        for by, (group, since) in _groupings(people, tables).items()
        for row in _groups(by, rows, group, since, told, by_rep, np.random.default_rng(seed))
    ]
    table = pd.DataFrame(found, columns=COLUMNS)
    tested = ["leaves_p", "opens_p"]
    p = table[tested].to_numpy(dtype=np.float64)
    known = np.isfinite(p)
    p[known] = holm(p[known])
    table[tested] = p
    return Newcomers(table, int(rows["rep_id"].nunique()), len(by_rep))


def _groupings(people: Staff, tables: Tables) -> dict[str, "tuple[pd.Series[str], pd.Series[float]]"]:
    """By name: the group of each dated row of the staff, and the years of tenure from which it was known."""
    table = people.table
    dated = table["hired"].notna()
    never = pd.Series(0.0, index=table.index)
    rep = tables["rep"].set_index("rep_id")
    found = {
        "source": (hire_source(people, tables), never),
        "work_mode": (table["rep_id"].map(rep["work_mode"]), never),
        "first_rating": _first_rating(table, tables),
    }
    return {
        by: (group[dated].reset_index(drop=True), since[dated].reset_index(drop=True)) for by, (group, since) in found.items()
    }


def _first_rating(table: pd.DataFrame, tables: Tables) -> "tuple[pd.Series[str], pd.Series[float]]":
    """Whether somebody's first ratings of skills lie in the upper half of all first ratings, and since when that was known."""
    none = pd.Series(None, index=table.index, dtype=object), pd.Series(0.0, index=table.index)
    if "rep_trait" not in tables:
        return none
    rated = tables["rep_trait"]
    rated = rated[(rated["kind"] == "skill") & rated["score"].notna()][["rep_id", "score", "observed_on"]]
    each = table.reset_index(names="row")[["row", "rep_id", "hired"]].merge(rated, on="rep_id")
    days = (each["observed_on"] - each["hired"]).dt.days
    each = each.assign(years=days / YEAR_DAYS)[(days >= 0) & (days <= RATED_WITHIN)]
    if each.empty:
        return none
    mean = each.groupby("row").agg(score=("score", "mean"), years=("years", "max"))
    half = pd.Series(np.where(mean["score"] > mean["score"].median(), "upper", "lower"), index=mean.index, dtype=object)
    return half.reindex(table.index), mean["years"].reindex(table.index).fillna(0.0)


def _opened(tables: Tables, as_of: date) -> pd.DataFrame:
    """One row per seller seen in the first year of tenure: opened (deals), usual (what all newcomers opened in such months)."""
    months = rep_months(tables, as_of)
    young = months[months["tenure"] < TENURED] if len(months) else months
    if young.empty:
        return pd.DataFrame({"opened": [], "usual": []}, dtype="float64")
    at = young["tenure"].astype("int64")
    pace = young.groupby(at)["opened"].sum() / young.groupby(at)["part"].sum().clip(lower=1e-9)
    each = young.assign(usual=young["part"] * at.map(pace))
    return each.groupby("rep_id")[["opened", "usual"]].sum().astype("float64")


def _groups(
    by: str,
    rows: pd.DataFrame,
    group: "pd.Series[str]",
    since: "pd.Series[float]",
    told: pd.DataFrame,
    opened: pd.DataFrame,
    draw: np.random.Generator,
) -> list[dict[str, Any]]:
    sizes = rows["rep_id"].groupby(group).nunique()
    names = list(sizes.index[sizes >= FEW])
    if len(names) < 2:
        return []
    known = group.isin(names) & (rows["exit"] > since)
    rows, group = rows[known].assign(entry=np.maximum(rows["entry"], since)[known]), group[known]
    usual = usual_leavers(rows, told)
    usual = usual * rows["left"].sum() / max(float(usual.sum()), 1e-9)  # of those whose group is known
    of_rep = group.groupby(rows["rep_id"]).last().reindex(opened.index)
    return [
        {
            "by": by,
            "group": name,
            **_leaves(rows[group == name], usual[(group == name).to_numpy()], float(rows["left"].sum())),
            **_opens(opened, (of_rep == name).to_numpy(), of_rep.notna().to_numpy(), draw),
        }
        for name in names
    ]


def _leaves(rows: pd.DataFrame, usual: Floats, every: float) -> dict[str, Any]:
    """Leavers beside what is usual at their tenure: gamma–Poisson around 1; p: exact, given the leavers of all groups."""
    left, expected = int(rows["left"].sum()), float(usual.sum())
    shape, weight = left + PRIOR_LEAVERS, expected + PRIOR_LEAVERS
    low, high = (float(stats.gamma.ppf(tail, shape)) / weight for tail in (0.025, 0.975))
    p = float(stats.binomtest(left, int(every), min(expected / every, 1.0)).pvalue) if every >= 1 else np.nan
    told = (int(rows["rep_id"].nunique()), left, expected, shape / weight, low, high)
    return dict(zip(STAY, told, strict=True)) | {"leaves_p": p}


def _opens(opened: pd.DataFrame, mine: Flags, known: Flags, draw: np.random.Generator) -> dict[str, Any]:
    """Deals opened in the first year beside the usual; people scatter around their group; p: of who is in it, drawn anew."""
    n = int(mine.sum())
    nothing: dict[str, Any] = dict(zip(RAMP, (n, np.nan, np.nan, np.nan, np.nan, np.nan), strict=True)) | {"opens_p": np.nan}
    mine, rows = mine[known], opened[known]
    if n < FEW or (~mine).sum() < FEW or rows["usual"].sum() <= 0:
        return nothing
    made, usual = rows["opened"].to_numpy(), rows["usual"].to_numpy()
    ratio = made.sum() / usual.sum()
    each = usual.sum() / len(usual)
    wide = max(float(((made - ratio * usual) ** 2).sum() / (ratio * usual).sum()), 1.0)  # variance beside Poisson's
    shape = (made[mine].sum() + PRIOR_NEWCOMERS * each * ratio) / wide
    weight = (usual[mine].sum() * ratio + PRIOR_NEWCOMERS * each * ratio) / wide
    low, high = (float(stats.gamma.ppf(tail, shape)) / weight for tail in (0.025, 0.975))
    told = (n, float(made[mine].sum()), float(usual[mine].sum() * ratio), float(shape / weight), float(low), float(high))
    return dict(zip(RAMP, told, strict=True)) | {"opens_p": _redrawn(made, usual, mine, draw)}


def _redrawn(made: Floats, usual: Floats, mine: Flags, draw: np.random.Generator) -> float:
    """How often a group of as many, drawn by lot, lies as far from the others as this one."""

    def apart(chosen: Flags) -> Floats:
        inside, outside = (part @ made / np.maximum(part @ usual, 1e-9) for part in (chosen, ~chosen))
        return np.asarray(np.abs(np.log(np.maximum(inside, 1e-9)) - np.log(np.maximum(outside, 1e-9))))

    lots = np.zeros((REDRAWS, len(made)), dtype=np.bool_)
    np.put_along_axis(lots, np.argsort(draw.random(lots.shape), axis=1)[:, : int(mine.sum())], values=True, axis=1)
    return float((1 + (apart(lots) >= apart(mine[None])[0] - 1e-12).sum()) / (REDRAWS + 1))
