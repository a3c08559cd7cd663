"""Which reports were due and never made, and from which snapshots they can still be.

In: the ledger's runs, a schedule, the moment. Out: `Missed`; and for each of them the snapshot to make it from, or why there
is none. A run counts for the day after whose hour it began, if it came to its end; one that failed was not missed: it was told.

Nothing here repeats itself, whatever a clock does: only so many days are looked back, none before the first run, a report that
was made up for says so in the ledger, and data that have been reported are not reported again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

from salesanalytics.report.run.ledger import PastRun
from salesanalytics.schedule.due import Due, Schedule, holidays_in
from salesanalytics.schedule.when import when_of


@dataclass(frozen=True, slots=True)
class Missed:
    """`waiting`: the newest report that is due, where no run has made it yet. `days`: those before it that none has made, the
    newest first, each with the day of the one due before it.
    """

    waiting: Due | None
    days: tuple[tuple[Due, date], ...]


NOTHING = Missed(None, ())


@dataclass(frozen=True, slots=True)
class MakeUp:
    """The report of `day`, to be made from the snapshot at `place`; or `why` it is not."""

    day: date
    place: str = ""
    why: str = ""


def missed(runs: Sequence[PastRun], schedule: Schedule, now: datetime, back: int) -> Missed:
    """Of the last `back` reports before the newest one, those that were missed."""
    if not runs:
        return NOTHING
    first = min(run.began for run in runs)
    dues = list(islice(schedule.latest(now), back + 2))
    until = (now + timedelta(seconds=1), *(due.moment for due in dues))
    open_ = [
        (due, before.day)
        for (due, before), end in zip(pairwise(dues), until, strict=False)
        if due.moment >= first and not any(_counts(run, due, end) for run in runs)
    ]
    waiting = open_[0][0] if open_ and open_[0][0] == dues[0] else None
    return Missed(waiting, tuple(one for one in open_ if one[0] != dues[0]))


def make_ups(days: Iterable[tuple[Due, date]], runs: Iterable[PastRun], kept: Mapping[date, str]) -> list[MakeUp]:
    """For each missed day what to make it from. `kept`: the snapshots there are, by the last day of their data."""
    reported = {run.as_of: run.number for run in runs if run.state == "done"}
    left, found = dict(kept), []
    for due, before in days:
        found.append(_make_up(due.day, before, reported, left))
        left = {as_of: place for as_of, place in left.items() if place != found[-1].place}  # each is reported once
    return found


def stored(runs: Sequence[PastRun]) -> Schedule | None:
    """The schedule that the newest run which was given one was given. Raises ScheduleError where it cannot be used any more."""
    asked: Mapping[str, Any] = next((run.asked for run in reversed(runs) if run.asked.get("when")), {})
    if not asked:
        return None
    holidays = holidays_in(Path(asked["holidays"])) if asked.get("holidays") else frozenset()
    return Schedule(when_of(str(asked["when"])), holidays, "skip" if asked.get("on_holiday") == "skip" else "next")


def _counts(run: PastRun, due: Due, end: datetime) -> bool:
    if run.state != "done":
        return False
    if run.made_up_for:
        return run.made_up_for == due.day.isoformat()
    return due.moment <= run.began < end


def _make_up(day: date, before: date, reported: Mapping[date, int], kept: Mapping[date, str]) -> MakeUp:
    found = [as_of for as_of in kept if before <= as_of <= day]
    fresh = [as_of for as_of in found if as_of not in reported]
    if fresh:
        return MakeUp(day, kept[max(fresh)])
    if found:
        return MakeUp(day, why=f"its data, to {max(found)}, were reported by run {reported[max(found)]}")
    return MakeUp(
        day, why=f"there is no snapshot with data to a day from {before} to {day}, and a later one cannot know all of it"
    )
