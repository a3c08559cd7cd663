"""Who left, who stays, and why: what every question about turnover rests on.

In: `rep`, `employment`, `rep_assignment`, `opportunity`. Out: `Staff`, one row per person, stay and team. Managers are not in
it; contractors and temporary people are counted apart. Who came back is a new stay. People hired before the records begin
count from then on, because those who left earlier are not in them (left truncation). Never anything about one person's chance
to leave.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.data.tables.once import once
from salesanalytics.facts.employment import in_teams, stays
from salesanalytics.facts.people import YEAR_DAYS, records_begin

VOLUNTARY, REGRETTED, OTHER, UNKNOWN = "voluntary", "regretted", "other", "unknown"
CAUSES = (REGRETTED, VOLUNTARY, OTHER, UNKNOWN)
EMPLOYEE = "employee"
FAR = pd.Timestamp(2200, 1, 1)
COLUMNS = ["rep_id", "team_id", "role", "hired", "since", "until", "left", "cause", "exit_reason", "entry", "exit"]


@dataclass(frozen=True, slots=True, eq=False)
class Staff:
    """`table`: one row per employee, stay and span in a team (see COLUMNS): since and until are days; `cause` is why it ended:
    regretted (of their own accord, and the company would have kept them), voluntary (of their own accord, all others), other
    (dismissed, transferred), unknown; "" while it lasts. `entry` and `exit` are years of tenure, missing where the first day is
    unknown. Left on the day they came counts as half a day.

    `begin`: the day the records begin. `contractors`: contractors and temporary people left out. `contradicting`: stays that
    end before they begin, left out. `without_first_day`: people whose first day with the company is unknown; they count from
    their first recorded deal on, and are in no number about tenure. `untraced`: those of them without any deal, left out.
    """

    table: pd.DataFrame
    begin: pd.Timestamp
    contractors: int
    contradicting: int
    without_first_day: int
    untraced: int

    @property
    def people(self) -> int:
        """How many different people."""
        return int(self.table["rep_id"].nunique())

    def there(self, as_of: date) -> pd.DataFrame:
        """One row per person who is in a team at the end of `as_of`."""
        last = self.table[(self.table["until"] >= pd.Timestamp(as_of)) & ~self.table["left"]]
        return last.drop_duplicates("rep_id", keep="last")


@once
def staff(tables: Tables, *, as_of: date) -> Staff:
    """Everybody but managers who was in one of these tables' teams since the records begin, as known on `as_of`."""
    tables = known_on(tables, as_of)
    begin, today = records_begin(tables, as_of), pd.Timestamp(as_of)
    employed = stays(tables)
    employed = employed[employed["role"] != "manager"]
    hired_out = employed["contract"].fillna(EMPLOYEE) != EMPLOYEE
    wrong = employed["left"] < employed["hired"]
    used = employed[~hired_out & ~wrong].rename(columns={"left": "gone"}).assign(left=lambda rows: rows["gone"])
    rows = in_teams(tables, used, begin, today)
    dayless = rows["hired"].isna()
    traced = rows["rep_id"].map(_first_traces(tables))
    rows["since"] = rows["since"].where(~dayless | (rows["since"] > traced), traced.fillna(FAR))
    seen = rows["since"] <= rows["until"]
    untraced = int(rows.loc[dayless & ~seen, "rep_id"].nunique())
    rows = rows[seen]
    tenure = [_years(rows[day] - rows["hired"]) for day in ("since", "until")]
    rows = rows.assign(cause=_cause(rows), entry=tenure[0], exit=np.maximum(tenure[1], tenure[0] + 0.5 / YEAR_DAYS))
    rows = rows.sort_values(["rep_id", "since"], kind="stable", ignore_index=True)
    inside = rows["rep_id"].nunique()
    return Staff(
        rows[COLUMNS],
        begin,
        contractors=int(employed.loc[hired_out, "rep_id"].nunique()),
        contradicting=int((wrong & ~hired_out).sum()),
        without_first_day=int(rows.loc[rows["hired"].isna(), "rep_id"].nunique()) if inside else 0,
        untraced=untraced,
    )


def _first_traces(tables: Tables) -> "pd.Series[pd.Timestamp]":
    """The first day by rep on which a deal of theirs was opened or closed."""
    deals = tables["opportunity"]
    first = deals[["created_on", "closed_on"]].min(axis=1)
    return first.groupby(deals["owner_rep_id"]).min()


def _years(span: "pd.Series[pd.Timedelta]") -> "pd.Series[float]":
    return (span.dt.days / YEAR_DAYS).clip(lower=0)


def _cause(rows: pd.DataFrame) -> "pd.Series[str]":
    kind, own = rows["leave_type"], rows["leave_type"] == VOLUNTARY
    kept = own & rows["regretted"].eq(True).fillna(False).astype(bool)
    named = kind.notna() & (kind != UNKNOWN)
    told = np.select([~rows["left"], kept, own, named], ["", REGRETTED, VOLUNTARY, OTHER], UNKNOWN)
    return pd.Series(told, index=rows.index)
