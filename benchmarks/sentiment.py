"""Sentiment: single texts and shares of groups on public sets, beside VADER, TextBlob, TF-IDF + LR and the base rate.

python benchmarks/sentiment.py [--data DIR] [--only NAME ...]

`--data`: a folder with uci/{amazon_cells,imdb,yelp}_labelled.txt, sst2/{train,test}.tsv, ro_sent_train.tsv.gz and
airline.csv.gz; what is missing is left out, with a line. A text that ours does not score counts as wrong where the commoner
class is not its own. Nothing here decides a setting of the model. Exit code 1 where a mark is missed.
"""

import argparse
import csv
import gzip
import importlib.util
import os
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from salesanalytics.models.sentiment.estimator import NotScoredWarning, SentimentModel
from salesanalytics.models.sentiment.prevalence import share
from salesanalytics.models.sentiment.rates import ASSUMED, held_out_rates

PROJECT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("SALESANALYTICS_BENCH_DATA", PROJECT.parent / "shared" / "data")) / "sentiment"
SIZES = (30, 100, 500)
COVERAGE = (0.90, 0.98)
BAGS = 60


@dataclass
class Marks:
    """What was found beside what was wanted; `missed` counts."""

    missed: int = 0

    def hold(self, what: str, found: float, low: float = -np.inf, high: float = np.inf) -> None:
        holds = low <= found <= high
        self.missed += not holds
        wanted = f"≥ {low:g}" if high == np.inf else f"≤ {high:g}" if low == -np.inf else f"{low:g} to {high:g}"
        print(f"{'ok    ' if holds else 'MISSED'} {what:<58}{found:>8.4f}   mark {wanted}", flush=True)


@dataclass(frozen=True)
class Set:
    """Texts and 1 for positive, 0 for negative."""

    texts: np.ndarray
    positive: np.ndarray

    def of(self, rows: np.ndarray) -> "Set":
        return Set(self.texts[rows], self.positive[rows])

    def __add__(self, other: "Set") -> "Set":
        return Set(np.concatenate([self.texts, other.texts]), np.concatenate([self.positive, other.positive]))

    def __len__(self) -> int:
        return len(self.texts)


def _set(rows: list[tuple[str, bool]]) -> Set:
    return Set(np.array([text for text, _ in rows], dtype=object), np.array([int(positive) for _, positive in rows]))


def tabbed(path: Path) -> Set:
    """Text, tab, 0 or 1."""
    rows = [line.rsplit("\t", 1) for line in path.read_text("utf-8").split("\n")]
    return _set([(row[0], row[1].strip() == "1") for row in rows if len(row) == 2 and row[1].strip() in {"0", "1"}])


def uci(folder: Path) -> dict[str, Set]:
    return {name: tabbed(folder / "uci" / f"{name}_labelled.txt") for name in ("amazon_cells", "imdb", "yelp")}


def romanian(folder: Path) -> Set:
    """Reviews with a text; the file holds some without."""
    with gzip.open(folder / "ro_sent_train.tsv.gz", "rt", encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t", 1) for line in file][1:]
    found = _set([(text, label == "pos") for label, text in rows if text.strip()])
    print(f"ro_sent: {len(rows)} rows, {len(rows) - len(found)} of them without a text, left out")
    return found


def airline(folder: Path) -> tuple[Set, np.ndarray]:
    with gzip.open(folder / "airline.csv.gz", "rt", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["airline_sentiment"] in {"positive", "negative"}]
    return _set([(row["text"], row["airline_sentiment"] == "positive") for row in rows]), np.array(
        [row["airline"] for row in rows]
    )


def ece(chance: np.ndarray, positive: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error in equal bins of the chance."""
    place = np.minimum((chance * bins).astype(int), bins - 1)
    gaps = [
        abs(chance[place == one].mean() - positive[place == one].mean()) * (place == one).mean() for one in np.unique(place)
    ]
    return float(np.sum(gaps))


def fold(data: Set, folds: int = 5, seed: int = 0) -> np.ndarray:
    """A fold per text; a text's copies in one."""
    _, first, place = np.unique(data.texts, return_index=True, return_inverse=True)
    found = np.zeros(len(first), dtype=int)
    split = StratifiedKFold(folds, shuffle=True, random_state=seed).split(first, data.positive[first])
    for number, (_, held) in enumerate(split):
        found[held] = number
    return found[place]


def chances(train: Set, test: Set) -> np.ndarray:
    """Ours; a text not scored has the labels' share."""
    model = SentimentModel().fit(train.texts, train.positive)
    return np.nan_to_num(model.predict_proba(test.texts)[:, 1], nan=model.positive_share_)


def accuracy(chance: np.ndarray, data: Set) -> float:
    return float(((chance > 0.5) == data.positive).mean())


def plain(train: Set, test: Set) -> np.ndarray:
    model = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(C=10, max_iter=500))
    return model.fit(train.texts, train.positive).predict_proba(test.texts)[:, 1]


def base_rate(train: Set, test: Set) -> np.ndarray:
    return np.full(len(test), train.positive.mean())


def vader(_: Set, test: Set) -> np.ndarray:
    analyzer = SentimentIntensityAnalyzer()
    return np.array([0.5 + analyzer.polarity_scores(text)["compound"] / 2 for text in test.texts])


def textblob(_: Set, test: Set) -> np.ndarray:
    from textblob import TextBlob

    return np.array([0.5 + TextBlob(text).sentiment.polarity / 2 for text in test.texts])


OTHERS: dict[str, Callable[[Set, Set], np.ndarray]] = {"TF-IDF + LR": plain, "base rate": base_rate}
ENGLISH = {"VADER": vader} | ({"TextBlob": textblob} if importlib.util.find_spec("textblob") else {})


def beside(pairs: list[tuple[Set, Set]], *, english: bool = True) -> None:
    """The others on the same parts."""
    for name, way in (OTHERS | (ENGLISH if english else {})).items():
        right = [accuracy(way(train, test), test) * len(test) for train, test in pairs]
        print(f"         {name:<56}{sum(right) / sum(len(test) for _, test in pairs):>8.4f}", flush=True)


def folds(marks: Marks, what: str, data: Set, least: float, *, english: bool = True) -> None:
    """Accuracy and calibration over five folds."""
    place, found = fold(data), np.zeros(len(data))
    pairs = [(data.of(place != one), data.of(place == one)) for one in range(5)]
    for one, (train, test) in enumerate(pairs):
        found[place == one] = chances(train, test)
    marks.hold(f"{what}: accuracy over 5 folds, n {len(data)}", accuracy(found, data), least)
    marks.hold(f"{what}: calibration error (ECE)", ece(found, data.positive), high=0.03)
    beside(pairs, english=english)


def across(marks: Marks, what: str, train: Set, test: Set, least: float) -> None:
    marks.hold(f"{what}: accuracy, n {len(test)}", accuracy(chances(train, test), test), least)
    beside([(train, test)])


def few_labels(marks: Marks, data: Set, labels: int = 100, draws: int = 20) -> None:
    """Labels drawn at random; measured on the rest. Beside it: the rest of the texts handed over as well, without labels."""
    alone, others, with_rest = [], [], []
    for seed in range(draws):
        rows = np.random.default_rng(seed).permutation(len(data))
        train, test = data.of(rows[:labels]), data.of(rows[labels:])
        alone.append(accuracy(chances(train, test), test))
        others.append(accuracy(plain(train, test), test))
        known = np.full(len(data), np.nan)
        known[rows[:labels]] = train.positive
        model = SentimentModel().fit(data.texts, known)
        with_rest.append(accuracy(np.nan_to_num(model.predict_proba(test.texts)[:, 1], nan=0.0), test))
    marks.hold(f"yelp, {labels} labels: mean accuracy of {draws} draws", float(np.mean(alone)), 0.84)
    print(f"         the other {len(data) - labels} texts too, without labels{np.mean(with_rest):>27.4f}")
    print(f"         TF-IDF + LR{np.mean(others):>53.4f}")


def no_labels(what: str, data: Set) -> None:
    """Reported, no mark: the model fitted to the texts alone. A chance of exactly .5 counts half."""
    model = SentimentModel().fit(data.texts)
    read = model.read(data.texts)
    found = read["chance"].to_numpy()
    right = np.where(np.isnan(found) | (found == 0.5), 0.5, (found > 0.5) == data.positive)
    print(f"         {what}, no labels: accuracy, n {len(data):<28}{right.mean():>8.4f}", flush=True)
    plus, minus = (float((found[data.positive == side] > 0.5).mean()) for side in (1, 0))
    print(f"           called positive: of positive {plus:.2f}, of negative {minus:.2f}; assumed {ASSUMED}")
    told = model.prevalence(read, np.zeros(len(data))).iloc[0]
    found = f"told {told['share']:.2f} ({told['low']:.2f} to {told['high']:.2f})"
    print(f"           share of positive {data.positive.mean():.2f}; {found}")


def speed(marks: Marks, what: str, data: Set) -> None:
    """CPU milliseconds a text, everything included: reading, language, prior, words."""
    some = data.of(np.random.default_rng(0).permutation(len(data))[:1000])
    model = SentimentModel().fit(some.texts, some.positive)
    model.predict_proba(data.texts[:50])
    started = time.process_time()
    model.predict_proba(data.texts)
    marks.hold(f"{what}: CPU ms per text", 1000 * (time.process_time() - started) / len(data), high=0.3)


def bags(marks: Marks, data: Set, labels: int) -> None:
    """Bags of many shares, drawn from texts that the model has not seen; the truth is the share they are drawn with."""
    held: dict[int, list[bool]] = {n: [] for n in SIZES}
    plainly: dict[int, list[bool]] = {n: [] for n in SIZES}
    for seed in range(BAGS // 4):
        rng = np.random.default_rng(seed)
        rows = rng.permutation(len(data))
        train, rest = data.of(rows[:labels]), data.of(rows[labels:])
        model = SentimentModel().fit(train.texts, train.positive, language="en")
        rates, found = held_out_rates(model.held_out_), model.predict_proba(rest.texts, language="en")[:, 1]
        sides = [found[(rest.positive == side) & ~np.isnan(found)] for side in (0, 1)]
        for n in SIZES:
            for true in (0.05, 0.2, 0.4, 0.6, 0.8, 0.95):
                for _ in range(4):
                    plus = rng.binomial(n, true)
                    bag = np.concatenate([rng.choice(sides[1], plus), rng.choice(sides[0], n - plus)])
                    got, counted = share({"en": bag}, rates), float((bag > 0.5).mean())
                    held[n].append(got.low <= true <= got.high)
                    plainly[n].append(abs(counted - true) <= 1.96 * np.sqrt(counted * (1 - counted) / n))
    for n in SIZES:
        marks.hold(f"bags of {n}, {labels} labels: 95% intervals that hold", float(np.mean(held[n])), *COVERAGE)
        print(f"         counting{np.mean(plainly[n]):>56.4f}")


def airlines(marks: Marks, data: Set, names: np.ndarray) -> None:
    """From one airline's labels to another's share, all pairs; then from all others' labels to bags of the last."""
    every = np.unique(names)
    errors, counting = [], []
    for one in every:
        train = data.of(names == one)
        model = SentimentModel().fit(train.texts, train.positive)
        read = model.read(data.texts[names != one])
        told = model.prevalence(read, names[names != one]).set_index("group")
        true = {other: data.positive[names == other].mean() for other in every if other != one}
        errors += [abs(told.loc[other, "share"] - true[other]) for other in true]
        counting += [abs(told.loc[other, "counted"] - true[other]) for other in true]
    marks.hold("one airline's labels, another's share: mean error", float(np.mean(errors)), high=0.05)
    print(f"         counting{np.mean(counting):>56.4f}")
    held: dict[int, list[bool]] = {n: [] for n in SIZES}
    unnamed: dict[int, list[bool]] = {n: [] for n in SIZES}
    errors, counting = [], []
    for one in every:
        others, own = data.of(names != one), data.of(names == one)
        model = SentimentModel().fit(others.texts, others.positive, groups=names[names != one])
        read, true = model.read(own.texts), own.positive.mean()
        plainly = SentimentModel().fit(others.texts, others.positive)
        plain_read = plainly.read(own.texts)
        whole = model.prevalence(read, np.full(len(own), one)).iloc[0]
        errors.append(abs(whole["share"] - true))
        counting.append(abs(whole["counted"] - true))
        for n in SIZES:
            rows = np.concatenate([np.random.default_rng(seed).choice(len(own), n) for seed in range(BAGS)])
            for found, of, scores in ((held, model, read), (unnamed, plainly, plain_read)):
                told = of.prevalence(scores.iloc[rows], np.repeat(np.arange(BAGS), n))
                found[n] += ((told["low"] <= true) & (true <= told["high"])).tolist()
    marks.hold("all other airlines' labels: mean error", float(np.mean(errors)), high=0.05)
    print(f"         counting{np.mean(counting):>56.4f}")
    for (
        n
    ) in SIZES:  # six airlines are six looks: intervals that are exact hold in all six more often than not, so no upper mark
        marks.hold(f"bags of {n} of an airline without labels: intervals hold", float(np.mean(held[n])), COVERAGE[0])
        print(f"         labels that do not name their airline{np.mean(unnamed[n]):>27.4f}")


def alarms(marks: Marks, data: Set, other: Set, models: int = 25, looks: int = 8) -> None:
    """Texts from the same source, half of them with another share of positive ones; then texts from another source."""
    false, found = [], []
    for seed in range(models):
        rng = np.random.default_rng(seed)
        rows = rng.permutation(len(data))
        train, rest = data.of(rows[:1000]), rows[1000:]
        model = SentimentModel().fit(train.texts, train.positive)
        for look in range(looks):
            weight = np.where(data.positive[rest] == 1, 0.75, 0.25) if look % 2 else np.ones(len(rest))
            now = rng.choice(rest, (50, 200)[look // 2 % 2], replace=False, p=weight / weight.sum())
            false.append(model.drift(data.texts[now]).alarm)
        found.append(model.drift(other.texts[rng.choice(len(other), 100, replace=False)]).alarm)
    marks.hold(
        f"drift: false alarms in {len(false)} looks, 5% stated",
        float(np.mean(false)),
        high=0.05 + 2 * np.sqrt(0.0475 / models / 2),
    )
    print(f"         100 texts of another source raise it{np.mean(found):>28.4f}")


def main() -> None:
    """Measure what there is data for."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, default=DATA, help="folder of the sets")
    options.add_argument("--only", nargs="*", default=["uci", "sst2", "ro_sent", "airline"], help="uci, sst2, ro_sent, airline")
    given = options.parse_args()
    warnings.simplefilter("ignore", NotScoredWarning)
    marks, files = Marks(), {"uci": "uci/yelp_labelled.txt", "sst2": "sst2/train.tsv", "ro_sent": "ro_sent_train.tsv.gz"}
    for name in given.only:
        path = given.data / files.get(name, "airline.csv.gz")
        if path.is_file():
            measure(marks, name, given.data)
        else:
            print(f"{name}: not measured, {path} is not there")
    sys.exit(1 if marks.missed else 0)


def measure(marks: Marks, name: str, folder: Path) -> None:
    """All that one set tells."""
    if name == "uci":
        parts = uci(folder)
        whole = parts["amazon_cells"] + parts["imdb"] + parts["yelp"]
        folds(marks, "UCI", whole, 0.867)
        across(marks, "amazon + imdb to yelp", parts["amazon_cells"] + parts["imdb"], parts["yelp"], 0.85)
        few_labels(marks, parts["yelp"])
        no_labels("UCI", whole)
        speed(marks, "UCI", whole)
        bags(marks, whole, 300)
        bags(marks, whole, 1500)
    elif name == "sst2":
        train, test = (tabbed(folder / "sst2" / f"{part}.tsv") for part in ("train", "test"))
        across(marks, "SST-2", train, test, 0.83)
        no_labels("SST-2", train)
        alarms(marks, train, uci(folder)["yelp"])
    elif name == "ro_sent":
        data = romanian(folder)
        folds(marks, "ro_sent", data, 0.88, english=False)
        no_labels("ro_sent", data)
        speed(marks, "ro_sent", data)
    else:
        data, names = airline(folder)
        airlines(marks, data, names)
        no_labels("airline", data)


if __name__ == "__main__":
    main()
