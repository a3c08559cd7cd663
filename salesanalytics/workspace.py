"""Where things lie around the project: snapshots to read, and which of them a notebook means.

In: what a notebook's parameters say (a path or nothing, a team or nothing). Out: an open snapshot. With nothing given it is the
newest under `snapshots/`; in a fresh checkout without any, the demo company is made there first, so that every notebook runs as
it is.
"""

import os
from datetime import date
from pathlib import Path

from salesanalytics.base.team import find_team
from salesanalytics.data import snapshot as snapshots
from salesanalytics.data.snapshot import Snapshot, View
from salesanalytics.errors import SnapshotError


def home() -> Path:
    """The project folder: SALESANALYTICS_HOME, else the nearest folder upwards that holds notebooks/ and params/, else here."""
    named = os.environ.get("SALESANALYTICS_HOME")
    if named:
        return Path(named)
    here = Path.cwd()
    upwards = (here, *here.parents)
    return next((folder for folder in upwards if (folder / "notebooks").is_dir() and (folder / "params").is_dir()), here)


def snapshots_folder() -> Path:
    """Where snapshots are kept unless a command or notebook names another folder."""
    return home() / "snapshots"


def newest(team: str = "") -> Snapshot:
    """The newest snapshot that has `team`; the demo company, made now, where there is no snapshot at all.

    Raises SnapshotError where there are snapshots and none has the team.
    """
    manifests = sorted(snapshots_folder().glob(f"*/{snapshots.MANIFEST}"), key=lambda file: file.stat().st_mtime, reverse=True)
    opened = [snapshots.open(file.parent) for file in manifests]
    with_team = [one for one in opened if not team or find_team(one.teams, team)]
    if with_team:
        return with_team[0]
    if opened:
        raise SnapshotError(
            f"no snapshot under {snapshots_folder()} has a team {team!r}. "
            "Correct team:, or take a snapshot of the source that has it."
        )
    return make_demo()


def make_demo() -> Snapshot:
    """A snapshot of the demo company, made now."""
    from tempfile import TemporaryDirectory

    from salesanalytics.data.intake.check import check_source, usable
    from salesanalytics.demo import DEFAULT_AS_OF, write_demo

    with TemporaryDirectory() as folder:
        write_demo(Path(folder))
        dataset = usable(check_source(Path(folder), today=DEFAULT_AS_OF))
        dataset = dataset.named("demo")
        return snapshots.write(dataset, snapshots_folder() / f"demo-{DEFAULT_AS_OF}", DEFAULT_AS_OF)


def open_team(snapshot: str = "", team: str = "", as_of: str | date | None = None) -> View:
    """What a team's notebook works on.

    Empty `snapshot`: the newest that has `team`; empty `team`: its first; empty `as_of`: the snapshot's own day.
    """
    opened = snapshots.open(snapshot) if snapshot else newest(team)
    return opened.team(team or opened.teams[0].team_id, _day(as_of))


def open_company(snapshot: str = "", as_of: str | date | None = None) -> View:
    """What the company's notebook works on."""
    opened = snapshots.open(snapshot) if snapshot else newest()
    return opened.company(_day(as_of))


def _day(as_of: str | date | None) -> date | None:
    if not as_of or isinstance(as_of, date):
        return as_of or None
    try:
        return date.fromisoformat(as_of)
    except ValueError:
        raise SnapshotError(
            f"as_of is {as_of!r}; expected a date such as 2026-03-31, or nothing for the snapshot's own day."
        ) from None
