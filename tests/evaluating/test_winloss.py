"""Why more or less was won: parts that add up, luck that is called luck, rates that wait for wins, and competitors by name."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from salesanalytics import show
from salesanalytics.analyses.company.rivals_for_teams import rivals_for_teams
from salesanalytics.analyses.evaluating.winloss import WinLoss, winloss
from salesanalytics.base.calendar import Period, period_of
from salesanalytics.facts.competitors import competitors
from salesanalytics.show import Words
from salesanalytics.show.blocks import Missing
from salesanalytics.views.evaluating.winloss import winloss_figure, winloss_parts, winloss_rates, winloss_rivals
from tests.answers import written
from tests.conftest import DEMO_DAY
from tests.tables import AS_OF, QUARTER, tables
from tests.tiny import Rows, deal

VIEWS = (winloss_figure, winloss_parts, winloss_rates, winloss_rivals)
NOW, THEN = date(2026, 8, 10), date(2025, 8, 10)
FIRST = deal(0, "r1", "Lost", 1, "2024-01-01", "2024-01-02")
_numbers = iter(range(1, 100_000))


def closed(won: int, lost: int, on: date = NOW, amount: float = 100, took: int = 30, **more: object) -> Rows:
    """Deals closed on a day, `took` days after they were opened."""
    opened = on - timedelta(days=took)
    stages = ["Won"] * won + ["Lost"] * lost
    return [deal(next(_numbers), "r1", stage, amount, f"{opened}", f"{on}", **more) for stage in stages]


def asked(*deals: Rows) -> WinLoss:
    """Of these deals, and one so old that the records reach back."""
    return winloss(tables(opportunity=[FIRST, *(one for some in deals for one in some)]), as_of=AS_OF, period=QUARTER)


def said(found: WinLoss, locale: str = "en") -> str:
    """All that a page says of it."""
    words = Words(locale, "EUR")
    return written(*(view(found, words) for view in VIEWS), show.findings(found.findings, words))


def test_parts_add_up_to_the_difference_and_the_one_beyond_luck_is_named() -> None:
    found = asked(closed(40, 40, THEN), closed(40, 120))
    assert found.change is not None
    assert found.change.table["part"].sum() == pytest.approx(found.change.after - found.change.before) == 0
    assert found.change.table.set_index("factor").loc["volume", ["before", "after"]].to_list() == [80, 160]
    assert found.headline is not None
    assert found.headline.key in ("winloss.more_volume", "winloss.less_conversion")


def test_luck_is_called_luck() -> None:
    found = asked(closed(12, 30, THEN), closed(11, 32))
    assert found.findings[0].key == "winloss.less_by_luck"
    assert "luck alone could have made it" in said(found)


def test_fewer_deals_than_it_takes_are_not_taken_apart() -> None:
    found = asked(closed(2, 2, THEN), closed(2, 2))
    assert found.change is None
    assert isinstance(winloss_figure(found, Words()), Missing)
    assert [one.key for one in found.findings] == ["winloss.too_few"]


def test_records_that_do_not_reach_back_are_not_held_against() -> None:
    only = tables(opportunity=[*closed(30, 30)])
    assert winloss(only, as_of=AS_OF, period=QUARTER).change is None


def test_a_period_whose_losses_came_sooner_than_its_wins_is_not_judged_by_its_own_share() -> None:
    year = [one for month in range(12) for one in closed(10, 10, NOW - timedelta(days=70 + 30 * month), took=90)]
    sooner = [one for month in range(12) for one in closed(0, 10, NOW - timedelta(days=70 + 30 * month), took=10)]
    found = asked(year, sooner, closed(4, 60, took=10))
    assert (found.won_days, found.lost_days) == (90, 10)
    assert "winloss.late" in [one.key for one in found.findings]
    assert found.table["which"].to_list() == ["period", "year", "cohort"]
    cohort = found.table.set_index("which").loc["cohort"]
    assert cohort["end"] == AS_OF - timedelta(days=90)


def test_lost_deals_without_amounts_have_no_share_by_amount() -> None:
    found = asked(closed(30, 0), closed(0, 30, amount=0))
    assert found.table["by_amount"].isna().all()
    assert found.table["rate"].iloc[0] == 0.5


def test_wins_without_a_day_of_opening_tell_no_cohort() -> None:
    held = [row | {"created_at": ""} for row in closed(30, 30)]
    assert winloss(tables(opportunity=[FIRST, *held]), as_of=AS_OF, period=QUARTER).table["which"].to_list() == [
        "period",
        "year",
    ]


def test_a_competitor_is_held_against_the_other_ones_and_not_against_deals_without_a_name() -> None:
    found = asked(closed(2, 38, competitor="Bad Luck"), closed(20, 20, competitor="Other Ltd"), closed(60, 0))
    rivals = found.rivals.set_index("competitor")
    assert rivals.loc["Bad Luck", ["deals", "rate", "others"]].to_list() == [40, 0.05, 0.5]
    assert rivals["differs"].all()
    assert {"winloss.loses_to", "winloss.beats"} <= {one.key for one in found.findings}
    assert "5% *" in said(found)


def test_several_competitors_of_a_deal_each_count_once_whatever_their_capitals() -> None:
    deals = pd.DataFrame(
        {"opportunity_id": ["a", "b", "c", "d"], "competitor": ["Nord; BLUE |nord", "Blue, Kite", None, "none"]}
    )
    found = competitors(deals)
    assert found.groupby("opportunity_id")["competitor"].apply(list).to_dict() == {"a": ["Nord", "BLUE"], "b": ["BLUE", "Kite"]}


def test_names_written_down_only_when_a_deal_is_lost_are_said_to_be() -> None:
    found = asked(closed(1, 30, competitor="Nord"), closed(1, 20, competitor="Kite"), closed(40, 0))
    assert not found.rivals["differs"].any()
    assert "ask for the name in both cases" in said(found)


def test_looks_of_all_teams_are_counted_together() -> None:
    """One name in thirty that stands out by luck is no finding; alone it would be."""
    draw, by_team = np.random.default_rng(8), {}
    for team in range(8):
        rows: list[object] = [FIRST]
        for name in ("Nord", "Kite", "Blue", "Mer"):
            won = int(draw.binomial(30, 0.3))
            rows += closed(won, 30 - won, competitor=name)
        by_team[str(team)] = tables(opportunity=rows)
    together = rivals_for_teams(by_team, as_of=AS_OF)
    alone = [winloss(one, as_of=AS_OF, period=QUARTER).rivals["p"].min() for one in by_team.values()]
    assert len(together) == 32
    assert not together["differs"].any()
    assert together["p"].min() >= min(alone)


def test_a_day_before_the_period_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a day of the period"):
        winloss(tables(), as_of=QUARTER.start - timedelta(days=1), period=QUARTER)


def test_the_same_days_a_year_before_end_on_a_day_there_was() -> None:
    whole = period_of(date(2028, 2, 29))
    assert whole.until(date(2028, 2, 29)).year_before(whole) == Period(date(2027, 1, 1), date(2027, 2, 28))
    assert whole.year_before(whole) == period_of(date(2027, 2, 1))


@pytest.mark.parametrize("locale", ["en", "ro"])
def test_all_is_told_of_the_demo(locale: str, demo: dict[str, pd.DataFrame]) -> None:
    text = said(winloss(demo, as_of=DEMO_DAY, period=period_of(DEMO_DAY)), locale)
    parts = {
        "en": ("Kinds of deals", "Closed within 12 months", "Against whom", "A deal won takes"),
        "ro": ("Feluri de oportunități", "Închise în 12 luni", "Împotriva cui", "O oportunitate câștigată durează"),
    }
    assert [part for part in parts[locale] if part not in text] == []
