"""The field-change log of all deals: opportunity_history.

In: paths, amounts, expected dates and owners. Out: one row per deal, moment and field, ordered by deal and time. Creation
is a row with an empty old value and the first stage; a move, a close, a new amount, date or owner is a row each.
"""

import numpy as np
import pandas as pd
import pyarrow as pa

from salesanalytics.base.types import Floats, Ints
from salesanalytics.demo import frames
from salesanalytics.demo.amounts import Amounts
from salesanalytics.demo.calendar import Calendar
from salesanalytics.demo.company import Company
from salesanalytics.demo.expectations import Expected
from salesanalytics.demo.frames import NONE
from salesanalytics.demo.paths import Path
from salesanalytics.demo.planted.conversion import LOST, STAGES, STEPS, WON

Rows = tuple[Ints, Floats, Ints, Ints]
"""Deal, position, and places of old and new value in a pool of texts."""

FIELDS = ("stage", "amount", "expected_close_date", "owner_rep_id")


def history(
    company: Company, calendar: Calendar, path: Path, amounts: Amounts, expected: Expected, deal_ids: pa.Array
) -> pd.DataFrame:
    """All changes up to `as_of`."""
    money, money_texts = _amount_rows(path, amounts)
    dates, date_texts = _date_rows(expected)
    pools = [frames.texts(STAGES), money_texts, date_texts, company.rep_ids]
    starts = np.cumsum([0] + [len(pool) for pool in pools])
    groups = [_stage_rows(path), money, dates, _owner_rows(path)]
    deal, position = np.concatenate([rows[0] for rows in groups]), np.concatenate([rows[1] for rows in groups])
    old = np.concatenate([_shifted(rows[2], start) for rows, start in zip(groups, starts, strict=False)])
    new = np.concatenate([_shifted(rows[3], start) for rows, start in zip(groups, starts, strict=False)])
    field = np.repeat(np.arange(len(FIELDS)), [len(rows[0]) for rows in groups])
    seconds = calendar.moment(position)
    order = np.argsort((deal << 33) | seconds, kind="stable")
    by = path.owners.at(deal[order], position[order])
    pool = pa.concat_arrays(pools)
    return frames.frame(
        "opportunity_history",
        opportunity_id=frames.taken(deal_ids, deal[order]),
        changed_at=frames.moments(seconds[order]),
        field=frames.taken(FIELDS, field[order]),
        old_value=frames.taken(pool, old[order]),
        new_value=frames.taken(pool, new[order]),
        changed_by=frames.taken(company.rep_ids, by),
    )


def _shifted(place: Ints, start: int) -> Ints:
    return np.where(place == NONE, NONE, place + start)


def _stage_rows(path: Path) -> Rows:
    """Creation, forward moves and closes."""
    parts: list[Rows] = []
    for stage in range(STEPS):
        deal = np.flatnonzero(path.entered > stage)
        old = np.full(len(deal), stage - 1)
        parts.append((deal, path.times[deal, stage], old, np.full(len(deal), stage)))
    deal = np.flatnonzero(path.over)
    parts.append((deal, path.closed[deal], path.entered[deal] - 1, np.where(path.won[deal], WON, LOST)))
    return _stacked(parts)


def _amount_rows(path: Path, amounts: Amounts) -> tuple[Rows, pa.Array]:
    """First amount of those without one, quote, agreed price; only where it changes."""
    cents = (amounts.guess, amounts.quote, amounts.agreed)
    deal = np.flatnonzero(amounts.unknown & (path.entered > 1))
    changes = [(deal, path.times[deal, 1], np.full(len(deal), NONE), amounts.guess[deal])]
    for stage, version in ((3, 1), (4, 2)):
        deal = np.flatnonzero((path.entered > stage) & (cents[version] != cents[version - 1]))
        changes.append((deal, path.times[deal, stage], cents[version - 1][deal], cents[version][deal]))
    deal, position, old, new = _stacked(changes)
    values, place = np.unique(np.concatenate([old[old != NONE], new]), return_inverse=True)
    known = np.full(len(old), NONE)
    known[old != NONE] = place[: len(place) - len(new)]
    return (deal, position, known, place[len(place) - len(new) :]), frames.cents_text(values)


def _date_rows(expected: Expected) -> tuple[Rows, pa.Array]:
    days = (
        np.concatenate([expected.old, expected.new, [0]])
        if not len(expected.old)
        else np.concatenate([expected.old, expected.new])
    )
    low = int(days.min())
    texts = frames.day_text(np.arange(low, int(days.max()) + 1))
    return (expected.deal, expected.position, expected.old - low, expected.new - low), texts


def _owner_rows(path: Path) -> Rows:
    held = path.owners
    before = held.at(held.deal, held.position - 1e-6)
    return held.deal, held.position, before, held.rep


def _stacked(parts: list[Rows]) -> Rows:
    deal, position, old, new = (np.concatenate(column) for column in zip(*parts, strict=True))
    return deal, position, old, new
