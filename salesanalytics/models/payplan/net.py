"""Which period a credit counts in, and what is left of it once credit notes and claw-backs of the same period are taken off.

In: credits with the version of the plan they go by, and reversals. Out: credits, each in one period, and what is left to be
taken back from earlier periods. Works with credit alone; what it was paid is looked up later (`account`).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from salesanalytics.base.calendar import Period
from salesanalytics.errors import PlanError
from salesanalytics.models.payplan.credit import Credit, Note, Reversal
from salesanalytics.models.payplan.money import cents_of, half_up, money
from salesanalytics.models.payplan.plan import Plan

Placed = tuple[Plan, Period, Credit]


@dataclass(frozen=True, slots=True)
class Net:
    """Credits after reversals of their own period, and by rep and period what is to be taken back from earlier ones."""

    credits: tuple[Placed, ...]
    later: dict[tuple[str, Period], list[Reversal]]
    notes: tuple[Note, ...]


def one_period(under: Iterable[tuple[Plan, Credit]]) -> list[Placed]:
    """Each credit in the period of its day; a deal in several goes where its plan says (`deal_in_two_periods`).

    Raises PlanError, with the deals, where the plan refuses such deals.
    """
    by_deal: dict[str, list[Placed]] = defaultdict(list)
    for plan, credit in under:
        by_deal[credit.deal].append((plan, plan.period_of(credit.day), credit))
    refused = [deal for deal, rows in by_deal.items() if rows[0][0].deal_in_two_periods == "refuse" and _periods(rows) > 1]
    if refused:
        plan, period, _ = by_deal[refused[0]][0]
        second = next(one for _, one, _ in by_deal[refused[0]] if one != period)
        more = f" and {len(refused) - 1} more" if len(refused) > 1 else ""
        raise PlanError(
            f"Deal {refused[0]}{more} is credited in two periods, those from {period.start} and from {second.start}, and "
            f"{plan.label} counts a deal once. Correct the dates, or write deal_in_two_periods: first, last or each."
        )
    return [placed for rows in by_deal.values() for placed in _moved(rows)]


def _periods(rows: Sequence[Placed]) -> int:
    return len({period for _, period, _ in rows})


def _moved(rows: Sequence[Placed]) -> list[Placed]:
    rule = rows[0][0].deal_in_two_periods
    if rule in ("refuse", "each") or _periods(rows) == 1:
        return list(rows)
    plan, period, _ = min(rows, key=_by_period) if rule == "first" else max(rows, key=_by_period)
    return [(plan, period, credit) for _, _, credit in rows]


def _by_period(placed: Placed) -> Period:
    return placed[1]


def net_of(placed: Sequence[Placed], undone: Sequence[Reversal], versions: Sequence[Plan]) -> Net:
    """Reversals set against credit: first of their own period, then of earlier ones; what is left waits for later credit."""
    kept: list[Placed] = []
    later: dict[tuple[str, Period], list[Reversal]] = defaultdict(list)
    notes: list[Note] = []
    by_deal: dict[tuple[str, str], list[Placed]] = defaultdict(list)
    reversals: dict[tuple[str, str], list[Reversal]] = defaultdict(list)
    for one in placed:
        by_deal[one[2].rep, one[2].deal].append(one)
    for undo in undone:
        reversals[undo.rep, undo.deal].append(undo)
    for key in dict.fromkeys((*by_deal, *reversals)):
        if key not in reversals:
            kept += by_deal[key]
            continue
        deal = _Deal(by_deal.get(key, []), reversals[key], versions[0])
        kept += deal.kept
        for period, undo in deal.later:
            later[undo.rep, period].append(undo)
        if deal.waiting:
            last = reversals[key][-1]
            notes.append(Note("nothing_to_reverse", last.rep, last.deal, last.day, money(deal.waiting)))
    return Net(tuple(sorted(kept, key=lambda one: one[2])), later, tuple(notes))


class _Deal:
    """One rep's credit of one deal, period by period, with its reversals taken off. All in cents.

    A claw-back of a share lowers what is paid, not what was sold: a later credit note takes the same part of what is left as it
    would have taken of the whole. So what was sold (`sold`) is kept beside what is still credited.
    """

    def __init__(self, rows: Sequence[Placed], undone: Sequence[Reversal], calendar: Plan) -> None:
        self.kept: list[Placed] = []
        self.later: list[tuple[Period, Reversal]] = []
        self.waiting = 0
        self._sold, self._credited, self._known = 0, 0, False  # of earlier periods
        self._wholes: list[Reversal] = []
        days = [(calendar.period_of(undo.day), undo) for undo in undone]
        for period in sorted({period for _, period, _ in rows} | {period for period, _ in days}):
            here = [(plan, credit) for plan, at, credit in rows if at == period]
            self._period(period, here, [undo for at, undo in days if at == period])

    def _period(self, period: Period, here: Sequence[tuple[Plan, Credit]], undone: Sequence[Reversal]) -> None:
        sold = [cents_of(credit.amount) for _, credit in here]
        part = [Fraction(1)] * len(here)
        self.waiting -= _lower(sold, self.waiting)
        days = [credit.day for _, credit in here]
        for undo in self._wholes:  # of an earlier period than the one where credit of before it was put (`last`)
            sold, part = _without(undo, days, sold, part)
        for undo in sorted(undone, key=lambda one: one.reason == "clawback"):
            if undo.amount is None:
                sold, part = _without(undo, days, sold, part)
                self._wholes.append(undo)
                if self._known:
                    self.later.append((period, undo))
                if undo.share == 1:
                    self._sold, self._credited, self._known = 0, 0, False
                continue
            asked = cents_of(undo.amount)
            asked -= _lower(sold, asked)
            past = min(asked, self._sold)
            if taken := self._of_earlier(past):
                self.later.append((period, replace(undo, amount=money(taken))))
            self.waiting += asked - past
        left = [cents - half_up(cents * (1 - share)) for cents, share in zip(sold, part, strict=True)]
        for (plan, credit), cents, share in zip(here, left, part, strict=True):
            before = cents_of(credit.amount)
            count = credit.count * (Fraction(cents, before) if before else share)
            if cents or count:
                self.kept.append((plan, period, replace(credit, amount=money(cents), count=count)))
                self._known = True
        self._sold += sum(sold)
        self._credited += sum(left)

    def _of_earlier(self, past: int) -> int:
        """Cents of credit that go with `past` cents of what was sold in earlier periods; both are taken off."""
        taken = half_up(Fraction(past * self._credited, self._sold)) if past else 0
        self._sold -= past
        self._credited -= taken
        return taken


def _without(
    undo: Reversal, days: Sequence[date], sold: Sequence[int], part: Sequence[Fraction]
) -> tuple[list[int], list[Fraction]]:
    """What is left once `undo` has taken its share of all credit there was on its day; later credit is not touched.

    What was taken back whole is not sold any more.
    """
    share = [Fraction(undo.share) if day <= undo.day else Fraction(0) for day in days]
    return (
        [0 if off == 1 else cents for cents, off in zip(sold, share, strict=True)],
        [had * (1 - off) for had, off in zip(part, share, strict=True)],
    )


def _lower(left: list[int], amount: int) -> int:
    """Take up to `amount` off `left`, from its end; how much was taken."""
    taken = 0
    for at in range(len(left) - 1, -1, -1):
        off = min(left[at], amount - taken)
        left[at] -= off
        taken += off
    return taken
