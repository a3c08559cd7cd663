"""What goes with winning: planted sources are named, noise is not, and a team is told only of what five teams stand behind."""

from dataclasses import replace
from datetime import timedelta
from functools import cache

import numpy as np
import pandas as pd
import pytest

from salesanalytics import show
from salesanalytics.analyses.company.win_drivers_for_teams import win_signal, win_values
from salesanalytics.analyses.evaluating.win_drivers import WinDrivers, win_drivers
from salesanalytics.show import Words
from salesanalytics.show.blocks import Missing
from salesanalytics.views.evaluating.win_drivers import win_drivers_figure, win_drivers_table
from tests.answers import written
from tests.tables import AS_OF, tables
from tests.tiny import STAGE, Rows, deal

SOURCES = {"Referral": 0.6, "Website": 0.35, "Outbound": 0.2}


def deals(n: int = 900, sources: dict[str, float] | None = None, seed: int = 1) -> Rows:
    """Deals of three sources and of sizes that mean nothing, half a year to close at the most."""
    draw, rows, chance = np.random.default_rng(seed), [], sources or SOURCES
    names = draw.choice(list(chance), n)
    for at, name in enumerate(names):
        opened = AS_OF - timedelta(days=int(draw.integers(200, 700)))
        stage = "Won" if draw.random() < chance[str(name)] else "Lost"
        closed = opened + timedelta(days=int(draw.integers(10, 180)))
        size = int(draw.lognormal(8, 1))
        rows.append(deal(at, "r1", stage, size, f"{opened}", f"{closed}", lead_source=name, account_id=f"a{at // 2}"))
    return [*rows, deal(n, "r1", "Offer", 10, f"{AS_OF}", lead_source="Referral")]


def asked(rows: Rows) -> WinDrivers:
    """Of these deals."""
    account = [{"account_id": name} for name in sorted({str(row.get("account_id", "a0")) for row in rows})]
    return win_drivers(tables(opportunity=rows, account=account, stage=STAGE), as_of=AS_OF)


@cache
def planted() -> WinDrivers:
    return asked(deals())


def said(found: WinDrivers, locale: str = "en") -> str:
    """All that a page says of it."""
    words = Words(locale, "EUR")
    return written(win_drivers_figure(found, words), win_drivers_table(found, words), show.findings(found.findings, words))


def test_a_planted_source_is_found_with_its_share_and_sizes_that_mean_nothing_are_not() -> None:
    found = planted()
    rows = found.table.set_index("band")
    assert set(found.table["column"]) == {"lead_source"}
    for name, chance in SOURCES.items():
        assert rows.loc[name, "low"] < chance < rows.loc[name, "high"]
    assert [one.key for one in found.findings] == ["win_drivers.more", "win_drivers.less"]


def test_an_open_deal_gets_the_chance_of_its_kind() -> None:
    assert planted().chances["chance"].to_list() == [pytest.approx(0.6, abs=0.1)]


def test_where_nothing_tells_it_says_so() -> None:
    found = asked(deals(sources={"Referral": 0.35, "Website": 0.35}))
    assert found.word == "no usable signal"
    assert [one.key for one in found.findings] == ["win_drivers.no_signal"]
    assert "do not sort leads by it" in said(found)
    assert "nu ordonați oportunitățile" in said(found, "ro")


def test_few_deals_or_one_outcome_are_said_to_be() -> None:
    assert asked(deals(30)).word == "not enough data"
    assert "too few to say what goes with winning" in said(asked(deals(30)))
    alone = asked([row | {"stage": "Won"} for row in deals(60)[:-1]])
    assert (alone.word, alone.findings) == ("", ())
    assert isinstance(win_drivers_figure(alone, Words()), Missing)


def test_a_team_is_told_only_of_values_that_five_teams_stand_behind() -> None:
    found = planted()
    assert win_values(found, told=True).empty  # one team has them all
    nothing = win_values(asked(deals(30)), told=True)
    assert (len(nothing), list(nothing)) == (0, list(found.table))
    spread = [{"column": "lead_source", "band": "Referral", "team": str(at), "n": 50} for at in range(6)]
    five = replace(found, behind=pd.DataFrame(spread))
    assert win_values(five, told=True)["band"].to_list() == ["Referral"]
    assert win_values(five, told=False).empty
    assert win_signal(five, told=False).empty
    told = WinDrivers.told(win_signal(five, told=True), win_values(five, told=True), AS_OF)
    assert [one.key for one in told.findings] == ["win_drivers.more"]


def test_without_a_company_run_a_page_says_what_it_needs() -> None:
    assert "needs deals of five teams" in said(WinDrivers.told(None, None, AS_OF))


@pytest.mark.parametrize(
    ("known", "en", "ro"),
    [
        (("lead_source", "Referral"), "Source: Referral", "Sursă: Referral"),
        (("amount", "1750 to 11000"), "Amount: €1.8–11K", "Sumă: 1,8–11 mii EUR"),
        (("customer_before", "1"), "Has bought before: yes", "A mai cumpărat: da"),
        (("segment", "missing"), "Segment: not known", "Segment: necunoscut"),
        (("wins_before", "2"), "Won before: 2", "Câștigate înainte: 2"),
    ],
)
def test_a_value_is_written_in_the_readers_words(known: tuple[str, str], en: str, ro: str) -> None:
    plain = [Words(locale, "EUR").deal_value(known).replace("\u00a0", " ").replace("\u202f", " ") for locale in ("en", "ro")]
    assert plain == [en, ro]
