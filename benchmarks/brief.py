"""What pages of many companies order: no two opposite things about one subject, nothing urgent on a target nobody set.

python benchmarks/brief.py [--seeds N] [--first N] [--teams N]

For each demo company all of planning and of the dashboard are asked, team by team, early and late in a quarter, as the
notebooks do, and the findings judged as a page judges them. Counted per page: opposite orders that both stand, two forecasts of
the running period that both order something, "act" on an assumption, calls above all that can come without a word, more than
five at the top, another first than where the period lands. Exit code 1 where there is any.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from itertools import combinations

from nbformat import v4

from salesanalytics import show
from salesanalytics.analyses.company.benchmark import hazards_benchmark, kpi_benchmark
from salesanalytics.analyses.company.calls_for_teams import calls_for_teams
from salesanalytics.analyses.company.landings_for_teams import landings_for_teams
from salesanalytics.analyses.dashboard.attention import attention
from salesanalytics.analyses.dashboard.calls import calls
from salesanalytics.analyses.dashboard.deciding_deals import deciding_deals
from salesanalytics.analyses.dashboard.landing import landing
from salesanalytics.analyses.dashboard.landing_backtest import landing_backtest
from salesanalytics.analyses.dashboard.last_week import compared_with, last_week
from salesanalytics.analyses.dashboard.pace import pace
from salesanalytics.analyses.dashboard.pipeline import pipeline
from salesanalytics.analyses.dashboard.pipeline_change import pipeline_change
from salesanalytics.analyses.dashboard.rep_landings import rep_landings
from salesanalytics.analyses.dashboard.scoreboard import scoreboard
from salesanalytics.analyses.dashboard.signals import signals
from salesanalytics.analyses.evaluating.funnel import funnel
from salesanalytics.analyses.planning.capacity import capacity
from salesanalytics.analyses.planning.quota_plan import quota_plan
from salesanalytics.analyses.planning.replan import replan
from salesanalytics.analyses.planning.territories import territories
from salesanalytics.base.calendar import period_of, trailing_year
from salesanalytics.base.result import Result
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.data.tables.partition import SHARED, partition
from salesanalytics.demo import build_demo
from salesanalytics.models.forecast.hazards import deal_hazards
from salesanalytics.report.page.brief import LEADING, MOST, NOBODYS, OPPOSED, brief, place_of
from salesanalytics.report.page.content import Placed, placed_blocks
from salesanalytics.show.blocks import Blocks, FindingBlock

EARLY, DAY = date(2026, 10, 18), date(2026, 11, 22)
EN = show.Words("en", "EUR")


def pages(company: Tables, teams: dict[str, Tables], day: date) -> Iterator[tuple[str, list[Result]]]:
    """Each team's answers, with what the company hands over."""
    now = period_of(day)
    fitted = deal_hazards(company, as_of=day, period=now)
    hazards = hazards_benchmark(fitted, teams, as_of=day, period=now)
    then, pooled = compared_with("", day), kpi_benchmark(company, teams, as_of=day)
    called = calls_for_teams(company, fitted, as_of=day, period=now, since=then, by_team=teams)
    ends = landings_for_teams(teams, as_of=day, period=now, hazards=hazards, called=called)
    for team, tables in teams.items():
        mine, given = called[called["team_id"] == team], {"as_of": day, "period": now}
        lands = landing(tables, **given, hazards=hazards, called=mine)
        before = landing(tables, as_of=then, period=now, hazards=hazards, called=mine)
        course, own = pace(tables, **given), calls(tables, **given)
        yield (
            team,
            [
                lands,
                *([] if lands.foretells else [course]),
                landing_backtest(tables, **given, draws=200),
                last_week(tables, **given, since=then, now=lands, before=before),
                deciding_deals(tables, **given, ends=lands),
                own,
                rep_landings(tables, **given, ends=lands, called=own.table, draws=400),
                scoreboard(tables, **given),
                pipeline(tables, **given),
                pipeline_change(tables, as_of=day, start=now.shift(-1).end, period=now),
                attention(tables, **given),
                signals(tables, **given, company=pooled),
                funnel(tables, as_of=day, period=trailing_year(day)),
                replan(tables, as_of=day),
                quota_plan(tables, as_of=day, period=now.shift(1)),
                territories(tables, as_of=day),
                capacity(tables, as_of=day, landings=ends[ends["team_id"] == team]),
            ],
        )


def placed_of(answers: list[Result]) -> list[Placed]:
    """The findings of a page, as its chapters display them."""
    found = [one for answer in answers for one in answer.findings]
    cell = v4.new_code_cell(outputs=[v4.new_output("display_data", Blocks((show.findings(found, EN),))._repr_mimebundle_())])
    return list(placed_blocks("page", v4.new_notebook(cells=[cell]), "leader"))


def faults(answers: list[Result]) -> Counter[str]:
    """What is wrong with a page, by kind."""
    placed = placed_of(answers)
    judged = brief(placed, EN)
    shown = [judged.changed.get(place_of(one), one.block) for one in placed]
    blocks = [one for one in shown if isinstance(one, FindingBlock)]
    found: Counter[str] = Counter()
    for one, other in combinations(blocks, 2):
        (kind, _, name), (other_kind, _, other_name) = one.about.partition(":"), other.about.partition(":")
        same = kind and kind == other_kind and (name == other_name or not name or not other_name)
        found["two orders"] += bool(same and one.horizon == other.horizon and frozenset((one.says, other.says)) in OPPOSED)
    leads = [one for one in blocks if one.key.startswith(f"{LEADING}.") and one.about.startswith("forecast:")]
    if leads:
        about = leads[0].about
        rivals = [one for one in blocks if one.about == about and not one.key.startswith(f"{LEADING}.") and one.says]
        found["two forecasts"] += len(rivals)
        first = judged.top[0].block
        found["another first"] += not (isinstance(first, FindingBlock) and first.about == about)
    found["act on nobody's word"] += sum(one.severity == "act" and bool(set(one.rests_on) & set(NOBODYS)) for one in blocks)
    found["too many"] += len(judged.top) > MOST
    said = next(one for one in answers if type(one).__name__ == "Calls").table
    above = (said["source"] == "rep") & (said["call"] > said["most"] * 1.05)
    found["impossible call untold"] += bool(above.any()) and not any(one.key == "calls.above_all" for one in blocks)
    return found


def one(work: tuple[int, int]) -> tuple[int, Counter[str]]:
    """Pages and faults of one company."""
    seed, count = work
    tables, _ = build_demo(seed=seed, teams=count, reps=10 * count, months=36, as_of=DAY)
    total: Counter[str] = Counter()
    asked = [answers for day in (EARLY, DAY) for _, answers in pages(*on(tables, day), day)]
    for answers in asked:
        total += faults(answers)
    return len(asked), total


def on(tables: Tables, day: date) -> tuple[Tables, dict[str, Tables]]:
    """The company and its teams, as known on a day."""
    known = known_on(tables, day)
    shared = {name: known[name] for name in SHARED if name in known}
    return known, {team: known_on({**shared, **rows}, day) for team, rows in partition(known, day, "UTC").items()}


def main() -> int:
    """1 where a page has a fault."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, usual in (("seeds", 30), ("first", 0), ("teams", 6)):
        options.add_argument(f"--{name}", type=int, default=usual)
    given = options.parse_args()
    work = [(seed, given.teams) for seed in range(given.first, given.first + given.seeds)]
    with ProcessPoolExecutor(2) as pool:
        done = list(pool.map(one, work))
    total = sum((faults_ for _, faults_ in done), Counter[str]())
    print(f"{sum(count for count, _ in done)} pages of {len(done)} companies")
    for kind in ("two orders", "two forecasts", "another first", "act on nobody's word", "impossible call untold", "too many"):
        print(f"  {'MISSED' if total[kind] else 'ok':<7}{kind:<24}{total[kind]:>5}")
    return 1 if any(total.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
