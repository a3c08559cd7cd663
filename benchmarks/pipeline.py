"""Whether landing ranges hold as often as they say, and whether a person's optimism is found, over many demo companies.

For each seed a company is built, and each team's past quarters are forecast as of weeks 1, 5 and 9: with chances learnt from
the team alone, and for the last quarters with the company's, as the notebooks do. Beside two usual ways: the CRM's stage
probability × amount of what is due, and the same quarter of last year. Exit code 1 where a mark fails.

    python benchmarks/pipeline.py              40 companies, some ten minutes of one core
    python benchmarks/pipeline.py --seeds 4    does it work at all; the marks are then too coarse to judge
"""

import argparse
import sys
import time
from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import pandas as pd

from salesanalytics.analyses.dashboard.calls import calls
from salesanalytics.analyses.dashboard.landing import landing
from salesanalytics.analyses.dashboard.landing_backtest import landing_backtest
from salesanalytics.base.calendar import period_of
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.data.tables.partition import SHARED, partition
from salesanalytics.demo import build_demo
from salesanalytics.models.forecast import score
from salesanalytics.models.forecast.book import Book, book, day_number
from salesanalytics.models.forecast.hazards import deal_hazards

DAY = date(2026, 11, 22)
QUARTER = period_of(DAY)
WEEKS = (1, 5, 9)
COVERAGE, FOUND = (0.76, 0.84), (0.93, 0.97)
FROM_COMPANY = 2
"""Last quarters forecast with the company's chances too; each costs a fit per seed."""


def main() -> None:
    """Measure, print, and say by exit code whether the marks hold."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--seeds", type=int, default=40)
    asked.add_argument("--first", type=int, default=100)
    asked.add_argument("--teams", type=int, default=4)
    asked.add_argument("--reps", type=int, default=40)
    given = asked.parse_args()
    own, company, people = [], [], []
    for seed in range(given.first, given.first + given.seeds):
        began = time.process_time()
        tables, truth = build_demo(seed=seed, teams=given.teams, reps=given.reps, months=36, as_of=DAY)
        shared = {name: tables[name] for name in SHARED if name in tables}
        teams = {team: {**shared, **rows} for team, rows in partition(tables, DAY, "UTC").items()}
        own += [_team(rows).assign(seed=seed, team=team) for team, rows in teams.items()]
        company += [_company(tables, teams).assign(seed=seed)]
        people += [_people(tables, truth).assign(seed=seed)]
        print(f"seed {seed}: {time.process_time() - began:.1f} CPU s", file=sys.stderr, flush=True)
    ok = _landing(pd.concat(own), "Chances of the team alone, last 8 quarters")
    ok &= _landing(pd.concat(company), f"Chances of the company, last {FROM_COMPANY} quarters", judged=False)
    ok &= _calls(pd.concat(people))
    sys.exit(0 if ok else 1)


def _team(tables: Tables) -> pd.DataFrame:
    """A team's backtest beside the two usual ways."""
    rows = landing_backtest(tables, as_of=DAY, period=QUARTER, weeks=WEEKS).table
    won, deals = _won(tables), book(known_on(tables, DAY), DAY)
    crm = [_by_stage(tables, deals, day.date(), booked) for day, booked in zip(rows["day"], rows["booked"], strict=True)]
    last = [_booked(won, period_of(start.date()).shift(-4)) for start in rows["period_start"]]
    return rows.assign(crm=crm, last=last)


def _won(tables: Tables) -> pd.DataFrame:
    deals = known_on(tables, DAY)["opportunity"]
    return deals[deals["is_won"]]


def _booked(won: pd.DataFrame, period: object) -> float:
    return float(won.loc[period.holds(won["closed_on"]), "amount"].sum())


def _by_stage(tables: Tables, deals: Book, day: date, booked: float) -> float:
    """Won so far plus stage probability × amount of what is due by the quarter's end."""
    states = deals.open_on(day_number(day))
    chance = pd.Series(states.stage).map(tables["stage"].set_index("stage")["default_probability"]).to_numpy(dtype=float)
    due = states.expected <= day_number(period_of(day).end)
    return booked + float(np.nansum((states.amount * chance)[due]))


def _company(tables: Tables, teams: Mapping[str, Tables]) -> pd.DataFrame:
    """The last quarters as the notebooks forecast them: chances of the whole company, level of the team."""
    rows, deals = [], {team: book(known_on(mine, DAY), DAY) for team, mine in teams.items()}
    for back in range(1, FROM_COMPANY + 1):
        period = QUARTER.shift(-back)
        before = period.start - timedelta(days=1)
        hazards = deal_hazards(tables, as_of=before, period=period.shift(-1))
        for team, mine in teams.items():
            actual = _booked(_won(mine), period)
            for week in WEEKS:
                day = period.start + timedelta(days=7 * week - 1)
                found = landing(mine, as_of=day, period=period, hazards=hazards, draws=1000)
                crm, last = _by_stage(mine, deals[team], day, found.booked), _booked(_won(mine), period.shift(-4))
                shown = (week, found.low, found.middle, found.high, found.mean, actual, found.goal, found.p_hit, crm, last)
                rows.append((team, period.start, *shown))
    names = ["team", "period_start", "week", "low", "middle", "high", "mean", "actual", "goal", "p_hit", "crm", "last"]
    return (
        pd.DataFrame(rows, columns=names)
        .eval("inside = (low <= actual) & (actual <= high)")
        .assign(hit=lambda found: found["actual"] >= found["goal"])
    )


def _people(tables: Tables, truth: Mapping[str, object]) -> pd.DataFrame:
    found = calls(tables, as_of=DAY, period=QUARTER).table
    planted = _planted(truth)
    leads = dict(zip(tables["team"]["team_id"], tables["rep"]["rep_id"], strict=False))  # person i leads team i
    who = found["scope_id"].where(found["scope"] == "rep", found["scope_id"].map(leads))
    return found.assign(truth=who.map(planted)).dropna(subset=["optimism", "truth"])


def _planted(truth: object) -> Mapping[str, float]:
    """The planted optimism, wherever in the truth it stands."""
    if isinstance(truth, dict):
        if "best_case_adds" in truth:
            return dict(truth["by_person"])
        for value in truth.values():
            if found := _planted(value):
                return found
    return {}


def _landing(rows: pd.DataFrame, title: str, *, judged: bool = True) -> bool:
    print(f"\n{title}: {len(rows)} forecasts of {rows['seed'].nunique()} companies")
    print("  week     n  inside P10–P90   bias   WAPE  pinball   | WAPE stage probability  last year | Brier P(hit)  base")
    ok = True
    for week, part in rows.groupby("week"):
        actual = part["actual"]
        pin = sum(score.quantile_loss(actual, part[name], at) for name, at in (("low", 0.1), ("middle", 0.5), ("high", 0.9)))
        wape = {name: score.wape(actual, part[name]) for name in ("middle", "crm", "last")}
        bias, inside = score.bias(actual, part["mean"]), score.coverage(actual, part["low"], part["high"])
        said = part.dropna(subset=["p_hit"])
        hit = said["hit"].astype(float)
        brier, base = ((said["p_hit"].astype(float) - hit) ** 2).mean(), hit.var(ddof=0)
        good = COVERAGE[0] <= inside <= COVERAGE[1]
        ok &= good or not judged
        error = part.groupby("seed")["inside"].mean().std() / np.sqrt(part["seed"].nunique())
        print(
            f"  {week:4d} {len(part):5d}  {inside:6.1%} ± {1.96 * error:4.1%} {'ok ' if good else 'NO '}"
            f" {bias:+6.1%} {wape['middle']:6.1%} {pin / actual.mean():8.4f}   | {wape['crm']:22.1%} {wape['last']:10.1%}"
            f" | {brier:12.3f} {base:5.3f}"
        )
    return ok


def _calls(rows: pd.DataFrame) -> bool:
    ok = True
    print("\nPlanted optimism within its 95% interval")
    for source, part in rows.groupby("source"):
        inside = part["truth"].between(part["low"], part["high"]).mean()
        good = FOUND[0] <= inside <= FOUND[1]
        ok &= good or source != "rep"
        raw, drawn = part["raw"] - part["truth"], part["optimism"] - part["truth"]
        print(
            f"  {source:8s} n {len(part):5d}  inside {inside:6.1%} {'ok' if good else 'NO'}  bias {drawn.mean():+.4f}"
            f"  RMSE {np.sqrt((drawn**2).mean()):.3f} (not drawn to the mean: {np.sqrt((raw**2).mean()):.3f})"
        )
    return ok


if __name__ == "__main__":
    main()
