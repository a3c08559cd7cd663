"""What each deal is worth at each time, and the lines it is made of.

In: opened deals and their paths. Out: `Amounts`, in whole cents: the owner's first guess, the quote given on entering
Proposal and the price agreed on entering Negotiation. Quote and agreed price are sums of lines, so lines always add up to
the deal.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from salesanalytics.base.types import Floats, Ints
from salesanalytics.demo import frames
from salesanalytics.demo.calendar import Calendar
from salesanalytics.demo.company import Company
from salesanalytics.demo.creation import Opened
from salesanalytics.demo.market import PRODUCTS, launched
from salesanalytics.demo.paths import Path
from salesanalytics.demo.planted import incentives

QUOTED, AGREED = 4, 5
"""Stages entered by now from which a deal carries its quote, its agreed price."""
UNKNOWN_AT_FIRST = 0.03
LINES = (0.58, 0.30, 0.12)


@dataclass(frozen=True, slots=True)
class Lines:
    """One row per line of a deal that reached Proposal: quantity and price of one in cents, as quoted and as agreed."""

    deal: Ints
    number: Ints
    product: Ints
    quantity: Ints
    quoted: Ints
    agreed: Ints


@dataclass(frozen=True, slots=True)
class Amounts:
    """Cents per deal; `unknown` marks deals whose owner put no amount in at first."""

    guess: Ints
    quote: Ints
    agreed: Ints
    unknown: NDArray[np.bool_]
    product: Ints
    lines: Lines

    def present(self, entered: Ints) -> Ints:
        """The amount shown after `entered` stages; meaningless where still unknown."""
        return np.where(entered >= AGREED, self.agreed, np.where(entered == QUOTED, self.quote, self.guess))

    def known(self, entered: Ints) -> NDArray[np.bool_]:
        """Whether an amount is shown after `entered` stages."""
        return np.asarray(~self.unknown | (entered > 1))


def amounts(company: Company, calendar: Calendar, deals: Opened, path: Path) -> Amounts:
    """Guess, quote and agreed price of every deal, also of those that never get that far."""
    rng, count = company.settings.rng("amounts"), len(deals.size)
    owner = path.owners.at(np.arange(count), path.closed)
    final = deals.size * np.where(path.over, incentives.uplift(company, calendar, owner, path.closed), 1.0)
    concession = np.where(rng.random(count) < 0.55, 0.0, rng.uniform(0.02, 0.12, count))
    guess = final * np.exp(rng.normal(0.04, 0.24, count))
    step = np.where(guess > 20_000, 1_000, 250)
    product = _product(company, calendar, deals, rng)
    lines = _lines(company, calendar, deals, path, product, final, final / (1 - concession))
    quote, agreed = (final / (1 - concession) * 100).astype(np.int64), (final * 100).astype(np.int64)
    held = np.flatnonzero(path.entered >= QUOTED)
    for whole, price in ((quote, lines.quoted), (agreed, lines.agreed)):
        whole[held] = np.bincount(lines.deal, lines.quantity * price, count)[held].astype(np.int64)
    guessed = (np.maximum(np.round(guess / step), 1) * step * 100).astype(np.int64)
    return Amounts(guessed, quote, agreed, rng.random(count) < UNKNOWN_AT_FIRST, product, lines)


def _product(company: Company, calendar: Calendar, deals: Opened, rng: np.random.Generator) -> Ints:
    """Main product of each deal: by segment, and only what was on sale when the deal was opened."""
    mix = np.cumsum([[item.mix[segment] for item in PRODUCTS] for segment in range(3)], axis=1)
    draw = rng.random(len(deals.size))
    product = (draw[:, None] > mix[deals.segment]).sum(axis=1)
    product = np.minimum(product, len(PRODUCTS) - 1)
    on_sale = calendar.position(launched(company.settings))[product] <= deals.created
    return np.where(on_sale, product, 0)


def _lines(
    company: Company, calendar: Calendar, deals: Opened, path: Path, product: Ints, final: Floats, quote: Floats
) -> Lines:
    rng = company.settings.rng("lines")
    held = np.flatnonzero(path.entered >= QUOTED)
    several = 1 + rng.choice(len(LINES), len(held), p=LINES)
    deal = np.repeat(held, several)
    number = np.arange(len(deal)) - np.repeat(np.cumsum(several) - several, several) + 1
    part = rng.uniform(0.35, 1.0, len(deal)) * np.where(number == 1, 2.0, 1.0)
    share = part / np.bincount(deal, part, len(final))[deal]
    other = (product[deal] + number + 1) % len(PRODUCTS)
    sold = np.where(number == 1, product[deal], other)
    sold = np.where(calendar.position(launched(company.settings))[sold] <= deals.created[deal], sold, 0)
    price = np.array([item.price for item in PRODUCTS])[sold]
    discount = np.maximum(rng.uniform(-0.06, 0.20, len(deal)), 0)
    quantity = np.ceil(share * quote[deal] / (price * (1 - discount))).astype(np.int64)
    quoted, agreed = (
        np.maximum(np.round(share * whole[deal] / quantity * 100), 1).astype(np.int64) for whole in (quote, final)
    )
    return Lines(deal, number, sold, quantity, quoted, agreed)


def line_table(lines: Lines, path: Path, deal_ids: pa.Array, product_ids: pa.Array) -> pd.DataFrame:
    """opportunity_line, at the price that holds at `as_of`."""
    price = np.where(path.entered[lines.deal] >= AGREED, lines.agreed, lines.quoted)
    listed = np.array([item.price for item in PRODUCTS])[lines.product] * 100
    columns: dict[str, Any] = {
        "opportunity_id": frames.taken(deal_ids, lines.deal),
        "line_no": lines.number,
        "product_id": frames.taken(product_ids, lines.product),
        "quantity": lines.quantity.astype(float),
        "unit_price": price / 100,
        "discount": np.clip(np.round(1 - price / listed, 4), 0, 1),
        "amount": lines.quantity * price / 100,
    }
    return frames.frame("opportunity_line", **columns)
