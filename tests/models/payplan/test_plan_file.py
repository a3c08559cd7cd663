"""Plan files: what a person typed is what the plan says, and every mistake is named with its line and its remedy."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from salesanalytics.errors import PlanError
from tests.models.payplan.plans import written

GOOD = """\
name: Account executives
version: 3
valid_from: 2026-01-01
valid_to: 2026-12-31
currency: EUR
base: paid
period: quarter
base_rate: 4.5%
deal_in_two_periods: each
tiers:
  how: marginal
  over: attainment
  steps:
    - {from: 0, to: 100%, times: 1}
    - {from: 100%, to: 125%, times: 1.5}
    - {from: 125%, times: 2}
caps: {per_deal: 20000, per_period: 60000}
draw: {amount: 1500, recoverable: true}
clawback: {days: 180, share: 50%}
spiffs:
  - {name: Sprint, from: 2026-03-10, to: 2026-03-31, pays: 250, types: [new]}
mbo:
  target: 1000
  parts:
    - {name: Forecast, weight: 60%}
    - {name: Hiring, weight: 40%}
rewards:
  - {name: A day off, kind: time_off, at: 110%, cost: 320}
eligible: {teams: [T01], roles: [ae]}
"""


def test_a_whole_plan_is_read_as_typed() -> None:
    plan = written(GOOD)
    assert plan.base_rate == Decimal("0.045")
    assert [plan.rate_of(step) for step in plan.tiers.steps] == [Decimal("0.045"), Decimal("0.0675"), Decimal("0.09")]
    assert plan.clawback is not None
    assert plan.clawback.share == Decimal("0.5")


MISTAKES = {
    "an unknown key": ("base_rate: 4.5%", "base_rat: 4.5%", 8, "base_rat is no part of a plan; did you mean base_rate?"),
    "a key of another part": ("how: marginal", "hwo: marginal", 11, "tiers.hwo is no part of a plan; did you mean how?"),
    "a gap": ("from: 100%, to: 125%", "from: 110%, to: 125%", 13, "the steps leave a gap between 1 and 1.1"),
    "an overlap": ("to: 100%, times: 1", "to: 120%, times: 1", 13, "the steps overlap between 1.2 and 1"),
    "falling thresholds": ("{from: 125%, times", "{from: 90%, times", 13, "thresholds must rise: 0.9 stands after 1"),
    "a step twice": ("{from: 125%, times", "{from: 100%, times", 13, "thresholds must rise: 1 stands after 1"),
    "nothing below": ("{from: 0, to", "{from: 10%, to", 13, "the first step begins at 0.1; say what is paid below it"),
    "nothing above": ("{from: 125%, times", "{from: 125%, to: 150%, times", 13, "nothing is said above 1.5"),
    "a negative rate": ("base_rate: 4.5%", "base_rate: -4.5%", 8, 'base_rate is "-4.5%"; expected a share such as 4.5%'),
    "a rate in words": ("base_rate: 4.5%", "base_rate: a lot", 8, 'base_rate is "a lot"; expected a share'),
    "half a percent sign": ("base_rate: 4.5%", "base_rate: four%", 8, 'base_rate is "four%"; expected a share'),
    "two ways to pay": ("125%, times: 2}", "125%, times: 2, rate: 9%}", 16, "exactly one of rate, times and each"),
    "a cap below the draw": ("per_period: 60000", "per_period: 1000", None, "caps.per_period is 1000.00, below the draw of 1500.00"),  # noqa: E501
    "a claw-back of more than was paid": ("share: 50%", "share: 150%", 19, "clawback.share is \"150%\"; expected a share from 0 to 100%"),  # noqa: E501
    "weights that are no whole": ("weight: 40%", "weight: 30%", 24, "the weights add up to 90"),
    "parts of a cent": ("pays: 250", "pays: 250.005", 21, "expected an amount of at least 0 with at most two decimals"),
    "a SPIFF that ends first": ("to: 2026-03-31", "to: 2026-03-01", 21, "ends on 2026-03-01, before it starts on 2026-03-10"),
    "half a period": ("valid_from: 2026-01-01", "valid_from: 2026-01-15", None, "in the middle of a quarter; a version begins"),
    "an end before the start": ("valid_to: 2026-12-31", "valid_to: 2025-12-31", None, "before valid_from"),
    "no rate to multiply": ("base_rate: 4.5%\n", "", None, "there is no base_rate to multiply; give base_rate"),
    "a currency in small letters": ("currency: EUR", "currency: eur", 5, 'currency is "eur"; expected three capital letters'),
    "another base": ("base: paid", "base: cash", 6, 'base is "cash"; expected booked, invoiced, paid or margin'),
    "no name": ("name: Account executives\n", "", None, "name is missing; expected a name, as text in one line"),
    "a version in words": ("version: 3", "version: third", 2, 'version is "third"; expected a whole number'),
    "a share where the sum of money counts": ("over: attainment", "over: money", 15, "125% is a share of the quota, and thresholds are money, as in from: 50000"),  # noqa: E501
    "a share where deals count": ("over: attainment", "over: count", 14, "thresholds are a number of deals, as in from: 10"),
    "money where attainment counts": ("from: 125%, times", "from: 50000, times", 16, "50000 is no attainment; write it with its sign, as in from: 100%, or over: money"),  # noqa: E501
    "a cap in percent": ("per_deal: 20000", "per_deal: 50%", 17, 'caps.per_deal is "50%"; expected an amount'),
    "a cost in percent": ("cost: 320", "cost: 3%", 28, "money, never a share with %"),
    "money for an attainment": ("at: 110%", "at: 50000", 28, "rewards.1.at is 50000; expected an attainment such as 100%"),
    "a number no one could reckon with": ("base_rate: 4.5%", "base_rate: '1e-99999999%'", 8, 'base_rate is "1e-99999999%"; expected a share'),  # noqa: E501
    "a number of too many places": ("base_rate: 4.5%", "base_rate: 1.0e-300", 8, "base_rate is 1e-300; expected a share"),
    "a comma for the point": ("base_rate: 4.5%", "base_rate: 4,5%", 8, 'base_rate is "4,5%"; expected a share such as 4.5%'),
    "a day before all calendars": ("valid_from: 2026-01-01", "valid_from: 0001-01-01", 3, "expected a day written YYYY-MM-DD, from 1990 on"),  # noqa: E501
    "a name in two lines": ("name: Account executives", 'name: "A\\nB"', 1, 'name is "A B"; expected a name, as text in one line'),  # noqa: E501
    "a name that turns the text beside it": ("name: Account executives", 'name: "A\\u202eB"', 1, "expected a name, as text in one line"),  # noqa: E501
    "a day that is none": ("valid_to: 2026-12-31", "valid_to: 2026-13-31", 4, "2026-13-31 is not a day of the calendar"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_its_line_and_what_to_write(mistake: str) -> None:
    right, wrong, line, said = MISTAKES[mistake]
    assert right in GOOD
    with pytest.raises(PlanError, match=re.escape(said)) as caught:
        written(GOOD.replace(right, wrong))
    named = next(part for part in str(caught.value).splitlines() if said in part)
    assert f"plan.yaml, line {line}:" in named if line else "plan.yaml" in named


def test_an_end_in_the_year_9999_is_no_end() -> None:
    """What exports write for "until further notice"; the calendar has no day after it."""
    assert written(GOOD.replace("valid_to: 2026-12-31", "valid_to: 9999-12-31")).valid_to is None


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(PlanError, match="3 problems in the pay plan"):
        written(GOOD.replace("base: paid", "base: cash").replace("weight: 40%", "weight: 30%").replace("times: 2", "tims: 2"))


def test_a_file_that_is_no_plan_says_so() -> None:
    with pytest.raises(PlanError, match="holds no plan; expected lines of key: value"):
        written("- a\n- b\n")


def test_the_plan_that_comes_with_the_project_is_one() -> None:
    plan = written(Path("params/pay/example.yaml").read_text("utf-8"))
    assert plan.base == "paid"
