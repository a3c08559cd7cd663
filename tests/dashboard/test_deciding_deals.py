"""The deals that decide the period: what speaks against one stands beside its chance."""

from dataclasses import replace

import pandas as pd
import pytest

from salesanalytics.analyses.dashboard.deciding_deals import DecidingDeals, deciding_deals
from salesanalytics.analyses.dashboard.landing import landing
from salesanalytics.analyses.dashboard.landing_result import Landing
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import Known, known_on
from salesanalytics.show import Missing, Words
from salesanalytics.views.dashboard.deciding_deals import deciding_deals_table
from tests.answers import QUARTER_SEEN, written
from tests.conftest import DEMO_DAY

EN, RO = Words("en", "EUR"), Words("ro", "EUR")


@pytest.fixture(scope="module")
def ends(demo: Tables) -> Landing:
    return landing(demo, as_of=DEMO_DAY, period=QUARTER_SEEN)


def silenced(demo: Tables, deal: str) -> Tables:
    """The same tables, but for the activities of a deal in the last three months."""
    rows = demo["activity"]
    recent = (rows["opportunity_id"] == deal) & (rows["occurred_at"] >= pd.Timestamp("2026-08-20", tz="UTC"))
    deals = demo["opportunity"]
    opened = deals["created_at"].mask(deals["opportunity_id"] == deal, pd.Timestamp("2026-07-01", tz="UTC"))
    return {**demo, "activity": rows[~recent.fillna(False)], "opportunity": deals.assign(created_at=opened)}


def asked(tables: Tables, ends: Landing) -> DecidingDeals:
    return deciding_deals(tables, as_of=DEMO_DAY, period=QUARTER_SEEN, ends=ends)


def test_the_strongest_deal_cannot_be_silent_without_a_word(demo: Tables, ends: Landing) -> None:
    strongest = ends.table["opportunity_id"].iloc[0]
    found = asked(silenced(demo, strongest), ends)
    first = found.table.iloc[0]
    assert (first["opportunity_id"], bool(first["silent"])) == (strongest, True)
    (finding,) = found.findings
    assert finding.key == "deciding_deals.silent"
    assert finding.about == ("deal", "")
    assert "silent for" in written(deciding_deals_table(found, EN)).splitlines()[3]


@pytest.mark.parametrize("words", [EN, RO])
def test_each_deal_shows_its_chance_and_its_date(demo: Tables, ends: Landing, words: Words) -> None:
    found = asked(demo, ends)
    block = deciding_deals_table(found, words)
    assert len(found.table) == 8
    assert words.date(found.table["expected_close_date"].iloc[0]) in written(block)
    assert "nan" not in written(block)


def test_without_chances_it_is_said(demo: Tables, ends: Landing) -> None:
    unknown = replace(ends, low=None, middle=None, high=None)
    assert deciding_deals_table(asked(demo, unknown), EN) == Missing(EN.say("deciding_deals.unknown"))


def test_beside_a_chance_stands_how_many_own_deals_stood_alike_and_were_won(demo: Tables, ends: Landing) -> None:
    """Counted again from the tables as they were known so many days before each past period's end."""
    found = asked(demo, ends)
    first = found.table.iloc[0]
    left = QUARTER_SEEN.end - DEMO_DAY
    assert ends.basis is not None
    alike = won = 0
    later = known_on(dict(demo), DEMO_DAY)["opportunity"].set_index("opportunity_id")
    for past in ends.basis.past:
        then = known_on(Known(dict(demo), DEMO_DAY), past.end - left)["opportunity"]
        mine = then.loc[~then["is_closed"] & (then["stage"] == first["stage"]), "opportunity_id"]
        fate = later.loc[later.index.isin(mine)]
        alike += len(mine)
        won += int((fate["is_won"] & (fate["closed_on"] <= pd.Timestamp(past.end))).sum())
    assert first["alike"] == pytest.approx(alike, rel=0.1)
    assert first["alike_won"] == pytest.approx(won, rel=0.1, abs=2)
    said = written(deciding_deals_table(found, EN))
    assert f"{first['alike_won']:.0f} of {first['alike']:.0f} alike won" in said
