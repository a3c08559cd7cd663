"""A year of leads from sources that are all alike, as the intake reads them: what is promised of their worth and differences.

Out: rows of promises, as in `promises`: the 95% interval of what a lead of each source brings within 180 days beside the truth,
and whether sources were said to differ. Few leads become deals, few deals are won, amounts are log-normal with a heavy tail.
"""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from salesanalytics.analyses.planning.leads import VALUE_DAYS, leads
from salesanalytics.base.calendar import trailing_year
from salesanalytics.data.intake.check import check_source, usable
from salesanalytics.data.tables.as_of import known_on

LAST = date(2024, 12, 31)
A_YEAR = {"web": 320, "fair": 170, "partner": 90, "calls": 60, "friends": 45}
CONVERTS, WAITS, WINS, TAKES, SIZE, SPREAD = 0.35, 25.0, 0.3, 70.0, 9e3, 1.0


def lead_promises(seed: int) -> Iterator[tuple[object, ...]]:
    """promise, ahead, low, middle, high, actual, chance, came: of one company."""
    rng = np.random.default_rng([seed, 15485863])
    with TemporaryDirectory() as folder:
        for name, rows in _files(rng).items():
            with (Path(folder) / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
        tables = known_on(usable(check_source(Path(folder), today=LAST)).tables, LAST)
    found = leads(tables, as_of=LAST, period=trailing_year(LAST))
    for row in found.table.dropna(subset=["per_lead_low"]).to_dict("records"):
        yield "lead", 1, row["per_lead_low"], row["per_lead"], row["per_lead_high"], _truth(), np.nan, False
    yield "differ", 1, np.nan, np.nan, np.nan, np.nan, 0.05, bool(found.table["differs"].fillna(value=False).any())


@cache
def _truth() -> float:
    """What a lead brings within 180 days, from very many."""
    converts, waits, wins, takes, amount = _fates(np.random.default_rng(1), 2_000_000)
    return float(np.mean(converts * wins * (waits + takes <= VALUE_DAYS) * amount))


def _fates(rng: np.random.Generator, n: int) -> tuple[np.ndarray, ...]:
    converts, wins = rng.random(n) < CONVERTS, rng.random(n) < WINS
    waits, takes = rng.exponential(WAITS, n), rng.gamma(2.0, TAKES / 2, n)
    return converts, waits, wins, takes, SIZE * np.exp(SPREAD * rng.standard_normal(n) - SPREAD**2 / 2)


def _files(rng: np.random.Generator) -> dict[str, list[dict[str, object]]]:
    came, deals = [], []
    for source, a_year in A_YEAR.items():
        n = int(rng.poisson(1.5 * a_year))
        day = rng.uniform(-547, 0, n)
        for at, (converts, waits, wins, takes, amount) in enumerate(zip(*_fates(rng, n), strict=True)):
            opened, closed = day[at] + waits, day[at] + waits + takes
            became = converts and opened < 0
            key = f"{source}{at}"
            row = {"lead_id": key, "source": source, "created_at": _when(day[at]), "owner_rep_id": "r1"}
            row |= {"converted_at": _when(opened) if became else "", "converted_opportunity_id": f"d-{key}" if became else ""}
            came.append(row)
            if became:
                stage = "Open" if closed >= 0 else "Won" if wins else "Lost"
                deal = {"opportunity_id": f"d-{key}", "owner_rep_id": "r1", "stage": stage, "amount": f"{amount:.2f}"}
                deals.append(deal | {"created_at": _when(opened), "closed_at": _when(closed) if closed < 0 else ""})
    stages = [("Open", False, False), ("Won", True, True), ("Lost", True, False)]
    named = [{"stage": name, "sort_order": at, "is_closed": over, "is_won": won} for at, (name, over, won) in enumerate(stages)]
    return {
        "rep": [{"rep_id": "r1", "name": "R", "team_id": "t", "hire_date": "2020-01-01"}],
        "team": [{"team_id": "t", "name": "T"}],
        "stage": named,
        "opportunity": deals,
        "lead": came,
    }


def _when(day: float) -> str:
    moment = timedelta(days=float(day)) + timedelta(hours=23)
    on = LAST + timedelta(days=moment.days)
    return f"{on.isoformat()} {moment.seconds // 3600:02d}:{moment.seconds % 3600 // 60:02d}"
