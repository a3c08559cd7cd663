"""Promise against truth: every range and chance that a page states, on a second world that shares nothing with the demo.

python benchmarks/promises.py [--seeds N] [--first N] [--only NAME ...] [--shocks X ...]

Per shock (how much quarters share that no deal explains), with and without growth, a whale and leavers: how often 80% ranges
hold, how far the middle is off, and how often what was given a chance came true. And of leads from sources that are alike: how
often the 95% interval of their worth holds, and how often sources are said to differ. With --only alarms: how often re-plan
alarms are raised in a year in which nothing changed (ten seconds a world). Exit code 1 where a mark is missed.
"""

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta

import numpy as np
import pandas as pd
from _world.company import LAST, Kind, world
from _world.leads import lead_promises
from _world.promises import COLUMNS, promises

from salesanalytics.analyses.planning.replan import replan
from salesanalytics.stats.alarms import alarms

SHOCKS = (0.0, 0.1, 0.2, 0.3)
OTHERS = (Kind(0.1, growth=0.1), Kind(0.1, growth=0.3), Kind(0.1, whale=True), Kind(0.1, leavers=False))
NAMES = ("landing", "rep", "capacity", "quota", "months", "leads", "alarms")
HOLDS = (0.78, 0.82)
UNCHANGED = tuple(Kind(shock, leavers=False, season=season) for shock in (0.0, 0.15) for season in (False, True))
A_YEAR = 1.2
LEADS_HOLD, DIFFER = (0.93, 0.97), (0.04, 0.06)
BINS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)
OFF = 0.05


def main() -> int:
    """1 where a mark is missed."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--seeds", type=int, default=20)
    asked.add_argument("--first", type=int, default=0)
    asked.add_argument("--only", nargs="*", choices=NAMES, default=list(NAMES[:-1]))
    asked.add_argument("--shocks", nargs="*", type=float, default=list(SHOCKS))
    asked.add_argument("--others", action="store_true", help="growth, whale and no leavers too")
    given = asked.parse_args()
    kinds = [Kind(shock) for shock in given.shocks] + (list(OTHERS) if given.others else [])
    began = time.process_time()
    seeds = range(given.first, given.first + given.seeds)
    of_teams = tuple(name for name in given.only if name not in ("leads", "alarms"))
    work = [(seed, kind, of_teams) for kind in kinds for seed in seeds] if of_teams else []
    missed = 0
    with ProcessPoolExecutor(2) as pool:
        if work:
            rows = pd.concat(pool.map(one, work, chunksize=4), ignore_index=True)
            missed += _ranges(rows) + _chances(rows)
        if "leads" in given.only:
            missed += _leads(pd.concat(pool.map(of_leads, [seed * 8 + at for seed in seeds for at in range(8)], chunksize=4)))
        if "alarms" in given.only:
            asked_of = [(seed, kind) for kind in UNCHANGED for seed in seeds]
            missed += _alarms(asked_of, list(pool.map(a_year, asked_of)))
    print(f"{time.process_time() - began:.0f} CPU s here, {len(work)} worlds; {missed} marks missed")
    return 1 if missed else 0


def of_leads(seed: int) -> pd.DataFrame:
    """What is promised of one company's leads."""
    return pd.DataFrame(list(lead_promises(seed)), columns=COLUMNS).assign(seed=seed)


def _leads(rows: pd.DataFrame) -> int:
    worth = rows[rows["promise"] == "lead"]
    held = ((worth["low"] <= worth["actual"]) & (worth["actual"] <= worth["high"])).groupby(worth["seed"]).mean()
    told = rows.loc[rows["promise"] == "differ", "came"].astype(float)
    missed = 0
    for what, values, (low, high) in (("95% of a lead's worth", held, LEADS_HOLD), ("sources said to differ", told, DIFFER)):
        error = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan
        bad = not low - 2 * error <= values.mean() <= high + 2 * error
        missed += bad
        print(f"{'MISSED' if bad else 'ok':<7}{what:<27}{len(values):>6}{values.mean():>10.3f}{error:>7.3f}")
    return missed


def one(work: tuple[int, Kind, tuple[str, ...]]) -> pd.DataFrame:
    """What is promised in one world."""
    seed, kind, asked = work
    named = f"shock {kind.shock:g}" + (f", growth {kind.growth:.0%}" if kind.growth else "")
    named += (", whale" if kind.whale else "") + ("" if kind.leavers else ", nobody leaves")
    return promises(world(seed, kind), asked).assign(seed=seed, kind=named)


def a_year(work: tuple[int, Kind]) -> float:
    """Re-plan alarms of a year of weekly looks at one world."""
    made = world(*work)
    days = [LAST - timedelta(weeks=back) for back in reversed(range(52))]
    looks = np.array([replan(made.tables, as_of=day).table["fired"].to_numpy(dtype=bool) for day in days])
    return float(sum(alarms(looks[:, [place]]) for place in range(looks.shape[1])))


def _alarms(asked: list[tuple[int, Kind]], raised: list[float]) -> int:
    missed = 0
    for kind in UNCHANGED:
        mine = np.array([count for (_, one), count in zip(asked, raised, strict=True) if one == kind])
        error = mine.std(ddof=1) / np.sqrt(len(mine)) if len(mine) > 1 else np.nan
        bad = not mine.mean() <= A_YEAR + 2 * error
        missed += bad
        what = f"shock {kind.shock:g}{', season' if kind.season else ''}"
        print(f"{'MISSED' if bad else 'ok':<7}alarms a year, {what:<20}{len(mine):>6}{mine.mean():>8.2f}{error:>7.2f}")
    return missed


def _ranges(rows: pd.DataFrame) -> int:
    """How often ranges hold, by kind of world; standard errors take a world as one."""
    print(f"{'':<34}{'n':>6}{'80% hold':>10}{'± se':>7}{'below':>7}{'middle off':>12}{'WAPE':>7}")
    missed = 0
    rows = rows.assign(
        held=(rows["low"] <= rows["actual"]) & (rows["actual"] <= rows["high"]), under=rows["actual"] < rows["low"]
    )
    for (promise, kind), part in rows.groupby(["promise", "kind"], sort=False):
        by_world = part.groupby("seed")["held"].mean()
        error = by_world.std(ddof=1) / np.sqrt(len(by_world)) if len(by_world) > 1 else np.nan
        off = part["middle"].sum() / part["actual"].sum() - 1
        wape = (part["middle"] - part["actual"]).abs().sum() / part["actual"].sum()
        held = part["held"].mean()
        bad = not HOLDS[0] - 2 * error <= held <= HOLDS[1] + 2 * error
        missed += bad
        mark = "MISSED" if bad else "ok"
        print(
            f"{mark:<7}{promise:<9}{kind:<18}{len(part):>6}{held:>10.3f}{error:>7.3f}{part['under'].mean():>7.3f}{off:>+12.3f}{wape:>7.3f}"
        )
    return missed


def _chances(rows: pd.DataFrame) -> int:
    """How often what was given a chance came true, by bin of the chance, over all kinds of world."""
    told = rows.dropna(subset=["chance"])
    missed = 0
    for promise, part in told.groupby("promise", sort=False):
        bins = pd.cut(part["chance"].astype(float), BINS, include_lowest=True)
        for place, some in part.groupby(bins, observed=True):
            by_world = (
                some.assign(gap=some["came"].astype(float) - some["chance"].astype(float))
                .groupby(["kind", "seed"])["gap"]
                .agg(["sum", "size"])
            )
            gap = by_world["sum"].sum() / by_world["size"].sum()
            error = np.sqrt(((by_world["sum"] - gap * by_world["size"]) ** 2).sum()) / by_world["size"].sum()
            bad = abs(gap) > OFF + 2 * error
            missed += bad
            mark = "MISSED" if bad else "ok" if abs(gap) <= OFF else "unsure"
            told = f"mean {some['chance'].mean():.2f} came {some['came'].mean():.2f} ± {error:.2f}"
            print(f"{mark:<7}{promise:<9}chance {place!s:<14}{len(some):>6} {told}")
    return missed


if __name__ == "__main__":
    sys.exit(main())
