"""What is still to come by whose it is: deals of one owner share more luck than deals of all, and so much more is learnt here.

In: the book of deals, whose each is, the chances of deals, past periods. Out: parts of new business, the spread (sd of a
logarithm, nearly) by which an owner's rest differs from what is expected of it beyond chance, and draws by owner. In a past
period only what was known on its day with as many days left is used.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from salesanalytics.base.calendar import Period
from salesanalytics.base.types import Floats, Ints
from salesanalytics.models.forecast.book import Book, day_number
from salesanalytics.models.forecast.cells import Cells
from salesanalytics.models.forecast.period_end import PeriodEndInputs, shared_error
from salesanalytics.models.forecast.shock import open_moments, usual_amount
from salesanalytics.stats import dispersion

YEAR = 365
EQUAL = 0.5  # of new business is shared out equally, the rest by what each booked
LATEST = 4  # past periods looked at
USUAL, USUAL_ROWS = 0.3, 10.0  # the spread before any period is seen, and how many owners it is worth
MOST = 0.8


@dataclass(frozen=True, slots=True)
class Owned:
    """Deals by owner: `names`, in order, `of` the place of each deal's owner (-1: nobody's), `sells` who still sells."""

    names: NDArray[Any]
    of: Ints
    sells: NDArray[np.bool_]


def new_shares(deals: Book, owned: Owned, day: int) -> Floats:
    """Each owner's part of new business: half of it equal, half by what they won in the year to `day`; 0 who sells no more."""
    mine = deals.won_between(day - YEAR, day) & (owned.of >= 0)
    won = np.bincount(owned.of[mine], deals.amount[mine], len(owned.names)) * owned.sells
    even = owned.sells / max(owned.sells.sum(), 1)
    own = won / won.sum() if won.sum() > 0 else even
    return np.asarray(EQUAL * even + (1 - EQUAL) * own, dtype=np.float64)


def owner_spread(deals: Book, owned: Owned, cells: Cells, seen: PeriodEndInputs, past: list[Period], left: int) -> float:
    """By how much an owner's rest differs from what is expected of it, beyond the luck of deals and what all share."""
    more, size, rows = 0.0, 0.0, 0.0
    for period in past[-LATEST:]:
        end = day_number(period.end)
        day = end - left
        states, known = deals.open_on(day), owned.of >= 0
        mean, variance = open_moments(cells, states, day, end, usual_amount(deals, day))
        of, owners = owned.of[states.deal], len(owned.names)
        ours = of >= 0
        working = np.bincount(owned.of[known & deals.won_between(day - YEAR, end)], minlength=owners) > 0
        new = seen.new_mean * new_shares(deals, Owned(owned.names, owned.of, working), day)
        expected = np.bincount(of[ours], mean[ours], owners) * seen.bias + new
        came = deals.won_between(day + 1, end) & known
        actual = np.bincount(owned.of[came], deals.amount[came], owners)
        if expected.sum() <= 0 or actual.sum() <= 0:
            continue
        expected = expected * actual.sum() / expected.sum()  # what all share is not an owner's
        luck = np.bincount(of[ours], variance[ours], owners) + new * seen.new_dispersion
        part = expected / expected.sum()
        more += float((((actual - expected) ** 2 - _around_own_sum(luck, part))[working]).sum())
        size += float(_around_own_sum(expected**2, part)[working].sum())
        rows += float(working.sum())
    own = more / size if size > 0 else 0.0
    return float(np.clip(np.sqrt(max((rows * own + USUAL_ROWS * USUAL**2) / (rows + USUAL_ROWS), 0.0)), 0.0, MOST))


def _around_own_sum(variance: Floats, part: Floats) -> Floats:
    """What is left of these variances where all together are set to their sum, of which each is expected to be `part`."""
    return np.asarray(variance * (1 - 2 * part) + part**2 * variance.sum(), dtype=np.float64)


def new_size(deals: Book, past: list[Period], left: int) -> float:
    """Mean amount of the deals won in past periods that were opened in their last `left` days; 0 where there are none."""
    ends = np.array([day_number(period.end) for period in past])[:, None]
    came = deals.won & (deals.created > ends - left) & (deals.closed > ends - left) & (deals.closed <= ends)
    return float((came * deals.amount).sum() / max(came.sum(), 1))


def simulate_owned(
    seen: PeriodEndInputs, owner: Ints, shares: Floats, spread: float, size: float, seed: int, draws: int
) -> Floats:
    """Draws (draws × owners) of what is still to come: `owner` of each open deal of `seen`, a place in `shares`; `size` of new
    deals.
    """
    rng = np.random.default_rng(seed)
    won = rng.random((draws, len(seen.chance)), dtype=np.float32) < seen.chance.astype(np.float32)
    theirs = np.zeros((len(owner), len(shares)))
    ours = owner >= 0
    theirs[np.flatnonzero(ours), owner[ours]] = seen.value[ours]
    rest = (won @ theirs) * seen.bias
    for at in np.flatnonzero(shares > 0) if seen.new_mean > 0 and size > 0 else []:
        rest[:, at] += dispersion.draw_few(rng, seen.new_mean * shares[at], seen.new_dispersion, size, draws)
    own = np.exp(spread * rng.standard_normal(rest.shape) - spread**2 / 2)
    return np.asarray(rest * own * shared_error(seen, rng, draws)[:, None], dtype=np.float64)
