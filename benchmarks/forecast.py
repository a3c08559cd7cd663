"""Forecast accuracy on M3 monthly and Australian tourism, beside the seasonal naive, plain theta and AutoETS.

Reads `m3_monthly_428.csv.gz` and `tourism.csv.gz` from --data, from SALESANALYTICS_BENCH_DATA/forecasting or from the folder
`shared/data/forecasting` beside the project; says so and ends well where they are missing. Exit code 1 where a mark fails.
OWA = ((mean sMAPE ÷ mean sMAPE of Naive2) + (mean MASE ÷ mean MASE of Naive2)) ÷ 2, means over series, as in the M4.
"""

import argparse
import os
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from salesanalytics.models.forecast import score, single_series
from salesanalytics.models.forecast.series import forecast_series

PROJECT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("SALESANALYTICS_BENCH_DATA", PROJECT.parent / "shared" / "data")) / "forecasting"


def mark(what: str, value: float, low: float, high: float) -> bool:
    """Print one mark; whether it is missed."""
    missed = not low <= value <= high
    print(f"  {what:<34}{value:>12.4g}   mark {low:g} to {high:g}   {'MISSED' if missed else 'ok'}")
    return missed


def m3(path: Path, series: int) -> int:
    """Monthly series of the M3, 18 months ahead."""
    rows = pd.read_csv(path).rename(columns={"series": "unique_id", "t": "ds", "value": "y"}).sort_values(["unique_id", "ds"])
    if series:
        names = rows["unique_id"].unique()
        rows = rows[rows["unique_id"].isin(names[:: max(len(names) // series, 1)])]
    past, test = rows[rows["part"] == "train"], rows[rows["part"] == "test"]
    forecast_series(past[past["unique_id"] == past["unique_id"].iloc[0]], horizon=18, season_length=12)  # imports, not counted
    started = time.process_time()
    told = forecast_series(past, horizon=18, season_length=12).table
    spent = (time.process_time() - started) / past["unique_id"].nunique()
    actual = {name: one["y"].to_numpy() for name, one in test.groupby("unique_id")}
    known = {name: one["y"].to_numpy(dtype="float64") for name, one in past.groupby("unique_id")}
    ours = dict(iter(told.groupby("unique_id")))
    ways = {"ours": {name: ours[name]["mean"].to_numpy() for name in known}}
    ways["seasonal naive"] = {name: single_series.seasonal_naive(y, 18, 12) for name, y in known.items()}
    ways |= plain(known)
    print(f"M3 monthly, {len(known)} series")
    base = means(actual, known, {name: score.naive2(y, 18, 12) for name, y in known.items()})
    found = {way: score.owa(*means(actual, known, forecasts), *base) for way, forecasts in ways.items()}
    for way, value in found.items():
        print(f"  OWA {way:<20}{value:.4f}")
    y = np.concatenate([actual[name] for name in known])
    table = pd.concat([ours[name] for name in known])
    interval = np.mean(
        [score.msis(actual[name], ours[name]["lo_95"], ours[name]["hi_95"], known[name], 12, level=0.95) for name in known]
    )
    return sum(
        [
            mark("OWA", found["ours"], 0, 0.81),
            mark("coverage of the 80% range", score.coverage(y, table["lo_80"], table["hi_80"]), 0.78, 0.82),
            mark("coverage of the 95% range", score.coverage(y, table["lo_95"], table["hi_95"]), 0.94, 0.96),
            mark("MSIS of the 95% range", float(interval), 0, 7),
            mark("CPU s per series", spent, 0, 0.15),
        ]
    )


def plain(known: dict[str, np.ndarray]) -> dict[str, dict[str, np.ndarray]]:
    """The two methods by themselves."""
    from statsforecast.models import AutoETS, DynamicOptimizedTheta

    return {
        way: {name: model(season_length=12).forecast(y=y, h=18)["mean"] for name, y in known.items()}
        for way, model in (("theta", DynamicOptimizedTheta), ("AutoETS", AutoETS))
    }


def means(actual: dict, known: dict, forecasts: dict) -> tuple[float, float]:
    """Mean sMAPE and mean MASE over series."""
    pairs = [(score.smape(actual[i], forecasts[i]), score.mase(actual[i], forecasts[i], known[i], 12)) for i in known]
    error, scaled = np.mean(pairs, axis=0)
    return float(error), float(scaled)


def tourism(path: Path) -> int:
    """Quarterly trips by region and purpose, the last 8 quarters ahead; levels cross each other."""
    rows = pd.read_csv(path)
    rows["ds"] = pd.PeriodIndex(rows["Quarter"].str.replace(" ", ""), freq="Q").to_timestamp()
    rows["unique_id"] = rows["State"] + "/" + rows["Region"] + "/" + rows["Purpose"]
    parents = rows.drop_duplicates("unique_id").set_index("unique_id")
    levels = pd.DataFrame(
        {
            "region": "region " + parents["Region"],
            "state_purpose": parents["State"] + " × " + parents["Purpose"],
            "state": "state " + parents["State"],
            "purpose": "purpose " + parents["Purpose"],
            "total": "Australia",
        }
    )
    rows = rows.rename(columns={"Trips": "y"})[["unique_id", "ds", "y"]]
    last = np.sort(rows["ds"].unique())[-8]
    past, test = rows[rows["ds"] < last], rows[rows["ds"] >= last]
    started = time.process_time()
    found = forecast_series(past, horizon=8, season_length=4, hierarchy=levels)
    spent = (time.process_time() - started) / len(found.methods)
    print(f"Tourism, {len(found.methods)} series")
    wide = found.table.pivot(index="unique_id", columns="ds", values="mean")
    actual = test.pivot(index="unique_id", columns="ds", values="y")
    alone = {
        name: single_series.forecast(one.sort_values("ds")["y"].to_numpy(), 8, 4).mean
        for name, one in past.groupby("unique_id")
    }
    summed = pd.DataFrame.from_dict(alone, orient="index", columns=actual.columns)
    missed = [mark("CPU s per series", spent, 0, 0.15)]
    apart = 0.0
    for level in [*levels, "bottom"]:
        parent = levels[level] if level in levels else pd.Series(levels.index, levels.index)
        truth, up, ours = actual.groupby(parent).sum(), summed.groupby(parent).sum(), wide.loc[wide.index.isin(parent)]
        apart = max(apart, float(np.abs(ours - wide.loc[actual.index].groupby(parent).sum()).to_numpy().max()))
        history = past.assign(k=past["unique_id"].map(parent)).groupby(["k", "ds"])["y"].sum()
        unit = history.groupby("k").apply(lambda one: score.seasonal_scale(one, 4))
        ratio = float((np.abs(ours - truth).mean(axis=1) / unit).mean() / (np.abs(up - truth).mean(axis=1) / unit).mean())
        missed.append(mark(f"{level}: MASE ÷ bottom-up's", ratio, 0, 1 if level != "bottom" else np.inf))
    return sum([*missed, mark("largest difference from adding up", apart, 0, 1e-6)])


def main() -> None:
    """Measure both sets."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, default=DATA, help="folder of the two files")
    options.add_argument("--series", type=int, default=0, help="so many M3 series only, for a quick look")
    given = options.parse_args()
    missed = 0
    for name, measure in (("m3_monthly_428", lambda path: m3(path, given.series)), ("tourism", tourism)):
        path = given.data / f"{name}.csv.gz"
        if path.is_file():
            missed += measure(path)
        else:
            print(f"{name}: not measured, {path} is not there")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
