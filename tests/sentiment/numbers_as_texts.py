"""Rows of numbers said in words, so that scikit-learn's own checks, which make numbers, can be put to an estimator of texts."""

from typing import Any, Self

import numpy as np
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted, validate_data

from salesanalytics.models.sentiment.estimator import SentimentModel


class NumbersAsTexts(SentimentModel):
    """A word per column and size: `b3` where the second column rounds to 3."""

    def fit(self, X: Any, y: Any = None) -> Self:
        return super().fit(self._in_words(X, reset=True), y, language="en")

    def predict_proba(self, X: Any) -> np.ndarray:
        check_is_fitted(self)
        return super().predict_proba(self._in_words(X), language="en")

    def predict(self, X: Any) -> np.ndarray:
        check_is_fitted(self)
        return super().predict(self._in_words(X), language="en")

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        return float(np.average(self.predict(X) == y, weights=sample_weight))

    def _in_words(self, X: Any, *, reset: bool = False) -> list[str]:
        numbers = np.clip(validate_data(self, X, reset=reset, dtype=float), -99, 99)
        return [
            " ".join(f"{chr(97 + place % 26)}{'m' if one < 0 else ''}{abs(one):.0f}" for place, one in enumerate(row))
            for row in numbers
        ]

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.string, tags.input_tags.two_d_array, tags.input_tags.allow_nan = False, True, False
        return tags
