"""All teams side by side."""

import math
import re

import pandas as pd
import pytest

from salesanalytics.analyses.company.side_by_side import side_by_side
from salesanalytics.show import Words, theme
from salesanalytics.views.company import side_by_side as side_by_side_view
from tests.answers import answer
from tests.tables import AS_OF, QUARTER, tables
from tests.tiny import deal


def rate(won: int, lost: int) -> list[dict[str, object]]:
    days = ("2026-06-01", "2026-07-05")
    return [deal(at, "r1", "Won" if at < won else "Lost", 1, *days) for at in range(won + lost)]


def test_teams_stand_side_by_side_with_one_row_each() -> None:
    board = side_by_side({"north": tables(), "south": tables()}, as_of=AS_OF, period=QUARTER).table
    assert board[["team_id", "booked", "n"]].to_numpy().tolist() == [["north", 4700.0, 4], ["south", 4700.0, 4]]


def test_teams_are_called_different_only_when_all_are_looked_at_together() -> None:
    def team(won: int, lost: int) -> object:
        return tables(opportunity=rate(won, lost))

    teams = {"a": team(30, 30), "b": team(31, 29), "c": team(29, 31), "d": team(8, 52)}
    board = side_by_side(teams, as_of=AS_OF, period=QUARTER).table  # type: ignore[arg-type]
    assert board["differs"].tolist() == [False, False, False, True]


def landings(*rows: tuple[str, float, float, float]) -> pd.DataFrame:
    names = ["team_id", "middle", "p_hit", "goal"]
    told = pd.DataFrame(rows, columns=names).assign(low=lambda rows: rows["middle"] - 10, high=lambda rows: rows["middle"] + 10)
    return told.drop(columns="goal")


def test_whose_shortfall_it_is_is_said_in_money() -> None:
    quota = [
        {"scope": "company", "scope_id": "all", "period_start": "2026-07-01", "period_end": "2026-09-30", "amount": 10_000}
    ]
    teams = {name: tables(quota=quota) for name in ("north", "south", "east")}
    told = landings(("north", 4000.0, 0.05, 1e4), ("south", 9000.0, 0.3, 1e4), ("east", 12_000.0, 0.95, 1e4))
    board = side_by_side(teams, as_of=AS_OF, period=QUARTER, landings=told)
    assert board.table["short"].tolist() == [6000.0, 1000.0, 0.0]
    (finding,) = board.findings
    values = finding.values
    assert (finding.severity, values["gap"], values["total"], values["n"], finding.about) == (
        "act", 6000.0, 7000.0, 2, ("team", "north"),
    )  # fmt: skip
    assert finding.values["share"] == pytest.approx(6 / 7)


def test_without_a_shortfall_nobody_is_named() -> None:
    board = side_by_side({"north": tables(), "south": tables()}, as_of=AS_OF, period=QUARTER)
    assert board.findings == ()


EN = Words("en", "EUR")


def coloured(figure, colour):
    return len(re.findall(rf"fill:var\({theme.TOKENS[colour]},", figure.svg))


UNTOLD = dict.fromkeys(["likely", "ends_low", "ends_high", "p_hit", "short"], math.nan)
BOARD = pd.DataFrame(
    {
        **UNTOLD,
        "name": ["North", "South", "East"],
        "booked": [90.0, 30.0, 500.0],
        "goal": [100.0, 100.0, math.nan],
        "attainment": [0.9, 0.3, math.nan],
        "open": [10.0, 20.0, 30.0],
        "win_rate": [0.5, 0.1, 0.3],
        "low": [0.4, 0.05, 0.2],
        "high": [0.6, 0.2, 0.4],
        "n": [100, 100, 100],
    }
)


def test_all_teams_together_attain_what_those_with_a_goal_booked_of_it():
    listed, _ = side_by_side_view.side_by_side_blocks(answer(table=BOARD.assign(differs=False)), EN)
    assert [cell.text for cell in listed.rows[-1].cells] == ["Total", "620", "200", "60%", "60"]


@pytest.mark.parametrize(
    ("differs", "bad", "note"),
    [
        ([False, False, False], 0, EN.say("side_by_side.rates_note_none")),
        ([False, True, False], 1, EN.say("side_by_side.rates_note")),
    ],
)
def test_a_team_is_coloured_only_where_the_test_says_that_it_differs(differs, bad, note):
    _, picture = side_by_side_view.side_by_side_blocks(answer(table=BOARD.assign(differs=differs)), EN)
    assert (coloured(picture, theme.GOOD), coloured(picture, theme.BAD), picture.note) == (0, bad, note)
