"""What a pay plan is: the model of one version of a plan, and the rules that its parts must keep among each other.

In: the values of a plan file (see `plan_file`). Out: a frozen `Plan` whose money is `Decimal` with cents and whose rates,
shares and thresholds are exact decimals: what a person typed as 4.5% is 0.045 and nothing near it. Never pays anybody
(`payouts`), never reads a file.

Terms: a *step* of the tiers holds from its threshold (`from`) to the next one's. `marginal` steps pay their rate on what lies
within them; `retroactive` steps pay the rate of the highest step reached on everything from zero on, so that pay jumps at each
threshold (a cliff).
"""

import itertools
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator
from pydantic_core import InitErrorDetails

from salesanalytics.base.calendar import Period, PeriodKind, period_of
from salesanalytics.models.payplan.values import (
    Attainment,
    Day,
    Exact,
    Money,
    Name,
    Number,
    OpenDay,
    Rate,
    Share,
    Threshold,
    is_share,
)

MOST_ATTAINMENT = 10
Base = Literal["booked", "invoiced", "paid", "margin"]


class Part(BaseModel):
    """Base of every part of a plan: unknown keys are errors, nothing changes later."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Step(Part):
    """One step of the tiers: `start` (written `from`) to `end` (written `to`, may be left out), and what is paid within it.

    `rate` is a share of the credited money. `times` is a multiple of the plan's base rate: an accelerator above 1, a
    decelerator below. `each` is money per unit counted, for a quota of numbers.
    """

    start: Threshold = Field(alias="from")
    end: Threshold | None = Field(default=None, alias="to")
    rate: Rate | None = None
    times: Annotated[Exact, Field(ge=0, le=100)] | None = None
    each: Money | None = None

    @model_validator(mode="after")
    def _one_way_to_pay(self) -> Self:
        if sum(way is not None for way in (self.rate, self.times, self.each)) != 1:
            raise ValueError("a step pays by exactly one of rate, times and each")
        return self


class Tiers(Part):
    """The steps and how they are read.

    `over`: thresholds are attainment of the quota (1 is 100%), money, or a number of deals. `per`: what reaches them is the sum
    of the period, or each deal by itself.
    """

    how: Literal["marginal", "retroactive"] = "marginal"
    over: Literal["attainment", "money", "count"] = "attainment"
    per: Literal["period", "deal"] = "period"
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=200)]

    @model_validator(mode="before")
    @classmethod
    def _of_their_kind(cls, said: Any) -> Any:  # noqa: ANN401 - whatever a file holds
        """Thresholds are shares of the quota or money, never the other: each that is told with its own line."""
        over, steps = (said.get("over", "attainment"), said.get("steps")) if isinstance(said, dict) else ("", None)
        found = [
            InitErrorDetails(type="value_error", loc=("steps", at, name), input=step[name], ctx={"error": ValueError(wrong)})
            for at, step in enumerate(steps if isinstance(steps, list | tuple) else ())
            for name in ("from", "to")
            if isinstance(step, dict) and (wrong := _another_kind(over, step.get(name)))
        ]
        if found:
            raise ValidationError.from_exception_data(cls.__name__, found)
        return said

    @field_validator("steps")
    @classmethod
    def _without_gap(cls, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        if steps[0].start != 0:
            raise ValueError(f"a gap: the first step begins at {steps[0].start}; say what is paid below it: from: 0, rate: 0")
        for before, after in itertools.pairwise(steps):
            if after.start <= before.start:
                raise ValueError(
                    f"thresholds must rise: {after.start} stands after {before.start}; "
                    "put the steps in order, each threshold once"
                )
            if before.end is not None and before.end != after.start:
                what = "overlap" if before.end > after.start else "leave a gap"
                raise ValueError(
                    f"the steps {what} between {before.end} and {after.start}; "
                    "a step ends where the next begins, so leave out to: or write the same number"
                )
        if steps[-1].end is not None:
            raise ValueError(f"a gap: nothing is said above {steps[-1].end}; the last step has no to:")
        if len({step.each is None for step in steps}) > 1:
            raise ValueError("some steps pay a rate and others each; use one of them for all")
        return steps

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.per == "deal" and self.over != "money":
            raise ValueError("per: deal reads the money of one deal; write over: money")
        if self.over == "attainment" and (most := self.steps[-1].start) > MOST_ATTAINMENT:
            raise ValueError(f"a step begins at {most:%} of the quota; write attainment with its sign, as in from: 100%")
        return self


def _another_kind(over: object, value: object) -> str:
    """What is wrong with a threshold that is a share where money or deals are counted, or the reverse; empty: nothing."""
    if over in ("money", "count") and is_share(value):
        what = "money, as in from: 50000" if over == "money" else "a number of deals, as in from: 10"
        return f"{value} is a share of the quota, and thresholds are {what} (over: {over}); or write over: attainment"
    if over == "attainment" and isinstance(value, int | float | Decimal) and value > MOST_ATTAINMENT:
        return f"{value} is no attainment; write it with its sign, as in from: 100%, or over: money where money is meant"
    return ""


class Quota(Part):
    """What attainment is measured against: money or a number of deals, as a whole or by product family."""

    measure: Literal["amount", "count"] = "amount"
    by: Literal["total", "family"] = "total"


class Caps(Part):
    """The most that is paid: on one deal (commission and SPIFF), and to one rep for one period (all but draws)."""

    per_deal: Money | None = None
    per_period: Money | None = None


class Draw(Part):
    """At least `amount` is paid each period. Recoverable: what was advanced is kept back from later pay above the draw."""

    amount: Money
    recoverable: bool = True


class Clawback(Part):
    """A customer who leaves within `days` of the deal's day: `share` of what the deal was paid is taken back."""

    days: Annotated[int, Field(ge=1, le=3660, strict=True)]
    share: Share = Decimal(1)


class Spiff(Part):
    """Extra pay for each deal that fits: `pays` money per deal (shared like the deal) or `rate` of its credit."""

    name: Name
    first: Day = Field(alias="from")
    last: Day = Field(alias="to")
    pays: Money | None = None
    rate: Rate | None = None
    min_amount: Money = Decimal(0)
    families: tuple[Name, ...] = ()
    types: tuple[Literal["new", "expansion", "renewal"], ...] = ()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.pays is None) == (self.rate is None):
            raise ValueError("a SPIFF pays by exactly one of pays and rate")
        if self.last < self.first:
            raise ValueError(f"ends on {self.last}, before it starts on {self.first}")
        return self


class Objective(Part):
    """One part of an MBO bonus."""

    name: Name
    weight: Share


class Mbo(Part):
    """Bonus for objectives: `target` money a period times the sum of weight × result (0..1)."""

    target: Money
    parts: Annotated[tuple[Objective, ...], Field(min_length=1)]

    @field_validator("parts")
    @classmethod
    def _whole(cls, parts: tuple[Objective, ...]) -> tuple[Objective, ...]:
        if (total := sum(part.weight for part in parts)) != 1:
            raise ValueError(f"the weights add up to {total:%}; they must add up to 100%")
        if len({part.name for part in parts}) < len(parts):
            raise ValueError("two objectives have the same name; give each its own")
        return parts


class Reward(Part):
    """Recognition or time off, which is no pay but has a cost: `units` whenever attainment reaches `at`."""

    name: Name
    kind: Literal["recognition", "time_off"]
    at: Attainment = Decimal(1)
    units: Annotated[Number, Field(gt=0, le=1000)] = Decimal(1)
    cost: Money


class Eligible(Part):
    """Who takes part: reps of these teams who have one of these roles, or who are named. Nothing said: everybody."""

    teams: tuple[Name, ...] = ()
    roles: tuple[Name, ...] = ()
    reps: tuple[Name, ...] = ()


class Plan(Part):
    """One version of a pay plan, in force from `valid_from` to `valid_to` (None: until further notice).

    `deal_in_two_periods` says what becomes of a deal whose invoices fall into several periods: `refuse` (an error), all of it
    in the `first` or the `last` of them, or `each` invoice in its own. `overlays`: whether overlay credit counts beside
    revenue. `invoices_include_tax`: the rate of a tax that stands in the invoices and not in the deals. `paid_as`: ids or names
    under which payments by the plan stand in `payout`, where it is not the plan's name.
    """

    name: Name
    version: Annotated[int, Field(ge=1, strict=True)]
    valid_from: Day
    valid_to: OpenDay = None
    paid_as: tuple[Name, ...] = ()
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    base: Base
    period: PeriodKind
    fiscal_year_start: Annotated[int, Field(ge=1, le=12, strict=True)] = 1
    deal_in_two_periods: Literal["refuse", "first", "last", "each"] = "refuse"
    overlays: bool = True
    invoices_include_tax: Rate | None = None
    base_rate: Rate | None = None
    quota: Quota = Quota()
    tiers: Tiers
    caps: Caps = Caps()
    draw: Draw | None = None
    clawback: Clawback | None = None
    spiffs: tuple[Spiff, ...] = ()
    mbo: Mbo | None = None
    rewards: tuple[Reward, ...] = ()
    eligible: Eligible = Eligible()

    @model_validator(mode="after")
    def _whole_periods(self) -> Self:
        first = self.period_of(self.valid_from)
        if self.valid_from != first.start:
            raise ValueError(
                f"valid_from is {self.valid_from}, in the middle of a {self.period}; "
                f"a version begins with a period, as on {first.start}"
            )
        if self.valid_to is None:
            return self
        if self.valid_to < self.valid_from:
            raise ValueError(f"valid_to is {self.valid_to}, before valid_from, {self.valid_from}")
        last = self.period_of(self.valid_to)
        if self.valid_to != last.end:
            raise ValueError(
                f"valid_to is {self.valid_to}, in the middle of a {self.period}; a version ends with a period, as on {last.end}"
            )
        return self

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        steps = self.tiers.steps
        if any(step.times is not None for step in steps) and self.base_rate is None:
            raise ValueError("tiers.steps use times, and there is no base_rate to multiply; give base_rate")
        if any(step.each is not None for step in steps) and self.counts is False:
            raise ValueError("tiers.steps use each, which is paid per unit; write quota.measure: count, or tiers.over: count")
        if self.draw and self.caps.per_period is not None and self.caps.per_period < self.draw.amount:
            raise ValueError(
                f"caps.per_period is {self.caps.per_period}, below the draw of {self.draw.amount}; "
                "raise the cap or lower the draw"
            )
        if self.rewards and not self.needs_quota:
            raise ValueError("rewards are given by attainment, and tiers.over is not attainment; leave them out")
        return self

    @property
    def counts(self) -> bool:
        """Whether numbers of deals, not money, reach the thresholds."""
        return self.tiers.over == "count" or (self.tiers.over == "attainment" and self.quota.measure == "count")

    @property
    def needs_quota(self) -> bool:
        """Whether anything hangs on the attainment of a quota."""
        return self.tiers.over == "attainment"

    @property
    def label(self) -> str:
        """Name and version, as errors and statements write them."""
        return f"{self.name} (version {self.version})"

    def period_of(self, day: date) -> Period:
        """The plan's period that holds `day`."""
        return period_of(day, self.period, self.fiscal_year_start)

    def holds(self, day: date) -> bool:
        """Whether the version is in force on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def rate_of(self, step: Step) -> Decimal:
        """What a step pays: a share of money, or money per unit where the plan pays `each`."""
        if step.each is not None:
            return step.each
        return step.rate if step.rate is not None else (step.times or Decimal(0)) * (self.base_rate or Decimal(0))

    def component(self, step: Step) -> str:
        """What pay of a step is called: commission at the usual rate, accelerator above it, decelerator below it."""
        usual = self.base_rate if self.base_rate is not None else self.rate_of(self.tiers.steps[0])
        rate = self.rate_of(step)
        return "commission" if rate == usual or usual == 0 else "accelerator" if rate > usual else "decelerator"
