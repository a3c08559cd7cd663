"""Who leaves: our numbers beside published ones, beside other models on held-out people, and on worlds whose truth is known.

python benchmarks/people.py [--data DIR] [--hr FILE] [--draws N]

`--data`: a folder with teachers, physicians, first_sex and judges.csv (mccarthy-m-g/alda, CC0) and bladder2.csv (R survival);
Rossi and lung come with lifelines. `--hr`: the IBM HR table (Attrition and one column per characteristic). `--draws`: worlds of
each trap. Exit code 1 where a number differs or a mark is missed.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from lifelines.datasets import load_lung, load_rossi

from salesanalytics.models.survival.cox import cox
from salesanalytics.models.survival.curves import survival
from salesanalytics.models.survival.discrete import discrete_hazard, person_periods
from salesanalytics.models.survival.logrank import log_rank
from salesanalytics.models.survival.proportional import proportional
from salesanalytics.models.survival.spells import Spells, spells

Line = tuple[str, float, float, float]  # what, ours, published, how far apart they may be
LEFT = (456, 384, 359, 295, 218, 184, 123, 79, 53, 35, 16, 5)
BLADDER = ("rx", "size", "number")


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
    for what, ours, told, apart in lines:
        same = bool(abs(ours - told) <= apart + 1e-12)
        good &= same
        print(f"{what:<52} {ours:>14.7f} {told:>14.7f}  {'same' if same else 'DIFFERS'}")
    return good


def main() -> None:
    """Print all; exit code 1 where something is off."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--hr", type=Path)
    parser.add_argument("--draws", type=int, default=0)
    given = parser.parse_args()
    print(f"{'':<52} {'ours':>14} {'published':>14}")
    good = show(published_alone())
    if given.data:
        good &= show(published(given.data))
    if not good:
        sys.exit(1)


if __name__ == "__main__":
    main()
