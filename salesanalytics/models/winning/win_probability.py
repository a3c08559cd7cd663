"""The chance that a deal is won, as a scikit-learn classifier that knows when it has nothing to say.

In: one row per closed deal, numbers and words, missing cells allowed; outcomes; whose each row is. Out: `WinProbability`. A
ridge logistic regression and gradient boosted trees are blended by what they said of deals they had not seen. Where this is no
better than the base rate, by the test of `verdict`, every deal gets the base rate and the verdict is "no usable signal".
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted, validate_data
from threadpoolctl import threadpool_limits

from salesanalytics.base.types import Flags, Floats, Ints
from salesanalytics.models.winning.columns import WinningError, check_names, columns_of, outcome_of
from salesanalytics.models.winning.folds import FOLDS, folds_of, groups_of
from salesanalytics.models.winning.leakage import Known, leakage
from salesanalytics.models.winning.models import Pair, blend, chances
from salesanalytics.models.winning.verdict import Verdict, judged, not_judged, too_little


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """What drivers are worked out from: each fold's pair and weights, the fold, group, row and outcome of every deal."""

    pairs: tuple[Pair, ...]
    weights: tuple[Floats, ...]
    fold: Ints
    group: Ints
    rows: Floats
    won: Flags


class WinProbability(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """The chance to win. Passes scikit-learn's checks (that of the array API does not apply: tables are pandas'), and takes
    what they do not look at: words, dates, missing cells, groups.

    `leaks`: columns that `leakage` is sure were not known while the deal was open, and copies of another column, are left out
    ("leave_out") or kept ("keep"); suspects are kept and named, but of a number whose way of writing gives the outcome away
    only the size is looked at. `known_from`: when columns are known, see `leakage`. `seed`: folds and trees.

    Fitted: `verdict_`, `leaks_` (the table of `leakage`), `columns_` (columns in use, those set aside and why), `base_rate_`,
    `classes_` (lost, won: the later of two values is winning), `held_out_` (the chance given to each deal by a model that had
    not seen it or its group; NaN where nothing was fitted).
    """

    def __init__(
        self,
        *,
        leaks: Literal["leave_out", "keep"] = "leave_out",
        known_from: Mapping[Hashable, Known] | None = None,
        seed: int = 0,
    ) -> None:
        self.leaks = leaks
        self.known_from = known_from
        self.seed = seed

    def fit(self, X: Any, y: Any, groups: Any = None) -> "WinProbability":
        """Fit to closed deals. `groups`: rows of one deal or account stay in one fold, and count as one in intervals.

        Raises `WinningError` (a ValueError) where outcomes are missing or of one kind, or columns share a name.
        """
        table = self._table(X, reset=True)
        won = outcome_of(y)
        _same_length(table, won, "outcomes")
        self.classes_ = np.unique(np.asarray(y))
        if groups is not None:
            _same_length(table, np.asarray(groups), "groups")
        group = groups_of(groups, len(table))
        self.leaks_ = leakage(table, won, known_from=self.known_from)
        self.columns_ = columns_of(table.drop(columns=self._left_out()))
        self.base_rate_ = float(won.mean())
        with threadpool_limits(1):  # threads of trees this small cost more time than they save, and wait for each other busily
            self._fit(self.columns_.read(table), won, group)
        return self

    def predict_proba(self, X: Any) -> Floats:
        """(rows, 2): the chance to lose and to win; the base rate for all where the verdict is not "signal"."""
        check_is_fitted(self)
        table = self._table(X, reset=False)
        chance = np.full(len(table), self.base_rate_)
        if self.verdict_.usable and self.pair_ is not None:
            with threadpool_limits(1):
                chance = chances(self.pair_.logits(self.columns_.read(table)), self.weights_)
        return np.column_stack([1 - chance, chance])

    def predict(self, X: Any) -> Any:
        """The more likely outcome."""
        likely = self.predict_proba(X)[:, 1] > 0.5
        return self.classes_[likely.astype(int)]

    def _left_out(self) -> list[Hashable]:
        """The columns `leaks` says to leave out."""
        if self.leaks not in ("leave_out", "keep"):
            raise WinningError(f"leaks is {self.leaks!r}; expected 'leave_out' or 'keep'.")
        sure = self.leaks_["certainty"].isin(["leak", "copy"])
        return self.leaks_.loc[sure, "column"].tolist() if self.leaks == "leave_out" else []

    def _blurred(self) -> Flags:
        """Numbers that are written anew at the end: only how large they are is looked at."""
        names = {name for name, why in zip(self.leaks_["column"], self.leaks_["why"], strict=True) if "form_sure" in why}
        return np.array([self.leaks == "leave_out" and name in names for name in self.columns_.names], dtype=bool)

    def _fit(self, rows: Floats, won: Flags, group: Ints) -> None:
        self.pair_: Pair | None = None
        self.held_: Held | None = None
        self.held_out_ = np.full(len(won), np.nan)
        reason = too_little(won, group)
        if reason is not None:
            self.verdict_: Verdict = not_judged(won, group, reason)
            return
        if rows.shape[1] == 0:
            self.verdict_ = not_judged(won, group, "no column is left to tell deals apart", "no usable signal")
            return
        fold = folds_of(won, group, self.seed)
        pairs, logits = self._fold_by_fold(rows, won, fold)
        weights = tuple(blend(logits[fold != one], won[fold != one]) for one in range(FOLDS))
        base = np.empty(len(won))
        for one in range(FOLDS):
            self.held_out_[fold == one] = chances(logits[fold == one], weights[one])
            base[fold == one] = won[fold != one].mean()
        self.verdict_ = judged(won, self.held_out_, base, group, self.seed)
        if self.verdict_.usable:
            self.pair_ = Pair(rows, self.columns_.words, won, self.seed, self._blurred())
            self.weights_ = blend(logits, won)
            self.held_ = Held(tuple(pairs), weights, fold, group, rows, won)

    def _fold_by_fold(self, rows: Floats, won: Flags, fold: Ints) -> tuple[list[Pair], Floats]:
        """The pair fitted without each fold, and what it says of it."""
        pairs, logits = [], np.empty((len(won), 2))
        for one in range(FOLDS):
            out = fold == one
            pairs.append(Pair(rows[~out], self.columns_.words, won[~out], self.seed, self._blurred()))
            logits[out] = pairs[-1].logits(rows[out])
        return pairs, logits

    def _table(self, given: Any, *, reset: bool) -> pd.DataFrame:
        """What was given as a table with the columns' own names; anything but a DataFrame has to be numbers."""
        if isinstance(given, pd.DataFrame):
            check_names(given)
            validate_data(self, given, reset=reset, skip_check_array=True)
            if reset and (len(given) == 0 or given.shape[1] == 0):
                raise WinningError(f"The table holds {len(given)} deals and {given.shape[1]} columns; expected some of each.")
            return given.reset_index(drop=True)
        values = validate_data(self, given, reset=reset, dtype="numeric", ensure_all_finite=False)
        return pd.DataFrame(values, columns=[f"x{at}" for at in range(values.shape[1])])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        return tags


def _same_length(table: pd.DataFrame, given: Any, what: str) -> None:
    if len(given) != len(table):
        raise WinningError(f"There are {len(table)} deals and {len(given)} {what}; expected one for each deal.")
