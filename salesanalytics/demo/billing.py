"""What becomes of a won deal: who shares it, and when it is invoiced and paid. opportunity_split and invoice.

In: won deals. Out: frames. True by construction: one deal in 25 is shared with a colleague of the same team, half of these
50/50, the others 70/30, and a third of them gives a second colleague overlay credit of 30% besides. One deal in six is invoiced
in two halves, the second a quarter later. An invoice is written 3 to 14 days after the deal (or its quarter), and paid 20 to 69
days after that; one in 40 is never paid. One in 30 of the paid ones has a credit note over 30% or all of it, 30 to 119 days
after it was paid. Commission (`pay`) was paid on bookings, to the owner alone: splits, unpaid invoices and credit notes are not
in it.
"""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from salesanalytics.base.types import Ints
from salesanalytics.demo import frames
from salesanalytics.demo.calendar import number
from salesanalytics.demo.company import Company
from salesanalytics.demo.goals import Won
from salesanalytics.demo.people import AE, AM

SHARED_ONE_IN, TWO_INVOICES_ONE_IN, UNPAID_ONE_IN, CREDITED_ONE_IN = 25, 6, 40, 30
OVERLAY, EVEN_SHARE, LEAD_SHARE, PART_CREDITED = 0.3, 0.5, 0.7, 0.3
QUARTER_DAYS = 91


def split_table(company: Company, won: Won, deal_ids: pa.Array) -> pd.DataFrame:
    """opportunity_split: two or three rows for each deal that is shared."""
    rng = company.settings.rng("splits")
    picked = np.flatnonzero(rng.random(len(won.rep)) < 1 / SHARED_ONE_IN)
    even, overlaid, order = rng.random(len(picked)) < 0.5, rng.random(len(picked)) < 1 / 3, rng.random(len(picked))
    rows: list[tuple[int, int, str, float]] = []
    for at, half, beside, luck in zip(picked, even, overlaid, order, strict=True):
        others = _colleagues(company, int(won.team[at]), int(won.rep[at]), int(won.day[at]))
        if not len(others):
            continue
        own, place = EVEN_SHARE if half else LEAD_SHARE, int(luck * len(others))
        rows += [
            (won.deal[at], won.rep[at], "revenue", own),
            (won.deal[at], others[place], "revenue", round(1 - own, 2)),
        ]
        if beside and len(others) > 1:
            rows.append((won.deal[at], others[place - 1], "overlay", OVERLAY))
    deal, rep, kind, share = zip(*rows, strict=True) if rows else ((), (), (), ())
    return frames.frame(
        "opportunity_split",
        opportunity_id=frames.taken(deal_ids, np.array(deal, np.int64)),
        rep_id=frames.taken(company.rep_ids, np.array(rep, np.int64)),
        kind=frames.texts(list(kind)),
        share=np.array(share, np.float64),
    )


def _colleagues(company: Company, team: int, owner: int, day: int) -> Ints:
    """Sellers of a team who are there on a day, without the owner."""
    people = company.people
    there = (people.home == team) & (people.hired <= day) & (people.left > day) & np.isin(people.role, (AE, AM))
    found = np.flatnonzero(there)
    return np.asarray(found[found != owner])


def invoice_table(company: Company, won: Won, deal_ids: pa.Array) -> pd.DataFrame:
    """invoice: what had been invoiced, credited and paid by `as_of`."""
    rng, today = company.settings.rng("invoices"), number(company.settings.as_of)
    halves = rng.random(len(won.rep)) < 1 / TWO_INVOICES_ONE_IN
    second = np.flatnonzero(halves)
    deal = np.concatenate([np.arange(len(won.rep)), second])
    whole = np.round(won.amount * 100).astype(np.int64)
    cents = np.concatenate([np.where(halves, whole - whole // 2, whole), whole[second] // 2])
    later = np.concatenate([np.zeros(len(won.rep), np.int64), np.full(len(second), QUARTER_DAYS)])
    written = won.day[deal] + later + rng.integers(3, 15, len(deal))
    paid = np.where(rng.random(len(deal)) < 1 / UNPAID_ONE_IN, frames.NONE, written + rng.integers(20, 70, len(deal)))
    noted = np.flatnonzero((rng.random(len(deal)) < 1 / CREDITED_ONE_IN) & (paid >= 0))
    back = np.where(rng.random(len(noted)) < 0.5, cents[noted], np.round(cents[noted] * PART_CREDITED).astype(np.int64))
    noted_on = paid[noted] + rng.integers(30, 120, len(noted))
    deal, cents = np.concatenate([deal, deal[noted]]), np.concatenate([cents, -back])
    written, paid = np.concatenate([written, noted_on]), np.concatenate([paid, noted_on])
    keep = np.flatnonzero(written <= today)
    keep = keep[np.argsort(written[keep], kind="stable")]
    known: NDArray[np.bool_] = (paid[keep] >= 0) & (paid[keep] <= today)
    return frames.frame(
        "invoice",
        invoice_id=frames.ids("I", len(keep), 5),
        opportunity_id=frames.taken(deal_ids, won.deal[deal[keep]]),
        invoiced_on=frames.days(written[keep]),
        amount=frames.money(cents[keep] / 100),
        paid_on=frames.days(paid[keep], known),
        paid_amount=np.where(known, frames.money(cents[keep] / 100), np.nan),
    )


def truth() -> dict[str, Any]:
    """What is planted about splits, invoices and what commission leaves out."""
    return {
        "unit": "share of won deals, or of invoices",
        "deals_shared": 1 / SHARED_ONE_IN,
        "deals_with_two_invoices": 1 / TWO_INVOICES_ONE_IN,
        "invoices_never_paid": 1 / UNPAID_ONE_IN,
        "paid_invoices_credited": (1 - 1 / UNPAID_ONE_IN) / CREDITED_ONE_IN,
        "commission_paid_on": "bookings, to the owner alone; splits, unpaid invoices and credit notes are not in it",
        "naive": "commission on bookings also pays for deals that were never paid or were credited",
    }
