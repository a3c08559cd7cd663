"""What goes with leaving: association, not cause, worked out once for all teams.

In: the company's tables. Out: one row per driver, with the ratio of the odds of leaving within a month at equal tenure; for the
company also managers beside all others. A team is told the drivers and no manager. "Nothing stands out" is an answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from salesanalytics.analyses.company.pooling import may_be_told
from salesanalytics.base.calendar import trailing_year
from salesanalytics.base.finding import Evidence, Finding, Subject
from salesanalytics.base.result import Result
from salesanalytics.base.types import Tables
from salesanalytics.facts.leaving import staff
from salesanalytics.models.turnover.drivers import COLUMNS, LEAST_LEAVERS, LEVEL, MANAGERS, drivers

TOLD = [*COLUMNS, "c"]
SIGN = ("leaving_drivers.rests_on.association",)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LeavingDrivers(Result):
    """`table`: one row per driver (see `models.turnover.drivers.COLUMNS`). `managers`: see there, empty on a team's page.

    `leavers`, `people`, `months` (person-months) it rests on; `c`: how often held-out leavers got the higher chance (.5: as a
    coin). `trained` and `naive_trained`: the ratio of the trained, and the same with later trainings counted from the first
    day, which is wrong and told only to show by how much. `left_out`: drivers there are too few leavers for.
    """

    managers: pd.DataFrame
    leavers: int
    people: int
    c: float | None
    months: int = 0
    trained: float | None = None
    naive_trained: float | None = None
    left_out: tuple[str, ...] = ()

    @classmethod
    def told(cls, handed: pd.DataFrame | None, as_of: date) -> "LeavingDrivers":
        """What a team is told: the table `turnover_drivers` of the handover."""
        rows = pd.DataFrame(columns=TOLD) if handed is None else handed
        first = rows.iloc[0] if len(rows) else None
        found = cls(
            as_of=as_of,
            period=trailing_year(as_of),
            table=rows[COLUMNS].reset_index(drop=True),
            managers=pd.DataFrame(columns=MANAGERS),
            leavers=0 if first is None else int(first["leavers"]),
            people=0 if first is None else int(first["people"]),
            c=None if first is None or pd.isna(first["c"]) else float(first["c"]),
        )
        return found.saying(*_findings(found)) if len(rows) else found


def leaving_drivers(tables: Tables, *, as_of: date) -> LeavingDrivers:
    """Of everybody in these tables but managers."""
    fit = drivers(tables, as_of=as_of)
    found = LeavingDrivers(
        as_of=as_of,
        period=trailing_year(as_of),
        table=fit.table,
        managers=fit.managers,
        leavers=fit.leavers,
        people=fit.people,
        months=fit.months,
        c=fit.c,
        trained=fit.trained,
        naive_trained=fit.naive_trained,
        left_out=fit.left_out,
    )
    return found.saying(*_findings(found))


def drivers_for_teams(found: LeavingDrivers, by_team: Mapping[str, Tables], as_of: date) -> pd.DataFrame:
    """The drivers for the handover; none where fewer than five teams stand behind them."""
    leavers = [int(staff(one, as_of=as_of).table["left"].sum()) for one in by_team.values()]
    table = found.table.assign(c=found.c)[TOLD]
    return table if may_be_told(leavers) else table.iloc[:0]


def _findings(found: LeavingDrivers) -> list[Finding]:
    if found.leavers < LEAST_LEAVERS:
        values = {"n": found.leavers, "least": LEAST_LEAVERS}
        evidence = Evidence(found.leavers, "leavers")
        return [Finding("leaving_drivers.too_few", "watch", values, evidence, about=("people", ""), says="record")]
    told = [_manager(row) for row in found.managers[found.managers["p"] <= LEVEL].to_dict("records")]
    told += [_driver(row, found.leavers) for row in found.table[found.table["p"] <= LEVEL].to_dict("records")]
    if found.table["p"].le(LEVEL).any() or not len(found.table):
        return told
    values = {"n": len(found.table), "leavers": found.leavers, "people": found.people}
    nothing = Finding(
        "leaving_drivers.nothing", "watch", values, Evidence(found.leavers, "leavers"), about=("people", ""), says="keep"
    )
    return [*told, nothing]


def _manager(row: Mapping[Any, Any]) -> Finding:
    evidence = Evidence(int(row["people"]), "people", row["low"], row["high"], "number")
    values = {"group": row["group"], "ratio": row["ratio"], "leavers": int(row["leavers"])}
    about: tuple[Subject, str] = ("team", str(row["group"]))
    if row["ratio"] > 1:
        return Finding("leaving_drivers.manager_more", "act", values, evidence, about=about, says="talk", rests_on=SIGN)
    return Finding("leaving_drivers.manager_less", "good", values, evidence, about=about, says="keep", rests_on=SIGN)


def _driver(row: Mapping[Any, Any], leavers: int) -> Finding:
    key = "more" if row["ratio"] > 1 else "less"
    evidence = Evidence(leavers, "leavers", row["low"], row["high"], "number")
    values = {"driver": row["driver"], "ratio": row["ratio"]}
    return Finding(f"leaving_drivers.{key}", "watch", values, evidence, about=("people", ""), says="check", rests_on=SIGN)
