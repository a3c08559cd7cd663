"""What `run --catch-up` does after its own run: reports that were due and never made, each from a snapshot of its days.

In: the folder of pages and its ledger, the snapshot of the run. Out: pages, a line for each report with what became of it, and
an exit code. The newest report comes first, as the run itself: it is what a leader waits for. What is made up for is for the
record, so it is never the last run, and never mailed.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from salesanalytics.base.redact import shown
from salesanalytics.cli.errors import say_error
from salesanalytics.errors import SalesAnalyticsError, ScheduleError

if TYPE_CHECKING:
    from salesanalytics.report.run.missed import MakeUp
    from salesanalytics.report.run.result import RunResult

Make = Callable[[str, date], "RunResult"]


def make_up_for_missed(folder: Path, snapshot: str, back: int, make: Make) -> int:
    """Make up for what was missed by the schedule last given (default: Monday at six); 3 where a page failed."""
    from salesanalytics.report.run.ledger import read_runs
    from salesanalytics.report.run.missed import make_ups, missed, stored
    from salesanalytics.report.run.result import ALL, SOME
    from salesanalytics.schedule.due import Schedule
    from salesanalytics.schedule.when import MONDAY_AT_SIX, when_of

    runs = read_runs(folder)
    try:
        by = stored(runs) or Schedule(when_of(MONDAY_AT_SIX))
    except ScheduleError as error:
        say_error(f"Nothing was made up for. {error}")
        return ALL
    found = make_ups(missed(runs, by, datetime.now(UTC), back).days, runs, _kept(snapshot))
    codes = [_made_up(one, make) for one in found]
    return SOME if any(codes) else ALL


def _made_up(one: "MakeUp", make: Make) -> int:
    """A reason is no failure: the report cannot be made any more, and everybody is told."""
    what = f"{one.day:%a} {one.day}"
    if one.why:
        typer.echo(f"Not made up for {what}: {one.why}.")
        return 0
    try:
        result = make(one.place, one.day)
    except typer.Exit as end:  # the disk, which is said already
        return end.exit_code
    except SalesAnalyticsError as error:
        typer.echo(shown(f"Not made up for {what} from {one.place}: {error}"))
        return 0
    typer.echo(shown(f"Made up for {what}, for the record and mailed to nobody: {result.summary()}"))
    return result.exit_code


def _kept(snapshot: str) -> Mapping[date, str]:
    """Snapshots beside this one, by the last day of their data. Of those at a URL none is known."""
    from salesanalytics import workspace
    from salesanalytics.base.places import is_url

    if is_url(snapshot):
        return {}
    return {one.as_of: one.place for one in workspace.beside(workspace.snapshot_for(snapshot))}
