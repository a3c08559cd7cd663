"""One row per rep, a total, and only differences that chance does not explain."""

import math

import pandas as pd
import pytest

from salesanalytics.analyses.dashboard.attention import attention
from salesanalytics.analyses.dashboard.pipeline import pipeline
from salesanalytics.analyses.dashboard.scoreboard import scoreboard
from salesanalytics.show import Words
from salesanalytics.views.dashboard import scoreboard as scoreboard_view
from tests.answers import answer, texts
from tests.tables import AS_OF, QUARTER, tables
from tests.tiny import OPPORTUNITY, REP, deal


def test_the_scoreboards_total_is_the_sum_of_its_rows() -> None:
    result = scoreboard(tables(), as_of=AS_OF, period=QUARTER)
    assert result.table["name"].tolist() == ["Ben Roe", "Ana Pop", "Cy Dunn"]
    assert result.total["booked"] == result.table["booked"].sum() == 4700


def test_a_rep_who_left_is_shown_only_with_something_to_show() -> None:
    gone = {"rep_id": "r4", "name": "Gone", "team_id": "north", "hire_date": "2020-01-01", "leave_date": "2021-01-01"}
    rows = tables(rep=[{**REP[0], "leave_date": "2026-08-01"}, *REP[1:], gone])
    table = scoreboard(rows, as_of=AS_OF, period=QUARTER).table.set_index("name")
    assert "Gone" not in table.index
    assert table.loc["Ana Pop", "left"]


def test_a_team_with_one_rep_is_compared_with_nobody() -> None:
    rows = tables(rep=[REP[0]], opportunity=[{**row, "owner_rep_id": "r1"} for row in OPPORTUNITY])
    assert not scoreboard(rows, as_of=AS_OF, period=QUARTER).table["differs"].any()


def test_a_team_with_no_deals_has_an_empty_but_whole_board() -> None:
    rows = dict(tables())
    rows["opportunity"] = rows["opportunity"].iloc[:0]
    board = scoreboard(rows, as_of=AS_OF, period=QUARTER)
    assert board.table["booked"].tolist() == [0, 0, 0]
    assert pipeline(rows, as_of=AS_OF, period=QUARTER).table["deals"].sum() == 0
    assert attention(rows, as_of=AS_OF, period=QUARTER).findings == ()


def test_only_a_difference_beyond_chance_marks_a_rep() -> None:
    won = [deal(at, "r1", "Won", 1, "2026-06-01", "2026-07-05") for at in range(40)]
    lost = [deal(100 + at, "r2", "Lost", 1, "2026-06-01", "2026-07-05") for at in range(40)]
    even = [deal(200 + at, "r3", "Won" if at % 2 else "Lost", 1, "2026-06-01", "2026-07-05") for at in range(40)]
    table = scoreboard(tables(opportunity=[*won, *lost, *even]), as_of=AS_OF, period=QUARTER).table.set_index("rep_id")
    assert table["differs"].to_dict() == {"r1": True, "r2": True, "r3": False}


EN = Words("en", "EUR")


REPS = pd.DataFrame(
    {
        "name": ["Ana", "Dan"],
        "left": [False, True],
        "booked": [10_000.0, 90_000.0],
        "won": [1, 6],
        "quota": [80_000.0, 60_000.0],
        "closed": [10, 12],
        "win_rate": [0.1, 0.5],
        "win_low": [0.0, 0.3],
        "win_high": [0.4, 0.7],
        "differs": [False, True],
        "open_amount": [5_000.0, 0.0],
    }
)


TOTAL = {"booked": 100_000.0, "quota": 140_000.0, "open_amount": 5_000.0}


def board(rows=REPS):
    return answer(table=rows, total=TOTAL, goal=None)


def test_quotas_are_listed_as_the_team_is_by_what_was_booked():
    figure = scoreboard_view.scoreboard_figure(board(), EN)
    assert texts(figure).index("Dan") < texts(figure).index("Ana")
    assert figure.title == "1 of 2 reps with a quota has reached it so far"


@pytest.mark.parametrize(("rep", "title"), [(0, "has not reached it so far"), (1, "has reached it")])
def test_a_single_quota_is_not_counted_but_told(rep, title):
    assert scoreboard_view.scoreboard_figure(board(REPS.iloc[[rep]]), EN).title == f"The one rep with a quota {title}"


def test_the_teams_table_speaks_of_win_rates_only_where_it_shows_them():
    assert scoreboard_view.scoreboard_table(board(), EN).subtitle == "Oct–Dec 2026; win rate over the last 12 months"
    without = scoreboard_view.scoreboard_table(board(REPS.assign(win_rate=math.nan)), EN)
    assert (without.subtitle, without.note) == ("Oct–Dec 2026", "")


def test_signs_are_explained_only_where_somebody_is_marked():
    assert "▲" in scoreboard_view.scoreboard_table(board(), EN).note
    alike = scoreboard_view.scoreboard_table(board(REPS.assign(differs=False)), EN).note
    assert "no rep's differs" in alike
    assert "▲" not in alike


def test_praise_goes_to_who_wins_more_often_beyond_chance_else_to_who_reached_the_quota() -> None:
    def closed(rep: str, won: int, lost: int, first: int) -> list[dict[str, object]]:
        stages = ["Won"] * won + ["Lost"] * lost
        return [deal(first + at, rep, stage, 100, "2026-05-01", "2026-08-01") for at, stage in enumerate(stages)]

    ahead = tables(opportunity=[*closed("r1", 30, 10, 1), *closed("r2", 15, 45, 100), *closed("r3", 14, 46, 200)])
    (finding,) = scoreboard(ahead, as_of=AS_OF, period=QUARTER).findings
    assert (finding.key, finding.severity, finding.about) == ("scoreboard.stands_out", "good", ("rep", "r1"))
    assert (finding.values["rate"], finding.evidence.n) == (0.75, 40)
    alike = [*closed("r1", 10, 30, 1), *closed("r2", 10, 30, 100), *closed("r3", 10, 30, 200)]
    span = {"period_start": QUARTER.start, "period_end": QUARTER.end, "scope": "rep"}
    quota = [{**span, "scope_id": "r1", "amount": 500}, {**span, "scope_id": "r2", "amount": 5000}]
    (finding,) = scoreboard(tables(opportunity=alike, quota=quota), as_of=AS_OF, period=QUARTER).findings
    assert (finding.key, finding.values["n"], finding.values["share"]) == ("scoreboard.reached", 1, 2.0)
    assert scoreboard(tables(opportunity=alike, quota=quota[1:]), as_of=AS_OF, period=QUARTER).findings == ()
