"""Forecast accuracy and ranges, beside each way by itself and the seasonal naive, on every set of series at hand.

A set is a file `<name>_<yearly|quarterly|monthly|weekly>….csv.gz` with columns series, t, part (train or test), value, in
--data, in SALESANALYTICS_BENCH_DATA/forecasting or in the folder `shared/data/forecasting` beside the project; `tourism.csv.gz`
there is a hierarchy. Says so and ends well where nothing is there. Exit code 1 where a mark fails.
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
SEASONS = {"yearly": 1, "quarterly": 4, "monthly": 12, "weekly": 52}
M3, PARTS = 0.805, 0.005


def mark(what: str, value: float, low: float, high: float) -> bool:
    """Print one mark; whether it is missed."""
    missed = not low <= value <= high
    print(f"  {what:<34}{value:>12.4g}   mark {low:g} to {high:g}   {'MISSED' if missed else 'ok'}")
    return missed


def separate(path: Path, series: int) -> int:
    """Series that have nothing to do with one another."""
    season = next(SEASONS[word] for word in SEASONS if word in path.name)
    rows = pd.read_csv(path).rename(columns={"series": "unique_id", "t": "ds", "value": "y"}).sort_values(["unique_id", "ds"])
    if series:
        names = rows["unique_id"].unique()
        rows = rows[rows["unique_id"].isin(names[:: max(len(names) // series, 1)])]
    past, test = rows[rows["part"] == "train"], rows[rows["part"] == "test"]
    actual = {name: one["y"].to_numpy(dtype="float64") for name, one in test.groupby("unique_id")}
    known = {name: one["y"].to_numpy(dtype="float64") for name, one in past.groupby("unique_id")}
    horizon = max(len(y) for y in actual.values())
    forecast_series(past[past["unique_id"] == past["unique_id"].iloc[0]], horizon=horizon, season_length=season)  # imports
    started = time.process_time()
    told = forecast_series(past, horizon=horizon, season_length=season).table
    spent = (time.process_time() - started) / len(known)
    ours = dict(iter(told.groupby("unique_id")))
    ways = by_way(known, horizon, season)
    ways["seasonal naive"] = {name: single_series.seasonal_naive(y, horizon, season) for name, y in known.items()}
    print(f"{path.name.removesuffix('.csv.gz')}, {len(known)} series")
    judged = [name for name in known if score.seasonal_scale(known[name], season) > 0]
    base = means(judged, actual, known, {name: score.naive2(known[name], horizon, season) for name in judged}, season)
    mine = {name: one["mean"].to_numpy() for name, one in ours.items()}
    found = {way: score.owa(*means(judged, actual, known, forecasts, season), *base) for way, forecasts in ways.items()}
    for way, value in found.items():
        print(f"  OWA {way:<20}{value:.4f}")
    owa = score.owa(*means(judged, actual, known, mine, season), *base)
    missed = [mark("OWA against the best way", owa, 0, min(found.values()) + PARTS)]
    if path.name.startswith("m3"):
        missed.append(mark("OWA", owa, 0, M3))
    thirds = np.array_split(sorted(known, key=lambda name: len(known[name])), 3)
    for what, names in (("all", list(known)), *zip(("short", "middle", "long"), thirds, strict=True)):
        table = pd.concat([ours[name].head(len(actual[name])) for name in names])
        y = np.concatenate([actual[name] for name in names])
        for level, off in ((80, 0.02), (95, 0.01)):
            held = score.coverage(y, table[f"lo_{level}"], table[f"hi_{level}"])
            missed.append(mark(f"{level}% range, {what} series", held, level / 100 - off, level / 100 + off))
    interval = [
        score.msis(
            actual[name], *(ours[name][edge].head(len(actual[name])) for edge in ("lo_95", "hi_95")), known[name], season
        )
        for name in judged
    ]
    print(f"  MSIS of the 95% range {np.mean(interval):.3f}")
    return sum([*missed, mark("CPU s per series", spent, 0, 0.1 if season <= 12 else 0.15)])


def by_way(known: dict[str, np.ndarray], horizon: int, season: int) -> dict[str, dict[str, np.ndarray]]:
    """Each way by itself; where a series has it not, the mean of those it has."""
    bases = {name: single_series.forecast(y, horizon, season) for name, y in known.items()}
    return {
        way: {
            name: base.mean[base.ways.index(way)] if way in base.ways else base.mean.mean(axis=0)
            for name, base in bases.items()
        }
        for way in single_series.WAYS
    }


def means(names: list[str], actual: dict, known: dict, forecasts: dict, season: int) -> tuple[float, float]:
    """Mean sMAPE and mean MASE over series."""
    pairs = []
    for name in names:
        y = actual[name]
        told = forecasts[name][: len(y)]
        pairs.append((score.smape(y, told), score.mase(y, told, known[name], season)))
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
    alone = forecast_series(past, horizon=8, season_length=4).table
    summed = alone.pivot(index="unique_id", columns="ds", values="mean")
    missed = [mark("CPU s per series", spent, 0, 0.1)]
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
    """Measure all sets."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, default=DATA, help="folder of the files")
    options.add_argument("--series", type=int, default=0, help="so many series of each set only, for a quick look")
    given = options.parse_args()
    paths = [path for path in sorted(given.data.glob("*.csv.gz")) if any(word in path.name for word in SEASONS)]
    missed = sum(separate(path, given.series) for path in paths)
    levels = given.data / "tourism.csv.gz"
    if levels.is_file():
        missed += tourism(levels)
    if not paths and not levels.is_file():
        print(f"not measured: {given.data} holds no set of series")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
