"""Who has left and when, put into `rep` from what else says it: stays (`employment`), or a flag that somebody is not active.

In: the tables that passed their rules. Out: `rep` with the dates of each rep's last stay, the stays of those who are not
active ended as `rep` says, and a note for whatever was changed or contradicts itself. A CRM often knows only that a user is
switched off; the day is then the last one of which anything of theirs is recorded.
"""

from datetime import date
from typing import Any

import pandas as pd

from salesanalytics.data.intake.quality import Problem, Quality, sample
from salesanalytics.data.tables.last_stay import DAYS, with_last_stay
from salesanalytics.data.tables.teams import calendar_day


def with_stays(tables: dict[str, pd.DataFrame], quality: Quality, today: date, timezone: str) -> None:
    """Puts the last stay of each rep, and the last trace of those who are no longer active, into `rep`."""
    if "rep" not in tables or quality.fatal:
        return
    rep = tables["rep"]
    if len(tables.get("employment", ())):
        rep = _of_last_stay(rep, tables["employment"], quality)
    told = _of_last_trace(rep, tables, quality, timezone)
    if len(tables.get("employment", ())):
        tables["employment"] = _ended(tables["employment"], told[rep["leave_date"].isna() & told["leave_date"].notna()])
    _contradicting(told, quality, today)
    tables["rep"] = told


def _ended(employment: pd.DataFrame, gone: pd.DataFrame) -> pd.DataFrame:
    """The stays, those that last of people who are `gone` ended on that day: else some questions would still count them."""
    day = employment["rep_id"].map(gone.set_index("rep_id")["leave_date"]).astype(employment["left_on"].dtype)
    return employment.assign(left_on=employment["left_on"].where(employment["left_on"].notna() | day.isna(), day))


def _of_last_stay(rep: pd.DataFrame, employment: pd.DataFrame, quality: Quality) -> pd.DataFrame:
    told = with_last_stay(rep, employment)
    differs = pd.concat([rep[day].notna() & rep[day].ne(told[day]) for day in DAYS], axis=1).any(axis=1)
    if differs.any():
        rule = "hire_date or leave_date is not that of the rep's last stay in employment: the stay counts"
        quality.add(Problem("rep", rule, int(differs.sum()), "note", sample(rep.loc[differs, "rep_id"].head(50))))
    return told


def _of_last_trace(rep: pd.DataFrame, tables: dict[str, pd.DataFrame], quality: Quality, timezone: str) -> pd.DataFrame:
    gone = rep["is_active"].eq(False).fillna(False).astype(bool) & rep["leave_date"].isna()
    if not gone.any():
        return rep
    trace = rep["rep_id"].map(_last_trace(tables, timezone)).astype(rep["leave_date"].dtype)
    day = trace.fillna(rep["hire_date"]).fillna(pd.Timestamp(rep["hire_date"].min()))
    day = day.where(~(day < rep["hire_date"]), rep["hire_date"])
    placed = gone & day.notna()
    rule = "is not active and has no leave_date: taken to have left on the last day of which anything of theirs is recorded"
    few = sample(rep.loc[gone, "rep_id"].head(50))
    quality.add(Problem("rep", rule, int(gone.sum()), "note", few, "Join the day from HR as leave_date, or give employment"))
    return rep.assign(leave_date=rep["leave_date"].mask(placed, day))


def _last_trace(tables: dict[str, pd.DataFrame], timezone: str) -> "pd.Series[Any]":
    """The last day by rep of which an activity is recorded; of those without any, the last on which a deal opened or closed."""
    deals = tables.get("opportunity", pd.DataFrame(columns=["owner_rep_id", "created_at", "closed_at"]))
    both = [deals[["owner_rep_id", moment]].set_axis(["rep_id", "at"], axis=1) for moment in ("created_at", "closed_at")]
    of_deals = _last_day(pd.concat(both), timezone)
    if not len(tables.get("activity", ())):
        return of_deals
    done = tables["activity"][["rep_id", "occurred_at"]].set_axis(["rep_id", "at"], axis=1)
    return _last_day(done, timezone).combine_first(of_deals)


def _last_day(rows: pd.DataFrame, timezone: str) -> "pd.Series[Any]":
    known = rows.dropna()
    if known.empty:
        return pd.Series(dtype="datetime64[us]")
    return calendar_day(known["at"], timezone).groupby(known["rep_id"]).max()


def _contradicting(rep: pd.DataFrame, quality: Quality, today: date) -> None:
    both = rep["is_active"].eq(True).fillna(False).astype(bool) & (rep["leave_date"] < pd.Timestamp(today))
    if both.any():
        rule = "is active and has a leave_date in the past: the date counts"
        remedy = "Empty leave_date of who came back, and give their earlier stay in employment"
        quality.add(Problem("rep", rule, int(both.sum()), "note", sample(rep.loc[both, "rep_id"].head(50)), remedy))
