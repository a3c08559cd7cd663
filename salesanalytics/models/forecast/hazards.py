"""How open deals end: the chance to be won, or lost, by the end of the period, by stage, time, amount and expected close.

In: tables. Out: `DealHazards`, a tidy table of cells (`cells`), learnt from every week of every past period as it stood then
(`panel`), with the error that all deals of a period share (`shock`). The weeks left to the period's end are part of a cell, so
the rush at its end is.
Without a stage history there is one stage, and time in stage is the deal's age. Never holds a deal or a person.
Source: van Houwelingen, Dynamic prediction by landmarking in event history analysis, Scand. J. Stat. 34 (2007) 70–85.
"""

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from salesanalytics.base.calendar import Period, period_of
from salesanalytics.base.finding import Evidence, Finding
from salesanalytics.base.types import Floats, Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.models.forecast.book import Book, book
from salesanalytics.models.forecast.cells import DUE, Cells
from salesanalytics.models.forecast.panel import ANY, Panel, panel
from salesanalytics.models.forecast.shock import FIRST, Residuals, by_week, residuals

KEYS = ["left", "stage", "due", "size", "since"]
RESTS = ["start", "team_id", "left", "actual", "expected"]
COLUMNS = [*KEYS, "n", "won", "lost", "p_won", "p_lost", "worth", "amount_from", "bias", "spread", "freedom", "periods"]


@dataclass(frozen=True, slots=True, eq=False)
class DealHazards:
    """Chances to be won and lost by the period's end.

    `table`: one row per cell: left (weeks to the end), stage ("*": all), due (how the expected close stands), size (third of
    the amounts, from `amount_from`; 3: no amount), since (0: under 7 days in the stage, 1: under 21, 2: more); n deal-weeks
    with won and lost of them, p_won and p_lost drawn to coarser cells, worth (won amount ÷ amount of that day, by stage); by
    left the common error of what is still to come: bias (of open deals, mean of actual ÷ expected), spread (sd) and freedom
    (of its t), from `periods` periods. `deals` is how many deals were looked at (0: not handed over). `has_stages` is False
    where there was no stage history. `rests`: one row per past period (start), team and weeks left: what was still to come, and
    what was expected then (not handed over).
    """

    table: pd.DataFrame
    findings: tuple[Finding, ...]
    deals: int
    periods: int
    has_stages: bool
    rests: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=RESTS))

    @classmethod
    def of_table(cls, table: pd.DataFrame) -> "DealHazards":
        """What was stored: the result as far as a landing needs it. Days it was handed over with are left out."""
        table = table.drop(columns=["period", "start", "end"], errors="ignore")
        stages = set(table["stage"]) - {ANY, "unknown"}
        periods = int(table["periods"].max()) if len(table) else 0
        deals = int(table.loc[table["stage"] == ANY, "n"].sum()) if "n" in table else 0
        return cls(table, (), deals, periods, bool(stages))


def deal_hazards(tables: Tables, *, as_of: date, period: Period | None = None) -> DealHazards:
    """Learns from all full periods like `period` (default: the quarter of `as_of`) that ended by `as_of`, at most 12."""
    tables = known_on(tables, as_of)
    period = period or period_of(as_of)
    deals = book(tables, as_of)
    seen = panel(deals, as_of, period)
    if not seen.periods:
        return _nothing(deals)
    cells = seen.cells(len(seen.periods))
    past = residuals(deals, seen)
    table = _table(cells, by_week(past, len(seen.periods)), len(seen.periods))
    count = len(np.unique(np.concatenate([one.deal for one in seen.weeks.values()])))
    findings = () if deals.has_stages else (_no_stages(count, dates=deals.has_dates),)
    return DealHazards(table, findings, count, len(seen.periods), deals.has_stages, _rests(deals, seen, past))


def _rests(deals: Book, seen: Panel, past: Residuals) -> pd.DataFrame:
    period, left, team = (axis.ravel() for axis in np.indices(past.actual.shape))
    starts = pd.DatetimeIndex([one.start for one in seen.periods]).to_numpy(dtype="datetime64[us]")
    columns = (starts[period], np.array(deals.teams, dtype=object)[team], left, past.actual.ravel(), past.expected.ravel())
    rows = pd.DataFrame(dict(zip(RESTS, columns, strict=True)))
    return rows[(period >= FIRST) & (left > 0)].reset_index(drop=True)


def _nothing(deals: Book) -> DealHazards:
    found = Finding("landing.too_little", "watch", {"n": 0}, Evidence(0, "past_periods"), owner="operations")
    return DealHazards(pd.DataFrame(columns=COLUMNS), (found,), 0, 0, deals.has_stages)


def _no_stages(count: int, *, dates: bool) -> Finding:
    key = "landing.no_stages" if dates else "landing.no_log"
    return Finding(key, "watch", {"n": count}, Evidence(count, "deals"), owner="operations")


def _table(cells: Cells, common: Floats, periods: int) -> pd.DataFrame:
    shape = cells.chance.shape[:-1]
    left, stage, due, size, since = (axis.ravel() for axis in np.indices(shape))
    table = pd.DataFrame(
        {
            "left": left,
            "stage": np.array(cells.stages, dtype=object)[stage],
            "due": np.array(DUE, dtype=object)[due],
            "size": size,
            "since": since,
            "n": cells.counts.sum(axis=-1).ravel().astype(np.int64),
            "won": cells.counts[..., 0].ravel().astype(np.int64),
            "lost": cells.counts[..., 1].ravel().astype(np.int64),
            "p_won": cells.chance[..., 0].ravel(),
            "p_lost": cells.chance[..., 1].ravel(),
            "worth": cells.amount_ratio[stage],
            "amount_from": np.array([0.0, *cells.edges, np.nan])[size],
            "bias": common[left, 0],
            "spread": common[left, 1],
            "freedom": common[left, 2],
            "periods": periods,
        }
    )
    return table[COLUMNS]


def cells_of(hazards: DealHazards) -> tuple[Cells, Floats]:
    """The cells of a stored table, and the common error by weeks left."""
    table = hazards.table
    stages = list(dict.fromkeys(table["stage"]))
    most = int(table["left"].max())
    ordered = table.assign(
        stage=table["stage"].map({stage: at for at, stage in enumerate(stages)}),
        due=table["due"].map({due: at for at, due in enumerate(DUE)}),
    ).sort_values(KEYS)
    shape = (most + 1, len(stages), len(DUE), 4, 3)
    if len(ordered) != int(np.prod(shape)):
        raise ValueError(
            f"the table of hazards has {len(ordered)} rows; expected {int(np.prod(shape))}, as deal_hazards gives it"
        )
    chance = ordered[["p_won", "p_lost"]].to_numpy(dtype=np.float64).reshape((*shape, 2))
    by_stage = ordered.drop_duplicates("stage").sort_values("stage")
    edges = ordered.drop_duplicates("size").sort_values("size")["amount_from"].to_numpy(dtype=np.float64)[1:3]
    common = ordered.drop_duplicates("left").sort_values("left")[["bias", "spread", "freedom"]].to_numpy(dtype=np.float64)
    return Cells(chance, np.zeros(0), by_stage["worth"].to_numpy(dtype=np.float64), stages, edges), common
