"""How often re-plan triggers fire where nothing changed, and how often and how soon where something did.

Demo companies of several seeds, in which outcomes and amounts are dealt out anew among closed deals (an incentive that raises
deal sizes for a while is planted in them), are looked at every week of a year: alarms per company and year, beside the rate
asked for. Then the same with halved leads, a halved win rate or larger deals from a day on: share found within 13 weeks,
median delay, and the error of the estimated day. Exit code 1 where more alarms are raised than asked for, beyond what chance
explains.

    python benchmarks/replan.py --seeds 6 --reps 14 --teams 2
"""

import argparse
import sys
from datetime import date, timedelta

import numpy as np
import pandas as pd
from scipy import stats

from salesanalytics.analyses.planning.replan import TOUCHES, replan
from salesanalytics.base.types import Tables
from salesanalytics.demo import build_demo
from salesanalytics.stats.alarms import alarms

AS_OF = date(2026, 11, 8)
WEEKS = 52
FOUND_WITHIN = 13


def main() -> None:
    """Measure, print, and say by exit code whether alarms are as rare as stated."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, usual in (("seeds", 6), ("reps", 14), ("teams", 2), ("months", 36)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    parser.add_argument("--per-year", type=float, default=1.0)
    asked = parser.parse_args()
    fired, changed = [], []
    for seed in range(1, asked.seeds + 1):
        tables, _ = build_demo(seed=seed, teams=asked.teams, reps=asked.reps, months=asked.months, as_of=AS_OF)
        tables = _shuffled(tables, seed)
        fired.append(_year(tables, asked.per_year))
        changed.append(
            {key: _delay(_with_change(tables, key), key, asked.per_year) for key in ("lead_volume", "win_rate", "deal_size")}
        )
    looks = np.array(fired)  # companies, weeks, quantities
    total = 0.0
    print(f"{asked.seeds} companies of {asked.reps} reps, weekly looks for a year; at most {asked.per_year} alarms asked for")
    for place, key in enumerate(TOUCHES):
        each = alarms(looks[:, :, place].T)
        total += each
        print(f"  {key:<12} {each:5.2f} alarms a year")
    print(f"  {'together':<12} {total:5.2f}")
    for key in changed[0]:
        delays = [one[key] for one in changed]
        found = [weeks for weeks in delays if weeks is not None]
        weeks, off = ([one[place] for one in found] for place in (0, 1))
        told = f"median {np.median(weeks):.0f} weeks, day off by {np.median(np.abs(off)):.0f}" if found else ""
        print(f"  {key:<12} found in {len(found)} of {len(delays)} {told}")
    most = stats.poisson.ppf(0.975, asked.per_year * asked.seeds)
    sys.exit(int(total * asked.seeds > most))


def _year(tables: Tables, per_year: float) -> np.ndarray:
    days = [AS_OF - timedelta(weeks=back) for back in range(WEEKS)][::-1]
    return np.array([replan(tables, as_of=day, per_year=per_year).table["fired"].to_numpy(dtype=bool) for day in days])


def _shuffled(tables: Tables, seed: int) -> dict[str, pd.DataFrame]:
    """The company without any change in win rate or deal size."""
    deals = tables["opportunity"].copy()
    closed = np.flatnonzero(deals["is_closed"])
    anew = np.random.default_rng(seed).permutation(closed)
    columns = [deals.columns.get_loc(name) for name in ("is_won", "amount")]
    deals.iloc[closed, columns] = deals.iloc[anew, columns].to_numpy()
    history = tables["opportunity_history"]
    return {**tables, "opportunity": deals, "opportunity_history": history[~history["field"].isin(["amount", "stage"])]}


def _with_change(tables: Tables, key: str) -> dict[str, pd.DataFrame]:
    since = pd.Timestamp(AS_OF - timedelta(weeks=FOUND_WITHIN), tz="UTC")
    lead, deals = tables["lead"], tables["opportunity"]
    odd = np.random.default_rng(0).random(max(len(lead), len(deals))) < 0.5
    late = deals["closed_at"] >= since
    if key == "lead_volume":
        return {**tables, "lead": lead[(lead["created_at"] < since) | odd[: len(lead)]]}
    if key == "win_rate":
        return {**tables, "opportunity": deals.assign(is_won=deals["is_won"] & ~(late & odd[: len(deals)]))}
    return {**tables, "opportunity": deals.assign(amount=deals["amount"].mask(late, deals["amount"] * 1.8))}


def _delay(tables: Tables, key: str, per_year: float) -> tuple[int, int] | None:
    """Weeks from the change to the first alarm, and days by which its estimated day is off; None where none came."""
    for week in range(1, FOUND_WITHIN + 1):
        day = AS_OF - timedelta(weeks=FOUND_WITHIN - week)
        row = replan(tables, as_of=day, per_year=per_year).table.set_index("key").loc[key]
        if row["fired"]:
            return week, (row["since"] - pd.Timestamp(AS_OF - timedelta(weeks=FOUND_WITHIN))).days
    return None


if __name__ == "__main__":
    main()
