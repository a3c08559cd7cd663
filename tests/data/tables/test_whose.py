"""Whose a deal is: the team its owner was in on the company's day, and the owner it had when it closed."""

from datetime import date
from pathlib import Path

import pytest

from salesanalytics.analyses.dashboard.scoreboard import scoreboard
from salesanalytics.base.calendar import period_of
from salesanalytics.data import snapshot
from salesanalytics.data.intake.check import check_source, usable
from salesanalytics.data.snapshot import Snapshot
from tests.tables import tables
from tests.tiny import REP, Rows, deal, write_source

AS_OF = date(2026, 8, 31)
MOVED: Rows = [
    {"rep_id": "r1", "team_id": "north", "valid_from": "2025-01-01", "valid_to": "2026-06-30"},
    {"rep_id": "r1", "team_id": "south", "valid_from": "2026-07-01", "valid_to": ""},
]


def frozen(folder: Path, zone: str = "UTC", **changes: Rows) -> Snapshot:
    source = write_source(folder / "source", changes)
    names = {file.stem: file.read_text().splitlines()[0].split(",") for file in source.glob("*.csv")}
    lines = [
        f"  {name}: {{file: {name}.csv, columns: {{{', '.join(f'{one}: {one}' for one in held)}}}}}"
        for name, held in names.items()
    ]
    (folder / "map.yaml").write_text(f"timezone: {zone}\ntables:\n" + "\n".join(lines) + "\n")
    dataset = usable(check_source(source, folder / "map.yaml", today=date(2026, 9, 1)))
    return snapshot.write(dataset, folder / "snap", AS_OF)


def booked(of: Snapshot) -> dict[str, float]:
    """What each team won, by its own folder."""
    deals = {info.team_id: of.team(info.team_id).tables["opportunity"] for info in of.teams}
    return {team: float(rows.loc[rows["is_won"], "amount"].sum()) for team, rows in deals.items()}


@pytest.mark.parametrize(
    ("zone", "closed", "team"),
    [
        ("Europe/Bucharest", "2026-07-01", "south"),
        ("Europe/Bucharest", "2026-06-30T20:59:00Z", "north"),
        ("Europe/Bucharest", "2026-06-30T21:00:00Z", "south"),
        ("America/Phoenix", "2026-07-01T03:00:00Z", "north"),
        ("America/Phoenix", "2026-07-01T07:00:00Z", "south"),
    ],
)
def test_a_deal_goes_to_the_team_of_the_companys_day(tmp_path: Path, zone: str, closed: str, team: str) -> None:
    snap = frozen(tmp_path, zone, rep_assignment=MOVED, opportunity=[deal(1, "r1", "Won", 20_000, "2026-05-01", closed)])
    assert booked(snap) == {"north": 0.0, "south": 0.0} | {team: 20_000.0}


def test_what_a_rep_did_on_the_first_day_in_a_team_is_that_teams(tmp_path: Path) -> None:
    activity = [{"activity_id": "a1", "rep_id": "r1", "kind": "call", "occurred_at": "2026-07-01 00:10"}]
    lead = [{"lead_id": "l1", "owner_rep_id": "r1", "created_at": "2026-07-01"}]
    said = [{"scope_id": "r1", "period_start": "2026-07-01", "submitted_at": "2026-07-01", "amount": 5}]
    snap = frozen(tmp_path, "Europe/Bucharest", rep_assignment=MOVED, activity=activity, lead=lead, forecast_submission=said)
    for table in ("activity", "lead", "forecast_submission"):
        held = {info.team_id: len(snap.team(info.team_id).tables[table]) for info in snap.teams}
        assert held == {"north": 0, "south": 1}, table


def test_a_deal_handed_over_after_it_closed_stays_with_who_sold_it(tmp_path: Path) -> None:
    deals = [deal(1, "r3", "Won", 20_000, "2026-05-01", "2026-07-05"), deal(2, "r3", "Won", 10_000, "2026-05-01", "2026-07-15")]
    log = [
        {"opportunity_id": "o1", "changed_at": "2026-07-20", "field": "owner_rep_id", "old_value": "r1", "new_value": "r3"},
        {"opportunity_id": "o2", "changed_at": "2026-07-10", "field": "owner_rep_id", "old_value": "r1", "new_value": "r3"},
    ]
    snap = frozen(tmp_path, opportunity=deals, opportunity_history=log)
    assert booked(snap) == {"north": 20_000.0, "south": 10_000.0}
    board = scoreboard(snap.team("north").tables, as_of=AS_OF, period=period_of(AS_OF)).table.set_index("rep_id")
    assert (board.loc["r1", "booked"], board.loc["r1", "left"]) == (20_000.0, False)
    rule = next(one["rule"] for one in snap.quality["problems"])
    assert rule == "changed hands after it was closed: counts for who owned it then"


def test_who_has_no_row_of_assignments_has_not_left() -> None:
    found = scoreboard(tables(rep_assignment=MOVED), as_of=AS_OF, period=period_of(AS_OF)).table
    assert not found["left"].any()
    gone = [{**REP[0], "leave_date": "2026-07-31"}, *REP[1:]]
    found = scoreboard(tables(rep=gone), as_of=AS_OF, period=period_of(AS_OF)).table.set_index("rep_id")
    assert list(found.index[found["left"]]) == ["r1"]
