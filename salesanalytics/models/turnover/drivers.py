"""What goes with leaving, of people of the same tenure: association, not cause.

In: `Staff` and what was known of each person at the start of each month (results, training, work mode, role). Out: odds ratios
of leaving within a month from a discrete-time hazard, errors by person, Holm-adjusted; managers held against all others at
equal tenure; how well held-out people are told apart. A characteristic that changes counts only from when it does: who was
trained later was not trained yet (immortal time). Age, sex, family, health, union and psychological scores are never looked at.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from scipy import stats

from salesanalytics.base.types import Flags, Floats, Ints, Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.errors import DataError
from salesanalytics.facts.leaving import Staff, staff
from salesanalytics.facts.people import MONTH_DAYS, YEAR_DAYS, rep_months
from salesanalytics.models.survival.discrete import Hazard, discrete_hazard, person_periods
from salesanalytics.models.survival.spells import spells
from salesanalytics.models.turnover.bands import EDGES
from salesanalytics.models.turnover.groups import manager
from salesanalytics.stats.compare import holm, outranks
from salesanalytics.stats.suppression import FEW

LEAST_LEAVERS = 30  # below, nothing about drivers is said
LEAVERS_A_COLUMN = 10
MONTHS = 12  # a tenure is cut into so many stretches a year
RECENT = 3  # months of results looked at
TRAINED_FOR = 12  # months for which a training counts
FOLDS = 5
LEVEL = 0.05
RESULTS, TRAINED, EVER = "results", "trained", "trained ever"
COLUMNS = ["driver", "ratio", "low", "high", "p", "people", "leavers"]
MANAGERS = ["group", "people", "leavers", "expected", "ratio", "low", "high", "p"]


@dataclass(frozen=True, slots=True, eq=False)
class Drivers:
    """`table`: one row per driver (see COLUMNS; ratio of the odds of leaving within a month, p Holm-adjusted). `managers`: one
    row per manager with at least five people (see MANAGERS; ratio to all others at equal tenure). `leavers` in `months`
    person-months of `people`; `c`: how often of a leaver and a stayer among held-out people the leaver got the higher chance.
    `trained`, `naive_trained`: ratio of the trained, as it is and as it looks where a later training counts from the first
    day; missing without trainings. `left_out`: drivers there were too few leavers for.
    """

    table: pd.DataFrame
    managers: pd.DataFrame
    leavers: int
    months: int
    people: int
    c: float | None
    trained: float | None
    naive_trained: float | None
    left_out: tuple[str, ...]


def drivers(tables: Tables, *, as_of: date) -> Drivers:
    """Of all these tables' people with a known first day; empty where fewer than 30 of them left."""
    tables = known_on(tables, as_of)
    who = staff(tables, as_of=as_of)
    rows = _person_months(who, tables, as_of)
    left = int(rows["left"].sum())
    people = int(rows["rep_id"].nunique())
    managers = _managers(rows) if left >= LEAST_LEAVERS else pd.DataFrame(columns=MANAGERS)
    nothing = Drivers(pd.DataFrame(columns=COLUMNS), managers, left, len(rows), people, None, None, None, ())
    if left < LEAST_LEAVERS:
        return nothing
    names, left_out = _affordable(rows, left)
    try:
        fit = _fit(rows, names)
    except DataError:
        return nothing
    table = fit.table[fit.table["name"].isin(names)].rename(columns={"name": "driver"})
    table = table.assign(p=holm(table["p"].to_numpy(dtype=np.float64)) if len(table) else [], people=people, leavers=left)
    trained, naive = (_ratio(rows, names, which) for which in (TRAINED, EVER))
    c = _told_apart(rows, names)
    return Drivers(table[COLUMNS].reset_index(drop=True), managers, left, len(rows), people, c, trained, naive, left_out)


def _person_months(who: Staff, tables: Tables, as_of: date) -> pd.DataFrame:
    """One row per person and month of tenure watched from its start: what was known then, and whether they left in it."""
    people = who.table[who.table["hired"].notna()].reset_index(drop=True)
    if people.empty:
        return pd.DataFrame(columns=["rep_id", "left", "start", "band", "manager", "role"])
    cut = spells(people["exit"], people["cause"].to_numpy(), people["entry"], people["rep_id"])
    cells = person_periods(cut, 1 / MONTHS)
    mine = people.iloc[cells["row"]].reset_index(drop=True)
    start = mine["hired"] + pd.to_timedelta(cells["period"] * (YEAR_DAYS / MONTHS), unit="D")
    band = np.searchsorted(EDGES, cells["period"] / MONTHS + 1e-9, side="right") - 1
    rows = mine[["rep_id", "team_id", "role"]].assign(left=cells["left"].to_numpy(), start=start, band=band)
    rows["manager"] = manager(who, tables).loc[who.table["hired"].notna()].to_numpy()[cells["row"]]
    mode = tables["rep"].set_index("rep_id")["work_mode"]
    rows = rows.assign(mode=rows["rep_id"].map(mode), results=_results(rows, tables, as_of))
    return rows.assign(**_trainings(rows, tables))


def _results(rows: pd.DataFrame, tables: Tables, as_of: date) -> Floats:
    """Bookings of the three full months before, beside those of colleagues: 0 as theirs, 1 twice theirs; 0 where unknown."""
    months = rep_months(tables, as_of)
    if months.empty or not months["booked"].sum():
        return np.zeros(len(rows))
    full = months[(months["part"] > 0.99) & (months["tenure"] >= RECENT)].copy()
    full["usual"] = full["month"].map(full.groupby("month")["booked"].mean())
    full["at"] = full["month"].dt.year * 12 + full["month"].dt.month
    wide = {name: full.pivot_table(index="rep_id", columns="at", values=name, aggfunc="sum") for name in ("booked", "usual")}
    span = range(int(full["at"].min()), int(full["at"].max()) + 2)
    sums = {
        name: table.reindex(columns=span).T.rolling(RECENT, min_periods=RECENT).sum().shift(1).T for name, table in wide.items()
    }
    ratio = (sums["booked"] / sums["usual"]).clip(0, 3) - 1
    at = rows["start"].dt.year * 12 + rows["start"].dt.month
    told = ratio.reset_index().melt("rep_id", var_name="at", value_name="results")
    found = pd.DataFrame({"rep_id": rows["rep_id"], "at": at}).merge(told, on=["rep_id", "at"], how="left")
    return found["results"].fillna(0.0).to_numpy(dtype=np.float64)


def _trainings(rows: pd.DataFrame, tables: Tables) -> dict[str, Floats]:
    """Whether a training was completed within the year before the month (`trained`), or at any time, later ones too."""
    none = {TRAINED: np.zeros(len(rows)), EVER: np.zeros(len(rows))}
    if "training_event" not in tables:
        return none
    done = tables["training_event"][["rep_id", "completed_on"]].dropna().sort_values("completed_on", kind="stable")
    if done.empty:
        return none
    asked = pd.DataFrame({"rep_id": rows["rep_id"].astype(str), "start": rows["start"].astype("datetime64[us]")})
    asked["row"] = np.arange(len(asked))
    done = done.assign(rep_id=done["rep_id"].astype(str), completed_on=done["completed_on"].astype("datetime64[us]"))
    last = pd.merge_asof(asked.sort_values("start"), done, left_on="start", right_on="completed_on", by="rep_id")
    last = last.sort_values("row")
    recent = (last["start"] - last["completed_on"]).dt.days <= TRAINED_FOR * MONTH_DAYS
    ever = rows["rep_id"].isin(done["rep_id"])
    return {TRAINED: recent.to_numpy().astype(np.float64), EVER: ever.to_numpy().astype(np.float64)}


def _columns(rows: pd.DataFrame) -> dict[str, Floats]:
    """Every driver that varies, one number per row; words as 0 and 1 beside the most common one."""
    found = {RESULTS: rows["results"].to_numpy(dtype=np.float64)}
    for kind in ("mode", "role"):
        people = rows.drop_duplicates("rep_id")[kind].value_counts()
        for name in sorted(people.index[people >= FEW].difference([people.index[0]] if len(people) else [])):
            found[f"{kind}: {name}"] = rows[kind].eq(name).to_numpy(dtype=np.float64)
    found[TRAINED] = rows[TRAINED].to_numpy(dtype=np.float64)
    return {name: column for name, column in found.items() if np.ptp(column) > 0}


def _affordable(rows: pd.DataFrame, left: int) -> tuple[list[str], tuple[str, ...]]:
    """As many drivers as there are ten leavers for each column, tenure included; the others by name."""
    names = list(_columns(rows))
    room = max(left // LEAVERS_A_COLUMN - 2, 1)  # tenure's five bands rise and fall together and count as two
    return names[:room], tuple(names[room:])


def _design(rows: pd.DataFrame, names: list[str], instead: str = TRAINED) -> pd.DataFrame:
    """The bands of tenure that leavers and stayers are in, and the drivers (`instead`: which training column is meant)."""
    columns = _columns(rows) | {TRAINED: rows[instead].to_numpy(dtype=np.float64)}
    bands = _bands_in_use(rows)
    design = {f"band {band}": (bands == band).astype(np.float64) for band in np.unique(bands)}
    return pd.DataFrame(design | {name: columns[name] for name in names})


def _bands_in_use(rows: pd.DataFrame) -> Ints:
    """Bands of tenure; one that nobody left in is put to the one before it."""
    left = rows.groupby("band")["left"].sum()
    kept = left.index[left > 0].to_numpy()
    place = np.clip(np.searchsorted(kept, rows["band"].to_numpy(), side="right") - 1, 0, None)
    return np.asarray(kept[place], dtype=np.int64)


def _fit(rows: pd.DataFrame, names: list[str], instead: str = TRAINED) -> Hazard:
    return discrete_hazard(rows["left"], _design(rows, names, instead), rows["rep_id"])


def _ratio(rows: pd.DataFrame, names: list[str], which: str) -> float | None:
    """Ratio of the trained in the same model, the training counted as `which` says."""
    if not np.ptp(rows[which].to_numpy(dtype=np.float64)):
        return None
    try:
        fit = _fit(rows, [*[name for name in names if name != TRAINED], TRAINED], which)
    except DataError:
        return None
    return float(fit.table["ratio"].iloc[-1])


def _told_apart(rows: pd.DataFrame, names: list[str]) -> float | None:
    """Of pairs of a month that was the last and one that was not, of people the model has not seen, how often it ranks right.

    People are dealt into folds as wholes, in the order of their ids.
    """
    whose = np.unique(rows["rep_id"].to_numpy(dtype=str), return_inverse=True)[1]
    fold = (whose * 7919) % 104_729 % FOLDS
    chance, left = np.full(len(rows), np.nan), rows["left"].to_numpy(dtype=bool)
    design = _design(rows, names)
    for one in range(FOLDS):
        out: Flags = fold == one
        if not left[~out].any() or not out.any():
            continue
        try:
            chance[out] = discrete_hazard(left[~out], design[~out], rows["rep_id"][~out]).chance(design[out])
        except DataError:
            return None
    known = ~np.isnan(chance)
    if not left[known].any() or left[known].all():
        return None
    return outranks(chance[known], left[known])


def _managers(rows: pd.DataFrame) -> pd.DataFrame:
    """Managers against all others, at equal tenure: given all leavers, how many of them are a manager's is binomial, which
    gives an exact interval and p (Przyborowski and Wilenski 1940).
    """
    rate = rows.groupby("band")["left"].mean()
    counted = rows.assign(expected=rows["band"].map(rate)).groupby("manager")
    table = pd.DataFrame(
        {"people": counted["rep_id"].nunique(), "leavers": counted["left"].sum(), "expected": counted["expected"].sum()}
    )
    table = table[table["people"] >= FEW].rename_axis("group").reset_index()
    if len(table) < 2:
        return pd.DataFrame(columns=MANAGERS)
    total, due = int(rows["left"].sum()), float(rows["band"].map(rate).sum())
    compared = [
        _against_others(int(n), total, float(e) / due) for n, e in zip(table["leavers"], table["expected"], strict=True)
    ]
    table[["ratio", "low", "high", "p"]] = np.array(compared)
    return table.assign(p=holm(table["p"].to_numpy()))[MANAGERS]


def _against_others(mine: int, all_left: int, share: float) -> tuple[float, float, float, float]:
    """Ratio of two Poisson rates with its 95% interval and p, where this one's share of what was due is `share`."""
    test = stats.binomtest(mine, all_left, share)
    ends = test.proportion_ci(0.95, method="exact")
    odds = share / (1 - share)
    low, high = (end / (1 - end) / odds if end < 1 else np.inf for end in (ends.low, ends.high))
    others = all_left - mine
    return (mine / others / odds if others else np.inf), low, high, float(test.pvalue)
