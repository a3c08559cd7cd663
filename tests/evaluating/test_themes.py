"""What comments speak of: a theme that goes with low scores is found, luck is not, and single employees are never told."""

from datetime import date, timedelta

import pandas as pd
import pytest

from salesanalytics import show
from salesanalytics.analyses.company.themes_for_teams import themes_for_teams
from salesanalytics.analyses.evaluating.themes import Themes, themes
from salesanalytics.show import Words
from salesanalytics.show.blocks import Missing
from salesanalytics.views.evaluating.themes import themes_table
from tests.answers import written
from tests.tables import AS_OF, tables
from tests.tiny import Rows, deal

LATELY, BEFORE = AS_OF - timedelta(days=60), AS_OF - timedelta(days=420)
DELIVERY, PRICE = "The delivery came on a Tuesday", "The price is on the second page"


def comments(
    n: int,
    said: str,
    score: float | None = 10,
    on: date = LATELY,
    who: str = "buyer",
    deal_id: str | None = None,
    team: str = "north",
) -> Rows:
    """Comments that all say the same."""
    return [
        {
            "feedback_id": f"{who}{said}{score}{on}{team}{at}",
            "author_kind": who,
            "occurred_at": f"{on} 10:00",
            "text": f"{said}, case {at}",
            "score": score,
            "score_scale": "nps",
            "opportunity_id": deal_id,
            "team_id": team,
        }
        for at in range(n)
    ]


FIRST = comments(1, "Hello", on=date(2020, 1, 1))


def asked(*rows: Rows, teams: bool = False) -> Themes:
    """FIRST: so that the records reach back two years."""
    lost = deal(1, "r1", "Lost", 5, "2026-01-02", "2026-02-02") | {"opportunity_id": "lost"}
    held = tables(feedback=[*FIRST, *(one for some in rows for one in some)], opportunity=[lost])
    mine = {name: [one for some in rows for one in some if one["team_id"] == name] for name in ("north", "south") if teams}
    return themes(held, {name: tables(feedback=some) for name, some in mine.items()}, as_of=AS_OF)


def row(found: Themes, theme: str, group: str = "customers", team: str = "") -> "pd.Series[float]":
    """One row of the table."""
    return found.table.set_index(["team_id", "group", "theme"]).loc[(team, group, theme)]


def said(found: Themes, locale: str = "en") -> str:
    """All that a page says of it."""
    words = Words(locale, "EUR")
    return written(themes_table(found, words), show.findings(found.findings, words))


def test_shares_are_of_the_groups_comments_and_a_comment_may_speak_of_two_themes() -> None:
    found = asked(comments(6, DELIVERY), comments(3, PRICE), comments(2, f"{DELIVERY}, {PRICE.lower()}"), comments(9, "Hello"))
    assert row(found, "delivery")[["n", "about", "share"]].to_list() == [20, 8, pytest.approx(0.4)]
    assert row(found, "price")["about"] == 5
    assert row(found, "delivery")["low"] < 0.4 < row(found, "delivery")["high"]
    assert (found.comments, found.silent) == (20, 9)


def test_a_theme_that_goes_with_low_scores_is_found() -> None:
    found = asked(comments(20, DELIVERY, 3), comments(20, PRICE, 3), comments(4, DELIVERY, 10), comments(40, "Hello", 10))
    assert row(found, "delivery")[["of_low", "of_high"]].to_list() == [0.5, pytest.approx(4 / 44)]
    assert [one.key for one in found.findings][:1] == ["themes.low"]
    assert "50% of comments beside a low score" in said(found)
    assert "50% · 9.1% *" in said(found)


def test_a_theme_that_goes_with_high_scores_is_good() -> None:
    found = asked(comments(30, DELIVERY, 10), comments(10, "Hello", 10), comments(2, DELIVERY, 3), comments(30, "Hello", 3))
    assert [(one.key, one.severity) for one in found.findings] == [("themes.high", "good")]


def test_a_theme_that_comes_up_more_than_a_year_ago_is_told_and_an_even_one_is_not() -> None:
    before = [*comments(5, DELIVERY, on=BEFORE), *comments(20, PRICE, on=BEFORE), *comments(45, "Hello", on=BEFORE)]
    found = asked(before, comments(30, DELIVERY), comments(20, PRICE), comments(20, "Hello"))
    assert [one.key for one in found.findings] == ["themes.more"]
    assert found.findings[0].values["what"] == ("customers", "delivery")
    assert not row(found, "price")["changed"]


def test_luck_is_not_called_a_difference() -> None:
    found = asked(comments(7, DELIVERY, 3), comments(13, "Hello", 3), comments(5, DELIVERY), comments(15, "Hello"))
    assert found.findings == ()
    assert "*" not in said(found).replace("*:", "")


def test_every_look_of_every_team_is_counted() -> None:
    rows = [comments(12, DELIVERY, 3), comments(8, "Hello", 3), comments(3, DELIVERY), comments(17, "Hello")]
    assert row(asked(*rows), "delivery")["scores_p"] < 0.01
    more = [comments(6, f"{PRICE} and {DELIVERY.lower()} and the support line", score, team="south") for score in (3, 10)]
    many = asked(*rows, *more, comments(10, "Hello", 3, team="south"), comments(10, "Hello", team="south"), teams=True)
    assert row(many, "delivery", team="north")["scores_p"] > 2 * row(asked(*rows), "delivery")["scores_p"]


def test_buyers_who_chose_somebody_else_speak_for_themselves() -> None:
    found = asked(comments(10, PRICE, 3, deal_id="lost"), comments(10, DELIVERY))
    assert set(found.table["group"]) == {"lost_buyers", "customers"}
    assert row(found, "price", "lost_buyers")["share"] == 1


def test_nine_comments_are_too_few_and_the_page_says_what_would_be_there() -> None:
    found = asked(comments(9, DELIVERY))
    assert found.table.empty
    assert isinstance(themes_table(found, Words("en", "EUR")), Missing)
    assert "10 comments" in said(found)
    assert found.findings == ()


@pytest.mark.parametrize("speak", [1, 4, 16, 19])
def test_what_one_to_four_employees_speak_of_or_leave_out_is_not_told(speak: int) -> None:
    found = asked(comments(speak, "My pay", who="employee"), comments(20 - speak, "Hello", who="employee"))
    assert row(found, "pay", "employees")["n"] == 20
    assert row(found, "pay", "employees")[["about", "share", "before", "of_low"]].isna().all()
    assert "pay" not in said(found).lower()


def test_beside_scores_employees_are_told_only_where_no_side_is_one_to_four() -> None:
    found = asked(
        comments(12, "My pay", 3, who="employee"),
        comments(3, "Hello", 3, who="employee"),
        comments(20, "Hello", who="employee"),
    )
    assert row(found, "pay", "employees")["share"] == pytest.approx(12 / 35)
    assert pd.isna(row(found, "pay", "employees")["of_low"])


def test_nothing_after_the_day_counts_and_without_texts_there_is_nothing() -> None:
    late = comments(20, DELIVERY, on=AS_OF + timedelta(days=1))
    assert asked(comments(12, PRICE), late).table["theme"].to_list() == ["price"]
    assert themes(tables(), as_of=AS_OF).table.empty


def test_a_team_is_told_its_own_rows_as_the_company_worked_them_out() -> None:
    found = asked(comments(12, DELIVERY), comments(15, PRICE, team="south"), teams=True)
    handed = themes_for_teams(found)
    assert set(handed["team_id"]) == {"north", "south"}
    mine = Themes.told(handed[handed["team_id"] == "south"], AS_OF)
    assert mine.table["theme"].to_list() == ["price"]
    assert "100% of 15" in said(mine)
    assert isinstance(themes_table(Themes.told(None, AS_OF), Words("en", "EUR")), Missing)


def test_romanian_says_it_too() -> None:
    found = asked(comments(20, DELIVERY, 3), comments(20, PRICE, 3), comments(4, DELIVERY, 10), comments(40, "Hello", 10))
    assert "despre livrare" in said(found, "ro")
    assert "din 84" in said(found, "ro")
