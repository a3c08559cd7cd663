"""What it costs when somebody leaves, in parts that the data knows; what it does not know is named and not invented.

In: deals, people, trainings. Out: `Cost`: money per leaver by part. Vacancy: days until somebody of the same role starts in the
team, at what a full seller books. Ramp: what a new seller books less in the first year. Training: what was spent on the newly
hired in their first year. Bookings are not margin, and whether colleagues sell to the leaver's customers meanwhile is not
known, so the first two say what is at stake at most.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from salesanalytics.base.types import Floats, Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.leaving import Staff, staff
from salesanalytics.facts.people import MONTH_DAYS, TENURED, Ramp, ramp_curve
from salesanalytics.models.productivity.full_seller import DRAWS, FullSeller

VACANCY, RAMP, TRAINING = "vacancy", "ramp", "training"
BOOKINGS, SPENT = "bookings", "spent"
UNKNOWN = ("recruiting", "managers_time", "severance")
LONGEST = 365  # a hire later than this is not taken for the leaver's successor
LEAST = 5
COLUMNS = ["part", "kind", "amount", "low", "high", "n", "counted", "rests_on"]


@dataclass(frozen=True, slots=True, eq=False)
class Cost:
    """`table`: one row per part that is known (see COLUMNS): amount per leaver in the base currency with its 95% interval,
    `kind` bookings (not made) or spent, from `n` things counted; `rests_on`: the assumption, a key of words.

    `vacancy_days`: mean days until a successor starts, of `followed` of `leavers` who had one within a year. `missing`: parts
    that this data cannot tell, of those it has columns for. `month`: a full seller's bookings.
    """

    table: pd.DataFrame
    leavers: int
    followed: int
    vacancy_days: float | None
    month: float | None
    missing: tuple[str, ...]


def cost_of_leaving(
    tables: Tables, *, as_of: date, people: Staff | None = None, ramp: Ramp | None = None, seed: int = 0
) -> Cost:
    """Of sellers who left since the records begin. `ramp`: the company's, where the team's own newcomers are few."""
    tables = known_on(tables, as_of)
    staffed = (people or staff(tables, as_of=as_of)).table
    curve = ramp or ramp_curve(tables, as_of=as_of)
    full = FullSeller.of(tables, as_of, curve, np.random.default_rng(seed))
    gaps, leavers = _gaps(staffed, as_of)
    draw = np.random.default_rng(seed + 1)
    days = gaps[draw.integers(0, len(gaps), (DRAWS, len(gaps)))].mean(axis=1) if len(gaps) >= LEAST else None
    rows, missing = [], []
    if full is not None and days is not None:
        rows.append(
            _row(VACANCY, BOOKINGS, float(gaps.mean()) * full.mean / MONTH_DAYS, days * full.level / MONTH_DAYS, len(gaps))
        )
    else:
        missing.append(VACANCY)
    if full is not None and curve.known:
        lost, drawn = _ramp_loss(curve, draw)
        rows.append(_row(RAMP, BOOKINGS, lost * full.mean, drawn * full.level, curve.reps))
    else:
        missing.append(RAMP)
    spent = _training(tables, staffed, as_of)
    if len(spent) >= LEAST:
        means = spent[draw.integers(0, len(spent), (DRAWS, len(spent)))].mean(axis=1)
        rows.append(_row(TRAINING, SPENT, float(spent.mean()), means, len(spent)))
    else:
        missing.append(TRAINING)
    mean = float(gaps.mean()) if len(gaps) >= LEAST else None
    month = None if full is None else full.mean
    return Cost(pd.DataFrame(rows, columns=COLUMNS), leavers, len(gaps), mean, month, tuple(missing))


def _row(part: str, kind: str, amount: float, drawn: Floats, n: int) -> dict[str, object]:
    counted = {VACANCY: "leavers", RAMP: "newcomers", TRAINING: "newcomers"}[part]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return {
        "part": part,
        "kind": kind,
        "amount": amount,
        "low": float(low),
        "high": float(high),
        "n": n,
        "counted": counted,
        "rests_on": f"turnover.rests_on.{part}",
    }


def _ramp_loss(curve: Ramp, draw: np.random.Generator) -> tuple[float, Floats]:
    """A full seller's months that a newcomer does not book in the first year, and draws of it within the curve's range."""
    table = curve.table
    share = table["share"].to_numpy(dtype=np.float64)
    error = ((table["high"] - table["low"]) / 2 / 1.96).to_numpy(dtype=np.float64)
    drawn = np.clip(share + draw.normal(size=(DRAWS, len(share))) * error, 0, 1)
    return float(TENURED - share.sum()), np.asarray(TENURED - drawn.sum(axis=1))


def _gaps(people: pd.DataFrame, as_of: date) -> tuple[Floats, int]:
    """Days between each leaver's last day and the first day of whoever took the place, and how many sellers left.

    Within a team and role, leavers and those hired afterwards are paired in the order of their days; a hire serves once. Only
    leavers of more than a year ago are looked at, so that a vacancy that still lasts does not count as a short one.
    """
    people = people[people["role"] != "sdr"]
    left = people[people["left"] & (people["until"] <= pd.Timestamp(as_of) - pd.Timedelta(days=LONGEST))]
    begun = people[people["hired"].notna() & (people["hired"] == people["since"])]
    gaps: list[int] = []
    for key, gone in left.sort_values(["until", "rep_id"]).groupby(["team_id", "role"]):
        starts = begun.loc[(begun["team_id"] == key[0]) & (begun["role"] == key[1]), "hired"].sort_values().tolist()
        for day in gone["until"]:
            next_one = next((start for start in starts if day < start <= day + pd.Timedelta(days=LONGEST)), None)
            if next_one is not None:
                starts.remove(next_one)
                gaps.append((next_one - day).days)
    return np.array(gaps, dtype=np.float64), int(people["left"].sum())


def _training(tables: Tables, people: pd.DataFrame, as_of: date) -> Floats:
    """What was spent on the training of each newly hired person in their first year, of those whose first year is over."""
    if "training_event" not in tables or not tables["training_event"]["cost"].notna().any():
        return np.zeros(0)
    new = people[people["hired"].notna() & (people["hired"] == people["since"])]
    new = new[new["hired"] <= pd.Timestamp(as_of) - pd.Timedelta(days=365)].sort_values(["rep_id", "hired"], kind="stable")
    events = new[["rep_id", "hired"]].merge(tables["training_event"], on="rep_id", how="left")
    first = (events["started_on"] >= events["hired"]) & (events["started_on"] < events["hired"] + pd.Timedelta(days=365))
    spent = events["cost"].where(first, 0.0).fillna(0.0).groupby([events["rep_id"], events["hired"]]).sum()
    return np.asarray(spent.to_numpy(dtype=np.float64))
