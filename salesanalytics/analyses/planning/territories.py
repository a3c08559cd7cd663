"""Who in the team carries how much, and what a fair split would take.

In: tables of one team and a day. Out: the present split, a proposal within the tolerance that moves as few accounts and open
deals as possible, and findings. It speaks of accounts and their work, never of how well anybody works. Where accounts are so
unequal that the tolerance cannot be met, the proposal is the most even one, and the finding says so.
"""

import math
from dataclasses import dataclass
from datetime import date

import pandas as pd

from salesanalytics.base.calendar import trailing_year
from salesanalytics.base.finding import Evidence, Finding
from salesanalytics.base.result import Result
from salesanalytics.base.types import Tables
from salesanalytics.models.territory.balance import TOLERANCE, Balance, balance
from salesanalytics.models.territory.bound import deviation
from salesanalytics.models.territory.infeasible import closest
from salesanalytics.models.territory.inputs import TerritoryInputs, inputs
from salesanalytics.models.territory.problem import problem
from salesanalytics.models.territory.repair import largest_first

LEAST_PER_REP = 3  # with fewer accounts per rep a split is a talk, not a calculation
SAID = 0.005  # above the fair share by so little is above it by "0%"; so it is where most of the work has no owner
SLACK = 1.02  # room left above the least tolerance, so that a cheap assignment can be found
COLUMNS = ["account_id", "name", "from_rep", "from_name", "to_rep", "to_name", "workload", "cost", "moved"]
REP_COLUMNS = ["rep_id", "name", "before", "after", "target", "accounts_before", "accounts_after"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Territories(Result):
    """The proposal for one team.

    `table`: one row per live account (account_id, name, from_rep, from_name, to_rep, to_name, workload, cost of handing over,
    moved), moved ones first, largest first; empty where no split is proposed. `reps`: one row per rep with workload before,
    after and target. `balance`: the assignment with its bound and gap, None where there is none; `tolerance`: the one it keeps.
    `accounts`, `unassigned`: live accounts, and those whose rep does not sell in the team today. `measures`: what workload was
    made of. `missing`: tables that are not there.
    """

    reps: pd.DataFrame
    balance: Balance | None
    tolerance: float
    accounts: int
    unassigned: int
    measures: tuple[str, ...]
    missing: tuple[str, ...]


def territories(tables: Tables, *, as_of: date, tolerance: float = TOLERANCE, seed: int = 0) -> Territories:
    """How the team's live accounts are split over its sellers on `as_of`, and a split within `tolerance` of fair shares.

    Balanced by workload only: our tables hold no places. Every seller counts the same.
    """
    given = inputs(tables, as_of=as_of)
    unassigned = int(given.accounts["rep_id"].isna().sum())
    few = _too_few(given, as_of)
    if few is not None:
        empty = pd.DataFrame(columns=COLUMNS)
        reps = pd.DataFrame(columns=REP_COLUMNS)
        nothing = Territories(
            as_of=as_of,
            period=trailing_year(as_of),
            table=empty,
            reps=reps,
            balance=None,
            tolerance=tolerance,
            accounts=len(given.accounts),
            unassigned=unassigned,
            measures=given.measures,
            missing=given.missing,
        )
        return nothing.saying(few)
    kept = _reachable(given, tolerance)
    found = balance(given.accounts, given.reps, tolerance=kept, cost=given.cost, seed=seed)
    name = given.reps.set_index("rep_id")["name"]
    table = found.table.assign(from_name=found.table["from_rep"].map(name), to_name=found.table["to_rep"].map(name))
    answer = Territories(
        as_of=as_of,
        period=trailing_year(as_of),
        table=table[COLUMNS],
        reps=found.reps[REP_COLUMNS],
        balance=found,
        tolerance=kept,
        accounts=len(given.accounts),
        unassigned=unassigned,
        measures=given.measures,
        missing=given.missing,
    )
    return answer.saying(*_findings(found, tolerance, unassigned, as_of))


def _too_few(given: TerritoryInputs, as_of: date) -> Finding | None:
    """Why no split is proposed, if so."""
    n, reps = len(given.accounts), len(given.reps)
    evidence = Evidence(n, "accounts", period=_year(as_of))
    if not n:
        key = "territories.no_accounts" if "account" in given.missing else "territories.none_live"
        return Finding(key, "watch", {}, evidence, owner="operations")
    if not reps:
        return Finding("territories.no_reps", "watch", {"n": n}, evidence, owner="operations")
    if reps == 1:
        return Finding("territories.one_rep", "good", {"n": n, "rep": given.reps["name"].iloc[0]}, evidence)
    if n < LEAST_PER_REP * reps:
        return Finding("territories.too_few", "good", {"n": n, "reps": reps}, evidence)
    return None


def _reachable(given: TerritoryInputs, tolerance: float) -> float:
    """`tolerance`, or where the accounts are too unequal for it the least that works, with a little room."""
    of = problem(given.accounts, given.reps, tolerance=tolerance, move_cost=None, cost=given.cost)
    if deviation(of, largest_first(of)) <= tolerance:
        return tolerance
    least = closest(of)[1]
    return tolerance if least <= tolerance else math.ceil(least * SLACK * 1000) / 1000


def _findings(found: Balance, tolerance: float, unassigned: int, as_of: date) -> list[Finding]:
    evidence = Evidence(len(found.table), "accounts", period=_year(as_of))
    above = float((found.reps["before"] / found.reps["target"]).max()) - 1 > SAID
    told = [_split(found, tolerance, evidence)] if not unassigned or (found.moved and above) else []
    if found.tolerance > tolerance:
        largest = found.table.nlargest(1, "workload").iloc[0]
        values = {
            "tolerance": tolerance,
            "least": found.after.largest,
            "account": largest["name"],
            "share": largest["workload"] / found.reps["target"].mean(),
        }
        told.append(Finding("territories.lumpy", "watch", values, evidence))
    if unassigned:
        held = found.table["from_rep"].isna()
        values = {"n": unassigned, "share": found.table.loc[held, "workload"].sum() / found.table["workload"].sum()}
        told.append(Finding("territories.unowned", "watch", values, evidence))
    return told


def _split(found: Balance, tolerance: float, evidence: Evidence) -> Finding:
    """Even already, or who carries most and least against the fair share and what would mend it.

    `n` counts every account that gets a new owner: those that move, and those that have none.
    """
    ratio = found.reps["before"] / found.reps["target"] - 1
    most, least = found.reps.iloc[int(ratio.argmax())], found.reps.iloc[int(ratio.argmin())]
    if not found.moved:
        key = "territories.balanced" if found.before.largest <= tolerance + 1e-9 else "territories.as_even"
        return Finding(key, "good", {"n": len(found.reps), "largest": found.after.largest}, evidence)
    values = {
        "n": found.moved + found.unassigned,
        "all": len(found.table),
        "most": most["name"],
        "over": float(ratio.max()),
        "least": least["name"],
        "under": -float(ratio.min()),
        "before": found.before.largest,
        "after": found.after.largest,
    }
    return Finding("territories.uneven" if least["before"] > 0 else "territories.idle", "watch", values, evidence)


def _year(as_of: date) -> tuple[date, date]:
    year = trailing_year(as_of)
    return year.start, year.end
