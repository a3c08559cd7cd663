"""A company small enough to work out by hand: 2 teams, 3 reps, 6 deals. Tests change one thing and look what happens."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

Rows = Sequence[Mapping[str, object]]

TEAM = [{"team_id": "north", "name": "North"}, {"team_id": "south", "name": "South"}]
REP = [
    {"rep_id": "r1", "name": "Ana Pop", "team_id": "north", "hire_date": "2024-01-01"},
    {"rep_id": "r2", "name": "Ben Roe", "team_id": "north", "hire_date": "2024-06-01"},
    {"rep_id": "r3", "name": "Cy Dunn", "team_id": "south", "hire_date": "2024-01-01"},
]
STAGE = [
    {"stage": "Lead", "sort_order": 1, "is_closed": False, "is_won": False},
    {"stage": "Offer", "sort_order": 2, "is_closed": False, "is_won": False},
    {"stage": "Won", "sort_order": 3, "is_closed": True, "is_won": True},
    {"stage": "Lost", "sort_order": 4, "is_closed": True, "is_won": False},
]


def deal(
    number: int, owner: str, stage: str, amount: object, created: str, closed: str = "", **more: object
) -> dict[str, object]:
    """One opportunity as a row of text."""
    return {
        "opportunity_id": f"o{number}", "owner_rep_id": owner, "stage": stage, "amount": amount,
        "created_at": created, "closed_at": closed, "expected_close_date": "" if closed else "2026-09-30", **more,
    }  # fmt: skip


OPPORTUNITY = [
    deal(1, "r1", "Won", 1000, "2026-05-01", "2026-07-10"),
    deal(2, "r1", "Lost", 500, "2026-05-01", "2026-07-20"),
    deal(3, "r2", "Won", 3000, "2026-06-01", "2026-08-01"),
    deal(4, "r2", "Offer", 2000, "2026-07-01"),
    deal(5, "r3", "Won", 700, "2026-06-10", "2026-08-15"),
    deal(6, "r3", "Lead", "", "2026-08-20"),
]
TABLES: dict[str, Rows] = {"team": TEAM, "rep": REP, "stage": STAGE, "opportunity": OPPORTUNITY}


def write_source(folder: Path, changes: Mapping[str, Rows | None] | None = None) -> Path:
    """The company as a folder of CSV files; `changes` replaces tables, None leaves one out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in {**TABLES, **(changes or {})}.items():
        if rows is not None:
            write_csv(folder / f"{name}.csv", rows)
    return folder


def write_csv(path: Path, rows: Rows, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    """Rows as one CSV file."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, names, delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path
