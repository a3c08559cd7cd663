"""How open deals end: the chance to be won, or lost, by the end of the period, by stage, time, amount and expected close.

In: tables. Out: `DealHazards`, a tidy table of cells. Every week of every past period is looked at as it stood then: the deals
open on that day, and what had become of them when the period ended: won, lost or still open (competing risks, landmarked at
each week, so no deal is dropped and none is followed beyond the period). The weeks left to the period's end are part of a cell,
so the rush at its end is. Cells are drawn towards coarser ones (weeks left → stage → expected close → amount → time in stage).
Without a stage history there is one stage, and time in stage is the deal's age. Never holds a deal or a person.
Source: van Houwelingen, Dynamic prediction by landmarking in event history analysis, Scand. J. Stat. 34 (2007) 70–85.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from salesanalytics.base.calendar import Period, period_of
from salesanalytics.base.finding import Evidence, Finding
from salesanalytics.base.types import Floats, Ints, Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.models.forecast.book import FAR, Book, States, book, day_number, past_periods
from salesanalytics.models.forecast.shock import by_week, residuals

KEYS = ["left", "stage", "due", "size", "since"]
COLUMNS = [*KEYS, "n", "won", "lost", "p_won", "p_lost", "worth", "amount_from", "bias", "spread", "periods"]
DUE = ("overdue", "this period", "later", "undated")
SINCE_DAYS = (7, 21)
ANY = "*"
MOST_PERIODS = 12
EDGE_PERIODS = 2
PRIOR_DEALS = 15.0
"""A cell counts as much as the coarser one it is drawn to when it holds this many deals."""


@dataclass(frozen=True, slots=True, eq=False)
class DealHazards:
    """Chances to be won and lost by the period's end.

    `table`: one row per cell: left (weeks to the end), stage ("*": all), due (how the expected close stands), size (third of
    the amounts, from `amount_from`; 3: no amount), since (0: under 7 days in the stage, 1: under 21, 2: more); n deal-weeks
    with won and lost of them, p_won and p_lost drawn to coarser cells, worth (won amount ÷ amount of that day, by stage);
    by left the common error of what is still to come: bias (mean of what came ÷ expected) and spread (sd), from `periods`
    periods. `deals` is how many deals were looked at. `has_stages` is False where there was no stage history.
    """

    table: pd.DataFrame
    findings: tuple[Finding, ...]
    deals: int
    periods: int
    has_stages: bool

    @classmethod
    def of_table(cls, table: pd.DataFrame) -> "DealHazards":
        """What was stored: the result as far as a landing needs it."""
        stages = set(table["stage"]) - {ANY, "unknown"}
        periods = int(table["periods"].max()) if len(table) else 0
        return cls(table, (), int(table.loc[table["stage"] == ANY, "n"].sum()), periods, bool(stages))


@dataclass(frozen=True, slots=True)
class Cells:
    """`chance[left, stage, due, size, since]`: (won, lost); stage 0 stands for all. `worth` per stage."""

    chance: Floats
    counts: Floats
    worth: Floats
    stages: Sequence[str]
    edges: Floats

    def p_won(self, states: States, day: int, end: int) -> Floats:
        """Chance of each deal to be won after `day`, up to `end`; between two weeks by their mean, weighted."""
        left = min(max((end - day) / 7, 0.0), len(self.chance) - 1.0)
        below, codes = int(left), self.codes(states, day, end)
        above = min(below + 1, len(self.chance) - 1)
        low, high = self.chance[below, *codes, 0], self.chance[above, *codes, 0]
        return np.asarray(low + (left - below) * (high - low))

    def codes(self, states: States, day: int, end: int) -> tuple[Ints, Ints, Ints, Ints]:
        """The cell of each deal, but for the weeks left."""
        places = {stage: at for at, stage in enumerate(self.stages)}
        stage = pd.Series(states.stage).map(places).fillna(0).to_numpy(dtype=np.int64)
        return np.asarray(stage), *_bands(states, day, end, self.edges)


@dataclass(frozen=True, slots=True)
class Panel:
    """Every past week: `counts[period, left, stage, due, size, since, outcome]`, and per period and week the states."""

    counts: Floats
    values: Floats
    stages: Sequence[str]
    edges: Floats
    periods: Sequence[Period]
    weeks: Mapping[tuple[int, int], States]

    def cells(self, until: int) -> Cells:
        """Learnt from the first `until` periods only."""
        return _fit(self.counts[:until].sum(axis=0), self.values[:until].sum(axis=0), self.stages, self.edges)


def deal_hazards(tables: Tables, *, as_of: date, period: Period | None = None) -> DealHazards:
    """Learns from all full periods like `period` (default: the quarter of `as_of`) that ended by `as_of`, at most 12."""
    tables = known_on(tables, as_of)
    period = period or period_of(as_of)
    deals = book(tables, as_of)
    seen = panel(deals, as_of, period)
    if not seen.periods:
        return _nothing(deals)
    cells = seen.cells(len(seen.periods))
    table = _table(cells, by_week(residuals(deals, seen), len(seen.periods)), len(seen.periods))
    count = len(np.unique(np.concatenate([one.deal for one in seen.weeks.values()])))
    findings = () if deals.has_stages else (_no_stages(count),)
    return DealHazards(table, findings, count, len(seen.periods), deals.has_stages)


def _nothing(deals: Book) -> DealHazards:
    found = Finding("landing.too_little", "watch", {"n": 0}, Evidence(0, "past_periods"), owner="operations")
    return DealHazards(pd.DataFrame(columns=COLUMNS), (found,), 0, 0, deals.has_stages)


def _no_stages(count: int) -> Finding:
    return Finding("landing.no_stages", "watch", {"n": count}, Evidence(count, "deals"), owner="operations")


def weeks_in(period: Period) -> int:
    """Weeks that reach from its end back to its start or just before."""
    return -(-period.days // 7)


def panel(deals: Book, as_of: date, period: Period) -> Panel:
    """All weeks of all past periods."""
    periods = past_periods(deals, as_of, period, MOST_PERIODS)
    most = max([weeks_in(one) for one in [*periods, period]])
    weeks = {
        (at, left): deals.open_on(day_number(one.end) - 7 * left)
        for at, one in enumerate(periods)
        for left in range(1, most + 1)
    }
    # thirds of the first periods' amounts, so that no later deal moves a cell's edge in a forecast of the past
    amounts = np.concatenate([np.zeros(0), *(one.amount for (at, _), one in weeks.items() if at < EDGE_PERIODS)])
    known = amounts[np.isfinite(amounts)]
    edges = np.quantile(known, [1 / 3, 2 / 3]) if len(known) else np.zeros(2)
    names = sorted({str(name) for one in weeks.values() for name in pd.unique(pd.Series(one.stage))})
    stages = [ANY, *names]
    shape = (len(periods), most + 1, len(stages), len(DUE), 4, 3)
    counts, values = np.zeros((*shape, 3)), np.zeros((len(periods), len(stages), 2))
    blank = Cells(np.zeros(0), np.zeros(0), np.zeros(0), stages, edges)
    for (at, left), states in weeks.items():
        end = day_number(periods[at].end)
        codes, outcome = blank.codes(states, end - 7 * left, end), outcomes(deals, states.deal, end)
        place = np.ravel_multi_index((*codes, outcome), (*shape[2:], 3))
        counts[at, left] = np.bincount(place, minlength=int(np.prod(shape[2:])) * 3).reshape((*shape[2:], 3))
        known_won = (outcome == 0) & (np.nan_to_num(states.amount) > 0)
        for column, money in enumerate((deals.amount[states.deal], np.nan_to_num(states.amount))):
            values[at, :, column] += np.bincount(codes[0][known_won], money[known_won], len(stages))
    counts[:, :, 0], values[:, 0] = counts.sum(axis=2), values.sum(axis=1)
    return Panel(counts, values, stages, edges, periods, weeks)


def outcomes(deals: Book, deal: Ints, end: int) -> Ints:
    """0 won, 1 lost, 2 still open at the end of the day `end`."""
    over = deals.closed[deal] <= end
    return np.where(over, np.where(deals.won[deal], 0, 1), 2)


def _bands(states: States, day: int, end: int, edges: Floats) -> tuple[Ints, Ints, Ints]:
    expected = states.expected
    due = np.where(expected >= FAR, 3, np.where(expected < day, 0, np.where(expected <= end, 1, 2)))
    size = np.where(np.isnan(states.amount), 3, np.searchsorted(edges, np.nan_to_num(states.amount), side="right"))
    return due, size, np.searchsorted(SINCE_DAYS, states.since, side="right")


def _fit(counts: Floats, values: Floats, stages: Sequence[str], edges: Floats) -> Cells:
    """Each cell's shares, drawn to the next coarser cell as if that were `PRIOR_DEALS` deals."""
    total = counts[:, 0].sum(axis=(0, 1, 2, 3))
    overall = (total + 1 / 3) / (total.sum() + 1)
    by_left = counts[:, 0].sum(axis=(1, 2, 3))
    chance = _drawn(by_left, np.broadcast_to(overall, by_left.shape))
    for depth in range(1, 5):
        here = counts.sum(axis=tuple(range(depth + 1, 5)))
        chance = _drawn(here, chance[..., None, :])
    chance[0] = (0.0, 0.0, 1.0)  # no week left: whatever is open stays open
    little = 0.02 * values[0]  # a stage with hardly any money won takes the ratio of all
    worth = (values[:, 0] + little[0]) / (values[:, 1] + little[1]) if values[0, 1] > 0 else np.ones(len(stages))
    return Cells(chance[..., :2], counts, worth, stages, edges)


def _drawn(counts: Floats, coarser: Floats) -> Floats:
    return np.asarray((counts + PRIOR_DEALS * coarser) / (counts.sum(axis=-1, keepdims=True) + PRIOR_DEALS))


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
            "worth": cells.worth[stage],
            "amount_from": np.array([0.0, *cells.edges, np.nan])[size],
            "bias": common[left, 0],
            "spread": common[left, 1],
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
    common = ordered.drop_duplicates("left").sort_values("left")[["bias", "spread"]].to_numpy(dtype=np.float64)
    return Cells(chance, np.zeros(0), by_stage["worth"].to_numpy(dtype=np.float64), stages, edges), common
