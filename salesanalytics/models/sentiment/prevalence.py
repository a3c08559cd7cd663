"""The share of positive texts in each group: right on average, not a classifier's count.

In: texts or their scores, one per row, the group of each, and the fitted model they are of. Out: one row per group with the
corrected share and an interval. A classifier that errs more one way than the other counts a wrong share however many texts
there are, and by more the further a group is from the labelled texts; the correction asks which share would give the scores
seen, by how scores fall in labelled texts (`rates`).

The interval holds every share that the scores do not contradict (Neyman's inversion of a test): the chance of which texts were
written, of the labelled sample, and of groups that differ in how they write, where labelled texts name their groups. The share
meant is that of the group in the long run, not of the texts at hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
from scipy import stats

from salesanalytics.base.types import Floats
from salesanalytics.errors import TextError
from salesanalytics.models.sentiment.folding import Rows
from salesanalytics.models.sentiment.rates import ALL, GRID, Rates, assumed_rates, counted, held_out_rates

LEAST_VARIANCE = 1e-9  # where held-out texts were told apart without an error, and a group is all of one kind
LEAST_PART = 0.1  # of a group's texts, for a language without labels to count
COLUMNS = ["group", "texts", "scored", "counted", "share", "low", "high", "basis", "fits"]


class Scorer(Protocol):
    """A fitted `SentimentModel`."""

    held_out_: pd.DataFrame

    def read(self, texts: Rows, language: str | Rows | None = None) -> pd.DataFrame: ...


@dataclass(frozen=True, slots=True)
class Found:
    """One group's share: `fits` is False where no share at all would give scores like these."""

    share: float
    low: float
    high: float
    basis: str
    fits: bool


def prevalence(
    scores_or_texts: pd.DataFrame | Rows, groups: Rows, model: Scorer, language: str | Rows | None = None, level: float = 0.95
) -> pd.DataFrame:
    """One row per group, in order of name.

    `scores_or_texts`: texts, or the frame that `model.read` gave for them, or chances of positive whose language is not known
    (rates are then those of all labelled texts together).

    group; texts, scored: rows in it; counted: share of the scored that the model calls positive, not corrected; share, low,
    high: corrected share 0..1 and its interval, NaN where nothing is scored (a language without labels that has less than a
    tenth of the texts is left out of it); basis: "labels", "assumed" (no labels: the prior's error rates are assumed, see
    `rates.ASSUMED`), "both" or "none"; fits: False where texts differ from the labelled ones in more than their share of
    positive ones. Raises TextError where groups are not as many as texts, or missing.
    """
    read = _scores(scores_or_texts, model, language)
    names = pd.Series(np.asarray(groups, dtype=object))
    if len(names) != len(read):
        raise TextError(f"{len(names)} groups came for {len(read)} texts; expected one each.")
    if names.isna().any():
        raise TextError(f"{int(names.isna().sum())} texts have no group; name one, or leave these texts out and count them.")
    rates = held_out_rates(model.held_out_)
    rows = [_row(name, one, rates, level) for name, one in read.reset_index(drop=True).groupby(names, sort=True)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _scores(scores_or_texts: pd.DataFrame | Rows, model: Scorer, language: str | Rows | None) -> pd.DataFrame:
    """Language and chance per text."""
    if isinstance(scores_or_texts, pd.DataFrame):
        missing = {"language", "chance"} - set(scores_or_texts.columns)
        if missing:
            raise TextError(f"scores lack {', '.join(sorted(missing))}; expected the frame that model.read(texts) gives.")
        return scores_or_texts
    given = np.asarray(scores_or_texts)
    if given.dtype.kind not in "fiu":
        return model.read(scores_or_texts, language)
    if given.ndim != 1 or ((given < 0) | (given > 1)).any():
        seen = f"shape {given.shape}, up to {np.nanmax(given):g}"
        raise TextError(f"scores come in {seen}; expected one chance of positive, 0 to 1, per text.")
    return pd.DataFrame({"language": ALL, "chance": given.astype(np.float64)})


def _row(name: object, read: pd.DataFrame, rates: Mapping[str, Rates], level: float) -> list[Any]:
    scored = read[read["chance"].notna()]
    chances = {str(one): rows["chance"].to_numpy(dtype=np.float64) for one, rows in scored.groupby("language")}
    found = share(chances, rates, level) if chances else Found(np.nan, np.nan, np.nan, "none", True)
    plain = float(counted(scored["chance"].to_numpy(dtype=np.float64)).mean()) if len(scored) else np.nan
    return [name, len(read), len(scored), plain, found.share, found.low, found.high, found.basis, found.fits]


def share(chances: Mapping[str, Floats], rates: Mapping[str, Rates], level: float = 0.95) -> Found:
    """The share of positive texts in one group, from chances by language. Few texts of a language without labels are left out:
    most are short ones of the other language, and rates that are assumed would outweigh those that are known.
    """
    known = sum(len(one) for name, one in chances.items() if name in rates)
    if known >= (1 - LEAST_PART) * sum(len(one) for one in chances.values()):
        chances = {name: one for name, one in chances.items() if name in rates}
    n = {name: len(one) for name, one in chances.items()}
    by = {name: rates.get(name) or assumed_rates() for name in chances}
    weight = {name: count / sum(n.values()) for name, count in n.items()}
    told = sum((weight[name] * by[name].positives(one) for name, one in chances.items()), np.zeros(len(GRID)))
    sample = sum((weight[name] ** 2 * _sample(by[name]) / n[name] for name in chances), np.zeros(len(GRID)))
    error = sum((weight[name] ** 2 * _error(by[name]) for name in chances), np.zeros(len(GRID)))
    degrees = min(one.degrees for one in by.values()) * ((sample + error) / np.maximum(error, 1e-12)) ** 2
    off = (told - GRID) / np.sqrt(np.maximum(sample + error, LEAST_VARIANCE))
    held = np.abs(off) <= stats.t.ppf(0.5 + level / 2, degrees)
    assumed = {one.share is None for one in by.values()}
    basis = "both" if len(assumed) > 1 else "assumed" if assumed == {True} else "labels"
    best = _root(off)
    inside = GRID[held] if held.any() else np.array([best])
    return Found(best, float(min(inside[0], best)), float(max(inside[-1], best)), basis, bool(held.any()))


def _sample(rates: Rates) -> Floats:
    """Variance of what one text says of the share, at each share."""
    return np.asarray(GRID * rates.spread[1] + (1 - GRID) * rates.spread[0] + GRID * (1 - GRID))


def _error(rates: Rates) -> Floats:
    """Variance that no number of the group's texts takes away."""
    low, high, both = rates.error
    return np.asarray(GRID**2 * high + (1 - GRID) ** 2 * low + 2 * GRID * (1 - GRID) * both)


def _root(off: Floats) -> float:
    """The share at which the scores are as expected, or the end of the scale where they are always above or below."""
    crossed = np.flatnonzero((off[:-1] > 0) & (off[1:] <= 0))
    if not len(crossed):
        return 0.0 if off[0] <= 0 else 1.0
    at = crossed[np.argmin(np.abs(off[crossed]))]
    return float(GRID[at] + (GRID[at + 1] - GRID[at]) * off[at] / (off[at] - off[at + 1]))
