"""Snapshots of the tiny company that tests look at, and its rep who moves from one team to another."""

from datetime import date
from pathlib import Path

from salesanalytics.data import snapshot
from salesanalytics.data.intake.check import check_source, usable
from salesanalytics.data.snapshot import Snapshot, View
from tests.tiny import write_source

TODAY = date(2026, 9, 1)
MOVE = [
    {"rep_id": "r1", "valid_from": "2024-01-01", "valid_to": "2026-07-15", "team_id": "north"},
    {"rep_id": "r1", "valid_from": "2026-07-16", "valid_to": "", "team_id": "south"},
    {"rep_id": "r2", "valid_from": "2024-06-01", "valid_to": "", "team_id": "north"},
    {"rep_id": "r3", "valid_from": "2024-01-01", "valid_to": "", "team_id": "south"},
]


def taken(folder: Path, as_of: date = TODAY, **changes: object) -> Snapshot:
    dataset = usable(check_source(write_source(folder / "source", changes), today=TODAY))  # type: ignore[arg-type]
    return snapshot.write(dataset, folder / "snap", as_of)


def deals(view: View) -> set[str]:
    return set(view.tables["opportunity"]["opportunity_id"])
