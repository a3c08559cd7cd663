"""Who leaves: our numbers beside published ones, beside other models on held-out people, and on worlds whose truth is known.

python benchmarks/people.py [--data DIR] [--hr FILE] [--draws N]

`--data`: a folder with teachers, physicians, first_sex and judges.csv (mccarthy-m-g/alda, CC0) and bladder2.csv (R survival);
Rossi and lung come with lifelines. `--hr`: the IBM HR table (Attrition and one column per characteristic). `--draws`: worlds of
each trap. Exit code 1 where a number differs or a mark is missed.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from lifelines import CoxPHFitter
from lifelines.datasets import load_lung, load_rossi
from lifelines.utils import concordance_index
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.model_selection import KFold, StratifiedKFold

from salesanalytics.analyses.recruiting.leaving_drivers import leaving_drivers
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.demo import build_demo
from salesanalytics.demo.planted.ramp import CURVE
from salesanalytics.facts.leaving import Staff, staff
from salesanalytics.facts.people import TENURED, ramp_curve
from salesanalytics.models.survival.cox import cox
from salesanalytics.models.survival.curves import survival
from salesanalytics.models.survival.discrete import discrete_hazard, person_periods
from salesanalytics.models.survival.logrank import log_rank
from salesanalytics.models.survival.proportional import proportional
from salesanalytics.models.survival.spells import Spells, spells
from salesanalytics.models.turnover.bands import EDGES, bands
from salesanalytics.stats.intervals import rate_interval

Line = tuple[str, float, float, float]  # what, ours, published, how far apart they may be
LEFT = (456, 384, 359, 295, 218, 184, 123, 79, 53, 35, 16, 5)
BLADDER = ("rx", "size", "number")
Model = Callable[[pd.DataFrame, np.ndarray, pd.DataFrame], np.ndarray]
PROTECTED = ["Age", "Gender", "MaritalStatus"]
EMPTY = ["EmployeeNumber", "EmployeeCount", "Over18", "StandardHours", "Department"]  # the last follows from the role
TENURE = (0, 1, 2, 4, 8)
SINCE = ["YearsInCurrentRole", "YearsSinceLastPromotion", "YearsWithCurrManager"]  # grow with the stay, whatever else holds
LEAST = 15  # leavers with and without a characteristic, for every fold to have some
HORIZON = np.arange(1, 11)  # years over which the Brier score is integrated
LATE = "late entry: share still there after 12 months"


def published_alone() -> Iterator[Line]:
    """Numbers of data that come with lifelines."""
    rossi, lung = load_rossi(), load_lung()
    x, rows = rossi.drop(columns=["week", "arrest"]), spells(rossi["week"], rossi["arrest"])
    fit = cox(rows, x).table["coefficient"].to_numpy()
    yield "Rossi, Cox (Efron): fin", fit[0], -0.3794222, 1e-6
    yield "Rossi, Cox (Efron): prio", fit[-1], 0.0914971, 1e-6
    zph = (1.38381, 0.89642, 2.25998, 4.15968, 0.08959, 0.02185, 1.64080, 11.02518)
    for row, told in zip(proportional(rows, x, fit, "rank").to_dict("records"), zph, strict=True):
        yield f"Rossi, cox.zph (rank): {row['name']}", row["chi2"], told, 5e-6
    ranked = log_rank(spells(lung["time"], lung["status"]), lung["sex"])
    yield "lung, log-rank of sex", ranked.statistic if ranked else np.nan, 10.3267, 5e-5


def published(folder: Path) -> Iterator[Line]:
    """Numbers of data that lie in `folder`."""
    yield from _teachers(pd.read_csv(folder / "teachers.csv"))
    yield from _physicians(pd.read_csv(folder / "physicians.csv"))
    yield from _first_sex(pd.read_csv(folder / "first_sex.csv"))
    yield from _judges(pd.read_csv(folder / "judges.csv"))
    table = pd.read_csv(folder / "bladder2.csv")
    rows = spells(table["stop"], table["event"] == 1, table["start"], table["id"])
    for ties, told in (("breslow", (-0.45979, 0.19996, 0.25801)), ("efron", (-0.46469, 0.19973, 0.26556))):
        first = cox(rows, table[list(BLADDER)], ties).table.iloc[0]
        for name, number in zip(("coefficient", "error", "robust"), told, strict=True):
            yield f"bladder, Andersen–Gill ({ties}): rx, {name}", first[name], number, 5e-6


def _teachers(table: pd.DataFrame) -> Iterator[Line]:
    curve = survival(spells(table["years"], table["censor"] == 0))
    for year, (ours, told) in enumerate(zip(curve.left, LEFT, strict=True), start=1):
        yield f"teachers, leavers of year {year}", float(ours), float(told), 0
    yield "teachers, hazard of year 1", float(curve.left[0] / curve.at_risk[0]), 0.1157, 5e-5
    yield "teachers, S(12)", float(curve.share[-1]), 0.4123, 5e-5
    yield "teachers, median", curve.median_between or np.nan, 6.61, 5e-3


def _physicians(table: pd.DataFrame) -> Iterator[Line]:
    rows = spells(table["exit"], table["censor"] == 0, table["entry"])
    late, naive = survival(rows), survival(rows.from_the_start())
    for year, told, flat in ((1, 0.90202, 0.95559), (2, 0.68487, 0.83821), (3, 0.49838, 0.68678)):
        yield f"physicians, S({year}) with late entry", (late.at(year) or (np.nan,))[0], told, 5e-6
        yield f"physicians, S({year}) without", (naive.at(year) or (np.nan,))[0], flat, 5e-6
    x = table[["part_time", "age"]].assign(both=table["part_time"] * table["age"])
    for ours, told in zip(cox(rows, x).table["coefficient"], (-5.2079472, -0.0307201, 0.1166182), strict=True):
        yield "physicians, part_time*age", ours, told, 1e-6


def _first_sex(table: pd.DataFrame) -> Iterator[Line]:
    periods = person_periods(spells(table["grade"] - 6, table["censor"] == 0), 1)
    grades = pd.get_dummies(periods["period"], dtype=float).add_prefix("grade ")
    pt, pas = (
        table[name].iloc[periods["row"]].reset_index(drop=True) for name in ("parental_transition", "parental_antisociality")
    )
    for what, told in (((pt,), (0.8736, 0.2174)), ((pas,), (0.4428, 0.1140))):
        fit = discrete_hazard(periods["left"], pd.concat([grades, *what], axis=1), periods["row"]).table.iloc[-1]
        yield f"first_sex, {fit['name']}", fit["coefficient"], told[0], 5e-5
        yield f"first_sex, {fit['name']}, error", fit["error"], told[1], 5e-5
    both = discrete_hazard(periods["left"], pd.concat([grades, pt, pas], axis=1), periods["row"]).table.iloc[-2:]
    for ours, told in zip(both["coefficient"], (0.6605, 0.2964), strict=True):
        yield "first_sex, both together", ours, told, 5e-5


def _judges(table: pd.DataFrame) -> Iterator[Line]:
    cause = np.select([table["dead"] == 1, table["retired"] == 1], ["dying", "retiring"], "")
    rows: Spells = spells(table["tenure"], cause)
    x = table[["appointment_age", "appointment_year"]]
    for causes, told in ((("dying",), 0.06711), (("retiring",), 0.10611), (("dying", "retiring"), 0.08606)):
        ours = cox(rows.ending(*causes), x).table["coefficient"].iloc[0]
        yield f"judges, age on {' or '.join(causes)}", ours, told, 5e-6


def show(lines: Iterator[Line]) -> bool:
    """Prints each line; whether all are as published."""
    good = True
    print(f"{'':<52} {'ours':>14} {'published':>14}")
    for what, ours, told, apart in lines:
        same = bool(abs(ours - told) <= apart + 1e-12)
        good &= same
        print(f"{what:<52} {ours:>14.7f} {told:>14.7f}  {'same' if same else 'DIFFERS'}")
    return good


def held_out(file: Path) -> bool:
    """The hazard behind `drivers` on people it has not seen, 5 times 5 folds, beside a logistic regression and trees (once).

    Every row is another person, so folds by row are folds by person. Without age, sex and family, as in the product, and with
    them.
    """
    table = pd.read_csv(file)
    left = (table.pop("Attrition") == "Yes").to_numpy()
    print(f"\n{len(left)} people, {left.sum()} left{'':<20} {'AUC':>9} {'Brier':>9} {'ECE':>9}")
    good = True
    for told, without in (("without protected fields", PROTECTED), ("with all fields", [])):
        x = _design(table.drop(columns=[*EMPTY, *without]))
        for name, model in (("hazard (ours)", _hazard), ("logistic", _logistic), ("boosted trees", _trees)):
            rounds = 1 if model is _trees else 5  # trees take twenty times as long, and are told apart by far
            marks = np.mean([_marks(left, _cross(x, left, model, seed)) for seed in range(rounds)], axis=0)
            print(f"{name:<16} {told:<26} {marks[0]:>9.4f} {marks[1]:>9.4f} {marks[2]:>9.4f}", flush=True)
            if model is _hazard:
                good &= bool(marks[0] >= 0.83 and marks[1] <= 0.095 and marks[2] <= 0.03)
    print("marks: AUC at least .83, Brier at most .095, ECE at most .03:", "met" if good else "MISSED")
    return good


def _design(table: pd.DataFrame) -> pd.DataFrame:
    """One column per number and word, standardised, and tenure in bands as in `drivers`."""
    tenure = table["YearsAtCompany"]
    x = pd.get_dummies(table.drop(columns="YearsAtCompany"), drop_first=True, dtype=float)
    band = np.searchsorted(TENURE, tenure, side="right") - 1
    x = x.assign(**{f"band {one}": (band == one).astype(float) for one in range(1, len(TENURE))})
    return ((x - x.mean()) / x.std()).assign(one=1.0)


def _hazard(x: pd.DataFrame, left: np.ndarray, unseen: pd.DataFrame) -> np.ndarray:
    return discrete_hazard(left, x, np.arange(len(left))).chance(unseen)


def _logistic(x: pd.DataFrame, left: np.ndarray, unseen: pd.DataFrame) -> np.ndarray:
    return LogisticRegression(max_iter=2000).fit(x, left).predict_proba(unseen)[:, 1]


def _trees(x: pd.DataFrame, left: np.ndarray, unseen: pd.DataFrame) -> np.ndarray:
    return HistGradientBoostingClassifier(random_state=0).fit(x, left).predict_proba(unseen)[:, 1]


def _cross(x: pd.DataFrame, left: np.ndarray, model: Model, seed: int) -> np.ndarray:
    chance = np.zeros(len(left))
    for seen, unseen in StratifiedKFold(5, shuffle=True, random_state=seed).split(x, left):
        chance[unseen] = model(x.iloc[seen], left[seen], x.iloc[unseen])
    return chance


def _marks(left: np.ndarray, chance: np.ndarray) -> tuple[float, float, float]:
    """AUC, Brier score, and the mean gap between told and seen over tenths of the chance."""
    tenth = pd.qcut(chance, 10, labels=False, duplicates="drop")
    rows = pd.DataFrame({"left": left, "chance": chance}).groupby(tenth)
    gap = (rows["left"].mean() - rows["chance"].mean()).abs() * rows.size()
    return roc_auc_score(left, chance), brier_score_loss(left, chance), float(gap.sum() / len(left))


def staying(file: Path) -> None:
    """How long people stay, on people it has not seen, 5 times 5 folds of people: who goes first (Harrell's C), and how far the
    told shares are from what was seen over ten years (integrated Brier score, weighted for those still there; Graf 1999).

    A person has a row per year, so folds are of people. Without protected fields, and without years that grow with the stay.
    """
    table = pd.read_csv(file)
    left = (table.pop("Attrition") == "Yes").to_numpy()
    years = table["YearsAtCompany"].to_numpy(dtype=float)
    stay = np.where(left, years + 1, np.maximum(years, 0.5))  # left within the year begun; who is there has full years
    x = table.assign(Before=table["TotalWorkingYears"] - years).drop(
        columns=[*EMPTY, *PROTECTED, *SINCE, "YearsAtCompany", "TotalWorkingYears"]
    )
    x = pd.get_dummies(x, drop_first=True, dtype=float)
    rare = [name for name in x if x[name].isin([0, 1]).all() and min(left[x[name] == one].sum() for one in (0, 1)) < LEAST]
    x = x.drop(columns=rare)
    x = (x - x.mean()) / x.std()
    print(f"\n{len(left)} people, how long they stay{'':<14} {'C':>9} {'IBS':>9}")
    for name, model in (("hazard (ours)", _stays_by_hazard), ("Cox", _stays_by_cox), ("Kaplan-Meier", _stays_alike)):
        marks = []
        for seed in range(5):
            told = np.zeros((len(left), len(HORIZON)))
            for seen, unseen in KFold(5, shuffle=True, random_state=seed).split(x):
                told[unseen] = model(spells(stay[seen], left[seen]), x.iloc[seen], x.iloc[unseen])
            c = concordance_index(stay, told.sum(axis=1), left)
            marks.append((c, _integrated_brier(stay, left, told)))
        c, score = np.mean(marks, axis=0)
        print(f"{name:<43} {c:>9.4f} {score:>9.4f}", flush=True)


def _stays_by_hazard(rows: Spells, x: pd.DataFrame, unseen: pd.DataFrame) -> np.ndarray:
    """Shares still there after each year, person by person; the years from the ninth on have one hazard."""
    grid = person_periods(rows, 1.0)
    columns = _year(grid["period"]).join(x.iloc[grid["row"]].reset_index(drop=True))
    fit = discrete_hazard(grid["left"], columns, grid["row"])
    people = unseen.reset_index(drop=True)
    stays_on = [1 - fit.chance(_year(pd.Series(np.full(len(people), year - 1))).join(people)) for year in HORIZON]
    return np.cumprod(stays_on, axis=0).T


def _year(period: "pd.Series[int]") -> pd.DataFrame:
    band = np.searchsorted(TENURE, period, side="right") - 1
    return pd.DataFrame({f"band {one}": (band == one).astype(float) for one in range(len(TENURE))})


def _stays_by_cox(rows: Spells, x: pd.DataFrame, unseen: pd.DataFrame) -> np.ndarray:
    seen = x.reset_index(drop=True).assign(stay=rows.exit, left=rows.ended)
    fit = CoxPHFitter(penalizer=1e-3).fit(seen, "stay", "left")
    return fit.predict_survival_function(unseen, times=HORIZON).to_numpy().T


def _stays_alike(rows: Spells, x: pd.DataFrame, unseen: pd.DataFrame) -> np.ndarray:
    curve = survival(rows)
    return np.tile([(curve.at(year) or (curve.share[-1],))[0] for year in HORIZON], (len(unseen), 1))


def _integrated_brier(stay: np.ndarray, left: np.ndarray, told: np.ndarray) -> float:
    """Mean over the years of the squared gap; who was not watched so long is stood for by those who were."""
    watched = survival(spells(stay, ~left))
    held = np.array([(watched.at(time - 1e-9) or (watched.share[-1],))[0] for time in stay])
    scores = []
    for at, year in enumerate(HORIZON):
        gone, there = left & (stay <= year), stay > year
        weight = np.where(gone, 1 / held, np.where(there, 1 / (watched.at(year) or (watched.share[-1],))[0], 0.0))
        scores.append(float(np.mean(weight * (there - told[:, at]) ** 2)))
    return float(np.mean(scores))


def traps(draws: int) -> bool:
    """Worlds in which a usual look is wrong: the truth, the mended estimate and the naive one."""
    immortal = np.array([_immortal(seed) for seed in range(draws)])
    late = np.array([_late(seed) for seed in range(draws)])
    print(f"\n{draws} worlds{'':<34} {'truth':>8} {'ours':>8} {'(SE)':>8} {'naive':>8}")
    good = True
    for what, truth, rows in (("immortal time: hazard ratio of a training", 1.0, np.exp(immortal)), (LATE, 0.563, late)):
        ours, naive = rows.mean(axis=0)
        error = rows[:, 0].std(ddof=1) / np.sqrt(draws)
        good &= bool(abs(ours - truth) <= 2 * error + 0.01 * truth and abs(naive - truth) > 5 * error)
        print(f"{what:<42} {truth:>8.3f} {ours:>8.3f} {error:>8.3f} {naive:>8.3f}")
    return good


def _immortal(seed: int) -> tuple[float, float]:
    """Log hazard ratio of a training that changes nothing: counted from when it was, and from the first day."""
    rng = np.random.default_rng(seed)
    stay, trained = rng.exponential(12, 400) + 0.01, rng.uniform(0, 24, 400)
    ever = trained < stay
    entry, exit = np.r_[np.zeros(400), trained[ever]], np.r_[np.minimum(stay, trained), stay[ever]]
    rows = spells(exit, np.r_[~ever, np.full(ever.sum(), True)], entry, np.r_[np.arange(400), np.flatnonzero(ever)])
    when = pd.DataFrame({"trained": np.r_[np.zeros(400), np.ones(ever.sum())]})
    flat = pd.DataFrame({"trained": ever.astype(float)})
    honest, naive = cox(rows, when), cox(spells(stay, np.full(400, True)), flat)
    return honest.table["coefficient"].iloc[0], naive.table["coefficient"].iloc[0]


def _late(seed: int) -> tuple[float, float]:
    """Share still there after 12 months (truth .563), of people of whom most are met late."""
    rng = np.random.default_rng(seed)
    hired, stay = rng.uniform(-36, 12, 600), rng.exponential(-12 / np.log(0.563), 600)
    seen = hired + stay > 0
    entry, exit = np.maximum(-hired, 0)[seen], np.minimum(stay, 24 - hired)[seen]
    rows = spells(exit, (hired + stay < 24)[seen], entry)
    return (survival(rows).at(12) or (np.nan,))[0], (survival(rows.from_the_start()).at(12) or (np.nan,))[0]


def demo(draws: int) -> bool:
    """What the demo company plants, over many of them: hazards by tenure, and managers beside all others."""
    bands_, managers, ramps = [], [], []
    for seed in range(draws):
        tables, truth = build_demo(seed=seed)
        day = date.fromisoformat(str(truth["settings"]["as_of"])[:10])
        known = known_on(tables, day)
        planted = truth["turnover"]
        factor = pd.Series(planted["factor_by_team_manager"])
        people = staff(known, as_of=day)
        bands_ += _of_bands(people, [row["hazard"] for row in planted["hazard_by_tenure"]], factor)
        managers += _of_managers(people, leaving_drivers(known, as_of=day).managers, factor, tables["team"])
        ramps += _of_ramp(known, day)
    good = True
    print(f"\n{draws} demo companies{'':<26} {'n':>6} {'bias':>8} {'95% holds':>10}")
    for what, rows in (
        ("hazard by tenure", bands_),
        ("manager beside all others", managers),
        ("deals opened by month of tenure", ramps),
    ):
        ours, truth_, low, high = np.array(rows).T
        bias, holds = ours.sum() / truth_.sum() - 1, float(np.mean((low <= truth_) & (truth_ <= high)))
        luck = 2 * np.sqrt(0.05 * 0.95 / len(rows))
        good &= bool(abs(bias) <= 0.05 and holds >= 0.95 - max(luck, 0.02))
        print(f"{what:<42} {len(rows):>6} {bias:>8.3f} {holds:>10.3f}")
    return good


def _of_bands(people: Staff, hazard: list[float], factor: pd.Series) -> list[tuple[float, ...]]:
    """Rate by band of tenure, the planted one (weighted by where people were), and its interval."""
    told, rows = bands(people), people.table
    found = []
    for at, one in enumerate(told.to_dict("records")):
        end = EDGES[at + 1] if at + 1 < len(EDGES) else np.inf
        spent = (np.minimum(rows["exit"], end) - np.maximum(rows["entry"], one["start"])).clip(lower=0)
        truth = hazard[at] * float((spent * rows["team_id"].map(factor)).sum() / spent.sum())
        found.append((one["leavers"] / one["years"], truth, *rate_interval(int(one["leavers"]), one["years"])))
    return found


def _of_ramp(tables: Tables, day: date) -> list[tuple[float, ...]]:
    """Share of a full seller's deals by month of tenure, the planted one, and its interval."""
    table = ramp_curve(tables, as_of=day, outcome="opened").table
    return list(zip(table["share"], _planted_ramp(), table["low"], table["high"], strict=True))


def _planted_ramp() -> np.ndarray:
    """The planted curve as calendar months see it: people begin on any day, and a month has the tenure of its middle."""
    begun, day = np.meshgrid(np.linspace(0.005, 0.995, 100), np.linspace(0.005, 0.995, 100), indexing="ij")
    sums, days = np.zeros(TENURED), np.zeros(TENURED)
    for month in range(TENURED + 1):
        tenure = month + day - begun
        there = tenure >= 0
        middle = (np.where(there, tenure, 0).sum(axis=1) / there.sum(axis=1)).astype(int)
        curve = np.where(there, CURVE[np.clip(tenure, 0, len(CURVE) - 1).astype(int)], 0)
        inside = middle < TENURED
        np.add.at(sums, middle[inside], curve.sum(axis=1)[inside])
        np.add.at(days, middle[inside], there.sum(axis=1)[inside])
    return sums / days


def _of_managers(people: Staff, table: pd.DataFrame, factor: pd.Series, team: pd.DataFrame) -> list[tuple[float, ...]]:
    """Ratio of each manager's leavers to all others', the planted one, and its interval."""
    names = team.set_index("name")["team_id"]
    years = (people.table["exit"] - people.table["entry"]).groupby(people.table["team_id"]).sum()
    found = []
    for row in table.to_dict("records"):
        mine = names[row["group"]]
        others = years.drop(mine)
        truth = factor[mine] / float((factor[others.index] * others).sum() / others.sum())
        found.append((row["ratio"], truth, row["low"], row["high"]))
    return found


def main() -> None:
    """Print all; exit code 1 where something is off."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--hr", type=Path)
    parser.add_argument("--draws", type=int, default=0)
    given = parser.parse_args()
    good = show(published_alone())
    if given.data:
        good &= show(published(given.data))
    if given.hr:
        good &= held_out(given.hr)
        staying(given.hr)
    if given.draws > 1:
        good &= traps(given.draws)
        good &= demo(given.draws)
    if not good:
        sys.exit(1)


if __name__ == "__main__":
    main()
