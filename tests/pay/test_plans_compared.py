"""Other plans beside today's: by hand on three reps, for the same people, told to leaders only of five and more."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from salesanalytics import show
from salesanalytics.analyses.pay.plans_compared import PlansCompared, plans_compared
from salesanalytics.base.calendar import period_of
from salesanalytics.base.types import Tables
from salesanalytics.show import Missing, TableBlock, Words
from salesanalytics.views.pay.plans_compared import plans_compared_table
from tests.conftest import DEMO_DAY
from tests.pay.test_plan_cost import QUOTA, row
from tests.tables import QUARTER, tables

END = date(2026, 9, 30)
FLAT = """\
name: Flat
version: 1
valid_from: 2026-07-01
currency: EUR
base: booked
period: quarter
tiers: {steps: [{from: 0, rate: 10%}]}
"""


def asked(*files: str, **more: object) -> PlansCompared:
    """As of the end of the quarter, when bookings are known: r1 sold 1,000, r2 3,000, r3 700, each with a quota of 1,000."""
    have = tables(incentive_plan=[row()], quota=QUOTA)
    others = {f"{at}.yaml": file for at, file in enumerate(files)}
    return plans_compared(have, as_of=END, period=QUARTER, others=others, currency="EUR", **more)  # type: ignore[arg-type]


def keys(found: PlansCompared) -> list[str]:
    return [finding.key.removeprefix("plans_compared.") for finding in found.findings]


def test_each_plan_costs_what_it_pays_on_the_same_bookings_and_stands_beside_todays() -> None:
    found = asked(FLAT)
    assert found.table["plan"].tolist() == ["Commission", "Flat"]
    assert found.table["cost"].tolist() == [335.0, 470.0]
    assert found.table["today"].tolist() == [335.0, 335.0]
    assert (found.table["low"] == found.table["cost"]).all()
    assert keys(found) == ["dearer"]


def test_a_plan_for_some_is_compared_over_those_who_take_part_in_both() -> None:
    found = asked(FLAT + "eligible: {reps: [r1]}\n", FLAT + "eligible: {reps: [nobody]}\n")
    assert (found.table["people"][1], found.table["cost"][1], found.table["today"][1]) == (1, 100.0, 50.0)
    assert keys(found) == ["dearer", "nobody"]


def test_groups_of_fewer_than_five_are_not_counted_and_sums_of_them_are_for_analysts() -> None:
    found = asked(FLAT)
    assert np.isnan(found.table["gain"][1])
    assert found.table["lose"][1] == 0
    assert found.audience == "analyst"
    assert {finding.audience for finding in found.findings} == {"analyst"}
    assert plans_compared_table(found, Words("en", "EUR")).audience == "analyst"
    assert "rep_id" not in found.table


def test_the_break_even_is_asked_only_with_a_margin() -> None:
    assert np.isnan(asked(FLAT, margin=0.05).table["uplift"][1])  # each further euro costs more than it leaves
    cheap = asked(FLAT.replace("10%", "1%"), margin=0.6)
    assert cheap.table["uplift"][1] == 0
    assert 0.04 < asked(FLAT, margin=0.8).table["uplift"][1] < 0.05  # 470 + 4,700 × u × .1 less 335 = 4,700 × u × .8


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (FLAT.replace("10%", "much"), "0.yaml, line 7"),
        (FLAT.replace("EUR", "RON"), "pays in RON, and the data are in EUR"),
        (FLAT.replace("quarter", "month"), "pays by month, and the page asks for a quarter"),
        (FLAT.replace("{steps", "{over: money, per: deal, steps"), "pays deal by deal"),
        ("", "holds no plan"),
    ],
)
def test_a_file_that_cannot_be_compared_is_named_and_the_others_are(text: str, said: str) -> None:
    found = asked(text, FLAT)
    assert keys(found) == ["dearer", "unreadable"]
    assert said in found.findings[1].values["what"]


def test_names_nobody_has_are_told_where_the_whole_company_is_seen() -> None:
    file = FLAT + "eligible: {reps: [r1, r9], teams: [north, nowhere]}\n"
    assert "strange" not in keys(asked(file))
    told = next(finding for finding in asked(file, whole=True).findings if finding.key == "plans_compared.strange")
    assert told.values["what"] == "eligible.teams: nowhere; eligible.reps: r9"


def test_in_the_demo_a_retroactive_plan_is_dearer_with_its_range(demo: Tables) -> None:
    steps = json.loads(demo["incentive_plan"].set_index("plan_id").loc["COM-2026", "accelerators"])
    rates = [(0, 4.5), *((one["from"] * 100, one["rate"] * 100) for one in steps if one["from"])]
    lines = "".join(f"    - {{from: {start:g}%, rate: {rate:g}%}}\n" for start, rate in rates)
    others = {"steep.yaml": FLAT.split("tiers:")[0] + f"tiers:\n  how: retroactive\n  steps:\n{lines}"}
    now = period_of(DEMO_DAY)
    found = plans_compared(demo, as_of=DEMO_DAY, period=now, others=others, margin=0.6, draws=300)
    first, second = found.table.to_dict("records")
    assert second["low"] < second["cost"] < second["high"]
    assert first["cost"] == second["today"] < second["cost"]
    assert second["gain"] > 5
    assert second["uplift"] > 0
    assert found.audience == "leader"


@pytest.mark.parametrize("locale", ["en", "ro"])
def test_it_is_shown_in_both_languages(locale: str) -> None:
    words, found = Words(locale, "EUR"), asked(FLAT, FLAT.replace("10%", "much"), FLAT.replace("10%", "1%"), margin=0.5)
    assert isinstance(plans_compared_table(found, words), TableBlock)
    assert str(show.findings(found.findings, words))
    none = replace(found, table=found.table.iloc[:0])
    assert {type(plans_compared_table(replace(none, given=given), words)) for given in (0, 1)} == {Missing}
