"""Real input nobody here wrote: read, freeze and measure two public data sets, and compare with totals worked out elsewhere.

Reads `maven_crm/` and `adventureworks/` from SALESANALYTICS_BENCH_DATA or from the folder `shared/data` beside the project;
says so and ends well where they are missing. Exit code 1 where a total is off.
"""

import os
import sys
import time
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from salesanalytics.base.calendar import Period
from salesanalytics.data import snapshot
from salesanalytics.data.intake.check import check_source, usable
from salesanalytics.kpi import kpis

PROJECT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("SALESANALYTICS_BENCH_DATA", PROJECT.parent / "shared" / "data"))
TODAY = date(2026, 11, 23)
EVER = Period(date(2000, 1, 1), date(2030, 12, 31), "year")
EXPECTED = {
    "maven_crm": {
        "teams": 6,
        "opportunities": 8800,
        "won": 4238,
        "won value": 10_005_534.0,
        "win rate": 0.6315,
        "rows set aside": 0,
    },
    "adventureworks": {
        "teams": 10,
        "opportunities": 3616,
        "won": 3616,
        "won value": 77_548_570.20,
        "sellers": 17,
        "quotas": 163,
        "rows set aside": 0,
    },
}


def totals(taken: snapshot.Snapshot) -> dict[str, float]:
    """What the snapshot holds: over the company, and once more as the sum over its teams."""
    tables = taken.company().tables
    found = kpis(tables, as_of=taken.as_of, period=EVER, only=("bookings", "win_rate"))
    by_team = [
        kpis(taken.team(team.team_id).tables, as_of=taken.as_of, period=EVER, only=("bookings",))["bookings"]
        for team in taken.teams
    ]
    assert abs(sum(one.value or 0 for one in by_team) - (found["bookings"].value or 0)) < 0.005, (
        "the teams do not add up to the company"
    )
    return {
        "teams": len(taken.teams),
        "opportunities": len(tables["opportunity"]),
        "won": found["bookings"].n,
        "won value": round(found["bookings"].value or 0, 2),
        "win rate": round(found["win_rate"].value or 0, 4),
        "sellers": tables["opportunity"]["owner_rep_id"].nunique(),
        "quotas": len(tables["quota"]) if "quota" in tables else 0,
        "rows set aside": taken.quality["rows_quarantined"],
    }


def main() -> None:
    """Measure both sets."""
    wrong = 0
    for name, expected in EXPECTED.items():
        if not (DATA / name).is_dir():
            print(f"{name}: not measured, {DATA / name} is not there")
            continue
        started = time.process_time()
        with TemporaryDirectory() as folder:
            dataset = usable(check_source(DATA / name, PROJECT / "params" / "sources" / f"{name}.yaml", today=TODAY))
            found = totals(snapshot.write(dataset, Path(folder) / name, dataset.last_day(TODAY)))
        print(f"{name}: {time.process_time() - started:.1f} CPU s")
        for what, value in expected.items():
            wrong += found[what] != value
            print(f"  {what:<16} {found[what]:>16,} {'=' if found[what] == value else 'but expected'} {value:,}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
