"""A rep's account under a plan: the lines of one period after the other, and what they leave behind for later ones.

In: one rep's credits, quotas, results and reversals, a period at a time and in order. Out: lines in whole cents. Between
periods it remembers what each deal was paid on which credit (so that a reversal takes back that and no more), and which draw is
to be recovered.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from salesanalytics.base.calendar import Period
from salesanalytics.models.payplan.credit import ALL, Credit, Given, Line, Note, Results, Reversal
from salesanalytics.models.payplan.money import cents_of, half_up, money, rounded, shared
from salesanalytics.models.payplan.plan import Plan
from salesanalytics.models.payplan.tiers import pieces

Quota = Mapping[str, "Decimal | None"]


@dataclass(slots=True)
class _Paid:
    """What a deal was paid, and on which credit; both in cents, less what was taken back."""

    pay: int
    credit: int
    plan: Plan


@dataclass(slots=True)
class Account:
    """Call `open`, then the steps of a period in the order of `payouts`, then `close`."""

    rep: str
    lines: list[Line] = field(default_factory=list)
    given: list[Given] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    _paid: dict[str, _Paid] = field(default_factory=dict)
    _advanced: int = 0
    _now: list[Line] = field(default_factory=list)
    _back: list[Line] = field(default_factory=list)
    _plan: Any = None
    _period: Any = None

    def open(self, plan: Plan, period: Period) -> None:
        """Begin a period."""
        self._plan, self._period, self._now, self._back = plan, period, [], []

    def close(self) -> None:
        """End the period: its lines that move money stand; those of credit that earned nothing stay to be seen."""
        self.lines += self._now

    def add(self, lines: Iterable[Line]) -> None:
        """Lines that were worked out elsewhere."""
        self._now += lines

    def tiers(self, credits: Sequence[Credit], quotas: Quota) -> None:
        """What the steps pay. A credit whose quota is unknown or zero is noted and not paid."""
        plan: Plan = self._plan
        for family, mine in _grouped(credits, lambda credit: credit.family if plan.quota.by == "family" else ALL).items():
            quota = quotas.get(family)
            if plan.needs_quota and not quota:
                self.notes += [Note("no_quota", self.rep, one.deal, one.day, one.amount) for one in mine]
                continue
            together = _grouped(mine, lambda credit: credit.deal) if plan.tiers.per == "deal" else {"": mine}
            for some in together.values():
                self._now += self._stepped(some, quota)

    def _stepped(self, credits: Sequence[Credit], quota: Decimal | None) -> Iterable[Line]:
        plan: Plan = self._plan
        found = pieces(plan, credits, quota)
        bases = rounded([piece.base for piece in found]) if not _units(plan) else [half_up(piece.base * 100) for piece in found]
        for piece, base, cents in zip(found, bases, rounded([piece.pay for piece in found]), strict=True):
            credit = piece.credit
            yield self._line(
                plan.component(piece.step), cents, deal=credit.deal, item=credit.item, day=credit.day, family=credit.family,
                credit=money(base), step=piece.step.start, rate=plan.rate_of(piece.step),
                detail="overlay" if credit.kind == "overlay" else "",
            )  # fmt: skip

    def cap_deals(self) -> None:
        """No deal gets more than the cap, over all its periods; what an earlier version paid above it stays."""
        cap = self._plan.caps.per_deal
        for deal, cents in self._by_deal().items() if cap is not None else ():
            had = self._paid[deal].pay if deal in self._paid else 0
            if over := min(max(had + cents - cents_of(cap), 0), cents):
                self._now.append(self._line("cap", -over, deal=deal, detail="per deal"))

    def objectives(self, results: Results) -> None:
        """The MBO bonus; nothing where no result of the period is known."""
        mbo = self._plan.mbo
        if mbo is None:
            return
        at = (self.rep, self._period.start)
        known = [(part, results[(*at, part.name)]) for part in mbo.parts if (*at, part.name) in results]
        exact = [cents_of(mbo.target) * Fraction(part.weight) * Fraction(result) for part, result in known]
        for (part, result), cents in zip(known, rounded(exact), strict=True):
            self._now.append(self._line("mbo", cents, credit=mbo.target, rate=part.weight * result, detail=part.name))

    def cap_period(self) -> None:
        """No period gets more than the cap; what is over is taken from each deal (and the objectives) in proportion."""
        cap, nets = self._plan.caps.per_period, self._by_deal(everything=True)
        over = 0 if cap is None else sum(nets.values()) - cents_of(cap)
        if over > 0:
            parts = shared(over, [Fraction(cents) for cents in nets.values()])
            cuts = zip(nets, parts, strict=True)
            self._now += [self._line("cap", -cut, deal=deal, detail="per period") for deal, cut in cuts if cut]

    def rewards(self, credits: Sequence[Credit], quotas: Quota) -> None:
        """What is given beside pay once attainment is reached."""
        plan: Plan = self._plan
        whole = sum((quota for quota in quotas.values() if quota), Decimal(0))
        if not plan.rewards or not whole:
            return
        reached = sum((credit.count if plan.counts else Fraction(credit.amount) for credit in credits), Fraction(0))
        for one in plan.rewards:
            if reached >= Fraction(one.at * whole):
                cost = money(half_up(Fraction(one.cost) * Fraction(one.units) * 100))
                self.given.append(Given(self.rep, self._period, one.name, one.kind, one.units, cost))

    def keep(self, credits: Sequence[Credit]) -> None:
        """Remember what each deal was paid on which credit."""
        pay = self._by_deal()
        for deal, mine in _grouped(credits, lambda credit: credit.deal).items():
            known = self._paid.setdefault(deal, _Paid(0, 0, self._plan))
            known.pay += pay.get(deal, 0)
            known.credit += sum(cents_of(credit.amount) for credit in mine)

    def reverse(self, reversals: Sequence[Reversal]) -> None:
        """Work out what is taken back of earlier periods' pay on the credit that is reversed, at the rates it was paid at.

        Credit notes of one period are rounded together, so that their order does not matter.
        """
        begun: dict[str, _Paid] = {}
        for one in reversals:
            known = self._paid[one.deal]
            credit = known.credit if one.amount is None else min(cents_of(one.amount), known.credit)
            if one.amount is None:
                begun.pop(one.deal, None)
                pay = half_up(known.pay * Fraction(one.share))
            else:
                first = begun.setdefault(one.deal, replace(known))
                pay = known.pay - _left(first, known.credit - credit)
            known.pay -= pay
            known.credit -= credit if one.share == 1 else 0  # what a claw-back leaves can still be credited back
            self._back.append(
                self._line(
                    one.reason, -pay, deal=one.deal, item=one.item, day=one.day,
                    credit=-money(credit), plan=known.plan,
                )
            )  # fmt: skip

    def take_back(self) -> None:
        """Write what `reverse` worked out."""
        self._now += self._back

    def draw(self) -> None:
        """Up to the guaranteed amount, and recovery of what was advanced from pay above it. Only once the period is over."""
        draw = self._plan.draw
        earned = sum(cents_of(line.amount) for line in self._now)
        least = cents_of(draw.amount) if draw else 0
        if draw and earned < least:
            self._now.append(
                self._line("draw", least - earned, detail="recoverable" if draw.recoverable else "not recoverable")
            )
            self._advanced += least - earned if draw.recoverable else 0
        elif back := min(self._advanced, max(earned - least, 0)):
            self._now.append(self._line("draw_recovered", -back))
            self._advanced -= back

    def _by_deal(self, *, everything: bool = False) -> dict[str, int]:
        """Cents of each deal so far in this period; with `everything`, those of no deal too."""
        nets: dict[str, int] = defaultdict(int)
        for line in self._now:
            if line.deal or everything:
                nets[line.deal] += cents_of(line.amount)
        return nets

    def _line(self, component: str, cents: int, *, plan: Plan | None = None, **more: Any) -> Line:  # noqa: ANN401 - fields of a line
        by: Plan = plan or self._plan
        return Line(self.rep, self._period, by.name, by.version, component, money(cents), **more)


def _left(first: _Paid, credit: int) -> int:
    """Cents of pay that go with `credit` cents of the credit there was at first."""
    return first.pay - half_up(Fraction(first.pay * (first.credit - credit), first.credit)) if credit else 0


def _units(plan: Plan) -> bool:
    return plan.tiers.steps[0].each is not None


def _grouped(credits: Sequence[Credit], key: Callable[[Credit], str]) -> dict[str, list[Credit]]:
    found: dict[str, list[Credit]] = defaultdict(list)
    for credit in credits:
        found[key(credit)].append(credit)
    return found
